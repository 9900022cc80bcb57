//! `docs/measures.md`: the effect cards are those of the model, and stay in their documented ranges; the list of programmes is
//! complete.
//!
//! `TELEWORK_REWRITE=1 cargo test --test measures` rewrites the figures of the cards, not their ranges.

mod common;

use common::{generated::current_parts, tables};
use std::collections::BTreeSet;
use telework::{
    analysis::{EffectCard, effect_card, prior_draw},
    parameters::Parameters,
    population::{Cell, Population, Scale, synthesise},
    scenario::KINDS,
};

/// One firm in so many stands for itself in the cards' Japan; replicates of the middle of the priors; draws from them.
const ONE_IN: usize = 60;
const REPLICATES: u32 = 4;
const DRAWS: u32 = 4;

/// Japan in small: every so many firms of the whole, each of which stands for itself alone, so that deliveries to single firms
/// are whole, as they are in a run of all firms.
fn small_japan(whole: &Population) -> Population {
    let mut kept = Vec::new();
    let mut cells = Vec::new();
    for cell in &whole.cells {
        let first = kept.len();
        kept.extend(cell.range.clone().filter(|firm| firm % ONE_IN == ONE_IN / 2));
        let firms = (kept.len() - first) as u32;
        if firms > 0 {
            cells.push(Cell { first_id: first as u32, firms, range: first..kept.len(), weight: 1.0, ..cell.clone() });
        }
    }
    Population {
        id: (0..kept.len() as u32).collect(),
        employees: kept.iter().map(|&firm| whole.employees[firm]).collect(),
        teleworkable: kept.iter().map(|&firm| whole.teleworkable[firm]).collect(),
        propensity: kept.iter().map(|&firm| whole.propensity[firm]).collect(),
        barriers: kept.iter().map(|&firm| whole.barriers[firm]).collect(),
        workplaces: whole.workplaces.clone(),
        cells,
        frame: Default::default(),
    }
}

fn page() -> String {
    std::fs::read_to_string("docs/measures.md").expect("docs/measures.md")
}

/// Cells of the rows of the table under a heading.
fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    let part = page.split(&format!("{heading}\n")).nth(1).unwrap_or_else(|| panic!("{heading}"));
    let table = part.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_string()).collect();
    table.skip(2).map(cells).collect()
}

fn range(text: &str) -> std::ops::RangeInclusive<f64> {
    let (low, high) = text.split_once(" to ").unwrap_or_else(|| panic!("{text}"));
    let number = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("{text}"));
    number(low)..=number(high)
}

fn shown(yen: Option<f64>) -> String {
    yen.map_or("-".into(), |yen| format!("{:.2}", yen / 1e6))
}

/// A card's documented range is for the middle of the priors. Seeds are fixed, so the test fails when the model changes and not
/// by chance.
#[test]
fn effect_cards_stay_in_their_documented_ranges() {
    let (data, page) = (tables(), page());
    let population = small_japan(&synthesise(&data, 2021, Scale::Whole).expect("Japan"));
    let parameters = Parameters::default();
    let mut text = String::from(
        "| kind | firms reached | starts by the end of the first year | by the end of the fifth | lowest and highest of four draws from the priors | practising after five years | million yen per start |\n\
         |---|---:|---:|---:|---|---:|---:|\n",
    );
    let (mut outside, mut starts) = (Vec::new(), Vec::new());
    let documented = rows(&page, "### Ranges");
    let named: BTreeSet<&str> = documented.iter().map(|row| row[0].trim_matches('`')).collect();
    let single: BTreeSet<&str> = KINDS.into_iter().filter(|kind| *kind != "emergency_declaration").collect();
    assert_eq!(named, single, "every kind has a range");
    for row in &documented {
        let (kind, lines) = (row[0].trim_matches('`'), row[1].trim_matches('`').replace(" ; ", "\n"));
        let card = |parameters: &Parameters, replicates| -> EffectCard {
            effect_card(&lines, parameters, &data, &population, replicates).unwrap_or_else(|e| panic!("{kind}: {e}"))
        };
        let middle = card(&parameters, REPLICATES);
        let drawn: Vec<f64> =
            (0..DRAWS).map(|number| card(&prior_draw(&parameters, number), 1).starts_fifth_year).collect();
        let (low, high) = drawn.iter().fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(*x), high.max(*x)));
        starts.push((kind.to_string(), middle.starts_fifth_year));
        text += &format!(
            "| `{kind}` | {:.0} | {:.1} | {:.1} | {low:.1} to {high:.1} | {:.1} | {} |\n",
            middle.reached,
            middle.starts_first_year,
            middle.starts_fifth_year,
            middle.practising_fifth_year,
            shown(middle.yen_per_start)
        );
        for (found, range) in [(middle.starts_first_year, range(&row[2])), (middle.starts_fifth_year, range(&row[3]))] {
            if !range.contains(&found) {
                outside.push(format!("{kind}: {found:.2} is not in {range:?}"));
            }
        }
    }
    assert!(outside.is_empty(), "{outside:#?}\n{text}");
    let fifth = |kind: &str| starts.iter().find(|(of, _)| of == kind).map_or(f64::NAN, |(_, starts)| *starts);
    let order = ["disclosure", "support_network", "telework_managers", "subsidy"].map(fifth);
    assert!(order.is_sorted_by(|a, b| a < b), "{order:?}\n{text}");
    current_parts("docs/measures.md", &[("cards", text)]);
}

/// Every programme of `data/policy/programmes.csv` has a row, and the entries that the table names are those of `baseline`.
#[test]
fn every_programme_has_its_entry() {
    let programmes: BTreeSet<String> = tables().programmes.into_iter().map(|figure| figure.programme).collect();
    let page = page();
    let table = rows(&page, "## Programmes");
    let words = |cell: &str| -> BTreeSet<String> {
        cell.split(',').map(|word| word.trim().trim_matches('`').to_string()).filter(|word| word != "-").collect()
    };
    let told: BTreeSet<String> = table.iter().flat_map(|row| words(&row[4])).collect();
    assert_eq!(told, programmes, "rows of programmes.csv, and those that the table names");
    let baseline = std::fs::read_to_string("scenarios/baseline.toml").unwrap();
    let entries: BTreeSet<String> =
        baseline.lines().filter_map(|line| Some(line.strip_prefix("name = \"")?.strip_suffix('"')?.into())).collect();
    let named: BTreeSet<String> = table.iter().flat_map(|row| words(&row[3])).chain(["declarations".into()]).collect();
    assert_eq!(named, entries, "entries of the baseline, and those that the table names");
    for row in &table {
        assert!(!row[6].is_empty(), "{}: what is assumed", row[0]);
    }
}
