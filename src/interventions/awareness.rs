//! Awareness: campaigns, regional trials, and what awards and seminars add to it.
//!
//! Awareness is the share of a class of firms that has lately noticed telework practised by others through policy.
//! It fades with `awareness_half_life` and raises starting and resuming by `awareness_effect`.

use super::Setting;
use crate::{
    classification::{INDUSTRIES, Industry, PREFECTURES, Prefecture},
    dynamics::HazardTerms,
    parameters::Parameters,
};

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
        let keep = libm::pow(0.5, 1.0 / parameters.awareness_half_life);
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
    pub fn affect(&self, setting: &Setting, terms: &mut HazardTerms) {
        if self.national == 0.0 && self.industry.iter().chain(&self.prefecture).all(|&a| a == 0.0) {
            return;
        }
        // One figure for each industry and prefecture, not for each cell.
        let effect = libm::expm1(setting.parameters.awareness_effect);
        let effects: [[f64; PREFECTURES]; INDUSTRIES] = std::array::from_fn(|industry| {
            std::array::from_fn(|prefecture| {
                1.0 + self.share(Industry(industry as u8), Prefecture(prefecture as u8)) * effect
            })
        });
        for (exposure, cell) in terms.cells.iter_mut().zip(&setting.population.cells) {
            exposure.adopt *= effects[cell.industry.index()][cell.prefecture.index()];
        }
    }
}
