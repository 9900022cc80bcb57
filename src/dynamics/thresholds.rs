//! A firm's event thresholds: the cumulative hazards of its cell at which its next events come.
//!
//! An event has the chance 1 - exp(-hazard) in a week. So it comes in the first week in which the hazards since the last event
//! add up to more than a draw from the exponential distribution. All firms of a cell share the hazard at inclination 0, and
//! with it the cumulative hazard; a firm's own terms are a factor. Where that factor changes before the threshold is reached
//! (experience grows, effects fade), the threshold is drawn by the largest factor that may come, and when it is reached, the
//! event happens with the chance actual / largest, or else the next threshold is drawn: thinning (Lewis and Shedler 1979),
//! which keeps the chance of each week exactly.

use super::AddedLogHazard;
use crate::{
    parameters::Parameters,
    population::{DrawCounter, FORMALISE, GIVE_UP, Practice, RESUME, START, STOP, Status},
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

    /// Log factor on the hazard of the practice event, given the inclination that counts for starting and resuming and the one that
    /// counts for stopping.
    fn practice(&self, status: Status, adopting: f64, stopping: f64, weeks: u8) -> f64 {
        let scheme = if status.formal() { 1.0 } else { 0.0 };
        match practice_event(status) {
            START => adopting,
            STOP => {
                -self.stop_inclination * stopping
                    - self.stop_experience * self.experience(weeks)
                    - self.stop_scheme * scheme
            }
            _ => self.resume_inclination * adopting + self.resume_scheme * scheme,
        }
    }

    /// Log factor on the hazard of the scheme's event, where there is one.
    fn scheme(&self, status: Status, inclination: f64, weeks: u8) -> f64 {
        match scheme_event(status) {
            GIVE_UP if practice_event(status) == RESUME => self.give_up_stopped,
            GIVE_UP => 0.0,
            _ => self.formalise_inclination * inclination + self.formalise_experience * self.experience(weeks),
        }
    }
}

/// The event that changes a firm's practice next.
#[inline(always)]
pub fn practice_event(status: Status) -> usize {
    match status.practice() {
        Practice::Never => START,
        Practice::Current => STOP,
        Practice::Stopped => RESUME,
    }
}

/// The event that changes its scheme next, if one may.
#[inline(always)]
pub fn scheme_event(status: Status) -> usize {
    if status.formal() { GIVE_UP } else { FORMALISE }
}

/// Whether an event of its scheme may come: to give it up, or, while it practises, to make one.
#[inline(always)]
pub fn has_scheme_threshold(status: Status) -> bool {
    status.formal() || status.practises()
}

/// What counts for a firm's hazards in a week.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// Practice and scheme.
    pub status: Status,
    /// Its own inclination.
    pub baseline_log_hazard: f64,
    /// What interventions add.
    pub added: AddedLogHazard,
    /// Weeks practised by which its stopping threshold was drawn, and until this week.
    pub weeks: [u8; 2],
}

impl Situation {
    /// Log factor on the practice event: the largest that may come, and this week's.
    #[inline]
    pub fn practice(&self, slopes: &Slopes) -> [f64; 2] {
        let Situation { status, baseline_log_hazard, added, weeks } = *self;
        [
            slopes.practice(status, baseline_log_hazard + added.most, baseline_log_hazard + added.least, weeks[0]),
            slopes.practice(status, baseline_log_hazard + added.now, baseline_log_hazard + added.now, weeks[1]),
        ]
    }

    /// Log factor on the scheme's event: the largest that may come, and this week's.
    #[inline]
    pub fn scheme(&self, slopes: &Slopes) -> [f64; 2] {
        let Situation { status, baseline_log_hazard, added, weeks } = *self;
        let largest = if slopes.formalise_inclination < 0.0 { added.least } else { added.most };
        [
            slopes.scheme(status, baseline_log_hazard + largest, u8::MAX),
            slopes.scheme(status, baseline_log_hazard + added.now, weeks[1]),
        ]
    }
}

/// A draw from the exponential distribution.
#[inline(always)]
pub fn exponential(word: u32) -> f64 {
    -libm::log(uniform(word))
}

/// A threshold drawn when the cumulative hazard is `cumulative`.
#[inline(always)]
pub fn event_threshold(cumulative: f64, word: u32, log_factor: f64) -> f32 {
    (cumulative + exponential(word) * libm::exp(-log_factor)) as f32
}

/// A threshold whose log factor changes: what is left until it is reached is multiplied by the ratio.
#[inline(always)]
pub fn rescaled(threshold: f32, cumulative: f64, before: f64, after: f64) -> f32 {
    if before == after || threshold == f32::INFINITY {
        return threshold;
    }
    (cumulative + (f64::from(threshold) - cumulative).max(0.0) * libm::exp(before - after)) as f32
}

/// Whether the event of a threshold happens this week, at whose end the cumulative hazard is `cumulative`. A threshold that is
/// reached without an event is drawn anew, by the log factor `later`, the largest that may come from now on.
#[inline(always)]
pub fn fires(
    threshold: &mut f32,
    cumulative: f32,
    [mut largest, actual]: [f64; 2],
    later: f64,
    key: Key,
    (id, counter, purpose): (u32, &mut DrawCounter, Purpose),
) -> bool {
    if *threshold > cumulative {
        return false;
    }
    // So many runs within one week are beyond any hazard that parameters can give.
    for _ in 0..=u8::MAX {
        if actual >= largest {
            return true;
        }
        let [draw, next] = key.attempt(id, counter.set.into(), purpose, counter.tried);
        counter.tried = counter.tried.wrapping_add(1);
        if uniform(draw) < libm::exp(actual - largest) {
            return true;
        }
        largest = later;
        *threshold = event_threshold(f64::from(*threshold), next, largest);
        if *threshold > cumulative {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests;
