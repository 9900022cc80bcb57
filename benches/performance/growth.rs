//! How cost grows with firms and with weeks, on one thread.
//!
//! Whole Japan is the largest population that there is. Beyond it firms are streamed: one Japan after the other, each
//! synthesised from a seed of its own, run and dropped, so that memory stays that of one.

use crate::{
    clock::{Work, race, timed},
    world::{WEEKS, World, length, of_length, pool},
};
use std::{fmt::Write, hint::black_box};
use telework::{engine::Options, scenario::Scale};

/// A size and its seconds.
pub struct Point {
    /// What the size is made of.
    name: String,
    /// Firms or weeks.
    size: f64,
    /// Weeks need none of their own.
    synthesis: Option<f64>,
    run: f64,
}

/// Points in rising size.
pub struct Growth {
    unit: &'static str,
    points: Vec<Point>,
    /// Firm-weeks of one unit.
    firm_weeks: f64,
}

impl Growth {
    /// Exponents of time with size, from a point to the next: 1 is linear.
    fn exponents(&self) -> impl Iterator<Item = f64> {
        self.points.windows(2).map(|pair| libm::log(pair[1].run / pair[0].run) / libm::log(pair[1].size / pair[0].size))
    }

    /// The largest of them: no step may cost more than its size.
    pub fn steepest(&self) -> f64 {
        self.exponents().fold(f64::NEG_INFINITY, f64::max)
    }

    /// For the page.
    pub fn table(&self) -> String {
        let unit = self.unit;
        let mut text = format!(
            "| made of | {unit} | synthesis, s | run, s | ns a firm-week | exponent since the line before |\n\
             |---|---:|---:|---:|---:|---:|\n"
        );
        let exponents = std::iter::once(None).chain(self.exponents().map(Some));
        for (point, exponent) in self.points.iter().zip(exponents) {
            let since = exponent.map_or("-".into(), |exponent| format!("{exponent:.2}"));
            let synthesis = point.synthesis.map_or("-".into(), |seconds| format!("{seconds:.3}"));
            let cost = 1e9 * point.run / (point.size * self.firm_weeks);
            let _ = writeln!(
                text,
                "| {} | {} | {synthesis} | {:.3} | {cost:.3} | {since} |",
                point.name, point.size, point.run
            );
        }
        text
    }
}

/// With firms: of `scales`, and streams of so many of the last of them.
pub fn firms(world: &World, scales: &[Scale], streams: &[u64], rounds: usize) -> Growth {
    let pool = pool(1);
    let mut points: Vec<Point> = scales.iter().map(|scale| pool.install(|| one(world, *scale, rounds))).collect();
    let last = scales.last().copied().unwrap_or(Scale::Whole);
    points.extend(streams.iter().map(|count| pool.install(|| stream(world, last, *count))));
    Growth { unit: "firms", points, firm_weeks: f64::from(length(&world.baseline)) }
}

fn name(scale: Scale) -> &'static str {
    if scale == Scale::Whole { "whole Japan" } else { "a sample" }
}

fn one(world: &World, scale: Scale, rounds: usize) -> Point {
    let population = world.population(scale);
    let works: Vec<Work> = vec![
        Box::new(|| drop(black_box(world.population(scale)))),
        Box::new(|| drop(black_box(world.run(&world.baseline, &population, Options::default())))),
    ];
    let times = race(rounds, works);
    let (synthesis, run) = (times[0].median, times[1].median);
    Point { name: name(scale).into(), size: population.len() as f64, synthesis: Some(synthesis), run }
}

/// So many populations after each other, every one with other firms.
fn stream(world: &World, scale: Scale, count: u64) -> Point {
    let (mut size, mut synthesis, mut run) = (0.0, 0.0, 0.0);
    for number in 0..count {
        let (population, taken) = timed(|| world.another(number, scale));
        synthesis += taken;
        run += timed(|| black_box(world.run(&world.baseline, &population, Options::default()))).1;
        size += population.len() as f64;
    }
    Point { name: format!("{count} x {}, streamed", name(scale)), size, synthesis: Some(synthesis), run }
}

/// With weeks, of `whole`.
pub fn weeks(world: &World, whole: Scale, rounds: usize) -> Growth {
    let pool = pool(1);
    let population = world.population(whole);
    let scenarios = WEEKS.map(|weeks| of_length(&world.baseline, weeks));
    let (pool, firms) = (&pool, &population);
    let run = |scenario| {
        let run = move || drop(black_box(world.run(scenario, firms, Options::default())));
        Box::new(move || pool.install(run)) as Work
    };
    let times = race(rounds, scenarios.iter().map(run).collect());
    let point = |(weeks, time): (u32, crate::clock::Time)| Point {
        name: format!("{} firms", population.len()),
        size: weeks.into(),
        synthesis: None,
        run: time.median,
    };
    let points = WEEKS.into_iter().zip(times).map(point).collect();
    Growth { unit: "weeks", points, firm_weeks: population.len() as f64 }
}
