//! Treatment effects: what deliveries add to the log hazards of single firms, with delay and fading. Deliveries in, effects out.

use crate::population::prefetch;

/// One delivery's effect on one firm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TreatmentEffect {
    /// Firm by its position in the population's arrays.
    pub firm: u32,
    /// Week in which it begins.
    pub begin: u16,
    /// Weeks in which half of it fades; infinite when it lasts.
    pub half_life: f32,
    /// Log hazard added when it begins.
    pub log_hazard: f32,
    /// Whether it counts until the firm has started, and for nothing else.
    pub to_start: bool,
}

/// An effect that has begun.
#[derive(Clone, Copy, Debug)]
struct Begun {
    begin: u16,
    /// Place of its [`Fading`].
    fading: u16,
    log_hazard: f32,
    /// Another one of the firm, of another half-life: its position, from 1 on; 0 = none.
    earlier: u32,
}

/// How effects of one half-life fade, and for what they count.
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

    /// What is left of an effect in a week after its begin.
    #[inline]
    fn left(&self, begun: &Begun, week: u32) -> f64 {
        let weeks = week as i32 - i32::from(begun.begin);
        let part = self.left.get(weeks as usize).copied().unwrap_or_else(|| part_left(self.half_life, weeks));
        f64::from(begun.log_hazard) * part
    }
}

fn part_left(half_life: f32, weeks: i32) -> f64 {
    if half_life.is_finite() { libm::exp2(f64::from(-(weeks as f32) / half_life)) } else { 1.0 }
}

/// Effects that have begun, and those that begin this week.
#[derive(Clone, Debug, Default)]
pub struct TreatmentEffects {
    begun: Vec<Begun>,
    /// By firm, position of its first effect to look at, from 1 on; 0 = none. Only as long as treated firms need it.
    first: Vec<u32>,
    beginning: Vec<TreatmentEffect>,
    /// Half-lives so far.
    fadings: Vec<Fading>,
}

/// What a treated firm faces in a week, beside its own inclination.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AddedLogHazard {
    /// Sum of its effects this week.
    pub now: f64,
    /// Least that it will be, without further deliveries.
    pub least: f64,
    /// Most that it has been since its latest effect, and since it entered its practice.
    pub most: f64,
}

impl TreatmentEffects {
    /// Hands over an effect that begins this week.
    pub fn begin(&mut self, effect: TreatmentEffect) {
        self.beginning.push(effect);
    }

    /// Those that begin this week, which are no longer kept as such.
    pub fn take_beginning(&mut self) -> Vec<TreatmentEffect> {
        std::mem::take(&mut self.beginning)
    }

    /// Adds an effect that begins now. Effects of one firm that fade alike become one.
    pub fn add(&mut self, effect: TreatmentEffect) {
        let TreatmentEffects { begun, first, fadings, .. } = self;
        let TreatmentEffect { firm, begin, half_life, log_hazard, to_start } = effect;
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
                kept.log_hazard = (fadings[fading].left(kept, begin.into()) + f64::from(log_hazard)) as f32;
                kept.begin = begin;
                return;
            }
            next = kept.earlier;
        }
        begun.push(Begun { begin, fading: fading as u16, log_hazard, earlier: latest });
        first[firm] = begun.len() as u32;
    }

    /// Asks the processor to bring near what [`TreatmentEffects::of`] will look at first.
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
    pub fn of(&self, firm: u32, week: u32, entered: u32, started: bool) -> AddedLogHazard {
        let TreatmentEffects { begun, first, fadings, .. } = self;
        let latest = first.get(firm as usize).and_then(|first| first.checked_sub(1));
        let Some(latest) = latest else { return AddedLogHazard::default() };
        let effects = || {
            std::iter::successors(Some(&begun[latest as usize]), |effect| {
                Some(&begun[effect.earlier.checked_sub(1)? as usize])
            })
        };
        let most_in = effects().map(|effect| u32::from(effect.begin)).fold(entered, u32::max);
        let mut added = AddedLogHazard::default();
        for effect in effects() {
            let fading = &fadings[usize::from(effect.fading)];
            if started && fading.to_start {
                continue;
            }
            added.now += fading.left(effect, week);
            // What fades can only come nearer to 0 from here on.
            let (at_most, at_least) = match (fading.fades(), fading.left(effect, most_in)) {
                (true, left) => (left.max(0.0), left.min(0.0)),
                (false, left) => (left, left),
            };
            (added.most, added.least) = (added.most + at_most, added.least + at_least);
        }
        added
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_add_up_and_fade_by_half_lives() {
        let mut effects = TreatmentEffects::default();
        let effect =
            |begin, half_life, log_hazard| TreatmentEffect { firm: 7, begin, half_life, log_hazard, to_start: false };
        for effect in [effect(10, f32::INFINITY, 0.25), effect(6, 4.0, 1.0), effect(10, 4.0, 0.5), effect(18, 8.0, 0.5)]
        {
            effects.add(effect);
        }
        let added = effects.of(7, 26, 20, true);
        // A quarter for ever, 1 over four half-lives, 0.5 over one.
        assert!((added.now - (0.25 + 0.0625 + 0.25)).abs() < 1e-12);
        assert_eq!((added.least, effects.of(8, 26, 0, true)), (0.25, AddedLogHazard::default()));
        // A fading push away: never more than what lasts, never less than when it began.
        effects.add(TreatmentEffect { firm: 9, begin: 10, half_life: 4.0, log_hazard: -1.0, to_start: false });
        effects.add(TreatmentEffect { firm: 9, begin: 12, half_life: f32::INFINITY, log_hazard: 0.5, to_start: false });
        let added = effects.of(9, 18, 0, true);
        assert!((added.now - 0.25).abs() < 1e-12 && (added.most - 0.5).abs() < 1e-12);
        assert!(added.least <= added.now && added.now <= added.most);
        // What helps to start counts until then.
        effects.add(TreatmentEffect { firm: 10, begin: 10, half_life: f32::INFINITY, log_hazard: 2.0, to_start: true });
        effects.add(TreatmentEffect {
            firm: 10,
            begin: 11,
            half_life: f32::INFINITY,
            log_hazard: 0.5,
            to_start: false,
        });
        assert_eq!([false, true].map(|started| effects.of(10, 20, 0, started).now), [2.5, 0.5]);
    }
}
