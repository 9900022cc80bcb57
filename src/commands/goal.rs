//! A target as it is typed, such as `tsr_current_practice[size=large]>=0.7`. Text in, KPI and value out.

use crate::{
    analysis::{Kpi, candidate_kpis},
    error::{Kind, Problem},
    notation::numbers::{number_alone, share},
    observation::IndicatorId,
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
            // Without its end the bracket is a part of no segment.
            Some((id, rest)) => (id.trim(), rest.strip_suffix(']').unwrap_or(name).trim()),
            None => (name, "total"),
        };
        let kpis = candidate_kpis();
        let known = || {
            let known: Vec<String> = kpis.iter().filter(|kpi| kpi.moves()).map(Kpi::id).collect();
            format!("write one of {}", known.join(", "))
        };
        let indicator = IndicatorId::parse(id);
        let Some(kpi) = kpis.iter().find(|kpi| Some(kpi.indicator.id) == indicator && kpi.segment == segment) else {
            return wrong(format!("`{}` is no candidate KPI", name.escape_debug()), known());
        };
        if !kpi.moves() {
            return wrong(format!("`{}` is nothing to aim at: no measure of the model moves it", kpi.id()), known());
        }
        let wanted = if kpi.less_is_better() { "<=" } else { ">=" };
        let is_share = kpi.indicator.unit.contains("share");
        let write = |value: f64| format!("write {}{wanted}{value}", kpi.id());
        let read = if is_share { share(value) } else { number_alone(value) };
        let Some(number) = read.filter(|number| number.is_finite()) else {
            return wrong(format!("`{}` is no number", value.escape_debug()), write(0.5));
        };
        // A difference of two shares can lie below 0.
        let lowest = if kpi.less_is_better() { -1.0 } else { 0.0 };
        if is_share && !(lowest..=1.0).contains(&number) {
            // Whoever writes 34.5 means per cent; 1.5 may be a slip.
            let instead = if (2.0..=100.0).contains(&number) {
                write(number / 100.0)
            } else {
                "write a fraction from 0 to 1, or per cent such as 35%".into()
            };
            return wrong(format!("`{shown}`: {} is a share, and {number} is none", kpi.id()), instead);
        }
        if sign != wanted {
            return wrong(
                format!("`{shown}` asks for `{sign}`, and the aim of {} is `{wanted}`", kpi.id()),
                write(number),
            );
        }
        Ok(Goal { kpi: *kpi, value: number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_wrong_ones_explained() {
        let goal = Goal::parse("tsr_current_practice[size=large] >= 0.7").unwrap();
        assert_eq!((goal.kpi.id().as_str(), goal.value), ("tsr_current_practice[size=large]", 0.7));
        assert_eq!(Goal::parse("mic_introduction>=34.5%").unwrap().value, 0.345);
        assert_eq!(Goal::parse("regional_gap<=0.05").unwrap().kpi.segment, "total");
        for (text, instead) in [
            ("mic_introduction", "mic_introduction>=0.345"),
            ("mic_introduction>=34.5", "write mic_introduction>=0.345"),
            ("mic_introduction<=0.3", "write mic_introduction>=0.3"),
            ("regional_gap>=0.1", "write regional_gap<=0.1"),
            ("telework>=0.1", "write one of mic_introduction, "),
            ("telework_days>=2", "write one of mic_introduction, "),
            ("mic_introduction>=half", "write mic_introduction>=0.5"),
            ("mic_introduction>=NaN", "write mic_introduction>=0.5"),
            ("mic_introduction>=1.0001", "write a fraction from 0 to 1"),
            ("mic_introduction>=3450", "write a fraction from 0 to 1"),
            ("mic_introduction>=-0.5", "write a fraction from 0 to 1"),
            ("tsr_current_practice[size=large>=0.7", "write one of mic_introduction, "),
            ("tsr_current_practice[size=large]]>=0.7", "write one of mic_introduction, "),
            ("regional_gap>=5", "write regional_gap<=0.05"),
        ] {
            let problem = Goal::parse(text).unwrap_err();
            assert!(problem.advice.as_ref().unwrap().contains(instead), "{text}: {problem:?}");
        }
    }
}
