//! Employees who telework, by industry, firm size and place of work. A [`View`] in, [`WorkerTable`] out.

use super::View;
use crate::{
    calendar::Week,
    classification::{INDUSTRIES, Industry, PREFECTURES, Prefecture, Region},
    dynamics::{Slopes, days_a_week, intensity},
    interventions::awards,
    population::{Block, Cell, Population, Status},
};
use rayon::prelude::*;

/// Classes of firm size in which workers are counted: below 100, 100-299, 300-999, 1,000 and more employees.
pub const BANDS: usize = 4;

/// What never changes about the employees of a cell's firms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Staff {
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
        let mut staff = Staff { bands: [0; BANDS], tokyo: 0.0, elsewhere: 0.0 };
        for &employees in &population.employees[cell.range.clone()] {
            staff.bands[band(employees)] += u64::from(employees);
        }
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
fn band(employees: u32) -> usize {
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
        let slopes = Slopes::new(view.parameters);
        let sums = |block: &Block| block_sums(view, block, &slopes);
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
            let days = days_a_week(view.parameters, f64::from(view.terms.cells[position].declaration));
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

/// Integer sums of one cell and band; shares in 1/255.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Position among the population's cells.
    cell: usize,
    /// Position among [`BANDS`].
    band: usize,
    employees: u64,
    /// Employees of firms with a formal scheme.
    with_scheme: u64,
    now: u64,
    last_year: u64,
    ever: u64,
    ever_with_scheme: u64,
    /// Firms that would meet the award's criteria.
    meeting: u64,
}

impl Sums {
    /// Adds a firm, all but its employees.
    #[inline(always)]
    fn add_firm(&mut self, firm: Firm, question: &Question) {
        let Firm { employees, teleworkable, status, entered, experience, peak } = firm;
        let current = u64::from(status & 3 == 1);
        let staff = u64::from(employees);
        let now = intensity(teleworkable, experience, question.reach, question.slopes);
        let ever = staff * u64::from(peak);
        self.now += staff * u64::from(now) * current;
        self.ever += ever;
        self.last_year += ever * (current | u64::from(entered >= question.since));
        let formal = u64::from(status & Status::FORMAL != 0);
        self.with_scheme += staff * formal;
        self.ever_with_scheme += ever * formal;
        self.meeting += u64::from(awards::meets_criteria(status, employees, teleworkable, now, question.days));
    }
    fn workers(&self, days: f64) -> Workers {
        let persons = |count: u64| count as f64 / 255.0;
        Workers {
            employees: self.employees as f64,
            with_scheme: self.with_scheme as f64,
            now: persons(self.now),
            last_year: persons(self.last_year),
            ever: persons(self.ever),
            ever_with_scheme: persons(self.ever_with_scheme),
            days: persons(self.now) * days,
        }
    }
}

/// Cells with fewer firms are summed firm by firm.
const FEW: usize = 16;

/// Sums of a block's cells by band, those with employees. The loops read each firm once and add whole numbers, so that
/// the order does not matter.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
fn block_sums(view: &View, block: &Block, slopes: &Slopes) -> Vec<Sums> {
    let mut all = Vec::with_capacity(block.cells.len() * 3 / 2);
    for position in block.cells.clone() {
        let cell = &view.population.cells[position];
        let p = view.parameters;
        let declaration = f64::from(view.terms.cells[position].declaration);
        let reach = (p.reach_base + p.reach_declaration * declaration).clamp(0.0, 1.0) as f32;
        let question = Question::new(view.week, reach, slopes, days_a_week(p, declaration));
        let local = block.local(cell);
        let firms = Firms {
            employees: &view.population.employees[cell.range.clone()],
            teleworkable: &view.population.teleworkable[cell.range.clone()],
            status: &block.status[local.clone()],
            entered: &block.entered[local.clone()],
            experience: &block.experience[local.clone()],
            peak: &block.peak[local],
        };
        let staff = &view.staff[position].bands;
        let empty = |band: usize| Sums { cell: position, band, employees: staff[band], ..Sums::default() };
        let mut bands: [Sums; BANDS] = std::array::from_fn(empty);
        match staff {
            // The sums of many firms of one band need no look-up and are SIMD.
            [_, 0, 0, 0] if firms.status.len() >= FEW => firms.add_all(&mut bands[0], &question),
            _ => firms.add_by_band(&mut bands, &question),
        }
        all.extend(bands.iter().filter(|sums| sums.employees > 0));
    }
    all
}

/// What the firms of a cell are asked.
struct Question<'a> {
    /// A firm that stopped counts for a year: from this week on.
    since: u16,
    reach: f32,
    slopes: &'a Slopes,
    days: f64,
}

impl Question<'_> {
    #[inline(always)]
    fn new(week: Week, reach: f32, slopes: &Slopes, days: f64) -> Question<'_> {
        // In the first year all that ever practised count.
        let since = if week.0 < 52 { 0 } else { week.0 as u16 - 51 };
        Question { since, reach, slopes, days }
    }
}

/// The arrays of one cell's firms.
struct Firms<'a> {
    employees: &'a [u32],
    teleworkable: &'a [u8],
    status: &'a [u8],
    entered: &'a [u16],
    experience: &'a [u8],
    peak: &'a [u8],
}

/// One of them.
struct Firm {
    employees: u32,
    teleworkable: u8,
    status: u8,
    entered: u16,
    experience: u8,
    peak: u8,
}

impl Firms<'_> {
    /// All firms to one band, all but their employees.
    #[inline(always)]
    fn add_all(&self, sums: &mut Sums, question: &Question) {
        let n = self.status.len();
        let (employees, teleworkable) = (&self.employees[..n], &self.teleworkable[..n]);
        let (entered, experience, peak) = (&self.entered[..n], &self.experience[..n], &self.peak[..n]);
        let mut all = *sums;
        for firm in 0..n {
            let firm = Firm {
                employees: employees[firm],
                teleworkable: teleworkable[firm],
                status: self.status[firm],
                entered: entered[firm],
                experience: experience[firm],
                peak: peak[firm],
            };
            all.add_firm(firm, question);
        }
        *sums = all;
    }

    /// Each firm to its band, all but its employees.
    #[inline(always)]
    fn add_by_band(&self, bands: &mut [Sums; BANDS], question: &Question) {
        for (firm, (&status, &peak)) in self.status.iter().zip(self.peak).enumerate() {
            // A firm without scheme that has not practised adds nothing.
            if status & 7 == 0 && peak == 0 {
                continue;
            }
            let firm = Firm {
                employees: self.employees[firm],
                teleworkable: self.teleworkable[firm],
                status,
                entered: self.entered[firm],
                experience: self.experience[firm],
                peak,
            };
            bands[band(firm.employees)].add_firm(firm, question);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let staff = Staff { bands: [0; BANDS], tokyo: 0.4, elsewhere: 0.6 };
        let (tokyo, elsewhere) = cell(20.0).by_area(&staff, 2.0);
        assert!((tokyo.now - 100.0 * 2.0 / 7.0).abs() < 1e-12 && (elsewhere.now - 100.0 / 7.0).abs() < 1e-12);
        assert!((tokyo.days / tokyo.now - 1.0).abs() < 1e-12);
        assert_eq!((tokyo.employees, elsewhere.with_scheme), (100.0, 40.0));
    }

    /// 80 of 100: all 40 in the Tokyo area do, and 40 of the 60 elsewhere; and the other way about.
    #[test]
    fn no_more_than_all_telework() {
        let staff = Staff { bands: [0; BANDS], tokyo: 0.4, elsewhere: 0.6 };
        let (tokyo, elsewhere) = cell(80.0).by_area(&staff, 4.0);
        assert!((tokyo.now - 100.0).abs() < 1e-12 && (elsewhere.now - 100.0 * 40.0 / 60.0).abs() < 1e-12);
        let (tokyo, elsewhere) = cell(80.0).by_area(&staff, 0.25);
        assert!((elsewhere.now - 100.0).abs() < 1e-12 && (tokyo.now - 100.0 * 20.0 / 40.0).abs() < 1e-12);
    }

    /// Without a difference the numbers stay the same bits.
    #[test]
    fn a_ratio_of_one_changes_nothing() {
        let staff = Staff { bands: [0; BANDS], tokyo: 0.3, elsewhere: 0.7 };
        assert_eq!(cell(33.3).by_area(&staff, 1.0), (cell(33.3), cell(33.3)));
    }
}
