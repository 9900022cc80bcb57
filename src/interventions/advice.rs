//! Advice: SupportNW's seminars and consultations, and the telework managers' visits.

use super::{Awareness, Delivered, Programme, Setting, selection::Candidate};
use crate::{
    calendar::Week,
    population::{Criteria, State},
    scenario::{SupportNetwork, Target, TeleworkManagers},
};

/// SMEs of the SupportNW rule: at most so many employees.
pub(super) const SME_EMPLOYEES: u32 = 300;
/// Firms below this size are small in the telework managers' published share.
pub(super) const SMALL_EMPLOYEES: u32 = 100;

/// Firms above and firms up to a number of employees: the pools of advice, in this order.
pub(super) fn sizes(target: &Target, most: u32) -> Vec<Criteria> {
    let above = Criteria { least_employees: most + 1, ..Criteria::of(target) };
    vec![above, Criteria { most_employees: most, ..Criteria::of(target) }]
}

/// Seminars and consultations: knowledge barriers, SMEs first; participants are noticed where they are.
pub(super) fn support_network(
    programme: &mut Programme,
    network: &SupportNetwork,
    week: Week,
    state: &State,
    setting: &Setting,
    delivered: &mut Delivered,
    awareness: &mut Awareness,
) {
    let capacity = programme.yearly(week, network.events_per_year * network.participants_per_event);
    let slots = programme.chain.open(week, capacity);
    for slot in 0..slots {
        let [draw, _] = programme.slots.condition(week, slot);
        let wants_sme = draw < network.share_sme;
        let wanted = Wanted { class: usize::from(wants_sme), pool: usize::from(wants_sme) };
        advise(programme, week, slot, state, setting, delivered, awareness, wanted, |_| true);
    }
}

/// Expert visits: capacity is managers x visits a week; the mix of served firms is the published one.
pub(super) fn telework_managers(
    programme: &mut Programme,
    managers: &TeleworkManagers,
    week: Week,
    state: &State,
    setting: &Setting,
    delivered: &mut Delivered,
    awareness: &mut Awareness,
) {
    let visits = managers.managers * managers.visits_per_manager_per_week * programme.spec.scale;
    let active = week.share_within(programme.spec.from, programme.spec.until);
    let slots = programme.chain.open(week, visits * active / managers.visits_per_firm);
    for slot in 0..slots {
        let [size, practice] = programme.slots.condition(week, slot);
        let (wants_small, wants_new) = (size < managers.share_below_100, practice < managers.share_not_practising);
        let suits = |candidate: &Candidate| state.status(candidate.firm as usize).practises() != wants_new;
        let class = usize::from(wants_small) + 2 * usize::from(wants_new);
        let wanted = Wanted { class, pool: usize::from(wants_small) };
        advise(programme, week, slot, state, setting, delivered, awareness, wanted, suits);
    }
}

/// Which firms a slot wants.
struct Wanted {
    /// Number of this class of firms among the programme's.
    class: usize,
    /// Number of their pool.
    pool: usize,
}

/// Serves the firm of one slot.
#[allow(clippy::too_many_arguments)]
fn advise(
    programme: &mut Programme,
    week: Week,
    slot: u32,
    state: &State,
    setting: &Setting,
    delivered: &mut Delivered,
    awareness: &mut Awareness,
    wanted: Wanted,
    suits: impl Fn(&Candidate) -> bool,
) {
    let kind = programme.kind;
    let cost = programme.spec.unit_cost_yen.unwrap_or(0.0);
    if programme.chain.affordable(cost) < 1.0 || !programme.misses[wanted.class].worth_trying(week) {
        return;
    }
    let found = programme.find(week, slot, wanted.pool, state, setting, delivered, suits);
    let Some(candidate) = programme.misses[wanted.class].note(week, found) else { return };
    if programme.chain.deliver(cost, 1.0) {
        let lift = delivered.serve(setting, kind, candidate.firm, candidate.cell.weight);
        programme.records.add(week, candidate.firm, lift);
        awareness.notice(setting, candidate.cell.industry, candidate.cell.prefecture, 1.0);
    }
}
