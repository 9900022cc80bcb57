//! The rooms of the program: no import goes up, or across a floor, in the order that `src/lib.rs` has; and their words: the
//! glossary's names are there, and words that were given up are not names again. The room beside, that of the peers,
//! is built as the program is, and its models read the same parameters.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use telework::parameters::TABLE;

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

/// Crates that both are built on are checked once in CI, and only if the profiles are the same: nearly three minutes of it went
/// into checking them again.
#[test]
fn the_peers_are_built_as_the_program_is() {
    let profiles = |file: &str| {
        let manifest: toml::Table = fs::read_to_string(file).unwrap().parse().unwrap();
        manifest["profile"].clone()
    };
    assert_eq!(profiles("benches/peers/rust/Cargo.toml"), profiles("Cargo.toml"));
}

/// A term that the model of firms gets must come to the peers as well: a full comparison, which CI does not make, found one that
/// had not.
#[test]
fn the_peers_read_every_parameter_of_the_model_without_measures() {
    let of_firms =
        ["initial_", "start_", "stop_", "resume_", "formalise_", "give_up_", "peer_", "experience_", "reach_"];
    let names: Vec<&str> =
        TABLE.iter().map(|row| row.name).filter(|name| of_firms.iter().any(|of| name.starts_with(of))).collect();
    assert!(names.len() > 25, "{names:?}");
    for peer in ["numpy_peer.py", "numba_peer.py", "polars_peer.py", "mesa_peer.py", "rust/src/ixa_peer.rs"] {
        let text = fs::read_to_string(Path::new("benches/peers").join(peer)).unwrap();
        let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let missing: Vec<_> = names.iter().filter(|name| !words.contains(*name)).collect();
        assert!(missing.is_empty(), "{peer} does not read {missing:?}");
    }
}

/// Words that no type, function, field or variable of the source has as its whole name; `docs/glossary.md` has others.
const GIVEN_UP: &str = "Lift Lifts Lifted Face Terms Fields Pulls Turn Pack Basis Case Conduct Shelf Parcel Past Elsewhere \
                        meter meters practice_due scheme_due rings packs island diary";

/// Words of a source text, without its comments and texts in quotation marks.
fn words(text: &str) -> BTreeSet<&str> {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let unquoted = code.flat_map(|line| line.split('"').step_by(2));
    unquoted.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_')).collect()
}

/// Room and name of each entry of the glossary's first table, such as `dynamics` and `fires`.
fn entries(page: &str) -> Vec<(String, String)> {
    let first = page.split("\n## ").next().unwrap_or_default();
    let rows = first.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| term"));
    let name = |row: &str| {
        let (room, name) = row.split(" | ").nth(2)?.trim_matches('`').split_once("::")?;
        Some((room.to_string(), name.to_string()))
    };
    rows.map(|row| name(row).unwrap_or_else(|| panic!("no name of the code in: {row}"))).collect()
}

#[test]
fn every_term_of_the_glossary_is_a_name_in_its_room() {
    let entries = entries(&fs::read_to_string("docs/glossary.md").unwrap());
    assert!(entries.len() > 25);
    let stands = |(room, name): &&(String, String)| {
        let mut files = Vec::new();
        sources(&Path::new("src").join(room), &mut files);
        files.iter().any(|file| words(&fs::read_to_string(file).unwrap()).contains(name.as_str()))
    };
    let missing: Vec<_> = entries.iter().filter(|entry| !stands(entry)).collect();
    assert!(missing.is_empty(), "not in the source: {missing:?}");
}

#[test]
fn words_that_were_given_up_are_no_names() {
    let mut files = Vec::new();
    ["src", "benches", "python/src"].iter().for_each(|place| sources(Path::new(place), &mut files));
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let words = words(&text);
        let back = GIVEN_UP.split_whitespace().filter(|word| words.contains(word));
        found.extend(back.map(|word| format!("{}: {word}", file.display())));
    }
    assert!(found.is_empty(), "see docs/glossary.md: {found:#?}");
}

#[test]
fn names_are_told_from_comments_and_quotations() {
    let words = words("let a_b = \"Lift\"; // Turn\nPack::new()");
    assert!(words.contains("Pack") && !words.contains("Lift") && !words.contains("Turn"));
    let page = "| term | m | c | s |\n|---|---|---|---|\n| a | b | `x::Y` | z |\n";
    assert_eq!(entries(page), [("x".to_string(), "Y".to_string())]);
}
