//! What each column of the tables holds, whether the model reads it or not: a cell that cannot be what the documentation says
//! is refused, because what nobody reads today is believed by whoever reads it tomorrow. Tables in, problems out.

use super::table::{Row, Table, YEARS, near};
use crate::error::Problem;
use std::collections::BTreeSet;

/// The kind of what a column holds.
#[derive(Clone, Copy)]
enum Holds {
    /// A whole number from 0 on.
    Count,
    /// A count, or nothing.
    CountOrNothing,
    /// A fraction from 0 to 1, or nothing.
    ShareOrNothing,
    /// A year, a span of years or a month.
    Time,
    /// A year or a span of years.
    YearOrSpan,
    /// A month, or nothing.
    MonthOrNothing,
    /// What a figure rests on.
    Confidence,
    /// Some text.
    Text,
    /// A word that the shipped table of this name has in this column: the model looks for it.
    WordOf(&'static str),
    /// The unit of the row's fact in the shipped table, when it has that fact.
    UnitOfFact,
    /// The JIS code of the row's prefecture.
    Code,
    /// The Japanese name of the row's prefecture.
    Japanese,
    /// The region group of the row's prefecture.
    Region,
    /// A prefecture where the row's item is one by prefecture, else a word that the shipped table has.
    Category,
}

const PROGRAMMES: &str = "policy/programmes.csv";
const SURVEYS: &str = "observations/surveys.csv";

/// Columns that no reader of a table checks itself.
const COLUMNS: &[(&str, &str, Holds)] = &[
    ("population/prefectures.csv", "code", Holds::Code),
    ("population/prefectures.csv", "prefecture_ja", Holds::Japanese),
    ("population/prefectures.csv", "region", Holds::Region),
    ("population/firms_2014.csv", "confidence", Holds::Confidence),
    ("population/head_offices.csv", "large_firms_2014", Holds::CountOrNothing),
    ("population/head_offices.csv", "listed_companies_2026", Holds::Count),
    ("population/head_offices.csv", "confidence", Holds::Confidence),
    ("population/industries.csv", "us_teleworkable_share", Holds::ShareOrNothing),
    ("population/industries.csv", "confidence", Holds::Confidence),
    ("population/barriers.csv", "confidence", Holds::Confidence),
    ("population/facts.csv", "unit", Holds::UnitOfFact),
    ("population/facts.csv", "year", Holds::Time),
    ("policy/declarations.csv", "declaration", Holds::Text),
    ("policy/declarations.csv", "confidence", Holds::Confidence),
    (PROGRAMMES, "programme", Holds::WordOf(PROGRAMMES)),
    (PROGRAMMES, "fiscal_year", Holds::YearOrSpan),
    (PROGRAMMES, "month", Holds::MonthOrNothing),
    (PROGRAMMES, "item", Holds::WordOf(PROGRAMMES)),
    (PROGRAMMES, "category", Holds::Category),
    (PROGRAMMES, "confidence", Holds::Confidence),
    ("posterior/figures.csv", "survey", Holds::WordOf(SURVEYS)),
    ("posterior/figures.csv", "metric", Holds::WordOf(SURVEYS)),
    ("posterior/figures.csv", "segment_type", Holds::WordOf(SURVEYS)),
];

/// Words of the column `confidence`, as `data/README.md` explains them.
pub(super) const CONFIDENCE: [&str; 5] = ["seed", "page read", "derived", "memory", "assumed"];

/// Checks the columns of a table that its reader does not look at; `shipped` has the texts of the program's own tables.
pub(super) fn check(file: &str, table: &Table, shipped: &[(&str, &str)]) -> Result<(), Problem> {
    for (_, column, holds) in COLUMNS.iter().filter(|(of, column, _)| *of == file && table.has(column)) {
        let words = match holds {
            Holds::WordOf(of) => words(of, &[column], shipped)?,
            Holds::Category => words(file, &[column], shipped)?,
            Holds::UnitOfFact => words(file, &["fact", column], shipped)?,
            _ => BTreeSet::new(),
        };
        for row in table.rows() {
            holds.check(row, column, &words)?;
        }
    }
    Ok(())
}

/// What the rows of a shipped table have in some columns, one behind the other.
fn words(file: &str, columns: &[&str], shipped: &[(&str, &str)]) -> Result<BTreeSet<String>, Problem> {
    let text = shipped.iter().find(|(name, _)| *name == file).map_or("", |(_, text)| *text);
    let table = Table::parse(file, text.into(), columns)?;
    let cells = |row: Row| columns.iter().map(|column| row.text(column)).collect::<Vec<_>>().join(BETWEEN);
    Ok(table.rows().map(cells).collect())
}

/// Stands in no cell.
const BETWEEN: &str = "\n";

impl Holds {
    fn check(self, row: Row, column: &str, words: &BTreeSet<String>) -> Result<(), Problem> {
        let text = row.text(column);
        match self {
            Holds::CountOrNothing | Holds::ShareOrNothing | Holds::MonthOrNothing if text.is_empty() => Ok(()),
            Holds::Count | Holds::CountOrNothing => row.count(column).map(drop),
            Holds::ShareOrNothing => row.share(column).map(drop),
            Holds::Time if is_month(&text) => Ok(()),
            Holds::Time | Holds::YearOrSpan if is_year_or_span(&text) => Ok(()),
            Holds::Time | Holds::YearOrSpan => Err(row
                .problem(column, format!("`{text}` is no year and no span of years"))
                .advise("write a year such as 2020, or a span such as 2015-2020")),
            Holds::MonthOrNothing if is_month(&text) => Ok(()),
            Holds::MonthOrNothing => Err(row
                .problem(column, format!("`{text}` is no month"))
                .advise("write a month such as 2020-07, or leave the cell empty")),
            Holds::Confidence => row.one_of(column, &CONFIDENCE.map(|word| (word, ()))),
            Holds::Category if row.text("item").ends_with(" by prefecture") => row.prefecture(column).map(drop),
            Holds::Text if text.is_empty() => {
                Err(row.problem(column, "this cell is empty").advise("write what belongs there, as other rows do"))
            }
            Holds::Text => Ok(()),
            Holds::UnitOfFact => {
                let start = format!("{}{BETWEEN}", row.text("fact"));
                match words.iter().find_map(|known| known.strip_prefix(&start)) {
                    Some(unit) if unit != text => Err(row
                        .problem(column, format!("`{}` is told in {unit}, not in {text}", row.text("fact")))
                        .advise(format!("write the unit {unit}, and the value in it"))),
                    _ => Ok(()),
                }
            }
            Holds::WordOf(_) | Holds::Category if words.contains(&*text) => Ok(()),
            Holds::WordOf(_) | Holds::Category => {
                let problem = row.problem(column, format!("nothing looks for `{text}` in the column `{column}`"));
                Err(match near(&text, words.iter().map(String::as_str)) {
                    Some(near) => problem.advise(format!("did you mean `{near}`?")),
                    None => problem.advise("write it as the shipped table does, or delete the row"),
                })
            }
            Holds::Code => {
                let own = row.prefecture("prefecture")?.code();
                expect(row, column, &own.to_string())
            }
            Holds::Japanese => expect(row, column, row.prefecture("prefecture")?.name_ja()),
            Holds::Region => expect(row, column, row.prefecture("prefecture")?.region().name()),
        }
    }
}

/// Fails unless the cell says what belongs to the row's prefecture.
fn expect(row: Row, column: &str, wanted: &str) -> Result<(), Problem> {
    let text = row.text(column);
    if text == wanted {
        return Ok(());
    }
    let message = format!("`{text}` is not the {} of {}", column.replace('_', " "), row.text("prefecture"));
    Err(row.problem(column, message).advise(format!("write {wanted}")))
}

fn year(text: &str) -> Option<i16> {
    let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|year| YEARS.contains(year))
}

fn is_year_or_span(text: &str) -> bool {
    match text.split_once('-') {
        None => year(text).is_some(),
        Some((first, last)) => year(first).zip(year(last)).is_some_and(|(first, last)| first < last),
    }
}

fn is_month(text: &str) -> bool {
    text.split_once('-').is_some_and(|(of, month)| {
        year(of).is_some() && month.len() == 2 && month.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month))
    })
}
