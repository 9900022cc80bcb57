//! Forecasts that know nothing but the series itself: what the model must beat. Dated shares in, predictive samples out.
//!
//! Each gives a normal distribution about its centre, cut at 0 and 1:
//!
//! | kind | centre | standard deviation |
//! |---|---|---|
//! | last value | the last share | of a random walk: that of the steps so far, times the root of the years ahead |
//! | linear trend | least-squares line | regression's prediction error |
//! | logistic trend | the same on log odds | the same, as a share at the centre |
//! | Bass | Bass (1969) curve by least squares, launched a year before the first share | of the residuals |
//!
//! and never less than the sampling error of the survey that is forecast. Few points: none - all shares equally likely;
//! one - the last value with the sampling error; two (Bass: also three) - lines and curves pass through all points, so
//! there are no residuals, and the spread is that of the last value. Bass with two points is the last value.

use crate::statistics::{mean, normal_quantile};
use jiff::civil::Date;

/// Size of a predictive sample: the quantiles (i + 0.5) / 200 of the distribution, not random draws.
pub const SAMPLE: usize = 200;
/// Years between a Bass curve's launch and the first share (assumed: the series do not say).
const LAUNCH_YEARS: f64 = 1.0;
/// Shares are kept so far from 0 and 1 before their log odds are taken.
const EDGE: f64 = 0.001;

/// A naive forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naive {
    /// It stays as it was.
    LastValue,
    /// A straight line.
    LinearTrend,
    /// A straight line in log odds.
    LogisticTrend,
    /// A Bass diffusion curve.
    Bass,
}

impl Naive {
    /// All.
    pub const ALL: [Naive; 4] = [Naive::LastValue, Naive::LinearTrend, Naive::LogisticTrend, Naive::Bass];

    /// Id in files.
    pub fn key(self) -> &'static str {
        match self {
            Naive::LastValue => "last_value",
            Naive::LinearTrend => "linear_trend",
            Naive::LogisticTrend => "logistic_trend",
            Naive::Bass => "bass",
        }
    }
}

/// Predictive samples of a survey series, one for each wanted date: [`SAMPLE`] rising shares.
///
/// `past`: dated shares (0-1) in any order. `at`: the wanted dates, each with the standard deviation of its survey's
/// sampling error (share).
pub fn forecast(kind: Naive, past: &[(Date, f64)], at: &[(Date, f64)]) -> Vec<Vec<f64>> {
    let mut past: Vec<(Date, f64)> = past.iter().copied().filter(|(_, share)| share.is_finite()).collect();
    past.sort_by_key(|(date, _)| *date);
    let Some(&(first, _)) = past.first() else {
        return at.iter().map(|_| grid(|p| p)).collect();
    };
    let years = |date: Date| f64::from((date - first).get_days()) / 365.25;
    let points: Vec<(f64, f64)> = past.iter().map(|&(date, share)| (years(date), share)).collect();
    let curve = Curve::fit(kind, &points);
    at.iter()
        .map(|&(date, sampling)| {
            let (centre, sd) = curve.at(years(date));
            let sd = sd.max(sampling);
            grid(|p| (centre + sd * normal_quantile(p)).clamp(0.0, 1.0))
        })
        .collect()
}

fn grid(quantile: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..SAMPLE).map(|i| quantile((i as f64 + 0.5) / SAMPLE as f64)).collect()
}

/// A fitted curve over years since the first share.
struct Curve {
    shape: Shape,
    /// Last point, and the standard deviation of a year's step: the spread of what has no residuals.
    walk: Walk,
}

enum Shape {
    Last,
    /// On shares, or on log odds.
    Line(Line, bool),
    Bass {
        curve: Bass,
        sd: Option<f64>,
    },
}

#[derive(Clone, Copy)]
struct Walk {
    last: (f64, f64),
    sd_per_root_year: f64,
}

impl Walk {
    fn new(points: &[(f64, f64)]) -> Walk {
        let last = points.last().copied().unwrap_or_default();
        let steps = points.windows(2).filter(|pair| pair[1].0 > pair[0].0);
        let squares: Vec<f64> = steps.map(|pair| (pair[1].1 - pair[0].1).powi(2) / (pair[1].0 - pair[0].0)).collect();
        Walk { last, sd_per_root_year: mean(&squares).unwrap_or(0.0).sqrt() }
    }
    fn sd(self, year: f64) -> f64 {
        self.sd_per_root_year * (year - self.last.0).max(0.0).sqrt()
    }
}

impl Curve {
    fn fit(kind: Naive, points: &[(f64, f64)]) -> Curve {
        let logits: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x, logit(y))).collect();
        let shape = match kind {
            Naive::LinearTrend if points.len() > 1 => Shape::Line(Line::fit(points), false),
            Naive::LogisticTrend if points.len() > 1 => Shape::Line(Line::fit(&logits), true),
            Naive::Bass if points.len() > 2 => {
                let curve = Bass::fit(points);
                let free = points.len() - 3;
                Shape::Bass { curve, sd: (free > 0).then(|| (curve.squares(points) / free as f64).sqrt()) }
            }
            _ => Shape::Last,
        };
        Curve { shape, walk: Walk::new(points) }
    }

    /// Centre and standard deviation, as shares.
    fn at(&self, year: f64) -> (f64, f64) {
        let walk = self.walk.sd(year);
        match &self.shape {
            Shape::Last => (self.walk.last.1, walk),
            Shape::Line(line, false) => (line.at(year), line.sd(year).unwrap_or(walk)),
            Shape::Line(line, true) => {
                let centre = 1.0 / (1.0 + (-line.at(year)).exp());
                (centre, line.sd(year).map_or(walk, |sd| sd * centre * (1.0 - centre)))
            }
            Shape::Bass { curve, sd } => (curve.at(year), sd.unwrap_or(walk)),
        }
    }
}

fn logit(share: f64) -> f64 {
    let share = share.clamp(EDGE, 1.0 - EDGE);
    (share / (1.0 - share)).ln()
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
        let fade = (-(p + q) * (year + LAUNCH_YEARS).max(0.0)).exp();
        (1.0 - fade) / (1.0 + q / p * fade)
    }

    fn squares(self, points: &[(f64, f64)]) -> f64 {
        points.iter().map(|&(x, y)| (y - self.at(x)).powi(2)).sum()
    }

    /// For given innovation and imitation the best market is linear least squares, within 0-1.
    fn with_best_market([p, q]: [f64; 2], points: &[(f64, f64)]) -> (Bass, f64) {
        let (p, q) = (p.exp(), q.exp());
        let shape = points.iter().map(|&(x, y)| (Bass::adopted(p, q, x), y));
        let (fy, ff) = shape.fold((0.0, 0.0), |(fy, ff), (f, y)| (fy + f * y, ff + f * f));
        let bass = Bass { innovation: p, imitation: q, market: (fy / ff.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0) };
        (bass, bass.squares(points))
    }

    /// A grid over the logarithms of innovation (0.0005 to 5 a year) and imitation (0.005 to 20 a year), then ever smaller
    /// steps to the best neighbour.
    fn fit(points: &[(f64, f64)]) -> Bass {
        const SIDE: u32 = 40;
        let (low, high) = ([0.0005_f64.ln(), 0.005_f64.ln()], [5.0_f64.ln(), 20.0_f64.ln()]);
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
    use crate::statistics::{normal_cdf, variance};
    use jiff::{ToSpan, civil::date};

    fn day(years: f64) -> Date {
        date(2020, 1, 1).saturating_add(((years * 365.25) as i32).days())
    }

    /// Years as the forecast counts them.
    fn exact(day: Date) -> f64 {
        f64::from((day - date(2020, 1, 1)).get_days()) / 365.25
    }

    fn series(years: &[f64], f: impl Fn(f64) -> f64) -> Vec<(Date, f64)> {
        years.iter().map(|&y| (day(y), f(exact(day(y))))).collect()
    }

    fn median(sample: &[f64]) -> f64 {
        (sample[SAMPLE / 2 - 1] + sample[SAMPLE / 2]) / 2.0
    }

    #[test]
    fn series_on_a_curve_are_continued_exactly() {
        let years = [0.0, 0.4, 0.9, 1.3, 2.0];
        let line = |t: f64| 0.2 + 0.05 * t;
        let logistic = |t: f64| 1.0 / (1.0 + (1.5 - 0.4 * t).exp());
        let (p, q, m): (f64, f64, f64) = (0.05, 0.9, 0.6);
        // Written as Bass (1969) does, with the launch a year before the first share.
        let bass = |t: f64| {
            let e = (-(p + q) * (t + 1.0)).exp();
            m * (1.0 - e) / (1.0 + q / p * e)
        };
        type Curve<'a> = (Naive, &'a dyn Fn(f64) -> f64, f64);
        let curves: [Curve; 4] = [
            (Naive::LastValue, &|_| 0.37, 1e-12),
            (Naive::LinearTrend, &line, 1e-12),
            (Naive::LogisticTrend, &logistic, 1e-12),
            (Naive::Bass, &bass, 1e-5),
        ];
        for (kind, curve, tolerance) in curves {
            for ahead in [2.5, 4.0] {
                let sample = &forecast(kind, &series(&years, curve), &[(day(ahead), 0.01)])[0];
                let expected = curve(exact(day(ahead)));
                assert!((median(sample) - expected).abs() < tolerance, "{kind:?}: {} {expected}", median(sample));
                // Nothing but the sampling error is left: the 16 % and 84 % points lie 0.01 away.
                let above = sample.iter().filter(|x| **x <= expected + 0.01).count() as f64 / SAMPLE as f64;
                assert!((above - normal_cdf(1.0)).abs() <= 0.0051, "{kind:?}: {above}");
            }
        }
    }

    /// Steps of +-0.02 a quarter: variance 0.0016 a year, so 0.08 after four years.
    #[test]
    fn the_last_value_spreads_as_a_random_walk() {
        let past: Vec<(Date, f64)> =
            (0..7).map(|i| (date(2020, 1, 1).saturating_add((i * 91).days()), 0.5 + 0.02 * f64::from(i % 2))).collect();
        let last = past[6].0;
        let yearly = (0.0004 / (91.0 / 365.25_f64)).sqrt();
        for days in [400, 1461] {
            let sample = &forecast(Naive::LastValue, &past, &[(last.saturating_add(days.days()), 0.001)])[0];
            let expected = yearly * (f64::from(days) / 365.25).sqrt();
            // A grid of 200 quantiles has a standard deviation 0.6 % below that of its normal.
            assert!((variance(sample).unwrap().sqrt() / expected - 1.0).abs() < 0.01, "{days}");
            assert!((median(sample) - 0.5).abs() < 1e-12);
        }
    }

    /// Draper and Smith's formula by hand: x = 0, 1, 2 and y = 0.2, 0.4, 0.3 give the line 0.25 + 0.05 x with residual
    /// variance 0.015 (one degree of freedom); at x = 4 a new value has 0.015 (1 + 1/3 + 9/2).
    #[test]
    fn a_line_has_the_prediction_error_of_regression() {
        let line = Line::fit(&[(0.0, 0.2), (1.0, 0.4), (2.0, 0.3)]);
        assert!((line.at(4.0) - 0.45).abs() < 1e-12);
        assert!((line.sd(4.0).unwrap().powi(2) - 0.015 * (1.0 + 1.0 / 3.0 + 4.5)).abs() < 1e-12);
    }

    #[test]
    fn few_points_are_no_trouble() {
        let at = [(day(3.0), 0.02)];
        let of = |kind, points: &[(Date, f64)]| forecast(kind, points, &at).remove(0);
        let points = [(day(0.0), 0.3), (day(1.0), 0.4), (day(1.0), 0.4)];
        for kind in Naive::ALL {
            for n in 0..=3 {
                let sample = of(kind, &points[..n]);
                assert_eq!(sample.len(), SAMPLE);
                assert!(sample.is_sorted() && sample[0] >= 0.0 && sample[SAMPLE - 1] <= 1.0, "{kind:?} {n}");
            }
            assert!((median(&of(kind, &points[..1])) - 0.3).abs() < 1e-12, "{kind:?}");
            // One point: only the sampling error of 0.02.
            assert!((variance(&of(kind, &points[..1])).unwrap().sqrt() / 0.02 - 1.0).abs() < 0.01, "{kind:?}");
            // Certain shares, and a survey on one day only.
            of(kind, &[(day(0.0), 0.0), (day(0.0), 1.0), (day(0.0), 1.0)]);
        }
        assert!((median(&of(Naive::LinearTrend, &points[..2])) - 0.6).abs() < 0.001);
        assert_eq!(of(Naive::Bass, &points[..2]), of(Naive::LastValue, &points[..2]));
        assert_eq!(of(Naive::Bass, &[]), (0..200).map(|i| (f64::from(i) + 0.5) / 200.0).collect::<Vec<f64>>());
    }
}
