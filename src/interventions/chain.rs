//! Money -> capacity -> deliveries: the contract that all interventions keep.
//!
//! In a fiscal year spending never passes the budget; in a week deliveries never pass capacity, whatever the
//! length of a step. What is planned is made: a delivery is planned only once its firm is found and paid for.

use super::Intervention;
use crate::calendar::{Week, fiscal_year};

/// One week of one intervention. Firms are firms of the whole population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InterventionWeek {
    /// Week.
    pub week: Week,
    /// Yen spent.
    pub spend_yen: f64,
    /// Whole deliveries possible; what is less than one is carried on to the next week.
    pub capacity: f64,
    /// Deliveries planned: firms found and paid for.
    pub planned: f64,
    /// Deliveries made.
    pub deliveries: f64,
    /// Firms reached so far, each counted once.
    pub firms_reached: f64,
}

/// The running account of one intervention.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    budget_yen: Option<f64>,
    fiscal_year: i16,
    spent_this_year_yen: f64,
    delivered_this_year: f64,
    /// By class of firms, capacity below one delivery, carried to the next step. Whole deliveries that found no firm are lost.
    fractions: Vec<f64>,
    firms_reached: f64,
    open: Option<InterventionWeek>,
}

impl Chain {
    /// A fresh account.
    pub fn new(intervention: &Intervention) -> Chain {
        Chain {
            budget_yen: intervention.budget_yen_per_fiscal_year.map(|b| b * intervention.scale),
            fiscal_year: i16::MIN,
            spent_this_year_yen: 0.0,
            delivered_this_year: 0.0,
            fractions: Vec::new(),
            firms_reached: 0.0,
            open: None,
        }
    }

    /// Opens a week with new capacity; returns the whole deliveries possible.
    pub fn open(&mut self, week: Week, capacity: f64) -> u64 {
        self.open_classes(week, &[capacity])[0]
    }

    /// The same for several classes of firms, each with a capacity of its own.
    pub fn open_classes(&mut self, week: Week, capacities: &[f64]) -> Vec<u64> {
        if self.fiscal_year != fiscal_year(week.monday()) {
            self.fiscal_year = fiscal_year(week.monday());
            (self.spent_this_year_yen, self.delivered_this_year) = (0.0, 0.0);
        }
        self.fractions.resize(capacities.len(), 0.0);
        let whole = self.fractions.iter_mut().zip(capacities).map(|(fraction, capacity)| {
            let available = *fraction + capacity.max(0.0);
            // A tolerance for the rounding of sums such as 52 x (60 / 52).
            let whole = (available + 1e-9).floor();
            *fraction = (available - whole).max(0.0);
            whole
        });
        let whole: Vec<f64> = whole.collect();
        self.open = Some(InterventionWeek {
            week,
            spend_yen: 0.0,
            capacity: whole.iter().sum(),
            planned: 0.0,
            deliveries: 0.0,
            firms_reached: self.firms_reached,
        });
        whole.into_iter().map(|whole| whole as u64).collect()
    }

    /// Pays for one delivery that reaches `new_firms` firms not reached before; `false`, and nothing is done, when
    /// the budget does not allow it.
    pub fn deliver(&mut self, cost_yen: f64, new_firms: f64) -> bool {
        self.deliver_many(1.0, cost_yen, new_firms)
    }

    /// The same for `number` deliveries at once.
    pub fn deliver_many(&mut self, number: f64, cost_yen: f64, new_firms: f64) -> bool {
        let Some(week) = self.open.as_mut() else { return false };
        let fits = self.budget_yen.is_none_or(|b| self.spent_this_year_yen + cost_yen <= b);
        if !fits || week.deliveries + number > week.capacity {
            return false;
        }
        self.spent_this_year_yen += cost_yen;
        self.delivered_this_year += number;
        self.firms_reached += new_firms;
        week.spend_yen += cost_yen;
        week.planned += number;
        week.deliveries += number;
        week.firms_reached = self.firms_reached;
        true
    }

    /// Books money that no budget limits and that buys no delivery.
    pub fn spend(&mut self, yen: f64) {
        if let Some(week) = self.open.as_mut() {
            week.spend_yen += yen;
            self.spent_this_year_yen += yen;
        }
    }

    /// Further firms that the last delivery reaches.
    pub fn reach(&mut self, new_firms: f64) {
        if let Some(week) = self.open.as_mut() {
            self.firms_reached += new_firms;
            week.firms_reached = self.firms_reached;
        }
    }

    /// Deliveries made in this fiscal year.
    pub fn delivered_this_year(&self) -> f64 {
        self.delivered_this_year
    }

    /// Deliveries at `cost_yen` each that the budget still allows this year.
    pub fn affordable(&self, cost_yen: f64) -> f64 {
        match self.budget_yen {
            Some(budget) if cost_yen > 0.0 => ((budget - self.spent_this_year_yen) / cost_yen).floor().max(0.0),
            _ => f64::INFINITY,
        }
    }

    /// Closes the week and hands out its record.
    pub fn close(&mut self) -> Option<InterventionWeek> {
        self.open.take()
    }
}
