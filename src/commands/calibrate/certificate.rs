//! Everything that stands in a posterior's folder: one fit after the other in, tables and gates out.

use super::{
    fits::{Calibration, Histories, interrupted},
    used_rows,
};
use crate::{
    calibration::{
        fit::{Chains, Kept},
        forecast::forecast,
        held_out::{self, Experiment},
        history::{History, REPLICATE},
        likelihood::Likelihood,
        predicted::predict,
        recovery, rows,
        sampler::{Sampling, Settings},
        scores,
        tables::{self, CsvTable, Fitted},
    },
    commands::{RunContext, chunk::HistoryPlan},
    data::{Draw, FITTED_TO, Gate, POSTERIOR_FORMAT, Posterior, fitted_tables},
    engine::Progress,
    error::{Problem, Problems},
    parameters::{Parameters, TABLE},
    population,
    random::Key,
    scenario::{Measure, Scale},
};
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// First replicate of the process noise of synthetic truths.
const TRUTH_REPLICATES: u32 = 1000;
/// Streams of process noise in whose mean a truth is simulated. Japan's own noise is that of all firms; the likelihood has none.
/// With one stream on a small sample the errors of the law were found too large in 200 fits (mean rank of `discrepancy_all`
/// 0.39), for they had to hold the noise as well.
const TRUTH_STREAMS: u32 = 16;
/// First replicate of the two streams that the fit to a truth is refined with. Were they the same for all truths, their luck
/// would shift all of their posteriors one way.
const TRUTH_FIT_REPLICATES: u32 = 10_000;
/// Points at which all published figures are predicted.
const PREDICTED_AT: usize = 400;

impl Calibration<'_> {
    /// Fits, judges: all tables of the folder, and the gates.
    pub(super) fn run(&self) -> Result<(Vec<CsvTable>, Vec<Gate>), Problems> {
        // Shares of the whole time, as measured for the shipped configuration.
        let certificate = &self.config.certificate;
        let lengths = [
            1.0,
            if certificate.held_out { 1.2 } else { 0.0 },
            if certificate.priors { 1.3 } else { 0.0 },
            0.012 * certificate.truths as f64,
        ];
        let whole: f64 = lengths.iter().sum();
        let part = |part: usize| {
            let (from, length) = (lengths[..part].iter().sum::<f64>(), lengths[part]);
            move |done: f64| (from + length * done) / whole
        };
        self.with_histories(|histories| self.run_with(histories, &part))
    }

    fn run_with<P: Fn(f64) -> f64 + Sync>(
        &self,
        histories: Histories,
        part: &dyn Fn(usize) -> P,
    ) -> Result<(Vec<CsvTable>, Vec<Gate>), Problems> {
        let Histories { refined, streams, .. } = histories;
        let likelihood = self.likelihood(histories.history)?;
        let chains = self.fit("fit", histories, &likelihood, &self.config.sampler, &part(0))?;
        let fitted = Fitted { space: &self.space, likelihood: &likelihood, chains: &chains };
        let (convergence, mut gates) = fitted.convergence();
        let (draws, chosen) = fitted.draws(self.config.draws, self.config.sampler.seed);
        let (predictive, more) = self.predictive(refined, &likelihood, &chosen)?;
        gates.extend(more);
        let simulate = |z: &[Vec<f64>]| {
            let pairs = refined.refined_at(&self.space, z, streams, &likelihood.targets, &|_| self.goes_on())?;
            Some(pairs.iter().map(|[a, b]| a.iter().zip(b).map(|(a, b)| 0.5 * (a + b)).collect()).collect())
        };
        let (agreement, gate) = self.agreement(refined, &fitted.mean())?;
        gates.push(gate);
        let (identifiability, gate) = fitted.identifiability();
        gates.push(gate);
        gates.extend(self.forecast(&chosen)?);
        let mut all = vec![
            draws,
            fitted.figures(),
            fitted.trace(),
            convergence,
            predictive,
            identifiability,
            fitted.correlations(),
            fitted.profiles(&simulate),
            agreement,
        ];
        if !self.goes_on() {
            return Err(interrupted().into());
        }
        all.push(self.point(&fitted));
        all.push(rows::table(&used_rows(histories.history, self.data, self.config.as_of)?));
        if self.config.certificate.held_out {
            let (tables, more) = self.held_out(histories, &likelihood, &part(1))?;
            all.extend(tables);
            gates.extend(more);
        } else {
            all.extend([scores::rows_table(), scores::tests_table(), scores::scores_table(), scores::pools_table()]);
        }
        all.push(self.prior_sensitivity(histories, &fitted, &part(2))?);
        let recovered = self.recovery(self.config.certificate.truths, &part(3))?;
        gates.extend(recovery::gates(&recovered));
        all.push(recovered);
        all.push(tables::gates(&gates));
        all.push(self.about(&chains, &likelihood, gates.len()));
        Ok((all, gates))
    }

    fn predictive(
        &self,
        history: &History,
        likelihood: &Likelihood,
        chosen: &[Vec<f64>],
    ) -> Result<(CsvTable, Vec<Gate>), Problem> {
        let points = &chosen[..chosen.len().min(PREDICTED_AT)];
        let answers = self.answers(history, points)?;
        let everything = tables::everything(self.data, &self.space, history);
        let key = Key::new(self.config.sampler.seed, 1);
        let predicted = predict(&self.space, &everything, likelihood, points, &answers, key);
        Ok((tables::predictive(&predicted), tables::predictive_gates(&predicted)))
    }

    fn agreement(&self, history: &History, centre: &[f64]) -> Result<(CsvTable, Gate), Problem> {
        let whole = population::synthesise(self.data, self.scenario.run.population_seed, Scale::Whole)?;
        let reference = History::new(self.scenario.clone(), self.data, &whole, self.config.as_of);
        let point = vec![centre.to_vec()];
        let (sample, whole) = (self.answers(history, &point)?, self.answers(&reference, &point)?);
        Ok(tables::agreement(&sample[0], &whole[0]))
    }

    /// A forecast from a few draws, to see that one can be made.
    fn forecast(&self, chosen: &[Vec<f64>]) -> Result<Vec<Gate>, Problem> {
        const DRAWS: usize = 8;
        let draws: Vec<Draw> = chosen.iter().take(DRAWS).map(|z| self.space.draw(z, &Parameters::default())).collect();
        let (as_of, context) = (self.config.as_of, RunContext { observe: &|_| {}, ..self.context });
        let posterior = Posterior { as_of, draws, gates: Vec::new(), figures: Vec::new(), tables: Vec::new() };
        let population = self.population(self.config.sample)?;
        let rows = forecast(self.scenario, self.data, &population, &posterior, context).map_err(|_| interrupted())?;
        Ok(tables::forecast_gates(&rows, as_of, self.scenario.run.end))
    }

    /// The point that runs with `--point` use: the posterior mean on the prior's scale.
    fn point(&self, fitted: &Fitted) -> CsvTable {
        let draw = self.space.draw(&fitted.mean(), &Parameters::default());
        let mut table = CsvTable::new("point.csv", "parameter,value");
        for p in TABLE {
            let value = draw.parameters.get(p.name).unwrap_or(p.default);
            table.rows.push(vec![p.name.to_string(), format!("{value:.4}")]);
        }
        table
    }

    fn held_out(
        &self,
        histories: Histories,
        likelihood: &Likelihood,
        place: &(dyn Fn(f64) -> f64 + Sync),
    ) -> Result<(Vec<CsvTable>, Vec<Gate>), Problem> {
        let (mut table, mut tests, mut gates) = (scores::rows_table(), scores::tests_table(), Vec::new());
        let (mut scored, mut pools) = (scores::scores_table(), scores::pools_table());
        let everything = tables::everything(self.data, &self.space, histories.history);
        let settings = &self.config.certificate.held_out_sampler;
        let key = Key::new(settings.seed, 2);
        for (i, experiment) in Experiment::ALL.into_iter().enumerate() {
            let (seen, hidden) = held_out::divide(experiment, likelihood, &self.space);
            let from = i as f64 / Experiment::ALL.len() as f64;
            let (from, to) = (place(from), place(from + 1.0 / Experiment::ALL.len() as f64));
            let place = move |done| from + done * (to - from);
            let chains = self.fit(experiment.key(), histories, &seen, settings, &place)?;
            let fitted = Fitted { space: &self.space, likelihood: &seen, chains: &chains };
            // The same gates as the full fit's.
            gates.extend(fitted.convergence().1.into_iter().map(|gate| Gate {
                part: "held_out".to_string(),
                check: format!("{}: {}", experiment.key(), gate.check),
                ..gate
            }));
            let points: Vec<Vec<f64>> = chains
                .places(chains.state.z.len().min(PREDICTED_AT), settings.seed)
                .into_iter()
                .map(|place| chains.state.z[place].clone())
                .collect();
            let points = &points;
            let answers = self.answers(histories.refined, points)?;
            let predicted = predict(&self.space, &everything, &seen, points, &answers, key);
            let mut forecasts = held_out::of_model(&predicted, &hidden);
            forecasts.extend(held_out::of_opponents(experiment, &hidden, &everything.targets, self.data));
            table.rows.extend(scores::rows(experiment.key(), &forecasts));
            scored.rows.extend(scores::scores(experiment.key(), held_out::ORIGIN, &forecasts));
            let contests = scores::contests(&forecasts, key);
            let (rows, more) = scores::contest_rows(experiment.key(), &contests);
            tests.rows.extend(rows);
            pools.rows.extend(more);
            gates.extend(held_out::gates(experiment, &forecasts, &contests));
        }
        Ok((vec![table, tests, scored, pools], gates))
    }

    /// Truths are fitted on a small sample and without the programmes of fiscal 2020, whose part in the history is too small to
    /// matter for what is tested here: the sampler and the likelihood.
    fn recovery(&self, truths: usize, place: &(dyn Fn(f64) -> f64 + Sync)) -> Result<CsvTable, Problem> {
        let mut table = recovery::table();
        if truths == 0 {
            return Ok(table);
        }
        let settings = &self.config.certificate.truth_sampler;
        let population = self.population(self.config.certificate.truth_sample)?;
        let mut scenario = self.scenario.clone();
        scenario.interventions.retain(|i| matches!(i.measure, Measure::EmergencyDeclaration(_)));
        let as_of = self.config.certificate.truth_as_of.min(self.config.as_of);
        let known = self.data.known_on(as_of);
        let plan = HistoryPlan { end: as_of, sample: self.config.certificate.truth_sample, measures: false };
        let made = self.made_remotely(plan)?;
        let history = History::new(scenario, &known, &population, as_of).made(made.as_deref());
        let likelihood = Likelihood::new(&self.space, history.targets(as_of));
        // The design does not depend on the figures, so that all truths share its runs.
        let design = Kept::new(&self.work, "truths-design", &self.key);
        let simulate =
            |z: &[Vec<f64>]| history.figures_at(&self.space, z, REPLICATE, &likelihood.targets, &|_| self.goes_on());
        let refine = |_: &[Vec<f64>]| None;
        let sampling =
            Sampling { space: &self.space, likelihood: &likelihood, simulate: &simulate, refine: &refine, settings };
        let design = match design.load() {
            Some(design) => design,
            None => {
                let state = sampling.begin().map_err(|_| interrupted())?;
                design.save(&state)?;
                state
            }
        };
        let finished = Mutex::new(0);
        let one = |number: usize| -> Result<Vec<Vec<String>>, Problem> {
            let truth = recovery::truth(&self.space, number, settings.seed);
            // The truth's process noise is none that the fit meets.
            let point = [truth.clone()];
            let mut simulated = vec![0.0; likelihood.targets.len()];
            for stream in 0..TRUTH_STREAMS {
                let replicate = TRUTH_REPLICATES + number as u32 * TRUTH_STREAMS + stream;
                let of_stream =
                    history.figures_at(&self.space, &point, replicate, &likelihood.targets, &|_| self.goes_on());
                let of_stream = of_stream.ok_or_else(interrupted)?.remove(0);
                simulated.iter_mut().zip(of_stream).for_each(|(mean, x)| *mean += x / f64::from(TRUTH_STREAMS));
            }
            let drawn = recovery::published(&self.space, &likelihood, &truth, &simulated, number, settings.seed);
            let kept = Kept::new(&self.work, &format!("truth-{number}"), &self.key);
            if kept.load().is_none() {
                kept.save(&design)?;
            }
            let first = TRUTH_FIT_REPLICATES + 2 * number as u32;
            let histories = Histories { history: &history, refined: &history, streams: [first, first + 1] };
            let settings = Settings { seed: settings.seed + 1 + number as u64, ..settings.clone() };
            let state = self.chain(&kept, histories, &drawn, &settings, &|_| {})?;
            let mut finished = finished.lock().unwrap_or_else(PoisonError::into_inner);
            *finished += 1;
            (self.context.observe)(Progress {
                done: (1e4 * place(f64::from(*finished) / truths as f64)) as u64,
                total: 10_000,
            });
            Ok(recovery::rows(&self.space, &state, &truth, number))
        };
        // Side by side: a fit's own threads would wait for its last run in every sweep.
        let rows: Vec<Result<Vec<Vec<String>>, Problem>> = (0..truths).into_par_iter().map(one).collect();
        for rows in rows {
            table.rows.extend(rows?);
        }
        Ok(table)
    }

    fn about(&self, chains: &Chains, likelihood: &Likelihood, gates: usize) -> CsvTable {
        let mut table = CsvTable::new("about.csv", "name,value");
        let config = self.config;
        let rows = [
            ("as_of", config.as_of.to_string()),
            ("draws", config.draws.to_string()),
            ("gates", gates.to_string()),
            ("format", POSTERIOR_FORMAT.to_string()),
            ("version", env!("CARGO_PKG_VERSION").to_string()),
            ("key", self.key.clone()),
            ("scenario", config.scenario.clone()),
            ("sample", config.sample.to_string()),
            ("refined_sample", config.refined_sample.to_string()),
            ("figures", likelihood.targets.len().to_string()),
            ("dimensions", self.space.len().to_string()),
            ("particles", config.sampler.particles.to_string()),
            ("chains", config.sampler.chains.to_string()),
            ("seed", config.sampler.seed.to_string()),
            ("sweeps", chains.state.sweeps.to_string()),
            ("evaluations", chains.state.evaluations.to_string()),
            ("reweighted", chains.reweighted().to_string()),
            ("log_ratio_sd", tables::number(chains.log_ratio_sd)),
        ];
        table.rows = rows.into_iter().map(|(name, value)| vec![name.to_string(), value]).collect();
        let fitted_to = |(file, hash): &(String, String)| vec![format!("{FITTED_TO}{file}"), hash.clone()];
        table.rows.extend(fitted_tables(&self.data.files).map(fitted_to));
        table
    }
}
