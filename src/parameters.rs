//! Every model parameter, described once: name, unit, range, default, prior, evidence, source.
//!
//! From this one table come the scenario's `[parameters]`, the schema, the docs and the calibration bounds.

use std::fmt;

/// What a value rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Chosen so that simulated surveys meet published ones.
    Estimated,
    /// Not identified by data: a documented guess.
    Assumed,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Evidence::Estimated => "estimated",
            Evidence::Assumed => "assumed",
        })
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Name in files.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Smallest allowed value.
    pub minimum: f64,
    /// Largest allowed value.
    pub maximum: f64,
    /// Starting value.
    pub default: f64,
    /// Standard deviation of the normal prior around the default, cut at the range.
    pub prior_sd: f64,
    /// What it rests on.
    pub evidence: Evidence,
    /// Where it comes from.
    pub source: &'static str,
}

macro_rules! parameters {
    ($($name:ident: $default:literal in $minimum:literal ..= $maximum:literal, sd $sd:literal, $unit:literal,
       $evidence:ident, $meaning:literal, $source:literal;)*) => {
        /// A value for each parameter.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Parameters { $(#[doc = $meaning] pub $name: f64,)* }

        impl Default for Parameters {
            fn default() -> Parameters { Parameters { $($name: $default,)* } }
        }

        /// The table.
        pub const TABLE: &[Parameter] = &[$(Parameter {
            name: stringify!($name), meaning: $meaning, unit: $unit, minimum: $minimum, maximum: $maximum,
            default: $default, prior_sd: $sd, evidence: Evidence::$evidence, source: $source,
        },)*];

        impl Parameters {
            /// Value by name.
            pub fn get(&self, name: &str) -> Option<f64> {
                match name { $(stringify!($name) => Some(self.$name),)* _ => None }
            }
            /// Sets a value by name; `false` when there is no such parameter. The range is checked by the scenario.
            pub fn set(&mut self, name: &str, value: f64) -> bool {
                match name { $(stringify!($name) => { self.$name = value; true })* _ => false }
            }
        }
    };
}

parameters! {
    start_base: -7.0 in -15.0..=0.0, sd 1.0, "log hazard per week", Estimated, "Weekly log hazard to start telework without any pressure", "TSR waves 2-14";
}
