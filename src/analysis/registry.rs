//! The candidate KPIs that reports show: which segments of the indicator registry, and the published figure and the
//! official target that stand beside each.
//!
//! Names, formulas, frames and units are those of [`crate::observation::REGISTRY`].

use crate::{
    classification::Region,
    observation::{Indicator, IndicatorId, Survey},
    prediction::Series,
};

/// A candidate KPI, with all that is to be said of it.
#[derive(Clone, Copy, Debug)]
pub struct Kpi {
    /// What it is.
    pub indicator: &'static Indicator,
    /// Which segment of it.
    pub segment: &'static str,
    /// The published figure that stands beside it, when one has the same meaning.
    pub published: Option<Published>,
    /// Official target for 2020.
    pub target: Option<f64>,
    shown: &'static Shown,
}

/// An indicator in a segment is one KPI, whatever stands beside it.
impl PartialEq for Kpi {
    fn eq(&self, other: &Kpi) -> bool {
        (self.indicator.id, self.segment) == (other.indicator.id, other.segment)
    }
}

/// A figure of a survey, spelt as in `data/observations`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Survey.
    pub survey: Survey,
    /// Metric.
    pub metric: &'static str,
    /// Kind of segment.
    pub segment_type: &'static str,
    /// Segment.
    pub segment: &'static str,
}

impl Published {
    /// Its series in the predictive law.
    pub fn series(&self) -> Series {
        Series::new(self.survey, self.metric, self.segment_type, self.segment)
    }
}

/// Figures of simulated surveys that show a KPI. A KPI that is a difference has two: the first less the second.
pub type Measured = &'static [Published];

/// One place for each KPI.
#[derive(Debug)]
struct Shown {
    id: IndicatorId,
    segment: &'static str,
    by: By,
    counts: Counts,
    target: Option<f64>,
    aim: Aim,
    /// Whether anything that a measure does can move it.
    moves: bool,
}

/// Who shows a KPI.
#[derive(Debug)]
enum By {
    /// A survey, whose published figures stand beside it.
    Survey(&'static [Published; 1]),
    /// Surveys whose published figures do not stand beside it.
    Apart(Measured),
    /// None. The series of the second has the group whose model error it bears; figures of the first stand beside it.
    Nobody(Option<Published>, Published),
}

/// Whose doings a KPI sums up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Counts {
    /// Firms.
    Firms,
    /// Firms with head offices in a region.
    FirmsIn(Region),
    /// Firms with so many regular employees or more.
    FirmsFrom(u32),
    /// Firms with a capital of 100 million yen or more, or (`false`) the others.
    FirmsByCapital(bool),
    /// Both of them, pooled as in TSR's usual wave.
    FirmsPooled,
    /// Employees.
    Employees,
    /// Employees who work in the first region against those who work in the second.
    EmployeesOfTwo(Region, Region),
}

/// What a target asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    More,
    Less,
}

const fn figure(survey: Survey, metric: &'static str, segment_type: &'static str, segment: &'static str) -> Published {
    Published { survey, metric, segment_type, segment }
}

const fn tsr(metric: &'static str, segment: &'static str) -> Published {
    figure(Survey::Tsr, metric, "size", segment)
}

const fn mlit(metric: &'static str) -> Published {
    figure(Survey::Mlit, metric, "total", "all employees")
}

const fn mlit_ever(region: &'static str) -> Published {
    figure(Survey::Mlit, "employed_ever", "residence", region)
}

const fn shown(id: IndicatorId, segment: &'static str, counts: Counts, by: By) -> Shown {
    Shown { id, segment, by, counts, target: None, aim: Aim::More, moves: true }
}

/// Practice of firms in a region: no survey publishes it; TSR's figures of places have its model error.
const fn practice_in(segment: &'static str, region: Region, place: &'static str) -> Shown {
    shown(
        IndicatorId::CurrentPractice,
        segment,
        Counts::FirmsIn(region),
        By::Nobody(None, figure(Survey::Tsr, "current_practice", "prefecture", place)),
    )
}

// Workers' days: the spread of the answers is not published, so no survey can be said to show a change.
const DAYS: Published = figure(Survey::Mlit, "days_per_week_mean", "total", "teleworkers");

static SHOWN: &[Shown] = &[
    Shown {
        target: Some(0.345),
        ..shown(
            IndicatorId::MicIntroduction,
            "total",
            Counts::FirmsFrom(100),
            By::Survey(&[figure(Survey::Mic, "introduced", "size", "total")]),
        )
    },
    shown(
        IndicatorId::TsrCurrentPractice,
        "total",
        Counts::FirmsPooled,
        By::Survey(&[tsr("current_practice", "total")]),
    ),
    shown(
        IndicatorId::TsrCurrentPractice,
        "size=large",
        Counts::FirmsByCapital(true),
        By::Survey(&[tsr("current_practice", "large")]),
    ),
    shown(
        IndicatorId::TsrCurrentPractice,
        "size=SME",
        Counts::FirmsByCapital(false),
        By::Survey(&[tsr("current_practice", "SME")]),
    ),
    shown(IndicatorId::TsrFormalScheme, "total", Counts::FirmsPooled, By::Survey(&[tsr("institutionalised", "total")])),
    shown(IndicatorId::TeleworkersEver, "total", Counts::Employees, By::Survey(&[mlit("employed_ever")])),
    shown(IndicatorId::TeleworkersLastYear, "total", Counts::Employees, By::Apart(&[mlit("employed_last_year")])),
    Shown {
        target: Some(0.154),
        ..shown(IndicatorId::SchemeBasedTeleworkers, "total", Counts::Employees, By::Survey(&[mlit("scheme_based")]))
    },
    // Days a week of who teleworks are a parameter.
    Shown {
        moves: false,
        ..shown(IndicatorId::TeleworkDays, "total", Counts::Employees, By::Nobody(Some(DAYS), DAYS))
    },
    shown(IndicatorId::SustainedPractice, "total", Counts::Firms, By::Nobody(None, tsr("sustained_practice", "total"))),
    Shown {
        aim: Aim::Less,
        ..shown(
            IndicatorId::RegionalGap,
            "total",
            Counts::EmployeesOfTwo(Region::Tokyo, Region::Regional),
            By::Apart(&[mlit_ever("Tokyo area"), mlit_ever("regional cities")]),
        )
    },
    practice_in("region=Tokyo area", Region::Tokyo, "Tokyo area"),
    practice_in("region=Kinki area", Region::Kinki, "Kinki area"),
    practice_in("region=Chukyo area", Region::Chukyo, "Chukyo area"),
    practice_in("region=regional cities", Region::Regional, "regional cities"),
];

/// Every candidate KPI, in the order of reports.
pub fn candidate_kpis() -> Vec<Kpi> {
    let known = SHOWN.iter().map(|shown| {
        let published = match shown.by {
            By::Survey([figure]) => Some(*figure),
            By::Apart(_) => None,
            By::Nobody(beside, _) => beside,
        };
        Kpi { indicator: shown.id.describe(), segment: shown.segment, published, target: shown.target, shown }
    });
    known.collect()
}

impl Kpi {
    /// One indicator in one segment, beside a published figure.
    pub fn of(id: IndicatorId, segment: &'static str) -> Option<Kpi> {
        candidate_kpis().into_iter().find(|kpi| kpi.indicator.id == id && kpi.segment == segment)
    }

    /// Whether the aim is to lower it.
    pub fn less_is_better(&self) -> bool {
        self.shown.aim == Aim::Less
    }

    /// Whether a measure can move it; one that stands still is shown, and is nothing to choose or to aim at.
    pub fn moves(&self) -> bool {
        self.shown.moves
    }

    /// Whose doings it sums up.
    pub fn counts(&self) -> Counts {
        self.shown.counts
    }

    /// Whether a value reaches a target.
    pub fn reaches(&self, value: f64, target: f64) -> bool {
        if self.less_is_better() { value <= target } else { value >= target }
    }

    /// The figures of simulated surveys that show it; nothing where no survey publishes it, or (days a week) where the
    /// spread of its answers is not published.
    pub fn measured(&self) -> Measured {
        match self.shown.by {
            By::Survey(figure) => figure,
            By::Apart(figures) => figures,
            By::Nobody(..) => &[],
        }
    }

    /// The series whose model errors it bears: those of its surveys, or the one whose group stands in for it.
    pub fn bears(&self) -> Vec<Series> {
        match self.shown.by {
            By::Survey(figure) => vec![figure[0].series()],
            By::Apart(figures) => figures.iter().map(Published::series).collect(),
            By::Nobody(_, stand_in) => vec![stand_in.series()],
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
        for candidate in REGISTRY.iter().filter(|i| i.candidate && i.cadence != Cadence::Compared) {
            assert!(shown.iter().any(|kpi| kpi.indicator.id == candidate.id), "{} is missing", candidate.id);
        }
    }
}
