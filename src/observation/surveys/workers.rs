//! Surveys of workers. They ask by residence; the model counts by place of work.

use super::{RECALLED_SPRING, Sheet};
use crate::{
    classification::{Prefecture, Region},
    observation::{
        segments::{INDUSTRY_SEGMENTS, industries, prefectures},
        workers::{WorkerTable, Workers},
    },
    parameters::Parameters,
};

/// A metric, and the share of employees who would say yes.
type Question<'a> = (&'static str, &'a dyn Fn(&Workers) -> f64);

const RATE: [Question; 1] = [("telework_rate", &|workers| workers.share(workers.now))];

/// Asks a segment: its part of all respondents answers each question.
fn put(
    sheet: &mut Sheet,
    table: &WorkerTable,
    questions: &[Question],
    segment_type: &'static str,
    segment: &str,
    workers: &Workers,
) {
    let part = workers.employees / table.total().employees.max(f64::MIN_POSITIVE);
    for (metric, share) in questions {
        sheet.ask(metric, segment_type, segment, part, share(workers));
    }
}

fn by_industry(sheet: &mut Sheet, table: &WorkerTable, questions: &[Question]) {
    for (segment, _) in INDUSTRY_SEGMENTS {
        put(sheet, table, questions, "industry", segment, &table.industries(&industries(segment)));
    }
}

/// Asks by prefecture where the place of work can stand for the residence: in Kanagawa, Saitama and Chiba many residents
/// commute to Tokyo, which the model does not know.
fn by_prefecture(sheet: &mut Sheet, table: &WorkerTable, questions: &[Question]) {
    let commuters = ["Kanagawa", "Saitama", "Chiba"];
    for wanted in Prefecture::all().filter(|place| !commuters.contains(&place.name())) {
        put(sheet, table, questions, "prefecture", wanted.name(), &table.places(|place| place == wanted));
    }
}

pub(super) fn mlit(sheet: &mut Sheet, table: &WorkerTable, parameters: &Parameters) {
    let ever: Question = ("employed_ever", &|workers| workers.share(workers.ever));
    let last_year: Question = ("employed_last_year", &|workers| workers.share(workers.last_year));
    let by_scheme: Question = ("scheme_based", &|workers| {
        let without = workers.ever - workers.ever_with_scheme;
        workers.share(workers.ever_with_scheme + parameters.permitted_without_scheme * without)
    });
    let scheme: Question = ("has_scheme", &|workers| workers.share(workers.with_scheme));
    let recalled: Question = (RECALLED_SPRING, &|workers| workers.share(workers.now));
    let total = table.total();
    put(sheet, table, &[ever, last_year, by_scheme, scheme], "total", "all employees", &total);
    put(sheet, table, &[recalled], "residence", "national", &total);
    for region in Region::ALL {
        put(sheet, table, &[ever, recalled], "residence", region.name(), &table.region(region));
    }
    for (segment, band) in
        [("1000+ employees", 3), ("300-999 employees", 2), ("100-299 employees", 1), ("<100 employees", 0)]
    {
        put(sheet, table, &[ever, scheme], "firm size", segment, &table.bands(&[band]));
    }
    by_industry(sheet, table, &[ever, scheme]);
}

/// Asks about places by their names.
fn by_place(sheet: &mut Sheet, table: &WorkerTable, questions: &[Question], segments: &[&str]) {
    for segment in segments {
        let inside = prefectures(segment);
        put(sheet, table, questions, "region", segment, &table.places(|place| inside.contains(&place)));
    }
}

pub(super) fn cabinet_office(sheet: &mut Sheet, table: &WorkerTable) {
    let questions = [("experienced", (&|workers: &Workers| workers.share(workers.ever)) as _), RATE[0]];
    put(sheet, table, &questions, "region", "national", &table.total());
    by_place(sheet, table, &questions, &["Tokyo area", "Osaka-Nagoya area", "regional area"]);
    by_industry(sheet, table, &questions);
}

pub(super) fn jpc(sheet: &mut Sheet, table: &WorkerTable) {
    put(sheet, table, &RATE, "total", "all employees", &table.total());
    by_place(sheet, table, &RATE, &["Tokyo + 3 prefectures", "Tokyo", "Osaka + Hyogo"]);
}

/// Persol asks regular employees of firms with ten and more; the model has them among all employees.
pub(super) fn persol(sheet: &mut Sheet, table: &WorkerTable) {
    put(sheet, table, &RATE, "total", "regular employees", &table.total());
    let places = ["Tokyo area", "7 emergency prefectures", "other prefectures", "Kanto", "Kinki"];
    by_place(sheet, table, &RATE, &places);
    by_prefecture(sheet, table, &RATE);
    by_industry(sheet, table, &RATE);
}

/// NIRA asks all employed persons; the model has employees, and sole proprietors without staff as one employee.
pub(super) fn nira(sheet: &mut Sheet, table: &WorkerTable) {
    put(sheet, table, &RATE, "region", "national", &table.total());
    put(sheet, table, &RATE, "region", "Tokyo area", &table.region(Region::Tokyo));
    by_prefecture(sheet, table, &RATE);
    by_industry(sheet, table, &RATE);
}
