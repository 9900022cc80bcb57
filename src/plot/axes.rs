//! One panel with axes: dates across, values up; grid, labels, bands, lines.

use super::canvas::{Anchor, Canvas, Colour, GREY, INK, PALE, Point, style};
use jiff::civil::Date;

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
    /// Where a day stands.
    pub fn x(&self, date: Date) -> f32 {
        let days = |from: Date, to: Date| f64::from((to - from).get_days());
        let share = days(self.dates.0, date) / days(self.dates.0, self.dates.1).max(1.0);
        self.corner.0 + self.size.0 * share.clamp(0.0, 1.0) as f32
    }

    /// Where a value stands.
    pub fn y(&self, value: f64) -> f32 {
        let share = (value - self.values.0) / (self.values.1 - self.values.0);
        self.corner.1 + self.size.1 * (1.0 - share.clamp(0.0, 1.0)) as f32
    }

    /// Grid lines with their values at the left edge, when `labels`.
    pub fn draw_values(&self, canvas: &mut Canvas, text_size: f32, labels: bool) {
        for tick in ticks(self.values.0, self.values.1) {
            let y = self.y(tick);
            canvas.line(&[(self.corner.0, y), (self.corner.0 + self.size.0, y)], PALE, 1.0, 0.0);
            if labels {
                let at = (self.corner.0 - 6.0, y + text_size * 0.36);
                canvas.text(at, &written(tick, self.unit), style(text_size, GREY).anchored(Anchor::End));
            }
        }
    }

    /// Tick marks at `dates` and text centred below each span between them.
    pub fn draw_spans(&self, canvas: &mut Canvas, text_size: f32, spans: &[(Date, Date, String)]) {
        let bottom = self.corner.1 + self.size.1;
        canvas.line(&[(self.corner.0, bottom), (self.corner.0 + self.size.0, bottom)], GREY, 1.0, 0.0);
        for (from, until, text) in spans {
            let (left, right) = (self.x(*from), self.x(*until));
            canvas.line(&[(left, bottom), (left, bottom + 5.0)], GREY, 1.0, 0.0);
            let label = style(text_size, INK).anchored(Anchor::Middle);
            canvas.text(((left + right) / 2.0, bottom + 7.0 + text_size), text, label);
        }
        let right = self.corner.0 + self.size.0;
        canvas.line(&[(right, bottom), (right, bottom + 5.0)], GREY, 1.0, 0.0);
    }

    /// A band between two curves.
    pub fn draw_band(&self, canvas: &mut Canvas, points: &[(Date, f64, f64)], colour: Colour, opacity: f32) {
        let inside = || points.iter().filter(|p| self.holds(p.0));
        let upper = inside().map(|p| (self.x(p.0), self.y(p.2)));
        let lower = inside().rev().map(|p| (self.x(p.0), self.y(p.1)));
        canvas.area(&upper.chain(lower).collect::<Vec<_>>(), colour, opacity);
    }

    /// A curve.
    pub fn draw_curve(&self, canvas: &mut Canvas, points: &[(Date, f64)], colour: Colour, width: f32, dash: f32) {
        let inside = points.iter().filter(|p| self.holds(p.0));
        canvas.line(&inside.map(|p| (self.x(p.0), self.y(p.1))).collect::<Vec<_>>(), colour, width, dash);
    }

    /// Whether a day is shown.
    pub fn holds(&self, date: Date) -> bool {
        self.dates.0 <= date && date <= self.dates.1
    }
}

/// Four to seven round values from `low` to `high`.
pub fn ticks(low: f64, high: f64) -> Vec<f64> {
    let step = round_step((high - low) / 5.0);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

/// The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `wanted`.
fn round_step(wanted: f64) -> f64 {
    if !(wanted > 0.0 && wanted.is_finite()) {
        return 1.0;
    }
    let power = 10f64.powf(wanted.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= wanted * (1.0 - 1e-9)).unwrap_or(wanted)
}

/// The end of an axis from 0 that holds `highest`.
pub fn axis_end(highest: f64) -> f64 {
    let step = round_step(highest / 5.0);
    ((highest / step - 1e-9).ceil() * step).max(step)
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
        let written_ticks: Vec<String> = ticks(0.0, 1.0).iter().map(|t| written(*t, Unit::Share)).collect();
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
