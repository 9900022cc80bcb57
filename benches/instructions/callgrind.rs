//! A path in a process of its own under callgrind: its instructions, and which extension of the processor it used.

use crate::paths::PATHS;
use std::{path::Path, process::Command, sync::Mutex};

/// What a process gave.
#[derive(Clone, Debug)]
pub struct Count {
    /// Instructions inside the path.
    pub instructions: u64,
    /// As [`extension`] in that process.
    pub extension: String,
}

/// The widest vector extension that this process may use.
#[cfg(target_arch = "x86_64")]
pub fn extension() -> &'static str {
    if is_x86_feature_detected!("avx512f") {
        "avx512"
    } else if is_x86_feature_detected!("avx2") {
        "avx2"
    } else {
        "sse2"
    }
}
/// The widest vector extension that this process may use.
#[cfg(not(target_arch = "x86_64"))]
pub fn extension() -> &'static str {
    std::env::consts::ARCH
}

fn count(path: &str, folder: &Path) -> Result<Count, String> {
    let out = folder.join(format!("callgrind.{path}"));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=counted"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().map_err(|e| e.to_string())?)
        .args(["--walk", path])
        .arg(folder)
        .output()
        .map_err(|e| format!("valgrind does not start ({e}); on Debian: apt-get install valgrind"))?;
    if !output.status.success() {
        return Err(format!("{path}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let report = std::fs::read_to_string(&out).map_err(|e| format!("{path}: no report of callgrind: {e}"))?;
    let total = report.lines().find_map(|line| line.strip_prefix("totals: "));
    let instructions = total.and_then(|total| total.trim().parse().ok()).filter(|total| *total > 0);
    Ok(Count {
        instructions: instructions.ok_or(format!("{path}: callgrind collected nothing"))?,
        extension: String::from_utf8_lossy(&output.stdout).trim().to_string(),
    })
}

/// The counts of all [`PATHS`], in their order; one process a core.
pub fn count_all(folder: &Path) -> Result<Vec<Count>, String> {
    let waiting = Mutex::new(PATHS.into_iter().enumerate());
    let counts = Mutex::new(vec![Err("not counted".to_string()); PATHS.len()]);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some((i, path)) = waiting.lock().expect("no thread panics").next() else { break };
                    let count = count(path, folder);
                    counts.lock().expect("no thread panics")[i] = count;
                }
            });
        }
    });
    counts.into_inner().expect("no thread panics").into_iter().collect()
}
