//! Advice to single firms, shared by seminars and visits.

use super::{Now, Programme, selection::Candidate};
use crate::population::{Criteria, Eligibility};

/// Firms above and firms up to a number of employees: the pools of advice, in this order.
pub fn sizes(target: &Eligibility, most: u32) -> Vec<Criteria> {
    let above = Criteria { least_employees: most + 1, ..Criteria::of(target) };
    vec![above, Criteria { most_employees: most, ..Criteria::of(target) }]
}

/// Serves firms of a class and a pool; they are noticed where they are.
pub fn advise(
    programme: &mut Programme,
    class: usize,
    slots: u64,
    pool: usize,
    now: &mut Now,
    suits: impl Fn(&Candidate) -> bool,
) {
    let cost = programme.unit_cost_yen();
    programme.fill(
        class,
        slots,
        pool,
        cost,
        now,
        suits,
        |_| cost,
        |_, candidate, _, now| {
            now.awareness.notice(now.setting, candidate.cell.industry, candidate.cell.prefecture, 1.0);
        },
    );
}
