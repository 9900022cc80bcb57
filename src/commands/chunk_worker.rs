//! Makes chunks, a pure function: the text of a chunk in, its bytes out, whatever was made before.

use super::{
    RunContext,
    chunk::{Chunk, ChunkBase, ChunkOutput, ChunkPart, tables_hash},
    read_data,
};
use crate::{
    analysis::{AnnualFigure, Coalition, Extent, Players},
    data::Data,
    engine::{Ensemble, Observe, Options, ParameterSource, RunTask, Series},
    error::{Kind, Problem, Problems},
    parameters::TABLE,
    population::{self, Population},
    results::{RunCache, Store, seal_run},
    scenario::{self, Intervention, Measure, Override, Scale, Scenario},
};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// Which firms a scenario is simulated on.
type PopulationKey = (u64, Scale);

/// Where chunks are made: the tables, and the firms of the last one, which the next one mostly needs too.
pub struct ChunkWorker {
    data: Data,
    tables: String,
    firms: Mutex<Option<(PopulationKey, Arc<Population>)>>,
}

impl ChunkWorker {
    /// With the tables of a folder, or those inside the program.
    ///
    /// # Errors
    /// A missing or damaged table.
    pub fn new(folder: Option<&Path>) -> Result<ChunkWorker, Problems> {
        let data = read_data(folder)?;
        Ok(ChunkWorker { tables: tables_hash(&data), data, firms: Mutex::new(None) })
    }

    /// Whether a chunk was made from these tables.
    pub fn takes(&self, chunk: &Chunk) -> bool {
        chunk.tables() == self.tables
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
    pub fn make(&self, chunk: &Chunk, context: RunContext) -> Result<Vec<u8>, Problems> {
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
            let source = |scenario| ParameterSource { choice: source, scenario, posterior: &self.data.posterior };
            let sources: Vec<ParameterSource> = group.iter().map(source).collect();
            let parts = parts.by_ref().take(group.len()).enumerate();
            let tasks = |(source, part): (usize, &ChunkPart)| {
                part.keys.clone().into_iter().map(move |key| RunTask { source, key })
            };
            let tasks: Vec<RunTask> = parts.flat_map(tasks).collect();
            bytes.extend(self.runs(chunk, &sources, &tasks, &population, context)?);
        }
        Ok(bytes)
    }

    fn scenario(&self, base: &ChunkBase, part: &ChunkPart) -> Result<Scenario, Problems> {
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
        if let Some(history) = base.history {
            scenario.run.end = history.end;
            scenario.run.scale = Scale::Sample(history.sample);
            let stays =
                |one: &Intervention| history.measures || matches!(one.measure, Measure::EmergencyDeclaration(_));
            scenario.interventions.retain(stays);
        }
        let Some(coalition) = part.coalition else { return Ok(scenario) };
        let players = Players::by(base.by, &scenario, self.data.posterior.as_of, &base.among)?;
        Ok(players.coalition(&scenario, Coalition(coalition)))
    }

    /// The bytes of runs on the same firms, in the order of the tasks.
    fn runs(
        &self,
        chunk: &Chunk,
        sources: &[ParameterSource],
        tasks: &[RunTask],
        population: &Population,
        context: RunContext,
    ) -> Result<Vec<u8>, Problem> {
        let wanted = chunk.wanted;
        let figures = figures(chunk, sources)?;
        // A history knows what was known on its last day.
        let known = chunk.base.history.map(|history| self.data.known_on(history.end));
        let data = known.as_ref().unwrap_or(&self.data);
        let extents: Vec<Extent> = sources.iter().map(|source| Extent::new(source.scenario, population)).collect();
        // Where a store would keep the runs: only their keys are asked for.
        let caches: Vec<RunCache> = sources.iter().map(|source| Store::new(None).cache(*source, &self.data)).collect();
        let made = Mutex::new(vec![Vec::new(); tasks.len()]);
        let keep = |task: RunTask, series: Series| {
            let bytes = match wanted {
                ChunkOutput::Runs => {
                    let run = seal_run(&caches[task.source].key(sources[task.source], task.key), &series);
                    [&(run.len() as u64).to_le_bytes(), &run[..]].concat()
                }
                ChunkOutput::Figures => {
                    let years = |one: &AnnualFigure| one.of(&series, &extents[task.source], population);
                    figures.iter().flat_map(years).flat_map(f64::to_le_bytes).collect()
                }
                ChunkOutput::Expected => {
                    series.surveys.iter().flat_map(|answer| answer.expected.to_le_bytes()).collect()
                }
            };
            let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
            // A run that is asked for twice stands twice.
            for (place, _) in tasks.iter().enumerate().filter(|(_, one)| **one == task) {
                made[place].clone_from(&bytes);
            }
            true
        };
        let options = Options {
            observe: if wanted == ChunkOutput::Expected { Observe::PublishedWaves } else { Observe::default() },
            ..Options::default()
        };
        Ensemble { sources, data, population, options }
            .run(tasks, context, &keep)
            .map_err(|_| Problem::error(Kind::Interrupted, "interrupted"))?;
        Ok(made.into_inner().unwrap_or_else(PoisonError::into_inner).concat())
    }
}

/// The figures that a chunk is asked for; a measure is one of any of its scenarios.
fn figures(chunk: &Chunk, sources: &[ParameterSource]) -> Result<Vec<AnnualFigure>, Problem> {
    let measures: Vec<&str> =
        sources.iter().flat_map(|source| &source.scenario.interventions).map(|one| &*one.name).collect();
    chunk.base.figures.iter().map(|id| AnnualFigure::parse(id, &measures)).collect()
}
