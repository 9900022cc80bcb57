//! Holds `japanese.toml` complete: every text of the sources that tells a problem, or what to do, has its Japanese, and no
//! pattern is left of a text that is gone.

use super::{Catalogue, MESSAGES, places};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Calls whose texts are for people, up to the closing bracket.
const CALLS: &[&str] = &[
    "Problem::error(",
    "Problem::warning(",
    "Problem::note(",
    ".advise(",
    ".problem(",
    ".error(",
    ".warn(",
    "wrong(",
    "only(",
    "usage(",
    "refused(",
    "conflict(",
    "no_run_folder(",
    "changes.push(",
    "differences.push(",
    "found.push(",
];
/// Variables whose texts are for people, up to the semicolon.
const VARIABLES: &[&str] = &["message", "advice", "elsewhere", "wrong", "why", "unused", "nobody"];
/// Stands for what is filled in.
const VALUE: &str = "□";

/// Code without its tests.
struct Code {
    /// The code with spaces in place of texts, characters and comments.
    bare: String,
    /// Texts with the bytes at which they begin.
    texts: Vec<(usize, String)>,
}

impl Code {
    fn parse(source: &str) -> Code {
        let source = source.split("mod tests {").next().unwrap();
        let mut code = Code { bare: String::new(), texts: Vec::new() };
        let mut rest = source;
        while let Some(first) = rest.chars().next() {
            let at = code.bare.len();
            let length = match first {
                '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
                'r' if rest[1..].trim_start_matches('#').starts_with('"') => raw(rest),
                '"' => {
                    let inside = &rest[1..][..until(&rest[1..], '"')];
                    code.texts.push((at, without_escapes(inside)));
                    inside.len() + 2
                }
                '\'' if rest.starts_with("'\\") => until(&rest[1..], '\'') + 2,
                // A lifetime has no second one.
                '\'' if rest.chars().nth(2) == Some('\'') => rest.chars().take(3).map(char::len_utf8).sum(),
                _ => {
                    code.bare.push(first);
                    rest = &rest[first.len_utf8()..];
                    continue;
                }
            };
            code.bare += &" ".repeat(length);
            rest = &rest[length..];
        }
        code
    }

    /// Where texts for people may stand, as the bytes at which that begins.
    fn places(&self) -> Vec<usize> {
        let calls = CALLS.iter().flat_map(|call| self.bare.match_indices(call).map(|(at, _)| at + call.len()));
        let variables = self.bare.match_indices("let ").filter_map(|(at, _)| {
            let name = self.bare[at..].split(['=', ';']).next()?;
            let is_one = |word| VARIABLES.contains(&word);
            name.split(|c: char| !c.is_alphanumeric() && c != '_').any(is_one).then_some(at + name.len())
        });
        calls.chain(variables).collect()
    }

    /// Texts from a place on, as far as the bracket or semicolon that ends what begins there.
    fn texts_from(&self, begin: usize) -> impl Iterator<Item = &str> {
        let mut depth = 0;
        let end = self.bare[begin..].find(|c| {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
            depth < 0 || (depth == 0 && c == ';')
        });
        let all = begin..begin + end.unwrap();
        self.texts.iter().filter(move |(at, _)| all.contains(at)).map(|(_, text)| text.as_str())
    }
}

/// Bytes of a text in which a backslash is a backslash.
fn raw(rest: &str) -> usize {
    let (begin, _) = rest.split_once('"').unwrap();
    let end = format!("\"{}", &begin[1..]);
    begin.len() + 1 + rest[begin.len() + 1..].find(&end).unwrap() + end.len()
}

/// Bytes before a quotation mark that no backslash stands before.
fn until(text: &str, mark: char) -> usize {
    let mut escaped = false;
    let ends = |c| {
        let ends = c == mark && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    };
    text.find(ends).unwrap()
}

/// A text as the program has it: lines joined, quotation marks bare.
fn without_escapes(text: &str) -> String {
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap_or_default().to_string();
    lines.fold(first, |text, line| text + line.trim_start()).replace("\\\"", "\"")
}

/// A text of the sources with something in its places.
fn filled(text: &str, with: &str) -> String {
    let text = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_string();
    let filled = parts.fold(first, |text, part| text + with + part.split_once('}').map_or("", |(_, rest)| rest));
    filled.replace('\u{1}', "{").replace('\u{2}', "}")
}

/// Files of the program; those that hold nothing but tests are left out.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let tests = ["tests.rs", "coverage.rs"];
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !tests.iter().any(|name| path.ends_with(name))
        {
            found.push(path);
        }
    }
    found
}

fn in_english(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_alphabetic())
}

impl Catalogue {
    /// Whether a text is said in Japanese without a rest of English in its places; code is no English.
    fn says_all_of(&self, text: &str) -> bool {
        let code = |found: &str| !in_english(found) || !found.contains(' ') || found.contains('=');
        let said = |found: &&str| code(found) || self.says_all_of(found);
        let mut found = self.patterns.iter().filter_map(|(parts, _)| places(text, parts));
        self.words.contains_key(text) || found.next().is_some_and(|found| found.iter().all(said))
    }
}

#[test]
fn every_text_of_the_sources_has_its_japanese() {
    let (mut seen, mut missing) = (0, BTreeSet::new());
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let code = Code::parse(&fs::read_to_string(&path).unwrap());
        for text in code.places().into_iter().flat_map(|place| code.texts_from(place)) {
            // What has one word is a key; what begins with a quotation mark is a value.
            if !text.trim().contains(' ') || text.starts_with('"') || !in_english(&filled(text, VALUE)) {
                continue;
            }
            seen += 1;
            // What is filled in may be nothing, and braces may be no place.
            let forms = [filled(text, VALUE), filled(text, ""), text.to_string()];
            if !forms.iter().any(|text| MESSAGES.says_all_of(text)) {
                missing.insert(format!("{}: {text}", path.display()));
            }
        }
    }
    assert!(missing.is_empty() && seen > 500, "{seen} texts; japanese.toml lacks {missing:#?}");
}

/// Fields with their descriptions, as they are told when a key is missing, a line each.
fn described_keys(source: &str) -> String {
    let (mut all, mut description) = (String::new(), String::new());
    for line in source.lines().map(str::trim) {
        match (line.strip_prefix("///"), line.strip_prefix("pub ").and_then(|field| field.split_once(':'))) {
            (Some(text), _) => description += text,
            (None, Some((key, _))) => all += &format!("{key}:{}\n", std::mem::take(&mut description)),
            (None, None) if line.starts_with('#') => {}
            (None, None) => description.clear(),
        }
    }
    all
}

#[test]
fn no_pattern_is_left_of_a_text_that_is_gone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    for path in sources(&root.join("src")) {
        let source = fs::read_to_string(&path).unwrap();
        for (_, text) in Code::parse(&source).texts {
            all += &format!("{}\n", filled(&text, "\n"));
        }
        all += &described_keys(&source);
    }
    // Texts that are put together of others.
    for entry in fs::read_dir(root.join("tests/bad")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            all += &fs::read_to_string(path).unwrap();
        }
    }
    let there = |words: &[&str]| all.contains(&words.join(" "));
    // A part may be put together of two texts.
    let made = |words: &[&str]| (0..words.len()).any(|at| there(&words[..at]) && there(&words[at..]));
    let mut gone = BTreeSet::new();
    for part in MESSAGES.patterns.iter().flat_map(|(parts, _)| parts) {
        let words: Vec<&str> = part.trim_matches(|c: char| !c.is_alphanumeric()).split_whitespace().collect();
        if !words.is_empty() && !made(&words) {
            gone.insert(part);
        }
    }
    assert!(gone.is_empty(), "no text of the sources has {gone:#?}");
}
