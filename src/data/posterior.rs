//! The shipped posterior: parameter draws that the surveys leave possible, and what its certificate found.
//!
//! `telework calibrate` writes these tables (`docs/calibration.md`); every run reads them. Tables in, [`Posterior`] out.

use super::table::{Row, Table, read_text};
use crate::{
    error::Problem,
    parameters::{Parameters, TABLE},
};
use jiff::civil::Date;
use std::path::Path;

/// Start of the column names of model discrepancies in `posterior/draws.csv`.
pub const DISCREPANCY: &str = "discrepancy_";

/// For who names a folder that lacks a table.
pub(crate) const FOLDER_ADVICE: &str = "the folder must hold every table that `telework calibrate` writes";

/// Columns of `gates.csv`.
pub(crate) const GATE_COLUMNS: &[&str] = &["part", "check", "found", "required", "passed"];

/// Parameter draws and what is known of their quality.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// Only figures published by this day were used.
    pub as_of: Date,
    /// Equally likely draws, at least one, in random order, so that the first few are a fair sample.
    pub draws: Vec<Draw>,
    /// Gates of the certificate.
    pub gates: Vec<Gate>,
}

/// One set of parameters that the surveys leave possible.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// Every model parameter; effects of measures that the table does not hold are draws from their priors.
    pub parameters: Parameters,
    /// Standard deviation of the model's discrepancy in log odds, by group of figures, such as `tsr_size`.
    pub discrepancy: Vec<(String, f64)>,
}

/// One check of the certificate.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Which of the certificate's parts it belongs to, such as `convergence`.
    pub part: String,
    /// What was checked, in words.
    pub check: String,
    /// What was found.
    pub found: f64,
    /// What was required, such as `<= 1.05`.
    pub required: String,
    /// Whether it holds.
    pub passed: bool,
}

impl Posterior {
    /// The posterior of a folder that `telework calibrate` has written.
    ///
    /// # Errors
    /// A table is missing or damaged, or holds a parameter outside its range.
    pub fn from_dir(folder: &Path) -> Result<Posterior, Problem> {
        let table = |file: &str, columns: &[&str]| {
            let path = folder.join(file);
            Table::parse(&path.display().to_string(), read_text(&path, FOLDER_ADVICE)?, columns)
        };
        let parameters: Vec<&str> = TABLE.iter().filter(|p| !p.of_measures()).map(|p| p.name).collect();
        posterior(
            &table("about.csv", &["name", "value"])?,
            &table("draws.csv", &parameters)?,
            &table("gates.csv", GATE_COLUMNS)?,
        )
    }

    /// Gates that do not hold; when there are any, everything made from this posterior must say so.
    pub fn failing(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().filter(|gate| !gate.passed)
    }
}

/// From `posterior/about.csv`, `posterior/draws.csv` and `posterior/gates.csv`.
pub(super) fn posterior(about: &Table, draws: &Table, gates: &Table) -> Result<Posterior, Problem> {
    let as_of = about.rows().find(|row| row.text("name") == "as_of").ok_or_else(|| {
        about
            .problem("name", "no row says by which day the figures behind the draws were published")
            .advise("add as_of,YYYY-MM-DD")
    })?;
    if let Some(count) = about.rows().find(|row| row.text("name") == "draws") {
        draws.expect_rows(count.count("value")? as usize)?;
    }
    if draws.rows().len() == 0 {
        return Err(draws
            .problem(TABLE[0].name, "there is no draw")
            .advise("restore the table: a run needs one at least"));
    }
    let known = |name: &str| name.starts_with(DISCREPANCY) || TABLE.iter().any(|p| p.name == name);
    if let Some(name) = draws.columns().find(|name| !known(name)) {
        let advice = format!("name a model parameter, or a discrepancy as {DISCREPANCY}...; or drop the column");
        return Err(draws.problem(name, format!("`{name}` is no model parameter")).advise(advice));
    }
    let discrepancies: Vec<String> =
        draws.columns().filter(|c| c.starts_with(DISCREPANCY)).map(str::to_string).collect();
    let held: Vec<&str> = TABLE.iter().map(|p| p.name).filter(|name| draws.columns().any(|c| c == *name)).collect();
    if let Some(missing) = TABLE.iter().find(|p| !p.of_measures() && !held.contains(&p.name)) {
        let advice = "restore the column; only effects of measures may be left to their priors";
        return Err(draws.problem(missing.name, format!("no column `{}`", missing.name)).advise(advice));
    }
    let draw = |(number, row): (usize, Row)| -> Result<Draw, Problem> {
        let mut parameters = Parameters::default();
        for p in TABLE {
            if !held.contains(&p.name) {
                parameters.set(p.name, p.prior_draw(number as u32));
                continue;
            }
            let value = row.number(p.name)?;
            if !(p.minimum..=p.maximum).contains(&value) {
                return Err(row
                    .problem(p.name, format!("{} is {value}", p.name))
                    .advise(format!("write a value from {} to {}", p.minimum, p.maximum)));
            }
            parameters.set(p.name, value);
        }
        let discrepancy =
            discrepancies.iter().map(|name| Ok((name[DISCREPANCY.len()..].to_string(), row.number(name)?)));
        Ok(Draw { parameters, discrepancy: discrepancy.collect::<Result<_, Problem>>()? })
    };
    Ok(Posterior {
        as_of: as_of.date("value")?,
        draws: draws.rows().enumerate().map(draw).collect::<Result<_, _>>()?,
        gates: gates.rows().map(gate).collect::<Result<_, _>>()?,
    })
}

/// From a row of `gates.csv`.
pub(crate) fn gate(row: Row) -> Result<Gate, Problem> {
    Ok(Gate {
        part: row.text("part").into_owned(),
        check: row.text("check").into_owned(),
        found: row.number("found")?,
        required: row.text("required").into_owned(),
        passed: row.flag("passed")?,
    })
}
