//! All firms, one at a time, week by week. Nothing is shared between firms but what the model lets them share.

use super::firm::{Event, Facing, Firm};
use telework::{
    dynamics,
    dynamics::{HazardTerms, TreatmentEffect},
    parameters::Parameters,
    population::{Cell, Population, Practice, UNIT},
    random::{Key, Purpose},
};

/// How events are drawn.
pub trait EventDraws {
    /// A firm enters the run.
    fn enters(&mut self, p: &Parameters, firm: &Firm);
    /// A treatment effect of a firm begins in a week.
    fn effects(&mut self, p: &Parameters, position: usize, before: &Firm, after: &Firm, week: u32);
    /// Whether a firm's practice changes this week, and its scheme.
    fn decides(&mut self, p: &Parameters, position: usize, firm: &Firm, facing: &Facing, week: u32) -> [bool; 2];
    /// A firm has changed.
    fn changes(&mut self, p: &Parameters, position: usize, before: &Firm, after: &Firm, week: u32);
}

/// The model's firms under one set of parameters.
pub struct World<'a, L> {
    pub parameters: &'a Parameters,
    pub population: &'a Population,
    pub firms: Vec<Firm>,
    pub draws: L,
}

/// Firms that a simulated one stands for; the engine counts in parts of 2^-20 of a firm.
pub fn weight(cell: &Cell) -> f64 {
    (cell.weight * UNIT).round() / UNIT
}

/// Shares of practising firms, as sums of those that practise and of all.
#[derive(Clone, Copy, Default)]
struct Share {
    practising: f64,
    all: f64,
}

impl Share {
    fn add(&mut self, weight: f64, practises: bool) {
        self.all += weight;
        self.practising += if practises { weight } else { 0.0 };
    }
    fn value(self) -> f64 {
        if self.all > 0.0 { self.practising / self.all } else { 0.0 }
    }
}

/// Others' practice at the start of a week.
struct Others {
    industry: [Share; 16],
    prefecture: [Share; 47],
    size: [Share; 3],
    staff: [Share; 47],
    nation: Share,
}

impl Others {
    fn count(population: &Population, firms: &[Firm]) -> Others {
        let mut others = Others {
            industry: Default::default(),
            prefecture: [Share::default(); 47],
            size: Default::default(),
            staff: [Share::default(); 47],
            nation: Share::default(),
        };
        for firm in firms {
            let cell = &population.cells[firm.cell];
            let (weight, practises) = (weight(cell), firm.practice == Practice::Current);
            let employees = weight * f64::from(firm.employees);
            others.industry[cell.industry.index()].add(weight, practises);
            others.prefecture[cell.prefecture.index()].add(weight, practises);
            others.size[cell.size.index()].add(weight, practises);
            others.staff[cell.prefecture.index()].add(employees, practises);
            others.nation.add(employees, practises);
        }
        others
    }

    /// What firms of a cell see: four shares, weighted. Half of the customers sit in the prefecture.
    fn seen(&self, p: &Parameters, cell: &Cell) -> f64 {
        let place = cell.prefecture.index();
        let customers = 0.5 * self.staff[place].value() + 0.5 * self.nation.value();
        let weights = [p.peer_industry, p.peer_prefecture, p.peer_size, p.peer_customers];
        let total: f64 = weights.iter().sum();
        let of = |weight: f64| if total > 0.0 { weight / total } else { 0.0 };
        of(weights[0]) * self.industry[cell.industry.index()].value()
            + of(weights[1]) * self.prefecture[place].value()
            + of(weights[2]) * self.size[cell.size.index()].value()
            + of(weights[3]) * customers
    }
}

impl<'a, L: EventDraws> World<'a, L> {
    /// January 2020.
    pub fn new(parameters: &'a Parameters, population: &'a Population, key: Key, draws: L) -> World<'a, L> {
        let baseline = dynamics::baseline_log_hazards(population, parameters);
        let mut world = World { parameters, population, firms: Vec::new(), draws };
        for (cell, firms) in population.cells.iter().enumerate() {
            for position in firms.range.clone() {
                let firm = Firm {
                    id: population.id[position],
                    cell,
                    employees: population.employees[position],
                    teleworkable: population.teleworkable[position],
                    baseline_log_hazard: f64::from(baseline[position]),
                    practice: Practice::Never,
                    formal: false,
                    formal_at_start: false,
                    entered: 0,
                    weeks: 0,
                    weeks_before: 0,
                    largest: 0,
                    effects: Vec::new(),
                };
                let firm = enter(parameters, population.market[population.cells[cell].prefecture.index()], firm, key);
                world.draws.enters(parameters, &firm);
                world.firms.push(firm);
            }
        }
        world
    }

    /// One week.
    pub fn advance(&mut self, week: u32, terms: &HazardTerms, beginning: &[TreatmentEffect]) {
        let p = self.parameters;
        // Every 13th week leavers take their experience along.
        if week > 0 && week.is_multiple_of(13) {
            let stay = libm::pow(1.0 - p.worker_turnover, 13.0 / 52.18) as f32;
            self.firms.iter_mut().for_each(|firm| firm.largest = (f32::from(firm.largest) * stay + 0.5) as u8);
        }
        for effect in beginning {
            let position = effect.firm as usize;
            let before = self.firms[position].clone();
            self.firms[position].effects.push(*effect);
            self.draws.effects(p, position, &before, &self.firms[position], week);
        }
        let others = Others::count(self.population, &self.firms);
        for (position, firm) in self.firms.iter_mut().enumerate() {
            let cell = &self.population.cells[firm.cell];
            let place = cell.prefecture.index();
            let facing = Facing {
                declaration: f64::from(terms.declaration[place]),
                concern: f64::from(terms.concern[place]),
                others: others.seen(p, cell),
                exposure: terms.cells[firm.cell],
            };
            let [moves, rewrites] = self.draws.decides(p, position, firm, &facing, week);
            let stops = moves && firm.practice == Practice::Current;
            // A firm that stops does not formalise in the same week.
            let rewrites = rewrites && (firm.formal || !stops);
            if moves || rewrites {
                let before = firm.clone();
                firm.formal ^= rewrites;
                if moves {
                    firm.practice = if stops { Practice::Stopped } else { Practice::Current };
                    (firm.entered, firm.weeks_before) = (week, firm.weeks);
                }
                self.draws.changes(p, position, &before, firm, week);
            }
            if firm.practice == Practice::Current {
                firm.largest = firm.largest.max(firm.staff(p, self.population.market[place], facing.declaration));
                firm.weeks = (firm.weeks + 1).min(255);
            }
        }
    }

    /// Weighted firms by size and status: never, current, stopped without a scheme, with a later one, with one held since
    /// January 2020.
    pub fn sizes(&self) -> [[f64; 9]; 3] {
        let mut sizes = [[0.0; 9]; 3];
        for firm in &self.firms {
            let cell = &self.population.cells[firm.cell];
            let scheme = usize::from(firm.formal) + usize::from(firm.formal && firm.formal_at_start);
            sizes[cell.size.index()][firm.practice as usize + 3 * scheme] += weight(cell);
        }
        sizes
    }
}

/// The state in which a firm enters the run.
fn enter(p: &Parameters, market: f32, mut firm: Firm, key: Key) -> Firm {
    if firm.baseline_log_hazard <= f64::from(dynamics::IMMUNE) {
        return firm;
    }
    let logistic = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    let [practice, scheme] = key.uniforms(firm.id, 0, Purpose::InitialState);
    if practice < logistic(p.initial_practice + p.initial_practice_slope * firm.baseline_log_hazard) {
        firm.practice = Practice::Current;
        (firm.weeks, firm.weeks_before) = (104, 104);
        firm.formal = scheme < logistic(p.initial_scheme + p.initial_scheme_slope * firm.baseline_log_hazard);
        firm.formal_at_start = firm.formal;
        firm.largest = firm.staff(p, market, 0.0);
    }
    firm
}

/// Every event drawn afresh: a uniform draw for each firm, week and decision against 1 - exp(-hazard).
pub struct Fresh {
    pub key: Key,
    /// Factors on the hazards of the five events: 1 in the model, something else in a model that is wrong on purpose.
    pub factors: [f64; 5],
}

impl EventDraws for Fresh {
    fn enters(&mut self, _: &Parameters, _: &Firm) {}
    fn effects(&mut self, _: &Parameters, _: usize, _: &Firm, _: &Firm, _: u32) {}
    fn changes(&mut self, _: &Parameters, _: usize, _: &Firm, _: &Firm, _: u32) {}
    fn decides(&mut self, p: &Parameters, _: usize, firm: &Firm, facing: &Facing, week: u32) -> [bool; 2] {
        let draws = self.key.uniforms(firm.id, week, Purpose::Transition);
        let added = firm.added(week);
        let happens = |event: Event, draw: f64| {
            let hazard = self.factors[event as usize] * libm::exp(firm.log_hazard(p, event, facing, added));
            draw < 1.0 - libm::exp(-hazard)
        };
        [happens(firm.practice_event(), draws[0]), firm.scheme_event().is_some_and(|event| happens(event, draws[1]))]
    }
}
