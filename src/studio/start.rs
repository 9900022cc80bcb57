//! What the page needs when it opens: scenarios to start from, parameters, KPIs, words of the model.

use super::{
    Studio,
    jobs::{NOT_ASKED, takes_several},
};
use crate::{
    commands::{Study, arguments},
    error::Problem,
    report, scenario,
};
use serde_json::{Value, json};

/// Scenarios, controls, KPIs, texts.
///
/// # Errors
/// When a part of the page inside the program is damaged.
pub fn start(studio: &Studio) -> Result<Value, Problem> {
    let built_in = scenario::BUILT_IN.iter().map(|(file, text)| {
        let name = file.trim_end_matches(".toml");
        let mut told = titled(name, text);
        told["toml"] = (*text).into();
        told["child"] = child(name, told["title"].as_str().unwrap_or(name)).into();
        told
    });
    let saved = studio.saved.names();
    let saved = saved.iter().filter_map(|name| Some(titled(name, &studio.saved.read(name).ok()?)));
    let drafts = studio.drafts.all().into_iter();
    let drafts = drafts.map(|draft| titled(&draft.name, &draft.toml));
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "folder": studio.folder,
        "built_in": built_in.collect::<Vec<_>>(),
        "saved": saved.collect::<Vec<_>>(),
        "drafts": drafts.collect::<Vec<_>>(),
        "content": report::content(&[], &studio.data)?,
        "schema": scenario::form(),
        "requests": asked(),
    }))
}

/// What each command may be asked: its arguments, apart from those that are not the page's to say, and whether it is about
/// several scenarios. The page makes its form of this alone.
fn asked() -> Value {
    let mut commands = arguments::<Study>();
    for (name, command) in commands.as_object_mut().into_iter().flatten() {
        command["several"] = takes_several(name).into();
        if let Some(list) = command["arguments"].as_array_mut() {
            list.retain(|one| !NOT_ASKED.iter().any(|name| one["name"] == *name));
        }
    }
    commands
}

/// Name, title, question.
fn titled(name: &str, text: &str) -> Value {
    let table: toml::Table = text.parse().unwrap_or_default();
    json!({ "name": name, "title": table.get("title").and_then(toml::Value::as_str).unwrap_or(name),
        "question": table.get("question").and_then(toml::Value::as_str) })
}

/// A scenario that changes nothing yet.
fn child(parent: &str, title: &str) -> String {
    format!(
        "title = {}\nquestion = \"What would change?\"\nsources = [\"Assumed in the studio\"]\nextends = \"{parent}.toml\"\n",
        toml::Value::String(format!("{title} (changed)"))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arguments whose entry is made of several, with texts of their own.
    const COMPOSED: [&str; 3] = ["targets", "kpis", "kpi"];

    /// An argument that a command gets needs a text to be asked for, or has no place in the form.
    #[test]
    fn every_argument_has_a_text() {
        let texts: toml::Table = include_str!("texts.toml").parse().unwrap();
        let mut seen = 0;
        for (command, described) in asked().as_object().unwrap() {
            for key in ["job", "job_how", "ask.start"].map(|part| format!("{part}.{command}")) {
                assert!(texts["page"].get(&key).is_some(), "no text {key}");
            }
            for one in described["arguments"].as_array().unwrap() {
                let name = one["name"].as_str().unwrap();
                let has = |key: String| texts["page"].get(&key).is_some();
                let help =
                    !["switch", "whole"].contains(&one["type"].as_str().unwrap()) || has(format!("ask.{name}_how"));
                assert!(
                    COMPOSED.contains(&name) || (has(format!("ask.{name}")) && help),
                    "{command}: no text for {name}"
                );
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
    }
}
