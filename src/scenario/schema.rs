//! The schema of a scenario, from the raw types: for the checks of form, for editors, and for the docs' key tables.

use super::{KINDS, conform::plain, raw::RawScenario};
use crate::text::harmful;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::{fmt::Write, sync::OnceLock};

/// The form of a merged scenario (without `extends` and `[change]`).
pub fn form() -> &'static Value {
    static FORM: OnceLock<Value> = OnceLock::new();
    FORM.get_or_init(form_of::<RawScenario>)
}

/// The form of any type that is read from TOML.
pub fn form_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    schema
}

/// What the schema says of the value at a path such as `intervention.NAME.scale`, given as its keys.
pub fn described(keys: &[&str]) -> Option<&'static Value> {
    let mut schema = &form()["properties"];
    let keys = match keys {
        ["intervention", _, rest @ ..] if !rest.is_empty() => {
            schema = &schema["intervention"]["items"]["properties"];
            rest
        }
        ["intervention", ..] => return None,
        keys => keys,
    };
    let (last, tables) = keys.split_last()?;
    for key in tables {
        schema = &schema.get(*key)?["properties"];
    }
    schema.get(*last)
}

/// The JSON Schema of a scenario file, for completion in editors.
pub fn schema() -> Value {
    let mut schema = form().clone();
    as_written(&mut schema);
    let mut edit = schema["properties"]["intervention"]["items"].clone();
    relax(&mut edit);
    if let Some(properties) = edit["properties"].as_object_mut() {
        properties.shift_remove("name");
    }
    let one_line = format!("^\\s*[^{}\\n\\t]*\\s*$", harmful_class());
    for key in ["title", "question"] {
        // Not of spaces alone.
        schema["properties"][key]["allOf"] = json!([{ "pattern": "\\S" }, { "pattern": one_line }]);
    }
    schema["properties"]["sources"]["items"]["pattern"] = json!(one_line);
    schema["properties"]["run"]["not"] =
        json!({ "required": ["whole", "sample"], "properties": { "whole": { "const": true } } });
    schema["anyOf"] = json!([{ "required": ["extends"] }, { "required": ["title", "question", "sources"] }]);
    let item = &mut schema["properties"]["intervention"]["items"];
    item["oneOf"] = KINDS.iter().map(|kind| json!({ "required": [kind] })).collect();
    let mut properties = Map::new();
    properties.insert(
        "extends".into(),
        json!({ "type": "string", "minLength": 1,
            "description": "The scenario that this one inherits from: a path seen from this file's folder, or a \
                built-in scenario such as \"baseline.toml\"." }),
    );
    if let Some(own) = schema["properties"].as_object() {
        properties.extend(own.clone());
    }
    properties.insert(
        "change".into(),
        json!({ "type": "object",
            "description": "Changes of inherited interventions, one line each: `name = \"off\"`, `name = \"on\"`, or \
                `name = { scale = 10 }`; tables are merged key by key.",
            "additionalProperties": { "anyOf": [{ "type": "string", "enum": ["off", "on"] }, edit] } }),
    );
    schema["properties"] = Value::Object(properties);
    schema["title"] = "telework-sim scenario".into();
    schema
}

/// Takes out what TOML has no word for, and joins choices to one list.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Object(object) => {
            object.values_mut().for_each(tidy);
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    object.insert("type".into(), one);
                }
            }
            for joined in ["oneOf", "anyOf"] {
                let Some(options) = object.get(joined).and_then(Value::as_array) else { continue };
                let options: Vec<Value> = options.iter().filter(|option| option["type"] != "null").cloned().collect();
                let words: Vec<Value> = options.iter().filter_map(|option| option.get("const").cloned()).collect();
                if let [one] = options.as_slice() {
                    let Value::Object(one) = one.clone() else { continue };
                    object.shift_remove(joined);
                    one.into_iter().for_each(|(key, value)| {
                        object.entry(key).or_insert(value);
                    });
                } else if words.len() == options.len() {
                    object.shift_remove(joined);
                    object.insert("type".into(), "string".into());
                    object.insert("enum".into(), Value::Array(words));
                }
            }
            if let Some(Value::Array(members)) = object.get_mut("enum") {
                members.retain(|member| !member.is_null());
            }
            for key in ["default", "format"] {
                if object.get(key).is_some_and(|value| value != "date") {
                    object.shift_remove(key);
                }
            }
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            }
        }
        _ => {}
    }
}

/// Lets values be text wherever the check of form knows more ways to write them (`\"3%\"`, `\"令和3年4月1日\"`, `\"OSAKA\"`): an editor
/// offers the plain form and refuses nothing that the program takes.
fn as_written(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().for_each(as_written);
    }
    if let Some(items) = object.get_mut("items") {
        as_written(items);
    }
    let word = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let text = json!({ "type": "string" });
    let others = match word("type") {
        "integer" | "number" | "boolean" => vec![text],
        // Prefectures have numbers as well.
        "string" if word("x-list") == "prefecture" => vec![text, json!({ "type": "integer" })],
        "string" if object.contains_key("enum") || word("format") == "date" => vec![text],
        "string" if object.contains_key("x-unit") => {
            object.shift_remove("pattern");
            return;
        }
        _ => return,
    };
    let mut plain = std::mem::take(object);
    object.extend(["description", "x-unit", "x-list"].iter().filter_map(|key| plain.shift_remove_entry(*key)));
    object.insert("anyOf".into(), std::iter::once(Value::Object(plain)).chain(others).collect());
}

/// Takes out `required`: a change names only what it changes.
fn relax(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(relax),
        Value::Object(object) => {
            if object.get("required").is_some_and(Value::is_array) {
                object.shift_remove("required");
            }
            object.values_mut().for_each(relax);
        }
        _ => {}
    }
}

/// What no text may hold, inside the brackets of a regular expression; beyond U+FFFF dialects differ, so that only the
/// check of form refuses it there.
fn harmful_class() -> String {
    let mut class = String::new();
    let mut next = 0;
    while next <= 0xffff {
        let end = (next..=0xffff).find(|code| !char::from_u32(*code).is_some_and(harmful)).unwrap_or(0x1_0000);
        if end > next {
            let _ = write!(class, "\\u{next:04x}-\\u{:04x}", end - 1);
        }
        next = end.max(next + 1);
    }
    class
}

/// The schema as the text of `scenarios/schema.json`.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

/// Every key with unit, range and meaning, as the tables of `docs/scenarios.md`.
pub fn key_tables() -> String {
    let form = form();
    let properties = &form["properties"];
    let item = &properties["intervention"]["items"]["properties"];
    let mut text = String::new();
    let mut top = properties.clone();
    if let Some(top) = top.as_object_mut() {
        top.retain(|_, schema| schema["properties"].is_null() && schema["items"]["properties"].is_null());
    }
    key_table(&mut text, "Top level", &top, form);
    for section in ["run", "environment"] {
        key_table(&mut text, &format!("`[{section}]`"), &properties[section]["properties"], &properties[section]);
    }
    let mut common = item.clone();
    if let Some(common) = common.as_object_mut() {
        common.retain(|key, _| !KINDS.contains(&key.as_str()) && key != "target");
    }
    key_table(&mut text, "`[[intervention]]`, every kind", &common, &properties["intervention"]["items"]);
    key_table(&mut text, "`target`", &item["target"]["properties"], &item["target"]);
    for kind in KINDS {
        let keys = &item[kind]["properties"];
        key_table(&mut text, &format!("`{kind}`"), keys, &item[kind]);
        if let Some(list) = keys.get("list") {
            let title = format!("`{kind}`, each of `list`");
            key_table(&mut text, &title, &list["items"]["properties"], &list["items"]);
        }
    }
    text
}

fn key_table(text: &mut String, title: &str, keys: &Value, of: &Value) {
    let Some(keys) = keys.as_object() else { return };
    let description = of["description"].as_str().unwrap_or("");
    let _ = writeln!(text, "### {title}\n\n{description}\n\n| key | value | meaning |\n| --- | --- | --- |");
    for (key, schema) in keys {
        let must = of["required"].as_array().is_some_and(|required| required.iter().any(|name| name == key));
        let must = if must { " **required**" } else { "" };
        let meaning = schema["description"].as_str().unwrap_or("");
        let _ = writeln!(text, "| `{key}` | {}{must} | {meaning} |", value_words(schema));
    }
    text.push('\n');
}

/// A value's type, unit and range in words.
fn value_words(schema: &Value) -> String {
    let unit = schema["x-unit"].as_str();
    let unit_words = unit.map_or(String::new(), |unit| format!(", {unit}"));
    let range = |schema: &Value| match (&schema["minimum"], &schema["maximum"]) {
        (Value::Null, Value::Null) => String::new(),
        (minimum, maximum) => format!(", {} to {}", plain(minimum), plain(maximum)),
    };
    match schema["type"].as_str().unwrap_or("") {
        "string" if schema["format"] == "date" => "date".into(),
        "string" if unit == Some("yen") => "money with unit".into(),
        "string" if unit == Some("weeks") => "duration with unit".into(),
        "string" => match schema["enum"].as_array() {
            Some(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "),
            None => "text".into(),
        },
        "boolean" => "true or false".into(),
        "integer" => format!("whole number{unit_words}{}", range(schema)),
        "number" => format!("number{unit_words}{}", range(schema)),
        "array" => match schema["items"]["x-list"].as_str() {
            Some("prefecture") => "list of prefectures".into(),
            Some("industry") => "list of industries".into(),
            Some("region") => "list of regions".into(),
            Some("barrier") => "list of barriers".into(),
            Some("channel") => "list of channels".into(),
            Some(_) => "list of sizes".into(),
            None if schema["items"]["properties"].is_object() => "list of tables, see below".into(),
            None => format!("list: {}", value_words(&schema["items"])),
        },
        _ => "table".into(),
    }
}
