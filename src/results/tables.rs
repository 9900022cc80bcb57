//! The parameters of each replicate and the candidate KPIs as CSV, and how fields are written.
//!
//! Every number is written in the shortest form that reads back as the same number. Missing numbers are empty fields.

use super::caveat::certificate;
use crate::{analysis::KpiYear, engine::ParameterSource, parameters::TABLE};
use std::{
    fmt::Display,
    io::{self, Write},
};

/// File name of the candidate KPIs by fiscal year.
pub const KPI: &str = "kpi.csv";

/// File name of the parameters of each replicate.
pub const DRAWS: &str = "draws.csv";

/// Writes the parameters of each replicate, so that each can be repeated from the run folder alone.
pub fn write_draws(out: &mut dyn Write, basis: ParameterSource) -> io::Result<()> {
    let names: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
    writeln!(out, "replicate,parameters,draw,{}", names.join(","))?;
    for replicate in 0..basis.scenario.run.replicates {
        write!(out, "{replicate},{},{}", basis.choice.key(), number(basis.draw(replicate)))?;
        let parameters = basis.parameters(replicate);
        for name in &names {
            write!(out, ",{}", number(parameters.get(name)))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes the candidate KPIs of scenarios by fiscal year, with the scenario's name in front. The basis is that of the first.
pub fn write_kpis(out: &mut dyn Write, scenarios: &[(&str, &[KpiYear])], basis: ParameterSource) -> io::Result<()> {
    for (place, (scenario, kpi)) in scenarios.iter().enumerate() {
        let mut table = Vec::new();
        write_kpi(&mut table, kpi, Some(basis))?;
        let mut lines = std::str::from_utf8(&table).map_err(io::Error::other)?.lines();
        let header = lines.next().unwrap_or_default();
        if place == 0 {
            writeln!(out, "scenario,{header}")?;
        }
        for line in lines {
            writeln!(out, "{},{line}", field(scenario))?;
        }
    }
    Ok(())
}

/// Writes the candidate KPIs by fiscal year. Golden results are without a basis: they are made at the point, and must
/// not change with the certificate of a posterior that they do not use.
pub fn write_kpi(out: &mut dyn Write, kpi: &[KpiYear], basis: Option<ParameterSource>) -> io::Result<()> {
    let (names, rests_on) = match basis {
        Some(basis) => {
            let certificate = field(&certificate(basis.posterior));
            let certificate = format!(",{},{certificate}", basis.choice.key());
            (
                ",as_published_median,as_published_low_5,as_published_high_95,level_80,parameters,certificate",
                Some(certificate),
            )
        }
        None => ("", None),
    };
    writeln!(
        out,
        "kpi,segment,frame,fiscal_year,as_of,unit,median,low_5,high_95,replicates,published,published_by,\
         published_for{names}"
    )?;
    for year in kpi {
        let [low, _, median, _, high] = year.quantiles;
        let rests_on = rests_on.as_ref().map_or_else(String::new, |rests_on| {
            let [low, _, median, _, high] = year.as_published.map(finite);
            format!(",{median},{low},{high},{}{rests_on}", finite(year.level_80))
        });
        writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{},{}{rests_on}",
            year.kpi.indicator.id,
            field(year.kpi.segment),
            field(year.kpi.indicator.frame),
            year.fiscal_year,
            year.as_of,
            field(year.kpi.indicator.unit),
            finite(median),
            finite(low),
            finite(high),
            year.replicates,
            number(year.published.map(|(_, value)| value)),
            year.published.and(year.kpi.published).map_or("", |by| by.survey.id()),
            number(year.published.map(|(date, _)| date)),
        )?;
    }
    Ok(())
}

/// A text field, quoted when it has to be.
pub(super) fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}

pub(super) fn number<T: Display>(value: Option<T>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

pub(super) fn finite(value: f64) -> String {
    number(value.is_finite().then_some(value))
}
