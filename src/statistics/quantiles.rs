//! Quantiles of a sample.

/// Quantiles that are told of a distribution: ends of the ranges of 90 % and 50 %, and the median.
pub const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Fewest draws of which a quantile can be told that leaves so many per cent outside: the least of n draws has a share of
/// 1 / (n + 1) below it.
pub const fn draws_of_a_tail(percent: u32) -> u32 {
    100 / percent - 1
}

/// Fewest draws for a range of 90 %, which leaves 5 % outside at each end.
pub const DRAWS_OF_A_RANGE: u32 = draws_of_a_tail(5);

/// Ends of columns of the summary tables with the fewest draws of which they are told.
pub const DRAWS_OF_COLUMNS: [(&str, u32); 5] = [
    ("low_5", DRAWS_OF_A_RANGE),
    ("high_95", DRAWS_OF_A_RANGE),
    ("low_25", draws_of_a_tail(25)),
    ("high_75", draws_of_a_tail(25)),
    ("level_80", draws_of_a_tail(20)),
];

/// Quantile `q` (0-1) of sorted values, linear between order statistics (type 7 of Hyndman and Fan 1996).
/// `None` when there are no values.
pub fn quantile_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = q.clamp(0.0, 1.0) * last as f64;
    let low = position.floor() as usize;
    let high = (low + 1).min(last);
    Some(sorted[low] + (position - low as f64) * (sorted[high] - sorted[low]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between the least and the greatest of n draws lies a share of (n - 1) / (n + 1) on average: 18 / 20 of 19, 2 / 4 of 3.
    #[test]
    fn a_range_needs_as_many_draws_as_lie_in_it() {
        assert_eq!((DRAWS_OF_A_RANGE, draws_of_a_tail(25), draws_of_a_tail(20)), (19, 3, 4));
    }
}
