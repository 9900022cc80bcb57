//! Surveys and indicators: observers of a run that never change it. State in, figures out.

use jiff::civil::Date;

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
