//! Writing a folder of results whole or not at all: files go to a hidden folder beside it, which is renamed at the end.

use super::manifest::{FileHash, MANIFEST, Manifest};
use crate::error::{Kind, Problem};
use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A kind of folder that the program writes, and how one is told from other people's folders.
#[derive(Debug)]
pub struct FolderKind {
    /// Name for people.
    pub name: &'static str,
    /// The file that makes it ours.
    pub mark: &'static str,
    /// Whether a folder holds that file.
    pub holds_mark: fn(&Path) -> bool,
}

/// The folder of a run.
static RUN: FolderKind = FolderKind { name: "run folder", mark: MANIFEST, holds_mark: Manifest::is_in };

/// Whether a run folder could be written there, so that it is known before the simulation.
///
/// # Errors
/// A [`Problem`] of kind `Files` when something is there and `force` is off, or when what is there is no run folder.
pub fn check_folder(target: &Path, force: bool) -> Result<(), Problem> {
    RUN.check(target, force)
}

impl FolderKind {
    /// Whether a folder of this kind could be written there, so that it is known before the work.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when something is there and `force` is off, or when what is there is of another kind.
    pub fn check(&self, target: &Path, force: bool) -> Result<(), Problem> {
        if fs::symlink_metadata(target).is_err() {
            return Ok(());
        }
        let ours = (self.holds_mark)(target);
        if ours && force {
            return Ok(());
        }
        let there = Problem::error(Kind::Files, format!("{} is already there", target.display()));
        Err(match (ours, force) {
            (true, _) => there.advise("add --force to replace it, or write elsewhere with --out DIR"),
            (false, true) => {
                let (name, mark, target) = (self.name, self.mark, target.display());
                Problem::error(
                    Kind::Files,
                    format!("--force replaces only {name}s, and {target} is none: it has no {mark} of ours"),
                )
                .advise("write elsewhere with --out DIR, or move that folder away yourself")
            }
            (false, false) => there.advise("write elsewhere with --out DIR"),
        })
    }
}

/// A folder being written. Dropped before [`Draft::publish`], it leaves nothing behind.
pub struct Draft {
    kind: &'static FolderKind,
    target: PathBuf,
    force: bool,
    aside: Option<TempDir>,
    /// Parent folders that were made for this run, outermost first.
    made: Vec<PathBuf>,
}

impl Draft {
    /// Opens a hidden folder beside `target`, for a run.
    ///
    /// # Errors
    /// As [`check_folder`], and when the folder cannot be made.
    pub fn open(target: &Path, force: bool) -> Result<Draft, Problem> {
        Draft::open_as(&RUN, target, force)
    }

    /// Opens a hidden folder beside `target`, for a folder of some kind.
    ///
    /// # Errors
    /// As [`FolderKind::check`], and when the folder cannot be made.
    pub fn open_as(kind: &'static FolderKind, target: &Path, force: bool) -> Result<Draft, Problem> {
        kind.check(target, force)?;
        let target = std::path::absolute(target).map_err(|e| cannot("write", target, &e))?;
        let parent = target.parent().unwrap_or(&target).to_path_buf();
        let made = parent.ancestors().take_while(|p| !p.exists()).map(Path::to_path_buf).collect();
        let mut draft = Draft { kind, target, force, aside: None, made };
        fs::create_dir_all(&parent).map_err(|e| cannot("make the folder", &parent, &e))?;
        let aside = tempfile::Builder::new().prefix(".telework-").tempdir_in(&parent);
        draft.aside = Some(aside.map_err(|e| cannot("write into", &parent, &e))?);
        Ok(draft)
    }

    /// Where the files are while they are written.
    pub fn path(&self) -> &Path {
        self.aside.as_ref().map_or(self.target.as_path(), TempDir::path)
    }

    /// Writes one file; `name` may name a folder in the run folder, as in `plots/x.svg`.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when the disk is full, rights are missing, or `write` fails.
    pub fn file(&self, name: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<FileHash, Problem> {
        let path = self.path().join(name);
        let written = || -> io::Result<blake3::Hash> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut out = Hashing {
                inner: BufWriter::with_capacity(1 << 20, fs::File::create(&path)?),
                hasher: blake3::Hasher::new(),
            };
            write(&mut out)?;
            out.flush()?;
            out.inner.get_ref().sync_all()?;
            Ok(out.hasher.finalize())
        };
        let hash = written().map_err(|e| cannot("write", &self.target.join(name), &e))?;
        Ok(FileHash { file: name.to_string(), blake3: hash.to_hex().to_string() })
    }

    /// Gives the folder its name; an old run folder of that name goes only when the new one is in place.
    ///
    /// # Errors
    /// As [`check_folder`], and when a folder cannot be renamed.
    pub fn publish(mut self) -> Result<PathBuf, Problem> {
        self.kind.check(&self.target, self.force)?;
        let Some(aside) = self.aside.take() else { return Ok(self.target.clone()) };
        let failed = |e: &io::Error| cannot("write", &self.target, e);
        open_to_others(aside.path()).map_err(|e| failed(&e))?;
        let parent = self.target.parent().unwrap_or(&self.target);
        let old = tempfile::Builder::new().prefix(".telework-old-").tempdir_in(parent).map_err(|e| failed(&e))?;
        let replaced = self.target.exists();
        if replaced {
            fs::rename(&self.target, old.path().join("run")).map_err(|e| failed(&e))?;
        }
        if let Err(error) = fs::rename(aside.path(), &self.target) {
            if replaced {
                // Best effort: the new folder is not in place, so the old one goes back.
                let _ = fs::rename(old.path().join("run"), &self.target);
            }
            return Err(failed(&error));
        }
        // The hidden folder has its final name now: nothing is left to delete.
        let _ = aside.keep();
        self.made.clear();
        Ok(self.target.clone())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // First the hidden folder, then the parents made for it, as far as they are empty.
        self.aside = None;
        for folder in &self.made {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Writes one file whole or not at all; with `force` in place of an existing one.
///
/// # Errors
/// A [`Problem`] of kind `Files` when something is there and `force` is off, or when the file cannot be written.
pub fn write_file(
    target: &Path,
    force: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Problem> {
    if !force && fs::symlink_metadata(target).is_ok() {
        let there = Problem::error(Kind::Files, format!("{} is already there", target.display()));
        return Err(there.advise("add --force to replace it, or name another file"));
    }
    let written = || -> io::Result<()> {
        let whole = std::path::absolute(target)?;
        // A hidden folder beside it, so that the file has the rights of a new one and is renamed on the same disk.
        let aside = tempfile::Builder::new().prefix(".telework-").tempdir_in(whole.parent().unwrap_or(&whole))?;
        let draft = aside.path().join("draft");
        let mut out = BufWriter::new(fs::File::create(&draft)?);
        write(&mut out)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        fs::rename(&draft, &whole)
    };
    written().map_err(|e| Problem::error(Kind::Files, format!("cannot write {}: {e}", target.display())))
}

/// Temporary folders are private; a run folder gets the rights that a new folder would have.
fn open_to_others(folder: &Path) -> io::Result<()> {
    let probe = folder.join(".rights");
    fs::create_dir(&probe)?;
    let usual = fs::metadata(&probe)?.permissions();
    fs::remove_dir(&probe)?;
    fs::set_permissions(folder, usual)
}

/// Passes bytes on and hashes them.
struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A file problem in words, with advice where the cause is known.
pub(super) fn cannot(what: &str, path: &Path, error: &io::Error) -> Problem {
    let problem = Problem::error(Kind::Files, format!("cannot {what} {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            problem.advise("free some space, or write to another disk with --out DIR; nothing was left behind")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            problem.advise("choose a folder that you may write with --out DIR")
        }
        _ => problem,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        calendar::Week,
        engine::{IndicatorSeries, InterventionSeries, InterventionWeek, Series, SurveyAnswer},
    };
    use jiff::civil::date;

    /// A small made-up replicate: 70 weeks, values that differ by replicate, one survey, one intervention.
    pub(crate) fn synthetic(replicate: u32) -> Series {
        let weekly =
            |base: f32| (0..70).map(|w| (Week(w), base + w as f32 / 1000.0 + replicate as f32 / 10.0)).collect();
        let week = |w: u32| InterventionWeek {
            week: Week(w),
            spend_yen: 1234.5,
            capacity: 2.0 / 3.0,
            planned: 0.5,
            deliveries: 0.5,
            firms_reached: f64::from(w) / 2.0,
        };
        Series {
            replicate,
            indicators: vec![
                IndicatorSeries { indicator: "tsr_current_practice", segment: "total".into(), values: weekly(0.05) },
                IndicatorSeries { indicator: "current_practice", segment: "a, \"b\"".into(), values: weekly(0.1) },
            ],
            surveys: vec![SurveyAnswer {
                survey: "tsr_practice",
                wave: "wave 14".into(),
                date: date(2021, 3, 4),
                metric: "current_practice",
                segment_type: "size",
                segment: "total".into(),
                respondents: 11_073,
                expected: 0.1 + 0.2,
                answer: 0.301,
                observed: Some(0.384),
            }],
            interventions: vec![InterventionSeries {
                name: "managers".into(),
                kind: "telework_managers",
                weeks: (60..70).map(week).collect(),
            }],
            panel: Vec::new(),
        }
    }

    /// Names in a folder, hidden ones too.
    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn write_run(target: &Path, force: bool, content: &str) -> Result<PathBuf, Problem> {
        let draft = Draft::open(target, force)?;
        draft.file("plots/a.svg", |out| out.write_all(content.as_bytes()))?;
        // The mark of our manifests is enough: a run folder of an older version can be replaced too.
        let manifest = r#"{"program":"telework-sim","version":"0"}"#;
        draft.file(MANIFEST, |out| out.write_all(manifest.as_bytes()))?;
        draft.publish()
    }

    #[test]
    fn a_failing_writer_leaves_nothing_behind() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("new/results/run");
        let draft = Draft::open(&target, false).unwrap();
        draft.file("a.csv", |out| out.write_all(b"fine")).unwrap();
        let full = |out: &mut dyn Write| {
            out.write_all(b"half a line")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        let problem = draft.file("b.csv", full).unwrap_err();
        assert_eq!(problem.kind, Kind::Files);
        assert!(problem.advice.unwrap().starts_with("free some space"), "{}", problem.message);
        drop(draft);
        assert_eq!(names(home.path()), [""; 0]);
    }

    #[test]
    fn a_run_folder_appears_whole_and_is_replaced_only_by_force() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("run");
        write_run(&target, false, "first").unwrap();
        let again = write_run(&target, false, "second").unwrap_err();
        assert!(again.message.ends_with("is already there"), "{}", again.message);
        assert_eq!(fs::read_to_string(target.join("plots/a.svg")).unwrap(), "first");
        write_run(&target, true, "second").unwrap();
        assert_eq!(fs::read_to_string(target.join("plots/a.svg")).unwrap(), "second");
        assert_eq!(names(home.path()), ["run"]);
    }

    #[test]
    fn force_never_touches_what_is_not_a_run_folder() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("thesis");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("chapter.txt"), "years of work").unwrap();
        let problem = write_run(&target, true, "x").unwrap_err();
        assert!(problem.message.starts_with("--force replaces only run folders"), "{}", problem.message);
        assert_eq!(names(&target), ["chapter.txt"]);
        // A manifest of some other program does not make it ours.
        fs::write(target.join(MANIFEST), "{\"program\": \"other\"}").unwrap();
        assert!(write_run(&target, true, "x").is_err());
        assert_eq!(names(home.path()), ["thesis"]);
    }

    #[test]
    fn a_file_appears_whole_and_is_replaced_only_by_force() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("forecast.csv");
        let broken = |out: &mut dyn Write| {
            out.write_all(b"half a line")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert_eq!(write_file(&target, false, broken).unwrap_err().kind, Kind::Files);
        assert_eq!(names(home.path()), [""; 0]);
        write_file(&target, false, |out| out.write_all(b"first")).unwrap();
        assert!(write_file(&target, false, |out| out.write_all(b"second")).is_err());
        assert!(write_file(&target, true, broken).is_err());
        assert_eq!(fs::read(&target).unwrap(), b"first");
        write_file(&target, true, |out| out.write_all(b"second")).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"second");
        assert_eq!(names(home.path()), ["forecast.csv"]);
        assert!(write_file(&home.path().join("missing/x.csv"), false, |_| Ok(())).is_err());
    }

    #[test]
    fn the_hash_is_the_one_of_the_written_bytes() {
        let home = tempfile::tempdir().unwrap();
        let draft = Draft::open(&home.path().join("run"), false).unwrap();
        let entry = draft.file("empty", |_| Ok(())).unwrap();
        // The published BLAKE3 hash of no bytes at all.
        assert_eq!(entry.blake3, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    }
}
