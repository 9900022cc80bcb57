//! What is kept of a job, one file each, so that a studio that was killed goes on with its jobs.

use super::request::JobRequest;
use crate::{
    error::Problem,
    results::{Form, Product, write_file},
    studio::speed::Pace,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fs, path::Path};

/// A job's file.
static RECORD: Product = Product {
    name: "job",
    mark: "record of a job",
    form: Form::File,
    flag: "--folder DIR",
    holds_mark: |file| fs::read(file).is_ok_and(|bytes| serde_json::from_slice::<JobRecord>(&bytes).is_ok()),
    wrote: |_, _| true,
};

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Is being worked on; after a restart it waits again.
    Running,
    /// Its folder is written.
    Done,
    /// It could not be done.
    Failed,
    /// The user did not want it any more.
    Cancelled,
}

impl JobState {
    /// Whether nothing will change any more.
    pub fn ended(self) -> bool {
        !matches!(self, JobState::Queued | JobState::Running)
    }
}

/// One job.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct JobRecord {
    /// Number, from 1 in the order of asking.
    pub id: u64,
    /// Tab that asked.
    pub tab: String,
    /// What is to be done.
    #[serde(rename = "wanted")]
    pub request: JobRequest,
    /// Files of its scenarios, seen from the studio's folder.
    pub files: Vec<String>,
    /// Titles of its scenarios.
    pub title: String,
    /// The same as a command line.
    pub command: String,
    /// When it was asked for.
    pub created: String,
    /// How it stands.
    pub state: JobState,
    /// Name of its folder, once known.
    pub folder: Option<String>,
    /// Why it failed.
    pub problems: Vec<Value>,
    /// Firms of each run; `None` in records of older versions.
    #[serde(default)]
    pub firms: Option<u64>,
    /// How fast its runs were made; `None` until it is done, and where all of them were kept already.
    #[serde(default)]
    pub pace: Option<Pace>,
}

impl JobRecord {
    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, jobs: &Path) -> Result<(), Problem> {
        let text = serde_json::to_string(self).unwrap_or_default();
        write_file(&RECORD, &jobs.join(format!("{}.json", self.id)), true, |out| out.write_all(text.as_bytes()))
    }

    /// All that are kept, in order. A file that is none of ours is passed over.
    pub fn all(jobs: &Path) -> Vec<JobRecord> {
        let entries = fs::read_dir(jobs).into_iter().flatten().flatten();
        let read = |entry: fs::DirEntry| {
            let record: JobRecord = serde_json::from_slice(&fs::read(entry.path()).ok()?).ok()?;
            (entry.file_name().to_str() == Some(&format!("{}.json", record.id))).then_some(record)
        };
        let mut all: Vec<JobRecord> = entries.filter_map(read).collect();
        all.sort_by_key(|record| record.id);
        all
    }
}
