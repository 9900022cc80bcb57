//! Problems as the page reads them: the same message, place, advice and text that the command line prints.

use crate::error::{Kind, Problem, Problems, Severity, Style};
use serde_json::{Value, json};

/// Problems that are listed; of more, the number is told. Nobody reads them all, and each takes as long as its file is.
const MOST: usize = 100;

/// A list of problems, each with its place in lines and columns from 1 and the text that `check` prints.
pub fn listed(problems: &[Problem]) -> Vec<Value> {
    let mut all: Vec<Value> = problems.iter().take(MOST).map(one).collect();
    if problems.len() > MOST {
        let more = Problem::error(Kind::Scenario, format!("and {} more", problems.len() - MOST));
        all.push(one(&more.advise("mend the first ones: others may go with them")));
    }
    all
}

/// The body of an answer that is nothing but problems.
pub fn body(problems: &Problems) -> Value {
    json!({ "problems": listed(&problems.0) })
}

fn one(problem: &Problem) -> Value {
    let severity = match problem.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut value = json!({ "severity": severity, "message": problem.message, "advice": problem.advice,
        "rendered": problem.render(Style::Plain) });
    if let Some(place) = &problem.place {
        let (line, column) = place.line_column();
        let mut end = place.clone();
        end.span.start = place.span.end;
        let (end_line, end_column) = end.line_column();
        value["file"] = place.file.as_str().into();
        value["line"] = line.into();
        value["column"] = column.into();
        value["end_line"] = end_line.into();
        value["end_column"] = end_column.into();
    }
    value
}
