//! Many runs in parallel, of one scenario or of several, with progress and interruption.

use super::{
    parameter_source::{ParameterSource, RunKey},
    run::{Inputs, Options, simulate_with},
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

/// One run to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunTask {
    /// Place of the scenario among the ensemble's sources.
    pub source: usize,
    /// Parameters, process noise, emergencies.
    pub key: RunKey,
}

/// How runs are carried out; nothing here changes a number.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    /// Threads; 0 = one for each core.
    pub threads: usize,
    /// Told how far the runs are.
    pub observe: &'a (dyn Fn(Progress) + Sync),
    /// The runs end between two weeks when this is set.
    pub stop: &'a AtomicBool,
}

/// What an ensemble's runs are made of.
#[derive(Clone, Copy)]
pub struct Ensemble<'a> {
    /// Scenarios with their parameters; a task names one by its place.
    pub sources: &'a [ParameterSource<'a>],
    /// The tables.
    pub data: &'a Data,
    /// The firms, the same in all runs.
    pub population: &'a Population,
    /// What the runs give.
    pub options: Options,
}

impl Ensemble<'_> {
    /// Makes the runs and hands each finished one to `keep`, in any order; returns when all are done. The series do not
    /// depend on the number of threads.
    ///
    /// # Errors
    /// [`Interrupted`] when the context's `stop` was set or `keep` wants no more (gave `false`); what was kept stays kept.
    pub fn run(
        self,
        tasks: &[RunTask],
        context: RunContext,
        keep: &(dyn Fn(RunTask, Series) -> bool + Sync),
    ) -> Result<(), Interrupted> {
        let RunContext { threads, observe, stop } = context;
        let Ensemble { sources, data, population, options } = self;
        let total = tasks.iter().filter_map(|task| sources.get(task.source)).map(|source| weeks(source.scenario)).sum();
        let done = AtomicU64::new(0);
        let goes_on = |_| {
            observe(Progress { done: done.fetch_add(1, Ordering::Relaxed), total });
            !stop.load(Ordering::Relaxed)
        };
        let run = |&task: &RunTask| {
            let Some(source) = sources.get(task.source) else { return Ok(()) };
            let parameters = source.parameters(task.key.parameters);
            let inputs =
                Inputs { parameters: &parameters, scenario: source.scenario, data, population, run: task.key, options };
            let series = simulate_with(inputs, &goes_on, stop);
            if keep(task, series.ok_or(Interrupted)?) { Ok(()) } else { Err(Interrupted) }
        };
        let result = on_threads(threads, || tasks.par_iter().try_for_each(run));
        observe(Progress { done: done.load(Ordering::Relaxed), total });
        result
    }
}

/// Carries out what shares its work out among so many threads, 0 = one for each core; where no more are to be had, among
/// the program's common ones.
pub fn on_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    match rayon::ThreadPoolBuilder::new().num_threads(threads.min(MOST_THREADS)).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// Weeks of one run.
fn weeks(scenario: &Scenario) -> u64 {
    Week::containing(scenario.run.end).map_or(1, |last| u64::from(last.0) + 1)
}
