//! Prior sensitivity: each KPI in the last fiscal year under each set of priors.

use super::{
    Key, Mark, Page, draw_key,
    rows::{Rows, label_room},
};
use crate::{
    calibration::certificate::{Certificate, UnderPriors, distinct, names::spaced},
    plot::{
        Sheet,
        axes::Unit,
        canvas::{Colour, INK, okabe_ito},
    },
};

const TOP: f32 = 130.0;
const PITCH: f32 = 15.0;
/// Marks and colours of the sets, in the order of the table.
const LOOKS: [(Mark, Colour); 3] =
    [(Mark::Disc, okabe_ito::BLUE), (Mark::Ring, okabe_ito::GREEN), (Mark::Diamond, okabe_ito::ORANGE)];

/// The picture, when the table has shares.
pub fn sheets(certificate: &Certificate) -> Vec<Sheet> {
    let rows = certificate.last_under_priors();
    if rows.is_empty() {
        return Vec::new();
    }
    let sets: Vec<String> = distinct(rows.iter().map(|row| row.priors.as_str())).into_iter().map(spaced).collect();
    let of_set = |row: &UnderPriors| sets.iter().position(|set| *set == spaced(&row.priors)).unwrap_or(0);
    let labels: Vec<String> = rows.iter().map(|row| row.label()).collect();
    let left = 24.0 + label_room(labels.iter().map(String::as_str));
    let lowest = rows.iter().map(|row| row.low_5).fold(0.0, f64::min);
    let highest = rows.iter().map(|row| row.high_95).fold(0.0, f64::max);
    let chart = Rows {
        corner: (left, TOP),
        width: 520.0,
        pitch: PITCH,
        count: rows.len(),
        values: ((lowest * 10.0).floor() / 10.0, (highest * 10.0).ceil() / 10.0),
        unit: Unit::Share,
    };
    let page = Page {
        name: "4_priors".to_string(),
        title: format!("Prior sensitivity: KPIs of FY{} under other priors", rows[0].fiscal_year),
        source: "telework-sim, telework calibrate: prior_sensitivity.csv. The same figures fitted under each set of priors; the \
                 KPI as its survey will publish it, in the fitted scenario. Twice as wide: standard deviations doubled. Moved: \
                 means a standard deviation up and down in turns. Days a week stand in the table only.",
        size: (left + 520.0 + 60.0, chart.bottom() + 95.0),
    };
    let sheet = page.draw(certificate, |canvas| {
        let entries: Vec<(Key, &str)> =
            sets.iter().zip(LOOKS).map(|(set, (mark, colour))| (Key::Mark(mark, colour), set.as_str())).collect();
        draw_key(canvas, (24.0, 88.0), &entries);
        chart.draw_axis(canvas, "per cent: median and 90 % range");
        let mut first = 0;
        for same in rows.chunk_by(|a, b| (&a.kpi, &a.segment) == (&b.kpi, &b.segment)) {
            chart.draw_label(canvas, first + same.len() / 2, &same[0].label(), INK);
            for (i, row) in (first..).zip(same) {
                let (mark, colour) = LOOKS[of_set(row) % LOOKS.len()];
                let y = chart.y(i);
                canvas.line(vec![(chart.x(row.low_5), y), (chart.x(row.high_95), y)], colour, 1.5, 0.0);
                chart.draw_mark(canvas, i, row.median, mark, colour);
            }
            first += same.len();
        }
    });
    vec![sheet]
}
