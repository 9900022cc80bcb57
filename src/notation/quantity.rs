//! Values that carry a unit in a scenario file: money, durations, dates. Text in, yen, weeks and dates out.
//!
//! Money and durations are strings with their unit (`"20 million yen"`, `"6 months"`), so that no reader has to guess
//! one. A month is a twelfth of a mean Gregorian year of 365.2425 days.

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
    /// Units and their size in yen or weeks.
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
    /// Largest value that makes sense: a quadrillion yen, a century.
    pub fn largest(self) -> f64 {
        match self {
            Dimension::Yen => 1e15,
            Dimension::Weeks => 5_218.0,
        }
    }

    /// Reads `"20 million yen"` or `"6 months"`.
    pub fn parse(self, text: &str) -> Result<f64, QuantityError> {
        let text = text.trim();
        let split = text.find(|c: char| c.is_whitespace() || (c.is_alphabetic() && c != 'e' && c != 'E'));
        let (number, unit) = text.split_at(split.unwrap_or(text.len()));
        let value: f64 = number.replace('_', "").parse().map_err(|_| QuantityError::NoNumber)?;
        let unit = unit.split_whitespace().collect::<Vec<_>>().join(" ");
        if unit.is_empty() {
            return Err(QuantityError::MissingUnit(number.to_string()));
        }
        let size = self.units().iter().find(|(name, _)| *name == unit).map(|(_, size)| *size);
        let Some(size) = size else {
            return Err(QuantityError::UnknownUnit(unit));
        };
        let value = value * size;
        // Also catches NaN, which compares false.
        if (0.0..=self.largest()).contains(&value) { Ok(value) } else { Err(QuantityError::OutOfRange) }
    }

    /// Says what is wrong with a quantity and what to write instead.
    pub fn explain(self, error: &QuantityError) -> (String, String) {
        match error {
            QuantityError::NoNumber => {
                ("this is not a number with a unit".into(), format!("write {}", self.example("4")))
            }
            QuantityError::MissingUnit(number) => ("missing unit".into(), format!("write {}", self.example(number))),
            QuantityError::UnknownUnit(unit) => {
                let known: Vec<&str> = self.units().iter().map(|(name, _)| *name).collect();
                (format!("unknown unit `{unit}`"), format!("units known here: {}", known.join(", ")))
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
        format!("{} {name}", value / size)
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
    r"^\s*[0-9][0-9_.]*\s*((thousand|million|billion|trillion)\s+)?yen\s*$",
    "An amount of money in yen."
);
quantity!(Weeks, Dimension::Weeks, r"^\s*[0-9][0-9_.]*\s*(day|week|month|year)s?\s*$", "A duration in weeks.");

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

    #[test]
    fn what_is_written_reads_back_as_the_same_number() {
        for value in [0.0, 1.0, 30_000.0, 905e6, 1.5e9, 123_456_789.0, 0.3e6, 1.0 / 3.0] {
            assert_eq!(Dimension::Yen.parse(&Dimension::Yen.write(value)), Ok(value));
            assert_eq!(Dimension::Weeks.parse(&Dimension::Weeks.write(value.min(5e3))), Ok(value.min(5e3)));
        }
        assert_eq!(Dimension::Yen.write(905e6), "905 million yen");
    }
}
