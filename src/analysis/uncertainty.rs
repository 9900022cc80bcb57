//! What the uncertainty of a KPI consists of: parameters, luck, later emergencies, the model's own error, and the
//! sampling of the survey that will measure it. Runs with one source replaced in, shares of the variance out.
//!
//! A source's variance is its total effect (Homma and Saltelli 1996): what would stay uncertain if only that source were
//! unknown, on average over the others; Jansen's (1999) estimate is half the mean square of the change when it is drawn
//! anew. It is never negative and precise for small sources, which differences of large variances are not. An interaction
//! counts in full with every source that takes part in it, so the shares, which are of the sum, divide it equally.

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
    /// Total effect by [`Part::ALL`], a variance; the last is `NAN` where no survey shows the KPI.
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

/// The cases to run beside `0..number` plain ones: for each, parameters, luck and emergencies of the next one (of the first
/// for the last), so that what is drawn anew has the distribution of the plain runs.
pub fn replaced(number: u32) -> Vec<[RunKey; 3]> {
    let of = |replicate: u32| {
        let (own, next) = (RunKey::from(replicate), (replicate + 1) % number.max(1));
        [RunKey { parameters: next, ..own }, RunKey { noise: next, ..own }, RunKey { emergencies: next, ..own }]
    };
    (0..number).map(of).collect()
}

/// Splits the uncertainty of every KPI in every fiscal year from 2021. `replaced[i]` are the outcomes of the cases that
/// [`replaced`] names beside `plain[i]`. Nothing for fewer than three runs.
pub fn uncertainty(
    all_plain: &[Outcome],
    replaced: &[[Outcome; 3]],
    kpis: &[Kpi],
    extent: &Extent,
) -> Vec<Uncertainty> {
    let mut all = Vec::new();
    let runs = all_plain.len().min(replaced.len());
    for kpi in 0..kpis.len() {
        for fiscal_year in FIRST_YEAR.max(*extent.years.start())..=*extent.years.end() {
            let Some(place) = extent.place(fiscal_year).filter(|_| runs > 2) else { continue };
            let value = |outcome: &Outcome| outcome.kpi[kpi][place];
            let plain: Vec<f64> = all_plain[..runs].iter().map(value).collect();
            let changed: Vec<[f64; 3]> =
                replaced[..runs].iter().map(|three| [&three[0], &three[1], &three[2]].map(value)).collect();
            let sampling: Vec<f64> = self::sampling(replaced, kpi, place);
            let errors: Vec<f64> =
                all_plain.iter().map(|o| o.with_errors[kpi][place]).map(|[own, next]| own - next).collect();
            // Where a figure is published already, or without the law, there is none.
            let model_error = mean(&errors.iter().map(|d| 0.5 * d * d).filter(|v| v.is_finite()).collect::<Vec<_>>());
            let given = [model_error.unwrap_or(f64::NAN), mean(&sampling).unwrap_or(f64::NAN)];
            if plain.iter().chain(changed.iter().flatten()).all(|v| v.is_finite()) {
                all.push(split(kpi, fiscal_year, &plain, &changed, given));
            }
        }
    }
    all
}

fn sampling(replaced: &[[Outcome; 3]], kpi: usize, place: usize) -> Vec<f64> {
    replaced.iter().flatten().map(|outcome| outcome.sampling[kpi][place]).filter(|v| v.is_finite()).collect()
}

fn split(kpi: usize, fiscal_year: i16, plain: &[f64], changed: &[[f64; 3]], given: [f64; 2]) -> Uncertainty {
    let n = plain.len();
    let half_squares = |(own, with): (&f64, &[f64; 3])| with.map(|with| 0.5 * (own - with).powi(2));
    let contributions: Vec<[f64; 3]> = plain.iter().zip(changed).map(half_squares).collect();
    let mut sum = [0.0; 3];
    contributions.iter().for_each(|one| sum.iter_mut().zip(one).for_each(|(sum, one)| *sum += one));
    let variances = |sum: [f64; 3], runs: usize| {
        let [parameters, luck, emergencies] = sum.map(|s| s / runs as f64);
        [parameters, luck, emergencies, given[0], given[1]]
    };
    let shares = |variance: [f64; 5]| {
        let total: f64 = variance.iter().filter(|v| v.is_finite()).sum();
        variance.map(|v| if total > 0.0 { v / total } else { f64::NAN })
    };
    let variance = variances(sum, n);
    let share = shares(variance);
    // Leaving out each run in turn (Tukey's jackknife).
    let without: Vec<[f64; 5]> = contributions
        .iter()
        .map(|one| shares(variances(std::array::from_fn(|source| sum[source] - one[source]), n - 1)))
        .collect();
    let interval = |part: usize| {
        let values: Vec<f64> = without.iter().map(|shares| shares[part]).collect();
        let centre = mean(&values).unwrap_or(f64::NAN);
        let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
        let half = normal_quantile(0.95) * (squares * (n - 1) as f64 / n as f64).sqrt();
        (share[part], (share[part] - half).max(0.0), (share[part] + half).min(1.0))
    };
    Uncertainty { kpi, fiscal_year, variance, share: std::array::from_fn(interval) }
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
        let plain: Vec<f64> = (0..RUNS as u32).map(|i| value(i.into())).collect();
        let changed: Vec<[f64; 3]> = replaced(RUNS as u32).into_iter().map(|three| three.map(value)).collect();
        split(0, 2025, &plain, &changed, [1.0, 2.0])
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

    /// Y = p l: the whole variance 1 is interaction and counts with both, so each has half of the sum. (Kurtosis makes the
    /// estimate's standard deviation 5 %; six of them are allowed.)
    #[test]
    fn an_interaction_is_shared_equally() {
        let found = toy(|[p, l, _]| p * l);
        assert!((found.variance[0] - 1.0).abs() < 0.3 && (found.variance[1] - 1.0).abs() < 0.3, "{found:?}");
        assert_eq!(found.variance[2], 0.0, "what changes nothing has exactly nothing");
    }
}
