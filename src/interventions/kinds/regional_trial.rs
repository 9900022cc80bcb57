//! Visiting workers and workation: noticed in the host prefectures.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Reach, Setting, Text, Typed,
    combination::{Capacity, Combination, Noticed, Whom},
    season::Spread,
};
use crate::{
    classification::Prefecture,
    data::Data,
    notation::{At, Checks, RawPrefecture},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// Visiting workers and workation in host prefectures.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionalTrial {
    /// Hosts (Wakayama and Nagano in November 2020).
    pub host_prefectures: Vec<Prefecture>,
    /// Firms met in the hosts a year.
    pub firms_per_year: f64,
}

impl Typed for RegionalTrial {
    type Raw = RawRegionalTrial;
    const NAME: Text = Text { en: "Regional trials", ja: "地方での試行" };
    const MODEL: Model =
        Model { capacity: "`firms_per_year`, within its period", whom: "`host_prefectures`", does: "is noticed there" };

    fn check(raw: &At<RawRegionalTrial>, checks: &mut Checks) -> RegionalTrial {
        RegionalTrial {
            host_prefectures: checks.members(&raw.host_prefectures, "host_prefectures", |p| Prefecture::parse(&p.0)),
            firms_per_year: *raw.firms_per_year,
        }
    }
}

impl MeasureKind for RegionalTrial {
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.firms_per_year)
    }

    fn reaches(&self) -> Reach {
        Reach::Everybody
    }

    fn spread(&self, _: &Data) -> Spread {
        Spread::Period
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(Combination {
            capacity: Capacity::PerYear(self.firms_per_year),
            whom: Whom::Everybody,
            noticed: Noticed::In(self.host_prefectures.clone()),
        })
    }
}
