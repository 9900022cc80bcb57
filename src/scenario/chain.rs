//! The chain of files that a scenario `extends`, read and parsed. A scenario's text in, all texts out.

use super::sources::{self, Origin, Sources};
use crate::error::{Kind, Problem, Problems};
use serde_spanned::Spanned;
use std::{ops::Range, sync::Arc};
use toml::de::{DeTable, DeValue};

/// A table whose values keep their places.
pub type SpannedTable<'s> = DeTable<'s>;
/// A value with its place.
pub type SpannedValue<'s> = Spanned<DeValue<'s>>;

/// Longest chain of `extends`.
const LONGEST_CHAIN: usize = 16;
/// Syntax errors shown for one file.
const SYNTAX_ERRORS: usize = 10;

/// Reads a scenario's parents into `sources`, child first. All that is wrong with the files is pushed; `false` when
/// they cannot be merged.
pub fn read(origin: Origin, name: String, text: Arc<str>, sources: &mut Sources, found: &mut Problems) -> bool {
    let mut chain = Vec::new();
    let mut next = Some((origin, name, text));
    let mut sound = true;
    while let Some((origin, name, text)) = next.take() {
        let base = sources.add(name, text.clone());
        let before = found.0.len();
        let table = parsed(&text, base, sources, found);
        sound &= found.0.len() == before;
        chain.push(origin.clone());
        if let Some(parent) = table.get("extends") {
            match follow(&origin, parent, &chain, sources) {
                Ok(opened) => {
                    let told = sources::shadowing(&opened.0, &opened.2);
                    found.0.extend(told.map(|told| sources.place(told, parent.span())));
                    next = Some(opened);
                }
                Err(problem) => {
                    found.0.push(problem);
                    sound = false;
                }
            }
        }
    }
    sound
}

/// A text's tree, without what is no TOML, which is pushed.
pub fn parsed<'t>(text: &'t str, base: usize, sources: &Sources, found: &mut Problems) -> SpannedTable<'t> {
    let (table, mut errors) = parse(text, base);
    // One message a line: what follows a first slip on it is mostly its echo.
    let line = |error: &(String, Range<usize>)| text[..on_char(text, error.1.start - base)].matches('\n').count();
    errors.dedup_by_key(|error| line(error));
    let more = errors.len().saturating_sub(SYNTAX_ERRORS);
    for (place, (message, span)) in errors.into_iter().take(SYNTAX_ERRORS).enumerate() {
        let (message, advice) = syntax_error(&message, line_at(text, span.start - base));
        let mut problem = Problem::error(Kind::Scenario, message).advise(advice);
        if place + 1 == SYNTAX_ERRORS && more > 0 {
            problem = problem.advise(format!("and {more} more places in this file are no TOML"));
        }
        found.0.push(sources.place(problem, span));
    }
    table
}

/// The nearest place at or before `at` where a character begins.
fn on_char(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The line of a text that holds a place, without its end.
fn line_at(text: &str, at: usize) -> &str {
    let at = on_char(text, at);
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[start..].lines().next().unwrap_or_default()
}

/// A parser's message, and what to do.
fn syntax_error(message: &str, line: &str) -> (String, String) {
    if let Some(expected) = message.strip_prefix("invalid date") {
        return (
            format!("impossible date{expected}"),
            "dates are written year-month-day, such as 2021-02-28".to_string(),
        );
    }
    let advice = if message.contains("duplicate key") {
        "keep one of the two lines".to_string()
    } else if message.contains("recurs") {
        "a scenario needs no more than a few levels of brackets".to_string()
    } else if let Some(line) = mended(line) {
        format!("write {line}")
    } else if line.contains(['“', '”', '„', '‘', '’', '「', '」', '＂']) {
        "text stands in straight quotes, \"...\"".to_string()
    } else {
        "a file consists of [section] lines and of lines key = value; text stands in quotes".to_string()
    };
    (format!("not TOML: {message}"), advice)
}

/// A line that was no TOML as it would be: with ASCII signs and straight quotes, or with quotes around its value.
fn mended(line: &str) -> Option<String> {
    const LONGEST: usize = 200;
    let sound = |line: &String| !line.is_empty() && line.len() <= LONGEST && DeTable::parse(line).is_ok();
    let ascii = |text: &str| -> String {
        let narrow = |c| match c {
            '“' | '”' | '„' | '＂' => '"',
            '‘' | '’' => '\'',
            '＝' => '=',
            '［' => '[',
            '］' => ']',
            '｛' => '{',
            '｝' => '}',
            '，' => ',',
            '．' => '.',
            '\u{3000}' | '\u{a0}' => ' ',
            '０'..='９' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        };
        text.chars().map(narrow).collect()
    };
    let line = line.trim();
    let straight = ascii(line);
    if sound(&straight) {
        return Some(straight);
    }
    let (key, value) = line.split_once(['=', '＝'])?;
    let value = value.split('#').next()?.trim();
    let value = value.trim_matches(['"', '“', '”', '「', '」', '\'', '‘', '’']);
    if value.is_empty() || value.starts_with(['[', '{']) {
        return None;
    }
    Some(format!("{} = \"{value}\"", ascii(key).trim())).filter(sound)
}

/// Opens the file that `extends` names.
fn follow(
    child: &Origin,
    parent: &SpannedValue<'_>,
    chain: &[Origin],
    sources: &Sources,
) -> Result<(Origin, String, Arc<str>), Problem> {
    let wrong = |message: String, advice: &str| {
        sources.place(Problem::error(Kind::Scenario, message).advise(advice), parent.span())
    };
    let Some(name) = parent.get_ref().as_str() else {
        let message = format!("`extends` must be text in quotes, not {}", described(parent.get_ref()));
        return Err(wrong(message, "write extends = \"baseline.toml\""));
    };
    let opened = sources::open_parent(child, name).map_err(|problem| match problem.place {
        Some(_) => problem,
        None => sources.place(problem, parent.span()),
    })?;
    if chain.contains(&opened.0) {
        let names = sources.names().join("` -> `");
        let message = format!("circular `extends`: `{names}` -> `{}`", opened.1);
        return Err(wrong(message, "let one file of the circle stand on its own, without `extends`"));
    }
    if chain.len() == LONGEST_CHAIN {
        let message = format!("a chain of more than {LONGEST_CHAIN} `extends`");
        return Err(wrong(message, "let the scenario extend an earlier file of the chain"));
    }
    Ok(opened)
}

/// A text's tree with its places moved by `base`, and its syntax errors in order.
pub fn parse(text: &str, base: usize) -> (SpannedTable<'_>, Vec<(String, Range<usize>)>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<_> = errors
        .iter()
        .map(|error| {
            let span = error.span().unwrap_or(0..0);
            (error.message().replace('\n', " "), span.start + base..span.end + base)
        })
        .collect();
    errors.sort_by_key(|error| error.1.start);
    errors.dedup();
    (move_table(table.into_inner(), base), errors)
}

fn move_table(table: SpannedTable<'_>, base: usize) -> SpannedTable<'_> {
    table
        .into_iter()
        .map(|(key, value)| {
            let span = key.span();
            (Spanned::new(span.start + base..span.end + base, key.into_inner()), move_value(value, base))
        })
        .collect()
}

/// A value with its places moved by `base`.
pub fn move_value(value: SpannedValue<'_>, base: usize) -> SpannedValue<'_> {
    let span = value.span();
    let moved = match value.into_inner() {
        DeValue::Table(table) => DeValue::Table(move_table(table, base)),
        DeValue::Array(items) => DeValue::Array(items.into_iter().map(|item| move_value(item, base)).collect()),
        leaf => leaf,
    };
    Spanned::new(span.start + base..span.end + base, moved)
}

/// A value's type for people.
pub fn described(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
