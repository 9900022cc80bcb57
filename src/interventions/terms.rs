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

/// Everything that firms face this week.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// By cell.
    pub cells: Vec<Face>,
    /// By simulated firm: its own inclination plus what was delivered to it.
    pub inclination: Vec<f32>,
    touched: Vec<u32>,
}

impl Terms {
    /// Nothing but the firms' own inclination.
    pub fn new(cells: usize, own: &[f32]) -> Terms {
        Terms { cells: vec![Face::default(); cells], inclination: own.to_vec(), touched: Vec::new() }
    }

    /// Starts a week: concern only, own inclination only.
    pub fn open(&mut self, population: &Population, own: &[f32], concern: &[f32; PREFECTURES]) {
        for firm in self.touched.drain(..) {
            self.inclination[firm as usize] = own[firm as usize];
        }
        for (face, cell) in self.cells.iter_mut().zip(&population.cells) {
            *face = Face { concern: concern[cell.prefecture.index()], ..Face::default() };
        }
    }

    /// Raises the inclination that one firm faces this week.
    pub fn lift(&mut self, firm: u32, by: f32) {
        self.inclination[firm as usize] += by;
        self.touched.push(firm);
    }
}
