//! `telework selftest`, and the golden result of each shipped scenario: the KPI table of a small run.

use super::{RunContext, StudyRuns, fresh_store, read_data, run::Made};
use crate::{
    engine::{ParameterChoice, ParameterSource},
    error::{Kind, Problem, Problems},
    population,
    results::{Difference, first_difference, write_kpi},
    scenario::{self, Override},
};
use std::sync::atomic::AtomicBool;

/// The golden result of the baseline, inside the program.
const BASELINE: &str = include_str!("../../scenarios/baseline.golden.csv");

/// Candidate KPIs of a small run of a scenario: few firms, few replicates, the whole period, at the point.
///
/// # Errors
/// As a run.
pub fn golden(scenario: &str) -> Result<String, Problems> {
    let small = [("run.sample", "8000"), ("run.replicates", "2")];
    let small = small.map(|(path, value)| Override::flag("golden", path, value));
    let loaded = scenario::load_settled(scenario, &small)?;
    let plan = &loaded.scenario.run;
    let data = read_data(None)?;
    let population = population::synthesise(&data, plan.population_seed, plan.scale)?;
    let context = RunContext { threads: 0, observe: &|_| {}, stop: &AtomicBool::new(false) };
    let source =
        ParameterSource { choice: ParameterChoice::Point, scenario: &loaded.scenario, posterior: &data.posterior };
    let (_place, store) = fresh_store()?;
    let experiment = StudyRuns::new(&store, vec![source], &data, &population);
    let made = Made::new(&experiment, source, &data, &population, 0, context)?;
    let mut table = Vec::new();
    write_kpi(&mut table, &made.answers.kpi, None).map_err(|e| Problem::error(Kind::Files, e.to_string()))?;
    Ok(String::from_utf8_lossy(&table).into_owned())
}

/// Runs the small baseline and compares it with the result inside the program; `None` when all is the same.
///
/// # Errors
/// As a run.
pub fn selftest() -> Result<Option<Difference>, Problems> {
    let found = golden("baseline")?;
    let compared = first_difference(found.as_bytes(), BASELINE.as_bytes());
    Ok(compared.map_err(|e| Problem::error(Kind::Files, e.to_string()))?)
}
