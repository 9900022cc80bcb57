//! Large tables: those whose rows grow with replicates and weeks, or with firms. Each says its columns and rows once.
//!
//! Series in, Parquet or CSV out; either in, columns out. Parquet: <https://parquet.apache.org/docs/file-format/>.

use super::{compare::THE_END, tables::field};
use crate::{
    engine::Series,
    error::{Kind, Problem},
};
use jiff::{Span, civil::Date};
use parquet::{
    basic::{ConvertedType, Type},
    column::reader::{ColumnReader, get_typed_column_reader},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        reader::{FileReader, SerializedFileReader},
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::{parser::parse_message_type, types::ColumnPath},
};
use std::{
    collections::HashMap,
    fmt::{self, Display},
    fs::File,
    io::{self, Write},
    panic::catch_unwind,
    path::Path,
    str::FromStr,
    sync::Arc,
};

/// Rows after which a group of rows is written, at the end of a replicate: so much is in memory at once.
const ROW_GROUP: usize = 1 << 17;
/// Bytes of a dictionary of numbers of single precision, after which they are written as they are.
const SINGLE_DICTIONARY: usize = 1 << 14;
/// The day from which Parquet counts.
const UNIX: Date = jiff::civil::date(1970, 1, 1);
/// What is wrong with a table that has another one's name.
pub(super) const OTHER_COLUMNS: &str = "its columns are those of another table";

/// How a large table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Typed, by columns, a tenth of the size.
    Parquet,
    /// Text, a line a row.
    Csv,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text, mostly one of a few words.
    Text,
    /// A whole number, 0 or above.
    Whole,
    /// A day.
    Day,
    /// A truth value.
    Flag,
    /// A number of single precision; may be missing.
    Single,
    /// A number of double precision; may be missing.
    Double,
}

/// What stands in a row of a column; a number that is not finite is missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    Text(&'a str),
    Whole(u32),
    Day(Date),
    Flag(bool),
    Single(f32),
    Double(f64),
}

impl Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Text(text) => f.write_str(text),
            Cell::Whole(value) => value.fmt(f),
            Cell::Day(day) => day.fmt(f),
            Cell::Flag(flag) => flag.fmt(f),
            Cell::Single(value) if value.is_finite() => value.fmt(f),
            Cell::Double(value) if value.is_finite() => value.fmt(f),
            Cell::Single(_) | Cell::Double(_) => Ok(()),
        }
    }
}

/// Takes the rows of a table, one after the other.
pub type TakeRow<'a> = &'a mut dyn FnMut(&[Cell]) -> io::Result<()>;

/// Replicates one after the other.
pub type Replicates<'a> = &'a mut dyn Iterator<Item = io::Result<Series>>;

/// A table whose rows grow with replicates and weeks, or with firms.
pub struct LargeTable {
    /// Name of its file without the ending.
    pub(super) name: &'static str,
    /// Names and types of its columns.
    pub(super) columns: &'static [(&'static str, ColumnType)],
    /// Says the rows of a replicate of the run with this name.
    pub(super) rows: fn(&str, &Series, TakeRow) -> io::Result<()>,
}

impl LargeTable {
    /// Name of its file.
    pub fn file(&self, format: TableFormat) -> String {
        let ending = match format {
            TableFormat::Parquet => "parquet",
            TableFormat::Csv => "csv",
        };
        format!("{}.{ending}", self.name)
    }

    /// Writes the rows of all replicates; `run` is the run's name.
    ///
    /// # Errors
    /// What the replicates or the writing give.
    pub fn write(
        &self,
        format: TableFormat,
        out: &mut (dyn Write + Send),
        run: &str,
        replicates: Replicates,
    ) -> io::Result<()> {
        match format {
            TableFormat::Csv => self.write_csv(out, run, replicates),
            TableFormat::Parquet => self.write_parquet(out, run, replicates).map_err(|error| match error {
                // The disk's own error tells what can be done about it.
                ParquetError::External(inner) => inner.downcast().map_or_else(io::Error::other, |error| *error),
                other => io::Error::other(other),
            }),
        }
    }

    fn write_csv(&self, out: &mut dyn Write, run: &str, replicates: Replicates) -> io::Result<()> {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        writeln!(out, "{}", names.join(","))?;
        for one in replicates {
            (self.rows)(run, &one?, &mut |row| {
                for (place, cell) in row.iter().enumerate() {
                    let before = if place == 0 { "" } else { "," };
                    match cell {
                        Cell::Text(text) => write!(out, "{before}{}", field(text))?,
                        other => write!(out, "{before}{other}")?,
                    }
                }
                writeln!(out)
            })?;
        }
        Ok(())
    }

    fn write_parquet(
        &self,
        out: &mut (dyn Write + Send),
        run: &str,
        replicates: Replicates,
    ) -> parquet::errors::Result<()> {
        let mut properties = WriterProperties::builder().set_created_by(env!("CARGO_PKG_NAME").into());
        let mut schema = format!("message {} {{ ", self.name);
        for (name, kind) in self.columns {
            schema += &match kind {
                ColumnType::Text => format!("required binary {name} (STRING); "),
                ColumnType::Whole => format!("required int32 {name}; "),
                ColumnType::Day => format!("required int32 {name} (DATE); "),
                ColumnType::Flag => format!("required boolean {name}; "),
                ColumnType::Single => format!("optional float {name}; "),
                ColumnType::Double => format!("optional double {name}; "),
            };
            // Shares are hardly ever the same: a dictionary of all makes the table of indicators a third larger.
            if *kind == ColumnType::Single {
                let column = ColumnPath::from(*name);
                properties = properties.set_column_dictionary_page_size_limit(column, SINGLE_DICTIONARY);
            }
        }
        let schema = Arc::new(parse_message_type(&(schema + "}"))?);
        let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties.build()))?;
        let empty = || self.columns.iter().map(|(_, kind)| Values::empty(*kind)).collect::<Vec<Values>>();
        let mut group = empty();
        for one in replicates {
            (self.rows)(run, &one?, &mut |row| {
                group.iter_mut().zip(row).try_for_each(|(values, cell)| values.push(*cell))
            })?;
            if group[0].len() >= ROW_GROUP {
                write_group(&mut writer, &std::mem::replace(&mut group, empty()))?;
            }
        }
        if group[0].len() > 0 {
            write_group(&mut writer, &group)?;
        }
        writer.close().map(drop)
    }

    /// Reads the table of a folder, whichever of the formats is there.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when there is none, or when it is damaged or another table.
    pub fn read(&self, folder: &Path) -> Result<Columns, Problem> {
        let parquet = folder.join(self.file(TableFormat::Parquet));
        let csv = folder.join(self.file(TableFormat::Csv));
        let columns = if parquet.exists() { read_parquet(&parquet)? } else { self.read_csv(&csv)? };
        let names = self.columns.iter().map(|(name, _)| *name);
        if columns.columns.iter().map(|(name, _)| &**name).eq(names) {
            return Ok(columns);
        }
        Err(unreadable(&folder.join(columns.file), &OTHER_COLUMNS))
    }

    fn read_csv(&self, path: &Path) -> Result<Columns, Problem> {
        let file = self.file(TableFormat::Csv);
        let mut reader = csv::Reader::from_reader(File::open(path).map_err(|e| unreadable(path, &e))?);
        let header = reader.headers().map_err(|e| unreadable(path, &e))?;
        let kinds = self.columns.iter().map(|(_, kind)| *kind).chain(std::iter::repeat(ColumnType::Text));
        let mut columns: Vec<(String, Values)> =
            header.iter().map(str::to_string).zip(kinds.map(Values::empty)).collect();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|e| unreadable(path, &e))? {
            for ((_, values), text) in columns.iter_mut().zip(&record) {
                values.parse(text).map_err(|kind| {
                    let line = record.position().map_or(0, csv::Position::line);
                    Problem::error(Kind::Files, format!("{file}, line {line}: `{text}` is no {kind}"))
                })?;
            }
        }
        Ok(Columns { file, columns })
    }
}

/// A table by columns, all of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Name of its file.
    pub file: String,
    /// Names and values.
    pub columns: Vec<(String, Values)>,
}

impl Columns {
    fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    /// Hands on row by row.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` with the row, from 1, that holds no cells or that `take` refuses, with its words.
    pub(super) fn each_row(&self, mut take: impl FnMut(&[Cell]) -> Result<(), String>) -> Result<(), Problem> {
        let mut cells = Vec::new();
        for row in 0..self.rows() {
            cells.clear();
            cells.extend(self.columns.iter().map_while(|(_, values)| values.cell(row)));
            take(&cells)
                .map_err(|wrong| Problem::error(Kind::Files, format!("{}, row {}: {wrong}", self.file, row + 1)))?;
        }
        Ok(())
    }
}

/// The values of a column. Missing numbers are NaN.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Different words, and which of them each row has.
    Text(Words),
    /// Whole numbers.
    Whole(Vec<i32>),
    /// Days from 1970-01-01.
    Day(Vec<i32>),
    /// Truth values.
    Flag(Vec<bool>),
    /// Numbers of single precision.
    Single(Vec<f32>),
    /// Numbers of double precision.
    Double(Vec<f64>),
}

/// Texts of which many are the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// Each text once.
    pub words: Vec<String>,
    /// Which of them stands in each row.
    pub at: Vec<i32>,
    places: HashMap<String, i32>,
}

impl Words {
    fn push(&mut self, text: &str) -> io::Result<()> {
        let last = self.at.last().copied().filter(|at| self.words[*at as usize] == text);
        let at = match last.or_else(|| self.places.get(text).copied()) {
            Some(at) => at,
            None => {
                let at = i32::try_from(self.words.len()).map_err(io::Error::other)?;
                self.words.push(text.to_string());
                self.places.insert(text.to_string(), at);
                at
            }
        };
        self.at.push(at);
        Ok(())
    }
}

impl Values {
    fn empty(kind: ColumnType) -> Values {
        match kind {
            ColumnType::Text => Values::Text(Words::default()),
            ColumnType::Whole => Values::Whole(Vec::new()),
            ColumnType::Day => Values::Day(Vec::new()),
            ColumnType::Flag => Values::Flag(Vec::new()),
            ColumnType::Single => Values::Single(Vec::new()),
            ColumnType::Double => Values::Double(Vec::new()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Values::Text(words) => words.at.len(),
            Values::Whole(all) | Values::Day(all) => all.len(),
            Values::Flag(all) => all.len(),
            Values::Single(all) => all.len(),
            Values::Double(all) => all.len(),
        }
    }

    fn push(&mut self, cell: Cell) -> io::Result<()> {
        match (self, cell) {
            (Values::Text(words), Cell::Text(text)) => words.push(text)?,
            (Values::Whole(all), Cell::Whole(value)) => all.push(i32::try_from(value).map_err(io::Error::other)?),
            (Values::Day(all), Cell::Day(day)) => all.push((day - UNIX).get_days()),
            (Values::Flag(all), Cell::Flag(flag)) => all.push(flag),
            (Values::Single(all), Cell::Single(value)) => all.push(value),
            (Values::Double(all), Cell::Double(value)) => all.push(value),
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        }
        Ok(())
    }

    /// Adds what stands in a field of CSV.
    ///
    /// # Errors
    /// What it should be, in words.
    fn parse(&mut self, text: &str) -> Result<(), &'static str> {
        fn read<T: FromStr>(text: &str, kind: &'static str) -> Result<T, &'static str> {
            text.parse().map_err(|_| kind)
        }
        let cell = match self {
            Values::Text(_) => Cell::Text(text),
            Values::Whole(_) => Cell::Whole(read(text, "whole number")?),
            Values::Day(_) => Cell::Day(read(text, "date")?),
            Values::Flag(_) => Cell::Flag(read(text, "truth value")?),
            Values::Single(_) => Cell::Single(if text.is_empty() { f32::NAN } else { read(text, "number")? }),
            Values::Double(_) => Cell::Double(if text.is_empty() { f64::NAN } else { read(text, "number")? }),
        };
        self.push(cell).map_err(|_| "whole number")
    }

    /// What stands in a row; `None` after the last one, and for what no cell can hold, such as a negative whole number.
    fn cell(&self, row: usize) -> Option<Cell<'_>> {
        Some(match self {
            Values::Text(words) => Cell::Text(&words.words[*words.at.get(row)? as usize]),
            Values::Whole(all) => Cell::Whole((*all.get(row)?).try_into().ok()?),
            Values::Day(all) => Cell::Day(UNIX.checked_add(Span::new().try_days(*all.get(row)?).ok()?).ok()?),
            Values::Flag(all) => Cell::Flag(*all.get(row)?),
            Values::Single(all) => Cell::Single(*all.get(row)?),
            Values::Double(all) => Cell::Double(*all.get(row)?),
        })
    }
}

fn write_group(
    writer: &mut SerializedFileWriter<&mut (dyn Write + Send)>,
    columns: &[Values],
) -> parquet::errors::Result<()> {
    fn put<T: DataType>(column: &mut SerializedColumnWriter, values: &[T::T]) -> parquet::errors::Result<()> {
        column.typed::<T>().write_batch(values, None, None).map(drop)
    }
    fn put_numbers<T: DataType>(
        column: &mut SerializedColumnWriter,
        values: &[T::T],
        there: impl Fn(&T::T) -> bool,
    ) -> parquet::errors::Result<()> {
        let levels: Vec<i16> = values.iter().map(|value| there(value).into()).collect();
        let values: Vec<T::T> = values.iter().filter(|value| there(value)).cloned().collect();
        column.typed::<T>().write_batch(&values, Some(&levels), None).map(drop)
    }
    let mut group = writer.next_row_group()?;
    for values in columns {
        let Some(mut column) = group.next_column()? else { break };
        match values {
            Values::Text(words) => {
                let each: Vec<ByteArray> = words.words.iter().map(|word| word.as_str().into()).collect();
                let all: Vec<ByteArray> = words.at.iter().map(|at| each[*at as usize].clone()).collect();
                put::<ByteArrayType>(&mut column, &all)?;
            }
            Values::Whole(all) | Values::Day(all) => put::<Int32Type>(&mut column, all)?,
            Values::Flag(all) => put::<BoolType>(&mut column, all)?,
            Values::Single(all) => put_numbers::<FloatType>(&mut column, all, |value| value.is_finite())?,
            Values::Double(all) => put_numbers::<DoubleType>(&mut column, all, |value| value.is_finite())?,
        }
        column.close()?;
    }
    group.close().map(drop)
}

/// Reads a table that [`LargeTable::write`] has written as Parquet.
///
/// # Errors
/// A [`Problem`] of kind `Files` when it cannot be read, or is no such table.
pub fn read_parquet(path: &Path) -> Result<Columns, Problem> {
    let file = File::open(path).map_err(|e| unreadable(path, &e))?;
    // The library's decoder asserts some of what a damaged file breaks.
    let read = catch_unwind(|| columns_of(file));
    let damaged = |_| Err(ParquetError::General("it is damaged".into()));
    let columns = read.unwrap_or_else(damaged).map_err(|e| unreadable(path, &e))?;
    Ok(Columns { file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(), columns })
}

/// The first cell in which two Parquet tables differ, in words; `None` when no cell does, or one of them cannot be read.
pub fn first_differing_cell(left: &Path, right: &Path) -> Option<String> {
    let (left, right) = (read_parquet(left).ok()?, read_parquet(right).ok()?);
    let cell = |values: &Values, row| values.cell(row).map_or(THE_END.into(), |cell| cell.to_string());
    (0..left.rows().max(right.rows())).find_map(|row| {
        left.columns.iter().zip(&right.columns).find_map(|((name, a), (_, b))| {
            let (a, b) = (cell(a, row), cell(b, row));
            (a != b).then(|| format!("row {}, {name}: {a} instead of {b}", row + 1))
        })
    })
}

fn columns_of(file: File) -> parquet::errors::Result<Vec<(String, Values)>> {
    let other = || ParquetError::General(OTHER_COLUMNS.into());
    let reader = SerializedFileReader::new(file)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let mut columns = Vec::new();
    for column in schema.columns() {
        let plain = column.max_rep_level() == 0 && column.path().parts().len() == 1;
        let kind = match (column.physical_type(), column.converted_type(), column.max_def_level()) {
            (Type::BYTE_ARRAY, ConvertedType::UTF8, 0) => ColumnType::Text,
            (Type::INT32, ConvertedType::NONE, 0) => ColumnType::Whole,
            (Type::INT32, ConvertedType::DATE, 0) => ColumnType::Day,
            (Type::BOOLEAN, ConvertedType::NONE, 0) => ColumnType::Flag,
            (Type::FLOAT, ConvertedType::NONE, 1) => ColumnType::Single,
            (Type::DOUBLE, ConvertedType::NONE, 1) => ColumnType::Double,
            _ => return Err(other()),
        };
        columns.push((column.name().to_string(), Some(Values::empty(kind)).filter(|_| plain).ok_or_else(other)?));
    }
    for place in 0..reader.num_row_groups() {
        let group = reader.get_row_group(place)?;
        for (place, (_, values)) in columns.iter_mut().enumerate() {
            values.take(group.get_column_reader(place)?)?;
        }
    }
    let rows = reader.metadata().file_metadata().num_rows();
    let whole = columns.iter().all(|(_, values)| i64::try_from(values.len()) == Ok(rows));
    if whole { Ok(columns) } else { Err(ParquetError::General("rows are missing".into())) }
}

impl Values {
    /// Adds the values of a group of rows.
    fn take(&mut self, column: ColumnReader) -> parquet::errors::Result<()> {
        /// Definition levels, 1 where there is a value, and the values.
        fn all<T: DataType>(column: ColumnReader) -> parquet::errors::Result<(Vec<i16>, Vec<T::T>)> {
            let mut column = get_typed_column_reader::<T>(column);
            let (mut levels, mut values) = (Vec::new(), Vec::new());
            while column.read_records(ROW_GROUP, Some(&mut levels), None, &mut values)?.0 > 0 {}
            Ok((levels, values))
        }
        fn spaced<T: Copy>(levels: &[i16], values: &[T], missing: T) -> impl Iterator<Item = T> {
            let mut values = values.iter().copied();
            levels.iter().map(move |level| if *level == 1 { values.next().unwrap_or(missing) } else { missing })
        }
        match self {
            Values::Text(words) => {
                for text in all::<ByteArrayType>(column)?.1 {
                    words.push(text.as_utf8()?)?;
                }
            }
            Values::Whole(values) | Values::Day(values) => values.extend(all::<Int32Type>(column)?.1),
            Values::Flag(values) => values.extend(all::<BoolType>(column)?.1),
            Values::Single(values) => {
                let (levels, some) = all::<FloatType>(column)?;
                values.extend(spaced(&levels, &some, f32::NAN));
            }
            Values::Double(values) => {
                let (levels, some) = all::<DoubleType>(column)?;
                values.extend(spaced(&levels, &some, f64::NAN));
            }
        }
        Ok(())
    }
}

fn unreadable(path: &Path, error: &dyn Display) -> Problem {
    Problem::error(Kind::Files, format!("cannot read {}: {error}", path.display()))
}
