//! Surveys and indicators: observers of a run that never change it. State in, figures out.

mod appointments;
mod ids;
mod indicators;
mod names;
mod observers;
mod respondents;
pub mod segments;
mod sums;
mod surveys;
mod view;
mod workers;

pub use crate::population::BANDS;
pub use appointments::is_in_time;
pub use indicators::{Cadence, Indicator, IndicatorId, REGISTRY, Segment};
pub use names::{spaced, survey_name};
pub use observers::{Observe, Observers};
pub use surveys::{Figure, Survey, Wave};
pub use view::{Tally, View};
pub use workers::{WorkerTable, Workers};

use crate::calendar::Week;
use jiff::civil::Date;

/// One figure of one simulated survey wave.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyAnswer {
    /// Survey.
    pub survey: Survey,
    /// Wave as printed there; `forecast`; or `drift`, an MIC figure between two waves for the calibration.
    pub wave: String,
    /// Middle of the field period, or of the earlier time that the question is about.
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

/// One indicator in one segment over time.
#[derive(Clone, Debug, PartialEq)]
pub struct IndicatorSeries {
    /// Indicator.
    pub indicator: IndicatorId,
    /// `total`, or a class and its member such as `size=large`, `prefecture=Tokyo`.
    pub segment: String,
    /// Week and value, rising weeks. Shares are fractions.
    pub values: Vec<(Week, f32)>,
}
