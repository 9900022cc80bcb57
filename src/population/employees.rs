//! Employees of firms: a truncated Pareto distribution in each class, fitted to persons engaged. Tables in,
//! [`Workforce`] out.
//!
//! Persons engaged by size class (2016, brought to 2021) and by industry are raked to one table; within a class of
//! industry and size the exponent follows from the mean. The size tail of the employment reports is not fitted
//! class by class: it chose how far the medium class reaches, and is reported.

use super::{Band, SPLIT_EMPLOYEES, raking::rake};
use crate::{
    classification::{INDUSTRIES, SIZES, SizeClass},
    data::Data,
    error::Problem,
};

/// Employees are the whole part of a Pareto variable with exponent `exponent`, cut to `smallest..=largest`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TruncatedPareto {
    smallest: f64,
    // One above the largest whole number.
    end: f64,
    exponent: f64,
    // (smallest / end)^-exponent - 1, the scale of the tail function.
    span: f64,
}

impl TruncatedPareto {
    fn new(smallest: u32, largest: u32, exponent: f64) -> TruncatedPareto {
        // At exactly 0 and 1 the formulas below are limits; a step aside is far below any rounding that matters.
        let exponent = if exponent.abs() < 1e-7 || (exponent - 1.0).abs() < 1e-7 { exponent + 2e-7 } else { exponent };
        let (smallest, end) = (f64::from(smallest), f64::from(largest.max(smallest)) + 1.0);
        TruncatedPareto { smallest, end, exponent, span: libm::pow(smallest / end, -exponent) - 1.0 }
    }

    /// The exponent for which the mean is `mean`, or the nearest that the cut allows.
    fn with_mean(smallest: u32, largest: u32, mean: f64) -> TruncatedPareto {
        let (mut low, mut high) = (-8.0, 8.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            // The mean falls as the exponent rises.
            if TruncatedPareto::new(smallest, largest, middle).mean() > mean { low = middle } else { high = middle }
        }
        TruncatedPareto::new(smallest, largest, 0.5 * (low + high))
    }

    /// Share of firms with at least `x` employees.
    pub fn at_least(&self, x: f64) -> f64 {
        if x <= self.smallest {
            1.0
        } else if x >= self.end {
            0.0
        } else {
            (libm::pow(x / self.end, -self.exponent) - 1.0) / self.span
        }
    }

    /// Mean employees.
    pub fn mean(&self) -> f64 {
        if self.end - self.smallest <= 21.0 {
            let above = (self.smallest as u32 + 1)..(self.end as u32);
            return self.smallest + above.map(|k| self.at_least(f64::from(k))).sum::<f64>();
        }
        let (l, h, a) = (self.smallest, self.end, self.exponent);
        let continuous =
            a / (1.0 - a) * (libm::pow(h, 1.0 - a) - libm::pow(l, 1.0 - a)) / (libm::pow(l, -a) - libm::pow(h, -a));
        // Cutting off the fraction costs one half on average where the density is nearly flat over one employee.
        continuous - 0.5
    }

    /// Employees at the quantile `u` in (0, 1) counted from the top.
    pub fn draw(&self, u: f64) -> u32 {
        let x = self.end * libm::pow(1.0 + u * self.span, -1.0 / self.exponent);
        x.clamp(self.smallest, self.end - 0.5) as u32
    }
}

/// The distribution in each class of industry and size.
///
/// Within a class of micro or medium firms those with high capital are taken from the largest ones and the others
/// from the rest, so that both together have the class's distribution.
pub(super) struct Workforce {
    // At `industry * 3 + size`.
    classes: Vec<TruncatedPareto>,
    // Part of a class, counted from the top, in which high capital is found.
    top: f64,
    // Share of firms with high capital by size; large firms are not told apart.
    high_capital: [Option<f64>; SIZES],
    // At `(industry * 3 + size) * 2 + high capital`: share with `SPLIT_EMPLOYEES` and more.
    split: Vec<f64>,
}

impl Workforce {
    /// Fits the exponents. `firms` is by industry and size.
    pub fn fit(data: &Data, firms: &[u32]) -> Result<Workforce, Problem> {
        let classes = class_limits(data)?;
        let by_size = persons_by_size(data, firms)?;
        let by_industry = persons_by_industry(data, by_size.iter().sum());
        // Every class first takes the exponent that its size has in Japan as a whole.
        let mut seed = vec![0.0; INDUSTRIES * SIZES];
        for (size, persons) in by_size.iter().enumerate() {
            let own = || (size..INDUSTRIES * SIZES).step_by(SIZES);
            let total = |exponent: f64| -> f64 {
                let of =
                    |i: usize| f64::from(firms[i]) * TruncatedPareto::new(classes[i].0, classes[i].1, exponent).mean();
                own().map(of).sum()
            };
            let (mut low, mut high) = (-8.0, 8.0);
            for _ in 0..50 {
                let middle = 0.5 * (low + high);
                if total(middle) > *persons { low = middle } else { high = middle }
            }
            for i in own() {
                seed[i] = f64::from(firms[i]) * TruncatedPareto::new(classes[i].0, classes[i].1, low).mean();
            }
        }
        let common = seed.clone();
        let raked = rake(&seed, &by_industry, &by_size, 1e-9, 500);
        // Micro firms have little room to differ: their mean stays within 0.5 to 1.3 of that of all Japan, and the
        // larger classes of the industry take up the rest.
        let mut rest_by_industry = by_industry;
        let mut micro_total = 0.0;
        for (row, rest) in rest_by_industry.iter_mut().enumerate() {
            let i = row * SIZES;
            seed[i] = raked[i].clamp(0.5 * common[i], 1.3 * common[i]);
            micro_total += seed[i];
            *rest = (*rest - seed[i]).max(0.05 * *rest);
        }
        let micro_scale = by_size[0] / micro_total;
        let larger = rake(
            &raked.chunks_exact(SIZES).flat_map(|row| [row[1], row[2]]).collect::<Vec<_>>(),
            &rest_by_industry,
            &by_size[1..],
            1e-9,
            500,
        );
        let distribution = |i: usize| {
            let (row, size) = (i / SIZES, i % SIZES);
            let persons = if size == 0 { seed[i] * micro_scale } else { larger[row * 2 + size - 1] };
            let mean = persons / f64::from(firms[i].max(1));
            let (smallest, largest) = classes[i];
            // No single firm of a class with many holds more than a tenth of it, or chance would decide the industry.
            let most = (0.1 * persons).max(5.0 * mean).max(f64::from(smallest) + 1.0);
            TruncatedPareto::with_mean(smallest, largest.min(most as u32), mean)
        };
        let mut workforce = Workforce {
            classes: (0..INDUSTRIES * SIZES).map(distribution).collect(),
            top: data.fact_in("high_capital_top", 0.001..=1.0)?,
            high_capital: [
                Some(data.fact_in("high_capital_micro", 0.0..=1.0)?),
                Some(data.fact_in("high_capital_medium", 0.0..=1.0)?),
                None,
            ],
            split: Vec::new(),
        };
        let split = |class: usize| workforce.share_from(class / 2, class % 2 == 1, SPLIT_EMPLOYEES);
        workforce.split = (0..INDUSTRIES * SIZES * 2).map(split).collect();
        Ok(workforce)
    }

    /// Share of firms with at least so many employees in a class of industry and size.
    fn share_from(&self, class: usize, high_capital: bool, employees: u32) -> f64 {
        let (mut from, mut below) = (0.0, 1.0);
        for _ in 0..52 {
            let middle = 0.5 * (from + below);
            let enough = self.of_all(class / SIZES, class % SIZES, high_capital, middle) >= employees;
            if enough { from = middle } else { below = middle }
        }
        from
    }

    /// Share of a cell's firms that the part with [`SPLIT_EMPLOYEES`] and more is.
    pub fn split(&self, industry: usize, size: usize, high_capital: bool) -> f64 {
        self.split[(industry * SIZES + size) * 2 + usize::from(high_capital)]
    }

    /// Employees of a firm at the quantile `u` in (0, 1), counted from the top, of a band.
    pub fn draw(&self, industry: usize, size: usize, high_capital: bool, band: Band, u: f64) -> u32 {
        let split = self.split(industry, size, high_capital);
        let u = match band {
            Band::All => u,
            Band::From => u * split,
            Band::Below => split + u * (1.0 - split),
        };
        self.of_all(industry, size, high_capital, u)
    }

    /// Employees of a firm at the quantile `u` in (0, 1), counted from the top.
    fn of_all(&self, industry: usize, size: usize, high_capital: bool, u: f64) -> u32 {
        let rank = match self.high_capital[size] {
            Some(share) if share < self.top => {
                // The others' part of the top: what high capital leaves of it.
                let left = (self.top - share) / (1.0 - share);
                if high_capital {
                    u * self.top
                } else if u < left {
                    u / left * self.top
                } else {
                    self.top + (u - left) / (1.0 - left) * (1.0 - self.top)
                }
            }
            _ => u,
        };
        self.classes[industry * SIZES + size].draw(rank)
    }

    /// Expected employees of a firm.
    pub fn expected(&self, industry: usize, size: usize, high_capital: bool, band: Band) -> f64 {
        const STEPS: u32 = 400;
        let at = |step| (f64::from(step) + 0.5) / f64::from(STEPS);
        let sum: f64 = (0..STEPS).map(|step| f64::from(self.draw(industry, size, high_capital, band, at(step)))).sum();
        sum / f64::from(STEPS)
    }
}

/// Smallest and largest firm of each class of industry and size.
fn class_limits(data: &Data) -> Result<Vec<(u32, u32)>, Problem> {
    let reach = data.fact_in("medium_tail_multiple", 1.0..=1000.0)?;
    let largest = data.fact_in("large_max_employees", 1000.0..=1e7)? as u32;
    let of = |row: &crate::data::IndustryRow| {
        [
            (1, row.micro_max),
            (row.micro_max + 1, (f64::from(row.medium_max) * reach) as u32),
            (row.large_min, largest.max(row.large_min + 1)),
        ]
    };
    Ok(data.industries.iter().flat_map(of).collect())
}

/// Persons engaged by size in 2021: each class's mean of 2016, raised together to the published change of the total.
fn persons_by_size(data: &Data, firms: &[u32]) -> Result<[f64; SIZES], Problem> {
    let mut persons = [0.0; SIZES];
    let mut total = data.fact_in("persons_change", -5e6..=5e6)?;
    for size in SizeClass::ALL {
        let engaged = data.fact_in(&format!("persons_{}", size.key()), 1.0..=1e8)?;
        let firms_2016 = data.fact_in(&format!("firms_2016_{}", size.key()), 1.0..=1e7)?;
        let now: u32 = firms.iter().skip(size.index()).step_by(SIZES).sum();
        persons[size.index()] = engaged / firms_2016 * f64::from(now);
        total += engaged;
    }
    let scale = total / persons.iter().sum::<f64>();
    Ok(persons.map(|p| p * scale))
}

/// Persons who work for companies and sole proprietors, by industry, scaled to `total`.
pub(super) fn persons_by_industry(data: &Data, total: f64) -> [f64; INDUSTRIES] {
    let mut persons = [0.0; INDUSTRIES];
    for row in &data.establishments {
        let i = row.industry.index();
        persons[i] += f64::from(row.persons[1]) * data.industries[i].company_share;
    }
    let scale = total / persons.iter().sum::<f64>();
    persons.map(|p| p * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Closed form: without a cut a Pareto variable from 1 with exponent 2 has mean 2; cut far out and with the
    /// fraction kept, quantiles must give it back.
    #[test]
    fn quantiles_and_mean_agree_with_the_closed_form() {
        let far = TruncatedPareto::new(1000, 1_000_000_000, 2.0);
        assert!((far.mean() - 1999.5).abs() < 0.5, "{}", far.mean());
        // The median of such a variable is 1000 x 2^(1/2).
        assert_eq!(far.draw(0.5), 1414);
        let draws = 1_000_000;
        let sum: f64 = (0..draws).map(|i| f64::from(far.draw((f64::from(i) + 0.5) / f64::from(draws)))).sum();
        assert!((sum / f64::from(draws) / 1999.5 - 1.0).abs() < 2e-3);
    }

    #[test]
    fn a_wanted_mean_is_met_and_draws_stay_inside() {
        for (smallest, largest, mean) in [(1, 5, 2.7), (1, 20, 3.1), (6, 1000, 38.0), (301, 100_000, 1900.0)] {
            let fitted = TruncatedPareto::with_mean(smallest, largest, mean);
            let draws = 200_000;
            let values: Vec<u32> = (0..draws).map(|i| fitted.draw((f64::from(i) + 0.5) / f64::from(draws))).collect();
            let found = values.iter().map(|v| f64::from(*v)).sum::<f64>() / f64::from(draws);
            assert!((found / mean - 1.0).abs() < 2e-3, "{found} for {mean}");
            assert!(values.iter().all(|v| (smallest..=largest).contains(v)));
            let above = values.iter().filter(|v| **v > smallest).count() as f64 / f64::from(draws);
            assert!((above - fitted.at_least(f64::from(smallest) + 1.0)).abs() < 1e-4);
        }
    }
}
