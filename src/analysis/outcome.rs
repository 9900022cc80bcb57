//! What is kept of every run: each candidate KPI by fiscal year, spending, counts. [`Series`] in, [`Outcome`] out.

use super::{
    as_published::{AsPublished, DatedFigure, by_year},
    registry::Kpi,
};
use crate::{
    calendar::Week,
    engine::{RunKey, Series},
    observation::IndicatorId,
    population::Population,
    scenario::Scenario,
};
use std::ops::RangeInclusive;

/// Over what a scenario is summed up.
#[derive(Clone, Debug, PartialEq)]
pub struct Extent {
    /// Fiscal years of the run, the first and last may be cut.
    pub years: RangeInclusive<i16>,
    /// Firms of the whole population.
    pub firms: f64,
    /// Regular employees of the whole population.
    pub employees: f64,
}

impl Extent {
    /// Of a scenario on a population.
    pub fn new(scenario: &Scenario, population: &Population) -> Extent {
        let staff = population.cells.iter().map(|cell| {
            let employees = &population.employees[cell.range.clone()];
            cell.weight * employees.iter().map(|&e| f64::from(e)).sum::<f64>()
        });
        let year = |date| Week::containing(date).unwrap_or(Week(0)).fiscal_year();
        Extent {
            years: year(scenario.run.start)..=year(scenario.run.end),
            firms: population.firms() as f64,
            employees: staff.sum(),
        }
    }

    /// Place of a fiscal year.
    pub fn place(&self, year: i16) -> Option<usize> {
        self.years.contains(&year).then(|| (year - self.years.start()) as usize)
    }

    fn len(&self) -> usize {
        (self.years.end() - self.years.start() + 1).max(0) as usize
    }
}

/// One intervention in one fiscal year of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Account {
    /// Yen spent in the year.
    pub spend_yen: f64,
    /// Deliveries that were possible in the year; capacity below one delivery is carried from week to week and counted once.
    pub capacity: f64,
    /// Deliveries made in the year.
    pub deliveries: f64,
    /// Firms reached by the year's end, each counted once.
    pub firms_reached: f64,
}

/// One run in about a thousand numbers. `NAN` where a figure was not observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Which run.
    pub case: RunKey,
    /// `[kpi][year]`: the value of the last observed week.
    pub kpi: Vec<Vec<f64>>,
    /// `[kpi]`: as published, by rising dates; empty without the law.
    pub dated: Vec<Vec<DatedFigure>>,
    /// `[kpi][year]`: the year's last figure as published, or with the model error of its group.
    pub published: Vec<Vec<f64>>,
    /// `[kpi][year]`: that figure without sampling and rounding, with this replicate's model errors and the next one's.
    pub with_errors: Vec<Vec<[f64; 2]>>,
    /// `[kpi][year]`: variance of the sampling error of the surveys that show the KPI, as they would be taken that year.
    pub sampling: Vec<Vec<f64>>,
    /// `[kpi][year]`: respondents of those surveys.
    pub respondents: Vec<Vec<f64>>,
    /// `[year]`: firms that practise at the year's end.
    pub firms: Vec<f64>,
    /// `[year]`: employees who telework at the year's end.
    pub teleworkers: Vec<f64>,
    /// `[intervention][year]`, in scenario order.
    pub accounts: Vec<Vec<Account>>,
}

impl Outcome {
    /// Of one run, inside the model and (with the law) as published.
    pub fn of(case: RunKey, series: &Series, kpis: &[Kpi], extent: &Extent, law: Option<&AsPublished>) -> Outcome {
        let last = |indicator: IndicatorId, segment: &str| at_year_ends(series, indicator, segment, extent);
        let scaled = |values: Vec<f64>, by: f64| values.into_iter().map(|v| v * by).collect();
        let dated = law.map_or_else(|| vec![Vec::new(); kpis.len()], |law| law.figures(series, kpis));
        let years: Vec<_> = dated.iter().map(|figures| by_year(figures, extent)).collect();
        let of_years =
            |years: &Vec<Option<DatedFigure>>| years.iter().map(|f| f.map_or(f64::NAN, |f| f.value)).collect();
        let errors_of = |years: &Vec<Option<DatedFigure>>| {
            years.iter().map(|f| f.map_or([f64::NAN; 2], |f| f.with_errors)).collect()
        };
        let (published, with_errors) = (years.iter().map(of_years).collect(), years.iter().map(errors_of).collect());
        let (sampling, respondents) = kpis.iter().map(|kpi| surveyed(kpi, series, extent)).unzip();
        Outcome {
            case,
            kpi: kpis.iter().map(|kpi| last(kpi.indicator.id, kpi.segment)).collect(),
            dated,
            published,
            with_errors,
            sampling,
            respondents,
            firms: scaled(last(IndicatorId::CurrentPractice, "total"), extent.firms),
            teleworkers: scaled(last(IndicatorId::TeleworkersNow, "total"), extent.employees),
            accounts: series.interventions.iter().map(|i| accounts(&i.weeks, extent)).collect(),
        }
    }

    /// Yen spent by all interventions to the end of a fiscal year.
    pub fn spent_by(&self, place: usize) -> f64 {
        self.accounts.iter().flat_map(|years| years.iter().take(place + 1)).map(|year| year.spend_yen).sum()
    }
}

/// An indicator in the last week of each fiscal year in which it was observed; `NAN` where it was not.
pub(super) fn at_year_ends(series: &Series, indicator: IndicatorId, segment: &str, extent: &Extent) -> Vec<f64> {
    let mut values = vec![f64::NAN; extent.len()];
    let figures = series.indicators.iter().find(|i| i.indicator == indicator && i.segment == segment);
    for (week, value) in figures.iter().flat_map(|figure| &figure.values) {
        if let Some(place) = extent.place(week.fiscal_year()).filter(|_| value.is_finite()) {
            values[place] = f64::from(*value);
        }
    }
    values
}

/// Variance of the sampling error and respondents, by fiscal year, of the last surveys of that year that show a KPI. A
/// share p of n respondents has the variance d p (1 - p) / n with the survey's design effect d.
fn surveyed(kpi: &Kpi, series: &Series, extent: &Extent) -> (Vec<f64>, Vec<f64>) {
    let (mut variance, mut respondents) = (vec![0.0; extent.len()], vec![0.0; extent.len()]);
    for figure in kpi.measured() {
        let mut last = vec![(f64::NAN, f64::NAN); extent.len()];
        for a in &series.surveys {
            let same = (a.survey, a.metric, a.segment_type, &*a.segment)
                == (figure.survey, figure.metric, figure.segment_type, figure.segment);
            if let Some(place) = extent.place(crate::calendar::fiscal_year(a.date)).filter(|_| same) {
                let n = f64::from(a.respondents);
                last[place] = (figure.survey.design_effect() * a.expected * (1.0 - a.expected) / n, n);
            }
        }
        for (place, (of_figure, n)) in last.into_iter().enumerate() {
            variance[place] += of_figure;
            respondents[place] += n;
        }
    }
    if kpi.measured().is_empty() {
        variance.fill(f64::NAN);
        respondents.fill(f64::NAN);
    }
    (variance, respondents)
}

/// What an intervention did in each fiscal year.
pub(super) fn accounts(weeks: &[crate::engine::InterventionWeek], extent: &Extent) -> Vec<Account> {
    let mut years = vec![Account::default(); extent.len()];
    let mut reached = 0.0;
    let mut carried = 0.0;
    let mut filled = 0;
    for week in weeks {
        let Some(place) = extent.place(week.week.fiscal_year()) else { continue };
        // Years without a week of it keep what was reached before.
        years[filled.min(place)..place].iter_mut().for_each(|year| year.firms_reached = reached);
        filled = place;
        let year = &mut years[place];
        year.spend_yen += week.spend_yen;
        year.capacity += week.capacity - carried;
        year.deliveries += week.deliveries;
        carried = week.capacity - week.capacity.floor();
        reached = week.firms_reached;
        year.firms_reached = reached;
    }
    if !weeks.is_empty() {
        years[filled..].iter_mut().for_each(|year| year.firms_reached = reached);
    }
    years
}

/// The first observed week in which a KPI reaches a target.
pub fn first_reached(series: &Series, kpi: &Kpi, target: f64) -> Option<Week> {
    let figures = series.indicators.iter().find(|i| (i.indicator, &*i.segment) == (kpi.indicator.id, kpi.segment))?;
    figures.values.iter().find(|(_, value)| kpi.reaches(f64::from(*value), target)).map(|(week, _)| *week)
}
