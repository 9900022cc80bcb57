//! The table of a design, streamed from the files of its chunks: one row a run and fiscal year, one column a KPI.

use crate::table::{schema_capsule, stream};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::{prelude::*, types::PyCapsule};
use std::{fs, path::PathBuf, sync::Arc};
use telework::analysis::candidate_kpis;

/// A file with a chunk's bytes, and row and draw of each of its runs.
type Part = (PathBuf, Vec<(usize, u32)>);

/// The table; its memory is that of one chunk.
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
    fn new(parts: Vec<Part>, first_year: i64, years: usize) -> DesignTable {
        let whole = ["row", "draw", "fiscal_year"].map(|name| Field::new(name, DataType::Int64, false));
        let kpis = candidate_kpis().into_iter().map(|kpi| kpi.id()).chain(["spend_yen".to_string()]);
        let numbers = kpis.map(|name| Field::new(name, DataType::Float64, true));
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
        let batches = (0..parts.len()).map(move |place| batch(&parts[place], &schema, first, years));
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
    fn __repr__(&self) -> String {
        format!("<Table of {} rows: {}>", self.__len__(), self.columns().join(", "))
    }
}

fn batch((file, runs): &Part, schema: &SchemaRef, first: i64, years: usize) -> Result<RecordBatch, ArrowError> {
    let bytes = fs::read(file).map_err(|e| ArrowError::IoError(format!("cannot read {}: {e}", file.display()), e))?;
    let (numbers, _) = bytes.as_chunks();
    let numbers: Vec<f64> = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let kpis = schema.fields().len() - 3;
    let width = kpis * years;
    if numbers.len() < runs.len() * width {
        return Err(ArrowError::ParseError(format!("{} is damaged", file.display())));
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
    for kpi in 0..kpis {
        let value = |(run, year): (usize, usize)| numbers[run * width + kpi * years + year];
        let values = lines().map(value).map(|value| value.is_finite().then_some(value));
        columns.push(Arc::new(values.collect::<Float64Array>()));
    }
    RecordBatch::try_new(schema.clone(), columns)
}
