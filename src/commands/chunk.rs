//! Work for another machine: some runs of a scenario as one small text, made there by a pure function, brought home as
//! bytes. Scenario, cases, hashes of the data and of the code in; sealed runs, or their candidate KPIs, out.
//!
//! A chunk is named by its content, so that the same work has the same name wherever and whenever it is asked for, and
//! what comes back does not depend on who made it, when, or after what else. Who carries chunks is not known here.

use super::{Conduct, read_data};
use crate::{
    analysis::{Coalition, Extent, Outcome, Players, candidate_kpis},
    calendar::mondays,
    data::Data,
    engine::{self, Basis, Case, Job, Observe, Options, ParameterSource, Series},
    error::{Kind, Problem, Problems},
    parameters::{Parameters, TABLE},
    population::{self, Population},
    results::{CODE, Shelf, Slot, Store, seal_run},
    scenario::{self, Intervention, Measure, Override, Scale, Scenario},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// Firm-weeks of one chunk, some seconds of one core: long beside the milliseconds that handing it out takes, short
/// beside what is lost with a worker.
const FIRM_WEEKS: u64 = 160_000_000;
/// Runs of one chunk at most: their bytes have to travel.
const MOST_RUNS: u64 = 64;
/// Firms of Japan, to size chunks with; the population itself knows better.
const FIRMS: u64 = 3_375_255;

/// Runs of a scenario in one chunk, unless somebody says otherwise.
pub fn usual_runs(scenario: &Scenario) -> usize {
    let firms = match scenario.run.scale {
        Scale::Whole => FIRMS,
        Scale::Sample(firms) => firms.into(),
    };
    of_so_long(firms, mondays(scenario.run.start, scenario.run.end))
}

fn of_so_long(firms: u64, weeks: u32) -> usize {
    (FIRM_WEEKS / (firms * u64::from(weeks)).max(1)).clamp(1, MOST_RUNS) as usize
}

/// What a calibration makes of a scenario: its history alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// Last day.
    pub end: Date,
    /// Wished number of simulated firms.
    pub sample: u32,
    /// With all measures, or with declarations alone.
    pub measures: bool,
}

impl Past {
    /// Runs in one chunk.
    pub(super) fn usual_runs(&self, scenario: &Scenario) -> usize {
        of_so_long(self.sample.into(), mondays(scenario.run.start, self.end))
    }
}

/// What a chunk's scenarios have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    scenario_toml: String,
    parameters: ParameterSource,
    among: Vec<String>,
    past: Option<Past>,
}

impl Base {
    /// Of a whole scenario as [`scenario::Loaded::resolved_toml`] has it. `among` names the measures of which coalitions
    /// are made. Words and number of replicates change no run and are left out, so that they name no other chunk.
    ///
    /// # Errors
    /// A text that is no TOML.
    pub fn new(scenario_toml: &str, parameters: ParameterSource, among: &[String]) -> Result<Arc<Base>, Problem> {
        let failed = |error: &dyn std::fmt::Display| Problem::error(Kind::Scenario, error.to_string());
        let mut text: toml::Table = scenario_toml.parse().map_err(|e| failed(&e))?;
        for key in ["title", "question"] {
            text.insert(key.into(), "-".into());
        }
        text.insert("sources".into(), toml::Value::Array(vec!["-".into()]));
        if let Some(run) = text.get_mut("run").and_then(toml::Value::as_table_mut) {
            run.insert("replicates".into(), 1.into());
        }
        let scenario_toml = toml::to_string(&text).map_err(|e| failed(&e))?;
        Ok(Arc::new(Base { scenario_toml, parameters, among: among.to_vec(), past: None }))
    }

    /// Of a scenario's history.
    pub(super) fn of_past(scenario_toml: &str, past: Past) -> Result<Arc<Base>, Problem> {
        let base = Base::new(scenario_toml, ParameterSource::Point, &[])?;
        Ok(Arc::new(Base { past: Some(past), ..Arc::unwrap_or_clone(base) }))
    }
}

/// Runs of one scenario of a chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Changes of the base: paths and values, as after `--set`.
    pub set: Vec<(String, String)>,
    /// Of the measures of which coalitions are made, those that go on; `None` = all.
    pub coalition: Option<u64>,
    /// Bits of every parameter in the order of the table, in place of the scenario's; none = those of the scenario. Decimal
    /// digits would not come back as the same number from every reader.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<u64>,
    /// Which runs.
    pub cases: Vec<Case>,
}

impl Part {
    /// One run with these parameters.
    pub(super) fn at(parameters: &Parameters, replicate: u32) -> Part {
        let bits = TABLE.iter().filter_map(|row| parameters.get(row.name)).map(f64::to_bits).collect();
        Part { parameters: bits, ..Part::of(Vec::new(), None, vec![replicate.into()]) }
    }

    /// Runs of the base with some changes.
    pub fn of(set: Vec<(String, String)>, coalition: Option<u64>, cases: Vec<Case>) -> Part {
        Part { set, coalition, parameters: Vec::new(), cases }
    }
}

/// What comes back from a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// Whole runs, sealed: 64-bit length and bytes of each.
    Runs,
    /// For each run, KPI by KPI, its value in each fiscal year; then yen spent by the end of each year. 64-bit numbers.
    Kpis,
    /// For each run, of every published figure what its survey would find with endless respondents. 64-bit numbers.
    Expected,
}

/// Some runs that are made together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    code: String,
    data: String,
    wanted: Wanted,
    base: Arc<Base>,
    parts: Vec<Part>,
}

impl Chunk {
    /// Of this program and these tables.
    pub fn new(wanted: Wanted, base: &Arc<Base>, parts: Vec<Part>, data: &Data) -> Chunk {
        Chunk { code: CODE.to_string(), data: tables_hash(data), wanted, base: base.clone(), parts }
    }

    /// As the text that travels.
    pub fn to_json(&self) -> String {
        // A struct of strings, numbers and lists always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The chunk of a text.
    ///
    /// # Errors
    /// `Kind::Different`: a text of another version, or no chunk at all.
    pub fn from_json(text: &str) -> Result<Chunk, Problem> {
        #[derive(Deserialize)]
        struct Code {
            code: String,
        }
        let unreadable = |e: serde_json::Error| Problem::error(Kind::Different, format!("this is no chunk: {e}"));
        let Code { code } = serde_json::from_str(text).map_err(unreadable)?;
        if code != CODE {
            return Err(Problem::error(
                Kind::Different,
                format!("the chunk is for {code}, and this program is {CODE}"),
            )
            .advise("install the same telework everywhere"));
        }
        serde_json::from_str(text).map_err(unreadable)
    }

    /// Its name: a hash of all that its bytes depend on. Hexadecimal.
    pub fn key(&self) -> String {
        blake3::hash(self.to_json().as_bytes()).to_hex()[..32].to_string()
    }

    /// Number of runs.
    pub fn runs(&self) -> usize {
        self.parts.iter().map(|part| part.cases.len()).sum()
    }
}

/// A chunk whose runs have their places in a store.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// What is to be made.
    pub chunk: Chunk,
    pub(super) slots: Vec<Slot>,
}

impl Parcel {
    /// Puts what came back into the store: all runs or none.
    ///
    /// # Errors
    /// `Kind::Different` when the bytes are not those of such a chunk; `Kind::Files` when they cannot be kept.
    pub fn keep(&self, bytes: &[u8]) -> Result<(), Problem> {
        let runs = split(bytes, &self.slots).ok_or_else(|| {
            Problem::error(Kind::Different, format!("damaged on the way: chunk {}", self.chunk.key()))
        })?;
        self.slots.iter().zip(runs).try_for_each(|(slot, run)| slot.keep(run))
    }
}

/// The sealed runs of a chunk's bytes; `None` when they are not so many, or one is not whole or another one.
fn split<'b>(mut bytes: &'b [u8], slots: &[Slot]) -> Option<Vec<&'b [u8]>> {
    let mut all = Vec::with_capacity(slots.len());
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (run, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        slots.get(all.len()).filter(|slot| slot.takes(run))?;
        all.push(run);
        bytes = rest;
    }
    (bytes.is_empty() && all.len() == slots.len()).then_some(all)
}

/// One name for all tables.
fn tables_hash(data: &Data) -> String {
    let mut hasher = blake3::Hasher::new();
    for (file, hash) in &data.files {
        hasher.update(file.as_bytes()).update(b"\0").update(hash.as_bytes()).update(b"\0");
    }
    hasher.finalize().to_hex()[..32].to_string()
}

/// Which firms a scenario is simulated on.
type Firms = (u64, Scale);

/// Where chunks are made: the tables, and the firms of the last one, which the next one mostly needs too.
pub struct World {
    data: Data,
    tables: String,
    firms: Mutex<Option<(Firms, Arc<Population>)>>,
}

impl World {
    /// With the tables of a folder, or those inside the program.
    ///
    /// # Errors
    /// A missing or damaged table.
    pub fn new(folder: Option<&Path>) -> Result<World, Problems> {
        let data = read_data(folder)?;
        Ok(World { tables: tables_hash(&data), data, firms: Mutex::new(None) })
    }

    /// Whether a chunk was made from these tables.
    pub fn takes(&self, chunk: &Chunk) -> bool {
        chunk.data == self.tables
    }

    /// The tables.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The firms of a scenario.
    ///
    /// # Errors
    /// A sample that is too small.
    pub fn population(&self, scenario: &Scenario) -> Result<Arc<Population>, Problem> {
        let (seed, scale) = (scenario.run.population_seed, scenario.run.scale);
        // Whoever comes while firms are made waits for them: it mostly needs the same.
        let mut last = self.firms.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((firms, population)) if *firms == (seed, scale) => Ok(population.clone()),
            _ => {
                let population = Arc::new(population::synthesise(&self.data, seed, scale)?);
                *last = Some(((seed, scale), population.clone()));
                Ok(population)
            }
        }
    }

    /// Makes a chunk. The bytes are a function of the chunk alone.
    ///
    /// # Errors
    /// `Kind::Different` when the chunk belongs to other tables; `Kind::Interrupted` when stopped; a change that the
    /// scenario does not take.
    pub fn make(&self, chunk: &Chunk, conduct: Conduct) -> Result<Vec<u8>, Problems> {
        if !self.takes(chunk) {
            let message = "the chunk was made from other data tables than these";
            return Err(Problem::error(Kind::Different, message)
                .advise("give every worker the same folder of tables, in the same place")
                .into());
        }
        let scenarios =
            chunk.parts.iter().map(|part| self.scenario(&chunk.base, part)).collect::<Result<Vec<_>, _>>()?;
        let mut parts = chunk.parts.iter();
        let mut bytes = Vec::new();
        let firms = |one: &Scenario| (one.run.population_seed, one.run.scale);
        for group in scenarios.chunk_by(|a, b| firms(a) == firms(b)) {
            let population = self.population(&group[0])?;
            let source = chunk.base.parameters;
            let basis = |scenario| Basis { source, scenario, posterior: &self.data.posterior };
            let bases: Vec<Basis> = group.iter().map(basis).collect();
            let parts = parts.by_ref().take(group.len()).enumerate();
            let jobs =
                |(basis, part): (usize, &Part)| part.cases.clone().into_iter().map(move |case| Job { basis, case });
            let jobs: Vec<Job> = parts.flat_map(jobs).collect();
            bytes.extend(self.runs(chunk.wanted, &bases, &jobs, &population, conduct)?);
        }
        Ok(bytes)
    }

    fn scenario(&self, base: &Base, part: &Part) -> Result<Scenario, Problems> {
        let change = |(path, value): &(String, String)| Override {
            flag: format!("{path}={value}"),
            path: path.clone(),
            value: value.clone(),
        };
        let changes: Vec<Override> = part.set.iter().map(change).collect();
        let mut scenario = scenario::load_text("chunk", &base.scenario_toml, &changes)?.scenario;
        for (row, bits) in TABLE.iter().zip(&part.parameters) {
            scenario.parameters.set(row.name, f64::from_bits(*bits));
        }
        if let Some(past) = base.past {
            scenario.run.end = past.end;
            scenario.run.scale = Scale::Sample(past.sample);
            let stays = |one: &Intervention| past.measures || matches!(one.measure, Measure::EmergencyDeclaration(_));
            scenario.interventions.retain(stays);
        }
        let Some(coalition) = part.coalition else { return Ok(scenario) };
        let players = Players::new(&scenario, self.data.posterior.as_of, &base.among)?;
        Ok(players.coalition(&scenario, Coalition(coalition)))
    }

    /// The bytes of runs on the same firms, in the order of the jobs.
    fn runs(
        &self,
        wanted: Wanted,
        bases: &[Basis],
        jobs: &[Job],
        population: &Population,
        conduct: Conduct,
    ) -> Result<Vec<u8>, Problem> {
        let kpis = candidate_kpis();
        let extents: Vec<Extent> = bases.iter().map(|basis| Extent::new(basis.scenario, population)).collect();
        // Where a store would keep the runs: only their keys are asked for.
        let shelves: Vec<Shelf> = bases.iter().map(|basis| Store::new(None).shelf(*basis, &self.data)).collect();
        let made = Mutex::new(vec![Vec::new(); jobs.len()]);
        let keep = |job: Job, series: Series| {
            let bytes = match wanted {
                Wanted::Runs => {
                    let run = seal_run(&shelves[job.basis].key(bases[job.basis], job.case), &series);
                    [&(run.len() as u64).to_le_bytes(), &run[..]].concat()
                }
                Wanted::Kpis => figures(&Outcome::of(job.case, &series, &kpis, &extents[job.basis])),
                Wanted::Expected => series.surveys.iter().flat_map(|answer| answer.expected.to_le_bytes()).collect(),
            };
            let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
            // A run that is asked for twice stands twice.
            for (place, _) in jobs.iter().enumerate().filter(|(_, one)| **one == job) {
                made[place].clone_from(&bytes);
            }
            true
        };
        let Conduct { threads, observe, stop } = conduct;
        let options = Options {
            observe: if wanted == Wanted::Expected { Observe::PublishedWaves } else { Observe::default() },
            ..Options::default()
        };
        engine::ensemble(bases, jobs, &self.data, population, threads, options, observe, &keep, stop)
            .map_err(|_| Problem::error(Kind::Interrupted, "interrupted"))?;
        Ok(made.into_inner().unwrap_or_else(PoisonError::into_inner).concat())
    }
}

/// One run's numbers as bytes.
fn figures(outcome: &Outcome) -> Vec<u8> {
    let years = outcome.firms.len();
    let spent = (0..years).map(|year| outcome.spent_by(year));
    outcome.kpi.iter().flatten().copied().chain(spent).flat_map(f64::to_le_bytes).collect()
}

/// The runs of a chunk of which [`Wanted::Expected`] came back; `None` when the bytes are not those of so many.
pub(super) fn expected(bytes: &[u8], runs: usize) -> Option<Vec<Vec<f64>>> {
    let (numbers, rest) = bytes.as_chunks();
    let numbers: Vec<f64> = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let width = numbers.len().checked_div(runs).filter(|width| width * runs == numbers.len() && rest.is_empty())?;
    Some((0..runs).map(|run| numbers[run * width..(run + 1) * width].to_vec()).collect())
}
