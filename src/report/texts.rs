//! Every text of the page in English and Japanese, from `texts.toml`.

use crate::error::{Kind, Problem};
use serde_json::{Map, Value};

const TEXTS: &str = include_str!("texts.toml");

/// `page`: key -> `[English, Japanese]`. `words`: English text of the program's own tables -> Japanese.
pub(super) fn texts() -> Result<Value, Problem> {
    let broken = |what: String| Problem::error(Kind::Data, format!("the page's texts are damaged: {what}"));
    let all: Map<String, Value> = toml::from_str(TEXTS).map_err(|error| broken(error.to_string()))?;
    Ok(Value::Object(all))
}
