//! Times of synthesis and runs: scenarios, with observers and without, on one thread and on two.

use crate::{
    clock::{Time, Work, race},
    world::{OBSERVERS, THREADS, World, length, pool},
};
use std::{fmt::Write, hint::black_box};
use telework::scenario::Scale;

/// A work on one thread and on two.
pub struct Row {
    /// What it is.
    pub name: String,
    /// Times by [`THREADS`].
    pub times: [Time; 2],
    /// Firm-weeks of one run, firms of one synthesis.
    pub size: f64,
}

impl Row {
    /// Of one thread to two.
    pub fn speed_up(&self) -> f64 {
        self.times[0].median / self.times[1].median
    }
}

/// Synthesis, then all runs, of one scale.
pub fn measure(world: &World, scale: Scale, rounds: usize) -> Vec<Row> {
    let pools = THREADS.map(pool);
    let population = &world.population(scale);
    let firms = population.len() as f64;
    let (mut names, mut works): (Vec<(String, f64)>, Vec<Work>) = (vec![("synthesis".into(), firms)], Vec::new());
    for pool in &pools {
        works.push(Box::new(move || pool.install(|| drop(black_box(world.population(scale))))));
    }
    for (name, scenario) in world.scenarios() {
        for (observers, options) in OBSERVERS {
            names.push((format!("`{name}`, {observers}"), firms * f64::from(length(scenario))));
            for pool in &pools {
                let run = move || drop(black_box(world.run(scenario, population, options)));
                works.push(Box::new(move || pool.install(run)));
            }
        }
    }
    let times = race(rounds, works);
    let row = |((name, size), times): ((String, f64), &[Time; 2])| Row { name, times: *times, size };
    names.into_iter().zip(times.as_chunks().0).map(row).collect()
}

/// For the page.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| what | 1 thread, s | 2 threads, s | speed-up | ns a firm-week (synthesis: a firm), 1 thread | spread |\n\
         |---|---:|---:|---:|---:|---:|\n",
    );
    for row in rows {
        let [one, two] = row.times;
        let _ = writeln!(
            text,
            "| {} | {:.3} | {:.3} | {:.2} | {:.3} | {:.0} % |",
            row.name,
            one.median,
            two.median,
            row.speed_up(),
            1e9 * one.median / row.size,
            100.0 * one.spread.max(two.spread)
        );
    }
    text
}
