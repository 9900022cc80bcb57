//! A chart of rows: one labelled row an item, values across. The form of most pictures of a certificate.

use super::{Mark, draw_intervals, draw_mark};
use crate::plot::{
    axes::{Unit, labelled_ticks},
    canvas::{Anchor, Canvas, Colour, GREY, PALE, Point, style, text_width},
};

/// What lies behind rows and headings.
pub const STRIPE: Colour = [0xf2, 0xf2, 0xf2];

/// Rows from `corner` downwards, each `pitch` high, over an axis of `values`.
pub struct Rows {
    /// Left and top corner of the field of values.
    pub corner: Point,
    /// Width of the field.
    pub width: f32,
    /// Height of a row.
    pub pitch: f32,
    /// Rows.
    pub count: usize,
    /// Lowest and highest value.
    pub values: (f64, f64),
    /// Unit of the values.
    pub unit: Unit,
}

impl Rows {
    /// Where a value stands across; values beyond the axis stand at its end.
    pub fn x(&self, value: f64) -> f32 {
        let (low, high) = self.values;
        let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
        self.corner.0 + self.width * share as f32
    }

    /// The middle of a row.
    pub fn y(&self, row: usize) -> f32 {
        self.corner.1 + self.pitch * (row as f32 + 0.5)
    }

    /// Lower end of the field.
    pub fn bottom(&self) -> f32 {
        self.corner.1 + self.pitch * self.count as f32
    }

    /// Lines at round values with their labels above and below, and what the axis shows.
    pub fn draw_axis(&self, canvas: &Canvas, name: &str) {
        let (top, bottom) = (self.corner.1, self.bottom());
        let label = style(10.5, GREY).anchored(Anchor::Middle);
        let most = (self.width / 60.0).clamp(2.0, 9.0) as usize;
        for (tick, text) in labelled_ticks(self.values.0, self.values.1, most, self.unit) {
            let x = self.x(tick);
            canvas.line(vec![(x, top), (x, bottom)], PALE, 1.0, 0.0);
            for y in [top - 5.0, bottom + 13.0] {
                canvas.text((x, y), &text, label);
            }
        }
        canvas.text(
            (self.corner.0 + self.width / 2.0, bottom + 29.0),
            name,
            style(11.5, GREY).anchored(Anchor::Middle),
        );
    }

    /// A pale stripe behind every second row, `room` of it left of the field, for the eye to follow.
    pub fn draw_stripes(&self, canvas: &Canvas, room: f32) {
        let left = self.corner.0 - room;
        for row in (1..self.count).step_by(2) {
            let top = self.y(row) - self.pitch / 2.0;
            canvas.rectangle((left, top), (self.width + room, self.pitch), STRIPE, 1.0);
        }
    }

    /// Text left of a row.
    pub fn draw_label(&self, canvas: &Canvas, row: usize, text: &str, colour: Colour) {
        let label = style(11.0, colour).anchored(Anchor::End);
        canvas.text((self.corner.0 - 10.0, self.y(row) + 4.0), text, label);
    }

    /// A point.
    pub fn draw_mark(&self, canvas: &Canvas, row: usize, value: f64, mark: Mark, colour: Colour) {
        draw_mark(canvas, (self.x(value), self.y(row)), mark, colour);
    }

    /// Quantiles 0.05, 0.25, 0.75 and 0.95.
    pub fn draw_intervals(&self, canvas: &Canvas, row: usize, quantiles: [f64; 4], colour: Colour) {
        draw_intervals(canvas, self.y(row), quantiles.map(|q| self.x(q)), colour);
    }

    /// A line down all rows.
    pub fn draw_line(&self, canvas: &Canvas, value: f64, colour: Colour, dash: f32) {
        if (self.values.0..=self.values.1).contains(&value) {
            let x = self.x(value);
            canvas.line(vec![(x, self.corner.1), (x, self.bottom())], colour, 1.5, dash);
        }
    }
}

/// Room for labels: the widest of them.
pub fn label_room<'a>(labels: impl Iterator<Item = &'a str>) -> f32 {
    labels.map(|label| text_width(label, style(11.0, GREY))).fold(0.0, f32::max) + 14.0
}
