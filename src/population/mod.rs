//! Japan's firms: margins, raking, firms as struct of arrays grouped in cells. Data and seed in, [`Population`] out.

mod state;
pub use state::*;

use crate::classification::{Industry, PREFECTURES, Prefecture, SizeClass};
use std::ops::Range;

/// All firms that share every fixed class, and so face the same week apart from what is their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Industry.
    pub industry: Industry,
    /// Prefecture of the head office.
    pub prefecture: Prefecture,
    /// Size class of the SME Basic Act.
    pub size: SizeClass,
    /// Capital of 100 million yen or more.
    pub high_capital: bool,
    /// Bids for public contracts.
    pub bidder: bool,
    /// Permanent id of the cell's first firm in the whole population; its firms are `first_id..first_id + firms`.
    pub first_id: u32,
    /// Firms of the cell in the whole population.
    pub firms: u32,
    /// Where the cell's simulated firms stand in the arrays.
    pub range: Range<usize>,
    /// Firms of the whole population that one simulated firm stands for (1 when whole).
    pub weight: f64,
}

/// The simulated firms, in cell order. All arrays have the same length.
#[derive(Clone, Debug, Default)]
pub struct Population {
    /// Cells, ordered by `first_id`.
    pub cells: Vec<Cell>,
    /// Permanent ids, rising.
    pub id: Vec<u32>,
    /// Regular employees (a sole proprietor without staff counts as 1).
    pub employees: Vec<u32>,
    /// Teleworkable share of the firm's jobs in 1/255.
    pub teleworkable: Vec<u8>,
    /// Lasting inclination, a standard normal.
    pub propensity: Vec<f32>,
    /// Unresolved barriers, bits of [`crate::classification::Barrier`].
    pub barriers: Vec<u8>,
    /// Where the employees of a head-office cell work: share by prefecture, for each
    /// `(industry, size, head-office prefecture)`, at `(industry * 3 + size) * 47 + prefecture`. Each row sums to 1.
    pub workplaces: Vec<[f32; PREFECTURES]>,
}

impl Population {
    /// Simulated firms.
    pub fn len(&self) -> usize {
        self.id.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }
    /// Firms of the whole population.
    pub fn firms(&self) -> u64 {
        self.cells.iter().map(|c| u64::from(c.firms)).sum()
    }
    /// Row of [`Population::workplaces`] for a cell.
    pub fn workplaces_of(&self, cell: &Cell) -> &[f32; PREFECTURES] {
        &self.workplaces[(cell.industry.index() * 3 + cell.size.index()) * PREFECTURES + cell.prefecture.index()]
    }
}
