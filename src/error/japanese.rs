//! Messages in Japanese: an English message in, the Japanese one out.
//!
//! Problems are made in English all over the program, so that a file, a log or a test has one text. At the edge a message
//! is matched with the patterns of `japanese.toml`; what no pattern knows stays English, such as what a library or the system
//! says.

#[cfg(test)]
mod coverage;

use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

/// Messages inside messages that are looked up; what a user has written must not nest them without end.
const DEEPEST: u32 = 4;

/// Texts of the program with their Japanese.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Parts of an English text between its places, and the Japanese text. Those that say more stand first.
    patterns: Vec<(Vec<String>, String)>,
    /// Words that may stand in a place.
    words: BTreeMap<String, String>,
}

impl Catalogue {
    /// From a text like `japanese.toml`.
    ///
    /// # Errors
    /// What is no such text.
    pub fn parse(text: &str) -> Result<Catalogue, toml::de::Error> {
        #[derive(Deserialize)]
        struct Typed {
            messages: BTreeMap<String, String>,
            #[serde(default)]
            words: BTreeMap<String, String>,
        }
        let Typed { messages, words } = toml::from_str(text)?;
        let parts = |english: &str| english.split("{}").map(str::to_string).collect::<Vec<_>>();
        let mut patterns: Vec<_> =
            messages.into_iter().map(|(english, japanese)| (parts(&english), japanese)).collect();
        patterns.sort_by_key(|(parts, _)| std::cmp::Reverse(parts.iter().map(String::len).sum::<usize>()));
        Ok(Catalogue { patterns, words })
    }

    /// More words that may stand in a place.
    pub fn with_words(mut self, words: impl IntoIterator<Item = (String, String)>) -> Catalogue {
        self.words.extend(words);
        self
    }

    /// A word in Japanese, itself where it is not known.
    pub fn word<'a>(&'a self, english: &'a str) -> &'a str {
        self.words.get(english).map_or(english, String::as_str)
    }

    /// A text in Japanese; `None` where no pattern knows it. In a place may stand a word or another message; what stands in
    /// backquotes is code and stays.
    pub fn say(&self, english: &str) -> Option<String> {
        self.say_nested(english, DEEPEST)
    }

    fn say_nested(&self, english: &str, levels: u32) -> Option<String> {
        let inside = levels.checked_sub(1)?;
        self.patterns.iter().find_map(|(parts, japanese)| {
            let mut text = japanese.clone();
            for (place, found) in places(english, parts)?.into_iter().enumerate() {
                let said = (!parts[place].ends_with('`')).then(|| {
                    let word = self.words.get(found).or_else(|| MESSAGES.words.get(found)).cloned();
                    let message = || self.say_nested(found, inside).or_else(|| MESSAGES.say_nested(found, inside));
                    word.or_else(message)
                });
                text = text.replace(&format!("{{{place}}}"), said.flatten().as_deref().unwrap_or(found));
            }
            Some(text)
        })
    }
}

// A test reads it; text that is part of the program cannot be damaged later.
static MESSAGES: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::parse(include_str!("japanese.toml")).unwrap_or_default());

/// What is said of a command line by the library that reads it.
static OF_COMMAND_LINES: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::parse(include_str!("clap.toml")).unwrap_or_default());

/// A message or advice in Japanese; `None` where it is not known.
pub fn in_japanese(english: &str) -> Option<String> {
    MESSAGES.say(english).or_else(|| OF_COMMAND_LINES.say(english))
}

/// A line that clap prints in Japanese; `None` where it is not known.
pub fn clap_in_japanese(english: &str) -> Option<String> {
    OF_COMMAND_LINES.say(english)
}

/// What stands in the places of a pattern, when a text is of its form.
fn places<'t>(text: &'t str, parts: &[String]) -> Option<Vec<&'t str>> {
    let (first, rest) = parts.split_first()?;
    let mut text = text.strip_prefix(first.as_str())?;
    let mut found = Vec::new();
    for (place, part) in rest.iter().enumerate() {
        let last = place + 1 == rest.len();
        let end = if last { text.strip_suffix(part.as_str())?.len() } else { text.find(part.as_str())? };
        found.push(&text[..end]);
        text = &text[end + part.len()..];
    }
    text.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_said_in_japanese_with_its_values_in_place() {
        assert_eq!(
            in_japanese("`run.seed` must be a whole number, not text").as_deref(),
            Some("`run.seed` には整数を書いてください（文字列が書かれています）")
        );
        assert_eq!(
            in_japanese("unknown prefecture `Tokio` in `x.target`").as_deref(),
            Some("`x.target` の `Tokio` は未知の都道府県です")
        );
        assert_eq!(in_japanese("nobody has written this"), None);
    }

    #[test]
    fn a_message_inside_a_message_is_said_in_japanese_too() {
        let english = "x is not a run folder: cannot read its manifest.json: No such file or directory (os error 2)";
        assert_eq!(
            in_japanese(english).as_deref(),
            Some(
                "x は結果のフォルダーではありません：manifest.json を読めません：ファイルまたはフォルダーがありません（os error 2）"
            )
        );
    }

    /// Every message and advice that a bad scenario of `tests/bad` gets has its Japanese.
    #[test]
    fn every_message_of_the_bad_scenarios_is_known() {
        let mut missing = std::collections::BTreeSet::new();
        let mut seen = 0;
        for entry in std::fs::read_dir("tests/bad").unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "txt") {
                for line in std::fs::read_to_string(path).unwrap().lines() {
                    let advice = line.trim_start().strip_prefix("= help: ");
                    let Some(text) = line.strip_prefix("error: ").or(line.strip_prefix("warning: ")).or(advice) else {
                        continue;
                    };
                    seen += 1;
                    if in_japanese(text).is_none() {
                        missing.insert(text.to_string());
                    }
                }
            }
        }
        assert!(missing.is_empty() && seen > 100, "{seen} messages; japanese.toml lacks {missing:#?}");
    }

    #[test]
    fn every_pattern_is_japanese_and_keeps_its_places() {
        let catalogue = Catalogue::parse(include_str!("japanese.toml")).unwrap();
        assert!(catalogue.patterns.len() > 100);
        let of_command_lines = Catalogue::parse(include_str!("clap.toml")).unwrap();
        for (parts, japanese) in catalogue.patterns.iter().chain(&of_command_lines.patterns) {
            assert!(!japanese.is_ascii(), "{parts:?}");
            for place in 0..parts.len() - 1 {
                assert!(japanese.contains(&format!("{{{place}}}")), "{parts:?} loses {{{place}}}");
            }
        }
    }
}
