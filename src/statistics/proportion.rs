//! A share of draws: its interval, and whether it fell between two paired sets.

use super::normal_quantile;

/// Wilson's score interval of a share, `level` 0-1; 0 to 1 without draws. Source: Wilson (1927), "Probable inference, the
/// law of succession, and statistical inference"; recommended for any share by Brown, Cai and DasGupta (2001).
pub fn wilson(reached: usize, draws: usize, level: f64) -> (f64, f64) {
    if draws == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (draws as f64, reached as f64 / draws as f64);
    let z = normal_quantile(0.5 + level / 2.0);
    let centre = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    // The ends of the scale are exact where no draw or every draw reached it.
    let low = if reached == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if reached == draws { 1.0 } else { (centre + half).min(1.0) };
    (low, high)
}

/// One-sided p-value that a share fell, from the paired draws that changed: P(at least `lost` of `lost + gained` fair coins
/// show heads). Source: McNemar (1947), "Note on the sampling error of the difference between correlated proportions".
pub fn fell(lost: usize, gained: usize) -> f64 {
    let changed = lost + gained;
    let (mut log_ways, mut tail) = (0.0, 0.0);
    for heads in 0..=changed {
        if heads >= lost {
            tail += libm::exp(log_ways - changed as f64 * std::f64::consts::LN_2);
        }
        log_ways += libm::log((changed - heads) as f64) - libm::log((heads + 1) as f64);
    }
    f64::min(tail, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wilson's interval has the roots of (p - x)^2 = z^2 x (1 - x) / n as its ends.
    #[test]
    fn the_ends_solve_wilsons_equation() {
        let z = 1.6448536269514722_f64;
        for (reached, draws) in [(1, 10), (8, 10), (64, 80), (50, 100)] {
            let share = reached as f64 / draws as f64;
            let (low, high) = wilson(reached, draws, 0.9);
            assert!(low < share && share < high);
            for x in [low, high] {
                assert!(((share - x).powi(2) - z * z * x * (1.0 - x) / draws as f64).abs() < 1e-12);
            }
        }
        assert_eq!((wilson(0, 20, 0.9).0, wilson(20, 20, 0.9).1, wilson(0, 0, 0.9)), (0.0, 1.0, (0.0, 1.0)));
    }

    /// Counted by hand: five heads of five, 1/32; at least 4 of 6, (15 + 6 + 1) / 64; nothing changed, certain.
    #[test]
    fn falls_are_judged_by_fair_coins() {
        for (lost, gained, p) in [(5, 0, 1.0 / 32.0), (4, 2, 22.0 / 64.0), (0, 0, 1.0), (0, 9, 1.0)] {
            assert!((fell(lost, gained) - p).abs() < 1e-12, "{lost} {gained}");
        }
    }
}
