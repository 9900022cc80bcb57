//! What follows from the firms alone: worked out when first asked for, shared by all runs. [`Population`] in.

use super::{BLOCK_FIRMS, Cell, Criteria, Directory, Layout, Pool, Population};
use crate::classification::{Industry, Prefecture, Region, SizeClass};
use std::{
    ops::Range,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// A population's frame. It is no part of what a population is: a copy works out its own.
#[derive(Debug, Default)]
pub struct Frame {
    groups: OnceLock<(Vec<Group>, Vec<Range<usize>>)>,
    layout: OnceLock<Layout>,
    directory: OnceLock<Arc<Directory>>,
    /// Those that were asked for.
    pools: Mutex<Vec<(Criteria, Arc<Pool>)>>,
    tokyo: OnceLock<Vec<(u32, u32)>>,
}

/// Pools kept; each takes half a megabyte.
const POOLS: usize = 64;

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
    fn grouped(&self) -> &(Vec<Group>, Vec<Range<usize>>) {
        self.frame.groups.get_or_init(|| {
            let groups = groups(self);
            let parts = parts(&groups);
            (groups, parts)
        })
    }

    /// Groups in the order of their cells.
    pub fn groups(&self) -> &[Group] {
        &self.grouped().0
    }

    /// Runs of [`Population::groups`] of about [`BLOCK_FIRMS`] firms, which threads can look at side by side.
    pub fn parts(&self) -> &[Range<usize>] {
        &self.grouped().1
    }

    /// Chunks and blocks.
    pub fn layout(&self) -> &Layout {
        self.frame.layout.get_or_init(|| Layout::new(self))
    }

    /// Where the simulated firm of a permanent id stands.
    pub fn directory(&self) -> &Arc<Directory> {
        self.frame.directory.get_or_init(|| Arc::new(Directory::new(self)))
    }

    /// The pool of some criteria.
    pub fn pool(&self, criteria: &Criteria) -> Arc<Pool> {
        // (A pool is whole before it is kept, whatever thread gave up meanwhile.)
        let pools = || self.frame.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, pool)) = pools().iter().find(|(other, _)| other == criteria) {
            return pool.clone();
        }
        let pool = Arc::new(Pool::new(self, self.directory(), criteria));
        let mut pools = pools();
        if pools.len() == POOLS {
            pools.remove(0);
        }
        pools.push((criteria.clone(), pool.clone()));
        pool
    }

    /// Firms with 30 and more employees in Tokyo, each with the position of its cell before it, rising: the frame of the
    /// Tokyo government's survey.
    pub fn tokyo_frame(&self) -> &[(u32, u32)] {
        self.frame.tokyo.get_or_init(|| {
            let tokyo = Prefecture::parse("Tokyo");
            let cells = (0..).zip(&self.cells).filter(|(_, cell)| Some(cell.prefecture) == tokyo);
            let firms = |(position, cell): (u32, &Cell)| {
                let firms = cell.range.clone().filter(|firm| self.employees[*firm] >= 30);
                firms.map(move |firm| (position, firm as u32)).collect::<Vec<_>>()
            };
            cells.flat_map(firms).collect()
        })
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
