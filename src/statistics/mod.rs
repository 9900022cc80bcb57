//! Small statistics: quantiles, the normal distribution, correlation, convergence of chains, scores of forecasts, tests.
//!
//! Numbers in, numbers out. Functions return `None` where a figure is not defined, never a number that means nothing.

mod binomial;
mod chains;
mod correlation;
mod importance;
mod normal;
mod proportion;
mod quantiles;
mod representative;
mod scores;
mod significance;
mod student;

pub use binomial::binomial_quantile;
pub use chains::{ess_bulk, ess_tail, rank_rhat};
pub use correlation::{pearson, ranks, spearman};
pub use importance::pareto_smoothed;
pub use normal::{normal_cdf, normal_quantile};
pub use proportion::{fell, wilson};
pub use quantiles::{DRAWS_OF_A_RANGE, DRAWS_OF_COLUMNS, QUANTILES, draws_of_a_tail, quantile_sorted};
pub use representative::representative_order;
pub use scores::{coverage, crps_of_distribution, crps_of_draws, interval_score, weighted_interval_score};
pub use significance::{sign_flip, uniform_ranks};
pub use student::{mean_interval, student_within};

/// Arithmetic mean; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The share at given log odds.
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

/// Variance with the divisor n - 1; `None` for fewer than two values.
pub fn variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (values.len() > 1).then(|| squares / (values.len() - 1) as f64)
}
