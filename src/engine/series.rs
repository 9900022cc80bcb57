//! What one run gives: indicator series, simulated surveys, deliveries, and the optional firm panel.

use crate::calendar::Week;
use jiff::civil::Date;

/// Everything that one run gives. A pure function of scenario, population, parameters and replicate.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Series {
    /// Replicate number.
    pub replicate: u32,
    /// Indicator figures, one entry an (indicator, segment).
    pub indicators: Vec<IndicatorSeries>,
    /// Simulated surveys, in date order.
    pub surveys: Vec<SurveyAnswer>,
    /// What each intervention did, one entry an intervention, in scenario order.
    pub interventions: Vec<InterventionSeries>,
    /// Firm panel, when asked for.
    pub panel: Vec<PanelRow>,
}

/// One indicator in one segment over time.
#[derive(Clone, Debug, PartialEq)]
pub struct IndicatorSeries {
    /// Id in the indicator registry, such as `current_practice`.
    pub indicator: &'static str,
    /// `total`, or a class and its member such as `size=large`, `prefecture=Tokyo`.
    pub segment: String,
    /// Week and value, rising weeks. Shares are fractions.
    pub values: Vec<(Week, f32)>,
}

/// One figure of one simulated survey wave.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyAnswer {
    /// Survey id, spelt as in `data/observations`.
    pub survey: &'static str,
    /// Wave as printed there, or `forecast`.
    pub wave: String,
    /// Middle of the field period.
    pub date: Date,
    /// Metric, spelt as in `data/observations`.
    pub metric: &'static str,
    /// Segment type, spelt as there.
    pub segment_type: &'static str,
    /// Segment, spelt as there.
    pub segment: String,
    /// Respondents asked in this segment.
    pub respondents: u32,
    /// What the survey would find with endless respondents.
    pub expected: f64,
    /// What these respondents answered, rounded as published.
    pub answer: f64,
    /// What was published, when it was.
    pub observed: Option<f64>,
}

/// What one intervention did.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct InterventionSeries {
    /// Name in the scenario.
    pub name: String,
    /// Kind, as in scenario files.
    pub kind: &'static str,
    /// One entry a week in which it was active.
    pub weeks: Vec<InterventionWeek>,
}

/// One week of one intervention. Firms are firms of the whole population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InterventionWeek {
    /// Week.
    pub week: Week,
    /// Yen spent.
    pub spend_yen: f64,
    /// Deliveries possible (capacity carried over included).
    pub capacity: f64,
    /// Deliveries planned: capacity limited by the budget.
    pub planned: f64,
    /// Deliveries made.
    pub deliveries: f64,
    /// Firms reached so far, each counted once.
    pub firms_reached: f64,
}

/// One firm in one observed week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PanelRow {
    /// Week.
    pub week: u32,
    /// Permanent id.
    pub firm: u32,
    /// 0 never, 1 current, 2 stopped.
    pub practice: u8,
    /// Formal scheme.
    pub formal: bool,
    /// Share of employees who telework this week.
    pub intensity: f32,
    /// Firms that this one stands for.
    pub weight: f32,
}
