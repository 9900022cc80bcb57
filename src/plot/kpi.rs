//! Candidate KPIs as fans: median, 50 % and 90 % bands, published figures, official targets; one panel a KPI.

use super::{
    Sheet, Subject,
    axes::{Axes, Unit, axis_end},
    canvas::{Canvas, GREY, INK, WHITE, okabe_ito, sheet, style, wrap},
    draw_source, draw_title, fiscal_years, period,
};
use crate::analysis::{Fan, FanPoint};
use jiff::civil::Date;

/// A range of a point; `None` where the replicates are too few for it.
type Range = fn(&FanPoint) -> Option<(f64, f64)>;

const COLUMNS: usize = 3;
const PANEL: (f32, f32) = (385.0, 280.0);
/// Room of a panel for up to two lines of name and two of frame.
const HEAD: f32 = 76.0;

/// Draws the picture; `None` when the run observed no KPI.
pub fn fans(subject: &Subject) -> Option<Sheet> {
    let fans: Vec<&Fan> = subject.fans().iter().filter(|fan| !fan.points.is_empty()).collect();
    if fans.is_empty() {
        return None;
    }
    let rows = fans.len().div_ceil(COLUMNS);
    let size = (24.0 + PANEL.0 * COLUMNS as f32, 110.0 + PANEL.1 * rows as f32 + 50.0);
    let svg = sheet("Candidate KPIs by fiscal year", size, |canvas| {
        draw_title(canvas, "Candidate KPIs by fiscal year", subject);
        draw_legend(canvas, &fans);
        for (i, fan) in fans.iter().enumerate() {
            let corner = (24.0 + PANEL.0 * (i % COLUMNS) as f32, 110.0 + PANEL.1 * (i / COLUMNS) as f32);
            draw_fan(canvas, corner, fan, subject);
        }
        draw_source(
            canvas,
            "Simulated: telework-sim, each in its survey's frame. Published: MIC communications usage trend survey, \
             TSR firm survey, MLIT telework population survey.",
            "Bands",
            subject,
        );
    });
    Some(("kpi_fans".to_string(), svg))
}

fn draw_fan(canvas: &Canvas, (left, top): (f32, f32), fan: &Fan, subject: &Subject) {
    let kpi = &fan.kpi;
    let title = style(12.5, INK).bold();
    let lines = wrap(&kpi.name(), title, PANEL.0 - 20.0);
    for (i, line) in lines.iter().enumerate() {
        canvas.text((left, top + 16.0 + 16.0 * i as f32), line, title);
    }
    let (words, unit) = match kpi.indicator.unit {
        "share" => ("per cent", Unit::Share),
        "difference of shares" => ("percentage points", Unit::Points),
        other => (other, Unit::Number),
    };
    let frame = wrap(&format!("{words}; {}", kpi.indicator.frame), style(11.0, GREY), PANEL.0 - 20.0);
    let below = top + 17.0 + 16.0 * lines.len() as f32;
    for (i, line) in frame.iter().enumerate() {
        canvas.text((left, below + 14.0 * i as f32), line, style(11.0, GREY));
    }
    let (first, last) = period(subject);
    let shown = fan.published.iter().filter(|o| first <= o.0 && o.0 <= last);
    let ends = |p: &FanPoint| p.range_90().or(p.range_50()).unwrap_or((p.quantiles[2], p.quantiles[2]));
    let highest = fan.points.iter().map(|p| ends(p).1).chain(shown.clone().map(|o| o.1)).chain(kpi.target);
    let lowest = fan.points.iter().map(|p| ends(p).0).fold(0.0, f64::min);
    let axes = Axes {
        corner: (left + 46.0, top + HEAD),
        size: (PANEL.0 - 74.0, PANEL.1 - HEAD - 44.0),
        dates: (first, last),
        values: (if lowest < 0.0 { -axis_end(-lowest) } else { 0.0 }, axis_end(highest.fold(0.0, f64::max))),
        unit,
    };
    axes.draw_values(canvas, 10.5, true);
    axes.draw_spans(canvas, 10.5, &fiscal_years(axes.dates.0, axes.dates.1, |y| format!("{:02}", y % 100)));
    axes.draw_band(canvas, &band(fan, FanPoint::range_90), okabe_ito::BLUE, 0.2);
    axes.draw_band(canvas, &band(fan, FanPoint::range_50), okabe_ito::BLUE, 0.3);
    let median: Vec<_> = fan.points.iter().map(|p| (p.date, p.quantiles[2])).collect();
    axes.draw_curve(canvas, &median, okabe_ito::BLUE, 2.0, 0.0);
    if let Some(target) = kpi.target {
        axes.draw_curve(canvas, &[(first, target), (last, target)], okabe_ito::GREEN, 1.8, 6.0);
    }
    for point in shown {
        axes.draw_point(canvas, *point, 4.0, okabe_ito::VERMILION, WHITE);
    }
}

/// A band, where the replicates are enough for it.
pub(super) fn band(fan: &Fan, range: Range) -> Vec<(Date, f64, f64)> {
    fan.points.iter().filter_map(|p| range(p).map(|(low, high)| (p.date, low, high))).collect()
}

fn draw_legend(canvas: &Canvas, fans: &[&Fan]) {
    let (mut x, y, text) = (24.0, 88.0, style(11.5, INK));
    let bands: [(f64, &str, Range); 2] =
        [(0.2, "90 % band", FanPoint::range_90), (0.44, "50 % band", FanPoint::range_50)];
    let drawn = |range: Range| fans.iter().any(|fan| !band(fan, range).is_empty());
    for (opacity, words, _) in bands.into_iter().filter(|(.., range)| drawn(*range)) {
        canvas.rectangle((x, y - 11.0), (22.0, 13.0), okabe_ito::BLUE, opacity);
        canvas.text((x + 29.0, y), words, text);
        x += 118.0;
    }
    canvas.line(vec![(x, y - 4.0), (x + 22.0, y - 4.0)], okabe_ito::BLUE, 2.0, 0.0);
    canvas.text((x + 29.0, y), "median", text);
    x += 108.0;
    canvas.circle((x + 11.0, y - 4.0), 4.0, okabe_ito::VERMILION, WHITE);
    canvas.text((x + 25.0, y), "published figure", text);
    x += 148.0;
    canvas.line(vec![(x, y - 4.0), (x + 22.0, y - 4.0)], okabe_ito::GREEN, 1.8, 6.0);
    canvas.text((x + 29.0, y), "official target set for 2020", text);
    x += 222.0;
    canvas.text((x, y), "Below: fiscal years (20 = April 2020 - March 2021)", style(11.0, GREY));
}
