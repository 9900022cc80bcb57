//! Writing a folder or file of results whole or not at all: it is made in a hidden place and put into its own at the end.

use super::{
    failure::cannot,
    hidden::{Hidden, beside},
    manifest::{FileHash, MANIFEST, Manifest},
    rename::sync_folder,
    replace::{Form, Product},
};
use crate::error::Problem;
use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

/// The page in a folder of results.
pub const REPORT: &str = "report.html";

/// The folder of a run or comparison.
static RUN: Product = Product {
    name: "run folder",
    mark: MANIFEST,
    form: Form::Folder,
    flag: "--out DIR",
    holds_mark: Manifest::is_in,
    wrote: wrote_with_manifest,
};

/// Pictures of a run folder, without their endings.
const PLOTS: [&str; 4] = ["practice_by_size", "kpi_fans", "practice_by_prefecture", "interventions"];

/// What stands in the head of each page, by which it is known.
pub const GENERATOR: &str = "<meta name=\"generator\" content=\"telework-sim\">";

/// Whether a file begins as our pages do.
pub fn is_page(file: &Path) -> bool {
    const HEAD: u64 = 1_000;
    let mut head = Vec::new();
    let read = File::open(file).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    // Pages of earlier versions have the title alone.
    let head = String::from_utf8_lossy(&head);
    read.is_ok() && [GENERATOR, "<title>telework-sim</title>"].iter().any(|mark| head.contains(mark))
}

/// The BLAKE3 hash of a file, in hexadecimal.
fn hash_of(file: &Path) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut File::open(file).ok()?, &mut hasher).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

/// Whether the program has written a file into a folder with a manifest: a page, pictures, and the tables that the manifest
/// names, as they were written. What was changed since is somebody's work.
pub(super) fn wrote_with_manifest(folder: &Path, name: &str) -> bool {
    let path = folder.join(name);
    if !std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file()) {
        return false;
    }
    let picture = |name: &str| {
        let stem = name.strip_suffix(".svg").or_else(|| name.strip_suffix(".png"));
        stem.is_some_and(|stem| PLOTS.contains(&stem))
    };
    let as_written = |table: &FileHash| table.file == name && hash_of(&path).as_ref() == Some(&table.blake3);
    name == MANIFEST
        || (name == REPORT && is_page(&path))
        || name.strip_prefix("plots/").is_some_and(picture)
        || Manifest::tables_in(folder).iter().any(as_written)
}

/// Whether a run folder could be written there, so that it is known before the simulation.
///
/// # Errors
/// A [`Problem`] of kind `Files` when something is there and `force` is off, or when what is there is no run folder.
pub fn check_folder(target: &Path, force: bool) -> Result<(), Problem> {
    RUN.check(target, force)
}

/// A folder being written. Dropped before [`Draft::publish`], it leaves nothing behind.
pub struct Draft {
    kind: &'static Product,
    target: PathBuf,
    force: bool,
    hidden: Option<Hidden>,
    /// Parent folders that were made for this run, innermost first.
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
    /// As [`Product::check`], and when the folder cannot be made.
    pub fn open_as(kind: &'static Product, target: &Path, force: bool) -> Result<Draft, Problem> {
        kind.check(target, force)?;
        let failed = |what: &str, at: &Path, error: &io::Error| cannot(what, at, error, kind.flag);
        let target = std::path::absolute(target).map_err(|e| failed("write", target, &e))?;
        let parent = beside(&target).to_path_buf();
        let made = parent.ancestors().take_while(|p| !p.exists()).map(Path::to_path_buf).collect();
        let mut draft = Draft { kind, target, force, hidden: None, made };
        fs::create_dir_all(&parent).map_err(|e| failed("make the folder", &parent, &e))?;
        let hidden = Hidden::beside(&draft.target).map_err(|e| failed("write into", &parent, &e))?;
        fs::create_dir(hidden.new_path()).map_err(|e| failed("write into", &parent, &e))?;
        draft.hidden = Some(hidden);
        Ok(draft)
    }

    /// Where the files are while they are written.
    pub fn path(&self) -> PathBuf {
        self.hidden.as_ref().map_or_else(|| self.target.clone(), Hidden::new_path)
    }

    /// Writes one file; `name` may name a folder in the run folder, as in `plots/x.svg`.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when the disk is full, rights are missing, or `write` fails.
    pub fn file(
        &self,
        name: &str,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<FileHash, Problem> {
        let path = self.path().join(name);
        let written = || -> io::Result<blake3::Hash> {
            // Never the hidden folder itself: it would come again when it is removed meanwhile.
            let inner: Vec<&Path> = beside(&path).ancestors().take_while(|folder| *folder != self.path()).collect();
            for folder in inner.into_iter().rev() {
                fs::create_dir(folder).or_else(|e| if folder.is_dir() { Ok(()) } else { Err(e) })?;
            }
            let mut out = Hashing {
                inner: BufWriter::with_capacity(1 << 20, fs::File::create(&path)?),
                hasher: blake3::Hasher::new(),
            };
            write(&mut out)?;
            out.flush()?;
            out.inner.get_ref().sync_all()?;
            sync_folder(beside(&path))?;
            Ok(out.hasher.finalize())
        };
        let hash = written().map_err(|e| cannot("write", &self.target.join(name), &e, self.kind.flag))?;
        Ok(FileHash { file: name.to_string(), blake3: hash.to_hex().to_string() })
    }

    /// Gives the folder its name, in place of an old one of its kind.
    ///
    /// # Errors
    /// As [`Product::check`], and when a folder cannot be renamed.
    pub fn publish(mut self) -> Result<PathBuf, Problem> {
        if let Some(hidden) = self.hidden.take() {
            sync_folder(&hidden.new_path()).map_err(|e| cannot("write", &self.target, &e, self.kind.flag))?;
            hidden.put(self.kind, &self.target, self.force)?;
            for folder in std::mem::take(&mut self.made) {
                sync_folder(beside(&folder)).map_err(|e| cannot("write", &folder, &e, self.kind.flag))?;
            }
        }
        Ok(self.target.clone())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // First the hidden folder, then the parents made for it, as far as they are empty.
        self.hidden = None;
        for folder in &self.made {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Writes one file whole or not at all; with `force` in place of one of the same kind.
///
/// # Errors
/// A [`Problem`] of kind `Files`: as [`Product::check`], or when the file cannot be written.
pub fn write_file(
    kind: &Product,
    target: &Path,
    force: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Problem> {
    kind.check(target, force)?;
    let written = || -> io::Result<Hidden> {
        let hidden = Hidden::beside(&std::path::absolute(target)?)?;
        let mut out = BufWriter::new(fs::File::create(hidden.new_path())?);
        write(&mut out)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        Ok(hidden)
    };
    written().map_err(|e| cannot("write", target, &e, kind.flag))?.put(kind, target, force)
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        calendar::Week,
        engine::{IndicatorSeries, InterventionSeries, InterventionWeek, Series, SurveyAnswer},
        error::Kind,
        observation::{IndicatorId, Survey},
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
                IndicatorSeries {
                    indicator: IndicatorId::TsrCurrentPractice,
                    segment: "total".into(),
                    values: weekly(0.05),
                },
                IndicatorSeries {
                    indicator: IndicatorId::CurrentPractice,
                    segment: "a, \"b\"".into(),
                    values: weekly(0.1),
                },
            ],
            surveys: vec![SurveyAnswer {
                survey: Survey::Tsr,
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
        draft.file("plots/kpi_fans.svg", |out| out.write_all(content.as_bytes()))?;
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
        let full = |out: &mut (dyn Write + Send)| {
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
        assert_eq!(fs::read_to_string(target.join("plots/kpi_fans.svg")).unwrap(), "first");
        write_run(&target, true, "second").unwrap();
        assert_eq!(fs::read_to_string(target.join("plots/kpi_fans.svg")).unwrap(), "second");
        assert_eq!(names(home.path()), ["run"]);
        // Notes that somebody has put into our folder would be lost with it.
        fs::write(target.join("plots/notes.txt"), "mine").unwrap();
        let problem = write_run(&target, true, "third").unwrap_err();
        assert!(problem.message.contains("plots/notes.txt"), "{}", problem.message);
        assert_eq!(fs::read_to_string(target.join("plots/kpi_fans.svg")).unwrap(), "second");
        // So would a folder that waits for something.
        fs::remove_file(target.join("plots/notes.txt")).unwrap();
        fs::create_dir(target.join("notes")).unwrap();
        assert!(write_run(&target, true, "third").unwrap_err().message.contains("delete"));
        assert!(target.join("notes").is_dir());
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
        static ORDINAL: Product = Product {
            name: "ordinal",
            mark: "ending",
            form: Form::File,
            flag: "--out FILE",
            holds_mark: |file| fs::read(file).is_ok_and(|bytes| bytes.ends_with(b"st") || bytes.ends_with(b"nd")),
            wrote: |_, _| true,
        };
        let write_file = |target: &Path, force, write: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
            super::write_file(&ORDINAL, target, force, write)
        };
        let broken = |out: &mut dyn Write| {
            out.write_all(b"half a line")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert_eq!(write_file(&target, false, &broken).unwrap_err().kind, Kind::Files);
        assert_eq!(names(home.path()), [""; 0]);
        write_file(&target, false, &|out| out.write_all(b"first")).unwrap();
        assert!(write_file(&target, false, &|out| out.write_all(b"second")).is_err());
        assert!(write_file(&target, true, &broken).is_err());
        assert_eq!(fs::read(&target).unwrap(), b"first");
        write_file(&target, true, &|out| out.write_all(b"second")).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"second");
        assert_eq!(names(home.path()), ["forecast.csv"]);
        assert!(write_file(&home.path().join("missing/x.csv"), false, &|_| Ok(())).is_err());
    }

    /// As when the user interrupts while a thread still writes.
    #[test]
    fn a_hidden_folder_that_is_gone_does_not_come_again() {
        let home = tempfile::tempdir().unwrap();
        let draft = Draft::open(&home.path().join("run"), false).unwrap();
        let hidden = draft.path().parent().unwrap().to_path_buf();
        fs::remove_dir_all(&hidden).unwrap();
        for name in ["kpi.csv", "plots/kpi_fans.svg"] {
            assert!(draft.file(name, |_| Ok(())).is_err());
        }
        assert!(!hidden.exists());
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
