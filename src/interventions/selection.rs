//! Which firms an intervention reaches.
//!
//! A slot of capacity draws permanent firm ids until it meets one that is eligible. Drawing from a fixed space of
//! ids, larger than the population, means that one more firm changes only the slots that hit its id, that more
//! capacity keeps the slots it had, and that a weighted sample serves the same cells as the whole population.

use super::Setting;
use crate::{
    calendar::Week,
    classification::SizeClass,
    population::{Cell, Population, Status},
    random::{Key, Purpose, philox},
    scenario::Target,
};
use std::sync::Arc;

/// Draws after which a slot stays empty.
const ATTEMPTS: u32 = 4096;

/// Slots in a row without a firm after which a class of firms counts as exhausted.
const MISSES: u32 = 64;

/// Slots in a row that found no firm of a class (small or not, practising or not). Once they are many, one slot a week
/// still tries, in case firms have come back into the class.
#[derive(Clone, Copy, Debug, Default)]
pub struct Misses {
    in_a_row: u32,
    last: Option<Week>,
}

impl Misses {
    /// Whether a slot should look for a firm at all.
    pub fn worth_trying(&self, week: Week) -> bool {
        self.in_a_row < MISSES || self.last != Some(week)
    }
    /// Notes whether a slot found one, and passes it on.
    pub fn note<T>(&mut self, week: Week, found: Option<T>) -> Option<T> {
        self.in_a_row = if found.is_some() { 0 } else { self.in_a_row.saturating_add(1) };
        self.last = Some(week);
        found
    }
}

/// The draws of one kind of intervention in one run.
#[derive(Clone, Debug)]
pub struct Slots {
    key: Key,
    id_bits: u32,
    directory: Arc<Directory>,
}

/// A simulated firm met by a slot.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its cell.
    pub cell: &'a Cell,
    /// Its position in the population's arrays.
    pub firm: u32,
}

impl<'a> Candidate<'a> {
    /// A simulated firm by its position.
    pub fn of(setting: &Setting<'a>, firm: u32) -> Candidate<'a> {
        let cells = &setting.population.cells;
        let cell = &cells[cells.partition_point(|c| c.range.end <= firm as usize)];
        Candidate { cell, firm }
    }

    /// The simulated firm of a cell that stands for a permanent id.
    #[inline]
    fn standing_for(setting: &Setting<'a>, cell: usize, id: u32) -> Option<Candidate<'a>> {
        let cell = &setting.population.cells[cell];
        let offset = u64::from(id.checked_sub(cell.first_id)?);
        if cell.range.is_empty() {
            return None;
        }
        let position = offset * cell.range.len() as u64 / u64::from(cell.firms);
        Some(Candidate { cell, firm: (cell.range.start as u64 + position) as u32 })
    }
}

impl Slots {
    /// Keyed by kind, not by name: two interventions of one kind compete for the same firms, in file order.
    pub fn new(setting: &Setting, kind: &str, directory: &Arc<Directory>) -> Slots {
        let [label, _] = kind.bytes().fold([0, 0], |[a, b], byte| philox(a ^ u32::from(byte), b, 0x6B69_6E64));
        let ids = setting.population.cells.last().map_or(1, |c| c.first_id + c.firms).max(2);
        Slots {
            key: Key(philox(label, 0, setting.key.0)[0]),
            id_bits: 32 - (ids - 1).leading_zeros(),
            directory: directory.clone(),
        }
    }

    /// Two uniform draws that belong to a slot, for its own conditions.
    pub fn condition(&self, week: Week, slot: u32) -> [f64; 2] {
        self.key.uniforms(slot << 12 | (ATTEMPTS - 1), week.0, Purpose::Selection)
    }

    /// The first eligible firm of a slot. Firms of other sizes than `size` allows are passed over without a look at them.
    pub fn fill<'a>(
        &self,
        setting: &Setting<'a>,
        week: Week,
        slot: u32,
        size: impl Fn(SizeClass) -> bool,
        mut eligible: impl FnMut(&Candidate) -> bool,
    ) -> Option<Candidate<'a>> {
        for first in (0..ATTEMPTS - 1).step_by(BATCH as usize) {
            // The last word of a slot's last batch is the slot's condition.
            let words = words(self.key, slot << 12 | first, week);
            for word in words.into_iter().take((ATTEMPTS - 1 - first) as usize) {
                let id = word >> (32 - self.id_bits);
                if let Some(cell) = self.directory.cell(id)
                    && size(self.directory.sizes[cell])
                    && let Some(candidate) = Candidate::standing_for(setting, cell, id)
                    && eligible(&candidate)
                {
                    return Some(candidate);
                }
            }
        }
        None
    }
}

/// Attempts that are drawn at once.
const BATCH: u32 = 16;

/// The words of a batch of attempts.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
fn words(key: Key, first: u32, week: Week) -> [u32; BATCH as usize] {
    let mut words = [0; BATCH as usize];
    for attempt in 0..BATCH {
        [words[attempt as usize], _] = key.words(first + attempt, week.0, Purpose::Selection);
    }
    words
}

/// Finds cells by permanent id: for each run of [`BUCKET`] ids, the cell of its first id. A search from there takes a
/// step or two, where bisection of all cells takes thirteen.
#[derive(Clone, Debug)]
pub struct Directory {
    buckets: Vec<u32>,
    /// Id after the last one of each cell, and its size: side by side they stay in the cache.
    ends: Vec<u32>,
    sizes: Vec<SizeClass>,
}

/// Ids in a bucket, as a power of two.
const BUCKET: u32 = 9;

impl Directory {
    /// Of a population.
    pub fn new(population: &Population) -> Directory {
        let ends: Vec<u32> = population.cells.iter().map(|c| c.first_id + c.firms).collect();
        let cell_of = |id: u32| ends.partition_point(|end| *end <= id) as u32;
        let last = ends.last().map_or(0, |end| end >> BUCKET);
        let buckets = (0..=last).map(|bucket| cell_of(bucket << BUCKET)).collect();
        Directory { buckets, sizes: population.cells.iter().map(|c| c.size).collect(), ends }
    }

    /// The cell of a permanent id.
    #[inline]
    fn cell(&self, id: u32) -> Option<usize> {
        let first = *self.buckets.get((id >> BUCKET) as usize)? as usize;
        Some(first + self.ends[first..].iter().position(|end| id < *end)?)
    }
}

/// Whether a cell can hold firms of a target.
pub fn cell_matches(target: &Target, cell: &Cell) -> bool {
    target.prefectures.as_ref().is_none_or(|list| list.contains(&cell.prefecture))
        && target.industries.as_ref().is_none_or(|list| list.contains(&cell.industry))
        && target.sizes.as_ref().is_none_or(|list| list.contains(&cell.size))
        && target.high_capital.is_none_or(|wanted| wanted == cell.high_capital)
        && target.bidder.is_none_or(|wanted| wanted == cell.bidder)
}

/// Whether a firm belongs to a target now.
pub fn matches(target: &Target, cell: &Cell, employees: u32, status: impl Fn() -> Status) -> bool {
    cell_matches(target, cell)
        && target.min_employees.is_none_or(|least| employees >= least)
        && target.max_employees.is_none_or(|most| employees <= most)
        && target.practising.is_none_or(|wanted| wanted == status().practises())
        && target.formal.is_none_or(|wanted| wanted == status().formal())
}
