//! Runs, comparisons, attributions, searches and calibrations: prepared, their work handed out, carried out.

use crate::{
    chunk::{Chunk, Parcel},
    conduct::conducted,
    errors::{plain, raised},
    scenario::{Change, Loaded, overrides},
};
use jiff::civil::Date;
use pyo3::{exceptions::PyValueError, prelude::*};
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
    analysis::shapley::Method,
    commands::{self, AttributeRequest, CalibrateRequest, CompareRequest, Elsewhere, RunRequest, TargetRequest},
    engine::ParameterSource,
    error::{Kind, Problem, Problems},
};

/// Between two looks at whether work that is made elsewhere is still wanted.
const LOOK: Duration = Duration::from_millis(50);

enum Prepared {
    Run(Box<commands::Job>),
    Comparison(Box<commands::Comparison>),
    Attribution(Box<commands::Attribution>),
    Target(Box<commands::Aim>),
}

/// A study that could start: everything is read, checked and synthesised.
#[pyclass(frozen, module = "telework._engine")]
pub struct Study {
    prepared: Mutex<Option<Prepared>>,
    run: String,
    folder: PathBuf,
    notes: Vec<Problem>,
}

impl Study {
    fn new(prepared: Prepared) -> Study {
        let (run, folder, notes) = match &prepared {
            Prepared::Run(job) => (&job.run, &job.target, job.loaded.notes.clone()),
            Prepared::Comparison(one) => {
                let notes = one.loaded.iter().flat_map(|loaded| loaded.notes.clone()).collect();
                (&one.run, &one.target, notes)
            }
            Prepared::Attribution(one) => (&one.run, &one.target, one.loaded.notes.clone()),
            Prepared::Target(one) => (&one.run, &one.target, one.loaded.notes.clone()),
        };
        let (run, folder) = (run.clone(), folder.clone());
        Study { prepared: Mutex::new(Some(prepared)), run, folder, notes }
    }

    fn taken(&self) -> PyResult<Prepared> {
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

    /// The work that is not in the store yet, at most `runs` runs a parcel.
    #[pyo3(signature = (runs=None))]
    fn parcels(&self, py: Python<'_>, runs: Option<usize>) -> PyResult<Vec<Parcel>> {
        py.detach(|| {
            let prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
            match &*prepared {
                None => Ok(Vec::new()),
                Some(Prepared::Run(job)) => job.parcels(runs),
                Some(Prepared::Comparison(comparison)) => comparison.parcels(runs),
                Some(Prepared::Attribution(attribution)) => attribution.parcels(runs),
                Some(Prepared::Target(_)) => Err(Problem::error(
                    Kind::Usage,
                    "a search for a target decides by each value which to try next: it cannot be handed out",
                )
                .advise("leave out on=, or make a design of the values")),
            }
        })
        .map(|parcels| parcels.into_iter().map(Parcel::from).collect())
        .map_err(raised)
    }

    /// Makes what is missing and writes the folder.
    #[pyo3(signature = (threads=0, progress=None))]
    fn carry_out(&self, py: Python<'_>, threads: usize, progress: Option<Py<PyAny>>) -> PyResult<PathBuf> {
        let prepared = self.taken()?;
        conducted(py, threads, progress.as_ref(), |conduct| -> Result<PathBuf, Problems> {
            Ok(match prepared {
                Prepared::Run(job) => commands::execute(*job, conduct)?.folder,
                Prepared::Comparison(comparison) => commands::compare(&comparison, conduct)?.folder,
                Prepared::Attribution(attribution) => commands::attribute(&attribution, conduct)?.folder,
                Prepared::Target(aim) => commands::target(&aim, conduct)?.folder,
            })
        })
    }
}

fn source(point: bool) -> ParameterSource {
    if point { ParameterSource::Point } else { ParameterSource::Posterior }
}

/// Prepares a run. `name` and `changes` are what the manifest names.
#[pyfunction]
#[pyo3(signature = (loaded, name, changes, *, out, store, point, split, force, data))]
#[allow(clippy::too_many_arguments)]
pub fn prepare_run(
    py: Python<'_>,
    loaded: &Loaded,
    name: String,
    changes: Vec<Change>,
    out: Option<PathBuf>,
    store: Option<PathBuf>,
    point: bool,
    split: u32,
    force: bool,
    data: Option<PathBuf>,
) -> PyResult<Study> {
    let overrides = overrides(changes);
    let parameters = source(point);
    let request =
        RunRequest { scenario: name, overrides, out, home: None, store, parameters, split, force, data, panel: false };
    let job = py.detach(|| commands::prepare_loaded(loaded.inner.clone(), request)).map_err(raised)?;
    Ok(Study::new(Prepared::Run(Box::new(job))))
}

/// Prepares a comparison; the first scenario is the reference.
#[pyfunction]
#[pyo3(signature = (loaded, names, changes, *, targets, out, store, point, split, force, data))]
#[allow(clippy::too_many_arguments)]
pub fn prepare_comparison(
    py: Python<'_>,
    loaded: Vec<Bound<'_, Loaded>>,
    names: Vec<String>,
    changes: Vec<Change>,
    targets: Vec<String>,
    out: Option<PathBuf>,
    store: Option<PathBuf>,
    point: bool,
    split: u32,
    force: bool,
    data: Option<PathBuf>,
) -> PyResult<Study> {
    let loaded = loaded.iter().map(|one| one.get().inner.clone()).collect();
    let overrides = overrides(changes);
    let parameters = source(point);
    let request =
        CompareRequest { scenarios: names, overrides, targets, out, home: None, store, parameters, split, force, data };
    let comparison = py.detach(|| commands::prepare_loaded_comparison(loaded, request)).map_err(raised)?;
    Ok(Study::new(Prepared::Comparison(Box::new(comparison))))
}

/// Prepares an attribution.
#[pyfunction]
#[pyo3(signature = (loaded, name, changes, *, among, kpis, draws, method, out, store, force, data))]
#[allow(clippy::too_many_arguments)]
pub fn prepare_attribution(
    py: Python<'_>,
    loaded: &Loaded,
    name: String,
    changes: Vec<Change>,
    among: Vec<String>,
    kpis: Vec<String>,
    draws: Option<u32>,
    method: Option<&str>,
    out: Option<PathBuf>,
    store: Option<PathBuf>,
    force: bool,
    data: Option<PathBuf>,
) -> PyResult<Study> {
    let method = match method {
        None => None,
        Some("exact") => Some(Method::Exact),
        Some("sampled") => Some(Method::Sampled),
        Some(other) => {
            let problem = Problem::error(Kind::Usage, format!("`{other}` is no method of attribution"));
            return Err(raised(problem.advise("write exact or sampled")));
        }
    };
    let overrides = overrides(changes);
    let request =
        AttributeRequest { scenario: name, overrides, among, kpis, draws, method, out, home: None, store, force, data };
    let attribution =
        py.detach(|| commands::prepare_loaded_attribution(loaded.inner.clone(), request)).map_err(raised)?;
    Ok(Study::new(Prepared::Attribution(Box::new(attribution))))
}

/// Prepares a search for the smallest value that reaches a KPI.
#[pyfunction]
#[pyo3(signature = (loaded, name, changes, *, goal, vary, by, low, high, probability, draws, out, store, force, data))]
#[allow(clippy::too_many_arguments)]
pub fn prepare_target(
    py: Python<'_>,
    loaded: &Loaded,
    name: String,
    changes: Vec<Change>,
    goal: String,
    vary: String,
    by: Option<String>,
    low: Option<String>,
    high: Option<String>,
    probability: f64,
    draws: Option<u32>,
    out: Option<PathBuf>,
    store: Option<PathBuf>,
    force: bool,
    data: Option<PathBuf>,
) -> PyResult<Study> {
    let by = day(by)?;
    let request = TargetRequest {
        scenario: name,
        overrides: overrides(changes),
        goal,
        segment: None,
        by,
        vary,
        from: low,
        to: high,
        probability,
        draws,
        out,
        home: None,
        store,
        force,
        data,
    };
    let aim = py.detach(|| commands::prepare_loaded_target(loaded.inner.clone(), request)).map_err(raised)?;
    Ok(Study::new(Prepared::Target(Box::new(aim))))
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
#[pyo3(signature = (*, config, as_of, resume, out, data, threads, progress, elsewhere))]
#[allow(clippy::too_many_arguments)]
pub fn calibrate(
    py: Python<'_>,
    config: Option<PathBuf>,
    as_of: Option<String>,
    resume: bool,
    out: Option<PathBuf>,
    data: Option<PathBuf>,
    threads: usize,
    progress: Option<Py<PyAny>>,
    elsewhere: Option<Py<PyAny>>,
) -> PyResult<PathBuf> {
    let as_of = day(as_of)?;
    let request = CalibrateRequest { config, as_of, resume, out, data };
    let failed = Mutex::new(None);
    let outcome = conducted(py, threads, progress.as_ref(), |conduct| {
        let flag = Arc::new(AtomicBool::new(false));
        let made = |chunks: Vec<commands::Chunk>| {
            let asked = || {
                Python::attach(|py| {
                    let chunks: Vec<Chunk> = chunks.into_iter().map(Chunk::from).collect();
                    let bytes = elsewhere.as_ref()?.call1(py, (chunks, Stopped { flag: flag.clone() }));
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
                    flag.fetch_or(conduct.stop.load(Ordering::Relaxed), Ordering::Relaxed);
                }
                asking.join().unwrap_or_else(|payload| panic::resume_unwind(payload))
            })
        };
        let door: Option<Elsewhere> = if elsewhere.is_some() { Some(&made) } else { None };
        commands::calibrate_elsewhere(&request, conduct, door)
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(outcome?.folder),
    }
}

fn keep_first(failed: &Mutex<Option<PyErr>>, error: PyErr) {
    failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
}

/// A date as Python wrote it.
fn day(text: Option<String>) -> PyResult<Option<Date>> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let problem = Problem::error(Kind::Usage, format!("`{text}` is no day"));
        raised(problem.advise("write a date such as 2026-03-31"))
    })
}
