//! Forecasts of figures that the fit has not seen, beside what a naive forecaster would have said. Targets and a fit
//! without them in, scores out.

use super::{
    likelihood::Likelihood,
    naive::{self, Naive},
    predicted::Predicted,
    space::Space,
    tables::{QUANTILES, Table, at_least, at_most, number},
    targets::{Target, log_odds, share},
};
use crate::{
    data::{Data, Gate},
    random::Key,
    statistics::{coverage, crps_of_distribution, interval_score, mean, normal_quantile, quantile_sorted, sign_flip},
};
use jiff::civil::{Date, date};

/// Values in which a naive forecast's distribution is given.
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

/// First day of what [`Experiment::LateWaves`] leaves out.
const LATE: Date = date(2020, 11, 1);

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
    pub fn leaves_out(self, target: &Target) -> bool {
        match self {
            Experiment::LateWaves => target.date >= LATE,
            Experiment::TokyoArea => target.survey == "tokyo_firms" || TOKYO.contains(&target.segment.as_str()),
        }
    }
}

/// A forecast of one published figure.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// Who made it.
    pub forecaster: &'static str,
    /// The figure.
    pub target: Target,
    /// Rising values of equal weight.
    pub sample: Vec<f64>,
}

impl Forecast {
    fn crps(&self) -> f64 {
        crps_of_distribution(&self.sample, self.target.published).unwrap_or(f64::NAN)
    }
    fn interval(&self) -> (f64, f64) {
        let q = |q| quantile_sorted(&self.sample, q).unwrap_or(f64::NAN);
        (q(0.05), q(0.95))
    }
}

/// The model's own forecasts of what was left out.
pub fn of_model(predicted: &[Predicted], held_out: &[Target]) -> Vec<Forecast> {
    let find = |t: &Target| predicted.iter().find(|p| p.target.same(t));
    let forecast =
        |t: &Target| Some(Forecast { forecaster: "model", target: t.clone(), sample: find(t)?.sample.clone() });
    held_out.iter().filter(|t| t.less.is_none()).filter_map(forecast).collect()
}

/// Naive forecasts: from the past of the same series, or from the nation for a region.
pub fn of_naive(experiment: Experiment, held_out: &[Target], all: &[Target], data: &Data) -> Vec<Forecast> {
    match experiment {
        Experiment::LateWaves => held_out.iter().flat_map(|t| from_the_past(t, all)).collect(),
        Experiment::TokyoArea => held_out.iter().filter_map(|t| from_the_nation(t, all, data)).collect(),
    }
}

fn from_the_past(target: &Target, all: &[Target]) -> Vec<Forecast> {
    let same = |t: &&Target| {
        (t.survey, t.metric, t.segment_type, &t.segment)
            == (target.survey, target.metric, target.segment_type, &target.segment)
    };
    let past: Vec<(Date, f64)> =
        all.iter().filter(same).filter(|t| t.date < LATE).map(|t| (t.date, t.published)).collect();
    if past.is_empty() {
        return Vec::new();
    }
    // On the scale of shares.
    let sampling = target.sd * target.published * (1.0 - target.published);
    let made = |kind: Naive| {
        let sample = naive::forecast(kind, &past, &[(target.date, sampling)]).pop()?;
        (!sample.is_empty()).then(|| Forecast { forecaster: kind.key(), target: target.clone(), sample })
    };
    Naive::ALL.into_iter().filter_map(made).collect()
}

/// A region as the nation, give or take what other regions differ by.
fn from_the_nation(target: &Target, all: &[Target], data: &Data) -> Option<Forecast> {
    const NATION: [&str; 5] = ["national", "total", "all employees", "regular employees", "all workers"];
    let national = |wave: &str, survey: &str, metric: &str| {
        let mut rows = data.observations.iter().filter(|row| {
            row.survey == survey && row.wave == wave && row.metric == metric && row.confidence != "memory"
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

/// `held_out.csv` rows of one experiment.
pub fn rows(experiment: Experiment, forecasts: &[Forecast]) -> Vec<Vec<String>> {
    let row = |f: &Forecast| {
        let t = &f.target;
        let texts = [t.survey, &t.wave, &t.date.to_string(), t.metric, t.segment_type, &t.segment].map(str::to_string);
        let mut cells = vec![experiment.key().to_string(), f.forecaster.to_string()];
        cells.extend(texts);
        cells.push(number(t.published));
        cells.extend(QUANTILES.map(|q| number(quantile_sorted(&f.sample, q).unwrap_or(f64::NAN))));
        cells.extend([f.crps(), interval_score(f.interval(), 0.9, t.published)].map(number));
        cells
    };
    forecasts.iter().map(row).collect()
}

/// The header of `held_out.csv`.
pub fn table() -> Table {
    Table::new(
        "held_out.csv",
        "experiment,forecaster,survey,wave,date,metric,segment_type,segment,published,q05,q25,q50,q75,q95,crps,interval_score",
    )
}

/// `held_out_tests.csv` rows of one experiment, and its gates.
pub fn tests(experiment: Experiment, forecasts: &[Forecast], key: Key) -> (Vec<Vec<String>>, Vec<Gate>) {
    let model: Vec<&Forecast> = forecasts.iter().filter(|f| f.forecaster == "model").collect();
    let mut others: Vec<&'static str> = Vec::new();
    for f in forecasts.iter().filter(|f| f.forecaster != "model") {
        if !others.contains(&f.forecaster) {
            others.push(f.forecaster);
        }
    }
    let mut rows = Vec::new();
    let mut worse = 0;
    for other in others {
        let differences: Vec<f64> = forecasts
            .iter()
            .filter(|f| f.forecaster == other)
            .filter_map(|f| Some(model.iter().find(|m| m.target == f.target)?.crps() - f.crps()))
            .collect();
        let (Some(difference), Some(p)) = (mean(&differences), sign_flip(&differences, key)) else { continue };
        worse += usize::from(difference > 0.0 && p < 0.1);
        rows.push(vec![
            experiment.key().to_string(),
            other.to_string(),
            differences.len().to_string(),
            number(difference),
            number(p),
        ]);
    }
    let cases: Vec<((f64, f64), f64)> = model.iter().map(|f| (f.interval(), f.target.published)).collect();
    let name = experiment.key();
    let gates = vec![
        at_least("held_out", &format!("{name}: figures forecast"), cases.len() as f64, 10.0),
        at_least("held_out", &format!("{name}: share inside the 90 % interval"), coverage(&cases).unwrap_or(0.0), 0.75),
        at_most("held_out", &format!("{name}: naive forecasters that beat the model (p < 0.1)"), worse as f64, 0.0),
    ];
    (rows, gates)
}

/// The figures that a fit may see, and those that it may not.
pub fn divide(experiment: Experiment, likelihood: &Likelihood, space: &Space) -> (Likelihood, Vec<Target>) {
    let (held_out, seen): (Vec<Target>, Vec<Target>) =
        likelihood.targets.iter().cloned().partition(|t| experiment.leaves_out(t));
    (Likelihood::new(space, seen), held_out)
}
