//! What a scenario file says, one to one with its TOML. The schema, the key table of the docs and the checks of form
//! (unknown keys, types, ranges, units) are all derived from these types.
//!
//! A kind of intervention is chosen by the one table named after it. Tagging from outside keeps the place of every
//! value, which an internal tag (`kind = "..."`) or `flatten` would lose.

use crate::{
    interventions::{self, Measure, Typed, with_kinds},
    notation::{At, Checks, Day, RawChannel, RawIndustry, RawLater, RawPrefecture, RawRegion, RawSize, Weeks, Yen},
    parameters,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{borrow::Cow, collections::BTreeMap, ops::Range};

/// A scenario: one policy question as input of the simulator.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawScenario {
    /// Title for people, one line.
    #[schemars(length(min = 1))]
    pub title: Option<At<String>>,
    /// The policy question that the scenario answers.
    #[schemars(length(min = 1))]
    pub question: Option<At<String>>,
    /// Where its figures come from; a child's sources are added to the inherited ones.
    #[schemars(length(min = 1))]
    pub sources: Option<Vec<At<String>>>,
    /// Period, seeds and scale.
    pub run: Option<RawRun>,
    /// Model parameters that hold in every posterior draw, and at the point.
    pub parameters: Option<RawParameters>,
    /// What happens around the firms apart from policy.
    pub environment: Option<RawEnvironment>,
    /// The interventions, in the order in which they act and are reported.
    #[serde(default)]
    pub intervention: Vec<At<RawIntervention>>,
}

/// Period, seeds and scale.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRun {
    /// First day; the run starts with its week. Default 2020-01-06, the first possible.
    pub start: Option<At<Day>>,
    /// Last day; the run ends with its week. Default 2026-03-31, the end of fiscal 2025.
    pub end: Option<At<Day>>,
    /// Seed of all luck during the run. Default 20210430.
    #[schemars(range(min = 0, max = 9_223_372_036_854_775_807_i64))]
    pub seed: Option<At<u64>>,
    /// Seed of the synthetic population. Default 2021.
    #[schemars(range(min = 0, max = 9_223_372_036_854_775_807_i64))]
    pub population_seed: Option<At<u64>>,
    /// Runs, each with a posterior draw of the parameters and with other luck. Default 60.
    #[schemars(range(min = 1, max = 10_000), extend("x-unit" = "runs"))]
    pub replicates: Option<At<u32>>,
    /// About how many firms are simulated, as a weighted sample. Default 60000. Not together with `whole = true`.
    /// At least one firm of each of the 5,989 kinds is in it.
    #[schemars(range(min = 5_989, max = 3_375_255), extend("x-unit" = "firms"))]
    pub sample: Option<At<u32>>,
    /// Simulate all 3,375,255 firms instead of a sample.
    pub whole: Option<At<bool>>,
}

/// Model parameters by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawParameters(pub BTreeMap<String, At<f64>>);

impl JsonSchema for RawParameters {
    fn schema_name() -> Cow<'static, str> {
        "Parameters".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let properties: serde_json::Map<String, Value> = parameters::TABLE
            .iter()
            .map(|p| {
                let description = format!("{}. {}; {}. Default {}.", p.meaning, p.evidence, p.source, p.default);
                let property = json!({ "description": description, "type": "number", "minimum": p.minimum,
                    "maximum": p.maximum, "x-unit": p.unit });
                (p.name.to_string(), property)
            })
            .collect();
        json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
    }
}

/// What happens around the firms apart from policy.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEnvironment {
    /// Infections after April 2021, the last observed month: `none` (concern fades; default) or `random` (an
    /// uncertain process, another path in each replicate).
    pub later_infections: Option<At<RawLater>>,
}

macro_rules! raw_intervention {
    ($($(#[$doc:meta])* $module:ident: $kind:ident;)*) => {
        /// One policy measure: a name, the keys common to all kinds, and exactly one table named by its kind.
        #[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct RawIntervention {
            /// Name, unique in the scenario: lower-case letters, digits and underscores.
            #[schemars(regex(pattern = "^[a-z][a-z0-9_]*$"))]
            pub name: At<String>,
            /// `false` switches it off. Default true.
            pub active: Option<At<bool>>,
            /// First day. Default: the run's first day.
            pub from: Option<At<Day>>,
            /// Last day. Default: the run's last day.
            pub until: Option<At<Day>>,
            /// Multiplies capacity and budget. Default 1.
            #[schemars(range(min = 0.0, max = 1_000_000.0), extend("x-unit" = "times"))]
            pub scale: Option<At<f64>>,
            /// Which firms it may serve. Default: all.
            pub target: Option<At<RawTarget>>,
            /// How its firms are found: `random` or `inclined` (firms that are inclined to telework ask more readily). Default:
            /// `inclined` where firms ask (support network, managers, subsidies), else `random`.
            pub selection: Option<At<RawSelection>>,
            /// Stakeholders to whom a firm that takes part shows it, and whose pressure then reaches other firms: for awards,
            /// certification, disclosure and measures of one's own that serve single firms. Default: the kind's own visibility, or none.
            #[schemars(length(min = 1))]
            pub channels: Option<At<Vec<At<RawChannel>>>>,
            /// Money that it may spend in a fiscal year, before `scale`. Default: not limited by money.
            pub budget_per_fiscal_year: Option<At<Yen>>,
            /// Money spent for one delivery (what that is depends on the kind). Default: not costed; satellite offices and subsidies cost what their rule pays.
            pub unit_cost: Option<At<Yen>>,
            /// Time between delivery and effect, rounded to whole weeks. Default "0 weeks".
            pub delay: Option<At<Weeks>>,
            /// Time after which half of the effect is left. Default: it lasts.
            pub half_life: Option<At<Weeks>>,
            $($(#[$doc])* pub $module: Option<At<<interventions::$kind as Typed>::Raw>>,)*
        }

        impl RawIntervention {
            /// The tables named by kinds: word, place, and what is meant.
            pub fn kinds(&self, checks: &mut Checks) -> Vec<(&'static str, Range<usize>, Measure)> {
                let mut found = Vec::new();
                $(if let Some(table) = &self.$module {
                    found.push((stringify!($module), table.span(), Measure::$kind(Typed::check(table, checks))));
                })*
                found
            }
        }
    };
}

with_kinds!(raw_intervention);

/// How firms are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RawSelection {
    /// All are as likely.
    Random,
    /// The inclined ask more readily.
    Inclined,
}

/// Which firms an intervention may serve; conditions are joined by *and*.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTarget {
    /// Head office in one of these prefectures.
    #[schemars(length(min = 1))]
    pub prefectures: Option<At<Vec<At<RawPrefecture>>>>,
    /// Head office in one of these region groups of the land ministry: `tokyo` (Tokyo, Kanagawa, Saitama, Chiba), `chukyo`
    /// (Aichi, Gifu, Mie), `kinki` (Kyoto, Osaka, Hyogo, Nara), `regional` (all others).
    pub regions: Option<At<Vec<At<RawRegion>>>>,
    /// Head office in none of these prefectures.
    pub not_prefectures: Option<At<Vec<At<RawPrefecture>>>>,
    /// Of none of these industries.
    pub not_industries: Option<At<Vec<At<RawIndustry>>>>,
    /// Of one of these industries.
    #[schemars(length(min = 1))]
    pub industries: Option<At<Vec<At<RawIndustry>>>>,
    /// Of one of these size classes of the SME Basic Act.
    #[schemars(length(min = 1))]
    pub sizes: Option<At<Vec<At<RawSize>>>>,
    /// At least so many regular employees.
    #[schemars(range(min = 1, max = 10_000_000), extend("x-unit" = "employees"))]
    pub min_employees: Option<At<u32>>,
    /// At most so many regular employees.
    #[schemars(range(min = 1, max = 10_000_000), extend("x-unit" = "employees"))]
    pub max_employees: Option<At<u32>>,
    /// Capital of 100 million yen or more (`true`) or less (`false`).
    pub high_capital: Option<At<bool>>,
    /// Bidders for public contracts (`true`) or others (`false`).
    pub bidder: Option<At<bool>>,
    /// Practising now (`true`) or not (`false`).
    pub practising: Option<At<bool>>,
    /// With a formal scheme (`true`) or without (`false`).
    pub formal: Option<At<bool>>,
}
