//! The tidy tables of a run, written from series and read back into them.
//!
//! Every number is written in the shortest form that reads back as the same number, so a table is the same bytes
//! for the same series, and reading a table gives the series again. Missing numbers are empty fields.

use super::caveat::certificate;
use crate::{
    analysis::KpiYear,
    calendar::Week,
    engine::{IndicatorSeries, InterventionSeries, InterventionWeek, ParameterSource, Series, SurveyAnswer},
    error::{Kind, Problem},
    parameters::TABLE,
};
use jiff::civil::Date;
use std::{
    collections::HashSet,
    fmt::Display,
    fs::File,
    io::{self, Write},
    path::Path,
    sync::Mutex,
};

/// The tables that series are written to and read from.
pub const SERIES_TABLES: [&str; 3] = ["indicators.csv", "surveys.csv", "interventions.csv"];

/// File name of the candidate KPIs by fiscal year.
pub const KPI: &str = "kpi.csv";

/// File name of the parameters of each replicate.
pub const DRAWS: &str = "draws.csv";

/// Replicates one after the other.
pub type Replicates<'a> = &'a mut dyn Iterator<Item = io::Result<Series>>;

/// Writes one of [`SERIES_TABLES`]. `run` is the run's name, the first column of `indicators.csv`.
///
/// # Errors
/// What the replicates or the writing give.
pub fn write_series_table(table: &str, out: &mut dyn Write, run: &str, replicates: Replicates) -> io::Result<()> {
    match table {
        "indicators.csv" => indicators(out, run, replicates),
        "surveys.csv" => surveys(out, replicates),
        "interventions.csv" => interventions(out, replicates),
        other => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no table is called {other}"))),
    }
}

fn indicators(out: &mut dyn Write, run: &str, replicates: Replicates) -> io::Result<()> {
    writeln!(out, "run,replicate,week,indicator,segment,value")?;
    let run = field(run);
    let mut mondays: Vec<String> = Vec::new();
    for one in replicates {
        let one = one?;
        for figure in &one.indicators {
            let segment = field(&figure.segment);
            for &(week, value) in &figure.values {
                while mondays.len() <= week.0 as usize {
                    mondays.push(Week(mondays.len() as u32).monday().to_string());
                }
                let monday = &mondays[week.0 as usize];
                let value = number(value.is_finite().then_some(value));
                writeln!(out, "{run},{},{monday},{},{segment},{value}", one.replicate, figure.indicator)?;
            }
        }
    }
    Ok(())
}

fn surveys(out: &mut dyn Write, replicates: Replicates) -> io::Result<()> {
    writeln!(out, "replicate,survey,wave,date,metric,segment_type,segment,respondents,expected,answer,observed")?;
    for one in replicates {
        let one = one?;
        for a in &one.surveys {
            writeln!(
                out,
                "{},{},{},{},{},{},{},{},{},{},{}",
                one.replicate,
                field(a.survey),
                field(&a.wave),
                a.date,
                field(a.metric),
                field(a.segment_type),
                field(&a.segment),
                a.respondents,
                finite(a.expected),
                finite(a.answer),
                number(a.observed),
            )?;
        }
    }
    Ok(())
}

fn interventions(out: &mut dyn Write, replicates: Replicates) -> io::Result<()> {
    writeln!(out, "replicate,intervention,kind,week,spend_yen,capacity,planned,deliveries,firms_reached")?;
    for one in replicates {
        let one = one?;
        for intervention in &one.interventions {
            let name = field(&intervention.name);
            for w in &intervention.weeks {
                writeln!(
                    out,
                    "{},{name},{},{},{},{},{},{},{}",
                    one.replicate,
                    intervention.kind,
                    w.week.monday(),
                    finite(w.spend_yen),
                    finite(w.capacity),
                    finite(w.planned),
                    finite(w.deliveries),
                    finite(w.firms_reached),
                )?;
            }
        }
    }
    Ok(())
}

/// Writes the parameters of each replicate, so that each can be repeated from the run folder alone.
pub fn write_draws(out: &mut dyn Write, basis: ParameterSource) -> io::Result<()> {
    let names: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
    writeln!(out, "replicate,parameters,draw,{}", names.join(","))?;
    for replicate in 0..basis.scenario.run.replicates {
        write!(out, "{replicate},{},{}", basis.choice.key(), number(basis.draw(replicate)))?;
        let parameters = basis.parameters(replicate);
        for name in &names {
            write!(out, ",{}", number(parameters.get(name)))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes the candidate KPIs of scenarios by fiscal year, with the scenario's name in front. The basis is that of the first.
pub fn write_kpis(out: &mut dyn Write, scenarios: &[(&str, &[KpiYear])], basis: ParameterSource) -> io::Result<()> {
    for (place, (scenario, kpi)) in scenarios.iter().enumerate() {
        let mut table = Vec::new();
        write_kpi(&mut table, kpi, Some(basis))?;
        let mut lines = std::str::from_utf8(&table).map_err(io::Error::other)?.lines();
        let header = lines.next().unwrap_or_default();
        if place == 0 {
            writeln!(out, "scenario,{header}")?;
        }
        for line in lines {
            writeln!(out, "{},{line}", field(scenario))?;
        }
    }
    Ok(())
}

/// Writes the candidate KPIs by fiscal year. Golden results are without a basis: they are made at the point, and must
/// not change with the certificate of a posterior that they do not use.
pub fn write_kpi(out: &mut dyn Write, kpi: &[KpiYear], basis: Option<ParameterSource>) -> io::Result<()> {
    let (names, rests_on) = match basis {
        Some(basis) => {
            let certificate = field(&certificate(basis.posterior));
            let certificate = format!(",{},{certificate}", basis.choice.key());
            (",as_published_median,as_published_low_5,as_published_high_95,parameters,certificate", Some(certificate))
        }
        None => ("", None),
    };
    writeln!(
        out,
        "kpi,segment,frame,fiscal_year,as_of,unit,median,low_5,high_95,replicates,published,published_by,\
         published_for{names}"
    )?;
    for year in kpi {
        let [low, _, median, _, high] = year.quantiles;
        let rests_on = rests_on.as_ref().map_or_else(String::new, |rests_on| {
            let [low, _, median, _, high] = year.as_published.map(finite);
            format!(",{median},{low},{high}{rests_on}")
        });
        writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{},{}{rests_on}",
            year.kpi.indicator.id,
            field(year.kpi.segment),
            field(year.kpi.indicator.frame),
            year.fiscal_year,
            year.as_of,
            field(year.kpi.indicator.unit),
            finite(median),
            finite(low),
            finite(high),
            year.replicates,
            number(year.published.map(|(_, value)| value)),
            year.published.and(year.kpi.published).map_or("", |by| by.survey.id()),
            number(year.published.map(|(date, _)| date)),
        )?;
    }
    Ok(())
}

/// A text field, quoted when it has to be.
pub(super) fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}

pub(super) fn number<T: Display>(value: Option<T>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

pub(super) fn finite(value: f64) -> String {
    number(value.is_finite().then_some(value))
}

/// Reads the series of a run folder back, without the firm panel. Interventions and indicators without a single week
/// leave no line and so are not there.
///
/// # Errors
/// A [`Problem`] of kind `Files` that names the table and the line.
pub fn read_series(folder: &Path) -> Result<Vec<Series>, Problem> {
    let mut all: Vec<Series> = Vec::new();
    read(folder, "indicators.csv", |row| {
        let one = replicate(&mut all, row.parse(1, "replicate")?);
        let (indicator, segment) = (intern(row.text(3)), row.text(4));
        if one.indicators.last().is_none_or(|last| last.indicator != indicator || last.segment != segment) {
            let segment = segment.to_string();
            one.indicators.push(IndicatorSeries { indicator, segment, values: Vec::new() });
        }
        let value = if row.text(5).is_empty() { f32::NAN } else { row.parse(5, "value")? };
        let point = (row.week(2)?, value);
        one.indicators.last_mut().into_iter().for_each(|last| last.values.push(point));
        Ok(())
    })?;
    read(folder, "surveys.csv", |row| {
        let answer = SurveyAnswer {
            survey: intern(row.text(1)),
            wave: row.text(2).to_string(),
            date: row.parse(3, "date")?,
            metric: intern(row.text(4)),
            segment_type: intern(row.text(5)),
            segment: row.text(6).to_string(),
            respondents: row.parse(7, "respondents")?,
            expected: row.number(8)?.unwrap_or(f64::NAN),
            answer: row.number(9)?.unwrap_or(f64::NAN),
            observed: row.number(10)?,
        };
        replicate(&mut all, row.parse(0, "replicate")?).surveys.push(answer);
        Ok(())
    })?;
    read(folder, "interventions.csv", |row| {
        let one = replicate(&mut all, row.parse(0, "replicate")?);
        let number = |column| Ok(row.number(column)?.unwrap_or(f64::NAN));
        let week = InterventionWeek {
            week: row.week(3)?,
            spend_yen: number(4)?,
            capacity: number(5)?,
            planned: number(6)?,
            deliveries: number(7)?,
            firms_reached: number(8)?,
        };
        if one.interventions.last().is_none_or(|last| last.name != row.text(1)) {
            let (name, kind) = (row.text(1).to_string(), intern(row.text(2)));
            one.interventions.push(InterventionSeries { name, kind, weeks: Vec::new() });
        }
        one.interventions.last_mut().into_iter().for_each(|last| last.weeks.push(week));
        Ok(())
    })?;
    Ok(all)
}

/// The entry of a replicate; lines of one replicate stand together.
fn replicate(all: &mut Vec<Series>, number: u32) -> &mut Series {
    let place = all.iter().position(|s| s.replicate == number).unwrap_or_else(|| {
        all.push(Series { replicate: number, ..Series::default() });
        all.len() - 1
    });
    &mut all[place]
}

/// One line of a table.
struct Record<'a> {
    table: &'a str,
    record: &'a csv::StringRecord,
}

impl Record<'_> {
    fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or("")
    }
    fn parse<T: std::str::FromStr>(&self, column: usize, name: &str) -> Result<T, Problem> {
        self.text(column).parse().map_err(|_| self.problem(&format!("`{}` is no {name}", self.text(column))))
    }
    fn number(&self, column: usize) -> Result<Option<f64>, Problem> {
        if self.text(column).is_empty() { Ok(None) } else { self.parse(column, "number").map(Some) }
    }
    fn week(&self, column: usize) -> Result<Week, Problem> {
        let monday: Date = self.parse(column, "date")?;
        Week::containing(monday).ok_or_else(|| self.problem(&format!("week {monday} is before the first week")))
    }
    fn problem(&self, message: &str) -> Problem {
        let line = self.record.position().map_or(0, csv::Position::line);
        Problem::error(Kind::Files, format!("{}, line {line}: {message}", self.table))
    }
}

fn read(folder: &Path, table: &str, mut each: impl FnMut(Record) -> Result<(), Problem>) -> Result<(), Problem> {
    let path = folder.join(table);
    let problem = |error: &dyn Display| Problem::error(Kind::Files, format!("cannot read {}: {error}", path.display()));
    let file = File::open(&path).map_err(|e| problem(&e))?;
    let mut reader = csv::Reader::from_reader(file);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| problem(&e))? {
        each(Record { table, record: &record })?;
    }
    Ok(())
}

/// The same text for the rest of the program's life: ids come from a short fixed list, so little is ever kept.
pub(super) fn intern(text: &str) -> &'static str {
    static KNOWN: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let known = known.get_or_insert_default();
    match known.get(text) {
        Some(kept) => kept,
        None => {
            let kept: &'static str = Box::leak(text.to_string().into_boxed_str());
            known.insert(kept);
            kept
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::folder::tests::synthetic;

    #[test]
    fn tables_read_back_as_the_series_they_were_written_from() {
        let folder = tempfile::tempdir().unwrap();
        let series = vec![synthetic(0), synthetic(1)];
        for table in SERIES_TABLES {
            let mut file = File::create(folder.path().join(table)).unwrap();
            write_series_table(table, &mut file, "a, \"b\"", &mut series.iter().cloned().map(Ok)).unwrap();
        }
        assert_eq!(read_series(folder.path()).unwrap(), series);
    }

    #[test]
    fn a_damaged_number_is_reported_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        for table in SERIES_TABLES {
            let mut text = Vec::new();
            write_series_table(table, &mut text, "r", &mut [Ok(synthetic(0))].into_iter()).unwrap();
            let text = String::from_utf8(text).unwrap();
            let text = if table == "surveys.csv" { text.replacen("0.384", "0.3x4", 1) } else { text };
            std::fs::write(folder.path().join(table), text).unwrap();
        }
        let problem = read_series(folder.path()).unwrap_err();
        assert_eq!(problem.message, "surveys.csv, line 2: `0.3x4` is no number");
    }

    /// Shortest round trip: 0.1 as a 32-bit number is written as 0.1, not as 0.10000000149011612.
    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let mut text = Vec::new();
        let figure = IndicatorSeries {
            indicator: "x",
            segment: "total".into(),
            values: vec![(Week(0), 0.1), (Week(1), f32::NAN), (Week(2), 1.0)],
        };
        let series = Series { indicators: vec![figure], ..Series::default() };
        indicators(&mut text, "r", &mut [Ok(series)].into_iter()).unwrap();
        let expected = "run,replicate,week,indicator,segment,value\n\
            r,0,2020-01-06,x,total,0.1\nr,0,2020-01-13,x,total,\nr,0,2020-01-20,x,total,1\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
