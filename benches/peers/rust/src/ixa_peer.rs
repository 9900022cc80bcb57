//! The core model in the idiom of ixa: firms are entities and their attributes properties; a plan a week goes through the
//! firms; sums of practising firms follow from property-change events. The rules are those of docs/model.md, 5 and 7.1 to 7.5.

use crate::{
    serve::Curves,
    world::{Firm as Row, World},
};
use ixa::{ExecutionPhase, prelude::*};
use std::rc::Rc;

const INDUSTRIES: usize = 16;
const PREFECTURES: usize = 47;
const SIZES: usize = 3;
const EXPERIENCE_AT_START: u8 = 104;
const LOCAL_CUSTOMERS: f64 = 0.5;
const SHARE_STEPS: f64 = 255.0;

define_rng!(PracticeRng);
define_rng!(SchemeRng);

define_entity!(Firm);
define_property!(
    struct Class {
        industry: u8,
        prefecture: u8,
        size: u8,
    },
    Firm
);
define_property!(struct Employees(u32), Firm);
define_property!(struct Teleworkable(u8), Firm);
define_property!(
    enum Practice {
        Never,
        Current,
        Stopped,
    },
    Firm,
    default_const = Practice::Never
);
define_property!(struct FormalScheme(bool), Firm, default_const = FormalScheme(false));
define_property!(struct WeeksPractised(u8), Firm, default_const = WeeksPractised(0));

/// Firms that this one stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Weight(f64);
impl_property!(Weight, Firm);

/// A log-hazard index.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Inclination(f64);
impl_property!(Inclination, Firm);

/// Firms and staff by what others see of them, weighted.
#[derive(Clone)]
struct Tally {
    industry: [f64; INDUSTRIES],
    prefecture: [f64; PREFECTURES],
    size: [f64; SIZES],
    staff: [f64; PREFECTURES],
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            industry: [0.0; INDUSTRIES],
            prefecture: [0.0; PREFECTURES],
            size: [0.0; SIZES],
            staff: [0.0; PREFECTURES],
        }
    }
}

impl Tally {
    fn add(&mut self, class: Class, firms: f64, staff: f64) {
        self.industry[usize::from(class.industry)] += firms;
        self.prefecture[usize::from(class.prefecture)] += firms;
        self.size[usize::from(class.size)] += firms;
        self.staff[usize::from(class.prefecture)] += staff;
    }
}

/// What the model keeps beside the firms' properties.
#[derive(Clone, Default)]
struct Figures {
    all: Tally,
    practising: Tally,
    with_scheme: f64,
    teleworkers: f64,
    curves: Curves,
}

define_data_plugin!(FiguresPlugin, Figures, Figures::default());

/// One replicate.
pub fn run(world: &Rc<World>, replicate: u32) -> Result<Curves, String> {
    let mut context = Context::new();
    context.init_random(20_210_430 + u64::from(replicate));
    // Initial values and changes alike keep the sums.
    context.subscribe_to_event(|context, event: PropertyInitializedEvent<Firm, Practice>| {
        if event.value == Practice::Current {
            count_practice(context, event.entity_id, 1.0);
        }
    });
    context.subscribe_to_event(|context, event: PropertyChangeEvent<Firm, Practice>| {
        count_practice(context, event.entity_id, if event.current == Practice::Current { 1.0 } else { -1.0 });
    });
    context.subscribe_to_event(|context, event: PropertyInitializedEvent<Firm, FormalScheme>| {
        if event.value == FormalScheme(true) {
            count_scheme(context, event.entity_id, 1.0);
        }
    });
    context.subscribe_to_event(|context, event: PropertyChangeEvent<Firm, FormalScheme>| {
        count_scheme(context, event.entity_id, if event.current == FormalScheme(true) { 1.0 } else { -1.0 });
    });
    for row in &world.firms {
        found(&mut context, world, row).map_err(|e| e.to_string())?;
    }
    for week in 0..world.declaration.len() {
        let world = Rc::clone(world);
        context.add_plan(week as f64, move |context| advance(context, &world, replicate as usize, week));
        // ixa tells subscribers after the plan that made the changes: figures are read in the last phase of the week.
        context.add_plan_with_phase(week as f64, report, ExecutionPhase::Last);
    }
    context.execute();
    Ok(context.get_data(FiguresPlugin).curves.clone())
}

/// A firm has begun (1) or ceased (-1) to practise: every change of practice is one of the two.
fn count_practice(context: &mut Context, firm: EntityId<Firm>, sign: f64) {
    let (Weight(weight), Employees(employees)) = (context.get_property(firm), context.get_property(firm));
    let class = context.get_property(firm);
    let practising = &mut context.get_data_mut(FiguresPlugin).practising;
    practising.add(class, sign * weight, sign * weight * f64::from(employees));
}

/// A firm has adopted (1) or given up (-1) its scheme.
fn count_scheme(context: &mut Context, firm: EntityId<Firm>, sign: f64) {
    let Weight(weight) = context.get_property(firm);
    context.get_data_mut(FiguresPlugin).with_scheme += sign * weight;
}

/// Adds a firm in its state of January 2020.
fn found(context: &mut Context, world: &World, row: &Row) -> Result<(), IxaError> {
    let p = &world.parameters;
    let x = f64::from(row.inclination);
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    let practises = row.teleworkable > 0
        && context.sample_bool(PracticeRng, logistic(p.initial_practice + p.initial_practice_slope * x));
    let formal = practises && context.sample_bool(SchemeRng, logistic(p.initial_scheme + p.initial_scheme_slope * x));
    let class = Class { industry: row.industry as u8, prefecture: row.prefecture as u8, size: row.size as u8 };
    let (practice, weeks) = if practises { (Practice::Current, EXPERIENCE_AT_START) } else { (Practice::Never, 0) };
    context.add_entity(with!(
        Firm,
        class,
        Weight(row.weight),
        Employees(row.employees),
        Teleworkable(row.teleworkable),
        Inclination(x),
        practice,
        FormalScheme(formal),
        WeeksPractised(weeks),
    ))?;
    context.get_data_mut(FiguresPlugin).all.add(class, row.weight, row.weight * f64::from(row.employees));
    Ok(())
}

/// Mass action of the others that firms of each class see, by industry, prefecture and size: section 7.4.
fn pulls(world: &World, now: &Tally, all: &Tally) -> Vec<[[f64; SIZES]; PREFECTURES]> {
    let p = &world.parameters;
    let total = p.peer_industry + p.peer_prefecture + p.peer_size + p.peer_customers;
    let nation = now.staff.iter().sum::<f64>() / all.staff.iter().sum::<f64>();
    let pull = |industry: usize, place: usize, size: usize| {
        let customers = LOCAL_CUSTOMERS * now.staff[place] / all.staff[place] + (1.0 - LOCAL_CUSTOMERS) * nation;
        let seen = p.peer_industry * now.industry[industry] / all.industry[industry]
            + p.peer_prefecture * now.prefecture[place] / all.prefecture[place]
            + p.peer_size * now.size[size] / all.size[size]
            + p.peer_customers * customers;
        (p.peer_strength * seen / total).ln_1p()
    };
    use std::array::from_fn;
    (0..INDUSTRIES).map(|industry| from_fn(|place| from_fn(|size| pull(industry, place, size)))).collect()
}

/// A week of all firms.
fn advance(context: &mut Context, world: &World, replicate: usize, week: usize) {
    let p = &world.parameters;
    let figures = context.get_data(FiguresPlugin);
    let pulls = pulls(world, &figures.practising, &figures.all);
    let experience = |WeeksPractised(weeks)| f64::from(weeks) / (f64::from(weeks) + p.experience_half);
    let chance = |log_hazard: f64| -(-log_hazard.exp()).exp_m1();
    let mut teleworkers = 0.0;
    for firm in context.get_entity_iterator::<Firm>() {
        // Transitions, all from the state at the start of the week: section 7.2.
        let before: Practice = context.get_property(firm);
        let FormalScheme(formal) = context.get_property(firm);
        let Teleworkable(teleworkable) = context.get_property(firm);
        if teleworkable == 0 && before == Practice::Never {
            continue;
        }
        let class: Class = context.get_property(firm);
        let Inclination(x) = context.get_property(firm);
        let weeks: WeeksPractised = context.get_property(firm);
        let (e, scheme) = (experience(weeks), f64::from(u8::from(formal)));
        let place = usize::from(class.prefecture);
        let d = f64::from(world.declaration[week][place]);
        let c = f64::from(world.concern[replicate][week][place]);
        let pull = pulls[usize::from(class.industry)][place][usize::from(class.size)];
        let (log_hazard, next) = match before {
            Practice::Never => {
                (p.start_base + p.start_declaration * d + p.start_concern * c + pull + x, Practice::Current)
            }
            Practice::Current => {
                let pressure = p.stop_declaration * d + p.stop_concern * c;
                let held = p.stop_inclination * x + p.stop_experience * e + p.stop_scheme * scheme;
                (p.stop_base - pressure - held, Practice::Stopped)
            }
            Practice::Stopped => {
                let pressure = p.resume_declaration * d + p.resume_concern * c + pull;
                (p.resume_base + pressure + p.resume_inclination * x + p.resume_scheme * scheme, Practice::Current)
            }
        };
        let changes = context.sample_bool(PracticeRng, chance(log_hazard));
        let after = if changes { next } else { before };
        let rewrites = if formal {
            let stopped = if before == Practice::Stopped { p.give_up_stopped } else { 0.0 };
            context.sample_bool(SchemeRng, chance(p.give_up_base + stopped))
        } else if before == Practice::Current && after == Practice::Current {
            let log_hazard = p.formalise_base + p.formalise_inclination * x + p.formalise_experience * e;
            context.sample_bool(SchemeRng, chance(log_hazard))
        } else {
            false
        };
        if changes {
            context.set_property(firm, after);
        }
        if rewrites {
            context.set_property(firm, FormalScheme(!formal));
        }
        // Experience and intensity: section 7.5.
        if after == Practice::Current {
            let weeks = WeeksPractised(weeks.0.saturating_add(1));
            context.set_property(firm, weeks);
            let market = f64::from(world.market[place]);
            let reach = (p.reach_base + p.reach_market * market + p.reach_declaration * d).clamp(0.0, 1.0);
            let share = (reach + p.reach_experience * experience(weeks)).min(1.0);
            let jobs = (f64::from(teleworkable) * share).round_ties_even().max(1.0);
            let (Weight(weight), Employees(employees)) = (context.get_property(firm), context.get_property(firm));
            teleworkers += weight * f64::from(employees) * jobs / SHARE_STEPS;
        }
    }
    context.get_data_mut(FiguresPlugin).teleworkers = teleworkers;
}

/// Reads the week's figures.
fn report(context: &mut Context) {
    let figures = context.get_data_mut(FiguresPlugin);
    let (now, all) = (&figures.practising, &figures.all);
    let firms: f64 = all.size.iter().sum();
    let shares = [
        now.size.iter().sum::<f64>() / firms,
        now.size[0] / all.size[0],
        now.size[1] / all.size[1],
        now.size[2] / all.size[2],
        figures.with_scheme / firms,
        figures.teleworkers / all.staff.iter().sum::<f64>(),
    ];
    figures.curves.iter_mut().zip(shares).for_each(|(curve, share)| curve.push(share));
}
