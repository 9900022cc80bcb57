//! A quick stand-in for the simulated figures near the points that were simulated: a Gaussian process (Rasmussen and
//! Williams 2006) with a linear and a squared-exponential part, over dimensions scaled by how much the figures depend on
//! them. Points and their figures in, predictions and gradients out.
//!
//! Its errors are measured where it is used, added to the variances of the likelihood, and corrected at the end by simulating
//! (see `sampler`). On 1,300 points between prior and posterior its median error was 0.28 of a figure's spread; a quadratic kernel on
//! whitened dimensions had 0.40.

use crate::prediction::factor;
use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

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
/// Least scale of a dimension beside the mean one.
const LEAST_SCALE: f64 = 0.1;

/// A fitted stand-in.
pub struct Surrogate {
    mean: DVector<f64>,
    /// Each dimension's scale: importance over spread.
    scale: DVector<f64>,
    /// Scaled points, one a row, and their squared lengths.
    points: DMatrix<f64>,
    squares: DVector<f64>,
    /// Weights, points x figures.
    weights: DMatrix<f64>,
    figure_mean: Vec<f64>,
    figure_sd: Vec<f64>,
    /// Twice the squared length of the curved part.
    width: f64,
    /// Variance of the error of each figure, from points kept back.
    pub error: Vec<f64>,
}

fn squares(points: &DMatrix<f64>) -> DVector<f64> {
    DVector::from_iterator(points.nrows(), points.row_iter().map(|row| row.norm_squared()))
}

/// The curved part's value at a squared distance.
fn curved(squared: f64, width: f64) -> f64 {
    CURVED * (-squared.max(0.0) / width).exp()
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

/// Weights for standardised figures, each with its noise of [`NOISE`].
fn solve(points: &DMatrix<f64>, figures: &DMatrix<f64>, width: f64, noise: &[usize]) -> DMatrix<f64> {
    let k = kernel(points, points, width);
    let mut weights = DMatrix::zeros(figures.nrows(), figures.ncols());
    for (kind, variance) in NOISE.into_iter().enumerate() {
        let columns: Vec<usize> = (0..noise.len()).filter(|i| noise[*i] == kind).collect();
        if columns.is_empty() {
            continue;
        }
        let mut k = k.clone();
        (0..k.nrows()).for_each(|i| k[(i, i)] += variance);
        let solved = factor(k).solve(&figures.select_columns(&columns));
        columns.iter().enumerate().for_each(|(from, to)| weights.set_column(*to, &solved.column(from)));
    }
    weights
}

/// How much standardised figures depend on each standardised dimension: root mean square of their linear coefficients,
/// over that of all dimensions.
fn importance(points: &DMatrix<f64>, figures: &DMatrix<f64>) -> DVector<f64> {
    let mut normal = points.transpose() * points;
    for i in 0..normal.nrows() {
        normal[(i, i)] += 1.0;
    }
    let coefficients = factor(normal).solve(&(points.transpose() * figures));
    let each = squares(&coefficients).map(f64::sqrt);
    let all = (each.norm_squared() / each.len().max(1) as f64).sqrt().max(1e-12);
    each.map(|one| one / all + LEAST_SCALE)
}

impl Surrogate {
    /// Fits points (one a row) and their figures (one row a point); its error is judged by some of the `newest` points.
    pub fn fit(points: &DMatrix<f64>, figures: &DMatrix<f64>, newest: usize) -> Surrogate {
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
        let importance = importance(&scaled, &standard);
        for mut row in scaled.row_iter_mut() {
            row.component_mul_assign(&importance.transpose());
        }
        let (width, noise) = choose(&scaled, &standard);
        let error = error(&scaled, &standard, width, &noise, newest);
        let weights = solve(&scaled, &standard, width, &noise);
        let error = error.iter().zip(&figure_sd).map(|(e, sd)| e * sd * sd).collect();
        let scale = importance.component_div(&spread);
        Surrogate {
            mean,
            scale,
            squares: squares(&scaled),
            points: scaled,
            weights,
            figure_mean,
            figure_sd,
            width,
            error,
        }
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
        let place = (DVector::from_column_slice(point) - &self.mean).component_mul(&self.scale);
        let length = place.norm_squared();
        let products = &self.points * &place;
        let bends =
            products.zip_map(&self.squares, |product, square| curved(length + square - 2.0 * product, self.width));
        let values = products.zip_map(&bends, |product, bend| CONSTANT + LINEAR * product / d + bend);
        let standard = self.weights.tr_mul(&values);
        let figures =
            standard.iter().zip(&self.figure_sd).zip(&self.figure_mean).map(|((f, sd), mean)| mean + sd * f).collect();
        Evaluated { figures, place, bends }
    }

    /// Gradient by the point of a function whose gradient by the figures is given.
    pub fn gradient(&self, at: &Evaluated, by_figure: &[f64]) -> Vec<f64> {
        let d = self.mean.len() as f64;
        let scaled =
            DVector::from_iterator(by_figure.len(), by_figure.iter().zip(&self.figure_sd).map(|(g, sd)| g * sd));
        let pull = &self.weights * scaled;
        let bent = pull.component_mul(&at.bends) * (2.0 / self.width);
        let towards = self.points.tr_mul(&(pull * (LINEAR / d) + &bent));
        (towards - &at.place * bent.sum()).component_mul(&self.scale).as_slice().to_vec()
    }
}

/// A prediction, and what its gradient needs: the scaled point and the curved part towards each fitted one.
pub struct Evaluated {
    /// Predicted figures.
    pub figures: Vec<f64>,
    place: DVector<f64>,
    bends: DVector<f64>,
}

/// Variance by figure of the errors at points kept back among the newest.
fn error(points: &DMatrix<f64>, standard: &DMatrix<f64>, width: f64, noise: &[usize], newest: usize) -> Vec<f64> {
    let n = points.nrows();
    let (test, train): (Vec<usize>, Vec<usize>) = (0..n).partition(|i| i + newest >= n && i % KEPT_BACK == 0);
    let rows = |m: &DMatrix<f64>, which: &[usize]| m.select_rows(which);
    let weights = solve(&rows(points, &train), &rows(standard, &train), width, noise);
    let off = kernel(&rows(points, &test), &rows(points, &train), width) * weights - rows(standard, &test);
    off.column_iter().map(|c| c.norm_squared() / c.len().max(1) as f64).collect()
}

/// The kernel's width, and each figure's noise (a place in [`NOISE`]), that predict points kept back best.
fn choose(points: &DMatrix<f64>, standard: &DMatrix<f64>) -> (f64, Vec<usize>) {
    // The last points are the newest, and are where the next ones will be.
    let n = points.nrows().min(TRIAL_POINTS);
    let first = points.nrows() - n;
    let (points, standard) = (points.rows(first, n).into_owned(), standard.rows(first, n).into_owned());
    let figures = standard.ncols();
    let judge = |length: &f64| {
        let width = 2.0 * length * length * points.ncols() as f64;
        let errors: Vec<Vec<f64>> =
            (0..NOISE.len()).map(|kind| error(&points, &standard, width, &vec![kind; figures], n)).collect();
        let best = |figure: usize| {
            let kinds = (0..NOISE.len()).map(|kind| (errors[kind][figure], kind));
            kinds.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, 0))
        };
        let best: Vec<(f64, usize)> = (0..figures).map(best).collect();
        (best.iter().map(|(error, _)| error).sum::<f64>(), width, best.into_iter().map(|(_, kind)| kind).collect())
    };
    let judged: Vec<(f64, f64, Vec<usize>)> = LENGTHS.par_iter().map(judge).collect();
    let best = judged.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or((2.0, vec![0; figures]), |(_, width, noise)| (width, noise))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, Purpose};

    fn cloud(n: usize, d: usize) -> DMatrix<f64> {
        let key = Key::new(3, 0);
        DMatrix::from_fn(n, d, |i, j| key.normal(i as u32, j as u32, Purpose::Calibration))
    }

    /// A smooth function is learnt to a fiftieth of its spread, and the gradient is that of the stand-in itself, by differences.
    #[test]
    fn a_quadratic_is_learnt_and_the_gradient_is_right() {
        let points = cloud(400, 5);
        let f = |x: &[f64]| 1.0 + 2.0 * x[0] - x[1] + 0.5 * x[0] * x[2] + 0.3 * x[3] * x[3];
        let figures = DMatrix::from_fn(400, 1, |i, _| f(points.row(i).transpose().as_slice()));
        let surrogate = Surrogate::fit(&points, &figures, 400);
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
