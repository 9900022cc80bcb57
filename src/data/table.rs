//! One CSV table with the place of every cell, so that a problem points at the character. Text in, checked cells out.

use crate::{
    classification::{Industry, Prefecture},
    error::{Kind, Problem},
    text::{harmful, is_formula},
};
use jiff::civil::Date;
use std::{
    borrow::Cow,
    collections::HashMap,
    ops::{Range, RangeInclusive},
    path::Path,
    str::FromStr,
    sync::Arc,
};

/// A parsed table: a header and rows of the same width.
pub(crate) struct Table {
    file: String,
    source: Arc<str>,
    header: Vec<Range<usize>>,
    /// Places of the columns by their names.
    places: HashMap<String, usize>,
    rows: Vec<Line>,
}

/// The cells of a row as byte ranges, quotes left out, and the line that it begins on, from 1.
struct Line {
    number: usize,
    cells: Vec<Range<usize>>,
}

/// One row of a [`Table`].
#[derive(Clone, Copy)]
pub(crate) struct Row<'t> {
    table: &'t Table,
    line: &'t Line,
}

/// The text of a file, or the byte that is not UTF-8.
fn decode(file: &str, bytes: Vec<u8>) -> Result<Arc<str>, Problem> {
    String::from_utf8(bytes).map(Arc::from).map_err(|e| {
        let valid = e.utf8_error().valid_up_to();
        let text: Arc<str> = String::from_utf8_lossy(&e.as_bytes()[..valid]).into();
        Problem::error(Kind::Data, format!("{file} is not UTF-8 text: byte {} cannot be read", valid + 1))
            .at(file, &text, valid..valid)
            .advise("save the table as UTF-8, for example with the CSV UTF-8 choice of a spreadsheet")
    })
}

/// Bytes above which a file is no table of ours; the largest embedded one has 0.2 million.
const LARGEST_FILE: u64 = 16_000_000;

/// The text of a table's file; `advice` is for who has no such file.
pub(crate) fn read_text(path: &Path, advice: &str) -> Result<Arc<str>, Problem> {
    let unreadable = |why: String| {
        Problem::error(Kind::Data, format!("cannot read the data table {}: {why}", path.display())).advise(advice)
    };
    let about = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if !about.is_file() {
        return Err(unreadable("it is not a file".to_string()));
    }
    if about.len() > LARGEST_FILE {
        return Err(unreadable(format!("it has {} bytes, far more than any table needs", about.len())));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    decode(&path.display().to_string(), bytes)
}

impl Table {
    /// Splits `source`; every row must be as wide as the header, and `columns` must be there.
    pub fn parse(file: &str, source: Arc<str>, columns: &[&str]) -> Result<Table, Problem> {
        let mut lines = split(&source).map_err(|wrong| {
            let (span, message, advice) = match wrong {
                Wrong::Open(span) => (
                    span,
                    "a quoted cell is not closed",
                    "close it with a quotation mark, or restore the file: it may be cut off here",
                ),
                Wrong::Behind(span) => (
                    span,
                    "there is text behind the closing quotation mark of this cell",
                    "put the whole cell into quotation marks, and write \"\" for one inside",
                ),
            };
            Problem::error(Kind::Data, message).at(file, &source, span).advise(advice)
        })?;
        if lines.is_empty() {
            return Err(Problem::error(Kind::Data, format!("{file} is empty"))
                .at(file, &source, 0..0)
                .advise("restore the table from the project's data folder"));
        }
        let header = lines.remove(0).cells;
        for Line { cells, .. } in &lines {
            if cells.len() != header.len() {
                let span = cells[0].start..cells[cells.len() - 1].end;
                let message = format!("this row has {} cells, the header has {}", cells.len(), header.len());
                return Err(Problem::error(Kind::Data, message)
                    .at(file, &source, span)
                    .advise("give each column a cell; if this is the last row, the file may be cut off"));
            }
        }
        for span in lines.iter().flat_map(|line| &line.cells) {
            let cell = &source[span.clone()];
            let message = if is_formula(cell.trim_start_matches('"')) {
                "a spreadsheet would calculate this cell"
            } else if cell.contains(harmful) {
                "this cell holds a character that is not for showing"
            } else {
                continue;
            };
            return Err(Problem::error(Kind::Data, message)
                .at(file, &source, span.clone())
                .advise("begin text with a letter, a digit or another sign than = + - @, without control characters"));
        }
        let mut places = HashMap::new();
        for (place, span) in header.iter().enumerate() {
            let column = &source[span.clone()];
            if places.insert(column.to_string(), place).is_some() {
                return Err(Problem::error(Kind::Data, format!("column `{column}` is there twice"))
                    .at(file, &source, span.clone())
                    .advise("drop one of the two, or give it another name"));
            }
        }
        let table = Table { file: file.to_string(), source, header, places, rows: lines };
        for column in columns {
            if !table.has(column) {
                let names: Vec<&str> = table.header.iter().map(|span| &table.source[span.clone()]).collect();
                let end = table.header[table.header.len() - 1].end;
                return Err(Problem::error(Kind::Data, format!("column `{column}` is missing"))
                    .at(file, &table.source, table.header[0].start..end)
                    .advise(format!("add it; the columns here are {}", names.join(", "))));
            }
        }
        Ok(table)
    }

    /// A problem with a column as a whole, shown at its name.
    pub fn problem(&self, column: &str, message: impl Into<String>) -> Problem {
        let span = self.places.get(column).map_or(0..0, |i| self.header[*i].clone());
        Problem::error(Kind::Data, message).at(&self.file, &self.source, span)
    }

    /// Names of the columns in order.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.header.iter().map(|span| &self.source[span.clone()])
    }

    /// Whether there is such a column.
    pub fn has(&self, column: &str) -> bool {
        self.places.contains_key(column)
    }

    /// Rows in file order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter().map(|line| Row { table: self, line })
    }

    /// Fails unless the table has exactly `wanted` rows, a number that `stated` holds.
    pub fn expect_rows(&self, wanted: usize, stated: &str) -> Result<(), Problem> {
        if self.rows.len() == wanted {
            return Ok(());
        }
        let end = self.source.len();
        let message = format!("{} has {} rows, but {wanted} are expected", self.file, self.rows.len());
        Err(Problem::error(Kind::Data, message)
            .at(&self.file, &self.source, end..end)
            .advise(format!("the file may be cut off: restore it, or state its new number of rows in {stated}")))
    }
}

impl<'t> Row<'t> {
    fn span(&self, column: &str) -> Range<usize> {
        // `Table::parse` has checked the columns that the caller named.
        self.table.places.get(column).map_or(0..0, |i| self.line.cells[*i].clone())
    }
    /// The line that the row begins on, from 1.
    pub fn line(&self) -> usize {
        self.line.number
    }
    /// A problem at one cell.
    pub fn problem(&self, column: &str, message: impl Into<String>) -> Problem {
        Problem::error(Kind::Data, message).at(&self.table.file, &self.table.source, self.span(column))
    }
    /// The cell's text.
    pub fn text(&self, column: &str) -> Cow<'t, str> {
        let raw = &self.table.source[self.span(column)];
        if raw.contains("\"\"") { Cow::Owned(raw.replace("\"\"", "\"")) } else { Cow::Borrowed(raw) }
    }
    /// A finite number.
    pub fn number(&self, column: &str) -> Result<f64, Problem> {
        self.parsed(column, "a number such as 0.25").and_then(|value: f64| {
            if value.is_finite() { Ok(value) } else { Err(self.problem(column, "this number is not finite")) }
        })
    }
    /// A finite number, or nothing.
    pub fn optional_number(&self, column: &str) -> Result<Option<f64>, Problem> {
        if self.text(column).is_empty() { Ok(None) } else { self.number(column).map(Some) }
    }
    /// Yes or no.
    pub fn flag(&self, column: &str) -> Result<bool, Problem> {
        self.one_of(column, &[("true", true), ("false", false)])
    }
    /// A fraction from 0 to 1.
    pub fn share(&self, column: &str) -> Result<f64, Problem> {
        let value = self.number(column)?;
        if (0.0..=1.0).contains(&value) {
            return Ok(value);
        }
        Err(self
            .problem(column, format!("`{value}` is not a share"))
            .advise("write a fraction from 0 to 1, such as 0.25 for 25 per cent"))
    }
    /// A figure with a unit: shares from 0 to 1, whole numbers of what is counted, nothing below 0.
    pub fn figure(&self, column: &str, unit: &str) -> Result<f64, Problem> {
        let text = self.text(unit);
        if text == "share" || text.starts_with("share of ") {
            return self.share(column);
        }
        let value = self.number(column)?;
        let counted = COUNTED.contains(&&*text);
        if !counted && !MEASURED.contains(&&*text) && text != NO_UNIT {
            let known = || [&["share", NO_UNIT], COUNTED, MEASURED].concat();
            let near = closest(&text, known().into_iter());
            return Err(self
                .problem(unit, format!("`{text}` is no unit that is known here"))
                .advise(format!("did you mean `{near}`? The units are {}", known().join(", "))));
        }
        if value < 0.0 && text != NO_UNIT {
            let advice = format!("write a number of {text} from 0 on");
            return Err(self.problem(column, format!("`{value}` {text} is below 0")).advise(advice));
        }
        if counted && value.fract() != 0.0 {
            return Err(self
                .problem(column, format!("`{value}` {text} is not a whole number"))
                .advise(format!("write a whole number of {text}, such as {}", value.round())));
        }
        Ok(value)
    }
    /// A whole number above 0.
    pub fn positive(&self, column: &str) -> Result<u32, Problem> {
        match self.count(column)? {
            0 => Err(self.problem(column, "this number must be above 0").advise("write a whole number from 1 on")),
            count => Ok(count),
        }
    }
    /// A whole number.
    pub fn count(&self, column: &str) -> Result<u32, Problem> {
        let text = self.text(column);
        let below = text.strip_prefix('-').is_some_and(|digits| digits.parse::<u64>().is_ok());
        if below || text.parse::<u64>().is_ok_and(|count| count > u64::from(u32::MAX)) {
            let message = if below { format!("`{text}` is below 0") } else { format!("`{text}` is too large") };
            return Err(self.problem(column, message).advise(format!("write a whole number from 0 to {}", u32::MAX)));
        }
        self.parsed(column, "a whole number such as 42")
    }
    /// A date in one of [`YEARS`].
    pub fn date(&self, column: &str) -> Result<Date, Problem> {
        let date: Date = self.parsed(column, "a date such as 2021-04-30")?;
        if YEARS.contains(&date.year()) {
            return Ok(date);
        }
        let advice = format!("write a day of the years {} to {}", YEARS.start(), YEARS.end());
        Err(self.problem(column, format!("no table tells of {date}")).advise(advice))
    }
    /// A date, or nothing.
    pub fn optional_date(&self, column: &str) -> Result<Option<Date>, Problem> {
        if self.text(column).is_empty() { Ok(None) } else { self.date(column).map(Some) }
    }
    /// A prefecture.
    pub fn prefecture(&self, column: &str) -> Result<Prefecture, Problem> {
        let text = self.text(column);
        Prefecture::parse(&text).ok_or_else(|| {
            let near = closest(&text, Prefecture::all().map(|p| p.name()));
            self.problem(column, format!("`{text}` is no prefecture")).advise(format!("did you mean `{near}`?"))
        })
    }
    /// An industry.
    pub fn industry(&self, column: &str) -> Result<Industry, Problem> {
        let text = self.text(column);
        Industry::parse(&text).ok_or_else(|| {
            self.problem(column, format!("`{text}` is no industry"))
                .advise("write a JSIC division letter from C to R, such as G for information and communications")
        })
    }
    /// One of some words.
    pub fn one_of<T: Copy>(&self, column: &str, choices: &[(&str, T)]) -> Result<T, Problem> {
        let text = self.text(column);
        choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.problem(column, format!("`{text}` is not known here"))
                .advise(format!("write one of {}", words.join(", ")))
        })
    }

    fn parsed<T: FromStr>(&self, column: &str, wanted: &str) -> Result<T, Problem> {
        let text = self.text(column);
        text.parse().map_err(|_| {
            self.problem(column, format!("`{text}` is not {}", wanted.split(" such").next().unwrap_or(wanted)))
                .advise(format!("write {wanted}"))
        })
    }
}

/// Years of which tables may tell: the oldest survey has some years before the first, and the last is that of the last day
/// which can be simulated.
pub(crate) const YEARS: RangeInclusive<i16> = 1990..=2036;

/// Units of which there are whole numbers.
const COUNTED: &[&str] = &[
    "firms",
    "firms etc.",
    "listed firms",
    "companies",
    "organisations",
    "persons",
    "employees",
    "participants",
    "events",
    "consultations",
    "places",
    "sites",
    "projects",
    "links",
    "fiscal year",
];
/// Units of which there are parts; contracts also as means.
const MEASURED: &[&str] = &["yen", "days", "km", "contracts"];
/// The unit of pure numbers, which may be below 0.
const NO_UNIT: &str = "none";

/// Rows that are told apart by some cells.
#[derive(Default)]
pub(crate) struct Distinct(HashMap<Vec<String>, usize>);

impl Distinct {
    /// Notes a row.
    ///
    /// # Errors
    /// An earlier row has the same cells.
    pub fn add(&mut self, row: Row, columns: &[&str]) -> Result<(), Problem> {
        self.add_with(row, columns, "")
    }

    /// Notes a row that is told apart by something else too.
    ///
    /// # Errors
    /// As [`Distinct::add`].
    pub fn add_with(&mut self, row: Row, columns: &[&str], more: &str) -> Result<(), Problem> {
        let mut cells: Vec<String> = columns.iter().map(|column| row.text(column).into_owned()).collect();
        cells.push(more.to_string());
        match self.0.insert(cells, row.line()) {
            None => Ok(()),
            Some(before) => Err(row
                .problem(columns[0], format!("this row stands here a second time, after line {before}"))
                .advise(format!("delete one of the two: rows differ in {}", columns.join(", ")))),
        }
    }
}

/// The candidate that is spelt like `text`, if one is.
pub(crate) fn near<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = closest(text, candidates);
    (strsim::jaro_winkler(&text.to_lowercase(), &near.to_lowercase()) >= 0.8).then_some(near)
}

/// The candidate that is spelt most like `text`.
fn closest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> &'a str {
    let score = |c: &str| strsim::jaro_winkler(&text.to_lowercase(), &c.to_lowercase());
    candidates.max_by(|a, b| score(a).total_cmp(&score(b))).unwrap_or_default()
}

/// What is wrong with quotation marks.
enum Wrong {
    /// One is never closed.
    Open(Range<usize>),
    /// Something stands behind a closing one.
    Behind(Range<usize>),
}

/// The lines that hold something.
fn split(source: &str) -> Result<Vec<Line>, Wrong> {
    let bytes = source.as_bytes();
    let mut lines = Vec::new();
    let mut at = if source.starts_with('\u{feff}') { 3 } else { 0 };
    let mut number = 1;
    while at < bytes.len() {
        let begin = at;
        let mut cells = Vec::new();
        loop {
            if bytes.get(at) == Some(&b'"') {
                let start = at + 1;
                let mut end = start;
                loop {
                    match bytes.get(end) {
                        None => return Err(Wrong::Open(at..start)),
                        Some(b'"') if bytes.get(end + 1) == Some(&b'"') => end += 2,
                        Some(b'"') => break,
                        Some(_) => end += 1,
                    }
                }
                cells.push(start..end);
                at = end + 1;
                if bytes.get(at).is_some_and(|b| !matches!(b, b',' | b'\n' | b'\r')) {
                    let length = bytes[at..].iter().take_while(|b| !matches!(b, b',' | b'\n' | b'\r')).count();
                    return Err(Wrong::Behind(at..at + length));
                }
            } else {
                let length = bytes[at..].iter().take_while(|b| !matches!(b, b',' | b'\n' | b'\r')).count();
                cells.push(at..at + length);
                at += length;
            }
            if bytes.get(at) != Some(&b',') {
                break;
            }
            at += 1;
        }
        // To the end of the line.
        at += bytes[at..].iter().take_while(|b| **b != b'\n').count() + 1;
        if cells.len() > 1 || !cells[0].is_empty() {
            lines.push(Line { number, cells });
        }
        // A quoted cell may hold ends of lines.
        number += bytes[begin..at.min(bytes.len())].iter().filter(|byte| **byte == b'\n').count();
    }
    Ok(lines)
}
