//! Whether several chains of draws agree, and how many independent draws they are worth.
//!
//! Source: Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), "Rank-normalization, folding, and localization: an
//! improved R-hat for assessing convergence of MCMC". Chains of equal length of at least 4 draws in; `None` when they
//! are not so, hold a number that is not finite, or do not vary.

use super::{mean, normal_quantile, quantile_sorted, ranks, variance};

/// Rank-normalised split R-hat: the larger of that of the draws (centre) and that of their distance from the median
/// (spread). 1 = the chains agree; the paper asks for at most 1.01.
pub fn rank_rhat(chains: &[Vec<f64>]) -> Option<f64> {
    let halves = split(chains)?;
    let sorted = sorted(&halves);
    let median = quantile_sorted(&sorted, 0.5)?;
    let folded = map(&halves, |x| (x - median).abs());
    let centre = rhat(&normalise(&halves))?;
    // Draws that all lie equally far from the median agree in spread.
    Some(rhat(&normalise(&folded)).map_or(centre, |spread| spread.max(centre)))
}

/// Effective sample size for the centre of the distribution, of rank-normalised draws.
pub fn ess_bulk(chains: &[Vec<f64>]) -> Option<f64> {
    ess(&normalise(&split(chains)?))
}

/// Effective sample size for the tails: the smaller of those of the 5 % and the 95 % quantile.
pub fn ess_tail(chains: &[Vec<f64>]) -> Option<f64> {
    let halves = split(chains)?;
    let sorted = sorted(&halves);
    let at = |q: f64| {
        let limit = quantile_sorted(&sorted, q)?;
        ess(&map(&halves, |x| f64::from(u8::from(x <= limit))))
    };
    Some(at(0.05)?.min(at(0.95)?))
}

/// Each chain as two; the middle draw of an odd number is left out.
fn split(chains: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let length = chains.first()?.len();
    let sound = chains.iter().all(|chain| chain.len() == length && chain.iter().all(|x| x.is_finite()));
    let half = length / 2;
    (sound && length >= 4)
        .then(|| chains.iter().flat_map(|c| [c[..half].to_vec(), c[length - half..].to_vec()]).collect())
}

fn map(chains: &[Vec<f64>], f: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    chains.iter().map(|chain| chain.iter().map(|&x| f(x)).collect()).collect()
}

fn sorted(chains: &[Vec<f64>]) -> Vec<f64> {
    let mut all = chains.concat();
    all.sort_by(f64::total_cmp);
    all
}

/// Draws replaced by the normal scores of their ranks among all draws (Blom's offset).
fn normalise(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let all = chains.concat();
    let scores: Vec<f64> =
        ranks(&all).iter().map(|rank| normal_quantile((rank - 0.375) / (all.len() as f64 + 0.25))).collect();
    scores.chunks(chains[0].len()).map(<[f64]>::to_vec).collect()
}

/// Mean variance within chains, and the variance estimated from all of them. `None` when nothing varies within.
fn variances(chains: &[Vec<f64>]) -> Option<(f64, f64)> {
    let n = chains[0].len() as f64;
    let means: Vec<f64> = chains.iter().filter_map(|chain| mean(chain)).collect();
    let within: f64 = chains.iter().filter_map(|chain| variance(chain)).sum::<f64>() / chains.len() as f64;
    (within > 0.0).then(|| (within, within * (n - 1.0) / n + variance(&means).unwrap_or(0.0)))
}

fn rhat(chains: &[Vec<f64>]) -> Option<f64> {
    let (within, all) = variances(chains)?;
    Some((all / within).sqrt())
}

/// Effective sample size: all draws over the integrated autocorrelation, by Geyer's initial monotone sequence of pairs
/// of lags over all chains; never more than the draws times their decimal logarithm.
fn ess(chains: &[Vec<f64>]) -> Option<f64> {
    let (within, all) = variances(chains)?;
    let n = chains[0].len();
    let means: Vec<f64> = chains.iter().filter_map(|chain| mean(chain)).collect();
    let autocovariance = |lag: usize| {
        let of = |(chain, mean): (&Vec<f64>, &f64)| {
            chain[lag..].iter().zip(chain).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / n as f64
        };
        chains.iter().zip(&means).map(of).sum::<f64>() / chains.len() as f64
    };
    let correlation = |lag: usize| if lag == 0 { 1.0 } else { 1.0 - (within - autocovariance(lag)) / all };
    // tau = -1 + 2 * (sum of pairs), each pair positive and not larger than the one before.
    let (mut time, mut before) = (-1.0, f64::INFINITY);
    for lag in (0..n.saturating_sub(2)).step_by(2) {
        let (even, odd) = (correlation(lag), correlation(lag + 1));
        if even + odd < 0.0 || lag + 4 >= n {
            // What is left of the sequence: half a pair, where that is positive (an improved truncation).
            time += even.max(0.0);
            break;
        }
        before = f64::min(before, even + odd);
        time += 2.0 * before;
    }
    let draws = (n * chains.len()) as f64;
    Some(draws / f64::max(time, 1.0 / libm::log10(draws)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::uniform;

    /// Autoregressive chains of sums of uniform numbers from the linear congruential generator 1664525 x + 1013904223
    /// (seed: the chain's number from 1), chain c shifted by `shift` c and stretched by 1 + `scale` c.
    fn chains(number: u32, length: usize, persistence: f64, shift: f64, scale: f64) -> Vec<Vec<f64>> {
        let chain = |c: u32| {
            let (mut word, mut x) = (c + 1, 0.0);
            let mut next = || {
                word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                uniform(word)
            };
            (0..length)
                .map(|_| {
                    x = persistence * x + (0..4).map(|_| next()).sum::<f64>() - 2.0;
                    x * (1.0 + scale * f64::from(c)) + shift * f64::from(c)
                })
                .collect()
        };
        (0..number).map(chain).collect()
    }

    /// `arviz.rhat(a, method="rank")`, `arviz.ess(a, method="bulk")`, `arviz.ess(a, method="tail")`, ArviZ 0.23.4, with
    /// `a` the same chains made by six lines of Python.
    #[test]
    fn figures_equal_arviz() {
        for (made, rhat, bulk, tail) in [
            // Mixed well; slow; another centre; another spread; alternating; very short.
            (chains(4, 200, 0.0, 0.0, 0.0), 1.0004089673326906, 787.2591830813366, 815.9794481433165),
            (chains(4, 201, 0.9, 0.0, 0.0), 1.064742669299387, 48.096688577606095, 80.16324044793409),
            (chains(3, 100, 0.3, 0.5, 0.0), 1.240850096634731, 10.440441266719798, 41.7415996213914),
            (chains(4, 100, 0.3, 0.0, 0.7), 1.1603285249815567, 168.77557405469452, 137.35235740083942),
            (chains(2, 150, -0.6, 0.0, 0.0), 1.0041224086536373, 743.1363764158988, 257.0556062536069),
        ] {
            let found = [rank_rhat(&made), ess_bulk(&made), ess_tail(&made)].map(Option::unwrap);
            for (found, expected) in found.into_iter().zip([rhat, bulk, tail]) {
                assert!((found / expected - 1.0).abs() < 1e-9, "{found} for {expected}");
            }
        }
    }

    #[test]
    fn what_is_no_set_of_chains_has_no_figure() {
        let flat = vec![vec![1.0; 10]; 2];
        let uneven = vec![vec![1.0, 2.0, 3.0, 4.0], vec![1.0, 2.0, 3.0]];
        let short = vec![vec![1.0, 2.0, 3.0]];
        let broken = vec![vec![1.0, f64::NAN, 3.0, 4.0]];
        for chains in [&flat, &uneven, &short, &broken, &Vec::new()] {
            assert_eq!([rank_rhat(chains), ess_bulk(chains), ess_tail(chains)], [None; 3]);
        }
    }
}
