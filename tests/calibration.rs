//! A calibration from end to end on a small scale, what it is fitted to, and the shipped posterior.
//!
//! `TELEWORK_REWRITE=1 cargo test --test all calibration::` sets the defaults of the parameter table to the shipped point.

use crate::common::{generated::current, japan, shipped, tables};
use jiff::civil::{Date, date};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Command,
    sync::{
        LazyLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use telework::{
    calibration::{
        history::History,
        likelihood::Likelihood,
        space::{PriorSet, Space},
        targets::{CalibrationFigure, log_odds, share},
    },
    commands::{CalibrateRequest, EvaluateRequest, Execution, RunContext, calibrate, evaluate},
    data::Data,
    error::Kind,
    observation::Survey,
    parameters::TABLE,
};

static DATA: LazyLock<Data> = LazyLock::new(tables);

/// Figures to fit on a day, from a small sample: which ones there are does not depend on it.
fn fitted(as_of: Date) -> Vec<CalibrationFigure> {
    let population = japan(&DATA, 6000);
    History::new(shipped("baseline"), &DATA, &population, as_of).targets(as_of)
}

/// Few firms, few particles, the first half of 2020.
const SMALL: &str = r#"
scenario = "baseline"
as_of = "2020-06-30"
sample = 6000
refined_sample = 8000
draws = 10
[sampler]
chains = 2
design = 50
particles = 20
seed = 7
rounds = 2
refined_rounds = 1
new_points = 10
final_sweeps = 4
training = 60
[certificate]
held_out = false
priors = true
truths = 1
truth_as_of = "2020-04-30"
truth_sample = 6000
[certificate.held_out_sampler]
chains = 2
design = 50
particles = 20
seed = 8
rounds = 1
refined_rounds = 1
new_points = 10
final_sweeps = 4
training = 60
[certificate.truth_sampler]
chains = 2
design = 50
particles = 20
seed = 9
rounds = 1
refined_rounds = 1
new_points = 10
final_sweeps = 4
training = 60
"#;

/// Fits with the tables of a folder beside the one that is written (`None`: those inside the program).
fn run(to: &Path, data: Option<&Path>, threads: usize, resume: bool, stop: &AtomicBool, calls: Option<u64>) -> bool {
    let config = to.with_file_name("small.toml");
    fs::write(&config, SMALL).unwrap();
    let seen = AtomicU64::new(0);
    let observe = |_| {
        // Stops after so many reports of progress.
        if calls.is_some_and(|calls| seen.fetch_add(1, Ordering::Relaxed) >= calls) {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let request = CalibrateRequest {
        config: Some(config),
        resume,
        out: Some(to.to_path_buf()),
        execution: Execution { data: data.map(Path::to_path_buf), ..Execution::default() },
        ..CalibrateRequest::default()
    };
    calibrate(&request, RunContext { threads, observe: &observe, stop }).is_ok()
}

/// Every file of a folder, by name.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// A copy of the data in a folder, with one more row of surveys, and its tables as `changed` says.
fn data_with(folder: &Path, row: Option<&str>, changed: impl Fn(&str, String) -> String) {
    for (file, _) in &DATA.files {
        let to = folder.join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let mut text = fs::read_to_string(Path::new("data").join(file)).unwrap();
        if let Some(row) = row {
            match file.as_str() {
                "observations/surveys.csv" => text += &format!("{row}\n"),
                "tables.csv" => text = text.replace("observations/surveys.csv,471", "observations/surveys.csv,472"),
                _ => {}
            }
        }
        fs::write(to, changed(file, text)).unwrap();
    }
}

/// Data with a figure that was published a day after the as-of day and infections of a later week.
fn data_of_later(folder: &Path) {
    let row = "tsr_practice,wave 5,2020-05-28,2020-06-09,2020-07-01,3019,ever_practised,size,large,0.999,share,\
               question,source,page read,";
    data_with(folder, Some(row), |file, text| {
        if file != "policy/infections.csv" {
            return text;
        }
        let (kept, last) = text.trim_end().rsplit_once('\n').unwrap();
        let (week, rest) = last.split_once(',').unwrap();
        format!("{kept}\n{week},{}\n", rest.replacen(|c: char| c.is_ascii_digit(), "7", 1))
    });
}

/// One fit on one thread, and one on two that is interrupted, goes on, and has data of later days: the same bytes, but for the
/// record of which tables were read and the key that they are a part of.
#[test]
fn the_same_bytes_for_any_threads_after_an_interruption_and_whatever_comes_later() {
    let home = tempfile::tempdir().unwrap();
    let [one, two, data] = ["one", "two", "data"].map(|name| home.path().join(name));
    data_of_later(&data);
    let later = Some(data.as_path());
    let never = AtomicBool::new(false);
    assert!(run(&one, None, 1, false, &never, None));
    let stop = AtomicBool::new(false);
    assert!(!run(&two, later, 2, false, &stop, Some(3)), "it was stopped");
    assert!(!two.exists(), "nothing is half written");
    assert!(run(&two, later, 2, true, &never, None), "it goes on");
    let told = |folder: &Path| {
        let mut files = bytes(folder);
        let (_, about) = files.iter_mut().find(|(file, _)| file == "about.csv").unwrap();
        let text = String::from_utf8(about.clone()).unwrap();
        let (tables, rest): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| line.starts_with("table ") || line.starts_with("key,"));
        *about = rest.join("\n").into_bytes();
        (files, tables.into_iter().map(str::to_string).collect::<Vec<_>>())
    };
    let ((one, tables), (two, other_tables)) = (told(&one), told(&two));
    assert_eq!(one.len(), 20, "{:?}", one.iter().map(|f| &f.0).collect::<Vec<_>>());
    for (a, b) in one.iter().zip(&two) {
        assert!(a == b, "{} differs", a.0);
    }
    assert!(tables.len() == other_tables.len() && tables != other_tables, "{tables:?} {other_tables:?}");
    // Every KPI and year under three sets of priors, none of which gives what another gives.
    let (_, sensitivity) = one.iter().find(|(name, _)| name == "prior_sensitivity.csv").unwrap();
    let mut by_set: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in csv::Reader::from_reader(&sensitivity[..]).into_records().map(Result::unwrap) {
        let cells: Vec<&str> = row.iter().collect();
        by_set.entry(cells[3].to_string()).or_default().push((cells[..3].join(" "), cells[4..].join(" ")));
    }
    let sets: Vec<_> = by_set.values().collect();
    assert_eq!(by_set.keys().collect::<Vec<_>>(), ["moved", "shipped", "twice_as_wide"]);
    for (a, b) in [(0, 1), (1, 2), (0, 2)] {
        let named = |set: usize| sets[set].iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert!(named(a) == named(b) && sets[a] != sets[b] && sets[a].len() >= 5 * 10, "{by_set:?}");
    }
    assert!(!home.path().join("two.partial").exists(), "what was kept for resuming is gone");
    // A folder in the way is not touched.
    assert!(!run(&home.path().join("two"), later, 2, false, &never, None));
}

/// The day of the command line stands in place of the configuration's: a day, or the last one of a period.
#[test]
fn the_day_of_the_command_line_is_read_as_people_write_it() {
    let said = |day: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_telework"));
        command.args(["calibrate", "--lang", "en", "--as-of", day]).current_dir(std::env::temp_dir());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for (written, meant) in [("2019-06-30", "2019-06-30"), ("FY2018", "2019-03-31"), ("平成31年4月30日", "2019-04-30")]
    {
        let (code, text) = said(written);
        assert!(text.contains(&format!("as of {meant}: that day lies outside the run of `baseline`")), "{text}");
        assert_eq!(code, Some(3), "{text}");
    }
    let (code, text) = said("2020-02-30");
    assert!(code == Some(2) && text.contains("--as-of"), "{text}");
}

/// The last field period of the data ends on a day: as of that day nothing is left to score, as of the day before there is.
#[test]
fn an_origin_after_which_nothing_was_published_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let last = DATA.observations.iter().map(|row| row.field_end).max().unwrap();
    let as_of = |origins: Vec<Date>| {
        let out = home.path().join("evaluation");
        let request =
            EvaluateRequest { origins, scenario: "forecast".into(), out: out.clone(), ..EvaluateRequest::default() };
        let stopped = AtomicBool::new(true);
        let found = evaluate(&request, RunContext { threads: 1, observe: &|_| {}, stop: &stopped }).unwrap_err();
        assert!(!out.exists());
        found.0[0].clone()
    };
    let refused = as_of(vec![date(2020, 7, 31), last]);
    assert_eq!(refused.kind, Kind::Data);
    assert!(refused.message.contains(&last.to_string()), "{}", refused.message);
    assert_eq!(as_of(vec![last.yesterday().unwrap()]).kind, Kind::Interrupted, "it was begun, and stopped");
}

/// An evaluation to its end, and once more with a figure of a wave that never was: it is scored as well, and all that stood
/// there before stays.
#[test]
fn an_evaluation_goes_on_unchanged_with_later_figures() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("small.toml");
    fs::write(&config, SMALL).unwrap();
    let origin = date(2021, 1, 31);
    // The rows of the model in `held_out.csv`, cell by cell.
    let evaluated = |name: &str, row: Option<&str>| -> Vec<Vec<String>> {
        let (data, out) = (home.path().join(format!("{name}-data")), home.path().join(name));
        data_with(&data, row, |_, text| text);
        let request = EvaluateRequest {
            origins: vec![origin],
            config: Some(config.clone()),
            scenario: "forecast".into(),
            out: out.clone(),
            execution: Execution { data: Some(data), ..Execution::default() },
            ..EvaluateRequest::default()
        };
        evaluate(&request, RunContext { threads: 2, observe: &|_| {}, stop: &AtomicBool::new(false) }).unwrap();
        let mut table = csv::Reader::from_path(out.join("held_out.csv")).unwrap();
        let rows = table.records().map(|row| row.unwrap().iter().map(str::to_string).collect::<Vec<_>>());
        let of_model: Vec<Vec<String>> = rows.filter(|row| row[1] == "model").collect();
        // As a forecast hub takes it: nineteen quantiles a figure, rising.
        let mut quantiles = csv::Reader::from_path(out.join(format!("{origin}-telework-sim.csv"))).unwrap();
        let quantiles: Vec<csv::StringRecord> = quantiles.records().map(Result::unwrap).collect();
        assert_eq!(quantiles.len(), 19 * of_model.len());
        let number = |text: &str| text.parse::<f64>().unwrap();
        for figure in quantiles.chunks(19) {
            assert!(figure.is_sorted_by_key(|row| (number(&row[6]), number(&row[7]))), "{figure:?}");
        }
        assert!(fs::read_to_string(out.join("evaluation.md")).unwrap().contains("5_held_out_scores.png"));
        of_model
    };
    let rows = evaluated("known", None);
    for row in &rows {
        let cell = |column: usize| row[column].parse::<f64>().unwrap();
        let published = DATA.observations.iter().find(|o| {
            [&*o.survey, &*o.wave, &*o.metric, &*o.segment_type, &*o.segment]
                == [&row[2], &row[3], &row[5], &row[6], &row[7]].map(String::as_str)
        });
        let published = published.unwrap_or_else(|| panic!("{row:?} was never published"));
        assert!(published.field_end > origin && (published.value - cell(8)).abs() < 1e-9, "{row:?}");
        // Gneiting and Raftery (2007), equation 43, for the interval of 90 %.
        let (low, high, value) = (cell(9), cell(13), cell(8));
        let score = high - low + 2.0 / 0.1 * ((low - value).max(0.0) + (value - high).max(0.0));
        assert!((score - cell(15)).abs() < 1e-5, "{row:?}: {score}");
    }
    let waves: std::collections::BTreeSet<[&str; 2]> = rows.iter().map(|row| [&*row[2], &*row[3]]).collect();
    assert_eq!(waves.into_iter().collect::<Vec<_>>(), [["jpc_workers", "wave 5"], ["tsr_practice", "wave 14"]]);
    let more = evaluated(
        "later",
        Some(
            "tsr_practice,wave 99,2021-04-19,2021-04-23,2021-04-29,,current_practice,size,SME,0.999,share,question,source,page read,",
        ),
    );
    let (planted, others): (Vec<_>, Vec<_>) = more.into_iter().partition(|row| row[3] == "wave 99");
    assert!(planted.len() == 1 && planted[0][8] == "0.999", "{planted:?}");
    assert!(others == rows);
}

#[test]
fn what_is_fitted_was_published_by_the_day_and_says_something_new() {
    let all = fitted(date(2021, 4, 30));
    let count = |survey: Survey| all.iter().filter(|t| t.survey == survey).count();
    // Both sizes of waves 2-6, 8, 10, 14, counted in the printed table.
    let practice = all.iter().filter(|t| {
        t.survey == Survey::Tsr
            && ["practised", "current_practice"].contains(&t.metric)
            && ["large", "SME"].contains(&t.segment.as_str())
    });
    assert_eq!(practice.count(), 16);
    for survey in [Survey::Mic, Survey::Mlit, Survey::CabinetOffice, Survey::Jpc, Survey::Persol, Survey::TokyoFirms] {
        assert!(count(survey) > 0, "{survey}");
    }
    let totals = all.iter().filter(|t| t.survey == Survey::Tsr && t.segment == "total");
    // Without strata in print: stopped in waves 6, 8, 10; still practising in wave 5; all sizes in wave 12.
    let mut totals: Vec<(&str, &str)> =
        totals.map(|t| (t.wave.split(" (").next().unwrap_or_default(), t.metric)).collect();
    totals.sort_unstable();
    let expected = [
        ("wave 10", "stopped"),
        ("wave 12", "current_practice"),
        ("wave 5", "still_practising_share_of_practisers"),
        ("wave 6", "stopped"),
        ("wave 8", "stopped"),
    ];
    assert_eq!(totals, expected);
    // JPC's wave 2 and the Cabinet Office's wave 2 were not seen in print.
    assert!(all.iter().all(|t| (t.survey, &*t.wave) != (Survey::Jpc, "wave 2")));
    let early = fitted(date(2020, 6, 30));
    assert!(early.iter().all(|t| t.date < date(2020, 6, 30)) && !early.is_empty());
    assert!(early.iter().any(|t| t.wave == "wave 4") && early.iter().all(|t| t.wave != "wave 6"));
}

/// MIC: 11.5 % (2012), 11.5 (2014), 16.2 (2015), 13.3 (2016), 13.9 (2017), 19.1 (2018), 20.2 (2019), as published; the
/// least-squares slope is computed here by its normal equations.
#[test]
fn growth_before_covid_is_the_slope_of_the_published_years() {
    let all = fitted(date(2021, 4, 30));
    let drift = all.iter().find(|t| t.less.is_some()).unwrap();
    let years = [
        (2012.0, 11.5),
        (2015.0, 11.5),
        (2015.0, 16.2),
        (2016.0, 13.3),
        (2017.0, 13.9),
        (2018.0, 19.1),
        (2019.0, 20.2),
    ];
    let n = years.len() as f64;
    let (sx, sy) = years.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0, y + p.1));
    let (sxx, sxy) = years.iter().fold((0.0, 0.0), |(xx, xy), p| (xx + p.0 * p.0, xy + p.0 * p.1));
    let slope = (n * sxy - sx * sy) / (n * sxx - sx * sx) / 100.0;
    assert!((drift.published - slope).abs() < 1e-9, "{} for {slope}", drift.published);
}

/// TSR wave 2, SMEs: 14.1 % of 12,838. With a discrepancy d, log odds scatter with variance
/// 1.5 / (n p (1 - p)) + (0.001 / (p (1 - p)))^2 / 12 + (a d)^2 + w^2, with the common factor a of all groups and the error w
/// of the wave.
#[test]
fn the_likelihood_of_one_figure_is_its_closed_form() {
    let space = Space::new();
    let one = |t: &CalibrationFigure| t.wave == "wave 2" && t.segment == "SME" && t.metric == "practised";
    let target = fitted(date(2021, 4, 30)).into_iter().find(one).unwrap();
    let likelihood = Likelihood::new(&space, vec![target]);
    let z = vec![0.3; space.len()];
    let place = |name: &str| (0..space.len()).find(|d| space.name(*d) == format!("discrepancy_{name}")).unwrap();
    let [d, all, wave] = ["tsr_size", "all", "wave"].map(|name| space.value(place(name), 0.3));
    let (p, n) = (0.141_f64, 12_838.0);
    let spread = p * (1.0 - p);
    let variance = 1.5 / (n * spread) + (0.001 / spread).powi(2) / 12.0 + (all * d).powi(2) + wave * wave;
    let simulated = log_odds(0.16);
    let residual = log_odds(p) - simulated;
    let exact = -0.5 * (residual * residual / variance + libm::log(variance));
    assert!((likelihood.log(&space, &z, &[simulated]) - exact).abs() < 1e-9);
    assert!((share(log_odds(0.3)) - 0.3).abs() < 1e-12);
}

/// The gradient of the joint likelihood by every figure, response and constant of the law, by differences, at a point
/// that is no special one.
#[test]
fn the_gradient_of_the_joint_likelihood_is_right() {
    for priors in PriorSet::ALL {
        the_gradient_is_right(&Space::new().with(priors));
    }
}

fn the_gradient_is_right(space: &Space) {
    let likelihood = Likelihood::new(space, fitted(date(2021, 4, 30)));
    let n = likelihood.targets.len();
    let z: Vec<f64> = (0..space.len()).map(|d| ((d * 37 % 19) as f64 - 9.0) / 12.0).collect();
    let simulated: Vec<f64> =
        (0..n).map(|i| likelihood.targets[i].value + ((i * 29 % 17) as f64 - 8.0) / 40.0).collect();
    // Errors of figures hang together.
    let error = nalgebra::DMatrix::from_fn(n, n, |i, j| if i == j { 1e-3 } else { 4e-4 });
    let log = |z: &[f64], simulated: &[f64]| likelihood.gradient(space, z, simulated, &error).0;
    let (_, by_figure, by_rest) = likelihood.gradient(space, &z, &simulated, &error);
    let step = 1e-5;
    let close = |found: f64, exact: f64, what: &str| {
        assert!((found - exact).abs() < 1e-4 * exact.abs().max(1.0), "{what}: {found} for {exact}");
    };
    for i in 0..n {
        let beside = |step: f64| {
            let mut moved = simulated.clone();
            moved[i] += step;
            log(&z, &moved)
        };
        close(by_figure[i], (beside(step) - beside(-step)) / (2.0 * step), &likelihood.targets[i].segment);
    }
    for d in space.dynamic..space.len() {
        let beside = |step: f64| {
            let mut moved = z.clone();
            moved[d] += step;
            log(&moved, &simulated)
        };
        close(by_rest[d - space.dynamic], (beside(step) - beside(-step)) / (2.0 * step), &space.name(d));
    }
}

#[test]
fn the_shipped_posterior_meets_what_is_required_of_it() {
    let posterior = &DATA.posterior;
    assert_eq!(posterior.as_of, date(2021, 4, 30));
    assert!(posterior.draws.len() >= 200);
    let required = [
        "TSR waves by size outside the 90 % interval",
        "TSR waves by size: mean absolute error, points",
        "TSR wave 2, all sizes: absolute error, points",
        "TSR wave 5, all sizes: absolute error, points",
        "TSR wave 14, all sizes: absolute error, points",
        "formal scheme by size: largest absolute error, points",
        "pairs of regions in the published order, share",
    ];
    for check in required {
        let gate = posterior.gates.iter().find(|g| g.check == check).unwrap_or_else(|| panic!("{check}"));
        assert!(gate.passed, "{check}: {} ({})", gate.found, gate.required);
    }
    // What does not hold is told: how many gates, on the page about the calibration.
    let page = fs::read_to_string("docs/calibration.md").unwrap();
    let told = format!("**{} of {} gates do not hold**", posterior.failing().count(), posterior.gates.len());
    assert!(posterior.failing().count() == 0 || page.contains(&told), "{told}");
    for part in ["convergence", "predictive", "recovery", "held_out"] {
        assert!(posterior.gates.iter().any(|g| g.part == part), "{part}");
    }
}

/// The defaults of the table are the posterior's mean on the prior's scale, as `point.csv` has them, and a parameter is
/// called estimated when the surveys narrowed its prior (`identifiability.csv`), assumed when they did not.
#[test]
fn the_parameter_table_says_what_the_shipped_posterior_found() {
    let read = |file: &str| fs::read_to_string(format!("data/posterior/{file}")).unwrap();
    let (point, seen) = (read("point.csv"), read("identifiability.csv"));
    let evidence = |name: &str| {
        let mut rows = seen.lines().map(|row| row.split(',').collect::<Vec<_>>());
        let row = rows.find(|row| row[0] == name);
        if row.is_some_and(|row| row[1] == "estimated") { ", Estimated," } else { ", Assumed," }
    };
    let mut source = fs::read_to_string("src/parameters.rs").unwrap();
    for row in point.lines().skip(1) {
        let (name, value) = row.split_once(',').unwrap();
        if TABLE.iter().any(|row| row.name == name && row.of_measures()) {
            continue;
        }
        let start = source.find(&format!("    {name}: ")).unwrap() + name.len() + 6;
        let end = start + source[start..].find(" in ").unwrap();
        source.replace_range(start..end, value);
        let words = [", Estimated,", ", Assumed,"];
        let (at, word) = words.iter().filter_map(|w| Some((start + source[start..].find(w)?, w))).min().unwrap();
        source.replace_range(at..at + word.len(), evidence(name));
    }
    // Effects of measures that came later are not among the parameters that a calibration looked at.
    let told = |name: &str| point.lines().any(|row| row.split(',').next() == Some(name));
    assert!(TABLE.iter().all(|row| told(row.name) || row.of_measures()));
    current("src/parameters.rs", &source);
}
