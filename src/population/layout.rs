//! How the firms of a population stand together: chunks within cells, blocks of cells. [`Population`] in, [`Layout`] out.

use super::{Cell, Population, tallies::UNIT};
use crate::classification::{PREFECTURES, SIZES};
use std::ops::Range;

/// Firms in a block, about.
pub const BLOCK_FIRMS: usize = 65_536;
/// Firms in a chunk, at most.
pub const CHUNK_FIRMS: usize = 16;

/// Firms of one cell that stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirmChunk {
    /// Position of the cell in [`Population::cells`].
    pub cell: u32,
    /// First firm in the population's arrays.
    pub first: u32,
    /// Firms, at most [`CHUNK_FIRMS`].
    pub firms: u32,
}

/// What decides the hazards of a cell beside what interventions do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// Number of its industry, prefecture and size: `(industry * 47 + prefecture) * 3 + size`.
    pub number: u16,
    /// Prefecture.
    pub prefecture: u16,
}

impl Class {
    fn of(cell: &Cell) -> Class {
        let prefecture = cell.prefecture.index();
        let number = (cell.industry.index() * PREFECTURES + prefecture) * SIZES + cell.size.index();
        Class { number: number as u16, prefecture: prefecture as u16 }
    }
}

/// A run of whole cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Cells, as positions in [`Population::cells`].
    pub cells: Range<usize>,
    /// Firms in the population's arrays.
    pub firms: Range<usize>,
    /// Chunks.
    pub chunks: Range<usize>,
}

/// Chunks, blocks, and what is the same for all firms of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Chunks in the order of their firms.
    pub chunks: Vec<FirmChunk>,
    /// First chunk of each cell, and the number of chunks.
    pub first_chunks: Vec<u32>,
    /// Blocks in the order of their firms.
    pub blocks: Vec<Block>,
    /// Class of each cell.
    pub classes: Vec<Class>,
    /// For every [`CHUNK_FIRMS`]th firm, the position of its cell: a search for a firm's cell begins there.
    pub cells_near: Vec<u32>,
    /// Firms that one simulated firm of each cell stands for, in [`UNIT`]s.
    pub units: Vec<i64>,
}

impl Layout {
    pub(super) fn new(population: &Population) -> Layout {
        let mut chunks = Vec::new();
        let mut first_chunks = Vec::with_capacity(population.cells.len());
        let mut blocks = Vec::new();
        let mut begin = (0, 0);
        for (position, cell) in population.cells.iter().enumerate() {
            let chunk = |first: usize| FirmChunk {
                cell: position as u32,
                first: first as u32,
                firms: (cell.range.end - first).min(CHUNK_FIRMS) as u32,
            };
            first_chunks.push(chunks.len() as u32);
            chunks.extend(cell.range.clone().step_by(CHUNK_FIRMS).map(chunk));
            let start = population.cells[begin.0].range.start;
            if cell.range.end - start >= BLOCK_FIRMS || position + 1 == population.cells.len() {
                let block =
                    Block { cells: begin.0..position + 1, firms: start..cell.range.end, chunks: begin.1..chunks.len() };
                begin = (block.cells.end, block.chunks.end);
                blocks.push(block);
            }
        }
        first_chunks.push(chunks.len() as u32);
        let mut near = 0;
        let cells_near = (0..population.len()).step_by(CHUNK_FIRMS).map(|firm| {
            near += population.cells[near..].iter().take_while(|cell| cell.range.end <= firm).count();
            near as u32
        });
        Layout {
            cells_near: cells_near.collect(),
            classes: population.cells.iter().map(Class::of).collect(),
            units: population.cells.iter().map(|cell| (cell.weight * UNIT).round() as i64).collect(),
            chunks,
            first_chunks,
            blocks,
        }
    }
}
