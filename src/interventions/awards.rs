//! Pioneer awards: eligibility as published, a yearly selection, visibility to the winner's industry and prefecture.
//!
//! Published criteria (Telework Pioneers Top 100, fiscal 2020): a formal scheme; at least 25 % of regular employees
//! covered (50 % in small firms); at least half of those, or 100 persons, practise; at least 4 days a month.

use super::{Awareness, Delivered, Programme, Setting};
use crate::{
    calendar::Week,
    dynamics::{Staffing, largest_share},
    population::{Criteria, Jobs, Practice, State, Status},
    scenario::{Awards, Target},
};

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

/// Firms whose fixed attributes can meet the criteria.
pub(super) fn criteria(target: &Target) -> Criteria {
    let [least_if_small, least] = LEAST_SHARES;
    Criteria { jobs: Jobs::Share { small: SMALL_EMPLOYEES, least_if_small, least }, ..Criteria::of(target) }
}

/// The yearly selection.
pub(super) fn select(
    programme: &mut Programme,
    awards: &Awards,
    week: Week,
    state: &State,
    setting: &Setting,
    delivered: &mut Delivered,
    awareness: &mut Awareness,
) {
    let kind = programme.kind;
    let cost = programme.spec.unit_cost_yen.unwrap_or(0.0);
    let slots = programme.chain.open(week, programme.yearly(week, awards.awards_per_year));
    let staffing = Staffing::new(setting.parameters);
    let prize_share = awards.minister_prizes_per_year / awards.awards_per_year.max(1.0);
    for slot in 0..slots {
        if programme.chain.affordable(cost) < 1.0 || !programme.misses[0].worth_trying(week) {
            break;
        }
        let found = programme.find(week, slot, 0, state, setting, delivered, |candidate| {
            let firm = candidate.firm as usize;
            let (employees, status) = (setting.population.employees[firm], state.status(firm));
            // Practice is judged by the best week so far; teleworkers have more than one day a week (days_base).
            let (covered, days) = (setting.population.teleworkable[firm], setting.parameters.days_base);
            let practising = largest_share(state, setting.population, &staffing, candidate.cell, firm);
            meets_criteria(status.0, employees, covered, practising, days)
        });
        let Some(candidate) = programme.misses[0].note(week, found) else { continue };
        if programme.chain.deliver(cost, 1.0) {
            let lift = delivered.serve(setting, kind, candidate.firm, candidate.cell.weight);
            programme.records.add(week, candidate.firm, lift);
            let [draw, _] = programme.slots.condition(week, slot);
            let visibility = if draw < prize_share { PRIZE_VISIBILITY } else { 1.0 };
            awareness.notice(setting, candidate.cell.industry, candidate.cell.prefecture, visibility);
        }
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
