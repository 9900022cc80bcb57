//! What the certificate's tables come to: failing gates, coverage, worst misfits, scores. Rows in, small figures out.

use super::{Certificate, HeldOut, Identified, PARTS, PRIOR_KEPT, Predicted, UnderPriors};
use crate::observation::REGISTRY;
use crate::{data::Gate, observation::Survey};

/// How many figures their intervals held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Figures.
    pub figures: usize,
    /// Of them inside the 50 % interval.
    pub inside_50: usize,
    /// Of them inside the 90 % interval.
    pub inside_90: usize,
}

impl FromIterator<(bool, bool)> for Coverage {
    fn from_iter<I: IntoIterator<Item = (bool, bool)>>(inside: I) -> Coverage {
        inside.into_iter().fold(Coverage::default(), |sum, (half, ninety)| Coverage {
            figures: sum.figures + 1,
            inside_50: sum.inside_50 + usize::from(half),
            inside_90: sum.inside_90 + usize::from(ninety),
        })
    }
}

/// How well one forecaster did in one experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Score<'a> {
    /// Who forecast.
    pub forecaster: &'a str,
    /// Figures forecast.
    pub figures: usize,
    /// Mean continuous ranked probability score.
    pub crps: f64,
    /// Mean interval score of the 90 % interval.
    pub interval_score: f64,
    /// Figures inside the 90 % interval.
    pub inside_90: usize,
}

impl Certificate {
    /// Gates of one part, failing ones first.
    pub fn gates_of(&self, part: &str) -> Vec<&Gate> {
        let mut gates: Vec<&Gate> = self.gates.iter().filter(|gate| gate.part == part).collect();
        gates.sort_by_key(|gate| gate.passed);
        gates
    }

    /// Parts that no gate checks: nothing is certified there.
    pub fn unchecked(&self) -> impl Iterator<Item = &'static str> {
        PARTS.iter().filter(|(part, _)| self.gates_of(part).is_empty()).map(|(_, name)| *name)
    }

    /// `2 of 14 gates fail`.
    pub fn verdict(&self) -> String {
        let failing = self.gates.iter().filter(|gate| !gate.passed).count();
        format!("{failing} of {} gates fail", self.gates.len())
    }

    /// Whether anything made from this posterior must be marked.
    pub fn fails(&self) -> bool {
        self.gates.is_empty() || self.gates.iter().any(|gate| !gate.passed)
    }

    /// Whether it tells of several posteriors, each as of the day that its experiment is named by, and has no gates of its own.
    pub fn is_evaluation(&self) -> bool {
        self.gates.is_empty() && self.about.len() == 1
    }

    /// An entry of `about.csv`.
    pub fn about(&self, name: &str) -> Option<&str> {
        self.about.iter().find(|entry| entry.name == name).map(|entry| entry.value.as_str())
    }

    /// The number that a part's gate requires, found by a word of its check: 1.05 of `<= 1.05`.
    pub fn required(&self, part: &str, word: &str) -> Option<f64> {
        let gate = self.gates.iter().find(|g| g.part == part && g.check.to_lowercase().contains(word))?;
        gate.required
            .split(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
            .find_map(|number| number.parse().ok())
    }

    /// Predicted figures, furthest from expectation first.
    pub fn worst_misfits(&self) -> Vec<&Predicted> {
        let mut rows: Vec<&Predicted> = self.predictive.iter().collect();
        rows.sort_by(|a, b| b.standardised.abs().total_cmp(&a.standardised.abs()));
        rows
    }

    /// Parameters, best identified first.
    pub fn by_contraction(&self) -> Vec<&Identified> {
        let mut rows: Vec<&Identified> = self.identifiability.iter().collect();
        rows.sort_by(|a, b| b.contraction.total_cmp(&a.contraction));
        rows
    }

    /// Parameters of the synthetic truths with their coverage, the least often inside the 90 % interval first.
    pub fn recovered_parameters(&self) -> Vec<(&str, Coverage)> {
        let coverage = |name| {
            let of = self.recovery.iter().filter(move |row| row.parameter == name);
            (name, of.map(|row| (row.inside_50, row.inside_90)).collect::<Coverage>())
        };
        let names = distinct(self.recovery.iter().map(|row| row.parameter.as_str()));
        let mut rows: Vec<(&str, Coverage)> = names.into_iter().map(coverage).collect();
        rows.sort_by(|a, b| (a.1.inside_90 * b.1.figures).cmp(&(b.1.inside_90 * a.1.figures)));
        rows
    }

    /// What was held out, in the order of the table.
    pub fn experiments(&self) -> Vec<&str> {
        distinct(self.held_out.iter().map(|row| row.experiment.as_str()))
    }

    /// Scores of every forecaster in one experiment, best first.
    pub fn scores(&self, experiment: &str) -> Vec<Score<'_>> {
        let of = || self.held_out.iter().filter(move |row| row.experiment == experiment);
        let score = |forecaster| {
            let rows: Vec<&HeldOut> = of().filter(|row| row.forecaster == forecaster).collect();
            let mean = |value: fn(&HeldOut) -> f64| rows.iter().map(|r| value(r)).sum::<f64>() / rows.len() as f64;
            let inside = rows.iter().filter(|row| (row.q05..=row.q95).contains(&row.published)).count();
            let (crps, interval_score) = (mean(|row| row.crps), mean(|row| row.interval_score));
            Score { forecaster, figures: rows.len(), crps, interval_score, inside_90: inside }
        };
        let mut scores: Vec<Score> = distinct(of().map(|row| row.forecaster.as_str())).into_iter().map(score).collect();
        scores.sort_by(|a, b| a.crps.total_cmp(&b.crps));
        scores
    }
}

impl Predicted {
    /// Published less expected, in the figure's unit.
    pub fn off(&self) -> f64 {
        self.published - self.expected
    }

    /// A TSR figure by size: the figures that the model must get right first.
    pub fn is_tsr_by_size(&self) -> bool {
        self.survey == Survey::Tsr.id()
            && self.segment_type == "size"
            && matches!(self.metric.as_str(), "practised" | "current_practice")
    }
}

impl UnderPriors {
    /// The KPI and its segment, for people.
    pub fn label(&self) -> String {
        let name = REGISTRY.iter().find(|one| one.id.id() == self.kpi).map_or(&*self.kpi, |one| one.name);
        let name = name.split(" (").next().unwrap_or(name);
        match self.segment.split_once('=').map_or(&*self.segment, |(_, member)| member) {
            "total" => name.to_string(),
            segment => format!("{name}: {segment}"),
        }
    }

    /// Whether it is a share, and not a number of days.
    fn is_share(&self) -> bool {
        REGISTRY.iter().all(|one| one.id.id() != self.kpi || one.unit != "days a week")
    }
}

impl Certificate {
    /// KPIs that are shares under each set of priors in the last fiscal year: a KPI after the other, in each the sets in the order of
    /// the table.
    pub fn last_under_priors(&self) -> Vec<&UnderPriors> {
        let rows = &self.prior_sensitivity;
        let last = rows.iter().map(|row| row.fiscal_year).max();
        let mut rows: Vec<&UnderPriors> =
            rows.iter().filter(|row| Some(row.fiscal_year) == last && row.is_share()).collect();
        let order = distinct(rows.iter().map(|row| (&row.kpi, &row.segment)));
        rows.sort_by_key(|row| order.iter().position(|one| *one == (&row.kpi, &row.segment)));
        rows
    }
}

impl Identified {
    /// Whether the surveys left the parameter its prior.
    pub fn prior_kept(&self) -> bool {
        self.contraction < PRIOR_KEPT
    }
}

/// Each value once, in order of appearance.
pub fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen: Vec<T> = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

/// The middle of sorted or unsorted values.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    crate::statistics::quantile_sorted(&values, 0.5)
}
