//! A drawing surface that makes the same picture as SVG and as PNG.
//!
//! Shapes in, two files out. Text is measured and, in the PNG, drawn with DejaVu Sans from inside the program, so
//! pictures are the same on a machine without fonts; the SVG names that font and common ones of about its width.

use ab_glyph::{Font, FontRef, OutlineCurve};
use std::{fmt::Write, sync::LazyLock};
use tiny_skia::{FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash, Transform};

/// Pixels of the PNG for one unit of the drawing, so that it stays sharp in print and on dense screens.
const PNG_SCALE: f32 = 2.0;
const FAMILY: &str = "DejaVu Sans, Verdana, Arial, sans-serif";

static FONTS: LazyLock<Option<[FontRef<'static>; 2]>> = LazyLock::new(|| {
    let font = |bytes| FontRef::try_from_slice(bytes).ok();
    Some([font(dejavu::sans::regular())?, font(dejavu::sans::bold())?])
});

/// A colour: red, green, blue.
pub type Colour = [u8; 3];

/// Text, titles.
pub const INK: Colour = [0x22, 0x22, 0x22];
/// Axis labels, notes.
pub const GREY: Colour = [0x55, 0x55, 0x55];
/// Grid lines.
pub const PALE: Colour = [0xdd, 0xdd, 0xdd];
/// Paper.
pub const WHITE: Colour = [0xff, 0xff, 0xff];

/// The colours of Okabe and Ito (2008), told apart by people with any common colour blindness.
pub mod okabe_ito {
    use super::Colour;
    /// Orange.
    pub const ORANGE: Colour = [0xe6, 0x9f, 0x00];
    /// Blue.
    pub const BLUE: Colour = [0x00, 0x72, 0xb2];
    /// Bluish green.
    pub const GREEN: Colour = [0x00, 0x9e, 0x73];
    /// Vermilion.
    pub const VERMILION: Colour = [0xd5, 0x5e, 0x00];
}

/// Where text stands to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Begins there.
    Start,
    /// Is centred there.
    Middle,
    /// Ends there.
    End,
}

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Height of the letters' em.
    pub size: f32,
    /// Bold or regular.
    pub bold: bool,
    /// Colour.
    pub colour: Colour,
    /// Where it stands.
    pub anchor: Anchor,
}

/// Text in `colour`, beginning at its point.
pub const fn style(size: f32, colour: Colour) -> Style {
    Style { size, bold: false, colour, anchor: Anchor::Start }
}

impl Style {
    /// In bold.
    pub const fn bold(self) -> Style {
        Style { bold: true, ..self }
    }
    /// Standing elsewhere.
    pub const fn anchored(self, anchor: Anchor) -> Style {
        Style { anchor, ..self }
    }
}

/// A point of the drawing: x to the right, y downwards.
pub type Point = (f32, f32);

/// The drawing surface.
pub struct Canvas {
    width: f32,
    height: f32,
    svg: String,
    pixmap: Option<Pixmap>,
}

impl Canvas {
    /// An empty white sheet.
    pub fn new(width: f32, height: f32) -> Canvas {
        let pixmap = Pixmap::new((width * PNG_SCALE) as u32, (height * PNG_SCALE) as u32);
        let mut canvas = Canvas { width, height, svg: String::new(), pixmap };
        canvas.rectangle((0.0, 0.0), (width, height), WHITE);
        canvas
    }

    /// Width and height.
    pub fn size(&self) -> (f32, f32) {
        (self.width, self.height)
    }

    /// A filled rectangle.
    pub fn rectangle(&mut self, (x, y): Point, (width, height): Point, fill: Colour) {
        self.area(&[(x, y), (x + width, y), (x + width, y + height), (x, y + height)], fill, 1.0);
    }

    /// A filled polygon, `opacity` from 0 to 1.
    pub fn area(&mut self, points: &[Point], fill: Colour, opacity: f32) {
        let Some(path) = polygon(points) else { return };
        let _ = writeln!(
            self.svg,
            "<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"{}\"/>",
            list(points),
            hex(fill),
            opacity
        );
        self.fill(&path, fill, opacity);
    }

    /// A line through points; `dash` is the length of its dashes, 0 for none.
    pub fn line(&mut self, points: &[Point], colour: Colour, width: f32, dash: f32) {
        let mut builder = PathBuilder::new();
        for (i, &(x, y)) in points.iter().enumerate() {
            if i == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
        }
        let Some(path) = builder.finish() else { return };
        let dashes = if dash > 0.0 { format!(" stroke-dasharray=\"{dash} {dash}\"") } else { String::new() };
        let _ = writeln!(
            self.svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{dashes}/>",
            list(points),
            hex(colour)
        );
        self.stroke(&path, colour, width, dash);
    }

    /// A circle with an edge.
    pub fn circle(&mut self, (x, y): Point, radius: f32, fill: Colour, edge: Colour) {
        let _ = writeln!(
            self.svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"1.5\"/>",
            short(x),
            short(y),
            hex(fill),
            hex(edge)
        );
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            self.fill(&path, fill, 1.0);
            self.stroke(&path, edge, 1.5, 0.0);
        }
    }

    /// A line of text; y is its base line.
    pub fn text(&mut self, at: Point, text: &str, style: Style) {
        self.turned_text(at, text, style, 0.0);
    }

    /// A line of text, turned by `degrees` clockwise around its point.
    pub fn turned_text(&mut self, (x, y): Point, text: &str, style: Style, degrees: f32) {
        let anchor = match style.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x_text, y_text) = (short(x), short(y));
        let turn =
            if degrees == 0.0 { String::new() } else { format!(" transform=\"rotate({degrees} {x_text} {y_text})\"") };
        let weight = if style.bold { " font-weight=\"bold\"" } else { "" };
        let _ = writeln!(
            self.svg,
            "<text x=\"{x_text}\" y=\"{y_text}\" font-size=\"{}\" fill=\"{}\" text-anchor=\"{anchor}\"{weight}{turn}>{}</text>",
            style.size,
            hex(style.colour),
            escape(text)
        );
        let shift = match style.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -text_width(text, style) / 2.0,
            Anchor::End => -text_width(text, style),
        };
        if let (Some(path), Some(pixmap)) = (outline(text, style, shift), &mut self.pixmap) {
            let place = Transform::from_scale(PNG_SCALE, PNG_SCALE)
                .pre_concat(Transform::from_translate(x, y))
                .pre_concat(Transform::from_rotate(degrees));
            pixmap.fill_path(&path, &paint(style.colour, 1.0), FillRule::Winding, place, None);
        }
    }

    /// Both files; `title` is what a screen reader says.
    pub fn finish(self, title: &str) -> (String, Vec<u8>) {
        let (w, h) = (self.width, self.height);
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
             font-family=\"{FAMILY}\" role=\"img\">\n<title>{}</title>\n{}</svg>\n",
            escape(title),
            self.svg
        );
        (svg, self.pixmap.and_then(|p| p.encode_png().ok()).unwrap_or_default())
    }

    fn fill(&mut self, path: &Path, colour: Colour, opacity: f32) {
        if let Some(pixmap) = &mut self.pixmap {
            let scale = Transform::from_scale(PNG_SCALE, PNG_SCALE);
            pixmap.fill_path(path, &paint(colour, opacity), FillRule::Winding, scale, None);
        }
    }

    fn stroke(&mut self, path: &Path, colour: Colour, width: f32, dash: f32) {
        if let Some(pixmap) = &mut self.pixmap {
            let dash = if dash > 0.0 { StrokeDash::new(vec![dash, dash], 0.0) } else { None };
            let stroke =
                Stroke { width, dash, line_join: LineJoin::Round, line_cap: LineCap::Butt, ..Stroke::default() };
            let scale = Transform::from_scale(PNG_SCALE, PNG_SCALE);
            pixmap.stroke_path(path, &paint(colour, 1.0), &stroke, scale, None);
        }
    }
}

/// Width of a line of text.
pub fn text_width(text: &str, style: Style) -> f32 {
    let Some(fonts) = FONTS.as_ref() else { return text.len() as f32 * style.size * 0.6 };
    let font = &fonts[usize::from(style.bold)];
    let scale = style.size / font.units_per_em().unwrap_or(2048.0);
    text.chars().map(|c| font.h_advance_unscaled(font.glyph_id(c))).sum::<f32>() * scale
}

/// Breaks text between words into lines of at most `width`.
pub fn wrap(text: &str, style: Style, width: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), style) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// The outline of a line of text whose base line begins at (`shift`, 0).
fn outline(text: &str, style: Style, shift: f32) -> Option<Path> {
    let font = &FONTS.as_ref()?[usize::from(style.bold)];
    let scale = style.size / font.units_per_em().unwrap_or(2048.0);
    let mut builder = PathBuilder::new();
    let mut pen = shift;
    for character in text.chars() {
        let glyph = font.glyph_id(character);
        let mut last = None;
        let at = |p: ab_glyph::Point| (pen + p.x * scale, -p.y * scale);
        for curve in font.outline(glyph).into_iter().flat_map(|o| o.curves) {
            let (from, to) = match curve {
                OutlineCurve::Line(a, b) => (a, b),
                OutlineCurve::Quad(a, _, c) => (a, c),
                OutlineCurve::Cubic(a, _, _, d) => (a, d),
            };
            if last != Some(from) {
                let (x, y) = at(from);
                builder.move_to(x, y);
            }
            let (x, y) = at(to);
            match curve {
                OutlineCurve::Line(..) => builder.line_to(x, y),
                OutlineCurve::Quad(_, b, _) => builder.quad_to(at(b).0, at(b).1, x, y),
                OutlineCurve::Cubic(_, b, c, _) => builder.cubic_to(at(b).0, at(b).1, at(c).0, at(c).1, x, y),
            }
            last = Some(to);
        }
        pen += font.h_advance_unscaled(glyph) * scale;
    }
    builder.finish()
}

fn polygon(points: &[Point]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (i, &(x, y)) in points.iter().enumerate() {
        if i == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
    }
    builder.close();
    builder.finish()
}

fn paint(colour: Colour, opacity: f32) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(colour[0], colour[1], colour[2], (opacity.clamp(0.0, 1.0) * 255.0).round() as u8);
    paint
}

fn hex([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A coordinate to a tenth of a unit.
fn short(value: f32) -> String {
    format!("{}", (value * 10.0).round() / 10.0)
}

fn list(points: &[Point]) -> String {
    points.iter().map(|&(x, y)| format!("{},{}", short(x), short(y))).collect::<Vec<_>>().join(" ")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing() -> (String, Vec<u8>) {
        let mut canvas = Canvas::new(60.0, 40.0);
        canvas.area(&[(0.0, 0.0), (30.0, 0.0), (0.0, 20.0)], okabe_ito::BLUE, 0.5);
        canvas.text((30.0, 20.0), "R&D <5 %", style(10.0, INK).anchored(Anchor::Middle));
        canvas.finish("a \"test\"")
    }

    #[test]
    fn the_same_drawing_gives_the_same_bytes_and_text_is_escaped() {
        let (svg, png) = drawing();
        assert_eq!((svg.clone(), png.clone()), drawing());
        assert!(svg.contains(">R&amp;D &lt;5 %</text>"), "{svg}");
        assert!(png.starts_with(b"\x89PNG"));
        let pixmap = Pixmap::decode_png(&png).unwrap();
        assert_eq!((pixmap.width(), pixmap.height()), (120, 80));
        assert!(pixmap.pixels().iter().any(|p| p.red() < 60), "text is drawn dark, without any font of the system");
    }

    /// DejaVu Sans has 2,048 units an em; its digits are 1,303 units wide (hmtx table of version 2.37).
    #[test]
    fn text_is_measured_by_the_font() {
        let width = text_width("1234567890", style(20.48, INK));
        assert!((width - 130.3).abs() < 0.01, "{width}");
    }

    #[test]
    fn wrapping_keeps_every_word_and_the_width() {
        let text = "share of employees who teleworked under a formal scheme";
        let lines = wrap(text, style(12.0, INK), 150.0);
        assert_eq!(lines.join(" "), text);
        assert!(lines.len() > 1 && lines.iter().all(|l| text_width(l, style(12.0, INK)) <= 150.0), "{lines:?}");
    }
}
