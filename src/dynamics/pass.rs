//! The hot loop: one week of all firms of a cell, branch-free, so that the compiler turns it into SIMD.
//!
//! Every operation is an IEEE add, multiply, divide or compare on one firm, with no sum over firms: the same bytes come
//! out for any vector width. The processor's instructions are chosen at run time by `multiversion`.

use super::rates::{Rates, Slopes};
use crate::{
    population::{Counts, FRAMES, Response, Status, frame_weights},
    random::{Key, Purpose, philox},
};

/// Firms handled at once.
const LANES: usize = 64;

/// e to the power of `x`, relative error below 2e-7 for -87 < x < 20; `x` is cut to that range.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 20.0);
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    power_of_two(n) * (1.0 + exp_m1_near_zero(x - n * LN2_HIGH - n * LN2_LOW))
}

/// 1 - exp(-hazard): the chance of an event in a week, with full relative precision for small hazards.
#[inline(always)]
fn chance(hazard: f32) -> f32 {
    let y = -hazard.min(30.0);
    let n = (y * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let scale = power_of_two(n);
    (1.0 - scale) - scale * exp_m1_near_zero(y - n * LN2_HIGH - n * LN2_LOW)
}

/// Adding and taking away 1.5 x 2^23 rounds to the nearest whole number.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts, the first short enough that n x LN2_HIGH is exact.
const LN2_HIGH: f32 = 0.693_359_4;
const LN2_LOW: f32 = -2.121_944_4e-4;

#[inline(always)]
fn power_of_two(n: f32) -> f32 {
    f32::from_bits(((n as i32 + 127) << 23) as u32)
}

/// exp(r) - 1 for |r| <= ln(2)/2: Taylor series to the seventh power (remainder below 6e-9).
#[inline(always)]
fn exp_m1_near_zero(r: f32) -> f32 {
    let tail = 1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5040.0));
    r + r * r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * tail)))
}

/// Whether a draw falls below a chance, on 31 bits.
#[inline(always)]
fn falls_below(word: u32, chance: f32) -> bool {
    ((word >> 1) as i32) < (chance * 2_147_483_648.0) as i32
}

/// The arrays of one cell's firms, all of one length.
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

/// One week of one cell.
#[inline(always)]
pub fn pass(
    firms: &mut Firms,
    counts: &mut [Counts; FRAMES],
    rates: &Rates,
    slopes: &Slopes,
    response: &Response,
    key: Key,
    week: u32,
) {
    let length = firms.status.len();
    let mut begin = 0;
    while begin < length {
        let end = (begin + LANES).min(length);
        let mut events = [0u8; LANES];
        decide(
            &mut events[..end - begin],
            &firms.id[begin..end],
            &firms.status[begin..end],
            &firms.experience[begin..end],
            &firms.inclination[begin..end],
            rates,
            slopes,
            key,
            week,
        );
        for (lane, &event) in events[..end - begin].iter().enumerate() {
            if event != 0 {
                happen(firms, begin + lane, event, counts, response, week);
            }
        }
        practise(
            &firms.status[begin..end],
            &firms.teleworkable[begin..end],
            &mut firms.experience[begin..end],
            &mut firms.peak[begin..end],
            rates,
            slopes,
        );
        begin = end;
    }
}

/// What happens to each firm: bit 0 its practice changes, bit 1 its scheme changes.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn decide(
    events: &mut [u8],
    id: &[u32],
    status: &[u8],
    experience: &[u8],
    inclination: &[f32],
    rates: &Rates,
    slopes: &Slopes,
    key: Key,
    week: u32,
) {
    let lanes = events.len();
    let (id, status, experience, inclination) =
        (&id[..lanes], &status[..lanes], &experience[..lanes], &inclination[..lanes]);
    let address = week | (Purpose::Transition as u32) << 16;
    for lane in 0..lanes {
        let [practice_word, scheme_word] = philox(id[lane], address, key.0);
        let (status, x) = (status[lane], inclination[lane]);
        let weeks = f32::from(experience[lane]);
        let e = weeks / (weeks + slopes.experience_half);
        let current = status & 3 == 1;
        let stopped = status & 3 == 2;
        let formal = status & Status::FORMAL != 0;
        let scheme = if formal { 1.0 } else { 0.0 };
        let stop = rates.stop - slopes.stop_inclination * x - slopes.stop_experience * e - slopes.stop_scheme * scheme;
        let resume = rates.resume + slopes.resume_inclination * x + slopes.resume_scheme * scheme;
        let start = rates.start + x;
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
            -87.0
        };
        let practice_changes = falls_below(practice_word, chance(exp(practice)));
        let scheme_changes = falls_below(scheme_word, chance(exp(rule)));
        events[lane] = u8::from(practice_changes) | u8::from(scheme_changes) << 1;
    }
}

/// Applies an event to one firm and keeps the counts.
#[inline(always)]
fn happen(firms: &mut Firms, firm: usize, event: u8, counts: &mut [Counts; FRAMES], response: &Response, week: u32) {
    let before = Status(firms.status[firm]);
    let mut after = before.0;
    if event & 1 != 0 {
        after = after & !3 | if before.practises() { 2 } else { 1 };
        firms.entered[firm] = week as u16;
    }
    // A firm that stops this week does not write telework into its rules as well.
    let stops = event & 1 != 0 && before.practises();
    if event & 2 != 0 && (before.formal() || !stops) {
        after ^= Status::FORMAL;
    }
    if after == before.0 {
        return;
    }
    firms.status[firm] = after;
    let (from, to) = (before.slot(), Status(after).slot());
    for (counts, weight) in counts.iter_mut().zip(frame_weights(firms.employees[firm], response)) {
        counts[from] -= weight;
        counts[to] += weight;
    }
}

/// Experience and intensity of the firms that practise after this week's events.
#[inline(always)]
fn practise(
    status: &[u8],
    teleworkable: &[u8],
    experience: &mut [u8],
    peak: &mut [u8],
    rates: &Rates,
    slopes: &Slopes,
) {
    let lanes = status.len();
    let (teleworkable, experience, peak) = (&teleworkable[..lanes], &mut experience[..lanes], &mut peak[..lanes]);
    for lane in 0..lanes {
        let current = status[lane] & 3 == 1;
        let share = intensity(teleworkable[lane], experience[lane], rates.reach, slopes);
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
    ((f32::from(teleworkable) * reach + 0.5) as i32).clamp(1, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the standard library in double precision.
    #[test]
    fn exp_and_chance_keep_their_relative_precision() {
        for step in -8600..2000 {
            let x = step as f32 * 0.01;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 3e-7, "exp({x})");
        }
        for step in -3000..340 {
            let hazard = (step as f32 * 0.01).exp();
            let exact = -(-f64::from(hazard)).exp_m1();
            assert!((f64::from(chance(hazard)) / exact - 1.0).abs() < 4e-7, "chance({hazard})");
        }
    }

    #[test]
    fn a_higher_chance_never_loses_an_event() {
        for word in [0, 1, 77_777, 1 << 31, u32::MAX] {
            let mut before = false;
            for step in -2000..400 {
                let now = falls_below(word, chance(exp(step as f32 * 0.01)));
                assert!(now || !before);
                before = now;
            }
        }
    }
}
