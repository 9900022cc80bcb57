//! The use cases of the program, as functions from requests to outcomes. Nothing here prints.

mod attribute;
mod calibrate;
mod chunk;
mod chunk_worker;
mod compare;
mod evaluate;
mod files;
mod findings;
mod goal;
mod golden;
mod prepared;
mod preview;
mod report;
mod request;
mod run;
mod study_runs;
mod target;
mod validate;
mod verify;

pub use attribute::{
    AttributeOutcome, AttributeRequest, Attribution, attribute, prepare_attribution, prepare_loaded_attribution,
};
pub use calibrate::{CalibrateOutcome, CalibrateRequest, RemoteExecutor, calibrate, calibrate_on, survey_rows};
pub use chunk::{Chunk, ChunkBase, ChunkOutput, ChunkPart, WorkUnit, usual_runs};
pub use chunk_worker::ChunkWorker;
pub use compare::{
    CompareOutcome, CompareRequest, Comparison, compare, prepare_comparison, prepare_loaded_comparison, unpaired,
};
pub use evaluate::{EvaluateOutcome, EvaluateRequest, evaluate, evaluate_on};
pub use files::{CheckRequest, PopulationRequest, check, new_scenario, population_report};
pub use findings::SoFar;
pub use goal::Goal;
pub use golden::{golden, selftest};
pub use prepared::Prepared;
pub use preview::{Preview, Runs};
pub use report::{ReportRequest, report};
pub use request::{
    CommandLine, Common, Execution, Inspection, Request, SPLIT, Study, UncertaintyFlags, arguments, from_json,
    from_words,
};
pub(crate) use request::{place, threads};
pub use run::{PlannedRun, RunOutcome, RunRequest, execute, prepare, prepare_loaded};
pub use study_runs::StudyRuns;
pub use target::{TargetOutcome, TargetRequest, TargetSearch, prepare_loaded_target, prepare_target, target};
pub use validate::{ValidateRequest, Validation, validate};
pub use verify::{Verification, VerifyRequest, verify};

pub use crate::engine::RunContext;

use crate::{
    calibration::rows,
    data::Data,
    engine::ParameterChoice,
    error::{Kind, Problem, Problems},
    population::Population,
    population::cell_matches,
    results::{Scratch, Store},
    scenario::{Eligibility, Scenario, idle_targets},
};
use std::path::Path;

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

/// Where a folder has another posterior than the program: the point is none of its tables.
fn warn_of_point(choice: ParameterChoice, data: &Data) -> Result<Option<Problem>, Problem> {
    let draws = |data: &Data| data.files.iter().find(|(file, _)| file == "posterior/draws.csv").cloned();
    let another = choice == ParameterChoice::Point && draws(data) != draws(&Data::embedded()?);
    Ok(another.then(|| {
        Problem::warning(
            Kind::Data,
            "`--point` takes the point of the program's own posterior, not that of the folder's",
        )
        .advise("leave `--point` out, or fix parameters with `--set parameters.NAME=VALUE`")
    }))
}

/// Warnings about interventions whose target matches none of the simulated firms.
pub fn warn_of_idle_targets(scenario: &Scenario, population: &Population) -> Vec<Problem> {
    idle_targets(scenario, |target: &Eligibility| {
        let least = target.min_employees.unwrap_or(0);
        let most = target.max_employees.unwrap_or(u32::MAX);
        let cells = population.cells.iter().filter(|cell| cell_matches(target, cell));
        let employees = cells.flat_map(|cell| &population.employees[cell.range.clone()]);
        employees.filter(|employees| (least..=most).contains(employees)).count() as u64
    })
}
