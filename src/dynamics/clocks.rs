//! A firm's clocks: when its next events are due, in readings of its cell's meters.
//!
//! An event has the chance 1 - exp(-hazard) in a week. So it comes in the first week in which the hazards since the clock
//! was set add up to more than a draw from the exponential distribution. All firms of a cell share the hazard at
//! inclination 0, which the cell's meter adds up; a firm's own terms are a factor. Where that factor changes while the
//! clock runs (experience grows, lifts fade), the clock is set by the largest factor that may come, and when it runs down,
//! the event happens with the chance actual / largest, or else the clock goes on: thinning (Lewis and Shedler 1979), which
//! keeps the chance of each week exactly.

use super::Lifted;
use crate::{
    parameters::Parameters,
    population::{FORMALISE, GIVE_UP, Practice, RESUME, START, STOP, Status, Turn},
    random::{Key, Purpose, uniform},
};

/// How a firm's own terms enter the log hazards; the same for all cells and weeks.
#[derive(Clone, Debug, PartialEq)]
pub struct Slopes {
    stop_inclination: f64,
    stop_experience: f64,
    stop_scheme: f64,
    resume_inclination: f64,
    resume_scheme: f64,
    formalise_inclination: f64,
    formalise_experience: f64,
    give_up_stopped: f64,
    /// Experience by weeks of practice, 0-1.
    experience: [f64; 256],
}

impl Slopes {
    /// From the parameters.
    pub fn new(p: &Parameters) -> Slopes {
        Slopes {
            stop_inclination: p.stop_inclination,
            stop_experience: p.stop_experience,
            stop_scheme: p.stop_scheme,
            resume_inclination: p.resume_inclination,
            resume_scheme: p.resume_scheme,
            formalise_inclination: p.formalise_inclination,
            formalise_experience: p.formalise_experience,
            give_up_stopped: p.give_up_stopped,
            experience: std::array::from_fn(|weeks| weeks as f64 / (weeks as f64 + p.experience_half)),
        }
    }

    /// Experience after so many weeks of practice, 0-1.
    #[inline(always)]
    fn experience(&self, weeks: u8) -> f64 {
        self.experience[usize::from(weeks)]
    }

    /// Log factor of the practice clock, given the inclination that counts for starting and resuming and the one that
    /// counts for stopping.
    fn practice(&self, status: Status, adopting: f64, stopping: f64, weeks: u8) -> f64 {
        let scheme = if status.formal() { 1.0 } else { 0.0 };
        match practice_meter(status) {
            START => adopting,
            STOP => {
                -self.stop_inclination * stopping
                    - self.stop_experience * self.experience(weeks)
                    - self.stop_scheme * scheme
            }
            _ => self.resume_inclination * adopting + self.resume_scheme * scheme,
        }
    }

    /// Log factor of the scheme's clock, where there is one.
    fn scheme(&self, status: Status, inclination: f64, weeks: u8) -> f64 {
        match scheme_meter(status) {
            GIVE_UP if practice_meter(status) == RESUME => self.give_up_stopped,
            GIVE_UP => 0.0,
            _ => self.formalise_inclination * inclination + self.formalise_experience * self.experience(weeks),
        }
    }
}

/// Meter by which the practice clock runs.
#[inline(always)]
pub fn practice_meter(status: Status) -> usize {
    match status.practice() {
        Practice::Never => START,
        Practice::Current => STOP,
        Practice::Stopped => RESUME,
    }
}

/// Meter by which the scheme's clock runs, if it runs.
#[inline(always)]
pub fn scheme_meter(status: Status) -> usize {
    if status.formal() { GIVE_UP } else { FORMALISE }
}

/// Whether a firm has a scheme's clock: to give it up, or, while it practises, to make one.
#[inline(always)]
pub fn has_scheme_clock(status: Status) -> bool {
    status.formal() || status.practises()
}

/// What counts for a firm's hazards in a week.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// Practice and scheme.
    pub status: Status,
    /// Its own inclination.
    pub own: f64,
    /// What interventions add.
    pub lifted: Lifted,
    /// Weeks practised by which its stopping clock runs, and until this week.
    pub weeks: [u8; 2],
}

impl Situation {
    /// Log factor of the practice clock: the largest that may come, and this week's.
    #[inline]
    pub fn practice(&self, slopes: &Slopes) -> [f64; 2] {
        let Situation { status, own, lifted, weeks } = *self;
        [
            slopes.practice(status, own + lifted.most, own + lifted.least, weeks[0]),
            slopes.practice(status, own + lifted.now, own + lifted.now, weeks[1]),
        ]
    }

    /// Log factor of the scheme's clock: the largest that may come, and this week's.
    #[inline]
    pub fn scheme(&self, slopes: &Slopes) -> [f64; 2] {
        let Situation { status, own, lifted, weeks } = *self;
        let largest = if slopes.formalise_inclination < 0.0 { lifted.least } else { lifted.most };
        [slopes.scheme(status, own + largest, u8::MAX), slopes.scheme(status, own + lifted.now, weeks[1])]
    }
}

/// A draw from the exponential distribution.
#[inline(always)]
pub fn exponential(word: u32) -> f64 {
    -libm::log(uniform(word))
}

/// Reading at which a clock set at `reading` runs down.
#[inline(always)]
pub fn due(reading: f64, word: u32, log_factor: f64) -> f32 {
    (reading + exponential(word) * libm::exp(-log_factor)) as f32
}

/// A clock whose log factor changes: what is left of it is longer or shorter by the ratio.
#[inline(always)]
pub fn rescaled(clock: f32, reading: f64, before: f64, after: f64) -> f32 {
    if before == after || clock == f32::INFINITY {
        return clock;
    }
    (reading + (f64::from(clock) - reading).max(0.0) * libm::exp(before - after)) as f32
}

/// Whether the event of a clock happens this week, in which the meter has come to `reading`. A clock that runs down
/// without an event is set anew, by the log factor `later`, the largest that may come from now on.
#[inline(always)]
pub fn rings(
    clock: &mut f32,
    reading: f32,
    [mut largest, actual]: [f64; 2],
    later: f64,
    key: Key,
    (id, turn, purpose): (u32, &mut Turn, Purpose),
) -> bool {
    if *clock > reading {
        return false;
    }
    // So many runs within one week are beyond any hazard that parameters can give.
    for _ in 0..=u8::MAX {
        if actual >= largest {
            return true;
        }
        let [draw, next] = key.attempt(id, turn.set.into(), purpose, turn.tried);
        turn.tried = turn.tried.wrapping_add(1);
        if uniform(draw) < libm::exp(actual - largest) {
            return true;
        }
        largest = later;
        *clock = due(f64::from(*clock), next, largest);
        if *clock > reading {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests;
