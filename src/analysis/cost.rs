//! What a scenario costs and brings against the reference: more or less money, more or fewer practising firms and
//! teleworkers, and what one more costs. Paired outcomes in, costs out.
//!
//! Money is what all interventions spent from the first week to the end of a fiscal year; firms and employees are those
//! that practise or telework at that time. Yen are nominal: neither deflated nor discounted.
//!
//! Money and effect have a sign each, so there are four quadrants (Briggs and Fenn 1998). Only where a scenario costs
//! more *and* does more is money over effect a price; elsewhere the same ratio means something else, or nothing. The
//! interval of a price comes from resampling the pairs, money and effect together: a resample that does more for less
//! counts as cheaper than any price, one that does not do more as dearer than any. How sure it is that a scenario is
//! worth it at a given price is its acceptability (van Hout and others 1994): the share of pairs whose effect, valued at
//! that price, is worth more than the extra money.

use super::{
    FIRST_YEAR, Outcome,
    outcome::Extent,
    paired::{Difference, Direction, difference},
    probability::Probability,
};
use crate::{
    interventions::{Intervention, Measure},
    random::{Key, Purpose},
    scenario::Scenario,
};

/// Resamples of the pairs behind the interval of a price.
const RESAMPLES: u32 = 2000;

/// Prices at which acceptability is told, in yen: 1, 2 and 5 times the powers of ten from ten thousand to a billion.
pub fn prices() -> impl Iterator<Item = f64> {
    (4..10).flat_map(|power| [1.0, 2.0, 5.0].map(|head| head * 10f64.powi(power)))
}

/// What one more firm or teleworker costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// How many more.
    pub extra: Difference,
    /// Yen for each: mean money over mean effect; `None` unless both are above zero with 95 %.
    pub yen: Option<f64>,
    /// 5 % of the resamples lie below; `None` where those do more for less money, or where there is no price.
    pub yen_low: Option<f64>,
    /// 95 % of the resamples lie below; `None` = no upper limit, or no price.
    pub yen_high: Option<f64>,
    /// For each of [`prices`] the share of pairs that are worth it.
    pub acceptable: Vec<Probability>,
}

/// Costs to the end of one fiscal year.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Fiscal year.
    pub fiscal_year: i16,
    /// What was spent more than in the reference, in yen.
    pub spend: Difference,
    /// By practising firm.
    pub firms: Price,
    /// By teleworker.
    pub teleworkers: Price,
}

impl Cost {
    /// Money and effect alone, where the money did not buy the effect.
    pub fn without_price(self) -> Cost {
        let bare = |price: Price| Price { yen: None, yen_low: None, yen_high: None, acceptable: Vec::new(), ..price };
        Cost { firms: bare(self.firms), teleworkers: bare(self.teleworkers), ..self }
    }
}

/// In what two scenarios differ beside their measures: whatever else differs, the money did not buy. Then no price can be
/// told.
pub fn unlike(reference: &Scenario, with: &Scenario) -> Vec<&'static str> {
    let declarations = |scenario: &Scenario| -> Vec<Intervention> {
        let all = scenario.interventions.iter();
        all.filter(|one| matches!(one.measure, Measure::EmergencyDeclaration(_))).cloned().collect()
    };
    let fixed = |scenario: &Scenario| -> Vec<(&str, Option<f64>)> {
        scenario.fixed.iter().map(|name| (*name, scenario.parameters.get(name))).collect()
    };
    let unlike = [
        ("declarations", declarations(reference) != declarations(with)),
        ("parameters", fixed(reference) != fixed(with)),
        ("later infections", reference.later_infections != with.later_infections),
    ];
    unlike.into_iter().filter(|(_, unlike)| *unlike).map(|(what, _)| what).collect()
}

/// Every fiscal year from 2021. Outcomes stand in the same order of cases. Nothing below two pairs.
pub fn costs(reference: &[Outcome], with: &[Outcome], extent: &Extent) -> Vec<Cost> {
    let year = |fiscal_year: i16| {
        let place = extent.place(fiscal_year)?;
        let spent: Vec<f64> = reference.iter().zip(with).map(|(a, b)| b.spent_by(place) - a.spent_by(place)).collect();
        let priced = |of: fn(&Outcome) -> &[f64]| {
            let more: Vec<f64> = reference.iter().zip(with).map(|(a, b)| of(b)[place] - of(a)[place]).collect();
            price(&spent, &more)
        };
        let (firms, teleworkers) = (priced(|o| &o.firms)?, priced(|o| &o.teleworkers)?);
        Some(Cost { fiscal_year, spend: from_nothing(&spent)?, firms, teleworkers })
    };
    (FIRST_YEAR.max(*extent.years.start())..=*extent.years.end()).filter_map(year).collect()
}

/// Differences that are given as such.
fn from_nothing(differences: &[f64]) -> Option<Difference> {
    difference(&vec![0.0; differences.len()], differences)
}

/// The price of what a scenario does more, from the extra money and the extra effect of each pair.
fn price(spent: &[f64], more: &[f64]) -> Option<Price> {
    let (spend, extra) = (from_nothing(spent)?, from_nothing(more)?);
    let pairs: Vec<(f64, f64)> =
        spent.iter().copied().zip(more.iter().copied()).filter(|p| p.0.is_finite() && p.1.is_finite()).collect();
    let worth =
        |price: f64| Probability::of(pairs.iter().filter(|(spent, more)| price * more > *spent).count(), pairs.len());
    let acceptable = prices().filter_map(worth).collect();
    let told = spend.direction == Direction::Positive && extra.direction == Direction::Positive;
    let (yen_low, yen_high) = if told { resampled(&pairs) } else { (None, None) };
    Some(Price { yen: told.then(|| spend.mean / extra.mean), yen_low, yen_high, acceptable, extra })
}

/// 5 % and 95 % of the prices of resampled pairs.
fn resampled(pairs: &[(f64, f64)]) -> (Option<f64>, Option<f64>) {
    let key = Key::new(0, 0);
    let one = |resample: u32| {
        let (mut spent, mut more) = (0.0, 0.0);
        for place in 0..pairs.len() as u32 {
            let word = u64::from(key.words(place, resample, Purpose::Resample)[0]);
            let pair = pairs[((word * pairs.len() as u64) >> 32) as usize];
            (spent, more) = (spent + pair.0, more + pair.1);
        }
        match (spent > 0.0, more > 0.0) {
            (true, true) => spent / more,
            (false, true) => f64::NEG_INFINITY,
            (_, false) => f64::INFINITY,
        }
    };
    let mut prices: Vec<f64> = (0..RESAMPLES).map(one).collect();
    prices.sort_by(f64::total_cmp);
    let end = |share: f64| {
        Some(prices[(share * f64::from(RESAMPLES - 1)).round() as usize]).filter(|price| price.is_finite())
    };
    (end(0.05), end(0.95))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Override, load};

    /// A declaration that both have, or a measure that one has, leaves a price; a declaration of one alone does not.
    #[test]
    fn a_price_needs_equal_worlds() {
        let of = |name: &str, changes: &[&str]| {
            let set: Vec<Override> = changes.iter().map(|change| Override::set(change).unwrap()).collect();
            load(name, &set).unwrap().scenario
        };
        let baseline = of("baseline", &[]);
        assert!(unlike(&baseline, &of("managers_x10", &[])).is_empty());
        assert!(
            unlike(&of("second_pandemic", &[]), &of("second_pandemic", &["intervention.managers.scale=10"])).is_empty()
        );
        assert_eq!(unlike(&baseline, &of("second_pandemic", &["intervention.managers.scale=10"])), ["declarations"]);
        assert_eq!(unlike(&baseline, &of("baseline", &["parameters.peer_strength=2"])), ["parameters"]);
    }

    /// Where more than measures differs, money and effect stay told, and only what joins them is left out.
    #[test]
    fn without_a_price_money_and_effect_stay() {
        let spent: Vec<f64> = (0..21).map(|i| 1e9 + f64::from(i)).collect();
        let more: Vec<f64> = (0..21).map(|i| 100.0 + f64::from(i)).collect();
        let firms = price(&spent, &more).unwrap();
        assert!(firms.yen.is_some());
        let cost =
            Cost { fiscal_year: 2025, spend: from_nothing(&spent).unwrap(), firms: firms.clone(), teleworkers: firms };
        let bare = cost.clone().without_price();
        assert_eq!((bare.spend, bare.firms.extra), (cost.spend, cost.firms.extra));
        assert_eq!((bare.firms.yen, bare.firms.yen_low, bare.teleworkers.yen_high), (None, None, None));
        assert!(bare.firms.acceptable.is_empty() && bare.teleworkers.acceptable.is_empty());
    }

    /// Money of 90 to 110 million yen in step with 90 to 110 more firms: 1 million each in every resample.
    #[test]
    fn a_price_is_money_over_firms_where_both_are_more() {
        let more: Vec<f64> = (0..21).map(|i| 90.0 + f64::from(i)).collect();
        let spent: Vec<f64> = more.iter().map(|firms| firms * 1e6).collect();
        let found = price(&spent, &more).unwrap();
        assert_eq!((found.yen, found.yen_low, found.yen_high), (Some(1e6), Some(1e6), Some(1e6)));
        // Worth it at every price above a million, at none below, and at a million itself not more than its money.
        let worth: Vec<f64> = prices()
            .zip(&found.acceptable)
            .filter(|(at, _)| *at != 1e6)
            .map(|(at, p)| f64::from(u8::from((p.share == 1.0) == (at > 1e6))))
            .collect();
        assert!(worth.iter().all(|right| *right == 1.0) && worth.len() == 17);
    }

    /// Independent normal money and effect with small spread: the ratio's standard error is 100 times the relative
    /// error of the means, sqrt(2) / 200 by the delta method, so the interval is 1 -/+ 1.645 x 0.00707.
    #[test]
    fn the_interval_of_a_price_is_that_of_a_ratio_of_means() {
        let key = Key::new(5, 0);
        let normal = |i: u32, mean: f64| mean * (1.0 + 0.1 * key.normal(i, 0, Purpose::Survey));
        let spent: Vec<f64> = (0..400).map(|i| normal(i, 1e6)).collect();
        let more: Vec<f64> = (1000..1400).map(|i| normal(i, 1.0)).collect();
        let found = price(&spent, &more).unwrap();
        let half = (found.yen_high.unwrap() - found.yen_low.unwrap()) / 2e6;
        // Spread of the half width itself: 400 pairs and 2000 resamples leave it within 15 % but once in a thousand.
        assert!((half / (1.645 * 0.1 * (2.0f64 / 400.0).sqrt()) - 1.0).abs() < 0.15, "{half}");
    }

    /// Four quadrants, and both axes: only "costs more, does more" has a price.
    #[test]
    fn no_other_quadrant_has_a_price() {
        let around = |mean: f64| -> Vec<f64> { (-10..=10).map(|i| mean + f64::from(i) / 10.0).collect() };
        for (spent, more, priced) in [
            (100.0, 100.0, true),
            (-100.0, 100.0, false),
            (100.0, -100.0, false),
            (-100.0, -100.0, false),
            (0.0, 100.0, false),
            (100.0, 0.0, false),
        ] {
            let found = price(&around(spent), &around(more)).unwrap();
            assert_eq!(found.yen.is_some(), priced, "{spent} yen for {more}");
            assert_eq!(found.yen_low.is_some() || found.yen_high.is_some(), priced);
        }
        // Money that is exactly the same in all pairs is no cost.
        let found = price(&[0.0; 21], &around(100.0)).unwrap();
        assert_eq!((found.yen, found.extra.direction), (None, Direction::Positive));
        // Every pair saves and gains: worth it at any price.
        let found = price(&around(-100.0), &around(100.0)).unwrap();
        assert!(found.acceptable.iter().all(|worth| worth.share == 1.0));
    }
}
