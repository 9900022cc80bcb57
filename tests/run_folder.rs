//! Run folders from end to end: the same bytes again, nothing half written, nothing of others touched.

use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};
use telework::{
    commands::{Common, RunContext, RunRequest, Verification, execute, prepare, verify},
    engine::Progress,
    error::{Kind, Problems},
    results::Manifest,
};

/// Seventeen weeks of the baseline on about 6,000 firms.
fn request(out: &Path, replicates: u32) -> RunRequest {
    let set =
        [("run.sample", "6000".into()), ("run.end", "2020-04-30".into()), ("run.replicates", replicates.to_string())];
    RunRequest {
        scenario: "baseline".into(),
        common: Common {
            set: set.iter().map(|(path, value)| format!("{path}={value}")).collect(),
            out: Some(out.to_path_buf()),
            store: Some(out.with_extension("store")),
            ..Common::default()
        },
        ..RunRequest::default()
    }
}

fn run(request: RunRequest, threads: usize) -> Result<PathBuf, Problems> {
    let context = RunContext { threads, observe: &|_| {}, stop: &AtomicBool::new(false) };
    Ok(execute(prepare(request)?, context)?.folder)
}

fn verified(folder: &Path) -> Verification {
    verify(folder, None, RunContext { threads: 2, observe: &|_| {}, stop: &AtomicBool::new(false) }).unwrap()
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(
                files(&path).into_iter().map(|(name, bytes)| (Path::new(path.file_name().unwrap()).join(name), bytes)),
            );
        } else {
            all.insert(path.file_name().unwrap().into(), fs::read(&path).unwrap());
        }
    }
    all
}

/// Names in a folder, hidden ones too, without the stores of runs.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.ends_with(".store"));
    names.sort();
    names
}

fn edit(path: &Path, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed, "the test's edit changes something");
    fs::write(path, changed).unwrap();
}

#[test]
fn a_run_is_the_same_bytes_on_any_number_of_threads_and_verifies() {
    let home = tempfile::tempdir().unwrap();
    let folders = [1, 2, 4].map(|threads| run(request(&home.path().join(format!("t{threads}")), 2), threads).unwrap());
    assert_eq!(names(home.path()), ["t1", "t2", "t4"], "nothing else is left behind");
    let first = files(&folders[0]);
    assert_eq!(first.len(), 14 + 1 + 1 + 8, "tables, manifest, page, pictures: {:?}", first.keys());
    for folder in &folders[1..] {
        assert!(files(folder) == first, "{} differs", folder.display());
    }
    let same = verified(&folders[0]);
    assert_eq!((same.tables.len(), same.changes.len(), same.differences.len()), (14, 0, 0), "{same:?}");
}

#[test]
fn verify_finds_a_flipped_digit_another_version_and_changed_data() {
    let home = tempfile::tempdir().unwrap();
    let folder = run(RunRequest { csv: true, ..request(&home.path().join("run"), 1) }, 2).unwrap();
    let manifest = Manifest::read(&folder).unwrap();
    // The last digit of line 5 of the survey table.
    edit(&folder.join("surveys.csv"), |text| {
        let end = text.match_indices('\n').nth(4).unwrap().0;
        let last = text[..end].rfind(|c: char| c.is_ascii_digit()).unwrap();
        let flipped = if &text[last..=last] == "1" { "2" } else { "1" };
        format!("{}{flipped}{}", &text[..last], &text[last + 1..])
    });
    edit(&folder.join("manifest.json"), |text| {
        text.replacen(&manifest.version, "0.0.0", 1).replacen(&manifest.data[0].blake3, "00", 1)
    });
    let found = verified(&folder);
    assert_eq!(found.differences.len(), 1, "{found:?}");
    assert!(found.differences[0].starts_with("surveys.csv, line 5: "), "{found:?}");
    assert!(found.changes[0].contains("made by version 0.0.0"), "{found:?}");
    assert!(found.changes[1].ends_with("has changed") && found.changes.len() == 2, "{found:?}");
}

/// What another implementation reads: the type and the cells of each column, as text.
fn cells(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let types = schema.columns().iter().map(|one| format!("{} {}", one.physical_type(), one.converted_type()));
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Float(value) => value.to_string(),
        Field::Double(value) => value.to_string(),
        other => other.to_string(),
    };
    let row = |row: parquet::record::Row| row.get_column_iter().map(|(_, field)| text(field)).collect();
    (types.collect(), reader.get_row_iter(None).unwrap().map(|one| row(one.unwrap())).collect())
}

#[test]
fn large_tables_hold_the_same_cells_as_parquet_and_as_csv() {
    let home = tempfile::tempdir().unwrap();
    let [parquet, csv] = [("parquet", false), ("csv", true)].map(|(name, csv)| {
        let mut wanted = RunRequest { panel: true, csv, ..request(&home.path().join(name), 2) };
        wanted.common.store = Some(home.path().join("store"));
        run(wanted, 2).unwrap()
    });
    let (word, day, whole) = ("BYTE_ARRAY UTF8", "INT32 DATE", "INT32 NONE");
    let (single, double) = ("FLOAT NONE", "DOUBLE NONE");
    let tables: [(&str, &[&str]); 4] = [
        ("indicators", &[word, whole, day, word, word, single]),
        ("surveys", &[whole, word, word, day, word, word, word, whole, double, double, double]),
        ("interventions", &[whole, word, word, day, double, double, double, double, double]),
        ("panel", &[whole, day, whole, whole, "BOOLEAN NONE", single, single]),
    ];
    for (table, expected) in tables {
        let (types, rows) = cells(&parquet.join(table).with_extension("parquet"));
        assert_eq!(types, expected, "{table}");
        let mut text = csv::Reader::from_path(csv.join(table).with_extension("csv")).unwrap();
        let lines: Vec<Vec<String>> =
            text.records().map(|line| line.unwrap().iter().map(str::to_string).collect()).collect();
        assert!(rows.len() > 100 && rows == lines, "{table}: {} rows, {} lines", rows.len(), lines.len());
        assert!(!parquet.join(table).with_extension("csv").exists());
        assert!(!csv.join(table).with_extension("parquet").exists());
    }
    // What is small is CSV in either.
    assert!(fs::read(parquet.join("kpi.csv")).unwrap() == fs::read(csv.join("kpi.csv")).unwrap());
    for folder in [&parquet, &csv] {
        let found = verified(folder);
        assert_eq!((found.tables.len(), found.differences.len()), (15, 0), "{found:?}");
    }
}

#[test]
fn verify_tells_the_first_cell_of_a_parquet_table_that_differs() {
    let home = tempfile::tempdir().unwrap();
    let mut reseeded = request(&home.path().join("reseeded"), 1);
    reseeded.common.seed = Some(7);
    let (folder, reseeded) = (run(request(&home.path().join("run"), 1), 2).unwrap(), run(reseeded, 2).unwrap());
    let table = folder.join("surveys.parquet");
    let (_, before) = cells(&table);
    fs::copy(reseeded.join("surveys.parquet"), &table).unwrap();
    let (_, after) = cells(&table);
    let (row, column) = (0..before.len())
        .flat_map(|row| (0..before[row].len()).map(move |column| (row, column)))
        .find(|(row, column)| before[*row][*column] != after[*row][*column])
        .unwrap();
    let place = format!("surveys.parquet, row {}, {}: ", row + 1, ["expected", "answer"][column - 8]);
    let differ = format!("{place}{} instead of {}", after[row][column], before[row][column]);
    assert_eq!(verified(&folder).differences, [differ]);
    fs::write(&table, "no table at all").unwrap();
    assert_eq!(verified(&folder).differences, ["surveys.parquet differs"]);
}

#[test]
fn an_interrupted_run_goes_on_and_gives_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    let whole = run(request(&home.path().join("whole"), 3), 1).unwrap();
    let target = home.path().join("run");
    // Seventeen weeks a replicate: stopped in the second one.
    let stop = AtomicBool::new(false);
    let observe = |p: Progress| {
        stop.fetch_or(p.done >= 20, Ordering::Relaxed);
    };
    let context = RunContext { threads: 1, observe: &observe, stop: &stop };
    let Err(problems) = execute(prepare(request(&target, 3)).unwrap(), context) else { panic!("not interrupted") };
    assert_eq!(problems.0[0].kind, Kind::Interrupted);
    // Three replicates, and two runs beside each to split the uncertainty.
    assert!(problems.0[0].message.contains("1 of 9 runs are kept"), "{problems}");
    assert_eq!(names(home.path()), ["whole"]);
    assert_eq!(prepare(request(&target, 3)).unwrap().kept, 1);
    // Another seed is another run: nothing is taken over. More replicates and another title are the same runs.
    let mut other = request(&target, 3);
    other.common.seed = Some(7);
    assert_eq!(prepare(other).unwrap().kept, 0);
    let mut more = request(&target, 5);
    more.common.set.push("title=\"Other words\"".into());
    assert_eq!(prepare(more).unwrap().kept, 1);
    let job = prepare(request(&target, 3)).unwrap();
    let weeks = std::sync::atomic::AtomicU64::new(0);
    let observe = |p: Progress| {
        weeks.fetch_max(p.total, Ordering::Relaxed);
    };
    execute(job, RunContext { threads: 2, observe: &observe, stop: &AtomicBool::new(false) }).unwrap();
    assert_eq!(weeks.into_inner(), 8 * 17, "the kept run is not made again");
    assert!(files(&target) == files(&whole), "a resumed run differs");
    assert_eq!(names(home.path()), ["run", "whole"]);
}

/// Nobody can write there, root neither.
#[test]
#[cfg(target_os = "linux")]
fn a_place_that_cannot_be_written_is_refused_before_anything_is_simulated() {
    let refused = prepare(request(Path::new("/proc/no/run"), 1)).err().unwrap();
    assert_eq!(refused.0[0].kind, Kind::Files);
    assert!(refused.0[0].message.starts_with("cannot write into /proc/no: "), "{refused}");
    assert!(!refused.0[0].message.contains(".telework"), "{refused}");
}

/// What a manifest calls its scenario is read as it stands, and opens no other file.
#[test]
fn a_scenario_of_a_manifest_that_names_another_file_is_damaged() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("run");
    run(request(&folder, 1), 2).unwrap();
    let manifest = fs::read_to_string(folder.join("manifest.json")).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    for text in ["extends = \"/etc/hostname\"\n", "no table", ""] {
        value["scenario_toml"] = text.into();
        fs::write(folder.join("manifest.json"), value.to_string()).unwrap();
        let context = RunContext { threads: 1, observe: &|_| {}, stop: &AtomicBool::new(false) };
        let refused = verify(&folder, None, context).unwrap_err();
        assert_eq!(refused.0[0].kind, Kind::Files, "{text}: {refused}");
        assert!(refused.0[0].message.ends_with("its scenario is not whole"), "{text}: {refused}");
    }
}

#[test]
fn an_existing_folder_is_refused_before_anything_is_simulated() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("run");
    run(request(&target, 1), 2).unwrap();
    let before = files(&target);
    let refused = prepare(request(&target, 2)).err().unwrap();
    assert_eq!(refused.0[0].kind, Kind::Files);
    assert!(files(&target) == before);
    let forced = |folder: &Path, replicates| {
        let mut request = request(folder, replicates);
        request.common.force = true;
        request
    };
    run(forced(&target, 2), 2).unwrap();
    assert_eq!(Manifest::read(&target).unwrap().replicates, 2);
    // A folder that is somebody else's is not replaced, force or not.
    let foreign = home.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("notes.txt"), "mine").unwrap();
    let refused = prepare(forced(&foreign, 1)).err().unwrap();
    assert_eq!(refused.0[0].kind, Kind::Files);
    assert_eq!(names(&foreign), ["notes.txt"]);
}

#[test]
fn a_place_that_cannot_be_written_is_a_clear_error() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let problems = run(request(&file.join("run"), 1), 2).unwrap_err();
    assert_eq!(problems.0[0].kind, Kind::Files);
    assert_eq!(names(home.path()), ["file"]);
}

fn telework(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_telework"));
    command.args(words).current_dir(folder);
    command
}

#[test]
fn exit_codes_tell_what_was_wrong() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("bad.toml"), "nonsense = 1\n").unwrap();
    let cases: [(&[&str], i32); 7] = [
        (&["--help"], 0),
        (&["new", "mine"], 0),
        (&["new", "mine"], 5),
        (&["run", "x", "--sample", "0"], 2),
        (&["run", "bad.toml"], 3),
        (&["run", "baseline", "--data", "nowhere"], 4),
        (&["verify", "."], 5),
    ];
    for (words, code) in cases {
        let output = telework(home.path(), words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        assert!(!said.contains("panicked"), "{words:?}: {said}");
    }
}

/// As in `telework schema | head -1`: the reader goes away while there is more to say.
#[test]
fn a_closed_pipe_is_no_failure() {
    let home = tempfile::tempdir().unwrap();
    let mut child = telework(home.path(), &["schema"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// A run that reports from a later day is the same run: each figure that both tell is the same one.
#[test]
fn a_late_start_tells_the_figures_of_the_whole_run() {
    let home = tempfile::tempdir().unwrap();
    let figures = |name: &str, start: &[&str]| -> BTreeMap<[String; 3], Vec<String>> {
        let mut wanted = request(&home.path().join(name), 2);
        wanted.common.set.extend(start.iter().map(|set| set.to_string()));
        wanted.common.set.push("run.end=2023-03-31".into());
        let folder = run(wanted, 2).unwrap();
        let mut table = csv::Reader::from_path(folder.join("kpi.csv")).unwrap();
        let head = table.headers().unwrap().clone();
        let place = |column: &str| head.iter().position(|name| name == column).unwrap();
        let key = ["kpi", "segment", "fiscal_year"].map(place);
        table
            .records()
            .map(|row| {
                let row = row.unwrap();
                (key.map(|at| row[at].to_string()), row.iter().map(str::to_string).collect())
            })
            .collect()
    };
    let (whole, late) = (figures("whole", &[]), figures("late", &["run.start=2021-06-07"]));
    assert!(late.len() >= 30 && whole.len() > late.len(), "{} of {}", late.len(), whole.len());
    // Fiscal 2021 is cut: what it had before June belongs to the whole run alone.
    for (key, row) in late.iter().filter(|(key, _)| key[2] == "2022") {
        assert_eq!(&whole[key], row);
    }
}

/// The system's mathematical library chooses code by processor, and its last digits with it. Where it may not use AVX and fused
/// multiply-add (as glibc understands; others pay no heed) a run is the same to the byte, pictures and page included.
#[test]
fn no_byte_comes_from_the_system_library() {
    let home = tempfile::tempdir().unwrap();
    let set = ["--set", "run.sample=6000", "--set", "run.end=2020-04-30", "--set", "run.replicates=20"];
    let of = |name: &str, tunables: &str| {
        let place = home.path().join(name);
        fs::create_dir(&place).unwrap();
        let words = [&["run", "baseline", "--out", "run", "--store", "store"][..], &set].concat();
        let output = telework(&place, &words).env("GLIBC_TUNABLES", tunables).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        files(&place.join("run"))
    };
    let (usual, plain) = (of("usual", ""), of("plain", "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX,-AVX2,-AVX512F"));
    assert!(usual.contains_key(Path::new("split.csv")) && usual.len() > 10, "{:?}", usual.keys());
    assert!(usual.keys().eq(plain.keys()));
    let other: Vec<_> = usual.iter().filter(|(name, bytes)| &plain[*name] != *bytes).map(|(name, _)| name).collect();
    assert!(other.is_empty(), "{other:?}");
}
