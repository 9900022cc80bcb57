//! What the program says of an attribution and of a search for a target. Outcomes in, text out.

use super::text::{Unit, grouped, shown};
use crate::{
    analysis::{
        shapley::{Method, Share},
        target::Reached,
    },
    commands::{AttributeOutcome, Attribution, TargetOutcome, TargetSearch},
    results::Attributed,
};
use std::fmt::Write;

/// What will be run, in plain words.
pub fn attribution_plan(attribution: &Attribution) -> String {
    let (scenario, design) = (&attribution.loaded.scenario, &attribution.design);
    let (runs, kept) = attribution.runs();
    let measures = attribution.measures();
    let mut text = format!("{}\nWhat does each of its measures bring?\n\n", scenario.title);
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<11} {value}");
    };
    let width = measures.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (i, (name, kind)) in measures.iter().enumerate() {
        let kind = kind.replace('_', " ");
        line(if i == 0 { "Measures" } else { "" }, format!("{name:width$}  {kind}, effect *assumed*"));
    }
    line("Decided", format!("from {}: what was done before is history in every run", attribution.players.from));
    let how = match design.method {
        Method::Exact => format!("exact: all {} coalitions in every draw", grouped(1 << design.players)),
        Method::Sampled => "sampled: two opposite orders in every draw, other orders in other draws".to_string(),
    };
    line("Method", how);
    line("Draws", format!("{}, paired (seed {})", design.draws, scenario.run.seed));
    line("Runs", format!("{} in all, {} of them kept from before", grouped(runs), grouped(kept)));
    let (simulated, all) = (attribution.population.len() as u64, attribution.population.firms());
    line("Firms", format!("{} simulated, standing for all {}", grouped(simulated), grouped(all)));
    line("Writes to", shown(&attribution.folder));
    text + "\n"
}

/// Shares of the last fiscal year: of the first KPI, or of all that were asked for.
pub fn attribution(attribution: &Attribution, outcome: &AttributeOutcome, everything: bool) -> String {
    let mut text = String::new();
    let last = outcome.attributed.iter().map(|one| one.fiscal_year).max();
    let shown: Vec<&Attributed> = outcome.attributed.iter().filter(|one| Some(one.fiscal_year) == last).collect();
    let shown = if everything { &shown[..shown.len().min(1)] } else { &shown[..] };
    let measures = attribution.measures();
    for one in shown {
        block(&mut text, one, &measures);
    }
    if everything {
        text.push_str(
            "The table has all candidate KPIs at the end of every fiscal year; --kpi NAME,... prints others.\n",
        );
    }
    channels(&mut text, attribution, outcome);
    let orders = match attribution.design.method {
        Method::Exact => "",
        Method::Sampled => " and of the orders in which measures join",
    };
    let _ = write!(
        text,
        "Intervals of 90 % hold the mean over draws: they come from the limited number of draws{orders}. Of measures without \
         any effect one in ten would lie outside them.\n{}\nEffects of measures are *assumed*: they rest on documented \
         priors, not on causal evidence.\n",
        outcome.caveat
    );
    text
}

/// What the channels bring and cost at the end of the last fiscal year, where channels share.
fn channels(text: &mut String, attribution: &Attribution, outcome: &AttributeOutcome) {
    let Some(last) = outcome.priced.last() else { return };
    let measures = attribution.measures();
    let width = measures.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(13);
    let _ = writeln!(
        text,
        "Firms more that practise, end of fiscal {}, and the measure's yen for each\n",
        last.fiscal_year
    );
    let _ = writeln!(text, "{:width$}{:>11}{:>24}{:>18}", "Channel", "firms", "90 % interval", "yen per firm");
    for (player, (name, _)) in measures.iter().enumerate() {
        let share = &last.firms.shapley[player];
        let firms = share.map_or_else(|| "-".to_string(), |share| format!("{:+.1}", share.mean));
        let ends = |(low, high): (f64, f64)| format!("{low:+.1} to {high:+.1}");
        let interval = share.and_then(|share| share.interval).map_or_else(|| "-".to_string(), ends);
        let price = last.price(player, share).map_or_else(|| "-".to_string(), millions);
        let _ = writeln!(text, "{name:width$}{firms:>11}{interval:>24}{price:>18}");
    }
    text.push_str(
        "The money of a measure is common to its channels: each figure is all of it for that channel's firms alone, so that \
         they neither add up nor fall when a channel is dropped.\n\n",
    );
}

fn block(text: &mut String, one: &Attributed, measures: &[(String, &'static str)]) {
    let unit = Unit::of(one.kpi.indicator.unit);
    let difference = match unit {
        Unit::Share | Unit::Points => "percentage points",
        Unit::Number => unit.name(),
    };
    let scale = match unit {
        Unit::Share | Unit::Points => 100.0,
        Unit::Number => 1.0,
    };
    let split = &one.split;
    // So many decimals that the largest figure has two digits, at least, that mean something.
    let all = split.shapley.iter().chain([&split.whole]).flatten();
    let largest = all.map(|share| (share.mean * scale).abs()).fold(0.0, f64::max);
    let decimals = if largest > 0.0 { (1.0 - libm::log10(largest).floor()).clamp(3.0, 6.0) as usize } else { 3 };
    let mean = |share: &Option<Share>| {
        share.map_or_else(|| "-".to_string(), |share| format!("{:+.decimals$}", share.mean * scale))
    };
    let interval = |share: &Option<Share>| match share.and_then(|share| share.interval) {
        Some((low, high)) => format!("{:+.decimals$} to {:+.decimals$}", low * scale, high * scale),
        None => "-".to_string(),
    };
    let shown = 0.5 * 10_f64.powi(-(decimals as i32));
    let zero = |share: &Option<Share>| match share {
        Some(share) if !share.told_from_zero() => "  not told from zero",
        Some(share) if (share.mean * scale).abs() < shown => "  smaller than can be shown",
        Some(_) => "",
        None => "  no figure",
    };
    let _ = writeln!(text, "{}, end of fiscal {}: {difference}\n", one.kpi.name(), one.fiscal_year);
    let width = measures.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(13);
    let _ = writeln!(
        text,
        "{:width$}{:>11}{:>24}{:>11}{:>11}{:>18}",
        "Measure", "Shapley", "90 % interval", "alone", "left out", "yen"
    );
    for (player, (name, _)) in measures.iter().enumerate() {
        let shapley = &split.shapley[player];
        let _ = writeln!(
            text,
            "{name:width$}{:>11}{:>24}{:>11}{:>11}{:>18}{}",
            mean(shapley),
            interval(shapley),
            mean(&split.alone[player]),
            mean(&split.leave_one_out[player]),
            millions(one.spend_yen[player]),
            zero(shapley),
        );
    }
    let _ = writeln!(
        text,
        "{:width$}{:>11}{:>24}{:>11}{:>11}{:>18}{}\n",
        "whole package",
        mean(&split.whole),
        interval(&split.whole),
        "",
        "",
        millions(one.package_yen),
        zero(&split.whole),
    );
    let mut told: Vec<_> = split.interactions.iter().filter_map(|i| Some((i.pair, i.index?))).collect();
    let pairs = told.len();
    told.retain(|(_, index)| index.told_from_zero());
    told.sort_by(|a, b| b.1.mean.abs().total_cmp(&a.1.mean.abs()));
    if pairs > 0 {
        let _ = writeln!(
            text,
            "Interactions told from zero: {} of {pairs} pairs (about {:.0} would be by chance alone).",
            told.len(),
            pairs as f64 / 10.0
        );
    }
    for ((i, j), index) in told.into_iter().take(3) {
        let what = if index.mean < 0.0 { "overlap" } else { "help each other" };
        let index = Some(index);
        let _ =
            writeln!(text, "  {} and {} {what}: {} ({})", measures[i].0, measures[j].0, mean(&index), interval(&index));
    }
    text.push('\n');
}

/// What will be searched, in plain words.
pub fn aim(aim: &TargetSearch) -> String {
    let scenario = &aim.loaded.scenario;
    let mut text = format!("{}\n\n", scenario.title);
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<11} {value}");
    };
    line("Goal", format!("{} on {}, with probability {}", goal(aim), aim.by, aim.wanted()));
    let unit = if aim.number.unit.is_empty() { String::new() } else { format!(" ({})", aim.number.unit) };
    let present = aim.number.value.map_or_else(String::new, |value| format!("; now {value}"));
    line("Varies", format!("{} from {} to {}{unit}{present}", aim.number.path, aim.range.low, aim.range.high));
    line("Draws", format!("{}, paired (seed {})", aim.draws(), scenario.run.seed));
    line(
        "Runs",
        format!("one a draw for each of about 10 to 20 values: up to about {}", grouped(u64::from(aim.draws()) * 20)),
    );
    let (simulated, all) = (aim.population.len() as u64, aim.population.firms());
    line("Firms", format!("{} simulated, standing for all {}", grouped(simulated), grouped(all)));
    line("Writes to", shown(&aim.folder));
    text + "\n"
}

fn goal(aim: &TargetSearch) -> String {
    let kpi = aim.goal.kpi;
    let sign = if kpi.less_is_better() { "<=" } else { ">=" };
    let unit = Unit::of(kpi.indicator.unit);
    format!("{} {sign} {} {}", kpi.name(), unit.write(aim.goal.value), unit.name())
}

/// Yen in millions, as a column of a table has them.
fn millions(yen: f64) -> String {
    format!("{} million", grouped((yen / 1e6).round() as u64))
}

/// The values tried, and the answer.
pub fn found(aim: &TargetSearch, outcome: &TargetOutcome) -> String {
    let searched = &outcome.searched;
    let answer = &searched.answer;
    let mut text =
        format!("{:>14}{:>13}{:>17}{:>20}{:>14}\n", "value", "probability", "90 % interval", "yen", "deliveries");
    for (tried, done) in answer.tried.iter().zip(&searched.done) {
        let (low, high) = tried.interval();
        let _ = writeln!(
            text,
            "{:>14}{:>13.2}{:>17}{:>20}{:>14}",
            tried.value,
            tried.probability(),
            format!("{low:.2} to {high:.2}"),
            millions(done.spend_yen),
            grouped(done.deliveries.round() as u64),
        );
    }
    let (path, wanted) = (&searched.vary, searched.wanted);
    let range = aim.range;
    let answer_text = match answer.reached {
        Reached::At(value) => {
            let end = |end: Option<f64>, open: &str| end.map_or_else(|| open.to_string(), |value| value.to_string());
            format!(
                "{path} = {value} is the smallest value tried that reaches {} with probability {wanted} (90 % interval {} to {}).",
                goal(aim),
                end(answer.interval.0, &format!("below {}", range.low)),
                end(answer.interval.1, &format!("above {}", range.high)),
            )
        }
        Reached::Already => format!(
            "{path} = {}, the lowest value, reaches {} with probability {wanted} already: the measure need not be larger.",
            range.low,
            goal(aim)
        ),
        Reached::Never => {
            let last = answer.tried.last();
            let (low, high) = last.map_or((0.0, 1.0), |last| last.interval());
            format!(
                "NONE: no value of {path} up to {} reaches {} with probability {wanted}; at {} it is {:.2} ({low:.2} to {high:.2}).",
                range.high,
                goal(aim),
                range.high,
                last.map_or(0.0, |last| last.probability()),
            )
        }
    };
    let _ = writeln!(text, "\n{answer_text}");
    if let Some(value) = outcome.saturated_at {
        let _ = writeln!(
            text,
            "From {value} on it delivers no more: its capacity or budget is used up, or every firm of its target is served."
        );
    }
    for fall in answer.falls.iter().take(1) {
        let _ = writeln!(
            text,
            "NOT MONOTONE: from {} to {} the probability falls from {:.2} to {:.2}, by more than chance. A larger value can be worse.",
            fall.from, fall.to, fall.probability, fall.then
        );
    }
    let _ = write!(
        text,
        "Intervals come from the limited number of draws. {}\nEffects of measures are *assumed*: they rest on documented \
         priors, not on causal evidence; far beyond the scale on which a measure was ever run, all the more so.\n",
        outcome.caveat
    );
    text
}
