//! What each intervention spent and whom it reached, as bars by fiscal year.

use super::{
    Sheet, Subject,
    axes::compact,
    canvas::{Anchor, Canvas, Colour, GREY, INK, PALE, okabe_ito, sheet, style, wrap},
    draw_remark, draw_source, draw_title,
};
use crate::{
    analysis::Spending,
    interventions::{Price, Reach},
    scenario::Scenario,
};
use std::collections::BTreeMap;

const ROW: f32 = 74.0;
const TOP: f32 = 100.0;
const LABELS: f32 = 200.0;
const COLUMN: f32 = 440.0;

/// One intervention by fiscal year, means over the replicates.
struct Years {
    name: String,
    kind: String,
    spend: BTreeMap<i16, f64>,
    reached: BTreeMap<i16, f64>,
    /// What stands in place of bars where nothing was spent, and where no firm was reached.
    nothing: [&'static str; 2],
}

/// Draws the picture; `None` when nothing was delivered or spent.
pub fn reach_and_spend(subject: &Subject) -> Option<Sheet> {
    let rows = rows(&subject.answers.spending, subject.scenario);
    let years: Vec<i16> = rows.iter().flat_map(|r| r.reached.keys().copied()).collect();
    let (first, last) = (*years.iter().min()?, *years.iter().max()?);
    let height = TOP + ROW * rows.len() as f32 + 80.0;
    let size = (24.0 + LABELS + 2.0 * COLUMN + 24.0, height);
    let title = "What the interventions spent and whom they reached, by fiscal year";
    let svg = sheet(title, size, |canvas| {
        draw_title(canvas, "What the interventions spent and whom they reached", subject);
        let columns = [24.0 + LABELS, 24.0 + LABELS + COLUMN];
        canvas.text((columns[0], 92.0), "Spent in the fiscal year (yen)", style(13.0, INK).bold());
        canvas.text((columns[1], 92.0), "Firms reached so far, at the year's end", style(13.0, INK).bold());
        for (i, row) in rows.iter().enumerate() {
            let top = TOP + ROW * i as f32;
            let name = style(12.5, INK).bold();
            let words = row.name.replace('_', " ");
            let lines = wrap(&words, name, LABELS - 20.0);
            for (line, text) in lines.iter().take(2).enumerate() {
                canvas.text((24.0, top + 32.0 + 16.0 * line as f32), text, name);
            }
            if row.kind.replace('_', " ") != words {
                let below = top + 33.0 + 16.0 * lines.len().min(2) as f32;
                canvas.text((24.0, below), &row.kind.replace('_', " "), style(11.0, GREY));
            }
            let years = first..=last;
            draw_bars(canvas, (columns[0], top), years.clone(), &row.spend, okabe_ito::ORANGE, row.nothing[0]);
            draw_bars(canvas, (columns[1], top), years, &row.reached, okabe_ito::BLUE, row.nothing[1]);
        }
        let bottom = TOP + ROW * rows.len() as f32 + 16.0;
        for left in columns {
            for year in first..=last {
                let middle = bar_middle(left, first..=last, year);
                canvas.text((middle, bottom), &format!("FY{year}"), style(10.5, INK).anchored(Anchor::Middle));
            }
        }
        draw_source(
            canvas,
            "Simulated: telework-sim. Each row has its own scale; each firm is counted once. k: thousand, M: million, bn: \
             thousand million. The first and the last fiscal year hold only the weeks of the run.",
            "Means",
            subject,
        );
    });
    Some(("interventions".to_string(), svg))
}

/// Interventions that were active, in scenario order.
fn rows(spending: &[Spending], scenario: &Scenario) -> Vec<Years> {
    let nothing = |name: &str| {
        let intervention = scenario.interventions.iter().find(|intervention| intervention.name == name);
        let Some(intervention) = intervention else { return ["nothing spent", "no firm reached"] };
        let kind = intervention.measure.kind();
        let costed = intervention.unit_cost_yen.is_some() || matches!(kind.price(), Price::Rule { .. });
        [
            if costed { "nothing spent" } else { "not costed" },
            if kind.reaches() == Reach::SingleFirms { "no firm reached" } else { "reaches no single firm" },
        ]
    };
    let mut rows: Vec<Years> = Vec::new();
    for one in spending {
        if rows.last().is_none_or(|row| row.name != one.intervention) {
            let (name, kind) = (one.intervention.clone(), one.kind.to_string());
            let nothing = nothing(&name);
            rows.push(Years { name, kind, spend: BTreeMap::new(), reached: BTreeMap::new(), nothing });
        }
        if let Some(row) = rows.last_mut() {
            row.spend.insert(one.fiscal_year, one.account.spend_yen);
            row.reached.insert(one.fiscal_year, one.account.firms_reached);
        }
    }
    rows
}

fn bar_middle(left: f32, years: std::ops::RangeInclusive<i16>, year: i16) -> f32 {
    let width = (COLUMN - 30.0) / f32::from(years.end() - years.start() + 1);
    left + width * (f32::from(year - years.start()) + 0.5)
}

fn draw_bars(
    canvas: &Canvas,
    (left, top): (f32, f32),
    years: std::ops::RangeInclusive<i16>,
    values: &BTreeMap<i16, f64>,
    colour: Colour,
    nothing: &str,
) {
    let floor = top + ROW - 8.0;
    canvas.line(vec![(left, floor), (left + COLUMN - 30.0, floor)], PALE, 1.0, 0.0);
    let highest = values.values().fold(0.0, |a: f64, b| a.max(*b));
    if highest <= 0.0 {
        draw_remark(canvas, (left + (COLUMN - 30.0) / 2.0, floor - 16.0), nothing);
        return;
    }
    let width = (COLUMN - 30.0) / f32::from(years.end() - years.start() + 1) * 0.62;
    for (&year, &value) in values.iter().filter(|(_, value)| **value > 0.0) {
        let middle = bar_middle(left, years.clone(), year);
        let height = (ROW - 34.0) * (value / highest) as f32;
        canvas.rectangle((middle - width / 2.0, floor - height), (width, height), colour, 1.0);
        let label = style(10.5, INK).anchored(Anchor::Middle);
        canvas.text((middle, floor - height - 4.0), &compact(value), label);
    }
}
