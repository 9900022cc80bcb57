//! Accepted means it runs: scenarios made up from the schema that the check takes are run on a small sample, and what they
//! wrote is read back.
//!
//! `TELEWORK_SCENARIOS=1000 cargo test --test all accepted:: -- --nocapture` runs so many; without it a few.
//! `TELEWORK_SCENARIOS_FROM=1000` begins with another number, to go on with a campaign or share it out.

use serde_json::Value as Schema;
use std::{path::Path, sync::atomic::AtomicBool};
use telework::{
    commands::{Common, RunContext, RunRequest, UncertaintyFlags, execute, prepare_loaded},
    engine::IndicatorSeries,
    random::{Key, Purpose},
    report::Folder,
    results::{AnyManifest, read_series},
    scenario::{self, KINDS, form},
};
use toml::{Table, Value};

/// Words of luck, one after the other.
struct Luck {
    key: Key,
    next: u32,
}

impl Luck {
    fn below(&mut self, end: usize) -> usize {
        self.next += 1;
        self.key.words(self.next, 0, Purpose::Calibration)[0] as usize % end.max(1)
    }
    fn share(&mut self) -> f64 {
        self.below(1_000_001) as f64 / 1e6
    }
}

/// A value as the schema of its key says.
fn value(schema: &Schema, luck: &mut Luck) -> Value {
    let number = |key: &str, open: f64| schema[key].as_f64().unwrap_or(open);
    // Ends of a range are where mistakes are; between them small values are as frequent as large ones.
    let between = |luck: &mut Luck| {
        let (low, high) = (number("minimum", 0.0), number("maximum", 1e6));
        match luck.below(6) {
            0 => low,
            1 => high,
            2 => low + (high - low) * luck.share(),
            _ => low + (high - low) * luck.share().powi(4),
        }
    };
    match schema["type"].as_str().unwrap_or("object") {
        "boolean" => Value::Boolean(luck.below(2) == 0),
        "integer" => Value::Integer(between(luck) as i64),
        "number" => Value::Float(between(luck)),
        "array" => Value::Array((0..1 + luck.below(3)).map(|_| value(&schema["items"], luck)).collect()),
        "object" => Value::Table(table(schema, luck, &[])),
        _ if schema["format"] == "date" => day(luck),
        _ if schema["x-unit"] == "yen" => Value::String(format!("{} yen", 10_i64.pow(luck.below(12) as u32))),
        _ if schema["x-unit"] == "weeks" => Value::String(format!("{} weeks", luck.below(200))),
        _ => match schema["enum"].as_array() {
            Some(words) => Value::String(words[luck.below(words.len())].as_str().unwrap_or_default().to_string()),
            None => Value::String(format!("measure_{}", luck.below(4))),
        },
    }
}

fn day(luck: &mut Luck) -> Value {
    let text = format!("{}-{:02}-{:02}", 2020 + luck.below(3), 1 + luck.below(12), 1 + luck.below(28));
    Value::Datetime(text.parse().unwrap())
}

/// A table with all that is required, and some of the rest.
fn table(schema: &Schema, luck: &mut Luck, without: &[&str]) -> Table {
    let required = |key: &str| schema["required"].as_array().is_some_and(|keys| keys.iter().any(|name| name == key));
    let mut table = Table::new();
    for (key, of) in schema["properties"].as_object().into_iter().flatten() {
        if !without.contains(&key.as_str()) && (required(key) || luck.below(3) == 0) {
            table.insert(key.clone(), value(of, luck));
        }
    }
    table
}

/// A scenario that is mostly sound: the check has the last word.
fn scenario(number: u32) -> String {
    let mut luck = Luck { key: Key::new(2036, number), next: 0 };
    let form = form();
    let mut all = Table::new();
    for key in ["title", "question"] {
        all.insert(key.into(), Value::String(format!("made up {number}")));
    }
    all.insert("sources".into(), Value::Array(vec![Value::String("none".into())]));
    if luck.below(3) == 0 {
        all.insert("environment".into(), value(&form["properties"]["environment"], &mut luck));
    }
    if luck.below(4) == 0 {
        let parameters = &form["properties"]["parameters"]["properties"];
        let names: Vec<&String> = parameters.as_object().unwrap().keys().collect();
        let chosen = names[luck.below(names.len())];
        let one = Table::from_iter([(chosen.clone(), value(&parameters[chosen], &mut luck))]);
        all.insert("parameters".into(), Value::Table(one));
    }
    let item = &form["properties"]["intervention"]["items"];
    let mut without: Vec<&str> = KINDS.to_vec();
    without.push("name");
    let measures = (0..luck.below(4)).map(|at| {
        let kind = KINDS[luck.below(KINDS.len())];
        let mut measure = table(item, &mut luck, &without);
        // Keys that most kinds have no use for lead to refusals only.
        for key in ["unit_cost", "budget_per_fiscal_year", "from", "until"] {
            if luck.below(2) == 0 {
                measure.remove(key);
            }
        }
        measure.insert("name".into(), Value::String(format!("measure_{at}")));
        measure.insert(kind.into(), Value::Table(table(&item["properties"][kind], &mut luck, &[])));
        Value::Table(measure)
    });
    let measures: Vec<Value> = measures.collect();
    all.insert("intervention".into(), Value::Array(measures));
    let end: Value = Value::Datetime(format!("2021-{:02}-28", 1 + luck.below(12)).parse().unwrap());
    let run = [("end", end), ("sample", Value::Integer(6_000)), ("replicates", Value::Integer(1))];
    let mut run = Table::from_iter(run.map(|(key, value)| (key.to_string(), value)));
    run.insert("seed".into(), Value::Integer(luck.below(usize::MAX >> 1) as i64));
    all.insert("run".into(), Value::Table(run));
    toml::to_string(&all).unwrap()
}

fn runs_and_reads_back(home: &Path, number: u32, text: &str) -> bool {
    let Ok(loaded) = scenario::load_text(&format!("made_up_{number}"), text, &[]) else { return false };
    let request = RunRequest {
        common: Common {
            out: Some(home.join(number.to_string())),
            store: Some(home.join("store")),
            ..Common::default()
        },
        uncertainty: UncertaintyFlags { split: 0, ..UncertaintyFlags::default() },
        ..RunRequest::default()
    };
    let context = RunContext { threads: 1, observe: &|_| {}, stop: &AtomicBool::new(false) };
    let outcome = prepare_loaded(loaded, request).and_then(|job| execute(job, context));
    let folder = outcome.unwrap_or_else(|problems| panic!("{number}: {problems}\n{text}")).folder;
    let series = read_series(&folder).unwrap_or_else(|problem| panic!("{number}: {problem}\n{text}"));
    assert_eq!(series.len(), 1, "{number}");
    // A difference between regions may be of either sign.
    let signed = |one: &&IndicatorSeries| one.indicator.describe().unit == "difference of shares";
    let unsigned = series[0].indicators.iter().filter(|figure| !signed(figure));
    let figures = unsigned.flat_map(|figure| &figure.values);
    let shares = figures.filter(|(_, value)| value.is_finite() && *value < 0.0).count();
    assert_eq!(shares, 0, "{number}: an indicator is below 0\n{text}");
    AnyManifest::read(&folder).unwrap_or_else(|problem| panic!("{number}: {problem}\n{text}"));
    Folder::read(&folder).unwrap_or_else(|problem| panic!("{number}: {problem}\n{text}"));
    std::fs::remove_dir_all(folder).unwrap();
    true
}

#[test]
fn every_accepted_scenario_runs_and_reads_back() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse().ok());
    let (wanted, from) = (number("TELEWORK_SCENARIOS").unwrap_or(12), number("TELEWORK_SCENARIOS_FROM").unwrap_or(0));
    let home = tempfile::tempdir().unwrap();
    let (mut ran, mut made) = (0, 0);
    while ran < wanted {
        let text = scenario(from + made);
        ran += u32::from(runs_and_reads_back(home.path(), from + made, &text));
        made += 1;
        if made % 100 == 0 {
            println!("{ran} of {made} accepted");
        }
        assert!(made < 200 * wanted, "the generator makes hardly anything that is accepted: {ran} of {made}");
    }
    println!("{ran} of {made} made-up scenarios were accepted, and ran");
}
