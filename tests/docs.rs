//! The tables of `docs/model.md` and `docs/commands.md` are those of the source, and the figures of `docs/performance.md` those of its command.
//!
//! `TELEWORK_REWRITE=1 cargo test --test docs` rewrites the former; nothing else does.

mod common;

use clap::{Arg, ArgAction};
use common::generated::current_parts;
use telework::{
    interventions::{DESCRIPTIONS, Model},
    observation::{Cadence, REGISTRY},
    parameters::TABLE,
};

fn parameters() -> String {
    let mut text = String::from(
        "| name | meaning | unit | range | default | prior mean | prior sd | evidence | source |\n|---|---|---|---|---:|---:|---:|---|---|\n",
    );
    for row in TABLE {
        let evidence = match row.evidence {
            telework::parameters::Evidence::Estimated => row.evidence.to_string(),
            telework::parameters::Evidence::Assumed => format!("*{}*", row.evidence),
        };
        text += &format!(
            "| `{}` | {} | {} | {} to {} | {} | {} | {} | {evidence} | {} |\n",
            row.name,
            row.meaning,
            row.unit,
            row.minimum,
            row.maximum,
            row.default,
            row.prior_mean,
            row.prior_sd,
            row.source
        );
    }
    text
}

fn indicators() -> String {
    let mut text =
        String::from("| id | name | formula | frame | unit | read | candidate KPI |\n|---|---|---|---|---|---|---|\n");
    for row in REGISTRY {
        let cadence = match row.cadence {
            Cadence::Weekly => "every week",
            Cadence::Monthly => "in a month's last week",
            Cadence::Compared => "from two runs",
        };
        let candidate = if row.candidate { "yes" } else { "no" };
        text += &format!(
            "| `{}` | {} | {} | {} | {} | {cadence} | {candidate} |\n",
            row.id, row.name, row.formula, row.frame, row.unit
        );
    }
    text
}

fn measures() -> String {
    let mut text = String::from("| kind | capacity | whom | what it does |\n|---|---|---|---|\n");
    for kind in DESCRIPTIONS {
        let Model { capacity, whom, does } = kind.model;
        text += &format!("| `{}` | {capacity} | {whom} | {does} |\n", kind.key);
    }
    text
}

/// Every command with its arguments, as clap has them.
fn commands() -> String {
    let mut text = String::new();
    for command in telework::cli::command().get_subcommands() {
        text += &format!("## telework {}\n{}.\n\n", command.get_name(), command.get_about().expect("documented"));
        let arguments: Vec<&Arg> = command.get_arguments().collect();
        if arguments.is_empty() {
            continue;
        }
        text += "| argument | meaning |\n|---|---|\n";
        for arg in arguments {
            let value = arg.get_value_names().map_or_else(String::new, |names| format!(" {}", names[0]));
            let also = arg.get_visible_aliases().unwrap_or_default();
            let name = match arg.get_long() {
                None => value.trim_start().to_string(),
                Some(long) if matches!(arg.get_action(), ArgAction::SetTrue) => format!("--{long}"),
                Some(long) => format!("--{long}{value}"),
            };
            let also: String = also.iter().map(|name| format!(", `--{name}`")).collect();
            let default = arg.get_default_values().first();
            let default = default.map_or_else(String::new, |value| format!(" ({} by default)", value.display()));
            text += &format!("| `{name}`{also} | {}{default} |\n", arg.get_help().expect("documented"));
        }
        text += "\n";
    }
    text.trim_end().to_string()
}

#[test]
fn every_command_is_described() {
    current_parts("docs/commands.md", &[("commands", commands())]);
    let readme = std::fs::read_to_string("README.md").unwrap();
    for command in telework::cli::command().get_subcommands() {
        assert!(readme.contains(&format!("telework {}", command.get_name())), "README.md lacks {}", command.get_name());
    }
}

#[test]
fn the_tables_of_the_model_description_are_current() {
    let parts = [("parameters", parameters()), ("indicators", indicators()), ("measures", measures())];
    current_parts("docs/model.md", &parts);
}

#[test]
fn what_can_be_simulated_is_listed() {
    let data = telework::data::Data::embedded().unwrap();
    let known = telework::calibration::rows::questions(&data).unwrap();
    current_parts("docs/calibration.md", &[("questions", telework::calibration::rows::listed(&known))]);
}

/// A pipe in a cell would break the table.
#[test]
fn no_cell_holds_a_pipe() {
    for text in [parameters(), indicators(), measures()] {
        let columns: std::collections::BTreeSet<usize> = text.lines().map(|line| line.matches('|').count()).collect();
        assert_eq!(columns.len(), 1, "{columns:?}");
    }
}

/// Tables, and numbers with a unit of time or memory, stand between marks that `cargo bench --bench performance` fills.
#[test]
fn every_measured_figure_comes_from_the_command() {
    const UNITS: [&str; 8] = ["s", "ms", "ns", "seconds", "minutes", "MB", "GB", "KiB"];
    let page = std::fs::read_to_string("docs/performance.md").unwrap();
    let mut open: Option<&str> = None;
    let mut seen = std::collections::BTreeSet::new();
    for line in page.lines() {
        let mark = |kind| line.strip_prefix(kind)?.strip_suffix(" -->");
        if let Some(name) = mark("<!-- measured: ") {
            assert_eq!(open, None, "{name} begins inside another part");
            assert!(seen.insert(name), "{name} is there twice");
            open = Some(name);
        } else if let Some(name) = mark("<!-- end: ") {
            assert_eq!(open.take(), Some(name));
        } else if open.is_none() {
            assert!(!line.starts_with('|'), "typed by hand: {line}");
            let words: Vec<&str> =
                line.split_whitespace().map(|w| w.trim_matches([',', '.', ';', ':', '(', ')'])).collect();
            let measured = |pair: &[&str]| pair[0].parse::<f64>().is_ok() && UNITS.contains(&pair[1]);
            assert!(!words.windows(2).any(measured), "typed by hand: {line}");
        }
    }
    assert_eq!(open, None);
    assert!(!seen.is_empty());
}
