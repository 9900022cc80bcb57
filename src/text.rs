//! Text from outside (scenario files, tables, file names, arguments) on its way to where people read it: a terminal, a
//! line of it, a picture, a table. Any text in; text that is only ever text out.
//!
//! This is the one place that knows which characters could do something: commands of a terminal, marks that turn the
//! direction of reading, characters without width, lines that end where none should, cells that a spreadsheet would
//! calculate. The page has its own door, `charts.js`, for what its chart library would read as markup.

/// Stands for a character that is not shown.
const HIDDEN: char = '\u{fffd}';

/// Whether a character could repaint a terminal, turn the direction of reading, or hide: controls other than tab and
/// line feed, and Unicode's format characters of no width.
pub fn harmful(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n')
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

/// For a terminal: lines and tabs stay, what is harmful shows as U+FFFD.
pub fn for_terminal(text: &str) -> String {
    text.chars().map(|c| if harmful(c) { HIDDEN } else { c }).collect()
}

/// For a place of one line (a title, a file name within a sentence, text of a picture): line feeds and tabs show as
/// U+FFFD too.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if harmful(c) || c.is_control() { HIDDEN } else { c }).collect()
}

/// Whether a text can be the name of a scenario, and so of files, folders and cells of tables: it begins with a letter,
/// a digit or `_` and goes on with those and `-`. No spreadsheet calculates such a cell, no page reads it as markup, and
/// no shell needs it quoted.
pub fn is_file_name(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    text.starts_with(plain) && text.chars().all(|c| plain(c) || c == '-')
}

/// Whether a spreadsheet would calculate a cell of this text.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A coloured word and a window title (ECMA-48), a mark that turns the line round (Unicode TR9), a line end.
    #[test]
    fn nothing_from_outside_is_a_command() {
        let text = "\u{1b}[31mred\u{1b}]0;x\u{7}\u{202e}\n\u{9b}2J";
        let shown = for_terminal(text);
        assert_eq!(shown, "\u{fffd}[31mred\u{fffd}]0;x\u{fffd}\u{fffd}\n\u{fffd}2J");
        assert!(!one_line(text).contains('\n'));
        assert_eq!(for_terminal("テレワーク 5 %\t–"), "テレワーク 5 %\t–");
    }

    #[test]
    fn a_scenarios_name_is_only_ever_a_name() {
        for name in ["baseline", "my_plan-2", "計画１", "2024"] {
            assert!(is_file_name(name), "{name}");
        }
        for name in [
            "",
            "=cmd|calc",
            "+1",
            "-x",
            "@SUM",
            "p<a href=\"http:evil.example\">q",
            "a b",
            "a\nb",
            "a\u{202e}b",
            ".x",
            "a.b",
            "a/b",
        ] {
            assert!(!is_file_name(name), "{name:?}");
        }
        assert!(
            is_formula("=1+1") && is_formula("@x") && is_formula("-x") && !is_formula("-0.5") && !is_formula(">=50%")
        );
    }
}
