//! `telework target`: a scenario, a KPI and a number to vary in; a folder with the smallest value that reaches the KPI out.

use super::{
    ChunkBase, CommandLine, Common, Goal, Prepared, RunContext, SoFar, Study, StudyRuns, WorkUnit, read_data,
    report::write_report, usual_runs, warn_of_idle_targets,
};
use crate::{
    analysis::{
        AsPublished, Players, candidate_kpis, first_decided,
        target::{Answer, Evaluated, Range, search},
    },
    calendar::Week,
    data::Data,
    engine::{self, ParameterChoice, ParameterSource, RunKey, RunTask, Series},
    error::{Kind, Problem, Problems},
    notation::{days::last_day_argument, numbers::share_argument},
    population::{self, Population},
    results::{
        AnyManifest, Done, Draft, FileHash, MANIFEST, Manifest, Question, Searched, Store, StudyManifest, TARGET,
        TARGET_FOLDER, caveat, run_key, uncertified, write_target,
    },
    scenario::{self, Loaded, Number, Override, Scenario},
};
use clap::Args;
use jiff::civil::Date;
use serde::Serialize;
use std::{
    cell::{Cell, RefCell},
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

/// Draws at most, as many as a scenario may have replicates.
const MOST_DRAWS: u32 = 10_000;
/// Values that a search tries at most, about; progress is counted in them.
const VALUES: u64 = 20;
/// Deliveries have stopped growing where the largest value brings no more than this much more of them.
const NO_MORE: f64 = 1.01;

/// What is searched.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct TargetRequest {
    /// Path of a scenario file, or name of a built-in scenario such as `baseline`
    pub scenario: String,
    /// Firms, draws, changes, places.
    #[command(flatten)]
    #[serde(flatten)]
    pub common: Common,
    /// KPI and the value to reach, in quotes, such as 'mic_introduction>=0.345'; 'regional_gap<=0.05'
    #[arg(long, value_name = "NAME>=VALUE")]
    pub kpi: String,
    /// Segment of the KPI, such as `size=large`
    #[arg(long)]
    pub segment: Option<String>,
    /// Day on which the KPI is read; the run's last by default
    #[arg(long, value_name = "DATE", value_parser = last_day_argument)]
    pub by: Option<Date>,
    /// The number to vary, as in --set, such as `intervention.managers.scale`
    #[arg(long, value_name = "PATH")]
    pub vary: String,
    /// Smallest value tried; by default a tenth of the present one (of a share, its lower limit)
    #[arg(long = "from", value_name = "X")]
    pub low: Option<String>,
    /// Largest value tried; by default the thousandfold of the present one (of a share, its upper limit)
    #[arg(long = "to", value_name = "Y")]
    pub high: Option<String>,
    /// Probability with which the KPI is to be reached
    #[arg(long, value_name = "P", default_value_t = 0.8, value_parser = share_argument)]
    pub probability: f64,
}

impl TargetRequest {
    /// Changes of the scenario; the draws are those of the search.
    pub(super) fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.common.paired_draws()?;
        self.common.overrides(None)
    }

    /// Runs of all values that are tried, about; `replicates` are the scenario's.
    pub(super) fn planned_runs(&self, replicates: u32) -> u64 {
        VALUES * u64::from(self.common.draws.unwrap_or(replicates))
    }
}

/// A search that could start: everything is read, checked and synthesised.
pub struct TargetSearch {
    /// The scenario and what is worth saying about it.
    pub loaded: Loaded,
    /// The data tables.
    pub data: Data,
    /// The simulated firms.
    pub population: Population,
    /// The folder to be written.
    pub folder: PathBuf,
    /// KPI and value.
    pub goal: Goal,
    /// Day on which it is read.
    pub by: Date,
    /// What is varied.
    pub number: Number,
    /// Over which values.
    pub range: Range,
    request: TargetRequest,
    /// What was typed, as the manifest has it.
    command: String,
    /// Name of the run: what is simulated, and a short hash of all that the numbers depend on.
    pub run: String,
}

/// What a search gave.
pub struct TargetOutcome {
    /// The folder.
    pub folder: PathBuf,
    /// Values, probabilities, the answer.
    pub searched: Searched,
    /// The smallest value tried beyond which the measure delivers no more, though there are larger ones in the range.
    pub saturated_at: Option<f64>,
    /// What the intervals hold, and how the posterior's certificate stands.
    pub caveat: String,
}

/// Reads, checks and synthesises.
///
/// # Errors
/// What is wrong with the goal, the day, the path, the range or the probability; all problems of the scenario at once, at
/// both ends of the range too; a missing or damaged table; a folder in the way.
pub fn prepare_target(request: TargetRequest) -> Result<TargetSearch, Problems> {
    check_aim(&request)?;
    let loaded = scenario::load(&request.scenario, &request.overrides()?)?;
    prepare_loaded_target(loaded, request)
}

/// [`prepare_target`] of a scenario that is loaded: the request's own is then only a name.
///
/// # Errors
/// As [`prepare_target`].
pub fn prepare_loaded_target(mut loaded: Loaded, request: TargetRequest) -> Result<TargetSearch, Problems> {
    let goal = check_aim(&request)?;
    if let Some(draws) = request.common.paired_draws()? {
        loaded.scenario.run.replicates = draws;
    }
    let data = read_data(request.common.execution.data.as_deref())?;
    assemble(loaded, data, goal, request)
}

/// What is wrong before a scenario is looked at.
fn check_aim(request: &TargetRequest) -> Result<Goal, Problem> {
    let goal = Goal::parse(&with_segment(&request.kpi, request.segment.as_deref())?)?;
    let wanted = request.probability;
    if !(wanted > 0.0 && wanted < 1.0) {
        let advice = if (2.0..100.0).contains(&wanted) { wanted / 100.0 } else { 0.8 };
        return Err(Problem::error(Kind::Usage, format!("`--probability {wanted}` does not lie between 0 and 1"))
            .advise(format!("write a fraction such as --probability {advice}")));
    }
    Ok(goal)
}

/// `NAME>=VALUE` with the segment of `--segment`.
fn with_segment(goal: &str, segment: Option<&str>) -> Result<String, Problem> {
    let Some(segment) = segment else { return Ok(goal.to_string()) };
    if goal.contains('[') {
        return Err(Problem::error(Kind::Usage, "both --segment and a segment in --kpi").advise("keep one of the two"));
    }
    let end = goal.find(['<', '>', '=']).unwrap_or(goal.len());
    let (name, rest) = goal.split_at(end);
    Ok(if segment == "total" { goal.to_string() } else { format!("{}[{segment}]{rest}", name.trim()) })
}

/// The search of a scenario that is loaded.
fn assemble(mut loaded: Loaded, data: Data, goal: Goal, request: TargetRequest) -> Result<TargetSearch, Problems> {
    if !(1..=MOST_DRAWS).contains(&loaded.scenario.run.replicates) {
        let message = format!("{} draws are out of range", loaded.scenario.run.replicates);
        return Err(Problem::error(Kind::Usage, message)
            .advise(format!("write --draws from 1 to {MOST_DRAWS}"))
            .into());
    }
    let (as_of, end) = (data.posterior.as_of, loaded.scenario.run.end);
    if end <= as_of {
        let message = format!("the run ends on {end}, and what is forecast begins after {as_of}");
        return Err(Problem::error(Kind::Usage, message)
            .advise("let the run end later, such as with --set run.end=2026-03-31")
            .into());
    }
    let by = request.by.unwrap_or(end);
    if by <= as_of || by > end {
        return Err(Problem::error(Kind::Usage, format!("`--by {by}` lies outside the forecast"))
            .advise(format!("write a day after {as_of} and not after {end}, the end of the run"))
            .into());
    }
    let number = Number::find(&loaded, &request.vary)?;
    if let Some(name) = &number.intervention {
        // What is history is no answer to what has to be done.
        Players::new(&loaded.scenario, as_of, std::slice::from_ref(name))?;
    }
    let mut range = range(&number, &request)?;
    if let (None, Some(now)) = (&request.low, number.value)
        && now < range.high
        && varied(&loaded, &number, range.low).is_err()
    {
        // A tenth of a budget may pay for nothing.
        range.low = now;
    }
    for value in [range.low, range.high] {
        varied(&loaded, &number, value)?;
    }
    let how = format!(
        "target {}>={} {by} {} {range:?} {} {}",
        goal.kpi.id(),
        goal.value,
        number.path,
        request.probability,
        loaded.scenario.run.replicates
    );
    let key = run_key(&how, &loaded.resolved_toml, &data.files, false);
    let run = format!("target-{}-{}", loaded.scenario.name, &key[..8]);
    let folder = request.common.folder(&run);
    TARGET_FOLDER.check(&folder, request.common.force)?;
    let plan = &loaded.scenario.run;
    let population = population::synthesise(&data, plan.population_seed, plan.scale)?;
    loaded.notes.extend(warn_of_idle_targets(&loaded.scenario, &population));
    loaded.notes.extend(uncertified(&data.posterior));
    let command = Study::Target(request.clone()).line(CommandLine::Recorded);
    Ok(TargetSearch { loaded, data, population, folder, goal, by, number, range, request, command, run })
}

fn range(number: &Number, request: &TargetRequest) -> Result<Range, Problem> {
    let usual = number.usual_range();
    let missing = || {
        Problem::error(Kind::Usage, format!("`{}` has no present value from which a range would follow", number.path))
            .advise("say where to search with --from X --to Y")
    };
    let bound = |flag: &str, given: &Option<String>, usual: Option<f64>| match given {
        Some(text) => number.bound(flag, text),
        None => usual.ok_or_else(missing),
    };
    let low = bound("--from", &request.low, usual.map(|range| range.0))?;
    let high = bound("--to", &request.high, usual.map(|range| range.1))?;
    if low >= high {
        return Err(Problem::error(
            Kind::Usage,
            format!("the range of `{}` ends at {high}, not above {low}", number.path),
        )
        .advise("let --to be larger than --from"));
    }
    Ok(Range { low, high, whole: number.whole })
}

/// The scenario with another value of the number.
fn varied(loaded: &Loaded, number: &Number, value: f64) -> Result<Scenario, Problems> {
    let mut scenario =
        scenario::load_text(&loaded.scenario.name, &loaded.resolved_toml, &[number.set(value)])?.scenario;
    scenario.run.replicates = loaded.scenario.run.replicates;
    Ok(scenario)
}

impl TargetSearch {
    /// Paired draws.
    pub fn draws(&self) -> u32 {
        self.loaded.scenario.run.replicates
    }

    /// Probability wanted.
    pub fn wanted(&self) -> f64 {
        self.request.probability
    }

    /// Tries values until the answer is known.
    fn search(&self, store: &Store, context: RunContext) -> Result<Searched, Problems> {
        let done = RefCell::new(Vec::new());
        let weeks = Cell::new(0);
        let answer = search(self.range, self.wanted(), |value| -> Result<Vec<bool>, Problems> {
            let (reached, did, passed) = self.evaluate(store, context, value, weeks.get())?;
            weeks.set(passed);
            done.borrow_mut().push((value, did));
            Ok(reached)
        })?;
        let mut done = done.into_inner();
        done.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(Searched {
            kpi: self.goal.kpi,
            goal: self.goal.value,
            by: self.by,
            vary: self.number.path.clone(),
            wanted: self.wanted(),
            answer,
            done: done.into_iter().map(|(_, did)| did).collect(),
        })
    }

    /// The runs at one value that are not in the store.
    fn lacking(&self, store: &Store, value: f64, runs: usize) -> Result<Vec<WorkUnit>, Problems> {
        let scenario = varied(&self.loaded, &self.number, value)?;
        let set = self.number.set(value);
        let text = scenario::load_text(&self.loaded.scenario.name, &self.loaded.resolved_toml, &[set])?.resolved_toml;
        let base = ChunkBase::new(&text, ParameterChoice::Posterior, &[])?;
        let experiment = self.experiment(store, &scenario);
        let keys: Vec<RunKey> = (0..self.draws()).map(RunKey::from).collect();
        Ok(experiment.work_units(&experiment.tasks(&keys), &self.data, runs, &|_| (&base, None)))
    }

    /// The runs of one value.
    fn experiment<'a>(&'a self, store: &Store, scenario: &'a Scenario) -> StudyRuns<'a> {
        let source = ParameterSource { choice: ParameterChoice::Posterior, scenario, posterior: &self.data.posterior };
        StudyRuns::new(store, vec![source], &self.data, &self.population)
    }

    /// All draws at one value: who reached the goal, and what the measure did; and the weeks simulated so far.
    fn evaluate(
        &self,
        store: &Store,
        context: RunContext,
        value: f64,
        before: u64,
    ) -> Result<(Vec<bool>, Done, u64), Problems> {
        let scenario = varied(&self.loaded, &self.number, value)?;
        let experiment = self.experiment(store, &scenario).stopped_by(context.stop);
        let keys: Vec<RunKey> = (0..self.draws()).map(RunKey::from).collect();
        // How many values there will be is not known: about so many, or as many as there were.
        let passed = std::sync::atomic::AtomicU64::new(before);
        let observe = |p: engine::Progress| {
            passed.fetch_max(before + p.done, std::sync::atomic::Ordering::Relaxed);
            let total = (VALUES * p.total).max(before + p.total);
            (context.observe)(engine::Progress { done: before + p.done, total });
        };
        experiment.complete(&experiment.tasks(&keys), RunContext { observe: &observe, ..context })?;
        let mut reached = Vec::new();
        let mut all = Done::default();
        let measures = self.measures(&scenario);
        // All candidates, as `run` has them: errors are then the same.
        let kpis = candidate_kpis();
        let wanted = kpis.iter().position(|kpi| *kpi == self.goal.kpi);
        let law = AsPublished::new(&self.data.posterior, scenario.run.seed, &kpis);
        for key in keys {
            let series = experiment.read(RunTask { source: 0, key })?;
            let mut figures = law.figures(&series, &kpis);
            let figures = wanted.map_or_else(Vec::new, |wanted| figures.swap_remove(wanted));
            let figure = figures.iter().rfind(|figure| figure.date <= self.by);
            reached.push(figure.is_some_and(|figure| self.goal.kpi.reaches(figure.value, self.goal.value)));
            let did = self.did(&series, &measures);
            all.spend_yen += did.spend_yen;
            all.deliveries += did.deliveries;
            all.firms_reached += did.firms_reached;
        }
        let n = f64::from(self.draws().max(1));
        let mean =
            Done { spend_yen: all.spend_yen / n, deliveries: all.deliveries / n, firms_reached: all.firms_reached / n };
        Ok((reached, mean, passed.into_inner()))
    }

    /// Names of the measures whose money is counted.
    fn measures(&self, scenario: &Scenario) -> Vec<String> {
        match &self.number.intervention {
            Some(name) => vec![name.clone()],
            None => {
                let players = Players::new(scenario, self.data.posterior.as_of, &[]);
                players.map_or_else(
                    |_| Vec::new(),
                    |p| p.named(scenario).iter().map(|(name, _)| name.to_string()).collect(),
                )
            }
        }
    }

    /// What the measures did from the first day decided to the day on which the KPI is read.
    fn did(&self, series: &Series, measures: &[String]) -> Done {
        let from = first_decided(self.data.posterior.as_of);
        let mut did = Done::default();
        for intervention in series.interventions.iter().filter(|i| measures.contains(&i.name)) {
            let within = |week: Week| week.monday() >= from && week.monday() <= self.by;
            for week in intervention.weeks.iter().filter(|w| within(w.week)) {
                did.spend_yen += week.spend_yen;
                did.deliveries += week.deliveries;
            }
            let last = intervention.weeks.iter().rfind(|w| w.week.monday() <= self.by);
            did.firms_reached += last.map_or(0.0, |week| week.firms_reached);
        }
        did
    }

    fn manifest(&self, runs: u64) -> StudyManifest {
        let question = Question::Target {
            goal: format!(
                "{}{}{}",
                self.goal.kpi.id(),
                if self.goal.kpi.less_is_better() { "<=" } else { ">=" },
                self.goal.value
            ),
            by: self.by.to_string(),
            vary: self.number.path.clone(),
            from: self.range.low,
            to: self.range.high,
            probability: self.wanted(),
        };
        let scenario = &self.loaded.scenario;
        let source = ParameterSource { choice: ParameterChoice::Posterior, scenario, posterior: &self.data.posterior };
        let mut run = Manifest::new(&self.run, &self.command, source, &self.loaded.resolved_toml);
        run.firms_simulated = self.population.len() as u64;
        run.firms = self.population.firms();
        run.data = self.data.files.iter().map(|(f, hash)| FileHash { file: f.clone(), blake3: hash.clone() }).collect();
        StudyManifest::new(question, self.draws(), runs, run)
    }

    fn write_tables(&self, draft: &Draft, searched: &Searched) -> Result<Vec<FileHash>, Problem> {
        Ok(vec![draft.file(TARGET, |out| write_target(out, &self.loaded.scenario.name, searched))?])
    }
}

/// The smallest value tried from which on larger ones bring no more deliveries.
fn saturated_at(answer: &Answer, done: &[Done]) -> Option<f64> {
    let last = done.last()?;
    let full = |done: &&Done| done.deliveries > 0.0 && last.deliveries <= NO_MORE * done.deliveries;
    let place = done.iter().position(|one| full(&one))?;
    let Evaluated { value, .. } = answer.tried.get(place)?;
    (place + 1 < done.len()).then_some(*value)
}

impl Prepared for TargetSearch {
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
        let Ok(AnyManifest::Study(mut there)) = AnyManifest::read(&self.folder) else { return false };
        there.run.tables.clear();
        *there == self.manifest(there.runs)
    }

    /// Its tables say nothing before all is known.
    fn so_far(&self) -> Result<Option<SoFar>, Problem> {
        Ok(None)
    }

    /// Those of the values with which the search begins; then, the search being repeated as far as its runs are in the store,
    /// those of the next value.
    fn work_units(&self, runs: Option<usize>) -> Result<Vec<WorkUnit>, Problem> {
        let store = Store::new(self.request.common.store.as_deref());
        let stop = AtomicBool::new(false);
        let alone = RunContext { threads: 0, observe: &|_| {}, stop: &stop };
        let runs = runs.unwrap_or_else(|| usual_runs(&self.loaded.scenario));
        // The first values do not follow from one another.
        let first = self.range.grid().into_iter().map(|value| self.lacking(&store, value, runs));
        let first = first.collect::<Result<Vec<_>, _>>().map_err(|mut problems| problems.0.swap_remove(0))?.concat();
        if !first.is_empty() {
            return Ok(first);
        }
        let mut lacking = Ok(Vec::new());
        let _ = search(self.range, self.wanted(), |value| -> Result<Vec<bool>, ()> {
            lacking = self.lacking(&store, value, runs);
            match &lacking {
                Ok(works) if works.is_empty() => {
                    let made = self.evaluate(&store, alone, value, 0);
                    made.map(|(reached, ..)| reached).map_err(|problems| lacking = Err(problems))
                }
                _ => Err(()),
            }
        });
        lacking.map_err(|mut problems| problems.0.swap_remove(0))
    }

    fn carry_out(&self, context: RunContext) -> Result<(), Problems> {
        target(self, context).map(drop)
    }
}

/// Simulates what is missing, and writes the folder.
///
/// # Errors
/// `Kind::Interrupted` when `stop` was set: finished runs are kept for the next try. `Kind::Files` when the folder cannot
/// be written; then nothing is left behind.
pub fn target(aim: &TargetSearch, context: RunContext) -> Result<TargetOutcome, Problems> {
    let searched = aim.search(&Store::new(aim.request.common.store.as_deref()), context)?;
    let draft = Draft::open_as(&TARGET_FOLDER, &aim.folder, aim.request.common.force)?;
    let mut manifest = aim.manifest(searched.done.len() as u64 * u64::from(aim.draws()));
    manifest.run.tables = aim.write_tables(&draft, &searched)?;
    draft.file(MANIFEST, |out| out.write_all(manifest.to_json().as_bytes()))?;
    write_report(&draft, &aim.data)?;
    draft.publish()?;
    let scenario = &aim.loaded.scenario;
    let source = ParameterSource { choice: ParameterChoice::Posterior, scenario, posterior: &aim.data.posterior };
    let saturated_at = saturated_at(&searched.answer, &searched.done);
    Ok(TargetOutcome { folder: aim.folder.clone(), searched, saturated_at, caveat: caveat("Intervals", source) })
}

/// Makes a search's folder again, from its manifest, with runs of its own. Gives the name that
/// the program would give it: its tables bear that of the manifest.
///
/// # Errors
/// A manifest that does not run any more, an interrupted run, a folder that cannot be written.
pub(super) fn repeat_target(
    manifest: &StudyManifest,
    data: Data,
    folder: &Path,
    store: &Path,
    context: RunContext,
) -> Result<String, Problems> {
    let Question::Target { goal, by, vary, from, to, probability } = &manifest.question else {
        return Ok(String::new());
    };
    let mut loaded = scenario::load_text(&manifest.run.scenario, &manifest.run.scenario_toml, &[])?;
    loaded.scenario.run.replicates = manifest.draws;
    let request = TargetRequest {
        by: by.parse().ok(),
        vary: vary.clone(),
        low: Some(from.to_string()),
        high: Some(to.to_string()),
        probability: *probability,
        common: Common { out: Some(folder.to_path_buf()), store: Some(store.to_path_buf()), ..Common::default() },
        ..TargetRequest::default()
    };
    let aim = assemble(loaded, data, Goal::parse(goal)?, request)?;
    let name = aim.run.clone();
    let again = TargetSearch { command: manifest.run.command.clone(), run: manifest.run.run.clone(), ..aim };
    target(&again, context).map(|_| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut TargetRequest)) -> Problem {
        let mut request = TargetRequest {
            scenario: "baseline".into(),
            kpi: "mic_introduction>=0.5".into(),
            vary: "intervention.managers.scale".into(),
            probability: 0.8,
            ..TargetRequest::default()
        };
        change(&mut request);
        match prepare_target(request) {
            Err(mut problems) => problems.0.remove(0),
            Ok(_) => panic!("accepted"),
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write_instead() {
        let said = |change: &dyn Fn(&mut TargetRequest)| {
            let problem = refused(|request| change(request));
            format!("{}: {}", problem.message, problem.advice.unwrap_or_default())
        };
        let by = |text: &'static str| move |r: &mut TargetRequest| r.by = text.parse().ok();
        assert!(said(&by("2020-10-01")).contains("write a day after 2021-04-30 and not after 2026-03-31"));
        assert!(said(&by("2027-10-01")).contains("`--by 2027-10-01` lies outside the forecast"));
        assert!(said(&|r| r.probability = 80.0).contains("such as --probability 0.8"));
        assert!(said(&|r| r.kpi = "mic_introduction<=0.5".into()).contains("write mic_introduction>=0.5"));
        assert!(said(&|r| r.kpi = "regional_gap>=0.05".into()).contains("write regional_gap<=0.05"));
        assert!(said(&|r| r.segment = Some("size=huge".into())).contains("no candidate KPI"));
        assert!(said(&|r| r.vary = "intervention.manager.scale".into()).contains("did you mean `managers`?"));
        assert!(said(&|r| r.vary = "run.seed".into()).contains("no part of the policy"));
        assert!(said(&|r| r.high = Some("1e9".into())).contains("from 0 to 1000000"));
        assert!(said(&|r| r.high = Some("0.05".into())).contains("let --to be larger"));
        // An intervention whose budget would not pay for one delivery at the lower end.
        assert!(said(&|r| r.low = Some("0.001".into())).contains("budget that cannot be spent"));
    }

    #[test]
    fn deliveries_that_stop_growing_are_noticed() {
        let tried = |values: &[f64]| Answer {
            reached: crate::analysis::target::Reached::Never,
            interval: (None, None),
            tried: values.iter().map(|value| Evaluated { value: *value, reached: vec![false] }).collect(),
            falls: Vec::new(),
        };
        let done = |all: &[f64]| -> Vec<Done> {
            all.iter().map(|deliveries| Done { deliveries: *deliveries, ..Done::default() }).collect()
        };
        let values = [1.0, 10.0, 100.0];
        assert_eq!(saturated_at(&tried(&values), &done(&[5.0, 50.0, 50.2])), Some(10.0));
        assert_eq!(saturated_at(&tried(&values), &done(&[5.0, 50.0, 500.0])), None);
        assert_eq!(saturated_at(&tried(&values), &done(&[0.0, 0.0, 0.0])), None);
    }
}
