//! Policy measures: each spends, reaches and delivers. State in, [`HazardTerms`] and delivery records out.
//!
//! Interventions never write firm state. They keep records of what they delivered and rewrite, every week, what
//! firms face. In a weighted sample a delivery to one firm of the population treats the simulated firm that stands
//! for it by the share it has of it, so that effects add up to those of the whole population.

mod accounts;
mod awareness;
mod certificates;
mod chain;
mod channels;
mod combination;
mod delivered;
mod intervention;
mod kind;
mod kinds;
mod pending;
mod season;
mod selection;

pub use awareness::Awareness;
pub use chain::{Chain, InterventionWeek};
pub use channels::{Channel, ChannelDescription, Scope, Shows};
pub use intervention::{Intervention, Selection};
pub use kind::{Acts, Description, MeasureKind, Model, Price, Reach, Text, Typed};
pub(crate) use kinds::with_kinds;
pub use kinds::*;

use crate::{
    calendar::Week,
    data::Data,
    dynamics::HazardTerms,
    environment::Environment,
    parameters::Parameters,
    population::{Pool, Population, State, matches, matches_now, prefetch},
    random::Key,
};
use certificates::Certificates;
use channels::Shown;
use delivered::{Delivered, KindNumber};
use pending::Pending;
use selection::{Candidate, Misses, Slot, Slots, Verdict};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

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

/// The interventions of one run with their accounts and records.
pub struct Programmes<'a> {
    setting: Setting<'a>,
    programmes: Vec<(Programme<'a>, Box<dyn Acts>)>,
    delivered: Delivered,
    awareness: Awareness,
    certificates: Certificates,
    declarations: Declarations,
    stop: Option<&'a AtomicBool>,
}

/// Most classes of firms that a programme tells apart.
const CLASSES: usize = 4;

/// What all kinds of intervention have in one run: an account, slots that find firms, effects under way.
pub struct Programme<'a> {
    spec: &'a Intervention,
    /// Its place among the scenario's interventions.
    place: usize,
    /// Programmes of one kind (by [`Measure::word`]) serve each firm once between them.
    kind: KindNumber,
    chain: Chain,
    slots: Slots,
    /// Firms that its slots can want, by class of firms; without those that were found to be past serving.
    pools: Vec<Arc<Pool>>,
    records: Pending,
    /// What its firms show to the channels that it says; `None` = it says none.
    shown: Option<Shown>,
    /// Slots without a firm, by class of firms that the slots want.
    misses: [Misses; CLASSES],
    season: season::Season,
}

/// The week in which a programme acts, and what all programmes share.
pub struct Now<'r, 'a> {
    week: Week,
    /// Firms at the week's start.
    state: &'r State,
    setting: &'r Setting<'a>,
    delivered: &'r mut Delivered,
    awareness: &'r mut Awareness,
    certificates: &'r mut Certificates,
    /// How many times as readily bidders set out for a certificate, by the bonus points that are known.
    application_factor: f64,
    /// Names of all interventions.
    names: &'r [&'a str],
    stop: Option<&'r AtomicBool>,
}

impl Now<'_, '_> {
    /// Whether the run is given up.
    fn stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

impl<'a> Programmes<'a> {
    /// A scenario's interventions before their first week.
    pub fn new(all: &'a [Intervention], setting: Setting<'a>) -> Programmes<'a> {
        let number = |spec: &Intervention| {
            KindNumber(all.iter().position(|other| other.measure.word() == spec.measure.word()).unwrap_or(0))
        };
        let begin = |(place, spec): (usize, &'a Intervention)| {
            let kind = spec.measure.kind();
            let programme = Programme {
                place,
                kind: number(spec),
                chain: Chain::new(spec),
                slots: Slots::new(&setting, spec.measure.word()),
                pools: kind.pools(&spec.target).iter().map(|criteria| setting.population.pool(criteria)).collect(),
                records: Pending::new(spec),
                shown: Shown::new(spec, &setting),
                misses: [Misses::default(); CLASSES],
                season: season::Season::new(spec, kind.spread(setting.data)),
                spec,
            };
            (programme, kind.begin(spec, &setting))
        };
        let effect = |(place, spec): (usize, &Intervention)| {
            let first = number(spec).0 == place;
            spec.measure.kind().effect(setting.parameters).filter(|_| first)
        };
        let effects = all.iter().enumerate().map(effect).collect();
        Programmes {
            declarations: Declarations::new(all, &setting),
            programmes: all.iter().enumerate().map(begin).collect(),
            delivered: Delivered::new(&setting, effects),
            awareness: Awareness::default(),
            certificates: Certificates::new(all.len()),
            stop: None,
            setting,
        }
    }

    /// Gives up inside a week when `stop` is set: nothing that was done in that week counts then.
    pub fn stoppable(self, stop: &'a AtomicBool) -> Programmes<'a> {
        Programmes { stop: Some(stop), ..self }
    }

    /// Declarations in force, after fatigue.
    pub fn declarations(&self) -> &Declarations {
        &self.declarations
    }

    /// One week: spend, deliver, and rewrite what firms face. One record an intervention; `None` when it rests.
    pub fn act(&mut self, week: Week, state: &State, terms: &mut HazardTerms) -> Vec<Option<InterventionWeek>> {
        let Programmes { setting, programmes, delivered, awareness, certificates, declarations, stop } = self;
        awareness.fade(setting.parameters);
        let mut weeks = Vec::with_capacity(programmes.len());
        let application_factor =
            programmes.iter().map(|(programme, acts)| acts.application_factor(programme.spec, week, setting)).product();
        let names: Vec<&str> = programmes.iter().map(|(programme, _)| programme.spec.name.as_str()).collect();
        for (programme, acts) in programmes {
            let (names, stop) = (names.as_slice(), *stop);
            let now =
                &mut Now { week, state, setting, delivered, awareness, certificates, application_factor, names, stop };
            match programme.spec.weeks() {
                Some((first, _)) if week < first => acts.before(programme, now),
                Some((_, last)) if week <= last => acts.deliver(programme, now),
                Some((_, last)) if week.0 == last.0 + 1 => acts.end(programme, now),
                Some(_) | None => {}
            }
            weeks.push(programme.chain.close());
            programme.records.begin(week, &mut terms.effects);
            acts.affect(programme.spec, week, setting, terms);
            if let Some(shown) = &mut programme.shown {
                shown.press(week, setting, terms);
            }
        }
        declarations.affect(week, terms);
        awareness.affect(setting, terms);
        weeks
    }
}

/// What a programme can deliver to a class of firms in a week.
#[derive(Clone, Copy, Debug, Default)]
struct Opening {
    /// Class, as in [`Slot`].
    class: usize,
    /// Which of the programme's pools its firms are in.
    pool: usize,
    /// Deliveries.
    slots: u64,
    /// With less money than this left nothing more is delivered.
    least_yen: f64,
}

impl Programme<'_> {
    /// Whether a firm belongs to the target now and was not served by this kind before.
    fn may_serve(&self, candidate: &Candidate, now: &Now) -> bool {
        let firm = candidate.firm as usize;
        let employees = now.setting.population.employees[firm];
        matches(&self.spec.target, candidate.cell, employees, || now.state.status(firm))
            && !now.delivered.exhausted(self.kind, candidate.firm)
    }

    /// The first firm of a slot that is in one of the programme's pools, belongs to the target now, was not served by
    /// this kind before, and suits.
    fn find<'a>(
        &mut self,
        slot: Slot,
        pool: usize,
        now: &Now<'_, 'a>,
        suits: impl Fn(&Candidate) -> Verdict,
    ) -> Option<Candidate<'a>> {
        let (target, kind, setting) = (&self.spec.target, self.kind, now.setting);
        let (inclined, key) = (self.spec.selection == Selection::Inclined, self.slots.willingness());
        let slope = setting.parameters.selection_inclination;
        let asks = |firm: usize| {
            let log_odds = slope * f64::from(now.state.firms.baseline_log_hazard[firm]);
            key.asks(setting.population.id[firm], now.week, log_odds)
        };
        let look = |firm| {
            prefetch(&setting.population.employees, firm as usize);
            now.delivered.prefetch(setting, kind, firm);
        };
        self.slots.fill(setting, slot, &mut self.pools, pool, look, |candidate| {
            if now.delivered.exhausted(kind, candidate.firm) {
                return Verdict::Never;
            }
            if !matches_now(target, || now.state.status(candidate.firm as usize)) {
                return Verdict::NotNow;
            }
            match suits(candidate) {
                Verdict::Serve if inclined => asks(candidate.firm as usize),
                verdict => verdict,
            }
        })
    }

    /// Serves a firm: what it gains begins after the delay.
    fn serve(&mut self, candidate: &Candidate, now: &mut Now) {
        let effect = now.delivered.serve(now.setting, self.kind, candidate.firm, candidate.cell.weight);
        self.records.add(now.week, candidate.firm, effect);
    }

    /// Serves firms of one class, slot by slot, until slots, money or firms have run out: firms when many slots in a row
    /// have found none. `price` is what a firm's delivery costs; `served` is told of each firm that got one.
    fn fill(
        &mut self,
        Opening { class, pool, slots, least_yen }: Opening,
        now: &mut Now,
        suits: impl Fn(&Candidate) -> Verdict,
        price: impl Fn(&Candidate) -> f64,
        mut served: impl FnMut(&mut Programme, &Candidate, Slot, &mut Now),
    ) {
        for number in 0..slots {
            let enough = self.chain.affordable(least_yen) >= 1.0;
            if !enough || now.stopped() || !self.misses[class].worth_trying(now.week) {
                break;
            }
            let slot = Slot { week: now.week, class, number };
            let found = self.find(slot, pool, now, &suits);
            let paid = found.filter(|candidate| self.chain.deliver(price(candidate), 1.0));
            if let Some(candidate) = self.misses[class].note(now.week, paid) {
                self.serve(&candidate, now);
                served(self, &candidate, slot, now);
            }
        }
    }

    /// Opens the week for several classes, each with a share of the capacity. When there is money for fewer at the unit
    /// cost, every class has the same part less.
    fn open_classes(&mut self, week: Week, capacity: f64, shares: &[f64]) -> Vec<u64> {
        let capacities: Vec<f64> = shares.iter().map(|share| capacity * share).collect();
        let wanted = self.chain.open_classes(week, &capacities);
        let affordable = self.chain.affordable(self.unit_cost_yen());
        let all: u64 = wanted.iter().sum();
        if affordable >= all as f64 {
            return wanted;
        }
        let mut slots: Vec<u64> = wanted.iter().map(|&n| (n as f64 * affordable / all as f64).floor() as u64).collect();
        let mut left = affordable as u64 - slots.iter().sum::<u64>();
        for (slots, wanted) in slots.iter_mut().zip(&wanted) {
            let more = left.min(wanted - *slots).min(1);
            (*slots, left) = (*slots + more, left - more);
        }
        slots
    }

    /// What a delivery costs, where all cost the same.
    fn unit_cost_yen(&self) -> f64 {
        self.spec.unit_cost_yen.unwrap_or(0.0)
    }

    /// Opens the week and delivers to as many of `all` firms, nobody in particular, as capacity and money allow; how many.
    /// No firm takes part twice in a fiscal year.
    fn deliver_all(&mut self, week: Week, capacity: f64, all: f64) -> f64 {
        let possible = (self.chain.open(week, capacity) as f64).min(all - self.chain.delivered_this_year()).max(0.0);
        let cost = self.unit_cost_yen();
        let number = possible.min(self.chain.affordable(cost));
        let paid = capacity > 0.0 && number > 0.0 && self.chain.deliver_many(number, number * cost, number);
        if paid { number } else { 0.0 }
    }

    /// A firm has something to show, to the measure's channels or, where it says none, to its industry and prefecture as if
    /// it were so many firms.
    fn show(&mut self, candidate: &Candidate, as_if: f64, now: &mut Now) {
        match &mut self.shown {
            Some(shown) => shown.show(now.week, now.setting.population.cell_of(candidate.firm as usize), as_if),
            None => {
                let cell = candidate.cell;
                now.awareness.notice(now.setting, cell.industry, cell.prefecture, as_if);
            }
        }
    }

    /// The same, where nobody is meant to see it unless the measure says channels; `firms` below 0 no longer show it.
    fn show_to_channels(&mut self, candidate: &Candidate, firms: f64, now: &Now) {
        if let Some(shown) = &mut self.shown {
            shown.show(now.week, now.setting.population.cell_of(candidate.firm as usize), firms);
        }
    }

    /// Counts a firm as served without any effect of its own.
    fn mark(&self, candidate: &Candidate, now: &mut Now) {
        now.delivered.mark(now.setting, self.kind, candidate.firm, candidate.cell.weight);
    }

    /// What a yearly figure comes to in a week.
    fn yearly(&self, week: Week, per_year: f64) -> f64 {
        per_year * self.spec.scale * self.season.share(week)
    }
}
