//! Employees of a cell's firms who telework, summed firm by firm in whole numbers.
//!
//! Most firms are summed in chunks, by loops without a branch that become SIMD; whole numbers add up the same in any order.

use super::{
    Staff, View,
    workers::{BANDS, Workers, band},
};
use crate::{
    classification::PREFECTURES,
    dynamics::{Staffing, days_a_week, reach},
    interventions::awards,
    population::{Block, Cell, Spell, Status},
};
use std::ops::{AddAssign, SubAssign};

/// Sums of one cell and band; shares in 1/255.
#[derive(Clone, Copy, Default)]
pub struct Sums {
    /// Position among the population's cells.
    pub cell: usize,
    /// Position among [`BANDS`].
    pub band: usize,
    /// Employees.
    pub employees: u64,
    /// Firms that would meet the award's criteria.
    pub meeting: u64,
    counted: [u64; 5],
}

impl Sums {
    /// As workers, given their days a week.
    pub fn workers(&self, days: f64) -> Workers {
        let [with_scheme, now, last_year, ever, ever_with_scheme] = self.counted;
        let persons = |count: u64| count as f64 / 255.0;
        Workers {
            employees: self.employees as f64,
            with_scheme: with_scheme as f64,
            now: persons(now),
            last_year: persons(last_year),
            ever: persons(ever),
            ever_with_scheme: persons(ever_with_scheme),
            days: persons(now) * days,
        }
    }
}

/// What firms add to [`Sums`]: employees with a scheme; 255 times those who telework now, did in the last year, ever did,
/// and ever did with a scheme; firms that meet the award's criteria.
#[derive(Clone, Copy, Default)]
struct Added<T>([T; 6]);

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

/// Sums of a block's cells by band, those with employees.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
pub fn block_sums(view: &View, block: &Block, questions: &Questions) -> Vec<Sums> {
    let mut all = Vec::with_capacity(block.cells.len() * 3 / 2);
    let (population, state) = (view.population, &view.state.firms);
    for position in block.cells.clone() {
        let cell = &population.cells[position];
        let question = questions.of(view, cell);
        let range = cell.range.clone();
        let firms = Firms {
            employees: &population.employees[range.clone()],
            teleworkable: &population.teleworkable[range.clone()],
            status: &state.status[range.clone()],
            spell: &state.spell[range],
        };
        let staff = &view.staff[position];
        let bands = firms.by_band(staff, &question);
        for (band, (Added([with_scheme, now, last_year, ever, ever_with_scheme, meeting]), employees)) in
            bands.into_iter().zip(staff.bands).enumerate()
        {
            if employees > 0 {
                let counted = [with_scheme, now, last_year, ever, ever_with_scheme];
                all.push(Sums { cell: position, band, employees, meeting, counted });
            }
        }
    }
    all
}

/// The arrays of one cell's firms, of one length.
struct Firms<'a> {
    employees: &'a [u32],
    teleworkable: &'a [u8],
    status: &'a [u8],
    spell: &'a [Spell],
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
        let (spell, teleworkable, status) = (self.spell[firm], self.teleworkable[firm], self.status[firm]);
        let now = question.staffing.share(teleworkable, spell.weeks(question.next), question.reach);
        let largest = question.staffing.largest(spell, teleworkable, question.reaches);
        let Added(added) = add(self.employees[firm].min(MOST), status, spell, teleworkable, now, largest, question);
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
        let (status, spell) = (&self.status[lanes.clone()], &self.spell[lanes]);
        let mut largest = [0; LANES];
        let mut now = [0; LANES];
        for lane in 0..LANES {
            largest[lane] = spell[lane].peak();
            now[lane] = question.staffing.share(teleworkable[lane], spell[lane].weeks(question.next), question.reach);
        }
        for &reach in question.reaches {
            for lane in 0..LANES {
                largest[lane] = largest[lane].max(question.staffing.in_week(spell[lane], teleworkable[lane], reach));
            }
        }
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
    let meets = awards::meets_criteria(status, employees, teleworkable, now, question.days);
    Added([
        employees & formal,
        employees * (u32::from(now) & current),
        ever & recent,
        ever,
        ever & formal,
        u32::from(meets),
    ])
}
