//! A week of all firms: others' practice, hazards, events. State and [`HazardTerms`] in, state out.

mod effects;
mod events;
mod hazards;
mod inclination;
mod peers;
mod staff;
mod terms;
mod thresholds;
mod treatment;

pub use effects::{AddedLogHazard, TreatmentEffect, TreatmentEffects};
pub use hazards::Hazards;
pub use inclination::{IMMUNE, barrier_weights, baseline_log_hazards, initial_state};
pub use peers::{PeerEffect, PeerPrevalence};
pub use staff::{Staffing, days_a_week, largest_share, reach};
pub use terms::{Exposure, HazardTerms};
pub use thresholds::{Situation, Slopes};

use crate::{
    parameters::Parameters,
    population::{Layout, Population, Reaches, Response, State},
    random::Key,
};
use events::{BlockState, WeekOf};
use rayon::prelude::*;

/// Weeks between two rounds of leavers.
const TURNOVER_EVERY: u32 = 13;

/// One week: what interventions begin to add, then every firm's transitions from the state at its start.
pub fn advance(
    state: &mut State,
    population: &Population,
    terms: &mut HazardTerms,
    parameters: &Parameters,
    response: &Response,
    key: Key,
    week: u32,
) {
    advance_by(advance_block, state, population, terms, parameters, response, key, week);
}

/// [`advance`], with what advances a block.
#[expect(clippy::too_many_arguments, reason = "those of `advance`, and what a test puts in its place")]
fn advance_by(
    advance_block: fn(&mut BlockState, &WeekOf),
    state: &mut State,
    population: &Population,
    terms: &mut HazardTerms,
    parameters: &Parameters,
    response: &Response,
    key: Key,
    week: u32,
) {
    let (slopes, staffing) = (Slopes::new(parameters), Staffing::new(parameters));
    if week > 0 && week.is_multiple_of(TURNOVER_EVERY) {
        let stay = libm::pow(1.0 - parameters.worker_turnover, f64::from(TURNOVER_EVERY) / 52.18) as f32;
        staff::turn_over(state, population, &staffing, stay);
    }
    treatment::begin(state, population, terms, &slopes, week);
    let peer_effect = PeerPrevalence::new(&state.tallies(), parameters).peer_effect(parameters.peer_strength);
    let hazards = Hazards::new(parameters, terms, &peer_effect);
    let (mut blocks, reaches) = split(state, population.layout());
    let week_of = WeekOf {
        week,
        population,
        terms,
        hazards: &hazards,
        slopes: &slopes,
        staffing: &staffing,
        reaches,
        response,
        key,
    };
    match blocks.as_mut_slice() {
        [block] => advance_block(block, &week_of),
        blocks => blocks.par_iter_mut().for_each(|block| advance_block(block, &week_of)),
    }
    state.reaches.push(week, &reach(parameters, population, terms));
    state.next_week = week as u16 + 1;
}

#[multiversion::multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2",
    "x86_64+avx2+bmi1+bmi2",
    "aarch64+neon"
))]
fn advance_block(block: &mut BlockState, week: &WeekOf) {
    events::advance(block, week);
}

/// The state in blocks, and what is common to them.
fn split<'a>(state: &'a mut State, layout: &'a Layout) -> (Vec<BlockState<'a>>, &'a Reaches) {
    let State { firms, minimum_thresholds, cumulative_hazards, tallies, reaches, next_week: _ } = state;
    let mut baseline_log_hazard = firms.baseline_log_hazard.as_slice();
    let mut status = firms.status.as_mut_slice();
    let mut spell = firms.spell.as_mut_slice();
    let mut practice_threshold = firms.practice_threshold.as_mut_slice();
    let mut scheme_threshold = firms.scheme_threshold.as_mut_slice();
    let mut draw_counters = firms.draw_counters.as_mut_slice();
    let mut minimum_thresholds = minimum_thresholds.as_mut_slice();
    let mut cumulative_hazards = cumulative_hazards.as_mut_slice();
    let parts = layout.blocks.iter().zip(tallies).map(|(block, tallies)| {
        let (firms, chunks_in, cells) = (block.firms.len(), block.chunks.len(), block.cells.len());
        BlockState {
            first: (block.firms.start, block.cells.start),
            baseline_log_hazard: baseline_log_hazard.split_off(..firms).unwrap_or_default(),
            status: status.split_off_mut(..firms).unwrap_or_default(),
            spell: spell.split_off_mut(..firms).unwrap_or_default(),
            practice_threshold: practice_threshold.split_off_mut(..firms).unwrap_or_default(),
            scheme_threshold: scheme_threshold.split_off_mut(..firms).unwrap_or_default(),
            draw_counters: draw_counters.split_off_mut(..firms).unwrap_or_default(),
            chunks: &layout.chunks[block.chunks.clone()],
            first_chunks: &layout.first_chunks[block.cells.start..=block.cells.end],
            minimum_thresholds: minimum_thresholds.split_off_mut(..chunks_in).unwrap_or_default(),
            classes: &layout.classes[block.cells.clone()],
            units: &layout.units[block.cells.clone()],
            cumulative_hazards: cumulative_hazards.split_off_mut(..cells).unwrap_or_default(),
            tallies,
        }
    });
    (parts.collect(), reaches)
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use crate::{
        classification::PREFECTURES,
        data::Data,
        population::{Practice, Scale, Status, synthesise},
    };

    /// Two years with a declaration in some prefectures, from a population of several blocks: the same state.
    #[test]
    fn every_instruction_set_gives_the_same_bytes() {
        let population = synthesise(&Data::embedded().unwrap(), 2021, Scale::Sample(100_000)).unwrap();
        let (parameters, key) = (Parameters::default(), Key::new(5, 0));
        let response = Response::new(&parameters);
        let end = |advance: fn(&mut BlockState, &WeekOf)| {
            let baseline = baseline_log_hazards(&population, &parameters);
            let mut state = initial_state(&population, &parameters, &response, baseline, key);
            let mut terms = HazardTerms::new(population.cells.len());
            for week in 0..104 {
                terms.open(&[1.0; PREFECTURES]);
                terms.declaration[12] = if (10..20).contains(&week) { 1.0 } else { 0.0 };
                advance_by(advance, &mut state, &population, &mut terms, &parameters, &response, key, week);
            }
            state
        };
        let chosen = end(advance_block);
        assert!(
            population.layout().blocks.len() > 1
                && chosen.firms.status.iter().filter(|status| Status(**status).practice() == Practice::Stopped).count()
                    > 1000
        );
        for (set, advance) in instruction_sets!(events::advance, (block: &mut BlockState, week: &WeekOf)) {
            assert!(end(advance) == chosen, "{set} gives another state");
        }
    }
}
