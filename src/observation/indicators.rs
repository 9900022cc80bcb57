//! The registry of indicators and candidate KPIs: what each means, its formula, frame and unit.

use super::{
    ids::ids,
    view::{Tally, View, all_of, tallies},
    workers::WorkerTable,
};
use crate::classification::{INDUSTRIES, Industry, PREFECTURES, Prefecture, Region, SIZES, SizeClass};
use std::fmt;

/// How often an indicator is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// Every week.
    Weekly,
    /// In the last week of a month.
    Monthly,
    /// Only from the difference of two runs.
    Compared,
}

/// One indicator.
#[derive(Clone, Copy, Debug)]
pub struct Indicator {
    /// Id.
    pub id: IndicatorId,
    /// Name for people.
    pub name: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// Who is counted.
    pub frame: &'static str,
    /// Unit in files.
    pub unit: &'static str,
    /// How often.
    pub cadence: Cadence,
    /// Candidate for a KPI.
    pub candidate: bool,
}

macro_rules! registry {
    ($($variant:ident = $id:literal, $name:literal, $formula:literal, $frame:literal, $unit:literal, $cadence:ident,
        $candidate:literal;)*) => {
        ids! {
            /// An indicator by its id in files.
            IndicatorId { $(#[doc = $name] $variant = $id,)* }
        }

        /// All indicators.
        pub const REGISTRY: &[Indicator] = &[$(Indicator {
            id: IndicatorId::$variant, name: $name, formula: $formula, frame: $frame, unit: $unit,
            cadence: Cadence::$cadence, candidate: $candidate,
        },)*];
    };
}

registry! {
    CurrentPractice = "current_practice", "Firms that practise telework now", "practising firms / firms",
        "all companies and sole proprietors; by size class, prefecture, industry, region", "share", Weekly, false;
    TsrCurrentPractice = "tsr_current_practice", "Current practice, TSR frame",
        "practising / firms, weighted by the chance to answer",
        "TSR respondents; large = capital of 100 million yen or more; total: 14.9 % large, as in wave 14", "share", Weekly, true;
    TsrEverPractised = "tsr_ever_practised", "Ever practised, TSR frame",
        "(practising + stopped) / firms, weighted by the chance to answer",
        "TSR respondents; large = capital of 100 million yen or more", "share", Weekly, false;
    TsrFormalScheme = "tsr_formal_scheme", "Formal scheme, TSR frame",
        "firms with telework in their work rules / firms, weighted likewise",
        "TSR respondents; large = capital of 100 million yen or more", "share", Weekly, true;
    MicIntroduction = "mic_introduction", "Firm introduction rate (MIC frame; legacy target 34.5 %)",
        "(practising or with a scheme) / firms", "firms with 100 and more regular employees", "share", Monthly, true;
    FormalScheme = "formal_scheme", "Firms with a formal scheme", "firms with telework in their work rules / firms",
        "all companies and sole proprietors", "share", Weekly, false;
    TeleworkersNow = "teleworkers_now", "Employees who telework this week", "teleworking employees / employees",
        "employees by place of work, MLIT regions", "share", Monthly, false;
    TeleworkersLastYear = "teleworkers_last_year", "Employees who teleworked in the last year",
        "employees who have teleworked, of firms that practise or stopped within 52 weeks / employees",
        "employees by place of work, MLIT regions", "share", Monthly, true;
    TeleworkersEver = "teleworkers_ever", "Employees who have teleworked in their present job (MLIT)",
        "employees who ever teleworked, less leavers / employees", "employees by place of work, MLIT regions", "share",
        Monthly, true;
    SchemeBasedTeleworkers = "scheme_based_teleworkers",
        "Scheme-based teleworkers (MLIT; legacy target 15.4 %, reached 19.7 %)",
        "ever teleworkers of firms with a scheme, and the permitted ones of others / employees",
        "employees by place of work", "share", Monthly, true;
    SustainedPractice = "sustained_practice", "Sustained practice",
        "firms that would meet the award's criteria this week / firms",
        "all companies and sole proprietors", "share", Monthly, true;
    RegionalGap = "regional_gap", "Regional gap",
        "teleworkers_ever in the Tokyo area - in regional cities", "employees by place of work",
        "difference of shares", Monthly, true;
    TeleworkDays = "telework_days", "Mean telework days a week",
        "days teleworked this week / employees who telework this week",
        "teleworking employees", "days a week", Monthly, true;
    YenPerPractisingFirm = "yen_per_practising_firm", "Yen per additional practising firm",
        "difference of spending / difference of practising firms, against a baseline", "all firms", "yen", Compared, true;
    YenPerTeleworker = "yen_per_teleworker", "Yen per additional teleworker",
        "difference of spending / difference of teleworking employees, against a baseline", "all employees", "yen",
        Compared, true;
}

impl IndicatorId {
    /// What the registry says of it.
    pub fn describe(self) -> &'static Indicator {
        // Ids and registry are made from the same lines.
        &REGISTRY[self as usize]
    }
}

/// Whom a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// All of the frame.
    Total,
    /// Firms of a size class.
    Size(SizeClass),
    /// TSR's large firms, or the others, by capital.
    HighCapital(bool),
    /// Firms with 300 and more regular employees, or with 100-299.
    ThreeHundred(bool),
    /// Of a prefecture.
    Prefecture(Prefecture),
    /// Of an industry.
    Industry(Industry),
    /// Of a region.
    Region(Region),
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Segment::Total => write!(f, "total"),
            Segment::Size(size) => write!(f, "size={}", size.key()),
            Segment::HighCapital(high) => write!(f, "size={}", if *high { "large" } else { "SME" }),
            Segment::ThreeHundred(above) => write!(f, "size={}", if *above { "300+" } else { "100-299" }),
            Segment::Prefecture(prefecture) => write!(f, "prefecture={}", prefecture.name()),
            Segment::Industry(industry) => write!(f, "industry={}", industry.key()),
            Segment::Region(region) => write!(f, "region={}", region.name()),
        }
    }
}

/// Figures of one week: indicator, segment, value.
pub type Reading = Vec<(IndicatorId, Segment, f64)>;

/// Weekly figures.
pub fn weekly(view: &View, share_large: f64) -> Reading {
    let counted = view.state.tallies();
    let sizes = tallies::<SIZES>(counted.sizes());
    let mut all = Tally::default();
    sizes.iter().for_each(|tally| all.add(tally, 1.0));
    let mut reading = vec![
        (IndicatorId::CurrentPractice, Segment::Total, all.current()),
        (IndicatorId::FormalScheme, Segment::Total, all.formal()),
    ];
    for size in SizeClass::ALL {
        reading.push((IndicatorId::CurrentPractice, Segment::Size(size), sizes[size.index()].current()));
    }
    let [sme, large] = [false, true].map(|high_capital| all_of(counted.responding(high_capital)));
    type Share = fn(&Tally) -> f64;
    let measures: [(IndicatorId, Share); 3] = [
        (IndicatorId::TsrCurrentPractice, Tally::current),
        (IndicatorId::TsrEverPractised, |tally| 1.0 - tally.never()),
        (IndicatorId::TsrFormalScheme, Tally::formal),
    ];
    for (id, share) in measures {
        let pooled = share_large * share(&large) + (1.0 - share_large) * share(&sme);
        reading.push((id, Segment::Total, pooled));
        reading.push((id, Segment::HighCapital(true), share(&large)));
        reading.push((id, Segment::HighCapital(false), share(&sme)));
    }
    reading
}

/// Monthly figures.
pub fn monthly(view: &View, table: &WorkerTable) -> Reading {
    let mut reading = Reading::new();
    let counted = view.state.tallies();
    let prefectures = tallies::<PREFECTURES>(counted.prefectures());
    for prefecture in Prefecture::all() {
        let share = prefectures[prefecture.index()].current();
        reading.push((IndicatorId::CurrentPractice, Segment::Prefecture(prefecture), share));
    }
    let industries = tallies::<INDUSTRIES>(counted.industries());
    for industry in Industry::all() {
        let share = industries[industry.index()].current();
        reading.push((IndicatorId::CurrentPractice, Segment::Industry(industry), share));
    }
    for region in Region::ALL {
        let mut tally = Tally::default();
        for prefecture in Prefecture::all().filter(|p| p.region() == region) {
            tally.add(&prefectures[prefecture.index()], 1.0);
        }
        reading.push((IndicatorId::CurrentPractice, Segment::Region(region), tally.current()));
    }
    let [middle, large] = [false, true].map(|three_hundred| all_of(counted.hundred(three_hundred)));
    let mut hundred = middle;
    hundred.add(&large, 1.0);
    let segments =
        [(Segment::Total, hundred), (Segment::ThreeHundred(false), middle), (Segment::ThreeHundred(true), large)];
    for (segment, tally) in segments {
        reading.push((IndicatorId::MicIntroduction, segment, tally.introduced()));
    }
    let total = table.total();
    let mut workers = |segment: Segment, w: &super::Workers| {
        let permitted = view.parameters.permitted_without_scheme * (w.ever - w.ever_with_scheme);
        reading.push((IndicatorId::TeleworkersNow, segment, w.share(w.now)));
        reading.push((IndicatorId::TeleworkersLastYear, segment, w.share(w.last_year)));
        reading.push((IndicatorId::TeleworkersEver, segment, w.share(w.ever)));
        reading.push((IndicatorId::SchemeBasedTeleworkers, segment, w.share(w.ever_with_scheme + permitted)));
    };
    workers(Segment::Total, &total);
    let regions = Region::ALL.map(|region| table.region(region));
    for (region, sum) in Region::ALL.into_iter().zip(&regions) {
        workers(Segment::Region(region), sum);
    }
    let ever = |region: Region| regions[region as usize].share(regions[region as usize].ever);
    reading.push((IndicatorId::RegionalGap, Segment::Total, ever(Region::Tokyo) - ever(Region::Regional)));
    reading.push((IndicatorId::SustainedPractice, Segment::Total, table.sustained()));
    if total.now > 0.0 {
        reading.push((IndicatorId::TeleworkDays, Segment::Total, total.days / total.now));
    }
    reading
}
