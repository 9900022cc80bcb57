//! Which coalitions are needed in which draw, and what they say of each player in that draw.

use super::super::Coalition;
use crate::random::{Key, Purpose};
use std::collections::BTreeSet;

/// Up to so many players every coalition may be asked for (4,096 runs a draw).
pub const EXACT_PLAYERS: usize = 12;
/// Up to so many players a game may have.
pub const MOST_PLAYERS: usize = 63;

/// How Shapley values are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// From all coalitions, in every draw: an interval holds the sampling of draws alone.
    Exact,
    /// From two opposite orders in every draw, other orders in other draws: an interval holds the sampling of draws and
    /// of orders.
    Sampled,
}

impl Method {
    /// Word in files.
    pub fn key(self) -> &'static str {
        match self {
            Method::Exact => "exact",
            Method::Sampled => "sampled",
        }
    }
}

/// Which coalitions are needed in which draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Design {
    /// Players.
    pub players: usize,
    /// Paired draws.
    pub draws: u32,
    /// How.
    pub method: Method,
    /// One order a draw; none when exact.
    orders: Vec<Vec<usize>>,
}

impl Design {
    /// Every coalition in every draw.
    pub fn exact(players: usize, draws: u32) -> Design {
        Design { players, draws, method: Method::Exact, orders: Vec::new() }
    }

    /// A random order and its reverse in every draw.
    ///
    /// Orders come in blocks of as many draws as there are players. A block is a zigzag (0, 1, -1, 2, -2, ...) started at
    /// each player in turn, under a random naming of the players: each order by itself is as likely as any other, and
    /// within a block every player has every place once and every pair stands side by side twice. Source of the zigzag:
    /// Williams (1949), "Experimental designs balanced for the estimation of residual effects of treatments".
    pub fn sampled(players: usize, draws: u32, seed: u64) -> Design {
        let n = players.max(1);
        let zigzag: Vec<usize> = (0..n).map(|k| if k % 2 == 1 { k.div_ceil(2) } else { (n - k / 2) % n }).collect();
        let order = |draw: u32| {
            let (block, start) = (draw / n as u32, draw as usize % n);
            let names = shuffled(players, Key::new(seed, block));
            zigzag.iter().take(players).map(|step| names[(start + step) % n]).collect()
        };
        Design { players, draws, method: Method::Sampled, orders: (0..draws).map(order).collect() }
    }

    /// Coalitions that are needed in a draw.
    pub fn coalitions(&self, draw: u32) -> BTreeSet<Coalition> {
        let everyone = Coalition::all(self.players);
        let Some(order) = self.orders.get(draw as usize) else {
            return (0..=everyone.0).map(Coalition).collect();
        };
        let mut needed: BTreeSet<Coalition> = [Coalition::NONE, everyone].into();
        for player in 0..self.players {
            needed.extend([Coalition::NONE.with(player), everyone.without(player)]);
        }
        for order in both(order) {
            let mut before = Coalition::NONE;
            for step in order.windows(2) {
                needed.extend([before.with(step[0]), before.with(step[1])]);
                before = before.with(step[0]);
            }
        }
        needed
    }

    /// Runs that are needed, over all draws.
    pub fn runs(&self) -> u64 {
        match self.method {
            Method::Exact => u64::from(self.draws) << self.players,
            Method::Sampled => (0..self.draws).map(|draw| self.coalitions(draw).len() as u64).sum(),
        }
    }

    /// Each player's Shapley value in a draw; exactly when exact, without bias when sampled.
    pub(super) fn shapley(&self, draw: u32, v: impl Fn(Coalition) -> f64) -> Vec<f64> {
        let n = self.players;
        let mut shares = vec![0.0; n];
        let Some(order) = self.orders.get(draw as usize) else {
            // s! (n - s - 1)! / n! = 1 / (n C(n - 1, s)).
            let weights: Vec<f64> = (0..n).map(|s| 1.0 / (n as f64 * choose(n - 1, s))).collect();
            for coalition in (0..=Coalition::all(n).0).map(Coalition) {
                for player in (0..n).filter(|player| !coalition.has(*player)) {
                    shares[player] += weights[coalition.size()] * (v(coalition.with(player)) - v(coalition));
                }
            }
            return shares;
        };
        for order in both(order) {
            let mut before = Coalition::NONE;
            for &player in &order {
                shares[player] += 0.5 * (v(before.with(player)) - v(before));
                before = before.with(player);
            }
        }
        shares
    }

    /// Shapley interaction indices in a draw: of every pair when exact; when sampled, without bias, of the pairs that
    /// stand side by side in the draw's order, from what stands before them in either direction.
    pub(super) fn interactions(&self, draw: u32, v: impl Fn(Coalition) -> f64) -> Vec<((usize, usize), f64)> {
        let n = self.players;
        let second = |i: usize, j: usize, s: Coalition| v(s.with(i).with(j)) - v(s.with(i)) - v(s.with(j)) + v(s);
        let Some(order) = self.orders.get(draw as usize) else {
            // s! (n - s - 2)! / (n - 1)! = 1 / ((n - 1) C(n - 2, s)).
            let weights: Vec<f64> =
                (0..n.saturating_sub(1)).map(|s| 1.0 / ((n - 1) as f64 * choose(n - 2, s))).collect();
            let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
            let index = |(i, j): (usize, usize)| {
                let others = (0..=Coalition::all(n).0).map(Coalition).filter(|s| !s.has(i) && !s.has(j));
                ((i, j), others.map(|s| weights[s.size()] * second(i, j, s)).sum())
            };
            return pairs.map(index).collect();
        };
        let mut before = Coalition::NONE;
        let everyone = Coalition::all(n);
        let beside = |step: &[usize]| {
            let (i, j) = (step[0].min(step[1]), step[0].max(step[1]));
            let after = Coalition(everyone.without(i).without(j).0 & !before.0);
            let index = 0.5 * (second(i, j, before) + second(i, j, after));
            before = before.with(step[0]);
            ((i, j), index)
        };
        order.windows(2).map(beside).collect()
    }
}

/// An order and its reverse.
fn both(order: &[usize]) -> [Vec<usize>; 2] {
    [order.to_vec(), order.iter().rev().copied().collect()]
}

/// Number of ways to choose `k` of `n`; exact for every game that can be exact.
fn choose(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |ways, i| ways * (n - i) as f64 / (i + 1) as f64)
}

/// The numbers below `n` in random order (Fisher and Yates).
fn shuffled(n: usize, key: Key) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let [word, _] = key.words(last as u32, 0, Purpose::Order);
        all.swap(last, ((u64::from(word) * (last as u64 + 1)) >> 32) as usize);
    }
    all
}
