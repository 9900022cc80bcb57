//! Policy measures: each spends, reaches and delivers. State in, [`Terms`] and delivery records out.
//!
//! Interventions never write firm state. They keep records of what they delivered and rewrite, every week, what
//! firms face. In a weighted sample a delivery to one firm of the population lifts the simulated firm that stands
//! for it by the share it has of it, so that effects add up to those of the whole population.

mod accounts;
mod advice;
pub mod awards;
mod awareness;
mod chain;
mod delivered;
mod emergency;
mod lifts;
mod obligations;
mod selection;
mod sites;
mod terms;

pub use crate::population::cell_matches;
pub use awareness::Awareness;
pub use chain::{Chain, InterventionWeek};
pub use emergency::Declarations;
pub use lifts::{Lift, Lifted, Lifts};
pub use selection::matches;
pub use terms::{Face, Terms};

use crate::{
    calendar::Week,
    classification::BARRIERS,
    data::Data,
    environment::Environment,
    parameters::Parameters,
    population::{Criteria, Directory, Pool, Population, State},
    random::Key,
    scenario::{Intervention, Measure, Scenario},
};
use accounts::Effect;
use delivered::{Delivered, KindNumber};
use lifts::Pending;
use selection::{Candidate, Misses, Slots, matches_now};
use std::{hint::black_box, sync::Arc};

/// What interventions know beside the firms' state; fixed for one run.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// Firms.
    pub population: &'a Population,
    /// Parameters.
    pub parameters: &'a Parameters,
    /// Tables.
    pub data: &'a Data,
    /// Infections and concern.
    pub environment: &'a Environment,
    /// Draws of this replicate.
    pub key: Key,
    /// First and last week of the run.
    pub weeks: (Week, Week),
}

/// Inclination lost to each barrier, in bit order.
pub fn barrier_weights(parameters: &Parameters) -> [f32; BARRIERS] {
    [
        parameters.barrier_management,
        parameters.barrier_ict_tools,
        parameters.barrier_security,
        parameters.barrier_paper,
        parameters.barrier_cost,
        parameters.barrier_home_environment,
    ]
    .map(|w| w as f32)
}

/// The interventions of one run with their accounts and records.
pub struct Programmes<'a> {
    setting: Setting<'a>,
    programmes: Vec<Programme<'a>>,
    delivered: Delivered,
    awareness: Awareness,
    declarations: Declarations,
}

/// One intervention with its account and records.
pub struct Programme<'a> {
    spec: &'a Intervention,
    /// Programmes of one kind serve each firm once between them.
    kind: KindNumber,
    chain: Chain,
    slots: Slots,
    /// Firms that its slots can want, by class of firms. (Satellite offices: all, and those near the site.)
    pools: Vec<Arc<Pool>>,
    records: Pending,
    /// Slots without a firm, by class of firms that the slots want.
    misses: [Misses; 4],
    season: awareness::Season,
    /// Guidelines: the cells; share of each cell's firms that worked through them, and share that has the security barrier.
    guided: Vec<obligations::Guided>,
    reached: Vec<f32>,
    security: Vec<f32>,
    /// Disclosure as a condition of subsidies: how many subsidised firms have been asked.
    cursor: usize,
}

impl<'a> Programmes<'a> {
    /// The scenario's interventions before their first week.
    pub fn new(scenario: &'a Scenario, setting: Setting<'a>) -> Programmes<'a> {
        let directory = Arc::new(Directory::new(setting.population));
        let all = &scenario.interventions;
        let kind = |spec: &Intervention| {
            let alike = |other: &Intervention| other.measure.key() == spec.measure.key();
            KindNumber(all.iter().position(alike).unwrap_or(0))
        };
        let mut known = Vec::new();
        let programmes = all
            .iter()
            .map(|spec| {
                let guidelines = matches!(spec.measure, Measure::Guidelines(_));
                let security = if guidelines { obligations::security_shares(setting.population) } else { Vec::new() };
                let guided =
                    if guidelines { obligations::guided(&spec.target, setting.population) } else { Vec::new() };
                Programme {
                    kind: kind(spec),
                    chain: Chain::new(spec),
                    slots: Slots::new(&setting, spec.measure.key(), &directory),
                    pools: pools(spec, setting.population, &directory, &mut known),
                    records: Pending::new(spec),
                    misses: [Misses::default(); 4],
                    season: awareness::Season::of(spec, setting.data),
                    guided,
                    reached: vec![0.0; security.len()],
                    security,
                    cursor: 0,
                    spec,
                }
            })
            .collect();
        let effects = all.iter().map(|spec| Effect::of(&spec.measure, setting.parameters)).collect();
        Programmes {
            declarations: Declarations::new(scenario, &setting),
            programmes,
            delivered: Delivered::new(&setting, effects),
            awareness: Awareness::default(),
            setting,
        }
    }

    /// Declarations in force, after fatigue.
    pub fn declarations(&self) -> &Declarations {
        &self.declarations
    }

    /// One week: spend, deliver, and rewrite what firms face. One record an intervention; `None` when it rests.
    pub fn act(&mut self, week: Week, state: &State, terms: &mut Terms) -> Vec<Option<InterventionWeek>> {
        let setting = self.setting;
        self.awareness.fade(setting.parameters);
        let mut weeks = Vec::with_capacity(self.programmes.len());
        for programme in &mut self.programmes {
            let active = week.share_within(programme.spec.from, programme.spec.until) > 0.0;
            if active {
                programme.deliver(week, state, &setting, &mut self.delivered, &mut self.awareness);
            }
            weeks.push(programme.chain.close());
            programme.affect(week, &setting, terms);
        }
        self.declarations.affect(week, terms);
        self.awareness.affect(&setting, terms);
        weeks
    }
}

/// The pools of an intervention; of those known already where the criteria are the same.
fn pools(
    spec: &Intervention,
    population: &Population,
    directory: &Directory,
    known: &mut Vec<(Criteria, Arc<Pool>)>,
) -> Vec<Arc<Pool>> {
    let target = &spec.target;
    let wanted = match &spec.measure {
        Measure::SupportNetwork(_) => advice::sizes(target, advice::SME_EMPLOYEES),
        Measure::TeleworkManagers(_) => advice::sizes(target, advice::SMALL_EMPLOYEES - 1),
        Measure::Awards(_) => vec![awards::criteria(target)],
        Measure::SatelliteOffices(_) => vec![Criteria::of(target)],
        Measure::Subsidy(subsidy) => vec![sites::criteria(target, subsidy)],
        Measure::Disclosure(disclosure) => obligations::criteria(target, disclosure),
        Measure::EmergencyDeclaration(_)
        | Measure::ProcurementBonus(_)
        | Measure::Campaign(_)
        | Measure::Guidelines(_)
        | Measure::RegionalTrial(_) => Vec::new(),
    };
    let pool = |criteria: Criteria| match known.iter().find(|(other, _)| *other == criteria) {
        Some((_, pool)) => pool.clone(),
        None => {
            let pool = Arc::new(Pool::new(population, directory, &criteria));
            known.push((criteria, pool.clone()));
            pool
        }
    };
    let near = matches!(spec.measure, Measure::SatelliteOffices(_)).then(Arc::default);
    wanted.into_iter().map(pool).chain(near).collect()
}

impl Programme<'_> {
    /// Opens the week's account and makes its deliveries.
    fn deliver(
        &mut self,
        week: Week,
        state: &State,
        setting: &Setting,
        delivered: &mut Delivered,
        awareness: &mut Awareness,
    ) {
        match &self.spec.measure {
            Measure::EmergencyDeclaration(_) => {
                self.chain.open(week, 0.0);
            }
            Measure::SupportNetwork(network) => {
                advice::support_network(self, network, week, state, setting, delivered, awareness);
            }
            Measure::TeleworkManagers(managers) => {
                advice::telework_managers(self, managers, week, state, setting, delivered, awareness);
            }
            Measure::Awards(awards) => awards::select(self, awards, week, state, setting, delivered, awareness),
            Measure::ProcurementBonus(_) => {
                self.chain.open(week, 0.0);
            }
            Measure::SatelliteOffices(offices) => sites::build(self, offices, week, state, setting, delivered),
            Measure::Subsidy(subsidy) => sites::subsidise(self, subsidy, week, state, setting, delivered),
            Measure::Campaign(campaign) => awareness::campaign(self, campaign, week, setting, awareness),
            Measure::Guidelines(guidelines) => {
                obligations::guidelines(self, guidelines, week, setting, awareness);
            }
            Measure::Disclosure(disclosure) => {
                obligations::disclose(self, disclosure, week, state, setting, delivered, awareness);
            }
            Measure::RegionalTrial(trial) => awareness::regional_trial(self, trial, week, setting, awareness),
        }
    }

    /// Rewrites what firms face because of deliveries made so far.
    fn affect(&mut self, week: Week, setting: &Setting, terms: &mut Terms) {
        self.records.begin(week, &mut terms.lifts);
        match &self.spec.measure {
            Measure::ProcurementBonus(bonus) => obligations::procurement(self.spec, bonus, week, setting, terms),
            Measure::Guidelines(_) => obligations::worked_through(self, setting, terms),
            Measure::EmergencyDeclaration(_)
            | Measure::SupportNetwork(_)
            | Measure::TeleworkManagers(_)
            | Measure::Awards(_)
            | Measure::SatelliteOffices(_)
            | Measure::Subsidy(_)
            | Measure::Campaign(_)
            | Measure::Disclosure(_)
            | Measure::RegionalTrial(_) => {}
        }
    }

    /// Whether a firm belongs to the target now and was not served by this kind before.
    fn may_serve(&self, candidate: &Candidate, state: &State, setting: &Setting, delivered: &Delivered) -> bool {
        let firm = candidate.firm as usize;
        matches(&self.spec.target, candidate.cell, setting.population.employees[firm], || state.status(firm))
            && !delivered.exhausted(self.kind, candidate.firm)
    }

    /// The first firm of a slot that is in one of the programme's pools, belongs to the target now, was not served by
    /// this kind before, and suits.
    #[allow(clippy::too_many_arguments)]
    fn find<'a>(
        &mut self,
        week: Week,
        slot: u32,
        pool: usize,
        state: &State,
        setting: &Setting<'a>,
        delivered: &Delivered,
        suits: impl Fn(&Candidate) -> bool,
    ) -> Option<Candidate<'a>> {
        let (target, kind) = (&self.spec.target, self.kind);
        let look = |firm| {
            black_box(setting.population.employees[firm as usize]);
            delivered.look(setting, kind, firm);
        };
        self.slots.fill(setting, week, slot, &self.pools, pool, look, |candidate| {
            !delivered.exhausted(kind, candidate.firm)
                && matches_now(target, || state.status(candidate.firm as usize))
                && suits(candidate)
        })
    }

    /// What a yearly figure comes to in a week.
    fn yearly(&self, week: Week, per_year: f64) -> f64 {
        per_year * self.spec.scale * self.season.share(week)
    }
}
