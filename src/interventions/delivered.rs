//! What was delivered to single firms, and what inclination it gains them.

use super::{Setting, barrier_weights};
use crate::classification::{BARRIERS, Barrier};

/// What all interventions together have delivered to firms.
#[derive(Clone, Debug, Default)]
pub struct Delivered {
    /// For each simulated firm the number of its account, from 1 on; 0 = never served.
    account: Vec<u32>,
    /// Part of each barrier that is still unresolved, by account.
    unresolved: Vec<[f32; BARRIERS]>,
    /// By kind, and then by account: share of the firms that a simulated firm stands for that were served.
    served: Vec<Vec<f64>>,
    /// By kind, a bit a firm: another delivery would serve a firm twice. Small enough to stay in the cache.
    exhausted: Vec<Vec<u64>>,
    /// Subsidised firms with the name of the subsidy, in the order of their grants.
    pub subsidised: Vec<(String, u32)>,
}

/// Number of a kind of intervention, below the number of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindNumber(pub usize);

impl Delivered {
    /// Nothing yet, to `firms` simulated firms by so many kinds.
    pub fn new(firms: usize, kinds: usize) -> Delivered {
        Delivered {
            account: vec![0; firms],
            served: vec![Vec::new(); kinds],
            exhausted: vec![vec![0; firms.div_ceil(64)]; kinds],
            ..Delivered::default()
        }
    }

    /// Whether another delivery of this kind to this firm would serve a firm twice.
    pub fn exhausted(&self, kind: KindNumber, firm: u32) -> bool {
        self.exhausted[kind.0][firm as usize / 64] >> (firm % 64) & 1 == 1
    }

    /// Records a delivery that removes a share of the given barriers; returns the inclination gained, 0 where none would
    /// change anything.
    #[allow(clippy::too_many_arguments)]
    pub fn serve(
        &mut self,
        setting: &Setting,
        kind: KindNumber,
        firm: u32,
        weight: f64,
        barriers: &[Barrier],
        share_removed: f64,
        encouragement: f64,
    ) -> f32 {
        let share_of_firms = (1.0 / weight).min(1.0);
        let account = self.open(setting, firm);
        let served = &mut self.served[kind.0];
        served.resize(served.len().max(account + 1), 0.0);
        served[account] += share_of_firms;
        if served[account] + 0.5 / weight > 1.0 {
            self.exhausted[kind.0][firm as usize / 64] |= 1 << (firm % 64);
        }
        let unresolved = &mut self.unresolved[account];
        let weights = barrier_weights(setting.parameters);
        let mut gain = encouragement as f32;
        for barrier in barriers {
            let b = *barrier as usize;
            let removed = unresolved[b] * share_removed as f32;
            gain += weights[b] * removed;
            unresolved[b] -= removed * share_of_firms as f32;
        }
        // A firm without teleworkable jobs never practises: nothing needs to be kept for it.
        if setting.population.teleworkable[firm as usize] == 0 {
            return 0.0;
        }
        // A simulated firm that stands for many is lifted as the average of served and unserved ones.
        (share_of_firms as f32 * gain.exp_m1()).ln_1p()
    }

    /// Position of a firm's account, opened with all of its barriers when it has none.
    fn open(&mut self, setting: &Setting, firm: u32) -> usize {
        let account = &mut self.account[firm as usize];
        if *account == 0 {
            let set = setting.population.barriers[firm as usize];
            self.unresolved.push(std::array::from_fn(|b| f32::from(set >> b & 1)));
            *account = self.unresolved.len() as u32;
        }
        *account as usize - 1
    }
}
