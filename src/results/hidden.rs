//! What is being written, hidden beside its place: folders that are locked while their command lives, and what dead commands left.
//! A place in, an empty hidden folder out; the next command in that place removes those of dead ones.

use super::{
    failure::cannot,
    rename::{Rename, rename, sync_folder},
};
use crate::error::Problem;
use std::{
    cell::Cell,
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

/// Hidden folders and files begin so.
pub(super) const HIDDEN: &str = ".telework-";
/// The file that makes a hidden folder ours; it is locked while the command lives.
const DRAFT: &str = "draft.txt";
/// How that file begins; the name of the place follows.
const DRAFT_OF: &str = "telework-sim draft of ";
/// In a hidden folder: what is being written, and what was taken out of its place.
const NEW: &str = "new";
pub(super) const OLD: &str = "old";
/// In a hidden folder: what is being removed.
const GONE: &str = "gone";
/// Characters that make a hidden name unlike all others.
pub(super) const RANDOM: usize = 6;

/// The folder that a place is in.
pub(super) fn beside(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Text of a small regular file; nothing of a device, a pipe or a link, which may never end.
pub(super) fn small_text(file: &Path) -> Option<String> {
    const LARGEST: u64 = 64 << 20;
    let meta = fs::symlink_metadata(file).ok()?;
    if !meta.is_file() || meta.len() > LARGEST {
        return None;
    }
    fs::read_to_string(file).ok()
}

/// Hidden folders and files of this process that are being written.
static ALIVE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Removes all that this process is still writing, before it ends without coming back: nothing half written stays.
pub fn abandon() {
    // Whoever holds the lock may be the thread that calls this, which would wait for itself.
    for _ in 0..50 {
        if let Ok(mut alive) = ALIVE.try_lock() {
            for path in std::mem::take(&mut *alive) {
                remove_hidden(&path);
            }
            return;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

pub(super) fn alive(path: &Path, lives: bool) {
    let mut alive = ALIVE.lock().unwrap_or_else(PoisonError::into_inner);
    if lives {
        alive.insert(path.to_path_buf());
    } else {
        alive.remove(path);
    }
}

/// A hidden folder beside a place. Dropped, it is gone with all that is in it.
pub(super) struct Hidden {
    pub(super) folder: PathBuf,
    /// What is in it is somebody else's, and could not be put back.
    pub(super) stays: Cell<bool>,
    /// Held for its lock.
    _lock: File,
}

/// An error of the library without the hidden path that it names: what the user asked for is another one.
fn without_path(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" at path ") {
        Some((cause, _)) => io::Error::new(error.kind(), cause),
        None => error,
    }
}

impl Hidden {
    /// Beside a place.
    pub fn beside(target: &Path) -> io::Result<Hidden> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        // Between its making and its locking another command may take it for dead.
        for _ in 0..100 {
            let folder = tempfile::Builder::new().prefix(HIDDEN).rand_bytes(RANDOM).tempdir_in(beside(target));
            let folder = folder.map_err(without_path)?.keep();
            alive(&folder, true);
            match Hidden::locked(&folder, &name) {
                Ok(lock) => return Ok(Hidden { folder, stays: Cell::new(false), _lock: lock }),
                Err(error) => {
                    remove_hidden(&folder);
                    alive(&folder, false);
                    if error.kind() != io::ErrorKind::NotFound {
                        return Err(error);
                    }
                    failed = error;
                }
            }
        }
        Err(failed)
    }

    fn locked(folder: &Path, name: &str) -> io::Result<File> {
        let mark = folder.join(DRAFT);
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&mark)?;
        // Where there are no locks a dead folder stays.
        let _ = file.try_lock();
        file.write_all(format!("{DRAFT_OF}{name}\n").as_bytes())?;
        fs::symlink_metadata(&mark).map(|_| file)
    }

    /// Where the new folder or file is written.
    pub fn new_path(&self) -> PathBuf {
        self.folder.join(NEW)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if !self.stays.get() {
            remove_hidden(&self.folder);
        }
        alive(&self.folder, false);
    }
}

/// Removes a hidden folder, or a file. What was taken out of its place first goes back, when that is free; when it cannot, all
/// stays. The mark goes last, and only when the rest is gone, so that what is left when this is interrupted, or when another
/// thread still writes, is still known.
pub(super) fn remove_hidden(path: &Path) {
    let old = path.join(OLD);
    if let Some(name) = small_text(&path.join(DRAFT)).as_deref().and_then(place_named).filter(|_| old.exists()) {
        let home = beside(path);
        match rename(&old, &home.join(name), Rename::ToFree) {
            Ok(()) => drop(sync_folder(home)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(_) => return,
        }
    }
    let gone = path.join(GONE);
    for part in [GONE, NEW, OLD].map(|part| path.join(part)) {
        // Under another name first: another thread that is about to give it its place finds nothing, rather than what is
        // half removed.
        let _ = fs::rename(&part, &gone);
        let _ = fs::remove_dir_all(&gone).or_else(|_| fs::remove_file(&gone));
        if [&part, &gone].iter().any(|left| fs::symlink_metadata(left).is_ok()) {
            return;
        }
    }
    let _ = fs::remove_file(path.join(DRAFT));
    let _ = fs::remove_dir(path).or_else(|_| fs::remove_file(path));
}

/// A folder for what is not kept, in the system's place for such. Gone when dropped, or by the next one when its command is
/// killed.
pub struct Scratch(Hidden);

impl Scratch {
    /// An empty one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> Result<Scratch, Problem> {
        let place = std::env::temp_dir();
        tidy(&place);
        let made = || {
            let hidden = Hidden::beside(&place.join("scratch"))?;
            fs::create_dir(hidden.new_path())?;
            Ok(Scratch(hidden))
        };
        made().map_err(|e| cannot("write into", &place, &e, "TMPDIR=DIR"))
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.0.new_path()
    }
}

/// The name in a whole mark.
fn place_named(mark: &str) -> Option<&str> {
    mark.strip_prefix(DRAFT_OF)?.strip_suffix('\n')
}

/// Removes what commands that died left in a folder, and puts back what they had taken out of its place. Touches nothing
/// that is not provably ours, or whose command lives.
pub fn tidy(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().and_then(|name| name.strip_prefix(HIDDEN)) else { continue };
        let Ok(kind) = entry.file_type() else { continue };
        let path = entry.path();
        if kind.is_dir() && is_random(name) {
            tidy_folder(&path);
        } else if kind.is_file() && is_kept_draft(name) && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn tidy_folder(hidden: &Path) {
    let mark = hidden.join(DRAFT);
    let Some(text) = small_text(&mark) else {
        // Killed before its mark was made: only an empty folder goes.
        let _ = fs::remove_dir(hidden);
        return;
    };
    // Killed while it was written, the mark has only a part of its line.
    let ours = text.starts_with(DRAFT_OF) || DRAFT_OF.starts_with(&text);
    let Some(file) = File::open(&mark).ok().filter(|_| ours) else { return };
    if file.try_lock().is_ok() {
        remove_hidden(hidden);
    }
}

fn is_random(name: &str) -> bool {
    name.len() == RANDOM && name.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// `NAME-xxxxxx` of a file that [`keep`] makes.
fn is_kept_draft(name: &str) -> bool {
    let Some((kept, random)) = name.rsplit_once('-') else { return false };
    let run = kept.len() == 32 && kept.bytes().all(|b| b.is_ascii_hexdigit());
    is_random(random) && (run || is_kept_fit(kept))
}

/// Ending of the files of unfinished fits.
pub const KEPT_FIT: &str = ".state";

/// Whether a name is that of an unfinished fit: what is fitted, and sixteen digits of all that it depends on.
pub fn is_kept_fit(name: &str) -> bool {
    let key = name.strip_suffix(KEPT_FIT).and_then(|name| name.rsplit_once('-')).map_or("", |(_, key)| key);
    key.len() == 16 && key.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// As a killed command leaves it, on a system that cannot exchange: between the two steps, and after them.
    #[test]
    fn what_a_dead_command_took_out_of_its_place_is_put_back() {
        let home = tempfile::tempdir().unwrap();
        for (in_place, expected) in [(false, "old"), (true, "new")] {
            let target = home.path().join(format!("run-{in_place}"));
            let hidden = home.path().join(format!("{HIDDEN}aBc12{}", u8::from(in_place)));
            for (folder, name) in [(hidden.join(OLD), "old"), (hidden.join(NEW), "new")] {
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join(name), "").unwrap();
            }
            let name = target.file_name().unwrap().to_str().unwrap();
            fs::write(hidden.join(DRAFT), format!("{DRAFT_OF}{name}\n")).unwrap();
            if in_place {
                fs::rename(hidden.join(NEW), &target).unwrap();
            }
            tidy(home.path());
            assert_eq!(names(&target), [expected]);
        }
        assert_eq!(names(home.path()), ["run-false", "run-true"]);
    }

    #[test]
    fn what_is_alive_or_not_provably_ours_stays() {
        let home = tempfile::tempdir().unwrap();
        let living = Hidden::beside(&home.path().join("x")).unwrap();
        let stays =
            [".telework-notes.txt", ".telework-abcdef/mine.txt", ".telework-abcdeg/draft.txt", "telework-abcdef/x"];
        for name in stays {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "mine").unwrap();
        }
        let run = "0123456789abcdef0123456789abcdef";
        fs::write(home.path().join(format!("{HIDDEN}{run}-aBcDeF")), "half a run").unwrap();
        fs::create_dir(home.path().join(format!("{HIDDEN}empty1"))).unwrap();
        tidy(home.path());
        assert!(stays.iter().all(|name| home.path().join(name).is_file()) && living.folder.is_dir());
        assert_eq!(names(home.path()).len(), stays.len() + 1);
        drop(living);
        assert_eq!(names(home.path()).len(), stays.len());
    }
}
