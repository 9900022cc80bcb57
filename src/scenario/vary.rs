//! Numbers of a scenario that may be varied: a path in; unit, limits and present value out.

use super::{Loaded, Override, load_text, schema::described};
use crate::{
    error::{Kind, Problem, Problems},
    notation::{
        Dimension, QuantityError,
        numbers::{counts, number_alone, plain, share, two_readings_of},
    },
};

/// A number of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Its path, such as `intervention.managers.scale`.
    pub path: String,
    /// Intervention that it belongs to.
    pub intervention: Option<String>,
    /// Unit, as in the docs' key tables; empty when it has none.
    pub unit: String,
    /// Present value; `None` when the scenario does not say it.
    pub value: Option<f64>,
    /// Smallest and largest value that a scenario may have.
    pub limits: (f64, f64),
    /// Whole numbers only.
    pub whole: bool,
    dimension: Option<Dimension>,
}

/// How far from the present value a range goes when nobody gives one: from a tenth to the thousandfold.
const TIMES: (f64, f64) = (0.1, 1000.0);

impl Number {
    /// Finds a number in a scenario.
    ///
    /// # Errors
    /// What `--set` would say of the path; a path that leads to no number, to an intervention that is off, or to something that
    /// is no part of the policy.
    pub fn find(loaded: &Loaded, path: &str) -> Result<Number, Problems> {
        let usage = |message: String, advice: &str| Problems::from(Problem::error(Kind::Usage, message).advise(advice));
        let shown = path.escape_debug();
        let keys: Vec<&str> = path.split('.').collect();
        const EXAMPLE: &str = "write a path such as intervention.NAME.scale";
        if matches!(keys[0], "run" | "environment") {
            return Err(usage(format!("`{shown}` is no part of the policy: it cannot be varied"), EXAMPLE));
        }
        let Some(schema) = described(&keys) else {
            // Loading with the path set says what is wrong with it, and what is like it.
            let set = Override { flag: format!("--vary {path}"), path: path.to_string(), value: "1".into() };
            load_text(&loaded.scenario.name, &loaded.resolved_toml, &[set])?;
            return Err(usage(format!("`{shown}` is no number"), EXAMPLE));
        };
        let unit = schema["x-unit"].as_str().unwrap_or_default();
        let dimension = Dimension::from_key(unit);
        if !(matches!(schema["type"].as_str(), Some("number" | "integer")) || dimension.is_some()) {
            let what = schema["type"].as_str().unwrap_or("table");
            return Err(usage(format!("`{shown}` is no number but a {what}: it cannot be varied"), EXAMPLE));
        }
        let intervention = (keys[0] == "intervention").then(|| keys[1].to_string());
        let text: toml::Table = loaded.resolved_toml.parse().unwrap_or_default();
        if let Some(name) = &intervention
            && loaded.scenario.interventions.iter().all(|i| i.name != *name)
        {
            let set = Override { flag: format!("--vary {path}"), path: path.to_string(), value: "1".into() };
            load_text(&loaded.scenario.name, &loaded.resolved_toml, &[set])?;
            let message = format!("`{}` is switched off: varying it changes nothing", name.escape_debug());
            return Err(usage(message, "switch it on with --set intervention.NAME.active=true"));
        }
        let largest = dimension.map_or(f64::MAX, Dimension::largest);
        let limit = |key: &str, open: f64| schema[key].as_f64().unwrap_or(open);
        let value = present(&text, &keys).and_then(|value| match (value, dimension) {
            (toml::Value::String(text), Some(dimension)) => dimension.parse(text).ok(),
            (toml::Value::Integer(number), _) => Some(*number as f64),
            (toml::Value::Float(number), _) => Some(*number),
            _ => None,
        });
        Ok(Number {
            path: path.to_string(),
            // A scale that is not written is 1.
            value: value.or((keys.last() == Some(&"scale")).then_some(1.0)),
            intervention,
            unit: unit.to_string(),
            limits: (limit("minimum", if dimension.is_some() { 0.0 } else { f64::MIN }), limit("maximum", largest)),
            whole: schema["type"] == "integer",
            dimension,
        })
    }

    /// Reads a bound of a range: a number, with its unit for money and durations (without, yen and weeks).
    ///
    /// # Errors
    /// What is no number, or lies outside the limits.
    pub fn bound(&self, flag: &str, text: &str) -> Result<f64, Problem> {
        let counted = self.whole || counts(&self.unit) || self.dimension == Some(Dimension::Yen);
        if let Some((decimal, thousands)) = two_readings_of(&plain(text), counted, self.limits.1) {
            let message = format!("`{flag} {}` may mean {decimal} or {thousands}", text.escape_debug());
            return Err(Problem::error(Kind::Usage, message).advise(format!("write {decimal} or {thousands}")));
        }
        let number = if self.unit == "share" { share(text) } else { number_alone(text) };
        let bare = number.filter(|value| value.is_finite());
        let with_unit = self.dimension.filter(|_| bare.is_none()).map(|dimension| (dimension, dimension.parse(text)));
        if let Some((dimension, Err(error @ QuantityError::TwoWays(_)))) = &with_unit {
            let (message, advice) = dimension.explain(error);
            return Err(Problem::error(Kind::Usage, format!("{message} in `{flag}`")).advise(advice));
        }
        let value = bare.or_else(|| with_unit.and_then(|(_, value)| value.ok()));
        let (low, high) = self.limits;
        let advice =
            if high < f64::MAX { format!("write a number from {low} to {high}") } else { "write a number".into() };
        match value.filter(|value| (low..=high).contains(value)) {
            Some(value) => Ok(value),
            None => {
                let message = format!("`{flag} {}` is no value of `{}`", text.escape_debug(), self.path);
                Err(Problem::error(Kind::Usage, message).advise(advice))
            }
        }
    }

    /// The range that is searched when nobody gives one: a share over its limits, anything else from a tenth to the
    /// thousandfold of the present value, within its limits. `None` without a present value above 0.
    pub fn usual_range(&self) -> Option<(f64, f64)> {
        let (low, high) = self.limits;
        if self.unit == "share" {
            return Some((low, high));
        }
        let value = self.value.filter(|value| *value > 0.0)?;
        let round = |value: f64| if self.whole { value.ceil() } else { value };
        // A factor that is no power of two leaves digits behind that nobody wrote.
        let tidy = |value: f64| format!("{value:.12e}").parse().unwrap_or(value);
        Some((round(tidy(value * TIMES.0)).max(low), round(tidy(value * TIMES.1)).min(high)))
    }

    /// The setting that gives it a value.
    pub fn set(&self, value: f64) -> Override {
        let text = match self.dimension {
            Some(dimension) => format!("\"{}\"", dimension.plainly(value)),
            None => value.to_string(),
        };
        Override { flag: format!("--vary {}={value}", self.path), path: self.path.clone(), value: text }
    }
}

/// The value at a path.
fn present<'t>(text: &'t toml::Table, keys: &[&str]) -> Option<&'t toml::Value> {
    let (first, mut rest) = keys.split_first()?;
    let mut value = text.get(*first)?;
    if let (toml::Value::Array(list), Some((name, further))) = (value, rest.split_first()) {
        value = list.iter().find(|item| item.get("name").and_then(toml::Value::as_str) == Some(*name))?;
        rest = further;
    }
    rest.iter().try_fold(value, |value, key| value.get(*key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load;

    #[test]
    fn a_number_is_found_with_unit_limits_and_present_value() {
        let loaded = load("managers_x10", &[]).unwrap();
        let scale = Number::find(&loaded, "intervention.managers.scale").unwrap();
        assert_eq!((scale.value, scale.limits, scale.unit.as_str()), (Some(10.0), (0.0, 1e6), "times"));
        assert_eq!(scale.usual_range(), Some((1.0, 10_000.0)));
        assert_eq!(scale.intervention.as_deref(), Some("managers"));
        let unwritten = Number::find(&loaded, "intervention.awards.scale").unwrap();
        assert_eq!(unwritten.usual_range(), Some((0.1, 1000.0)));
        let budget = Number::find(&loaded, "intervention.managers.budget_per_fiscal_year").unwrap();
        assert_eq!((budget.value, budget.bound("--to", "1 billion yen")), (Some(250e6), Ok(1e9)));
        assert_eq!(budget.set(5e8).value, "\"500000000 yen\"");
        let changed = load_text("x", &loaded.resolved_toml, &[budget.set(5e8)]).unwrap().scenario;
        let managers = changed.interventions.iter().find(|i| i.name == "managers").unwrap();
        assert_eq!(managers.budget_yen_per_fiscal_year, Some(5e8));
        let share = Number::find(&loaded, "intervention.supportnw.support_network.share_sme").unwrap();
        assert_eq!((share.value, share.usual_range()), (Some(0.9), Some((0.0, 1.0))));
        // A point between thousands, in both languages of tables: sixty yen or sixty thousand?
        for bound in ["60.000", "60.000 yen", "６０．０００円"] {
            let said = budget.bound("--to", bound).unwrap_err().to_string().replace(',', "");
            assert!(said.contains("60000"), "{said}");
        }
        assert_eq!(share.bound("--to", "0.125"), Ok(0.125));
        assert!(share.bound("--to", "2").unwrap_err().advice.unwrap().ends_with("from 0 to 1"));
    }

    #[test]
    fn what_cannot_be_varied_is_explained() {
        let loaded = load("no_policy", &[]).unwrap();
        let said = |path: &str| Number::find(&loaded, path).unwrap_err().to_string();
        assert!(said("run.seed").contains("no part of the policy"));
        assert!(said("intervention.managers.scale").contains("switched off"));
        let loaded = load("baseline", &[]).unwrap();
        let said = |path: &str| Number::find(&loaded, path).unwrap_err().to_string();
        assert!(said("intervention.manager.scale").contains("did you mean `managers`?"));
        assert!(said("intervention.managers.scal").contains("did you mean `scale`?"));
        assert!(said("intervention.managers.from").contains("no number but a string"));
        assert!(said("intervention.managers").contains("intervention.NAME.scale") || !said("intervention").is_empty());
    }
}
