//! Tables of result folders as Arrow: Parquet or CSV in, typed columns out, handed on without copying (Arrow PyCapsule interface).

use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    RecordBatchIterator, StringArray, TimestampMillisecondArray,
    builder::{BooleanBuilder, Float64Builder, Int64Builder, StringDictionaryBuilder, TimestampMillisecondBuilder},
    cast::AsArray,
    ffi::FFI_ArrowSchema,
    ffi_stream::FFI_ArrowArrayStream,
    types::{Float64Type, Int32Type, Int64Type, TimestampMillisecondType},
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::{
    exceptions::PyKeyError,
    prelude::*,
    types::{PyCapsule, PyTuple},
};
use std::{collections::BTreeMap, fmt::Display, fs::File, io, path::PathBuf, sync::Arc};
use telework::{
    calibration::certificate::Certificate,
    data::Data,
    error::{Kind, Problem},
    results::{Values, read_parquet},
};

use crate::errors::raised;

const WHOLE: [&str; 12] = [
    "row",
    "chain",
    "replicate",
    "replicates",
    "draw",
    "draws",
    "fiscal_year",
    "respondents",
    "pairs",
    "pairs_to_settle",
    "firm",
    "practice",
];
const DAYS: [&str; 10] =
    ["week", "date", "as_of", "published_for", "date_5", "date_50", "date_95", "by", "from", "until"];
const TEXTS: [&str; 30] = [
    "run",
    "scenario",
    "reference",
    "indicator",
    "segment",
    "kpi",
    "frame",
    "unit",
    "published_by",
    "parameters",
    "certificate",
    "survey",
    "wave",
    "metric",
    "segment_type",
    "intervention",
    "kind",
    "class",
    "member",
    "price_basis",
    "evidence",
    "source",
    "target_source",
    "verdict",
    "confidence",
    "method",
    "vary",
    "status",
    "intervention_a",
    "intervention_b",
];

/// What may be empty in every line and is a truth value all the same.
const TRUTHS: [&str; 1] = ["visible"];

/// One table.
#[pyclass(frozen, module = "telework._engine")]
pub struct Table {
    batch: RecordBatch,
}

/// A column that is being filled.
enum Column {
    Whole(Int64Builder),
    Day(TimestampMillisecondBuilder),
    Text(StringDictionaryBuilder<Int32Type>),
    Truth(BooleanBuilder),
    Number(Float64Builder),
    /// Of a name that is not known, with so many empty fields so far: its first field decides.
    Open(usize),
}

impl Column {
    /// By the columns' names, which mean the same in every table.
    fn named(name: &str) -> Column {
        match name {
            _ if WHOLE.contains(&name) => Column::Whole(Int64Builder::new()),
            _ if DAYS.contains(&name) => Column::Day(TimestampMillisecondBuilder::new()),
            _ if TEXTS.contains(&name) => Column::Text(StringDictionaryBuilder::new()),
            _ if TRUTHS.contains(&name) => Column::Truth(BooleanBuilder::new()),
            _ => Column::Open(0),
        }
    }

    /// A number, a truth value or a text, by the first field; what is no such thing further on is damaged.
    fn decided(empty: usize, first: &str) -> Column {
        if first.parse::<f64>().is_ok() {
            let mut numbers = Float64Builder::new();
            numbers.append_nulls(empty);
            return Column::Number(numbers);
        }
        if first.parse::<bool>().is_ok() {
            let mut truths = BooleanBuilder::new();
            truths.append_nulls(empty);
            return Column::Truth(truths);
        }
        let mut texts = StringDictionaryBuilder::new();
        (0..empty).for_each(|_| texts.append_null());
        Column::Text(texts)
    }

    /// Adds a field, an empty one as missing; `None` when it is of another type.
    fn push(&mut self, text: &str) -> Option<()> {
        let given = (!text.is_empty()).then_some(text);
        if let (Column::Open(empty), Some(first)) = (&self, given) {
            *self = Column::decided(*empty, first);
        }
        match self {
            Column::Open(empty) => *empty += 1,
            Column::Whole(builder) => builder.append_option(given.map(str::parse).transpose().ok()?),
            Column::Day(builder) => builder.append_option(given.map(|text| day(text).ok_or(())).transpose().ok()?),
            Column::Text(builder) => builder.append_option(given),
            Column::Truth(builder) => builder.append_option(given.map(str::parse).transpose().ok()?),
            Column::Number(builder) => builder.append_option(given.map(str::parse).transpose().ok()?),
        }
        Some(())
    }

    fn finish(self) -> (DataType, ArrayRef) {
        let array: ArrayRef = match self {
            Column::Whole(mut builder) => Arc::new(builder.finish()),
            Column::Day(mut builder) => Arc::new(builder.finish()),
            Column::Text(mut builder) => Arc::new(builder.finish()),
            Column::Truth(mut builder) => Arc::new(builder.finish()),
            Column::Number(mut builder) => Arc::new(builder.finish()),
            Column::Open(empty) => Arc::new(Float64Array::new_null(empty)),
        };
        (array.data_type().clone(), array)
    }
}

/// Milliseconds in a day.
const DAY: i64 = 86_400_000;

/// Midnight of an ISO date in milliseconds from 1970-01-01: pandas has no days, and makes objects of them.
fn day(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years from March, in eras of 400 years (Hinnant, chrono-compatible low-level date algorithms).
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(DAY * i64::from(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468))
}

/// Reads a table of a result folder.
#[pyfunction]
pub fn read_table(py: Python<'_>, path: PathBuf) -> PyResult<Table> {
    let batch = py.detach(|| read(&path)).map_err(raised)?;
    Ok(Table { batch })
}

/// A table inside the package, by its place such as `posterior/draws.csv`.
#[pyfunction]
pub fn embedded_table(name: &str) -> PyResult<Table> {
    let text = embedded_texts()?.remove(name).ok_or_else(|| PyKeyError::new_err(name.to_string()))?;
    Ok(Table { batch: parse(text.as_bytes(), &name).map_err(raised)? })
}

/// The tables inside the package: their texts by their places in a folder for `data=`.
#[pyfunction]
pub fn embedded_texts() -> PyResult<BTreeMap<String, &'static str>> {
    let own = Data::embedded_texts().iter().map(|(name, text)| (name.to_string(), *text));
    let certificate = Certificate::embedded_texts().map_err(raised)?;
    let certificate = certificate.into_iter().map(|(name, text)| (format!("posterior/{name}"), text));
    Ok(own.chain(certificate).collect())
}

fn read(path: &std::path::Path) -> Result<RecordBatch, Problem> {
    if path.extension().is_some_and(|ending| ending == "parquet") {
        return typed(path);
    }
    let unreadable = |e| Problem::error(Kind::Files, format!("cannot read {}: {e}", path.display()));
    parse(File::open(path).map_err(unreadable)?, &path.display())
}

/// A large table, with the types that its columns have when they come from CSV.
fn typed(path: &std::path::Path) -> Result<RecordBatch, Problem> {
    let problem = |e: ArrowError| Problem::error(Kind::Files, format!("cannot read {}: {e}", path.display()));
    let array = |values: Values| -> Result<ArrayRef, ArrowError> {
        let number = |value: f64| Some(value).filter(|value| value.is_finite());
        Ok(match values {
            Values::Text(words) => {
                let (at, words) = (Int32Array::from(words.at), StringArray::from(words.words));
                Arc::new(DictionaryArray::try_new(at, Arc::new(words))?)
            }
            Values::Whole(all) => Arc::new(Int64Array::from_iter_values(all.into_iter().map(i64::from))),
            Values::Day(all) => {
                let midnights = all.into_iter().map(|day| DAY * i64::from(day));
                Arc::new(TimestampMillisecondArray::from_iter_values(midnights))
            }
            Values::Flag(all) => Arc::new(BooleanArray::from(all)),
            Values::Single(all) => {
                Arc::new(all.into_iter().map(|value| number(value.into())).collect::<Float64Array>())
            }
            Values::Double(all) => Arc::new(all.into_iter().map(number).collect::<Float64Array>()),
        })
    };
    let columns = read_parquet(path)?.columns.into_iter();
    let columns: Result<Vec<_>, ArrowError> = columns.map(|(name, values)| Ok((name, array(values)?, true))).collect();
    RecordBatch::try_from_iter_with_nullable(columns.map_err(problem)?).map_err(problem)
}

fn parse(text: impl io::Read, name: &dyn Display) -> Result<RecordBatch, Problem> {
    let problem = |error: &dyn Display| Problem::error(Kind::Files, format!("cannot read {name}: {error}"));
    let mut reader = csv::Reader::from_reader(text);
    let names: Vec<String> = reader.headers().map_err(|e| problem(&e))?.iter().map(str::to_string).collect();
    let mut columns: Vec<Column> = names.iter().map(|name| Column::named(name)).collect();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| problem(&e))? {
        for ((column, name), text) in columns.iter_mut().zip(&names).zip(&record) {
            column.push(text).ok_or_else(|| {
                let line = record.position().map_or(0, csv::Position::line);
                problem(&format!("line {line}: `{text}` is no {name}"))
            })?;
        }
    }
    let (types, arrays): (Vec<_>, Vec<_>) = columns.into_iter().map(Column::finish).unzip();
    let fields = names.iter().zip(types).map(|(name, kind)| Field::new(name, kind, true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    RecordBatch::try_new(schema, arrays).map_err(|e| problem(&e))
}

/// The first rows of a batch as Python's own values; a day is a text.
pub fn cells<'py>(py: Python<'py>, batch: &RecordBatch, rows: usize) -> PyResult<Vec<Bound<'py, PyTuple>>> {
    let cell = |column: &ArrayRef, row: usize| -> PyResult<Bound<'py, PyAny>> {
        if column.is_null(row) {
            return Ok(py.None().into_bound(py));
        }
        Ok(match column.data_type() {
            DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into_pyobject(py)?.into_any(),
            DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into_pyobject(py)?.into_any(),
            DataType::Boolean => column.as_boolean().value(row).into_pyobject(py)?.to_owned().into_any(),
            DataType::Timestamp(..) => {
                let time = column.as_primitive::<TimestampMillisecondType>().value_as_date(row);
                time.map(|day| day.to_string()).into_pyobject(py)?.into_any()
            }
            _ => {
                let column = column.as_dictionary::<Int32Type>();
                let key = column.key(row).unwrap_or_default();
                column.values().as_string::<i32>().value(key).into_pyobject(py)?.into_any()
            }
        })
    };
    (0..rows.min(batch.num_rows()))
        .map(|row| {
            let values = batch.columns().iter().map(|column| cell(column, row)).collect::<PyResult<Vec<_>>>()?;
            PyTuple::new(py, values)
        })
        .collect()
}

/// A stream of batches as a capsule, which frees it unless somebody takes it.
pub fn stream<'py>(
    py: Python<'py>,
    schema: SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>> + Send + 'static,
) -> PyResult<Bound<'py, PyCapsule>> {
    let reader = RecordBatchIterator::new(batches, schema);
    let name = c"arrow_array_stream";
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), name)
}

/// A schema as a capsule.
pub fn schema_capsule<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema)
        .map_err(|e| raised(Problem::error(Kind::Files, format!("cannot describe the table: {e}"))))?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}

#[pymethods]
impl Table {
    /// The Arrow PyCapsule interface; the consumer casts, when it wants another schema.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        stream(py, self.batch.schema(), std::iter::once(Ok(self.batch.clone())))
    }
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.batch.schema())
    }
    /// Names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }
    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }
    /// The first rows, each a tuple.
    fn head<'py>(&self, py: Python<'py>, rows: usize) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        cells(py, &self.batch, rows)
    }
    fn __repr__(&self) -> String {
        format!("<Table of {} rows: {}>", self.batch.num_rows(), self.columns().join(", "))
    }
}
