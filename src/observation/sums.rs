//! Employees of groups of firms who telework, summed firm by firm.
//!
//! Firms are summed side by side in lanes, within a cell in whole numbers and without a branch; cells are weighted lane by
//! lane, and lanes added up in one order: any vector width gives the same bytes.

use super::{View, workers::Row};
use crate::{
    classification::{PREFECTURES, Prefecture},
    dynamics::{Staffing, days_a_week, reach},
    interventions::awards,
    population::{BANDS, Group, Spell, Status, band},
};

/// Firms side by side.
const LANES: usize = 8;
/// More employees than a firm is counted with, so that a sum of one firm's stays below 2^31.
const MOST: u32 = (1 << 31) / 255;

/// What firms add up to: employees with a scheme; 255 times those who telework now, did in the last year, ever did,
/// and ever did with a scheme; firms that meet the award's criteria.
type Sums<T> = [T; 6];

/// Sums as a [`Row`], of so many employees, given a teleworker's days a week.
#[inline(always)]
fn row([with_scheme, now, last_year, ever, ever_with_scheme, meeting]: Sums<f64>, employees: f64, days: f64) -> Row {
    let [now, last_year, ever, ever_with_scheme] = [now, last_year, ever, ever_with_scheme].map(|sum| sum / 255.0);
    [employees, with_scheme, now, last_year, ever, ever_with_scheme, now * days, meeting]
}

/// What all firms are asked.
pub struct Questions {
    /// A firm that stopped counts for a year: from this week on.
    since: u16,
    staffing: Staffing,
    reach: [f32; PREFECTURES],
    days: [f64; PREFECTURES],
}

impl Questions {
    /// Of a week.
    pub fn new(view: &View) -> Questions {
        Questions {
            // In the first year all that ever practised count.
            since: if view.week.0 < 52 { 0 } else { view.week.0 as u16 - 51 },
            staffing: Staffing::new(view.parameters),
            reach: reach(view.parameters, view.terms),
            days: view.terms.declaration.map(|pressure| days_a_week(view.parameters, f64::from(pressure))),
        }
    }

    #[inline(always)]
    fn of<'a>(&self, view: &View<'a>, prefecture: Prefecture) -> Question<'a> {
        Question {
            since: self.since,
            next: view.state.next_week,
            staffing: self.staffing,
            reach: self.reach[prefecture.index()],
            reaches: view.state.reaches.of(prefecture),
            days: self.days[prefecture.index()],
        }
    }
}

/// What the firms of a prefecture are asked.
struct Question<'a> {
    since: u16,
    /// The week to come.
    next: u16,
    staffing: Staffing,
    reach: f32,
    reaches: &'a [(u16, f32)],
    days: f64,
}

/// The workers of groups, a row each.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
pub fn by_group(view: &View, groups: &[Group], questions: &Questions, rows: &mut Vec<Row>) {
    add_groups(view, groups, questions, rows);
}

#[inline(always)]
pub(super) fn add_groups(view: &View, groups: &[Group], questions: &Questions, rows: &mut Vec<Row>) {
    judged(view, groups, questions, |group, question, judgement| {
        let sums = judgement.sum(view, group, question, |_| true);
        rows.push(row(sums, group.employees.iter().sum(), question.days));
    });
}

/// The workers of groups by [`BANDS`].
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
pub fn by_band(view: &View, groups: &[Group], questions: &Questions, rows: &mut [Row; BANDS]) {
    add_bands(view, groups, questions, rows);
}

#[inline(always)]
pub(super) fn add_bands(view: &View, groups: &[Group], questions: &Questions, rows: &mut [Row; BANDS]) {
    judged(view, groups, questions, |group, question, judgement| {
        for (wanted, (total, employees)) in (0..).zip(rows.iter_mut().zip(group.employees)) {
            if employees > 0.0 {
                let sums = judgement.sum(view, group, question, |number| band(number) == wanted);
                total.iter_mut().zip(row(sums, employees, question.days)).for_each(|(total, part)| *total += part);
            }
        }
    });
}

/// Hands over each group with what it is asked and what its firms would answer.
#[inline(always)]
fn judged(view: &View, groups: &[Group], questions: &Questions, mut each: impl FnMut(&Group, &Question, &Judgement)) {
    let mut judgement = Judgement::default();
    // Groups of one industry and prefecture stand together, and are asked the same.
    for run in groups.chunk_by(|a, b| (a.industry, a.prefecture) == (b.industry, b.prefecture)) {
        let question = questions.of(view, run[0].prefecture);
        let range = run[0].firms.start..run[run.len() - 1].firms.end;
        judgement.first = range.start;
        judgement.judge(&view.state.firms.spell[range.clone()], &view.population.teleworkable[range], &question);
        run.iter().for_each(|group| each(group, &question, &judgement));
    }
}

/// What firms would answer if they practised: the share of staff that teleworks now, and the largest share so far.
#[derive(Default)]
struct Judgement {
    /// Position of the first of these firms in the population's arrays.
    first: usize,
    now: Vec<u8>,
    largest: Vec<u8>,
}

impl Judgement {
    #[inline(always)]
    fn judge(&mut self, spell: &[Spell], teleworkable: &[u8], question: &Question) {
        let firms = spell.len();
        self.now.resize(firms + LANES, 0);
        self.largest.resize(firms + LANES, 0);
        let (now, largest, teleworkable) = (&mut self.now[..firms], &mut self.largest[..firms], &teleworkable[..firms]);
        let (next, reach, staffing) = (question.next, question.reach, question.staffing);
        for firm in 0..firms {
            now[firm] = staffing.share(teleworkable[firm], spell[firm].weeks(next), reach);
            largest[firm] = spell[firm].peak();
        }
        for &reach in question.reaches {
            for firm in 0..firms {
                largest[firm] = largest[firm].max(staffing.in_week(spell[firm], teleworkable[firm], reach));
            }
        }
    }

    /// What the firms of a group add up to whose employees are wanted.
    #[inline(always)]
    fn sum(&self, view: &View, group: &Group, question: &Question, wanted: impl Fn(u32) -> bool) -> Sums<f64> {
        let (population, firms) = (view.population, &view.state.firms);
        let together = LANES * (i32::MAX as usize / (255 * group.most_employees.clamp(1, MOST) as usize)).clamp(1, 4096);
        let mut total = [[0.0; LANES]; 6];
        for cell in &population.cells[group.cells.clone()] {
            for begin in cell.range.clone().step_by(together) {
                let end = (begin + together).min(cell.range.end);
                let mut sums = [[0_i32; LANES]; 6];
                for at in (begin..end).step_by(LANES) {
                    let employees = window(&population.employees, at);
                    let teleworkable = window(&population.teleworkable, at);
                    let (status, spell) = (window(&firms.status, at), window(&firms.spell, at));
                    let (now, largest) = (window(&self.now, at - self.first), window(&self.largest, at - self.first));
                    for lane in 0..LANES {
                        let counts = (at + lane < end) & wanted(employees[lane]);
                        let firm = Firm {
                            employees: employees[lane].min(MOST) & only(counts),
                            status: status[lane] & only(counts) as u8,
                            spell: spell[lane],
                            teleworkable: teleworkable[lane],
                            now: now[lane],
                            largest: largest[lane],
                        };
                        let added = firm.adds(question);
                        (0..6).for_each(|i| sums[i][lane] += added[i] as i32);
                    }
                }
                for (total, sums) in total.iter_mut().zip(sums) {
                    (0..LANES).for_each(|lane| total[lane] += f64::from(sums[lane]) * cell.weight);
                }
            }
        }
        total.map(|[a, b, c, d, e, f, g, h]| ((a + e) + (c + g)) + ((b + f) + (d + h)))
    }
}

/// Elements from a place on; beyond the array's end, nothing.
#[inline(always)]
fn window<T: Copy + Default>(array: &[T], at: usize) -> [T; LANES] {
    let rest = &array[at..];
    match rest.first_chunk() {
        Some(window) => *window,
        None => {
            let mut window = [T::default(); LANES];
            window[..rest.len()].copy_from_slice(rest);
            window
        }
    }
}

/// All bits, or none.
#[inline(always)]
fn only(wanted: bool) -> u32 {
    u32::from(wanted).wrapping_neg()
}

/// A firm, with the share of its staff that teleworks now and the largest so far if it practises.
struct Firm {
    employees: u32,
    status: u8,
    spell: Spell,
    teleworkable: u8,
    now: u8,
    largest: u8,
}

impl Firm {
    #[inline(always)]
    fn adds(&self, question: &Question) -> Sums<u32> {
        let Firm { employees, status, spell, teleworkable, now, largest } = *self;
        let (current, formal) = (only(Status(status).practises()), only(Status(status).formal()));
        let recent = current | only(spell.entered() >= question.since);
        let ever = employees * (u32::from(largest) & current | u32::from(spell.peak()) & !current);
        let meets = awards::meets_criteria(status, employees, teleworkable, now, question.days);
        [
            employees & formal,
            employees * (u32::from(now) & current),
            ever & recent,
            ever,
            ever & formal,
            u32::from(meets),
        ]
    }
}
