//! What a set of parameters makes of the published figures. Simulated figures, responses, constants of the predictive law
//! in, log likelihood out.
//!
//! Residuals (published less simulated less response, in log odds) of all figures are jointly normal with the covariance of
//! [`crate::prediction`]: lasting model errors, errors of waves, sampling. Surveys of firms and of workers share nothing, so
//! that each is a block of its own.

use super::{
    space::{Dimension, Space},
    targets::CalibrationFigure,
};
use crate::prediction::{CONSTANTS, Covariances, GROUPS, Published, factor, inverse, law as constants, noise};
use nalgebra::{DMatrix, DVector};

/// Figures whose errors hang together.
#[derive(Clone, Debug)]
struct Block {
    /// Their positions among the targets.
    figures: Vec<usize>,
    between: Covariances,
    noise: DMatrix<f64>,
}

impl Block {
    fn new(targets: &[CalibrationFigure], figures: Vec<usize>) -> Block {
        let published: Vec<Published> = figures.iter().map(|i| targets[*i].figure()).collect();
        let dated: Vec<_> = published.iter().map(|p| (&p.series, p.date, Some(p.wave.as_str()))).collect();
        let between = Covariances::between(&dated, &dated);
        Block { between, noise: noise(&published.iter().collect::<Vec<_>>()), figures }
    }

    /// The part of a covariance of all figures that is among these.
    fn among(&self, all: &DMatrix<f64>) -> DMatrix<f64> {
        let n = self.figures.len();
        DMatrix::from_fn(n, n, |k, l| all[(self.figures[k], self.figures[l])])
    }
}

/// Targets with the places of what moves them.
#[derive(Clone, Debug)]
pub struct Likelihood {
    /// The figures.
    pub targets: Vec<CalibrationFigure>,
    /// Dimension of each figure's response.
    response: Vec<Option<usize>>,
    /// First dimension of the law's constants.
    constants: usize,
    blocks: Vec<Block>,
}

impl Likelihood {
    /// For the dimensions of a space.
    pub fn new(space: &Space, targets: Vec<CalibrationFigure>) -> Likelihood {
        let place = |wanted: Dimension| space.dimensions.iter().position(|d| *d == wanted);
        let response = |t: &CalibrationFigure| {
            place(Dimension::Response(t.survey.response_parameter().filter(|_| t.less.is_none())?))
        };
        let of_block = |workers: bool| -> Vec<usize> {
            let inside = |t: &CalibrationFigure| t.less.is_none() && t.survey.asks_workers() == workers;
            (0..targets.len()).filter(|i| inside(&targets[*i])).collect()
        };
        let blocks = [false, true].map(of_block).into_iter().filter(|figures| !figures.is_empty());
        Likelihood {
            response: targets.iter().map(response).collect(),
            constants: space.len() - CONSTANTS.len(),
            blocks: blocks.map(|figures| Block::new(&targets, figures)).collect(),
            targets,
        }
    }

    /// Response of the survey of a figure at a point.
    pub fn response(&self, space: &Space, figure: usize, z: &[f64]) -> f64 {
        self.response[figure].map_or(0.0, |d| space.value(d, z[d]))
    }

    /// Mean and variance of one published figure for itself, on the scale of the likelihood.
    pub fn moments(&self, space: &Space, figure: usize, z: &[f64], simulated: f64) -> (f64, f64) {
        let (target, law) = (&self.targets[figure], space.law(z));
        let error = target.group().map_or(0.0, |group| law.sd[group as usize].powi(2) + law.wave_sd * law.wave_sd);
        (simulated + self.response(space, figure, z), target.sd.powi(2) + error)
    }

    /// Published less simulated and response, of every figure.
    pub fn residuals(&self, space: &Space, z: &[f64], simulated: &[f64]) -> Vec<f64> {
        let residual = |i: usize| self.targets[i].value - simulated[i] - self.response(space, i, z);
        (0..self.targets.len()).map(residual).collect()
    }

    /// Log likelihood of all figures, up to a constant.
    pub fn log(&self, space: &Space, z: &[f64], simulated: &[f64]) -> f64 {
        self.gradient(space, z, simulated, &DMatrix::zeros(simulated.len(), simulated.len())).0
    }

    /// Figures not in any block: without error of the model.
    fn alone(&self) -> impl Iterator<Item = usize> {
        (0..self.targets.len()).filter(|i| self.targets[*i].less.is_some())
    }

    /// Log likelihood for simulated figures known up to errors of a covariance, and its gradient: by simulated figure, and by
    /// the dimensions that a run does not need. Errors of firms' and workers' figures are taken as independent.
    pub fn gradient(
        &self,
        space: &Space,
        z: &[f64],
        simulated: &[f64],
        error: &DMatrix<f64>,
    ) -> (f64, Vec<f64>, Vec<f64>) {
        let law = space.law(z);
        let residuals = self.residuals(space, z, simulated);
        let mut by_figure = vec![0.0; simulated.len()];
        let mut by_constant = [0.0; CONSTANTS.len()];
        let mut log = 0.0;
        for i in self.alone() {
            let variance = self.targets[i].sd.powi(2) + error[(i, i)];
            log -= 0.5 * (residuals[i].powi(2) / variance + libm::log(variance));
            by_figure[i] = residuals[i] / variance;
        }
        for block in &self.blocks {
            let lasting = block.between.lasting(&law);
            let mut covariance = &lasting + &block.between.wave * (law.wave_sd * law.wave_sd) + &block.noise;
            covariance += block.among(error);
            let factor = factor(covariance);
            let residual = DVector::from_iterator(block.figures.len(), block.figures.iter().map(|i| residuals[*i]));
            let weighed = factor.solve(&residual);
            log -=
                0.5 * residual.dot(&weighed) + factor.l_dirty().diagonal().iter().map(|d| libm::log(*d)).sum::<f64>();
            block.figures.iter().zip(weighed.iter()).for_each(|(i, w)| by_figure[*i] = *w);
            // By the covariance S: (w w' - S^-1) / 2.
            let mut by_covariance = inverse(&factor);
            by_covariance.ger(0.5, &weighed, &weighed, -0.5);
            block.between.slopes(&law, &lasting, &by_covariance, &mut by_constant);
        }
        let mut by_dimension = vec![0.0; space.len() - space.dynamic];
        for (i, response) in self.response.iter().enumerate() {
            if let Some(d) = response {
                by_dimension[d - space.dynamic] += by_figure[i];
            }
        }
        for (d, slope) in by_dimension.iter_mut().enumerate().take(self.constants - space.dynamic) {
            *slope *= space.slope(space.dynamic + d, z[space.dynamic + d]);
        }
        for (k, slope) in by_constant.into_iter().enumerate() {
            by_dimension[self.constants - space.dynamic + k] = slope * space.log_slope(k);
        }
        (log, by_figure, by_dimension)
    }

    /// Information at a point, given the slopes of the simulated figures (one row a figure; columns of dimensions that a
    /// run does not need are filled in here) and the covariance of their errors: Fisher's for means, and for the constants of the
    /// law that of independent figures. It scales the trajectories, nothing else.
    pub fn information(
        &self,
        space: &Space,
        z: &[f64],
        mut slopes: DMatrix<f64>,
        error: &DMatrix<f64>,
    ) -> DMatrix<f64> {
        let law = space.law(z);
        for (i, response) in self.response.iter().enumerate() {
            if let Some(d) = *response {
                slopes[(i, d)] = space.slope(d, z[d]);
            }
        }
        let mut information = DMatrix::zeros(space.len(), space.len());
        for i in self.alone() {
            let row = slopes.row(i);
            information += row.tr_mul(&row) / (self.targets[i].sd.powi(2) + error[(i, i)]);
        }
        for block in &self.blocks {
            let covariance = block.between.all(&law) + &block.noise + block.among(error);
            let variances = covariance.diagonal();
            let factor = factor(covariance);
            let mut scaled = slopes.select_rows(&block.figures);
            factor.l_dirty().solve_lower_triangular_mut(&mut scaled);
            information += scaled.tr_mul(&scaled);
            for (k, group) in block.between.groups.0.iter().enumerate() {
                // A variance known from one figure: half the squared relative change.
                let mut change = DVector::zeros(space.len());
                let lasting = law.sd[*group].powi(2) / variances[k];
                for (constant, part) in [
                    (*group, lasting),
                    (constants::ALL, lasting),
                    (constants::WAVE, law.wave_sd.powi(2) / variances[k]),
                ] {
                    change[self.constants + constant] += 2.0_f64.sqrt() * part * space.log_slope(constant);
                }
                information.ger(1.0, &change, &change, 1.0);
            }
        }
        information
    }

    /// The same figures with other published values, in log odds.
    pub fn with_values(&self, values: &[f64]) -> Likelihood {
        let mut other = self.clone();
        other.targets.iter_mut().zip(values).for_each(|(target, value)| target.value = *value);
        other
    }

    /// Published values that the model would give at a point: simulated figures, with every error drawn from `normals`, one a
    /// figure.
    pub fn drawn(&self, space: &Space, z: &[f64], simulated: &[f64], normals: &[f64]) -> Vec<f64> {
        let law = space.law(z);
        let mut values: Vec<f64> = simulated.iter().enumerate().map(|(i, s)| s + self.response(space, i, z)).collect();
        for i in self.alone() {
            values[i] += self.targets[i].sd * normals[i];
        }
        for block in &self.blocks {
            let normals = DVector::from_iterator(block.figures.len(), block.figures.iter().map(|i| normals[*i]));
            let errors = factor(block.between.all(&law) + &block.noise).l() * normals;
            block.figures.iter().zip(errors.iter()).for_each(|(i, error)| values[*i] += error);
        }
        values
    }
}

/// Name of the group of a figure, for tables.
pub fn group_name(target: &CalibrationFigure) -> &'static str {
    target.group().map_or("drift", |group| GROUPS[group as usize].1)
}
