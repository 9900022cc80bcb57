//! Candidate KPIs as their surveys will publish them. A finished run in, dated figures with every error of the predictive law
//! ([`crate::prediction`]) out.
//!
//! A figure that is published already is what it is, in every run. A later one has its survey's response, the model error
//! of its series (conditioned on the residuals of what was published), the error of its wave, sampling and rounding. A KPI
//! that no survey publishes, or a year without a wave, has the model error of its group of figures and nothing of a survey.
//!
//! Errors belong to the number of a replicate's noise, whatever the scenario: both runs of a pair share them.

use super::{outcome::Extent, registry::Kpi};
use crate::{
    calendar::{Week, fiscal_year},
    data::Posterior,
    engine::{RunKey, Series as Run, SurveyAnswer},
    observation::Survey,
    prediction::{Forecaster, Law, Series, log_odds, share},
    random::Key,
};
use jiff::civil::Date;

/// What turns simulated figures into published ones.
pub struct AsPublished<'a> {
    posterior: &'a Posterior,
    seed: u64,
    forecaster: Forecaster,
    /// By KPI: places of its series among the forecaster's, those that are measured first.
    places: Vec<Vec<usize>>,
}

/// A KPI on one date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatedFigure {
    /// Day in whose week the state is seen.
    pub date: Date,
    /// As its survey publishes it, or with its group's model error.
    pub value: f64,
    /// The same without sampling and rounding; with the model errors of this replicate, and of the next one.
    pub with_errors: [f64; 2],
}

impl<'a> AsPublished<'a> {
    /// For some KPIs; draws of errors belong to a scenario's seed.
    pub fn new(posterior: &'a Posterior, seed: u64, kpis: &[Kpi]) -> AsPublished<'a> {
        let mut wanted: Vec<Series> = Vec::new();
        let place = |series: Series, wanted: &mut Vec<Series>| {
            wanted.iter().position(|known| *known == series).unwrap_or_else(|| {
                wanted.push(series);
                wanted.len() - 1
            })
        };
        let places = kpis
            .iter()
            .map(|kpi| {
                let measured = kpi.measured().iter().filter_map(|figure| {
                    let survey = Survey::parse(figure.survey)?;
                    Some(Series::new(survey, figure.metric, figure.segment_type, figure.segment))
                });
                let measured: Vec<Series> = measured.collect();
                let all = if measured.is_empty() { vec![kpi.stand_in()] } else { measured };
                all.into_iter().map(|series| place(series, &mut wanted)).collect()
            })
            .collect();
        AsPublished { posterior, seed, forecaster: Forecaster::of(posterior, wanted), places }
    }

    /// Every KPI of a run, by rising dates: the waves of its survey, and the last observed week of each fiscal year without one.
    pub fn figures(&self, key: RunKey, run: &Run, kpis: &[Kpi]) -> Vec<Vec<DatedFigure>> {
        let dated: Vec<Vec<Simulated>> = kpis.iter().map(|kpi| simulated(kpi, run)).collect();
        let mut dates: Vec<Date> = dated.iter().flatten().map(|figure| figure.date).collect();
        dates.sort_unstable();
        dates.dedup();
        let draws = &self.posterior.draws;
        let Some(draw) = draws.get(key.parameters as usize % draws.len().max(1)) else {
            return vec![Vec::new(); kpis.len()];
        };
        let law = Law::of(draw);
        let errors = [key.noise, key.noise.wrapping_add(1)]
            .map(|replicate| self.forecaster.errors(&law, &draw.residuals, Key::new(self.seed, replicate)));
        let shifts = errors.each_ref().map(|errors| errors.at(&dates));
        let value = |places: &[usize], of: &Simulated| {
            let day = dates.binary_search(&of.date).ok()?;
            // The first series less the second, when there are two.
            let less = |one: &dyn Fn(usize) -> f64| match places.len() {
                2 => one(0) - one(1),
                _ => one(0),
            };
            let moved = |own: usize, part: usize| share(log_odds(of.shares[part]) + shifts[own][day][places[part]]);
            let with_errors = [0, 1].map(|own| of.scale * less(&|part| moved(own, part)));
            let value = match (of.published, of.respondents) {
                (Some(published), _) => published,
                (None, Some(asked)) => less(&|part| {
                    let shift = shifts[0][day][places[part]];
                    errors[0].published(places[part], of.date, of.shares[part], shift, asked[part])
                }),
                (None, None) => with_errors[0],
            };
            let with_errors = if of.published.is_some() { [value; 2] } else { with_errors };
            Some(DatedFigure { date: of.date, value, with_errors })
        };
        let of_kpi = |(places, dated): (&Vec<usize>, &Vec<Simulated>)| {
            dated.iter().filter_map(|figure| value(places, figure)).collect()
        };
        self.places.iter().zip(&dated).map(of_kpi).collect()
    }
}

/// The last of rising figures in each fiscal year of an extent.
pub fn by_year(figures: &[DatedFigure], extent: &Extent) -> Vec<Option<DatedFigure>> {
    let mut years = vec![None; extent.years.clone().count()];
    for figure in figures {
        if let Some(place) = extent.place(fiscal_year(figure.date)) {
            years[place] = Some(*figure);
        }
    }
    years
}

/// A KPI as simulated on one date.
struct Simulated {
    date: Date,
    /// Of each of its series; a difference with a regional stand-in is one share.
    shares: [f64; 2],
    /// What a share of one is in the KPI's unit.
    scale: f64,
    /// Respondents of each, when a survey asks.
    respondents: Option<[f64; 2]>,
    /// What was published.
    published: Option<f64>,
}

fn simulated(kpi: &Kpi, run: &Run) -> Vec<Simulated> {
    let mut all = waves(kpi, run);
    let surveyed: Vec<i16> = all.iter().map(|figure| fiscal_year(figure.date)).collect();
    let series = run.indicators.iter().find(|i| (i.indicator, &*i.segment) == (kpi.indicator.id, kpi.segment));
    let weeks = series.map_or(&[][..], |series| &series.values);
    let known = |&&(_, value): &&(Week, f32)| value.is_finite();
    let ends = weeks.iter().filter(known).collect::<Vec<_>>();
    let last_of_year = ends.chunk_by(|a, b| a.0.fiscal_year() == b.0.fiscal_year()).filter_map(|year| year.last());
    // A difference of two shares has no error of its own group: only its surveys' waves show it.
    if kpi.measured().len() < 2 {
        let scale = if kpi.indicator.unit == "days a week" { 5.0 } else { 1.0 };
        all.extend(last_of_year.filter(|(week, _)| !surveyed.contains(&week.fiscal_year())).map(|(week, value)| {
            let share = f64::from(*value) / scale;
            Simulated { date: week.sunday(), shares: [share; 2], scale, respondents: None, published: None }
        }));
        all.sort_by_key(|figure| figure.date);
    }
    all
}

/// The waves in which surveys show a KPI.
fn waves(kpi: &Kpi, run: &Run) -> Vec<Simulated> {
    let answers = |part: usize| {
        let figure = kpi.measured().get(part);
        run.surveys.iter().filter(move |answer: &&SurveyAnswer| {
            figure.is_some_and(|figure| {
                (answer.survey, answer.metric, answer.segment_type, &*answer.segment)
                    == (figure.survey, figure.metric, figure.segment_type, figure.segment)
            })
        })
    };
    let two = kpi.measured().len() == 2;
    let mut all: Vec<Simulated> = answers(0)
        .filter_map(|first| {
            let second = if two { answers(1).find(|other| other.date == first.date)? } else { first };
            let published = first.observed.zip(second.observed).map(|(a, b)| if two { a - b } else { a });
            Some(Simulated {
                date: first.date,
                shares: [first.expected, second.expected],
                scale: 1.0,
                respondents: Some([first.respondents, second.respondents].map(f64::from)),
                published,
            })
        })
        .collect();
    all.sort_by_key(|figure| figure.date);
    all
}
