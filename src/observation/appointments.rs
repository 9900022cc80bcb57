//! When each survey is asked, and which of its figures are wanted. Published rows in, appointments out.

use super::{
    observers::Observe,
    surveys::{Figure, RECALLED_SPRING, Survey, Wave},
};
use crate::{
    calendar::{EPOCH, Week},
    data::{Data, Observation},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};

/// A wave to be asked.
#[derive(Clone, Debug)]
pub struct Appointment<'a> {
    /// Survey.
    pub survey: Survey,
    /// Wave as published; `forecast` or `drift`.
    pub label: String,
    /// Day in whose week the state is seen.
    pub date: Date,
    /// Week whose end is seen; `None` = the state in which the run begins.
    pub week: Option<Week>,
    /// Who is asked.
    pub wave: Wave,
    wanted: Wanted<'a>,
}

/// Figures that an appointment gives.
#[derive(Clone, Debug)]
enum Wanted<'a> {
    /// Those of a published wave.
    Published(Vec<&'a Observation>),
    /// Those that the latest question forms give.
    Usual,
    /// The usual ones, and all that any wave of the survey published.
    Known(Vec<&'a Observation>),
    /// Introduced, all sizes (MIC).
    Introduced,
    /// All that can be asked.
    Everything,
}

impl Appointment<'_> {
    /// Whether a figure is wanted, by metric, segment type and segment.
    pub fn wants(&self, metric: &str, segment_type: &str, segment: &str) -> bool {
        let among = |rows: &[&Observation]| rows.iter().any(|row| same(row, metric, segment_type, segment));
        let usual = || usual(self.survey, metric, segment_type);
        match &self.wanted {
            Wanted::Published(rows) => among(rows),
            Wanted::Usual => usual(),
            Wanted::Known(rows) => usual() || (metric != RECALLED_SPRING && among(rows)),
            Wanted::Introduced => segment == "total",
            Wanted::Everything => true,
        }
    }

    /// What was published.
    pub fn observed(&self, figure: &Figure) -> Option<f64> {
        let Wanted::Published(rows) = &self.wanted else { return None };
        let found = |row: &&&Observation| same(row, figure.metric, figure.segment_type, &figure.segment);
        rows.iter().find(found).map(|row| row.value)
    }
}

/// Whether a run from the first possible week on is there when a published figure was asked for.
pub fn is_in_time(row: &Observation) -> bool {
    (EPOCH - middle(row)).get_days() <= BEFORE_THE_RUN_DAYS
}

/// Everything to be asked from the first to the last week, in the order of dates.
pub fn appointments(data: &Data, observe: Observe, weeks: (Week, Week)) -> Vec<Appointment<'_>> {
    let mut all = Vec::new();
    if observe == Observe::EveryQuestion {
        return Survey::ALL.map(every_question).into();
    }
    for survey in Survey::ALL {
        let rows = usable(data, survey);
        let past = published(survey, &rows, weeks);
        let last = past.iter().map(|a| a.date).max().unwrap_or(EPOCH);
        all.extend(past);
        match observe {
            Observe::Nothing | Observe::EveryQuestion => return Vec::new(),
            Observe::PublishedWaves => all.extend(drift(survey, weeks)),
            Observe::Everything => {
                let after = last.saturating_add(14.days());
                let wave = survey.usual_wave();
                all.extend(later(survey, after, weeks, false).map(|week| forecast(survey, week, wave, Wanted::Usual)));
            }
            Observe::MonthlySurveys => {
                let wave = Wave { respondents: survey.usual_wave().respondents, ..wave_of(survey, &rows) };
                let wave = Wave { share_large: survey.usual_wave().share_large, ..wave };
                let known = |week| forecast(survey, week, wave, Wanted::Known(rows.clone()));
                all.extend(later(survey, last, weeks, true).map(known));
            }
        }
    }
    all.sort_by_key(|a| (a.date, a.survey.id()));
    all
}

/// Rows of figures that are simulated; what was not seen in a document stays out.
fn usable(data: &Data, survey: Survey) -> Vec<&Observation> {
    let usable = |row: &&Observation| {
        row.survey == survey.id()
            && row.confidence != "memory"
            && row.unit == "share"
            && survey.metrics().contains(&row.metric.as_str())
    };
    data.observations.iter().filter(usable).collect()
}

fn same(row: &Observation, metric: &str, segment_type: &str, segment: &str) -> bool {
    row.metric == metric && row.segment_type == segment_type && row.segment == segment
}

/// Figures of a later wave: those that the latest question forms give.
fn usual(survey: Survey, metric: &str, segment_type: &str) -> bool {
    let now = ["current_practice", "stopped", "never_practised", "institutionalised"];
    match survey {
        Survey::Tsr => segment_type != "prefecture" && now.contains(&metric),
        Survey::Mic
        | Survey::TokyoFirms
        | Survey::Mlit
        | Survey::CabinetOffice
        | Survey::Jpc
        | Survey::Persol
        | Survey::Nira => !["prefecture", "industry"].contains(&segment_type) && metric != RECALLED_SPRING,
    }
}

/// Questions about an earlier time than their field period: words in the question, and the day that stands for the time.
const RECALLED: [(&str, Date); 4] = [
    ("reference Jan 2020", date(2020, 1, 16)),
    ("reference Mar 2020", date(2020, 3, 16)),
    ("reference Apr-May 2020", date(2020, 5, 4)),
    ("(Apr-May 2020), recalled", date(2020, 5, 4)),
];

/// Middle of the field period, or of the time asked about.
fn middle(row: &Observation) -> Date {
    let days = (row.field_end - row.field_start).get_days();
    let recalled = RECALLED.iter().find(|(words, _)| row.question.contains(words));
    recalled.map_or(row.field_start.saturating_add((days / 2).days()), |(_, day)| *day)
}

/// Surveys whose field period ended at most so many days before January 2020 see the first state.
const BEFORE_THE_RUN_DAYS: i32 = 120;

fn published<'a>(survey: Survey, rows: &[&'a Observation], weeks: (Week, Week)) -> Vec<Appointment<'a>> {
    let mut waves: Vec<(&str, Vec<&Observation>)> = Vec::new();
    for row in rows {
        match waves.iter_mut().find(|(wave, rows)| *wave == row.wave && middle(rows[0]) == middle(row)) {
            Some((_, rows)) => rows.push(row),
            None => waves.push((&row.wave, vec![row])),
        }
    }
    let first = weeks.0.monday();
    waves
        .into_iter()
        .filter_map(|(wave, rows)| {
            let date = middle(rows[0]);
            let week = match Week::containing(date).filter(|week| *week >= weeks.0) {
                Some(week) if week <= weeks.1 => Some(week),
                None if weeks.0 == Week(0) && date < first && (first - date).get_days() <= BEFORE_THE_RUN_DAYS => None,
                _ => return None,
            };
            let (label, wave) = (wave.to_string(), wave_of(survey, &rows));
            Some(Appointment { survey, label, date, week, wave, wanted: Wanted::Published(rows) })
        })
        .collect()
}

/// Respondents as published, or as usual; the share of large firms from the published total and its strata.
fn wave_of(survey: Survey, rows: &[&Observation]) -> Wave {
    let usual = survey.usual_wave();
    let all = ["total", "all employees", "regular employees", "national"];
    let pooled = |row: &&&Observation| all.contains(&row.segment.as_str());
    let respondents = rows.iter().filter(pooled).filter_map(|row| row.n).max().unwrap_or(usual.respondents);
    let share_large = rows.iter().find_map(|total| {
        let stratum = |segment: &str| {
            let same = |row: &&&Observation| row.metric == total.metric && row.segment == segment;
            rows.iter().find(same).map(|row| row.value)
        };
        let (large, sme) = (stratum("large")?, stratum("SME")?);
        let share = (total.value - sme) / (large - sme);
        (total.segment == "total" && (0.05..0.4).contains(&share)).then_some(share)
    });
    Wave {
        respondents,
        share_large: share_large.unwrap_or(usual.share_large),
        staff_shares: rows.iter().any(|row| row.metric.starts_with("staff_share")),
        prefectures: rows.iter().any(|row| row.segment_type == "prefecture"),
    }
}

/// Last weeks of months after a day: of every month, or of those in which the survey is usually taken.
fn later(survey: Survey, after: Date, weeks: (Week, Week), monthly: bool) -> impl Iterator<Item = Week> {
    (weeks.0.0..=weeks.1.0).map(Week).filter(move |week| week.monday() > after && week.closes_month()).filter(
        move |week| {
            let month = week.monday().month();
            monthly
                || match survey {
                    Survey::Tsr | Survey::TokyoFirms => true,
                    // Reference dates so far: end of year; November to December; December.
                    Survey::Mic | Survey::CabinetOffice | Survey::Nira => month == 12,
                    Survey::Mlit | Survey::Persol => month == 11,
                    Survey::Jpc => [1, 4, 7, 10].contains(&month),
                }
        },
    )
}

fn forecast(survey: Survey, week: Week, wave: Wave, wanted: Wanted<'_>) -> Appointment<'_> {
    Appointment { survey, label: "forecast".to_string(), date: week.sunday(), week: Some(week), wave, wanted }
}

/// All that a survey can ask, of the state in which the run begins.
fn every_question(survey: Survey) -> Appointment<'static> {
    let wave = Wave { staff_shares: true, prefectures: true, ..survey.usual_wave() };
    Appointment { survey, label: "all".to_string(), date: EPOCH, week: None, wave, wanted: Wanted::Everything }
}

/// MIC's total on 16 February 2020, after six weeks of the run: shows how fast introduction moves without pressure.
fn drift(survey: Survey, weeks: (Week, Week)) -> Option<Appointment<'static>> {
    let date = date(2020, 2, 16);
    let week = Week::containing(date).filter(|week| survey == Survey::Mic && (weeks.0..=weeks.1).contains(week));
    let wave = survey.usual_wave();
    week.map(|_| Appointment { survey, label: "drift".to_string(), date, week, wave, wanted: Wanted::Introduced })
}
