//! Held out: forecasts of figures that the fit did not see, the model's beside naive ones, and their scores.

use super::{
    FAINT, HOLDS, Key, MISSES, Mark, Page, draw_heading, draw_key,
    rows::{Rows, STRIPE, label_room},
};
use crate::{
    calibration::certificate::{
        Certificate, HeldOut,
        names::{experiment_name, figure, forecaster_name, short_wave, spaced, survey_name},
    },
    plot::{
        Sheet,
        axes::{Unit, axis_end},
        canvas::{Anchor, GREY, INK, style},
    },
};

const TOP: f32 = 130.0;
const PITCH: f32 = 16.0;
/// Rows of a picture, headings included.
const ROWS: usize = 52;

/// The pictures; none when the table has no rows.
pub fn sheets(certificate: &Certificate) -> Vec<Sheet> {
    let mut sheets = Vec::new();
    for experiment in certificate.experiments() {
        let rows = || certificate.held_out.iter().filter(|row| row.experiment == experiment);
        let mut figures: Vec<Vec<&HeldOut>> = Vec::new();
        for row in rows() {
            match figures.iter_mut().find(|figure| same_figure(figure[0], row)) {
                Some(figure) => figure.push(row),
                None => figures.push(vec![row]),
            }
        }
        let lines = |figures: &[Vec<&HeldOut>]| figures.iter().map(|figure| figure.len() + 1).sum::<usize>();
        let pages = lines(&figures).div_ceil(ROWS).max(1);
        let most = figures.len().div_ceil(pages).max(1);
        let pages = figures.len().div_ceil(most);
        for (i, figures) in figures.chunks(most).enumerate() {
            sheets.push(forecasts(certificate, experiment, figures, (i + 1, pages)));
        }
    }
    if !sheets.is_empty() {
        sheets.push(scores(certificate));
    }
    sheets
}

fn same_figure(a: &HeldOut, b: &HeldOut) -> bool {
    let key = |row: &HeldOut| {
        (row.survey.clone(), row.date, row.metric.clone(), row.segment_type.clone(), row.segment.clone())
    };
    key(a) == key(b)
}

/// The model in colour, naive forecasts in grey.
fn colour_of(forecaster: &str) -> [u8; 3] {
    if forecaster == "model" { HOLDS } else { [0x66, 0x66, 0x66] }
}

fn forecasts(
    certificate: &Certificate,
    experiment: &str,
    figures: &[Vec<&HeldOut>],
    (number, of): (usize, usize),
) -> Sheet {
    let heading = |row: &HeldOut| {
        let (survey, metric) = (survey_name(&row.survey), spaced(&row.metric));
        format!("{survey}, {} ({}): {metric}, {}", short_wave(&row.wave), row.date.strftime("%b %Y"), row.segment)
    };
    let all = || figures.iter().flatten();
    let names: Vec<String> = all().map(|row| forecaster_name(&row.forecaster)).collect();
    let left = 24.0 + label_room(names.iter().map(String::as_str)).max(130.0);
    let highest = all().map(|row| row.q95.max(row.published)).fold(0.0, f64::max);
    let chart = Rows {
        corner: (left, TOP),
        width: 640.0,
        pitch: PITCH,
        count: figures.iter().map(|figure| figure.len() + 1).sum(),
        values: (all().map(|row| row.q05).fold(0.0, f64::min).max(-0.5), axis_end(highest.min(1.5))),
        unit: Unit::Share,
    };
    let right = left + chart.width;
    let page = Page {
        name: format!("5_held_out_{experiment}_{number}"),
        title: format!("Held out: {}, page {number} of {of}", experiment_name(experiment)),
        source: "telework-sim, held_out.csv of telework calibrate or evaluate. The fit did not see these figures; naive forecasts use the same \
                 earlier figures. CRPS: continuous ranked probability score in percentage points, smaller is better.",
        size: (right + 110.0, chart.bottom() + 90.0),
    };
    page.draw(certificate, |canvas| {
        let entries = [
            (Key::Intervals(HOLDS), "model: 50 % interval on 90 % interval"),
            (Key::Intervals(colour_of("")), "naive forecast"),
            (Key::Mark(Mark::Disc, HOLDS), "median"),
            (Key::Line(INK, 0.0), "published"),
            (Key::Mark(Mark::Diamond, MISSES), "published, outside this 90 % interval"),
        ];
        draw_key(canvas, (24.0, 88.0), &entries);
        chart.draw_axis(canvas, "per cent");
        let end = style(10.5, GREY).anchored(Anchor::End);
        canvas.text((right + 70.0, TOP - 5.0), "CRPS", end);
        let mut line = 0;
        for rows in figures {
            canvas.rectangle((24.0, chart.y(line) - PITCH / 2.0), (right - 24.0, PITCH), STRIPE, 1.0);
            canvas.text((28.0, chart.y(line) + 4.0), &heading(rows[0]), style(11.0, INK).bold());
            let published = style(11.0, INK).bold().anchored(Anchor::End);
            canvas.text((right - 6.0, chart.y(line) + 4.0), &figure(rows[0].published, &rows[0].metric), published);
            let x = chart.x(rows[0].published);
            let (top, bottom) = (chart.y(line) + PITCH / 2.0, chart.y(line + rows.len()) + PITCH / 2.0);
            canvas.line(vec![(x, top), (x, bottom)], INK, 1.8, 0.0);
            for (i, row) in rows.iter().enumerate() {
                let at = line + 1 + i;
                let colour = colour_of(&row.forecaster);
                chart.draw_label(canvas, at, &forecaster_name(&row.forecaster), colour);
                chart.draw_intervals(canvas, at, [row.q05, row.q25, row.q75, row.q95], colour);
                chart.draw_mark(canvas, at, row.q50, Mark::Disc, colour);
                if !(row.q05..=row.q95).contains(&row.published) {
                    chart.draw_mark(canvas, at, row.published, Mark::Diamond, MISSES);
                }
                canvas.text((right + 70.0, chart.y(at) + 4.0), &format!("{:.1}", row.crps * 100.0), end);
            }
            line += rows.len() + 1;
        }
    })
}

/// Mean CRPS as bars, with the paired tests beside them.
fn scores(certificate: &Certificate) -> Sheet {
    let experiments: Vec<(&str, Vec<_>)> =
        certificate.experiments().into_iter().map(|e| (e, certificate.scores(e))).collect();
    let names: Vec<String> = experiments.iter().flat_map(|(_, s)| s).map(|s| forecaster_name(s.forecaster)).collect();
    let left = 24.0 + label_room(names.iter().map(String::as_str)).max(100.0);
    let count: usize = experiments.iter().map(|(_, scores)| scores.len()).sum();
    let highest = experiments.iter().flat_map(|(_, scores)| scores).map(|s| s.crps * 100.0).fold(0.0, f64::max);
    let gap = 84.0;
    let height = TOP + 26.0 * count as f32 + gap * experiments.len() as f32 + 20.0;
    let page = Page {
        name: "5_held_out_scores".to_string(),
        title: "Held out: mean scores by forecaster".to_string(),
        source: "telework-sim, held_out.csv and held_out_tests.csv of telework calibrate or evaluate. Mean continuous ranked probability score \
                 (CRPS) over the figures that a forecaster has, in percentage points: smaller is better. Difference: model less the \
                 other on the figures that both have; negative when the model is better.",
        size: (left + 960.0, height),
    };
    page.draw(certificate, |canvas| {
        let mut top = TOP;
        for (experiment, scores) in &experiments {
            draw_heading(canvas, (24.0, top - 30.0), &experiment_name(experiment));
            let chart = Rows {
                corner: (left, top),
                width: 420.0,
                pitch: 26.0,
                count: scores.len(),
                values: (0.0, axis_end(highest)),
                unit: Unit::Number,
            };
            chart.draw_axis(canvas, "mean CRPS (percentage points)");
            let column = |x: f32, y: f32, text: &str, colour| {
                canvas.text((left + x, y), text, style(11.0, colour).anchored(Anchor::End));
            };
            for (x, name) in
                [(540.0, "figures"), (640.0, "inside 90 %"), (780.0, "difference (points)"), (850.0, "p value")]
            {
                column(x, top - 6.0, name, GREY);
            }
            for (i, score) in scores.iter().enumerate() {
                let colour = colour_of(score.forecaster);
                chart.draw_label(canvas, i, &forecaster_name(score.forecaster), colour);
                let to = chart.x(score.crps * 100.0);
                let fill = if score.forecaster == "model" { HOLDS } else { FAINT };
                canvas.rectangle((left, chart.y(i) - 8.0), (to - left, 16.0), fill, 0.8);
                let y = chart.y(i) + 4.0;
                canvas.text((to + 6.0, y), &format!("{:.2}", score.crps * 100.0), style(11.0, INK));
                column(540.0, y, &score.figures.to_string(), INK);
                column(640.0, y, &format!("{} of {}", score.inside_90, score.figures), INK);
                let tests = &certificate.held_out_tests;
                if let Some(test) = tests.iter().find(|t| t.experiment == *experiment && t.against == score.forecaster)
                {
                    column(780.0, y, &format!("{:+.2}", test.mean_difference_crps * 100.0), INK);
                    // No chance is nothing.
                    let p = |p: f64| if p < 0.0005 { "< 0.001".to_string() } else { format!("{p:.3}") };
                    column(850.0, y, &test.p_value.map_or("-".to_string(), p), INK);
                }
            }
            top = chart.bottom() + gap;
        }
    })
}
