//! The tables of `docs/model.md` are those of the source.
//!
//! `TELEWORK_REWRITE=1 cargo test --test docs` rewrites them; nothing else does.

mod common;

use common::generated::current_parts;
use telework::{
    observation::{Cadence, REGISTRY},
    parameters::TABLE,
};

fn parameters() -> String {
    let mut text = String::from(
        "| name | meaning | unit | range | default | prior mean | prior sd | evidence | source |\n|---|---|---|---|---:|---:|---:|---|---|\n",
    );
    for row in TABLE {
        let evidence = match row.evidence {
            telework::parameters::Evidence::Estimated => row.evidence.to_string(),
            telework::parameters::Evidence::Assumed => format!("*{}*", row.evidence),
        };
        text += &format!(
            "| `{}` | {} | {} | {} to {} | {} | {} | {} | {evidence} | {} |\n",
            row.name,
            row.meaning,
            row.unit,
            row.minimum,
            row.maximum,
            row.default,
            row.prior_mean,
            row.prior_sd,
            row.source
        );
    }
    text
}

fn indicators() -> String {
    let mut text =
        String::from("| id | name | formula | frame | unit | read | candidate KPI |\n|---|---|---|---|---|---|---|\n");
    for row in REGISTRY {
        let cadence = match row.cadence {
            Cadence::Weekly => "every week",
            Cadence::Monthly => "in a month's last week",
            Cadence::Compared => "from two runs",
        };
        let candidate = if row.candidate { "yes" } else { "no" };
        text += &format!(
            "| `{}` | {} | {} | {} | {} | {cadence} | {candidate} |\n",
            row.id, row.name, row.formula, row.frame, row.unit
        );
    }
    text
}

#[test]
fn the_tables_of_the_model_description_are_current() {
    current_parts("docs/model.md", &[("parameters", parameters()), ("indicators", indicators())]);
}

/// A pipe in a cell would break the table.
#[test]
fn no_cell_holds_a_pipe() {
    for text in [parameters(), indicators()] {
        let columns: std::collections::BTreeSet<usize> = text.lines().map(|line| line.matches('|').count()).collect();
        assert_eq!(columns.len(), 1, "{columns:?}");
    }
}
