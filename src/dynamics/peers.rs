//! Others' practice as firms see it: own industry, own prefecture, own size, customers.

use crate::{
    classification::{INDUSTRIES, PREFECTURES, SIZES},
    parameters::Parameters,
    population::{StatusCounts, Tallies},
};

/// Shares of practising firms.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerPrevalence {
    industry: [f64; INDUSTRIES],
    prefecture: [f64; PREFECTURES],
    size: [f64; SIZES],
    customers: [f64; PREFECTURES],
    weights: [f64; 4],
}

/// Part of a firm's customers that sit in its own prefecture (the inter-firm network is local: partners lie a median
/// of 30 km away, a figure from memory; the part is assumed).
const LOCAL_CUSTOMERS: f64 = 0.5;

/// Part of a whole.
fn share([part, whole]: [i64; 2]) -> f64 {
    if whole > 0 { part as f64 / whole as f64 } else { 0.0 }
}

/// Share of firms that practises, by class.
fn practising<const N: usize>(classes: &[StatusCounts]) -> [f64; N] {
    std::array::from_fn(|class| {
        let slots = &classes[class];
        share([slots[1] + slots[4] + slots[7], slots.iter().sum()])
    })
}

impl PeerPrevalence {
    /// From the totals at the start of a week.
    pub fn new(tallies: &Tallies, parameters: &Parameters) -> PeerPrevalence {
        let staff = tallies.staff();
        let nation = share(staff.iter().fold([0; 2], |sum, staff| [sum[0] + staff[0], sum[1] + staff[1]]));
        let weights =
            [parameters.peer_industry, parameters.peer_prefecture, parameters.peer_size, parameters.peer_customers];
        let total: f64 = weights.iter().sum();
        PeerPrevalence {
            industry: practising(tallies.industries()),
            prefecture: practising(tallies.prefectures()),
            size: practising(tallies.sizes()),
            // Customers are larger than their suppliers: practice counts by employees.
            customers: staff.map(|staff| LOCAL_CUSTOMERS * share(staff) + (1.0 - LOCAL_CUSTOMERS) * nation),
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

    /// Mass action as a factor on hazards, 1 + strength x share seen, for each industry, prefecture and size.
    pub fn peer_effect(&self, strength: f64) -> PeerEffect {
        let of = |class: usize| {
            let (place, size) = (class / SIZES, class % SIZES);
            1.0 + strength * self.seen(place / PREFECTURES, place % PREFECTURES, size)
        };
        PeerEffect((0..INDUSTRIES * PREFECTURES * SIZES).map(of).collect())
    }
}

/// Mass action as a factor on starting and resuming, by industry, prefecture and size, at
/// `(industry * 47 + prefecture) * 3 + size`.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerEffect(pub Vec<f64>);
