//! What is said of scenarios on the same firms, and the summary tables it is written in. Finished runs in, tables out.

use super::StudyRuns;
use crate::{
    analysis::{Answers, AsPublished, Extent, Inquiry, Source, answer, candidate_kpis, noise_of_japan},
    data::Data,
    engine::{ParameterChoice, ParameterSource, RunKey},
    error::{Kind, Problem},
    population::Population,
    report::Folder,
    results::{ANSWER_TABLES, COMPARISON_TABLES, KPI, PUBLISHED, write_kpi, write_kpis, write_published},
};
use serde_json::Value;
use std::io;

/// Scenarios whose runs are summed up, the reference first.
#[derive(Clone)]
pub(super) struct Findings<'a> {
    /// Never empty.
    pub sources: Vec<ParameterSource<'a>>,
    /// Observations to stand beside.
    pub data: &'a Data,
    /// The simulated firms.
    pub population: &'a Population,
}

impl Findings<'_> {
    /// Answers from runs, one reader a scenario. `given` has the user's targets by the places of their KPIs.
    pub fn answers(
        &self,
        readers: &[Source],
        replicates: u32,
        split: u32,
        given: &[(usize, f64)],
    ) -> Result<Vec<Answers>, Problem> {
        let kpis = candidate_kpis();
        let ParameterSource { scenario, posterior, .. } = self.sources[0];
        let law = AsPublished::new(posterior, scenario.run.seed, &kpis);
        answer(&Inquiry {
            scenarios: self.sources.iter().map(|source| source.scenario).zip(readers.iter().copied()).collect(),
            replicates,
            split,
            one_point: self.sources[0].choice == ParameterChoice::Point,
            kpis: &kpis,
            law: &law,
            extent: Extent::new(self.sources[0].scenario, self.population),
            noise_of_japan: &noise_of_japan(&kpis, self.population),
            observations: &self.data.observations,
            given,
        })
    }

    /// The summary tables of one scenario, or of several with their comparison, by file name; the KPIs first.
    pub fn tables(&self, answers: &[Answers]) -> Result<Vec<(&'static str, Vec<u8>)>, Problem> {
        let written = || -> io::Result<_> {
            let mut kpi = Vec::new();
            let further = match answers {
                [one] => {
                    write_kpi(&mut kpi, &one.kpi, Some(self.sources[0]))?;
                    &[][..]
                }
                all => {
                    let all: Vec<_> = all.iter().map(|one| (one.scenario.as_str(), one.kpi.as_slice())).collect();
                    write_kpis(&mut kpi, &all, self.sources[0])?;
                    &COMPARISON_TABLES[..]
                }
            };
            let mut tables = vec![(KPI, kpi)];
            for (table, write) in ANSWER_TABLES.iter().chain(further) {
                let mut text = Vec::new();
                write(&mut text, answers)?;
                tables.push((*table, text));
            }
            let mut published = Vec::new();
            write_published(&mut published, answers, &self.data.observations)?;
            tables.push((PUBLISHED, published));
            Ok(tables)
        };
        written().map_err(|e| Problem::error(Kind::Files, format!("cannot write a table: {e}")))
    }

    /// The same as a folder of results, in memory.
    pub fn folder(&self, manifest: Value, answers: &[Answers]) -> Result<Folder, Problem> {
        let text = |(name, bytes)| (name, String::from_utf8_lossy(bytes).into_owned());
        let tables = self.tables(answers)?;
        Folder::in_memory(manifest, tables.iter().map(|(name, bytes)| text((*name, bytes))).collect())
    }
}

/// What a run or comparison comes to before all of its replicates are finished.
#[derive(Clone, Debug)]
pub struct SoFar {
    /// The summary tables.
    pub folder: Folder,
    /// Replicates, or pairs, that are in them.
    pub done: u32,
    /// Replicates, or pairs, that will be.
    pub total: u32,
}

impl SoFar {
    /// From the replicates that an experiment has finished in all of its scenarios; without the split of uncertainty.
    pub(super) fn of(
        experiment: &StudyRuns,
        findings: &Findings,
        manifest: Value,
        given: &[(usize, f64)],
    ) -> Result<Option<SoFar>, Problem> {
        let total = findings.sources[0].scenario.run.replicates;
        let finished = |key: &RunKey| experiment.missing(&experiment.tasks(&[*key])).is_empty();
        let finished: Vec<RunKey> = (0..total).map(RunKey::from).filter(finished).collect();
        if finished.is_empty() {
            return Ok(None);
        }
        // The n-th finished replicate stands in the n-th place.
        let read = |source| {
            let finished = &finished;
            let reader = experiment.reader(source);
            move |key: RunKey| reader(finished[key.noise as usize % finished.len()])
        };
        let readers: Vec<_> = (0..findings.sources.len()).map(read).collect();
        let readers: Vec<Source> = readers.iter().map(|reader| reader as Source).collect();
        let answers = findings.answers(&readers, finished.len() as u32, 0, given)?;
        Ok(Some(SoFar { folder: findings.folder(manifest, &answers)?, done: finished.len() as u32, total }))
    }
}
