//! One self-contained HTML page out of folders of results, in English and Japanese. Tables in, page out.
//!
//! The page holds the tables as JSON, and its script shows them: no number is computed on the way, so that every number
//! on the page is one of a table. It opens offline: charts are drawn by plotly.js, which is inside.

mod background;
mod contract;
mod folder;
#[cfg(test)]
mod tests;
mod texts;

pub use contract::{Cell, SUMMARIES, Summary};
pub use folder::Folder;

pub use crate::results::REPORT;

use crate::{
    data::Data,
    error::{Kind, Problem},
    observation::{spaced, survey_name},
    results::GENERATOR,
};
use plotly::Plot;
use serde_json::{Value, json};

/// The page's look.
pub const STYLE: &str = include_str!("page/style.css");

/// The page's own script: the modules of `page/`, which `build.rs` bundles.
const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/report.js"));

/// The page of one or more folders. The same folders and data give the same bytes.
///
/// # Errors
/// When there is no folder, or when a part of the page inside the program is damaged.
pub fn page(folders: &[Folder], data: &Data) -> Result<String, Problem> {
    if folders.is_empty() {
        return Err(Problem::error(Kind::Usage, "there is no folder to report on"));
    }
    let content = safe_in_a_page(&content(folders, data)?.to_string());
    let charts = chart_library()?;
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{GENERATOR}\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>telework-sim</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <noscript><p>This page needs JavaScript. このページの表示には JavaScript が必要です。</p></noscript>\n\
         <div id=\"page\"></div>\n\
         <script type=\"application/json\" id=\"content\">{content}</script>\n\
         <script>{charts}</script>\n\
         <script>\n(function () {{\n\"use strict\";\n{SCRIPT}}})();\n</script>\n</body>\n</html>\n"
    ))
}

/// All that a page shows: tables, what stands beside them, texts.
///
/// # Errors
/// When the texts inside the program are damaged.
pub fn content(folders: &[Folder], data: &Data) -> Result<Value, Problem> {
    let tables = |folder: &Folder| json!({ "manifest": folder.manifest, "tables": folder.tables });
    Ok(json!({
        "folders": folders.iter().map(tables).collect::<Vec<_>>(),
        "commands": SUMMARIES.iter().map(|s| (s.name.to_string(), s.command.into())).collect::<serde_json::Map<_, Value>>(),
        "background": background::background(folders, data),
        "texts": texts::texts()?,
    }))
}

/// English texts of the program's tables (names of KPIs, titles of scenarios) with their Japanese, and members of classes.
///
/// # Errors
/// When the texts inside the program are damaged.
pub fn japanese_words() -> Result<Vec<(String, String)>, Problem> {
    let texts = texts::texts()?;
    let object = |key: &str| texts[key].as_object().cloned().unwrap_or_default().into_iter();
    let words = object("words").filter_map(|(english, japanese)| Some((english, japanese.as_str()?.to_string())));
    let named = object("page").filter_map(|(key, pair)| {
        let (of, id) = key.split_once('.')?;
        let english = match of {
            "member" => id.to_string(),
            "metric" => spaced(id),
            "survey" => survey_name(id),
            _ => return None,
        };
        Some((english, pair[1].as_str()?.to_string()))
    });
    Ok(words.chain(named).collect())
}

/// JSON that ends neither the script element nor a line: `<` and the separators U+2028 and U+2029 as escapes, which
/// mean the same in JSON.
fn safe_in_a_page(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// plotly.js alone: the crate's text has MathJax behind it, which no chart here needs.
///
/// # Errors
/// When the crate's text is not what is expected.
pub fn chart_library() -> Result<String, Problem> {
    let all = Plot::offline_js_sources();
    let script = all.split_once('>').and_then(|(_, rest)| rest.split_once("</script>"));
    match script {
        Some((plotly, _)) if plotly.contains("plotly.js v") => Ok(plotly.to_string()),
        _ => Err(Problem::error(Kind::Data, "the chart library inside the program is not where it is expected")),
    }
}
