//! The tables of `docs/model.md` and `docs/commands.md` are those of the source, and the figures of `docs/performance.md`
//! those of its command; pages and `docs/glossary.md` say the same of a word.
//!
//! `TELEWORK_REWRITE=1 cargo test --test all docs::` rewrites the former; nothing else does.

use crate::common::generated::current_parts;
use clap::{Arg, ArgAction};
use telework::{
    interventions::{Channel, ChannelDescription, DESCRIPTIONS, Model},
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

/// Stakeholders, whom each reaches, and its weight.
fn channels() -> String {
    let mut text = String::from(
        "| channel | stakeholders | goes out from | reaches, as a share of a class's firms | spread over | weight: prior mean, sd | on start, keep, formalise | grounds |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for channel in Channel::ALL {
        let ChannelDescription { name, from, reach, scope, weight, on, grounds } = channel.described();
        text += &format!(
            "| `{}` | {} ({}) | {from} | {reach} | {} | {}, {} | {}, {}, {} | {grounds} |\n",
            channel.key(),
            name.en,
            name.ja,
            scope.words(),
            weight.mean,
            weight.sd,
            on[0],
            on[1],
            on[2]
        );
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
    let parts = [
        ("parameters", parameters()),
        ("indicators", indicators()),
        ("measures", measures()),
        ("channels", channels()),
    ];
    current_parts("docs/model.md", &parts);
}

#[test]
fn what_can_be_simulated_is_listed() {
    let data = telework::data::Data::embedded().unwrap();
    let known = telework::calibration::rows::questions(&data).unwrap();
    current_parts("docs/calibration.md", &[("questions", telework::calibration::rows::listed(&known))]);
}

/// Texts of a page: English and Japanese by key.
fn texts(page: &str) -> Vec<(String, [String; 2])> {
    let all: toml::Table = std::fs::read_to_string(page).unwrap().parse().unwrap();
    let both = |text: &toml::Value| [0, 1].map(|at| text[at].as_str().unwrap().to_string());
    all["page"].as_table().unwrap().iter().map(|(key, text)| (key.clone(), both(text))).collect()
}

/// Words of a text without what is put in: `{frame}`.
fn plain(text: &str) -> String {
    let own: String = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect();
    let words = own.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" ").to_lowercase())
}

/// Whether a text uses a term, alone or as several of it.
fn uses(text: &str, term: &str) -> bool {
    let text = plain(text);
    ["", "s"].iter().any(|end| text.contains(&format!(" {term}{end} ")))
}

/// What the studio says of a word is what the glossary has: its table of them is made of the studio's texts, and where the
/// code's own table has the word too, both begin alike. A term of that table which a page uses is explained on the page.
#[test]
fn pages_and_glossary_say_the_same_of_a_word() {
    let page = std::fs::read_to_string("docs/glossary.md").unwrap();
    let (above, _) = page.split_once("\n## ").unwrap();
    let rows = above.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| term"));
    let terms: Vec<(&str, &str)> = rows
        .map(|row| row.trim_start_matches("| ").split_once(" | ").unwrap())
        .map(|(term, rest)| (term, rest.split(" | ").next().unwrap()))
        .collect();
    assert!(terms.len() > 25, "{} terms", terms.len());
    let studio = texts("src/studio/texts.toml");
    let text = |key: &str| &studio.iter().find(|(own, _)| own == key).unwrap_or_else(|| panic!("no text {key}")).1;
    let mut explained = Vec::new();
    let mut lines = Vec::new();
    for (key, [meaning, japanese]) in &studio {
        let Some(word) = key.strip_prefix("gloss.").and_then(|key| key.strip_suffix("_is")) else { continue };
        let [forms, forms_ja] = text(&format!("gloss.{word}"));
        let forms: Vec<&str> = forms.split(", ").collect();
        let own: Vec<_> = terms.iter().filter(|(term, _)| forms.contains(term)).collect();
        for (term, said) in &own {
            let begins = said.split([':', ';', ',']).next().unwrap();
            let same = meaning.to_lowercase().contains(&begins.to_lowercase());
            assert!(same, "{term}: `{begins}` in docs/glossary.md, but on the page: {meaning}");
            explained.push(*term);
        }
        let named: Vec<&str> = own.iter().map(|(term, _)| *term).collect();
        let name_ja = forms_ja.split('、').next().unwrap();
        lines.push(format!("| {} | {name_ja} | {meaning} | {japanese} | {} |\n", forms[0], named.join(", ")));
    }
    assert!(lines.len() > 12, "{} words", lines.len());
    lines.sort();
    let head = "| word | in Japanese | meaning | in Japanese | above |\n|---|---|---|---|---|\n";
    current_parts("docs/glossary.md", &[("pages", head.to_string() + &lines.concat())]);
    for (key, [english, _]) in studio.iter().chain(&texts("src/report/texts.toml")) {
        let unknown = terms.iter().find(|(term, _)| uses(english, term) && !explained.contains(term));
        assert!(unknown.is_none(), "{key} uses a term that the studio does not explain: {unknown:?}");
    }
    assert!(uses("Log hazards, {frame}.", "hazard") && !uses("{frame} and frameworks", "frame"));
}

/// KPIs of the table of golden results.
const GOLDEN_KPIS: [&str; 3] = ["tsr_current_practice", "tsr_formal_scheme", "teleworkers_last_year"];

/// The same of the golden results of commit a4df88e, the last one before certification became a process: `git show
/// a4df88e:scenarios/NAME.golden.csv`.
const BEFORE: [(&str, [f64; 3]); 10] = [
    ("all_measures", [2.73, 2.10, 1.08]),
    ("awards_and_bonus", [0.66, 0.99, 0.47]),
    ("forecast", [1.63, 0.99, 0.65]),
    ("hindcast", [0.38, 0.69, 0.59]),
    ("managers_x10", [-0.28, 0.16, 0.19]),
    ("no_policy", [-0.62, -0.23, -0.14]),
    ("satellite_offices", [0.00, 0.00, 0.00]),
    ("second_pandemic", [0.69, 0.77, 0.40]),
    ("subsidy_push", [-0.52, 0.45, 0.24]),
    ("supportnw_x10", [0.50, 0.49, 0.49]),
];

/// Golden levels of a scenario at the end of fiscal 2025.
fn golden_levels(scenario: &str) -> [f64; 3] {
    let text = std::fs::read_to_string(format!("scenarios/{scenario}.golden.csv")).expect(scenario);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<std::collections::BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    GOLDEN_KPIS.map(|kpi| {
        let of = |row: &&std::collections::BTreeMap<String, String>| {
            row["kpi"] == kpi && row["segment"] == "total" && row["fiscal_year"] == "2025"
        };
        rows.iter().find(of).unwrap()["median"].parse().unwrap()
    })
}

#[test]
fn the_golden_results_before_and_after_are_current() {
    let mut text = String::from(
        "| scenario | practice: before | now | formal scheme: before | now | teleworkers of the last year: before | now |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
    );
    let baseline = golden_levels("baseline");
    for (file, _) in telework::scenario::BUILT_IN.iter().filter(|(file, _)| *file != "baseline.toml") {
        let name = file.trim_end_matches(".toml");
        let now = golden_levels(name);
        let before = BEFORE.iter().find(|(known, _)| *known == name).map(|(_, figures)| figures);
        let cells = (0..3).map(|kpi| {
            let before = before.map_or_else(|| "-".to_string(), |figures| format!("{:+.2}", figures[kpi]));
            // Adding 0 takes the sign from a rounded zero.
            let now = (1e4 * (now[kpi] - baseline[kpi])).round() / 1e2 + 0.0;
            format!("{before} | {now:+.2}")
        });
        text += &format!("| `{name}` | {} |\n", cells.collect::<Vec<_>>().join(" | "));
    }
    current_parts("docs/effects.md", &[("golden", text)]);
}

/// A pipe in a cell would break the table.
#[test]
fn no_cell_holds_a_pipe() {
    for text in [parameters(), indicators(), measures(), channels()] {
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
