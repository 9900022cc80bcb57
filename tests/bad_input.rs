//! Bad scenarios: one file for each kind of mistake under `tests/bad`, with its message beside it.
//!
//! `TELEWORK_REWRITE=1 cargo test --test all bad_input::` rewrites the messages; nothing else does.

use std::fs;
use telework::{
    error::{Problems, Severity, Style},
    random::{Key, Purpose},
    scenario::{self, Override},
};

fn problems(name: &str, overrides: &[Override]) -> Problems {
    match scenario::load(name, overrides) {
        Err(problems) => problems,
        Ok(_) => panic!("{name} was accepted"),
    }
}

#[test]
fn each_bad_file_gets_its_message() {
    let mut names: Vec<String> = fs::read_dir("tests/bad")
        .expect("tests/bad")
        .map(|entry| entry.expect("entry").path().display().to_string())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    assert!(names.len() > 30);
    let rewrite = std::env::var_os("TELEWORK_REWRITE").is_some();
    let mut different = Vec::new();
    for name in names {
        let found = problems(&name, &[]);
        assert!(found.0.iter().any(|problem| problem.severity == Severity::Error), "{name}");
        assert!(found.0.iter().all(|problem| problem.advice.is_some()), "{name}");
        let message = found.render(Style::Plain);
        let expected = name.replace(".toml", ".txt");
        if rewrite {
            fs::write(&expected, &message).expect("rewrite");
        } else if fs::read_to_string(&expected).unwrap_or_default() != message {
            different.push(format!("{expected} differs; now:\n{message}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn a_folder_is_no_scenario() {
    let found = problems("tests/bad", &[]);
    assert_eq!(found.0[0].message, "`tests/bad` is a folder, not a scenario file");
}

#[test]
fn a_missing_file_names_what_there_is() {
    let found = problems("basline", &[]);
    assert_eq!(found.0[0].message, "there is no scenario file `basline`");
    assert!(found.0[0].advice.as_ref().is_some_and(|advice| advice.contains("baseline")));
}

#[test]
fn a_hundred_megabytes_are_refused_unread() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("noise.toml");
    fs::File::create(&path).and_then(|file| file.set_len(100 << 20)).expect("sparse file");
    let found = problems(path.to_str().expect("path"), &[]);
    assert!(found.0[0].message.ends_with("is too large for a scenario: 100.0 MiB"), "{}", found.0[0].message);
}

#[test]
fn noise_below_the_limit_gives_a_short_message() {
    let key = Key::new(1, 0);
    let noise: Vec<u8> = (0..1 << 20).map(|i| (key.words(i, 0, Purpose::Survey)[0] % 96 + 32) as u8).collect();
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("noise.toml");
    fs::write(&path, noise).expect("noise");
    let text = problems(path.to_str().expect("path"), &[]).render(Style::Plain);
    assert!(text.len() < 20_000, "{} bytes", text.len());
}

/// Each mutation cuts, doubles, inserts or replaces bytes of shipped scenarios; the seed is fixed.
#[test]
fn no_mutation_of_a_scenario_panics() {
    let texts = ["baseline", "all_measures", "second_pandemic"]
        .map(|name| fs::read(format!("scenarios/{name}.toml")).expect("a shipped scenario"));
    let sets = [
        "run.seed=7",
        "intervention.managers=off",
        "intervention.awards.awards=3",
        "sources=[]",
        "run=[[[",
        "a.b.c={}",
    ]
    .map(|set| Override::set(set).expect("path=value"));
    let tokens: [&[u8]; 16] = [
        b"[",
        b"]",
        b"{",
        b"}",
        b"=",
        b"\"",
        b"\n",
        b"nan",
        b"-1",
        b"1e400",
        b"2021-02-30",
        b"[change]\n",
        b"[[",
        b"'''",
        b"\xff",
        b"extends = \"baseline.toml\"\n",
    ];
    let key = Key::new(20_210_430, 0);
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..3_000 {
        let mut bytes = texts[round as usize % 3].clone();
        for edit in 0..round % 5 {
            let [place, what] = key.words(round, edit, Purpose::Survey);
            let [length, token] = key.words(round, edit, Purpose::Selection);
            let from = place as usize % bytes.len();
            let until = (from + length as usize % 40).min(bytes.len());
            match what % 4 {
                0 => drop(bytes.drain(from..until)),
                1 => {
                    let copy = bytes[from..until].to_vec();
                    bytes.splice(from..from, copy);
                }
                2 => drop(bytes.splice(from..from, tokens[token as usize % 16].iter().copied())),
                _ => bytes[from] = token as u8,
            }
        }
        let sets = &sets[..(round as usize / 3) % 7];
        match scenario::load_text("mutant", &String::from_utf8_lossy(&bytes), sets) {
            Ok(_) => accepted += 1,
            Err(problems) => {
                assert!(!problems.render(Style::Plain).is_empty());
                refused += 1;
            }
        }
    }
    assert!(accepted > 0 && refused > 0, "{accepted} accepted, {refused} refused");
}
