//! The manifest of a comparison: what has to be known to make its tables again.

use super::{
    hidden::{beside, small_text, tidy},
    manifest::{FileHash, MANIFEST, MANIFEST_FORMAT, Manifest, changes, readable, sealed_json},
    store::CODE,
    study::StudyManifest,
};
use crate::error::{Kind, Problem};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What `manifest.json` holds in a comparison folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonManifest {
    /// Always `telework-sim`.
    pub program: String,
    /// Number of the manifest's format, as in [`Manifest::format`].
    #[serde(default)]
    pub format: u32,
    /// Version of the program.
    pub version: String,
    /// Version and fingerprint of the code that makes numbers.
    pub code: String,
    /// Always `comparison`.
    pub kind: String,
    /// Name of the comparison: scenarios and short key.
    pub run: String,
    /// What was typed, without what changes no result and with file names for paths.
    pub command: String,
    /// Pairs: replicates of each scenario.
    pub replicates: u32,
    /// Replicates whose uncertainty is split, with two more runs each; 0 = not split.
    pub split: u32,
    /// Targets that the user gave, as typed.
    pub targets: Vec<String>,
    /// Every scenario as in the manifest of a run of it, the reference first; without tables.
    pub scenarios: Vec<Manifest>,
    /// Data tables that were read.
    pub data: Vec<FileHash>,
    /// Tables that were written.
    pub tables: Vec<FileHash>,
}

/// What a folder with a manifest of ours holds.
#[derive(Clone, Debug)]
pub enum AnyManifest {
    /// One scenario.
    Run(Box<Manifest>),
    /// Several scenarios on the same draws and luck.
    Comparison(Box<ComparisonManifest>),
    /// One scenario with changes: an attribution or a search for a target.
    Study(Box<StudyManifest>),
}

impl ComparisonManifest {
    /// Of these scenarios, still without tables.
    pub fn new(run: &str, command: &str, scenarios: Vec<Manifest>) -> ComparisonManifest {
        let first = scenarios.first();
        ComparisonManifest {
            program: env!("CARGO_PKG_NAME").into(),
            format: MANIFEST_FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            code: CODE.into(),
            kind: "comparison".into(),
            run: run.into(),
            command: command.into(),
            replicates: first.map_or(0, |s| s.replicates),
            split: first.map_or(0, |s| s.split),
            targets: Vec::new(),
            data: first.map_or_else(Vec::new, |s| s.data.clone()),
            scenarios,
            tables: Vec::new(),
        }
    }

    /// As the text of `manifest.json`.
    pub fn to_json(&self) -> String {
        sealed_json(self)
    }
}

impl AnyManifest {
    /// Name of the run.
    pub fn run(&self) -> &str {
        match self {
            AnyManifest::Run(manifest) => &manifest.run,
            AnyManifest::Comparison(manifest) => &manifest.run,
            AnyManifest::Study(manifest) => &manifest.run.run,
        }
    }

    /// Tables that were written.
    pub fn tables(&self) -> &[FileHash] {
        match self {
            AnyManifest::Run(manifest) => &manifest.tables,
            AnyManifest::Comparison(manifest) => &manifest.tables,
            AnyManifest::Study(manifest) => &manifest.run.tables,
        }
    }

    /// What differs between the program and data of this manifest and those at hand, in words; empty when nothing.
    pub fn changes_since(&self, data: &[(String, String)]) -> Vec<String> {
        match self {
            AnyManifest::Run(manifest) => manifest.changes_since(data),
            AnyManifest::Study(manifest) => manifest.run.changes_since(data),
            AnyManifest::Comparison(manifest) => {
                let mut changes = changes(&manifest.version, &manifest.code, &manifest.data, data);
                // An edited copy in one of the scenarios is a change as well.
                for change in manifest.scenarios.iter().flat_map(|one| one.changes_since(data)) {
                    if !changes.contains(&change) {
                        changes.push(change);
                    }
                }
                changes
            }
        }
    }

    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when there is none, or when it was not written by this program.
    pub fn read(folder: &Path) -> Result<AnyManifest, Problem> {
        tidy(beside(folder));
        match small_text(&folder.join(MANIFEST)) {
            Some(text) => AnyManifest::parse(folder, &text),
            // There is none, or none that can be read: this says why.
            None => Manifest::read(folder).map(|manifest| AnyManifest::Run(Box::new(manifest))),
        }
    }

    /// The manifest of a folder from its text.
    ///
    /// # Errors
    /// As [`AnyManifest::read`].
    pub fn parse(folder: &Path, text: &str) -> Result<AnyManifest, Problem> {
        let known: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        readable(folder, known["format"].as_u64().map_or(0, |format| format.try_into().unwrap_or(u32::MAX)))?;
        let (command, read) = match known["kind"].as_str() {
            Some("comparison") => ("compare", serde_json::from_str(text).map(AnyManifest::Comparison)),
            Some(kind @ "attribution") => ("attribute", study(kind, text)),
            Some(kind @ "target") => ("target", study(kind, text)),
            _ => return Manifest::parse(folder, text).map(|manifest| AnyManifest::Run(Box::new(manifest))),
        };
        read.map_err(|e| {
            let message = format!("cannot read {}: its {MANIFEST} is damaged: {e}", folder.display());
            Problem::error(Kind::Files, message).advise(format!("name a folder that `telework {command}` has written"))
        })
    }
}

/// A manifest of this kind.
fn study(kind: &str, text: &str) -> serde_json::Result<AnyManifest> {
    let manifest: StudyManifest = serde_json::from_str(text)?;
    if manifest.kind_of_question() == kind {
        return Ok(AnyManifest::Study(Box::new(manifest)));
    }
    Err(serde::de::Error::custom(format!("its question is that of another kind than {kind}")))
}
