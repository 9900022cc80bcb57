//! What the page shows of a scenario's text: the same problems as `check`, its form, what it costs and what has no effect.

use super::{Studio, controls, problems};
use crate::{
    calendar::{Week, mondays},
    commands::warn_of_idle_targets,
    error::{Kind, Problem, Problems, Severity},
    scenario::{Intervention, Loaded, Override, Scale, Scenario, load_inside, load_parent},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// A scenario as the page has it.
#[derive(Clone, Debug, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Name, as of a file without its ending.
    pub name: String,
    /// Its text.
    pub toml: String,
}

/// Everything about a text; problems instead of a form when it would not run.
pub fn read(studio: &Studio, text: &Text) -> Value {
    match loaded(studio, text, &[]) {
        Err(problems) => json!({ "toml": text.toml, "problems": problems::listed(&problems.0), "controls": null }),
        Ok(loaded) => shown(studio, text, loaded).unwrap_or_else(
            |problems| json!({ "toml": text.toml, "problems": problems::listed(&problems.0), "controls": null }),
        ),
    }
}

/// Loads a text as a file of the studio's folder.
pub fn loaded(studio: &Studio, text: &Text, overrides: &[Override]) -> Result<Loaded, Problems> {
    let name = super::saved::name(&text.name)?;
    load_inside(&studio.saved.folder, name, &text.toml, overrides)
}

/// Interventions of which there is a form.
const MOST: usize = 300;

fn shown(studio: &Studio, text: &Text, mut loaded: Loaded) -> Result<Value, Problems> {
    let interventions = loaded.scenario.interventions.len();
    if interventions > MOST {
        let problem =
            Problem::error(Kind::Scenario, format!("{interventions} interventions are too many for the studio"));
        return Err(problem.advise(format!("at most {MOST} have a form; `telework run` takes any number")).into());
    }
    let parent = load_parent(&studio.saved.folder, &loaded)?;
    let plan = &loaded.scenario.run;
    let population = studio.populations.get(&studio.data, plan.population_seed, plan.scale)?;
    let idle = warn_of_idle_targets(&loaded.scenario, &population);
    let named = |i: &&Intervention| idle.iter().any(|p| p.message.contains(&format!("`{}`", i.name)));
    let names: Vec<String> = loaded.scenario.interventions.iter().filter(named).map(|i| i.name.clone()).collect();
    loaded.notes.extend(idle);
    let vain =
        |problem: &&Problem| problem.message.contains("no effect") || problem.message.contains("changes nothing");
    let vain: Vec<Problem> = loaded.notes.iter().filter(vain).cloned().collect();
    let (notes, warnings): (Vec<Problem>, Vec<Problem>) =
        loaded.notes.iter().cloned().partition(|problem| problem.severity == Severity::Note);
    Ok(json!({
        "toml": text.toml,
        "problems": problems::listed(&warnings),
        "notes": problems::listed(&notes),
        "no_effect": problems::listed(&vain),
        "plan": self::plan(&loaded.scenario, population.len() as u64, population.firms()),
        "groups": controls::groups(&loaded, parent.as_ref(), &names),
        "controls": controls::controls(&loaded, parent.as_ref()),
        "parent": parent.as_ref().map(|parent| json!({ "name": parent.scenario.name, "title": parent.scenario.title })),
        "cost": cost(&loaded.scenario),
        "resolved": loaded.resolved_toml,
    }))
}

/// What would be run, for the page to put into words.
fn plan(scenario: &Scenario, simulated: u64, firms: u64) -> Value {
    let run = &scenario.run;
    let measure = |i: &Intervention| {
        json!({ "name": i.name, "kind": i.measure.key(), "from": i.from.to_string(), "until": i.until.to_string(),
            "scale": i.scale, "budget_yen": i.budget_yen_per_fiscal_year.map(|yen| yen * i.scale),
            "unit_cost_yen": i.unit_cost_yen })
    };
    json!({ "title": scenario.title, "question": scenario.question, "sources": scenario.sources,
        "start": run.start.to_string(), "end": run.end.to_string(), "weeks": mondays(run.start, run.end),
        "replicates": run.replicates, "seed": run.seed, "population_seed": run.population_seed,
        "whole": run.scale == Scale::Whole, "firms_simulated": simulated, "firms": firms,
        "fixed_parameters": scenario.fixed, "measures": scenario.interventions.iter().map(measure).collect::<Vec<_>>() })
}

/// What every measure may spend in each fiscal year of the run in which it goes on; `null` = no limit. What would be spent
/// is in the table `spending` of a run or preview.
fn cost(scenario: &Scenario) -> Vec<Value> {
    let mut all = Vec::new();
    for i in &scenario.interventions {
        if i.budget_yen_per_fiscal_year.is_none() && i.unit_cost_yen.is_none() {
            continue;
        }
        // As in the table `spending`: each week counts to the year of its Monday.
        let start = Week::containing(scenario.run.start).unwrap_or(Week(0)).monday();
        let weeks = Week::of_period(i.from.max(start), i.until.min(scenario.run.end));
        for year in weeks.into_iter().flat_map(|(first, last)| first.fiscal_year()..=last.fiscal_year()) {
            all.push(json!({ "intervention": i.name, "kind": i.measure.key(), "fiscal_year": year,
                "budget_yen": i.budget_yen_per_fiscal_year.map(|yen| yen * i.scale) }));
        }
    }
    all
}
