//! Process noise of Japan out of that of a sample: what a policy's effect has to be seen through is the chance among all firms,
//! whatever number of them was simulated.

use super::registry::{Counts, Kpi};
use crate::{
    classification::Prefecture,
    dynamics::baseline_log_hazards,
    observation::Survey,
    parameters::Parameters,
    population::{Population, Response},
    statistics::logistic,
};

/// For each KPI, the variance that process noise has among all firms over that among the simulated ones; 1 when all are
/// simulated.
///
/// A KPI is a ratio of sums over firms, or several such ratios. Firms decide for themselves once the conditions that they
/// share are given, so that the variance of a ratio is in proportion to `sum of w v m^2 / (sum of w m)^2` where a firm that
/// counts with `m` (one firm, its chance to answer TSR, or its jobs that can be teleworked) and varies by `v` stands for `w` firms
/// that differ, and to `sum of v (w m)^2 / (sum of w m)^2` where they all do as it does. A firm varies as p (1 - p), with p its chance
/// to practise at the usual level: those that never can do not.
pub fn noise_of_japan(kpis: &[Kpi], population: &Population) -> Vec<f64> {
    if population.cells.iter().all(|cell| cell.weight == 1.0) {
        return vec![1.0; kpis.len()];
    }
    let ratio = |kpi: &Kpi| {
        let parts = variances(kpi.counts(), population);
        parts.iter().map(|[differing, _]| differing).sum::<f64>() / parts.iter().map(|[_, alike]| alike).sum::<f64>()
    };
    kpis.iter().map(ratio).collect()
}

/// Level that, added to firms' inclination at the point of the parameter table, gives about the practice of fiscal 2020 (40 % of
/// firms with 100 and more employees, 25 % of TSR's SMEs).
const USUAL_LEVEL: f64 = -1.0;

/// Of each ratio that a KPI consists of: its variance where a sampled firm stands for firms that differ, and where they do as
/// it does; in one unknown unit.
fn variances(counts: Counts, population: &Population) -> Vec<[f64; 2]> {
    let cells = &population.cells;
    let inclinations = baseline_log_hazards(population, &Parameters::default());
    let varies = |firm: usize| {
        let practises = logistic(f64::from(inclinations[firm]) + USUAL_LEVEL);
        practises * (1.0 - practises)
    };
    let variance = |counted: &dyn Fn(usize, usize) -> f64| variance(population, &varies, counted);
    let jobs = |firm: usize| f64::from(population.employees[firm]) * f64::from(population.teleworkable[firm]);
    // TSR's firms answer the more often the larger they are.
    let response = Response::new(&Parameters::default());
    let answers = |firm: usize| response.weight(population.employees[firm]) as f64;
    let by_capital =
        |high: bool| variance(&|place, firm| if cells[place].high_capital == high { answers(firm) } else { 0.0 });
    match counts {
        Counts::Firms => vec![variance(&|_, _| 1.0)],
        Counts::FirmsIn(region) => {
            vec![variance(&|place, _| f64::from(cells[place].prefecture.region() == region))]
        }
        Counts::FirmsFrom(least) => {
            vec![variance(&|_, firm| f64::from(population.employees[firm] >= least))]
        }
        Counts::FirmsByCapital(high) => vec![by_capital(high)],
        Counts::FirmsPooled => {
            let large = Survey::Tsr.usual_wave().share_large;
            let part = |high: bool, share: f64| by_capital(high).map(|variance| share * share * variance);
            vec![part(true, large), part(false, 1.0 - large)]
        }
        Counts::Employees => vec![variance(&|_, firm| jobs(firm))],
        Counts::EmployeesOfTwo(one, other) => {
            let of = |region| {
                let share = |cell| {
                    let shares = population.workplaces_of(cell).iter().zip(Prefecture::all());
                    shares.filter(|(_, p)| p.region() == region).map(|(share, _)| f64::from(*share)).sum::<f64>()
                };
                let shares: Vec<f64> = cells.iter().map(share).collect();
                variance(&|place, firm| shares[place] * jobs(firm))
            };
            vec![of(one), of(other)]
        }
    }
}

/// Of one ratio; `counted` is told the place of a firm's cell and that of the firm.
fn variance(population: &Population, varies: &dyn Fn(usize) -> f64, counted: &dyn Fn(usize, usize) -> f64) -> [f64; 2] {
    let (mut sum, mut differing, mut alike) = (0.0, 0.0, 0.0);
    for (place, cell) in population.cells.iter().enumerate() {
        for firm in cell.range.clone() {
            let counted = counted(place, firm);
            let weighted = cell.weight * counted;
            sum += weighted;
            differing += varies(firm) * weighted * counted;
            alike += varies(firm) * weighted * weighted;
        }
    }
    [differing, alike].map(|squares| squares / (sum * sum))
}
