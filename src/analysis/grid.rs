//! Weekly figures over all runs: fans, breakdowns and survey fits. Runs in, quantiles out.
//!
//! All values of a figure must be there at once to take its quantiles, but not of all figures: as many as fit into a
//! fixed room are read from the runs in one go, the others in the next, so memory does not grow with the number of runs.

use super::{
    Source,
    fan::{Fan, FanPoint, SegmentPoint, SurveyFit, published},
    registry::Kpi,
};
use crate::{
    calendar::Week,
    data::Observation,
    engine::{RunKey, Series},
    error::Problem,
    observation::{Cadence, IndicatorId},
    statistics::{QUANTILES, quantile_sorted},
};
use rayon::prelude::*;
use std::{collections::HashMap, ops::Range};

/// Values held at once.
const ROOM: usize = 8 << 20;

/// Indicator whose breakdowns are shown.
const BROKEN_DOWN: IndicatorId = IndicatorId::CurrentPractice;

/// What weekly figures come to over all runs.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// Candidate KPIs, in order.
    pub fans: Vec<Fan>,
    /// Breakdowns of current practice by month: prefecture, industry, size, region.
    pub segments: Vec<SegmentPoint>,
    /// Published survey waves.
    pub fit: Vec<SurveyFit>,
}

/// One figure over time.
struct Course {
    indicator: IndicatorId,
    segment: String,
    weeks: Vec<Week>,
}

/// The quantiles of all weekly figures.
///
/// # Errors
/// A run that cannot be read.
pub fn digest(source: Source, cases: &[RunKey], kpis: &[Kpi], observations: &[Observation]) -> Result<Digest, Problem> {
    let Some(&first) = cases.first() else { return Ok(Digest::default()) };
    let layout = source(first)?;
    let mut rows: Vec<Course> = kpis.iter().map(|kpi| row(kpi.indicator.id, kpi.segment, &layout)).collect();
    let broken_down = layout.indicators.iter().filter(|i| i.indicator == BROKEN_DOWN && i.segment.contains('='));
    rows.extend(broken_down.map(|i| {
        let mut row = row(i.indicator, &i.segment, &layout);
        row.weeks.retain(|week| week.closes_month());
        row
    }));
    let asked: Vec<usize> = (0..layout.surveys.len()).filter(|&a| layout.surveys[a].observed.is_some()).collect();
    let columns = rows.iter().map(|row| row.weeks.len()).sum::<usize>() + 2 * asked.len();
    let block = (ROOM / cases.len()).max(1);
    let mut summaries = Vec::with_capacity(columns);
    let mut begin = 0;
    while begin < columns {
        let wanted = begin..(begin + block).min(columns);
        let mut values = vec![f64::NAN; wanted.len() * cases.len()];
        for (run, &case) in cases.iter().enumerate() {
            let series = if case == first { layout.clone() } else { source(case)? };
            fill(&rows, &asked, &series, &wanted, |column, value| {
                values[(column - wanted.start) * cases.len() + run] = value;
            });
        }
        summaries.par_extend(values.par_chunks_mut(cases.len()).map(summary));
        begin = wanted.end;
    }
    let mut at = summaries.into_iter();
    let mut points = |row: &Course| -> Vec<FanPoint> {
        let point = |(week, (quantiles, _, replicates)): (&Week, (_, _, u32))| {
            (replicates > 0).then(|| FanPoint { date: week.monday(), quantiles, replicates })
        };
        row.weeks.iter().zip(at.by_ref()).filter_map(point).collect()
    };
    let mut digest = Digest::default();
    for (kpi, row) in kpis.iter().zip(&rows) {
        let published = published(kpi, observations).into_iter().map(|(date, o)| (date, o.value)).collect();
        digest.fans.push(Fan { kpi: *kpi, points: points(row), published });
    }
    for row in &rows[kpis.len()..] {
        let of = |point: FanPoint| SegmentPoint {
            indicator: row.indicator,
            segment: row.segment.clone(),
            date: point.date,
            quantiles: outer(point.quantiles),
        };
        digest.segments.extend(points(row).into_iter().map(of));
    }
    for answer in asked.into_iter().map(|a| &layout.surveys[a]) {
        let (Some((quantiles, ..)), Some((_, expected, _))) = (at.next(), at.next()) else { break };
        digest.fit.push(SurveyFit {
            survey: answer.survey,
            wave: answer.wave.clone(),
            date: answer.date,
            metric: answer.metric,
            segment_type: answer.segment_type,
            segment: answer.segment.clone(),
            respondents: answer.respondents,
            observed: answer.observed.unwrap_or(f64::NAN),
            quantiles: outer(quantiles),
            expected,
        });
    }
    Ok(digest)
}

/// The weeks in which an indicator is read.
fn row(indicator: IndicatorId, segment: &str, layout: &Series) -> Course {
    let monthly = indicator.describe().cadence == Cadence::Monthly;
    // Some indicator is read every week.
    let weekly = layout.indicators.iter().max_by_key(|figure| figure.values.len());
    let weeks = weekly.into_iter().flat_map(|figure| &figure.values).map(|(week, _)| *week);
    Course {
        indicator,
        segment: segment.to_string(),
        weeks: weeks.filter(|week| !monthly || week.closes_month()).collect(),
    }
}

/// Hands every wanted value of a run on: those of the rows, then answer and expectation of every published figure.
fn fill(rows: &[Course], asked: &[usize], series: &Series, wanted: &Range<usize>, mut put: impl FnMut(usize, f64)) {
    let figures: HashMap<(IndicatorId, &str), &Vec<(Week, f32)>> =
        series.indicators.iter().map(|i| ((i.indicator, &*i.segment), &i.values)).collect();
    let mut column = 0;
    for row in rows {
        let range = column..column + row.weeks.len();
        column = range.end;
        if range.end <= wanted.start || wanted.end <= range.start {
            continue;
        }
        let Some(values) = figures.get(&(row.indicator, &*row.segment)) else { continue };
        let mut at = values.iter().peekable();
        for (column, week) in range.zip(&row.weeks) {
            while at.next_if(|(seen, _)| seen < week).is_some() {}
            let value = at.peek().filter(|(seen, value)| seen == week && value.is_finite());
            if let Some((_, value)) = value.filter(|_| wanted.contains(&column)) {
                put(column, f64::from(*value));
            }
        }
    }
    for &a in asked {
        let Some(answer) = series.surveys.get(a) else { continue };
        for value in [answer.answer, answer.expected] {
            if wanted.contains(&column) {
                put(column, value);
            }
            column += 1;
        }
    }
}

/// Quantiles, mean and number of the values that are there.
fn summary(values: &mut [f64]) -> ([f64; 5], f64, u32) {
    // Missing values are NaN and sort to the end.
    values.sort_by(f64::total_cmp);
    let there = values.partition_point(|value| !value.is_nan());
    let values = &values[..there];
    let quantiles = QUANTILES.map(|q| quantile_sorted(values, q).unwrap_or(f64::NAN));
    (quantiles, values.iter().sum::<f64>() / there as f64, there as u32)
}

fn outer([low, _, median, _, high]: [f64; 5]) -> [f64; 3] {
    [low, median, high]
}
