//! The figures that the model is fitted to. Published rows and one simulated history in, [`CalibrationFigure`]s out.
//!
//! A row is used when it was published by the as-of date, has a simulated counterpart, and says something that the other
//! rows do not: no pooled total beside its strata, no *never* beside *now* and *stopped*.

pub use crate::prediction::{log_odds, share};
use crate::{
    data::{Data, Observation},
    observation::{Survey, SurveyAnswer},
    prediction::{Group, Published, Series},
};
use jiff::civil::Date;

/// One published figure with its simulated counterpart.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationFigure {
    /// Position among the answers of a simulated history.
    pub answer: usize,
    /// Position of the answer that is taken away first (the drift before COVID-19 only).
    pub less: Option<usize>,
    /// Survey.
    pub survey: Survey,
    /// Wave as printed.
    pub wave: String,
    /// Middle of the field period.
    pub date: Date,
    /// Metric.
    pub metric: &'static str,
    /// Segment type.
    pub segment_type: &'static str,
    /// Segment.
    pub segment: String,
    /// Respondents behind the figure, as published or from the simulated survey.
    pub respondents: f64,
    /// Published value: a share, or shares a year.
    pub published: f64,
    /// Published value on the scale of the likelihood: log odds, or shares a year.
    pub value: f64,
    /// Standard deviation of the sampling error (with design effect) and of rounding, on that scale.
    pub sd: f64,
}

/// The drift before COVID-19 stands at this wave label.
pub const DRIFT: &str = "drift";
/// Weeks between the state in which the run begins and the reading of the drift.
const DRIFT_WEEKS: f64 = 6.0;

/// Segments that make up a whole: no total is used beside all of its parts.
const PARTITIONS: &[(&str, &[&str])] = &[
    ("total", &["large", "SME"]),
    ("total", &["100-299 employees", "300+ employees"]),
    ("total", &["30-99", "100-299", "300+"]),
    ("all employees", &["Tokyo area", "Kinki area", "Chukyo area", "regional cities"]),
    ("national", &["Tokyo area", "Kinki area", "Chukyo area", "regional cities"]),
    ("national", &["Tokyo area", "regional area", "Osaka-Nagoya area"]),
    ("regular employees", &["7 emergency prefectures", "other prefectures"]),
];

/// All published rows with a simulated counterpart and the parts of them that `wanted` leaves.
fn matched(data: &Data, history: &[SurveyAnswer], wanted: impl Fn(&Observation) -> bool) -> Vec<CalibrationFigure> {
    let row_of = |answer: &SurveyAnswer| {
        data.observations.iter().find(|row| {
            row.survey == answer.survey.id()
                && row.wave == answer.wave
                && row.metric == answer.metric
                && row.segment_type == answer.segment_type
                && row.segment == answer.segment
                && Some(row.value) == answer.observed
        })
    };
    let pairs = history.iter().enumerate().filter_map(|(i, answer)| Some((i, answer, row_of(answer)?)));
    pairs
        .filter(|(_, _, row)| row.confidence != "memory" && wanted(row))
        .map(|(position, answer, row)| {
            let respondents = f64::from(row.n.unwrap_or(answer.respondents).max(1));
            let mut target = CalibrationFigure {
                answer: position,
                less: None,
                survey: answer.survey,
                wave: answer.wave.clone(),
                date: answer.date,
                metric: answer.metric,
                segment_type: answer.segment_type,
                segment: answer.segment.clone(),
                respondents,
                published: row.value,
                value: log_odds(row.value),
                sd: 0.0,
            };
            let figure = target.figure();
            target.sd = libm::hypot(figure.sampling_sd(), figure.rounding_sd());
            target
        })
        .collect()
}

/// All published figures that one simulated history has counterparts of, also those that say nothing new.
pub fn all(data: &Data, history: &[SurveyAnswer]) -> Vec<CalibrationFigure> {
    let mut targets = matched(data, history, |_| true);
    targets.extend(drift(data, Date::MAX, history));
    targets
}

/// The figures published by `as_of` that are fitted.
pub fn targets(data: &Data, as_of: Date, history: &[SurveyAnswer]) -> Vec<CalibrationFigure> {
    let known = matched(data, history, |row| row.published_on() <= as_of);
    let there = |survey: Survey, wave: &str, metric: &str, segment: &str| {
        known.iter().any(|t| t.survey == survey && t.wave == wave && t.metric == metric && t.segment == segment)
    };
    let redundant = |t: &&CalibrationFigure| {
        let beside = |metric: &str| there(t.survey, &t.wave, metric, &t.segment);
        let parts = |metric: &str, parts: &[&str]| parts.iter().all(|part| there(t.survey, &t.wave, metric, part));
        let pooled = PARTITIONS.iter().any(|(total, of)| t.segment == *total && parts(t.metric, of));
        let twice = match t.metric {
            "never_practised" | "ever_practised" => {
                beside("stopped")
                    || beside("practised")
                    || (t.segment == "total" && parts("practised", &["large", "SME"]))
            }
            "institutionalised" => beside("institutionalised_before_covid") && beside("institutionalised_after_covid"),
            _ => false,
        };
        pooled || twice
    };
    let mut targets: Vec<CalibrationFigure> = known.iter().filter(|t| !redundant(t)).cloned().collect();
    targets.extend(drift(data, as_of, history));
    targets
}

/// Yearly growth of MIC's introduction rate before COVID-19, by least squares over the published years to 2019, against
/// what the model does in its first weeks. Says how much happens without any pressure.
fn drift(data: &Data, as_of: Date, history: &[SurveyAnswer]) -> Option<CalibrationFigure> {
    let years: Vec<(f64, f64)> = data
        .observations
        .iter()
        .filter(|row| row.survey == Survey::Mic.id() && row.metric == "introduced" && row.segment == "total")
        .filter(|row| row.confidence != "memory" && row.published_on() <= as_of && row.field_end.year() < 2020)
        .map(|row| (f64::from(row.field_end.year()), row.value))
        .collect();
    let n = years.len() as f64;
    let middle = |of: fn(&(f64, f64)) -> f64| years.iter().map(of).sum::<f64>() / n;
    let (x, y) = (middle(|p| p.0), middle(|p| p.1));
    let spread: f64 = years.iter().map(|p| (p.0 - x).powi(2)).sum();
    if years.len() < 3 || spread == 0.0 {
        return None;
    }
    let slope = years.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>() / spread;
    let rest: f64 = years.iter().map(|p| (p.1 - y - slope * (p.0 - x)).powi(2)).sum::<f64>() / (n - 2.0);
    let of = |wave: &dyn Fn(&str) -> bool| {
        history
            .iter()
            .position(|a| a.survey == Survey::Mic && a.metric == "introduced" && a.segment == "total" && wave(&a.wave))
    };
    let (answer, less) = (of(&|wave| wave == DRIFT)?, of(&|wave| wave.starts_with("2019"))?);
    Some(CalibrationFigure {
        answer,
        less: Some(less),
        survey: Survey::Mic,
        wave: DRIFT.to_string(),
        date: history[answer].date,
        metric: "introduced",
        segment_type: "growth a year",
        segment: "total".to_string(),
        respondents: n,
        published: slope,
        value: slope,
        // The slope's own error, and 1.5 points a year for six weeks standing in for seven years (assumed).
        sd: (rest / spread + 0.015_f64.powi(2)).sqrt(),
    })
}

impl CalibrationFigure {
    /// Group of its model error; the growth before COVID-19 has none.
    pub fn group(&self) -> Option<Group> {
        self.less.is_none().then(|| self.figure().series.group())
    }

    /// The published figure behind it.
    pub fn figure(&self) -> Published {
        Published {
            series: Series::new(self.survey, self.metric, self.segment_type, &self.segment),
            wave: self.wave.clone(),
            date: self.date,
            respondents: self.respondents,
            share: self.published,
        }
    }

    /// Whether another target is the same figure.
    pub fn same(&self, other: &CalibrationFigure) -> bool {
        (self.survey, &self.wave, self.date, self.metric, self.segment_type, &self.segment)
            == (other.survey, &other.wave, other.date, other.metric, other.segment_type, &other.segment)
    }

    /// The simulated counterpart on the scale of the likelihood.
    pub fn of(&self, expected: &[f64]) -> f64 {
        match self.less {
            Some(less) => (expected[self.answer] - expected[less]) * 52.18 / DRIFT_WEEKS,
            None => log_odds(expected[self.answer]),
        }
    }

    /// A value on the scale of the likelihood as a published figure.
    pub fn as_published(&self, value: f64) -> f64 {
        if self.less.is_some() { value } else { share(value) }
    }
}
