//! What the model says published figures would be, over particles: fitted ones, and ones that it has not seen. Simulated
//! answers in, predictive samples out.

use super::{likelihood::Likelihood, space::Space, targets::CalibrationFigure};
use crate::{
    observation::SurveyAnswer,
    prediction::{Covariances, Forecaster, Published, sampling_sd, share},
    random::{Key, Purpose},
    statistics::{QUANTILES, mean, quantile_sorted, variance},
};
use rayon::prelude::*;

/// What the model says a published figure would be.
#[derive(Clone, Debug)]
pub struct Predicted {
    /// The figure.
    pub target: CalibrationFigure,
    /// Mean over particles of the simulated figure with response, without any error.
    pub expected: f64,
    /// Rising draws of the figure as it would be published.
    pub sample: Vec<f64>,
    /// Distance of the published figure from the middle, in standard deviations, on the log-odds scale.
    pub standardised: f64,
    /// Whether the figure was fitted.
    pub fitted: bool,
}

impl Predicted {
    /// Ends of the 90 % and 50 % intervals and the median.
    pub fn quantiles(&self) -> [f64; 5] {
        QUANTILES.map(|q| quantile_sorted(&self.sample, q).unwrap_or(f64::NAN))
    }

    /// Whether the published figure, known to half its last digit, lies inside an interval.
    pub fn inside(&self, low: usize, high: usize) -> bool {
        let q = self.quantiles();
        let half = 0.5 * self.target.survey.rounding();
        (q[low] - half..=q[high] + half).contains(&self.target.published)
    }
}

/// Predictive distributions of the figures of `all`, from particles and their simulated answers. A fitted figure has its own
/// law, unconditionally: the check is whether it is where the law expects it. One that was not fitted is forecast: its model error
/// is conditioned on the residuals of the fitted ones.
pub fn predict(
    space: &Space,
    all: &Likelihood,
    fitted: &Likelihood,
    points: &[Vec<f64>],
    answers: &[Vec<SurveyAnswer>],
    key: Key,
) -> Vec<Predicted> {
    let figures: Vec<Vec<f64>> = answers
        .iter()
        .map(|answers| {
            let expected: Vec<f64> = answers.iter().map(|a| a.expected).collect();
            all.targets.iter().map(|t| t.of(&expected)).collect()
        })
        .collect();
    let seen: Vec<Option<usize>> = all.targets.iter().map(|t| fitted.targets.iter().position(|f| f.same(t))).collect();
    // Of each fitted share its place in `all`.
    let past: Vec<usize> = (0..seen.len()).filter(|i| seen[*i].is_some() && all.targets[*i].less.is_none()).collect();
    let unseen: Vec<usize> = (0..seen.len()).filter(|i| seen[*i].is_none() && all.targets[*i].less.is_none()).collect();
    let published = |of: &[usize]| -> Vec<Published> { of.iter().map(|i| all.targets[*i].figure()).collect() };
    let (known, wanted) = (published(&past), published(&unseen));
    let dated =
        |of: &[Published]| -> Vec<_> { of.iter().map(|p| (p.series.clone(), p.date, p.wave.clone())).collect() };
    let (rows, columns) = (dated(&wanted), dated(&known));
    let borrow = |of: &[(crate::prediction::Series, jiff::civil::Date, String)]| -> Covariances {
        let columns: Vec<_> = columns.iter().map(|(s, d, w)| (s, *d, Some(w.as_str()))).collect();
        let rows: Vec<_> = of.iter().map(|(s, d, w)| (s, *d, Some(w.as_str()))).collect();
        Covariances::between(&rows, &columns)
    };
    let between = borrow(&rows);
    // The as-of day plays no part: every figure is conditioned on its own day.
    let forecaster = Forecaster::new(known, Vec::new(), jiff::civil::Date::MAX);
    let mean_and_spread = |(z, simulated): (&Vec<f64>, &Vec<f64>)| -> Vec<(f64, f64)> {
        let mut moments: Vec<(f64, f64)> = (0..seen.len()).map(|i| all.moments(space, i, z, simulated[i])).collect();
        let residuals = all.residuals(space, z, simulated);
        let residuals: Vec<f64> = past.iter().map(|i| residuals[*i]).collect();
        let errors = forecaster.moments_between(&space.law(z), &residuals, &wanted, &between);
        for (i, (error, spread)) in unseen.iter().zip(errors) {
            let (middle, target) = (moments[*i].0, &all.targets[*i]);
            // The published figure is not known: its sampling error is that of the forecast.
            let sampling = sampling_sd(target.survey, share(middle + error), target.respondents);
            moments[*i] = (middle + error, spread + sampling * sampling + target.figure().rounding_sd().powi(2));
        }
        moments
    };
    let moments: Vec<Vec<(f64, f64)>> = points.par_iter().zip(&figures).map(mean_and_spread).collect();
    let one = |(i, target): (usize, &CalibrationFigure)| {
        let noise = |k: usize| key.normal(k as u32, i as u32, Purpose::Discrepancy);
        let on_scale: Vec<f64> = moments.iter().enumerate().map(|(k, m)| m[i].0 + m[i].1.sqrt() * noise(k)).collect();
        let middle =
            |(z, simulated): (&Vec<f64>, &Vec<f64>)| target.as_published(simulated[i] + all.response(space, i, z));
        let middles: Vec<f64> = points.iter().zip(&figures).map(middle).collect();
        let mut sample: Vec<f64> = on_scale.iter().map(|v| target.as_published(*v)).collect();
        sample.sort_by(f64::total_cmp);
        Predicted {
            target: target.clone(),
            expected: mean(&middles).unwrap_or(f64::NAN),
            standardised: (target.value - mean(&on_scale).unwrap_or(f64::NAN))
                / variance(&on_scale).unwrap_or(f64::NAN).sqrt(),
            sample,
            fitted: seen[i].is_some(),
        }
    };
    all.targets.iter().enumerate().map(one).collect()
}
