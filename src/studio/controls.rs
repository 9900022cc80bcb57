//! The form of a scenario: every value that it can have, with unit, range, help, what it is and what it would be without
//! the scenario's own lines. From the schema, so that nothing can be missing.

use crate::{
    parameters::TABLE,
    scenario::{KINDS, Loaded, form},
};
use serde_json::{Map, Value, json};

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

/// Name, kind, whether it is on, whether the parent has it, and why it may do nothing.
pub fn groups(loaded: &Loaded, parent: Option<&Loaded>, idle: &[String]) -> Vec<Value> {
    let own = resolved(loaded);
    let inherited = parent.map(resolved);
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
            "added": added, "no_effect": effect })
    };
    interventions(&own).map(one).collect()
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
