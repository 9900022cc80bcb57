//! Emergency declarations: pressure by prefecture and week, with fatigue; known ones, a scenario's own, later ones.

use super::{Setting, Terms};
use crate::{
    calendar::Week,
    classification::{PREFECTURES, Prefecture},
    population::Population,
    random::Purpose,
    scenario::{Declared, EmergencyDeclaration, LaterDeclarations, Measure, Scenario},
};
use jiff::civil::Date;

/// Reported infections per 100,000 a week from which the government's stage III and stage IV begin
/// (advisory subcommittee, 7 August 2020): the rule for later declarations.
const STAGE_3: f32 = 15.0;
const STAGE_4: f32 = 25.0;
/// Shortest later declaration, in weeks (assumed; the second one lasted from four to ten).
const SHORTEST: u32 = 4;
/// Half-life of the government's readiness to declare again, in weeks from May 2021 (assumed).
const READINESS_HALF_LIFE: f64 = 52.0;

/// Declarations in force: `force` before and `pressure` after fatigue, by week and prefecture.
#[derive(Clone, Debug, PartialEq)]
pub struct Declarations {
    /// 1 = a state of emergency for the whole week; a quasi-emergency counts `declaration_quasi`.
    pub force: Vec<[f32; PREFECTURES]>,
    /// The same after fatigue.
    pub pressure: Vec<[f32; PREFECTURES]>,
}

impl Declarations {
    /// All declarations of a scenario in one replicate.
    pub fn new(scenario: &Scenario, setting: &Setting) -> Declarations {
        let mut declarations = Declarations {
            force: vec![[0.0; PREFECTURES]; setting.weeks.1.0 as usize + 1],
            pressure: vec![[0.0; PREFECTURES]; setting.weeks.1.0 as usize + 1],
        };
        for intervention in &scenario.interventions {
            if let Measure::EmergencyDeclaration(emergency) = &intervention.measure {
                declarations.add(emergency, intervention.from, intervention.until, intervention.scale, setting);
            }
        }
        declarations.tire(setting.parameters.declaration_fatigue);
        declarations
    }

    fn add(&mut self, emergency: &EmergencyDeclaration, first: Date, last: Date, scale: f64, setting: &Setting) {
        let quasi = setting.parameters.declaration_quasi;
        let mut put = |prefecture: Prefecture, full: bool, from: Date, until: Date| {
            for (week, force) in self.force.iter_mut().enumerate() {
                let share = Week(week as u32).share_within(from.max(first), until.min(last));
                let strength = (scale * share * if full { 1.0 } else { quasi }) as f32;
                // Two declarations in one week (a change of kind) share its days.
                force[prefecture.index()] = (force[prefecture.index()] + strength).min(scale as f32);
            }
        };
        if let Some(day) = emergency.known_on {
            for row in setting.data.declarations_known_on(day) {
                put(row.prefecture, row.full, row.start, row.end);
            }
        }
        for Declared { prefectures, from, until, full } in &emergency.list {
            for &prefecture in prefectures {
                put(prefecture, *full, *from, *until);
            }
        }
        if emergency.later == LaterDeclarations::Random {
            let known = emergency.known_on.and_then(Week::containing).map_or(0, |w| w.0 + 2);
            self.declare_later(known, last, scale as f32, quasi as f32, setting);
        }
    }

    /// Declares by the stages' thresholds in simulated infections, with fading readiness.
    fn declare_later(&mut self, known: u32, last: Date, scale: f32, quasi: f32, setting: &Setting) {
        for prefecture in Prefecture::all() {
            let p = prefecture.index();
            let (mut left, mut kind) = (0, 0.0);
            for week in known..self.force.len() as u32 {
                if Week(week).monday() > last {
                    break;
                }
                let before = setting.environment.infections[week.saturating_sub(1) as usize][p];
                let readiness = 0.5_f64.powf(f64::from(week - known) / READINESS_HALF_LIFE);
                let [draw, _] = setting.key.uniforms(1000 + p as u32, week, Purpose::Environment);
                if left == 0 && before >= STAGE_3 && draw < readiness {
                    (left, kind) = (SHORTEST, if before >= STAGE_4 { 1.0 } else { quasi });
                } else if left == 1 && before >= STAGE_3 && draw < readiness {
                    left = 2;
                }
                if left > 0 {
                    left -= 1;
                    let force = &mut self.force[week as usize][p];
                    *force = force.max(kind * scale);
                }
            }
        }
    }

    /// Each spell presses less than the one before it in its prefecture. A spell ends with a whole free week.
    fn tire(&mut self, fatigue: f64) {
        for p in 0..PREFECTURES {
            let (mut spells, mut inside) = (0, false);
            for week in 0..self.force.len() {
                let force = self.force[week][p];
                if force > 0.0 && !inside {
                    spells += 1;
                }
                inside = force > 0.0;
                let tired = (-fatigue * f64::from((spells - 1).max(0))).exp() as f32;
                self.pressure[week][p] = force * tired;
            }
        }
    }

    /// Writes this week's pressure into what firms face.
    pub fn affect(&self, week: Week, population: &Population, terms: &mut Terms) {
        let Some(pressure) = self.pressure.get(week.0 as usize) else { return };
        for (face, cell) in terms.cells.iter_mut().zip(&population.cells) {
            face.declaration = pressure[cell.prefecture.index()];
        }
    }
}
