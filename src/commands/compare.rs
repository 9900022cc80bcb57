//! `telework compare`: scenarios in, a folder with their paired differences out.

use super::{
    CommandLine, Common, Prepared, RunContext, Study, StudyRuns, UncertaintyFlags,
    chunk::{ChunkBase, WorkUnit, usual_runs},
    findings::{Findings, SoFar},
    goal::Goal,
    read_data,
    report::write_report,
    warn_of_idle_targets, warn_of_point, warn_of_unused_rows,
};
use crate::{
    analysis::{Answers, Source, candidate_kpis, cases, unlike},
    data::Data,
    engine::{ParameterChoice, ParameterSource, RunKey},
    error::{Kind, Problem, Problems},
    population::{self, Population},
    results::{
        AnyManifest, ComparisonManifest, Draft, FileHash, MANIFEST, Manifest, Store, caveat, check_folder, run_key,
        uncertified,
    },
    scenario::{self, Loaded, Override, Scenario},
};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What is compared.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct CompareRequest {
    /// Paths of scenario files, or names of built-in scenarios; the first is the reference
    #[arg(required = true, num_args = 2..)]
    pub scenarios: Vec<String>,
    /// Firms, draws, changes, places.
    #[command(flatten)]
    #[serde(flatten)]
    pub common: Common,
    /// A target, such as `mic_introduction>=0.5` or `tsr_current_practice[size=large]>=0.7`; may be given many times
    #[arg(long = "target", value_name = "NAME>=VALUE")]
    pub targets: Vec<String>,
    /// What is uncertain.
    #[command(flatten)]
    #[serde(flatten)]
    pub uncertainty: UncertaintyFlags,
}

impl CompareRequest {
    pub(super) fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.common.overrides(self.common.paired_draws()?)
    }
}

/// A comparison that could start: everything is read, checked and synthesised.
pub struct Comparison {
    /// The scenarios, the reference first, and what is worth saying about them.
    pub loaded: Vec<Loaded>,
    /// The data tables.
    pub data: Data,
    /// The simulated firms, the same for all.
    pub population: Population,
    /// The folder to be written.
    pub folder: PathBuf,
    goals: Vec<Goal>,
    request: CompareRequest,
    /// What was typed, as the manifest has it.
    command: String,
    /// Name of the run: what is simulated, and a short hash of all that the numbers depend on.
    pub run: String,
}

/// What a comparison gave.
pub struct CompareOutcome {
    /// The folder.
    pub folder: PathBuf,
    /// What is said of every scenario.
    pub answers: Vec<Answers>,
    /// What the ranges hold, and how the posterior's certificate stands.
    pub caveat: String,
}

/// Reads, checks and synthesises.
///
/// # Errors
/// All problems of all scenarios at once; scenarios that cannot be paired; a missing or damaged table; a folder in the way.
pub fn prepare_comparison(request: CompareRequest) -> Result<Comparison, Problems> {
    request.targets.iter().try_for_each(|text| Goal::parse(text).map(drop))?;
    let overrides = request.overrides()?;
    let mut found = Problems::default();
    let mut loaded = Vec::new();
    for name in &request.scenarios {
        match scenario::load(name, &overrides) {
            Ok(one) => loaded.push(one),
            Err(problems) => found.0.extend(problems.0),
        }
    }
    if !found.0.is_empty() {
        found.0.extend(unpaired(&loaded));
        return Err(found);
    }
    prepare_loaded_comparison(loaded, request)
}

/// [`prepare_comparison`] of scenarios that are loaded: the request's own are then only names.
///
/// # Errors
/// As [`prepare_comparison`].
pub fn prepare_loaded_comparison(loaded: Vec<Loaded>, request: CompareRequest) -> Result<Comparison, Problems> {
    let goals = request.targets.iter().map(|text| Goal::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let found = unpaired(&loaded);
    if !found.is_empty() {
        return Err(Problems(found));
    }
    let data = read_data(request.common.execution.data.as_deref())?;
    assemble(loaded, goals, request, data)
}

/// The comparison of scenarios that are loaded.
fn assemble(
    mut loaded: Vec<Loaded>,
    goals: Vec<Goal>,
    request: CompareRequest,
    data: Data,
) -> Result<Comparison, Problems> {
    let replicates = loaded.first().map_or(0, |one| one.scenario.run.replicates);
    let UncertaintyFlags { split, .. } = request.uncertainty;
    let parameters = request.uncertainty.parameters();
    if parameters == ParameterChoice::Point {
        for one in &mut loaded {
            one.resolved_toml = scenario::at_the_point(one)?;
        }
    }
    loaded.iter_mut().for_each(|one| one.scenario.run.replicates = replicates);
    let texts: Vec<&str> = loaded.iter().map(|one| one.resolved_toml.as_str()).collect();
    let how = format!("compare {} {replicates} split {split} {:?}", parameters.key(), request.targets);
    let key = run_key(&how, &texts.join("\0"), &data.files, false);
    let names: Vec<&str> = loaded.iter().map(|one| one.scenario.name.as_str()).collect();
    // A folder's name stays readable with many scenarios.
    let names = if names.len() > 3 { format!("{}-and-{}-more", names[0], names.len() - 1) } else { names.join("-") };
    let run = format!("compare-{names}-{}", &key[..8]);
    let folder = request.common.folder(&run);
    check_folder(&folder, request.common.force)?;
    let Some(plan) = loaded.first().map(|one| one.scenario.run.clone()) else {
        return Err(Problem::error(Kind::Usage, "no scenario to compare").into());
    };
    let population = population::synthesise(&data, plan.population_seed, plan.scale)?;
    for one in &mut loaded {
        one.notes.extend(warn_of_idle_targets(&one.scenario, &population));
    }
    warn_of_unlike(&mut loaded);
    if let Some(first) = loaded.first_mut() {
        first.notes.extend(warn_of_point(parameters, &data)?);
        first.notes.extend(uncertified(&data.posterior));
        first.notes.extend(warn_of_unused_rows(&data, request.common.execution.data.as_deref())?);
    }
    let command = Study::Compare(request.clone()).line(CommandLine::Recorded);
    Ok(Comparison { loaded, data, population, folder, goals, request, command, run })
}

/// Scenarios that differ from the first in more than their measures: the money did not buy that difference.
fn warn_of_unlike(loaded: &mut [Loaded]) {
    let Some((first, others)) = loaded.split_first_mut() else { return };
    for one in others {
        let what = unlike(&first.scenario, &one.scenario).join(" and ");
        if !what.is_empty() {
            let (a, b) = (&first.scenario.name, &one.scenario.name);
            let message = format!("`{b}` and `{a}` differ in their {what}, not only in measures: no price is given");
            let advice = "compare with a scenario that has the same, such as one that extends it";
            one.notes.push(Problem::warning(Kind::Scenario, message).advise(advice));
        }
    }
}

/// Why scenarios cannot be paired with the first.
pub fn unpaired(loaded: &[Loaded]) -> Vec<Problem> {
    let Some((first, others)) = loaded.split_first() else { return Vec::new() };
    let mut problems = Vec::new();
    let first = &first.scenario;
    for other in others.iter().map(|one| &one.scenario) {
        let mut differs = |what: &str, path: &str, of: &dyn Fn(&Scenario) -> String| {
            let (a, b) = (of(first), of(other));
            if a != b {
                let message = format!("`{}` and `{}` cannot be paired: {what} {a} and {b}", first.name, other.name);
                problems.push(
                    Problem::error(Kind::Scenario, message).advise(format!("give all the same with --set {path}={a}")),
                );
            }
        };
        differs("they start on", "run.start", &|s| s.run.start.to_string());
        differs("they end on", "run.end", &|s| s.run.end.to_string());
        differs("their seeds are", "run.seed", &|s| s.run.seed.to_string());
        differs("their population seeds are", "run.population_seed", &|s| s.run.population_seed.to_string());
        differs("their numbers of firms are", "run.sample", &|s| match s.run.scale {
            scenario::Scale::Whole => "whole".to_string(),
            scenario::Scale::Sample(firms) => firms.to_string(),
        });
    }
    for (place, one) in loaded.iter().enumerate() {
        if loaded[..place].iter().any(|before| before.scenario.name == one.scenario.name) {
            let message = format!("two scenarios are called `{}`", one.scenario.name);
            problems.push(Problem::error(Kind::Scenario, message).advise("rename one of the files"));
        }
    }
    problems
}

impl Comparison {
    /// Number of pairs.
    pub fn replicates(&self) -> u32 {
        self.loaded.first().map_or(0, |one| one.scenario.run.replicates)
    }

    /// All runs, and how many of them are in the store already.
    pub fn runs(&self) -> (usize, usize) {
        let experiment = self.experiment(&Store::new(self.request.common.store.as_deref()));
        let tasks = experiment.tasks(&self.cases());
        (tasks.len(), tasks.len() - experiment.missing(&tasks).len())
    }

    fn sources(&self) -> Vec<ParameterSource<'_>> {
        let source = |one| ParameterSource {
            choice: self.request.uncertainty.parameters(),
            scenario: one,
            posterior: &self.data.posterior,
        };
        self.loaded.iter().map(|one| source(&one.scenario)).collect()
    }

    fn cases(&self) -> Vec<RunKey> {
        cases(self.replicates(), self.request.uncertainty.split)
    }

    fn experiment(&self, store: &Store) -> StudyRuns<'_> {
        StudyRuns::new(store, self.sources(), &self.data, &self.population)
    }

    /// Makes the runs that are missing and answers.
    fn answers(&self, store: &Store, context: RunContext) -> Result<Vec<Answers>, Problem> {
        let experiment = self.experiment(store).stopped_by(context.stop);
        experiment.complete(&experiment.tasks(&self.cases()), context)?;
        let readers: Vec<_> = (0..self.loaded.len()).map(|source| experiment.reader(source)).collect();
        let readers: Vec<Source> = readers.iter().map(|reader| reader as Source).collect();
        self.findings().answers(&readers, self.replicates(), self.request.uncertainty.split, &self.given())
    }

    fn findings(&self) -> Findings<'_> {
        Findings { sources: self.sources(), data: &self.data, population: &self.population }
    }

    /// The user's targets by the places of their KPIs.
    fn given(&self) -> Vec<(usize, f64)> {
        let kpis = candidate_kpis();
        let place = |goal: &Goal| Some((kpis.iter().position(|kpi| *kpi == goal.kpi)?, goal.value));
        self.goals.iter().filter_map(place).collect()
    }

    fn write_tables(&self, draft: &Draft, answers: &[Answers]) -> Result<Vec<FileHash>, Problem> {
        let tables = self.findings().tables(answers)?.into_iter();
        tables.map(|(table, text)| draft.file(table, |out| out.write_all(&text))).collect()
    }

    fn manifest(&self) -> ComparisonManifest {
        let data: Vec<FileHash> =
            self.data.files.iter().map(|(file, hash)| FileHash { file: file.clone(), blake3: hash.clone() }).collect();
        let of = |(one, source): (&Loaded, ParameterSource)| {
            let mut manifest = Manifest::new(&one.scenario.name, "", source, &one.resolved_toml);
            manifest.split = self.request.uncertainty.split;
            manifest.firms_simulated = self.population.len() as u64;
            manifest.firms = self.population.firms();
            manifest.data = data.clone();
            manifest
        };
        let scenarios = self.loaded.iter().zip(self.sources()).map(of).collect();
        let mut manifest = ComparisonManifest::new(&self.run, &self.command, scenarios);
        manifest.targets = self.request.targets.clone();
        manifest
    }
}

impl Prepared for Comparison {
    fn run(&self) -> &str {
        &self.run
    }

    fn folder(&self) -> &Path {
        &self.folder
    }

    fn notes(&self) -> Vec<Problem> {
        self.loaded.iter().flat_map(|one| one.notes.clone()).collect()
    }

    fn is_written(&self) -> bool {
        let Ok(AnyManifest::Comparison(mut there)) = AnyManifest::read(&self.folder) else { return false };
        there.tables.clear();
        *there == self.manifest()
    }

    fn so_far(&self) -> Result<Option<SoFar>, Problem> {
        let manifest = serde_json::to_value(self.manifest()).unwrap_or_default();
        let experiment = self.experiment(&Store::new(self.request.common.store.as_deref()));
        SoFar::of(&experiment, &self.findings(), manifest, &self.given())
    }

    fn work_units(&self, runs: Option<usize>) -> Result<Vec<WorkUnit>, Problem> {
        let Some(first) = self.loaded.first() else { return Ok(Vec::new()) };
        let base = |one: &Loaded| ChunkBase::new(&one.resolved_toml, self.request.uncertainty.parameters(), &[]);
        let sources = self.loaded.iter().map(base).collect::<Result<Vec<_>, _>>()?;
        let experiment = self.experiment(&Store::new(self.request.common.store.as_deref()));
        let runs = runs.unwrap_or_else(|| usual_runs(&first.scenario));
        Ok(experiment
            .work_units(&experiment.tasks(&self.cases()), &self.data, runs, &|source| (&sources[source], None)))
    }

    fn carry_out(&self, context: RunContext) -> Result<(), Problems> {
        compare(self, context).map(drop)
    }
}

/// Simulates what is missing, and writes the folder.
///
/// # Errors
/// `Kind::Interrupted` when `stop` was set: finished runs are kept for the next try. `Kind::Files` when the folder cannot
/// be written; then nothing is left behind.
pub fn compare(comparison: &Comparison, context: RunContext) -> Result<CompareOutcome, Problems> {
    let store = Store::new(comparison.request.common.store.as_deref());
    let answers = comparison.answers(&store, context)?;
    let draft = Draft::open(&comparison.folder, comparison.request.common.force)?;
    let mut manifest = comparison.manifest();
    manifest.tables = comparison.write_tables(&draft, &answers)?;
    draft.file(MANIFEST, |out| out.write_all(manifest.to_json().as_bytes()))?;
    write_report(&draft, &comparison.data)?;
    draft.publish()?;
    let caveat = caveat("Ranges", comparison.sources()[0]);
    Ok(CompareOutcome { folder: comparison.folder.clone(), answers, caveat })
}

/// Makes a comparison folder again, from its manifest, with runs of its own. Gives the name that
/// the program would give it: its tables bear that of the manifest.
///
/// # Errors
/// A manifest that does not run any more, an interrupted run, a folder that cannot be written.
pub(super) fn repeat_comparison(
    manifest: &ComparisonManifest,
    data: Data,
    folder: &Path,
    store: &Path,
    context: RunContext,
) -> Result<String, Problems> {
    let mut loaded = Vec::new();
    for one in &manifest.scenarios {
        loaded.push(scenario::load_text(&one.scenario, &one.scenario_toml, &[])?);
    }
    let point = manifest.scenarios.first().is_some_and(|one| one.parameters == ParameterChoice::Point);
    let request = CompareRequest {
        targets: manifest.targets.clone(),
        common: Common { out: Some(folder.to_path_buf()), store: Some(store.to_path_buf()), ..Common::default() },
        uncertainty: UncertaintyFlags { point, split: manifest.split },
        ..CompareRequest::default()
    };
    let goals = manifest.targets.iter().map(|text| Goal::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let mut comparison = Comparison { command: manifest.command.clone(), ..assemble(loaded, goals, request, data)? };
    let name = std::mem::replace(&mut comparison.run, manifest.run.clone());
    compare(&comparison, context).map(|_| name)
}
