//! The runs of one or several scenarios on the same firms: made when they are missing, read when they are there.

use super::{
    RunContext,
    chunk::{Chunk, ChunkBase, ChunkOutput, ChunkPart, WorkUnit},
};
use crate::{
    analysis::Coalition,
    data::Data,
    engine::{Ensemble, Options, ParameterSource, RunKey, RunTask, Series},
    error::{Kind, Problem},
    population::Population,
    results::{RunCache, Store},
};
use rayon::prelude::*;
use std::sync::{Arc, Mutex, PoisonError, atomic::AtomicBool};

/// Runs of scenarios on one population, in a store.
pub struct StudyRuns<'a> {
    sources: Vec<ParameterSource<'a>>,
    caches: Vec<RunCache>,
    data: &'a Data,
    population: &'a Population,
    stop: &'a AtomicBool,
}

/// Of those who are never asked to stop.
static GOES_ON: AtomicBool = AtomicBool::new(false);

impl<'a> StudyRuns<'a> {
    /// Of these scenarios; a task names one by its place.
    pub fn new(
        store: &Store,
        sources: Vec<ParameterSource<'a>>,
        data: &'a Data,
        population: &'a Population,
    ) -> StudyRuns<'a> {
        let caches = sources.iter().map(|source| store.cache(*source, data)).collect();
        StudyRuns { sources, caches, data, population, stop: &GOES_ON }
    }

    /// The same, whose reading stops as the rest of its command does.
    pub fn stopped_by(self, stop: &'a AtomicBool) -> StudyRuns<'a> {
        StudyRuns { stop, ..self }
    }

    /// The runs of all scenarios in these keys, key by key, so that an interrupted comparison has whole pairs.
    pub fn tasks(&self, keys: &[RunKey]) -> Vec<RunTask> {
        keys.iter().flat_map(|&key| (0..self.sources.len()).map(move |source| RunTask { source, key })).collect()
    }

    /// Those that are not in the store, or damaged there.
    pub fn missing(&self, tasks: &[RunTask]) -> Vec<RunTask> {
        let absent = |task: &&RunTask| !self.caches[task.source].has(self.sources[task.source], task.key);
        tasks.par_iter().filter(absent).copied().collect()
    }

    /// The runs that are not in the store as work_units of up to `runs`. `of` tells what a source was made from: base, and
    /// coalition of its measures.
    ///
    /// Work units do not depend on what the store holds, apart from those that are left out because nothing of them is
    /// missing: the same work is always cut at the same places.
    pub(super) fn work_units<'b>(
        &self,
        tasks: &[RunTask],
        data: &Data,
        runs: usize,
        of: &dyn Fn(usize) -> (&'b Arc<ChunkBase>, Option<Coalition>),
    ) -> Vec<WorkUnit> {
        let mut tasks = tasks.to_vec();
        tasks.sort_by_key(|task| task.source);
        let same_base = |a: &RunTask, b: &RunTask| Arc::ptr_eq(of(a.source).0, of(b.source).0);
        let blocks = tasks.chunk_by(same_base).flat_map(|tasks| tasks.chunks(runs.max(1)));
        let wanted = blocks.filter(|block| !self.missing(block).is_empty());
        let unit = |block: &[RunTask]| {
            let parts = block.chunk_by(|a, b| a.source == b.source).map(|tasks| {
                let coalition = of(tasks[0].source).1.map(|coalition| coalition.0);
                ChunkPart::of(Vec::new(), coalition, tasks.iter().map(|task| task.key).collect())
            });
            let chunk = Chunk::new(ChunkOutput::Runs, of(block[0].source).0, parts.collect(), data);
            let slot = |task: &RunTask| self.caches[task.source].slot(self.sources[task.source], task.key);
            WorkUnit { chunk, slots: block.iter().map(slot).collect() }
        };
        wanted.map(unit).collect()
    }

    /// Makes the runs that are not in the store.
    ///
    /// # Errors
    /// `Kind::Interrupted` when the user stopped it: what is finished stays in the store. `Kind::Files` when a run cannot
    /// be kept.
    pub fn complete(&self, tasks: &[RunTask], context: RunContext) -> Result<(), Problem> {
        self.caches.iter().for_each(RunCache::tidy);
        let missing = self.missing(tasks);
        let may_keep = |task: &RunTask| self.caches[task.source].may_keep(self.sources[task.source], task.key);
        missing.iter().try_for_each(may_keep)?;
        let failed = Mutex::new(None);
        let keep = |task: RunTask, series: Series| {
            let kept = self.caches[task.source].keep(self.sources[task.source], task.key, &series);
            let fine = kept.is_ok();
            if let Err(problem) = kept {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
            }
            fine
        };
        let made = self.ensemble(&self.sources).run(&missing, context, &keep);
        if let Some(problem) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(problem);
        }
        made.map_err(|_| {
            let (done, wanted) = (tasks.len() - self.missing(tasks).len(), tasks.len());
            Problem::error(
                Kind::Interrupted,
                format!("interrupted: nothing was written; {done} of {wanted} runs are kept"),
            )
            .advise("the same command goes on from there")
        })
    }

    /// A run: from the store, or made when it was lost there since [`Self::complete`].
    ///
    /// # Errors
    /// `Kind::Files` when it cannot be kept; `Kind::Interrupted` when stopped.
    pub fn read(&self, task: RunTask) -> Result<Series, Problem> {
        let (source, cache) = (self.sources[task.source], &self.caches[task.source]);
        if let Some(series) = cache.read(source, task.key) {
            return Ok(series);
        }
        let made = Mutex::new(None);
        let keep = |_, series| {
            *made.lock().unwrap_or_else(PoisonError::into_inner) = Some(series);
            true
        };
        let task = RunTask { source: 0, ..task };
        let alone = RunContext { threads: 1, observe: &|_| {}, stop: self.stop };
        let run = self.ensemble(&[source]).run(&[task], alone, &keep);
        let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let series = made.filter(|_| run.is_ok()).ok_or_else(|| Problem::error(Kind::Interrupted, "interrupted"))?;
        cache.keep(source, task.key, &series)?;
        Ok(series)
    }

    fn ensemble<'b>(&'b self, sources: &'b [ParameterSource<'b>]) -> Ensemble<'b> {
        Ensemble { sources, data: self.data, population: self.population, options: Options::default() }
    }

    /// The runs of one scenario by key.
    pub fn reader(&self, source: usize) -> impl Fn(RunKey) -> Result<Arc<Series>, Problem> + Sync + '_ {
        move |key| self.read(RunTask { source, key }).map(Arc::new)
    }
}
