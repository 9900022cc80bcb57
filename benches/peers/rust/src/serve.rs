//! Runs on request: a replicate's number on a line in; seconds of the processor, peak memory and curves
//! as a line of JSON out.

use cpu_time::ProcessTime;
use serde_json::json;
use std::{
    fs,
    io::{self, BufRead, Write},
};

/// Figures by week, in this order: share of practising firms of all sizes, of micro, medium and large ones; share of
/// firms with a formal scheme; share of employees who telework. `NaN` in weeks without a figure.
pub type Curves = [Vec<f64>; 6];

/// Answers until the input ends.
pub fn serve(run: impl Fn(u32) -> Result<Curves, String>) -> Result<(), String> {
    println!("ready");
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|e| e.to_string())?;
        let replicate = line.trim().parse().map_err(|e| format!("replicate `{line}`: {e}"))?;
        let begin = ProcessTime::now();
        let curves = run(replicate)?;
        let seconds = begin.elapsed().as_secs_f64();
        // JSON has no NaN: serde_json writes null.
        println!("{}", json!({ "seconds": seconds, "megabytes": peak_megabytes(), "curves": curves }));
        io::stdout().flush().map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Largest resident memory of this process so far in 10^6 bytes; `None` where the system does not say.
fn peak_megabytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()? * 1024.0 / 1e6)
}
