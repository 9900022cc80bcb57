//! The predictive law: what a survey will publish, from what the model says its respondents would answer.
//!
//! On the scale of log odds, for a series `s` (survey, question, segment) on day `t` in wave `w`:
//!
//! > published = simulated, with the survey's response + model error of the series(t) + error of the survey's wave(w)
//! > + sampling error, rounded as the survey prints
//!
//! - **Model error of a series**: mean reverting (Ornstein and Uhlenbeck 1930; in steps a first-order autoregression) with
//!   a standard deviation of the series' group and one time constant. Its variance has three parts: one that all surveys
//!   of firms (or of workers) share as far as their segments overlap, one of the survey, one of the question.
//! - **Error of a wave**: shared by all figures of one survey and wave, gone in the next.
//! - **Sampling error**: binomial, times the survey's design effect; figures of one wave whose respondents overlap share it.
//!
//! Answers against telework (*never*, *stopped*) move the other way. Likelihood, certificate, forecast and indicators as
//! published all take their moments from here. Given the residuals of published figures, the model error of each series is a
//! conditional normal (Rasmussen and Williams 2006, chapter 2): a series with a past goes on from its own residuals, one
//! without from those of its survey and segment, or draws from its group.

mod errors;
pub(crate) mod law;
mod overlap;
mod series;

pub use errors::{Errors, Forecaster};
pub(crate) use errors::{factor, inverse};
pub use law::{CONSTANTS, Constant, Law};
pub(crate) use overlap::noise;
pub use overlap::{Covariances, Dated};
pub(crate) use series::sampling_sd;
pub use series::{GROUPS, Group, Published, Series, log_odds, share};
