//! The share of the population under a declaration, week by week, as the scenario knows the declarations.

use crate::{
    calendar::Week,
    data::Data,
    interventions::{Declared, Measure},
    scenario::Scenario,
};
use jiff::civil::Date;

/// Weeks in which anybody lives under a declaration, with the share of the population that does (a quasi-emergency
/// counts half). Declarations that a replicate draws at random are not known here.
pub fn shares(scenario: &Scenario, data: &Data) -> Vec<(Week, f64)> {
    let mut in_force: Vec<(Date, Date, usize, f64)> = Vec::new();
    for intervention in &scenario.interventions {
        let Measure::EmergencyDeclaration(measure) = &intervention.measure else { continue };
        let weight = |full: bool| if full { 1.0 } else { 0.5 };
        let known = measure.known_on.into_iter().flat_map(|day| data.declarations_known_on(day));
        in_force.extend(known.map(|r| (r.start, r.end, r.prefecture.index(), weight(r.full))));
        for Declared { prefectures, from, until, full } in &measure.list {
            in_force.extend(prefectures.iter().map(|p| (*from, *until, p.index(), weight(*full))));
        }
    }
    let inhabitants: Vec<f64> = data.prefectures.iter().map(|p| p.population).collect();
    let total: f64 = inhabitants.iter().sum();
    let share = |week: Week| {
        let mut by_prefecture = vec![0f64; inhabitants.len()];
        for &(from, until, prefecture, weight) in &in_force {
            if let Some(highest) = by_prefecture.get_mut(prefecture) {
                *highest = highest.max(weight * week.share_within(from, until));
            }
        }
        by_prefecture.iter().zip(&inhabitants).map(|(a, b)| a * b).sum::<f64>() / total
    };
    let begin = Week::containing(scenario.run.start).map_or(0, |w| w.0);
    let end = Week::containing(scenario.run.end).map_or(0, |w| w.0);
    (begin..=end).map(Week).map(|w| (w, share(w))).filter(|(_, share)| *share > 0.0).collect()
}
