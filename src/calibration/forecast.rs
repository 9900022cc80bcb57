//! The forecast as of a day: monthly predictive distributions of every simulated survey figure. Scenario, tables, firms,
//! posterior draws in; rows of quantiles out.
//!
//! One predictive draw of a figure is what its survey would publish ([`crate::prediction`]) under one posterior draw: errors
//! of the model go on from the residuals of what was published by the as-of date, and return to the law of their group.
//!
//! Only the distribution of each single figure is given out; figures of one draw that must add up (now, stopped, never)
//! do so before these errors. An answer of exactly 0 or 1 stays what it is.

use crate::{
    calendar::Week,
    data::{Data, Draw, Posterior},
    engine::{Interrupted, Observe, Options, Progress, RunContext, SurveyAnswer, on_threads, simulate},
    observation::Survey,
    population::Population,
    prediction::{Forecaster, Law, Series},
    random::Key,
    scenario::Scenario,
    statistics::quantile_sorted,
};
use jiff::civil::Date;
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// Quantiles given: 0.05, 0.10 ... 0.95.
pub const STEPS: u32 = 20;
/// What is observed of a run.
const OPTIONS: Options = Options { panel: false, observe: Observe::MonthlySurveys };
/// Label of the waves asked at each month's end.
const WAVE: &str = "forecast";

/// One quantile of one figure at one month's end. Its words are spelt as in `data/observations`.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastRow {
    /// Survey.
    pub survey: Survey,
    /// Metric.
    pub metric: &'static str,
    /// Segment type.
    pub segment_type: &'static str,
    /// Segment.
    pub segment: String,
    /// Last day of the month.
    pub date: Date,
    /// 0.05 to 0.95.
    pub quantile: f64,
    /// The share of which so much of the distribution lies below, 0-1.
    pub value: f64,
}

/// Predictive quantiles for every month that ends after the posterior's as-of day, rows sorted by their columns. The same for any number of
/// threads. A figure that has no answer in some draws has its quantiles from the others.
///
/// # Errors
/// [`Interrupted`] when it was told to stop.
pub fn forecast(
    scenario: &Scenario,
    data: &Data,
    population: &Population,
    posterior: &Posterior,
    RunContext { threads, observe, stop }: RunContext,
) -> Result<Vec<ForecastRow>, Interrupted> {
    let (as_of, draws) = (posterior.as_of, &posterior.draws);
    let first = Week::containing(scenario.run.start).unwrap_or(Week(0)).0;
    let last = Week::containing(scenario.run.end).map_or(first, |week| week.0);
    let total = u64::from(last - first + 1) * draws.len() as u64;
    let done = AtomicU64::new(0);
    let goes_on = |_| {
        observe(Progress { done: done.fetch_add(1, Ordering::Relaxed), total });
        !stop.load(Ordering::Relaxed)
    };
    let forecaster = OnceLock::new();
    let one = |(number, draw): (usize, &Draw)| {
        let replicate = number as u32;
        let scenario = Scenario { parameters: draw.parameters.clone(), ..scenario.clone() };
        let series = simulate(&scenario, data, population, replicate, OPTIONS, &goes_on).ok_or(Interrupted)?;
        let answers = later(&series.surveys, as_of);
        // Every run answers the same questions.
        let forecaster = forecaster.get_or_init(|| Forecaster::of(posterior, asked(&answers)));
        Ok(published(forecaster, &answers, draw, Key::new(scenario.run.seed, replicate)))
    };
    let run = || draws.par_iter().enumerate().map(one).collect::<Result<Vec<_>, Interrupted>>();
    let drawn = on_threads(threads, run)?;
    observe(Progress { done: done.load(Ordering::Relaxed), total });
    Ok(quantiles(drawn.into_iter().flatten()))
}

/// A figure: survey, metric, segment type, segment.
type Figure = (Survey, &'static str, &'static str, String);

/// Rows from draws of any order.
fn quantiles(drawn: impl Iterator<Item = (Figure, Date, f64)>) -> Vec<ForecastRow> {
    let mut samples: BTreeMap<(Figure, Date), Vec<f64>> = BTreeMap::new();
    for (figure, date, value) in drawn {
        samples.entry((figure, date)).or_default().push(value);
    }
    let mut rows = Vec::with_capacity(samples.len() * STEPS as usize);
    for (((survey, metric, segment_type, segment), date), mut sample) in samples {
        sample.sort_by(f64::total_cmp);
        for quantile in (1..STEPS).map(|step| f64::from(step) / f64::from(STEPS)) {
            if let Some(value) = quantile_sorted(&sample, quantile) {
                let segment = segment.clone();
                rows.push(ForecastRow { survey, metric, segment_type, segment, date, quantile, value });
            }
        }
    }
    rows
}

/// Answers of monthly waves after the as-of day, with the last day of their month.
fn later(answers: &[SurveyAnswer], as_of: Date) -> Vec<(&SurveyAnswer, Date)> {
    let month = |answer: &SurveyAnswer| Some(Week::containing(answer.date)?.monday().last_of_month());
    answers
        .iter()
        .filter(|answer| answer.wave == WAVE && answer.answer.is_finite())
        .filter_map(|answer| Some((answer, month(answer).filter(|month| *month > as_of)?)))
        .collect()
}

fn series_of(answer: &SurveyAnswer) -> Series {
    Series::new(answer.survey, answer.metric, answer.segment_type, &answer.segment)
}

/// Each series that is asked, once, in order of appearance.
fn asked(answers: &[(&SurveyAnswer, Date)]) -> Vec<Series> {
    let mut asked: Vec<Series> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for series in answers.iter().map(|(answer, _)| series_of(answer)) {
        if seen.insert(series.clone()) {
            asked.push(series);
        }
    }
    asked
}

/// What the surveys would publish of one run.
fn published(
    forecaster: &Forecaster,
    answers: &[(&SurveyAnswer, Date)],
    draw: &Draw,
    key: Key,
) -> Vec<(Figure, Date, f64)> {
    let mut months: Vec<Date> = answers.iter().map(|(_, month)| *month).collect();
    months.sort_unstable();
    months.dedup();
    let errors = forecaster.errors(&Law::of(draw), &draw.residuals, key);
    let shifts = errors.at(&months);
    let places: HashMap<&Series, usize> = forecaster.wanted().iter().zip(0..).collect();
    let figure = |&(answer, month): &(&SurveyAnswer, Date)| {
        let place = *places.get(&series_of(answer))?;
        let shift = shifts[months.binary_search(&month).ok()?][place];
        let share = errors.published(place, month, answer.expected, shift, f64::from(answer.respondents));
        Some(((answer.survey, answer.metric, answer.segment_type, answer.segment.clone()), month, share))
    };
    answers.iter().filter_map(figure).collect()
}

/// Writes the rows as CSV, shares to six decimals.
pub fn write_table(out: &mut dyn Write, rows: &[ForecastRow]) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["survey", "metric", "segment_type", "segment", "date", "quantile", "value"])?;
    for row in rows {
        let value = (row.value * 1e6).round() / 1e6;
        let (date, quantile, value) = (row.date.to_string(), row.quantile.to_string(), value.to_string());
        table.write_record([row.survey.id(), row.metric, row.segment_type, &row.segment, &date, &quantile, &value])?;
    }
    table.flush()
}

/// Columns of a model-output file of the Hubverse.
pub const HUBVERSE_HEADER: &str =
    "origin_date,target,target_end_date,location,segment_type,output_type,output_type_id,value";

/// Writes the rows as a model-output file of the Hubverse (<https://docs.hubverse.io>): tasks in columns, quantiles as outputs. The
/// target is survey and metric, the location the segment.
pub fn write_hubverse(out: &mut dyn Write, origin: Date, rows: &[ForecastRow]) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(HUBVERSE_HEADER.split(','))?;
    for row in rows {
        let target = format!("{} {}", row.survey, row.metric);
        let value = (row.value * 1e6).round() / 1e6;
        let (origin, date) = (origin.to_string(), row.date.to_string());
        let (quantile, value) = (row.quantile.to_string(), value.to_string());
        table.write_record([&origin, &target, &date, &row.segment, row.segment_type, "quantile", &quantile, &value])?;
    }
    table.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        population::synthesise,
        prediction::CONSTANTS,
        scenario::{Scale, load},
    };
    use jiff::civil::date;
    use std::sync::atomic::AtomicBool;

    const AS_OF: Date = Date::constant(2021, 4, 30);

    struct World {
        data: Data,
        population: Population,
        scenario: Scenario,
    }

    fn world() -> World {
        let data = Data::embedded().unwrap();
        let population = synthesise(&data, 2021, Scale::Sample(8000)).unwrap();
        World { population, scenario: load("forecast", &[]).unwrap().scenario, data }
    }

    /// Draws that differ in how readily firms start, with errors of the model of so much in each group and wave.
    fn draws(number: usize, discrepancy: f64) -> Vec<Draw> {
        let draw = |i: usize| {
            let mut parameters = crate::parameters::Parameters::default();
            parameters.start_base += 0.3 * i as f64;
            let of = |name: &str| if ["wave", "all"].contains(&name) { discrepancy } else { 1.0 };
            let discrepancy = CONSTANTS.iter().map(|c| (c.name.to_string(), of(c.name))).collect();
            Draw { parameters, discrepancy, residuals: Vec::new() }
        };
        (0..number).map(draw).collect()
    }

    fn posterior(draws: Vec<Draw>) -> Posterior {
        Posterior { as_of: AS_OF, draws, gates: Vec::new(), figures: Vec::new(), tables: Vec::new() }
    }

    fn rows(world: &World, draws: Vec<Draw>, threads: usize) -> Vec<ForecastRow> {
        let World { data, population, scenario } = world;
        let stop = AtomicBool::new(false);
        let context = RunContext { threads, observe: &|_| {}, stop: &stop };
        forecast(scenario, data, population, &posterior(draws), context).unwrap()
    }

    #[test]
    fn every_figure_has_every_month_and_quantile_for_any_number_of_threads() {
        let world = world();
        let rows = rows(&world, draws(3, 0.2), 1);
        let mut figures: BTreeMap<_, Vec<&ForecastRow>> = BTreeMap::new();
        for row in &rows {
            figures.entry((row.survey, row.metric, row.segment_type, &row.segment)).or_default().push(row);
        }
        for (figure, rows) in &figures {
            // May 2021 to March 2026: 59 months, 19 quantiles.
            assert_eq!(rows.len(), 59 * 19, "{figure:?}");
            assert_eq!((rows[0].date, rows[59 * 19 - 1].date), (date(2021, 5, 31), date(2026, 3, 31)));
            for month in rows.chunks(19) {
                for (row, step) in month.iter().zip(1..) {
                    assert_eq!(row.date, month[0].date);
                    assert!((row.quantile - 0.05 * f64::from(step)).abs() < 1e-12);
                }
                assert!(month.is_sorted_by(|a, b| a.value <= b.value) && month[0].value >= 0.0);
                assert!(month[18].value <= 1.0);
            }
        }
        // Every published figure that the model answers is forecast in the same words; one question asked for the past.
        let World { data, population, scenario } = &world;
        let answers = simulate(scenario, data, population, 0, OPTIONS, &|_| true).unwrap().surveys;
        let published: Vec<&SurveyAnswer> =
            answers.iter().filter(|a| a.observed.is_some() && a.metric != "practice_apr_may_2020").collect();
        assert!(published.len() > 100);
        for a in published {
            assert!(figures.contains_key(&(a.survey, a.metric, a.segment_type, &a.segment)), "{a:?}");
        }
        let bytes = |threads| {
            let mut bytes = Vec::new();
            write_table(&mut bytes, &self::rows(&world, draws(3, 0.2), threads)).unwrap();
            bytes
        };
        let text = bytes(1);
        assert_eq!(text, bytes(2));
        let head = "survey,metric,segment_type,segment,date,quantile,value\n";
        assert!(text.starts_with(head.as_bytes()));
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        assert_eq!(lines.len(), rows.len() + 2);
    }

    /// One draw without errors of the model: 400 replicates of 1,500 respondents of a survey with design effect 1.5 have the
    /// variance 1.5 p (1 - p) / n. 5 standard errors (7 %): a false alarm once in 1.7 million; a design effect left out is
    /// found with certainty.
    #[test]
    fn without_errors_of_the_model_answers_have_their_sampling_error() {
        let answer = SurveyAnswer {
            survey: Survey::Tsr,
            wave: WAVE.to_string(),
            date: date(2025, 5, 1),
            metric: "current_practice",
            segment_type: "size",
            segment: "SME".to_string(),
            respondents: 1500,
            expected: 0.5,
            answer: 0.5,
            observed: None,
        };
        let draw = &draws(1, 0.0)[0];
        let all = [answer];
        let answers = later(&all, AS_OF);
        assert_eq!(answers[0].1, date(2025, 4, 30));
        let forecaster = Forecaster::of(&posterior(vec![draw.clone()]), asked(&answers));
        let shares: Vec<f64> = (0..400).map(|i| published(&forecaster, &answers, draw, Key::new(1, i))[0].2).collect();
        let ratio = crate::statistics::variance(&shares).unwrap() / (1.5 * 0.25 / 1500.0);
        assert!((ratio - 1.0).abs() < 5.0 * (2.0_f64 / 400.0).sqrt(), "{ratio}");
        // A month that ended by the as-of day is left out.
        assert!(later(&all, date(2025, 4, 30)).is_empty());
    }

    #[test]
    fn a_stopped_forecast_gives_nothing() {
        let World { data, population, scenario } = world();
        let stop = AtomicBool::new(true);
        let context = RunContext { threads: 2, observe: &|_| {}, stop: &stop };
        let given = forecast(&scenario, &data, &population, &posterior(draws(2, 0.0)), context);
        assert_eq!(given, Err(Interrupted));
    }
}
