//! Iterative proportional fitting and rounding that keeps sums. Margins in, matrices out.
//!
//! Source: Deming and Stephan (1940). Matrices are row by row in one vector.

/// Scales `seed` until its row and column sums meet the targets; columns are met exactly, rows to `tolerance`
/// (relative) or as near as `rounds` allows. Targets must have the same sum. Zeros of the seed stay zero.
pub(super) fn rake(seed: &[f64], rows: &[f64], columns: &[f64], tolerance: f64, rounds: usize) -> Vec<f64> {
    let width = columns.len();
    let mut matrix = seed.to_vec();
    for _ in 0..rounds {
        let mut worst: f64 = 0.0;
        for (row, target) in matrix.chunks_exact_mut(width).zip(rows) {
            let sum: f64 = row.iter().sum();
            if sum > 0.0 {
                worst = worst.max((sum / target - 1.0).abs());
                row.iter_mut().for_each(|x| *x *= target / sum);
            }
        }
        for (column, target) in columns.iter().enumerate() {
            let sum: f64 = matrix[column..].iter().step_by(width).sum();
            if sum > 0.0 {
                matrix[column..].iter_mut().step_by(width).for_each(|x| *x *= target / sum);
            }
        }
        if worst <= tolerance {
            break;
        }
    }
    matrix
}

/// Whole numbers in proportion to `weights` that sum to `total` (largest remainders; ties to the earlier).
pub(super) fn apportion(weights: &[f64], total: u32) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    let exact: Vec<f64> = weights.iter().map(|w| w / sum * f64::from(total)).collect();
    let mut whole: Vec<u32> = exact.iter().map(|x| x.floor() as u32).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()));
    let missing = total.saturating_sub(whole.iter().sum());
    order.iter().cycle().take(missing as usize).for_each(|&i| whole[i] += 1);
    whole
}

/// Rounds a matrix to whole numbers whose row and column sums are exactly `rows` and `columns`.
///
/// Cells are rounded down; what is missing goes, largest remainder first, to cells whose row and column both lack
/// something. Remainders that meet no such pair any more are paired in order, so that a cell may move by more than
/// one. The targets must have the same sum, and `matrix` must (almost) meet them.
pub(super) fn round_to_margins(matrix: &[f64], rows: &[u32], columns: &[u32]) -> Vec<u32> {
    let width = columns.len();
    let mut whole: Vec<u32> = matrix.iter().map(|x| (x + 1e-9).floor() as u32).collect();
    let mut row_lack: Vec<i64> = rows.iter().map(|t| i64::from(*t)).collect();
    let mut column_lack: Vec<i64> = columns.iter().map(|t| i64::from(*t)).collect();
    for (i, x) in whole.iter().enumerate() {
        row_lack[i / width] -= i64::from(*x);
        column_lack[i % width] -= i64::from(*x);
    }
    let mut order: Vec<usize> = (0..matrix.len()).filter(|&i| matrix[i] > 0.0).collect();
    order.sort_by(|&a, &b| matrix[b].fract().total_cmp(&matrix[a].fract()));
    // The second and later rounds only serve what the first could not pair.
    while row_lack.iter().any(|lack| *lack > 0) {
        let mut moved = false;
        for &i in &order {
            if row_lack[i / width] > 0 && column_lack[i % width] > 0 {
                whole[i] += 1;
                row_lack[i / width] -= 1;
                column_lack[i % width] -= 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    whole
}

/// Splits counts by a share so that the running sum is always within one half of the exact one.
pub(super) struct CarryRounding {
    exact: f64,
    given: u32,
}

impl CarryRounding {
    /// Nothing given yet.
    pub fn new() -> CarryRounding {
        CarryRounding { exact: 0.0, given: 0 }
    }
    /// How many of the next `count` belong to the share.
    pub fn take(&mut self, count: u32, share: f64) -> u32 {
        self.exact += f64::from(count) * share;
        let part = ((self.exact + 0.5).floor() as u32).saturating_sub(self.given).min(count);
        self.given += part;
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The classic 2 x 2 case: raking keeps the odds ratio of the seed (Deming and Stephan 1940).
    #[test]
    fn raking_meets_margins_and_keeps_the_odds_ratio() {
        let fitted = rake(&[1.0, 2.0, 3.0, 4.0], &[30.0, 70.0], &[60.0, 40.0], 1e-12, 1000);
        assert!((fitted[0] + fitted[1] - 30.0).abs() < 1e-9 && (fitted[1] + fitted[3] - 40.0).abs() < 1e-9);
        let odds = fitted[0] * fitted[3] / (fitted[1] * fitted[2]);
        assert!((odds - 4.0 / 6.0).abs() < 1e-9, "{odds}");
    }

    #[test]
    fn apportioning_is_exact() {
        // Largest remainders of 100 x (47, 16, 15.8, 12, 6.1, 3.1) / 100 to 10 seats: the textbook example of Hamilton.
        assert_eq!(apportion(&[47000.0, 16000.0, 15800.0, 12000.0, 6100.0, 3100.0], 10), [5, 2, 1, 1, 1, 0]);
        assert_eq!(apportion(&[1.0, 1.0, 1.0], 4).iter().sum::<u32>(), 4);
    }

    #[test]
    fn rounding_meets_both_margins() {
        let matrix = [0.5, 0.25, 0.25, 0.25, 0.5, 0.25, 0.25, 0.25, 0.5];
        let whole = round_to_margins(&matrix, &[1, 1, 1], &[1, 1, 1]);
        assert_eq!(whole, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
        // A case where greedy pairing leaves a remainder without a fresh cell.
        let whole = round_to_margins(&[0.9, 0.1, 0.1, 0.9], &[1, 1], &[0, 2]);
        assert_eq!((whole[0] + whole[1], whole[2] + whole[3], whole[0] + whole[2]), (1, 1, 0));
    }

    #[test]
    fn carried_rounding_never_drifts() {
        let mut carry = CarryRounding::new();
        let given: u32 = (0..1000).map(|_| carry.take(3, 0.037)).sum();
        assert_eq!(given, 111);
    }
}
