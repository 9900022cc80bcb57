//! How many firms there are in each cell. Tables in, firms by industry, prefecture, size, capital and bidding out.
//!
//! Firms by industry x size: the 2014 table, whose columns are complete, raked to the size totals of 2021 and to
//! industry totals that follow the establishments from 2016 to 2021. Micro and medium firms stand where
//! establishments stand; large ones where large firms have their head offices.

use super::{
    Band, Cell,
    employees::Workforce,
    raking::{CarryRounding, apportion, rake, round_to_margins},
};
use crate::{
    classification::{INDUSTRIES, Industry, PREFECTURES, Prefecture, SIZES, SizeClass},
    data::Data,
    error::{Kind, Problem},
};

/// Firms by industry and prefecture of the head office, one table a size class, at `industry * 47 + prefecture`.
pub(super) type FirmCounts = [Vec<u32>; SIZES];

/// Firms by industry and size, at `industry * 3 + size`.
pub(super) fn industry_by_size(data: &Data) -> Result<Vec<u32>, Problem> {
    let sizes = size_totals(data)?;
    let seed: Vec<f64> = data.firms_2014.iter().map(|row| f64::from(row.firms)).collect();
    let mut trend = [[0.0; 2]; INDUSTRIES];
    for row in &data.establishments {
        trend[row.industry.index()][0] += f64::from(row.establishments[0]);
        trend[row.industry.index()][1] += f64::from(row.establishments[1]);
    }
    if let Some(industry) = Industry::all().find(|i| trend[i.index()].iter().any(|sum| *sum <= 0.0)) {
        let message = format!("population/establishments.csv has no establishment in {}", industry.key());
        return Err(
            Problem::error(Kind::Data, message).advise("give establishments of 2016 and 2021 in some prefecture")
        );
    }
    let industries: Vec<f64> =
        seed.chunks_exact(SIZES).zip(trend).map(|(firms, [from, to])| firms.iter().sum::<f64>() * to / from).collect();
    let rows = apportion(&industries, sizes.iter().sum());
    let as_reals = |counts: &[u32]| counts.iter().map(|n| f64::from(*n)).collect::<Vec<_>>();
    let fitted = rake(&seed, &as_reals(&rows), &as_reals(&sizes), 1e-12, 1000);
    Ok(round_to_margins(&fitted, &rows, &sizes))
}

fn size_totals(data: &Data) -> Result<[u32; SIZES], Problem> {
    let total = |name| data.fact_in(name, 1.0..=10e6).map(|value| value as u32);
    Ok([total("firms_micro")?, total("firms_medium")?, total("firms_large")?])
}

/// Firms by industry, prefecture and size.
pub(super) fn firm_counts(data: &Data) -> Result<FirmCounts, Problem> {
    let by_size = industry_by_size(data)?;
    let by_establishments = |size: SizeClass| {
        let place = |industry: Industry| {
            let weights: Vec<f64> = Prefecture::all()
                .map(|p| f64::from(data.establishments[p.index() * INDUSTRIES + industry.index()].establishments[1]))
                .collect();
            apportion(&weights, by_size[industry.index() * SIZES + size.index()])
        };
        Industry::all().flat_map(place).collect::<Vec<u32>>()
    };
    let counts =
        [by_establishments(SizeClass::Micro), by_establishments(SizeClass::Medium), head_offices(data, &by_size)];
    for (size, total) in SizeClass::ALL.into_iter().zip(size_totals(data)?) {
        let placed: u32 = counts[size.index()].iter().sum();
        if placed != total {
            let message = format!("the tables place {placed} of {total} {} firms", size.key());
            return Err(Problem::error(Kind::Data, message).advise(
                "check that no prefecture lacks persons engaged in population/establishments.csv, and no size lacks \
                 firms in population/firms_2014.csv",
            ));
        }
    }
    Ok(counts)
}

/// Large firms by industry and prefecture: head-office weights by prefecture, raked with industries from a start
/// where a prefecture's mix of head offices follows its mix of persons engaged.
fn head_offices(data: &Data, by_size: &[u32]) -> Vec<u32> {
    let rows: Vec<u32> = by_size.iter().skip(SizeClass::Large.index()).step_by(SIZES).copied().collect();
    let columns = apportion(&data.head_offices, rows.iter().sum());
    let mut persons = [0.0; PREFECTURES];
    for row in &data.establishments {
        persons[row.prefecture.index()] += f64::from(row.persons[1]);
    }
    let mut seed = vec![0.0; INDUSTRIES * PREFECTURES];
    for row in &data.establishments {
        let p = row.prefecture.index();
        seed[row.industry.index() * PREFECTURES + p] = f64::from(row.persons[1]) / persons[p] * f64::from(columns[p]);
    }
    let as_reals = |counts: &[u32]| counts.iter().map(|n| f64::from(*n)).collect::<Vec<_>>();
    let fitted = rake(&seed, &as_reals(&rows), &as_reals(&columns), 1e-12, 1000);
    round_to_margins(&fitted, &rows, &columns)
}

/// Medium firms of one kind are told apart by employees where at least so many are expected to have 100 and more: a
/// cell more where it counts, and few enough cells for a sample of 6,000.
const WORTH_SPLITTING: f64 = 30.0;

/// The cells that hold firms, ordered by industry, prefecture, size, capital, bidding, employees; nothing simulated yet.
///
/// Capital class, bidding and band are split off by shares with carried rounding, which keeps national totals by size.
pub(super) fn cells(data: &Data, counts: &FirmCounts, workforce: &Workforce) -> Result<Vec<Cell>, Problem> {
    let high = [data.fact_in("high_capital_micro", 0.0..=1.0)?, data.fact_in("high_capital_medium", 0.0..=1.0)?];
    let pull = [head_office_pull(data, &counts[0])?, head_office_pull(data, &counts[1])?];
    let mut bidders = [0.0; SIZES];
    for size in SizeClass::ALL {
        bidders[size.index()] = data.fact_in(&format!("bidders_{}", size.key()), 0.0..=1.0)?;
    }
    let mut capital_carry = [(); SIZES].map(|()| CarryRounding::new());
    let mut bidder_carry = [(); SIZES * 2].map(|()| CarryRounding::new());
    let mut band_carry = CarryRounding::new();
    let mut bands = |industry: Industry, size: SizeClass, high_capital: bool, firms: u32| {
        let share = workforce.split(industry.index(), size.index(), high_capital);
        if size != SizeClass::Medium || f64::from(firms) * share.min(1.0 - share) < WORTH_SPLITTING {
            return [(Band::All, firms), (Band::From, 0)];
        }
        let from = band_carry.take(firms, share);
        [(Band::Below, firms - from), (Band::From, from)]
    };
    let mut cells = Vec::new();
    let mut first_id = 0;
    for industry in Industry::all() {
        for prefecture in Prefecture::all() {
            for size in SizeClass::ALL {
                let s = size.index();
                let firms = counts[s][industry.index() * PREFECTURES + prefecture.index()];
                let large = data.industries[industry.index()].large_high_capital;
                let share = high.get(s).map_or(large, |share| (share * pull[s][prefecture.index()]).min(1.0));
                let with_capital = capital_carry[s].take(firms, share);
                for (high_capital, firms) in [(false, firms - with_capital), (true, with_capital)] {
                    let bidding = bidder_carry[s * 2 + usize::from(high_capital)].take(firms, bidders[s]);
                    for (bidder, firms) in [(false, firms - bidding), (true, bidding)] {
                        for (band, firms) in bands(industry, size, high_capital, firms) {
                            if firms > 0 {
                                cells.push(Cell {
                                    industry,
                                    prefecture,
                                    size,
                                    high_capital,
                                    bidder,
                                    band,
                                    first_id,
                                    firms,
                                    range: 0..0,
                                    weight: 1.0,
                                });
                                first_id += firms;
                            }
                        }
                    }
                }
            }
        }
    }
    Ok(cells)
}

/// How much more often than in Japan as a whole a prefecture's firms have high capital, weighted mean 1: a power of
/// its share of head offices over its share of `firms`.
fn head_office_pull(data: &Data, firms: &[u32]) -> Result<Vec<f64>, Problem> {
    let power = data.fact_in("high_capital_head_office_power", 0.0..=2.0)?;
    let of = |p: usize| firms.iter().skip(p).step_by(PREFECTURES).map(|n| f64::from(*n)).sum::<f64>().max(1.0);
    let pull: Vec<f64> = (0..PREFECTURES).map(|p| libm::pow(data.head_offices[p] / of(p), power)).collect();
    let mean = (0..PREFECTURES).map(|p| of(p) * pull[p]).sum::<f64>() / (0..PREFECTURES).map(of).sum::<f64>();
    Ok(pull.iter().map(|x| x / mean).collect())
}
