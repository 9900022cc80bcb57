//! What the program says: what will be run, candidate KPIs, problems. Outcomes in, text out.

use crate::{
    analysis::{Fan, FanPoint, KpiYear},
    calendar::{EPOCH, mondays},
    commands::PlannedRun,
    data::Gate,
    engine::{ParameterChoice, ParameterSource},
    error::Problem,
    report::REPORT,
    results::certificate,
    scenario::{Measure, Scale},
    statistics::DRAWS_OF_A_RANGE,
    text::one_line,
};
use std::{collections::BTreeSet, fmt::Write, path::Path};

/// What will be run, in plain words.
pub fn plan(job: &PlannedRun, notes: &[Problem]) -> String {
    let scenario = &job.loaded.scenario;
    let run = &scenario.run;
    let mut text = format!("{}\n{}\n\n", scenario.title, scenario.question);
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<11} {value}");
    };
    let before = if mondays(EPOCH, run.start) > 1 { format!(", simulated from {EPOCH} on") } else { String::new() };
    line("Period", format!("{} to {} ({} weeks{before})", run.start, run.end, mondays(run.start, run.end)));
    let (simulated, all) = (grouped(job.population.len() as u64), grouped(job.population.firms()));
    line(
        "Firms",
        match run.scale {
            Scale::Whole => format!("all {all}"),
            Scale::Sample(_) => format!("{simulated} simulated, weighted to stand for all {all}"),
        },
    );
    let kept = match job.kept {
        0 => String::new(),
        n => format!(", {n} of them kept from before"),
    };
    let beside = match job.beside() {
        0 => String::new(),
        n => format!("; {n} runs beside them, to split the uncertainty"),
    };
    line(
        "Replicates",
        format!("{}{kept}{beside} (seed {}, population seed {})", run.replicates, run.seed, run.population_seed),
    );
    let ParameterSource { choice: source, posterior, .. } = job.source();
    let parameters = match source {
        ParameterChoice::Posterior => format!(
            "posterior draws, calibrated to surveys published by {} ({} draws)",
            posterior.as_of,
            posterior.draws.len()
        ),
        ParameterChoice::Point => "one point: no parameter uncertainty (--point)".to_string(),
    };
    line("Parameters", parameters);
    line("", format!("certificate: {}", certificate(posterior)));
    if scenario.interventions.is_empty() {
        line("Measures", "none".to_string());
    }
    let width = scenario.interventions.iter().map(|i| i.name.len()).max().unwrap_or(0);
    for (i, intervention) in scenario.interventions.iter().enumerate() {
        let name = if i == 0 { "Measures" } else { "" };
        let scale = if intervention.scale == 1.0 { String::new() } else { format!(", x {}", intervention.scale) };
        let effect = if assumed(&intervention.measure) { ", effect *assumed*" } else { "" };
        let kind = intervention.measure.name().en;
        let period = format!("{} to {}", intervention.from, intervention.until);
        line(name, format!("{:width$}  {period}  {kind}{scale}{effect}", intervention.name));
    }
    for (i, note) in notes.iter().enumerate() {
        line(if i == 0 { "Notes" } else { "" }, note.message.clone());
    }
    line("Writes to", shown(&job.folder));
    text + "\n"
}

/// A path within a sentence: one line, whatever its name holds.
pub fn shown(path: &Path) -> String {
    one_line(&path.display().to_string())
}

/// The end of what a command says: the folder that it has written, and what to open.
pub fn written(what: &str, folder: &Path) -> String {
    let report = folder.join(REPORT);
    format!("\n{what}: {}\nOpen in a browser: {}\n", shown(folder), shown(&report))
}

/// Whether a measure's effect rests on a prior alone: everything except declarations, which the surveys of 2020 and
/// 2021 bear on.
fn assumed(measure: &Measure) -> bool {
    !matches!(measure, Measure::EmergencyDeclaration(_))
}

/// Gates of a certificate, failing ones first.
pub fn gates(gates: &[Gate]) -> String {
    let failing = gates.iter().filter(|g| !g.passed).count();
    let mut text = format!("CERTIFICATE: {failing} of {} gates fail\n\n", gates.len());
    let (passed, failed): (Vec<&Gate>, Vec<&Gate>) = gates.iter().partition(|g| g.passed);
    for gate in failed.into_iter().chain(passed) {
        let mark = if gate.passed { "pass" } else { "FAIL" };
        let _ = writeln!(text, "{mark}  {:<15} {} = {:.4} ({})", gate.part, gate.check, gate.found, gate.required);
    }
    text
}

/// Characters of the column of names; longer names have a line of their own.
const NAME_WIDTH: usize = 42;

/// Candidate KPIs by fiscal year, as published and inside the model: median, 90 % interval, and what the intervals hold. Groups of prefectures stand in `kpi.csv`.
pub fn kpi_table(kpi: &[KpiYear], replicates: u32, caveat: &str) -> String {
    let shown: Vec<&KpiYear> = kpi.iter().filter(|k| !k.kpi.segment.starts_with("region=")).collect();
    let years: BTreeSet<i16> = shown.iter().map(|k| k.fiscal_year).collect();
    let mut text = String::from(
        "Candidate KPIs by fiscal year, as published\n\
         As published: the year's last survey wave, with errors of model and survey (without a survey: of the model).\n\
         Inside the model: the year's last week, with parameters, process noise and later emergencies only.\n\n",
    );
    let mut row = |name: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>11}")).collect();
        let _ = writeln!(text, "{}", format!("{name:<NAME_WIDTH$}{cells}").trim_end());
    };
    row("", &years.iter().map(|year| format!("FY{year}")).collect::<Vec<_>>());
    let mut rest = &shown[..];
    while let Some(first) = rest.first() {
        let same = |k: &&&KpiYear| k.kpi.indicator.id == first.kpi.indicator.id && k.kpi.segment == first.kpi.segment;
        let count = rest.iter().take_while(same).count();
        let (these, later) = rest.split_at(count);
        rest = later;
        let unit = Unit::of(first.kpi.indicator.unit);
        let cells = |value: &dyn Fn(&KpiYear) -> Option<String>| -> Vec<String> {
            let of = |year: &i16| these.iter().find(|k| k.fiscal_year == *year).and_then(|k| value(k));
            years.iter().map(|year| of(year).unwrap_or_else(|| "-".to_string())).collect()
        };
        let name = format!("{}, {}", first.kpi.name(), unit.name());
        let known = |of: [f64; 5]| of[2].is_finite().then_some(of);
        let median = cells(&|k| known(k.as_published).map(|of| unit.write(of[2])));
        if name.chars().count() < NAME_WIDTH {
            row(&name, &median);
        } else {
            row(&name, &[]);
            row("    median", &median);
        }
        if replicates >= DRAWS_OF_A_RANGE {
            let interval = |of: [f64; 5]| format!("{}-{}", unit.write(of[0]), unit.write(of[4]));
            row("    as published, 5-95 %", &cells(&|k| known(k.as_published).map(interval)));
            row("    inside the model, 5-95 %", &cells(&|k| Some(interval(k.quantiles))));
        }
    }
    if (2..DRAWS_OF_A_RANGE).contains(&replicates) {
        let _ =
            write!(text, "\n{replicates} replicates are too few for ranges of 90 %: {DRAWS_OF_A_RANGE} are needed.");
    }
    let _ = write!(text, "\n{caveat}\nEffects marked *assumed* rest on documented priors, not on causal evidence.\n");
    text
}

/// The last published figure of each KPI beside what was simulated for the week in the middle of its field period.
pub fn published_figures(fans: &[Fan]) -> String {
    let mut text = String::new();
    for fan in fans.iter().filter(|fan| !fan.kpi.segment.starts_with("region=")) {
        let Some((date, value)) = fan.published.last() else { continue };
        let unit = Unit::of(fan.kpi.indicator.unit);
        let same_week = |point: &&FanPoint| point.date <= *date && (*date - point.date).get_days() < 7;
        let then = fan.points.iter().rfind(same_week).map_or_else(
            || "week not simulated".to_string(),
            |point| {
                let range = point.range_90().map(|(low, high)| format!(" ({}-{})", unit.write(low), unit.write(high)));
                let range = range.unwrap_or_default();
                format!("{}{range}", unit.write(point.quantiles[2]))
            },
        );
        let name = format!("{}, {}", fan.kpi.name(), unit.name());
        let survey = fan.kpi.published.map_or("", |published| published.survey.id());
        let _ = writeln!(text, "{name:<58} {date} {:>6}  {then:<20} {survey}", unit.write(*value));
    }
    if text.is_empty() {
        return text;
    }
    format!(
        "\nLast published figures beside the simulated week of their survey (middle of its field period)\n\n{:<58} {:<10} {:>6}  {:<20} survey\n{text}",
        "", "date", "publ.", "simulated"
    )
}

/// How a KPI is written for people.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Share,
    Points,
    Number,
}

impl Unit {
    pub fn of(unit: &str) -> Unit {
        match unit {
            "share" => Unit::Share,
            "difference of shares" => Unit::Points,
            _ => Unit::Number,
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Unit::Share => "%",
            Unit::Points => "points",
            Unit::Number => "days",
        }
    }
    pub fn write(self, value: f64) -> String {
        match self {
            // What rounds to nothing has no sign.
            Unit::Share | Unit::Points if (value * 100.0).abs() < 0.05 => "0.0".to_string(),
            Unit::Share | Unit::Points => format!("{:.1}", value * 100.0),
            Unit::Number => format!("{value:.2}"),
        }
    }
}

/// With commas between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{analysis::Kpi, observation::IndicatorId};
    use jiff::civil::date;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(3_375_255), "3,375,255");
    }

    /// Wave 14 of the TSR survey (middle of its field period: 4 March 2021): 69.2 % of large firms.
    #[test]
    fn a_published_figure_stands_beside_the_week_of_its_survey() {
        let kpi = Kpi::of(IndicatorId::TsrCurrentPractice, "size=large").unwrap();
        let year = |fiscal_year, median: f64| KpiYear {
            kpi,
            fiscal_year,
            as_of: date(2021, 3, 29),
            quantiles: [median - 0.02, median - 0.01, median, median + 0.01, median + 0.02],
            as_published: [median - 0.04, median - 0.02, median, median + 0.02, median + 0.04],
            level_80: median - 0.03,
            replicates: 20,
            published: Some((date(2021, 3, 4), 0.692)),
        };
        let table = kpi_table(&[year(2020, 0.68), year(2021, 0.7)], 20, "Ranges hold this.");
        let lines: Vec<&str> = table.lines().skip(4).take(4).collect();
        let expected = [
            "                                               FY2020     FY2021",
            "Current practice, TSR frame: large, %            68.0       70.0",
            "    as published, 5-95 %                    64.0-72.0  66.0-74.0",
            "    inside the model, 5-95 %                66.0-70.0  68.0-72.0",
        ];
        assert_eq!(lines, expected);
        assert!(table.contains("\n\nRanges hold this.\n"));
        let few = kpi_table(&[year(2021, 0.7)], 18, "");
        assert!(!few.contains("5-95") && few.contains("18 replicates are too few for ranges of 90 %: 19 are needed."));
        let point = |date, median: f64| FanPoint {
            date,
            quantiles: [median - 0.1, median, median, median, median + 0.1],
            replicates: 20,
        };
        let points = vec![point(date(2021, 2, 22), 0.5), point(date(2021, 3, 1), 0.6), point(date(2021, 3, 8), 0.7)];
        let fan = Fan { kpi, points, published: vec![(date(2021, 3, 4), 0.692)] };
        let said = published_figures(&[fan]);
        assert!(said.contains("2021-03-04   69.2  60.0 (50.0-70.0)"), "{said}");
        assert_eq!(published_figures(&[]), "");
    }
}
