//! Forecasts and how good they were: by forecaster and horizon, against each opponent, and pooled with it. Forecasts in,
//! tables out.
//!
//! Figures of one survey and wave stand or fall together, so that tests flip the sign of whole waves.

use super::{
    tables::{CsvTable, number},
    targets::{CalibrationFigure, log_odds},
};
use crate::{
    observation::Survey,
    random::Key,
    statistics::{
        QUANTILES, crps_of_distribution, interval_score, mean, quantile_sorted, sign_flip, weighted_interval_score,
    },
};
use jiff::civil::Date;

/// Name of the model among forecasters.
pub const MODEL: &str = "model";

/// A forecast of one published figure.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// Who made it.
    pub forecaster: &'static str,
    /// The figure.
    pub target: CalibrationFigure,
    /// Rising values of equal weight.
    pub sample: Vec<f64>,
}

impl Forecast {
    /// Continuous ranked probability score.
    pub fn crps(&self) -> f64 {
        crps_of_distribution(&self.sample, self.target.published).unwrap_or(f64::NAN)
    }

    fn weighted_interval_score(&self) -> f64 {
        weighted_interval_score(&self.sample, self.target.published).unwrap_or(f64::NAN)
    }

    fn quantile(&self, p: f64) -> f64 {
        quantile_sorted(&self.sample, p).unwrap_or(f64::NAN)
    }

    /// Ends of the central interval of a probability.
    fn interval(&self, level: f64) -> (f64, f64) {
        (self.quantile(0.5 - level / 2.0), self.quantile(0.5 + level / 2.0))
    }

    /// Whether the published figure, known to half its last digit, lies inside.
    fn inside(&self, level: f64) -> bool {
        let half = 0.5 * self.target.survey.rounding();
        let (low, high) = self.interval(level);
        (low - half..=high + half).contains(&self.target.published)
    }

    /// Share of the distribution below the published figure, half of what equals it.
    fn pit(&self) -> f64 {
        let below = self.sample.iter().filter(|x| **x < self.target.published).count() as f64;
        let equal = self.sample.iter().filter(|x| **x == self.target.published).count() as f64;
        (below + 0.5 * equal) / self.sample.len().max(1) as f64
    }
}

/// `held_out.csv`.
pub fn rows_table() -> CsvTable {
    CsvTable::new(
        "held_out.csv",
        "experiment,forecaster,survey,wave,date,metric,segment_type,segment,published,q05,q25,q50,q75,q95,crps,interval_score",
    )
}

/// Rows of `held_out.csv`.
pub fn rows(experiment: &str, forecasts: &[Forecast]) -> Vec<Vec<String>> {
    let row = |f: &Forecast| {
        let t = &f.target;
        let texts =
            [t.survey.id(), &t.wave, &t.date.to_string(), t.metric, t.segment_type, &t.segment].map(str::to_string);
        let mut cells = vec![experiment.to_string(), f.forecaster.to_string()];
        cells.extend(texts);
        cells.push(number(t.published));
        cells.extend(QUANTILES.map(|q| number(f.quantile(q))));
        cells.extend([f.crps(), interval_score(f.interval(0.9), 0.9, t.published)].map(number));
        cells
    };
    forecasts.iter().map(row).collect()
}

/// `scores.csv`.
pub fn scores_table() -> CsvTable {
    CsvTable::new(
        "scores.csv",
        "experiment,forecaster,horizon,figures,crps,weighted_interval_score,inside_50,inside_90,width_90,pit_mean,pit_variance,\
         relative_skill",
    )
}

/// Forecasters in order of appearance.
fn forecasters(forecasts: &[Forecast]) -> Vec<&'static str> {
    let mut all = Vec::new();
    forecasts.iter().for_each(|f| {
        if !all.contains(&f.forecaster) {
            all.push(f.forecaster);
        }
    });
    all
}

/// Scores of every forecaster, of all figures and by months from the origin. `relative_skill`: mean CRPS over the model's on
/// the same figures, above 1 when the model is better.
pub fn scores(experiment: &str, origin: Date, forecasts: &[Forecast]) -> Vec<Vec<String>> {
    const HORIZONS: [(&str, i32, i32); 4] = [
        ("all", i32::MIN, i32::MAX),
        ("to 3 months", i32::MIN, 91),
        ("3 to 6 months", 91, 183),
        ("beyond", 183, i32::MAX),
    ];
    let mut rows = Vec::new();
    for forecaster in forecasters(forecasts) {
        for (name, from, to) in HORIZONS {
            let ahead = |f: &Forecast| (f.target.date - origin).get_days();
            let of: Vec<&Forecast> =
                forecasts.iter().filter(|f| f.forecaster == forecaster && ahead(f) > from && ahead(f) <= to).collect();
            if of.is_empty() {
                continue;
            }
            let middle = |value: &dyn Fn(&Forecast) -> f64| {
                mean(&of.iter().map(|f| value(f)).collect::<Vec<f64>>()).unwrap_or(f64::NAN)
            };
            let inside = |level: f64| middle(&|f| f64::from(f.inside(level)));
            let pit = middle(&|f| f.pit());
            let width = |f: &Forecast| f.interval(0.9).1 - f.interval(0.9).0;
            let model = |f: &Forecast| of_model(forecasts, &f.target).map_or(f64::NAN, Forecast::crps);
            let mut cells =
                vec![experiment.to_string(), forecaster.to_string(), name.to_string(), of.len().to_string()];
            let numbers = [
                middle(&Forecast::crps),
                middle(&Forecast::weighted_interval_score),
                inside(0.5),
                inside(0.9),
                middle(&width),
                pit,
                middle(&|f| (f.pit() - pit).powi(2)),
                middle(&Forecast::crps) / middle(&model),
            ];
            cells.extend(numbers.map(number));
            rows.push(cells);
        }
    }
    rows
}

fn of_model<'a>(forecasts: &'a [Forecast], target: &CalibrationFigure) -> Option<&'a Forecast> {
    forecasts.iter().find(|f| f.forecaster == MODEL && f.target.same(target))
}

/// The model beside one opponent on the figures that both forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct Contest {
    /// The opponent.
    pub against: &'static str,
    /// Figures that both forecast.
    pub figures: usize,
    /// Surveys' waves among them.
    pub waves: usize,
    /// Mean CRPS of the model less the opponent's.
    pub difference: f64,
    /// Of the hypothesis that the differences of waves are symmetric about 0.
    pub p_value: f64,
    /// Mean CRPS of the model over the opponent's.
    pub ratio: f64,
    /// Weight of the model in the regression of what was published on both medians, in log odds (Fair and Shiller 1990); not cut
    /// at 0 and 1.
    pub weight: f64,
    /// Mean CRPS of the pool of both, with weights from the other waves, over the model's: below 1 when pooling helps.
    pub pool_ratio: f64,
}

/// Values of a pool: so much of each sample's quantiles.
fn pool(model: &[f64], other: &[f64], weight: f64) -> Vec<f64> {
    const SIZE: usize = 400;
    let of_model = (weight.clamp(0.0, 1.0) * SIZE as f64).round() as usize;
    let quantiles = |sample: &[f64], number: usize| -> Vec<f64> {
        (0..number).filter_map(|i| quantile_sorted(sample, (i as f64 + 0.5) / number as f64)).collect()
    };
    let mut pooled = quantiles(model, of_model);
    pooled.extend(quantiles(other, SIZE - of_model));
    pooled.sort_by(f64::total_cmp);
    pooled
}

/// Contests of the model with every opponent.
pub fn contests(forecasts: &[Forecast], key: Key) -> Vec<Contest> {
    forecasters(forecasts).into_iter().filter(|f| *f != MODEL).filter_map(|f| contest(forecasts, f, key)).collect()
}

fn contest(forecasts: &[Forecast], against: &'static str, key: Key) -> Option<Contest> {
    let pairs: Vec<(&Forecast, &Forecast)> = forecasts
        .iter()
        .filter(|f| f.forecaster == against)
        .filter_map(|f| Some((of_model(forecasts, &f.target)?, f)))
        .collect();
    let wave = |f: &Forecast| (f.target.survey, f.target.wave.clone());
    let mut waves: Vec<(Survey, String)> = pairs.iter().map(|(m, _)| wave(m)).collect();
    waves.sort();
    waves.dedup();
    let of_wave = |w: &(Survey, String)| {
        pairs.iter().filter(|(m, _)| wave(m) == *w).map(|(m, o)| m.crps() - o.crps()).sum::<f64>()
    };
    let sums: Vec<f64> = waves.iter().map(of_wave).collect();
    // Regression of published less opponent on model less opponent, through 0.
    let weight = |left_out: Option<&(Survey, String)>| {
        let (mut up, mut down) = (0.0, 0.0);
        for (m, o) in pairs.iter().filter(|(m, _)| left_out != Some(&wave(m))) {
            let apart = log_odds(m.quantile(0.5)) - log_odds(o.quantile(0.5));
            up += (log_odds(m.target.published) - log_odds(o.quantile(0.5))) * apart;
            down += apart * apart;
        }
        if down > 0.0 { up / down } else { 1.0 }
    };
    let of = |value: &dyn Fn(&(&Forecast, &Forecast)) -> f64| mean(&pairs.iter().map(value).collect::<Vec<f64>>());
    let (model, other) = (of(&|(m, _)| m.crps())?, of(&|(_, o)| o.crps())?);
    let pooled = of(&|(m, o)| {
        let sample = pool(&m.sample, &o.sample, weight(Some(&wave(m))));
        crps_of_distribution(&sample, m.target.published).unwrap_or(f64::NAN)
    })?;
    Some(Contest {
        against,
        figures: pairs.len(),
        waves: waves.len(),
        difference: model - other,
        p_value: sign_flip(&sums, key)?,
        ratio: model / other,
        weight: weight(None),
        pool_ratio: pooled / model,
    })
}

/// `held_out_tests.csv`.
pub fn tests_table() -> CsvTable {
    CsvTable::new("held_out_tests.csv", "experiment,against,figures,mean_difference_crps,p_value")
}

/// `pools.csv`: the same contests, and how much the model deserves beside each opponent.
pub fn pools_table() -> CsvTable {
    CsvTable::new("pools.csv", "experiment,against,figures,waves,ratio,weight,pool_ratio")
}

/// Rows of `held_out_tests.csv` and of `pools.csv`.
pub fn contest_rows(experiment: &str, contests: &[Contest]) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let begin = |c: &Contest| vec![experiment.to_string(), c.against.to_string(), c.figures.to_string()];
    let test = |c: &Contest| [begin(c), vec![number(c.difference), number(c.p_value)]].concat();
    let pool = |c: &Contest| {
        [begin(c), vec![c.waves.to_string(), number(c.ratio), number(c.weight), number(c.pool_ratio)]].concat()
    };
    (contests.iter().map(test).collect(), contests.iter().map(pool).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn forecast(forecaster: &'static str, wave: &str, published: f64, middle: f64) -> Forecast {
        let target = CalibrationFigure {
            answer: 0,
            less: None,
            survey: Survey::Jpc,
            wave: wave.to_string(),
            date: date(2021, 1, 16),
            metric: "telework_rate",
            segment_type: "total",
            segment: "all employees".to_string(),
            respondents: 1100.0,
            published,
            value: log_odds(published),
            sd: 0.1,
        };
        // The uniform distribution on 0.01 to both sides, as 400 values.
        let sample = (0..400).map(|i| middle + 0.01 * ((f64::from(i) + 0.5) / 200.0 - 1.0)).collect();
        Forecast { forecaster, target, sample }
    }

    /// By hand: the model is right twice, the opponent 0.1 off in the same direction: the regression gives the model all the
    /// weight; two waves have four flips of signs, of which two are as far.
    #[test]
    fn the_better_one_has_the_weight() {
        let all = [
            forecast(MODEL, "a", 0.3, 0.3),
            forecast(MODEL, "b", 0.5, 0.5),
            forecast("last_value", "a", 0.3, 0.2),
            forecast("last_value", "b", 0.5, 0.4),
        ];
        let contest = &contests(&all, Key::new(1, 0))[0];
        assert_eq!((contest.figures, contest.waves, contest.p_value), (2, 2, 0.5));
        assert!((contest.weight - 1.0).abs() < 1e-9 && (contest.pool_ratio - 1.0).abs() < 0.05, "{contest:?}");
        // CRPS of a uniform distribution of half-width a about the figure: mean distance a/2 less half of 2a/3.
        let crps = 0.01 / 6.0;
        assert!((all[0].crps() - crps).abs() < 1e-7, "{}", all[0].crps());
        assert!((contest.difference - (crps - all[2].crps())).abs() < 1e-7 && contest.ratio < 0.05);
        assert_eq!((all[0].inside(0.9), all[2].inside(0.9), all[0].pit()), (true, false, 0.5));
    }
}
