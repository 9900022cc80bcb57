//! The candidate KPIs that reports show: which segments of the indicator registry, and the published figure and the
//! official target that stand beside each.
//!
//! Names, formulas, frames and units are those of [`crate::observation::REGISTRY`].

use crate::observation::{Indicator, describe};

/// A candidate KPI.
#[derive(Clone, Copy, Debug)]
pub struct Kpi {
    /// What it is.
    pub indicator: &'static Indicator,
    /// Which segment of it.
    pub segment: &'static str,
    /// The published figure with the same meaning, when there is one.
    pub published: Option<Published>,
    /// Official target for 2020.
    pub target: Option<f64>,
}

/// A figure of a survey, as spelt in `data/observations`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Survey id.
    pub survey: &'static str,
    /// Metric.
    pub metric: &'static str,
    /// Kind of segment.
    pub segment_type: &'static str,
    /// Segment.
    pub segment: &'static str,
}

/// Indicator, segment, published figure, target.
type Shown = (&'static str, &'static str, Option<Published>, Option<f64>);

const fn published(
    survey: &'static str,
    metric: &'static str,
    segment_type: &'static str,
    segment: &'static str,
) -> Option<Published> {
    Some(Published { survey, metric, segment_type, segment })
}

const fn tsr(metric: &'static str, segment: &'static str) -> Option<Published> {
    published("tsr_practice", metric, "size", segment)
}

const fn mlit(metric: &'static str, segment: &'static str) -> Option<Published> {
    published("mlit_workers", metric, "total", segment)
}

const SHOWN: &[Shown] = &[
    ("mic_introduction", "total", published("mic_introduction", "introduced", "size", "total"), Some(0.345)),
    ("tsr_current_practice", "total", tsr("current_practice", "total"), None),
    ("tsr_current_practice", "size=large", tsr("current_practice", "large"), None),
    ("tsr_current_practice", "size=SME", tsr("current_practice", "SME"), None),
    ("tsr_formal_scheme", "total", tsr("institutionalised", "total"), None),
    ("teleworkers_ever", "total", mlit("employed_ever", "all employees"), None),
    ("teleworkers_last_year", "total", None, None),
    ("scheme_based_teleworkers", "total", mlit("scheme_based", "all employees"), Some(0.154)),
    ("telework_days", "total", mlit("days_per_week_mean", "teleworkers"), None),
    ("sustained_practice", "total", None, None),
    ("regional_gap", "total", None, None),
    ("current_practice", "region=Tokyo area", None, None),
    ("current_practice", "region=Kinki area", None, None),
    ("current_practice", "region=Chukyo area", None, None),
    ("current_practice", "region=regional cities", None, None),
];

/// Every candidate KPI, in the order of reports.
pub fn candidate_kpis() -> Vec<Kpi> {
    let known = SHOWN.iter().filter_map(|&(id, segment, published, target)| {
        describe(id).map(|indicator| Kpi { indicator, segment, published, target })
    });
    known.collect()
}

impl Kpi {
    /// One indicator in one segment, beside a published figure.
    pub fn of(id: &str, segment: &'static str) -> Option<Kpi> {
        candidate_kpis().into_iter().find(|kpi| kpi.indicator.id == id && kpi.segment == segment)
    }

    /// Name for people: the indicator's, and the segment when it is not the total.
    pub fn name(&self) -> String {
        // What the registry says in brackets about targets has its own place in reports.
        let name = self.indicator.name.split(" (").next().unwrap_or_default();
        match self.segment.split_once('=') {
            Some((_, member)) => format!("{name}: {member}"),
            None => name.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{Cadence, REGISTRY};

    #[test]
    fn every_candidate_of_a_single_run_is_shown() {
        let shown = candidate_kpis();
        assert_eq!(shown.len(), SHOWN.len(), "an indicator is not in the registry");
        for candidate in REGISTRY.iter().filter(|i| i.candidate && i.cadence != Cadence::Compared) {
            assert!(shown.iter().any(|kpi| kpi.indicator.id == candidate.id), "{} is missing", candidate.id);
        }
    }
}
