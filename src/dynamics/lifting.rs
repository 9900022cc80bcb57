//! Lifts that begin: the clocks of the firms that were served run faster or slower from now on.

use super::{
    Terms,
    clocks::{Situation, Slopes, practice_meter, rescaled, scheme_meter},
};
use crate::population::{PACK, PREFETCH_AHEAD, Population, Practice, State, Status, prefetch};

/// Begins this week's lifts.
pub fn begin(state: &mut State, population: &Population, terms: &mut Terms, slopes: &Slopes, week: u32) {
    let beginning = terms.lifts.take_beginning();
    for (position, &lift) in beginning.iter().enumerate() {
        if let Some(next) = beginning.get(position + PREFETCH_AHEAD) {
            let firm = next.firm as usize;
            prefetch(&state.firms.status, firm);
            prefetch(&state.firms.spell, firm);
            prefetch(&state.firms.own, firm);
            prefetch(&state.firms.practice_due, firm);
            prefetch(&state.firms.scheme_due, firm);
            terms.lifts.prefetch(next.firm);
        }
        if let Some(next) = beginning.get(position + PREFETCH_AHEAD / 2) {
            terms.lifts.prefetch_latest(next.firm);
        }
        let firm = lift.firm as usize;
        let firms = &mut state.firms;
        let status = Status(firms.status[firm]);
        let cell = population.cell_of(firm);
        let spell = firms.spell[firm];
        let (entered, started) = (spell.entered().into(), status.practice() != Practice::Never);
        let situation =
            |lifted| Situation { status, own: firms.own[firm].into(), lifted, weeks: [spell.clock_weeks(); 2] };
        let before = situation(terms.lifts.of(lift.firm, week, entered, started));
        terms.lifts.add(lift);
        let after = situation(terms.lifts.of(lift.firm, week, entered, started));
        let meters = &state.meters[cell];
        let (practice, scheme) = (firms.practice_due[firm], firms.scheme_due[firm]);
        let [from, to] = [before, after].map(|situation| situation.practice(slopes)[0]);
        firms.practice_due[firm] = rescaled(practice, meters[practice_meter(status)], from, to);
        let [from, to] = [before, after].map(|situation| situation.scheme(slopes)[0]);
        firms.scheme_due[firm] = rescaled(scheme, meters[scheme_meter(status)], from, to);
        firms.status[firm] |= Status::LIFTED;
        // The pack's least clocks must not lie above the firm's.
        let pack = population.layout().first_packs[cell] as usize + (firm - population.cells[cell].range.start) / PACK;
        let least = &mut state.least[pack];
        for (meter, clock) in
            [(practice_meter(status), firms.practice_due[firm]), (scheme_meter(status), firms.scheme_due[firm])]
        {
            least[meter] = least[meter].min(clock.to_bits());
        }
    }
}
