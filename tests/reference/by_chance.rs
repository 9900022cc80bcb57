//! The engine against fresh draws, within the error of chance.
//!
//! Of 40 replicates of the engine and 4 of the plain model the means of shares (practice, stopped, ever practised, formal
//! scheme, by size, in six weeks) are compared: t = difference / (s sqrt(1/40 + 1/4)), where s is the spread of the engine's
//! replicates, which holds whatever weights, heterogeneity and interaction do to the binomial error. If both follow one
//! law, t has Student's distribution with 39 degrees of freedom; the limit is set so that one of all readings is beyond it
//! by chance in less than one of 1,000 comparisons. Seeds are fixed. What is found is tried with models that are wrong on
//! purpose.

use super::{
    WEEKS, fading,
    lockstep::{Case, Engine, Plain},
    nation,
    world::Fresh,
};
use crate::common::*;
use telework::{
    data::Data,
    environment::Environment,
    population::{Population, UNIT},
    random::Key,
    scenario::{LaterInfections, Measure, Scenario},
    statistics::{mean, student_within, variance},
};

const ENGINE: u32 = 40;
const PLAIN: u32 = 4;
/// Weeks at whose end shares are read: from the first declaration to fiscal 2023.
const READ: [u32; 6] = [12, 21, 40, 70, 120, 199];
/// A false alarm in so many comparisons.
const FALSE_ALARM: f64 = 1e-3;
/// A model that is not wrong.
const RIGHT: [f64; 5] = [1.0; 5];

/// Shares by size: practising, stopped, ever practised, with a formal scheme.
fn shares(sizes: &[[f64; 9]; 3]) -> Vec<f64> {
    let of = |slots: &[f64; 9], wanted: &[usize]| {
        wanted.iter().map(|&slot| slots[slot]).sum::<f64>() / slots.iter().sum::<f64>()
    };
    let wanted: [&[usize]; 4] = [&[1, 4, 7], &[2, 5, 8], &[1, 2, 4, 5, 7, 8], &[3, 4, 5, 6, 7, 8]];
    // Sizes without firms have nothing to compare.
    let sizes = sizes.iter().filter(|slots| slots.iter().sum::<f64>() > 0.0);
    sizes.flat_map(|slots| wanted.map(|wanted| of(slots, wanted))).collect()
}

/// Reads the shares of a run.
fn read(mut week_ends: impl FnMut(u32) -> [[f64; 9]; 3]) -> Vec<f64> {
    let ends = (0..=READ[READ.len() - 1]).map(|week| (week, week_ends(week)));
    ends.filter(|(week, _)| READ.contains(week)).flat_map(|(_, sizes)| shares(&sizes)).collect()
}

/// A world in which both models are run.
struct Ground {
    data: Data,
    population: Population,
    scenario: Scenario,
    environment: Environment,
}

impl Ground {
    fn new(data: Data, population: Population, mut scenario: Scenario) -> Ground {
        scenario.later_infections = LaterInfections::None;
        let parameters = &scenario.parameters;
        let environment =
            Environment::new(&data, parameters, scenario.later_infections, Key::new(scenario.run.seed, 0), WEEKS);
        Ground { data, population, scenario, environment }
    }

    fn case<'a>(&'a self, scenario: &'a Scenario, replicate: u32) -> Case<'a> {
        Case {
            scenario,
            data: &self.data,
            population: &self.population,
            environment: &self.environment,
            key: Key::new(self.scenario.run.seed, replicate),
            weeks: WEEKS,
        }
    }

    fn engine(&self) -> Vec<Vec<f64>> {
        let one = |replicate| {
            let mut engine = Engine::new(self.case(&self.scenario, replicate));
            read(|week| {
                engine.advance(week);
                let tallies = engine.state.tallies();
                std::array::from_fn(|size| tallies.sizes()[size].map(|slot| slot as f64 / UNIT))
            })
        };
        (0..ENGINE).map(one).collect()
    }

    /// The plain model under a scenario, with factors on its hazards.
    fn plain(&self, scenario: &Scenario, factors: [f64; 5]) -> Vec<Vec<f64>> {
        let one = |replicate| {
            let case = self.case(scenario, 1000 + replicate);
            let mut plain = Plain::new(case, Fresh { key: case.key, factors });
            read(|week| {
                plain.advance(week);
                plain.world.sizes()
            })
        };
        (0..PLAIN).map(one).collect()
    }
}

/// The largest |t| of all readings as a part of its limit: above 1 the models differ.
fn difference(engine: &[Vec<f64>], plain: &[Vec<f64>]) -> f64 {
    let readings = engine[0].len();
    let limit = student_within(1.0 - FALSE_ALARM / readings as f64, ENGINE as usize - 1);
    let t = |at: usize| {
        let [engine, plain] = [engine, plain].map(|runs| runs.iter().map(|run| run[at]).collect::<Vec<f64>>());
        let difference = mean(&plain).expect("replicates") - mean(&engine).expect("replicates");
        let variance = variance(&engine).expect("replicates");
        assert!(variance > 0.0, "reading {at} does not vary");
        difference.abs() / (variance * (1.0 / f64::from(ENGINE) + 1.0 / f64::from(PLAIN))).sqrt()
    };
    (0..readings).map(t).fold(0.0, f64::max) / limit
}

/// Without measures but the declarations. Found: stopping more frequent by 5 %.
#[test]
fn thresholds_keep_the_weekly_chances() {
    let data = tables();
    let mut scenario = shipped("baseline");
    scenario.interventions.retain(|i| matches!(i.measure, Measure::EmergencyDeclaration(_)));
    let population = japan(&data, 60_000);
    let ground = Ground::new(data, population, scenario);
    let engine = ground.engine();
    let right = difference(&engine, &ground.plain(&ground.scenario, RIGHT));
    let wrong = difference(&engine, &ground.plain(&ground.scenario, [1.0, 1.05, 1.0, 1.0, 1.0]));
    println!("right {right:.2}, stop + 5 %: {wrong:.2}");
    assert!(right < 1.0, "{right}");
    assert!(wrong > 1.0, "a wrong model is not found: {wrong}");
}

/// With effects that are strong and fade at several rates. Found: half-lives that are twice as long.
#[test]
fn thinning_keeps_the_weekly_chances_under_fading_effects() {
    let data = tables();
    let population = nation(japan(&data, 30_000));
    let mut scenario = fading(0.1);
    (scenario.parameters.managers_encouragement, scenario.parameters.disclosure_effect) = (2.0, 2.0);
    let mut wrong = scenario.clone();
    for intervention in &mut wrong.interventions {
        intervention.half_life_weeks = intervention.half_life_weeks.map(|weeks| 2.0 * weeks);
    }
    let ground = Ground::new(data, population, scenario);
    let engine = ground.engine();
    let right = difference(&engine, &ground.plain(&ground.scenario, RIGHT));
    let wrong = difference(&engine, &ground.plain(&wrong, RIGHT));
    println!("right {right:.2}, half-lives twice: {wrong:.2}");
    assert!(right < 1.0, "{right}");
    assert!(wrong > 1.0, "a wrong model is not found: {wrong}");
}
