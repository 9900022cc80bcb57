//! Pictures of a posterior's certificate: one or more for each part. Certificate and forecast in, SVG and PNG out.

mod convergence;
mod forecast;
mod held_out;
mod identifiability;
mod predictive;
mod priors;
mod recovery;
mod rows;
#[cfg(test)]
mod tests;

use super::{
    Picture, Sheet,
    canvas::{self, Anchor, Canvas, Colour, GREY, INK, Point, WHITE, okabe_ito, sheet, style, text_width, wrap},
};
use crate::{
    calibration::{certificate::Certificate, forecast::ForecastRow},
    data::Observation,
    error::Problem,
};

/// What holds: blue.
const HOLDS: Colour = okabe_ito::BLUE;
/// What misses: vermilion, and always another shape too.
const MISSES: Colour = okabe_ito::VERMILION;
/// What is pale because it only stands for comparison.
const FAINT: Colour = [0x99, 0x99, 0x99];

/// Every picture that the certificate has figures for; fans of `forecast` beside `observations` when there are any.
///
/// # Errors
/// A picture that cannot be made a PNG.
pub fn certificate_pictures(
    certificate: &Certificate,
    forecast: &[ForecastRow],
    observations: &[Observation],
) -> Result<Vec<Picture>, Problem> {
    let picture = |(name, svg): Sheet| Ok(Picture { name, png: canvas::rasterised(&svg)?, svg });
    sheets(certificate, forecast, observations).into_iter().map(picture).collect()
}

fn sheets(certificate: &Certificate, forecast: &[ForecastRow], observations: &[Observation]) -> Vec<Sheet> {
    let mut sheets = convergence::sheets(certificate);
    sheets.extend(predictive::sheets(certificate));
    sheets.extend(recovery::sheets(certificate));
    sheets.extend(identifiability::sheets(certificate));
    sheets.extend(priors::sheets(certificate));
    sheets.extend(held_out::sheets(certificate));
    sheets.extend(forecast::sheets(certificate, forecast, observations));
    sheets
}

/// A sheet with its head (title, where the posterior is from, whether gates fail) and its source at the foot.
struct Page<'a> {
    name: String,
    title: String,
    source: &'a str,
    size: Point,
}

impl Page<'_> {
    fn draw(self, certificate: &Certificate, draw: impl FnOnce(&Canvas)) -> Sheet {
        let svg = sheet(&self.title, self.size, |canvas| {
            let (width, height) = canvas.size();
            canvas.text((24.0, 36.0), &self.title, style(20.0, INK).bold());
            let draws = certificate.about("draws").map_or_else(String::new, |draws| format!(", {draws} draws"));
            let seed = certificate.about("seed").map_or_else(String::new, |seed| format!(", seed {seed}"));
            let evaluation = certificate.is_evaluation();
            let origin = match evaluation {
                true => format!("Posteriors as of {}", certificate.experiments().join(", ")),
                false => format!("Posterior as of {}{draws}{seed}", certificate.as_of),
            };
            canvas.text((24.0, 58.0), &origin, style(13.0, GREY));
            if certificate.fails() && !evaluation {
                let mark = format!("certificate: {}", certificate.verdict());
                let words = style(12.0, WHITE).bold();
                let left = 24.0 + text_width(&origin, style(13.0, GREY)) + 16.0;
                canvas.rectangle((left, 44.0), (text_width(&mark, words) + 16.0, 20.0), MISSES, 1.0);
                canvas.text((left + 8.0, 58.0), &mark, words);
            }
            draw(canvas);
            let lines = wrap(self.source, style(11.0, GREY), width - 48.0);
            let first = height - 12.0 - 15.0 * (lines.len() as f32 - 1.0);
            for (i, line) in lines.iter().enumerate() {
                canvas.text((24.0, first + 15.0 * i as f32), line, style(11.0, GREY));
            }
        });
        (self.name, svg)
    }
}

/// How a point is drawn; shapes differ so that colours need not be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// A disc.
    Disc,
    /// A ring.
    Ring,
    /// A square standing on its corner.
    Diamond,
    /// The same, hollow.
    OpenDiamond,
}

fn draw_mark(canvas: &Canvas, (x, y): Point, mark: Mark, colour: Colour) {
    match mark {
        Mark::Disc => canvas.circle((x, y), 4.0, colour, WHITE),
        Mark::Ring => canvas.circle((x, y), 3.6, WHITE, colour),
        Mark::Diamond | Mark::OpenDiamond => {
            let corners = |r: f32| vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
            let inside = if mark == Mark::Diamond { colour } else { WHITE };
            canvas.area(corners(6.8), WHITE, 1.0);
            canvas.area(corners(5.4), colour, 1.0);
            canvas.area(corners(3.4), inside, 1.0);
        }
    }
}

/// What an entry of a key shows beside its words.
#[derive(Clone, Copy)]
enum Key {
    Mark(Mark, Colour),
    /// A 50 % interval on a 90 % interval.
    Intervals(Colour),
    /// A filled area.
    Area(Colour, f64),
    /// A line; the length of its dashes.
    Line(Colour, f32),
}

/// Explains marks in one line from `at` (left end, base line); entries that do not fit go to the next line.
fn draw_key(canvas: &Canvas, at: Point, entries: &[(Key, &str)]) {
    let (text, right) = (style(11.5, INK), canvas.size().0 - 24.0);
    let (mut x, mut y) = at;
    for (key, words) in entries {
        let width = 30.0 + text_width(words, text);
        if x + width > right && x > at.0 {
            (x, y) = (at.0, y + 20.0);
        }
        let middle = y - 4.0;
        match *key {
            Key::Mark(mark, colour) => draw_mark(canvas, (x + 11.0, middle), mark, colour),
            Key::Intervals(colour) => draw_intervals(canvas, middle, [x, x + 5.0, x + 17.0, x + 22.0], colour),
            Key::Area(colour, opacity) => canvas.rectangle((x, y - 11.0), (22.0, 13.0), colour, opacity),
            Key::Line(colour, dash) => canvas.line(vec![(x, middle), (x + 22.0, middle)], colour, 1.8, dash),
        }
        canvas.text((x + 29.0, y), words, text);
        x += width + 24.0;
    }
}

/// A 90 % interval as a line and a 50 % interval as a bar, level at `y`.
fn draw_intervals(canvas: &Canvas, y: f32, [q05, q25, q75, q95]: [f32; 4], colour: Colour) {
    canvas.rectangle((q05, y - 1.5), ((q95 - q05).max(1.0), 3.0), colour, 0.45);
    canvas.rectangle((q25, y - 4.0), ((q75 - q25).max(1.0), 8.0), colour, 0.45);
}

/// A small heading above a panel.
fn draw_heading(canvas: &Canvas, at: Point, text: &str) {
    canvas.text(at, text, style(13.0, INK).bold());
}

/// Text in the middle of a place.
fn draw_label(canvas: &Canvas, at: Point, text: &str, colour: Colour) {
    canvas.text(at, text, style(11.0, colour).anchored(Anchor::Middle));
}
