//! Finished replicates of an interrupted run, kept beside the run folder until the same command is given again.
//!
//! Each replicate is a folder of the usual tables in `<run folder>.partial/<key>/`, where the key names scenario,
//! program version and data: replicates of any other run are never taken for this one's.

use super::{
    folder::Draft,
    tables::{SERIES_TABLES, read_series, write_series_table},
};
use crate::{engine::Series, error::Problem};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where the finished replicates of one run are kept.
#[derive(Clone, Debug)]
pub struct Partial {
    root: PathBuf,
    folder: PathBuf,
}

impl Partial {
    /// For the run that will be written to `target` and has this [`run_key`](super::run_key).
    pub fn new(target: &Path, key: &str) -> Partial {
        let mut root = target.as_os_str().to_owned();
        root.push(".partial");
        let root = PathBuf::from(root);
        Partial { folder: root.join(key), root }
    }

    /// The finished replicates, by number. What cannot be read is simulated again.
    pub fn load(&self) -> Vec<Series> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut all: Vec<Series> = entries.filter_map(|e| read_series(&e.path()).ok()).flatten().collect();
        all.sort_by_key(|s| s.replicate);
        all
    }

    /// Keeps one finished replicate, whole or not at all.
    ///
    /// # Errors
    /// As [`Draft`].
    pub fn keep(&self, series: &Series) -> Result<(), Problem> {
        let target = self.folder.join(format!("replicate-{}", series.replicate));
        if target.exists() {
            return Ok(());
        }
        let draft = Draft::open(&target, false)?;
        for table in SERIES_TABLES {
            draft.file(table, |out| write_series_table(table, out, "partial", std::slice::from_ref(series)))?;
        }
        draft.publish().map(drop)
    }

    /// Removes what was kept, when the run is complete. Only folders that this room has written go.
    pub fn remove(&self) {
        // Best effort: a leftover does no harm, since its key tells what it belongs to.
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_dir(&self.root);
    }

    /// Where it is, for messages.
    pub fn path(&self) -> &Path {
        &self.root
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{folder::tests::synthetic, run_key};

    #[test]
    fn kept_replicates_come_back_in_order_and_only_for_their_own_key() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("run");
        let key = run_key("posterior", "scenario", &[], false);
        let partial = Partial::new(&target, &key);
        assert_eq!(partial.load(), []);
        for replicate in [2, 10, 0] {
            partial.keep(&synthetic(replicate)).unwrap();
        }
        assert_eq!(partial.load(), [synthetic(0), synthetic(2), synthetic(10)]);
        assert_eq!(Partial::new(&target, &run_key("posterior", "other", &[], false)).load(), []);
        partial.remove();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
