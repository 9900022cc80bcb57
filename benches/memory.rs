//! Peak memory of one run of whole Japan with everything on, synthesis included. `cargo bench --bench memory`.
//!
//! In a process of its own, because the peak (`VmHWM` of Linux) is the process's.

use std::hint::black_box;
use telework::{
    data::Data,
    engine::{Options, simulate},
    population::synthesise,
    scenario::{Scale, load},
};

/// Largest resident memory of this process so far in MB (10^6 bytes); `None` where the system does not say.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()? * 1024.0 / 1e6)
}

fn main() {
    let show = |what: &str| match peak_megabytes() {
        Some(peak) => println!("peak memory {what}: {peak:.0} MB"),
        None => println!("peak memory {what}: not known on this system"),
    };
    let data = Data::embedded().expect("the embedded tables are sound");
    let scenario = load("all_measures", &[]).expect("a shipped scenario").scenario;
    let population = synthesise(&data, scenario.run.population_seed, Scale::Whole).expect("the population");
    show("after the synthesis of whole Japan");
    black_box(simulate(&scenario, &data, &population, 0, Options::default(), &|_| true));
    show("after one run of whole Japan, all_measures");
}
