//! A first picture of scenarios: few firms, few draws, nothing kept. Scenarios in, the tables of a folder out.

use super::{
    Conduct,
    findings::{Findings, SoFar},
};
use crate::{
    analysis::Source,
    data::Data,
    engine::{self, Basis, Case, Job, Options, ParameterSource, Series},
    error::{Kind, Problem},
    population::Population,
    results::{ComparisonManifest, Manifest},
    scenario::Loaded,
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Scenarios with the runs that were made of them so far.
pub struct Preview<'a> {
    loaded: &'a [Loaded],
    findings: Findings<'a>,
    series: HashMap<(usize, Case), Series>,
}

impl<'a> Preview<'a> {
    /// Of one scenario, or of several with the reference first; `population` has the firms that are simulated.
    pub fn new(
        loaded: &'a [Loaded],
        source: ParameterSource,
        data: &'a Data,
        population: &'a Population,
    ) -> Preview<'a> {
        let basis = |one: &'a Loaded| Basis { source, scenario: &one.scenario, posterior: &data.posterior };
        let findings = Findings { bases: loaded.iter().map(basis).collect(), data, population };
        Preview { loaded, findings, series: HashMap::new() }
    }

    /// Makes runs until there are so many draws of each scenario, and sums them up. Without a scenario there is nothing.
    ///
    /// # Errors
    /// `Kind::Interrupted` when `stop` was set.
    pub fn draw(&mut self, draws: u32, conduct: Conduct) -> Result<SoFar, Problem> {
        if self.loaded.is_empty() {
            return Err(Problem::error(Kind::Usage, "there is no scenario to show"));
        }
        let all = (0..draws).map(Case::from);
        let jobs = all.flat_map(|case| (0..self.loaded.len()).map(move |basis| Job { basis, case }));
        let jobs: Vec<Job> = jobs.filter(|job| !self.series.contains_key(&(job.basis, job.case))).collect();
        let made = Mutex::new(Vec::new());
        let keep = |job: Job, series| {
            made.lock().unwrap_or_else(PoisonError::into_inner).push(((job.basis, job.case), series));
            true
        };
        let Findings { bases, data, population } = &self.findings;
        let Conduct { threads, observe, stop } = conduct;
        engine::ensemble(bases, &jobs, data, population, threads, Options::default(), observe, &keep, stop)
            .map_err(|_| Problem::error(Kind::Interrupted, "interrupted"))?;
        self.series.extend(made.into_inner().unwrap_or_else(PoisonError::into_inner));
        let (series, missing) = (&self.series, || Problem::error(Kind::Interrupted, "interrupted"));
        let read = |basis| move |case: Case| series.get(&(basis, case)).cloned().ok_or_else(missing);
        let sources: Vec<_> = (0..self.loaded.len()).map(read).collect();
        let sources: Vec<Source> = sources.iter().map(|source| source as Source).collect();
        let answers = self.findings.answers(&sources, draws, 0, &[])?;
        let folder = self.findings.folder(self.manifest(draws), &answers)?;
        Ok(SoFar { folder, done: draws, total: draws })
    }

    fn manifest(&self, draws: u32) -> Value {
        let of = |(one, basis): (&Loaded, &Basis)| {
            let mut manifest = Manifest::new(&one.scenario.name, "", *basis, &one.resolved_toml);
            manifest.replicates = draws;
            manifest.firms_simulated = self.findings.population.len() as u64;
            manifest.firms = self.findings.population.firms();
            manifest
        };
        let mut all: Vec<Manifest> = self.loaded.iter().zip(&self.findings.bases).map(of).collect();
        let value = match all.len() {
            1 => serde_json::to_value(all.pop()),
            _ => serde_json::to_value(ComparisonManifest::new("preview", "", all)),
        };
        value.unwrap_or_default()
    }
}
