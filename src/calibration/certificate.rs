//! The certificate of a posterior: what was checked, what was found, and the figures behind each check.
//!
//! `telework calibrate` writes the tables of `data/posterior/`, `telework validate` reads, prints and plots them; columns
//! in `docs/calibration.md`. Tables in, [`Certificate`] out.

pub mod names;
mod report;
mod summary;
#[cfg(test)]
pub(crate) mod tests;

pub use report::{report, scored};
pub use summary::{Coverage, Score, distinct};

use crate::{
    data::{
        Gate,
        posterior::{FOLDER_ADVICE, GATE_COLUMNS, gate},
        table::{Row, Table, read_text},
    },
    error::{Kind, Problem},
};
use jiff::civil::Date;
use std::{cell::RefCell, path::Path, sync::Arc};

/// The parts of a certificate in order: as spelt in `gates.csv`, and for people.
pub const PARTS: [(&str, &str); 6] = [
    ("convergence", "Convergence"),
    ("predictive", "Posterior predictive"),
    ("recovery", "Recovery"),
    ("identifiability", "Identifiability"),
    ("held_out", "Held out"),
    ("forecast", "Forecast"),
];

/// Contraction below which a parameter is called *assumed*: the surveys left it its prior.
pub const PRIOR_KEPT: f64 = 0.1;

/// A row type of one table of the folder.
trait Record: Sized {
    const FILE: &'static str;
    const EMBEDDED: &'static str;
    const COLUMNS: &'static [&'static str];
    fn read(row: Row) -> Result<Self, Problem>;
}

macro_rules! cell_type {
    (text) => { String };
    (number) => { f64 };
    (share) => { f64 };
    (optional_number) => { Option<f64> };
    (count) => { u32 };
    (date) => { Date };
    (flag) => { bool };
}

macro_rules! cell {
    ($row:ident, $field:ident, text) => {
        $row.text(stringify!($field)).into_owned()
    };
    ($row:ident, $field:ident, $kind:ident) => {
        $row.$kind(stringify!($field))?
    };
}

/// One struct a table: its fields are the columns, `check` looks at a whole row.
macro_rules! records {
    ($($(#[$doc:meta])* $name:ident, $file:literal, check $check:expr, {
        $($(#[$field_doc:meta])* $field:ident: $kind:ident,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[$field_doc])* pub $field: cell_type!($kind),)* }

        impl Record for $name {
            const FILE: &'static str = $file;
            const EMBEDDED: &'static str = include_str!(concat!("../../data/posterior/", $file));
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];
            fn read(row: Row) -> Result<$name, Problem> {
                let record = $name { $($field: cell!(row, $field, $kind),)* };
                let check: fn(&$name, Row) -> Result<(), Problem> = $check;
                check(&record, row)?;
                Ok(record)
            }
        }
    )*};
}

records! {
    /// One entry of `about.csv`.
    About, "about.csv", check |_, _| Ok(()), {
        /// What.
        name: text,
        /// Its value.
        value: text,
    }
    /// One sweep of the sampler.
    Sweep, "trace.csv", check |_, _| Ok(()), {
        /// Number of the sweep.
        sweep: count,
        /// Weight of the likelihood, from 0 (prior) to 1 (posterior).
        temperature: share,
        /// Effective sample size of the particles.
        ess: number,
        /// Share of proposals that were accepted.
        acceptance: share,
        /// Likelihood evaluations so far.
        evaluations: number,
        /// Error of the surrogate: median over figures, in standard deviations of the figure.
        surrogate_error: optional_number,
        /// Mean log likelihood of the particles.
        log_likelihood_mean: optional_number,
    }
    /// How well the sampler converged in one parameter.
    Converged, "convergence.csv", check |_, _| Ok(()), {
        /// Parameter.
        parameter: text,
        /// R-hat, 1 when chains agree.
        r_hat: number,
        /// Effective sample size in the bulk.
        ess_bulk: number,
        /// Effective sample size in the tails.
        ess_tail: number,
        /// Mean squared jump over the last sweeps by twice the variance: 1 when they are independent.
        jump: number,
    }
    /// One published figure beside its posterior predictive distribution.
    Predicted, "predictive.csv", check |r, row| rising(row, "q05", &[r.q05, r.q25, r.q50, r.q75, r.q95]), {
        /// Survey id.
        survey: text,
        /// Wave as printed.
        wave: text,
        /// Middle of the field period.
        date: date,
        /// What was measured.
        metric: text,
        /// Kind of segment.
        segment_type: text,
        /// Segment.
        segment: text,
        /// Group of figures that share a discrepancy.
        group: text,
        /// Respondents, when known.
        respondents: optional_number,
        /// Published figure.
        published: number,
        /// Posterior mean of the simulated figure.
        expected: number,
        /// Quantile 0.05 of the predictive distribution.
        q05: number,
        /// Quantile 0.25.
        q25: number,
        /// Median.
        q50: number,
        /// Quantile 0.75.
        q75: number,
        /// Quantile 0.95.
        q95: number,
        /// Whether the published figure is inside the 50 % interval.
        inside_50: flag,
        /// Whether it is inside the 90 % interval.
        inside_90: flag,
        /// Published less expected, in predictive standard deviations.
        standardised: number,
        /// Whether the figure was used in the fit.
        fitted: flag,
    }
    /// One parameter of one synthetic truth, and where its posterior put it.
    Recovered, "recovery.csv", check rank_fits, {
        /// Number of the synthetic truth.
        truth: count,
        /// Parameter.
        parameter: text,
        /// True value in prior standard deviations from the prior mean.
        value: number,
        /// Draws below the true value.
        rank: count,
        /// Draws.
        draws: count,
        /// Whether the 50 % interval holds the truth.
        inside_50: flag,
        /// Whether the 90 % interval holds it.
        inside_90: flag,
    }
    /// What the surveys say of one parameter.
    Identified, "identifiability.csv", check positive_spread, {
        /// Parameter.
        parameter: text,
        /// `estimated` or `assumed`, as the table of parameters has it.
        evidence: text,
        /// Prior mean.
        prior_mean: number,
        /// Prior standard deviation.
        prior_sd: number,
        /// Posterior mean.
        posterior_mean: number,
        /// Posterior standard deviation.
        posterior_sd: number,
        /// 1 less the ratio of posterior and prior variance: 0 when nothing was learnt.
        contraction: number,
    }
    /// Two parameters that the surveys tell apart badly.
    Correlated, "correlations.csv", check correlation_fits, {
        /// One parameter.
        first: text,
        /// The other.
        second: text,
        /// Their posterior correlation.
        correlation: number,
    }
    /// One point of the profile of a weak parameter.
    ProfilePoint, "profiles.csv", check |_, _| Ok(()), {
        /// Parameter.
        parameter: text,
        /// Its value.
        value: number,
        /// Log posterior, less the best of the profile.
        log_posterior: number,
    }
    /// A candidate KPI in one fiscal year under one set of priors, as it will be published.
    UnderPriors, "prior_sensitivity.csv", check |r, row| rising(row, "low_5", &[r.low_5, r.median, r.high_95]), {
        /// KPI id.
        kpi: text,
        /// Segment of it.
        segment: text,
        /// Fiscal year.
        fiscal_year: count,
        /// The set of priors.
        priors: text,
        /// Median of the runs.
        median: number,
        /// Quantile 0.05.
        low_5: number,
        /// Quantile 0.95.
        high_95: number,
    }
    /// One forecast of a figure that the fit did not see.
    HeldOut, "held_out.csv", check |r, row| rising(row, "q05", &[r.q05, r.q25, r.q50, r.q75, r.q95]), {
        /// What was held out.
        experiment: text,
        /// Who forecast: `model` or a naive forecast.
        forecaster: text,
        /// Survey id.
        survey: text,
        /// Wave as printed.
        wave: text,
        /// Middle of the field period.
        date: date,
        /// What was measured.
        metric: text,
        /// Kind of segment.
        segment_type: text,
        /// Segment.
        segment: text,
        /// Published figure.
        published: number,
        /// Quantile 0.05 of the forecast.
        q05: number,
        /// Quantile 0.25.
        q25: number,
        /// Median.
        q50: number,
        /// Quantile 0.75.
        q75: number,
        /// Quantile 0.95.
        q95: number,
        /// Continuous ranked probability score, in the figure's unit; smaller is better.
        crps: number,
        /// Interval score of the 90 % interval; smaller is better.
        interval_score: number,
    }
    /// A paired test of the model against a naive forecast.
    HeldOutTest, "held_out_tests.csv", check |_, _| Ok(()), {
        /// What was held out.
        experiment: text,
        /// The other forecast.
        against: text,
        /// Figures compared.
        figures: count,
        /// Mean CRPS of the model less that of the other; negative when the model is better.
        mean_difference_crps: number,
        /// Probability of such a difference without a true one.
        p_value: optional_number,
    }
    /// How good the forecasts of one forecaster were.
    Scored, "scores.csv", check |_, _| Ok(()), {
        /// What was held out.
        experiment: text,
        /// Who forecast.
        forecaster: text,
        /// Months from the origin.
        horizon: text,
        /// Figures forecast.
        figures: count,
        /// Mean CRPS.
        crps: number,
        /// Mean weighted interval score.
        weighted_interval_score: number,
        /// Share of figures inside the 50 % interval.
        inside_50: share,
        /// Share inside the 90 % interval.
        inside_90: share,
        /// Mean width of the 90 % interval.
        width_90: number,
        /// Mean of the probability integral transform: one half when forecasts are neither high nor low.
        pit_mean: share,
        /// Its variance: a twelfth when spreads are right.
        pit_variance: number,
        /// CRPS over the model's on the same figures.
        relative_skill: number,
    }
    /// How much weight the model deserves beside one opponent.
    Pooled, "pools.csv", check |_, _| Ok(()), {
        /// What was held out.
        experiment: text,
        /// The opponent.
        against: text,
        /// Figures that both forecast.
        figures: count,
        /// Waves among them.
        waves: count,
        /// CRPS of the model over the opponent's.
        ratio: number,
        /// Weight of the model in the regression on both medians.
        weight: number,
        /// CRPS of the pool, weights from the other waves, over the model's.
        pool_ratio: number,
    }
    /// The fitting sample beside the whole population, with the same luck.
    Agreement, "agreement.csv", check |_, _| Ok(()), {
        /// Survey id.
        survey: text,
        /// Wave as printed.
        wave: text,
        /// What was measured.
        metric: text,
        /// Kind of segment.
        segment_type: text,
        /// Segment.
        segment: text,
        /// Figure of the sample.
        sample: number,
        /// Figure of the whole population.
        whole: number,
        /// Sample less whole.
        difference: number,
    }
}

fn rising(row: Row, first: &str, quantiles: &[f64]) -> Result<(), Problem> {
    if quantiles.is_sorted() {
        return Ok(());
    }
    Err(row.problem(first, "the quantiles of this row fall").advise("quantiles must not fall: restore the table"))
}

fn rank_fits(recovered: &Recovered, row: Row) -> Result<(), Problem> {
    if recovered.rank <= recovered.draws {
        return Ok(());
    }
    let message = format!("rank {} among {} draws", recovered.rank, recovered.draws);
    Err(row.problem("rank", message).advise("a rank counts the draws below the truth: at most all of them"))
}

fn positive_spread(identified: &Identified, row: Row) -> Result<(), Problem> {
    for (column, sd) in [("prior_sd", identified.prior_sd), ("posterior_sd", identified.posterior_sd)] {
        if sd < 0.0 || (sd == 0.0 && column == "prior_sd") {
            return Err(row.problem(column, format!("{sd} is no standard deviation")).advise("restore the table"));
        }
    }
    Ok(())
}

fn correlation_fits(correlated: &Correlated, row: Row) -> Result<(), Problem> {
    if correlated.correlation.abs() <= 1.0 {
        return Ok(());
    }
    let message = format!("{} is no correlation", correlated.correlation);
    Err(row.problem("correlation", message).advise("a correlation lies between -1 and 1"))
}

/// All that is known of a posterior's quality. Tables keep their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// Where the tables are from.
    pub folder: String,
    /// Only figures published by this day were used.
    pub as_of: Date,
    /// How the posterior was made.
    pub about: Vec<About>,
    /// Every check.
    pub gates: Vec<Gate>,
    /// The sampler's sweeps.
    pub trace: Vec<Sweep>,
    /// Convergence by parameter.
    pub convergence: Vec<Converged>,
    /// Published figures and their predictive distributions.
    pub predictive: Vec<Predicted>,
    /// Synthetic truths and their posteriors.
    pub recovery: Vec<Recovered>,
    /// Prior and posterior by parameter.
    pub identifiability: Vec<Identified>,
    /// Strong posterior correlations.
    pub correlations: Vec<Correlated>,
    /// Profiles of weak parameters.
    pub profiles: Vec<ProfilePoint>,
    /// Candidate KPIs under each set of priors.
    pub prior_sensitivity: Vec<UnderPriors>,
    /// Forecasts of what the fit did not see.
    pub held_out: Vec<HeldOut>,
    /// The model against naive forecasts.
    pub held_out_tests: Vec<HeldOutTest>,
    /// Scores by forecaster and horizon.
    pub scores: Vec<Scored>,
    /// Weights of the model beside opponents.
    pub pools: Vec<Pooled>,
    /// Fitting sample and whole population.
    pub agreement: Vec<Agreement>,
    /// BLAKE3 hash of all tables, hexadecimal.
    pub hash: String,
}

impl Certificate {
    /// The certificate of the shipped posterior.
    ///
    /// # Errors
    /// Never with an unchanged build; the same checks run as for a folder.
    pub fn embedded() -> Result<Certificate, Problem> {
        Certificate::read("data/posterior", &|_, embedded| Ok(Arc::from(embedded)))
    }

    /// The texts of its tables inside the program, by their file names.
    ///
    /// # Errors
    /// As [`Certificate::embedded`].
    pub fn embedded_texts() -> Result<Vec<(String, &'static str)>, Problem> {
        let texts = RefCell::new(Vec::new());
        Certificate::read("data/posterior", &|file, embedded| {
            texts.borrow_mut().push((file.to_string(), embedded));
            Ok(Arc::from(embedded))
        })?;
        Ok(texts.into_inner())
    }

    /// The certificate of another folder, which must hold all its tables.
    ///
    /// # Errors
    /// A table is missing or cut off, lacks a column, or holds a value that cannot be meant.
    pub fn from_dir(folder: &Path) -> Result<Certificate, Problem> {
        Certificate::read(&folder.display().to_string(), &|file, _| read_text(&folder.join(file), FOLDER_ADVICE))
    }

    /// Of some tables alone; the others are empty.
    ///
    /// # Errors
    /// A table lacks a column, or holds a value that cannot be meant.
    pub fn of_tables(folder: &str, as_of: Date, tables: &[super::tables::CsvTable]) -> Result<Certificate, Problem> {
        Certificate::read(folder, &|file, embedded| {
            if let Some(table) = tables.iter().find(|table| table.file == file) {
                return Ok(Arc::from(table.text()));
            }
            let header = embedded.lines().next().unwrap_or_default();
            let day = if file == "about.csv" { format!("as_of,{as_of}\n") } else { String::new() };
            Ok(Arc::from(format!("{header}\n{day}")))
        })
    }

    fn read(folder: &str, text: &TextOf) -> Result<Certificate, Problem> {
        let mut reader = Reader { folder, text, hasher: blake3::Hasher::new() };
        let about = reader.table("about.csv", About::EMBEDDED, About::COLUMNS)?;
        let day = about.rows().find(|row| row.text("name") == "as_of").map(|row| row.date("value")).transpose()?;
        let as_of = day.ok_or_else(|| {
            Problem::error(Kind::Data, format!("{folder}/about.csv does not say as of which day the posterior is"))
                .advise("add a row such as as_of,2021-04-30")
        })?;
        let gates = reader.table("gates.csv", include_str!("../../data/posterior/gates.csv"), GATE_COLUMNS)?;
        let known_gate = |row: Row| {
            row.one_of("part", &PARTS.map(|(part, _)| (part, ())))?;
            gate(row)
        };
        Ok(Certificate {
            folder: folder.to_string(),
            as_of,
            about: about.rows().map(About::read).collect::<Result<_, _>>()?,
            gates: gates.rows().map(known_gate).collect::<Result<_, _>>()?,
            trace: reader.records()?,
            convergence: reader.records()?,
            predictive: reader.records()?,
            recovery: reader.records()?,
            identifiability: reader.records()?,
            correlations: reader.records()?,
            profiles: reader.records()?,
            prior_sensitivity: reader.records()?,
            held_out: reader.records()?,
            held_out_tests: reader.records()?,
            scores: reader.records()?,
            pools: reader.records()?,
            agreement: reader.records()?,
            hash: reader.hasher.finalize().to_hex().to_string(),
        })
    }
}

/// Text of a table, from its name and what the program was built with.
type TextOf<'a> = dyn Fn(&str, &'static str) -> Result<Arc<str>, Problem> + 'a;

struct Reader<'a> {
    folder: &'a str,
    text: &'a TextOf<'a>,
    hasher: blake3::Hasher,
}

impl Reader<'_> {
    fn table(&mut self, file: &str, embedded: &'static str, columns: &[&str]) -> Result<Table, Problem> {
        let text = (self.text)(file, embedded)?;
        self.hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        Table::parse(&format!("{}/{file}", self.folder), text, columns)
    }

    fn records<T: Record>(&mut self) -> Result<Vec<T>, Problem> {
        self.table(T::FILE, T::EMBEDDED, T::COLUMNS)?.rows().map(T::read).collect()
    }
}
