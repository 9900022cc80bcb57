//! Which firms are simulated: all, or a weighted sample. Cells and a wish in, firms kept of each cell out.
//!
//! Every cell keeps at least one firm, and its firms carry the weight (firms of the cell) / (firms kept), so that
//! weighted counts equal the margins exactly. The rest goes by importance: large firms first, then those with high
//! capital (they are the *large firms* of the TSR survey and few), then medium and micro ones by a power of the
//! cell's size below 1, which keeps small prefectures and industries visible.

use super::Cell;
use crate::{
    classification::SizeClass,
    error::{Kind, Problem},
    random::{Key, Purpose},
};
use std::collections::BTreeSet;

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
    match (cell.size, cell.high_capital) {
        (SizeClass::Large, _) => 40.0 * firms,
        (_, true) => 2.5 * firms,
        (SizeClass::Medium, false) => firms.powf(0.7),
        (SizeClass::Micro, false) => 0.3 * firms.powf(0.7),
    }
}

/// The permanent ids of the `kept` firms of a cell, rising: a random subset (Floyd's algorithm, Bentley and Floyd
/// 1987), a function of seed and cell only.
pub(super) fn choose(cell: &Cell, kept: u32, key: Key) -> Vec<u32> {
    let first = cell.first_id;
    if kept >= cell.firms {
        return (first..first + cell.firms).collect();
    }
    let mut chosen = BTreeSet::new();
    for last in cell.firms - kept..cell.firms {
        let [word, _] = key.words(first + last, 0, Purpose::Thinning);
        let pick = ((u64::from(word) * u64::from(last + 1)) >> 32) as u32;
        if !chosen.insert(first + pick) {
            chosen.insert(first + last);
        }
    }
    chosen.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classification::{Industry, Prefecture};

    fn cell(firms: u32) -> Cell {
        Cell {
            industry: Industry(0),
            prefecture: Prefecture(0),
            size: SizeClass::Micro,
            high_capital: false,
            bidder: false,
            first_id: 1000,
            firms,
            range: 0..0,
            weight: 1.0,
        }
    }

    /// Each firm is kept with the same chance: over 4,000 seeds each of 20 firms is kept 5/20 of the time. With
    /// sd 27 around 1,000, |z| < 4.5 for all 20 fails a right program with chance 1.4e-4; a firm kept 15 % too
    /// often would be seen. The seeds are fixed.
    #[test]
    fn every_firm_has_the_same_chance() {
        let mut kept = [0_i32; 20];
        for seed in 0..4000 {
            let ids = choose(&cell(20), 5, Key::new(seed, 0));
            assert_eq!(ids.len(), 5);
            assert!(ids.is_sorted());
            ids.iter().for_each(|id| kept[(*id - 1000) as usize] += 1);
        }
        let sd = (4000.0_f64 * 0.25 * 0.75).sqrt();
        assert!(kept.iter().all(|n| f64::from(n - 1000).abs() / sd < 4.5), "{kept:?}");
    }
}
