//! Values that carry a unit in a scenario file: money, durations, dates. Text in, yen, weeks and dates out.
//!
//! Money and durations are strings with their unit (`"20 million yen"`, `"6 months"`), so that no reader has to guess
//! one. A month is a twelfth of a mean Gregorian year of 365.2425 days.

use super::numbers::{number, plain, pointed_thousands};
use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};
use toml::value::Datetime;

/// What a quantity measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Money in yen.
    Yen,
    /// Time in weeks.
    Weeks,
}

impl Dimension {
    /// The word that marks it in the schema (`x-unit`).
    pub fn key(self) -> &'static str {
        match self {
            Dimension::Yen => "yen",
            Dimension::Weeks => "weeks",
        }
    }
    /// From that word.
    pub fn from_key(key: &str) -> Option<Dimension> {
        [Dimension::Yen, Dimension::Weeks].into_iter().find(|d| d.key() == key)
    }
    /// What to write instead of a bare number.
    pub fn example(self, number: &str) -> String {
        match self {
            Dimension::Yen => format!("\"{number} yen\", or in words such as \"20 million yen\""),
            Dimension::Weeks => format!("\"{number} weeks\" (days, weeks, months and years are known)"),
        }
    }
    /// Units as they are written and named, with their size in yen or weeks.
    fn units(self) -> &'static [(&'static str, f64)] {
        const YEAR: f64 = 365.2425 / 7.0;
        match self {
            Dimension::Yen => &[
                ("yen", 1.0),
                ("thousand yen", 1e3),
                ("million yen", 1e6),
                ("billion yen", 1e9),
                ("trillion yen", 1e12),
            ],
            Dimension::Weeks => &[
                ("weeks", 1.0),
                ("week", 1.0),
                ("days", 1.0 / 7.0),
                ("day", 1.0 / 7.0),
                ("months", YEAR / 12.0),
                ("month", YEAR / 12.0),
                ("years", YEAR),
                ("year", YEAR),
            ],
        }
    }
    /// The unit of [`Dimension::units`] that a word, in lower case, stands for.
    fn unit(self, word: &str) -> Option<f64> {
        let word = match (self, word) {
            (Dimension::Yen, "円" | "jpy" | "yen.") => "yen".to_string(),
            (Dimension::Yen, word) => word.replace("jpy", "yen").replace("bn ", "billion "),
            (Dimension::Weeks, "週" | "週間") => "weeks".into(),
            (Dimension::Weeks, "日" | "日間") => "days".into(),
            (Dimension::Weeks, "年" | "年間") => "years".into(),
            (Dimension::Weeks, word) => {
                let counted = word.strip_suffix('間').unwrap_or(word);
                let month = counted
                    .strip_suffix('月')
                    .is_some_and(|before| "かヶカヵケ箇".contains(before) && !before.is_empty());
                if month { "months".into() } else { word.to_string() }
            }
        };
        self.units().iter().find(|(name, _)| *name == word).map(|(_, size)| *size)
    }
    /// Largest value that makes sense: a quadrillion yen, a century.
    pub fn largest(self) -> f64 {
        match self {
            Dimension::Yen => 1e15,
            Dimension::Weeks => 5_218.0,
        }
    }

    /// Reads `"20 million yen"` or `"6 months"`, and other ways of writing that can mean one thing only: `6000万円`,
    /// `¥500,000`, `60 Million JPY`, `6か月`.
    pub fn parse(self, text: &str) -> Result<f64, QuantityError> {
        let text = plain(text);
        let lower = text.to_lowercase();
        // A sign of the yen may stand in front.
        let front =
            ["¥", "jpy "].into_iter().find_map(|sign| lower.strip_prefix(sign)).filter(|_| self == Dimension::Yen);
        let amount = front.unwrap_or(&lower).trim_start();
        let (value, rest) = number(amount).ok_or(QuantityError::NoNumber)?;
        if let Some(two_ways) = self.two_ways(amount, front.is_some()) {
            return Err(two_ways);
        }
        let written = rest.trim();
        if written.is_empty() && front.is_none() {
            return Err(QuantityError::MissingUnit(text));
        }
        let unit =
            if front.is_some() { format!("{written} yen").trim_start().to_string() } else { written.to_string() };
        let size = self.unit(&unit).ok_or_else(|| QuantityError::UnknownUnit(written.to_string()))?;
        let value = value * size;
        // Also catches NaN, which compares false.
        if (0.0..=self.largest()).contains(&value) { Ok(value) } else { Err(QuantityError::OutOfRange) }
    }

    /// Whether the point of an amount may stand between thousands: `60.000 yen` is sixty thousand in much of Europe. A larger
    /// unit makes a decimal certain (`1.234 billion yen`), unless it is one that nobody would write (`60.000 thousand yen`).
    fn two_ways(self, amount: &str, sign_in_front: bool) -> Option<QuantityError> {
        let thousands = pointed_thousands(amount)?;
        let unit = amount.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'));
        let digits = amount[..amount.len() - unit.len()].trim_start_matches(['+', '-']);
        let mut unit = unit.trim().to_string();
        if unit.is_empty() || sign_in_front {
            unit = format!("{unit} {}", self.units()[0].0).trim_start().to_string();
        }
        let size = self.unit(&unit);
        let smallest = self.units().iter().map(|(_, size)| *size).fold(f64::INFINITY, f64::min);
        let decimal: Option<f64> = digits.parse().ok();
        let one_way = decimal.is_some() && size != Some(smallest) && !digits.ends_with(".000");
        if one_way || size.is_some_and(|size| thousands * size > self.largest()) {
            return None;
        }
        let space = if unit.is_ascii() { " " } else { "" };
        let mut ways = vec![format!("\"{}{space}{unit}\"", grouped(thousands))];
        ways.extend(decimal.map(|decimal| format!("\"{decimal}{space}{unit}\"")));
        // Of three decimals the last one may be needed: a fourth says that they are decimals.
        if let Some(way) =
            ways.get_mut(1).filter(|_| decimal.is_some_and(|d| pointed_thousands(&d.to_string()).is_some()))
        {
            *way = format!("\"{digits}0{space}{unit}\"");
        }
        Some(QuantityError::TwoWays(ways))
    }

    /// A value in the smallest common unit, so that [`Dimension::parse`] gives exactly the same back.
    pub fn plainly(self, value: f64) -> String {
        self.written(value, self.units()[0].0)
    }

    fn written(self, number: f64, unit: &str) -> String {
        let text = format!("{number} {unit}");
        match self.two_ways(&text, false) {
            Some(_) => format!("{number}0 {unit}"),
            None => text,
        }
    }

    /// Says what is wrong with a quantity and what to write instead.
    pub fn explain(self, error: &QuantityError) -> (String, String) {
        match error {
            QuantityError::NoNumber => (
                "this is not a number with a unit".into(),
                match self {
                    Dimension::Yen => {
                        "write an amount such as \"20 million yen\", \"500,000 yen\" or \"6000万円\"".into()
                    }
                    Dimension::Weeks => "write a time such as \"4 weeks\", \"6 months\" or \"6か月\"".into(),
                },
            ),
            QuantityError::MissingUnit(number) => ("missing unit".into(), format!("write {}", self.example(number))),
            QuantityError::UnknownUnit(unit) => {
                let in_japanese = match self {
                    Dimension::Yen => ["円", "万円", "億円"].as_slice(),
                    Dimension::Weeks => &["日", "週間", "か月", "年"],
                };
                let known: Vec<&str> = self.units().iter().map(|(name, _)| name).chain(in_japanese).copied().collect();
                (format!("unknown unit `{}`", unit.escape_debug()), format!("units known here: {}", known.join(", ")))
            }
            QuantityError::TwoWays(ways) => {
                let message = match ways.len() {
                    1 => "there are points between thousands",
                    _ => "the point may stand between thousands, or before decimals",
                };
                (message.into(), format!("write {}", ways.join(" or ")))
            }
            QuantityError::OutOfRange => (
                "value out of range".into(),
                match self {
                    Dimension::Yen => "money must lie between 0 and 1000 trillion yen".into(),
                    Dimension::Weeks => "a duration must lie between 0 weeks and 100 years".into(),
                },
            ),
        }
    }

    /// Writes a value so that [`Dimension::parse`] gives exactly the same back, in the largest unit that stays short.
    pub fn write(self, value: f64) -> String {
        let short = |unit: &&(&str, f64)| {
            let number = value / unit.1;
            number >= 1.0 && (number * 1e3).fract() == 0.0 && number * unit.1 == value
        };
        let (name, size) = match self {
            Dimension::Yen => *self.units().iter().rev().find(short).unwrap_or(&("yen", 1.0)),
            Dimension::Weeks => ("weeks", 1.0),
        };
        self.written(value / size, name)
    }
}

/// Why a text is not a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// It does not begin with a number.
    NoNumber,
    /// The number stands alone.
    MissingUnit(String),
    /// The unit is not one of this dimension.
    UnknownUnit(String),
    /// Negative, not finite or absurdly large.
    OutOfRange,
    /// A point may stand between thousands; how to write what may be meant.
    TwoWays(Vec<String>),
}

/// A whole number with commas between thousands.
pub(super) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let parts: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|part| str::from_utf8(part).ok()).collect();
    parts.join(",")
}

macro_rules! quantity {
    ($name:ident, $dimension:expr, $pattern:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub f64);

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<$name, String> {
                $dimension.parse(&text).map($name).map_err(|error| $dimension.explain(&error).0)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String {
                $dimension.write(value.0)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "x-unit": $dimension.key() })
            }
        }
    };
}

quantity!(
    Yen,
    Dimension::Yen,
    r"^\s*([0-9][0-9_.,]*\s*(([Tt]housand|[Mm]illion|[Bb]illion|[Tt]rillion)\s+)?([Yy]en|JPY)|[0-9][0-9,.千百万億兆]*円|[¥￥][0-9][0-9,]*)\s*$",
    "An amount of money in yen."
);
quantity!(
    Weeks,
    Dimension::Weeks,
    r"^\s*[0-9][0-9_.]*\s*((day|week|month|year)s?|日間?|週間?|[かヶ]月間?|年間?)\s*$",
    "A duration in weeks."
);

/// A calendar day, a TOML local date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Datetime", into = "Datetime")]
pub struct Day(pub Date);

impl TryFrom<Datetime> for Day {
    type Error = &'static str;
    fn try_from(value: Datetime) -> Result<Day, &'static str> {
        const WRONG: &str = "expected a date such as 2021-04-01";
        let Datetime { date: Some(date), time: None, offset: None } = value else {
            return Err(WRONG);
        };
        let year = i16::try_from(date.year).map_err(|_| WRONG)?;
        let (month, day) = (i8::try_from(date.month).map_err(|_| WRONG)?, i8::try_from(date.day).map_err(|_| WRONG)?);
        Date::new(year, month, day).map(Day).map_err(|_| WRONG)
    }
}

impl From<Day> for Datetime {
    fn from(day: Day) -> Datetime {
        let date = toml::value::Date {
            year: day.0.year().unsigned_abs(),
            month: day.0.month().unsigned_abs(),
            day: day.0.day().unsigned_abs(),
        };
        Datetime { date: Some(date), time: None, offset: None }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "x-unit": "date" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_durations_are_read_with_their_unit() {
        assert_eq!(Dimension::Yen.parse("1.5 billion yen"), Ok(1.5e9));
        assert_eq!(Dimension::Yen.parse("30_000yen"), Ok(30_000.0));
        // Twelve mean months are a mean Gregorian year, 52.1775 weeks.
        assert!(Dimension::Weeks.parse("12 months").is_ok_and(|weeks| (weeks - 52.1775).abs() < 1e-9));
        assert_eq!(Dimension::Weeks.parse("14 days"), Ok(2.0));
        assert_eq!(Dimension::Yen.parse("20"), Err(QuantityError::MissingUnit("20".into())));
        assert_eq!(Dimension::Yen.parse("20 dollars"), Err(QuantityError::UnknownUnit("dollars".into())));
        for bad in ["-5 weeks", "NaN weeks", "inf weeks", "1e300 weeks"] {
            assert!(Dimension::Weeks.parse(bad).is_err(), "{bad}");
        }
    }

    /// 60 million yen, 500 million yen, half a mean year.
    #[test]
    fn amounts_are_read_as_people_write_them_in_both_languages() {
        let ways = [
            "60,000,000 yen",
            "6000万円",
            "６０００万円",
            "60 Million Yen",
            "60 million JPY",
            "¥60,000,000",
            "￥６０，０００，０００",
            "JPY 60 million",
            "“60 million yen”",
            "60百万円",
            "60,000千円",
            "六千万円",
            "0.6億円",
            "60\u{a0}000\u{a0}000 yen",
        ];
        for text in ways {
            assert_eq!(Dimension::Yen.parse(text), Ok(6e7), "{text}");
        }
        assert_eq!(Dimension::Yen.parse("5億円"), Ok(5e8));
        assert_eq!(Dimension::Yen.parse("3億5,000万円"), Ok(3.5e8));
        for text in ["6 months", "6 Months", "6か月", "６ヶ月", "6カ月間", "0.5 years", "0.5年"] {
            assert!(Dimension::Weeks.parse(text).is_ok_and(|weeks| (weeks - 365.2425 / 14.0).abs() < 1e-9), "{text}");
        }
        // June, or six months? And sixty, or six thousand?
        assert_eq!(Dimension::Weeks.parse("6月"), Err(QuantityError::UnknownUnit("月".into())));
        assert_eq!(Dimension::Yen.parse("60,00 yen"), Err(QuantityError::NoNumber));
        assert_eq!(Dimension::Yen.parse("-5 yen"), Err(QuantityError::OutOfRange));
    }

    /// Sixty or sixty thousand: who means either is told how to write it, and what is advised is taken.
    #[test]
    fn a_point_that_may_stand_between_thousands_is_refused() {
        for (text, ways) in [
            ("60.000 yen", [60_000.0, 60.0].as_slice()),
            ("60.000", &[60_000.0, 60.0]),
            ("６０．０００円", &[60_000.0, 60.0]),
            ("¥60.000", &[60_000.0, 60.0]),
            ("JPY 1.500", &[1_500.0, 1.5]),
            ("1.234yen", &[1_234.0, 1.234]),
            ("60.000 thousand yen", &[6e7, 6e4]),
            ("¥60.000 thousand", &[6e7, 6e4]),
            ("6.000万円", &[6e7, 6e4]),
            ("1.234.567 yen", &[1_234_567.0]),
            ("60.000.000円", &[6e7]),
        ] {
            let Err(QuantityError::TwoWays(found)) = Dimension::Yen.parse(text) else { panic!("{text}") };
            let read: Vec<_> = found.iter().map(|way| Dimension::Yen.parse(way).unwrap()).collect();
            assert_eq!(read, ways, "{text}: {found:?}");
        }
        for (text, value) in [
            ("1.234 billion yen", 1.234e9),
            ("1.500 billion yen", 1.5e9),
            ("1.234億円", 1.234e8),
            ("0.125 yen", 0.125),
            ("1234.500 yen", 1234.5),
            ("60,000.000 yen", 60_000.0),
            ("1.25 yen", 1.25),
        ] {
            assert_eq!(Dimension::Yen.parse(text), Ok(value), "{text}");
        }
        assert!(matches!(Dimension::Weeks.parse("1.500 days"), Err(QuantityError::TwoWays(_))));
        // Nobody means a thousand years.
        assert_eq!(Dimension::Weeks.parse("4.125 weeks"), Ok(4.125));
        assert_eq!(Dimension::Weeks.parse("56.000 days"), Ok(8.0));
        assert_eq!(Dimension::Yen.parse("3億5.000万円"), Err(QuantityError::NoNumber));
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_number() {
        for value in
            [0.0, 1.0, 30_000.0, 905e6, 1.5e9, 123_456_789.0, 0.3e6, 1.0 / 3.0, 1.125, 12.75, 999.999, 1234.125]
        {
            assert_eq!(Dimension::Yen.parse(&Dimension::Yen.plainly(value)), Ok(value));
            assert_eq!(Dimension::Weeks.parse(&Dimension::Weeks.plainly(value.min(5e3))), Ok(value.min(5e3)));
            assert_eq!(Dimension::Yen.parse(&Dimension::Yen.write(value)), Ok(value));
            assert_eq!(Dimension::Weeks.parse(&Dimension::Weeks.write(value.min(5e3))), Ok(value.min(5e3)));
        }
        assert_eq!(Dimension::Yen.write(905e6), "905 million yen");
    }
}
