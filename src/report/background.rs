//! What a page says beside the tables: KPIs, parameters with their posterior ranges, the certificate, scenarios, data.

use super::folder::Folder;
use crate::{
    analysis::candidate_kpis,
    classification::{Industry, Prefecture, Region, SizeClass},
    data::{Data, Observation},
    observation::REGISTRY,
    parameters::TABLE,
    statistics::{DRAWS_OF_COLUMNS, quantile_sorted},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The page of the tables' sources; only its rows about tables are read.
const DATA_README: &str = include_str!("../../data/README.md");

/// Written by the test that makes the cards, `tests/measures.rs`.
const EFFECT_CARDS: &str = include_str!("effect_cards.csv");

/// Everything of the page that is no summary table.
pub(super) fn background(folders: &[Folder], data: &Data) -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "draws_of_columns": BTreeMap::from(DRAWS_OF_COLUMNS),
        "indicators": indicators(),
        "kpis": kpis(),
        "parameters": parameters(data),
        "posterior": {
            "as_of": data.posterior.as_of.to_string(),
            "draws": data.posterior.draws.len(),
            "gates": gates(data),
        },
        "prefectures": prefectures(data),
        "industries": Industry::all().map(|i| json!({ "key": i.key(), "name": i.name() })).collect::<Vec<_>>(),
        "regions": Region::ALL.map(Region::name),
        "kinds": crate::scenario::KINDS,
        "sizes": SizeClass::ALL.map(SizeClass::key),
        "tables": tables(data),
        "cards": cards(),
        "surveys": surveys(&data.observations),
        "facts": facts(data),
        "scenarios": scenarios(folders),
        "changes": folders.iter().map(|folder| changes(&folder.manifest, data)).collect::<Vec<_>>(),
    })
}

fn indicators() -> Vec<Value> {
    let one = |i: &crate::observation::Indicator| {
        json!({ "id": i.id, "name": short(i.name), "formula": i.formula, "frame": i.frame, "unit": i.unit,
            "candidate": i.candidate })
    };
    REGISTRY.iter().map(one).collect()
}

/// What the registry says in brackets about targets has its own place on the page.
pub(super) fn short(name: &str) -> &str {
    name.split(" (").next().unwrap_or(name)
}

fn kpis() -> Vec<Value> {
    let one = |k: crate::analysis::Kpi| {
        json!({ "kpi": k.indicator.id, "segment": k.segment, "target": k.target,
            "moves": k.moves(), "survey": k.published.map(|p| p.survey) })
    };
    candidate_kpis().into_iter().map(one).collect()
}

fn parameters(data: &Data) -> Vec<Value> {
    let one = |p: &crate::parameters::Parameter| {
        let mut values: Vec<f64> = data.posterior.draws.iter().filter_map(|d| d.parameters.get(p.name)).collect();
        values.sort_by(f64::total_cmp);
        let quantile = |q| quantile_sorted(&values, q);
        json!({ "name": p.name, "meaning": p.meaning, "unit": p.unit, "point": p.default, "low_5": quantile(0.05),
            "median": quantile(0.5), "high_95": quantile(0.95), "minimum": p.minimum, "maximum": p.maximum,
            "prior_mean": p.prior_mean, "prior_sd": p.prior_sd, "evidence": p.evidence.to_string(),
            "source": p.source })
    };
    TABLE.iter().map(one).collect()
}

fn gates(data: &Data) -> Vec<Value> {
    let one = |g: &crate::data::Gate| json!({ "part": g.part, "check": g.check, "found": g.found, "required": g.required, "passed": g.passed });
    data.posterior.gates.iter().map(one).collect()
}

fn prefectures(data: &Data) -> Vec<Value> {
    let one = |row: &crate::data::PrefectureRow| {
        json!({ "name": row.prefecture.name(), "ja": row.prefecture.name_ja(), "label": row.abbreviation,
            "row": row.tile_row, "column": row.tile_column, "region": row.prefecture.region().name() })
    };
    debug_assert_eq!(data.prefectures.len(), Prefecture::all().len());
    data.prefectures.iter().map(one).collect()
}

/// Tables with their source as `data/README.md` states it, and the hash of the bytes that were read.
fn tables(data: &Data) -> Vec<Value> {
    let sources = table_sources();
    let one = |(file, hash): &(String, String)| {
        let name = file.rsplit('/').next().unwrap_or(file);
        json!({ "file": file, "blake3": hash, "source": sources.get(name) })
    };
    data.files.iter().map(one).collect()
}

/// File name -> source and year.
pub(super) fn table_sources() -> BTreeMap<&'static str, &'static str> {
    let row = |line: &'static str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        Some((cells.next()?.trim_end_matches('`'), cells.next()?))
    };
    DATA_README.lines().filter_map(row).filter(|(file, _)| file.ends_with(".csv")).collect()
}

/// The survey series with how many figures each has, and over which time.
fn surveys(observations: &[Observation]) -> Vec<Value> {
    let ids: BTreeSet<&str> = observations.iter().map(|o| o.survey.as_str()).collect();
    let one = |id: &str| {
        let own = || observations.iter().filter(|o| o.survey == id);
        // The address or paper where a figure was read follows the survey's name.
        let name = |o: &Observation| {
            o.source.split(" http").next().unwrap_or_default().split(", in:").next().map(str::to_string)
        };
        let names: BTreeSet<String> = own().filter_map(name).collect();
        let confidence = own().fold(BTreeMap::<&str, usize>::new(), |mut all, o| {
            *all.entry(&o.confidence).or_default() += 1;
            all
        });
        json!({ "survey": id, "figures": own().count(), "names": names, "confidence": confidence,
            "from": own().map(|o| o.field_start).min().map(|d| d.to_string()),
            "until": own().map(|o| o.field_end).max().map(|d| d.to_string()) })
    };
    ids.into_iter().map(one).collect()
}

/// The effect cards of `docs/measures.md`, as they were made: nothing is simulated for a page.
pub(super) fn cards() -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(EFFECT_CARDS.as_bytes());
    let columns: Vec<String> = reader.headers().map_or_else(|_| Vec::new(), |all| all.iter().map(Into::into).collect());
    let cell = |(column, text): (&String, &str)| {
        let words = ["kind", "confidence", "concluded", "version"].contains(&column.as_str());
        let number = || text.parse::<f64>().map_or(Value::Null, Value::from);
        (column.clone(), if words { text.into() } else { number() })
    };
    let rows = reader.records().flatten();
    rows.map(|row| Value::Object(columns.iter().zip(row.iter()).map(cell).collect())).collect()
}

fn facts(data: &Data) -> Vec<Value> {
    let one = |f: &crate::data::Fact| {
        json!({ "name": f.name, "value": f.value, "unit": f.unit, "year": f.year, "confidence": f.confidence,
            "source": f.source })
    };
    data.facts.iter().map(one).collect()
}

/// Every scenario that a manifest holds, wherever it stands there: name, title, question, interventions, TOML.
fn scenarios(folders: &[Folder]) -> Vec<Value> {
    let mut found = Vec::new();
    for (at, folder) in folders.iter().enumerate() {
        collect(&folder.manifest, &mut |holder, text| {
            let toml: Value = toml::from_str(text).unwrap_or(Value::Null);
            let interventions = toml["intervention"].as_array().map_or(&[][..], Vec::as_slice);
            let interventions: Vec<Value> = interventions.iter().map(intervention).collect();
            let name = ["scenario", "name"].iter().find_map(|key| holder[*key].as_str()).unwrap_or("scenario");
            found.push(json!({ "folder": at, "name": name, "title": toml["title"], "question": toml["question"],
                "sources": toml["sources"], "interventions": interventions, "toml": text }));
        });
    }
    found
}

fn collect(value: &Value, found: &mut impl FnMut(&Value, &str)) {
    if let Some(text) = value["scenario_toml"].as_str() {
        found(value, text);
    }
    match value {
        Value::Array(list) => list.iter().for_each(|one| collect(one, found)),
        Value::Object(map) => map.values().for_each(|one| collect(one, found)),
        _ => {}
    }
}

/// A day of a scenario's text as ISO text; `null` where there is none.
fn day(value: &Value) -> Value {
    // TOML days come through JSON as a table with one key of serde's own.
    let text = value.as_str().or_else(|| value.as_object()?.values().next()?.as_str());
    text.map_or(Value::Null, Value::from)
}

/// Name, kind, whether it is on, and its last day.
fn intervention(table: &Value) -> Value {
    let kind = crate::scenario::KINDS.iter().find(|kind| !table[**kind].is_null());
    json!({ "name": table["name"], "kind": kind, "active": table["active"] != json!(false),
        "until": day(&table["until"]) })
}

/// What differs between the program and data that wrote a folder and those at hand.
fn changes(manifest: &Value, data: &Data) -> Value {
    let version = manifest["version"].as_str().filter(|version| *version != env!("CARGO_PKG_VERSION"));
    let known = manifest["data"].as_array().map_or(&[][..], Vec::as_slice);
    let changed = known.iter().filter(|one| {
        let same = |(file, hash): &(String, String)| one["file"] == **file && one["blake3"] == **hash;
        !data.files.iter().any(same)
    });
    json!({ "version": version, "tables": changed.map(|one| &one["file"]).collect::<Vec<_>>() })
}
