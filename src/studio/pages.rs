//! The files of the page, all inside the program.

use super::reply::Reply;
use crate::{
    error::{Kind, Problem},
    report,
};
use hyper::body::Bytes;
use std::{collections::HashMap, sync::LazyLock};

/// The page's own script: the modules of `page/` with those of the report that they use, which `build.rs` bundles.
const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/studio.js"));

/// Texts of the page, as those of the report: `page`: key -> `[English, Japanese]`, `words`: English -> Japanese.
const TEXTS: &str = include_str!("texts.toml");

/// The files of the page by address: content type and bytes, made once.
type Files = HashMap<&'static str, (&'static str, Bytes)>;
static FILES: LazyLock<Result<Files, Problem>> = LazyLock::new(files);

/// The file at an address, if there is one.
///
/// # Errors
/// When a part of the page inside the program is damaged.
pub fn page(path: &str) -> Result<Option<Reply>, Problem> {
    let files = FILES.as_ref().map_err(Clone::clone)?;
    Ok(files.get(path).map(|(kind, bytes)| Reply::Page(kind, bytes.clone())))
}

fn files() -> Result<Files, Problem> {
    let (html, style, script) =
        ("text/html; charset=utf-8", "text/css; charset=utf-8", "text/javascript; charset=utf-8");
    Ok(HashMap::from([
        ("/", (html, Bytes::from_static(include_bytes!("page/index.html")))),
        ("/studio.css", (style, [report::STYLE, include_str!("page/studio.css")].concat().into())),
        ("/studio.js", (script, own_script()?.into())),
        ("/plotly.js", (script, report::chart_library()?.into())),
    ]))
}

/// Texts, and the script that shows them.
fn own_script() -> Result<String, Problem> {
    let damaged = |error| Problem::error(Kind::Data, format!("the page's texts are damaged: {error}"));
    let texts: serde_json::Value = toml::from_str(TEXTS).map_err(damaged)?;
    Ok(format!("(function () {{\n\"use strict\";\nconst STUDIO_TEXTS = {texts};\n{SCRIPT}}})();\n"))
}
