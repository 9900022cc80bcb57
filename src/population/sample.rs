//! Which firms are simulated: all, or a weighted sample that agrees with them. Cells and a wish in, ids out.
//!
//! Every cell keeps at least one firm, and its firms carry the weight (firms of the cell) / (firms kept), so that
//! weighted counts equal the margins exactly. The rest goes by importance: large firms first, then medium ones with
//! [`SPLIT_EMPLOYEES`](super::SPLIT_EMPLOYEES) and more (most KPIs count employees, and MIC's only them), then those with
//! high capital (the *large firms* of the TSR survey), then other medium and micro ones by a power of the cell's
//! size below 1, which keeps small prefectures and industries visible.
//!
//! Within a cell firms stand in the order of what drives their practice, and every n-th is taken (systematic
//! selection). Of two places to begin, half a step apart, the one is taken that keeps the sample's totals so far closer to
//! those of all firms: a sequential form of balanced sampling (Deville and Tillé 2004, *Efficient balanced sampling: the
//! cube method*). It calibrates by choosing firms, so that weights stay those of the cells. With the best of many places
//! the tails would be missed: firms near the middle of their cell disturb the totals least.

use super::{
    Band, Cell,
    attributes::{AttributeDraws, Attributes},
};
use crate::{
    classification::{Region, SizeClass},
    error::{Kind, Problem},
};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// How many firms are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// All 3,375,255.
    Whole,
    /// About so many, weighted.
    Sample(u32),
}

/// Firms to keep in each cell, about `wanted` in all.
///
/// # Errors
/// When `wanted` is below the number of cells or above the number of firms.
pub(super) fn allocate(cells: &[Cell], wanted: u32) -> Result<Vec<u32>, Problem> {
    let firms: u32 = cells.iter().map(|cell| cell.firms).sum();
    if (wanted as usize) < cells.len() {
        let message = format!("a sample of {wanted} firms cannot represent all {} kinds of firm", cells.len());
        return Err(Problem::error(Kind::Scenario, message)
            .advise(format!("ask for at least {} firms; 60000 is a good start", cells.len())));
    }
    if wanted >= firms {
        return Ok(cells.iter().map(|cell| cell.firms).collect());
    }
    let importance: Vec<f64> = cells.iter().map(importance).collect();
    let kept = |scale: f64| -> Vec<u32> {
        let keep = |(cell, weight): (&Cell, &f64)| ((scale * weight).round() as u32).clamp(1, cell.firms);
        cells.iter().zip(&importance).map(keep).collect()
    };
    let (mut low, mut high) = (0.0, f64::from(firms));
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if kept(middle).iter().sum::<u32>() > wanted { high = middle } else { low = middle }
    }
    Ok(kept(low))
}

fn importance(cell: &Cell) -> f64 {
    let firms = f64::from(cell.firms);
    match (cell.size, cell.band, cell.high_capital) {
        (SizeClass::Large, ..) => 40.0 * firms,
        (_, Band::From, _) => 2.0 * firms,
        (_, _, true) => firms,
        (SizeClass::Medium, _, false) => libm::pow(firms, 0.7),
        (SizeClass::Micro, _, false) => 0.3 * libm::pow(firms, 0.7),
    }
}

/// Firms that are looked at for each that is kept: all of most cells, and of the largest as many as tell what all are like.
const LOOKED_AT: u32 = 16;
/// The golden ratio's fraction, whose multiples fill the unit interval evenly.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// What is added up over firms and compared with all firms.
const TOTALS: usize = 13;

/// A firm that may be kept.
struct Candidate {
    id: u32,
    /// Place in the order of selection.
    index: f32,
    /// Its part of the totals.
    parts: [f32; TOTALS],
}

impl Candidate {
    fn new(id: u32, firm: &Attributes) -> Candidate {
        let employees = f64::from(firm.employees);
        let share = f64::from(firm.teleworkable) / 255.0;
        let size = 0.3 * libm::log(employees / 20.0);
        // The inclination of `dynamics::own` with round coefficients: a sample must not hang on parameters, and the order
        // need not be exact.
        let inclination = size + f64::from(firm.propensity) - 0.3 * f64::from(firm.barriers.count_ones())
            + 0.1 * libm::log(share.max(0.004) / 0.3);
        let can = f64::from(u8::from(firm.teleworkable > 0));
        let practice = can / (1.0 + libm::exp(-inclination));
        // The chance to answer TSR's survey rises with employees, about like this.
        let answers = libm::pow(employees, 0.75);
        let with = |least: u32, what: f64| if firm.employees >= least { what } else { 0.0 };
        let parts = [
            employees,
            employees * share,
            employees * practice,
            employees * share * practice,
            answers,
            answers * practice,
            practice,
            with(30, 1.0),
            with(100, 1.0),
            with(300, 1.0),
            with(30, practice),
            with(100, practice),
            with(300, practice),
        ];
        // Firms that can never practise come first, by size.
        let index = if can > 0.0 { inclination } else { -100.0 + size };
        Candidate { id, index: index as f32, parts: parts.map(|part| part as f32) }
    }
}

/// Firms whose totals are balanced together: what a sample treats alike, in places where practice differs.
fn group(cell: &Cell) -> (SizeClass, Band, bool, u8) {
    let place = match cell.prefecture.name() {
        "Tokyo" => 0,
        "Kanagawa" | "Aichi" | "Osaka" => 1,
        _ => 2,
    };
    (cell.size, cell.band, cell.high_capital, place)
}

/// The permanent ids of the firms that each cell keeps, rising; `None` = all. A function of the firms' attributes only: as
/// ids say nothing about them, the firms that are looked at stand at even steps among the cell's.
pub(super) fn choose(cells: &[Cell], draws: &AttributeDraws) -> Vec<Option<Vec<u32>>> {
    let candidates: Vec<Vec<Candidate>> = cells.par_iter().map(|cell| candidates(cell, draws)).collect();
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (place, cell) in cells.iter().enumerate().filter(|(place, _)| !candidates[*place].is_empty()) {
        groups.entry(group(cell)).or_default().push(place);
    }
    // Totals stay close all along the way, so cells of the Tokyo area, and of an industry, stand together.
    let along = |place: &usize| (cells[*place].prefecture.region() != Region::Tokyo, *place);
    groups.values_mut().for_each(|members| members.sort_by_key(along));
    let balanced = groups.par_iter().flat_map_iter(|(_, members)| balance(members, cells, &candidates));
    let mut chosen = vec![None; cells.len()];
    for (place, ids) in balanced.collect::<Vec<_>>() {
        chosen[place] = Some(ids);
    }
    chosen
}

/// In the order of selection; none where all firms are kept.
fn candidates(cell: &Cell, draws: &AttributeDraws) -> Vec<Candidate> {
    let kept = cell.range.len() as u32;
    if kept >= cell.firms {
        return Vec::new();
    }
    let looked_at = cell.firms.min(kept.saturating_mul(LOOKED_AT));
    let id = |i: u32| cell.first_id + (u64::from(i) * u64::from(cell.firms) / u64::from(looked_at)) as u32;
    let of = |id| Candidate::new(id, &draws.of(id, cell));
    let mut candidates: Vec<Candidate> = (0..looked_at).map(|i| of(id(i))).collect();
    candidates.sort_by(|a, b| a.index.total_cmp(&b.index).then(a.id.cmp(&b.id)));
    candidates
}

/// Chooses the firms of one group's cells, one cell after the other, so that the errors of its totals so far stay small.
fn balance(members: &[usize], cells: &[Cell], candidates: &[Vec<Candidate>]) -> Vec<(usize, Vec<u32>)> {
    let all = |of: &[&Candidate], scale: f64| {
        let mut sum = [0.0; TOTALS];
        of.iter().for_each(|c| sum.iter_mut().zip(c.parts).for_each(|(sum, part)| *sum += f64::from(part) * scale));
        sum
    };
    let whole: Vec<[f64; TOTALS]> = members
        .iter()
        .map(|&place| {
            let of: Vec<&Candidate> = candidates[place].iter().collect();
            all(&of, f64::from(cells[place].firms) / of.len() as f64)
        })
        .collect();
    let total: [f64; TOTALS] = std::array::from_fn(|t| whole.iter().map(|of| of[t]).sum::<f64>().max(1e-9));
    let mut errors = [0.0; TOTALS];
    let choose = |(&place, whole): (&usize, &[f64; TOTALS])| {
        let (cell, of) = (&cells[place], &candidates[place]);
        let kept = cell.range.len();
        let every = of.len() as f64 / kept as f64;
        // A function of the cell alone, spread evenly over a step.
        let first = (f64::from(cell.first_id) * GOLDEN).fract();
        let begin = |half: f64| {
            let offset = (first + half).fract();
            let taken: Vec<&Candidate> =
                (0..kept).map(|k| &of[(((k as f64 + offset) * every) as usize).min(of.len() - 1)]).collect();
            let sum = all(&taken, f64::from(cell.firms) / kept as f64);
            let left: [f64; TOTALS] = std::array::from_fn(|t| errors[t] + sum[t] - whole[t]);
            let distance: f64 = left.iter().zip(total).map(|(left, total)| (left / total).powi(2)).sum();
            (distance, left, taken)
        };
        let best = [0.0, 0.5].into_iter().map(begin).min_by(|a, b| a.0.total_cmp(&b.0));
        let mut ids = Vec::with_capacity(kept);
        if let Some((_, left, taken)) = best {
            errors = left;
            ids.extend(taken.into_iter().map(|candidate| candidate.id));
        }
        ids.sort_unstable();
        (place, ids)
    };
    members.iter().zip(&whole).map(choose).collect()
}
