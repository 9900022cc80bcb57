//! The hot paths: each is prepared, then walked once inside [`counted`], where callgrind collects.

use crate::world::{World, shipped};
use std::{hint::black_box, path::Path};
use telework::{
    commands::{Common, RunContext, RunRequest, execute, prepare},
    engine::Options,
    error::Problems,
    report::{Folder, page},
    scenario::Scale,
};

/// Longest first, so that processes side by side end at about the same time.
pub const PATHS: [&str; 6] = ["all_measures", "baseline", "no_policy", "likelihood", "synthesis", "page"];

/// Firms of the sample: three to four a cell, so that neither cells nor firms hide the other.
const FIRMS: u32 = 20_000;

/// Callgrind is told this function's name.
#[unsafe(no_mangle)]
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
}

/// Prepares a path and walks it. `folder` holds what [`prepare_page`] made.
pub fn walk(path: &str, folder: &Path) {
    // Callgrind collects thread by thread: all work has to stay on this one.
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().expect("the only pool");
    let world = World::new();
    let sample = || world.population(Scale::Sample(FIRMS));
    match path {
        "synthesis" => counted(&mut || drop(black_box(sample()))),
        "likelihood" => {
            let population = sample();
            let evaluation = world.evaluation(&population);
            counted(&mut || _ = black_box(evaluation.log()));
        }
        "page" => {
            let folders = [Folder::read(&run(folder)).expect("just written")];
            counted(&mut || drop(black_box(page(&folders, &world.data))));
        }
        scenario => {
            let (scenario, population) = (shipped(scenario), sample());
            counted(&mut || drop(black_box(world.run(&scenario, &population, Options::default()))));
        }
    }
}

fn run(folder: &Path) -> std::path::PathBuf {
    folder.join("run")
}

/// The run folder that the page shows: two replicates of the baseline.
pub fn prepare_page(folder: &Path) -> Result<(), Problems> {
    let job = prepare(RunRequest {
        scenario: "baseline".into(),
        common: Common {
            draws: Some(2),
            sample: Some(6000),
            out: Some(run(folder)),
            store: Some(folder.join("store")),
            ..Common::default()
        },
        ..RunRequest::default()
    })?;
    let stop = std::sync::atomic::AtomicBool::new(false);
    execute(job, RunContext { threads: 0, observe: &|_| {}, stop: &stop }).map(drop)
}
