//! The manifest: what has to be known to make the same tables again, and nothing that may vary between machines.

use super::{
    caveat::{certificate, failing_gates},
    hidden::{beside, small_text, tidy},
    store::CODE,
};
use crate::{
    engine::{ParameterChoice, ParameterSource},
    error::{Kind, Problem},
    parameters,
    scenario::Scale,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, io, path::Path};

/// File name of the manifest.
pub const MANIFEST: &str = "manifest.json";

/// The program that writes manifests.
const PROGRAM: &str = env!("CARGO_PKG_NAME");
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Number of the manifests' format; a rule for its change stands in `docs/architecture.md`.
pub const MANIFEST_FORMAT: u32 = 1;

/// What `manifest.json` holds. Two runs with the same tables have the same manifest: no time, no machine, no path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `telework-sim`: the mark by which a run folder is known.
    pub program: String,
    /// Number of the manifest's format; 0 = from before formats had numbers.
    #[serde(default)]
    pub format: u32,
    /// Version of the program.
    pub version: String,
    /// Version and fingerprint of the code that makes numbers.
    #[serde(default)]
    pub code: String,
    /// Name of the run: scenario and short key.
    pub run: String,
    /// What was typed, without what changes no result (output folder, threads) and with file names for paths.
    pub command: String,
    /// Scenario name.
    pub scenario: String,
    /// Scenario title.
    pub title: String,
    /// Simulated period.
    pub period: Period,
    /// Seed of the dynamics.
    pub seed: u64,
    /// Seed of the population synthesis.
    pub population_seed: u64,
    /// Number of replicates.
    pub replicates: u32,
    /// `whole`, or the wished number of sampled firms.
    pub scale: String,
    /// Firms simulated.
    pub firms_simulated: u64,
    /// Firms they stand for.
    pub firms: u64,
    /// Replicates whose uncertainty is split, with two more runs each; 0 = not split.
    #[serde(default)]
    pub split: u32,
    /// Whether each replicate has a posterior draw, or all have the point; `draws.csv` tells which.
    pub parameters: ParameterChoice,
    /// Parameters that the scenario fixes in all draws, with their values; at the point every parameter.
    pub parameter_values: BTreeMap<String, f64>,
    /// The posterior that draws and point belong to.
    pub posterior: PosteriorRecord,
    /// The scenario after inheritance and changes from the command line, as TOML.
    pub scenario_toml: String,
    /// Data tables that were read.
    pub data: Vec<FileHash>,
    /// Tables that were written.
    pub tables: Vec<FileHash>,
}

/// First and last day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub start: String,
    /// Last day.
    pub end: String,
}

/// What is known of a posterior.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PosteriorRecord {
    /// Only figures published by this day were used.
    pub as_of: String,
    /// Number of draws.
    pub draws: usize,
    /// How many gates of the certificate hold, in words.
    pub certificate: String,
    /// Each failing gate in words; everything made from the posterior is marked when there is one.
    pub failing_gates: Vec<String>,
}

/// A file and its BLAKE3 hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHash {
    /// Name in its folder.
    pub file: String,
    /// BLAKE3 hash in hexadecimal.
    pub blake3: String,
}

/// Names everything that a run's numbers depend on: program version, source of parameters, scenario, data. Hexadecimal.
pub fn run_key(parameters: &str, scenario_toml: &str, data: &[(String, String)], panel: bool) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in [PROGRAM, VERSION, parameters, scenario_toml, if panel { "panel" } else { "" }] {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    for (file, hash) in data {
        hasher.update(file.as_bytes()).update(b"\0").update(hash.as_bytes()).update(b"\0");
    }
    hasher.finalize().to_hex().to_string()
}

fn no_run_folder(folder: &Path, why: &str) -> Problem {
    Problem::error(Kind::Files, format!("{} is not a run folder: {why}", folder.display()))
        .advise("name a folder that `telework run` has written")
}

/// Whether a manifest's format is one that this program knows.
///
/// # Errors
/// A [`Problem`] of kind `Files` for a later one.
pub(super) fn readable(folder: &Path, format: u32) -> Result<(), Problem> {
    if format <= MANIFEST_FORMAT {
        return Ok(());
    }
    let message = format!(
        "the {MANIFEST} of {} has format {format}, and this program reads formats up to {MANIFEST_FORMAT}",
        folder.display()
    );
    Err(Problem::error(Kind::Files, message).advise("use the version of the program that wrote it, or a later one"))
}

/// The manifest of a folder, whatever wrote it; null when there is none.
pub(super) fn any_in(folder: &Path) -> serde_json::Value {
    let text = small_text(&folder.join(MANIFEST)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// A manifest as text, with the hash of the rest as its last entry.
pub(super) fn sealed_json(manifest: &impl Serialize) -> String {
    // A struct of strings, numbers and lists always has a JSON form.
    let text = serde_json::to_string_pretty(manifest).unwrap_or_default();
    let seal = blake3::hash(text.as_bytes()).to_hex();
    match text.strip_suffix("\n}") {
        Some(rest) => format!("{rest}{BEFORE_SEAL}{seal}{AFTER_SEAL}"),
        None => text + "\n",
    }
}

/// Whether the text of a manifest is as it was written; those from before formats had numbers have no seal and cannot tell.
pub fn is_as_written(text: &str) -> bool {
    let manifest: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let sealed = !manifest["seal"].is_null() || manifest["format"].as_u64().is_some_and(|format| format > 0);
    let parts = || text.strip_suffix(AFTER_SEAL)?.rsplit_once(BEFORE_SEAL);
    !sealed || parts().is_some_and(|(rest, seal)| *seal == *blake3::hash(format!("{rest}\n}}").as_bytes()).to_hex())
}

const BEFORE_SEAL: &str = ",\n  \"seal\": \"";
const AFTER_SEAL: &str = "\"\n}\n";

impl Manifest {
    /// The manifest of a run, still without its tables.
    pub fn new(run: &str, command: &str, basis: ParameterSource, scenario_toml: &str) -> Manifest {
        let ParameterSource { choice: source, scenario, posterior } = basis;
        let point = parameters::TABLE.iter().filter_map(|p| Some((p.name.into(), scenario.parameters.get(p.name)?)));
        Manifest {
            program: PROGRAM.into(),
            format: MANIFEST_FORMAT,
            version: VERSION.into(),
            code: CODE.into(),
            run: run.into(),
            command: command.into(),
            scenario: scenario.name.clone(),
            title: scenario.title.clone(),
            period: Period { start: scenario.run.start.to_string(), end: scenario.run.end.to_string() },
            seed: scenario.run.seed,
            population_seed: scenario.run.population_seed,
            replicates: scenario.run.replicates,
            scale: match scenario.run.scale {
                Scale::Whole => "whole".into(),
                Scale::Sample(firms) => format!("sample of about {firms}"),
            },
            split: 0,
            firms_simulated: 0,
            firms: 0,
            parameters: source,
            parameter_values: match source {
                ParameterChoice::Posterior => basis.fixed().map(|(name, value)| (name.into(), value)).collect(),
                ParameterChoice::Point => point.collect(),
            },
            posterior: PosteriorRecord {
                as_of: posterior.as_of.to_string(),
                draws: posterior.draws.len(),
                certificate: certificate(posterior),
                failing_gates: failing_gates(posterior),
            },
            scenario_toml: scenario_toml.into(),
            data: Vec::new(),
            tables: Vec::new(),
        }
    }

    /// As the text of `manifest.json`.
    pub fn to_json(&self) -> String {
        sealed_json(self)
    }

    /// Reads the manifest of a run folder.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when there is none, or when it was not written by this program.
    pub fn read(folder: &Path) -> Result<Manifest, Problem> {
        tidy(beside(folder));
        let path = folder.join(MANIFEST);
        let text = match fs::symlink_metadata(&path) {
            Ok(meta) if !meta.is_file() => Err(io::Error::other("it is not a regular file")),
            _ => fs::read_to_string(&path),
        };
        let text = text.map_err(|e| no_run_folder(folder, &format!("cannot read its {MANIFEST}: {e}")))?;
        Manifest::parse(folder, &text)
    }

    /// The manifest of a run folder from its text.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when it was not written by this program.
    pub(super) fn parse(folder: &Path, text: &str) -> Result<Manifest, Problem> {
        let manifest: Manifest = serde_json::from_str(text)
            .map_err(|e| no_run_folder(folder, &format!("its {MANIFEST} is damaged: {e}")))?;
        if manifest.program != PROGRAM {
            return Err(no_run_folder(folder, &format!("its {MANIFEST} was written by {}", manifest.program)));
        }
        readable(folder, manifest.format)?;
        Ok(manifest)
    }

    /// Whether a folder has a manifest of this program, of any version.
    pub fn is_in(folder: &Path) -> bool {
        any_in(folder)["program"] == PROGRAM
    }

    /// Names of the tables of a folder with a manifest of any version.
    pub(super) fn tables_in(folder: &Path) -> Vec<FileHash> {
        serde_json::from_value(any_in(folder)["tables"].take()).unwrap_or_default()
    }

    /// What differs between the program and data of this manifest and those at hand, in words; empty when nothing.
    pub fn changes_since(&self, data: &[(String, String)]) -> Vec<String> {
        changes(&self.version, &self.code, &self.data, data)
    }
}

/// What differs between a program and data as a manifest has them and those at hand.
pub(super) fn changes(version: &str, code: &str, known: &[FileHash], data: &[(String, String)]) -> Vec<String> {
    let mut changes = Vec::new();
    if version != VERSION {
        changes.push(format!("the run was made by version {version}, this is version {VERSION}"));
    }
    if version == VERSION && code != CODE {
        changes.push("the run was made by other code of the same version".to_string());
    }
    for FileHash { file, blake3 } in known {
        match data.iter().find(|(name, _)| name == file) {
            None => changes.push(format!("the data table {file} is not there any more")),
            Some((_, hash)) if hash != blake3 => changes.push(format!("the data table {file} has changed")),
            Some(_) => {}
        }
    }
    for (file, _) in data.iter().filter(|(name, _)| known.iter().all(|known| known.file != *name)) {
        changes.push(format!("the data table {file} is new"));
    }
    if changes.is_empty() && known.len() != data.len() {
        changes.push("the list of data tables names one twice".to_string());
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_manifest_is_told_from_one_as_written() {
        let text = sealed_json(&serde_json::json!({ "program": PROGRAM, "title": "a \"seal\": b" }));
        assert!(is_as_written(&text) && is_as_written("{\"program\": \"telework-sim\"}"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["program"], PROGRAM);
        assert!(!is_as_written(&text.replace("a \\\"", "c \\\"")));
        assert!(!is_as_written(&text.replace("  ", " ")));
    }

    /// What a later program wrote is not read as if it were understood.
    #[test]
    fn a_later_format_is_refused_and_an_earlier_one_is_read() {
        let folder = Path::new("x");
        for known in 0..=MANIFEST_FORMAT {
            assert!(readable(folder, known).is_ok());
        }
        let problem = readable(folder, MANIFEST_FORMAT + 1).unwrap_err();
        assert!(problem.message.contains(&format!("format {}", MANIFEST_FORMAT + 1)) && problem.advice.is_some());
    }

    #[test]
    fn the_key_changes_with_parameters_scenario_and_data_and_with_nothing_else() {
        let data = [("a.csv".to_string(), "00".to_string())];
        let key = run_key("posterior", "title = \"x\"", &data, false);
        assert_eq!(key, run_key("posterior", "title = \"x\"", &data, false));
        assert_ne!(key, run_key("point", "title = \"x\"", &data, false));
        assert_ne!(key, run_key("posterior", "title = \"y\"", &data, false));
        assert_ne!(key, run_key("posterior", "title = \"x\"", &[("a.csv".into(), "01".into())], false));
        assert_ne!(key, run_key("posterior", "title = \"x\"", &data, true));
    }
}
