//! One run, and ensembles of runs; the only room that knows threads. Runs in, [`Series`] out.

mod series;
pub use series::*;
