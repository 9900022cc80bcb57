//! How the sampler works: a part of a calibration's configuration in, what does not go together out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the sampler works; part of a calibration's configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Independent searches, each with the numbers below, compared for convergence.
    #[schemars(range(min = 1, max = 100))]
    pub chains: usize,
    /// Points of the space-filling design over the prior.
    #[schemars(range(min = 10, max = 65_000))]
    pub design: usize,
    /// Particles.
    #[schemars(range(min = 10, max = 65_000))]
    pub particles: usize,
    /// Seed of the first chain; each further one has the next number.
    #[schemars(range(min = 0, max = 9_223_372_036_854_775_807_i64))]
    pub seed: u64,
    /// Rounds of simulating particles and fitting the surrogate again.
    #[schemars(range(min = 0, max = 1_000))]
    pub rounds: usize,
    /// How many of the rounds, the last ones, simulate two process-noise streams on the larger sample.
    #[schemars(range(min = 0, max = 1_000))]
    pub refined_rounds: usize,
    /// Particles simulated in a round.
    #[schemars(range(min = 1, max = 65_000))]
    pub new_points: usize,
    /// Sweeps over all particles at the end that are kept.
    #[schemars(range(min = 1, max = 10_000))]
    pub final_sweeps: usize,
    /// Points that the surrogate is fitted to: the newest.
    #[schemars(range(min = 60, max = 10_000))]
    pub training: usize,
}

impl Settings {
    /// The key that does not go with the others, and what to write instead; each range is the type's.
    ///
    /// # Errors
    /// Such a key.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        match () {
            () if self.design < self.particles => Err(("design", "write at least as many as particles")),
            () if self.new_points > self.particles => Err(("new_points", "write at most as many as particles")),
            () if self.refined_rounds > self.rounds => Err(("refined_rounds", "write at most as many as rounds")),
            // Every kept sweep holds all particles in memory.
            () if self.final_sweeps * self.particles > 10_000_000 => {
                Err(("final_sweeps", "final_sweeps times particles must not exceed ten million"))
            }
            () => Ok(()),
        }
    }

    /// Those of one chain.
    pub fn of_chain(&self, chain: usize) -> Settings {
        Settings { chains: 1, seed: self.seed + chain as u64, ..self.clone() }
    }
}
