//! Long work under Python: without the interpreter's lock, with progress, and stopped by Ctrl-C.

use crate::errors::raised;
use pyo3::{exceptions::PyKeyboardInterrupt, prelude::*};
use std::{
    panic,
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};
use telework::{
    commands::RunContext,
    engine::Progress,
    error::{Kind, Problems},
};

/// Between two looks at signals and two calls of `progress`.
const EVERY: Duration = Duration::from_millis(50);

/// Does the work on a thread of its own. Python's other threads go on meanwhile; `progress` is called with weeks done and
/// weeks in all. What a signal's handler or `progress` raises stops the work and is raised here.
pub fn conducted<T: Send, E: Into<Problems> + Send>(
    py: Python<'_>,
    threads: usize,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(RunContext) -> Result<T, E> + Send,
) -> PyResult<T> {
    let stop = AtomicBool::new(false);
    let (done, total) = (AtomicU64::new(0), AtomicU64::new(0));
    let observe = |now: Progress| {
        total.store(now.total, Ordering::Relaxed);
        done.fetch_max(now.done, Ordering::Relaxed);
    };
    let tell = |py: Python<'_>| -> PyResult<()> {
        py.check_signals()?;
        let so_far = (done.load(Ordering::Relaxed), total.load(Ordering::Relaxed));
        progress.filter(|_| so_far.1 > 0).map_or(Ok(()), |progress| progress.call1(py, so_far).map(drop))
    };
    let mut interrupted = None;
    let outcome = py.detach(|| {
        thread::scope(|scope| {
            let (finished, wait) = mpsc::channel::<()>();
            let (stop, observe) = (&stop, &observe);
            let worker = scope.spawn(move || {
                let outcome = work(RunContext { threads, observe, stop });
                drop(finished);
                outcome
            });
            // The channel closes when the work is done, or when it panics.
            while wait.recv_timeout(EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                if interrupted.is_none()
                    && let Err(error) = Python::attach(tell)
                {
                    stop.store(true, Ordering::Relaxed);
                    interrupted = Some(error);
                }
            }
            worker.join().unwrap_or_else(|payload| panic::resume_unwind(payload))
        })
    });
    match interrupted {
        // Ctrl-C: what the work says of it tells what is kept.
        Some(error) if error.is_instance_of::<PyKeyboardInterrupt>(py) => match outcome.map_err(Into::into) {
            Err(said) if said.0.iter().any(|problem| problem.kind == Kind::Interrupted) => Err(raised(said)),
            _ => Err(error),
        },
        Some(error) => Err(error),
        None => {
            let outcome = outcome.map_err(raised)?;
            tell(py)?;
            Ok(outcome)
        }
    }
}
