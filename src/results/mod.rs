//! Run folders: the tables and manifest of a run, written whole or not at all, read back, compared.
//!
//! Series in, files out; files in, series out. The format is described in `docs/results.md`.

mod compare;
mod folder;
mod kpi;
mod manifest;
mod panel;
mod partial;
mod registry;
mod tables;

pub use compare::{Difference, first_difference};
pub use folder::{Draft, check_target, write_file};
pub use kpi::{Fan, FanPoint, KpiYear, by_fiscal_year, fan};
pub use manifest::{FileHash, MANIFEST, Manifest, Period, run_key};
pub use panel::{PANEL, PANEL_AVAILABLE, write_panel};
pub use partial::Partial;
pub use registry::{Kpi, Published, candidate_kpis};
pub use tables::{TABLES, read_series, write_table};
