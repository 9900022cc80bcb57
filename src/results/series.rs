//! The tables of a run that grow with replicates and weeks, written from series and read back into them.
//!
//! A table is the same bytes for the same series, and reading a table gives the series again.

use super::large::{Cell, ColumnType, LargeTable, OTHER_COLUMNS};
use crate::{
    calendar::Week,
    engine::{IndicatorSeries, InterventionSeries, InterventionWeek, Series, SurveyAnswer},
    error::Problem,
    observation::{IndicatorId, Survey},
};
use jiff::civil::Date;
use std::{collections::HashSet, path::Path, sync::Mutex};

/// The tables that series are written to and read from. Their rows grow with replicates and weeks.
pub static SERIES_TABLES: [&LargeTable; 3] = [&INDICATORS, &SURVEYS, &INTERVENTIONS];

static INDICATORS: LargeTable = LargeTable {
    name: "indicators",
    columns: &[
        ("run", ColumnType::Text),
        ("replicate", ColumnType::Whole),
        ("week", ColumnType::Day),
        ("indicator", ColumnType::Text),
        ("segment", ColumnType::Text),
        ("value", ColumnType::Single),
    ],
    rows: |run, one, take| {
        for figure in &one.indicators {
            for (week, value) in &figure.values {
                take(&[
                    Cell::Text(run),
                    Cell::Whole(one.replicate),
                    Cell::Day(week.monday()),
                    Cell::Text(figure.indicator.id()),
                    Cell::Text(&figure.segment),
                    Cell::Single(*value),
                ])?;
            }
        }
        Ok(())
    },
};

static SURVEYS: LargeTable = LargeTable {
    name: "surveys",
    columns: &[
        ("replicate", ColumnType::Whole),
        ("survey", ColumnType::Text),
        ("wave", ColumnType::Text),
        ("date", ColumnType::Day),
        ("metric", ColumnType::Text),
        ("segment_type", ColumnType::Text),
        ("segment", ColumnType::Text),
        ("respondents", ColumnType::Whole),
        ("expected", ColumnType::Double),
        ("answer", ColumnType::Double),
        ("observed", ColumnType::Double),
    ],
    rows: |_, one, take| {
        one.surveys.iter().try_for_each(|answer| {
            take(&[
                Cell::Whole(one.replicate),
                Cell::Text(answer.survey.id()),
                Cell::Text(&answer.wave),
                Cell::Day(answer.date),
                Cell::Text(answer.metric),
                Cell::Text(answer.segment_type),
                Cell::Text(&answer.segment),
                Cell::Whole(answer.respondents),
                Cell::Double(answer.expected),
                Cell::Double(answer.answer),
                Cell::Double(answer.observed.unwrap_or(f64::NAN)),
            ])
        })
    },
};

static INTERVENTIONS: LargeTable = LargeTable {
    name: "interventions",
    columns: &[
        ("replicate", ColumnType::Whole),
        ("intervention", ColumnType::Text),
        ("kind", ColumnType::Text),
        ("week", ColumnType::Day),
        ("spend_yen", ColumnType::Double),
        ("capacity", ColumnType::Double),
        ("planned", ColumnType::Double),
        ("deliveries", ColumnType::Double),
        ("firms_reached", ColumnType::Double),
    ],
    rows: |_, one, take| {
        for intervention in &one.interventions {
            for week in &intervention.weeks {
                take(&[
                    Cell::Whole(one.replicate),
                    Cell::Text(&intervention.name),
                    Cell::Text(intervention.kind),
                    Cell::Day(week.week.monday()),
                    Cell::Double(week.spend_yen),
                    Cell::Double(week.capacity),
                    Cell::Double(week.planned),
                    Cell::Double(week.deliveries),
                    Cell::Double(week.firms_reached),
                ])?;
            }
        }
        Ok(())
    },
};

/// Reads the series of a run folder back, without the firm panel. Interventions and indicators without a single week
/// leave no row and so are not there.
///
/// # Errors
/// A [`Problem`] of kind `Files` that names the table and the row.
pub fn read_series(folder: &Path) -> Result<Vec<Series>, Problem> {
    let other = || OTHER_COLUMNS.to_string();
    let mut all: Vec<Series> = Vec::new();
    INDICATORS.read(folder)?.each_row(|row| {
        let [
            Cell::Text(_),
            Cell::Whole(number),
            Cell::Day(monday),
            Cell::Text(indicator),
            Cell::Text(segment),
            Cell::Single(value),
        ] = *row
        else {
            return Err(other());
        };
        let one = replicate(&mut all, number);
        if one.indicators.last().is_none_or(|last| last.indicator.id() != indicator || last.segment != segment) {
            let wrong = || format!("`{}` is no indicator of this program", indicator.escape_debug());
            let (indicator, segment) = (IndicatorId::parse(indicator).ok_or_else(wrong)?, segment.to_string());
            one.indicators.push(IndicatorSeries { indicator, segment, values: Vec::new() });
        }
        let point = (week(monday)?, value);
        one.indicators.last_mut().into_iter().for_each(|last| last.values.push(point));
        Ok(())
    })?;
    SURVEYS.read(folder)?.each_row(|row| {
        let [
            Cell::Whole(number),
            Cell::Text(survey),
            Cell::Text(wave),
            Cell::Day(date),
            Cell::Text(metric),
            Cell::Text(segment_type),
            Cell::Text(segment),
            Cell::Whole(respondents),
            Cell::Double(expected),
            Cell::Double(answer),
            Cell::Double(observed),
        ] = *row
        else {
            return Err(other());
        };
        let wrong = || format!("`{}` is no survey of this program", survey.escape_debug());
        replicate(&mut all, number).surveys.push(SurveyAnswer {
            survey: Survey::parse(survey).ok_or_else(wrong)?,
            wave: wave.to_string(),
            date,
            metric: intern(metric),
            segment_type: intern(segment_type),
            segment: segment.to_string(),
            respondents,
            expected,
            answer,
            observed: Some(observed).filter(|value| value.is_finite()),
        });
        Ok(())
    })?;
    INTERVENTIONS.read(folder)?.each_row(|row| {
        let [
            Cell::Whole(number),
            Cell::Text(name),
            Cell::Text(kind),
            Cell::Day(monday),
            Cell::Double(spend_yen),
            Cell::Double(capacity),
            Cell::Double(planned),
            Cell::Double(deliveries),
            Cell::Double(firms_reached),
        ] = *row
        else {
            return Err(other());
        };
        let one = replicate(&mut all, number);
        let week = week(monday)?;
        let week = InterventionWeek { week, spend_yen, capacity, planned, deliveries, firms_reached };
        if one.interventions.last().is_none_or(|last| last.name != name) {
            let (name, kind) = (name.to_string(), intern(kind));
            one.interventions.push(InterventionSeries { name, kind, weeks: Vec::new() });
        }
        one.interventions.last_mut().into_iter().for_each(|last| last.weeks.push(week));
        Ok(())
    })?;
    Ok(all)
}

/// The week that begins on a day.
fn week(monday: Date) -> Result<Week, String> {
    let wrong = || format!("week {monday} is before the first week");
    Week::containing(monday).ok_or_else(wrong)
}

/// The entry of a replicate; rows of one replicate stand together.
fn replicate(all: &mut Vec<Series>, number: u32) -> &mut Series {
    let place = all.iter().rposition(|s| s.replicate == number).unwrap_or_else(|| {
        all.push(Series { replicate: number, ..Series::default() });
        all.len() - 1
    });
    &mut all[place]
}

/// The same text for the rest of the program's life: metrics, segment types and kinds are few, so little is ever kept.
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
    use crate::results::{TableFormat, folder::tests::synthetic};
    use std::{
        fs::{self, File},
        io::{self, Write},
    };

    fn written(folder: &Path, format: TableFormat, series: &[Series]) {
        for table in SERIES_TABLES {
            let mut file = File::create(folder.join(table.file(format))).unwrap();
            table.write(format, &mut file, "a, \"b\"", &mut series.iter().cloned().map(Ok)).unwrap();
        }
    }

    #[test]
    fn tables_read_back_as_the_series_they_were_written_from() {
        let series = vec![synthetic(0), synthetic(1)];
        for format in [TableFormat::Parquet, TableFormat::Csv] {
            let folder = tempfile::tempdir().unwrap();
            written(folder.path(), format, &series);
            assert_eq!(read_series(folder.path()).unwrap(), series, "{format:?}");
        }
    }

    #[test]
    fn what_is_damaged_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), TableFormat::Csv, &[synthetic(0)]);
        let damaged = |table: &str, from: &str, to: &str| {
            let path = folder.path().join(table);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, text.replacen(from, to, 1)).unwrap();
            let problem = read_series(folder.path()).unwrap_err();
            fs::write(&path, text).unwrap();
            problem.message
        };
        assert_eq!(damaged("surveys.csv", "0.384", "0.3x4"), "surveys.csv, line 2: `0.3x4` is no number");
        let strange = damaged("surveys.csv", "tsr_practice", "tsr_practise");
        assert_eq!(strange, "surveys.csv, row 1: `tsr_practise` is no survey of this program");
        let strange = damaged("indicators.csv", "tsr_current_practice", "tsr_current_practise");
        assert_eq!(strange, "indicators.csv, row 1: `tsr_current_practise` is no indicator of this program");
        let early = damaged("indicators.csv", "2020-01-13", "2019-12-30");
        assert_eq!(early, "indicators.csv, row 2: week 2019-12-30 is before the first week");
        assert!(damaged("surveys.csv", "wave", "waves").ends_with(OTHER_COLUMNS));
        // The table of surveys under the name of indicators.
        written(folder.path(), TableFormat::Parquet, &[synthetic(0)]);
        fs::copy(folder.path().join("surveys.parquet"), folder.path().join("indicators.parquet")).unwrap();
        assert!(read_series(folder.path()).unwrap_err().message.ends_with(OTHER_COLUMNS));
    }

    /// The kind of the error says what can be done about it.
    #[test]
    fn a_full_disk_is_told_as_one_in_both_formats() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for format in [TableFormat::Parquet, TableFormat::Csv] {
            let error = SURVEYS.write(format, &mut Full, "r", &mut [Ok(synthetic(0))].into_iter()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{format:?}");
        }
    }

    /// Shortest round trip: 0.1 as a 32-bit number is written as 0.1, not as 0.10000000149011612.
    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let mut text = Vec::new();
        let figure = IndicatorSeries {
            indicator: IndicatorId::FormalScheme,
            segment: "total".into(),
            values: vec![(Week(0), 0.1), (Week(1), f32::NAN), (Week(2), 1.0)],
        };
        let series = Series { indicators: vec![figure], ..Series::default() };
        INDICATORS.write(TableFormat::Csv, &mut text, "r", &mut [Ok(series)].into_iter()).unwrap();
        let expected = "run,replicate,week,indicator,segment,value\n\
            r,0,2020-01-06,formal_scheme,total,0.1\nr,0,2020-01-13,formal_scheme,total,\n\
            r,0,2020-01-20,formal_scheme,total,1\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
