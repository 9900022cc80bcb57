//! Subsidies for telework equipment: cost and ICT barriers. The grant depends on the firm.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Now, Opening, Price, Programme, Selection, Setting, Text, Typed,
    accounts::Effect,
    selection::{Candidate, Verdict},
};
use crate::{
    calendar::Week,
    classification::Barrier,
    dynamics::{HazardTerms, TreatmentEffect, TreatmentEffects},
    notation::{At, Checks, Dimension, Weeks, Yen},
    parameters::Parameters,
    population::{Criteria, Eligibility, Jobs, Practice, teleworkable_jobs},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

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
    /// Who may have one: `any` (default), `newly_introducing` (has never practised, and binds itself to) or `extending`
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
    /// Firms that have never practised.
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
    /// Firms that have never practised, and bind themselves to within so many weeks.
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
        does: "pays `rate`, at most `maximum`; removes `subsidy_effect` of cost and ICT barriers; who newly introduces (`takers`) is bound for `must_practise_within`, in which it practises with a chance of 90 % (*assumed*), but for the share `subsidy_deadweight` that would have done so anyway",
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
        if let Some(within) = raw.must_practise_within.as_ref().filter(|weeks| weeks.0.get_ref().0.round() < 1.0) {
            checks.error(within.span(), "a commitment to practise within less than a week", "write a longer time");
        }
        for (place, nothing, message) in [
            (raw.rate.span(), *raw.rate == 0.0, "a subsidy that pays no share of the cost: the measure has no effect"),
            (raw.maximum.span(), maximum == 0.0, "the largest grant is 0 yen: the measure has no effect"),
            (
                raw.cost_per_teleworker.span(),
                raw.cost_per_teleworker.0.get_ref().0 == 0.0,
                "equipment that costs nothing needs no grant: the measure has no effect",
            ),
        ] {
            if nothing {
                checks.nothing(place, message);
            }
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

impl MeasureKind for Subsidy {
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
    fn pools(&self, target: &Eligibility) -> Vec<Criteria> {
        let Subsidy { rate, minimum_yen: least_yen, cost_per_teleworker_yen: one_yen, .. } = *self;
        vec![Criteria { jobs: Jobs::Cost { one_yen, rate, least_yen }, ..Criteria::of(target) }]
    }

    /// Firms ask for it.
    fn selection(&self) -> Selection {
        Selection::Inclined
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(Granting { subsidy: self.clone(), commitments: Commitments::default() })
    }
}

/// Chance that a firm that has bound itself to practise does so in time (assumed).
const KEPT: f64 = 0.9;

/// A subsidy in one run.
struct Granting {
    subsidy: Subsidy,
    commitments: Commitments,
}

/// Firms that have bound themselves to practise in time. While bound, a firm's hazard to start (and nothing else) is so much larger
/// that, without other pressure, it practises by the end with the chance [`KEPT`]; a simulated firm that stands for many has
/// it for the share of them that is bound. The additions of several grants add up as hazards.
#[derive(Default)]
struct Commitments {
    /// In the order of their grants: week in which they begin, and firm.
    waiting: VecDeque<(u32, Commitment)>,
    /// Week after their last one, and firm.
    bound: VecDeque<(u32, Commitment)>,
    /// By firm, what is in force.
    in_force: BTreeMap<u32, InForce>,
}

#[derive(Clone, Copy)]
struct Commitment {
    firm: u32,
    /// Added hazard in units of the firm's own.
    added: f64,
}

/// Commitments of one firm.
#[derive(Clone, Copy, Default)]
struct InForce {
    commitments: u32,
    added: f64,
}

impl Commitments {
    /// A firm binds itself to practise within some weeks from `begin` on.
    fn bind(&mut self, candidate: &Candidate, begin: u32, within_weeks: f64, now: &Now) {
        let firm = candidate.firm as usize;
        let log_hazard = now.setting.parameters.start_base + f64::from(now.state.firms.baseline_log_hazard[firm]);
        let share_of_firms = (1.0 / candidate.cell.weight).min(1.0);
        let added = -libm::log1p(-share_of_firms * KEPT) / (within_weeks * libm::exp(log_hazard));
        self.waiting.push_back((begin, Commitment { firm: candidate.firm, added }));
    }

    /// Begins and ends what begins and ends in a week.
    fn run(&mut self, week: u32, within_weeks: u32, effects: &mut TreatmentEffects) {
        let begin = week as u16;
        let mut effect = |firm, effect: f64| {
            effects.begin(TreatmentEffect {
                firm,
                begin,
                half_life: f32::INFINITY,
                log_hazard: effect as f32,
                to_start: true,
            });
        };
        while let Some((_, over)) = self.bound.pop_front_if(|(end, _)| *end <= week) {
            let Some(now) = self.in_force.get_mut(&over.firm) else { continue };
            let before = now.added;
            // The last one leaves nothing, whatever rounding has left.
            (now.commitments, now.added) =
                (now.commitments - 1, if now.commitments == 1 { 0.0 } else { before - over.added });
            effect(over.firm, libm::log1p(now.added) - libm::log1p(before));
            if now.commitments == 0 {
                self.in_force.remove(&over.firm);
            }
        }
        while let Some((_, new)) = self.waiting.pop_front_if(|(begin, _)| *begin <= week) {
            let now = self.in_force.entry(new.firm).or_default();
            let before = now.added;
            (now.commitments, now.added) = (now.commitments + 1, before + new.added);
            effect(new.firm, libm::log1p(now.added) - libm::log1p(before));
            self.bound.push_back((week + within_weeks, new));
        }
    }
}

impl Acts for Granting {
    /// Deliveries are grants.
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        let Granting { subsidy, commitments } = self;
        let slots = programme.chain.open(now.week, programme.yearly(now.week, subsidy.grants_per_year));
        let population = now.setting.population;
        let grant = |candidate: &Candidate| {
            let firm = candidate.firm as usize;
            let jobs = teleworkable_jobs(population.employees[firm], population.teleworkable[firm]);
            (subsidy.rate * (jobs * subsidy.cost_per_teleworker_yen)).clamp(subsidy.minimum_yen, subsidy.maximum_yen)
        };
        let state = now.state;
        let suits = |candidate: &Candidate| match subsidy.takers {
            Takers::Any => Verdict::Serve,
            Takers::NewlyIntroducing { .. } => match state.status(candidate.firm as usize).practice() {
                Practice::Never => Verdict::Serve,
                // Who has started once never introduces it newly again.
                Practice::Current | Practice::Stopped => Verdict::Never,
            },
            Takers::Extending => Verdict::this_week(state.status(candidate.firm as usize).practises()),
        };
        let takers = subsidy.takers;
        let opening = Opening { slots, least_yen: subsidy.minimum_yen, ..Opening::default() };
        programme.fill(opening, now, suits, grant, |programme, candidate, slot, now| {
            now.delivered.subsidise(&programme.spec.name, candidate.firm);
            if let Takers::NewlyIntroducing { within_weeks } = takers {
                let [draw, _] = programme.slots.condition(slot);
                // Who would have started anyway starts no sooner.
                if draw >= now.setting.parameters.subsidy_deadweight {
                    let begin = now.week.0 + programme.spec.delay_weeks;
                    commitments.bind(candidate, begin, within_weeks, now);
                }
            }
        });
    }

    /// Commitments go on when the programme has ended.
    fn affect(&mut self, _: &Intervention, week: Week, _: &Setting, terms: &mut HazardTerms) {
        if let Takers::NewlyIntroducing { within_weeks } = self.subsidy.takers {
            self.commitments.run(week.0, within_weeks.round() as u32, &mut terms.effects);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hazards of overlapping commitments add up, week by week, and what ends leaves nothing behind.
    #[test]
    fn commitments_add_up_as_hazards_and_end() {
        let mut commitments = Commitments::default();
        let within = 10;
        for (begin, added) in [(3, 2.0), (5, 0.5), (9, 7.0)] {
            commitments.waiting.push_back((begin, Commitment { firm: 7, added }));
        }
        let mut inclination = 0.0;
        for week in 0..25 {
            let mut effects = TreatmentEffects::default();
            commitments.run(week, within, &mut effects);
            let begun = effects.take_beginning();
            assert!(begun.iter().all(|effect| (effect.firm, u32::from(effect.begin)) == (7, week)));
            inclination += begun.iter().map(|effect| f64::from(effect.log_hazard)).sum::<f64>();
            let in_force = [(3, 2.0), (5, 0.5), (9, 7.0)]
                .into_iter()
                .filter(|(begin, _)| (*begin..begin + within).contains(&week));
            let expected: f64 = 1.0 + in_force.map(|(_, added)| added).sum::<f64>();
            let factor = libm::exp(inclination);
            assert!((factor / expected - 1.0).abs() < 1e-6, "week {week}: {factor} for {expected}");
        }
        assert!(commitments.in_force.is_empty() && commitments.bound.is_empty());
    }
}
