//! One likelihood evaluation's run: the weeks to the as-of date on a weighted sample, with a given process-noise stream.
//! Parameters in, simulated figures out.

use super::{
    space::Space,
    targets::{CalibrationFigure, targets},
};
use crate::{
    calendar::Week,
    data::Data,
    engine::{Options, simulate},
    observation::{Observe, SurveyAnswer},
    parameters::Parameters,
    population::Population,
    scenario::Scenario,
};
use jiff::civil::Date;
use rayon::prelude::*;

/// Replicate whose process noise evaluations share (common random numbers).
pub const REPLICATE: u32 = 0;
/// The two replicates of which a fit's refined evaluations take the mean.
pub const REFINED: [u32; 2] = [1, 2];

/// Makes histories on other machines: parameters and replicates of many runs in; of each run, in order, what its answers would be with
/// endless respondents out; `None` when stopped.
pub type RemoteFigures<'a> = &'a (dyn Fn(&[(Parameters, u32)]) -> Option<Vec<Vec<f64>>> + Sync);

/// Runs histories.
pub struct History<'a> {
    scenario: Scenario,
    data: &'a Data,
    population: &'a Population,
    elsewhere: Option<RemoteFigures<'a>>,
}

impl<'a> History<'a> {
    /// Of a scenario, to the week of `end`.
    pub fn new(mut scenario: Scenario, data: &'a Data, population: &'a Population, end: Date) -> History<'a> {
        scenario.run.end = end;
        History { scenario, data, population, elsewhere: None }
    }

    /// With figures of many points made elsewhere.
    pub fn made(self, elsewhere: Option<RemoteFigures<'a>>) -> History<'a> {
        History { elsewhere, ..self }
    }

    /// All answers of published waves.
    pub fn answers(&self, parameters: Parameters, goes_on: &dyn Fn(Week) -> bool) -> Option<Vec<SurveyAnswer>> {
        self.answers_of(parameters, REPLICATE, goes_on)
    }

    /// All answers of published waves with a replicate's process noise and later emergencies.
    pub fn answers_of(
        &self,
        parameters: Parameters,
        replicate: u32,
        goes_on: &dyn Fn(Week) -> bool,
    ) -> Option<Vec<SurveyAnswer>> {
        let scenario = Scenario { parameters, ..self.scenario.clone() };
        let options = Options { observe: Observe::PublishedWaves, ..Options::default() };
        Some(simulate(&scenario, self.data, self.population, replicate, options, goes_on)?.surveys)
    }

    /// The figures to fit, published by `as_of`.
    pub fn targets(&self, as_of: Date) -> Vec<CalibrationFigure> {
        let answers = self.answers(Parameters::default(), &|_| true).unwrap_or_default();
        targets(self.data, as_of, &answers)
    }

    /// The targets' simulated counterparts at points of the space, in order, with one replicate's process noise; on this
    /// machine's threads, or elsewhere; `None` when stopped.
    pub fn figures_at(
        &self,
        space: &Space,
        points: &[Vec<f64>],
        replicate: u32,
        targets: &[CalibrationFigure],
        goes_on: &(dyn Fn(Week) -> bool + Sync),
    ) -> Option<Vec<Vec<f64>>> {
        let runs: Vec<(Parameters, u32)> =
            points.iter().map(|z| (space.of_run(z, &self.scenario.parameters), replicate)).collect();
        // Every run answers the same questions in the same order: places found once hold for all.
        let of = |expected: &Vec<f64>| targets.iter().map(|target| target.of(expected)).collect();
        let one = |(parameters, replicate): &(Parameters, u32)| -> Option<Vec<f64>> {
            let answers = self.answers_of(parameters.clone(), *replicate, goes_on)?;
            Some(answers.iter().map(|answer| answer.expected).collect())
        };
        let expected = match self.elsewhere {
            Some(elsewhere) => elsewhere(&runs)?,
            None => runs.par_iter().map(one).collect::<Option<Vec<_>>>()?,
        };
        Some(expected.iter().map(of).collect())
    }

    /// [`History::figures_at`] of two replicates.
    pub fn refined_at(
        &self,
        space: &Space,
        points: &[Vec<f64>],
        streams: [u32; 2],
        targets: &[CalibrationFigure],
        goes_on: &(dyn Fn(Week) -> bool + Sync),
    ) -> Option<Vec<[Vec<f64>; 2]>> {
        let [first, second] = streams.map(|replicate| self.figures_at(space, points, replicate, targets, goes_on));
        Some(first?.into_iter().zip(second?).map(|(a, b)| [a, b]).collect())
    }
}
