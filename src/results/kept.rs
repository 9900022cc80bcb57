//! Files of our own that are no results: kept runs, and unfinished fits in folders with a mark. Bytes in; there whole, or not at all.

use super::{
    hidden::{HIDDEN, Hidden, RANDOM, alive, beside},
    rename::{Rename, rename},
};
use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// Makes a folder with a mark in it, both in one step: a folder without its mark is never ours.
///
/// # Errors
/// Something is there, or what the system says.
pub fn make_marked(folder: &Path, mark: &str, says: &str) -> io::Result<()> {
    fs::create_dir_all(beside(folder))?;
    let hidden = Hidden::beside(folder)?;
    fs::create_dir(hidden.new_path())?;
    fs::write(hidden.new_path().join(mark), says)?;
    rename(&hidden.new_path(), folder, Rename::ToFree)
}

/// Removes a folder in which nothing but its mark is left, both in one step. Where more is in it, only the mark goes.
pub fn remove_marked(folder: &Path, mark: &str) {
    let Ok(hidden) = Hidden::beside(folder).and_then(|hidden| {
        rename(folder, &hidden.new_path(), Rename::ToFree)?;
        Ok(hidden)
    }) else {
        let _ = fs::remove_file(folder.join(mark)).and_then(|()| fs::remove_dir(folder));
        return;
    };
    let _ = fs::remove_file(hidden.new_path().join(mark));
    // What somebody has put there comes back.
    if fs::remove_dir(hidden.new_path()).is_err() && rename(&hidden.new_path(), folder, Rename::ToFree).is_err() {
        hidden.stays.set(true);
    }
}

/// The bytes of one of our own kept files; `None` where no regular file lies: a pipe or a device would never end.
pub fn kept(file: &Path) -> Option<Vec<u8>> {
    fs::symlink_metadata(file).ok().filter(fs::Metadata::is_file)?;
    fs::read(file).ok()
}

/// Fails when something else than a regular file lies where one of our own would be kept: it is not ours to replace.
///
/// # Errors
/// `AlreadyExists`, or what the system says.
pub fn may_keep(file: &Path) -> io::Result<()> {
    match fs::symlink_metadata(file) {
        Ok(there) if there.is_file() => Ok(()),
        Ok(there) => {
            let why = match there.is_symlink() {
                true => format!("{} is a link, and not ours", file.display()),
                false => format!("{} is no regular file, and not ours", file.display()),
            };
            Err(io::Error::new(io::ErrorKind::AlreadyExists, why))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Writes one of our own kept files, whole or not at all, over one that is there. It is no result: it is not made durable.
///
/// # Errors
/// `AlreadyExists` where something lies that is no regular file, or what the system says.
pub fn keep(file: &Path, bytes: &[u8]) -> io::Result<()> {
    may_keep(file)?;
    let folder = beside(file);
    // What is made for it goes again when it cannot be kept.
    let made: Vec<&Path> =
        folder.ancestors().take_while(|p| !p.as_os_str().is_empty() && fs::symlink_metadata(p).is_err()).collect();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let write = || {
        let prefix = format!("{HIDDEN}{name}-");
        let draft = tempfile::Builder::new().prefix(&prefix).rand_bytes(RANDOM).tempfile_in(folder)?;
        alive(draft.path(), true);
        let path = draft.path().to_path_buf();
        let _ = draft.as_file().try_lock();
        let written = draft.as_file().write_all(bytes).and_then(|()| may_keep(file));
        let written = written.and_then(|()| draft.persist(file).map_err(|e| e.error));
        alive(&path, false);
        written.map(drop)
    };
    let written = fs::create_dir_all(folder).and_then(|()| match write() {
        // Another command took it for dead before it was locked.
        Err(error) if error.kind() == io::ErrorKind::NotFound => write(),
        other => other,
    });
    if written.is_err() {
        for folder in made {
            let _ = fs::remove_dir(folder);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::hidden::tests::names;

    #[test]
    fn folders_made_for_what_cannot_be_kept_go_again() {
        let home = tempfile::tempdir().unwrap();
        let too_long = "n".repeat(300);
        assert!(keep(&home.path().join("store/shelf").join(&too_long), b"run").is_err());
        assert_eq!(names(home.path()), [""; 0]);
        fs::create_dir(home.path().join("store")).unwrap();
        assert!(keep(&home.path().join("store/shelf").join(&too_long), b"run").is_err());
        assert_eq!(names(home.path()), ["store"], "what was there before stays");
        assert_eq!(names(&home.path().join("store")), [""; 0]);
    }
}
