//! The population against published figures, and the promises of the synthesis.

use super::{employees::persons_by_industry, *};
use crate::classification::{BARRIERS, Barrier, INDUSTRIES};
use std::sync::OnceLock;

fn data() -> &'static Data {
    static DATA: OnceLock<Data> = OnceLock::new();
    DATA.get_or_init(|| Data::embedded().unwrap())
}

fn whole() -> &'static Population {
    static WHOLE: OnceLock<Population> = OnceLock::new();
    WHOLE.get_or_init(|| synthesise(data(), 1, Scale::Whole).unwrap())
}

fn sampled(firms: u32) -> Population {
    synthesise(data(), 1, Scale::Sample(firms)).unwrap()
}

fn weighted_firms(population: &Population, wanted: impl Fn(&Cell) -> bool) -> f64 {
    population.cells.iter().filter(|cell| wanted(cell)).map(|cell| cell.weight * cell.range.len() as f64).sum()
}

/// SME Agency 2021: 2,853,356 micro, 511,535 medium, 10,364 large, together 3,375,255.
#[test]
fn sizes_sum_exactly_to_the_published_totals() {
    for population in [whole(), &sampled(60_000), &sampled(6_000)] {
        for (size, firms) in SizeClass::ALL.into_iter().zip([2_853_356.0, 511_535.0, 10_364.0]) {
            let found = weighted_firms(population, |cell| cell.size == size);
            assert!((found - firms).abs() < 1e-6, "{size:?} {found}");
        }
        assert_eq!(population.firms(), 3_375_255);
    }
}

/// Raking keeps the association of the seed: the odds ratios of the 2014 table, for classes large enough that
/// rounding to whole firms moves them by less than 1 %.
#[test]
fn industry_by_size_keeps_the_association_of_2014() {
    let fitted = margins::industry_by_size(data()).unwrap();
    let of_2014: Vec<f64> = data().firms_2014.iter().map(|row| f64::from(row.firms)).collect();
    let odds = |table: &dyn Fn(usize) -> f64, a: usize, b: usize| {
        table(a * SIZES) * table(b * SIZES + 1) / (table(a * SIZES + 1) * table(b * SIZES))
    };
    for (a, b) in [(1, 2), (2, 6), (4, 10), (9, 15)] {
        let (now, then) = (odds(&|i| f64::from(fitted[i]), a, b), odds(&|i| of_2014[i], a, b));
        assert!((now / then - 1.0).abs() < 0.01, "{a} {b}: {now} {then}");
    }
}

/// Every industry's firms stand in the prefectures as its establishments do, within one firm.
#[test]
fn small_firms_stand_where_establishments_stand() {
    let (counts, by_size) = (margins::firm_counts(data()).unwrap(), margins::industry_by_size(data()).unwrap());
    for industry in Industry::all().map(Industry::index) {
        let all: u32 =
            (0..PREFECTURES).map(|p| data().establishments[p * INDUSTRIES + industry].establishments[1]).sum();
        for p in 0..PREFECTURES {
            let here = data().establishments[p * INDUSTRIES + industry].establishments[1];
            for size in 0..2 {
                let exact = f64::from(by_size[industry * SIZES + size]) * f64::from(here) / f64::from(all);
                let found = f64::from(counts[size][industry * PREFECTURES + p]);
                assert!((found - exact).abs() < 1.0, "{industry} {p}: {found} {exact}");
            }
        }
    }
}

/// Large firms meet both margins: industries as raked, prefectures by head-office weight. Of the ten prefectures of
/// the 2014 reference table, Tokyo had 4,942 and Osaka 1,168 large enterprises: a ratio of 4.231.
#[test]
fn large_firms_meet_both_margins() {
    let (counts, by_size) = (margins::firm_counts(data()).unwrap(), margins::industry_by_size(data()).unwrap());
    for industry in 0..INDUSTRIES {
        let found: u32 = counts[2][industry * PREFECTURES..][..PREFECTURES].iter().sum();
        assert_eq!(found, by_size[industry * SIZES + 2]);
    }
    let in_prefecture = |p: usize| f64::from(counts[2].iter().skip(p).step_by(PREFECTURES).sum::<u32>());
    assert!((in_prefecture(12) / in_prefecture(26) - 4.231).abs() < 0.01);
}

/// Kept back from the fit. SMEs are placed by establishments, and establishments include branches, which crowd in
/// the capital: up to 7 % is what the placement can be expected to miss. Firms with 31 and more employees are
/// counted in all legal forms by the labour bureaus and in companies here, and Ishikawa has only 1,848: 12 %.
#[test]
fn checks_that_were_kept_back_are_met() {
    let report = report(data(), whole()).unwrap();
    for (what, tolerance) in [
        ("SMEs in Tokyo (share of 2014)", 0.07),
        ("SMEs in Osaka (share of 2014)", 0.07),
        ("SMEs in Ibaraki", 0.07),
        ("firms with 31 and more employees in Aichi", 0.12),
        ("firms with 31 and more employees in Ishikawa", 0.12),
    ] {
        let row = report.row(what).unwrap_or_else(|| panic!("no row {what}"));
        assert_eq!(row.role, "check");
        assert!(row.relative_difference().abs() < tolerance, "{row:?}");
    }
}

/// Persons engaged in 2021: 46,789,995 of 2016 (from memory) and the published rise of 690,000. The sum of 10,364
/// heavy-tailed draws scatters by about 1 %, so that 4 % fails a right program with chance below 1e-4.
#[test]
fn persons_engaged_are_met() {
    let report = report(data(), whole()).unwrap();
    let row = report.row("persons engaged").unwrap();
    assert!((row.published - 47_479_995.0).abs() < 1.0);
    assert!(row.relative_difference().abs() < 0.04, "{row:?}");
    // Before chance, the expected employment meets it within what rounding of means costs.
    let by_size = margins::industry_by_size(data()).unwrap();
    let workforce = Workforce::fit(data(), &by_size).unwrap();
    let cells = margins::cells(data(), &margins::firm_counts(data()).unwrap(), &workforce).unwrap();
    let expected: f64 = workplaces::head_office_employment(&cells, &workforce).iter().sum();
    assert!((expected / row.published - 1.0).abs() < 0.01, "{expected}");
}

/// The published tail counts all legal forms (schools and hospitals too), the population companies and sole
/// proprietors: the two agree in shape, not to the per cent. See docs/population.md.
#[test]
fn the_size_tail_has_the_published_shape() {
    let report = report(data(), whole()).unwrap();
    for (what, tolerance) in [
        ("firms with 31 and more employees", 0.10),
        ("firms with 46 and more employees", 0.10),
        ("firms with 40 to 99 employees", 0.15),
        ("firms with 100 to 299 employees", 0.15),
        ("firms with 300 to 499 employees", 0.40),
        ("firms with 500 to 999 employees", 0.40),
        ("firms with 1,000 and more employees", 0.40),
    ] {
        let row = report.row(what).unwrap();
        assert!(row.relative_difference().abs() < tolerance, "{row:?}");
    }
}

#[test]
fn cells_and_ids_cover_the_population_in_order() {
    let (mut next, mut start) = (0, 0);
    let mut before = None;
    for cell in &whole().cells {
        let key = (cell.industry, cell.prefecture, cell.size, cell.high_capital, cell.bidder, cell.band);
        assert!(before.is_none_or(|b| b < key));
        before = Some(key);
        assert_eq!((cell.first_id, cell.range.start), (next, start));
        assert_eq!(cell.range.len(), cell.firms as usize);
        next += cell.firms;
        start = cell.range.end;
    }
    assert_eq!(next, 3_375_255);
    assert!(whole().id.iter().enumerate().all(|(i, id)| *id as usize == i));
}

/// Whatever a cell tells apart is reproduced exactly by the weights of a sample.
#[test]
fn sample_weights_reproduce_the_margins() {
    for firms in [6_000, 20_000, 60_000] {
        let sample = sampled(firms);
        assert!((sample.len() as f64 / f64::from(firms) - 1.0).abs() < 0.01, "{} for {firms}", sample.len());
        assert_eq!(sample.cells.len(), whole().cells.len());
        for (kept, all) in sample.cells.iter().zip(&whole().cells) {
            assert!(!kept.range.is_empty());
            assert!((kept.weight * kept.range.len() as f64 - all.range.len() as f64).abs() < 1e-6);
        }
        for prefecture in Prefecture::all() {
            let (a, b) = (
                weighted_firms(&sample, |cell| cell.prefecture == prefecture),
                weighted_firms(whole(), |cell| cell.prefecture == prefecture),
            );
            assert!((a - b).abs() < 1e-6, "{prefecture:?}: {a} {b}");
        }
    }
    let large = |p: &Population| p.cells.iter().filter(|c| c.size == SizeClass::Large).map(|c| c.range.len()).sum();
    let kept: usize = large(&sampled(60_000));
    assert_eq!(kept, 10_364, "every large firm is kept");
}

#[test]
fn a_firm_is_the_same_in_the_whole_and_in_a_sample() {
    let (sample, whole) = (sampled(60_000), whole());
    for (i, id) in sample.id.iter().enumerate() {
        let j = *id as usize;
        assert_eq!(sample.employees[i], whole.employees[j]);
        assert_eq!(sample.teleworkable[i], whole.teleworkable[j]);
        assert_eq!(sample.propensity[i].to_bits(), whole.propensity[j].to_bits());
        assert_eq!(sample.barriers[i], whole.barriers[j]);
    }
}

#[test]
fn one_more_firm_changes_no_other() {
    let data = data();
    let workforce = Workforce::fit(data, &margins::industry_by_size(data).unwrap()).unwrap();
    let draws = AttributeDraws::new(data, &workforce, 1).unwrap();
    let mut cells = margins::cells(data, &margins::firm_counts(data).unwrap(), &workforce).unwrap();
    cells.last_mut().unwrap().firms += 1;
    let kept: Vec<u32> = cells.iter().map(|cell| cell.firms).collect();
    let more = fill(cells, &kept, &draws);
    let n = whole().len();
    assert_eq!(more.len(), n + 1);
    assert_eq!(more.employees[..n], whole().employees[..]);
    assert_eq!(more.teleworkable[..n], whole().teleworkable[..]);
    assert_eq!(more.propensity[..n], whole().propensity[..]);
    assert_eq!(more.barriers[..n], whole().barriers[..]);
}

#[test]
fn threads_change_nothing_and_seeds_do() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| sampled(20_000))
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(4));
    let other = synthesise(data(), 2, Scale::Sample(20_000)).unwrap();
    assert_ne!(one.employees, other.employees);
    assert_ne!(one.id, other.id);
}

#[test]
fn a_sample_that_cannot_hold_every_kind_of_firm_is_refused() {
    let problem = synthesise(data(), 1, Scale::Sample(1000)).unwrap_err();
    assert!(problem.message.contains("a sample of 1000 firms cannot represent all"), "{problem}");
    let minimum = whole().cells.len() as u32;
    assert!(problem.advice.unwrap().contains(&format!("at least {minimum} firms")));
    assert_eq!(sampled(minimum).len() as u32, minimum);
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../scenarios/schema.json")).unwrap();
    let text = schema.to_string();
    assert!(text.contains(&format!("\"minimum\":{minimum}")) && text.contains("of the 5,989 kinds"), "the schema");
    assert_eq!(sampled(u32::MAX).len(), 3_375_255);
}

#[test]
fn a_missing_or_absurd_fact_stops_the_synthesis() {
    let mut without = data().clone();
    without.facts.retain(|fact| fact.name != "bidders_large");
    let problem = synthesise(&without, 1, Scale::Sample(60_000)).unwrap_err();
    assert!(problem.message.contains("bidders_large"), "{problem}");
    let mut absurd = data().clone();
    absurd.facts.iter_mut().filter(|fact| fact.name == "firms_micro").for_each(|fact| fact.value = 4e9);
    assert!(synthesise(&absurd, 1, Scale::Whole).unwrap_err().message.contains("firms_micro"));
}

#[test]
fn tables_that_cannot_be_reconciled_stop_the_synthesis() {
    let refused = |change: &dyn Fn(&mut Data)| {
        let mut changed = data().clone();
        change(&mut changed);
        synthesise(&changed, 1, Scale::Sample(60_000)).err().map(|problem| problem.message).unwrap_or_default()
    };
    let message = refused(&|data| data.establishments.iter_mut().for_each(|row| row.establishments[0] = 0));
    assert!(message.contains("no establishment in mining"), "{message}");
    let message = refused(&|data| {
        data.firms_2014.iter_mut().filter(|row| row.size == SizeClass::Micro).for_each(|row| row.firms = 0);
    });
    assert!(message.starts_with("the tables place"), "{message}");
}

#[test]
fn workplaces_are_shares_and_micro_firms_stay_at_home() {
    assert_eq!(whole().workplaces.len(), INDUSTRIES * SIZES * PREFECTURES);
    for cell in &whole().cells {
        let row = whole().workplaces_of(cell);
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        assert!(row.iter().all(|share| *share >= 0.0));
        if cell.size == SizeClass::Micro {
            assert_eq!(row[cell.prefecture.index()], 1.0);
        }
    }
}

/// Expected employment by industry and place follows the 2021 census: raking leaves less than 0.1 % of all persons
/// in another prefecture than counted, and no combination of industry and place is off by 1 %.
#[test]
fn employment_by_place_follows_the_census() {
    let data = data();
    let workforce = Workforce::fit(data, &margins::industry_by_size(data).unwrap()).unwrap();
    let employment = workplaces::head_office_employment(&whole().cells, &workforce);
    let (mut misplaced, mut all, mut within) = (0.0, 0.0, 0);
    for industry in 0..INDUSTRIES {
        let rows = industry * SIZES * PREFECTURES..(industry + 1) * SIZES * PREFECTURES;
        let total: f64 = employment[rows.clone()].iter().sum();
        let places = workplaces::shares_by_place(data, industry);
        for (place, share) in places.iter().enumerate() {
            let found: f64 = rows.clone().map(|row| employment[row] * f64::from(whole().workplaces[row][place])).sum();
            misplaced += (found - total * share).abs() / 2.0;
            within += usize::from((found / (total * share) - 1.0).abs() < 0.01);
        }
        all += total;
    }
    assert!(misplaced / all < 0.001, "{}", misplaced / all);
    assert_eq!(within, INDUSTRIES * PREFECTURES);
}

/// Mean share of teleworkable jobs by industry among medium firms, which are many. With n firms the mean scatters
/// by at most 0.5 / sqrt(n); 5 sd fails a right program with chance 6e-7 x 16, and sees a bias of 1 point in all
/// industries of 65,000 firms and more. The seed is fixed.
#[test]
fn teleworkable_shares_have_the_mean_of_their_industry() {
    for row in &data().industries {
        let cells = whole().cells.iter().filter(|c| c.industry == row.industry && c.size == SizeClass::Medium);
        let (mut sum, mut n) = (0.0, 0.0);
        for i in cells.flat_map(|cell| cell.range.clone()) {
            sum += f64::from(whole().teleworkable[i]) / 255.0;
            n += 1.0;
        }
        let tolerance = 5.0 * 0.5 / f64::sqrt(n) + 0.004;
        assert!((sum / n - row.teleworkable).abs() < tolerance, "{:?}: {} {}", row.industry, sum / n, row.teleworkable);
    }
}

/// A micro firm in accommodation and food (mean share below 5 %) mostly has no teleworkable job at all.
#[test]
fn many_small_firms_have_no_teleworkable_job() {
    let food = Industry::parse("M").unwrap();
    let cells = whole().cells.iter().filter(|c| c.industry == food && c.size == SizeClass::Micro);
    let firms: Vec<usize> = cells.flat_map(|cell| cell.range.clone()).collect();
    let none = firms.iter().filter(|i| whole().teleworkable[**i] == 0).count() as f64 / firms.len() as f64;
    assert!(none > 0.85, "{none}");
}

/// Barrier rates and the standard normal, at 5 sd (a right program fails with chance below 2e-5 over all 20
/// comparisons); a rate wrong by 0.3 points is seen among medium firms. The seed is fixed.
#[test]
fn barriers_and_propensity_have_their_distributions() {
    let population = whole();
    for size in SizeClass::ALL {
        let cells = population.cells.iter().filter(|cell| cell.size == size);
        let firms: Vec<usize> = cells.flat_map(|cell| cell.range.clone()).collect();
        let n = firms.len() as f64;
        for barrier in Barrier::ALL {
            let rate = data().barrier_rates[size.index()][barrier as usize];
            let found = firms.iter().filter(|i| population.barriers[**i] & barrier.bit() != 0).count() as f64 / n;
            let tolerance = 5.0 * (rate * (1.0 - rate) / n).sqrt() + 1e-5;
            assert!((found - rate).abs() < tolerance, "{size:?} {barrier:?}: {found} {rate}");
        }
    }
    assert!(population.barriers.iter().all(|set| *set < 1 << BARRIERS));
    let n = population.len() as f64;
    let mean = population.propensity.iter().map(|x| f64::from(*x)).sum::<f64>() / n;
    let variance = population.propensity.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / n;
    assert!(mean.abs() < 5.0 / n.sqrt(), "{mean}");
    assert!((variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "{variance}");
}

#[test]
fn persons_by_industry_sum_to_the_total() {
    let sum: f64 = persons_by_industry(data(), 47_479_995.0).iter().sum();
    assert!((sum - 47_479_995.0).abs() < 1.0);
}

#[test]
fn the_report_prints_published_beside_found() {
    let text = report(data(), &sampled(60_000)).unwrap().to_string();
    assert!(text.starts_with("60,000 simulated firms in"), "{text}");
    assert!(text.contains("| large firms | fitted | 10,364 | 10,364 | +0.0 % | page read |"), "{text}");
}

/// The table of docs/population.md is the report of the whole population with seed 1. The last digits of draws may
/// differ between maths libraries, so that counts need to agree to 0.5 % only.
#[test]
fn the_document_shows_the_report() {
    let document = include_str!("../../docs/population.md");
    let report = report(data(), whole()).unwrap();
    let number = |cell: &str| cell.trim().replace(',', "").parse::<f64>().unwrap();
    for row in &report.rows {
        let line = document.lines().find(|line| line.starts_with(&format!("| {} |", row.what)));
        let line = line.unwrap_or_else(|| panic!("docs/population.md lacks `{}`:\n{report}", row.what));
        let cells: Vec<&str> = line.split('|').collect();
        assert_eq!(cells[2].trim(), row.role);
        for (cell, value) in [(cells[3], row.published), (cells[4], row.found)] {
            assert!((number(cell) / value - 1.0).abs() < 0.005, "{line}\n{report}");
        }
    }
}

/// A pool holds an id exactly when the firm that stands for it, found by bisection, meets the criteria as they read.
#[test]
fn pools_hold_the_ids_of_firms_that_meet_the_criteria() {
    let target = Eligibility {
        prefectures: Some(Prefecture::all().step_by(3).collect()),
        sizes: Some(vec![SizeClass::Medium, SizeClass::Large]),
        max_employees: Some(5000),
        ..Eligibility::default()
    };
    let project = Jobs::Cost { one_yen: 200_000.0, rate: 0.3, least_yen: 50_000.0 };
    let award = Jobs::Share { small: 20, least_if_small: 128, least: 64 };
    let all = [
        Criteria::of(&Eligibility::default()),
        Criteria { most_employees: 300, ..Criteria::of(&Eligibility::default()) },
        Criteria { least_employees: 301, ..Criteria::of(&target) },
        Criteria { jobs: project, ..Criteria::of(&Eligibility { max_employees: Some(300), ..Eligibility::default() }) },
        Criteria { jobs: award, high_capital: true, ..Criteria::of(&target) },
    ];
    for population in [whole(), &sampled(60_000), &sampled(8_000)] {
        let directory = Directory::new(population);
        for criteria in &all {
            let pool = Pool::new(population, &directory, criteria);
            // A third of the firms stays when the others are discarded.
            let (mut left, mut expected) = (pool.clone(), [0; 2]);
            for cell in &population.cells {
                for (firm, firms) in cell.range.clone().zip(0_u64..) {
                    let (employees, share) = (population.employees[firm], f64::from(population.teleworkable[firm]));
                    let target = &criteria.target;
                    let meets = cell_matches(target, cell)
                        && (criteria.least_employees..=criteria.most_employees).contains(&employees)
                        && target.max_employees.is_none_or(|most| employees <= most)
                        && (cell.high_capital || !criteria.high_capital)
                        && match criteria.jobs {
                            Jobs::Any => true,
                            Jobs::Cost { .. } => 0.3 * (f64::from(employees) * share / 255.0 * 200_000.0) >= 50_000.0,
                            Jobs::Share { .. } => share >= if employees <= 20 { 128.0 } else { 64.0 },
                        };
                    let kept = cell.range.len() as u64;
                    let first = (firms * u64::from(cell.firms)).div_ceil(kept) as u32 + cell.first_id;
                    let last = ((firms + 1) * u64::from(cell.firms)).div_ceil(kept) as u32 + cell.first_id - 1;
                    for id in [first, last] {
                        assert_eq!(directory.firm(id).map(|(_, firm)| firm), Some(firm as u32));
                        assert_eq!([pool.has(id), pool.among(&[[id; 8]]) & 1], [u64::from(meets); 2]);
                    }
                    assert_eq!(cell.ids(firm), first..last + 1);
                    let stays = firm.is_multiple_of(3);
                    if !stays {
                        left.discard(cell.ids(firm));
                    }
                    assert_eq!(left.among(&[[first; 8]]) & 1, u64::from(meets && stays));
                    let ids = if meets { u64::from(last - first) + 1 } else { 0 };
                    expected = [expected[0] + ids, expected[1] + if stays { ids } else { 0 }];
                }
            }
            assert_eq!([pool.ids(), left.ids()], expected);
        }
    }
}
