//! Instructions of the hot paths, compared with `benches/instructions.csv`: a guard that does not depend on the clock.
//!
//! `cargo bench --bench instructions` fails when a path takes more instructions than its tolerance allows, and says when it
//! takes so many fewer that its figure should be renewed; `TELEWORK_REWRITE=1` renews all figures of the build that is
//! counted. `docs/performance.md` tells what is counted and why other machines count the same.

mod callgrind;
mod paths;
#[path = "../world/mod.rs"]
mod world;

use callgrind::Count;
use serde::{Deserialize, Serialize};
use std::{
    error::Error,
    path::Path,
    process::{Command, ExitCode},
};

const STORED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.csv");
/// Tolerance of a figure that is written for the first time.
const TOLERANCE: f64 = 0.05;

/// What is counted: the program as it is shipped, or as tests build it, with its checks for overflow (`--profile dev`).
const BUILD: &str = if cfg!(debug_assertions) { "tests" } else { "shipped" };

/// A stored figure.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Figure {
    /// As [`BUILD`].
    build: String,
    /// Of `paths::PATHS`.
    path: String,
    instructions: u64,
    /// Relative change above which it fails, or should be renewed.
    tolerance: f64,
    /// Extension that the counted process used.
    extension: String,
    /// Compiler that the counted program came from.
    rustc: String,
}

/// All figures: those of this build, and of the other.
fn stored() -> Result<(Vec<Figure>, Vec<Figure>), csv::Error> {
    if !Path::new(STORED).exists() {
        return Ok(Default::default());
    }
    let figures: Vec<Figure> = csv::Reader::from_path(STORED)?.deserialize().collect::<Result<_, _>>()?;
    Ok(figures.into_iter().partition(|figure| figure.build == BUILD))
}

fn write(figures: &[Figure]) -> Result<(), Box<dyn Error>> {
    let mut writer = csv::Writer::from_path(STORED)?;
    figures.iter().try_for_each(|figure| writer.serialize(figure))?;
    Ok(writer.flush()?)
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    output.map_or("unknown".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// What a count says about a stored figure, and whether that fails. Another compiler or extension only warns.
fn verdict(figure: &Figure, count: &Count, rustc: &str) -> (String, bool) {
    let change = count.instructions as f64 / figure.instructions as f64 - 1.0;
    let alike = figure.rustc == rustc && figure.extension == count.extension;
    let (word, fails) = if change > figure.tolerance {
        if alike { ("FAILED: slower", true) } else { ("warning: slower, but not by the same code", false) }
    } else if change < -figure.tolerance {
        ("faster: renew the figure", false)
    } else {
        ("as stored", false)
    };
    (format!("{:+.2} %  {word}", 100.0 * change), fails)
}

fn compare(counts: Vec<Count>) -> Result<bool, Box<dyn Error>> {
    let ((figures, _), rustc) = (stored()?, compiler());
    if let Some(other) = figures.iter().find(|figure| figure.rustc != rustc) {
        println!("warning: stored with {}, counted with {rustc}", other.rustc);
    }
    let mut failed = false;
    println!("{:<14} {:>16} {:>16}  ({BUILD} build)", "path", "stored", "counted");
    for (path, count) in paths::PATHS.into_iter().zip(&counts) {
        let figure = figures.iter().find(|figure| figure.path == path);
        let (words, fails) = match figure {
            Some(figure) => verdict(figure, count, &rustc),
            None => ("FAILED: no figure is stored".into(), true),
        };
        failed |= fails;
        let before = figure.map_or(String::new(), |figure| figure.instructions.to_string());
        println!("{path:<14} {before:>16} {:>16}  {words}", count.instructions);
    }
    if failed {
        let profile = if cfg!(debug_assertions) { " --profile dev" } else { "" };
        println!("if the change is meant, renew: TELEWORK_REWRITE=1 cargo bench{profile} --bench instructions");
    }
    Ok(!failed)
}

fn renew(counts: Vec<Count>) -> Result<bool, Box<dyn Error>> {
    let ((before, mut figures), rustc) = (stored()?, compiler());
    let tolerance = |path: &str| before.iter().find(|f| f.path == path).map_or(TOLERANCE, |f| f.tolerance);
    let figure = |(path, Count { instructions, extension }): (&str, Count)| Figure {
        build: BUILD.into(),
        path: path.into(),
        instructions,
        tolerance: tolerance(path),
        extension,
        rustc: rustc.clone(),
    };
    figures.extend(paths::PATHS.into_iter().zip(counts).map(figure));
    figures.sort_by(|a, b| a.build.cmp(&b.build));
    write(&figures)?;
    println!("renewed {STORED}");
    Ok(true)
}

fn guard() -> Result<bool, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    paths::prepare_page(folder.path()).map_err(|problems| problems.to_string())?;
    let counts = callgrind::count_all(folder.path())?;
    if std::env::var_os("TELEWORK_REWRITE").is_some() { renew(counts) } else { compare(counts) }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, walk, path, folder] = arguments.as_slice()
        && walk == "--walk"
    {
        paths::walk(path, Path::new(folder));
        println!("{}", callgrind::extension());
        return ExitCode::SUCCESS;
    }
    match guard() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
