//! The constants of the law: sizes of errors, their time constant, what they share. Priors and draws in, [`Law`] out.

use super::series::GROUPS;
use crate::data::Draw;

/// A constant of the law. Each is positive, with a log-normal prior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constant {
    /// Name in files, after `discrepancy_`.
    pub name: &'static str,
    /// Prior median: standard deviations in log odds, years, or weights.
    pub median: f64,
    /// Prior standard deviation of its logarithm.
    pub spread: f64,
}

/// Constants of groups come first, in the order of [`GROUPS`].
///
/// Groups: the model is one of firms as TSR asks them: by size it should follow them to about a point (0.05 is 1.25 points
/// at one half, 0.8 at a fifth). Single places, industries and workers come out of it by way of frames and shares of jobs that it
/// does not claim to hold to better than 4 (industries 7) points. Half of the variance of each group's logarithm is common
/// to all (`all`): when one group is worse than expected, so are likely the others. Waves: 1 point at one half. The time
/// constant: MIC's yearly figures from 2012 to 2019 differ no more over three years than over one, so errors last a year or so.
pub const CONSTANTS: [Constant; 15] = [
    constant("tsr_size", 0.05, 0.3),
    constant("tsr_formal", 0.07, 0.4),
    constant("tsr_staff", 0.10, 0.4),
    constant("firms_place", 0.15, 0.4),
    constant("mic", 0.15, 0.4),
    constant("tokyo", 0.15, 0.4),
    constant("workers", 0.15, 0.4),
    constant("workers_place", 0.15, 0.4),
    constant("workers_industry", 0.30, 0.4),
    constant("workers_size", 0.20, 0.4),
    constant("all", 1.0, 0.4),
    constant("wave", 0.04, 0.5),
    constant("years", 1.0, 0.6),
    constant("field_weight", 1.0, 0.7),
    constant("survey_weight", 0.5, 0.7),
];

const fn constant(name: &'static str, median: f64, spread: f64) -> Constant {
    Constant { name, median, spread }
}

/// Places after the groups.
pub const ALL: usize = GROUPS.len();
/// Standard deviation of a wave's error.
pub const WAVE: usize = ALL + 1;
/// Time constant.
pub const YEARS: usize = ALL + 2;
/// Weight of what surveys share, beside 1 of the question.
pub const FIELD: usize = ALL + 3;
/// Weight of what a survey's questions share.
pub const SURVEY: usize = ALL + 4;

/// The law's constants at one draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// Standard deviation of the lasting model error in log odds, by group.
    pub sd: [f64; GROUPS.len()],
    /// Standard deviation of a wave's error in log odds.
    pub wave_sd: f64,
    /// Years after which the correlation of a series' model error has fallen to 1/e.
    pub years: f64,
    /// Weight in the variance of what all surveys share, beside 1 of the question's own.
    pub field_weight: f64,
    /// Weight of what all questions of a survey share.
    pub survey_weight: f64,
}

impl Law {
    /// From values of [`CONSTANTS`] in order.
    pub fn new(values: &[f64; CONSTANTS.len()]) -> Law {
        Law {
            sd: std::array::from_fn(|group| values[group] * values[ALL]),
            wave_sd: values[WAVE],
            years: values[YEARS],
            field_weight: values[FIELD],
            survey_weight: values[SURVEY],
        }
    }

    /// Of a posterior draw; a constant that it lacks stands at its prior median.
    pub fn of(draw: &Draw) -> Law {
        let value = |constant: &Constant| {
            let found = draw.discrepancy.iter().find(|(name, _)| name == constant.name);
            found.map_or(constant.median, |(_, value)| *value)
        };
        Law::new(&CONSTANTS.each_ref().map(value))
    }

    /// Parts of the lasting variance: shared by surveys, by the survey's questions, own.
    pub fn parts(&self) -> [f64; 3] {
        let all = 1.0 + self.field_weight + self.survey_weight;
        [self.field_weight / all, self.survey_weight / all, 1.0 / all]
    }
}
