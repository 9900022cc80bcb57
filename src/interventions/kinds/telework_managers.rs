//! Telework managers: experts who visit firms.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Selection, Setting, Text, Typed,
    accounts::Effect,
    combination::{Capacity, Combination, Mix, Noticed, SmallFirms, Whom},
};
use crate::{
    classification::Barrier,
    notation::{At, Checks},
    parameters::Parameters,
    population::{Criteria, Eligibility},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// Telework managers.
#[derive(Clone, Debug, PartialEq)]
pub struct TeleworkManagers {
    /// Experts (21 -> 109 in FY2020).
    pub managers: f64,
    /// Consultations of one expert a week (664 / 109 / 52 in FY2020).
    pub visits_per_manager_per_week: f64,
    /// Consultations that one firm takes (664 / 372 in FY2020).
    pub visits_per_firm: f64,
    /// Share of served firms with fewer than 100 employees (0.682 in FY2020).
    pub share_below_100: f64,
    /// Share of served firms that do not practise yet (about 0.5 in FY2020).
    pub share_not_practising: f64,
}

impl Typed for TeleworkManagers {
    type Raw = RawTeleworkManagers;
    const NAME: Text = Text { en: "Telework managers", ja: "テレワークマネージャー" };
    const MODEL: Model = Model {
        capacity: "`managers` x `visits_per_manager_per_week` / `visits_per_firm`",
        whom: "`share_below_100` of them below 100 employees; in each size `share_not_practising` not practising",
        does: "removes `managers_effect` of management, ICT, security and paper barriers; adds `managers_encouragement` (58 % of served firms started or expanded, without a control group: an upper bound); is noticed",
    };

    fn check(raw: &At<RawTeleworkManagers>, _: &mut Checks) -> TeleworkManagers {
        TeleworkManagers {
            managers: *raw.managers,
            visits_per_manager_per_week: *raw.visits_per_manager_per_week,
            visits_per_firm: *raw.visits_per_firm,
            share_below_100: *raw.share_below_100,
            share_not_practising: *raw.share_not_practising,
        }
    }
}

impl TeleworkManagers {
    fn capacity(&self) -> Capacity {
        Capacity::PerWeek(self.managers * self.visits_per_manager_per_week / self.visits_per_firm)
    }

    /// The mix of served firms is the published one.
    fn mix(&self) -> Mix {
        Mix {
            small: Some(SmallFirms { most_employees: SMALL_EMPLOYEES - 1, share: self.share_below_100 }),
            share_not_practising: Some(self.share_not_practising),
        }
    }
}

impl MeasureKind for TeleworkManagers {
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.capacity().yearly())
    }

    fn effect(&self, parameters: &Parameters) -> Option<Effect> {
        use Barrier::*;
        let removes = Effect::removes(&[Management, IctTools, Security, Paper], parameters.managers_effect);
        Some(removes.and_encourages(parameters.managers_encouragement))
    }

    fn pools(&self, target: &Eligibility) -> Vec<Criteria> {
        self.mix().pools(target)
    }

    fn shares(&self) -> Vec<f64> {
        self.mix().shares()
    }

    /// Firms ask for it.
    fn selection(&self) -> Selection {
        Selection::Inclined
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(Combination { capacity: self.capacity(), whom: Whom::Firms(self.mix()), noticed: Noticed::InClass })
    }
}

/// Firms below this size are small in the published share.
const SMALL_EMPLOYEES: u32 = 100;
