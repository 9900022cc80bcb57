//! `run`, `compare`, `attribute` and `target`: what is printed around them.

use super::{carried_out, comparison_text, complain, open_if_asked, print, study_text, text};
use crate::{
    commands::{self, AttributeRequest, CompareRequest, RunRequest, Study, TargetRequest},
    error::{Problem, Problems, Severity},
    report::REPORT,
};
use std::path::Path;

/// Carries out a study.
pub fn study(study: Study) -> Result<(), Problems> {
    match study {
        Study::Run(request) => run(request),
        Study::Compare(request) => compare(request),
        Study::Attribute(request) => attribute(request),
        Study::Target(request) => target(request),
    }
}

fn run(request: RunRequest) -> Result<(), Problems> {
    let threads = request.common.execution.threads;
    let run = commands::prepare(request)?;
    let notes: Vec<Problem> = run.loaded.notes.iter().filter(|p| p.severity == Severity::Note).cloned().collect();
    print(&text::plan(&run, &notes))?;
    warn(&run.loaded.notes);
    let replicates = run.loaded.scenario.run.replicates;
    let outcome = carried_out("simulating", threads, |context| commands::execute(run, context))?;
    print(&text::kpi_table(&outcome.kpi, replicates, &outcome.caveat))?;
    print(&text::published_figures(&outcome.fans))?;
    written("Run", &outcome.folder)
}

fn compare(request: CompareRequest) -> Result<(), Problems> {
    let threads = request.common.execution.threads;
    let comparison = commands::prepare_comparison(request)?;
    print(&comparison_text::plan(&comparison))?;
    comparison.loaded.iter().for_each(|one| warn(&one.notes));
    let outcome = carried_out("simulating", threads, |context| commands::compare(&comparison, context))?;
    print(&comparison_text::findings(&outcome))?;
    written("Comparison", &outcome.folder)
}

fn attribute(request: AttributeRequest) -> Result<(), Problems> {
    let threads = request.common.execution.threads;
    let everything = request.kpis.is_empty();
    let attribution = commands::prepare_attribution(request)?;
    print(&study_text::attribution_plan(&attribution))?;
    warn(&attribution.loaded.notes);
    let outcome = carried_out("simulating", threads, |context| commands::attribute(&attribution, context))?;
    print(&study_text::attribution(&attribution, &outcome, everything))?;
    written("Attribution", &outcome.folder)
}

fn target(request: TargetRequest) -> Result<(), Problems> {
    let threads = request.common.execution.threads;
    let search = commands::prepare_target(request)?;
    print(&study_text::aim(&search))?;
    warn(&search.loaded.notes);
    let outcome = carried_out("simulating", threads, |context| commands::target(&search, context))?;
    print(&study_text::found(&search, &outcome))?;
    written("Target", &outcome.folder)
}

fn written(what: &str, folder: &Path) -> Result<(), Problems> {
    open_if_asked(&folder.join(REPORT));
    print(&text::written(&format!("{what} folder"), folder))
}

fn warn(notes: &[Problem]) {
    complain(&notes.iter().filter(|p| p.severity != Severity::Note).cloned().collect::<Vec<_>>());
}
