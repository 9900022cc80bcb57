//! Measures everything that `docs/performance.md` shows, and rewrites its tables. `cargo bench --bench performance`
//!
//! `-- --quick` tries the command out on small samples and prints the parts instead. Works that are compared take turns,
//! forth and back; times are medians of rounds. Nothing between the page's marks is typed by hand.

mod clock;
mod costs;
mod goals;
mod growth;
mod machine;
mod many;
mod memory;
mod page;
mod roofline;
mod runs;
#[path = "../world/mod.rs"]
mod world;

use goals::{Goal, Side::*};
use runs::Row;
use std::process::ExitCode;
use telework::scenario::Scale;
use world::{SAMPLES, World};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/performance.md");

/// Parts of the page, in their order.
const PARTS: [&str; 11] = [
    "machine",
    "goals",
    "whole Japan",
    "default sample",
    "firms",
    "weeks",
    "many runs",
    "memory",
    "ceilings",
    "costs",
    "roofline",
];

/// How much is measured.
struct Effort {
    rounds: usize,
    /// Rising; the last one counts as the whole.
    scales: Vec<Scale>,
    /// Streams of so many of the whole: about 10^7 and 10^8 firms.
    streams: &'static [u64],
    many: many::Size,
}

impl Effort {
    fn full() -> Effort {
        Effort {
            rounds: 5,
            scales: SAMPLES.map(Scale::Sample).into_iter().chain([Scale::Whole]).collect(),
            streams: &[3, 30],
            many: many::Size { runs: 64, draws: 1000, rounds: 5 },
        }
    }

    fn quick() -> Effort {
        Effort {
            rounds: 1,
            scales: [10_000, 30_000].map(Scale::Sample).into(),
            streams: &[2],
            many: many::Size { runs: 4, draws: 8, rounds: 1 },
        }
    }
}

fn measure(effort: &Effort) -> [String; PARTS.len()] {
    let load = machine::load();
    let world = World::new();
    let whole = effort.scales.last().copied().unwrap_or(Scale::Whole);
    let says = |what: &str| eprintln!("measuring {what}");
    says("memory");
    let peaks = memory::measure(whole);
    says("ceilings of the machine");
    let roofline = roofline::Roofline::measure(effort.rounds);
    let week = costs::FirmWeek::new(costs::Counts::of(&world, whole));
    says("runs of whole Japan");
    let japan = runs::measure(&world, whole, effort.rounds);
    says("runs of the default sample");
    let sample = runs::measure(&world, world.default_sample(), effort.rounds);
    says("growth with firms");
    let firms = growth::firms(&world, &effort.scales, effort.streams, effort.rounds);
    says("growth with weeks");
    let weeks = growth::weeks(&world, whole, effort.rounds);
    says("ensembles and the likelihood");
    let many = many::measure(&world, effort.many);

    let row = |name: &str| japan.iter().find(|row| row.name == name).expect("runs measures it");
    let (synthesis, all, bare) = (row("synthesis"), row("`all_measures`, observed"), row("`no_policy`, unobserved"));
    let seconds = |row: &Row| Some(row.times[1].median);
    let goal = |what, side, target, measured, unit| Goal { what, side, target, measured, unit };
    let goals = [
        goal("whole Japan, `all_measures`, all observers, 2 threads", AtMost, 0.7, seconds(all), "s"),
        goal("synthesis of whole Japan, 2 threads", AtMost, 0.7, seconds(synthesis), "s"),
        goal("memory of whole Japan, everything counted", AtMost, 40.0, peaks.map(|p| p.per_firm()), "bytes a firm"),
        goal("speed-up from 1 to 2 threads, whole Japan, `all_measures`", AtLeast, 1.8, Some(all.speed_up()), ""),
        goal("efficiency of ensembles on 2 threads", AtLeast, 0.95, Some(many.efficiency()), ""),
        goal("growth of cost with firms: steepest exponent", AtMost, 1.05, Some(firms.steepest()), ""),
        goal("growth of cost with weeks: steepest exponent", AtMost, 1.05, Some(weeks.steepest()), ""),
        goal("1,000 draws of the default sample, 2 threads", AtMost, 30.0, Some(many.draws), "s"),
        goal("one evaluation of the likelihood, 1 thread", AtMost, 60.0, Some(1e3 * many.evaluation()), "ms"),
    ];
    [
        machine::describe(&load),
        goals::table(&goals),
        runs::table(&japan),
        runs::table(&sample),
        firms.table(),
        weeks.table(),
        many.table(),
        peaks.map_or("not known on this system".into(), |peaks| peaks.table()),
        roofline.table(),
        costs::table(&week),
        roofline.distance(&week, bare.times.map(|time| time.median), bare.size),
    ]
}

/// Measures and prints; the full measure goes into the page.
fn perform(quick: bool) -> Result<(), String> {
    let effort = if quick { Effort::quick() } else { Effort::full() };
    page::renew(PAGE, PARTS, quick.then_some("tried out on small samples"), || Ok(measure(&effort)))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--peak", firms] => {
            memory::child(firms.parse().ok().filter(|firms| *firms > 0).map_or(Scale::Whole, Scale::Sample));
            Ok(())
        }
        ["--quick"] => perform(true),
        [] => perform(false),
        other => Err(format!("unknown: {other:?}; write nothing, or `-- --quick`")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
