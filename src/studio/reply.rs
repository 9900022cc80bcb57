//! What is answered to a request, before it becomes HTTP.

use super::problems;
use crate::error::{Kind, Problem, Problems};
use hyper::{StatusCode, body::Bytes};
use serde_json::Value;
use std::{
    io::{self, Write},
    sync::Arc,
};

/// Writes a body piece by piece.
pub type Writer = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send>;

/// An answer.
pub enum Reply {
    /// JSON.
    Json(StatusCode, Value),
    /// JSON that others may be given too.
    Shared(Arc<Value>),
    /// A file of the page: content type and bytes, which all who ask share.
    Page(&'static str, Bytes),
    /// A download: content type, name, body.
    Download(&'static str, String, Writer),
}

impl Reply {
    /// JSON, all well.
    pub fn json(value: Value) -> Reply {
        Reply::Json(StatusCode::OK, value)
    }

    /// One problem of the request itself.
    pub fn refused(status: StatusCode, message: impl Into<String>, advice: &str) -> Reply {
        let problem = Problem::error(Kind::Usage, message).advise(advice);
        Reply::Json(status, problems::body(&problem.into()))
    }

    /// There is nothing of that name.
    pub fn missing(what: &str) -> Reply {
        Reply::refused(StatusCode::NOT_FOUND, format!("there is no {what}"), "reload the page")
    }
}

impl From<Problems> for Reply {
    /// What the user can change is 422, what the machine cannot do is 500.
    fn from(problems: Problems) -> Reply {
        let files = problems.0.iter().all(|problem| matches!(problem.kind, Kind::Files | Kind::Data));
        let status = if files { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::UNPROCESSABLE_ENTITY };
        Reply::Json(status, problems::body(&problems))
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Reply {
        Problems::from(problem).into()
    }
}
