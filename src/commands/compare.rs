//! `telework compare`: scenarios in, a folder with their paired differences out.

use super::{
    Conduct, Experiment,
    chunk::{Base, Parcel, usual_runs},
    findings::{Findings, SoFar},
    goal::Goal,
    place, read_data,
    report::write_report,
    run::SPLIT,
    warn_of_idle_targets, warn_of_unused_rows,
};
use crate::{
    analysis::{Answers, Source, candidate_kpis, cases},
    data::Data,
    engine::{Basis, Case, ParameterSource},
    error::{Kind, Problem, Problems},
    population::{self, Population},
    results::{
        AnyManifest, ComparisonManifest, Draft, FileHash, MANIFEST, Manifest, Store, caveat, check_target, run_key,
        uncertified,
    },
    scenario::{self, Loaded, Override, Scenario},
};
use std::path::{Path, PathBuf};

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct CompareRequest {
    /// Paths of scenario files or names of built-in scenarios; the first is the reference.
    pub scenarios: Vec<String>,
    /// Changes from the command line, for every scenario.
    pub overrides: Vec<Override>,
    /// Targets, as typed.
    pub targets: Vec<String>,
    /// Where the folder goes; `None` = `results/compare-<scenarios>-<short hash>`.
    pub out: Option<PathBuf>,
    /// Folder in which the folder goes under its own name when `out` is `None`; `None` = `results`.
    pub home: Option<PathBuf>,
    /// Where finished runs are kept; `None` = `results/store`.
    pub store: Option<PathBuf>,
    /// Posterior draws, or the point for all pairs.
    pub parameters: ParameterSource,
    /// Replicates whose uncertainty is split, with three more runs each; below three it is not split.
    pub split: u32,
    /// Replace an existing folder.
    pub force: bool,
    /// Folder of data tables; `None` = those inside the program.
    pub data: Option<PathBuf>,
}

impl Default for CompareRequest {
    fn default() -> CompareRequest {
        CompareRequest {
            scenarios: Vec::new(),
            overrides: Vec::new(),
            targets: Vec::new(),
            out: None,
            home: None,
            store: None,
            parameters: ParameterSource::default(),
            split: SPLIT,
            force: false,
            data: None,
        }
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
    pub target: PathBuf,
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
    let mut found = Problems::default();
    let mut loaded = Vec::new();
    for name in &request.scenarios {
        match scenario::load(name, &request.overrides) {
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
    let data = read_data(request.data.as_deref())?;
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
    if request.parameters == ParameterSource::Point {
        for one in &mut loaded {
            one.resolved_toml = scenario::at_the_point(one)?;
        }
    }
    loaded.iter_mut().for_each(|one| one.scenario.run.replicates = replicates);
    let texts: Vec<&str> = loaded.iter().map(|one| one.resolved_toml.as_str()).collect();
    let how =
        format!("compare {} {replicates} split {} {:?}", request.parameters.key(), request.split, request.targets);
    let key = run_key(&how, &texts.join("\0"), &data.files, false);
    let names: Vec<&str> = loaded.iter().map(|one| one.scenario.name.as_str()).collect();
    // A folder's name stays readable with many scenarios.
    let names = if names.len() > 3 { format!("{}-and-{}-more", names[0], names.len() - 1) } else { names.join("-") };
    let run = format!("compare-{names}-{}", &key[..8]);
    let target = place(request.out.as_deref(), request.home.as_deref(), &run);
    check_target(&target, request.force)?;
    let Some(plan) = loaded.first().map(|one| one.scenario.run.clone()) else {
        return Err(Problem::error(Kind::Usage, "no scenario to compare").into());
    };
    let population = population::synthesise(&data, plan.population_seed, plan.scale)?;
    for one in &mut loaded {
        one.notes.extend(warn_of_idle_targets(&one.scenario, &population));
    }
    if let Some(first) = loaded.first_mut() {
        first.notes.extend(uncertified(&data.posterior));
        first.notes.extend(warn_of_unused_rows(&data, request.data.as_deref())?);
    }
    let command = command(&request);
    Ok(Comparison { loaded, data, population, target, goals, request, command, run })
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
        let experiment = self.experiment(&Store::new(self.request.store.as_deref()));
        let jobs = experiment.jobs(&self.cases());
        (jobs.len(), jobs.len() - experiment.missing(&jobs).len())
    }

    /// The runs that are not in the store yet, as work for other machines.
    ///
    /// # Errors
    /// Never for scenarios that were loaded.
    pub fn parcels(&self, runs: Option<usize>) -> Result<Vec<Parcel>, Problem> {
        let Some(first) = self.loaded.first() else { return Ok(Vec::new()) };
        let base = |one: &Loaded| Base::new(&one.resolved_toml, self.request.parameters, &[]);
        let bases = self.loaded.iter().map(base).collect::<Result<Vec<_>, _>>()?;
        let experiment = self.experiment(&Store::new(self.request.store.as_deref()));
        let runs = runs.unwrap_or_else(|| usual_runs(&first.scenario));
        Ok(experiment.parcels(&experiment.jobs(&self.cases()), &self.data, runs, &|basis| (&bases[basis], None)))
    }

    fn bases(&self) -> Vec<Basis<'_>> {
        let basis = |one| Basis { source: self.request.parameters, scenario: one, posterior: &self.data.posterior };
        self.loaded.iter().map(|one| basis(&one.scenario)).collect()
    }

    fn cases(&self) -> Vec<Case> {
        cases(self.replicates(), self.request.split)
    }

    fn experiment(&self, store: &Store) -> Experiment<'_> {
        Experiment::new(store, self.bases(), &self.data, &self.population)
    }

    /// Makes the runs that are missing and answers.
    fn answers(&self, store: &Store, conduct: Conduct) -> Result<Vec<Answers>, Problem> {
        let experiment = self.experiment(store).stopped_by(conduct.stop);
        experiment.complete(&experiment.jobs(&self.cases()), conduct)?;
        let sources: Vec<_> = (0..self.loaded.len()).map(|basis| experiment.source(basis)).collect();
        let sources: Vec<Source> = sources.iter().map(|source| source as Source).collect();
        self.findings().answers(&sources, self.replicates(), self.request.split, &self.given())
    }

    /// Whether the folder is already there, as this command would write it.
    pub fn is_written(&self) -> bool {
        let Ok(AnyManifest::Comparison(mut there)) = AnyManifest::read(&self.target) else { return false };
        there.tables.clear();
        *there == self.manifest()
    }

    /// What the pairs that are finished so far come to; `None` when there is none yet.
    ///
    /// # Errors
    /// A run that cannot be read or kept.
    pub fn so_far(&self) -> Result<Option<SoFar>, Problem> {
        let manifest = serde_json::to_value(self.manifest()).unwrap_or_default();
        let experiment = self.experiment(&Store::new(self.request.store.as_deref()));
        SoFar::of(&experiment, &self.findings(), manifest, &self.given())
    }

    fn findings(&self) -> Findings<'_> {
        Findings { bases: self.bases(), data: &self.data, population: &self.population }
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
        let of = |(one, basis): (&Loaded, Basis)| {
            let mut manifest = Manifest::new(&one.scenario.name, "", basis, &one.resolved_toml);
            manifest.split = self.request.split;
            manifest.firms_simulated = self.population.len() as u64;
            manifest.firms = self.population.firms();
            manifest.data = data.clone();
            manifest
        };
        let scenarios = self.loaded.iter().zip(self.bases()).map(of).collect();
        let mut manifest = ComparisonManifest::new(&self.run, &self.command, scenarios);
        manifest.targets = self.request.targets.clone();
        manifest
    }
}

/// Simulates what is missing, and writes the folder.
///
/// # Errors
/// `Kind::Interrupted` when `stop` was set: finished runs are kept for the next try. `Kind::Files` when the folder cannot
/// be written; then nothing is left behind.
pub fn compare(comparison: &Comparison, conduct: Conduct) -> Result<CompareOutcome, Problems> {
    let store = Store::new(comparison.request.store.as_deref());
    let answers = comparison.answers(&store, conduct)?;
    let draft = Draft::open(&comparison.target, comparison.request.force)?;
    let mut manifest = comparison.manifest();
    manifest.tables = comparison.write_tables(&draft, &answers)?;
    draft.file(MANIFEST, |out| out.write_all(manifest.to_json().as_bytes()))?;
    write_report(&draft, &comparison.data)?;
    draft.publish()?;
    let caveat = caveat("Ranges", comparison.bases()[0]);
    Ok(CompareOutcome { folder: comparison.target.clone(), answers, caveat })
}

/// Makes a comparison folder again, from its manifest, with runs of its own.
///
/// # Errors
/// A manifest that does not run any more, an interrupted run, a folder that cannot be written.
pub(super) fn repeat_comparison(
    manifest: &ComparisonManifest,
    data: Data,
    folder: &Path,
    store: &Path,
    conduct: Conduct,
) -> Result<(), Problems> {
    let mut loaded = Vec::new();
    for one in &manifest.scenarios {
        loaded.push(scenario::load_text(&one.scenario, &one.scenario_toml, &[])?);
    }
    let request = CompareRequest {
        targets: manifest.targets.clone(),
        out: Some(folder.to_path_buf()),
        parameters: manifest.scenarios.first().map(|one| one.parameters).unwrap_or_default(),
        split: manifest.split,
        store: Some(store.to_path_buf()),
        ..CompareRequest::default()
    };
    let goals = manifest.targets.iter().map(|text| Goal::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let comparison = Comparison { command: manifest.command.clone(), ..assemble(loaded, goals, request, data)? };
    compare(&comparison, conduct).map(drop)
}

/// What was typed, without what changes no result, and with file names for paths.
fn command(request: &CompareRequest) -> String {
    let file =
        |name: &String| Path::new(name).file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let mut words = vec!["telework compare".to_string()];
    words.extend(request.scenarios.iter().map(file));
    words.extend(request.overrides.iter().map(|change| change.flag.clone()));
    words.extend(request.targets.iter().map(|target| format!("--target '{target}'")));
    words.extend((request.split != SPLIT).then(|| format!("--split {}", request.split)));
    words.extend((request.parameters == ParameterSource::Point).then(|| "--point".to_string()));
    words.join(" ")
}
