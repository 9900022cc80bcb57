//! Emergency declarations: pressure by prefecture and week, with fatigue; known ones, a scenario's own, later ones.

use super::super::{Acts, Intervention, MeasureKind, Model, Now, Price, Programme, Reach, Setting, Text, Typed};
use crate::{
    calendar::{EPOCH, Week},
    classification::{PREFECTURES, Prefecture},
    dynamics::HazardTerms,
    notation::{At, Checks, Day, RawLater, RawPrefecture},
    parameters::Evidence,
    random::Purpose,
};
use jiff::civil::{Date, date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declarations by prefecture and date.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEmergencyDeclaration {
    /// Take the real declarations with the dates that were known on this day. Default: none of them.
    pub known_on: Option<At<Day>>,
    /// Declarations after the known ones: `none` (default) or `random`, following the simulated infections.
    pub later: Option<At<RawLater>>,
    /// Further declarations of this scenario.
    #[serde(default)]
    pub list: Vec<At<RawDeclared>>,
}

/// Declarations by prefecture and date.
#[derive(Clone, Debug, PartialEq)]
pub struct EmergencyDeclaration {
    /// Take the declarations of `data/policy/declarations.csv` with the dates that were known on this day;
    /// `None` = none of them.
    pub known_on: Option<Date>,
    /// Further declarations of the scenario.
    pub list: Vec<Declared>,
    /// Declarations after the known ones.
    pub later: LaterDeclarations,
}

impl Typed for EmergencyDeclaration {
    type Raw = RawEmergencyDeclaration;
    const NAME: Text = Text { en: "Emergency declarations", ja: "緊急事態宣言等" };
    const MODEL: Model = Model {
        capacity: "none; dates known on a day, the scenario's own, or later ones (7.3)",
        whom: "prefectures",
        does: "D, for all firms there",
    };

    fn check(raw: &At<RawEmergencyDeclaration>, checks: &mut Checks) -> EmergencyDeclaration {
        if let Some(known_on) = raw.known_on.as_ref().filter(|day| day.0.get_ref().0 > KNOWN_UNTIL) {
            let message =
                format!("declarations announced after {KNOWN_UNTIL} are hindsight: nobody knew them in April 2021");
            checks.warn(known_on.span(), message, "write known_on = 2021-04-30 for a forecast as of April 2021");
        }
        let list = raw.list.iter().map(|declared| {
            let from = checks.day(&Some(declared.from.clone()), EPOCH);
            let until = checks.day(&Some(declared.until.clone()), EPOCH);
            checks.period(from, until, declared.until.span(), "the declaration");
            let prefectures = match &declared.prefectures {
                Some(list) => checks.members(list, "prefectures", |p| Prefecture::parse(&p.0)),
                None => Prefecture::all().collect(),
            };
            Declared { prefectures, from, until, full: declared.full.as_ref().is_none_or(|full| **full) }
        });
        let list = list.collect();
        let known_on = raw.known_on.as_ref().map(|_| checks.day(&raw.known_on, EPOCH));
        let later = match raw.later.as_ref().map(|later| **later) {
            Some(RawLater::Random) => LaterDeclarations::Random,
            Some(RawLater::None) | None => LaterDeclarations::None,
        };
        EmergencyDeclaration { known_on, list, later }
    }
}

/// The day until which the baseline knows the world.
const KNOWN_UNTIL: Date = date(2021, 4, 30);

impl MeasureKind for EmergencyDeclaration {
    fn yearly_capacity(&self) -> Option<f64> {
        None
    }

    /// Spring 2020 and the winter after it show in the surveys.
    fn evidence(&self) -> Evidence {
        Evidence::Estimated
    }

    fn price(&self) -> Price {
        Price::Nothing
    }

    fn reaches(&self) -> Reach {
        Reach::Everybody
    }

    fn declare(&self, spec: &Intervention, declarations: &mut Declarations, setting: &Setting) {
        declarations.add(self, spec.from, spec.until, spec.scale, setting);
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(Proclaimed)
    }
}

/// One declaration of a scenario.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDeclared {
    /// Where. Default: in all 47 prefectures.
    #[schemars(length(min = 1))]
    pub prefectures: Option<At<Vec<At<RawPrefecture>>>>,
    /// First day.
    pub from: At<Day>,
    /// Last day.
    pub until: At<Day>,
    /// A full state of emergency (`true`, default) or a quasi-emergency (`false`).
    pub full: Option<At<bool>>,
}

/// One declaration of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// Where.
    pub prefectures: Vec<Prefecture>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// A full state of emergency (`true`) or a quasi-emergency.
    pub full: bool,
}

/// Declarations after the known ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaterDeclarations {
    /// None.
    None,
    /// Follow the simulated infections by the rule in the model description.
    Random,
}

/// Acts through [`Declarations`], which all such measures of a scenario share.
struct Proclaimed;

impl Acts for Proclaimed {
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        programme.chain.open(now.week, 0.0);
    }
}

/// Reported infections per 100,000 a week from which the government's stage III and stage IV begin
/// (advisory subcommittee, 7 August 2020): the rule for later declarations.
const STAGE_3: f32 = 15.0;
const STAGE_4: f32 = 25.0;
/// Chance that a prefecture without a declaration gets one in a week, after a week in stage III or IV: how often it
/// happened from June 2020 to 25 April 2021, in 8 of 113 and 12 of 43 such prefecture-weeks. (Below stage III: in 2 of
/// 1,949, taken as never.)
const DECLARED_IN_STAGE_3: f64 = 8.0 / 113.0;
const DECLARED_IN_STAGE_4: f64 = 12.0 / 43.0;
/// Weeks for which a later declaration is made or extended (assumed: each so far was planned for about a month).
const TERM: u32 = 4;
/// Half-life of the government's readiness to declare or extend, in weeks from the last reported infections on
/// (assumed: vaccination was planned for 2021).
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
    pub fn new(interventions: &[Intervention], setting: &Setting) -> Declarations {
        let mut declarations = Declarations {
            force: vec![[0.0; PREFECTURES]; setting.weeks.1.0 as usize + 1],
            pressure: vec![[0.0; PREFECTURES]; setting.weeks.1.0 as usize + 1],
        };
        for intervention in interventions {
            intervention.measure.kind().declare(intervention, &mut declarations, setting);
        }
        declarations.tire(setting.parameters.declaration_fatigue);
        declarations
    }

    fn add(&mut self, emergency: &EmergencyDeclaration, first: Date, last: Date, scale: f64, setting: &Setting) {
        let quasi = setting.parameters.declaration_quasi;
        let mut put = |prefecture: Prefecture, full: bool, from: Date, until: Date| {
            let (from, until) = (from.max(first), until.min(last));
            let weeks = Week::containing(from).map_or(0, |w| w.0)..=Week::containing(until).map_or(0, |w| w.0);
            for (week, force) in (0..).map(Week).zip(&mut self.force) {
                let share = if weeks.contains(&week.0) { week.share_within(from, until) } else { 0.0 };
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

    /// Declares by the stages' thresholds in simulated infections, with fading readiness: a prefecture without a
    /// declaration by the chance of its stage; one whose declaration, known or later, has just run out is under another
    /// term when it is still in stage III.
    fn declare_later(&mut self, known: u32, last: Date, scale: f32, quasi: f32, setting: &Setting) {
        let observed = setting.data.infections.len() as u32;
        for prefecture in Prefecture::all() {
            let p = prefecture.index();
            let (mut left, mut kind) = (0, 0.0);
            for week in known.max(1)..self.force.len() as u32 {
                if Week(week).monday() > last {
                    break;
                }
                let before = setting.environment.infections[week as usize - 1][p];
                let readiness = libm::pow(0.5, f64::from(week.saturating_sub(observed)) / READINESS_HALF_LIFE);
                let ran_out = self.force[week as usize - 1][p] > 0.0;
                let chance = match before {
                    ..STAGE_3 => 0.0,
                    _ if ran_out => readiness,
                    STAGE_3..STAGE_4 => readiness * DECLARED_IN_STAGE_3,
                    _ => readiness * DECLARED_IN_STAGE_4,
                };
                let [draw, _] = setting.environment.key.uniforms(1000 + p as u32, week, Purpose::Environment);
                if left == 0 && self.force[week as usize][p] == 0.0 && draw < chance {
                    (left, kind) = (TERM, if before >= STAGE_4 { 1.0 } else { quasi });
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
                let tired = libm::exp(-fatigue * f64::from((spells - 1).max(0))) as f32;
                self.pressure[week][p] = force * tired;
            }
        }
    }

    /// Writes this week's pressure into what firms face.
    pub fn affect(&self, week: Week, terms: &mut HazardTerms) {
        if let Some(pressure) = self.pressure.get(week.0 as usize) {
            terms.declaration = *pressure;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Data,
        environment::Environment,
        population::{Population, synthesise},
        random::Key,
        scenario::{Scale, load},
    };
    use jiff::civil::date;

    /// Declarations and infections of one path of a shipped scenario.
    fn path(name: &str, data: &Data, population: &Population, replicate: u32) -> (Declarations, Environment) {
        let scenario = load(name, &[]).unwrap().scenario;
        let (key, parameters) = (Key::new(scenario.run.seed, replicate), &scenario.parameters);
        let environment = Environment::new(data, parameters, scenario.later_infections, key, 326);
        let weeks = (Week(0), Week(325));
        let setting = Setting { population, parameters, data, environment: &environment, key, weeks };
        (Declarations::new(&scenario.interventions, &setting), environment)
    }

    /// Weeks at risk and declarations by stage III and IV, weeks `from..until`.
    fn counts(path: &(Declarations, Environment), from: usize, until: usize) -> [[usize; 2]; 2] {
        let (declarations, environment) = path;
        let mut counts = [[0; 2]; 2];
        for week in from..until {
            for p in 0..PREFECTURES {
                let before = environment.infections[week - 1][p];
                if before >= STAGE_3 && declarations.force[week - 1][p] == 0.0 {
                    let stage = &mut counts[usize::from(before >= STAGE_4)];
                    stage[0] += 1;
                    stage[1] += usize::from(declarations.force[week][p] > 0.0);
                }
            }
        }
        counts
    }

    /// Counted in the data tables: reported infections and the declarations known on 30 April 2021.
    #[test]
    fn the_chances_are_those_of_the_reported_weeks() {
        let data = Data::embedded().unwrap();
        let population = synthesise(&data, 2021, Scale::Sample(8000)).unwrap();
        let known = path("baseline", &data, &population, 0);
        let june = Week::containing(date(2020, 6, 1)).unwrap().0 as usize;
        let [three, four] = counts(&known, june, data.infections.len());
        assert_eq!((three, four), ([113, 8], [43, 12]));
        assert_eq!(DECLARED_IN_STAGE_3, 8.0 / 113.0);
        assert_eq!(DECLARED_IN_STAGE_4, 12.0 / 43.0);
    }

    /// 100 paths, the first 26 weeks without a known declaration (from 17 May 2021 on), when readiness is 0.75 to 0.96:
    /// declarations at risk against the reported frequencies times the mean readiness of 0.85 (known to 0.05, since weeks
    /// count by how many prefectures are at risk). 5 standard errors and that: a false alarm less than once in a million; a
    /// chance wrong by a quarter is found nine times in ten.
    #[test]
    fn later_declarations_come_as_often_as_reported_ones() {
        let data = Data::embedded().unwrap();
        let population = synthesise(&data, 2021, Scale::Sample(8000)).unwrap();
        let mut sum = [[0.0; 2]; 2];
        let mut tokyo = [0.0; 2];
        let (may, year) = (Week::containing(date(2021, 5, 17)).unwrap().0 as usize, 52);
        let place = Prefecture::parse("Tokyo").unwrap().index();
        for replicate in 0..100 {
            let path = path("forecast", &data, &population, replicate);
            let counted = counts(&path, may + 1, may + 27);
            (0..2).for_each(|s| (0..2).for_each(|i| sum[s][i] += counted[s][i] as f64));
            let weeks = |from: usize, until: usize| {
                path.0.force[from..until].iter().filter(|f| f[place] > 0.0).count() as f64 / (until - from) as f64
            };
            tokyo[0] += weeks(may, may + year) / 100.0;
            tokyo[1] += weeks(may, 326) / 100.0;
        }
        for ([at_risk, declared], chance) in sum.into_iter().zip([DECLARED_IN_STAGE_3, DECLARED_IN_STAGE_4]) {
            let expected = 0.85 * chance * at_risk;
            let tolerance = 5.0 * expected.sqrt() + 0.06 * expected;
            assert!(at_risk > 1000.0 && (declared - expected).abs() < tolerance, "{declared} for {expected}");
        }
        // June 2020 to April 2021, as reported: 13 of 47 weeks, 28 %.
        assert!((0.10..0.50).contains(&tokyo[0]), "share of Tokyo's weeks in the first year: {}", tokyo[0]);
        assert!(tokyo[1] < tokyo[0], "readiness does not fade: {tokyo:?}");
    }

    /// With `hindcast` the known declarations run to 30 September 2021 and later ones begin after them; infections are the
    /// same uncertain process as without that knowledge.
    #[test]
    fn the_hindcast_knows_declarations_and_no_infections() {
        let data = Data::embedded().unwrap();
        let population = synthesise(&data, 2021, Scale::Sample(8000)).unwrap();
        let place = Prefecture::parse("Tokyo").unwrap().index();
        let of = |name, replicate| path(name, &data, &population, replicate);
        // Tokyo's fourth state of emergency: 12 July to 30 September 2021.
        let july = Week::containing(date(2021, 7, 12)).unwrap().0 as usize;
        for replicate in 0..3 {
            let (hindcast, forecast) = (of("hindcast", replicate), of("forecast", replicate));
            assert!((july..july + 11).all(|week| hindcast.0.force[week][place] == 1.0));
            assert!((hindcast.0.force[july + 11][place] - 4.0 / 7.0).abs() < 1e-6);
            assert_eq!(hindcast.0.force[july + 12][place], 0.0);
            assert_eq!(hindcast.1.infections, forecast.1.infections);
        }
        let first = Week(data.infections.len() as u32).0 as usize;
        assert_ne!(of("hindcast", 0).1.infections[first + 8], of("hindcast", 1).1.infections[first + 8]);
    }
}
