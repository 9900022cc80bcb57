//! The command line: arguments, progress, text, exit code. The only room that prints.
//!
//! Results and what will be run go to standard output; progress, warnings and errors go to standard error.

mod comparison_text;
mod progress;
mod stopping;
mod studio;
mod study;
mod study_text;
mod text;

use crate::{
    commands::{self, CalibrateRequest, CompareRequest, Conduct, ReportRequest, RunRequest, ValidationRequest},
    engine::{MOST_THREADS, ParameterSource},
    error::{Kind, Problem, Problems, Severity, Style},
    scenario::{Override, Scale, schema_text},
};
use clap::{Args, Parser, Subcommand, value_parser};
use progress::Progress;
use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};
use stopping::STOP;
pub use stopping::out_of_memory;

/// Simulates how Japan's firms take up, drop and formalise telework under policy.
#[derive(Debug, Parser)]
#[command(name = "telework", version, help_expected = true, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 done, 2 command line, 3 scenario, 4 data, 5 files, 6 different, 130 interrupted."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a scenario and writes a run folder
    Run(RunArguments),
    /// Runs scenarios on the same draws and the same luck and tells what the others change against the first
    Compare(CompareArguments),
    /// Splits the effect of a scenario's measures among them
    Attribute(study::AttributeArguments),
    /// Finds the smallest value of a number of the scenario with which a KPI is reached
    Target(study::TargetArguments),
    /// Tells all problems of scenarios at once, without running them
    Check {
        /// Paths of scenario files, or names of built-in scenarios such as `baseline`
        #[arg(required = true)]
        scenarios: Vec<String>,
        /// Folder of data tables to use in place of those inside the program
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Prints the JSON Schema of scenario files, for completion in editors
    Schema,
    /// Writes a commented scenario to start from into this folder
    New {
        /// Name of the scenario; the file is NAME.toml
        name: String,
    },
    /// Runs a run folder's manifest again and compares every byte of its tables
    Verify {
        /// The run folder
        run_dir: PathBuf,
        /// Threads; 0 = one for each core; the tables do not depend on it
        #[arg(long, default_value_t = 0, value_parser = threads)]
        threads: usize,
        /// Folder of data tables to use in place of those inside the program
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Writes one page from folders of results: HTML that opens offline, in English and Japanese
    Report {
        /// Folders that `run`, `compare`, `attribute` or `target` has written
        #[arg(required = true, value_name = "RUN_DIR")]
        folders: Vec<PathBuf>,
        /// Where the page goes, in place of report.html in the first folder
        #[arg(long, value_name = "FILE.html")]
        out: Option<PathBuf>,
        /// Replaces an existing page
        #[arg(long)]
        force: bool,
        /// Folder of data tables to use in place of those inside the program
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Fits the model to the published surveys and writes a posterior with its certificate
    Calibrate {
        /// A configuration; without one, that of the shipped posterior
        config: Option<PathBuf>,
        /// Use only figures published by this day, in place of the configuration's
        #[arg(long, value_name = "DATE")]
        as_of: Option<jiff::civil::Date>,
        /// Goes on with what an interrupted calibration left; without it, that is thrown away
        #[arg(long)]
        resume: bool,
        /// Where the folder goes, in place of results/calibration-<short hash>
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Threads; 0 = one for each core; the posterior does not depend on it
        #[arg(long, default_value_t = 0, value_parser = threads)]
        threads: usize,
        /// Folder of data tables to use in place of those inside the program
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Prints and plots the certificate of the posterior, and forecasts the surveys from it
    Validate(ValidateArguments),
    /// Opens the simulator in the browser: scenarios by form, live results, from this machine only
    Studio(studio::StudioArguments),
    /// Runs a small built-in case and compares it with the result inside the program
    Selftest,
    /// Prints how the synthesised firms compare with published figures
    Population {
        /// About so many firms, weighted, in place of all of them
        #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
        sample: Option<u32>,
        /// Seed of the synthesis
        #[arg(long, value_name = "S", default_value_t = 2021)]
        seed: u64,
        /// Folder of data tables to use in place of those inside the program
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
}

#[derive(Args, Debug)]
struct RunArguments {
    /// Path of a scenario file, or name of a built-in scenario such as `baseline`
    scenario: String,
    /// Simulates every firm of Japan
    #[arg(long, conflicts_with = "sample")]
    whole: bool,
    /// Simulates about so many firms, weighted
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    sample: Option<u32>,
    /// Number of replicates, each with a posterior draw of the parameters and with other luck
    #[arg(long, value_name = "R", value_parser = value_parser!(u32).range(1..))]
    replicates: Option<u32>,
    /// Seed of all draws of the dynamics
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// One parameter set for all replicates in place of posterior draws: no parameter uncertainty; every output says so
    #[arg(long)]
    point: bool,
    /// Threads; 0 = one for each core; results do not depend on it
    #[arg(long, value_name = "T", default_value_t = 0, value_parser = threads)]
    threads: usize,
    /// Changes one value of the scenario, such as `intervention.managers.scale=2`; may be given many times
    #[arg(long, value_name = "path=value")]
    set: Vec<String>,
    /// Splits the uncertainty with three more runs beside each of the first N replicates; 0 = no split
    #[arg(long, value_name = "N", default_value_t = commands::SPLIT)]
    split: u32,
    /// Where the run folder goes, in place of results/<scenario>-<short hash>
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where finished runs are kept, in place of results/store
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Replaces an existing run folder
    #[arg(long)]
    force: bool,
    /// Also writes every simulated firm by month as panel.parquet (needs a build with `--features panel`)
    #[arg(long)]
    panel: bool,
    /// Folder of data tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct CompareArguments {
    /// Paths of scenario files, or names of built-in scenarios; the first is the reference
    #[arg(required = true, num_args = 2..)]
    scenarios: Vec<String>,
    /// Number of pairs: posterior draws, each with its luck and later emergencies; those of the first scenario by default
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(2..))]
    draws: Option<u32>,
    /// Simulates about so many firms, weighted
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    sample: Option<u32>,
    /// Seed of all draws of the dynamics
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// A target, such as `mic_introduction>=0.5` or `tsr_current_practice[size=large]>=0.7`; may be given many times
    #[arg(long, value_name = "NAME>=VALUE")]
    target: Vec<String>,
    /// Splits the uncertainty of every scenario with three more runs beside each of the first N pairs; 0 = no split
    #[arg(long, value_name = "N", default_value_t = commands::SPLIT)]
    split: u32,
    /// One parameter set for all pairs in place of posterior draws: no parameter uncertainty; every output says so
    #[arg(long)]
    point: bool,
    /// Threads; 0 = one for each core; results do not depend on it
    #[arg(long, value_name = "T", default_value_t = 0, value_parser = threads)]
    threads: usize,
    /// Changes one value of every scenario, such as `run.end=2025-03-31`; may be given many times
    #[arg(long, value_name = "path=value")]
    set: Vec<String>,
    /// Where the folder goes, in place of results/compare-<scenarios>-<short hash>
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where finished runs are kept, in place of results/store
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Replaces an existing folder
    #[arg(long)]
    force: bool,
    /// Folder of data tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct ValidateArguments {
    /// Folder of a posterior's tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    posterior: Option<PathBuf>,
    /// Where the pictures go, in place of results/certificate-<short hash>
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Also forecasts every survey series by month and writes the quantiles to this file
    #[arg(long, value_name = "FILE.csv")]
    forecast: Option<PathBuf>,
    /// Scenario to forecast: path of a file, or name of a built-in scenario
    #[arg(long, value_name = "NAME", default_value = "forecast", requires = "forecast")]
    scenario: String,
    /// Replaces an existing certificate folder and an existing forecast file
    #[arg(long)]
    force: bool,
    /// Threads of the forecast; 0 = one for each core; results do not depend on it
    #[arg(long, value_name = "T", default_value_t = 0, value_parser = threads)]
    threads: usize,
    /// Folder of data tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// A number of threads that a machine can bear.
fn threads(text: &str) -> Result<usize, String> {
    let sound = text.parse().ok().filter(|threads| *threads <= MOST_THREADS);
    sound.ok_or_else(|| format!("write a whole number from 0 (one for each core) to {MOST_THREADS}"))
}

/// Runs the program.
pub fn main() -> ExitCode {
    stopping::begin();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(help) => {
            // A closed pipe is no reason to fail; there is nobody left to tell.
            let _ = help.print();
            return ExitCode::from(u8::try_from(help.exit_code()).unwrap_or(2));
        }
    };
    // A studio is closed by it; all else is interrupted.
    let code = if matches!(arguments.command, Command::Studio(_)) { 0 } else { Kind::Interrupted as i32 };
    match stopping::catch_interrupts(code).map_err(Problems::from).and_then(|()| dispatch(arguments.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            complain(&problems.0);
            let worst = problems.0.iter().find(|p| p.severity == Severity::Error);
            ExitCode::from(worst.map_or(1, |p| p.kind as u8))
        }
    }
}

fn dispatch(command: Command) -> Result<(), Problems> {
    match command {
        Command::Run(arguments) => run(arguments),
        Command::Compare(arguments) => compare(arguments),
        Command::Attribute(arguments) => study::attribute(arguments),
        Command::Target(arguments) => study::target(arguments),
        Command::Check { scenarios, data } => check(&scenarios, data.as_deref()),
        Command::Schema => print(&schema_text()),
        Command::New { name } => {
            let path = commands::new_scenario(&name, Path::new(""))?;
            print(&format!("Wrote {}. Run it with: telework run {0}\n", path.display()))
        }
        Command::Verify { run_dir, threads, data } => verify(&run_dir, threads, data.as_deref()),
        Command::Report { folders, out, force, data } => {
            let written = commands::report(&ReportRequest { folders, out, force, data })?;
            print(&format!("Report: {}\n", written.display()))
        }
        Command::Calibrate { config, as_of, resume, out, threads, data } => {
            calibrate(&CalibrateRequest { config, as_of, resume, out, data }, threads)
        }
        Command::Validate(arguments) => validate(arguments),
        Command::Studio(arguments) => studio::studio(arguments),
        Command::Selftest => match commands::selftest()? {
            None => print("PASSED: the small built-in run gives the figures stored in the program.\n"),
            Some(difference) => {
                let message = format!("FAILED: the small built-in run differs in {difference}");
                Err(Problem::error(Kind::Different, message)
                    .advise("this program or this machine computes other figures than the one it was made on")
                    .into())
            }
        },
        Command::Population { sample, seed, data } => {
            let scale = sample.map_or(Scale::Whole, Scale::Sample);
            print(&commands::population_report(data.as_deref(), seed, scale)?)
        }
    }
}

fn run(arguments: RunArguments) -> Result<(), Problems> {
    let threads = arguments.threads;
    let job = commands::prepare(request(arguments)?)?;
    let (warnings, notes): (Vec<Problem>, Vec<Problem>) =
        job.loaded.notes.iter().cloned().partition(|p| p.severity != Severity::Note);
    print(&text::plan(&job, &notes))?;
    complain(&warnings);
    let progress = Progress::new("simulating");
    let conduct = Conduct { threads, observe: &|p| progress.show(p), stop: &STOP };
    let replicates = job.loaded.scenario.run.replicates;
    let outcome = commands::execute(job, conduct);
    progress.clear();
    let outcome = outcome?;
    print(&text::kpi_table(&outcome.kpi, replicates, &outcome.caveat))?;
    print(&format!("\nRun folder: {}\n", outcome.folder.display()))
}

fn compare(arguments: CompareArguments) -> Result<(), Problems> {
    let CompareArguments { scenarios, draws, sample, seed, target, split, point, threads, .. } = arguments;
    let flag = |flag: &str, path: &str, value: Option<String>| value.map(|v| Override::flag(flag, path, &v));
    let own = [
        flag("--draws", "run.replicates", draws.map(|n| n.to_string())),
        flag("--sample", "run.sample", sample.map(|n| n.to_string())),
        flag("--seed", "run.seed", seed.map(|n| n.to_string())),
    ];
    let set = arguments.set.iter().map(|text| Override::set(text));
    let comparison = commands::prepare_comparison(CompareRequest {
        scenarios,
        overrides: own.into_iter().flatten().map(Ok).chain(set).collect::<Result<_, Problem>>()?,
        targets: target,
        out: arguments.out,
        home: None,
        store: arguments.store,
        parameters: if point { ParameterSource::Point } else { ParameterSource::Posterior },
        split,
        force: arguments.force,
        data: arguments.data,
    })?;
    print(&comparison_text::plan(&comparison))?;
    for one in &comparison.loaded {
        complain(&one.notes.iter().filter(|p| p.severity != Severity::Note).cloned().collect::<Vec<_>>());
    }
    let progress = Progress::new("simulating");
    let conduct = Conduct { threads, observe: &|p| progress.show(p), stop: &STOP };
    let outcome = commands::compare(&comparison, conduct);
    progress.clear();
    let outcome = outcome?;
    print(&comparison_text::findings(&outcome))?;
    print(&format!("\nComparison folder: {}\n", outcome.folder.display()))
}

fn calibrate(request: &CalibrateRequest, threads: usize) -> Result<(), Problems> {
    complain(&commands::survey_rows(request)?);
    let progress = Progress::new("calibrating");
    let conduct = Conduct { threads, observe: &|p| progress.show(p), stop: &STOP };
    let outcome = commands::calibrate(request, conduct);
    progress.clear();
    let outcome = outcome?;
    print(&text::gates(&outcome.gates))?;
    print(&format!("\nPosterior: {}\n", outcome.folder.display()))
}

fn validate(arguments: ValidateArguments) -> Result<(), Problems> {
    let ValidateArguments { posterior, out, forecast, scenario, force, threads, data } = arguments;
    let request = ValidationRequest { posterior, out, forecast, scenario, force, data };
    let validation = commands::validate(&request)?;
    print(&validation.text)?;
    let progress = Progress::new("forecasting");
    let conduct = Conduct { threads, observe: &|p| progress.show(p), stop: &STOP };
    let written = validation.write(&request, conduct);
    progress.clear();
    let folder = written?;
    if let Some(file) = &request.forecast {
        print(&format!("Forecast: {}\n", file.display()))?;
    }
    print(&format!("Certificate folder with its pictures: {}\n", folder.display()))
}

fn request(arguments: RunArguments) -> Result<RunRequest, Problem> {
    let flag = |flag: &str, path: &str, value: Option<String>| value.map(|v| Override::flag(flag, path, &v));
    let whole = Override { flag: "--whole".into(), path: "run.whole".into(), value: "true".into() };
    let own = [
        arguments.whole.then_some(whole),
        flag("--sample", "run.sample", arguments.sample.map(|n| n.to_string())),
        flag("--replicates", "run.replicates", arguments.replicates.map(|n| n.to_string())),
        flag("--seed", "run.seed", arguments.seed.map(|n| n.to_string())),
    ];
    let set = arguments.set.iter().map(|text| Override::set(text));
    Ok(RunRequest {
        scenario: arguments.scenario,
        overrides: own.into_iter().flatten().map(Ok).chain(set).collect::<Result<_, Problem>>()?,
        out: arguments.out,
        home: None,
        store: arguments.store,
        split: arguments.split,
        parameters: if arguments.point { ParameterSource::Point } else { ParameterSource::Posterior },
        force: arguments.force,
        panel: arguments.panel,
        data: arguments.data,
    })
}

fn check(scenarios: &[String], data: Option<&Path>) -> Result<(), Problems> {
    let mut errors = Problems::default();
    for name in scenarios {
        match commands::check(name, data) {
            Ok(loaded) => {
                complain(&loaded.notes);
                print(&format!("{name}: would run ({})\n", loaded.scenario.title))?;
            }
            Err(problems) => errors.0.extend(problems.0),
        }
    }
    if errors.0.is_empty() { Ok(()) } else { Err(errors) }
}

fn verify(folder: &Path, threads: usize, data: Option<&Path>) -> Result<(), Problems> {
    let progress = Progress::new("running again");
    let conduct = Conduct { threads, observe: &|p| progress.show(p), stop: &STOP };
    let found = commands::verify(folder, data, conduct);
    progress.clear();
    let found = found?;
    let uncovered = format!("Not covered: {}.\n", found.uncovered.join(", "));
    if found.differences.is_empty() && found.changes.is_empty() {
        let files = [found.tables, found.others].concat().join(", ");
        return print(&format!("SAME: {files} of {} are byte for byte as run again.\n{uncovered}", folder.display()));
    }
    print(&uncovered)?;
    let other = |change: String| {
        Problem::error(Kind::Different, format!("DIFFERENT: {change}"))
            .advise("verify with the program and with --data DIR as the folder was made")
    };
    let different = |d: String| Problem::error(Kind::Different, format!("DIFFERENT: {d} (in the folder, run again)"));
    let changes = found.changes.into_iter().map(other);
    Err(Problems(changes.chain(found.differences.into_iter().map(different)).collect()))
}

/// Writes to standard output. Who has closed the pipe does not want more, and that is fine.
fn print(text: &str) -> Result<(), Problems> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::error(Kind::Files, format!("cannot write to standard output: {e}")).into())
        }
        _ => Ok(()),
    }
}

/// Writes problems to standard error.
fn complain(problems: &[Problem]) {
    if problems.is_empty() {
        return;
    }
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let style = if colour { Style::Coloured } else { Style::Plain };
    // Nobody can be told that standard error is closed.
    let _ = io::stderr().lock().write_all(Problems(problems.to_vec()).render(style).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// Undocumented flags, clashing names and the like fail here.
    #[test]
    fn every_argument_is_documented() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_become_overrides_in_order() {
        let words = ["telework", "run", "x.toml", "--set", "run.end=2021-03-31", "--sample", "500", "--seed", "7"];
        let Command::Run(arguments) = Arguments::try_parse_from(words).unwrap().command else { unreachable!() };
        let flags: Vec<String> = request(arguments).unwrap().overrides.into_iter().map(|o| o.flag).collect();
        assert_eq!(flags, ["--sample 500", "--seed 7", "--set run.end=2021-03-31"]);
    }

    #[test]
    fn whole_and_sample_exclude_each_other() {
        assert!(Arguments::try_parse_from(["telework", "run", "x", "--whole", "--sample", "5"]).is_err());
    }
}
