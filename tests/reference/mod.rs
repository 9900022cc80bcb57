//! The engine against a slow, plain model that reads like its description: one firm at a time, week by week, with no cells'
//! cumulative hazards, chunks, blocks, threads or totals kept by events.
//!
//! **With the engine's own draws** ([`thresholds`]) the two must agree bit by bit, for each firm and week. What such equality
//! cannot show: whether a draw is what it should be (generator and addresses are shared, and so is the way from hazards to
//! thresholds and thinning); errors of what both use, which is the synthesis, the interventions and their selection,
//! declarations and concern, the inclination (compared with its formula here) and `libm`; and parameters far from those
//! tried.
//!
//! **With fresh draws** ([`world::Fresh`]), one against 1 - exp(-hazard) for each firm, week and decision, they must agree
//! within the error of chance ([`by_chance`]). That shows that thresholds and thinning keep the law.

mod by_chance;
mod firm;
mod lockstep;
mod thresholds;
mod world;

use crate::common::*;
use lockstep::{Case, compare};
use telework::{
    classification::BARRIERS,
    data::Data,
    dynamics,
    dynamics::barrier_weights,
    engine::Series,
    environment::Environment,
    observation::IndicatorId,
    parameters::Parameters,
    population::{BLOCK_FIRMS, CHUNK_FIRMS, EVENTS, Population, Status},
    random::Key,
    scenario::{Measure, Scenario},
};

/// Weeks of a run to the end of fiscal 2025.
const WEEKS: u32 = 326;

/// A sample near the smallest one that holds a firm of each cell.
fn small_japan(data: &Data) -> Population {
    japan(data, 6_000)
}

/// The same firms as a nation of their own: each stands for itself, so that what is meant for 3.4 million firms reaches
/// all of them, by several measures.
pub fn nation(mut population: Population) -> Population {
    for cell in &mut population.cells {
        (cell.first_id, cell.firms, cell.weight) = (cell.range.start as u32, cell.range.len() as u32, 1.0);
    }
    population.id = (0..population.len() as u32).collect();
    population
}

/// All measures, at a part of their scale, with the delays and half-lives of a stress test.
pub fn fading(scale: f64) -> Scenario {
    let mut scenario = shipped("all_measures");
    for (position, intervention) in scenario.interventions.iter_mut().enumerate() {
        if !matches!(intervention.measure, Measure::EmergencyDeclaration(_)) {
            intervention.scale *= scale;
            intervention.half_life_weeks = [None, Some(4.0), Some(26.0), Some(9.5)][position % 4];
            intervention.delay_weeks = [0, 3, 1][position % 3];
        }
    }
    scenario
}

fn with(mut scenario: Scenario, parameters: &Parameters) -> Scenario {
    scenario.parameters = parameters.clone();
    scenario
}

/// Point, and three draws of the posterior.
fn parameters(data: &Data) -> Vec<Parameters> {
    let draws = &data.posterior.draws;
    let drawn = [0, 1, 2].map(|draw| draws[draw * draws.len() / 3].parameters.clone());
    [shipped("baseline").parameters].into_iter().chain(drawn).collect()
}

/// Compares a scenario over so many weeks.
fn follow(scenario: &Scenario, data: &Data, population: &Population, weeks: u32) -> lockstep::Tried {
    let key = Key::new(scenario.run.seed, 0);
    let environment = Environment::new(data, &scenario.parameters, scenario.later_infections, key, weeks);
    compare(Case { scenario, data, population, environment: &environment, key, weeks })
}

/// Indicators of `engine::simulate` against shares of the plain model's firms.
fn same_shares(series: &Series, sizes: &[[[f64; 9]; 3]]) {
    let share = |slots: &[f64; 9], wanted: &[usize]| {
        (wanted.iter().map(|&slot| slots[slot]).sum::<f64>() / slots.iter().sum::<f64>()) as f32
    };
    for (indicator, wanted) in
        [(IndicatorId::CurrentPractice, [1, 4, 7].as_slice()), (IndicatorId::FormalScheme, &[3, 4, 5, 6, 7, 8])]
    {
        let total =
            |sizes: &[[f64; 9]; 3]| -> [f64; 9] { std::array::from_fn(|slot| sizes.iter().map(|s| s[slot]).sum()) };
        let expected: Vec<f64> = sizes.iter().map(|sizes| f64::from(share(&total(sizes), wanted))).collect();
        assert_eq!(values(series, indicator, "total"), expected, "{indicator}");
    }
    for (size, segment) in ["size=micro", "size=medium", "size=large"].into_iter().enumerate() {
        let expected: Vec<f64> = sizes.iter().map(|sizes| f64::from(share(&sizes[size], &[1, 4, 7]))).collect();
        assert_eq!(values(series, IndicatorId::CurrentPractice, segment), expected, "{segment}");
    }
}

#[test]
fn without_measures_the_engine_equals_the_plain_model() {
    let data = tables();
    let population = small_japan(&data);
    for parameters in parameters(&data) {
        let scenario = with(shipped("no_policy"), &parameters);
        let tried = follow(&scenario, &data, &population, WEEKS);
        assert!(tried.changes > 3_000 && tried.effects == 0, "{} changes", tried.changes);
        same_shares(&run(&scenario, &data, &population), &tried.sizes);
    }
}

#[test]
fn with_all_measures_the_engine_equals_the_plain_model() {
    let data = tables();
    let population = small_japan(&data);
    // (Firms that stand for many are treated hundreds of times, which is slow to add up plainly.)
    for parameters in &parameters(&data)[..2] {
        let scenario = with(shipped("all_measures"), parameters);
        let tried = follow(&scenario, &data, &population, WEEKS);
        assert!(tried.effects > 3_000 && tried.treated_again > 1_000, "{} effects", tried.effects);
        same_shares(&run(&scenario, &data, &population), &tried.sizes);
    }
}

/// Effects as strong as on single firms, with delays and four half-lives, some firms treated many times.
#[test]
fn with_strong_and_fading_effects_the_engine_equals_the_plain_model() {
    let data = tables();
    let population = nation(small_japan(&data));
    for parameters in parameters(&data) {
        let scenario = with(fading(0.03), &parameters);
        let tried = follow(&scenario, &data, &population, WEEKS);
        assert!(tried.effects > 3_000 && tried.treated_again > 1_000, "{} effects", tried.effects);
    }
}

/// Cells of many chunks, and several blocks.
#[test]
fn chunks_and_blocks_change_nothing() {
    let data = tables();
    let one_cell = equal_firms(40 * CHUNK_FIRMS as u32 + 7);
    let mut strong = fading(0.01);
    strong.parameters.managers_encouragement = 1.0;
    assert!(follow(&strong, &data, &one_cell, WEEKS).effects > 200);
    let blocks = japan(&data, 80_000);
    assert!(blocks.len() > BLOCK_FIRMS, "several blocks");
    assert!(follow(&shipped("baseline"), &data, &blocks, 45).changes > 10_000);
}

/// A week looks only at chunks whose minimum thresholds are reached, so these must never lie above a firm's; and no threshold is left
/// that is reached.
#[test]
fn no_threshold_is_overlooked() {
    let data = tables();
    let population = nation(japan(&data, 20_000));
    let scenario = fading(0.1);
    let key = Key::new(scenario.run.seed, 0);
    let environment = Environment::new(&data, &scenario.parameters, scenario.later_infections, key, WEEKS);
    let case = Case {
        scenario: &scenario,
        data: &data,
        population: &population,
        environment: &environment,
        key,
        weeks: WEEKS,
    };
    let mut engine = lockstep::Engine::new(case);
    for week in 0..WEEKS {
        engine.advance(week);
        let state = &engine.state;
        for (chunk, kept) in population.layout().chunks.iter().zip(&state.minimum_thresholds) {
            let minimum = state.firms.minimum_thresholds(chunk);
            for event in 0..EVENTS {
                let cumulative = state.cumulative_hazards[chunk.cell as usize][event] as f32;
                assert!(kept[event] <= minimum[event], "week {week}, {chunk:?}, event {event}");
                // (One that was drawn this week may lie so close above that single precision cannot tell; it comes next week.)
                assert!(minimum[event] >= cumulative.to_bits(), "week {week}, {chunk:?}, event {event} is overdue");
            }
        }
    }
    let treated = engine.state.firms.status.iter().filter(|status| **status & Status::TREATED != 0).count();
    assert!(treated > 3_000, "{treated} were treated, so this shows little");
}

/// The formula of the inclination in double precision; the engine keeps it in single.
#[test]
fn the_inclination_is_its_formula() {
    let population = small_japan(&tables());
    let p = shipped("baseline").parameters;
    let baseline = dynamics::baseline_log_hazards(&population, &p);
    for cell in &population.cells {
        let place = match cell.prefecture.name() {
            "Tokyo" => p.inclination_tokyo,
            "Kanagawa" | "Aichi" | "Osaka" => p.inclination_metropolitan,
            _ => 0.0,
        };
        let trade = [
            ('D', p.inclination_construction),
            ('G', p.inclination_information),
            ('H', p.inclination_transport),
            ('J', p.inclination_finance),
            ('L', p.inclination_professional),
            ('M', p.inclination_accommodation),
            ('O', p.inclination_education),
            ('P', p.inclination_medical),
        ];
        let trade = trade.iter().find(|(letter, _)| *letter == cell.industry.letter()).map_or(0.0, |(_, term)| *term);
        for firm in cell.range.clone() {
            let share = f64::from(population.teleworkable[firm]) / 255.0;
            let barriers: f64 = (0..BARRIERS)
                .filter(|barrier| population.barriers[firm] >> barrier & 1 == 1)
                .map(|barrier| f64::from(barrier_weights(&p)[barrier]))
                .sum();
            let expected = if share == 0.0 {
                -60.0
            } else {
                p.inclination_size * libm::log(f64::from(population.employees[firm]) / 20.0)
                    + p.inclination_teleworkable * libm::log(share / 0.3)
                    + if cell.high_capital { p.inclination_high_capital } else { 0.0 }
                    + place
                    + trade
                    + p.inclination_spread * f64::from(population.propensity[firm])
                    - barriers
            };
            assert!(
                (f64::from(baseline[firm]) - expected).abs() < 1e-5,
                "firm {firm}: {} for {expected}",
                baseline[firm]
            );
        }
    }
}
