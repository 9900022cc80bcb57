//! What a scenario means: the checked form that the engine reads.
//!
//! Units are in the names: yen, weeks, shares 0-1, dates. `check` is the only way in.

pub use crate::{
    environment::LaterInfections,
    interventions::{Intervention, Measure},
    population::{Eligibility, Scale},
};

use crate::parameters::Parameters;
use jiff::civil::Date;

/// A scenario that would run.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// File name without ending, such as `baseline`.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// The policy question it answers.
    pub question: String,
    /// Where its figures come from.
    pub sources: Vec<String>,
    /// Period, seed and scale.
    pub run: RunPlan,
    /// The point: defaults of all model parameters with the scenario's changes.
    pub parameters: Parameters,
    /// Names of the parameters that the scenario changes, in the order of the table. They hold in every posterior draw.
    pub fixed: Vec<&'static str>,
    /// Infections after the last observed week.
    pub later_infections: LaterInfections,
    /// Interventions in file order (inherited first); switched-off ones are left out.
    pub interventions: Vec<Intervention>,
}

/// Period, seed and scale of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPlan {
    /// First day that is reported, with its week. Whatever it is, firms are simulated from 6 January 2020 on; it is never
    /// before that day.
    pub start: Date,
    /// Last day; the run ends with its week.
    pub end: Date,
    /// Seed of all dynamic draws.
    pub seed: u64,
    /// Seed of the population synthesis.
    pub population_seed: u64,
    /// Number of replicates (different parameters and luck).
    pub replicates: u32,
    /// Whole population or a sample.
    pub scale: Scale,
}
