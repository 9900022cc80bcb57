//! The shipped posterior: parameter draws that the surveys leave possible, and what its certificate found.
//!
//! `telework calibrate` writes these tables (`docs/calibration.md`); every run reads them. Tables in, [`Posterior`] out.

use super::{
    Data, columns,
    table::{Distinct, Row, Table, read_text},
};
use crate::{
    error::Problem,
    parameters::{Parameters, TABLE},
};
use jiff::civil::Date;
use std::path::Path;

/// Start of the column names of model discrepancies in `posterior/draws.csv`.
pub const DISCREPANCY: &str = "discrepancy_";

/// Number of the format of a posterior's tables; a rule for its change stands in `docs/architecture.md`.
pub(crate) const POSTERIOR_FORMAT: u32 = 2;

/// Start of the names in `about.csv` of the tables that the posterior was fitted to.
pub(crate) const FITTED_TO: &str = "table ";

/// Part of the gate that does not hold when a posterior is used with other tables than those of its fit.
pub const TABLES: &str = "tables";

/// Start of the column names of residuals in `posterior/draws.csv`; the number of the figure's row in `figures.csv`, from 1,
/// follows.
pub const RESIDUAL: &str = "residual_";

/// Column of `posterior/draws.csv` with the number of the chain that a draw is of, from 0; older tables have none.
pub const CHAIN: &str = "chain";

/// Most chains that a fit has.
const MOST_CHAINS: u32 = 100;

/// Columns of `figures.csv`.
pub(crate) const FIGURE_COLUMNS: &[&str] =
    &["survey", "wave", "date", "metric", "segment_type", "segment", "respondents", "published"];

/// For who names a folder that lacks a table.
pub(crate) const FOLDER_ADVICE: &str = "the folder must hold every table that `telework calibrate` writes";

/// Columns of `gates.csv`.
pub(crate) const GATE_COLUMNS: &[&str] = &["part", "check", "found", "required", "passed"];

/// Parameter draws and what is known of their quality.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// Only figures published by this day were used.
    pub as_of: Date,
    /// Equally likely draws, at least one, in an order in which every beginning stands for all of them
    /// ([`representative_order`](crate::statistics::representative_order)).
    pub draws: Vec<Draw>,
    /// Gates of the certificate.
    pub gates: Vec<Gate>,
    /// Tables that it was fitted to, with their BLAKE3 hashes; none when that is not known.
    pub tables: Vec<(String, String)>,
    /// Published figures that the draws know, in the order of their residuals.
    pub figures: Vec<FittedFigure>,
}

/// A published figure that was fitted, spelt as in `data/observations`.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedFigure {
    /// Survey id.
    pub survey: String,
    /// Wave as printed.
    pub wave: String,
    /// Middle of the field period.
    pub date: Date,
    /// Metric.
    pub metric: String,
    /// Segment type.
    pub segment_type: String,
    /// Segment.
    pub segment: String,
    /// Respondents behind it.
    pub respondents: f64,
    /// The published share, 0-1.
    pub published: f64,
}

/// One set of parameters that the surveys leave possible.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// Every model parameter; effects of measures that the table does not hold are draws from their priors.
    pub parameters: Parameters,
    /// Constants of the predictive law, such as `tsr_size`: standard deviation of that group's model error in log odds.
    pub discrepancy: Vec<(String, f64)>,
    /// Published less simulated, in log odds, of each of [`Posterior::figures`].
    pub residuals: Vec<f64>,
}

impl Draw {
    /// Its parameters and constants, in the order of `draws.csv`.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        let parameters = crate::parameters::TABLE.iter().filter_map(|p| self.parameters.get(p.name));
        parameters.chain(self.discrepancy.iter().map(|(_, value)| *value))
    }
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
            let table = Table::parse(&path.display().to_string(), read_text(&path, FOLDER_ADVICE)?, columns)?;
            columns::check(&format!("posterior/{file}"), &table, Data::embedded_texts()).map(|()| table)
        };
        let parameters: Vec<&str> = TABLE.iter().filter(|p| !p.of_measures()).map(|p| p.name).collect();
        posterior(
            &table("about.csv", &["name", "value"])?,
            &table("draws.csv", &parameters)?,
            &table("gates.csv", GATE_COLUMNS)?,
            &table("figures.csv", FIGURE_COLUMNS)?,
        )
    }

    /// The same beside tables at hand: when these are not those that it was fitted to, or when it does not say what it was fitted
    /// to, one more gate does not hold, so that everything made from both is marked.
    pub fn judged_by(mut self, files: &[(String, String)]) -> Posterior {
        self.gates.retain(|gate| gate.part != TABLES);
        let of_the_fit = |table: &(String, String)| self.tables.contains(table);
        let at_hand = fitted_tables(files).filter(|table| !of_the_fit(table)).map(|(file, _)| &**file);
        let gone = self.tables.iter().filter(|(file, _)| !files.iter().any(|(name, _)| name == file));
        let other: Vec<String> = at_hand.chain(gone.map(|(file, _)| &**file)).map(str::to_string).collect();
        if !other.is_empty() {
            self.gates.push(Gate {
                part: TABLES.to_string(),
                check: format!("data tables that are not those of the fit: {}", other.join(", ")),
                found: other.len() as f64,
                required: "= 0".to_string(),
                passed: false,
            });
        }
        self
    }

    /// Gates that do not hold; when there are any, everything made from this posterior must say so.
    pub fn failing(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().filter(|gate| !gate.passed)
    }
}

/// Whether a posterior is fitted to a table: not to its own, and not to the list of tables, which says nothing that they do not
/// say themselves.
pub(crate) fn is_fitted(file: &str) -> bool {
    !file.starts_with("posterior/") && file != "tables.csv"
}

/// Of tables with their hashes those that a posterior is fitted to.
pub(crate) fn fitted_tables(files: &[(String, String)]) -> impl Iterator<Item = &(String, String)> {
    files.iter().filter(|(file, _)| is_fitted(file))
}

/// From `posterior/about.csv`, `posterior/draws.csv`, `posterior/gates.csv` and `posterior/figures.csv`.
pub(super) fn posterior(about: &Table, draws: &Table, gates: &Table, figures: &Table) -> Result<Posterior, Problem> {
    let as_of = about.rows().find(|row| row.text("name") == "as_of").ok_or_else(|| {
        about
            .problem("name", "no row says by which day the figures behind the draws were published")
            .advise("add as_of,YYYY-MM-DD")
    })?;
    let mut distinct = Distinct::default();
    about.rows().try_for_each(|row| distinct.add(row, &["name"]))?;
    let format = about.rows().find(|row| row.text("name") == "format");
    // The first format had no number.
    if let Some(row) = format.filter(|row| row.text("value") != POSTERIOR_FORMAT.to_string()) {
        let message =
            format!("the posterior has format {}, and this program reads {POSTERIOR_FORMAT}", row.text("value"));
        return Err(row.problem("value", message).advise("calibrate anew: telework calibrate"));
    }
    gates.rows().try_for_each(|row| distinct.add(row, &["part", "check"]))?;
    let fitted_to =
        |row: Row| Some((row.text("name").strip_prefix(FITTED_TO)?.to_string(), row.text("value").into_owned()));
    // Older posteriors do not count their gates.
    for (name, table) in [("draws", draws), ("gates", gates)] {
        if let Some(count) = about.rows().find(|row| row.text("name") == name) {
            table.expect_rows(count.count("value")? as usize, "about.csv")?;
        }
    }
    if draws.rows().len() == 0 {
        return Err(draws
            .problem(TABLE[0].name, "there is no draw")
            .advise("restore the table: a run needs one at least"));
    }
    let of_figures = draws.columns().filter(|name| name.starts_with(RESIDUAL)).count();
    if of_figures > figures.rows().len() {
        figures.expect_rows(of_figures, "draws.csv, as columns of residuals")?;
    }
    let residuals: Vec<String> = (1..=figures.rows().len()).map(|number| format!("{RESIDUAL}{number}")).collect();
    let residual = |name: &str| {
        let number = name.strip_prefix(RESIDUAL).and_then(|number| number.parse::<usize>().ok());
        number.is_some_and(|number| residuals.get(number.wrapping_sub(1)).is_some_and(|known| known == name))
    };
    let known = |name: &str| {
        name == CHAIN || name.starts_with(DISCREPANCY) || residual(name) || TABLE.iter().any(|p| p.name == name)
    };
    if let Some(name) = draws.columns().find(|name| !known(name)) {
        let advice = format!("name a model parameter, or a discrepancy as {DISCREPANCY}...; or drop the column");
        return Err(draws.problem(name, format!("`{name}` is no model parameter")).advise(advice));
    }
    let discrepancies: Vec<String> =
        draws.columns().filter(|c| c.starts_with(DISCREPANCY)).map(str::to_string).collect();
    let held: Vec<&str> = TABLE.iter().map(|p| p.name).filter(|name| draws.has(name)).collect();
    if let Some(missing) = TABLE.iter().find(|p| !p.of_measures() && !held.contains(&p.name)) {
        let advice = "restore the column; only effects of measures may be left to their priors";
        return Err(draws.problem(missing.name, format!("no column `{}`", missing.name)).advise(advice));
    }
    let draw = |(number, row): (usize, Row)| -> Result<Draw, Problem> {
        let chain = if draws.has(CHAIN) { row.count(CHAIN)? } else { 0 };
        if chain >= MOST_CHAINS {
            return Err(row
                .problem(CHAIN, format!("there is no chain {chain}"))
                .advise(format!("write a number from 0 to {}", MOST_CHAINS - 1)));
        }
        let mut parameters = Parameters { draw: Some(number as u32), ..Parameters::default() };
        for p in TABLE {
            if !held.contains(&p.name) {
                parameters.set(p.name, p.prior_draw(number as u32));
                continue;
            }
            let value = row.number(p.name)?;
            if !(p.minimum..=p.maximum).contains(&value) {
                return Err(row
                    .problem(p.name, format!("`{}` cannot be {value}", p.name))
                    .advise(format!("write a value from {} to {}", p.minimum, p.maximum)));
            }
            parameters.set(p.name, value);
        }
        let discrepancy =
            discrepancies.iter().map(|name| Ok((name[DISCREPANCY.len()..].to_string(), row.number(name)?)));
        let residuals = residuals.iter().map(|name| row.number(name)).collect::<Result<_, Problem>>()?;
        Ok(Draw { parameters, discrepancy: discrepancy.collect::<Result<_, Problem>>()?, residuals })
    };
    if let Some(missing) = residuals.iter().find(|name| !draws.has(name)) {
        return Err(draws
            .problem(TABLE[0].name, format!("there is no column `{missing}`, though figures.csv has that figure"))
            .advise("restore both tables from one calibration"));
    }
    let as_of = as_of.date("value")?;
    for row in figures.rows() {
        if row.date("date")? > as_of {
            return Err(row
                .problem(
                    "date",
                    format!("about.csv says that the draws know figures by {as_of}, and this one is later"),
                )
                .advise("restore both tables from one calibration"));
        }
    }
    Ok(Posterior {
        as_of,
        draws: draws.rows().enumerate().map(draw).collect::<Result<_, _>>()?,
        gates: gates.rows().map(gate).collect::<Result<_, _>>()?,
        tables: about.rows().filter_map(fitted_to).collect(),
        figures: figures.rows().map(figure).collect::<Result<_, _>>()?,
    })
}

/// From a row of `figures.csv`.
fn figure(row: Row) -> Result<FittedFigure, Problem> {
    let text = |column: &str| row.text(column).into_owned();
    Ok(FittedFigure {
        survey: text("survey"),
        wave: text("wave"),
        date: row.date("date")?,
        metric: text("metric"),
        segment_type: text("segment_type"),
        segment: text("segment"),
        respondents: respondents(row)?,
        published: row.share("published")?,
    })
}

fn respondents(row: Row) -> Result<f64, Problem> {
    let count = row.number("respondents")?;
    if count > 0.0 {
        return Ok(count);
    }
    Err(row
        .problem("respondents", "this number must be above 0")
        .advise("restore the table: a calibration has written it"))
}

/// From a row of `gates.csv`.
pub(crate) fn gate(row: Row) -> Result<Gate, Problem> {
    let gate = Gate {
        part: row.text("part").into_owned(),
        check: row.text("check").into_owned(),
        found: row.number("found")?,
        required: row.text("required").into_owned(),
        passed: row.flag("passed")?,
    };
    let written = "restore the table: a calibration has written it";
    let bound = gate.required.split_once(' ').and_then(|(sign, bound)| Some((sign, bound.parse::<f64>().ok()?)));
    let (holds, bound) = match bound {
        Some(("<=", bound)) => (gate.found <= bound, bound),
        Some((">=", bound)) => (gate.found >= bound, bound),
        _ => {
            let message = format!("`{}` is no requirement such as `<= 1.05`", gate.required.escape_debug());
            return Err(row.problem("required", message).advise(written));
        }
    };
    // Where both are this close, rounding in the table has decided.
    let close = (gate.found - bound).abs() <= 1e-5 * bound.abs().max(gate.found.abs());
    if holds != gate.passed && !close {
        let message = format!("{} was found and {} required, which is `{holds}`", gate.found, gate.required);
        return Err(row.problem("passed", message).advise(written));
    }
    Ok(gate)
}
