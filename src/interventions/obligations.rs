//! Rules and reputation: procurement bonus points, guidelines, disclosure and self-declaration.

use super::{Awareness, Delivered, Programme, Setting, Terms, barrier_weights, selection::Candidate};
use crate::{
    calendar::Week,
    classification::Barrier,
    population::{Cell, Population, State},
    scenario::{Disclosure, DisclosureForm, Guidelines, Intervention, ProcurementBonus},
};
use jiff::ToSpan;

/// Rise in the chance to win against one rival when a bidder's score rises by `bonus`: the scores of both are
/// normal with standard deviation `spread`, so their difference has `spread x sqrt(2)`.
pub fn winning_chance_gain(bonus: f64, spread: f64) -> f64 {
    0.5 * libm::erf(bonus / (2.0 * spread))
}

/// Bonus points pull bidders towards practice and towards the formal scheme that certification needs.
pub(super) fn procurement(
    spec: &Intervention,
    bonus: &ProcurementBonus,
    week: Week,
    setting: &Setting,
    terms: &mut Terms,
) {
    let known_from = spec.from.saturating_sub((i64::from(bonus.announced_weeks_before) * 7).days());
    if week.share_within(known_from, spec.until) == 0.0 {
        return;
    }
    let gain = winning_chance_gain(
        (bonus.bonus_share_of_score * spec.scale).min(1.0),
        setting.parameters.procurement_score_spread,
    );
    let pull = libm::exp(setting.parameters.procurement_response * gain);
    let half = pull.sqrt();
    for (face, cell) in terms.cells.iter_mut().zip(&setting.population.cells) {
        if cell.bidder && super::cell_matches(&spec.target, cell) {
            face.formalise *= pull;
            face.adopt *= half;
            face.leave /= half;
        }
    }
}

/// Aware firms work through the guidelines. Deliveries are firms.
pub(super) fn guidelines(
    programme: &mut Programme,
    guidelines: &Guidelines,
    week: Week,
    setting: &Setting,
    awareness: &Awareness,
) {
    let cells = &setting.population.cells;
    let uptake = programme.yearly(week, guidelines.uptake_per_year).min(1.0);
    let base = setting.parameters.base_awareness;
    let wanted: Vec<f64> = cells
        .iter()
        .zip(&programme.reached)
        .map(|(cell, &reached)| {
            let aware = (base + awareness.share(cell.industry, cell.prefecture)).min(1.0);
            let inside = super::cell_matches(&programme.spec.target, cell) && !cell.range.is_empty();
            if inside { uptake * aware * f64::from(1.0 - reached) } else { 0.0 }
        })
        .collect();
    let total: f64 = wanted.iter().zip(cells).map(|(share, cell)| share * f64::from(cell.firms)).sum();
    let whole = f64::from(programme.chain.open(week, total));
    let cost = programme.spec.unit_cost_yen.unwrap_or(0.0);
    let number = whole.min(programme.chain.affordable(cost));
    if number > 0.0 && total > 0.0 && programme.chain.deliver_many(number, number * cost, number) {
        for (reached, share) in programme.reached.iter_mut().zip(wanted) {
            *reached += (share * number / total) as f32;
        }
    }
}

/// Share of each cell's simulated firms that has the security barrier.
pub(super) fn security_shares(population: &Population) -> Vec<f32> {
    let share = |cell: &Cell| {
        let sets = &population.barriers[cell.range.clone()];
        let having = sets.iter().filter(|&&set| set & Barrier::Security.bit() != 0).count();
        having as f32 / sets.len().max(1) as f32
    };
    population.cells.iter().map(share).collect()
}

/// What the guidelines do: the security barrier of the firms that worked through them.
pub(super) fn worked_through(programme: &Programme, setting: &Setting, terms: &mut Terms) {
    let weight = f64::from(barrier_weights(setting.parameters)[Barrier::Security as usize]);
    // Firms without the barrier gain nothing: a cell gains as the average of its firms.
    let gain = (weight * setting.parameters.guidelines_effect).exp_m1();
    for ((face, &reached), &share) in terms.cells.iter_mut().zip(&programme.reached).zip(&programme.security) {
        let lift = 1.0 + f64::from(reached) * f64::from(share) * gain;
        face.adopt *= lift;
        face.leave /= lift.sqrt();
    }
}

/// Listing, rating, self-declaration. Deliveries are firms.
pub(super) fn disclose(
    programme: &mut Programme,
    disclosure: &Disclosure,
    week: Week,
    state: &State,
    setting: &Setting,
    delivered: &mut Delivered,
    awareness: &mut Awareness,
) {
    let kind = programme.kind;
    let cost = programme.spec.unit_cost_yen.unwrap_or(0.0);
    let slots = programme.chain.open(week, programme.yearly(week, disclosure.firms_per_year));
    for slot in 0..slots {
        if programme.chain.affordable(cost) < 1.0 || !programme.misses[0].worth_trying(week) {
            break;
        }
        let suits = |candidate: &Candidate| {
            let status = state.status(candidate.firm as usize);
            let asked = match disclosure.form {
                DisclosureForm::Listing => candidate.cell.high_capital && status.formal(),
                DisclosureForm::Rating => status.practises(),
                DisclosureForm::SelfDeclaration | DisclosureForm::ConditionOfSubsidy => true,
            };
            asked && programme.may_serve(candidate, state, setting, delivered)
        };
        let found = if disclosure.form == DisclosureForm::ConditionOfSubsidy {
            // Subsidised firms declare in the order of their grants.
            let carries = |name: &str| disclosure.of_subsidy.as_ref().is_none_or(|wanted| wanted == name);
            let grants = &delivered.subsidised[programme.cursor..];
            let next = grants.iter().position(|(name, _)| carries(name));
            let asked = next.map(|at| Candidate::of(setting, grants[at].1)).filter(&suits);
            programme.cursor += next.map_or(grants.len(), |skipped| skipped + 1);
            asked
        } else {
            programme.slots.fill(setting, week, slot, |_| true, suits)
        };
        let Some(candidate) = programme.misses[0].note(week, found) else { continue };
        if programme.chain.deliver(cost, 1.0) {
            let gain = setting.parameters.disclosure_effect;
            let lift = delivered.serve(setting, kind, candidate.firm, candidate.cell.weight, &[], 0.0, gain);
            programme.records.add(week, candidate.firm, lift);
            if matches!(disclosure.form, DisclosureForm::Listing | DisclosureForm::Rating) {
                awareness.notice(setting, candidate.cell.industry, candidate.cell.prefecture, 1.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bonus_raises_the_chance_to_win_as_normal_tables_say() {
        // Bonus = spread x sqrt(2): the difference is one standard deviation, Phi(1) - 0.5 = 0.3413.
        assert!((winning_chance_gain(0.1 * 2.0_f64.sqrt(), 0.1) - 0.341_344_7).abs() < 1e-6);
        assert_eq!(winning_chance_gain(0.0, 0.1), 0.0);
    }
}
