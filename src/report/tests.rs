//! The texts are complete, and the page holds what it is given.

use super::{
    SUMMARIES,
    background::{cards, short, table_sources},
    texts::texts,
};
use crate::{
    analysis::candidate_kpis,
    classification::{Industry, SizeClass},
    data::Data,
    interventions::Channel,
    observation::REGISTRY,
    parameters::TABLE,
    scenario::{BUILT_IN, KINDS, load},
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

fn page_texts() -> Map<String, Value> {
    texts().unwrap()["page"].as_object().unwrap().clone()
}

/// Keys that the script puts together from a word of a table, with every such word.
fn composed() -> Vec<String> {
    let of = |start: &str, words: &[&str]| words.iter().map(|word| format!("{start}.{word}")).collect::<Vec<_>>();
    let verdicts = [
        "worth_choosing",
        "attainable_without_policy",
        "not_attainable",
        "insensitive",
        "invisible_to_surveys",
        "not_measured",
        "not_compared",
    ];
    let signs = ["positive", "negative", "undecided", "identical"];
    let surveys: BTreeSet<String> = Data::embedded().unwrap().observations.into_iter().map(|o| o.survey).collect();
    let surveys: Vec<&str> = surveys.iter().map(String::as_str).collect();
    let sizes: Vec<&str> = SizeClass::ALL.iter().map(|size| size.key()).collect();
    let months: Vec<String> = (1..=12).map(|month| month.to_string()).collect();
    let months: Vec<&str> = months.iter().map(String::as_str).collect();
    [
        of("kind", &KINDS),
        of("verdict", &verdicts),
        of("verdict", &signs),
        of("verdict_meaning", &verdicts),
        of("target_source", &["official", "given", "reference"]),
        of("split", &["parameters", "luck", "emergencies", "model_error", "survey_sampling"]),
        of("status", &["evaluated", "answer", "none"]),
        of("method", &["exact", "sampled"]),
        of("confidence", &["seed", "page_read", "derived", "memory", "assumed"]),
        of("breakdown", &["size", "industry", "region", "size_note", "industry_note", "region_note"]),
        of(
            "plain",
            &[
                "surrogate",
                "weights",
                "untried",
                "ranks",
                "convergence",
                "predictive",
                "identifiability",
                "forecast",
                "held_out",
                "recovery",
                "other",
            ],
        ),
        of("visible", &["short_yes", "short_no"]),
        of("reproduce", &["posterior", "point"]),
        of("member", &sizes),
        of("survey", &surveys),
        of("month", &months),
        of("channel", &Channel::ALL.map(Channel::key)),
        of("summary.missing", &verdicts[1..6]),
        of("costs.spend", &signs),
        of("costs.effect", &signs),
        of("costs.what", &["firms", "teleworkers"]),
        of("acceptability", &["firm", "teleworker"]),
    ]
    .concat()
}

/// The script as one line: calls that the formatter has broken stand together again.
fn script() -> String {
    let words: Vec<&str> = super::SCRIPT.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace("[ ", "[")
}

/// Keys that stand in the script as they are.
fn literal() -> BTreeSet<String> {
    let script = script();
    // A call of `t` itself, not of a function whose name ends so.
    let own = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_');
    let calls = script.match_indices("t(\"").filter(|(at, _)| own(&script[..*at]));
    let calls = calls.map(|(at, call)| script[at + call.len()..].split('"').next().unwrap().to_string());
    let facts =
        script.split("[\"reproduce.").skip(1).map(|rest| format!("reproduce.{}", rest.split('"').next().unwrap()));
    // A key that ends in a dot, or that a list of names would be, is the start of a composed one.
    calls.chain(facts).filter(|key| !key.is_empty() && !key.ends_with('.')).collect()
}

#[test]
fn every_text_is_there_in_both_languages_and_used() {
    let page = page_texts();
    for (key, text) in &page {
        let text = text.as_array().unwrap_or_else(|| panic!("{key} is no pair"));
        assert_eq!(text.len(), 2, "{key}");
        let [english, japanese] = [&text[0], &text[1]].map(|one| one.as_str().unwrap().trim());
        assert!(!english.is_empty(), "{key} in English");
        assert!(!japanese.is_empty(), "{key} in Japanese");
        assert!(english.is_ascii() || english.contains(['\u{201c}', '\u{2013}', '¥']), "{key}: {english}");
        let same = ["KPI", "%", "{month}"].contains(&japanese);
        assert!(same || !japanese.is_ascii(), "{key} is not Japanese: {japanese}");
        let places = |text: &str| {
            text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_string()).collect::<BTreeSet<_>>()
        };
        assert_eq!(places(english), places(japanese), "{key} fills in other values");
    }
    let wanted: BTreeSet<String> = literal().into_iter().chain(composed()).collect();
    let missing: Vec<&String> = wanted.iter().filter(|key| !page.contains_key(*key)).collect();
    assert!(missing.is_empty(), "texts.toml lacks {missing:?}");
    // Metrics, members and segments follow the surveys' tables, which `fit.csv` repeats.
    let open = ["metric.", "member.", "segment."];
    let idle: Vec<&String> =
        page.keys().filter(|key| !wanted.contains(*key) && !open.iter().any(|start| key.starts_with(start))).collect();
    assert!(idle.is_empty(), "nothing uses {idle:?}");
}

/// Every English text of the program's tables that the page shows has its Japanese.
#[test]
fn every_word_of_the_tables_has_its_japanese() {
    let all = texts().unwrap();
    let words = all["words"].as_object().unwrap();
    let data = Data::embedded().unwrap();
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for indicator in REGISTRY {
        wanted.extend([short(indicator.name), indicator.formula, indicator.frame, indicator.unit].map(String::from));
    }
    for parameter in TABLE {
        wanted.extend([parameter.meaning, parameter.unit, parameter.source].map(String::from));
    }
    for gate in &data.posterior.gates {
        wanted.insert(gate.part.clone());
        // A check of one experiment is said as both.
        let said = gate.check.split_once(": ").filter(|_| gate.part == "held_out");
        wanted.extend(said.map_or(vec![gate.check.clone()], |(of, check)| vec![of.to_string(), check.to_string()]));
    }
    wanted.extend(Industry::all().map(|industry| industry.name().to_string()));
    let sources = table_sources();
    assert_eq!(sources.len(), 10, "rows of data/README.md about tables: {sources:?}");
    wanted.extend(sources.values().map(|source| source.to_string()));
    for (file, _) in BUILT_IN {
        let scenario = load(file, &[]).unwrap().scenario;
        wanted.extend([scenario.title, scenario.question]);
    }
    let concluded = cards().into_iter().map(|card| card["concluded"].as_str().unwrap().to_string());
    wanted.extend(concluded);
    let missing: Vec<&String> = wanted.iter().filter(|word| !words.contains_key(*word)).collect();
    assert!(missing.is_empty(), "texts.toml lacks words: {missing:#?}");
    for (english, japanese) in words {
        assert!(!japanese.as_str().unwrap().is_ascii(), "{english} is not Japanese");
    }
    for kpi in candidate_kpis() {
        let member = kpi.segment.split('=').nth(1);
        let known = |member: &str| {
            let page = page_texts();
            page.contains_key(&format!("member.{member}")) || page.contains_key(&format!("segment.tsr.{member}"))
        };
        assert!(member.is_none_or(known), "{}", kpi.segment);
    }
}

/// A section is described in `SECTIONS` alone, with its titles; one that is written but not listed there is found here.
#[test]
fn every_section_is_listed_once_with_both_titles() {
    let script = script();
    let list = script.split("const SECTIONS = [").nth(1).unwrap().split("];").next().unwrap();
    let listed: Vec<&str> = list.split("parts: ").skip(1).map(|rest| rest.split([' ', ',']).next().unwrap()).collect();
    let written = script.split("function ").skip(1).map(|rest| rest.split('(').next().unwrap());
    let written: BTreeSet<&str> = written.filter(|name| name.ends_with("Section")).collect();
    assert_eq!(listed.len(), written.len(), "{listed:?}");
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), written);
    for entry in list.split("{ id: ").skip(1) {
        let titles: Vec<&str> = entry.split("title: [").nth(1).unwrap().split(']').next().unwrap().split('"').collect();
        assert!(titles[1].is_ascii() && !titles[3].is_ascii(), "{titles:?}");
    }
}

/// What may be later than the last day known is said in the same words wherever it is said.
#[test]
fn what_may_be_later_is_said_in_the_same_words() {
    let said = &page_texts()["sources.how"];
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let [english, japanese] = [0, 1].map(|at| said[at].as_str().unwrap().to_string());
    assert!(one_line(include_str!("../../README.md")).contains(&english));
    assert!(one_line(include_str!("../../data/README.md")).contains(&english));
    assert!(one_line(include_str!("../../README.ja.md")).contains(&japanese));
}

#[test]
fn summaries_are_read_by_the_script_and_no_other_table_is() {
    let script = script();
    for summary in SUMMARIES {
        assert!(script.contains(&format!("rows(\"{}\")", summary.name)), "nothing shows {}", summary.name);
    }
    for asked in script.split("rows(\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(SUMMARIES.iter().any(|summary| summary.name == asked), "{asked} is no summary table");
    }
}
