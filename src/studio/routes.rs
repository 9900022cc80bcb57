//! Which request is answered by what.

use super::{Studio, pages, problems, reply::Reply, start};
use crate::error::{Kind, Problem};
use hyper::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::json;

/// One request, read to its end.
pub struct Asked {
    /// What is to be done.
    pub method: Method,
    /// Path, as it came.
    pub path: String,
    /// The browser tab that asks; empty when it does not say.
    pub tab: String,
    /// Body.
    pub body: Vec<u8>,
}

/// Answers.
pub fn answer(studio: &Studio, asked: &Asked) -> Reply {
    if let Some(page) = pages::page(&asked.path) {
        return match asked.method {
            Method::GET => page.unwrap_or_else(Reply::from),
            _ => not_allowed(),
        };
    }
    let Some(path) = asked.path.strip_prefix("/api/") else { return Reply::missing("such page") };
    let path: Vec<&str> = path.split('/').collect();
    match (asked.method.as_str(), path.as_slice()) {
        ("GET", ["start"]) => start::start(studio).map_or_else(Reply::from, Reply::json),
        ("GET", ["scenarios", name]) => {
            studio.saved.read(name).map_or_else(missing, |toml| Reply::json(json!({ "toml": toml })))
        }
        (_, ["start"] | ["scenarios", _]) => not_allowed(),
        _ => Reply::missing("such page"),
    }
}

fn not_allowed() -> Reply {
    Reply::refused(StatusCode::METHOD_NOT_ALLOWED, "this cannot be done here", "reload the page")
}

/// A problem about what was named in the address.
fn missing(problem: Problem) -> Reply {
    match problem.kind {
        Kind::Scenario | Kind::Usage => Reply::Json(StatusCode::NOT_FOUND, problems::body(&problem.into())),
        _ => problem.into(),
    }
}

/// The body as what is expected.
#[allow(dead_code)]
fn read<T: DeserializeOwned>(asked: &Asked) -> Result<T, Reply> {
    serde_json::from_slice(&asked.body).map_err(|error| {
        Reply::refused(StatusCode::BAD_REQUEST, format!("the request cannot be read: {error}"), "reload the page")
    })
}
