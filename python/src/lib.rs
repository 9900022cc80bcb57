//! `telework._engine`: the simulator's doors for Python. Everything that computes is in the crate `telework-sim`; this
//! crate turns arguments, errors, progress and tables from one language into the other.

mod chunk;
mod context;
mod design;
mod errors;
mod scenario;
mod study;
mod table;

/// The module.
#[pyo3::pymodule]
mod _engine {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::{
        chunk::{Chunk, WorkUnit, compute, design_chunks, first_wrong_row, key},
        design::DesignTable,
        scenario::{Loaded, built_in, kpis, outcomes, parameters, read_outcomes, schema},
        study::{Study, arguments, calibrate, changes, forecast, inspect, prepare, read_words},
        table::{Table, embedded_table, embedded_texts, read_table},
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("VERSION", env!("CARGO_PKG_VERSION"))?;
        module.add("CODE", telework::results::CODE)?;
        module.add("STORE", telework::results::STORE)?;
        module.add("KINDS", telework::scenario::KINDS.to_vec())?;
        module.add("SPLIT", telework::commands::SPLIT)
    }
}
