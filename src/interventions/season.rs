//! When in a fiscal year an intervention delivers.

use super::Intervention;
use crate::calendar::{Week, fiscal_year_days, mondays};
use jiff::civil::Date;

/// How an intervention's yearly figure is spread, and when it runs at all.
#[derive(Clone, Debug)]
pub struct Season {
    from: Date,
    until: Date,
    spread: Spread,
}

/// How a yearly figure is spread over the weeks of a fiscal year.
#[derive(Clone, Debug, PartialEq)]
pub enum Spread {
    /// Evenly over all weeks of the year: a period of half a year delivers half.
    Even,
    /// Evenly over those days of the year on which the intervention runs (a trial of one month).
    Period,
    /// Share of the year by calendar month, evenly inside a month.
    Monthly([f64; 12]),
}

impl Spread {
    /// In proportion to twelve figures from January on; evenly when all are 0.
    pub fn by_month(months: [f64; 12]) -> Spread {
        let total: f64 = months.iter().sum();
        if total > 0.0 { Spread::Monthly(months.map(|m| m / total)) } else { Spread::Even }
    }

    /// Equally in some calendar months.
    pub fn in_months(months: &[u8]) -> Spread {
        let mut monthly = [0.0; 12];
        for &month in months {
            monthly[usize::from(month.clamp(1, 12)) - 1] = 1.0;
        }
        Spread::by_month(monthly)
    }
}

impl Season {
    /// Of an intervention of a kind that is spread so.
    pub fn new(spec: &Intervention, spread: Spread) -> Season {
        Season { from: spec.from, until: spec.until, spread }
    }

    /// Share of its fiscal year's deliveries that falls into `week`, in which the intervention acts. The weeks of a fiscal
    /// year have 1 between them when it acts in all of them.
    pub fn share(&self, week: Week) -> f64 {
        let monday = week.monday();
        let (first, last) = fiscal_year_days(week.fiscal_year());
        match &self.spread {
            Spread::Even => 1.0 / f64::from(mondays(first, last)),
            Spread::Period => 1.0 / f64::from(mondays(self.from.max(first), self.until.min(last)).max(1)),
            Spread::Monthly(shares) => {
                let weeks = mondays(monday.first_of_month(), monday.last_of_month());
                shares[monday.month() as usize - 1] / f64::from(weeks)
            }
        }
    }
}
