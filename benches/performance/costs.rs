//! What a run without observers and measures has to move and to compute, declared in one place: [`COSTS`].
//!
//! Bytes are those of the arrays that a part reads or writes, each direction counted once, from the sizes of their
//! elements. Operations are counted from the source, in the two kinds whose rates `roofline` measures. How often a part
//! happens is counted in a run.

use crate::world::World;
use std::mem::size_of;
use telework::{
    engine::{Options, PanelRow},
    scenario::Scale,
};

/// How often a part happens in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// For every firm in every week.
    FirmWeek,
    /// For every change of practice or scheme.
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

/// The engine's parts.
pub const COSTS: [Cost; 3] = [
    Cost {
        what: "filter: id, inclination, status, experience; draw, log hazards, bounds",
        per: Per::FirmWeek,
        bytes: size_of::<(u32, f32)>() + size_of::<[u8; 2]>(),
        blocks: 1.0,
        arithmetic: 30.0,
    },
    Cost {
        what: "practice: status, teleworkable share; experience and peak read and written",
        per: Per::FirmWeek,
        bytes: size_of::<[u8; 2]>() + 2 * size_of::<[u8; 2]>(),
        blocks: 0.0,
        arithmetic: 10.0,
    },
    Cost {
        what: "event: status and week written, employees, counts of five frames read and written",
        per: Per::Event,
        bytes: size_of::<(u8, u16)>() + size_of::<u32>() + 2 * 2 * 5 * size_of::<f64>(),
        blocks: 1.0,
        arithmetic: 40.0,
    },
];

/// Bytes and operations of a firm's week, over all parts.
#[derive(Clone, Copy, Debug, Default)]
pub struct FirmWeek {
    /// Changes of practice or scheme.
    pub events: f64,
    /// Bytes.
    pub bytes: f64,
    /// Philox blocks.
    pub blocks: f64,
    /// Floating-point operations.
    pub arithmetic: f64,
}

impl FirmWeek {
    /// With so many events.
    pub fn new(events: f64) -> FirmWeek {
        COSTS.iter().fold(FirmWeek { events, ..FirmWeek::default() }, |sum, cost| {
            let times = if cost.per == Per::Event { events } else { 1.0 };
            FirmWeek {
                bytes: sum.bytes + times * cost.bytes as f64,
                blocks: sum.blocks + times * cost.blocks,
                arithmetic: sum.arithmetic + times * cost.arithmetic,
                ..sum
            }
        })
    }
}

/// Changes of practice or scheme in a firm's week, on average over the firms that a sample stands for: those that show
/// between the ends of months, and so a little fewer than there are. From one run of `no_policy`.
pub fn events(world: &World, firms: u32) -> f64 {
    let population = world.population(Scale::Sample(firms));
    let rows = world.run(&world.no_policy, &population, Options { panel: true, ..Options::default() }).panel;
    let months: Vec<&[PanelRow]> = rows.chunks(population.len()).collect();
    let changes = |(before, now): (&PanelRow, &PanelRow)| {
        let changes = u8::from(before.practice != now.practice) + u8::from(before.formal != now.formal);
        f64::from(changes) * f64::from(now.weight)
    };
    let changes: f64 = months.windows(2).flat_map(|pair| pair[0].iter().zip(pair[1]).map(changes)).sum();
    let weeks = rows.last().map_or(0, |row| row.week) - rows.first().map_or(0, |row| row.week);
    changes / (population.firms() as f64 * f64::from(weeks))
}

/// For the page.
pub fn table(week: &FirmWeek) -> String {
    let row = |cost: &Cost| {
        let per = match cost.per {
            Per::FirmWeek => "firm and week",
            Per::Event => "event",
        };
        format!("| {} | {per} | {} | {} | {} |\n", cost.what, cost.bytes, cost.blocks, cost.arithmetic)
    };
    let rows: String = COSTS.iter().map(row).collect();
    let sum = format!(
        "| **all**, at {:.4} events | firm and week | {:.1} | {:.2} | {:.1} |\n",
        week.events, week.bytes, week.blocks, week.arithmetic
    );
    format!("| part | per | bytes | Philox blocks | f32 operations |\n|---|---|---:|---:|---:|\n{rows}{sum}")
}
