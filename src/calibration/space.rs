//! The space that is searched: each dimension has a standard normal prior on its own scale z. Draws z in, parameters out.
//!
//! A model parameter's prior is its normal of the parameter table, cut at the range: `x = m + s Q(z)` with Q the map that
//! makes a standard normal a cut one. A constant of the
//! predictive law has a log-normal prior.

use crate::{
    data::{DISCREPANCY, Draw},
    parameters::{Parameter, Parameters, TABLE},
    prediction::{CONSTANTS, Law},
    statistics::{normal_cdf, normal_quantile},
};

/// Parameters that leave no trace in surveys before May 2021, beside the effects of measures: days a week,
/// quasi-emergencies (the first was declared on 1 April 2021). They keep their prior.
const WITHOUT_TRACE: &[&str] = &["declaration_quasi", "days_base", "days_declaration"];

/// One dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// A model parameter that a run needs.
    Dynamics(&'static str),
    /// A survey's response, which moves its figures after the run.
    Response(&'static str),
    /// Constant of the predictive law, by position in [`CONSTANTS`].
    Constant(usize),
}

/// All dimensions: first those that a run needs, then the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    /// In order.
    pub dimensions: Vec<Dimension>,
    /// How many of them a run needs.
    pub dynamic: usize,
}

impl Default for Space {
    fn default() -> Space {
        Space::new()
    }
}

fn row(name: &str) -> &'static Parameter {
    // Names come from the table itself.
    TABLE.iter().find(|p| p.name == name).unwrap_or(&TABLE[0])
}

/// Value of a parameter whose cut normal prior stands at the quantile of a standard normal's `z`.
fn cut_normal(p: &Parameter, z: f64) -> f64 {
    let cdf = |x: f64| normal_cdf((x - p.prior_mean) / p.prior_sd);
    let (low, high) = (cdf(p.minimum), cdf(p.maximum));
    let inside = (low + normal_cdf(z) * (high - low)).clamp(1e-15, 1.0 - 1e-15);
    (p.prior_mean + p.prior_sd * normal_quantile(inside)).clamp(p.minimum, p.maximum)
}

impl Space {
    /// Every parameter of the table that leaves a trace, then responses and the constants of the predictive law.
    pub fn new() -> Space {
        let traced = || TABLE.iter().map(|p| p.name).filter(|name| !Space::leaves_no_trace(name));
        let mut dimensions: Vec<Dimension> =
            traced().filter(|name| !name.ends_with("_response")).map(Dimension::Dynamics).collect();
        let dynamic = dimensions.len();
        dimensions.extend(traced().filter(|name| name.ends_with("_response")).map(Dimension::Response));
        dimensions.extend((0..CONSTANTS.len()).map(Dimension::Constant));
        Space { dimensions, dynamic }
    }

    /// Number of dimensions.
    pub fn len(&self) -> usize {
        self.dimensions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.dimensions.is_empty()
    }

    /// Name of a dimension as a column of `posterior/draws.csv`.
    pub fn name(&self, dimension: usize) -> String {
        match self.dimensions[dimension] {
            Dimension::Dynamics(name) | Dimension::Response(name) => name.to_string(),
            Dimension::Constant(constant) => format!("{DISCREPANCY}{}", CONSTANTS[constant].name),
        }
    }

    /// Value of one dimension in its unit.
    pub fn value(&self, dimension: usize, z: f64) -> f64 {
        match self.dimensions[dimension] {
            Dimension::Dynamics(name) | Dimension::Response(name) => cut_normal(row(name), z),
            Dimension::Constant(constant) => {
                let constant = &CONSTANTS[constant];
                constant.median * (constant.spread * z).exp()
            }
        }
    }

    /// The predictive law at a point.
    pub fn law(&self, z: &[f64]) -> Law {
        let first = self.len() - CONSTANTS.len();
        Law::new(&std::array::from_fn(|k| self.value(first + k, z[first + k])))
    }

    /// How fast the value of one dimension grows with z.
    pub fn slope(&self, dimension: usize, z: f64) -> f64 {
        let step = 1e-4;
        (self.value(dimension, z + step) - self.value(dimension, z - step)) / (2.0 * step)
    }

    /// The parameters of a run at a point: responses stay at none, since they act after the run.
    pub fn of_run(&self, z: &[f64], fixed: &Parameters) -> Parameters {
        let mut parameters = fixed.clone();
        for (i, dimension) in self.dimensions.iter().enumerate() {
            match dimension {
                Dimension::Dynamics(name) => parameters.set(name, self.value(i, z[i])),
                Dimension::Response(name) => parameters.set(name, 0.0),
                Dimension::Constant(_) => true,
            };
        }
        parameters
    }

    /// A posterior draw at a point; parameters without a trace are taken from `fixed`.
    pub fn draw(&self, z: &[f64], fixed: &Parameters) -> Draw {
        let mut draw = Draw { parameters: fixed.clone(), discrepancy: Vec::new(), residuals: Vec::new() };
        for (i, dimension) in self.dimensions.iter().enumerate() {
            match dimension {
                Dimension::Dynamics(name) | Dimension::Response(name) => {
                    draw.parameters.set(name, self.value(i, z[i]));
                }
                Dimension::Constant(constant) => {
                    draw.discrepancy.push((CONSTANTS[*constant].name.to_string(), self.value(i, z[i])));
                }
            }
        }
        draw
    }

    /// Parameters without a trace, drawn from their priors at standard normals given in table order.
    pub fn untraced(normals: &mut dyn FnMut() -> f64) -> Parameters {
        let mut parameters = Parameters::default();
        for p in TABLE.iter().filter(|p| Space::leaves_no_trace(p.name)) {
            parameters.set(p.name, cut_normal(p, normals()));
        }
        parameters
    }

    /// Whether surveys can say nothing of a parameter.
    pub fn leaves_no_trace(name: &str) -> bool {
        WITHOUT_TRACE.contains(&name) || row(name).of_measures()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The median of a normal cut at both ends, from its closed form: inverse CDF at the middle of the two ends' CDFs.
    #[test]
    fn a_cut_normal_has_its_median_at_zero_and_stays_in_its_range() {
        let spread = row("experience_half");
        let lower = normal_cdf((spread.minimum - spread.prior_mean) / spread.prior_sd);
        let middle = spread.prior_mean + spread.prior_sd * normal_quantile(0.5 * (1.0 + lower));
        assert!((cut_normal(spread, 0.0) - middle).abs() < 1e-6);
        for p in TABLE {
            for z in [-9.0, -3.0, 0.0, 3.0, 9.0] {
                assert!((p.minimum..=p.maximum).contains(&cut_normal(p, z)), "{} at {z}", p.name);
            }
        }
    }

    #[test]
    fn every_parameter_is_either_searched_or_keeps_its_prior() {
        let space = Space::new();
        let searched = |name: &str| (0..space.len()).any(|i| space.name(i) == name);
        for p in TABLE {
            assert!(searched(p.name) != Space::leaves_no_trace(p.name), "{}", p.name);
        }
    }
}
