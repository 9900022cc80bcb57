//! `telework run`: a scenario in, a run folder out.

use super::{
    Conduct, Experiment,
    chunk::{Base, Parcel, usual_runs},
    findings::{Findings, SoFar},
    place, read_data,
    report::write_report,
    warn_of_idle_targets, warn_of_unused_rows,
};
use crate::{
    analysis::{Answers, KpiYear, cases},
    data::Data,
    engine::{self, Basis, Case, Observe, Options, ParameterSource, Series},
    error::{Kind, Problem, Problems},
    plot,
    population::{self, Population},
    results::{
        AnyManifest, DRAWS, Draft, FileHash, MANIFEST, Manifest, PANEL, PANEL_AVAILABLE, SERIES_TABLES, Store, caveat,
        check_target, run_key, uncertified, write_draws, write_panel, write_series_table,
    },
    scenario::{self, Loaded, Override},
};
use std::{
    borrow::Borrow,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// Runs with one source of uncertainty replaced, three beside each of so many replicates, unless the user says otherwise.
pub const SPLIT: u32 = 32;

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// Path of a scenario file or name of a built-in scenario.
    pub scenario: String,
    /// Changes from the command line.
    pub overrides: Vec<Override>,
    /// Where the run folder goes; `None` = `results/<run>`.
    pub out: Option<PathBuf>,
    /// Folder in which the folder goes under its own name when `out` is `None`; `None` = `results`.
    pub home: Option<PathBuf>,
    /// Where finished runs are kept; `None` = `results/store`.
    pub store: Option<PathBuf>,
    /// Posterior draws, or the point for all replicates.
    pub parameters: ParameterSource,
    /// Replicates whose uncertainty is split, with three more runs each; below three it is not split.
    pub split: u32,
    /// Replace an existing run folder.
    pub force: bool,
    /// Write the firm panel.
    pub panel: bool,
    /// Folder of data tables; `None` = those inside the program.
    pub data: Option<PathBuf>,
}

impl Default for RunRequest {
    fn default() -> RunRequest {
        RunRequest {
            scenario: String::new(),
            overrides: Vec::new(),
            out: None,
            home: None,
            store: None,
            parameters: ParameterSource::default(),
            split: SPLIT,
            force: false,
            panel: false,
            data: None,
        }
    }
}

/// A run that could start: everything is read, checked and synthesised.
pub struct Job {
    /// The scenario and what is worth saying about it.
    pub loaded: Loaded,
    /// The data tables.
    pub data: Data,
    /// The simulated firms.
    pub population: Population,
    /// The run folder to be written.
    pub target: PathBuf,
    /// Replicates that are in the store already.
    pub kept: usize,
    request: RunRequest,
    /// What was typed, as the manifest has it.
    command: String,
    /// Name of the run: what is simulated, and a short hash of all that the numbers depend on.
    pub run: String,
}

/// What a run gave.
pub struct RunOutcome {
    /// The run folder.
    pub folder: PathBuf,
    /// Candidate KPIs by fiscal year.
    pub kpi: Vec<KpiYear>,
    /// What the ranges hold, and how the posterior's certificate stands.
    pub caveat: String,
}

/// Reads, checks and synthesises.
///
/// # Errors
/// All problems of the scenario at once; a missing or damaged table; a run folder that is in the way.
pub fn prepare(request: RunRequest) -> Result<Job, Problems> {
    let loaded = scenario::load(&request.scenario, &request.overrides)?;
    prepare_loaded(loaded, request)
}

/// [`prepare`] of a scenario that is loaded: the request's own is then only a name.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_loaded(loaded: Loaded, request: RunRequest) -> Result<Job, Problems> {
    if request.panel && !PANEL_AVAILABLE {
        return Err(Problem::error(Kind::Usage, "this program was built without the firm panel")
            .advise("leave out --panel, or build with `cargo build --release --features panel`")
            .into());
    }
    let data = read_data(request.data.as_deref())?;
    assemble(loaded, data, request)
}

/// The run of a scenario that is loaded.
fn assemble(mut loaded: Loaded, data: Data, request: RunRequest) -> Result<Job, Problems> {
    let point = match request.parameters {
        ParameterSource::Posterior => "",
        ParameterSource::Point => {
            loaded.resolved_toml = scenario::at_the_point(&loaded)?;
            "point-"
        }
    };
    let tables = format!("{} split {}", request.parameters.key(), request.split);
    let key = run_key(&tables, &loaded.resolved_toml, &data.files, request.panel);
    let run = format!("{}-{point}{}", loaded.scenario.name, &key[..8]);
    let target = place(request.out.as_deref(), request.home.as_deref(), &run);
    check_target(&target, request.force)?;
    let plan = &loaded.scenario.run;
    let population = population::synthesise(&data, plan.population_seed, plan.scale)?;
    loaded.notes.extend(warn_of_idle_targets(&loaded.scenario, &population));
    let basis = Basis { source: request.parameters, scenario: &loaded.scenario, posterior: &data.posterior };
    if basis.source == ParameterSource::Posterior {
        let note = |(name, value)| Problem::note(format!("{name} fixed at {value} in all draws"));
        loaded.notes.extend(basis.fixed().map(note).collect::<Vec<_>>());
    }
    loaded.notes.extend(uncertified(&data.posterior));
    loaded.notes.extend(warn_of_unused_rows(&data, request.data.as_deref())?);
    let command = command(&request);
    let mut job = Job { loaded, data, population, target, kept: 0, request, command, run };
    let experiment = job.experiment();
    let plain: Vec<Case> = (0..job.loaded.scenario.run.replicates).map(Case::from).collect();
    let kept = plain.len() - experiment.missing(&experiment.jobs(&plain)).len();
    job.kept = kept;
    Ok(job)
}

impl Job {
    /// What the parameters of each replicate follow from.
    pub fn basis(&self) -> Basis<'_> {
        Basis { source: self.request.parameters, scenario: &self.loaded.scenario, posterior: &self.data.posterior }
    }

    /// Runs that are made beside the replicates, to split the uncertainty.
    pub fn beside(&self) -> usize {
        let replicates = self.loaded.scenario.run.replicates;
        cases(replicates, self.request.split).len() - replicates as usize
    }

    /// Whether the folder is already there, as this command would write it.
    pub fn is_written(&self) -> bool {
        let Ok(AnyManifest::Run(mut there)) = AnyManifest::read(&self.target) else { return false };
        there.tables.clear();
        *there == self.manifest()
    }

    /// What the replicates that are finished so far come to; `None` when there is none yet.
    ///
    /// # Errors
    /// A run that cannot be read or kept.
    pub fn so_far(&self) -> Result<Option<SoFar>, Problem> {
        let manifest = serde_json::to_value(self.manifest()).unwrap_or_default();
        SoFar::of(&self.experiment(), &self.findings(), manifest, &[])
    }

    fn findings(&self) -> Findings<'_> {
        Findings { bases: vec![self.basis()], data: &self.data, population: &self.population }
    }

    /// Without tables.
    fn manifest(&self) -> Manifest {
        let mut manifest = Manifest::new(&self.run, &self.command, self.basis(), &self.loaded.resolved_toml);
        manifest.split = self.request.split;
        manifest.firms_simulated = self.population.len() as u64;
        manifest.firms = self.population.firms();
        manifest.data =
            self.data.files.iter().map(|(file, hash)| FileHash { file: file.clone(), blake3: hash.clone() }).collect();
        manifest
    }

    /// The runs that are not in the store yet, as work for other machines.
    ///
    /// # Errors
    /// Never for a scenario that was loaded.
    pub fn parcels(&self, runs: Option<usize>) -> Result<Vec<Parcel>, Problem> {
        let Job { loaded, request, .. } = self;
        let bases = [Base::new(&loaded.resolved_toml, request.parameters, &[])?];
        let cases = cases(loaded.scenario.run.replicates, request.split);
        let runs = runs.unwrap_or_else(|| usual_runs(&loaded.scenario));
        let experiment = self.experiment();
        Ok(experiment.parcels(&experiment.jobs(&cases), &self.data, runs, &|_| (&bases[0], None)))
    }

    fn experiment(&self) -> Experiment<'_> {
        let store = Store::new(self.request.store.as_deref());
        Experiment::new(&store, vec![self.basis()], &self.data, &self.population)
    }
}

/// Simulates what is not finished yet, and writes the run folder.
///
/// # Errors
/// `Kind::Interrupted` when `stop` was set: finished runs are kept for the next try. `Kind::Files` when the run folder
/// cannot be written; then nothing is left behind.
pub fn execute(job: impl Borrow<Job>, conduct: Conduct) -> Result<RunOutcome, Problems> {
    let job = job.borrow();
    let basis = job.basis();
    let experiment = job.experiment().stopped_by(conduct.stop);
    let made = Made::new(&experiment, basis, &job.data, &job.population, job.request.split, conduct)?;
    let mut manifest = job.manifest();
    let panel = if job.request.panel && PANEL_AVAILABLE {
        Some(panel(basis, &job.data, &job.population, conduct)?)
    } else {
        None
    };
    let draft = Draft::open(&job.target, job.request.force)?;
    manifest.tables = made.write_tables(&draft, &job.run, panel)?;
    let Basis { source: parameters, scenario, .. } = basis;
    let subject = plot::Subject { scenario, parameters, data: &job.data, answers: &made.answers };
    for picture in plot::pictures(&subject)? {
        draft.file(&format!("plots/{}.svg", picture.name), |out| out.write_all(picture.svg.as_bytes()))?;
        draft.file(&format!("plots/{}.png", picture.name), |out| out.write_all(&picture.png))?;
    }
    draft.file(MANIFEST, |out| out.write_all(manifest.to_json().as_bytes()))?;
    write_report(&draft, &job.data)?;
    draft.publish()?;
    let caveat = caveat("Ranges", basis);
    Ok(RunOutcome { folder: job.target.clone(), kpi: made.answers.kpi, caveat })
}

/// Makes a run folder again, from its manifest, with runs of its own.
///
/// # Errors
/// A manifest that does not run any more, an interrupted run, a folder that cannot be written.
pub(super) fn repeat_run(
    manifest: &Manifest,
    data: Data,
    folder: &Path,
    store: &Path,
    conduct: Conduct,
) -> Result<(), Problems> {
    let loaded = scenario::load_text(&manifest.scenario, &manifest.scenario_toml, &[])?;
    let request = RunRequest {
        parameters: manifest.parameters,
        split: manifest.split,
        panel: manifest.tables.iter().any(|table| table.file == PANEL),
        out: Some(folder.to_path_buf()),
        store: Some(store.to_path_buf()),
        ..RunRequest::default()
    };
    let job = Job { command: manifest.command.clone(), ..assemble(loaded, data, request)? };
    execute(job, conduct).map(drop)
}

/// The finished runs of one scenario and what they come to.
pub(super) struct Made<'a> {
    experiment: &'a Experiment<'a>,
    findings: Findings<'a>,
    /// What is said of the scenario.
    pub answers: Answers,
}

impl<'a> Made<'a> {
    /// Makes the runs that are missing and sums all up.
    ///
    /// # Errors
    /// As [`Experiment::complete`].
    pub fn new(
        experiment: &'a Experiment<'a>,
        basis: Basis<'a>,
        data: &'a Data,
        population: &'a Population,
        split: u32,
        conduct: Conduct,
    ) -> Result<Made<'a>, Problem> {
        let replicates = basis.scenario.run.replicates;
        experiment.complete(&experiment.jobs(&cases(replicates, split)), conduct)?;
        let findings = Findings { bases: vec![basis], data, population };
        let nothing = || Problem::error(Kind::Scenario, "the scenario has no replicate");
        let answers = findings.answers(&[&experiment.source(0)], replicates, split, &[])?.pop().ok_or_else(nothing)?;
        Ok(Made { experiment, findings, answers })
    }

    /// Every table of a run, the panel when it is there.
    fn write_tables(&self, draft: &Draft, run: &str, panel: Option<Vec<Series>>) -> Result<Vec<FileHash>, Problem> {
        let source = self.experiment.source(0);
        let read = |replicate: u32| source(replicate.into()).map_err(|problem| io::Error::other(problem.message));
        let answers = std::slice::from_ref(&self.answers);
        let basis = self.findings.bases[0];
        let mut tables = Vec::new();
        for table in SERIES_TABLES {
            let mut replicates = (0..basis.scenario.run.replicates).map(read);
            tables.push(draft.file(table, |out| write_series_table(table, out, run, &mut replicates))?);
        }
        for (place, (table, text)) in self.findings.tables(answers)?.into_iter().enumerate() {
            tables.push(draft.file(table, |out| out.write_all(&text))?);
            if place == 0 {
                tables.push(draft.file(DRAWS, |out| write_draws(out, basis))?);
            }
        }
        if let Some(panel) = panel {
            tables.push(draft.file(PANEL, |out| write_panel(out, &panel))?);
        }
        Ok(tables)
    }
}

/// The firm panel of every replicate. It is not kept in the store: the runs are made again, without observers.
///
/// # Errors
/// `Kind::Interrupted` when `stop` was set.
fn panel(basis: Basis, data: &Data, population: &Population, conduct: Conduct) -> Result<Vec<Series>, Problem> {
    let jobs: Vec<engine::Job> =
        (0..basis.scenario.run.replicates).map(|r| engine::Job { basis: 0, case: r.into() }).collect();
    let all = Mutex::new(Vec::new());
    let keep = |_, series| {
        all.lock().unwrap_or_else(PoisonError::into_inner).push(series);
        true
    };
    let Conduct { threads, observe, stop } = conduct;
    let options = Options { panel: true, observe: Observe::Nothing };
    engine::ensemble(&[basis], &jobs, data, population, threads, options, observe, &keep, stop)
        .map_err(|_| Problem::error(Kind::Interrupted, "interrupted: no run folder was written"))?;
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_by_key(|one: &Series| one.replicate);
    Ok(all)
}

/// What was typed, without what changes no result, and with file names for paths.
fn command(request: &RunRequest) -> String {
    let name = Path::new(&request.scenario).file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let mut words = vec!["telework run".to_string(), name];
    words.extend(request.overrides.iter().map(|change| change.flag.clone()));
    words.extend((request.parameters == ParameterSource::Point).then(|| "--point".to_string()));
    words.extend((request.split != SPLIT).then(|| format!("--split {}", request.split)));
    words.extend(request.panel.then(|| "--panel".to_string()));
    words.join(" ")
}
