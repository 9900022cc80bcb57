//! Simulated surveys against published rows, closed forms and counts made another way.

use crate::common::{japan, shipped, tables};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use std::{collections::HashMap, sync::LazyLock};
use telework::{
    calendar::Week,
    classification::{Prefecture, Region},
    data::{Data, Observation},
    dynamics,
    dynamics::HazardTerms,
    engine::{Observe, Options, Series, simulate},
    observation::{BANDS, Survey, SurveyAnswer, View, WorkerTable, Workers},
    parameters::Parameters,
    population::{Population, Response},
    random::Key,
    scenario::Scenario,
};

static DATA: LazyLock<Data> = LazyLock::new(tables);
static FIRMS: LazyLock<Population> = LazyLock::new(|| japan(&DATA, 8000));

/// The baseline as far as surveys were published by the end of April 2021.
fn history() -> Scenario {
    let mut scenario = shipped("baseline");
    scenario.run.end = date(2021, 4, 18);
    scenario
}

fn observed(scenario: &Scenario, observe: Observe, panel: bool) -> Series {
    simulate(scenario, &DATA, &FIRMS, 0, Options { panel, observe }, &|_| true).expect("nobody stops it")
}

fn of_waves(series: &Series) -> Vec<&SurveyAnswer> {
    series.surveys.iter().filter(|a| !["forecast", "drift"].contains(&a.wave.as_str())).collect()
}

#[test]
fn what_else_is_observed_changes_no_answer() {
    let scenario = history();
    let everything = observed(&scenario, Observe::Everything, false);
    let waves = observed(&scenario, Observe::PublishedWaves, false);
    let monthly = observed(&scenario, Observe::MonthlySurveys, false);
    assert!(of_waves(&waves).len() > 100);
    assert_eq!(of_waves(&everything), of_waves(&waves));
    assert_eq!(of_waves(&monthly), of_waves(&waves));
    assert!(!everything.indicators.is_empty() && waves.indicators.is_empty() && monthly.indicators.is_empty());
    // Beside the waves: one figure of February 2020, and forecasts after the last wave.
    let drift: Vec<_> = waves.surveys.iter().filter(|a| a.wave == "drift").collect();
    assert_eq!(drift.len() + of_waves(&waves).len(), waves.surveys.len());
    assert!(matches!(drift[..], [a] if a.survey == Survey::Mic && a.date == date(2020, 2, 16)), "{drift:?}");
    let last = of_waves(&waves).iter().filter(|a| a.survey == Survey::Tsr).map(|a| a.date).max();
    let first = monthly.surveys.iter().filter(|a| a.survey == Survey::Tsr && a.wave == "forecast").map(|a| a.date);
    assert!(first.min() > last);
}

/// Published rows of the simulated surveys that no firm or worker of the model can answer.
fn beyond_the_model(survey: Survey, row: &Observation) -> bool {
    let metric = |known: &[&str]| known.contains(&row.metric.as_str());
    let segment = |known: &[&str]| known.contains(&row.segment.as_str());
    let kind = |known: &[&str]| known.contains(&row.segment_type.as_str());
    match survey {
        // A product of two other rows; a total equal to that of large firms, with another for SMEs.
        Survey::Tsr => {
            metric(&["reason_not", "current_practice_equivalent"])
                || (metric(&["staff_share_ge70"]) && segment(&["total"]))
        }
        Survey::Mic => metric(&["introduced_or_planned"]),
        Survey::Mlit => {
            metric(&["all_workers_ever", "self_employed_ever", "employed_ever_given_scheme", "reason_not"])
                || metric(&["practice_after_lifting_2020"])
                || kind(&["gender"])
        }
        Survey::CabinetOffice => {
            metric(&["productivity_felt", "working_hours"])
                || segment(&["Tokyo 23 wards", "agriculture, forestry & fishery", "retail"])
        }
        Survey::Jpc => !metric(&["telework_rate"]),
        Survey::Persol | Survey::Nira => {
            !metric(&["telework_rate"])
                || kind(&["gender", "employment", "firm size", "day"])
                || segment(&["Kanagawa", "Saitama", "Chiba", "information & communications (excl. info services)"])
        }
        // The second is the chamber of commerce's survey.
        Survey::TokyoFirms => {
            !metric(&["introduced"]) || kind(&["industry group"]) || row.question.starts_with("Member SMEs")
        }
    }
}

#[test]
fn every_published_figure_that_can_be_simulated_is_answered_once() {
    let series = observed(&history(), Observe::PublishedWaves, false);
    let inside = |row: &Observation| {
        let days = (row.field_end - row.field_start).get_days();
        let middle = row.field_start.saturating_add((days / 2).days());
        // The state in which the run begins answers for the last 120 days before it.
        (date(2019, 9, 8)..=date(2021, 4, 18)).contains(&middle)
    };
    let simulated = DATA.observations.iter().filter_map(|row| Some((Survey::parse(&row.survey)?, row)));
    let rows = simulated.filter(|(_, row)| row.unit == "share" && row.confidence != "memory" && inside(row));
    let mut answered = 0;
    for (survey, row) in rows {
        let answers = series.surveys.iter().filter(|a| {
            (a.survey, a.wave.as_str(), a.metric) == (survey, row.wave.as_str(), row.metric.as_str())
                && (a.segment_type, &a.segment) == (row.segment_type.as_str(), &row.segment)
                && a.observed == Some(row.value)
        });
        let number = usize::from(!beyond_the_model(survey, row));
        assert_eq!(answers.count(), number, "{row:?}");
        answered += number;
    }
    assert_eq!(of_waves(&series).len(), answered);
}

/// A question about the past is answered when the past is there: NIRA printed 6 % for January and 10 % for March 2020,
/// 25 % for April and May and 17 % for June, each pair in one wave; MLIT asked in autumn about April and May.
#[test]
fn recalled_figures_are_seen_in_the_time_they_are_about() {
    let series = observed(&history(), Observe::PublishedWaves, false);
    let day = |survey: Survey, observed: f64| -> Date {
        let found = series.surveys.iter().find(|a| {
            a.survey == survey
                && ["national", "regional cities"].contains(&a.segment.as_str())
                && a.observed == Some(observed)
        });
        found.unwrap_or_else(|| panic!("{survey}: {observed}")).date
    };
    let nira = [0.06, 0.1, 0.25, 0.17, 0.16].map(|value| day(Survey::Nira, value));
    assert_eq!(nira.map(|day| (day.year(), day.month())), [(2020, 1), (2020, 3), (2020, 5), (2020, 6), (2020, 12)]);
    assert_eq!(day(Survey::Mlit, 0.136), date(2020, 5, 4));
}

/// With log odds r more among those who answer, odds are e^r times as high in every figure of the survey and in no other.
#[test]
fn a_response_multiplies_the_odds_of_its_own_survey() {
    let mut plain = history();
    let responses = [
        (Survey::Mic, "mic_response", 0.3),
        (Survey::Mlit, "mlit_response", -0.4),
        (Survey::CabinetOffice, "cao_response", 0.5),
        (Survey::Jpc, "jpc_response", 0.6),
        (Survey::Persol, "persol_response", -0.7),
        (Survey::Nira, "nira_response", 0.8),
        (Survey::TokyoFirms, "tokyo_response", -0.9),
        (Survey::Tsr, "", 0.0),
    ];
    let named = || responses.iter().filter(|(_, name, _)| !name.is_empty());
    for (_, name, _) in named() {
        assert!(plain.parameters.set(name, 0.0), "{name}");
    }
    let mut shifted = plain.clone();
    for (_, name, value) in named() {
        shifted.parameters.set(name, *value);
    }
    let [plain, shifted] = [plain, shifted].map(|scenario| observed(&scenario, Observe::PublishedWaves, false));
    assert_eq!(plain.surveys.len(), shifted.surveys.len());
    let odds = |share: f64| libm::log(share / (1.0 - share));
    for (a, b) in plain.surveys.iter().zip(&shifted.surveys) {
        let (_, _, by) = responses.iter().find(|(survey, _, _)| *survey == a.survey).expect("a survey");
        if *by == 0.0 || a.expected == 0.0 || a.expected == 1.0 {
            assert_eq!((a.expected, a.answer), (b.expected, b.answer), "{}", a.survey);
        } else {
            assert!((odds(b.expected) - odds(a.expected) - by).abs() < 1e-9, "{a:?} {b:?}");
        }
    }
}

/// The survey's figures at a month's end against a count over the panel, which knows nothing of frames.
#[test]
fn the_tokyo_frame_is_that_of_a_brute_force_count() {
    let mut scenario = history();
    // The count knows nothing of who answers.
    scenario.parameters.tokyo_response = 0.0;
    let series = observed(&scenario, Observe::MonthlySurveys, true);
    let month_end = date(2021, 2, 28);
    let week = Week::containing(month_end).expect("in the calendar");
    let tokyo = Prefecture::parse("Tokyo");
    let place: HashMap<u32, usize> = FIRMS.id.iter().enumerate().map(|(position, id)| (*id, position)).collect();
    let mut classes: HashMap<&str, [f64; 2]> = HashMap::new();
    for row in series.panel.iter().filter(|row| row.week == week.0) {
        let position = place[&row.firm];
        let cell = FIRMS.cells.iter().find(|cell| cell.range.contains(&position)).expect("a cell");
        let employees = FIRMS.employees[position];
        if Some(cell.prefecture) == tokyo && employees >= 30 {
            let class = if employees < 100 {
                "30-99"
            } else if employees < 300 {
                "100-299"
            } else {
                "300+"
            };
            for class in [class, "total"] {
                let sums = classes.entry(class).or_default();
                // Introduced: practises now or has written it into its rules.
                sums[0] += if row.practice == 1 || row.formal { cell.weight } else { 0.0 };
                sums[1] += cell.weight;
            }
        }
    }
    assert_eq!(classes.len(), 4);
    for (class, [practise, firms]) in classes {
        let found = series.surveys.iter().find(|a| {
            (a.survey, a.metric, a.segment.as_str()) == (Survey::TokyoFirms, "introduced", class) && a.date == month_end
        });
        let found = found.unwrap_or_else(|| panic!("no {class}")).expected;
        assert!((found - practise / firms).abs() < 1e-9 && found > 0.0, "{class}: {found} for {}", practise / firms);
    }
}

fn workers_in_january<R>(workplace_tokyo: f64, look: impl Fn(&WorkerTable) -> R) -> R {
    // Nearly all firms practise, so that a high ratio meets the limit of all employees.
    let parameters = Parameters { workplace_tokyo, initial_practice: 3.0, reach_base: 1.0, ..Parameters::default() };
    let baseline = dynamics::baseline_log_hazards(&FIRMS, &parameters);
    let response = Response::new(&parameters);
    let state = dynamics::initial_state(&FIRMS, &parameters, &response, baseline, Key::new(1, 0));
    let terms = HazardTerms::new(FIRMS.cells.len());
    let view = View { week: Week(0), population: &FIRMS, state: &state, terms: &terms, parameters: &parameters };
    look(&WorkerTable::new(view))
}

/// Whatever the ratio, each place has its employees, no more of them telework than there are, and all together are those of
/// the firms. (Shares of places are kept to seven digits.)
#[test]
fn the_place_of_work_moves_teleworkers_but_makes_none() {
    let quantities: [fn(&Workers) -> f64; 7] = [
        |w| w.employees,
        |w| w.with_scheme,
        |w| w.now,
        |w| w.last_year,
        |w| w.ever,
        |w| w.ever_with_scheme,
        |w| w.days,
    ];
    let rates = [-1.0, 0.0, 0.5, 2.0].map(|workplace_tokyo| {
        workers_in_january(workplace_tokyo, |table| {
            let (total, bands) = (table.total(), table.bands(&(0..BANDS).collect::<Vec<_>>()));
            let (places, regions) = (table.places(|_| true), Region::ALL.map(|region| table.region(region)));
            for of in quantities {
                for all in [of(&bands), of(&places), regions.iter().map(of).sum()] {
                    assert!((all / of(&total) - 1.0).abs() < 1e-6, "{all} of {}", of(&total));
                }
                for (region, workers) in Region::ALL.into_iter().zip(&regions) {
                    let places = of(&table.places(|place| place.region() == region));
                    assert!((of(workers) / places - 1.0).abs() < 1e-12, "{} of {places}", of(workers));
                }
            }
            for place in Prefecture::all() {
                let workers = table.places(|p| p == place);
                assert!(workers.now >= 0.0 && workers.now <= workers.employees * (1.0 + 1e-9), "{workers:?}");
                assert!(workers.ever_with_scheme <= workers.ever * (1.0 + 1e-9), "{workers:?}");
            }
            let tokyo = table.region(Region::Tokyo);
            tokyo.share(tokyo.now)
        })
    });
    assert!(rates.is_sorted() && rates[3] > rates[0] + 0.02, "{rates:?}");
}
