//! Log hazards of a cell's week: parameters + what its firms face + others' practice.

use super::fields::Pulls;
use crate::{interventions::Face, parameters::Parameters, population::Cell};

/// A cell's week. Weekly log hazards at inclination 0, before what is a firm's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// never -> current.
    pub start: f32,
    /// current -> stopped.
    pub stop: f32,
    /// stopped -> current.
    pub resume: f32,
    /// Practising firm without a scheme.
    pub formalise: f32,
    /// Practising firm with a scheme.
    pub give_up: f32,
    /// Share of teleworkable jobs that telework, without experience.
    pub reach: f32,
}

/// How a firm's own terms enter; the same for all cells and weeks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slopes {
    /// Inclination on stopping (taken away).
    pub stop_inclination: f32,
    /// Experience on stopping (taken away).
    pub stop_experience: f32,
    /// Scheme on stopping (taken away).
    pub stop_scheme: f32,
    /// Inclination on resuming.
    pub resume_inclination: f32,
    /// Scheme on resuming.
    pub resume_scheme: f32,
    /// Inclination on formalising.
    pub formalise_inclination: f32,
    /// Experience on formalising.
    pub formalise_experience: f32,
    /// A stopped firm on giving up.
    pub give_up_stopped: f32,
    /// Weeks to half experience.
    pub experience_half: f32,
    /// Experience on reach.
    pub reach_experience: f32,
}

impl Slopes {
    /// From the parameters.
    pub fn new(p: &Parameters) -> Slopes {
        Slopes {
            stop_inclination: p.stop_inclination as f32,
            stop_experience: p.stop_experience as f32,
            stop_scheme: p.stop_scheme as f32,
            resume_inclination: p.resume_inclination as f32,
            resume_scheme: p.resume_scheme as f32,
            formalise_inclination: p.formalise_inclination as f32,
            formalise_experience: p.formalise_experience as f32,
            give_up_stopped: p.give_up_stopped as f32,
            experience_half: p.experience_half as f32,
            reach_experience: p.reach_experience as f32,
        }
    }
}

impl Rates {
    /// The week of one cell.
    pub fn new(p: &Parameters, face: &Face, pulls: &Pulls, cell: &Cell) -> Rates {
        let (declaration, concern) = (f64::from(face.declaration), f64::from(face.concern));
        let (adopt, keep) = (f64::from(face.adopt), f64::from(face.keep));
        let peers = pulls.on(cell);
        let start = p.start_base + p.start_declaration * declaration + p.start_concern * concern + peers + adopt;
        let stop = p.stop_base - p.stop_declaration * declaration - p.stop_concern * concern - keep;
        let resume = p.resume_base + p.resume_declaration * declaration + p.resume_concern * concern + peers + adopt;
        let formalise = p.formalise_base + f64::from(face.formalise);
        let reach = (p.reach_base + p.reach_declaration * declaration).clamp(0.0, 1.0);
        Rates {
            start: start as f32,
            stop: stop as f32,
            resume: resume as f32,
            formalise: formalise as f32,
            give_up: (p.give_up_base - keep) as f32,
            reach: reach as f32,
        }
    }
}

/// Days a week that a teleworker works from elsewhere, under a declaration of this pressure.
pub fn days_a_week(p: &Parameters, declaration: f64) -> f64 {
    (p.days_base + p.days_declaration * declaration).clamp(0.0, 5.0)
}
