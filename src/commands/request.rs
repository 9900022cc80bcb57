//! What can be asked for, described once: a struct a command, whose fields are the arguments of the command line. The same
//! description gives the studio's form and jobs, the keywords of the Python functions, and the command line that is shown
//! and recorded. A request comes from words or from JSON, and both are read by one parser, with the same messages.

use super::{
    AttributeRequest, CalibrateRequest, CompareRequest, EvaluateRequest, Prepared, ReportRequest, RunRequest,
    TargetRequest, ValidateRequest, VerifyRequest, prepare, prepare_attribution, prepare_comparison, prepare_loaded,
    prepare_loaded_attribution, prepare_loaded_comparison, prepare_loaded_target, prepare_target,
};
use crate::{
    analysis::cases,
    engine::{MOST_THREADS, ParameterChoice},
    error::{Kind, Problem, Problems},
    scenario::{Loaded, Override},
};
use clap::{
    Arg, ArgAction, Args, Command, FromArgMatches, Subcommand,
    builder::{PathBufValueParser, TypedValueParser},
};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::{
    any::TypeId,
    path::{Path, PathBuf},
};

/// Replicates that have two more runs beside them, with luck or emergencies drawn anew, unless the user says otherwise.
pub const SPLIT: u32 = 16;

/// Fewest draws of which an interval can be told.
const FEWEST_PAIRED_DRAWS: u32 = 2;

/// Arguments that say where something is and how it is carried out. They stand last on a command line, and a manifest
/// leaves them out: with the same data tables they change no figure.
const EXECUTION: [&str; 5] = ["out", "store", "force", "threads", "data"];

/// A command that simulates scenarios and writes a folder of results.
#[derive(Clone, Debug, Serialize, Subcommand)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Study {
    /// Runs a scenario and writes a run folder
    Run(RunRequest),
    /// Runs scenarios on the same draws and the same process noise and tells what the others change against the first
    Compare(CompareRequest),
    /// Splits the effect of a scenario's measures among them
    Attribute(AttributeRequest),
    /// Finds the smallest value of a number of the scenario with which a KPI is reached
    Target(TargetRequest),
}

/// A command with a request that programs may send; [`Study`]s, and what is no study.
#[derive(Clone, Debug, Serialize, Subcommand)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Request {
    /// Simulates and writes a folder of results.
    #[command(flatten)]
    Study(Study),
    /// Fits the model to the published surveys and writes a posterior with its certificate
    Calibrate(CalibrateRequest),
}

/// A command that looks into what other commands have written, or into the posterior.
#[derive(Clone, Debug, Serialize, Subcommand)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Inspection {
    /// Runs a run folder's manifest again and compares every byte of its tables
    Verify(VerifyRequest),
    /// Writes one page from folders of results: HTML that opens offline, in English and Japanese
    Report(ReportRequest),
    /// Prints and plots the certificate of the posterior, and forecasts the surveys from it
    Validate(ValidateRequest),
    /// Refits the model as of past days, forecasts, and scores against what was published since
    Evaluate(EvaluateRequest),
}

/// What all studies take.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct Common {
    /// Simulates every firm of Japan
    #[arg(long, conflicts_with = "sample")]
    pub whole: bool,
    /// Simulates about so many firms, weighted
    #[arg(long, value_name = "N", value_parser = sample)]
    pub sample: Option<u32>,
    /// Number of replicates, each with a posterior draw of the parameters, process noise and later emergencies of its own;
    /// scenarios that are compared share them. By default the scenario's, in an attribution at most so many
    #[arg(long, visible_alias = "replicates", value_name = "N", value_parser = draws)]
    pub draws: Option<u32>,
    /// Seed of all draws of the dynamics
    #[arg(long, value_name = "S", value_parser = seed)]
    pub seed: Option<u64>,
    /// Changes one value of every scenario, such as `intervention.managers.scale=2`; may be given many times
    #[arg(long, value_name = "path=value")]
    pub set: Vec<String>,
    /// Where the folder goes, in place of results/SCENARIO-HASH
    #[arg(long, value_name = "DIR", value_parser = place())]
    pub out: Option<PathBuf>,
    /// Folder in which the folder goes under its own name when `out` is `None`; `None` = `results`.
    #[arg(skip)]
    #[serde(skip)]
    pub home: Option<PathBuf>,
    /// Where finished runs are kept, in place of results/store
    #[arg(long, value_name = "DIR", value_parser = place())]
    pub store: Option<PathBuf>,
    /// Replaces an existing folder of the same kind
    #[arg(long)]
    pub force: bool,
    /// Threads and data tables.
    #[command(flatten)]
    #[serde(flatten)]
    pub execution: Execution,
}

/// What is uncertain, and whether it is told apart.
#[derive(Args, Clone, Copy, Debug, Serialize)]
pub struct UncertaintyFlags {
    /// One parameter set for all replicates in place of posterior draws: no parameter uncertainty; every output says so
    #[arg(long)]
    pub point: bool,
    /// Splits the uncertainty with two more runs beside each of the first N replicates; 0 = no split
    #[arg(long, value_name = "N", default_value_t = SPLIT)]
    pub split: u32,
}

impl Default for UncertaintyFlags {
    fn default() -> UncertaintyFlags {
        UncertaintyFlags { point: false, split: SPLIT }
    }
}

impl UncertaintyFlags {
    /// Posterior draws, or the point for all replicates.
    pub fn parameters(self) -> ParameterChoice {
        if self.point { ParameterChoice::Point } else { ParameterChoice::Posterior }
    }
}

/// A number of threads that a machine can bear.
pub(crate) fn threads(text: &str) -> Result<usize, String> {
    let sound = text.parse().ok().filter(|threads| *threads <= MOST_THREADS);
    sound.ok_or_else(|| format!("write a whole number from 0 (one for each core) to {MOST_THREADS}"))
}

/// A number of sampled firms; a smaller one than a scenario can have is refused with the scenario.
pub(crate) fn sample(text: &str) -> Result<u32, String> {
    let sound = text.parse().ok().filter(|firms| (1..=3_375_255).contains(firms));
    sound.ok_or_else(|| "write a whole number of firms from 5989 to 3375255, in plain digits".to_string())
}

/// A number of replicates.
fn draws(text: &str) -> Result<u32, String> {
    let sound = text.parse().ok().filter(|draws| (1..=10_000).contains(draws));
    sound.ok_or_else(|| "write a whole number from 1 to 10000, in plain digits".to_string())
}

/// A seed within the limits of scenario files.
pub(crate) fn seed(text: &str) -> Result<u64, String> {
    let sound = text.parse().ok().filter(|seed| *seed <= i64::MAX as u64);
    sound.ok_or_else(|| format!("write a whole number from 0 to {}", i64::MAX))
}

/// A place for what is written. `-` is no name for one: elsewhere it is standard output, where nothing of this goes.
pub(crate) fn place() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path == Path::new("-") {
        true => Err("nothing is written to standard output: name a place, or write ./- for one that is called so"),
        false => Ok(path),
    })
}

/// With what a command is carried out.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct Execution {
    /// Threads; 0 = one for each core; results do not depend on it
    #[arg(long, value_name = "T", default_value_t = 0, value_parser = threads)]
    pub threads: usize,
    /// Folder of data tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

impl Common {
    /// Changes of every scenario, in order. `replicates` is given where the number of draws is the scenario's.
    ///
    /// # Errors
    /// A `--set` without a value.
    pub(super) fn overrides(&self, replicates: Option<u32>) -> Result<Vec<Override>, Problem> {
        let flag = |flag: &str, path: &str, value: Option<String>| value.map(|v| Override::flag(flag, path, &v));
        let whole = Override { flag: "--whole".into(), path: "run.whole".into(), value: "true".into() };
        let own = [
            self.whole.then_some(whole),
            flag("--sample", "run.sample", self.sample.map(|n| n.to_string())),
            flag("--draws", "run.replicates", replicates.map(|n| n.to_string())),
            flag("--seed", "run.seed", self.seed.map(|n| n.to_string())),
        ];
        own.into_iter().flatten().map(Ok).chain(self.set.iter().map(|text| Override::set(text))).collect()
    }

    /// The draws of a study that tells differences with intervals.
    ///
    /// # Errors
    /// Too few of them.
    pub(super) fn paired_draws(&self) -> Result<Option<u32>, Problem> {
        match self.draws {
            Some(draws) if draws < FEWEST_PAIRED_DRAWS => {
                Err(Problem::error(Kind::Usage, format!("`--draws {draws}` is too few: an interval needs some"))
                    .advise(format!("write --draws {FEWEST_PAIRED_DRAWS} or more")))
            }
            draws => Ok(draws),
        }
    }

    /// Where a study writes when nothing else is said: under its own name into `home`.
    pub(super) fn folder(&self, run: &str) -> PathBuf {
        let home = || self.home.as_deref().unwrap_or(Path::new("results")).join(run);
        self.out.clone().unwrap_or_else(home)
    }
}

/// Which words of a command line are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandLine {
    /// All of them, to be typed again.
    Whole,
    /// For a manifest: what the figures follow from, with file names for paths.
    Recorded,
}

impl Study {
    /// The command line that asks for the same, as a shell takes it; scenarios are named as in the request.
    pub fn line(&self, line: CommandLine) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        let command = described::<Study>();
        let name = json["command"].as_str().unwrap_or_default();
        let arguments = command.find_subcommand(name).into_iter().flat_map(Command::get_arguments);
        let (last, first): (Vec<&Arg>, Vec<&Arg>) =
            arguments.partition(|arg| EXECUTION.contains(&arg.get_id().as_str()));
        let mut words = vec!["telework".to_string(), name.to_string()];
        words.extend(first.iter().flat_map(|arg| typed(arg, &json[arg.get_id().as_str()], line)));
        if line == CommandLine::Whole {
            words.extend(last.iter().flat_map(|arg| typed(arg, &json[arg.get_id().as_str()], line)));
        }
        words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }

    /// What all studies take.
    pub fn common(&mut self) -> &mut Common {
        match self {
            Study::Run(request) => &mut request.common,
            Study::Compare(request) => &mut request.common,
            Study::Attribute(request) => &mut request.common,
            Study::Target(request) => &mut request.common,
        }
    }

    /// Reads, checks and synthesises.
    ///
    /// # Errors
    /// As the command's own.
    pub fn prepare(self) -> Result<Box<dyn Prepared>, Problems> {
        Ok(match self {
            Study::Run(request) => Box::new(prepare(request)?),
            Study::Compare(request) => Box::new(prepare_comparison(request)?),
            Study::Attribute(request) => Box::new(prepare_attribution(request)?),
            Study::Target(request) => Box::new(prepare_target(request)?),
        })
    }

    /// The same of scenarios that are loaded, those of the request being only names.
    ///
    /// # Errors
    /// As the command's own; no scenario, or more than it takes.
    pub fn prepare_loaded(self, mut loaded: Vec<Loaded>) -> Result<Box<dyn Prepared>, Problems> {
        let count = loaded.len();
        let mut one = || match (loaded.pop(), count) {
            (Some(one), 1) => Ok(one),
            _ => Err(Problem::error(Kind::Usage, format!("{count} scenarios are given")).advise("give one")),
        };
        Ok(match self {
            Study::Run(request) => Box::new(prepare_loaded(one()?, request)?),
            Study::Attribute(request) => Box::new(prepare_loaded_attribution(one()?, request)?),
            Study::Target(request) => Box::new(prepare_loaded_target(one()?, request)?),
            Study::Compare(request) => Box::new(prepare_loaded_comparison(loaded, request)?),
        })
    }

    /// Posterior draws, or the point for all replicates.
    pub fn parameters(&self) -> ParameterChoice {
        match self {
            Study::Run(request) => request.uncertainty.parameters(),
            Study::Compare(request) => request.uncertainty.parameters(),
            Study::Attribute(_) | Study::Target(_) => ParameterChoice::Posterior,
        }
    }

    /// Runs that it takes when none is kept; of a search, which stops when it knows, at most about so many. `loaded` are its
    /// scenarios with its changes, `as_of` the posterior's day.
    ///
    /// # Errors
    /// An attribution among no measures, or of more runs than can be made.
    pub fn planned_runs(&self, loaded: &[Loaded], as_of: Date) -> Result<u64, Problem> {
        let Some(Loaded { scenario, .. }) = loaded.first() else { return Ok(0) };
        let replicates = scenario.run.replicates;
        let of_each = |split| cases(replicates, split).len() as u64;
        Ok(match self {
            Study::Run(request) => of_each(request.uncertainty.split),
            Study::Compare(request) => of_each(request.uncertainty.split) * loaded.len() as u64,
            Study::Attribute(request) => request.planned_runs(scenario, as_of)?,
            Study::Target(request) => request.planned_runs(replicates),
        })
    }

    /// Changes that the request makes in every scenario.
    ///
    /// # Errors
    /// A `--set` without a value.
    pub fn overrides(&self) -> Result<Vec<Override>, Problem> {
        match self {
            Study::Run(request) => request.overrides(),
            Study::Compare(request) => request.overrides(),
            Study::Attribute(request) => request.overrides(),
            Study::Target(request) => request.overrides(),
        }
    }
}

/// Reads a request from JSON: the name under `command`, and every argument under its name or that of its flag.
///
/// # Errors
/// `Kind::Usage`: a command or argument that there is not, and whatever the command line would refuse.
pub fn from_json<R: Subcommand + FromArgMatches>(json: &Map<String, Value>) -> Result<R, Problem> {
    let command = described::<R>();
    let name = json.get("command").and_then(Value::as_str).unwrap_or_default();
    let Some(own) = command.find_subcommand(name) else {
        let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        return Err(Problem::error(
            Kind::Usage,
            format!("`{}` is no command that can be asked for", name.escape_debug()),
        )
        .advise(format!("write one of {}", known.join(", "))));
    };
    let mut flags = vec!["telework".to_string(), name.to_string()];
    let mut places = Vec::new();
    for (key, value) in json.iter().filter(|(key, _)| *key != "command") {
        let Some(arg) = own.get_arguments().find(|arg| is_called(arg, key)) else {
            let known: Vec<&str> = own.get_arguments().map(|arg| arg.get_id().as_str()).collect();
            return Err(Problem::error(Kind::Usage, format!("`telework {name}` takes no `{}`", key.escape_debug()))
                .advise(format!("it takes {}", known.join(", "))));
        };
        if !fits(arg, value) {
            let message = format!("`{key}` of `telework {name}` cannot be {value}");
            return Err(Problem::error(Kind::Usage, message));
        }
        // As one word, so that a value that begins with a dash is no flag.
        match arg.get_long() {
            _ if arg.is_positional() => places.extend(values(value)),
            Some(_) if is_switch(arg) => flags.extend(typed(arg, value, CommandLine::Whole)),
            Some(long) => flags.extend(values(value).map(|value| format!("--{long}={value}"))),
            None => {}
        }
    }
    flags.push("--".into());
    from_words(flags.into_iter().chain(places))
}

/// Reads a request from the words of a command line, `telework` first.
///
/// # Errors
/// `Kind::Usage`: what is wrong.
pub fn from_words<R: Subcommand + FromArgMatches>(words: impl Iterator<Item = String>) -> Result<R, Problem> {
    let read = described::<R>().try_get_matches_from(words).and_then(|matches| R::from_arg_matches(&matches));
    read.map_err(|error| {
        let text = error.render().to_string();
        let what = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
        let what: Vec<&str> = what.lines().map(str::trim).collect();
        Problem::error(Kind::Usage, what.join(" "))
    })
}

/// Every command of a set with its arguments, for forms and for tests of what is written by hand.
pub fn arguments<R: Subcommand>() -> Value {
    let all = Common::augment_args(Command::new(""));
    let common: Vec<_> = all.get_arguments().map(Arg::get_id).collect();
    let one = |arg: &Arg| {
        let text = |text: Option<&clap::builder::StyledStr>| text.map(ToString::to_string);
        let default = arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
        let many =
            matches!(arg.get_action(), ArgAction::Append) || arg.get_num_args().is_some_and(|n| n.max_values() > 1);
        json!({ "name": arg.get_id().as_str(), "flag": arg.get_long(), "also": arg.get_visible_aliases(),
            "required": arg.is_required_set(), "type": type_of(arg), "many": many, "default": default, "common": common.contains(&arg.get_id()),
            "help": text(arg.get_help()) })
    };
    let command = described::<R>();
    let of = |one_of: &Command| {
        let list: Vec<Value> = one_of.get_arguments().map(one).collect();
        (
            one_of.get_name().to_string(),
            json!({ "help": one_of.get_about().map(ToString::to_string), "arguments": list }),
        )
    };
    Value::Object(command.get_subcommands().map(of).collect())
}

fn described<R: Subcommand>() -> Command {
    R::augment_subcommands(Command::new("telework").subcommand_required(true).no_binary_name(false))
}

fn is_called(arg: &Arg, name: &str) -> bool {
    let also = arg.get_all_aliases().unwrap_or_default();
    arg.get_id() == name || arg.get_long() == Some(name) || also.contains(&name)
}

fn is_switch(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}

/// In what form a value is entered.
fn type_of(arg: &Arg) -> &'static str {
    let parsed = arg.get_value_parser().type_id();
    if is_switch(arg) {
        "switch"
    } else if [TypeId::of::<u32>(), TypeId::of::<u64>(), TypeId::of::<usize>()].iter().any(|one| parsed == *one) {
        "whole"
    } else if parsed == TypeId::of::<f64>() {
        "number"
    } else if parsed == TypeId::of::<Date>() {
        "date"
    } else {
        "text"
    }
}

/// Whether a value is of a form that the argument may have.
fn fits(arg: &Arg, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) => is_switch(arg),
        Value::Array(all) => !is_switch(arg) && all.iter().all(|one| one.is_string() || one.is_number()),
        Value::Object(_) => false,
        Value::Number(_) | Value::String(_) => !is_switch(arg),
    }
}

/// A value's words.
fn values(value: &Value) -> impl Iterator<Item = String> + '_ {
    let all = match value {
        Value::Array(all) => all.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    all.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_string))
}

/// An argument as it is typed; nothing where it is as when it is left out.
fn typed(arg: &Arg, value: &Value, line: CommandLine) -> Vec<String> {
    let flag = arg.get_long().map(|long| format!("--{long}"));
    if is_switch(arg) {
        return flag.filter(|_| *value == Value::Bool(true)).into_iter().collect();
    }
    let name = |path: String| Path::new(&path).file_name().map_or(path.clone(), |n| n.to_string_lossy().into_owned());
    let mut all: Vec<String> = values(value).collect();
    let usual = arg.get_default_values().iter().map(|value| value.to_string_lossy());
    if usual.eq(all.iter().map(String::as_str)) {
        return Vec::new();
    }
    match (flag, arg.get_value_delimiter()) {
        (None, _) if line == CommandLine::Recorded => all.into_iter().map(name).collect(),
        (None, _) => all,
        (Some(flag), Some(delimiter)) => vec![flag, all.join(&delimiter.to_string())],
        // A value that begins with a dash would be taken for a flag.
        (Some(flag), None) => all
            .drain(..)
            .flat_map(|value| match value.starts_with('-') {
                true => vec![format!("{flag}={value}")],
                false => vec![flag.clone(), value],
            })
            .collect(),
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
