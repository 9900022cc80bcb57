//! Telework managers: experts who visit firms.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Now, Programme, Selection, Setting, Text, Typed,
    accounts::Effect,
    advice::{advise, sizes},
    selection::Candidate,
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

impl MeasureKind for TeleworkManagers {
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.managers * self.visits_per_manager_per_week * 52.18 / self.visits_per_firm)
    }

    fn effect(&self, parameters: &Parameters) -> Option<Effect> {
        use Barrier::*;
        let removes = Effect::removes(&[Management, IctTools, Security, Paper], parameters.managers_effect);
        Some(removes.and_encourages(parameters.managers_encouragement))
    }

    fn pools(&self, target: &Eligibility) -> Vec<Criteria> {
        sizes(target, SMALL_EMPLOYEES - 1)
    }

    fn shares(&self) -> Vec<f64> {
        vec![1.0 - self.share_below_100, self.share_below_100]
    }

    /// Firms ask for it.
    fn selection(&self) -> Selection {
        Selection::Inclined
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(self.clone())
    }
}

/// Firms below this size are small in the published share.
const SMALL_EMPLOYEES: u32 = 100;

impl Acts for TeleworkManagers {
    /// Capacity is managers x visits a week; the mix of served firms is the published one.
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        let visits = self.managers * self.visits_per_manager_per_week * programme.spec.scale;
        let (small, new) = (self.share_below_100, self.share_not_practising);
        let shares = [(1.0 - small) * (1.0 - new), small * (1.0 - new), (1.0 - small) * new, small * new];
        let slots = programme.open_classes(now.week, visits / self.visits_per_firm, &shares);
        let state = now.state;
        for (class, slots) in slots.into_iter().enumerate() {
            let (pool, wants_new) = (class % 2, class >= 2);
            let suits = |candidate: &Candidate| state.status(candidate.firm as usize).practises() != wants_new;
            advise(programme, class, slots, pool, now, suits);
        }
    }
}
