//! Inheritance and settings: what a child changes, what is said about it, and which edits collide.

use telework::{
    error::Severity,
    scenario::{self, Eligibility, Loaded, Measure, Override, Scale},
};

const HEAD: &str = "title = 'T'\nquestion = 'Q'\nsources = ['S']\nextends = 'baseline.toml'\n";

fn load(body: &str, sets: &[&str]) -> Loaded {
    let sets: Vec<Override> = sets.iter().map(|set| Override::set(set).expect("path=value")).collect();
    scenario::load_text("child", &format!("{HEAD}{body}"), &sets).unwrap_or_else(|problems| panic!("{problems}"))
}

fn said(loaded: &Loaded, severity: Severity) -> Vec<&str> {
    loaded.notes.iter().filter(|note| note.severity == severity).map(|note| note.message.as_str()).collect()
}

#[test]
fn a_changed_intervention_is_one_line_and_all_else_is_the_parents() {
    let parent = scenario::load("baseline", &[]).expect("baseline").scenario;
    let child =
        load("[change]\nsupportnw = { scale = 10, support_network = { windows = 300 } }\nmanagers = 'off'\n", &[]);
    let mut expected = parent.interventions.clone();
    expected.retain(|intervention| intervention.name != "managers");
    let network = expected.iter_mut().find(|intervention| intervention.name == "supportnw").expect("supportnw");
    network.scale = 10.0;
    if let Measure::SupportNetwork(network) = &mut network.measure {
        network.windows = 300.0;
    }
    assert_eq!(child.scenario.interventions, expected);
    assert_eq!(child.scenario.run, parent.run);
    assert_eq!(child.scenario.sources.len(), parent.sources.len() + 1);
}

#[test]
fn what_is_inherited_overridden_or_in_vain_is_said() {
    let child = load("[run]\nseed = 20210430\nreplicates = 5\n[change]\nsupportnw = { scale = 2 }\n", &[]);
    let notes = said(&child, Severity::Note);
    assert!(
        notes[0].starts_with("inherits 25 interventions from `built-in baseline.toml`: declarations, "),
        "{notes:?}"
    );
    assert_eq!(
        notes[1..],
        [
            "`run.seed` has no effect: it was 20210430 already",
            "overrides `run.replicates`: 60 -> 5",
            "sets `intervention.supportnw.scale` to 2",
        ]
    );
    assert!(said(&child, Severity::Warning).is_empty());
}

#[test]
fn edits_that_collide_or_do_nothing_warn() {
    let warned = |body: &str, sets: &[&str]| {
        let loaded = load(body, sets);
        said(&loaded, Severity::Warning).join("; ")
    };
    let untitled = scenario::load_text("child", "extends = 'baseline.toml'", &[]).expect("child");
    assert_eq!(
        said(&untitled, Severity::Warning),
        ["the scenario has its parent's title", "the scenario has its parent's question"]
    );
    assert_eq!(warned("", &["run.seed=1", "run.seed=2"]).matches("is set twice").count(), 1);
    for (first, second) in [("run.whole=true", "run.sample=6000"), ("run.sample=6000", "run.whole=true")] {
        let said = warned("", &[first, second]);
        assert!(said.contains(&format!("`--set {first}` is lost")), "{said}");
    }
    assert!(!warned("", &["run.sample=6000", "run.whole=false"]).contains("is lost"));
    let over = warned("[change]\nsupportnw = { scale = 2 }\n", &["intervention.supportnw.scale=3"]);
    assert_eq!(over, "overrides `intervention.supportnw.scale`, which `child.toml` had changed: 2 -> 3");
    let off = "`managers` is changed and switched off: the change has no effect";
    assert_eq!(warned("[change]\nmanagers = { scale = 2, active = false }\n", &[]), off);
    assert_eq!(warned("[change]\nmanagers = { scale = 2 }\n", &["intervention.managers=off"]).matches(off).count(), 1);
    assert!(warned("[change]\nmanagers = { scale = 0 }\n", &[]).contains("has scale 0"));
    assert!(
        warned("", &["run.end=2020-12-31"]).contains("`supportnw` (2021-04-05 to 2020-12-31) lies outside the run")
    );
    assert!(
        warned("[change]\ntelework_days = { delay = '2 weeks' }\n", &[])
            .contains("`delay` of `telework_days` has no effect")
    );
    assert!(
        warned("[change]\nit_subsidy = 'off'\nmhlw_subsidy = 'off'\nmhlw_subsidy_fy2020 = 'off'\n", &[])
            .contains("security_action")
    );
}

#[test]
fn settings_reach_every_part_and_win() {
    let sets = [
        "run.whole=true",
        "run.seed=7",
        "parameters.peer_strength=2.5",
        "intervention.managers=off",
        "intervention.supportnw.unit_cost=\"90 thousand yen\"",
        "intervention.awards.unit_cost=300 thousand yen",
        "intervention.dx_brand.disclosure.firms_per_year=70",
        "title=Other",
    ];
    let scenario = load("", &sets).scenario;
    let of = |name: &str| scenario.interventions.iter().find(|intervention| intervention.name == name);
    assert_eq!((scenario.run.scale, scenario.run.seed), (Scale::Whole, 7));
    assert_eq!(scenario.parameters.get("peer_strength"), Some(2.5));
    assert!(of("managers").is_none());
    assert_eq!(of("supportnw").and_then(|network| network.unit_cost_yen), Some(90_000.0));
    assert_eq!(of("awards").and_then(|awards| awards.unit_cost_yen), Some(300_000.0));
    assert!(matches!(&of("dx_brand").expect("dx_brand").measure, Measure::Disclosure(d) if d.firms_per_year == 70.0));
    assert_eq!(scenario.title, "Other");
}

#[test]
fn a_setting_that_cannot_be_applied_says_so_at_the_setting() {
    for (set, message) in [
        ("run.sed=1", "unknown key `sed` in `run`"),
        ("intervention.manager.scale=1", "there is no intervention `manager`"),
        ("extends=x", "`extends` cannot be set"),
        ("run.start=2021-02-30", "`2021-02-30` in `run.start` is no day of the calendar"),
    ] {
        let set = Override::set(set).expect("path=value");
        let found = scenario::load("baseline", std::slice::from_ref(&set)).expect_err("a problem");
        assert_eq!(found.0[0].message, message);
        assert_eq!(found.0[0].place.as_ref().map(|place| place.file.as_str()), Some(set.flag.as_str()));
    }
    assert!(Override::set("run.seed").is_err());
}

#[test]
fn every_scenario_starts_from_the_same_history() {
    // A policy scenario acts from fiscal 2021 on; only `no_policy` asks about the past. Forecast and hindcast change what is
    // known of declarations after 30 April 2021, which is part of the same intervention as those before.
    let baseline = scenario::load("baseline", &[]).expect("baseline").scenario;
    let past = |scenario: &scenario::Scenario| {
        let starts_before = |i: &&scenario::Intervention| i.from < jiff::civil::date(2021, 4, 1);
        scenario.interventions.iter().filter(starts_before).cloned().collect::<Vec<_>>()
    };
    for (file, _) in scenario::BUILT_IN {
        let scenario = scenario::load(file, &[]).expect(file).scenario;
        if !["no_policy", "second_pandemic", "forecast", "hindcast"].contains(&scenario.name.as_str()) {
            assert_eq!(past(&scenario), past(&baseline), "{file}");
        }
    }
    let no_policy = scenario::load("no_policy", &[]).expect("no_policy").scenario;
    assert_eq!(no_policy.interventions.len(), 1);
    assert!(matches!(no_policy.interventions[0].measure, Measure::EmergencyDeclaration(_)));
}

#[test]
fn a_file_on_disk_wins_over_a_built_in_one() {
    let folder = tempfile::tempdir().expect("folder");
    let parent = folder.path().join("baseline.toml");
    std::fs::write(&parent, "title = 'mine'\nquestion = 'Q'\nsources = ['S']\n").expect("parent");
    let child = folder.path().join("child.toml");
    std::fs::write(&child, HEAD).expect("child");
    let loaded = scenario::load(child.to_str().expect("path"), &[]).expect("child");
    assert!(loaded.scenario.interventions.is_empty());
    // A file without its parent beside it inherits the built-in one.
    std::fs::remove_file(parent).expect("remove");
    assert_eq!(scenario::load(child.to_str().expect("path"), &[]).expect("child").scenario.interventions.len(), 20);
}

#[test]
fn a_target_that_matches_no_firm_warns() {
    let only_large = |target: &Eligibility| u64::from(target.max_employees.is_none_or(|most| most > 300));
    let idle = scenario::idle_targets(&scenario::load("baseline", &[]).expect("baseline").scenario, only_large);
    let names = ["it_subsidy", "mhlw_subsidy_fy2020", "mhlw_subsidy"];
    let expected = names.map(|name| format!("the target of `{name}` matches no firm: it has no effect"));
    assert_eq!(idle.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>(), expected);
}

#[test]
fn a_declaration_over_a_real_one_warns() {
    // Tokyo's third state of emergency was announced for 25 April to 11 May 2021.
    let (tokyo, day) = (telework::classification::Prefecture(12), |month, day| jiff::civil::date(2021, month, day));
    let known = [(tokyo, day(4, 25), day(5, 11))];
    let with = |from: &str| {
        let list = format!("[{{ from = {from}, until = 2021-06-30, prefectures = ['Tokyo'] }}]");
        load("", &[&format!("intervention.declarations.emergency_declaration.list={list}")]).scenario
    };
    assert_eq!(scenario::overlaps_with_known(&with("2021-05-11"), &known).len(), 1);
    assert!(scenario::overlaps_with_known(&with("2021-05-12"), &known).is_empty());
}
