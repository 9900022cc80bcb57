//! A week of all firms: others' practice, hazards, events, intensity. State and [`Terms`] in, state out.

mod fields;
mod inclination;
mod pass;
mod rates;

pub use fields::{Fields, Pulls};
pub use inclination::{IMMUNE, initial_state, own};
pub use pass::intensity;
pub use rates::{Rates, Slopes, days_a_week};

use crate::{
    interventions::Terms,
    parameters::Parameters,
    population::{Block, Population, Response, State},
    random::Key,
};
use rayon::prelude::*;

/// Weeks between two rounds of leavers.
const TURNOVER_EVERY: u32 = 13;

/// One week: every firm's transitions from the state at its start, then experience and intensity.
pub fn advance(
    state: &mut State,
    population: &Population,
    terms: &Terms,
    parameters: &Parameters,
    response: &Response,
    key: Key,
    week: u32,
) {
    let pulls = Fields::new(population, state, parameters).pulls(parameters.peer_strength);
    let slopes = Slopes::new(parameters);
    let leavers = (week > 0 && week.is_multiple_of(TURNOVER_EVERY))
        .then_some((1.0 - parameters.worker_turnover).powf(f64::from(TURNOVER_EVERY) / 52.18) as f32);
    let one = |block: &mut Block| {
        if let Some(stay) = leavers {
            turn_over(&mut block.peak, stay);
        }
        advance_block(block, population, terms, &pulls, parameters, &slopes, response, key, week);
    };
    match state.blocks.as_mut_slice() {
        [block] => one(block),
        blocks => blocks.par_iter_mut().for_each(one),
    }
}

/// Employees who leave take their telework experience along.
fn turn_over(peak: &mut [u8], stay: f32) {
    for peak in peak {
        *peak = (f32::from(*peak) * stay + 0.5) as u8;
    }
}

#[multiversion::multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2+fma",
    "x86_64+avx2+bmi1+bmi2",
    "aarch64+neon"
))]
#[allow(clippy::too_many_arguments)]
fn advance_block(
    block: &mut Block,
    population: &Population,
    terms: &Terms,
    pulls: &Pulls,
    parameters: &Parameters,
    slopes: &Slopes,
    response: &Response,
    key: Key,
    week: u32,
) {
    let range = block.firms();
    let facing = population.cells[block.cells.clone()].iter().zip(&terms.cells[block.cells.clone()]);
    let cells: Vec<pass::CellWeek> = facing
        .map(|(cell, face)| pass::CellWeek {
            end: cell.range.end - block.first,
            rates: Rates::new(parameters, face, pulls, cell),
        })
        .collect();
    let mut firms = pass::Firms {
        id: &population.id[range.clone()],
        employees: &population.employees[range.clone()],
        teleworkable: &population.teleworkable[range.clone()],
        inclination: &terms.inclination[range],
        status: &mut block.status,
        entered: &mut block.entered,
        experience: &mut block.experience,
        peak: &mut block.peak,
    };
    pass::pass(&mut firms, &cells, &mut block.counts, slopes, response, key, week);
}
