//! Scenario texts and their places: files on disk, the scenarios built into the program, command-line settings.
//!
//! All texts of one scenario share one line of byte offsets, so a single span says both the file and the place in it.
//! Name in, text or [`Problem`] out.

use crate::error::{Kind, Problem};
use std::{
    fs,
    io::Read,
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Largest scenario file; the shipped ones have a few kilobytes.
pub const SIZE_LIMIT: u64 = 1 << 20;

/// The scenarios built into the program, by file name.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("all_measures.toml", include_str!("../../scenarios/all_measures.toml")),
    ("awards_and_bonus.toml", include_str!("../../scenarios/awards_and_bonus.toml")),
    ("baseline.toml", include_str!("../../scenarios/baseline.toml")),
    ("bonus_1.toml", include_str!("../../scenarios/bonus_1.toml")),
    ("bonus_10.toml", include_str!("../../scenarios/bonus_10.toml")),
    ("criteria_loose.toml", include_str!("../../scenarios/criteria_loose.toml")),
    ("criteria_strict.toml", include_str!("../../scenarios/criteria_strict.toml")),
    ("forecast.toml", include_str!("../../scenarios/forecast.toml")),
    ("hindcast.toml", include_str!("../../scenarios/hindcast.toml")),
    ("managers_x10.toml", include_str!("../../scenarios/managers_x10.toml")),
    ("no_policy.toml", include_str!("../../scenarios/no_policy.toml")),
    ("satellite_offices.toml", include_str!("../../scenarios/satellite_offices.toml")),
    ("second_pandemic.toml", include_str!("../../scenarios/second_pandemic.toml")),
    ("self_declared.toml", include_str!("../../scenarios/self_declared.toml")),
    ("stakeholders.toml", include_str!("../../scenarios/stakeholders.toml")),
    ("subsidy_push.toml", include_str!("../../scenarios/subsidy_push.toml")),
    ("supportnw_x10.toml", include_str!("../../scenarios/supportnw_x10.toml")),
];

/// Measures to copy into a scenario, by name: each kind as it is, in primitives where it is a combination of them.
pub const MEASURES: &[(&str, &str)] = &[
    ("awards", include_str!("../../scenarios/measures/awards.toml")),
    ("campaign", include_str!("../../scenarios/measures/campaign.toml")),
    ("certification", include_str!("../../scenarios/measures/certification.toml")),
    ("disclosure", include_str!("../../scenarios/measures/disclosure.toml")),
    ("guidelines", include_str!("../../scenarios/measures/guidelines.toml")),
    ("law", include_str!("../../scenarios/measures/law.toml")),
    ("procurement_bonus", include_str!("../../scenarios/measures/procurement_bonus.toml")),
    ("regional_trial", include_str!("../../scenarios/measures/regional_trial.toml")),
    ("satellite_offices", include_str!("../../scenarios/measures/satellite_offices.toml")),
    ("subsidy", include_str!("../../scenarios/measures/subsidy.toml")),
    ("support_network", include_str!("../../scenarios/measures/support_network.toml")),
    ("telework_managers", include_str!("../../scenarios/measures/telework_managers.toml")),
];

/// Where a scenario text comes from; two equal ones are the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file, by its canonical path.
    Disk(PathBuf),
    /// Built into the program.
    BuiltIn(&'static str),
    /// A file of a folder whose scenarios take their parents from that folder alone: canonical folder, file name.
    Inside(PathBuf, String),
    /// Text that the program holds (a run folder's manifest).
    Memory,
}

/// One text with its name and the offset at which it begins.
#[derive(Clone, Debug)]
struct Source {
    name: String,
    text: Arc<str>,
    base: usize,
}

/// All texts of one scenario.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a text; returns the offset to add to its spans.
    pub fn add(&mut self, name: impl Into<String>, text: Arc<str>) -> usize {
        let base = self.list.last().map_or(0, |last| last.base + last.text.len() + 1);
        self.list.push(Source { name: name.into(), text, base });
        base
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }
    /// A text and its offset.
    pub fn source(&self, number: usize) -> (&str, usize) {
        self.list.get(number).map_or(("", 0), |source| (&source.text, source.base))
    }
    /// Names of all.
    pub fn names(&self) -> Vec<&str> {
        self.list.iter().map(|source| source.name.as_str()).collect()
    }
    /// Number of the text that holds an offset.
    pub fn number(&self, offset: usize) -> usize {
        self.list.partition_point(|source| source.base <= offset).saturating_sub(1)
    }
    /// Name of a text.
    pub fn name(&self, number: usize) -> &str {
        self.list.get(number).map_or("", |source| &source.name)
    }
    /// Gives a problem its place.
    pub fn place(&self, problem: Problem, span: Range<usize>) -> Problem {
        let Some(source) = self.list.get(self.number(span.start)) else {
            return problem;
        };
        let local = |offset: usize| offset.saturating_sub(source.base).min(source.text.len());
        problem.at(&source.name, &source.text, local(span.start)..local(span.end))
    }
    /// The text at a span.
    pub fn text(&self, span: Range<usize>) -> &str {
        let source = self.list.get(self.number(span.start));
        source.and_then(|s| s.text.get(span.start.checked_sub(s.base)?..span.end.checked_sub(s.base)?)).unwrap_or("")
    }
    /// Name and text of each, in the order of adding.
    pub fn into_pairs(self) -> Vec<(String, Arc<str>)> {
        self.list.into_iter().map(|source| (source.name, source.text)).collect()
    }
}

fn built_in(name: &str) -> Option<(Origin, String, Arc<str>)> {
    let with_ending = if name.ends_with(".toml") { name.to_string() } else { format!("{name}.toml") };
    let (file, text) = BUILT_IN.iter().find(|(file, _)| *file == with_ending)?;
    Some((Origin::BuiltIn(file), format!("built-in {file}"), Arc::from(*text)))
}

/// Names standard input in place of a file.
pub const STANDARD_INPUT: &str = "-";
/// Whether it was read.
static READ: AtomicBool = AtomicBool::new(false);

/// What is said of a file that stands in for a built-in scenario of its name without having its text.
pub fn shadowing(origin: &Origin, text: &str) -> Option<Problem> {
    let (Origin::Disk(path) | Origin::Inside(path, _)) = origin else { return None };
    let file = match origin {
        Origin::Inside(_, file) => file.as_str(),
        _ => path.file_name()?.to_str()?,
    };
    BUILT_IN.iter().find(|(name, own)| *name == file && *own != text)?;
    let name = file.trim_end_matches(".toml");
    Some(
        Problem::warning(
            Kind::Scenario,
            format!("the file {file} is taken in place of the built-in scenario `{name}`"),
        )
        .advise("give the file another name to have the built-in one"),
    )
}

/// Finds and reads the scenario that the user named: `-` for standard input, a path, a path without its ending, a name in `scenarios/`, or a
/// built-in scenario. A file on disk wins.
pub fn open(name: &str) -> Result<(Origin, String, Arc<str>), Problem> {
    if name == STANDARD_INPUT {
        if READ.swap(true, Ordering::Relaxed) {
            return Err(Problem::error(Kind::Usage, "standard input was read already: it holds one scenario")
                .advise("write `-` once, and give the other scenario as a file"));
        }
        let here = std::env::current_dir().unwrap_or_default();
        return text_of(&mut std::io::stdin().lock(), "stdin", 0)
            .map(|text| (Origin::Disk(here.join("stdin")), "stdin".into(), text));
    }
    let candidates = [name.to_string(), format!("{name}.toml"), format!("scenarios/{name}.toml")];
    if let Some(found) = candidates.iter().find(|path| Path::new(path).exists() && !Path::new(path).is_dir()) {
        return read(Path::new(found));
    }
    let path = Path::new(name);
    if !path.is_dir() {
        let folder = path.parent().and_then(Path::to_str).unwrap_or("");
        let file = path.file_name().and_then(|file| file.to_str()).unwrap_or("");
        let shipped = matches!(folder, "" | "scenarios" | "./scenarios" | ".");
        if let Some(found) = built_in(file).filter(|_| shipped) {
            return Ok(found);
        }
    } else if let Some(found) = built_in(name) {
        return Ok(found);
    }
    if path.is_dir() {
        return read(path);
    }
    let known: Vec<&str> = BUILT_IN.iter().map(|(file, _)| file.trim_end_matches(".toml")).collect();
    Err(Problem::error(Kind::Scenario, format!("there is no scenario file `{}`", name.escape_debug()))
        .advise(format!("give the path of a TOML file, or a built-in scenario: {}", known.join(", "))))
}

/// Finds and reads the parent that a scenario `extends`: beside the child, else built in.
pub fn open_parent(child: &Origin, name: &str) -> Result<(Origin, String, Arc<str>), Problem> {
    if let Origin::Inside(folder, _) = child {
        return open_inside(folder, name);
    }
    let folder = match child {
        Origin::Disk(path) => path.parent().map(Path::to_path_buf),
        Origin::Memory => Some(PathBuf::new()),
        Origin::BuiltIn(_) | Origin::Inside(..) => None,
    };
    if let Some(folder) = folder {
        let path = folder.join(name);
        // A file of a built-in scenario's name that extends it does not mean itself.
        let itself = path.canonicalize().is_ok_and(|path| *child == Origin::Disk(path)) && built_in(name).is_some();
        if path.exists() && !itself {
            return read(&path);
        }
    }
    built_in(name).ok_or_else(|| no_parent(name))
}

fn no_parent(name: &str) -> Problem {
    let known: Vec<&str> = BUILT_IN.iter().map(|(file, _)| *file).collect();
    Problem::error(Kind::Scenario, format!("the parent `{}` does not exist", name.escape_debug())).advise(format!(
        "`extends` is a path seen from this file's folder, or a built-in scenario: {}",
        known.join(", ")
    ))
}

/// A file of a folder, else a built-in scenario; nothing outside, by whatever path or link.
fn open_inside(folder: &Path, name: &str) -> Result<(Origin, String, Arc<str>), Problem> {
    let plain = Path::new(name).file_name().is_some_and(|file| file == name);
    let path = folder.join(name);
    if !plain || !fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file()) {
        return if plain { built_in(name).ok_or_else(|| no_parent(name)) } else { Err(no_parent(name)) };
    }
    let (_, _, text) = read(&path)?;
    Ok((Origin::Inside(folder.to_path_buf(), name.to_string()), shown_inside(folder, name), text))
}

/// A file as seen from the place where its folder is.
pub fn shown_inside(folder: &Path, file: &str) -> String {
    let folder = folder.file_name().map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
    Path::new(&folder).join(file).display().to_string()
}

/// Reads a file, but never more than [`SIZE_LIMIT`] of it.
fn read(path: &Path) -> Result<(Origin, String, Arc<str>), Problem> {
    let name = shown(path);
    let cannot = |error: std::io::Error| Problem::error(Kind::Files, format!("cannot read `{name}`: {error}"));
    let meta = fs::metadata(path).map_err(cannot)?;
    if meta.is_dir() {
        return Err(Problem::error(Kind::Scenario, format!("`{name}` is a folder, not a scenario file"))
            .advise("give the path of one TOML file"));
    }
    let text = text_of(&mut fs::File::open(path).map_err(cannot)?, &name, meta.len())?;
    // Standard input and pipes have no path of their own.
    let origin = if meta.is_file() { path.canonicalize() } else { std::path::absolute(path) };
    Ok((Origin::Disk(origin.map_err(cannot)?), name, text))
}

/// The text of a scenario, but never more than [`SIZE_LIMIT`] of it. `length` is 0 where it is not known.
fn text_of(from: &mut dyn Read, name: &str, length: u64) -> Result<Arc<str>, Problem> {
    let cannot = |error: std::io::Error| Problem::error(Kind::Files, format!("cannot read `{name}`: {error}"));
    let mut bytes = Vec::new();
    if length <= SIZE_LIMIT {
        // A device or pipe has length 0 and may never end.
        from.take(SIZE_LIMIT + 1).read_to_end(&mut bytes).map_err(cannot)?;
    }
    if length > SIZE_LIMIT || bytes.len() as u64 > SIZE_LIMIT {
        let size = match length {
            0 => "more than 1 MiB".to_string(),
            length => format!("{:.1} MiB", length as f64 / f64::from(1 << 20)),
        };
        return Err(Problem::error(Kind::Scenario, format!("`{name}` is too large for a scenario: {size}"))
            .advise("a scenario file has at most 1 MiB; the shipped ones have a few kilobytes"));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text: Arc<str> = String::from_utf8_lossy(error.as_bytes()).into();
            let end = text[valid..].chars().next().map_or(valid, |c| valid + c.len_utf8());
            return Err(Problem::error(Kind::Scenario, format!("not UTF-8 text from byte {} on", valid + 1))
                .at(name, &text, valid..end)
                .advise("save the file as UTF-8 (in Windows Notepad: Save as, Encoding UTF-8)"));
        }
    };
    // A byte order mark is what Windows editors put in front of UTF-8; it says nothing more.
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| Arc::from(text.as_str()), Arc::from))
}

/// A path as shown to people: from the working folder when it lies inside.
fn shown(path: &Path) -> String {
    let relative = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    relative.as_deref().unwrap_or(path).display().to_string()
}
