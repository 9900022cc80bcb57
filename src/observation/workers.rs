//! Employees who telework, by industry, firm size and place of work. A [`View`] in, [`WorkerTable`] out.

use super::{
    View,
    sums::{Questions, Sums, block_sums},
};
use crate::{
    classification::{INDUSTRIES, Industry, PREFECTURES, Prefecture, Region},
    dynamics::days_a_week,
    population::{Block, Cell, Population},
};
use rayon::prelude::*;

/// Classes of firm size in which workers are counted: below 100, 100-299, 300-999, 1,000 and more employees.
pub const BANDS: usize = 4;

/// What never changes about the employees of a cell's firms.
#[derive(Clone, Debug, PartialEq)]
pub struct Staff {
    /// Employees of its largest firm.
    pub most: u32,
    /// Firms outside the first band, by their place in the cell.
    pub larger: Vec<u32>,
    /// Employees of the simulated firms by [`BANDS`].
    pub bands: [u64; BANDS],
    /// Share that works in the Tokyo area.
    pub tokyo: f64,
    /// Share that works elsewhere.
    pub elsewhere: f64,
}

/// The staff of every cell.
pub fn staff(population: &Population) -> Vec<Staff> {
    let of = |cell: &Cell| {
        let employees = &population.employees[cell.range.clone()];
        let mut staff = Staff {
            most: employees.iter().copied().max().unwrap_or(0),
            larger: (0..).zip(employees).filter(|(_, number)| band(**number) > 0).map(|(firm, _)| firm).collect(),
            bands: [0; BANDS],
            tokyo: 0.0,
            elsewhere: 0.0,
        };
        employees.iter().for_each(|&number| staff.bands[band(number)] += u64::from(number));
        for (share, place) in population.workplaces_of(cell).iter().zip(Prefecture::all()) {
            let part = if place.region() == Region::Tokyo { &mut staff.tokyo } else { &mut staff.elsewhere };
            *part += f64::from(*share);
        }
        staff
    };
    population.cells.par_iter().map(of).collect()
}

/// Adds comparisons up instead of branching: neighbours differ too often for the processor to guess.
#[inline(always)]
pub(super) fn band(employees: u32) -> usize {
    usize::from(employees >= 100) + usize::from(employees >= 300) + usize::from(employees >= 1000)
}

/// Workers of firms, in persons of the whole population.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Workers {
    /// Regular employees.
    pub employees: f64,
    /// Of those, in firms with a formal scheme.
    pub with_scheme: f64,
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
    fn row(&self) -> [f64; 7] {
        let Workers { employees, with_scheme, now, last_year, ever, ever_with_scheme, days } = *self;
        [employees, with_scheme, now, last_year, ever, ever_with_scheme, days]
    }
    fn from_row([employees, with_scheme, now, last_year, ever, ever_with_scheme, days]: [f64; 7]) -> Workers {
        Workers { employees, with_scheme, now, last_year, ever, ever_with_scheme, days }
    }
    fn add(&mut self, other: &Workers, scale: f64) {
        self.employees += scale * other.employees;
        self.with_scheme += scale * other.with_scheme;
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

    /// The workers of a cell as they would be if all worked in the Tokyo area, and if all worked elsewhere.
    ///
    /// Staff in the Tokyo area telework `ratio` times as often; weighted by `staff`, both together are the cell's own
    /// number. No more than all telework: what is above that in one place falls to the other.
    fn by_area(&self, staff: &Staff, ratio: f64) -> (Workers, Workers) {
        // Nobody teleworks anywhere, or all work in one of the two.
        let nobody = self.now == 0.0 && self.ever == 0.0;
        if nobody || ratio == 1.0 || staff.tokyo <= 0.0 || staff.elsewhere <= 0.0 {
            return (*self, *self);
        }
        let (q, r) = (staff.tokyo, staff.elsewhere);
        let mean = (q * ratio + r) / (q + r);
        let factors = |persons: f64| {
            let most = self.employees / persons;
            if persons * ratio / mean > self.employees {
                (most, (q + r - q * most) / r)
            } else if persons / mean > self.employees {
                ((q + r - r * most) / q, most)
            } else {
                (ratio / mean, 1.0 / mean)
            }
        };
        let [now, last_year, ever, ever_with_scheme] =
            [self.now, self.last_year, self.ever, self.ever_with_scheme].map(factors);
        let with = |f: fn((f64, f64)) -> f64| Workers {
            now: self.now * f(now),
            last_year: self.last_year * f(last_year),
            ever: self.ever * f(ever),
            ever_with_scheme: self.ever_with_scheme * f(ever_with_scheme),
            days: self.days * f(now),
            ..*self
        };
        (with(|f| f.0), with(|f| f.1))
    }
}

/// Workers by industry, by firm size and by place of work, and firms that meet the award's criteria.
#[derive(Clone, Debug)]
pub struct WorkerTable {
    industries: [Workers; INDUSTRIES],
    bands: [Workers; BANDS],
    places: [Workers; PREFECTURES],
    /// Firms that would meet the award's criteria this week, as a share of all firms.
    pub sustained: f64,
}

impl WorkerTable {
    /// One pass over all firms.
    pub fn new(view: &View) -> WorkerTable {
        let questions = Questions::new(view);
        let sums = |block: &Block| block_sums(view, block, &questions);
        let blocks: Vec<Vec<Sums>> = match view.state.blocks.as_slice() {
            [block] => vec![sums(block)],
            blocks => blocks.par_iter().map(sums).collect(),
        };
        table(view, &blocks)
    }

    /// All workers.
    pub fn total(&self) -> Workers {
        sum(&self.bands)
    }
    /// Of some industries.
    pub fn industries(&self, wanted: &[Industry]) -> Workers {
        sum(wanted.iter().map(|industry| &self.industries[industry.index()]))
    }
    /// Of firms in some [`BANDS`].
    pub fn bands(&self, wanted: &[usize]) -> Workers {
        sum(wanted.iter().map(|&band| &self.bands[band]))
    }
    /// Who work in some prefectures.
    pub fn places(&self, wanted: impl Fn(Prefecture) -> bool) -> Workers {
        sum(Prefecture::all().filter(|place| wanted(*place)).map(|place| &self.places[place.index()]))
    }
    /// Who work in a region.
    pub fn region(&self, wanted: Region) -> Workers {
        self.places(|place| place.region() == wanted)
    }
}

/// Adds up the sums of cells, in their order.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
fn table(view: &View, blocks: &[Vec<Sums>]) -> WorkerTable {
    let mut sums = blocks.iter().flatten().peekable();
    let ratio = view.parameters.workplace_tokyo.exp();
    let mut industries = [Workers::default(); INDUSTRIES];
    let mut bands = [Workers::default(); BANDS];
    let mut places = Places::default();
    let (mut sustained, mut firms, mut first) = (0.0, 0.0, 0);
    // Cells of one industry, size and head-office prefecture stand together and share their places of work.
    let alike = |a: &Cell, b: &Cell| (a.industry, a.prefecture, a.size) == (b.industry, b.prefecture, b.size);
    for group in view.population.cells.chunk_by(alike) {
        let (mut tokyo, mut elsewhere) = (Workers::default(), Workers::default());
        for (position, cell) in (first..).zip(group) {
            firms += f64::from(cell.firms);
            let pressure = view.terms.declaration[cell.prefecture.index()];
            let days = days_a_week(view.parameters, f64::from(pressure));
            let mut all = Workers::default();
            while let Some(sum) = sums.next_if(|sum| sum.cell == position) {
                let one = sum.workers(days);
                bands[sum.band].add(&one, cell.weight);
                all.add(&one, cell.weight);
                sustained += sum.meeting as f64 * cell.weight;
            }
            industries[cell.industry.index()].add(&all, 1.0);
            let (in_tokyo, out) = all.by_area(&view.staff[position], ratio);
            tokyo.add(&in_tokyo, 1.0);
            elsewhere.add(&out, 1.0);
        }
        places.spread(view.population.workplaces_of(&group[0]), &tokyo, &elsewhere);
        first += group.len();
    }
    let sustained = if firms > 0.0 { sustained / firms } else { 0.0 };
    WorkerTable { industries, bands, places: places.workers(), sustained }
}

fn sum<'a>(of: impl IntoIterator<Item = &'a Workers>) -> Workers {
    let mut total = Workers::default();
    of.into_iter().for_each(|workers| total.add(workers, 1.0));
    total
}

/// Workers by place of work, one row a quantity.
struct Places {
    rows: [[f64; PREFECTURES]; 7],
    /// The places of the Tokyo area.
    tokyo: Vec<usize>,
}

impl Default for Places {
    fn default() -> Places {
        let tokyo = Prefecture::all().filter(|place| place.region() == Region::Tokyo).map(Prefecture::index).collect();
        Places { rows: [[0.0; PREFECTURES]; 7], tokyo }
    }
}

impl Places {
    /// Adds workers by the shares of places; the Tokyo area has its own.
    #[inline(always)]
    fn spread(&mut self, shares: &[f32; PREFECTURES], tokyo: &Workers, elsewhere: &Workers) {
        let (tokyo, elsewhere) = (tokyo.row(), elsewhere.row());
        // Micro firms work where they are.
        if let Some(place) = shares.iter().position(|share| *share == 1.0) {
            let in_tokyo = Prefecture(place as u8).region() == Region::Tokyo;
            let workers = if in_tokyo { tokyo } else { elsewhere };
            self.rows.iter_mut().zip(workers).for_each(|(row, persons)| row[place] += persons);
            return;
        }
        let shares = shares.map(f64::from);
        for ((row, tokyo), elsewhere) in self.rows.iter_mut().zip(tokyo).zip(elsewhere) {
            for (sum, share) in row.iter_mut().zip(&shares) {
                *sum += elsewhere * share;
            }
            if tokyo != elsewhere {
                for &place in &self.tokyo {
                    row[place] += (tokyo - elsewhere) * shares[place];
                }
            }
        }
    }

    fn workers(&self) -> [Workers; PREFECTURES] {
        std::array::from_fn(|place| Workers::from_row(self.rows.map(|row| row[place])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staff(tokyo: f64, elsewhere: f64) -> Staff {
        Staff { most: 100, larger: vec![0], bands: [0, 100, 0, 0], tokyo, elsewhere }
    }

    fn cell(now: f64) -> Workers {
        Workers {
            employees: 100.0,
            with_scheme: 40.0,
            now,
            last_year: now,
            ever: now,
            ever_with_scheme: 0.0,
            days: now,
        }
    }

    /// 20 of 100 telework, 40 work in the Tokyo area, there twice as often: rates 2a and a with 40 x 2a + 60 a = 20.
    #[test]
    fn staff_in_the_tokyo_area_telework_as_much_more_often() {
        let staff = staff(0.4, 0.6);
        let (tokyo, elsewhere) = cell(20.0).by_area(&staff, 2.0);
        assert!((tokyo.now - 100.0 * 2.0 / 7.0).abs() < 1e-12 && (elsewhere.now - 100.0 / 7.0).abs() < 1e-12);
        assert!((tokyo.days / tokyo.now - 1.0).abs() < 1e-12);
        assert_eq!((tokyo.employees, elsewhere.with_scheme), (100.0, 40.0));
    }

    /// 80 of 100: all 40 in the Tokyo area do, and 40 of the 60 elsewhere; and the other way about.
    #[test]
    fn no_more_than_all_telework() {
        let staff = staff(0.4, 0.6);
        let (tokyo, elsewhere) = cell(80.0).by_area(&staff, 4.0);
        assert!((tokyo.now - 100.0).abs() < 1e-12 && (elsewhere.now - 100.0 * 40.0 / 60.0).abs() < 1e-12);
        let (tokyo, elsewhere) = cell(80.0).by_area(&staff, 0.25);
        assert!((elsewhere.now - 100.0).abs() < 1e-12 && (tokyo.now - 100.0 * 20.0 / 40.0).abs() < 1e-12);
    }

    /// Without a difference the numbers stay the same bits.
    #[test]
    fn a_ratio_of_one_changes_nothing() {
        let staff = staff(0.3, 0.7);
        assert_eq!(cell(33.3).by_area(&staff, 1.0), (cell(33.3), cell(33.3)));
    }
}
