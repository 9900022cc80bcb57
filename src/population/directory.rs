//! Which simulated firm stands for a permanent id. [`Population`] in, [`Directory`] out.

use super::{Cell, Population};
use crate::classification::{PREFECTURES, Prefecture};
use std::ops::Range;

/// Finds cells by permanent id: for each run of 512 ids, the cell of its first id. A search from there takes a
/// step or two, where bisection of all cells takes thirteen.
#[derive(Clone, Debug)]
pub struct Directory {
    buckets: Vec<u32>,
    /// Id after the last one of each cell. Apart from the places, so that they stay in the cache.
    ends: Vec<u32>,
    places: Vec<Place>,
    /// By prefecture, runs of ids of firms with head offices there.
    prefectures: Vec<Vec<Range<u32>>>,
    id_bits: u32,
}

/// Ids in a bucket, as a power of two.
const BUCKET: u32 = 9;

/// Where the firms of a cell stand, among the permanent ids and in the population's arrays.
#[derive(Clone, Copy, Debug)]
struct Place {
    first_id: u32,
    firms: u32,
    start: u32,
    kept: u32,
}

impl Directory {
    /// Of a population.
    pub fn new(population: &Population) -> Directory {
        let ends: Vec<u32> = population.cells.iter().map(|c| c.first_id + c.firms).collect();
        let last = ends.last().copied().unwrap_or(0);
        let mut cell = 0;
        let buckets = (0..=last >> BUCKET).map(|bucket| {
            while ends.get(cell).is_some_and(|end| *end <= bucket << BUCKET) {
                cell += 1;
            }
            cell as u32
        });
        let place = |cell: &Cell| Place {
            first_id: cell.first_id,
            firms: cell.firms,
            start: cell.range.start as u32,
            kept: cell.range.len() as u32,
        };
        let mut prefectures = vec![Vec::<Range<u32>>::new(); PREFECTURES];
        for cell in &population.cells {
            let (runs, end) = (&mut prefectures[cell.prefecture.index()], cell.first_id + cell.firms);
            match runs.last_mut() {
                Some(run) if run.end == cell.first_id => run.end = end,
                _ => runs.push(cell.first_id..end),
            }
        }
        Directory {
            prefectures,
            buckets: buckets.collect(),
            places: population.cells.iter().map(place).collect(),
            id_bits: 32 - (last.max(2) - 1).leading_zeros(),
            ends,
        }
    }

    /// All permanent ids are below two to this power.
    pub fn id_bits(&self) -> u32 {
        self.id_bits
    }

    /// Runs of permanent ids of the firms with head offices in a prefecture.
    pub fn ids_in(&self, prefecture: Prefecture) -> &[Range<u32>] {
        &self.prefectures[prefecture.index()]
    }

    /// Cell and position in the population's arrays of the simulated firm that stands for an id; `None` where there is
    /// no firm.
    #[inline]
    pub fn firm(&self, id: u32) -> Option<(usize, u32)> {
        let first = *self.buckets.get((id >> BUCKET) as usize)? as usize;
        let cell = first + self.ends[first..].iter().position(|end| id < *end)?;
        let Place { first_id, firms, start, kept } = self.places[cell];
        let offset = id.checked_sub(first_id)?;
        let position = match kept {
            0 => return None,
            _ if kept == firms => offset,
            _ => (u64::from(offset) * u64::from(kept) / u64::from(firms)) as u32,
        };
        Some((cell, start + position))
    }
}
