//! Problems of the engine as Python exceptions: `telework.errors` says of which class.

use pyo3::prelude::*;
use telework::error::{Kind, Problem, Problems, Severity, Style};

/// A problem as `telework.errors.Problem` takes it: severity, kind, message, advice, file, line, column.
type Plain = (&'static str, &'static str, String, Option<String>, Option<String>, Option<usize>, Option<usize>);

/// Problems as Python sees them.
pub fn plain(problems: &[Problem]) -> Vec<Plain> {
    problems.iter().map(one).collect()
}

fn one(problem: &Problem) -> Plain {
    let severity = match problem.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let place = problem.place.as_ref().map(|place| (place.file.clone(), place.line_column()));
    let (line, column) = place.as_ref().map(|(_, place)| *place).unzip();
    let file = place.map(|(file, _)| file);
    (severity, kind(problem.kind), problem.message.clone(), problem.advice.clone(), file, line, column)
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Usage => "usage",
        Kind::Scenario => "scenario",
        Kind::Data => "data",
        Kind::Files => "files",
        Kind::Different => "different",
        Kind::Interrupted => "interrupted",
    }
}

/// The exception of some problems.
pub fn raised(problems: impl Into<Problems>) -> PyErr {
    let problems = problems.into();
    Python::attach(|py| {
        let text = problems.render(Style::Plain);
        let made =
            py.import("telework.errors").and_then(|errors| errors.call_method1("made", (plain(&problems.0), text)));
        made.map_or_else(|error| error, PyErr::from_value)
    })
}
