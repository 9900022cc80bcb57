//! Candidate KPIs, breakdowns and survey fits over the runs of a scenario: median and bands.
//!
//! A fiscal-year value is the one of the last observed week of that year. What the runs differ in (parameters, luck,
//! later emergencies) is said by whoever shows the bands.

use super::registry::Kpi;
use crate::{
    calendar::fiscal_year,
    data::Observation,
    observation::{IndicatorId, Survey},
    statistics::{DRAWS_OF_A_RANGE, draws_of_a_tail},
};
use jiff::{ToSpan, civil::Date};
use std::collections::BTreeMap;

/// A KPI over time.
#[derive(Clone, Debug)]
pub struct Fan {
    /// Which.
    pub kpi: Kpi,
    /// Rising dates; empty when the run did not observe it.
    pub points: Vec<FanPoint>,
    /// Published figures with the same meaning, by the middle of their field periods.
    pub published: Vec<(Date, f64)>,
}

/// A KPI on one date.
#[derive(Clone, Debug, PartialEq)]
pub struct FanPoint {
    /// Monday of the week.
    pub date: Date,
    /// 5 %, 25 %, 50 %, 75 % and 95 % of the replicates.
    pub quantiles: [f64; 5],
    /// Replicates that have a value.
    pub replicates: u32,
}

impl FanPoint {
    /// The 90 % band; `None` where the replicates are too few for one.
    pub fn range_90(&self) -> Option<(f64, f64)> {
        (self.replicates >= DRAWS_OF_A_RANGE).then_some((self.quantiles[0], self.quantiles[4]))
    }
    /// The 50 % band, likewise.
    pub fn range_50(&self) -> Option<(f64, f64)> {
        (self.replicates >= draws_of_a_tail(25)).then_some((self.quantiles[1], self.quantiles[3]))
    }
}

/// A KPI in one fiscal year: a line of `kpi.csv`.
#[derive(Clone, Debug)]
pub struct KpiYear {
    /// Which.
    pub kpi: Kpi,
    /// Fiscal year.
    pub fiscal_year: i16,
    /// Monday of the week of the value inside the model.
    pub as_of: Date,
    /// Inside the model: 5 %, 25 %, 50 %, 75 % and 95 % of the replicates.
    pub quantiles: [f64; 5],
    /// The same of the year's figure as published; `NAN` where there is none.
    pub as_published: [f64; 5],
    /// Level as published that is reached with a probability of 80 % (where less is better, not passed); `NAN` where there
    /// is none.
    pub level_80: f64,
    /// Replicates that have a value.
    pub replicates: u32,
    /// The last figure published for this fiscal year, and the middle of its field period.
    pub published: Option<(Date, f64)>,
}

/// A breakdown in one month: 5 %, 50 % and 95 % of the runs.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentPoint {
    /// Indicator.
    pub indicator: IndicatorId,
    /// `class=member`, such as `prefecture=Tokyo`.
    pub segment: String,
    /// Monday of the week.
    pub date: Date,
    /// 5 %, 50 % and 95 %.
    pub quantiles: [f64; 3],
}

/// A figure of a published survey wave beside what the simulated survey answered.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyFit {
    /// Survey.
    pub survey: Survey,
    /// Wave.
    pub wave: String,
    /// Middle of the field period.
    pub date: Date,
    /// Metric.
    pub metric: &'static str,
    /// Kind of segment.
    pub segment_type: &'static str,
    /// Segment.
    pub segment: String,
    /// Respondents.
    pub respondents: u32,
    /// What was published.
    pub observed: f64,
    /// 5 %, 50 % and 95 % of the simulated answers.
    pub quantiles: [f64; 3],
    /// Mean of what endless respondents would have answered.
    pub expected: f64,
}

/// Published figures with a KPI's meaning, by the middle of their field periods, with their confidence. Figures that rest
/// on memory alone are left out.
pub fn published<'a>(kpi: &Kpi, observations: &'a [Observation]) -> Vec<(Date, &'a Observation)> {
    let same = |o: &&Observation| {
        kpi.published.is_some_and(|p| {
            (p.survey.id(), p.metric, p.segment_type, p.segment)
                == (&*o.survey, &*o.metric, &*o.segment_type, &*o.segment)
        })
    };
    let middle = |o: &'a Observation| {
        let days = (o.field_end - o.field_start).get_days() / 2;
        (o.field_start.saturating_add(days.days()), o)
    };
    let known = observations.iter().filter(same).filter(|o| o.confidence != "memory");
    let mut published: Vec<_> = known.map(middle).collect();
    published.sort_by_key(|(date, _)| *date);
    published
}

/// The fiscal years of a fan, each with its last value.
pub fn by_fiscal_year(fan: &Fan) -> Vec<KpiYear> {
    let years: BTreeMap<i16, &FanPoint> = fan.points.iter().map(|p| (fiscal_year(p.date), p)).collect();
    let year = |(year, point): (i16, &FanPoint)| KpiYear {
        kpi: fan.kpi,
        fiscal_year: year,
        as_of: point.date,
        quantiles: point.quantiles,
        as_published: [f64::NAN; 5],
        level_80: f64::NAN,
        replicates: point.replicates,
        published: fan.published.iter().rfind(|(date, _)| fiscal_year(*date) == year).copied(),
    };
    years.into_iter().map(year).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{analysis::digest, data::Data, engine::RunKey, results::synthetic};
    use jiff::civil::date;
    use std::sync::Arc;

    /// Replicate r of the synthetic run has 0.1 r more in every week, so the quantiles of 11 replicates are known.
    #[test]
    fn a_fiscal_year_has_its_last_week_and_the_quantiles_of_its_replicates() {
        let kpi = Kpi::of(IndicatorId::TsrCurrentPractice, "total").unwrap();
        let mut observations = Data::embedded().unwrap().observations;
        // A figure that nobody has seen in print, after the last wave of the fiscal year.
        let mut remembered = observations.iter().find(|o| o.survey == Survey::Tsr.id()).unwrap().clone();
        remembered.metric = "current_practice".into();
        remembered.segment = "total".into();
        (remembered.field_start, remembered.field_end) = (date(2021, 3, 20), date(2021, 3, 21));
        remembered.confidence = "memory".into();
        observations.push(remembered);
        let cases: Vec<RunKey> = (0..11).map(RunKey::from).collect();
        let found = digest(&|case| Ok(Arc::new(synthetic(case.noise))), &cases, &[kpi], &observations).unwrap();
        let years = by_fiscal_year(&found.fans[0]);
        assert_eq!(years[0].fiscal_year, 2019);
        // The last Monday of fiscal 2019 was 30 March 2020.
        assert_eq!(years[0].as_of, date(2020, 3, 30));
        let spread = years[0].quantiles.map(|q| ((q - years[0].quantiles[2]) * 1e5).round() / 1e5);
        assert_eq!(spread, [-0.45, -0.25, 0.0, 0.25, 0.45]);
        assert_eq!(years[0].published, None);
        // TSR, wave 14 (1-8 March 2021): 38.4 %.
        assert_eq!(years[1].published, Some((date(2021, 3, 4), 0.384)));
        // The survey's own replicates all answered 30.1 %.
        assert_eq!((found.fit[0].observed, found.fit[0].quantiles), (0.384, [0.301; 3]));
    }
}
