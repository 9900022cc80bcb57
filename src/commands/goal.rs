//! A target as it is typed, such as `tsr_current_practice[size=large]>=0.7`. Text in, KPI and value out.

use crate::{
    analysis::{Kpi, candidate_kpis},
    error::{Kind, Problem},
};

/// A value that a candidate KPI is to reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// Which.
    pub kpi: Kpi,
    /// Value, in the KPI's unit; shares are fractions.
    pub value: f64,
}

impl Goal {
    /// Reads `NAME>=VALUE` or `NAME[SEGMENT]>=VALUE`, with `<=` for a KPI of which less is better.
    ///
    /// # Errors
    /// What is wrong, and what to write instead.
    pub fn parse(text: &str) -> Result<Goal, Problem> {
        let wrong = |what: String, instead: String| Err(Problem::error(Kind::Usage, what).advise(instead));
        let shown = text.escape_debug();
        let Some((name, sign, value)) = ["<=", ">="].iter().find_map(|sign| {
            let (name, value) = text.split_once(sign)?;
            Some((name.trim(), *sign, value.trim()))
        }) else {
            return wrong(
                format!("`{shown}` is no target: it has no `>=`"),
                "write NAME>=VALUE, such as mic_introduction>=0.345".into(),
            );
        };
        let (id, segment) = match name.split_once('[') {
            Some((id, rest)) => (id.trim(), rest.trim_end_matches(']').trim()),
            None => (name, "total"),
        };
        let kpis = candidate_kpis();
        let Some(kpi) = kpis.iter().find(|kpi| (kpi.indicator.id, kpi.segment) == (id, segment)) else {
            let known: Vec<String> = kpis.iter().map(Kpi::id).collect();
            return wrong(
                format!("`{}` is no candidate KPI", name.escape_debug()),
                format!("write one of {}", known.join(", ")),
            );
        };
        let wanted = if kpi.less_is_better() { "<=" } else { ">=" };
        if sign != wanted {
            return wrong(
                format!("`{shown}` asks for `{sign}`, and the aim of {} is `{wanted}`", kpi.id()),
                format!("write {}{wanted}{value}", kpi.id()),
            );
        }
        let share = kpi.indicator.unit.contains("share");
        match value.parse::<f64>() {
            Ok(value) if value.is_finite() && !(share && value.abs() > 1.0) => Ok(Goal { kpi: *kpi, value }),
            Ok(value) if share && value.is_finite() => wrong(
                format!("`{shown}`: {} is a share, and {value} is above 1", kpi.id()),
                format!("write {}{wanted}{}", kpi.id(), value / 100.0),
            ),
            _ => wrong(format!("`{}` is no number", value.escape_debug()), format!("write {name}{wanted}0.5")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_wrong_ones_explained() {
        let goal = Goal::parse("tsr_current_practice[size=large] >= 0.7").unwrap();
        assert_eq!((goal.kpi.id().as_str(), goal.value), ("tsr_current_practice[size=large]", 0.7));
        assert_eq!(Goal::parse("regional_gap<=0.05").unwrap().kpi.segment, "total");
        for (text, instead) in [
            ("mic_introduction", "mic_introduction>=0.345"),
            ("mic_introduction>=34.5", "write mic_introduction>=0.345"),
            ("mic_introduction<=0.3", "write mic_introduction>=0.3"),
            ("regional_gap>=0.1", "write regional_gap<=0.1"),
            ("telework>=0.1", "write one of mic_introduction, "),
            ("mic_introduction>=half", "write mic_introduction>=0.5"),
            ("mic_introduction>=NaN", "write mic_introduction>=0.5"),
        ] {
            let problem = Goal::parse(text).unwrap_err();
            assert!(problem.advice.as_ref().unwrap().contains(instead), "{text}: {problem:?}");
        }
    }
}
