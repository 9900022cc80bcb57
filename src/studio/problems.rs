//! Problems as the page reads them: the same message, place, advice and text that the command line prints, in English and, as
//! `ja`, in Japanese: the page shows those of the language that it is read in, also when that is changed later.

use crate::error::{Kind, Language, Problem, Problems, Severity, Style, in_japanese};
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
        "rendered": problem.render(Style::Plain), "ja": japanese(problem) });
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

/// What is shown of a problem, in Japanese.
fn japanese(problem: &Problem) -> Value {
    let said = |english: &String| in_japanese(english).unwrap_or_else(|| english.clone());
    json!({ "message": said(&problem.message), "advice": problem.advice.as_ref().map(said),
        "rendered": problem.render_in(Style::Plain, Language::Japanese) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_in_both_languages() {
        let problem = Problem::error(Kind::Scenario, "`run.seed` must be a whole number, not text")
            .at("a.toml", &"seed = \"x\"\n".into(), 7..10)
            .advise("write another value, or active = false");
        let told = &listed(&[problem])[0];
        assert_eq!(told["message"], "`run.seed` must be a whole number, not text");
        assert_eq!(told["ja"]["message"], "`run.seed` には整数を書いてください（文字列が書かれています）");
        assert_eq!(told["ja"]["advice"], "別の値を書くか、active = false と書いてください");
        let rendered = told["ja"]["rendered"].as_str().unwrap();
        assert!(rendered.starts_with("エラー: ") && rendered.contains("a.toml:1:8"), "{rendered}");
        assert_eq!(listed(&[Problem::note("nothing to write")])[0]["ja"]["advice"], Value::Null);
    }
}
