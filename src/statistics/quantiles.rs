//! Quantiles of a sample.

/// Fewest draws for a range of 90 %: between the least and the greatest of n draws lies a share of (n - 1) / (n + 1).
pub const DRAWS_OF_A_RANGE: u32 = 19;

/// Quantile `q` (0-1) of sorted values, linear between order statistics (type 7 of Hyndman and Fan 1996).
/// `None` when there are no values.
pub fn quantile_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = q.clamp(0.0, 1.0) * last as f64;
    let low = position.floor() as usize;
    let high = (low + 1).min(last);
    Some(sorted[low] + (position - low as f64) * (sorted[high] - sorted[low]))
}
