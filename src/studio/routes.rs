//! Which request is answered by what.

use super::{
    Studio, downloads,
    edit::{Change, edit},
    jobs::{JobRequest, load},
    pages, problems,
    quick::{Found, with_progress},
    reading::{self, Text},
    reply::Reply,
    start,
};
use crate::{
    error::{Kind, Problem},
    report::{Folder, content},
};
use hyper::{Method, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use std::path::PathBuf;

/// One request, read to its end.
pub struct Asked {
    /// What is to be done.
    pub method: Method,
    /// Path, as it came.
    pub path: String,
    /// After the question mark.
    pub query: String,
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
        ("GET", ["jobs"]) => Reply::json(studio.jobs.list().into()),
        ("POST", ["jobs"]) => {
            read::<JobRequest>(asked).map_or_else(|refused| refused, |request| add(studio, request, &asked.tab))
        }
        ("POST", ["command"]) => read::<JobRequest>(asked).map_or_else(
            |refused| refused,
            |request| {
                let line = request.named().and_then(|_| request.command_once_saved(&studio.jobs.places));
                // A form that is half filled in is no error.
                Reply::json(line.map_or_else(
                    |problem| json!({ "problems": problems::listed(&[problem]) }),
                    |line| json!({ "command": line }),
                ))
            },
        ),
        (method, ["jobs", id, rest @ ..]) => match id.parse() {
            Ok(id) => job(studio, method, id, rest, &asked.query),
            Err(_) => Reply::missing("such job"),
        },
        (_, ["start" | "scenario" | "edit" | "command" | "jobs"] | ["scenarios", _]) => not_allowed(),
        _ => Reply::missing("such page"),
    }
}

/// Queues a job, or asks for a preview.
fn add(studio: &Studio, request: JobRequest, tab: &str) -> Reply {
    let added = load(studio, &request, &[]).and_then(|loaded| {
        if request.quick {
            let id = studio.jobs.number();
            studio.quick.add(id, request, tab);
            return Ok(json!({ "id": id, "quick": true }));
        }
        let id = studio.jobs.add(request, &loaded, tab)?;
        Ok(studio.jobs.one(id).map_or_else(|| json!({ "id": id }), |(shown, _)| shown))
    });
    added.map_or_else(Reply::from, Reply::json)
}

/// What is asked of one job or preview.
fn job(studio: &Studio, method: &str, id: u64, rest: &[&str], query: &str) -> Reply {
    let known = || studio.jobs.one(id).or_else(|| studio.quick.one(id));
    let no_job = || {
        let message = "there is no such job";
        Reply::refused(StatusCode::GONE, message, "a newer preview of this tab may have taken its place")
    };
    match (method, rest) {
        ("GET", []) => known().map_or_else(no_job, |(shown, _)| Reply::json(shown)),
        ("DELETE", []) => match studio.jobs.cancel(id) {
            Ok(found) if found || studio.quick.cancel(id) => Reply::json(json!({})),
            Ok(_) => no_job(),
            Err(problem) => problem.into(),
        },
        ("GET", ["events"]) => known().map_or_else(no_job, |_| Reply::Events(id)),
        ("GET", ["result"]) => result(studio, id, query),
        ("GET", ["files"]) => in_folder(studio, id, |folder| Reply::json(downloads::listed(&folder))),
        ("GET", ["files", name @ ..]) => in_folder(studio, id, |folder| downloads::file(&folder, &name.join("/"))),
        ("GET", ["archive"]) => in_folder(studio, id, downloads::archive),
        (_, [] | ["events" | "result" | "archive"] | ["files", ..]) => not_allowed(),
        _ => Reply::missing("such page"),
    }
}

fn in_folder(studio: &Studio, id: u64, reply: impl FnOnce(PathBuf) -> Reply) -> Reply {
    let none = || Reply::refused(StatusCode::NOT_FOUND, "this job has no folder yet", "wait until it is done");
    studio.jobs.folder(id).map_or_else(none, reply)
}

/// The content of the report page of a job that is done, or of what there is of one that runs.
fn result(studio: &Studio, id: u64, query: &str) -> Reply {
    if let Some(folder) = studio.jobs.folder(id) {
        let content = Folder::read(&folder).and_then(|folder| content(&[folder], &studio.data));
        return content.map_or_else(Reply::from, Reply::json);
    }
    if studio.jobs.one(id).is_some() {
        return match studio.jobs.partial(id, |so_far| with_progress(studio, so_far)) {
            Ok(Some(picture)) => Reply::Shared(picture),
            Ok(None) => nothing_new(studio, id),
            Err(problem) => problem.into(),
        };
    }
    let after = query.strip_prefix("after=").and_then(|after| after.parse().ok()).unwrap_or(0);
    match studio.quick.picture(id, after) {
        Found::Picture(picture) => Reply::Shared(picture),
        Found::Failed(problems) => problems.into(),
        Found::Nothing => nothing_yet(),
        Found::Gone => ended("replaced"),
    }
}

/// There will be no result. That is no fault of who asks: a job may be cancelled, a preview replaced, while they ask.
fn ended(how: &str) -> Reply {
    Reply::json(json!({ "ended": how }))
}

/// A job without a picture: it has not come so far, or never will.
fn nothing_new(studio: &Studio, id: u64) -> Reply {
    match studio.jobs.one(id) {
        Some((shown, true)) if shown["state"] == "failed" => {
            Reply::Json(StatusCode::UNPROCESSABLE_ENTITY, json!({ "problems": shown["problems"] }))
        }
        Some((_, true)) => ended("cancelled"),
        _ => nothing_yet(),
    }
}

fn nothing_yet() -> Reply {
    Reply::Json(StatusCode::ACCEPTED, json!({ "partial": { "done": 0, "total": null } }))
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
