//! Scenarios that the user has saved: `scenarios/NAME.toml` in the studio's folder. Names and texts in, files out.

use super::drafts;
use crate::{
    error::{Kind, Problem},
    results::{Form, Product, write_file},
    scenario::{BUILT_IN, SIZE_LIMIT},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Longest name.
pub const LONGEST: usize = 64;

/// A saved scenario, wherever it was edited: drafts have asked before one is replaced.
static SCENARIO: Product = Product {
    name: "scenario",
    mark: "scenario",
    form: Form::File,
    flag: "another name",
    holds_mark: |_| true,
    wrote: |_, _| true,
};

/// The folder of saved scenarios.
pub struct Saved {
    /// Absolute.
    pub folder: PathBuf,
}

impl Saved {
    /// In the studio's folder; made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> Result<Saved, Problem> {
        let folder = folder.join("scenarios");
        fs::create_dir_all(&folder).map_err(|e| cannot("make", &folder, &e))?;
        Ok(Saved { folder })
    }

    /// Names of all, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let name = |entry: fs::DirEntry| Some(entry.file_name().to_str()?.strip_suffix(".toml")?.to_string());
        let mut names: Vec<String> = entries.filter_map(name).filter(|name| is_name(name)).collect();
        names.sort();
        names
    }

    /// A saved or built-in scenario's text.
    ///
    /// # Errors
    /// No such scenario, or it cannot be read.
    pub fn read(&self, name: &str) -> Result<String, Problem> {
        let path = self.path(name)?;
        // A link would lead out of the folder.
        if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= SIZE_LIMIT) {
            return fs::read_to_string(&path).map_err(|e| cannot("read", &path, &e));
        }
        let built_in = BUILT_IN.iter().find(|(file, _)| file.strip_suffix(".toml") == Some(name));
        built_in.map(|(_, text)| text.to_string()).ok_or_else(|| missing(name))
    }

    /// The version of a saved scenario; `None` where there is none.
    ///
    /// # Errors
    /// A name that cannot be one, or a file that cannot be read.
    pub fn version(&self, name: &str) -> Result<Option<String>, Problem> {
        let path = self.path(name)?;
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(drafts::version(&String::from_utf8_lossy(&bytes)))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(cannot("read", &path, &e)),
        }
    }

    /// Saves a text, whole or not at all.
    ///
    /// # Errors
    /// A name that cannot be one or is a built-in scenario's, or a file that cannot be written.
    pub fn write(&self, name: &str, toml: &str) -> Result<(), Problem> {
        if BUILT_IN.iter().any(|(file, _)| file.strip_suffix(".toml") == Some(name)) {
            let problem = Problem::error(Kind::Usage, format!("`{name}` is the name of a built-in scenario"));
            return Err(problem.advise("others are based on it: choose another name"));
        }
        write_file(&SCENARIO, &self.path(name)?, true, |out| out.write_all(toml.as_bytes()))
    }

    /// Deletes a saved scenario.
    ///
    /// # Errors
    /// No such scenario, or it cannot be deleted.
    pub fn delete(&self, name: &str) -> Result<(), Problem> {
        let path = self.path(name)?;
        fs::remove_file(&path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => missing(name),
            _ => cannot("delete", &path, &e),
        })
    }

    fn path(&self, name: &str) -> Result<PathBuf, Problem> {
        Ok(self.folder.join(format!("{}.toml", self::name(name)?)))
    }
}

/// The name, if it can be one.
///
/// # Errors
/// What to write instead.
pub fn name(text: &str) -> Result<&str, Problem> {
    if is_name(text) {
        return Ok(text);
    }
    let message = format!("`{}` cannot be a scenario's name", text.escape_debug());
    Err(Problem::error(Kind::Usage, message).advise("use 1 to 64 of a-z, 0-9, _ and -"))
}

/// Lower-case letters, digits, `_` and `-`: a name that is the same on every disk, and never leaves its folder.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    (1..=LONGEST).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('-')
}

fn missing(name: &str) -> Problem {
    Problem::error(Kind::Scenario, format!("there is no scenario `{name}`"))
        .advise("reload the page to see which there are")
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Problem {
    Problem::error(Kind::Files, format!("cannot {what} {}: {error}", path.display()))
}
