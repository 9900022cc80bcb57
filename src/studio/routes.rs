//! Which request is answered by what.

use super::{
    Studio,
    edit::{Change, edit},
    pages, problems,
    reading::{self, Text},
    reply::Reply,
    start,
};
use crate::error::{Kind, Problem};
use hyper::{Method, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
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
        ("PUT", ["scenarios", name]) => read::<Toml>(asked).map_or_else(
            |refused| refused,
            |Toml { toml }| {
                studio.saved.write(name, &toml).map_or_else(Reply::from, |()| Reply::json(json!({ "name": name })))
            },
        ),
        ("DELETE", ["scenarios", name]) => studio.saved.delete(name).map_or_else(missing, |()| Reply::json(json!({}))),
        ("POST", ["scenario"]) => {
            read::<Text>(asked).map_or_else(|refused| refused, |text| Reply::json(reading::read(studio, &text)))
        }
        ("POST", ["edit"]) => read::<Edit>(asked).map_or_else(
            |refused| refused,
            |Edit { name, toml, changes }| {
                edit(&toml, &changes)
                    .map_or_else(Reply::from, |toml| Reply::json(reading::read(studio, &Text { name, toml })))
            },
        ),
        (_, ["start" | "scenario" | "edit"] | ["scenarios", _]) => not_allowed(),
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

/// A scenario's text alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Toml {
    toml: String,
}

/// A text, and what is to be changed in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    name: String,
    toml: String,
    changes: Vec<Change>,
}

/// The body as what is expected.
fn read<T: DeserializeOwned>(asked: &Asked) -> Result<T, Reply> {
    serde_json::from_slice(&asked.body).map_err(|error| {
        Reply::refused(StatusCode::BAD_REQUEST, format!("the request cannot be read: {error}"), "reload the page")
    })
}
