//! Engine and plain model side by side, each with its own interventions, compared firm by firm after every week.

use super::{
    thresholds::Thresholds,
    world::{EventDraws, World},
};
use telework::{
    calendar::Week,
    data::Data,
    dynamics,
    dynamics::HazardTerms,
    environment::Environment,
    interventions::{InterventionWeek, Programmes, Setting},
    parameters::Parameters,
    population::{Firms, NEVER, Population, Practice, Response, Spell, State, Status, UNIT},
    random::Key,
    scenario::Scenario,
};

/// What a run is of.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub scenario: &'a Scenario,
    pub data: &'a Data,
    pub population: &'a Population,
    pub environment: &'a Environment,
    pub key: Key,
    /// Weeks of the run.
    pub weeks: u32,
}

impl<'a> Case<'a> {
    pub fn parameters(&self) -> &'a Parameters {
        &self.scenario.parameters
    }

    fn setting(&self) -> Setting<'a> {
        Setting {
            population: self.population,
            parameters: self.parameters(),
            data: self.data,
            environment: self.environment,
            key: self.key,
            weeks: (Week(0), Week(self.weeks - 1)),
        }
    }
}

/// What firms face in one run.
struct Policy<'a> {
    case: Case<'a>,
    programmes: Programmes<'a>,
    terms: HazardTerms,
}

impl<'a> Policy<'a> {
    fn new(case: Case<'a>) -> Policy<'a> {
        let programmes = Programmes::new(&case.scenario.interventions, case.setting());
        Policy { case, programmes, terms: HazardTerms::new(case.population.cells.len()) }
    }

    fn act(&mut self, week: u32, state: &State) -> Vec<Option<InterventionWeek>> {
        self.terms.open(&self.case.environment.concern[week as usize]);
        self.programmes.act(Week(week), state, &mut self.terms)
    }
}

/// The engine, a week at a time, as `engine::simulate` does it.
pub struct Engine<'a> {
    policy: Policy<'a>,
    response: Response,
    pub state: State,
}

impl<'a> Engine<'a> {
    pub fn new(case: Case<'a>) -> Engine<'a> {
        let (population, parameters) = (case.population, case.parameters());
        let response = Response::new(parameters);
        let baseline = dynamics::baseline_log_hazards(population, parameters);
        let state = dynamics::initial_state(population, parameters, &response, baseline, case.key);
        Engine { policy: Policy::new(case), response, state }
    }

    /// One week; what interventions did.
    pub fn advance(&mut self, week: u32) -> Vec<Option<InterventionWeek>> {
        let Engine { policy, response, state } = self;
        let made = policy.act(week, state);
        let Case { population, key, .. } = policy.case;
        dynamics::advance(state, population, &mut policy.terms, policy.case.parameters(), response, key, week);
        made
    }
}

/// The plain model, a week at a time. Interventions look at a [`State`] that is copied from its firms.
pub struct Plain<'a, L> {
    policy: Policy<'a>,
    seen: State,
    pub world: World<'a, L>,
}

impl<'a, L: EventDraws> Plain<'a, L> {
    pub fn new(case: Case<'a>, draws: L) -> Plain<'a, L> {
        let n = case.population.len();
        let firms = Firms {
            // Who asks for help is a matter of inclination.
            baseline_log_hazard: dynamics::baseline_log_hazards(case.population, case.parameters()),
            status: vec![0; n],
            spell: vec![Spell::default(); n],
            practice_threshold: vec![NEVER; n],
            scheme_threshold: vec![NEVER; n],
            draw_counters: vec![Default::default(); n],
        };
        let seen = State::new(case.population, firms, &Response::new(case.parameters()));
        let world = World::new(case.parameters(), case.population, case.key, draws);
        Plain { policy: Policy::new(case), seen, world }
    }

    /// One week; what interventions did.
    pub fn advance(&mut self, week: u32) -> Vec<Option<InterventionWeek>> {
        for (position, firm) in self.world.firms.iter().enumerate() {
            let formal = if firm.formal { Status::FORMAL } else { 0 };
            self.seen.firms.status[position] = firm.practice as u8 | formal;
            self.seen.firms.spell[position] = Spell::new(firm.entered as u16, firm.weeks_before as u8, firm.largest);
        }
        let made = self.policy.act(week, &self.seen);
        let beginning = self.policy.terms.effects.take_beginning();
        self.world.advance(week, &self.policy.terms, &beginning);
        made
    }
}

/// What happened in a comparison, so that a test can say that it has tried something.
#[derive(Debug, Default)]
pub struct Tried {
    /// Firms that changed their practice or scheme in a week, summed over weeks.
    pub changes: usize,
    /// Treatment effects that began.
    pub effects: usize,
    /// Firms treated more than once.
    pub treated_again: usize,
    /// Week by week, what the plain model counts.
    pub sizes: Vec<[[f64; 9]; 3]>,
}

/// Runs both and compares them after every week: each firm, the totals, the interventions' accounts.
pub fn compare(case: Case) -> Tried {
    let mut engine = Engine::new(case);
    let mut plain = Plain::new(case, Thresholds::new(case.key));
    let staffing = dynamics::Staffing::new(case.parameters());
    let mut tried = Tried::default();
    for week in 0..case.weeks {
        let before: Vec<u8> = engine.state.firms.status.iter().map(|status| status & 7).collect();
        assert_eq!(engine.advance(week), plain.advance(week), "interventions in week {week}");
        let state = &engine.state;
        tried.changes += before.iter().zip(&state.firms.status).filter(|(before, now)| **before != **now & 7).count();
        for (position, firm) in plain.world.firms.iter().enumerate() {
            let (status, spell) = (state.status(position), state.firms.spell[position]);
            let cell = &case.population.cells[firm.cell];
            let weeks = if status.practises() { spell.weeks(state.next_week) } else { spell.before() };
            let largest = dynamics::largest_share(state, case.population, &staffing, cell, position);
            let thresholds = plain.world.draws.of[position];
            let found = (
                (status.practice(), status.formal(), status.formal_since_start(), u32::from(spell.entered())),
                (u32::from(weeks), largest),
                [state.firms.practice_threshold[position], state.firms.scheme_threshold[position]].map(f32::to_bits),
            );
            let expected = (
                (firm.practice, firm.formal, firm.formal && firm.formal_at_start, firm.entered),
                (firm.weeks, firm.largest),
                [thresholds.practice, thresholds.scheme].map(f32::to_bits),
            );
            assert_eq!(found, expected, "week {week}, firm at {position}: the engine, and the plain model's {firm:?}");
        }
        let sizes = plain.world.sizes();
        let parts = sizes.map(|slots| slots.map(|firms| (firms * UNIT) as i64));
        assert_eq!(state.tallies().sizes(), parts, "totals of week {week}");
        tried.sizes.push(sizes);
    }
    let practised = plain.world.firms.iter().filter(|firm| firm.practice != Practice::Never).count();
    assert!(practised > plain.world.firms.len() / 20, "only {practised} have practised, so this shows little");
    tried.effects = plain.world.firms.iter().map(|firm| firm.effects.len()).sum();
    tried.treated_again = plain.world.firms.iter().filter(|firm| firm.effects.len() > 1).count();
    tried
}
