//! Which request is answered by what.

use super::{
    Studio, downloads,
    drafts::{Draft, Refusal},
    edit::Change,
    jobs::{JobRequest, load},
    pages, problems,
    quick::{Found, with_progress},
    reading::{self, Text},
    reply::Reply,
    speed::Workload,
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
    match pages::page(&asked.path) {
        Ok(None) => {}
        Ok(Some(page)) if asked.method == Method::GET => return page,
        Ok(Some(_)) => return not_allowed(),
        Err(problem) => return problem.into(),
    }
    let Some(path) = asked.path.strip_prefix("/api/") else { return Reply::missing("such page") };
    let path: Vec<&str> = path.split('/').collect();
    match (asked.method.as_str(), path.as_slice()) {
        ("POST", ["session"]) => {
            read::<Session>(asked).map_or_else(|refused| refused, |asked| session(studio, &asked.key))
        }
        ("GET", ["start"]) => start::start(studio).map_or_else(Reply::from, Reply::json),
        ("POST", ["drafts"]) => read::<Open>(asked).map_or_else(|refused| refused, |asked| open(studio, asked)),
        ("GET", ["drafts", name]) => {
            studio.drafts.read(name).map_or_else(missing, |draft| Reply::json(document(studio, draft)))
        }
        ("POST", ["drafts", name]) => read::<Write>(asked)
            .map_or_else(|refused| refused, |change| written(studio, change.carry_out(studio, name))),
        ("POST", ["drafts", name, "save"]) => read::<Save>(asked).map_or_else(
            |refused| refused,
            |Save { version, replace }| save(studio, name, &version, replace.as_deref()),
        ),
        ("POST", ["drafts", name, "rename"]) => read::<Rename>(asked).map_or_else(
            |refused| refused,
            |Rename { to }| {
                studio.drafts.rename(name, &to).map_or_else(Reply::from, |d| Reply::json(document(studio, d)))
            },
        ),
        ("DELETE", ["drafts", name]) => studio.drafts.close(name).map_or_else(missing, |()| Reply::json(json!({}))),
        ("DELETE", ["scenarios", name]) => studio.saved.delete(name).map_or_else(missing, |()| Reply::json(json!({}))),
        ("POST", ["scenario"]) => {
            read::<Text>(asked).map_or_else(|refused| refused, |text| Reply::json(reading::read(studio, &text)))
        }
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
                    |line| json!({ "command": line, "expected": expected(studio, request) }),
                ))
            },
        ),
        (method, ["jobs", id, rest @ ..]) => match id.parse() {
            Ok(id) => job(studio, method, id, rest, &asked.query),
            Err(_) => Reply::missing("such job"),
        },
        (_, ["session" | "start" | "scenario" | "drafts" | "command" | "jobs"] | ["drafts" | "scenarios", _]) => {
            not_allowed()
        }
        _ => Reply::missing("such page"),
    }
}

/// The token for the key of the printed address.
fn session(studio: &Studio, key: &str) -> Reply {
    match studio.entry.exchange(key) {
        Ok(Some(token)) => Reply::json(json!({ "token": token })),
        Ok(None) => {
            let advice = "open the newest address that `telework studio` has printed: each opens one browser";
            Reply::refused(StatusCode::FORBIDDEN, "this address has been used already", advice)
        }
        Err(problem) => problem.into(),
    }
}

/// Opens a draft.
fn open(studio: &Studio, Open { name, toml }: Open) -> Reply {
    let draft = match toml {
        Some(toml) => studio.drafts.open_text(&name, toml, &studio.saved),
        None => studio.drafts.open_saved(&name, &studio.saved),
    };
    draft.map_or_else(Reply::from, |draft| Reply::json(document(studio, draft)))
}

/// A draft with everything that is said of its text.
fn document(studio: &Studio, draft: Draft) -> serde_json::Value {
    let version = draft.version();
    let there = studio.saved.version(&draft.name).ok().flatten();
    let is_saved = there.is_some_and(|there| there == version);
    let text = Text { name: draft.name, toml: draft.toml };
    let mut all = reading::read(studio, &text);
    all["name"] = text.name.into();
    all["version"] = version.into();
    all["is_saved"] = is_saved.into();
    all
}

fn written(studio: &Studio, done: Result<Draft, Refusal>) -> Reply {
    match done {
        Ok(draft) => Reply::json(document(studio, draft)),
        Err(refusal) => refused(studio, refusal),
    }
}

/// Why a draft stays as it is, with what the page needs to go on.
fn refused(studio: &Studio, refusal: Refusal) -> Reply {
    let conflict = |message: String, advice: &str, key: &str, value: serde_json::Value| {
        let mut body = problems::body(&Problem::error(Kind::Usage, message).advise(advice).into());
        body[key] = value;
        Reply::Json(StatusCode::CONFLICT, body)
    };
    match refusal {
        Refusal::Problem(problem) => problem.into(),
        Refusal::Occupied(there) => {
            let message = "another scenario is saved under this name".to_string();
            conflict(message, "replace it, or choose another name", "there", there.into())
        }
        Refusal::Changed(draft) => {
            let message = format!("another tab has changed `{}` meanwhile", draft.name);
            let advice = "this page now shows it as it is: look at it, then try again";
            conflict(message, advice, "now", document(studio, draft))
        }
    }
}

/// Saves a draft that can run: what cannot is kept as a draft, and never takes the place of a file that can.
fn save(studio: &Studio, name: &str, version: &str, replace: Option<&str>) -> Reply {
    let sound = studio
        .drafts
        .read(name)
        .map_err(Into::into)
        .and_then(|Draft { toml, .. }| reading::loaded(studio, &Text { name: name.to_string(), toml }, &[]));
    match sound {
        Err(problems) => problems.into(),
        Ok(_) => written(studio, studio.drafts.save(name, version, replace, &studio.saved)),
    }
}

/// Runs and seconds that a request will take, of the drafts that it names; null where it could not start.
fn expected(studio: &Studio, mut request: JobRequest) -> serde_json::Value {
    for one in &mut request.scenarios {
        let Ok(draft) = studio.drafts.read(&one.name) else { return json!(null) };
        one.toml = draft.toml;
    }
    Workload::of(studio, &request).map_or(
        json!(null),
        |workload| json!({ "runs": workload.runs, "seconds": studio.jobs.speed.seconds(&workload) }),
    )
}

/// Queues a job, or asks for a preview.
fn add(studio: &Studio, request: JobRequest, tab: &str) -> Reply {
    // What is run is what the person sees: never a text that another tab has changed meanwhile.
    let shown = request.scenarios.iter().map(|one| (one.name.as_str(), one.toml.as_str()));
    if let Some(now) = studio.drafts.changed(shown).filter(|_| !request.quick) {
        return refused(studio, Refusal::Changed(now));
    }
    // What would fail with the request's own numbers is not queued.
    let workload = match Workload::of(studio, &request) {
        Ok(workload) => workload,
        Err(problems) => return problems.into(),
    };
    let added = load(studio, &request, &[]).and_then(|loaded| {
        if request.quick {
            let id = studio.quick.add(request, tab);
            return Ok(json!({ "id": id, "quick": true }));
        }
        let id = studio.jobs.add(request, &loaded, workload, tab)?;
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
        ("GET", ["result"]) => result(studio, id, query),
        ("GET", ["files"]) => in_folder(studio, id, |folder| Reply::json(downloads::listed(&folder))),
        ("GET", ["files", name @ ..]) => in_folder(studio, id, |folder| downloads::file(&folder, &name.join("/"))),
        ("GET", ["archive"]) => in_folder(studio, id, downloads::archive),
        (_, [] | ["result" | "archive"] | ["files", ..]) => not_allowed(),
        _ => Reply::missing("such page"),
    }
}

fn in_folder(studio: &Studio, id: u64, reply: impl FnOnce(PathBuf) -> Reply) -> Reply {
    let none = || Reply::refused(StatusCode::NOT_FOUND, "this job has no folder yet", "wait until it is done");
    studio.jobs.folder(id).map_or_else(none, reply)
}

/// The content of the report page of a job that is done, with another one beside it where that is wanted, or of what there
/// is of one that runs.
fn result(studio: &Studio, id: u64, query: &str) -> Reply {
    if let Some(folder) = studio.jobs.folder(id) {
        let beside = query.strip_prefix("beside=").and_then(|other| other.parse().ok());
        let beside = beside.and_then(|other| studio.jobs.folder(other)).filter(|other| *other != folder);
        let folders: Result<Vec<Folder>, Problem> =
            [Some(folder), beside].iter().flatten().map(|folder| Folder::read(folder)).collect();
        let content = folders.and_then(|folders| content(&folders, &studio.data));
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

/// The key of the printed address.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    key: String,
}

/// A scenario to open: a saved or built-in one, or a text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    name: String,
    toml: Option<String>,
}

/// A change of a draft.
#[derive(Deserialize)]
#[serde(untagged)]
enum Write {
    /// Values, whatever else the text says.
    Values { changes: Vec<Change> },
    /// The whole text, in place of the version that the page shows.
    Text { version: String, toml: String },
}

impl Write {
    fn carry_out(self, studio: &Studio, name: &str) -> Result<Draft, Refusal> {
        match self {
            Write::Values { changes } => studio.drafts.change(name, &changes),
            Write::Text { version, toml } => studio.drafts.write(name, &version, toml),
        }
    }
}

/// The version that is saved, and that of the file which it may replace.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Save {
    version: String,
    replace: Option<String>,
}

/// A new name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    to: String,
}

/// The body as what is expected.
fn read<T: DeserializeOwned>(asked: &Asked) -> Result<T, Reply> {
    serde_json::from_slice(&asked.body).map_err(|error| {
        Reply::refused(StatusCode::BAD_REQUEST, format!("the request cannot be read: {error}"), "reload the page")
    })
}
