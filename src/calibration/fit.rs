//! One fit from prior to posterior, kept on disk after every sweep, so that it can be stopped and goes on.
//! A sampler's problem in, its final state out.

use super::sampler::{Problem as Sampling, State};
use crate::error::{Kind, Problem};
use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

/// Where the state of an unfinished fit is kept; the key names everything that the fit depends on.
#[derive(Clone, Debug)]
pub struct Kept {
    path: PathBuf,
}

impl Kept {
    /// `folder/<name>-<key>.state`.
    pub fn new(folder: &Path, name: &str, key: &str) -> Kept {
        Kept { path: folder.join(format!("{name}-{}.state", &key[..key.len().min(16)])) }
    }

    /// The state, when there is one that can be read; a damaged one counts as none.
    pub fn load(&self) -> Option<State> {
        ciborium::from_reader(BufReader::new(File::open(&self.path).ok()?)).ok()
    }

    /// Keeps a state, whole or not at all.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn save(&self, state: &State) -> Result<(), Problem> {
        let problem = |e: &dyn std::fmt::Display| {
            Problem::error(Kind::Files, format!("cannot keep the fit in {}: {e}", self.path.display()))
        };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|e| problem(&e))?;
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|e| problem(&e))?;
        let mut out = BufWriter::new(file.as_file_mut());
        ciborium::into_writer(state, &mut out).map_err(|e| problem(&e))?;
        out.flush().map_err(|e| problem(&e))?;
        drop(out);
        file.persist(&self.path).map_err(|e| problem(&e)).map(drop)
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
