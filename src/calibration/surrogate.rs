//! A quick stand-in for the simulated figures near the points that were simulated: Gaussian processes (Rasmussen and
//! Williams 2006) with a linear and a squared-exponential part. Points and their figures in, predictions and gradients out.
//!
//! Figures that depend on the same dimensions form a kind. Each kind has a process of its own, over dimensions scaled by how much
//! its figures depend on them. Its errors are measured where it is used, added to the variances of the likelihood, and
//! corrected at the end by simulating (see `sampler`). Tried on the 150 newest of 1,650 points of two fits: of errors with the
//! process noise taken off, the ninth of ten was 0.063 in log odds with six kinds and the noise of each point as it is,
//! 0.082 with one kind, and 0.091 with one kind and one noise. Of the single constants below none made more than a tenth.

use crate::prediction::factor;
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rayon::prelude::*;

/// Kinds of figures.
const KINDS: usize = 6;
/// Rounds in which figures change their kind.
const SORTINGS: usize = 20;
/// Points used to choose the kernel's constants.
const TRIAL_POINTS: usize = 700;
/// One point in so many is kept back to judge a fit.
const KEPT_BACK: usize = 5;
/// Weights of a constant, of the linear and of the squared-exponential part.
const CONSTANT: f64 = 1.0;
const LINEAR: f64 = 2.0;
const CURVED: f64 = 10.0;
/// Lengths of the curved part that are tried, over the root of the number of dimensions.
const LENGTHS: [f64; 3] = [1.0, 2.0, 4.0];
/// Noise variances that are tried, figure by figure: process noise, seen as noise over parameters.
const NOISE: [f64; 4] = [0.003, 0.02, 0.1, 0.4];
/// Noise variance of a point of one stream beside that of a refined one: two streams, on a sample two and a half times as large.
const UNREFINED: f64 = 5.0;
/// Least share of an error's variance that is not noise.
const LEAST_ERROR: f64 = 0.1;
/// Least scale of a dimension beside the mean one.
const LEAST_SCALE: f64 = 0.1;

/// A fitted stand-in.
pub struct Surrogate {
    mean: DVector<f64>,
    kinds: Vec<FigureKind>,
    figure_mean: Vec<f64>,
    figure_sd: Vec<f64>,
    /// Covariance of the errors of the figures, from points kept back.
    pub error: DMatrix<f64>,
}

/// The process of figures that depend on the same dimensions.
struct FigureKind {
    /// Which figures.
    figures: Vec<usize>,
    /// Each dimension's scale: importance over spread.
    scale: DVector<f64>,
    /// Scaled points, one a row, and their squared lengths.
    points: DMatrix<f64>,
    squares: DVector<f64>,
    /// Weights, points x figures.
    weights: DMatrix<f64>,
    /// Twice the squared length of the curved part.
    width: f64,
    /// Errors of the standardised figures at points kept back, points x figures.
    off: DMatrix<f64>,
}

fn squares(points: &DMatrix<f64>) -> DVector<f64> {
    DVector::from_iterator(points.nrows(), points.row_iter().map(|row| row.norm_squared()))
}

/// The curved part's value at a squared distance.
fn curved(squared: f64, width: f64) -> f64 {
    CURVED * libm::exp(-squared.max(0.0) / width)
}

/// Kernel between the rows of two sets of points.
fn kernel(a: &DMatrix<f64>, b: &DMatrix<f64>, width: f64) -> DMatrix<f64> {
    let d = a.ncols() as f64;
    let (lengths, others) = (squares(a), squares(b));
    let mut k = a * b.transpose();
    for j in 0..k.ncols() {
        for i in 0..k.nrows() {
            let product = k[(i, j)];
            k[(i, j)] = CONSTANT + LINEAR * product / d + curved(lengths[i] + others[j] - 2.0 * product, width);
        }
    }
    k
}

/// Scaled points, their standardised figures, and the noise variance of each point beside that of a refined one.
struct Training {
    points: DMatrix<f64>,
    figures: DMatrix<f64>,
    noise: DVector<f64>,
}

impl Training {
    fn select(&self, rows: &[usize]) -> Training {
        Training {
            points: self.points.select_rows(rows),
            figures: self.figures.select_rows(rows),
            noise: self.noise.select_rows(rows),
        }
    }

    /// Weights of the figures, each with its noise of [`NOISE`].
    fn solve(&self, width: f64, noise: &[usize]) -> DMatrix<f64> {
        let k = kernel(&self.points, &self.points, width);
        let mut weights = DMatrix::zeros(self.figures.nrows(), self.figures.ncols());
        for (level, variance) in NOISE.into_iter().enumerate() {
            let columns: Vec<usize> = (0..noise.len()).filter(|i| noise[*i] == level).collect();
            if columns.is_empty() {
                continue;
            }
            let mut k = k.clone();
            (0..k.nrows()).for_each(|i| k[(i, i)] += variance * self.noise[i]);
            let solved = factor(k).solve(&self.figures.select_columns(&columns));
            columns.iter().enumerate().for_each(|(from, to)| weights.set_column(*to, &solved.column(from)));
        }
        weights
    }

    /// Errors at points kept back among the newest.
    fn off(&self, width: f64, noise: &[usize], newest: usize) -> DMatrix<f64> {
        let n = self.points.nrows();
        let (test, train): (Vec<usize>, Vec<usize>) = (0..n).partition(|i| i + newest >= n && i % KEPT_BACK == 0);
        let (test, train) = (self.select(&test), self.select(&train));
        kernel(&test.points, &train.points, width) * train.solve(width, noise) - test.figures
    }

    /// The kernel's width, and each figure's noise (a place in [`NOISE`]), that predict points kept back best.
    fn choose(&self) -> (f64, Vec<usize>) {
        // The last points are the newest, and are where the next ones will be.
        let n = self.points.nrows().min(TRIAL_POINTS);
        let newest: Vec<usize> = (self.points.nrows() - n..self.points.nrows()).collect();
        let trial = self.select(&newest);
        let figures = trial.figures.ncols();
        let judge = |length: &f64| {
            let width = 2.0 * length * length * trial.points.ncols() as f64;
            let errors: Vec<Vec<f64>> =
                (0..NOISE.len()).map(|level| variances(&trial.off(width, &vec![level; figures], n))).collect();
            let best = |figure: usize| {
                let levels = (0..NOISE.len()).map(|level| (errors[level][figure], level));
                levels.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, 0))
            };
            let best: Vec<(f64, usize)> = (0..figures).map(best).collect();
            (
                best.iter().map(|(error, _)| error).sum::<f64>(),
                width,
                best.into_iter().map(|(_, level)| level).collect(),
            )
        };
        let judged: Vec<(f64, f64, Vec<usize>)> = LENGTHS.par_iter().map(judge).collect();
        let best = judged.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
        best.map_or((2.0, vec![0; figures]), |(_, width, noise)| (width, noise))
    }
}

/// Mean square of each column.
fn variances(off: &DMatrix<f64>) -> Vec<f64> {
    off.column_iter().map(|c| c.norm_squared() / c.len().max(1) as f64).collect()
}

/// Covariance of errors (one row a point) about 0, its correlations shrunk by as much as so few points leave them uncertain
/// (Schaefer and Strimmer 2005).
fn covariance(off: &DMatrix<f64>) -> DMatrix<f64> {
    let points = off.nrows().max(2) as f64;
    let sd: Vec<f64> = variances(off).into_iter().map(|variance| variance.sqrt().max(1e-12)).collect();
    let mut covariance = off.tr_mul(off) / points;
    let (mut uncertain, mut found) = (0.0, 0.0);
    for j in 0..sd.len() {
        for i in 0..j {
            let correlation = covariance[(i, j)] / (sd[i] * sd[j]);
            uncertain += (1.0 - correlation * correlation).powi(2) / (points - 1.0);
            found += correlation * correlation;
        }
    }
    let kept = 1.0 - (uncertain / found.max(1e-12)).min(1.0);
    let own = covariance.diagonal();
    covariance *= kept;
    covariance.set_diagonal(&own);
    covariance
}

/// Covariance of errors without the noise of the figures that they were measured by: at least a tenth of each variance, and
/// nothing that no covariance can be.
pub fn without_noise(error: &DMatrix<f64>, noise: &DMatrix<f64>) -> DMatrix<f64> {
    let eigen = SymmetricEigen::new(error - noise);
    let kept = DMatrix::from_diagonal(&eigen.eigenvalues.map(|value| value.max(0.0)));
    let mut rest = &eigen.eigenvectors * kept * eigen.eigenvectors.transpose();
    for i in 0..rest.nrows() {
        rest[(i, i)] = rest[(i, i)].max(LEAST_ERROR * error[(i, i)]);
    }
    rest
}

/// How much each standardised figure depends on each standardised dimension: linear coefficients, dimensions x figures.
fn dependence(points: &DMatrix<f64>, figures: &DMatrix<f64>) -> DMatrix<f64> {
    let mut normal = points.transpose() * points;
    for i in 0..normal.nrows() {
        normal[(i, i)] += 1.0;
    }
    factor(normal).solve(&(points.transpose() * figures))
}

/// Root mean square of the coefficients of each dimension, over that of all dimensions.
fn importance(coefficients: &DMatrix<f64>) -> DVector<f64> {
    let each = squares(coefficients).map(f64::sqrt);
    let all = (each.norm_squared() / each.len().max(1) as f64).sqrt().max(1e-12);
    each.map(|one| one / all + LEAST_SCALE)
}

/// Figures by kind: spherical k-means (Dhillon and Modha 2001) of the sizes of their coefficients, begun with figures as unlike
/// each other as can be.
fn kinds(coefficients: &DMatrix<f64>) -> Vec<Vec<usize>> {
    let mut profiles = coefficients.map(f64::abs);
    for mut profile in profiles.column_iter_mut() {
        profile.try_normalize_mut(1e-12);
    }
    let all = profiles.column_mean();
    let nearest = |centres: &[DVector<f64>], figure: usize| {
        let likeness = centres.iter().map(|centre| profiles.column(figure).dot(centre)).enumerate();
        likeness.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
    };
    let figures = 0..profiles.ncols();
    let mut centres: Vec<DVector<f64>> = vec![all];
    while centres.len() < KINDS.min(profiles.ncols()) {
        let unlike = figures.clone().min_by(|a, b| nearest(&centres, *a).1.total_cmp(&nearest(&centres, *b).1));
        centres.push(profiles.column(unlike.unwrap_or(0)).into_owned());
    }
    // Figures that depend on nothing have no direction.
    let direction = |profiles: &DMatrix<f64>| {
        let mean = profiles.column_mean();
        let length = mean.norm().max(1e-12);
        mean / length
    };
    let mut kinds = Vec::new();
    for _ in 0..SORTINGS {
        kinds = vec![Vec::new(); centres.len()];
        figures.clone().for_each(|figure| kinds[nearest(&centres, figure).0].push(figure));
        kinds.retain(|kind: &Vec<usize>| !kind.is_empty());
        centres = kinds.iter().map(|kind| direction(&profiles.select_columns(kind))).collect();
    }
    kinds
}

impl Surrogate {
    /// Fits points (one a row) and their figures (one row a point), of which the newest `refined` were simulated with less noise;
    /// its error is judged by some of the `newest` points.
    pub fn fit(points: &DMatrix<f64>, figures: &DMatrix<f64>, refined: usize, newest: usize) -> Surrogate {
        let mean = points.row_mean().transpose();
        let spread = points.row_variance().transpose().map(|v| v.sqrt().max(1e-9));
        let mut scaled = points.clone();
        for mut row in scaled.row_iter_mut() {
            row -= mean.transpose();
            row.component_div_assign(&spread.transpose());
        }
        let figure_mean: Vec<f64> = figures.column_iter().map(|c| c.mean()).collect();
        let figure_sd: Vec<f64> = figures.column_iter().map(|c| c.variance().sqrt().max(1e-6)).collect();
        let standard = DMatrix::from_fn(figures.nrows(), figures.ncols(), |i, j| {
            (figures[(i, j)] - figure_mean[j]) / figure_sd[j]
        });
        let noise =
            DVector::from_fn(
                points.nrows(),
                |i, _| {
                    if refined > 0 && i + refined < points.nrows() { UNREFINED } else { 1.0 }
                },
            );
        let coefficients = dependence(&scaled, &standard);
        let one = |figures: Vec<usize>| {
            let importance = importance(&coefficients.select_columns(&figures));
            let mut points = scaled.clone();
            points.row_iter_mut().for_each(|mut row| row.component_mul_assign(&importance.transpose()));
            let training = Training { points, figures: standard.select_columns(&figures), noise: noise.clone() };
            let (width, levels) = training.choose();
            FigureKind {
                figures,
                scale: importance.component_div(&spread),
                squares: squares(&training.points),
                weights: training.solve(width, &levels),
                off: training.off(width, &levels, newest),
                points: training.points,
                width,
            }
        };
        let kinds: Vec<FigureKind> = kinds(&coefficients).into_par_iter().map(one).collect();
        let kept_back = kinds.first().map_or(0, |kind| kind.off.nrows());
        let mut off = DMatrix::zeros(kept_back, figure_sd.len());
        for kind in &kinds {
            let of_kind = kind.figures.iter().zip(kind.off.column_iter());
            of_kind.for_each(|(i, column)| off.set_column(*i, &(column * figure_sd[*i])));
        }
        let error = covariance(&off);
        Surrogate { mean, kinds, figure_mean, figure_sd, error }
    }

    /// Standard deviation of a figure over the fitted points.
    pub fn spread(&self, figure: usize) -> f64 {
        self.figure_sd[figure]
    }

    /// Figures at a point.
    pub fn figures(&self, point: &[f64]) -> Vec<f64> {
        self.evaluate(point).figures
    }

    /// Figures at a point, and what the gradient there needs.
    pub fn evaluate(&self, point: &[f64]) -> Evaluated {
        let d = self.mean.len() as f64;
        let from_mean = DVector::from_column_slice(point) - &self.mean;
        let mut figures = self.figure_mean.clone();
        let each = |kind: &FigureKind| {
            let place = from_mean.component_mul(&kind.scale);
            let length = place.norm_squared();
            let products = &kind.points * &place;
            let bends =
                products.zip_map(&kind.squares, |product, square| curved(length + square - 2.0 * product, kind.width));
            let values = products.zip_map(&bends, |product, bend| CONSTANT + LINEAR * product / d + bend);
            let standard = kind.weights.tr_mul(&values);
            let of_kind = kind.figures.iter().zip(standard.iter());
            of_kind.for_each(|(i, value)| figures[*i] += self.figure_sd[*i] * value);
            (place, bends)
        };
        let kinds = self.kinds.iter().map(each).collect();
        Evaluated { figures, kinds }
    }

    /// Gradient by the point of a function whose gradient by the figures is given.
    pub fn gradient(&self, at: &Evaluated, by_figure: &[f64]) -> Vec<f64> {
        let d = self.mean.len() as f64;
        let mut gradient = DVector::zeros(self.mean.len());
        for (kind, (place, bends)) in self.kinds.iter().zip(&at.kinds) {
            let scaled = kind.figures.iter().map(|i| by_figure[*i] * self.figure_sd[*i]);
            let pull = &kind.weights * DVector::from_iterator(kind.figures.len(), scaled);
            let bent = pull.component_mul(bends) * (2.0 / kind.width);
            let towards = kind.points.tr_mul(&(pull * (LINEAR / d) + &bent));
            gradient += (towards - place * bent.sum()).component_mul(&kind.scale);
        }
        gradient.as_slice().to_vec()
    }
}

/// A prediction, and what its gradient needs.
pub struct Evaluated {
    /// Predicted figures.
    pub figures: Vec<f64>,
    /// By kind, the scaled point and the curved part towards each fitted one.
    kinds: Vec<(DVector<f64>, DVector<f64>)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, Purpose};

    fn cloud(n: usize, d: usize) -> DMatrix<f64> {
        let key = Key::new(3, 0);
        DMatrix::from_fn(n, d, |i, j| key.normal(i as u32, j as u32, Purpose::Calibration))
    }

    /// Figures that depend on the same dimensions are of one kind, whatever the size and sign of their coefficients.
    #[test]
    fn figures_of_a_kind_depend_on_the_same_dimensions() {
        let coefficients = DMatrix::from_fn(12, 60, |dimension, figure| {
            let own = dimension / 2 == figure % 6;
            if own { (1.0 + figure as f64) * if figure % 4 < 2 { 1.0 } else { -1.0 } } else { 0.01 }
        });
        let mut found = kinds(&coefficients);
        found.sort();
        let expected: Vec<Vec<usize>> =
            (0..6).map(|kind| (0..60).filter(|figure| figure % 6 == kind).collect()).collect();
        assert_eq!(found, expected);
    }

    /// Of 4,000 points with errors whose correlation is 0.8 the covariance is found; of 4 points with none, hardly any
    /// correlation is left (over 100 other seeds at most 0.55 was, without shrinking 0.99). Noise is taken off as a covariance.
    #[test]
    fn the_errors_covariance_is_shrunk_and_freed_of_noise() {
        let many = cloud(4000, 3);
        let off =
            DMatrix::from_fn(
                4000,
                2,
                |i, j| if j == 0 { many[(i, 0)] } else { 0.8 * many[(i, 0)] + 0.6 * many[(i, 1)] },
            );
        let found = covariance(&off);
        let expected = DMatrix::from_row_slice(2, 2, &[1.0, 0.8, 0.8, 1.0]);
        assert!((&found - &expected).amax() < 0.06, "{found}");
        let few = covariance(&cloud(4, 30));
        let off_diagonal = (0..30).flat_map(|i| (0..i).map(move |j| (i, j)));
        let largest =
            off_diagonal.map(|(i, j)| (few[(i, j)] / (few[(i, i)] * few[(j, j)]).sqrt()).abs()).fold(0.0, f64::max);
        assert!(largest < 0.6, "{largest}");
        let noise = DMatrix::from_row_slice(2, 2, &[0.5, 0.3, 0.3, 0.5]);
        let rest = without_noise(&expected, &noise);
        assert!((rest - (&expected - &noise)).amax() < 1e-12);
        let all = without_noise(&expected, &(2.0 * &expected));
        assert!((all - DMatrix::identity(2, 2) * 0.1).amax() < 1e-12);
    }

    /// A smooth function is learnt to a fiftieth of its spread, and the gradient is that of the stand-in itself, by differences.
    #[test]
    fn a_quadratic_is_learnt_and_the_gradient_is_right() {
        let points = cloud(400, 5);
        let f = |x: &[f64]| 1.0 + 2.0 * x[0] - x[1] + 0.5 * x[0] * x[2] + 0.3 * x[3] * x[3];
        let figures = DMatrix::from_fn(400, 1, |i, _| f(points.row(i).transpose().as_slice()));
        let surrogate = Surrogate::fit(&points, &figures, 0, 400);
        for x in [[0.3, -0.5, 0.8, 0.1, 0.0], [-1.0, 0.2, 0.4, 1.0, -0.7]] {
            let at = surrogate.evaluate(&x);
            assert!((at.figures[0] - f(&x)).abs() < 0.05, "{} for {}", at.figures[0], f(&x));
            let gradient = surrogate.gradient(&at, &[1.0]);
            for (d, found) in gradient.into_iter().enumerate() {
                let beside = |step: f64| {
                    let mut y = x;
                    y[d] += step;
                    surrogate.figures(&y)[0]
                };
                let exact = (beside(1e-5) - beside(-1e-5)) / 2e-5;
                assert!((found - exact).abs() < 1e-6, "{found} for {exact}");
            }
        }
    }
}
