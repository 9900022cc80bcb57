//! `telework calibrate`: published figures in, a posterior and its certificate out, as a folder like `data/posterior`.

mod certificate;
mod fits;
mod priors;
mod unfinished;

pub(super) use fits::{Calibration, interrupted};
pub(super) use unfinished::Unfinished;

use super::{Execution, RunContext, chunk::Chunk, read_data, request::place};
use crate::{
    calibration::{config::Config, history::History, rows, targets::targets},
    data::{Data, Gate, Observation, fitted_tables},
    engine::on_threads,
    error::{Problem, Problems},
    notation::days::last_day_argument,
    parameters::Parameters,
    population,
    results::{Draft, Form, Product},
    scenario::Scale,
};
use clap::Args;
use jiff::civil::Date;
use serde::Serialize;
use std::path::PathBuf;

/// What is fitted.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct CalibrateRequest {
    /// A configuration; without one, that of the shipped posterior
    pub config: Option<PathBuf>,
    /// Use only figures published by this day, in place of the configuration's
    #[arg(long, value_name = "DATE", value_parser = last_day_argument)]
    pub as_of: Option<Date>,
    /// Goes on with what an interrupted calibration left; without it, that is thrown away
    #[arg(long)]
    pub resume: bool,
    /// Where the folder goes, in place of results/calibration-HASH
    #[arg(long, value_name = "DIR", value_parser = place())]
    pub out: Option<PathBuf>,
    /// Threads and data tables.
    #[command(flatten)]
    #[serde(flatten)]
    pub execution: Execution,
}

impl CalibrateRequest {
    fn configuration(&self) -> Result<Config, Problems> {
        let config = Config::load(self.config.as_deref())?;
        Ok(Config { as_of: self.as_of.unwrap_or(config.as_of), ..config })
    }
}

/// What a calibration gave.
#[derive(Clone, Debug)]
pub struct CalibrateOutcome {
    /// The folder.
    pub folder: PathBuf,
    /// Gates of the certificate.
    pub gates: Vec<Gate>,
}

/// The folder of a posterior; never replaced.
static POSTERIOR: Product = Product {
    name: "posterior",
    mark: "about.csv",
    form: Form::Folder,
    flag: "--out DIR",
    holds_mark: |_| false,
    wrote: |_, _| false,
};

/// Makes chunks on other machines: chunks in, the bytes of each out, in order; `None` when stopped.
pub type RemoteExecutor<'a> = &'a (dyn Fn(Vec<Chunk>) -> Option<Vec<Vec<u8>>> + Sync);

/// What a calibration will make of the rows of the surveys: how many are fitted, and each row of one's own that is not used.
///
/// # Errors
/// A configuration or data that cannot be read.
pub fn survey_rows(request: &CalibrateRequest) -> Result<Vec<Problem>, Problems> {
    let config = request.configuration()?;
    let data = read_data(request.execution.data.as_deref())?;
    let scenario = config.fitted_scenario()?.scenario;
    // Which figures there are does not depend on how many firms give them.
    let population = population::synthesise(&data, scenario.run.population_seed, Scale::Sample(6_000))?;
    let history = History::new(scenario, &data, &population, config.as_of);
    let uses = used_rows(&history, &data, config.as_of)?;
    let mut said = vec![Problem::note(rows::summary(&uses))];
    said.extend(rows::unused_of_own(&data)?);
    Ok(said)
}

/// What is made of every row.
fn used_rows<'d>(
    history: &History,
    data: &'d Data,
    as_of: Date,
) -> Result<Vec<(&'d Observation, rows::Use)>, Problems> {
    let answers = history.answers(Parameters::default(), &|_| true).unwrap_or_default();
    let fitted = targets(data, as_of, &answers);
    Ok(rows::uses(data, &rows::questions(data)?, &answers, &fitted, as_of))
}

/// Fits, judges, writes.
///
/// # Errors
/// A configuration or data that cannot be read; a folder that is in the way; `Kind::Interrupted` when stopped, with
/// what was fitted kept for `--resume`.
pub fn calibrate(request: &CalibrateRequest, context: RunContext) -> Result<CalibrateOutcome, Problems> {
    calibrate_on(request, context, None)
}

/// [`calibrate`] with the runs of its fits made by other machines.
///
/// # Errors
/// As [`calibrate`].
pub fn calibrate_on(
    request: &CalibrateRequest,
    context: RunContext,
    remote: Option<RemoteExecutor>,
) -> Result<CalibrateOutcome, Problems> {
    let config = request.configuration()?;
    let data = read_data(request.execution.data.as_deref())?.known_on(config.as_of);
    let loaded = config.fitted_scenario()?;
    let key = key(&config, &loaded.resolved_toml, &data);
    let target = request.out.clone().unwrap_or_else(|| PathBuf::from(format!("results/calibration-{}", &key[..8])));
    POSTERIOR.check(&target, false)?;
    let work = Unfinished::beside(&target, request.resume)?;
    let world = Calibration::new(&config, &data, &loaded, work.folder.clone(), context, remote);
    let (all, gates) = on_threads(context.threads, || world.run()).map_err(|problems| work.told(problems))?;
    let draft = Draft::open_as(&POSTERIOR, &target, false)?;
    for table in &all {
        table.write(&draft)?;
    }
    draft.file("calibration.toml", |out| out.write_all(config.to_toml().as_bytes()))?;
    draft.publish()?;
    work.remove();
    Ok(CalibrateOutcome { folder: target, gates })
}

/// Names everything that the posterior depends on; the shipped posterior is not among it.
fn key(config: &Config, scenario_toml: &str, data: &Data) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in [env!("CARGO_PKG_VERSION"), &config.to_toml(), scenario_toml] {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    // Of these tables only what was known on the day counts.
    const CUT: [&str; 3] = ["observations/surveys.csv", "policy/declarations.csv", "policy/infections.csv"];
    for (file, hash) in fitted_tables(&data.files).filter(|(file, _)| !CUT.contains(&&**file)) {
        hasher.update(file.as_bytes()).update(b"\0").update(hash.as_bytes());
    }
    let known = format!("{:?}{:?}{:?}", data.observations, data.declarations, data.infections);
    hasher.update(known.as_bytes());
    hasher.finalize().to_hex().to_string()
}
