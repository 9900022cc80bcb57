//! Treatment effects that begin: the firms that were served come sooner or later to their thresholds from now on.

use super::{
    HazardTerms,
    thresholds::{Situation, Slopes, practice_event, rescaled, scheme_event},
};
use crate::population::{CHUNK_FIRMS, PREFETCH_AHEAD, Population, Practice, State, Status, prefetch};

/// Begins this week's effects.
pub fn begin(state: &mut State, population: &Population, terms: &mut HazardTerms, slopes: &Slopes, week: u32) {
    let beginning = terms.effects.take_beginning();
    for (position, &effect) in beginning.iter().enumerate() {
        if let Some(next) = beginning.get(position + PREFETCH_AHEAD) {
            let firm = next.firm as usize;
            prefetch(&state.firms.status, firm);
            prefetch(&state.firms.spell, firm);
            prefetch(&state.firms.baseline_log_hazard, firm);
            prefetch(&state.firms.practice_threshold, firm);
            prefetch(&state.firms.scheme_threshold, firm);
            terms.effects.prefetch(next.firm);
        }
        if let Some(next) = beginning.get(position + PREFETCH_AHEAD / 2) {
            terms.effects.prefetch_latest(next.firm);
        }
        let firm = effect.firm as usize;
        let firms = &mut state.firms;
        let status = Status(firms.status[firm]);
        let cell = population.cell_of(firm);
        let spell = firms.spell[firm];
        let (entered, started) = (spell.entered().into(), status.practice() != Practice::Never);
        let situation = |added| Situation {
            status,
            baseline_log_hazard: firms.baseline_log_hazard[firm].into(),
            added,
            weeks: [spell.threshold_weeks(); 2],
        };
        let before = situation(terms.effects.of(effect.firm, week, entered, started));
        terms.effects.add(effect);
        let after = situation(terms.effects.of(effect.firm, week, entered, started));
        let cumulative_hazards = &state.cumulative_hazards[cell];
        let (practice, scheme) = (firms.practice_threshold[firm], firms.scheme_threshold[firm]);
        let [from, to] = [before, after].map(|situation| situation.practice(slopes)[0]);
        firms.practice_threshold[firm] = rescaled(practice, cumulative_hazards[practice_event(status)], from, to);
        let [from, to] = [before, after].map(|situation| situation.scheme(slopes)[0]);
        firms.scheme_threshold[firm] = rescaled(scheme, cumulative_hazards[scheme_event(status)], from, to);
        firms.status[firm] |= Status::TREATED;
        // The chunk's minimum thresholds must not lie above the firm's.
        let chunk =
            population.layout().first_chunks[cell] as usize + (firm - population.cells[cell].range.start) / CHUNK_FIRMS;
        let minimum = &mut state.minimum_thresholds[chunk];
        for (event, threshold) in [
            (practice_event(status), firms.practice_threshold[firm]),
            (scheme_event(status), firms.scheme_threshold[firm]),
        ] {
            minimum[event] = minimum[event].min(threshold.to_bits());
        }
    }
}
