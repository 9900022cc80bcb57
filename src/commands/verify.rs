//! `telework verify`: runs a run folder's manifest again and compares the bytes of every table.

use super::{
    Execution, RunContext, StudyRuns,
    attribute::repeat_attribution,
    compare::repeat_comparison,
    fresh_store, read_data,
    run::{Made, panel},
    target::repeat_target,
};
use crate::{
    data::Data,
    engine::ParameterSource,
    error::{Kind, Problem, Problems},
    population,
    results::{AnyManifest, Draft, FileHash, Manifest, PANEL, PANEL_AVAILABLE, Question, Store, first_difference},
    scenario,
};
use clap::Args;
use serde::Serialize;
use std::{
    fs::File,
    io::BufReader,
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

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Tables that were compared.
    pub tables: Vec<String>,
    /// Why the tables may differ: another program version, changed data.
    pub changes: Vec<String>,
    /// What differs, one sentence a table.
    pub differences: Vec<String>,
}

/// Runs a run folder's manifest again and compares.
///
/// # Errors
/// No run folder, a manifest that does not run any more, an interrupted run, a table that cannot be read.
pub fn verify(folder: &Path, data: Option<&Path>, context: RunContext) -> Result<Verification, Problems> {
    let manifest = AnyManifest::read(folder)?;
    let data = read_data(data)?;
    let (_store_place, store) = fresh_store()?;
    let place = tempfile::tempdir().map_err(|e| unreadable(&std::env::temp_dir(), &e))?;
    let again = place.path().join("again");
    let mut found = Verification::default();
    let (known, fresh) = match &manifest {
        AnyManifest::Run(manifest) => {
            found.changes = manifest.changes_since(&data.files);
            let panel = manifest.tables.iter().any(|t| t.file == PANEL);
            if panel && !PANEL_AVAILABLE {
                found.changes.push(format!("{PANEL} is not compared: this program was built without the firm panel"));
            }
            (&manifest.tables, repeat_run(manifest, &data, &again, &store, panel && PANEL_AVAILABLE, context)?)
        }
        AnyManifest::Comparison(manifest) => {
            let first = manifest.scenarios.first();
            found.changes = first.map_or_else(Vec::new, |first| first.changes_since(&data.files));
            (&manifest.tables, repeat_comparison(manifest, data, &again, &store, context)?)
        }
        AnyManifest::Study(manifest) => {
            found.changes = manifest.run.changes_since(&data.files);
            let repeat = match manifest.question {
                Question::Attribution { .. } => repeat_attribution,
                Question::Target { .. } => repeat_target,
            };
            (&manifest.run.tables, repeat(manifest, data, &again, &store, context)?)
        }
    };
    for table in &fresh {
        found.tables.push(table.file.clone());
        let open = |folder: &Path| -> Result<BufReader<File>, Problem> {
            let path: PathBuf = folder.join(&table.file);
            Ok(BufReader::new(File::open(&path).map_err(|e| unreadable(&path, &e))?))
        };
        let compared = first_difference(open(folder)?, open(&again)?);
        match compared.map_err(|e| unreadable(&folder.join(&table.file), &e))? {
            Some(_) if table.file == PANEL => found.differences.push(format!("{PANEL} differs")),
            Some(difference) => found.differences.push(format!("{}, {difference}", table.file)),
            None if !known.contains(table) => {
                found.differences.push(format!("the manifest's hash of {} is another table's", table.file));
            }
            None => {}
        }
    }
    Ok(found)
}

/// Makes the tables of a run again in a folder, from its manifest, with runs of their own.
fn repeat_run(
    manifest: &Manifest,
    data: &Data,
    folder: &Path,
    store: &Store,
    panel: bool,
    context: RunContext,
) -> Result<Vec<FileHash>, Problems> {
    let loaded = scenario::load_text(&manifest.scenario, &manifest.scenario_toml, &[])?;
    let plan = &loaded.scenario.run;
    let population = population::synthesise(data, plan.population_seed, plan.scale)?;
    let source =
        ParameterSource { choice: manifest.parameters, scenario: &loaded.scenario, posterior: &data.posterior };
    let experiment = StudyRuns::new(store, vec![source], data, &population);
    let made = Made::new(&experiment, source, data, &population, manifest.split, context)?;
    let panel = if panel { Some(self::panel(source, data, &population, context)?) } else { None };
    let draft = Draft::open(folder, false)?;
    let tables = made.write_tables(&draft, &manifest.run, panel)?;
    draft.publish()?;
    Ok(tables)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::error(Kind::Files, format!("cannot read {}: {error}", path.display()))
}
