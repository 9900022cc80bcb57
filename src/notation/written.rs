//! Values of a file as people write them: numbers, days, words of lists, places in capitals. A tree of values and its schema in,
//! the one form that the rest of the program reads out.
//!
//! Only what can mean one thing is taken. Everything else is left as it is, for the checks of form to refuse.

use super::{
    days::{Edge, day, month},
    numbers::{counts, number_alone, plain, share, two_readings_of},
};
use crate::classification::{Industry, Prefecture, Region, SizeClass};
use serde_json::Value as Schema;
use serde_spanned::Spanned;
use std::ops::Range;
use toml::de::{DeArray, DeValue};

/// A value with its place.
type Value<'s> = Spanned<DeValue<'s>>;
/// A value's place and what it means, as TOML.
pub type Meant = (Range<usize>, String);

/// What is meant by the values of a tree that are not written as its schema says.
pub fn meant(value: &Value<'_>, schema: &Schema) -> Vec<Meant> {
    let mut found = Vec::new();
    walk("", value, schema, &mut found);
    found
}

fn walk(key: &str, value: &Value<'_>, schema: &Schema, found: &mut Vec<Meant>) {
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                walk(key.get_ref(), value, &schema["properties"][key.get_ref().as_ref()], found);
            }
        }
        DeValue::Array(items) => items.iter().for_each(|item| walk(key, item, &schema["items"], found)),
        leaf => found.extend(leaf_meant(key, leaf, schema).map(|text| (value.span(), text))),
    }
}

/// Puts what is meant in the place of what was written.
pub fn replace<'t>(value: &mut Value<'t>, meant: &'t [Meant]) {
    let span = value.span();
    match value.get_mut() {
        DeValue::Table(table) => table.iter_mut().for_each(|(_, value)| replace(value, meant)),
        DeValue::Array(items) => {
            let taken = std::mem::replace(items, DeArray::new());
            for mut item in taken {
                let was_list = item.get_ref().is_array();
                replace(&mut item, meant);
                match item.get_mut() {
                    // One word for several places.
                    DeValue::Array(several) if !was_list => {
                        let several = std::mem::replace(several, DeArray::new());
                        several.into_iter().for_each(|one| items.push(at(one.into_inner(), item.span())));
                    }
                    _ => items.push(item),
                }
            }
        }
        leaf => {
            let own = meant.iter().find(|(place, _)| *place == span);
            if let Some(parsed) = own.and_then(|(_, text)| DeValue::parse(text).ok()) {
                *leaf = parsed.into_inner();
            }
        }
    }
}

fn at(value: DeValue<'_>, span: Range<usize>) -> Value<'_> {
    Value::new(span, value)
}

/// The two readings of a number in which a point may stand between thousands: `sample = 60.000`, `managers = "1.500"`. A
/// number in TOML's own form has a decimal point, unless no one would write its decimals: 1.785 visits are meant, 60.000 may be
/// a slip. `None` where it can mean one thing only, as when the larger one is out of range.
pub fn two_readings(value: &DeValue<'_>, schema: &Schema) -> Option<(f64, f64)> {
    let (text, quoted) = match value {
        DeValue::Float(number) => (number.as_str().to_string(), false),
        DeValue::String(text) => (plain(text), true),
        _ => return None,
    };
    let counts = match schema["type"].as_str()? {
        "integer" => true,
        "number" => quoted && counts(schema["x-unit"].as_str().unwrap_or_default()),
        _ => return None,
    };
    two_readings_of(&text, counts, schema["maximum"].as_f64().unwrap_or(f64::MAX))
}

fn leaf_meant(key: &str, value: &DeValue<'_>, schema: &Schema) -> Option<String> {
    if two_readings(value, schema).is_some() {
        return None;
    }
    let unit = schema["x-unit"].as_str().unwrap_or_default();
    match (schema["type"].as_str()?, value) {
        ("string", DeValue::String(text)) if schema["format"] == "date" => Some(day(text, Edge::of(key)?)?.to_string()),
        ("integer" | "number", DeValue::String(text)) if unit.starts_with("month") => Some(month(text)?.to_string()),
        ("integer", DeValue::String(text)) => whole(number_alone(text)?),
        ("integer", DeValue::Float(number)) => whole(number.as_str().parse().ok()?),
        ("number", DeValue::String(text)) if unit == "share" => Some(share(text)?.to_string()),
        ("number", DeValue::String(text)) => Some(number_alone(text)?.to_string()),
        ("boolean", DeValue::String(text)) => match plain(text).to_lowercase().as_str() {
            "true" | "yes" | "はい" => Some("true".into()),
            "false" | "no" | "いいえ" => Some("false".into()),
            _ => None,
        },
        ("string", DeValue::Integer(code)) if schema["x-list"] == "prefecture" => {
            quoted(Prefecture::parse(code.as_str())?.name())
        }
        ("string", DeValue::String(text)) => member(text, schema),
        _ => None,
    }
}

/// A whole number that a 64-bit floating-point number holds exactly.
fn whole(value: f64) -> Option<String> {
    (value.fract() == 0.0 && value.abs() < 2f64.powi(53)).then(|| format!("{value:.0}"))
}

fn quoted(text: &str) -> Option<String> {
    Some(format!("\"{text}\""))
}

/// A word of a closed list, or the list that one word stands for.
fn member(text: &str, schema: &Schema) -> Option<String> {
    let words: Vec<&str> = schema["enum"].as_array()?.iter().filter_map(Schema::as_str).collect();
    if words.contains(&text) {
        return None;
    }
    let text = plain(text);
    let same =
        |a: &str, b: &str| a.to_lowercase().replace([' ', '-'], "_") == b.to_lowercase().replace([' ', '-'], "_");
    if let Some(word) = words.iter().find(|word| same(word, &text)) {
        return quoted(word);
    }
    let list = |names: Vec<&str>| {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        Some(if let [one] = &names[..] { one.clone() } else { format!("[{}]", names.join(", ")) })
    };
    match schema["x-list"].as_str()? {
        "prefecture" => list(places(&text)?.iter().map(|place| place.name()).collect()),
        "industry" => quoted(Industry::all().find(|one| same(one.name(), &text) || one.name_ja() == text)?.key()),
        "size class" => {
            let sizes: &[SizeClass] = match text.to_lowercase().as_str() {
                "sme" | "smes" | "中小企業" | "中小企業者" => &[SizeClass::Micro, SizeClass::Medium],
                "大企業" => &[SizeClass::Large],
                "小規模企業" | "小規模企業者" | "小規模事業者" => &[SizeClass::Micro],
                _ => return None,
            };
            list(sizes.iter().map(|size| size.key()).collect())
        }
        _ => None,
    }
}

/// Prefectures by one word: a name with or without 都 府 県, a region of the land ministry's survey, what lies outside
/// the Tokyo area, all of Japan. Regions whose borders differ from author to author (Kansai, Chubu) are not taken.
fn places(text: &str) -> Option<Vec<Prefecture>> {
    let lower = text.to_lowercase();
    let short = |p: &Prefecture| {
        let name = p.name_ja();
        // Of 京都府 only the last character is the kind of prefecture.
        let bare = if name == "北海道" { name } else { name.strip_suffix(['都', '府', '県']).unwrap_or(name) };
        let english = p.name().to_lowercase();
        let endings = ["", "-to", "-fu", "-ken", " prefecture", " pref."];
        bare == text || endings.iter().any(|ending| lower == format!("{english}{ending}"))
    };
    if let Some(one) = Prefecture::all().find(short).or_else(|| Prefecture::parse(text)) {
        return Some(vec![one]);
    }
    let region = match lower.as_str() {
        "tokyo area" | "greater tokyo" | "東京圏" => Region::Tokyo,
        "kinki area" | "近畿圏" => Region::Kinki,
        "chukyo area" | "中京圏" => Region::Chukyo,
        "regional cities" | "地方都市圏" => Region::Regional,
        "outside the tokyo area" | "outside tokyo area" | "東京圏以外" | "東京圏外" => {
            return Some(Prefecture::all().filter(|p| p.region() != Region::Tokyo).collect());
        }
        "japan" | "all japan" | "nationwide" | "全国" => return Some(Prefecture::all().collect()),
        _ => return None,
    };
    Some(Prefecture::all().filter(|p| p.region() == region).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_may_stand_for_several_places() {
        let names = |text: &str| places(text).map(|list| list.iter().map(|p| p.name()).collect::<Vec<_>>());
        for text in ["大阪", "大阪府", "OSAKA", "osaka-fu", "Osaka Prefecture"] {
            assert_eq!(names(text), Some(vec!["Osaka"]), "{text}");
        }
        assert_eq!(names("京都"), Some(vec!["Kyoto"]));
        assert_eq!(names("東京"), Some(vec!["Tokyo"]));
        assert_eq!(names("北海道"), Some(vec!["Hokkaido"]));
        // The land ministry's areas: 4 prefectures around Tokyo, and so 43 outside.
        assert_eq!(names("東京圏"), Some(vec!["Saitama", "Chiba", "Tokyo", "Kanagawa"]));
        assert_eq!(names("outside the Tokyo area").map(|list| list.len()), Some(43));
        assert_eq!(names("全国").map(|list| list.len()), Some(47));
        assert_eq!(names("Kansai"), None);
    }
}
