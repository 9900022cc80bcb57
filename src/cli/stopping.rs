//! How the program ends before its work is done: by Ctrl-C, SIGTERM or SIGHUP, and when there is no more memory.
//!
//! One flag says that the work shall stop; whoever works looks at it, and whoever cannot is stopped a moment later. All that is
//! written is put into its place in one step, so that ending at any moment loses nothing and leaves nothing half written.

use super::complain;
use crate::{
    engine::MOST_THREADS,
    error::{Kind, Problem},
    results::abandon,
};
use std::{
    cell::Cell,
    io::{self, Write},
    process, slice,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// Set by Ctrl-C, SIGTERM and SIGHUP; runs look at it between weeks.
pub static STOP: AtomicBool = AtomicBool::new(false);

/// Work that has not stopped by itself after so long is stopped: waiting for standard input, or one long step.
const PATIENCE: Duration = Duration::from_millis(800);

/// Memory that is given back when no more is to be had, to clean up with.
static RESERVE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// What has to be in place before any work.
///
/// # Errors
/// `Kind::Usage` when the environment asks for more threads than a machine can bear.
pub fn begin() -> Result<(), Problem> {
    for name in ["RAYON_NUM_THREADS", "RAYON_RS_NUM_CPUS"] {
        let asked = std::env::var(name).ok().and_then(|value| value.parse::<usize>().ok());
        if let Some(threads) = asked.filter(|threads| *threads > MOST_THREADS) {
            return Err(Problem::error(Kind::Usage, format!("the environment has {name}={threads}"))
                .advise(format!("write a whole number from 0 (one for each core) to {MOST_THREADS}")));
        }
    }
    if let Ok(mut reserve) = RESERVE.lock() {
        let _ = reserve.try_reserve(2 << 20);
    }
    files_may_be_too_large();
    // Where no thread can be had, all work is done on this one.
    if rayon::ThreadPoolBuilder::new().build_global().is_err() {
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    }
    Ok(())
}

/// A file that would become larger than `ulimit -f` allows is an error like others, not the end of the program.
#[cfg(unix)]
fn files_may_be_too_large() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    // SAFETY: the signal is ignored; no handler of ours runs.
    let _ = unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) };
}

#[cfg(not(unix))]
fn files_may_be_too_large() {}

/// Lets Ctrl-C, SIGTERM and SIGHUP stop the work within a second. A program that has to be stopped ends with what `says` is
/// wrong, or well when that is nothing.
///
/// # Errors
/// `Kind::Files` when the system does not let us listen.
pub fn catch_interrupts(says: Option<Problem>) -> Result<(), Problem> {
    let stop = move || {
        STOP.store(true, Ordering::Relaxed);
        thread::sleep(PATIENCE);
        abandon();
        if let Some(problem) = &says {
            complain(slice::from_ref(problem));
        }
        process::exit(says.as_ref().map_or(0, |problem| problem.kind as i32));
    };
    ctrlc::set_handler(stop).map_err(|e| Problem::error(Kind::Files, format!("cannot listen for interrupts: {e}")))
}

/// Ends the program in good order when a request for memory was refused. Called by the allocator, on any thread: what is
/// done here must go with the reserve.
pub fn out_of_memory(bytes: usize) {
    static ENDING: AtomicBool = AtomicBool::new(false);
    thread_local! {
        static ENDS: Cell<bool> = const { Cell::new(false) };
    }
    if ENDS.get() {
        // Refused again while cleaning up.
        return;
    }
    if ENDING.swap(true, Ordering::SeqCst) {
        // Another thread ends the program.
        loop {
            thread::sleep(PATIENCE);
        }
    }
    ENDS.set(true);
    if let Ok(mut reserve) = RESERVE.try_lock() {
        *reserve = Vec::new();
    }
    abandon();
    let mut to = io::stderr();
    let _ = write!(
        to,
        "error: not enough memory: {bytes} bytes more were refused\n |\n = help: allow more memory (ulimit -v), simulate fewer \
         firms with --sample, or use fewer --threads; nothing half written is left\n"
    );
    process::exit(Kind::Files as i32);
}
