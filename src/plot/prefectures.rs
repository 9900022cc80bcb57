//! Practice by prefecture as tile maps of Japan: one square a prefecture, coloured by share.

use super::{
    Sheet, Subject,
    axes::{Unit, axis_end, labelled_ticks},
    canvas::{Anchor, Canvas, Colour, GREY, INK, WHITE, sheet, style},
    draw_source, draw_title,
};
use crate::{calendar::Week, classification::Prefecture, observation::IndicatorId};
use std::collections::BTreeMap;

/// Indicator of the map; its segments are `prefecture=Tokyo` and so on.
const INDICATOR: IndicatorId = IndicatorId::CurrentPractice;
const TILE: f32 = 37.0;

/// Five colours of the scale `cividis` (Nuñez, Anderton and Renslow 2018), made for colour-blind and other readers.
const CIVIDIS: [Colour; 5] =
    [[0x00, 0x22, 0x4e], [0x43, 0x4e, 0x6c], [0x7d, 0x7c, 0x78], [0xbc, 0xae, 0x6c], [0xfe, 0xe8, 0x38]];

/// Draws the picture; `None` when the run did not observe prefectures.
pub fn tile_map(subject: &Subject) -> Option<Sheet> {
    let values = medians(subject);
    let last = *values.keys().last()?;
    // The last week before the forecast begins, beside the last week.
    let split = Week::containing(jiff::civil::date(2021, 3, 31));
    let before = split.and_then(|split| values.range(..=split).next_back()).map(|(week, _)| *week);
    let weeks: Vec<Week> = before.into_iter().filter(|week| *week < last).chain([last]).collect();
    let tile = |extent: fn(&crate::data::PrefectureRow) -> u8| {
        subject.data.prefectures.iter().map(extent).max().unwrap_or(1) as f32 * TILE
    };
    let (map_width, map_height) = (tile(|p| p.tile_column), tile(|p| p.tile_row));
    let width = (48.0 + (map_width + 30.0) * weeks.len() as f32).max(620.0);
    let highest = weeks.iter().filter_map(|w| values.get(w)).flatten().flatten().fold(0.0, |a: f64, b| a.max(*b));
    let end = axis_end(highest);
    let title = "Firms that practise telework, by prefecture, as a tile map of Japan";
    let svg = sheet(title, (width, 190.0 + map_height + 60.0), |canvas| {
        draw_title(canvas, "Firms that practise telework, by prefecture of the head office", subject);
        draw_scale(canvas, end);
        for (i, week) in weeks.iter().enumerate() {
            let left = 24.0 + (map_width + 30.0) * i as f32;
            let title = format!("Week of {}", week.monday());
            canvas.text((left, 158.0), &title, style(14.0, INK).bold());
            for row in &subject.data.prefectures {
                let corner =
                    (left + TILE * (f32::from(row.tile_column) - 1.0), 170.0 + TILE * (f32::from(row.tile_row) - 1.0));
                let value = values.get(week).and_then(|v| v.get(row.prefecture.index())).copied().flatten();
                draw_tile(canvas, corner, &row.abbreviation, value, end);
            }
        }
        draw_source(
            canvas,
            "Simulated: telework-sim, all firms. Numbers in the tiles: per cent. Tile layout: \
             grid-designer jp_prefs_grid2.",
            "Medians",
            subject,
        );
    });
    Some(("practice_by_prefecture".to_string(), svg))
}

/// Median over replicates by week and prefecture.
fn medians(subject: &Subject) -> BTreeMap<Week, Vec<Option<f64>>> {
    let names: Vec<String> = Prefecture::all().map(|p| format!("prefecture={}", p.name())).collect();
    let mut values: BTreeMap<Week, Vec<Option<f64>>> = BTreeMap::new();
    for point in subject.answers.digest.segments.iter().filter(|point| point.indicator == INDICATOR) {
        let place = names.iter().position(|name| *name == point.segment);
        if let Some((place, week)) = place.zip(Week::containing(point.date)) {
            values.entry(week).or_insert_with(|| vec![None; names.len()])[place] = Some(point.quantiles[1]);
        }
    }
    values
}

fn draw_tile(canvas: &Canvas, (x, y): (f32, f32), name: &str, value: Option<f64>, end: f64) {
    let fill = value.map_or([0xee; 3], |v| colour(v / end));
    canvas.rectangle((x + 1.0, y + 1.0), (TILE - 2.0, TILE - 2.0), fill, 1.0);
    let ink = readable_on(fill);
    let middle = x + TILE / 2.0;
    canvas.text((middle, y + 16.0), name, style(10.5, ink).anchored(Anchor::Middle));
    let number = value.map_or_else(|| "-".to_string(), |v| format!("{:.0}", v * 100.0));
    canvas.text((middle, y + 30.0), &number, style(12.0, ink).bold().anchored(Anchor::Middle));
}

fn draw_scale(canvas: &Canvas, end: f64) {
    let (left, top, width) = (24.0, 80.0, 360.0);
    for i in 0..90 {
        let at = left + width * i as f32 / 90.0;
        canvas.rectangle((at, top), (width / 90.0 + 0.6, 16.0), colour((f64::from(i) + 0.5) / 90.0), 1.0);
    }
    for (tick, text) in labelled_ticks(0.0, end, 7, Unit::Share) {
        let x = left + width * (tick / end) as f32;
        canvas.line(vec![(x, top + 16.0), (x, top + 21.0)], GREY, 1.0, 0.0);
        let anchor = if tick == 0.0 { Anchor::Start } else { Anchor::Middle };
        canvas.text((x, top + 34.0), &text, style(11.0, INK).anchored(anchor));
    }
    canvas.text((left + width + 30.0, top + 13.0), "share of firms that practise", style(11.5, INK));
}

/// The colour of a share of the scale, linear between its five colours.
fn colour(share: f64) -> Colour {
    let position = share.clamp(0.0, 1.0) * (CIVIDIS.len() - 1) as f64;
    let low = (position.floor() as usize).min(CIVIDIS.len() - 2);
    let between = |channel: usize| {
        let (a, b) = (f64::from(CIVIDIS[low][channel]), f64::from(CIVIDIS[low + 1][channel]));
        (a + (position - low as f64) * (b - a)).round() as u8
    };
    [between(0), between(1), between(2)]
}

/// Relative luminance of WCAG 2.1.
fn luminance(colour: Colour) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
    };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

/// Contrast ratio of WCAG 2.1, 1 to 21.
fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Black or white, whichever reads better on `fill`.
fn readable_on(fill: Colour) -> Colour {
    let black = [0; 3];
    if contrast(fill, WHITE) > contrast(fill, black) { WHITE } else { black }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.1 asks for a contrast of at least 4.5 for text of this size.
    #[test]
    fn labels_are_readable_on_every_colour_of_the_scale() {
        for i in 0..=100 {
            let fill = colour(f64::from(i) / 100.0);
            assert!(contrast(fill, readable_on(fill)) >= 4.5, "share {i} %");
        }
    }

    #[test]
    fn the_scale_brightens_all_the_way() {
        let steps: Vec<f64> = (0..=20).map(|i| luminance(colour(f64::from(i) / 20.0))).collect();
        assert!(steps.windows(2).all(|w| w[0] < w[1]), "{steps:?}");
    }
}
