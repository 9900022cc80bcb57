//! Every model parameter, described once: name, unit, range, default, prior, evidence, source.
//!
//! From this one table come the scenario's `[parameters]`, the schema, the docs and the calibration bounds.

use crate::{
    random::{philox, uniform},
    statistics::{normal_cdf, normal_quantile},
};
use std::fmt;

/// What a value rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Chosen so that simulated surveys meet published ones.
    Estimated,
    /// Not identified by data: a documented guess.
    Assumed,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Evidence::Estimated => "estimated",
            Evidence::Assumed => "assumed",
        })
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Name in files.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Smallest allowed value.
    pub minimum: f64,
    /// Largest allowed value.
    pub maximum: f64,
    /// The point that `--point` runs use: the most central draw of the shipped posterior.
    pub default: f64,
    /// Mean of the normal prior, before it is cut at the range. Never taken from a fit.
    pub prior_mean: f64,
    /// Standard deviation of that normal.
    pub prior_sd: f64,
    /// What it rests on.
    pub evidence: Evidence,
    /// Where it comes from.
    pub source: &'static str,
}

impl Parameter {
    /// Whether it is part of what measures do: such parameters stand together at the end of the table. What surveys to April
    /// 2021 say of them is nothing.
    pub fn of_measures(&self) -> bool {
        let place = |name: &str| TABLE.iter().position(|row| row.name == name);
        place(self.name) >= place("awareness_effect")
    }

    /// A draw from the prior, cut at the range; the same for one number at any time.
    pub fn prior_draw(&self, number: u32) -> f64 {
        let prior = Prior { mean: self.prior_mean, sd: self.prior_sd, minimum: self.minimum, maximum: self.maximum };
        prior.draw(self.name, number)
    }
}

/// A normal prior that is cut at a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Mean of the normal before it is cut.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Smallest value.
    pub minimum: f64,
    /// Largest value.
    pub maximum: f64,
}

impl Prior {
    /// What the `number`-th draw takes of what `name` stands for; the same at any time.
    pub fn draw(&self, name: &str, number: u32) -> f64 {
        let Prior { mean, sd, minimum, maximum } = *self;
        let label = name.bytes().fold(0x7072_696F, |label, byte| philox(label ^ u32::from(byte), byte.into(), 1)[0]);
        let u = uniform(philox(number, label, 0x7072_696F)[0]);
        let cdf = |value: f64| normal_cdf((value - mean) / sd);
        let (low, high) = (cdf(minimum), cdf(maximum));
        (mean + sd * normal_quantile(low + u * (high - low))).clamp(minimum, maximum)
    }
}

macro_rules! parameters {
    ($($name:ident: $default:literal in $minimum:literal ..= $maximum:literal, prior $mean:literal sd $sd:literal, $unit:literal,
       $evidence:ident, $meaning:literal, $source:literal;)*) => {
        /// A value for each parameter.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Parameters {
            $(#[doc = $meaning] pub $name: f64,)*
            /// Number of the draw that they are; `None` at the point. Assumptions that a scenario makes itself are drawn by it.
            pub draw: Option<u32>,
        }

        impl Default for Parameters {
            fn default() -> Parameters { Parameters { $($name: $default,)* draw: None } }
        }

        /// The table.
        pub const TABLE: &[Parameter] = &[$(Parameter {
            name: stringify!($name), meaning: $meaning, unit: $unit, minimum: $minimum, maximum: $maximum,
            default: $default, prior_mean: $mean, prior_sd: $sd, evidence: Evidence::$evidence, source: $source,
        },)*];

        impl Parameters {
            /// Value by name.
            pub fn get(&self, name: &str) -> Option<f64> {
                match name { $(stringify!($name) => Some(self.$name),)* _ => None }
            }
            /// The n-th of the draws from the priors of all that measures do; everything else as it is.
            pub fn drawn_for_measures(&self, number: u32) -> Parameters {
                let mut drawn = Parameters { draw: Some(number), ..self.clone() };
                for row in TABLE.iter().filter(|row| row.of_measures()) {
                    drawn.set(row.name, row.prior_draw(number));
                }
                drawn
            }
            /// All that measures do at the means of their priors (before they are cut at the range); everything else as it is.
            pub fn measures_at_prior_means(&self) -> Parameters {
                let mut middle = self.clone();
                for row in TABLE.iter().filter(|row| row.of_measures()) {
                    middle.set(row.name, row.prior_mean);
                }
                middle
            }
            /// Sets a value by name; `false` when there is no such parameter. The range is checked by the scenario.
            pub fn set(&mut self, name: &str, value: f64) -> bool {
                match name { $(stringify!($name) => { self.$name = value; true })* _ => false }
            }
        }
    };
}

parameters! {
    // --- What a firm brings along: its inclination, a log-hazard index.
    inclination_size: 0.2782 in 0.0..=2.0, prior 0.3 sd 0.2, "log hazard per log employees", Estimated,
        "Inclination gained by e times as many employees (20 employees = 0)", "TSR waves 2-14 by size";
    inclination_high_capital: -0.4187 in -1.0..=3.0, prior 0.5 sd 0.7, "log hazard", Estimated,
        "Inclination of firms with 100 million yen of capital or more, beyond their employees", "TSR waves 2-14 by size";
    inclination_teleworkable: 0.0890 in 0.0..=4.0, prior 0.7 sd 0.5, "log hazard per log share", Estimated,
        "Inclination lost when the teleworkable share of jobs is e times smaller (share 0.3 = 0); no such job = immune",
        "TSR never-practised shares, Cabinet Office by industry";
    inclination_spread: 1.1383 in 0.0..=5.0, prior 1.5 sd 0.5, "log hazard", Estimated,
        "Standard deviation of the lasting propensity between firms", "TSR never-practised shares";
    inclination_tokyo: 1.4498 in -1.0..=3.0, prior 0.7 sd 0.7, "log hazard", Estimated,
        "Inclination of head offices in Tokyo, beyond size, industry and pressure", "TSR wave 12: Tokyo 66.8 %";
    inclination_metropolitan: 1.0518 in -1.0..=3.0, prior 0.3 sd 0.5, "log hazard", Estimated,
        "Inclination of head offices in Kanagawa, Aichi, Osaka, beyond size, industry and pressure",
        "Cabinet Office and MLIT by area";
    inclination_construction: 0.5634 in -4.0..=4.0, prior 0.0 sd 0.7, "log hazard", Estimated,
        "Inclination of construction firms beyond their teleworkable share", "MLIT and Cabinet Office by industry; prior: no difference";
    inclination_information: 0.1366 in -4.0..=4.0, prior 0.0 sd 0.7, "log hazard", Estimated,
        "Inclination of information and communications firms beyond their teleworkable share", "MIC, MLIT, Persol by industry; prior: no difference";
    inclination_transport: -0.1020 in -4.0..=4.0, prior 0.0 sd 0.7, "log hazard", Estimated,
        "Inclination of transport firms beyond their teleworkable share", "Persol by industry; prior: no difference";
    inclination_finance: -0.3463 in -4.0..=4.0, prior 0.0 sd 0.7, "log hazard", Estimated,
        "Inclination of finance and insurance firms beyond their teleworkable share", "MIC, Cabinet Office, Persol by industry; prior: no difference";
    inclination_professional: -0.1677 in -4.0..=4.0, prior 0.0 sd 0.7, "log hazard", Estimated,
        "Inclination of professional and technical services beyond their teleworkable share", "MLIT, Persol by industry; prior: no difference";
    inclination_accommodation: 0.9239 in -4.0..=4.0, prior 0.0 sd 0.7, "log hazard", Estimated,
        "Inclination of accommodation and food firms beyond their teleworkable share", "MLIT, Persol by industry; prior: no difference";
    inclination_education: -0.4135 in -4.0..=4.0, prior 0.0 sd 0.7, "log hazard", Estimated,
        "Inclination of education and learning support beyond their teleworkable share", "Cabinet Office by industry; prior: no difference";
    inclination_medical: -0.9108 in -4.0..=4.0, prior 0.0 sd 0.7, "log hazard", Estimated,
        "Inclination of medical and welfare firms beyond their teleworkable share", "Cabinet Office, Persol by industry; prior: no difference";
    barrier_management: 0.3016 in 0.0..=2.0, prior 0.3 sd 0.15, "log hazard", Assumed,
        "Inclination lost to an unresolved barrier of management and communication", "TSR wave 10 reasons; size of effect assumed";
    barrier_ict_tools: 0.2960 in 0.0..=2.0, prior 0.3 sd 0.15, "log hazard", Assumed,
        "Inclination lost to an unresolved barrier of ICT tools", "TSR wave 10 reasons; size of effect assumed";
    barrier_security: 0.3157 in 0.0..=2.0, prior 0.3 sd 0.15, "log hazard", Assumed,
        "Inclination lost to an unresolved barrier of information security", "TSR wave 10 reasons; size of effect assumed";
    barrier_paper: 0.3137 in 0.0..=2.0, prior 0.3 sd 0.15, "log hazard", Assumed,
        "Inclination lost to an unresolved barrier of paper documents and seals", "TSR wave 10 reasons; size of effect assumed";
    barrier_cost: 0.2994 in 0.0..=2.0, prior 0.3 sd 0.15, "log hazard", Assumed,
        "Inclination lost to an unresolved barrier of cost", "TSR wave 10 reasons; size of effect assumed";
    barrier_home_environment: 0.2027 in 0.0..=2.0, prior 0.2 sd 0.1, "log hazard", Assumed,
        "Inclination lost to an unresolved barrier of the home environment", "size of effect assumed";

    // --- State at the start of the run.
    initial_practice: -2.4934 in -10.0..=3.0, prior -2.5 sd 1.0, "logit", Estimated,
        "Logit of practising in January 2020 at inclination 0", "TSR wave 2, MIC 2019";
    initial_practice_slope: 0.9191 in 0.0..=3.0, prior 1.0 sd 0.5, "logit per log hazard", Estimated,
        "How steeply practice in January 2020 rises with inclination", "TSR wave 2 by size";
    initial_scheme: -0.8087 in -6.0..=4.0, prior -0.5 sd 1.0, "logit", Estimated,
        "Logit of a formal scheme among firms practising in January 2020, at inclination 0", "TSR wave 14: before COVID";
    initial_scheme_slope: 0.5092 in -1.0..=3.0, prior 0.5 sd 0.5, "logit per log hazard", Estimated,
        "How steeply a formal scheme rises with inclination among firms practising in January 2020", "TSR wave 14 by size";

    // --- Start: never -> current.
    start_base: -6.3603 in -15.0..=0.0, prior -7.0 sd 1.5, "log hazard", Estimated,
        "Weekly log hazard to start without any pressure, at inclination 0", "TSR waves 2-14";
    start_declaration: 1.9567 in 0.0..=6.0, prior 2.0 sd 1.0, "log hazard", Estimated,
        "Push of a first state of emergency on starting", "TSR waves 3-5";
    start_concern: 1.5575 in 0.0..=4.0, prior 1.0 sd 0.7, "log hazard", Estimated,
        "Push on starting of a concern of 1 (see concern_scale)", "TSR waves 2-4";

    // --- Stop: current -> stopped.
    stop_base: -0.4127 in -10.0..=0.0, prior -2.0 sd 1.5, "log hazard", Estimated,
        "Weekly log hazard to stop without pressure, at inclination 0", "TSR waves 5-8";
    stop_inclination: 0.5871 in 0.0..=3.0, prior 0.7 sd 0.5, "ratio", Estimated,
        "How much of the inclination holds a practising firm back from stopping", "TSR waves 5-10 by size";
    stop_declaration: 0.9472 in 0.0..=8.0, prior 1.5 sd 1.0, "log hazard", Estimated,
        "How much a first state of emergency keeps firms from stopping", "TSR waves 4-6";
    stop_concern: 0.3059 in 0.0..=4.0, prior 0.5 sd 0.5, "log hazard", Estimated,
        "How much a concern of 1 keeps firms from stopping", "TSR waves 6-10";
    stop_experience: 1.6017 in 0.0..=6.0, prior 2.0 sd 1.0, "log hazard", Estimated,
        "How much full experience keeps firms from stopping", "TSR waves 6-14";
    stop_scheme: 0.9696 in 0.0..=4.0, prior 1.0 sd 0.4, "log hazard", Assumed,
        "How much a formal scheme keeps firms from stopping", "MLIT by scheme (direction); size assumed";

    // --- Resume: stopped -> current.
    resume_base: -4.9061 in -12.0..=0.0, prior -4.5 sd 1.5, "log hazard", Estimated,
        "Weekly log hazard to resume without pressure, at inclination 0", "TSR waves 8-14";
    resume_inclination: 0.8659 in 0.0..=3.0, prior 0.7 sd 0.4, "ratio", Estimated,
        "How much of the inclination quickens resuming", "TSR waves 8-14 by size";
    resume_declaration: 1.4849 in 0.0..=6.0, prior 1.5 sd 1.0, "log hazard", Estimated,
        "Push of a first state of emergency on resuming", "TSR waves 10-14";
    resume_concern: 0.9473 in 0.0..=4.0, prior 0.7 sd 0.5, "log hazard", Estimated,
        "Push on resuming of a concern of 1", "TSR waves 6-10";
    resume_scheme: 0.6716 in 0.0..=4.0, prior 0.7 sd 0.3, "log hazard", Assumed,
        "How much a formal scheme quickens resuming", "MLIT by scheme (direction); size assumed";

    // --- Formal scheme.
    formalise_base: -4.8867 in -12.0..=0.0, prior -5.0 sd 1.2, "log hazard", Estimated,
        "Weekly log hazard of a practising firm to write telework into its rules, at inclination 0", "TSR wave 14";
    formalise_inclination: 0.6656 in -1.0..=3.0, prior 0.5 sd 0.5, "ratio", Estimated,
        "How much of the inclination quickens formalising", "TSR wave 14 by size";
    formalise_experience: 1.0845 in 0.0..=4.0, prior 1.0 sd 0.5, "log hazard", Assumed,
        "How much full experience quickens formalising", "assumed";
    give_up_base: -7.3689 in -14.0..=0.0, prior -7.5 sd 0.7, "log hazard", Assumed,
        "Weekly log hazard of a practising firm to give up its formal scheme", "no published rate; assumed rare";
    give_up_stopped: 2.0787 in 0.0..=6.0, prior 2.0 sd 0.7, "log hazard", Assumed,
        "How much more readily a firm that has stopped gives up its scheme", "assumed";

    // --- Pressure.
    declaration_fatigue: 0.2362 in 0.0..=3.0, prior 0.3 sd 0.3, "log ratio per earlier declaration", Estimated,
        "How much weaker each later declaration presses than the one before it in the prefecture", "TSR waves 10-14";
    declaration_quasi: 0.5000 in 0.0..=1.0, prior 0.5 sd 0.2, "ratio", Assumed,
        "Pressure of a quasi-emergency as a share of a state of emergency", "assumed";
    concern_scale: 0.8517 in 0.05..=100.0, prior 1.0 sd 0.7, "reported infections per 100,000 a week", Estimated,
        "Weekly infections at which concern is ln 2; concern is ln(1 + infections / scale)", "TSR waves 2-10";
    concern_half_life: 3.8542 in 0.5..=52.0, prior 4.0 sd 1.5, "weeks", Estimated,
        "How long concern outlasts the infections that caused it", "assumed";
    concern_national: 0.3375 in 0.0..=1.0, prior 0.5 sd 0.2, "ratio", Estimated,
        "Weight of the national infections beside the prefecture's own in concern", "assumed";
    concern_habituation: 1.1282 in 0.0..=4.0, prior 0.7 sd 0.5, "log ratio per year", Estimated,
        "How fast firms get used to infections from March 2020 on", "TSR waves 2-14";
    alarm: 1.0231 in 0.0..=5.0, prior 0.7 sd 0.5, "concern", Estimated,
        "Alarm of spring 2020 beside reported infections: rises from 24 February 2020, halves every 6 weeks from May",
        "TSR waves 2-5 (school closures of 2 March 2020)";

    // --- Others' practice.
    peer_strength: 1.4666 in 0.0..=20.0, prior 1.5 sd 0.7, "ratio", Assumed,
        "Mass action: the hazard to start is (1 + strength x share of practising others) times as high", "assumed; Bass (1969)";
    peer_industry: 0.3429 in 0.0..=1.0, prior 0.35 sd 0.1, "weight", Assumed,
        "Weight of the own industry in others' practice (the four weights are normalised)", "assumed";
    peer_prefecture: 0.2545 in 0.0..=1.0, prior 0.25 sd 0.1, "weight", Assumed,
        "Weight of the own prefecture in others' practice", "assumed";
    peer_size: 0.2053 in 0.0..=1.0, prior 0.2 sd 0.1, "weight", Assumed,
        "Weight of firms of the own size in others' practice", "assumed";
    peer_customers: 0.2028 in 0.0..=1.0, prior 0.2 sd 0.1, "weight", Assumed,
        "Weight of customers in others' practice: the employment-weighted practice of the prefecture and the nation",
        "inter-firm network: degree rises with size, links are local; weight assumed";

    // --- Experience and intensity.
    experience_half: 13.2748 in 1.0..=104.0, prior 12.0 sd 4.0, "weeks", Assumed,
        "Weeks of practice after which half of the full experience is gained", "assumed";
    reach_base: 0.6173 in 0.01..=1.0, prior 0.5 sd 0.2, "share", Estimated,
        "Share of the teleworkable jobs that telework in a practising firm without pressure or experience",
        "TSR staff-share distribution";
    reach_market: 0.1024 in -0.2..=0.3, prior 0.03 sd 0.04, "share a doubling", Estimated,
        "Further share for each doubling of the people who work in the prefecture of the head office",
        "Persol by prefecture, MLIT and Cabinet Office by area; prior: more desk work of head offices where labour markets are large";
    reach_declaration: 0.1516 in 0.0..=1.0, prior 0.15 sd 0.1, "share", Estimated,
        "Further share under a first state of emergency", "MLIT recall of April-May 2020 against later";
    reach_experience: 0.1557 in 0.0..=1.0, prior 0.15 sd 0.1, "share", Estimated,
        "Further share with full experience", "assumed";
    days_base: 2.4000 in 0.5..=5.0, prior 2.4 sd 0.3, "days a week", Assumed,
        "Days a week of a teleworker without pressure", "MLIT FY2020: 2.4 days in November and December 2020, when no declaration was in force";
    days_declaration: 1.2000 in 0.0..=4.0, prior 1.2 sd 0.3, "days a week", Assumed,
        "Further days under a first state of emergency", "Tokyo April 2020: 12.2 days a month";
    worker_turnover: 0.0951 in 0.0..=0.5, prior 0.1 sd 0.03, "share per year", Assumed,
        "Share of employees a year who leave, taking their telework experience along", "assumed";
    workplace_tokyo: 0.3857 in -1.0..=2.0, prior 0.3 sd 0.3, "log ratio", Estimated,
        "How much more often staff of one firm telework when they work in the Tokyo area than elsewhere; the firm's own share stays",
        "Cabinet Office, MLIT, Persol by area; prior: long commutes, head-office work";
    permitted_without_scheme: 0.5295 in 0.0..=1.0, prior 0.5 sd 0.2, "share", Estimated,
        "Share of teleworkers in firms without written rules whom MLIT's scheme question counts (the boss permits it)",
        "MLIT scheme_based against employed_ever";

    // --- Surveys.
    tsr_size_exponent: 0.7510 in 0.0..=1.5, prior 0.5 sd 0.3, "exponent", Estimated,
        "TSR: how the chance to answer rises with employees", "frame known, response pattern not published";

    tsr_forgotten: 0.0945 in 0.0..=0.5, prior 0.08 sd 0.06, "share", Estimated,
        "TSR: share of the firms that have stopped which answer that they never practised", "total of never practised: 42.2 % in wave 6, 43.8 % in wave 10, though nobody can unlearn it; prior: answers about the past are given with error";
    mic_response: 0.2007 in -3.0..=3.0, prior 0.0 sd 0.4, "log odds", Estimated,
        "MIC: firms that answer against all of its frame: how much more often they telework", "answers by post; rate below one half; prior: none, either way";
    mlit_response: -0.1028 in -3.0..=3.0, prior 0.0 sd 0.4, "log odds", Estimated,
        "MLIT: web monitors against all employees: how much more often they telework", "web monitors; prior: none, either way";
    cao_response: 0.4300 in -3.0..=3.0, prior 0.0 sd 0.4, "log odds", Estimated,
        "Cabinet Office: web panel against all employees: how much more often they telework", "web panel; prior: none, either way";
    jpc_response: 0.1059 in -3.0..=3.0, prior 0.0 sd 0.4, "log odds", Estimated,
        "JPC: web panel against all employees: how much more often they telework", "web panel; prior: none, either way";
    persol_response: 0.4116 in -3.0..=3.0, prior 0.0 sd 0.4, "log odds", Estimated,
        "Persol: web panel of regular employees against all employees: how much more often they telework", "web panel, regular employees; prior: none, either way";
    nira_response: -0.0659 in -3.0..=3.0, prior 0.0 sd 0.4, "log odds", Estimated,
        "NIRA: web panel of employed persons against all employees: how much more often they telework", "web panel, self-employed included; prior: none, either way";
    tokyo_response: -0.5987 in -3.0..=3.0, prior 0.0 sd 0.4, "log odds", Estimated,
        "Tokyo government: firms that answer against all firms of 30 and more employees in Tokyo: how much more often they telework", "telephone; response not published; prior: none, either way";

    // --- Interventions (no causal evidence unless said).
    awareness_effect: 0.5000 in -1.0..=3.0, prior 0.5 sd 0.25, "log hazard", Assumed,
        "How much awareness raises the hazard to start or resume", "assumed";
    awareness_noticed: 20.0000 in 0.0..=500.0, prior 20.0 sd 10.0, "firms", Assumed,
        "Other firms that notice one participant of a campaign, award or trial", "assumed";
    awareness_half_life: 13.0000 in 1.0..=104.0, prior 13.0 sd 5.0, "weeks", Assumed,
        "How long awareness lasts", "assumed";
    support_network_effect: 0.2500 in -0.5..=1.0, prior 0.25 sd 0.2, "share", Assumed,
        "Share of knowledge barriers (management, ICT, security) that a seminar or consultation removes", "assumed";
    managers_effect: 0.6000 in -0.5..=1.0, prior 0.6 sd 0.2, "share", Assumed,
        "Share of management, ICT, security and paper barriers that an expert removes",
        "58 % of 129 served firms started or expanded: no control group, an upper bound";
    managers_encouragement: 0.3000 in -0.5..=2.0, prior 0.3 sd 0.2, "log hazard", Assumed,
        "Inclination gained by an expert's visit beside barriers", "58 % as above: an upper bound";
    awards_effect: 0.3000 in -0.5..=2.0, prior 0.3 sd 0.2, "log hazard", Assumed,
        "Winner's inclination gained (recruiting)", "assumed";
    procurement_response: 4.0000 in -4.0..=40.0, prior 4.0 sd 2.0, "log hazard per unit of winning chance", Assumed,
        "How much a higher chance to win contracts pulls bidders towards practice and a formal scheme", "assumed";
    procurement_score_spread: 0.1000 in 0.01..=0.5, prior 0.1 sd 0.03, "share of score", Assumed,
        "Standard deviation of technical scores between bidders for the same contract", "assumed";
    satellite_effect: 0.5000 in -0.5..=1.0, prior 0.5 sd 0.3, "share", Assumed,
        "Share of the home-environment barrier that a satellite office nearby removes", "assumed";
    subsidy_effect: 0.9000 in 0.0..=1.0, prior 0.9 sd 0.1, "share", Assumed,
        "Share of cost and ICT barriers that a grant removes", "assumed";
    guidelines_effect: 0.4000 in -0.5..=1.0, prior 0.4 sd 0.2, "share", Assumed,
        "Share of the security barrier that working through the guideline removes", "assumed";
    disclosure_effect: 0.3000 in -0.5..=2.0, prior 0.3 sd 0.2, "log hazard", Assumed,
        "Inclination gained by a firm that is listed, rated or has declared", "assumed";
    base_awareness: 0.3000 in 0.0..=1.0, prior 0.3 sd 0.1, "share", Assumed,
        "Share of firms that know of the guidelines without any campaign", "assumed";
    selection_inclination: 0.5000 in -1.0..=3.0, prior 0.5 sd 0.5, "log odds per unit of inclination", Assumed,
        "How much more readily firms inclined to telework ask for help", "assumed; zero: all ask alike";
    subsidy_deadweight: 0.5000 in 0.0..=1.0, prior 0.5 sd 0.2, "share", Assumed,
        "Share of grants to firms that newly introduce telework which change nothing: these would have started anyway", "assumed; no evaluation with a control group was found";
    label_first_year_large: 128.0000 in 0.0..=10000.0, prior 128.0 sd 60.0, "firms a year", Assumed,
        "Firms from 100 employees on that set out for a nationwide certificate in its first year", "Kurumin 2007: 128 firms";
    label_first_year_small: 97.0000 in 0.0..=10000.0, prior 97.0 sd 60.0, "firms a year", Assumed,
        "The same of 5 to 99 employees", "251 such firms by May 2018; age of the label then, two years and seven months, from memory";
    label_growth: 0.1000 in -0.2..=1.0, prior 0.1 sd 0.05, "per year", Assumed,
        "How much the share that has set out adds to the share that sets out in a year", "Kurumin: from 128 firms in 2007 to 3,312 in March 2020";
    label_preparation: 0.5000 in -0.5..=3.0, prior 0.5 sd 0.4, "log hazard", Assumed,
        "Inclination gained by a firm that prepares for a certificate, at first", "assumed";
    label_effect: 0.2000 in -0.5..=2.0, prior 0.2 sd 0.2, "log hazard", Assumed,
        "Inclination gained by holding a certificate", "assumed";
    procurement_scored_share: 0.3000 in 0.0..=1.0, prior 0.3 sd 0.15, "share", Assumed,
        "Share of public contracts by value that is awarded by price and technical score", "assumed";
    procurement_price_share: 0.5000 in 0.0..=2.0, prior 0.5 sd 0.3, "ratio", Assumed,
        "Part of a bonus (as a share of the score) that is paid as a higher price of a holder's contracts", "assumed";
}
