//! What figures owe to chance: points simulated with two process-noise streams in, the noise's covariance out, and how much of it
//! all points share.

use super::square;
use crate::calibration::surrogate::without_noise;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Process noise of figures in the mean of two streams; at first of no point.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct ProcessNoise {
    /// Covariance of the figures, column by column.
    covariance: Vec<f64>,
    /// Mean over points of half the difference of the two streams: luck that all points share.
    shared: Vec<f64>,
    /// Points so far.
    points: usize,
}

impl ProcessNoise {
    /// Adds the figures of points, of two streams each.
    pub fn add(&mut self, pairs: &[[Vec<f64>; 2]]) {
        let Some([first, _]) = pairs.first() else { return };
        let (figures, known) = (first.len(), self.points as f64);
        // The mean of two streams whose difference has variance 2 v has variance v / 2.
        let mut sum = self.covariance(figures) * known;
        let mut shared = DVector::zeros(figures);
        self.shared.iter().enumerate().for_each(|(i, mean)| shared[i] = mean * known);
        for [a, b] in pairs {
            let half = DVector::from_iterator(figures, a.iter().zip(b).map(|(a, b)| 0.5 * (a - b)));
            sum.ger(1.0, &half, &half, 1.0);
            shared += half;
        }
        self.points += pairs.len();
        self.covariance = (sum / self.points as f64).as_slice().to_vec();
        self.shared = (shared / self.points as f64).as_slice().to_vec();
    }

    /// The covariance of so many figures.
    pub fn covariance(&self, figures: usize) -> DMatrix<f64> {
        square(&self.covariance, figures)
    }

    /// A surrogate's error with this noise taken off. What two streams differ by at one point and not at the next is no error of
    /// the surrogate. What they differ by at all points is one: all points were simulated with the same streams, and the
    /// surrogate has learnt their luck.
    pub fn off(&self, error: &DMatrix<f64>) -> DMatrix<f64> {
        let (noise, shared) = (self.covariance(error.nrows()), self.shared_share());
        without_noise(error, &(&noise * (1.0 - shared))) + noise * shared
    }

    /// Share of the variance that all points have in common, mean over the figures: the squared mean of half
    /// differences over their mean square, less what the mean of so many independent ones would have.
    pub fn shared_share(&self) -> f64 {
        let noise = self.covariance(self.shared.len());
        let each = (0..self.shared.len()).filter(|i| noise[(*i, *i)] > 0.0);
        let each: Vec<f64> = each.map(|i| self.shared[i].powi(2) / noise[(i, i)]).collect();
        let by_chance = 1.0 / self.points.max(1) as f64;
        let mean = each.iter().sum::<f64>() / each.len().max(1) as f64;
        if by_chance < 1.0 { ((mean - by_chance) / (1.0 - by_chance)).clamp(0.0, 1.0) } else { 0.0 }
    }
}
