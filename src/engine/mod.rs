//! One run, and ensembles of runs; the only room that knows threads. Runs in, [`Series`] out.

mod basis;
mod ensemble;
mod run;
mod series;

pub use crate::observation::Observe;
pub use basis::{Basis, Case, ParameterSource};
pub use ensemble::{Interrupted, Job, MOST_THREADS, Progress, ensemble};
pub use run::{Options, simulate};
pub use series::*;
