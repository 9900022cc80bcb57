//! Candidate KPIs over the replicates of a run: median and bands, weekly for pictures, by fiscal year for tables.
//!
//! A fiscal-year value is the one of the last observed week of that year, or of the year's last survey wave. The
//! bands are over replicates, that is, luck only: parameter uncertainty is not in them.

use super::registry::{Kpi, KpiFigure, SurveyFigure};
use crate::{calendar::fiscal_year, engine::Series, statistics::quantile_sorted};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Quantiles that a fan shows: the 90 % band, the 50 % band, the median.
const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// A KPI over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Fan {
    /// Which.
    pub kpi: Kpi,
    /// Rising dates.
    pub points: Vec<FanPoint>,
    /// Published figures of the survey beside it, rising dates.
    pub observed: Vec<(Date, f64)>,
}

/// A KPI on one date.
#[derive(Clone, Debug, PartialEq)]
pub struct FanPoint {
    /// Monday of the week, or the middle of the survey's field period.
    pub date: Date,
    /// 5 %, 25 %, 50 %, 75 % and 95 % of the replicates.
    pub quantiles: [f64; 5],
    /// Replicates that have a value.
    pub replicates: u32,
}

/// A KPI in one fiscal year: a line of `kpi.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct KpiYear {
    /// Id.
    pub kpi: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Who is counted.
    pub frame: &'static str,
    /// `share`, `days`, ...
    pub unit: &'static str,
    /// Fiscal year.
    pub fiscal_year: i16,
    /// Date of the value.
    pub as_of: Date,
    /// 5 %, 25 %, 50 %, 75 % and 95 % of the replicates.
    pub quantiles: [f64; 5],
    /// Replicates that have a value.
    pub replicates: u32,
    /// The last figure that a survey published for this fiscal year.
    pub observed: Option<f64>,
    /// That survey and its date.
    pub observed_by: Option<String>,
}

/// A KPI over all replicates; without points when the run did not observe it.
pub fn fan(kpi: &Kpi, series: &[Series]) -> Fan {
    let mut values: BTreeMap<Date, Vec<f64>> = BTreeMap::new();
    let mut observed = BTreeMap::new();
    let mut add = |date, value: f64| {
        if value.is_finite() {
            values.entry(date).or_default().push(value);
        }
    };
    for one in series {
        if let KpiFigure::Indicator { indicator, segment } = kpi.figure {
            let figures = one.indicators.iter().filter(|i| i.indicator == indicator && i.segment == segment);
            figures.flat_map(|i| &i.values).for_each(|&(week, value)| add(week.monday(), f64::from(value)));
        }
        for answer in &one.surveys {
            let figure = SurveyFigure {
                survey: answer.survey,
                metric: answer.metric,
                segment_type: answer.segment_type,
                segment: &answer.segment,
            };
            if matches!(kpi.figure, KpiFigure::Survey(wanted) if wanted == figure) {
                add(answer.date, answer.answer);
            }
            if let (Some(beside), Some(value)) = (kpi.beside(), answer.observed)
                && beside == figure
            {
                observed.insert(answer.date, value);
            }
        }
    }
    let points = values.into_iter().map(|(date, mut values)| {
        values.sort_by(f64::total_cmp);
        let quantiles = QUANTILES.map(|q| quantile_sorted(&values, q).unwrap_or(f64::NAN));
        FanPoint { date, quantiles, replicates: values.len() as u32 }
    });
    Fan { kpi: *kpi, points: points.collect(), observed: observed.into_iter().collect() }
}

/// The fiscal years of a fan, each with its last value.
pub fn by_fiscal_year(fan: &Fan) -> Vec<KpiYear> {
    let years: BTreeMap<i16, &FanPoint> = fan.points.iter().map(|p| (fiscal_year(p.date), p)).collect();
    let kpi = &fan.kpi;
    let year = |(year, point): (i16, &FanPoint)| {
        let published = fan.observed.iter().rfind(|(date, _)| fiscal_year(*date) == year);
        KpiYear {
            kpi: kpi.id,
            name: kpi.name,
            frame: kpi.frame,
            unit: kpi.unit,
            fiscal_year: year,
            as_of: point.date,
            quantiles: point.quantiles,
            replicates: point.replicates,
            observed: published.map(|(_, value)| *value),
            observed_by: kpi.beside().zip(published).map(|(by, (date, _))| format!("{} {date}", by.survey)),
        }
    };
    years.into_iter().map(year).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::folder::tests::synthetic;

    const CURRENT: Kpi = Kpi {
        id: "current_practice",
        name: "Firms that practise telework",
        frame: "all firms",
        unit: "share",
        formula: "firms that practise / firms",
        figure: KpiFigure::Indicator { indicator: "current_practice", segment: "total" },
        observed_beside: Some(SurveyFigure {
            survey: "tsr_practice",
            metric: "current_practice",
            segment_type: "size",
            segment: "total",
        }),
        target: None,
    };

    /// Replicate r of the synthetic run has 0.1 r more in every week, so the quantiles of 11 replicates are known.
    #[test]
    fn a_fiscal_year_has_its_last_week_and_the_quantiles_of_its_replicates() {
        let series: Vec<Series> = (0..11).map(synthetic).collect();
        let years = by_fiscal_year(&fan(&CURRENT, &series));
        assert_eq!(years[0].fiscal_year, 2019);
        // The last Monday of fiscal 2019 was 30 March 2020.
        assert_eq!(years[0].as_of.to_string(), "2020-03-30");
        let spread = years[0].quantiles.map(|q| ((q - years[0].quantiles[2]) * 1e5).round() / 1e5);
        assert_eq!(spread, [-0.45, -0.25, 0.0, 0.25, 0.45]);
        assert_eq!(years[0].observed, None);
        // Wave 14 of the TSR survey (1-8 March 2021): 38.4 %.
        assert_eq!(
            (years[1].observed, years[1].observed_by.as_deref()),
            (Some(0.384), Some("tsr_practice 2021-03-04"))
        );
    }
}
