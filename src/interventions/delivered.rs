//! What was delivered to single firms, and what inclination it gains them.

use super::{
    Setting,
    accounts::{Accounts, Effect},
};
use crate::population::prefetch;

/// What all interventions together have delivered to firms.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// By kind, what one delivery does.
    effects: Vec<Option<Effect>>,
    /// Barriers that are left.
    accounts: Accounts,
    /// By kind, and then by firm: share of the firms that a simulated firm stands for that were served. Only where
    /// some were, and only kept while it is below one.
    served: Vec<Vec<f64>>,
    /// By kind, a bit a firm: another delivery would serve a firm twice. Only where some were served.
    exhausted: Vec<Vec<u64>>,
    /// Names of subsidies.
    subsidies: Vec<String>,
    /// Subsidised firms in the order of their grants, each with the place of its subsidy's name.
    subsidised: Vec<(u32, u32)>,
}

/// Number of a kind of intervention, below the number of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindNumber(pub usize);

impl Delivered {
    /// Nothing yet, by kinds with these effects: each at the place of the first measure of its kind, the rest without any.
    pub fn new(setting: &Setting, effects: Vec<Option<Effect>>) -> Delivered {
        let nothing = effects.len();
        Delivered {
            accounts: Accounts::new(setting, &effects),
            effects,
            served: vec![Vec::new(); nothing],
            exhausted: vec![Vec::new(); nothing],
            subsidies: Vec::new(),
            subsidised: Vec::new(),
        }
    }

    /// Whether another delivery of this kind to this firm would serve a firm twice.
    #[inline]
    pub fn exhausted(&self, kind: KindNumber, firm: u32) -> bool {
        self.exhausted[kind.0].get(firm as usize / 64).is_some_and(|firms| firms >> (firm % 64) & 1 == 1)
    }

    /// Records a delivery; returns the inclination gained, 0 where none would change anything.
    pub fn serve(&mut self, setting: &Setting, kind: KindNumber, firm: u32, weight: f64) -> f32 {
        self.mark(setting, kind, firm, weight);
        self.act(setting, kind, firm, weight)
    }

    /// Counts a firm as served by a kind.
    pub fn mark(&mut self, setting: &Setting, kind: KindNumber, firm: u32, weight: f64) {
        let share_of_firms = (1.0 / weight).min(1.0);
        if self.count(setting.population.len(), kind, firm, share_of_firms) + 0.5 / weight > 1.0 {
            let exhausted = &mut self.exhausted[kind.0];
            exhausted.resize(setting.population.len().div_ceil(64), 0);
            exhausted[firm as usize / 64] |= 1 << (firm % 64);
        }
    }

    /// What a kind's effect gains a firm.
    #[inline]
    pub fn act(&mut self, setting: &Setting, kind: KindNumber, firm: u32, weight: f64) -> f32 {
        let share_of_firms = (1.0 / weight).min(1.0);
        match &self.effects[kind.0] {
            // A firm without teleworkable jobs never practises: nothing needs to be kept for it.
            Some(effect) if setting.population.teleworkable[firm as usize] > 0 => {
                self.accounts.serve(setting, kind, effect, firm, share_of_firms as f32)
            }
            _ => 0.0,
        }
    }

    /// Counts a delivery; share of the firm's firms served by this kind so far.
    fn count(&mut self, firms: usize, kind: KindNumber, firm: u32, share_of_firms: f64) -> f64 {
        if share_of_firms == 1.0 {
            return 1.0;
        }
        let served = &mut self.served[kind.0];
        served.resize(firms, 0.0);
        served[firm as usize] += share_of_firms;
        served[firm as usize]
    }

    /// Records a grant.
    pub fn subsidise(&mut self, subsidy: &str, firm: u32) {
        let place = self.subsidies.iter().position(|name| name == subsidy).unwrap_or(self.subsidies.len());
        if place == self.subsidies.len() {
            self.subsidies.push(subsidy.into());
        }
        self.subsidised.push((place as u32, firm));
    }

    /// The first firm that got a subsidy (`None` = any) among all grants from the given one on, and the grant after it.
    pub fn subsidised(&self, subsidy: Option<&str>, from: usize) -> (Option<u32>, usize) {
        let wanted = |place: u32| subsidy.is_none_or(|wanted| self.subsidies[place as usize] == wanted);
        let grants = &self.subsidised[from..];
        match grants.iter().position(|(place, _)| wanted(*place)) {
            Some(skipped) => (Some(grants[skipped].1), from + skipped + 1),
            None => (None, self.subsidised.len()),
        }
    }

    /// Asks for all that a delivery to a firm will look at.
    #[inline]
    pub fn prefetch(&self, setting: &Setting, kind: KindNumber, firm: u32) {
        let firm = firm as usize;
        prefetch(&setting.population.teleworkable, firm);
        prefetch(&self.served[kind.0], firm);
        self.accounts.prefetch(setting, firm);
    }
}
