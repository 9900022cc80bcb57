//! Where the employees of firms work: head-office employment matched with employment by place. Counts in, shares out.
//!
//! Employment by industry and prefecture of work (2021 census) is met through branches, never by moving head
//! offices. Micro firms work in their own prefecture; medium and large ones start from a kernel that favours the own
//! prefecture and falls with distance, raked to the places of work that micro firms leave over. The kernel's two
//! parameters a size are assumed (`own_prefecture_*`, `branch_distance_*` in `population/facts.csv`).

use super::{Band, Cell, employees::Workforce, raking::rake};
use crate::{
    classification::{INDUSTRIES, PREFECTURES, SIZES},
    data::Data,
    error::Problem,
};

/// Expected employees of the firms with their head office in a prefecture, at `(industry * 3 + size) * 47 + prefecture`.
pub(super) fn head_office_employment(cells: &[Cell], workforce: &Workforce) -> Vec<f64> {
    let of = |class: usize, high, band| workforce.expected(class / SIZES, class % SIZES, high, band);
    let bands = |class, high| [Band::All, Band::Below, Band::From].map(|band| of(class, high, band));
    let expected: Vec<[[f64; 3]; 2]> =
        (0..INDUSTRIES * SIZES).map(|class| [false, true].map(|high| bands(class, high))).collect();
    let mut employment = vec![0.0; INDUSTRIES * SIZES * PREFECTURES];
    for cell in cells {
        let class = cell.industry.index() * SIZES + cell.size.index();
        employment[class * PREFECTURES + cell.prefecture.index()] +=
            f64::from(cell.firms) * expected[class][usize::from(cell.high_capital)][cell.band as usize];
    }
    employment
}

/// Rows of [`super::Population::workplaces`] from [`head_office_employment`].
pub(super) fn workplaces(data: &Data, employment: &[f64]) -> Result<Vec<[f32; PREFECTURES]>, Problem> {
    let kernels = [
        (data.fact_in("own_prefecture_medium", 0.0..=1e6)?, data.fact_in("branch_distance_medium", 1.0..=1e5)?),
        (data.fact_in("own_prefecture_large", 0.0..=1e6)?, data.fact_in("branch_distance_large", 1.0..=1e5)?),
    ];
    let distances = distances(data);
    let mut rows = vec![[0.0; PREFECTURES]; INDUSTRIES * SIZES * PREFECTURES];
    for industry in 0..INDUSTRIES {
        let places = shares_by_place(data, industry);
        let start = industry * SIZES * PREFECTURES;
        let (micro, head) = employment[start..start + SIZES * PREFECTURES].split_at(PREFECTURES);
        let total: f64 = head.iter().sum();
        let micro_total: f64 = micro.iter().sum();
        // What micro firms leave over; where they alone exceed a place's employment, a twentieth stays for others.
        let left: Vec<f64> = (0..PREFECTURES)
            .map(|p| {
                let all = (micro_total + total) * places[p];
                (all - micro[p]).max(0.05 * all)
            })
            .collect();
        let scale = total / left.iter().sum::<f64>();
        let left: Vec<f64> = left.iter().map(|x| x * scale).collect();
        let mut seed = Vec::with_capacity(head.len() * PREFECTURES);
        for (row, employees) in head.iter().enumerate() {
            let (own, reach) = kernels[row / PREFECTURES];
            let home = row % PREFECTURES;
            for place in 0..PREFECTURES {
                let branch = places[place] * libm::exp(-distances[home][place] / reach);
                seed.push(employees * (branch + if home == place { own } else { 0.0 }));
            }
        }
        let flows = rake(&seed, head, &left, 1e-7, 300);
        for home in 0..PREFECTURES {
            rows[(industry * SIZES) * PREFECTURES + home][home] = 1.0;
            for size in 1..SIZES {
                let start = ((size - 1) * PREFECTURES + home) * PREFECTURES;
                let flow = &flows[start..start + PREFECTURES];
                let sum: f64 = flow.iter().sum();
                let row = &mut rows[(industry * SIZES + size) * PREFECTURES + home];
                if sum > 0.0 {
                    row.iter_mut().zip(flow).for_each(|(share, x)| *share = (x / sum) as f32);
                } else {
                    row[home] = 1.0;
                }
            }
        }
    }
    Ok(rows)
}

/// [`super::Population::market`]: from the persons engaged in private establishments, all industries.
pub(super) fn market(data: &Data) -> Vec<f32> {
    let mut persons = [0.0_f64; PREFECTURES];
    for row in &data.establishments {
        persons[row.prefecture.index()] += f64::from(row.persons[1]);
    }
    let total: f64 = persons.iter().sum();
    let doublings = persons.map(|persons| libm::log2(persons.max(1.0)));
    let mean = persons.iter().zip(doublings).map(|(persons, doublings)| persons / total * doublings).sum::<f64>();
    doublings.iter().map(|doublings| (doublings - mean) as f32).collect()
}

/// Share of an industry's persons engaged by prefecture of work.
pub(super) fn shares_by_place(data: &Data, industry: usize) -> [f64; PREFECTURES] {
    let mut persons = [0.0; PREFECTURES];
    for (place, count) in persons.iter_mut().enumerate() {
        *count = f64::from(data.establishments[place * INDUSTRIES + industry].persons[1]);
    }
    let total: f64 = persons.iter().sum();
    persons.map(|p| p / total)
}

/// Kilometres between prefectural offices along the great circle.
fn distances(data: &Data) -> Vec<[f64; PREFECTURES]> {
    let radians = |degrees: f64| degrees.to_radians();
    let between = |(lat_a, lon_a): (f64, f64), (lat_b, lon_b): (f64, f64)| {
        let (dy, dx) = (radians(lat_b - lat_a), radians(lon_b - lon_a));
        let h = libm::sin(dy / 2.0).powi(2)
            + libm::cos(radians(lat_a)) * libm::cos(radians(lat_b)) * libm::sin(dx / 2.0).powi(2);
        2.0 * 6371.0 * libm::asin(h.sqrt())
    };
    let from = |a: &crate::data::PrefectureRow| {
        let mut row = [0.0; PREFECTURES];
        row.iter_mut().zip(&data.prefectures).for_each(|(d, b)| *d = between(a.office, b.office));
        row
    };
    data.prefectures.iter().map(from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2021 Economic Census: persons engaged by prefecture differ by a factor of some forty between Tokyo and Tottori; over
    /// persons the mean is 0.
    #[test]
    fn labour_markets_are_doublings_over_the_mean_person() {
        let data = Data::embedded().unwrap();
        let market = market(&data);
        let persons = |place: usize| -> f64 {
            let inside = data.establishments.iter().filter(|row| row.prefecture.index() == place);
            inside.map(|row| f64::from(row.persons[1])).sum()
        };
        let (tokyo, tottori) = (12, 30);
        let ratio = libm::exp2(f64::from(market[tokyo] - market[tottori]));
        assert!(
            (ratio / (persons(tokyo) / persons(tottori)) - 1.0).abs() < 1e-5 && (30.0..60.0).contains(&ratio),
            "{ratio}"
        );
        let mean = (0..PREFECTURES).map(|place| persons(place) * f64::from(market[place])).sum::<f64>();
        assert!((mean / (0..PREFECTURES).map(persons).sum::<f64>()).abs() < 1e-6);
    }

    /// Tokyo to Osaka is about 397 km, Sapporo to Naha about 2,244 km (Geospatial Information Authority of Japan).
    #[test]
    fn distances_are_those_on_the_globe() {
        let all = distances(&Data::embedded().unwrap());
        assert!((all[12][26] - 397.0).abs() < 3.0, "{}", all[12][26]);
        assert!((all[0][46] - 2244.0).abs() < 5.0, "{}", all[0][46]);
    }
}
