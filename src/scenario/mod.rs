//! A scenario: what was typed (`RawScenario`) and what is meant ([`Scenario`]). TOML text in, [`Scenario`] out.

mod meaning;
pub use meaning::*;
