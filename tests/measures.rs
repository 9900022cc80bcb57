//! `docs/measures.md`: the effect cards are those of the model, and stay in their documented ranges; the list of programmes is
//! complete.
//!
//! `TELEWORK_REWRITE=1 cargo test --test all measures::` rewrites the figures of the cards, not their ranges.

use crate::common::{
    generated::{current, current_parts},
    tables,
};
use std::collections::{BTreeMap, BTreeSet};
use telework::{
    analysis::{EffectCard, effect_card},
    engine::{Options, Series, simulate},
    interventions::Channel,
    observation::IndicatorId,
    parameters::Parameters,
    population::{Cell, Population, Scale, synthesise},
    scenario::{KINDS, MEASURES, Scenario, load_text},
};

/// One firm in so many stands for itself in the cards' Japan; replicates of the middle of the priors; draws from them.
const ONE_IN: usize = 60;
const REPLICATES: u32 = 4;
const DRAWS: u32 = 8;

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
        market: whole.market.clone(),
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

/// Columns of the cards as the report has them.
const CARD_COLUMNS: &str = "kind,firms_reached,starts_first_year,starts_fifth_year,starts_low,starts_high,practising_fifth_year,\
                            yen_per_start,confidence,concluded,version,one_in,replicates,draws";

/// By kind, confidence and conclusion of the page's table of evidence.
fn evidence(page: &str) -> BTreeMap<String, (String, String)> {
    let mut all = BTreeMap::new();
    for row in rows(page, "### Evidence") {
        for kind in row[0].split(',') {
            all.insert(kind.trim().trim_matches('`').to_string(), (row[3].clone(), row[4].clone()));
        }
    }
    all
}

/// A card's documented range is for the middle of the priors. Seeds are fixed, so the test fails when the model changes and not
/// by chance.
#[test]
fn effect_cards_stay_in_their_documented_ranges() {
    let (data, page) = (tables(), page());
    let population = small_japan(&synthesise(&data, 2021, Scale::Whole).expect("Japan"));
    let parameters = Parameters::default().measures_at_prior_means();
    let mut stored = csv::Writer::from_writer(Vec::new());
    stored.write_record(CARD_COLUMNS.split(',')).unwrap();
    let evidence = evidence(&page);
    let mut text = String::from(
        "| kind | firms reached | starts by the end of the first year | by the end of the fifth | lowest and highest of eight draws from the priors | practising after five years | million yen per start |\n\
         |---|---:|---:|---:|---|---:|---:|\n",
    );
    let (mut outside, mut starts) = (Vec::new(), Vec::new());
    let documented = rows(&page, "### Ranges");
    let named: BTreeSet<&str> = documented.iter().map(|row| row[0].trim_matches('`')).collect();
    let single: BTreeSet<&str> =
        KINDS.into_iter().filter(|kind| !["emergency_declaration", "custom"].contains(kind)).collect();
    assert_eq!(named, single, "every kind has a range");
    for row in &documented {
        let (kind, lines) = (row[0].trim_matches('`'), row[1].trim_matches('`').replace(" ; ", "\n"));
        let card = |parameters: &Parameters, replicates| -> EffectCard {
            effect_card(&lines, parameters, &data, &population, replicates).unwrap_or_else(|e| panic!("{kind}: {e}"))
        };
        let middle = card(&parameters, REPLICATES);
        let drawn: Vec<f64> =
            (0..DRAWS).map(|number| card(&parameters.drawn_for_measures(number), 1).starts_fifth_year).collect();
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
        let (confidence, concluded) = &evidence[kind];
        let figures = [
            format!("{:.0}", middle.reached),
            format!("{:.1}", middle.starts_first_year),
            format!("{:.1}", middle.starts_fifth_year),
            format!("{low:.1}"),
            format!("{high:.1}"),
            format!("{:.1}", middle.practising_fifth_year),
            middle.yen_per_start.map_or_else(String::new, |yen| format!("{:.0}", (yen / 1e4).round() * 1e4)),
        ];
        let trace = [ONE_IN.to_string(), REPLICATES.to_string(), DRAWS.to_string()];
        let words = [confidence.as_str(), concluded, env!("CARGO_PKG_VERSION")];
        let record = [kind].into_iter().chain(figures.iter().map(String::as_str)).chain(words);
        stored.write_record(record.chain(trace.iter().map(String::as_str))).unwrap();
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
    let stored = String::from_utf8(stored.into_inner().unwrap()).unwrap();
    current("src/report/effect_cards.csv", &stored);
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

/// A scenario with some measures after the declarations, small and to the end of fiscal 2022.
fn small(measures: &str) -> Scenario {
    let text = format!(
        "title = \"t\"\nquestion = \"q\"\nsources = [\"s\"]\n\
         [run]\nsample = 20000\nend = 2023-03-31\n\
         [[intervention]]\nname = \"declarations\"\nemergency_declaration = {{ known_on = 2021-04-30 }}\n{measures}"
    );
    load_text("small", &text, &[]).unwrap_or_else(|problems| panic!("{problems}\n{text}")).scenario
}

/// What a scenario comes to at the point or with a draw from the priors of measures.
fn ran(scenario: &Scenario, draw: Option<u32>) -> Series {
    let data = tables();
    let population = synthesise(&data, scenario.run.population_seed, scenario.run.scale).unwrap();
    let mut scenario = scenario.clone();
    if let Some(draw) = draw {
        scenario.parameters = scenario.parameters.drawn_for_measures(draw);
    }
    simulate(&scenario, &data, &population, 0, Options::default(), &|_| true).unwrap()
}

fn printed(name: &str) -> &'static str {
    MEASURES.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name}")).1
}

/// Every kind is printed, in a form that runs, and does what it says: the scenario differs from the one without.
#[test]
fn every_printed_measure_runs() {
    let without = ran(&small(""), None);
    for kind in KINDS.into_iter().filter(|kind| !["emergency_declaration", "custom"].contains(kind)) {
        printed(kind);
    }
    for (name, text) in MEASURES {
        // Twenty times as large, so that a few sites or firms stand out in a sample.
        let with = ran(&small(&text.replace("from = ", "scale = 20\nfrom = ")), None);
        assert_ne!(with.indicators, without.indicators, "{name}");
    }
}

/// What is written in primitives comes to the very same as the kind that it stands for: deliveries, money, and what firms do.
#[test]
fn primitives_are_the_kinds_that_they_replace() {
    let kinds = [
        (
            "support_network",
            "support_network = { events_per_year = 434, participants_per_event = 10.8, windows = 258, share_sme = 0.9 }",
        ),
        (
            "telework_managers",
            "telework_managers = { managers = 109, visits_per_manager_per_week = 0.1167, visits_per_firm = 1.785, share_below_100 = 0.682, share_not_practising = 0.5 }",
        ),
        ("campaign", "campaign = { months = [7], participants_per_year = 3000 }"),
        ("regional_trial", "regional_trial = { host_prefectures = [\"Wakayama\", \"Nagano\"], firms_per_year = 20 }"),
        ("disclosure", "disclosure = { form = \"rating\", firms_per_year = 225 }"),
    ];
    for (name, kind) in kinds {
        let primitives = printed(name);
        let (shared, _) = primitives.split_once("[intervention.custom]").unwrap();
        // What a rating asks of firms is part of that kind.
        let shared = shared.replace("target = { practising = true }\n", "").replace("selection = \"inclined\"\n", "");
        for draw in [None, Some(3)] {
            // Ten times as large, so that what firms do differs from what they do without.
            let [a, b] = [format!("{shared}{kind}\n"), primitives.to_string()]
                .map(|text| ran(&small(&text.replace("delay", "scale = 10\ndelay")), draw));
            let weeks = |series: &Series| series.interventions.last().unwrap().weeks.clone();
            assert!(weeks(&a).iter().any(|week| week.deliveries > 0.0), "{name}");
            assert_eq!(weeks(&a), weeks(&b), "{name}");
            assert_eq!((&a.indicators, &a.surveys), (&b.indicators, &b.surveys), "{name}");
        }
    }
}

/// An effect of one's own is at its mean at the point, has another value in each draw, and the same in one draw at any time.
#[test]
fn an_assumed_effect_has_a_prior() {
    let measure = |mean: f64, sd: f64| {
        small(&format!(
            "[[intervention]]\nname = \"m\"\nfrom = 2021-04-05\ncustom = {{ kind = \"k\", evidence = \"assumed\", \
             firms_per_year = 200000, added_log_hazard = {mean:?}, added_log_hazard_sd = {sd:?} }}\n"
        ))
    };
    let at = |scenario: &Scenario, draw| ran(scenario, draw).indicators;
    assert_eq!(at(&measure(0.5, 0.0), None), at(&measure(0.5, 0.3), None));
    assert_eq!(at(&measure(0.5, 0.3), Some(1)), at(&measure(0.5, 0.3), Some(1)));
    assert_ne!(at(&measure(0.5, 0.3), Some(1)), at(&measure(0.5, 0.3), Some(2)));
    assert_eq!(at(&measure(0.5, 0.0), Some(1)), at(&measure(0.5, 0.0), Some(1)));
    // Nothing assumed is nothing done.
    assert_eq!(at(&measure(0.0, 0.0), None), at(&small(""), None));
}

/// Pressure on classes moves what it is meant to move, more with its scale, and nothing at scale 0. (Its factors have a closed
/// form, tested where they are made.)
#[test]
fn pressure_on_classes_grows_with_its_scale() {
    let law = |scale: f64, target: &str| {
        ran(
            &small(&format!(
                "[[intervention]]\nname = \"m\"\nfrom = 2021-04-05\nscale = {scale:?}\n{target}custom = {{ kind = \"k\", \
                 evidence = \"assumed\", reaches = \"classes\", share_reached = 0.5, on_starting = 1.0, on_leaving = -1.0 }}\n"
            )),
            None,
        )
    };
    let level = |series: &Series, id: IndicatorId| {
        let figure = series.indicators.iter().find(|figure| figure.indicator == id).unwrap_or_else(|| panic!("{id}"));
        figure.values.last().unwrap().1
    };
    let without = ran(&small(""), None);
    assert_eq!(law(0.0, "").indicators, without.indicators);
    let id = without.indicators[0].indicator;
    let [none, half, whole] = [&without, &law(0.4, ""), &law(1.0, "")].map(|series| level(series, id));
    assert!(none < half && half < whole, "{id}: {none} {half} {whole}");
}

/// A scenario with a rating of many firms that says channels, or not.
fn rating(more: &str) -> Scenario {
    small(&format!(
        "[[intervention]]\nname = \"m\"\nfrom = 2021-04-05\nunit_cost = \"50 thousand yen\"\n{more}\n\
         disclosure = {{ form = \"rating\", firms_per_year = 20000 }}\n"
    ))
}

const EVERY: &str = "channels = [\"customers\", \"investors\", \"rating_agencies\", \"consumers\", \"job_seekers\", \"employees\", \
                     \"subcontractors\", \"competitors\"]";

fn practising(series: &Series) -> f64 {
    let figure =
        series.indicators.iter().find(|one| one.indicator == IndicatorId::CurrentPractice && one.segment == "total");
    f64::from(figure.unwrap().values.last().unwrap().1)
}

/// A measure with channels is absent at scale 0 and when it is off; more of it moves more firms, at the priors' means, which are above
/// zero; what it delivers and spends is the same with channels and without.
#[test]
fn channels_grow_with_the_dose_and_cost_nothing_more() {
    let without = ran(&small(""), None);
    assert_eq!(ran(&rating(&format!("scale = 0\n{EVERY}")), None).indicators, without.indicators);
    assert_eq!(ran(&rating(&format!("active = false\n{EVERY}")), None).indicators, without.indicators);
    let doses = [1.0, 50.0].map(|scale| ran(&rating(&format!("scale = {scale:?}\n{EVERY}")), None));
    let [none, some, many] = [&without, &doses[0], &doses[1]].map(practising);
    assert!(none < some && some < many, "{none} {some} {many}");
    let weeks = |series: &Series| {
        let all = series.interventions.last().unwrap().weeks.iter();
        all.fold((0.0, 0.0), |sum, week| (sum.0 + week.deliveries, sum.1 + week.spend_yen))
    };
    let [with, plain] = [EVERY, ""].map(|more| weeks(&ran(&rating(more), None)));
    assert!(with.0 > 0.0 && (with.0 / plain.0 - 1.0).abs() < 0.02, "{with:?} {plain:?}");
    assert_eq!(with.1, with.0 * 50e3);
}

/// Each channel does something; none of them does what another does; a draw has weights of its own.
#[test]
fn every_channel_acts_by_itself() {
    let silent = {
        let mut scenario = rating("scale = 20\nchannels = [\"investors\"]");
        scenario.interventions[1].channels = Some(Vec::new());
        ran(&scenario, None)
    };
    let mut seen = vec![silent.indicators.clone()];
    for channel in Channel::ALL {
        let one = rating(&format!("scale = 20\nchannels = [\"{}\"]", channel.key()));
        let found = ran(&one, None).indicators;
        assert!(!seen.contains(&found), "{}", channel.key());
        seen.push(found);
    }
    let all = rating(EVERY);
    assert_ne!(ran(&all, Some(1)).indicators, ran(&all, Some(2)).indicators);
}

/// Awards, certificates and measures of one's own speak through channels too; who has nothing to show is told so.
#[test]
fn kinds_that_show_something_have_channels() {
    let measure = |lines: &str| format!("[[intervention]]\nname = \"m\"\nfrom = 2021-04-05\nscale = 100\n{lines}\n");
    for lines in [
        "awards = { awards_per_year = 60, selection_month = 11 }",
        "certification = { pass_rate = 0.9, duration = \"4 weeks\", valid_for = \"26 weeks\", audits_per_year = 0.5 }",
        "custom = { kind = \"k\", evidence = \"assumed\", firms_per_year = 200 }",
        "disclosure = { form = \"self_declaration\", firms_per_year = 200 }",
    ] {
        let [with, without] =
            [format!("{EVERY}\n{lines}"), lines.to_string()].map(|text| ran(&small(&measure(&text)), None));
        assert_ne!(with.indicators, without.indicators, "{lines}");
    }
    let subsidy = "channels = [\"investors\"]\nsubsidy = { rate = 0.5, minimum = \"1 yen\", maximum = \"1 million yen\", \
                   cost_per_teleworker = \"200 thousand yen\", grants_per_year = 10 }";
    let text = format!("title = \"t\"\nquestion = \"q\"\nsources = [\"s\"]\n{}", measure(subsidy));
    let loaded = load_text("small", &text, &[]).unwrap();
    assert_eq!(loaded.scenario.interventions[0].channels, None);
    assert!(loaded.notes.iter().any(|note| note.message.contains("`channels` of `m` has no effect on subsidy")));
}
