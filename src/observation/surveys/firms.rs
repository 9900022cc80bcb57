//! Surveys of firms.

use super::{Sheet, Wave};
use crate::{
    classification::{INDUSTRIES, PREFECTURES, Prefecture},
    observation::{
        respondents::{Stream, one_of},
        segments::{INDUSTRY_SEGMENTS, industries},
        view::{Tally, View, all_of, staff_shares, tallies},
    },
    parameters::Parameters,
    population::{Response, Tallies},
};

/// Shares that answer never, now, stopped: some of those that have stopped do not say so.
fn answered(tally: &Tally, parameters: &Parameters) -> [f64; 3] {
    let forgotten = parameters.tsr_forgotten * tally.stopped();
    [tally.never() + forgotten, tally.current(), tally.stopped() - forgotten]
}

pub(super) fn tsr(sheet: &mut Sheet, view: &View, response: &Response, wave: Wave) {
    let tallies = view.state.tallies();
    let sizes = [false, true].map(|high_capital| all_of(tallies.responding(high_capital)));
    let key = sheet.key;
    let large = (f64::from(wave.respondents) * wave.share_large).round() as u64;
    let asked = [u64::from(wave.respondents) - large, large];
    // A share of SME, large, and all respondents together: the strata are drawn, the total follows from them.
    let mut push = |metric: &'static str, expected: [f64; 2], counts: [f64; 2], asked: [u64; 2]| {
        let all = (asked[0] + asked[1]) as f64;
        let pooled = (expected[0] * asked[0] as f64 + expected[1] * asked[1] as f64) / all;
        let rows = [
            ("total", asked[0] + asked[1], pooled, (counts[0] + counts[1]) / all),
            ("large", asked[1], expected[1], counts[1] / asked[1] as f64),
            ("SME", asked[0], expected[0], counts[0] / asked[0] as f64),
        ];
        for (segment, asked, expected, answer) in rows {
            sheet.push(metric, "size", segment, asked as u32, expected, answer);
        }
    };
    let answers = sizes.each_ref().map(|tally| answered(tally, view.parameters));
    let mut practice = [[0.0; 3]; 2];
    let mut formal = [[0.0; 2]; 2];
    for size in 0..2 {
        let tally = &sizes[size];
        let label = ["tsr/SME", "tsr/large"][size];
        let mut stream = Stream::new(key, label, view.week.0);
        practice[size] = one_of(asked[size], answers[size], &mut stream).map(|c| c as f64);
        let (before, after) = (tally.formal_since_start(), tally.formal() - tally.formal_since_start());
        let [b, a, _] = one_of(asked[size], [before, after, 1.0 - tally.formal()], &mut stream);
        formal[size] = [b as f64, a as f64];
    }
    let [never, current, stopped] = [0, 1, 2].map(|answer| [answers[0][answer], answers[1][answer]]);
    let ever = never.map(|n| 1.0 - n);
    let counts = |kind: usize| [practice[0][kind], practice[1][kind]];
    let ever_counts = [practice[0][1] + practice[0][2], practice[1][1] + practice[1][2]];
    push("practised", ever, ever_counts, asked);
    push("ever_practised", ever, ever_counts, asked);
    push("never_practised", never, counts(0), asked);
    push("current_practice", current, counts(1), asked);
    push("stopped", stopped, counts(2), asked);
    let both = |share: fn(&Tally) -> f64| [share(&sizes[0]), share(&sizes[1])];
    let (all_formal, before) = (both(Tally::formal), both(Tally::formal_since_start));
    push("institutionalised", all_formal, [formal[0][0] + formal[0][1], formal[1][0] + formal[1][1]], asked);
    push("institutionalised_before_covid", before, [formal[0][0], formal[1][0]], asked);
    let after = [all_formal[0] - before[0], all_formal[1] - before[1]];
    push("institutionalised_after_covid", after, [formal[0][1], formal[1][1]], asked);
    // Where nobody practised the question is put to one firm, so that every run answers the same questions.
    let practised = ever_counts.map(|c| (c as u64).max(1));
    let still = [0, 1].map(|size| if ever[size] > 0.0 { current[size] / ever[size] } else { 0.0 });
    push("still_practising_share_of_practisers", still, counts(1), practised);
    if wave.staff_shares {
        tsr_staff_shares(sheet, view, response, wave, practice);
    }
    if wave.prefectures {
        tsr_prefectures(sheet, view, &tallies, &sizes, wave);
    }
}

/// Share of staff teleworking, among firms that practise.
fn tsr_staff_shares(sheet: &mut Sheet, view: &View, response: &Response, wave: Wave, practice: [[f64; 3]; 2]) {
    let sums = staff_shares(view, response);
    let asked = [practice[0][1], practice[1][1]];
    let labels = ["10% of staff", "20% of staff", "30% of staff", ">=50% of staff"];
    let share = |size: usize, slot: usize| if sums[size][0] > 0.0 { sums[size][slot] / sums[size][0] } else { 0.0 };
    let pooled = |slot: usize| wave.share_large * share(1, slot) + (1.0 - wave.share_large) * share(0, slot);
    for (slot, label) in labels.into_iter().enumerate() {
        sheet.ask_number("staff_share_distribution", "staff share", label, asked[0] + asked[1], pooled(slot + 1));
    }
    sheet.ask_number("staff_share_ge70", "size", "SME", asked[0], share(0, 5));
    sheet.ask_number("staff_share_ge70", "size", "large", asked[1], share(1, 5));
}

/// By prefecture: all sizes together, large firms weighted to their share of respondents.
fn tsr_prefectures(sheet: &mut Sheet, view: &View, counted: &Tallies, sizes: &[Tally; 2], wave: Wave) {
    let all = sizes[0].all() + sizes[1].all();
    let by: [[Tally; PREFECTURES]; 2] = [false, true].map(|large| {
        let tallies = tallies::<PREFECTURES>(counted.responding(large));
        let wanted = if large { wave.share_large } else { 1.0 - wave.share_large };
        let scale = wanted * all / sizes[usize::from(large)].all().max(f64::MIN_POSITIVE);
        std::array::from_fn(|p| {
            let mut scaled = Tally::default();
            scaled.add(&tallies[p], scale);
            scaled
        })
    });
    for prefecture in Prefecture::all() {
        let mut tally = by[0][prefecture.index()];
        tally.add(&by[1][prefecture.index()], 1.0);
        let asked = (f64::from(wave.respondents) * tally.all() / all).round() as u64;
        let mut stream = Stream::new(sheet.key, &format!("tsr/{}", prefecture.name()), view.week.0);
        let answers = answered(&tally, view.parameters);
        let [never, current, stopped] = one_of(asked, answers, &mut stream);
        for (metric, expected, count) in [
            ("practised", 1.0 - answers[0], current + stopped),
            ("ever_practised", 1.0 - answers[0], current + stopped),
            ("never_practised", answers[0], never),
            ("current_practice", answers[1], current),
            ("stopped", answers[2], stopped),
        ] {
            let answer = count as f64 / asked.max(1) as f64;
            sheet.push(metric, "prefecture", prefecture.name(), asked as u32, expected, answer);
        }
    }
}

pub(super) fn mic(sheet: &mut Sheet, view: &View) {
    let counted = view.state.tallies();
    let [middle, large] = [false, true].map(|three_hundred| all_of(counted.hundred(three_hundred)));
    let mut total = middle;
    total.add(&large, 1.0);
    let mut put = |segment_type, segment: &str, tally: &Tally| {
        let part = tally.all() / total.all().max(f64::MIN_POSITIVE);
        sheet.ask("introduced", segment_type, segment, part, tally.introduced());
    };
    put("size", "total", &total);
    put("size", "100-299 employees", &middle);
    put("size", "300+ employees", &large);
    let by = [false, true].map(|three_hundred| tallies::<INDUSTRIES>(counted.hundred(three_hundred)));
    for (segment, _) in INDUSTRY_SEGMENTS {
        let mut tally = Tally::default();
        for industry in industries(segment) {
            tally.add(&by[0][industry.index()], 1.0);
            tally.add(&by[1][industry.index()], 1.0);
        }
        put("industry", segment, &tally);
    }
}

/// The Tokyo government asks firms with 30 and more employees; the total is that of all firms of the frame, since the
/// parts of the size classes among those who answer are published for one wave only.
pub(super) fn tokyo(sheet: &mut Sheet, view: &View) {
    let population = view.population;
    let mut classes = [[0.0; 2]; 3];
    for &(cell, firm) in population.tokyo_frame() {
        let (weight, firm) = (population.cells[cell as usize].weight, firm as usize);
        let class = match population.employees[firm] {
            0..100 => 0,
            100..300 => 1,
            _ => 2,
        };
        // As in MIC's survey: introduced is also what stands in the rules without being practised this week.
        let status = view.state.status(firm);
        let introduced = status.practises() || status.formal();
        classes[class][0] += weight;
        classes[class][1] += if introduced { weight } else { 0.0 };
    }
    let total = classes.iter().fold([0.0; 2], |sum, class| [sum[0] + class[0], sum[1] + class[1]]);
    for (segment, [firms, practise]) in
        [("total", total), ("300+", classes[2]), ("100-299", classes[1]), ("30-99", classes[0])]
    {
        let share = if firms > 0.0 { practise / firms } else { 0.0 };
        sheet.ask("introduced", "size", segment, firms / total[0].max(f64::MIN_POSITIVE), share);
    }
}
