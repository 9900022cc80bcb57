//! What a firm brings along: its inclination, and the state in which it enters the run.

use super::{
    AddedLogHazard, HazardTerms, Situation, Slopes, Staffing,
    staff::reach,
    thresholds::{event_threshold, has_scheme_threshold},
};
use crate::{
    classification::BARRIERS,
    parameters::Parameters,
    population::{BLOCK_FIRMS, Cell, Firms, NEVER, Population, Practice, Response, Spell, State, Status},
    random::{Key, Purpose, uniform},
    statistics::logistic,
};
use rayon::prelude::*;

/// Inclination of a firm without a single teleworkable job: it never starts.
pub const IMMUNE: f32 = -60.0;
/// Weeks that firms practising in January 2020 had practised: two years (assumed).
const EXPERIENCE_AT_START: u8 = 104;
/// Employees and teleworkable share at which a firm's inclination is 0 (propensity 0, no barriers).
const REFERENCE_EMPLOYEES: f64 = 20.0;
const REFERENCE_SHARE: f64 = 0.3;

/// Inclination lost to each barrier, in bit order.
pub fn barrier_weights(parameters: &Parameters) -> [f32; BARRIERS] {
    [
        parameters.barrier_management,
        parameters.barrier_ict_tools,
        parameters.barrier_security,
        parameters.barrier_paper,
        parameters.barrier_cost,
        parameters.barrier_home_environment,
    ]
    .map(|w| w as f32)
}

/// Own inclination of every simulated firm, a log-hazard index.
pub fn baseline_log_hazards(population: &Population, parameters: &Parameters) -> Vec<f32> {
    let weights = barrier_weights(parameters);
    // 64 sets of barriers and 256 shares: look both up.
    let hindrance: Vec<f32> =
        (0..1u8 << BARRIERS).map(|set| (0..BARRIERS).map(|b| f32::from(set >> b & 1) * weights[b]).sum()).collect();
    let suitability: Vec<f32> = (0..=255u8)
        .map(|share| match share {
            0 => IMMUNE,
            _ => (parameters.inclination_teleworkable * libm::log(f64::from(share) / 255.0 / REFERENCE_SHARE)) as f32,
        })
        .collect();
    let mut all = vec![0.0; population.len()];
    let mut cells: Vec<(&Cell, &mut [f32])> = Vec::with_capacity(population.cells.len());
    let mut rest = all.as_mut_slice();
    for cell in &population.cells {
        let (head, tail) = rest.split_at_mut(cell.range.len());
        cells.push((cell, head));
        rest = tail;
    }
    let inclinations = |(cell, firms): (&Cell, &mut [f32])| {
        let place = match cell.prefecture.name() {
            "Tokyo" => parameters.inclination_tokyo,
            "Kanagawa" | "Aichi" | "Osaka" => parameters.inclination_metropolitan,
            _ => 0.0,
        };
        let trade = match cell.industry.letter() {
            'D' => parameters.inclination_construction,
            'G' => parameters.inclination_information,
            'H' => parameters.inclination_transport,
            'J' => parameters.inclination_finance,
            'L' => parameters.inclination_professional,
            'M' => parameters.inclination_accommodation,
            'O' => parameters.inclination_education,
            'P' => parameters.inclination_medical,
            _ => 0.0,
        };
        let shared = place + trade + if cell.high_capital { parameters.inclination_high_capital } else { 0.0 };
        let (mut employees_before, mut size) = (0, 0.0);
        for (firm, log_hazard) in cell.range.clone().zip(firms) {
            let employees = population.employees[firm].max(1);
            if employees != employees_before {
                (employees_before, size) = (
                    employees,
                    (parameters.inclination_size * libm::log(f64::from(employees) / REFERENCE_EMPLOYEES)) as f32,
                );
            }
            let suitability = suitability[usize::from(population.teleworkable[firm])];
            *log_hazard = if suitability == IMMUNE {
                IMMUNE
            } else {
                shared as f32 + size + suitability + parameters.inclination_spread as f32 * population.propensity[firm]
                    - hindrance[usize::from(population.barriers[firm]) & 63]
            };
        }
    };
    match population.layout().blocks.len() {
        1 => cells.into_iter().for_each(inclinations),
        _ => cells.into_par_iter().for_each(inclinations),
    }
    all
}

/// Practice and scheme in January 2020, and the first event thresholds.
pub fn initial_state(
    population: &Population,
    parameters: &Parameters,
    response: &Response,
    baseline_log_hazard: Vec<f32>,
    key: Key,
) -> State {
    let (slopes, staffing) = (Slopes::new(parameters), Staffing::new(parameters));
    // No declaration yet.
    let reach = reach(parameters, population, &HazardTerms::new(0));
    let begins = |firm: usize| {
        let x = f64::from(baseline_log_hazard[firm]);
        let never = (Status(Practice::Never as u8), 0);
        if baseline_log_hazard[firm] <= IMMUNE {
            return (never, [NEVER; 2]);
        }
        let id = population.id[firm];
        let [practice, scheme] = key.words(id, 0, Purpose::InitialState).map(uniform);
        let practises = practice < logistic(parameters.initial_practice + parameters.initial_practice_slope * x);
        let (status, weeks) = if practises {
            let formal = scheme < logistic(parameters.initial_scheme + parameters.initial_scheme_slope * x);
            let bits = if formal { Status::FORMAL | Status::FORMAL_AT_START } else { 0 };
            (Status(Practice::Current as u8 | bits), EXPERIENCE_AT_START)
        } else {
            never
        };
        let set_by = Spell::new(0, weeks, 0).threshold_weeks();
        let situation =
            Situation { status, baseline_log_hazard: x, added: AddedLogHazard::default(), weeks: [set_by, weeks] };
        let [practice, scheme] = key.words(id, 0, Purpose::Transition);
        let practice = event_threshold(0.0, practice, situation.practice(&slopes)[0]);
        let scheme = if has_scheme_threshold(status) {
            event_threshold(0.0, scheme, situation.scheme(&slopes)[0])
        } else {
            NEVER
        };
        ((status, weeks), [practice, scheme])
    };
    let of = |firm: usize, weeks: u8| {
        let home = population.cells[population.cell_of(firm)].prefecture;
        staffing.share(population.teleworkable[firm], weeks, reach[home.index()])
    };
    let begin = |firm: usize| {
        let ((status, weeks), [practice_threshold, scheme_threshold]) = begins(firm);
        let spell = Spell::new(0, weeks, if status.practises() { of(firm, weeks) } else { 0 });
        ((status.0, spell), (practice_threshold, scheme_threshold))
    };
    let all = (0..population.len()).into_par_iter().with_min_len(BLOCK_FIRMS).map(begin);
    let ((status, spell), (practice_threshold, scheme_threshold)) = all.unzip();
    let draw_counters = vec![Default::default(); baseline_log_hazard.len()];
    let firms = Firms { status, spell, practice_threshold, scheme_threshold, draw_counters, baseline_log_hazard };
    State::new(population, firms, response)
}
