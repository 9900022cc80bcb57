//! Awareness: campaigns, regional trials, and what awards and seminars add to it.
//!
//! Awareness is the share of a class of firms that has lately noticed telework practised by others through policy.
//! It fades with `awareness_half_life` and raises starting and resuming by `awareness_effect`.

use super::{Programme, Setting, Terms};
use crate::{
    calendar::{Week, fiscal_year_days, mondays},
    classification::{INDUSTRIES, Industry, PREFECTURES, Prefecture},
    data::Data,
    parameters::Parameters,
    scenario::{Campaign, Intervention, Measure, RegionalTrial},
};
use jiff::civil::Date;

/// Aware firms, as shares of their class.
#[derive(Clone, Debug)]
pub struct Awareness {
    national: f64,
    industry: [f64; INDUSTRIES],
    prefecture: [f64; PREFECTURES],
    /// Firms in all; 0 = not counted yet.
    firms: f64,
    firms_by_industry: [f64; INDUSTRIES],
    firms_by_prefecture: [f64; PREFECTURES],
}

impl Default for Awareness {
    fn default() -> Awareness {
        Awareness {
            national: 0.0,
            industry: [0.0; INDUSTRIES],
            prefecture: [0.0; PREFECTURES],
            firms: 0.0,
            firms_by_industry: [0.0; INDUSTRIES],
            firms_by_prefecture: [0.0; PREFECTURES],
        }
    }
}

impl Awareness {
    /// A week passes.
    pub fn fade(&mut self, parameters: &Parameters) {
        let keep = 0.5_f64.powf(1.0 / parameters.awareness_half_life);
        self.national *= keep;
        self.industry.iter_mut().chain(&mut self.prefecture).for_each(|a| *a *= keep);
    }

    fn count(&mut self, setting: &Setting) {
        if self.firms == 0.0 {
            for cell in &setting.population.cells {
                self.firms_by_industry[cell.industry.index()] += f64::from(cell.firms);
                self.firms_by_prefecture[cell.prefecture.index()] += f64::from(cell.firms);
            }
            self.firms = self.firms_by_industry.iter().sum();
        }
    }

    /// `firms` take part somewhere in the nation and are noticed.
    pub fn notice_national(&mut self, setting: &Setting, firms: f64) {
        self.count(setting);
        self.national += firms * setting.parameters.awareness_noticed / self.firms.max(1.0);
    }

    /// `firms` of an industry and a prefecture are noticed, half by each.
    pub fn notice(&mut self, setting: &Setting, industry: Industry, prefecture: Prefecture, firms: f64) {
        self.count(setting);
        let noticed = 0.5 * firms * setting.parameters.awareness_noticed;
        self.industry[industry.index()] += noticed / self.firms_by_industry[industry.index()].max(1.0);
        self.notice_in(setting, prefecture, 0.5 * firms);
    }

    /// `firms` are noticed in a prefecture.
    pub fn notice_in(&mut self, setting: &Setting, prefecture: Prefecture, firms: f64) {
        self.count(setting);
        let there = self.firms_by_prefecture[prefecture.index()].max(1.0);
        self.prefecture[prefecture.index()] += firms * setting.parameters.awareness_noticed / there;
    }

    /// Share of a cell's firms that are aware through policy (0-1).
    pub fn share(&self, industry: Industry, prefecture: Prefecture) -> f64 {
        (self.national + self.industry[industry.index()] + self.prefecture[prefecture.index()]).min(1.0)
    }

    /// Raises what aware firms face.
    pub fn affect(&self, setting: &Setting, terms: &mut Terms) {
        if self.national == 0.0 && self.industry.iter().chain(&self.prefecture).all(|&a| a == 0.0) {
            return;
        }
        // One figure for each industry and prefecture, not for each cell.
        let effect = setting.parameters.awareness_effect.exp_m1();
        let lifts: [[f64; PREFECTURES]; INDUSTRIES] = std::array::from_fn(|industry| {
            std::array::from_fn(|prefecture| {
                1.0 + self.share(Industry(industry as u8), Prefecture(prefecture as u8)) * effect
            })
        });
        for (face, cell) in terms.cells.iter_mut().zip(&setting.population.cells) {
            face.adopt *= lifts[cell.industry.index()][cell.prefecture.index()];
        }
    }
}

/// How a yearly figure is spread over the weeks of a fiscal year, and when the intervention runs at all.
#[derive(Clone, Debug)]
pub struct Season {
    from: Date,
    until: Date,
    spread: Spread,
}

#[derive(Clone, Debug)]
enum Spread {
    /// Evenly over all weeks of the year: a period of half a year delivers half.
    Even,
    /// Evenly over those days of the year on which the intervention runs (a trial of one month).
    Period,
    /// Share of the year by calendar month, evenly inside a month.
    Monthly([f64; 12]),
}

impl Season {
    /// SupportNW follows its monthly outputs of fiscal 2020, campaigns their months, awards their month.
    pub fn of(spec: &Intervention, data: &Data) -> Season {
        let mut monthly = [0.0; 12];
        match &spec.measure {
            Measure::SupportNetwork(_) => {
                for figure in &data.programmes {
                    let counts = figure.programme == "telework_support_network"
                        && figure.item == "participants"
                        && figure.category == "all";
                    let month = figure.month.as_deref().and_then(|m| m.get(5..7)?.parse::<usize>().ok());
                    if let (true, Some(month @ 1..=12)) = (counts, month) {
                        monthly[month - 1] += figure.value;
                    }
                }
            }
            Measure::Campaign(campaign) => {
                for &month in &campaign.months {
                    monthly[usize::from(month.clamp(1, 12)) - 1] = 1.0;
                }
            }
            Measure::Awards(awards) => monthly[usize::from(awards.selection_month.clamp(1, 12)) - 1] = 1.0,
            _ => {}
        }
        let total: f64 = monthly.iter().sum();
        let spread = match &spec.measure {
            Measure::RegionalTrial(_) => Spread::Period,
            _ if total > 0.0 => Spread::Monthly(monthly.map(|m| m / total)),
            _ => Spread::Even,
        };
        Season { from: spec.from, until: spec.until, spread }
    }

    /// Share of its fiscal year's deliveries that falls into `week`; a week of which the intervention runs for some
    /// days has that part, so that two interventions that follow each other share the week between them.
    pub fn share(&self, week: Week) -> f64 {
        let monday = week.monday();
        let (first, last) = fiscal_year_days(week.fiscal_year());
        let active = week.share_within(self.from, self.until);
        match &self.spread {
            Spread::Even => active / f64::from(mondays(first, last)),
            Spread::Period => {
                let (begin, end) = (self.from.max(first), self.until.min(last));
                7.0 * active / f64::from(((end - begin).get_days() + 1).max(1))
            }
            Spread::Monthly(shares) => {
                let weeks = mondays(monday.first_of_month(), monday.last_of_month());
                active * shares[monday.month() as usize - 1] / f64::from(weeks)
            }
        }
    }
}

/// Telework Days, Telework Month: participants are noticed nationwide.
pub(super) fn campaign(
    programme: &mut Programme,
    campaign: &Campaign,
    week: Week,
    setting: &Setting,
    awareness: &mut Awareness,
) {
    let participants = programme.chain.open(week, programme.yearly(week, campaign.participants_per_year));
    let unit = programme.spec.unit_cost_yen.unwrap_or(0.0);
    let number = f64::from(participants).min(programme.chain.affordable(unit));
    if number > 0.0 && programme.chain.deliver_many(number, number * unit, number) {
        awareness.notice_national(setting, number);
    }
}

/// Visiting workers and workation: noticed in the host prefectures.
pub(super) fn regional_trial(
    programme: &mut Programme,
    trial: &RegionalTrial,
    week: Week,
    setting: &Setting,
    awareness: &mut Awareness,
) {
    let firms = programme.chain.open(week, programme.yearly(week, trial.firms_per_year));
    let unit = programme.spec.unit_cost_yen.unwrap_or(0.0);
    let number = f64::from(firms).min(programme.chain.affordable(unit));
    if number > 0.0 && programme.chain.deliver_many(number, number * unit, number) {
        for &host in &trial.host_prefectures {
            awareness.notice_in(setting, host, number / trial.host_prefectures.len() as f64);
        }
    }
}
