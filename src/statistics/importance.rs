//! Pareto-smoothed importance sampling: log ratios in, weights and the shape of their tail out.

/// Weights that add up to 1, and the shape k of the generalised Pareto distribution of the largest: below 0.5 their variance
/// is finite, below 0.7 sums with them are reliable, above 0.7 they are not. `None` for fewer than 25 ratios, or for ratios that
/// are no numbers.
///
/// Source: Vehtari, Simpson, Gelman, Yao and Gabry (2024), "Pareto smoothed importance sampling"; fit of the tail by Zhang and
/// Stephens (2009), "A new and efficient estimation method for the generalized Pareto distribution", with the weak prior of the
/// former (10 observations of 0.5).
pub fn pareto_smoothed(log_ratios: &[f64]) -> Option<(Vec<f64>, f64)> {
    let n = log_ratios.len();
    if n < 25 || log_ratios.iter().any(|l| !l.is_finite()) {
        return None;
    }
    let top = log_ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut weights: Vec<f64> = log_ratios.iter().map(|l| libm::exp(l - top)).collect();
    let tail = (n / 5).min((3.0 * (n as f64).sqrt()).ceil() as usize);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| weights[*a].total_cmp(&weights[*b]).then(a.cmp(b)));
    let cut = weights[order[n - tail - 1]].max(f64::MIN_POSITIVE);
    let beyond: Vec<f64> = order[n - tail..].iter().map(|i| weights[*i] - cut).collect();
    let k = match generalised_pareto(&beyond) {
        Some((k, scale)) => {
            for (place, i) in order[n - tail..].iter().enumerate() {
                let p = (place as f64 + 0.5) / tail as f64;
                let quantile =
                    if k == 0.0 { -scale * libm::log1p(-p) } else { scale * libm::expm1(-k * libm::log1p(-p)) / k };
                // No weight above the largest raw one.
                weights[*i] = (cut + quantile).min(1.0);
            }
            k
        }
        // Weights that are all alike have no tail.
        None => f64::NEG_INFINITY,
    };
    let sum: f64 = weights.iter().sum();
    Some((weights.into_iter().map(|w| w / sum).collect(), k))
}

/// Shape and scale of rising excesses; `None` when they do not vary.
fn generalised_pareto(x: &[f64]) -> Option<(f64, f64)> {
    let n = x.len() as f64;
    let (largest, quarter) = (*x.last()?, x[((n / 4.0 + 0.5) as usize).saturating_sub(1)]);
    if quarter <= 0.0 || largest <= quarter {
        return None;
    }
    let grid = 30 + n.sqrt() as usize;
    let theta = |j: usize| 1.0 / largest + (1.0 - (grid as f64 / (j as f64 + 0.5)).sqrt()) / (3.0 * quarter);
    let shape = |theta: f64| x.iter().map(|x| libm::log1p(-theta * x)).sum::<f64>() / n;
    let thetas: Vec<f64> = (0..grid).map(theta).collect();
    let logs: Vec<f64> = thetas
        .iter()
        .map(|theta| {
            let k = shape(*theta);
            n * (libm::log(-theta / k) - k - 1.0)
        })
        .collect();
    let weight = |j: usize| 1.0 / logs.iter().map(|other| libm::exp(other - logs[j])).sum::<f64>();
    let theta: f64 = thetas.iter().enumerate().map(|(j, theta)| theta * weight(j)).sum();
    let k = shape(theta);
    Some(((n * k + 10.0 * 0.5) / (n + 10.0), -k / theta))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A standard exponential proposal for an exponential target of rate r has weights in proportion to e^((1 - r) x), which
    /// are Pareto with shape 1 - r. 4,000 quantiles, no chance; the weak prior draws 190 tail weights by a twentieth
    /// towards 0.5.
    #[test]
    fn the_shape_of_a_pareto_tail_is_found() {
        for shape in [0.2, 0.5, 0.8] {
            let log = |i: usize| -shape * libm::log(1.0 - (i as f64 + 0.5) / 4000.0);
            let logs: Vec<f64> = (0..4000).map(log).collect();
            let (weights, k) = pareto_smoothed(&logs).unwrap();
            let expected = (190.0 * shape + 5.0) / 200.0;
            assert!((k - expected).abs() < 0.05, "{shape}: {k}");
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn equal_ratios_have_equal_weights_and_too_few_have_none() {
        let (weights, k) = pareto_smoothed(&[3.0; 40]).unwrap();
        assert!(weights.iter().all(|w| (w - 1.0 / 40.0).abs() < 1e-15) && k == f64::NEG_INFINITY);
        assert_eq!((pareto_smoothed(&[0.0; 10]), pareto_smoothed(&[f64::NAN; 40])), (None, None));
    }
}
