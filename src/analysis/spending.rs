//! What each intervention spent, delivered and reached, by fiscal year, over all runs. Outcomes in, means out.

use super::{
    Outcome,
    outcome::{Account, Extent},
};
use crate::{
    parameters::Evidence,
    scenario::{Intervention, Scenario},
    statistics::{mean, quantile_sorted},
};

/// One intervention in one fiscal year.
#[derive(Clone, Debug, PartialEq)]
pub struct Spending {
    /// Name in the scenario.
    pub intervention: String,
    /// Kind.
    pub kind: &'static str,
    /// What the size of its effect rests on.
    pub evidence: Evidence,
    /// Fiscal year.
    pub fiscal_year: i16,
    /// Means over runs.
    pub account: Account,
    /// 5 % and 95 % of the yen spent.
    pub spend_90: (f64, f64),
    /// Yen that may be spent in a fiscal year, after `scale`; `None` = no limit.
    pub budget_yen: Option<f64>,
    /// Yen for one delivery; `None` = not costed, or by rate and caps.
    pub unit_cost_yen: Option<f64>,
}

/// Every intervention in every fiscal year in which it is active.
pub fn spending(scenario: &Scenario, outcomes: &[Outcome], extent: &Extent) -> Vec<Spending> {
    let mut all = Vec::new();
    for (i, intervention) in scenario.interventions.iter().enumerate() {
        for fiscal_year in extent.years.clone().filter(|year| active(intervention, *year)) {
            let Some(place) = extent.place(fiscal_year) else { continue };
            let accounts: Vec<Account> =
                outcomes.iter().filter_map(|o| o.accounts.get(i)?.get(place).copied()).collect();
            let over = |of: fn(&Account) -> f64| mean(&accounts.iter().map(of).collect::<Vec<_>>());
            let Some(spend_yen) = over(|a| a.spend_yen) else { continue };
            let mut spent: Vec<f64> = accounts.iter().map(|a| a.spend_yen).collect();
            spent.sort_by(f64::total_cmp);
            let quantile = |q| quantile_sorted(&spent, q).unwrap_or(f64::NAN);
            all.push(Spending {
                intervention: intervention.name.clone(),
                kind: intervention.measure.key(),
                evidence: intervention.measure.kind().evidence(),
                fiscal_year,
                account: Account {
                    spend_yen,
                    capacity: over(|a| a.capacity).unwrap_or(f64::NAN),
                    deliveries: over(|a| a.deliveries).unwrap_or(f64::NAN),
                    firms_reached: over(|a| a.firms_reached).unwrap_or(f64::NAN),
                },
                spend_90: (quantile(0.05), quantile(0.95)),
                budget_yen: intervention.budget_yen_per_fiscal_year.map(|b| b * intervention.scale),
                unit_cost_yen: intervention.unit_cost_yen,
            });
        }
    }
    all
}

fn active(intervention: &Intervention, year: i16) -> bool {
    intervention.weeks().is_some_and(|(first, last)| (first.fiscal_year()..=last.fiscal_year()).contains(&year))
}
