//! Values as people write them: full-width digits, curly quotes, commas between thousands, 億円, 令和, per cent, places
//! in capitals, fiscal years. A value in, the one form that the rest of the program reads out.
//!
//! Only what can mean one thing is taken. Everything else is left as it is, for the checks of form to refuse.

use crate::classification::{Industry, Prefecture, Region, SizeClass};
use jiff::civil::{Date, date};
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

/// The two readings of a plain text that is a number of something, at most so much, if it has two.
pub fn two_readings_of(text: &str, counts: bool, most: f64) -> Option<(f64, f64)> {
    let thousands = pointed_thousands(text).filter(|thousands| *thousands <= most)?;
    let certain = !counts && !text.ends_with('0');
    // With more than one point it is no number at all.
    text.parse().ok().filter(|_| !certain).map(|decimal| (decimal, thousands))
}

/// Whether a unit is one of what is counted.
pub fn counts(unit: &str) -> bool {
    let first = unit.split(' ').next().unwrap_or_default();
    ["firms", "employees", "events", "experts", "grants", "sites", "visits", "windows"].contains(&first)
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

/// Full-width letters, digits and signs as ASCII, spaces of any kind as one, without quotes around the whole.
pub fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{ffe5}' => '¥',
        '\u{2212}' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    let text: String = text.chars().map(narrow).collect();
    let mut text = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    for (open, close) in [
        ('"', '"'),
        ('\'', '\''),
        ('“', '”'),
        ('”', '”'),
        ('‘', '’'),
        ('’', '’'),
        ('„', '“'),
        ('「', '」'),
        ('『', '』'),
    ] {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            text = inner.trim().to_string();
        }
    }
    text
}

/// A number at the beginning of a plain text, and what follows it: `60,000,000`, `6e7`, `3億5000万`, `六千万`.
pub fn number(text: &str) -> Option<(f64, &str)> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mut total, mut section, mut current) = (0.0, 0.0, None);
    let (mut large, mut small) = (f64::INFINITY, f64::INFINITY);
    let mut rest = unsigned;
    loop {
        if let Some((value, after)) = current.is_none().then(|| western(rest)).flatten() {
            // Of 3億5.000万 the second part is 5000万, if anything.
            if total > 0.0 && pointed_thousands(rest).is_some() {
                return None;
            }
            (current, rest) = (Some(value), after);
            continue;
        }
        let shown = rest.trim_start();
        let Some(c) = shown.chars().next() else { break };
        let after = &shown[c.len_utf8()..];
        if let Some(digit) = "〇一二三四五六七八九".chars().position(|digit| digit == c) {
            // Digits of one number stand side by side.
            if shown.len() != rest.len() && current.is_some() {
                break;
            }
            current = Some(current.unwrap_or(0.0) * 10.0 + digit as f64);
        } else if let Some(size) = [('十', 1e1), ('百', 1e2), ('千', 1e3)].into_iter().find(|u| u.0 == c).map(|u| u.1)
        {
            if size >= small {
                return None;
            }
            section += current.take().unwrap_or(1.0) * size;
            small = size;
        } else if let Some(size) = [('万', 1e4), ('億', 1e8), ('兆', 1e12)].into_iter().find(|u| u.0 == c).map(|u| u.1)
        {
            if size >= large || (section == 0.0 && current.is_none()) {
                return None;
            }
            total += (section + current.take().unwrap_or(0.0)) * size;
            (section, large, small) = (0.0, size, f64::INFINITY);
        } else {
            break;
        }
        rest = after;
    }
    (rest.len() < unsigned.len()).then(|| (sign * (total + section + current.unwrap_or(0.0)), rest))
}

/// An unsigned number in Arabic digits. Groups of thousands are whole, and all apart by the same sign.
fn western(text: &str) -> Option<(f64, &str)> {
    let bytes = text.as_bytes();
    let run = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = run(0);
    let mut digits = text[..end].to_string();
    while bytes.get(end) == Some(&b'_') && run(end + 1) > 0 {
        digits.push_str(&text[end + 1..end + 1 + run(end + 1)]);
        end += 1 + run(end + 1);
    }
    if let Some(apart) = bytes.get(end).copied().filter(|b| matches!(b, b',' | b' ' | b'\'')) {
        let grouped = (1..=3).contains(&end) && !digits.starts_with('0');
        while grouped && bytes.get(end) == Some(&apart) && run(end + 1) == 3 {
            digits.push_str(&text[end + 1..end + 4]);
            end += 4;
        }
        // `60,00` and `1,5` may mean several things.
        if bytes.get(end) == Some(&b',') {
            return None;
        }
    }
    let decimals = if bytes.get(end) == Some(&b'.') { run(end + 1) } else { 0 };
    if decimals > 0 {
        digits.push_str(&text[end..end + 1 + decimals]);
        end += 1 + decimals;
    }
    if digits.is_empty() {
        return None;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let power = run(end + 1 + signed);
        if power > 0 {
            digits.push_str(&text[end..end + 1 + signed + power]);
            end += 1 + signed + power;
        }
    }
    Some((digits.parse().ok()?, &text[end..]))
}

/// What a number at the beginning of a plain text would be if the points in it stood between thousands, as much of Europe
/// writes them: 60000 of `60.000`, 1234567 of `1.234.567`. `None` where they can only be decimal points: `1234.500`, `0.125`,
/// `1,234.500`, `1.25`.
pub fn pointed_thousands(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (first, groups) = unsigned[..end].split_once('.')?;
    let thousands =
        (1..=3).contains(&first.len()) && !first.starts_with('0') && groups.split('.').all(|g| g.len() == 3);
    // Another sign between thousands, or a power of ten, says what the point is.
    let goes_on = unsigned[end..].starts_with([',', '_', '\'', 'e', 'E']);
    (thousands && !goes_on).then(|| format!("{first}{}", groups.replace('.', "")).parse().ok()).flatten()
}

/// A number with nothing after it.
pub fn number_alone(text: &str) -> Option<f64> {
    let text = plain(text);
    number(&text).filter(|(_, rest)| rest.trim().is_empty()).map(|(value, _)| value)
}

/// A share: `0.03`, `3%`, `3 per cent`, `3割`.
pub fn share(text: &str) -> Option<f64> {
    let text = plain(text).to_lowercase();
    let (value, rest) = number(&text)?;
    match rest.trim() {
        "" => Some(value),
        "%" | "per cent" | "percent" | "パーセント" => Some(value / 100.0),
        "割" => Some(value / 10.0),
        _ => None,
    }
}

/// A share on the command line.
///
/// # Errors
/// What to write instead.
pub fn share_argument(text: &str) -> Result<f64, String> {
    share(text).ok_or_else(|| "write a fraction such as 0.8, or 80%".to_string())
}

/// The last day of a period on the command line.
///
/// # Errors
/// What to write instead.
pub fn last_day_argument(text: &str) -> Result<Date, String> {
    day(text, Edge::Last)
        .ok_or_else(|| "write a day such as 2026-03-31 or 令和8年3月31日, or FY2025 for the end of that year".into())
}

/// Which end of a period a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// First day: a year begins there.
    First,
    /// Last day: a year ends there.
    Last,
    /// A day of its own.
    Alone,
}

impl Edge {
    /// By a key of a scenario file.
    fn of(key: &str) -> Option<Edge> {
        match key {
            "from" | "start" => Some(Edge::First),
            "until" | "end" => Some(Edge::Last),
            _ => Some(Edge::Alone),
        }
    }
}

/// A day: `2023-04-01`, `2023/4/1`, `令和5年4月1日`, `R5.4.1`, `1 April 2023`; for the first or the last day of a period
/// also a month (`April 2023`, `2023年4月`) or a fiscal year (`FY2025`, `2025年度`, `令和7年度`).
pub fn day(text: &str, edge: Edge) -> Option<Date> {
    let text = plain(text).to_lowercase();
    if let Some(year) = fiscal(&text) {
        return match edge {
            Edge::First => Some(date(year, 4, 1)),
            Edge::Last => Some(date(year + 1, 3, 31)),
            Edge::Alone => None,
        };
    }
    let (year, month, day) = numbered(&text).or_else(|| named_month(&text))?;
    match (day, edge) {
        (Some(day), _) => Date::new(year, month, day).ok(),
        (None, Edge::First) => Date::new(year, month, 1).ok(),
        (None, Edge::Last) => Date::new(year, month, 1).ok().map(Date::last_of_month),
        (None, Edge::Alone) => None,
    }
}

/// The fiscal year that a text names.
fn fiscal(text: &str) -> Option<i16> {
    if let Some(words) = text.strip_suffix("年度") {
        let (year, rest) = era_year(words)?;
        return rest.is_empty().then_some(year);
    }
    let words = ["fiscal year", "fiscal", "fy"].into_iter().find_map(|start| text.strip_prefix(start))?;
    let words = words.trim();
    (words.len() == 4).then(|| words.parse().ok()).flatten()
}

/// Years of our era and of the Japanese ones at the beginning of a text, and what follows.
fn era_year(text: &str) -> Option<(i16, &str)> {
    // Reiwa began on 1 May 2019; a Heisei year that never was could be a slip of the pen.
    let eras = [("令和", 2018, 100), ("平成", 1988, 31), ("reiwa", 2018, 100), ("heisei", 1988, 31), ("r", 2018, 100)];
    if let Some((name, before, last)) = eras.into_iter().find(|(name, ..)| text.starts_with(name)) {
        let rest = text[name.len()..].trim_start();
        if let Some(rest) = rest.strip_prefix('元') {
            return Some((before + 1, rest));
        }
        // `5.4.1` is a day of year 5, not year 5.4.
        let end = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (year, rest) = if end > 0 { (rest[..end].parse().ok()?, &rest[end..]) } else { number(rest)? };
        if year.fract() != 0.0 || !(1.0..=f64::from(last)).contains(&year) {
            return None;
        }
        return Some((before + year as i16, rest));
    }
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    (end == 4).then(|| Some((text[..4].parse().ok()?, &text[4..]))).flatten()
}

/// Year, month and, where it is said, day in this order, apart by 年 月 日 or by one of `-/.`.
fn numbered(text: &str) -> Option<(i16, i8, Option<i8>)> {
    let (year, rest) = era_year(text)?;
    let small = |text: &str| text.trim().parse::<i8>().ok();
    if let Some(rest) = rest.trim_start().strip_prefix('年') {
        let (month, rest) = rest.split_once('月')?;
        let rest = rest.trim();
        let day = if rest.is_empty() { None } else { Some(small(rest.strip_suffix('日')?)?) };
        return Some((year, small(month)?, day));
    }
    let apart = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = rest[1..].split(apart);
    let (month, day) = (small(parts.next()?)?, parts.next());
    let day = match day {
        Some(day) => Some(small(day)?),
        None => None,
    };
    parts.next().is_none().then_some((year, month, day))
}

/// `1 April 2023`, `April 1, 2023`, `April 2023`. Numbers alone (4/1/2023) leave open which one is the month.
fn named_month(text: &str) -> Option<(i16, i8, Option<i8>)> {
    let text = text.replace(',', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let year = |word: &str| (word.len() == 4).then(|| word.parse::<i16>().ok()).flatten();
    let day = |word: &str| {
        let digits = ["st", "nd", "rd", "th"].into_iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        digits.parse::<i8>().ok()
    };
    match words[..] {
        [first, second, last] => {
            let (month_word, day_word) = if day(first).is_some() { (second, first) } else { (first, second) };
            Some((year(last)?, month(month_word)?, Some(day(day_word)?)))
        }
        [first, last] => Some((year(last)?, month(first)?, None)),
        _ => None,
    }
}

/// A calendar month: `November`, `Nov`, `11月`, `11`.
fn month(text: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = plain(text).to_lowercase();
    let digits = text.strip_suffix('月').unwrap_or(&text);
    if let Some(number) = number_alone(digits).filter(|n| n.fract() == 0.0 && (1.0..=12.0).contains(n)) {
        return Some(number as i8);
    }
    let word = text.trim_end_matches('.');
    let place = MONTHS.iter().position(|name| word.len() >= 3 && name.starts_with(word))?;
    i8::try_from(place + 1).ok()
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
    fn numbers_are_read_as_people_group_them_and_nothing_is_guessed() {
        for (text, value) in [
            ("60,000,000", 6e7),
            ("６０００", 6000.0),
            ("1 234 567", 1_234_567.0),
            ("6e7", 6e7),
            ("1.5", 1.5),
            ("3億5000万", 3.5e8),
            ("六千万", 6e7),
            ("二〇二五", 2025.0),
            ("1兆2,000億", 1.2e12),
            ("\u{2212}5", -5.0),
            ("“7”", 7.0),
        ] {
            assert_eq!(number_alone(text), Some(value), "{text}");
        }
        for text in ["60,00", "1,5", "1,234,5", "0,123", "12,3456", "億", "5万3億", "3千5千", "", "-", "seven", "1 23"]
        {
            assert_eq!(number_alone(text), None, "{text}");
        }
    }

    /// Sixty or sixty thousand; and what can only be one of the two.
    #[test]
    fn a_point_between_thousands_is_told_from_a_decimal_one() {
        for (text, thousands) in
            [("60.000", 60_000.0), ("1.234", 1_234.0), ("-1.234.567 yen", 1_234_567.0), ("6.000万", 6_000.0)]
        {
            assert_eq!(pointed_thousands(text), Some(thousands), "{text}");
        }
        for text in
            ["0.125", "1.25", "1234.500", "1.2345", "1,234.500", "1.000,5", "1.000e3", "60000", "1.23.456", "1."]
        {
            assert_eq!(pointed_thousands(text), None, "{text}");
        }
        assert_eq!(two_readings_of("60.000", true, 1e6), Some((60.0, 60_000.0)));
        assert_eq!(two_readings_of("1.785", false, 1e6), None, "as TOML writes decimals");
        assert_eq!(two_readings_of("1.785", true, 1e6), Some((1.785, 1_785.0)));
        assert_eq!(two_readings_of("2.000", false, 5.0), None, "2000 is out of range");
    }

    #[test]
    fn shares_are_fractions_or_per_cent() {
        for text in ["3%", "３％", "3 per cent", "0.03", "3percent", "0.3割"] {
            assert!(share(text).is_some_and(|share| (share - 0.03).abs() < 1e-15), "{text}");
        }
        assert_eq!(share("3 points"), None);
    }

    #[test]
    fn days_are_read_in_both_calendars_and_ambiguous_ones_are_not() {
        let first = date(2023, 4, 1);
        for text in [
            "2023-04-01",
            "2023/4/1",
            "2023.4.1",
            "2023年4月1日",
            "令和5年4月1日",
            "令和５年４月１日",
            "R5.4.1",
            "r5/4/1",
            "1 April 2023",
            "April 1, 2023",
            "1st Apr. 2023",
            "Reiwa 5.4.1",
        ] {
            assert_eq!(day(text, Edge::Alone), Some(first), "{text}");
        }
        assert_eq!(day("令和元年5月1日", Edge::Alone), Some(date(2019, 5, 1)));
        assert_eq!(day("平成31年4月30日", Edge::Alone), Some(date(2019, 4, 30)));
        for text in ["FY2025", "fiscal 2025", "Fiscal Year 2025", "2025年度", "令和7年度", "ＦＹ２０２５"] {
            let ends = [Edge::First, Edge::Last, Edge::Alone].map(|edge| day(text, edge));
            assert_eq!(ends, [Some(date(2025, 4, 1)), Some(date(2026, 3, 31)), None], "{text}");
        }
        assert_eq!(day("February 2024", Edge::Last), Some(date(2024, 2, 29)));
        assert_eq!(day("2023年4月", Edge::First), Some(first));
        for text in
            ["4/1/2023", "1/4/2023", "平成35年4月1日", "2023-02-30", "2025", "5年4月1日", "FY25", "soon", "April"]
        {
            assert_eq!(day(text, Edge::First), None, "{text}");
        }
    }

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
