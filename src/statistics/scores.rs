//! Scores of probabilistic forecasts; smaller is better, in the unit of what is forecast.
//!
//! Source: Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation", sections 4.2
//! and 6.2; for draws, Ferro (2014), "Fair scores for ensemble forecasts".

/// Continuous ranked probability score of the distribution that puts equal weight on each of `sorted` (rising values),
/// `mean |X - y| - mean |X - X'| / 2` over all pairs: exact for a distribution given as a grid of quantiles.
/// `None` of nothing.
pub fn crps_of_distribution(sorted: &[f64], observed: f64) -> Option<f64> {
    crps(sorted, observed, sorted.len())
}

/// The fair score: from m draws (rising values) an unbiased estimate of the score of the distribution that they were
/// drawn from. Pairs of different draws only: m (m - 1) of them. Can be below 0 by chance; `None` for fewer than two.
pub fn crps_of_draws(sorted: &[f64], observed: f64) -> Option<f64> {
    if sorted.len() > 1 { crps(sorted, observed, sorted.len() - 1) } else { None }
}

/// `partners`: how many values each value is compared with in the mean difference.
fn crps(sorted: &[f64], observed: f64, partners: usize) -> Option<f64> {
    let m = sorted.len() as f64;
    let off: f64 = sorted.iter().map(|x| (x - observed).abs()).sum();
    // Of sorted values x_0 <= x_1 <= ... the sum of x_j - x_i over i < j.
    let apart: f64 = sorted.iter().enumerate().map(|(i, x)| (2.0 * i as f64 + 1.0 - m) * x).sum();
    (partners > 0).then(|| off / m - apart / (m * partners as f64))
}

/// Interval score of a central interval of probability `level`, such as 0.9: its width, and 2 / (1 - level) for each
/// unit by which it misses.
pub fn interval_score((low, high): (f64, f64), level: f64, observed: f64) -> f64 {
    (high - low) + 2.0 / (1.0 - level) * ((low - observed).max(0.0) + (observed - high).max(0.0))
}

/// Weighted interval score of a distribution given by rising values of equal weight: of the median and the central intervals
/// of 10, 20 ... 90 and 95 %. Source: Bracher, Ray, Gneiting and Reich (2021), "Evaluating epidemic forecasts in an interval
/// format". `None` of nothing.
pub fn weighted_interval_score(sorted: &[f64], observed: f64) -> Option<f64> {
    let quantile = |p| super::quantile_sorted(sorted, p);
    let levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
    let mut sum = 0.5 * (observed - quantile(0.5)?).abs();
    for level in levels {
        let ends = (quantile(0.5 - level / 2.0)?, quantile(0.5 + level / 2.0)?);
        sum += 0.5 * (1.0 - level) * interval_score(ends, level, observed);
    }
    Some(sum / (levels.len() as f64 + 0.5))
}

/// Share of the observed values inside their interval, ends included; `None` of nothing.
pub fn coverage(cases: &[((f64, f64), f64)]) -> Option<f64> {
    let inside = cases.iter().filter(|((low, high), observed)| (*low..=*high).contains(observed)).count();
    (!cases.is_empty()).then(|| inside as f64 / cases.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        random::{Key, Purpose},
        statistics::{mean, normal_cdf, normal_quantile},
    };
    use std::f64::consts::PI;

    /// Closed form for a standard normal forecast (Gneiting and Raftery 2007, equation 21 with the opposite sign).
    fn crps_of_standard_normal(y: f64) -> f64 {
        y * (2.0 * normal_cdf(y) - 1.0) + 2.0 * libm::exp(-y * y / 2.0) / (2.0 * PI).sqrt() - 1.0 / PI.sqrt()
    }

    #[test]
    fn a_grid_of_normal_quantiles_has_the_closed_form_score() {
        let grid: Vec<f64> = (0..20_000).map(|i| normal_quantile((f64::from(i) + 0.5) / 20_000.0)).collect();
        // At y = 0 the closed form is (sqrt 2 - 1) / sqrt pi = 0.233695.
        assert!((crps_of_standard_normal(0.0) - 0.233_695).abs() < 1e-6);
        for y in [-2.5, -0.3, 0.0, 1.0, 4.0] {
            let score = crps_of_distribution(&grid, y).unwrap();
            assert!((score - crps_of_standard_normal(y)).abs() < 1e-4, "{y}: {score}");
        }
    }

    /// 20,000 forecasts of 3 draws each: the mean fair score is that of the distribution; the usual score of so few
    /// draws is too large by (mean |X - X'|) / 6 = 0.188. 5 standard errors: a false alarm once in 1.7 million; a bias
    /// of 0.03 is found nine times in ten.
    #[test]
    fn the_score_of_draws_is_unbiased() {
        let y = 0.7;
        let fair: Vec<f64> = (0..20_000)
            .map(|i| {
                let mut draws = [0, 1, 2].map(|j| Key::new(5, 0).normal(i, j, Purpose::Survey));
                draws.sort_by(f64::total_cmp);
                crps_of_draws(&draws, y).unwrap()
            })
            .collect();
        let se = (crate::statistics::variance(&fair).unwrap() / fair.len() as f64).sqrt();
        let found = mean(&fair).unwrap();
        assert!((found - crps_of_standard_normal(y)).abs() < 5.0 * se && se < 0.005, "{found} +- {se}");
    }

    /// Over many levels the score tends to the CRPS (Bracher et al. 2021, section 2.2); ten levels come within a tenth.
    #[test]
    fn the_weighted_interval_score_is_about_the_crps() {
        let grid: Vec<f64> = (0..20_000).map(|i| normal_quantile((f64::from(i) + 0.5) / 20_000.0)).collect();
        for y in [-1.5, 0.0, 0.8] {
            let score = weighted_interval_score(&grid, y).unwrap();
            assert!((score / crps_of_standard_normal(y) - 1.0).abs() < 0.1, "{y}: {score}");
        }
        assert_eq!(weighted_interval_score(&[], 0.0), None);
        // One value everywhere: 10.5 distances over 10.5.
        assert!((weighted_interval_score(&[1.0; 9], 3.0).unwrap() - 2.0).abs() < 1e-12);
    }

    /// By hand: draws 1, 2, 4 against 3: mean distance 4/3; mean difference over 9 pairs 12/9, over 6 pairs 12/6.
    #[test]
    fn scores_by_hand() {
        let draws = [1.0, 2.0, 4.0];
        assert!((crps_of_distribution(&draws, 3.0).unwrap() - (4.0 / 3.0 - 6.0 / 9.0)).abs() < 1e-15);
        assert!((crps_of_draws(&draws, 3.0).unwrap() - (4.0 / 3.0 - 1.0)).abs() < 1e-15);
        assert_eq!((crps_of_draws(&[1.0], 0.0), crps_of_distribution(&[], 0.0)), (None, None));
        assert_eq!(interval_score((1.0, 3.0), 0.5, 2.0), 2.0);
        assert_eq!(interval_score((1.0, 3.0), 0.5, 0.5), 2.0 + 4.0 * 0.5);
        assert_eq!(interval_score((1.0, 3.0), 0.75, 4.0), 2.0 + 8.0);
        assert_eq!(coverage(&[((0.0, 1.0), 1.0), ((0.0, 1.0), 2.0)]), Some(0.5));
        assert_eq!(coverage(&[]), None);
    }
}
