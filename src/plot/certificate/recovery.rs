//! Recovery: ranks of synthetic truths among their posterior draws, and coverage by parameter.

use super::{
    FAINT, HOLDS, Key, MISSES, Mark, Page, draw_heading, draw_key, draw_label,
    rows::{Rows, label_room},
};
use crate::{
    calibration::certificate::{Certificate, Recovered},
    plot::{
        Sheet,
        axes::{Unit, axis_end, labelled_ticks},
        canvas::{Anchor, Canvas, GREY, INK, PALE, Point, style},
    },
};
use std::collections::BTreeSet;

const SOURCE: &str = "telework-sim, telework calibrate: recovery.csv. Truths are drawn from the prior, surveys are simulated from \
     them and fitted as the published ones are. Ranks are even and coverage is nominal when the posterior is right \
     (simulation-based calibration). The band of the histogram takes all ranks as independent; those of one truth \
     are not quite, so that a bar may leave it somewhat more often than one time in twenty.";
const TOP: f32 = 130.0;
const PITCH: f32 = 16.0;
const BINS: usize = 10;

/// The picture; none when the table has no rows.
pub fn sheets(certificate: &Certificate) -> Vec<Sheet> {
    let rows = &certificate.recovery;
    let parameters = certificate.recovered_parameters();
    if parameters.is_empty() {
        return Vec::new();
    }
    let left = 490.0 + label_room(parameters.iter().map(|(name, _)| *name));
    let chart = Rows {
        corner: (left, TOP + 16.0),
        width: 420.0,
        pitch: PITCH,
        count: parameters.len(),
        values: (0.0, 1.0),
        unit: Unit::Share,
    };
    let page = Page {
        name: "3_recovery".to_string(),
        title: "Recovery of synthetic truths".to_string(),
        source: SOURCE,
        size: (left + 420.0 + 40.0, chart.bottom().max(TOP + 440.0) + 108.0),
    };
    vec![page.draw(certificate, |canvas| {
        let truths = rows.iter().map(|row| row.truth).collect::<BTreeSet<_>>().len();
        draw_histogram(canvas, (70.0, TOP + 16.0), rows);
        draw_heading(canvas, (490.0, TOP - 14.0), &format!("Coverage by parameter, {truths} truths (per cent)"));
        let entries = [
            (Key::Mark(Mark::Ring, HOLDS), "truths inside 50 %"),
            (Key::Mark(Mark::Disc, HOLDS), "truths inside 90 %"),
            (Key::Mark(Mark::OpenDiamond, MISSES), "inside 50 %, beyond its band"),
            (Key::Mark(Mark::Diamond, MISSES), "inside 90 %, beyond its band (grey: 95 % luck)"),
        ];
        draw_key(canvas, (24.0, 88.0), &entries);
        chart.draw_axis(canvas, "share of truths inside the interval (per cent)");
        for (i, (name, coverage)) in parameters.iter().enumerate() {
            chart.draw_label(canvas, i, name, INK);
            let marks = [
                (0.5, coverage.inside_50, [Mark::Ring, Mark::OpenDiamond]),
                (0.9, coverage.inside_90, [Mark::Disc, Mark::Diamond]),
            ];
            for (nominal, inside, [holding, missing]) in marks {
                let n = coverage.figures;
                let (low, high) = band(n, nominal);
                let share = |count: usize| count as f64 / n as f64;
                let (from, to) = (chart.x(share(low)), chart.x(share(high)));
                canvas.rectangle((from, chart.y(i) - PITCH / 2.0), (to - from, PITCH), FAINT, 0.2);
                let (mark, colour) = if (low..=high).contains(&inside) { (holding, HOLDS) } else { (missing, MISSES) };
                chart.draw_mark(canvas, i, share(inside), mark, colour);
            }
        }
        for nominal in [0.5, 0.9] {
            chart.draw_line(canvas, nominal, GREY, 4.0);
        }
    })]
}

/// How many ranks fall into each tenth, and how many would by luck.
fn draw_histogram(canvas: &Canvas, (left, top): Point, rows: &[Recovered]) {
    let (width, height) = (360.0, 320.0);
    let mut counts = [0usize; BINS];
    // Each row's chance of a bin: the bins share `draws + 1` ranks, not always evenly.
    let mut chance = [0.0; BINS];
    for row in rows {
        let ranks = row.draws as usize + 1;
        counts[row.rank as usize * BINS / ranks] += 1;
        for (bin, chance) in chance.iter_mut().enumerate() {
            let first = |bin: usize| (bin * ranks).div_ceil(BINS);
            *chance += (first(bin + 1) - first(bin)) as f64 / ranks as f64;
        }
    }
    let n = rows.len();
    let alone: Vec<(usize, usize)> = chance.iter().map(|c| band(n, c / n as f64)).collect();
    let most = counts.iter().copied().chain(alone.iter().map(|band| band.1)).max().unwrap_or(1) as f64;
    let end = axis_end(most);
    let y = |count: f64| top + height * (1.0 - count / end) as f32;
    let step = width / BINS as f32;
    draw_heading(canvas, (left - 46.0, top - 30.0), "Ranks of the truths among their posterior draws");
    for (tick, text) in labelled_ticks(0.0, end, 6, Unit::Number) {
        canvas.line(vec![(left, y(tick)), (left + width, y(tick))], PALE, 1.0, 0.0);
        let label = style(10.5, GREY).anchored(Anchor::End);
        canvas.text((left - 6.0, y(tick) + 4.0), &text, label);
    }
    for (bin, count) in counts.iter().enumerate() {
        let x = left + step * bin as f32;
        let (low, high) = alone[bin];
        let (top, bottom) = (y(high as f64), y(low as f64));
        canvas.rectangle((x, top), (step, bottom - top), FAINT, 0.4);
        let holds = (low..=high).contains(count);
        let colour = if holds { HOLDS } else { MISSES };
        canvas.rectangle((x + 3.0, y(*count as f64)), (step - 6.0, y(0.0) - y(*count as f64)), colour, 0.55);
        draw_label(canvas, (x + step / 2.0, y(0.0) - 6.0), &count.to_string(), INK);
    }
    for edge in 0..=BINS {
        draw_label(canvas, (left + step * edge as f32, top + height + 15.0), &(edge * 10).to_string(), INK);
    }
    draw_label(canvas, (left + width / 2.0, top + height + 33.0), "rank (per cent of the draws)", GREY);
    canvas.text(
        (left - 36.0, top + height / 2.0),
        "parameters x truths",
        style(11.0, GREY).anchored(Anchor::Middle).upwards(),
    );
    let entries = [
        (Key::Area(FAINT, 0.4), "95 % band around even ranks"),
        (Key::Area(HOLDS, 0.55), "count, inside the band"),
        (Key::Area(MISSES, 0.55), "count, outside the band"),
    ];
    for (i, entry) in entries.iter().enumerate() {
        draw_key(canvas, (left - 46.0, top + height + 58.0 + 19.0 * i as f32), std::slice::from_ref(entry));
    }
}

/// Counts between which a binomial of `n` trials lies with at least 95 % probability, 2.5 % at most on each side.
fn band(n: usize, p: f64) -> (usize, usize) {
    let log_term = |k: usize| {
        let (n, k) = (n as f64, k as f64);
        let ways = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
        ways + k * libm::log(p) + (n - k) * libm::log(1.0 - p)
    };
    let mut below = 0.0;
    let mut low = None;
    for k in 0..=n {
        below += libm::exp(log_term(k));
        if below > 0.025 {
            low.get_or_insert(k);
        }
        if below >= 0.975 {
            return (low.unwrap_or(0), k);
        }
    }
    (low.unwrap_or(0), n)
}

#[cfg(test)]
mod tests {
    use super::band;

    /// 20 trials at 0.5: tables of the binomial distribution give P(X <= 5) = 0.0207 and P(X <= 14) = 0.9793. 20 at 0.9:
    /// P(X <= 14) = 0.0113, P(X <= 15) = 0.0432.
    #[test]
    fn bands_are_those_of_binomial_tables() {
        assert_eq!(band(20, 0.5), (6, 14));
        assert_eq!(band(20, 0.9), (15, 20));
    }
}
