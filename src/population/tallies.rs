//! How many firms are in which status, by the classes in which they are counted. Events in, running totals out.
//!
//! Totals are kept as events happen, in whole numbers, so that they are exact whatever the order of events, and nobody
//! has to look at a firm to read them. A simulated firm counts as the firms that it stands for, in [`UNIT`]s.

use super::{Block, Cell, Population, Response, Status};
use crate::classification::{INDUSTRIES, PREFECTURES, SIZES};

/// Parts of a firm in which weights are counted.
pub const UNIT: f64 = 1_048_576.0;

/// Totals by status slot: never, current, stopped without a scheme; the same with a later scheme; the same with a scheme
/// held since January 2020 (see [`Status::slot`]).
pub type StatusCounts = [i64; 9];

/// Where each kind of class begins among all classes.
const INDUSTRY: usize = SIZES;
const PREFECTURE: usize = INDUSTRY + INDUSTRIES;
const RESPONDING: usize = PREFECTURE + PREFECTURES;
const HUNDRED: usize = RESPONDING + 2 * PREFECTURES;
const CLASSES: usize = HUNDRED + 2 * INDUSTRIES;

/// Totals by class, in [`UNIT`]s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tallies {
    classes: [StatusCounts; CLASSES],
    staff: [[i64; 2]; PREFECTURES],
}

impl Default for Tallies {
    fn default() -> Tallies {
        Tallies { classes: [[0; 9]; CLASSES], staff: [[0; 2]; PREFECTURES] }
    }
}

impl Tallies {
    /// Counts a firm of a cell that has been in no slot so far. One simulated firm stands for so many [`UNIT`]s.
    fn enter(&mut self, cell: &Cell, units: i64, employees: u32, status: Status, response: &Response) {
        self.staff[cell.prefecture.index()][1] += units * i64::from(employees);
        self.add(cell, units, employees, response, |slots, units| slots[status.slot()] += units);
        if status.practises() {
            self.staff[cell.prefecture.index()][0] += units * i64::from(employees);
        }
    }

    /// Counts a firm under another status than before.
    #[inline(always)]
    pub fn pass(&mut self, cell: &Cell, units: i64, employees: u32, [from, to]: [Status; 2], response: &Response) {
        let slots = [from.slot(), to.slot()];
        self.add(cell, units, employees, response, |class, units| {
            class[slots[0]] -= units;
            class[slots[1]] += units;
        });
        let practising = i64::from(to.practises()) - i64::from(from.practises());
        self.staff[cell.prefecture.index()][0] += practising * units * i64::from(employees);
    }

    /// Changes the slots of all classes of a firm, each by the units of its kind.
    #[inline(always)]
    fn add(
        &mut self,
        cell: &Cell,
        units: i64,
        employees: u32,
        response: &Response,
        change: impl Fn(&mut StatusCounts, i64),
    ) {
        let (industry, prefecture) = (cell.industry.index(), cell.prefecture.index());
        let responding = RESPONDING + usize::from(cell.high_capital) * PREFECTURES + prefecture;
        change(&mut self.classes[cell.size.index()], units);
        change(&mut self.classes[INDUSTRY + industry], units);
        change(&mut self.classes[PREFECTURE + prefecture], units);
        change(&mut self.classes[responding], units * response.weight(employees) as i64);
        if employees >= 100 {
            change(&mut self.classes[HUNDRED + usize::from(employees >= 300) * INDUSTRIES + industry], units);
        }
    }

    /// Adds those of other firms.
    pub fn include(&mut self, other: &Tallies) {
        let own = self.classes.iter_mut().flatten().chain(self.staff.iter_mut().flatten());
        own.zip(other.classes.iter().flatten().chain(other.staff.iter().flatten()))
            .for_each(|(own, more)| *own += more);
    }

    /// Firms by size class.
    pub fn sizes(&self) -> &[StatusCounts] {
        &self.classes[..SIZES]
    }
    /// Firms by industry.
    pub fn industries(&self) -> &[StatusCounts] {
        &self.classes[INDUSTRY..][..INDUSTRIES]
    }
    /// Firms by prefecture.
    pub fn prefectures(&self) -> &[StatusCounts] {
        &self.classes[PREFECTURE..][..PREFECTURES]
    }
    /// Firms of one of the two classes of capital by prefecture, weighted by their chance to answer the TSR survey (in
    /// 1/256, see [`Response`]).
    pub fn responding(&self, high_capital: bool) -> &[StatusCounts] {
        &self.classes[RESPONDING + usize::from(high_capital) * PREFECTURES..][..PREFECTURES]
    }
    /// Firms with 100-299 regular employees, or with 300 and more, by industry.
    pub fn hundred(&self, three_hundred: bool) -> &[StatusCounts] {
        &self.classes[HUNDRED + usize::from(three_hundred) * INDUSTRIES..][..INDUSTRIES]
    }
    /// Regular employees by prefecture of the head office: of practising firms, and of all.
    pub fn staff(&self) -> &[[i64; 2]; PREFECTURES] {
        &self.staff
    }

    /// Those of a block's firms, counted one by one: what running totals must always equal.
    pub fn of(population: &Population, response: &Response, block: &Block, status: &[u8]) -> Tallies {
        let mut tallies = Tallies::default();
        let units = &population.layout().units[block.cells.clone()];
        for (cell, &units) in population.cells[block.cells.clone()].iter().zip(units) {
            for firm in cell.range.clone() {
                tallies.enter(cell, units, population.employees[firm], Status(status[firm]), response);
            }
        }
        tallies
    }
}
