//! Surveys of workers. They ask by residence; the model counts by place of work.

use super::{INDUSTRY_SEGMENTS, RECALLED_SPRING, Sheet, industries};
use crate::{
    classification::{Prefecture, Region},
    observation::workers::{WorkerTable, Workers},
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
    for (segment, letters) in INDUSTRY_SEGMENTS {
        put(sheet, table, questions, "industry", segment, &table.industries(&industries(letters)));
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

pub(super) fn cabinet_office(sheet: &mut Sheet, table: &WorkerTable) {
    let questions = [("experienced", (&|workers: &Workers| workers.share(workers.ever)) as _), RATE[0]];
    let urban = |place: Prefecture| [Region::Kinki, Region::Chukyo].contains(&place.region());
    put(sheet, table, &questions, "region", "national", &table.total());
    put(sheet, table, &questions, "region", "Tokyo area", &table.region(Region::Tokyo));
    put(sheet, table, &questions, "region", "Osaka-Nagoya area", &table.places(urban));
    put(sheet, table, &questions, "region", "regional area", &table.region(Region::Regional));
    by_industry(sheet, table, &questions);
}

pub(super) fn jpc(sheet: &mut Sheet, table: &WorkerTable) {
    let named = |names: &[&str]| table.places(|place| names.contains(&place.name()));
    put(sheet, table, &RATE, "total", "all employees", &table.total());
    put(sheet, table, &RATE, "region", "Tokyo + 3 prefectures", &table.region(Region::Tokyo));
    put(sheet, table, &RATE, "region", "Tokyo", &named(&["Tokyo"]));
    put(sheet, table, &RATE, "region", "Osaka + Hyogo", &named(&["Osaka", "Hyogo"]));
}

/// Persol asks regular employees of firms with ten and more; the model has them among all employees.
pub(super) fn persol(sheet: &mut Sheet, table: &WorkerTable) {
    const EMERGENCY: [&str; 7] = ["Tokyo", "Kanagawa", "Saitama", "Chiba", "Osaka", "Hyogo", "Fukuoka"];
    const KANTO: [&str; 7] = ["Ibaraki", "Tochigi", "Gunma", "Saitama", "Chiba", "Tokyo", "Kanagawa"];
    const KINKI: [&str; 6] = ["Shiga", "Kyoto", "Osaka", "Hyogo", "Nara", "Wakayama"];
    let within = |names: &[&str]| table.places(|place| names.contains(&place.name()));
    put(sheet, table, &RATE, "total", "regular employees", &table.total());
    put(sheet, table, &RATE, "region", "Tokyo area", &table.region(Region::Tokyo));
    put(sheet, table, &RATE, "region", "7 emergency prefectures", &within(&EMERGENCY));
    put(sheet, table, &RATE, "region", "other prefectures", &table.places(|place| !EMERGENCY.contains(&place.name())));
    put(sheet, table, &RATE, "region", "Kanto", &within(&KANTO));
    put(sheet, table, &RATE, "region", "Kinki", &within(&KINKI));
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
