//! Who brought what: Shapley values, leave-one-out, alone and interactions, from paired draws. Values of coalitions in,
//! estimates out.
//!
//! Sources: Shapley (1953), "A value for n-person games"; Grabisch and Roubens (1999), "An axiomatic approach to the
//! concept of interaction among players in cooperative games"; Castro, Gomez and Tejada (2009), "Polynomial calculation of
//! the Shapley value based on sampling". Described in `docs/attribution.md`.

mod design;
#[cfg(test)]
mod tests;

pub use design::{Design, EXACT_PLAYERS, MOST_PLAYERS, Method};

use super::Coalition;
use crate::statistics::{mean, mean_interval};
use std::collections::BTreeMap;

/// Probability with which an interval holds the mean over all draws that could be made.
const LEVEL: f64 = 0.9;

/// A mean over draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The mean.
    pub mean: f64,
    /// 90 % interval of it (Student t over draws); `None` for fewer than two draws.
    pub interval: Option<(f64, f64)>,
    /// Draws.
    pub draws: usize,
}

impl Share {
    fn of(samples: &[f64]) -> Option<Share> {
        let finite = samples.iter().all(|x| x.is_finite());
        let mean = mean(samples).filter(|_| finite)?;
        Some(Share { mean, interval: mean_interval(samples, LEVEL), draws: samples.len() })
    }

    /// Whether 0 lies outside the interval.
    pub fn told_from_zero(&self) -> bool {
        self.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }
}

/// How two players change each other's contribution; positive = each brings more beside the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interaction {
    /// The players.
    pub pair: (usize, usize),
    /// Shapley interaction index; `None` when too few draws had the pair.
    pub index: Option<Share>,
}

/// One outcome of a game, split among the players. A share is `None` when a value is not a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// v(N) - v(0): everyone against nobody.
    pub whole: Option<Share>,
    /// Shapley values, by player. In every draw they add up to that draw's `whole`.
    pub shapley: Vec<Option<Share>>,
    /// v(N) - v(N without i), by player.
    pub leave_one_out: Vec<Option<Share>>,
    /// v(i alone) - v(0), by player.
    pub alone: Vec<Option<Share>>,
    /// Every pair.
    pub interactions: Vec<Interaction>,
}

/// Splits every outcome. `value` gives the outcomes of a coalition in a draw and is asked once for each that the
/// design needs, draw by draw; every answer has the same number of outcomes.
///
/// # Errors
/// The first of `value`.
pub fn split<E>(
    design: &Design,
    mut value: impl FnMut(u32, Coalition) -> Result<Vec<f64>, E>,
) -> Result<Vec<Split>, E> {
    let players = design.players;
    let mut samples: Vec<Samples> = Vec::new();
    for draw in 0..design.draws {
        let mut values = BTreeMap::new();
        for coalition in design.coalitions(draw) {
            values.insert(coalition, value(draw, coalition)?);
        }
        let outcomes = values.values().map(Vec::len).min().unwrap_or(0);
        samples.resize_with(outcomes.max(samples.len()), || Samples::new(players));
        for (outcome, samples) in samples.iter_mut().enumerate() {
            let v =
                |coalition: Coalition| values.get(&coalition).and_then(|all| all.get(outcome)).map_or(f64::NAN, |x| *x);
            samples.add(design, draw, v);
        }
    }
    Ok(samples.iter().map(|samples| samples.split(players)).collect())
}

/// One outcome's samples, a number a draw.
#[derive(Default)]
struct Samples {
    whole: Vec<f64>,
    shapley: Vec<Vec<f64>>,
    leave_one_out: Vec<Vec<f64>>,
    alone: Vec<Vec<f64>>,
    pairs: BTreeMap<(usize, usize), Vec<f64>>,
}

impl Samples {
    fn new(players: usize) -> Samples {
        let empty = vec![Vec::new(); players];
        Samples { shapley: empty.clone(), leave_one_out: empty.clone(), alone: empty, ..Samples::default() }
    }

    fn add(&mut self, design: &Design, draw: u32, v: impl Fn(Coalition) -> f64) {
        let everyone = Coalition::all(design.players);
        self.whole.push(v(everyone) - v(Coalition::NONE));
        for (player, share) in design.shapley(draw, &v).into_iter().enumerate() {
            self.shapley[player].push(share);
            self.leave_one_out[player].push(v(everyone) - v(everyone.without(player)));
            self.alone[player].push(v(Coalition::NONE.with(player)) - v(Coalition::NONE));
        }
        for (pair, index) in design.interactions(draw, &v) {
            self.pairs.entry(pair).or_default().push(index);
        }
    }

    fn split(&self, players: usize) -> Split {
        let each = |all: &[Vec<f64>]| all.iter().map(|samples| Share::of(samples)).collect();
        let pairs = (0..players).flat_map(|i| (i + 1..players).map(move |j| (i, j)));
        let index = |pair| Interaction { pair, index: self.pairs.get(&pair).and_then(|samples| Share::of(samples)) };
        Split {
            whole: Share::of(&self.whole),
            shapley: each(&self.shapley),
            leave_one_out: each(&self.leave_one_out),
            alone: each(&self.alone),
            interactions: pairs.map(index).collect(),
        }
    }
}
