//! The use cases of the program, as functions from requests to outcomes. Nothing here prints.

mod attribute;
mod calibrate;
mod chunk;
mod compare;
mod experiment;
mod files;
mod findings;
mod goal;
mod golden;
mod preview;
mod report;
mod run;
mod target;
mod validate;
mod verify;

pub use attribute::{
    AttributeOutcome, AttributeRequest, Attribution, attribute, prepare_attribution, prepare_loaded_attribution,
};
pub use calibrate::{CalibrateOutcome, CalibrateRequest, Elsewhere, calibrate, calibrate_elsewhere, survey_rows};
pub use chunk::{Base, Chunk, Parcel, Part, Wanted, World, usual_runs};
pub use compare::{
    CompareOutcome, CompareRequest, Comparison, compare, prepare_comparison, prepare_loaded_comparison, unpaired,
};
pub use experiment::Experiment;
pub use files::{check, new_scenario, population_report};
pub use findings::SoFar;
pub use goal::Goal;
pub use golden::{golden, selftest};
pub use preview::Preview;
pub use report::{ReportRequest, report};
pub use run::{Job, RunOutcome, RunRequest, SPLIT, execute, prepare, prepare_loaded};
pub use target::{Aim, TargetOutcome, TargetRequest, prepare_loaded_target, prepare_target, target};
pub use validate::{Validation, ValidationRequest, validate};
pub use verify::{Verification, verify};

use crate::{
    calibration::rows,
    data::Data,
    engine::Progress,
    error::{Kind, Problem, Problems},
    interventions::cell_matches,
    population::Population,
    results::{Scratch, Store},
    scenario::{Scenario, Target, idle_targets},
};
use std::{
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

/// How a run is carried out; nothing here changes a number.
#[derive(Clone, Copy)]
pub struct Conduct<'a> {
    /// Threads; 0 = one for each core.
    pub threads: usize,
    /// Told how far the run is.
    pub observe: &'a (dyn Fn(Progress) + Sync),
    /// The run ends between two weeks when this is set.
    pub stop: &'a AtomicBool,
}

/// Paired draws at most, as many as a scenario may have replicates.
const MOST_DRAWS: u32 = 10_000;

/// Whether so many draws can be made.
fn check_draws(draws: Option<u32>) -> Result<(), Problem> {
    if draws.is_none_or(|draws| (1..=MOST_DRAWS).contains(&draws)) {
        return Ok(());
    }
    Err(Problem::error(Kind::Usage, format!("`--draws {}` is out of range", draws.unwrap_or(0)))
        .advise(format!("write a number from 1 to {MOST_DRAWS}")))
}

/// Where a folder goes: to a given place, or under its own name into `home`, or into `results`.
fn place(out: Option<&Path>, home: Option<&Path>, run: &str) -> PathBuf {
    out.map_or_else(|| home.unwrap_or(Path::new("results")).join(run), Path::to_path_buf)
}

/// A store that is gone after use, for figures that must not rest on kept runs.
fn fresh_store() -> Result<(Scratch, Store), Problem> {
    let folder = Scratch::new()?;
    let store = Store::new(Some(&folder.path()));
    Ok((folder, store))
}

/// The tables of a folder, or those inside the program.
fn read_data(folder: Option<&Path>) -> Result<Data, Problems> {
    Ok(match folder {
        Some(folder) => Data::from_dir(folder),
        None => Data::embedded(),
    }?)
}

/// Warnings about rows of one's own survey table that have no simulated counterpart.
fn warn_of_unused_rows(data: &Data, folder: Option<&Path>) -> Result<Vec<Problem>, Problems> {
    folder.map_or_else(|| Ok(Vec::new()), |_| rows::unused_of_own(data))
}

/// Warnings about interventions whose target matches none of the simulated firms.
pub fn warn_of_idle_targets(scenario: &Scenario, population: &Population) -> Vec<Problem> {
    idle_targets(scenario, |target: &Target| {
        let least = target.min_employees.unwrap_or(0);
        let most = target.max_employees.unwrap_or(u32::MAX);
        let cells = population.cells.iter().filter(|cell| cell_matches(target, cell));
        let employees = cells.flat_map(|cell| &population.employees[cell.range.clone()]);
        employees.filter(|employees| (least..=most).contains(employees)).count() as u64
    })
}
