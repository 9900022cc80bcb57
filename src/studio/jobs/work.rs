//! One job, carried out by the use case that its command calls.

use super::{Begun, Jobs};
use crate::{
    commands::RunContext,
    engine,
    error::{Kind, Problem, Problems},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Instant,
};

/// Prepares and executes a job. A folder that is already there as it would be written is left as it is.
///
/// # Errors
/// As the command; an error of the program is one of this job, and the studio goes on.
pub(super) fn done(jobs: &Jobs, begun: &Begun) -> Result<(), Problems> {
    let Begun { id, request, files, stop, progress } = begun;
    let carried_out = || {
        let files: Vec<PathBuf> = files.iter().map(|file| jobs.places.folder.join(file)).collect();
        let prepared = Arc::from(request.prepare(&files, &jobs.places)?);
        jobs.prepared(*id, &prepared);
        if prepared.is_written() {
            return Ok(());
        }
        *progress.begun.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let observe = |p: engine::Progress| {
            progress.done.fetch_max(p.done, Ordering::Relaxed);
            progress.total.store(p.total, Ordering::Relaxed);
            jobs.gate.pass();
        };
        prepared.carry_out(RunContext { threads: jobs.threads, observe: &observe, stop })
    };
    catch_unwind(AssertUnwindSafe(carried_out)).unwrap_or_else(|_| {
        let message = "the program failed at this job: this is an error of the program";
        Err(Problem::error(Kind::Files, message).advise("please report it, with the command line").into())
    })
}
