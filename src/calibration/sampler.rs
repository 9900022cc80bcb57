//! The sampler: tempered sequential Monte Carlo on a surrogate of the simulator, refined in rounds where the posterior is.
//! A likelihood and a way to simulate in, particles of the posterior out.
//!
//! A space-filling design over the prior is simulated and a Gaussian process fitted to it. Tempering (Del Moral, Doucet and
//! Jasra 2006) leads particles from the prior to the posterior that the surrogate implies, the covariance of its own
//! errors added to that of the figures (Kennedy and O'Hagan 2001); Hamiltonian trajectories move them. Then some of the particles are simulated,
//! the surrogate is fitted again to the newest points, the particles move on, and so forth; in the last rounds with two
//! process-noise streams a point on a larger sample of firms, so that what is noise can be told from what is error. At the
//! end all particles are simulated so, to judge the surrogate where it was used and to reweight them.
//!
//! A [`Chain`](SamplerState) is a whole search with a design and surrogates of its own; a fit runs several and compares them.

mod noise;
mod settings;
mod trajectory;

pub use noise::ProcessNoise;
pub use settings::Settings;

use super::{likelihood::Likelihood, space::Space, surrogate::Surrogate};
use crate::{random::Key, statistics::normal_quantile};
use nalgebra::DMatrix;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use trajectory::{Stream, Surface};

/// Effective share of particles that the next temperature must leave.
const EFFECTIVE_SHARE: f64 = 0.5;
/// Sweeps at one temperature, and after each fit of the surrogate.
const SWEEPS_PER_TEMPERATURE: usize = 3;
const SWEEPS_PER_ROUND: usize = 9;
/// Sweeps between two that are kept.
const THINNING: usize = 3;
/// Points simulated twice from which on the surrogate is judged by them alone.
const ENOUGH_TO_JUDGE: usize = 50;
/// One line of a chain's trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceRow {
    /// Sweeps so far.
    pub sweep: usize,
    /// Power of the likelihood.
    pub temperature: f64,
    /// Effective particles after reweighting to this temperature.
    pub ess: f64,
    /// Share of trajectories accepted.
    pub acceptance: f64,
    /// Runs so far.
    pub evaluations: usize,
    /// Median over figures of the surrogate's error at points kept back, in standard deviations of the figure's likelihood.
    pub surrogate_error: f64,
    /// Mean log likelihood.
    pub log_likelihood: f64,
}

/// A simulated point (dimensions that a run needs) and its figures.
pub type Simulated = (Vec<f64>, Vec<f64>);

/// Everything that the sampler needs to go on.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct SamplerState {
    /// Particles on the prior's scale.
    pub z: Vec<Vec<f64>>,
    /// Power of the likelihood reached.
    pub temperature: f64,
    /// Rounds done.
    pub round: usize,
    /// Sweeps done.
    pub sweeps: usize,
    /// Runs done.
    pub evaluations: usize,
    /// Effective particles after the last reweighting.
    pub ess: f64,
    /// Newest simulated points.
    pub archive: Vec<Simulated>,
    /// Step of the Hamiltonian trajectories.
    pub step: f64,
    /// Points of the archive, the newest, that were simulated twice on the larger sample.
    pub refined: usize,
    /// What points that were simulated twice say of the process noise.
    pub noise: ProcessNoise,
    /// Trace.
    pub trace: Vec<TraceRow>,
    /// Particles after each kept sweep at the end.
    pub kept: Vec<Vec<Vec<f64>>>,
    /// Simulated figures of the particles at the end: means of two process-noise streams on the larger sample.
    pub figures: Vec<Vec<f64>>,
    /// What the surrogate said of them.
    pub predicted: Vec<Vec<f64>>,
    /// Covariance of the surrogate's errors, as the last sweeps took it, column by column.
    pub error: Vec<f64>,
}

/// A covariance of figures that is kept column by column; none yet is 0.
pub(super) fn square(columns: &[f64], figures: usize) -> DMatrix<f64> {
    if columns.is_empty() {
        DMatrix::zeros(figures, figures)
    } else {
        DMatrix::from_column_slice(figures, figures, columns)
    }
}

/// The figures at points on the larger sample, in order: of two process-noise streams; `None` when the user stops.
pub type Refine<'a> = dyn Fn(&[Vec<f64>]) -> Option<Vec<[Vec<f64>; 2]>> + Sync + 'a;

/// The figures at points, in order; `None` when the user stops.
pub type Simulate<'a> = dyn Fn(&[Vec<f64>]) -> Option<Vec<Vec<f64>>> + Sync + 'a;

/// What the sampler works on.
pub struct Sampling<'a> {
    /// Dimensions.
    pub space: &'a Space,
    /// Figures and their errors.
    pub likelihood: &'a Likelihood,
    /// Simulates the figures at points, in order; `None` when the user stops.
    pub simulate: &'a Simulate<'a>,
    /// Simulates them twice on the larger sample.
    pub refine: &'a Refine<'a>,
    /// How.
    pub settings: &'a Settings,
}

/// The user stopped the sampler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// Systematic resampling (Kitagawa 1996): places of `count` draws in proportion to weights that add up to 1, from one uniform
/// draw.
pub fn systematic(weights: &[f64], count: usize, uniform: f64) -> Vec<usize> {
    let (mut at, mut sum) = (0, weights.first().copied().unwrap_or(0.0));
    let place = |i: usize| {
        let wanted = (i as f64 + uniform) / count as f64;
        while sum < wanted && at + 1 < weights.len() {
            at += 1;
            sum += weights[at];
        }
        at
    };
    (0..count).map(place).collect()
}

impl Sampling<'_> {
    fn stream(&self, sweep: usize, particle: usize) -> Stream {
        Stream { key: Key::new(self.settings.seed, sweep as u32), particle: particle as u32, next: 0 }
    }

    /// Points spread evenly over the prior: scrambled Sobol points (Burley 2020).
    fn sobol(&self, points: usize) -> Vec<Vec<f64>> {
        let seed = self.settings.seed as u32;
        let cell = 1.0 / 16_777_216.0;
        let normal = |i: usize, d: usize| {
            let place = f64::from(sobol_burley::sample(i as u32, d as u32, seed)) + 0.5 * cell;
            normal_quantile(place.clamp(cell, 1.0 - cell))
        };
        (0..points).map(|i| (0..self.space.len()).map(|d| normal(i, d)).collect()).collect()
    }

    fn simulated(&self, z: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, Stopped> {
        (self.simulate)(z).ok_or(Stopped)
    }

    /// Mean figures of two streams at points, and what they say of the process noise is added to `state`.
    fn refined(&self, z: &[Vec<f64>], state: &mut SamplerState) -> Result<Vec<Vec<f64>>, Stopped> {
        let pairs = (self.refine)(z).ok_or(Stopped)?;
        state.noise.add(&pairs);
        let middle = |[a, b]: &[Vec<f64>; 2]| a.iter().zip(b).map(|(a, b)| 0.5 * (a + b)).collect();
        Ok(pairs.iter().map(middle).collect())
    }

    /// Simulates the design.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn begin(&self) -> Result<SamplerState, Stopped> {
        let design = self.sobol(self.settings.design);
        let figures = self.simulated(&design)?;
        let cut = |z: &Vec<f64>| z[..self.space.dynamic].to_vec();
        let archive = design.iter().map(cut).zip(figures).collect();
        Ok(SamplerState { evaluations: design.len(), ..self.begin_with(archive) })
    }

    /// Begins with points that were simulated before.
    pub fn begin_with(&self, archive: Vec<Simulated>) -> SamplerState {
        SamplerState { z: self.sobol(self.settings.particles), archive, step: 0.4, ..SamplerState::default() }
    }

    /// Whether nothing is left to do.
    pub fn finished(&self, state: &SamplerState) -> bool {
        !state.figures.is_empty()
    }

    /// How far, from 0 to 1.
    pub fn progress(&self, state: &SamplerState) -> f64 {
        (state.round as f64 + 1.0) / (self.settings.rounds as f64 + 3.0)
    }

    /// One round: fits the surrogate, moves the particles (the first time from the prior), simulates some of them; in the last
    /// round moves on, keeps sweeps, and simulates all of them.
    ///
    /// # Errors
    /// [`Stopped`]; `state` is then as before.
    pub fn advance(&self, state: &mut SamplerState) -> Result<(), Stopped> {
        let mut next = state.clone();
        let surplus = next.archive.len().saturating_sub(self.settings.training);
        next.archive.drain(..surplus);
        let rows = |of: fn(&Simulated) -> &Vec<f64>| {
            let first = next.archive.first().map_or(0, |point| of(point).len());
            DMatrix::from_fn(next.archive.len(), first, |i, j| of(&next.archive[i])[j])
        };
        next.refined = next.refined.min(next.archive.len());
        // The surrogate is judged where the truest figures are.
        let judged = if next.refined >= ENOUGH_TO_JUDGE { next.refined } else { next.archive.len() };
        let mut surrogate = Surrogate::fit(&rows(|point| &point.0), &rows(|point| &point.1), next.refined, judged);
        if next.refined >= ENOUGH_TO_JUDGE {
            surrogate.error = next.noise.off(&surrogate.error);
        }
        while next.temperature < 1.0 {
            self.cool(&surrogate, &mut next);
            self.sweep(&surrogate, &mut next, SWEEPS_PER_TEMPERATURE, None);
        }
        self.sweep(&surrogate, &mut next, SWEEPS_PER_ROUND, None);
        if next.round < self.settings.rounds {
            let n = next.z.len();
            let new: Vec<Vec<f64>> =
                (0..self.settings.new_points).map(|i| next.z[i * n / self.settings.new_points].clone()).collect();
            let refined = next.round + self.settings.refined_rounds >= self.settings.rounds;
            let figures = if refined { self.refined(&new, &mut next)? } else { self.simulated(&new)? };
            if refined && next.refined == 0 {
                // Figures of another sample and of other noise lie a little apart: the older points follow in the mean.
                let off = |i: usize| {
                    let off = |(z, figures): (&Vec<f64>, &Vec<f64>)| {
                        figures[i] - surrogate.figures(&z[..self.space.dynamic])[i]
                    };
                    new.iter().zip(&figures).map(off).sum::<f64>() / new.len() as f64
                };
                let off: Vec<f64> = (0..self.likelihood.targets.len()).into_par_iter().map(off).collect();
                for (_, figures) in &mut next.archive {
                    figures.iter_mut().zip(&off).for_each(|(figure, off)| *figure += off);
                }
            }
            if refined {
                next.refined += new.len();
            }
            let points = new.into_iter().map(|z| z[..self.space.dynamic].to_vec());
            next.archive.extend(points.zip(figures));
            next.evaluations += self.settings.new_points * if refined { 2 } else { 1 };
            next.round += 1;
        } else {
            let mut kept = Vec::new();
            self.sweep(&surrogate, &mut next, self.settings.final_sweeps * THINNING, Some(&mut kept));
            next.kept = kept;
            next.predicted = next.z.par_iter().map(|z| surrogate.figures(&z[..self.space.dynamic])).collect();
            let z = next.z.clone();
            next.figures = self.refined(&z, &mut next)?;
            next.error = surrogate.error.as_slice().to_vec();
            next.evaluations += 2 * next.z.len();
        }
        *state = next;
        Ok(())
    }

    /// Log likelihood by the surrogate, its error added to the variances.
    fn log(&self, surrogate: &Surrogate, z: &[f64]) -> f64 {
        let figures = surrogate.figures(&z[..self.space.dynamic]);
        self.likelihood.gradient(self.space, z, &figures, &surrogate.error).0
    }

    /// Moves on to the next temperature and resamples.
    fn cool(&self, surrogate: &Surrogate, state: &mut SamplerState) {
        let logs: Vec<f64> = state.z.par_iter().map(|z| self.log(surrogate, z)).collect();
        let n = logs.len();
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights = |step: f64| -> Vec<f64> {
            let raw: Vec<f64> = logs.iter().map(|l| libm::exp(step * (l - top))).collect();
            let sum: f64 = raw.iter().sum();
            raw.iter().map(|w| w / sum).collect()
        };
        let ess = |step: f64| 1.0 / weights(step).iter().map(|w| w * w).sum::<f64>();
        let room = 1.0 - state.temperature;
        let enough = EFFECTIVE_SHARE * n as f64;
        let step = if ess(room) >= enough {
            room
        } else {
            let (mut low, mut high) = (0.0, room);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if ess(middle) >= enough { low = middle } else { high = middle }
            }
            low
        };
        state.ess = ess(step);
        let start = self.stream(state.sweeps, 65_000).uniform();
        state.z = systematic(&weights(step), n, start).into_iter().map(|i| state.z[i].clone()).collect();
        state.temperature = if step == room { 1.0 } else { state.temperature + step };
    }

    /// Sweeps of one trajectory a particle; every [`THINNING`]th is kept, when asked for.
    fn sweep(
        &self,
        surrogate: &Surrogate,
        state: &mut SamplerState,
        sweeps: usize,
        mut kept: Option<&mut Vec<Vec<Vec<f64>>>>,
    ) {
        let surface = Surface::new(self, surrogate, state);
        let mut acceptance = 0.0;
        for sweep in 0..sweeps {
            let (number, step) = (state.sweeps, state.step);
            let moved: Vec<(Vec<f64>, f64)> =
                state.z.par_iter().enumerate().map(|(i, z)| surface.moved(z, step, self.stream(number, i))).collect();
            let n = moved.len() as f64;
            acceptance = moved.iter().map(|(_, chance)| chance).sum::<f64>() / n;
            state.z = moved.into_iter().map(|(z, _)| z).collect();
            state.sweeps += 1;
            match kept.as_deref_mut() {
                // The kept sweeps are one Markov chain: its step stays.
                Some(kept) if sweep % THINNING == THINNING - 1 => kept.push(state.z.clone()),
                Some(_) => {}
                // Trajectories should be accepted about eight times in ten (Beskos et al. 2013).
                None => state.step = (step * libm::exp(0.5 * (acceptance - 0.8))).clamp(0.02, 1.0),
            }
        }
        let logs: Vec<f64> = state.z.par_iter().map(|z| self.log(surrogate, z)).collect();
        let centre = &state.z[0];
        let mut errors: Vec<f64> = (0..surrogate.error.nrows())
            .map(|i| (surrogate.error[(i, i)] / self.likelihood.moments(self.space, i, centre, 0.0).1).sqrt())
            .collect();
        errors.sort_by(f64::total_cmp);
        state.trace.push(TraceRow {
            sweep: state.sweeps,
            temperature: state.temperature,
            ess: state.ess,
            acceptance,
            evaluations: state.evaluations,
            surrogate_error: errors.get(errors.len() / 2).copied().unwrap_or(0.0),
            log_likelihood: logs.iter().sum::<f64>() / logs.len() as f64,
        });
    }
}

#[cfg(test)]
mod tests;
