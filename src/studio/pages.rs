//! The files of the page, all inside the program.

use super::reply::Reply;
use crate::{
    error::{Kind, Problem},
    report,
};
use std::borrow::Cow;

/// The page's own script: the modules of `page/` with those of the report that they use, which `build.rs` bundles.
const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/studio.js"));

/// Texts of the page, as those of the report: `page`: key -> `[English, Japanese]`, `words`: English -> Japanese.
const TEXTS: &str = include_str!("texts.toml");

/// The file at an address, if there is one.
///
/// # Errors
/// When a part of the page inside the program is damaged.
pub fn page(path: &str) -> Option<Result<Reply, Problem>> {
    let style = || [report::STYLE, include_str!("page/studio.css")].concat();
    let text = |kind, text: String| Reply::Page(kind, Cow::Owned(text.into_bytes()));
    let script = |content: String| text("text/javascript; charset=utf-8", content);
    Some(match path {
        "/" => Ok(text("text/html; charset=utf-8", include_str!("page/index.html").into())),
        "/studio.css" => Ok(text("text/css; charset=utf-8", style())),
        "/studio.js" => own_script().map(script),
        "/plotly.js" => report::chart_library().map(script),
        _ => return None,
    })
}

/// Texts, and the script that shows them.
fn own_script() -> Result<String, Problem> {
    let damaged = |error| Problem::error(Kind::Data, format!("the page's texts are damaged: {error}"));
    let texts: serde_json::Value = toml::from_str(TEXTS).map_err(damaged)?;
    Ok(format!("(function () {{\n\"use strict\";\nconst STUDIO_TEXTS = {texts};\n{SCRIPT}}})();\n"))
}
