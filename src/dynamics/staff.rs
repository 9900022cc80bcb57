//! How many of a practising firm's staff telework: this week, at most so far, and on how many days.

use super::HazardTerms;
use crate::{
    classification::PREFECTURES,
    parameters::Parameters,
    population::{Cell, Population, Spell, State, Status},
};

/// What turns experience into staff who telework.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Staffing {
    /// Weeks to half experience.
    experience_half: f32,
    /// Experience on reach.
    reach_experience: f32,
}

impl Staffing {
    /// From the parameters.
    pub fn new(p: &Parameters) -> Staffing {
        Staffing { experience_half: p.experience_half as f32, reach_experience: p.reach_experience as f32 }
    }

    /// Share of a practising firm's employees who telework in a week, in 1/255, at least one of 255: from the teleworkable
    /// share of its jobs, the weeks that it has practised, and its prefecture's [`reach`].
    #[inline(always)]
    pub fn share(&self, teleworkable: u8, weeks: u8, reach: f32) -> u8 {
        let weeks = f32::from(weeks);
        let e = weeks / (weeks + self.experience_half);
        let reach = (reach + self.reach_experience * e).min(1.0);
        // Adding 2^23 rounds and leaves the whole number in the low bits.
        ((f32::from(teleworkable) * reach + 8_388_608.0).to_bits() & 0xFF).max(1) as u8
    }

    /// Largest share of a practising firm's employees who teleworked in a week so far, less leavers, given the reaches
    /// since the last round of leavers.
    #[inline(always)]
    pub fn largest(&self, spell: Spell, teleworkable: u8, reaches: &[(u16, f32)]) -> u8 {
        reaches.iter().fold(spell.peak(), |largest, &reach| largest.max(self.in_week(spell, teleworkable, reach)))
    }

    /// Share of a practising firm's employees in a week of its present spell, 0 before it.
    #[inline(always)]
    pub fn in_week(&self, spell: Spell, teleworkable: u8, (week, reach): (u16, f32)) -> u8 {
        let share = self.share(teleworkable, spell.weeks(week), reach);
        if week >= spell.entered() { share } else { 0 }
    }
}

/// Reach by prefecture of the head office: share of teleworkable jobs that telework, without experience. The more people work
/// around a firm, the larger it is: where labour markets are large there are more desks among the jobs that could be teleworked.
pub fn reach(p: &Parameters, population: &Population, terms: &HazardTerms) -> [f32; PREFECTURES] {
    let of = |(market, pressure): (f32, f32)| {
        p.reach_base + p.reach_market * f64::from(market) + p.reach_declaration * f64::from(pressure)
    };
    std::array::from_fn(|place| of((population.market[place], terms.declaration[place])).clamp(0.0, 1.0) as f32)
}

/// Days a week that a teleworker works from elsewhere, under a declaration of this pressure.
pub fn days_a_week(p: &Parameters, declaration: f64) -> f64 {
    (p.days_base + p.days_declaration * declaration).clamp(0.0, 5.0)
}

/// Largest share of a firm's employees who teleworked in a week so far, less leavers, in 1/255.
pub fn largest_share(state: &State, population: &Population, staffing: &Staffing, cell: &Cell, firm: usize) -> u8 {
    let spell = state.firms.spell[firm];
    if Status(state.firms.status[firm]).practises() {
        staffing.largest(spell, population.teleworkable[firm], state.reaches.of(cell.prefecture))
    } else {
        spell.peak()
    }
}

/// A round of leavers, who take their telework experience along: of those who ever teleworked a share stays.
pub fn turn_over(state: &mut State, population: &Population, staffing: &Staffing, stay: f32) {
    use rayon::prelude::*;
    let State { firms, reaches, .. } = state;
    let cells: Vec<(&Cell, &mut [Spell])> = {
        let mut rest = firms.spell.as_mut_slice();
        population.cells.iter().map(|cell| (cell, rest.split_off_mut(..cell.range.len()).unwrap_or_default())).collect()
    };
    let status = &firms.status;
    let one = |(cell, spells): (&Cell, &mut [Spell])| {
        let reaches = reaches.of(cell.prefecture);
        let range = cell.range.clone();
        for ((&status, &teleworkable), spell) in
            status[range.clone()].iter().zip(&population.teleworkable[range]).zip(spells)
        {
            let practises = Status(status).practises();
            let largest = if practises { staffing.largest(*spell, teleworkable, reaches) } else { spell.peak() };
            *spell = spell.with_peak((f32::from(largest) * stay + 0.5) as u8);
        }
    };
    match population.layout().blocks.len() {
        1 => cells.into_iter().for_each(one),
        _ => cells.into_par_iter().for_each(one),
    }
    reaches.clear();
}
