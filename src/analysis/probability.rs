//! How likely a KPI is to reach a target, and when. Outcomes in, probabilities with their intervals out.

use super::{FIRST_YEAR, Outcome, outcome::Extent, registry::Kpi};
use crate::{calendar::Week, statistics::wilson};
use jiff::civil::Date;

/// A probability estimated from a number of runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probability {
    /// Share of the runs.
    pub share: f64,
    /// 90 % interval (Wilson 1927) for the finite number of runs.
    pub low: f64,
    /// Its other end.
    pub high: f64,
}

impl Probability {
    /// So many of so many runs; `None` of no runs.
    pub fn of(yes: usize, runs: usize) -> Option<Probability> {
        let (low, high) = wilson(yes, runs, 0.9);
        (runs > 0).then(|| Probability { share: yes as f64 / runs as f64, low, high })
    }
}

/// Probability that a KPI's figure of a fiscal year is at least a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Exceedance {
    /// Which.
    pub kpi: Kpi,
    /// Fiscal year.
    pub fiscal_year: i16,
    /// Target.
    pub target: f64,
    /// P(figure as published >= target).
    pub probability: Probability,
    /// P(value at the year's end >= target) inside the model.
    pub inside: Option<Probability>,
}

/// Steps of a KPI's targets.
const TARGETS: usize = 40;

/// Exceedance probabilities on a grid of round targets that spans every scenario's values; one grid a KPI, so that
/// scenarios and years can be laid over each other. One entry of `scenarios` is all outcomes of one scenario.
pub fn exceedance(scenarios: &[&[Outcome]], kpis: &[Kpi], extent: &Extent) -> Vec<Vec<Exceedance>> {
    let grids: Vec<Vec<f64>> = (0..kpis.len()).map(|k| grid(scenarios, k, extent)).collect();
    let of = |outcomes: &&[Outcome]| {
        let mut all = Vec::new();
        for ((k, kpi), grid) in kpis.iter().enumerate().zip(&grids) {
            for fiscal_year in FIRST_YEAR.max(*extent.years.start())..=*extent.years.end() {
                let Some(place) = extent.place(fiscal_year) else { continue };
                let values = |of: fn(&Outcome) -> &Vec<Vec<f64>>| -> Vec<f64> {
                    outcomes.iter().map(|o| of(o)[k][place]).filter(|v| v.is_finite()).collect()
                };
                let (published, inside) = (values(|o| &o.published), values(|o| &o.kpi));
                all.extend(grid.iter().filter_map(|&target| {
                    let of =
                        |values: &[f64]| Probability::of(values.iter().filter(|v| **v >= target).count(), values.len());
                    let (probability, inside) = (of(&published)?, of(&inside));
                    Some(Exceedance { kpi: *kpi, fiscal_year, target, probability, inside })
                }));
            }
        }
        all
    };
    scenarios.iter().map(of).collect()
}

fn grid(scenarios: &[&[Outcome]], kpi: usize, extent: &Extent) -> Vec<f64> {
    let first = extent.place(FIRST_YEAR.max(*extent.years.start())).unwrap_or(0);
    let values = scenarios
        .iter()
        .copied()
        .flatten()
        .flat_map(|o| o.kpi[kpi][first..].iter().chain(&o.published[kpi][first..]))
        .filter(|v| v.is_finite());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    if low > high {
        return Vec::new();
    }
    // The smallest of 1, 2, 5 times a power of ten that needs no more steps.
    let least = ((high - low) / TARGETS as f64).max(1e-6);
    let power = libm::pow(10f64, libm::log10(least).floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= least).unwrap_or(least);
    // Counted in steps, so that 0.3 is 0.3.
    let from = (low / step).floor() as i64;
    let to = (high / step).ceil() as i64;
    let inverse = 1.0 / step;
    (from..=to).map(|n| if step < 1.0 { n as f64 / inverse.round() } else { n as f64 * step }).collect()
}

/// When a KPI reaches a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// Which.
    pub kpi: Kpi,
    /// Target.
    pub target: f64,
    /// Who set it: `official`, `given` or `reference`.
    pub source: &'static str,
    /// Probability that some wave of its survey to the end of the run publishes it (without a survey: that it is reached at
    /// the end of some fiscal year).
    pub probability: Probability,
    /// Probability that some observed week of the run reaches it inside the model.
    pub inside: Option<Probability>,
    /// Probability that the figure of the last fiscal year, as published, reaches it.
    pub at_end: Option<Probability>,
    /// Monday of the week of the first such wave by which 5 %, 50 % and 95 % of the runs have reached it; `None` = later than
    /// the end.
    pub dates: [Option<Date>; 3],
}

/// Probability that a KPI's figure reaches a target, from that of each run; runs without one have `NAN`, and do not count.
pub fn attained(kpi: &Kpi, target: f64, figures: impl Iterator<Item = f64>) -> Option<Probability> {
    let figures: Vec<f64> = figures.filter(|figure| figure.is_finite()).collect();
    Probability::of(figures.iter().filter(|figure| kpi.reaches(**figure, target)).count(), figures.len())
}

/// When a target is reached, from the first week of each run that does; runs that never do have `None`.
pub fn reached(
    kpi: &Kpi,
    (target, source): (f64, &'static str),
    first: &[Option<Week>],
    inside: &[Option<Week>],
    at_end: Option<Probability>,
) -> Option<Reached> {
    let mut weeks: Vec<Week> = first.iter().flatten().copied().collect();
    weeks.sort_unstable();
    // A week in which a survey asks, not one between two: the first by which so many in a hundred runs have reached it.
    let dates = [5, 50, 95].map(|q| Some(weeks.get((q * first.len()).div_ceil(100).max(1) - 1)?.monday()));
    let inside = Probability::of(inside.iter().flatten().count(), inside.len());
    let probability = Probability::of(weeks.len(), first.len())?;
    Some(Reached { kpi: *kpi, target, source, probability, inside, at_end, dates })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::IndicatorId;

    #[test]
    fn a_target_that_few_runs_reach_has_no_late_date() {
        let kpi = Kpi::of(IndicatorId::MicIntroduction, "total").unwrap();
        let first: Vec<Option<Week>> = (0..100).map(|i| (i < 60).then_some(Week(100 + i))).collect();
        let at_end = attained(&kpi, 0.3, [0.2, f64::NAN, 0.3, 0.4, 0.1].into_iter());
        let found = reached(&kpi, (0.3, "given"), &first, &[], at_end).unwrap();
        assert_eq!((found.probability.share, found.at_end.map(|p| p.share)), (0.6, Some(0.5)));
        // The fifth and the fiftieth of the runs.
        assert_eq!(found.dates[0], Some(Week(104).monday()));
        assert_eq!(found.dates[1], Some(Week(149).monday()));
        assert_eq!(found.dates[2], None);
    }

    /// Nineteen runs reach it in one wave, one in the next, two years later: by the first wave 95 % have, and no day between
    /// the two is told.
    #[test]
    fn days_are_those_of_waves() {
        let kpi = Kpi::of(IndicatorId::MicIntroduction, "total").unwrap();
        let first: Vec<Option<Week>> = (0..20).map(|i| Some(Week(if i < 19 { 38 } else { 143 }))).collect();
        let found = reached(&kpi, (0.3, "given"), &first, &[], None).unwrap();
        assert_eq!(found.dates, [Some(Week(38).monday()); 3]);
    }
}
