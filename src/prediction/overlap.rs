//! How far two segments are the same people or firms, and the covariances that follow. Series and figures in, matrices out.
//!
//! A segment is a set on four axes: prefectures, industries, employees, capital. Two segments overlap by
//! `|A and B| / sqrt(|A| |B|)` on each axis, and by the product over axes: 1 for the same segment, 0 for disjoint ones. It is
//! the correlation of sums over independent parts, so that matrices of it are covariances. Parts of an axis count alike, but
//! for capital, where SMEs are 85 % of TSR's respondents.

use super::{
    CONSTANTS, Law, Published, Series,
    law::{ALL, FIELD, SURVEY, WAVE, YEARS},
};
use crate::{
    classification::{INDUSTRIES, PREFECTURES},
    observation::segments::{EMPLOYEE_CLASSES, employee_classes, industries, prefectures},
};
use nalgebra::DMatrix;

const PARTS: usize = PREFECTURES + INDUSTRIES + EMPLOYEE_CLASSES + 2;

/// Where the axes begin.
const AXES: [std::ops::Range<usize>; 4] = [
    0..PREFECTURES,
    PREFECTURES..PREFECTURES + INDUSTRIES,
    PREFECTURES + INDUSTRIES..PREFECTURES + INDUSTRIES + EMPLOYEE_CLASSES,
    PREFECTURES + INDUSTRIES + EMPLOYEE_CLASSES..PARTS,
];

/// A segment as unit vectors, one an axis.
struct Place([f64; PARTS]);

impl Place {
    fn of(series: &Series) -> Place {
        let mut parts = [0.0; PARTS];
        let [places, trades, sizes, capital] = AXES;
        let place = series.survey.prefecture().unwrap_or(&series.segment);
        prefectures(place).iter().for_each(|p| parts[places.start + p.index()] = 1.0);
        industries(&series.segment).iter().for_each(|i| parts[trades.start + i.index()] = 1.0);
        employee_classes(&series.segment).for_each(|class| parts[sizes.start + class] = 1.0);
        if series.segment != "large" {
            parts[capital.start] = 0.85_f64.sqrt();
        }
        if series.segment != "SME" {
            parts[capital.start + 1] = 0.15_f64.sqrt();
        }
        for axis in AXES {
            let length = parts[axis.clone()].iter().map(|x| x * x).sum::<f64>().sqrt();
            parts[axis].iter_mut().for_each(|x| *x /= length);
        }
        Place(parts)
    }

    fn overlap(&self, other: &Place) -> f64 {
        let along = |axis: std::ops::Range<usize>| {
            self.0[axis.clone()].iter().zip(&other.0[axis]).map(|(a, b)| a * b).sum::<f64>()
        };
        AXES.into_iter().map(along).product()
    }
}

/// What of the covariance of two sets of figures (rows, columns) does not depend on the law's constants.
#[derive(Clone, Debug)]
pub struct Covariances {
    /// Overlap of segments, among surveys of workers or of firms; signed.
    pub field: DMatrix<f64>,
    /// Same survey; signed.
    pub survey: DMatrix<f64>,
    /// Same question of the same survey, overlap of segments; signed.
    pub question: DMatrix<f64>,
    /// Same survey and wave; signed.
    pub wave: DMatrix<f64>,
    /// Years between.
    pub years: DMatrix<f64>,
    /// Groups of rows and columns.
    pub groups: (Vec<usize>, Vec<usize>),
}

/// A series on a day, in a wave where it is known.
pub type Dated<'a> = (&'a Series, jiff::civil::Date, Option<&'a str>);

impl Covariances {
    /// Between series on given days.
    pub fn between(rows: &[Dated], columns: &[Dated]) -> Covariances {
        let places = |of: &[Dated]| -> Vec<Place> { of.iter().map(|(series, ..)| Place::of(series)).collect() };
        let (at, to) = (places(rows), places(columns));
        let make = |value: &dyn Fn(usize, usize) -> f64| {
            DMatrix::from_fn(rows.len(), columns.len(), |i, j| {
                value(i, j) * rows[i].0.direction() * columns[j].0.direction()
            })
        };
        let same = |i: usize, j: usize| rows[i].0.survey == columns[j].0.survey;
        let alike = |i: usize, j: usize| rows[i].0.survey.asks_workers() == columns[j].0.survey.asks_workers();
        let asked = |i: usize, j: usize| same(i, j) && rows[i].0.question() == columns[j].0.question();
        let when = |holds: bool, value: f64| if holds { value } else { 0.0 };
        let groups = |of: &[Dated]| of.iter().map(|(series, ..)| series.group() as usize).collect();
        Covariances {
            field: make(&|i, j| when(alike(i, j), at[i].overlap(&to[j]))),
            survey: make(&|i, j| when(same(i, j), 1.0)),
            question: make(&|i, j| when(asked(i, j), at[i].overlap(&to[j]))),
            wave: make(&|i, j| when(same(i, j) && rows[i].2.is_some() && rows[i].2 == columns[j].2, 1.0)),
            years: DMatrix::from_fn(rows.len(), columns.len(), |i, j| {
                f64::from((rows[i].1 - columns[j].1).get_days().abs()) / 365.25
            }),
            groups: (groups(rows), groups(columns)),
        }
    }

    /// Covariance of the lasting model errors.
    pub fn lasting(&self, law: &Law) -> DMatrix<f64> {
        let [field, survey, question] = law.parts();
        DMatrix::from_fn(self.field.nrows(), self.field.ncols(), |i, j| {
            let alike = field * self.field[(i, j)] + survey * self.survey[(i, j)] + question * self.question[(i, j)];
            if alike == 0.0 {
                return 0.0;
            }
            law.sd[self.groups.0[i]] * law.sd[self.groups.1[j]] * alike * libm::exp(-self.years[(i, j)] / law.years)
        })
    }

    /// Adds to `by_constant` the slopes by the logarithms of the constants of a function whose slopes by the elements of
    /// [`Covariances::all`] are given; `lasting` is [`Covariances::lasting`].
    pub fn slopes(
        &self,
        law: &Law,
        lasting: &DMatrix<f64>,
        by_element: &DMatrix<f64>,
        by_constant: &mut [f64; CONSTANTS.len()],
    ) {
        let [field, survey, _] = law.parts();
        for j in 0..lasting.ncols() {
            for i in 0..lasting.nrows() {
                let slope = by_element[(i, j)];
                by_constant[WAVE] += slope * 2.0 * law.wave_sd * law.wave_sd * self.wave[(i, j)];
                let all = slope * lasting[(i, j)];
                if all == 0.0 {
                    continue;
                }
                let (row, column) = (self.groups.0[i], self.groups.1[j]);
                by_constant[row] += all;
                by_constant[column] += all;
                by_constant[ALL] += 2.0 * all;
                by_constant[YEARS] += all * self.years[(i, j)] / law.years;
                // A part f / (f + s + 1) of the variance.
                let (of_field, of_survey) = (field * self.field[(i, j)], survey * self.survey[(i, j)]);
                let alike = of_field + of_survey + (1.0 - field - survey) * self.question[(i, j)];
                by_constant[FIELD] += all * (of_field / alike - field);
                by_constant[SURVEY] += all * (of_survey / alike - survey);
            }
        }
    }

    /// Covariance of all errors that are not sampling: lasting ones and those of waves.
    pub fn all(&self, law: &Law) -> DMatrix<f64> {
        self.lasting(law) + &self.wave * (law.wave_sd * law.wave_sd)
    }
}

/// Covariance of sampling and rounding errors of figures.
pub fn noise(figures: &[&Published]) -> DMatrix<f64> {
    let places: Vec<Place> = figures.iter().map(|figure| Place::of(&figure.series)).collect();
    let sds: Vec<f64> = figures.iter().map(|figure| figure.sampling_sd()).collect();
    DMatrix::from_fn(figures.len(), figures.len(), |i, j| {
        if i == j {
            return sds[i] * sds[i] + figures[i].rounding_sd().powi(2);
        }
        let overlap = places[i].overlap(&places[j]);
        figures[i].sampling_correlation(figures[j], overlap) * sds[i] * sds[j]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Survey;

    /// By hand: Tokyo is one of the four prefectures of its area; SMEs are 85 % of all; an industry of 16 and a prefecture of
    /// 47 have 1 part in 47 and 1 part in 16 of each other.
    #[test]
    fn segments_overlap_as_sets_do() {
        let place = |survey, kind: &str, segment: &str| Place::of(&Series::new(survey, "x", kind, segment));
        let persol = |kind, segment| place(Survey::Persol, kind, segment);
        let nation = persol("total", "regular employees");
        let close = |found: f64, exact: f64| assert!((found - exact).abs() < 1e-12, "{found} for {exact}");
        close(persol("prefecture", "Tokyo").overlap(&persol("region", "Tokyo area")), 0.5);
        close(persol("prefecture", "Tokyo").overlap(&persol("prefecture", "Osaka")), 0.0);
        close(
            persol("prefecture", "Tokyo").overlap(&persol("industry", "construction")),
            1.0 / (47.0_f64 * 16.0).sqrt(),
        );
        close(persol("industry", "finance & insurance").overlap(&nation), 0.25);
        close(nation.overlap(&place(Survey::Nira, "region", "national")), 1.0);
        close(place(Survey::Tsr, "size", "SME").overlap(&place(Survey::Tsr, "size", "total")), 0.85_f64.sqrt());
        close(place(Survey::Tsr, "size", "SME").overlap(&place(Survey::Tsr, "size", "large")), 0.0);
        close(place(Survey::Mlit, "firm size", "<100 employees").overlap(&nation), 0.4_f64.sqrt());
    }
}
