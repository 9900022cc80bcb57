//! What the benches measure: the embedded data, shipped scenarios, populations of any scale, runs of them.
// Each bench uses a part of it.
#![allow(dead_code)]

use jiff::civil::Date;
use telework::{
    calibration::{config::Config, history::History, likelihood::Likelihood, space::Space},
    data::Data,
    engine::{Options, Series, simulate},
    population::{Population, synthesise},
    scenario::{Scale, Scenario, load},
};

/// A shipped scenario.
pub fn shipped(name: &str) -> Scenario {
    load(name, &[]).expect("shipped scenarios are sound").scenario
}

/// Tables and scenarios.
pub struct World {
    /// The tables inside the program.
    pub data: Data,
    /// No measure.
    pub no_policy: Scenario,
    /// The measures of fiscal 2020.
    pub baseline: Scenario,
    /// Every kind of measure, most at ten times its scale.
    pub all_measures: Scenario,
    /// How the shipped posterior was made.
    pub calibration: Config,
}

impl World {
    /// Reads them.
    pub fn new() -> World {
        World {
            data: Data::embedded().expect("the embedded tables are sound"),
            no_policy: shipped("no_policy"),
            baseline: shipped("baseline"),
            all_measures: shipped("all_measures"),
            calibration: Config::load(None).expect("the shipped configuration is sound"),
        }
    }

    /// Firms of a scale, by the scenarios' own seed.
    pub fn population(&self, scale: Scale) -> Population {
        synthesise(&self.data, self.baseline.run.population_seed, scale).expect("a scale that can be made")
    }

    /// One run.
    pub fn run(&self, scenario: &Scenario, population: &Population, options: Options) -> Series {
        simulate(scenario, &self.data, population, 0, options, &|_| true).expect("nobody stops it")
    }

    /// What the calibration evaluates at every point of its search.
    pub fn evaluation<'a>(&'a self, population: &'a Population) -> Evaluation<'a> {
        let (space, as_of) = (Space::new(), self.calibration.as_of);
        let scenario = shipped(&self.calibration.scenario);
        let history = History::new(scenario, &self.data, population, as_of);
        let likelihood = Likelihood::new(&space, history.targets(as_of));
        Evaluation { space, history, likelihood }
    }
}

/// The calibration's likelihood, ready to be evaluated.
pub struct Evaluation<'a> {
    space: Space,
    history: History<'a>,
    likelihood: Likelihood,
}

impl Evaluation<'_> {
    /// Log likelihood at the prior's centre: a run to the as-of date, its figures, their density.
    pub fn log(&self) -> f64 {
        let centre = vec![0.0; self.space.len()];
        let figures = self.history.figures(&self.space, &centre, &self.likelihood.targets, &|_| true);
        self.likelihood.log(&self.space, &centre, &figures.expect("nobody stops it"))
    }
}

/// A scenario that ends on another day.
pub fn until(scenario: &Scenario, end: Date) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.run.end = end;
    scenario
}

/// A pool of so many threads.
pub fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}
