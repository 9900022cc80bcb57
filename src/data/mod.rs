//! The project's own tables, embedded or from a folder, checked when read. Files in, [`Data`] out.

use crate::classification::{Industry, PREFECTURES, Prefecture, SizeClass};
use jiff::civil::Date;

/// Everything read from `data/`.
#[derive(Clone, Debug)]
pub struct Data {
    /// Prefectures in order.
    pub prefectures: Vec<PrefectureRow>,
    /// Declarations in every version that was announced.
    pub declarations: Vec<DeclarationRow>,
    /// Newly reported infections by week from week 0, each `[prefecture]`; ends with April 2021.
    pub infections: Vec<[f32; PREFECTURES]>,
    /// Survey figures, published by 30 April 2021.
    pub observations: Vec<Observation>,
    /// Programmes: outputs, budgets, rules.
    pub programmes: Vec<ProgrammeFigure>,
    /// Every file with its BLAKE3 hash, for the manifest.
    pub files: Vec<(String, String)>,
}

/// One prefecture.
#[derive(Clone, Debug)]
pub struct PrefectureRow {
    /// Which.
    pub prefecture: Prefecture,
    /// Inhabitants 2021.
    pub population: f64,
    /// Row of the tile map, from 1 at the top.
    pub tile_row: u8,
    /// Column of the tile map, from 1 at the left.
    pub tile_column: u8,
    /// Short label for a tile.
    pub abbreviation: String,
}

/// One version of one declaration in one prefecture.
#[derive(Clone, Debug)]
pub struct DeclarationRow {
    /// Where.
    pub prefecture: Prefecture,
    /// State of emergency (`true`) or quasi-emergency.
    pub full: bool,
    /// Number of the declaration, such as `3`.
    pub declaration: String,
    /// First day.
    pub start: Date,
    /// Last day as planned in this version.
    pub end: Date,
    /// Day on which this version was announced; a later version of the same declaration replaces it.
    pub announced: Date,
}

/// One published survey figure.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Survey id, such as `tsr_practice`.
    pub survey: String,
    /// Wave as printed.
    pub wave: String,
    /// First day of the field period.
    pub field_start: Date,
    /// Last day of the field period.
    pub field_end: Date,
    /// Respondents, when known.
    pub n: Option<u32>,
    /// What was measured.
    pub metric: String,
    /// Kind of segment.
    pub segment_type: String,
    /// Segment.
    pub segment: String,
    /// Value; a fraction when `unit` is `share`.
    pub value: f64,
    /// Unit: `share`, `days`, `firms`, ...
    pub unit: String,
    /// `seed`, `page read`, `derived` or `memory`.
    pub confidence: String,
    /// Source for people.
    pub source: String,
}

/// One figure of a programme.
#[derive(Clone, Debug)]
pub struct ProgrammeFigure {
    /// Programme id.
    pub programme: String,
    /// Fiscal year, or a span as printed.
    pub fiscal_year: String,
    /// Month `YYYY-MM`, when the figure is monthly.
    pub month: Option<String>,
    /// What is counted.
    pub item: String,
    /// Category.
    pub category: String,
    /// Value.
    pub value: f64,
    /// Unit.
    pub unit: String,
}

/// Published counts that the population is made from and checked with.
#[derive(Clone, Debug)]
pub struct IndustrySize {
    /// Industry.
    pub industry: Industry,
    /// Size.
    pub size: SizeClass,
    /// Firms.
    pub firms: u32,
}

impl Data {
    /// Declarations in the version known on a day.
    pub fn declarations_known_on(&self, _day: Date) -> Vec<&DeclarationRow> {
        Vec::new()
    }
}
