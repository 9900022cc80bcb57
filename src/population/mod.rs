//! Japan's firms: margins, raking, firms as struct of arrays grouped in cells. Data and seed in, [`Population`] out.
//!
//! `docs/population.md` describes the making and compares the result with published figures.

mod attributes;
mod directory;
mod employees;
mod frame;
mod layout;
mod margins;
mod near;
mod pool;
mod raking;
mod report;
mod sample;
mod state;
mod status;
mod tallies;
mod target;
#[cfg(test)]
mod tests;
mod workplaces;

pub use directory::Directory;
pub use frame::{BANDS, Frame, Group, band};
pub use layout::{BLOCK_FIRMS, Block, CHUNK_FIRMS, Class, FirmChunk, Layout};
pub use near::{PREFETCH_AHEAD, prefetch, window};
pub use pool::{Criteria, Jobs, Pool, teleworkable_jobs};
pub use report::{Report, ReportRow, report};
pub use sample::Scale;
pub use state::*;
pub use status::{Practice, Response, Status, WideStatus, only};
pub use tallies::{StatusCounts, Tallies, UNIT};
pub use target::{Eligibility, cell_matches, matches, matches_now};

use crate::{
    classification::{Industry, PREFECTURES, Prefecture, SIZES, SizeClass},
    data::Data,
    error::Problem,
};
use attributes::AttributeDraws;
use employees::Workforce;
use rayon::prelude::*;
use std::ops::Range;

/// Regular employees by which a cell of medium firms is split, so that a sample can keep more of the larger ones.
pub const SPLIT_EMPLOYEES: u32 = 100;

/// Which firms of an industry, prefecture, size, capital and bidding a cell holds, by employees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// All.
    All,
    /// Those with fewer than [`SPLIT_EMPLOYEES`].
    Below,
    /// Those with as many or more.
    From,
}

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
    /// Which of the class's firms these are, by employees.
    pub band: Band,
    /// Permanent id of the cell's first firm in the whole population; its firms are `first_id..first_id + firms`.
    pub first_id: u32,
    /// Firms of the cell in the whole population.
    pub firms: u32,
    /// Where the cell's simulated firms stand in the arrays.
    pub range: Range<usize>,
    /// Firms of the whole population that one simulated firm stands for (1 when whole).
    pub weight: f64,
}

impl Cell {
    /// Permanent ids for which a simulated firm of the cell stands, by the firm's position in the population's arrays.
    pub fn ids(&self, firm: usize) -> Range<u32> {
        let (firms, kept) = (u64::from(self.firms), self.range.len().max(1) as u64);
        // The id at an offset is stood for by the firm at offset x kept / firms, rounded down.
        let first = |place: usize| self.first_id + (place as u64 * firms).div_ceil(kept) as u32;
        let place = firm - self.range.start;
        first(place)..first(place + 1)
    }
}

/// The simulated firms, in cell order. All arrays have the same length.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// How large the labour market is, by prefecture: doublings of the persons who work there over what persons find on
    /// (geometric) average, so that the mean over persons is 0. Tokyo has about 2, Tottori about -3.
    pub market: Vec<f32>,
    /// What follows from all this.
    pub frame: Frame,
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
    /// Position of the cell in which a firm stands, by the firm's position.
    #[inline]
    pub fn cell_of(&self, firm: usize) -> usize {
        let near = self.layout().cells_near[firm / CHUNK_FIRMS] as usize;
        near + self.cells[near..].iter().take_while(|cell| cell.range.end <= firm).count()
    }
    /// Row of [`Population::workplaces`] for a cell.
    pub fn workplaces_of(&self, cell: &Cell) -> &[f32; PREFECTURES] {
        &self.workplaces[(cell.industry.index() * SIZES + cell.size.index()) * PREFECTURES + cell.prefecture.index()]
    }
}

/// Makes Japan's firms from the tables: the same data, seed and scale always give the same firms, on any number of
/// threads, and a firm has the same attributes at any scale.
///
/// # Errors
/// A fact that the synthesis needs is missing, or a sample is too small to hold one firm of each kind.
pub fn synthesise(data: &Data, seed: u64, scale: Scale) -> Result<Population, Problem> {
    let counts = margins::firm_counts(data)?;
    let workforce = Workforce::fit(data, &margins::industry_by_size(data)?)?;
    let draws = AttributeDraws::new(data, &workforce, seed)?;
    let cells = margins::cells(data, &counts, &workforce)?;
    let workplaces = workplaces::workplaces(data, &workplaces::head_office_employment(&cells, &workforce))?;
    let kept = match scale {
        Scale::Whole => cells.iter().map(|cell| cell.firms).collect(),
        Scale::Sample(wanted) => sample::allocate(&cells, wanted)?,
    };
    Ok(Population { workplaces, market: workplaces::market(data), ..fill(cells, &kept, &draws) })
}

/// Chooses and draws the firms of each cell; workplaces and labour markets are left empty.
fn fill(mut cells: Vec<Cell>, kept: &[u32], draws: &AttributeDraws<'_>) -> Population {
    let mut start = 0;
    for (cell, kept) in cells.iter_mut().zip(kept) {
        cell.range = start..start + *kept as usize;
        cell.weight = f64::from(cell.firms) / f64::from(*kept);
        start = cell.range.end;
    }
    let mut population = Population {
        id: vec![0; start],
        employees: vec![0; start],
        teleworkable: vec![0; start],
        propensity: vec![0.0; start],
        barriers: vec![0; start],
        workplaces: Vec::new(),
        market: Vec::new(),
        frame: Frame::default(),
        cells,
    };
    let chosen = sample::choose(&population.cells, draws);
    population.by_cell().into_par_iter().zip(&chosen).for_each(|((cell, firms), ids)| {
        for i in 0..firms.id.len() {
            let id = ids.as_ref().map_or(cell.first_id + i as u32, |ids| ids[i]);
            let attributes = draws.of(id, cell);
            firms.id[i] = id;
            firms.employees[i] = attributes.employees;
            firms.teleworkable[i] = attributes.teleworkable;
            firms.propensity[i] = attributes.propensity;
            firms.barriers[i] = attributes.barriers;
        }
    });
    population
}

/// The arrays of one cell's firms.
struct CellFirms<'p> {
    id: &'p mut [u32],
    employees: &'p mut [u32],
    teleworkable: &'p mut [u8],
    propensity: &'p mut [f32],
    barriers: &'p mut [u8],
}

impl Population {
    /// Each cell with its part of the arrays, so that cells can be filled side by side.
    fn by_cell(&mut self) -> Vec<(&Cell, CellFirms<'_>)> {
        let mut id = self.id.as_mut_slice();
        let mut employees = self.employees.as_mut_slice();
        let mut teleworkable = self.teleworkable.as_mut_slice();
        let mut propensity = self.propensity.as_mut_slice();
        let mut barriers = self.barriers.as_mut_slice();
        let mut parts = Vec::with_capacity(self.cells.len());
        for cell in &self.cells {
            let firms = cell.range.len();
            let part = CellFirms {
                id: id.split_off_mut(..firms).unwrap_or_default(),
                employees: employees.split_off_mut(..firms).unwrap_or_default(),
                teleworkable: teleworkable.split_off_mut(..firms).unwrap_or_default(),
                propensity: propensity.split_off_mut(..firms).unwrap_or_default(),
                barriers: barriers.split_off_mut(..firms).unwrap_or_default(),
            };
            parts.push((cell, part));
        }
        parts
    }
}
