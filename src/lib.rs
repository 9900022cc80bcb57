//! telework-sim: an agent-based simulator of how Japanese firms take up, drop and formalise telework under policy.
//!
//! Data flows one way, down this list; a room imports only from rooms above it. `studio` and `cli` are the two ways in: each
//! turns what a person asks for into a request of `commands`, and `studio` shows `report`'s content in a browser.

#[cfg(all(test, target_arch = "x86_64"))]
#[macro_use]
mod instruction_sets;

pub mod analysis;
pub mod calendar;
pub mod calibration;
pub mod classification;
pub mod cli;
pub mod commands;
pub mod data;
pub mod dynamics;
pub mod engine;
pub mod environment;
pub mod error;
pub mod interventions;
pub mod notation;
pub mod observation;
pub mod parameters;
pub mod plot;
pub mod population;
pub mod prediction;
pub mod random;
pub mod report;
pub mod results;
pub mod scenario;
pub mod statistics;
pub mod studio;
pub mod text;
