//! What every output says of its parameters: draws or one point, and whether the posterior's certificate holds.
//! [`ParameterSource`] in, words out.

use crate::{
    data::{Gate, Posterior},
    engine::{ParameterChoice, ParameterSource},
    error::{Kind, Problem},
};

/// What `figures` (such as `Ranges`) over the replicates hold, and how the certificate stands, as one sentence.
pub fn caveat(figures: &str, basis: ParameterSource) -> String {
    let point = "ONE PARAMETER SET (--point)";
    let few = figures.to_lowercase();
    let hold = match (basis.choice, basis.scenario.run.replicates) {
        (ParameterChoice::Posterior, 0 | 1) => {
            format!("One replicate: no {few}; luck and the uncertainty of parameters are not shown")
        }
        (ParameterChoice::Point, 0 | 1) => format!("{point}, one replicate: no {few}"),
        (ParameterChoice::Posterior, n) => {
            format!("{figures} over {n} replicates: parameters, luck and later infections")
        }
        (ParameterChoice::Point, n) => {
            format!("{point}: {few} over {n} replicates hold luck and later infections only")
        }
    };
    format!("{hold}; certificate: {}.", certificate(basis.posterior))
}

/// How many gates of the certificate hold, in a few words.
pub fn certificate(posterior: &Posterior) -> String {
    match (posterior.failing().count(), posterior.gates.len()) {
        (_, 0) => "none, no gate was checked".to_string(),
        (0, all) => format!("all {all} gates passed"),
        (failing, all) => format!("{failing} of {all} gates fail"),
    }
}

/// Each failing gate in words.
pub fn failing_gates(posterior: &Posterior) -> Vec<String> {
    let words = |gate: &Gate| {
        let Gate { part, check, found, required, .. } = gate;
        format!("{part}: {check} (found {found}, required {required})")
    };
    posterior.failing().map(words).collect()
}

/// A warning when the certificate does not hold.
pub fn uncertified(posterior: &Posterior) -> Option<Problem> {
    if posterior.failing().next().is_none() && !posterior.gates.is_empty() {
        return None;
    }
    let message = format!("certificate of the posterior: {}", certificate(posterior));
    Some(
        Problem::warning(Kind::Data, message).advise(
            "do not rely on ranges made from it; every output carries this mark, and the report names each gate",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{data::Data, scenario};

    #[test]
    fn a_posterior_without_gates_or_with_failing_ones_is_not_called_certified() {
        let mut posterior = Data::embedded().unwrap().posterior;
        let gate = |check: &str, passed| Gate {
            part: "recovery".into(),
            check: check.into(),
            found: 0.5,
            required: ">= 0.8".into(),
            passed,
        };
        posterior.gates = vec![gate("a", true), gate("b", true)];
        assert_eq!(certificate(&posterior), "all 2 gates passed");
        assert_eq!(uncertified(&posterior), None);
        posterior.gates.push(gate("coverage", false));
        assert_eq!(certificate(&posterior), "1 of 3 gates fail");
        let warning = uncertified(&posterior).unwrap().message;
        assert!(warning.ends_with("1 of 3 gates fail"), "{warning}");
        assert_eq!(failing_gates(&posterior), ["recovery: coverage (found 0.5, required >= 0.8)"]);
        posterior.gates.clear();
        assert!(certificate(&posterior).starts_with("none") && uncertified(&posterior).is_some());
    }

    #[test]
    fn one_replicate_has_no_ranges_and_a_point_says_so_with_any_number() {
        let data = Data::embedded().unwrap();
        let mut scenario = scenario::load("baseline", &[]).unwrap().scenario;
        for (replicates, source, expected) in [
            (1, ParameterChoice::Posterior, "One replicate: no ranges"),
            (1, ParameterChoice::Point, "ONE PARAMETER SET (--point), one replicate"),
            (
                9,
                ParameterChoice::Posterior,
                "Ranges over 9 replicates: parameters, luck and later infections; certificate: ",
            ),
            (
                9,
                ParameterChoice::Point,
                "ONE PARAMETER SET (--point): ranges over 9 replicates hold luck and later infections only",
            ),
        ] {
            scenario.run.replicates = replicates;
            let said =
                caveat("Ranges", ParameterSource { choice: source, scenario: &scenario, posterior: &data.posterior });
            assert!(said.starts_with(expected), "{said}");
        }
    }
}
