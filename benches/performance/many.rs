//! Many runs: ensembles of the default sample on one thread and on two, the main job's size, the calibration's likelihood.

use crate::{
    clock::{Time, Work, race, timed},
    world::{THREADS, World, pool},
};
use std::hint::black_box;
use telework::scenario::Scale;

/// How much is run.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Runs of the ensembles that are compared.
    pub runs: u32,
    /// Draws of the large one.
    pub draws: u32,
    /// Rounds of the comparison.
    pub rounds: usize,
}

/// What was measured.
pub struct Many {
    size: Size,
    /// The compared ensemble by [`THREADS`].
    ensemble: [Time; 2],
    /// Seconds of the large ensemble on two threads.
    pub draws: f64,
    /// One evaluation of the likelihood, by [`THREADS`].
    likelihood: [Time; 2],
    sample: u32,
}

impl Many {
    /// Share of two threads' time that an ensemble uses for runs: 1 when it takes half of one thread's time.
    pub fn efficiency(&self) -> f64 {
        self.ensemble[0].median / (2.0 * self.ensemble[1].median)
    }

    /// Seconds of an evaluation on one thread: the calibration gives each thread its own.
    pub fn evaluation(&self) -> f64 {
        self.likelihood[0].median
    }

    /// For the page.
    pub fn table(&self) -> String {
        let row = |what: String, [one, two]: [Time; 2]| {
            let spread = 100.0 * one.spread.max(two.spread);
            format!("| {what} | {:.4} | {:.4} | {spread:.0} % |\n", one.median, two.median)
        };
        let Size { runs, draws, .. } = self.size;
        [
            "| what | 1 thread, s | 2 threads, s | spread |\n|---|---:|---:|---:|\n".into(),
            row(format!("ensemble of {runs} runs of the default sample, `baseline`"), self.ensemble),
            format!("| {draws} draws of the default sample, `baseline` | - | {:.3} | - |\n", self.draws),
            row(format!("one evaluation of the likelihood, {} firms", self.sample), self.likelihood),
        ]
        .concat()
    }
}

/// Measures all of it.
pub fn measure(world: &World, size: Size) -> Many {
    let population = world.population(world.default_sample());
    let run = |runs, threads| world.ensemble(&world.baseline, &population, runs, threads);
    let works = THREADS.map(|threads| Box::new(move || run(size.runs, threads)) as Work);
    let ensemble = race(size.rounds, works.into());
    let draws = timed(|| run(size.draws, 2)).1;
    let sample = world.calibration.sample;
    let population = world.population(Scale::Sample(sample));
    let evaluation = world.evaluation(&population);
    let pools = THREADS.map(pool);
    let works = pools.each_ref().map(|pool| {
        let evaluate = || _ = black_box(evaluation.log());
        Box::new(move || pool.install(evaluate)) as Work
    });
    let likelihood = race(3 * size.rounds, works.into());
    Many { size, ensemble: [ensemble[0], ensemble[1]], draws, likelihood: [likelihood[0], likelihood[1]], sample }
}
