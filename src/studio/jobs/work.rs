//! One job, carried out by the use case that its command calls.

use super::{Jobs, Progress, wanted::Wanted};
use crate::{
    commands::Conduct,
    engine,
    error::{Kind, Problem, Problems},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

/// Prepares and executes a job. A folder that is already there as it would be written is left as it is.
///
/// # Errors
/// As the command; an error of the program is one of this job, and the studio goes on.
pub fn done(
    jobs: &Jobs,
    id: u64,
    wanted: &Wanted,
    files: &[String],
    stop: &AtomicBool,
    progress: &Arc<Progress>,
) -> Result<(), Problems> {
    let carried_out = || {
        let files: Vec<PathBuf> = files.iter().map(|file| jobs.places.folder.join(file)).collect();
        let prepared = Arc::new(wanted.prepare(&files, &jobs.places)?);
        jobs.prepared(id, &prepared);
        if prepared.is_written() {
            return Ok(());
        }
        *progress.begun.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let observe = |p: engine::Progress| {
            progress.done.fetch_max(p.done, Ordering::Relaxed);
            progress.total.store(p.total, Ordering::Relaxed);
            jobs.gate.pass();
        };
        prepared.execute(Conduct { threads: jobs.threads, observe: &observe, stop })
    };
    catch_unwind(AssertUnwindSafe(carried_out)).unwrap_or_else(|_| {
        let message = "the program failed at this job: this is an error of the program";
        Err(Problem::error(Kind::Files, message).advise("please report it, with the command line").into())
    })
}
