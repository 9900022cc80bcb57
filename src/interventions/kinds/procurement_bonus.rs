//! Bonus points for bidders in public tenders.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Now, Price, Programme, Setting, Text, Typed, certificates::Holder,
    selection::Candidate,
};
use crate::{
    calendar::Week,
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
    /// The certification whose holders gain the bonus. Default: every certification of the scenario.
    pub of_certification: Option<At<String>>,
}

/// Bonus points in public tenders.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcurementBonus {
    /// Share of the technical score that a certified bidder gains (0.005-0.10 in the existing labels).
    pub bonus_share_of_score: f64,
    /// Weeks before `from` in which bidders already know.
    pub announced_weeks_before: u32,
    /// The certification whose holders gain it; `None` = all of them.
    pub of_certification: Option<String>,
}

impl Typed for ProcurementBonus {
    type Raw = RawProcurementBonus;
    const NAME: Text = Text { en: "Procurement bonus points", ja: "公共調達の加点" };
    const MODEL: Model = Model {
        capacity: "none; what it costs is assumed: a year's public contracts of a bidder x `procurement_scored_share` x bonus x `procurement_price_share` for each holder",
        whom: "bidders in the target that hold a certificate (`of_certification`, or any), while it is in force",
        does: "with the gain in the chance to win g = 1/2 erf(bonus / (2 `procurement_score_spread`)) and r = `procurement_response`: r g for each holder; from `announced_before` on bidders set out for a certificate e^(r g) times as often",
    };

    fn check(raw: &At<RawProcurementBonus>, checks: &mut Checks) -> ProcurementBonus {
        if *raw.bonus_share_of_score > LARGEST_LABEL_BONUS {
            let message = format!(
                "a bonus of {} % of the score: the existing labels have 0.5 to 10 %",
                *raw.bonus_share_of_score * 100.0
            );
            checks.warn(raw.bonus_share_of_score.span(), message, "what bidders do beyond 10 % rests on nothing");
        }
        if *raw.bonus_share_of_score == 0.0 {
            checks.nothing(raw.bonus_share_of_score.span(), "a bonus of 0: the measure has no effect");
        }
        let weeks = raw.announced_before.as_ref().map_or(0.0, |before| before.0.get_ref().0);
        ProcurementBonus {
            bonus_share_of_score: *raw.bonus_share_of_score,
            announced_weeks_before: weeks.round() as u32,
            of_certification: raw.of_certification.as_ref().map(|name| name.0.get_ref().clone()),
        }
    }
}

impl MeasureKind for ProcurementBonus {
    fn yearly_capacity(&self) -> Option<f64> {
        None
    }

    fn price(&self) -> Price {
        Price::Nothing
    }

    fn begin(&self, _: &Intervention, setting: &Setting) -> Box<dyn Acts> {
        let bidders = setting.population.cells.iter().filter(|cell| cell.bidder);
        let bidders: f64 = bidders.map(|cell| f64::from(cell.firms)).sum();
        let published = setting.data.programmes.iter().filter(|f| f.programme == "public_procurement");
        let total = published.filter(|f| f.item == "total (planned)").map(|f| f.value).next_back().unwrap_or(0.0);
        let contracts_yen = total / bidders.max(1.0);
        Box::new(Bonus { bonus: self.clone(), contracts_yen, seen: 0, holders: Vec::new() })
    }
}

/// Rise in the chance to win against one rival when a bidder's score rises by `bonus`: the scores of both are
/// normal with standard deviation `spread`, so their difference has `spread x sqrt(2)`.
pub fn winning_chance_gain(bonus: f64, spread: f64) -> f64 {
    0.5 * libm::erf(bonus / (2.0 * spread))
}

/// Largest bonus of the existing labels, as a share of the technical score (MIC task force, April 2021).
const LARGEST_LABEL_BONUS: f64 = 0.1;

/// A bonus in one run.
struct Bonus {
    bonus: ProcurementBonus,
    /// Public contracts of a bidder in a year, yen.
    contracts_yen: f64,
    /// Changes of certificates taken up so far.
    seen: usize,
    /// Bidders that hold a certificate, and what the bonus gains each.
    holders: Vec<(Holder, f32)>,
}

impl ProcurementBonus {
    /// Log hazard gained by who has the bonus.
    fn gain(&self, spec: &Intervention, setting: &Setting) -> f64 {
        let bonus = (self.bonus_share_of_score * spec.scale).min(1.0);
        let parameters = setting.parameters;
        parameters.procurement_response * winning_chance_gain(bonus, parameters.procurement_score_spread)
    }
}

impl Acts for Bonus {
    /// Holders gain the bonus and lose it with the certificate; it costs what is paid more for their contracts.
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        programme.chain.open(now.week, 0.0);
        let (spec, setting) = (programme.spec, now.setting);
        let gain = self.bonus.gain(spec, setting);
        let changes = now.certificates.changes(self.seen);
        self.seen += changes.len();
        for change in changes {
            let wanted = self.bonus.of_certification.as_deref();
            let cell = Candidate::of(setting, change.holder.firm).cell;
            let covered = wanted.is_none_or(|name| now.names[change.programme] == name);
            if !(covered && cell.bidder && cell_matches(&spec.target, cell)) {
                continue;
            }
            if change.given {
                let log_hazard = libm::log1p(f64::from(change.holder.share_of_firms) * libm::expm1(gain)) as f32;
                self.holders.push((change.holder, log_hazard));
                programme.records.add_fading_in(now.week, change.holder.firm, log_hazard, f32::INFINITY);
                programme.chain.reach(1.0);
            } else if let Some(place) = self.holders.iter().position(|(holder, _)| holder.firm == change.holder.firm) {
                let (holder, log_hazard) = self.holders.swap_remove(place);
                programme.records.add_fading_in(now.week, holder.firm, -log_hazard, f32::INFINITY);
            }
        }
        let parameters = setting.parameters;
        let bonus = (self.bonus.bonus_share_of_score * spec.scale).min(1.0);
        let dearer = parameters.procurement_scored_share * parameters.procurement_price_share * bonus;
        programme.chain.spend(self.holders.len() as f64 * self.contracts_yen / 52.18 * dearer);
    }

    fn end(&mut self, programme: &mut Programme, now: &mut Now) {
        for (holder, log_hazard) in self.holders.drain(..) {
            programme.records.add_fading_in(now.week, holder.firm, -log_hazard, f32::INFINITY);
        }
    }

    fn application_factor(&self, spec: &Intervention, week: Week, setting: &Setting) -> f64 {
        let known_from = spec.from.saturating_sub((i64::from(self.bonus.announced_weeks_before) * 7).days());
        let known = Week::of_period(known_from, spec.until).is_some_and(|(first, last)| (first..=last).contains(&week));
        if known { libm::exp(self.bonus.gain(spec, setting)) } else { 1.0 }
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
