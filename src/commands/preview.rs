//! A first picture of scenarios: few firms, few draws, nothing kept. Scenarios in, the tables of a folder out.

use super::{
    RunContext,
    findings::{Findings, SoFar},
};
use crate::{
    analysis::Source,
    data::Data,
    engine::{Ensemble, Options, ParameterChoice, ParameterSource, RunKey, RunTask, Series},
    error::{Kind, Problem},
    population::Population,
    results::{ComparisonManifest, Manifest},
    scenario::Loaded,
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Scenarios with the runs that were made of them so far. A copy shares the runs, and has those alone that there were.
#[derive(Clone)]
pub struct Preview<'a> {
    loaded: &'a [Loaded],
    findings: Findings<'a>,
    series: HashMap<(usize, RunKey), Arc<Series>>,
}

/// Runs of one scenario, which another preview of it need not make again.
pub type Runs = HashMap<RunKey, Arc<Series>>;

impl<'a> Preview<'a> {
    /// Of one scenario, or of several with the reference first; `population` has the firms that are simulated.
    pub fn new(
        loaded: &'a [Loaded],
        source: ParameterChoice,
        data: &'a Data,
        population: &'a Population,
    ) -> Preview<'a> {
        let source =
            |one: &'a Loaded| ParameterSource { choice: source, scenario: &one.scenario, posterior: &data.posterior };
        let findings = Findings { sources: loaded.iter().map(source).collect(), data, population };
        Preview { loaded, findings, series: HashMap::new() }
    }

    /// Takes runs of a scenario that were made before, with the same firms and parameters.
    pub fn recall(&mut self, scenario: usize, runs: &Runs) {
        self.series.extend(runs.iter().map(|(key, series)| ((scenario, *key), series.clone())));
    }

    /// The runs of a scenario so far.
    pub fn runs(&self, scenario: usize) -> Runs {
        let own = self.series.iter().filter(|((of, _), _)| *of == scenario);
        own.map(|((_, key), series)| (*key, series.clone())).collect()
    }

    /// Makes runs until there are so many draws of each scenario.
    ///
    /// # Errors
    /// `Kind::Interrupted` when `stop` was set.
    pub fn draw(&mut self, draws: u32, context: RunContext) -> Result<(), Problem> {
        let all = (0..draws).map(RunKey::from);
        let tasks = all.flat_map(|key| (0..self.loaded.len()).map(move |source| RunTask { source, key }));
        let tasks: Vec<RunTask> = tasks.filter(|task| !self.series.contains_key(&(task.source, task.key))).collect();
        let made = Mutex::new(Vec::new());
        let keep = |task: RunTask, series| {
            made.lock().unwrap_or_else(PoisonError::into_inner).push(((task.source, task.key), Arc::new(series)));
            true
        };
        let Findings { sources, data, population } = &self.findings;
        let ensemble = Ensemble { sources, data, population, options: Options::default() };
        ensemble.run(&tasks, context, &keep).map_err(|_| Problem::error(Kind::Interrupted, "interrupted"))?;
        self.series.extend(made.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    /// Sums up so many draws of each scenario. Without a scenario there is nothing.
    ///
    /// # Errors
    /// `Kind::Interrupted` when there are not so many.
    pub fn picture(&self, draws: u32) -> Result<SoFar, Problem> {
        if self.loaded.is_empty() {
            return Err(Problem::error(Kind::Usage, "there is no scenario to show"));
        }
        let (series, missing) = (&self.series, || Problem::error(Kind::Interrupted, "interrupted"));
        let read = |source| move |key: RunKey| series.get(&(source, key)).cloned().ok_or_else(missing);
        let readers: Vec<_> = (0..self.loaded.len()).map(read).collect();
        let readers: Vec<Source> = readers.iter().map(|reader| reader as Source).collect();
        let answers = self.findings.answers(&readers, draws, 0, &[])?;
        let folder = self.findings.folder(self.manifest(draws), &answers)?;
        Ok(SoFar { folder, done: draws, total: draws })
    }

    fn manifest(&self, draws: u32) -> Value {
        let of = |(one, source): (&Loaded, &ParameterSource)| {
            let mut manifest = Manifest::new(&one.scenario.name, "", *source, &one.resolved_toml);
            manifest.replicates = draws;
            manifest.firms_simulated = self.findings.population.len() as u64;
            manifest.firms = self.findings.population.firms();
            manifest
        };
        let mut all: Vec<Manifest> = self.loaded.iter().zip(&self.findings.sources).map(of).collect();
        let value = match all.len() {
            1 => serde_json::to_value(all.pop()),
            _ => serde_json::to_value(ComparisonManifest::new("preview", "", all)),
        };
        value.unwrap_or_default()
    }
}
