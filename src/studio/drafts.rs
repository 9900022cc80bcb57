//! Drafts: open scenarios as they are being written, `drafts/NAME.json` in the studio's folder. Names and changes in, texts
//! and versions out.
//!
//! There is one text of a draft, whichever tab writes it, and every change is on the disk before it is answered: a kill, a
//! reload or a second tab loses nothing.

use super::{
    edit::{Change, edit},
    saved::{self, Saved},
};
use crate::{
    error::{Kind, Problem},
    results::{Form, Product, write_file},
    scenario::SIZE_LIMIT,
};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// A draft's file.
static DRAFT: Product = Product {
    name: "draft",
    mark: "text of a draft",
    form: Form::File,
    flag: "--folder DIR",
    holds_mark: |file| fs::read(file).is_ok_and(|bytes| serde_json::from_slice::<Draft>(&bytes).is_ok()),
    wrote: |_, _| true,
};

/// Drafts that may be kept at a time.
const MOST: usize = 200;

/// The folder of drafts.
pub struct Drafts {
    folder: PathBuf,
    /// Held while a draft is read, changed and written again.
    turn: Mutex<()>,
}

/// One draft.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Draft {
    /// Name, as of a file without its ending.
    #[serde(skip)]
    pub name: String,
    /// The text.
    pub toml: String,
    /// Version of the saved scenario that this one was opened from or saved as; `None` = neither.
    pub saved: Option<String>,
}

/// Why a draft stays as it is.
pub enum Refusal {
    /// Another tab has changed it: the draft as it is now.
    Changed(Draft),
    /// A saved scenario would be overwritten: its version.
    Occupied(String),
    /// Something else.
    Problem(Problem),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal::Problem(problem)
    }
}

/// The version of a text: equal texts have equal versions.
pub fn version(toml: &str) -> String {
    blake3::hash(toml.as_bytes()).to_hex()[..16].to_string()
}

impl Draft {
    /// The version of its text.
    pub fn version(&self) -> String {
        version(&self.toml)
    }
}

impl Drafts {
    /// In the studio's folder; made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> Result<Drafts, Problem> {
        let folder = folder.join("drafts");
        fs::create_dir_all(&folder)
            .map_err(|e| Problem::error(Kind::Files, format!("cannot make the folder {}: {e}", folder.display())))?;
        Ok(Drafts { folder, turn: Mutex::default() })
    }

    /// All, by name.
    pub fn all(&self) -> Vec<Draft> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let name = |entry: fs::DirEntry| Some(entry.file_name().to_str()?.strip_suffix(".json")?.to_string());
        let mut names: Vec<String> = entries.filter_map(name).collect();
        names.sort();
        names.iter().filter_map(|name| self.read(name).ok()).collect()
    }

    /// The draft of a name.
    ///
    /// # Errors
    /// No such draft.
    pub fn read(&self, name: &str) -> Result<Draft, Problem> {
        let path = self.path(name)?;
        let read = |bytes: Vec<u8>| serde_json::from_slice::<Draft>(&bytes).ok();
        let found = fs::read(path).ok().and_then(read);
        found.map(|draft| Draft { name: name.to_string(), ..draft }).ok_or_else(|| {
            Problem::error(Kind::Scenario, format!("`{name}` is not open")).advise("open it again from the list")
        })
    }

    /// Opens a saved or built-in scenario: the draft that there is of it, or a new one.
    ///
    /// # Errors
    /// No such scenario, or a draft that cannot be written.
    pub fn open_saved(&self, name: &str, all: &Saved) -> Result<Draft, Problem> {
        let _turn = self.turn();
        let toml = all.read(name)?;
        match self.read(name) {
            Ok(draft) => Ok(draft),
            Err(_) => self.keep(Draft { name: name.to_string(), saved: Some(version(&toml)), toml }),
        }
    }

    /// Opens a text under a name, or one like it where that name is taken by another draft or a saved scenario.
    ///
    /// # Errors
    /// Too many drafts, a name that cannot be one, a draft that cannot be written.
    pub fn open_text(&self, name: &str, toml: String, all: &Saved) -> Result<Draft, Problem> {
        saved::name(name)?;
        let _turn = self.turn();
        let stem: String = name.chars().take(saved::LONGEST - 4).collect();
        let names = std::iter::once(name.to_string()).chain((2..).map(|n| format!("{stem}_{n}")));
        for name in names.take(MOST * 2) {
            if self.read(&name).is_err() && all.read(&name).is_err() {
                return self.keep(Draft { name, toml, saved: None });
            }
        }
        Err(Problem::error(Kind::Usage, format!("there are too many scenarios called `{stem}`"))
            .advise("name it differently"))
    }

    /// Changes values, each on the text as it is now: the change of one value does not depend on the others.
    ///
    /// # Errors
    /// As [`edit`].
    pub fn change(&self, name: &str, changes: &[Change]) -> Result<Draft, Refusal> {
        let _turn = self.turn();
        let draft = self.read(name)?;
        let toml = edit(&draft.toml, changes)?;
        Ok(self.keep(Draft { toml, ..draft })?)
    }

    /// Writes another text in place of the version that the page shows.
    ///
    /// # Errors
    /// When another tab has changed it meanwhile.
    pub fn write(&self, name: &str, shown: &str, toml: String) -> Result<Draft, Refusal> {
        let _turn = self.turn();
        let draft = self.shown(name, shown)?;
        Ok(self.keep(Draft { toml, ..draft })?)
    }

    /// Gives a draft another name.
    ///
    /// # Errors
    /// A name that cannot be one or is taken by another draft.
    pub fn rename(&self, name: &str, to: &str) -> Result<Draft, Problem> {
        saved::name(to)?;
        let _turn = self.turn();
        let draft = self.read(name)?;
        if name == to {
            return Ok(draft);
        }
        if self.read(to).is_ok() {
            let problem = Problem::error(Kind::Usage, format!("`{to}` is open already"));
            return Err(problem.advise("choose another name, or close that one first"));
        }
        let renamed = self.keep(Draft { name: to.to_string(), toml: draft.toml, saved: None })?;
        self.forget(name)?;
        Ok(renamed)
    }

    /// Saves the version that the page shows; `replace` is the version of the file that the user agrees to overwrite.
    ///
    /// # Errors
    /// A draft that another tab has changed; a saved scenario that this one neither came from nor may replace.
    pub fn save(&self, name: &str, shown: &str, replace: Option<&str>, all: &Saved) -> Result<Draft, Refusal> {
        let _turn = self.turn();
        let draft = self.shown(name, shown)?;
        if let Some(there) = all.version(name)?
            && there != draft.version()
            && Some(there.as_str()) != draft.saved.as_deref()
            && Some(there.as_str()) != replace
        {
            return Err(Refusal::Occupied(there));
        }
        all.write(name, &draft.toml)?;
        Ok(self.keep(Draft { saved: Some(draft.version()), ..draft })?)
    }

    /// Closes a draft: its text is gone unless it was saved.
    ///
    /// # Errors
    /// When its file cannot be deleted.
    pub fn close(&self, name: &str) -> Result<(), Problem> {
        let _turn = self.turn();
        self.read(name)?;
        self.forget(name)
    }

    /// Whether the texts of a request are what the drafts of those names are now.
    pub fn changed<'a>(&self, texts: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Draft> {
        let other = |(name, toml): (&str, &str)| self.read(name).ok().filter(|draft| draft.toml != toml);
        texts.map(other).find_map(|draft| draft)
    }

    fn shown(&self, name: &str, shown: &str) -> Result<Draft, Refusal> {
        let draft = self.read(name)?;
        if draft.version() == shown { Ok(draft) } else { Err(Refusal::Changed(draft)) }
    }

    fn keep(&self, draft: Draft) -> Result<Draft, Problem> {
        let path = self.path(&draft.name)?;
        if draft.toml.len() as u64 > SIZE_LIMIT {
            let problem = Problem::error(Kind::Scenario, format!("`{}` is too large for a scenario", draft.name));
            return Err(problem.advise("a scenario file has at most 1 MiB; the shipped ones have a few kilobytes"));
        }
        let many = || fs::read_dir(&self.folder).map_or(0, Iterator::count) >= MOST;
        if !path.exists() && many() {
            let problem = Problem::error(Kind::Usage, format!("{MOST} scenarios are open already"));
            return Err(problem.advise("close some of them first"));
        }
        let text = serde_json::to_string(&draft).unwrap_or_default();
        write_file(&DRAFT, &path, true, |out| out.write_all(text.as_bytes()))?;
        Ok(draft)
    }

    fn forget(&self, name: &str) -> Result<(), Problem> {
        let path = self.path(name)?;
        fs::remove_file(&path)
            .map_err(|e| Problem::error(Kind::Files, format!("cannot delete {}: {e}", path.display())))
    }

    fn path(&self, name: &str) -> Result<PathBuf, Problem> {
        Ok(self.folder.join(format!("{}.json", saved::name(name)?)))
    }

    fn turn(&self) -> std::sync::MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
