//! Work for another machine: some runs of a scenario as one small text, and what comes back of it as bytes. Scenario, run
//! keys, hashes of the data and of the code in; sealed runs, or some figures of each, out.
//!
//! A chunk is named by its content, so that the same work has the same name wherever and whenever it is asked for, and
//! what comes back does not depend on who made it, when, or after what else. Who carries chunks is not known here; who
//! makes them is [`ChunkWorker`](super::ChunkWorker).

use crate::{
    analysis::SplitBy,
    calendar::{EPOCH, mondays},
    data::Data,
    engine::{ParameterChoice, RunKey},
    error::{Kind, Problem},
    parameters::{Parameters, TABLE},
    results::{CODE, Slot},
    scenario::{Scale, Scenario},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
    of_so_long(firms, mondays(EPOCH, scenario.run.end))
}

fn of_so_long(firms: u64, weeks: u32) -> usize {
    (FIRM_WEEKS / (firms * u64::from(weeks)).max(1)).clamp(1, MOST_RUNS) as usize
}

/// What a calibration makes of a scenario: its history alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPlan {
    /// Last day.
    pub end: Date,
    /// Wished number of simulated firms.
    pub sample: u32,
    /// With all measures, or with declarations alone.
    pub measures: bool,
}

impl HistoryPlan {
    /// Runs in one chunk.
    pub(super) fn usual_runs(&self) -> usize {
        of_so_long(self.sample.into(), mondays(EPOCH, self.end))
    }
}

/// What a chunk's scenarios have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkBase {
    pub(super) scenario_toml: String,
    pub(super) parameters: ParameterChoice,
    pub(super) among: Vec<String>,
    /// Whether those measures play, or their channels.
    #[serde(default, skip_serializing_if = "SplitBy::usual")]
    pub(super) by: SplitBy,
    #[serde(rename = "past")]
    pub(super) history: Option<HistoryPlan>,
    /// Ids of the figures that [`ChunkOutput::Figures`] gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) figures: Vec<String>,
}

impl ChunkBase {
    /// Of a whole scenario as [`crate::scenario::Loaded::resolved_toml`] has it. `among` names the measures of which coalitions
    /// are made. Words and number of replicates change no run and are left out, so that they name no other chunk.
    ///
    /// # Errors
    /// A text that is no TOML.
    pub fn new(scenario_toml: &str, parameters: ParameterChoice, among: &[String]) -> Result<Arc<ChunkBase>, Problem> {
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
        let (among, by) = (among.to_vec(), SplitBy::default());
        Ok(Arc::new(ChunkBase { scenario_toml, parameters, among, by, history: None, figures: Vec::new() }))
    }

    /// The same, of whose measures these play, or their channels.
    pub(super) fn split_by(&self, by: SplitBy) -> Arc<ChunkBase> {
        Arc::new(ChunkBase { by, ..self.clone() })
    }

    /// The same, of whose runs these figures are wanted (ids of [`AnnualFigure`](crate::analysis::AnnualFigure)).
    pub fn with_figures(&self, ids: &[String]) -> Arc<ChunkBase> {
        Arc::new(ChunkBase { figures: ids.to_vec(), ..self.clone() })
    }

    /// Of a scenario's history.
    pub(super) fn of_history(scenario_toml: &str, history: HistoryPlan) -> Result<Arc<ChunkBase>, Problem> {
        let base = ChunkBase::new(scenario_toml, ParameterChoice::Point, &[])?;
        Ok(Arc::new(ChunkBase { history: Some(history), ..Arc::unwrap_or_clone(base) }))
    }
}

/// Runs of one scenario of a chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkPart {
    /// Changes of the base: paths and values, as after `--set`.
    pub set: Vec<(String, String)>,
    /// Of the measures of which coalitions are made, those that go on; `None` = all.
    pub coalition: Option<u64>,
    /// Bits of every parameter in the order of the table, in place of the scenario's; none = those of the scenario. Decimal
    /// digits would not come back as the same number from every reader.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<u64>,
    /// Which runs.
    #[serde(rename = "cases")]
    pub keys: Vec<RunKey>,
}

impl ChunkPart {
    /// One run with these parameters.
    pub(super) fn at(parameters: &Parameters, replicate: u32) -> ChunkPart {
        let bits = TABLE.iter().filter_map(|row| parameters.get(row.name)).map(f64::to_bits).collect();
        ChunkPart { parameters: bits, ..ChunkPart::of(Vec::new(), None, vec![replicate.into()]) }
    }

    /// Runs of the base with some changes.
    pub fn of(set: Vec<(String, String)>, coalition: Option<u64>, keys: Vec<RunKey>) -> ChunkPart {
        ChunkPart { set, coalition, parameters: Vec::new(), keys }
    }
}

/// What comes back from a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChunkOutput {
    /// Whole runs, sealed: 64-bit length and bytes of each.
    Runs,
    /// For each run, figure by figure, its value in each fiscal year. 64-bit numbers.
    Figures,
    /// For each run, of every published figure what its survey would find with endless respondents. 64-bit numbers.
    Expected,
}

/// Some runs that are made together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    code: String,
    data: String,
    pub(super) wanted: ChunkOutput,
    pub(super) base: Arc<ChunkBase>,
    pub(super) parts: Vec<ChunkPart>,
}

impl Chunk {
    /// Of this program and these tables.
    pub fn new(wanted: ChunkOutput, base: &Arc<ChunkBase>, parts: Vec<ChunkPart>, data: &Data) -> Chunk {
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

    /// Names the tables that it was made from.
    pub(super) fn tables(&self) -> &str {
        &self.data
    }

    /// Number of runs.
    pub fn runs(&self) -> usize {
        self.parts.iter().map(|part| part.keys.len()).sum()
    }
}

/// A chunk whose runs have their places in a store.
#[derive(Clone, Debug)]
pub struct WorkUnit {
    /// What is to be made.
    pub chunk: Chunk,
    pub(super) slots: Vec<Slot>,
}

impl WorkUnit {
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
pub(super) fn tables_hash(data: &Data) -> String {
    let mut hasher = blake3::Hasher::new();
    for (file, hash) in &data.files {
        hasher.update(file.as_bytes()).update(b"\0").update(hash.as_bytes()).update(b"\0");
    }
    hasher.finalize().to_hex()[..32].to_string()
}

/// The runs of a chunk of which [`ChunkOutput::Expected`] came back; `None` when the bytes are not those of so many.
pub(super) fn expected(bytes: &[u8], runs: usize) -> Option<Vec<Vec<f64>>> {
    let (numbers, rest) = bytes.as_chunks();
    let numbers: Vec<f64> = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let width = numbers.len().checked_div(runs).filter(|width| width * runs == numbers.len() && rest.is_empty())?;
    Some((0..runs).map(|run| numbers[run * width..(run + 1) * width].to_vec()).collect())
}
