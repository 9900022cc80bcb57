//! What the system refused, told with what to do about it. An error of the system in, a problem out.

use crate::error::{Kind, Problem};
use std::{io, path::Path};

/// A file problem in words, with advice where the cause is known; `flag` names another place.
pub(crate) fn cannot(what: &str, path: &Path, error: &io::Error, flag: &str) -> Problem {
    use io::ErrorKind::{
        AlreadyExists, FileTooLarge, NotADirectory, NotFound, OutOfMemory, PermissionDenied, QuotaExceeded,
        ReadOnlyFilesystem, StorageFull,
    };
    let problem = Problem::error(Kind::Files, format!("cannot {what} {}: {error}", path.display()));
    match error.kind() {
        StorageFull | QuotaExceeded => {
            problem.advise(format!("free some space, or write to another disk with {flag}; nothing was left behind"))
        }
        FileTooLarge => problem.advise("allow larger files (ulimit -f); nothing was left behind"),
        OutOfMemory => problem.advise("allow more memory (ulimit -v); nothing was left behind"),
        PermissionDenied | ReadOnlyFilesystem => {
            problem.advise(format!("choose a place that you may write with {flag}"))
        }
        NotADirectory => problem.advise(format!("choose a place inside a folder with {flag}")),
        NotFound => problem.advise(format!("choose a place inside a folder that is there with {flag}")),
        AlreadyExists => problem.advise(format!("move it away yourself, or choose another place with {flag}")),
        _ if is_device_failure(error) => {
            problem.advise(format!("the disk fails: write to another one with {flag}; nothing was left behind"))
        }
        _ => problem,
    }
}

#[cfg(unix)]
fn is_device_failure(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

#[cfg(not(unix))]
fn is_device_failure(_: &io::Error) -> bool {
    false
}
