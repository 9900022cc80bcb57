//! Employees who telework, by industry, firm size and place of work. A [`View`] in, [`WorkerTable`] out.

use super::{
    View,
    sums::{Questions, by_band, by_group},
};
use crate::{
    classification::{INDUSTRIES, Industry, PREFECTURES, Prefecture, Region},
    population::{BANDS, Group, Population},
};
use rayon::prelude::*;
use std::{cell::OnceCell, ops::Range};

/// The fields of [`Workers`] in their order, then firms that meet the award's criteria.
pub type WorkerSums = [f64; 8];

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
    fn row(&self) -> WorkerSums {
        let Workers { employees, with_scheme, now, last_year, ever, ever_with_scheme, days } = *self;
        [employees, with_scheme, now, last_year, ever, ever_with_scheme, days, 0.0]
    }
    fn from_row([employees, with_scheme, now, last_year, ever, ever_with_scheme, days, _]: WorkerSums) -> Workers {
        Workers { employees, with_scheme, now, last_year, ever, ever_with_scheme, days }
    }
    fn add(&mut self, other: &Workers) {
        self.employees += other.employees;
        self.with_scheme += other.with_scheme;
        self.now += other.now;
        self.last_year += other.last_year;
        self.ever += other.ever;
        self.ever_with_scheme += other.ever_with_scheme;
        self.days += other.days;
    }
    /// Share of employees.
    pub fn share(&self, of: f64) -> f64 {
        if self.employees > 0.0 { of / self.employees } else { 0.0 }
    }

    /// The workers of a group as they would be if all worked in the Tokyo area, and if all worked elsewhere, given the shares
    /// of its employees that work in both.
    ///
    /// Staff in the Tokyo area telework `ratio` times as often; weighted by the shares, both together are the group's own
    /// number. No more than all telework: what is above that in one place falls to the other.
    fn by_area(&self, [tokyo, elsewhere]: [f64; 2], ratio: f64) -> [Workers; 2] {
        // Nobody teleworks anywhere, or all work in one of the two.
        let nobody = self.now == 0.0 && self.ever == 0.0;
        if nobody || ratio == 1.0 || tokyo <= 0.0 || elsewhere <= 0.0 {
            return [*self; 2];
        }
        let mean = (tokyo * ratio + elsewhere) / (tokyo + elsewhere);
        let usual = [ratio / mean, 1.0 / mean];
        let factors = |persons: f64| {
            if persons * usual[0] > self.employees {
                let most = self.employees / persons;
                [most, (tokyo + elsewhere - tokyo * most) / elsewhere]
            } else if persons * usual[1] > self.employees {
                let most = self.employees / persons;
                [(tokyo + elsewhere - elsewhere * most) / tokyo, most]
            } else {
                usual
            }
        };
        let [now, last_year, ever, ever_with_scheme] =
            [self.now, self.last_year, self.ever, self.ever_with_scheme].map(factors);
        [0, 1].map(|area| Workers {
            now: self.now * now[area],
            last_year: self.last_year * last_year[area],
            ever: self.ever * ever[area],
            ever_with_scheme: self.ever_with_scheme * ever_with_scheme[area],
            days: self.days * now[area],
            ..*self
        })
    }
}

/// Workers by industry, by firm size and by place of work, and firms that meet the award's criteria. Worked out as far as it
/// is asked for.
pub struct WorkerTable<'a> {
    view: View<'a>,
    groups: OnceCell<Vec<WorkerSums>>,
    industries: OnceCell<[Workers; INDUSTRIES]>,
    bands: OnceCell<[Workers; BANDS]>,
    regions: OnceCell<[Workers; Region::ALL.len()]>,
    places: OnceCell<[Workers; PREFECTURES]>,
}

impl<'a> WorkerTable<'a> {
    /// Of a week.
    pub fn new(view: View<'a>) -> WorkerTable<'a> {
        WorkerTable {
            view,
            groups: OnceCell::new(),
            industries: OnceCell::new(),
            bands: OnceCell::new(),
            regions: OnceCell::new(),
            places: OnceCell::new(),
        }
    }

    /// A row for each group of the population: one pass over all firms.
    fn groups(&self) -> impl Iterator<Item = (&'a Group, &WorkerSums)> {
        let rows = self.groups.get_or_init(|| {
            let (view, questions) = (&self.view, Questions::new(&self.view));
            let mut parts = each_part(view.population, |groups, rows| by_group(view, groups, &questions, rows));
            if parts.len() == 1 { parts.pop().unwrap_or_default() } else { parts.concat() }
        });
        self.view.population.groups().iter().zip(rows)
    }

    fn industry(&self, industry: Industry) -> &Workers {
        let by_industry = || {
            let mut industries = [[0.0; 8]; INDUSTRIES];
            for (group, row) in self.groups() {
                (0..8).for_each(|i| industries[group.industry.index()][i] += row[i]);
            }
            industries.map(Workers::from_row)
        };
        &self.industries.get_or_init(by_industry)[industry.index()]
    }

    /// Each group's row as if all worked in the Tokyo area, and as if all worked elsewhere.
    fn by_area(&self) -> impl Iterator<Item = (&'a Group, [WorkerSums; 2])> {
        let ratio = libm::exp(self.view.parameters.workplace_tokyo);
        self.groups().map(move |(group, row)| {
            let tokyo = group.regions[Region::Tokyo as usize];
            let elsewhere: f64 = Region::ALL[1..].iter().map(|region| group.regions[*region as usize]).sum();
            (group, Workers::from_row(*row).by_area([tokyo, elsewhere], ratio).map(|workers| workers.row()))
        })
    }

    /// All workers.
    pub fn total(&self) -> Workers {
        sum(Industry::all().map(|industry| self.industry(industry)))
    }
    /// Of some industries.
    pub fn industries(&self, wanted: &[Industry]) -> Workers {
        sum(wanted.iter().map(|industry| self.industry(*industry)))
    }
    /// Of firms in some [`BANDS`]: another pass over all firms.
    pub fn bands(&self, wanted: &[usize]) -> Workers {
        let bands = self.bands.get_or_init(|| {
            let (view, questions) = (&self.view, Questions::new(&self.view));
            let mut all = [[0.0; 8]; BANDS];
            for part in each_part(view.population, |groups, rows| by_band(view, groups, &questions, rows)) {
                all.iter_mut().flatten().zip(part.iter().flatten()).for_each(|(all, part)| *all += part);
            }
            all.map(Workers::from_row)
        });
        sum(wanted.iter().map(|&band| &bands[band]))
    }
    /// Who work in some prefectures.
    pub fn places(&self, wanted: impl Fn(Prefecture) -> bool) -> Workers {
        let places = self.places.get_or_init(|| {
            let population = self.view.population;
            let mut places = [[0.0; 8]; PREFECTURES];
            for (group, areas) in self.by_area() {
                let home = group.prefecture.index();
                let shares = population.workplaces_of(&population.cells[group.cells.start]);
                if shares[home] == 1.0 {
                    // Micro firms work where they are.
                    let area = usize::from(group.prefecture.region() != Region::Tokyo);
                    (0..8).for_each(|i| places[home][i] += areas[area][i]);
                } else {
                    spread(&areas, shares, &mut places);
                }
            }
            places.map(Workers::from_row)
        });
        sum(Prefecture::all().filter(|place| wanted(*place)).map(|place| &places[place.index()]))
    }
    /// Who work in a region.
    pub fn region(&self, wanted: Region) -> Workers {
        let regions = self.regions.get_or_init(|| {
            let mut regions = [[0.0; 8]; Region::ALL.len()];
            for (group, [tokyo, elsewhere]) in self.by_area() {
                for (region, share) in Region::ALL.into_iter().zip(group.regions) {
                    let row = if region == Region::Tokyo { &tokyo } else { &elsewhere };
                    (0..8).for_each(|i| regions[region as usize][i] += row[i] * share);
                }
            }
            regions.map(Workers::from_row)
        });
        regions[wanted as usize]
    }
    /// Firms that would meet the award's criteria this week, as a share of all firms.
    pub fn sustained(&self) -> f64 {
        let firms = self.view.population.firms() as f64;
        let meeting: f64 = self.groups().map(|(_, row)| row[7]).sum();
        if firms > 0.0 { meeting / firms } else { 0.0 }
    }
}

/// Adds a group's workers to the places where they work, given its rows in the Tokyo area and elsewhere.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
fn spread([tokyo, elsewhere]: &[WorkerSums; 2], shares: &[f32; PREFECTURES], places: &mut [WorkerSums; PREFECTURES]) {
    for (place, (row, share)) in places.iter_mut().zip(shares).enumerate() {
        let workers = if Prefecture(place as u8).region() == Region::Tokyo { tokyo } else { elsewhere };
        let share = f64::from(*share);
        for i in 0..8 {
            row[i] += workers[i] * share;
        }
    }
}

/// What a work gives for each part of the groups, in order.
fn each_part<T: Default + Send>(population: &Population, work: impl Fn(&[Group], &mut T) + Sync) -> Vec<T> {
    let one = |part: &Range<usize>| {
        let mut gives = T::default();
        work(&population.groups()[part.clone()], &mut gives);
        gives
    };
    match population.parts() {
        [part] => vec![one(part)],
        parts => parts.par_iter().map(one).collect(),
    }
}

fn sum<'a>(of: impl IntoIterator<Item = &'a Workers>) -> Workers {
    let mut total = Workers::default();
    of.into_iter().for_each(|workers| total.add(workers));
    total
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
        let [tokyo, elsewhere] = cell(20.0).by_area([0.4, 0.6], 2.0);
        assert!((tokyo.now - 100.0 * 2.0 / 7.0).abs() < 1e-12 && (elsewhere.now - 100.0 / 7.0).abs() < 1e-12);
        assert!((tokyo.days / tokyo.now - 1.0).abs() < 1e-12);
        assert_eq!((tokyo.employees, elsewhere.with_scheme), (100.0, 40.0));
    }

    /// 80 of 100: all 40 in the Tokyo area do, and 40 of the 60 elsewhere; and the other way about.
    #[test]
    fn no_more_than_all_telework() {
        let [tokyo, elsewhere] = cell(80.0).by_area([0.4, 0.6], 4.0);
        assert!((tokyo.now - 100.0).abs() < 1e-12 && (elsewhere.now - 100.0 * 40.0 / 60.0).abs() < 1e-12);
        let [tokyo, elsewhere] = cell(80.0).by_area([0.4, 0.6], 0.25);
        assert!((elsewhere.now - 100.0).abs() < 1e-12 && (tokyo.now - 100.0 * 20.0 / 40.0).abs() < 1e-12);
    }

    /// Without a difference the numbers stay the same bits.
    #[test]
    fn a_ratio_of_one_changes_nothing() {
        assert_eq!(cell(33.3).by_area([0.3, 0.7], 1.0), [cell(33.3); 2]);
    }

    /// A year and a half, then the same table to the bit.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn every_instruction_set_gives_the_same_table() {
        use crate::{
            calendar::Week,
            data::Data,
            dynamics,
            dynamics::HazardTerms,
            observation::sums::{add_bands, add_groups},
            parameters::Parameters,
            population::Response,
            random::Key,
            scenario::Scale,
        };
        let population =
            &crate::population::synthesise(&Data::embedded().unwrap(), 2021, Scale::Sample(100_000)).unwrap();
        let (parameters, key) = (&Parameters::default(), Key::new(5, 0));
        let response = Response::new(parameters);
        let baseline = dynamics::baseline_log_hazards(population, parameters);
        let mut state = dynamics::initial_state(population, parameters, &response, baseline, key);
        let mut terms = HazardTerms::new(population.cells.len());
        for week in 0..80 {
            terms.open(&[1.0; PREFECTURES]);
            dynamics::advance(&mut state, population, &mut terms, parameters, &response, key, week);
        }
        let view = View { week: Week(79), population, state: &state, terms: &terms, parameters };
        let table = WorkerTable::new(view);
        assert!(table.total().now > 1e6 && table.sustained() > 0.0);
        let chosen: Vec<WorkerSums> = table.groups().map(|(_, row)| *row).collect();
        let questions = &Questions::new(&view);
        for (set, add) in instruction_sets!(
            add_groups,
            (view: &View, groups: &[Group], questions: &Questions, rows: &mut Vec<WorkerSums>)
        ) {
            let mut rows = Vec::new();
            add(&view, population.groups(), questions, &mut rows);
            assert_eq!(rows, chosen, "{set}");
        }
        let bands = |add: fn(&View, &[Group], &Questions, &mut [WorkerSums; BANDS])| {
            let mut rows = [[0.0; 8]; BANDS];
            add(&view, population.groups(), questions, &mut rows);
            rows
        };
        let chosen = bands(by_band);
        for (set, add) in instruction_sets!(
            add_bands,
            (view: &View, groups: &[Group], questions: &Questions, rows: &mut [WorkerSums; BANDS])
        ) {
            assert_eq!(bands(add), chosen, "{set}");
        }
    }
}
