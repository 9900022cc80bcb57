//! Checks of form: unknown keys, wrong types, values out of range, missing units and missing keys, all at once.
//!
//! The tree of values is compared with the schema that the raw types give, so a key is described in one place only.
//! What is wrong is also taken out of the tree, so that the checks of meaning can go on with the rest.

use super::{
    chain::{self, SpannedValue, described},
    nearest,
    schema::form_of,
    sources::Sources,
};
use crate::{
    error::{Kind, Problem, Problems},
    notation::{Dimension, numbers::plain as plain_text, written},
    text::harmful,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value as Schema;
use serde_spanned::Spanned;
use std::ops::Range;
use toml::de::{DeArray, DeValue};

/// A tree as its type, with values taken as people write them. All that is not as the schema says is pushed, and the
/// type is made of the rest; `None` when that does not do.
pub fn typed<T: DeserializeOwned>(
    written: SpannedValue<'_>,
    schema: &Schema,
    sources: &Sources,
    found: &mut Problems,
) -> Option<T> {
    let meant = written::meant(&written, schema);
    let mut tree = written;
    written::replace(&mut tree, &meant);
    let before = found.0.len();
    conform(&mut tree, schema, sources, found);
    let DeValue::Table(table) = tree.into_inner() else { return None };
    let read = T::deserialize(toml::de::Deserializer::from(Spanned::new(0..0, table)));
    read.map_err(|error| {
        // What was taken out is missing now; the reader knows already.
        if found.0.len() > before {
            return;
        }
        let problem = Problem::error(Kind::Scenario, error.message().replace('\n', " "));
        found.0.push(sources.place(problem, error.span().unwrap_or(0..0)));
    })
    .ok()
}

/// A text of its own form, such as a calibration's configuration: what `name` holds, as its type.
///
/// # Errors
/// All that is no TOML, or not as the schema of the type says.
pub fn read<T: JsonSchema + DeserializeOwned>(name: &str, text: &str) -> Result<T, Problems> {
    let mut sources = Sources::default();
    let mut found = Problems::default();
    let base = sources.add(name, text.into());
    let table = chain::parsed(text, base, &sources, &mut found);
    if found.0.is_empty() {
        let tree = Spanned::new(0..0, DeValue::Table(table));
        if let Some(read) = typed(tree, &form_of::<T>(), &sources, &mut found).filter(|_| found.0.is_empty()) {
            return Ok(read);
        }
    }
    Err(found)
}

/// Compares a tree with a schema. Every difference is pushed, and taken out of the tree.
fn conform(value: &mut SpannedValue<'_>, schema: &Schema, sources: &Sources, found: &mut Problems) {
    Form { sources, found, root: schema }.check("", value, schema);
}

struct Form<'a> {
    sources: &'a Sources,
    found: &'a mut Problems,
    root: &'a Schema,
}

impl Form<'_> {
    fn error(&mut self, span: Range<usize>, message: impl Into<String>, advice: impl Into<String>) -> bool {
        self.found.0.push(self.sources.place(Problem::error(Kind::Scenario, message).advise(advice), span));
        false
    }

    /// Whether the value is as the schema says.
    fn check(&mut self, path: &str, value: &mut SpannedValue<'_>, schema: &Schema) -> bool {
        let span = value.span();
        let expected = schema["type"].as_str().unwrap_or("object");
        if let Some((decimal, thousands)) = written::two_readings(value.get_ref(), schema) {
            let message = format!("`{path}` may mean {decimal} or {thousands}: {}", self.sources.text(span.clone()));
            return self.error(span, message, format!("write {decimal} or {thousands}"));
        }
        match (expected, value.get_mut()) {
            ("object", DeValue::Table(_)) => self.table(path, value, schema),
            ("array", DeValue::Array(_)) => self.list(path, value, schema),
            ("boolean", DeValue::Boolean(_)) => true,
            ("integer", DeValue::Integer(number)) => {
                // As whole numbers: the largest seeds are not told apart as floating-point numbers.
                let value = i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX);
                let whole = |key: &str| schema[key].as_i64().map(i128::from).or(schema[key].as_u64().map(i128::from));
                if whole("minimum").is_some_and(|least| value < least)
                    || whole("maximum").is_some_and(|most| value > most)
                {
                    return self.out_of_range(path, span, value as f64, schema);
                }
                self.range(path, span, value as f64, schema)
            }
            ("number", DeValue::Integer(number)) => {
                let value = i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX) as f64;
                self.range(path, span, value, schema)
            }
            ("number", DeValue::Float(number)) => {
                let value = number.as_str().parse().unwrap_or(f64::NAN);
                self.range(path, span, value, schema)
            }
            ("string", DeValue::Datetime(date)) if schema["format"] == "date" => {
                if date.date.is_some() && date.time.is_none() && date.offset.is_none() {
                    return true;
                }
                self.error(span, format!("`{path}` must be a day without a time"), "write it as 2021-04-01")
            }
            ("string", DeValue::String(text)) if schema["format"] != "date" => {
                let text = text.to_string();
                self.harmless(path, span.clone(), &text) && self.text(path, span, &text, schema)
            }
            ("string", other) if schema["x-unit"].is_string() && schema["format"] != "date" => {
                let number = match other {
                    DeValue::Integer(number) => number.to_string(),
                    DeValue::Float(number) => number.to_string(),
                    _ => return self.wrong_type(path, span, other, schema),
                };
                let dimension = schema["x-unit"].as_str().and_then(Dimension::from_key).unwrap_or(Dimension::Yen);
                let key = path.rsplit('.').next().unwrap_or(path);
                let advice = format!("write {key} = {}", dimension.example(&number));
                self.error(span, format!("missing unit of `{path}`"), advice)
            }
            (_, other) => self.wrong_type(path, span, other, schema),
        }
    }

    fn wrong_type(&mut self, path: &str, span: Range<usize>, value: &DeValue<'_>, schema: &Schema) -> bool {
        let (wanted, advice) = match schema["type"].as_str().unwrap_or("object") {
            "object" => ("a table", "write { key = value, ... } or a [section]"),
            "array" => ("a list", "write [first, second]"),
            "boolean" => ("true or false", "write true or false, without quotes"),
            "integer" => ("a whole number", "write digits only, without quotes or a decimal point"),
            "number" if schema["x-unit"] == "share" => ("a share", "write a fraction such as 0.03, or \"3%\""),
            "number" => ("a number", "write a number, without quotes"),
            _ if schema["format"] == "date" => (
                "a date",
                "write a day such as 2021-04-01 or \"令和3年4月1日\"; for the first or last day of a period also \"FY2021\"",
            ),
            _ => ("text", "write text in quotes"),
        };
        let advice = match schema["enum"].as_array() {
            Some(words) => {
                format!("write one of: {}", words.iter().map(Schema::to_string).collect::<Vec<_>>().join(", "))
            }
            None => advice.to_string(),
        };
        let message = match value {
            DeValue::String(text) if schema["format"] == "date" => {
                format!("`{}` in `{path}` is no day of the calendar", text.escape_debug())
            }
            _ => format!("`{path}` must be {wanted}, not {}", described(value)),
        };
        self.error(span, message, advice)
    }

    fn range(&mut self, path: &str, span: Range<usize>, value: f64, schema: &Schema) -> bool {
        let bound = |key: &str, open: f64| schema[key].as_f64().unwrap_or(open);
        let (minimum, maximum) = (bound("minimum", f64::MIN), bound("maximum", f64::MAX));
        if (minimum..=maximum).contains(&value) {
            return true;
        }
        self.out_of_range(path, span, value, schema)
    }

    fn out_of_range(&mut self, path: &str, span: Range<usize>, value: f64, schema: &Schema) -> bool {
        let shown = self.sources.text(span.clone()).to_string();
        let unit = schema["x-unit"].as_str().unwrap_or("");
        let advice = if unit == "share"
            && (2.0..=100.0).contains(&value)
            && value / 100.0 <= schema["maximum"].as_f64().unwrap_or(1.0)
        {
            format!("a share is a fraction between 0 and 1: for {value} % write {}", value / 100.0)
        } else {
            let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
            format!("write a number from {} to {}{unit}", plain(&schema["minimum"]), plain(&schema["maximum"]))
        };
        self.error(span, format!("`{path}` is out of range: {shown}"), advice)
    }

    /// Refuses what could repaint a terminal, and line ends where one line is shown.
    fn harmless(&mut self, path: &str, span: Range<usize>, text: &str) -> bool {
        if let Some(c) = text.chars().find(|c| harmful(*c)) {
            let message = format!("`{path}` holds the character U+{:04X}, which is not for showing", u32::from(c));
            return self.error(span, message, "take it out: text has letters, digits, signs and spaces only");
        }
        let one_line = matches!(path, "title" | "question" | "sources");
        if one_line && text.trim().contains(['\n', '\t']) {
            let message = format!("`{path}` is one line of text, without line ends and tabs");
            return self.error(span, message, "put a space in their place");
        }
        true
    }

    fn text(&mut self, path: &str, span: Range<usize>, text: &str, schema: &Schema) -> bool {
        if schema["minLength"].is_u64() && text.trim().is_empty() {
            return self.error(span, format!("`{path}` is empty"), "write a text between the quotes");
        }
        if let Some(dimension) = schema["x-unit"].as_str().and_then(Dimension::from_key) {
            return match dimension.parse(text) {
                Ok(_) => true,
                Err(error) => {
                    let (message, advice) = dimension.explain(&error);
                    self.error(span, format!("{message} in `{path}`"), advice)
                }
            };
        }
        if let Some(members) = schema["enum"].as_array() {
            let members: Vec<&str> = members.iter().filter_map(Schema::as_str).collect();
            if members.contains(&text) {
                return true;
            }
            let what = schema["x-list"].as_str().unwrap_or("choice");
            // A Japanese name is most like every other one that ends in 県.
            // What is called Kansai is not the same everywhere; of the areas known here one is meant.
            let kansai =
                what == "prefecture" && ["kansai", "関西"].iter().any(|name| text.to_lowercase().contains(name));
            // A letter of the classification is like every word that begins with it: IT is not I, wholesale and retail.
            let words = members.iter().copied().filter(|member| member.len() > 1);
            let near = || nearest(text, words).filter(|_| text.is_ascii());
            let advice = match if kansai { Some("Kinki area") } else { near() } {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => {
                    let also = match what {
                        "prefecture" => "\"Tokyo area\", \"outside the Tokyo area\", \"Kinki area\", \"Chukyo area\", ",
                        "size class" => "\"SME\" (micro and medium), ",
                        _ => "",
                    };
                    format!("write one of: {also}{}", members.iter().take(47).copied().collect::<Vec<_>>().join(", "))
                }
            };
            return self.error(span, format!("unknown {what} `{}` in `{path}`", text.escape_debug()), advice);
        }
        if schema["pattern"].is_string() && !is_name(text) {
            let advice = "begin with a lower-case letter; go on with lower-case letters, digits and underscores";
            let like: String = plain_text(text).to_lowercase().replace([' ', '-', '.'], "_");
            let advice = if is_name(&like) { format!("write \"{like}\": {advice}") } else { advice.to_string() };
            return self.error(span, format!("`{}` cannot be a name", text.escape_debug()), advice);
        }
        true
    }

    fn list(&mut self, path: &str, value: &mut SpannedValue<'_>, schema: &Schema) -> bool {
        let DeValue::Array(items) = value.get_mut() else { return false };
        let taken = std::mem::replace(items, DeArray::new());
        let count = taken.len();
        for mut item in taken {
            let named = item.get_ref().get("name").and_then(|name| name.get_ref().as_str());
            let item_path = match named {
                Some(name) if path == "intervention" => format!("intervention.{}", name.escape_debug()),
                _ => path.to_string(),
            };
            let before = self.found.0.len();
            self.check(&item_path, &mut item, &schema["items"]);
            // Half an item would only lead to further, false, complaints.
            if self.found.0.len() == before {
                items.push(item);
            }
        }
        items.len() == count
    }

    fn table(&mut self, path: &str, value: &mut SpannedValue<'_>, schema: &Schema) -> bool {
        let span = value.span();
        let DeValue::Table(table) = value.get_mut() else { return false };
        let Some(properties) = schema["properties"].as_object() else { return true };
        let mut entries: Vec<_> = std::mem::take(table).into_iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let required = schema["required"].as_array();
        let required: Vec<&str> = required.map_or(Vec::new(), |keys| keys.iter().filter_map(Schema::as_str).collect());
        let given: Vec<String> = entries.iter().map(|(key, _)| key.get_ref().to_string()).collect();
        for (key, mut value) in entries {
            let name = key.get_ref().to_string();
            let Some(schema) = properties.get(&name) else {
                let place = if path.is_empty() { String::new() } else { format!(" in `{path}`") };
                let what = if path == "parameters" { "parameter" } else { "key" };
                let advice = self.known_keys(&name, &mut properties.keys().map(String::as_str));
                self.error(key.span(), format!("unknown {what} `{}`{place}", name.escape_debug()), advice);
                continue;
            };
            let path = if path.is_empty() { name } else { format!("{path}.{name}") };
            let sound = self.check(&path, &mut value, schema);
            // What is wrong inside a table or in one intervention is gone already; the rest stays.
            let rest = match value.get_ref() {
                DeValue::Table(_) => schema["type"] == "object",
                DeValue::Array(_) => path == "intervention",
                _ => false,
            };
            if sound || rest {
                table.insert(key, value);
            }
        }
        let missing: Vec<&str> = required.into_iter().filter(|key| !given.iter().any(|g| g == key)).collect();
        for key in &missing {
            self.error(span.clone(), format!("`{path}` needs the key `{key}`"), meaning(key, &properties[*key]));
        }
        missing.is_empty() && given.len() == table.len()
    }

    /// What to say about an unknown key.
    fn known_keys(&self, name: &str, known: &mut dyn Iterator<Item = &str>) -> String {
        let known: Vec<&str> = known.collect();
        if let Some(near) = nearest(name, known.iter().copied()) {
            return format!("did you mean `{near}`?");
        }
        for section in ["run", "parameters", "environment"] {
            if self.root["properties"][section]["properties"].get(name).is_some() {
                return format!("`{name}` belongs under [{section}]");
            }
        }
        if known.len() > 24 {
            return "no known key is like it; the docs page `scenarios` lists all".into();
        }
        format!("the keys here are: {}", known.join(", "))
    }
}

/// What a key that is not there would be.
fn meaning(key: &str, schema: &Schema) -> String {
    let what = schema["description"].as_str().unwrap_or("");
    format!("{key}: {}", what.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What is said of keys that are missing, all that a form needs, and has no Japanese.
#[cfg(test)]
pub fn meanings_without_japanese<T: JsonSchema>() -> Vec<String> {
    fn meanings(schema: &Schema) -> Vec<String> {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Schema::as_str);
        let own = required.filter_map(|key| schema["properties"].get(key).map(|of| meaning(key, of)));
        let inner: Vec<&Schema> = match schema {
            Schema::Object(fields) => fields.values().collect(),
            Schema::Array(items) => items.iter().collect(),
            _ => vec![],
        };
        own.chain(inner.into_iter().flat_map(meanings)).collect()
    }
    let all = meanings(&form_of::<T>());
    assert!(all.len() > 10, "{all:?}");
    all.into_iter().filter(|text| crate::error::in_japanese(text).is_none()).collect()
}

/// A bound as people write it.
pub fn plain(number: &Schema) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map_or(text.clone(), str::to_string)
}

/// Lower-case letters, digits, underscores; a letter first.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::raw::RawScenario;

    #[test]
    fn a_missing_key_is_explained_in_japanese_too() {
        assert_eq!(meanings_without_japanese::<RawScenario>(), Vec::<String>::new());
    }
}
