//! Employees of a cell's firms who telework, summed firm by firm in whole numbers.
//!
//! Most firms are summed in chunks, by loops without a branch that become SIMD; whole numbers add up the same in any order.

use super::{
    Staff, View,
    workers::{BANDS, Partial, Row, band},
};
use crate::{
    classification::PREFECTURES,
    dynamics::{Staffing, days_a_week, reach},
    interventions::meets_criteria,
    population::{Block, Cell, Spell, Status},
};
use std::ops::{AddAssign, SubAssign};

/// What firms add up to: employees with a scheme; 255 times those who telework now, did in the last year, ever did,
/// and ever did with a scheme; firms that meet the award's criteria.
#[derive(Clone, Copy, Default)]
pub struct Added<T>([T; 6]);

impl Added<u64> {
    /// As a [`Row`], of so many employees, given a teleworker's days a week.
    #[inline(always)]
    pub fn row(&self, employees: u64, days: f64, weight: f64) -> Row {
        let [with_scheme, now, last_year, ever, ever_with_scheme, meeting] = self.0.map(|sum| sum as f64 * weight);
        let [now, last_year, ever, ever_with_scheme] = [now, last_year, ever, ever_with_scheme].map(|sum| sum / 255.0);
        [employees as f64 * weight, with_scheme, now, last_year, ever, ever_with_scheme, now * days, meeting]
    }
}

impl<T: AddAssign + Copy> AddAssign for Added<T> {
    #[inline(always)]
    fn add_assign(&mut self, other: Added<T>) {
        (0..6).for_each(|i| self.0[i] += other.0[i]);
    }
}

impl<T: SubAssign + Copy> SubAssign for Added<T> {
    fn sub_assign(&mut self, other: Added<T>) {
        (0..6).for_each(|i| self.0[i] -= other.0[i]);
    }
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
    fn of<'a>(&self, view: &View<'a>, cell: &Cell) -> Question<'a> {
        let place = cell.prefecture.index();
        Question {
            since: self.since,
            next: view.state.next_week,
            staffing: self.staffing,
            reach: self.reach[place],
            reaches: view.state.reaches.of(cell.prefecture),
            days: self.days[place],
        }
    }
}

/// What the firms of a cell are asked.
struct Question<'a> {
    since: u16,
    /// The week to come.
    next: u16,
    staffing: Staffing,
    reach: f32,
    reaches: &'a [(u16, f32)],
    days: f64,
}

/// Firms of a chunk.
const LANES: usize = 32;
/// Chunks are summed in 32 bits: no firm may have more employees (32 x 65,536 x 255 < 2^32).
const MOST: u32 = 65_536;

/// Adds the workers of a block's cells to a table.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
pub fn add_block(view: &View, block: &Block, questions: &Questions, table: &mut Partial) {
    add_firms(view, block, questions, table);
}

#[inline(always)]
pub(super) fn add_firms(view: &View, block: &Block, questions: &Questions, table: &mut Partial) {
    let (population, state) = (view.population, &view.state.firms);
    let mut scratch = Scratch::default();
    let mut position = block.cells.start;
    // Cells of one industry and prefecture stand together, and are asked the same.
    for run in
        population.cells[block.cells.clone()].chunk_by(|a, b| (a.industry, a.prefecture) == (b.industry, b.prefecture))
    {
        let question = questions.of(view, &run[0]);
        let range = run[0].range.start..run[run.len() - 1].range.end;
        scratch.judge(&state.spell[range.clone()], &population.teleworkable[range.clone()], &question);
        for group in run.chunk_by(|a, b| a.size == b.size) {
            let mut sum = [0.0; 8];
            for cell in group {
                let local = cell.range.start - range.start..cell.range.end - range.start;
                let firms = Firms {
                    employees: &population.employees[cell.range.clone()],
                    teleworkable: &population.teleworkable[cell.range.clone()],
                    status: &state.status[cell.range.clone()],
                    spell: &state.spell[cell.range.clone()],
                    now: &scratch.now[local.clone()],
                    largest: &scratch.largest[local],
                };
                let staff = &view.staff[position];
                for ((added, employees), band) in
                    firms.by_band(staff, &question).into_iter().zip(staff.bands).zip(&mut table.bands)
                {
                    if employees > 0 {
                        let row = added.row(employees, question.days, cell.weight);
                        (0..8).for_each(|i| band[i] += row[i]);
                        (0..8).for_each(|i| sum[i] += row[i]);
                    }
                }
                position += 1;
            }
            table.add(view.population, &group[0], &view.staff[position - 1], &sum);
        }
    }
}

/// What the firms of a run of cells would answer if they practised: the share of staff that teleworks now, and the
/// largest share so far.
#[derive(Default)]
struct Scratch {
    now: Vec<u8>,
    largest: Vec<u8>,
}

impl Scratch {
    #[inline(always)]
    fn judge(&mut self, spell: &[Spell], teleworkable: &[u8], question: &Question) {
        let firms = spell.len();
        self.now.resize(firms, 0);
        self.largest.resize(firms, 0);
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
}

/// The arrays of one cell's firms, of one length.
struct Firms<'a> {
    employees: &'a [u32],
    teleworkable: &'a [u8],
    status: &'a [u8],
    spell: &'a [Spell],
    now: &'a [u8],
    largest: &'a [u8],
}

impl Firms<'_> {
    #[inline(always)]
    fn by_band(&self, staff: &Staff, question: &Question) -> [Added<u64>; BANDS] {
        let mut bands = [Added::default(); BANDS];
        let firms = self.status.len();
        let chunked = if staff.most <= MOST { firms - firms % LANES } else { 0 };
        for begin in (0..chunked).step_by(LANES) {
            bands[0] += self.chunk(begin, question);
        }
        // The few larger firms were summed with the others, into the first band.
        for &firm in staff.larger.iter().take_while(|firm| (**firm as usize) < chunked) {
            let one = self.one(firm as usize, question);
            bands[0] -= one;
            bands[band(self.employees[firm as usize])] += one;
        }
        for firm in chunked..firms {
            // A firm without scheme that has not practised adds nothing.
            if self.status[firm] & 7 != 0 || self.spell[firm].peak() != 0 {
                bands[band(self.employees[firm])] += self.one(firm, question);
            }
        }
        bands
    }

    /// What one firm adds.
    #[inline(always)]
    fn one(&self, firm: usize, question: &Question) -> Added<u64> {
        let Added(added) = add(
            self.employees[firm].min(MOST),
            self.status[firm],
            self.spell[firm],
            self.teleworkable[firm],
            self.now[firm],
            self.largest[firm],
            question,
        );
        let mut added = added.map(u64::from);
        // Larger than 32 bits hold.
        if self.employees[firm] > MOST {
            let scaled = |part: u64| part / u64::from(MOST) * u64::from(self.employees[firm]);
            (0..5).for_each(|i| added[i] = scaled(added[i]));
        }
        Added(added)
    }

    /// What a chunk of firms adds.
    #[inline(always)]
    fn chunk(&self, begin: usize, question: &Question) -> Added<u64> {
        let lanes = begin..begin + LANES;
        let (employees, teleworkable) = (&self.employees[lanes.clone()], &self.teleworkable[lanes.clone()]);
        let (status, spell) = (&self.status[lanes.clone()], &self.spell[lanes.clone()]);
        let (now, largest) = (&self.now[lanes.clone()], &self.largest[lanes]);
        let mut sums = Added([0_u32; 6]);
        for lane in 0..LANES {
            sums +=
                add(employees[lane], status[lane], spell[lane], teleworkable[lane], now[lane], largest[lane], question);
        }
        Added(sums.0.map(u64::from))
    }
}

/// What a firm adds, given the share of its staff that teleworks now and the largest so far if it practises.
#[inline(always)]
fn add(
    employees: u32,
    status: u8,
    spell: Spell,
    teleworkable: u8,
    now: u8,
    largest: u8,
    question: &Question,
) -> Added<u32> {
    let only = |wanted: bool| u32::from(wanted).wrapping_neg();
    let (current, formal) = (only(status & 3 == 1), only(status & Status::FORMAL != 0));
    let recent = current | only(spell.entered() >= question.since);
    let ever = employees * (u32::from(largest) & current | u32::from(spell.peak()) & !current);
    let meets = meets_criteria(status, employees, teleworkable, now, question.days);
    Added([
        employees & formal,
        employees * (u32::from(now) & current),
        ever & recent,
        ever,
        ever & formal,
        u32::from(meets),
    ])
}
