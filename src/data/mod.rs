//! The project's own tables, embedded or from a folder, checked when read. Files in, [`Data`] out.
//!
//! `data/README.md` says how each table was made, from which source and year, and what is missing.

mod columns;
pub(crate) mod posterior;
mod read;
pub(crate) mod table;
#[cfg(test)]
mod tests;

pub use posterior::{CHAIN, DISCREPANCY, Draw, FittedFigure, Gate, Posterior, RESIDUAL, TABLES};
pub(crate) use posterior::{FITTED_TO, POSTERIOR_FORMAT, fitted_tables};
pub(crate) use table::near;

use crate::{
    calendar::Week,
    classification::{BARRIERS, Industry, PREFECTURES, Prefecture, SIZES, SizeClass},
    error::{Kind, Problem},
};
use jiff::{ToSpan, civil::Date};
use std::ops::RangeInclusive;

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
    /// Firms by industry and size in 2014, all 48 combinations, industry by industry.
    pub firms_2014: Vec<IndustrySize>,
    /// Establishments and persons engaged, all 16 x 47 combinations, at `prefecture * 16 + industry`.
    pub establishments: Vec<EstablishmentRow>,
    /// Where large firms have their head offices: relative weight of each prefecture.
    pub head_offices: [f64; PREFECTURES],
    /// What is known of each industry, in order.
    pub industries: Vec<IndustryRow>,
    /// How often firms of a size report a barrier, `[size][barrier]`.
    pub barrier_rates: [[f64; BARRIERS]; SIZES],
    /// Single figures by name.
    pub facts: Vec<Fact>,
    /// Parameter draws that the surveys leave possible.
    pub posterior: Posterior,
    /// Every file with its BLAKE3 hash, for the manifest.
    pub files: Vec<(String, String)>,
}

impl Data {
    /// A single figure by name.
    ///
    /// # Errors
    /// When the table `population/facts.csv` does not hold it.
    pub fn fact(&self, name: &str) -> Result<f64, Problem> {
        self.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value).ok_or_else(|| {
            Problem::error(Kind::Data, format!("population/facts.csv has no fact `{name}`"))
                .advise("add a row for it, or restore the table")
        })
    }

    /// A single figure that must lie in `range`.
    ///
    /// # Errors
    /// When it is not in the table, or outside the range.
    pub fn fact_in(&self, name: &str, range: RangeInclusive<f64>) -> Result<f64, Problem> {
        let value = self.fact(name)?;
        if range.contains(&value) {
            return Ok(value);
        }
        Err(Problem::error(Kind::Data, format!("population/facts.csv: `{name}` is {value}")).advise(format!(
            "write a value from {} to {}",
            range.start(),
            range.end()
        )))
    }

    /// What was known on a day: figures published by then, infections of weeks that had ended, versions of declarations
    /// that had been announced. Everything else stands still.
    pub fn known_on(&self, day: Date) -> Data {
        let mut known = self.clone();
        known.observations.retain(|row| row.published_on() <= day);
        known.declarations.retain(|row| row.announced <= day);
        let ended = (0..known.infections.len()).take_while(|week| Week(*week as u32).sunday() <= day).count();
        known.infections.truncate(ended);
        known
    }

    /// Declarations as the public knew them on a day: of each declaration the last version announced by then.
    pub fn declarations_known_on(&self, day: Date) -> Vec<&DeclarationRow> {
        let mut known: Vec<&DeclarationRow> = Vec::new();
        for row in self.declarations.iter().filter(|row| row.announced <= day) {
            let same = |other: &&mut &DeclarationRow| {
                other.prefecture == row.prefecture
                    && other.full == row.full
                    && other.declaration == row.declaration
                    && other.start == row.start
            };
            match known.iter_mut().find(same) {
                Some(earlier) if earlier.announced <= row.announced => *earlier = row,
                Some(_) => {}
                None => known.push(row),
            }
        }
        known
    }
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
    /// Latitude and longitude of the prefectural office in degrees.
    pub office: (f64, f64),
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
    /// Day of publication, when known.
    pub published: Option<Date>,
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
    /// Question or definition.
    pub question: String,
    /// `seed`, `page read`, `derived` or `memory`.
    pub confidence: String,
    /// Source for people.
    pub source: String,
    /// Line in its table, from 1.
    pub line: u32,
}

/// Days from the end of the field work after which a figure without a known day of publication counts as published.
const ASSUMED_DAYS_TO_PUBLICATION: i32 = 30;

impl Observation {
    /// The day on which it was published, as far as is known.
    pub fn published_on(&self) -> Date {
        self.published.unwrap_or_else(|| self.field_end.saturating_add(ASSUMED_DAYS_TO_PUBLICATION.days()))
    }
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

/// Private establishments and the persons engaged in them, by place of work, all legal forms.
#[derive(Clone, Copy, Debug)]
pub struct EstablishmentRow {
    /// Where.
    pub prefecture: Prefecture,
    /// Industry.
    pub industry: Industry,
    /// Establishments in 2016 and 2021.
    pub establishments: [u32; 2],
    /// Persons engaged in 2016 and 2021.
    pub persons: [u32; 2],
}

/// What the population synthesis knows of an industry.
#[derive(Clone, Copy, Debug)]
pub struct IndustryRow {
    /// Which.
    pub industry: Industry,
    /// A firm with at most so many employees is micro (20; commerce and services 5).
    pub micro_max: u32,
    /// Nominal employee limit of SMEs (300; commerce and services 100).
    pub medium_max: u32,
    /// Smallest large firm (the SME Act's employee limit plus one).
    pub large_min: u32,
    /// Share of large firms with capital of 100 million yen or more.
    pub large_high_capital: f64,
    /// Share of persons engaged who work for companies and sole proprietors rather than other corporations.
    pub company_share: f64,
    /// Mean share of jobs that can be done by telework.
    pub teleworkable: f64,
}

/// A single figure.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Name.
    pub name: String,
    /// Value; a fraction when `unit` is `share`.
    pub value: f64,
    /// Unit.
    pub unit: String,
    /// Year or period.
    pub year: String,
    /// `fitted`, `tail`, `check` (kept back) or `context` (not used).
    pub role: String,
    /// `seed`, `page read`, `derived`, `memory` or `assumed`.
    pub confidence: String,
    /// Source for people.
    pub source: String,
}
