//! What can be wrong, where, and what to write instead.
//!
//! Every failure that a user can cause is a [`Problem`]: a message, a place (file and bytes) where there is one,
//! and advice. Checks collect [`Problems`] so that all of them are shown at once. Nothing here prints.

mod japanese;
mod render;
pub use japanese::{Catalogue, clap_in_japanese, in_japanese};
pub use render::{Language, Style};

use std::{fmt, ops::Range, sync::Arc};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Said for information.
    Note,
    /// The run goes on; the user should look.
    Warning,
    /// The run cannot start or go on.
    Error,
}

/// What kind of failure ends the program; becomes its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The command line is wrong (2, as clap uses).
    Usage = 2,
    /// The scenario is wrong.
    Scenario = 3,
    /// A data table is missing or damaged.
    Data = 4,
    /// Reading or writing failed (full disk, rights, an existing run folder).
    Files = 5,
    /// A comparison came out different (`verify`, `selftest`).
    Different = 6,
    /// Interrupted by the user (130, as shells use).
    Interrupted = 130,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// File name as the user knows it.
    pub file: String,
    /// The file's whole text.
    pub source: Arc<str>,
    /// Bytes of `source` that the problem is about.
    pub span: Range<usize>,
}

impl Place {
    /// Line and column, both from 1, the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        let mut start = self.span.start.min(self.source.len());
        while !self.source.is_char_boundary(start) {
            start -= 1;
        }
        let before = &self.source[..start];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// Which exit code it leads to.
    pub kind: Kind,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// What to write instead.
    pub advice: Option<String>,
}

impl Problem {
    /// An error without place or advice.
    pub fn error(kind: Kind, message: impl Into<String>) -> Problem {
        Problem { severity: Severity::Error, kind, message: message.into(), place: None, advice: None }
    }
    /// A warning without place or advice.
    pub fn warning(kind: Kind, message: impl Into<String>) -> Problem {
        Problem { severity: Severity::Warning, ..Problem::error(kind, message) }
    }
    /// Something worth saying that asks for nothing.
    pub fn note(message: impl Into<String>) -> Problem {
        Problem { severity: Severity::Note, ..Problem::error(Kind::Scenario, message) }
    }
    /// With the place.
    pub fn at(mut self, file: &str, source: &Arc<str>, span: Range<usize>) -> Problem {
        self.place = Some(Place { file: file.to_string(), source: source.clone(), span });
        self
    }
    /// With advice.
    pub fn advise(mut self, advice: impl Into<String>) -> Problem {
        self.advice = Some(advice.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            let (line, column) = place.line_column();
            write!(f, "{}:{line}:{column}: ", place.file)?;
        }
        write!(f, "{}", self.message)?;
        if let Some(advice) = &self.advice {
            write!(f, " ({advice})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// Several problems; never empty when returned as an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Problems {
        Problems(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
