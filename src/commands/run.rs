//! `telework run`: a scenario in, a run folder out.

use super::{
    CommandLine, Common, Prepared, RunContext, Study, StudyRuns, UncertaintyFlags,
    chunk::{ChunkBase, WorkUnit, usual_runs},
    findings::{Findings, SoFar},
    read_data,
    report::write_report,
    warn_of_idle_targets, warn_of_point, warn_of_unused_rows,
};
use crate::{
    analysis::{Answers, Fan, KpiYear, cases},
    data::Data,
    engine::{Ensemble, Observe, Options, ParameterChoice, ParameterSource, RunKey, RunTask, Series},
    error::{Kind, Problem, Problems},
    plot,
    population::{self, Population},
    results::{
        AnyManifest, DRAWS, Draft, FileHash, MANIFEST, Manifest, PANEL, SERIES_TABLES, Store, TableFormat, caveat,
        check_folder, run_key, uncertified, write_draws,
    },
    scenario::{self, Loaded, Override},
};
use clap::Args;
use serde::Serialize;
use std::{
    borrow::Borrow,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// What is run.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct RunRequest {
    /// Path of a scenario file, or name of a built-in scenario such as `baseline`
    pub scenario: String,
    /// Firms, draws, changes, places.
    #[command(flatten)]
    #[serde(flatten)]
    pub common: Common,
    /// What is uncertain.
    #[command(flatten)]
    #[serde(flatten)]
    pub uncertainty: UncertaintyFlags,
    /// Also writes every simulated firm by month, as the table panel
    #[arg(long)]
    pub panel: bool,
    /// Writes the large tables as CSV in place of Parquet
    #[arg(long)]
    pub csv: bool,
}

impl RunRequest {
    pub(super) fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.common.overrides(self.common.draws)
    }

    fn large_tables(&self) -> TableFormat {
        if self.csv { TableFormat::Csv } else { TableFormat::Parquet }
    }
}

/// A run that could start: everything is read, checked and synthesised.
pub struct PlannedRun {
    /// The scenario and what is worth saying about it.
    pub loaded: Loaded,
    /// The data tables.
    pub data: Data,
    /// The simulated firms.
    pub population: Population,
    /// The run folder to be written.
    pub folder: PathBuf,
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
    /// Candidate KPIs by week, with the published figures.
    pub fans: Vec<Fan>,
    /// What the ranges hold, and how the posterior's certificate stands.
    pub caveat: String,
}

/// Reads, checks and synthesises.
///
/// # Errors
/// All problems of the scenario at once; a missing or damaged table; a run folder that is in the way.
pub fn prepare(request: RunRequest) -> Result<PlannedRun, Problems> {
    let loaded = scenario::load(&request.scenario, &request.overrides()?)?;
    prepare_loaded(loaded, request)
}

/// [`prepare`] of a scenario that is loaded: the request's own is then only a name.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_loaded(loaded: Loaded, request: RunRequest) -> Result<PlannedRun, Problems> {
    let data = read_data(request.common.execution.data.as_deref())?;
    assemble(loaded, data, request)
}

/// The run of a scenario that is loaded.
fn assemble(mut loaded: Loaded, data: Data, request: RunRequest) -> Result<PlannedRun, Problems> {
    let point = match request.uncertainty.parameters() {
        ParameterChoice::Posterior => "",
        ParameterChoice::Point => {
            loaded.resolved_toml = scenario::at_the_point(&loaded)?;
            "point-"
        }
    };
    let tables = format!("{} split {}", request.uncertainty.parameters().key(), request.uncertainty.split);
    let key = run_key(&tables, &loaded.resolved_toml, &data.files, request.panel);
    let run = format!("{}-{point}{}", loaded.scenario.name, &key[..8]);
    let folder = request.common.folder(&run);
    check_folder(&folder, request.common.force)?;
    let plan = &loaded.scenario.run;
    let population = population::synthesise(&data, plan.population_seed, plan.scale)?;
    loaded.notes.extend(warn_of_idle_targets(&loaded.scenario, &population));
    let source = ParameterSource {
        choice: request.uncertainty.parameters(),
        scenario: &loaded.scenario,
        posterior: &data.posterior,
    };
    if source.choice == ParameterChoice::Posterior {
        let note = |(name, value)| Problem::note(format!("{name} fixed at {value} in all draws"));
        loaded.notes.extend(source.fixed().map(note).collect::<Vec<_>>());
    }
    loaded.notes.extend(warn_of_point(source.choice, &data)?);
    loaded.notes.extend(uncertified(&data.posterior));
    loaded.notes.extend(warn_of_unused_rows(&data, request.common.execution.data.as_deref())?);
    let command = Study::Run(request.clone()).line(CommandLine::Recorded);
    let mut planned = PlannedRun { loaded, data, population, folder, kept: 0, request, command, run };
    let experiment = planned.experiment();
    let plain: Vec<RunKey> = (0..planned.loaded.scenario.run.replicates).map(RunKey::from).collect();
    let kept = plain.len() - experiment.missing(&experiment.tasks(&plain)).len();
    planned.kept = kept;
    Ok(planned)
}

impl PlannedRun {
    /// What the parameters of each replicate follow from.
    pub fn source(&self) -> ParameterSource<'_> {
        ParameterSource {
            choice: self.request.uncertainty.parameters(),
            scenario: &self.loaded.scenario,
            posterior: &self.data.posterior,
        }
    }

    /// Runs that are made beside the replicates, to split the uncertainty.
    pub fn beside(&self) -> usize {
        let replicates = self.loaded.scenario.run.replicates;
        cases(replicates, self.request.uncertainty.split).len() - replicates as usize
    }

    fn findings(&self) -> Findings<'_> {
        Findings { sources: vec![self.source()], data: &self.data, population: &self.population }
    }

    /// Without tables.
    fn manifest(&self) -> Manifest {
        let mut manifest = Manifest::new(&self.run, &self.command, self.source(), &self.loaded.resolved_toml);
        manifest.split = self.request.uncertainty.split;
        manifest.firms_simulated = self.population.len() as u64;
        manifest.firms = self.population.firms();
        manifest.data =
            self.data.files.iter().map(|(file, hash)| FileHash { file: file.clone(), blake3: hash.clone() }).collect();
        manifest
    }

    fn experiment(&self) -> StudyRuns<'_> {
        let store = Store::new(self.request.common.store.as_deref());
        StudyRuns::new(&store, vec![self.source()], &self.data, &self.population)
    }
}

impl Prepared for PlannedRun {
    fn run(&self) -> &str {
        &self.run
    }

    fn folder(&self) -> &Path {
        &self.folder
    }

    fn notes(&self) -> Vec<Problem> {
        self.loaded.notes.clone()
    }

    fn is_written(&self) -> bool {
        let Ok(AnyManifest::Run(mut there)) = AnyManifest::read(&self.folder) else { return false };
        there.tables.clear();
        *there == self.manifest()
    }

    fn so_far(&self) -> Result<Option<SoFar>, Problem> {
        let manifest = serde_json::to_value(self.manifest()).unwrap_or_default();
        SoFar::of(&self.experiment(), &self.findings(), manifest, &[])
    }

    fn work_units(&self, runs: Option<usize>) -> Result<Vec<WorkUnit>, Problem> {
        let PlannedRun { loaded, request, .. } = self;
        let sources = [ChunkBase::new(&loaded.resolved_toml, request.uncertainty.parameters(), &[])?];
        let keys = cases(loaded.scenario.run.replicates, request.uncertainty.split);
        let runs = runs.unwrap_or_else(|| usual_runs(&loaded.scenario));
        let experiment = self.experiment();
        Ok(experiment.work_units(&experiment.tasks(&keys), &self.data, runs, &|_| (&sources[0], None)))
    }

    fn carry_out(&self, context: RunContext) -> Result<(), Problems> {
        execute(self, context).map(drop)
    }
}

/// Simulates what is not finished yet, and writes the run folder.
///
/// # Errors
/// `Kind::Interrupted` when `stop` was set: finished runs are kept for the next try. `Kind::Files` when the run folder
/// cannot be written; then nothing is left behind.
pub fn execute(planned: impl Borrow<PlannedRun>, context: RunContext) -> Result<RunOutcome, Problems> {
    let planned = planned.borrow();
    let source = planned.source();
    let experiment = planned.experiment().stopped_by(context.stop);
    let made =
        Made::new(&experiment, source, &planned.data, &planned.population, planned.request.uncertainty.split, context)?;
    let mut manifest = planned.manifest();
    let panel =
        if planned.request.panel { Some(panel(source, &planned.data, &planned.population, context)?) } else { None };
    let draft = Draft::open(&planned.folder, planned.request.common.force)?;
    manifest.tables = made.write_tables(&draft, &planned.run, planned.request.large_tables(), panel)?;
    let ParameterSource { choice: parameters, scenario, .. } = source;
    let subject = plot::Subject { scenario, parameters, data: &planned.data, answers: &made.answers };
    for picture in plot::pictures(&subject)? {
        draft.file(&format!("plots/{}.svg", picture.name), |out| out.write_all(picture.svg.as_bytes()))?;
        draft.file(&format!("plots/{}.png", picture.name), |out| out.write_all(&picture.png))?;
    }
    draft.file(MANIFEST, |out| out.write_all(manifest.to_json().as_bytes()))?;
    write_report(&draft, &planned.data)?;
    draft.publish()?;
    let caveat = caveat("Ranges", source);
    Ok(RunOutcome { folder: planned.folder.clone(), kpi: made.answers.kpi, fans: made.answers.digest.fans, caveat })
}

/// Makes a run folder again, from its manifest, with runs of its own. Gives the name that
/// the program would give it: its tables bear that of the manifest.
///
/// # Errors
/// A manifest that does not run any more, an interrupted run, a folder that cannot be written.
pub(super) fn repeat_run(
    manifest: &Manifest,
    data: Data,
    folder: &Path,
    store: &Path,
    context: RunContext,
) -> Result<String, Problems> {
    let loaded = scenario::load_text(&manifest.scenario, &manifest.scenario_toml, &[])?;
    let has = |file: String| manifest.tables.iter().any(|table| table.file == file);
    let request = RunRequest {
        common: Common { out: Some(folder.to_path_buf()), store: Some(store.to_path_buf()), ..Common::default() },
        uncertainty: UncertaintyFlags { point: manifest.parameters == ParameterChoice::Point, split: manifest.split },
        panel: [TableFormat::Parquet, TableFormat::Csv].into_iter().any(|format| has(PANEL.file(format))),
        csv: has(SERIES_TABLES[0].file(TableFormat::Csv)),
        ..RunRequest::default()
    };
    let mut planned = PlannedRun { command: manifest.command.clone(), ..assemble(loaded, data, request)? };
    let name = std::mem::replace(&mut planned.run, manifest.run.clone());
    execute(planned, context).map(|_| name)
}

/// The finished runs of one scenario and what they come to.
pub(super) struct Made<'a> {
    experiment: &'a StudyRuns<'a>,
    findings: Findings<'a>,
    /// What is said of the scenario.
    pub answers: Answers,
}

impl<'a> Made<'a> {
    /// Makes the runs that are missing and sums all up.
    ///
    /// # Errors
    /// As [`StudyRuns::complete`].
    pub fn new(
        experiment: &'a StudyRuns<'a>,
        source: ParameterSource<'a>,
        data: &'a Data,
        population: &'a Population,
        split: u32,
        context: RunContext,
    ) -> Result<Made<'a>, Problem> {
        let replicates = source.scenario.run.replicates;
        experiment.complete(&experiment.tasks(&cases(replicates, split)), context)?;
        let findings = Findings { sources: vec![source], data, population };
        let nothing = || Problem::error(Kind::Scenario, "the scenario has no replicate");
        let answers = findings.answers(&[&experiment.reader(0)], replicates, split, &[])?.pop().ok_or_else(nothing)?;
        Ok(Made { experiment, findings, answers })
    }

    /// Every table of a run, the panel when it is there.
    fn write_tables(
        &self,
        draft: &Draft,
        run: &str,
        large: TableFormat,
        panel: Option<Vec<Series>>,
    ) -> Result<Vec<FileHash>, Problem> {
        let reader = |key| self.experiment.read(RunTask { source: 0, key });
        let read = |replicate: u32| reader(replicate.into()).map_err(|problem| io::Error::other(problem.message));
        let answers = std::slice::from_ref(&self.answers);
        let source = self.findings.sources[0];
        let mut tables = Vec::new();
        for table in SERIES_TABLES {
            let mut replicates = (0..source.scenario.run.replicates).map(read);
            tables.push(draft.file(&table.file(large), |out| table.write(large, out, run, &mut replicates))?);
        }
        for (place, (table, text)) in self.findings.tables(answers)?.into_iter().enumerate() {
            tables.push(draft.file(table, |out| out.write_all(&text))?);
            if place == 0 {
                tables.push(draft.file(DRAWS, |out| write_draws(out, source))?);
            }
        }
        if let Some(panel) = panel {
            let mut replicates = panel.into_iter().map(Ok);
            tables.push(draft.file(&PANEL.file(large), |out| PANEL.write(large, out, run, &mut replicates))?);
        }
        Ok(tables)
    }
}

/// The firm panel of every replicate. It is not kept in the store: the runs are made again, without observers.
///
/// # Errors
/// `Kind::Interrupted` when `stop` was set.
fn panel(
    source: ParameterSource,
    data: &Data,
    population: &Population,
    context: RunContext,
) -> Result<Vec<Series>, Problem> {
    let tasks: Vec<RunTask> =
        (0..source.scenario.run.replicates).map(|r| RunTask { source: 0, key: r.into() }).collect();
    let all = Mutex::new(Vec::new());
    let keep = |_, series| {
        all.lock().unwrap_or_else(PoisonError::into_inner).push(series);
        true
    };
    let options = Options { panel: true, observe: Observe::Nothing };
    Ensemble { sources: &[source], data, population, options }
        .run(&tasks, context, &keep)
        .map_err(|_| Problem::error(Kind::Interrupted, "interrupted: no run folder was written"))?;
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_by_key(|one: &Series| one.replicate);
    Ok(all)
}
