//! The folder beside a posterior-to-be in which its fits are kept. A place in, only what bears our mark touched.

use crate::{
    error::{Kind, Problem, Problems},
    results::{cannot, is_kept_fit, make_marked, remove_marked, tidy},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder in which the fits of a calibration are kept until it is finished.
pub(in crate::commands) struct Unfinished {
    pub(in crate::commands) folder: PathBuf,
}

impl Unfinished {
    /// The mark of such a folder, and what it says.
    const MARK: &str = "unfinished.txt";
    const SAYS: &str = "telework-sim keeps the fits of an unfinished calibration here: telework calibrate --resume\n";

    /// Beside the place of what will be finished, with what another try left there, or empty.
    ///
    /// # Errors
    /// `Kind::Files` when the place is somebody else's, or cannot be written.
    pub(in crate::commands) fn beside(finished: &Path, resume: bool) -> Result<Unfinished, Problem> {
        let folder = finished.with_added_extension("partial");
        let failed = |error: &std::io::Error| cannot("keep the fits in", &folder, error, "--out DIR");
        let mark = folder.join(Unfinished::MARK);
        let says = || fs::read_to_string(&mark).unwrap_or_default();
        let (there, its_own) = match fs::symlink_metadata(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (false, true),
            Err(error) => return Err(failed(&error)),
            Ok(meta) => {
                let marked =
                    || fs::symlink_metadata(&mark).is_ok_and(|mark| mark.is_file()) && says() == Unfinished::SAYS;
                (true, meta.is_dir() && marked())
            }
        };
        if !its_own {
            let message =
                format!("{} is needed for the fits, but is not of an unfinished calibration", folder.display());
            return Err(
                Problem::error(Kind::Files, message).advise("write elsewhere with --out DIR, or move it away yourself")
            );
        }
        let unfinished = Unfinished { folder: folder.clone() };
        if there && !resume {
            // What another try left would otherwise be taken up without being asked for.
            unfinished.remove();
        }
        tidy(&folder);
        // What others have put there besides stays, and the folder with it.
        match fs::symlink_metadata(&folder) {
            Ok(_) => fs::write(&mark, Unfinished::SAYS),
            Err(_) => make_marked(&folder, Unfinished::MARK, Unfinished::SAYS),
        }
        .map_err(|e| failed(&e))?;
        Ok(unfinished)
    }

    /// What comes of an interrupted fit: whether there is something to go on with is said as it is.
    pub(in crate::commands) fn told(&self, mut problems: Problems) -> Problems {
        for problem in problems.0.iter_mut().filter(|problem| problem.kind == Kind::Interrupted) {
            *problem = if self.keeps_any() {
                Problem::error(Kind::Interrupted, "interrupted: what was fitted is kept")
                    .advise("the same command with --resume goes on from there")
            } else {
                Problem::error(Kind::Interrupted, "interrupted before anything was fitted: nothing is kept")
                    .advise("the same command begins anew")
            };
        }
        problems
    }

    /// Whether a fit is kept there.
    fn keeps_any(&self) -> bool {
        let is_fit = |entry: fs::DirEntry| is_kept_fit(&entry.file_name().to_string_lossy());
        fs::read_dir(&self.folder).into_iter().flatten().flatten().any(is_fit)
    }

    /// Removes what calibrations have written there, and the folder when nothing else is in it.
    pub(in crate::commands) fn remove(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let regular = entry.file_type().is_ok_and(|kind| kind.is_file());
            if regular && is_kept_fit(&entry.file_name().to_string_lossy()) {
                let _ = fs::remove_file(entry.path());
            }
        }
        remove_marked(&self.folder, Unfinished::MARK);
    }
}

impl Drop for Unfinished {
    /// A folder in which nothing is kept is of no use.
    fn drop(&mut self) {
        if !self.keeps_any() {
            self.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIT: &str = "whole-0123456789abcdef.state";

    /// Who is interrupted hears whether there is something to go on with; other problems stay as they are.
    #[test]
    fn an_interrupted_fit_is_told_as_it_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let work = Unfinished::beside(&home.path().join("posterior"), false).unwrap();
        let said = |kind| work.told(Problem::error(kind, "interrupted").into()).to_string();
        assert!(said(Kind::Interrupted).contains("nothing is kept") && !said(Kind::Interrupted).contains("--resume"));
        fs::write(work.folder.join(FIT), "kept").unwrap();
        assert!(said(Kind::Interrupted).contains("with --resume goes on"));
        assert_eq!(said(Kind::Files), Problems::from(Problem::error(Kind::Files, "interrupted")).to_string());
    }

    /// An empty folder may wait for somebody's files: as with every other result, only what bears our mark is taken.
    #[test]
    fn a_folder_without_our_mark_is_never_taken() {
        let home = tempfile::tempdir().unwrap();
        let finished = home.path().join("posterior");
        let folder = home.path().join("posterior.partial");
        let refused = || {
            for resume in [false, true] {
                assert_eq!(Unfinished::beside(&finished, resume).err().map(|problem| problem.kind), Some(Kind::Files));
            }
        };
        fs::create_dir(&folder).unwrap();
        refused();
        assert!(folder.is_dir());
        fs::write(folder.join(Unfinished::MARK), "somebody's").unwrap();
        refused();
        fs::remove_dir_all(&folder).unwrap();
        fs::write(&folder, "somebody's").unwrap();
        refused();
        assert_eq!(fs::read_to_string(&folder).unwrap(), "somebody's");
        fs::remove_file(&folder).unwrap();
        // What is put into ours stays there, and the fits beside it are taken up.
        drop(Unfinished::beside(&finished, false).unwrap());
        let work = Unfinished::beside(&finished, false).unwrap();
        for name in ["notes.txt", "my.state"] {
            fs::write(folder.join(name), "somebody's").unwrap();
        }
        drop(work);
        for name in ["notes.txt", "my.state"] {
            assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), "somebody's");
        }
        refused();
    }

    #[test]
    fn what_keeps_no_fit_leaves_nothing_behind() {
        let home = tempfile::tempdir().unwrap();
        let finished = home.path().join("posterior");
        let work = Unfinished::beside(&finished, false).unwrap();
        let folder = work.folder.clone();
        assert!(folder.is_dir());
        drop(work);
        assert!(!folder.exists());
        let work = Unfinished::beside(&finished, false).unwrap();
        fs::write(folder.join(FIT), "kept").unwrap();
        drop(work);
        assert!(folder.is_dir(), "a kept fit waits for --resume");
    }
}
