//! Run folders: the tables and manifest of a run, written whole or not at all, read back, compared.
//!
//! Series in, files out; files in, series out. The format is described in `docs/results.md`.

mod caveat;
mod compare;
mod folder;
mod kpi;
mod manifest;
mod panel;
mod partial;
mod registry;
mod tables;

pub use caveat::{caveat, certificate, failing_gates, uncertified};
pub use compare::{Difference, first_difference};
pub use folder::{Draft, FolderKind, check_target, write_file};
pub use kpi::{Fan, FanPoint, KpiYear, by_fiscal_year, fan};
pub use manifest::{FileHash, MANIFEST, Manifest, Period, PosteriorRecord, run_key};
pub use panel::{PANEL, PANEL_AVAILABLE, write_panel};
pub use partial::Partial;
pub use registry::{Kpi, Published, candidate_kpis};
pub use tables::{DRAWS, KPI, SERIES_TABLES, read_series, write_draws, write_kpi, write_series_table};
