//! What a firm is beyond its cell: employees, teleworkable share, propensity, barriers. An id in, attributes out.
//!
//! Every draw is addressed by the firm's permanent id and its purpose, so that a firm is the same in the whole
//! population and in any sample, and no firm depends on another.

use super::{Cell, employees::Workforce};
use crate::{
    classification::{BARRIERS, SIZES, SizeClass},
    data::Data,
    error::Problem,
    random::{Key, Purpose},
    statistics::binomial_quantile,
};

/// Firms with more employees get the expected teleworkable share instead of a drawn number of jobs: at 50 jobs the
/// drawn share scatters by at most 7 points around it.
const DRAWN_JOBS: u32 = 50;

/// What a firm is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Attributes {
    /// Employees.
    pub employees: u32,
    /// Teleworkable share in 1/255.
    pub teleworkable: u8,
    /// Standard normal.
    pub propensity: f32,
    /// Bits of the unresolved barriers.
    pub barriers: u8,
}

/// Draws the attributes of any firm.
pub(super) struct AttributeDraws<'w> {
    key: Key,
    workforce: &'w Workforce,
    // At `industry * 3 + size`.
    teleworkable: Vec<BetaQuantiles>,
    // A barrier is present when a 16-bit draw is below its threshold.
    barriers: [[u32; BARRIERS]; SIZES],
}

impl<'w> AttributeDraws<'w> {
    /// Prepares the draws of a seed.
    pub fn new(data: &Data, workforce: &'w Workforce, seed: u64) -> Result<AttributeDraws<'w>, Problem> {
        let mut concentrations = [0.0; SIZES];
        for size in SizeClass::ALL {
            concentrations[size.index()] =
                data.fact_in(&format!("teleworkable_concentration_{}", size.key()), 0.05..=1000.0)?;
        }
        let betas = |row: &crate::data::IndustryRow| {
            let mean = row.teleworkable;
            concentrations.map(|both| BetaQuantiles::new(mean * both, (1.0 - mean) * both))
        };
        Ok(AttributeDraws {
            key: Key::new(seed, 0),
            workforce,
            teleworkable: data.industries.iter().flat_map(betas).collect(),
            barriers: data.barrier_rates.map(|size| size.map(|rate| (rate * 65_536.0).round() as u32)),
        })
    }

    /// The attributes of the firm with a permanent id that belongs to a cell.
    pub fn of(&self, id: u32, cell: &Cell) -> Attributes {
        let (industry, size) = (cell.industry.index(), cell.size.index());
        let [rank, _] = self.key.uniforms(id, 0, Purpose::Employees);
        let employees = self.workforce.draw(industry, size, cell.high_capital, cell.band, rank);
        let [u, v] = self.key.uniforms(id, 0, Purpose::Teleworkable);
        let expected = self.teleworkable[industry * SIZES + size].quantile(u);
        let (share, some) = if employees <= DRAWN_JOBS {
            let jobs = binomial_quantile(employees, expected, v);
            (f64::from(jobs) / f64::from(employees), jobs > 0)
        } else {
            (expected, expected * f64::from(employees) >= 1.0)
        };
        let level = (share * 255.0).round() as u8;
        let mut barriers = 0;
        let halves = [0, 1].map(|part| self.key.words(id, part, Purpose::Barriers));
        for (barrier, threshold) in self.barriers[size].iter().enumerate() {
            let word = halves[barrier / 4][barrier / 2 % 2];
            let draw = if barrier % 2 == 0 { word & 0xFFFF } else { word >> 16 };
            barriers |= u8::from(draw < *threshold) << barrier;
        }
        Attributes {
            employees,
            teleworkable: if some { level.max(1) } else { level },
            propensity: self.key.normal(id, 0, Purpose::Propensity) as f32,
            barriers,
        }
    }
}

/// Quantiles of a Beta distribution, from its mass in [`BetaQuantiles::CELLS`] equal cells of (0, 1).
struct BetaQuantiles {
    // Share of the mass at or below the end of each cell.
    below: Vec<f64>,
    // For each of as many equal steps of the quantile: the cell in which it begins.
    start: Vec<u16>,
}

impl BetaQuantiles {
    const CELLS: usize = 512;

    fn new(a: f64, b: f64) -> BetaQuantiles {
        let cells = BetaQuantiles::CELLS;
        let width = 1.0 / cells as f64;
        // In the lower half x^(a-1), in the upper half (1-x)^(b-1) is integrated exactly, so that the density's pole
        // at either end costs nothing; the other factor is taken at the middle of the cell.
        let piece = |from: f64, power: f64| (libm::pow(from + width, power) - libm::pow(from, power)) / power;
        let mass = |i: usize| {
            let (from, middle) = (i as f64 * width, (i as f64 + 0.5) * width);
            if 2 * i < cells {
                piece(from, a) * libm::pow(1.0 - middle, b - 1.0)
            } else {
                piece((1.0 - from - width).max(0.0), b) * libm::pow(middle, a - 1.0)
            }
        };
        let mut below: Vec<f64> = (0..cells).map(mass).collect();
        for i in 1..cells {
            below[i] += below[i - 1];
        }
        let total = below[cells - 1];
        below.iter_mut().for_each(|x| *x /= total);
        let start = (0..cells).map(|step| below.partition_point(|x| *x < step as f64 * width) as u16).collect();
        BetaQuantiles { below, start }
    }

    /// The quantile of `u` in (0, 1), linear within a cell.
    fn quantile(&self, u: f64) -> f64 {
        let cells = BetaQuantiles::CELLS;
        let mut cell = usize::from(self.start[(u * cells as f64) as usize]);
        while cell + 1 < cells && self.below[cell] < u {
            cell += 1;
        }
        let from = if cell == 0 { 0.0 } else { self.below[cell - 1] };
        let part = ((u - from) / (self.below[cell] - from)).clamp(0.0, 1.0);
        (cell as f64 + part) / cells as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Closed forms: mean a / (a + b); the arcsine distribution (a = b = 1/2) has its lower quartile at
    /// sin^2(pi / 8) = 0.1464; Beta(1, 1) is uniform.
    #[test]
    fn beta_quantiles_have_the_closed_form() {
        let uniform = BetaQuantiles::new(1.0, 1.0);
        assert!((uniform.quantile(0.37) - 0.37).abs() < 1e-9);
        let arcsine = BetaQuantiles::new(0.5, 0.5);
        assert!((arcsine.quantile(0.25) - 0.146_446_6).abs() < 1e-4, "{}", arcsine.quantile(0.25));
        for (a, b) in [(0.45, 0.75), (0.06, 1.14), (1.04, 0.16)] {
            let beta = BetaQuantiles::new(a, b);
            let mean = (0..100_000).map(|i| beta.quantile((f64::from(i) + 0.5) / 1e5)).sum::<f64>() / 1e5;
            assert!((mean - a / (a + b)).abs() < 1e-3, "{mean} for {a}, {b}");
        }
    }
}
