//! Errors of later figures given the residuals of published ones: their moments, and draws of them that hang together.
//! A law, residuals and a key in; shifts in log odds, or figures as published, out.

use super::{
    Covariances, Law, Published, Series,
    overlap::noise,
    series::{log_odds, sampling_sd, share},
};
use crate::{
    data::{FittedFigure, Posterior},
    observation::Survey,
    random::{Key, Purpose, philox},
};
use jiff::{ToSpan, civil::Date};
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// Days from one step of the lasting errors to the next.
const WEEK: i32 = 7;

/// Normals that belong to a name and a kind and to nothing else, one a day.
#[derive(Clone, Copy, Debug)]
struct Stream(u32);

impl Stream {
    fn new(name: &str, kind: u32) -> Stream {
        Stream(name.bytes().fold([kind, 0], |[a, b], byte| philox(a ^ u32::from(byte), b, 0x666f_7265))[0])
    }

    fn normal(self, key: Key, day: Date) -> f64 {
        let days = (day - Date::constant(2000, 1, 1)).get_days();
        key.normal(self.0, days as u32 & 0xffff, Purpose::Discrepancy)
    }
}

/// What the errors of a series are drawn from.
#[derive(Clone, Copy, Debug)]
struct Streams {
    lasting: Stream,
    /// Shared by all series of a survey.
    wave: Stream,
    sampled: Stream,
}

impl Streams {
    fn of(series: &Series) -> Streams {
        let name = series.key();
        Streams {
            lasting: Stream::new(&name, 0),
            wave: Stream::new(series.survey.id(), 1),
            sampled: Stream::new(&name, 2),
        }
    }
}

/// What forecasts of the same series from the same published figures have in common; each draw of the posterior then has
/// its own [`Errors`].
#[derive(Clone, Debug)]
pub struct Forecaster {
    wanted: Vec<Series>,
    /// Of each wanted series.
    streams: Vec<Streams>,
    past: Vec<Published>,
    /// Where the residual of each of them stands among those of a draw.
    places: Vec<usize>,
    as_of: Date,
    /// Among published figures; from wanted series on the as-of day to them; among wanted series on that day.
    past_past: Covariances,
    noise: DMatrix<f64>,
    wanted_past: Covariances,
    wanted_wanted: Covariances,
}

/// Lower Cholesky factor of a covariance, with the diagonal raised until there is one. Where the covariance has numbers that are
/// not finite, as far out on a trajectory that has gone astray, nothing is known of anything: it is infinite.
pub(crate) fn factor(mut covariance: DMatrix<f64>) -> Cholesky<f64, Dyn> {
    if !covariance.iter().all(|value| value.is_finite()) {
        covariance = DMatrix::from_diagonal_element(covariance.nrows(), covariance.nrows(), f64::INFINITY);
    }
    let mut raise = 1e-10;
    loop {
        let mut lower = covariance.clone();
        if factored(&mut lower) {
            return Cholesky::pack_dirty(lower);
        }
        for i in 0..covariance.nrows() {
            covariance[(i, i)] += raise;
        }
        raise *= 10.0;
    }
}

/// Leaves the lower Cholesky factor of a matrix in its lower triangle, block by block, so that nearly all of the work is matrix
/// products (Golub and Van Loan 2013, 4.2.6); false where there is none.
fn factored(matrix: &mut DMatrix<f64>) -> bool {
    const BLOCK: usize = 48;
    let n = matrix.nrows();
    for start in (0..n).step_by(BLOCK) {
        let block = BLOCK.min(n - start);
        let Some(diagonal) = Cholesky::new(matrix.view((start, start), (block, block)).into_owned()) else {
            return false;
        };
        let diagonal = diagonal.l();
        matrix.view_mut((start, start), (block, block)).copy_from(&diagonal);
        let (next, rest) = (start + block, n - start - block);
        if rest > 0 {
            let panel = matrix.view((next, start), (rest, block)) * inverse_of_lower(&diagonal).transpose();
            matrix.view_mut((next, start), (rest, block)).copy_from(&panel);
            matrix.view_mut((next, next), (rest, rest)).gemm(-1.0, &panel, &panel.transpose(), 1.0);
        }
    }
    true
}

/// Inverse of a factored covariance, by matrix products, which run several times as fast as solving column by column.
pub(crate) fn inverse(factor: &Cholesky<f64, Dyn>) -> DMatrix<f64> {
    let lower = inverse_of_lower(factor.l_dirty());
    lower.transpose() * lower
}

/// Inverse of a lower triangle, from the inverses of its halves: [A 0; B C] has [A' 0; -C' B A' C'].
fn inverse_of_lower(lower: &DMatrix<f64>) -> DMatrix<f64> {
    const SMALL: usize = 12;
    let n = lower.nrows();
    let mut inverse = DMatrix::identity(n, n);
    if n <= SMALL {
        lower.solve_lower_triangular_mut(&mut inverse);
        return inverse;
    }
    let half = n / 2;
    let first = inverse_of_lower(&lower.view((0, 0), (half, half)).into_owned());
    let second = inverse_of_lower(&lower.view((half, half), (n - half, n - half)).into_owned());
    let between = -(&second * lower.view((half, 0), (n - half, half)) * &first);
    inverse.view_mut((0, 0), (half, half)).copy_from(&first);
    inverse.view_mut((half, 0), (n - half, half)).copy_from(&between);
    inverse.view_mut((half, half), (n - half, n - half)).copy_from(&second);
    inverse
}

impl Forecaster {
    /// Of `wanted` series from figures published on or before the as-of day.
    pub fn new(past: Vec<Published>, wanted: Vec<Series>, as_of: Date) -> Forecaster {
        let dated: Vec<_> = past.iter().map(|p| (&p.series, p.date, Some(p.wave.as_str()))).collect();
        let later: Vec<_> = wanted.iter().map(|series| (series, as_of, None)).collect();
        let figures: Vec<&Published> = past.iter().collect();
        Forecaster {
            past_past: Covariances::between(&dated, &dated),
            noise: noise(&figures),
            wanted_past: Covariances::between(&later, &dated),
            wanted_wanted: Covariances::between(&later, &later),
            as_of,
            streams: wanted.iter().map(Streams::of).collect(),
            wanted,
            places: (0..past.len()).collect(),
            past,
        }
    }

    /// Of `wanted` series from the figures that a posterior was fitted to. One of a survey that is not simulated tells nothing of
    /// them: it is left out, with its residuals.
    pub fn of(posterior: &Posterior, wanted: Vec<Series>) -> Forecaster {
        let published = |figure: &FittedFigure| {
            let survey = Survey::parse(&figure.survey)?;
            Some(Published {
                series: Series::new(survey, &figure.metric, &figure.segment_type, &figure.segment),
                wave: figure.wave.clone(),
                date: figure.date,
                respondents: figure.respondents,
                share: figure.published,
            })
        };
        let known = posterior.figures.iter().enumerate();
        let (places, past) = known.filter_map(|(place, figure)| Some((place, published(figure)?))).unzip();
        Forecaster { places, ..Forecaster::new(past, wanted, posterior.as_of) }
    }

    /// The series, in the order of all answers.
    pub fn wanted(&self) -> &[Series] {
        &self.wanted
    }

    /// Covariance of the residuals of the published figures under a law.
    fn observed(&self, law: &Law) -> Cholesky<f64, Dyn> {
        factor(self.past_past.all(law) + &self.noise)
    }

    /// Mean and variance of the errors (lasting and of the wave, without sampling) of figures on their days, each for itself,
    /// given residuals (published less simulated, with response, in log odds) of the published figures.
    pub fn moments(&self, law: &Law, residuals: &[f64], figures: &[Published]) -> Vec<(f64, f64)> {
        let later: Vec<_> = figures.iter().map(|f| (&f.series, f.date, Some(f.wave.as_str()))).collect();
        let dated: Vec<_> = self.past.iter().map(|p| (&p.series, p.date, Some(p.wave.as_str()))).collect();
        self.moments_between(law, residuals, figures, &Covariances::between(&later, &dated))
    }

    /// [`Forecaster::moments`] with the covariances of the figures (rows) with the published ones made before.
    pub fn moments_between(
        &self,
        law: &Law,
        residuals: &[f64],
        figures: &[Published],
        between: &Covariances,
    ) -> Vec<(f64, f64)> {
        let factor = self.observed(law);
        let across = between.all(law);
        let explained = factor.solve(&DVector::from_column_slice(residuals));
        let solved = factor.solve(&across.transpose());
        (0..figures.len())
            .map(|i| {
                let row = across.row(i);
                let prior = law.sd[figures[i].series.group() as usize].powi(2) + law.wave_sd * law.wave_sd;
                let known = (row * solved.column(i))[(0, 0)];
                ((row * &explained)[(0, 0)], (prior - known).max(0.0))
            })
            .collect()
    }

    /// The errors of one posterior draw in one replicate, given its residuals of all figures that it knows: equal key, equal errors, so that scenarios that are compared share
    /// them.
    pub fn errors(&self, law: &Law, residuals: &[f64], key: Key) -> Errors<'_> {
        let prior = self.wanted_wanted.lasting(law);
        // A draw of the prior has none.
        let (mean, rest) = if self.past.is_empty() || residuals.is_empty() {
            (DVector::zeros(self.wanted.len()), prior.clone())
        } else {
            let factor = self.observed(law);
            let across = self.wanted_past.lasting(law);
            let solved = factor.solve(&across.transpose());
            let known = DVector::from_iterator(self.places.len(), self.places.iter().map(|place| residuals[*place]));
            (&across * factor.solve(&known), &prior - across * solved)
        };
        let normals = self.normals(key, self.as_of);
        Errors {
            forecaster: self,
            key,
            law: law.clone(),
            start: mean + factor(rest).l() * normals,
            step: factor(prior).l(),
        }
    }

    /// One normal a series, for a day.
    fn normals(&self, key: Key, day: Date) -> DVector<f64> {
        DVector::from_iterator(self.wanted.len(), self.streams.iter().map(|streams| streams.lasting.normal(key, day)))
    }
}

/// Errors of one posterior draw in one replicate.
#[derive(Clone, Debug)]
pub struct Errors<'a> {
    forecaster: &'a Forecaster,
    key: Key,
    law: Law,
    /// Lasting errors on the as-of day.
    start: DVector<f64>,
    /// Factor of the lasting errors' covariance.
    step: DMatrix<f64>,
}

impl Errors<'_> {
    /// Lasting errors in log odds, without those of waves: a row a date, a column a wanted series. A date before the as-of
    /// day has the errors of that day.
    ///
    /// Dates must rise. Errors walk from week to week, and within a week a date has its place between the two ends, so that
    /// what is drawn for a date does not depend on which others are asked for. Only dates inside one and the same week are
    /// a little less alike than the law says.
    pub fn lasting(&self, dates: &[Date]) -> Vec<Vec<f64>> {
        let (mut week, mut low) = (0, self.start.clone());
        let mut high = self.a_week_on(&low, 1);
        let each = |date: &Date| {
            let days = (*date - self.forecaster.as_of).get_days().max(0);
            while week < days / WEEK {
                week += 1;
                let next = self.a_week_on(&high, week + 1);
                low = std::mem::replace(&mut high, next);
            }
            if days % WEEK == 0 {
                return low.iter().copied().collect();
            }
            // Given both ends, by the autoregression's Markov property.
            let (since, until) = (self.kept(days % WEEK), self.kept(WEEK - days % WEEK));
            let (lost_since, lost_until) = (1.0 - since * since, 1.0 - until * until);
            let whole = 1.0 - (since * until).powi(2);
            let normals = &self.step * self.forecaster.normals(self.key, *date);
            let middle = (&low * (since * lost_until) + &high * (until * lost_since)) / whole;
            (middle + normals * (lost_since * lost_until / whole).sqrt()).iter().copied().collect()
        };
        dates.iter().map(each).collect()
    }

    /// Correlation of lasting errors so many days apart.
    fn kept(&self, days: i32) -> f64 {
        libm::exp(-f64::from(days) / 365.25 / self.law.years)
    }

    /// Lasting errors at the end of a week, of which they are given at its beginning.
    fn a_week_on(&self, before: &DVector<f64>, week: i32) -> DVector<f64> {
        let kept = self.kept(WEEK);
        let normals = self.forecaster.normals(self.key, self.forecaster.as_of.saturating_add((week * WEEK).days()));
        before * kept + &self.step * normals * (1.0 - kept * kept).sqrt()
    }

    /// [`Errors::lasting`] with the errors of waves.
    pub fn at(&self, dates: &[Date]) -> Vec<Vec<f64>> {
        self.with_waves(&self.lasting(dates), dates)
    }

    /// [`Errors::lasting`] of some dates with the error of the wave that each series' survey would have on each of them.
    pub fn with_waves(&self, lasting: &[Vec<f64>], dates: &[Date]) -> Vec<Vec<f64>> {
        let Forecaster { wanted, streams, .. } = self.forecaster;
        let on = |(lasting, date): (&Vec<f64>, &Date)| {
            let wave = |(series, streams): (&Series, &Streams)| {
                self.law.wave_sd * series.direction() * streams.wave.normal(self.key, *date)
            };
            wanted.iter().zip(streams).map(wave).zip(lasting).map(|(wave, lasting)| lasting + wave).collect()
        };
        lasting.iter().zip(dates).map(on).collect()
    }

    /// What the survey publishes for a wanted series on a date: `simulated` is the share among those who answer (0-1, with
    /// the survey's response), `error` that of [`Errors::at`]. A share of exactly 0 or 1 stays what it is.
    pub fn published(&self, wanted: usize, date: Date, simulated: f64, error: f64, respondents: f64) -> f64 {
        let series = &self.forecaster.wanted[wanted];
        publish(series, simulated, error, respondents, self.forecaster.streams[wanted].sampled.normal(self.key, date))
    }
}

/// A figure as published: a simulated share moved by an error in log odds, with a sampling error (`sampled`, a standard
/// normal), rounded as the survey prints.
pub(crate) fn publish(series: &Series, simulated: f64, error: f64, respondents: f64, sampled: f64) -> f64 {
    if simulated <= 0.0 || simulated >= 1.0 {
        return simulated;
    }
    let moved = share(libm::log(simulated / (1.0 - simulated)) + error);
    let found = share(log_odds(moved) + sampling_sd(series.survey, moved, respondents) * sampled);
    let step = series.survey.rounding();
    (found / step).round() * step
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{mean, pearson, variance};
    use jiff::civil::date;

    /// For sizes on both sides of what is not divided: the factor's square is the covariance, and the product with the inverse is
    /// the identity. What no covariance can be has no factor.
    #[test]
    fn the_inverse_of_a_covariance_undoes_it() {
        for n in [1, 2, 12, 13, 48, 49, 71, 150] {
            let near = |i: usize, j: usize| 0.9_f64.powi((i as i32 - j as i32).abs()) + if i == j { 0.1 } else { 0.0 };
            let covariance = DMatrix::from_fn(n, n, near);
            let factor = factor(covariance.clone());
            assert!((factor.l() * factor.l().transpose() - &covariance).amax() < 1e-13, "{n}");
            let product = inverse(&factor) * covariance;
            assert!((product - DMatrix::identity(n, n)).amax() < 1e-12, "{n}");
            let mut negative = DMatrix::identity(n, n);
            negative[(n - 1, n - 1)] = -1.0;
            assert!(!factored(&mut negative), "{n}");
        }
    }

    const AS_OF: Date = Date::constant(2021, 4, 30);

    /// What is not finite has a factor as well, at once, under which nothing has a density.
    #[test]
    fn a_covariance_that_is_not_finite_is_infinite() {
        for odd in [f64::NAN, f64::INFINITY] {
            let mut covariance = DMatrix::identity(3, 3);
            covariance[(2, 1)] = odd;
            let factor = factor(covariance);
            assert!(factor.l().diagonal().iter().all(|d| *d == f64::INFINITY));
            assert_eq!(factor.solve(&DVector::from_element(3, 1.0)), DVector::zeros(3));
        }
    }

    fn tsr(segment: &str) -> Series {
        Series::new(Survey::Tsr, "current_practice", "size", segment)
    }

    fn law() -> Law {
        Law { sd: [0.2; 10], wave_sd: 0.1, years: 0.8, field_weight: 1.0, survey_weight: 0.5 }
    }

    fn figure(series: Series, date: Date, respondents: f64) -> Published {
        Published { series, wave: date.to_string(), date, respondents, share: 0.5 }
    }

    /// One residual r of the series itself, k = 1/4 year before: by the formula of the conditional normal the mean is
    /// s^2 e^(-k/T) r / (s^2 + w^2 + n), the variance s^2 + w^2 - (s^2 e^(-k/T))^2 / (s^2 + w^2 + n), n sampling and rounding.
    #[test]
    fn a_series_goes_on_from_its_own_residual() {
        let (law, before) = (law(), figure(tsr("SME"), date(2021, 1, 29), 4000.0));
        let forecaster = Forecaster::new(vec![before.clone()], vec![tsr("SME")], AS_OF);
        let later = figure(tsr("SME"), AS_OF, 4000.0);
        let (found, spread) = forecaster.moments(&law, &[0.3], &[later])[0];
        let kept = libm::exp(-91.0 / 365.25 / 0.8_f64);
        let noise = 1.5 / (4000.0 * 0.25) + (0.001_f64 / 0.25).powi(2) / 12.0;
        let observed = 0.04 + 0.01 + noise;
        assert!((found - 0.04 * kept * 0.3 / observed).abs() < 1e-12);
        assert!((spread - (0.05 - (0.04 * kept).powi(2) / observed)).abs() < 1e-12);
        // Another survey of firms learns from it what they share, half of 1 + 1 + 0.5 parts; one of workers nothing.
        let of = |series: Series| forecaster.moments(&law, &[0.3], &[figure(series, AS_OF, 4000.0)])[0].0;
        let mic = of(Series::new(Survey::Mic, "introduced", "size", "total"));
        assert!((mic / found - 0.4 * 0.85_f64.sqrt()).abs() < 1e-9, "{mic} {found}");
        assert_eq!(of(Series::new(Survey::Jpc, "telework_rate", "total", "all employees")), 0.0);
        // Never moves against now.
        assert!(of(Series::new(Survey::Tsr, "never_practised", "size", "SME")) < 0.0);
    }

    /// A figure that the model has no question for, first in the table, changes nothing: the residual behind it stays that of its own
    /// figure.
    #[test]
    fn a_figure_of_a_survey_that_is_not_simulated_is_left_out_with_its_residual() {
        let data = crate::data::Data::embedded().unwrap();
        let known = data.posterior.figures.iter().find(|figure| figure.survey == "tsr_practice").unwrap().clone();
        let other = FittedFigure { survey: "mhlw_line_workers".into(), ..known.clone() };
        let errors = |figures: Vec<FittedFigure>, residuals: &[f64]| {
            let posterior = Posterior { figures, ..data.posterior.clone() };
            let forecaster = Forecaster::of(&posterior, vec![tsr("SME"), tsr("large")]);
            forecaster.errors(&law(), residuals, Key::new(3, 7)).at(&[AS_OF, date(2022, 4, 30)])
        };
        let alone = errors(vec![known.clone()], &[0.3]);
        assert_eq!(errors(vec![other, known.clone()], &[-0.9, 0.3]), alone);
        assert_ne!(errors(vec![known], &[]), alone, "it is learnt from");
    }

    /// 4,000 replicates: at the as-of day mean and variance are those of the conditional normal; four years on those of the
    /// group (variance 0.04 + 0.01), a tenth of a year apart, inside different weeks, correlated by e^(-0.1/0.8) in the lasting part. 5 standard
    /// errors (mean 0.0158 of a deviation, variance 2.2 %, correlation 0.016): a false alarm once in 1.7 million each.
    #[test]
    fn draws_have_the_moments_of_the_law() {
        let law = law();
        let forecaster =
            Forecaster::new(vec![figure(tsr("SME"), date(2021, 1, 29), 4000.0)], vec![tsr("SME"), tsr("large")], AS_OF);
        let later = AS_OF.saturating_add(4.years());
        let dates = [AS_OF, later, later.saturating_add(37.days())];
        let draws: Vec<Vec<Vec<f64>>> =
            (0..4000).map(|i| forecaster.errors(&law, &[0.3], Key::new(3, i)).at(&dates)).collect();
        let of = |date: usize, series: usize| -> Vec<f64> { draws.iter().map(|d| d[date][series]).collect() };
        let (centre, spread) = forecaster.moments(&law, &[0.3], &[figure(tsr("SME"), AS_OF, 4000.0)])[0];
        let close = |found: &[f64], centre: f64, spread: f64| {
            let (m, v) = (mean(found).unwrap(), variance(found).unwrap());
            assert!((m - centre).abs() < 5.0 * (spread / 4000.0).sqrt(), "{m} for {centre}");
            assert!((v / spread - 1.0).abs() < 5.0 * (2.0_f64 / 4000.0).sqrt(), "{v} for {spread}");
        };
        close(&of(0, 0), centre, spread);
        close(&of(1, 0), 0.0, 0.05);
        let together = pearson(&of(1, 0), &of(2, 0)).unwrap();
        let exact = 0.04 * libm::exp(-37.0 / 365.25 / 0.8_f64) / 0.05;
        assert!((together - exact).abs() < 5.0 / 4000.0_f64.sqrt(), "{together} for {exact}");
        // Two strata share the survey's part and the wave: 0.04 * 0.2 + 0.01 of 0.05.
        let strata = pearson(&of(1, 0), &of(1, 1)).unwrap();
        assert!((strata - 0.018 / 0.05).abs() < 5.0 / 4000.0_f64.sqrt(), "{strata}");
        // The same replicate has the same errors, whatever else is asked for.
        let again = forecaster.errors(&law, &[0.3], Key::new(3, 7));
        assert_eq!(draws[7], again.at(&dates));
        assert_eq!(draws[7][2..], again.at(&dates[2..]));
    }

    /// Log odds 0 moved by ln 3 are a share of 3/4; TSR prints tenths of a per cent, NIRA whole ones; certain answers stay.
    #[test]
    fn figures_are_rounded_as_printed() {
        let nira = Series::new(Survey::Nira, "telework_rate", "region", "national");
        assert!((publish(&tsr("SME"), 0.5, libm::log(3.0), 1e12, 0.0) - 0.75).abs() < 1e-12);
        assert!((publish(&nira, 0.1234, 0.0, 1e12, 0.0) - 0.12).abs() < 1e-12);
        assert!((publish(&tsr("SME"), 0.1234, 0.0, 1e12, 0.0) - 0.123).abs() < 1e-12);
        assert_eq!([0.0, 1.0].map(|x| publish(&nira, x, 1.0, 10.0, 1.0)), [0.0, 1.0]);
        // 600 respondents at one half, design effect 1.5: one standard error is sqrt(1.5 / 150) in log odds.
        let exact = share((1.5_f64 / 150.0).sqrt());
        assert!((publish(&tsr("SME"), 0.5, 0.0, 600.0, 1.0) - exact).abs() < 5.1e-4);
    }
}
