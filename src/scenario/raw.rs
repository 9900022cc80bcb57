//! What a scenario file says, one to one with its TOML. The schema, the key table of the docs and the checks of form
//! (unknown keys, types, ranges, units) are all derived from these types.
//!
//! A kind of intervention is chosen by the one table named after it. Tagging from outside keeps the place of every
//! value, which an internal tag (`kind = "..."`) or `flatten` would lose.

use super::quantity::{Day, Weeks, Yen};
use crate::{classification, parameters};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use serde_spanned::Spanned;
use std::{borrow::Cow, collections::BTreeMap, ops::Deref, ops::Range};

/// A value with its place in the sources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct At<T>(pub Spanned<T>);

impl<T> At<T> {
    /// Where it stands.
    pub fn span(&self) -> Range<usize> {
        self.0.span()
    }
}

impl<T> Deref for At<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.get_ref()
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

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
    /// Runs, each with a posterior draw of the parameters and with other luck. Default 80.
    #[schemars(range(min = 1, max = 10_000), extend("x-unit" = "runs"))]
    pub replicates: Option<At<u32>>,
    /// About how many firms are simulated, as a weighted sample. Default 60000. Not together with `whole = true`.
    /// At least one firm of each of the 5,670 kinds is in it.
    #[schemars(range(min = 5_670, max = 3_375_255), extend("x-unit" = "firms"))]
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

/// After what is known: nothing more, or an uncertain process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RawLater {
    /// Nothing more.
    None,
    /// An uncertain process.
    Random,
}

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
    /// Money that it may spend in a fiscal year, before `scale`. Default: not limited by money.
    pub budget_per_fiscal_year: Option<At<Yen>>,
    /// Money spent for one delivery (what that is depends on the kind). Default: not costed; satellite offices and subsidies cost what their rule pays.
    pub unit_cost: Option<At<Yen>>,
    /// Time between delivery and effect, rounded to whole weeks. Default "0 weeks".
    pub delay: Option<At<Weeks>>,
    /// Time after which half of the effect is left. Default: it lasts.
    pub half_life: Option<At<Weeks>>,
    /// States of emergency and quasi-emergencies: pressure on the firms of a prefecture.
    pub emergency_declaration: Option<At<RawEmergencyDeclaration>>,
    /// Telework Support Network: seminars and consultations at local windows.
    pub support_network: Option<At<RawSupportNetwork>>,
    /// Telework managers: expert visits that remove barriers.
    pub telework_managers: Option<At<RawTeleworkManagers>>,
    /// Awards that make practice visible.
    pub awards: Option<At<RawAwards>>,
    /// Bonus points in public tenders for certified bidders.
    pub procurement_bonus: Option<At<RawProcurementBonus>>,
    /// Subsidised satellite offices in municipalities.
    pub satellite_offices: Option<At<RawSatelliteOffices>>,
    /// A subsidy for telework equipment.
    pub subsidy: Option<At<RawSubsidy>>,
    /// A campaign such as Telework Days or Telework Month.
    pub campaign: Option<At<RawCampaign>>,
    /// Guidelines, handbooks and checklists.
    pub guidelines: Option<At<RawGuidelines>>,
    /// Listing, rating or self-declaration.
    pub disclosure: Option<At<RawDisclosure>>,
    /// Visiting workers and workation in host prefectures.
    pub regional_trial: Option<At<RawRegionalTrial>>,
}

/// The kinds of intervention, as spelt in files, in the order of MODEL.md.
pub const KINDS: [&str; 11] = [
    "emergency_declaration",
    "support_network",
    "telework_managers",
    "awards",
    "procurement_bonus",
    "satellite_offices",
    "subsidy",
    "campaign",
    "guidelines",
    "disclosure",
    "regional_trial",
];

/// Which firms an intervention may serve; conditions are joined by *and*.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTarget {
    /// Head office in one of these prefectures.
    #[schemars(length(min = 1))]
    pub prefectures: Option<At<Vec<At<RawPrefecture>>>>,
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

macro_rules! listed {
    ($name:ident, $title:literal, $doc:literal, $members:expr) => {
        #[doc = $doc]
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $title.into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let members: Vec<String> = $members;
                json_schema!({ "type": "string", "enum": members, "x-list": $title })
            }
        }
    };
}

listed!(
    RawPrefecture,
    "prefecture",
    "A prefecture by its English or Japanese name.",
    classification::Prefecture::all()
        .map(|p| p.name().to_string())
        .chain(classification::Prefecture::all().map(|p| p.name_ja().to_string()))
        .collect()
);
listed!(
    RawIndustry,
    "industry",
    "An industry by its word or JSIC division letter.",
    classification::Industry::all()
        .map(|i| i.key().to_string())
        .chain(classification::Industry::all().map(|i| i.letter().to_string()))
        .collect()
);
listed!(
    RawSize,
    "size class",
    "A size class of the SME Basic Act.",
    classification::SizeClass::ALL.iter().map(|s| s.key().to_string()).collect()
);

/// Declarations by prefecture and date.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEmergencyDeclaration {
    /// Take the real declarations with the dates that were known on this day. Default: none of them.
    pub known_on: Option<At<Day>>,
    /// Declarations after the known ones: `none` (default) or `random`, following the simulated infections.
    pub later: Option<At<RawLater>>,
    /// Further declarations of this scenario.
    #[serde(default)]
    pub list: Vec<At<RawDeclared>>,
}

/// One declaration of a scenario.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDeclared {
    /// Where. Default: in all 47 prefectures.
    #[schemars(length(min = 1))]
    pub prefectures: Option<At<Vec<At<RawPrefecture>>>>,
    /// First day.
    pub from: At<Day>,
    /// Last day.
    pub until: At<Day>,
    /// A full state of emergency (`true`, default) or a quasi-emergency (`false`).
    pub full: Option<At<bool>>,
}

/// Telework Support Network (SupportNW).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSupportNetwork {
    /// Seminars and consultations held in a fiscal year (434 in FY2020).
    #[schemars(range(min = 0.0, max = 1_000_000.0), extend("x-unit" = "events a year"))]
    pub events_per_year: At<f64>,
    /// Firms that come to one event (4,687 participants / 434 events in FY2020).
    #[schemars(range(min = 0.0, max = 100_000.0), extend("x-unit" = "firms an event"))]
    pub participants_per_event: At<f64>,
    /// Local windows (258 in FY2020); reported only.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("x-unit" = "windows"))]
    pub windows: At<f64>,
    /// Share of participants with at most 300 employees.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub share_sme: At<f64>,
}

/// Telework managers.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTeleworkManagers {
    /// Experts (21, then 109 in FY2020).
    #[schemars(range(min = 0.0, max = 1_000_000.0), extend("x-unit" = "experts"))]
    pub managers: At<f64>,
    /// Consultations of one expert a week (664 / 109 / 52 in FY2020).
    #[schemars(range(min = 0.0, max = 100.0), extend("x-unit" = "visits a week"))]
    pub visits_per_manager_per_week: At<f64>,
    /// Consultations that one firm takes (664 / 372 in FY2020).
    #[schemars(range(min = 0.01, max = 1_000.0), extend("x-unit" = "visits a firm"))]
    pub visits_per_firm: At<f64>,
    /// Share of served firms with fewer than 100 employees (0.682 in FY2020).
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub share_below_100: At<f64>,
    /// Share of served firms that do not practise yet (about 0.5 in FY2020).
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub share_not_practising: At<f64>,
}

/// Pioneer awards and the minister's prize.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAwards {
    /// Firms selected in a fiscal year (60 in FY2020).
    #[schemars(range(min = 0.0, max = 1_000_000.0), extend("x-unit" = "firms a year"))]
    pub awards_per_year: At<f64>,
    /// Minister's prizes in a fiscal year, among them (5 in FY2020). Default 0.
    #[schemars(range(min = 0.0, max = 1_000_000.0), extend("x-unit" = "firms a year"))]
    pub minister_prizes_per_year: Option<At<f64>>,
    /// Calendar month of the selection (11 = November).
    #[schemars(range(min = 1, max = 12), extend("x-unit" = "month"))]
    pub selection_month: At<u8>,
}

/// Bonus points in public tenders.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawProcurementBonus {
    /// Share of the technical score that a certified bidder gains (0.005-0.10 in the existing labels).
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub bonus_share_of_score: At<f64>,
    /// How long before `from` bidders know of it. Default "0 weeks".
    pub announced_before: Option<At<Weeks>>,
}

/// Satellite offices in municipalities.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSatelliteOffices {
    /// Sites wanted in a fiscal year (3 in FY2019 and FY2020).
    #[schemars(range(min = 0.0, max = 100_000.0), extend("x-unit" = "sites a year"))]
    pub sites_per_year: At<f64>,
    /// Cost of one site.
    pub project_cost: At<Yen>,
    /// Share of that cost that is paid.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub subsidy_rate: At<f64>,
    /// At most so much is paid for one site.
    pub subsidy_cap: At<Yen>,
    /// Firms near one site whose staff can use it.
    #[schemars(range(min = 0.0, max = 1_000_000.0), extend("x-unit" = "firms a site"))]
    pub firms_per_site: At<f64>,
}

/// A subsidy for telework equipment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSubsidy {
    /// Share of the cost that is paid.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub rate: At<f64>,
    /// Smallest grant; a smaller project gets nothing.
    pub minimum: At<Yen>,
    /// Largest grant.
    pub maximum: At<Yen>,
    /// Cost of equipment for one employee who can telework.
    pub cost_per_teleworker: At<Yen>,
    /// Grants wanted in a fiscal year.
    #[schemars(range(min = 0.0, max = 10_000_000.0), extend("x-unit" = "grants a year"))]
    pub grants_per_year: At<f64>,
}

/// A campaign.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCampaign {
    /// Calendar months in which it runs each year, 1 to 12.
    #[schemars(length(min = 1), inner(range(min = 1, max = 12)), extend("x-unit" = "months"))]
    pub months: At<Vec<At<u8>>>,
    /// Firms that take part in a year.
    #[schemars(range(min = 0.0, max = 10_000_000.0), extend("x-unit" = "firms a year"))]
    pub participants_per_year: At<f64>,
}

/// Guidelines, handbooks and checklists.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawGuidelines {
    /// Aware firms that work through them in a year, as a share of aware firms.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub uptake_per_year: At<f64>,
}

/// Disclosure and self-declaration.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDisclosure {
    /// What firms show: `listing` (leading listed firms, seen by investors), `rating` (seen by customers and job
    /// seekers), `self_declaration` (on the firm's own word) or `condition_of_subsidy` (the same, asked of every firm
    /// that takes a subsidy of the scenario).
    pub form: At<RawDisclosureForm>,
    /// With `condition_of_subsidy`: the intervention whose grants carry the condition; all subsidies when left out.
    pub of_subsidy: Option<At<String>>,
    /// Firms that may be listed or rated, or that declare, in a fiscal year.
    #[schemars(range(min = 0.0, max = 10_000_000.0), extend("x-unit" = "firms a year"))]
    pub firms_per_year: At<f64>,
}

/// What firms show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RawDisclosureForm {
    /// A list of leading listed firms.
    Listing,
    /// A published rating.
    Rating,
    /// A declaration on the firm's own word.
    SelfDeclaration,
    /// The same, as a condition of a subsidy.
    ConditionOfSubsidy,
}

/// Visiting workers and workation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRegionalTrial {
    /// Host prefectures (Wakayama and Nagano in November 2020).
    #[schemars(length(min = 1))]
    pub host_prefectures: At<Vec<At<RawPrefecture>>>,
    /// Firms met in the hosts in a year.
    #[schemars(range(min = 0.0, max = 10_000_000.0), extend("x-unit" = "firms a year"))]
    pub firms_per_year: At<f64>,
}
