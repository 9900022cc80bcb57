//! What changes about a firm: practice, scheme, experience. Struct of arrays in blocks of whole cells.
//!
//! A block holds about [`BLOCK_FIRMS`] firms so that blocks can be advanced in parallel; nothing depends on how
//! many threads do so. Status counts are kept per cell and updated with each event, in whole numbers, so that sums are
//! exact in any order.

use super::{Cell, Population};
use crate::parameters::Parameters;
use std::ops::Range;

/// Firms in a block, about.
pub const BLOCK_FIRMS: usize = 32_768;

/// A firm's practice of telework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Practice {
    /// Has not practised since the run began, nor at its start.
    Never = 0,
    /// Practises.
    Current = 1,
    /// Practised and stopped.
    Stopped = 2,
}

/// Practice and scheme of a firm in one byte: bits 0-1 practice, bit 2 formal scheme, bit 3 scheme already in
/// January 2020.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub u8);

impl Status {
    /// Bit of the formal scheme.
    pub const FORMAL: u8 = 4;
    /// Bit of a scheme that the firm entered the run with.
    pub const FORMAL_AT_START: u8 = 8;

    /// Practice.
    #[inline(always)]
    pub fn practice(self) -> Practice {
        match self.0 & 3 {
            0 => Practice::Never,
            1 => Practice::Current,
            _ => Practice::Stopped,
        }
    }
    /// Practises now.
    #[inline(always)]
    pub fn practises(self) -> bool {
        self.0 & 3 == Practice::Current as u8
    }
    /// Has a formal scheme.
    #[inline(always)]
    pub fn formal(self) -> bool {
        self.0 & Status::FORMAL != 0
    }
    /// Had a formal scheme in January 2020 and has it still.
    #[inline(always)]
    pub fn formal_since_start(self) -> bool {
        self.0 & (Status::FORMAL | Status::FORMAL_AT_START) == Status::FORMAL | Status::FORMAL_AT_START
    }
    /// Position in [`Counts`]: practice + 3 x formal + 6 x (formal and had it at the start).
    #[inline(always)]
    pub fn slot(self) -> usize {
        usize::from(self.0 & 3) + 3 * usize::from(self.formal()) + 3 * usize::from(self.formal_since_start())
    }
}

/// Frames in which status is counted as events happen.
pub const FRAMES: usize = 5;
/// Each firm counts once.
pub const FRAME_FIRMS: usize = 0;
/// Each firm counts by its chance to answer the TSR survey, in 1/256 (see [`Response`]).
pub const FRAME_TSR: usize = 1;
/// Firms with 100-299 regular employees.
pub const FRAME_100_299: usize = 2;
/// Firms with 300 and more regular employees.
pub const FRAME_300: usize = 3;

/// Each firm counts by its regular employees.
pub const FRAME_EMPLOYEES: usize = 4;

/// Counts by status slot: never, current, stopped without a scheme; the same with a later scheme; the same with a
/// scheme held since January 2020. Whole numbers far below 2^53, so that sums are exact; floating point, because tallies
/// weight them every week.
pub type Counts = [f64; 9];

/// A run of whole cells with the state of their firms.
#[derive(Clone, Debug)]
pub struct Block {
    /// Cells, as positions in [`Population::cells`].
    pub cells: Range<usize>,
    /// First firm of the block in the population's arrays.
    pub first: usize,
    /// Practice and scheme.
    pub status: Vec<u8>,
    /// Week in which the practice was entered.
    pub entered: Vec<u16>,
    /// Weeks practised so far, at most 255.
    pub experience: Vec<u8>,
    /// Largest share of employees who teleworked in a week so far, in 1/255, less leavers.
    pub peak: Vec<u8>,
    /// Counts in each frame of each cell (simulated firms, unweighted).
    pub counts: [Vec<Counts>; FRAMES],
}

/// The state of all simulated firms.
#[derive(Clone, Debug)]
pub struct State {
    /// Blocks in cell order.
    pub blocks: Vec<Block>,
}

impl Block {
    /// The block's firms in the population's arrays.
    pub fn firms(&self) -> Range<usize> {
        self.first..self.first + self.status.len()
    }
    /// Where the firms of a cell stand in this block.
    pub fn local(&self, cell: &Cell) -> Range<usize> {
        cell.range.start - self.first..cell.range.end - self.first
    }
}

/// How one firm counts in each frame.
#[inline]
pub fn frame_weights(employees: u32, response: &Response) -> [f64; FRAMES] {
    [
        1,
        response.weight(employees),
        u64::from((100..300).contains(&employees)),
        u64::from(employees >= 300),
        u64::from(employees),
    ]
    .map(|weight| weight as f64)
}

/// Chance to answer the TSR survey by employees, relative, in 1/256: employees to the power of
/// `tsr_size_exponent`.
#[derive(Clone, Debug)]
pub struct Response {
    exponent: f64,
    table: Vec<u32>,
}

impl Response {
    /// Tabulated for an exponent.
    pub fn new(parameters: &Parameters) -> Response {
        let exponent = parameters.tsr_size_exponent;
        let table = (0..4096).map(|e| Response::direct(exponent, e)).collect();
        Response { exponent, table }
    }
    fn direct(exponent: f64, employees: u32) -> u32 {
        (256.0 * f64::from(employees.max(1)).powf(exponent)).round().min(f64::from(u32::MAX)) as u32
    }
    /// Weight of a firm.
    #[inline]
    pub fn weight(&self, employees: u32) -> u64 {
        u64::from(match self.table.get(employees as usize) {
            Some(&weight) => weight,
            None => Response::direct(self.exponent, employees),
        })
    }
}

impl State {
    /// All firms in the state chosen by the caller: status, weeks practised, largest share of employees so far.
    pub fn new(
        population: &Population,
        response: &Response,
        chosen: impl Fn(&Cell, usize) -> (Status, u8, u8) + Sync,
    ) -> State {
        use rayon::prelude::*;
        let blocks = partition(population)
            .into_par_iter()
            .map(|cells| {
                let first = population.cells[cells.start].range.start;
                let end = population.cells[cells.end - 1].range.end;
                let mut block = Block {
                    cells: cells.clone(),
                    first,
                    status: vec![0; end - first],
                    entered: vec![0; end - first],
                    experience: vec![0; end - first],
                    peak: vec![0; end - first],
                    counts: std::array::from_fn(|_| vec![[0.0; 9]; cells.len()]),
                };
                for (position, cell) in population.cells[cells].iter().enumerate() {
                    for firm in cell.range.clone() {
                        let (status, experience, peak) = chosen(cell, firm);
                        block.status[firm - first] = status.0;
                        block.experience[firm - first] = experience;
                        block.peak[firm - first] = peak;
                        let weights = frame_weights(population.employees[firm], response);
                        for (counts, weight) in block.counts.iter_mut().zip(weights) {
                            counts[position][status.slot()] += weight;
                        }
                    }
                }
                block
            })
            .collect();
        State { blocks }
    }

    /// Status of a firm by its position in the population's arrays.
    pub fn status(&self, firm: usize) -> Status {
        let block = &self.blocks[self.blocks.partition_point(|b| b.firms().end <= firm)];
        Status(block.status[firm - block.first])
    }
    /// Largest share of employees who teleworked so far, in 1/255, and the weeks practised.
    pub fn peak_and_experience(&self, firm: usize) -> (u8, u8) {
        let block = &self.blocks[self.blocks.partition_point(|b| b.firms().end <= firm)];
        (block.peak[firm - block.first], block.experience[firm - block.first])
    }
    /// Counts of every cell in a frame, in cell order.
    pub fn counts(&self, frame: usize) -> impl Iterator<Item = &Counts> {
        self.blocks.iter().flat_map(move |b| &b.counts[frame])
    }
}

/// Runs of whole cells with about [`BLOCK_FIRMS`] firms each; depends on the population alone.
fn partition(population: &Population) -> Vec<Range<usize>> {
    let (mut blocks, mut start) = (Vec::new(), 0);
    for (i, cell) in population.cells.iter().enumerate() {
        if cell.range.end - population.cells[start].range.start >= BLOCK_FIRMS || i + 1 == population.cells.len() {
            blocks.push(start..i + 1);
            start = i + 1;
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_status_slots_are_told_apart() {
        let mut seen = [false; 9];
        for practice in 0..3u8 {
            for bits in [0, Status::FORMAL, Status::FORMAL | Status::FORMAL_AT_START] {
                let slot = Status(practice | bits).slot();
                assert!(!std::mem::replace(&mut seen[slot], true));
            }
        }
        // A scheme given up leaves only the memory of January 2020 and counts as none.
        assert_eq!(Status(Status::FORMAL_AT_START | 1).slot(), 1);
    }
}
