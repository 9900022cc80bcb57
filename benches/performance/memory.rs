//! Peak memory of whole Japan: its synthesis, and one run, in a process of its own, because the peak is the process's.

use crate::world::World;
use std::{fs, hint::black_box, process::Command};
use telework::{engine::Options, scenario::Scale};

/// Peaks of resident memory in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Peaks {
    /// Simulated firms.
    pub firms: f64,
    /// With the program and the tables, before any firm is there.
    pub tables: f64,
    /// During the synthesis.
    pub synthesis: f64,
    /// During a run of `all_measures` with all observers.
    pub run: f64,
}

/// Peak since the last call (`VmHWM`, which `clear_refs` sets back).
fn peak() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let bytes = line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? * 1024.0;
    fs::write("/proc/self/clear_refs", "5").ok()?;
    Some(bytes)
}

/// The child: prints firms and peaks on one line.
pub fn child(scale: Scale) {
    let world = World::new();
    let tables = peak();
    let population = world.population(scale);
    let synthesis = peak();
    black_box(world.run(&world.all_measures, &population, Options::default()));
    if let (Some(tables), Some(synthesis), Some(run)) = (tables, synthesis, peak()) {
        println!("{} {tables} {synthesis} {run}", population.len());
    }
}

/// Runs the child; `None` where the system does not tell peaks.
pub fn measure(scale: Scale) -> Option<Peaks> {
    let firms = match scale {
        Scale::Whole => 0,
        Scale::Sample(firms) => firms,
    };
    let output = Command::new(std::env::current_exe().ok()?).args(["--peak", &firms.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [firms, tables, synthesis, run] = numbers.as_slice().try_into().ok()?;
    Some(Peaks { firms, tables, synthesis, run })
}

impl Peaks {
    /// Bytes a firm of the larger peak, everything counted: program, tables, results.
    pub fn per_firm(&self) -> f64 {
        self.synthesis.max(self.run) / self.firms
    }

    /// For the page.
    pub fn table(&self) -> String {
        let row = |what: &str, peak: f64| {
            let (all, own) = (peak / self.firms, (peak - self.tables) / self.firms);
            format!("| {what} | {:.0} | {all:.1} | {own:.1} |\n", peak / 1e6)
        };
        [
            "| peak of resident memory | MB | bytes a firm | without program and tables |\n|---|---:|---:|---:|\n"
                .into(),
            row("program and tables", self.tables),
            row("synthesis", self.synthesis),
            row("run of `all_measures`, observed", self.run),
        ]
        .concat()
    }
}
