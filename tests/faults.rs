//! Faults of disks and memory, injected: each ends with exit code 5 and advice that fits, and leaves nothing half written.
//!
//! System calls fail by `strace -e inject`; with CI set the tests do not go without it.

#![cfg(target_os = "linux")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const RUN: &[&str] = &[
    "run",
    "baseline",
    "--point",
    "--sample",
    "6000",
    "--replicates",
    "1",
    "--split",
    "0",
    "--threads",
    "1",
    "--set",
    "run.end=2020-02-29",
];

/// The program under a shell's limits or a tracer.
fn under(home: &Path, before: &[&str], words: &[&str]) -> Output {
    let (program, own) = before.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(own).arg(env!("CARGO_BIN_EXE_telework")).args(words).current_dir(home);
    command.env("RUST_BACKTRACE", "1").output().unwrap()
}

fn strace_is_here() -> bool {
    let here = Command::new("strace").arg("-V").output().is_ok();
    assert!(here || std::env::var_os("CI").is_none(), "strace is needed");
    here
}

/// Names below a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).into_iter().flatten().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Exit code 5, the words, no panic.
fn ends_well(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(!said.contains("panicked") && !said.contains("RUST_BACKTRACE"), "{said}");
    for word in words {
        assert!(said.contains(word), "no `{word}` in: {said}");
    }
}

#[test]
fn failing_system_calls_end_with_exit_code_5_and_leave_nothing() {
    if !strace_is_here() {
        return;
    }
    let cases: [(&str, &str, &[&str]); 6] = [
        ("fsync", "fsync:error=EIO:when=1", &["the disk fails", "--out DIR"]),
        ("fsync", "fsync:error=ENOSPC:when=4", &["free some space", "--out DIR"]),
        ("write", "write:error=ENOSPC:when=1+", &["free some space"]),
        ("renameat2", "renameat2:error=EIO:when=1+", &["the disk fails", "--out DIR"]),
        ("rename,renameat", "rename,renameat:error=ENOSPC:when=1", &["free some space", "--store DIR"]),
        ("mkdir", "mkdir:error=EROFS:when=1+", &["choose a place that you may write"]),
    ];
    for (call, fault, words) in cases {
        let home = tempfile::tempdir().unwrap();
        let traced = [
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            &format!("trace={call}"),
            "-e",
            &format!("inject={fault}"),
        ];
        let output = under(home.path(), &traced, RUN);
        if call == "write" {
            // Not even a message can be written then; the exit code says it.
            assert_eq!(output.status.code(), Some(5));
        } else {
            ends_well(&output, words);
        }
        let left = names(&home.path().join("results"));
        assert!(left.iter().all(|name| name == "store"), "{fault}: {left:?}");
        let hidden = |folder: &Path| names(folder).into_iter().any(|name| name.starts_with(".telework-"));
        let shelves = names(&home.path().join("results/store"));
        assert!(shelves.iter().all(|shelf| !hidden(&home.path().join("results/store").join(shelf))), "{fault}");
    }
}

/// Calls that are interrupted are made again; writes may take less than they were given.
#[test]
fn interrupted_calls_change_nothing() {
    if !strace_is_here() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let plain = under(home.path(), &["env"], &[RUN, &["--out", "plain"]].concat());
    assert!(plain.status.success(), "{}", String::from_utf8_lossy(&plain.stderr));
    let inject = "inject=write,fsync,renameat2:error=EINTR:when=2+3";
    let traced = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=write,fsync,renameat2", "-e", inject];
    let output = under(home.path(), &traced, &[RUN, &["--out", "interrupted", "--store", "other"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let of = |name: &str| fs::read(home.path().join(name)).unwrap();
    for table in ["kpi.csv", "indicators.parquet", "manifest.json", "report.html"] {
        assert!(of(&format!("plain/{table}")) == of(&format!("interrupted/{table}")), "{table}");
    }
}

/// Threads that a machine cannot bear are refused wherever they are asked for, before one is started.
#[test]
fn too_many_threads_in_the_environment_are_refused() {
    for name in ["RAYON_NUM_THREADS", "RAYON_RS_NUM_CPUS"] {
        let home = tempfile::tempdir().unwrap();
        let output = under(home.path(), &["env", &format!("{name}=100000")], &["check", "baseline"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(name) && said.contains("to 1024"), "{said}");
    }
}

#[test]
fn limits_of_memory_and_file_size_end_with_exit_code_5() {
    let limited = |limit: &str, words: &[&str]| {
        let home = tempfile::tempdir().unwrap();
        let script = format!("{limit}; exec \"$0\" \"$@\"");
        let output = under(home.path(), &["sh", "-c", &script], &[RUN, words].concat());
        let left = names(&home.path().join("results"));
        assert!(left.iter().all(|name| name == "store"), "{limit}: {left:?}");
        output
    };
    ends_well(&limited("ulimit -f 20", &[]), &["ulimit -f"]);
    // Too little for the firms of Japan, enough to begin.
    let whole = ["--set", "run.whole=true"];
    let home = tempfile::tempdir().unwrap();
    let words = ["run", "baseline", "--point", "--replicates", "1", "--split", "0", "--threads", "1", "--whole"];
    let output = under(home.path(), &["sh", "-c", "ulimit -v 120000; exec \"$0\" \"$@\""], &words);
    ends_well(&output, &["not enough memory", "ulimit -v"]);
    assert_eq!(names(home.path()), [""; 0], "{whole:?}");
}

#[test]
fn two_commands_at_one_place_give_one_whole_folder() {
    let home = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_telework"));
        command.args(RUN).args(["--out", "results/run"]).current_dir(home.path());
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let both = [start(), start()].map(|child| child.wait_with_output().unwrap());
    let codes = both.each_ref().map(|output| output.status.code());
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert!(codes.iter().all(|code| matches!(code, Some(0 | 5))), "{codes:?}");
    assert_eq!(names(&home.path().join("results")), ["run", "store"]);
    let verified =
        Command::new(env!("CARGO_BIN_EXE_telework")).args(["verify", "results/run"]).current_dir(home.path()).output();
    assert!(verified.unwrap().status.success());
}

/// Root may write anywhere, so that only others see the refusal.
#[test]
fn a_folder_that_may_not_be_written_is_refused_with_advice() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let closed = home.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(closed.join("probe"), "").is_ok() {
        return;
    }
    let output = under(home.path(), &["env"], &[RUN, &["--out", "closed/run"]].concat());
    ends_well(&output, &["choose a place that you may write with --out DIR"]);
    let output = under(home.path(), &["env"], &[RUN, &["--store", "closed/store"]].concat());
    ends_well(&output, &["choose a place that you may write with --store DIR"]);
}
