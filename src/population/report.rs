//! Fitted against published figures. Data and population in, [`Report`] out.

use super::{Population, employees::persons_by_industry, workplaces::shares_by_place};
use crate::{
    classification::{INDUSTRIES, PREFECTURES, Prefecture, SIZES, SizeClass},
    data::Data,
    error::Problem,
};
use std::fmt;

/// One figure of the population beside the published one.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportRow {
    /// What is counted.
    pub what: String,
    /// `fitted`, `tail` (shaped the size distribution as a whole) or `check` (kept back).
    pub role: &'static str,
    /// Published, or made from published figures.
    pub published: f64,
    /// In the population; a weighted count when it is a sample.
    pub found: f64,
    /// Confidence in the published figure.
    pub confidence: String,
}

impl ReportRow {
    /// Difference as a share of the published figure.
    pub fn relative_difference(&self) -> f64 {
        self.found / self.published - 1.0
    }
}

/// The whole comparison; prints as a Markdown table.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Simulated firms.
    pub simulated: usize,
    /// Kinds of firm (cells).
    pub cells: usize,
    /// Figures.
    pub rows: Vec<ReportRow>,
}

impl Report {
    /// A figure by its name.
    pub fn row(&self, what: &str) -> Option<&ReportRow> {
        self.rows.iter().find(|row| row.what == what)
    }
}

/// Compares a population with the published figures, those kept back included.
///
/// # Errors
/// A fact that the comparison needs is missing.
pub fn report(data: &Data, population: &Population) -> Result<Report, Problem> {
    let mut rows = Vec::new();
    let mut add = |what: &str, role, fact: &str, published: f64, found: f64| {
        let confidence = data.facts.iter().find(|f| f.name == fact).map_or("derived", |f| f.confidence.as_str());
        rows.push(ReportRow { what: what.into(), role, published, found, confidence: confidence.into() });
    };
    let tally = Tally::of(population);
    for size in SizeClass::ALL {
        let fact = format!("firms_{}", size.key());
        add(&format!("{} firms", size.key()), "fitted", &fact, data.fact(&fact)?, tally.firms[size.index()]);
    }
    add("firms", "fitted", "firms_total", data.fact("firms_total")?, tally.firms.iter().sum());
    let mut engaged = data.fact("persons_change")?;
    for size in SizeClass::ALL {
        engaged += data.fact(&format!("persons_{}", size.key()))?;
    }
    add("persons engaged", "fitted", "persons_large", engaged, tally.persons.iter().sum());
    let industries = persons_by_industry(data, engaged);
    for row in &data.industries {
        let i = row.industry.index();
        let what = format!("persons engaged, {}", row.industry.key());
        add(&what, "fitted", "", industries[i], tally.persons_by_industry[i]);
    }
    let tails = [
        ("firms with 31 and more employees", "firms_31_plus", 31, u32::MAX),
        ("firms with 46 and more employees", "firms_45_plus", 46, u32::MAX),
        ("firms with 40 to 99 employees", "firms_40_99", 40, 99),
        ("firms with 100 to 299 employees", "firms_100_299", 100, 299),
        ("firms with 300 to 499 employees", "firms_300_499", 300, 499),
        ("firms with 500 to 999 employees", "firms_500_999", 500, 999),
        ("firms with 1,000 and more employees", "firms_1000_plus", 1000, u32::MAX),
    ];
    for (what, fact, from, to) in tails {
        add(what, "tail", fact, data.fact(fact)?, population.count(|p, i| (from..=to).contains(&p.employees[i])));
    }
    let smes = tally.firms[0] + tally.firms[1];
    let (tokyo, osaka, ibaraki) = (Prefecture(12), Prefecture(26), Prefecture(7));
    for (name, prefecture, fact) in [("Tokyo", tokyo, "sme_tokyo"), ("Osaka", osaka, "sme_osaka")] {
        // The check is of 2014, the population of 2021: the share of Japan's SMEs is compared.
        let published = data.fact(fact)? / data.fact("sme_japan_2014")? * smes;
        add(&format!("SMEs in {name} (share of 2014)"), "check", fact, published, tally.smes[prefecture.index()]);
    }
    add("SMEs in Ibaraki", "check", "sme_ibaraki", data.fact("sme_ibaraki")?, tally.smes[ibaraki.index()]);
    for (name, prefecture, fact) in
        [("Aichi", Prefecture(22), "firms_31_plus_aichi"), ("Ishikawa", Prefecture(16), "firms_31_plus_ishikawa")]
    {
        let found = population.count_in(prefecture, |p, i| p.employees[i] >= 31);
        add(&format!("firms with 31 and more employees in {name}"), "check", fact, data.fact(fact)?, found);
    }
    for prefecture in [tokyo, osaka] {
        let by_place = |industry: usize| {
            let share = shares_by_place(data, industry)[prefecture.index()];
            share * tally.persons_by_industry[industry]
        };
        let published = (0..INDUSTRIES).map(by_place).sum();
        let what = format!("persons working in {} (share of each industry)", prefecture.name());
        add(&what, "fitted", "", published, tally.persons_by_place[prefecture.index()]);
    }
    for (what, fact, found) in [
        ("companies with capital of 100 million yen or more", "companies_100m_or_more", tally.high_capital),
        ("bidders for public contracts", "qualified_bidders", tally.bidders),
    ] {
        add(what, "fitted", fact, data.fact(fact)?, found);
    }
    Ok(Report { simulated: population.len(), cells: population.cells.len(), rows })
}

/// Weighted sums over the population.
struct Tally {
    firms: [f64; SIZES],
    persons: [f64; SIZES],
    smes: [f64; PREFECTURES],
    persons_by_industry: [f64; INDUSTRIES],
    persons_by_place: [f64; PREFECTURES],
    high_capital: f64,
    bidders: f64,
}

impl Tally {
    fn of(population: &Population) -> Tally {
        let mut tally = Tally {
            firms: [0.0; SIZES],
            persons: [0.0; SIZES],
            smes: [0.0; PREFECTURES],
            persons_by_industry: [0.0; INDUSTRIES],
            persons_by_place: [0.0; PREFECTURES],
            high_capital: 0.0,
            bidders: 0.0,
        };
        for cell in &population.cells {
            let firms = cell.weight * cell.range.len() as f64;
            let employees: u64 = population.employees[cell.range.clone()].iter().map(|e| u64::from(*e)).sum();
            let persons = cell.weight * employees as f64;
            tally.firms[cell.size.index()] += firms;
            tally.persons[cell.size.index()] += persons;
            tally.persons_by_industry[cell.industry.index()] += persons;
            if cell.size != SizeClass::Large {
                tally.smes[cell.prefecture.index()] += firms;
            }
            for (place, share) in tally.persons_by_place.iter_mut().zip(population.workplaces_of(cell)) {
                *place += persons * f64::from(*share);
            }
            tally.high_capital += if cell.high_capital { firms } else { 0.0 };
            tally.bidders += if cell.bidder { firms } else { 0.0 };
        }
        tally
    }
}

impl Population {
    /// Weighted number of firms for which `wanted` holds at their place in the arrays.
    fn count(&self, wanted: impl Fn(&Population, usize) -> bool) -> f64 {
        self.cells.iter().map(|c| c.weight * c.range.clone().filter(|i| wanted(self, *i)).count() as f64).sum()
    }
    fn count_in(&self, prefecture: Prefecture, wanted: impl Fn(&Population, usize) -> bool) -> f64 {
        let cells = self.cells.iter().filter(|cell| cell.prefecture == prefecture);
        cells.map(|c| c.weight * c.range.clone().filter(|i| wanted(self, *i)).count() as f64).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} simulated firms in {} cells", grouped(self.simulated as f64), grouped(self.cells as f64))?;
        writeln!(f)?;
        writeln!(f, "| figure | use | published | population | difference | confidence |")?;
        writeln!(f, "|---|---|---:|---:|---:|---|")?;
        for row in &self.rows {
            let (published, found) = (grouped(row.published), grouped(row.found));
            let difference = 100.0 * row.relative_difference();
            writeln!(
                f,
                "| {} | {} | {published} | {found} | {difference:+.1} % | {} |",
                row.what, row.role, row.confidence
            )?;
        }
        Ok(())
    }
}

/// A whole number with commas between thousands.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if value < -0.5 { format!("-{text}") } else { text }
}
