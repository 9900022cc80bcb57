//! Changes of a scenario's text that leave everything else as it is: comments, order, blank lines. Text and changes in,
//! text out.
//!
//! What a scenario inherits is changed under `[change]`, what is its own in its place.

use crate::{
    error::{Kind, Problem},
    scenario::{described, form},
};
use serde::Deserialize;
use serde_json::Value as Json;
use toml_edit::{Array, Datetime, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// One change: a path as in `--set`, or `intervention.NAME` for a whole one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Path, such as `run.sample` or `intervention.managers.scale`.
    pub path: String,
    /// New value; null takes the line away, so that the inherited value or the default holds again.
    pub value: Json,
}

/// A text with changes.
///
/// # Errors
/// A text that is no TOML, a path that leads nowhere.
pub fn edit(text: &str, changes: &[Change]) -> Result<String, Problem> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let message = format!("not TOML: {}", error.message().replace('\n', " "));
        let problem = Problem::error(Kind::Scenario, message).advise("mend the text first, then use the controls");
        problem.at("scenario", &text.into(), error.span().unwrap_or(0..0))
    })?;
    for Change { path, value } in changes {
        let keys: Vec<&str> = path.split('.').collect();
        let plain = |key: &&str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let done = keys.iter().all(plain)
            && keys.len() <= 8
            && match keys.as_slice() {
                ["intervention", name] => whole(&mut document, name, value),
                ["intervention", name, rest @ ..] => intervention(&mut document, name, rest, &keys, value),
                keys => {
                    counterpart(document.as_table_mut(), keys, value);
                    put(document.as_table_mut(), keys, converted(value, described(keys)), false)
                }
            };
        if !done {
            let message = format!("`{}` cannot be changed here", path.escape_debug());
            return Err(Problem::error(Kind::Usage, message).advise("change it in the text"));
        }
    }
    Ok(document.to_string())
}

/// What a text is based on, over the same weeks and with as many firms: the text without its changes, under another title.
/// `None` where it is based on nothing.
pub fn unchanged(text: &str, title: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    document.get("extends")?;
    let kept = ["title", "question", "sources", "extends", "run"];
    let others: Vec<String> =
        document.iter().map(|(key, _)| key.to_string()).filter(|key| !kept.contains(&key.as_str())).collect();
    for key in others {
        document.remove(&key);
    }
    document.insert("title", toml_edit::value(title));
    Some(document.to_string())
}

/// `whole` and `sample` both say how many firms are simulated: a new one takes the place of the other.
fn counterpart(top: &mut Table, keys: &[&str], value: &Json) {
    let other = match (keys, value) {
        (["run", "sample"], Json::Number(_) | Json::String(_)) => "whole",
        (["run", "whole"], Json::Bool(true)) => "sample",
        _ => return,
    };
    if let Some(run) = top.get_mut("run").and_then(Item::as_table_like_mut) {
        run.remove(other);
    }
}

/// Adds an intervention, or takes one of the scenario's own away.
fn whole(document: &mut DocumentMut, name: &str, value: &Json) -> bool {
    let list = document.entry("intervention").or_insert_with(|| Item::ArrayOfTables(Default::default()));
    let Some(list) = list.as_array_of_tables_mut() else { return false };
    let own = list.iter().position(|one| is_called(one, name));
    match (value, own) {
        (Json::Null, Some(place)) => {
            list.remove(place);
            true
        }
        (Json::Object(fields), None) => {
            let schema = &form()["properties"]["intervention"]["items"];
            let mut table = Table::new();
            table.decor_mut().set_prefix("\n");
            table.insert("name", toml_edit::value(name));
            for (key, field) in fields.iter().filter(|(key, _)| *key != "name") {
                if let Some(item) = converted(field, schema["properties"].get(key)) {
                    table.insert(key, Item::Value(item));
                }
            }
            list.push(table);
            true
        }
        _ => false,
    }
}

fn is_called(table: &dyn TableLike, name: &str) -> bool {
    table.get("name").and_then(Item::as_str) == Some(name)
}

/// Changes one value of an intervention: of the scenario's own in its place, of an inherited one under `[change]`.
fn intervention(document: &mut DocumentMut, name: &str, rest: &[&str], keys: &[&str], value: &Json) -> bool {
    let new = converted(value, described(keys));
    let own: Option<&mut dyn TableLike> = match document.get_mut("intervention") {
        Some(Item::ArrayOfTables(list)) => {
            list.iter_mut().find(|one| is_called(*one, name)).map(|one| one as &mut dyn TableLike)
        }
        Some(Item::Value(Value::Array(list))) => {
            let mut tables = list.iter_mut().filter_map(Value::as_inline_table_mut);
            tables.find(|one| is_called(*one, name)).map(|one| one as &mut dyn TableLike)
        }
        _ => None,
    };
    if let Some(own) = own {
        return put(own, rest, new, true);
    }
    if !document.contains_key("extends") {
        return false;
    }
    if new.is_none() && document.get("change").is_none() {
        return true;
    }
    let change = document.entry("change").or_insert_with(|| Item::Table(Table::new()));
    let Some(change) = change.as_table_like_mut() else { return false };
    let switch = change.get(name).and_then(Item::as_str).map(|word| word != "off");
    if rest == ["active"] && (switch.is_some() || !change.contains_key(name)) {
        return match new.as_ref().map(Value::as_bool) {
            None => {
                change.remove(name);
                true
            }
            Some(Some(on)) => put(change, &[name], Some(if on { "on" } else { "off" }.into()), false),
            Some(None) => false,
        };
    }
    if let Some(on) = switch {
        let Some(new) = &new else { return true };
        // `name = "off"` has no room for more; as a table it says the same.
        let mut table = InlineTable::new();
        if !on {
            table.insert("active", false.into());
        }
        return put(&mut table, rest, Some(new.clone()), true)
            && put(change, &[name], Some(Value::InlineTable(table)), false);
    }
    if !change.contains_key(name) {
        if new.is_none() {
            return true;
        }
        change.insert(name, Item::Value(Value::InlineTable(InlineTable::new())));
    }
    let Some(table) = change.get_mut(name).and_then(Item::as_table_like_mut) else { return false };
    let removes = new.is_none();
    let done = put(table, rest, new, true);
    if table.is_empty() {
        change.remove(name);
    } else if removes {
        close(change, name);
    }
    done
}

/// Sets the value at a path, or takes it away, with the tables on the way; `inline` says how new ones are written.
fn put(table: &mut dyn TableLike, keys: &[&str], new: Option<Value>, inline: bool) -> bool {
    let [key, rest @ ..] = keys else { return false };
    if !rest.is_empty() {
        if !table.contains_key(key) {
            if new.is_none() {
                return true;
            }
            let empty = if inline { Item::Value(InlineTable::new().into()) } else { Item::Table(Table::new()) };
            table.insert(key, empty);
        }
        let Some(inner) = table.get_mut(key).and_then(Item::as_table_like_mut) else { return false };
        let removes = new.is_none();
        let done = put(inner, rest, new, inline);
        if inner.is_empty() && inline {
            table.remove(key);
        } else if removes {
            close(table, key);
        }
        return done;
    }
    match (new, table.get_mut(key)) {
        (None, _) => {
            table.remove(key);
        }
        (Some(new), Some(Item::Value(old))) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        (Some(new), _) => {
            table.insert(key, Item::Value(new));
        }
    }
    true
}

/// Puts the space before a closing brace again, which the value that was taken away had.
fn close(table: &mut dyn TableLike, key: &str) {
    if let Some(braces) = table.get_mut(key).and_then(Item::as_inline_table_mut) {
        braces.fmt();
    }
}

/// A value as it is written in a scenario: days as dates, whole numbers without a point. What does not fit is written as it
/// came, and the check says what is wrong with it. `None` for null.
fn converted(value: &Json, schema: Option<&Json>) -> Option<Value> {
    Some(match value {
        Json::Null => return None,
        Json::Bool(flag) => (*flag).into(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                // JSON has one kind of number; a whole one up to 2^53 is exact.
                if number.fract() == 0.0 && number.abs() < 9e15 { (number as i64).into() } else { number.into() }
            }
        },
        Json::String(text) => {
            let day = schema.is_some_and(|schema| schema["format"] == "date");
            match text.parse::<Datetime>() {
                Ok(date) if day => date.into(),
                _ => text.as_str().into(),
            }
        }
        Json::Array(items) => {
            let schema = schema.map(|schema| &schema["items"]);
            Value::Array(items.iter().filter_map(|item| converted(item, schema)).collect::<Array>())
        }
        Json::Object(fields) => {
            let schema = schema.map(|schema| &schema["properties"]);
            let mut table = InlineTable::new();
            for (key, field) in fields {
                if let Some(value) = converted(field, schema.and_then(|schema| schema.get(key))) {
                    table.insert(key, value);
                }
            }
            Value::InlineTable(table)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{load_text, template};
    use serde_json::json;

    fn edited(text: &str, changes: &[(&str, Json)]) -> String {
        let change = |(path, value): &(&str, Json)| Change { path: path.to_string(), value: value.clone() };
        edit(text, &changes.iter().map(change).collect::<Vec<_>>()).unwrap()
    }

    /// Every line that is not changed is still there, comments too, and the scenario means what was asked for.
    #[test]
    fn a_change_touches_one_line_and_keeps_comments() {
        let text = template("mine");
        let new = edited(
            &text,
            &[
                ("run.replicates", json!(40)),
                ("run.end", json!("2025-03-31")),
                ("intervention.supportnw.scale", json!(3)),
                ("intervention.managers.telework_managers.managers", json!(200)),
                ("intervention.awards.active", json!(false)),
                ("intervention.regional_seminars.unit_cost", json!("90 thousand yen")),
            ],
        );
        let kept = |line: &&str| new.lines().any(|other| other == *line);
        let changed: Vec<&str> = text.lines().filter(|line| !kept(line)).collect();
        assert_eq!(changed.len(), 3, "{changed:?}\n{new}");
        assert!(new.contains("supportnw = { scale = 3 }              # twice the capacity"), "{new}");
        let scenario = load_text("mine", &new, &[]).unwrap().scenario;
        let named = |name: &str| scenario.interventions.iter().find(|i| i.name == name);
        assert_eq!((scenario.run.replicates, scenario.run.end.to_string().as_str()), (40, "2025-03-31"));
        assert_eq!(named("supportnw").unwrap().scale, 3.0);
        assert_eq!(named("regional_seminars").unwrap().unit_cost_yen, Some(90e3));
        assert!(named("awards").is_none());
        assert!(format!("{:?}", named("managers").unwrap().measure).contains("managers: 200.0"));
    }

    /// What is set and taken away again leaves the text that there was, but for an empty section.
    #[test]
    fn null_brings_the_inherited_value_back() {
        let text =
            "title = \"a\" # why\nquestion = \"b\"\nextends = \"baseline.toml\"\n[change]\nmanagers = \"off\" # dear\n";
        let on = edited(text, &[("intervention.managers.scale", json!(2))]);
        assert!(on.contains("managers = { active = false, scale = 2 } # dear"), "{on}");
        let back = edited(&on, &[("intervention.managers.scale", Json::Null)]);
        assert!(back.contains("managers = { active = false } # dear"), "{back}");
        let gone = edited(&back, &[("intervention.managers.active", Json::Null)]);
        assert!(!gone.contains("managers") && gone.starts_with("title = \"a\" # why\n"), "{gone}");
        assert_eq!(edited(text, &[("run.sample", Json::Null), ("intervention.awards.scale", Json::Null)]), text);
        let both = edited("[run]\nwhole = true\n", &[("run.sample", json!(500))]);
        assert_eq!(both, "[run]\nsample = 500\n");
    }

    #[test]
    fn without_its_changes_a_text_is_what_it_is_based_on() {
        let text = "title = \"a\"\nquestion = \"b\"\nextends = \"baseline.toml\"\n[run]\nsample = 6000\n[change]\nmanagers = \"off\"\n[parameters]\nhybrid = 1\n";
        let parent = unchanged(text, "The baseline").unwrap();
        let (parent, baseline) = (
            load_text("x", &parent, &[]).unwrap(),
            load_text("y", "title = \"a\"\nquestion = \"b\"\nextends = \"baseline.toml\"\n[run]\nsample = 6000\n", &[])
                .unwrap(),
        );
        assert_eq!(parent.scenario.title, "The baseline");
        let rest = |text: &str| text.replace("The baseline", "a");
        assert_eq!(rest(&parent.resolved_toml), baseline.resolved_toml);
        assert_eq!(unchanged("title = \"a\"\n[change]\n", "b"), None);
    }

    #[test]
    fn an_intervention_is_added_and_taken_away() {
        let text = "title = \"a\"\nquestion = \"b\"\nextends = \"baseline.toml\"\n";
        let visits = json!({ "from": "2022-04-01", "scale": 2, "campaign": { "months": [7, 11], "participants_per_year": 100 } });
        let with = edited(text, &[("intervention.days", visits)]);
        let scenario = load_text("x", &with, &[]).unwrap().scenario;
        let days = scenario.interventions.iter().find(|i| i.name == "days").unwrap();
        assert_eq!((days.from.to_string().as_str(), days.scale, days.measure.key()), ("2022-04-01", 2.0, "campaign"));
        assert!(!edited(&with, &[("intervention.days", Json::Null)]).contains("days"));
    }

    #[test]
    fn what_cannot_be_changed_is_refused() {
        let refused =
            |text: &str, path: &str| edit(text, &[Change { path: path.into(), value: json!(1) }]).unwrap_err().message;
        assert!(refused("a = = 1", "run.sample").starts_with("not TOML"));
        for path in ["", "run..sample", "run.sample\n[x]", "intervention.managers.scale", "title.x", "run.\u{3042}"] {
            assert!(refused("title = \"a\"\n", path).ends_with("cannot be changed here"), "{path}");
        }
    }
}
