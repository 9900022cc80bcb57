//! Forecasts of figures that the fit has not seen, beside what an opponent would have said. Targets and a fit without them
//! in, forecasts and gates out.

use super::{
    likelihood::Likelihood,
    opponents::{self, Opponent},
    predicted::Predicted,
    scores::{Contest, Forecast, MODEL},
    space::Space,
    tables::{at_least, at_most},
    targets::{CalibrationFigure, log_odds, share},
};
use crate::{
    data::{Data, Gate},
    observation::Survey,
    statistics::{coverage, mean, normal_quantile, quantile_sorted},
};
use jiff::civil::{Date, date};

/// Values in which a regional opponent's distribution is given.
const GRID: usize = 200;

/// One thing held out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Experiment {
    /// TSR waves 10 to 14, and everything else whose field work ended after wave 9: a fit as of 31 October 2020. What happened
    /// later (infections, declarations) is given, as it would be in a scenario.
    LateWaves,
    /// Every figure of the Tokyo area.
    TokyoArea,
}

/// Last day of what [`Experiment::LateWaves`] knows.
pub const ORIGIN: Date = date(2020, 10, 31);

/// Segments of the Tokyo area, or that consist of it for the most part.
const TOKYO: &[&str] = &[
    "Tokyo",
    "Saitama",
    "Chiba",
    "Kanagawa",
    "Tokyo area",
    "Tokyo + 3 prefectures",
    "7 emergency prefectures",
    "Kanto",
    "Tokyo 23 wards",
];

impl Experiment {
    /// Both.
    pub const ALL: [Experiment; 2] = [Experiment::LateWaves, Experiment::TokyoArea];

    /// Name in tables.
    pub fn key(self) -> &'static str {
        match self {
            Experiment::LateWaves => "tsr_waves_10_14",
            Experiment::TokyoArea => "region_tokyo",
        }
    }

    /// Whether a figure is kept from the fit.
    pub fn leaves_out(self, target: &CalibrationFigure) -> bool {
        match self {
            Experiment::LateWaves => target.date > ORIGIN,
            Experiment::TokyoArea => target.survey == Survey::TokyoFirms || TOKYO.contains(&target.segment.as_str()),
        }
    }
}

/// The model's own forecasts of what was left out.
pub fn of_model(predicted: &[Predicted], held_out: &[CalibrationFigure]) -> Vec<Forecast> {
    let find = |t: &CalibrationFigure| predicted.iter().find(|p| p.target.same(t));
    let forecast = |t: &CalibrationFigure| {
        Some(Forecast { forecaster: MODEL, target: t.clone(), sample: find(t)?.sample.clone() })
    };
    held_out.iter().filter(|t| t.less.is_none()).filter_map(forecast).collect()
}

/// Opponents' forecasts: from the past of the same series, or from the nation for a region.
pub fn of_opponents(
    experiment: Experiment,
    held_out: &[CalibrationFigure],
    all: &[CalibrationFigure],
    data: &Data,
) -> Vec<Forecast> {
    match experiment {
        Experiment::LateWaves => {
            let known: Vec<CalibrationFigure> = all.iter().filter(|t| t.date <= ORIGIN).cloned().collect();
            from_the_past(held_out, &known, all)
        }
        Experiment::TokyoArea => held_out.iter().filter_map(|t| from_the_nation(t, all, data)).collect(),
    }
}

/// Every opponent's forecasts of figures, from those known at the origin; the informed one also sees `all` that came before each.
pub fn from_the_past(
    wanted: &[CalibrationFigure],
    known: &[CalibrationFigure],
    all: &[CalibrationFigure],
) -> Vec<Forecast> {
    let of = |target: &CalibrationFigure| -> Vec<Forecast> {
        let made = |opponent: Opponent| {
            let sample = opponents::forecast(opponent, target, known, all)?;
            Some(Forecast { forecaster: opponent.key(), target: target.clone(), sample })
        };
        Opponent::ALL.into_iter().filter_map(made).collect()
    };
    wanted.iter().filter(|t| t.less.is_none()).flat_map(of).collect()
}

/// A region as the nation, give or take what other regions differ by.
fn from_the_nation(target: &CalibrationFigure, all: &[CalibrationFigure], data: &Data) -> Option<Forecast> {
    const NATION: [&str; 5] = ["national", "total", "all employees", "regular employees", "all workers"];
    let national = |wave: &str, survey: Survey, metric: &str| {
        let mut rows = data.observations.iter().filter(|row| {
            row.survey == survey.id() && row.wave == wave && row.metric == metric && row.confidence != "memory"
        });
        rows.find(|row| NATION.contains(&row.segment.as_str())).map(|row| row.value)
    };
    let centre = log_odds(national(&target.wave, target.survey, target.metric)?);
    let elsewhere: Vec<f64> = all
        .iter()
        .filter(|t| {
            !Experiment::TokyoArea.leaves_out(t) && ["residence", "region", "prefecture"].contains(&t.segment_type)
        })
        .filter(|t| !NATION.contains(&t.segment.as_str()))
        .filter_map(|t| Some((log_odds(t.published) - log_odds(national(&t.wave, t.survey, t.metric)?)).powi(2)))
        .collect();
    let spread = (mean(&elsewhere)? + target.sd.powi(2)).sqrt();
    let value = |i: usize| share(centre + spread * normal_quantile((i as f64 + 0.5) / GRID as f64));
    Some(Forecast { forecaster: "national", target: target.clone(), sample: (0..GRID).map(value).collect() })
}

/// Gates of one experiment: calibration, and the model against its best opponent on the same figures.
pub fn gates(experiment: Experiment, forecasts: &[Forecast], contests: &[Contest]) -> Vec<Gate> {
    let model: Vec<&Forecast> = forecasts.iter().filter(|f| f.forecaster == MODEL).collect();
    let inside = |low: f64, high: f64| {
        let half = |f: &Forecast| 0.5 * f.target.survey.rounding();
        let end = |f: &Forecast, p: f64| quantile_sorted(&f.sample, p).unwrap_or(f64::NAN);
        let case = |f: &&Forecast| ((end(f, low) - half(f), end(f, high) + half(f)), f.target.published);
        coverage(&model.iter().map(case).collect::<Vec<_>>()).unwrap_or(0.0)
    };
    let (ninety, fifty) = (inside(0.05, 0.95), inside(0.25, 0.75));
    let worse = contests.iter().filter(|c| c.difference > 0.0 && c.p_value < 0.1).count() as f64;
    let name = |check: &str| format!("{}: {check}", experiment.key());
    let mut gates = vec![
        at_least("held_out", &name("figures forecast"), model.len() as f64, 10.0),
        at_most("held_out", &name("opponents that beat the model (p < 0.1)"), worse, 0.0),
    ];
    match experiment {
        Experiment::LateWaves => {
            let crps = mean(&model.iter().map(|f| 100.0 * f.crps()).collect::<Vec<f64>>()).unwrap_or(f64::INFINITY);
            let best = contests.iter().map(|c| c.ratio).fold(0.0, f64::max);
            let pooled = contests.iter().map(|c| c.pool_ratio).fold(f64::INFINITY, f64::min);
            gates.extend([
                at_most("held_out", &name("mean CRPS, points"), crps, 2.8),
                at_least("held_out", &name("share inside the 90 % interval"), ninety, 0.8),
                at_most("held_out", &name("share inside the 90 % interval (not too wide)"), ninety, 0.97),
                at_least("held_out", &name("share inside the 50 % interval"), fifty, 0.4),
                at_most("held_out", &name("share inside the 50 % interval (not too wide)"), fifty, 0.6),
                at_most("held_out", &name("CRPS over the best opponent's, same figures"), best, 0.9),
                at_least("held_out", &name("CRPS of the best pool with an opponent over the model's"), pooled, 0.97),
            ]);
        }
        Experiment::TokyoArea => {
            gates.push(at_least("held_out", &name("share inside the 90 % interval"), ninety, 0.75));
        }
    }
    gates
}

/// The figures that a fit may see, and those that it may not.
pub fn divide(experiment: Experiment, likelihood: &Likelihood, space: &Space) -> (Likelihood, Vec<CalibrationFigure>) {
    let (held_out, seen): (Vec<CalibrationFigure>, Vec<CalibrationFigure>) =
        likelihood.targets.iter().cloned().partition(|t| experiment.leaves_out(t));
    (Likelihood::new(space, seen), held_out)
}
