//! A scenario: what was typed (`RawScenario`) and what is meant ([`Scenario`]). TOML text in, [`Scenario`] out.
//!
//! [`load`] finds a file, follows `extends`, applies `[change]` and settings, checks form and meaning, and returns all
//! problems at once.

mod chain;
mod check;
mod conform;
mod inherit;
mod meaning;
mod raw;
mod schema;
mod sources;
mod template;
mod vary;

pub use crate::interventions::KINDS;
#[cfg(test)]
pub use conform::meanings_without_japanese;
pub use conform::read;
pub use meaning::*;
pub use schema::{described, form, key_tables, schema, schema_text};
pub use sources::{BUILT_IN, MEASURES, SIZE_LIMIT, STANDARD_INPUT};
pub use template::template;
pub use vary::Number;

use crate::{
    classification::Prefecture,
    error::{Kind, Problem, Problems, Severity},
    notation::{Day, placed},
    parameters::TABLE,
    text::is_file_name,
};
use jiff::civil::Date;
use raw::RawScenario;
use sources::{Origin, Sources};
use std::{path::Path, sync::Arc};

/// One change from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// How the user wrote it, such as `--seed 7` or `--set run.seed=7`.
    pub flag: String,
    /// Path of the value, such as `run.seed` or `intervention.supportnw.scale`.
    pub path: String,
    /// The value as TOML; what is no TOML value is taken as text.
    pub value: String,
}

impl Override {
    /// From the text after `--set`, `path=value`.
    pub fn set(text: &str) -> Result<Override, Problem> {
        let Some((path, value)) = text.split_once('=') else {
            return Err(Problem::error(Kind::Usage, format!("`--set {}` has no `=`", text.escape_debug()))
                .advise("write --set path=value, such as --set run.seed=7"));
        };
        let (path, value) = (path.trim().to_string(), value.trim().to_string());
        Ok(Override { flag: format!("--set {path}={value}"), path, value })
    }
    /// From a flag of its own, such as `--seed 7` for `run.seed`.
    pub fn flag(flag: &str, path: &str, value: &str) -> Override {
        Override { flag: format!("{flag} {value}"), path: path.to_string(), value: value.to_string() }
    }
}

/// A scenario that would run, and what is worth saying about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// What was inherited, overridden or has no effect (notes), and what should be looked at (warnings).
    pub notes: Vec<Problem>,
    /// Name and text of each file and setting, the scenario's own file first.
    pub sources: Vec<(String, Arc<str>)>,
    /// The whole scenario as one text that stands on its own: [`load_text`] of it gives an equal [`Scenario`]. Under
    /// `[parameters]` it has what the scenario fixes.
    pub resolved_toml: String,
}

/// Loads a scenario by path or name (a file on disk wins over a built-in scenario) with command-line changes.
pub fn load(name: &str, overrides: &[Override]) -> Result<Loaded, Problems> {
    let (origin, shown, text) = sources::open(name)?;
    let stem = Path::new(&shown).file_stem().and_then(|stem| stem.to_str()).unwrap_or("scenario");
    let stem = stem.trim_start_matches("built-in ").to_string();
    // Who writes a path means that file.
    let told =
        sources::shadowing(&origin, &text).filter(|_| Path::new(name).file_name().is_some_and(|file| file == name));
    let mut loaded = load_from(origin, shown, &stem, text, overrides)?;
    loaded.notes.extend(told);
    Ok(loaded)
}

/// Loads a scenario that a setting names rather than a person at the command line: the name of a built-in scenario means that
/// one, whatever lies in the working folder; everything else is as in [`load`].
///
/// # Errors
/// All problems of the scenario at once.
pub fn load_settled(name: &str, overrides: &[Override]) -> Result<Loaded, Problems> {
    match BUILT_IN.iter().find(|(file, _)| file.strip_suffix(".toml") == Some(name)) {
        Some((file, text)) => {
            load_from(Origin::BuiltIn(file), format!("built-in {file}"), name, (*text).into(), overrides)
        }
        None => load(name, overrides),
    }
}

/// Loads a scenario from a text, such as a manifest's.
pub fn load_text(name: &str, text: &str, overrides: &[Override]) -> Result<Loaded, Problems> {
    load_from(Origin::Memory, format!("{name}.toml"), name, text.into(), overrides)
}

/// Loads a text as the file `NAME.toml` of a folder, saved there or not. Parents are taken from that folder or are built
/// in, never from elsewhere, so that a text from outside can be loaded. Places are shown as seen from beside the folder.
///
/// # Errors
/// All problems of the scenario at once.
pub fn load_inside(folder: &Path, name: &str, text: &str, overrides: &[Override]) -> Result<Loaded, Problems> {
    let file = format!("{name}.toml");
    let shown = sources::shown_inside(folder, &file);
    if text.len() as u64 > SIZE_LIMIT {
        let problem = Problem::error(Kind::Scenario, format!("`{shown}` is too large for a scenario"));
        return Err(problem.advise("a scenario file has at most 1 MiB; the shipped ones have a few kilobytes").into());
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    load_from(Origin::Inside(folder.to_path_buf(), file), shown, name, text.into(), overrides)
}

/// The scenario that one of [`load_inside`] extends; `None` when it stands on its own.
///
/// # Errors
/// As the child's, which has been loaded with it.
pub fn load_parent(folder: &Path, child: &Loaded) -> Result<Option<Loaded>, Problems> {
    let extends = child.sources.first().and_then(|(_, text)| text.parse::<toml::Table>().ok()?.get("extends").cloned());
    let Some(((shown, text), file)) = child.sources.get(1).zip(extends.as_ref().and_then(toml::Value::as_str)) else {
        return Ok(None);
    };
    let built_in = BUILT_IN.iter().find(|(name, _)| *shown == format!("built-in {name}"));
    let origin = built_in
        .map_or_else(|| Origin::Inside(folder.to_path_buf(), file.to_string()), |(name, _)| Origin::BuiltIn(name));
    let name = file.trim_end_matches(".toml");
    load_from(origin, shown.clone(), name, text.clone(), &[]).map(Some)
}

fn load_from(
    origin: Origin,
    shown: String,
    name: &str,
    text: Arc<str>,
    overrides: &[Override],
) -> Result<Loaded, Problems> {
    if !is_file_name(name) {
        let message = format!("`{}` cannot be a scenario's name", name.escape_debug());
        return Err(Problem::error(Kind::Scenario, message)
            .advise(
                "rename the file: letters, digits, _ and -, with a letter or a digit first, such as my_scenario.toml",
            )
            .into());
    }
    let mut found = Problems::default();
    let mut sources = Sources::default();
    let empty = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    let sound = chain::read(origin, shown, text, &mut sources, &mut found);
    if empty {
        let problem = Problem::error(Kind::Scenario, "the file says nothing");
        found.0.push(sources.place(problem.advise("`telework new NAME` writes a scenario to start from"), 0..0));
    }
    if !sound || empty {
        return Err(worth_fixing(in_order(found)));
    }
    let files = sources.len();
    for change in overrides {
        sources.add(&change.flag, format!("{}={}", change.path, change.value).into());
    }
    let merged = inherit::merge(files, overrides, &sources, &mut found);
    let merged = merged.into_value();
    let given = ["title", "question", "sources"].map(|key| merged.get_ref().get(key).is_some());
    let Some(raw) = conform::typed::<RawScenario>(merged, schema::form(), &sources, &mut found) else {
        return Err(worth_fixing(in_order(found)));
    };
    let scenario = check::check(&raw, name, &sources, &mut found);
    titles(&raw, given, files, &sources, &mut found);
    let resolved = resolved(raw, &scenario);
    let found = in_order(found);
    if found.0.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(worth_fixing(found));
    }
    let resolved_toml = resolved.map_err(|error| Problem::error(Kind::Scenario, error.to_string()))?;
    Ok(Loaded { scenario, notes: found.0, sources: sources.into_pairs(), resolved_toml })
}

/// A scenario needs a title, a question and sources, and a child its own title and question.
///
/// `given` says which of the three are there at all, so that one of a wrong type is not also called missing.
fn titles(raw: &RawScenario, given: [bool; 3], files: usize, sources: &Sources, found: &mut Problems) {
    for (given, key, text) in [(given[0], "title", &raw.title), (given[1], "question", &raw.question)] {
        if given && text.is_none() {
            continue;
        }
        let Some(text) = text.as_ref().filter(|text| !text.trim().is_empty()) else {
            let problem = Problem::error(Kind::Scenario, format!("the scenario has no {key}"));
            found.0.push(sources.place(problem.advise(format!("write {key} = \"...\" in its first lines")), 0..0));
            continue;
        };
        if (1..files).contains(&sources.number(text.span().start)) {
            let problem = Problem::warning(Kind::Scenario, format!("the scenario has its parent's {key}"));
            found.0.push(sources.place(problem.advise(format!("write its own {key} = \"...\"")), 0..0));
        }
    }
    if raw.sources.as_ref().map_or(!given[2], Vec::is_empty) {
        let problem = Problem::error(Kind::Scenario, "the scenario names no sources");
        found.0.push(sources.place(problem.advise("write sources = [\"where its figures come from\"]"), 0..0));
    }
}

/// The scenario as one text, with every default of the run written out. Of the parameters it holds those that the
/// scenario fixes; [`at_the_point`] writes all of them.
fn resolved(mut raw: RawScenario, scenario: &Scenario) -> Result<String, toml::ser::Error> {
    let plan = &scenario.run;
    let run = raw.run.get_or_insert_default();
    run.start = Some(placed(Day(plan.start)));
    run.end = Some(placed(Day(plan.end)));
    run.seed = Some(placed(plan.seed));
    run.population_seed = Some(placed(plan.population_seed));
    run.replicates = Some(placed(plan.replicates));
    (run.whole, run.sample) = match plan.scale {
        Scale::Whole => (Some(placed(true)), None),
        Scale::Sample(firms) => (None, Some(placed(firms))),
    };
    toml::to_string(&raw)
}

/// [`Loaded::resolved_toml`] with the value of every parameter: a run at the point does not change with the defaults.
///
/// # Errors
/// Never for a text of [`load`]; what cannot be read or written otherwise.
pub fn at_the_point(loaded: &Loaded) -> Result<String, Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::error(Kind::Scenario, error.to_string());
    let mut text: toml::Table = loaded.resolved_toml.parse().map_err(|e| failed(&e))?;
    let parameters = &loaded.scenario.parameters;
    let values = TABLE.iter().filter_map(|row| Some((row.name.to_string(), parameters.get(row.name)?.into())));
    text.insert("parameters".to_string(), toml::Value::Table(values.collect()));
    toml::to_string(&text).map_err(|e| failed(&e))
}

/// Errors first, each group in the order of files and lines.
fn in_order(mut found: Problems) -> Problems {
    found.0.sort_by_key(|problem| {
        let file = problem.place.as_ref().map(|place| place.file.clone());
        (std::cmp::Reverse(problem.severity), file, problem.place.as_ref().map(|place| place.span.start))
    });
    found
}

/// Without the notes, which only matter for a scenario that runs.
fn worth_fixing(mut found: Problems) -> Problems {
    found.0.retain(|problem| problem.severity > Severity::Note);
    found
}

/// Active interventions whose target matches no firm of a population, as warnings. `matching` counts the firms that a
/// target matches, so that this room need not know the population.
pub fn idle_targets(scenario: &Scenario, matching: impl Fn(&Eligibility) -> u64) -> Vec<Problem> {
    let idle = scenario.interventions.iter().filter(|intervention| matching(&intervention.target) == 0);
    idle.map(|intervention| {
        let message = format!("the target of `{}` matches no firm: it has no effect", intervention.name);
        Problem::warning(Kind::Scenario, message).advise("conditions are joined by `and`: drop or widen one")
    })
    .collect()
}

/// Declarations of the scenario that overlap real ones (prefecture, first and last day) of which it also takes the
/// dates, as warnings: a firm feels the stronger of the two, not their sum.
pub fn overlaps_with_known(scenario: &Scenario, known: &[(Prefecture, Date, Date)]) -> Vec<Problem> {
    let mut found = Vec::new();
    for intervention in &scenario.interventions {
        let Measure::EmergencyDeclaration(emergency) = &intervention.measure else { continue };
        for declared in emergency.list.iter().filter(|_| emergency.known_on.is_some()) {
            let overlaps = |(prefecture, from, until): &&(Prefecture, Date, Date)| {
                declared.prefectures.contains(prefecture) && *from <= declared.until && declared.from <= *until
            };
            if let Some((prefecture, from, until)) = known.iter().find(overlaps) {
                let message = format!(
                    "the declaration of `{}` from {} overlaps a real one in {} ({from} to {until})",
                    intervention.name,
                    declared.from,
                    prefecture.name()
                );
                found.push(
                    Problem::warning(Kind::Scenario, message).advise("let it begin later, or leave the place out"),
                );
            }
        }
    }
    found
}

/// The known word most like a mistyped one, if any is like it.
pub(crate) fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let lower = word.to_lowercase();
    let like = known.into_iter().map(|known| (strsim::jaro_winkler(&lower, &known.to_lowercase()), known));
    like.filter(|(likeness, _)| *likeness >= 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}
