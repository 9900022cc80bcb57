//! The Rust side of the comparison: `export` writes what peers read, `engine` and `ixa` run a model when asked.

mod engine;
mod ixa_peer;
mod serve;
mod world;

use std::{env, path::Path, process::ExitCode};
use world::World;

const USAGE: &str =
    "usage: telework-peers export FIRMS REPLICATES FOLDER | engine FIRMS | engine-alone FIRMS | ixa FIRMS REPLICATES";

fn main() -> ExitCode {
    match command(&env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn command(words: &[String]) -> Result<(), String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<u32>().map_err(|e| format!("{word}: {e}\n{USAGE}"));
    match words.as_slice() {
        ["export", firms, replicates, folder] => {
            let world = World::new(number(firms)?, number(replicates)?)?;
            world.export(Path::new(folder)).map_err(|e| format!("{folder}: {e}"))
        }
        ["engine", firms] => {
            let engine = engine::Engine::new(number(firms)?)?;
            serve::serve(|replicate| engine.run(replicate))
        }
        ["engine-alone", firms] => {
            let engine = engine::Engine::new(number(firms)?)?;
            serve::serve(|replicate| engine.run_alone(replicate))
        }
        ["ixa", firms, replicates] => {
            let world = std::rc::Rc::new(World::new(number(firms)?, number(replicates)?)?);
            serve::serve(|replicate| ixa_peer::run(&world, replicate))
        }
        _ => Err(USAGE.to_string()),
    }
}
