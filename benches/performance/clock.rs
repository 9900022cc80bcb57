//! Wall times of some works that take turns, so that all of them meet the same load from elsewhere.

use std::time::Instant;

/// Seconds that a work took.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// Median over rounds.
    pub median: f64,
    /// Slowest less fastest round, relative to the median.
    pub spread: f64,
}

impl Time {
    /// Of any number of times.
    pub fn of(mut seconds: Vec<f64>) -> Time {
        seconds.sort_by(f64::total_cmp);
        let at = |i: usize| seconds.get(i).copied().unwrap_or(f64::NAN);
        let (last, half) = (seconds.len().saturating_sub(1), seconds.len() / 2);
        let median = if seconds.len() % 2 == 1 { at(half) } else { (at(half.saturating_sub(1)) + at(half)) / 2.0 };
        Time { median, spread: (at(last) - at(0)) / median }
    }
}

/// A work, any number of times.
pub type Work<'a> = Box<dyn FnMut() + 'a>;

/// What a work gave, and its seconds.
pub fn timed<R>(work: impl FnOnce() -> R) -> (R, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64())
}

/// Times of all works, in their order. Rounds go forth and back in turn; with more than one, the first work is done once
/// before, so that the machine is warm.
pub fn race(rounds: usize, mut works: Vec<Work>) -> Vec<Time> {
    let mut taken = vec![Vec::new(); works.len()];
    if let ([first, ..], 2..) = (works.as_mut_slice(), rounds) {
        first();
    }
    for round in 0..rounds {
        let mut order: Vec<usize> = (0..works.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for i in order {
            taken[i].push(timed(&mut works[i]).1);
        }
    }
    taken.into_iter().map(Time::of).collect()
}
