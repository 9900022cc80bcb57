//! Identifiers and figures of the tables in words for people.

/// A survey's name for people.
pub fn survey_name(id: &str) -> String {
    match id {
        "tsr_practice" => "TSR firm survey",
        "mic_introduction" => "MIC communications usage survey",
        "mlit_workers" => "MLIT telework population survey",
        "cao_workers" => "Cabinet Office survey",
        "jpc_workers" => "JPC worker survey",
        "persol_workers" => "Persol worker survey",
        "nira_workers" => "NIRA worker survey",
        "tokyo_firms" => "Tokyo government firm survey",
        "mhlw_line_workers" => "MHLW-LINE survey",
        other => return spaced(other),
    }
    .to_string()
}

/// Words of an identifier.
pub fn spaced(id: &str) -> String {
    id.replace('_', " ")
}

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
