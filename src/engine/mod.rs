//! One run, and ensembles of runs; the only room that knows threads. Runs in, [`Series`] out.

mod basis;
mod ensemble;
mod run;
mod series;

pub use crate::observation::Observe;
pub use basis::{ParameterChoice, ParameterSource, RunKey};
pub use ensemble::{Ensemble, Interrupted, Progress, RunContext, RunTask};
pub use run::{Options, simulate};
pub use series::*;
