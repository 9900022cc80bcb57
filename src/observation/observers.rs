//! The observers of one run: when each indicator is read and each survey asked.

use super::{
    IndicatorSeries, SurveyAnswer,
    indicators::{Reading, monthly, weekly},
    surveys::{Figure, Survey, Wave},
    view::{View, WorkerTable},
};
use crate::{
    calendar::{EPOCH, Week},
    data::{Data, Observation},
    population::Response,
    random::Key,
};
use jiff::{ToSpan, civil::Date};
use std::{cell::OnceCell, collections::HashMap};

/// A wave to be asked.
#[derive(Clone, Debug)]
struct Appointment<'a> {
    survey: Survey,
    label: String,
    date: Date,
    /// Week whose end is seen; `None` = the state in which the run begins.
    week: Option<Week>,
    wave: Wave,
    published: Vec<&'a Observation>,
}

/// Surveys whose field period ended at most so many days before the run see its first state.
const BEFORE_THE_RUN_DAYS: i32 = 120;

/// What is read and asked in one run.
pub struct Observers<'a> {
    key: Key,
    response: &'a Response,
    appointments: Vec<Appointment<'a>>,
    series: Vec<IndicatorSeries>,
    position: HashMap<(&'static str, String), usize>,
    answers: Vec<SurveyAnswer>,
}

impl<'a> Observers<'a> {
    /// Appointments from the first to the last week: every published wave, then later ones month by month (TSR) or
    /// year by year.
    pub fn new(data: &'a Data, response: &'a Response, key: Key, weeks: (Week, Week)) -> Observers<'a> {
        let mut appointments = Vec::new();
        for survey in Survey::ALL {
            let past = published(data, survey, weeks);
            let last = past.iter().map(|a| a.date).max().unwrap_or(EPOCH);
            appointments.extend(past);
            appointments.extend(later(survey, last, weeks));
        }
        appointments.sort_by_key(|a| (a.date, a.survey.id()));
        Observers { key, response, appointments, series: Vec::new(), position: HashMap::new(), answers: Vec::new() }
    }

    /// Sees the state in which the run begins.
    pub fn before(&mut self, view: &View) {
        self.ask(view, None);
    }

    /// Sees the end of a week.
    pub fn observe(&mut self, view: &View) {
        let share_large = Survey::Tsr.usual_wave().share_large;
        self.read(view.week, weekly(view, share_large));
        if view.week.closes_month() {
            self.read(view.week, monthly(view, &WorkerTable::new(view)));
        }
        self.ask(view, Some(view.week));
    }

    fn read(&mut self, week: Week, reading: Reading) {
        for (indicator, segment, value) in reading {
            let series = &mut self.series;
            let at = *self.position.entry((indicator, segment)).or_insert_with_key(|(indicator, segment)| {
                series.push(IndicatorSeries { indicator, segment: segment.clone(), values: Vec::new() });
                series.len() - 1
            });
            self.series[at].values.push((week, value as f32));
        }
    }

    fn ask(&mut self, view: &View, week: Option<Week>) {
        let table = OnceCell::new();
        let workers = || table.get_or_init(|| WorkerTable::new(view)).clone();
        for appointment in self.appointments.iter().filter(|a| a.week == week) {
            let figures = appointment.survey.ask(view, &workers, self.response, appointment.wave, self.key);
            for figure in figures {
                let row = appointment.published.iter().find(|row| same(row, &figure));
                let standard = figure.segment_type != "prefecture" && usual(appointment.survey, &figure);
                // A published wave is answered where figures were published; a later one in the usual figures.
                if row.is_some() || (standard && appointment.published.is_empty()) {
                    self.answers.push(SurveyAnswer {
                        survey: appointment.survey.id(),
                        wave: appointment.label.clone(),
                        date: appointment.date,
                        metric: figure.metric,
                        segment_type: figure.segment_type,
                        segment: figure.segment,
                        respondents: figure.respondents,
                        expected: figure.expected,
                        answer: figure.answer,
                        observed: row.map(|row| row.value),
                    });
                }
            }
        }
    }

    /// Everything seen.
    pub fn finish(self) -> (Vec<IndicatorSeries>, Vec<SurveyAnswer>) {
        (self.series, self.answers)
    }
}

fn same(row: &Observation, figure: &Figure) -> bool {
    row.metric == figure.metric
        && row.segment_type == figure.segment_type
        && row.segment == figure.segment
        && row.unit == "share"
}

/// Figures of a later wave: those that the latest question forms give.
fn usual(survey: Survey, figure: &Figure) -> bool {
    match survey {
        Survey::Tsr => ["current_practice", "stopped", "never_practised", "institutionalised"].contains(&figure.metric),
        Survey::Mic | Survey::Mlit | Survey::CabinetOffice => figure.segment_type != "industry",
    }
}

fn middle(row: &Observation) -> Date {
    let days = (row.field_end - row.field_start).get_days();
    row.field_start.saturating_add((days / 2).days())
}

fn published<'a>(data: &'a Data, survey: Survey, weeks: (Week, Week)) -> Vec<Appointment<'a>> {
    let mut waves: Vec<(&str, Vec<&Observation>)> = Vec::new();
    for row in data.observations.iter().filter(|row| row.survey == survey.id() && row.confidence != "memory") {
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
                None if date < first && (first - date).get_days() <= BEFORE_THE_RUN_DAYS => None,
                _ => return None,
            };
            let label = wave.to_string();
            Some(Appointment { survey, label, date, week, wave: respondents(survey, &rows), published: rows })
        })
        .collect()
}

/// Respondents as published, or as usual; the share of large firms from the published total and its strata.
fn respondents(survey: Survey, rows: &[&Observation]) -> Wave {
    let usual = survey.usual_wave();
    let pooled = |row: &&&Observation| ["total", "all employees", "national"].contains(&row.segment.as_str());
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
    let staff_shares = rows.iter().any(|row| row.metric.starts_with("staff_share"));
    Wave { respondents, share_large: share_large.unwrap_or(usual.share_large), staff_shares }
}

/// Waves after the published ones.
fn later(survey: Survey, last: Date, weeks: (Week, Week)) -> Vec<Appointment<'static>> {
    (weeks.0.0..=weeks.1.0)
        .map(Week)
        .filter(|week| week.monday() > last.saturating_add(14.days()))
        .filter(|week| {
            let month = week.monday().month();
            week.closes_month()
                && match survey {
                    Survey::Tsr => true,
                    // Reference dates so far: end of year; November to December; December.
                    Survey::Mic | Survey::CabinetOffice => month == 12,
                    Survey::Mlit => month == 11,
                }
        })
        .map(|week| Appointment {
            survey,
            label: "forecast".to_string(),
            date: week.sunday(),
            week: Some(week),
            wave: survey.usual_wave(),
            published: Vec::new(),
        })
        .collect()
}
