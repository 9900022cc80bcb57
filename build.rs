//! Fingerprint of the code that makes numbers, so that a finished run is reused only by the program that would repeat it;
//! and the pages' scripts, bundled out of their modules.
//!
//! Source files of the rooms from the scenario to the engine, and the versions of the libraries, in; the environment
//! variable `TELEWORK_FINGERPRINT` of the compiler out. Modules in; `report.js` and `studio.js` for the compiler out. Data tables and scenarios are hashed when they are read.

#[path = "build/bundle.rs"]
mod bundle;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// Rooms on which a run's numbers depend. Reports, plots and the command line are not among them.
const ROOMS: [&str; 14] = [
    "Cargo.lock",
    "src/calendar.rs",
    "src/classification.rs",
    "src/data",
    "src/dynamics",
    "src/engine",
    "src/environment.rs",
    "src/interventions",
    "src/observation",
    "src/parameters.rs",
    "src/population",
    "src/random.rs",
    "src/scenario",
    "src/statistics",
];

fn main() -> io::Result<()> {
    let mut hasher = blake3::Hasher::new();
    for room in ROOMS {
        println!("cargo::rerun-if-changed={room}");
        let mut files = Vec::new();
        collect(Path::new(room), &mut files)?;
        files.sort();
        for file in files {
            hasher.update(file.to_string_lossy().replace('\\', "/").as_bytes()).update(b"\0");
            hasher.update(&fs::read(&file)?).update(b"\0");
        }
    }
    println!("cargo::rustc-env=TELEWORK_FINGERPRINT={}", &hasher.finalize().to_hex()[..16]);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo says no OUT_DIR"))?);
    for (page, start) in [("report", "src/report/page/main.js"), ("studio", "src/studio/page/studio.js")] {
        let (script, modules) = bundle::bundle(Path::new(start))?;
        fs::write(out.join(page).with_extension("js"), script)?;
        for module in modules {
            println!("cargo::rerun-if-changed={}", module.display());
        }
    }
    Ok(())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else {
        files.push(path.to_path_buf());
    }
    Ok(())
}
