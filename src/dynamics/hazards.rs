//! Weekly hazards of a cell's firms at inclination 0: parameters + what firms face + others' practice.

use super::{Exposure, HazardTerms, peers::PeerEffect};
use crate::{
    classification::{PREFECTURES, SIZES},
    parameters::Parameters,
    population::{Class, EVENTS},
};

/// A week's hazards, by all that cells have in common.
#[derive(Clone, Debug)]
pub struct Hazards {
    /// By number of the [`Class`].
    start: Vec<f64>,
    resume: Vec<f64>,
    stop: [f64; PREFECTURES],
    formalise: f64,
    give_up: f64,
}

impl Hazards {
    /// Of a week. Log hazards are linear in their terms; others' practice is a factor (mass action).
    pub fn new(p: &Parameters, terms: &HazardTerms, peer_effect: &PeerEffect) -> Hazards {
        let by_prefecture = |base: f64, declaration: f64, concern: f64| -> [f64; PREFECTURES] {
            std::array::from_fn(|place| {
                let (declared, worried) = (f64::from(terms.declaration[place]), f64::from(terms.concern[place]));
                libm::exp(base + declaration * declared + concern * worried)
            })
        };
        let start = by_prefecture(p.start_base, p.start_declaration, p.start_concern);
        let resume = by_prefecture(p.resume_base, p.resume_declaration, p.resume_concern);
        let with_peers = |hazard: &[f64; PREFECTURES]| {
            let place = |class: usize| class / SIZES % PREFECTURES;
            peer_effect.0.iter().enumerate().map(|(class, effect)| hazard[place(class)] * effect).collect()
        };
        Hazards {
            start: with_peers(&start),
            resume: with_peers(&resume),
            stop: by_prefecture(p.stop_base, -p.stop_declaration, -p.stop_concern),
            formalise: libm::exp(p.formalise_base),
            give_up: libm::exp(p.give_up_base),
        }
    }

    /// Of a cell, by event: start, stop, resume, formalise, give up.
    #[inline(always)]
    pub fn of(&self, class: Class, exposure: &Exposure) -> [f64; EVENTS] {
        let (number, prefecture) = (usize::from(class.number), usize::from(class.prefecture));
        [
            self.start[number] * exposure.adopt,
            self.stop[prefecture] * exposure.leave,
            self.resume[number] * exposure.adopt,
            self.formalise * exposure.formalise,
            self.give_up * exposure.leave,
        ]
    }
}
