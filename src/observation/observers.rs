//! The observers of one run: indicators read and surveys asked, week by week.

use super::{
    IndicatorSeries, SurveyAnswer,
    appointments::{Appointment, appointments},
    indicators::{IndicatorId, Reading, Segment, monthly, weekly},
    surveys::Survey,
    view::View,
    workers::WorkerTable,
};
use crate::{calendar::Week, data::Data, population::Response, random::Key};
use std::collections::HashMap;

/// What is observed of a run. It never changes a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Observe {
    /// Indicators, published waves, and later waves in the months in which each survey is usually taken.
    #[default]
    Everything,
    /// Only the figures of published waves, and MIC's total in February 2020 (wave `drift`).
    PublishedWaves,
    /// Published waves, and after the last one of each survey every figure that it ever gave, in each month's last week.
    MonthlySurveys,
    /// Every figure that the surveys can give, once, of the state in which the run begins.
    EveryQuestion,
    /// Nothing.
    Nothing,
}

/// What is read and asked in one run.
pub struct Observers<'a> {
    key: Key,
    response: &'a Response,
    indicators: bool,
    appointments: Vec<Appointment<'a>>,
    series: Vec<IndicatorSeries>,
    position: HashMap<(IndicatorId, Segment), usize>,
    answers: Vec<SurveyAnswer>,
}

impl<'a> Observers<'a> {
    /// Observers from the first to the last week.
    pub fn new(
        data: &'a Data,
        response: &'a Response,
        key: Key,
        weeks: (Week, Week),
        observe: Observe,
    ) -> Observers<'a> {
        Observers {
            key,
            response,
            indicators: observe == Observe::Everything,
            appointments: appointments(data, observe, weeks),
            series: Vec::new(),
            position: HashMap::new(),
            answers: Vec::new(),
        }
    }

    /// Sees the state in which the run begins.
    pub fn before(&mut self, view: &View) {
        self.ask(view, None, &WorkerTable::new(*view));
    }

    /// Sees the end of a week.
    pub fn observe(&mut self, view: &View) {
        let workers = WorkerTable::new(*view);
        if self.indicators {
            let share_large = Survey::Tsr.usual_wave().share_large;
            self.read(view.week, weekly(view, share_large));
            if view.week.closes_month() {
                self.read(view.week, monthly(view, &workers));
            }
        }
        self.ask(view, Some(view.week), &workers);
    }

    fn read(&mut self, week: Week, reading: Reading) {
        for (indicator, segment, value) in reading {
            let series = &mut self.series;
            let at = *self.position.entry((indicator, segment)).or_insert_with(|| {
                series.push(IndicatorSeries { indicator, segment: segment.to_string(), values: Vec::new() });
                series.len() - 1
            });
            self.series[at].values.push((week, value as f32));
        }
    }

    fn ask(&mut self, view: &View, week: Option<Week>, workers: &WorkerTable) {
        for appointment in self.appointments.iter().filter(|a| a.week == week) {
            let wanted =
                |metric: &str, segment_type: &str, segment: &str| appointment.wants(metric, segment_type, segment);
            let survey = appointment.survey;
            for figure in survey.ask(view, workers, self.response, appointment.wave, self.key, &wanted) {
                let observed = appointment.observed(&figure);
                self.answers.push(SurveyAnswer {
                    survey,
                    wave: appointment.label.clone(),
                    date: appointment.date,
                    metric: figure.metric,
                    segment_type: figure.segment_type,
                    segment: figure.segment,
                    respondents: figure.respondents,
                    expected: figure.expected,
                    answer: figure.answer,
                    observed,
                });
            }
        }
    }

    /// Everything seen.
    pub fn finish(self) -> (Vec<IndicatorSeries>, Vec<SurveyAnswer>) {
        (self.series, self.answers)
    }
}
