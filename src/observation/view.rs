//! What observers see at the end of a week, and weighted tallies of it.

use crate::{
    calendar::Week,
    classification::{INDUSTRIES, Industry, Prefecture, Region},
    dynamics::{Slopes, days_a_week, intensity},
    interventions::{Terms, awards},
    parameters::Parameters,
    population::{Block, Cell, Population, State, Status},
};
use rayon::prelude::*;

/// One week, seen from outside.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Week that has just ended.
    pub week: Week,
    /// Firms.
    pub population: &'a Population,
    /// Their state.
    pub state: &'a State,
    /// What they faced.
    pub terms: &'a Terms,
    /// Parameters.
    pub parameters: &'a Parameters,
    /// Each cell's staff.
    pub staff: &'a [Staff],
}

/// What never changes about the employees of a cell's firms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Staff {
    /// Employees of the simulated firms by [`BANDS`].
    pub bands: [u64; BANDS],
    /// Share that works in each region, in the order of [`Region::ALL`].
    pub regions: [f64; 4],
}

/// The staff of every cell.
pub fn staff(population: &Population) -> Vec<Staff> {
    let of = |cell: &Cell| {
        let (mut bands, mut regions) = ([0; BANDS], [0.0; 4]);
        for &employees in &population.employees[cell.range.clone()] {
            bands[band(employees)] += u64::from(employees);
        }
        for (share, place) in population.workplaces_of(cell).iter().zip(Prefecture::all()) {
            regions[place.region() as usize] += f64::from(*share);
        }
        Staff { bands, regions }
    };
    population.cells.par_iter().map(of).collect()
}

fn band(employees: u32) -> usize {
    match employees {
        0..100 => 0,
        100..300 => 1,
        300..1000 => 2,
        _ => 3,
    }
}

/// Weighted counts by status slot (see [`crate::population::Counts`]), as numbers of the whole population.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally(pub [f64; 9]);

impl Tally {
    /// All.
    pub fn all(&self) -> f64 {
        self.0.iter().sum()
    }
    fn share(&self, slots: &[usize]) -> f64 {
        let all = self.all();
        if all > 0.0 { slots.iter().map(|&s| self.0[s]).sum::<f64>() / all } else { 0.0 }
    }
    /// Share that has not practised.
    pub fn never(&self) -> f64 {
        self.share(&[0, 3, 6])
    }
    /// Share that practises.
    pub fn current(&self) -> f64 {
        self.share(&[1, 4, 7])
    }
    /// Share that has stopped.
    pub fn stopped(&self) -> f64 {
        self.share(&[2, 5, 8])
    }
    /// Share with a formal scheme.
    pub fn formal(&self) -> f64 {
        self.share(&[3, 4, 5, 6, 7, 8])
    }
    /// Share with a formal scheme held since January 2020.
    pub fn formal_since_start(&self) -> f64 {
        self.share(&[6, 7, 8])
    }
    /// Share that has introduced telework in any form: practises, or has a scheme.
    pub fn introduced(&self) -> f64 {
        self.share(&[1, 3, 4, 5, 6, 7, 8])
    }
    /// Adds another, scaled.
    pub fn add(&mut self, other: &Tally, scale: f64) {
        for (sum, value) in self.0.iter_mut().zip(other.0) {
            *sum += scale * value;
        }
    }
}

impl View<'_> {
    /// Tallies of a frame by a class of cells.
    pub fn tally<const N: usize>(&self, frame: usize, class: impl Fn(&Cell) -> usize) -> [Tally; N] {
        let mut tallies = [Tally::default(); N];
        for (cell, counts) in self.population.cells.iter().zip(self.state.counts()) {
            let sum = &mut tallies[class(cell)].0;
            for (sum, &count) in sum.iter_mut().zip(&counts[frame]) {
                *sum += count as f64 * cell.weight;
            }
        }
        tallies
    }
}

/// Classes of firm size in which workers are counted: below 100, 100-299, 300-999, 1,000 and more employees.
pub const BANDS: usize = 4;

/// Workers of firms, in persons of the whole population.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Workers {
    /// Regular employees.
    pub employees: f64,
    /// Who telework this week.
    pub now: f64,
    /// Who teleworked in the last 52 weeks: of firms that practise or stopped less than a year ago.
    pub last_year: f64,
    /// Who have teleworked in their present job.
    pub ever: f64,
    /// Of those, in firms with a formal scheme.
    pub ever_with_scheme: f64,
    /// Days a week teleworked this week, all persons together.
    pub days: f64,
}

impl Workers {
    fn add(&mut self, other: &Workers, scale: f64) {
        self.employees += scale * other.employees;
        self.now += scale * other.now;
        self.last_year += scale * other.last_year;
        self.ever += scale * other.ever;
        self.ever_with_scheme += scale * other.ever_with_scheme;
        self.days += scale * other.days;
    }
    /// Share of employees.
    pub fn share(&self, of: f64) -> f64 {
        if self.employees > 0.0 { of / self.employees } else { 0.0 }
    }
}

/// Workers by industry, firm size and place of work, and firms that meet the award's criteria.
#[derive(Clone, Debug)]
pub struct WorkerTable {
    workers: Vec<[[Workers; 4]; BANDS]>,
    /// Firms that would meet the award's criteria this week, as a share of all firms.
    pub sustained: f64,
}

/// Integer sums of one cell and band; shares in 1/255.
#[derive(Clone, Copy, Default)]
struct CellSums {
    employees: u64,
    now: u64,
    last_year: u64,
    ever: u64,
    ever_with_scheme: u64,
    /// Firms that would meet the award's criteria.
    meeting: u64,
}

impl CellSums {
    fn add(&mut self, other: &CellSums) {
        self.employees += other.employees;
        self.now += other.now;
        self.last_year += other.last_year;
        self.ever += other.ever;
        self.ever_with_scheme += other.ever_with_scheme;
        self.meeting += other.meeting;
    }
}

impl WorkerTable {
    /// One pass over all firms.
    pub fn new(view: &View) -> WorkerTable {
        let slopes = Slopes::new(view.parameters);
        let sums: Vec<Vec<[CellSums; BANDS]>> =
            view.state.blocks.par_iter().map(|block| block_sums(view, block, &slopes)).collect();
        let mut workers = vec![[[Workers::default(); 4]; BANDS]; INDUSTRIES];
        let (mut sustained, mut firms) = (0.0, 0.0);
        let cells = view.population.cells.iter().zip(&view.terms.cells).zip(view.staff);
        for (((cell, face), staff), bands) in cells.zip(sums.into_iter().flatten()) {
            sustained += bands.iter().map(|sum| sum.meeting).sum::<u64>() as f64 * cell.weight;
            firms += f64::from(cell.firms);
            let days = days_a_week(view.parameters, f64::from(face.declaration));
            for (band, sum) in bands.iter().enumerate().filter(|(_, sum)| sum.employees > 0) {
                let persons = |count: u64| count as f64 / 255.0;
                let one = Workers {
                    employees: sum.employees as f64,
                    now: persons(sum.now),
                    last_year: persons(sum.last_year),
                    ever: persons(sum.ever),
                    ever_with_scheme: persons(sum.ever_with_scheme),
                    days: persons(sum.now) * days,
                };
                for (region, share) in staff.regions.iter().enumerate() {
                    workers[cell.industry.index()][band][region].add(&one, cell.weight * share);
                }
            }
        }
        WorkerTable { workers, sustained: if firms > 0.0 { sustained / firms } else { 0.0 } }
    }

    /// Workers of the given classes; `None` = all.
    pub fn sum(&self, industries: Option<&[Industry]>, bands: Option<&[usize]>, region: Option<Region>) -> Workers {
        let mut total = Workers::default();
        for industry in Industry::all().filter(|i| industries.is_none_or(|list| list.contains(i))) {
            for band in (0..BANDS).filter(|b| bands.is_none_or(|list| list.contains(b))) {
                for place in Region::ALL.into_iter().filter(|r| region.is_none_or(|wanted| wanted == *r)) {
                    total.add(&self.workers[industry.index()][band][place as usize], 1.0);
                }
            }
        }
        total
    }
}

/// Sums of a block's cells. The loops read each firm once and add whole numbers, so that the order does not matter.
#[multiversion::multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn block_sums(view: &View, block: &Block, slopes: &Slopes) -> Vec<[CellSums; BANDS]> {
    block
        .cells
        .clone()
        .map(|position| {
            let cell = &view.population.cells[position];
            let p = view.parameters;
            let declaration = f64::from(view.terms.cells[position].declaration);
            let reach = (p.reach_base + p.reach_declaration * declaration).clamp(0.0, 1.0) as f32;
            let days = days_a_week(p, declaration);
            let local = block.local(cell);
            let firms = Firms {
                employees: &view.population.employees[cell.range.clone()],
                teleworkable: &view.population.teleworkable[cell.range.clone()],
                status: &block.status[local.clone()],
                entered: &block.entered[local.clone()],
                experience: &block.experience[local.clone()],
                peak: &block.peak[local],
            };
            let mut bands = [CellSums::default(); BANDS];
            // Most firms are in cells of one band, whose sums need no look-up.
            if view.staff[position].bands[1..] == [0; BANDS - 1] {
                bands[0] = firms.sums(view.week, reach, slopes, days);
            } else {
                for firm in 0..firms.status.len() {
                    let one = firms.one(firm).sums(view.week, reach, slopes, days);
                    bands[band(firms.employees[firm])].add(&one);
                }
            }
            bands
        })
        .collect()
}

/// The arrays of one cell's firms.
#[derive(Clone, Copy)]
struct Firms<'a> {
    employees: &'a [u32],
    teleworkable: &'a [u8],
    status: &'a [u8],
    entered: &'a [u16],
    experience: &'a [u8],
    peak: &'a [u8],
}

impl Firms<'_> {
    fn one(&self, firm: usize) -> Firms<'_> {
        let only = firm..firm + 1;
        Firms {
            employees: &self.employees[only.clone()],
            teleworkable: &self.teleworkable[only.clone()],
            status: &self.status[only.clone()],
            entered: &self.entered[only.clone()],
            experience: &self.experience[only.clone()],
            peak: &self.peak[only],
        }
    }

    #[inline(always)]
    fn sums(&self, week: Week, reach: f32, slopes: &Slopes, days: f64) -> CellSums {
        // A firm that stopped counts for a year; in the first year all that ever practised do.
        let since = if week.0 < 52 { 0 } else { week.0 as u16 - 51 };
        let n = self.status.len();
        let (employees, teleworkable) = (&self.employees[..n], &self.teleworkable[..n]);
        let (entered, experience, peak) = (&self.entered[..n], &self.experience[..n], &self.peak[..n]);
        let mut sums = CellSums::default();
        for firm in 0..n {
            let status = self.status[firm];
            let current = u64::from(status & 3 == 1);
            let staff = u64::from(employees[firm]);
            let now = intensity(teleworkable[firm], experience[firm], reach, slopes);
            let ever = staff * u64::from(peak[firm]);
            sums.employees += staff;
            sums.now += staff * u64::from(now) * current;
            sums.ever += ever;
            sums.last_year += ever * (current | u64::from(entered[firm] >= since));
            sums.ever_with_scheme += ever * u64::from(status & Status::FORMAL != 0);
            let meets = awards::meets_criteria(status, employees[firm], teleworkable[firm], now, days);
            sums.meeting += u64::from(meets);
        }
        sums
    }
}

/// Share of practising firms by the share of their staff that teleworks (answers in tenths: 10, 20, 30 %, at least
/// 50 %, at least 70 %), weighted by the chance to answer, for `[SME, large]`.
pub fn staff_shares(view: &View, response: &crate::population::Response) -> [[f64; 6]; 2] {
    let slopes = Slopes::new(view.parameters);
    let mut sums = [[0.0; 6]; 2];
    for block in &view.state.blocks {
        for position in block.cells.clone() {
            let cell = &view.population.cells[position];
            let declaration = f64::from(view.terms.cells[position].declaration);
            let p = view.parameters;
            let reach = (p.reach_base + p.reach_declaration * declaration).clamp(0.0, 1.0) as f32;
            let mut cell_sums = [0u64; 6];
            for firm in cell.range.clone().filter(|firm| block.status[firm - block.first] & 3 == 1) {
                let share =
                    intensity(view.population.teleworkable[firm], block.experience[firm - block.first], reach, &slopes);
                let weight = response.weight(view.population.employees[firm]);
                let tenths = (f64::from(share) / 25.5).round().max(1.0) as u32;
                cell_sums[0] += weight;
                for (slot, inside) in
                    [tenths == 1, tenths == 2, tenths == 3, tenths >= 5, tenths >= 7].into_iter().enumerate()
                {
                    cell_sums[slot + 1] += weight * u64::from(inside);
                }
            }
            for (sum, value) in sums[usize::from(cell.high_capital)].iter_mut().zip(cell_sums) {
                *sum += value as f64 * cell.weight;
            }
        }
    }
    sums
}
