//! The surveys: who is asked, what is asked, how it is rounded.
//!
//! Each survey gives all its figures for one week; figures are then matched with published rows by survey, metric and
//! segment. What is in a frame but not simulated (occupation, gender, Tokyo's 23 wards, reasons) has no figure here.

mod firms;
mod workers;

use super::{
    ids::ids,
    respondents::{Stream, published, responding, yes},
    view::View,
    workers::WorkerTable,
};
use crate::{parameters::Parameters, population::Response, random::Key};

ids! {
    /// A simulated survey; ids are spelt as in `data/observations`.
    Survey {
        /// Tokyo Shoko Research, questionnaire to firms: large = capital of 100 million yen or more.
        Tsr = "tsr_practice",
        /// MIC Communications Usage Trend Survey: firms with 100 and more regular employees.
        Mic = "mic_introduction",
        /// MLIT Telework Population Survey: workers.
        Mlit = "mlit_workers",
        /// Cabinet Office survey on attitudes and behaviour under COVID-19: workers.
        CabinetOffice = "cao_workers",
        /// Japan Productivity Center, survey of workers' attitudes: workers.
        Jpc = "jpc_workers",
        /// Persol Research and Consulting: regular employees.
        Persol = "persol_workers",
        /// NIRA and Keio University: employed persons.
        Nira = "nira_workers",
        /// Tokyo Metropolitan Government: firms in Tokyo with 30 and more employees.
        TokyoFirms = "tokyo_firms",
    }
}

/// One figure before anything is matched with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Metric, spelt as in `data/observations`.
    pub metric: &'static str,
    /// Segment type, spelt as there.
    pub segment_type: &'static str,
    /// Segment, spelt as there.
    pub segment: String,
    /// Respondents.
    pub respondents: u32,
    /// With endless respondents.
    pub expected: f64,
    /// With these respondents, rounded.
    pub answer: f64,
}

/// How many are asked, and how many of them are large (TSR).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// Respondents in all.
    pub respondents: u32,
    /// Share of large firms among TSR's respondents (14.5-17.9 % in waves 2-14).
    pub share_large: f64,
    /// Whether TSR asks for the share of staff that teleworks.
    pub staff_shares: bool,
    /// Whether TSR's answers are wanted by prefecture.
    pub prefectures: bool,
}

/// MLIT's question of autumn 2020 about April and May 2020. The model answers it in the first week of May.
pub(super) const RECALLED_SPRING: &str = "practice_apr_may_2020";

impl Survey {
    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Survey::Tsr => "TSR firm survey",
            Survey::Mic => "MIC communications usage survey",
            Survey::Mlit => "MLIT telework population survey",
            Survey::CabinetOffice => "Cabinet Office survey",
            Survey::Jpc => "JPC worker survey",
            Survey::Persol => "Persol worker survey",
            Survey::Nira => "NIRA worker survey",
            Survey::TokyoFirms => "Tokyo government firm survey",
        }
    }

    /// How much its errors exceed those of a simple random sample (variance ratio); assumed, not published by any of
    /// them: stratified post and telephone surveys 1.5, MIC's weighted two-stage sample 2, web panels 2.
    pub fn design_effect(self) -> f64 {
        match self {
            Survey::Tsr | Survey::TokyoFirms => 1.5,
            Survey::Mic | Survey::Mlit | Survey::CabinetOffice | Survey::Jpc | Survey::Persol | Survey::Nira => 2.0,
        }
    }

    /// Step in which it prints its shares.
    pub fn rounding(self) -> f64 {
        match self {
            Survey::Nira => 0.01,
            Survey::Tsr
            | Survey::Mic
            | Survey::Mlit
            | Survey::CabinetOffice
            | Survey::Jpc
            | Survey::Persol
            | Survey::TokyoFirms => 0.001,
        }
    }

    /// The prefecture where it asks, when that is one only.
    pub fn prefecture(self) -> Option<&'static str> {
        match self {
            Survey::TokyoFirms => Some("Tokyo"),
            Survey::Tsr
            | Survey::Mic
            | Survey::Mlit
            | Survey::CabinetOffice
            | Survey::Jpc
            | Survey::Persol
            | Survey::Nira => None,
        }
    }

    /// Whether workers answer, and not firms.
    pub fn asks_workers(self) -> bool {
        match self {
            Survey::Tsr | Survey::Mic | Survey::TokyoFirms => false,
            Survey::Mlit | Survey::CabinetOffice | Survey::Jpc | Survey::Persol | Survey::Nira => true,
        }
    }

    /// Name of the parameter that says who answers; TSR has the size exponent instead.
    pub fn response_parameter(self) -> Option<&'static str> {
        Some(match self {
            Survey::Tsr => return None,
            Survey::Mic => "mic_response",
            Survey::Mlit => "mlit_response",
            Survey::CabinetOffice => "cao_response",
            Survey::Jpc => "jpc_response",
            Survey::Persol => "persol_response",
            Survey::Nira => "nira_response",
            Survey::TokyoFirms => "tokyo_response",
        })
    }

    /// Share among those who answer, from the share of the frame.
    pub fn among_respondents(self, share: f64, parameters: &Parameters) -> f64 {
        responding(share, self.response(parameters))
    }

    /// Published metrics that are simulated, spelt as in `data/observations`. (`tokyo_firms` also holds a chamber of
    /// commerce's survey of its members in the 23 wards, with other metrics: not simulated.)
    pub fn metrics(self) -> &'static [&'static str] {
        match self {
            Survey::Tsr => &[
                "practised",
                "ever_practised",
                "never_practised",
                "current_practice",
                "stopped",
                "still_practising_share_of_practisers",
                "institutionalised",
                "institutionalised_before_covid",
                "institutionalised_after_covid",
                "staff_share_distribution",
                "staff_share_ge70",
            ],
            Survey::Mic | Survey::TokyoFirms => &["introduced"],
            Survey::Mlit => &["employed_ever", "scheme_based", "has_scheme", RECALLED_SPRING],
            Survey::CabinetOffice => &["experienced", "telework_rate"],
            Survey::Jpc | Survey::Persol | Survey::Nira => &["telework_rate"],
        }
    }

    /// Its latest published wave: respondents of later, simulated ones.
    pub fn usual_wave(self) -> Wave {
        let respondents = match self {
            Survey::Tsr => 9297,    // wave 14, formal-scheme question
            Survey::Mic => 2119,    // 2018, the last with a published number
            Survey::Mlit => 35_727, // FY2020, employees
            Survey::CabinetOffice => 10_128,
            Survey::Jpc => 1100,
            Survey::Persol => 20_000,
            Survey::Nira => 10_000,
            Survey::TokyoFirms => 400,
        };
        Wave { respondents, share_large: 1384.0 / 9297.0, staff_shares: false, prefectures: false }
    }

    /// By how much the log odds of teleworking are higher among those who answer than in the frame.
    fn response(self, parameters: &Parameters) -> f64 {
        self.response_parameter().and_then(|name| parameters.get(name)).unwrap_or(0.0)
    }

    /// The wanted figures of one wave, by metric, segment type and segment. The table of workers is only worked
    /// out for a survey of workers.
    pub fn ask(
        self,
        view: &View,
        workers: &WorkerTable,
        response: &Response,
        wave: Wave,
        key: Key,
        wanted: &dyn Fn(&str, &str, &str) -> bool,
    ) -> Vec<Figure> {
        let label = match self {
            Survey::Tsr => "tsr",
            Survey::Mic => "mic",
            Survey::Mlit => "mlit",
            Survey::CabinetOffice => "cao",
            Survey::Jpc => "jpc",
            Survey::Persol => "persol",
            Survey::Nira => "nira",
            Survey::TokyoFirms => "tokyo",
        };
        let mut sheet = Sheet {
            label,
            response: self.response(view.parameters),
            respondents: f64::from(wave.respondents),
            week: view.week.0,
            key,
            wanted,
            figures: Vec::new(),
        };
        match self {
            Survey::Tsr => firms::tsr(&mut sheet, view, response, wave),
            Survey::Mic => firms::mic(&mut sheet, view),
            Survey::Mlit => workers::mlit(&mut sheet, workers, view.parameters),
            Survey::CabinetOffice => workers::cabinet_office(&mut sheet, workers),
            Survey::Jpc => workers::jpc(&mut sheet, workers),
            Survey::Persol => workers::persol(&mut sheet, workers),
            Survey::Nira => workers::nira(&mut sheet, workers),
            Survey::TokyoFirms => firms::tokyo(&mut sheet, view),
        }
        sheet.figures
    }
}

/// The answers of one survey in one week.
struct Sheet<'a> {
    label: &'static str,
    /// See [`Survey::response`].
    response: f64,
    /// Respondents in all.
    respondents: f64,
    week: u32,
    key: Key,
    wanted: &'a dyn Fn(&str, &str, &str) -> bool,
    figures: Vec<Figure>,
}

impl Sheet<'_> {
    /// Asks `part` of all respondents; `share` of their frame says yes.
    fn ask(&mut self, metric: &'static str, segment_type: &'static str, segment: &str, part: f64, share: f64) {
        self.ask_number(metric, segment_type, segment, self.respondents * part, share);
    }

    /// Asks so many respondents; `share` of their frame says yes.
    fn ask_number(&mut self, metric: &'static str, segment_type: &'static str, segment: &str, asked: f64, share: f64) {
        if !(self.wanted)(metric, segment_type, segment) {
            return;
        }
        let asked = asked.round().max(0.0) as u64;
        let expected = responding(share, self.response);
        let label = format!("{}/{metric}/{segment_type}/{segment}", self.label);
        let answer = yes(asked, expected, &mut Stream::new(self.key, &label, self.week)) as f64;
        self.push(metric, segment_type, segment, asked as u32, expected, answer / asked.max(1) as f64);
    }

    /// Notes a figure, if it is wanted.
    fn push(
        &mut self,
        metric: &'static str,
        segment_type: &'static str,
        segment: &str,
        respondents: u32,
        expected: f64,
        answer: f64,
    ) {
        if (self.wanted)(metric, segment_type, segment) {
            let (segment, answer) = (segment.to_string(), published(answer));
            self.figures.push(Figure { metric, segment_type, segment, respondents, expected, answer });
        }
    }
}
