//! The hot loop: one week of all firms of a block.
//!
//! First a branch-free filter, which the compiler turns into SIMD, draws both words of every firm and finds those whose
//! draw may fall below their chance; then the few that remain are decided exactly, one by one, in double
//! precision. The filter's bound is never below the chance, so it loses no event. Filter and intensity are IEEE
//! adds, multiplies, divides and compares on single firms, with no sum over firms: the same bytes come out for any vector
//! width. The processor's instructions are chosen at run time by `multiversion`.

use super::rates::{Rates, Slopes};
use crate::{
    population::{Counts, FRAMES, Response, Status, frame_weights},
    random::{Key, Purpose, philox, uniform},
};
use std::ops::Range;

/// Firms handled at once: a chunk.
const LANES: usize = 64;

/// Chance of an event in a week at a log hazard: 1 - exp(-exp(log hazard)).
pub fn chance(log_hazard: f32) -> f64 {
    -(-f64::from(log_hazard).exp()).exp_m1()
}

/// A number above the hazard (and so above the chance), by at most 7 %: with log2 hazard = n + f, the float with
/// exponent n and mantissa f is 2^n (1 + f) >= 2^(n + f).
#[inline(always)]
fn above_hazard(log_hazard: f32) -> f32 {
    // The margin covers the rounding of the product and of the draw; beyond e^3 the chance is 1 for any draw.
    let exponent = (log_hazard.clamp(-80.0, 3.0) + 0.002) * std::f32::consts::LOG2_E + 127.0;
    // SAFETY: the clamp keeps the product between 11 x 2^23 and 132 x 2^23; it is finite and fits. (A saturating cast
    // would keep the loop from being vectorised.)
    f32::from_bits(unsafe { (exponent * 8_388_608.0).to_int_unchecked::<i32>() } as u32)
}

/// Whether a draw falls below the chance at a log hazard. Most draws that passed the filter are so far below it that
/// a bound from below decides: h - h^2/2 <= 1 - e^-h, with h at least 1/1.07 of the bound from above.
#[inline(always)]
fn falls_below(word: u32, log_hazard: f32) -> bool {
    let least = f64::from(above_hazard(log_hazard)) / 1.07;
    let draw = uniform(word);
    (least < 1.0 && draw < least * (1.0 - 0.5 * least)) || draw < chance(log_hazard)
}

/// Whether a draw may fall below a chance of at most `above`.
#[inline(always)]
fn may_fall_below(word: u32, above: f32) -> bool {
    ((word >> 1) as i32 as f32) < above * 2_147_483_648.0
}

/// Log hazards of a firm's week: its practice changes, its scheme changes.
#[inline(always)]
pub fn log_hazards(status: u8, weeks: u8, x: f32, rates: Rates, slopes: &Slopes) -> (f32, f32) {
    let weeks = f32::from(weeks);
    let e = weeks / (weeks + slopes.experience_half);
    let current = status & 3 == 1;
    let stopped = status & 3 == 2;
    let formal = status & Status::FORMAL != 0;
    let scheme = if formal { 1.0 } else { 0.0 };
    let start = rates.start + x;
    let stop = rates.stop - slopes.stop_inclination * x - slopes.stop_experience * e - slopes.stop_scheme * scheme;
    let resume = rates.resume + slopes.resume_inclination * x + slopes.resume_scheme * scheme;
    let practice = if current {
        stop
    } else if stopped {
        resume
    } else {
        start
    };
    let formalise = rates.formalise + slopes.formalise_inclination * x + slopes.formalise_experience * e;
    let give_up = rates.give_up + if stopped { slopes.give_up_stopped } else { 0.0 };
    let rule = if formal {
        give_up
    } else if current {
        formalise
    } else {
        f32::NEG_INFINITY
    };
    (practice, rule)
}

/// The arrays of a block's firms, all of one length.
pub struct Firms<'a> {
    /// Permanent ids.
    pub id: &'a [u32],
    /// Regular employees.
    pub employees: &'a [u32],
    /// Teleworkable share of jobs, 1/255.
    pub teleworkable: &'a [u8],
    /// Inclination that the firm faces this week.
    pub inclination: &'a [f32],
    /// Practice and scheme.
    pub status: &'a mut [u8],
    /// Week in which the practice was entered.
    pub entered: &'a mut [u16],
    /// Weeks practised.
    pub experience: &'a mut [u8],
    /// Largest share of employees who teleworked, 1/255.
    pub peak: &'a mut [u8],
}

/// What the firms of one cell go through this week.
#[derive(Clone, Copy, Debug)]
pub struct CellWeek {
    /// Its firms end here in the block's arrays, and begin where those of the cell before end.
    pub end: usize,
    /// Their rates.
    pub rates: Rates,
}

/// A firm whose week may bring an event: its place in the block, what may change, its regular employees.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    firm: u32,
    may: u8,
    employees: u32,
}

/// One week of one block.
#[inline(always)]
pub fn pass(
    firms: &mut Firms,
    cells: &[CellWeek],
    counts: &mut [Vec<Counts>; FRAMES],
    slopes: &Slopes,
    response: &Response,
    key: Key,
    week: u32,
) {
    let mut found = candidates(firms, cells, slopes, key, week);
    // Employees are needed for the counts alone and are seldom in the cache: a loop of their own lets the processor
    // fetch many at once.
    for candidate in found.iter_mut() {
        candidate.employees = firms.employees[candidate.firm as usize];
    }
    let mut cell = 0;
    for candidate in found {
        while cells[cell].end <= candidate.firm as usize {
            cell += 1;
        }
        let counts = counts.each_mut().map(|counts| &mut counts[cell]);
        decide(firms, candidate, counts, cells[cell].rates, slopes, response, key, week);
    }
    practise(firms, cells, slopes);
}

/// Goes through a block in chunks, beside its cells. (A loop by hand: closures would lose the processor's instructions.)
struct Chunks<'a> {
    length: usize,
    begin: usize,
    /// Cells that have not ended.
    cells: &'a [CellWeek],
}

impl<'a> Chunks<'a> {
    #[inline(always)]
    fn new(length: usize, cells: &'a [CellWeek]) -> Chunks<'a> {
        Chunks { length, begin: 0, cells }
    }

    /// The next chunk with the cells that it reaches into, and further ones.
    #[inline(always)]
    fn next(&mut self) -> Option<(Range<usize>, &'a [CellWeek])> {
        let chunk = self.begin..(self.begin + LANES).min(self.length);
        self.begin = chunk.end;
        while let [cell, rest @ ..] = self.cells
            && cell.end <= chunk.start
        {
            self.cells = rest;
        }
        (!chunk.is_empty()).then_some((chunk, self.cells))
    }
}

/// Some rates of each firm of a chunk, a row a rate.
struct Lanes<const N: usize>([[f32; LANES + SPREAD]; N]);

/// Lanes that are written at once.
const SPREAD: usize = 8;

impl<const N: usize> Lanes<N> {
    #[inline(always)]
    fn new() -> Lanes<N> {
        Lanes([[0.0; LANES + SPREAD]; N])
    }

    /// Writes the rates of the chunk's cells; the first firm is one of the first cell. What is written beyond a cell's end
    /// is overwritten by the next one.
    #[inline(always)]
    fn spread(&mut self, chunk: &Range<usize>, cells: &[CellWeek], rates: fn(&Rates) -> [f32; N]) {
        let mut lane = 0;
        for cell in cells {
            let end = cell.end.min(chunk.end) - chunk.start;
            let rates = rates(&cell.rates);
            while lane < end {
                for (row, rate) in self.0.iter_mut().zip(rates) {
                    row[lane..lane + SPREAD].fill(rate);
                }
                lane += SPREAD;
            }
            lane = end;
            if cell.end >= chunk.end {
                return;
            }
        }
    }
}

/// Bit of a firm whose practice may change.
const PRACTICE: u8 = 1;
/// Bit of a firm whose scheme may change.
const SCHEME: u8 = 2;

/// The firms whose week may bring an event, rising.
#[inline(always)]
fn candidates(firms: &Firms, cells: &[CellWeek], slopes: &Slopes, key: Key, week: u32) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut lanes = Lanes::new();
    let mut chunks = Chunks::new(firms.status.len(), cells);
    while let Some((chunk, cells)) = chunks.next() {
        let begin = chunk.start;
        let may = match cells {
            // A chunk within one cell.
            [cell, ..] if cell.end >= chunk.end => filter(firms, chunk, |_| cell.rates, slopes, key, week),
            _ => {
                lanes.spread(&chunk, cells, |rates| {
                    [rates.start, rates.stop, rates.resume, rates.formalise, rates.give_up]
                });
                let [start, stop, resume, formalise, give_up] = &lanes.0;
                let of = |lane: usize| Rates {
                    start: start[lane],
                    stop: stop[lane],
                    resume: resume[lane],
                    formalise: formalise[lane],
                    give_up: give_up[lane],
                    reach: 0.0,
                };
                filter(firms, chunk, of, slopes, key, week)
            }
        };
        // Events are rare: eight firms without one are passed over at once.
        for (eight, may) in may.as_chunks::<8>().0.iter().enumerate() {
            if u64::from_ne_bytes(*may) == 0 {
                continue;
            }
            for (lane, &may) in may.iter().enumerate().filter(|(_, may)| **may != 0) {
                found.push(Candidate { firm: (begin + 8 * eight + lane) as u32, may, employees: 0 });
            }
        }
    }
    found
}

/// Marks the firms of a chunk whose week may bring an event.
#[inline(always)]
fn filter(
    firms: &Firms,
    chunk: Range<usize>,
    rates: impl Fn(usize) -> Rates,
    slopes: &Slopes,
    key: Key,
    week: u32,
) -> [u8; LANES] {
    let mut candidates = [0; LANES];
    let lanes = chunk.len().min(LANES);
    let (id, status) = (&firms.id[chunk.clone()][..lanes], &firms.status[chunk.clone()][..lanes]);
    let (experience, inclination) = (&firms.experience[chunk.clone()][..lanes], &firms.inclination[chunk][..lanes]);
    let address = week | (Purpose::Transition as u32) << 16;
    for lane in 0..lanes {
        let [practice_word, scheme_word] = philox(id[lane], address, key.0);
        let (practice, rule) = log_hazards(status[lane], experience[lane], inclination[lane], rates(lane), slopes);
        let practice_may = may_fall_below(practice_word, above_hazard(practice));
        let scheme_may = may_fall_below(scheme_word, above_hazard(rule));
        candidates[lane] = u8::from(practice_may) * PRACTICE + u8::from(scheme_may) * SCHEME;
    }
    candidates
}

/// Decides one firm's week exactly, applies what happens and keeps the counts.
#[allow(clippy::too_many_arguments)]
#[inline(never)]
fn decide(
    firms: &mut Firms,
    candidate: Candidate,
    counts: [&mut Counts; FRAMES],
    rates: Rates,
    slopes: &Slopes,
    response: &Response,
    key: Key,
    week: u32,
) {
    let Candidate { firm, may, employees } = candidate;
    let firm = firm as usize;
    let before = Status(firms.status[firm]);
    let (practice, rule) = log_hazards(before.0, firms.experience[firm], firms.inclination[firm], rates, slopes);
    let [practice_word, scheme_word] = key.words(firms.id[firm], week, Purpose::Transition);
    let mut after = before.0;
    let practice_changes = may & PRACTICE != 0 && falls_below(practice_word, practice);
    if practice_changes {
        after = after & !3 | if before.practises() { 2 } else { 1 };
        firms.entered[firm] = week as u16;
    }
    // A firm that stops this week does not write telework into its rules as well.
    let stops = practice_changes && before.practises();
    let scheme_changes = may & SCHEME != 0 && falls_below(scheme_word, rule);
    if scheme_changes && (before.formal() || !stops) {
        after ^= Status::FORMAL;
    }
    if after == before.0 {
        return;
    }
    firms.status[firm] = after;
    let (from, to) = (before.slot(), Status(after).slot());
    for (counts, weight) in counts.into_iter().zip(frame_weights(employees, response)) {
        // Most firms are outside the frames of large ones, whose counts need not be fetched.
        if weight != 0.0 {
            counts[from] -= weight;
            counts[to] += weight;
        }
    }
}

/// Experience and intensity of the firms that practise after this week's events.
#[inline(always)]
fn practise(firms: &mut Firms, cells: &[CellWeek], slopes: &Slopes) {
    let mut lanes = Lanes::new();
    let mut chunks = Chunks::new(firms.status.len(), cells);
    while let Some((chunk, cells)) = chunks.next() {
        match cells {
            [cell, ..] if cell.end >= chunk.end => practise_chunk(firms, chunk, |_| cell.rates.reach, slopes),
            _ => {
                lanes.spread(&chunk, cells, |rates| [rates.reach]);
                practise_chunk(firms, chunk, |lane| lanes.0[0][lane], slopes);
            }
        }
    }
}

/// [`practise`] for the firms of a chunk.
#[inline(always)]
fn practise_chunk(firms: &mut Firms, chunk: Range<usize>, reach: impl Fn(usize) -> f32, slopes: &Slopes) {
    let lanes = chunk.len().min(LANES);
    let (status, teleworkable) = (&firms.status[chunk.clone()][..lanes], &firms.teleworkable[chunk.clone()][..lanes]);
    let (experience, peak) = (&mut firms.experience[chunk.clone()][..lanes], &mut firms.peak[chunk][..lanes]);
    for lane in 0..lanes {
        let current = status[lane] & 3 == 1;
        let share = intensity(teleworkable[lane], experience[lane], reach(lane), slopes);
        peak[lane] = if current { peak[lane].max(share) } else { peak[lane] };
        experience[lane] = experience[lane].saturating_add(u8::from(current));
    }
}

/// Share of a practising firm's employees who telework this week, in 1/255, at least one of 255.
#[inline(always)]
pub fn intensity(teleworkable: u8, experience: u8, reach: f32, slopes: &Slopes) -> u8 {
    let weeks = f32::from(experience);
    let e = weeks / (weeks + slopes.experience_half);
    let reach = (reach + slopes.reach_experience * e).min(1.0);
    // Adding 2^23 rounds and leaves the whole number in the low bits.
    ((f32::from(teleworkable) * reach + 8_388_608.0).to_bits() & 0xFF).max(1) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Parameters;

    /// Over all log hazards that occur and draws on both sides of the chance.
    #[test]
    fn the_filter_never_loses_an_event() {
        for step in -9000..1000 {
            let log_hazard = step as f32 * 0.01;
            let (chance, above) = (chance(log_hazard), above_hazard(log_hazard));
            assert!(f64::from(above) > chance, "bound at {log_hazard}");
            if log_hazard > -79.0 && log_hazard < 3.0 {
                assert!(f64::from(above) < 1.07 * f64::from(log_hazard).exp(), "bound at {log_hazard} is too high");
            }
            let edge = (chance * 4_294_967_296.0) as u32;
            for word in [0, edge.saturating_sub(200), edge.saturating_sub(1), edge, edge.saturating_add(1), u32::MAX] {
                assert!(uniform(word) >= chance || may_fall_below(word, above), "{word} at {log_hazard}");
                // Below -80 the bound stands still, and no draw is so small.
                let exact = uniform(word) < chance;
                assert!(log_hazard < -79.0 || falls_below(word, log_hazard) == exact, "{word} at {log_hazard}");
            }
        }
    }

    /// The pass against the rule as the model description reads, one firm at a time in double precision.
    #[test]
    fn the_pass_equals_the_plain_rule() {
        let n = 5000;
        let parameters = Parameters { tsr_size_exponent: 1.0, ..Parameters::default() };
        let (slopes, response, key) = (Slopes::new(&parameters), Response::new(&parameters), Key::new(5, 2));
        let rates = Rates { start: -3.0, stop: -2.0, resume: -2.5, formalise: -3.5, give_up: -4.0, reach: 0.5 };
        // Cells of one firm and more, some of which end within a chunk; in every other cell all starts are rarer.
        let rare = |cell: usize| if cell % 2 == 1 { 1.5_f32 } else { 0.0 };
        let sizes = [1, 1, 2, 13, 47, 64, 1, 129, 300, 70, 20, 5].into_iter().cycle();
        let ends = sizes
            .scan(0, |end, size: usize| {
                (*end < n as usize).then(|| std::mem::replace(end, (*end + size).min(n as usize)))
            })
            .skip(1)
            .chain([n as usize]);
        let cells: Vec<CellWeek> = ends
            .enumerate()
            .map(|(cell, end)| CellWeek { end, rates: Rates { start: -3.0 - rare(cell), ..rates } })
            .collect();
        let (id, employees): (Vec<u32>, Vec<u32>) = (0..n).map(|i| (7 * i, 1 + i % 50)).unzip();
        let teleworkable: Vec<u8> = (0..n).map(|i| (i % 256) as u8).collect();
        let inclination: Vec<f32> = (0..n).map(|i| (i % 60) as f32 * 0.1 - 4.0).collect();
        let start: Vec<u8> = (0..n).map(|i| [0, 1, 2, 5, 6, 13][i as usize % 6]).collect();
        let weeks: Vec<u8> = (0..n).map(|i| (i % 200) as u8).collect();
        let (mut status, mut entered) = (start.clone(), vec![0; n as usize]);
        let (mut experience, mut peak) = (weeks.clone(), vec![0; n as usize]);
        let mut counts: [Vec<Counts>; FRAMES] = std::array::from_fn(|_| vec![[1e9; 9]; cells.len()]);
        let mut firms = Firms {
            id: &id,
            employees: &employees,
            teleworkable: &teleworkable,
            inclination: &inclination,
            status: &mut status,
            entered: &mut entered,
            experience: &mut experience,
            peak: &mut peak,
        };
        pass(&mut firms, &cells, &mut counts, &slopes, &response, key, 9);
        let mut events = [0; 4];
        for i in 0..n as usize {
            let (x, e) =
                (f64::from(inclination[i]), f64::from(weeks[i]) / (f64::from(weeks[i]) + parameters.experience_half));
            let (practice, formal) = (start[i] & 3, start[i] & 4 != 0);
            let scheme = f64::from(u8::from(formal));
            let p = &parameters;
            let practice_hazard = match practice {
                0 => -3.0 - f64::from(rare(cells.partition_point(|cell| cell.end <= i))) + x,
                1 => -2.0 - p.stop_inclination * x - p.stop_experience * e - p.stop_scheme * scheme,
                _ => -2.5 + p.resume_inclination * x + p.resume_scheme * scheme,
            };
            let scheme_hazard = match (formal, practice) {
                (true, 2) => -4.0 + p.give_up_stopped,
                (true, _) => -4.0,
                (false, 1) => -3.5 + p.formalise_inclination * x + p.formalise_experience * e,
                _ => f64::NEG_INFINITY,
            };
            let happens = |word: u32, log_hazard: f64| uniform(word) < 1.0 - (-log_hazard.exp()).exp();
            let words = key.words(id[i], 9, Purpose::Transition);
            let moves = happens(words[0], practice_hazard);
            let rewrites = happens(words[1], scheme_hazard) && (formal || !(moves && practice == 1));
            let after = if moves { [1, 2, 1][usize::from(practice)] } else { practice };
            let expected = after | (start[i] & 12) ^ if rewrites { 4 } else { 0 };
            assert_eq!(status[i], expected, "firm {i} from {}", start[i]);
            events[usize::from(moves) + 2 * usize::from(rewrites)] += 1;
        }
        assert!(events.iter().all(|&number| number > 5), "every kind of event is tried: {events:?}");
    }

    #[test]
    fn no_scheme_without_practice_and_more_pressure_never_fewer_starts() {
        assert_eq!(chance(f32::NEG_INFINITY), 0.0);
        let chances: Vec<f64> = (-2000..400).map(|step| chance(step as f32 * 0.01)).collect();
        assert!(chances.is_sorted());
    }
}
