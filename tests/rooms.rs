//! The rooms of the program: no import goes up, or across a floor, in the order that `src/lib.rs` has.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Room -> number of its floor, from the top. An empty line begins a floor.
fn floors(text: &str) -> BTreeMap<String, usize> {
    let mut floors = BTreeMap::new();
    for (floor, block) in text.split("\n\n").enumerate() {
        let names = block.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
        floors.extend(names.map(|name| (name.to_string(), floor)));
    }
    floors
}

/// Rooms of `crate::...` in a source text, without its comments and its own tests.
fn imports(text: &str) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut rooms = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        let rest = &code[at + start.len()..];
        if !rest.starts_with('{') {
            rooms.insert(word(rest));
            continue;
        }
        // The words that begin the parts between the outermost braces.
        let mut depth = 0;
        for (place, c) in rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            if depth == 1 && matches!(c, '{' | ',') {
                rooms.insert(word(rest[place + 1..].trim_start()));
            }
        }
    }
    rooms.remove("");
    rooms
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            sources(&entry.path(), found);
        } else if entry.path().extension().is_some_and(|end| end == "rs") {
            found.push(entry.path());
        }
    }
}

/// What is wrong with a room's imports.
fn upward(floors: &BTreeMap<String, usize>, room: &str, text: &str) -> Vec<String> {
    let Some(own) = floors.get(room) else { return vec![format!("src/lib.rs does not list {room}")] };
    let wrong = |other: &&String| *other != room && floors.get(*other).is_some_and(|floor| floor >= own);
    imports(text).iter().filter(wrong).map(|other| format!("{room} imports {other}")).collect()
}

#[test]
fn no_import_goes_up() {
    let floors = floors(&fs::read_to_string("src/lib.rs").unwrap());
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let mut rooms = BTreeSet::new();
    let mut wrong = Vec::new();
    for file in &files {
        let place = file.strip_prefix("src").unwrap();
        let room = place.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_string();
        // The program and the macro of tests stand outside; files of tests may use what they test with.
        let outside = ["lib", "main", "instruction_sets"].contains(&room.as_str()) || place.ends_with("tests.rs");
        if outside {
            continue;
        }
        wrong.extend(
            upward(&floors, &room, &fs::read_to_string(file).unwrap())
                .into_iter()
                .map(|what| format!("{}: {what}", file.display())),
        );
        rooms.insert(room);
    }
    assert_eq!(rooms.iter().collect::<Vec<_>>(), floors.keys().collect::<Vec<_>>(), "rooms and the list of src/lib.rs");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn arrows_up_and_across_are_seen() {
    let floors = floors("pub mod a;\npub mod b;\n\npub mod c;\n");
    let seen = |room: &str, text: &str| upward(&floors, room, text);
    assert_eq!(seen("c", "use crate::{\n    a::X,\n    b::{self, c::D},\n};\nuse crate::a;"), [""; 0]);
    assert_eq!(seen("a", "use crate::{b::{Y, z}, c};"), ["a imports b", "a imports c"]);
    assert_eq!(seen("b", "fn f() { crate::c::g() }"), ["b imports c"]);
    assert_eq!(seen("b", "// crate::c\n#[cfg(test)]\nmod tests {\n    use crate::c;\n}"), [""; 0]);
    assert_eq!(seen("d", ""), ["src/lib.rs does not list d"]);
}
