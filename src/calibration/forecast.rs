//! The forecast as of a day: monthly predictive distributions of every simulated survey figure. Scenario, tables, firms,
//! posterior draws in; rows of quantiles out.
//!
//! One predictive draw of a figure is the answer that the simulated survey gets (sampling error included) under one
//! posterior draw, moved on the log-odds scale by two errors of the model:
//!
//! - its **discrepancy**, normal with the standard deviation that the posterior draw gives for the figure's group; one
//!   for each figure, kept over all months;
//! - its **drift**: what slowly goes wrong as the world moves away from the one that the model was fitted to. A random
//!   walk from the as-of date on with [`DRIFT_PER_YEAR`]; one walk for a survey, shared by all its figures, and a smaller
//!   one of each figure's own ([`OWN_DRIFT`]). Firms that say *never* or *stopped* move against those that practise.
//!
//! Only the distribution of each single figure is given out; figures of one draw that must add up (now, stopped, never)
//! do so before these errors. An answer of exactly 0 or 1 stays what it is.

use super::likelihood::{GROUPS, group_of};
use crate::{
    calendar::Week,
    data::{Data, Draw},
    engine::{Interrupted, Observe, Options, Progress, SurveyAnswer, simulate},
    population::Population,
    random::{Key, Purpose, philox},
    scenario::Scenario,
    statistics::quantile_sorted,
};
use jiff::civil::Date;
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

/// Standard deviation of a year's drift in log odds: about 4 points a year at 50 %, 1.4 points at 10 %. Assumed, since no
/// series published by April 2021 is long enough to estimate it. The longest is MIC's introduction rate before COVID-19,
/// when the conditions that the model knows stood still: less its steady rise (0.11) and its sampling error, it wandered by
/// about 0.20 a year over single years from 2015 to 2019, and by about 0.12 a year over three years together.
pub const DRIFT_PER_YEAR: f64 = 0.15;
/// The figure's own part of the drift, as a share of its standard deviation: a quarter of its variance (assumed).
pub const OWN_DRIFT: f64 = 0.5;
/// Weeks a year.
const YEAR: f64 = 52.18;
/// Quantiles given: 0.05, 0.10 ... 0.95.
const STEPS: u32 = 20;
/// What is observed of a run.
const OPTIONS: Options = Options { panel: false, observe: Observe::MonthlySurveys };
/// Label of the waves asked at each month's end.
const WAVE: &str = "forecast";

/// One quantile of one figure at one month's end. The first four are spelt as in `data/observations`.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastRow {
    /// Survey id.
    pub survey: &'static str,
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

/// Predictive quantiles for every month that ends after `as_of`, rows sorted by their columns. The same for any number of
/// `threads` (0 = all cores). A figure that has no answer in some draws has its quantiles from the others.
///
/// # Errors
/// [`Interrupted`] when `stop` was set.
#[allow(clippy::too_many_arguments)]
pub fn forecast(
    scenario: &Scenario,
    data: &Data,
    population: &Population,
    as_of: Date,
    draws: &[Draw],
    threads: usize,
    observe: &(dyn Fn(Progress) + Sync),
    stop: &AtomicBool,
) -> Result<Vec<ForecastRow>, Interrupted> {
    let first = Week::containing(scenario.run.start).unwrap_or(Week(0)).0;
    let last = Week::containing(scenario.run.end).map_or(first, |week| week.0);
    let total = u64::from(last - first + 1) * draws.len() as u64;
    let done = AtomicU64::new(0);
    let goes_on = |_| {
        observe(Progress { done: done.fetch_add(1, Ordering::Relaxed), total });
        !stop.load(Ordering::Relaxed)
    };
    let one = |(number, draw): (usize, &Draw)| {
        let replicate = number as u32;
        let scenario = Scenario { parameters: draw.parameters.clone(), ..scenario.clone() };
        let series = simulate(&scenario, data, population, replicate, OPTIONS, &goes_on).ok_or(Interrupted)?;
        let mut error = ModelError::new(draw, Key::new(scenario.run.seed, replicate), as_of, DRIFT_PER_YEAR);
        Ok(error.moved(&series.surveys))
    };
    let run = || draws.par_iter().enumerate().map(one).collect::<Result<Vec<_>, Interrupted>>();
    let drawn = match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(run),
        // Without a pool of its own (no more threads to be had) the forecast uses the common one.
        Err(_) => run(),
    }?;
    observe(Progress { done: done.load(Ordering::Relaxed), total });
    Ok(quantiles(drawn.into_iter().flatten()))
}

/// A figure: survey, metric, segment type, segment.
type Figure = (&'static str, &'static str, &'static str, String);

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

/// What one posterior draw lets the model be wrong by.
struct ModelError<'a> {
    draw: &'a Draw,
    key: Key,
    as_of: Date,
    drift_per_year: f64,
    /// Walks drawn so far, by who walks: position after 0, 1, 2 ... weeks, variance 1 a year.
    walks: HashMap<String, Vec<f64>>,
}

impl ModelError<'_> {
    fn new(draw: &Draw, key: Key, as_of: Date, drift_per_year: f64) -> ModelError<'_> {
        ModelError { draw, key, as_of, drift_per_year, walks: HashMap::new() }
    }

    /// The answers of the monthly waves after the as-of date, moved.
    fn moved(&mut self, answers: &[SurveyAnswer]) -> Vec<(Figure, Date, f64)> {
        let mut moved = Vec::new();
        for answer in answers.iter().filter(|answer| answer.wave == WAVE && answer.answer.is_finite()) {
            let Some(week) = Week::containing(answer.date) else { continue };
            let month = week.monday().last_of_month();
            if month <= self.as_of {
                continue;
            }
            let odds = self.shift(answer, week).exp();
            let share = answer.answer * odds / (1.0 - answer.answer + answer.answer * odds);
            let figure = (answer.survey, answer.metric, answer.segment_type, answer.segment.clone());
            moved.push((figure, month, share));
        }
        moved
    }

    /// Discrepancy and drift of a figure in a week, in log odds.
    fn shift(&mut self, answer: &SurveyAnswer, week: Week) -> f64 {
        let SurveyAnswer { survey, metric, segment_type, segment, .. } = answer;
        let group = GROUPS[group_of(survey, metric, segment_type, segment)];
        let sd = self.draw.discrepancy.iter().find(|(name, _)| name == group).map_or(0.0, |(_, sd)| *sd);
        let figure = format!("{survey}/{metric}/{segment_type}/{segment}");
        let discrepancy = sd * self.key.normal(subject(&figure), 0, Purpose::Discrepancy);
        let against = ["never_practised", "stopped"].contains(metric);
        let shared = self.walk(survey, week) * if against { -1.0 } else { 1.0 };
        let own = self.walk(&figure, week);
        discrepancy + self.drift_per_year * ((1.0 - OWN_DRIFT * OWN_DRIFT).sqrt() * shared + OWN_DRIFT * own)
    }

    /// Where a walker is in a week: each week's step is a draw of its own, so that it does not matter which are asked for.
    fn walk(&mut self, walker: &str, week: Week) -> f64 {
        let start = Week::containing(self.as_of).unwrap_or(Week(0)).0;
        let weeks = week.0.saturating_sub(start) as usize;
        if !self.walks.contains_key(walker) {
            self.walks.insert(walker.to_string(), vec![0.0]);
        }
        let Some(walk) = self.walks.get_mut(walker) else { return 0.0 };
        while walk.len() <= weeks {
            let week = start + walk.len() as u32;
            let step = self.key.normal(subject(walker), week, Purpose::Discrepancy) / YEAR.sqrt();
            walk.push(walk[walk.len() - 1] + step);
        }
        walk[weeks]
    }
}

/// A figure's or survey's name as the subject of its draws.
fn subject(name: &str) -> u32 {
    name.bytes().fold([0, 0], |[a, b], byte| philox(a ^ u32::from(byte), b, 0x666f_7265))[0]
}

/// Writes the rows as CSV, shares to six decimals.
pub fn write_table(out: &mut dyn Write, rows: &[ForecastRow]) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["survey", "metric", "segment_type", "segment", "date", "quantile", "value"])?;
    for row in rows {
        let value = (row.value * 1e6).round() / 1e6;
        let (date, quantile, value) = (row.date.to_string(), row.quantile.to_string(), value.to_string());
        table.write_record([row.survey, row.metric, row.segment_type, &row.segment, &date, &quantile, &value])?;
    }
    table.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        population::synthesise,
        scenario::{Scale, load},
        statistics::{pearson, variance},
    };
    use jiff::civil::date;

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

    /// Draws that differ in how readily firms start, with a discrepancy.
    fn draws(number: usize, discrepancy: f64) -> Vec<Draw> {
        let draw = |i: usize| {
            let mut parameters = crate::parameters::Parameters::default();
            parameters.start_base += 0.3 * i as f64;
            Draw { parameters, discrepancy: GROUPS.map(|group| (group.to_string(), discrepancy)).to_vec() }
        };
        (0..number).map(draw).collect()
    }

    fn rows(world: &World, draws: &[Draw], threads: usize) -> Vec<ForecastRow> {
        let World { data, population, scenario } = world;
        let stop = AtomicBool::new(false);
        forecast(scenario, data, population, AS_OF, draws, threads, &|_| {}, &stop).unwrap()
    }

    #[test]
    fn every_figure_has_every_month_and_quantile_for_any_number_of_threads() {
        let world = world();
        let rows = rows(&world, &draws(3, 0.2), 1);
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
            write_table(&mut bytes, &self::rows(&world, &draws(3, 0.2), threads)).unwrap();
            bytes
        };
        let text = bytes(1);
        assert_eq!(text, bytes(2));
        let head = "survey,metric,segment_type,segment,date,quantile,value\n";
        assert!(text.starts_with(head.as_bytes()));
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        assert_eq!(lines.len(), rows.len() + 2);
    }

    /// Two draws without errors of the model: the median is the mean of the two simulated answers, and the 95 % quantile
    /// lies 0.95 of the way between them.
    #[test]
    fn without_errors_the_quantiles_are_those_of_the_answers() {
        let mut world = world();
        world.scenario.run.end = date(2021, 8, 31);
        let draws = draws(2, 0.0);
        let World { data, population, scenario } = &world;
        let mut answers: BTreeMap<(Figure, Date), Vec<f64>> = BTreeMap::new();
        let mut moved = Vec::new();
        for (replicate, draw) in (0..).zip(&draws) {
            let scenario = Scenario { parameters: draw.parameters.clone(), ..scenario.clone() };
            let series = simulate(&scenario, data, population, replicate, OPTIONS, &|_| true).unwrap();
            moved.extend(ModelError::new(draw, Key::new(1, replicate), AS_OF, 0.0).moved(&series.surveys));
            for a in series.surveys.iter().filter(|a| a.wave == "forecast" && a.date > date(2021, 5, 20)) {
                let figure = (a.survey, a.metric, a.segment_type, a.segment.clone());
                answers.entry((figure, a.date)).or_default().push(a.answer);
            }
        }
        let rows = quantiles(moved.into_iter());
        assert_eq!(rows.len(), answers.len() * 19);
        for (rows, pair) in rows.chunks(19).zip(answers.values()) {
            let (low, high) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
            assert!((rows[9].value - (low + high) / 2.0).abs() < 1e-12);
            assert!((rows[18].value - (low + 0.95 * (high - low))).abs() < 1e-12);
        }
    }

    fn answer(metric: &'static str, segment: &str, survey: &'static str) -> SurveyAnswer {
        SurveyAnswer {
            survey,
            wave: WAVE.to_string(),
            date: date(2025, 5, 1),
            metric,
            segment_type: "size",
            segment: segment.to_string(),
            respondents: 1000,
            expected: 0.5,
            answer: 0.5,
            observed: None,
        }
    }

    /// 4,000 draws four years (209 weeks) on: variance sd^2 + 0.15^2 * 209 / 52.18; two segments of a survey share three
    /// quarters of the drift, two surveys nothing, *never* goes against *now*. Tolerances of 5 standard errors (variance
    /// 2.2 %, correlation 0.016): a false alarm once in 1.7 million each.
    #[test]
    fn errors_of_the_model_have_the_stated_variance() {
        let week = Week(Week::containing(AS_OF).unwrap().0 + 209);
        let figures = [
            answer("current_practice", "SME", "tsr_practice"),
            answer("current_practice", "large", "tsr_practice"),
            answer("never_practised", "SME", "tsr_practice"),
            answer("introduced", "total", "mic_introduction"),
        ];
        let shifts = |sd: f64| -> Vec<Vec<f64>> {
            let draw = draws(1, sd).remove(0);
            let each = |number: u32| {
                let mut error = ModelError::new(&draw, Key::new(3, number), AS_OF, DRIFT_PER_YEAR);
                figures.each_ref().map(|figure| error.shift(figure, week))
            };
            let all: Vec<[f64; 4]> = (0..4000).map(each).collect();
            (0..4).map(|i| all.iter().map(|one| one[i]).collect()).collect()
        };
        let drift = 0.15_f64.powi(2) * 209.0 / 52.18;
        for sd in [0.0, 0.3] {
            let found = shifts(sd);
            for figure in &found {
                let ratio = variance(figure).unwrap() / (drift + sd * sd);
                assert!((ratio - 1.0).abs() < 5.0 * (2.0_f64 / 4000.0).sqrt(), "{ratio}");
            }
            let shared = 0.75 * drift / (drift + sd * sd);
            for (other, expected) in [(1, shared), (2, -shared), (3, 0.0)] {
                let correlation = pearson(&found[0], &found[other]).unwrap();
                assert!((correlation - expected).abs() < 5.0 / 4000.0_f64.sqrt(), "{other}: {correlation}");
            }
        }
    }

    /// By hand: log odds 0 moved by ln 3 are a share of 3/4; nothing moves a certain answer; a month that ended by the
    /// as-of date is left out.
    #[test]
    fn answers_move_in_log_odds() {
        let draw = draws(1, 1.0).remove(0);
        let mut error = ModelError::new(&draw, Key::new(3, 0), AS_OF, 0.0);
        let mut figures: Vec<SurveyAnswer> =
            (0..4).map(|_| answer("introduced", "total", "mic_introduction")).collect();
        (figures[1].answer, figures[2].answer, figures[3].date) = (0.0, 1.0, date(2021, 4, 28));
        let shift = error.shift(&figures[0], Week(270));
        let moved: Vec<f64> = error.moved(&figures).into_iter().map(|(_, _, share)| share).collect();
        assert_eq!(moved.len(), 3);
        assert!(((moved[0] / (1.0 - moved[0])).ln() - shift).abs() < 1e-12 && shift.abs() > 1e-3);
        assert_eq!(moved[1..], [0.0, 1.0]);
    }

    #[test]
    fn a_stopped_forecast_gives_nothing() {
        let World { data, population, scenario } = world();
        let stop = AtomicBool::new(true);
        let given = forecast(&scenario, &data, &population, AS_OF, &draws(2, 0.0), 2, &|_| {}, &stop);
        assert_eq!(given, Err(Interrupted));
    }
}
