//! One panel with axes: dates across, values up; grid, labels, bands, lines.

use super::canvas::{Anchor, Canvas, Colour, GREY, INK, PALE, Point, Surface, style, ticks};
use jiff::civil::Date;
use plotters::coord::types::{RangedCoordf64, RangedCoordi32};

/// How values are written on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share, shown in per cent.
    Share,
    /// A difference of shares, shown in percentage points, which the panel's own words name.
    Points,
    /// A plain number.
    Number,
}

/// A panel of a picture.
#[derive(Clone, Copy, Debug)]
pub struct Axes {
    /// Left and top corner.
    pub corner: Point,
    /// Width and height.
    pub size: Point,
    /// First and last day.
    pub dates: (Date, Date),
    /// Lowest and highest value.
    pub values: (f64, f64),
    /// Unit of the values.
    pub unit: Unit,
}

impl Axes {
    /// The panel in days of the period and values.
    fn panel<'a>(&self, canvas: &Canvas<'a>) -> Surface<'a, RangedCoordi32, RangedCoordf64> {
        let (low, high) = self.values;
        canvas.part(self.corner, self.size, 0..self.day(self.dates.1).max(1), low..high)
    }

    /// Days from the first day shown.
    fn day(&self, date: Date) -> i32 {
        (date - self.dates.0).get_days()
    }

    /// Grid lines with their values at the left edge, when `labels`.
    pub fn draw_values(&self, canvas: &Canvas, text_size: f32, labels: bool) {
        let panel = self.panel(canvas);
        for (tick, text) in labelled_ticks(self.values.0, self.values.1, 7, self.unit) {
            panel.line(vec![(0, tick), (self.day(self.dates.1), tick)], PALE, 1.0, 0.0);
            if labels {
                let label = style(text_size, GREY).anchored(Anchor::End);
                panel.text_beside((0, tick), (-6.0, text_size * 0.36), &text, label);
            }
        }
    }

    /// Tick marks at `dates` and text centred below each span between them.
    pub fn draw_spans(&self, canvas: &Canvas, text_size: f32, spans: &[(Date, Date, String)]) {
        let (panel, bottom) = (self.panel(canvas), self.values.0);
        let tick = |day| panel.line_beside((day, bottom), [(0.0, 0.0), (0.0, 5.0)], GREY, 1.0);
        let last = self.day(self.dates.1);
        panel.line(vec![(0, bottom), (last, bottom)], GREY, 1.0, 0.0);
        for (from, until, text) in spans {
            let (from, until) = (self.day(*from), self.day(*until));
            tick(from);
            let label = style(text_size, INK).anchored(Anchor::Middle);
            panel.text_beside(((from + until) / 2, bottom), (0.0, 7.0 + text_size), text, label);
        }
        tick(last);
    }

    /// A band between two curves; of a single day a bar.
    pub fn draw_band(&self, canvas: &Canvas, points: &[(Date, f64, f64)], colour: Colour, opacity: f64) {
        let inside = || points.iter().filter(|p| self.holds(p.0));
        if let (Some((at, low, high)), 1) = (inside().next(), inside().count()) {
            let (middle, half) = (self.day(*at), (self.day(self.dates.1) / 50).max(1));
            let (left, right) = (middle - half, middle + half);
            let corners = vec![(left, *low), (right, *low), (right, *high), (left, *high)];
            return self.panel(canvas).area(corners, colour, opacity);
        }
        let upper = inside().map(|p| (self.day(p.0), p.2));
        let lower = inside().rev().map(|p| (self.day(p.0), p.1));
        self.panel(canvas).area(upper.chain(lower).collect(), colour, opacity);
    }

    /// A curve; of a single day a point.
    pub fn draw_curve(&self, canvas: &Canvas, points: &[(Date, f64)], colour: Colour, width: f32, dash: f32) {
        let mut inside = points.iter().filter(|p| self.holds(p.0));
        if let (Some(point), 1) = (inside.clone().next(), inside.clone().count()) {
            return self.draw_point(canvas, *point, 2.0 * width, colour, colour);
        }
        let inside = inside.by_ref();
        self.panel(canvas).line(inside.map(|p| (self.day(p.0), p.1)).collect(), colour, width, dash);
    }

    /// A circle on a day.
    pub fn draw_point(&self, canvas: &Canvas, (at, value): (Date, f64), radius: f32, fill: Colour, edge: Colour) {
        self.panel(canvas).circle((self.day(at), value), radius, fill, edge);
    }

    /// A short level line on a day.
    pub fn draw_mark(&self, canvas: &Canvas, (at, value): (Date, f64), colour: Colour) {
        self.panel(canvas).line_beside((self.day(at), value), [(-8.0, 0.0), (8.0, 0.0)], colour, 2.5);
    }

    /// Whether a day is shown.
    pub fn holds(&self, date: Date) -> bool {
        self.dates.0 <= date && date <= self.dates.1
    }
}

/// The end of an axis from 0 that holds `highest`, on a round value.
pub fn axis_end(highest: f64) -> f64 {
    // Below this, values are rounding, and the steps between ticks would be none.
    let ticks = if highest > 1e-12 { ticks(0.0, highest, 6) } else { Vec::new() };
    match ticks[..] {
        [first, second, ..] => (highest / (second - first) - 1e-9).ceil() * (second - first),
        _ => 1.0,
    }
}

/// At most `most` round values from `low` to `high`, as [`ticks`] gives them, with their texts.
pub fn labelled_ticks(low: f64, high: f64, most: usize, unit: Unit) -> Vec<(f64, String)> {
    let ticks = ticks(low, high, most);
    let texts = written(&ticks, unit);
    ticks.into_iter().zip(texts).collect()
}

/// Round values of an axis, each with the decimals that tell it from the next; shares with their unit.
fn written(ticks: &[f64], unit: Unit) -> Vec<String> {
    let (factor, sign) = match unit {
        Unit::Share => (100.0, " %"),
        Unit::Points => (100.0, ""),
        Unit::Number => (1.0, ""),
    };
    // A step of 1, 2 or 5 times a power of ten has no digits behind its first.
    let step = ticks.windows(2).map(|pair| (pair[1] - pair[0]).abs() * factor).fold(f64::INFINITY, f64::min);
    let decimals =
        if step.is_finite() && step > 0.0 { (-libm::log10(step * (1.0 + 1e-9)).floor()).max(0.0) as usize } else { 3 };
    let text = |tick: &f64| {
        let text = format!("{:.decimals$}", tick * factor);
        // Minus nothing is nothing.
        let text = if text.trim_matches(['-', '0', '.']).is_empty() { "0".to_string() } else { text };
        format!("{text}{sign}")
    };
    ticks.iter().map(text).collect()
}

/// A number in few characters: 4,687; 64,000; 1.2 M.
pub fn compact(value: f64) -> String {
    match value.abs() {
        v if v >= 999.5e6 => format!("{:.*} bn", usize::from(v < 99.5e9), value / 1e9),
        v if v >= 999_500.0 => format!("{:.*} M", usize::from(v < 99.5e6), value / 1e6),
        v if v >= 99_950.0 => format!("{:.0} k", value / 1e3),
        v if v >= 1000.0 => {
            let whole = value.round() as i64;
            format!("{},{:03}", whole / 1000, whole.abs() % 1000)
        }
        v if v >= 10.0 || v.fract() == 0.0 => format!("{value:.0}"),
        _ => format!("{value:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_axes_end_on_one() {
        assert_eq!(written(&ticks(0.0, 1.0, 7), Unit::Share), ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]);
        assert_eq!(axis_end(0.83), 1.0);
        assert_eq!(axis_end(0.21), 0.25);
        assert_eq!(axis_end(0.0), 1.0);
    }

    /// However small the values, no two ticks read the same.
    #[test]
    fn ticks_have_the_digits_that_they_need() {
        assert_eq!(written(&[0.0, 0.000_02, 0.000_04], Unit::Share), ["0 %", "0.002 %", "0.004 %"]);
        assert_eq!(written(&[-0.05, 0.0, 0.05], Unit::Share), ["-5 %", "0 %", "5 %"]);
        assert_eq!(written(&[-0.05, 0.0, 0.05], Unit::Points), ["-5", "0", "5"]);
        assert_eq!(written(&[0.0, 0.5, 1.0], Unit::Number), ["0", "0.5", "1.0"]);
        for power in -10..=3 {
            for highest in [1.0, 1.3, 2.6, 4.4, 7.9].map(|head| head * 10f64.powi(power)) {
                let all = written(&ticks(0.0, axis_end(highest), 7), Unit::Share);
                let different: std::collections::BTreeSet<&String> = all.iter().collect();
                assert!(all.len() > 2 && different.len() == all.len(), "{highest}: {all:?}");
            }
        }
    }

    #[test]
    fn big_numbers_are_short() {
        let shown = [0.0, 4.0, 2.4, 372.0, 4687.0, 258_000.0, 999_600.0, 2_430_000_000.0].map(compact);
        assert_eq!(shown, ["0", "4", "2.4", "372", "4,687", "258 k", "1.0 M", "2.4 bn"]);
    }
}
