//! `telework calibrate`: published figures in, a posterior and its certificate out, as a folder like `data/posterior`.

use super::{
    Execution, RunContext,
    chunk::{Chunk, ChunkBase, ChunkOutput, ChunkPart, HistoryPlan, expected},
    read_data,
};
use crate::{
    calibration::{
        config::Config,
        fit::{Kept, fit},
        forecast::forecast,
        held_out::{self, Experiment},
        history::{History, REPLICATE},
        likelihood::Likelihood,
        recovery,
        sampler::{Problem as Sampling, Settings, Simulated, State},
        space::Space,
        tables::{self, Fitted, Table},
    },
    data::{Data, Draw, Gate},
    engine::Progress,
    error::{Kind, Problem, Problems},
    observation::SurveyAnswer,
    parameters::Parameters,
    population::{self, Population},
    random::Key,
    results::Draft,
    scenario::{self, Measure, Scale, Scenario},
};
use clap::Args;
use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError, atomic::Ordering},
};

/// What is fitted.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct CalibrateRequest {
    /// A configuration; without one, that of the shipped posterior
    pub config: Option<PathBuf>,
    /// Use only figures published by this day, in place of the configuration's
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Goes on with what an interrupted calibration left; without it, that is thrown away
    #[arg(long)]
    pub resume: bool,
    /// Where the folder goes, in place of results/calibration-<short hash>
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Threads and data tables.
    #[command(flatten)]
    #[serde(flatten)]
    pub execution: Execution,
}

/// What a calibration gave.
#[derive(Clone, Debug)]
pub struct CalibrateOutcome {
    /// The folder.
    pub folder: PathBuf,
    /// Gates of the certificate.
    pub gates: Vec<Gate>,
}

/// Points at which all published figures are predicted.
const PREDICTED_AT: usize = 400;

/// Everything that fits share.
struct Calibration<'a> {
    config: &'a Config,
    data: &'a Data,
    scenario: &'a Scenario,
    space: Space,
    /// The scenario as text.
    toml: &'a str,
    work: PathBuf,
    key: String,
    context: RunContext<'a>,
    elsewhere: Option<RemoteExecutor<'a>>,
}

/// Makes chunks on other machines: chunks in, the bytes of each out, in order; `None` when stopped.
pub type RemoteExecutor<'a> = &'a (dyn Fn(Vec<Chunk>) -> Option<Vec<Vec<u8>>> + Sync);

/// Parameters of many runs in, figures of each out.
type MakesFigures<'a> = dyn Fn(&[Parameters]) -> Option<Vec<Vec<f64>>> + Sync + 'a;

/// Fits, judges, writes.
///
/// # Errors
/// A configuration or data that cannot be read; a folder that is in the way; `Kind::Interrupted` when stopped, with
/// what was fitted kept for `--resume`.
pub fn calibrate(request: &CalibrateRequest, context: RunContext) -> Result<CalibrateOutcome, Problems> {
    calibrate_on(request, context, None)
}

/// [`calibrate`] with the runs of its fits made elsewhere.
///
/// # Errors
/// As [`calibrate`].
pub fn calibrate_on(
    request: &CalibrateRequest,
    context: RunContext,
    elsewhere: Option<RemoteExecutor>,
) -> Result<CalibrateOutcome, Problems> {
    let mut config = Config::load(request.config.as_deref())?;
    config.as_of = request.as_of.unwrap_or(config.as_of);
    let data = read_data(request.execution.data.as_deref())?;
    let loaded = scenario::load(&config.scenario, &[])?;
    let key = key(&config, &loaded.resolved_toml, &data);
    let target = request.out.clone().unwrap_or_else(|| PathBuf::from(format!("results/calibration-{}", &key[..8])));
    if target.exists() {
        return Err(Problem::error(Kind::Files, format!("{} is already there", target.display()))
            .advise("write elsewhere with --out DIR, or move that folder away")
            .into());
    }
    let mut work = target.clone().into_os_string();
    work.push(".partial");
    let work = PathBuf::from(work);
    if !request.resume {
        // What another try left would otherwise be taken up without being asked for.
        let _ = std::fs::remove_dir_all(&work);
    }
    let world = Calibration {
        config: &config,
        data: &data,
        scenario: &loaded.scenario,
        toml: &loaded.resolved_toml,
        space: Space::new(),
        work,
        key,
        context,
        elsewhere,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(context.threads)
        .build()
        .map_err(|e| Problem::error(Kind::Files, format!("cannot start threads: {e}")))?;
    let (all, gates) = pool.install(|| world.run())?;
    let draft = Draft::open(&target, false)?;
    for table in &all {
        table.write(&draft)?;
    }
    draft.file("calibration.toml", |out| out.write_all(config.to_toml().as_bytes()))?;
    draft.publish()?;
    let _ = std::fs::remove_dir_all(&world.work);
    Ok(CalibrateOutcome { folder: target, gates })
}

/// Names everything that the posterior depends on; the shipped posterior is not among it.
fn key(config: &Config, scenario_toml: &str, data: &Data) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in [env!("CARGO_PKG_VERSION"), &config.to_toml(), scenario_toml] {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    for (file, hash) in data.files.iter().filter(|(file, _)| !file.starts_with("posterior/")) {
        hasher.update(file.as_bytes()).update(b"\0").update(hash.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

fn interrupted() -> Problem {
    Problem::error(Kind::Interrupted, "interrupted: what was fitted is kept")
        .advise("the same command with --resume goes on from there")
}

impl Calibration<'_> {
    fn run(&self) -> Result<(Vec<Table>, Vec<Gate>), Problems> {
        let truths = self.config.certificate.truths;
        // Shares of the whole time, as measured for the shipped configuration.
        let held_out = if self.config.certificate.held_out { 0.5 } else { 0.0 };
        let whole = 1.0 + held_out + 0.06 * truths as f64;
        let part = |from: f64, length: f64| move |done: f64| (from + length * done) / whole;
        let population = self.population(self.config.sample)?;
        let made =
            self.made_elsewhere(HistoryPlan { end: self.config.as_of, sample: self.config.sample, measures: true })?;
        let history =
            History::new(self.scenario.clone(), self.data, &population, self.config.as_of).made(made.as_deref());
        let targets = history.targets(self.config.as_of);
        if targets.is_empty() {
            return Err(Problem::error(Kind::Data, format!("no figure was published by {}", self.config.as_of))
                .advise("choose a later day: the first figures are of March 2020")
                .into());
        }
        let likelihood = Likelihood::new(&self.space, targets);
        let state = self.fit("fit", &history, &likelihood, &self.config.sampler, &part(0.0, 0.95), None)?;
        let fitted =
            Fitted { space: &self.space, likelihood: &likelihood, state: &state, islands: self.config.sampler.islands };
        let (convergence, mut gates) = fitted.convergence();
        let (draws, chosen) = fitted.draws(self.config.draws, self.config.sampler.seed);
        let (predictive, more) = self.predictive(&history, &likelihood, &chosen)?;
        gates.extend(more);
        let simulate = |z: &[f64]| history.figures(&self.space, z, &likelihood.targets, &|_| self.goes_on());
        let (agreement, gate) = self.agreement(&history, &fitted.mean())?;
        gates.push(gate);
        let (identifiability, gate) = fitted.identifiability();
        gates.push(gate);
        gates.extend(self.forecast(&population, &chosen)?);
        let mut all = vec![
            draws,
            fitted.trace(),
            convergence,
            predictive,
            identifiability,
            fitted.correlations(),
            fitted.profiles(&simulate),
            agreement,
        ];
        if !self.goes_on() {
            return Err(interrupted().into());
        }
        all.push(self.point(&fitted));
        if self.config.certificate.held_out {
            let (tables, more) = self.held_out(&history, &likelihood, &state, &part(1.0, held_out))?;
            all.extend(tables);
            gates.extend(more);
        } else {
            all.extend([held_out::table(), held_out_tests()]);
        }
        let recovered = self.recovery(truths, &part(1.0 + held_out, 0.06 * truths as f64))?;
        if truths > 0 {
            gates.extend(recovery::gates(&recovered));
        }
        all.push(recovered);
        all.push(tables::gates(&gates));
        all.push(self.about(&state, &likelihood));
        Ok((all, gates))
    }

    fn goes_on(&self) -> bool {
        !self.context.stop.load(Ordering::Relaxed)
    }

    /// Makes figures of a history elsewhere, when there is such a place.
    fn made_elsewhere(&self, past: HistoryPlan) -> Result<Option<Box<MakesFigures<'_>>>, Problem> {
        let Some(elsewhere) = self.elsewhere else { return Ok(None) };
        let runs = past.usual_runs(self.scenario);
        let base = ChunkBase::of_history(self.toml, past)?;
        Ok(Some(Box::new(move |points: &[Parameters]| {
            let chunk = |points: &[Parameters]| {
                let parts = points.iter().map(|parameters| ChunkPart::at(parameters, REPLICATE)).collect();
                Chunk::new(ChunkOutput::Expected, &base, parts, self.data)
            };
            let bytes = elsewhere(points.chunks(runs).map(chunk).collect())?;
            let each = |(bytes, points): (&Vec<u8>, &[Parameters])| expected(bytes, points.len());
            Some(bytes.iter().zip(points.chunks(runs)).map(each).collect::<Option<Vec<_>>>()?.concat())
        })))
    }

    fn population(&self, firms: u32) -> Result<Population, Problem> {
        population::synthesise(self.data, self.scenario.run.population_seed, Scale::Sample(firms))
    }

    fn fit(
        &self,
        name: &str,
        history: &History,
        likelihood: &Likelihood,
        settings: &Settings,
        place: &(dyn Fn(f64) -> f64 + Sync),
        archive: Option<Vec<Simulated>>,
    ) -> Result<State, Problem> {
        let simulate = |z: &[Vec<f64>]| history.figures_at(&self.space, z, &likelihood.targets, &|_| self.goes_on());
        let sampling = Sampling { space: &self.space, likelihood, simulate: &simulate, settings };
        let kept = Kept::new(&self.work, name, &self.key);
        let observe = |done: f64| {
            (self.context.observe)(Progress { done: (1e4 * place(done)) as u64, total: 10_000 });
        };
        if let (Some(archive), None) = (archive, kept.load()) {
            kept.save(&sampling.begin_with(archive))?;
        }
        fit(&sampling, &kept, &observe, self.context.stop)
    }

    /// All answers of the history at some points.
    fn answers(&self, history: &History, points: &[Vec<f64>]) -> Result<Vec<Vec<SurveyAnswer>>, Problem> {
        let at = |z: &Vec<f64>| history.answers(self.space.of_run(z, &Parameters::default()), &|_| self.goes_on());
        points.par_iter().map(at).collect::<Option<Vec<_>>>().ok_or_else(interrupted)
    }

    fn predictive(
        &self,
        history: &History,
        likelihood: &Likelihood,
        chosen: &[Vec<f64>],
    ) -> Result<(Table, Vec<Gate>), Problem> {
        let points = &chosen[..chosen.len().min(PREDICTED_AT)];
        let answers = self.answers(history, points)?;
        let everything = tables::everything(self.data, &self.space, history);
        let key = Key::new(self.config.sampler.seed, 1);
        let predicted = tables::predict(&self.space, &everything, &likelihood.targets, points, &answers, key);
        Ok((tables::predictive(&predicted), tables::predictive_gates(&predicted)))
    }

    fn agreement(&self, history: &History, centre: &[f64]) -> Result<(Table, Gate), Problem> {
        let whole = population::synthesise(self.data, self.scenario.run.population_seed, Scale::Whole)?;
        let reference = History::new(self.scenario.clone(), self.data, &whole, self.config.as_of);
        let point = vec![centre.to_vec()];
        let (sample, whole) = (self.answers(history, &point)?, self.answers(&reference, &point)?);
        Ok(tables::agreement(&sample[0], &whole[0]))
    }

    /// A forecast from a few draws, to see that one can be made.
    fn forecast(&self, population: &Population, chosen: &[Vec<f64>]) -> Result<Vec<Gate>, Problem> {
        const DRAWS: usize = 8;
        let draws: Vec<Draw> = chosen.iter().take(DRAWS).map(|z| self.space.draw(z, &Parameters::default())).collect();
        let (as_of, RunContext { threads, stop, .. }) = (self.config.as_of, self.context);
        let rows = forecast(self.scenario, self.data, population, as_of, &draws, threads, &|_| {}, stop)
            .map_err(|_| interrupted())?;
        Ok(tables::forecast_gates(&rows, as_of, self.scenario.run.end))
    }

    /// The point that runs with `--point` use: the posterior mean on the prior's scale.
    fn point(&self, fitted: &Fitted) -> Table {
        let draw = self.space.draw(&fitted.mean(), &Parameters::default());
        let mut table = Table::new("point.csv", "parameter,value");
        for p in crate::parameters::TABLE {
            let value = draw.parameters.get(p.name).unwrap_or(p.default);
            table.rows.push(vec![p.name.to_string(), format!("{value:.4}")]);
        }
        table
    }

    fn held_out(
        &self,
        history: &History,
        likelihood: &Likelihood,
        full: &State,
        place: &dyn Fn(f64) -> f64,
    ) -> Result<(Vec<Table>, Vec<Gate>), Problem> {
        let (mut table, mut tests, mut gates) = (held_out::table(), held_out_tests(), Vec::new());
        let everything = tables::everything(self.data, &self.space, history);
        let settings = &self.config.certificate.held_out_sampler;
        let key = Key::new(settings.seed, 2);
        for (i, experiment) in Experiment::ALL.into_iter().enumerate() {
            let (seen, hidden) = held_out::divide(experiment, likelihood, &self.space);
            let from = i as f64 / Experiment::ALL.len() as f64;
            let (from, to) = (place(from), place(from + 1.0 / Experiment::ALL.len() as f64));
            // Simulated points know no published figure: the surrogate may learn from those of the full fit.
            let columns: Vec<usize> =
                (0..likelihood.targets.len()).filter(|k| !experiment.leaves_out(&likelihood.targets[*k])).collect();
            let pick = |(z, f): &Simulated| (z.clone(), columns.iter().map(|k| f[*k]).collect());
            let archive = Some(full.archive.iter().map(pick).collect());
            let place = move |done| from + done * (to - from);
            let state = self.fit(experiment.key(), history, &seen, settings, &place, archive)?;
            let points = &state.z[..state.z.len().min(PREDICTED_AT)];
            let answers = self.answers(history, points)?;
            let predicted = tables::predict(&self.space, &everything, &seen.targets, points, &answers, key);
            let mut forecasts = held_out::of_model(&predicted, &hidden);
            forecasts.extend(held_out::of_naive(experiment, &hidden, &everything.targets, self.data));
            table.rows.extend(held_out::rows(experiment, &forecasts));
            let (rows, more) = held_out::tests(experiment, &forecasts, key);
            tests.rows.extend(rows);
            gates.extend(more);
        }
        Ok((vec![table, tests], gates))
    }

    /// Truths are fitted on a small sample and without the programmes of fiscal 2020, whose part in the history is too small to
    /// matter for what is tested here: the sampler and the likelihood.
    fn recovery(&self, truths: usize, place: &(dyn Fn(f64) -> f64 + Sync)) -> Result<Table, Problem> {
        let mut table = recovery::table();
        if truths == 0 {
            return Ok(table);
        }
        let settings = &self.config.certificate.truth_sampler;
        let population = self.population(self.config.certificate.truth_sample)?;
        let mut scenario = self.scenario.clone();
        scenario.interventions.retain(|i| matches!(i.measure, Measure::EmergencyDeclaration(_)));
        let as_of = self.config.certificate.truth_as_of.min(self.config.as_of);
        let past = HistoryPlan { end: as_of, sample: self.config.certificate.truth_sample, measures: false };
        let made = self.made_elsewhere(past)?;
        let history = History::new(scenario, self.data, &population, as_of).made(made.as_deref());
        let likelihood = Likelihood::new(&self.space, history.targets(as_of));
        let simulate = |z: &[Vec<f64>]| history.figures_at(&self.space, z, &likelihood.targets, &|_| self.goes_on());
        // The design does not depend on the figures, so that all truths share its runs.
        let sampling = Sampling { space: &self.space, likelihood: &likelihood, simulate: &simulate, settings };
        let kept = Kept::new(&self.work, "truths-design", &self.key);
        let design = match kept.load() {
            Some(design) => design,
            None => {
                let design = sampling.begin().map_err(|_| interrupted())?;
                kept.save(&design)?;
                design
            }
        };
        let finished = Mutex::new(0);
        let one = |number: usize| -> Result<Vec<Vec<String>>, Problem> {
            let truth = recovery::truth(&self.space, number, settings.seed);
            let simulated = history.figures(&self.space, &truth, &likelihood.targets, &|_| self.goes_on());
            let simulated = simulated.ok_or_else(interrupted)?;
            let drawn = recovery::published(&self.space, &likelihood, &truth, &simulated, number, settings.seed);
            let kept = Kept::new(&self.work, &format!("truth-{number}"), &self.key);
            if kept.load().is_none() {
                kept.save(&design)?;
            }
            let simulate = |z: &[Vec<f64>]| history.figures_at(&self.space, z, &drawn.targets, &|_| self.goes_on());
            let settings = Settings { seed: settings.seed + 1 + number as u64, ..settings.clone() };
            let sampling =
                Sampling { space: &self.space, likelihood: &drawn, simulate: &simulate, settings: &settings };
            let state = fit(&sampling, &kept, &|_| {}, self.context.stop)?;
            let mut finished = finished.lock().unwrap_or_else(PoisonError::into_inner);
            *finished += 1;
            (self.context.observe)(Progress {
                done: (1e4 * place(f64::from(*finished) / truths as f64)) as u64,
                total: 10_000,
            });
            Ok(recovery::rows(&self.space, &state, &truth, number))
        };
        // Side by side: a fit's own threads would wait for its last run in every sweep.
        let rows: Vec<Result<Vec<Vec<String>>, Problem>> = (0..truths).into_par_iter().map(one).collect();
        for rows in rows {
            table.rows.extend(rows?);
        }
        Ok(table)
    }

    fn about(&self, state: &State, likelihood: &Likelihood) -> Table {
        let mut table = Table::new("about.csv", "name,value");
        let config = self.config;
        let rows = [
            ("as_of", config.as_of.to_string()),
            ("draws", config.draws.to_string()),
            ("version", env!("CARGO_PKG_VERSION").to_string()),
            ("key", self.key.clone()),
            ("scenario", config.scenario.clone()),
            ("sample", config.sample.to_string()),
            ("figures", likelihood.targets.len().to_string()),
            ("dimensions", self.space.len().to_string()),
            ("particles", config.sampler.particles.to_string()),
            ("islands", config.sampler.islands.to_string()),
            ("seed", config.sampler.seed.to_string()),
            ("sweeps", state.sweeps.to_string()),
            ("evaluations", state.evaluations.to_string()),
        ];
        table.rows = rows.into_iter().map(|(name, value)| vec![name.to_string(), value]).collect();
        table
    }
}

fn held_out_tests() -> Table {
    Table::new("held_out_tests.csv", "experiment,against,figures,mean_difference_crps,p_value")
}
