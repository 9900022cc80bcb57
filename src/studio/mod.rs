//! The simulator in a browser: a page from this program on the loopback, and the requests that it makes.
//!
//! Requests in; problems, scenarios, jobs and results out. Nothing is computed here: scenarios are read by `scenario`, jobs
//! are the use cases of `commands`, results are the content of `report`, so that everything done in the page is what a
//! command line does, byte for byte. See `docs/studio.md`.

mod controls;
mod downloads;
mod drafts;
mod edit;
mod entry;
mod gate;
mod guard;
mod jobs;
mod pages;
mod populations;
mod problems;
mod quick;
mod reading;
mod reply;
mod routes;
mod saved;
mod server;
mod speed;
mod start;

pub use server::Server;

use crate::{
    data::Data,
    error::{Kind, Problem, Problems},
};
use drafts::Drafts;
use entry::Entry;
use jobs::{Jobs, StudioPlaces};
use populations::Populations;
use quick::Quick;
use saved::Saved;
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

/// Folder of the studio when nothing else is said.
pub const FOLDER: &str = "results/studio";

/// How a studio is set up.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Port; `None` = a free one.
    pub port: Option<u16>,
    /// Where scenarios, jobs and run folders are; `None` = [`FOLDER`].
    pub folder: Option<PathBuf>,
    /// Where finished runs are kept; `None` = `store` beside the folder.
    pub store: Option<PathBuf>,
    /// Threads of jobs; 0 = one for each core; no result depends on it.
    pub threads: usize,
    /// Folder of data tables; `None` = those inside the program.
    pub data: Option<PathBuf>,
}

/// What all requests share.
struct Studio {
    /// Absolute folder.
    folder: PathBuf,
    entry: Entry,
    port: u16,
    saved: Saved,
    drafts: Drafts,
    data: Data,
    populations: Populations,
    jobs: Jobs,
    quick: Quick,
    threads: usize,
    /// Held as long as the studio runs.
    _lock: File,
}

impl Studio {
    fn open(settings: &Settings, port: u16) -> Result<Studio, Problems> {
        let folder = settings.folder.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
        let cannot = |e| Problem::error(Kind::Files, format!("cannot use the folder {}: {e}", folder.display()));
        fs::create_dir_all(&folder).map_err(cannot)?;
        let folder = folder.canonicalize().map_err(cannot)?;
        let lock = lock(&folder)?;
        let data = match &settings.data {
            Some(tables) => Data::from_dir(tables),
            None => Data::embedded(),
        }?;
        let saved = Saved::open(&folder)?;
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let beside = folder.parent().unwrap_or(&folder).join("store");
        let places = StudioPlaces {
            store: settings.store.as_ref().map_or(beside, absolute),
            store_shown: settings
                .store
                .as_ref()
                .map_or_else(|| "../store".to_string(), |store| absolute(store).display().to_string()),
            data: settings.data.as_ref().map(absolute),
            folder: folder.clone(),
        };
        Ok(Studio {
            entry: Entry::new()?,
            port,
            saved,
            drafts: Drafts::open(&folder)?,
            data,
            populations: Populations::default(),
            jobs: Jobs::open(places, settings.threads)?,
            quick: Quick::default(),
            threads: settings.threads,
            _lock: lock,
            folder,
        })
    }
}

/// Two studios in one folder would run the same jobs.
fn lock(folder: &Path) -> Result<File, Problem> {
    let path = folder.join(".lock");
    let cannot = |e| Problem::error(Kind::Files, format!("cannot write {}: {e}", path.display()));
    let file = File::create(&path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Problem::error(Kind::Files, format!("a studio is already running in {}", folder.display()))
                .advise("use its page, stop it with Ctrl-C, or start this one with --folder DIR"))
        }
        Err(TryLockError::Error(e)) => Err(cannot(e)),
    }
}
