//! The use cases of the program, as functions from requests to outcomes. Nothing here prints.

mod calibrate;
mod files;
mod golden;
mod report;
mod run;
mod validate;
mod verify;

pub use calibrate::{CalibrateOutcome, CalibrateRequest, calibrate};
pub use files::{check, new_scenario, population_report};
pub use golden::{golden, selftest};
pub use report::{ReportRequest, report};
pub use run::{Job, RunOutcome, RunRequest, execute, prepare};
pub use validate::{Validation, ValidationRequest, validate};
pub use verify::{Verification, verify};

use crate::{
    data::Data,
    engine::{self, Basis, Options, Progress, Series},
    error::{Problem, Problems},
    interventions::cell_matches,
    population::Population,
    scenario::{Scenario, Target, idle_targets},
};
use std::{
    path::Path,
    sync::{Mutex, PoisonError, atomic::AtomicBool},
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

/// Simulates the replicates that are not `finished` and returns all of them in order, and whether it got through.
fn simulate(
    basis: Basis,
    data: &Data,
    population: &Population,
    finished: Vec<Series>,
    options: Options,
    conduct: Conduct,
) -> (Vec<Series>, bool) {
    let missing: Vec<u32> =
        (0..basis.scenario.run.replicates).filter(|r| finished.iter().all(|one| one.replicate != *r)).collect();
    let all = Mutex::new(finished);
    let keep = |one| all.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    let Conduct { threads, observe, stop } = conduct;
    let result = engine::ensemble(basis, data, population, &missing, threads, options, observe, &keep, stop);
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_by_key(|one| one.replicate);
    (all, result.is_ok())
}

/// The tables of a folder, or those inside the program.
fn read_data(folder: Option<&Path>) -> Result<Data, Problems> {
    Ok(match folder {
        Some(folder) => Data::from_dir(folder),
        None => Data::embedded(),
    }?)
}

/// Warnings about interventions whose target matches none of the simulated firms.
fn warn_of_idle_targets(scenario: &Scenario, population: &Population) -> Vec<Problem> {
    idle_targets(scenario, |target: &Target| {
        let least = target.min_employees.unwrap_or(0);
        let most = target.max_employees.unwrap_or(u32::MAX);
        let cells = population.cells.iter().filter(|cell| cell_matches(target, cell));
        let employees = cells.flat_map(|cell| &population.employees[cell.range.clone()]);
        employees.filter(|employees| (least..=most).contains(employees)).count() as u64
    })
}
