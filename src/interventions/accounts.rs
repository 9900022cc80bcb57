//! Which part of each firm's barriers deliveries have left. A delivery in, the inclination that it gives out.

use super::{Setting, delivered::KindNumber};
use crate::{
    classification::{BARRIERS, Barrier},
    dynamics::barrier_weights,
    population::prefetch,
};

/// What a delivery does to the firm that is served.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// A bit for each barrier that it removes a share of.
    barriers: u8,
    /// Share of each of these barriers that goes.
    share_removed: f64,
    /// Inclination beside that.
    encouragement: f64,
}

impl Effect {
    /// Removes a share of some barriers.
    pub fn removes(barriers: &[Barrier], share_removed: f64) -> Effect {
        let barriers = barriers.iter().fold(0, |set, barrier| set | barrier.bit());
        Effect { barriers, share_removed, encouragement: 0.0 }
    }

    /// Encourages and removes nothing.
    pub fn encourages(encouragement: f64) -> Effect {
        Effect::removes(&[], 0.0).and_encourages(encouragement)
    }

    /// Encourages as well.
    pub fn and_encourages(self, encouragement: f64) -> Effect {
        Effect { encouragement, ..self }
    }

    /// Removes barriers of a simulated firm of which the given share is served; returns the inclination gained.
    fn act(&self, weights: &[f32; BARRIERS], unresolved: &mut Unresolved, share_of_firms: f32) -> f32 {
        let mut gain = self.encouragement as f32;
        for b in (0..BARRIERS).filter(|b| self.barriers >> b & 1 == 1) {
            let removed = unresolved[b] * self.share_removed as f32;
            gain += weights[b] * removed;
            unresolved[b] -= removed * share_of_firms;
        }
        // A simulated firm that stands for many is treated as the average of served and unserved ones.
        libm::log1pf(share_of_firms * libm::expm1f(gain))
    }
}

/// Part of each barrier that is still unresolved.
type Unresolved = [f32; BARRIERS];

/// The barriers that a set of them stands for, all unresolved.
fn all_of(set: u8) -> Unresolved {
    std::array::from_fn(|b| f32::from(set >> b & 1))
}

/// What is left of all firms' barriers.
#[derive(Clone, Debug)]
pub struct Accounts {
    weights: [f32; BARRIERS],
    kept: Kept,
}

#[derive(Clone, Debug)]
enum Kept {
    /// By simulated firm, in a weighted sample.
    Each(Vec<Unresolved>),
    /// Where simulated firms stand for themselves only, each kind serves a firm once at most: firms with the same
    /// barriers that the same kinds have served in the same order have the same left. Where few kinds remove any, there are few
    /// such histories (64 sets of barriers, 326 orders of five kinds), so that a firm needs two bytes.
    Alike {
        /// By firm, number of its history, from 1 on; 0 = never served.
        history: Vec<u16>,
        histories: Vec<Unresolved>,
        /// By history and kind: number of the next history and the inclination gained, once known.
        next: Vec<Option<(u16, f32)>>,
        kinds: usize,
    },
}

/// Most kinds that remove barriers for which histories are counted in two bytes.
const FEW_KINDS: usize = 5;

impl Accounts {
    /// All of the firms' barriers, before kinds with these effects have served any.
    pub fn new(setting: &Setting, effects: &[Option<Effect>]) -> Accounts {
        let (population, kinds) = (setting.population, effects.len());
        let alone = population.cells.iter().all(|cell| cell.weight <= 1.0);
        let few = effects.iter().flatten().filter(|effect| effect.barriers != 0).count() <= FEW_KINDS;
        let kept = if alone && few {
            let histories: Vec<_> = (0..1 << BARRIERS).map(all_of).collect();
            let next = vec![None; histories.len() * kinds];
            Kept::Alike { history: vec![0; population.len()], histories, next, kinds }
        } else {
            Kept::Each(population.barriers.iter().map(|&set| all_of(set)).collect())
        };
        Accounts { weights: barrier_weights(setting.parameters), kept }
    }

    /// A delivery to a simulated firm of which the given share is served; returns the inclination gained.
    pub fn serve(
        &mut self,
        setting: &Setting,
        kind: KindNumber,
        effect: &Effect,
        firm: u32,
        share_of_firms: f32,
    ) -> f32 {
        let Accounts { weights, kept } = self;
        match kept {
            Kept::Each(unresolved) => effect.act(weights, &mut unresolved[firm as usize], share_of_firms),
            Kept::Alike { history, histories, next, kinds } => {
                let history = &mut history[firm as usize];
                let now = match *history {
                    0 => usize::from(setting.population.barriers[firm as usize]),
                    served => usize::from(served) - 1,
                };
                let (then, log_hazard) = *next[now * *kinds + kind.0].get_or_insert_with(|| {
                    let mut left = histories[now];
                    let log_hazard = effect.act(weights, &mut left, share_of_firms);
                    if left == histories[now] {
                        return (now as u16 + 1, log_hazard);
                    }
                    histories.push(left);
                    (histories.len() as u16, log_hazard)
                });
                next.resize(histories.len() * *kinds, None);
                *history = then;
                log_hazard
            }
        }
    }

    /// Asks for what [`Accounts::serve`] will look at.
    #[inline]
    pub fn prefetch(&self, setting: &Setting, firm: usize) {
        match &self.kept {
            Kept::Each(unresolved) => prefetch(unresolved, firm),
            Kept::Alike { history, .. } => {
                prefetch(history, firm);
                prefetch(&setting.population.barriers, firm);
            }
        }
    }
}
