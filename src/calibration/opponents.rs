//! Forecasts that know nothing of the model: what it must beat. Published figures known by an origin in, predictive samples of
//! later ones out.
//!
//! Each is a normal in log odds about its centre, with a spread from changes that surveys had already shown, and the
//! sampling error of the figure that is forecast:
//!
//! | opponent | centre | spread |
//! |---|---|---|
//! | last value | the last figure | of a change between two waves, however far apart |
//! | random walk | the last figure | grows with the root of time |
//! | random walk with drift | goes on at the mean yearly change | the same |
//! | linear trend, logistic trend | least-squares line on shares, on log odds | regression's prediction error, or the walk's when that is larger |
//! | Bass | Bass (1969) curve by least squares, launched a year before the first figure | the walk's |
//! | informed | the last figure, moved by the mean jump that other surveys have seen since, also after the origin | the walk's |
//!
//! Changes are those of all series of the survey, less their sampling errors; with fewer than three, those of all surveys.
//! Two points have no residuals; a Bass curve with fewer than four points is the last value. A series without a past has no
//! such forecast.

use super::targets::{CalibrationFigure, log_odds, share};
use crate::{observation::Survey, prediction::sampling_sd, statistics::normal_quantile};
use jiff::civil::Date;

/// Size of a predictive sample: the quantiles (i + 0.5) / 200 of the distribution, not random draws.
pub const SAMPLE: usize = 200;
/// Years between a Bass curve's launch and the first share (assumed: the series do not say).
const LAUNCH_YEARS: f64 = 1.0;
/// Days by which figures of two surveys may lie apart to count as of the same time.
const SAME_TIME_DAYS: i32 = 60;
/// Changes that make a spread.
const ENOUGH_CHANGES: usize = 3;

/// An opponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opponent {
    /// It stays as it was.
    LastValue,
    /// It wanders.
    RandomWalk,
    /// It wanders on as before.
    RandomWalkWithDrift,
    /// A straight line.
    LinearTrend,
    /// A straight line in log odds.
    LogisticTrend,
    /// A Bass diffusion curve.
    Bass,
    /// It follows other surveys.
    Informed,
}

impl Opponent {
    /// All.
    pub const ALL: [Opponent; 7] = [
        Opponent::LastValue,
        Opponent::RandomWalk,
        Opponent::RandomWalkWithDrift,
        Opponent::LinearTrend,
        Opponent::LogisticTrend,
        Opponent::Bass,
        Opponent::Informed,
    ];

    /// Id in files.
    pub fn key(self) -> &'static str {
        match self {
            Opponent::LastValue => "last_value",
            Opponent::RandomWalk => "random_walk",
            Opponent::RandomWalkWithDrift => "random_walk_with_drift",
            Opponent::LinearTrend => "linear_trend",
            Opponent::LogisticTrend => "logistic_trend",
            Opponent::Bass => "bass",
            Opponent::Informed => "informed",
        }
    }
}

/// Years since 2000.
fn years(day: Date) -> f64 {
    f64::from((day - Date::constant(2000, 1, 1)).get_days()) / 365.25
}

/// Figures of one series by rising dates.
fn series<'a>(of: &CalibrationFigure, known: &'a [CalibrationFigure]) -> Vec<&'a CalibrationFigure> {
    let same = |t: &&CalibrationFigure| t.less.is_none() && t.figure().series == of.figure().series;
    let mut series: Vec<&CalibrationFigure> = known.iter().filter(same).collect();
    series.sort_by_key(|t| t.date);
    series.dedup_by_key(|t| t.date);
    series
}

/// What changes were like: of one survey, or of all.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Changes {
    /// Mean variance of a change, less sampling.
    variance: f64,
    /// The same a year.
    yearly_variance: f64,
    /// Mean change a year.
    drift: f64,
}

fn changes(target: &CalibrationFigure, known: &[CalibrationFigure]) -> Changes {
    let of = |inside: &dyn Fn(&CalibrationFigure) -> bool| -> Vec<(f64, f64, f64)> {
        let mut pairs = Vec::new();
        for (i, first) in known.iter().enumerate().filter(|(_, t)| t.less.is_none() && inside(t)) {
            let series = series(first, known);
            // Each series once: at its first figure.
            if known[..i].iter().any(|t| t.less.is_none() && t.figure().series == first.figure().series) {
                continue;
            }
            let pair = |w: &[&CalibrationFigure]| {
                (years(w[1].date) - years(w[0].date), w[1].value - w[0].value, w[0].sd.powi(2) + w[1].sd.powi(2))
            };
            pairs.extend(series.windows(2).map(pair));
        }
        pairs
    };
    let own = of(&|t| t.survey == target.survey);
    let pairs = if own.len() < ENOUGH_CHANGES { of(&|_| true) } else { own };
    let sum = |value: &dyn Fn(&(f64, f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>();
    let (time, moved, number) = (sum(&|p| p.0), sum(&|p| p.1), pairs.len().max(1) as f64);
    let squares = sum(&|p| p.1 * p.1 - p.2).max(0.0);
    let a_year = |of: f64| if time > 0.0 { of / time } else { 0.0 };
    Changes { variance: squares / number, yearly_variance: a_year(squares), drift: a_year(moved) }
}

/// Mean change in log odds of other surveys from about a day to shortly before another: each survey's mean over its series.
fn jump_elsewhere(target: &CalibrationFigure, since: Date, seen: &[CalibrationFigure]) -> Option<f64> {
    let mut surveys: Vec<Survey> = seen.iter().map(|t| t.survey).filter(|s| *s != target.survey).collect();
    surveys.sort_unstable();
    surveys.dedup();
    let of_survey = |survey: &Survey| {
        let jump = |t: &CalibrationFigure| {
            let far = |day: Date| (day - since).get_days().abs();
            let series = series(t, seen);
            let last = series.iter().rfind(|t| t.date < target.date && t.date > since)?;
            // Each series once: at its last figure.
            let base = series.iter().filter(|t| t.date < last.date && far(t.date) <= SAME_TIME_DAYS);
            let base = base.min_by_key(|t| far(t.date))?;
            last.same(t).then(|| (last.value - base.value) * t.figure().series.direction())
        };
        let jumps: Vec<f64> =
            seen.iter().filter(|t| t.survey == *survey && t.less.is_none()).filter_map(jump).collect();
        crate::statistics::mean(&jumps)
    };
    crate::statistics::mean(&surveys.iter().filter_map(of_survey).collect::<Vec<f64>>())
}

/// Rising shares of equal weight, of a figure that `known` figures do not hold; `None` for a series without a past. `seen`:
/// all that was published before the figure, also after the origin, for the informed one.
pub fn forecast(
    opponent: Opponent,
    target: &CalibrationFigure,
    known: &[CalibrationFigure],
    seen: &[CalibrationFigure],
) -> Option<Vec<f64>> {
    let past = series(target, known);
    let last = *past.last()?;
    let changes = changes(target, known);
    let ahead = (years(target.date) - years(last.date)).max(0.0);
    let walk = changes.yearly_variance * ahead;
    let points = |value: fn(&CalibrationFigure) -> f64| -> Vec<(f64, f64)> {
        past.iter().map(|t| (years(t.date), value(t))).collect()
    };
    let at = years(target.date);
    let (centre, variance) = match opponent {
        Opponent::LastValue => (last.value, changes.variance),
        Opponent::RandomWalk => (last.value, walk),
        Opponent::RandomWalkWithDrift => (last.value + changes.drift * ahead, walk),
        Opponent::LinearTrend => {
            let line = Line::fit(&points(|t| t.published));
            let centre = line.at(at).clamp(0.01, 0.99);
            let sd = line.sd(at).unwrap_or(0.0) / (centre * (1.0 - centre));
            (log_odds(centre), walk.max(sd * sd))
        }
        Opponent::LogisticTrend => {
            let line = Line::fit(&points(|t| t.value));
            (line.at(at), walk.max(line.sd(at).unwrap_or(0.0).powi(2)))
        }
        Opponent::Bass if past.len() < 4 => (last.value, walk),
        Opponent::Bass => {
            let first = years(past[0].date);
            let points: Vec<(f64, f64)> = points(|t| t.published).iter().map(|p| (p.0 - first, p.1)).collect();
            (log_odds(Bass::fit(&points).at(at - first)), walk)
        }
        Opponent::Informed => {
            let jump = jump_elsewhere(target, last.date, seen).unwrap_or(0.0);
            (last.value + jump * target.figure().series.direction(), walk)
        }
    };
    let sampling = sampling_sd(target.survey, share(centre), target.respondents);
    let spread = (variance + sampling * sampling + target.figure().rounding_sd().powi(2)).sqrt();
    let quantile = |i: usize| share(centre + spread * normal_quantile((i as f64 + 0.5) / SAMPLE as f64));
    Some((0..SAMPLE).map(quantile).collect())
}

/// A least-squares line.
struct Line {
    middle: (f64, f64),
    slope: f64,
    /// Sum of squares of x about its mean.
    width: f64,
    points: f64,
    /// Standard deviation of the residuals; `None` for two points.
    residual_sd: Option<f64>,
}

impl Line {
    fn fit(points: &[(f64, f64)]) -> Line {
        let n = points.len() as f64;
        let middle = points.iter().fold((0.0, 0.0), |m, p| (m.0 + p.0 / n, m.1 + p.1 / n));
        let width: f64 = points.iter().map(|p| (p.0 - middle.0).powi(2)).sum();
        let together: f64 = points.iter().map(|p| (p.0 - middle.0) * (p.1 - middle.1)).sum();
        // Shares of one day have no slope.
        let slope = if width > 0.0 { together / width } else { 0.0 };
        let squares: f64 = points.iter().map(|p| (p.1 - middle.1 - slope * (p.0 - middle.0)).powi(2)).sum();
        let residual_sd = (points.len() > 2).then(|| (squares / (n - 2.0)).sqrt());
        Line { middle, slope, width, points: n, residual_sd }
    }
    fn at(&self, x: f64) -> f64 {
        self.middle.1 + self.slope * (x - self.middle.0)
    }
    /// Of a new observation at x.
    fn sd(&self, x: f64) -> Option<f64> {
        let leverage = if self.width > 0.0 { (x - self.middle.0).powi(2) / self.width } else { 0.0 };
        self.residual_sd.map(|sd| sd * (1.0 + 1.0 / self.points + leverage).sqrt())
    }
}

/// Bass (1969), "A new product growth for model consumer durables": share of adopters, `market` at the end.
#[derive(Clone, Copy, Debug)]
struct Bass {
    innovation: f64,
    imitation: f64,
    market: f64,
}

impl Bass {
    fn at(self, year: f64) -> f64 {
        self.market * Bass::adopted(self.innovation, self.imitation, year)
    }

    fn adopted(p: f64, q: f64, year: f64) -> f64 {
        let fade = libm::exp(-(p + q) * (year + LAUNCH_YEARS).max(0.0));
        (1.0 - fade) / (1.0 + q / p * fade)
    }

    fn squares(self, points: &[(f64, f64)]) -> f64 {
        points.iter().map(|&(x, y)| (y - self.at(x)).powi(2)).sum()
    }

    /// For given innovation and imitation the best market is linear least squares, within 0-1.
    fn with_best_market([p, q]: [f64; 2], points: &[(f64, f64)]) -> (Bass, f64) {
        let (p, q) = (libm::exp(p), libm::exp(q));
        let shape = points.iter().map(|&(x, y)| (Bass::adopted(p, q, x), y));
        let (fy, ff) = shape.fold((0.0, 0.0), |(fy, ff), (f, y)| (fy + f * y, ff + f * f));
        let bass = Bass { innovation: p, imitation: q, market: (fy / ff.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0) };
        (bass, bass.squares(points))
    }

    /// A grid over the logarithms of innovation (0.0005 to 5 a year) and imitation (0.005 to 20 a year), then ever smaller
    /// steps to the best neighbour.
    fn fit(points: &[(f64, f64)]) -> Bass {
        const SIDE: u32 = 40;
        let (low, high) = ([libm::log(0.0005), libm::log(0.005)], [libm::log(5.0), libm::log(20.0)]);
        let mut step = [0, 1].map(|i| (high[i] - low[i]) / f64::from(SIDE));
        let mut best = low;
        let (mut bass, mut squares) = Bass::with_best_market(best, points);
        let mut better = |at: [f64; 2], best: &mut [f64; 2]| {
            let (found, error) = Bass::with_best_market(at, points);
            let is_better = error < squares;
            if is_better {
                (bass, squares, *best) = (found, error, at);
            }
            is_better
        };
        for node in 0..=SIDE {
            for other in 0..=SIDE {
                let at = [low[0] + step[0] * f64::from(node), low[1] + step[1] * f64::from(other)];
                better(at, &mut best);
            }
        }
        for _ in 0..2000 {
            let centre = best;
            let mut moved = false;
            for (a, b) in (-2..=2).flat_map(|a| (-2..=2).map(move |b| (f64::from(a), f64::from(b)))) {
                let at = [centre[0] + a * step[0], centre[1] + b * step[1]];
                moved |= better([0, 1].map(|i| at[i].clamp(low[i], high[i])), &mut best);
            }
            if !moved {
                step = step.map(|s| s / 2.0);
            }
            if step[0] < 1e-12 {
                break;
            }
        }
        bass
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::variance;
    use jiff::{ToSpan, civil::date};

    fn figure(survey: Survey, day: Date, published: f64) -> CalibrationFigure {
        let mut target = CalibrationFigure {
            answer: 0,
            less: None,
            survey,
            wave: day.to_string(),
            date: day,
            metric: if survey == Survey::Tsr { "current_practice" } else { "telework_rate" },
            segment_type: "size",
            segment: "total".to_string(),
            respondents: 1e9,
            published,
            value: log_odds(published),
            sd: 0.0,
        };
        target.sd = target.figure().sampling_sd();
        target
    }

    fn day(years: f64) -> Date {
        date(2020, 1, 1).saturating_add(((years * 365.25) as i32).days())
    }

    fn exact(day: Date) -> f64 {
        years(day) - years(date(2020, 1, 1))
    }

    fn median(sample: &[f64]) -> f64 {
        (sample[SAMPLE / 2 - 1] + sample[SAMPLE / 2]) / 2.0
    }

    #[test]
    fn series_on_a_curve_are_continued_exactly() {
        let (p, q, m): (f64, f64, f64) = (0.05, 0.9, 0.6);
        // Written as Bass (1969) does, with the launch a year before the first share.
        let bass = |t: f64| {
            let e = libm::exp(-(p + q) * (t + 1.0));
            m * (1.0 - e) / (1.0 + q / p * e)
        };
        type Curve<'a> = (Opponent, &'a dyn Fn(f64) -> f64, f64);
        let curves: [Curve; 5] = [
            (Opponent::LastValue, &|_| 0.37, 1e-9),
            (Opponent::LinearTrend, &|t| 0.2 + 0.05 * t, 1e-4),
            (Opponent::LogisticTrend, &|t| share(0.4 * t - 1.5), 1e-4),
            (Opponent::RandomWalkWithDrift, &|t| share(0.4 * t - 1.5), 1e-4),
            (Opponent::Bass, &bass, 1e-4),
        ];
        for (opponent, curve, tolerance) in curves {
            let of = |t: f64| figure(Survey::Tsr, day(t), curve(exact(day(t))));
            let known: Vec<CalibrationFigure> = [0.0, 0.4, 0.9, 1.3, 2.0].map(of).to_vec();
            for ahead in [2.5, 3.0] {
                let sample = forecast(opponent, &of(ahead), &known, &known).unwrap();
                let expected = curve(exact(day(ahead)));
                // The middle of a grid that is even in log odds lies a little off where the curve bends.
                assert!((median(&sample) - expected).abs() < tolerance + 0.002, "{opponent:?}: {}", median(&sample));
            }
        }
    }

    /// Log odds step by +-0.1 each quarter: the walk's variance a year is 0.01 / 0.25, that of a change 0.01.
    #[test]
    fn spreads_come_from_past_changes() {
        let first = date(2020, 1, 1);
        let of = |i: i32| figure(Survey::Tsr, first.saturating_add((i * 91).days()), share(0.1 * f64::from(i % 2)));
        let known: Vec<CalibrationFigure> = (0..7).map(of).collect();
        let spread = |opponent, days: i32| {
            let target = figure(Survey::Tsr, known[6].date.saturating_add(days.days()), 0.5);
            let sample = forecast(opponent, &target, &known, &known).unwrap();
            let logs: Vec<f64> = sample.iter().map(|s| log_odds(*s)).collect();
            variance(&logs).unwrap().sqrt()
        };
        let noise = (0.001_f64 / 0.25).powi(2) / 12.0;
        for days in [200, 1461] {
            let years = f64::from(days) / 365.25;
            let walk = (0.01 / (91.0 / 365.25) * years + noise).sqrt();
            // A grid of 200 quantiles has a standard deviation 0.6 % below that of its normal.
            assert!((spread(Opponent::RandomWalk, days) / walk - 1.0).abs() < 0.02, "{days}");
            assert!((spread(Opponent::LastValue, days) / (0.01 + noise).sqrt() - 1.0).abs() < 0.02, "{days}");
        }
    }

    /// Another survey rose by 0.3 in log odds since about the last figure: the informed one follows, also when that was seen
    /// after the origin; a series without a past has no forecast.
    #[test]
    fn the_informed_one_follows_other_surveys() {
        let known = vec![figure(Survey::Tsr, day(0.5), 0.5), figure(Survey::Jpc, day(0.45), 0.5)];
        let mut seen = known.clone();
        seen.push(figure(Survey::Jpc, day(0.8), share(0.3)));
        let target = figure(Survey::Tsr, day(1.0), 0.6);
        let centre = |opponent| log_odds(median(&forecast(opponent, &target, &known, &seen).unwrap()));
        assert!((centre(Opponent::Informed) - 0.3).abs() < 0.002);
        assert!(centre(Opponent::RandomWalk).abs() < 0.002);
        assert_eq!(forecast(Opponent::LastValue, &figure(Survey::Nira, day(1.0), 0.5), &known, &seen), None);
    }

    /// Draper and Smith's formula by hand: x = 0, 1, 2 and y = 0.2, 0.4, 0.3 give the line 0.25 + 0.05 x with residual
    /// variance 0.015 (one degree of freedom); at x = 4 a new value has 0.015 (1 + 1/3 + 9/2).
    #[test]
    fn a_line_has_the_prediction_error_of_regression() {
        let line = Line::fit(&[(0.0, 0.2), (1.0, 0.4), (2.0, 0.3)]);
        assert!((line.at(4.0) - 0.45).abs() < 1e-12);
        assert!((line.sd(4.0).unwrap().powi(2) - 0.015 * (1.0 + 1.0 / 3.0 + 4.5)).abs() < 1e-12);
    }
}
