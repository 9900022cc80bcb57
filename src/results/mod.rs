//! Run folders: the tables and manifest of a run, written whole or not at all, read back, compared.
//!
//! Series in, files out; files in, series out. The format is described in `docs/results.md`.

mod answers;
mod caveat;
mod compare;
mod comparison;
mod failure;
mod folder;
mod hidden;
mod kept;
mod large;
mod manifest;
mod packed;
mod panel;
mod rename;
mod replace;
mod series;
mod store;
mod study;
mod tables;

pub use answers::{ANSWER_TABLES, COMPARISON_TABLES, PRICE_BASIS, PUBLISHED, write_published};
pub use caveat::{caveat, certificate, failing_gates, uncertified};
pub use compare::{Difference, first_difference};
pub use comparison::{AnyManifest, ComparisonManifest};
pub(crate) use failure::cannot;
pub use folder::{Draft, GENERATOR, REPORT, check_folder, is_page, write_file};
pub use hidden::{KEPT_FIT, Scratch, abandon, is_kept_fit, tidy};
pub use kept::{keep, kept, make_marked, remove_marked};
pub use large::{Columns, LargeTable, TableFormat, Values, Words, first_differing_cell, read_parquet};
pub use manifest::{FileHash, MANIFEST, Manifest, Period, PosteriorRecord, is_as_written, run_key};
pub use panel::PANEL;
pub use replace::{Form, Product};
pub use series::{SERIES_TABLES, read_series};
pub use store::{CODE, KeptKey, RunCache, STORE, Slot, Store, seal, seal_run, sealed, unseal_run};
pub use study::{
    ATTRIBUTION, ATTRIBUTION_FOLDER, Attributed, CHANNELS, ChannelYear, Done, INTERACTIONS, Question, Searched,
    StudyManifest, TARGET, TARGET_FOLDER, write_attribution, write_channels, write_interactions, write_target,
};
pub use tables::{DRAWS, KPI, write_draws, write_kpi, write_kpis};

#[cfg(test)]
pub(crate) use folder::tests::synthetic;
