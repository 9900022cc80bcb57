//! Fitting the model to the surveys: published figures and the engine in, a posterior and its certificate out.
//!
//! `docs/calibration.md` explains the method for people.

pub mod certificate;
pub mod config;
pub mod fit;
pub mod forecast;
pub mod held_out;
pub mod history;
pub mod likelihood;
pub mod opponents;
pub mod predicted;
pub mod recovery;
pub mod rows;
pub mod sampler;
pub mod scores;
pub mod space;
pub mod surrogate;
pub mod tables;
pub mod targets;
