//! Commands killed at random moments: what they give in the end is what they give undisturbed, and nothing of the user's
//! is touched.
//!
//! `TELEWORK_KILLS=1000 cargo test --test all kills:: -- --nocapture` kills so many times; without it once or twice a command.

#![cfg(unix)]

use crate::common::studio::Studio;
use std::{
    collections::BTreeMap,
    fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use telework::random::{Key, Purpose};

const SCENARIO: &str = "title = \"Killed\"\nquestion = \"?\"\nextends = \"baseline.toml\"\n\n[run]\nend = 2021-09-30\nsample = 6000\nreplicates = 3\n";
const OTHER: &str =
    "title = \"Killed too\"\nquestion = \"?\"\nextends = \"killed.toml\"\n\n[change]\nmanagers = { scale = 5 }\n";
/// A fit of the smallest size that can be.
const CONFIG: &str = "scenario = \"baseline\"\nas_of = \"2020-06-30\"\nsample = 6000\nrefined_sample = 6000\ndraws = 10\n\n[sampler]\nchains = 2\ndesign = 60\nparticles = 40\nseed = 1\nrounds = 1\nrefined_rounds = 0\nnew_points = 10\nfinal_sweeps = 2\ntraining = 60\n\n[certificate]\nheld_out = false\ntruths = 0\ntruth_as_of = \"2020-06-30\"\ntruth_sample = 6000\n\n[certificate.held_out_sampler]\nchains = 2\ndesign = 60\nparticles = 40\nseed = 1\nrounds = 1\nrefined_rounds = 0\nnew_points = 10\nfinal_sweeps = 2\ntraining = 60\n\n[certificate.truth_sampler]\nchains = 1\ndesign = 60\nparticles = 40\nseed = 1\nrounds = 1\nrefined_rounds = 0\nnew_points = 10\nfinal_sweeps = 2\ntraining = 60\n";

/// Name, words, and the folder or file that is written. `again` is added after the first try.
struct Case {
    name: &'static str,
    words: &'static str,
    again: &'static str,
    writes: &'static str,
}

const CASES: [Case; 7] = [
    Case { name: "run", words: "run killed.toml --split 3 --out results/run", again: "", writes: "results/run" },
    Case {
        name: "run --force",
        words: "run killed.toml --split 0 --force --out results/forced",
        again: "",
        writes: "results/forced",
    },
    Case {
        name: "compare",
        words: "compare killed.toml other.toml --split 0 --out results/compare",
        again: "",
        writes: "results/compare",
    },
    Case {
        name: "attribute",
        words: "attribute other.toml --among managers,supportnw --draws 2 --out results/attribution",
        again: "",
        writes: "results/attribution",
    },
    Case {
        name: "target",
        words: "target killed.toml --kpi mic_introduction>=0.3 --vary intervention.managers.scale --from 0.5 --to 2 --probability 0.5 --draws 2 --out results/target",
        again: "",
        writes: "results/target",
    },
    Case {
        name: "calibrate",
        words: "calibrate small.toml --out results/posterior",
        again: "--resume",
        writes: "results/posterior",
    },
    Case {
        name: "report",
        words: "report results/forced --force --out results/page.html",
        again: "",
        writes: "results/page.html",
    },
];

/// A home with scenarios, and things of the user's wherever something could be taken for ours.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("killed.toml", SCENARIO);
    write("other.toml", OTHER);
    write("small.toml", CONFIG);
    for name in MINE {
        write(name, "years of work");
    }
    home
}

const MINE: [&str; 5] = [
    "results/thesis/chapter.txt",
    "results/.telework-notes.txt",
    "results/.telework-abcdef/mine.txt",
    "results/store/notes.txt",
    "results/run.partial/mine.txt",
];

fn telework(home: &Path, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_telework"));
    command.args(words.split_whitespace()).args(if words.starts_with("report") {
        &[][..]
    } else {
        &["--threads", "2"]
    });
    command.current_dir(home).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Files with their bytes, below a folder or the one file.
fn bytes(path: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    if path.is_file() {
        return BTreeMap::from([(PathBuf::new(), fs::read(path).unwrap())]);
    }
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(path).into_iter().flatten() {
        let entry = entry.unwrap();
        let name = PathBuf::from(entry.file_name());
        all.extend(bytes(&entry.path()).into_iter().map(|(inner, bytes)| (name.join(inner), bytes)));
    }
    all
}

fn untouched(home: &Path) {
    for name in MINE {
        assert_eq!(fs::read_to_string(home.join(name)).unwrap(), "years of work", "{name}");
    }
}

/// Hidden things in a folder that are not the user's.
fn leftovers(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name.starts_with(".telework-") && !MINE.iter().any(|mine| mine.contains(name.as_str())))
        .collect()
}

fn finished(home: &Path, words: &str) -> Duration {
    let begun = Instant::now();
    let output = telework(home, words).output().unwrap();
    assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
    begun.elapsed()
}

#[test]
fn killed_commands_lose_nothing_and_give_the_same_bytes() {
    let kills: u32 = std::env::var("TELEWORK_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(7);
    let key = Key::new(2021, 0);
    let undisturbed = home();
    let mut lasted = BTreeMap::new();
    for case in &CASES {
        lasted.insert(case.name, finished(undisturbed.path(), case.words));
    }
    let mut done = 0;
    while done < kills {
        let home = home();
        // There is something to be replaced.
        finished(home.path(), "run killed.toml --split 0 --point --out results/forced");
        for case in &CASES {
            // So many kills before the command may finish, with another store or without.
            let tries = if kills > 100 { 4 } else { 2 };
            for attempt in 0..tries {
                let [when, how] = key.words(done, attempt, Purpose::Calibration);
                let words = format!("{} {}", case.words, if attempt > 0 { case.again } else { "" });
                let mut child = telework(home.path(), &words).stderr(Stdio::null()).spawn().unwrap();
                let share = f64::from(when) / f64::from(u32::MAX);
                sleep(lasted[case.name].mul_f64(share).max(Duration::from_millis(5)));
                let signal = ["KILL", "TERM", "INT"][how as usize % 3];
                let there = Command::new("kill")
                    .args([&format!("-{signal}"), &child.id().to_string()])
                    .stderr(Stdio::null())
                    .status();
                let status = child.wait().unwrap();
                let known = matches!(status.code(), Some(0 | 130 | 5)) || status.signal().is_some();
                assert!(known && there.is_ok(), "{}: SIG{signal}: {status:?}", case.name);
                untouched(home.path());
                done += 1;
                // The old result or the new one is there, whole; nothing between.
                let old = home.path().join("results/forced/manifest.json");
                assert!(
                    case.name != "run --force" || old.is_file(),
                    "{}: SIG{signal}: the old result is gone",
                    case.name
                );
                // What it has finished, a folder that is there, is not made again.
                if status.success() {
                    break;
                }
            }
            let target = home.path().join(case.writes);
            if !target.exists() || case.words.contains("--force") {
                finished(home.path(), &format!("{} {}", case.words, case.again));
            }
            let (found, expected) = (bytes(&target), bytes(&undisturbed.path().join(case.writes)));
            let differing: Vec<_> =
                found.iter().filter(|(name, bytes)| expected.get(*name) != Some(bytes)).map(|(name, _)| name).collect();
            assert!(found.len() == expected.len() && differing.is_empty(), "{}: {differing:?}", case.name);
            assert_eq!(leftovers(&home.path().join("results")), [""; 0], "{}", case.name);
            untouched(home.path());
        }
        assert!(!home.path().join("results/posterior.partial").exists());
        println!("{done} kills");
    }
}

/// The run that a studio is killed at goes on at its next start, to the bytes of the command line that the studio shows.
#[test]
fn a_killed_studio_gives_the_same_bytes() {
    let home = home();
    let kills = std::env::var("TELEWORK_KILLS").map_or(2, |_| 20);
    let mut studio = Studio::start(home.path());
    let job = serde_json::json!({ "kind": "run", "scenarios": [{ "name": "killed", "toml": SCENARIO }], "split": 3 });
    let asked = studio.ask("POST", "/api/jobs", &job.to_string());
    assert_eq!(asked.status, 200, "{}", String::from_utf8_lossy(&asked.body));
    let id = asked.json()["id"].as_u64().unwrap();
    for kill in 0..kills {
        sleep(Duration::from_millis(100 + 70 * kill));
        studio.child.kill().unwrap();
        studio.child.wait().unwrap();
        studio = Studio::start(home.path());
    }
    let job = studio.ended(id);
    assert_eq!(job["state"], "done", "{job}");
    let folder = job["folder"].as_str().unwrap().to_string();
    finished(home.path(), "run killed.toml --split 3 --out results/run");
    let folder = home.path().join("studio/folders").join(folder);
    let (found, expected) = (bytes(&folder), bytes(&home.path().join("results/run")));
    let same =
        |name: &str| found.get(Path::new(name)).is_some_and(|bytes| expected.get(Path::new(name)) == Some(bytes));
    assert!(
        ["kpi.csv", "surveys.parquet", "split.csv", "fans.csv"].iter().all(|name| same(name)),
        "{:?}",
        found.keys()
    );
    untouched(home.path());
}
