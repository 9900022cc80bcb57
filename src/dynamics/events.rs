//! The hot loop: one week of a block. Meters run on; packs in which a clock has run down are looked at, their firms decided.
//!
//! Comparing a pack's clocks with the meters is SIMD, chosen at run time by `multiversion`; it works on whole numbers
//! and single IEEE operations, with no sum over firms, so that any vector width gives the same bytes.

use super::{
    Terms,
    clocks::{Situation, Slopes, due, has_scheme_clock, practice_meter, rescaled, rings, scheme_meter},
    hazards::Hazards,
    staff::Staffing,
};
use crate::{
    population::{
        Class, FORMALISE, GIVE_UP, METERS, NEVER, PACK, PREFETCH_AHEAD, Pack, Population, Practice, RESUME, Reaches,
        Response, START, STOP, Spell, Status, Tallies, Turn, WideStatus, least, only, prefetch, window,
    },
    random::{Key, Purpose},
};
use std::ops::Range;

/// What a week is for all firms.
#[derive(Clone, Copy)]
pub struct WeekOf<'a> {
    pub week: u32,
    pub population: &'a Population,
    pub terms: &'a Terms,
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
    pub own: &'a [f32],
    pub status: &'a mut [u8],
    pub spell: &'a mut [Spell],
    pub practice_due: &'a mut [f32],
    pub scheme_due: &'a mut [f32],
    pub turns: &'a mut [[Turn; 2]],
    pub packs: &'a [Pack],
    /// First pack of each cell among the population's, and the one after the block.
    pub first_packs: &'a [u32],
    pub least: &'a mut [[u32; 8]],
    pub classes: &'a [Class],
    pub units: &'a [i64],
    pub meters: &'a mut [[f64; 8]],
    pub tallies: &'a mut Tallies,
}

/// A firm of the block whose clocks have run down.
#[derive(Clone, Copy)]
struct Due {
    /// Position of its cell in the population.
    cell: u32,
    /// Its place in the block.
    firm: u32,
    /// Which of its clocks.
    clocks: u8,
}

const PRACTICE: u8 = 1;
const SCHEME: u8 = 2;

/// One week of one block.
#[inline(always)]
pub fn advance(block: &mut BlockState, week: &WeekOf) {
    let packs = run_meters(block, week);
    let due = due_firms(block, &packs);
    for (position, firm) in due.iter().enumerate() {
        if let Some(next) = due.get(position + PREFETCH_AHEAD) {
            let (local, global) = (next.firm as usize, block.first.0 + next.firm as usize);
            prefetch(block.spell, local);
            prefetch(block.own, local);
            prefetch(block.turns, local);
            prefetch(&week.population.id, global);
            prefetch(&week.population.employees, global);
            if block.status[local] & Status::LIFTED != 0 {
                week.terms.lifts.prefetch(global as u32);
            }
        }
        if let Some(next) = due.get(position + PREFETCH_AHEAD / 2)
            && block.status[next.firm as usize] & Status::LIFTED != 0
        {
            week.terms.lifts.prefetch_latest((block.first.0 + next.firm as usize) as u32);
        }
        decide(block, week, firm.cell as usize, firm.firm as usize, firm.clocks);
    }
    for pack in packs {
        let range = block.range(pack);
        block.least[pack] = least(block.status, block.practice_due, block.scheme_due, range.start, range.len());
    }
}

impl BlockState<'_> {
    /// The firms of a pack, as places in the block.
    #[inline(always)]
    fn range(&self, pack: usize) -> Range<usize> {
        let Pack { first, firms, .. } = self.packs[pack];
        let first = first as usize - self.first.0;
        first..first + firms as usize
    }
}

/// Firms whose clocks have run down, rising.
#[inline(always)]
fn due_firms(block: &BlockState, packs: &[usize]) -> Vec<Due> {
    let mut due = Vec::with_capacity(2 * packs.len());
    for (position, &pack) in packs.iter().enumerate() {
        if let Some(&next) = packs.get(position + PREFETCH_AHEAD) {
            let range = block.range(next);
            prefetch(block.status, range.start);
            prefetch(block.practice_due, range.start);
            prefetch(block.scheme_due, range.start);
        }
        let cell = block.packs[pack].cell;
        let range = block.range(pack);
        let clocks = run_down(block, range.clone(), &reading(&block.meters[cell as usize - block.first.1]));
        for (eight, marked) in clocks.as_chunks::<8>().0.iter().enumerate() {
            let mut left = u64::from_le_bytes(*marked);
            while left != 0 {
                let lane = left.trailing_zeros() as usize / 8;
                left &= !(0xFF << (8 * lane));
                let firm = (range.start + 8 * eight + lane) as u32;
                due.push(Due { cell, firm, clocks: marked[lane] });
            }
        }
    }
    due
}

/// Adds the week's hazards to the meters of the block's cells; returns the packs in which some clock may have run down, as
/// positions in the block, rising.
#[inline(always)]
fn run_meters(block: &mut BlockState, week: &WeekOf) -> Vec<usize> {
    let mut found = Vec::new();
    let cells = block.first.1..block.first.1 + block.meters.len();
    let facing = block.classes.iter().zip(&week.terms.cells[cells]);
    let ends = &block.first_packs[1..];
    let (before, mut first) = (block.first_packs[0], 0);
    for (((class, face), meters), end) in facing.zip(block.meters.iter_mut()).zip(ends) {
        let end = (end - before) as usize;
        let hazards = week.hazards.of(*class, face);
        for meter in 0..METERS {
            meters[meter] += hazards[meter];
        }
        let reading = reading(meters);
        for (position, least) in block.least[first..end].iter().enumerate() {
            let mut any = false;
            for meter in 0..8 {
                any |= least[meter] <= reading[meter];
            }
            if any {
                found.push(first + position);
            }
        }
        first = end;
    }
    found
}

/// What a cell's meters read, as bits of single precision.
#[inline(always)]
fn reading(meters: &[f64; 8]) -> [u32; 8] {
    let mut reading = [0; 8];
    for meter in 0..8 {
        reading[meter] = (meters[meter] as f32).to_bits();
    }
    reading
}

/// Which clocks of a pack's firms have run down.
#[inline(always)]
fn run_down(block: &BlockState, pack: Range<usize>, reading: &[u32; 8]) -> [u8; PACK] {
    let status: [_; PACK] = window(block.status, pack.start);
    let practice_due: [_; PACK] = window(block.practice_due, pack.start);
    let scheme_due: [_; PACK] = window(block.scheme_due, pack.start);
    let mut marked = [0; PACK];
    for firm in 0..PACK {
        let status = WideStatus(status[firm].into());
        let practice = reading[START] & status.practice(Practice::Never)
            | reading[STOP] & status.practice(Practice::Current)
            | reading[RESUME] & status.practice(Practice::Stopped);
        let scheme = reading[GIVE_UP] & status.formal() | reading[FORMALISE] & !status.formal();
        let practice = u32::from(PRACTICE) & only(practice_due[firm].to_bits() <= practice);
        let scheme = u32::from(SCHEME) & only(scheme_due[firm].to_bits() <= scheme);
        marked[firm] = ((practice | scheme) & only((firm as u32) < pack.len() as u32)) as u8;
    }
    marked
}

/// Decides what happens to a firm whose clocks have run down.
#[inline(never)]
fn decide(block: &mut BlockState, week: &WeekOf, cell: usize, firm: usize, clocks: u8) {
    let position = block.first.0 + firm;
    let meters = block.meters[cell - block.first.1];
    let before = Status(block.status[firm]);
    let id = week.population.id[position];
    let spell = block.spell[firm];
    let weeks = if before.practises() { spell.weeks(week.week as u16) } else { spell.before() };
    let lifted_since = |entered: u16, started: bool| match before.0 & Status::LIFTED {
        0 => Default::default(),
        _ => week.terms.lifts.of(position as u32, week.week, entered.into(), started),
    };
    let lifted = lifted_since(spell.entered(), before.practice() != Practice::Never);
    let situation =
        Situation { status: before, own: block.own[firm].into(), lifted, weeks: [spell.clock_weeks(), weeks] };
    let [practice_turn, scheme_turn] = &mut block.turns[firm];
    let moves = clocks & PRACTICE != 0 && {
        let reading = meters[practice_meter(before)] as f32;
        let factors = situation.practice(week.slopes);
        // If it goes on, it goes by the experience gained since it was set.
        let later = if before.practises() { spell.set_by(weeks) } else { spell };
        let next = Situation { weeks: [later.clock_weeks(), weeks], ..situation }.practice(week.slopes)[0];
        let place = (id, practice_turn, Purpose::PracticeThinning);
        let moves = rings(&mut block.practice_due[firm], reading, factors, next, week.key, place);
        block.spell[firm] = later;
        moves
    };
    let rewrites = clocks & SCHEME != 0 && {
        let reading = meters[scheme_meter(before)] as f32;
        let factors = situation.scheme(week.slopes);
        let place = (id, scheme_turn, Purpose::SchemeThinning);
        rings(&mut block.scheme_due[firm], reading, factors, factors[0], week.key, place)
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
    let new = if moves { lifted_since(week.week as u16, true) } else { lifted };
    let situation = Situation { weeks: [block.spell[firm].clock_weeks(), weeks], ..situation };
    set_clocks(block, week, cell, firm, &situation, Situation { status: after, lifted: new, ..situation }, moves);
    let employees = week.population.employees[position];
    let units = block.units[cell - block.first.1];
    block.tallies.pass(&week.population.cells[cell], units, employees, [before, after], week.response);
}

/// Sets a firm's clocks after an event.
#[inline(always)]
fn set_clocks(
    block: &mut BlockState,
    week: &WeekOf,
    cell: usize,
    firm: usize,
    before: &Situation,
    mut now: Situation,
    moves: bool,
) {
    let meters = &block.meters[cell - block.first.1];
    let id = week.population.id[block.first.0 + firm];
    let [practice_turn, scheme_turn] = &mut block.turns[firm];
    let words = |turn: &mut Turn| {
        *turn = turn.next();
        week.key.words(id, turn.set.into(), Purpose::Transition)
    };
    let after = now.status;
    now.weeks = [block.spell[firm].clock_weeks(); 2];
    let (reading, clock) = (meters[practice_meter(after)], &mut block.practice_due[firm]);
    *clock = if moves {
        due(reading, words(practice_turn)[0], now.practice(week.slopes)[0])
    } else {
        rescaled(*clock, reading, before.practice(week.slopes)[0], now.practice(week.slopes)[0])
    };
    let (reading, clock) = (meters[scheme_meter(after)], &mut block.scheme_due[firm]);
    *clock = if !has_scheme_clock(after) {
        NEVER
    } else if before.status.formal() && after.formal() {
        rescaled(*clock, reading, before.scheme(week.slopes)[0], now.scheme(week.slopes)[0])
    } else if moves || before.status.formal() != after.formal() {
        due(reading, words(scheme_turn)[1], now.scheme(week.slopes)[0])
    } else {
        *clock
    };
}
