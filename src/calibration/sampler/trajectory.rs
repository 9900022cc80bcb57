//! Hamiltonian trajectories on the surrogate's posterior. A surrogate, particles and draws in, moved particles out.

use super::{SamplerState, Sampling};
use crate::{
    calibration::surrogate::Surrogate,
    random::{Key, Purpose, uniform},
};
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rayon::prelude::*;

/// Leapfrog steps of a trajectory.
const STEPS: usize = 5;
/// Particles at which the surrogate's slopes are averaged for the scale of the trajectories.
const SLOPES_AT: usize = 8;

/// Draws of one particle in one sweep.
pub(super) struct Stream {
    pub(super) key: Key,
    pub(super) particle: u32,
    pub(super) next: u32,
}

impl Stream {
    pub(super) fn uniform(&mut self) -> f64 {
        self.next += 1;
        uniform(self.key.words(self.next, self.particle, Purpose::Calibration)[0])
    }
    fn normal(&mut self) -> f64 {
        self.next += 1;
        self.key.normal(self.next, self.particle, Purpose::Calibration)
    }
}

/// The surrogate's posterior at one temperature, on a scale u with `z = mean + scale u`.
///
/// The scale comes from the surrogate's slopes, averaged over particles, not from the particles' covariance: a population
/// that resampling has narrowed would otherwise propose short moves and stay narrow. A direction in which the figures have
/// information l has posterior deviation 1 / sqrt(1 + temperature l) about.
pub(super) struct Surface<'a> {
    problem: &'a Sampling<'a>,
    surrogate: &'a Surrogate,
    temperature: f64,
    mean: DVector<f64>,
    scale: DMatrix<f64>,
    unscale: DMatrix<f64>,
}

impl<'a> Surface<'a> {
    pub(super) fn new(problem: &'a Sampling, surrogate: &'a Surrogate, state: &SamplerState) -> Surface<'a> {
        let (d, n) = (problem.space.len(), state.z.len());
        let mean = DVector::from_fn(d, |k, _| state.z.iter().map(|z| z[k]).sum::<f64>() / n as f64);
        let at: Vec<&Vec<f64>> = state.z.iter().step_by((n / SLOPES_AT).max(1)).collect();
        let each: Vec<DMatrix<f64>> = at.par_iter().map(|z| information(problem, surrogate, z)).collect();
        let information = each.iter().sum::<DMatrix<f64>>() / at.len() as f64;
        let eigen = SymmetricEigen::new(information);
        let length = |value: &f64| 1.0 / (1.0 + state.temperature * value.max(0.0)).sqrt();
        let lengths: Vec<f64> = eigen.eigenvalues.iter().map(length).collect();
        let scale = DMatrix::from_fn(d, d, |i, k| eigen.eigenvectors[(i, k)] * lengths[k]);
        let unscale = DMatrix::from_fn(d, d, |k, i| eigen.eigenvectors[(i, k)] / lengths[k]);
        Surface { problem, surrogate, temperature: state.temperature, mean, scale, unscale }
    }

    /// Log density and its gradient at `mean + scale u`.
    fn density(&self, u: &DVector<f64>) -> (f64, DVector<f64>) {
        let z = &self.mean + &self.scale * u;
        let (space, likelihood) = (self.problem.space, self.problem.likelihood);
        let at = self.surrogate.evaluate(&z.as_slice()[..space.dynamic]);
        let (log, by_figure, by_rest) = likelihood.gradient(space, z.as_slice(), &at.figures, &self.surrogate.error);
        let mut gradient = self.surrogate.gradient(&at, &by_figure);
        gradient.extend(by_rest);
        let gradient = DVector::from_vec(gradient) * self.temperature - &z;
        (self.temperature * log - 0.5 * z.norm_squared(), self.scale.tr_mul(&gradient))
    }

    /// Where a trajectory from a point leads, and the chance with which it was accepted.
    pub(super) fn moved(&self, z: &[f64], step: f64, mut stream: Stream) -> (Vec<f64>, f64) {
        let start = &self.unscale * (DVector::from_column_slice(z) - &self.mean);
        let (start_log, mut gradient) = self.density(&start);
        let momentum = DVector::from_fn(start.len(), |_, _| stream.normal());
        // Steps of varying length keep trajectories from coming back to where they began.
        let step = step * (0.6 + 0.8 * stream.uniform());
        let (mut q, mut p, mut log) = (start, momentum.clone(), start_log);
        for _ in 0..STEPS {
            p += &gradient * (0.5 * step);
            q += &p * step;
            (log, gradient) = self.density(&q);
            p += &gradient * (0.5 * step);
        }
        let ratio = log - start_log - 0.5 * (p.norm_squared() - momentum.norm_squared());
        let chance = if ratio.is_finite() { libm::exp(ratio.min(0.0)) } else { 0.0 };
        let accepted = stream.uniform() < chance;
        (if accepted { (&self.mean + &self.scale * q).as_slice().to_vec() } else { z.to_vec() }, chance)
    }
}

/// Fisher information of the figures at a point, by the surrogate.
fn information(problem: &Sampling, surrogate: &Surrogate, z: &[f64]) -> DMatrix<f64> {
    let (space, likelihood) = (problem.space, problem.likelihood);
    let figures = likelihood.targets.len();
    let at = surrogate.evaluate(&z[..space.dynamic]);
    let mut slopes = DMatrix::zeros(figures, space.len());
    let mut unit = vec![0.0; figures];
    for i in 0..figures {
        unit[i] = 1.0;
        let row = surrogate.gradient(&at, &unit);
        unit[i] = 0.0;
        row.into_iter().enumerate().for_each(|(k, slope)| slopes[(i, k)] = slope);
    }
    likelihood.information(space, z, slopes, &surrogate.error)
}
