//! The fits of one calibration: configuration and what was known in, chains out, run here or on other machines.

use super::{RemoteExecutor, key};
use crate::{
    calibration::{
        config::Config,
        fit::{Chains, Kept, fit},
        history::{History, REFINED, REPLICATE},
        likelihood::Likelihood,
        sampler::{SamplerState, Sampling, Settings},
        space::{PriorSet, Space},
    },
    commands::{
        RunContext,
        chunk::{Chunk, ChunkBase, ChunkOutput, ChunkPart, HistoryPlan, expected},
    },
    data::Data,
    engine::Progress,
    error::{Kind, Problem},
    observation::SurveyAnswer,
    parameters::Parameters,
    population::{self, Population},
    scenario::{Loaded, Scale, Scenario},
};
use rayon::prelude::*;
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError, atomic::Ordering},
};

/// The history on the sample of most rounds, and on the larger one with the replicates of its two streams.
#[derive(Clone, Copy)]
pub(super) struct Histories<'a> {
    pub(super) history: &'a History<'a>,
    pub(super) refined: &'a History<'a>,
    pub(super) streams: [u32; 2],
}

/// Everything that fits share.
#[derive(Clone)]
pub(in crate::commands) struct Calibration<'a> {
    pub(super) config: &'a Config,
    pub(super) data: &'a Data,
    pub(super) scenario: &'a Scenario,
    pub(super) space: Space,
    /// The scenario as text.
    toml: &'a str,
    pub(super) work: PathBuf,
    pub(super) key: String,
    pub(super) context: RunContext<'a>,
    remote: Option<RemoteExecutor<'a>>,
}

/// Parameters and replicates of many runs in, figures of each out.
type MakesFigures<'a> = dyn Fn(&[(Parameters, u32)]) -> Option<Vec<Vec<f64>>> + Sync + 'a;

pub(in crate::commands) fn interrupted() -> Problem {
    Problem::error(Kind::Interrupted, "interrupted")
}

impl<'a> Calibration<'a> {
    /// Of a configuration and what was known on its day.
    pub(in crate::commands) fn new(
        config: &'a Config,
        data: &'a Data,
        loaded: &'a Loaded,
        work: PathBuf,
        context: RunContext<'a>,
        remote: Option<RemoteExecutor<'a>>,
    ) -> Calibration<'a> {
        Calibration {
            key: key(config, &loaded.resolved_toml, data),
            config,
            data,
            scenario: &loaded.scenario,
            toml: &loaded.resolved_toml,
            space: Space::new(),
            work,
            context,
            remote,
        }
    }

    /// The same with other priors.
    pub(super) fn with(&self, priors: PriorSet) -> Calibration<'a> {
        Calibration { space: Space::new().with(priors), ..self.clone() }
    }

    /// A fit alone, and what was fitted.
    pub(in crate::commands) fn fitted(
        &self,
        settings: &Settings,
        place: &(dyn Fn(f64) -> f64 + Sync),
    ) -> Result<(Chains, Likelihood), Problem> {
        self.with_histories(|histories| {
            let likelihood = self.likelihood(histories.history)?;
            Ok((self.fit("fit", histories, &likelihood, settings, place)?, likelihood))
        })
    }

    pub(super) fn likelihood(&self, history: &History) -> Result<Likelihood, Problem> {
        let targets = history.targets(self.config.as_of);
        if targets.is_empty() {
            return Err(Problem::error(Kind::Data, format!("no figure was published by {}", self.config.as_of))
                .advise("choose a later day: the first figures are of March 2020"));
        }
        Ok(Likelihood::new(&self.space, targets))
    }

    /// Does something with the history on both samples.
    pub(super) fn with_histories<T, E: From<Problem>>(
        &self,
        work: impl FnOnce(Histories) -> Result<T, E>,
    ) -> Result<T, E> {
        let populations = [self.population(self.config.sample)?, self.population(self.config.refined_sample)?];
        let plan = |sample: u32| HistoryPlan { end: self.config.as_of, sample, measures: true };
        let made = self.made_remotely(plan(self.config.sample))?;
        let made_refined = self.made_remotely(plan(self.config.refined_sample))?;
        let of = |population| History::new(self.scenario.clone(), self.data, population, self.config.as_of);
        let history = &of(&populations[0]).made(made.as_deref());
        let refined = &of(&populations[1]).made(made_refined.as_deref());
        work(Histories { history, refined, streams: REFINED })
    }
}

impl Calibration<'_> {
    pub(in crate::commands) fn goes_on(&self) -> bool {
        !self.context.stop.load(Ordering::Relaxed)
    }

    /// Makes figures of a history on other machines, when there are some.
    pub(super) fn made_remotely(&self, plan: HistoryPlan) -> Result<Option<Box<MakesFigures<'_>>>, Problem> {
        let Some(remote) = self.remote else { return Ok(None) };
        let runs = plan.usual_runs();
        let base = ChunkBase::of_history(self.toml, plan)?;
        Ok(Some(Box::new(move |points: &[(Parameters, u32)]| {
            let chunk = |points: &[(Parameters, u32)]| {
                let parts =
                    points.iter().map(|(parameters, replicate)| ChunkPart::at(parameters, *replicate)).collect();
                Chunk::new(ChunkOutput::Expected, &base, parts, self.data)
            };
            let bytes = remote(points.chunks(runs).map(chunk).collect())?;
            let each = |(bytes, points): (&Vec<u8>, &[(Parameters, u32)])| expected(bytes, points.len());
            Some(bytes.iter().zip(points.chunks(runs)).map(each).collect::<Option<Vec<_>>>()?.concat())
        })))
    }

    pub(in crate::commands) fn population(&self, firms: u32) -> Result<Population, Problem> {
        population::synthesise(self.data, self.scenario.run.population_seed, Scale::Sample(firms))
    }

    /// Runs every chain of a fit.
    pub(super) fn fit(
        &self,
        name: &str,
        histories: Histories,
        likelihood: &Likelihood,
        settings: &Settings,
        place: &(dyn Fn(f64) -> f64 + Sync),
    ) -> Result<Chains, Problem> {
        let far = Mutex::new(vec![0.0; settings.chains]);
        let one = |chain: usize| {
            let observe = |done: f64| {
                let mut far = far.lock().unwrap_or_else(PoisonError::into_inner);
                far[chain] = done;
                let done = far.iter().sum::<f64>() / settings.chains as f64;
                (self.context.observe)(Progress { done: (1e4 * place(done)) as u64, total: 10_000 });
            };
            let kept = Kept::new(&self.work, &format!("{name}-{chain}"), &self.key);
            self.chain(&kept, histories, likelihood, &settings.of_chain(chain), &observe)
        };
        let chains = (0..settings.chains).into_par_iter().map(one).collect::<Result<Vec<SamplerState>, Problem>>()?;
        Ok(Chains::new(&self.space, likelihood, chains))
    }

    pub(super) fn chain(
        &self,
        kept: &Kept,
        histories: Histories,
        likelihood: &Likelihood,
        settings: &Settings,
        observe: &(dyn Fn(f64) + Sync),
    ) -> Result<SamplerState, Problem> {
        let goes_on = |_| self.goes_on();
        let Histories { history, refined, streams } = histories;
        let targets = &likelihood.targets;
        let simulate = |z: &[Vec<f64>]| history.figures_at(&self.space, z, REPLICATE, targets, &goes_on);
        let refine = |z: &[Vec<f64>]| refined.refined_at(&self.space, z, streams, targets, &goes_on);
        let sampling = Sampling { space: &self.space, likelihood, simulate: &simulate, refine: &refine, settings };
        fit(&sampling, kept, observe, self.context.stop)
    }

    /// All answers of the history at some points.
    pub(super) fn answers(&self, history: &History, points: &[Vec<f64>]) -> Result<Vec<Vec<SurveyAnswer>>, Problem> {
        let at = |z: &Vec<f64>| history.answers(self.space.of_run(z, &Parameters::default()), &|_| self.goes_on());
        points.par_iter().map(at).collect::<Option<Vec<_>>>().ok_or_else(interrupted)
    }
}
