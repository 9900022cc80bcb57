//! The files of the page, all inside the program.

use super::reply::Reply;
use crate::{error::Problem, report};
use std::borrow::Cow;

/// The page's own script, in the order in which it is read.
const SCRIPTS: &[&str] = &[include_str!("page/studio.js")];

/// The file at an address, if there is one.
///
/// # Errors
/// When a part of the page inside the program is damaged.
pub fn page(path: &str) -> Option<Result<Reply, Problem>> {
    let text = |kind, text: &'static str| Ok(Reply::Page(kind, Cow::Borrowed(text.as_bytes())));
    let script = |text: String| Reply::Page("text/javascript; charset=utf-8", Cow::Owned(text.into_bytes()));
    Some(match path {
        "/" => text("text/html; charset=utf-8", include_str!("page/index.html")),
        "/studio.css" => text("text/css; charset=utf-8", include_str!("page/studio.css")),
        "/studio.js" => Ok(script(format!("(function () {{\n\"use strict\";\n{}}})();\n", SCRIPTS.concat()))),
        "/plotly.js" => report::chart_library().map(script),
        _ => return None,
    })
}
