//! One likelihood evaluation's run: the weeks to the as-of date on a weighted sample, always with the same luck.
//! Parameters in, simulated figures out.

use super::{
    space::Space,
    targets::{Target, targets},
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

/// Replicate whose luck every evaluation shares (common random numbers).
pub const REPLICATE: u32 = 0;

/// Makes histories on other machines: parameters of many runs in; of each run, in order, what its answers would be with
/// endless respondents out; `None` when stopped.
pub type RemoteFigures<'a> = &'a (dyn Fn(&[Parameters]) -> Option<Vec<Vec<f64>>> + Sync);

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
        let scenario = Scenario { parameters, ..self.scenario.clone() };
        let options = Options { observe: Observe::PublishedWaves, ..Options::default() };
        Some(simulate(&scenario, self.data, self.population, REPLICATE, options, goes_on)?.surveys)
    }

    /// The figures to fit, published by `as_of`.
    pub fn targets(&self, as_of: Date) -> Vec<Target> {
        let answers = self.answers(Parameters::default(), &|_| true).unwrap_or_default();
        targets(self.data, as_of, &answers)
    }

    /// The targets' simulated counterparts at a point of the space; `None` when stopped.
    pub fn figures(
        &self,
        space: &Space,
        z: &[f64],
        targets: &[Target],
        goes_on: &dyn Fn(Week) -> bool,
    ) -> Option<Vec<f64>> {
        let parameters = space.of_run(z, &self.scenario.parameters);
        // Every run answers the same questions in the same order: places found once hold for all.
        let expected: Vec<f64> = self.answers(parameters, goes_on)?.iter().map(|answer| answer.expected).collect();
        Some(targets.iter().map(|target| target.of(&expected)).collect())
    }

    /// [`History::figures`] of many points, in order: on this machine's threads, or elsewhere.
    pub fn figures_at(
        &self,
        space: &Space,
        points: &[Vec<f64>],
        targets: &[Target],
        goes_on: &(dyn Fn(Week) -> bool + Sync),
    ) -> Option<Vec<Vec<f64>>> {
        let Some(elsewhere) = self.elsewhere else {
            return points.par_iter().map(|z| self.figures(space, z, targets, goes_on)).collect();
        };
        let parameters: Vec<Parameters> = points.iter().map(|z| space.of_run(z, &self.scenario.parameters)).collect();
        let of = |expected: &Vec<f64>| targets.iter().map(|target| target.of(expected)).collect();
        Some(elsewhere(&parameters)?.iter().map(of).collect())
    }
}
