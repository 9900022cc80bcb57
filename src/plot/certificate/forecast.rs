//! Forecast: fans by month of the survey series that policy looks at, with the published history.

use super::{HOLDS, Key, MISSES, Page, draw_key};
use crate::{
    calibration::{certificate::Certificate, forecast::ForecastRow},
    data::Observation,
    observation::Survey,
    plot::{
        Sheet,
        axes::{Axes, Unit, axis_end},
        canvas::{Canvas, GREY, INK, Point, WHITE, style, wrap},
        fiscal_years,
    },
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// One panel: survey, metric, kind of segment, segment as in `data/observations`, and its name.
struct Panel(Survey, &'static str, &'static str, &'static str, &'static str);

const PANELS: [Panel; 10] = [
    Panel(Survey::Tsr, "current_practice", "size", "large", "TSR: large firms that practise now"),
    Panel(Survey::Tsr, "current_practice", "size", "SME", "TSR: SMEs that practise now"),
    Panel(Survey::Tsr, "current_practice", "size", "total", "TSR: all respondents that practise now"),
    Panel(Survey::Tsr, "institutionalised", "size", "large", "TSR: large firms with a formal scheme"),
    Panel(Survey::Tsr, "institutionalised", "size", "SME", "TSR: SMEs with a formal scheme"),
    Panel(Survey::Tsr, "institutionalised", "size", "total", "TSR: all respondents with a formal scheme"),
    Panel(Survey::Mic, "introduced", "size", "total", "MIC: firms with 100+ staff that introduced it"),
    Panel(Survey::Mlit, "employed_ever", "total", "all employees", "MLIT: employees who have ever teleworked"),
    Panel(Survey::Jpc, "telework_rate", "total", "all employees", "JPC: employees who telework"),
    Panel(Survey::Persol, "telework_rate", "total", "regular employees", "Persol: regular employees who telework"),
];

/// History before this day is left out: the forecast needs the room.
const EARLIEST: Date = Date::constant(2016, 4, 1);
const COLUMNS: usize = 3;
const PANEL: Point = (390.0, 268.0);
const TOP: f32 = 112.0;

/// Quantiles of one day, those of the bands and the median.
type Day = (Date, [f64; 5]);

/// The picture; none without rows of a series shown.
pub fn sheets(certificate: &Certificate, forecast: &[ForecastRow], observations: &[Observation]) -> Vec<Sheet> {
    let panels: Vec<(&Panel, Vec<Day>)> = PANELS.iter().map(|panel| (panel, days(panel, forecast))).collect();
    let panels: Vec<_> = panels.into_iter().filter(|(_, days)| !days.is_empty()).collect();
    if panels.is_empty() {
        return Vec::new();
    }
    let rows = panels.len().div_ceil(COLUMNS);
    let page = Page {
        name: "6_forecast".to_string(),
        title: "Forecast of the surveys by month".to_string(),
        source: "Simulated: telework-sim, telework validate --forecast. Bands hold the uncertainty of parameters, the model's \
                 discrepancy, luck, later infections and declarations, and the sampling error of the survey. Published: TSR firm \
                 survey, MIC communications usage survey, MLIT telework population survey, JPC and Persol worker surveys.",
        size: (24.0 + PANEL.0 * COLUMNS as f32, TOP + PANEL.1 * rows as f32 + 56.0),
    };
    vec![page.draw(certificate, |canvas| {
        let entries = [
            (Key::Area(HOLDS, 0.2), "90 % band"),
            (Key::Area(HOLDS, 0.44), "50 % band"),
            (Key::Line(HOLDS, 0.0), "median"),
            (Key::Mark(super::Mark::Disc, MISSES), "published"),
            (Key::Line(GREY, 4.0), "as-of date"),
        ];
        draw_key(canvas, (24.0, 88.0), &entries);
        canvas.text((620.0, 88.0), "Below: fiscal years (21 = April 2021 - March 2022)", style(11.0, GREY));
        for (i, (panel, days)) in panels.iter().enumerate() {
            let corner = (24.0 + PANEL.0 * (i % COLUMNS) as f32, TOP + PANEL.1 * (i / COLUMNS) as f32);
            draw_fan(canvas, corner, panel, days, observations, certificate.as_of);
        }
    })]
}

/// Quantiles 0.05, 0.25, 0.5, 0.75 and 0.95 by day, where all five are there.
fn days(panel: &Panel, forecast: &[ForecastRow]) -> Vec<Day> {
    let mut days: BTreeMap<Date, [Option<f64>; 5]> = BTreeMap::new();
    let mine = |row: &&ForecastRow| {
        row.survey == panel.0 && row.metric == panel.1 && row.segment_type == panel.2 && row.segment == panel.3
    };
    for row in forecast.iter().filter(mine) {
        let slot = [0.05, 0.25, 0.5, 0.75, 0.95].iter().position(|q: &f64| (q - row.quantile).abs() < 1e-6);
        if let Some(slot) = slot {
            days.entry(row.date).or_default()[slot] = Some(row.value);
        }
    }
    let whole = |(date, q): (Date, [Option<f64>; 5])| match q {
        [Some(a), Some(b), Some(c), Some(d), Some(e)] => Some((date, [a, b, c, d, e])),
        _ => None,
    };
    days.into_iter().filter_map(whole).collect()
}

fn draw_fan(
    canvas: &Canvas,
    (left, top): Point,
    panel: &Panel,
    days: &[Day],
    observations: &[Observation],
    as_of: Date,
) {
    let title = style(12.5, INK).bold();
    for (i, line) in wrap(panel.4, title, PANEL.0 - 20.0).iter().enumerate() {
        canvas.text((left, top + 18.0 + 16.0 * i as f32), line, title);
    }
    canvas.text((left, top + 35.0), "per cent", style(11.0, GREY));
    let (Some((first, _)), Some((last, _))) = (days.first(), days.last()) else { return };
    let middle = |o: &Observation| {
        o.field_start
            .until(o.field_end)
            .ok()
            .and_then(|span| o.field_start.checked_add(jiff::Span::new().days(span.get_days() / 2)).ok())
    };
    // Figures that rest on memory are shown nowhere.
    let history: Vec<(Date, f64)> = observations
        .iter()
        .filter(|o| {
            o.survey == panel.0.id() && o.metric == panel.1 && o.segment_type == panel.2 && o.segment == panel.3
        })
        .filter(|o| o.unit == "share" && o.confidence != "memory")
        .filter_map(|o| Some((middle(o)?, o.value)))
        .filter(|(date, _)| EARLIEST <= *date && *date <= *last)
        .collect();
    let since = history.iter().map(|point| point.0).chain([*first, Date::constant(2020, 1, 6)]).fold(*last, Date::min);
    let highest = days.iter().map(|d| d.1[4]).chain(history.iter().map(|p| p.1)).fold(0.0, f64::max);
    let axes = Axes {
        corner: (left + 46.0, top + 48.0),
        size: (PANEL.0 - 76.0, PANEL.1 - 48.0 - 36.0),
        dates: (since, *last),
        values: (0.0, axis_end(highest)),
        unit: Unit::Share,
    };
    axes.draw_values(canvas, 10.5, true);
    axes.draw_spans(canvas, 10.5, &fiscal_years(since, *last, |year| format!("{:02}", year % 100)));
    let band = |low: usize, high: usize| -> Vec<_> { days.iter().map(|d| (d.0, d.1[low], d.1[high])).collect() };
    axes.draw_band(canvas, &band(0, 4), HOLDS, 0.2);
    axes.draw_band(canvas, &band(1, 3), HOLDS, 0.3);
    let median: Vec<_> = days.iter().map(|d| (d.0, d.1[2])).collect();
    axes.draw_curve(canvas, &median, HOLDS, 2.0, 0.0);
    if axes.holds(as_of) {
        axes.draw_curve(canvas, &[(as_of, 0.0), (as_of, axes.values.1)], GREY, 1.2, 4.0);
    }
    for point in history {
        axes.draw_point(canvas, point, 4.0, MISSES, WHITE);
    }
}
