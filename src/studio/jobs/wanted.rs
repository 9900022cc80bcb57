//! What a job is asked to do: the page's request, the command line that does the same, and the use case that is called.

use crate::{
    commands::{
        self, Aim, AttributeRequest, Attribution, CompareRequest, Comparison, Conduct, RunRequest, SPLIT, SoFar,
        TargetRequest,
    },
    engine::ParameterSource,
    error::{self, Problem, Problems},
    scenario::Override,
    studio::reading::Text,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

/// Which command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `telework run`.
    Run,
    /// `telework compare`.
    Compare,
    /// `telework attribute`.
    Attribute,
    /// `telework target`.
    Target,
}

/// A request as the page sends it; what is left out is as on the command line.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Which command.
    pub kind: Kind,
    /// Scenarios, one but for a comparison; its first is the reference.
    pub scenarios: Vec<Text>,
    /// Replicates or paired draws.
    #[serde(default)]
    pub replicates: Option<u32>,
    /// About so many firms.
    #[serde(default)]
    pub sample: Option<u32>,
    /// Every firm.
    #[serde(default)]
    pub whole: bool,
    /// No parameter uncertainty; runs and comparisons only.
    #[serde(default)]
    pub point: bool,
    /// Replicates whose uncertainty is split; runs and comparisons only.
    #[serde(default)]
    pub split: Option<u32>,
    /// Targets of a comparison.
    #[serde(default)]
    pub targets: Vec<String>,
    /// KPIs of an attribution; the one goal of a search, such as `mic_introduction>=0.345`.
    #[serde(default)]
    pub kpi: Vec<String>,
    /// Measures of an attribution.
    #[serde(default)]
    pub among: Vec<String>,
    /// Day on which a search reads its KPI.
    #[serde(default)]
    pub by: Option<Date>,
    /// Number that a search varies.
    #[serde(default)]
    pub vary: String,
    /// Smallest value.
    #[serde(default)]
    pub from: Option<String>,
    /// Largest value.
    #[serde(default)]
    pub to: Option<String>,
    /// Probability wanted.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Only a first picture, which is not kept.
    #[serde(default)]
    pub quick: bool,
}

/// Where the use cases read and write.
#[derive(Clone, Debug)]
pub struct Places {
    /// The studio's folder.
    pub folder: PathBuf,
    /// The store of finished runs.
    pub store: PathBuf,
    /// The store as seen from the folder.
    pub store_shown: String,
    /// Folder of data tables; `None` = those inside the program.
    pub data: Option<PathBuf>,
}

impl Places {
    /// Where the run folders are.
    pub fn home(&self) -> PathBuf {
        self.folder.join("folders")
    }
}

/// A use case that could start.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Prepared {
    /// A run.
    Run(commands::Job),
    /// A comparison.
    Compare(Comparison),
    /// An attribution.
    Attribute(Attribution),
    /// A search.
    Target(Aim),
}

/// Numbers that `clap` accepts where the scenario's own check does not look.
const DRAWS: RangeInclusive<u32> = 2..=10_000;
/// Probability of a search unless something else is said.
const PROBABILITY: f64 = 0.8;

impl Wanted {
    /// What can be said before the scenarios are read.
    ///
    /// # Errors
    /// A number of scenarios or draws that the command does not take.
    pub fn check(&self) -> Result<(), Problem> {
        let usage = |message: String, advice: &str| Err(Problem::error(error::Kind::Usage, message).advise(advice));
        let count = self.scenarios.len();
        if (self.kind == Kind::Compare && count < 2) || (self.kind != Kind::Compare && count != 1) {
            let advice = "a comparison takes two scenarios or more, everything else one";
            return usage(format!("{count} scenarios are chosen"), advice);
        }
        if count > 16 {
            return usage(format!("{count} scenarios are chosen"), "choose at most 16");
        }
        let wrong = |draws: &u32| self.kind != Kind::Run && !self.quick && !DRAWS.contains(draws);
        if let Some(draws) = self.replicates.filter(wrong) {
            return usage(format!("{draws} draws are too few or too many"), "write a number from 2 to 10000");
        }
        Ok(())
    }

    /// Changes that flags make, with the flags.
    fn overrides(&self) -> Vec<Override> {
        let set = |path: &str, value: String| Override {
            flag: format!("--set {path}={value}"),
            path: path.to_string(),
            value,
        };
        let sample = self.sample.map(|firms| firms.to_string());
        let draws = self.replicates.map(|draws| draws.to_string());
        let own = match self.kind {
            Kind::Run => [
                self.whole.then(|| Override { flag: "--whole".into(), path: "run.whole".into(), value: "true".into() }),
                sample.map(|firms| Override::flag("--sample", "run.sample", &firms)),
                draws.map(|draws| Override::flag("--replicates", "run.replicates", &draws)),
            ],
            Kind::Compare => [
                draws.map(|draws| Override::flag("--draws", "run.replicates", &draws)),
                sample.map(|firms| Override::flag("--sample", "run.sample", &firms)),
                self.whole.then(|| set("run.whole", "true".into())),
            ],
            Kind::Attribute | Kind::Target => [
                sample.map(|firms| set("run.sample", firms)),
                self.whole.then(|| set("run.whole", "true".into())),
                None,
            ],
        };
        own.into_iter().flatten().collect()
    }

    /// The command line that does the same in the studio's folder; `files` are the scenarios' files seen from there.
    pub fn command(&self, files: &[String], places: &Places) -> String {
        let name = match self.kind {
            Kind::Run => "run",
            Kind::Compare => "compare",
            Kind::Attribute => "attribute",
            Kind::Target => "target",
        };
        let mut words = vec!["telework".to_string(), name.to_string()];
        words.extend(files.iter().cloned());
        words.extend(self.overrides().iter().flat_map(|change| change.flag.split(' ').map(str::to_string)));
        let mut flag = |name: &str, value: String| words.extend([format!("--{name}"), value]);
        if matches!(self.kind, Kind::Run | Kind::Compare) {
            self.split.into_iter().for_each(|split| flag("split", split.to_string()));
            self.targets.iter().for_each(|target| flag("target", target.clone()));
        } else {
            self.replicates.into_iter().for_each(|draws| flag("draws", draws.to_string()));
        }
        match self.kind {
            Kind::Run | Kind::Compare => words.extend(self.point.then(|| "--point".to_string())),
            Kind::Attribute => {
                for (name, list) in [("among", &self.among), ("kpi", &self.kpi)] {
                    if !list.is_empty() {
                        flag(name, list.join(","));
                    }
                }
            }
            Kind::Target => {
                self.kpi.iter().for_each(|goal| flag("kpi", goal.clone()));
                flag("vary", self.vary.clone());
                self.by.iter().for_each(|by| flag("by", by.to_string()));
                self.from.iter().for_each(|from| flag("from", from.clone()));
                self.to.iter().for_each(|to| flag("to", to.clone()));
                self.probability.iter().for_each(|p| flag("probability", p.to_string()));
            }
        }
        words.extend(["--store".into(), places.store_shown.clone()]);
        words.extend(places.data.iter().flat_map(|data| ["--data".into(), data.display().to_string()]));
        words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }

    /// Reads, checks and synthesises, as the command does. An older folder of the same name is replaced.
    ///
    /// # Errors
    /// As the command.
    pub fn prepare(&self, files: &[PathBuf], places: &Places) -> Result<Prepared, Problems> {
        let mut scenarios: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        let overrides = self.overrides();
        let (home, store, force) = (Some(places.home()), Some(places.store.clone()), true);
        let (data, split) = (places.data.clone(), self.split.unwrap_or(SPLIT));
        let parameters = if self.point { ParameterSource::Point } else { ParameterSource::Posterior };
        if self.kind == Kind::Compare {
            let targets = self.targets.clone();
            let out = None;
            let request =
                CompareRequest { scenarios, overrides, targets, out, home, store, parameters, split, force, data };
            return commands::prepare_comparison(request).map(Prepared::Compare);
        }
        let scenario = scenarios.pop().unwrap_or_default();
        match self.kind {
            Kind::Attribute => commands::prepare_attribution(AttributeRequest {
                scenario,
                overrides,
                among: self.among.clone(),
                kpis: self.kpi.clone(),
                draws: self.replicates,
                home,
                store,
                force,
                data,
                ..AttributeRequest::default()
            })
            .map(Prepared::Attribute),
            Kind::Target => commands::prepare_target(TargetRequest {
                scenario,
                overrides,
                goal: self.kpi.join(","),
                by: self.by,
                vary: self.vary.clone(),
                from: self.from.clone(),
                to: self.to.clone(),
                probability: self.probability.unwrap_or(PROBABILITY),
                draws: self.replicates,
                home,
                store,
                force,
                data,
                ..TargetRequest::default()
            })
            .map(Prepared::Target),
            Kind::Run | Kind::Compare => commands::prepare(RunRequest {
                scenario,
                overrides,
                home,
                store,
                parameters,
                split,
                force,
                data,
                ..RunRequest::default()
            })
            .map(Prepared::Run),
        }
    }
}

impl Prepared {
    /// The folder to be written.
    pub fn target(&self) -> &Path {
        match self {
            Prepared::Run(job) => &job.target,
            Prepared::Compare(comparison) => &comparison.target,
            Prepared::Attribute(attribution) => &attribution.target,
            Prepared::Target(aim) => &aim.target,
        }
    }

    /// Whether it is there already.
    pub fn is_written(&self) -> bool {
        match self {
            Prepared::Run(job) => job.is_written(),
            Prepared::Compare(comparison) => comparison.is_written(),
            Prepared::Attribute(attribution) => attribution.is_written(),
            Prepared::Target(aim) => aim.is_written(),
        }
    }

    /// Makes what is missing and writes the folder.
    ///
    /// # Errors
    /// As the command.
    pub fn execute(&self, conduct: Conduct) -> Result<(), Problems> {
        match self {
            Prepared::Run(job) => commands::execute(job, conduct).map(drop),
            Prepared::Compare(comparison) => commands::compare(comparison, conduct).map(drop),
            Prepared::Attribute(attribution) => commands::attribute(attribution, conduct).map(drop),
            Prepared::Target(aim) => commands::target(aim, conduct).map(drop),
        }
    }

    /// What there is to show while it runs.
    ///
    /// # Errors
    /// A run that cannot be read.
    pub fn so_far(&self) -> Result<Option<SoFar>, Problem> {
        match self {
            Prepared::Run(job) => job.so_far(),
            Prepared::Compare(comparison) => comparison.so_far(),
            // Their tables say nothing before all is known.
            Prepared::Attribute(_) | Prepared::Target(_) => Ok(None),
        }
    }
}

/// A word as a shell takes it back: plain words as they are, others in single quotes.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=,:@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_says_what_is_wanted() {
        let places = Places { folder: "x".into(), store: "s".into(), store_shown: "../my store".into(), data: None };
        let wanted = |text: &str| -> Wanted { serde_json::from_str(text).unwrap() };
        let run = wanted(
            r#"{"kind":"run","scenarios":[{"name":"a","toml":""}],"sample":500,"replicates":3,"point":true,"split":0}"#,
        );
        let line = "telework run inputs/1/a.toml --sample 500 --replicates 3 --split 0 --point --store '../my store'";
        assert_eq!(run.command(&["inputs/1/a.toml".into()], &places), line);
        let target = r#"{"kind":"target","scenarios":[{"name":"a","toml":""}],"kpi":["mic_introduction>=0.3"],"vary":"x.y","replicates":4}"#;
        let line = "telework target a --draws 4 --kpi 'mic_introduction>=0.3' --vary x.y --store '../my store'";
        assert_eq!(wanted(target).command(&["a".into()], &places), line);
        let nasty = Wanted { vary: "a'; rm -rf /".into(), ..wanted(target) };
        assert!(nasty.command(&["a".into()], &places).contains(r"--vary 'a'\''; rm -rf /'"));
        assert!(serde_json::from_str::<Wanted>(r#"{"kind":"run","scenarios":[],"out":"/tmp"}"#).is_err());
        assert!(wanted(r#"{"kind":"compare","scenarios":[{"name":"a","toml":""}]}"#).check().is_err());
    }
}
