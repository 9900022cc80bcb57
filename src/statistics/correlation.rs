//! Ranks and correlation.

use super::mean;

/// Ranks from 1; equal values share the mean of their ranks.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let shared = below as f64 + (equal.len() as f64 + 1.0) / 2.0;
        equal.iter().for_each(|&i| ranks[i] = shared);
        below += equal.len();
    }
    ranks
}

/// Product-moment correlation; `None` when the lengths differ or one side does not vary.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mx, my) = (mean(x)?, mean(y)?);
    let mut sums = [0.0; 3];
    for (a, b) in x.iter().zip(y) {
        let (a, b) = (a - mx, b - my);
        sums = [sums[0] + a * b, sums[1] + a * a, sums[2] + b * b];
    }
    let scale = (sums[1] * sums[2]).sqrt();
    (x.len() == y.len() && scale > 0.0).then(|| (sums[0] / scale).clamp(-1.0, 1.0))
}

/// Correlation of ranks, ties shared; `None` as [`pearson`].
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    pearson(&ranks(x), &ranks(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Anscombe (1973), first set: the published correlation is 0.816. The other figures: `scipy.stats.spearmanr`,
    /// SciPy 1.17.1, also for the tied sequence.
    #[test]
    fn correlations_equal_published_ones() {
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        assert!((pearson(&x, &y).unwrap() - 0.816).abs() < 0.0005);
        assert!((spearman(&x, &y).unwrap() - 0.8181818181818182).abs() < 1e-12);
        let tied = [1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 4.0, 0.0, 9.0, 9.0, 5.0];
        assert!((spearman(&x, &tied).unwrap() - 0.04608735379818358).abs() < 1e-12);
        assert_eq!(ranks(&tied), [2.0, 4.0, 4.0, 4.0, 6.5, 6.5, 8.0, 1.0, 10.5, 10.5, 9.0]);
    }

    #[test]
    fn what_does_not_vary_has_no_correlation() {
        assert_eq!(pearson(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(pearson(&[1.0, 2.0, 3.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[], &[]), None);
    }
}
