//! Employees of groups of firms who telework, summed firm by firm.
//!
//! Firms are summed side by side in lanes, within a cell in whole numbers and without a branch; cells are weighted lane by
//! lane, and lanes added up in one order: any vector width gives the same bytes.

use super::{View, workers::WorkerSums};
use crate::{
    classification::{PREFECTURES, Prefecture},
    dynamics::{Staffing, days_a_week, reach},
    interventions::meets_criteria,
    population::{BANDS, Group, Practice, Spell, WideStatus, band, only, window},
};

/// Firms side by side.
const LANES: usize = 8;
/// More employees than a firm is counted with, so that a sum of one firm's stays below 2^31.
const MOST: u32 = (1 << 31) / 255;

/// What firms add up to: employees with a scheme; 255 times those who telework now, did in the last year, ever did,
/// and ever did with a scheme; firms that meet the award's criteria.
type Sums<T> = [T; 6];

/// Sums as a [`WorkerSums`], of so many employees, given a teleworker's days a week.
#[inline(always)]
fn row(
    [with_scheme, now, last_year, ever, ever_with_scheme, meeting]: Sums<f64>,
    employees: f64,
    days: f64,
) -> WorkerSums {
    let share = 1.0 / 255.0;
    let now = now * share;
    [employees, with_scheme, now, last_year * share, ever * share, ever_with_scheme * share, now * days, meeting]
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
            reach: reach(view.parameters, view.population, view.terms),
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
pub fn by_group(view: &View, groups: &[Group], questions: &Questions, rows: &mut Vec<WorkerSums>) {
    add_groups(view, groups, questions, rows);
}

// (Loops are plain from here on: what a closure does is compiled without the processor's extensions unless it is inlined.)
#[inline(always)]
pub(super) fn add_groups(view: &View, groups: &[Group], questions: &Questions, rows: &mut Vec<WorkerSums>) {
    let mut judgement = Judgement::default();
    rows.reserve(groups.len());
    for run in groups.chunk_by(alike) {
        let question = judgement.judge(view, run, questions);
        for group in run {
            let [a, b, c, d] = group.employees;
            rows.push(row(judgement.sum(view, group, &question, None), a + b + c + d, question.days));
        }
    }
}

/// The workers of groups by [`BANDS`].
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
pub fn by_band(view: &View, groups: &[Group], questions: &Questions, rows: &mut [WorkerSums; BANDS]) {
    add_bands(view, groups, questions, rows);
}

#[inline(always)]
pub(super) fn add_bands(view: &View, groups: &[Group], questions: &Questions, rows: &mut [WorkerSums; BANDS]) {
    let mut judgement = Judgement::default();
    for run in groups.chunk_by(alike) {
        let question = judgement.judge(view, run, questions);
        for group in run {
            for (band, employees) in group.employees.into_iter().enumerate() {
                if employees > 0.0 {
                    let sums = judgement.sum(view, group, &question, Some(band as u32));
                    let row = row(sums, employees, question.days);
                    for i in 0..8 {
                        rows[band][i] += row[i];
                    }
                }
            }
        }
    }
}

/// Groups of one industry and prefecture stand together, and are asked the same.
fn alike(a: &Group, b: &Group) -> bool {
    (a.industry, a.prefecture) == (b.industry, b.prefecture)
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
    /// Judges the firms of groups that are asked the same; what they are asked.
    #[inline(always)]
    fn judge<'a>(&mut self, view: &View<'a>, run: &[Group], questions: &Questions) -> Question<'a> {
        let question = questions.of(view, run[0].prefecture);
        let range = run[0].firms.start..run[run.len() - 1].firms.end;
        let firms = range.len();
        self.first = range.start;
        self.now.resize(firms + LANES, 0);
        self.largest.resize(firms + LANES, 0);
        let (spell, teleworkable) = (&view.state.firms.spell[range.clone()], &view.population.teleworkable[range]);
        let (now, largest) = (&mut self.now[..firms], &mut self.largest[..firms]);
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
        question
    }

    /// What the firms of a group add up to, all or those of a band.
    #[inline(always)]
    fn sum(&self, view: &View, group: &Group, question: &Question, wanted: Option<u32>) -> Sums<f64> {
        let (population, firms) = (view.population, &view.state.firms);
        let chunks = (i32::MAX as usize / (255 * group.most_employees.clamp(1, MOST) as usize)).clamp(1, 4096);
        let mut total = [[0.0; LANES]; 6];
        for cell in &population.cells[group.cells.clone()] {
            let mut begin = cell.range.start;
            while begin < cell.range.end {
                let end = (begin + LANES * chunks).min(cell.range.end);
                let mut sums = [[0; LANES]; 6];
                let mut at = begin;
                while at < end {
                    let local = at - self.first;
                    let chunk = Chunk {
                        firms: (end - at).min(LANES) as u32,
                        employees: window(&population.employees, at),
                        teleworkable: window(&population.teleworkable, at),
                        status: window(&firms.status, at),
                        spell: window(&firms.spell, at),
                        now: window(&self.now, local),
                        largest: window(&self.largest, local),
                    };
                    chunk.add(question, wanted, &mut sums);
                    at += LANES;
                }
                let (total, sums) = (total.as_flattened_mut(), sums.as_flattened());
                for i in 0..6 * LANES {
                    total[i] += f64::from(sums[i]) * cell.weight;
                }
                begin = end;
            }
        }
        let mut sums = [0.0; 6];
        for (sum, [a, b, c, d, e, f, g, h]) in sums.iter_mut().zip(total) {
            *sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
        }
        sums
    }
}

/// Firms of a cell, with the share of their staff that teleworks now and the largest so far if they practise; and others
/// that stand behind the last one, which do not count.
struct Chunk {
    firms: u32,
    employees: [u32; LANES],
    teleworkable: [u8; LANES],
    status: [u8; LANES],
    spell: [Spell; LANES],
    now: [u8; LANES],
    largest: [u8; LANES],
}

impl Chunk {
    // ([`Judgement::sum`] takes no more chunks than sums can hold. A check for overflow would keep the loop from becoming SIMD.)
    #[inline(always)]
    fn add(&self, question: &Question, wanted: Option<u32>, sums: &mut Sums<[i32; LANES]>) {
        let [with_scheme, telework, last_year, at_any_time, at_any_time_with_scheme, meeting] = sums;
        for lane in 0..LANES {
            let employees = self.employees[lane];
            let counts = only((lane as u32) < self.firms)
                & match wanted {
                    None => u32::MAX,
                    Some(wanted) => only(band(employees) == wanted),
                };
            let employees = employees.min(MOST) & counts;
            let status = WideStatus(u32::from(self.status[lane]) & counts);
            let (spell, now, largest) = (self.spell[lane], u32::from(self.now[lane]), u32::from(self.largest[lane]));
            let (current, formal) = (status.practice(Practice::Current), status.formal());
            let recent = current | only(u32::from(spell.entered()) >= u32::from(question.since));
            let ever = employees.wrapping_mul(largest & current | u32::from(spell.peak()) & !current);
            let meets =
                meets_criteria(status.0 as u8, employees, self.teleworkable[lane], self.now[lane], question.days);
            let telework_now = employees.wrapping_mul(now & current);
            with_scheme[lane] = with_scheme[lane].wrapping_add((employees & formal) as i32);
            telework[lane] = telework[lane].wrapping_add(telework_now as i32);
            last_year[lane] = last_year[lane].wrapping_add((ever & recent) as i32);
            at_any_time[lane] = at_any_time[lane].wrapping_add(ever as i32);
            at_any_time_with_scheme[lane] = at_any_time_with_scheme[lane].wrapping_add((ever & formal) as i32);
            meeting[lane] = meeting[lane].wrapping_add(i32::from(meets));
        }
    }
}
