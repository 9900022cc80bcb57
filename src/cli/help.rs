//! The command line in Japanese, for `--help`, completions and manual pages: as clap has it in, the same with Japanese texts out.

use super::japanese::width;
use clap::{Arg, Command};
use std::{collections::BTreeMap, sync::LazyLock};

// Tests read it; text that is part of the program cannot be damaged later.
static TEXTS: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| toml::from_str(include_str!("help.toml")).unwrap_or_default());

/// Columns of a line of help, so that it stands beside a flag on a terminal of 80. Japanese has no spaces at which clap could
/// break a line.
const COLUMNS: usize = 54;
/// What does not begin a line.
const CLOSING: &str = "、。）」：";
/// What does not end one.
const OPENING: &str = "（「";

/// How a text stands on the page.
type Setting = fn(&str) -> String;

/// A command line whose help is Japanese; its flags and the names of its values stay.
pub fn in_japanese(command: Command) -> Command {
    translated(command, wrapped)
}

/// The same for readers that break lines themselves: shells, `man`.
pub fn in_japanese_unbroken(command: Command) -> Command {
    translated(command, str::to_string)
}

fn translated(mut command: Command, setting: Setting) -> Command {
    // What clap adds itself, help flags and the like, is there from then on.
    command.build();
    with_texts(command, setting)
}

fn with_texts(mut command: Command, setting: Setting) -> Command {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let usage = usage.replace("[OPTIONS]", "[オプション]").replace("[COMMAND]", "[コマンド]");
    command = command.override_usage(usage.replace("<COMMAND>", "<コマンド>"));
    let head = *command.get_styles().get_header();
    command = command
        .help_template(format!("{{about-with-newline}}\n{head}使い方:{head:#} {{usage}}\n\n{{all-args}}{{after-help}}"))
        .subcommand_help_heading("コマンド");
    if let Some(about) = command.get_about().map(ToString::to_string) {
        command = command.about(setting(said(&about)));
    }
    if let Some(after) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(said(&after).to_string());
    }
    command.mut_args(|one| argument(one, setting)).mut_subcommands(|one| with_texts(one, setting))
}

/// An argument with its help, its default, its other names and its values in Japanese.
fn argument(argument: Arg, setting: Setting) -> Arg {
    let mut help = argument.get_help().map(|help| said(&help.to_string()).to_string()).unwrap_or_default();
    if argument.get_action().takes_values() {
        let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        let values: Vec<_> = argument.get_possible_values().iter().map(|value| value.get_name().to_string()).collect();
        let notes = [("既定値：", defaults.join(" ")), ("選べる値：", values.join("、"))];
        let notes = notes.into_iter().filter(|(_, text)| !text.is_empty());
        help += &notes.map(|(name, text)| format!("［{name}{text}］")).collect::<String>();
    }
    let heading = if argument.is_positional() { "引数" } else { "オプション" };
    let help = setting(&help);
    argument.help(help).help_heading(heading).hide_default_value(true).hide_possible_values(true)
}

/// A text of the command line in Japanese; itself where none is known, which a test forbids.
fn said(english: &str) -> &str {
    TEXTS.get(english).map_or(english, String::as_str)
}

/// A text in lines of at most [`COLUMNS`]; words of Latin letters and code stay whole.
fn wrapped(text: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for part in parts(text) {
        if width(&line) + width(&part) > COLUMNS {
            lines += &(line.trim_end().to_string() + "\n");
            line.clear();
        }
        line += if line.is_empty() { part.trim_start() } else { &part };
    }
    lines + &line
}

/// The pieces of a text between which a line may break.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in text.chars() {
        let whole = last.is_ascii() && c.is_ascii() && last != ' ';
        match parts.last_mut() {
            Some(part) if whole || CLOSING.contains(c) || OPENING.contains(last) => part.push(c),
            _ => parts.push(c.to_string()),
        }
        last = c;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;
    use std::collections::BTreeSet;

    /// All texts of a command and those below it.
    fn texts(command: &Command, found: &mut BTreeSet<String>) {
        let own = [command.get_about(), command.get_long_about(), command.get_after_help()];
        found.extend(own.into_iter().flatten().map(ToString::to_string));
        for argument in command.get_arguments() {
            found
                .extend([argument.get_help(), argument.get_long_help()].into_iter().flatten().map(ToString::to_string));
            let values = argument.get_possible_values();
            found.extend(values.iter().filter_map(|value| value.get_help()).map(ToString::to_string));
        }
        command.get_subcommands().for_each(|one| texts(one, found));
    }

    #[test]
    fn every_text_of_the_command_line_has_its_japanese_and_none_is_left_over() {
        let mut command = command();
        command.build();
        let mut found = BTreeSet::new();
        texts(&command, &mut found);
        let known: BTreeSet<String> = TEXTS.keys().cloned().collect();
        assert!(found.len() > 60 && found == known, "lacks {:#?}, too many {:#?}", &found - &known, &known - &found);
        assert!(TEXTS.values().all(|text| !text.is_ascii()));
    }

    #[test]
    fn help_is_japanese_to_its_headings_and_fits_a_narrow_terminal() {
        let mut japanese = in_japanese(command());
        let mut pages = vec![japanese.render_help().to_string()];
        pages.extend(japanese.get_subcommands_mut().map(|one| one.render_help().to_string()));
        assert!(pages.len() > 15);
        for page in &pages {
            for english in ["Usage", "Options", "Arguments", "Commands:", "default", "possible", "Print", "OPTIONS"] {
                assert!(!page.contains(english), "{english} in {page}");
            }
            assert!(page.contains("使い方: telework"), "{page}");
            assert!(page.lines().all(|line| width(line) <= 96), "{page}");
        }
        let run = japanese.find_subcommand_mut("run").unwrap().render_help().to_string();
        assert!(
            run.contains("\n引数:\n  <SCENARIO>") && run.contains("使い方: telework run [オプション] <SCENARIO>"),
            "{run}"
        );
        assert!(run.contains("［既定値：16］") && run.contains("［選べる値：en、ja］"), "{run}");
    }

    /// The translated command line takes what the other takes, and gives its values the same names.
    #[test]
    fn a_command_line_in_japanese_is_read_as_any_other() {
        let line = ["telework", "run", "baseline", "--draws", "3", "--set", "run.seed=1", "--lang", "ja"];
        let [english, japanese] = [command(), in_japanese(command())].map(|command| command.get_matches_from(line));
        assert_eq!(format!("{english:?}"), format!("{japanese:?}"));
    }

    #[test]
    fn a_line_breaks_between_characters_but_not_before_a_full_stop_or_within_a_word() {
        let text = format!("{}。`intervention.managers.scale=2`も", "あ".repeat(27));
        assert_eq!(wrapped(&text), format!("{}\nあ。`intervention.managers.scale=2`も", "あ".repeat(26)));
        assert_eq!(wrapped("短い"), "短い");
    }
}
