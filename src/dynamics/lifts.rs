//! What deliveries add to the inclination of single firms, with delay and fading. Deliveries in, lifts out.

use crate::population::prefetch;

/// One delivery's effect on one firm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// Firm by its position in the population's arrays.
    pub firm: u32,
    /// Week in which it begins.
    pub begin: u16,
    /// Weeks in which half of it fades; infinite when it lasts.
    pub half_life: f32,
    /// Added to the inclination when it begins.
    pub lift: f32,
    /// Whether it counts until the firm has started, and for nothing else.
    pub to_start: bool,
}

/// A lift that has begun.
#[derive(Clone, Copy, Debug)]
struct Begun {
    begin: u16,
    /// Place of its [`Fading`].
    fading: u16,
    lift: f32,
    /// Another one of the firm, of another half-life: its position, from 1 on; 0 = none.
    earlier: u32,
}

/// How lifts of one half-life fade, and for what they count.
#[derive(Clone, Debug)]
struct Fading {
    half_life: f32,
    to_start: bool,
    /// Part that is left after so many weeks.
    left: Vec<f64>,
}

/// Weeks of fading that are worked out once.
const TABULATED: i32 = 512;

impl Fading {
    fn new(half_life: f32, to_start: bool) -> Fading {
        Fading { half_life, to_start, left: (0..TABULATED).map(|weeks| part_left(half_life, weeks)).collect() }
    }

    /// Whether it fades at all.
    fn fades(&self) -> bool {
        self.half_life.is_finite()
    }

    /// What is left of a lift in a week after its begin.
    #[inline]
    fn left(&self, begun: &Begun, week: u32) -> f64 {
        let weeks = week as i32 - i32::from(begun.begin);
        let part = self.left.get(weeks as usize).copied().unwrap_or_else(|| part_left(self.half_life, weeks));
        f64::from(begun.lift) * part
    }
}

fn part_left(half_life: f32, weeks: i32) -> f64 {
    if half_life.is_finite() { libm::exp2(f64::from(-(weeks as f32) / half_life)) } else { 1.0 }
}

/// Lifts that have begun, and those that begin this week.
#[derive(Clone, Debug, Default)]
pub struct Lifts {
    begun: Vec<Begun>,
    /// By firm, position of its first lift to look at, from 1 on; 0 = none. Only as long as lifted firms need it.
    first: Vec<u32>,
    beginning: Vec<Lift>,
    /// Half-lives so far.
    fadings: Vec<Fading>,
}

/// What a lifted firm faces in a week, beside its own inclination.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lifted {
    /// Sum of its lifts this week.
    pub now: f64,
    /// Least that it will be, without further deliveries.
    pub least: f64,
    /// Most that it has been since its latest lift, and since it entered its practice.
    pub most: f64,
}

impl Lifts {
    /// Hands over a lift that begins this week.
    pub fn begin(&mut self, lift: Lift) {
        self.beginning.push(lift);
    }

    /// Those that begin this week, which are no longer kept as such.
    pub fn take_beginning(&mut self) -> Vec<Lift> {
        std::mem::take(&mut self.beginning)
    }

    /// Adds a lift that begins now. Lifts of one firm that fade alike become one.
    pub fn add(&mut self, lift: Lift) {
        let Lifts { begun, first, fadings, .. } = self;
        let Lift { firm, begin, half_life, lift, to_start } = lift;
        let alike = |fading: &Fading| fading.half_life == half_life && fading.to_start == to_start;
        let fading = fadings.iter().position(alike).unwrap_or_else(|| {
            fadings.push(Fading::new(half_life, to_start));
            fadings.len() - 1
        });
        let firm = firm as usize;
        if firm >= first.len() {
            first.resize(firm + 1, 0);
        }
        let latest = first[firm];
        let mut next = latest;
        while let Some(at) = next.checked_sub(1) {
            let kept = &mut begun[at as usize];
            if usize::from(kept.fading) == fading {
                kept.lift = (fadings[fading].left(kept, begin.into()) + f64::from(lift)) as f32;
                kept.begin = begin;
                return;
            }
            next = kept.earlier;
        }
        begun.push(Begun { begin, fading: fading as u16, lift, earlier: latest });
        first[firm] = begun.len() as u32;
    }

    /// Asks the processor to bring near what [`Lifts::of`] will look at first.
    #[inline(always)]
    pub fn prefetch(&self, firm: u32) {
        prefetch(&self.first, firm as usize);
    }

    /// The same for what it will look at next, once that is near.
    #[inline(always)]
    pub fn prefetch_latest(&self, firm: u32) {
        if let Some(latest) = self.first.get(firm as usize).and_then(|first| first.checked_sub(1)) {
            prefetch(&self.begun, latest as usize);
        }
    }

    /// What a firm that has started or not, and entered its practice in the week `entered`, faces in a week.
    pub fn of(&self, firm: u32, week: u32, entered: u32, started: bool) -> Lifted {
        let Lifts { begun, first, fadings, .. } = self;
        let latest = first.get(firm as usize).and_then(|first| first.checked_sub(1));
        let Some(latest) = latest else { return Lifted::default() };
        let lifts = || {
            std::iter::successors(Some(&begun[latest as usize]), |lift| {
                Some(&begun[lift.earlier.checked_sub(1)? as usize])
            })
        };
        let most_in = lifts().map(|lift| u32::from(lift.begin)).fold(entered, u32::max);
        let mut lifted = Lifted::default();
        for lift in lifts() {
            let fading = &fadings[usize::from(lift.fading)];
            if started && fading.to_start {
                continue;
            }
            lifted.now += fading.left(lift, week);
            // What fades can only come nearer to 0 from here on.
            let (at_most, at_least) = match (fading.fades(), fading.left(lift, most_in)) {
                (true, left) => (left.max(0.0), left.min(0.0)),
                (false, left) => (left, left),
            };
            (lifted.most, lifted.least) = (lifted.most + at_most, lifted.least + at_least);
        }
        lifted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifts_add_up_and_fade_by_half_lives() {
        let mut lifts = Lifts::default();
        let lift = |begin, half_life, lift| Lift { firm: 7, begin, half_life, lift, to_start: false };
        for lift in [lift(10, f32::INFINITY, 0.25), lift(6, 4.0, 1.0), lift(10, 4.0, 0.5), lift(18, 8.0, 0.5)] {
            lifts.add(lift);
        }
        let lifted = lifts.of(7, 26, 20, true);
        // A quarter for ever, 1 over four half-lives, 0.5 over one.
        assert!((lifted.now - (0.25 + 0.0625 + 0.25)).abs() < 1e-12);
        assert_eq!((lifted.least, lifts.of(8, 26, 0, true)), (0.25, Lifted::default()));
        // A fading push away: never more than what lasts, never less than when it began.
        lifts.add(Lift { firm: 9, begin: 10, half_life: 4.0, lift: -1.0, to_start: false });
        lifts.add(Lift { firm: 9, begin: 12, half_life: f32::INFINITY, lift: 0.5, to_start: false });
        let lifted = lifts.of(9, 18, 0, true);
        assert!((lifted.now - 0.25).abs() < 1e-12 && (lifted.most - 0.5).abs() < 1e-12);
        assert!(lifted.least <= lifted.now && lifted.now <= lifted.most);
        // What helps to start counts until then.
        lifts.add(Lift { firm: 10, begin: 10, half_life: f32::INFINITY, lift: 2.0, to_start: true });
        lifts.add(Lift { firm: 10, begin: 11, half_life: f32::INFINITY, lift: 0.5, to_start: false });
        assert_eq!([false, true].map(|started| lifts.of(10, 20, 0, started).now), [2.5, 0.5]);
    }
}
