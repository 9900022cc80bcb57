//! What was delivered to single firms, and what it does to the inclination they face.

use super::{Setting, Terms, barrier_weights};
use crate::{
    calendar::Week,
    classification::{BARRIERS, Barrier},
    scenario::Intervention,
};

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

/// Lifts of one intervention, with delay and fading.
#[derive(Clone, Debug)]
pub struct Records {
    delay_weeks: u32,
    /// What is left of a lift by the weeks since it began; `None` when nothing fades.
    left: Option<Vec<f32>>,
    /// Week in which each lift begins; they rise.
    begin: Vec<u32>,
    firm: Vec<u32>,
    /// The lift when it begins.
    lift: Vec<f32>,
}

impl Records {
    /// None yet; for weeks up to `last`.
    pub fn new(spec: &Intervention, last: Week) -> Records {
        let left = |half: f64| (0..=last.0 as i32).map(|weeks| 0.5_f64.powf(1.0 / half).powi(weeks) as f32).collect();
        let left = spec.half_life_weeks.map(left);
        Records { delay_weeks: spec.delay_weeks, left, begin: Vec::new(), firm: Vec::new(), lift: Vec::new() }
    }

    /// Adds a lift delivered in `week`.
    pub fn add(&mut self, week: Week, firm: u32, lift: f32) {
        if lift != 0.0 {
            self.begin.push(week.0 + self.delay_weeks);
            self.firm.push(firm);
            self.lift.push(lift);
        }
    }

    /// Lifts the firms that were served, as far as the effect has begun and not faded.
    pub fn affect(&self, week: Week, terms: &mut Terms) {
        let begun = self.begin.partition_point(|begin| *begin <= week.0);
        let (firms, lifts) = (&self.firm[..begun], self.lift[..begun].iter());
        match &self.left {
            None => terms.lift(firms, lifts.copied()),
            Some(left) => {
                let begin = self.begin.iter();
                terms.lift(firms, lifts.zip(begin).map(|(lift, begin)| lift * left[(week.0 - begin) as usize]));
            }
        }
    }
}
