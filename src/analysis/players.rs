//! The interventions of a scenario, or their channels, as players of a game: who can still be decided, and the scenario of each
//! coalition.

use super::{Coalition, shapley::MOST_PLAYERS};
use crate::{
    calendar::{Week, fiscal_year, fiscal_year_days},
    error::{Kind, Problem},
    interventions::Channel,
    scenario::{Intervention, Measure, Scenario},
};
use clap::{ValueEnum, builder::PossibleValue};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

/// First day that can still be decided as of a day: the first Monday of its fiscal year, with which scenarios begin their
/// policy. What was done before is history in every coalition.
pub fn first_decided(as_of: Date) -> Date {
    let (first, _) = fiscal_year_days(fiscal_year(as_of));
    let Some(week) = Week::containing(first) else { return first };
    if week.monday() == first { first } else { Week(week.0 + 1).monday() }
}

/// Whom an effect is split among.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitBy {
    /// Measures.
    #[default]
    Measure,
    /// The channels of measures.
    Channel,
}

/// Written out, so that the values' descriptions do not make two lengths of every help.
impl ValueEnum for SplitBy {
    fn value_variants<'a>() -> &'a [SplitBy] {
        &[SplitBy::Measure, SplitBy::Channel]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            SplitBy::Measure => "measure",
            SplitBy::Channel => "channel",
        }))
    }
}

impl SplitBy {
    /// Whether it is the usual one.
    pub fn usual(&self) -> bool {
        *self == SplitBy::default()
    }
}

/// Who shares the effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Player {
    /// Place of the intervention in the scenario.
    pub place: usize,
    /// One of its channels; `None` = the whole measure.
    pub channel: Option<Channel>,
}

/// The players of a scenario's game.
#[derive(Clone, Debug, PartialEq)]
pub struct Players {
    /// In the scenario's order.
    pub all: Vec<Player>,
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
        Ok(Players { all: places.into_iter().map(|place| Player { place, channel: None }).collect(), from })
    }

    /// The same, or the channels of these measures: of those that say any.
    ///
    /// # Errors
    /// As [`Players::new`]; no measure that says channels, or one that began before what can be decided.
    pub fn by(split: SplitBy, scenario: &Scenario, as_of: Date, among: &[String]) -> Result<Players, Problem> {
        let players = Players::new(scenario, as_of, among)?;
        if split == SplitBy::Measure {
            return Ok(players);
        }
        let of = |player: &Player| scenario.interventions.get(player.place);
        let channels = |player: &Player| of(player).and_then(|one| one.channels.as_deref()).unwrap_or_default();
        for one in players.all.iter().filter(|player| !channels(player).is_empty()).filter_map(of) {
            if one.from < players.from {
                let message = format!(
                    "`{}` began on {}: what its channels did by {} is history",
                    one.name, one.from, players.from
                );
                return Err(Problem::error(Kind::Usage, message)
                    .advise("split it in two, the second from that day on, and write `channels` in the second"));
            }
        }
        let each = |player: &Player| {
            let place = player.place;
            channels(player).iter().map(move |channel| Player { place, channel: Some(*channel) }).collect::<Vec<_>>()
        };
        let all: Vec<Player> = players.all.iter().flat_map(each).collect();
        if all.is_empty() {
            let message = format!("no measure of `{}` that can still be decided says channels", scenario.name);
            return Err(Problem::error(Kind::Usage, message).advise(
                "write channels = [\"investors\", \"job_seekers\"] in an award, a certification or a disclosure",
            ));
        }
        if all.len() > MOST_PLAYERS {
            let message = format!("{} channels are too many to be told apart: {MOST_PLAYERS} at most", all.len());
            return Err(Problem::error(Kind::Usage, message).advise("name some measures with --among"));
        }
        Ok(Players { all, ..players })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Names of the measures, each once, in the scenario's order.
    pub fn measures(&self, scenario: &Scenario) -> Vec<String> {
        let mut names: Vec<String> =
            self.all.iter().filter_map(|p| Some(scenario.interventions.get(p.place)?.name.clone())).collect();
        names.dedup();
        names
    }

    /// The scenario in which, of the players, only a coalition goes on. Who began before the first day that can be decided
    /// ends there; who begins later is left out. Everyone's is the scenario itself.
    ///
    /// A condition of a subsidy that is left out asks nobody: it stays, without an effect. A measure whose channels play stays
    /// with those of the coalition; without any it speaks to nobody.
    pub fn coalition(&self, scenario: &Scenario, coalition: Coalition) -> Scenario {
        let mut changed = scenario.clone();
        for (player, Player { place, channel }) in self.all.iter().enumerate() {
            if let (Some(channel), false) = (channel, coalition.has(player)) {
                changed.interventions[*place].channels.iter_mut().for_each(|all| all.retain(|one| one != channel));
            }
        }
        let whole = |place| self.all.iter().position(|player| *player == Player { place, channel: None });
        let off = |place| whole(place).is_some_and(|player| !coalition.has(player));
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

    /// Names and kinds of the measures, one for each player.
    pub fn named<'s>(&self, scenario: &'s Scenario) -> Vec<(&'s str, &'static str)> {
        let of = |player: &Player| scenario.interventions.get(player.place).map(|i| (i.name.as_str(), i.measure.key()));
        self.all.iter().filter_map(of).collect()
    }

    /// Names of the players: a channel's is that of its measure and its own, such as `label.investors`.
    pub fn names(&self, scenario: &Scenario) -> Vec<String> {
        let name = |(player, (name, _)): (&Player, (&str, &str))| match player.channel {
            Some(channel) => format!("{name}.{}", channel.key()),
            None => name.to_string(),
        };
        self.all.iter().zip(self.named(scenario)).map(name).collect()
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
