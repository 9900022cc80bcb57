//! The engine's own luck, kept plainly: each firm has its own sums of hazards and its own two clocks.
//!
//! The event comes in the first week in which the hazards since the clock was set add up to an exponential draw. Terms of
//! a firm's own are a factor on its cell's hazards; where it changes in the meantime, the clock runs by the largest factor
//! that may come and its event is thinned.

use crate::{
    firm::{Event, Facing, Firm},
    world::Luck,
};
use telework::{
    dynamics,
    dynamics::Lift,
    parameters::Parameters,
    population::Practice,
    random::{Key, Purpose, uniform},
};

/// One firm's clocks.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Sums of the cell's hazards since the run began, by event.
    pub passed: [f64; 5],
    /// Sums at which the next event is due. The engine keeps them in single precision.
    pub practice: f32,
    pub scheme: f32,
    /// How often each was set by an event, and how often it has run down without one since.
    pub turns: [[u32; 2]; 2],
    /// Weeks of practice by which a stopping clock is set.
    pub set_by: u32,
}

/// Weeks of practice that clocks are set by: the engine keeps few numbers.
fn step(weeks: u32) -> u32 {
    let steps = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192];
    steps.into_iter().rfind(|step| *step <= weeks).unwrap_or(0)
}

/// Everyone's clocks.
pub struct Clocks {
    pub key: Key,
    pub of: Vec<Pair>,
}

/// Lifts of one half-life are kept as one number in single precision, which each new one is added to. From the plain list
/// of deliveries, afresh each time: half-life, sum, week of the last one; the newest half-life first.
fn folded<'a>(lifts: impl Iterator<Item = &'a Lift>) -> Vec<Lift> {
    let mut kept: Vec<Lift> = Vec::new();
    for lift in lifts {
        match kept.iter_mut().find(|kept| kept.half_life == lift.half_life && kept.to_start == lift.to_start) {
            Some(kept) => {
                kept.lift = (left(kept, lift.begin.into()) + f64::from(lift.lift)) as f32;
                kept.begin = lift.begin;
            }
            None => kept.insert(0, *lift),
        }
    }
    kept
}

fn left(lift: &Lift, week: u32) -> f64 {
    let age = week as f32 - f32::from(lift.begin);
    let fading = if lift.half_life.is_finite() { libm::exp2(f64::from(-age / lift.half_life)) } else { 1.0 };
    f64::from(lift.lift) * fading
}

/// What lifts add: in a week, at most since the clock was set (in the week of the firm's last lift or when it entered its
/// practice) and at least from then on.
#[derive(Clone, Copy)]
struct Lifted {
    now: f64,
    most: f64,
    least: f64,
}

fn lifted(firm: &Firm, week: u32) -> Lifted {
    if firm.lifts.is_empty() {
        return Lifted { now: 0.0, most: 0.0, least: 0.0 };
    }
    let kept = folded(firm.lifts_that_count());
    let sum = |of: &dyn Fn(&Lift) -> f64| kept.iter().fold(0.0, |sum, lift| sum + of(lift));
    let last = firm.lifts.iter().map(|lift| u32::from(lift.begin)).fold(firm.entered, u32::max);
    // What fades comes nearer to 0 from its last lift on; what lasts stays.
    let bound = |nearer: fn(f64, f64) -> f64| {
        move |lift: &Lift| if lift.half_life.is_infinite() { left(lift, last) } else { nearer(left(lift, last), 0.0) }
    };
    Lifted { now: sum(&|lift| left(lift, week)), most: sum(&bound(f64::max)), least: sum(&bound(f64::min)) }
}

/// Log factor of an event's hazard: this week's, and the largest that may come while the clock runs; a stopping clock was
/// set by so many weeks of practice.
fn log_factors(p: &Parameters, firm: &Firm, event: Event, week: u32, set_by: u32) -> [f64; 2] {
    let Lifted { now, most, least } = lifted(firm, week);
    // Each addition in single precision rounds by half a unit in the last place, 6e-8 of the sum, at most.
    let rounding = 1e-7 * firm.lifts.len() as f64 * firm.lifts_added().max(1.0);
    assert!((now - firm.lifted(week)).abs() <= rounding, "lifts of firm {} in week {week}", firm.id);
    let (lifts, weeks) = match event {
        Event::Start | Event::Resume | Event::GiveUp => (most, 0),
        // Experience only grows, and makes stopping rarer, formalising more frequent.
        Event::Stop => (least, set_by),
        Event::Formalise if p.formalise_inclination < 0.0 => (least, 255),
        Event::Formalise => (most, 255),
    };
    [firm.own_terms(p, event, firm.own + now, firm.weeks), firm.own_terms(p, event, firm.own + lifts, weeks)]
}

fn largest(p: &Parameters, firm: &Firm, event: Event, week: u32, set_by: u32) -> f64 {
    log_factors(p, firm, event, week, set_by)[1]
}

/// A clock that is set when the hazards have come to `passed`.
fn set(passed: f64, word: u32, log_factor: f64) -> f32 {
    (passed - libm::log(uniform(word)) * libm::exp(-log_factor)) as f32
}

/// What is left of a clock, when its factor changes.
fn rescale(clock: f32, passed: f64, [before, after]: [f64; 2]) -> f32 {
    if before == after {
        return clock;
    }
    (passed + (f64::from(clock) - passed) * libm::exp(before - after)) as f32
}

impl Clocks {
    pub fn new(key: Key) -> Clocks {
        Clocks { key, of: Vec::new() }
    }

    /// Whether a clock that may have run down does ring this week. If not, it goes on by the factor `later`.
    fn rings(
        &self,
        clock: &mut f32,
        passed: f64,
        [now, mut most]: [f64; 2],
        later: f64,
        (firm, [set_before, tried], purpose): (&Firm, &mut [u32; 2], Purpose),
    ) -> bool {
        while *clock <= passed as f32 {
            let [draw, next] = self.key.attempt(firm.id, *set_before, purpose, *tried as u8);
            if now >= most || uniform(draw) < libm::exp(now - most) {
                return true;
            }
            most = later;
            *clock = set(f64::from(*clock), next, most);
            *tried += 1;
        }
        false
    }
}

impl Luck for Clocks {
    fn enters(&mut self, p: &Parameters, firm: &Firm) {
        let words = self.key.words(firm.id, 0, Purpose::Transition);
        let set_by = step(firm.weeks_before);
        let clock = |event: Event, word: u32| set(0.0, word, largest(p, firm, event, 0, set_by));
        let immune = firm.own <= f64::from(dynamics::IMMUNE);
        self.of.push(Pair {
            passed: [0.0; 5],
            practice: if immune { f32::INFINITY } else { clock(firm.practice_event(), words[0]) },
            scheme: firm.scheme_event().map_or(f32::INFINITY, |event| clock(event, words[1])),
            turns: [[0, 0]; 2],
            set_by,
        });
    }

    fn lifts(&mut self, p: &Parameters, position: usize, before: &Firm, after: &Firm, week: u32) {
        let pair = &mut self.of[position];
        let set_by = pair.set_by;
        let factors = |event: Event| [before, after].map(|firm| largest(p, firm, event, week, set_by));
        let event = after.practice_event();
        pair.practice = rescale(pair.practice, pair.passed[event as usize], factors(event));
        if let Some(event) = after.scheme_event() {
            pair.scheme = rescale(pair.scheme, pair.passed[event as usize], factors(event));
        }
    }

    fn decides(&mut self, p: &Parameters, position: usize, firm: &Firm, facing: &Facing, week: u32) -> [bool; 2] {
        let mut pair = self.of[position];
        let hazards = facing.hazards(p);
        for (passed, hazard) in pair.passed.iter_mut().zip(hazards) {
            *passed += hazard;
        }
        // A stopping clock that runs down without an event goes on by the experience gained.
        let stopping = firm.practice == Practice::Current && pair.practice <= pair.passed[Event::Stop as usize] as f32;
        let gained = if stopping { step(firm.weeks) } else { pair.set_by };
        let happens = |event: Event, clock: &mut f32, turn, purpose| {
            let factors = log_factors(p, firm, event, week, pair.set_by);
            let later = largest(p, firm, event, week, gained);
            // The product is the linear log hazard of the model description.
            let log_hazard = hazards[event as usize].ln() + factors[0];
            let linear = firm.log_hazard(p, event, facing, week);
            assert!(
                (log_hazard - linear).abs() < 2e-6 + 2e-7 * firm.lifts.len() as f64 * firm.lifts_added().max(1.0),
                "{event:?} of firm {}: {log_hazard}, {linear}",
                firm.id
            );
            self.rings(clock, pair.passed[event as usize], factors, later, (firm, turn, purpose))
        };
        let Pair { mut practice, mut scheme, mut turns, .. } = pair;
        let [first, second] = &mut turns;
        let events = [
            happens(firm.practice_event(), &mut practice, first, Purpose::PracticeThinning),
            firm.scheme_event().is_some_and(|event| happens(event, &mut scheme, second, Purpose::SchemeThinning)),
        ];
        (pair.practice, pair.scheme, pair.turns, pair.set_by) = (practice, scheme, turns, gained);
        self.of[position] = pair;
        events
    }

    fn changes(&mut self, p: &Parameters, position: usize, before: &Firm, after: &Firm, week: u32) {
        let (key, pair) = (self.key, &mut self.of[position]);
        let word = |turns: &mut [[u32; 2]; 2], clock: usize| {
            turns[clock] = [turns[clock][0] + 1, 0];
            key.words(after.id, turns[clock][0], Purpose::Transition)[clock]
        };
        let (event, was) = (after.practice_event(), before.practice_event());
        let passed = pair.passed[event as usize];
        if event != was {
            pair.set_by = step(after.weeks_before);
        }
        let set_by = pair.set_by;
        pair.practice = if event == was {
            rescale(pair.practice, passed, [before, after].map(|firm| largest(p, firm, event, week, set_by)))
        } else {
            set(passed, word(&mut pair.turns, 0), largest(p, after, event, week, set_by))
        };
        pair.scheme = match (before.scheme_event(), after.scheme_event()) {
            (_, None) => f32::INFINITY,
            (Some(Event::GiveUp), Some(event @ Event::GiveUp)) => {
                let factors = [before, after].map(|firm| largest(p, firm, event, week, set_by));
                rescale(pair.scheme, pair.passed[event as usize], factors)
            }
            (_, Some(event)) => {
                let word = word(&mut pair.turns, 1);
                set(pair.passed[event as usize], word, largest(p, after, event, week, set_by))
            }
        };
    }
}
