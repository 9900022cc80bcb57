//! Advice: SupportNW's seminars and consultations, and the telework managers' visits.

use super::{Awareness, Delivered, Programme, Setting, selection::Candidate};
use crate::{
    calendar::Week,
    classification::{Barrier, SizeClass},
    population::State,
    scenario::{SupportNetwork, TeleworkManagers},
};

/// SMEs of the SupportNW rule: at most so many employees.
const SME_EMPLOYEES: u32 = 300;
/// Size limit of the telework managers' published share.
const SMALL_EMPLOYEES: u32 = 100;

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
        let effect = Effect {
            barriers: &[Barrier::Management, Barrier::IctTools, Barrier::Security],
            share_removed: setting.parameters.support_network_effect,
            encouragement: 0.0,
        };
        let suits = |candidate: &Candidate| {
            (setting.population.employees[candidate.firm as usize] <= SME_EMPLOYEES) == wants_sme
        };
        let wanted = Wanted { class: usize::from(wants_sme), micro: wants_sme };
        advise(programme, week, slot, state, setting, delivered, awareness, effect, wanted, suits);
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
        let effect = Effect {
            barriers: &[Barrier::Management, Barrier::IctTools, Barrier::Security, Barrier::Paper],
            share_removed: setting.parameters.managers_effect,
            encouragement: setting.parameters.managers_encouragement,
        };
        let suits = |candidate: &Candidate| {
            let employees = setting.population.employees[candidate.firm as usize];
            (employees < SMALL_EMPLOYEES) == wants_small
                && state.status(candidate.firm as usize).practises() != wants_new
        };
        let class = usize::from(wants_small) + 2 * usize::from(wants_new);
        let wanted = Wanted { class, micro: wants_small };
        advise(programme, week, slot, state, setting, delivered, awareness, effect, wanted, suits);
    }
}

struct Effect<'a> {
    barriers: &'a [Barrier],
    share_removed: f64,
    encouragement: f64,
}

/// Which firms a slot wants.
struct Wanted {
    /// Number of this class of firms among the programme's.
    class: usize,
    /// Whether micro firms can be among them. (They are below any limit: at most 20 employees.)
    micro: bool,
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
    effect: Effect,
    wanted: Wanted,
    suits: impl Fn(&Candidate) -> bool,
) {
    let kind = programme.kind;
    let cost = programme.spec.unit_cost_yen.unwrap_or(0.0);
    if programme.chain.affordable(cost) < 1.0 || !programme.misses[wanted.class].worth_trying(week) {
        return;
    }
    let found = programme.slots.fill(
        setting,
        week,
        slot,
        |size| wanted.micro || size != SizeClass::Micro,
        |candidate| suits(candidate) && programme.may_serve(candidate, state, setting, delivered),
    );
    let Some(candidate) = programme.misses[wanted.class].note(week, found) else { return };
    if programme.chain.deliver(cost, 1.0) {
        let (firm, weight) = (candidate.firm, candidate.cell.weight);
        let Effect { barriers, share_removed, encouragement } = effect;
        let lift = delivered.serve(setting, kind, firm, weight, barriers, share_removed, encouragement);
        programme.records.add(week, firm, lift);
        awareness.notice(setting, candidate.cell.industry, candidate.cell.prefecture, 1.0);
    }
}
