//! The one place where something gets its final name: what may be replaced, how, and what dead commands left behind.
//!
//! Whatever is written is made in a hidden folder beside its place, and exchanged in one step with what lies there: at any
//! moment the old one or the new one is there, whole. Only what bears our mark is replaced. A hidden folder is locked as
//! long as its command lives; the next command in that place removes those of dead ones.

use super::{
    failure::cannot,
    rename::{Rename, rename, sync_folder},
};
use crate::error::{Kind, Problem};
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
const HIDDEN: &str = ".telework-";
/// The file that makes a hidden folder ours; it is locked while the command lives.
const DRAFT: &str = "draft.txt";
/// How that file begins; the name of the place follows.
const DRAFT_OF: &str = "telework-sim draft of ";
/// In a hidden folder: what is being written, and what was taken out of its place.
const NEW: &str = "new";
const OLD: &str = "old";
/// In a hidden folder: what is being removed.
const GONE: &str = "gone";
/// Characters that make a hidden name unlike all others.
const RANDOM: usize = 6;

/// Whether something is a folder or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A folder.
    Folder,
    /// A regular file.
    File,
}

/// A kind of folder or file that the program writes, and how one is told from other people's.
#[derive(Debug)]
pub struct Product {
    /// Name for people.
    pub name: &'static str,
    /// What makes it ours, as in `it has no MARK of ours`.
    pub mark: &'static str,
    /// Folder or file.
    pub form: Form,
    /// How the user names another place, such as `--out DIR`.
    pub flag: &'static str,
    /// Whether a folder or regular file bears the mark.
    pub holds_mark: fn(&Path) -> bool,
    /// Whether the program has written the file of this name (`/` between folders) into the folder.
    pub wrote: fn(&Path, &str) -> bool,
}

impl Product {
    /// Whether something of this kind could be written there, so that it is known before the work. Puts right what a
    /// command that died left in that place.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when something is there and `force` is off, or when what is there is of another kind.
    pub fn check(&self, target: &Path, force: bool) -> Result<(), Problem> {
        tidy(beside(target));
        match fs::symlink_metadata(target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(cannot("write", target, &error, self.flag)),
            Ok(_) => {}
        }
        let there = Problem::error(Kind::Files, format!("{} is already there", target.display()));
        let elsewhere = format!("write elsewhere with {}", self.flag);
        let ours = self.is(target);
        if !force {
            return Err(there.advise(if ours {
                format!("add --force to replace it, or {elsewhere}")
            } else {
                elsewhere.clone()
            }));
        }
        let only = |why: String| {
            Problem::error(
                Kind::Files,
                format!("--force replaces only {}s, and {} is none: {why}", self.name, target.display()),
            )
            .advise(format!("{elsewhere}, or move it away yourself"))
        };
        if !ours {
            return Err(only(match fs::symlink_metadata(target) {
                Ok(meta) if meta.is_symlink() => "it is a link".to_string(),
                Ok(meta) if self.form == Form::File && !meta.is_file() => "it is not a regular file".to_string(),
                _ => format!("it has no {} of ours", self.mark),
            }));
        }
        match self.stranger(target) {
            Some(name) => Err(Problem::error(
                Kind::Files,
                format!("--force would delete {}, which the program has not written", target.join(name).display()),
            )
            .advise(format!("move that file away, or {elsewhere}"))),
            None => Ok(()),
        }
    }

    /// Whether what is there is a folder or regular file of this kind.
    pub fn is(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|meta| match self.form {
            Form::Folder => meta.is_dir(),
            Form::File => meta.is_file(),
        }) && (self.holds_mark)(path)
    }

    /// A file in a folder of this kind that the program has not written, or a folder: ours hold something.
    fn stranger(&self, folder: &Path) -> Option<String> {
        let of_the_system = |name: &str| [".DS_Store", "Thumbs.db", "desktop.ini"].contains(&name);
        let mut open = vec![String::new()];
        while let Some(inner) = open.pop().filter(|_| self.form == Form::Folder) {
            let mut entries = fs::read_dir(folder.join(&inner)).into_iter().flatten().flatten().peekable();
            if entries.peek().is_none() && !inner.is_empty() {
                return Some(inner);
            }
            for entry in entries {
                let own = entry.file_name().to_string_lossy().into_owned();
                let name = if inner.is_empty() { own.clone() } else { format!("{inner}/{own}") };
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    open.push(name);
                } else if !of_the_system(&own) && !(self.wrote)(folder, &name) {
                    return Some(name);
                }
            }
        }
        None
    }
}

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

fn alive(path: &Path, lives: bool) {
    let mut alive = ALIVE.lock().unwrap_or_else(PoisonError::into_inner);
    if lives {
        alive.insert(path.to_path_buf());
    } else {
        alive.remove(path);
    }
}

/// A hidden folder beside a place. Dropped, it is gone with all that is in it.
pub(super) struct Hidden {
    folder: PathBuf,
    /// What is in it is somebody else's, and could not be put back.
    stays: Cell<bool>,
    /// Held for its lock.
    _lock: File,
}

impl Hidden {
    /// Beside a place.
    pub fn beside(target: &Path) -> io::Result<Hidden> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        // Between its making and its locking another command may take it for dead.
        for _ in 0..100 {
            let folder = tempfile::Builder::new().prefix(HIDDEN).rand_bytes(RANDOM).tempdir_in(beside(target))?.keep();
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

    /// Gives what was written its place, and removes what was there.
    ///
    /// # Errors
    /// As [`Product::check`], and when it cannot be renamed.
    pub fn put(self, product: &Product, target: &Path, force: bool) -> Result<(), Problem> {
        let failed = |error: &io::Error| cannot("write", target, error, product.flag);
        match rename(&self.new_path(), target, Rename::ToFree) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                product.check(target, force)?;
                self.exchange(product, target).map_err(|e| failed(&e))?;
            }
            other => other.map_err(|e| failed(&e))?,
        }
        sync_folder(beside(target)).map_err(|e| failed(&e))
    }

    fn exchange(&self, product: &Product, target: &Path) -> io::Result<()> {
        let new = self.new_path();
        match rename(&new, target, Rename::Exchange) {
            Ok(()) if product.is(&new) => Ok(()),
            Ok(()) => {
                // What was there a moment ago has become something else: it goes back.
                self.stays.set(true);
                rename(&new, target, Rename::Exchange)?;
                self.stays.set(false);
                Err(io::Error::new(io::ErrorKind::AlreadyExists, "something else was put there meanwhile"))
            }
            Err(error) if error.kind() == io::ErrorKind::Unsupported => match product.form {
                Form::File => fs::rename(&new, target),
                Form::Folder => self.exchange_in_two_steps(target),
            },
            Err(error) => Err(error),
        }
    }

    /// Where the system cannot exchange: [`tidy`] puts the old one back when the command dies between the two steps.
    fn exchange_in_two_steps(&self, target: &Path) -> io::Result<()> {
        let old = self.folder.join(OLD);
        fs::rename(target, &old)?;
        fs::rename(self.new_path(), target).inspect_err(|_| {
            // Best effort: the new folder is not in place, so the old one goes back.
            let _ = fs::rename(&old, target);
        })
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
fn remove_hidden(path: &Path) {
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

    static NOTE: Product = Product {
        name: "note",
        mark: "first line",
        form: Form::File,
        flag: "--out FILE",
        holds_mark: |file| small_text(file).is_some_and(|text| text.starts_with("ours")),
        wrote: |_, _| true,
    };

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn write(target: &Path, text: &str) -> Result<(), Problem> {
        let hidden = Hidden::beside(target).unwrap();
        fs::write(hidden.new_path(), text).unwrap();
        hidden.put(&NOTE, target, true)
    }

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

    #[test]
    fn only_a_regular_file_with_the_mark_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        write(&at("note"), "ours 1").unwrap();
        write(&at("note"), "ours 2").unwrap();
        assert_eq!(fs::read_to_string(at("note")).unwrap(), "ours 2");
        fs::write(at("thesis"), "mine").unwrap();
        fs::create_dir(at("folder")).unwrap();
        for name in ["thesis", "folder"] {
            assert_eq!(write(&at(name), "ours").unwrap_err().kind, Kind::Files, "{name}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("note", at("link")).unwrap();
            assert!(write(&at("link"), "ours").unwrap_err().message.ends_with("it is a link"));
            // Reading a pipe would wait for ever.
            rustix::fs::mknodat(rustix::fs::CWD, at("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
            assert!(write(&at("pipe"), "ours").unwrap_err().message.ends_with("not a regular file"));
            assert_eq!(names(home.path()), ["folder", "link", "note", "pipe", "thesis"]);
        }
        assert_eq!(fs::read_to_string(at("thesis")).unwrap(), "mine");
    }

    /// A signal comes while a finished result gets its place: it gets it whole, or not at all.
    #[test]
    fn what_is_abandoned_while_it_gets_its_place_is_there_whole_or_not_at_all() {
        const FOLDERS: usize = 20;
        static RESULT: Product = Product { form: Form::Folder, holds_mark: |_| true, ..NOTE };
        let home = tempfile::tempdir().unwrap();
        for round in 0..200 {
            let target = home.path().join(round.to_string());
            let hidden = Hidden::beside(&target).unwrap();
            for part in 0..FOLDERS {
                fs::create_dir_all(hidden.new_path().join(part.to_string()).join("inner")).unwrap();
            }
            let folder = hidden.folder.clone();
            let removing = thread::spawn(move || remove_hidden(&folder));
            thread::sleep(Duration::from_micros(20 * (round % 20)));
            let put = hidden.put(&RESULT, &target, false);
            removing.join().unwrap();
            let there = names_if_there(&target);
            assert!([0, FOLDERS].contains(&there.len()), "round {round}: {there:?}");
            assert!(put.is_ok() == (there.len() == FOLDERS), "round {round}: {put:?}");
        }
    }

    fn names_if_there(folder: &Path) -> Vec<String> {
        if folder.exists() { names(folder) } else { Vec::new() }
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

    /// The way of systems that cannot exchange.
    #[test]
    fn two_steps_replace_as_well() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("run");
        fs::create_dir(&target).unwrap();
        let hidden = Hidden::beside(&target).unwrap();
        fs::create_dir(hidden.new_path()).unwrap();
        fs::write(hidden.new_path().join("new"), "").unwrap();
        hidden.exchange_in_two_steps(&target).unwrap();
        drop(hidden);
        assert_eq!((names(&target), names(home.path())), (vec!["new".to_string()], vec!["run".to_string()]));
    }
}
