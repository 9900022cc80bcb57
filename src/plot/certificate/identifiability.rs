//! Identifiability: prior and posterior of every parameter, strong correlations, profiles of weak parameters.

use super::{
    FAINT, HOLDS, Key, MISSES, Mark, Page, draw_heading, draw_key, draw_label,
    rows::{Rows, label_room},
};
use crate::{
    calibration::certificate::{Certificate, Correlated, Identified, PRIOR_KEPT, ProfilePoint, distinct},
    plot::{
        Sheet,
        axes::{Unit, labelled_ticks},
        canvas::{Anchor, Canvas, GREY, INK, PALE, Point, style},
    },
};

const TOP: f32 = 130.0;
const PITCH: f32 = 19.0;
/// Rows of a picture.
const ROWS: usize = 46;
/// Standard deviations from the mean of a normal to its quantiles 0.75 and 0.95.
const QUARTILE: f64 = 0.674_489_75;
const NINETY: f64 = 1.644_853_63;
/// Half the 0.95 quantile of chi-squared with one degree: where a profile leaves its 95 % interval.
const PROFILE_DROP: f64 = 1.920_729_41;

/// The pictures of the tables that have rows.
pub fn sheets(certificate: &Certificate) -> Vec<Sheet> {
    let rows = certificate.by_contraction();
    let pages = rows.len().div_ceil(ROWS);
    let most = rows.len().div_ceil(pages.max(1)).max(1);
    // One scale for all pages.
    let far = rows.iter().map(|row| shift(row).abs() + NINETY * spread(row)).fold(2.0, f64::max).ceil();
    let mut sheets: Vec<Sheet> =
        rows.chunks(most).enumerate().map(|(i, page)| contraction(certificate, page, far, (i + 1, pages))).collect();
    if !certificate.correlations.is_empty() {
        sheets.push(correlations(certificate));
    }
    if !certificate.profiles.is_empty() {
        sheets.push(profiles(certificate));
    }
    sheets
}

/// Posterior mean, in prior standard deviations from the prior mean.
fn shift(row: &Identified) -> f64 {
    (row.posterior_mean - row.prior_mean) / row.prior_sd
}

/// Posterior standard deviation, in prior ones.
fn spread(row: &Identified) -> f64 {
    row.posterior_sd / row.prior_sd
}

fn contraction(certificate: &Certificate, rows: &[&Identified], far: f64, (number, of): (usize, usize)) -> Sheet {
    let label = |row: &Identified| match row.prior_kept() {
        true => format!("{} (assumed: prior kept)", row.parameter),
        false => row.parameter.clone(),
    };
    let labels: Vec<String> = rows.iter().map(|row| label(row)).collect();
    let left = 24.0 + label_room(labels.iter().map(String::as_str));
    let chart = Rows {
        corner: (left, TOP + 16.0),
        width: 520.0,
        pitch: PITCH,
        count: rows.len(),
        values: (-far, far),
        unit: Unit::Number,
    };
    let learnt = Rows { corner: (left + 560.0, TOP + 16.0), width: 170.0, values: (0.0, 1.0), ..Rows { ..chart } };
    let page = Page {
        name: format!("4_identifiability_{number}"),
        title: format!("Identifiability: prior and posterior by parameter, page {number} of {of}"),
        source: "telework-sim, telework calibrate: identifiability.csv. Intervals are those of normals with the means and \
                 standard deviations of the table. Contraction: 1 less posterior by prior variance; below 0.1 the surveys left \
                 the parameter its prior, and it is called assumed.",
        size: (left + 560.0 + 170.0 + 40.0, chart.bottom() + 90.0),
    };
    page.draw(certificate, |canvas| {
        let entries = [
            (Key::Area(FAINT, 0.35), "prior, 90 % interval"),
            (Key::Intervals(HOLDS), "posterior: 50 % on 90 %"),
            (Key::Mark(Mark::Disc, HOLDS), "posterior mean"),
            (Key::Mark(Mark::Ring, GREY), "the same, assumed: prior kept"),
        ];
        draw_key(canvas, (24.0, 88.0), &entries);
        draw_heading(canvas, (left, TOP - 8.0), "Interval");
        draw_heading(canvas, (left + 560.0, TOP - 8.0), "Contraction");
        chart.draw_axis(canvas, "prior standard deviations from the prior mean");
        learnt.draw_axis(canvas, "0: nothing learnt, 1: known");
        learnt.draw_line(canvas, PRIOR_KEPT, GREY, 4.0);
        for (i, row) in rows.iter().enumerate() {
            let (mark, colour) = if row.prior_kept() { (Mark::Ring, GREY) } else { (Mark::Disc, HOLDS) };
            chart.draw_label(canvas, i, &labels[i], if row.prior_kept() { GREY } else { INK });
            let (from, to) = (chart.x(-NINETY), chart.x(NINETY));
            canvas.rectangle((from, chart.y(i) - 6.5), (to - from, 13.0), FAINT, 0.3);
            let (middle, sd) = (shift(row), spread(row));
            let quantiles = [-NINETY, -QUARTILE, QUARTILE, NINETY].map(|z| middle + z * sd);
            chart.draw_intervals(canvas, i, quantiles, colour);
            chart.draw_mark(canvas, i, middle, mark, colour);
            let width = learnt.x(row.contraction) - learnt.corner.0;
            canvas.rectangle((learnt.corner.0, learnt.y(i) - 5.0), (width, 10.0), colour, 0.6);
            let at = (learnt.x(row.contraction.max(PRIOR_KEPT)) + 5.0, learnt.y(i) + 4.0);
            // Without the sign of a rounded -0.00.
            let shown = (row.contraction * 100.0).round() / 100.0 + 0.0;
            canvas.text(at, &format!("{shown:.2}"), style(10.0, GREY));
        }
    })
}

fn correlations(certificate: &Certificate) -> Sheet {
    let mut rows: Vec<&Correlated> = certificate.correlations.iter().collect();
    rows.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
    let all = rows.len();
    rows.truncate(ROWS);
    let labels: Vec<String> = rows.iter().map(|row| format!("{} and {}", row.first, row.second)).collect();
    let left = 24.0 + label_room(labels.iter().map(String::as_str));
    let chart = Rows {
        corner: (left, TOP + 6.0),
        width: 460.0,
        pitch: PITCH,
        count: rows.len(),
        values: (-1.0, 1.0),
        unit: Unit::Number,
    };
    let page = Page {
        name: "4_correlations".to_string(),
        title: "Identifiability: strong posterior correlations".to_string(),
        source: "telework-sim, telework calibrate: correlations.csv, pairs of parameters with a correlation of at least 0.5 \
                 either way, strongest first.",
        size: ((left + 460.0 + 60.0).max(760.0), chart.bottom() + 80.0),
    };
    page.draw(certificate, |canvas| {
        let shown = if all > rows.len() {
            format!("the strongest {} of {all} pairs", rows.len())
        } else {
            format!("{all} pairs")
        };
        let entries =
            [(Key::Mark(Mark::Disc, HOLDS), "together"), (Key::Mark(Mark::Diamond, MISSES), "against each other")];
        draw_key(canvas, (24.0, 88.0), &entries);
        canvas.text((300.0, 88.0), &shown, style(11.5, GREY));
        chart.draw_axis(canvas, "correlation of the posterior draws");
        chart.draw_line(canvas, 0.0, GREY, 0.0);
        for (i, row) in rows.iter().enumerate() {
            let (mark, colour) = if row.correlation > 0.0 { (Mark::Disc, HOLDS) } else { (Mark::Diamond, MISSES) };
            chart.draw_label(canvas, i, &labels[i], INK);
            canvas.line(vec![(chart.x(0.0), chart.y(i)), (chart.x(row.correlation), chart.y(i))], colour, 2.0, 0.0);
            chart.draw_mark(canvas, i, row.correlation, mark, colour);
        }
    })
}

fn profiles(certificate: &Certificate) -> Sheet {
    const COLUMNS: usize = 3;
    const PANEL: Point = (370.0, 230.0);
    let names = distinct(certificate.profiles.iter().map(|point| point.parameter.as_str()));
    let rows = names.len().div_ceil(COLUMNS);
    let wide = names.len().clamp(2, COLUMNS);
    let page = Page {
        name: "4_profiles".to_string(),
        title: "Identifiability: profiles of weak parameters".to_string(),
        source: "telework-sim, telework calibrate: profiles.csv. Each point is the best log posterior with the parameter held at \
                 that value, less the best of all. Where the line stays above the dashed one, the value is inside the 95 % \
                 interval.",
        size: (40.0 + PANEL.0 * wide as f32, 100.0 + PANEL.1 * rows as f32 + 50.0),
    };
    page.draw(certificate, |canvas| {
        let entries = [
            (Key::Line(HOLDS, 0.0), "log posterior, less the best"),
            (Key::Line(MISSES, 5.0), "edge of the 95 % interval (-1.92)"),
        ];
        canvas.text((620.0, 86.0), "Across: value of the parameter", style(11.0, GREY));
        draw_key(canvas, (24.0, 86.0), &entries);
        for (i, name) in names.iter().enumerate() {
            let corner = (24.0 + PANEL.0 * (i % COLUMNS) as f32, 100.0 + PANEL.1 * (i / COLUMNS) as f32);
            let mut points: Vec<&ProfilePoint> = certificate.profiles.iter().filter(|p| p.parameter == *name).collect();
            points.sort_by(|a, b| a.value.total_cmp(&b.value));
            draw_profile(canvas, corner, name, &points);
        }
    })
}

fn draw_profile(canvas: &Canvas, (left, top): Point, name: &str, points: &[&ProfilePoint]) {
    draw_heading(canvas, (left, top + 22.0), name);
    let ends = |value: fn(&ProfilePoint) -> f64| {
        points.iter().map(|p| value(p)).fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)))
    };
    let (first, last) = ends(|p| p.value);
    let last = if last > first { last } else { first + 1.0 };
    let (lowest, best) = ends(|p| p.log_posterior);
    let (low, high) = (lowest.min(-4.0) * 1.05, best.max(0.0) + 0.25);
    let (corner, size) = ((left + 46.0, top + 34.0), (290.0, 140.0));
    let x = |value: f64| corner.0 + size.0 * ((value - first) / (last - first)) as f32;
    let y = |value: f64| corner.1 + size.1 * ((high - value) / (high - low)) as f32;
    for (tick, text) in labelled_ticks(low, high, 5, Unit::Number) {
        canvas.line(vec![(corner.0, y(tick)), (corner.0 + size.0, y(tick))], PALE, 1.0, 0.0);
        let label = style(10.5, GREY).anchored(Anchor::End);
        canvas.text((corner.0 - 6.0, y(tick) + 4.0), &text, label);
    }
    for (tick, text) in labelled_ticks(first, last, 6, Unit::Number) {
        draw_label(canvas, (x(tick), corner.1 + size.1 + 16.0), &text, INK);
    }
    let edge = y(-PROFILE_DROP);
    canvas.line(vec![(corner.0, edge), (corner.0 + size.0, edge)], MISSES, 1.5, 5.0);
    canvas.line(points.iter().map(|p| (x(p.value), y(p.log_posterior))).collect(), HOLDS, 1.8, 0.0);
    for point in points {
        canvas.circle((x(point.value), y(point.log_posterior)), 2.6, HOLDS, HOLDS);
    }
}
