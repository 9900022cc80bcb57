//! Names on disk: renaming in one step where the system can, and names that outlast a power cut. Paths in.

use std::{fs, io, path::Path};

/// How something gets its name.
#[derive(Clone, Copy)]
pub(super) enum Rename {
    /// Nothing may be there.
    ToFree,
    /// Both get the other's name.
    Exchange,
}

/// Renames in one step. `Unsupported` when the system cannot exchange.
#[cfg(unix)]
pub(super) fn rename(from: &Path, to: &Path, how: Rename) -> io::Result<()> {
    use rustix::{
        fs::{CWD, RenameFlags, renameat_with},
        io::{Errno, retry_on_intr},
    };
    let flags = match how {
        Rename::ToFree => RenameFlags::NOREPLACE,
        Rename::Exchange => RenameFlags::EXCHANGE,
    };
    match retry_on_intr(|| renameat_with(CWD, from, CWD, to, flags)) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_in_steps(from, to, how),
        other => Ok(other?),
    }
}

#[cfg(not(unix))]
pub(super) fn rename(from: &Path, to: &Path, how: Rename) -> io::Result<()> {
    rename_in_steps(from, to, how)
}

fn rename_in_steps(from: &Path, to: &Path, how: Rename) -> io::Result<()> {
    match how {
        Rename::ToFree if fs::symlink_metadata(to).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Rename::ToFree => fs::rename(from, to),
        Rename::Exchange => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Makes the names in a folder outlast a power cut, where the system can.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    match fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        other => other,
    }
}
