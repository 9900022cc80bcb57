//! What was delivered to single firms, and what it does to the inclination they face.

use super::{Setting, Terms, barrier_weights};
use crate::{
    calendar::Week,
    classification::{BARRIERS, Barrier},
    scenario::Intervention,
};
use std::collections::HashMap;

/// What all interventions together have delivered to firms.
#[derive(Clone, Debug, Default)]
pub struct Delivered {
    /// Part of each barrier that is still unresolved, for firms that were served.
    unresolved: HashMap<u32, [f32; BARRIERS]>,
    /// Share of the firms that a simulated firm stands for, by kind, that were served.
    served: HashMap<(&'static str, u32), f64>,
    /// Subsidised firms with the name of the subsidy, in the order of their grants.
    pub subsidised: Vec<(String, u32)>,
}

impl Delivered {
    /// Whether another delivery of this kind to this firm would serve a firm twice.
    pub fn exhausted(&self, kind: &'static str, firm: u32, weight: f64) -> bool {
        self.served.get(&(kind, firm)).is_some_and(|&share| share + 0.5 / weight > 1.0)
    }

    /// Records a delivery that removes a share of the given barriers; returns the inclination gained.
    #[allow(clippy::too_many_arguments)]
    pub fn serve(
        &mut self,
        setting: &Setting,
        kind: &'static str,
        firm: u32,
        weight: f64,
        barriers: &[Barrier],
        share_removed: f64,
        encouragement: f64,
    ) -> f32 {
        let share_of_firms = (1.0 / weight).min(1.0);
        *self.served.entry((kind, firm)).or_default() += share_of_firms;
        let unresolved = self.unresolved.entry(firm).or_insert_with(|| {
            let set = setting.population.barriers[firm as usize];
            std::array::from_fn(|b| f32::from(set >> b & 1))
        });
        let weights = barrier_weights(setting.parameters);
        let mut gain = encouragement as f32;
        for barrier in barriers {
            let b = *barrier as usize;
            let removed = unresolved[b] * share_removed as f32;
            gain += weights[b] * removed;
            unresolved[b] -= removed * share_of_firms as f32;
        }
        // A simulated firm that stands for many is lifted as the average of served and unserved ones.
        (share_of_firms as f32 * gain.exp_m1()).ln_1p()
    }
}

/// Lifts of one intervention, with delay and fading.
#[derive(Clone, Debug)]
pub struct Records {
    delay_weeks: u32,
    keep_per_week: Option<f64>,
    lifts: Vec<(u32, u32, f32)>,
}

impl Records {
    /// None yet.
    pub fn new(spec: &Intervention) -> Records {
        let keep_per_week = spec.half_life_weeks.map(|half| 0.5_f64.powf(1.0 / half));
        Records { delay_weeks: spec.delay_weeks, keep_per_week, lifts: Vec::new() }
    }

    /// Adds a lift delivered in `week`.
    pub fn add(&mut self, week: Week, firm: u32, lift: f32) {
        if lift != 0.0 {
            self.lifts.push((week.0 + self.delay_weeks, firm, lift));
        }
    }

    /// Lifts the firms that were served, as far as the effect has begun and not faded.
    pub fn affect(&self, week: Week, terms: &mut Terms) {
        for &(begin, firm, lift) in &self.lifts {
            if begin > week.0 {
                continue;
            }
            let left = self.keep_per_week.map_or(1.0, |keep| keep.powi((week.0 - begin) as i32));
            terms.lift(firm, lift * left as f32);
        }
    }
}
