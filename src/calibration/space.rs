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

/// Priors of one fit. All but the shipped ones are there to show how much hangs on the priors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PriorSet {
    /// Those of the parameter table and of the predictive law.
    #[default]
    Shipped,
    /// The same means, twice the standard deviations.
    TwiceAsWide,
    /// Means a standard deviation off: up for every other parameter of the table (and constant of the law), down for the rest.
    Moved,
}

impl PriorSet {
    /// All.
    pub const ALL: [PriorSet; 3] = [PriorSet::Shipped, PriorSet::TwiceAsWide, PriorSet::Moved];

    /// Name in tables.
    pub fn key(self) -> &'static str {
        match self {
            PriorSet::Shipped => "shipped",
            PriorSet::TwiceAsWide => "twice_as_wide",
            PriorSet::Moved => "moved",
        }
    }

    /// Mean and standard deviation of the n-th prior, from those of the shipped one.
    fn of(self, n: usize, mean: f64, sd: f64) -> (f64, f64) {
        match self {
            PriorSet::Shipped => (mean, sd),
            PriorSet::TwiceAsWide => (mean, 2.0 * sd),
            PriorSet::Moved => (if n.is_multiple_of(2) { mean + sd } else { mean - sd }, sd),
        }
    }

    /// Value of a model parameter at `z`.
    fn parameter(self, name: &str, z: f64) -> f64 {
        // Names come from the table itself.
        let n = TABLE.iter().position(|p| p.name == name).unwrap_or(0);
        let (mean, sd) = self.of(n, TABLE[n].prior_mean, TABLE[n].prior_sd);
        cut_normal(&TABLE[n], mean, sd, z)
    }
}

/// All dimensions: first those that a run needs, then the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    /// In order.
    pub dimensions: Vec<Dimension>,
    /// How many of them a run needs.
    pub dynamic: usize,
    /// The priors behind the scale of each.
    pub priors: PriorSet,
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

/// Value of a parameter whose normal prior, cut at the parameter's range, stands at the quantile of a standard normal's `z`.
fn cut_normal(p: &Parameter, mean: f64, sd: f64, z: f64) -> f64 {
    let cdf = |x: f64| normal_cdf((x - mean) / sd);
    let (low, high) = (cdf(p.minimum), cdf(p.maximum));
    let inside = (low + normal_cdf(z) * (high - low)).clamp(1e-15, 1.0 - 1e-15);
    (mean + sd * normal_quantile(inside)).clamp(p.minimum, p.maximum)
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
        Space { dimensions, dynamic, priors: PriorSet::Shipped }
    }

    /// The same dimensions with other priors.
    pub fn with(self, priors: PriorSet) -> Space {
        Space { priors, ..self }
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
            Dimension::Dynamics(name) | Dimension::Response(name) => self.priors.parameter(name, z),
            Dimension::Constant(number) => {
                let constant = &CONSTANTS[number];
                let (mean, sd) = self.priors.of(number, 0.0, constant.spread);
                constant.median * libm::exp(mean + sd * z)
            }
        }
    }

    /// The predictive law at a point.
    pub fn law(&self, z: &[f64]) -> Law {
        let first = self.len() - CONSTANTS.len();
        Law::new(&std::array::from_fn(|k| self.value(first + k, z[first + k])))
    }

    /// How fast the logarithm of a constant of the predictive law grows with its z.
    pub fn log_slope(&self, constant: usize) -> f64 {
        self.priors.of(constant, 0.0, CONSTANTS[constant].spread).1
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
    pub fn untraced(&self, normals: &mut dyn FnMut() -> f64) -> Parameters {
        let mut parameters = Parameters::default();
        for p in TABLE.iter().filter(|p| Space::leaves_no_trace(p.name)) {
            parameters.set(p.name, self.priors.parameter(p.name, normals()));
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
        let value = |p: &Parameter, z| PriorSet::Shipped.parameter(p.name, z);
        assert!((value(spread, 0.0) - middle).abs() < 1e-6);
        for p in TABLE {
            for z in [-9.0, -3.0, 0.0, 3.0, 9.0] {
                for priors in PriorSet::ALL {
                    assert!((p.minimum..=p.maximum).contains(&priors.parameter(p.name, z)), "{} at {z}", p.name);
                }
            }
        }
    }

    /// Where a range of five standard deviations and more either way cuts next to nothing off, a prior is its normal: half a
    /// standard deviation of the wide one, and the middle of the moved one, in closed form.
    #[test]
    fn other_priors_are_as_wide_and_as_far_off_as_they_say() {
        let uncut = |p: &&Parameter| {
            let far = 5.0 * p.prior_sd;
            p.minimum <= p.prior_mean - far && p.maximum >= p.prior_mean + far
        };
        let space = |priors| Space::new().with(priors);
        let wide: Vec<&Parameter> = TABLE.iter().filter(uncut).collect();
        assert!(wide.len() >= 8, "{}", wide.len());
        for p in wide {
            let off = |priors: PriorSet, z: f64| (priors.parameter(p.name, z) - p.prior_mean) / p.prior_sd;
            assert!((off(PriorSet::TwiceAsWide, 0.5) - 1.0).abs() < 0.02, "{}", p.name);
            assert!((off(PriorSet::Moved, 0.0).abs() - 1.0).abs() < 0.02, "{}", p.name);
        }
        // Constants of the law are never cut: log-normal.
        let last = Space::new().len() - 1;
        let constant = CONSTANTS[CONSTANTS.len() - 1];
        let log = |priors, z| libm::log(space(priors).value(last, z) / constant.median) / constant.spread;
        assert!((log(PriorSet::Shipped, 1.5) - 1.5).abs() < 1e-12);
        assert!((log(PriorSet::TwiceAsWide, 1.5) - 3.0).abs() < 1e-12);
        assert!((log(PriorSet::Moved, 0.0).abs() - 1.0).abs() < 1e-12);
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
