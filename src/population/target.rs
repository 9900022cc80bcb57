//! Which firms are meant: conditions on fixed attributes and on the present state.

use super::{Cell, Status};
use crate::classification::{Industry, Prefecture, Region, SizeClass};

/// Which firms an intervention may serve. `None` = no condition; conditions are joined by *and*.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Eligibility {
    /// Head office in one of these.
    pub prefectures: Option<Vec<Prefecture>>,
    /// Head office in one of the prefectures of these region groups.
    pub regions: Option<Vec<Region>>,
    /// Head office in none of these.
    pub not_prefectures: Option<Vec<Prefecture>>,
    /// Of none of these industries.
    pub not_industries: Option<Vec<Industry>>,
    /// Of one of these industries.
    pub industries: Option<Vec<Industry>>,
    /// Of one of these size classes.
    pub sizes: Option<Vec<SizeClass>>,
    /// At least so many regular employees.
    pub min_employees: Option<u32>,
    /// At most so many regular employees.
    pub max_employees: Option<u32>,
    /// Capital of 100 million yen or more (`true`) or less (`false`).
    pub high_capital: Option<bool>,
    /// Bidders for public contracts (`true`) or others (`false`).
    pub bidder: Option<bool>,
    /// Practising now (`true`) or not (`false`).
    pub practising: Option<bool>,
    /// With a formal scheme (`true`) or without (`false`).
    pub formal: Option<bool>,
}

/// Whether a target's conditions on whole cells let a cell in.
pub fn cell_matches(target: &Eligibility, cell: &Cell) -> bool {
    target.prefectures.as_ref().is_none_or(|list| list.contains(&cell.prefecture))
        && target.regions.as_ref().is_none_or(|list| list.contains(&cell.prefecture.region()))
        && target.not_prefectures.as_ref().is_none_or(|list| !list.contains(&cell.prefecture))
        && target.not_industries.as_ref().is_none_or(|list| !list.contains(&cell.industry))
        && target.industries.as_ref().is_none_or(|list| list.contains(&cell.industry))
        && target.sizes.as_ref().is_none_or(|list| list.contains(&cell.size))
        && target.high_capital.is_none_or(|wanted| wanted == cell.high_capital)
        && target.bidder.is_none_or(|wanted| wanted == cell.bidder)
}

/// Whether a firm belongs to a target now.
pub fn matches(target: &Eligibility, cell: &Cell, employees: u32, status: impl Fn() -> Status) -> bool {
    cell_matches(target, cell)
        && target.min_employees.is_none_or(|least| employees >= least)
        && target.max_employees.is_none_or(|most| employees <= most)
        && matches_now(target, status)
}

/// Whether a firm meets what a target asks of its status. (Its pool knows the rest.)
pub fn matches_now(target: &Eligibility, status: impl Fn() -> Status) -> bool {
    target.practising.is_none_or(|wanted| wanted == status().practises())
        && target.formal.is_none_or(|wanted| wanted == status().formal())
}
