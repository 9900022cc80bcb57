//! Identifiers and figures of the tables in words for people.

pub use crate::observation::{spaced, survey_name};

/// Whether a metric is a share, and not a number of days.
pub fn is_share(metric: &str) -> bool {
    !metric.starts_with("days") || metric.contains("distribution")
}

/// A figure for people: per cent for a share, otherwise the number.
pub fn figure(value: f64, metric: &str) -> String {
    if is_share(metric) { format!("{:.1} %", value * 100.0) } else { format!("{value:.2}") }
}

/// What was held out, for people.
pub fn experiment_name(id: &str) -> String {
    match id {
        "tsr_waves_10_14" => "TSR waves 10-14".to_string(),
        "region_tokyo" => "Tokyo area".to_string(),
        other => spaced(other),
    }
}

/// A forecaster for people.
pub fn forecaster_name(id: &str) -> String {
    match id {
        "bass" => "Bass curve".to_string(),
        "national" => "as the nation".to_string(),
        other => spaced(other),
    }
}

/// A wave without what is said of it in brackets.
pub fn short_wave(wave: &str) -> &str {
    wave.split(" (").next().unwrap_or(wave)
}
