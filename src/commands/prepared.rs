//! A study that could start, whatever its command: what programs that carry out studies need to know of it.

use super::{RunContext, SoFar, WorkUnit};
use crate::error::{Problem, Problems};
use std::path::Path;

/// A study that could start: everything is read, checked and synthesised.
pub trait Prepared: Send + Sync {
    /// Name of the run: what is simulated, and a short hash of all that the numbers depend on.
    fn run(&self) -> &str;

    /// The folder to be written.
    fn folder(&self) -> &Path;

    /// What is worth saying about the scenarios.
    fn notes(&self) -> Vec<Problem>;

    /// Whether the folder is already there, as this command would write it.
    fn is_written(&self) -> bool;

    /// What is finished so far comes to; `None` when there is nothing yet, or nothing to say before all is known.
    ///
    /// # Errors
    /// A run that cannot be read or kept.
    fn so_far(&self) -> Result<Option<SoFar>, Problem>;

    /// The runs that are not in the store yet, as work for other machines, at most so many a unit; of a study whose runs
    /// follow from one another those that can be made next, so that it is asked again until there are none.
    ///
    /// # Errors
    /// A scenario that does not run; a run that cannot be read or kept.
    fn work_units(&self, runs: Option<usize>) -> Result<Vec<WorkUnit>, Problem>;

    /// Makes what is missing and writes the folder.
    ///
    /// # Errors
    /// As the command.
    fn carry_out(&self, context: RunContext) -> Result<(), Problems>;
}
