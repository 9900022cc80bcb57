//! Rules and reputation: procurement bonus points, guidelines, disclosure and self-declaration.

use super::{Awareness, Delivered, Programme, Setting, Terms, barrier_weights, selection::Candidate};
use crate::{
    calendar::Week,
    classification::{Barrier, INDUSTRIES, Industry, PREFECTURES, Prefecture},
    population::{Cell, Criteria, Population, State},
    scenario::{Disclosure, DisclosureForm, Guidelines, Intervention, ProcurementBonus, Target},
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
    let uptake = programme.yearly(week, guidelines.uptake_per_year).min(1.0);
    let base = setting.parameters.base_awareness;
    let aware = |place: usize| {
        let (industry, prefecture) = (Industry((place / PREFECTURES) as u8), Prefecture((place % PREFECTURES) as u8));
        uptake * (base + awareness.share(industry, prefecture)).min(1.0)
    };
    let aware: [f64; INDUSTRIES * PREFECTURES] = std::array::from_fn(aware);
    let share = |guided: &Guided, reached: f32| aware[usize::from(guided.place)] * f64::from(1.0 - reached);
    let cells = programme.guided.iter().zip(&programme.reached);
    let total: f64 = cells.map(|(guided, &reached)| share(guided, reached) * guided.firms).sum();
    let whole = f64::from(programme.chain.open(week, total));
    let cost = programme.spec.unit_cost_yen.unwrap_or(0.0);
    let number = whole.min(programme.chain.affordable(cost));
    if number > 0.0 && total > 0.0 && programme.chain.deliver_many(number, number * cost, number) {
        for (guided, reached) in programme.guided.iter().zip(&mut programme.reached) {
            if guided.firms > 0.0 {
                *reached += (share(guided, *reached) * number / total) as f32;
            }
        }
    }
}

/// A cell as the guidelines see it.
pub(super) struct Guided {
    /// Industry x prefectures + prefecture.
    place: u16,
    /// Its firms; none outside the target.
    firms: f64,
}

/// All cells as the guidelines see them.
pub(super) fn guided(target: &Target, population: &Population) -> Vec<Guided> {
    let guided = |cell: &Cell| Guided {
        place: (cell.industry.index() * PREFECTURES + cell.prefecture.index()) as u16,
        firms: match super::cell_matches(target, cell) && !cell.range.is_empty() {
            true => f64::from(cell.firms),
            false => 0.0,
        },
    };
    population.cells.iter().map(guided).collect()
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

/// Firms that can disclose: any, or those whose shares can be listed. Those of a subsidy are not drawn.
pub(super) fn criteria(target: &Target, disclosure: &Disclosure) -> Vec<Criteria> {
    let high_capital = disclosure.form == DisclosureForm::Listing;
    let drawn = disclosure.form != DisclosureForm::ConditionOfSubsidy;
    drawn.then(|| Criteria { high_capital, ..Criteria::of(target) }).into_iter().collect()
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
            match disclosure.form {
                DisclosureForm::Listing => candidate.cell.high_capital && status.formal(),
                DisclosureForm::Rating => status.practises(),
                DisclosureForm::SelfDeclaration | DisclosureForm::ConditionOfSubsidy => true,
            }
        };
        let found = if disclosure.form == DisclosureForm::ConditionOfSubsidy {
            // Subsidised firms declare in the order of their grants.
            let (next, cursor) = delivered.subsidised(disclosure.of_subsidy.as_deref(), programme.cursor);
            let asked = next.map(|firm| Candidate::of(setting, firm));
            let asked = asked.filter(|firm| programme.may_serve(firm, state, setting, delivered));
            programme.cursor = cursor;
            asked
        } else {
            programme.find(week, slot, 0, state, setting, delivered, suits)
        };
        let Some(candidate) = programme.misses[0].note(week, found) else { continue };
        if programme.chain.deliver(cost, 1.0) {
            let lift = delivered.serve(setting, kind, candidate.firm, candidate.cell.weight);
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
