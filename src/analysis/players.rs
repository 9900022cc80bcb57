//! The interventions of a scenario as players of a game: who can still be decided, and the scenario of each coalition.

use super::{Coalition, shapley::MOST_PLAYERS};
use crate::{
    calendar::{Week, fiscal_year, fiscal_year_days},
    error::{Kind, Problem},
    scenario::{Intervention, Measure, Scenario},
};
use jiff::{ToSpan, civil::Date};

/// First day that can still be decided as of a day: the first Monday of its fiscal year, with which scenarios begin their
/// policy. What was done before is history in every coalition.
pub fn first_decided(as_of: Date) -> Date {
    let (first, _) = fiscal_year_days(fiscal_year(as_of));
    let Some(week) = Week::containing(first) else { return first };
    if week.monday() == first { first } else { Week(week.0 + 1).monday() }
}

/// The players of a scenario's game.
#[derive(Clone, Debug, PartialEq)]
pub struct Players {
    /// Places of the interventions in the scenario, in its order.
    pub places: Vec<usize>,
    /// First day that can be decided.
    pub from: Date,
}

impl Players {
    /// Everything that can be decided as of a day: all but emergency declarations and what ends before; or of those the ones
    /// that are named.
    ///
    /// # Errors
    /// A name that is none of them, one named twice, nobody, or too many.
    pub fn new(scenario: &Scenario, as_of: Date, among: &[String]) -> Result<Players, Problem> {
        let from = first_decided(as_of);
        let all = &scenario.interventions;
        let open: Vec<usize> = (0..all.len()).filter(|&place| decidable(&all[place], scenario, from)).collect();
        let names = || open.iter().map(|&place| all[place].name.as_str()).collect::<Vec<_>>().join(", ");
        if open.is_empty() {
            let message = format!("`{}` has no measure that can still be decided on {from}", scenario.name);
            return Err(Problem::error(Kind::Scenario, message)
                .advise("name a scenario with a measure that goes on after that day, and a run that does"));
        }
        let mut places = Vec::new();
        for name in among {
            let found = all.iter().position(|intervention| intervention.name == *name);
            let shown = name.escape_debug();
            let wrong = match found {
                None => Some(format!("there is no intervention `{shown}` in `{}`", scenario.name)),
                Some(place) if !open.contains(&place) => Some(match all[place].measure {
                    Measure::EmergencyDeclaration(_) => {
                        format!("`{shown}` is an emergency declaration, no measure that is decided for telework")
                    }
                    _ => format!("`{shown}` lies outside what can be decided, from {from} to {}", scenario.run.end),
                }),
                Some(place) if places.contains(&place) => Some(format!("`{shown}` is named twice")),
                Some(place) => {
                    places.push(place);
                    None
                }
            };
            if let Some(wrong) = wrong {
                return Err(Problem::error(Kind::Usage, wrong).advise(format!("choose among: {}", names())));
            }
        }
        places.sort_unstable();
        let places = if among.is_empty() { open.clone() } else { places };
        if places.len() > MOST_PLAYERS {
            let message = format!("{} measures are too many to be told apart: {MOST_PLAYERS} at most", places.len());
            return Err(Problem::error(Kind::Usage, message).advise(format!("name some with --among: {}", names())));
        }
        Ok(Players { places, from })
    }

    /// The scenario in which, of the players, only a coalition goes on. Who began before the first day that can be decided
    /// ends there; who begins later is left out. Everyone's is the scenario itself.
    ///
    /// A condition of a subsidy that is left out asks nobody: it stays, without an effect.
    pub fn coalition(&self, scenario: &Scenario, coalition: Coalition) -> Scenario {
        let mut changed = scenario.clone();
        let off = |place| self.places.iter().position(|p| *p == place).is_some_and(|player| !coalition.has(player));
        let mut place = 0;
        changed.interventions.retain_mut(|intervention| {
            let goes = off(place);
            place += 1;
            if goes && intervention.from < self.from {
                intervention.until = self.from.saturating_sub(1.days());
            }
            !goes || intervention.until < self.from
        });
        changed
    }

    /// Names and kinds.
    pub fn named<'s>(&self, scenario: &'s Scenario) -> Vec<(&'s str, &'static str)> {
        let of = |&place: &usize| scenario.interventions.get(place).map(|i| (i.name.as_str(), i.measure.key()));
        self.places.iter().filter_map(of).collect()
    }
}

fn decidable(intervention: &Intervention, scenario: &Scenario, from: Date) -> bool {
    !matches!(intervention.measure, Measure::EmergencyDeclaration(_))
        && intervention.until >= from
        && intervention.from <= scenario.run.end
        && scenario.run.end >= from
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;
    use jiff::civil::date;

    const AS_OF: Date = date(2021, 4, 30);

    #[test]
    fn fiscal_2021_is_decided_from_its_first_monday() {
        assert_eq!(first_decided(AS_OF), date(2021, 4, 5));
        // 1 April 2019 was a Monday itself, before the first simulated week; 1 April 2024 is one too.
        assert_eq!(first_decided(date(2025, 1, 1)), date(2024, 4, 1));
    }

    #[test]
    fn the_players_are_what_can_still_be_decided() {
        let scenario = scenario::load("all_measures", &[]).unwrap().scenario;
        let players = Players::new(&scenario, AS_OF, &[]).unwrap();
        let names: Vec<&str> = players.named(&scenario).iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            [
                "supportnw",
                "managers",
                "awards",
                "satellite_offices",
                "it_subsidy",
                "mhlw_subsidy",
                "telework_days",
                "telework_month",
                "guidelines",
                "security_action",
                "dx_brand",
                "regional_grant",
                "certification",
                "procurement_bonus",
            ]
        );
        let two = Players::new(&scenario, AS_OF, &["managers".into(), "supportnw".into()]).unwrap();
        assert_eq!(two.named(&scenario)[0].0, "supportnw");
        for (name, said) in [
            ("manager", "there is no intervention `manager`"),
            ("declarations", "is an emergency declaration"),
            ("managers_fy2020", "lies outside what can be decided"),
        ] {
            let problem = Players::new(&scenario, AS_OF, &[name.into()]).unwrap_err();
            assert!(problem.message.contains(said), "{problem}");
            assert!(problem.advice.unwrap().contains("supportnw, managers, awards"));
        }
        assert!(Players::new(&scenario, AS_OF, &["awards".into(), "awards".into()]).is_err());
    }

    #[test]
    fn a_coalition_leaves_history_and_the_others_alone() {
        let scenario = scenario::load("baseline", &[]).unwrap().scenario;
        let players = Players::new(&scenario, AS_OF, &["awards".into(), "managers".into()]).unwrap();
        assert_eq!(players.coalition(&scenario, Coalition::all(2)), scenario);
        let none = players.coalition(&scenario, Coalition::NONE);
        // Managers come before awards in the file. Those from April 2021 are gone; awards end before.
        assert!(none.interventions.iter().all(|i| i.name != "managers"));
        let awards = none.interventions.iter().find(|i| i.name == "awards").unwrap();
        assert_eq!((awards.from, awards.until), (date(2020, 4, 6), date(2021, 4, 4)));
        assert_eq!(none.interventions.len(), scenario.interventions.len() - 1);
        let managers = players.coalition(&scenario, Coalition::NONE.with(0));
        assert_eq!(managers.interventions.len(), scenario.interventions.len());
        assert!(managers.interventions.iter().any(|i| i.name == "managers"));
    }
}
