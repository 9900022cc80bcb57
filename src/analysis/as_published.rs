//! Candidate KPIs as their surveys will publish them. A finished run in, dated figures with every error of the predictive law
//! ([`crate::prediction`]) out.
//!
//! A figure that is published already is what it is, in every run. A later one has its survey's response, the model error
//! of its series (conditioned on the residuals of what was published), the error of its wave, sampling and rounding. A KPI
//! that no survey publishes, or a year without a wave, has the model error of its group of figures and nothing of a survey.
//!
//! Errors belong to the number of a replicate, whatever the scenario: both runs of a pair share them. They are those of plain
//! runs: who has one source replaced has none.

use super::{outcome::Extent, registry::Kpi};
use crate::{
    calendar::{Week, fiscal_year},
    data::Posterior,
    engine::{Series as Run, SurveyAnswer},
    prediction::{Forecaster, Law, Series, log_odds, share},
    random::Key,
};
use jiff::civil::Date;

/// What turns simulated figures into published ones.
pub struct AsPublished<'a> {
    posterior: &'a Posterior,
    seed: u64,
    forecaster: Forecaster,
    /// By KPI: places of its series among the forecaster's.
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
        let places =
            kpis.iter().map(|kpi| kpi.bears().into_iter().map(|series| place(series, &mut wanted)).collect()).collect();
        AsPublished { posterior, seed, forecaster: Forecaster::of(posterior, wanted), places }
    }

    /// Every KPI of a run, by rising dates: the waves of its survey, and the last observed week of each fiscal year without one.
    pub fn figures(&self, run: &Run, kpis: &[Kpi]) -> Vec<Vec<DatedFigure>> {
        let dated: Vec<Vec<Simulated>> = kpis.iter().map(|kpi| simulated(kpi, run)).collect();
        let mut dates: Vec<Date> = dated.iter().flatten().map(|figure| figure.date).collect();
        dates.sort_unstable();
        dates.dedup();
        let draws = &self.posterior.draws;
        let Some(draw) = draws.get(run.replicate as usize % draws.len().max(1)) else {
            return vec![Vec::new(); kpis.len()];
        };
        let law = Law::of(draw);
        let errors = [run.replicate, run.replicate.wrapping_add(1)]
            .map(|replicate| self.forecaster.errors(&law, &draw.residuals, Key::new(self.seed, replicate)));
        let lasting = errors.each_ref().map(|errors| errors.lasting(&dates));
        let with_wave = [0, 1].map(|own| errors[own].with_waves(&lasting[own], &dates));
        let value = |places: &[usize], of: &Simulated| {
            let day = dates.binary_search(&of.date).ok()?;
            // The first series less the second, when there are two.
            let less = |one: &dyn Fn(usize) -> f64| match places.len() {
                2 => one(0) - one(1),
                _ => one(0),
            };
            // Only who is asked has the error of a wave.
            let shifts = if of.respondents.is_some() { &with_wave } else { &lasting };
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
    /// Of each of its series.
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
            // A week counts to the fiscal year of its Monday; its Sunday may lie in the next one.
            Simulated { date: week.monday(), shares: [share; 2], scale, respondents: None, published: None }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::Week,
        data::{Data, Draw},
        engine::IndicatorSeries,
        observation::{IndicatorId, Survey},
        parameters::Parameters,
        prediction::CONSTANTS,
        statistics::{mean, variance},
    };
    use jiff::civil::date;

    /// As shipped, with one draw whose groups all have an error of this size, and no published figures to learn from.
    fn posterior(sd: f64) -> Posterior {
        let value = |name: &str, median: f64| match name {
            "all" => 1.0,
            "wave" => sd,
            "years" | "field_weight" | "survey_weight" => median,
            _ => sd,
        };
        let discrepancy = CONSTANTS.iter().map(|c| (c.name.to_string(), value(c.name, c.median))).collect();
        let draw = Draw { parameters: Parameters::default(), discrepancy, residuals: Vec::new() };
        Posterior { draws: vec![draw], figures: Vec::new(), ..Data::embedded().unwrap().posterior }
    }

    /// A run in which 30 % of firms answer that they practise: in a published wave of March 2021 (38.4 % were published), in
    /// one of March 2023, and 30 % of the firms of a region practise in each week.
    fn run(replicate: u32, share: f64, respondents: u32) -> Run {
        let wave = |date, observed| SurveyAnswer {
            survey: Survey::Tsr,
            wave: "wave".into(),
            date,
            metric: "current_practice",
            segment_type: "size",
            segment: "total".into(),
            respondents,
            expected: share,
            answer: share,
            observed,
        };
        let weeks = (60..170).map(|week| (Week(week), share as f32)).collect();
        Run {
            replicate,
            indicators: vec![IndicatorSeries {
                indicator: IndicatorId::CurrentPractice,
                segment: "region=Kinki area".into(),
                values: weeks,
            }],
            surveys: vec![wave(date(2021, 3, 4), Some(0.384)), wave(date(2023, 3, 5), None)],
            ..Run::default()
        }
    }

    fn kpis() -> [Kpi; 2] {
        [(IndicatorId::TsrCurrentPractice, "total"), (IndicatorId::CurrentPractice, "region=Kinki area")]
            .map(|(id, segment)| Kpi::of(id, segment).unwrap())
    }

    #[test]
    fn without_errors_a_figure_is_what_was_simulated_and_a_published_one_what_it_is() {
        let posterior = posterior(1e-9);
        let law = AsPublished::new(&posterior, 1, &kpis());
        let found = law.figures(&run(0, 0.3004, u32::MAX), &kpis());
        let values = |k: usize| -> Vec<(Date, f64)> { found[k].iter().map(|f| (f.date, f.value)).collect() };
        // TSR prints tenths of a per cent.
        assert_eq!(values(0).len(), 2);
        assert_eq!(values(0)[0], (date(2021, 3, 4), 0.384));
        assert!((values(0)[1].1 - 0.300).abs() < 1e-9, "{found:?}");
        // Weeks 60 to 169: the ends of fiscal 2020 and 2021 and 27 March 2023, the last Monday of fiscal 2022.
        let last: Vec<f64> = values(1).iter().map(|(_, value)| *value).collect();
        assert!(last.iter().all(|value| (value - 0.3004).abs() < 1e-6) && last.len() >= 3, "{found:?}");
    }

    /// Without a survey a year's figure is that of its own last week: 0.01 in fiscal 2020, 0.02 in 2021 and so on. All of these
    /// weeks but that of fiscal 2023 end in April.
    #[test]
    fn a_year_has_the_figure_of_its_own_last_week() {
        let posterior = posterior(1e-9);
        let law = AsPublished::new(&posterior, 1, &kpis());
        let mut run = run(0, 0.3, 1000);
        let share = |week: Week| f32::from(week.fiscal_year() - 2019) / 100.0;
        run.indicators[0].values =
            (60..).map(Week).take_while(|week| week.fiscal_year() < 2026).map(|w| (w, share(w))).collect();
        let extent = Extent { years: 2020..=2025, firms: 1.0, employees: 1.0 };
        let years = by_year(&law.figures(&run, &kpis())[1], &extent);
        for (place, figure) in years.iter().enumerate() {
            let found = figure.unwrap().value;
            assert!((found - (place as f64 + 1.0) / 100.0).abs() < 1e-6, "fiscal {}: {found}", 2020 + place);
        }
    }

    /// 4,000 replicates, two years after the as-of day, with errors of 0.2 in log odds: a figure of a survey has the group's
    /// variance and that of the wave (0.04 + 0.04; a billion respondents), a KPI without a survey the group's alone. The variance of
    /// 4,000 has a standard error of 2.2 % of itself, rounding to a tenth adds less than 0.1 %; 12 % are 5 of them (false alarm
    /// once in a million), and a missing or doubled part of half is seen for certain.
    #[test]
    fn errors_have_the_size_of_the_law() {
        let posterior = posterior(0.2);
        let law = AsPublished::new(&posterior, 1, &kpis());
        let [mut surveyed, mut alone] = [Vec::new(), Vec::new()];
        for replicate in 0..4000 {
            let found = law.figures(&run(replicate, 0.3, 1_000_000_000), &kpis());
            surveyed.push(log_odds(found[0][1].value) - log_odds(0.3));
            alone.push(log_odds(found[1].last().unwrap().value) - log_odds(0.3));
        }
        for (errors, wanted) in [(surveyed, 0.08), (alone, 0.04)] {
            let (centre, spread) = (mean(&errors).unwrap(), variance(&errors).unwrap());
            assert!((spread / wanted - 1.0).abs() < 0.12, "{spread} for {wanted}");
            assert!(centre.abs() < 5.0 * (wanted / 4000.0_f64).sqrt(), "{centre}");
        }
    }

    /// In one replicate two scenarios have the same errors, so on the scale of log odds the difference of their figures is that
    /// inside the model.
    #[test]
    fn both_runs_of_a_pair_share_their_errors() {
        let posterior = posterior(0.5);
        let law = AsPublished::new(&posterior, 1, &kpis());
        let of = |share| law.figures(&run(7, share, 1000), &kpis());
        let (without, with) = (of(0.2), of(0.4));
        for kpi in 0..2 {
            let moved = |figures: &[Vec<DatedFigure>]| log_odds(figures[kpi].last().unwrap().with_errors[0]);
            let inside = log_odds(0.4) - log_odds(0.2);
            assert!((moved(&with) - moved(&without) - inside).abs() < 1e-5);
        }
    }
}
