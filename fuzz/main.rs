//! The fuzzing room: mangled inputs into every reader, on stable Rust, with the checks for overflow on.
//!
//! ```text
//! cargo run --profile test --example fuzz -- TARGET|all [--seconds N] [--seed N]
//! ```
//!
//! Seeds are the project's own files, those under `tests/bad`, and `fuzz/corpus/TARGET`. A scenario is mostly changed as a
//! tree (keys, values, tables moved about), everything else as bytes. Nothing may panic, overflow or take for ever; what is
//! accepted must keep its promises (a scenario reads back as it was meant, a message shows no control characters). An input that
//! breaks one is kept in `fuzz/found`, and the exit code is 1. One seed gives the same inputs in the same order.

mod mangle;
mod targets;

use mangle::Luck;
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};
use targets::TARGETS;

/// Longest time that an input may take, on a machine that is busy with other things too: all take less than a second alone.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |flag: &str, usual: u64| {
        let at = words.iter().position(|word| word == flag);
        at.and_then(|at| words.get(at + 1)?.parse().ok()).unwrap_or(usual)
    };
    let (seconds, seed) = (number("--seconds", 60), number("--seed", 1));
    let wanted = words.first().map_or("--help", String::as_str);
    let chosen: Vec<_> = TARGETS.iter().filter(|(name, ..)| wanted == "all" || wanted == *name).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|(name, ..)| *name).collect();
        eprintln!("usage: fuzz TARGET|all [--seconds N (in all)] [--seed N]\ntargets: {}", names.join(", "));
        return ExitCode::from(2);
    }
    // What is looked for is said below; a thousand backtraces would hide it.
    std::panic::set_hook(Box::new(|_| {}));
    let each = Duration::from_secs(seconds) / chosen.len() as u32;
    let mut broken = 0;
    for (name, seeds, open) in chosen {
        let corpus = corpus(name, seeds());
        let mut try_one = open();
        let mut luck = Luck::new(seed);
        let (begun, mut tried, mut slowest) = (Instant::now(), 0_u64, Duration::ZERO);
        while begun.elapsed() < each {
            let input = mangle::next(&corpus, &mut luck, *name == "scenario");
            let one = Instant::now();
            let fine = catch_unwind(AssertUnwindSafe(|| try_one(&input)));
            let took = one.elapsed();
            slowest = slowest.max(took);
            tried += 1;
            let why = match fine {
                Ok(Ok(())) if took < PATIENCE => continue,
                Ok(Ok(())) => format!("it took {took:.0?}"),
                Ok(Err(why)) => why,
                Err(panic) => panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()))
                    .unwrap_or_else(|| "it panicked".to_string()),
            };
            let file = format!("fuzz/found/{name}-{seed}-{tried}");
            let kept = fs::create_dir_all("fuzz/found").and_then(|()| fs::write(&file, &input));
            println!("{name}: {why} (input kept: {file}, {})", kept.is_ok());
            broken += 1;
            if broken > 20 {
                return ExitCode::FAILURE;
            }
        }
        println!("{name}: {tried} inputs in {:.0} s, the slowest {slowest:.0?}", begun.elapsed().as_secs_f64());
    }
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The target's own seeds and the files that are kept for it, in order of their names.
fn corpus(name: &str, mut seeds: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    seeds.extend(files.iter().filter_map(|file| fs::read(file).ok()));
    seeds
}
