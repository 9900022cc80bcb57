//! One panel with axes: dates across, values up; grid, labels, bands, lines.

use super::canvas::{Anchor, Canvas, Colour, GREY, INK, PALE, Point, Surface, style, ticks};
use jiff::civil::Date;
use plotters::coord::types::{RangedCoordf64, RangedCoordi32};

/// How values are written on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share, shown in per cent.
    Share,
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
        for tick in ticks(self.values.0, self.values.1, 7) {
            panel.line(vec![(0, tick), (self.day(self.dates.1), tick)], PALE, 1.0, 0.0);
            if labels {
                let label = style(text_size, GREY).anchored(Anchor::End);
                panel.text_beside((0, tick), (-6.0, text_size * 0.36), &written(tick, self.unit), label);
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

    /// A band between two curves.
    pub fn draw_band(&self, canvas: &Canvas, points: &[(Date, f64, f64)], colour: Colour, opacity: f64) {
        let inside = || points.iter().filter(|p| self.holds(p.0));
        let upper = inside().map(|p| (self.day(p.0), p.2));
        let lower = inside().rev().map(|p| (self.day(p.0), p.1));
        self.panel(canvas).area(upper.chain(lower).collect(), colour, opacity);
    }

    /// A curve.
    pub fn draw_curve(&self, canvas: &Canvas, points: &[(Date, f64)], colour: Colour, width: f32, dash: f32) {
        let inside = points.iter().filter(|p| self.holds(p.0));
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
    match ticks(0.0, highest, 6)[..] {
        [first, second, ..] => (highest / (second - first) - 1e-9).ceil() * (second - first),
        _ => 1.0,
    }
}

/// A value on an axis, with its unit when it is a share.
pub fn written(value: f64, unit: Unit) -> String {
    let decimals = |v: f64| {
        let text = format!("{v:.3}");
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    };
    match unit {
        Unit::Share => format!("{} %", decimals(value * 100.0)),
        Unit::Number => decimals(value),
    }
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
        let written_ticks: Vec<String> = ticks(0.0, 1.0, 7).iter().map(|t| written(*t, Unit::Share)).collect();
        assert_eq!(written_ticks, ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]);
        assert_eq!(axis_end(0.83), 1.0);
        assert_eq!(axis_end(0.21), 0.25);
        assert_eq!(axis_end(0.0), 1.0);
    }

    #[test]
    fn big_numbers_are_short() {
        let shown = [0.0, 4.0, 2.4, 372.0, 4687.0, 258_000.0, 999_600.0, 2_430_000_000.0].map(compact);
        assert_eq!(shown, ["0", "4", "2.4", "372", "4,687", "258 k", "1.0 M", "2.4 bn"]);
    }
}
