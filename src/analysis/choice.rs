//! Which candidate KPI is worth choosing: how attainable, how sensitive to policy, how well a survey can see it.

use super::{
    Outcome,
    outcome::Extent,
    paired::{Direction, KpiDifference, median},
    probability::attained,
    registry::Kpi,
    uncertainty::Uncertainty,
};
use crate::statistics::{mean, normal_quantile};

/// A KPI judged under one scenario against the reference, at the end of the last fiscal year.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Place of the KPI.
    pub kpi: usize,
    /// Median under the scenario.
    pub median: f64,
    /// Target and who set it (`official`, `given`, `reference`).
    pub target: Option<(f64, &'static str)>,
    /// Share of runs whose figure as published reaches it, under the scenario.
    pub attainability: Option<f64>,
    /// The scenario's effect, when there is another scenario to compare with.
    pub effect: Option<KpiDifference>,
    /// Standard deviation of luck, as it is among all firms of Japan, and of later emergencies.
    pub noise_sd: Option<f64>,
    /// Standard error of the survey that shows the KPI, and its respondents.
    pub survey: Option<(f64, f64)>,
    /// Judgement.
    pub verdict: Verdict,
}

/// What to think of a KPI; the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No other scenario to compare with.
    NotCompared,
    /// Reached with less than 10 % under the scenario.
    NotAttainable,
    /// Reached with more than 90 % without it.
    AttainableWithoutPolicy,
    /// The effect has no certain sign, or is smaller than luck and emergencies.
    Insensitive,
    /// No survey publishes it.
    NotMeasured,
    /// Two surveys of the usual size would miss the effect.
    InvisibleToSurveys,
    /// None of these.
    WorthChoosing,
}

impl Verdict {
    /// Word in files.
    pub fn key(self) -> &'static str {
        match self {
            Verdict::NotCompared => "not_compared",
            Verdict::NotAttainable => "not_attainable",
            Verdict::AttainableWithoutPolicy => "attainable_without_policy",
            Verdict::Insensitive => "insensitive",
            Verdict::NotMeasured => "not_measured",
            Verdict::InvisibleToSurveys => "invisible_to_surveys",
            Verdict::WorthChoosing => "worth_choosing",
        }
    }
}

impl Choice {
    /// Effect over the noise that it has to be seen through.
    pub fn signal_to_noise(&self) -> Option<f64> {
        let effect = self.effect.as_ref()?.difference.mean.abs();
        self.noise_sd.filter(|noise| *noise > 0.0).map(|noise| effect / noise)
    }

    /// Smallest change between two surveys of the usual size that a two-sided test at 5 % finds with 80 %.
    pub fn smallest_visible_change(&self) -> Option<f64> {
        let (error, _) = self.survey?;
        Some((normal_quantile(0.975) + normal_quantile(0.8)) * std::f64::consts::SQRT_2 * error)
    }

    /// Whether two surveys would see the effect.
    pub fn visible(&self) -> Option<bool> {
        Some(self.effect.as_ref()?.difference.mean.abs() >= self.smallest_visible_change()?)
    }

    /// How many times the measures would have to be scaled for a survey to see them, if the effect grew in proportion
    /// (assumed). Only where the effect has a sign.
    pub fn scale_to_be_visible(&self) -> Option<f64> {
        let difference = &self.effect.as_ref()?.difference;
        let signed = matches!(difference.direction, Direction::Positive | Direction::Negative);
        signed.then_some(self.smallest_visible_change()? / difference.mean.abs())
    }
}

/// What a choice is judged by.
pub struct Evidence<'a> {
    /// Outcomes under the reference; the scenario's own when it stands alone.
    pub reference: &'a [Outcome],
    /// Outcomes under the scenario.
    pub outcomes: &'a [Outcome],
    /// Differences between the two; empty without a reference.
    pub differences: &'a [KpiDifference],
    /// The scenario's uncertainty.
    pub uncertainty: &'a [Uncertainty],
    /// By KPI, the variance of luck among all firms over that among the simulated ones.
    pub noise_of_japan: &'a [f64],
    /// Target of each KPI and who set it.
    pub targets: &'a [Option<(f64, &'static str)>],
}

/// Every KPI that a measure can move, at the end of the last fiscal year.
pub fn choices(kpis: &[Kpi], extent: &Extent, evidence: &Evidence) -> Vec<Choice> {
    let year = *extent.years.end();
    let Some(place) = extent.place(year) else { return Vec::new() };
    let choice = |(k, kpi): (usize, &Kpi)| {
        let values = |outcomes: &[Outcome]| outcomes.iter().map(|o| o.kpi[k][place]).collect::<Vec<_>>();
        let target = evidence.targets.get(k).copied().flatten();
        let attainability = |outcomes: &[Outcome]| {
            let (target, _) = target?;
            attained(kpi, target, outcomes.iter().map(|o| o.published[k][place])).map(|probability| probability.share)
        };
        let over = |of: fn(&Outcome) -> &Vec<Vec<f64>>| {
            let values: Vec<f64> =
                evidence.outcomes.iter().map(|o| of(o)[k][place]).filter(|v| v.is_finite()).collect();
            mean(&values)
        };
        let noise = evidence.uncertainty.iter().find(|u| (u.kpi, u.fiscal_year) == (k, year));
        let mut choice = Choice {
            kpi: k,
            median: median(&values(evidence.outcomes)),
            target,
            attainability: attainability(evidence.outcomes),
            effect: evidence.differences.iter().find(|d| (d.kpi, d.fiscal_year) == (k, year)).cloned(),
            noise_sd: noise.map(|split| split.noise_sd(evidence.noise_of_japan[k])),
            survey: over(|o| &o.sampling).map(f64::sqrt).zip(over(|o| &o.respondents)),
            verdict: Verdict::NotCompared,
        };
        choice.verdict = verdict(&choice, attainability(evidence.reference));
        choice
    };
    kpis.iter().enumerate().filter(|(_, kpi)| kpi.moves()).map(choice).collect()
}

fn verdict(choice: &Choice, without: Option<f64>) -> Verdict {
    let Some(effect) = &choice.effect else { return Verdict::NotCompared };
    let unsigned = matches!(effect.difference.direction, Direction::Undecided | Direction::Identical);
    if choice.attainability.is_some_and(|p| p < 0.1) {
        Verdict::NotAttainable
    } else if without.is_some_and(|p| p > 0.9) {
        Verdict::AttainableWithoutPolicy
    } else if unsigned || choice.signal_to_noise().is_some_and(|ratio| ratio < 1.0) {
        Verdict::Insensitive
    } else {
        match choice.visible() {
            None => Verdict::NotMeasured,
            Some(false) => Verdict::InvisibleToSurveys,
            Some(true) => Verdict::WorthChoosing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::paired::difference;

    fn with(effect: f64, noise_sd: f64, survey: Option<(f64, f64)>) -> Choice {
        let pairs: Vec<f64> = (0..50).map(|i| effect * (1.0 + f64::from(i % 3) / 10.0 - 0.1)).collect();
        let difference = difference(&vec![0.0; 50], &pairs).unwrap();
        let effect = KpiDifference { kpi: 0, fiscal_year: 2025, level: 0.4, reference_level: 0.4, difference };
        Choice {
            kpi: 0,
            median: 0.4,
            target: Some((0.5, "given")),
            attainability: Some(0.5),
            effect: Some(effect),
            noise_sd: Some(noise_sd),
            survey,
            verdict: Verdict::NotCompared,
        }
    }

    /// p = 0.3, n = 2,119, design effect 2: error 1.41 points, so two surveys see 2.80 x 1.414 x 1.41 = 5.6 points.
    #[test]
    fn a_survey_sees_what_the_textbook_says() {
        let error = (2.0 * 0.3 * 0.7 / 2119.0_f64).sqrt();
        let choice = with(0.02, 0.01, Some((error, 2119.0)));
        let expected = (1.959_964 + 0.841_621) * 2f64.sqrt() * error;
        assert!((choice.smallest_visible_change().unwrap() - expected).abs() < 1e-7);
        assert!((expected - 0.0558).abs() < 1e-4);
        assert_eq!(choice.visible(), Some(false));
        let scale = choice.scale_to_be_visible().unwrap();
        assert!((scale - expected / 0.02).abs() < 0.01, "{scale}");
        assert_eq!(verdict(&choice, Some(0.4)), Verdict::InvisibleToSurveys);
    }

    #[test]
    fn the_first_verdict_that_applies_counts() {
        let survey = Some((0.001, 9000.0));
        assert_eq!(verdict(&with(0.02, 0.01, survey), Some(0.4)), Verdict::WorthChoosing);
        assert_eq!(verdict(&with(0.02, 0.01, survey), Some(0.95)), Verdict::AttainableWithoutPolicy);
        assert_eq!(verdict(&with(0.02, 0.03, survey), Some(0.4)), Verdict::Insensitive);
        assert_eq!(verdict(&with(0.0, 0.01, survey), Some(0.4)), Verdict::Insensitive);
        assert_eq!(verdict(&with(0.02, 0.01, None), Some(0.4)), Verdict::NotMeasured);
        let never = Choice { attainability: Some(0.02), ..with(0.02, 0.01, survey) };
        assert_eq!(verdict(&never, Some(0.0)), Verdict::NotAttainable);
        let alone = Choice { effect: None, ..with(0.02, 0.01, survey) };
        assert_eq!(verdict(&alone, None), Verdict::NotCompared);
    }
}
