//! Security guideline, handbooks, checklists: aware firms work through them.

use super::super::{Acts, Intervention, MeasureKind, Model, Now, Programme, Reach, Setting, Text, Typed};
use crate::{
    calendar::Week,
    classification::{Barrier, INDUSTRIES, Industry, PREFECTURES, Prefecture},
    dynamics::{HazardTerms, barrier_weights},
    notation::{At, Checks},
    population::{Cell, Eligibility, Population, cell_matches},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Guidelines, handbooks and checklists.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawGuidelines {
    /// Aware firms that work through them in a year, as a share of aware firms.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub uptake_per_year: At<f64>,
}

/// Guidelines, handbooks, checklists.
#[derive(Clone, Debug, PartialEq)]
pub struct Guidelines {
    /// Aware firms that work through them a year, as a share of aware firms.
    pub uptake_per_year: f64,
}

impl Typed for Guidelines {
    type Raw = RawGuidelines;
    const NAME: Text = Text { en: "Guidelines and checklists", ja: "ガイドライン・チェックリスト" };
    const MODEL: Model = Model {
        capacity: "a year's `uptake_per_year` of the aware firms (`base_awareness` + awareness) that have not worked through them",
        whom: "cells in the target",
        does: "`guidelines_effect` of the security barrier, as the mean over the cell: `adopt` + l, `keep` + l / 2, at once and lasting",
    };

    fn check(raw: &At<RawGuidelines>, _: &mut Checks) -> Guidelines {
        Guidelines { uptake_per_year: *raw.uptake_per_year }
    }
}

impl MeasureKind for Guidelines {
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.uptake_per_year)
    }

    fn reaches(&self) -> Reach {
        Reach::Classes
    }

    fn begin(&self, spec: &Intervention, setting: &Setting) -> Box<dyn Acts> {
        let security = security_shares(setting.population);
        let cells = guided(&spec.target, setting.population);
        Box::new(Reading { guidelines: self.clone(), cells, reached: vec![0.0; security.len()], security })
    }
}

/// Guidelines in one run, cell by cell.
struct Reading {
    guidelines: Guidelines,
    cells: Vec<Guided>,
    /// Share of each cell's firms that worked through them.
    reached: Vec<f32>,
    /// Share of each cell's simulated firms that has the security barrier.
    security: Vec<f32>,
}

/// A cell as the guidelines see it.
struct Guided {
    /// Industry x prefectures + prefecture.
    place: u16,
    /// Its firms; none outside the target.
    firms: f64,
}

/// All cells as the guidelines see them.
fn guided(target: &Eligibility, population: &Population) -> Vec<Guided> {
    let guided = |cell: &Cell| Guided {
        place: (cell.industry.index() * PREFECTURES + cell.prefecture.index()) as u16,
        firms: match cell_matches(target, cell) && !cell.range.is_empty() {
            true => f64::from(cell.firms),
            false => 0.0,
        },
    };
    population.cells.iter().map(guided).collect()
}

fn security_shares(population: &Population) -> Vec<f32> {
    let share = |cell: &Cell| {
        let sets = &population.barriers[cell.range.clone()];
        let having = sets.iter().filter(|&&set| set & Barrier::Security.bit() != 0).count();
        having as f32 / sets.len().max(1) as f32
    };
    population.cells.iter().map(share).collect()
}

impl Acts for Reading {
    /// Deliveries are firms.
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        let uptake = programme.yearly(now.week, self.guidelines.uptake_per_year).min(1.0);
        let base = now.setting.parameters.base_awareness;
        let aware = |place: usize| {
            let (industry, prefecture) =
                (Industry((place / PREFECTURES) as u8), Prefecture((place % PREFECTURES) as u8));
            uptake * (base + now.awareness.share(industry, prefecture)).min(1.0)
        };
        let aware: [f64; INDUSTRIES * PREFECTURES] = std::array::from_fn(aware);
        let share = |guided: &Guided, reached: f32| aware[usize::from(guided.place)] * f64::from(1.0 - reached);
        let cells = self.cells.iter().zip(&self.reached);
        let total: f64 = cells.map(|(guided, &reached)| share(guided, reached) * guided.firms).sum();
        let number = programme.deliver_all(now.week, total, now.setting.population.firms() as f64);
        if number > 0.0 {
            for (guided, reached) in self.cells.iter().zip(&mut self.reached) {
                if guided.firms > 0.0 {
                    *reached += (share(guided, *reached) * number / total) as f32;
                }
            }
        }
    }

    /// The security barrier of the firms that worked through them.
    fn affect(&mut self, _: &Intervention, _: Week, setting: &Setting, terms: &mut HazardTerms) {
        let weight = f64::from(barrier_weights(setting.parameters)[Barrier::Security as usize]);
        // Firms without the barrier gain nothing: a cell gains as the average of its firms.
        let gain = libm::expm1(weight * setting.parameters.guidelines_effect);
        for ((exposure, &reached), &share) in terms.cells.iter_mut().zip(&self.reached).zip(&self.security) {
            let effect = 1.0 + f64::from(reached) * f64::from(share) * gain;
            exposure.adopt *= effect;
            exposure.leave /= effect.sqrt();
        }
    }
}
