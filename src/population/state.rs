//! What changes about firms: practice, scheme, experience, and the clocks of their next events. Struct of arrays.
//!
//! Each cell has a meter for each kind of event, which runs at the hazard of a firm of inclination 0. A firm's clock is
//! the reading of its cell's meter at which its event is due (`docs/model.md`, section 4). Firms stand in packs of one
//! cell; a pack knows the least clock of each kind, so that a week looks only at packs in which something is due. Blocks
//! of whole cells can be advanced in parallel; nothing depends on how many threads do so.

use super::{Cell, Population, Response, Status, Tallies};
use crate::classification::{PREFECTURES, Prefecture, SIZES};
use std::ops::Range;

/// Firms in a block, about.
pub const BLOCK_FIRMS: usize = 65_536;
/// Firms in a pack, at most.
pub const PACK: usize = 32;

/// Kinds of event, each with a meter in every cell: start, stop, resume, formalise, give up.
pub const METERS: usize = 5;
/// never -> current.
pub const START: usize = 0;
/// current -> stopped.
pub const STOP: usize = 1;
/// stopped -> current.
pub const RESUME: usize = 2;
/// A practising firm writes telework into its rules.
pub const FORMALISE: usize = 3;
/// A firm takes it out again.
pub const GIVE_UP: usize = 4;

/// A clock that never runs down.
pub const NEVER: f32 = f32::INFINITY;

/// Weeks of practice to which stopping clocks are set: few numbers, so that a firm's fits into four bits.
const STEPS: [u8; 16] = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192];

/// Spells of practice of a firm: the week in which its practice was entered (below 4,096), the weeks practised before that
/// (at most 255), and the largest share of employees who teleworked in a week, in 1/255, less leavers, up to the last round
/// of leavers or to the end of the last spell; and by which weeks of practice its stopping clock runs. One word, so that
/// it is fetched at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spell(u32);

impl Spell {
    /// From its parts. The stopping clock runs by the weeks before the spell.
    #[inline(always)]
    pub fn new(entered: u16, before: u8, peak: u8) -> Spell {
        Spell(u32::from(entered & 0xFFF) << 20 | u32::from(before) << 8 | u32::from(peak)).set_by(before)
    }
    /// With another largest share.
    #[inline(always)]
    pub fn with_peak(self, peak: u8) -> Spell {
        Spell(self.0 & !0xFF | u32::from(peak))
    }
    /// With a stopping clock that runs by the largest step up to so many weeks.
    #[inline(always)]
    pub fn set_by(self, weeks: u8) -> Spell {
        let step = STEPS.iter().filter(|step| **step <= weeks).count() as u32 - 1;
        Spell(self.0 & !0xF_0000 | step << 16)
    }
    /// Week in which the present practice (or the lack of it) was entered.
    #[inline(always)]
    pub fn entered(self) -> u16 {
        (self.0 >> 20) as u16
    }
    /// Weeks practised before.
    #[inline(always)]
    pub fn before(self) -> u8 {
        (self.0 >> 8) as u8
    }
    /// Largest share of employees.
    #[inline(always)]
    pub fn peak(self) -> u8 {
        self.0 as u8
    }
    /// Weeks of practice by which the stopping clock runs; no more than the firm's.
    #[inline(always)]
    pub fn clock_weeks(self) -> u8 {
        STEPS[(self.0 >> 16 & 0xF) as usize]
    }
    /// Weeks that a practising firm has practised until the beginning of a week.
    #[inline(always)]
    pub fn weeks(self, week: u16) -> u8 {
        (u16::from(self.before()) + week.saturating_sub(self.entered())).min(255) as u8
    }
}

/// The firms' arrays, all of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Firms {
    /// Own inclination, a log-hazard index.
    pub own: Vec<f32>,
    /// Practice and scheme, a [`Status`].
    pub status: Vec<u8>,
    /// Present spell of practice, or what is left of earlier ones.
    pub spell: Vec<Spell>,
    /// Reading of the meter of starting, stopping or resuming (by practice) at which that is due.
    pub practice_due: Vec<f32>,
    /// Reading of the meter of formalising or giving up (by scheme) at which that is due.
    pub scheme_due: Vec<f32>,
    /// Draws of the clocks, practice and scheme.
    pub turns: Vec<[Turn; 2]>,
}

/// Which draws a clock has come to. Draws are counted by clocks, not by weeks: where two scenarios let an event come in
/// different weeks, what follows is drawn alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// How often it was set by an event. (After 255 again from 0.)
    pub set: u8,
    /// How often it has run down without an event since.
    pub tried: u8,
}

impl Turn {
    /// After another event.
    #[inline(always)]
    pub fn next(self) -> Turn {
        Turn { set: self.set.wrapping_add(1), tried: 0 }
    }
}

/// Firms of one cell that stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Position of the cell in [`Population::cells`].
    pub cell: u32,
    /// First firm in the population's arrays.
    pub first: u32,
    /// Firms, at most [`PACK`].
    pub firms: u32,
}

/// What decides the hazards of a cell beside what interventions do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// Number of its industry, prefecture and size: `(industry * 47 + prefecture) * 3 + size`.
    pub number: u16,
    /// Prefecture.
    pub prefecture: u16,
}

impl Class {
    fn of(cell: &Cell) -> Class {
        let prefecture = cell.prefecture.index();
        let number = (cell.industry.index() * PREFECTURES + prefecture) * SIZES + cell.size.index();
        Class { number: number as u16, prefecture: prefecture as u16 }
    }
}

/// A run of whole cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Cells, as positions in [`Population::cells`].
    pub cells: Range<usize>,
    /// Firms in the population's arrays.
    pub firms: Range<usize>,
    /// Packs.
    pub packs: Range<usize>,
}

/// The most staff of a week that practising firms may have reached since the last round of leavers: by prefecture, weeks
/// and reach such that every later week has less reach. (The share of a firm's staff rises with its experience, so no
/// other week can have been its largest.)
#[derive(Clone, Debug, PartialEq)]
pub struct Reaches([Vec<(u16, f32)>; PREFECTURES]);

impl Reaches {
    /// Adds a week.
    pub fn push(&mut self, week: u32, reach: &[f32; PREFECTURES]) {
        for (reaches, &reach) in self.0.iter_mut().zip(reach) {
            while reaches.pop_if(|(_, earlier)| *earlier <= reach).is_some() {}
            reaches.push((week as u16, reach));
        }
    }
    /// Forgets all weeks.
    pub fn clear(&mut self) {
        self.0.iter_mut().for_each(Vec::clear);
    }
    /// Of a prefecture.
    #[inline(always)]
    pub fn of(&self, prefecture: Prefecture) -> &[(u16, f32)] {
        &self.0[prefecture.index()]
    }
}

/// The state of all simulated firms.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Firms.
    pub firms: Firms,
    /// Packs in the order of their firms.
    pub packs: Vec<Pack>,
    /// First pack of each cell.
    pub first_packs: Vec<u32>,
    /// At most the least clock of each meter in each pack, as the bits of a float (which order like it, as clocks are
    /// positive). Places beyond [`METERS`] hold the largest number.
    pub least: Vec<[u32; 8]>,
    /// Blocks in the order of their firms.
    pub blocks: Vec<Block>,
    /// Class and prefecture of each cell.
    pub classes: Vec<Class>,
    /// Readings of each cell's meters. Places beyond [`METERS`] are unused.
    pub meters: Vec<[f64; 8]>,
    /// Totals of each block.
    pub tallies: Vec<Tallies>,
    /// Reach since the last round of leavers.
    pub reaches: Reaches,
    /// The week to come.
    pub next_week: u16,
}

impl State {
    /// Meters at zero, and the packs, blocks and totals of a population whose firms are in the given states.
    pub fn new(population: &Population, firms: Firms, response: &Response) -> State {
        use rayon::prelude::*;
        let mut packs = Vec::new();
        let mut first_packs = Vec::with_capacity(population.cells.len());
        let mut blocks = Vec::new();
        let mut begin = (0, 0);
        for (position, cell) in population.cells.iter().enumerate() {
            let pack = |first: usize| Pack {
                cell: position as u32,
                first: first as u32,
                firms: (cell.range.end - first).min(PACK) as u32,
            };
            first_packs.push(packs.len() as u32);
            packs.extend(cell.range.clone().step_by(PACK).map(pack));
            let start = population.cells[begin.0].range.start;
            if cell.range.end - start >= BLOCK_FIRMS || position + 1 == population.cells.len() {
                let block =
                    Block { cells: begin.0..position + 1, firms: start..cell.range.end, packs: begin.1..packs.len() };
                begin = (block.cells.end, block.packs.end);
                blocks.push(block);
            }
        }
        State {
            tallies: blocks.par_iter().map(|block| Tallies::of(population, response, block, &firms.status)).collect(),
            least: packs.iter().map(|pack| firms.least(pack)).collect(),
            classes: population.cells.iter().map(Class::of).collect(),
            meters: vec![[0.0; 8]; population.cells.len()],
            reaches: Reaches(std::array::from_fn(|_| Vec::new())),
            next_week: 0,
            firms,
            packs,
            first_packs,
            blocks,
        }
    }

    /// Status of a firm by its position in the population's arrays.
    #[inline]
    pub fn status(&self, firm: usize) -> Status {
        Status(self.firms.status[firm])
    }
    /// Totals of all firms.
    pub fn tallies(&self) -> Tallies {
        let mut all = Tallies::default();
        self.tallies.iter().for_each(|tallies| all.include(tallies));
        all
    }
}

impl Firms {
    /// The least clock of each meter in a pack.
    pub fn least(&self, pack: &Pack) -> [u32; 8] {
        let range = pack.first as usize..(pack.first + pack.firms) as usize;
        least(&self.status[range.clone()], &self.practice_due[range.clone()], &self.scheme_due[range])
    }
}

/// The least clock of each meter, as bits of a float. Whole numbers without a branch, so that it becomes SIMD.
#[inline(always)]
pub fn least(status: &[u8], practice_due: &[f32], scheme_due: &[f32]) -> [u32; 8] {
    let mut least = [u32::MAX; 8];
    for ((&status, practice), scheme) in status.iter().zip(practice_due).zip(scheme_due) {
        let (practice, scheme) = (practice.to_bits(), scheme.to_bits());
        let only = |wanted: bool, due: u32| due | u32::from(wanted).wrapping_sub(1);
        let formal = status & Status::FORMAL != 0;
        least[START] = least[START].min(only(status & 3 == 0, practice));
        least[STOP] = least[STOP].min(only(status & 3 == 1, practice));
        least[RESUME] = least[RESUME].min(only(status & 3 == 2, practice));
        least[FORMALISE] = least[FORMALISE].min(only(!formal, scheme));
        least[GIVE_UP] = least[GIVE_UP].min(only(formal, scheme));
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_weeks_of_more_reach_replace_earlier_ones() {
        let mut reaches = Reaches(std::array::from_fn(|_| Vec::new()));
        for (week, reach) in [0.5, 0.9, 0.7, 0.6, 0.6, 0.8, 0.1].into_iter().enumerate() {
            reaches.push(week as u32, &[reach; PREFECTURES]);
        }
        assert_eq!(reaches.of(Prefecture(12)), [(1, 0.9), (5, 0.8), (6, 0.1)]);
    }
}
