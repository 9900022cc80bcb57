//! What the benches measure: the embedded data, shipped scenarios, populations of any scale, runs of them.
// Each bench uses a part of it.
#![allow(dead_code)]

use std::{hint::black_box, sync::atomic::AtomicBool};
use telework::{
    calendar::Week,
    calibration::{
        config::Config,
        history::{History, REPLICATE},
        likelihood::Likelihood,
        space::Space,
    },
    data::Data,
    engine::{Ensemble, Observe, Options, ParameterChoice, ParameterSource, RunContext, RunTask, Series, simulate},
    population::{Population, synthesise},
    scenario::{Scale, Scenario, load},
};

/// Numbers of threads that are compared.
pub const THREADS: [usize; 2] = [1, 2];
/// Sizes of samples on the way to whole Japan.
pub const SAMPLES: [u32; 3] = [10_000, 100_000, 1_000_000];
/// Lengths of runs, in weeks: a quarter, a half, the whole.
pub const WEEKS: [u32; 3] = [81, 163, 326];
/// Everything observed, and nothing.
pub const OBSERVERS: [(&str, Options); 2] = [
    ("observed", Options { panel: false, observe: Observe::Everything }),
    ("unobserved", Options { panel: false, observe: Observe::Nothing }),
];

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

    /// The scenarios whose runs are measured.
    pub fn scenarios(&self) -> [(&'static str, &Scenario); 3] {
        [("no_policy", &self.no_policy), ("baseline", &self.baseline), ("all_measures", &self.all_measures)]
    }

    /// The sample that runs have unless they are told otherwise.
    pub fn default_sample(&self) -> Scale {
        self.baseline.run.scale
    }

    /// Firms of a scale, by the scenarios' own seed.
    pub fn population(&self, scale: Scale) -> Population {
        self.another(0, scale)
    }

    /// Other firms of the same Japan: numbers make seeds.
    pub fn another(&self, number: u64, scale: Scale) -> Population {
        synthesise(&self.data, self.baseline.run.population_seed + number, scale).expect("a scale that can be made")
    }

    /// One run.
    pub fn run(&self, scenario: &Scenario, population: &Population, options: Options) -> Series {
        simulate(scenario, &self.data, population, 0, options, &|_| true).expect("nobody stops it")
    }

    /// Many runs, each with a posterior draw, handed over and dropped one by one.
    pub fn ensemble(&self, scenario: &Scenario, population: &Population, runs: u32, threads: usize) {
        let sources =
            [ParameterSource { choice: ParameterChoice::Posterior, scenario, posterior: &self.data.posterior }];
        let tasks: Vec<RunTask> = (0..runs).map(|run| RunTask { source: 0, key: run.into() }).collect();
        let keep = |_, series| {
            black_box::<Series>(series);
            true
        };
        let (options, stop) = (Options::default(), AtomicBool::new(false));
        let context = RunContext { threads, observe: &|_| {}, stop: &stop };
        Ensemble { sources: &sources, data: &self.data, population, options }
            .run(&tasks, context, &keep)
            .expect("nobody stops it");
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
        let centre = [vec![0.0; self.space.len()]];
        let figures = self.history.figures_at(&self.space, &centre, REPLICATE, &self.likelihood.targets, &|_| true);
        self.likelihood.log(&self.space, &centre[0], &figures.expect("nobody stops it")[0])
    }
}

/// A scenario that ends after so many weeks.
pub fn of_length(scenario: &Scenario, weeks: u32) -> Scenario {
    let mut scenario = scenario.clone();
    let first = Week::containing(scenario.run.start).expect("a checked scenario");
    scenario.run.end = Week(first.0 + weeks - 1).sunday();
    scenario
}

/// Weeks of a scenario.
pub fn length(scenario: &Scenario) -> u32 {
    let week = |date| Week::containing(date).expect("a checked scenario").0;
    week(scenario.run.end) - week(scenario.run.start) + 1
}

/// A pool of so many threads.
pub fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}
