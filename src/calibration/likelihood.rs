//! What a set of parameters makes of the published figures. Simulated figures, responses, discrepancies in, log likelihood out.
//!
//! `log odds of the published share ~ normal(log odds of the simulated share + the survey's response, sampling^2 + discrepancy^2)`.
//! The discrepancy is the model's own error: that of figures of one group, each figure's drawn anew.

use super::{
    space::{Dimension, Space},
    targets::Target,
};
use nalgebra::DMatrix;

/// Groups of figures that share the size of the model's discrepancy.
pub const GROUPS: [&str; 10] = [
    "tsr_size",
    "tsr_formal",
    "tsr_staff",
    "firms_place",
    "mic",
    "tokyo",
    "workers",
    "workers_place",
    "workers_industry",
    "workers_size",
];

/// Median of each group's discrepancy before any figure is seen, in log odds, and standard deviation of its logarithm. The
/// model is one of firms as TSR asks them: by size it should follow them to about a point (0.05 is 1.25 points at one
/// half, 0.8 at a fifth). Single places, industries and workers come out of it by way of frames and shares of jobs that
/// it does not claim to hold to better than 4 (industries 7) points.
pub const DISCREPANCY_PRIORS: [(f64, f64); 10] = [
    (0.05, 0.3),
    (0.07, 0.4),
    (0.10, 0.4),
    (0.15, 0.4),
    (0.15, 0.4),
    (0.15, 0.4),
    (0.15, 0.4),
    (0.15, 0.4),
    (0.30, 0.4),
    (0.20, 0.4),
];

/// Group of a figure, by position in [`GROUPS`].
pub fn group_of(survey: &str, metric: &str, segment_type: &str, segment: &str) -> usize {
    match (survey, segment_type) {
        ("tsr_practice", "prefecture") => 3,
        ("tsr_practice", _) if metric.starts_with("institutionalised") => 1,
        ("tsr_practice", _) if metric.starts_with("staff_share") => 2,
        ("tsr_practice", _) => 0,
        ("mic_introduction", _) => 4,
        ("tokyo_firms", _) => 5,
        (_, "industry") => 8,
        (_, "firm size") => 9,
        (_, "residence" | "region" | "prefecture") if segment != "national" => 7,
        _ => 6,
    }
}

/// Name of the response parameter of a survey.
fn response_of(survey: &str) -> Option<&'static str> {
    Some(match survey {
        "mic_introduction" => "mic_response",
        "mlit_workers" => "mlit_response",
        "cao_workers" => "cao_response",
        "jpc_workers" => "jpc_response",
        "persol_workers" => "persol_response",
        "nira_workers" => "nira_response",
        "tokyo_firms" => "tokyo_response",
        _ => return None,
    })
}

/// Targets with the places of what moves them.
#[derive(Clone, Debug)]
pub struct Likelihood {
    /// The figures.
    pub targets: Vec<Target>,
    /// Dimension of each figure's response.
    response: Vec<Option<usize>>,
    /// Dimension of each figure's discrepancy.
    discrepancy: Vec<Option<usize>>,
}

impl Likelihood {
    /// For the dimensions of a space.
    pub fn new(space: &Space, targets: Vec<Target>) -> Likelihood {
        let place = |wanted: Dimension| space.dimensions.iter().position(|d| *d == wanted);
        let response = |t: &Target| {
            let name = response_of(t.survey).filter(|_| t.less.is_none())?;
            place(Dimension::Response(name))
        };
        Likelihood {
            response: targets.iter().map(response).collect(),
            discrepancy: targets.iter().map(|t| place(Dimension::Discrepancy(t.group))).collect(),
            targets,
        }
    }

    /// Mean and variance of one published figure on the scale of the likelihood.
    pub fn moments(&self, space: &Space, figure: usize, z: &[f64], simulated: f64) -> (f64, f64) {
        let shift = self.response[figure].map_or(0.0, |d| space.value(d, z[d]));
        let own = self.discrepancy[figure].map_or(0.0, |d| space.value(d, z[d]));
        (simulated + shift, self.targets[figure].sd.powi(2) + own * own)
    }

    /// Log likelihood of all figures, up to a constant.
    pub fn log(&self, space: &Space, z: &[f64], simulated: &[f64]) -> f64 {
        let at = self.at(space, z);
        (0..self.targets.len())
            .map(|i| {
                let (residual, variance) = at.residual(self, i, simulated[i]);
                -0.5 * (residual * residual / variance + variance.ln())
            })
            .sum()
    }

    /// Responses and discrepancies at a point, computed once.
    pub fn at(&self, space: &Space, z: &[f64]) -> AtPoint {
        let value = |d: usize| space.value(d, z[d]);
        AtPoint { values: (space.dynamic..space.len()).map(value).collect(), first: space.dynamic }
    }

    /// Log likelihood for simulated figures known up to `error` (variances), and its gradient: by simulated figure, and by
    /// the dimensions that a run does not need.
    pub fn gradient(&self, space: &Space, z: &[f64], simulated: &[f64], error: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        let at = self.at(space, z);
        let mut by_figure = vec![0.0; simulated.len()];
        let mut by_dimension = vec![0.0; space.len() - space.dynamic];
        let mut log = 0.0;
        for i in 0..self.targets.len() {
            let (residual, mut variance) = at.residual(self, i, simulated[i]);
            variance += error[i];
            log -= 0.5 * (residual * residual / variance + variance.ln());
            by_figure[i] = residual / variance;
            if let Some(d) = self.response[i] {
                by_dimension[d - space.dynamic] += residual / variance;
            }
            if let Some(d) = self.discrepancy[i] {
                let own = at.values[d - at.first];
                by_dimension[d - space.dynamic] += (residual * residual / variance - 1.0) / variance * own;
            }
        }
        for (i, slope) in by_dimension.iter_mut().enumerate() {
            *slope *= space.slope(space.dynamic + i, z[space.dynamic + i]);
        }
        (log, by_figure, by_dimension)
    }
}

impl Likelihood {
    /// Fisher information at a point, given the slopes of the simulated figures (one row a figure; columns of dimensions that a
    /// run does not need are filled in here) and the variances of their errors.
    pub fn information(&self, space: &Space, z: &[f64], mut slopes: DMatrix<f64>, error: &[f64]) -> DMatrix<f64> {
        let at = self.at(space, z);
        let mut of_discrepancies = vec![0.0; space.len()];
        for i in 0..self.targets.len() {
            let (_, mut variance) = at.residual(self, i, 0.0);
            variance += error[i];
            if let Some(d) = self.response[i] {
                slopes[(i, d)] = space.slope(d, z[d]);
            }
            if let Some(d) = self.discrepancy[i] {
                // Half the squared relative change of the variance.
                let change = 2.0 * at.values[d - at.first] * space.slope(d, z[d]) / variance;
                of_discrepancies[d] += 0.5 * change * change;
            }
            slopes.row_mut(i).scale_mut(1.0 / variance.sqrt());
        }
        let mut information = slopes.tr_mul(&slopes);
        for (d, more) in of_discrepancies.into_iter().enumerate() {
            information[(d, d)] += more;
        }
        information
    }
}

/// Responses and discrepancies at one point.
pub struct AtPoint {
    values: Vec<f64>,
    first: usize,
}

impl AtPoint {
    fn residual(&self, likelihood: &Likelihood, figure: usize, simulated: f64) -> (f64, f64) {
        let shift = likelihood.response[figure].map_or(0.0, |d| self.values[d - self.first]);
        let own = likelihood.discrepancy[figure].map_or(0.0, |d| self.values[d - self.first]);
        let target = &likelihood.targets[figure];
        (target.value - simulated - shift, target.sd * target.sd + own * own)
    }
}
