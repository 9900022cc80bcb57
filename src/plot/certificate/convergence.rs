//! Convergence: the sampler's way from prior to posterior, and R-hat, ESS and jump of every parameter.

use super::{
    HOLDS, Key, MISSES, Mark, Page, draw_heading, draw_key,
    rows::{Rows, label_room},
};
use crate::{
    calibration::certificate::{Certificate, Converged, Sweep},
    plot::{
        Sheet,
        axes::{Unit, axis_end, compact, labelled_ticks},
        canvas::{Anchor, Canvas, GREY, INK, PALE, Point, style},
    },
};

const SOURCE: &str = "telework-sim, telework calibrate: trace.csv and convergence.csv. R-hat compares variation between and \
     within independent groups of particles; ESS: effective sample size of the draws; jump: mean squared jump over the last \
     sweeps by twice the variance, 1 when draws are independent. Dashed: required by a gate.";
const TOP: f32 = 120.0;
const PITCH: f32 = 16.0;
/// Height of one panel of the trace with its heading.
const TRACE: f32 = 178.0;

/// Panels of the trace: heading, unit, value.
type Trace = (&'static str, Unit, fn(&Sweep) -> Option<f64>);

const TRACES: [Trace; 5] = [
    ("Temperature (0: prior, 1: posterior)", Unit::Number, |s| Some(s.temperature)),
    ("Effective sample size (particles)", Unit::Number, |s| Some(s.ess)),
    ("Accepted proposals (per cent)", Unit::Share, |s| Some(s.acceptance)),
    ("Error of the surrogate (of a figure's sd)", Unit::Number, |s| s.surrogate_error),
    ("Mean log likelihood of the particles", Unit::Number, |s| s.log_likelihood_mean),
];

/// Panels by parameter: heading, word of the gate's check, value, whether a higher value is worse.
type Column = (&'static str, &'static str, fn(&Converged) -> f64, bool);

const COLUMNS: [Column; 4] = [
    ("R-hat", "r-hat", |c| c.r_hat, true),
    ("ESS, bulk", "bulk", |c| c.ess_bulk, false),
    ("ESS, tails", "tail", |c| c.ess_tail, false),
    ("Jump", "jump", |c| c.jump, false),
];

/// The picture; none when the tables have no rows.
pub fn sheets(certificate: &Certificate) -> Vec<Sheet> {
    let (trace, rows) = (&certificate.trace, &certificate.convergence);
    if trace.is_empty() && rows.is_empty() {
        return Vec::new();
    }
    let labels = label_room(rows.iter().map(|row| row.parameter.as_str()));
    let left = if trace.is_empty() { 24.0 } else { 470.0 };
    let height = (PITCH * rows.len() as f32).max(TRACE * TRACES.len() as f32) + TOP + 90.0;
    let page = Page {
        name: "1_convergence".to_string(),
        title: "Convergence of the sampler".to_string(),
        source: SOURCE,
        size: (left + labels + 4.0 * 190.0 + 24.0, height),
    };
    vec![page.draw(certificate, |canvas| {
        let panels = TRACES.iter().filter(|(_, _, value)| trace.iter().any(|sweep| value(sweep).is_some()));
        for (i, panel) in panels.enumerate() {
            draw_trace(canvas, (70.0, TOP + TRACE * i as f32), panel, trace);
        }
        let holds =
            [(Key::Mark(Mark::Disc, HOLDS), "holds"), (Key::Mark(Mark::Diamond, MISSES), "misses what is required")];
        if !rows.is_empty() {
            draw_key(canvas, (left + labels, 62.0), &holds);
        }
        for (i, (name, word, value, high_is_bad)) in COLUMNS.iter().enumerate() {
            let required = certificate.required("convergence", word);
            let values = rows.iter().map(value).chain(required);
            let least = if *high_is_bad { 1.0 } else { 0.0 };
            let most = values.clone().fold(least, f64::max);
            let lowest = values.fold(least, f64::min);
            let chart = Rows {
                corner: (left + labels + 190.0 * i as f32, TOP),
                width: 160.0,
                pitch: PITCH,
                count: rows.len(),
                values: (lowest, if *high_is_bad { 1.0 + axis_end((most - 1.0).max(0.01)) } else { axis_end(most) }),
                unit: Unit::Number,
            };
            if rows.is_empty() {
                continue;
            }
            chart.draw_stripes(canvas, if i == 0 { labels } else { 30.0 });
            chart.draw_axis(canvas, name);
            draw_heading(canvas, (chart.corner.0, TOP - 20.0), name);
            if let Some(required) = required {
                chart.draw_line(canvas, required, MISSES, 5.0);
            }
            for (row, converged) in rows.iter().enumerate() {
                if i == 0 {
                    chart.draw_label(canvas, row, &converged.parameter, INK);
                }
                let found = value(converged);
                let misses = required.is_some_and(|r| if *high_is_bad { found > r } else { found < r });
                let (mark, colour) = if misses { (Mark::Diamond, MISSES) } else { (Mark::Disc, HOLDS) };
                chart.draw_mark(canvas, row, found, mark, colour);
            }
        }
    })]
}

fn draw_trace(canvas: &Canvas, (left, top): Point, (name, unit, value): &Trace, trace: &[Sweep]) {
    let (width, height) = (340.0, TRACE - 62.0);
    draw_heading(canvas, (left - 46.0, top - 12.0), name);
    let points: Vec<(f64, f64)> = trace.iter().filter_map(|s| Some((f64::from(s.sweep), value(s)?))).collect();
    let (low, high) = points.iter().fold((f64::MAX, f64::MIN), |(low, high), p| (low.min(p.1), high.max(p.1)));
    let values = if low >= 0.0 { (0.0, axis_end(high)) } else { (low - (high - low).max(1.0) * 0.06, high.max(0.0)) };
    let last = points.iter().map(|p| p.0).fold(1.0, f64::max);
    let first = points.iter().map(|p| p.0).fold(last - 1.0, f64::min);
    let x = |sweep: f64| left + width * ((sweep - first) / (last - first)) as f32;
    let y = |v: f64| top + height * ((values.1 - v) / (values.1 - values.0)) as f32;
    for (tick, text) in labelled_ticks(values.0, values.1, 5, *unit) {
        canvas.line(vec![(left, y(tick)), (left + width, y(tick))], PALE, 1.0, 0.0);
        let label = if tick.abs() >= 1000.0 { compact(tick) } else { text };
        canvas.text((left - 6.0, y(tick) + 4.0), &label, style(10.5, GREY).anchored(Anchor::End));
    }
    for (tick, text) in labelled_ticks(first, last, 8, Unit::Number).into_iter().filter(|(tick, _)| tick.fract() == 0.0)
    {
        let label = style(10.5, GREY).anchored(Anchor::Middle);
        canvas.text((x(tick), top + height + 15.0), &text, label);
    }
    canvas.text((left + width, top + height + 29.0), "sweep", style(10.5, GREY).anchored(Anchor::End));
    canvas.line(points.iter().map(|p| (x(p.0), y(p.1))).collect(), HOLDS, 1.8, 0.0);
    for point in &points {
        canvas.circle((x(point.0), y(point.1)), 2.4, HOLDS, HOLDS);
    }
}
