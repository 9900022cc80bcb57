//! The sampler: tempered sequential Monte Carlo with moves that a surrogate proposes and the simulator decides.
//! A likelihood and a way to simulate in, particles of the posterior out.
//!
//! Del Moral, Doucet and Jasra (2006) for the tempering from prior to posterior; the surrogate transition method (Liu
//! 2001, section 9.4.3; Christen and Fox 2005) for the moves: Hamiltonian trajectories on the surrogate end in a point that is
//! simulated, and accepted with the ratio of true to surrogate posterior, which leaves the true one unchanged. Why: the
//! posterior has some eighty dimensions and a run takes some 60 ms, so that a plain random walk could not mix in the
//! tens of thousands of runs that half an hour allows.

use super::{
    likelihood::Likelihood,
    space::Space,
    surrogate::{Surrogate, moments},
};
use crate::{
    random::{Key, Purpose, uniform},
    statistics::normal_quantile,
};
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How the sampler works; part of a calibration's configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Points of the space-filling design over the prior; the first temperature draws the particles from them.
    pub design: usize,
    /// Particles.
    pub particles: usize,
    /// Independent populations among them, compared for convergence.
    pub islands: usize,
    /// Seed of the search.
    pub seed: u64,
    /// Sweeps over all particles at the end, where the posterior is reached.
    pub final_sweeps: usize,
    /// Points that the surrogate is fitted to: the newest.
    pub training: usize,
}

impl Settings {
    /// The key that cannot be so, and what to write instead.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let whole = |n: usize| self.islands > 0 && n.is_multiple_of(self.islands) && n / self.islands >= 10;
        match () {
            () if self.islands == 0 || self.islands > 100 => Err(("islands", "write a number from 1 to 100")),
            () if !whole(self.particles) => {
                Err(("islands", "particles must be a multiple of islands, ten or more each"))
            }
            () if !whole(self.design) || self.design > 65_000 => {
                Err(("design", "write a multiple of islands, ten or more each, at most 65000"))
            }
            () if self.design < self.particles => Err(("design", "write at least as many as particles")),
            () if self.training < 100 || self.training > 10_000 => {
                Err(("training", "write a number from 100 to 10000"))
            }
            () if self.final_sweeps == 0 => Err(("final_sweeps", "write at least 1")),
            () => Ok(()),
        }
    }
}

/// Effective share of particles that the next temperature must leave.
const EFFECTIVE_SHARE: f64 = 0.3;
/// Sweeps at one temperature: each particle moves once in either way.
const SWEEPS_PER_TEMPERATURE: usize = 2;
/// Steps of the Hamiltonian trajectory that makes a proposal: with a step of about a half it turns a direction that the
/// figures do not bear on by a quarter of a circle, into a nearly independent draw of the prior.
const STEPS: usize = 4;
/// Particles at which the surrogate's slopes are averaged for the scales of the trajectories.
const SLOPES_AT: usize = 12;
/// Least reach.
const SHORTEST: f64 = 0.02;
/// Information, in units of the prior's, from which a direction hardly moves in moves of the second kind.
const INFORMED: f64 = 1.0;
/// Proposals that the simulator should accept: fewer mean that the surrogate leads too far.
const WANTED_ACCEPTANCE: f64 = 0.3;

/// One line of the sampler's diary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceRow {
    /// Sweeps so far.
    pub sweep: usize,
    /// Power of the likelihood.
    pub temperature: f64,
    /// Effective particles after reweighting to this temperature.
    pub ess: f64,
    /// Share of proposals that the simulator accepted.
    pub acceptance: f64,
    /// Mean squared jump of a dimension, over twice its variance (1 = an independent draw).
    pub jump: f64,
    /// Runs so far.
    pub evaluations: usize,
    /// Median over figures of the surrogate's error, in standard deviations of the figure.
    pub surrogate_error: f64,
    /// Mean log likelihood.
    pub log_likelihood: f64,
}

/// Everything that the sampler needs to go on.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct State {
    /// Particles on the prior's scale.
    pub z: Vec<Vec<f64>>,
    /// Their simulated figures.
    pub figures: Vec<Vec<f64>>,
    /// Power of the likelihood reached.
    pub temperature: f64,
    /// Sweeps done at this temperature.
    pub sweeps_here: usize,
    /// Effective particles after the last reweighting.
    pub ess: f64,
    /// Newest simulated points (dimensions that a run needs) and their figures.
    pub archive: Vec<(Vec<f64>, Vec<f64>)>,
    /// Step of the Hamiltonian trajectories.
    pub step: f64,
    /// Reach of the two kinds of move: how far a trajectory turns, 1 = a quarter of a circle or so.
    pub reach: [f64; 2],
    /// Diary.
    pub trace: Vec<TraceRow>,
    /// Particles after each sweep at the end, by sweep.
    pub kept: Vec<Vec<Vec<f64>>>,
    /// First ancestors of the particles.
    pub ancestors: Vec<usize>,
}

/// What the sampler works on.
pub struct Problem<'a> {
    /// Dimensions.
    pub space: &'a Space,
    /// Figures and their errors.
    pub likelihood: &'a Likelihood,
    /// Simulates the figures at a point; `None` when the user stops.
    pub simulate: &'a (dyn Fn(&[f64]) -> Option<Vec<f64>> + Sync),
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

impl Problem<'_> {
    fn stream(&self, sweep: usize, particle: usize) -> Stream {
        Stream { key: Key::new(self.settings.seed, sweep as u32), particle: particle as u32, next: 0 }
    }

    /// Particles spread evenly over the prior: scrambled Sobol points (Burley 2020).
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn begin(&self) -> Result<State, Stopped> {
        let n = self.settings.design;
        let z: Vec<Vec<f64>> = (0..n)
            .map(|i| {
                let sobol = |d: usize| f64::from(sobol_burley::sample(i as u32, d as u32, self.settings.seed as u32));
                let cell = 1.0 / 16_777_216.0;
                (0..self.space.len())
                    .map(|d| normal_quantile((sobol(d) + 0.5 * cell).clamp(cell, 1.0 - cell)))
                    .collect()
            })
            .collect();
        let figures = z.par_iter().map(|z| (self.simulate)(z)).collect::<Option<Vec<_>>>().ok_or(Stopped)?;
        let archive = z.iter().zip(&figures).map(|(z, f)| (z[..self.space.dynamic].to_vec(), f.clone())).collect();
        Ok(State { z, figures, archive, step: 0.3, reach: [0.5, 1.0], ancestors: (0..n).collect(), ..State::default() })
    }

    fn log(&self, z: &[f64], figures: &[f64]) -> f64 {
        self.likelihood.log(self.space, z, figures)
    }

    /// Whether nothing is left to do.
    pub fn finished(&self, state: &State) -> bool {
        state.kept.len() >= self.settings.final_sweeps && state.temperature >= 1.0
    }

    /// How far, from 0 to 1: the ladder of temperatures takes about as long as a fixed number of sweeps.
    pub fn progress(&self, state: &State) -> f64 {
        let first = 1e-5_f64;
        let ladder = if state.temperature <= 0.0 {
            0.0
        } else {
            1.0 - (state.temperature.max(first).ln() / first.ln()).clamp(0.0, 1.0)
        };
        let end = state.kept.len() as f64 / self.settings.final_sweeps.max(1) as f64;
        let ladder_sweeps = 30.0;
        (ladder * ladder_sweeps + end * self.settings.final_sweeps as f64)
            / (ladder_sweeps + self.settings.final_sweeps as f64)
    }

    /// One step: a new temperature when the last one is done with, then a sweep of moves over all particles.
    ///
    /// # Errors
    /// [`Stopped`]; `state` is then as before.
    pub fn advance(&self, state: &mut State) -> Result<(), Stopped> {
        let mut next = state.clone();
        if next.temperature < 1.0 && (next.temperature == 0.0 || next.sweeps_here >= SWEEPS_PER_TEMPERATURE) {
            self.cool(&mut next);
        }
        self.sweep(&mut next)?;
        *state = next;
        Ok(())
    }

    /// Moves on to the next temperature and resamples, island by island.
    fn cool(&self, state: &mut State) {
        let logs: Vec<f64> = state.z.iter().zip(&state.figures).map(|(z, f)| self.log(z, f)).collect();
        let (n, wanted_particles) = (logs.len(), self.settings.particles);
        let islands = self.settings.islands.max(1);
        let size = n / islands;
        let weights = |step: f64, range: std::ops::Range<usize>| -> Vec<f64> {
            let top = logs[range.clone()].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let raw: Vec<f64> = logs[range].iter().map(|l| (step * (l - top)).exp()).collect();
            let sum: f64 = raw.iter().sum();
            raw.iter().map(|w| w / sum).collect()
        };
        let range = |island: usize| island * size..if island + 1 == islands { n } else { (island + 1) * size };
        let ess = |step: f64| -> f64 {
            (0..islands).map(|i| 1.0 / weights(step, range(i)).iter().map(|w| w * w).sum::<f64>()).sum()
        };
        let room = 1.0 - state.temperature;
        // A last step that is nearly the whole rest of the way is taken as one.
        let step = if ess(room) >= 0.9 * EFFECTIVE_SHARE * wanted_particles as f64 {
            room
        } else {
            let (mut low, mut high) = (0.0, room);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if ess(middle) >= EFFECTIVE_SHARE * wanted_particles as f64 { low = middle } else { high = middle }
            }
            low
        };
        state.ess = ess(step);
        let mut chosen = Vec::with_capacity(wanted_particles);
        for island in 0..islands {
            let (range, weights) = (range(island), weights(step, range(island)));
            // Systematic resampling (Kitagawa 1996): one uniform draw an island.
            let start = self.stream(state.trace.len(), 65_000 + island).uniform();
            let (mut at, mut sum) = (0, weights[0]);
            let after = wanted_particles / islands;
            for i in 0..after {
                let wanted = (i as f64 + start) / after as f64;
                while sum < wanted && at + 1 < weights.len() {
                    at += 1;
                    sum += weights[at];
                }
                chosen.push(range.start + at);
            }
        }
        state.z = chosen.iter().map(|&i| state.z[i].clone()).collect();
        state.figures = chosen.iter().map(|&i| state.figures[i].clone()).collect();
        state.ancestors = chosen.iter().map(|&i| state.ancestors[i]).collect();
        state.temperature = if step == room { 1.0 } else { state.temperature + step };
        state.sweeps_here = 0;
    }

    fn sweep(&self, state: &mut State) -> Result<(), Stopped> {
        let number = state.trace.len();
        let dynamic = self.space.dynamic;
        let matrix = |rows: &[&[f64]]| DMatrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j]);
        let points: Vec<&[f64]> = state.archive.iter().map(|(z, _)| z.as_slice()).collect();
        let figures: Vec<&[f64]> = state.archive.iter().map(|(_, f)| f.as_slice()).collect();
        let surrogate = Surrogate::fit(&matrix(&points), &matrix(&figures));
        let particles: Vec<&[f64]> = state.z.iter().map(Vec::as_slice).collect();
        let (mean, covariance) = moments(&matrix(&particles));
        let variances: Vec<f64> = covariance.diagonal().iter().copied().collect();
        let surface = Surface::new(self, &surrogate, state, mean);
        let moved: Option<Vec<Move>> = (0..state.z.len())
            .into_par_iter()
            .map(|i| {
                surface.propose(&state.z[i], &state.figures[i], kind(number, i), state.step, self.stream(number, i))
            })
            .collect();
        let moved = moved.ok_or(Stopped)?;
        let (mut accepted, mut jump, mut inner) = ([0; 2], 0.0, 0.0);
        for (i, one) in moved.into_iter().enumerate() {
            inner += one.inner;
            let Some((z, figures)) = one.proposal else { continue };
            state.archive.push((z[..dynamic].to_vec(), figures.clone()));
            if one.accepted {
                accepted[kind(number, i)] += 1;
                let squares = z.iter().zip(&state.z[i]).zip(&variances).map(|((a, b), v)| (a - b).powi(2) / (2.0 * v));
                jump += squares.sum::<f64>() / z.len() as f64;
                (state.z[i], state.figures[i]) = (z, figures);
            }
        }
        let n = state.z.len();
        let surplus = state.archive.len().saturating_sub(self.settings.training);
        state.archive.drain(..surplus);
        // Trajectories on the surrogate should be accepted about eight times in ten (Beskos et al. 2013).
        state.step = (state.step * (0.5 * (inner / n as f64 - 0.8)).exp()).clamp(0.01, 1.0);
        for (reach, accepted) in state.reach.iter_mut().zip(accepted) {
            let share = f64::from(accepted) / (0.5 * n as f64);
            *reach = (*reach * (share / WANTED_ACCEPTANCE).clamp(0.7, 1.3)).clamp(SHORTEST, 1.0);
        }
        let acceptance = f64::from(accepted[0] + accepted[1]) / n as f64;
        state.sweeps_here += 1;
        let mut errors: Vec<f64> =
            surrogate.error.iter().enumerate().map(|(i, e)| e.sqrt() / surrogate.spread(i)).collect();
        errors.sort_by(f64::total_cmp);
        let logs = state.z.iter().zip(&state.figures).map(|(z, f)| self.log(z, f)).sum::<f64>() / n as f64;
        let before = state.trace.last().map_or(self.settings.design, |row| row.evaluations);
        state.trace.push(TraceRow {
            sweep: number + 1,
            temperature: state.temperature,
            ess: state.ess,
            acceptance,
            jump: jump / n as f64,
            evaluations: before + n,
            surrogate_error: errors[errors.len() / 2],
            log_likelihood: logs,
        });
        if state.temperature >= 1.0 {
            state.kept.push(state.z.clone());
        }
        Ok(())
    }
}

/// What came of one particle's proposal.
struct Move {
    /// The proposed point and its simulated figures, unless the surrogate refused the trajectory.
    proposal: Option<(Vec<f64>, Vec<f64>)>,
    accepted: bool,
    /// Chance with which the surrogate accepts the trajectory.
    inner: f64,
}

/// The surrogate's posterior at one temperature, on a scale u with `z = mean + scale u`.
///
/// The scale comes from the surrogate's slopes, not from the particles' covariance: a population that resampling has
/// narrowed would otherwise propose ever shorter moves and stay narrow. With information A in the figures (averaged over
/// particles), a direction of eigenvalue l has posterior deviation 1 / sqrt(1 + temperature l) about. Moves of the first kind
/// go so far in all directions, times their reach; moves of the second kind leave informed directions nearly as they are and
/// go far in the others, where the surrogate has little to get wrong.
struct Surface<'a> {
    problem: &'a Problem<'a>,
    surrogate: &'a Surrogate,
    temperature: f64,
    mean: DVector<f64>,
    /// Scale and its inverse, by kind of move.
    scales: [(DMatrix<f64>, DMatrix<f64>); 2],
}

/// Kind of a particle's move in a sweep: turn about.
fn kind(sweep: usize, particle: usize) -> usize {
    (sweep + particle) % 2
}

impl<'a> Surface<'a> {
    fn new(problem: &'a Problem, surrogate: &'a Surrogate, state: &State, mean: DVector<f64>) -> Surface<'a> {
        let d = problem.space.len();
        let every = (state.z.len() / SLOPES_AT).max(1);
        let at: Vec<&Vec<f64>> = state.z.iter().step_by(every).collect();
        let each: Vec<DMatrix<f64>> = at.par_iter().map(|z| problem.information(surrogate, z)).collect();
        let information = each.iter().sum::<DMatrix<f64>>() / at.len() as f64;
        let eigen = SymmetricEigen::new(information);
        let scales = [0, 1].map(|kind| {
            let length = |value: &f64| {
                let more = state.temperature * value.max(0.0);
                let pace = if kind == 0 { 1.0 } else { SHORTEST + (1.0 - SHORTEST) / (1.0 + more / INFORMED) };
                state.reach[kind] * pace / (1.0 + more).sqrt()
            };
            let lengths: Vec<f64> = eigen.eigenvalues.iter().map(length).collect();
            let scale = DMatrix::from_fn(d, d, |i, k| eigen.eigenvectors[(i, k)] * lengths[k]);
            let unscale = DMatrix::from_fn(d, d, |k, i| eigen.eigenvectors[(i, k)] / lengths[k]);
            (scale, unscale)
        });
        Surface { problem, surrogate, temperature: state.temperature, mean, scales }
    }
}

impl Problem<'_> {
    /// Fisher information of the figures at a point, by the surrogate.
    fn information(&self, surrogate: &Surrogate, z: &[f64]) -> DMatrix<f64> {
        let (space, likelihood) = (self.space, self.likelihood);
        let (d, figures) = (space.len(), likelihood.targets.len());
        let at = surrogate.evaluate(&z[..space.dynamic]);
        let mut slopes = DMatrix::zeros(figures, d);
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

impl Surface<'_> {
    /// Log density and its gradient at `mean + scale u`.
    fn density(&self, scale: &DMatrix<f64>, u: &DVector<f64>) -> (f64, DVector<f64>) {
        let z = &self.mean + scale * u;
        let (space, likelihood) = (self.problem.space, self.problem.likelihood);
        let at = self.surrogate.evaluate(&z.as_slice()[..space.dynamic]);
        let (log, by_figure, by_rest) = likelihood.gradient(space, z.as_slice(), &at.figures, &self.surrogate.error);
        let mut gradient = self.surrogate.gradient(&at, &by_figure);
        gradient.extend(by_rest);
        let gradient = DVector::from_vec(gradient) * self.temperature - &z;
        (self.temperature * log - 0.5 * z.norm_squared(), scale.tr_mul(&gradient))
    }

    fn log(&self, z: &[f64]) -> f64 {
        let space = self.problem.space;
        let figures = self.surrogate.figures(&z[..space.dynamic]);
        self.problem.likelihood.gradient(space, z, &figures, &self.surrogate.error).0
    }

    /// A trajectory on the surrogate, then one simulation; `None` when the user stops.
    fn propose(&self, z: &[f64], figures: &[f64], kind: usize, step: f64, mut stream: Stream) -> Option<Move> {
        let from = DVector::from_column_slice(z) - &self.mean;
        let (scale, unscale) = &self.scales[kind];
        let start = unscale * from;
        let (start_log, mut gradient) = self.density(scale, &start);
        let momentum = DVector::from_fn(start.len(), |_, _| stream.normal());
        // Steps of varying length keep trajectories from coming back to where they began.
        let step = step * (0.7 + 0.6 * stream.uniform());
        let (mut q, mut p, mut log) = (start, momentum.clone(), start_log);
        for _ in 0..STEPS {
            p += &gradient * (0.5 * step);
            q += &p * step;
            (log, gradient) = self.density(scale, &q);
            p += &gradient * (0.5 * step);
        }
        let ratio = log - start_log - 0.5 * (p.norm_squared() - momentum.norm_squared());
        let inner = if ratio.is_finite() { ratio.min(0.0).exp() } else { 0.0 };
        if !ratio.is_finite() || stream.uniform().ln() >= ratio {
            return Some(Move { proposal: None, accepted: false, inner });
        }
        let to = (&self.mean + scale * q).as_slice().to_vec();
        let simulated = (self.problem.simulate)(&to)?;
        // True over surrogate, there and here (Liu 2001): what the surrogate got wrong decides.
        let there = self.problem.log(&to, &simulated) - self.log(&to);
        let here = self.problem.log(z, figures) - self.log(z);
        let accepted = stream.uniform().ln() < self.temperature * (there - here);
        Some(Move { proposal: Some((to, simulated)), accepted, inner })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibration::{likelihood::GROUPS, targets::Target};
    use jiff::civil::date;

    /// A figure without response and discrepancy.
    fn target(value: f64, sd: f64) -> Target {
        Target {
            answer: 0,
            less: None,
            survey: "tsr_practice",
            wave: String::new(),
            date: date(2020, 1, 6),
            metric: "practised",
            segment_type: "size",
            segment: String::new(),
            group: GROUPS.len(),
            respondents: 1.0,
            published: 0.0,
            value,
            sd,
        }
    }

    /// Linear figures with normal errors have a normal posterior in closed form: precision I + A'A / sd^2. Means and
    /// standard deviations of 10,000 kept, correlated draws are compared in all dimensions: a mean may be 0.25 posterior
    /// standard deviations off and a standard deviation 20 %. Over 12 other seeds the largest differences were below half of
    /// that; a sampler whose acceptance leaves out the surrogate's correction fails.
    #[test]
    fn a_normal_posterior_is_met() {
        let space = Space::new();
        let (d, m, sd) = (space.dynamic, 25, 0.3);
        let key = Key::new(11, 0);
        let matrix = DMatrix::from_fn(m, d, |i, j| 0.4 * key.normal(i as u32, j as u32, Purpose::Calibration));
        let values: Vec<f64> = (0..m).map(|i| 1.5 * key.normal(900 + i as u32, 0, Purpose::Calibration)).collect();
        let likelihood = Likelihood::new(&space, values.iter().map(|v| target(*v, sd)).collect());
        let simulate = |z: &[f64]| Some((&matrix * DVector::from_column_slice(&z[..d])).as_slice().to_vec());
        let settings = Settings { design: 400, particles: 400, islands: 4, seed: 5, final_sweeps: 25, training: 800 };
        let problem = Problem { space: &space, likelihood: &likelihood, simulate: &simulate, settings: &settings };
        let mut state = problem.begin().unwrap();
        while !problem.finished(&state) {
            problem.advance(&mut state).unwrap();
        }
        let precision = DMatrix::identity(d, d) + matrix.transpose() * &matrix / (sd * sd);
        let covariance = precision.try_inverse().unwrap();
        let mean = &covariance * (matrix.transpose() * DVector::from_vec(values) / (sd * sd));
        let draws: Vec<&Vec<f64>> = state.kept.iter().flatten().collect();
        let mut worst = [0.0_f64; 2];
        for j in 0..space.len() {
            let (exact, spread) = if j < d { (mean[j], covariance[(j, j)].sqrt()) } else { (0.0, 1.0) };
            let n = draws.len() as f64;
            let found = draws.iter().map(|z| z[j]).sum::<f64>() / n;
            let deviation = (draws.iter().map(|z| (z[j] - found).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
            worst[0] = worst[0].max(((found - exact) / spread).abs());
            worst[1] = worst[1].max((deviation / spread - 1.0).abs());
        }
        assert!(worst[0] < 0.25 && worst[1] < 0.2, "{worst:?}");
    }
}
