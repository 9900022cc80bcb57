//! Effects of deliveries that have not begun. Deliveries in, lifts out.

use super::Intervention;
use crate::{
    calendar::Week,
    dynamics::{Lift, Lifts},
};

/// Deliveries of one intervention whose effect has not begun.
#[derive(Clone, Debug)]
pub struct Pending {
    delay_weeks: u32,
    half_life: f32,
    lifts: std::collections::VecDeque<Lift>,
}

impl Pending {
    /// None yet.
    pub fn new(spec: &Intervention) -> Pending {
        let half_life = spec.half_life_weeks.map_or(f32::INFINITY, |weeks| weeks as f32);
        Pending { delay_weeks: spec.delay_weeks, half_life, lifts: Default::default() }
    }

    /// Adds a lift delivered in `week`.
    pub fn add(&mut self, week: Week, firm: u32, lift: f32) {
        self.add_fading_in(week, firm, lift, self.half_life);
    }

    /// The same for a lift with a half-life of its own, in weeks.
    pub fn add_fading_in(&mut self, week: Week, firm: u32, lift: f32, half_life: f32) {
        if lift != 0.0 {
            let begin = (week.0 + self.delay_weeks).min(u32::from(u16::MAX)) as u16;
            self.lifts.push_back(Lift { firm, begin, half_life, lift, to_start: false });
        }
    }

    /// Hands over those that begin by a week. (They wait in the order of their begin, as the delay is one and the same.)
    pub fn begin(&mut self, week: Week, lifts: &mut Lifts) {
        while let Some(lift) = self.lifts.pop_front_if(|lift| u32::from(lift.begin) <= week.0) {
            lifts.begin(lift);
        }
    }
}
