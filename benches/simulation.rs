//! Criterion's view of every goal of `docs/performance.md`, side by side in one run. `cargo bench --bench simulation`, or
//! `cargo bench --bench simulation -- 'whole Japan'` for one group.
//!
//! Groups count firm-weeks where there are any, so that equal rates mean that cost is linear.

mod world;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use std::{hint::black_box, time::Duration};
use telework::{
    engine::Options,
    population::Population,
    scenario::{Scale, Scenario},
};
use world::{OBSERVERS, SAMPLES, THREADS, WEEKS, World, length, of_length, pool};

type Group<'a> = criterion::BenchmarkGroup<'a, criterion::measurement::WallTime>;

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> Group<'a> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).measurement_time(Duration::from_secs(5)).sampling_mode(SamplingMode::Flat);
    group
}

fn firm_weeks(scenario: &Scenario, population: &Population) -> Throughput {
    Throughput::Elements(u64::from(length(scenario)) * population.len() as u64)
}

/// Measures some work on so many threads.
fn measure<R>(group: &mut Group, name: String, threads: usize, work: impl Fn() -> R + Sync)
where
    R: Send,
{
    let pool = pool(threads);
    let name = format!("{name}, threads: {threads}");
    group.bench_function(name, |bencher| bencher.iter(|| pool.install(|| black_box(work()))));
}

fn synthesis(criterion: &mut Criterion) {
    let world = World::new();
    let mut group = group(criterion, "synthesis");
    for (name, scale) in [("default sample", world.default_sample()), ("whole Japan", Scale::Whole)] {
        for threads in THREADS {
            measure(&mut group, name.into(), threads, || world.population(scale));
        }
    }
}

fn runs(criterion: &mut Criterion) {
    let world = World::new();
    for (name, scale) in [("default sample", world.default_sample()), ("whole Japan", Scale::Whole)] {
        let population = world.population(scale);
        let mut group = group(criterion, name);
        for (name, scenario) in world.scenarios() {
            group.throughput(firm_weeks(scenario, &population));
            for (observers, options) in OBSERVERS {
                for threads in THREADS {
                    let run = || world.run(scenario, &population, options);
                    measure(&mut group, format!("{name} {observers}"), threads, run);
                }
            }
        }
    }
}

fn firms(criterion: &mut Criterion) {
    let world = World::new();
    let mut group = group(criterion, "firms");
    for scale in SAMPLES.map(Scale::Sample).into_iter().chain([Scale::Whole]) {
        let population = world.population(scale);
        group.throughput(firm_weeks(&world.baseline, &population));
        let run = || world.run(&world.baseline, &population, Options::default());
        measure(&mut group, format!("{} firms, baseline", population.len()), 1, run);
    }
}

fn weeks(criterion: &mut Criterion) {
    let world = World::new();
    let mut group = group(criterion, "weeks");
    let population = world.population(Scale::Sample(1_000_000));
    for weeks in WEEKS {
        let scenario = of_length(&world.baseline, weeks);
        group.throughput(firm_weeks(&scenario, &population));
        let run = || world.run(&scenario, &population, Options::default());
        measure(&mut group, format!("{weeks} weeks of {} firms, baseline", population.len()), 1, run);
    }
}

/// Runs a second on one thread and on two.
fn ensembles(criterion: &mut Criterion) {
    const RUNS: u32 = 16;
    let world = World::new();
    let mut group = group(criterion, "ensemble");
    let population = world.population(world.default_sample());
    group.throughput(Throughput::Elements(RUNS.into()));
    for threads in THREADS {
        let name = format!("{RUNS} runs of the default sample, baseline, threads: {threads}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| world.ensemble(&world.baseline, &population, RUNS, threads));
        });
    }
}

fn likelihood(criterion: &mut Criterion) {
    let world = World::new();
    let mut group = group(criterion, "likelihood");
    let population = world.population(Scale::Sample(world.calibration.sample));
    let evaluation = world.evaluation(&population);
    for threads in THREADS {
        measure(&mut group, "one evaluation".into(), threads, || evaluation.log());
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = synthesis, runs, firms, weeks, ensembles, likelihood
}
criterion_main!(benches);
