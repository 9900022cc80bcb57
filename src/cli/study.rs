//! `attribute` and `target`: their arguments, and what is printed around them.

use super::{Progress, STOP, complain, print, study_text};
use crate::{
    analysis::shapley::Method,
    commands::{self, AttributeRequest, Conduct, TargetRequest},
    error::{Problem, Problems, Severity},
    scenario::Override,
};
use clap::{Args, value_parser};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub struct AttributeArguments {
    /// Path of a scenario file, or name of a built-in scenario such as `all_measures`
    scenario: String,
    /// Only these measures share the effect, the others always go on; all that can still be decided by default
    #[arg(long, value_name = "A,B,...", value_delimiter = ',')]
    among: Vec<String>,
    /// Only these KPIs, such as `mic_introduction` or `tsr_current_practice[size=large]`; all by default
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    kpi: Vec<String>,
    /// Number of paired draws; by default as many as a few minutes allow
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(2..=10_000))]
    draws: Option<u32>,
    /// Runs all coalitions of the measures in every draw (up to 12 measures); by default for 8 measures or fewer
    #[arg(long, conflicts_with = "sampled")]
    exact: bool,
    /// Lets the measures join in two opposite random orders in every draw
    #[arg(long)]
    sampled: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
pub struct TargetArguments {
    /// Path of a scenario file, or name of a built-in scenario such as `baseline`
    scenario: String,
    /// KPI and the value to reach, in quotes, such as 'mic_introduction>=0.345'; 'regional_gap<=0.05'
    #[arg(long, value_name = "NAME>=VALUE")]
    kpi: String,
    /// Segment of the KPI, such as `size=large`
    #[arg(long)]
    segment: Option<String>,
    /// Day on which the KPI is read; the run's last by default
    #[arg(long, value_name = "DATE")]
    by: Option<jiff::civil::Date>,
    /// The number to vary, as in --set, such as `intervention.managers.scale`
    #[arg(long, value_name = "PATH")]
    vary: String,
    /// Smallest value tried; by default a tenth of the present one (of a share, its lower limit)
    #[arg(long, value_name = "X")]
    from: Option<String>,
    /// Largest value tried; by default the thousandfold of the present one (of a share, its upper limit)
    #[arg(long, value_name = "Y")]
    to: Option<String>,
    /// Probability with which the KPI is to be reached
    #[arg(long, value_name = "P", default_value_t = 0.8)]
    probability: f64,
    /// Number of paired draws; the scenario's replicates by default
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(2..=10_000))]
    draws: Option<u32>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
struct Common {
    /// Changes one value of the scenario, such as `run.sample=6000`; may be given many times
    #[arg(long, value_name = "path=value")]
    set: Vec<String>,
    /// Where the folder goes, in place of results/<command>-<scenario>-<short hash>
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where finished runs are kept, in place of results/store
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Replaces an existing folder of the same kind
    #[arg(long)]
    force: bool,
    /// Threads; 0 = one for each core; results do not depend on it
    #[arg(long, value_name = "T", default_value_t = 0, value_parser = super::threads)]
    threads: usize,
    /// Folder of data tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Common {
    fn overrides(&self) -> Result<Vec<Override>, Problem> {
        self.set.iter().map(|text| Override::set(text)).collect()
    }
}

pub fn attribute(arguments: AttributeArguments) -> Result<(), Problems> {
    let AttributeArguments { scenario, among, kpi: kpis, draws, exact, sampled, common } = arguments;
    let overrides = common.overrides()?;
    let Common { out, store, force, threads, data, .. } = common;
    let method = if sampled { Some(Method::Sampled) } else { exact.then_some(Method::Exact) };
    let request =
        AttributeRequest { scenario, overrides, among, kpis, draws, method, out, home: None, store, force, data };
    let everything = request.kpis.is_empty();
    let attribution = commands::prepare_attribution(request)?;
    print(&study_text::attribution_plan(&attribution))?;
    warn(&attribution.loaded.notes);
    let progress = Progress::new("simulating");
    let conduct = Conduct { threads, observe: &|p| progress.show(p), stop: &STOP };
    let outcome = commands::attribute(&attribution, conduct);
    progress.clear();
    let outcome = outcome?;
    print(&study_text::attribution(&attribution, &outcome, everything))?;
    print(&format!("\nAttribution folder: {}\n", outcome.folder.display()))
}

pub fn target(arguments: TargetArguments) -> Result<(), Problems> {
    let TargetArguments { scenario, kpi: goal, segment, by, vary, from, to, probability, draws, common } = arguments;
    let overrides = common.overrides()?;
    let Common { out, store, force, threads, data, .. } = common;
    let aim = commands::prepare_target(TargetRequest {
        scenario,
        overrides,
        goal,
        segment,
        by,
        vary,
        from,
        to,
        probability,
        draws,
        out,
        home: None,
        store,
        force,
        data,
    })?;
    print(&study_text::aim(&aim))?;
    warn(&aim.loaded.notes);
    let progress = Progress::new("simulating");
    let conduct = Conduct { threads, observe: &|p| progress.show(p), stop: &STOP };
    let outcome = commands::target(&aim, conduct);
    progress.clear();
    let outcome = outcome?;
    print(&study_text::found(&aim, &outcome))?;
    print(&format!("\nTarget folder: {}\n", outcome.folder.display()))
}

fn warn(notes: &[Problem]) {
    complain(&notes.iter().filter(|p| p.severity != Severity::Note).cloned().collect::<Vec<_>>());
}
