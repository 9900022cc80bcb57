//! Every picture holds its title, its unit and one mark a row.

use super::*;
use crate::{calibration::certificate::tests::certificate, data::Data, observation::Survey};
use jiff::civil::date;

/// Two fans of a year: TSR practice of large firms and JPC's rate, rising from 0.5 and 0.2.
fn forecast() -> Vec<ForecastRow> {
    let series = [
        (Survey::Tsr, "current_practice", "size", "large", 0.5),
        (Survey::Jpc, "telework_rate", "total", "all employees", 0.2),
    ];
    let mut rows = Vec::new();
    for (survey, metric, segment_type, segment, level) in series {
        for month in 5..=12 {
            for step in 1..=19 {
                let quantile = f64::from(step) / 20.0;
                let value = level + f64::from(month) / 200.0 + (quantile - 0.5) * f64::from(month) / 50.0;
                let (segment, date) = (segment.to_string(), date(2021, month, 28));
                rows.push(ForecastRow { survey, metric, segment_type, segment, date, quantile, value });
            }
        }
    }
    rows
}

fn count(svg: &str, tag: &str, with: &str) -> usize {
    svg.lines().filter(|line| line.starts_with(tag) && line.contains(with)).count()
}

/// Marks in two colours: discs and rings are drawn with two circles each, vermilion diamonds with three areas of which two
/// have a colour when they are full.
#[test]
fn each_picture_has_its_title_its_unit_and_a_mark_for_each_row() {
    let observations = Data::embedded().unwrap().observations;
    let sheets = sheets(&certificate(), &forecast(), &observations);
    // Name, title, unit, circles of rows, circles of the key.
    let expected = [
        // Three sweeps in four traces, two in that of the surrogate; twelve cells, one of them a diamond.
        ("1_convergence", "Convergence of the sampler", "Accepted proposals (per cent)", 3 * 4 + 2 + 11, 1),
        // Four figures, one of them a diamond.
        ("2_predictive_tsr_by_size", "TSR firm survey, practice by size", "SMEs, per cent", 3, 2),
        ("2_predictive_1", "published figures, page 1 of 2", "per cent", 1, 2),
        ("2_predictive_2", "published figures, page 2 of 2", "days", 1, 2),
        // Two parameters, two intervals each.
        ("3_recovery", "Recovery of synthetic truths", "(per cent)", 4, 2),
        ("4_identifiability_1", "prior and posterior by parameter", "prior standard deviations", 3, 2),
        ("4_correlations", "strong posterior correlations", "correlation of the posterior draws", 1, 1),
        ("4_profiles", "profiles of weak parameters", "log posterior", 3, 0),
        // Two KPIs under three sets, one of them in rings and one in diamonds; days are left out.
        ("4_priors", "KPIs of FY2025 under other priors", "per cent", 2 + 2, 2),
        ("5_held_out_region_tokyo_1", "Held out: Tokyo area", "per cent", 4, 1),
        ("5_held_out_scores", "mean scores by forecaster", "percentage points", 0, 0),
        // Published by April 2021: TSR waves 6, 8, 10 and 14 of large firms, JPC waves 1, 3, 4 and 5.
        ("6_forecast", "Forecast of the surveys by month", "per cent", 4 + 4, 1),
    ];
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, expected.map(|e| e.0));
    for ((name, svg), (_, title, unit, marks, key)) in sheets.iter().zip(expected) {
        let words = svg.replace('\n', " ");
        for text in [title, unit, "telework-sim", "as of 2021-04-30", "certificate: 2 of 4 gates fail"] {
            assert!(words.contains(text), "{name} lacks {text}");
        }
        assert_eq!(count(svg, "<circle", ""), 2 * (marks + key), "{name}");
        assert!(!svg.contains("NaN") && !svg.contains("\"inf"), "{name} has a place that is no number");
        canvas::rasterised(svg).unwrap();
    }
    // Rows that miss are vermilion diamonds: besides the badge and the key's one, each has two vermilion areas.
    let vermilion = |name: &str| {
        let (_, svg) = sheets.iter().find(|(n, _)| n == name).unwrap();
        (count(svg, "<polygon", "#D55E00") - 1) / 2 - 1
    };
    assert_eq!(["1_convergence", "2_predictive_tsr_by_size", "2_predictive_1"].map(vermilion), [1, 1, 1]);
}

#[test]
fn tables_without_rows_give_no_picture() {
    let mut certificate = certificate();
    certificate.trace.clear();
    certificate.convergence.clear();
    certificate.predictive.clear();
    certificate.recovery.clear();
    certificate.identifiability.clear();
    certificate.correlations.clear();
    certificate.profiles.clear();
    certificate.prior_sensitivity.clear();
    certificate.held_out.clear();
    assert_eq!(certificate_pictures(&certificate, &[], &[]).unwrap().len(), 0);
}

/// A certificate without a failing gate carries no badge.
#[test]
fn only_failing_certificates_are_marked() {
    let mut certificate = certificate();
    certificate.gates.retain(|gate| gate.passed);
    for (name, svg) in sheets(&certificate, &[], &[]) {
        assert!(!svg.contains("gates fail"), "{name}");
    }
}

/// An evaluation has a posterior for each origin and no gates: its pictures name the days, and none is marked.
#[test]
fn an_evaluation_names_its_origins() {
    let mut certificate = certificate();
    certificate.gates.clear();
    certificate.about.retain(|entry| entry.name == "as_of");
    certificate.held_out.iter_mut().for_each(|row| row.experiment = "2020-07-31".to_string());
    let all = sheets(&certificate, &[], &[]);
    let (_, svg) = all.iter().find(|(name, _)| name == "5_held_out_scores").unwrap();
    assert!(svg.contains("Posteriors as of 2020-07-31") && !svg.contains("gates fail"), "{svg}");
}
