//! Employees who telework, by industry, firm size and place of work. A [`View`] in, [`WorkerTable`] out.

use super::{
    View,
    sums::{Questions, add_block},
};
use crate::{
    classification::{INDUSTRIES, Industry, PREFECTURES, Prefecture, Region},
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

/// The fields of [`Workers`] in their order, then firms that meet the award's criteria.
pub type Row = [f64; 8];

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
    fn row(&self) -> Row {
        let Workers { employees, with_scheme, now, last_year, ever, ever_with_scheme, days } = *self;
        [employees, with_scheme, now, last_year, ever, ever_with_scheme, days, 0.0]
    }
    fn from_row([employees, with_scheme, now, last_year, ever, ever_with_scheme, days, _]: Row) -> Workers {
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

    /// The workers of some cells of one industry, prefecture and size as they would be if all worked in the Tokyo area, and if all worked elsewhere.
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
#[derive(Clone, Debug, PartialEq)]
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
        WorkerTable::by(add_block, view)
    }

    /// With what adds a block's firms.
    fn by(add_block: AddBlock, view: &View) -> WorkerTable {
        let questions = Questions::new(view);
        let ratio = view.parameters.workplace_tokyo.exp();
        let of = |block: &Block| {
            let mut partial = Partial::new(ratio);
            add_block(view, block, &questions, &mut partial);
            partial
        };
        let mut partials = match view.state.blocks.as_slice() {
            [block] => vec![of(block)],
            blocks => blocks.par_iter().map(of).collect(),
        }
        .into_iter();
        let mut table = partials.next().unwrap_or_else(|| Partial::new(ratio));
        partials.for_each(|partial| table.include(&partial));
        let firms: f64 = view.population.cells.iter().map(|cell| f64::from(cell.firms)).sum();
        let meeting: f64 = table.bands.iter().map(|band| band[7]).sum();
        WorkerTable {
            industries: table.industries.map(Workers::from_row),
            bands: table.bands.map(Workers::from_row),
            places: table.places.map(Workers::from_row),
            sustained: if firms > 0.0 { meeting / firms } else { 0.0 },
        }
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

fn sum<'a>(of: impl IntoIterator<Item = &'a Workers>) -> Workers {
    let mut total = Workers::default();
    of.into_iter().for_each(|workers| total.add(workers, 1.0));
    total
}

type AddBlock = fn(&View, &Block, &Questions, &mut Partial);

/// What a block adds to the table.
pub struct Partial {
    ratio: f64,
    industries: [Row; INDUSTRIES],
    /// By [`BANDS`].
    pub bands: [Row; BANDS],
    places: [Row; PREFECTURES],
}

impl Partial {
    fn new(ratio: f64) -> Partial {
        let (industries, places) = ([[0.0; 8]; INDUSTRIES], [[0.0; 8]; PREFECTURES]);
        Partial { ratio, industries, bands: [[0.0; 8]; BANDS], places }
    }

    /// Adds the workers of cells of one industry, prefecture and size, by industry and place; the Tokyo area has its own
    /// share of teleworkers.
    #[inline(always)]
    pub fn add(&mut self, population: &Population, cell: &Cell, staff: &Staff, sum: &Row) {
        let industry = &mut self.industries[cell.industry.index()];
        (0..8).for_each(|i| industry[i] += sum[i]);
        let (tokyo, elsewhere) = Workers::from_row(*sum).by_area(staff, self.ratio);
        let (tokyo, elsewhere) = (tokyo.row(), elsewhere.row());
        let shares = population.workplaces_of(cell);
        let workers = |place: usize| {
            if Prefecture(place as u8).region() == Region::Tokyo { &tokyo } else { &elsewhere }
        };
        // Micro firms work where they are.
        if shares[cell.prefecture.index()] == 1.0 {
            let (place, workers) = (&mut self.places[cell.prefecture.index()], workers(cell.prefecture.index()));
            return (0..8).for_each(|i| place[i] += workers[i]);
        }
        for (place, (row, share)) in self.places.iter_mut().zip(shares).enumerate() {
            let (share, workers) = (f64::from(*share), workers(place));
            (0..8).for_each(|i| row[i] += workers[i] * share);
        }
    }

    fn include(&mut self, other: &Partial) {
        let own = self.industries.iter_mut().chain(&mut self.bands).chain(&mut self.places);
        let more = other.industries.iter().chain(&other.bands).chain(&other.places);
        own.zip(more).for_each(|(own, more)| (0..8).for_each(|i| own[i] += more[i]));
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

    /// A year and a half, then the same table to the bit.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn every_instruction_set_gives_the_same_table() {
        use crate::{
            calendar::Week, data::Data, dynamics, dynamics::Terms, observation::sums::add_firms,
            parameters::Parameters, population::Response, random::Key, scenario::Scale,
        };
        let population =
            &crate::population::synthesise(&Data::embedded().unwrap(), 2021, Scale::Sample(100_000)).unwrap();
        let (parameters, key) = (&Parameters::default(), Key::new(5, 0));
        let response = Response::new(parameters);
        let own = dynamics::own(population, parameters);
        let mut state = dynamics::initial_state(population, parameters, &response, own, key);
        let mut terms = Terms::new(population.cells.len());
        for week in 0..80 {
            terms.open(&[1.0; PREFECTURES]);
            dynamics::advance(&mut state, population, &mut terms, parameters, &response, key, week);
        }
        let staff = &super::staff(population);
        let view = View { week: Week(79), population, state: &state, terms: &terms, parameters, staff };
        let chosen = WorkerTable::new(&view);
        assert!(chosen.total().now > 1e6 && chosen.sustained > 0.0);
        for (set, add) in instruction_sets!(
            add_firms,
            (view: &View, block: &Block, questions: &Questions, table: &mut Partial)
        ) {
            assert_eq!(WorkerTable::by(add, &view), chosen, "{set}");
        }
    }
}
