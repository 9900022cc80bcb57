//! One policy measure as it is meant: whom, when, how much money, and what it does.

use super::{Channel, Measure};
use crate::{calendar::Week, population::Eligibility};
use jiff::civil::Date;

/// One policy measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervention {
    /// Name in the file; unique in a scenario.
    pub name: String,
    /// First day. The first week is the first that begins then or later.
    pub from: Date,
    /// Last day. The last week is the last that begins then or earlier.
    pub until: Date,
    /// Multiplies capacity and budget (1 = as written).
    pub scale: f64,
    /// Which firms it may serve.
    pub target: Eligibility,
    /// How its firms are found.
    pub selection: Selection,
    /// Yen it may spend in a fiscal year, before `scale`; `None` = not limited by money.
    pub budget_yen_per_fiscal_year: Option<f64>,
    /// Yen spent for one delivery; `None` = not costed.
    pub unit_cost_yen: Option<f64>,
    /// Weeks between delivery and effect.
    pub delay_weeks: u32,
    /// Weeks after which half of the effect is left; `None` = it lasts.
    pub half_life_weeks: Option<f64>,
    /// Stakeholders to whom firms show that they take part; `None` = as the kind has it.
    pub channels: Option<Vec<Channel>>,
    /// What it does.
    pub measure: Measure,
}

impl Intervention {
    /// First and last week in which it acts; `None` when no Monday lies in its period.
    pub fn weeks(&self) -> Option<(Week, Week)> {
        Week::of_period(self.from, self.until)
    }

    /// Whether it acts in a week.
    pub fn acts_in(&self, week: Week) -> bool {
        self.weeks().is_some_and(|(first, last)| (first..=last).contains(&week))
    }
}

/// How firms of the target are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All are as likely.
    Random,
    /// The inclined ask more readily, by `selection_inclination`.
    Inclined,
}
