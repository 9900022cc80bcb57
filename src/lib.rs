//! telework-sim: an agent-based simulator of how Japanese firms take up, drop and formalise telework under policy.
//!
//! Data flows one way, down the list of rooms below. Lines between which nothing is left empty are one floor; a room imports
//! only from floors above its own, which `tests/rooms.rs` checks. `studio` and `cli` are the two ways in: each turns what a
//! person asks for into a request of `commands`, and `studio` shows `report`'s content in a browser.

#[cfg(all(test, target_arch = "x86_64"))]
#[macro_use]
mod instruction_sets;

// Words that all share, and numbers from counters.
pub mod calendar;
pub mod classification;
pub mod random;
pub mod text;

pub mod error;
pub mod statistics;

pub mod notation;
pub mod parameters;

// What is given: published figures.
pub mod data;

// The model: firms, what they live through, how they decide, what measures do, what surveys see.
pub mod environment;
pub mod population;

pub mod dynamics;

pub mod interventions;

pub mod observation;
pub mod scenario;

// One run and many, and what surveys will publish of them.
pub mod engine;
pub mod prediction;

// What runs come to.
pub mod analysis;

pub mod results;

pub mod calibration;
pub mod report;

pub mod plot;

// The use cases, and the ways in.
pub mod commands;

pub mod studio;

pub mod cli;
