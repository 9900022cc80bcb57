//! What follows from the firms alone: worked out when first asked for, shared by all runs. [`Population`] in.

use super::{BLOCK_FIRMS, Cell, Population};
use crate::classification::{Industry, Prefecture, Region, SizeClass};
use std::{ops::Range, sync::OnceLock};

/// A population's frame. It is no part of what a population is: a copy works out its own.
#[derive(Debug, Default)]
pub struct Frame(OnceLock<Derived>);

impl Clone for Frame {
    fn clone(&self) -> Frame {
        Frame::default()
    }
}

impl PartialEq for Frame {
    fn eq(&self, _: &Frame) -> bool {
        true
    }
}

#[derive(Debug)]
struct Derived {
    groups: Vec<Group>,
    parts: Vec<Range<usize>>,
}

/// Classes of firm size in which workers are counted: below 100, 100-299, 300-999, 1,000 and more employees.
pub const BANDS: usize = 4;

/// Class of firm size. Adds comparisons up instead of branching, so that it becomes SIMD.
#[inline(always)]
pub fn band(employees: u32) -> u32 {
    u32::from(employees >= 100) + u32::from(employees >= 300) + u32::from(employees >= 1000)
}

/// Cells of one industry, prefecture and size, which stand together: their employees work in the same places.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Industry.
    pub industry: Industry,
    /// Prefecture of the head office.
    pub prefecture: Prefecture,
    /// Size class.
    pub size: SizeClass,
    /// Positions in [`Population::cells`].
    pub cells: Range<usize>,
    /// Positions in the population's arrays.
    pub firms: Range<usize>,
    /// Employees of its largest simulated firm.
    pub most_employees: u32,
    /// Employees of the whole population by [`BANDS`].
    pub employees: [f64; BANDS],
    /// Share of its employees that works in each region, in the order of [`Region::ALL`].
    pub regions: [f64; Region::ALL.len()],
}

impl Population {
    fn derived(&self) -> &Derived {
        self.frame.0.get_or_init(|| {
            let groups = groups(self);
            Derived { parts: parts(&groups), groups }
        })
    }

    /// Groups in the order of their cells.
    pub fn groups(&self) -> &[Group] {
        &self.derived().groups
    }

    /// Runs of [`Population::groups`] of about [`BLOCK_FIRMS`] firms, which threads can look at side by side.
    pub fn parts(&self) -> &[Range<usize>] {
        &self.derived().parts
    }
}

fn parts(groups: &[Group]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut begin = 0;
    for (position, group) in groups.iter().enumerate() {
        if group.firms.end - groups[begin].firms.start >= BLOCK_FIRMS || position + 1 == groups.len() {
            parts.push(begin..position + 1);
            begin = position + 1;
        }
    }
    parts
}

fn groups(population: &Population) -> Vec<Group> {
    let class = |cell: &Cell| (cell.industry, cell.prefecture, cell.size);
    let mut next = 0;
    let group = |cells: &[Cell]| {
        let (first, last) = (&cells[0], &cells[cells.len() - 1]);
        let firms = first.range.start..last.range.end;
        let mut regions = [0.0; Region::ALL.len()];
        for (share, place) in population.workplaces_of(first).iter().zip(Prefecture::all()) {
            regions[place.region() as usize] += f64::from(*share);
        }
        let mut employees = [0.0; BANDS];
        for cell in cells {
            let mut sums = [0_u64; BANDS];
            let firms = &population.employees[cell.range.clone()];
            firms.iter().for_each(|&number| sums[band(number) as usize] += u64::from(number));
            employees.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum as f64 * cell.weight);
        }
        next += cells.len();
        Group {
            industry: first.industry,
            prefecture: first.prefecture,
            size: first.size,
            cells: next - cells.len()..next,
            most_employees: population.employees[firms.clone()].iter().copied().max().unwrap_or(0),
            firms,
            employees,
            regions,
        }
    };
    population.cells.chunk_by(|a, b| class(a) == class(b)).map(group).collect()
}
