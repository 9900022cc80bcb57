//! Targets beside the figures, and whether they are met: computed, not typed.

use std::fmt::Write;

/// On which side of the target a figure should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The figure may be at most the target.
    AtMost,
    /// The figure has to reach the target.
    AtLeast,
}

/// A goal; `measured` is `None` where this system cannot tell.
pub struct Goal {
    /// What is asked.
    pub what: &'static str,
    /// Which side is good.
    pub side: Side,
    /// The target.
    pub target: f64,
    /// The figure.
    pub measured: Option<f64>,
    /// Of both.
    pub unit: &'static str,
}

impl Goal {
    /// Whether it is met.
    pub fn met(&self) -> Option<bool> {
        self.measured.map(|measured| match self.side {
            Side::AtMost => measured <= self.target,
            Side::AtLeast => measured >= self.target,
        })
    }
}

/// For the page.
pub fn table(goals: &[Goal]) -> String {
    let mut text = String::from("| goal | target | measured | met |\n|---|---:|---:|---|\n");
    for goal in goals {
        let side = if goal.side == Side::AtMost { "at most" } else { "at least" };
        let unit = if goal.unit.is_empty() { String::new() } else { format!(" {}", goal.unit) };
        let measured = goal.measured.map_or("not known here".into(), |measured| format!("{measured:.3}{unit}"));
        let met = match goal.met() {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "-",
        };
        let _ = writeln!(text, "| {} | {side} {}{unit} | {measured} | {met} |", goal.what, goal.target);
    }
    text
}
