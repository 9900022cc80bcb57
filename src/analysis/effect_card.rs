//! What the assumed effect of a measure comes to in the model, firm for firm: a measure in, additional starts per 100 firms
//! reached out.
//!
//! The measure is the only one there is. It runs in fiscal 2021, many times as large as in reality, so that what it does
//! stands out from chance; the same run without it is taken away.

use crate::{
    calendar::Week,
    data::Data,
    engine::{Options, Series, simulate},
    error::{Kind, Problem, Problems},
    observation::Observe,
    parameters::Parameters,
    population::Population,
    scenario::{Scenario, load_text},
};

/// Fiscal 2021 in weeks: 5 April 2021 and its end, the week a year later, and the end of fiscal 2025.
const LAST_WEEKS: [Week; 2] = [Week(116), Week(325)];

/// What a measure comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectCard {
    /// Firms reached.
    pub reached: f64,
    /// Firms more that have started by the end of fiscal 2021, per 100 reached.
    pub starts_first_year: f64,
    /// Firms more that have started by the end of fiscal 2025, per 100 reached.
    pub starts_fifth_year: f64,
    /// Firms more that practise at the end of fiscal 2025, per 100 reached.
    pub practising_fifth_year: f64,
    /// Yen spent for each firm more that has started by the end of fiscal 2025; `None` when none has, or nothing was spent.
    pub yen_per_start: Option<f64>,
}

/// The scenario of a card: the declarations as known in April 2021, and the lines of one `[[intervention]]`, without its
/// name and period.
///
/// # Errors
/// What is wrong with the lines.
pub fn card_scenario(lines: &str) -> Result<Scenario, Problems> {
    let text = format!(
        "title = \"Effect card\"\nquestion = \"What does the measure do?\"\nsources = [\"Assumed\"]\n\
         [[intervention]]\nname = \"declarations\"\nemergency_declaration = {{ known_on = 2021-04-30 }}\n\
         [[intervention]]\nname = \"measure\"\nfrom = 2021-04-05\nuntil = 2022-04-03\n{lines}\n"
    );
    Ok(load_text("card", &text, &[])?.scenario)
}

/// Firms that have started, and that practise, at the end of each of the weeks.
fn firms(series: &Series) -> [[f64; 2]; 2] {
    LAST_WEEKS.map(|last| {
        let seen = series.panel.iter().map(|row| row.week).filter(|week| *week <= last.0).max();
        let rows = || series.panel.iter().filter(|row| Some(row.week) == seen);
        let sum =
            |counts: fn(u8) -> bool| rows().filter(|r| counts(r.practice)).map(|r| f64::from(r.weight)).sum::<f64>();
        [sum(|practice| practice != 0), sum(|practice| practice == 1)]
    })
}

/// Runs a card with and without its measure, over some replicates.
///
/// # Errors
/// What is wrong with the lines; a measure that reaches no firm.
pub fn effect_card(
    lines: &str,
    parameters: &Parameters,
    data: &Data,
    population: &Population,
    replicates: u32,
) -> Result<EffectCard, Problems> {
    let mut with = card_scenario(lines)?;
    with.parameters = parameters.clone();
    let without = Scenario { interventions: with.interventions[..1].to_vec(), ..with.clone() };
    let options = Options { panel: true, observe: Observe::Nothing };
    let run = |scenario: &Scenario, replicate| {
        simulate(scenario, data, population, replicate, options, &|_| true).unwrap_or_default()
    };
    let (mut more, mut reached, mut spent) = ([[0.0; 2]; 2], 0.0, 0.0);
    for replicate in 0..replicates {
        let (a, b) = (run(&without, replicate), run(&with, replicate));
        let (before, after) = (firms(&a), firms(&b));
        for (more, (before, after)) in more.iter_mut().zip(before.iter().zip(&after)) {
            for (more, (before, after)) in more.iter_mut().zip(before.iter().zip(after)) {
                *more += after - before;
            }
        }
        let weeks = b.interventions.last().map_or(&[][..], |measure| &measure.weeks);
        reached += weeks.last().map_or(0.0, |week| week.firms_reached);
        spent += weeks.iter().map(|week| week.spend_yen).sum::<f64>();
    }
    if reached == 0.0 {
        return Err(Problem::error(Kind::Scenario, "the measure reaches no firm").into());
    }
    let per_100 = |firms: f64| 100.0 * firms / reached;
    Ok(EffectCard {
        reached: reached / f64::from(replicates),
        starts_first_year: per_100(more[0][0]),
        starts_fifth_year: per_100(more[1][0]),
        practising_fifth_year: per_100(more[1][1]),
        yen_per_start: (more[1][0] > 0.0 && spent > 0.0).then(|| spent / more[1][0]),
    })
}
