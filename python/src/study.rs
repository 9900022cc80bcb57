//! Runs, comparisons, attributions, searches and calibrations: prepared, their work handed out, carried out.

use crate::{
    chunk::Parcel,
    conduct::conducted,
    errors::{plain, raised},
    scenario::{Change, Loaded, overrides},
};
use pyo3::{exceptions::PyValueError, prelude::*};
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};
use telework::{
    analysis::shapley::Method,
    commands::{self, AttributeRequest, CalibrateRequest, CompareRequest, RunRequest, TargetRequest},
    engine::ParameterSource,
    error::{Kind, Problem, Problems},
};

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
    let request = RunRequest { scenario: name, overrides, out, store, parameters, split, force, data, panel: false };
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
    let request = CompareRequest { scenarios: names, overrides, targets, out, store, parameters, split, force, data };
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
    let request = AttributeRequest { scenario: name, overrides, among, kpis, draws, method, out, store, force, data };
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
    let by = match by.map(|text| text.parse().map_err(|_| text)) {
        None => None,
        Some(Ok(day)) => Some(day),
        Some(Err(text)) => {
            let problem = Problem::error(Kind::Usage, format!("`{text}` is no day"));
            return Err(raised(problem.advise("write a date such as 2026-03-31")));
        }
    };
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
        store,
        force,
        data,
    };
    let aim = py.detach(|| commands::prepare_loaded_target(loaded.inner.clone(), request)).map_err(raised)?;
    Ok(Study::new(Prepared::Target(Box::new(aim))))
}

/// Fits the model to the surveys; gives the folder of the posterior.
#[pyfunction]
#[pyo3(signature = (*, config, as_of, resume, out, data, threads, progress))]
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
) -> PyResult<PathBuf> {
    let as_of = match as_of.map(|text| text.parse().map_err(|_| text)) {
        None => None,
        Some(Ok(day)) => Some(day),
        Some(Err(text)) => {
            let problem = Problem::error(Kind::Usage, format!("`{text}` is no day"));
            return Err(raised(problem.advise("write a date such as 2021-04-30")));
        }
    };
    let request = CalibrateRequest { config, as_of, resume, out, data };
    Ok(conducted(py, threads, progress.as_ref(), |conduct| commands::calibrate(&request, conduct))?.folder)
}
