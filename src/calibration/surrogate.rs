//! A quick stand-in for the simulated figures near the points that were simulated: a Gaussian process with a quadratic
//! kernel (Rasmussen and Williams 2006, section 4.2.2). Points and their figures in, predictions and gradients out.
//!
//! It only proposes moves; every accepted point was simulated (see `sampler`), so its errors cost time, not truth.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// Points used to choose the kernel's two constants.
const TRIAL_POINTS: usize = 600;
/// Share of the trial points kept back to judge a choice.
const KEPT_BACK: f64 = 0.25;
/// Weight of a constant beside the linear part.
const CONSTANT: f64 = 1.0;
/// Weight of the linear part.
const LINEAR: f64 = 4.0;
/// Weights of the quadratic part that are tried.
const QUADRATIC: [f64; 4] = [0.1, 0.5, 2.0, 8.0];
/// Noise variances that are tried: the run's luck, seen as noise over parameters.
const NOISE: [f64; 3] = [0.003, 0.02, 0.1];

/// A fitted stand-in.
pub struct Surrogate {
    mean: DVector<f64>,
    /// Inverse of the Cholesky factor of the points' covariance.
    whiten: DMatrix<f64>,
    /// Whitened points, one a row.
    points: DMatrix<f64>,
    /// Weights, points x figures.
    weights: DMatrix<f64>,
    figure_mean: Vec<f64>,
    figure_sd: Vec<f64>,
    quadratic: f64,
    /// Variance of the error of each figure, from points kept back.
    pub error: Vec<f64>,
}

/// Lower Cholesky factor of a covariance, with the diagonal raised until there is one.
pub fn factor(mut covariance: DMatrix<f64>) -> Cholesky<f64, Dyn> {
    let mut raise = 1e-10;
    loop {
        if let Some(factor) = Cholesky::new(covariance.clone()) {
            return factor;
        }
        for i in 0..covariance.nrows() {
            covariance[(i, i)] += raise;
        }
        raise *= 10.0;
    }
}

/// Mean and covariance of points, one a row; the covariance is drawn a little towards its diagonal.
pub fn moments(points: &DMatrix<f64>) -> (DVector<f64>, DMatrix<f64>) {
    const TOWARDS_DIAGONAL: f64 = 0.05;
    let n = points.nrows().max(2) as f64;
    let mean = points.row_mean().transpose();
    let mut centred = points.clone();
    for mut row in centred.row_iter_mut() {
        row -= mean.transpose();
    }
    let mut covariance = centred.transpose() * &centred / (n - 1.0);
    let d = covariance.nrows();
    for i in 0..d {
        for j in 0..d {
            if i != j {
                covariance[(i, j)] *= 1.0 - TOWARDS_DIAGONAL;
            }
        }
        covariance[(i, i)] += 1e-8;
    }
    (mean, covariance)
}

fn kernel(products: &DMatrix<f64>, dimensions: f64, quadratic: f64) -> DMatrix<f64> {
    products.map(|s| value(s / dimensions, quadratic))
}

fn value(s: f64, quadratic: f64) -> f64 {
    CONSTANT + LINEAR * s + quadratic * s * s
}

/// Weights for standardised figures.
fn solve(points: &DMatrix<f64>, figures: &DMatrix<f64>, quadratic: f64, noise: f64) -> DMatrix<f64> {
    let mut k = kernel(&(points * points.transpose()), points.ncols() as f64, quadratic);
    for i in 0..k.nrows() {
        k[(i, i)] += noise;
    }
    factor(k).solve(figures)
}

impl Surrogate {
    /// Fits points (one a row) and their figures (one row a point).
    pub fn fit(points: &DMatrix<f64>, figures: &DMatrix<f64>) -> Surrogate {
        let (mean, covariance) = moments(points);
        let d = points.ncols();
        let lower = factor(covariance).l();
        let whiten = lower.solve_lower_triangular(&DMatrix::identity(d, d)).unwrap_or_else(|| DMatrix::identity(d, d));
        let mut centred = points.clone();
        for mut row in centred.row_iter_mut() {
            row -= mean.transpose();
        }
        let white = centred * whiten.transpose();
        let figure_mean: Vec<f64> = figures.column_iter().map(|c| c.mean()).collect();
        let figure_sd: Vec<f64> = figures.column_iter().map(|c| c.variance().sqrt().max(1e-6)).collect();
        let standard = DMatrix::from_fn(figures.nrows(), figures.ncols(), |i, j| {
            (figures[(i, j)] - figure_mean[j]) / figure_sd[j]
        });
        let (quadratic, noise, error) = choose(&white, &standard);
        let weights = solve(&white, &standard, quadratic, noise);
        let error = error.iter().zip(&figure_sd).map(|(e, sd)| e * sd * sd).collect();
        Surrogate { mean, whiten, points: white, weights, figure_mean, figure_sd, quadratic, error }
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
        let white = &self.whiten * (DVector::from_column_slice(point) - &self.mean);
        let products = (&self.points * white) / d;
        let standard = self.weights.tr_mul(&products.map(|s| value(s, self.quadratic)));
        let figures =
            standard.iter().zip(&self.figure_sd).zip(&self.figure_mean).map(|((f, sd), mean)| mean + sd * f).collect();
        Evaluated { figures, products }
    }

    /// Gradient by the point of a function whose gradient by the figures is given.
    pub fn gradient(&self, at: &Evaluated, by_figure: &[f64]) -> Vec<f64> {
        let d = self.mean.len() as f64;
        let scaled =
            DVector::from_iterator(by_figure.len(), by_figure.iter().zip(&self.figure_sd).map(|(g, sd)| g * sd));
        let mut pull = &self.weights * scaled;
        for (pull, s) in pull.iter_mut().zip(at.products.iter()) {
            *pull *= (LINEAR + 2.0 * self.quadratic * s) / d;
        }
        let white = self.points.tr_mul(&pull);
        self.whiten.tr_mul(&white).as_slice().to_vec()
    }
}

/// A prediction, and the point's products with the fitted ones.
pub struct Evaluated {
    /// Predicted figures.
    pub figures: Vec<f64>,
    products: DVector<f64>,
}

/// The kernel's constants that predict points kept back best, and the variance of their errors by figure.
fn choose(white: &DMatrix<f64>, standard: &DMatrix<f64>) -> (f64, f64, Vec<f64>) {
    let n = white.nrows().min(TRIAL_POINTS);
    // The last points are the newest, and are where the next ones will be.
    let first = white.nrows() - n;
    let back = ((n as f64 * KEPT_BACK) as usize).max(1);
    let kept = |i: &usize| i % (n / back).max(1) == 0;
    let (test, train): (Vec<usize>, Vec<usize>) = (0..n).partition(kept);
    let rows =
        |m: &DMatrix<f64>, which: &[usize]| DMatrix::from_fn(which.len(), m.ncols(), |i, j| m[(first + which[i], j)]);
    let (train_points, train_figures) = (rows(white, &train), rows(standard, &train));
    let (test_points, test_figures) = (rows(white, &test), rows(standard, &test));
    let cross = &test_points * train_points.transpose();
    let mut best: Option<(f64, f64, f64, Vec<f64>)> = None;
    for quadratic in QUADRATIC {
        let across = kernel(&cross, white.ncols() as f64, quadratic);
        for noise in NOISE {
            let off = &across * solve(&train_points, &train_figures, quadratic, noise) - &test_figures;
            let error: Vec<f64> = off.column_iter().map(|c| c.norm_squared() / c.len().max(1) as f64).collect();
            let total: f64 = error.iter().sum();
            if best.as_ref().is_none_or(|b| total < b.2) {
                best = Some((quadratic, noise, total, error));
            }
        }
    }
    best.map_or((QUADRATIC[0], NOISE[0], vec![1.0; standard.ncols()]), |(q, noise, _, error)| (q, noise, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, Purpose};

    fn cloud(n: usize, d: usize) -> DMatrix<f64> {
        let key = Key::new(3, 0);
        DMatrix::from_fn(n, d, |i, j| key.normal(i as u32, j as u32, Purpose::Calibration))
    }

    /// A quadratic is inside the kernel's space: with enough points it is met, and so is its gradient.
    #[test]
    fn a_quadratic_and_its_gradient_are_learnt() {
        let points = cloud(400, 5);
        let f = |x: &[f64]| 1.0 + 2.0 * x[0] - x[1] + 0.5 * x[0] * x[2] + 0.3 * x[3] * x[3];
        let figures = DMatrix::from_fn(400, 1, |i, _| f(points.row(i).transpose().as_slice()));
        let surrogate = Surrogate::fit(&points, &figures);
        for x in [[0.3, -0.5, 0.8, 0.1, 0.0], [-1.0, 0.2, 0.4, 1.0, -0.7]] {
            let at = surrogate.evaluate(&x);
            assert!((at.figures[0] - f(&x)).abs() < 0.02, "{} for {}", at.figures[0], f(&x));
            let gradient = surrogate.gradient(&at, &[1.0]);
            let exact = [2.0 + 0.5 * x[2], -1.0, 0.5 * x[0], 0.6 * x[3], 0.0];
            for (found, exact) in gradient.iter().zip(exact) {
                assert!((found - exact).abs() < 0.05, "{found} for {exact}");
            }
        }
    }
}
