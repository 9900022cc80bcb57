//! Bonus points for bidders in public tenders.

use super::super::{Acts, Intervention, Kind, Model, Now, Price, Programme, Reach, Setting, Text, Typed};
use crate::{
    calendar::Week,
    dynamics::Terms,
    notation::{At, Checks, Weeks},
    population::cell_matches,
};
use jiff::ToSpan;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bonus points in public tenders.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawProcurementBonus {
    /// Share of the technical score that a certified bidder gains (0.005-0.10 in the existing labels).
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub bonus_share_of_score: At<f64>,
    /// How long before `from` bidders know of it. Default "0 weeks".
    pub announced_before: Option<At<Weeks>>,
}

/// Bonus points in public tenders.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcurementBonus {
    /// Share of the technical score that a certified bidder gains (0.005-0.10 in the existing labels).
    pub bonus_share_of_score: f64,
    /// Weeks before `from` in which bidders already know.
    pub announced_weeks_before: u32,
}

impl Typed for ProcurementBonus {
    type Raw = RawProcurementBonus;
    const NAME: Text = Text { en: "Procurement bonus points", ja: "公共調達の加点" };
    const MODEL: Model = Model {
        capacity: "none",
        whom: "bidders in the target, from `announced_before` on",
        does: "with the gain in the chance to win g = 1/2 erf(bonus / (2 `procurement_score_spread`)): `formalise` + r g, `adopt` and `keep` + r g / 2, r = `procurement_response`",
    };

    fn check(raw: &At<RawProcurementBonus>, _: &mut Checks) -> ProcurementBonus {
        let weeks = raw.announced_before.as_ref().map_or(0.0, |before| before.0.get_ref().0);
        ProcurementBonus {
            bonus_share_of_score: *raw.bonus_share_of_score,
            announced_weeks_before: weeks.round() as u32,
        }
    }
}

impl Kind for ProcurementBonus {
    fn yearly_capacity(&self) -> Option<f64> {
        None
    }

    fn price(&self) -> Price {
        Price::Nothing
    }

    fn reaches(&self) -> Reach {
        Reach::Classes
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(self.clone())
    }
}

/// Rise in the chance to win against one rival when a bidder's score rises by `bonus`: the scores of both are
/// normal with standard deviation `spread`, so their difference has `spread x sqrt(2)`.
pub fn winning_chance_gain(bonus: f64, spread: f64) -> f64 {
    0.5 * libm::erf(bonus / (2.0 * spread))
}

impl Acts for ProcurementBonus {
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        programme.chain.open(now.week, 0.0);
    }

    /// Bonus points pull bidders towards practice and towards the formal scheme that certification needs.
    fn affect(&self, spec: &Intervention, week: Week, setting: &Setting, terms: &mut Terms) {
        let known_from = spec.from.saturating_sub((i64::from(self.announced_weeks_before) * 7).days());
        if Week::of_period(known_from, spec.until).is_none_or(|(first, last)| !(first..=last).contains(&week)) {
            return;
        }
        let gain = winning_chance_gain(
            (self.bonus_share_of_score * spec.scale).min(1.0),
            setting.parameters.procurement_score_spread,
        );
        let pull = libm::exp(setting.parameters.procurement_response * gain);
        let half = pull.sqrt();
        for (face, cell) in terms.cells.iter_mut().zip(&setting.population.cells) {
            if cell.bidder && cell_matches(&spec.target, cell) {
                face.formalise *= pull;
                face.adopt *= half;
                face.leave /= half;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bonus_raises_the_chance_to_win_as_normal_tables_say() {
        // Bonus = spread x sqrt(2): the difference is one standard deviation, Phi(1) - 0.5 = 0.3413.
        assert!((winning_chance_gain(0.1 * 2.0_f64.sqrt(), 0.1) - 0.341_344_7).abs() < 1e-6);
        assert_eq!(winning_chance_gain(0.0, 0.1), 0.0);
    }
}
