//! Which published rows are used, and why others are not. Rows and the figures that can be simulated in, words out.
//!
//! Nothing of a table is left out without a word: a row whose survey, metric or segment is spelt in another way than the model's
//! has no counterpart, and would otherwise only make the fit rest on less.

use super::{
    tables::CsvTable,
    targets::{CalibrationFigure, DRIFT},
};
use crate::{
    data::{Data, Observation, near},
    engine::{Options, simulate},
    error::{Kind, Problem, Problems},
    observation::{Observe, Survey, SurveyAnswer, is_in_time},
    population,
    scenario::{self, Scale},
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The table of the rows.
const TABLE: &str = "observations/surveys.csv";

/// A figure that can be simulated: survey, metric, segment type, segment.
pub type Question = (Survey, &'static str, &'static str, String);

/// All figures that can be simulated.
///
/// # Errors
/// Data tables from which no firms can be made.
pub fn questions(data: &Data) -> Result<BTreeSet<Question>, Problems> {
    let mut scenario = scenario::load_settled("no_policy", &[])?.scenario;
    scenario.run.end = scenario.run.start;
    scenario.run.scale = Scale::Sample(6_000);
    let firms = population::synthesise(data, scenario.run.population_seed, scenario.run.scale)?;
    let options = Options { observe: Observe::EveryQuestion, ..Options::default() };
    let series = simulate(&scenario, data, &firms, 0, options, &|_| true).unwrap_or_default();
    Ok(series.surveys.into_iter().map(|a| (a.survey, a.metric, a.segment_type, a.segment)).collect())
}

/// Why a row is not used whose words are right.
const NOT_IN_TIME: &str = "its time is not simulated";

/// Whether a row says how introduction grew before COVID-19.
fn tells_growth(row: &Observation) -> bool {
    (&*row.survey, &*row.metric, &*row.segment) == (Survey::Mic.id(), "introduced", "total")
        && row.field_end.year() < 2020
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// The model is fitted to it.
    Fitted,
    /// It stands beside the simulated figure; why it is not fitted.
    Compared(String),
    /// Why it is not used, and what was perhaps meant.
    Unused(String, Option<String>),
}

/// Why a row has no simulated counterpart, when it has none.
fn without_counterpart(row: &Observation, known: &BTreeSet<Question>) -> Option<Use> {
    let unused = |why: String, near: Option<&str>| Some(Use::Unused(why, near.map(str::to_string)));
    if row.confidence == "memory" {
        return unused("it rests on memory alone".to_string(), None);
    }
    let of = |of: fn(&Question) -> &str| known.iter().map(of);
    if of(|q| q.0.id()).all(|survey| survey != row.survey) {
        return unused(format!("no survey `{}` is simulated", row.survey), near(&row.survey, of(|q| q.0.id())));
    }
    let of = |of: fn(&Question) -> &str| known.iter().filter(|q| q.0.id() == row.survey).map(of);
    if of(|q| q.1).all(|metric| metric != row.metric) {
        let why = format!("`{}` of {} is not simulated", row.metric, row.survey);
        return unused(why, near(&row.metric, of(|q| q.1)));
    }
    let of = |of: fn(&Question) -> &str| known.iter().filter(|q| q.0.id() == row.survey && q.1 == row.metric).map(of);
    if of(|q| q.2).all(|kind| kind != row.segment_type) {
        let why = format!("`{}` of {} is not simulated by `{}`", row.metric, row.survey, row.segment_type);
        return unused(why, near(&row.segment_type, of(|q| q.2)));
    }
    if !known
        .iter()
        .any(|q| (q.0.id(), q.1, q.2, &*q.3) == (&*row.survey, &*row.metric, &*row.segment_type, &*row.segment))
    {
        let why = format!("`{}` of {} is not simulated for `{}`", row.metric, row.survey, row.segment);
        return unused(why, near(&row.segment, of(|q| &q.3)));
    }
    (row.unit != "share").then(|| Use::Unused(format!("its unit is {}, not share", row.unit), None))
}

/// Warnings of rows of one's own, with their lines, that have no simulated counterpart. The project's own table has such rows
/// too, for people: they are passed over.
///
/// # Errors
/// As [`questions`].
pub fn unused_of_own(data: &Data) -> Result<Vec<Problem>, Problems> {
    let project = Data::embedded()?;
    let same = |a: &Observation, b: &Observation| {
        (&a.survey, &a.metric, &a.segment_type, &a.segment, &a.unit)
            == (&b.survey, &b.metric, &b.segment_type, &b.segment, &b.unit)
            && (&a.wave, &a.confidence, a.field_start, a.field_end)
                == (&b.wave, &b.confidence, b.field_start, b.field_end)
    };
    let own = |row: &&Observation| project.observations.iter().all(|known| !same(known, row));
    let rows: Vec<&Observation> = data.observations.iter().filter(own).collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let known = questions(data)?;
    let warning = |row: &&Observation| {
        let unused =
            |why: String| Problem::warning(Kind::Data, format!("{TABLE}:{}: this row is not used: {why}", row.line));
        match without_counterpart(row, &known) {
            Some(Use::Unused(why, meant)) => {
                let listed = "docs/calibration.md lists what can be simulated".to_string();
                Some(unused(why).advise(meant.map_or(listed, |meant| format!("did you mean `{meant}`?"))))
            }
            _ if is_in_time(row) || tells_growth(row) => None,
            _ => {
                let advice = "correct the days of the field work, if they were later: runs begin in January 2020";
                Some(unused(NOT_IN_TIME.to_string()).advise(advice))
            }
        }
    };
    Ok(rows.iter().filter_map(warning).collect())
}

/// What a calibration makes of every row, in the order of the table. `history` has the answers of the simulated past, and
/// `fitted` the figures among them that are fitted.
pub fn uses<'d>(
    data: &'d Data,
    known: &BTreeSet<Question>,
    history: &[SurveyAnswer],
    fitted: &[CalibrationFigure],
    as_of: Date,
) -> Vec<(&'d Observation, Use)> {
    let drift = fitted.iter().any(|target| target.wave == DRIFT);
    let of = |row: &Observation| {
        let same = |answer: &SurveyAnswer| {
            (answer.survey.id(), &*answer.wave, answer.metric, answer.segment_type, &*answer.segment, answer.observed)
                == (&*row.survey, &*row.wave, &*row.metric, &*row.segment_type, &*row.segment, Some(row.value))
        };
        let growth = drift && tells_growth(row);
        if let Some(unused) = without_counterpart(row, known) {
            return unused;
        }
        match history.iter().position(same) {
            Some(answer) if fitted.iter().any(|target| target.answer == answer) => Use::Fitted,
            _ if growth => Use::Fitted,
            Some(_) if row.published.is_some_and(|day| day > as_of) => {
                Use::Compared(format!("published after {as_of}"))
            }
            Some(_) => Use::Compared("it says nothing that other rows do not".to_string()),
            None => Use::Unused(NOT_IN_TIME.to_string(), None),
        }
    };
    data.observations.iter().map(|row| (row, of(row))).collect()
}

/// Every row with its use, as a table of the posterior's folder.
pub fn table(uses: &[(&Observation, Use)]) -> CsvTable {
    let mut table = CsvTable::new("rows.csv", "line,survey,wave,metric,segment_type,segment,use,why");
    for (row, used) in uses {
        let (word, why) = match used {
            Use::Fitted => ("fitted", ""),
            Use::Compared(why) => ("compared", &**why),
            Use::Unused(why, _) => ("unused", &**why),
        };
        let cells = [&row.line.to_string(), &row.survey, &row.wave, &row.metric, &row.segment_type, &row.segment];
        let rest = [word, why].map(str::to_string);
        table.rows.push(cells.into_iter().cloned().chain(rest).collect());
    }
    table
}

/// How many rows are fitted, compared and not used, and why not, in one sentence.
pub fn summary(uses: &[(&Observation, Use)]) -> String {
    let count = |wanted: fn(&Use) -> bool| uses.iter().filter(|(_, used)| wanted(used)).count();
    let fitted = count(|used| *used == Use::Fitted);
    let compared = count(|used| matches!(used, Use::Compared(_)));
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, used) in uses {
        if let Use::Unused(why, _) = used {
            let kind = if why.contains("simulated") { "nothing simulated corresponds to them" } else { why };
            *reasons.entry(kind).or_default() += 1;
        }
    }
    let unused: usize = reasons.values().sum();
    let reasons: Vec<String> = reasons.into_iter().map(|(why, rows)| format!("{rows}: {why}")).collect();
    let why = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
    format!(
        "of {} rows of {TABLE} {fitted} are fitted, {compared} compared only, and {unused} not used{why}; rows.csv names each",
        uses.len()
    )
}

/// What can be simulated, as a table for people: a line for each survey and metric.
pub fn listed(known: &BTreeSet<Question>) -> String {
    let mut lines: BTreeMap<(Survey, &str), BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for (survey, metric, kind, segment) in known {
        lines.entry((*survey, metric)).or_default().entry(kind).or_default().push(segment);
    }
    let mut text = "| survey | metric | segment types and segments |\n|---|---|---|\n".to_string();
    for ((survey, metric), kinds) in lines {
        let segments = |(kind, segments): (&str, Vec<&str>)| {
            let names = match segments.len() {
                40.. => "prefectures by name".to_string(),
                _ => segments.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            };
            format!("`{kind}`: {names}")
        };
        let kinds: Vec<String> = kinds.into_iter().map(segments).collect();
        text += &format!("| `{survey}` | `{metric}` | {} |\n", kinds.join("; "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn row(data: &Data, change: impl FnOnce(&mut Observation)) -> Data {
        let mut data = data.clone();
        let of = |row: &&Observation| (&*row.survey, &*row.wave, &*row.segment) == ("tsr_practice", "wave 14", "large");
        let mut row = data.observations.iter().find(of).unwrap().clone();
        row.line = 999;
        change(&mut row);
        data.observations.push(row);
        data
    }

    #[test]
    fn a_row_with_a_wrong_word_is_named_with_what_was_meant() {
        let data = Data::embedded().unwrap();
        assert_eq!(unused_of_own(&data).unwrap(), []);
        let said = |change: fn(&mut Observation)| {
            let mut found = unused_of_own(&row(&data, change)).unwrap();
            assert_eq!(found.len(), 1, "{found:?}");
            let problem = found.remove(0);
            assert!(problem.message.starts_with("observations/surveys.csv:999: "), "{problem}");
            problem.advice.unwrap()
        };
        assert_eq!(said(|row| row.metric = "current_practise".into()), "did you mean `current_practice`?");
        assert_eq!(said(|row| row.survey = "tsr_practise".into()), "did you mean `tsr_practice`?");
        assert_eq!(said(|row| row.segment_type = "sizes".into()), "did you mean `size`?");
        assert_eq!(said(|row| row.segment = "larges".into()), "did you mean `large`?");
        assert!(said(|row| row.metric = "happiness".into()).contains("docs/calibration.md"));
        // 2012 for 2021, in a wave of its own; and a figure that nobody saw.
        let slip = |row: &mut Observation| {
            (row.wave, row.field_start, row.field_end) = ("wave 15".into(), date(2012, 4, 1), date(2012, 4, 8));
        };
        assert!(said(slip).contains("January 2020"));
        assert!(said(|row| row.confidence = "memory".into()).contains("docs/calibration.md"));
    }

    /// All that the surveys' own list of metrics names can be asked.
    #[test]
    fn every_simulated_metric_is_listed() {
        let known = questions(&Data::embedded().unwrap()).unwrap();
        for survey in Survey::ALL {
            for metric in survey.metrics() {
                assert!(known.iter().any(|q| q.0 == survey && q.1 == *metric), "{survey:?} {metric}");
            }
        }
        assert!(listed(&known).lines().all(|line| line.matches('|').count() == 4));
    }
}
