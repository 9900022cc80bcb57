//! Yen per additional practising firm and per additional teleworker, a scenario against the reference.
//!
//! Money is what all interventions spent from the first week to the end of a fiscal year; firms and employees are those
//! that practise or telework at that time. Yen are nominal: neither deflated nor discounted.

use super::{
    FIRST_YEAR, Outcome,
    outcome::Extent,
    paired::{Difference, difference},
};
use crate::statistics::mean;

/// Price of one more firm or teleworker.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// How many more.
    pub extra: Difference,
    /// Yen for each; `None` where it cannot be told whether there are more.
    pub yen: Option<f64>,
    /// Least: the money over the upper end of the pairs' 90 % interval of how many more; `None` where that is not above zero.
    pub yen_low: Option<f64>,
    /// Most: over its lower end; `None` = no upper limit.
    pub yen_high: Option<f64>,
}

/// Costs to the end of one fiscal year.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Fiscal year.
    pub fiscal_year: i16,
    /// Mean of what was spent more than in the reference.
    pub extra_spend_yen: f64,
    /// By practising firm.
    pub firms: Price,
    /// By teleworker.
    pub teleworkers: Price,
}

/// Every fiscal year from 2021. Outcomes stand in the same order of cases. Nothing below two pairs.
pub fn costs(reference: &[Outcome], with: &[Outcome], extent: &Extent) -> Vec<Cost> {
    let year = |fiscal_year: i16| {
        let place = extent.place(fiscal_year)?;
        let spent: Vec<f64> = reference.iter().zip(with).map(|(a, b)| b.spent_by(place) - a.spent_by(place)).collect();
        let extra_spend_yen = mean(&spent)?;
        let priced = |of: fn(&Outcome) -> &[f64]| {
            let values = |outcomes: &[Outcome]| outcomes.iter().map(|o| of(o)[place]).collect::<Vec<_>>();
            Some(price(extra_spend_yen, difference(&values(reference), &values(with))?))
        };
        let (firms, teleworkers) = (priced(|o| &o.firms)?, priced(|o| &o.teleworkers)?);
        Some(Cost { fiscal_year, extra_spend_yen, firms, teleworkers })
    };
    (FIRST_YEAR.max(*extent.years.start())..=*extent.years.end()).filter_map(year).collect()
}

/// A price is only told where the mean effect is above zero with 95 %; who saves money and gains firms pays nothing.
fn price(spend_yen: f64, extra: Difference) -> Price {
    let (low, high) = extra.pairs_90;
    let told = extra.mean_90.0 > 0.0;
    let over = |number: f64| (told && number > 0.0).then_some(spend_yen / number);
    Price { yen: over(extra.mean), yen_low: over(high), yen_high: over(low), extra }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 million yen for 90 to 110 more firms: 1 million each.
    #[test]
    fn a_price_is_money_over_firms_and_has_no_upper_limit_when_there_may_be_none() {
        let reference = vec![0.0; 21];
        let with: Vec<f64> = (0..21).map(|i| 90.0 + f64::from(i)).collect();
        let found = price(1e8, difference(&reference, &with).unwrap());
        assert_eq!((found.yen, found.yen_low, found.yen_high), (Some(1e6), Some(1e8 / 109.0), Some(1e8 / 91.0)));
        // The mean is surely above zero, a single future may be below.
        let with: Vec<f64> = (0..21).map(|i| -2.0 + f64::from(i)).collect();
        let found = price(1e8, difference(&reference, &with).unwrap());
        assert_eq!((found.yen, found.yen_high), (Some(1.25e7), None));
        // Not told from zero: no price at all.
        let with: Vec<f64> = (0..21).map(|i| -9.0 + f64::from(i)).collect();
        let found = price(1e8, difference(&reference, &with).unwrap());
        assert_eq!((found.yen, found.yen_low, found.yen_high), (None, None, None));
    }
}
