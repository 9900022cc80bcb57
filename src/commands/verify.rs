//! `telework verify`: runs a run folder's manifest again and compares the bytes of every table.

use super::{
    Conduct, read_data,
    run::{summarise, write_tables},
    simulate,
};
use crate::{
    engine::{Basis, Options},
    error::{Kind, Problem, Problems},
    population,
    results::{Draft, Manifest, PANEL, PANEL_AVAILABLE, first_difference},
    scenario,
};
use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

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
pub fn verify(folder: &Path, data: Option<&Path>, conduct: Conduct) -> Result<Verification, Problems> {
    let manifest = Manifest::read(folder)?;
    let data = read_data(data)?;
    let mut found = Verification { changes: manifest.changes_since(&data.files), ..Verification::default() };
    let loaded = scenario::load_text(&manifest.scenario, &manifest.scenario_toml, &[])?;
    let plan = &loaded.scenario.run;
    let panel = manifest.tables.iter().any(|t| t.file == PANEL);
    if panel && !PANEL_AVAILABLE {
        found.changes.push(format!("{PANEL} is not compared: this program was built without the firm panel"));
    }
    let panel = panel && PANEL_AVAILABLE;
    let population = population::synthesise(&data, plan.population_seed, plan.scale)?;
    let options = Options { panel, ..Options::default() };
    let basis = Basis { source: manifest.parameters, scenario: &loaded.scenario, posterior: &data.posterior };
    let (series, complete) = simulate(basis, &data, &population, Vec::new(), options, conduct);
    if !complete {
        return Err(Problem::error(Kind::Interrupted, "interrupted: nothing was compared").into());
    }
    let place = tempfile::tempdir().map_err(|e| unreadable(&std::env::temp_dir(), &e))?;
    let again = place.path().join("again");
    let draft = Draft::open(&again, false)?;
    let fresh = write_tables(&draft, &manifest.run, basis, &series, &summarise(&series, &data).1, panel)?;
    draft.publish()?;
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
            None if !manifest.tables.contains(table) => {
                found.differences.push(format!("the manifest's hash of {} is another table's", table.file));
            }
            None => {}
        }
    }
    Ok(found)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::error(Kind::Files, format!("cannot read {}: {error}", path.display()))
}
