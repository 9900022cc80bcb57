//! What a run without observers and measures has to move and to compute, declared in one place: [`COSTS`].
//!
//! Bytes are those of the arrays that a part reads or writes, each direction counted once, from the sizes of their
//! elements. Operations are counted from the source, in the two kinds whose rates `roofline` measures; an exponential or a
//! logarithm in double precision counts as 40 of f32. How often a part happens is counted in a run.

use crate::world::{World, length};
use std::mem::size_of;
use telework::{
    calendar::Week,
    dynamics,
    dynamics::{Exposure, HazardTerms},
    environment::Environment,
    interventions::{Programmes, Setting},
    population::{CHUNK_FIRMS, Class, FirmChunk, Population, Response, Spell},
    random::Key,
    scenario::Scale,
};

/// How often a part happens in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// For every cell in every week.
    CellWeek,
    /// For every chunk of firms in every week.
    ChunkWeek,
    /// For every chunk in which a threshold is reached.
    ReachedChunk,
    /// For every firm whose practice or scheme changes in a week.
    Event,
}

/// A part of the engine's work, each time that it happens.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// The part.
    pub what: &'static str,
    /// How often.
    pub per: Per,
    /// Bytes read and written.
    pub bytes: usize,
    /// Philox blocks (two words each).
    pub blocks: f64,
    /// Floating-point additions, multiplications, divisions and comparisons.
    pub arithmetic: f64,
}

/// Status and both thresholds of a chunk's firms.
const THRESHOLDS: usize = CHUNK_FIRMS * size_of::<(f32, f32)>() + CHUNK_FIRMS;

/// The engine's parts.
pub const COSTS: [Cost; 4] = [
    Cost {
        what: "cumulative hazards: class, factors of measures; double precision read and written, single written and read",
        per: Per::CellWeek,
        bytes: size_of::<(Class, Exposure)>() + 2 * size_of::<[f64; 8]>() + 2 * size_of::<[u32; 8]>(),
        blocks: 0.0,
        arithmetic: 10.0,
    },
    Cost {
        what: "chunks: cell and firms, minimum thresholds against cumulative hazards",
        per: Per::ChunkWeek,
        bytes: size_of::<(FirmChunk, [u32; 8])>(),
        blocks: 0.0,
        arithmetic: 8.0,
    },
    Cost {
        what: "chunk with a threshold reached: status and thresholds, read twice; minimum thresholds written",
        per: Per::ReachedChunk,
        bytes: 2 * THRESHOLDS + size_of::<[u32; 8]>(),
        blocks: 0.0,
        arithmetic: 4.0 * CHUNK_FIRMS as f64,
    },
    Cost {
        what: "event: id, inclination, employees; status, spell, thresholds and totals of five frames read and written",
        per: Per::Event,
        bytes: size_of::<(u32, f32, u32)>() + 2 * (1 + size_of::<(Spell, f32, f32)>() + 2 * 5 * size_of::<i64>()),
        blocks: 2.0,
        arithmetic: 300.0,
    },
];

/// How often each part happens, for each firm and week.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    cells: f64,
    chunks: f64,
    due_packs: f64,
    events: f64,
}

impl Counts {
    /// Counts them in one run of `no_policy`.
    pub fn of(world: &World, scale: Scale) -> Counts {
        let population = world.population(scale);
        let (weeks, [due_packs, events]) = run(world, &population);
        let (firms, weeks) = (population.len() as f64, f64::from(weeks));
        let chunks: usize = population.cells.iter().map(|cell| cell.range.len().div_ceil(CHUNK_FIRMS)).sum();
        Counts {
            cells: population.cells.len() as f64 / firms,
            chunks: chunks as f64 / firms,
            due_packs: due_packs as f64 / (firms * weeks),
            events: events as f64 / (firms * weeks),
        }
    }

    fn times(&self, per: Per) -> f64 {
        match per {
            Per::CellWeek => self.cells,
            Per::ChunkWeek => self.chunks,
            Per::ReachedChunk => self.due_packs,
            Per::Event => self.events,
        }
    }
}

/// Weeks, chunks in which a threshold is reached (their minimum thresholds change), firms that change.
fn run(world: &World, population: &Population) -> (u32, [usize; 2]) {
    let (scenario, data) = (&world.no_policy, &world.data);
    let (parameters, key, weeks) = (&scenario.parameters, Key::new(scenario.run.seed, 0), length(scenario));
    let environment = Environment::new(data, parameters, scenario.later_infections, key, weeks);
    let response = Response::new(parameters);
    let baseline = dynamics::baseline_log_hazards(population, parameters);
    let mut state = dynamics::initial_state(population, parameters, &response, baseline, key);
    let mut terms = HazardTerms::new(population.cells.len());
    let first_and_last = (Week(0), Week(weeks - 1));
    let setting = Setting { population, parameters, data, environment: &environment, key, weeks: first_and_last };
    let mut programmes = Programmes::new(&scenario.interventions, setting);
    let mut counts = [0, 0];
    for week in 0..weeks {
        terms.open(&environment.concern[week as usize]);
        programmes.act(Week(week), &state, &mut terms);
        let (least, status) = (state.minimum_thresholds.clone(), state.firms.status.clone());
        dynamics::advance(&mut state, population, &mut terms, parameters, &response, key, week);
        counts[0] += least.iter().zip(&state.minimum_thresholds).filter(|(before, after)| before != after).count();
        counts[1] += status.iter().zip(&state.firms.status).filter(|(before, after)| before != after).count();
    }
    (weeks, counts)
}

/// Bytes and operations of a firm's week, over all parts.
#[derive(Clone, Copy, Debug)]
pub struct FirmWeek {
    counts: Counts,
    /// Bytes.
    pub bytes: f64,
    /// Philox blocks.
    pub blocks: f64,
    /// Floating-point operations.
    pub arithmetic: f64,
}

impl FirmWeek {
    /// With so many of each part.
    pub fn new(counts: Counts) -> FirmWeek {
        let sum = |of: fn(&Cost) -> f64| COSTS.iter().map(|cost| counts.times(cost.per) * of(cost)).sum();
        FirmWeek {
            counts,
            bytes: sum(|cost| cost.bytes as f64),
            blocks: sum(|cost| cost.blocks),
            arithmetic: sum(|cost| cost.arithmetic),
        }
    }
}

/// For the page.
pub fn table(week: &FirmWeek) -> String {
    let row = |cost: &Cost| {
        let per = match cost.per {
            Per::CellWeek => "cell and week",
            Per::ChunkWeek => "chunk and week",
            Per::ReachedChunk => "such chunk",
            Per::Event => "event",
        };
        let times = week.counts.times(cost.per);
        format!("| {} | {per} | {times:.5} | {} | {} | {} |\n", cost.what, cost.bytes, cost.blocks, cost.arithmetic)
    };
    let rows: String = COSTS.iter().map(row).collect();
    let sum =
        format!("| **all** | firm and week | 1 | {:.2} | {:.4} | {:.2} |\n", week.bytes, week.blocks, week.arithmetic);
    format!(
        "| part | per | times a firm and week | bytes | Philox blocks | f32 operations |\n\
         |---|---|---:|---:|---:|---:|\n{rows}{sum}"
    )
}
