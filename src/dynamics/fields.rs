//! Others' practice as firms see it: own industry, own prefecture, own size, customers.

use crate::{
    classification::{INDUSTRIES, PREFECTURES, SIZES},
    parameters::Parameters,
    population::{Cell, Counts, FRAME_EMPLOYEES, FRAME_FIRMS, Population, State},
};

/// Shares of practising firms.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    industry: [f64; INDUSTRIES],
    prefecture: [f64; PREFECTURES],
    size: [f64; SIZES],
    customers: [f64; PREFECTURES],
    weights: [f64; 4],
}

/// Those of a cell that practise.
fn practising(counts: &Counts) -> f64 {
    counts[1] + counts[4] + counts[7]
}

/// All of a cell. (In threes, which the processor adds at once; whole numbers have the same sum in any order.)
fn all([a, b, c, d, e, f, g, h, i]: &Counts) -> f64 {
    (a + b + c) + (d + e + f) + (g + h + i)
}

/// Part of a firm's customers that sit in its own prefecture (the inter-firm network is local: partners lie a median
/// of 30 km away, a figure from memory; the part is assumed).
const LOCAL_CUSTOMERS: f64 = 0.5;

impl Fields {
    /// From the state at the start of a week.
    pub fn new(population: &Population, state: &State, parameters: &Parameters) -> Fields {
        let mut industry = [[0.0; 2]; INDUSTRIES];
        let mut prefecture = [[0.0; 2]; PREFECTURES];
        let mut size = [[0.0; 2]; SIZES];
        let mut staff = [[0.0; 2]; PREFECTURES];
        let mut counts = state.counts(FRAME_FIRMS).zip(state.counts(FRAME_EMPLOYEES));
        // Cells of one industry, prefecture and size stand together; their sums stay in registers.
        let alike = |a: &Cell, b: &Cell| (a.industry, a.prefecture, a.size) == (b.industry, b.prefecture, b.size);
        for group in population.cells.chunk_by(alike) {
            let sums = [
                &mut industry[group[0].industry.index()],
                &mut prefecture[group[0].prefecture.index()],
                &mut size[group[0].size.index()],
                &mut staff[group[0].prefecture.index()],
            ];
            let mut now = sums.each_ref().map(|sum| **sum);
            for (cell, (firms, employees)) in group.iter().zip(&mut counts) {
                let firms = [practising(firms), cell.range.len() as f64];
                let employees = [practising(employees), all(employees)];
                for (sum, [practising, all]) in now.iter_mut().zip([firms, firms, firms, employees]) {
                    sum[0] += practising * cell.weight;
                    sum[1] += all * cell.weight;
                }
            }
            sums.into_iter().zip(now).for_each(|(sum, now)| *sum = now);
        }
        let share = |[current, all]: [f64; 2]| if all > 0.0 { current / all } else { 0.0 };
        let nation = share(staff.iter().fold([0.0; 2], |sum, s| [sum[0] + s[0], sum[1] + s[1]]));
        let weights =
            [parameters.peer_industry, parameters.peer_prefecture, parameters.peer_size, parameters.peer_customers];
        let total: f64 = weights.iter().sum();
        Fields {
            industry: industry.map(share),
            prefecture: prefecture.map(share),
            size: size.map(share),
            // Customers are larger than their suppliers: practice counts by employees.
            customers: staff.map(|s| LOCAL_CUSTOMERS * share(s) + (1.0 - LOCAL_CUSTOMERS) * nation),
            weights: weights.map(|w| if total > 0.0 { w / total } else { 0.0 }),
        }
    }

    /// Share of practising others that firms of an industry, prefecture and size see.
    fn seen(&self, industry: usize, prefecture: usize, size: usize) -> f64 {
        self.weights[0] * self.industry[industry]
            + self.weights[1] * self.prefecture[prefecture]
            + self.weights[2] * self.size[size]
            + self.weights[3] * self.customers[prefecture]
    }

    /// Mass action as a log hazard, ln(1 + strength x share seen), for each industry, prefecture and size.
    pub fn pulls(&self, strength: f64) -> Pulls {
        let of = |class: usize| {
            let (place, size) = (class / SIZES, class % SIZES);
            (strength * self.seen(place / PREFECTURES, place % PREFECTURES, size)).ln_1p()
        };
        Pulls((0..INDUSTRIES * PREFECTURES * SIZES).map(of).collect())
    }
}

/// Mass action as a log hazard, by industry, prefecture and size, at `(industry * 47 + prefecture) * 3 + size`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulls(Vec<f64>);

impl Pulls {
    /// On the firms of a cell.
    pub fn on(&self, cell: &Cell) -> f64 {
        self.0[(cell.industry.index() * PREFECTURES + cell.prefecture.index()) * SIZES + cell.size.index()]
    }
}
