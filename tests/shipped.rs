//! The shipped scenarios: they load, say what they change, and can be written out and read back.

use crate::common::generated::current;
use telework::{
    data::Data,
    error::Severity,
    scenario::{self, Measure},
    statistics::{mean, representative_order, variance},
};

#[test]
fn every_shipped_scenario_loads_without_a_warning_and_reads_back_equal() {
    for (file, _) in scenario::BUILT_IN {
        let loaded = scenario::load(file, &[]).unwrap_or_else(|problems| panic!("{file}:\n{problems}"));
        let warnings: Vec<_> = loaded.notes.iter().filter(|note| note.severity > Severity::Note).collect();
        // The hindcast is there to use hindsight, and is told so.
        let expected = usize::from(*file == "hindcast.toml");
        assert_eq!(warnings.len(), expected, "{file}: {warnings:?}");
        let again = scenario::load_text(&loaded.scenario.name, &loaded.resolved_toml, &[])
            .unwrap_or_else(|problems| panic!("{file}:\n{problems}\n{}", loaded.resolved_toml));
        assert_eq!(again.scenario, loaded.scenario, "{file}");
        assert_eq!(again.resolved_toml, loaded.resolved_toml, "{file}");
    }
}

#[test]
fn the_built_in_scenarios_are_the_files_of_the_folder() {
    let mut files: Vec<String> = std::fs::read_dir("scenarios")
        .expect("scenarios")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .filter(|file| file.ends_with(".toml"))
        .collect();
    files.sort();
    let built_in: Vec<&str> = scenario::BUILT_IN.iter().map(|(file, _)| *file).collect();
    assert_eq!(files, built_in);
}

/// Figures of MIC's materials for the task force, April 2021.
#[test]
fn the_baseline_plans_what_the_programmes_delivered_in_fiscal_2020() {
    let baseline = scenario::load("baseline", &[]).expect("baseline").scenario;
    let of = |name: &str| baseline.interventions.iter().find(|i| i.name == name).expect("an intervention");
    let weeks = 365.0 / 7.0;
    for name in ["supportnw_fy2020", "supportnw"] {
        let Measure::SupportNetwork(network) = &of(name).measure else { panic!("{name}") };
        assert!((network.events_per_year * network.participants_per_event - 4_687.0).abs() < 1.0);
    }
    for (name, consultations) in [("managers_fy2019", 235.0), ("managers_fy2020", 664.0), ("managers", 664.0)] {
        let Measure::TeleworkManagers(managers) = &of(name).measure else { panic!("{name}") };
        let visits = managers.managers * managers.visits_per_manager_per_week * weeks;
        assert!((visits - consultations).abs() < 2.0, "{name}: {visits}");
        // 372 firms took the 664 consultations of fiscal 2020.
        assert!((664.0 / managers.visits_per_firm - 372.0).abs() < 1.0);
    }
    // MIC's budget for telework promotion: 197 million yen in fiscal 2019, 905 million in fiscal 2020.
    let budget = |names: &[&str]| names.iter().filter_map(|name| of(name).budget_yen_per_fiscal_year).sum::<f64>();
    assert!(budget(&["managers_fy2019"]) <= 197e6);
    assert!(budget(&["supportnw_fy2020", "managers_fy2020", "awards", "telework_month"]) <= 905e6);
    assert!(budget(&["supportnw", "managers", "awards", "telework_month", "telework_days"]) <= 905e6);
    // Labour ministry, fiscal 2020: 253 initial + 3,801 supplementary + 2,113 reserve.
    assert!(budget(&["mhlw_subsidy_fy2020"]) <= 6_167e6);
}

/// A forecast as of April 2021 uses only declarations announced by then. The hindcast exists to know the dates to
/// September 2021, and knows no more.
#[test]
fn no_shipped_scenario_knows_later_declarations() {
    for (file, _) in scenario::BUILT_IN {
        let scenario = scenario::load(file, &[]).expect(file).scenario;
        for intervention in &scenario.interventions {
            if let Measure::EmergencyDeclaration(emergency) = &intervention.measure {
                let (month, day) = if *file == "hindcast.toml" { (9, 30) } else { (4, 30) };
                assert_eq!(emergency.known_on, Some(jiff::civil::date(2021, month, day)), "{file}");
            }
        }
    }
}

/// A run of n replicates takes the first n draws: they stand in the order in which a fit writes them. In random order the mean of
/// a parameter over the first 60 of 200 would be off by sqrt((1/60)(1 - 60/200)) = 0.108 of its standard deviation (root mean
/// square); it must be less than a third of that.
#[test]
fn the_first_draws_stand_for_all() {
    let written = std::fs::read_to_string("data/posterior/draws.csv").expect("data/posterior/draws.csv");
    let draws: Vec<Vec<f64>> = Data::embedded().unwrap().posterior.draws.iter().map(|d| d.values().collect()).collect();
    let mean = |values: &[f64]| mean(values).unwrap();
    let off = |parameter: usize| {
        let values: Vec<f64> = draws.iter().map(|draw| draw[parameter]).collect();
        variance(&values)
            .filter(|variance| *variance > 0.0)
            .map(|variance| (mean(&values[..60]) - mean(&values)).powi(2) / variance)
    };
    let squares: Vec<f64> = (0..draws[0].len()).filter_map(off).collect();
    assert!(mean(&squares).sqrt() < 0.036, "{}", mean(&squares).sqrt());
    let lines: Vec<&str> = written.lines().collect();
    let ordered = representative_order(&draws).into_iter().map(|draw| lines[1 + draw]);
    current(
        "data/posterior/draws.csv",
        &[lines[0]].into_iter().chain(ordered).map(|line| format!("{line}\n")).collect::<String>(),
    );
}

#[test]
fn the_schema_file_is_current() {
    current("scenarios/schema.json", &scenario::schema_text());
}

#[test]
fn the_key_tables_of_the_docs_are_current() {
    let page = std::fs::read_to_string("docs/scenarios.md").expect("docs/scenarios.md");
    let mark =
        "<!-- From here on generated from the source; `TELEWORK_REWRITE=1 cargo test --test all shipped::` -->\n";
    let (written, _) = page.split_once(mark).expect("the mark");
    current("docs/scenarios.md", &format!("{written}{mark}\n{}", scenario::key_tables()));
}

#[test]
fn the_examples_of_the_docs_load() {
    let page = std::fs::read_to_string("docs/scenarios.md").expect("docs/scenarios.md");
    let examples: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 2);
    for example in examples {
        let loaded = scenario::load_text("example", example, &[]);
        assert!(loaded.is_ok(), "{}\n{example}", loaded.err().unwrap_or_default());
    }
}

#[test]
fn the_template_is_a_scenario() {
    for name in ["mine", "quote\"d \\ back\nslash", "日本"] {
        let text = scenario::template(name);
        let loaded = scenario::load_text("mine", &text, &[]).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
        assert!(loaded.notes.iter().all(|note| note.severity == Severity::Note), "{:?}", loaded.notes);
    }
}

/// Editors show the description of the key under the cursor.
#[test]
fn the_schema_describes_every_key() {
    fn described(path: &str, schema: &serde_json::Value) {
        for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{key}");
            assert!(inner["description"].as_str().is_some_and(|text| text.len() > 5), "{path} has no description");
            described(&path, inner);
            described(&path, &inner["items"]);
        }
    }
    described("", &scenario::schema());
}
