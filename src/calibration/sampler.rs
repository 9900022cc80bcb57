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

use super::{
    likelihood::Likelihood,
    space::Space,
    surrogate::{Surrogate, without_noise},
};
use crate::{
    random::{Key, Purpose, uniform},
    statistics::normal_quantile,
};
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the sampler works; part of a calibration's configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Independent searches, each with the numbers below, compared for convergence.
    #[schemars(range(min = 1, max = 100))]
    pub chains: usize,
    /// Points of the space-filling design over the prior.
    #[schemars(range(min = 10, max = 65_000))]
    pub design: usize,
    /// Particles.
    #[schemars(range(min = 10, max = 65_000))]
    pub particles: usize,
    /// Seed of the first chain; each further one has the next number.
    #[schemars(range(min = 0, max = 9_223_372_036_854_775_807_i64))]
    pub seed: u64,
    /// Rounds of simulating particles and fitting the surrogate again.
    #[schemars(range(min = 0, max = 1_000))]
    pub rounds: usize,
    /// How many of the rounds, the last ones, simulate two process-noise streams on the larger sample.
    #[schemars(range(min = 0, max = 1_000))]
    pub refined_rounds: usize,
    /// Particles simulated in a round.
    #[schemars(range(min = 1, max = 65_000))]
    pub new_points: usize,
    /// Sweeps over all particles at the end that are kept.
    #[schemars(range(min = 1, max = 10_000))]
    pub final_sweeps: usize,
    /// Points that the surrogate is fitted to: the newest.
    #[schemars(range(min = 60, max = 10_000))]
    pub training: usize,
}

impl Settings {
    /// The key that does not go with the others, and what to write instead; each range is the type's.
    ///
    /// # Errors
    /// Such a key.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        match () {
            () if self.design < self.particles => Err(("design", "write at least as many as particles")),
            () if self.new_points > self.particles => Err(("new_points", "write at most as many as particles")),
            () if self.refined_rounds > self.rounds => Err(("refined_rounds", "write at most as many as rounds")),
            // Every kept sweep holds all particles in memory.
            () if self.final_sweeps * self.particles > 10_000_000 => {
                Err(("final_sweeps", "final_sweeps times particles must not exceed ten million"))
            }
            () => Ok(()),
        }
    }

    /// Those of one chain.
    pub fn of_chain(&self, chain: usize) -> Settings {
        Settings { chains: 1, seed: self.seed + chain as u64, ..self.clone() }
    }
}

/// Effective share of particles that the next temperature must leave.
const EFFECTIVE_SHARE: f64 = 0.5;
/// Sweeps at one temperature, and after each fit of the surrogate.
const SWEEPS_PER_TEMPERATURE: usize = 3;
const SWEEPS_PER_ROUND: usize = 9;
/// Sweeps between two that are kept.
const THINNING: usize = 3;
/// Leapfrog steps of a trajectory.
const STEPS: usize = 5;
/// Points simulated twice from which on the surrogate is judged by them alone.
const ENOUGH_TO_JUDGE: usize = 50;
/// Particles at which the surrogate's slopes are averaged for the scale of the trajectories.
const SLOPES_AT: usize = 8;

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
    /// Covariance of the figures' process noise in the mean of two streams on the larger sample, column by column.
    pub noise: Vec<f64>,
    /// Mean over those points of half the difference of the two streams: luck that all points share.
    pub shared_luck: Vec<f64>,
    /// Points behind `noise` and `shared_luck` so far.
    pub noise_points: usize,
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

fn vector(values: &[f64], figures: usize) -> DVector<f64> {
    if values.is_empty() { DVector::zeros(figures) } else { DVector::from_column_slice(values) }
}

impl SamplerState {
    /// Share of the process noise's variance that all points have in common, mean over the figures: the squared mean of half
    /// differences over their mean square, less what the mean of so many independent ones would have.
    pub fn shared_share(&self) -> f64 {
        let noise = square(&self.noise, self.shared_luck.len());
        let each = (0..self.shared_luck.len()).filter(|i| noise[(*i, *i)] > 0.0);
        let each: Vec<f64> = each.map(|i| self.shared_luck[i].powi(2) / noise[(i, i)]).collect();
        let by_chance = 1.0 / self.noise_points.max(1) as f64;
        let mean = each.iter().sum::<f64>() / each.len().max(1) as f64;
        if by_chance < 1.0 { ((mean - by_chance) / (1.0 - by_chance)).clamp(0.0, 1.0) } else { 0.0 }
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

/// Draws of one particle in one sweep.
struct Stream {
    key: Key,
    particle: u32,
    next: u32,
}

impl Stream {
    fn uniform(&mut self) -> f64 {
        self.next += 1;
        uniform(self.key.words(self.next, self.particle, Purpose::Calibration)[0])
    }
    fn normal(&mut self) -> f64 {
        self.next += 1;
        self.key.normal(self.next, self.particle, Purpose::Calibration)
    }
}

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
        let figures = self.likelihood.targets.len();
        let known = state.noise_points as f64;
        // The mean of two streams whose difference has variance 2 v has variance v / 2.
        let mut sum = square(&state.noise, figures) * known;
        let mut shared = vector(&state.shared_luck, figures) * known;
        for [a, b] in &pairs {
            let half = DVector::from_iterator(figures, a.iter().zip(b).map(|(a, b)| 0.5 * (a - b)));
            sum.ger(1.0, &half, &half, 1.0);
            shared += half;
        }
        let points = (known + pairs.len() as f64).max(1.0);
        state.noise = (sum / points).as_slice().to_vec();
        state.shared_luck = (shared / points).as_slice().to_vec();
        state.noise_points += pairs.len();
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
            // What two streams differ by at one point and not at the next is no error of the surrogate. What they differ by at
            // all points is one: all points were simulated with the same streams, and the surrogate has learnt their luck.
            let (noise, shared) = (square(&next.noise, surrogate.error.nrows()), next.shared_share());
            surrogate.error = without_noise(&surrogate.error, &(&noise * (1.0 - shared))) + noise * shared;
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

    /// Fisher information of the figures at a point, by the surrogate.
    fn information(&self, surrogate: &Surrogate, z: &[f64]) -> DMatrix<f64> {
        let (space, likelihood) = (self.space, self.likelihood);
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
}

/// The surrogate's posterior at one temperature, on a scale u with `z = mean + scale u`.
///
/// The scale comes from the surrogate's slopes, averaged over particles, not from the particles' covariance: a population
/// that resampling has narrowed would otherwise propose short moves and stay narrow. A direction in which the figures have
/// information l has posterior deviation 1 / sqrt(1 + temperature l) about.
struct Surface<'a> {
    problem: &'a Sampling<'a>,
    surrogate: &'a Surrogate,
    temperature: f64,
    mean: DVector<f64>,
    scale: DMatrix<f64>,
    unscale: DMatrix<f64>,
}

impl<'a> Surface<'a> {
    fn new(problem: &'a Sampling, surrogate: &'a Surrogate, state: &SamplerState) -> Surface<'a> {
        let (d, n) = (problem.space.len(), state.z.len());
        let mean = DVector::from_fn(d, |k, _| state.z.iter().map(|z| z[k]).sum::<f64>() / n as f64);
        let at: Vec<&Vec<f64>> = state.z.iter().step_by((n / SLOPES_AT).max(1)).collect();
        let each: Vec<DMatrix<f64>> = at.par_iter().map(|z| problem.information(surrogate, z)).collect();
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
    fn moved(&self, z: &[f64], step: f64, mut stream: Stream) -> (Vec<f64>, f64) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{calibration::targets::CalibrationFigure, observation::Survey, statistics::variance};
    use jiff::civil::date;

    /// A figure without response and model error.
    fn target(value: f64, sd: f64) -> CalibrationFigure {
        CalibrationFigure {
            answer: 0,
            // A difference of two answers has no error of the model.
            less: Some(0),
            survey: Survey::Tsr,
            wave: String::new(),
            date: date(2020, 1, 6),
            metric: "practised",
            segment_type: "size",
            segment: String::new(),
            respondents: 1.0,
            published: 0.0,
            value,
            sd,
        }
    }

    /// How far a found posterior is from a closed form.
    #[derive(Debug)]
    struct Off {
        /// Largest difference of a mean, in posterior standard deviations.
        mean: f64,
        /// Largest difference of a standard deviation, of a dimension or of a figure, in proportion.
        deviation: f64,
        /// The same between the closed form that knows nothing of luck and that which does.
        blind: f64,
    }

    /// Fits 25 linear figures with normal errors, simulated with two streams that are `luck` times a normal off each way, the same
    /// at every point. Closed form: precision I + A'E^-1 A, E diagonal with sd^2 + luck_i^2.
    fn off_closed_form(luck: f64, rounds: usize) -> Off {
        let space = Space::new();
        let (d, m, sd) = (space.dynamic, 25, 0.3);
        let key = Key::new(11, 0);
        let matrix = DMatrix::from_fn(m, d, |i, j| 0.4 * key.normal(i as u32, j as u32, Purpose::Calibration));
        let values: Vec<f64> = (0..m).map(|i| 1.5 * key.normal(900 + i as u32, 0, Purpose::Calibration)).collect();
        let luck = DVector::from_fn(m, |i, _| luck * key.normal(i as u32, 900, Purpose::Calibration));
        let likelihood = Likelihood::new(&space, values.iter().map(|v| target(*v, sd)).collect());
        let at = |z: &Vec<f64>| &matrix * DVector::from_column_slice(&z[..d]);
        let simulate = |z: &[Vec<f64>]| Some(z.iter().map(|z| at(z).as_slice().to_vec()).collect());
        let settings = Settings {
            design: 400,
            particles: 400,
            chains: 1,
            seed: 5,
            rounds,
            refined_rounds: rounds - 1,
            new_points: 200,
            final_sweeps: 20,
            training: 600,
        };
        let both = |z: &Vec<f64>| [at(z) + &luck, at(z) - &luck].map(|figures| figures.as_slice().to_vec());
        let refine = |z: &[Vec<f64>]| Some(z.iter().map(both).collect());
        let problem = Sampling {
            space: &space,
            likelihood: &likelihood,
            simulate: &simulate,
            refine: &refine,
            settings: &settings,
        };
        let mut state = problem.begin().unwrap();
        while !problem.finished(&state) {
            problem.advance(&mut state).unwrap();
        }
        let closed = |luck: &DVector<f64>| {
            let weighed = matrix.transpose() * DMatrix::from_diagonal(&luck.map(|luck| 1.0 / (sd * sd + luck * luck)));
            let covariance = (DMatrix::identity(d, d) + &weighed * &matrix).try_inverse().unwrap();
            let of_figures = (&matrix * &covariance * matrix.transpose()).diagonal().map(f64::sqrt);
            let spread = covariance.diagonal().map(f64::sqrt);
            (covariance * weighed * DVector::from_column_slice(&values), spread, of_figures)
        };
        let ((mean, spread, of_figures), (_, _, blind)) = (closed(&luck), closed(&DVector::zeros(m)));
        let draws: Vec<&Vec<f64>> = state.kept.iter().flatten().collect();
        let mut off = Off { mean: 0.0, deviation: 0.0, blind: 0.0 };
        let apart = |values: &[f64], spread: f64| (variance(values).unwrap().sqrt() / spread - 1.0).abs();
        for j in 0..space.len() {
            let (exact, spread) = if j < d { (mean[j], spread[j]) } else { (0.0, 1.0) };
            let values: Vec<f64> = draws.iter().map(|z| z[j]).collect();
            let found = values.iter().sum::<f64>() / values.len() as f64;
            off.mean = off.mean.max(((found - exact) / spread).abs());
            off.deviation = off.deviation.max(apart(&values, spread));
        }
        let figures: Vec<DVector<f64>> = draws.iter().map(|z| at(z)).collect();
        for i in 0..m {
            let values: Vec<f64> = figures.iter().map(|figures| figures[i]).collect();
            off.deviation = off.deviation.max(apart(&values, of_figures[i]));
            off.blind = off.blind.max((blind[i] / of_figures[i] - 1.0).abs());
        }
        off
    }

    /// Linear figures with normal errors have a normal posterior in closed form: precision I + A'A / sd^2. Means and
    /// standard deviations of 10,000 kept, correlated draws are compared in all dimensions: a mean may be 0.25 posterior
    /// standard deviations off and a standard deviation 20 %. Over 12 other seeds the largest differences were below half of
    /// that; a sampler whose acceptance leaves out the surrogate's correction fails.
    #[test]
    fn a_normal_posterior_is_met() {
        let off = off_closed_form(0.0, 1);
        assert!(off.mean < 0.25 && off.deviation < 0.2, "{off:?}");
    }

    /// What both streams have in common at every point cannot be told from what the model says, so that the posterior is as wide as if
    /// it were an error. The same tolerances; that of some figure is less than half as wide in a posterior that leaves the luck out.
    #[test]
    fn luck_that_all_points_share_widens_the_posterior() {
        let off = off_closed_form(1.0, 2);
        assert!(off.mean < 0.25 && off.deviation < 0.2 && off.blind > 0.5, "{off:?}");
    }

    /// Half differences sqrt(f) c + sqrt(1 - f) e, c the same at all 80 points: the share is f, with a standard error below
    /// sqrt(2 / 200) for 200 independent figures. Seed fixed; 0.3 is three standard errors and more.
    #[test]
    fn the_share_of_luck_that_points_have_in_common_is_found() {
        let (figures, points, key) = (200, 80, Key::new(3, 0));
        for share in [0.0_f64, 0.4, 1.0] {
            let mut state = SamplerState { noise_points: points, ..SamplerState::default() };
            let mut noise = DMatrix::zeros(figures, figures);
            let mut shared = DVector::zeros(figures);
            for point in 1..=points as u32 {
                let half = DVector::from_fn(figures, |i, _| {
                    let normal = |at: u32| key.normal(i as u32, at, Purpose::Calibration);
                    share.sqrt() * normal(0) + (1.0 - share).sqrt() * normal(point)
                });
                noise.ger(1.0 / points as f64, &half, &half, 1.0);
                shared += half / points as f64;
            }
            (state.noise, state.shared_luck) = (noise.as_slice().to_vec(), shared.as_slice().to_vec());
            assert!((state.shared_share() - share).abs() < 0.3, "{} for {share}", state.shared_share());
        }
        assert_eq!(SamplerState::default().shared_share(), 0.0);
    }
}
