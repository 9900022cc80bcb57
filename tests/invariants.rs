//! What must always hold (model description, section 7): one test a line.

use crate::common::*;
use jiff::civil::{Date, date};
use telework::{
    calendar::Week,
    classification::{PREFECTURES, Prefecture},
    dynamics::{self, HazardTerms, TreatmentEffect},
    engine::{
        Ensemble, Observe, Options, ParameterChoice, ParameterSource, RunContext, RunKey, RunTask, Series, simulate,
    },
    interventions::{
        Certification, Chain, Declared, EmergencyDeclaration, LaterDeclarations, ProcurementBonus, SatelliteOffices,
        Selection, TeleworkManagers,
    },
    observation::IndicatorId,
    parameters::Parameters,
    population::{BLOCK_FIRMS, Population, Practice, Response, State, Status, Tallies, UNIT},
    random::Key,
    scenario::{Eligibility, Intervention, Measure, Scenario},
};

/// Ends a run early, to save time.
fn until(mut scenario: Scenario, end: Date) -> Scenario {
    scenario.run.end = end;
    scenario
}

fn measure(name: &str, from: Date, measure: Measure) -> Intervention {
    Intervention {
        name: name.into(),
        from,
        until: date(2026, 3, 31),
        scale: 1.0,
        target: Eligibility::default(),
        selection: Selection::Random,
        budget_yen_per_fiscal_year: None,
        unit_cost_yen: None,
        delay_weeks: 0,
        half_life_weeks: None,
        channels: None,
        measure,
    }
}

fn managers(name: &str, managers: f64) -> Intervention {
    let spec = TeleworkManagers {
        managers,
        visits_per_manager_per_week: 1.0,
        visits_per_firm: 2.0,
        share_below_100: 1.0,
        share_not_practising: 0.5,
    };
    measure(name, date(2020, 2, 3), Measure::TeleworkManagers(spec))
}

#[test]
fn status_counts_add_up_to_the_population() {
    let data = tables();
    let population = japan(&data, 20_000);
    let scenario = until(shipped("all_measures"), date(2021, 3, 31));
    let parameters = &scenario.parameters;
    let (response, key) = (Response::new(parameters), Key::new(1, 0));
    let baseline = dynamics::baseline_log_hazards(&population, parameters);
    let mut state = dynamics::initial_state(&population, parameters, &response, baseline, key);
    let mut terms = HazardTerms::new(population.cells.len());
    (terms.concern, terms.declaration) = ([1.0; PREFECTURES], [0.3; PREFECTURES]);
    for week in 0..60 {
        dynamics::advance(&mut state, &population, &mut terms, parameters, &response, key, week);
    }
    // The totals are kept by events; count the firms afresh.
    let mut weighted = 0.0;
    for (block, kept) in population.layout().blocks.iter().zip(&state.tallies) {
        assert_eq!(&Tallies::of(&population, &response, block, &state.firms.status), kept);
        weighted += kept.sizes().iter().flatten().sum::<i64>() as f64 / UNIT;
    }
    let practising = (0..population.len()).filter(|&firm| state.status(firm).practises()).count();
    assert!(practising > 1000, "{practising} practise, so this test shows little");
    // Weights are kept to a part of 2^20 of a firm.
    assert!((weighted - 3_375_255.0).abs() < 20_000.0 / UNIT, "weights add up to all firms, not {weighted}");
}

#[test]
fn planned_is_made_within_capacity_and_budget() {
    let data = tables();
    let population = japan(&data, 20_000);
    let scenario = until(shipped("all_measures"), date(2023, 3, 31));
    let series = run(&scenario, &data, &population);
    let mut delivered = 0.0;
    for (spec, series) in scenario.interventions.iter().zip(&series.interventions) {
        let mut spent = std::collections::BTreeMap::new();
        for week in &series.weeks {
            assert_eq!(week.planned, week.deliveries, "{} in week {}", spec.name, week.week.0);
            assert!(week.deliveries <= week.capacity + 1e-6, "{} in week {}", spec.name, week.week.0);
            *spent.entry(week.week.fiscal_year()).or_insert(0.0) += week.spend_yen;
            delivered += week.deliveries;
        }
        if let Some(budget) = spec.budget_yen_per_fiscal_year {
            for (year, spent) in spent {
                assert!(spent <= budget * spec.scale, "{} spends {spent} in {year}", spec.name);
            }
        }
    }
    assert!(delivered > 1000.0, "the package delivers nothing, so this test shows nothing");
}

/// A year of capacity taken in steps of one, two, four and thirteen weeks delivers the same within one delivery.
#[test]
fn the_chain_keeps_its_limits_for_any_step_length() {
    let mut spec = managers("m", 1.0);
    for (budget, expected) in [(None, 130.0), (Some(1_000_000.0), 100.0)] {
        spec.budget_yen_per_fiscal_year = budget;
        for step in [1u32, 2, 4, 13] {
            let mut chain = Chain::new(&spec);
            let (mut made, mut spent) = (0.0, 0.0);
            // Weeks 13 to 64 are those of fiscal 2020.
            for week in (13..65).step_by(step as usize) {
                let slots = chain.open(Week(week), 2.5 * f64::from(step));
                (0..slots).for_each(|_| {
                    chain.deliver(10_000.0, 1.0);
                });
                let record = chain.close().expect("the week was opened");
                assert!(record.deliveries <= record.capacity && record.planned == record.deliveries);
                made += record.deliveries;
                spent += record.spend_yen;
            }
            assert!((made - expected).abs() <= 1.0, "{made} in steps of {step}");
            assert!(budget.is_none_or(|b| spent <= b));
        }
    }
}

fn figures(series: &Series) -> String {
    format!("{:?} {:?}", series.indicators, series.surveys)
}

#[test]
fn everything_off_equals_nothing_there() {
    let data = tables();
    let population = japan(&data, 20_000);
    let none = until(Scenario { interventions: Vec::new(), ..shipped("baseline") }, date(2021, 3, 31));
    // Off by scale: every intervention is there, with no capacity, no budget and no force.
    let mut off = until(shipped("all_measures"), date(2021, 3, 31));
    off.parameters = none.parameters.clone();
    off.later_infections = none.later_infections;
    off.interventions.iter_mut().for_each(|i| i.scale = 0.0);
    assert!(off.interventions.len() > 10);
    assert_eq!(figures(&run(&none, &data, &population)), figures(&run(&off, &data, &population)));
}

#[test]
fn outputs_and_observers_change_no_number() {
    let data = tables();
    let population = japan(&data, 20_000);
    let scenario = until(shipped("baseline"), date(2020, 12, 31));
    let with = |panel, observe| {
        simulate(&scenario, &data, &population, 0, Options { panel, observe }, &|_| true).expect("runs")
    };
    let (plain, panel) = (with(false, Observe::Everything), with(true, Observe::Everything));
    let unobserved = with(true, Observe::Nothing);
    assert_eq!(figures(&plain), figures(&panel));
    assert!(!panel.panel.is_empty() && panel.panel == unobserved.panel);
    assert!(unobserved.indicators.is_empty() && plain.interventions == unobserved.interventions);
}

#[test]
fn no_scenario_leaks_into_the_next() {
    let data = tables();
    let population = japan(&data, 20_000);
    let a = until(shipped("baseline"), date(2020, 12, 31));
    let b = until(shipped("all_measures"), date(2020, 12, 31));
    let first = run(&a, &data, &population);
    let other = run(&b, &data, &population);
    assert_eq!(first, run(&a, &data, &population));
    assert_ne!(first.interventions, other.interventions);
}

#[test]
fn until_its_first_effect_a_policy_equals_its_baseline() {
    let data = tables();
    let population = japan(&data, 20_000);
    let without = until(shipped("baseline"), date(2022, 3, 31));
    let mut with = without.clone();
    let start = date(2021, 10, 4);
    with.interventions.push(managers("visits", 4000.0));
    with.interventions.last_mut().expect("pushed").from = start;
    let (a, b) = (run(&without, &data, &population), run(&with, &data, &population));
    let first = Week::containing(start).expect("in the calendar").0 as usize;
    let (a, b) = (values(&a, IndicatorId::FormalScheme, "total"), values(&b, IndicatorId::FormalScheme, "total"));
    assert_eq!(a[..first], b[..first]);
    assert!(b.last() > a.last(), "visits to many firms move schemes: {:?} {:?}", a.last(), b.last());
}

fn certification(from: Date) -> Intervention {
    let certification = Certification {
        examinations_per_year: f64::INFINITY,
        formal_scheme: true,
        share_covered: 0.25,
        share_practising: 0.5,
        days_a_month: 4.0,
        self_declared: false,
        duration_weeks: 13,
        pass_rate: 1.0,
        valid_weeks: 52,
        announced_weeks_before: 0,
        audits_per_year: 0.5,
    };
    Intervention { unit_cost_yen: Some(1e5), ..measure("certification", from, Measure::Certification(certification)) }
}

fn bonus(from: Date) -> Intervention {
    let bonus = ProcurementBonus { bonus_share_of_score: 0.1, announced_weeks_before: 26, of_certification: None };
    measure("bonus", from, Measure::ProcurementBonus(bonus))
}

/// Without a certificate to hold, bonus points reach nobody; with one they reach holders only, and they are paid for.
#[test]
fn a_bonus_belongs_to_holders_and_is_not_free() {
    let data = tables();
    let population = japan(&data, 20_000);
    let bare = Scenario { interventions: Vec::new(), ..until(shipped("baseline"), date(2023, 3, 31)) };
    let with = |interventions| run(&Scenario { interventions, ..bare.clone() }, &data, &population);
    let start = date(2021, 4, 5);
    let (nothing, alone) = (with(Vec::new()), with(vec![bonus(start)]));
    assert_eq!(figures(&nothing), figures(&alone));
    let spent =
        |series: &Series, place: usize| -> f64 { series.interventions[place].weeks.iter().map(|w| w.spend_yen).sum() };
    assert_eq!(spent(&alone, 0), 0.0);
    let both = with(vec![certification(start), bonus(start)]);
    let last = |place: usize| both.interventions[place].weeks.last().expect("it ran");
    let (examined, bidders) = (last(0).firms_reached, last(1).firms_reached);
    assert!(examined > 50.0 && bidders > 0.0 && bidders <= examined, "{bidders} of {examined} have the bonus");
    assert!(spent(&both, 0) > 0.0 && spent(&both, 1) > 0.0);
    // What was known of the bonus before the certificate began moved nobody: there was nothing to prepare for.
    let first = Week::containing(start).expect("in the calendar").0 as usize;
    let formal = |series: &Series| values(series, IndicatorId::FormalScheme, "total")[..first].to_vec();
    assert_eq!(formal(&nothing), formal(&both));
}

/// A slot for every firm and a thousand times as many cost the same work, and serve no firm twice.
#[test]
fn demand_beyond_all_firms_serves_each_firm_once() {
    let data = tables();
    let population = japan(&data, 6_000);
    let bare = until(shipped("baseline"), date(2020, 6, 30));
    let reached = |scale: f64| {
        let mut visits = managers("visits", 1e6);
        (visits.scale, visits.until) = (scale, date(2020, 6, 30));
        let series = run(&Scenario { interventions: vec![visits], ..bare.clone() }, &data, &population);
        series.interventions[0].weeks.last().expect("it ran").firms_reached
    };
    let (many, more) = (reached(1e3), reached(1e6));
    assert!(more <= population.firms() as f64 * 1.001 && more >= many * 0.99, "{many} {more}");
}

/// Sites that no firm can use are built by nobody: a hundred thousand million of them a year take no work.
#[test]
fn sites_without_firms_are_not_looked_for() {
    let data = tables();
    let offices = SatelliteOffices {
        sites_per_year: 1e5,
        project_cost_yen: 4e7,
        subsidy_rate: 0.5,
        subsidy_cap_yen: 2e7,
        firms_per_site: 0.4,
    };
    let mut sites = measure("sites", date(2020, 2, 3), Measure::SatelliteOffices(offices));
    (sites.scale, sites.until) = (1e6, date(2020, 6, 30));
    let bare = until(shipped("baseline"), date(2020, 6, 30));
    let series = run(&Scenario { interventions: vec![sites], ..bare }, &data, &japan(&data, 6_000));
    assert!(series.interventions[0].weeks.iter().all(|week| week.firms_reached == 0.0 && week.deliveries == 0.0));
}

/// With no peers and no limited capacity, firms share nothing but the world.
#[test]
fn one_more_firm_changes_no_other_firms_draws() {
    let data = tables();
    let parameters = Parameters { peer_strength: 0.0, ..Parameters::default() };
    let scenario = until(bare(parameters), date(2021, 3, 31));
    let (few, more) = (equal_firms(3000), equal_firms(3001));
    let panel = |population: &Population| {
        let options = Options { panel: true, ..Options::default() };
        simulate(&scenario, &data, population, 0, options, &|_| true).expect("runs").panel
    };
    let (few, more) = (panel(&few), panel(&more));
    let same: Vec<_> = more.into_iter().filter(|row| row.firm != 3000).collect();
    assert_eq!(few, same);
    assert!(few.iter().any(|row| row.practice == Practice::Current as u8));
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let data = tables();
    let population = japan(&data, 80_000);
    assert!(population.len() > BLOCK_FIRMS, "several blocks");
    let scenario = until(shipped("baseline"), date(2020, 9, 30));
    let source = ParameterSource { choice: ParameterChoice::Point, scenario: &scenario, posterior: &data.posterior };
    let with = |threads| {
        let kept = std::sync::Mutex::new(Vec::new());
        let keep = |_: RunTask, series: Series| {
            kept.lock().expect("no panic").push(series);
            true
        };
        let stop = std::sync::atomic::AtomicBool::new(false);
        let tasks = [0, 1, 2].map(|replicate| RunTask { source: 0, key: RunKey::from(replicate) });
        let context = RunContext { threads, observe: &|_| {}, stop: &stop };
        Ensemble { sources: &[source], data: &data, population: &population, options: Options::default() }
            .run(&tasks, context, &keep)
            .expect("not interrupted");
        let mut kept = kept.into_inner().expect("no panic");
        kept.sort_by_key(|series| series.replicate);
        kept
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(5));
    assert_ne!(one[0].indicators, one[1].indicators, "replicates differ");
}

/// 40,000 firms at a constant hazard h: after t weeks a share 1 - exp(-h t) has started. Six readings within 4.5
/// standard errors each: a false alarm once in 25,000; a hazard off by 3 % is found.
#[test]
fn without_heterogeneity_adoption_follows_its_closed_form() {
    let (hazard, firms) = (0.004, 40_000);
    let scenario = bare(pure_adoption(hazard, 0.0));
    let series = run(&scenario, &healthy_tables(), &equal_firms(firms));
    let adopted = values(&series, IndicatorId::CurrentPractice, "total");
    assert_eq!(adopted.len(), 326);
    for t in [10, 50, 100, 200, 300, 325] {
        let expected = 1.0 - libm::exp(-hazard * f64::from(t + 1));
        let error = (expected * (1.0 - expected) / f64::from(firms)).sqrt();
        let found = adopted[t as usize];
        assert!((found - expected).abs() < 4.5 * error, "week {t}: {found} instead of {expected}");
    }
}

/// Mass action: hazard p + q F gives the Bass (1969) curve F(t) = (1 - e^-(p+q)t) / (1 + (q/p) e^-(p+q)t).
/// Weekly steps lag behind continuous time by about half a week of growth, (p + q)/2 x F(1 - F) < 0.004; 100,000 firms
/// add a path error of at most 0.012 (five standard deviations of the early random lead, 1/sqrt(p N) of
/// a generation, times the steepest slope). A q off by a tenth moves the curve by 0.05 and is found.
#[test]
fn with_mass_action_adoption_follows_the_bass_curve() {
    let (p, q) = (0.003, 0.03);
    let scenario = bare(pure_adoption(p, q / p));
    let series = run(&scenario, &healthy_tables(), &equal_firms(100_000));
    let adopted = values(&series, IndicatorId::CurrentPractice, "total");
    for t in [20, 60, 80, 100, 150, 250] {
        let growth = libm::exp(-(p + q) * f64::from(t + 1));
        let bass = (1.0 - growth) / (1.0 + q / p * growth);
        assert!((adopted[t as usize] - bass).abs() < 0.016, "week {t}: {} instead of {bass}", adopted[t as usize]);
    }
}

/// Firm by firm: whoever starts under less pressure starts under more.
#[test]
fn more_pressure_never_gives_fewer_starts() {
    let data = tables();
    let population = japan(&data, 20_000);
    let parameters = Parameters::default();
    let (response, key) = (Response::new(&parameters), Key::new(3, 0));
    let baseline = dynamics::baseline_log_hazards(&population, &parameters);
    let fresh = dynamics::initial_state(&population, &parameters, &response, baseline, key);
    let starts = |declaration: f32, concern: f32| {
        let (mut state, mut terms) = (fresh.clone(), HazardTerms::new(population.cells.len()));
        (terms.concern, terms.declaration) = ([concern; PREFECTURES], [declaration; PREFECTURES]);
        dynamics::advance(&mut state, &population, &mut terms, &parameters, &response, key, 12);
        let started =
            |firm: &usize| fresh.status(*firm).practice() == Practice::Never && state.status(*firm) != Status(0);
        (0..population.len()).filter(started).collect::<std::collections::BTreeSet<_>>()
    };
    let (calm, worried, declared, both) = (starts(0.0, 0.0), starts(0.0, 1.0), starts(1.0, 0.0), starts(1.0, 1.0));
    assert!(
        calm.is_subset(&worried) && worried.is_subset(&both) && calm.is_subset(&declared) && declared.is_subset(&both)
    );
    assert!(calm.len() < both.len());
}

/// Firms of Japan after 40 weeks of emergency, without peers and with schemes that stay what they are, and then `weeks`
/// more weeks in which each firm that could be treated is treated or not: for each firm its practice before, and the first of
/// those weeks in which it changes.
fn first_changes(effect: Option<(f32, f32)>, weeks: u16) -> Vec<(Practice, Option<u16>)> {
    const BEGIN: u16 = 40;
    let population = japan(&tables(), 20_000);
    let parameters =
        Parameters { peer_strength: 0.0, formalise_base: -1e3, give_up_base: -1e3, ..Parameters::default() };
    let (response, key) = (Response::new(&parameters), Key::new(3, 0));
    let baseline = dynamics::baseline_log_hazards(&population, &parameters);
    let liftable: Vec<bool> = baseline.iter().map(|firm| *firm > dynamics::IMMUNE).collect();
    let mut state = dynamics::initial_state(&population, &parameters, &response, baseline, key);
    let mut terms = HazardTerms::new(population.cells.len());
    (terms.concern, terms.declaration) = ([1.0; PREFECTURES], [0.3; PREFECTURES]);
    let advance = |state: &mut State, terms: &mut HazardTerms, week: u16| {
        dynamics::advance(state, &population, terms, &parameters, &response, key, week.into());
    };
    (0..BEGIN).for_each(|week| advance(&mut state, &mut terms, week));
    let before: Vec<Practice> = (0..population.len()).map(|firm| state.status(firm).practice()).collect();
    if let Some((log_hazard, half_life)) = effect {
        for firm in (0..population.len()).filter(|&firm| liftable[firm]) {
            terms.effects.begin(TreatmentEffect {
                firm: firm as u32,
                begin: BEGIN,
                half_life,
                log_hazard,
                to_start: false,
            });
        }
    }
    let mut first = vec![None; population.len()];
    for week in 0..weeks {
        advance(&mut state, &mut terms, BEGIN + week);
        for (firm, first) in first.iter_mut().enumerate().filter(|(_, first)| first.is_none()) {
            *first = (state.status(firm).practice() != before[firm]).then_some(week);
        }
    }
    before.into_iter().zip(first).collect()
}

/// Firm by firm, with the same luck: a lasting effect never delays a start or a resumption. (An effect that fades may, as
/// thresholds rescaled by the effect at its begin are reached more often without an event, and go on by other draws; and few firms stop
/// sooner with an effect than without, for the same reason. In the mean it is as it should be.)
#[test]
fn added_log_hazards_hasten_starts_and_delay_stops() {
    let weeks = 60;
    let without = first_changes(None, weeks);
    let after = |first: Option<u16>| first.unwrap_or(weeks);
    for (half_life, lasts) in [(f32::INFINITY, true), (8.0, false)] {
        let with = first_changes(Some((0.5, half_life)), weeks);
        let (mut sooner, mut later) = ([0; 3], [0; 3]);
        for (firm, ((practice, without), (_, with))) in without.iter().zip(&with).enumerate() {
            let (without, with) = (after(*without), after(*with));
            sooner[*practice as usize] += usize::from(with < without);
            later[*practice as usize] += usize::from(with > without);
            // In the week in which it begins, no effect does anything but what it should.
            match practice {
                Practice::Current => assert!(with > 0 || without == 0, "firm {firm} stops because of its effect"),
                _ => assert!(without > 0 || with == 0, "firm {firm} waits because of its effect"),
            }
        }
        println!("half-life {half_life}: sooner {sooner:?}, later {later:?}");
        let [never, current, stopped] = [0, 1, 2];
        assert!(sooner[never] > 100 && sooner[stopped] > 20 && later[current] > 100, "this shows little");
        assert!(!lasts || later[never] + later[stopped] == 0, "a lasting effect delays");
        assert!(3 * later[never] < sooner[never] && 3 * later[stopped] < sooner[stopped]);
        assert!(100 * sooner[current] < later[current]);
    }
}

/// Shapley's split of the effect of two equal interventions, from the four runs: exactly one half each.
#[test]
fn duplicated_interventions_share_credit_equally() {
    let data = tables();
    let population = equal_firms(20_000);
    let value = |experts: &[&str]| {
        let mut scenario = until(bare(pure_adoption(2e-3, 1.0)), date(2021, 12, 31));
        scenario.parameters.managers_encouragement = 1.0;
        scenario.interventions = experts.iter().map(|name| managers(name, 100.0)).collect();
        *values(&run(&scenario, &data, &population), IndicatorId::CurrentPractice, "total").last().expect("weeks")
    };
    let (none, a, b, both) = (value(&[]), value(&["a"]), value(&["b"]), value(&["a", "b"]));
    let credit = |alone: f64, other: f64| 0.5 * (alone - none) + 0.5 * (both - other);
    assert_eq!(credit(a, b), credit(b, a));
    assert!((credit(a, b) + credit(b, a) - (both - none)).abs() < 1e-12);
    assert!(credit(a, b) > 0.0);
}

/// The first declaration as published: Tokyo from 7 April to 25 May 2020, 49 days; Iwate 29 days.
#[test]
fn declarations_press_where_and_when_they_were_in_force() {
    let data = tables();
    let population = equal_firms(10);
    let parameters = Parameters { declaration_fatigue: 0.5, ..Parameters::default() };
    let emergency = EmergencyDeclaration {
        known_on: Some(date(2021, 4, 30)),
        list: vec![Declared {
            prefectures: vec![Prefecture::parse("Iwate").expect("a prefecture")],
            from: date(2024, 1, 8),
            until: date(2024, 1, 14),
            full: true,
        }],
        later: LaterDeclarations::None,
    };
    let mut scenario = bare(parameters.clone());
    scenario.interventions.push(measure("d", date(2020, 1, 6), Measure::EmergencyDeclaration(emergency)));
    let environment =
        telework::environment::Environment::new(&data, &parameters, scenario.later_infections, Key::new(1, 0), 326);
    let setting = telework::interventions::Setting {
        population: &population,
        parameters: &parameters,
        data: &data,
        environment: &environment,
        key: Key::new(1, 0),
        weeks: (Week(0), Week(325)),
    };
    let declarations = telework::interventions::Declarations::new(&scenario.interventions, &setting);
    let days = |name: &str, last: Date| {
        let p = Prefecture::parse(name).expect("a prefecture").index();
        let weeks = 0..=Week::containing(last).expect("in the calendar").0 as usize;
        weeks.map(|week| f64::from(declarations.force[week][p])).sum::<f64>() * 7.0
    };
    assert!((days("Tokyo", date(2020, 12, 31)) - 49.0).abs() < 1e-3);
    assert!((days("Iwate", date(2020, 12, 31)) - 29.0).abs() < 1e-3);
    // Known on 30 April 2021: the third one in Tokyo was to end on 11 May 2021, after a quasi-emergency of 13 days.
    let third = days("Tokyo", date(2022, 12, 31)) - days("Tokyo", date(2021, 3, 31));
    assert!((third - (17.0 + 13.0 * parameters.declaration_quasi)).abs() < 1e-3, "{third}");
    // The second spell of Iwate presses e^-0.5 times as hard as its first.
    let week = Week::containing(date(2024, 1, 8)).expect("in the calendar").0 as usize;
    let p = Prefecture::parse("Iwate").expect("a prefecture").index();
    assert!((f64::from(declarations.pressure[week][p]) - libm::exp(-0.5_f64)).abs() < 1e-6);
}

/// Each industry's term is added to its own firms' inclination, and to no other's; a firm without a teleworkable job
/// stays immune.
#[test]
fn an_industry_term_moves_its_own_firms() {
    let population = japan(&tables(), 20_000);
    let names = [
        "construction",
        "information",
        "transport",
        "finance",
        "professional",
        "accommodation",
        "education",
        "medical",
    ];
    let mut none = Parameters::default();
    assert!(names.iter().all(|name| none.set(&format!("inclination_{name}"), 0.0)));
    let before = dynamics::baseline_log_hazards(&population, &none);
    for (name, letter) in [
        ("construction", 'D'),
        ("information", 'G'),
        ("transport", 'H'),
        ("finance", 'J'),
        ("professional", 'L'),
        ("accommodation", 'M'),
        ("education", 'O'),
        ("medical", 'P'),
    ] {
        let mut parameters = none.clone();
        assert!(parameters.set(&format!("inclination_{name}"), 0.75));
        let after = dynamics::baseline_log_hazards(&population, &parameters);
        for cell in &population.cells {
            for firm in cell.range.clone() {
                let moved = cell.industry.letter() == letter && before[firm] > dynamics::IMMUNE;
                let expected = if moved { 0.75 } else { 0.0 };
                assert!((after[firm] - before[firm] - expected).abs() < 1e-5, "{name}: firm {firm}");
            }
        }
    }
}
