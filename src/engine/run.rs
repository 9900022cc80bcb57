//! One run: a pure function of scenario, population, parameters and replicate.

use super::{
    parameter_source::RunKey,
    series::{InterventionSeries, PanelRow, Series},
};
use crate::{
    calendar::Week,
    data::Data,
    dynamics::{self, HazardTerms},
    environment::Environment,
    interventions::{Programmes, Setting},
    observation::{Observe, Observers, View},
    parameters::Parameters,
    population::{Population, Response},
    random::Key,
    scenario::Scenario,
};
use std::sync::atomic::{AtomicBool, Ordering};

/// What a run is asked to give beside its figures. Options never change a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The state of every simulated firm at each month's end.
    pub panel: bool,
    /// Which indicators and surveys are observed.
    pub observe: Observe,
}

/// Runs one replicate with the scenario's own parameters, the point. `goes_on` is asked before every week; the run is
/// given up with `None` when it says no.
pub fn simulate(
    scenario: &Scenario,
    data: &Data,
    population: &Population,
    replicate: u32,
    options: Options,
    goes_on: &dyn Fn(Week) -> bool,
) -> Option<Series> {
    let never = AtomicBool::new(false);
    let parameters = &scenario.parameters;
    simulate_with(Inputs { parameters, scenario, data, population, run: replicate.into(), options }, goes_on, &never)
}

/// What one run depends on.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    /// In place of the scenario's own.
    pub parameters: &'a Parameters,
    pub scenario: &'a Scenario,
    pub data: &'a Data,
    pub population: &'a Population,
    /// Of which process noise and emergencies are taken.
    pub run: RunKey,
    pub options: Options,
}

/// [`simulate`] of any inputs. When `stop` is set, the run is also given up inside a week.
pub(super) fn simulate_with(inputs: Inputs, goes_on: &dyn Fn(Week) -> bool, stop: &AtomicBool) -> Option<Series> {
    let Inputs { parameters, scenario, data, population, run, options } = inputs;
    let key = Key::new(scenario.run.seed, run.noise);
    let emergencies = Key::new(scenario.run.seed, run.emergencies);
    // What is reported begins with the run's start; what is simulated always in January 2020.
    let first = Week::containing(scenario.run.start).unwrap_or(Week(0));
    let last = Week::containing(scenario.run.end).unwrap_or(first);
    let response = Response::new(parameters);
    let environment = Environment::new(data, parameters, scenario.later_infections, emergencies, last.0 + 1);
    let baseline = dynamics::baseline_log_hazards(population, parameters);
    let mut state = dynamics::initial_state(population, parameters, &response, baseline, key);
    let mut terms = HazardTerms::new(population.cells.len());
    let setting = Setting { population, parameters, data, environment: &environment, key, weeks: (Week(0), last) };
    let mut programmes = Programmes::new(&scenario.interventions, setting).stoppable(stop);
    let mut observers = Observers::new(data, &response, key, (first, last), options.observe);
    let mut interventions: Vec<InterventionSeries> = scenario
        .interventions
        .iter()
        .map(|i| InterventionSeries { name: i.name.clone(), kind: i.measure.key(), weeks: Vec::new() })
        .collect();
    let mut panel = Vec::new();
    let observed = options.observe != Observe::Nothing;
    if observed && first == Week(0) {
        observers.before(&View { week: first, population, state: &state, terms: &terms, parameters });
    }
    for week in (0..=last.0).map(Week) {
        if !goes_on(week) {
            return None;
        }
        // Calendar and concern; interventions spend, deliver and rewrite what firms face.
        terms.open(&environment.concern[week.0 as usize]);
        let weeks = programmes.act(week, &state, &mut terms);
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        for (series, week) in interventions.iter_mut().zip(weeks) {
            series.weeks.extend(week.filter(|record| record.week >= first));
        }
        // Others' practice and transitions.
        dynamics::advance(&mut state, population, &mut terms, parameters, &response, key, week.0);
        // Observers look on.
        if observed && week >= first {
            observers.observe(&View { week, population, state: &state, terms: &terms, parameters });
        }
        if options.panel && week >= first && week.closes_month() {
            add_panel_rows(&View { week, population, state: &state, terms: &terms, parameters }, &mut panel);
        }
    }
    let (indicators, surveys) = observers.finish();
    Some(Series { replicate: run.noise, indicators, surveys, interventions, panel })
}

fn add_panel_rows(view: &View, panel: &mut Vec<PanelRow>) {
    let View { week, population, state, terms, parameters } = *view;
    let staffing = dynamics::Staffing::new(parameters);
    let reach = dynamics::reach(parameters, population, terms);
    panel.reserve(population.len());
    for cell in &population.cells {
        for firm in cell.range.clone() {
            let status = state.status(firm);
            let weeks = state.firms.spell[firm].weeks(state.next_week);
            let share = staffing.share(population.teleworkable[firm], weeks, reach[cell.prefecture.index()]);
            panel.push(PanelRow {
                week: week.0,
                firm: population.id[firm],
                practice: status.practice() as u8,
                formal: status.formal(),
                intensity: if status.practises() { f32::from(share) / 255.0 } else { 0.0 },
                weight: cell.weight as f32,
            });
        }
    }
}
