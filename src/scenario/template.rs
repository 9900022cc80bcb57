//! The commented scenario that `telework new NAME` writes. A name in, text out.

/// A scenario to start from: it inherits the baseline, changes one measure and adds another.
pub fn template(name: &str) -> String {
    let title = name.replace(['"', '\\'], "'");
    let title: String = title.chars().filter(|c| !c.is_control()).collect();
    format!(
        r#"# A scenario of telework-sim. Check it with `telework check`, run it with `telework run`.
# Every key with its unit and range: docs/scenarios.md. Lines that begin with # are comments.

title = "{title}"
question = "What would ... change by the end of fiscal 2025?"
sources = ["Assumed for this example"]

# Everything that is not changed below is inherited. `baseline.toml` is built into the program.
extends = "baseline.toml"

[run]
replicates = 60
# sample = 60000         # about so many firms, weighted; or: whole = true
# end = 2026-03-31

# [parameters]
# A model parameter that is to be the same in every replicate, such as: peer_strength = 2.0

# Inherited interventions, one line each: "off", "on", or what differs.
[change]
supportnw = {{ scale = 2 }}              # twice the capacity and twice the budget
# managers = "off"

# A new intervention: a name, a period, and one table that says what it does.
[[intervention]]
name = "regional_seminars"
from = 2022-04-01
until = 2026-03-31
target = {{ prefectures = ["Hokkaido", "Fukuoka"], max_employees = 300 }}
budget_per_fiscal_year = "100 million yen"
unit_cost = "85 thousand yen"            # for one delivery, here one participant
delay = "2 weeks"                        # from delivery to effect
half_life = "52 weeks"                   # half of the effect is left after so long
support_network = {{ events_per_year = 100, participants_per_event = 10, windows = 20, share_sme = 1 }}
"#
    )
}
