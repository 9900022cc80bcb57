//! Practice by size of firm: simulated lines with their bands, published survey points, declarations.

use super::{
    Sheet, Subject,
    axes::{Axes, Unit},
    canvas::{Anchor, Canvas, Colour, GREY, INK, WHITE, okabe_ito, sheet, style},
    declarations, draw_source, draw_title, fiscal_years,
    kpi::band,
    period,
};
use crate::{
    analysis::{Fan, FanPoint, SurveyFit},
    observation::{IndicatorId, Survey},
};
use jiff::civil::{Date, date};

/// The three lines: segment of the weekly figure, segment of the TSR survey, legend, colour.
const LINES: [(&str, &str, &str, Colour); 3] = [
    ("size=large", "large", "Large firms (capital 100 M yen +)", okabe_ito::VERMILION),
    ("total", "total", "All respondents", INK),
    ("size=SME", "SME", "SMEs", okabe_ito::BLUE),
];

/// Draws the picture; `None` when the run did not observe practice in the TSR frame.
pub fn practice_by_size(subject: &Subject) -> Option<Sheet> {
    let line = |segment: &str| {
        let of = |fan: &&Fan| fan.kpi.indicator.id == IndicatorId::TsrCurrentPractice && fan.kpi.segment == segment;
        subject.fans().iter().find(of).filter(|fan| !fan.points.is_empty())
    };
    let lines: Vec<(&Fan, &str, Colour)> =
        LINES.iter().filter_map(|(segment, _, name, colour)| Some((line(segment)?, *name, *colour))).collect();
    if lines.is_empty() {
        return None;
    }
    let (start, end) = period(subject);
    // The surveys crowd the first fifteen months, so these get most of the sheet.
    let split = date(2021, 4, 30);
    let axes = |left: f32, width: f32, dates| Axes {
        corner: (left, 110.0),
        size: (width, 410.0),
        dates,
        values: (0.0, 1.0),
        unit: Unit::Share,
    };
    let panels = if start < split && split < end {
        vec![axes(80.0, 480.0, (start, split)), axes(580.0, 330.0, (split, end))]
    } else {
        vec![axes(80.0, 830.0, (start, end))]
    };
    let title = "Firms that practise telework, by size: simulated and published";
    let svg = sheet(title, (1180.0, 640.0), |canvas| {
        draw_title(canvas, "Firms that practise telework, by size", subject);
        for (i, panel) in panels.iter().enumerate() {
            let forecast = panel.dates.0 >= split;
            draw_declarations(canvas, panel, subject);
            panel.draw_values(canvas, 12.0, i == 0);
            let history = if panel.dates.1 <= split { "Until April 2021, with the published surveys" } else { "" };
            let name = if forecast { "After April 2021: forecast" } else { history };
            canvas.text((panel.corner.0, panel.corner.1 - 10.0), name, style(12.0, GREY));
            let months = (panel.dates.1 - panel.dates.0).get_days() < 800;
            let spans = if months {
                quarters(panel.dates.0, panel.dates.1)
            } else {
                fiscal_years(panel.dates.0, panel.dates.1, |y| format!("FY{y}"))
            };
            panel.draw_spans(canvas, 11.0, &spans);
            for (fan, _, colour) in &lines {
                panel.draw_band(canvas, &band(fan, FanPoint::range_90), *colour, 0.22);
            }
            for (fan, _, colour) in &lines {
                let median: Vec<_> = fan.points.iter().map(|p| (p.date, p.quantiles[2])).collect();
                panel.draw_curve(canvas, &median, *colour, 2.2, 0.0);
            }
            for (_, segment, _, colour) in LINES {
                for wave in practised(segment, &subject.answers.digest.fit).filter(|w| panel.holds(w.date)) {
                    panel.draw_mark(canvas, (wave.date, wave.expected), colour);
                    panel.draw_point(canvas, (wave.date, wave.observed), 4.5, WHITE, colour);
                }
            }
            for (fan, _, colour) in &lines {
                for point in fan.published.iter().filter(|(at, _)| panel.holds(*at)) {
                    panel.draw_point(canvas, *point, 5.0, *colour, WHITE);
                }
            }
        }
        let axis = style(12.0, INK).anchored(Anchor::Middle);
        canvas.text((26.0, 315.0), "Share of firms (per cent)", axis.upwards());
        canvas.text((495.0, 562.0), "Week (FY: fiscal year, from April)", axis);
        draw_legend(canvas, &lines);
        draw_source(
            canvas,
            "Simulated: telework-sim, respondents of the TSR frame. Published: Tokyo Shoko Research, firm surveys on \
             COVID-19, waves 2-14 (March 2020 - March 2021).",
            "Bands",
            subject,
        );
    });
    Some(("practice_by_size".to_string(), svg))
}

/// The waves that asked whether a firm *has practised*.
fn practised<'a>(segment: &'a str, fit: &'a [SurveyFit]) -> impl Iterator<Item = &'a SurveyFit> {
    fit.iter().filter(move |f| (f.survey, f.metric, &*f.segment) == (Survey::Tsr, "practised", segment))
}

fn draw_declarations(canvas: &Canvas, panel: &Axes, subject: &Subject) {
    for (week, share) in declarations::shares(subject.scenario, subject.data) {
        let until = week.sunday();
        let (from, until) = (week.monday().max(panel.dates.0), until.tomorrow().unwrap_or(until).min(panel.dates.1));
        let (low, high) = panel.values;
        if from < until {
            panel.draw_band(canvas, &[(from, low, high), (until, low, high)], okabe_ito::ORANGE, 0.08 + 0.27 * share);
        }
    }
}

/// Quarters of the calendar in a period.
fn quarters(from: Date, until: Date) -> Vec<(Date, Date, String)> {
    let mut spans = Vec::new();
    for year in from.year()..=until.year() {
        for (month, name) in [(1, "Jan-Mar"), (4, "Apr-Jun"), (7, "Jul-Sep"), (10, "Oct-Dec")] {
            let begin = date(year, month, 1);
            let end = if month == 10 { date(year + 1, 1, 1) } else { date(year, month + 3, 1) };
            // A short rest of a quarter has no room for its name.
            let (left, right) = (begin.max(from), end.min(until));
            if left < right {
                let long = (right - left).get_days() > 45;
                spans.push((left, right, if long { format!("{name} {year}") } else { String::new() }));
            }
        }
    }
    spans
}

fn draw_legend(canvas: &Canvas, lines: &[(&Fan, &str, Colour)]) {
    let (left, text) = (936.0, style(11.0, INK));
    let mut y = 122.0;
    let title = |canvas: &Canvas, words: &str, y: &mut f32| {
        canvas.text((left, *y), words, style(11.5, INK).bold());
        *y += 20.0;
    };
    title(canvas, "Simulated: practise now", &mut y);
    for (_, name, colour) in lines {
        canvas.rectangle((left, y - 10.0), (26.0, 12.0), *colour, 0.22);
        canvas.line(vec![(left, y - 4.0), (left + 26.0, y - 4.0)], *colour, 2.2, 0.0);
        canvas.text((left + 34.0, y), name, text);
        y += 19.0;
    }
    let bands = lines.iter().any(|(fan, ..)| !band(fan, FanPoint::range_90).is_empty());
    let words = if bands { "Line: median; band: 5-95 %" } else { "Line: median; too few replicates for a band" };
    canvas.text((left, y), words, style(11.0, GREY));
    y += 34.0;
    title(canvas, "Published (TSR)", &mut y);
    canvas.circle((left + 13.0, y - 4.0), 5.0, GREY, WHITE);
    canvas.text((left + 34.0, y), "practise now (from wave 6)", text);
    y += 19.0;
    canvas.circle((left + 13.0, y - 4.0), 4.5, WHITE, GREY);
    canvas.text((left + 34.0, y), "have practised (waves 2-5)", text);
    y += 19.0;
    canvas.line(vec![(left + 5.0, y - 4.0), (left + 21.0, y - 4.0)], GREY, 2.5, 0.0);
    canvas.text((left + 34.0, y), "the same, simulated", text);
    y += 34.0;
    title(canvas, "Emergency declarations", &mut y);
    for (share, words) in [(1.0, "everybody lives under one"), (0.3, "3 in 10 do")] {
        canvas.rectangle((left, y - 11.0), (26.0, 13.0), okabe_ito::ORANGE, 0.08 + 0.27 * share);
        canvas.text((left + 34.0, y), words, text);
        y += 19.0;
    }
}
