//! What changes about firms: practice, scheme, experience, and the event thresholds. Struct of arrays.
//!
//! Each cell has a cumulative hazard for each kind of event, that of a firm of inclination 0. A firm's threshold is the
//! cumulative hazard at which its event comes (`docs/model.md`, section 4). Firms stand in chunks of one cell; a chunk knows
//! the minimum threshold of each kind, so that a week looks only at chunks in which one is reached. Blocks of whole cells can
//! be advanced in parallel; nothing depends on how many threads do so.

use super::{
    BLOCK_FIRMS, Block, CHUNK_FIRMS, FirmChunk, Population, Practice, Response, Status, Tallies, WideStatus, only,
    window,
};
use crate::classification::{PREFECTURES, Prefecture};

/// Kinds of event, each with a cumulative hazard in every cell: start, stop, resume, formalise, give up.
pub const EVENTS: usize = 5;
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

/// A threshold that is never reached.
pub const NEVER: f32 = f32::INFINITY;

/// Weeks of practice by which stopping thresholds are drawn: few numbers, so that a firm's fits into four bits.
const STEPS: [u8; 16] = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192];

/// Spells of practice of a firm: the week in which its practice was entered (below 4,096), the weeks practised before that
/// (at most 255), and the largest share of employees who teleworked in a week, in 1/255, less leavers, up to the last round
/// of leavers or to the end of the last spell; and by which weeks of practice its stopping threshold was drawn. One word, so that
/// it is fetched at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spell(u32);

impl Spell {
    /// From its parts. The stopping threshold is drawn by the weeks before the spell.
    #[inline(always)]
    pub fn new(entered: u16, before: u8, peak: u8) -> Spell {
        Spell(u32::from(entered & 0xFFF) << 20 | u32::from(before) << 8 | u32::from(peak)).set_by(before)
    }
    /// With another largest share.
    #[inline(always)]
    pub fn with_peak(self, peak: u8) -> Spell {
        Spell(self.0 & !0xFF | u32::from(peak))
    }
    /// With a stopping threshold drawn by the largest step up to so many weeks.
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
    /// Weeks of practice by which the stopping threshold was drawn; no more than the firm's.
    #[inline(always)]
    pub fn threshold_weeks(self) -> u8 {
        STEPS[(self.0 >> 16 & 0xF) as usize]
    }
    /// Weeks that a practising firm has practised until the beginning of a week.
    #[inline(always)]
    pub fn weeks(self, week: u16) -> u8 {
        u16::from(self.before()).saturating_add(week.saturating_sub(self.entered())).min(255) as u8
    }
}

/// The firms' arrays, all of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Firms {
    /// Own inclination, a log-hazard index.
    pub baseline_log_hazard: Vec<f32>,
    /// Practice and scheme, a [`Status`].
    pub status: Vec<u8>,
    /// Present spell of practice, or what is left of earlier ones.
    pub spell: Vec<Spell>,
    /// Cumulative hazard at which the firm starts, stops or resumes (by practice).
    pub practice_threshold: Vec<f32>,
    /// Cumulative hazard at which it formalises or gives up (by scheme).
    pub scheme_threshold: Vec<f32>,
    /// Draws of the thresholds, practice and scheme.
    pub draw_counters: Vec<[DrawCounter; 2]>,
}

/// Which draws a threshold has come to. Draws are counted by events, not by weeks: where two scenarios let an event come in
/// different weeks, what follows is drawn alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrawCounter {
    /// How often an event has drawn it. (After 255 again from 0.)
    pub set: u8,
    /// How often it was reached without an event since.
    pub tried: u8,
}

impl DrawCounter {
    /// After another event.
    #[inline(always)]
    pub fn next(self) -> DrawCounter {
        DrawCounter { set: self.set.wrapping_add(1), tried: 0 }
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
    /// At most the smallest threshold of each event in each chunk, as the bits of a float (which order like it, as thresholds are
    /// positive). Places beyond [`EVENTS`] hold the largest number.
    pub minimum_thresholds: Vec<[u32; 8]>,
    /// Of each cell. Places beyond [`EVENTS`] are unused.
    pub cumulative_hazards: Vec<[f64; 8]>,
    /// Totals of each block.
    pub tallies: Vec<Tallies>,
    /// Reach since the last round of leavers.
    pub reaches: Reaches,
    /// The week to come.
    pub next_week: u16,
}

impl State {
    /// Cumulative hazards at zero, and the totals of a population whose firms are in the given states.
    pub fn new(population: &Population, firms: Firms, response: &Response) -> State {
        use rayon::prelude::*;
        let layout = population.layout();
        let tallies = |block: &Block| Tallies::of(population, response, block, &firms.status);
        State {
            tallies: layout.blocks.par_iter().map(tallies).collect(),
            minimum_thresholds: layout
                .chunks
                .par_iter()
                .with_min_len(BLOCK_FIRMS / CHUNK_FIRMS)
                .map(|chunk| firms.minimum_thresholds(chunk))
                .collect(),
            cumulative_hazards: vec![[0.0; 8]; population.cells.len()],
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
    /// The smallest threshold of each event in a chunk.
    pub fn minimum_thresholds(&self, chunk: &FirmChunk) -> [u32; 8] {
        let first = chunk.first as usize;
        minimum_thresholds(&self.status, &self.practice_threshold, &self.scheme_threshold, first, chunk.firms as usize)
    }
}

/// The smallest threshold of each event among some firms from `first` on, no more than a chunk, as bits of a float. Whole numbers
/// without a branch and always as many firms, so that it becomes SIMD.
#[inline(always)]
pub fn minimum_thresholds(
    status: &[u8],
    practice_threshold: &[f32],
    scheme_threshold: &[f32],
    first: usize,
    firms: usize,
) -> [u32; 8] {
    let (status, practice, scheme): ([u8; CHUNK_FIRMS], [f32; CHUNK_FIRMS], [f32; CHUNK_FIRMS]) =
        (window(status, first), window(practice_threshold, first), window(scheme_threshold, first));
    let mut minimum = [u32::MAX; 8];
    for firm in 0..CHUNK_FIRMS {
        let (practice, scheme) = (practice[firm].to_bits(), scheme[firm].to_bits());
        let (status, other) = (WideStatus(status[firm].into()), only(firm as u32 >= firms as u32));
        minimum[START] = minimum[START].min(practice | other | !status.practice(Practice::Never));
        minimum[STOP] = minimum[STOP].min(practice | other | !status.practice(Practice::Current));
        minimum[RESUME] = minimum[RESUME].min(practice | other | !status.practice(Practice::Stopped));
        minimum[FORMALISE] = minimum[FORMALISE].min(scheme | other | status.formal());
        minimum[GIVE_UP] = minimum[GIVE_UP].min(scheme | other | !status.formal());
    }
    minimum
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
