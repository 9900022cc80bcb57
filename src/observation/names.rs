//! Surveys and metrics in words for people.

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
