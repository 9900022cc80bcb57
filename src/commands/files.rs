//! `telework check`, `new` and `population`: scenario files and the synthesised firms.

use super::{
    read_data,
    request::{sample, seed},
    warn_of_idle_targets, warn_of_unused_rows,
};
use crate::{
    error::{Kind, Problem, Problems},
    population,
    results::{Form, Product, write_file},
    scenario::{self, BUILT_IN, Loaded, Scale},
    text::is_file_name,
};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Which scenarios are checked.
#[derive(Args, Clone, Debug, Serialize)]
pub struct CheckRequest {
    /// Paths of scenario files, or names of built-in scenarios such as `baseline`
    #[arg(required = true)]
    pub scenarios: Vec<String>,
    /// Folder of data tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Which firms are looked at.
#[derive(Args, Clone, Debug, Serialize)]
pub struct PopulationRequest {
    /// About so many firms, weighted, in place of all of them
    #[arg(long, value_name = "N", value_parser = sample)]
    pub sample: Option<u32>,
    /// Seed of the synthesis
    #[arg(long, value_name = "S", default_value_t = 2021, value_parser = seed)]
    pub seed: u64,
    /// Folder of data tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Ending of scenario files.
const ENDING: &str = ".toml";

/// A scenario to start from; never replaced.
static NEW_SCENARIO: Product = Product {
    name: "scenario",
    mark: "scenario",
    form: Form::File,
    flag: "another NAME",
    holds_mark: |_| false,
    wrote: |_, _| true,
};

/// Checks one scenario as far as a run would, short of running it.
///
/// # Errors
/// All problems at once.
pub fn check(name: &str, data: Option<&Path>) -> Result<Loaded, Problems> {
    let mut loaded = scenario::load(name, &[])?;
    let folder = data;
    let data = read_data(folder)?;
    loaded.notes.extend(warn_of_unused_rows(&data, folder)?);
    let plan = &loaded.scenario.run;
    let population = population::synthesise(&data, plan.population_seed, plan.scale)?;
    loaded.notes.extend(warn_of_idle_targets(&loaded.scenario, &population));
    Ok(loaded)
}

/// Writes a commented scenario to start from into `folder`; never over an existing file.
///
/// # Errors
/// `Kind::Usage` for a name that cannot be a file name, `Kind::Files` when the file is there or cannot be written.
pub fn new_scenario(name: &str, folder: &Path) -> Result<PathBuf, Problem> {
    let name = name.strip_suffix(ENDING).unwrap_or(name);
    if !is_file_name(name) {
        return Err(Problem::error(Kind::Usage, format!("`{}` cannot be a scenario's name", name.escape_debug()))
            .advise("use letters, digits, _ and -, with a letter or a digit first and without a folder, such as `telework new my_scenario`"));
    }
    if BUILT_IN.iter().any(|(file, _)| file.strip_suffix(ENDING).is_some_and(|file| file.eq_ignore_ascii_case(name))) {
        return Err(Problem::error(
            Kind::Usage,
            format!("`{name}` is the name of a built-in scenario, which the file would hide"),
        )
        .advise(format!("choose another name, such as `telework new my_{name}`")));
    }
    let path = folder.join(format!("{name}{ENDING}"));
    write_file(&NEW_SCENARIO, &path, false, |out| out.write_all(scenario::template(name).as_bytes())).map(|()| path)
}

/// Fitted against published figures, as text.
///
/// # Errors
/// A missing or damaged table.
pub fn population_report(request: &PopulationRequest) -> Result<String, Problems> {
    let data = read_data(request.data.as_deref())?;
    let scale = request.sample.map_or(Scale::Whole, Scale::Sample);
    let population = population::synthesise(&data, request.seed, scale)?;
    Ok(population::report(&data, &population)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_scenario_is_written_once_and_would_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = new_scenario("my_plan.toml", folder.path()).unwrap();
        assert_eq!(path, folder.path().join("my_plan.toml"));
        scenario::load(path.to_str().unwrap(), &[]).unwrap();
        assert_eq!(new_scenario("my_plan", folder.path()).unwrap_err().kind, Kind::Files);
    }

    #[test]
    fn a_name_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "../x", "a/b", "a\nb", ".toml", "=1+1", "-x", "a b", "a<b>", "baseline", "forecast.toml"] {
            assert_eq!(new_scenario(name, folder.path()).unwrap_err().kind, Kind::Usage, "{name}");
        }
    }
}
