//! Effects of deliveries that have not begun. Deliveries in, effects out.

use super::Intervention;
use crate::{
    calendar::Week,
    dynamics::{TreatmentEffect, TreatmentEffects},
};

/// Deliveries of one intervention whose effect has not begun.
#[derive(Clone, Debug)]
pub struct Pending {
    delay_weeks: u32,
    half_life: f32,
    to_start: bool,
    effects: std::collections::VecDeque<TreatmentEffect>,
}

impl Pending {
    /// None yet.
    pub fn new(spec: &Intervention) -> Pending {
        let half_life = spec.half_life_weeks.map_or(f32::INFINITY, |weeks| weeks as f32);
        let to_start = spec.measure.kind().only_helps_to_start();
        Pending { delay_weeks: spec.delay_weeks, half_life, to_start, effects: Default::default() }
    }

    /// Adds an effect delivered in `week`.
    pub fn add(&mut self, week: Week, firm: u32, log_hazard: f32) {
        self.add_fading_in(week, firm, log_hazard, self.half_life);
    }

    /// The same for an effect with a half-life of its own, in weeks.
    pub fn add_fading_in(&mut self, week: Week, firm: u32, log_hazard: f32, half_life: f32) {
        if log_hazard != 0.0 {
            let begin = (week.0 + self.delay_weeks).min(u32::from(u16::MAX)) as u16;
            self.effects.push_back(TreatmentEffect { firm, begin, half_life, log_hazard, to_start: self.to_start });
        }
    }

    /// Hands over those that begin by a week. (They wait in the order of their begin, as the delay is one and the same.)
    pub fn begin(&mut self, week: Week, effects: &mut TreatmentEffects) {
        while let Some(effect) = self.effects.pop_front_if(|effect| u32::from(effect.begin) <= week.0) {
            effects.begin(effect);
        }
    }
}
