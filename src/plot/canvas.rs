//! The sheet that pictures are drawn on: elements of `plotters` in units of the sheet, out as SVG and as a PNG of it.
//!
//! `plotters` rounds to whole steps, so a sheet has [`FINE`] of them a unit. Text is measured and, in the PNG, drawn
//! with DejaVu Sans from inside the program, so pictures are the same on a machine without fonts; the SVG names that
//! font and common ones of about its width.

use crate::{
    error::{Kind, Problem},
    text::one_line,
};
use plotters::{
    coord::{
        ranged1d::Ranged,
        types::{RangedCoordf32, RangedCoordf64},
    },
    element::{DashedPathElement, Drawable, PointCollection},
    prelude::{
        Cartesian2d, Circle, Color, DrawingArea, EmptyElement, FontFamily, FontStyle, FontTransform, IntoDrawingArea,
        PathElement, Polygon, RGBColor, SVGBackend, ShapeStyle, Text, TextStyle,
    },
    style::{
        FontDesc, register_font,
        text_anchor::{HPos, Pos, VPos},
    },
};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg,
};
use std::sync::{Arc, LazyLock};

/// Steps of `plotters` in a unit of the sheet.
const FINE: f32 = 10.0;
/// Pixels of the PNG for one unit of the sheet, so that it stays sharp in print and on dense screens.
const PNG_SCALE: f32 = 2.0;
const FAMILY: &str = "DejaVu Sans, Verdana, Arial, sans-serif";
/// Size of a font of `plotters`, in ems.
const SIZE_OF_EM: f64 = 1.24;
/// `plotters` puts the base line this much of an em below the top of a text.
const TOP_TO_BASE: f32 = 0.76;

/// The fonts of the PNG; making them also tells `plotters`, which measures with them.
static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = usvg::fontdb::Database::new();
    for (style, bytes) in [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())] {
        // Both read the fonts of the `dejavu` crate; a test would fail if either did not.
        let _ = register_font(FAMILY, style, bytes);
        fonts.load_font_source(usvg::fontdb::Source::Binary(Arc::new(bytes)));
    }
    Arc::new(fonts)
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
    /// Read from below to above.
    pub upwards: bool,
}

/// Text in `colour`, beginning at its point.
pub const fn style(size: f32, colour: Colour) -> Style {
    Style { size, bold: false, colour, anchor: Anchor::Start, upwards: false }
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
    /// Read from below to above.
    pub const fn upwards(self) -> Style {
        Style { upwards: true, ..self }
    }
    const fn weight(self) -> FontStyle {
        if self.bold { FontStyle::Bold } else { FontStyle::Normal }
    }
    fn of_plotters(self) -> TextStyle<'static> {
        let across = match self.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let size = f64::from(self.size * FINE) * SIZE_OF_EM;
        let turn = if self.upwards { FontTransform::Rotate270 } else { FontTransform::None };
        FontDesc::new(FontFamily::Name(FAMILY), size, self.weight())
            .transform(turn)
            .color(&rgb(self.colour))
            .pos(Pos::new(across, VPos::Top))
    }
}

/// A point of the sheet: x to the right, y downwards.
pub type Point = (f32, f32);

/// A surface with coordinates `X` across and `Y` upwards or downwards.
pub struct Surface<'a, X: Ranged, Y: Ranged>(DrawingArea<SVGBackend<'a>, Cartesian2d<X, Y>>);

/// A whole sheet, in its own units.
pub type Canvas<'a> = Surface<'a, RangedCoordf32, RangedCoordf32>;

/// A sheet of `size` as SVG, white and then drawn on; `title` is what a screen reader says.
pub fn sheet(title: &str, (width, height): Point, draw: impl FnOnce(&Canvas)) -> String {
    let (wide, high) = ((width * FINE) as u32, (height * FINE) as u32);
    let mut drawing = String::new();
    {
        // The drawing is complete when its area is dropped.
        let area = SVGBackend::with_string(&mut drawing, (wide, high)).into_drawing_area();
        let canvas = Surface(area.apply_coord_spec(Cartesian2d::new(0.0..width, 0.0..height, area.get_pixel_range())));
        canvas.rectangle((0.0, 0.0), (width, height), WHITE, 1.0);
        draw(&canvas);
    }
    // The backend's own element would be a viewport inside ours: a clip, for which all is drawn aside and copied.
    let (_, drawing) = drawing.split_once('>').unwrap_or_default();
    let drawing = drawing.trim().trim_end_matches("</svg>");
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" stroke-linejoin=\"round\">\n<title>{title}</title>\n{drawing}</svg>\n"
    )
}

/// An SVG of [`sheet`] as PNG.
///
/// # Errors
/// A sheet that is no valid SVG or too large.
pub fn rasterised(svg: &str) -> Result<Vec<u8>, Problem> {
    let failed = |why: String| Problem::error(Kind::Files, format!("a picture cannot be made a PNG: {why}"));
    let options = usvg::Options { fontdb: FONTS.clone(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| failed(e.to_string()))?;
    let (width, height) = (tree.size().width() * PNG_SCALE, tree.size().height() * PNG_SCALE);
    let mut pixmap = Pixmap::new(width as u32, height as u32).ok_or_else(|| failed("it has no size".into()))?;
    resvg::render(&tree, Transform::from_scale(PNG_SCALE, PNG_SCALE), &mut pixmap.as_mut());
    encoded(&pixmap).map_err(|e| failed(e.to_string()))
}

/// An opaque picture as PNG. Areas of one colour are compressed best as they are: filtered, they take longer and more bytes.
fn encoded(pixmap: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let colours: Vec<u8> = pixmap.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}

impl<'a> Canvas<'a> {
    /// A filled rectangle, `opacity` from 0 to 1.
    pub fn rectangle(&self, (x, y): Point, (width, height): Point, fill: Colour, opacity: f64) {
        self.area(vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)], fill, opacity);
    }

    /// A line of text; y is its base line.
    pub fn text(&self, at: Point, text: &str, style: Style) {
        self.text_beside(at, (0.0, 0.0), text, style);
    }

    /// Width and height.
    pub fn size(&self) -> Point {
        let (width, height) = self.0.dim_in_pixel();
        (width as f32 / FINE, height as f32 / FINE)
    }

    /// A part of the sheet with coordinates of its own, `y` from its bottom upwards.
    pub fn part<X: Ranged, Y: Ranged>(
        &self,
        corner: Point,
        size: Point,
        x: impl Into<X>,
        y: impl Into<Y>,
    ) -> Surface<'a, X, Y> {
        let (left, top) = (steps(corner.0), steps(corner.1));
        let (right, bottom) = (steps(corner.0 + size.0), steps(corner.1 + size.1));
        Surface(self.0.strip_coord_spec().apply_coord_spec(Cartesian2d::new(x, y, (left..right, bottom..top))))
    }
}

impl<'a, X: Ranged<ValueType: Clone>, Y: Ranged<ValueType: Clone>> Surface<'a, X, Y> {
    /// A filled polygon, `opacity` from 0 to 1.
    pub fn area(&self, points: Vec<(X::ValueType, Y::ValueType)>, fill: Colour, opacity: f64) {
        self.draw(&Polygon::new(points, rgb(fill).mix((opacity * 1000.0).round() / 1000.0)));
    }

    /// A line through points; `dash` is the length of its dashes, 0 for none.
    pub fn line(&self, points: Vec<(X::ValueType, Y::ValueType)>, colour: Colour, width: f32, dash: f32) {
        if dash > 0.0 {
            self.draw(&DashedPathElement::new(points, steps(dash), steps(dash), stroke(colour, width)));
        } else {
            self.draw(&PathElement::new(points, stroke(colour, width)));
        }
    }

    /// A straight line between two places given in units of the sheet from a point.
    pub fn line_beside(&self, at: (X::ValueType, Y::ValueType), ends: [Point; 2], colour: Colour, width: f32) {
        let ends = ends.map(|(x, y)| (steps(x), steps(y)));
        self.draw(&(EmptyElement::at(at) + PathElement::new(ends, stroke(colour, width))));
    }

    /// A circle with an edge.
    pub fn circle(&self, at: (X::ValueType, Y::ValueType), radius: f32, fill: Colour, edge: Colour) {
        self.draw(&Circle::new(at.clone(), steps(radius), rgb(fill).filled()));
        self.draw(&Circle::new(at, steps(radius), stroke(edge, 1.5)));
    }

    /// A line of text whose anchor and base line are `shift` units of the sheet from a point.
    pub fn text_beside(&self, at: (X::ValueType, Y::ValueType), shift: Point, text: &str, style: Style) {
        // XML has no place for control characters either, which a scenario's title may hold.
        let text = one_line(text);
        let rise = style.size * TOP_TO_BASE;
        let (x, y) = if style.upwards { (shift.0 - rise, shift.1) } else { (shift.0, shift.1 - rise) };
        self.draw(&(EmptyElement::at(at) + Text::new(text, (steps(x), steps(y)), style.of_plotters())));
    }

    /// Drawing into memory cannot fail.
    fn draw<E: Drawable<SVGBackend<'a>>>(&self, element: &E)
    where
        for<'e> &'e E: PointCollection<'e, (X::ValueType, Y::ValueType)>,
    {
        let _ = self.0.draw(element);
    }
}

fn steps(units: f32) -> i32 {
    (units * FINE).round() as i32
}

fn rgb([r, g, b]: Colour) -> RGBColor {
    RGBColor(r, g, b)
}

fn stroke(colour: Colour, width: f32) -> ShapeStyle {
    rgb(colour).stroke_width(steps(width).unsigned_abs())
}

/// At most `most` round values from `low` to `high`, at steps of 1, 2 or 5 times a power of ten.
pub fn ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    RangedCoordf64::from(low..high).key_points(most)
}

/// Width of a line of text.
pub fn text_width(text: &str, style: Style) -> f32 {
    LazyLock::force(&FONTS);
    // `plotters` measures in whole steps and takes a size for the height from the lowest to the highest letter, which
    // in this font is 2,384 of the 2,048 units of an em.
    const LARGE: f32 = 1000.0;
    let font = FontDesc::new(FontFamily::Name(FAMILY), f64::from(LARGE * 2384.0 / 2048.0), style.weight());
    let width = font.layout_box(text).map_or(text.len() as f32 * LARGE * 0.6, |(_, (width, _))| width as f32);
    width / LARGE * style.size
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

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing() -> (String, Vec<u8>) {
        let svg = sheet("a & b", (60.0, 40.0), |canvas| {
            canvas.area(vec![(0.0, 0.0), (30.0, 0.0), (0.0, 20.0)], okabe_ito::BLUE, 0.5);
            canvas.text((30.0, 20.0), "R&D <5\u{1}%", style(10.0, INK).anchored(Anchor::Middle));
        });
        let png = rasterised(&svg).unwrap();
        (svg, png)
    }

    #[test]
    fn the_same_drawing_gives_the_same_bytes_and_text_is_escaped() {
        let (svg, png) = drawing();
        assert_eq!((svg.clone(), png.clone()), drawing());
        assert!(svg.contains("R&amp;D &lt;5\u{fffd}%") && svg.contains("<title>a &amp; b</title>"), "{svg}");
        assert_eq!(svg.matches("<svg").count(), 1, "a second viewport is a clip around all: {svg}");
        let pixmap = Pixmap::decode_png(&png).unwrap();
        assert_eq!((pixmap.width(), pixmap.height()), (120, 80));
        assert!(pixmap.pixels().iter().any(|p| p.red() < 60), "text is drawn dark, without any font of the system");
        // Half of Okabe and Ito's blue (0, 114, 178) on white, at a place inside the triangle.
        let inside = pixmap.pixel(10, 10).unwrap();
        assert!(inside.red().abs_diff(128) < 2 && inside.blue().abs_diff(217) < 2, "{inside:?}");
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
