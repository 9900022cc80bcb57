//! Telework Days, Telework Month: participants are noticed nationwide.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Reach, Setting, Text, Typed,
    combination::{Capacity, Combination, Noticed, Whom},
    season::Spread,
};
use crate::{
    data::Data,
    notation::{At, Checks},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// A campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// Calendar months in which it runs each year.
    pub months: Vec<u8>,
    /// Firms that take part a year.
    pub participants_per_year: f64,
}

impl Typed for Campaign {
    type Raw = RawCampaign;
    const NAME: Text = Text { en: "Campaigns", ja: "普及啓発（テレワーク月間等）" };
    const MODEL: Model =
        Model { capacity: "`participants_per_year`, in `months`", whom: "-", does: "is noticed nationwide" };

    fn check(raw: &At<RawCampaign>, checks: &mut Checks) -> Campaign {
        Campaign {
            months: checks.members(&raw.months, "months", |month| Some(*month)),
            participants_per_year: *raw.participants_per_year,
        }
    }
}

impl MeasureKind for Campaign {
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.participants_per_year)
    }

    fn reaches(&self) -> Reach {
        Reach::Everybody
    }

    fn spread(&self, _: &Data) -> Spread {
        Spread::in_months(&self.months)
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(Combination {
            capacity: Capacity::PerYear(self.participants_per_year),
            whom: Whom::Everybody,
            noticed: Noticed::Nationwide,
        })
    }
}
