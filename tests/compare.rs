//! Comparisons from end to end: paired differences that equal those of separate runs, the same bytes again, nothing lost
//! when interrupted.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};
use telework::{
    commands::{
        Common, CompareRequest, RunContext, RunRequest, UncertaintyFlags, compare, execute, prepare,
        prepare_comparison, verify,
    },
    engine::Progress,
    error::{Kind, Problems},
};

/// Two years and three months of about 6,000 firms, four draws.
const SHORT: [(&str, &str); 3] = [("run.sample", "6000"), ("run.end", "2022-03-31"), ("run.replicates", "4")];

fn common(out: PathBuf, store: PathBuf) -> Common {
    let set = SHORT.iter().map(|(path, value)| format!("{path}={value}")).collect();
    Common { set, out: Some(out), store: Some(store), ..Common::default() }
}

fn request(scenarios: &[&str], home: &Path, name: &str) -> CompareRequest {
    CompareRequest {
        scenarios: scenarios.iter().map(|name| (*name).to_string()).collect(),
        common: common(home.join(name), home.join("store")),
        // The second was reached before the run's first week already, by MLIT's wave of 2019.
        targets: vec!["mic_introduction>=0.4".into(), "scheme_based_teleworkers>=0.05".into()],
        uncertainty: UncertaintyFlags { split: 3, ..UncertaintyFlags::default() },
    }
}

fn context(threads: usize) -> RunContext<'static> {
    static NEVER: AtomicBool = AtomicBool::new(false);
    RunContext { threads, observe: &|_| {}, stop: &NEVER }
}

fn made(request: CompareRequest) -> Result<PathBuf, Problems> {
    Ok(compare(&prepare_comparison(request)?, context(2))?.folder)
}

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let of = |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()));
    let files = fs::read_dir(folder).unwrap().map(|entry| of(entry.unwrap()));
    files.filter_map(|(name, bytes)| Some((name, bytes.ok()?))).collect()
}

/// The rows of a table, each as column -> text.
fn rows(folder: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join(table)).unwrap();
    let names = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| names.iter().zip(record.iter()).map(|(n, v)| (n.into(), v.into())).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

/// The differences are those of two separate runs with stores of their own; money is that of their accounts.
#[test]
fn differences_are_those_of_separate_runs() {
    let home = tempfile::tempdir().unwrap();
    let folder = made(request(&["baseline", "all_measures"], home.path(), "comparison")).unwrap();
    let run = |scenario: &str| {
        let request = RunRequest {
            scenario: scenario.into(),
            common: common(home.path().join(scenario), home.path().join(format!("store of {scenario}"))),
            uncertainty: UncertaintyFlags { split: 0, ..UncertaintyFlags::default() },
            csv: true,
            ..RunRequest::default()
        };
        execute(prepare(request).unwrap(), context(2)).unwrap().folder
    };
    let folders = ["baseline", "all_measures"].map(run);
    // The last week of each replicate.
    let last = |folder: &Path, indicator: &str, segment: &str| -> Vec<f64> {
        let mut values = BTreeMap::new();
        for row in rows(folder, "indicators.csv") {
            if row["indicator"] == indicator && row["segment"] == segment {
                values.insert(row["replicate"].clone(), number(&row, "value"));
            }
        }
        values.into_values().collect()
    };
    let mut seen = 0;
    for row in rows(&folder, "differences.csv").iter().filter(|row| row["fiscal_year"] == "2021") {
        let [reference, with] = [0, 1].map(|place: usize| last(&folders[place], &row["kpi"], &row["segment"]));
        let differences: Vec<f64> = reference.iter().zip(&with).map(|(a, b)| b - a).collect();
        let mean = differences.iter().sum::<f64>() / 4.0;
        assert!((number(row, "difference") - mean).abs() < 1e-7, "{row:?}, separate runs: {differences:?}");
        assert_eq!((row["pairs"].as_str(), reference.len()), ("4", 4));
        // Levels and the change are means of the same pairs, so they add up.
        let levels = number(row, "level") - number(row, "reference_level");
        assert!((number(row, "difference") - levels).abs() < 1e-9, "{row:?}");
        seen += 1;
    }
    assert_eq!(seen, 15, "every candidate KPI");
    let spent = |folder: &Path| -> f64 {
        rows(folder, "interventions.csv").iter().map(|row| number(row, "spend_yen")).sum::<f64>() / 4.0
    };
    // Who reaches a target in the last year reaches it in some wave.
    let reached = rows(&folder, "reached.csv");
    let mut given = 0;
    for choice in rows(&folder, "choice.csv").iter().filter(|row| !row["target"].is_empty()) {
        let same = ["scenario", "kpi", "segment", "target", "target_source"];
        let row = reached.iter().find(|row| same.iter().all(|column| row[*column] == choice[*column])).unwrap();
        assert!(number(row, "probability") >= number(choice, "attainability"), "{row:?}, {choice:?}");
        given += usize::from(choice["target_source"] == "given" && number(choice, "attainability") > 0.5);
    }
    assert!(given > 1, "a given target is attained");
    // Effects and their prices say what they rest on; a level has no effect.
    for table in ["differences.csv", "costs.csv", "acceptability.csv"] {
        let rows = rows(&folder, table);
        assert!(!rows.is_empty() && rows.iter().all(|row| row["evidence"] == "assumed"), "{table}: {:?}", rows[0]);
    }
    for choice in rows(&folder, "choice.csv") {
        assert_eq!(choice["evidence"], if choice["effect"].is_empty() { "" } else { "assumed" }, "{choice:?}");
    }
    let extra = number(&rows(&folder, "costs.csv")[0], "extra_spend_yen");
    let expected = spent(&folders[1]) - spent(&folders[0]);
    assert!((extra - expected).abs() < 1.0 && extra > 1e9, "{extra} yen, separate runs: {expected}");
}

/// A scenario that says the same in other words differs in no pair, in no figure.
#[test]
fn a_measure_that_does_nothing_has_exactly_no_effect() {
    let home = tempfile::tempdir().unwrap();
    let twin = home.path().join("twin.toml");
    let nothing = "title = \"Twin\"\nquestion = \"What does a measure without capacity do?\"\nsources = [\"none\"]\n\
        extends = \"baseline.toml\"\n[[intervention]]\nname = \"idle\"\nfrom = 2021-04-05\n\
        telework_managers = { managers = 0, visits_per_manager_per_week = 0.1, visits_per_firm = 2, share_below_100 = 0.5, \
        share_not_practising = 0.5 }\n";
    fs::write(&twin, nothing).unwrap();
    let folder = made(request(&["baseline", twin.to_str().unwrap()], home.path(), "twins")).unwrap();
    let found = rows(&folder, "differences.csv");
    assert_eq!(found.len(), 15);
    for row in &found {
        assert_eq!((row["verdict"].as_str(), row["pairs_to_settle"].as_str()), ("identical", ""), "{row:?}");
        for column in ["difference", "low_5", "high_95", "mean_low", "mean_high", "positive"] {
            assert_eq!(number(row, column), 0.0, "{column} of {row:?}");
        }
    }
    let cost = &rows(&folder, "costs.csv")[0];
    assert_eq!((cost["extra_spend_yen"].as_str(), cost["yen_per_firm"].as_str()), ("0", ""));
    assert_eq!((cost["spend_verdict"].as_str(), cost["firms_verdict"].as_str()), ("identical", "identical"));
}

#[test]
fn a_comparison_verifies_and_a_changed_digit_is_found() {
    let home = tempfile::tempdir().unwrap();
    let folder = made(request(&["baseline", "managers_x10"], home.path(), "comparison")).unwrap();
    // Kept runs are not believed: verification makes its own.
    fs::remove_dir_all(home.path().join("store")).unwrap();
    let same = verify(&folder, None, context(2)).unwrap();
    assert_eq!((same.tables.len(), same.changes.len(), same.differences.len()), (13, 0, 0), "{same:?}");
    let table = folder.join("costs.csv");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(&table, text.replacen("managers_x10,baseline,2021,", "managers_x10,baseline,2021,9", 1)).unwrap();
    let changed = verify(&folder, None, context(2)).unwrap();
    assert_eq!(changed.differences.len(), 1, "{changed:?}");
    assert!(changed.differences[0].starts_with("costs.csv, line 2: "), "{changed:?}");
}

#[test]
fn an_interrupted_comparison_goes_on_where_it_stopped() {
    let home = tempfile::tempdir().unwrap();
    let ask = || request(&["baseline", "no_policy"], home.path(), "comparison");
    let stop = AtomicBool::new(false);
    // 117 weeks a run: stopped in the fourth.
    let observe = |p: Progress| {
        stop.fetch_or(p.done >= 400, Ordering::Relaxed);
    };
    let context = RunContext { threads: 1, observe: &observe, stop: &stop };
    let Err(problems) = compare(&prepare_comparison(ask()).unwrap(), context) else { panic!("not interrupted") };
    assert_eq!(problems.0[0].kind, Kind::Interrupted);
    assert!(problems.0[0].message.contains("3 of 20 runs are kept"), "{problems}");
    assert!(!home.path().join("comparison").exists(), "nothing is half written");
    let comparison = prepare_comparison(ask()).unwrap();
    assert_eq!(comparison.runs(), (20, 3));
    let weeks = AtomicU64::new(0);
    let observe = |p: Progress| {
        weeks.fetch_max(p.total, Ordering::Relaxed);
    };
    let again = RunContext { threads: 2, observe: &observe, stop: &AtomicBool::new(false) };
    let folder = compare(&comparison, again).unwrap().folder;
    assert_eq!(weeks.into_inner(), 17 * 117, "kept runs are not made again");
    let elsewhere = common(home.path().join("whole"), home.path().join("other"));
    let whole = made(CompareRequest { common: elsewhere, ..ask() }).unwrap();
    assert!(files(&folder) == files(&whole), "a resumed comparison differs");
}

#[test]
fn scenarios_that_cannot_be_paired_are_refused_with_advice() {
    let home = tempfile::tempdir().unwrap();
    let other = home.path().join("other.toml");
    let text = "title = \"Other firms\"\nquestion = \"?\"\nsources = [\"none\"]\nextends = \"baseline.toml\"\n\
        [run]\npopulation_seed = 7\n";
    fs::write(&other, text).unwrap();
    let ask = |scenarios: &[&str]| made(request(scenarios, home.path(), "x")).unwrap_err();
    let problems = ask(&["baseline", other.to_str().unwrap()]);
    assert_eq!((problems.0.len(), problems.0[0].kind), (1, Kind::Scenario), "{problems}");
    assert!(problems.0[0].message.ends_with("their population seeds are 2021 and 7"), "{problems}");
    assert_eq!(problems.0[0].advice.as_deref(), Some("give all the same with --set run.population_seed=2021"));
    assert!(ask(&["baseline", "baseline"]).0[0].message.contains("two scenarios are called"));
    assert_eq!(ask(&["baseline", "no_such"]).0[0].kind, Kind::Scenario);
    let wrong = CompareRequest {
        targets: vec!["mic_introduction=0.3".into()],
        ..request(&["baseline", "no_policy"], home.path(), "x")
    };
    assert_eq!(made(wrong).unwrap_err().0[0].kind, Kind::Usage);
}
