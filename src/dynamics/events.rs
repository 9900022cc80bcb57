//! The hot loop: one week of a block. Cumulative hazards grow; chunks in which a threshold is reached are looked at, their
//! firms decided.
//!
//! Comparing a chunk's thresholds with the cumulative hazards is SIMD, chosen at run time by `multiversion`; it works on whole numbers
//! and single IEEE operations, with no sum over firms, so that any vector width gives the same bytes.

use super::{
    HazardTerms,
    hazards::Hazards,
    staff::Staffing,
    thresholds::{
        Situation, Slopes, event_threshold, fires, has_scheme_threshold, practice_event, rescaled, scheme_event,
    },
};
use crate::{
    population::{
        CHUNK_FIRMS, Class, DrawCounter, EVENTS, FORMALISE, FirmChunk, GIVE_UP, NEVER, PREFETCH_AHEAD, Population,
        Practice, RESUME, Reaches, Response, START, STOP, Spell, Status, Tallies, WideStatus, minimum_thresholds, only,
        prefetch, window,
    },
    random::{Key, Purpose},
};
use std::ops::Range;

/// What a week is for all firms.
#[derive(Clone, Copy)]
pub struct WeekOf<'a> {
    pub week: u32,
    pub population: &'a Population,
    pub terms: &'a HazardTerms,
    pub hazards: &'a Hazards,
    pub slopes: &'a Slopes,
    pub staffing: &'a Staffing,
    pub reaches: &'a Reaches,
    pub response: &'a Response,
    pub key: Key,
}

/// A block's part of the state. Arrays of firms begin with the block's first firm.
pub struct BlockState<'a> {
    /// First firm and first cell in the population's arrays.
    pub first: (usize, usize),
    pub baseline_log_hazard: &'a [f32],
    pub status: &'a mut [u8],
    pub spell: &'a mut [Spell],
    pub practice_threshold: &'a mut [f32],
    pub scheme_threshold: &'a mut [f32],
    pub draw_counters: &'a mut [[DrawCounter; 2]],
    pub chunks: &'a [FirmChunk],
    /// First chunk of each cell among the population's, and the one after the block.
    pub first_chunks: &'a [u32],
    pub minimum_thresholds: &'a mut [[u32; 8]],
    pub classes: &'a [Class],
    pub units: &'a [i64],
    pub cumulative_hazards: &'a mut [[f64; 8]],
    pub tallies: &'a mut Tallies,
}

/// A firm of the block with a threshold that is reached.
#[derive(Clone, Copy)]
struct AtThreshold {
    /// Position of its cell in the population.
    cell: u32,
    /// Its place in the block.
    firm: u32,
    /// Which of its thresholds.
    thresholds: u8,
}

const PRACTICE: u8 = 1;
const SCHEME: u8 = 2;

/// One week of one block.
#[inline(always)]
pub fn advance(block: &mut BlockState, week: &WeekOf) {
    let chunks = accumulate_hazards(block, week);
    let found = firms_at_threshold(block, &chunks);
    for (position, firm) in found.iter().enumerate() {
        if let Some(next) = found.get(position + PREFETCH_AHEAD) {
            let (local, global) = (next.firm as usize, block.first.0 + next.firm as usize);
            prefetch(block.spell, local);
            prefetch(block.baseline_log_hazard, local);
            prefetch(block.draw_counters, local);
            prefetch(&week.population.id, global);
            prefetch(&week.population.employees, global);
            if block.status[local] & Status::TREATED != 0 {
                week.terms.effects.prefetch(global as u32);
            }
        }
        if let Some(next) = found.get(position + PREFETCH_AHEAD / 2)
            && block.status[next.firm as usize] & Status::TREATED != 0
        {
            week.terms.effects.prefetch_latest((block.first.0 + next.firm as usize) as u32);
        }
        decide(block, week, firm.cell as usize, firm.firm as usize, firm.thresholds);
    }
    for chunk in chunks {
        let range = block.range(chunk);
        block.minimum_thresholds[chunk] = minimum_thresholds(
            block.status,
            block.practice_threshold,
            block.scheme_threshold,
            range.start,
            range.len(),
        );
    }
}

impl BlockState<'_> {
    /// The firms of a chunk, as places in the block.
    #[inline(always)]
    fn range(&self, chunk: usize) -> Range<usize> {
        let FirmChunk { first, firms, .. } = self.chunks[chunk];
        let first = first as usize - self.first.0;
        first..first + firms as usize
    }
}

/// Firms with a threshold that is reached, rising.
#[inline(always)]
fn firms_at_threshold(block: &BlockState, chunks: &[usize]) -> Vec<AtThreshold> {
    let mut found = Vec::with_capacity(2 * chunks.len());
    for (position, &chunk) in chunks.iter().enumerate() {
        if let Some(&next) = chunks.get(position + PREFETCH_AHEAD) {
            let range = block.range(next);
            prefetch(block.status, range.start);
            prefetch(block.practice_threshold, range.start);
            prefetch(block.scheme_threshold, range.start);
        }
        let cell = block.chunks[chunk].cell;
        let range = block.range(chunk);
        let thresholds =
            reached(block, range.clone(), &cumulative(&block.cumulative_hazards[cell as usize - block.first.1]));
        for (eight, marked) in thresholds.as_chunks::<8>().0.iter().enumerate() {
            let mut left = u64::from_le_bytes(*marked);
            while left != 0 {
                let lane = left.trailing_zeros() as usize / 8;
                left &= !(0xFF << (8 * lane));
                let firm = (range.start + 8 * eight + lane) as u32;
                found.push(AtThreshold { cell, firm, thresholds: marked[lane] });
            }
        }
    }
    found
}

/// Adds the week's hazards to the cumulative ones of the block's cells; returns the chunks in which some threshold may be reached, as
/// positions in the block, rising.
#[inline(always)]
fn accumulate_hazards(block: &mut BlockState, week: &WeekOf) -> Vec<usize> {
    let mut found = Vec::new();
    let cells = block.first.1..block.first.1 + block.cumulative_hazards.len();
    let facing = block.classes.iter().zip(&week.terms.cells[cells]);
    let ends = &block.first_chunks[1..];
    let (before, mut first) = (block.first_chunks[0], 0);
    for (((class, exposure), cumulative_hazards), end) in facing.zip(block.cumulative_hazards.iter_mut()).zip(ends) {
        let end = (end - before) as usize;
        let hazards = week.hazards.of(*class, exposure);
        for event in 0..EVENTS {
            cumulative_hazards[event] += hazards[event];
        }
        let cumulative = cumulative(cumulative_hazards);
        for (position, least) in block.minimum_thresholds[first..end].iter().enumerate() {
            let mut any = false;
            for event in 0..8 {
                any |= least[event] <= cumulative[event];
            }
            if any {
                found.push(first + position);
            }
        }
        first = end;
    }
    found
}

/// A cell's cumulative hazards as bits of single precision.
#[inline(always)]
fn cumulative(cumulative_hazards: &[f64; 8]) -> [u32; 8] {
    let mut cumulative = [0; 8];
    for event in 0..8 {
        cumulative[event] = (cumulative_hazards[event] as f32).to_bits();
    }
    cumulative
}

/// Which thresholds of a chunk's firms are reached.
#[inline(always)]
fn reached(block: &BlockState, chunk: Range<usize>, cumulative: &[u32; 8]) -> [u8; CHUNK_FIRMS] {
    let status: [_; CHUNK_FIRMS] = window(block.status, chunk.start);
    let practice_threshold: [_; CHUNK_FIRMS] = window(block.practice_threshold, chunk.start);
    let scheme_threshold: [_; CHUNK_FIRMS] = window(block.scheme_threshold, chunk.start);
    let mut marked = [0; CHUNK_FIRMS];
    for firm in 0..CHUNK_FIRMS {
        let status = WideStatus(status[firm].into());
        let practice = cumulative[START] & status.practice(Practice::Never)
            | cumulative[STOP] & status.practice(Practice::Current)
            | cumulative[RESUME] & status.practice(Practice::Stopped);
        let scheme = cumulative[GIVE_UP] & status.formal() | cumulative[FORMALISE] & !status.formal();
        let practice = u32::from(PRACTICE) & only(practice_threshold[firm].to_bits() <= practice);
        let scheme = u32::from(SCHEME) & only(scheme_threshold[firm].to_bits() <= scheme);
        marked[firm] = ((practice | scheme) & only((firm as u32) < chunk.len() as u32)) as u8;
    }
    marked
}

/// Decides what happens to a firm with a threshold that is reached.
#[inline(never)]
fn decide(block: &mut BlockState, week: &WeekOf, cell: usize, firm: usize, thresholds: u8) {
    let position = block.first.0 + firm;
    let cumulative_hazards = block.cumulative_hazards[cell - block.first.1];
    let before = Status(block.status[firm]);
    let id = week.population.id[position];
    let spell = block.spell[firm];
    let weeks = if before.practises() { spell.weeks(week.week as u16) } else { spell.before() };
    let added_since = |entered: u16, started: bool| match before.0 & Status::TREATED {
        0 => Default::default(),
        _ => week.terms.effects.of(position as u32, week.week, entered.into(), started),
    };
    let added = added_since(spell.entered(), before.practice() != Practice::Never);
    let situation = Situation {
        status: before,
        baseline_log_hazard: block.baseline_log_hazard[firm].into(),
        added,
        weeks: [spell.threshold_weeks(), weeks],
    };
    let [practice_counter, scheme_counter] = &mut block.draw_counters[firm];
    let moves = thresholds & PRACTICE != 0 && {
        let cumulative = cumulative_hazards[practice_event(before)] as f32;
        let factors = situation.practice(week.slopes);
        // If it goes on, it goes by the experience gained since it was set.
        let later = if before.practises() { spell.set_by(weeks) } else { spell };
        let next = Situation { weeks: [later.threshold_weeks(), weeks], ..situation }.practice(week.slopes)[0];
        let place = (id, practice_counter, Purpose::PracticeThinning);
        let moves = fires(&mut block.practice_threshold[firm], cumulative, factors, next, week.key, place);
        block.spell[firm] = later;
        moves
    };
    let rewrites = thresholds & SCHEME != 0 && {
        let cumulative = cumulative_hazards[scheme_event(before)] as f32;
        let factors = situation.scheme(week.slopes);
        let place = (id, scheme_counter, Purpose::SchemeThinning);
        fires(&mut block.scheme_threshold[firm], cumulative, factors, factors[0], week.key, place)
    };
    let stops = moves && before.practises();
    // A firm that stops this week does not write telework into its rules as well.
    let rewrites = rewrites && (before.formal() || !stops);
    if !moves && !rewrites {
        return;
    }
    let mut after = before.0;
    if moves {
        after = after & !3 | if stops { 2 } else { 1 };
        let mut peak = spell.peak();
        if stops {
            let prefecture = week.population.cells[cell].prefecture;
            let teleworkable = week.population.teleworkable[position];
            peak = week.staffing.largest(spell, teleworkable, week.reaches.of(prefecture));
        }
        // While a firm does not practise, its weeks stay what they are.
        block.spell[firm] = Spell::new(week.week as u16, weeks, peak);
    }
    if rewrites {
        after ^= Status::FORMAL;
    }
    let after = Status(after);
    block.status[firm] = after.0;
    // From a new practice on other bounds hold for what fades: what pushes away comes nearer to 0, so that more may come.
    let new = if moves { added_since(week.week as u16, true) } else { added };
    let situation = Situation { weeks: [block.spell[firm].threshold_weeks(), weeks], ..situation };
    set_thresholds(block, week, cell, firm, &situation, Situation { status: after, added: new, ..situation }, moves);
    let employees = week.population.employees[position];
    let units = block.units[cell - block.first.1];
    block.tallies.pass(&week.population.cells[cell], units, employees, [before, after], week.response);
}

/// Sets a firm's thresholds after an event.
#[inline(always)]
fn set_thresholds(
    block: &mut BlockState,
    week: &WeekOf,
    cell: usize,
    firm: usize,
    before: &Situation,
    mut now: Situation,
    moves: bool,
) {
    let cumulative_hazards = &block.cumulative_hazards[cell - block.first.1];
    let id = week.population.id[block.first.0 + firm];
    let [practice_counter, scheme_counter] = &mut block.draw_counters[firm];
    let words = |counter: &mut DrawCounter| {
        *counter = counter.next();
        week.key.words(id, counter.set.into(), Purpose::Transition)
    };
    let after = now.status;
    now.weeks = [block.spell[firm].threshold_weeks(); 2];
    let (cumulative, threshold) = (cumulative_hazards[practice_event(after)], &mut block.practice_threshold[firm]);
    *threshold = if moves {
        event_threshold(cumulative, words(practice_counter)[0], now.practice(week.slopes)[0])
    } else {
        rescaled(*threshold, cumulative, before.practice(week.slopes)[0], now.practice(week.slopes)[0])
    };
    let (cumulative, threshold) = (cumulative_hazards[scheme_event(after)], &mut block.scheme_threshold[firm]);
    *threshold = if !has_scheme_threshold(after) {
        NEVER
    } else if before.status.formal() && after.formal() {
        rescaled(*threshold, cumulative, before.scheme(week.slopes)[0], now.scheme(week.slopes)[0])
    } else if moves || before.status.formal() != after.formal() {
        event_threshold(cumulative, words(scheme_counter)[1], now.scheme(week.slopes)[0])
    } else {
        *threshold
    };
}
