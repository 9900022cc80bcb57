//! Surveys and metrics in words for people.

use super::Survey;

/// The name for people of a survey of `data/observations`, simulated or not.
pub fn survey_name(id: &str) -> String {
    match Survey::parse(id) {
        Some(survey) => survey.name().to_string(),
        None if id == "mhlw_line_workers" => "MHLW-LINE survey".to_string(),
        None => spaced(id),
    }
}

/// Words of an identifier.
pub fn spaced(id: &str) -> String {
    id.replace('_', " ")
}
