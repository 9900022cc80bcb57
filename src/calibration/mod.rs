//! Fitting the model to the surveys: published figures and the engine in, a posterior and its certificate out.
//!
//! `docs/calibration.md` explains the method for people.

pub mod naive;
