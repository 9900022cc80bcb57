//! Certification as a process: firms prepare, apply, are examined, hold a certificate, and lose it again.
//!
//! How many firms set out follows the history of the existing labels (`data/policy/programmes.csv`): Kurumin was given to
//! 128 firms in its first year (2007) and to 3,312 by March 2020; Youth-Yell and its like to some hundred firms of 5 to 99
//! employees by its third year. What such a label gains a firm is assumed.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Now, Programme, Setting, Shows, Text, Typed,
    accounts::Effect,
    certificates::Holder,
    selection::{Candidate, Slot, Verdict},
};
use crate::{
    calendar::Week,
    dynamics::{Staffing, largest_share},
    notation::{At, Checks, Weeks},
    parameters::Parameters,
    population::{Criteria, Eligibility, Population, State},
    random::Purpose,
};
use jiff::ToSpan;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Certification: criteria, examination, validity.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCertification {
    /// Firms that can be examined in a fiscal year. Default: as many as apply.
    #[schemars(range(min = 0.0, max = 10_000_000.0), extend("x-unit" = "firms a year"))]
    pub examinations_per_year: Option<At<f64>>,
    /// Whether telework must stand in the work rules. Default true.
    pub formal_scheme: Option<At<bool>>,
    /// Share of the employees that the scheme must cover (taken as the teleworkable jobs). Default 0.25.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub share_covered: Option<At<f64>>,
    /// Share of those covered that must have teleworked in the best week. Default 0.5.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub share_practising: Option<At<f64>>,
    /// Days a month that a teleworker must work from elsewhere. Default 4.
    #[schemars(range(min = 0.0, max = 31.0), extend("x-unit" = "days a month"))]
    pub days_a_month: Option<At<f64>>,
    /// Who examines: `third_party` (the criteria are looked at; default) or `self_declared` (the firm's own word: at once, and
    /// only audits look).
    pub examination: Option<At<RawExamination>>,
    /// How long an examination takes. Default "13 weeks" by a third party.
    pub duration: Option<At<Weeks>>,
    /// Share of the examined firms that pass. Default 0.9 by a third party, 1 on the firm's own word.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub pass_rate: Option<At<f64>>,
    /// How long a certificate holds; then it is examined and paid for again. Default "3 years".
    pub valid_for: Option<At<Weeks>>,
    /// How long before `from` firms know of it and prepare. Default "0 weeks".
    pub announced_before: Option<At<Weeks>>,
    /// Share of the holders that is looked at in a year; who no longer meets the criteria loses the certificate. Default 0.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share a year"))]
    pub audits_per_year: Option<At<f64>>,
}

/// Who examines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RawExamination {
    /// A third party.
    ThirdParty,
    /// Nobody: the firm declares.
    SelfDeclared,
}

/// Certification: criteria, examination, validity.
#[derive(Clone, Debug, PartialEq)]
pub struct Certification {
    /// Firms that can be examined in a fiscal year; infinite = as many as apply.
    pub examinations_per_year: f64,
    /// Whether telework must stand in the work rules.
    pub formal_scheme: bool,
    /// Share of the employees that must be covered.
    pub share_covered: f64,
    /// Share of those covered that must practise.
    pub share_practising: f64,
    /// Days a month.
    pub days_a_month: f64,
    /// The firm's own word is enough.
    pub self_declared: bool,
    /// Weeks of an examination.
    pub duration_weeks: u32,
    /// Share that passes.
    pub pass_rate: f64,
    /// Weeks for which a certificate holds, at least one.
    pub valid_weeks: u32,
    /// Weeks before `from` in which firms prepare already.
    pub announced_weeks_before: u32,
    /// Share of the holders looked at in a year.
    pub audits_per_year: f64,
}

impl Typed for Certification {
    type Raw = RawCertification;
    const NAME: Text = Text { en: "Certification", ja: "認定制度" };
    const MODEL: Model = Model {
        capacity: "applications follow the labels' history: of the target's firms without a certificate a share of p + q x (share that has set out) a year sets out; p = `label_first_year_large` / (firms from 100 employees on), below `label_first_year_small` / (firms from 5 to 99), q = `label_growth`; bidders under a known bonus e^(r g) times as often; at most `examinations_per_year`",
        whom: "firms that set out; they apply once they meet the criteria, within two years",
        does: "preparing adds `label_preparation`, halving in 26 weeks; a certificate `label_effect`, until it lapses; is noticed, or presses through `channels` as long as it is held",
    };

    fn check(raw: &At<RawCertification>, checks: &mut Checks) -> Certification {
        if let Some(place) = raw.valid_for.as_ref().filter(|weeks| weeks.0.get_ref().0.round() < 1.0) {
            checks.error(place.span(), "a certificate that holds for less than a week", "write a longer time");
        }
        if let Some(place) = raw.pass_rate.as_ref().filter(|rate| ***rate == 0.0) {
            checks.nothing(place.span(), "nobody passes the examination: the measure has no effect");
        }
        let number = |value: &Option<At<f64>>, default: f64| value.as_ref().map_or(default, |value| **value);
        let weeks = |value: &Option<At<Weeks>>, default: f64| {
            value.as_ref().map_or(default, |value| value.0.get_ref().0).round() as u32
        };
        let self_declared = raw.examination.as_ref().is_some_and(|word| **word == RawExamination::SelfDeclared);
        Certification {
            examinations_per_year: number(&raw.examinations_per_year, f64::INFINITY),
            formal_scheme: raw.formal_scheme.as_ref().is_none_or(|asked| **asked),
            share_covered: number(&raw.share_covered, 0.25),
            share_practising: number(&raw.share_practising, 0.5),
            days_a_month: number(&raw.days_a_month, 4.0),
            self_declared,
            duration_weeks: weeks(&raw.duration, if self_declared { 0.0 } else { 13.0 }),
            pass_rate: number(&raw.pass_rate, if self_declared { 1.0 } else { 0.9 }),
            valid_weeks: weeks(&raw.valid_for, 156.5),
            announced_weeks_before: weeks(&raw.announced_before, 0.0),
            audits_per_year: number(&raw.audits_per_year, 0.0),
        }
    }
}

impl Certification {
    /// Whether a firm meets the criteria now. Practice is judged by the best week so far.
    fn met(&self, firm: usize, candidate: &Candidate, state: &State, setting: &Setting) -> bool {
        let (status, population) = (state.status(firm), setting.population);
        let covered = population.teleworkable[firm];
        status.practises()
            && (status.formal() || !self.formal_scheme)
            && f64::from(covered) >= self.share_covered * 255.0
            && setting.parameters.days_base * 52.0 / 12.0 >= self.days_a_month
            && {
                let staffing = Staffing::new(setting.parameters);
                let practising = largest_share(state, population, &staffing, candidate.cell, firm);
                f64::from(practising) >= self.share_practising * f64::from(covered)
            }
    }
}

impl MeasureKind for Certification {
    /// As many as apply, up to what can be examined.
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.examinations_per_year)
    }

    fn effect(&self, parameters: &Parameters) -> Option<Effect> {
        Some(Effect::encourages(parameters.label_effect))
    }

    fn shows(&self) -> Shows {
        Shows::WhileHeld
    }

    /// Firms from 100 employees on, bidders and others, and smaller ones.
    fn pools(&self, target: &Eligibility) -> Vec<Criteria> {
        let of = |bidder, small| {
            let target = Eligibility { bidder: Some(bidder), ..target.clone() };
            let criteria = Criteria::of(&target);
            match small {
                true => {
                    Criteria { least_employees: SMALLEST_EMPLOYEES, most_employees: LARGE_EMPLOYEES - 1, ..criteria }
                }
                false => Criteria { least_employees: LARGE_EMPLOYEES, ..criteria },
            }
        };
        vec![of(false, false), of(true, false), of(false, true), of(true, true)]
    }

    fn begin(&self, spec: &Intervention, setting: &Setting) -> Box<dyn Acts> {
        let firms = count(&self.pools(&spec.target), spec.target.bidder, setting.population);
        let all = |least_employees, most_employees| {
            Criteria { least_employees, most_employees, ..Criteria::of(&Eligibility::default()) }
                .count(setting.population)
        };
        let parameters = setting.parameters;
        let large = parameters.label_first_year_large / all(LARGE_EMPLOYEES, u32::MAX).max(1.0);
        let small = parameters.label_first_year_small / all(SMALLEST_EMPLOYEES, LARGE_EMPLOYEES - 1).max(1.0);
        Box::new(Certifying {
            certification: self.clone(),
            firms,
            start: [large, large, small, small],
            set_out: [0.0; CLASSES],
            carried: [0.0; CLASSES],
            preparing: Vec::new(),
            examined: VecDeque::new(),
            audits: 0.0,
        })
    }
}

/// Firms from this size on take labels up as Kurumin was.
const LARGE_EMPLOYEES: u32 = 100;
/// Smaller firms do not take labels up (the smallest in the published counts).
const SMALLEST_EMPLOYEES: u32 = 5;
/// Classes of firms: others and bidders, large and small.
const CLASSES: usize = 4;
/// Weeks in which who prepares must meet the criteria (assumed).
const PREPARATION_WEEKS: u32 = 104;
/// Weeks in which half of the push of preparing is gone (assumed).
const PREPARATION_HALF_LIFE: f32 = 26.0;

/// Firms of the whole population by class; those that the target's own wish about bidders leaves out count as none.
fn count(pools: &[Criteria], bidder: Option<bool>, population: &Population) -> [f64; CLASSES] {
    std::array::from_fn(|class| {
        let wanted = bidder.is_none_or(|bidder| bidder == (class % 2 == 1));
        if wanted { pools[class].count(population) } else { 0.0 }
    })
}

/// Certification in one run.
struct Certifying {
    certification: Certification,
    /// Firms by class.
    firms: [f64; CLASSES],
    /// Share of each class that sets out in the first year.
    start: [f64; CLASSES],
    /// Firms by class that have set out.
    set_out: [f64; CLASSES],
    /// Firms that set out, below one, carried on.
    carried: [f64; CLASSES],
    /// Firms that prepare, with the week until which they try.
    preparing: Vec<(u32, u32)>,
    /// Firms under examination, with the week of the result and whether they will pass.
    examined: VecDeque<(u32, u32, bool)>,
    /// Audits carried on, below one.
    audits: f64,
}

/// Share of a class that sets out in a year, of those that have not, when a share of the class has: Bass (1969).
fn take_up(start: f64, growth: f64, set_out: f64) -> f64 {
    (start + growth * set_out).max(0.0)
}

impl Certifying {
    /// Firms that set out this week begin to prepare.
    fn set_out(&mut self, programme: &mut Programme, now: &mut Now) {
        let parameters = now.setting.parameters;
        let share = programme.season.share(now.week) * programme.spec.scale;
        let wishes: [f64; CLASSES] = std::array::from_fn(|class| {
            let certified = self.set_out[class] / self.firms[class].max(1.0);
            let pull = if class % 2 == 1 { now.application_factor } else { 1.0 };
            let rate = take_up(self.start[class], parameters.label_growth, certified) * pull * share;
            self.firms[class] * (1.0 - certified).max(0.0) * (1.0 - libm::exp(-rate))
        });
        let Certifying { set_out, preparing, carried, .. } = self;
        let slots: [u64; CLASSES] = std::array::from_fn(|class| {
            let available = carried[class] + wishes[class];
            carried[class] = available.fract();
            available.floor() as u64
        });
        for (class, slots) in slots.into_iter().enumerate() {
            for number in 0..slots {
                if now.stopped() || !programme.misses[class].worth_trying(now.week) {
                    break;
                }
                let slot = Slot { week: now.week, class, number };
                let found = programme.find(slot, class, now, |_| Verdict::Serve);
                let Some(candidate) = programme.misses[class].note(now.week, found) else { continue };
                set_out[class] += 1.0;
                let share_of_firms = (1.0 / candidate.cell.weight).min(1.0);
                let gain = share_of_firms * libm::expm1(parameters.label_preparation);
                programme.records.add_fading_in(
                    now.week,
                    candidate.firm,
                    libm::log1p(gain) as f32,
                    PREPARATION_HALF_LIFE,
                );
                programme.mark(&candidate, now);
                preparing.push((candidate.firm, now.week.0 + PREPARATION_WEEKS));
            }
        }
    }

    /// Those that meet the criteria apply, and are paid for.
    fn apply(&mut self, programme: &mut Programme, now: &mut Now) {
        let Certifying { certification, preparing, examined, .. } = self;
        let cost = programme.unit_cost_yen();
        let week = now.week.0;
        preparing.retain(|&(firm, until)| {
            let candidate = Candidate::of(now.setting, firm);
            if !certification.met(firm as usize, &candidate, now.state, now.setting) {
                return week < until;
            }
            if !programme.chain.deliver(cost, 1.0) {
                return true;
            }
            let [draw, _] =
                now.setting.key.uniforms(now.setting.population.id[firm as usize], week, Purpose::Willingness);
            examined.push_back((firm, week + certification.duration_weeks, draw < certification.pass_rate));
            false
        });
    }

    /// Results of examinations, renewals and audits.
    fn decide(&mut self, programme: &mut Programme, now: &mut Now) {
        let Certifying { certification, examined, audits, .. } = self;
        let (week, place, cost) = (now.week.0, programme.place, programme.unit_cost_yen());
        while let Some((firm, _, passed)) = examined.pop_front_if(|(_, result, _)| *result <= week) {
            if !passed {
                continue;
            }
            let candidate = Candidate::of(now.setting, firm);
            let share_of_firms = (1.0 / candidate.cell.weight).min(1.0) as f32;
            now.certificates.give(place, Holder { firm, since: week, share_of_firms });
            let gain = now.delivered.act(now.setting, programme.kind, firm, candidate.cell.weight);
            programme.records.add_fading_in(now.week, firm, gain, f32::INFINITY);
            programme.show(&candidate, 1.0, now);
        }
        let lose = |programme: &mut Programme, now: &Now, holder: Holder| {
            let candidate = Candidate::of(now.setting, holder.firm);
            let weight = candidate.cell.weight;
            programme.show_to_channels(&candidate, -1.0, now);
            let gain = libm::expm1(now.setting.parameters.label_effect) * (1.0 / weight).min(1.0);
            programme.records.add_fading_in(now.week, holder.firm, -(libm::log1p(gain) as f32), f32::INFINITY);
        };
        while let Some(holder) =
            week.checked_sub(certification.valid_weeks).and_then(|by| now.certificates.expire(place, by))
        {
            let candidate = Candidate::of(now.setting, holder.firm);
            let met = certification.met(holder.firm as usize, &candidate, now.state, now.setting);
            if (met || certification.self_declared) && programme.chain.deliver(cost, 0.0) {
                now.certificates.renew(place, Holder { since: week, ..holder });
            } else {
                now.certificates.lapse(place, holder);
                lose(programme, now, holder);
            }
        }
        // Audits go round among the holders.
        let held = now.certificates.held(place).count();
        *audits += certification.audits_per_year / 52.18 * held as f64;
        let number = audits.floor();
        *audits -= number;
        if number > 0.0 {
            let every = (held as f64 / number).max(1.0);
            let (mut at, mut next) = (0.0, f64::from(week) % every);
            let (state, setting) = (now.state, now.setting);
            let mut withdrawn = Vec::new();
            now.certificates.withdraw(place, |holder| {
                let audited = at >= next;
                at += 1.0;
                if !audited {
                    return true;
                }
                next += every;
                let stays =
                    certification.met(holder.firm as usize, &Candidate::of(setting, holder.firm), state, setting);
                if !stays {
                    withdrawn.push(*holder);
                }
                stays
            });
            for holder in withdrawn {
                lose(programme, now, holder);
            }
        }
    }
}

impl Acts for Certifying {
    /// Deliveries are examinations.
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        let certification = &self.certification;
        let met =
            |firm: u32| certification.met(firm as usize, &Candidate::of(now.setting, firm), now.state, now.setting);
        let due = now.week.0.checked_sub(certification.valid_weeks);
        let due =
            due.map_or(0, |by| now.certificates.held(programme.place).filter(|holder| holder.since <= by).count());
        let ready = due + self.preparing.iter().filter(|(firm, _)| met(*firm)).count();
        let examinations = match certification.examinations_per_year {
            limit if limit.is_finite() => programme.yearly(now.week, limit),
            // As many as apply; what was carried on cannot be used by them.
            _ => ready as f64,
        };
        programme.chain.open(now.week, examinations);
        self.decide(programme, now);
        self.set_out(programme, now);
        self.apply(programme, now);
    }

    /// Firms that know of it prepare, before it begins.
    fn before(&mut self, programme: &mut Programme, now: &mut Now) {
        let known =
            programme.spec.from.saturating_sub((i64::from(self.certification.announced_weeks_before) * 7).days());
        if now.week >= Week::from_day(known) {
            self.set_out(programme, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Data,
        population::{Scale, synthesise},
    };

    /// The share of large firms that has set out, year by year as the weeks give it, against the labels' published counts.
    #[test]
    fn take_up_follows_kurumin() {
        let data = Data::embedded().unwrap();
        let population = synthesise(&data, 2021, Scale::Whole).unwrap();
        let published = |year: &str| {
            let mut found =
                data.programmes.iter().filter(|f| f.programme == "wlb_certification" && f.fiscal_year == year);
            found.find(|f| f.item == "certified firms" && f.category.starts_with("Kurumin")).unwrap().value
        };
        let large = Criteria { least_employees: LARGE_EMPLOYEES, ..Criteria::of(&Eligibility::default()) };
        let firms = large.count(&population);
        let parameters = Parameters::default();
        let start = parameters.label_first_year_large / firms;
        let (mut certified, mut after) = (0.0, Vec::new());
        for week in 1..=13 * 52 {
            let rate = take_up(start, parameters.label_growth, certified / firms) / 52.0;
            certified += (firms - certified) * (1.0 - libm::exp(-rate));
            if week % 52 == 0 {
                after.push(certified);
            }
        }
        let (first, thirteenth) = (published("2007"), published("2019"));
        assert!((after[0] / first - 1.0).abs() < 0.1, "{} for {first}", after[0]);
        assert!((after[12] / thirteenth - 1.0).abs() < 0.1, "{} for {thirteenth} of {firms}", after[12]);
    }
}
