//! Posterior predictive: TSR practice by size in the order of time, then every other figure in rows by survey.

use super::{
    HOLDS, Key, MISSES, Mark, Page, draw_heading, draw_key, draw_label, draw_mark,
    rows::{Rows, STRIPE, label_room},
};
use crate::{
    calibration::certificate::{
        Certificate, Predicted, distinct,
        names::{figure, is_share, short_wave, spaced, survey_name},
    },
    plot::{
        Sheet,
        axes::{Unit, axis_end, labelled_ticks},
        canvas::{Anchor, Canvas, GREY, INK, PALE, Point, style},
    },
};
use jiff::civil::Date;

const SOURCE: &str = "telework-sim, telework calibrate: predictive.csv. Intervals hold the uncertainty of parameters, the \
     model's discrepancy, luck and the sampling error of the survey. Published figures: the surveys named, as in \
     data/observations/surveys.csv.";
/// Rows of a picture, headings included.
const ROWS: usize = 44;
const PITCH: f32 = 19.0;
const TOP: f32 = 130.0;

/// The pictures; none when the table has no rows.
pub fn sheets(certificate: &Certificate) -> Vec<Sheet> {
    let (by_size, others): (Vec<&Predicted>, Vec<&Predicted>) =
        certificate.predictive.iter().partition(|row| row.is_tsr_by_size());
    let mut sheets = Vec::new();
    if !by_size.is_empty() {
        sheets.push(tsr_by_size(certificate, &by_size));
    }
    let (shares, days): (Vec<&Predicted>, Vec<&Predicted>) = others.into_iter().partition(|row| is_share(&row.metric));
    let mut pages = paginate(&shares);
    pages.extend(paginate(&days));
    let count = pages.len();
    sheets.extend(pages.iter().enumerate().map(|(i, lines)| page_of_rows(certificate, lines, i + 1, count)));
    sheets
}

/// The mark of a published figure.
fn mark_of(row: &Predicted) -> (Mark, [u8; 3]) {
    match (row.inside_90, row.fitted) {
        (false, _) => (Mark::Diamond, MISSES),
        (true, true) => (Mark::Disc, INK),
        (true, false) => (Mark::Ring, INK),
    }
}

fn draw_marks_key(canvas: &Canvas) {
    let entries = [
        (Key::Intervals(HOLDS), "simulated: 50 % interval on 90 % interval"),
        (Key::Mark(Mark::Disc, INK), "published, inside 90 %"),
        (Key::Mark(Mark::Ring, INK), "the same, not used in the fit"),
        (Key::Mark(Mark::Diamond, MISSES), "published, outside 90 %"),
    ];
    draw_key(canvas, (24.0, 88.0), &entries);
}

/// One panel a size, waves in order, both questions beside each other.
fn tsr_by_size(certificate: &Certificate, rows: &[&Predicted]) -> Sheet {
    let mut segments: Vec<&str> = Vec::new();
    for segment in ["large", "total", "SME"] {
        segments.extend(rows.iter().any(|row| row.segment == segment).then_some(segment));
    }
    let mut waves: Vec<(Date, &str, &str)> =
        rows.iter().map(|row| (row.date, row.metric.as_str(), row.wave.as_str())).collect();
    // The two questions are different quantities: first who has practised, then who practises now.
    waves.sort_by_key(|(date, metric, wave)| (*metric == "current_practice", *date, *wave));
    waves.dedup();
    let step = (1000.0 / waves.len() as f32).clamp(48.0, 100.0);
    let (left, height) = (80.0, 230.0);
    let wide = step * waves.len() as f32;
    let page = Page {
        name: "2_predictive_tsr_by_size".to_string(),
        title: "Posterior predictive: TSR firm survey, practice by size".to_string(),
        source: SOURCE,
        size: ((left + wide + 60.0).max(1000.0), TOP + 20.0 + (height + 110.0) * segments.len() as f32 + 40.0),
    };
    page.draw(certificate, |canvas| {
        draw_marks_key(canvas);
        for (i, segment) in segments.iter().enumerate() {
            let top = TOP + 24.0 + (height + 110.0) * i as f32;
            let name = match *segment {
                "large" => "Large firms (capital of 100 million yen or more), per cent",
                "SME" => "SMEs, per cent",
                _ => "All respondents, per cent",
            };
            draw_heading(canvas, (24.0, top - 28.0), name);
            let of: Vec<&Predicted> = rows.iter().copied().filter(|row| row.segment == *segment).collect();
            let high = of.iter().map(|row| row.q95.max(row.published)).fold(0.0, f64::max);
            let end = axis_end(high).min(1.0);
            let y = |value: f64| top + height * (1.0 - value / end) as f32;
            for (tick, text) in labelled_ticks(0.0, end, 6, Unit::Share) {
                canvas.line(vec![(left, y(tick)), (left + wide, y(tick))], PALE, 1.0, 0.0);
                let label = style(11.0, GREY).anchored(Anchor::End);
                canvas.text((left - 6.0, y(tick) + 4.0), &text, label);
            }
            draw_questions(canvas, (left, top), step, height, &waves);
            let head = style(11.0, GREY).anchored(Anchor::End);
            canvas.text((left - 6.0, top + height + 44.0), "published", head);
            for row in of {
                let at = waves.iter().position(|w| *w == (row.date, row.metric.as_str(), row.wave.as_str()));
                let Some(at) = at else { continue };
                draw_wave(canvas, (left + step * (at as f32 + 0.5), top + height), row, y);
            }
        }
    })
}

/// Names of the two questions above their waves, a line between them.
fn draw_questions(canvas: &Canvas, (left, top): Point, step: f32, height: f32, waves: &[(Date, &str, &str)]) {
    let before = waves.iter().filter(|(_, metric, _)| *metric != "current_practice").count();
    let border = left + step * before as f32;
    if before > 0 {
        draw_label(canvas, ((left + border) / 2.0, top - 8.0), "\"have practised since the outbreak\"", GREY);
    }
    if before > 0 && before < waves.len() {
        canvas.line(vec![(border, top - 16.0), (border, top + height)], GREY, 1.0, 3.0);
    }
    if before < waves.len() {
        let right = left + step * waves.len() as f32;
        draw_label(canvas, ((border + right) / 2.0, top - 8.0), "\"practise now\"", GREY);
    }
}

fn draw_wave(canvas: &Canvas, (x, floor): Point, row: &Predicted, y: impl Fn(f64) -> f32) {
    let bar = |low: f64, high: f64, width: f32| {
        canvas.rectangle((x - width / 2.0, y(high)), (width, (y(low) - y(high)).max(1.0)), HOLDS, 0.45);
    };
    bar(row.q05, row.q95, 4.0);
    bar(row.q25, row.q75, 14.0);
    let (mark, colour) = mark_of(row);
    draw_mark(canvas, (x, y(row.published)), mark, colour);
    draw_label(canvas, (x, floor + 15.0), short_wave(&row.wave), INK);
    draw_label(canvas, (x, floor + 29.0), &row.date.strftime("%b %Y").to_string(), GREY);
    draw_label(canvas, (x, floor + 44.0), &format!("{:.1}", row.published * 100.0), colour);
}

/// A line of a page.
enum Line<'a> {
    /// Survey, metric and kind of segment.
    Heading(String),
    /// A figure.
    Figure(&'a Predicted),
}

/// Figures under headings, in pages of about equal length; a heading is repeated on a new page.
fn paginate<'a>(rows: &[&'a Predicted]) -> Vec<Vec<Line<'a>>> {
    let heading = |row: &Predicted| {
        let metric = spaced(&row.metric);
        format!("{}: {metric}, by {}", survey_name(&row.survey), spaced(&row.segment_type)).replace(", by total", "")
    };
    let mut rows: Vec<&Predicted> = rows.to_vec();
    // Stable: within a heading, figures keep the order of the table.
    let headings: Vec<String> = rows.iter().map(|row| heading(row)).collect();
    let order = distinct(headings.iter().map(String::as_str));
    rows.sort_by_key(|row| order.iter().position(|h| *h == heading(row)));
    let lines = rows.len() + order.len();
    let pages = lines.div_ceil(ROWS).max(1);
    let most = lines.div_ceil(pages) + 1;
    let mut result: Vec<Vec<Line>> = Vec::new();
    let mut last = String::new();
    for row in rows {
        let new = heading(row) != last;
        let page = match result.last_mut() {
            Some(page) if page.len() + usize::from(new) < most => page,
            _ => {
                last.clear();
                result.push(Vec::new());
                let end = result.len() - 1;
                &mut result[end]
            }
        };
        if heading(row) != last {
            last = heading(row);
            page.push(Line::Heading(last.clone()));
        }
        page.push(Line::Figure(row));
    }
    result
}

fn page_of_rows(certificate: &Certificate, lines: &[Line], number: usize, of: usize) -> Sheet {
    let label =
        |row: &Predicted| format!("{}, {} ({})", row.segment, short_wave(&row.wave), row.date.strftime("%b %Y"));
    let figures = || lines.iter().filter_map(|line| if let Line::Figure(row) = line { Some(*row) } else { None });
    let labels: Vec<String> = figures().map(label).collect();
    let room = label_room(labels.iter().map(String::as_str)).max(280.0);
    let shares = figures().all(|row| is_share(&row.metric));
    let high = figures().map(|row| row.q95.max(row.published)).fold(0.0, f64::max);
    let chart = Rows {
        corner: (24.0 + room, TOP + 16.0),
        width: 560.0,
        pitch: PITCH,
        count: lines.len(),
        values: (figures().map(|row| row.q05).fold(0.0, f64::min), axis_end(high)),
        unit: if shares { Unit::Share } else { Unit::Number },
    };
    let right = chart.corner.0 + chart.width;
    let page = Page {
        name: format!("2_predictive_{number}"),
        title: format!("Posterior predictive: published figures, page {number} of {of}"),
        source: SOURCE,
        size: (right + 200.0, chart.bottom() + 90.0),
    };
    page.draw(certificate, |canvas| {
        draw_marks_key(canvas);
        chart.draw_axis(canvas, if shares { "per cent" } else { "days" });
        let head = style(10.5, GREY).anchored(Anchor::End);
        for (x, words) in [(right + 80.0, "published"), (right + 130.0, "z")] {
            canvas.text((x, chart.corner.1 - 5.0), words, head);
        }
        for (i, line) in lines.iter().enumerate() {
            match line {
                Line::Heading(text) => {
                    // On white, so that no line of the grid runs through it.
                    canvas.rectangle((24.0, chart.y(i) - PITCH / 2.0), (right - 24.0, PITCH), STRIPE, 1.0);
                    canvas.text((28.0, chart.y(i) + 4.5), text, style(11.5, INK).bold());
                }
                Line::Figure(row) => {
                    let (mark, colour) = mark_of(row);
                    chart.draw_label(canvas, i, &label(row), INK);
                    chart.draw_intervals(canvas, i, [row.q05, row.q25, row.q75, row.q95], HOLDS);
                    chart.draw_mark(canvas, i, row.published, mark, colour);
                    let words = style(10.5, if row.inside_90 { INK } else { MISSES }).anchored(Anchor::End);
                    canvas.text((right + 80.0, chart.y(i) + 4.0), &figure(row.published, &row.metric), words);
                    canvas.text((right + 130.0, chart.y(i) + 4.0), &format!("{:+.1}", row.standardised), words);
                }
            }
        }
        draw_label(canvas, (right + 100.0, chart.bottom() + 13.0), "z: published less expected,", GREY);
        draw_label(canvas, (right + 100.0, chart.bottom() + 27.0), "in predictive deviations", GREY);
    })
}
