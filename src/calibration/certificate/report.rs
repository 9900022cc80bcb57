//! The certificate as text: gates by part, then what stands behind each part. [`Certificate`] in, text out.

use super::{
    Certificate, Converged, Coverage, PARTS, PRIOR_KEPT, Predicted, UnderPriors, distinct,
    names::{experiment_name, figure, forecaster_name, is_share, short_wave, spaced, survey_name},
    summary::median,
};
use crate::data::TABLES;
use std::fmt::Write;

/// Rows of a list of worst or strongest.
const SHOWN: usize = 10;

/// The whole text; its first line is the verdict.
pub fn report(certificate: &Certificate) -> String {
    let mut text = format!("CERTIFICATE: {}\n\n", certificate.verdict());
    let about = |name: &str| certificate.about(name).map(|value| format!(", {} {value}", spaced(name)));
    let details: String =
        ["draws", "particles", "evaluations", "seed", "sample"].iter().filter_map(|n| about(n)).collect();
    let _ = writeln!(text, "Posterior as of {}{details} ({})\n", certificate.as_of, certificate.folder);
    gates(&mut text, certificate);
    for (i, (part, name)) in PARTS.iter().enumerate() {
        let _ = writeln!(text, "{}. {name}", i + 1);
        let before = text.len();
        match *part {
            "convergence" => convergence(&mut text, certificate),
            "predictive" => predictive(&mut text, certificate),
            "recovery" => recovery(&mut text, certificate),
            "identifiability" => identifiability(&mut text, certificate),
            "held_out" => held_out(&mut text, certificate),
            _ => text.push_str("  telework validate --forecast FILE.csv writes and plots it\n"),
        }
        if text.len() == before {
            text.push_str("  no figures in the tables\n");
        }
        text.push('\n');
    }
    // Tables may hold anything; a terminal should not obey it.
    text
}

/// Gates by part; parts and gates that fail come first.
fn gates(text: &mut String, certificate: &Certificate) {
    // Not a part of what is published with a posterior: it follows from the tables at hand.
    let tables = [(TABLES, "Data tables")];
    let mut parts: Vec<_> =
        PARTS.iter().chain(&tables).map(|(part, name)| (certificate.gates_of(part), name)).collect();
    parts.sort_by_key(|(gates, _)| gates.iter().all(|gate| gate.passed));
    let width = certificate.gates.iter().map(|gate| gate.check.chars().count()).max().unwrap_or(0);
    text.push_str("Gates\n");
    for (gates, name) in parts.iter().filter(|(gates, _)| !gates.is_empty()) {
        let _ = writeln!(text, "  {name}");
        for gate in gates {
            let word = if gate.passed { "PASS" } else { "FAIL" };
            let (check, found, required) = (&gate.check, number(gate.found), &gate.required);
            let _ = writeln!(text, "    {word}  {check:<width$}  found {found}, required {required}");
        }
    }
    let unchecked: Vec<&str> = certificate.unchecked().collect();
    if !unchecked.is_empty() {
        let _ = writeln!(text, "  No gate checks: {}", unchecked.join(", "));
    }
    text.push('\n');
}

fn convergence(text: &mut String, certificate: &Certificate) {
    if let Some(last) = certificate.trace.last() {
        let (sweeps, evaluations) = (certificate.trace.len(), last.evaluations);
        let _ = writeln!(
            text,
            "  {sweeps} sweeps, {evaluations} evaluations; at the end temperature {}, ESS {}, acceptance {:.0} %",
            number(last.temperature),
            number(last.ess),
            last.acceptance * 100.0
        );
    }
    let rows = &certificate.convergence;
    let mut extreme = |name: &str, row: Option<&Converged>, value: fn(&Converged) -> f64| {
        if let Some(row) = row {
            let _ = writeln!(text, "  {name:<22} {:<8} {}", number(value(row)), row.parameter);
        }
    };
    extreme("largest R-hat", rows.iter().max_by(|a, b| a.r_hat.total_cmp(&b.r_hat)), |r| r.r_hat);
    extreme("smallest ESS (bulk)", rows.iter().min_by(|a, b| a.ess_bulk.total_cmp(&b.ess_bulk)), |r| r.ess_bulk);
    extreme("smallest ESS (tails)", rows.iter().min_by(|a, b| a.ess_tail.total_cmp(&b.ess_tail)), |r| r.ess_tail);
    extreme("smallest jump", rows.iter().min_by(|a, b| a.jump.total_cmp(&b.jump)), |r| r.jump);
}

/// Name of some figures and whether one is among them.
type Group = (&'static str, fn(&Predicted) -> bool);

fn predictive(text: &mut String, certificate: &Certificate) {
    let rows = &certificate.predictive;
    let groups: [Group; 3] = [
        ("TSR practice by size", |row| row.is_tsr_by_size()),
        ("all fitted figures", |row| row.fitted),
        ("figures not fitted", |row| !row.fitted),
    ];
    for (name, belongs) in groups {
        let of = || rows.iter().filter(|row| belongs(row));
        let shares: Vec<f64> = of().filter(|row| is_share(&row.metric)).map(|row| row.off().abs()).collect();
        let mean = shares.iter().sum::<f64>() / shares.len() as f64 * 100.0;
        let coverage: Coverage = of().map(|row| (row.inside_50, row.inside_90)).collect();
        if coverage.figures > 0 {
            let error =
                if shares.is_empty() { String::new() } else { format!("; mean absolute error {mean:.1} points") };
            let _ = writeln!(text, "  {name}: {}{error}", covered(coverage));
        }
    }
    let worst = certificate.worst_misfits();
    if !worst.is_empty() {
        text.push_str("  Worst misfits (z: published less expected, in predictive standard deviations)\n");
    }
    for row in worst.iter().take(SHOWN) {
        let off = match is_share(&row.metric) {
            true => format!("{:+.1} points", row.off() * 100.0),
            false => format!("{:+.2}", row.off()),
        };
        let _ = writeln!(
            text,
            "    z {:+.1}  {off:>12}  {}, {}, {}: {}; published {}, expected {}{}",
            row.standardised,
            survey_name(&row.survey),
            short_wave(&row.wave),
            spaced(&row.metric),
            row.segment,
            figure(row.published, &row.metric),
            figure(row.expected, &row.metric),
            if row.fitted { "" } else { " (not fitted)" },
        );
    }
    let furthest = certificate.agreement.iter().max_by(|a, b| a.difference.abs().total_cmp(&b.difference.abs()));
    if let Some(row) = furthest {
        let middle = median(certificate.agreement.iter().map(|row| row.difference.abs()).collect()).unwrap_or_default();
        let _ = writeln!(
            text,
            "  Fitting sample against the whole population, {} figures: median difference {:.2} points, largest {:+.2} \
             ({}, {}, {}, {})",
            certificate.agreement.len(),
            middle * 100.0,
            row.difference * 100.0,
            survey_name(&row.survey),
            short_wave(&row.wave),
            spaced(&row.metric),
            row.segment
        );
    }
}

fn recovery(text: &mut String, certificate: &Certificate) {
    let rows = &certificate.recovery;
    let all: Coverage = rows.iter().map(|row| (row.inside_50, row.inside_90)).collect();
    if all.figures == 0 {
        return;
    }
    let truths = rows.iter().map(|row| row.truth).collect::<std::collections::BTreeSet<_>>().len();
    let parameters = certificate.recovered_parameters();
    let _ = writeln!(text, "  {truths} synthetic truths, {} parameters: {}", parameters.len(), covered(all));
    let worst: Vec<String> =
        parameters.iter().take(3).map(|(name, c)| format!("{name} {} of {}", c.inside_90, c.figures)).collect();
    let _ = writeln!(text, "  Least often inside 90 %: {}", worst.join(", "));
}

fn identifiability(text: &mut String, certificate: &Certificate) {
    let rows = certificate.by_contraction();
    if let Some(middle) = median(rows.iter().map(|row| row.contraction).collect()) {
        let _ = writeln!(text, "  {} parameters; median contraction {middle:.2}", rows.len());
    }
    let strongest: Vec<String> =
        rows.iter().take(5).map(|row| format!("{} {:.2}", row.parameter, row.contraction)).collect();
    if !strongest.is_empty() {
        let _ = writeln!(text, "  Most learnt: {}", strongest.join(", "));
    }
    let kept: Vec<&str> = rows.iter().filter(|row| row.prior_kept()).map(|row| row.parameter.as_str()).collect();
    if !kept.is_empty() {
        let _ = writeln!(text, "  *assumed: prior kept* (contraction below {PRIOR_KEPT}), {}:", kept.len());
        for line in wrapped(&kept.join(", "), 112) {
            let _ = writeln!(text, "    {line}");
        }
    }
    let mut correlations: Vec<_> = certificate.correlations.iter().collect();
    correlations.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
    if !correlations.is_empty() {
        text.push_str("  Strongest correlations\n");
    }
    for row in correlations.iter().take(SHOWN) {
        let _ = writeln!(text, "    {:+.2}  {} and {}", row.correlation, row.first, row.second);
    }
    prior_sensitivity(text, certificate);
}

/// The median and 90 % range of every KPI that is a share in the last year, under each set of priors.
fn prior_sensitivity(text: &mut String, certificate: &Certificate) {
    let rows = certificate.last_under_priors();
    let Some(first) = rows.first() else { return };
    let sets = distinct(rows.iter().map(|row| row.priors.as_str()));
    let year = first.fiscal_year;
    let _ = writeln!(text, "  FY{year} as published under other priors, per cent: median (90 % range)");
    let heads: String = sets.iter().map(|set| format!("{:>22}", spaced(set))).collect();
    let width = rows.iter().map(|row| row.label().chars().count()).max().unwrap_or(0);
    let _ = writeln!(text, "    {:<width$}{heads}", "");
    let mut furthest = (0.0, String::new());
    for same in rows.chunk_by(|a, b| (&a.kpi, &a.segment) == (&b.kpi, &b.segment)) {
        let cell = |row: &&UnderPriors| {
            let [median, low, high] = [row.median, row.low_5, row.high_95].map(|value| value * 100.0);
            format!("{:>22}", format!("{median:.1} ({low:.1} to {high:.1})"))
        };
        let cells: String = same.iter().map(cell).collect();
        let _ = writeln!(text, "    {:<width$}{cells}", same[0].label());
        for row in same {
            let off = 100.0 * (row.median - same[0].median).abs();
            if off > furthest.0 {
                furthest = (off, format!("{}: {}", spaced(&row.priors), row.label()));
            }
        }
    }
    if furthest.0 > 0.0 {
        let _ = writeln!(text, "    Furthest median: {:.1} points off, {}", furthest.0, furthest.1);
    }
}

/// The held-out forecasts of a certificate in words.
pub fn scored(certificate: &Certificate) -> String {
    let mut text = String::new();
    held_out(&mut text, certificate);
    text
}

fn held_out(text: &mut String, certificate: &Certificate) {
    for experiment in certificate.experiments() {
        let _ = writeln!(text, "  {} (points; smaller is better)", experiment_name(experiment));
        let _ = writeln!(
            text,
            "    {:<24}{:>8}{:>8}{:>16}{:>14}   paired test: model less this one",
            "forecaster", "figures", "CRPS", "interval score", "inside 90 %"
        );
        for score in certificate.scores(experiment) {
            let test = certificate
                .held_out_tests
                .iter()
                .find(|test| test.experiment == experiment && test.against == score.forecaster);
            let test = test.map_or_else(String::new, |test| {
                let p = test.p_value.map_or_else(String::new, |p| format!(", p = {}", number(p)));
                format!("   {:+.2}{p} ({} figures)", test.mean_difference_crps * 100.0, test.figures)
            });
            let inside = format!("{} of {}", score.inside_90, score.figures);
            let _ = writeln!(
                text,
                "    {:<24}{:>8}{:>8.2}{:>16.2}{inside:>14}{test}",
                forecaster_name(score.forecaster),
                score.figures,
                score.crps * 100.0,
                score.interval_score * 100.0
            );
        }
        for score in certificate.scores.iter().filter(|s| s.experiment == experiment && s.forecaster == "model") {
            let _ = writeln!(
                text,
                "    model, {:<14}{:>4} figures  WIS {:.2}  inside 50 %: {:.0} %, 90 %: {:.0} %  width {:.1}  PIT {:.2}",
                score.horizon,
                score.figures,
                score.weighted_interval_score * 100.0,
                score.inside_50 * 100.0,
                score.inside_90 * 100.0,
                score.width_90 * 100.0,
                score.pit_mean
            );
        }
        for pool in certificate.pools.iter().filter(|pool| pool.experiment == experiment) {
            let better = if pool.pool_ratio < 1.0 { "better than" } else { "no better than" };
            let _ = writeln!(
                text,
                "    beside {:<24} the model deserves a weight of {:.2}; the pool is {better} the model ({:.2})",
                forecaster_name(&pool.against),
                pool.weight,
                pool.pool_ratio
            );
        }
    }
}

/// `210 figures, 52 % inside the 50 % interval, 91 % inside the 90 % interval`.
fn covered(c: Coverage) -> String {
    let share = |inside: usize| format!("{:.0} %", inside as f64 / c.figures as f64 * 100.0);
    let (half, ninety) = (share(c.inside_50), share(c.inside_90));
    format!("{} figures, {half} inside the 50 % interval, {ninety} inside the 90 % interval", c.figures)
}

/// At most three decimals, whole numbers without.
fn number(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.001 {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Lines of at most `width` characters, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}
