//! One run, and ensembles of runs; the only room that knows threads. Runs in, [`Series`] out.

mod ensemble;
mod parameter_source;
mod run;
mod series;

pub use crate::observation::Observe;
pub use ensemble::{Ensemble, Interrupted, MOST_THREADS, Progress, RunContext, RunTask, on_threads};
pub use parameter_source::{ParameterChoice, ParameterSource, RunKey};
pub use run::{Options, simulate};
pub use series::*;
