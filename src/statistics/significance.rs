//! Two tests: whether ranks are uniform, and whether paired differences have a centre other than 0.

use super::mean;
use crate::random::{Key, philox};

/// Up to so many pairs every flip of signs is tried.
const EXACT_PAIRS: usize = 20;
/// Random flips beyond.
const FLIPS: u32 = 99_999;

/// p-value of the hypothesis that ranks of simulation-based calibration are uniform on `0..possible`.
///
/// Pearson's chi-square over bins of as equal width as can be, at least five ranks expected in each where there are ten
/// ranks or more, at most twenty bins; p from the chi-square distribution, an approximation for few ranks. Source:
/// Talts, Betancourt, Simpson, Vehtari and Gelman (2018), "Validating Bayesian inference algorithms with
/// simulation-based calibration". `None` without ranks, for fewer than two possible ones, or for a rank outside.
pub fn uniform_ranks(ranks: &[usize], possible: usize) -> Option<f64> {
    if ranks.is_empty() || possible < 2 || ranks.iter().any(|&rank| rank >= possible) {
        return None;
    }
    let bins = (ranks.len() / 5).clamp(2, 20).min(possible);
    let mut counts = vec![0.0; bins];
    let mut width = vec![0.0; bins];
    (0..possible).for_each(|rank| width[rank * bins / possible] += 1.0);
    ranks.iter().for_each(|rank| counts[rank * bins / possible] += 1.0);
    let expected = |bin: usize| ranks.len() as f64 * width[bin] / possible as f64;
    let statistic: f64 = (0..bins).map(|bin| (counts[bin] - expected(bin)).powi(2) / expected(bin)).sum();
    Some(chi_square_beyond(statistic, bins - 1))
}

/// P(a chi-square variable is larger than `x`), by the finite sums for whole degrees of freedom
/// (Abramowitz and Stegun 26.4.4 and 26.4.5).
fn chi_square_beyond(x: f64, degrees: usize) -> f64 {
    let half = x / 2.0;
    let (mut a, mut beyond) = if degrees % 2 == 1 { (0.5, libm::erfc(half.sqrt())) } else { (1.0, libm::exp(-half)) };
    // Q(a + 1, h) = Q(a, h) + h^a exp(-h) / Gamma(a + 1), up to a = degrees / 2.
    while 2.0 * a < degrees as f64 {
        beyond += libm::exp(a * libm::log(half) - half - libm::lgamma(a + 1.0));
        a += 1.0;
    }
    beyond
}

/// Two-sided p-value of the hypothesis that paired differences are symmetric about 0: the share of all ways to flip
/// their signs whose mean is at least as far from 0 as the mean found.
///
/// Every flip for up to 20 differences; beyond, 99,999 random ones, the one found counted among them. Source: Fisher
/// (1935), "The design of experiments", section 21. `None` without differences.
pub fn sign_flip(differences: &[f64], key: Key) -> Option<f64> {
    let found = mean(differences)?.abs() * differences.len() as f64;
    // Sums of the same terms in another order may differ in the last digits.
    let as_far = |sum: f64| sum.abs() >= found * (1.0 - 1e-12);
    if differences.len() <= EXACT_PAIRS {
        let all = 1_u32 << differences.len();
        let signed = |flip: u32, i: usize, d: f64| if flip >> i & 1 == 1 { -d } else { d };
        let sum = |flip: u32| differences.iter().enumerate().map(|(i, &d)| signed(flip, i, d)).sum::<f64>();
        let far = (0..all).filter(|&flip| as_far(sum(flip))).count();
        return Some(far as f64 / f64::from(all));
    }
    let far = (0..FLIPS).filter(|&flip| {
        let signed = differences.chunks(32).enumerate().map(|(block, chunk)| {
            let [bits, _] = philox(flip, block as u32, key.0);
            chunk.iter().enumerate().map(|(i, d)| if bits >> i & 1 == 1 { -d } else { *d }).sum::<f64>()
        });
        as_far(signed.sum())
    });
    Some((far.count() + 1) as f64 / f64::from(FLIPS + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.chi2.sf(x, degrees)`, SciPy 1.17.1.
    #[test]
    fn the_chi_square_tail_equals_scipy() {
        for (x, degrees, p) in [
            (1.0, 1, 0.31731050786291115),
            (3.0, 2, 0.22313016014842982),
            (7.2, 3, 0.06578905268507099),
            (15.0, 8, 0.05914545983268393),
            (40.0, 19, 0.003272317118779744),
            (0.3, 19, 0.9999999999999886),
        ] {
            assert!((chi_square_beyond(x, degrees) - p).abs() < 1e-12 * p, "{x} {degrees}");
        }
        assert_eq!(chi_square_beyond(0.0, 4), 1.0);
    }

    /// 20 ranks of 0..8 in 4 bins of two: counts 10, 4, 4, 2 against 5 each, chi-square 36 / 5 with 3 degrees of freedom.
    #[test]
    fn uneven_ranks_are_found() {
        let ranks: Vec<usize> =
            [(0, 6), (1, 4), (2, 4), (5, 4), (7, 2)].iter().flat_map(|&(r, n)| vec![r; n]).collect();
        // scipy.stats.chisquare([10, 4, 4, 2]).pvalue, SciPy 1.17.1.
        assert!((uniform_ranks(&ranks, 8).unwrap() - 0.06578905268507099).abs() < 1e-12);
        let even: Vec<usize> = (0..100).collect();
        assert_eq!(uniform_ranks(&even, 100), Some(1.0));
        assert_eq!((uniform_ranks(&[], 8), uniform_ranks(&[8], 8), uniform_ranks(&[0], 1)), (None, None, None));
    }

    /// Under uniform ranks about one p in twenty is below 0.05. 2,000 sets of 100 ranks; 5 standard errors: a false alarm
    /// once in 1.7 million; a true share of 0.085 is found nine times in ten.
    #[test]
    fn the_rank_test_holds_its_level() {
        let rejected = (0..2000).filter(|&set| {
            let ranks: Vec<usize> = (0..100).map(|i| philox(i, set, 11)[0] as usize % 64).collect();
            uniform_ranks(&ranks, 64).unwrap() < 0.05
        });
        let share = rejected.count() as f64 / 2000.0;
        assert!((share - 0.05).abs() < 5.0 * (0.05_f64 * 0.95 / 2000.0).sqrt(), "{share}");
    }

    /// Darwin's 15 pairs of maize plants (differences in eighths of an inch), Fisher (1935), section 21: 863 of the 32,768
    /// ways reach a sum of 314 or more on one side, so 1,726 on both.
    #[test]
    fn darwins_plants_give_fishers_figure() {
        let differences = [49., -67., 8., 16., 6., 23., 28., 41., 14., 29., 56., 24., 75., 60., -48.];
        assert_eq!(sign_flip(&differences, Key::new(1, 0)), Some(1726.0 / 32768.0));
    }

    /// Beyond 20 pairs: with 21 to 64 equal differences only two flips in 2^n are as far. And Darwin's plants with ten
    /// pairs of no difference keep their p of 0.0527 (Monte Carlo, 5 standard errors of 0.0007).
    #[test]
    fn many_pairs_are_flipped_at_random() {
        assert_eq!(sign_flip(&[1.0; 64], Key::new(1, 0)), Some(1.0 / 100_000.0));
        let mut differences = vec![49., -67., 8., 16., 6., 23., 28., 41., 14., 29., 56., 24., 75., 60., -48.];
        differences.extend([0.0; 20]);
        let p = sign_flip(&differences, Key::new(1, 0)).unwrap();
        assert!((p - 1726.0 / 32768.0).abs() < 5.0 * 0.0007, "{p}");
        assert_eq!(sign_flip(&[], Key::new(1, 0)), None);
        assert_eq!(sign_flip(&[0.0; 3], Key::new(1, 0)), Some(1.0));
    }
}
