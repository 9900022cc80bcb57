//! Problems as text for people, in the style of a compiler: message, place with the line, advice.
//!
//! Text that comes from files is shown without control characters and direction marks, which could otherwise repaint a
//! terminal, and only the neighbourhood of the place is shown, however long the line.

use super::{Place, Problem, Problems, Severity, in_japanese};
use crate::text::{for_terminal, one_line};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// Longest line shown to the renderer as it is.
const LONGEST_LINE: usize = 400;
/// Characters of a longer line shown before and after the place.
const AROUND: usize = 60;
/// Characters of the place itself that are shown.
const INSIDE: usize = 80;
/// Stands where a line's beginning was cut.
const CUT: &str = "[...] ";
/// Longest message or advice.
const LONGEST_TEXT: usize = 1_000;

/// Whether a text is for a terminal with colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without any escape codes: files, pipes, tests.
    Plain,
    /// With colours.
    Coloured,
}

/// The language in which the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Japanese, as far as `japanese.toml` goes.
    Japanese,
}

impl Language {
    /// A text of the program in this language.
    fn say(self, english: &str) -> String {
        let japanese = || in_japanese(english);
        (self == Language::Japanese).then(japanese).flatten().unwrap_or_else(|| english.to_string())
    }
}

impl Problems {
    /// All problems, each as a block of lines, and a last line that counts them.
    pub fn render(&self, style: Style) -> String {
        self.render_in(style, Language::English)
    }

    /// [`Problems::render`] in a language.
    pub fn render_in(&self, style: Style, language: Language) -> String {
        let blocks: Vec<String> = self.0.iter().map(|problem| problem.render_in(style, language)).collect();
        let count = |severity| self.0.iter().filter(|problem| problem.severity == severity).count();
        let counted = [(Severity::Error, "error"), (Severity::Warning, "warning")].map(|(severity, word)| {
            let number = count(severity);
            let plural = if number == 1 { "" } else { "s" };
            (number > 0).then(|| match (language, severity) {
                (Language::English, _) => format!("{number} {word}{plural}"),
                (Language::Japanese, Severity::Error) => format!("エラー {number} 件"),
                (Language::Japanese, _) => format!("警告 {number} 件"),
            })
        });
        let counted: Vec<String> = counted.into_iter().flatten().collect();
        if counted.is_empty() { blocks.join("\n") } else { format!("{}\n{}\n", blocks.join("\n"), counted.join(", ")) }
    }
}

impl Problem {
    /// One problem as a block of lines that ends with a line break.
    pub fn render(&self, style: Style) -> String {
        self.render_in(style, Language::English)
    }

    /// [`Problem::render`] in a language.
    pub fn render_in(&self, style: Style, language: Language) -> String {
        let named =
            |level: Level<'static>, name| if language == Language::Japanese { level.with_name(name) } else { level };
        let level = match self.severity {
            Severity::Error => named(Level::ERROR, "エラー"),
            Severity::Warning => named(Level::WARNING, "警告"),
            Severity::Note => named(Level::NOTE, "注"),
        };
        let mut group =
            Group::with_title(level.primary_title(one_line(&shortened(&language.say(&self.message), LONGEST_TEXT))));
        if let Some(place) = &self.place {
            let (line, column) = place.line_column();
            let (window, span) = window(place);
            let file = one_line(&place.file);
            // A cut line cannot tell its columns, so the place is then said beside it.
            let cut = window.starts_with(CUT) || window.is_empty();
            if cut {
                group = group.element(Origin::path(file.clone()).line(line).char_column(column));
            }
            if !window.is_empty() {
                let snippet = Snippet::source(window).line_start(line).path((!cut).then_some(file));
                group = group.element(snippet.annotation(AnnotationKind::Primary.span(span)));
            }
        }
        if let Some(advice) = &self.advice {
            let help = named(Level::HELP, "対処");
            group = group.element(help.message(one_line(&shortened(&language.say(advice), LONGEST_TEXT))));
        }
        let renderer = if style == Style::Coloured { Renderer::styled() } else { Renderer::plain() };
        let text = renderer.term_width(AROUND * 2 + INSIDE + 40).render(&[group]);
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        format!("{}\n", lines.join("\n"))
    }
}

/// The place's line, cut around the place, and the place in it.
fn window(place: &Place) -> (String, std::ops::Range<usize>) {
    let source = &*place.source;
    let on_char = |mut at: usize| {
        at = at.min(source.len());
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (on_char(place.span.start), on_char(place.span.end));
    let end = end.max(start);
    let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source[start..].find('\n').map_or(source.len(), |at| start + at);
    let end = end.min(line_end);
    let (before, inside, after) = (&source[line_start..start], &source[start..end], &source[end..line_end]);
    let long = source[line_start..line_end].chars().nth(LONGEST_LINE).is_some();
    let skipped = if long { before.chars().count().saturating_sub(AROUND) } else { 0 };
    let mut text = if skipped > 0 { CUT.to_string() } else { String::new() };
    text.push_str(&for_terminal(&before.chars().skip(skipped).collect::<String>()));
    let from = text.len();
    text.push_str(&for_terminal(&shortened(inside, if long { INSIDE } else { LONGEST_LINE })));
    let until = text.len();
    text.push_str(&for_terminal(&shortened(after, if long { AROUND } else { LONGEST_LINE })));
    (text, from..until)
}

/// A text cut to a number of characters.
fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn shown(source: &str, span: std::ops::Range<usize>) -> String {
        Problem::error(Kind::Scenario, "wrong")
            .at("a.toml", &source.into(), span)
            .advise("write 1")
            .render(Style::Plain)
    }

    #[test]
    fn a_problem_shows_its_line_and_column_and_the_advice() {
        let text = shown("[run]\nseed = 0.5\n", 13..16);
        assert!(text.contains("error: wrong") && text.contains("a.toml:2:8"), "{text}");
        assert!(text.contains("2 | seed = 0.5") && text.contains("^^^") && text.contains("help: write 1"), "{text}");
    }

    #[test]
    fn a_line_of_a_million_characters_shows_only_the_neighbourhood() {
        let line = "é".repeat(500_000);
        let text = shown(&line, 500_000..500_002);
        assert!(text.chars().count() < 1_000 && text.contains("a.toml:1:250001"), "{text}");
    }

    #[test]
    fn nothing_from_a_file_reaches_the_terminal_as_a_command() {
        let text = shown("a = \"\u{1b}[2J\u{202e}\u{7}\"", 4..12);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text:?}");
        let nasty = Problem::error(Kind::Scenario, "\u{1b}]0;x\u{7}").render(Style::Plain);
        assert!(!nasty.contains('\u{1b}'), "{nasty:?}");
    }

    #[test]
    fn any_span_of_any_text_can_be_shown() {
        let source = "日本\n\r\n= é\t\u{0}x";
        for start in 0..source.len() + 2 {
            for end in 0..source.len() + 2 {
                assert!(shown(source, start..end).contains("error: wrong"));
            }
        }
    }
}
