//! What a scenario means: the checked form that the engine reads.
//!
//! Units are in the names: yen, weeks, shares 0-1, dates. `check` is the only way in.

use crate::{
    classification::{Industry, Prefecture, SizeClass},
    parameters::Parameters,
};
use jiff::civil::Date;

/// A scenario that would run.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// File name without ending, such as `baseline`.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// The policy question it answers.
    pub question: String,
    /// Where its figures come from.
    pub sources: Vec<String>,
    /// Period, seed and scale.
    pub run: RunPlan,
    /// The point: defaults of all model parameters with the scenario's changes.
    pub parameters: Parameters,
    /// Names of the parameters that the scenario changes, in the order of the table. They hold in every posterior draw.
    pub fixed: Vec<&'static str>,
    /// Infections after the last observed week.
    pub later_infections: LaterInfections,
    /// Interventions in file order (inherited first); switched-off ones are left out.
    pub interventions: Vec<Intervention>,
}

/// Period, seed and scale of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPlan {
    /// First day; the run starts with its week. Never before 6 January 2020.
    pub start: Date,
    /// Last day; the run ends with its week.
    pub end: Date,
    /// Seed of all dynamic draws.
    pub seed: u64,
    /// Seed of the population synthesis.
    pub population_seed: u64,
    /// Number of replicates (different parameters and luck).
    pub replicates: u32,
    /// Whole population or a sample.
    pub scale: Scale,
}

/// How many firms are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// All 3,375,255.
    Whole,
    /// About so many, weighted.
    Sample(u32),
}

/// Infections after the last observed week (April 2021).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaterInfections {
    /// None at all: concern fades.
    None,
    /// An uncertain process, another path in each replicate.
    Random,
}

/// One policy measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervention {
    /// Name in the file; unique in a scenario.
    pub name: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Multiplies capacity and budget (1 = as written).
    pub scale: f64,
    /// Which firms it may serve.
    pub target: Target,
    /// Yen it may spend in a fiscal year, before `scale`; `None` = not limited by money.
    pub budget_yen_per_fiscal_year: Option<f64>,
    /// Yen spent for one delivery; `None` = not costed.
    pub unit_cost_yen: Option<f64>,
    /// Weeks between delivery and effect.
    pub delay_weeks: u32,
    /// Weeks after which half of the effect is left; `None` = it lasts.
    pub half_life_weeks: Option<f64>,
    /// What it does.
    pub measure: Measure,
}

/// Which firms an intervention may serve. `None` = no condition; conditions are joined by *and*.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// Head office in one of these.
    pub prefectures: Option<Vec<Prefecture>>,
    /// Of one of these industries.
    pub industries: Option<Vec<Industry>>,
    /// Of one of these size classes.
    pub sizes: Option<Vec<SizeClass>>,
    /// At least so many regular employees.
    pub min_employees: Option<u32>,
    /// At most so many regular employees.
    pub max_employees: Option<u32>,
    /// Capital of 100 million yen or more (`true`) or less (`false`).
    pub high_capital: Option<bool>,
    /// Bidders for public contracts (`true`) or others (`false`).
    pub bidder: Option<bool>,
    /// Practising now (`true`) or not (`false`).
    pub practising: Option<bool>,
    /// With a formal scheme (`true`) or without (`false`).
    pub formal: Option<bool>,
}

/// The eleven kinds of intervention (MODEL.md section 5).
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// States of emergency and quasi-emergencies.
    EmergencyDeclaration(EmergencyDeclaration),
    /// SupportNW: seminars and consultations at local windows.
    SupportNetwork(SupportNetwork),
    /// Expert visits.
    TeleworkManagers(TeleworkManagers),
    /// Pioneer awards.
    Awards(Awards),
    /// Bonus points for certified bidders.
    ProcurementBonus(ProcurementBonus),
    /// Subsidised satellite offices.
    SatelliteOffices(SatelliteOffices),
    /// Subsidies for equipment and software.
    Subsidy(Subsidy),
    /// Telework Days and Month.
    Campaign(Campaign),
    /// Security guideline, handbooks, checklists.
    Guidelines(Guidelines),
    /// Listing, rating, self-declaration.
    Disclosure(Disclosure),
    /// Visiting workers and workation.
    RegionalTrial(RegionalTrial),
}

impl Measure {
    /// The word used in files.
    pub fn key(&self) -> &'static str {
        match self {
            Measure::EmergencyDeclaration(_) => "emergency_declaration",
            Measure::SupportNetwork(_) => "support_network",
            Measure::TeleworkManagers(_) => "telework_managers",
            Measure::Awards(_) => "awards",
            Measure::ProcurementBonus(_) => "procurement_bonus",
            Measure::SatelliteOffices(_) => "satellite_offices",
            Measure::Subsidy(_) => "subsidy",
            Measure::Campaign(_) => "campaign",
            Measure::Guidelines(_) => "guidelines",
            Measure::Disclosure(_) => "disclosure",
            Measure::RegionalTrial(_) => "regional_trial",
        }
    }
}

/// Declarations by prefecture and date.
#[derive(Clone, Debug, PartialEq)]
pub struct EmergencyDeclaration {
    /// Take the declarations of `data/policy/declarations.csv` with the dates that were known on this day;
    /// `None` = none of them.
    pub known_on: Option<Date>,
    /// Further declarations of the scenario.
    pub list: Vec<Declared>,
    /// Declarations after the known ones.
    pub later: LaterDeclarations,
}

/// One declaration of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// Where.
    pub prefectures: Vec<Prefecture>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// A full state of emergency (`true`) or a quasi-emergency.
    pub full: bool,
}

/// Declarations after the known ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaterDeclarations {
    /// None.
    None,
    /// Follow the simulated infections by the rule in the model description.
    Random,
}

/// SupportNW.
#[derive(Clone, Debug, PartialEq)]
pub struct SupportNetwork {
    /// Events a fiscal year (434 in FY2020).
    pub events_per_year: f64,
    /// Firms a event (4,687 participants / 434 events in FY2020).
    pub participants_per_event: f64,
    /// Local windows (258 in FY2020), informational.
    pub windows: f64,
    /// Share of participants with at most 300 employees (SMEs first).
    pub share_sme: f64,
}

/// Telework managers.
#[derive(Clone, Debug, PartialEq)]
pub struct TeleworkManagers {
    /// Experts (21 -> 109 in FY2020).
    pub managers: f64,
    /// Consultations of one expert a week (664 / 109 / 52 in FY2020).
    pub visits_per_manager_per_week: f64,
    /// Consultations that one firm takes (664 / 372 in FY2020).
    pub visits_per_firm: f64,
    /// Share of served firms with fewer than 100 employees (0.682 in FY2020).
    pub share_below_100: f64,
    /// Share of served firms that do not practise yet (about 0.5 in FY2020).
    pub share_not_practising: f64,
}

/// Pioneer awards and the minister's prize.
#[derive(Clone, Debug, PartialEq)]
pub struct Awards {
    /// Firms selected a fiscal year (60 in FY2020).
    pub awards_per_year: f64,
    /// Minister's prizes a fiscal year (5 in FY2020), among them.
    pub minister_prizes_per_year: f64,
    /// Calendar month of the selection (11).
    pub selection_month: u8,
}

/// Bonus points in public tenders.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcurementBonus {
    /// Share of the technical score that a certified bidder gains (0.005-0.10 in the existing labels).
    pub bonus_share_of_score: f64,
    /// Weeks before `from` in which bidders already know.
    pub announced_weeks_before: u32,
}

/// Satellite offices in municipalities.
#[derive(Clone, Debug, PartialEq)]
pub struct SatelliteOffices {
    /// Sites wanted a fiscal year.
    pub sites_per_year: f64,
    /// Cost of a site.
    pub project_cost_yen: f64,
    /// Share of the cost that is paid (0.5).
    pub subsidy_rate: f64,
    /// At most so much is paid (20 million yen).
    pub subsidy_cap_yen: f64,
    /// Firms near a site whose staff can use it.
    pub firms_per_site: f64,
}

/// A subsidy for telework equipment.
#[derive(Clone, Debug, PartialEq)]
pub struct Subsidy {
    /// Share of the cost that is paid.
    pub rate: f64,
    /// Smallest grant.
    pub minimum_yen: f64,
    /// Largest grant.
    pub maximum_yen: f64,
    /// Cost of equipment for one employee who can telework.
    pub cost_per_teleworker_yen: f64,
    /// Grants wanted a fiscal year.
    pub grants_per_year: f64,
}

/// A campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// Calendar months in which it runs each year.
    pub months: Vec<u8>,
    /// Firms that take part a year.
    pub participants_per_year: f64,
}

/// Guidelines, handbooks, checklists.
#[derive(Clone, Debug, PartialEq)]
pub struct Guidelines {
    /// Aware firms that work through them a year, as a share of aware firms.
    pub uptake_per_year: f64,
}

/// Disclosure and self-declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Disclosure {
    /// What firms show.
    pub form: DisclosureForm,
    /// With a condition of subsidies: the one intervention whose grants carry it; `None` = all.
    pub of_subsidy: Option<String>,
    /// Firms that may be listed a fiscal year (listing, rating) or declare (self-declaration).
    pub firms_per_year: f64,
}

/// What firms show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisclosureForm {
    /// A list of leading listed firms (DX brand style): investors.
    Listing,
    /// A published rating: customers and job seekers.
    Rating,
    /// A declaration on the firm's own word (SECURITY ACTION style).
    SelfDeclaration,
    /// The same, as a condition of the scenario's subsidies.
    ConditionOfSubsidy,
}

/// Visiting workers and workation in host prefectures.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionalTrial {
    /// Hosts (Wakayama and Nagano in November 2020).
    pub host_prefectures: Vec<Prefecture>,
    /// Firms met in the hosts a year.
    pub firms_per_year: f64,
}
