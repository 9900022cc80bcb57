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
}

impl Lift {
    /// What is left of it in a week after its begin.
    #[inline]
    fn left(&self, week: u32) -> f64 {
        let weeks = week as f32 - f32::from(self.begin);
        f64::from(self.lift)
            * if self.half_life.is_finite() { libm::exp2(f64::from(-weeks / self.half_life)) } else { 1.0 }
    }
}

/// Lifts that have begun, and those that begin this week.
#[derive(Clone, Debug, Default)]
pub struct Lifts {
    /// Each with the position of another one of the firm, of another half-life.
    begun: Vec<(Lift, Option<u32>)>,
    /// By firm, position of its first lift to look at, from 1 on; 0 = none. Only as long as lifted firms need it.
    first: Vec<u32>,
    beginning: Vec<Lift>,
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
        let firm = lift.firm as usize;
        if firm >= self.first.len() {
            self.first.resize(firm + 1, 0);
        }
        let latest = self.first[firm].checked_sub(1);
        let mut next = latest;
        while let Some(at) = next {
            let (kept, earlier) = &mut self.begun[at as usize];
            if kept.half_life == lift.half_life {
                kept.lift = (kept.left(lift.begin.into()) + f64::from(lift.lift)) as f32;
                kept.begin = lift.begin;
                return;
            }
            next = *earlier;
        }
        self.begun.push((lift, latest));
        self.first[firm] = self.begun.len() as u32;
    }

    /// Asks the processor to bring near what [`Lifts::of`] will look at first.
    #[inline(always)]
    pub fn prefetch(&self, firm: u32) {
        prefetch(&self.first, firm as usize);
    }

    /// What a firm that entered its practice in the week `entered` faces in a week.
    pub fn of(&self, firm: u32, week: u32, entered: u32) -> Lifted {
        let latest = self.first.get(firm as usize).and_then(|first| first.checked_sub(1));
        let Some(latest) = latest else { return Lifted::default() };
        let lifts = || {
            std::iter::successors(Some(&self.begun[latest as usize]), |(_, earlier)| {
                Some(&self.begun[(*earlier)? as usize])
            })
        };
        let most_in = lifts().map(|(lift, _)| u32::from(lift.begin)).fold(entered, u32::max);
        let mut lifted = Lifted::default();
        for (lift, _) in lifts() {
            lifted.now += lift.left(week);
            // What fades can only come nearer to 0 from here on.
            let (at_most, at_least) = match (lift.half_life.is_finite(), lift.left(most_in)) {
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
        let lift = |begin, half_life, lift| Lift { firm: 7, begin, half_life, lift };
        for lift in [lift(10, f32::INFINITY, 0.25), lift(6, 4.0, 1.0), lift(10, 4.0, 0.5), lift(18, 8.0, 0.5)] {
            lifts.add(lift);
        }
        let lifted = lifts.of(7, 26, 20);
        // A quarter for ever, 1 over four half-lives, 0.5 over one.
        assert!((lifted.now - (0.25 + 0.0625 + 0.25)).abs() < 1e-12);
        assert_eq!((lifted.least, lifts.of(8, 26, 0)), (0.25, Lifted::default()));
        // A fading push away: never more than what lasts, never less than when it began.
        lifts.add(Lift { firm: 9, begin: 10, half_life: 4.0, lift: -1.0 });
        lifts.add(Lift { firm: 9, begin: 12, half_life: f32::INFINITY, lift: 0.5 });
        let lifted = lifts.of(9, 18, 0);
        assert!((lifted.now - 0.25).abs() < 1e-12 && (lifted.most - 0.5).abs() < 1e-12);
        assert!(lifted.least <= lifted.now && lifted.now <= lifted.most);
    }
}
