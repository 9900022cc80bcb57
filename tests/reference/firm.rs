//! One firm as the model description reads: what it is, what it has gone through, and its log hazards.

use telework::{
    dynamics::{Exposure, TreatmentEffect},
    parameters::Parameters,
    population::Practice,
};

/// What may happen to a firm in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Start,
    Stop,
    Resume,
    Formalise,
    GiveUp,
}

/// One firm.
#[derive(Clone, Debug)]
pub struct Firm {
    pub id: u32,
    /// Position of its cell in the population.
    pub cell: usize,
    pub employees: u32,
    /// Teleworkable share of its jobs, 1/255.
    pub teleworkable: u8,
    /// Own inclination.
    pub baseline_log_hazard: f64,
    pub practice: Practice,
    pub formal: bool,
    /// Had a scheme in January 2020.
    pub formal_at_start: bool,
    /// Week in which its practice was entered.
    pub entered: u32,
    /// Weeks practised, at most 255, and how many of them before the present practice was entered.
    pub weeks: u32,
    pub weeks_before: u32,
    /// Largest share of its employees who teleworked in a week, less leavers, 1/255.
    pub largest: u8,
    /// Every treatment effect that has begun, in that order.
    pub effects: Vec<TreatmentEffect>,
}

/// What a firm meets in a week.
#[derive(Clone, Copy, Debug)]
pub struct Facing {
    pub declaration: f64,
    pub concern: f64,
    /// Share of practising others.
    pub others: f64,
    /// Factors of what measures do to all firms of its cell.
    pub exposure: Exposure,
}

impl Firm {
    /// The event that may change its practice.
    pub fn practice_event(&self) -> Event {
        match self.practice {
            Practice::Never => Event::Start,
            Practice::Current => Event::Stop,
            Practice::Stopped => Event::Resume,
        }
    }

    /// The event that may change its scheme.
    pub fn scheme_event(&self) -> Option<Event> {
        match (self.formal, self.practice) {
            (true, _) => Some(Event::GiveUp),
            (false, Practice::Current) => Some(Event::Formalise),
            _ => None,
        }
    }

    /// What all deliveries add to its inclination in a week.
    pub fn added(&self, week: u32) -> f64 {
        let left = |effect: &TreatmentEffect| {
            let age = f64::from(week) - f64::from(effect.begin);
            f64::from(effect.log_hazard) * libm::pow(0.5, age / f64::from(effect.half_life))
        };
        self.effects.iter().filter(|effect| self.counts(effect)).map(left).sum()
    }

    /// Whether a delivery counts now: what helps to start does so until then.
    pub fn counts(&self, effect: &TreatmentEffect) -> bool {
        !effect.to_start || self.practice == Practice::Never
    }

    /// Sum of the sizes of all that was ever added, which rounding is relative to.
    pub fn effects_added(&self) -> f64 {
        self.effects.iter().map(|effect| f64::from(effect.log_hazard.abs())).sum()
    }

    /// The part of an event's log hazard that is the firm's own, at an inclination and after so many weeks of practice.
    pub fn own_terms(&self, p: &Parameters, event: Event, inclination: f64, weeks: u32) -> f64 {
        let experience = f64::from(weeks) / (f64::from(weeks) + p.experience_half);
        let scheme = if self.formal { 1.0 } else { 0.0 };
        match event {
            Event::Start => inclination,
            Event::Stop => -p.stop_inclination * inclination - p.stop_experience * experience - p.stop_scheme * scheme,
            Event::Resume => p.resume_inclination * inclination + p.resume_scheme * scheme,
            Event::Formalise => p.formalise_inclination * inclination + p.formalise_experience * experience,
            Event::GiveUp if self.practice == Practice::Stopped => p.give_up_stopped,
            Event::GiveUp => 0.0,
        }
    }

    /// Log hazard of an event in a week, linear in its terms; `added` is what all deliveries add in that week.
    pub fn log_hazard(&self, p: &Parameters, event: Event, facing: &Facing, added: f64) -> f64 {
        let Facing { declaration, concern, others, exposure } = *facing;
        let effect = || libm::log(1.0 + p.peer_strength * others);
        let common = match event {
            Event::Start => {
                p.start_base
                    + p.start_declaration * declaration
                    + p.start_concern * concern
                    + effect()
                    + libm::log(exposure.adopt)
            }
            Event::Stop => {
                p.stop_base - p.stop_declaration * declaration - p.stop_concern * concern + libm::log(exposure.leave)
            }
            Event::Resume => {
                p.resume_base
                    + p.resume_declaration * declaration
                    + p.resume_concern * concern
                    + effect()
                    + libm::log(exposure.adopt)
            }
            Event::Formalise => p.formalise_base + libm::log(exposure.formalise),
            Event::GiveUp => p.give_up_base + libm::log(exposure.leave),
        };
        common + self.own_terms(p, event, self.baseline_log_hazard + added, self.weeks)
    }

    /// Share of its employees who telework in a week of practice, 1/255, at least one. Shares are kept in single
    /// precision, in the engine as here.
    pub fn staff(&self, p: &Parameters, market: f32, declaration: f64) -> u8 {
        let reach = (p.reach_base + p.reach_market * f64::from(market) + p.reach_declaration * declaration)
            .clamp(0.0, 1.0) as f32;
        let experience = self.weeks as f32 / (self.weeks as f32 + p.experience_half as f32);
        let reach = (reach + p.reach_experience as f32 * experience).min(1.0);
        (f32::from(self.teleworkable) * reach).round_ties_even().max(1.0) as u8
    }
}

impl Facing {
    /// Hazards of the five events at inclination 0 and without any other term of a firm's own: a product, in the order in
    /// which the engine multiplies.
    pub fn hazards(&self, p: &Parameters) -> [f64; 5] {
        let Facing { declaration, concern, others, exposure } = *self;
        let effect = 1.0 + p.peer_strength * others;
        [
            libm::exp(p.start_base + p.start_declaration * declaration + p.start_concern * concern)
                * effect
                * exposure.adopt,
            libm::exp(p.stop_base + -p.stop_declaration * declaration + -p.stop_concern * concern) * exposure.leave,
            libm::exp(p.resume_base + p.resume_declaration * declaration + p.resume_concern * concern)
                * effect
                * exposure.adopt,
            libm::exp(p.formalise_base) * exposure.formalise,
            libm::exp(p.give_up_base) * exposure.leave,
        ]
    }
}
