//! The smallest value of one number of a scenario with which a KPI is reached often enough. Paired draws that reach it in,
//! a value with its interval out.
//!
//! With the same draws at every value, P(x) = share of draws that reach the KPI can only step up where more of the
//! measure helps every draw. Nothing relies on it: where P falls again, the answer says so. Described in
//! `docs/attribution.md`.

#[cfg(test)]
mod tests;

use crate::statistics::{fell, wilson};

/// Values tried first, evenly over the range, both ends among them.
const GRID: usize = 5;
/// A bracket this narrow, in proportion, is not halved any more.
const PRECISION: f64 = 0.05;
/// Probability with which an interval holds the true share of draws.
const LEVEL: f64 = 0.9;
/// A fall of P is told when chance brings such a one or a larger with this probability or less.
const CHANCE: f64 = 0.01;

/// Which values may be tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Smallest.
    pub low: f64,
    /// Largest.
    pub high: f64,
    /// Whole numbers only.
    pub whole: bool,
}

impl Range {
    /// Whether values are spread by ratio: when they span an order of magnitude or more.
    fn by_ratio(&self) -> bool {
        self.low > 0.0 && self.high >= 10.0 * self.low
    }
    /// The value at a share of the way from one value to another, with three digits at most.
    fn between(&self, low: f64, high: f64, share: f64) -> f64 {
        let value = if self.by_ratio() { low * libm::pow(high / low, share) } else { low + (high - low) * share };
        if self.whole {
            return value.round();
        }
        // Three digits of the value, or of the width where that is narrower. Powers of ten above 1 are exact, below not.
        let digit = libm::log10((high - low).min(value.abs().max(f64::MIN_POSITIVE))).floor() as i32 - 2;
        let unit = 10_f64.powi(digit.abs());
        let rounded = if digit < 0 { (value * unit).round() / unit } else { (value / unit).round() * unit };
        if rounded.is_finite() { rounded } else { value }
    }
    /// The values with which a search begins, whatever they give.
    pub fn grid(&self) -> Vec<f64> {
        if self.high <= self.low {
            return vec![self.low];
        }
        let inner = (1..GRID - 1).map(|k| self.between(self.low, self.high, k as f64 / (GRID - 1) as f64));
        let mut grid: Vec<f64> = [self.low].into_iter().chain(inner).chain([self.high]).collect();
        grid.dedup();
        grid
    }
    /// Between two neighbours when the bracket is wide enough, and a value is left there.
    fn middle(&self, low: f64, high: f64) -> Option<f64> {
        let width = if self.by_ratio() { high / low - 1.0 } else { (high - low) / (self.high - self.low) };
        let middle = self.between(low, high, 0.5);
        (width > PRECISION && low < middle && middle < high).then_some(middle)
    }
}

/// One value, tried in all draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    /// The value.
    pub value: f64,
    /// Whether each draw reached the KPI.
    pub reached: Vec<bool>,
}

impl Evaluated {
    fn count(&self) -> usize {
        self.reached.iter().filter(|reached| **reached).count()
    }
    /// Share of draws that reached the KPI.
    pub fn probability(&self) -> f64 {
        self.count() as f64 / self.reached.len().max(1) as f64
    }
    /// 90 % interval of it (Wilson): the number of draws is finite.
    pub fn interval(&self) -> (f64, f64) {
        wilson(self.count(), self.reached.len(), LEVEL)
    }
}

/// P is lower at a value than at a smaller one, by more than chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fall {
    /// The smaller value.
    pub from: f64,
    /// P there.
    pub probability: f64,
    /// The larger value.
    pub to: f64,
    /// P there.
    pub then: f64,
}

/// Where the wanted probability is reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reached {
    /// At the lowest value already.
    Already,
    /// At this value, the smallest tried that reaches it.
    At(f64),
    /// At none.
    Never,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Where.
    pub reached: Reached,
    /// 90 % interval of the smallest value, from the intervals of P, ends as tried. Lower end: the largest value below
    /// which P is too low for certain, `None` = none is. Upper end: the smallest value with which P is high enough for
    /// certain, `None` = none is.
    pub interval: (Option<f64>, Option<f64>),
    /// Every value tried, rising.
    pub tried: Vec<Evaluated>,
    /// Where P falls with a rising value.
    pub falls: Vec<Fall>,
}

/// Finds the smallest value with P(value) >= `wanted`: an even grid, then halving of the bracket that holds it, then of
/// the two brackets that hold the ends of its interval. `evaluate` tells of each draw, in the same order at every
/// value, whether it reached the KPI; it is asked once a value.
///
/// # Errors
/// The first of `evaluate`.
pub fn search<E>(
    range: Range,
    wanted: f64,
    mut evaluate: impl FnMut(f64) -> Result<Vec<bool>, E>,
) -> Result<Answer, E> {
    let mut tried = Vec::new();
    for value in range.grid() {
        tried.push(Evaluated { value, reached: evaluate(value)? });
    }
    let mut first = |enough: &dyn Fn(&Evaluated) -> bool| -> Result<(Option<f64>, Option<f64>), E> {
        loop {
            let Some(place) = tried.iter().position(enough) else {
                return Ok((tried.last().map(|e| e.value), None));
            };
            let here = tried[place].value;
            let Some(below) = place.checked_sub(1).map(|below| tried[below].value) else {
                return Ok((None, Some(here)));
            };
            let Some(value) = range.middle(below, here) else { return Ok((Some(below), Some(here))) };
            tried.insert(place, Evaluated { value, reached: evaluate(value)? });
        }
    };
    let (_, at) = first(&|e| e.probability() >= wanted)?;
    let interval = match at {
        Some(_) => (first(&|e| e.interval().1 >= wanted)?.0, first(&|e| e.interval().0 >= wanted)?.1),
        None => (None, None),
    };
    let reached = match at {
        None => Reached::Never,
        Some(value) if value == range.low => Reached::Already,
        Some(value) => Reached::At(value),
    };
    let falls = falls(&tried);
    Ok(Answer { reached, interval, tried, falls })
}

/// Each value whose P lies below the best P of a smaller value by more than chance.
fn falls(tried: &[Evaluated]) -> Vec<Fall> {
    let fall = |place: usize| {
        let here = &tried[place];
        let best = tried[..place].iter().max_by(|a, b| a.count().cmp(&b.count()))?;
        let pairs = || best.reached.iter().zip(&here.reached);
        let lost = pairs().filter(|(before, now)| **before && !**now).count();
        let gained = pairs().filter(|(before, now)| !**before && **now).count();
        (lost > gained && fell(lost, gained) <= CHANCE).then(|| Fall {
            from: best.value,
            probability: best.probability(),
            to: here.value,
            then: here.probability(),
        })
    };
    (0..tried.len()).filter_map(fall).collect()
}
