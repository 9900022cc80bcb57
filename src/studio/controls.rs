//! The form of a scenario: every value that it can have, with unit, range, help, what it is and what it would be without
//! the scenario's own lines. From the schema, so that nothing can be missing.

use crate::{
    parameters::TABLE,
    scenario::{KINDS, Loaded, form},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use toml_edit::{DocumentMut, Item, RawString};

/// Sections whose keys stand in the same order in every scenario.
const SECTIONS: [&str; 3] = ["run", "environment", "parameters"];

/// All controls: `parent` is the scenario that this one extends.
pub fn controls(loaded: &Loaded, parent: Option<&Loaded>) -> Vec<Value> {
    let own = resolved(loaded);
    let inherited = parent.map(resolved);
    let form = &form()["properties"];
    let mut all = Vec::new();
    for key in ["title", "question", "sources"] {
        let mut control = control(key, "scenario", &form[key], &own[key], &Value::Null, &Value::Null);
        control["overridden"] = false.into();
        all.push(control);
    }
    for section in SECTIONS {
        for (key, schema) in form[section]["properties"].as_object().into_iter().flatten() {
            let path = format!("{section}.{key}");
            let inherited = inherited.as_ref().map_or(&Value::Null, |all| &all[section][key]);
            let mut control =
                control(&path, section, schema, &own[section][key], inherited, &usual(section, key, &own));
            if let Some(row) = TABLE.iter().find(|row| section == "parameters" && row.name == key) {
                control["source"] = row.source.into();
                control["help"] = row.meaning.into();
                control["assumed"] = (row.evidence == crate::parameters::Evidence::Assumed).into();
            }
            all.push(control);
        }
    }
    for one in interventions(&own) {
        let name = one["name"].as_str().unwrap_or_default();
        let before = inherited.iter().flat_map(interventions).find(|other| other["name"] == one["name"]);
        let before = before.unwrap_or(&Value::Null);
        let fields = form["intervention"]["items"]["properties"].as_object().into_iter().flatten();
        for (key, schema) in fields.filter(|(key, _)| *key != "name") {
            let kind = KINDS.contains(&key.as_str());
            if kind && one[key].is_null() {
                continue;
            }
            if !kind && key != "target" {
                let path = format!("intervention.{name}.{key}");
                let usual = usual("intervention", key, &own);
                all.push(control(&path, &format!("intervention.{name}"), schema, &one[key], &before[key], &usual));
                continue;
            }
            for (inner, schema) in schema["properties"].as_object().into_iter().flatten() {
                let path = format!("intervention.{name}.{key}.{inner}");
                let group = format!("intervention.{name}");
                all.push(control(&path, &group, schema, &one[key][inner], &before[key][inner], &Value::Null));
            }
        }
    }
    all
}

/// Name, kind, whether it is on, whether the parent has it, why it may do nothing, and where its numbers come from.
pub fn groups(loaded: &Loaded, parent: Option<&Loaded>, idle: &[String]) -> Vec<Value> {
    let own = resolved(loaded);
    let inherited = parent.map(resolved);
    let remarks = remarks(loaded);
    let one = |table: &Value| {
        let name = table["name"].as_str().unwrap_or_default();
        let added = inherited.as_ref().is_some_and(|all| interventions(all).all(|other| other["name"] != *name));
        let active = table["active"] != json!(false);
        let effect = if !active {
            Some("off")
        } else if idle.iter().any(|one| one == name) {
            Some("no_firm")
        } else if loaded.scenario.interventions.iter().any(|i| i.name == name && i.scale == 0.0) {
            Some("scale_0")
        } else {
            None
        };
        json!({ "name": name, "kind": KINDS.iter().find(|kind| !table[**kind].is_null()), "active": active,
            "added": added, "no_effect": effect, "remark": remarks.get(name) })
    };
    interventions(&own).map(one).collect()
}

/// By intervention, the comment right above its table in the file that it is written in: what its numbers rest on.
fn remarks(loaded: &Loaded) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (_, text) in &loaded.sources {
        // (A setting is no document, and what a file has as a list in one line has no place for comments.)
        let document: DocumentMut = text.parse().unwrap_or_default();
        let tables = document.get("intervention").and_then(Item::as_array_of_tables);
        for table in tables.into_iter().flatten() {
            let above = table.decor().prefix().and_then(RawString::as_str).unwrap_or_default();
            let mut lines: Vec<&str> =
                above.lines().rev().map_while(|line| line.trim().strip_prefix('#')).map(str::trim).collect();
            lines.reverse();
            if let Some(name) = table.get("name").and_then(Item::as_str).filter(|_| !lines.is_empty()) {
                all.entry(name.to_string()).or_insert_with(|| lines.join(" "));
            }
        }
    }
    all
}

/// A resolved scenario as JSON: days as text.
fn resolved(loaded: &Loaded) -> Value {
    fn plain(value: &toml::Value) -> Value {
        match value {
            toml::Value::Table(table) => {
                Value::Object(table.iter().map(|(k, v)| (k.clone(), plain(v))).collect::<Map<_, _>>())
            }
            toml::Value::Array(list) => list.iter().map(plain).collect(),
            toml::Value::Datetime(day) => day.to_string().into(),
            toml::Value::String(text) => text.as_str().into(),
            toml::Value::Integer(number) => (*number).into(),
            toml::Value::Float(number) => (*number).into(),
            toml::Value::Boolean(flag) => (*flag).into(),
        }
    }
    plain(&toml::Value::Table(loaded.resolved_toml.parse().unwrap_or_default()))
}

fn interventions(resolved: &Value) -> impl Iterator<Item = &Value> {
    resolved["intervention"].as_array().into_iter().flatten()
}

/// What holds where nothing is written, as the descriptions of the keys say.
fn usual(section: &str, key: &str, own: &Value) -> Value {
    match (section, key) {
        ("parameters", name) => json!(TABLE.iter().find(|row| row.name == name).map(|row| row.default)),
        ("environment", "later_infections") => "none".into(),
        ("intervention", "active") => true.into(),
        ("intervention", "scale") => 1.into(),
        ("intervention", "from") => own["run"]["start"].clone(),
        ("intervention", "until") => own["run"]["end"].clone(),
        ("intervention", "delay") => "0 weeks".into(),
        _ => Value::Null,
    }
}

fn control(path: &str, group: &str, schema: &Value, value: &Value, inherited: &Value, usual: &Value) -> Value {
    let unit = &schema["x-unit"];
    let kind = match (schema["type"].as_str().unwrap_or_default(), unit.as_str()) {
        ("string", _) if schema["format"] == "date" => "date",
        ("string", Some("yen")) => "money",
        ("string", Some("weeks")) => "duration",
        ("string", _) if schema["enum"].is_array() => "choice",
        ("string", _) => "text",
        ("boolean", _) => "switch",
        ("integer", _) => "whole",
        ("number", _) => "number",
        ("array", _) if schema["items"]["properties"].is_object() => "tables",
        ("array", _) => "list",
        _ => "table",
    };
    let default = if inherited.is_null() { usual } else { inherited };
    // 2 and 2.0 are one number.
    let same = value == default || value.as_f64().zip(default.as_f64()).is_some_and(|(a, b)| a == b);
    json!({ "path": path, "group": group, "kind": kind, "value": value, "default": default,
        "inherited": !inherited.is_null(),
        "overridden": !value.is_null() && !default.is_null() && !same,
        "unit": unit, "min": schema["minimum"], "max": schema["maximum"], "step": if kind == "whole" { json!(1) } else { Value::Null },
        "options": if kind == "list" { &schema["items"]["enum"] } else { &schema["enum"] },
        "items": schema["items"]["type"], "help": schema["description"] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{BUILT_IN, load, load_text};

    /// The comment right above the table: no other paragraph, no other table's; a child's own before its parent's.
    #[test]
    fn a_measure_has_the_comment_right_above_it() {
        let head = "title = \"t\"\nquestion = \"q\"\nsources = [\"s\"]\n";
        let table =
            |name: &str| format!("[[intervention]]\nname = \"{name}\"\nguidelines = {{ uptake_per_year = 0.1 }}\n");
        let text = format!("{head}# Of all.\n\n# Two\n#  lines.\n{}# Apart.\n\n{}", table("first"), table("second"));
        let told = remarks(&load_text("own", &text, &[]).unwrap());
        assert_eq!(told, BTreeMap::from([("first".to_string(), "Two lines.".to_string())]));
        let text = format!("{head}extends = \"baseline.toml\"\n# Mine.\n{}", table("mine"));
        let told = remarks(&load_text("child", &text, &[]).unwrap());
        assert_eq!(told["mine"], "Mine.");
        assert_eq!(told["supportnw"], "The same number of events in each later fiscal year.");
    }

    /// Each measure of each shipped scenario says what its numbers rest on, in both languages.
    #[test]
    fn every_shipped_measure_says_what_its_numbers_rest_on() {
        let texts: toml::Table = include_str!("texts.toml").parse().unwrap();
        for (file, _) in BUILT_IN {
            let loaded = load(file, &[]).unwrap();
            let told = remarks(&loaded);
            for intervention in &loaded.scenario.interventions {
                let remark = told.get(&intervention.name).unwrap_or_else(|| panic!("{file}: {}", intervention.name));
                assert!(texts["words"].get(remark).is_some(), "{file}: no Japanese for {remark:?}");
            }
        }
    }
}
