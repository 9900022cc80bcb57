//! Who answers: sampling error of a survey, as draws that belong to the survey and to nothing else.

use crate::random::{Key, Purpose, philox};
use rand::TryRng;
use rand_distr::{Binomial, Distribution};
use std::convert::Infallible;

/// A stream of draws for one survey question in one week.
pub struct Stream {
    key: Key,
    week: u32,
    next: u32,
}

impl Stream {
    /// Keyed by the survey's label, so that one observer more changes no other.
    pub fn new(key: Key, label: &str, week: u32) -> Stream {
        let [a, b] = label.bytes().fold([0, 0], |[a, b], byte| philox(a ^ u32::from(byte), b, 0x7375_7276));
        Stream { key: Key(philox(a, b, key.0)[0]), week, next: 0 }
    }
}

impl TryRng for Stream {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let [word, _] = self.key.words(self.next, self.week, Purpose::Survey);
        self.next = self.next.wrapping_add(1);
        Ok(word)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let [low, high] = self.key.words(self.next, self.week, Purpose::Survey);
        self.next = self.next.wrapping_add(1);
        Ok(u64::from(high) << 32 | u64::from(low))
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&self.try_next_u32()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// How many of `asked` respondents say yes when the frame's share is `share`.
pub fn yes(asked: u64, share: f64, stream: &mut Stream) -> u64 {
    // The share is a ratio of sums and may pass 0 or 1 by rounding.
    Binomial::new(asked, share.clamp(0.0, 1.0)).map_or(0, |binomial| binomial.sample(stream))
}

/// One answer out of several kinds each: counts by kind.
pub fn one_of<const N: usize>(asked: u64, shares: [f64; N], stream: &mut Stream) -> [u64; N] {
    let (mut left, mut rest) = (asked, shares.iter().sum::<f64>());
    shares.map(|share| {
        let number = if rest > 0.0 { yes(left, share / rest, stream) } else { 0 };
        left -= number;
        rest -= share;
        number
    })
}

/// Share among those who answer, when the log odds of saying yes are higher there by `log_odds` than in the frame.
pub fn responding(share: f64, log_odds: f64) -> f64 {
    if log_odds == 0.0 || share <= 0.0 || share >= 1.0 {
        return share;
    }
    1.0 / (1.0 + (1.0 / share - 1.0) * libm::exp(-log_odds))
}

/// As published: to a tenth of a per cent.
pub fn published(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of 4,000 draws against n p and n p (1 - p). Each test uses 5 standard errors: a false alarm
    /// once in 1.7 million for the mean; a mean off by 0.7 respondents in 1,000 is found nine times in ten.
    #[test]
    fn respondents_answer_as_a_binomial() {
        let (asked, share, draws) = (1000, 0.3, 4000);
        let answers: Vec<f64> =
            (0..draws).map(|week| yes(asked, share, &mut Stream::new(Key::new(1, 0), "test", week)) as f64).collect();
        let mean = answers.iter().sum::<f64>() / f64::from(draws);
        let variance = answers.iter().map(|a| (a - mean).powi(2)).sum::<f64>() / f64::from(draws - 1);
        let expected = asked as f64 * share * (1.0 - share);
        assert!((mean - 300.0).abs() < 5.0 * (expected / f64::from(draws)).sqrt(), "mean {mean}");
        assert!((variance / expected - 1.0).abs() < 5.0 * (2.0 / f64::from(draws)).sqrt(), "variance {variance}");
    }

    /// Odds of 1 to 4 become 2 to 4 with log odds of ln 2; certain answers stay certain.
    #[test]
    fn a_response_shifts_log_odds() {
        assert!((responding(0.2, libm::log(2.0)) - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!([0.0, 1.0].map(|share| responding(share, 1.0)), [0.0, 1.0]);
        assert_eq!(responding(0.123_456_789, 0.0), 0.123_456_789);
    }

    #[test]
    fn kinds_of_answers_add_up_to_all() {
        let counts = one_of(1234, [0.2, 0.5, 0.3], &mut Stream::new(Key::new(1, 0), "kinds", 3));
        assert_eq!(counts.iter().sum::<u64>(), 1234);
    }
}
