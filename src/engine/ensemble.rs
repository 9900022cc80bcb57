//! Many replicates of one scenario, in parallel, with progress and interruption.

use super::{
    basis::Basis,
    run::{Options, simulate_with},
    series::Series,
};
use crate::{calendar::Week, data::Data, population::Population};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far an ensemble is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Weeks simulated, over all replicates.
    pub done: u64,
    /// Weeks to simulate.
    pub total: u64,
}

/// The user stopped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// Runs the given replicates, each with its parameters, and hands each finished one to `keep`, in any order; returns when all are done.
/// The series do not depend on `threads` (0 = all cores).
///
/// # Errors
/// [`Interrupted`] when `stop` was set; what was kept stays kept.
#[allow(clippy::too_many_arguments)]
pub fn ensemble(
    basis: Basis,
    data: &Data,
    population: &Population,
    replicates: &[u32],
    threads: usize,
    options: Options,
    observe: &(dyn Fn(Progress) + Sync),
    keep: &(dyn Fn(Series) + Sync),
    stop: &AtomicBool,
) -> Result<(), Interrupted> {
    let scenario = basis.scenario;
    let first = Week::containing(scenario.run.start).unwrap_or(Week(0)).0;
    let last = Week::containing(scenario.run.end).map_or(first, |w| w.0);
    let total = u64::from(last - first + 1) * replicates.len() as u64;
    let done = AtomicU64::new(0);
    let goes_on = |_| {
        observe(Progress { done: done.fetch_add(1, Ordering::Relaxed), total });
        !stop.load(Ordering::Relaxed)
    };
    let run = || {
        replicates.par_iter().try_for_each(|&replicate| {
            let parameters = basis.parameters(replicate);
            let series = simulate_with(&parameters, scenario, data, population, replicate, options, &goes_on);
            keep(series.ok_or(Interrupted)?);
            Ok(())
        })
    };
    let result = match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(run),
        // Without a pool of its own (no more threads to be had) the run uses the common one.
        Err(_) => run(),
    };
    observe(Progress { done: done.load(Ordering::Relaxed), total });
    result
}
