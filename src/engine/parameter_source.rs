//! What is uncertain in a run and where it is taken from: parameters (a posterior draw, or the point), process noise, emergencies.
//! Scenario, posterior, replicate in, [`Parameters`] out.

use crate::{data::Posterior, parameters::Parameters, scenario::Scenario};
use serde::{Deserialize, Serialize};

/// Where the parameters of a run come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterChoice {
    /// Each replicate has a draw of the posterior.
    #[default]
    Posterior,
    /// All replicates have the scenario's own parameters: no parameter uncertainty.
    Point,
}

impl ParameterChoice {
    /// Word in files.
    pub fn key(self) -> &'static str {
        match self {
            ParameterChoice::Posterior => "posterior",
            ParameterChoice::Point => "point",
        }
    }
}

/// One run of a scenario: the replicate from which each source of uncertainty is taken. Runs that share a number share
/// that source: two scenarios meet the same draws, noise and emergencies under equal keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey {
    /// Parameters: the posterior draw of this replicate.
    pub parameters: u32,
    /// Process noise: what firms decide, whom measures reach, who answers surveys.
    #[serde(rename = "luck")]
    pub noise: u32,
    /// Later infections, and the declarations that follow from them.
    pub emergencies: u32,
}

impl From<u32> for RunKey {
    /// A plain replicate: everything is its own.
    fn from(replicate: u32) -> RunKey {
        RunKey { parameters: replicate, noise: replicate, emergencies: replicate }
    }
}

/// What the parameters of every replicate follow from.
#[derive(Clone, Copy, Debug)]
pub struct ParameterSource<'a> {
    /// Draws or point.
    pub choice: ParameterChoice,
    /// The point, and what is fixed in all draws.
    pub scenario: &'a Scenario,
    /// The draws.
    pub posterior: &'a Posterior,
}

impl<'a> ParameterSource<'a> {
    /// Number (from 0) of a replicate's draw: draws are used in order, and again from the first when they have all
    /// been used. `None` at the point.
    pub fn draw(&self, replicate: u32) -> Option<usize> {
        match self.choice {
            ParameterChoice::Posterior => (replicate as usize).checked_rem(self.posterior.draws.len()),
            ParameterChoice::Point => None,
        }
    }

    /// Parameters of a replicate: those of its draw, except for what the scenario fixes.
    pub fn parameters(&self, replicate: u32) -> Parameters {
        let point = &self.scenario.parameters;
        let Some(draw) = self.draw(replicate) else { return point.clone() };
        let mut parameters = self.posterior.draws[draw].parameters.clone();
        for (name, value) in self.fixed() {
            parameters.set(name, value);
        }
        parameters
    }

    /// Parameters that the scenario fixes, with their values.
    pub fn fixed(&self) -> impl Iterator<Item = (&'static str, f64)> + use<'a> {
        let scenario = self.scenario;
        scenario.fixed.iter().filter_map(|name| Some((*name, scenario.parameters.get(name)?)))
    }
}
