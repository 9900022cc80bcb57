//! The engine's own draws, kept plainly: each firm has its own sums of hazards and its own two thresholds.
//!
//! The event comes in the first week in which the hazards since the threshold was drawn add up to an exponential draw. Terms of
//! a firm's own are a factor on its cell's hazards; where it changes in the meantime, the threshold is drawn by the largest factor
//! that may come and its event is thinned.

use super::{
    firm::{Event, Facing, Firm},
    world::EventDraws,
};
use telework::{
    dynamics,
    dynamics::TreatmentEffect,
    parameters::Parameters,
    population::Practice,
    random::{Key, Purpose, uniform},
};

/// One firm's thresholds.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Sums of the cell's hazards since the run began, by event.
    pub passed: [f64; 5],
    /// Sums at which the next event comes. The engine keeps them in single precision.
    pub practice: f32,
    pub scheme: f32,
    /// How often an event has drawn each, and how often it was reached without one since.
    pub draw_counters: [[u32; 2]; 2],
    /// Weeks of practice by which a stopping threshold is drawn.
    pub set_by: u32,
}

/// Weeks of practice that thresholds are drawn by: the engine keeps few numbers.
fn step(weeks: u32) -> u32 {
    let steps = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192];
    steps.into_iter().rfind(|step| *step <= weeks).unwrap_or(0)
}

/// Everyone's thresholds.
pub struct Thresholds {
    pub key: Key,
    pub of: Vec<Pair>,
    folded: Vec<Folded>,
}

/// The first deliveries to a firm, folded. What comes later is added; what counts no more once a firm has begun is left out from
/// the first on.
#[derive(Clone, Debug, Default)]
struct Folded {
    deliveries: usize,
    never: bool,
    kept: Vec<TreatmentEffect>,
}

impl Folded {
    fn of(&mut self, firm: &Firm) -> &[TreatmentEffect] {
        let never = firm.practice == Practice::Never;
        if self.never != never || self.deliveries > firm.effects.len() {
            *self = Folded { never, ..Folded::default() };
        }
        fold(&mut self.kept, firm.effects[self.deliveries..].iter().filter(|effect| firm.counts(effect)));
        self.deliveries = firm.effects.len();
        &self.kept
    }
}

/// Effects of one half-life are kept as one number in single precision, which each new one is added to. From the plain list
/// of deliveries: half-life, sum, week of the last one; the newest half-life first.
fn fold<'a>(kept: &mut Vec<TreatmentEffect>, effects: impl Iterator<Item = &'a TreatmentEffect>) {
    for effect in effects {
        match kept.iter_mut().find(|kept| kept.half_life == effect.half_life && kept.to_start == effect.to_start) {
            Some(kept) => {
                kept.log_hazard = (left(kept, effect.begin.into()) + f64::from(effect.log_hazard)) as f32;
                kept.begin = effect.begin;
            }
            None => kept.insert(0, *effect),
        }
    }
}

fn left(effect: &TreatmentEffect, week: u32) -> f64 {
    let age = week as f32 - f32::from(effect.begin);
    let fading = if effect.half_life.is_finite() { libm::exp2(f64::from(-age / effect.half_life)) } else { 1.0 };
    f64::from(effect.log_hazard) * fading
}

/// What effects add: in a week, at most since the threshold was drawn (in the week of the firm's last effect or when it entered its
/// practice) and at least from then on.
#[derive(Clone, Copy)]
struct AddedLogHazard {
    now: f64,
    most: f64,
    least: f64,
}

fn added(firm: &Firm, week: u32) -> AddedLogHazard {
    added_by(firm, week, Folded::default().of(firm))
}

fn added_by(firm: &Firm, week: u32, kept: &[TreatmentEffect]) -> AddedLogHazard {
    if firm.effects.is_empty() {
        return AddedLogHazard { now: 0.0, most: 0.0, least: 0.0 };
    }
    let sum = |of: &dyn Fn(&TreatmentEffect) -> f64| kept.iter().fold(0.0, |sum, effect| sum + of(effect));
    let last = firm.effects.iter().map(|effect| u32::from(effect.begin)).fold(firm.entered, u32::max);
    // What fades comes nearer to 0 from its last effect on; what lasts stays.
    let bound = |nearer: fn(f64, f64) -> f64| {
        move |effect: &TreatmentEffect| {
            if effect.half_life.is_infinite() { left(effect, last) } else { nearer(left(effect, last), 0.0) }
        }
    };
    AddedLogHazard { now: sum(&|effect| left(effect, week)), most: sum(&bound(f64::max)), least: sum(&bound(f64::min)) }
}

/// Log factor of an event's hazard: this week's, and the largest that may come until the threshold is reached; a stopping threshold was
/// drawn by so many weeks of practice.
fn log_factors(p: &Parameters, firm: &Firm, event: Event, added: AddedLogHazard, set_by: u32) -> [f64; 2] {
    let AddedLogHazard { now, most, least, .. } = added;
    let (effects, weeks) = match event {
        Event::Start | Event::Resume | Event::GiveUp => (most, 0),
        // Experience only grows, and makes stopping rarer, formalising more frequent.
        Event::Stop => (least, set_by),
        Event::Formalise if p.formalise_inclination < 0.0 => (least, 255),
        Event::Formalise => (most, 255),
    };
    [
        firm.own_terms(p, event, firm.baseline_log_hazard + now, firm.weeks),
        firm.own_terms(p, event, firm.baseline_log_hazard + effects, weeks),
    ]
}

fn largest(p: &Parameters, firm: &Firm, event: Event, week: u32, set_by: u32) -> f64 {
    log_factors(p, firm, event, added(firm, week), set_by)[1]
}

/// A threshold drawn when the hazards have come to `passed`.
fn set(passed: f64, word: u32, log_factor: f64) -> f32 {
    (passed - libm::log(uniform(word)) * libm::exp(-log_factor)) as f32
}

/// What is left of a threshold, when its factor changes.
fn rescale(threshold: f32, passed: f64, [before, after]: [f64; 2]) -> f32 {
    if before == after {
        return threshold;
    }
    (passed + (f64::from(threshold) - passed) * libm::exp(before - after)) as f32
}

impl Thresholds {
    pub fn new(key: Key) -> Thresholds {
        Thresholds { key, of: Vec::new(), folded: Vec::new() }
    }

    /// Whether a threshold that may be reached fires this week. If not, it goes on by the factor `later`.
    fn fires(
        &self,
        threshold: &mut f32,
        passed: f64,
        [now, mut most]: [f64; 2],
        later: f64,
        (firm, [set_before, tried], purpose): (&Firm, &mut [u32; 2], Purpose),
    ) -> bool {
        while *threshold <= passed as f32 {
            let [draw, next] = self.key.attempt(firm.id, *set_before, purpose, *tried as u8);
            if now >= most || uniform(draw) < libm::exp(now - most) {
                return true;
            }
            most = later;
            *threshold = set(f64::from(*threshold), next, most);
            *tried += 1;
        }
        false
    }
}

impl EventDraws for Thresholds {
    fn enters(&mut self, p: &Parameters, firm: &Firm) {
        let words = self.key.words(firm.id, 0, Purpose::Transition);
        let set_by = step(firm.weeks_before);
        let threshold = |event: Event, word: u32| set(0.0, word, largest(p, firm, event, 0, set_by));
        let immune = firm.baseline_log_hazard <= f64::from(dynamics::IMMUNE);
        self.of.push(Pair {
            passed: [0.0; 5],
            practice: if immune { f32::INFINITY } else { threshold(firm.practice_event(), words[0]) },
            scheme: firm.scheme_event().map_or(f32::INFINITY, |event| threshold(event, words[1])),
            draw_counters: [[0, 0]; 2],
            set_by,
        });
        self.folded.push(Folded::default());
    }

    fn effects(&mut self, p: &Parameters, position: usize, before: &Firm, after: &Firm, week: u32) {
        let (pair, folded) = (&mut self.of[position], &mut self.folded[position]);
        let set_by = pair.set_by;
        // Once for both events, as below.
        let [was, is] = [before, after].map(|firm| added_by(firm, week, folded.of(firm)));
        let factors = |event: Event| {
            [(before, was), (after, is)].map(|(firm, added)| log_factors(p, firm, event, added, set_by)[1])
        };
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
        // A stopping threshold that is reached without an event goes on by the experience gained.
        let stopping = firm.practice == Practice::Current && pair.practice <= pair.passed[Event::Stop as usize] as f32;
        let gained = if stopping { step(firm.weeks) } else { pair.set_by };
        // Once for both events: a firm may have been treated hundreds of times.
        let (added, plain) = (added_by(firm, week, self.folded[position].of(firm)), firm.added(week));
        // Each addition in single precision rounds by half a unit in the last place, 6e-8 of the sum, at most.
        let rounding = 1e-7 * firm.effects.len() as f64 * firm.effects_added().max(1.0);
        assert!((added.now - plain).abs() <= rounding, "effects of firm {} in week {week}", firm.id);
        let happens = |event: Event, threshold: &mut f32, counter, purpose| {
            let factors = log_factors(p, firm, event, added, pair.set_by);
            let [_, later] = log_factors(p, firm, event, added, gained);
            // The product is the linear log hazard of the model description.
            let log_hazard = libm::log(hazards[event as usize]) + factors[0];
            let linear = firm.log_hazard(p, event, facing, plain);
            assert!(
                (log_hazard - linear).abs() < 2e-6 + 2e-7 * firm.effects.len() as f64 * firm.effects_added().max(1.0),
                "{event:?} of firm {}: {log_hazard}, {linear}",
                firm.id
            );
            self.fires(threshold, pair.passed[event as usize], factors, later, (firm, counter, purpose))
        };
        let Pair { mut practice, mut scheme, mut draw_counters, .. } = pair;
        let [first, second] = &mut draw_counters;
        let events = [
            happens(firm.practice_event(), &mut practice, first, Purpose::PracticeThinning),
            firm.scheme_event().is_some_and(|event| happens(event, &mut scheme, second, Purpose::SchemeThinning)),
        ];
        (pair.practice, pair.scheme, pair.draw_counters, pair.set_by) = (practice, scheme, draw_counters, gained);
        self.of[position] = pair;
        events
    }

    fn changes(&mut self, p: &Parameters, position: usize, before: &Firm, after: &Firm, week: u32) {
        let (key, pair) = (self.key, &mut self.of[position]);
        let word = |draw_counters: &mut [[u32; 2]; 2], threshold: usize| {
            draw_counters[threshold] = [draw_counters[threshold][0] + 1, 0];
            key.words(after.id, draw_counters[threshold][0], Purpose::Transition)[threshold]
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
            set(passed, word(&mut pair.draw_counters, 0), largest(p, after, event, week, set_by))
        };
        pair.scheme = match (before.scheme_event(), after.scheme_event()) {
            (_, None) => f32::INFINITY,
            (Some(Event::GiveUp), Some(event @ Event::GiveUp)) => {
                let factors = [before, after].map(|firm| largest(p, firm, event, week, set_by));
                rescale(pair.scheme, pair.passed[event as usize], factors)
            }
            (_, Some(event)) => {
                let word = word(&mut pair.draw_counters, 1);
                set(pair.passed[event as usize], word, largest(p, after, event, week, set_by))
            }
        };
    }
}
