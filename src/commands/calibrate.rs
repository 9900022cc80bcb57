//! `telework calibrate`: published figures in, a posterior and its certificate out, as a folder like `data/posterior`.

use super::{
    Execution, RunContext,
    chunk::{Chunk, ChunkBase, ChunkOutput, ChunkPart, HistoryPlan, expected},
    read_data,
};
use crate::{
    calibration::{
        config::Config,
        fit::{Chains, Kept, fit},
        forecast::forecast,
        held_out::{self, Experiment},
        history::{History, REPLICATE},
        likelihood::Likelihood,
        predicted::predict,
        recovery, rows,
        sampler::{Problem as Sampling, Settings, State},
        scores,
        space::Space,
        tables::{self, Fitted, Table},
        targets::targets,
    },
    data::{Data, Draw, FITTED_TO, Gate, Observation, POSTERIOR_FORMAT, Posterior},
    engine::{self, Progress},
    error::{Kind, Problem, Problems},
    observation::SurveyAnswer,
    parameters::Parameters,
    population::{self, Population},
    random::Key,
    results::{Draft, Form, KEPT_FIT, Product, cannot, tidy},
    scenario::{self, Loaded, Measure, Scale, Scenario},
};
use clap::Args;
use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;
use std::{
    fs,
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
    /// Where the folder goes, in place of results/calibration-HASH
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

/// The folder of a posterior; never replaced.
static POSTERIOR: Product = Product {
    name: "posterior",
    mark: "about.csv",
    form: Form::Folder,
    flag: "--out DIR",
    holds_mark: |_| false,
    wrote: |_, _| false,
};

/// First replicate of the process noise of synthetic truths.
const TRUTH_REPLICATES: u32 = 1000;
/// Points at which all published figures are predicted.
const PREDICTED_AT: usize = 400;

/// The history on the sample of most rounds, and on the larger one.
#[derive(Clone, Copy)]
struct Histories<'a> {
    history: &'a History<'a>,
    refined: &'a History<'a>,
}

/// Everything that fits share.
pub(super) struct Calibration<'a> {
    config: &'a Config,
    data: &'a Data,
    scenario: &'a Scenario,
    space: Space,
    /// The scenario as text.
    toml: &'a str,
    work: PathBuf,
    key: String,
    context: RunContext<'a>,
    remote: Option<RemoteExecutor<'a>>,
}

/// Makes chunks on other machines: chunks in, the bytes of each out, in order; `None` when stopped.
pub type RemoteExecutor<'a> = &'a (dyn Fn(Vec<Chunk>) -> Option<Vec<Vec<u8>>> + Sync);

/// Parameters and replicates of many runs in, figures of each out.
type MakesFigures<'a> = dyn Fn(&[(Parameters, u32)]) -> Option<Vec<Vec<f64>>> + Sync + 'a;

/// What a calibration will make of the rows of the surveys: how many are fitted, and each row of one's own that is not used.
///
/// # Errors
/// A configuration or data that cannot be read.
pub fn survey_rows(request: &CalibrateRequest) -> Result<Vec<Problem>, Problems> {
    let mut config = Config::load(request.config.as_deref())?;
    config.as_of = request.as_of.unwrap_or(config.as_of);
    let data = read_data(request.execution.data.as_deref())?;
    let scenario = scenario::load(&config.scenario, &[])?.scenario;
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
    let mut config = Config::load(request.config.as_deref())?;
    config.as_of = request.as_of.unwrap_or(config.as_of);
    let data = read_data(request.execution.data.as_deref())?.known_on(config.as_of);
    let loaded = scenario::load(&config.scenario, &[])?;
    let key = key(&config, &loaded.resolved_toml, &data);
    let target = request.out.clone().unwrap_or_else(|| PathBuf::from(format!("results/calibration-{}", &key[..8])));
    POSTERIOR.check(&target, false)?;
    let mut work = target.clone().into_os_string();
    work.push(".partial");
    let work = Unfinished::open(PathBuf::from(work), request.resume)?;
    let world = Calibration::new(&config, &data, &loaded, work.folder.clone(), context, remote);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(context.threads.min(engine::MOST_THREADS))
        .build()
        .map_err(|e| Problem::error(Kind::Files, format!("cannot start threads: {e}")))?;
    let (all, gates) = pool.install(|| world.run())?;
    let draft = Draft::open_as(&POSTERIOR, &target, false)?;
    for table in &all {
        table.write(&draft)?;
    }
    draft.file("calibration.toml", |out| out.write_all(config.to_toml().as_bytes()))?;
    draft.publish()?;
    work.remove();
    Ok(CalibrateOutcome { folder: target, gates })
}

/// The folder in which the fits of a calibration are kept until it is finished.
pub(super) struct Unfinished {
    pub(super) folder: PathBuf,
}

impl Unfinished {
    /// The mark of such a folder, and what it says.
    const MARK: &str = "unfinished.txt";
    const SAYS: &str = "telework-sim keeps the fits of an unfinished calibration here: telework calibrate --resume\n";

    /// With what another try left there, or empty.
    ///
    /// # Errors
    /// `Kind::Files` when the place is somebody else's, or cannot be written.
    pub(super) fn open(folder: PathBuf, resume: bool) -> Result<Unfinished, Problem> {
        let failed = |error: &std::io::Error| cannot("keep the fits in", &folder, error, "--out DIR");
        let mark = folder.join(Unfinished::MARK);
        let says = || fs::read_to_string(&mark).unwrap_or_default();
        let (there, its_own) = match fs::symlink_metadata(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (false, true),
            Err(error) => return Err(failed(&error)),
            Ok(meta) => {
                let empty = || fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_none());
                let marked =
                    || fs::symlink_metadata(&mark).is_ok_and(|mark| mark.is_file()) && says() == Unfinished::SAYS;
                (true, meta.is_dir() && (marked() || empty()))
            }
        };
        if !its_own {
            let message =
                format!("{} is needed for the fits, but is not of an unfinished calibration", folder.display());
            return Err(
                Problem::error(Kind::Files, message).advise("write elsewhere with --out DIR, or move it away yourself")
            );
        }
        let unfinished = Unfinished { folder: folder.clone() };
        if there && !resume {
            // What another try left would otherwise be taken up without being asked for.
            unfinished.remove();
        }
        tidy(&folder);
        fs::create_dir_all(&folder).and_then(|()| fs::write(&mark, Unfinished::SAYS)).map_err(|e| failed(&e))?;
        Ok(unfinished)
    }

    /// Removes what calibrations have written there, and the folder when nothing else is in it.
    pub(super) fn remove(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == Unfinished::MARK || name.ends_with(KEPT_FIT) {
                let _ = fs::remove_file(entry.path());
            }
        }
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Tables that a fit depends on, with their hashes.
fn fitted_tables(data: &Data) -> impl Iterator<Item = &(String, String)> {
    data.files.iter().filter(|(file, _)| !file.starts_with("posterior/"))
}

/// Names everything that the posterior depends on; the shipped posterior is not among it.
fn key(config: &Config, scenario_toml: &str, data: &Data) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in [env!("CARGO_PKG_VERSION"), &config.to_toml(), scenario_toml] {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    // Of these tables only what was known on the day counts.
    const CUT: [&str; 3] = ["observations/surveys.csv", "policy/declarations.csv", "policy/infections.csv"];
    let whole = |file: &str| !file.starts_with("posterior/") && !CUT.contains(&file) && file != "tables.csv";
    for (file, hash) in data.files.iter().filter(|(file, _)| whole(file)) {
        hasher.update(file.as_bytes()).update(b"\0").update(hash.as_bytes());
    }
    let known = format!("{:?}{:?}{:?}", data.observations, data.declarations, data.infections);
    hasher.update(known.as_bytes());
    hasher.finalize().to_hex().to_string()
}

pub(super) fn interrupted() -> Problem {
    Problem::error(Kind::Interrupted, "interrupted: what was fitted is kept")
        .advise("the same command with --resume goes on from there")
}

impl<'a> Calibration<'a> {
    /// Of a configuration and what was known on its day.
    pub(super) fn new(
        config: &'a Config,
        data: &'a Data,
        loaded: &'a Loaded,
        work: PathBuf,
        context: RunContext<'a>,
        remote: Option<RemoteExecutor<'a>>,
    ) -> Calibration<'a> {
        Calibration {
            key: key(config, &loaded.resolved_toml, data),
            config,
            data,
            scenario: &loaded.scenario,
            toml: &loaded.resolved_toml,
            space: Space::new(),
            work,
            context,
            remote,
        }
    }

    /// A fit alone, and what was fitted.
    pub(super) fn fitted(
        &self,
        settings: &Settings,
        place: &(dyn Fn(f64) -> f64 + Sync),
    ) -> Result<(Chains, Likelihood), Problem> {
        self.with_histories(|histories| {
            let likelihood = self.likelihood(histories.history)?;
            Ok((self.fit("fit", histories, &likelihood, settings, place)?, likelihood))
        })
    }

    fn likelihood(&self, history: &History) -> Result<Likelihood, Problem> {
        let targets = history.targets(self.config.as_of);
        if targets.is_empty() {
            return Err(Problem::error(Kind::Data, format!("no figure was published by {}", self.config.as_of))
                .advise("choose a later day: the first figures are of March 2020"));
        }
        Ok(Likelihood::new(&self.space, targets))
    }

    /// Does something with the history on both samples.
    fn with_histories<T, E: From<Problem>>(&self, work: impl FnOnce(Histories) -> Result<T, E>) -> Result<T, E> {
        let populations = [self.population(self.config.sample)?, self.population(self.config.refined_sample)?];
        let plan = |sample: u32| HistoryPlan { end: self.config.as_of, sample, measures: true };
        let made = self.made_remotely(plan(self.config.sample))?;
        let made_refined = self.made_remotely(plan(self.config.refined_sample))?;
        let of = |population| History::new(self.scenario.clone(), self.data, population, self.config.as_of);
        let history = &of(&populations[0]).made(made.as_deref());
        let refined = &of(&populations[1]).made(made_refined.as_deref());
        work(Histories { history, refined })
    }
}

impl Calibration<'_> {
    fn run(&self) -> Result<(Vec<Table>, Vec<Gate>), Problems> {
        let truths = self.config.certificate.truths;
        // Shares of the whole time, as measured for the shipped configuration.
        let held_out = if self.config.certificate.held_out { 0.5 } else { 0.0 };
        let whole = 1.0 + held_out + 0.06 * truths as f64;
        let part = |from: f64, length: f64| move |done: f64| (from + length * done) / whole;
        self.with_histories(|histories| self.run_with(histories, truths, held_out, &part))
    }

    fn run_with<P: Fn(f64) -> f64 + Sync>(
        &self,
        histories: Histories,
        truths: usize,
        held_out: f64,
        part: &dyn Fn(f64, f64) -> P,
    ) -> Result<(Vec<Table>, Vec<Gate>), Problems> {
        let refined = histories.refined;
        let likelihood = self.likelihood(histories.history)?;
        let chains = self.fit("fit", histories, &likelihood, &self.config.sampler, &part(0.0, 0.95))?;
        let fitted = Fitted { space: &self.space, likelihood: &likelihood, chains: &chains };
        let (convergence, mut gates) = fitted.convergence();
        let (draws, chosen) = fitted.draws(self.config.draws, self.config.sampler.seed);
        let (predictive, more) = self.predictive(refined, &likelihood, &chosen)?;
        gates.extend(more);
        let simulate = |z: &[Vec<f64>]| {
            let pairs = refined.refined_at(&self.space, z, &likelihood.targets, &|_| self.goes_on())?;
            Some(pairs.iter().map(|[a, b]| a.iter().zip(b).map(|(a, b)| 0.5 * (a + b)).collect()).collect())
        };
        let (agreement, gate) = self.agreement(refined, &fitted.mean())?;
        gates.push(gate);
        let (identifiability, gate) = fitted.identifiability();
        gates.push(gate);
        gates.extend(self.forecast(&chosen)?);
        let mut all = vec![
            draws,
            fitted.figures(),
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
        all.push(rows::table(&used_rows(histories.history, self.data, self.config.as_of)?));
        if self.config.certificate.held_out {
            let (tables, more) = self.held_out(histories, &likelihood, &part(1.0, held_out))?;
            all.extend(tables);
            gates.extend(more);
        } else {
            all.extend([scores::rows_table(), scores::tests_table(), scores::scores_table(), scores::pools_table()]);
        }
        let recovered = self.recovery(truths, &part(1.0 + held_out, 0.06 * truths as f64))?;
        gates.extend(recovery::gates(&recovered));
        all.push(recovered);
        all.push(tables::gates(&gates));
        all.push(self.about(&chains, &likelihood));
        Ok((all, gates))
    }

    pub(super) fn goes_on(&self) -> bool {
        !self.context.stop.load(Ordering::Relaxed)
    }

    /// Makes figures of a history on other machines, when there are some.
    fn made_remotely(&self, plan: HistoryPlan) -> Result<Option<Box<MakesFigures<'_>>>, Problem> {
        let Some(remote) = self.remote else { return Ok(None) };
        let runs = plan.usual_runs();
        let base = ChunkBase::of_history(self.toml, plan)?;
        Ok(Some(Box::new(move |points: &[(Parameters, u32)]| {
            let chunk = |points: &[(Parameters, u32)]| {
                let parts =
                    points.iter().map(|(parameters, replicate)| ChunkPart::at(parameters, *replicate)).collect();
                Chunk::new(ChunkOutput::Expected, &base, parts, self.data)
            };
            let bytes = remote(points.chunks(runs).map(chunk).collect())?;
            let each = |(bytes, points): (&Vec<u8>, &[(Parameters, u32)])| expected(bytes, points.len());
            Some(bytes.iter().zip(points.chunks(runs)).map(each).collect::<Option<Vec<_>>>()?.concat())
        })))
    }

    pub(super) fn population(&self, firms: u32) -> Result<Population, Problem> {
        population::synthesise(self.data, self.scenario.run.population_seed, Scale::Sample(firms))
    }

    /// Runs every chain of a fit.
    fn fit(
        &self,
        name: &str,
        histories: Histories,
        likelihood: &Likelihood,
        settings: &Settings,
        place: &(dyn Fn(f64) -> f64 + Sync),
    ) -> Result<Chains, Problem> {
        let far = Mutex::new(vec![0.0; settings.chains]);
        let one = |chain: usize| {
            let observe = |done: f64| {
                let mut far = far.lock().unwrap_or_else(PoisonError::into_inner);
                far[chain] = done;
                let done = far.iter().sum::<f64>() / settings.chains as f64;
                (self.context.observe)(Progress { done: (1e4 * place(done)) as u64, total: 10_000 });
            };
            let kept = Kept::new(&self.work, &format!("{name}-{chain}"), &self.key);
            self.chain(&kept, histories, likelihood, &settings.of_chain(chain), &observe)
        };
        let chains = (0..settings.chains).into_par_iter().map(one).collect::<Result<Vec<State>, Problem>>()?;
        Ok(Chains::new(&self.space, likelihood, chains))
    }

    fn chain(
        &self,
        kept: &Kept,
        histories: Histories,
        likelihood: &Likelihood,
        settings: &Settings,
        observe: &(dyn Fn(f64) + Sync),
    ) -> Result<State, Problem> {
        let goes_on = |_| self.goes_on();
        let Histories { history, refined } = histories;
        let targets = &likelihood.targets;
        let simulate = |z: &[Vec<f64>]| history.figures_at(&self.space, z, REPLICATE, targets, &goes_on);
        let refine = |z: &[Vec<f64>]| refined.refined_at(&self.space, z, targets, &goes_on);
        let sampling = Sampling { space: &self.space, likelihood, simulate: &simulate, refine: &refine, settings };
        fit(&sampling, kept, observe, self.context.stop)
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
        let predicted = predict(&self.space, &everything, likelihood, points, &answers, key);
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
    fn forecast(&self, chosen: &[Vec<f64>]) -> Result<Vec<Gate>, Problem> {
        const DRAWS: usize = 8;
        let draws: Vec<Draw> = chosen.iter().take(DRAWS).map(|z| self.space.draw(z, &Parameters::default())).collect();
        let (as_of, RunContext { threads, stop, .. }) = (self.config.as_of, self.context);
        let posterior = Posterior { as_of, draws, gates: Vec::new(), figures: Vec::new(), tables: Vec::new() };
        let rows = forecast(
            self.scenario,
            self.data,
            &self.population(self.config.sample)?,
            &posterior,
            threads,
            &|_| {},
            stop,
        )
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
        histories: Histories,
        likelihood: &Likelihood,
        place: &(dyn Fn(f64) -> f64 + Sync),
    ) -> Result<(Vec<Table>, Vec<Gate>), Problem> {
        let (mut table, mut tests, mut gates) = (scores::rows_table(), scores::tests_table(), Vec::new());
        let (mut scored, mut pools) = (scores::scores_table(), scores::pools_table());
        let everything = tables::everything(self.data, &self.space, histories.history);
        let settings = &self.config.certificate.held_out_sampler;
        let key = Key::new(settings.seed, 2);
        for (i, experiment) in Experiment::ALL.into_iter().enumerate() {
            let (seen, hidden) = held_out::divide(experiment, likelihood, &self.space);
            let from = i as f64 / Experiment::ALL.len() as f64;
            let (from, to) = (place(from), place(from + 1.0 / Experiment::ALL.len() as f64));
            let place = move |done| from + done * (to - from);
            let chains = self.fit(experiment.key(), histories, &seen, settings, &place)?;
            let fitted = Fitted { space: &self.space, likelihood: &seen, chains: &chains };
            // The same gates as the full fit's.
            gates.extend(fitted.convergence().1.into_iter().map(|gate| Gate {
                part: "held_out".to_string(),
                check: format!("{}: {}", experiment.key(), gate.check),
                ..gate
            }));
            let points: Vec<Vec<f64>> = chains
                .places(chains.state.z.len().min(PREDICTED_AT), settings.seed)
                .into_iter()
                .map(|place| chains.state.z[place].clone())
                .collect();
            let points = &points;
            let answers = self.answers(histories.refined, points)?;
            let predicted = predict(&self.space, &everything, &seen, points, &answers, key);
            let mut forecasts = held_out::of_model(&predicted, &hidden);
            forecasts.extend(held_out::of_opponents(experiment, &hidden, &everything.targets, self.data));
            table.rows.extend(scores::rows(experiment.key(), &forecasts));
            scored.rows.extend(scores::scores(experiment.key(), held_out::ORIGIN, &forecasts));
            let contests = scores::contests(&forecasts, key);
            let (rows, more) = scores::contest_rows(experiment.key(), &contests);
            tests.rows.extend(rows);
            pools.rows.extend(more);
            gates.extend(held_out::gates(experiment, &forecasts, &contests));
        }
        Ok((vec![table, tests, scored, pools], gates))
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
        let known = self.data.known_on(as_of);
        let plan = HistoryPlan { end: as_of, sample: self.config.certificate.truth_sample, measures: false };
        let made = self.made_remotely(plan)?;
        let history = History::new(scenario, &known, &population, as_of).made(made.as_deref());
        let likelihood = Likelihood::new(&self.space, history.targets(as_of));
        let histories = Histories { history: &history, refined: &history };
        // The design does not depend on the figures, so that all truths share its runs.
        let design = Kept::new(&self.work, "truths-design", &self.key);
        let simulate =
            |z: &[Vec<f64>]| history.figures_at(&self.space, z, REPLICATE, &likelihood.targets, &|_| self.goes_on());
        let refine = |_: &[Vec<f64>]| None;
        let sampling =
            Sampling { space: &self.space, likelihood: &likelihood, simulate: &simulate, refine: &refine, settings };
        let design = match design.load() {
            Some(design) => design,
            None => {
                let state = sampling.begin().map_err(|_| interrupted())?;
                design.save(&state)?;
                state
            }
        };
        let finished = Mutex::new(0);
        let one = |number: usize| -> Result<Vec<Vec<String>>, Problem> {
            let truth = recovery::truth(&self.space, number, settings.seed);
            // The truth's process noise is none that the fit meets.
            let point = [truth.clone()];
            let replicate = TRUTH_REPLICATES + number as u32;
            let simulated =
                history.figures_at(&self.space, &point, replicate, &likelihood.targets, &|_| self.goes_on());
            let simulated = simulated.ok_or_else(interrupted)?.remove(0);
            let drawn = recovery::published(&self.space, &likelihood, &truth, &simulated, number, settings.seed);
            let kept = Kept::new(&self.work, &format!("truth-{number}"), &self.key);
            if kept.load().is_none() {
                kept.save(&design)?;
            }
            let settings = Settings { seed: settings.seed + 1 + number as u64, ..settings.clone() };
            let state = self.chain(&kept, histories, &drawn, &settings, &|_| {})?;
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

    fn about(&self, chains: &Chains, likelihood: &Likelihood) -> Table {
        let mut table = Table::new("about.csv", "name,value");
        let config = self.config;
        let rows = [
            ("as_of", config.as_of.to_string()),
            ("draws", config.draws.to_string()),
            ("format", POSTERIOR_FORMAT.to_string()),
            ("version", env!("CARGO_PKG_VERSION").to_string()),
            ("key", self.key.clone()),
            ("scenario", config.scenario.clone()),
            ("sample", config.sample.to_string()),
            ("refined_sample", config.refined_sample.to_string()),
            ("figures", likelihood.targets.len().to_string()),
            ("dimensions", self.space.len().to_string()),
            ("particles", config.sampler.particles.to_string()),
            ("chains", config.sampler.chains.to_string()),
            ("seed", config.sampler.seed.to_string()),
            ("sweeps", chains.state.sweeps.to_string()),
            ("evaluations", chains.state.evaluations.to_string()),
            ("reweighted", chains.reweighted().to_string()),
            ("log_ratio_sd", tables::number(chains.log_ratio_sd)),
        ];
        table.rows = rows.into_iter().map(|(name, value)| vec![name.to_string(), value]).collect();
        let fitted_to = |(file, hash): &(String, String)| vec![format!("{FITTED_TO}{file}"), hash.clone()];
        // The list of tables says nothing that they do not say themselves.
        table.rows.extend(fitted_tables(self.data).filter(|(file, _)| file != "tables.csv").map(fitted_to));
        table
    }
}
