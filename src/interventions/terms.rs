//! What firms face this week. Rebuilt every week, so nothing is ever undone.

use crate::{classification::PREFECTURES, population::Population};

/// What all firms of a cell face. Log hazards unless said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Face {
    /// Declaration in force, after fatigue: 1 = a first state of emergency for the whole week.
    pub declaration: f32,
    /// Concern.
    pub concern: f32,
    /// Added to starting and resuming.
    pub adopt: f32,
    /// Taken from stopping and giving up.
    pub keep: f32,
    /// Added to formalising.
    pub formalise: f32,
}

/// Lifts are few when there is less than one for so many firms. Where they are more, as in a sample, all firms are
/// sooner copied than the lifted ones looked up.
const FEW: usize = 16;

/// Everything that firms face this week.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// By cell.
    pub cells: Vec<Face>,
    /// By simulated firm: its own inclination plus what was delivered to it.
    pub inclination: Vec<f32>,
    /// Firms lifted this week, once a lift, as long as they are [few](FEW).
    lifted: Vec<u32>,
}

impl Terms {
    /// Nothing but the firms' own inclination.
    pub fn new(cells: usize, own: &[f32]) -> Terms {
        Terms { cells: vec![Face::default(); cells], inclination: own.to_vec(), lifted: Vec::new() }
    }

    /// Starts a week: concern only, own inclination only.
    pub fn open(&mut self, population: &Population, own: &[f32], concern: &[f32; PREFECTURES]) {
        if self.lifted.len() > own.len() / FEW {
            self.inclination.copy_from_slice(own);
            self.lifted.clear();
        }
        for firm in self.lifted.drain(..) {
            self.inclination[firm as usize] = own[firm as usize];
        }
        for (face, cell) in self.cells.iter_mut().zip(&population.cells) {
            *face = Face { concern: concern[cell.prefecture.index()], ..Face::default() };
        }
    }

    /// Raises the inclinations that firms face this week.
    pub fn lift(&mut self, firms: &[u32], by: impl Iterator<Item = f32>) {
        for (firm, by) in firms.iter().zip(by) {
            self.inclination[*firm as usize] += by;
        }
        if self.lifted.len() <= self.inclination.len() / FEW {
            self.lifted.extend_from_slice(firms);
        }
    }
}
