//! One fit from prior to posterior, kept on disk after every sweep, so that it can be stopped and goes on.
//! A sampler's problem in, its final state out.

use super::sampler::{Problem as Sampling, State};
use crate::{
    error::{Kind, Problem},
    results::{CODE, KEPT_FIT, KeptKey, cannot, keep, seal, sealed},
};
use std::{
    fs,
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
    pub fn load(&self) -> Option<State> {
        ciborium::from_reader(sealed(&fs::read(&self.path).ok()?, &self.key)?).ok()
    }

    /// Keeps a state, whole or not at all.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn save(&self, state: &State) -> Result<(), Problem> {
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
) -> Result<State, Problem> {
    let interrupted = |_| {
        Problem::error(Kind::Interrupted, "interrupted: what was fitted is kept")
            .advise("the same command with --resume goes on from there")
    };
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
