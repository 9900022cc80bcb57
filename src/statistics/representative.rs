//! An order of draws in which every beginning stands for all of them. Points in, order out.
//!
//! Whoever uses the first n of N equally likely draws wants their means, spreads and quantiles to be those of all N. In random
//! order the error of a mean falls as one over the root of n; here each next draw is the one that leaves the smallest energy
//! distance (Székely and Rizzo 2013) between those taken and all, as support points do (Mak and Joseph 2018), one after
//! the other. Any function of the draws that is smooth gains by it.

/// Places of the points in that order. Coordinates count in their standard deviations; where all points agree they do not
/// count. Points have equally many coordinates.
pub fn representative_order(points: &[Vec<f64>]) -> Vec<usize> {
    let points = standardised(points);
    let n = points.len();
    // Of each point, the mean distance from all, and the sum of its distances from those taken.
    let from_all: Vec<f64> = (0..n).map(|place| distances(&points, place).sum::<f64>() / n as f64).collect();
    let mut from_taken = vec![0.0; n];
    let mut left: Vec<usize> = (0..n).collect();
    let mut order = Vec::with_capacity(n);
    while !left.is_empty() {
        // What the next one changes of the energy distance between those taken and all, apart from a common factor.
        let gain = |place: usize| from_all[place] - from_taken[place] / (order.len() + 1) as f64;
        let mut best = 0;
        for candidate in 1..left.len() {
            if gain(left[candidate]) < gain(left[best]) {
                best = candidate;
            }
        }
        let taken = left.remove(best);
        from_taken.iter_mut().zip(distances(&points, taken)).for_each(|(sum, distance)| *sum += distance);
        order.push(taken);
    }
    order
}

/// Coordinates in standard deviations, without those in which all points agree.
fn standardised(points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let dimensions = points.first().map_or(0, Vec::len);
    let spread = |d: usize| {
        let values: Vec<f64> = points.iter().map(|point| point[d]).collect();
        super::variance(&values).filter(|variance| *variance > 0.0).map(|variance| (d, variance.sqrt()))
    };
    let spreads: Vec<(usize, f64)> = (0..dimensions).filter_map(spread).collect();
    points.iter().map(|point| spreads.iter().map(|&(d, sd)| point[d] / sd).collect()).collect()
}

/// Of one point from each.
fn distances(points: &[Vec<f64>], place: usize) -> impl Iterator<Item = f64> {
    let from = &points[place];
    points.iter().map(|to| from.iter().zip(to).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, Purpose};

    /// 400 standard normal points of ten dimensions. In random order the mean of the first 40 is off by sqrt((1/40)(1 - 40/400)) =
    /// 0.15 standard deviations, coordinates and their squares alike. Here coordinates must be below 0.04 (root mean square over
    /// ten; by chance once in a million), what 250 random points would have, and squares no worse than in random order.
    #[test]
    fn every_beginning_has_the_moments_of_all() {
        let key = Key::new(5, 0);
        let point = |i: u32| (0..10).map(|d| key.normal(i, d, Purpose::Discrepancy)).collect();
        let points: Vec<Vec<f64>> = (0..400).map(point).collect();
        let order = representative_order(&points);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..400).collect::<Vec<_>>(), "each once");
        let error = |first: usize, power: i32| {
            let of = |d: usize| {
                let values: Vec<f64> = points.iter().map(|point| point[d].powi(power)).collect();
                let chosen: Vec<f64> = order[..first].iter().map(|&place| values[place]).collect();
                let [some, all] = [&chosen, &values].map(|values| crate::statistics::mean(values).unwrap());
                ((some - all) / crate::statistics::variance(&values).unwrap().sqrt()).powi(2)
            };
            ((0..10).map(of).sum::<f64>() / 10.0).sqrt()
        };
        assert!(error(40, 1) < 0.04 && error(40, 2) < 0.15, "{} {}", error(40, 1), error(40, 2));
    }

    /// A closed form: of points at 0, 1 and 10 the one in the middle is nearest to all; of two beside it, the far one leaves the
    /// smaller energy distance. The order does not hang on where points stood.
    #[test]
    fn the_middle_comes_first() {
        assert_eq!(representative_order(&[vec![0.0, 7.0], vec![1.0, 7.0], vec![10.0, 7.0]]), [1, 2, 0]);
        assert_eq!(representative_order(&[vec![10.0, 7.0], vec![0.0, 7.0], vec![1.0, 7.0]]), [2, 0, 1]);
        assert!(representative_order(&[]).is_empty());
    }
}
