//! The tables of a finished fit: draws and what the certificate says of them. A fit's final state in, rows out.
//!
//! `docs/calibration.md` names every table and column.

use super::{
    certificate::PRIOR_KEPT,
    fit::{Chains, RELIABLE},
    forecast::ForecastRow,
    history::History,
    likelihood::{Likelihood, group_name},
    predicted::Predicted,
    sampler::Simulate,
    space::Space,
};
use crate::{
    data::{CHAIN, DISCREPANCY, Data, Draw, FittedFigure, Gate, Posterior, RESIDUAL},
    observation::{Survey, SurveyAnswer},
    parameters::{Evidence, Parameters},
    prediction::CONSTANTS,
    random::{Key, Purpose},
    results::Draft,
    statistics::{ess_bulk, ess_tail, normal_quantile, pearson, quantile_sorted, rank_rhat, representative_order},
};
use jiff::civil::Date;
use rayon::prelude::*;
use std::io::{self, Write};

/// A table: its file name, its header, its rows of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct CsvTable {
    /// File name.
    pub file: &'static str,
    /// Column names.
    pub header: Vec<String>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
}

impl CsvTable {
    /// An empty table.
    pub fn new(file: &'static str, header: &str) -> CsvTable {
        CsvTable { file, header: header.split(',').map(str::to_string).collect(), rows: Vec::new() }
    }

    /// As CSV.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = csv::Writer::from_writer(out);
        std::iter::once(&self.header).chain(&self.rows).try_for_each(|row| table.write_record(row))?;
        table.flush()
    }

    /// As text.
    pub fn text(&self) -> String {
        let mut bytes = Vec::new();
        // Memory takes every byte, and cells are text.
        let _ = self.csv(&mut bytes);
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Into a folder being written.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, draft: &Draft) -> Result<(), crate::error::Problem> {
        draft.file(self.file, |out| self.csv(out)).map(drop)
    }
}

/// A number for a table: six significant digits are more than any figure here is worth.
pub fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".into() } else { value.to_string() };
    }
    let digits = (5 - libm::log10(value.abs()).floor() as i32).clamp(0, 12) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

/// A fit that has come to its end.
pub struct Fitted<'a> {
    /// Dimensions.
    pub space: &'a Space,
    /// Figures that were fitted.
    pub likelihood: &'a Likelihood,
    /// The chains at their end.
    pub chains: &'a Chains,
}

impl Fitted<'_> {
    /// Every kept point, sweep by sweep.
    pub fn points(&self) -> Vec<&Vec<f64>> {
        self.chains.state.kept.iter().flatten().collect()
    }

    fn column(&self, dimension: usize) -> Vec<f64> {
        self.chains.state.kept.iter().flatten().map(|z| z[dimension]).collect()
    }

    /// Mean of each dimension on the prior's scale.
    pub fn mean(&self) -> Vec<f64> {
        (0..self.space.len()).map(|d| mean(&self.column(d))).collect()
    }

    /// The trace of the first chain.
    pub fn trace(&self) -> CsvTable {
        let mut table = CsvTable::new(
            "trace.csv",
            "sweep,temperature,ess,acceptance,evaluations,surrogate_error,log_likelihood_mean",
        );
        for row in &self.chains.state.trace {
            let numbers = [row.temperature, row.ess, row.acceptance, row.evaluations as f64, row.surrogate_error];
            let mut cells = vec![row.sweep.to_string()];
            cells.extend(numbers.map(number));
            cells.push(number(row.log_likelihood));
            table.rows.push(cells);
        }
        table
    }

    /// Convergence by parameter, and its gates.
    pub fn convergence(&self) -> (CsvTable, Vec<Gate>) {
        let mut table = CsvTable::new("convergence.csv", "parameter,r_hat,ess_bulk,ess_tail,jump");
        let size = self.chains.state.z.len();
        let of_chain = size / self.chains.number.max(1);
        let rows: Vec<[f64; 4]> = (0..self.space.len())
            .into_par_iter()
            .map(|d| {
                // Chains share nothing, neither design nor surrogate.
                let chain = |i: usize| -> Vec<f64> {
                    let particles = i * of_chain..(i + 1) * of_chain;
                    let of_sweep =
                        |sweep: &Vec<Vec<f64>>| -> Vec<f64> { sweep[particles.clone()].iter().map(|z| z[d]).collect() };
                    self.chains.state.kept.iter().flat_map(of_sweep).collect()
                };
                let chains: Vec<Vec<f64>> = (0..self.chains.number).map(chain).collect();
                // Autocorrelation lies along a particle's path through the sweeps.
                let paths: Vec<Vec<f64>> =
                    (0..size).map(|i| self.chains.state.kept.iter().map(|sweep| sweep[i][d]).collect()).collect();
                let variance = variance(&self.column(d));
                let jumps = paths.iter().flat_map(|path| path.windows(2).map(|w| (w[1] - w[0]).powi(2)));
                let jump = mean(&jumps.collect::<Vec<_>>()) / (2.0 * variance);
                let rhat = rank_rhat(&chains).unwrap_or(f64::INFINITY);
                [rhat, ess_bulk(&paths).unwrap_or(0.0), ess_tail(&paths).unwrap_or(0.0), jump]
            })
            .collect();
        for (d, row) in rows.iter().enumerate() {
            let mut cells = vec![self.space.name(d)];
            cells.extend(row.map(number));
            table.rows.push(cells);
        }
        let worst = |column: usize, pick: fn(f64, f64) -> f64, start| rows.iter().map(|r| r[column]).fold(start, pick);
        let off = self.surrogate_errors();
        let middle = quantile_sorted(&off, 0.5).unwrap_or(f64::INFINITY);
        let high = quantile_sorted(&off, 0.9).unwrap_or(f64::INFINITY);
        let gates = vec![
            at_most("convergence", "largest R-hat between chains, any parameter", worst(0, f64::max, 0.0), 1.05),
            at_least("convergence", "smallest bulk ESS, any parameter", worst(1, f64::min, f64::INFINITY), 400.0),
            at_least("convergence", "smallest tail ESS, any parameter", worst(2, f64::min, f64::INFINITY), 400.0),
            at_most(
                "convergence",
                "surrogate's error at the posterior over the figure's, median of figures",
                middle,
                0.35,
            ),
            at_most(
                "convergence",
                "surrogate's error at the posterior over the figure's, nine in ten figures",
                high,
                0.7,
            ),
            at_least("convergence", "temperature reached", self.chains.state.temperature, 1.0),
            at_most(
                "convergence",
                "Pareto k of the simulated over the surrogate's likelihood",
                self.chains.shape,
                RELIABLE,
            ),
        ];
        (table, gates)
    }

    /// Root mean square difference between simulated figures of the particles and what the surrogate said, less the process
    /// noise that two streams show, over the standard deviation of the figure's likelihood; sorted over figures.
    fn surrogate_errors(&self) -> Vec<f64> {
        let n = self.chains.state.figures.len().max(1) as f64;
        let mut errors: Vec<f64> = (0..self.likelihood.targets.len())
            .map(|i| {
                let squares =
                    self.chains.state.z.iter().zip(&self.chains.state.figures).zip(&self.chains.state.predicted).map(
                        |((z, s), p)| {
                            ((s[i] - p[i]).powi(2) - self.chains.noise[(i, i)])
                                / self.likelihood.moments(self.space, i, z, 0.0).1
                        },
                    );
                (squares.sum::<f64>() / n).max(0.0).sqrt()
            })
            .collect();
        errors.sort_by(f64::total_cmp);
        errors
    }

    /// Prior to posterior by parameter, and its gate: a posterior is hardly wider than its prior.
    pub fn identifiability(&self) -> (CsvTable, Gate) {
        let mut table = CsvTable::new(
            "identifiability.csv",
            "parameter,evidence,prior_mean,prior_sd,posterior_mean,posterior_sd,contraction",
        );
        let grid: Vec<f64> = (0..400).map(|i| normal_quantile((f64::from(i) + 0.5) / 400.0)).collect();
        for d in 0..self.space.len() {
            let z = self.column(d);
            let contraction = 1.0 - variance(&z);
            let values = |of: &[f64]| -> Vec<f64> { of.iter().map(|z| self.space.value(d, *z)).collect() };
            let (prior, posterior) = (values(&grid), values(&z));
            let evidence = if contraction >= PRIOR_KEPT { Evidence::Estimated } else { Evidence::Assumed };
            let mut cells = vec![self.space.name(d), evidence.to_string()];
            let numbers = [mean(&prior), variance(&prior).sqrt(), mean(&posterior), variance(&posterior).sqrt()];
            cells.extend(numbers.map(number));
            cells.push(number(contraction));
            table.rows.push(cells);
        }
        let widest = (0..self.space.len()).map(|d| variance(&self.column(d))).fold(0.0, f64::max);
        let check = "largest posterior variance over the prior's, any parameter";
        (table, at_most("identifiability", check, widest, 1.4))
    }

    /// Pairs of parameters that the surveys tie together.
    pub fn correlations(&self) -> CsvTable {
        let mut table = CsvTable::new("correlations.csv", "first,second,correlation");
        let columns: Vec<Vec<f64>> = (0..self.space.len()).map(|d| self.column(d)).collect();
        let mut pairs: Vec<(f64, usize, usize)> = (0..columns.len())
            .flat_map(|a| (0..a).map(move |b| (a, b)))
            .filter_map(|(a, b)| Some((pearson(&columns[a], &columns[b])?, b, a)))
            .filter(|(r, ..)| r.abs() >= 0.5)
            .collect();
        pairs.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        table.rows =
            pairs.into_iter().map(|(r, a, b)| vec![self.space.name(a), self.space.name(b), number(r)]).collect();
        table
    }

    /// Profiles of weakly seen parameters: one at a time is set to a value, the others follow as the posterior's
    /// covariance leads them, and the simulator says how the posterior falls.
    pub fn profiles(&self, simulate: &Simulate) -> CsvTable {
        let mut table = CsvTable::new("profiles.csv", "parameter,value,log_posterior");
        let columns: Vec<Vec<f64>> = (0..self.space.len()).map(|d| self.column(d)).collect();
        let centre = self.mean();
        let weak = (0..self.space.dynamic).filter(|d| 1.0 - variance(&columns[*d]) < 2.0 * PRIOR_KEPT);
        let points: Vec<(usize, Vec<f64>)> = weak
            .flat_map(|d| {
                let spread = variance(&columns[d]);
                let follow: Vec<f64> = columns.iter().map(|c| covariance(c, &columns[d]) / spread).collect();
                [-2.0, -1.0, 0.0, 1.0, 2.0].map(|z: f64| {
                    (d, centre.iter().zip(&follow).map(|(m, f)| m + f * (z - centre[d])).collect::<Vec<f64>>())
                })
            })
            .collect();
        let at: Vec<Vec<f64>> = points.iter().map(|(_, z)| z.clone()).collect();
        let Some(figures) = simulate(&at) else { return table };
        let log = |(z, figures): (&Vec<f64>, &Vec<f64>)| {
            self.likelihood.log(self.space, z, figures) - 0.5 * z.iter().map(|z| z * z).sum::<f64>()
        };
        let logs: Vec<f64> = at.iter().zip(&figures).map(log).collect();
        for (five, logs) in points.chunks(5).zip(logs.chunks(5)) {
            let best = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            for ((d, z), log) in five.iter().zip(logs) {
                table.rows.push(vec![self.space.name(*d), number(self.space.value(*d, z[*d])), number(log - best)]);
            }
        }
        table
    }

    /// Positions of the figures whose residuals are kept with the draws: all shares.
    fn known_figures(&self) -> Vec<usize> {
        (0..self.likelihood.targets.len()).filter(|i| self.likelihood.targets[*i].less.is_none()).collect()
    }

    /// `figures.csv`: the figures that the draws know, in the order of their residuals.
    pub fn figures(&self) -> CsvTable {
        let mut table =
            CsvTable::new("figures.csv", "survey,wave,date,metric,segment_type,segment,respondents,published");
        for t in self.known_figures().into_iter().map(|i| &self.likelihood.targets[i]) {
            let date = t.date.to_string();
            let texts = [t.survey.id(), &t.wave, &date, t.metric, t.segment_type, &t.segment].map(str::to_string);
            table.rows.push(texts.into_iter().chain([t.respondents, t.published].map(number)).collect());
        }
        table
    }

    /// Equally likely draws in random order, parameters without a trace from their priors; and the particle of each.
    fn drawn(&self, count: usize, seed: u64) -> Vec<(usize, Draw)> {
        let key = Key::new(seed, u32::MAX);
        let figures = self.known_figures();
        let one = |(k, place): (usize, usize)| {
            let z = &self.chains.state.z[place];
            let mut next = 0;
            let fixed = self.space.untraced(&mut || {
                next += 1;
                key.normal(next, 1 + (k % 60_000) as u32, Purpose::Calibration)
            });
            let residuals = self.likelihood.residuals(self.space, z, &self.chains.state.figures[place]);
            let residuals = figures.iter().map(|i| residuals[*i]).collect();
            (place, Draw { residuals, ..self.space.draw(z, &fixed) })
        };
        self.chains.places(count, seed).into_iter().enumerate().map(one).collect()
    }

    /// `draws.csv`, in an order in which every beginning stands for all of them; and the points of the draws, in random order.
    pub fn draws(&self, count: usize, seed: u64) -> (CsvTable, Vec<Vec<f64>>) {
        let of_chain = (self.chains.state.z.len() / self.chains.number.max(1)).max(1);
        let columns: Vec<String> = std::iter::once(CHAIN.to_string())
            .chain(crate::parameters::TABLE.iter().map(|p| p.name.to_string()))
            .chain(CONSTANTS.iter().map(|c| format!("{DISCREPANCY}{}", c.name)))
            .chain((1..=self.known_figures().len()).map(|number| format!("{RESIDUAL}{number}")))
            .collect();
        let mut table = CsvTable { file: "draws.csv", header: columns, rows: Vec::new() };
        let drawn = self.drawn(count, seed);
        let written: Vec<Vec<String>> = drawn.iter().map(|(_, draw)| draw.values().map(number).collect()).collect();
        // The values as they are written, so that the order can be seen from the table alone.
        let read = |cells: &Vec<String>| cells.iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect();
        for k in representative_order(&written.iter().map(read).collect::<Vec<_>>()) {
            let (place, draw) = &drawn[k];
            let mut cells = vec![(place / of_chain).to_string()];
            cells.extend_from_slice(&written[k]);
            cells.extend(draw.residuals.iter().map(|residual| format!("{residual:.4}")));
            table.rows.push(cells);
        }
        (table, drawn.iter().map(|(place, _)| self.chains.state.z[*place].clone()).collect())
    }

    /// The draws as a posterior, without a certificate.
    pub fn posterior(&self, count: usize, seed: u64, as_of: Date) -> Posterior {
        let figure = |i: usize| {
            let t = &self.likelihood.targets[i];
            FittedFigure {
                survey: t.survey.id().to_string(),
                wave: t.wave.clone(),
                date: t.date,
                metric: t.metric.to_string(),
                segment_type: t.segment_type.to_string(),
                segment: t.segment.clone(),
                respondents: t.respondents,
                published: t.published,
            }
        };
        Posterior {
            as_of,
            draws: self.drawn(count, seed).into_iter().map(|(_, draw)| draw).collect(),
            gates: Vec::new(),
            tables: Vec::new(),
            figures: self.known_figures().into_iter().map(figure).collect(),
        }
    }
}

/// The header of `prior_sensitivity.csv`.
pub fn prior_sensitivity() -> CsvTable {
    CsvTable::new("prior_sensitivity.csv", "kpi,segment,fiscal_year,priors,median,low_5,high_95")
}

/// `predictive.csv`.
pub fn predictive(predicted: &[Predicted]) -> CsvTable {
    let mut table = CsvTable::new(
        "predictive.csv",
        "survey,wave,date,metric,segment_type,segment,group,respondents,published,expected,q05,q25,q50,q75,q95,\
         inside_50,inside_90,standardised,fitted",
    );
    for p in predicted {
        let a = &p.target;
        let mut cells = vec![
            a.survey.to_string(),
            a.wave.clone(),
            a.date.to_string(),
            a.metric.to_string(),
            a.segment_type.to_string(),
            a.segment.clone(),
            group_name(&p.target).to_string(),
            number(p.target.respondents),
            number(p.target.published),
            number(p.expected),
        ];
        cells.extend(p.quantiles().map(number));
        cells.extend([
            p.inside(1, 3).to_string(),
            p.inside(0, 4).to_string(),
            number(p.standardised),
            p.fitted.to_string(),
        ]);
        table.rows.push(cells);
    }
    table
}

/// Required results and coverage.
pub fn predictive_gates(predicted: &[Predicted]) -> Vec<Gate> {
    let asked = |p: &&Predicted| {
        let question = if p.target.date < jiff::civil::date(2020, 6, 15) { "practised" } else { "current_practice" };
        p.target.survey == Survey::Tsr && p.target.segment_type == "size" && p.target.metric == question
    };
    let by_size: Vec<&Predicted> =
        predicted.iter().filter(asked).filter(|p| ["large", "SME"].contains(&p.target.segment.as_str())).collect();
    let off = |p: &Predicted| 100.0 * (p.expected - p.target.published).abs();
    let mean_of = |ps: &[&Predicted]| mean(&ps.iter().map(|p| off(p)).collect::<Vec<_>>());
    let outside = by_size.iter().filter(|p| !p.inside(0, 4)).count();
    let mut gates = vec![
        at_least("predictive", "TSR waves by size that were compared", by_size.len() as f64, 16.0),
        at_most("predictive", "TSR waves by size outside the 90 % interval", outside as f64, 0.0),
        at_most("predictive", "TSR waves by size: mean absolute error, points", mean_of(&by_size), 2.0),
    ];
    for (wave, value) in [("wave 2", 0.176), ("wave 5", 0.564), ("wave 14", 0.384)] {
        let total = predicted.iter().filter(asked).find(|p| p.target.wave == wave && p.target.segment == "total");
        let found = total.map_or(f64::INFINITY, |p| 100.0 * (p.expected - value).abs());
        gates.push(at_most("predictive", &format!("TSR {wave}, all sizes: absolute error, points"), found, 2.0));
    }
    let formal: Vec<&Predicted> = predicted
        .iter()
        .filter(|p| p.target.metric == "institutionalised" && ["large", "SME"].contains(&p.target.segment.as_str()))
        .collect();
    let worst = formal.iter().map(|p| off(p)).fold(if formal.len() == 2 { 0.0 } else { f64::INFINITY }, f64::max);
    gates.push(at_most("predictive", "formal scheme by size: largest absolute error, points", worst, 3.0));
    gates.push(at_least(
        "predictive",
        "pairs of regions in the published order, share",
        order(predicted, &["residence", "region"]),
        1.0,
    ));
    gates.push(at_least(
        "predictive",
        "pairs of industries in the published order, share",
        order(predicted, &["industry"]),
        0.9,
    ));
    let fitted: Vec<&Predicted> = predicted.iter().filter(|p| p.fitted).collect();
    let share = |inside: &dyn Fn(&Predicted) -> bool| {
        fitted.iter().filter(|p| inside(p)).count() as f64 / fitted.len().max(1) as f64
    };
    gates.push(at_least(
        "predictive",
        "fitted figures inside their 90 % interval, share",
        share(&|p| p.inside(0, 4)),
        0.85,
    ));
    gates.push(at_least(
        "predictive",
        "fitted figures inside their 50 % interval, share",
        share(&|p| p.inside(1, 3)),
        0.4,
    ));
    gates
}

/// Share of pairs of segments in one question of one wave whose published figures differ by more than 5 points and twice the
/// sampling error, that the model puts into the same order.
fn order(predicted: &[Predicted], types: &[&str]) -> f64 {
    let (mut pairs, mut right) = (0, 0);
    for (i, a) in predicted.iter().enumerate().filter(|(_, p)| types.contains(&p.target.segment_type)) {
        for b in predicted[..i].iter().filter(|b| {
            (b.target.survey, &b.target.wave, b.target.metric, b.target.segment_type)
                == (a.target.survey, &a.target.wave, a.target.metric, a.target.segment_type)
        }) {
            let error = |p: &Predicted| 2.0 * p.target.published * (1.0 - p.target.published) / p.target.respondents;
            let apart = a.target.published - b.target.published;
            if apart.abs() > 0.05_f64.max(2.0 * (error(a) + error(b)).sqrt()) {
                pairs += 1;
                right += usize::from((a.expected - b.expected) * apart > 0.0);
            }
        }
    }
    if pairs == 0 { 0.0 } else { f64::from(right as u32) / f64::from(pairs) }
}

/// The fitting sample against the whole population at one point, and its gate.
pub fn agreement(sample: &[SurveyAnswer], whole: &[SurveyAnswer]) -> (CsvTable, Gate) {
    let mut table = CsvTable::new("agreement.csv", "survey,wave,metric,segment_type,segment,sample,whole,difference");
    let mut worst = 0.0_f64;
    for a in sample.iter().filter(|a| a.observed.is_some()) {
        let same = |b: &&SurveyAnswer| {
            (a.survey, &a.wave, a.date, a.metric, a.segment_type, &a.segment)
                == (b.survey, &b.wave, b.date, b.metric, b.segment_type, &b.segment)
        };
        let Some(b) = whole.iter().find(same) else { continue };
        if a.survey == Survey::Tsr && a.segment_type == "size" {
            worst = worst.max(100.0 * (a.expected - b.expected).abs());
        }
        let texts = [a.survey.id(), &a.wave, a.metric, a.segment_type, &a.segment].map(str::to_string);
        table
            .rows
            .push(texts.into_iter().chain([a.expected, b.expected, a.expected - b.expected].map(number)).collect());
    }
    let gate =
        at_most("predictive", "fitting sample against all firms, TSR by size: largest difference, points", worst, 1.5);
    (table, gate)
}

/// All published figures with a counterpart, fitted or not, for looking at.
pub fn everything(data: &Data, space: &Space, history: &History) -> Likelihood {
    let answers = history.answers(Parameters::default(), &|_| true).unwrap_or_default();
    Likelihood::new(space, super::targets::all(data, &answers))
}

/// A gate that holds when the finding is small enough.
pub fn at_most(part: &str, check: &str, found: f64, limit: f64) -> Gate {
    gate(part, check, found, format!("<= {limit}"), found <= limit)
}

/// A gate that holds when the finding is large enough.
pub fn at_least(part: &str, check: &str, found: f64, limit: f64) -> Gate {
    gate(part, check, found, format!(">= {limit}"), found >= limit)
}

fn gate(part: &str, check: &str, found: f64, required: String, passed: bool) -> Gate {
    // A table holds finite numbers only.
    let found = if found.is_finite() { found } else { 999.0 };
    Gate { part: part.into(), check: check.into(), found, required, passed }
}

/// Whether a forecast has every month after the as-of day, and rising quantiles.
pub fn forecast_gates(rows: &[ForecastRow], as_of: Date, end: Date) -> Vec<Gate> {
    let practice: Vec<&ForecastRow> =
        rows.iter().filter(|r| (r.survey, r.metric, &*r.segment) == (Survey::Tsr, "current_practice", "SME")).collect();
    let mut months: Vec<Date> = practice.iter().map(|r| r.date).collect();
    months.dedup();
    let wanted = i32::from(end.year() - as_of.year()) * 12 + i32::from(end.month()) - i32::from(as_of.month());
    let falling = rows.windows(2).filter(|w| w[1].quantile > w[0].quantile && w[1].value < w[0].value).count();
    vec![
        at_most(
            "forecast",
            "months without a forecast of TSR's current practice",
            f64::from(wanted) - months.len() as f64,
            0.0,
        ),
        at_most("forecast", "quantiles that fall", falling as f64, 0.0),
    ]
}

/// `gates.csv`.
pub fn gates(gates: &[Gate]) -> CsvTable {
    let mut table = CsvTable::new("gates.csv", "part,check,found,required,passed");
    for g in gates {
        let cells = [g.part.clone(), g.check.clone(), number(g.found), g.required.clone(), g.passed.to_string()];
        table.rows.push(cells.to_vec());
    }
    table
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn variance(values: &[f64]) -> f64 {
    covariance(values, values)
}

fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (x, y) = (mean(a), mean(b));
    a.iter().zip(b).map(|(a, b)| (a - x) * (b - y)).sum::<f64>() / (a.len().max(2) - 1) as f64
}
