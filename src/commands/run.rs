//! `telework run`: a scenario in, a run folder out.

use super::{Conduct, read_data, simulate, warn_of_idle_targets};
use crate::{
    data::Data,
    engine::{Basis, Options, ParameterSource, Series},
    error::{Kind, Problem, Problems},
    plot,
    population::{self, Population},
    results::{
        DRAWS, Draft, Fan, FileHash, KPI, KpiYear, MANIFEST, Manifest, PANEL, PANEL_AVAILABLE, Partial, SERIES_TABLES,
        by_fiscal_year, candidate_kpis, caveat, check_target, fan, run_key, uncertified, write_draws, write_kpi,
        write_panel, write_series_table,
    },
    scenario::{self, Loaded, Override},
};
use std::path::{Path, PathBuf};

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct RunRequest {
    /// Path of a scenario file or name of a built-in scenario.
    pub scenario: String,
    /// Changes from the command line.
    pub overrides: Vec<Override>,
    /// Where the run folder goes; `None` = `results/<run>`.
    pub out: Option<PathBuf>,
    /// Posterior draws, or the point for all replicates.
    pub parameters: ParameterSource,
    /// Replace an existing run folder.
    pub force: bool,
    /// Write the firm panel.
    pub panel: bool,
    /// Folder of data tables; `None` = those inside the program.
    pub data: Option<PathBuf>,
}

/// A run that could start: everything is read, checked and synthesised.
pub struct Job {
    /// The scenario and what is worth saying about it.
    pub loaded: Loaded,
    /// The data tables.
    pub data: Data,
    /// The simulated firms.
    pub population: Population,
    /// The run folder to be written.
    pub target: PathBuf,
    /// Replicates that an interrupted run left.
    pub finished: Vec<Series>,
    request: RunRequest,
    run: String,
    partial: Partial,
}

/// What a run gave.
pub struct RunOutcome {
    /// The run folder.
    pub folder: PathBuf,
    /// Candidate KPIs by fiscal year.
    pub kpi: Vec<KpiYear>,
    /// What the ranges hold, and how the posterior's certificate stands.
    pub caveat: String,
}

/// Reads, checks and synthesises.
///
/// # Errors
/// All problems of the scenario at once; a missing or damaged table; a run folder that is in the way.
pub fn prepare(request: RunRequest) -> Result<Job, Problems> {
    if request.panel && !PANEL_AVAILABLE {
        return Err(Problem::error(Kind::Usage, "this program was built without the firm panel")
            .advise("leave out --panel, or build with `cargo build --release --features panel`")
            .into());
    }
    let mut loaded = scenario::load(&request.scenario, &request.overrides)?;
    let data = read_data(request.data.as_deref())?;
    let point = match request.parameters {
        ParameterSource::Posterior => "",
        ParameterSource::Point => {
            loaded.resolved_toml = scenario::at_the_point(&loaded)?;
            "point-"
        }
    };
    let key = run_key(request.parameters.key(), &loaded.resolved_toml, &data.files, request.panel);
    let run = format!("{}-{point}{}", loaded.scenario.name, &key[..8]);
    let target = request.out.clone().unwrap_or_else(|| Path::new("results").join(&run));
    check_target(&target, request.force)?;
    let plan = &loaded.scenario.run;
    let population = population::synthesise(&data, plan.population_seed, plan.scale)?;
    loaded.notes.extend(warn_of_idle_targets(&loaded.scenario, &population));
    let basis = Basis { source: request.parameters, scenario: &loaded.scenario, posterior: &data.posterior };
    if basis.source == ParameterSource::Posterior {
        let note = |(name, value)| Problem::note(format!("{name} fixed at {value} in all draws"));
        loaded.notes.extend(basis.fixed().map(note).collect::<Vec<_>>());
    }
    loaded.notes.extend(uncertified(&data.posterior));
    let partial = Partial::new(&target, &key);
    // The panel is not kept with interrupted replicates, so a run with a panel begins anew.
    let finished = if request.panel { Vec::new() } else { partial.load() };
    let finished = finished.into_iter().filter(|s| s.replicate < plan.replicates).collect();
    Ok(Job { loaded, data, population, target, finished, request, run, partial })
}

impl Job {
    /// What the parameters of each replicate follow from.
    pub fn basis(&self) -> Basis<'_> {
        Basis { source: self.request.parameters, scenario: &self.loaded.scenario, posterior: &self.data.posterior }
    }
}

/// Simulates what is not finished yet, and writes the run folder.
///
/// # Errors
/// `Kind::Interrupted` when `stop` was set: finished replicates are kept for the next try. `Kind::Files` when the run
/// folder cannot be written; then nothing is left behind.
pub fn execute(mut job: Job, conduct: Conduct) -> Result<RunOutcome, Problems> {
    let finished = std::mem::take(&mut job.finished);
    let basis = job.basis();
    let options = Options { panel: job.request.panel, ..Options::default() };
    let (series, complete) = simulate(basis, &job.data, &job.population, finished, options, conduct);
    if !complete {
        return Err(interrupted(&job, &series)?.into());
    }
    let (fans, kpi) = summarise(&series, &job.data);
    let mut manifest = Manifest::new(&job.run, &command(&job.request), basis, &job.loaded.resolved_toml);
    manifest.firms_simulated = job.population.len() as u64;
    manifest.firms = job.population.firms();
    manifest.data =
        job.data.files.iter().map(|(file, hash)| FileHash { file: file.clone(), blake3: hash.clone() }).collect();
    let draft = Draft::open(&job.target, job.request.force)?;
    manifest.tables = write_tables(&draft, &job.run, basis, &series, &kpi, job.request.panel)?;
    let Basis { source: parameters, scenario, .. } = basis;
    let subject = plot::Subject { scenario, parameters, data: &job.data, series: &series, fans: &fans };
    for picture in plot::pictures(&subject)? {
        draft.file(&format!("plots/{}.svg", picture.name), |out| out.write_all(picture.svg.as_bytes()))?;
        draft.file(&format!("plots/{}.png", picture.name), |out| out.write_all(&picture.png))?;
    }
    draft.file(MANIFEST, |out| out.write_all(manifest.to_json().as_bytes()))?;
    draft.publish()?;
    let caveat = caveat("Ranges", basis);
    job.partial.remove();
    Ok(RunOutcome { folder: job.target, kpi, caveat })
}

/// Keeps what is finished and says so.
fn interrupted(job: &Job, series: &[Series]) -> Result<Problem, Problem> {
    let message =
        |kept: &str| Problem::error(Kind::Interrupted, format!("interrupted: no run folder was written; {kept}"));
    if job.request.panel || series.is_empty() {
        return Ok(message("the same command begins anew"));
    }
    for one in series {
        job.partial.keep(one)?;
    }
    let (done, wanted) = (series.len(), job.loaded.scenario.run.replicates);
    let place = job.partial.path().display();
    Ok(message(&format!("{done} of {wanted} replicates are kept in {place}, the same command goes on from there")))
}

/// Every table of a run, the panel when asked for.
pub(super) fn write_tables(
    draft: &Draft,
    run: &str,
    basis: Basis,
    series: &[Series],
    kpi: &[KpiYear],
    panel: bool,
) -> Result<Vec<FileHash>, Problem> {
    let tables = SERIES_TABLES.iter().map(|table| draft.file(table, |out| write_series_table(table, out, run, series)));
    let kpi = draft.file(KPI, |out| write_kpi(out, kpi, Some(basis)));
    let draws = draft.file(DRAWS, |out| write_draws(out, basis));
    let panel = panel.then(|| draft.file(PANEL, |out| write_panel(out, series)));
    tables.chain([kpi, draws]).chain(panel).collect()
}

/// The candidate KPIs of a run: over time, and by fiscal year.
pub(super) fn summarise(series: &[Series], data: &Data) -> (Vec<Fan>, Vec<KpiYear>) {
    let fans: Vec<Fan> = candidate_kpis().iter().map(|kpi| fan(kpi, series, &data.observations)).collect();
    let kpi = fans.iter().flat_map(by_fiscal_year).collect();
    (fans, kpi)
}

/// What was typed, without what changes no result, and with file names for paths.
fn command(request: &RunRequest) -> String {
    let name = Path::new(&request.scenario).file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let mut words = vec!["telework run".to_string(), name];
    words.extend(request.overrides.iter().map(|change| change.flag.clone()));
    words.extend((request.parameters == ParameterSource::Point).then(|| "--point".to_string()));
    words.extend(request.panel.then(|| "--panel".to_string()));
    words.join(" ")
}
