//! Every text of the page in English and Japanese: those of `texts.toml`, and the names of the kinds of measure.

use crate::{
    error::{Kind, Problem},
    interventions::DESCRIPTIONS,
};
use serde_json::{Map, Value, json};

const TEXTS: &str = include_str!("texts.toml");

/// `page`: key -> `[English, Japanese]`. `words`: English text of the program's own tables -> Japanese.
pub(super) fn texts() -> Result<Value, Problem> {
    let broken = |what: String| Problem::error(Kind::Data, format!("the page's texts are damaged: {what}"));
    let mut all: Map<String, Value> = toml::from_str(TEXTS).map_err(|error| broken(error.to_string()))?;
    let page = all.get_mut("page").and_then(Value::as_object_mut).ok_or_else(|| broken("no [page]".into()))?;
    page.extend(DESCRIPTIONS.iter().map(|kind| (format!("kind.{}", kind.key), json!([kind.name.en, kind.name.ja]))));
    Ok(Value::Object(all))
}
