//! One chain from prior to posterior, kept on disk after every round, so that it can be stopped and goes on; and the chains
//! of a fit together, reweighted by what was simulated. A sampler's problem in, its final state out.

use super::{
    likelihood::Likelihood,
    sampler::{SamplerState, Sampling, square, systematic},
    space::Space,
};
use crate::{
    error::{Kind, Problem},
    random::{Key, Purpose, uniform},
    results::{CODE, KEPT_FIT, KeptKey, cannot, keep, kept, seal, sealed},
    statistics::pareto_smoothed,
};
use nalgebra::DMatrix;
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

/// Where the state of an unfinished fit is kept; the key names everything that the fit depends on.
#[derive(Clone, Debug)]
pub struct Kept {
    path: PathBuf,
    key: KeptKey,
}

impl Kept {
    /// `folder/<name>-<key>.state`.
    pub fn new(folder: &Path, name: &str, key: &str) -> Kept {
        let path = folder.join(format!("{name}-{}{KEPT_FIT}", &key[..key.len().min(16)]));
        Kept { path, key: blake3::hash(format!("{CODE} {name} {key}").as_bytes()) }
    }

    /// The state, when there is one; one that is damaged, or of another fit, counts as none.
    pub fn load(&self) -> Option<SamplerState> {
        ciborium::from_reader(sealed(&kept(&self.path)?, &self.key)?).ok()
    }

    /// Keeps a state, whole or not at all.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn save(&self, state: &SamplerState) -> Result<(), Problem> {
        let mut bytes = Vec::new();
        ciborium::into_writer(state, &mut bytes)
            .map_err(std::io::Error::other)
            .and_then(|()| keep(&self.path, &seal(&self.key, &bytes)))
            .map_err(|e| cannot("keep the fit in", &self.path, &e, "--out DIR"))
    }
}

/// Runs a fit to its end, from where it was left.
///
/// # Errors
/// `Kind::Interrupted` when `stop` was set; `Kind::Files` when its state cannot be kept.
pub fn fit(
    sampling: &Sampling,
    kept: &Kept,
    observe: &(dyn Fn(f64) + Sync),
    stop: &AtomicBool,
) -> Result<SamplerState, Problem> {
    let interrupted = |_| Problem::error(Kind::Interrupted, "interrupted");
    let mut state = match kept.load() {
        Some(state) => state,
        None => {
            observe(0.0);
            let state = sampling.begin().map_err(interrupted)?;
            kept.save(&state)?;
            state
        }
    };
    while !sampling.finished(&state) {
        if stop.load(Ordering::Relaxed) {
            return Err(interrupted(super::sampler::Stopped));
        }
        observe(sampling.progress(&state));
        sampling.advance(&mut state).map_err(interrupted)?;
        kept.save(&state)?;
    }
    Ok(state)
}

/// Shape of the tail of importance weights up to which they are used.
pub const RELIABLE: f64 = 0.7;

/// The chains of a fit at their end.
#[derive(Clone, Debug)]
pub struct Chains {
    /// How many.
    pub number: usize,
    /// All of them as one state: particles, kept sweeps and figures side by side; trace, archive and error of the first.
    pub state: SamplerState,
    /// Covariance of the figures' process noise, mean over the chains.
    pub noise: DMatrix<f64>,
    /// Weight of each particle, adding up to 1: the likelihood of its simulated figures over that of the surrogate's, Pareto
    /// smoothed.
    pub weights: Vec<f64>,
    /// Shape of the weights' tail.
    pub shape: f64,
    /// Standard deviation of the log ratios behind the weights.
    pub log_ratio_sd: f64,
}

impl Chains {
    /// From chains that have come to their end.
    pub fn new(space: &Space, likelihood: &Likelihood, chains: Vec<SamplerState>) -> Chains {
        let number = chains.len();
        let figures = likelihood.targets.len();
        let mean =
            |sum: DMatrix<f64>, chain: &SamplerState| sum + chain.noise.covariance(figures) / number.max(1) as f64;
        let noise = chains.iter().fold(DMatrix::zeros(figures, figures), mean);
        let ratio = |state: &SamplerState| -> Vec<f64> {
            let error = square(&state.error, figures);
            let log =
                |z: &[f64], figures: &[f64], error: &DMatrix<f64>| likelihood.gradient(space, z, figures, error).0;
            let each = state.z.iter().zip(&state.figures).zip(&state.predicted);
            each.map(|((z, simulated), predicted)| log(z, simulated, &noise) - log(z, predicted, &error)).collect()
        };
        let ratios: Vec<f64> = chains.iter().flat_map(ratio).collect();
        let equal = vec![1.0 / ratios.len().max(1) as f64; ratios.len()];
        let (weights, shape) = pareto_smoothed(&ratios).unwrap_or((equal, f64::INFINITY));
        let evaluations = chains.iter().map(|c| c.evaluations).sum();
        let mut all = chains.into_iter();
        let mut state = all.next().unwrap_or_default();
        for chain in all {
            state.z.extend(chain.z);
            state.kept.iter_mut().zip(chain.kept).for_each(|(kept, more)| kept.extend(more));
            state.figures.extend(chain.figures);
            state.predicted.extend(chain.predicted);
            state.temperature = state.temperature.min(chain.temperature);
        }
        state.evaluations = evaluations;
        let log_ratio_sd = crate::statistics::variance(&ratios).unwrap_or(0.0).sqrt();
        Chains { number, state, noise, weights, shape, log_ratio_sd }
    }

    /// Whether the weights are used: otherwise the particles stand for the posterior as the surrogate has it.
    pub fn reweighted(&self) -> bool {
        self.shape < RELIABLE
    }

    /// Places of equally likely particles, in random order.
    pub fn places(&self, count: usize, seed: u64) -> Vec<usize> {
        let n = self.state.z.len();
        let key = Key::new(seed, u32::MAX);
        let first = uniform(key.words(0, 1, Purpose::Calibration)[0]);
        let equal = vec![1.0 / n.max(1) as f64; n];
        let mut places = systematic(if self.reweighted() { &self.weights } else { &equal }, count, first);
        let order = |k: &usize| key.words(*k as u32, 0, Purpose::Calibration)[0];
        let mut shuffled: Vec<usize> = (0..places.len()).collect();
        shuffled.sort_by_key(|k| (order(k), *k));
        places = shuffled.into_iter().map(|k| places[k]).collect();
        places
    }
}
