//! Everything that is said of one or several scenarios on the same cases; the first is the reference. Runs in, answers out.

use super::{
    Source,
    as_published::{AsPublished, DatedFigure},
    choice::{Choice, Evidence, choices},
    cost::{Cost, costs, unlike},
    fan::{KpiYear, by_fiscal_year},
    grid::{Digest, digest},
    outcome::{Extent, Outcome, first_reached},
    paired::{KpiDifference, differences, median},
    probability::{Exceedance, Reached, attained, exceedance, reached},
    registry::Kpi,
    spending::{Spending, spending},
    uncertainty::{LEAST, Uncertainty, replaced, uncertainty},
};
use crate::{
    calendar::Week,
    data::Observation,
    engine::RunKey,
    error::Problem,
    scenario::Scenario,
    statistics::{QUANTILES, quantile_sorted},
};
use rayon::prelude::*;

/// What is asked.
pub struct Inquiry<'a> {
    /// Scenarios with their runs, the reference first.
    pub scenarios: Vec<(&'a Scenario, Source<'a>)>,
    /// Number of plain runs of each: replicates 0, 1, ...
    pub replicates: u32,
    /// Of the first of them, how many have two more runs beside them, to split the uncertainty; below three it is not split.
    pub split: u32,
    /// Whether all replicates have one parameter set.
    pub one_point: bool,
    /// Candidate KPIs.
    pub kpis: &'a [Kpi],
    /// Fiscal years and whole population.
    pub extent: Extent,
    /// By KPI, the variance of luck among all firms over that among the simulated ones.
    pub noise_of_japan: &'a [f64],
    /// Published figures.
    pub observations: &'a [Observation],
    /// What makes published figures of simulated ones.
    pub law: &'a AsPublished<'a>,
    /// Targets that the user gave: place of the KPI and value.
    pub given: &'a [(usize, f64)],
}

/// What is said of one scenario.
pub struct Answers {
    /// Name.
    pub scenario: String,
    /// Name of the reference; `None` of the reference itself.
    pub reference: Option<String>,
    /// Fans, breakdowns, survey fits.
    pub digest: Digest,
    /// Candidate KPIs by fiscal year.
    pub kpi: Vec<KpiYear>,
    /// Probabilities of targets.
    pub exceedance: Vec<Exceedance>,
    /// When targets are reached.
    pub reached: Vec<Reached>,
    /// What the uncertainty consists of.
    pub uncertainty: Vec<Uncertainty>,
    /// Money, deliveries, reach.
    pub spending: Vec<Spending>,
    /// Paired differences from the reference; empty of the reference.
    pub differences: Vec<KpiDifference>,
    /// Prices against the reference; empty of the reference.
    pub costs: Vec<Cost>,
    /// Which KPI is worth choosing.
    pub choices: Vec<Choice>,
}

/// The cases that an inquiry needs of every scenario, plain ones first.
pub fn cases(replicates: u32, split: u32) -> Vec<RunKey> {
    let split = if split < LEAST { 0 } else { split.min(replicates) };
    (0..replicates).map(RunKey::from).chain(replaced(split).into_iter().flatten()).collect()
}

/// Answers an inquiry, scenario by scenario.
///
/// # Errors
/// A run that cannot be read.
pub fn answer(inquiry: &Inquiry) -> Result<Vec<Answers>, Problem> {
    let Inquiry { kpis, extent, .. } = inquiry;
    let plain: Vec<RunKey> = (0..inquiry.replicates).map(RunKey::from).collect();
    let all = cases(inquiry.replicates, inquiry.split);
    // Runs with one source replaced only split what is inside the model.
    let law = |place: usize| (place < plain.len()).then_some(inquiry.law);
    let outcomes_of = |source: Source, cases: &[RunKey]| -> Result<Vec<Outcome>, Problem> {
        let of = |(place, &case): (usize, &RunKey)| {
            let series = source(case)?;
            Ok(Outcome::of(case, &series, kpis, extent, law(place)))
        };
        cases.par_iter().enumerate().map(of).collect()
    };
    let mut outcomes = Vec::with_capacity(inquiry.scenarios.len());
    let mut split = Vec::with_capacity(inquiry.scenarios.len());
    for (_, source) in &inquiry.scenarios {
        let mut of_all = outcomes_of(*source, &all)?;
        let with_replaced = of_all.split_off(plain.len());
        split.push(uncertainty(&of_all, with_replaced.as_chunks().0, inquiry.one_point, kpis, extent));
        outcomes.push(of_all);
    }
    let slices: Vec<&[Outcome]> = outcomes.iter().map(Vec::as_slice).collect();
    let (targets, chosen) = targets(inquiry, &outcomes);
    let mut answers: Vec<Answers> = Vec::with_capacity(outcomes.len());
    let mut probabilities = exceedance(&slices, kpis, extent).into_iter();
    let mut split = split.into_iter();
    for (place, ((scenario, source), outcomes)) in inquiry.scenarios.iter().zip(&slices).enumerate() {
        let reference = (place > 0).then(|| slices[0]);
        let differences = reference.map_or_else(Vec::new, |reference| differences(reference, outcomes, kpis, extent));
        let uncertainty = split.next().unwrap_or_default();
        let evidence = Evidence {
            reference: slices[0],
            outcomes,
            differences: &differences,
            uncertainty: &uncertainty,
            noise_of_japan: inquiry.noise_of_japan,
            targets: &chosen,
        };
        let choices = choices(kpis, extent, &evidence);
        let first = |case: &RunKey| {
            let series = source(*case)?;
            Ok(targets.iter().map(|(k, target, _)| first_reached(&series, &kpis[*k], *target)).collect::<Vec<_>>())
        };
        let first = plain.par_iter().map(first).collect::<Result<Vec<_>, Problem>>()?;
        let when = targets.iter().enumerate().filter_map(|(t, (k, target, set_by))| {
            let inside: Vec<_> = first.iter().map(|run| run[t]).collect();
            let reaches = |figure: &&DatedFigure| kpis[*k].reaches(figure.value, *target);
            let weeks: Vec<_> = outcomes
                .iter()
                // A wave before the first week that reached it is passed over: what counts comes later.
                .map(|o| o.dated[*k].iter().filter(reaches).find_map(|figure| Week::containing(figure.date)))
                .collect();
            let last = extent.place(*extent.years.end());
            let at_end =
                last.and_then(|year| attained(&kpis[*k], *target, outcomes.iter().map(|o| o.published[*k][year])));
            reached(&kpis[*k], (*target, *set_by), &weeks, &inside, at_end)
        });
        let digest = digest(*source, &plain, kpis, inquiry.observations)?;
        answers.push(Answers {
            scenario: scenario.name.clone(),
            reference: (place > 0).then(|| inquiry.scenarios[0].0.name.clone()),
            kpi: years(&digest, outcomes, kpis, extent),
            digest,
            exceedance: probabilities.next().unwrap_or_default(),
            reached: when.collect(),
            spending: spending(scenario, outcomes, extent),
            costs: match reference {
                Some(reference) if unlike(inquiry.scenarios[0].0, scenario).is_empty() => {
                    costs(reference, outcomes, extent)
                }
                Some(reference) => costs(reference, outcomes, extent).into_iter().map(Cost::without_price).collect(),
                None => Vec::new(),
            },
            uncertainty,
            differences,
            choices,
        });
    }
    Ok(answers)
}

/// KPIs by fiscal year, inside the model and as published.
fn years(digest: &Digest, outcomes: &[Outcome], kpis: &[Kpi], extent: &Extent) -> Vec<KpiYear> {
    let mut years: Vec<KpiYear> = digest.fans.iter().flat_map(by_fiscal_year).collect();
    for year in &mut years {
        let (Some(k), Some(place)) = (kpis.iter().position(|kpi| *kpi == year.kpi), extent.place(year.fiscal_year))
        else {
            continue;
        };
        let mut values: Vec<f64> = outcomes.iter().map(|o| o.published[k][place]).filter(|v| v.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let quantile = |q| quantile_sorted(&values, q).unwrap_or(f64::NAN);
        year.as_published = QUANTILES.map(quantile);
        year.level_80 = quantile(if year.kpi.less_is_better() { 0.8 } else { 0.2 });
    }
    years
}

/// A target: place of the KPI, value, who set it.
type Goal = (usize, f64, &'static str);

/// Value and who set it.
type Chosen = Option<(f64, &'static str)>;

/// All targets, and the one that each KPI is judged by: given, official, or (with another scenario) the median that the
/// reference has at the end.
fn targets(inquiry: &Inquiry, outcomes: &[Vec<Outcome>]) -> (Vec<Goal>, Vec<Chosen>) {
    let mut all = Vec::new();
    let mut chosen = Vec::new();
    for (k, kpi) in inquiry.kpis.iter().enumerate() {
        let given = inquiry.given.iter().filter(|(place, _)| *place == k).map(|(_, value)| (k, *value, "given"));
        let official = kpi.target.map(|value| (k, value, "official"));
        let end = || {
            let of = |of: fn(&Outcome) -> &Vec<Vec<f64>>| {
                median(&outcomes[0].iter().filter_map(|o| of(o)[k].last().copied()).collect::<Vec<_>>())
            };
            let published = of(|o| &o.published);
            Some((k, if published.is_finite() { published } else { of(|o| &o.kpi) }, "reference"))
                .filter(|(_, value, _)| value.is_finite())
        };
        let of_kpi: Vec<Goal> = given.chain(official).chain((outcomes.len() > 1).then(end).flatten()).collect();
        chosen.push(of_kpi.first().map(|(_, value, set_by)| (*value, *set_by)));
        all.extend(of_kpi);
    }
    (all, chosen)
}
