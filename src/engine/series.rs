//! What one run gives: indicator series, simulated surveys, deliveries, and the optional firm panel.

pub use crate::{
    interventions::InterventionWeek,
    observation::{IndicatorSeries, SurveyAnswer},
};

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
