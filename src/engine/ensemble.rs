//! Many runs in parallel, of one scenario or of several, with progress and interruption.

use super::{
    basis::{Basis, Case},
    run::{Options, simulate_with},
    series::Series,
};
use crate::{calendar::Week, data::Data, population::Population, scenario::Scenario};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Threads at most; more than any machine has cores.
pub const MOST_THREADS: usize = 1_024;

/// How far an ensemble is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Weeks simulated, over all runs.
    pub done: u64,
    /// Weeks to simulate.
    pub total: u64,
}

/// The user stopped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// One run to be made: of which scenario (its place among the bases), in which case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Place of the scenario's basis.
    pub basis: usize,
    /// Parameters, luck, emergencies.
    pub case: Case,
}

/// Makes the runs and hands each finished one to `keep`, in any order; returns when all are done. The series do not
/// depend on `threads` (0 = all cores).
///
/// # Errors
/// [`Interrupted`] when `stop` was set or `keep` wants no more (gave `false`); what was kept stays kept.
#[allow(clippy::too_many_arguments)]
pub fn ensemble(
    bases: &[Basis],
    jobs: &[Job],
    data: &Data,
    population: &Population,
    threads: usize,
    options: Options,
    observe: &(dyn Fn(Progress) + Sync),
    keep: &(dyn Fn(Job, Series) -> bool + Sync),
    stop: &AtomicBool,
) -> Result<(), Interrupted> {
    let total = jobs.iter().filter_map(|job| bases.get(job.basis)).map(|basis| weeks(basis.scenario)).sum();
    let done = AtomicU64::new(0);
    let goes_on = |_| {
        observe(Progress { done: done.fetch_add(1, Ordering::Relaxed), total });
        !stop.load(Ordering::Relaxed)
    };
    let run = |&job: &Job| {
        let Some(basis) = bases.get(job.basis) else { return Ok(()) };
        let parameters = basis.parameters(job.case.parameters);
        let series = simulate_with(&parameters, basis.scenario, data, population, job.case, options, &goes_on);
        if keep(job, series.ok_or(Interrupted)?) { Ok(()) } else { Err(Interrupted) }
    };
    let result = match rayon::ThreadPoolBuilder::new().num_threads(threads.min(MOST_THREADS)).build() {
        Ok(pool) => pool.install(|| jobs.par_iter().try_for_each(run)),
        // No more threads are to be had.
        Err(_) => jobs.iter().try_for_each(run),
    };
    observe(Progress { done: done.load(Ordering::Relaxed), total });
    result
}

/// Weeks of one run.
fn weeks(scenario: &Scenario) -> u64 {
    let first = Week::containing(scenario.run.start).unwrap_or(Week(0)).0;
    let last = Week::containing(scenario.run.end).map_or(first, |w| w.0);
    u64::from(last - first + 1)
}
