//! What the page needs when it opens: scenarios to start from, parameters, KPIs, words of the model.

use super::Studio;
use crate::{error::Problem, report, scenario};
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
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "folder": studio.folder,
        "built_in": built_in.collect::<Vec<_>>(),
        "saved": saved.collect::<Vec<_>>(),
        "content": report::content(&[], &studio.data)?,
        "schema": scenario::schema(),
    }))
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
