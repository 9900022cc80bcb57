//! Survey series and their published figures. Names as in `data/observations` in; groups, directions, sampling errors out.

use crate::observation::Survey;
use jiff::civil::Date;

/// Figures that share the size of the model's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Group {
    TsrSize,
    TsrFormal,
    TsrStaff,
    FirmsPlace,
    Mic,
    Tokyo,
    Workers,
    WorkersPlace,
    WorkersIndustry,
    WorkersSize,
}

/// All groups, with their names in files.
pub const GROUPS: [(Group, &str); 10] = [
    (Group::TsrSize, "tsr_size"),
    (Group::TsrFormal, "tsr_formal"),
    (Group::TsrStaff, "tsr_staff"),
    (Group::FirmsPlace, "firms_place"),
    (Group::Mic, "mic"),
    (Group::Tokyo, "tokyo"),
    (Group::Workers, "workers"),
    (Group::WorkersPlace, "workers_place"),
    (Group::WorkersIndustry, "workers_industry"),
    (Group::WorkersSize, "workers_size"),
];

impl Group {
    /// Name in files.
    pub fn name(self) -> &'static str {
        GROUPS[self as usize].1
    }
}

/// A question that a survey puts to a part of its frame, wave after wave; spelt as in `data/observations`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Series {
    /// Survey.
    pub survey: Survey,
    /// Metric.
    pub metric: String,
    /// Segment type.
    pub segment_type: String,
    /// Segment.
    pub segment: String,
}

impl Series {
    /// Of a survey, from its metric, segment type and segment.
    pub fn new(survey: Survey, metric: &str, segment_type: &str, segment: &str) -> Series {
        let [metric, segment_type, segment] = [metric, segment_type, segment].map(str::to_string);
        Series { survey, metric, segment_type, segment }
    }

    /// Group whose model error it has.
    pub fn group(&self) -> Group {
        match (self.survey, self.segment_type.as_str()) {
            (Survey::Tsr, "prefecture") => Group::FirmsPlace,
            // The award's criteria: a formal scheme above all.
            (Survey::Tsr, _) if self.metric.starts_with("institutionalised") || self.metric == "sustained_practice" => {
                Group::TsrFormal
            }
            (Survey::Tsr, _) if self.metric.starts_with("staff_share") => Group::TsrStaff,
            (Survey::Tsr, _) => Group::TsrSize,
            (Survey::Mic, _) => Group::Mic,
            (Survey::TokyoFirms, _) => Group::Tokyo,
            (Survey::Mlit | Survey::CabinetOffice | Survey::Jpc | Survey::Persol | Survey::Nira, "industry") => {
                Group::WorkersIndustry
            }
            (Survey::Mlit | Survey::CabinetOffice | Survey::Jpc | Survey::Persol | Survey::Nira, "firm size") => {
                Group::WorkersSize
            }
            (
                Survey::Mlit | Survey::CabinetOffice | Survey::Jpc | Survey::Persol | Survey::Nira,
                "residence" | "region" | "prefecture",
            ) if self.segment != "national" => Group::WorkersPlace,
            (Survey::Mlit | Survey::CabinetOffice | Survey::Jpc | Survey::Persol | Survey::Nira, _) => Group::Workers,
        }
    }

    /// -1 for answers against telework, whose share falls when the model underrates telework; 1 for all others.
    pub fn direction(&self) -> f64 {
        if ["never_practised", "stopped"].contains(&self.metric.as_str()) { -1.0 } else { 1.0 }
    }

    /// The question, without the segment: the metric, and which answer where the segment is one of several answers.
    pub fn question(&self) -> (&str, &str) {
        (&self.metric, if self.segment_type == "staff share" { &self.segment } else { "" })
    }

    /// As one text, to key its draws.
    pub fn key(&self) -> String {
        format!("{}/{}/{}/{}", self.survey.id(), self.metric, self.segment_type, self.segment)
    }
}

/// A published figure of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Its series.
    pub series: Series,
    /// Wave as printed.
    pub wave: String,
    /// Middle of the field period.
    pub date: Date,
    /// Respondents behind it, as published or from the simulated survey.
    pub respondents: f64,
    /// The figure, 0-1.
    pub share: f64,
}

/// Log odds of a share, kept away from certainty.
pub fn log_odds(share: f64) -> f64 {
    let share = share.clamp(2e-3, 1.0 - 2e-3);
    libm::log(share / (1.0 - share))
}

/// Share at given log odds.
pub fn share(log_odds: f64) -> f64 {
    crate::statistics::logistic(log_odds)
}

/// p (1 - p), kept away from certainty: a share's slope by its log odds.
fn spread(share: f64) -> f64 {
    let share = share.clamp(0.005, 0.995);
    share * (1.0 - share)
}

impl Published {
    /// Standard deviation of the sampling error, in log odds.
    pub fn sampling_sd(&self) -> f64 {
        sampling_sd(self.series.survey, self.share, self.respondents)
    }

    /// Standard deviation of the rounding error in log odds: of a uniform as wide as the last printed digit.
    pub fn rounding_sd(&self) -> f64 {
        self.series.survey.rounding() / spread(self.share) / 12.0_f64.sqrt()
    }

    /// Correlation of the sampling errors of two figures: the part of the respondents who are in both, less what one answer
    /// takes from the others to the same question. Different questions to the same people count as independent.
    pub fn sampling_correlation(&self, other: &Published, overlap: f64) -> f64 {
        const ONE_ANSWER_EACH: [&[&str]; 3] = [
            &["current_practice", "stopped", "never_practised"],
            &["institutionalised_before_covid", "institutionalised_after_covid"],
            &["staff_share_distribution"],
        ];
        let (a, b) = (&self.series, &other.series);
        if (a.survey, &self.wave, self.date) != (b.survey, &other.wave, other.date) {
            return 0.0;
        }
        if a.question() == b.question() {
            return overlap;
        }
        let exclusive = |answers: &&[&str]| [a, b].iter().all(|s| answers.contains(&s.metric.as_str()));
        if !ONE_ANSWER_EACH.iter().any(exclusive) {
            return 0.0;
        }
        let odds = |share: f64| share / (1.0 - share).max(1e-3);
        -overlap * (odds(self.share) * odds(other.share)).sqrt().min(1.0)
    }
}

/// Standard deviation in log odds of a share among so many respondents, with the survey's design effect.
pub fn sampling_sd(survey: Survey, share: f64, respondents: f64) -> f64 {
    (survey.design_effect() / (respondents.max(1.0) * spread(share))).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn tsr(metric: &str, share: f64) -> Published {
        let series = Series::new(Survey::Tsr, metric, "size", "SME");
        Published { series, wave: "wave 6".into(), date: date(2020, 7, 3), respondents: 1000.0, share }
    }

    /// Binomial log odds have variance 1 / (n p (1 - p)); TSR's design effect is 1.5. Of a multinomial the correlation of two
    /// counts is -sqrt(p q / ((1 - p) (1 - q))).
    #[test]
    fn sampling_errors_are_those_of_a_multinomial() {
        let (now, stopped) = (tsr("current_practice", 0.3), tsr("stopped", 0.2));
        assert!((now.sampling_sd().powi(2) - 1.5 / (1000.0 * 0.21)).abs() < 1e-12);
        let exact = -(0.3_f64 * 0.2 / (0.7 * 0.8)).sqrt();
        assert!((now.sampling_correlation(&stopped, 1.0) - exact).abs() < 1e-12);
        assert_eq!(now.sampling_correlation(&tsr("institutionalised", 0.3), 1.0), 0.0);
        assert_eq!(now.sampling_correlation(&now, 0.25), 0.25);
        assert_eq!((stopped.series.direction(), now.series.direction()), (-1.0, 1.0));
    }
}
