//! `telework verify`: makes a folder of results again from its manifest, and compares every file of both.

use super::{
    Execution, RunContext, attribute::repeat_attribution, compare::repeat_comparison, read_data, run::repeat_run,
    target::repeat_target,
};
use crate::{
    error::{Kind, Problem, Problems},
    report::REPORT,
    results::{AnyManifest, MANIFEST, Question, Scratch, first_difference, first_differing_cell, is_as_written},
};
use clap::Args;
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

/// What is run again.
#[derive(Args, Clone, Debug, Serialize)]
pub struct VerifyRequest {
    /// The run folder
    pub run_dir: PathBuf,
    /// Threads and data tables.
    #[command(flatten)]
    #[serde(flatten)]
    pub execution: Execution,
}

/// What a comparison found. The folder is the same only when there are neither changes nor differences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Tables that were compared.
    pub tables: Vec<String>,
    /// Other files that were compared: manifest, page, pictures.
    pub others: Vec<String>,
    /// What is in the folder and cannot be made again, in words.
    pub uncovered: Vec<String>,
    /// Why the folder cannot be called the same: another program version, changed data.
    pub changes: Vec<String>,
    /// What differs, one sentence a file, or an entry of the manifest.
    pub differences: Vec<String>,
}

/// Entries of a manifest whose differences are said as changes, or that follow from the others.
const SAID_OTHERWISE: [&str; 5] = ["version", "code", "data", "tables", "seal"];

/// Makes a folder of results again from its manifest and compares.
///
/// # Errors
/// No folder of results, a manifest that does not run any more, an interrupted run, a file that cannot be read.
pub fn verify(folder: &Path, data: Option<&Path>, context: RunContext) -> Result<Verification, Problems> {
    let manifest = AnyManifest::read(folder)?;
    stand_alone(folder, &manifest)?;
    let data = read_data(data)?;
    let place = Scratch::new()?;
    let (store, again) = (place.path().join("store"), place.path().join("again"));
    let mut found = Verification::default();
    let (store, known) = (&*store, manifest.tables().to_vec());
    found.changes = manifest.changes_since(&data.files);
    let name = match &manifest {
        AnyManifest::Run(manifest) => repeat_run(manifest, data, &again, store, context)?,
        AnyManifest::Comparison(manifest) => repeat_comparison(manifest, data, &again, store, context)?,
        AnyManifest::Study(manifest) => {
            let repeat = match manifest.question {
                Question::Attribution { .. } => repeat_attribution,
                Question::Target { .. } => repeat_target,
            };
            repeat(manifest, data, &again, store, context)?
        }
    };
    // With another program or other data the page and the manifest differ in any case; the tables need not.
    let changed = !found.changes.is_empty();
    if !changed && name != manifest.run() {
        found.differences.push(format!("{MANIFEST}, run: {} instead of {name}", manifest.run()));
    }
    let fresh = AnyManifest::read(&again)?;
    let tables: BTreeSet<&str> = fresh.tables().iter().map(|table| &*table.file).collect();
    let (there, made) = (files(folder)?, files(&again)?);
    for file in made.iter().filter(|file| *file != MANIFEST) {
        let is_table = tables.contains(&**file);
        if changed && !is_table {
            continue;
        }
        if !there.contains(file) {
            found.differences.push(format!("{file} is missing"));
            continue;
        }
        let open = |folder: &Path| File::open(folder.join(file)).map(BufReader::new);
        let compared = open(folder).and_then(|left| first_difference(left, open(&again)?));
        match compared.map_err(|e| unreadable(&folder.join(file), &e))? {
            Some(_) if file == REPORT && folders_on(&folder.join(file)) > 1 => {
                found.uncovered.push(format!("{REPORT} (it shows other folders too)"));
                continue;
            }
            Some(difference) if file.ends_with(".csv") => found.differences.push(format!("{file}, {difference}")),
            Some(_) => found.differences.push(match first_differing_cell(&folder.join(file), &again.join(file)) {
                Some(difference) => format!("{file}, {difference}"),
                None => format!("{file} differs"),
            }),
            None if is_table && !fresh.tables().iter().any(|one| one.file == *file && known.contains(one)) => {
                found.differences.push(format!("the manifest's hash of {file} is another table's"));
            }
            None => {}
        }
        if is_table { found.tables.push(file.clone()) } else { found.others.push(file.clone()) }
    }
    // In the order in which they were written.
    let place = |file: &String| fresh.tables().iter().position(|table| table.file == *file);
    found.tables.sort_by_key(place);
    if !changed {
        found.differences.extend(entries_that_differ(&folder.join(MANIFEST), &again.join(MANIFEST))?);
        found.others.insert(0, MANIFEST.to_string());
    }
    for table in known.iter().filter(|table| !tables.contains(&*table.file)) {
        found.differences.push(format!("the manifest names the table {}, which this run does not have", table.file));
    }
    let named = |file: &&String| !made.contains(*file) && known.iter().all(|table| table.file != **file);
    found.uncovered.extend(there.iter().filter(named).cloned());
    found.uncovered.push("the command line in the manifest".to_string());
    Ok(found)
}

/// Whether the scenarios of a manifest need no other file, as they were written: none is opened for what someone put there.
fn stand_alone(folder: &Path, manifest: &AnyManifest) -> Result<(), Problem> {
    let texts: Vec<&str> = match manifest {
        AnyManifest::Run(run) => vec![&run.scenario_toml],
        AnyManifest::Comparison(comparison) => comparison.scenarios.iter().map(|one| &*one.scenario_toml).collect(),
        AnyManifest::Study(study) => vec![&study.run.scenario_toml],
    };
    let whole = |text: &&str| {
        text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("run") && !table.contains_key("extends"))
    };
    if texts.iter().all(whole) {
        return Ok(());
    }
    let message = format!("cannot read {}: its {MANIFEST} is damaged: its scenario is not whole", folder.display());
    Err(Problem::error(Kind::Files, message).advise("run the scenario anew"))
}

/// Names of all files below a folder, `/` between folders, in order.
fn files(folder: &Path) -> Result<BTreeSet<String>, Problem> {
    let mut all = BTreeSet::new();
    let mut open = vec![String::new()];
    while let Some(inner) = open.pop() {
        let here = folder.join(&inner);
        for entry in fs::read_dir(&here).map_err(|e| unreadable(&here, &e))? {
            let entry = entry.map_err(|e| unreadable(&here, &e))?;
            let own = entry.file_name().to_string_lossy().into_owned();
            let name = if inner.is_empty() { own } else { format!("{inner}/{own}") };
            let kind = entry.file_type().map_err(|e| unreadable(&entry.path(), &e))?;
            if kind.is_dir() {
                open.push(name);
            } else if kind.is_file() || entry.path().is_file() {
                all.insert(name);
            }
        }
    }
    Ok(all)
}

/// Entries of two manifests that differ, in words.
fn entries_that_differ(left: &Path, right: &Path) -> Result<Vec<String>, Problem> {
    let read = |path: &Path| -> Result<(String, Value), Problem> {
        let mut text = String::new();
        File::open(path).and_then(|mut file| file.read_to_string(&mut text)).map_err(|e| unreadable(path, &e))?;
        let value = serde_json::from_str(&text).map_err(|e| unreadable(path, &io::Error::other(e)))?;
        Ok((text, value))
    };
    let ((left, a), (right, b)) = (read(left)?, read(right)?);
    let mut found = Vec::new();
    differ("", &a, &b, &mut found);
    let said = |one: &Value| SAID_OTHERWISE.iter().any(|key| one.get(key) != b.get(key) && one.get(key).is_some());
    if found.is_empty() && !is_as_written(&left) {
        found.push(format!("{MANIFEST}, seal: it is not that of the text"));
    } else if found.is_empty() && left != right && !said(&a) {
        found.push(format!("{MANIFEST} is written in another way"));
    }
    Ok(found)
}

fn differ(path: &str, left: &Value, right: &Value, found: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys.into_iter().filter(|key| !SAID_OTHERWISE.contains(&key.as_str())) {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => differ(&path, a, b, found),
                    (Some(_), None) => found.push(format!("{MANIFEST}, {path}: no such entry when run again")),
                    _ => found.push(format!("{MANIFEST}, {path}: the entry is missing")),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(at, (a, b))| differ(&format!("{path}[{at}]"), a, b, found));
        }
        (a, b) if a != b => {
            found.push(format!("{MANIFEST}, {path}: {} instead of {}", shortened(a), shortened(b)));
        }
        _ => {}
    }
}

/// A value in a few words.
fn shortened(value: &Value) -> String {
    const LONGEST: usize = 120;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}

/// How many folders a page shows; 0 when it is none of ours.
fn folders_on(page: &Path) -> usize {
    let text = fs::read_to_string(page).unwrap_or_default();
    let content = text.split_once("id=\"content\">").and_then(|(_, rest)| rest.split_once("</script>"));
    let content: Value = content.and_then(|(json, _)| serde_json::from_str(json).ok()).unwrap_or_default();
    content["folders"].as_array().map_or(0, Vec::len)
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem::error(Kind::Files, format!("cannot read {}: {error}", path.display()))
}
