//! What the uncertainty of a KPI consists of: parameters, luck, later emergencies, the model's own error, and the
//! sampling of the survey that will measure it. Plain runs and a few with luck or emergencies drawn anew in, shares of the
//! variance out.
//!
//! Parameters have their first-order effect, from the runs at hand: the variance over all plain runs less what stays when the
//! parameters are known. Luck and emergencies have their total effect (Homma and Saltelli 1996): what would stay if only that
//! source were unknown; Jansen's (1999) estimate is half the mean square of the change when it is drawn anew, never negative
//! and precise for small sources. An interaction so counts with luck and emergencies, not with the parameters. Runs at hand alone
//! (Plischke, Borgonovo and Smith 2013) cannot give these two: no two plain runs share their parameters, and these are more than
//! the runs, so that any spread could be theirs.

use super::{FIRST_YEAR, Outcome, outcome::Extent, registry::Kpi};
use crate::{
    engine::RunKey,
    statistics::{mean, normal_quantile},
};

/// A source of uncertainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What the surveys to April 2021 leave open of the parameters.
    Parameters,
    /// What single firms happen to decide. In a weighted sample also which firms are in it.
    ProcessNoise,
    /// Later infections, and declarations that follow from them.
    Emergencies,
    /// What the model gets wrong of the KPI's series, and what a wave of its survey gets wrong as a whole.
    ModelError,
    /// Who happens to answer the survey that measures the KPI.
    SurveySampling,
}

impl Part {
    /// All, in the order of tables.
    pub const ALL: [Part; 5] =
        [Part::Parameters, Part::ProcessNoise, Part::Emergencies, Part::ModelError, Part::SurveySampling];

    /// Word in files.
    pub fn key(self) -> &'static str {
        match self {
            Part::Parameters => "parameters",
            Part::ProcessNoise => "luck",
            Part::Emergencies => "emergencies",
            Part::ModelError => "model_error",
            Part::SurveySampling => "survey_sampling",
        }
    }
}

/// The uncertainty of one KPI in one fiscal year.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncertainty {
    /// Place of the KPI.
    pub kpi: usize,
    /// Fiscal year.
    pub fiscal_year: i16,
    /// By [`Part::ALL`], a variance: first-order effect of the parameters, total effects of the others; the last is `NAN` where
    /// no survey shows the KPI.
    pub variance: [f64; 5],
    /// Share of the sum of the variances that are there, with its 90 % interval (jackknife over runs).
    pub share: [(f64, f64, f64); 5],
}

impl Uncertainty {
    /// Sum of the variances that are there.
    pub fn total(&self) -> f64 {
        self.variance.iter().filter(|v| v.is_finite()).sum()
    }
    /// Standard deviation of luck and emergencies: what a policy's effect has to be seen through. `of_japan` is the variance
    /// that luck has among all firms over that among the simulated ones ([`super::noise_of_japan`]).
    pub fn noise_sd(&self, of_japan: f64) -> f64 {
        (of_japan * self.variance[1] + self.variance[2]).max(0.0).sqrt()
    }
}

/// Least replicates of which a split can be made.
pub const LEAST: u32 = 3;

/// The cases to run beside the first `number` plain ones: for each, luck of the next one (of the first for the last), and luck
/// and emergencies of the next one, so that what is drawn anew has the distribution of the plain runs.
pub fn replaced(number: u32) -> Vec<[RunKey; 2]> {
    let of = |replicate: u32| {
        let (own, next) = (RunKey::from(replicate), (replicate + 1) % number.max(1));
        [RunKey { noise: next, ..own }, RunKey { noise: next, emergencies: next, ..own }]
    };
    (0..number).map(of).collect()
}

/// Splits the uncertainty of every KPI in every fiscal year from 2021. `replaced[i]` are the outcomes of the cases that
/// [`replaced`] names beside `plain[i]`; at the point (`one_point`) nothing is due to parameters. Nothing for fewer than three
/// replaced.
pub fn uncertainty(
    plain: &[Outcome],
    replaced: &[[Outcome; 2]],
    one_point: bool,
    kpis: &[Kpi],
    extent: &Extent,
) -> Vec<Uncertainty> {
    let mut all = Vec::new();
    let possible = plain.len() >= replaced.len() && replaced.len() >= LEAST as usize;
    for kpi in 0..kpis.len() {
        for fiscal_year in FIRST_YEAR.max(*extent.years.start())..=*extent.years.end() {
            let Some(place) = extent.place(fiscal_year).filter(|_| possible) else { continue };
            let value = |outcome: &Outcome| outcome.kpi[kpi][place];
            let changed: Vec<[f64; 2]> = replaced.iter().map(|two| two.each_ref().map(value)).collect();
            let sampling: Vec<f64> = plain
                .iter()
                .chain(replaced.iter().flatten())
                .map(|outcome| outcome.sampling[kpi][place])
                .filter(|v| v.is_finite())
                .collect();
            let errors: Vec<f64> =
                plain.iter().map(|o| o.with_errors[kpi][place]).map(|[own, next]| own - next).collect();
            // Where a figure is published already, or without the law, there is none.
            let model_error = mean(&errors.iter().map(|d| 0.5 * d * d).filter(|v| v.is_finite()).collect::<Vec<_>>());
            let given = [model_error.unwrap_or(f64::NAN), mean(&sampling).unwrap_or(f64::NAN)];
            let values: Vec<f64> = plain.iter().map(value).collect();
            if values.iter().chain(changed.iter().flatten()).all(|v| v.is_finite()) {
                all.push(Runs { values, changed, one_point, given }.split(kpi, fiscal_year));
            }
        }
    }
    all
}

/// Values of a KPI in a fiscal year.
struct Runs {
    /// Of the plain runs.
    values: Vec<f64>,
    /// With luck drawn anew, and with luck and emergencies, beside the first of them.
    changed: Vec<[f64; 2]>,
    one_point: bool,
    /// Variances of model error and survey sampling.
    given: [f64; 2],
}

impl Runs {
    /// Shares of the sum of the variances that are there.
    fn shares(variance: [f64; 5]) -> [f64; 5] {
        let total: f64 = variance.iter().filter(|v| v.is_finite()).sum();
        variance.map(|v| if total > 0.0 { v / total } else { f64::NAN })
    }

    /// Half squared changes of a replicate by luck, by emergencies, by both.
    fn half_squares(&self, place: usize) -> [f64; 3] {
        let (plain, [luck, both]) = (self.values[place], self.changed[place]);
        [plain - luck, luck - both, plain - both].map(|change| 0.5 * change * change)
    }

    /// Variances of so many runs, of which so many with changes, from the sums of their squares about the mean and of halves.
    fn variances(&self, runs: usize, squares: f64, changed: usize, halves: [f64; 3]) -> [f64; 5] {
        let [luck, emergencies, both] = halves.map(|sum| sum / changed as f64);
        let all = squares / (runs - 1) as f64;
        let parameters = if self.one_point { 0.0 } else { (all - both).max(0.0) };
        [parameters, luck, emergencies, self.given[0], self.given[1]]
    }

    fn split(&self, kpi: usize, fiscal_year: i16) -> Uncertainty {
        let (n, changed) = (self.values.len(), self.changed.len());
        let centre = mean(&self.values).unwrap_or(f64::NAN);
        let squares: f64 = self.values.iter().map(|value| (value - centre).powi(2)).sum();
        let halves: Vec<[f64; 3]> = (0..changed).map(|place| self.half_squares(place)).collect();
        let sum: [f64; 3] = std::array::from_fn(|which| halves.iter().map(|half| half[which]).sum());
        let variance = self.variances(n, squares, changed, sum);
        let share = Runs::shares(variance);
        // Leaving out each run in turn (Tukey's jackknife), which moves the mean of the others.
        let left_out = |run: usize| {
            let squares = squares - (self.values[run] - centre).powi(2) * n as f64 / (n - 1) as f64;
            let own = halves.get(run);
            let sum = std::array::from_fn(|which| sum[which] - own.map_or(0.0, |own| own[which]));
            Runs::shares(self.variances(n - 1, squares, changed - usize::from(own.is_some()), sum))
        };
        let without: Vec<[f64; 5]> = (0..n).map(left_out).collect();
        let interval = |part: usize| {
            let values: Vec<f64> = without.iter().map(|shares| shares[part]).collect();
            let centre = mean(&values).unwrap_or(f64::NAN);
            let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
            let half = normal_quantile(0.95) * (squares * (n - 1) as f64 / n as f64).sqrt();
            (share[part], (share[part] - half).max(0.0), (share[part] + half).min(1.0))
        };
        Uncertainty { kpi, fiscal_year, variance, share: std::array::from_fn(interval) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, Purpose};

    const RUNS: usize = 4000;

    /// Values of a toy model over runs, plain and with each source replaced.
    fn toy(model: impl Fn([f64; 3]) -> f64) -> Uncertainty {
        let key = Key::new(1, 0);
        let draw = |source: usize, of: u32| key.normal(of, source as u32, Purpose::Discrepancy);
        let value = |case: RunKey| {
            let RunKey { parameters, noise, emergencies } = case;
            model([draw(0, parameters), draw(1, noise), draw(2, emergencies)])
        };
        let values: Vec<f64> = (0..RUNS as u32).map(|i| value(i.into())).collect();
        let changed: Vec<[f64; 2]> = replaced(RUNS as u32).into_iter().map(|two| two.map(value)).collect();
        Runs { values, changed, one_point: false, given: [1.0, 2.0] }.split(0, 2025)
    }

    /// Y = 3 p + 2 l + e: variances 9, 4 and 1, 1 of the model's error and 2 of the survey: 17 in all. Half a squared difference of two normals is
    /// the variance times a chi-squared with one degree, so an estimate over 4,000 has a standard deviation of 2.2 % of itself;
    /// bounds of 10 % fail by chance once in 100,000 and find an estimate that is off by a fifth.
    #[test]
    fn an_additive_model_splits_into_its_variances() {
        let found = toy(|[p, l, e]| 3.0 * p + 2.0 * l + e);
        for (part, expected) in [9.0, 4.0, 1.0, 1.0, 2.0].into_iter().enumerate() {
            assert!((found.variance[part] / expected - 1.0).abs() < 0.1, "{found:?}");
            let (share, low, high) = found.share[part];
            assert!(low <= share && share <= high && high - low < 0.1, "{found:?}");
        }
        assert!((found.share.iter().map(|s| s.0).sum::<f64>() - 1.0).abs() < 1e-12, "shares add up");
        assert!((found.noise_sd(1.0) - 5f64.sqrt()).abs() < 0.15);
    }

    /// Y = p l: the whole variance 1 is interaction and counts with luck; knowing the parameters alone would take nothing off it.
    /// (Kurtosis makes the estimates' standard deviation 5 %; six of them are allowed.)
    #[test]
    fn an_interaction_counts_with_luck() {
        let found = toy(|[p, l, _]| p * l);
        assert!(found.variance[0] < 0.3 && (found.variance[1] - 1.0).abs() < 0.3, "{found:?}");
        assert_eq!(found.variance[2], 0.0, "what changes nothing has exactly nothing");
    }

    /// A fifth of the replicates has more runs beside it, as by default. Of 80 and 16 the share of the parameters in Y = 3 p + l
    /// lies in its interval in 90 % of trials; of 300, fewer than 240 (80 %) come by chance once in a million.
    #[test]
    fn the_interval_of_a_share_holds_it() {
        let inside = |trial: u32| {
            let draw = |source: u32, of: u32| Key::new(2, trial).normal(of, source, Purpose::Discrepancy);
            let value = |RunKey { parameters, noise, .. }: RunKey| 3.0 * draw(0, parameters) + draw(1, noise);
            let values = (0..80).map(|i| value(i.into())).collect();
            let changed = replaced(16).into_iter().map(|two| two.map(value)).collect();
            let found = Runs { values, changed, one_point: false, given: [f64::NAN; 2] }.split(0, 2025);
            let (_, low, high) = found.share[0];
            low <= 0.9 && 0.9 <= high
        };
        let held = (0..300).filter(|&trial| inside(trial)).count();
        assert!(held >= 240, "{held} of 300");
    }
}
