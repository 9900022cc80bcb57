//! The surveys: who is asked, what is asked, how it is rounded.
//!
//! Each survey gives all its figures for one week; figures are then matched with published rows by survey, metric and
//! segment. What is in a frame but not simulated (occupation, gender, Tokyo's 23 wards, reasons) has no figure here.

use super::{
    respondents::{Stream, one_of, published, yes},
    view::{Tally, View, WorkerTable, staff_shares},
};
use crate::{
    classification::{Industry, PREFECTURES, Prefecture, Region},
    population::{FRAME_100_299, FRAME_300, FRAME_TSR, Response},
    random::Key,
};

/// A simulated survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survey {
    /// Tokyo Shoko Research, questionnaire to firms: large = capital of 100 million yen or more.
    Tsr,
    /// MIC Communications Usage Trend Survey: firms with 100 and more regular employees.
    Mic,
    /// MLIT Telework Population Survey: workers.
    Mlit,
    /// Cabinet Office survey on attitudes and behaviour under COVID-19: workers.
    CabinetOffice,
}

/// One figure before anything is matched with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Metric, spelt as in `data/observations`.
    pub metric: &'static str,
    /// Segment type, spelt as there.
    pub segment_type: &'static str,
    /// Segment, spelt as there.
    pub segment: String,
    /// Respondents.
    pub respondents: u32,
    /// With endless respondents.
    pub expected: f64,
    /// With these respondents, rounded.
    pub answer: f64,
}

/// How many are asked, and how many of them are large (TSR).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// Respondents in all.
    pub respondents: u32,
    /// Share of large firms among TSR's respondents (14.5-17.9 % in waves 2-14).
    pub share_large: f64,
    /// Whether TSR asks for the share of staff that teleworks.
    pub staff_shares: bool,
}

impl Survey {
    /// All.
    pub const ALL: [Survey; 4] = [Survey::Tsr, Survey::Mic, Survey::Mlit, Survey::CabinetOffice];

    /// Id, spelt as in `data/observations`.
    pub fn id(self) -> &'static str {
        match self {
            Survey::Tsr => "tsr_practice",
            Survey::Mic => "mic_introduction",
            Survey::Mlit => "mlit_workers",
            Survey::CabinetOffice => "cao_workers",
        }
    }

    /// Its latest published wave: respondents of later, simulated ones.
    pub fn usual_wave(self) -> Wave {
        let respondents = match self {
            Survey::Tsr => 9297,    // wave 14, formal-scheme question
            Survey::Mic => 2119,    // 2018, the last with a published number
            Survey::Mlit => 35_727, // FY2020, employees
            Survey::CabinetOffice => 10_128,
        };
        Wave { respondents, share_large: 1384.0 / 9297.0, staff_shares: false }
    }

    /// All figures of one wave.
    pub fn ask(
        self,
        view: &View,
        workers: &dyn Fn() -> WorkerTable,
        response: &Response,
        wave: Wave,
        key: Key,
    ) -> Vec<Figure> {
        match self {
            Survey::Tsr => tsr(view, response, wave, key),
            Survey::Mic => mic(view, wave, key),
            Survey::Mlit => mlit(&workers(), view, wave, key),
            Survey::CabinetOffice => cabinet_office(&workers(), view, wave, key),
        }
    }
}

fn tsr(view: &View, response: &Response, wave: Wave, key: Key) -> Vec<Figure> {
    let sizes: [Tally; 2] = view.tally(FRAME_TSR, |cell| usize::from(cell.high_capital));
    let mut figures = Vec::new();
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
            figures.push(Figure {
                metric,
                segment_type: "size",
                segment: segment.to_string(),
                respondents: asked as u32,
                expected,
                answer: published(answer),
            });
        }
    };
    let mut practice = [[0.0; 3]; 2];
    let mut formal = [[0.0; 2]; 2];
    for size in 0..2 {
        let tally = &sizes[size];
        let label = ["tsr/SME", "tsr/large"][size];
        let mut stream = Stream::new(key, label, view.week.0);
        practice[size] =
            one_of(asked[size], [tally.never(), tally.current(), tally.stopped()], &mut stream).map(|c| c as f64);
        let (before, after) = (tally.formal_since_start(), tally.formal() - tally.formal_since_start());
        let [b, a, _] = one_of(asked[size], [before, after, 1.0 - tally.formal()], &mut stream);
        formal[size] = [b as f64, a as f64];
    }
    let [never, current, stopped] =
        [Tally::never, Tally::current, Tally::stopped].map(|share| [share(&sizes[0]), share(&sizes[1])]);
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
    let practised = ever_counts.map(|c| c as u64);
    let still = [0, 1].map(|size| if ever[size] > 0.0 { current[size] / ever[size] } else { 0.0 });
    if practised.iter().all(|&n| n > 0) {
        push("still_practising_share_of_practisers", still, counts(1), practised);
    }
    if wave.staff_shares {
        figures.extend(tsr_staff_shares(view, response, wave, key, practice));
    }
    figures.extend(tsr_prefectures(view, &sizes, wave, key));
    figures
}

/// Share of staff teleworking, among firms that practise.
fn tsr_staff_shares(view: &View, response: &Response, wave: Wave, key: Key, practice: [[f64; 3]; 2]) -> Vec<Figure> {
    let sums = staff_shares(view, response);
    let asked = [practice[0][1] as u64, practice[1][1] as u64];
    let labels = ["10% of staff", "20% of staff", "30% of staff", ">=50% of staff"];
    let share = |size: usize, slot: usize| if sums[size][0] > 0.0 { sums[size][slot] / sums[size][0] } else { 0.0 };
    let pooled = |slot: usize| wave.share_large * share(1, slot) + (1.0 - wave.share_large) * share(0, slot);
    let figure = |metric, segment_type, segment: &str, asked: u64, expected: f64| {
        share_figure(("tsr", metric, segment_type, segment), asked as f64, expected, view.week.0, key)
    };
    let mut figures: Vec<Figure> = labels
        .iter()
        .enumerate()
        .map(|(slot, label)| {
            figure("staff_share_distribution", "staff share", label, asked[0] + asked[1], pooled(slot + 1))
        })
        .collect();
    figures.push(figure("staff_share_ge70", "size", "SME", asked[0], share(0, 5)));
    figures.push(figure("staff_share_ge70", "size", "large", asked[1], share(1, 5)));
    figures
}

/// By prefecture: all sizes together, large firms weighted to their share of respondents.
fn tsr_prefectures(view: &View, sizes: &[Tally; 2], wave: Wave, key: Key) -> Vec<Figure> {
    let all = sizes[0].all() + sizes[1].all();
    let by: [[Tally; PREFECTURES]; 2] = [false, true].map(|large| {
        let mut tallies: [Tally; PREFECTURES + 1] = view
            .tally(FRAME_TSR, |cell| if cell.high_capital == large { cell.prefecture.index() } else { PREFECTURES });
        let wanted = if large { wave.share_large } else { 1.0 - wave.share_large };
        let scale = wanted * all / sizes[usize::from(large)].all().max(f64::MIN_POSITIVE);
        std::array::from_fn(|p| {
            let mut scaled = Tally::default();
            scaled.add(&std::mem::take(&mut tallies[p]), scale);
            scaled
        })
    });
    let mut figures = Vec::new();
    for prefecture in Prefecture::all() {
        let mut tally = by[0][prefecture.index()];
        tally.add(&by[1][prefecture.index()], 1.0);
        let asked = (f64::from(wave.respondents) * tally.all() / all).round() as u64;
        let mut stream = Stream::new(key, &format!("tsr/{}", prefecture.name()), view.week.0);
        let [never, current, stopped] = one_of(asked, [tally.never(), tally.current(), tally.stopped()], &mut stream);
        for (metric, expected, count) in [
            ("practised", 1.0 - tally.never(), current + stopped),
            ("ever_practised", 1.0 - tally.never(), current + stopped),
            ("never_practised", tally.never(), never),
            ("current_practice", tally.current(), current),
            ("stopped", tally.stopped(), stopped),
        ] {
            figures.push(Figure {
                metric,
                segment_type: "prefecture",
                segment: prefecture.name().to_string(),
                respondents: asked as u32,
                expected,
                answer: published(count as f64 / asked.max(1) as f64),
            });
        }
    }
    figures
}

fn share_figure(
    (survey, metric, segment_type, segment): (&str, &'static str, &'static str, &str),
    asked: f64,
    expected: f64,
    week: u32,
    key: Key,
) -> Figure {
    let asked = asked.round().max(0.0) as u64;
    let mut stream = Stream::new(key, &format!("{survey}/{metric}/{segment_type}/{segment}"), week);
    Figure {
        metric,
        segment_type,
        segment: segment.to_string(),
        respondents: asked as u32,
        expected,
        answer: published(yes(asked, expected, &mut stream) as f64 / asked.max(1) as f64),
    }
}

/// Industries by the surveys' names.
const INDUSTRY_SEGMENTS: [(&str, &str); 13] = [
    ("information & communications", "G"),
    ("finance & insurance", "J"),
    ("real estate", "K"),
    ("construction", "D"),
    ("manufacturing", "E"),
    ("research, professional & technical services", "L"),
    ("accommodation & food", "M"),
    ("education & learning support", "O"),
    ("finance, insurance & real estate", "JK"),
    ("medical, welfare & childcare", "P"),
    ("transport", "H"),
    ("wholesale & retail", "I"),
    ("services", "LMNR"),
];

fn industries(letters: &str) -> Vec<Industry> {
    Industry::all().filter(|i| letters.contains(i.letter())).collect()
}

fn mic(view: &View, wave: Wave, key: Key) -> Vec<Figure> {
    let [middle]: [Tally; 1] = view.tally(FRAME_100_299, |_| 0);
    let [large]: [Tally; 1] = view.tally(FRAME_300, |_| 0);
    let mut total = middle;
    total.add(&large, 1.0);
    let asked = |tally: &Tally| f64::from(wave.respondents) * tally.all() / total.all().max(f64::MIN_POSITIVE);
    let figure = |segment_type, segment: &str, tally: &Tally| {
        share_figure(("mic", "introduced", segment_type, segment), asked(tally), tally.introduced(), view.week.0, key)
    };
    let mut figures = vec![
        figure("size", "total", &total),
        figure("size", "100-299 employees", &middle),
        figure("size", "300+ employees", &large),
    ];
    let by: [[Tally; 16]; 2] = [FRAME_100_299, FRAME_300].map(|frame| view.tally(frame, |cell| cell.industry.index()));
    for (segment, letters) in INDUSTRY_SEGMENTS {
        let mut tally = Tally::default();
        for industry in industries(letters) {
            tally.add(&by[0][industry.index()], 1.0);
            tally.add(&by[1][industry.index()], 1.0);
        }
        figures.push(figure("industry", segment, &tally));
    }
    figures
}

fn mlit(table: &WorkerTable, view: &View, wave: Wave, key: Key) -> Vec<Figure> {
    let total = table.sum(None, None, None);
    let week = view.week.0;
    let asked = |employees: f64| f64::from(wave.respondents) * employees / total.employees.max(f64::MIN_POSITIVE);
    let figure = |metric, segment_type, segment: &str, employees: f64, share: f64| {
        share_figure(("mlit", metric, segment_type, segment), asked(employees), share, week, key)
    };
    let by_scheme = |workers: &super::Workers| {
        let without = workers.ever - workers.ever_with_scheme;
        workers.share(workers.ever_with_scheme + view.parameters.permitted_without_scheme * without)
    };
    let all = total.employees;
    let mut figures = vec![
        figure("employed_ever", "total", "all employees", all, total.share(total.ever)),
        figure("employed_last_year", "total", "all employees", all, total.share(total.last_year)),
        figure("scheme_based", "total", "all employees", all, by_scheme(&total)),
    ];
    for region in Region::ALL {
        let workers = table.sum(None, None, Some(region));
        figures.push(figure(
            "employed_ever",
            "residence",
            region.name(),
            workers.employees,
            workers.share(workers.ever),
        ));
    }
    for (segment, bands) in [
        ("1000+ employees", &[3][..]),
        ("300-999 employees", &[2]),
        ("100-299 employees", &[1]),
        ("<100 employees", &[0]),
    ] {
        let workers = table.sum(None, Some(bands), None);
        figures.push(figure("employed_ever", "firm size", segment, workers.employees, workers.share(workers.ever)));
    }
    for (segment, letters) in INDUSTRY_SEGMENTS {
        let workers = table.sum(Some(&industries(letters)), None, None);
        figures.push(figure("employed_ever", "industry", segment, workers.employees, workers.share(workers.ever)));
    }
    figures
}

fn cabinet_office(table: &WorkerTable, view: &View, wave: Wave, key: Key) -> Vec<Figure> {
    let total = table.sum(None, None, None);
    let mut figures = Vec::new();
    let mut push = |segment_type, segment: &str, workers: &super::Workers| {
        let asked = f64::from(wave.respondents) * workers.employees / total.employees.max(f64::MIN_POSITIVE);
        for (metric, share) in
            [("experienced", workers.share(workers.ever)), ("telework_rate", workers.share(workers.now))]
        {
            figures.push(share_figure(("cao", metric, segment_type, segment), asked, share, view.week.0, key));
        }
    };
    push("region", "national", &total);
    push("region", "Tokyo area", &table.sum(None, None, Some(Region::Tokyo)));
    push("region", "regional area", &table.sum(None, None, Some(Region::Regional)));
    for (segment, letters) in INDUSTRY_SEGMENTS {
        push("industry", segment, &table.sum(Some(&industries(letters)), None, None));
    }
    figures
}
