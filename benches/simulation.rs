//! Time of synthesis and runs, against the targets of `docs/performance.md`. `cargo bench --bench simulation`.
//!
//! Every run is `all_measures`: all eleven kinds of intervention, all indicators and surveys, 326 weeks. `cargo bench`
//! prints 1 and 2 threads one after the other, so that both meet about the same load from elsewhere.

use criterion::{Criterion, criterion_group, criterion_main};
use std::{hint::black_box, time::Duration};
use telework::{
    data::Data,
    engine::{Options, Series, simulate},
    population::{Population, synthesise},
    scenario::{Scale, Scenario, load},
};

const THREADS: [usize; 2] = [1, 2];

struct World {
    data: Data,
    scenario: Scenario,
    default_sample: Scale,
}

impl World {
    fn new() -> World {
        let data = Data::embedded().expect("the embedded tables are sound");
        let scenario = load("all_measures", &[]).expect("a shipped scenario").scenario;
        let default_sample = load("baseline", &[]).expect("a shipped scenario").scenario.run.scale;
        World { data, scenario, default_sample }
    }
    fn scales(&self) -> [(&'static str, Scale); 2] {
        [("default sample", self.default_sample), ("whole Japan", Scale::Whole)]
    }
    fn population(&self, scale: Scale) -> Population {
        synthesise(&self.data, self.scenario.run.population_seed, scale).expect("the population")
    }
    fn run(&self, population: &Population, options: Options) -> Option<Series> {
        simulate(&self.scenario, &self.data, population, 0, options, &|_| true)
    }
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}

fn synthesis(criterion: &mut Criterion) {
    let world = World::new();
    let mut group = criterion.benchmark_group("synthesis");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    for (name, scale) in world.scales() {
        for threads in THREADS {
            let pool = pool(threads);
            group.bench_function(format!("{name}, threads: {threads}"), |bencher| {
                bencher.iter(|| pool.install(|| black_box(world.population(scale))));
            });
        }
    }
    group.finish();
}

fn runs(criterion: &mut Criterion) {
    let world = World::new();
    let mut group = criterion.benchmark_group("run of 326 weeks");
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    for (name, scale) in world.scales() {
        let population = world.population(scale);
        for threads in THREADS {
            let pool = pool(threads);
            group.bench_function(format!("{name}, threads: {threads}"), |bencher| {
                bencher.iter(|| pool.install(|| black_box(world.run(&population, Options::default()))));
            });
        }
        // What the observers cost: the same run without them.
        let pool = pool(2);
        let options = Options { unobserved: true, ..Options::default() };
        group.bench_function(format!("{name}, unobserved, threads: 2"), |bencher| {
            bencher.iter(|| pool.install(|| black_box(world.run(&population, options))));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = synthesis, runs
}
criterion_main!(benches);
