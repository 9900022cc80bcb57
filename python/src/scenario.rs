//! Scenarios, and the tables that describe what may be in them.

use crate::errors::{plain, raised};
use pyo3::{prelude::*, types::PyDict};
use std::collections::BTreeMap;
use telework::{
    analysis::{AnnualFigure, Players, annual_figures, candidate_kpis},
    calendar::{Week, mondays},
    data::Data,
    parameters::TABLE,
    scenario::{self, BUILT_IN, Measure, Override, Scale},
};

/// Flag as typed, path, value as TOML.
pub type Change = (String, String, String);

/// Changes as the engine takes them.
pub fn overrides(changes: Vec<Change>) -> Vec<Override> {
    changes.into_iter().map(|(flag, path, value)| Override { flag, path, value }).collect()
}

/// A scenario that would run.
#[pyclass(frozen, module = "telework._engine")]
pub struct Loaded {
    pub inner: scenario::Loaded,
}

#[pymethods]
impl Loaded {
    /// By path or name.
    #[staticmethod]
    fn load(py: Python<'_>, name: &str, changes: Vec<Change>) -> PyResult<Loaded> {
        let inner = py.detach(|| scenario::load(name, &overrides(changes))).map_err(raised)?;
        Ok(Loaded { inner })
    }

    /// From TOML text.
    #[staticmethod]
    fn load_text(py: Python<'_>, name: &str, text: &str, changes: Vec<Change>) -> PyResult<Loaded> {
        let inner = py.detach(|| scenario::load_text(name, text, &overrides(changes))).map_err(raised)?;
        Ok(Loaded { inner })
    }

    #[getter]
    fn name(&self) -> &str {
        &self.inner.scenario.name
    }
    #[getter]
    fn title(&self) -> &str {
        &self.inner.scenario.title
    }
    #[getter]
    fn question(&self) -> &str {
        &self.inner.scenario.question
    }
    #[getter]
    fn sources(&self) -> Vec<String> {
        self.inner.scenario.sources.clone()
    }
    #[getter]
    fn start(&self) -> String {
        self.inner.scenario.run.start.to_string()
    }
    #[getter]
    fn end(&self) -> String {
        self.inner.scenario.run.end.to_string()
    }
    #[getter]
    fn weeks(&self) -> u32 {
        mondays(self.inner.scenario.run.start, self.inner.scenario.run.end)
    }
    /// First and last fiscal year.
    #[getter]
    fn fiscal_years(&self) -> (i16, i16) {
        let year = |day| Week::containing(day).unwrap_or(Week(0)).fiscal_year();
        (year(self.inner.scenario.run.start), year(self.inner.scenario.run.end))
    }
    #[getter]
    fn seed(&self) -> u64 {
        self.inner.scenario.run.seed
    }
    #[getter]
    fn replicates(&self) -> u32 {
        self.inner.scenario.run.replicates
    }
    /// Wished number of sampled firms; `None` = all firms of Japan.
    #[getter]
    fn sample(&self) -> Option<u32> {
        match self.inner.scenario.run.scale {
            Scale::Whole => None,
            Scale::Sample(firms) => Some(firms),
        }
    }
    /// Parameters that hold in all draws.
    #[getter]
    fn fixed(&self) -> BTreeMap<&'static str, f64> {
        let scenario = &self.inner.scenario;
        scenario.fixed.iter().filter_map(|name| Some((*name, scenario.parameters.get(name)?))).collect()
    }
    /// The whole scenario as one text.
    #[getter]
    fn toml(&self) -> &str {
        &self.inner.resolved_toml
    }
    /// Notes and warnings.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(&self.inner.notes).into_pyobject(py)
    }
    /// The measures in order: name, kind, first and last day, scale, whether the effect is assumed.
    #[getter]
    fn measures(&self) -> Vec<(&str, &'static str, String, String, f64, bool)> {
        let all = self.inner.scenario.interventions.iter();
        all.map(|one| {
            let assumed = !matches!(one.measure, Measure::EmergencyDeclaration(_));
            (one.name.as_str(), one.measure.key(), one.from.to_string(), one.until.to_string(), one.scale, assumed)
        })
        .collect()
    }
    /// Name and kind of the measures that can still be decided, from fiscal 2021 on.
    fn decidable(&self) -> PyResult<Vec<(&str, &'static str)>> {
        let as_of = Data::embedded().map_err(raised)?.posterior.as_of;
        let players = Players::new(&self.inner.scenario, as_of, &[]);
        // Nobody: a scenario without such measures.
        Ok(players.map_or_else(|_| Vec::new(), |players| players.named(&self.inner.scenario)))
    }
    /// Smallest and largest value, unit, present value of a number of the scenario, and whether it is whole.
    fn number(&self, path: &str) -> PyResult<(f64, f64, String, Option<f64>, bool)> {
        let number = scenario::Number::find(&self.inner, path).map_err(raised)?;
        Ok((number.limits.0, number.limits.1, number.unit, number.value, number.whole))
    }
    /// A bound of a number's range as a number: yen, weeks, shares, whatever its text says.
    fn bound(&self, path: &str, name: &str, text: &str) -> PyResult<f64> {
        let number = scenario::Number::find(&self.inner, path).map_err(raised)?;
        number.bound(name, text).map_err(raised)
    }
}

/// Names of the scenarios inside the package.
#[pyfunction]
pub fn built_in() -> Vec<&'static str> {
    BUILT_IN.iter().map(|(file, _)| file.trim_end_matches(".toml")).collect()
}

/// Form of a whole scenario, as a JSON Schema of values as they are meant.
#[pyfunction]
pub fn schema() -> String {
    scenario::form().to_string()
}

/// The candidate KPIs: id with segment, name, unit, frame.
#[pyfunction]
pub fn kpis() -> Vec<(String, String, &'static str, &'static str)> {
    candidate_kpis().iter().map(|kpi| (kpi.id(), kpi.name(), kpi.indicator.unit, kpi.indicator.frame)).collect()
}

/// What designs and models may give: id, name, unit, frame.
#[pyfunction]
pub fn outcomes() -> Vec<(String, String, &'static str, &'static str)> {
    annual_figures().into_iter().map(|one| (one.id, one.name, one.unit, one.frame)).collect()
}

/// Name, unit and frame of outcomes; refuses what is none, or of no measure of the scenario.
#[pyfunction]
pub fn read_outcomes(loaded: &Loaded, ids: Vec<String>) -> PyResult<Vec<(String, String, &'static str, &'static str)>> {
    let measures: Vec<&str> = loaded.inner.scenario.interventions.iter().map(|one| &*one.name).collect();
    let read = |id: &String| AnnualFigure::parse(id, &measures).map(|one| (one.id, one.name, one.unit, one.frame));
    ids.iter().map(read).collect::<Result<_, _>>().map_err(raised)
}

/// The model's parameters, each a dictionary.
#[pyfunction]
pub fn parameters(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    let row = |p: &telework::parameters::Parameter| {
        let row = PyDict::new(py);
        row.set_item("name", p.name)?;
        row.set_item("meaning", p.meaning)?;
        row.set_item("unit", p.unit)?;
        row.set_item("minimum", p.minimum)?;
        row.set_item("maximum", p.maximum)?;
        row.set_item("default", p.default)?;
        row.set_item("prior_mean", p.prior_mean)?;
        row.set_item("prior_sd", p.prior_sd)?;
        row.set_item("evidence", p.evidence.to_string())?;
        row.set_item("source", p.source)?;
        Ok(row)
    };
    TABLE.iter().map(row).collect()
}
