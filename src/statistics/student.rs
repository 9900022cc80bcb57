//! Student's t distribution, and the interval of a mean that follows from it.

use super::{mean, variance};
use std::f64::consts::PI;

/// P(|T| <= t) of Student's t with `degrees` degrees of freedom, by the finite sums of Abramowitz and Stegun 26.7.3 and
/// 26.7.4.
fn within(t: f64, degrees: usize) -> f64 {
    let angle = libm::atan(t / (degrees as f64).sqrt());
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    // Odd: cos + 2/3 cos^3 + ...; even: 1 + 1/2 cos^2 + 1*3/(2*4) cos^4 + ...
    let odd = degrees % 2 == 1;
    let (mut term, mut sum, mut k) = (if odd { cosine } else { 1.0 }, 0.0, if odd { 1 } else { 0 });
    while k + 2 <= degrees {
        sum += term;
        term *= cosine * cosine * (k + 1) as f64 / (k + 2) as f64;
        k += 2;
    }
    if odd { 2.0 / PI * (angle + sine * sum) } else { sine * sum }
}

/// The t that |T| stays within with probability `level` (0-1); infinite without a degree of freedom.
pub fn student_within(level: f64, degrees: usize) -> f64 {
    if degrees == 0 || level >= 1.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while within(high, degrees) < level && high < 1e15 {
        high *= 2.0;
    }
    // Halving reaches the last digit long before 200 steps.
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if within(middle, degrees) < level { low = middle } else { high = middle }
    }
    high
}

/// Interval that holds the mean of the population with probability `level`, for independent values that are about
/// normal or many. `None` for fewer than two values.
pub fn mean_interval(values: &[f64], level: f64) -> Option<(f64, f64)> {
    let (centre, spread) = (mean(values)?, variance(values)?);
    let half = student_within(level, values.len() - 1) * (spread / values.len() as f64).sqrt();
    Some((centre - half, centre + half))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 degree is Cauchy's tan(pi level / 2), 2 degrees
    /// have level sqrt(2 / (1 - level^2)).
    #[test]
    fn quantiles_equal_closed_forms_and_printed_tables() {
        assert!((student_within(0.9, 1) - libm::tan(PI * 0.45)).abs() < 1e-9);
        assert!((student_within(0.9, 2) - 0.9 * (2.0_f64 / 0.19).sqrt()).abs() < 1e-9);
        // Abramowitz and Stegun, table 26.10, column 0.90 and 0.95.
        for (level, degrees, t) in
            [(0.9, 7, 1.895), (0.9, 10, 1.812), (0.9, 30, 1.697), (0.9, 120, 1.658), (0.95, 9, 2.262)]
        {
            assert!((student_within(level, degrees) - t).abs() < 5e-4, "{level} {degrees}");
        }
        assert!((student_within(0.9, 100_000) - 1.6449).abs() < 1e-4);
    }

    #[test]
    fn an_interval_needs_two_values_and_is_a_point_when_all_are_equal() {
        assert_eq!(mean_interval(&[0.3], 0.9), None);
        assert_eq!(mean_interval(&[0.25; 5], 0.9), Some((0.25, 0.25)));
        // Mean 2, standard error 1 / sqrt 3, t = 2.91999 with two degrees.
        let (low, high) = mean_interval(&[1.0, 2.0, 3.0], 0.9).unwrap();
        assert!((high - 2.0 - 2.919_986 / 3.0_f64.sqrt()).abs() < 1e-6 && (low + high - 4.0).abs() < 1e-12);
    }
}
