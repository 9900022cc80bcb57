//! Tables of result folders as Arrow: CSV in, typed columns out, handed on without copying (Arrow PyCapsule interface).

use arrow_array::{
    ArrayRef, RecordBatch, RecordBatchIterator,
    builder::{BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringDictionaryBuilder},
    ffi::FFI_ArrowSchema,
    ffi_stream::FFI_ArrowArrayStream,
    types::Int32Type,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::{prelude::*, types::PyCapsule};
use std::{fmt::Display, fs::File, path::PathBuf, sync::Arc};
use telework::error::{Kind, Problem};

use crate::errors::raised;

const WHOLE: [&str; 8] =
    ["replicate", "replicates", "draw", "draws", "fiscal_year", "respondents", "pairs", "pairs_to_settle"];
const DAYS: [&str; 8] = ["week", "date", "as_of", "published_for", "date_5", "date_50", "date_95", "by"];
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
const TRUTHS: [&str; 1] = ["visible"];

/// One table.
#[pyclass(frozen, module = "telework._engine")]
pub struct Table {
    batch: RecordBatch,
}

/// A column that is being filled.
enum Column {
    Whole(Int64Builder),
    Day(Date32Builder),
    Text(StringDictionaryBuilder<Int32Type>),
    Truth(BooleanBuilder),
    Number(Float64Builder),
}

impl Column {
    /// By the columns' names, which mean the same in every table; what is not among them is a number.
    fn named(name: &str) -> Column {
        match name {
            _ if WHOLE.contains(&name) => Column::Whole(Int64Builder::new()),
            _ if DAYS.contains(&name) => Column::Day(Date32Builder::new()),
            _ if TEXTS.contains(&name) => Column::Text(StringDictionaryBuilder::new()),
            _ if TRUTHS.contains(&name) => Column::Truth(BooleanBuilder::new()),
            _ => Column::Number(Float64Builder::new()),
        }
    }

    /// Adds a field, an empty one as missing; `None` when it is of another type.
    fn push(&mut self, text: &str) -> Option<()> {
        let given = (!text.is_empty()).then_some(text);
        match self {
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
        };
        (array.data_type().clone(), array)
    }
}

/// Days from 1970-01-01 to an ISO date.
fn day(text: &str) -> Option<i32> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years from March, in eras of 400 years (Hinnant, chrono-compatible low-level date algorithms).
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Reads a table of a result folder.
#[pyfunction]
pub fn read_table(py: Python<'_>, path: PathBuf) -> PyResult<Table> {
    let batch = py.detach(|| read(&path)).map_err(raised)?;
    Ok(Table { batch })
}

fn read(path: &std::path::Path) -> Result<RecordBatch, Problem> {
    let problem = |error: &dyn Display| Problem::error(Kind::Files, format!("cannot read {}: {error}", path.display()));
    let mut reader = csv::Reader::from_reader(File::open(path).map_err(|e| problem(&e))?);
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
    fn __repr__(&self) -> String {
        format!("<Table of {} rows: {}>", self.batch.num_rows(), self.columns().join(", "))
    }
}
