//! Chunks: work that may be done on any machine.

use crate::{
    context::conducted,
    errors::raised,
    scenario::{Loaded, overrides},
};
use pyo3::{prelude::*, types::PyBytes};
use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use telework::{
    commands::{self, ChunkBase, ChunkOutput, ChunkPart, ChunkWorker, usual_runs},
    engine::{ParameterChoice, RunKey},
    error::Problems,
    scenario::load_text,
};

/// Some runs of which figures are wanted.
#[pyclass(frozen, module = "telework._engine")]
pub struct Chunk {
    inner: commands::Chunk,
    /// Row and draw of each run.
    #[pyo3(get)]
    runs: Vec<(usize, u32)>,
}

impl From<commands::Chunk> for Chunk {
    fn from(inner: commands::Chunk) -> Chunk {
        Chunk { runs: (0..inner.runs()).map(|place| (place, 0)).collect(), inner }
    }
}

#[pymethods]
impl Chunk {
    /// Hash of all that its bytes depend on.
    #[getter]
    fn key(&self) -> String {
        self.inner.key()
    }
    /// The text that travels.
    #[getter]
    fn payload(&self) -> String {
        self.inner.to_json()
    }
    fn __len__(&self) -> usize {
        self.runs.len()
    }
}

/// Some runs that have their places in a store.
#[pyclass(frozen, module = "telework._engine")]
pub struct WorkUnit {
    inner: commands::WorkUnit,
}

impl From<commands::WorkUnit> for WorkUnit {
    fn from(inner: commands::WorkUnit) -> WorkUnit {
        WorkUnit { inner }
    }
}

#[pymethods]
impl WorkUnit {
    /// Hash of all that its bytes depend on.
    #[getter]
    fn key(&self) -> String {
        self.inner.chunk.key()
    }
    /// The text that travels.
    #[getter]
    fn payload(&self) -> String {
        self.inner.chunk.to_json()
    }
    fn __len__(&self) -> usize {
        self.inner.chunk.runs()
    }
    /// Puts what came back into the store.
    fn keep(&self, py: Python<'_>, bytes: &[u8]) -> PyResult<()> {
        py.detach(|| self.inner.keep(bytes)).map_err(raised)
    }
}

/// The chunks of a design: each case is a row, some changes of a scenario, in one draw. Of each run the figures are wanted.
/// Nothing is handed out before all rows are known to run.
#[pyfunction]
#[pyo3(signature = (loaded, rows, cases, figures, *, point, runs, data))]
#[expect(clippy::too_many_arguments, reason = "they are Python's keywords")]
pub fn design_chunks(
    py: Python<'_>,
    loaded: &Loaded,
    rows: Vec<Vec<(String, String)>>,
    cases: Vec<(usize, u32)>,
    figures: Vec<String>,
    point: bool,
    runs: Option<usize>,
    data: Option<PathBuf>,
) -> PyResult<Vec<Chunk>> {
    let made = py.detach(|| -> Result<Vec<Chunk>, Problems> {
        let source = if point { ParameterChoice::Point } else { ParameterChoice::Posterior };
        let base = ChunkBase::new(&loaded.inner.resolved_toml, source, &[])?.with_figures(&figures);
        let world = world(&data, data.is_some())?;
        let chunk = |block: &[(usize, u32)]| {
            let part = |runs: &[(usize, u32)]| {
                let keys = runs.iter().map(|(_, draw)| RunKey::from(*draw)).collect();
                ChunkPart::of(rows[runs[0].0].clone(), None, keys)
            };
            let parts = block.chunk_by(|a, b| a.0 == b.0).map(part).collect();
            Chunk {
                inner: commands::Chunk::new(ChunkOutput::Figures, &base, parts, world.data()),
                runs: block.to_vec(),
            }
        };
        let runs = runs.unwrap_or_else(|| usual_runs(&loaded.inner.scenario)).max(1);
        Ok(cases.chunks(runs).map(chunk).collect())
    });
    made.map_err(raised)
}

/// What is wrong with the rows of a design: the number of the first wrong one, and the exception that it would raise.
#[pyfunction]
pub fn first_wrong_row(
    py: Python<'_>,
    loaded: &Loaded,
    rows: Vec<Vec<(String, String)>>,
) -> PyResult<Option<(usize, Py<PyAny>)>> {
    let change = |(path, value): &(String, String)| (format!("{path}={value}"), path.clone(), value.clone());
    let mut known = HashSet::new();
    for (place, row) in rows.iter().enumerate() {
        py.check_signals()?;
        if !known.insert(row) {
            continue;
        }
        let changes = overrides(row.iter().map(change).collect());
        if let Err(problems) = py.detach(|| load_text("row", &loaded.inner.resolved_toml, &changes)) {
            return Ok(Some((place, raised(problems).into_value(py).into_any())));
        }
    }
    Ok(None)
}

/// The key of a chunk's text.
#[pyfunction]
pub fn key(payload: &str) -> PyResult<String> {
    Ok(commands::Chunk::from_json(payload).map_err(raised)?.key())
}

/// Makes a chunk: its text in, its bytes out, a pure function. Tables and firms are kept for the next one.
#[pyfunction]
#[pyo3(signature = (payload, *, data=None, threads=1, progress=None))]
pub fn compute<'py>(
    py: Python<'py>,
    payload: &str,
    data: Option<PathBuf>,
    threads: usize,
    progress: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let bytes = conducted(py, threads, progress.as_ref(), |context| -> Result<Vec<u8>, Problems> {
        let chunk = commands::Chunk::from_json(payload)?;
        let mut known = world(&data, false)?;
        if !known.takes(&chunk) {
            // The folder may have changed since it was read.
            known = world(&data, true)?;
        }
        known.make(&chunk, context)
    })?;
    Ok(PyBytes::new(py, &bytes))
}

/// The world of a folder of tables, made once a process unless it is wanted `afresh`.
fn world(folder: &Option<PathBuf>, afresh: bool) -> Result<Arc<ChunkWorker>, Problems> {
    static WORLDS: Mutex<Option<HashMap<Option<PathBuf>, Arc<ChunkWorker>>>> = Mutex::new(None);
    let mut worlds = WORLDS.lock().unwrap_or_else(PoisonError::into_inner);
    let worlds = worlds.get_or_insert_default();
    match worlds.get(folder).filter(|_| !afresh) {
        Some(world) => Ok(world.clone()),
        None => {
            let world = Arc::new(ChunkWorker::new(folder.as_deref())?);
            worlds.insert(folder.clone(), world.clone());
            Ok(world)
        }
    }
}
