//! What a scenario changes against another one, on the same draws, luck and emergencies. Paired outcomes in, differences out.

use super::{FIRST_YEAR, Outcome, outcome::Extent, probability::Probability, registry::Kpi};
use crate::statistics::{mean, mean_interval, normal_quantile, quantile_sorted, variance};

/// Whether the mean effect is known to have a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The 90 % interval of the mean lies above zero.
    Positive,
    /// It lies below zero.
    Negative,
    /// It holds zero.
    Undecided,
    /// Every pair is equal: the policy does nothing to this figure.
    Identical,
}

impl Direction {
    /// Word in files.
    pub fn key(self) -> &'static str {
        match self {
            Direction::Positive => "positive",
            Direction::Negative => "negative",
            Direction::Undecided => "undecided",
            Direction::Identical => "identical",
        }
    }
}

/// A paired difference of one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Mean over pairs.
    pub mean: f64,
    /// 5 % and 95 % of the pairs: where the difference of one future lies.
    pub pairs_90: (f64, f64),
    /// 90 % interval of the mean (Student t): shrinks with more pairs.
    pub mean_90: (f64, f64),
    /// Share of pairs with a positive difference.
    pub positive: Probability,
    /// Pairs.
    pub pairs: usize,
    /// How many more pairs would let the mean's interval leave zero, with a chance of 80 %, were mean and spread as found;
    /// `None` where it has left zero already, or where no number would do.
    pub pairs_to_settle: Option<u64>,
    /// What is known of the sign.
    pub direction: Direction,
}

/// Of two values for each pair; pairs without both values do not count. `None` below two pairs.
pub fn difference(reference: &[f64], with: &[f64]) -> Option<Difference> {
    let pairs = reference.iter().zip(with).filter(|(a, b)| a.is_finite() && b.is_finite());
    let mut differences: Vec<f64> = pairs.map(|(a, b)| b - a).collect();
    let (mean, spread) = (mean(&differences)?, variance(&differences)?.sqrt());
    let mean_90 = mean_interval(&differences, 0.9)?;
    let positive = Probability::of(differences.iter().filter(|d| **d > 0.0).count(), differences.len())?;
    differences.sort_by(f64::total_cmp);
    let quantile = |q| quantile_sorted(&differences, q).unwrap_or(f64::NAN);
    let direction = match mean_90 {
        _ if differences.iter().all(|d| *d == 0.0) => Direction::Identical,
        (low, _) if low > 0.0 => Direction::Positive,
        (_, high) if high < 0.0 => Direction::Negative,
        _ => Direction::Undecided,
    };
    let needed = ((normal_quantile(0.95) + normal_quantile(0.8)) * spread / mean.abs()).powi(2);
    let more = (needed - differences.len() as f64).ceil().max(1.0);
    let pairs_to_settle = (direction == Direction::Undecided && more < 1e12).then_some(more as u64);
    Some(Difference {
        mean,
        pairs_90: (quantile(0.05), quantile(0.95)),
        mean_90,
        positive,
        pairs: differences.len(),
        pairs_to_settle,
        direction,
    })
}

/// One KPI in one fiscal year, a scenario against the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct KpiDifference {
    /// Place of the KPI.
    pub kpi: usize,
    /// Fiscal year.
    pub fiscal_year: i16,
    /// Mean over the pairs with the scenario: the reference's and the difference's mean, of the same pairs.
    pub level: f64,
    /// Mean over the pairs of the reference.
    pub reference_level: f64,
    /// The paired difference.
    pub difference: Difference,
}

/// Every KPI in every fiscal year from 2021. Outcomes stand in the same order of cases.
pub fn differences(reference: &[Outcome], with: &[Outcome], kpis: &[Kpi], extent: &Extent) -> Vec<KpiDifference> {
    let mut all = Vec::new();
    for kpi in 0..kpis.len() {
        for fiscal_year in FIRST_YEAR.max(*extent.years.start())..=*extent.years.end() {
            let Some(place) = extent.place(fiscal_year) else { continue };
            let values = |outcomes: &[Outcome]| outcomes.iter().map(|o| o.kpi[kpi][place]).collect::<Vec<f64>>();
            let (reference, with) = (values(reference), values(with));
            // Levels and the change rest on the same pairs, and on the same statistic of them.
            let (reference, with): (Vec<f64>, Vec<f64>) =
                reference.into_iter().zip(with).filter(|(a, b)| a.is_finite() && b.is_finite()).unzip();
            all.extend(difference(&reference, &with).and_then(|difference| {
                let (level, reference_level) = (mean(&with)?, mean(&reference)?);
                Some(KpiDifference { kpi, fiscal_year, level, reference_level, difference })
            }));
        }
    }
    all
}

/// Median of the finite values.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    quantile_sorted(&sorted, 0.5).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Differences 1, 2, 3 on noise that both share: t = 2.92 with two degrees, so 2 -/+ 1.686.
    #[test]
    fn shared_noise_drops_out() {
        let reference = [100.0, -50.0, 7.0];
        let with = [101.0, -48.0, 10.0];
        let found = difference(&reference, &with).unwrap();
        assert_eq!((found.mean, found.pairs, found.direction), (2.0, 3, Direction::Positive));
        assert!((found.mean_90.0 - (2.0 - 2.919_986 / 3f64.sqrt())).abs() < 1e-6);
        assert_eq!((found.positive.share, found.pairs_to_settle), (1.0, None));
    }

    #[test]
    fn a_policy_that_does_nothing_is_identical_and_not_undecided() {
        let found = difference(&[0.1, 0.2, 0.3], &[0.1, 0.2, 0.3]).unwrap();
        assert_eq!((found.mean, found.mean_90, found.pairs_90), (0.0, (0.0, 0.0), (0.0, 0.0)));
        assert_eq!((found.direction, found.pairs_to_settle), (Direction::Identical, None));
        assert_eq!(difference(&[0.1], &[0.2]), None, "one pair has no interval");
    }

    /// Mean 0.1, standard deviation 1: ((1.645 + 0.842) / 0.1)^2 = 618 pairs give the test 80 % power.
    #[test]
    fn an_undecided_difference_says_how_many_more_pairs_would_settle_it() {
        let with: Vec<f64> = (0..100).map(|i| if i % 2 == 0 { 1.1 } else { -0.9 }).collect();
        let found = difference(&[0.0; 100], &with).unwrap();
        assert_eq!(found.direction, Direction::Undecided);
        let needed = found.pairs_to_settle.unwrap() as f64 + 100.0;
        // The sample's variance is 100 / 99.
        assert!((needed - 618.3 * 100.0 / 99.0).abs() < 2.0, "{needed}");
    }
}
