//! Candidate KPIs over the replicates of a run: median and bands, weekly for pictures, by fiscal year for tables.
//!
//! A fiscal-year value is the one of the last observed week of that year. The bands are over replicates; what these
//! differ in is said by [`caveat`](super::caveat).

use super::registry::Kpi;
use crate::{calendar::fiscal_year, data::Observation, engine::Series, statistics::quantile_sorted};
use jiff::{ToSpan, civil::Date};
use std::collections::BTreeMap;

/// Quantiles that a fan shows: the 90 % band, the 50 % band, the median.
const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

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

/// A KPI in one fiscal year: a line of `kpi.csv`.
#[derive(Clone, Debug)]
pub struct KpiYear {
    /// Which.
    pub kpi: Kpi,
    /// Fiscal year.
    pub fiscal_year: i16,
    /// Monday of the week of the value.
    pub as_of: Date,
    /// 5 %, 25 %, 50 %, 75 % and 95 % of the replicates.
    pub quantiles: [f64; 5],
    /// Replicates that have a value.
    pub replicates: u32,
    /// The last figure published for this fiscal year, and the middle of its field period.
    pub published: Option<(Date, f64)>,
}

/// A KPI over all replicates, beside what was published. Figures that rest on memory alone are left out.
pub fn fan(kpi: &Kpi, series: &[Series], observations: &[Observation]) -> Fan {
    let mut values: BTreeMap<Date, Vec<f64>> = BTreeMap::new();
    let all = series.iter().flat_map(|one| &one.indicators);
    for figure in all.filter(|i| i.indicator == kpi.indicator.id && i.segment == kpi.segment) {
        for &(week, value) in figure.values.iter().filter(|(_, value)| value.is_finite()) {
            values.entry(week.monday()).or_default().push(f64::from(value));
        }
    }
    let points = values.into_iter().map(|(date, mut values)| {
        values.sort_by(f64::total_cmp);
        let quantiles = QUANTILES.map(|q| quantile_sorted(&values, q).unwrap_or(f64::NAN));
        FanPoint { date, quantiles, replicates: values.len() as u32 }
    });
    let same = |o: &&Observation| {
        kpi.published.is_some_and(|p| {
            (p.survey, p.metric, p.segment_type, p.segment) == (&*o.survey, &*o.metric, &*o.segment_type, &*o.segment)
        })
    };
    let middle = |o: &Observation| {
        let days = (o.field_end - o.field_start).get_days() / 2;
        (o.field_start.saturating_add(days.days()), o.value)
    };
    let known = observations.iter().filter(same).filter(|o| o.confidence != "memory");
    let mut published: Vec<(Date, f64)> = known.map(middle).collect();
    published.sort_by_key(|(date, _)| *date);
    Fan { kpi: *kpi, points: points.collect(), published }
}

/// The fiscal years of a fan, each with its last value.
pub fn by_fiscal_year(fan: &Fan) -> Vec<KpiYear> {
    let years: BTreeMap<i16, &FanPoint> = fan.points.iter().map(|p| (fiscal_year(p.date), p)).collect();
    let year = |(year, point): (i16, &FanPoint)| KpiYear {
        kpi: fan.kpi,
        fiscal_year: year,
        as_of: point.date,
        quantiles: point.quantiles,
        replicates: point.replicates,
        published: fan.published.iter().rfind(|(date, _)| fiscal_year(*date) == year).copied(),
    };
    years.into_iter().map(year).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{data::Data, results::folder::tests::synthetic};
    use jiff::civil::date;

    /// Replicate r of the synthetic run has 0.1 r more in every week, so the quantiles of 11 replicates are known.
    #[test]
    fn a_fiscal_year_has_its_last_week_and_the_quantiles_of_its_replicates() {
        let series: Vec<Series> = (0..11).map(synthetic).collect();
        let kpi = Kpi::of("tsr_current_practice", "total").unwrap();
        let mut observations = Data::embedded().unwrap().observations;
        // A figure that nobody has seen in print, after the last wave of the fiscal year.
        let mut remembered = observations.iter().find(|o| o.survey == "tsr_practice").unwrap().clone();
        remembered.metric = "current_practice".into();
        remembered.segment = "total".into();
        (remembered.field_start, remembered.field_end) = (date(2021, 3, 20), date(2021, 3, 21));
        remembered.confidence = "memory".into();
        observations.push(remembered);
        let years = by_fiscal_year(&fan(&kpi, &series, &observations));
        assert_eq!(years[0].fiscal_year, 2019);
        // The last Monday of fiscal 2019 was 30 March 2020.
        assert_eq!(years[0].as_of, date(2020, 3, 30));
        let spread = years[0].quantiles.map(|q| ((q - years[0].quantiles[2]) * 1e5).round() / 1e5);
        assert_eq!(spread, [-0.45, -0.25, 0.0, 0.25, 0.45]);
        assert_eq!(years[0].published, None);
        // TSR, wave 14 (1-8 March 2021): 38.4 %.
        assert_eq!(years[1].published, Some((date(2021, 3, 4), 0.384)));
    }
}
