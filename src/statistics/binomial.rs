//! Quantiles of the binomial distribution.

/// Successes in `n` trials with probability `p` at the quantile `u`, by going up the distribution from 0: takes as many steps. (The
/// chance of none must be a number above 0: n p of a few hundred at most.)
pub fn binomial_quantile(n: u32, p: f64, u: f64) -> u32 {
    if p > 0.5 {
        return n - binomial_quantile(n, 1.0 - p, 1.0 - u);
    }
    let odds = p / (1.0 - p);
    let mut mass = (1.0 - p).powi(n as i32);
    let mut below = mass;
    let mut k = 0;
    while below < u && k < n {
        mass *= odds * f64::from(n - k) / f64::from(k + 1);
        below += mass;
        k += 1;
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Binomial(4, 1/2): cumulated 1, 5, 11, 15, 16 sixteenths.
    #[test]
    fn binomial_quantiles_have_the_closed_form() {
        let draws: Vec<u32> =
            [0.05, 0.07, 0.31, 0.32, 0.68, 0.69, 0.93, 0.94].map(|u| binomial_quantile(4, 0.5, u)).to_vec();
        assert_eq!(draws, [0, 1, 1, 2, 2, 3, 3, 4]);
        let mean = (0..100_000).map(|i| binomial_quantile(30, 0.8, (f64::from(i) + 0.5) / 1e5)).sum::<u32>();
        assert!((f64::from(mean) / 1e5 - 24.0).abs() < 1e-3);
        assert_eq!((binomial_quantile(5, 0.0, 0.99), binomial_quantile(5, 1.0, 0.01)), (0, 5));
    }
}
