//! Attribution and target search from end to end, on a small sample: known splits, the same bytes again, interruption.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};
use telework::{
    analysis::{SplitBy, shapley::Method, target::Reached},
    commands::{
        AttributeRequest, Common, RunContext, TargetRequest, attribute, prepare_attribution, prepare_target, target,
        verify,
    },
    engine::Progress,
    error::{Kind, Problems},
};

/// The baseline's world to December 2021 with a subsidy that is written down twice, a list with room for nobody, and the
/// programmes that go on.
const TWICE: &str = r#"
title = "A subsidy twice"
question = "Do equal measures share equally?"
sources = ["Made up for a test"]
extends = "baseline.toml"

[run]
end = 2021-12-31
sample = 6000

[[intervention]]
name = "subsidy_a"
from = 2021-04-05
subsidy = { rate = 0.9, minimum = "50 thousand yen", maximum = "1 million yen", cost_per_teleworker = "200 thousand yen", grants_per_year = 100000, takers = "newly_introducing" }

[[intervention]]
name = "subsidy_b"
from = 2021-04-05
subsidy = { rate = 0.9, minimum = "50 thousand yen", maximum = "1 million yen", cost_per_teleworker = "200 thousand yen", grants_per_year = 100000, takers = "newly_introducing" }

[[intervention]]
name = "nothing"
from = 2021-04-05
disclosure = { form = "listing", firms_per_year = 0 }
"#;

fn scenario(home: &Path) -> String {
    let path = home.join("twice.toml");
    fs::write(&path, TWICE).unwrap();
    path.display().to_string()
}

fn context(threads: usize, stop: &AtomicBool) -> RunContext<'_> {
    RunContext { threads, observe: &|_| {}, stop }
}

fn common(home: &Path, out: &str, draws: u32) -> Common {
    let (out, store) = (Some(home.join(out)), Some(home.join("store")));
    Common { draws: Some(draws), out, store, ..Common::default() }
}

fn request(home: &Path, out: &str, method: Method, draws: u32) -> AttributeRequest {
    AttributeRequest {
        scenario: scenario(home),
        among: ["subsidy_a", "subsidy_b", "nothing"].map(String::from).to_vec(),
        common: common(home, out, draws),
        exact: method == Method::Exact,
        sampled: method == Method::Sampled,
        ..AttributeRequest::default()
    }
}

fn attributed(request: AttributeRequest, threads: usize) -> Result<PathBuf, Problems> {
    Ok(attribute(&prepare_attribution(request)?, context(threads, &AtomicBool::new(false)))?.folder)
}

/// Rows by their columns.
fn rows(file: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(file).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

/// The split of the last fiscal year's current practice, by measure.
fn practice(folder: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    let all = rows(&folder.join("attribution.csv"));
    let of = |row: &BTreeMap<String, String>| row["kpi"] == "tsr_current_practice" && row["segment"] == "total";
    let year = all.iter().filter(|row| of(row)).map(|row| row["fiscal_year"].clone()).max().unwrap();
    let these = all.into_iter().filter(|row| of(row) && row["fiscal_year"] == year);
    these.map(|row| (row["intervention"].clone(), row)).collect()
}

/// A measure that is written down twice is two equal players: no other truth than equal shares. With all coalitions they are
/// equal to the last digit but rounding.
#[test]
fn equal_measures_share_equally_and_idle_ones_get_nothing() {
    let home = tempfile::tempdir().unwrap();
    let folder = attributed(request(home.path(), "exact", Method::Exact, 8), 2).unwrap();
    let split = practice(&folder);
    let (a, b, idle, whole) = (&split["subsidy_a"], &split["subsidy_b"], &split["nothing"], &split["package"]);
    for column in ["shapley", "low_90", "high_90", "alone", "leave_one_out"] {
        assert!((number(a, column) - number(b, column)).abs() < 1e-12, "{column}: {a:?} {b:?}");
        assert_eq!(number(idle, column), 0.0, "{column}");
    }
    assert!(number(a, "alone") > 0.0, "grants to firms that newly introduce bring something: {a:?}");
    // A firm that has one subsidy gains less from the second: leave-one-out gives less than half of the whole to each.
    assert!(number(a, "leave_one_out") < number(a, "shapley") && number(a, "shapley") < number(a, "alone"));
    let every = rows(&folder.join("attribution.csv"));
    assert_eq!(every.len(), 15 * 4, "15 KPIs, one fiscal year, three measures and the package");
    for rows in every.chunks(4) {
        let sum: f64 = rows[..3].iter().map(|row| number(row, "shapley")).sum();
        assert!((sum - number(&rows[3], "shapley")).abs() < 1e-12, "{rows:?}");
    }
    assert!(number(whole, "spend_yen") > 1e9 && number(idle, "spend_yen") == 0.0);
    let pairs = rows(&folder.join("interactions.csv"));
    let pair = pairs.iter().find(|r| r["kpi"] == "tsr_current_practice" && r["segment"] == "total").unwrap();
    assert_eq!((pair["intervention_a"].as_str(), pair["intervention_b"].as_str()), ("subsidy_a", "subsidy_b"));
    assert!(number(pair, "interaction") < 0.0);
    assert!(every.iter().chain(&pairs).all(|row| row["evidence"] == "assumed"));

    // The same runs again, in another place and on one thread: the same bytes.
    let found = verify(&folder, None, context(1, &AtomicBool::new(false))).unwrap();
    assert_eq!((found.tables.len(), found.changes.len(), found.differences.len()), (2, 0, 0), "{found:?}");
    let mut few = request(home.path(), "few", Method::Exact, 2);
    few.among = vec!["nothing".into()];
    let folder = attributed(few, 2).unwrap();
    let table = folder.join("attribution.csv");
    fs::write(&table, fs::read_to_string(&table).unwrap().replacen(",exact,2", ",exact,9", 1)).unwrap();
    let found = verify(&folder, None, context(2, &AtomicBool::new(false))).unwrap();
    assert!(found.differences.len() == 1 && found.differences[0].starts_with("attribution.csv, line 2"), "{found:?}");
}

/// Sampled orders: each draw's shares add up to its whole; the two equal measures differ by less than the 99.9 % interval of
/// their difference would hold (12 draws, t = 4.44 with 11 degrees; half-widths of 90 % have t = 1.80, so 2.5 times
/// their sum is more): a false alarm in fewer than one test in a thousand. Seed fixed.
#[test]
fn sampled_orders_agree_and_an_interrupted_attribution_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let stop = AtomicBool::new(false);
    let observe = |p: Progress| {
        stop.fetch_or(p.done >= p.total / 2, Ordering::Relaxed);
    };
    let attribution = prepare_attribution(request(home.path(), "sampled", Method::Sampled, 12)).unwrap();
    let (runs, kept) = attribution.runs();
    assert_eq!((runs, kept), (12 * 8, 0), "three measures have eight coalitions");
    let Err(problems) = attribute(&attribution, RunContext { threads: 1, observe: &observe, stop: &stop }) else {
        panic!("not interrupted")
    };
    assert_eq!(problems.0[0].kind, Kind::Interrupted);
    assert!(!home.path().join("sampled").exists());
    let attribution = prepare_attribution(request(home.path(), "sampled", Method::Sampled, 12)).unwrap();
    assert!((1..runs).contains(&attribution.runs().1), "finished runs are kept");
    let folder = attributed(request(home.path(), "sampled", Method::Sampled, 12), 2).unwrap();
    let split = practice(&folder);
    let (a, b) = (&split["subsidy_a"], &split["subsidy_b"]);
    let half = |row| number(row, "high_90") - number(row, "shapley");
    let apart = (number(a, "shapley") - number(b, "shapley")).abs();
    assert!(apart <= 2.5 * (half(a) + half(b)), "{a:?} {b:?}");
    let idle = &split["nothing"];
    assert!(number(idle, "low_90") <= 0.0 && 0.0 <= number(idle, "high_90"), "{idle:?}");
    let sum: f64 = ["subsidy_a", "subsidy_b", "nothing"].iter().map(|name| number(&split[*name], "shapley")).sum();
    assert!((sum - number(&split["package"], "shapley")).abs() < 1e-12);
}

#[test]
fn a_search_says_already_or_none_and_runs_again_to_the_byte() {
    let home = tempfile::tempdir().unwrap();
    let search = |goal: &str, out: &str| {
        let request = TargetRequest {
            scenario: scenario(home.path()),
            kpi: goal.into(),
            vary: "intervention.subsidy_a.scale".into(),
            high: Some("10".into()),
            probability: 0.5,
            common: common(home.path(), out, 3),
            ..TargetRequest::default()
        };
        target(&prepare_target(request).unwrap(), context(2, &AtomicBool::new(false))).unwrap()
    };
    let already = search("tsr_current_practice>=0.001", "already");
    assert_eq!(already.searched.answer.reached, Reached::Already);
    let none = search("tsr_current_practice>=0.999", "none");
    assert_eq!(none.searched.answer.reached, Reached::Never);
    let table = rows(&none.folder.join("target.csv"));
    let status: Vec<&str> = table.iter().map(|row| row["status"].as_str()).collect();
    assert_eq!(status, ["evaluated", "evaluated", "evaluated", "evaluated", "none"]);
    assert!(table.iter().all(|row| row["evidence"] == "assumed"), "{table:?}");
    let spend: Vec<f64> = table.iter().map(|row| number(row, "spend_yen")).collect();
    assert!(spend.is_sorted() && spend[0] > 0.0, "more of the measure costs more: {spend:?}");
    let found = verify(&none.folder, None, context(2, &AtomicBool::new(false))).unwrap();
    assert_eq!((found.tables.len(), found.changes.len(), found.differences.len()), (1, 0, 0), "{found:?}");
    // Another kind of folder is not replaced, force or not.
    let mut foreign = request(home.path(), "none", Method::Exact, 2);
    foreign.common.force = true;
    assert_eq!(prepare_attribution(foreign).err().unwrap().0[0].kind, Kind::Files);
}

#[test]
fn wrong_names_are_answered_with_the_right_ones() {
    let home = tempfile::tempdir().unwrap();
    let refused = |change: &dyn Fn(&mut AttributeRequest)| {
        let mut request = request(home.path(), "x", Method::Exact, 2);
        change(&mut request);
        let problem = prepare_attribution(request).err().unwrap().0.remove(0);
        (problem.kind, format!("{}: {}", problem.message, problem.advice.unwrap()))
    };
    let (kind, said) = refused(&|r| r.among = vec!["subsidy_c".into()]);
    assert_eq!(kind, Kind::Usage);
    assert!(said.contains("no intervention `subsidy_c`") && said.contains("subsidy_a, subsidy_b, nothing"), "{said}");
    let (_, said) = refused(&|r| r.kpis = vec!["telework".into()]);
    assert!(said.contains("no candidate KPI: write one of mic_introduction, "), "{said}");
    let (_, said) = refused(&|r| r.among.clear());
    assert!(said.contains("--exact needs 2^15 runs"), "{said}");
}

/// The baseline's world to December 2021 with a rating of many firms and two channels, and one that began before.
const CHANNELS: &str = r#"
title = "A rating with channels"
question = "Which channel moves firms?"
sources = ["Made up for a test"]
extends = "baseline.toml"

[run]
end = 2022-03-31
sample = 6000

[[intervention]]
name = "rated"
from = 2021-04-05
unit_cost = "50 thousand yen"
channels = ["employees", "competitors", "job_seekers"]
disclosure = { form = "rating", firms_per_year = 50000 }
"#;

/// Channels add up to what speaking to all of them brings; the measure's money is common to them and counts once.
#[test]
fn an_effect_is_split_by_channel() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("rating.toml");
    fs::write(&path, CHANNELS).unwrap();
    let request = |out: &str| AttributeRequest {
        scenario: path.display().to_string(),
        split_by: SplitBy::Channel,
        common: common(home.path(), out, 4),
        ..AttributeRequest::default()
    };
    let folder = attributed(request("channels"), 2).unwrap();
    let split = practice(&folder);
    let names = ["rated.employees", "rated.competitors", "rated.job_seekers"];
    let sum: f64 = names.iter().map(|name| number(&split[*name], "shapley")).sum();
    assert!((sum - number(&split["package"], "shapley")).abs() < 1e-12, "{split:?}");
    assert_eq!(split.len(), 4);
    assert_eq!(split["rated.employees"]["kind"], "disclosure");
    let money = number(&split["package"], "spend_yen");
    assert!(money > 0.0 && names.iter().all(|name| number(&split[*name], "spend_yen") == money));
    let priced = rows(&folder.join("channels.csv"));
    assert_eq!(priced.len(), 3);
    for row in &priced {
        assert_eq!((row["intervention"].as_str(), number(row, "common_spend_yen")), ("rated", money));
        assert_eq!(row["evidence"], "assumed");
        if !row["yen_per_firm"].is_empty() {
            let price = number(row, "common_spend_yen") / number(row, "extra_firms");
            assert!((number(row, "yen_per_firm") / price - 1.0).abs() < 1e-9, "{row:?}");
        }
    }
    let found = verify(&folder, None, context(1, &AtomicBool::new(false))).unwrap();
    assert_eq!((found.tables.len(), found.changes.len(), found.differences.len()), (3, 0, 0), "{found:?}");

    // Nobody says channels; one said them before anything could be decided.
    let refused = |text: &str| {
        fs::write(&path, text).unwrap();
        prepare_attribution(request("x")).err().unwrap().0.remove(0).message
    };
    let without = CHANNELS.replace("channels = [\"employees\", \"competitors\", \"job_seekers\"]\n", "");
    assert!(refused(&without).contains("that can still be decided says channels"));
    let before = CHANNELS.replace("from = 2021-04-05", "from = 2020-04-06");
    assert!(refused(&before).contains("is history"));
}
