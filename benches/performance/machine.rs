//! What was measured, on what: processor, caches, system, compiler, commit, day.

use std::{
    fs,
    process::{Command, Stdio},
};

/// First line of what a command prints; `None` when it fails.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    let text = output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())?;
    Some(text.lines().next().unwrap_or_default().to_string())
}

/// Value of a key of `/proc/cpuinfo`, of the first processor.
fn processor(key: &str) -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let value = |line: &str| Some(line.split_once(':').filter(|(name, _)| name.trim() == key)?.1.trim().to_string());
    text.lines().find_map(value)
}

/// A cache as Linux describes it.
#[derive(Clone, Debug)]
pub struct Cache {
    /// 1 is next to the core.
    pub level: u32,
    /// Bytes.
    pub bytes: usize,
}

/// Caches that hold data, of the first processor.
pub fn caches() -> Vec<Cache> {
    let read = |index: usize, file: &str| {
        fs::read_to_string(format!("/sys/devices/system/cpu/cpu0/cache/index{index}/{file}")).ok()
    };
    let cache = |index: usize| {
        let size = read(index, "size")?;
        let bytes = size.trim().strip_suffix('K')?.parse::<usize>().ok()? * 1024;
        let data = read(index, "type")?.trim() != "Instruction";
        Some((data, Cache { level: read(index, "level")?.trim().parse().ok()?, bytes }))
    };
    (0..8).filter_map(cache).filter(|(data, _)| *data).map(|(_, cache)| cache).collect()
}

/// Bytes of a level; `otherwise` where the system does not say.
pub fn cache(level: u32, otherwise: usize) -> usize {
    caches().into_iter().find(|cache| cache.level == level).map_or(otherwise, |cache| cache.bytes)
}

/// Widest vector extension that the program chooses from.
fn extension() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            return "AVX-512";
        }
        if is_x86_feature_detected!("avx2") {
            return "AVX2";
        }
    }
    if cfg!(target_arch = "aarch64") { "NEON" } else { "SSE2" }
}

/// The commit, and whether files other than the measured pages differ from it.
fn commit() -> String {
    let Some(commit) = said("git", &["rev-parse", "--short=10", "HEAD"]) else { return "unknown".into() };
    match said("git", &["status", "--porcelain", "--", ".", ":!docs/performance.md", ":!docs/studio.md"]) {
        Some(changes) if changes.is_empty() => commit,
        _ => format!("{commit} with changes"),
    }
}

/// The lines of the page. `load` is that before the measuring began.
pub fn describe(load: &str) -> String {
    let unknown = || "unknown".to_string();
    let family = format!(
        "family {}, model {}",
        processor("cpu family").unwrap_or_else(unknown),
        processor("model").unwrap_or_else(unknown)
    );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let virtual_machine = processor("flags").is_some_and(|flags| flags.split(' ').any(|flag| flag == "hypervisor"));
    let caches: Vec<String> =
        caches().iter().map(|cache| format!("L{} {} KiB", cache.level, cache.bytes / 1024)).collect();
    let rows = [
        ("processor", format!("{} ({family}), {}", processor("model name").unwrap_or_else(unknown), extension())),
        ("threads", format!("{cores}{}", if virtual_machine { ", of a virtual machine" } else { "" })),
        ("data caches", caches.join(", ")),
        ("system", said("uname", &["-srm"]).unwrap_or_else(unknown)),
        ("compiler", said("rustc", &["--version"]).unwrap_or_else(unknown)),
        ("commit", commit()),
        ("day", jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()),
        ("load before (1, 5, 15 minutes)", load.to_string()),
    ];
    let rows: String = rows.iter().map(|(what, is)| format!("| {what} | {is} |\n")).collect();
    format!("| what | is |\n|---|---|\n{rows}")
}

/// Runnable processes on average over 1, 5 and 15 minutes.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(", ")
}
