//! How much hangs on the priors: the same figures fitted under each set of priors, and every candidate KPI in its posterior. A fit
//! in, `prior_sensitivity.csv` out.

use super::fits::{Calibration, Histories, interrupted};
use crate::{
    analysis::{AsPublished, Extent, Kpi, Outcome, candidate_kpis},
    calibration::{
        likelihood::Likelihood,
        space::PriorSet,
        tables::{self, CsvTable, Fitted},
    },
    commands::RunContext,
    data::Posterior,
    engine::{Ensemble, Options, ParameterChoice, ParameterSource, RunKey, RunTask, Series},
    error::Problem,
    population::Population,
    statistics::quantile_sorted,
};
use std::sync::{Mutex, PoisonError};

/// Median and ends of the 90 % range.
const SHOWN: [f64; 3] = [0.5, 0.05, 0.95];

impl Calibration<'_> {
    /// Every KPI of the fitted scenario to its end, as it will be published, under each set of priors, one run a draw; under the
    /// shipped ones it is fitted already.
    pub(super) fn prior_sensitivity(
        &self,
        histories: Histories,
        shipped: &Fitted,
        place: &(dyn Fn(f64) -> f64 + Sync),
    ) -> Result<CsvTable, Problem> {
        let mut table = tables::prior_sensitivity();
        if !self.config.certificate.priors {
            return Ok(table);
        }
        let settings = &self.config.certificate.held_out_sampler;
        let population = self.population(self.config.sample)?;
        let others = (PriorSet::ALL.len() - 1) as f64;
        for (number, priors) in PriorSet::ALL.into_iter().enumerate() {
            let posterior = |fitted: &Fitted| fitted.posterior(self.config.draws, settings.seed, self.config.as_of);
            let posterior = if priors == PriorSet::Shipped {
                posterior(shipped)
            } else {
                let of_set = self.with(priors);
                let likelihood = Likelihood::new(&of_set.space, shipped.likelihood.targets.clone());
                let far = |done: f64| place(((number - 1) as f64 + done) / others);
                let chains = of_set.fit(&format!("priors-{}", priors.key()), histories, &likelihood, settings, &far)?;
                posterior(&Fitted { space: &of_set.space, likelihood: &likelihood, chains: &chains })
            };
            table.rows.extend(self.kpis(priors, &posterior, &population)?);
        }
        Ok(table)
    }

    /// A set's rows: each KPI in each fiscal year.
    fn kpis(
        &self,
        priors: PriorSet,
        posterior: &Posterior,
        population: &Population,
    ) -> Result<Vec<Vec<String>>, Problem> {
        let kpis = candidate_kpis();
        let extent = Extent::new(self.scenario, population);
        let law = AsPublished::new(posterior, self.scenario.run.seed, &kpis);
        let source = [ParameterSource { choice: ParameterChoice::Posterior, scenario: self.scenario, posterior }];
        let task = |replicate: usize| RunTask { source: 0, key: RunKey::from(replicate as u32) };
        let tasks: Vec<RunTask> = (0..posterior.draws.len()).map(task).collect();
        let outcomes = Mutex::new(Vec::new());
        let keep = |task: RunTask, series: Series| {
            let outcome = Outcome::of(task.key, &series, &kpis, &extent, Some(&law));
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
            true
        };
        let ensemble = Ensemble { sources: &source, data: self.data, population, options: Options::default() };
        let quiet = RunContext { observe: &|_| {}, ..self.context };
        ensemble.run(&tasks, quiet, &keep).map_err(|_| interrupted())?;
        let outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
        let row = |(number, kpi): (usize, &Kpi)| -> Vec<Vec<String>> {
            let years = extent.years.clone().enumerate();
            let of_year = |(place, year): (usize, i16)| {
                let mut values: Vec<f64> =
                    outcomes.iter().map(|outcome| outcome.published[number][place]).filter(|v| v.is_finite()).collect();
                values.sort_by(f64::total_cmp);
                let shown = SHOWN.map(|q| quantile_sorted(&values, q));
                let [Some(median), Some(low), Some(high)] = shown else { return None };
                let texts = [kpi.indicator.id.id(), kpi.segment, &year.to_string(), priors.key()].map(str::to_string);
                Some(texts.into_iter().chain([median, low, high].map(tables::number)).collect())
            };
            years.filter_map(of_year).collect()
        };
        Ok(kpis.iter().enumerate().flat_map(row).collect())
    }
}
