//! What firms face this week.

use super::TreatmentEffects;
use crate::classification::PREFECTURES;

/// What interventions do to the hazards of all firms of a cell: factors, 1 where they do nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exposure {
    /// On starting and resuming.
    pub adopt: f64,
    /// On stopping and giving up.
    pub leave: f64,
    /// On formalising.
    pub formalise: f64,
}

impl Default for Exposure {
    fn default() -> Exposure {
        Exposure { adopt: 1.0, leave: 1.0, formalise: 1.0 }
    }
}

/// Everything that firms face this week.
#[derive(Clone, Debug)]
pub struct HazardTerms {
    /// Declaration in force by prefecture, after fatigue: 1 = a first state of emergency for the whole week.
    pub declaration: [f32; PREFECTURES],
    /// Concern by prefecture.
    pub concern: [f32; PREFECTURES],
    /// By cell.
    pub cells: Vec<Exposure>,
    /// What was delivered to single firms.
    pub effects: TreatmentEffects,
}

impl HazardTerms {
    /// Nothing, for so many cells.
    pub fn new(cells: usize) -> HazardTerms {
        HazardTerms {
            declaration: [0.0; PREFECTURES],
            concern: [0.0; PREFECTURES],
            cells: vec![Exposure::default(); cells],
            effects: TreatmentEffects::default(),
        }
    }

    /// Starts a week: concern, and what was delivered before. The rest is written anew.
    pub fn open(&mut self, concern: &[f32; PREFECTURES]) {
        (self.declaration, self.concern) = ([0.0; PREFECTURES], *concern);
        self.cells.fill(Exposure::default());
    }
}
