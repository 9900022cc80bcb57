//! What observers see at the end of a week, and weighted tallies of it.

use crate::{
    calendar::Week,
    dynamics::HazardTerms,
    dynamics::{Staffing, reach},
    parameters::Parameters,
    population::{Population, State, Status, StatusCounts, UNIT},
};

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
    pub terms: &'a HazardTerms,
    /// Parameters.
    pub parameters: &'a Parameters,
}

/// Weighted counts by status slot (see [`crate::population::Tallies`]), as numbers of the whole population.
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

impl From<&StatusCounts> for Tally {
    fn from(slots: &StatusCounts) -> Tally {
        Tally(slots.map(|slot| slot as f64 / UNIT))
    }
}

/// The tallies of classes.
pub fn tallies<const N: usize>(classes: &[StatusCounts]) -> [Tally; N] {
    std::array::from_fn(|class| Tally::from(&classes[class]))
}

/// The tally of all classes together.
pub fn all_of(classes: &[StatusCounts]) -> Tally {
    let mut sum = [0; 9];
    classes.iter().for_each(|slots| sum.iter_mut().zip(slots).for_each(|(sum, slot)| *sum += slot));
    Tally::from(&sum)
}

/// Share of practising firms by the share of their staff that teleworks (answers in tenths: 10, 20, 30 %, at least
/// 50 %, at least 70 %), weighted by the chance to answer, for `[SME, large]`.
pub fn staff_shares(view: &View, response: &crate::population::Response) -> [[f64; 6]; 2] {
    let staffing = Staffing::new(view.parameters);
    let reach = reach(view.parameters, view.population, view.terms);
    let (week, firms) = (view.state.next_week, &view.state.firms);
    let mut sums = [[0.0; 6]; 2];
    for cell in &view.population.cells {
        let mut cell_sums = [0u64; 6];
        for firm in cell.range.clone().filter(|firm| Status(firms.status[*firm]).practises()) {
            let weeks = firms.spell[firm].weeks(week);
            let share = staffing.share(view.population.teleworkable[firm], weeks, reach[cell.prefecture.index()]);
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
    sums
}
