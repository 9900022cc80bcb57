//! The table of a design, streamed from the files of its chunks: one row a run and fiscal year, one column an outcome.

use crate::table::{cells, schema_capsule, stream};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::{
    exceptions::PyOSError,
    prelude::*,
    types::{PyCapsule, PyTuple},
};
use std::{fs, path::PathBuf, sync::Arc};

/// A file with a chunk's bytes, and row and draw of each of its runs.
type Part = (PathBuf, Vec<(usize, u32)>);

/// Parts of one batch: they may be single runs.
const TOGETHER: usize = 256;

/// The table; its memory is that of some parts.
#[pyclass(frozen, module = "telework._engine")]
pub struct DesignTable {
    parts: Arc<Vec<Part>>,
    first_year: i64,
    years: usize,
    schema: SchemaRef,
}

#[pymethods]
impl DesignTable {
    /// Of finished chunks in order.
    #[new]
    fn new(parts: Vec<Part>, figures: Vec<String>, first_year: i64, years: usize) -> DesignTable {
        let whole = ["row", "draw", "fiscal_year"].map(|name| Field::new(name, DataType::Int64, false));
        let numbers = figures.into_iter().map(|name| Field::new(name, DataType::Float64, true));
        let schema = Arc::new(Schema::new(whole.into_iter().chain(numbers).collect::<Vec<_>>()));
        DesignTable { parts: Arc::new(parts), first_year, years, schema }
    }
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let (parts, schema, first, years) = (self.parts.clone(), self.schema.clone(), self.first_year, self.years);
        let places = (0..parts.len()).step_by(TOGETHER);
        let batches = places.map(move |place| {
            let some = &parts[place..parts.len().min(place + TOGETHER)];
            batch(some, &schema, first, years)
        });
        stream(py, self.schema.clone(), batches)
    }
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.schema)
    }
    /// Names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }
    fn __len__(&self) -> usize {
        self.parts.iter().map(|(_, runs)| runs.len()).sum::<usize>() * self.years
    }
    /// The first rows, each a tuple.
    fn head<'py>(&self, py: Python<'py>, rows: usize) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        let mut all = Vec::new();
        for part in self.parts.iter() {
            if all.len() >= rows {
                break;
            }
            let made = batch(std::slice::from_ref(part), &self.schema, self.first_year, self.years);
            let made = made.map_err(|e| PyOSError::new_err(e.to_string()))?;
            all.extend(cells(py, &made, rows - all.len())?);
        }
        Ok(all)
    }
    fn __repr__(&self) -> String {
        format!("<Table of {} rows: {}>", self.__len__(), self.columns().join(", "))
    }
}

fn batch(parts: &[Part], schema: &SchemaRef, first: i64, years: usize) -> Result<RecordBatch, ArrowError> {
    let figures = schema.fields().len() - 3;
    let width = figures * years;
    let (mut numbers, mut runs) = (Vec::new(), Vec::new());
    for (file, part) in parts {
        let bytes =
            fs::read(file).map_err(|e| ArrowError::IoError(format!("cannot read {}: {e}", file.display()), e))?;
        // Behind the numbers stands their hash.
        let (all, _) = bytes.as_chunks();
        let wanted = all.get(..part.len() * width);
        let wanted = wanted.ok_or_else(|| ArrowError::ParseError(format!("{} is damaged", file.display())))?;
        numbers.extend(wanted.iter().map(|bytes| f64::from_le_bytes(*bytes)));
        runs.extend_from_slice(part);
    }
    let lines = || (0..runs.len()).flat_map(|run| (0..years).map(move |year| (run, year)));
    let whole = |of: &dyn Fn(usize, usize) -> i64| -> ArrayRef {
        Arc::new(lines().map(|(run, year)| of(run, year)).collect::<Int64Array>())
    };
    let mut columns = vec![
        whole(&|run, _| runs[run].0 as i64),
        whole(&|run, _| i64::from(runs[run].1)),
        whole(&|_, year| first + year as i64),
    ];
    for figure in 0..figures {
        let value = |(run, year): (usize, usize)| numbers[run * width + figure * years + year];
        let values = lines().map(value).map(|value| value.is_finite().then_some(value));
        columns.push(Arc::new(values.collect::<Float64Array>()));
    }
    RecordBatch::try_new(schema.clone(), columns)
}
