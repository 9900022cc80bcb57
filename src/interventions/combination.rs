//! The primitives that measures are put together from: how much a year, whom, what a delivery does, who notices. A kind that is a
//! combination of them says so and has no code of its own. Primitives in, deliveries and what classes of firms face out.

use super::{
    Acts, Intervention, Now, Opening, Programme, Setting,
    selection::{Candidate, Verdict},
};
use crate::{
    calendar::Week,
    classification::Prefecture,
    dynamics::HazardTerms,
    population::{Criteria, Eligibility, cell_matches},
};

/// A measure put together from primitives.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination {
    /// Deliveries wanted.
    pub capacity: Capacity,
    /// Whom it reaches.
    pub whom: Whom,
    /// Who notices that a firm takes part.
    pub noticed: Noticed,
}

/// Deliveries wanted, before `scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Capacity {
    /// In a fiscal year, over its weeks as the kind says.
    PerYear(f64),
    /// In each week.
    PerWeek(f64),
}

/// Whom a combination reaches.
#[derive(Clone, Debug, PartialEq)]
pub enum Whom {
    /// Single firms, each served once.
    Firms(Mix),
    /// So many firms, nobody in particular.
    Everybody,
    /// All firms of the target's classes, at once, while it lasts.
    Classes(Pressure),
}

/// Which firms the capacity is for. Each class has a share of it that no other can use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mix {
    /// Firms up to a size, and the share that they have.
    pub small: Option<SmallFirms>,
    /// Share of firms that do not practise, in each size; `None` = as they come.
    pub share_not_practising: Option<f64>,
}

/// Firms up to a size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmallFirms {
    /// Regular employees.
    pub most_employees: u32,
    /// Their share of the capacity.
    pub share: f64,
}

/// Who notices a firm that takes part.
#[derive(Clone, Debug, PartialEq)]
pub enum Noticed {
    /// Nobody.
    Nobody,
    /// Half by its industry, half in its prefecture.
    InClass,
    /// The nation.
    Nationwide,
    /// These prefectures, in equal parts.
    In(Vec<Prefecture>),
}

/// What firms of a class face alike: log hazards added for a share of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pressure {
    /// Share of the class that feels it.
    pub share: f64,
    /// On starting and resuming.
    pub start: f64,
    /// On stopping and giving up.
    pub leave: f64,
    /// On formalising.
    pub formalise: f64,
}

impl Capacity {
    /// Deliveries wanted in a fiscal year, before `scale`.
    pub fn yearly(self) -> f64 {
        match self {
            Capacity::PerYear(firms) => firms,
            Capacity::PerWeek(firms) => firms * 52.18,
        }
    }
}

impl Mix {
    /// Firms above the size and up to it; all where none is told apart.
    pub fn pools(&self, target: &Eligibility) -> Vec<Criteria> {
        let all = Criteria::of(target);
        match self.small {
            None => vec![all],
            Some(SmallFirms { most_employees, .. }) => {
                let above = Criteria { least_employees: most_employees + 1, ..all.clone() };
                vec![above, Criteria { most_employees, ..all }]
            }
        }
    }

    /// Share of the capacity that each pool has.
    pub fn shares(&self) -> Vec<f64> {
        self.small.map_or(vec![1.0], |small| vec![1.0 - small.share, small.share])
    }

    /// The same by class: pools, and inside each practice, those that practise first.
    fn classes(&self) -> Vec<f64> {
        let pools = self.shares();
        match self.share_not_practising {
            None => pools,
            Some(new) => [1.0 - new, new].iter().flat_map(|part| pools.iter().map(move |pool| pool * part)).collect(),
        }
    }
}

impl Pressure {
    /// What it multiplies the hazards of a class by, as the mean of firms that feel it and firms that do not: starting, leaving,
    /// formalising. `left` is the part of the log hazards that has not faded.
    pub fn factors(&self, scale: f64, left: f64) -> [f64; 3] {
        let share = (self.share * scale).min(1.0);
        [self.start, self.leave, self.formalise].map(|log_hazard| 1.0 + share * libm::expm1(log_hazard * left))
    }
}

impl Combination {
    fn capacity(&self, programme: &Programme, week: Week) -> f64 {
        match self.capacity {
            Capacity::PerYear(firms) => programme.yearly(week, firms),
            Capacity::PerWeek(firms) => firms * programme.spec.scale,
        }
    }

    /// Serves single firms of each class.
    fn serve(&self, mix: &Mix, programme: &mut Programme, now: &mut Now) {
        let cost = programme.unit_cost_yen();
        let pools = programme.pools.len();
        let state = now.state;
        let slots = programme.open_classes(now.week, self.capacity(programme, now.week), &mix.classes());
        for (class, slots) in slots.into_iter().enumerate() {
            let wants_new = mix.share_not_practising.map(|_| class >= pools);
            let suits = |candidate: &Candidate| {
                Verdict::this_week(wants_new.is_none_or(|new| state.status(candidate.firm as usize).practises() != new))
            };
            let served = |programme: &mut Programme, candidate: &Candidate, _, now: &mut Now| {
                self.notice(candidate, now);
                programme.show_to_channels(candidate, 1.0, now);
            };
            let opening = Opening { class, pool: class % pools, slots, least_yen: cost };
            programme.fill(opening, now, suits, |_| cost, served);
        }
    }

    /// A firm that was served is noticed.
    fn notice(&self, candidate: &Candidate, now: &mut Now) {
        match &self.noticed {
            Noticed::InClass => {
                now.awareness.notice(now.setting, candidate.cell.industry, candidate.cell.prefecture, 1.0);
            }
            elsewhere => notice_anywhere(elsewhere, 1.0, now),
        }
    }
}

/// Firms, wherever they are, that are noticed.
fn notice_anywhere(noticed: &Noticed, firms: f64, now: &mut Now) {
    match noticed {
        Noticed::Nationwide => now.awareness.notice_national(now.setting, firms),
        Noticed::In(hosts) => {
            for &host in hosts {
                now.awareness.notice_in(now.setting, host, firms / hosts.len() as f64);
            }
        }
        Noticed::Nobody | Noticed::InClass => {}
    }
}

impl Acts for Combination {
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        match &self.whom {
            Whom::Firms(mix) => self.serve(mix, programme, now),
            Whom::Everybody => {
                let capacity = self.capacity(programme, now.week);
                let number = programme.deliver_all(now.week, capacity, now.setting.population.firms() as f64);
                if number > 0.0 {
                    notice_anywhere(&self.noticed, number, now);
                }
            }
            Whom::Classes(_) => {}
        }
    }

    /// Pressure is whole while the measure lasts, and fades from its end on.
    fn affect(&mut self, spec: &Intervention, week: Week, setting: &Setting, terms: &mut HazardTerms) {
        let (Whom::Classes(pressure), Some((first, last))) = (&self.whom, spec.weeks()) else { return };
        let (begin, end) = (first.0 + spec.delay_weeks, last.0 + spec.delay_weeks);
        if week.0 < begin {
            return;
        }
        let since = f64::from(week.0.saturating_sub(end));
        let left = spec.half_life_weeks.map_or(1.0, |half_life| libm::exp2(-since / half_life));
        let factors = pressure.factors(spec.scale, left);
        for (exposure, cell) in terms.cells.iter_mut().zip(&setting.population.cells) {
            if cell_matches(&spec.target, cell) {
                exposure.adopt *= factors[0];
                exposure.leave *= factors[1];
                exposure.formalise *= factors[2];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: half of the firms feel ln 3, so that the class starts at twice its hazard; a quarter at a half of the scale.
    #[test]
    fn pressure_is_the_mean_over_the_firms_of_a_class() {
        let pressure = Pressure { share: 0.5, start: libm::log(3.0), leave: -libm::log(2.0), formalise: 0.0 };
        let close = |found: [f64; 3], expected: [f64; 3]| {
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
        };
        close(pressure.factors(1.0, 1.0), [2.0, 0.75, 1.0]);
        close(pressure.factors(0.5, 1.0), [1.5, 0.875, 1.0]);
        // More than all firms cannot feel it; nobody does at scale 0.
        close(pressure.factors(9.0, 1.0), [3.0, 0.5, 1.0]);
        close(pressure.factors(0.0, 1.0), [1.0; 3]);
        // A half of the log hazards is left.
        close(pressure.factors(2.0, 0.5), [3_f64.sqrt(), 0.5_f64.sqrt(), 1.0]);
    }

    /// The published mix of the telework managers' firms (68.2 % below 100 employees, half not practising), by class.
    #[test]
    fn classes_share_the_capacity() {
        let small = Some(SmallFirms { most_employees: 99, share: 0.682 });
        let mix = Mix { small, share_not_practising: Some(0.5) };
        let classes = mix.classes();
        assert!(classes.iter().zip([0.159, 0.341, 0.159, 0.341]).all(|(found, hand)| (found - hand).abs() < 1e-12));
        assert_eq!(Mix::default().classes(), [1.0]);
    }
}
