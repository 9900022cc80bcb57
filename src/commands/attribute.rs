//! `telework attribute`: a scenario in, a folder with what each of its measures brings out.

use super::{
    CommandLine, Common, Prepared, RunContext, SoFar, Study, StudyRuns,
    chunk::{ChunkBase, WorkUnit, usual_runs},
    read_data,
    report::write_report,
    warn_of_idle_targets,
};
use crate::{
    analysis::{
        Coalition, Extent, FIRST_YEAR, Kpi, Outcome, Players, SplitBy, candidate_kpis,
        shapley::{Design, EXACT_PLAYERS, Method, Split, split},
    },
    data::Data,
    engine::{ParameterChoice, ParameterSource, RunKey, RunTask},
    error::{Kind, Problem, Problems},
    interventions::Channel,
    population::{self, Population},
    results::{
        ATTRIBUTION, ATTRIBUTION_FOLDER, AnyManifest, Attributed, CHANNELS, ChannelYear, Draft, FileHash, INTERACTIONS,
        MANIFEST, Manifest, Question, Store, StudyManifest, caveat, run_key, uncertified, write_attribution,
        write_channels, write_interactions,
    },
    scenario::{self, Loaded, Override, Scenario},
    statistics::mean,
};
use clap::Args;
use jiff::civil::Date;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Up to so many measures all coalitions are run unless the user says otherwise.
const EXACT_BY_DEFAULT: usize = 8;
/// About so many runs are made unless the user says otherwise: a few minutes on two cores.
const RUNS: u64 = 2_000;
/// Runs at most: months of work.
const MOST_RUNS: u64 = 2_000_000;
/// Never fewer draws than this without being told so: an interval needs some.
const FEWEST_DRAWS: u32 = 8;

/// What is attributed.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct AttributeRequest {
    /// Path of a scenario file, or name of a built-in scenario such as `all_measures`
    pub scenario: String,
    /// Firms, draws, changes, places.
    #[command(flatten)]
    #[serde(flatten)]
    pub common: Common,
    /// Only these measures share the effect, the others always go on; all that can still be decided by default
    #[arg(long, value_name = "A,B,...", value_delimiter = ',')]
    pub among: Vec<String>,
    /// Among whom the effect is split: the measures, or the channels of those that say `channels`
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = SplitBy::Measure)]
    pub split_by: SplitBy,
    /// Only these KPIs, such as `mic_introduction` or `tsr_current_practice[size=large]`; all by default
    #[arg(long = "kpi", value_name = "NAME,...", value_delimiter = ',')]
    pub kpis: Vec<String>,
    /// Runs all coalitions of the measures in every draw (up to 12 measures); by default for 8 measures or fewer
    #[arg(long, conflicts_with = "sampled")]
    pub exact: bool,
    /// Lets the measures join in two opposite random orders in every draw
    #[arg(long)]
    pub sampled: bool,
}

impl AttributeRequest {
    /// Changes of the scenario; its number of replicates only limits the draws.
    pub(super) fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.common.paired_draws()?;
        self.common.overrides(None)
    }

    /// Runs over all draws and coalitions.
    ///
    /// # Errors
    /// A measure that is none, or none at all; more runs than can be made.
    pub(super) fn planned_runs(&self, scenario: &Scenario, as_of: Date) -> Result<u64, Problem> {
        let players = Players::by(self.split_by, scenario, as_of, &self.among)?;
        Ok(design(self, players.len(), scenario)?.runs())
    }

    /// How; `None` = exact for a few measures, sampled for more.
    fn method(&self) -> Option<Method> {
        if self.sampled { Some(Method::Sampled) } else { self.exact.then_some(Method::Exact) }
    }
}

/// An attribution that could start: everything is read, checked and synthesised.
pub struct Attribution {
    /// The scenario and what is worth saying about it.
    pub loaded: Loaded,
    /// The data tables.
    pub data: Data,
    /// The simulated firms.
    pub population: Population,
    /// The folder to be written.
    pub folder: PathBuf,
    /// Who shares the effect.
    pub players: Players,
    /// Which runs are made.
    pub design: Design,
    kpis: Vec<Kpi>,
    request: AttributeRequest,
    /// What was typed, as the manifest has it.
    command: String,
    /// Name of the run: what is simulated, and a short hash of all that the numbers depend on.
    pub run: String,
}

/// What an attribution gave.
pub struct AttributeOutcome {
    /// The folder.
    pub folder: PathBuf,
    /// Every KPI by fiscal year.
    pub attributed: Vec<Attributed>,
    /// What channels cost by fiscal year; nothing when measures share.
    pub priced: Vec<ChannelYear>,
    /// What the intervals hold, and how the posterior's certificate stands.
    pub caveat: String,
}

/// Reads, checks and synthesises.
///
/// # Errors
/// All problems of the scenario at once; a KPI or measure that is none; a missing or damaged table; a folder in the way.
pub fn prepare_attribution(request: AttributeRequest) -> Result<Attribution, Problems> {
    let loaded = scenario::load(&request.scenario, &request.overrides()?)?;
    prepare_loaded_attribution(loaded, request)
}

/// [`prepare_attribution`] of a scenario that is loaded: the request's own is then only a name.
///
/// # Errors
/// As [`prepare_attribution`].
pub fn prepare_loaded_attribution(loaded: Loaded, request: AttributeRequest) -> Result<Attribution, Problems> {
    let kpis = chosen(&request.kpis)?;
    let data = read_data(request.common.execution.data.as_deref())?;
    let players = Players::by(request.split_by, &loaded.scenario, data.posterior.as_of, &request.among)?;
    let design = design(&request, players.len(), &loaded.scenario)?;
    assemble(loaded, data, players, design, kpis, request)
}

/// The attribution of a scenario that is loaded.
fn assemble(
    mut loaded: Loaded,
    data: Data,
    players: Players,
    design: Design,
    kpis: Vec<Kpi>,
    request: AttributeRequest,
) -> Result<Attribution, Problems> {
    let names = players.names(&loaded.scenario);
    let how = format!("attribution {} {} {names:?} {:?}", design.method.key(), design.draws, request.kpis);
    let run = format!(
        "attribution-{}-{}",
        loaded.scenario.name,
        &run_key(&how, &loaded.resolved_toml, &data.files, false)[..8]
    );
    let folder = request.common.folder(&run);
    ATTRIBUTION_FOLDER.check(&folder, request.common.force)?;
    let plan = &mut loaded.scenario.run;
    plan.replicates = design.draws;
    let population = population::synthesise(&data, plan.population_seed, plan.scale)?;
    loaded.notes.extend(warn_of_idle_targets(&loaded.scenario, &population));
    loaded.notes.extend(uncertified(&data.posterior));
    let command = Study::Attribute(request.clone()).line(CommandLine::Recorded);
    Ok(Attribution { loaded, data, population, folder, players, design, kpis, request, command, run })
}

/// The KPIs named by id, with or without a segment.
fn chosen(names: &[String]) -> Result<Vec<Kpi>, Problem> {
    let all = candidate_kpis();
    let is_named = |kpi: &Kpi, name: &str| kpi.indicator.id.id() == name || kpi.id() == name;
    for name in names {
        if !all.iter().any(|kpi| is_named(kpi, name)) {
            let known: Vec<String> = all.iter().map(Kpi::id).collect();
            let message = format!("`{}` is no candidate KPI", name.escape_debug());
            return Err(Problem::error(Kind::Usage, message).advise(format!("write one of {}", known.join(", "))));
        }
    }
    let wanted = |kpi: &Kpi| names.is_empty() || names.iter().any(|name| is_named(kpi, name));
    Ok(all.into_iter().filter(wanted).collect())
}

fn design(request: &AttributeRequest, players: usize, scenario: &Scenario) -> Result<Design, Problem> {
    let usual = if players <= EXACT_BY_DEFAULT { Method::Exact } else { Method::Sampled };
    let method = request.method().unwrap_or(usual);
    if method == Method::Exact && players > EXACT_PLAYERS {
        let message = format!("--exact needs 2^{players} runs a draw for {players} measures");
        return Err(Problem::error(Kind::Usage, message)
            .advise(format!("name at most {EXACT_PLAYERS} with --among, or write --sampled")));
    }
    let seed = scenario.run.seed;
    let make = |draws| match method {
        Method::Exact => Design::exact(players, draws),
        Method::Sampled => Design::sampled(players, draws, seed),
    };
    let most = scenario.run.replicates.max(FEWEST_DRAWS);
    let affordable = (RUNS / make(1).runs().max(1)).clamp(FEWEST_DRAWS.into(), most.into()) as u32;
    let draws = request.common.paired_draws()?.unwrap_or(affordable);
    let of_one = u64::from(draws) * make(1).runs();
    if of_one > MOST_RUNS {
        return Err(Problem::error(Kind::Usage, format!("{of_one} runs are more than can be made"))
            .advise("write a smaller --draws, name fewer measures with --among, or write --sampled"));
    }
    Ok(make(draws))
}

impl Attribution {
    /// All runs, and how many of them are in the store already.
    pub fn runs(&self) -> (u64, u64) {
        let games = Games::new(self);
        let tasks = games.tasks();
        let experiment = games.experiment(self, &Store::new(self.request.common.store.as_deref()));
        (tasks.len() as u64, (tasks.len() - experiment.missing(&tasks).len()) as u64)
    }

    /// Names and kinds of those who share: measures, or channels with the kind of their measure.
    pub fn measures(&self) -> Vec<(String, &'static str)> {
        let kinds = self.players.named(&self.loaded.scenario);
        self.players.names(&self.loaded.scenario).into_iter().zip(kinds).map(|(name, (_, kind))| (name, kind)).collect()
    }

    fn source<'a>(&'a self, scenario: &'a Scenario) -> ParameterSource<'a> {
        ParameterSource { choice: ParameterChoice::Posterior, scenario, posterior: &self.data.posterior }
    }

    /// Makes the runs that are missing and splits.
    fn attributed(&self, store: &Store, context: RunContext) -> Result<(Vec<Attributed>, Vec<ChannelYear>), Problem> {
        let games = Games::new(self);
        let experiment = games.experiment(self, store).stopped_by(context.stop);
        experiment.complete(&games.tasks(), context)?;
        let extent = Extent::new(&self.loaded.scenario, &self.population);
        let years: Vec<i16> = (FIRST_YEAR.max(*extent.years.start())..=*extent.years.end()).collect();
        let everyone = Coalition::all(self.design.players);
        // Yen by measure and year, one list of draws each.
        let mut spent = vec![vec![Vec::new(); years.len()]; self.design.players];
        let channels = self.request.split_by == SplitBy::Channel;
        let splits = split(&self.design, |draw, coalition| {
            let key = RunKey::from(draw);
            let series = experiment.read(RunTask { source: games.place(coalition), key })?;
            let outcome = Outcome::of(key, &series, &self.kpis, &extent, None);
            if coalition == everyone {
                for (player, place) in self.players.all.iter().map(|player| player.place).enumerate() {
                    let mut yen = 0.0;
                    for (y, year) in years.iter().enumerate() {
                        let account = extent.place(*year).and_then(|year| outcome.accounts[place].get(year));
                        yen += account.map_or(0.0, |account| account.spend_yen);
                        spent[player][y].push(yen);
                    }
                }
            }
            // Firms and teleworkers of Japan stand behind the KPIs, for what a channel's one more costs.
            let counts = channels.then_some([&outcome.firms, &outcome.teleworkers]);
            let values = outcome.kpi.iter().chain(counts.into_iter().flatten()).flat_map(|by_year| {
                years.iter().map(|year| extent.place(*year).map_or(f64::NAN, |place| by_year[place]))
            });
            Ok::<_, Problem>(values.collect())
        })?;
        let of = self.kpis.iter().flat_map(|kpi| years.iter().enumerate().map(move |(y, year)| (kpi, y, *year)));
        let spend = |y: usize| -> Vec<f64> { spent.iter().map(|years| mean(&years[y]).unwrap_or(f64::NAN)).collect() };
        // Channels of one measure have its money in common.
        let all = &self.players.all;
        let first = |player: usize| player == 0 || all[player - 1].place != all[player].place;
        let package = |y: usize| spend(y).into_iter().enumerate().filter(|(p, _)| first(*p)).map(|(_, yen)| yen).sum();
        let mut splits = splits.into_iter();
        let attributed = of
            .zip(splits.by_ref())
            .map(|((kpi, y, fiscal_year), split)| Attributed {
                kpi: *kpi,
                fiscal_year,
                split,
                spend_yen: spend(y),
                package_yen: package(y),
            })
            .collect();
        let counts: Vec<Split> = splits.collect();
        let (firms, teleworkers) = counts.split_at(counts.len() / 2);
        let priced = years.iter().enumerate().zip(firms.iter().zip(teleworkers)).map(
            |((y, fiscal_year), (firms, teleworkers))| ChannelYear {
                fiscal_year: *fiscal_year,
                firms: firms.clone(),
                teleworkers: teleworkers.clone(),
                spend_yen: spend(y),
            },
        );
        Ok((attributed, priced.collect()))
    }

    fn write_tables(
        &self,
        draft: &Draft,
        attributed: &[Attributed],
        priced: &[ChannelYear],
    ) -> Result<Vec<FileHash>, Problem> {
        let (name, measures) = (&self.loaded.scenario.name, self.measures());
        let method = self.design.method;
        let mut tables = vec![
            draft.file(ATTRIBUTION, |out| write_attribution(out, name, &measures, method, attributed))?,
            draft.file(INTERACTIONS, |out| write_interactions(out, name, &measures, attributed))?,
        ];
        if !priced.is_empty() {
            let players: Vec<(&str, &str)> = self
                .players
                .all
                .iter()
                .zip(self.players.named(&self.loaded.scenario))
                .map(|(player, (measure, _))| (measure, player.channel.map_or("", Channel::key)))
                .collect();
            tables.push(draft.file(CHANNELS, |out| write_channels(out, name, &players, priced))?);
        }
        Ok(tables)
    }

    fn manifest(&self) -> StudyManifest {
        let question = Question::Attribution {
            among: self.players.measures(&self.loaded.scenario),
            by: self.request.split_by,
            decided_from: self.players.from.to_string(),
            method: self.design.method.key().into(),
            kpis: self.request.kpis.clone(),
        };
        let source = self.source(&self.loaded.scenario);
        let mut run = Manifest::new(&self.run, &self.command, source, &self.loaded.resolved_toml);
        run.firms_simulated = self.population.len() as u64;
        run.firms = self.population.firms();
        run.data = self.data.files.iter().map(|(f, hash)| FileHash { file: f.clone(), blake3: hash.clone() }).collect();
        StudyManifest::new(question, self.design.draws, self.design.runs(), run)
    }
}

/// The scenario of every coalition that is needed.
struct Games {
    places: BTreeMap<Coalition, usize>,
    scenarios: Vec<Scenario>,
    needed: Vec<(u32, Coalition)>,
}

impl Games {
    fn new(attribution: &Attribution) -> Games {
        let Attribution { loaded, players, design, .. } = attribution;
        let needed: Vec<(u32, Coalition)> =
            (0..design.draws).flat_map(|draw| design.coalitions(draw).into_iter().map(move |c| (draw, c))).collect();
        let mut places = BTreeMap::new();
        let mut scenarios = Vec::new();
        for (_, coalition) in &needed {
            places.entry(*coalition).or_insert_with(|| {
                scenarios.push(players.coalition(&loaded.scenario, *coalition));
                scenarios.len() - 1
            });
        }
        Games { places, scenarios, needed }
    }

    fn place(&self, coalition: Coalition) -> usize {
        // Only coalitions of the design are asked for; everyone's is among them in any key.
        self.places.get(&coalition).copied().unwrap_or(0)
    }

    /// Coalitions by place.
    fn coalitions(&self) -> Vec<Coalition> {
        let mut all: Vec<(usize, Coalition)> = self.places.iter().map(|(c, place)| (*place, *c)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, coalition)| coalition).collect()
    }

    fn experiment<'a>(&'a self, attribution: &'a Attribution, store: &Store) -> StudyRuns<'a> {
        let sources = self.scenarios.iter().map(|scenario| attribution.source(scenario)).collect();
        StudyRuns::new(store, sources, &attribution.data, &attribution.population)
    }

    /// Draw by draw, so that an interrupted attribution has whole draws.
    fn tasks(&self) -> Vec<RunTask> {
        self.needed.iter().map(|(draw, c)| RunTask { source: self.place(*c), key: RunKey::from(*draw) }).collect()
    }
}

impl Prepared for Attribution {
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
        *there == self.manifest()
    }

    fn work_units(&self, runs: Option<usize>) -> Result<Vec<WorkUnit>, Problem> {
        let games = Games::new(self);
        let among = self.players.measures(&self.loaded.scenario);
        let base = ChunkBase::new(&self.loaded.resolved_toml, ParameterChoice::Posterior, &among)?;
        let base = base.split_by(self.request.split_by);
        let coalitions = games.coalitions();
        let experiment = games.experiment(self, &Store::new(self.request.common.store.as_deref()));
        let runs = runs.unwrap_or_else(|| usual_runs(&self.loaded.scenario));
        let of = |source: usize| (&base, coalitions.get(source).copied());
        Ok(experiment.work_units(&games.tasks(), &self.data, runs, &of))
    }

    /// Its tables say nothing before all is known.
    fn so_far(&self) -> Result<Option<SoFar>, Problem> {
        Ok(None)
    }

    fn carry_out(&self, context: RunContext) -> Result<(), Problems> {
        attribute(self, context).map(drop)
    }
}

/// Simulates what is missing, and writes the folder.
///
/// # Errors
/// `Kind::Interrupted` when `stop` was set: finished runs are kept for the next try. `Kind::Files` when the folder cannot
/// be written; then nothing is left behind.
pub fn attribute(attribution: &Attribution, context: RunContext) -> Result<AttributeOutcome, Problems> {
    let (attributed, priced) =
        attribution.attributed(&Store::new(attribution.request.common.store.as_deref()), context)?;
    let draft = Draft::open_as(&ATTRIBUTION_FOLDER, &attribution.folder, attribution.request.common.force)?;
    let mut manifest = attribution.manifest();
    manifest.run.tables = attribution.write_tables(&draft, &attributed, &priced)?;
    draft.file(MANIFEST, |out| out.write_all(manifest.to_json().as_bytes()))?;
    write_report(&draft, &attribution.data)?;
    draft.publish()?;
    let caveat = caveat("Intervals", attribution.source(&attribution.loaded.scenario));
    Ok(AttributeOutcome { folder: attribution.folder.clone(), attributed, priced, caveat })
}

/// Makes an attribution folder again, from its manifest, with runs of its own. Gives the name that
/// the program would give it: its tables bear that of the manifest.
///
/// # Errors
/// A manifest that does not run any more, an interrupted run, a folder that cannot be written.
pub(super) fn repeat_attribution(
    manifest: &StudyManifest,
    data: Data,
    folder: &Path,
    store: &Path,
    context: RunContext,
) -> Result<String, Problems> {
    let Question::Attribution { among, by, method, kpis, .. } = &manifest.question else { return Ok(String::new()) };
    let loaded = scenario::load_text(&manifest.run.scenario, &manifest.run.scenario_toml, &[])?;
    let exact = *method == Method::Exact.key();
    let request = AttributeRequest {
        split_by: *by,
        kpis: kpis.clone(),
        common: Common {
            draws: Some(manifest.draws),
            out: Some(folder.to_path_buf()),
            store: Some(store.to_path_buf()),
            ..Common::default()
        },
        exact,
        sampled: !exact,
        ..AttributeRequest::default()
    };
    let players = Players::by(*by, &loaded.scenario, data.posterior.as_of, among)?;
    let design = design(&request, players.len(), &loaded.scenario)?;
    let attribution = assemble(loaded, data, players, design, chosen(kpis)?, request)?;
    let name = attribution.run.clone();
    let again = Attribution { command: manifest.run.command.clone(), run: manifest.run.run.clone(), ..attribution };
    attribute(&again, context).map(|_| name)
}
