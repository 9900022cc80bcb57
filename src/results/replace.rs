//! The one place where something gets its final name: what may be replaced, and how.
//!
//! Whatever is written is made in a hidden folder beside its place, and exchanged in one step with what lies there: at any
//! moment the old one or the new one is there, whole. Only what bears our mark is replaced.

use super::{
    failure::cannot,
    hidden::{Hidden, OLD, beside, tidy},
    rename::{Rename, rename, sync_folder},
};
use crate::error::{Kind, Problem};
use std::{fs, io, path::Path};

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
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.can_be_made(target),
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
            None => self.can_be_made(target),
        }
    }

    /// Whether a hidden folder can be made beside the place, or in the nearest folder above it that is there: it is, and goes.
    fn can_be_made(&self, target: &Path) -> Result<(), Problem> {
        let failed = |at: &Path, error: &io::Error| cannot("write into", at, error, self.flag);
        let target = std::path::absolute(target).map_err(|e| failed(target, &e))?;
        let parent = beside(&target);
        let there = parent.ancestors().find(|folder| folder.exists()).unwrap_or(parent);
        Hidden::beside(&there.join("x")).map(drop).map_err(|e| failed(parent, &e))
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

impl Hidden {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::hidden::{remove_hidden, small_text, tests::names};
    use std::{thread, time::Duration};

    static NOTE: Product = Product {
        name: "note",
        mark: "first line",
        form: Form::File,
        flag: "--out FILE",
        holds_mark: |file| small_text(file).is_some_and(|text| text.starts_with("ours")),
        wrote: |_, _| true,
    };

    fn write(target: &Path, text: &str) -> Result<(), Problem> {
        let hidden = Hidden::beside(target).unwrap();
        fs::write(hidden.new_path(), text).unwrap();
        hidden.put(&NOTE, target, true)
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
