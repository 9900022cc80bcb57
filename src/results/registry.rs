//! The candidate KPIs: formula, frame, unit, and the published figure that stands beside each.
//!
//! Source: MODEL section 6 of the project's brief; survey and metric names as in `data/observations`.

/// A candidate KPI.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kpi {
    /// Id in `kpi.csv`.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Who is counted.
    pub frame: &'static str,
    /// `share`, `days` or `yen`.
    pub unit: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// Where its value is found.
    pub figure: KpiFigure,
    /// The published figure to show beside an indicator, when there is one with nearly the same meaning.
    pub observed_beside: Option<SurveyFigure<'static>>,
    /// Official target and the year it was set for.
    pub target: Option<(f64, &'static str)>,
}

/// Where a KPI's value is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KpiFigure {
    /// In the weekly indicators.
    Indicator {
        /// Id of the indicator.
        indicator: &'static str,
        /// Its segment.
        segment: &'static str,
    },
    /// In the answers of a simulated survey.
    Survey(SurveyFigure<'static>),
}

/// One figure of a survey, as spelt in `data/observations`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SurveyFigure<'a> {
    /// Survey id.
    pub survey: &'a str,
    /// Metric.
    pub metric: &'a str,
    /// Kind of segment.
    pub segment_type: &'a str,
    /// Segment.
    pub segment: &'a str,
}

impl Kpi {
    /// The published figure to show beside it.
    pub fn beside(&self) -> Option<SurveyFigure<'static>> {
        match self.figure {
            KpiFigure::Survey(figure) => Some(figure),
            KpiFigure::Indicator { .. } => self.observed_beside,
        }
    }
}

const fn survey(
    survey: &'static str,
    metric: &'static str,
    segment_type: &'static str,
    segment: &'static str,
) -> KpiFigure {
    KpiFigure::Survey(SurveyFigure { survey, metric, segment_type, segment })
}

const fn indicator(indicator: &'static str, segment: &'static str) -> KpiFigure {
    KpiFigure::Indicator { indicator, segment }
}

const fn kpi(
    id: &'static str,
    name: &'static str,
    frame: &'static str,
    unit: &'static str,
    formula: &'static str,
    figure: KpiFigure,
) -> Kpi {
    Kpi { id, name, frame, unit, formula, figure, observed_beside: None, target: None }
}

const MIC: &str = "firms with 100+ employees (MIC)";
const TSR: &str = "respondents of the TSR survey";
const MLIT: &str = "employees (MLIT)";
const ALL: &str = "all firms";
const SIZE: &str = "size";
const EMPLOYEES: &str = "all employees";

/// Every candidate KPI, in the order of reports.
pub const KPIS: &[Kpi] = &[
    Kpi {
        target: Some((0.345, "2020")),
        ..kpi(
            "introduction",
            "Firms that introduced telework",
            MIC,
            "share",
            "firms with telework in any form for any staff / firms, weighted",
            survey("mic_introduction", "introduced", SIZE, "total"),
        )
    },
    kpi(
        "current_practice",
        "Firms practising telework",
        TSR,
        "share",
        "respondents that practise now / respondents",
        survey("tsr_practice", "current_practice", SIZE, "total"),
    ),
    kpi(
        "current_practice_large",
        "Large firms practising telework",
        TSR,
        "share",
        "respondents with capital of 100 million yen or more that practise now / such respondents",
        survey("tsr_practice", "current_practice", SIZE, "large"),
    ),
    kpi(
        "current_practice_sme",
        "SMEs practising telework",
        TSR,
        "share",
        "respondents with less capital that practise now / such respondents",
        survey("tsr_practice", "current_practice", SIZE, "SME"),
    ),
    kpi(
        "formal_scheme",
        "Firms with a formal scheme",
        TSR,
        "share",
        "respondents with telework in their work rules / respondents",
        survey("tsr_practice", "institutionalised", SIZE, "total"),
    ),
    kpi(
        "practice_all_firms",
        "All firms practising telework",
        ALL,
        "share",
        "firms that practise this week / firms",
        indicator("current_practice", "total"),
    ),
    kpi(
        "employees_ever",
        "Employees who ever teleworked",
        MLIT,
        "share",
        "employees who teleworked in their present job at any time / employees",
        survey("mlit_workers", "employed_ever", "total", EMPLOYEES),
    ),
    Kpi {
        target: Some((0.154, "2020")),
        ..kpi(
            "employees_scheme_based",
            "Scheme-based teleworkers",
            MLIT,
            "share",
            "employees who teleworked under a formal scheme / employees",
            survey("mlit_workers", "scheme_based", "total", EMPLOYEES),
        )
    },
    kpi(
        "sustained_practice",
        "Firms that meet the award's criteria",
        ALL,
        "share",
        "firms that meet the published criteria of the pioneer award / firms",
        indicator("sustained_practice", "total"),
    ),
    kpi(
        "regional_gap",
        "Gap of the regions to the Tokyo area",
        ALL,
        "share",
        "current practice in the Tokyo area - current practice in regional cities",
        indicator("regional_gap", "total"),
    ),
    Kpi {
        observed_beside: Some(SurveyFigure {
            survey: "mlit_workers",
            metric: "days_per_week_mean",
            segment_type: "total",
            segment: "teleworkers",
        }),
        ..kpi(
            "telework_days",
            "Telework days a week",
            "teleworking employees",
            "days",
            "days teleworked / employees who telework this week",
            indicator("telework_days", "total"),
        )
    },
];
