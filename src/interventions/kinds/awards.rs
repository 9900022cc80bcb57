//! Pioneer awards: eligibility as published, a yearly selection, visibility to the winner's industry and prefecture.
//!
//! Published criteria (Telework Pioneers Top 100, fiscal 2020): a formal scheme; at least 25 % of regular employees
//! covered (50 % in small firms); at least half of those, or 100 persons, practise; at least 4 days a month.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Now, Opening, Programme, Setting, Shows, Text, Typed,
    accounts::Effect,
    season::Spread,
    selection::{Candidate, Verdict},
};
use crate::{
    data::Data,
    dynamics::{Staffing, largest_share},
    notation::{At, Checks},
    parameters::Parameters,
    population::{Criteria, Eligibility, Jobs, Practice, Status},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// Pioneer awards and the minister's prize.
#[derive(Clone, Debug, PartialEq)]
pub struct Awards {
    /// Firms selected a fiscal year (60 in FY2020).
    pub awards_per_year: f64,
    /// Minister's prizes a fiscal year (5 in FY2020), among them.
    pub minister_prizes_per_year: f64,
    /// Calendar month of the selection (11).
    pub selection_month: u8,
}

impl Typed for Awards {
    type Raw = RawAwards;
    const NAME: Text = Text { en: "Awards", ja: "表彰（テレワーク先駆者百選等）" };
    const MODEL: Model = Model {
        capacity: "`awards_per_year`, in `selection_month`",
        whom: "firms that meet the published criteria: formal scheme; teleworkable share of at least 25 % (50 % up to 20 employees); at least half of those or 100 persons practised in the best week; 4 days a month",
        does: "`awards_effect` for the winner; is noticed, or presses through `channels`, a minister's prize ten times as much (assumed)",
    };

    fn check(raw: &At<RawAwards>, checks: &mut Checks) -> Awards {
        let prizes = raw.minister_prizes_per_year.as_ref().map_or(0.0, |prizes| **prizes);
        if let Some(place) = raw.minister_prizes_per_year.as_ref().filter(|_| prizes > *raw.awards_per_year) {
            let message = format!("more minister's prizes ({prizes}) than awards ({})", *raw.awards_per_year);
            checks.error(place.span(), message, "the prizes go to some of the firms selected");
        }
        Awards {
            awards_per_year: *raw.awards_per_year,
            minister_prizes_per_year: prizes,
            selection_month: *raw.selection_month,
        }
    }
}

impl MeasureKind for Awards {
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.awards_per_year)
    }

    fn effect(&self, parameters: &Parameters) -> Option<Effect> {
        Some(Effect::encourages(parameters.awards_effect))
    }

    fn shows(&self) -> Shows {
        Shows::FromThenOn
    }

    fn spread(&self, _: &Data) -> Spread {
        Spread::in_months(&[self.selection_month])
    }

    /// Firms whose fixed attributes can meet the criteria.
    fn pools(&self, target: &Eligibility) -> Vec<Criteria> {
        let [least_if_small, least] = LEAST_SHARES;
        vec![Criteria { jobs: Jobs::Share { small: SMALL_EMPLOYEES, least_if_small, least }, ..Criteria::of(target) }]
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(self.clone())
    }
}

/// Firms with at most so many employees count as small.
pub const SMALL_EMPLOYEES: u32 = 20;
/// Least teleworkable share of their jobs, a half, in 1/255; and of other firms' jobs, a quarter.
const LEAST_SHARES: [u8; 2] = [128, 64];
/// Visibility of a minister's prize beside that of a selection (assumed).
const PRIZE_VISIBILITY: f64 = 10.0;

/// Whether a firm meets the award's criteria, given the teleworkable share of its jobs (its scheme is taken to cover
/// all teleworkable jobs) and the share of its employees who telework, both in 1/255. Whole numbers without a
/// branch: a quarter of 255 is 63.75, a half 127.5.
#[inline(always)]
pub fn meets_criteria(status: u8, employees: u32, covered: u8, practising: u8, days_a_week: f64) -> bool {
    let least = LEAST_SHARES[usize::from(employees > SMALL_EMPLOYEES)];
    // (From 25,500 employees on, one of 255 is 100 persons.)
    let enough = (2 * u32::from(practising) >= u32::from(covered))
        | (u32::from(practising) * employees.min(100 * 255) >= 100 * 255);
    (status & 7 == Status::FORMAL | Practice::Current as u8)
        & (covered >= least)
        & enough
        & (days_a_week * 52.0 / 12.0 >= 4.0)
}

impl Acts for Awards {
    /// The yearly selection.
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        let cost = programme.unit_cost_yen();
        let slots = programme.chain.open(now.week, programme.yearly(now.week, self.awards_per_year));
        let (state, setting) = (now.state, now.setting);
        let staffing = Staffing::new(setting.parameters);
        let prize_share = self.minister_prizes_per_year / self.awards_per_year.max(1.0);
        let suits = |candidate: &Candidate| {
            let firm = candidate.firm as usize;
            let (employees, status) = (setting.population.employees[firm], state.status(firm));
            // Practice is judged by the best week so far; teleworkers have more than one day a week (days_base).
            let (covered, days) = (setting.population.teleworkable[firm], setting.parameters.days_base);
            let practising = largest_share(state, setting.population, &staffing, candidate.cell, firm);
            Verdict::this_week(meets_criteria(status.0, employees, covered, practising, days))
        };
        programme.fill(
            Opening { slots, least_yen: cost, ..Opening::default() },
            now,
            suits,
            |_| cost,
            |programme, candidate, slot, now| {
                let [draw, _] = programme.slots.condition(slot);
                let visibility = if draw < prize_share { PRIZE_VISIBILITY } else { 1.0 };
                programme.show(candidate, visibility, now);
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published criteria, by hand.
    #[test]
    fn criteria_are_those_published() {
        let formal = Status::FORMAL | Practice::Current as u8;
        let share = |percent: f64| (percent * 2.55).round() as u8;
        // 200 employees, 30 % covered, half of those practise: selected. 20 % covered: not.
        assert!(meets_criteria(formal, 200, share(30.0), share(15.3), 2.4));
        assert!(!meets_criteria(formal, 200, share(20.0), share(20.0), 2.4));
        // A third of the covered staff practise: only where those are 100 persons.
        assert!(!meets_criteria(formal, 200, share(60.0), share(20.0), 2.4));
        assert!(meets_criteria(formal, 600, share(60.0), share(20.0), 2.4));
        // Small firms need half of their staff covered; nobody gets it without a scheme or with less than four days a month.
        assert!(!meets_criteria(formal, 10, share(40.0), share(40.0), 2.4));
        assert!(meets_criteria(formal, 10, share(60.0), share(60.0), 2.4));
        assert!(!meets_criteria(Practice::Current as u8, 10, share(60.0), share(60.0), 2.4));
        assert!(!meets_criteria(formal, 10, share(60.0), share(60.0), 0.9));
    }
}
