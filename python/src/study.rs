//! Runs, comparisons, attributions, searches and calibrations: prepared, their work handed out, carried out.

use crate::{
    chunk::{Chunk, WorkUnit},
    context::conducted,
    errors::{plain, raised},
    scenario::{Change, Loaded},
};
use clap::{FromArgMatches, Subcommand};
use pyo3::{exceptions::PyValueError, prelude::*};
use serde_json::{Value, json};
use std::{
    panic,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};
use telework::{
    commands::{self, Execution, Inspection, Prepared, RemoteExecutor, Request, RunContext, from_json, from_words},
    error::{Kind, Problem, Problems},
};

/// Between two looks at whether work that is made elsewhere is still wanted.
const LOOK: Duration = Duration::from_millis(50);

/// A study that could start: everything is read, checked and synthesised.
#[pyclass(frozen, module = "telework._engine")]
pub struct Study {
    prepared: Mutex<Option<Box<dyn Prepared>>>,
    run: String,
    folder: PathBuf,
    notes: Vec<Problem>,
}

impl Study {
    fn taken(&self) -> PyResult<Box<dyn Prepared>> {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        prepared.take().ok_or_else(|| PyValueError::new_err("this study was carried out already"))
    }
}

#[pymethods]
impl Study {
    /// Name of the run.
    #[getter]
    fn run(&self) -> &str {
        &self.run
    }
    /// The folder to be written.
    #[getter]
    fn folder(&self) -> PathBuf {
        self.folder.clone()
    }
    /// Notes and warnings.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(&self.notes).into_pyobject(py)
    }

    /// The work that is not in the store yet, at most `runs` runs a unit.
    #[pyo3(signature = (runs=None))]
    fn work_units(&self, py: Python<'_>, runs: Option<usize>) -> PyResult<Vec<WorkUnit>> {
        py.detach(|| {
            let prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
            prepared.as_ref().map_or_else(|| Ok(Vec::new()), |prepared| prepared.work_units(runs))
        })
        .map(|work_units| work_units.into_iter().map(WorkUnit::from).collect())
        .map_err(raised)
    }

    /// Makes what is missing and writes the folder.
    #[pyo3(signature = (threads=0, progress=None))]
    fn carry_out(&self, py: Python<'_>, threads: usize, progress: Option<Py<PyAny>>) -> PyResult<PathBuf> {
        let prepared = self.taken()?;
        conducted(py, threads, progress.as_ref(), |context| -> Result<PathBuf, Problems> {
            prepared.carry_out(context)?;
            Ok(self.folder.clone())
        })
    }
}

/// A request of JSON: the name of a command under `command`, and its arguments by their names.
fn request<R: Subcommand + FromArgMatches>(json: &str) -> Result<R, Problem> {
    let unreadable = |e| Problem::error(Kind::Usage, format!("the request cannot be read: {e}"));
    from_json(&serde_json::from_str(json).map_err(unreadable)?)
}

/// Prepares a study of scenarios that are loaded; those that the request names are what the manifest names.
#[pyfunction]
pub fn prepare(py: Python<'_>, request: &str, loaded: Vec<Bound<'_, Loaded>>) -> PyResult<Study> {
    let study: commands::Study = self::request(request).map_err(raised)?;
    let loaded = loaded.iter().map(|one| one.get().inner.clone()).collect();
    let prepared = py.detach(|| study.prepare_loaded(loaded)).map_err(raised)?;
    let (run, folder, notes) = (prepared.run().to_string(), prepared.folder().to_path_buf(), prepared.notes());
    Ok(Study { prepared: Mutex::new(Some(prepared)), run, folder, notes })
}

/// The changes that a request makes in every scenario.
#[pyfunction]
pub fn changes(request: &str) -> PyResult<Vec<Change>> {
    let study: commands::Study = self::request(request).map_err(raised)?;
    let all = study.overrides().map_err(raised)?;
    Ok(all.into_iter().map(|one| (one.flag, one.path, one.value)).collect())
}

/// The request of a command line's words, without `telework`, as JSON.
#[pyfunction]
pub fn read_words(words: Vec<String>) -> PyResult<String> {
    let inspects = words.first().is_some_and(|command| Inspection::has_subcommand(command));
    let words = std::iter::once("telework".to_string()).chain(words);
    let request = if inspects {
        from_words(words).map(|request: Inspection| json!(request))
    } else {
        from_words(words).map(|request: Request| json!(request))
    };
    Ok(request.map_err(raised)?.to_string())
}

/// Every command that may be asked for with its arguments, as JSON.
#[pyfunction]
pub fn arguments() -> String {
    let mut all = commands::arguments::<Request>();
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), commands::arguments::<Inspection>()) {
        all.extend(more);
    }
    all.to_string()
}

/// Whether the work that called has been stopped.
#[pyclass(frozen, module = "telework._engine")]
pub struct Stopped {
    flag: Arc<AtomicBool>,
}

#[pymethods]
impl Stopped {
    fn __call__(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}

/// Fits the model to the surveys; gives the folder of the posterior. `elsewhere` is given chunks and a function that
/// tells whether all was stopped, and gives the bytes of each.
#[pyfunction]
pub fn calibrate(
    py: Python<'_>,
    request: &str,
    progress: Option<Py<PyAny>>,
    elsewhere: Option<Py<PyAny>>,
) -> PyResult<PathBuf> {
    let request = match self::request(request).map_err(raised)? {
        Request::Calibrate(request) => request,
        Request::Study(_) => return Err(PyValueError::new_err("this is no request of a calibration")),
    };
    let threads = request.execution.threads;
    fitted(py, threads, progress.as_ref(), elsewhere.as_ref(), |context, door| {
        Ok(commands::calibrate_on(&request, context, door)?.folder)
    })
}

/// Looks into folders or the posterior; what is found, as JSON. `elsewhere` as in [`calibrate`].
#[pyfunction]
pub fn inspect(
    py: Python<'_>,
    request: &str,
    progress: Option<Py<PyAny>>,
    elsewhere: Option<Py<PyAny>>,
) -> PyResult<String> {
    let found = match self::request(request).map_err(raised)? {
        Inspection::Verify(request) => {
            let Execution { threads, data } = request.execution;
            let found = conducted(py, threads, progress.as_ref(), |context| {
                commands::verify(&request.run_dir, data.as_deref(), context)
            })?;
            let compared = [found.tables, found.others].concat();
            json!({ "compared": compared, "uncovered": found.uncovered,
                "changes": found.changes, "differences": found.differences })
        }
        Inspection::Report(request) => json!(py.detach(|| commands::report(&request)).map_err(raised)?),
        Inspection::Validate(request) => {
            let validation = py.detach(|| commands::validate(&request)).map_err(raised)?;
            let threads = request.execution.threads;
            let folder = conducted(py, threads, progress.as_ref(), |context| validation.write(&request, context))?;
            json!({ "text": validation.text, "folder": folder })
        }
        Inspection::Evaluate(request) => {
            let threads = request.execution.threads;
            let done = fitted(py, threads, progress.as_ref(), elsewhere.as_ref(), |context, door| {
                commands::evaluate_on(&request, context, door)
            })?;
            json!({ "text": done.text, "folder": done.folder })
        }
    };
    Ok(found.to_string())
}

/// Writes the forecast that a request of `validate` names, without the certificate's folder.
#[pyfunction]
pub fn forecast(py: Python<'_>, request: &str, progress: Option<Py<PyAny>>) -> PyResult<()> {
    let Inspection::Validate(request) = self::request(request).map_err(raised)? else {
        return Err(PyValueError::new_err("this is no request of a forecast"));
    };
    let validation = py.detach(|| commands::validate(&request)).map_err(raised)?;
    let threads = request.execution.threads;
    conducted(py, threads, progress.as_ref(), |context| validation.write_forecast(&request, context))
}

/// Work with fits in it, whose runs `elsewhere` makes where it is given.
fn fitted<T: Send>(
    py: Python<'_>,
    threads: usize,
    progress: Option<&Py<PyAny>>,
    elsewhere: Option<&Py<PyAny>>,
    work: impl FnOnce(RunContext, Option<RemoteExecutor>) -> Result<T, Problems> + Send,
) -> PyResult<T> {
    let failed = Mutex::new(None);
    let outcome = conducted(py, threads, progress, |context| {
        let flag = Arc::new(AtomicBool::new(false));
        let made = |chunks: Vec<commands::Chunk>| {
            let asked = || {
                Python::attach(|py| {
                    let chunks: Vec<Chunk> = chunks.into_iter().map(Chunk::from).collect();
                    let bytes = elsewhere?.call1(py, (chunks, Stopped { flag: flag.clone() }));
                    bytes.and_then(|bytes| bytes.extract(py)).map_err(|error| keep_first(&failed, error)).ok()
                })
            };
            // The flag of the engine lives on this thread's stack; Python has one of its own, set by whoever looks.
            thread::scope(|scope| {
                let (finished, wait) = mpsc::channel::<()>();
                let asking = scope.spawn(move || {
                    let bytes = asked();
                    drop(finished);
                    bytes
                });
                while wait.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Timeout) {
                    flag.fetch_or(context.stop.load(Ordering::Relaxed), Ordering::Relaxed);
                }
                asking.join().unwrap_or_else(|payload| panic::resume_unwind(payload))
            })
        };
        let door: Option<RemoteExecutor> = if elsewhere.is_some() { Some(&made) } else { None };
        work(context, door)
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => outcome,
    }
}

fn keep_first(failed: &Mutex<Option<PyErr>>, error: PyErr) {
    failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
}
