//! Static pictures of a run: practice by size, KPI fans, practice by prefecture, interventions. Results in, SVG and
//! PNG out.

mod axes;
mod canvas;
mod certificate;
mod declarations;
mod interventions;
mod kpi;
mod prefectures;
mod sizes;

pub use certificate::certificate_pictures;

use crate::{
    analysis::{Answers, Fan},
    calendar::Week,
    data::Data,
    engine::{ParameterChoice, ParameterSource},
    error::Problem,
    results::caveat,
    scenario::Scenario,
};
use canvas::{Anchor, Canvas, GREY, INK, Style, style, wrap};
use jiff::{Span, civil::Date};

/// What the pictures are drawn from.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The scenario that was run.
    pub scenario: &'a Scenario,
    /// Whether its replicates have posterior draws or the point.
    pub parameters: ParameterChoice,
    /// Tables: prefecture tiles, declarations, the posterior.
    pub data: &'a Data,
    /// What the runs came to.
    pub answers: &'a Answers,
}

impl<'a> Subject<'a> {
    /// The candidate KPIs over time.
    fn fans(&self) -> &'a [Fan] {
        &self.answers.digest.fans
    }
}

/// One picture in both forms.
pub struct Picture {
    /// File name without ending.
    pub name: String,
    /// The SVG file.
    pub svg: String,
    /// The PNG file.
    pub png: Vec<u8>,
}

/// Name and SVG of a picture.
type Sheet = (String, String);

/// Every picture that the run has figures for.
///
/// # Errors
/// A picture that cannot be made a PNG.
pub fn pictures(subject: &Subject) -> Result<Vec<Picture>, Problem> {
    let sheets = [
        sizes::practice_by_size(subject),
        kpi::fans(subject),
        prefectures::tile_map(subject),
        interventions::reach_and_spend(subject),
    ];
    let picture = |(name, svg): Sheet| Ok(Picture { name, png: canvas::rasterised(&svg)?, svg });
    sheets.into_iter().flatten().map(picture).collect()
}

/// First and last day of the run's weeks, with some room on both sides of a run of a few weeks.
fn period(subject: &Subject) -> (Date, Date) {
    let run = &subject.scenario.run;
    let first = Week::containing(run.start).map_or(run.start, Week::monday);
    if (run.end - first).get_days() >= 28 {
        return (first, run.end);
    }
    let apart = |date: Date, days: i64| date.checked_add(Span::new().days(days)).unwrap_or(date);
    (apart(first, -14), apart(run.end, 21))
}

/// Title and scenario line at the top of a sheet.
fn draw_title(canvas: &Canvas, title: &str, subject: &Subject) {
    canvas.text((24.0, 36.0), title, style(20.0, INK).bold());
    let scenario = format!("{} (scenario {})", subject.scenario.title, subject.scenario.name);
    canvas.text((24.0, 58.0), &fitting(&scenario, style(13.0, GREY), canvas.size().0 - 48.0), style(13.0, GREY));
}

/// Source at the foot of a sheet, what its `figures` (such as `Bands`) hold, and how the posterior's certificate stands.
fn draw_source(canvas: &Canvas, source: &str, figures: &str, subject: &Subject) {
    let Subject { scenario, parameters, data, .. } = *subject;
    let basis = ParameterSource { choice: parameters, scenario, posterior: &data.posterior };
    let caveat = caveat(figures, basis);
    let (width, height) = canvas.size();
    let mut lines = wrap(source, style(11.0, GREY), width - 48.0);
    lines.extend(wrap(&caveat, style(11.0, GREY), width - 48.0));
    let first = height - 12.0 - 15.0 * (lines.len() as f32 - 1.0);
    for (i, line) in lines.iter().enumerate() {
        canvas.text((24.0, first + 15.0 * i as f32), line, style(11.0, GREY));
    }
}

/// Fiscal years (from 1 April) that lie in a period, with their ends cut at the period.
fn fiscal_years(from: Date, until: Date, name: impl Fn(i16) -> String) -> Vec<(Date, Date, String)> {
    use crate::calendar::fiscal_year;
    let begin = |year| jiff::civil::date(year, 4, 1);
    let years = fiscal_year(from)..=fiscal_year(until);
    years.map(|y| (begin(y).max(from), begin(y + 1).min(until), name(y))).collect()
}

/// As many words as fit on one line, with a mark when some are left out.
fn fitting(text: &str, style: Style, width: f32) -> String {
    let lines = wrap(text, style, width - 14.0);
    let more = if lines.len() > 1 { " …" } else { "" };
    lines.into_iter().next().unwrap_or_default().trim_end_matches([';', ',']).to_string() + more
}

/// Text in the middle of what has no data.
fn draw_remark(canvas: &Canvas, at: (f32, f32), text: &str) {
    canvas.text(at, text, style(12.0, GREY).anchored(Anchor::Middle));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::{AsPublished, Extent, Inquiry, answer, candidate_kpis},
        classification::{PREFECTURES, Prefecture},
        data::DeclarationRow,
        engine::{IndicatorSeries, InterventionSeries, InterventionWeek, RunKey, Series, SurveyAnswer},
        interventions::{EmergencyDeclaration, LaterDeclarations, Selection},
        observation::{IndicatorId, Survey},
        parameters::Parameters,
        scenario::{Eligibility, Intervention, LaterInfections, Measure, RunPlan, Scale},
    };
    use jiff::civil::date;
    use std::sync::Arc;

    fn scenario() -> Scenario {
        let declarations = EmergencyDeclaration {
            known_on: Some(date(2021, 4, 30)),
            list: Vec::new(),
            later: LaterDeclarations::None,
        };
        Scenario {
            name: "baseline".into(),
            title: "The programmes as they ran, then kept at the level of fiscal 2020".into(),
            question: "Which KPIs are within reach?".into(),
            sources: Vec::new(),
            run: RunPlan {
                start: date(2020, 1, 6),
                end: date(2026, 3, 31),
                seed: 1,
                population_seed: 1,
                replicates: 9,
                scale: Scale::Sample(1000),
            },
            parameters: Parameters::default(),
            fixed: Vec::new(),
            later_infections: LaterInfections::None,
            interventions: vec![Intervention {
                name: "declarations".into(),
                from: date(2020, 1, 6),
                until: date(2026, 3, 31),
                scale: 1.0,
                target: Eligibility::default(),
                selection: Selection::Random,
                budget_yen_per_fiscal_year: None,
                unit_cost_yen: None,
                delay_weeks: 0,
                half_life_weeks: None,
                channels: None,
                measure: Measure::EmergencyDeclaration(declarations),
            }],
        }
    }

    /// The embedded tables, with equal prefectures and one declaration: in Tokyo, planned to 6 May and then prolonged
    /// to 25 May 2020, and a version that nobody knew by April 2021.
    fn data() -> Data {
        let mut data = Data::embedded().unwrap();
        data.prefectures.iter_mut().for_each(|row| row.population = 1.0);
        let declared = |end, announced| DeclarationRow {
            prefecture: Prefecture(12),
            full: true,
            declaration: "1".into(),
            start: date(2020, 4, 7),
            end,
            announced,
        };
        data.declarations = vec![
            declared(date(2020, 5, 6), date(2020, 4, 7)),
            declared(date(2020, 5, 25), date(2020, 5, 25)),
            declared(date(2020, 6, 30), date(2021, 5, 7)),
        ];
        data
    }

    /// A made-up run that rises in spring 2020, falls, and grows slowly.
    fn series(replicate: u32) -> Series {
        let luck = (replicate as f32 - 4.0) / 4.0;
        let weekly = |indicator, segment: String, level: f32| IndicatorSeries {
            indicator,
            segment,
            values: (0..326)
                .map(|w| {
                    let t = w as f32;
                    let spring = libm::expf(-((t - 18.0) / 9.0).powi(2));
                    (Week(w), level * (0.6 + 0.5 * spring + t / 1500.0) + luck * t.sqrt() / 400.0)
                })
                .collect(),
        };
        let mut indicators = vec![
            weekly(IndicatorId::TsrCurrentPractice, "size=large".into(), 0.8),
            weekly(IndicatorId::TsrCurrentPractice, "total".into(), 0.5),
            weekly(IndicatorId::TsrCurrentPractice, "size=SME".into(), 0.42),
            weekly(IndicatorId::CurrentPractice, "total".into(), 0.2),
            weekly(IndicatorId::SustainedPractice, "total".into(), 0.05),
            weekly(IndicatorId::TeleworkDays, "total".into(), 2.6),
        ];
        for p in Prefecture::all() {
            indicators.push(weekly(
                IndicatorId::CurrentPractice,
                format!("prefecture={}", p.name()),
                0.1 + 0.01 * f32::from(p.0),
            ));
        }
        let answer = |survey, metric, segment_type, segment: &str, at, value: f64, observed| SurveyAnswer {
            survey,
            wave: "wave".into(),
            date: at,
            metric,
            segment_type,
            segment: segment.into(),
            respondents: 1000,
            expected: value,
            answer: value + f64::from(luck) / 100.0,
            observed,
        };
        let mut surveys = vec![answer(Survey::Tsr, "practised", "size", "large", date(2020, 6, 3), 0.8, Some(0.83))];
        for (segment, observed) in [("large", 0.692), ("SME", 0.33), ("total", 0.384)] {
            let at = date(2021, 3, 4);
            surveys.push(answer(Survey::Tsr, "current_practice", "size", segment, at, observed - 0.02, Some(observed)));
        }
        for year in 2020i16..=2025 {
            let level = 0.3 + f64::from(year - 2020) * 0.02;
            surveys.push(answer(Survey::Mic, "introduced", "size", "total", date(year, 9, 1), level, None));
        }
        let week = |w: u32| InterventionWeek {
            week: Week(w),
            spend_yen: 2.5e6,
            capacity: 13.0,
            planned: 13.0,
            deliveries: 13.0,
            firms_reached: 7.0 * f64::from(w),
        };
        let intervention = |name: &str, kind, spend: f64| InterventionSeries {
            name: name.into(),
            kind,
            weeks: (12..326).map(|w| InterventionWeek { spend_yen: spend * f64::from(w), ..week(w) }).collect(),
        };
        let interventions = vec![
            intervention("experts", "telework_managers", 20_000.0),
            intervention("security_guideline", "guidelines", 0.0),
        ];
        Series { replicate, indicators, surveys, interventions, panel: Vec::new() }
    }

    /// What nine made-up runs come to.
    fn answers(scenario: &Scenario, data: &Data, series: fn(u32) -> Series) -> Answers {
        answers_of(scenario, data, 9, series)
    }

    fn answers_of(scenario: &Scenario, data: &Data, replicates: u32, series: fn(u32) -> Series) -> Answers {
        let source = |case: RunKey| Ok(Arc::new(series(case.noise)));
        let kpis = candidate_kpis();
        let law = AsPublished::new(&data.posterior, scenario.run.seed, &kpis);
        let inquiry = Inquiry {
            scenarios: vec![(scenario, &source)],
            replicates,
            split: 0,
            one_point: true,
            kpis: &kpis,
            law: &law,
            extent: Extent { years: 2019..=2025, firms: 1e6, employees: 1e7 },
            noise_of_japan: &vec![1.0; kpis.len()],
            observations: &data.observations,
            given: &[],
        };
        answer(&inquiry).unwrap().remove(0)
    }

    #[test]
    fn a_run_gives_four_pictures_and_the_same_bytes_each_time() {
        let (scenario, data) = (scenario(), data());
        let parameters = ParameterChoice::Point;
        let answers = answers(&scenario, &data, series);
        let subject = Subject { scenario: &scenario, parameters, data: &data, answers: &answers };
        let (first, second) = (pictures(&subject).unwrap(), pictures(&subject).unwrap());
        let names: Vec<&str> = first.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["practice_by_size", "kpi_fans", "practice_by_prefecture", "interventions"]);
        for (a, b) in first.iter().zip(&second) {
            assert!(a.svg == b.svg && a.png == b.png, "{} differs", a.name);
            assert!(a.svg.contains("telework-sim"), "{} names its source", a.name);
            let places = a.svg.replace("infections", "");
            assert!(!places.contains("NaN") && !places.contains("inf"), "{} has a place that is no number", a.name);
        }
    }

    /// A run without any figure gives no picture, and no panic.
    #[test]
    fn nothing_observed_gives_no_picture() {
        let (scenario, data) = (scenario(), data());
        let answers = answers(&scenario, &data, |replicate| Series { replicate, ..Series::default() });
        let subject =
            Subject { scenario: &scenario, parameters: ParameterChoice::Point, data: &data, answers: &answers };
        assert_eq!(pictures(&subject).unwrap().len(), 0);
    }

    /// Between the least and the greatest of 18 draws lies less than 90 %: no picture draws or names that band.
    #[test]
    fn a_band_needs_the_replicates_that_its_range_does() {
        let (scenario, data) = (scenario(), data());
        for (replicates, ninety, fifty) in [(2, false, false), (3, false, true), (18, false, true), (19, true, true)] {
            let answers = answers_of(&scenario, &data, replicates, series);
            let subject =
                Subject { scenario: &scenario, parameters: ParameterChoice::Point, data: &data, answers: &answers };
            let svg = kpi::fans(&subject).unwrap().1;
            let found = [svg.contains("90 % band"), svg.contains("50 % band")];
            assert_eq!(found, [ninety, fifty], "{replicates} replicates");
            let svg = sizes::practice_by_size(&subject).unwrap().1;
            assert_eq!(svg.contains("band: 5-95 %"), ninety, "{replicates} replicates");
        }
    }

    /// One week of one figure is a circle for the median and a bar for each band, not a line from nowhere to nowhere.
    #[test]
    fn a_single_week_is_drawn_as_a_point() {
        let (mut scenario, data) = (scenario(), data());
        (scenario.run.start, scenario.run.end) = (date(2021, 6, 9), date(2021, 6, 9));
        let week = Week::containing(scenario.run.start).unwrap();
        let one = |replicate: u32| {
            let figure = IndicatorSeries {
                indicator: IndicatorId::TsrCurrentPractice,
                segment: "total".into(),
                values: vec![(Week::containing(date(2021, 6, 9)).unwrap(), 0.2 + replicate as f32 / 100.0)],
            };
            Series { replicate, indicators: vec![figure], ..Series::default() }
        };
        let answers = answers(&scenario, &data, one);
        let subject =
            Subject { scenario: &scenario, parameters: ParameterChoice::Point, data: &data, answers: &answers };
        let (first, last) = period(&subject);
        assert!(first < week.monday() && week.sunday() < last);
        let (_, svg) = kpi::fans(&subject).unwrap();
        // One circle in the legend, filled and edged; one of the median.
        assert_eq!(svg.matches("<circle").count(), 4, "{svg}");
    }

    #[test]
    fn declarations_are_those_known_on_the_day() {
        // In Tokyo from Tuesday 7 April: six sevenths of the first week, in one of 47 equal prefectures. The version
        // known in April 2021 ended on Monday 25 May 2020, one seventh of its last week.
        let shares = declarations::shares(&scenario(), &data());
        let expected = |share: f64| share / PREFECTURES as f64;
        assert_eq!(shares.first().map(|(w, _)| w.monday()), Some(date(2020, 4, 6)));
        assert!((shares[0].1 - expected(6.0 / 7.0)).abs() < 1e-12);
        let (week, share) = shares[shares.len() - 1];
        assert_eq!(week.monday(), date(2020, 5, 25));
        assert!((share - expected(1.0 / 7.0)).abs() < 1e-12);
    }
}
