//! Subsidies for telework equipment: cost and ICT barriers. The grant depends on the firm.

use super::super::{
    Acts, Intervention, Kind, Model, Now, Price, Programme, Selection, Setting, Text, Typed, accounts::Effect,
    selection::Candidate,
};
use crate::{
    classification::Barrier,
    notation::{At, Checks, Dimension, Weeks, Yen},
    parameters::Parameters,
    population::{Criteria, Jobs, Practice, Target, teleworkable_jobs},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// Who may have one: `any` (default), `newly_introducing` (does not practise yet, and binds itself to) or `extending`
    /// (practises already).
    pub takers: Option<At<RawTakers>>,
    /// With `newly_introducing`: how soon a firm must practise. Default "26 weeks".
    pub must_practise_within: Option<At<Weeks>>,
}

/// Who may have a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RawTakers {
    /// Everybody.
    Any,
    /// Firms that do not practise yet.
    NewlyIntroducing,
    /// Firms that practise.
    Extending,
}

/// A subsidy for telework equipment.
#[derive(Clone, Debug, PartialEq)]
pub struct Subsidy {
    /// Share of the cost that is paid.
    pub rate: f64,
    /// Smallest grant.
    pub minimum_yen: f64,
    /// Largest grant.
    pub maximum_yen: f64,
    /// Cost of equipment for one employee who can telework.
    pub cost_per_teleworker_yen: f64,
    /// Grants wanted a fiscal year.
    pub grants_per_year: f64,
    /// Who may have one.
    pub takers: Takers,
}

/// Who may have a grant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Takers {
    /// Everybody.
    Any,
    /// Firms that do not practise yet, and bind themselves to within so many weeks.
    NewlyIntroducing {
        /// At least one.
        within_weeks: f64,
    },
    /// Firms that practise.
    Extending,
}

impl Typed for Subsidy {
    type Raw = RawSubsidy;
    const NAME: Text = Text { en: "Subsidies", ja: "補助金・助成金" };
    const MODEL: Model = Model {
        capacity: "`grants_per_year`",
        whom: "projects (teleworkable jobs x `cost_per_teleworker`) whose grant reaches `minimum`",
        does: "pays `rate`, at most `maximum`; removes `subsidy_effect` of cost and ICT barriers; who newly introduces (`takers`) practises with a chance of 90 % within `must_practise_within`, but for the share `subsidy_deadweight` that would have done so anyway",
    };

    fn check(raw: &At<RawSubsidy>, checks: &mut Checks) -> Subsidy {
        let (minimum, maximum) = (raw.minimum.0.get_ref().0, raw.maximum.0.get_ref().0);
        if maximum < minimum {
            let message = "the largest grant is below the smallest";
            checks.error(raw.maximum.span(), message, format!("write at least {}", Dimension::Yen.write(minimum)));
        }
        let within_weeks = raw.must_practise_within.as_ref().map_or(26.0, |within| within.0.get_ref().0);
        let takers = match raw.takers.as_ref().map_or(RawTakers::Any, |takers| **takers) {
            RawTakers::Any => Takers::Any,
            RawTakers::NewlyIntroducing => Takers::NewlyIntroducing { within_weeks: within_weeks.max(1.0) },
            RawTakers::Extending => Takers::Extending,
        };
        if let Some(within) =
            raw.must_practise_within.as_ref().filter(|_| !matches!(takers, Takers::NewlyIntroducing { .. }))
        {
            let advice = "write takers = \"newly_introducing\", or leave the key out";
            checks.warn(within.span(), "nobody has to practise for this subsidy: no effect", advice);
        }
        Subsidy {
            rate: *raw.rate,
            minimum_yen: minimum,
            maximum_yen: maximum,
            cost_per_teleworker_yen: raw.cost_per_teleworker.0.get_ref().0,
            grants_per_year: *raw.grants_per_year,
            takers,
        }
    }
}

impl Kind for Subsidy {
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.grants_per_year)
    }

    fn price(&self) -> Price {
        Price::Rule { least_yen: self.minimum_yen, each_yen: None }
    }

    fn effect(&self, parameters: &Parameters) -> Option<Effect> {
        Some(Effect::removes(&[Barrier::Cost, Barrier::IctTools], parameters.subsidy_effect))
    }

    /// Firms with a project. One below the smallest grant is not accepted; a firm without teleworkable jobs has none.
    fn pools(&self, target: &Target) -> Vec<Criteria> {
        let Subsidy { rate, minimum_yen: least_yen, cost_per_teleworker_yen: one_yen, .. } = *self;
        vec![Criteria { jobs: Jobs::Cost { one_yen, rate, least_yen }, ..Criteria::of(target) }]
    }

    /// Firms ask for it.
    fn selection(&self) -> Selection {
        Selection::Inclined
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(self.clone())
    }
}

/// Chance that a firm that has bound itself to practise does so in time (assumed).
const KEPT: f64 = 0.9;

/// What binds a firm to practise within some weeks: a lift that gives its hazard to start or resume, without pressure from
/// outside, what is missing to the chance [`KEPT`], and its half-life, half of those weeks. In a sample, as the share of its
/// firms that is bound.
fn commitment(candidate: &Candidate, within_weeks: f64, now: &Now) -> (f32, f32) {
    let firm = candidate.firm as usize;
    let (p, own) = (now.setting.parameters, f64::from(now.state.firms.own[firm]));
    let stopped = now.state.status(firm).practice() == Practice::Stopped;
    let (base, slope) = if stopped { (p.resume_base, p.resume_inclination) } else { (p.start_base, 1.0) };
    let half_life = within_weeks / 2.0;
    // A lift of one for all the weeks counts as so many weeks of it: it fades to a quarter.
    let weeks = half_life * 0.75 / std::f64::consts::LN_2;
    let share_of_firms = (1.0 / candidate.cell.weight).min(1.0);
    let missing = -libm::log1p(-share_of_firms * KEPT) / (weeks * libm::exp(base + slope * own));
    ((libm::log1p(missing) / slope.max(0.1)) as f32, half_life as f32)
}

impl Acts for Subsidy {
    /// Deliveries are grants.
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        let slots = programme.chain.open(now.week, programme.yearly(now.week, self.grants_per_year));
        let population = now.setting.population;
        let grant = |candidate: &Candidate| {
            let firm = candidate.firm as usize;
            let jobs = teleworkable_jobs(population.employees[firm], population.teleworkable[firm]);
            (self.rate * (jobs * self.cost_per_teleworker_yen)).clamp(self.minimum_yen, self.maximum_yen)
        };
        let state = now.state;
        let suits = |candidate: &Candidate| match self.takers {
            Takers::Any => true,
            Takers::NewlyIntroducing { .. } => !state.status(candidate.firm as usize).practises(),
            Takers::Extending => state.status(candidate.firm as usize).practises(),
        };
        let takers = self.takers;
        programme.fill(0, slots, 0, self.minimum_yen, now, suits, grant, |programme, candidate, slot, now| {
            now.delivered.subsidise(&programme.spec.name, candidate.firm);
            if let Takers::NewlyIntroducing { within_weeks } = takers {
                let [draw, _] = programme.slots.condition(slot);
                // Who would have started anyway starts no sooner.
                if draw >= now.setting.parameters.subsidy_deadweight {
                    let (lift, half_life) = commitment(candidate, within_weeks, now);
                    programme.records.add_fading_in(now.week, candidate.firm, lift, half_life);
                }
            }
        });
    }
}
