//! Which permanent ids stand for firms with given fixed attributes, a bit an id. [`Criteria`] in, [`Pool`] out.
//!
//! Whoever draws ids to find a firm tests the bit first, and looks at firms only where it is set. A pool of Japan's
//! firms has 2^22 bits, half a megabyte, however few firms are simulated.

use super::{Cell, Directory, Eligibility, Population, cell_matches};
use crate::classification::SizeClass;
use std::{ops::Range, sync::Arc};

/// Most employees of a micro firm (SME Basic Act: 20, in commerce and services 5).
const MICRO_EMPLOYEES: u32 = 20;

/// Fixed attributes that a firm must have.
#[derive(Clone, Debug, PartialEq)]
pub struct Criteria {
    /// The target's fixed conditions. (Practice and scheme change: they are not looked at.)
    pub target: Eligibility,
    /// At least so many regular employees, beside the target's limit.
    pub least_employees: u32,
    /// At most so many regular employees, beside the target's limit.
    pub most_employees: u32,
    /// Only firms with high capital.
    pub high_capital: bool,
    /// What is asked of the jobs.
    pub jobs: Jobs,
}

/// What is asked of a firm's teleworkable jobs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Jobs {
    /// Nothing.
    Any,
    /// Equipment for all of them must cost enough.
    Cost {
        /// Yen for one job.
        one_yen: f64,
        /// Share that counts.
        rate: f64,
        /// Least yen that count.
        least_yen: f64,
    },
    /// They must be so many of all jobs, in 1/255.
    Share {
        /// Most employees of a small firm.
        small: u32,
        /// Least share in small firms.
        least_if_small: u8,
        /// Least share in others.
        least: u8,
    },
}

/// Teleworkable jobs of a firm.
#[inline(always)]
pub fn teleworkable_jobs(employees: u32, teleworkable: u8) -> f64 {
    employees as f64 * f64::from(teleworkable) / 255.0
}

impl Criteria {
    /// The target's own and nothing else.
    pub fn of(target: &Eligibility) -> Criteria {
        Criteria {
            target: target.clone(),
            least_employees: 0,
            most_employees: u32::MAX,
            high_capital: false,
            jobs: Jobs::Any,
        }
    }

    /// Whether a firm can be as small and as large as asked.
    pub fn possible(&self) -> bool {
        let (least, most) = self.employees();
        least <= most
    }

    /// Least and most employees in all.
    fn employees(&self) -> (u32, u32) {
        let (least, most) = (self.target.min_employees.unwrap_or(0), self.target.max_employees.unwrap_or(u32::MAX));
        (self.least_employees.max(least), self.most_employees.min(most))
    }

    /// Whether a cell can hold such firms.
    fn admit(&self, cell: &Cell) -> bool {
        cell_matches(&self.target, cell)
            && (cell.high_capital || !self.high_capital)
            && (cell.size != SizeClass::Micro || self.employees().0 <= MICRO_EMPLOYEES)
    }

    /// Firms of the whole population that meet them.
    pub fn count(&self, population: &Population) -> f64 {
        let of = |cell: &Cell| {
            let blocks = cell.range.clone().step_by(64).map(|first| first..(first + 64).min(cell.range.end));
            let having = |firms: Range<usize>| {
                self.among(&population.employees[firms.clone()], &population.teleworkable[firms]).count_ones()
            };
            f64::from(blocks.map(having).sum::<u32>()) * cell.weight
        };
        population.cells.iter().filter(|cell| self.admit(cell)).map(of).sum()
    }

    /// Which of up to 64 firms have what is asked of single firms, a bit a firm.
    fn among(&self, employees: &[u32], teleworkable: &[u8]) -> u64 {
        let (least, most) = self.employees();
        let sized = |employees: u32| (least <= employees) & (employees <= most);
        let firms = || employees.iter().zip(teleworkable).map(|(&employees, &share)| (employees, share));
        match self.jobs {
            Jobs::Any => bits(firms().map(|(employees, _)| sized(employees))),
            Jobs::Cost { one_yen, rate, least_yen } => bits(firms().map(|(employees, share)| {
                sized(employees) & (rate * (teleworkable_jobs(employees, share) * one_yen) >= least_yen)
            })),
            Jobs::Share { small, least_if_small, least } => bits(firms().map(|(employees, share)| {
                sized(employees) & (share >= if employees <= small { least_if_small } else { least })
            })),
        }
    }
}

fn bits(each: impl Iterator<Item = bool>) -> u64 {
    each.enumerate().fold(0, |bits, (place, bit)| bits | u64::from(bit) << place)
}

/// Permanent ids, a bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// 64 ids a word.
    ids: Vec<u64>,
    /// A bit for each of those words: whether it holds any. Small enough for the first-level cache.
    any: Vec<u64>,
    /// How many of those words hold any.
    filled: usize,
    /// The ids it was made with, rising, where they are fewer than one in [`FEW`].
    few: Option<Arc<[u32]>>,
}

/// Of so many ids less than one in a pool makes it one of few firms.
const FEW: usize = 32;

impl Pool {
    fn none(words: usize) -> Pool {
        Pool { ids: vec![0; words], any: vec![0; words.div_ceil(64)], filled: 0, few: None }
    }

    /// Ids whose simulated firms meet the criteria.
    pub fn new(population: &Population, directory: &Directory, criteria: &Criteria) -> Pool {
        let mut pool = Pool::none((1_usize << directory.id_bits()).div_ceil(64));
        let all = criteria.jobs == Jobs::Any && criteria.employees() == (0, u32::MAX);
        for cell in population.cells.iter().filter(|cell| !cell.range.is_empty() && criteria.admit(cell)) {
            if all {
                pool.put(cell.first_id..cell.first_id + cell.firms);
                continue;
            }
            for first in cell.range.clone().step_by(64) {
                let firms = first..(first + 64).min(cell.range.end);
                let having = criteria.among(&population.employees[firms.clone()], &population.teleworkable[firms]);
                pool.put_firms(cell, first - cell.range.start, having);
            }
        }
        let ids = pool.ids.iter().map(|ids| ids.count_ones() as usize).sum::<usize>();
        if ids * FEW < 1 << directory.id_bits() {
            let mut few = Vec::with_capacity(ids);
            for (word, mut left) in (0..).zip(pool.ids.iter().copied()) {
                while left != 0 {
                    few.push(word * 64 + left.trailing_zeros());
                    left &= left - 1;
                }
            }
            pool.few = Some(few.into());
        }
        pool
    }

    /// The ids it was made with, rising, where they are few. Those that have left it since are still among them: they are the same
    /// in all scenarios.
    pub fn few(&self) -> Option<&[u32]> {
        self.few.as_deref()
    }

    /// Puts the ids that 64 firms of a cell stand for, from the `first` on.
    fn put_firms(&mut self, cell: &Cell, first: usize, mut having: u64) {
        let (firms, kept) = (u64::from(cell.firms), cell.range.len() as u64);
        if firms == kept {
            let id = cell.first_id as usize + first;
            self.add(id / 64, having << (id % 64));
            if let Some(above @ 1..) = having.checked_shr(64 - (id % 64) as u32) {
                self.add(id / 64 + 1, above);
            }
            return;
        }
        // The id at an offset is stood for by the firm at offset x kept / firms, rounded down.
        let id = |firm: u32| cell.first_id + ((first as u64 + u64::from(firm)) * firms).div_ceil(kept) as u32;
        while having != 0 {
            let from = having.trailing_zeros();
            let until = from + (having >> from).trailing_ones();
            self.put(id(from)..id(until));
            having &= u64::MAX.checked_shl(until).unwrap_or(0);
        }
    }

    fn put(&mut self, ids: Range<u32>) {
        for (word, mask) in masks(ids) {
            self.add(word, mask);
        }
    }

    fn add(&mut self, word: usize, ids: u64) {
        let empty = self.ids[word] == 0;
        self.ids[word] |= ids;
        self.note(word, empty);
    }

    /// A pool of the same population without ids.
    pub fn emptied(&self) -> Pool {
        Pool::none(self.ids.len())
    }

    /// Takes over what another pool has among some ids.
    pub fn copy(&mut self, other: &Pool, ids: &Range<u32>) {
        for (word, mask) in masks(ids.clone()) {
            self.add(word, other.ids[word] & mask);
        }
    }

    /// Removes what another pool has among some ids.
    pub fn remove(&mut self, other: &Pool, ids: &Range<u32>) {
        masks(ids.clone()).for_each(|(word, mask)| self.take(word, other.ids[word] & mask));
    }

    /// Removes some ids.
    pub fn discard(&mut self, ids: Range<u32>) {
        masks(ids).for_each(|(word, mask)| self.take(word, mask));
    }

    fn take(&mut self, word: usize, ids: u64) {
        let empty = self.ids[word] == 0;
        self.ids[word] &= !ids;
        self.note(word, empty);
    }

    /// Keeps the record of words that hold any, after a change to one that was `empty` before.
    fn note(&mut self, word: usize, empty: bool) {
        if empty != (self.ids[word] == 0) {
            self.any[word / 64] ^= 1 << (word % 64);
            self.filled = if empty { self.filled + 1 } else { self.filled - 1 };
        }
    }

    /// Whether it holds no id.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Whether fewer than a quarter of the words hold any: most ids that are drawn are then none of the pool's.
    #[inline(always)]
    pub fn is_sparse(&self) -> bool {
        4 * self.filled < self.ids.len()
    }

    /// Number of ids.
    #[cfg(test)]
    pub fn ids(&self) -> u64 {
        self.ids.iter().map(|ids| u64::from(ids.count_ones())).sum()
    }

    /// Whether an id is in the pool: 1 or 0.
    #[inline(always)]
    pub fn has(&self, id: u32) -> u64 {
        self.ids[id as usize / 64] >> (id % 64) & 1
    }

    /// Which of at most 64 ids, in eights, are in the pool, a bit each. (Loops are plain and of fixed length: what a closure
    /// does is compiled without the processor's extensions unless it is inlined. Bits are put together by doubling, from the last
    /// lane on: as shifts by lane the compiler gathers them into vectors, which takes twice as long.)
    #[inline(always)]
    pub fn among(&self, ids: &[[u32; 8]]) -> u64 {
        let mut found = 0;
        if !self.is_sparse() {
            for (place, eight) in ids.iter().enumerate() {
                let mut bits = 0;
                for id in eight.iter().rev() {
                    bits = 2 * bits + self.has(*id);
                }
                found |= bits << (8 * place);
            }
            return found;
        }
        // Where few words hold any, most ids are done with the record of them, which is near.
        let mut possible = 0;
        for (place, eight) in ids.iter().enumerate() {
            let mut bits = 0;
            for id in eight.iter().rev() {
                bits = 2 * bits + self.may_have(*id);
            }
            possible |= bits << (8 * place);
        }
        while possible != 0 {
            let place = possible.trailing_zeros();
            found |= self.has(ids[place as usize / 8][place as usize % 8]) << place;
            possible &= possible - 1;
        }
        found
    }

    /// Whether the word of an id holds any: 1 or 0.
    #[inline(always)]
    fn may_have(&self, id: u32) -> u64 {
        self.any[id as usize / 4096] >> (id / 64 % 64) & 1
    }
}

/// Words that hold the bits of some ids, with the mask of those bits.
fn masks(ids: Range<u32>) -> impl Iterator<Item = (usize, u64)> {
    let words = ids.start as usize / 64..(ids.end as usize).div_ceil(64);
    words.map(move |word| {
        let (first, after) = (word as u32 * 64, word as u32 * 64 + 64);
        let (below, above) = (ids.start.saturating_sub(first), after.saturating_sub(ids.end));
        (word, u64::MAX << below & u64::MAX >> above)
    })
}
