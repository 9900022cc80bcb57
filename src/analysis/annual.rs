//! Figures of a run by fiscal year, by name: any indicator in any segment, numbers of firms and teleworkers, money. A
//! [`Series`] and a population in, one number a fiscal year out.

use super::outcome::{Account, Extent, accounts, at_year_ends};
use crate::{
    classification::{Industry, Prefecture, Region, SizeClass},
    engine::Series,
    error::{Kind, Problem},
    observation::{Cadence, IndicatorId, REGISTRY, Segment},
    population::Population,
    scenario::nearest,
};

/// What is counted beside the indicators: id, name for people, unit, who is counted.
const COUNTED: [[&str; 4]; 5] = [
    [FIRMS, "Firms that practise telework now, their number", "firms", "all companies and sole proprietors"],
    [WORKERS, "Employees who telework this week, their number", "employees", "all regular employees"],
    [SPEND, "Spent since the start of the run", "yen", "all measures, or one by its name"],
    [DELIVERIES, "Deliveries since the start of the run", "deliveries", "all measures, or one by its name"],
    [
        REACHED,
        "Firms reached since the start of the run, each counted once a measure",
        "firms",
        "one measure by its name",
    ],
];
const FIRMS: &str = "practising_firms";
const WORKERS: &str = "teleworkers";
const SPEND: &str = "spend_yen";
const DELIVERIES: &str = "deliveries";
const REACHED: &str = "firms_reached";

/// A figure that a run gives for each fiscal year.
#[derive(Clone, Debug)]
pub struct AnnualFigure {
    /// As it is typed: the id, and the segment or measure in brackets when it is not the total.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Unit; shares are fractions.
    pub unit: &'static str,
    /// Who is counted.
    pub frame: &'static str,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Indicator(IndicatorId, String),
    Firms(Segment),
    Workers,
    /// Of a measure, or of all.
    Account(fn(&Account) -> f64, Option<String>),
    Reached(String),
}

/// The segments of an indicator.
fn segments(indicator: IndicatorId) -> Vec<Segment> {
    let total = std::iter::once(Segment::Total);
    let regions = Region::ALL.map(Segment::Region);
    match indicator {
        IndicatorId::CurrentPractice => total
            .chain(SizeClass::ALL.map(Segment::Size))
            .chain(Prefecture::all().map(Segment::Prefecture))
            .chain(Industry::all().map(Segment::Industry))
            .chain(regions)
            .collect(),
        IndicatorId::TsrCurrentPractice | IndicatorId::TsrEverPractised | IndicatorId::TsrFormalScheme => {
            total.chain([true, false].map(Segment::HighCapital)).collect()
        }
        IndicatorId::MicIntroduction => total.chain([false, true].map(Segment::ThreeHundred)).collect(),
        IndicatorId::TeleworkersNow
        | IndicatorId::TeleworkersLastYear
        | IndicatorId::TeleworkersEver
        | IndicatorId::SchemeBasedTeleworkers => total.chain(regions).collect(),
        IndicatorId::FormalScheme
        | IndicatorId::SustainedPractice
        | IndicatorId::RegionalGap
        | IndicatorId::TeleworkDays
        | IndicatorId::YenPerPractisingFirm
        | IndicatorId::YenPerTeleworker => total.collect(),
    }
}

/// An id with what stands in brackets behind it.
fn named(id: &str, segment: &str) -> String {
    if segment == "total" { id.to_string() } else { format!("{id}[{segment}]") }
}

/// Every figure that all scenarios have, in the order of the registry.
pub fn annual_figures() -> Vec<AnnualFigure> {
    let with = |name: &str, segment: &str| match segment.split_once('=') {
        Some((_, member)) => format!("{name}: {member}"),
        None => name.to_string(),
    };
    let observed = REGISTRY.iter().filter(|one| one.cadence != Cadence::Compared).flat_map(move |one| {
        segments(one.id).into_iter().map(move |segment| {
            let segment = segment.to_string();
            AnnualFigure {
                id: named(one.id.id(), &segment),
                name: with(one.name.split(" (").next().unwrap_or_default(), &segment),
                unit: one.unit,
                frame: one.frame,
                what: What::Indicator(one.id, segment),
            }
        })
    });
    let counted = |[id, name, unit, frame]: [&'static str; 4], segment: &str, what| AnnualFigure {
        id: named(id, segment),
        name: with(name, segment),
        unit,
        frame,
        what,
    };
    let firms = segments(IndicatorId::CurrentPractice)
        .into_iter()
        .map(move |segment| counted(COUNTED[0], &segment.to_string(), What::Firms(segment)));
    let rest = [
        counted(COUNTED[1], "total", What::Workers),
        counted(COUNTED[2], "total", What::Account(|year| year.spend_yen, None)),
        counted(COUNTED[3], "total", What::Account(|year| year.deliveries, None)),
    ];
    observed.chain(firms).chain(rest).collect()
}

impl AnnualFigure {
    /// Reads a figure's id, such as `practising_firms[prefecture=Tokyo]` or `spend_yen[managers]`.
    ///
    /// # Errors
    /// What is no figure, or has no such segment; which measures there are is not known here.
    pub fn parse(text: &str, measures: &[&str]) -> Result<AnnualFigure, Problem> {
        let all = annual_figures();
        if let Some(known) = all.iter().find(|one| one.id == text) {
            return Ok(known.clone());
        }
        let (id, inside) = text.strip_suffix(']').and_then(|text| text.split_once('[')).unwrap_or((text, ""));
        let unknown = |advice: String| {
            Problem::error(Kind::Usage, format!("`{}` is no outcome", text.escape_debug())).advise(advice)
        };
        let money: Option<fn(&Account) -> f64> = match id {
            SPEND => Some(|year| year.spend_yen),
            DELIVERIES => Some(|year| year.deliveries),
            _ => None,
        };
        if money.is_some() || id == REACHED {
            if !measures.contains(&inside) {
                let advice = format!("write {id} and one of the measures in brackets: {}", measures.join(", "));
                return Err(unknown(advice));
            }
            let [_, name, unit, frame] = COUNTED[if id == SPEND {
                2
            } else if id == DELIVERIES {
                3
            } else {
                4
            }];
            let what = money.map_or(What::Reached(inside.into()), |of| What::Account(of, Some(inside.into())));
            return Ok(AnnualFigure { id: text.into(), name: format!("{name}: {inside}"), unit, frame, what });
        }
        let begins = |one: &&AnnualFigure| one.id == id || one.id.starts_with(&format!("{id}["));
        let like: Vec<&str> = all.iter().filter(begins).map(|one| &*one.id).collect();
        let (typed, known) = if like.is_empty() {
            let mut ids: Vec<&str> = all.iter().map(|one| one.id.split('[').next().unwrap_or_default()).collect();
            ids.dedup();
            ids.push(REACHED);
            (id, ids)
        } else {
            (text, like)
        };
        Err(unknown(match nearest(typed, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", known.join(", ")),
        }))
    }

    /// Its value in the last observed week of each fiscal year, `NAN` where it was not observed; money, deliveries and
    /// firms reached from the run's start to the year's end.
    pub fn of(&self, series: &Series, extent: &Extent, population: &Population) -> Vec<f64> {
        let scaled = |values: Vec<f64>, by: f64| values.into_iter().map(|value| value * by).collect();
        let measures = |name: &Option<String>| {
            let wanted = name.clone();
            series.interventions.iter().filter(move |one| wanted.as_ref().is_none_or(|wanted| *wanted == one.name))
        };
        match &self.what {
            What::Indicator(indicator, segment) => at_year_ends(series, *indicator, segment, extent),
            What::Firms(segment) => {
                let share = at_year_ends(series, IndicatorId::CurrentPractice, &segment.to_string(), extent);
                scaled(share, firms_of(population, *segment))
            }
            What::Workers => {
                scaled(at_year_ends(series, IndicatorId::TeleworkersNow, "total", extent), extent.employees)
            }
            What::Account(of, name) => {
                let mut sums = vec![0.0; extent.years.clone().count()];
                for one in measures(name) {
                    let mut so_far = 0.0;
                    for (sum, year) in sums.iter_mut().zip(accounts(&one.weeks, extent)) {
                        so_far += of(&year);
                        *sum += so_far;
                    }
                }
                sums
            }
            What::Reached(name) => measures(&Some(name.clone()))
                .next()
                .map(|one| accounts(&one.weeks, extent).iter().map(|year| year.firms_reached).collect())
                .unwrap_or_else(|| vec![0.0; extent.years.clone().count()]),
        }
    }
}

/// Firms of the whole population in a segment of `current_practice`.
fn firms_of(population: &Population, segment: Segment) -> f64 {
    let inside = |cell: &&crate::population::Cell| match segment {
        Segment::Size(size) => cell.size == size,
        Segment::Prefecture(prefecture) => cell.prefecture == prefecture,
        Segment::Industry(industry) => cell.industry == industry,
        Segment::Region(region) => cell.prefecture.region() == region,
        Segment::Total | Segment::HighCapital(_) | Segment::ThreeHundred(_) => true,
    };
    population.cells.iter().filter(inside).map(|cell| f64::from(cell.firms)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_figure_is_told_what_there_is() {
        let said = |text: &str| AnnualFigure::parse(text, &["managers"]).unwrap_err().to_string();
        assert!(said("current_practise").contains("current_practice"));
        assert!(
            said("practising_firms[prefecture=Tokio]").contains("did you mean `practising_firms[prefecture=Tokyo]`?")
        );
        assert!(said("apples").contains("write one of current_practice, "));
        assert!(said("spend_yen[manager]").contains("in brackets: managers"));
        assert!(said("firms_reached").contains("managers"));
        assert_eq!(AnnualFigure::parse("spend_yen[managers]", &["managers"]).unwrap().unit, "yen");
    }

    #[test]
    fn ids_are_distinct() {
        let ids: Vec<String> = annual_figures().into_iter().map(|one| one.id).collect();
        let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(ids.contains(&"practising_firms[region=regional cities]".to_string()));
    }
}
