//! The engine itself: runs of `no_policy` at the point, all indicators and surveys observed. A sample size in, curves out.

use crate::serve::Curves;
use telework::{
    data::Data,
    engine::{Observe, Options, Series, simulate},
    observation::IndicatorId,
    population::{Population, synthesise},
    scenario::{Scale, Scenario, load},
};

/// What every run needs, made once.
pub struct Engine {
    /// Tables.
    pub data: Data,
    /// `no_policy`.
    pub scenario: Scenario,
    /// A weighted sample.
    pub population: Population,
}

/// Indicator and segment of each curve.
const CURVES: [(IndicatorId, &str); 6] = [
    (IndicatorId::CurrentPractice, "total"),
    (IndicatorId::CurrentPractice, "size=micro"),
    (IndicatorId::CurrentPractice, "size=medium"),
    (IndicatorId::CurrentPractice, "size=large"),
    (IndicatorId::FormalScheme, "total"),
    (IndicatorId::TeleworkersNow, "total"),
];

impl Engine {
    /// About so many firms.
    pub fn new(firms: u32) -> Result<Engine, String> {
        let data = Data::embedded().map_err(text)?;
        let scenario = load("no_policy", &[]).map_err(text)?.scenario;
        let scale = Scale::Sample(firms);
        let population = synthesise(&data, scenario.run.population_seed, scale).map_err(text)?;
        Ok(Engine { data, scenario, population })
    }

    /// One replicate with all indicators and surveys.
    pub fn run(&self, replicate: u32) -> Result<Curves, String> {
        let series = self.simulate(replicate, Observe::Everything)?;
        let weeks = scenario_weeks(&self.scenario);
        let mut curves = CURVES.map(|_| vec![f64::NAN; weeks]);
        for (curve, (indicator, segment)) in curves.iter_mut().zip(CURVES) {
            let figures = series.indicators.iter().find(|s| s.indicator == indicator && s.segment == segment);
            for (week, value) in &figures.ok_or_else(|| format!("no figures of {indicator} {segment}"))?.values {
                curve[week.0 as usize] = f64::from(*value);
            }
        }
        Ok(curves)
    }

    /// One replicate with nothing observed, and so without curves.
    pub fn run_alone(&self, replicate: u32) -> Result<Curves, String> {
        self.simulate(replicate, Observe::Nothing).map(|_| Curves::default())
    }

    fn simulate(&self, replicate: u32, observe: Observe) -> Result<Series, String> {
        let options = Options { observe, ..Options::default() };
        let series = simulate(&self.scenario, &self.data, &self.population, replicate, options, &|_| true);
        series.ok_or_else(|| "the run was given up".to_string())
    }
}

fn text(problem: impl std::fmt::Debug) -> String {
    format!("{problem:?}")
}

/// Weeks from week 0 to the last of a scenario.
pub fn scenario_weeks(scenario: &Scenario) -> usize {
    telework::calendar::Week::containing(scenario.run.end).map_or(0, |week| week.0 as usize + 1)
}
