//! What the program says of a comparison: what will be run, differences, what cannot be seen. Answers in, text out.

use super::text::{Unit, grouped, shown};
use crate::{
    analysis::{Answers, Choice, Cost, Direction, Price, Probability, Reached},
    commands::{CompareOutcome, Comparison},
};
use jiff::civil::Date;
use std::fmt::Write;

/// Characters of the column of KPIs.
const NAME_WIDTH: usize = 43;

/// What will be run, in plain words.
pub fn plan(comparison: &Comparison) -> String {
    let mut text = String::from("Comparison on the same draws, the same luck and the same later emergencies\n\n");
    for (place, one) in comparison.loaded.iter().enumerate() {
        let name = if place == 0 { "Reference" } else { "Against it" };
        let _ = writeln!(text, "  {name:<11} {}: {}", one.scenario.name, one.scenario.title);
    }
    let (runs, kept) = comparison.runs();
    let (simulated, all) = (grouped(comparison.population.len() as u64), grouped(comparison.population.firms()));
    let _ = writeln!(text, "  Pairs       {} of each scenario with the reference", comparison.replicates());
    let _ = writeln!(
        text,
        "  Runs        {} in all, {} of them kept from before",
        grouped(runs as u64),
        grouped(kept as u64)
    );
    let _ = writeln!(text, "  Firms       {simulated} simulated, standing for all {all}");
    let _ = writeln!(text, "  Writes to   {}\n", shown(&comparison.folder));
    text
}

/// Differences at the end of the last fiscal year, prices, and what is too small to be seen.
pub fn findings(outcome: &CompareOutcome) -> String {
    let mut text = String::new();
    for one in outcome.answers.iter().filter(|one| one.reference.is_some()) {
        scenario(&mut text, one);
    }
    let _ = write!(
        text,
        "{}\nEffects of measures are *assumed*: they rest on documented priors, not on causal evidence.\n",
        outcome.caveat
    );
    text
}

fn scenario(text: &mut String, one: &Answers) {
    let Some(year) = one.differences.last().map(|d| d.fiscal_year) else { return };
    let reference = one.reference.as_deref().unwrap_or_default();
    let _ = writeln!(text, "{} against {reference}, end of fiscal {year}: means inside the model\n", one.scenario);
    let _ = writeln!(
        text,
        "{:<44}{:>9}{:>9}{:>10}{:>19}{:>8}  sign of the mean effect",
        "KPI",
        reference_head(reference),
        "with",
        "change",
        "90 % of pairs",
        "P(> 0)"
    );
    for d in one.differences.iter().filter(|d| d.fiscal_year == year) {
        let kpi = one.digest.fans[d.kpi].kpi;
        let (unit, difference) = (Unit::of(kpi.indicator.unit), &d.difference);
        let name = format!("{}, {}", kpi.name(), unit.name());
        // A long name has a line of its own.
        let name = if name.chars().count() > NAME_WIDTH { format!("{name}\n{:<44}", "") } else { name };
        let settle = difference.pairs_to_settle.map(|more| format!(": {} more pairs would settle it", grouped(more)));
        let _ = writeln!(
            text,
            "{name:<44}{:>9}{:>9}{:>10}{:>19}{:>8}  {}{}",
            unit.write(d.reference_level),
            unit.write(d.level),
            small(unit, difference.mean),
            format!("{} to {}", small(unit, difference.pairs_90.0), small(unit, difference.pairs_90.1)),
            format!("{:.0} %", 100.0 * difference.positive.share),
            match difference.direction {
                Direction::Identical => "no pair differs",
                direction => direction.key(),
            },
            settle.unwrap_or_default(),
        );
    }
    if let Some(cost) = one.costs.iter().rfind(|cost| cost.fiscal_year == year) {
        text.push_str(&prices(cost));
    }
    for target in &one.reached {
        text.push_str(&when(target, year));
    }
    text.push_str(&unseen(&one.choices, one));
    text.push('\n');
}

fn reference_head(name: &str) -> String {
    if name.chars().count() > 8 { "ref.".to_string() } else { name.to_string() }
}

/// Differences are small: two more digits than levels.
fn small(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Share | Unit::Points => format!("{:+.3}", value * 100.0),
        Unit::Number => format!("{value:+.4}"),
    }
}

/// Money and effect in words, and a price where there is one: where a scenario costs more and does more.
fn prices(cost: &Cost) -> String {
    let said = |price: &Price, many: &str, one: &str| {
        let effect = match price.extra.direction {
            Direction::Positive => format!("gains {many}"),
            Direction::Negative => format!("loses {many}"),
            Direction::Undecided => format!("has an effect on {many} that is not told from zero"),
            Direction::Identical => format!("changes nothing for {many}"),
        };
        let count = price.extra.mean.abs().round();
        let size = if price.extra.direction == Direction::Identical {
            String::new()
        } else {
            let sign = if price.extra.mean < 0.0 { "-" } else { "+" };
            format!(" ({sign}{})", grouped(count as u64))
        };
        let per = price.yen.map(|yen| {
            let low = price.yen_low.map_or_else(|| "none or less".to_string(), money);
            let high = price.yen_high.map_or_else(|| "no limit".to_string(), money);
            format!(": {} for each additional {one} ({low} to {high})", money(yen))
        });
        format!("{effect}{size}{}", per.unwrap_or_default())
    };
    let spending = match cost.spend.direction {
        Direction::Positive => "It costs more",
        Direction::Negative => "It saves money",
        Direction::Undecided => "It may cost more or less (not told from zero)",
        Direction::Identical => "It costs the same",
    };
    format!(
        "\nExtra spending to then: {} (nominal yen, budgets as written in the scenarios).\n{spending} and {}.\n{spending} and {}.\n",
        money(cost.spend.mean),
        said(&cost.firms, "practising firms", "practising firm"),
        said(&cost.teleworkers, "teleworkers", "teleworker"),
    )
}

/// How likely a target is as published for the last fiscal year, and in any wave before, and when; targets that the reference
/// set say little in words.
fn when(reached: &Reached, year: i16) -> String {
    if reached.source == "reference" {
        return String::new();
    }
    let unit = Unit::of(reached.kpi.indicator.unit);
    let date = |date: Option<Date>| date.map_or_else(|| "later".to_string(), |date| date.to_string());
    let first = match reached.dates {
        [None, None, _] => String::new(),
        [Some(early), None, _] => format!(", at the earliest on {early}"),
        // One day alone is no range.
        [early, Some(middle), late] if early == late => format!(", first on {middle}"),
        [early, Some(middle), late] => format!(", first on {middle} ({} to {})", date(early), date(late)),
    };
    let chance = |p: &Probability| {
        let [share, low, high] = [p.share, p.low, p.high].map(|part| 100.0 * part);
        format!("{share:.0} % ({low:.0} to {high:.0})")
    };
    let at_end = reached.at_end.as_ref().map(|p| format!("for fiscal {year} {}; ", chance(p))).unwrap_or_default();
    let once = if reached.kpi.measured().is_empty() { "at the end of any year" } else { "in any wave" };
    format!(
        "{} of {} {} ({} target): reached {at_end}{once} {}{first}.\n",
        reached.kpi.name(),
        unit.write(reached.target),
        unit.name(),
        reached.source,
        chance(&reached.probability),
    )
}

fn money(yen: f64) -> String {
    match yen.abs() {
        size if size >= 1e9 => format!("{:.1} thousand million yen", yen / 1e9),
        size if size >= 1e6 => format!("{:.1} million yen", yen / 1e6),
        _ => format!("{:.0} thousand yen", yen / 1e3),
    }
}

/// The KPIs on which no survey would see the effect, in one sentence.
fn unseen(choices: &[Choice], one: &Answers) -> String {
    let hidden: Vec<&Choice> = choices.iter().filter(|c| c.visible() == Some(false)).collect();
    if hidden.is_empty() {
        return String::new();
    }
    let largest = hidden.iter().filter_map(|c| Some((c.scale_to_be_visible()?, c))).min_by(|a, b| a.0.total_cmp(&b.0));
    let scale = largest.map_or_else(
        || "The effect itself has no certain sign on any of them.".to_string(),
        |(scale, choice)| {
            let name = one.digest.fans[choice.kpi].kpi.name();
            format!(
                "On the one where it comes nearest ({name}) the additional measures would have to be about {} times as large, \
                 if effects grew in proportion (assumed).",
                grouped(scale.ceil() as u64)
            )
        },
    );
    format!(
        "\nOn {} of {} KPIs that a survey shows, two surveys of the usual size would not see this difference. {scale}\n",
        hidden.len(),
        choices.iter().filter(|c| c.survey.is_some()).count()
    )
}
