//! Draws as a function of (seed, replicate, firm, week, decision): Philox2x32-10.
//!
//! A counter-based generator has no state, so a draw depends on nothing but its address: not on threads, sample
//! size, other firms or outputs. Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy
//! as 1, 2, 3", which reports that Philox2x32 passes BigCrush from 7 rounds on; 10 rounds are their safe choice.
//! In: an address. Out: two 32-bit words.

/// Multiplier of Philox2x32.
const MULTIPLIER: u32 = 0xD256_D193;
/// Weyl increment of the key.
const WEYL: u32 = 0x9E37_79B9;
/// Rounds.
const ROUNDS: u32 = 10;

/// What a draw decides. The number is part of the draw's address, so it must never change its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// A firm's clocks, where weeks are counts of how often they were set: word 0 practice (start, stop, resume), word 1
    /// scheme (formalise, give up).
    Transition = 0,
    /// The state in which a firm enters the run.
    InitialState = 1,
    /// Which firms an intervention reaches.
    Selection = 2,
    /// A survey's answers.
    Survey = 3,
    /// Later infections and declarations.
    Environment = 4,
    /// Employees of a firm (population synthesis).
    Employees = 5,
    /// Teleworkable share of a firm (population synthesis).
    Teleworkable = 6,
    /// Propensity of a firm (population synthesis).
    Propensity = 7,
    /// Barriers of a firm (population synthesis).
    Barriers = 8,
    /// Model discrepancy of a forecast.
    Discrepancy = 10,
    /// Moves of the calibration.
    Calibration = 11,
    /// Orders in which players join a coalition (attribution).
    Order = 12,
    /// Whether a practice clock that ran down at the highest possible hazard does so at the actual one, and its next run.
    PracticeThinning = 13,
    /// The same for the scheme's clock.
    SchemeThinning = 14,
    /// Which pairs a resample of them holds.
    Resample = 15,
    /// Word 0: whether a firm passes an examination; word 1: whether it asks for help.
    Willingness = 16,
}

/// The key of one run: a stream of draws that no other (seed, replicate) shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub u32);

impl Key {
    /// The key of a replicate. For one seed, different replicates always get different keys.
    pub fn new(seed: u64, replicate: u32) -> Key {
        let [low, high] = philox(seed as u32, (seed >> 32) as u32, 0x7465_6C65);
        // An odd multiplier makes replicate -> key a bijection on 32 bits.
        Key((low ^ high.rotate_left(16)).wrapping_add(replicate.wrapping_mul(0x85EB_CA6B)))
    }

    /// Two words for the subject (a firm's id, a slot, ...) in a week. `week` must not use the bits 16 to 23.
    #[inline(always)]
    pub fn words(self, subject: u32, week: u32, purpose: Purpose) -> [u32; 2] {
        philox(subject, week | (purpose as u32) << 16, self.0)
    }

    /// Two words for one of several attempts, below 256, of a subject in a week (or in its n-th turn).
    #[inline(always)]
    pub fn attempt(self, subject: u32, week: u32, purpose: Purpose, attempt: u8) -> [u32; 2] {
        philox(subject, week | (purpose as u32) << 16 | u32::from(attempt) << 24, self.0)
    }

    /// Two uniform draws in (0, 1).
    #[inline(always)]
    pub fn uniforms(self, subject: u32, week: u32, purpose: Purpose) -> [f64; 2] {
        let [a, b] = self.words(subject, week, purpose);
        [uniform(a), uniform(b)]
    }

    /// One standard normal draw (Box-Muller on the two words).
    pub fn normal(self, subject: u32, week: u32, purpose: Purpose) -> f64 {
        let [a, b] = self.uniforms(subject, week, purpose);
        (-2.0 * libm::log(a)).sqrt() * libm::cos(std::f64::consts::TAU * b)
    }
}

/// A word as a number in the open interval (0, 1): the middle of its cell of width 2^-32.
#[inline(always)]
pub fn uniform(word: u32) -> f64 {
    (f64::from(word) + 0.5) * (1.0 / 4_294_967_296.0)
}

/// The Philox2x32-10 block function.
#[inline(always)]
pub fn philox(counter0: u32, counter1: u32, key: u32) -> [u32; 2] {
    // Both words stay in the low half of 64 bits, so that vector code needs one multiplication a round and no
    // packing.
    let (mut x0, mut x1, mut k) = (u64::from(counter0), u64::from(counter1), key);
    for _ in 0..ROUNDS {
        let product = u64::from(MULTIPLIER) * x0;
        x0 = (product >> 32) ^ u64::from(k) ^ x1;
        x1 = product & 0xFFFF_FFFF;
        k = k.wrapping_add(WEYL);
    }
    [x0 as u32, x1 as u32]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers published with Random123 (file kat_vectors).
    #[test]
    fn equals_the_published_known_answers() {
        assert_eq!(philox(0, 0, 0), [0xff1dae59, 0x6cd10df2]);
        assert_eq!(philox(!0, !0, !0), [0x2c3f628b, 0xab4fd7ad]);
        assert_eq!(philox(0x243f6a88, 0x85a308d3, 0x13198a2e), [0xdd7ce038, 0xf62a4c12]);
    }

    #[test]
    fn replicates_of_one_seed_never_share_a_key() {
        let mut keys: Vec<u32> = (0..100_000).map(|r| Key::new(7, r).0).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 100_000);
    }

    #[test]
    fn uniforms_stay_inside_the_open_interval() {
        assert!(uniform(0) > 0.0 && uniform(u32::MAX) < 1.0);
    }
}
