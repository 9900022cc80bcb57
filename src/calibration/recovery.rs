//! Recovery of known truths: simulation-based calibration (Talts et al. 2018). Truths drawn from the prior, figures
//! drawn from the model at the truth, each fitted again; ranks and coverage out.

use super::{
    likelihood::Likelihood,
    sampler::SamplerState,
    space::Space,
    tables::{CsvTable, at_least, at_most, number},
};
use crate::{
    data::Gate,
    random::{Key, Purpose},
    statistics::{normal_cdf, normal_quantile, quantile_sorted, uniform_ranks},
};

/// Draws of a posterior that a truth is ranked among; thinned over the last sweeps, so that they are nearly independent.
pub const RANKED_AMONG: usize = 99;

/// A truth from the prior.
pub fn truth(space: &Space, number: usize, seed: u64) -> Vec<f64> {
    let key = Key::new(seed, number as u32);
    (0..space.len()).map(|d| key.normal(d as u32, 0, Purpose::Calibration)).collect()
}

/// The figures that would have been published if a truth were true: its simulated ones, with errors as the predictive law has
/// them.
pub fn published(
    space: &Space,
    likelihood: &Likelihood,
    z: &[f64],
    simulated: &[f64],
    number: usize,
    seed: u64,
) -> Likelihood {
    let key = Key::new(seed, number as u32);
    let normals: Vec<f64> = (0..simulated.len()).map(|i| key.normal(i as u32, 1, Purpose::Calibration)).collect();
    let values = likelihood.drawn(space, z, simulated, &normals);
    likelihood.with_values(&values)
}

/// The header of `recovery.csv`.
pub fn table() -> CsvTable {
    CsvTable::new("recovery.csv", "truth,parameter,value,rank,draws,inside_50,inside_90")
}

/// One fit's ranks: a row a dimension.
pub fn rows(space: &Space, state: &SamplerState, truth: &[f64], truth_number: usize) -> Vec<Vec<String>> {
    let points: Vec<&Vec<f64>> = state.kept.iter().flatten().collect();
    let step = points.len() as f64 / RANKED_AMONG as f64;
    let thinned: Vec<&Vec<f64>> = (0..RANKED_AMONG).map(|i| points[((i as f64 + 0.5) * step) as usize]).collect();
    let row = |d: usize| {
        let rank = thinned.iter().filter(|z| z[d] < truth[d]).count();
        let mut all: Vec<f64> = points.iter().map(|z| z[d]).collect();
        all.sort_by(f64::total_cmp);
        let inside = |low: f64, high: f64| {
            let q = |q| quantile_sorted(&all, q).unwrap_or(f64::NAN);
            (q(low)..=q(high)).contains(&truth[d]).to_string()
        };
        vec![
            truth_number.to_string(),
            space.name(d),
            number(truth[d]),
            rank.to_string(),
            RANKED_AMONG.to_string(),
            inside(0.25, 0.75),
            inside(0.05, 0.95),
        ]
    };
    (0..space.len()).map(row).collect()
}

/// Gates over all truths. Ranks of one fit's parameters hang together, so that the test over all of them is a screen; coverage
/// is judged by its distance from what it should be, in standard errors that count truths, not parameters.
pub fn gates(table: &CsvTable) -> Vec<Gate> {
    let column = |name: &str| table.header.iter().position(|h| h == name).unwrap_or(0);
    let (of_truth, rank, narrow, wide) = (column("truth"), column("rank"), column("inside_50"), column("inside_90"));
    let ranks: Vec<usize> = table.rows.iter().filter_map(|row| row[rank].parse().ok()).collect();
    let mut truths: Vec<&str> = table.rows.iter().map(|row| row[of_truth].as_str()).collect();
    truths.dedup();
    let enough = at_least("recovery", "synthetic truths fitted", truths.len() as f64, 200.0);
    if truths.is_empty() {
        return vec![enough];
    }
    let parameters = table.rows.len() / truths.len();
    let share = |which: usize| {
        table.rows.iter().filter(|row| row[which] == "true").count() as f64 / table.rows.len().max(1) as f64
    };
    // Mean of the standardised distance of each parameter's mean rank from the middle.
    let z = mean_rank_distance(table, rank);
    vec![
        enough,
        at_most(
            "recovery",
            "bias of a parameter that is found nine times in ten, posterior standard deviations",
            bias_found(truths.len(), parameters),
            0.5,
        ),
        at_least(
            "recovery",
            "p-value of uniform ranks, all parameters",
            uniform_ranks(&ranks, RANKED_AMONG + 1).unwrap_or(0.0),
            0.001,
        ),
        at_least("recovery", "smallest p-value of a parameter's mean rank, times the number of parameters", z, 0.01),
        at_least("recovery", "truths inside their 90 % interval, share", share(wide), 0.86),
        at_most("recovery", "truths inside their 90 % interval, share (not too wide)", share(wide), 0.94),
        at_least("recovery", "truths inside their 50 % interval, share", share(narrow), 0.44),
        at_most("recovery", "truths inside their 50 % interval, share (not too wide)", share(narrow), 0.56),
    ]
}

/// Bias, in standard deviations of the posterior, that the test of mean ranks finds in nine of ten sets of so many truths, at the
/// level of 0.01 shared by all parameters. A normal posterior shifted by a small b shifts the mean rank by b / (2 sqrt pi); the
/// mean of n uniform ranks has the standard deviation 1 / sqrt(12 n).
fn bias_found(truths: usize, parameters: usize) -> f64 {
    let level = 0.01 / (2.0 * parameters.max(1) as f64);
    let distance = normal_quantile(1.0 - level) + normal_quantile(0.9);
    2.0 * std::f64::consts::PI.sqrt() * distance / (12.0 * truths.max(1) as f64).sqrt()
}

/// Smallest two-sided p-value of a parameter's mean rank (a mean of uniforms is nearly normal from a dozen on), times the
/// number of parameters (Bonferroni), at most 1.
fn mean_rank_distance(table: &CsvTable, rank: usize) -> f64 {
    let mut parameters: Vec<&str> = table.rows.iter().map(|row| row[1].as_str()).collect();
    parameters.sort_unstable();
    parameters.dedup();
    let smallest = parameters.iter().map(|name| {
        let places: Vec<f64> = table
            .rows
            .iter()
            .filter(|row| row[1] == *name)
            .filter_map(|row| Some((row[rank].parse::<f64>().ok()? + 0.5) / (RANKED_AMONG as f64 + 1.0)))
            .collect();
        let n = places.len() as f64;
        let off = (places.iter().sum::<f64>() / n - 0.5).abs() * (12.0 * n).sqrt();
        2.0 * normal_cdf(-off)
    });
    (smallest.fold(1.0, f64::min) * parameters.len() as f64).min(1.0)
}
