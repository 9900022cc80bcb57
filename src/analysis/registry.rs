//! The candidate KPIs that reports show: which segments of the indicator registry, and the published figure and the
//! official target that stand beside each.
//!
//! Names, formulas, frames and units are those of [`crate::observation::REGISTRY`].

use crate::{
    observation::{Indicator, Survey, describe},
    prediction::Series,
};

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

/// A figure of a simulated survey that shows a KPI. A KPI that is a difference has two: the first less the second.
pub type Measured = &'static [Published];

const MLIT_EVER: [Published; 2] = [
    Published { survey: "mlit_workers", metric: "employed_ever", segment_type: "residence", segment: "Tokyo area" },
    Published {
        survey: "mlit_workers",
        metric: "employed_ever",
        segment_type: "residence",
        segment: "regional cities",
    },
];
const MLIT_LAST_YEAR: [Published; 1] = [Published {
    survey: "mlit_workers",
    metric: "employed_last_year",
    segment_type: "total",
    segment: "all employees",
}];

/// An indicator in a segment is one KPI, whatever stands beside it.
impl PartialEq for Kpi {
    fn eq(&self, other: &Kpi) -> bool {
        (self.indicator.id, self.segment) == (other.indicator.id, other.segment)
    }
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

    /// Whether the aim is to lower it.
    pub fn less_is_better(&self) -> bool {
        self.indicator.id == "regional_gap"
    }

    /// Whether a value reaches a target.
    pub fn reaches(&self, value: f64, target: f64) -> bool {
        if self.less_is_better() { value <= target } else { value >= target }
    }

    /// The figures of simulated surveys that show it; nothing where no survey publishes it, or (days a week) where the
    /// spread of its answers is not published.
    pub fn measured(&self) -> Measured {
        match self.indicator.id {
            "regional_gap" => &MLIT_EVER,
            "teleworkers_last_year" => &MLIT_LAST_YEAR,
            "telework_days" => &[],
            _ => SHOWN
                .iter()
                .find(|(id, segment, ..)| (*id, *segment) == (self.indicator.id, self.segment))
                .and_then(|(_, _, published, _)| published.as_ref())
                .map_or(&[], std::slice::from_ref),
        }
    }

    /// The series whose group lends its model error to a KPI that no survey publishes: firms by place for practice by region,
    /// workers for days a week, firms for the rest.
    pub fn stand_in(&self) -> Series {
        match (self.indicator.unit, self.segment.split_once('=')) {
            ("days a week", _) => Series::new(Survey::Mlit, self.indicator.id, "total", "teleworkers"),
            (_, Some(("region", place))) => Series::new(Survey::Tsr, "current_practice", "prefecture", place),
            _ => Series::new(Survey::Tsr, self.indicator.id, "size", "total"),
        }
    }

    /// As it is typed: the indicator's id, and the segment in brackets when it is not the total.
    pub fn id(&self) -> String {
        match self.segment {
            "total" => self.indicator.id.to_string(),
            segment => format!("{}[{segment}]", self.indicator.id),
        }
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
