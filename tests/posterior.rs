//! Runs with posterior draws and at the point: what varies, what is fixed, what every output says.

use jiff::civil::date;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
};
use telework::{
    commands::{Common, Execution, RunContext, RunRequest, UncertaintyFlags, execute, prepare, verify},
    data::Data,
    engine::Progress,
    parameters::{Parameters, TABLE},
    results::{Values, read_parquet},
};

/// Draws that differ in two parameters, the value of each in the three draws.
const DRAWN: [(&str, [f64; 3]); 2] = [("start_base", [-7.9, -7.2, -6.1]), ("peer_strength", [0.5, 1.5, 2.5])];

/// The project's tables with three draws of our own, and gates of which the last `failing` do not hold.
fn tables(folder: &Path, gates: usize, failing: usize) -> PathBuf {
    let (from, to) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("data"), folder.join("data"));
    for (file, _) in Data::embedded().unwrap().files {
        fs::create_dir_all(to.join(&file).parent().unwrap()).unwrap();
        fs::copy(from.join(&file), to.join(&file)).unwrap();
    }
    let mut draws = TABLE.iter().map(|row| row.name).collect::<Vec<_>>().join(",") + "\n";
    for draw in 0..3 {
        let value = |name: &str, default: f64| {
            DRAWN.iter().find(|(drawn, _)| *drawn == name).map_or(default, |(_, values)| values[draw])
        };
        let values: Vec<String> = TABLE.iter().map(|row| value(row.name, row.default).to_string()).collect();
        draws += &(values.join(",") + "\n");
    }
    let gate = |i: usize| match i < gates - failing {
        true => format!("recovery,gate {i},0.9,>= 0.8,true\n"),
        false => format!("recovery,gate {i},0.5,>= 0.8,false\n"),
    };
    let table: String = (0..gates).map(gate).collect();
    fs::write(to.join("posterior/draws.csv"), draws).unwrap();
    let of_the_fit = |(file, hash): &(String, String)| format!("table {file},{hash}\n");
    let files = Data::embedded().unwrap().files;
    let fitted = files.iter().filter(|(file, _)| !file.starts_with("posterior/") && file != "tables.csv");
    let about = fitted.map(of_the_fit).collect::<String>();
    fs::write(to.join("posterior/about.csv"), format!("name,value\nas_of,2021-03-15\ndraws,3\n{about}")).unwrap();
    fs::write(to.join("posterior/gates.csv"), format!("part,check,found,required,passed\n{table}")).unwrap();
    // No series has a past: the draws need no residuals.
    let figures = fs::read_to_string(from.join("posterior/figures.csv")).unwrap();
    fs::write(to.join("posterior/figures.csv"), figures.lines().next().unwrap().to_string() + "\n").unwrap();
    // The rows of the posterior's tables are counted by `about.csv`.
    let listed = fs::read_to_string(to.join("tables.csv")).unwrap();
    let rest: Vec<&str> = listed.lines().filter(|line| !line.starts_with("posterior/")).collect();
    fs::write(to.join("tables.csv"), rest.join("\n") + "\n").unwrap();
    to
}

/// Seventeen weeks of the baseline on about 6,000 firms.
fn request(home: &Path, out: &str, replicates: u32, set: &[(&str, &str)]) -> RunRequest {
    let few = replicates.to_string();
    let short = [("run.sample", "6000"), ("run.end", "2020-04-30"), ("run.replicates", few.as_str())];
    let set = short.iter().chain(set);
    RunRequest {
        scenario: "baseline".into(),
        common: Common {
            set: set.map(|(path, value)| format!("{path}={value}")).collect(),
            out: Some(home.join(out)),
            store: Some(home.join(format!("{out}.store"))),
            execution: Execution { data: Some(home.join("data")), threads: 0 },
            ..Common::default()
        },
        ..RunRequest::default()
    }
}

fn at_the_point(request: RunRequest) -> RunRequest {
    RunRequest { uncertainty: UncertaintyFlags { point: true, ..request.uncertainty }, ..request }
}

fn run(request: RunRequest, threads: usize) -> PathBuf {
    let context = RunContext { threads, observe: &|_| {}, stop: &AtomicBool::new(false) };
    execute(prepare(request).unwrap(), context).unwrap().folder
}

fn text(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

/// What the table of indicators calls the run.
fn names(folder: &Path) -> Vec<String> {
    let table = read_parquet(&folder.join("indicators.parquet")).unwrap();
    let (_, Values::Text(run)) = &table.columns[0] else { panic!("{:?}", table.columns[0].0) };
    run.words.clone()
}

/// Every file of a run folder, in order.
fn bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<PathBuf> = ["", "plots"]
        .iter()
        .flat_map(|inner| fs::read_dir(folder.join(inner)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files.iter().map(|path| (path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(path).unwrap())).collect()
}

/// One column of a table.
fn column(table: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let at = reader.headers().unwrap().iter().position(|header| header == name).unwrap_or_else(|| panic!("no {name}"));
    reader.records().map(|record| record.unwrap()[at].to_string()).collect()
}

/// What a reader sees of a picture: its texts in order, lines joined by spaces.
fn words(svg: &str) -> String {
    let texts = svg.split("<text").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once("</text>"));
    texts.map(|(text, _)| text.trim()).collect::<Vec<_>>().join(" ")
}

/// The lines of a table that belong to one replicate, without the column that names the run.
fn of_replicate(table: &str, replicate: &str) -> Vec<String> {
    let lines = table.lines().filter_map(|line| line.split_once(',')).filter(|(_, rest)| rest.starts_with(replicate));
    lines.map(|(_, rest)| rest.to_string()).collect()
}

#[test]
fn replicates_take_the_draws_in_turn_and_what_is_fixed_does_not_vary() {
    let home = tempfile::tempdir().unwrap();
    tables(home.path(), 1, 0);
    let fixed = [("parameters.peer_strength", "1.25")];
    let job = prepare(request(home.path(), "run", 4, &fixed)).unwrap();
    let notes: Vec<&str> = job.loaded.notes.iter().map(|note| note.message.as_str()).collect();
    assert!(notes.contains(&"peer_strength fixed at 1.25 in all draws"), "{notes:?}");
    let folder = run(request(home.path(), "run", 4, &fixed), 2);
    let draws = text(&folder, "draws.csv");
    assert_eq!(column(&draws, "replicate"), ["0", "1", "2", "3"]);
    assert_eq!(column(&draws, "parameters"), ["posterior"; 4]);
    assert_eq!(column(&draws, "draw"), ["0", "1", "2", "0"]);
    assert_eq!(column(&draws, "start_base"), ["-7.9", "-7.2", "-6.1", "-7.9"]);
    assert_eq!(column(&draws, "peer_strength"), ["1.25"; 4]);
    let manifest: serde_json::Value = serde_json::from_str(&text(&folder, "manifest.json")).unwrap();
    assert_eq!(manifest["parameters"], "posterior");
    assert_eq!(manifest["parameter_values"], serde_json::json!({ "peer_strength": 1.25 }));
    assert_eq!(manifest["posterior"]["as_of"], "2021-03-15");
    assert_eq!(manifest["posterior"]["draws"], 3);
    // A scenario that fixes the same by `--set` of a number more is another run.
    let other = run(request(home.path(), "other", 4, &[("parameters.peer_strength", "1.26")]), 2);
    assert_ne!(names(&folder), names(&other));
}

/// The other way to the same numbers: a run at the point whose parameters are set one by one to those of a line of
/// `draws.csv` gives that replicate.
#[test]
fn a_replicate_can_be_repeated_from_the_run_folder_alone() {
    let home = tempfile::tempdir().unwrap();
    tables(home.path(), 1, 0);
    let as_csv = |request| RunRequest { csv: true, ..request };
    let folder = run(as_csv(request(home.path(), "run", 3, &[])), 2);
    let draws = text(&folder, "draws.csv");
    let values: Vec<(String, String)> =
        TABLE.iter().map(|row| (format!("parameters.{}", row.name), column(&draws, row.name)[2].clone())).collect();
    let set: Vec<(&str, &str)> = values.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
    let again = run(as_csv(at_the_point(request(home.path(), "again", 3, &set))), 2);
    let [first, second] = [&folder, &again].map(|folder| text(folder, "indicators.csv"));
    assert!(of_replicate(&first, "2,").len() > 100);
    assert_eq!(of_replicate(&first, "2,"), of_replicate(&second, "2,"));
    // Not because all replicates were alike: the other draws give other figures.
    assert_ne!(of_replicate(&first, "1,"), of_replicate(&second, "1,"));
}

#[test]
fn draws_give_the_same_bytes_on_any_number_of_threads_and_after_an_interruption() {
    let home = tempfile::tempdir().unwrap();
    tables(home.path(), 1, 0);
    let folders = [1, 2, 4].map(|threads| run(request(home.path(), &format!("t{threads}"), 4, &[]), threads));
    let first = bytes(&folders[0]);
    assert!(folders[1..].iter().all(|folder| bytes(folder) == first));
    // Seventeen weeks a replicate: stopped in the third one.
    let stop = AtomicBool::new(false);
    let observe = |p: Progress| {
        stop.fetch_or(p.done >= 40, Ordering::Relaxed);
    };
    let stopped = RunContext { threads: 1, observe: &observe, stop: &stop };
    assert!(execute(prepare(request(home.path(), "late", 4, &[])).unwrap(), stopped).is_err());
    assert_eq!(prepare(request(home.path(), "late", 4, &[])).unwrap().kept, 2);
    // What draws gave is nothing for a run at the point.
    assert_eq!(prepare(at_the_point(request(home.path(), "late", 4, &[]))).unwrap().kept, 0);
    assert!(bytes(&run(request(home.path(), "late", 4, &[]), 2)) == first, "a resumed run differs");
}

#[test]
fn verify_repeats_draws_and_point_and_sees_another_posterior() {
    let home = tempfile::tempdir().unwrap();
    let data = tables(home.path(), 1, 0);
    let draws = run(request(home.path(), "draws", 2, &[]), 2);
    let point = run(at_the_point(request(home.path(), "point", 2, &[])), 2);
    let verified = |folder: &Path| {
        let context = RunContext { threads: 1, observe: &|_| {}, stop: &AtomicBool::new(false) };
        verify(folder, Some(&data), context).unwrap()
    };
    for folder in [&draws, &point] {
        let found = verified(folder);
        assert_eq!((found.tables.len(), found.changes.len(), found.differences.len()), (14, 0, 0), "{found:?}");
    }
    let path = data.join("posterior/draws.csv");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace(",-7.2,", ",-7.3,")).unwrap();
    let found = verified(&draws);
    assert_eq!(found.changes, ["the data table posterior/draws.csv has changed"]);
    assert!(found.differences.iter().any(|d| d.starts_with("draws.csv, line 3: ")), "{found:?}");
    // The point does not come from the draws.
    assert!(verified(&point).differences.is_empty());
}

/// Standard output and error of the program, and the run folder.
fn told(home: &Path, out: &str, words: &[&str]) -> (String, String, PathBuf) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_telework"));
    let short =
        ["--sample", "6000", "--replicates", "2", "--set", "run.end=2020-04-30", "--data", "data", "--out", out];
    let output = command.args(["run", "baseline"]).args(short).args(words).current_dir(home).output().unwrap();
    let [said, warned] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(output.status.success(), "{warned}");
    (said, warned, home.join(out))
}

fn pictures(folder: &Path) -> Vec<String> {
    let names = ["practice_by_size", "kpi_fans", "practice_by_prefecture", "interventions"];
    names.map(|name| words(&text(folder, &format!("plots/{name}.svg")))).to_vec()
}

#[test]
fn every_output_says_draws_or_point_and_a_failing_gate() {
    let home = tempfile::tempdir().unwrap();
    tables(home.path(), 5, 2);
    for point in [false, true] {
        let (out, flags) = if point { ("point", &["--point"][..]) } else { ("draws", &[][..]) };
        let (said, warned, folder) = told(home.path(), out, flags);
        let (plan, ranges, bands, key) = if point {
            (
                "one point: no parameter uncertainty (--point)",
                "ONE PARAMETER SET (--point): ranges over 2",
                "ONE PARAMETER SET (--point): ",
                "point",
            )
        } else {
            (
                "posterior draws, calibrated to surveys published by 2021-03-15",
                "Ranges over 2 replicates: parameters, luck",
                "over 2 replicates: parameters, luck and later",
                "posterior",
            )
        };
        let plan = format!("  Parameters  {plan}");
        assert!(said.contains(&plan) && said.contains(ranges), "{said}");
        assert!(said.matches("certificate: 2 of 5 gates fail").count() == 2, "plan and KPI table: {said}");
        assert!(warned.contains("certificate of the posterior: 2 of 5 gates fail"), "{warned}");
        assert_eq!(warned.contains("the point of the program's own posterior"), point, "{warned}");
        let kpi = text(&folder, "kpi.csv");
        assert!(column(&kpi, "parameters").iter().all(|word| word == key));
        assert!(column(&kpi, "certificate").iter().all(|word| word == "2 of 5 gates fail"));
        assert_eq!(column(&text(&folder, "draws.csv"), "parameters"), [key; 2]);
        assert_eq!(names(&folder)[0].starts_with("baseline-point-"), point);
        let manifest: serde_json::Value = serde_json::from_str(&text(&folder, "manifest.json")).unwrap();
        assert_eq!(manifest["parameters"], key);
        assert_eq!(manifest["command"].as_str().unwrap().ends_with(" --point"), point);
        assert_eq!(manifest["posterior"]["certificate"], "2 of 5 gates fail");
        assert_eq!(manifest["posterior"]["failing_gates"].as_array().unwrap().len(), 2);
        for picture in pictures(&folder) {
            assert!(picture.contains(bands), "{picture}");
            assert!(picture.contains("certificate: 2 of 5 gates fail."), "{picture}");
        }
        if point {
            let draws = text(&folder, "draws.csv");
            assert_eq!(column(&draws, "draw"), ["", ""]);
            let default = Parameters::default().get("start_base").unwrap().to_string();
            assert_eq!(column(&draws, "start_base"), [default.clone(), default]);
            assert_eq!(manifest["parameter_values"].as_object().unwrap().len(), TABLE.len());
        }
    }
}

#[test]
fn a_certificate_that_holds_is_said_without_a_warning() {
    let home = tempfile::tempdir().unwrap();
    tables(home.path(), 5, 0);
    let (said, warned, folder) = told(home.path(), "run", &[]);
    assert!(said.contains("certificate: all 5 gates passed"), "{said}");
    assert!(!warned.contains("certificate"), "{warned}");
    assert!(pictures(&folder).iter().all(|picture| picture.contains("certificate: all 5 gates passed.")));
    let manifest: serde_json::Value = serde_json::from_str(&text(&folder, "manifest.json")).unwrap();
    assert_eq!(manifest["posterior"]["failing_gates"], serde_json::json!([]));
}

#[test]
fn a_damaged_or_missing_posterior_ends_with_its_place() {
    let home = tempfile::tempdir().unwrap();
    let data = tables(home.path(), 1, 0);
    let refused = || {
        let words = ["run", "baseline", "--data", "data"];
        let output =
            Command::new(env!("CARGO_BIN_EXE_telework")).args(words).current_dir(home.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(4));
        String::from_utf8(output.stderr).unwrap()
    };
    let path = data.join("posterior/draws.csv");
    let sound = fs::read_to_string(&path).unwrap();
    fs::write(&path, sound.replace(",-7.2,", ",-720,")).unwrap();
    let said = refused();
    assert!(said.contains("`start_base` cannot be -720") && said.contains("draws.csv:3:"), "{said}");
    fs::remove_file(&path).unwrap();
    let said = refused();
    assert!(said.contains("posterior/draws.csv") && said.contains("must hold every table"), "{said}");
}

/// The shipped posterior uses no figure published later than the data.
#[test]
fn the_shipped_posterior_is_as_of_april_2021() {
    assert!(Data::embedded().unwrap().posterior.as_of <= date(2021, 4, 30));
}
