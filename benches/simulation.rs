//! Time of synthesis and runs, against the targets of `docs/performance.md`. `cargo bench --bench simulation`.
//!
//! Runs are `all_measures`, with all eleven kinds of intervention, all indicators and surveys, over 326 weeks; and, for
//! comparison, the baseline. 1 and 2 threads follow each other, so that both meet about the same load from elsewhere.

use criterion::{Criterion, criterion_group, criterion_main};
use std::{hint::black_box, time::Duration};
use telework::{
    data::Data,
    engine::{Observe, Options, Series, simulate},
    population::{Population, synthesise},
    scenario::{Scale, Scenario, load},
};

const THREADS: [usize; 2] = [1, 2];

struct World {
    data: Data,
    baseline: Scenario,
    all_measures: Scenario,
}

impl World {
    fn new() -> World {
        let data = Data::embedded().expect("the embedded tables are sound");
        let shipped = |name: &str| load(name, &[]).expect("a shipped scenario").scenario;
        World { data, baseline: shipped("baseline"), all_measures: shipped("all_measures") }
    }
    fn scales(&self) -> [(&'static str, Scale); 2] {
        [("default sample", self.baseline.run.scale), ("whole Japan", Scale::Whole)]
    }
    fn population(&self, scale: Scale) -> Population {
        synthesise(&self.data, self.baseline.run.population_seed, scale).expect("the population")
    }
    fn run(&self, scenario: &Scenario, population: &Population, options: Options) -> Option<Series> {
        simulate(scenario, &self.data, population, 0, options, &|_| true)
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
        let mut measure = |what: &str, scenario: &Scenario, threads: usize, options: Options| {
            let pool = pool(threads);
            group.bench_function(format!("{name}, {what}, threads: {threads}"), |bencher| {
                bencher.iter(|| pool.install(|| black_box(world.run(scenario, &population, options))));
            });
        };
        for threads in THREADS {
            measure("all_measures", &world.all_measures, threads, Options::default());
        }
        // What observers cost, and what measures cost.
        let unobserved = Options { observe: Observe::Nothing, ..Options::default() };
        measure("all_measures unobserved", &world.all_measures, 2, unobserved);
        measure("baseline", &world.baseline, 2, Options::default());
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = synthesis, runs
}
criterion_main!(benches);
