//! The runs of one or several scenarios on the same firms: made when they are missing, read when they are there.

use super::{
    Conduct,
    chunk::{Base, Chunk, Parcel, Part, Wanted},
};
use crate::{
    analysis::Coalition,
    data::Data,
    engine::{self, Basis, Case, Job, Options, Series},
    error::{Kind, Problem},
    population::Population,
    results::{Shelf, Store},
};
use rayon::prelude::*;
use std::sync::{Arc, Mutex, PoisonError, atomic::AtomicBool};

/// Runs of scenarios on one population, in a store.
pub struct Experiment<'a> {
    bases: Vec<Basis<'a>>,
    shelves: Vec<Shelf>,
    data: &'a Data,
    population: &'a Population,
    stop: &'a AtomicBool,
}

/// Of those who are never asked to stop.
static GOES_ON: AtomicBool = AtomicBool::new(false);

impl<'a> Experiment<'a> {
    /// Of these scenarios; a job names one by its place.
    pub fn new(store: &Store, bases: Vec<Basis<'a>>, data: &'a Data, population: &'a Population) -> Experiment<'a> {
        let shelves = bases.iter().map(|basis| store.shelf(*basis, data)).collect();
        Experiment { bases, shelves, data, population, stop: &GOES_ON }
    }

    /// The same, whose reading stops as the rest of its command does.
    pub fn stopped_by(self, stop: &'a AtomicBool) -> Experiment<'a> {
        Experiment { stop, ..self }
    }

    /// The runs of all scenarios in these cases, case by case, so that an interrupted comparison has whole pairs.
    pub fn jobs(&self, cases: &[Case]) -> Vec<Job> {
        cases.iter().flat_map(|&case| (0..self.bases.len()).map(move |basis| Job { basis, case })).collect()
    }

    /// Those that are not in the store, or damaged there.
    pub fn missing(&self, jobs: &[Job]) -> Vec<Job> {
        let absent = |job: &&Job| !self.shelves[job.basis].has(self.bases[job.basis], job.case);
        jobs.par_iter().filter(absent).copied().collect()
    }

    /// The runs that are not in the store as parcels of up to `runs`. `of` tells what a basis was made from: base, and
    /// coalition of its measures.
    ///
    /// Parcels do not depend on what the store holds, apart from those that are left out because nothing of them is
    /// missing: the same work is always cut at the same places.
    pub(super) fn parcels<'b>(
        &self,
        jobs: &[Job],
        data: &Data,
        runs: usize,
        of: &dyn Fn(usize) -> (&'b Arc<Base>, Option<Coalition>),
    ) -> Vec<Parcel> {
        let mut jobs = jobs.to_vec();
        jobs.sort_by_key(|job| job.basis);
        let same_base = |a: &Job, b: &Job| Arc::ptr_eq(of(a.basis).0, of(b.basis).0);
        let blocks = jobs.chunk_by(same_base).flat_map(|jobs| jobs.chunks(runs.max(1)));
        let wanted = blocks.filter(|block| !self.missing(block).is_empty());
        let parcel = |block: &[Job]| {
            let parts = block.chunk_by(|a, b| a.basis == b.basis).map(|jobs| {
                let coalition = of(jobs[0].basis).1.map(|coalition| coalition.0);
                Part::of(Vec::new(), coalition, jobs.iter().map(|job| job.case).collect())
            });
            let chunk = Chunk::new(Wanted::Runs, of(block[0].basis).0, parts.collect(), data);
            let slot = |job: &Job| self.shelves[job.basis].slot(self.bases[job.basis], job.case);
            Parcel { chunk, slots: block.iter().map(slot).collect() }
        };
        wanted.map(parcel).collect()
    }

    /// Makes the runs that are not in the store.
    ///
    /// # Errors
    /// `Kind::Interrupted` when the user stopped it: what is finished stays in the store. `Kind::Files` when a run cannot
    /// be kept.
    pub fn complete(&self, jobs: &[Job], conduct: Conduct) -> Result<(), Problem> {
        self.shelves.iter().for_each(Shelf::tidy);
        let missing = self.missing(jobs);
        let failed = Mutex::new(None);
        let keep = |job: Job, series: Series| {
            let kept = self.shelves[job.basis].keep(self.bases[job.basis], job.case, &series);
            let fine = kept.is_ok();
            if let Err(problem) = kept {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
            }
            fine
        };
        let Conduct { threads, observe, stop } = conduct;
        let (data, population, options) = (self.data, self.population, Options::default());
        let made = engine::ensemble(&self.bases, &missing, data, population, threads, options, observe, &keep, stop);
        if let Some(problem) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(problem);
        }
        made.map_err(|_| {
            let (done, wanted) = (jobs.len() - self.missing(jobs).len(), jobs.len());
            Problem::error(
                Kind::Interrupted,
                format!("interrupted: nothing was written; {done} of {wanted} runs are kept"),
            )
            .advise("the same command goes on from there")
        })
    }

    /// A run: from the store, or made when it was lost there since [`Experiment::complete`].
    ///
    /// # Errors
    /// `Kind::Files` when it cannot be kept; `Kind::Interrupted` when stopped.
    pub fn read(&self, job: Job) -> Result<Series, Problem> {
        let (basis, shelf) = (self.bases[job.basis], &self.shelves[job.basis]);
        if let Some(series) = shelf.read(basis, job.case) {
            return Ok(series);
        }
        let made = Mutex::new(None);
        let keep = |_, series| {
            *made.lock().unwrap_or_else(PoisonError::into_inner) = Some(series);
            true
        };
        let job = Job { basis: 0, ..job };
        let (options, stop) = (Options::default(), self.stop);
        let run = engine::ensemble(&[basis], &[job], self.data, self.population, 1, options, &|_| {}, &keep, stop);
        let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let series = made.filter(|_| run.is_ok()).ok_or_else(|| Problem::error(Kind::Interrupted, "interrupted"))?;
        shelf.keep(basis, job.case, &series)?;
        Ok(series)
    }

    /// The runs of one scenario by case.
    pub fn source(&self, basis: usize) -> impl Fn(Case) -> Result<Series, Problem> + Sync + '_ {
        move |case| self.read(Job { basis, case })
    }
}
