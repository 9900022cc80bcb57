//! What changes about firms: practice, scheme, experience, and the clocks of their next events. Struct of arrays.
//!
//! Each cell has a meter for each kind of event, which runs at the hazard of a firm of inclination 0. A firm's clock is
//! the reading of its cell's meter at which its event is due (`docs/model.md`, section 4). Firms stand in packs of one
//! cell; a pack knows the least clock of each kind, so that a week looks only at packs in which something is due. Blocks
//! of whole cells can be advanced in parallel; nothing depends on how many threads do so.

use super::{
    BLOCK_FIRMS, Block, PACK, Pack, Population, Practice, Response, Status, Tallies, WideStatus, only, window,
};
use crate::classification::{PREFECTURES, Prefecture};

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
    /// At most the least clock of each meter in each pack, as the bits of a float (which order like it, as clocks are
    /// positive). Places beyond [`METERS`] hold the largest number.
    pub least: Vec<[u32; 8]>,
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
    /// Meters at zero, and the totals of a population whose firms are in the given states.
    pub fn new(population: &Population, firms: Firms, response: &Response) -> State {
        use rayon::prelude::*;
        let layout = population.layout();
        let tallies = |block: &Block| Tallies::of(population, response, block, &firms.status);
        State {
            tallies: layout.blocks.par_iter().map(tallies).collect(),
            least: layout.packs.par_iter().with_min_len(BLOCK_FIRMS / PACK).map(|pack| firms.least(pack)).collect(),
            meters: vec![[0.0; 8]; population.cells.len()],
            reaches: Reaches(std::array::from_fn(|_| Vec::new())),
            next_week: 0,
            firms,
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
        let first = pack.first as usize;
        least(&self.status, &self.practice_due, &self.scheme_due, first, pack.firms as usize)
    }
}

/// The least clock of each meter among some firms from `first` on, no more than a pack, as bits of a float. Whole numbers
/// without a branch and always as many firms, so that it becomes SIMD.
#[inline(always)]
pub fn least(status: &[u8], practice_due: &[f32], scheme_due: &[f32], first: usize, firms: usize) -> [u32; 8] {
    let (status, practice, scheme): ([u8; PACK], [f32; PACK], [f32; PACK]) =
        (window(status, first), window(practice_due, first), window(scheme_due, first));
    let mut least = [u32::MAX; 8];
    for firm in 0..PACK {
        let (practice, scheme) = (practice[firm].to_bits(), scheme[firm].to_bits());
        let (status, other) = (WideStatus(status[firm].into()), only(firm as u32 >= firms as u32));
        least[START] = least[START].min(practice | other | !status.practice(Practice::Never));
        least[STOP] = least[STOP].min(practice | other | !status.practice(Practice::Current));
        least[RESUME] = least[RESUME].min(practice | other | !status.practice(Practice::Stopped));
        least[FORMALISE] = least[FORMALISE].min(scheme | other | status.formal());
        least[GIVE_UP] = least[GIVE_UP].min(scheme | other | !status.formal());
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
