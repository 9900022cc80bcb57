//! Which firms an intervention reaches.
//!
//! A slot of capacity draws permanent firm ids until it meets one that is eligible. Drawing from a fixed space of
//! ids, larger than the population, means that one more firm changes only the slots that hit its id, that more
//! capacity keeps the slots it had, and that a weighted sample serves the same cells as the whole population.
//!
//! Where few firms have the fixed attributes that are asked for, nearly all ids would be drawn in vain. A slot then draws how
//! many of its tries meet one of the few, which is binomial, and for each of these which one. That is the same law.

use super::Setting;
use crate::{
    calendar::Week,
    population::{Cell, Directory, Pool, prefetch},
    random::{Key, Purpose, philox, uniform},
    statistics::{binomial_quantile, logistic},
};
use std::sync::{Arc, LazyLock};

/// Ids that a slot draws at most, after its first ones, before it stays empty.
const FURTHER: u32 = 4092;

/// Slots in a row without a firm after which a class of firms counts as exhausted.
const MISSES: u32 = 64;

/// Slots in a row that found no firm of a class (small or not, practising or not). Once they are many, one slot a week
/// still tries, in case firms have come back into the class.
#[derive(Clone, Copy, Debug, Default)]
pub struct Misses {
    in_a_row: u32,
    last: Option<Week>,
}

impl Misses {
    /// Whether a slot should look for a firm at all; if not, no later one of the week should either.
    pub fn worth_trying(&self, week: Week) -> bool {
        self.in_a_row < MISSES || self.last != Some(week)
    }
    /// Notes whether a slot found one, and passes it on.
    pub fn note<T>(&mut self, week: Week, found: Option<T>) -> Option<T> {
        self.in_a_row = if found.is_some() { 0 } else { self.in_a_row.saturating_add(1) };
        self.last = Some(week);
        found
    }
}

/// A slot: one delivery that a class of a programme's firms may get in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Week.
    pub week: Week,
    /// Class of firms, below 64.
    pub class: usize,
    /// Number in the week, from 0 on. From 2^28 on numbers share draws.
    pub number: u64,
}

impl Slot {
    /// The address of one of its draws, below 4,096, as [`Key::words`] takes it: first tries, condition, further tries, two a
    /// draw; last how many of these meet one of few firms.
    fn address(self, draw: u32) -> (u32, u32) {
        let Slot { week, class, number } = self;
        ((number as u32) << 12 | draw, week.0 | (class as u32) << 10 | ((number >> 20) as u32 % 256) << 24)
    }

    /// The first of the slots that are looked up together with this one.
    fn block(self) -> Slot {
        Slot { number: self.number / TOGETHER as u64 * TOGETHER as u64, ..self }
    }
}

/// The draws of one kind of intervention in one run.
#[derive(Clone, Debug)]
pub struct Slots {
    key: Key,
    directory: Arc<Directory>,
    ahead: Ahead,
}

/// The draws of firms that ask one kind of intervention for help.
#[derive(Clone, Copy, Debug)]
pub struct Willingness(Key);

impl Willingness {
    /// Whether a firm asks this week, with a chance of so many log odds, the same in all weeks.
    pub fn asks(self, id: u32, week: Week, log_odds: f64) -> Verdict {
        // (Any larger chance is above some draw.)
        if log_odds < -LOG_ODDS && logistic(log_odds) <= uniform(0) {
            return Verdict::Never;
        }
        let draw = self.0.uniforms(id, week.0, Purpose::Willingness)[1];
        Verdict::this_week(below_logistic(draw, log_odds))
    }
}

/// Log odds, either way, between which [`LOGISTIC`] holds the logistic function, and its steps in one.
const LOG_ODDS: f64 = 20.0;
const STEPS: f64 = 16.0;
static LOGISTIC: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let steps = (2.0 * LOG_ODDS * STEPS) as u32;
    (0..=steps).map(|step| logistic(f64::from(step) / STEPS - LOG_ODDS)).collect()
});

/// `draw < logistic(log_odds)`. The function rises, so that its values on both sides decide nearly always: firms are met by many
/// slots before they ask, and an exponential costs more than all else that is looked at then.
fn below_logistic(draw: f64, log_odds: f64) -> bool {
    // More than its rounding, by which it may fall from one step to the next.
    const ROUNDING: f64 = 1e-12;
    let step = (log_odds + LOG_ODDS) * STEPS;
    if step >= 0.0
        && let Some(&[low, high]) = LOGISTIC.get(step as usize..).and_then(|values| values.first_chunk())
    {
        if draw < low - ROUNDING {
            return true;
        }
        if draw >= high + ROUNDING {
            return false;
        }
    }
    draw < logistic(log_odds)
}

/// What a programme makes of a firm that a slot meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The slot is the firm's.
    Serve,
    /// Another firm, this time.
    NotNow,
    /// The programme cannot serve it in any later week either.
    Never,
}

impl Verdict {
    /// Of a firm that may suit in one week and not in another.
    pub fn this_week(suits: bool) -> Verdict {
        if suits { Verdict::Serve } else { Verdict::NotNow }
    }
}

/// A simulated firm met by a slot.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its cell.
    pub cell: &'a Cell,
    /// Its position in the population's arrays.
    pub firm: u32,
}

impl<'a> Candidate<'a> {
    /// A simulated firm by its position.
    pub fn of(setting: &Setting<'a>, firm: u32) -> Candidate<'a> {
        let cells = &setting.population.cells;
        let cell = &cells[setting.population.cell_of(firm as usize)];
        Candidate { cell, firm }
    }
}

/// Words of the first tries and of the conditions of some slots in a row. Most slots need no more.
#[derive(Clone, Debug)]
struct Ahead {
    /// First of them.
    first: Option<Slot>,
    /// First and second word of each draw, slot by slot.
    words: [[u32; TOGETHER * FIRST]; 2],
    /// The pool that was looked up, and which of the words are in it, a bit each.
    hits: Option<(usize, u64)>,
}

/// Slots whose words are drawn together.
const TOGETHER: usize = 16;
/// Draws for each of them: first tries, and last the condition.
const FIRST: usize = 4;
/// Bits of a slot's first tries.
const TRIED: u64 = (1 << (FIRST - 1)) - 1;
/// The draw that tells how many further tries meet one of few firms.
const MEETINGS: u32 = 4095;
/// Tries that are drawn together for a slot that needs more, twice as many each time, up to as many. (Of a pool that most ids are
/// not in half of the most at once.)
const MORE: usize = 16;
const MANY: usize = 64;

impl Ahead {
    /// Draws the words of a slot and its neighbours, if they are not there yet.
    fn reach(&mut self, key: Key, slot: Slot) {
        let first = slot.block();
        if self.first != Some(first) {
            (self.first, self.hits) = (Some(first), None);
            first_words(key, first, &mut self.words);
        }
    }

    /// Where a slot's words begin.
    fn place(slot: Slot) -> usize {
        (slot.number % TOGETHER as u64) as usize * FIRST
    }

    /// Which words are in a pool, a bit each, conditions among them.
    fn hits(&self, shift: u32, pool: &Pool) -> u64 {
        pool.among(self.words[0].map(|word| word >> shift).as_chunks().0)
    }
}

impl Slots {
    /// Keyed by kind, not by name: two interventions of one kind compete for the same firms, in file order.
    pub fn new(setting: &Setting, kind: &str) -> Slots {
        let [label, _] = kind.bytes().fold([0, 0], |[a, b], byte| philox(a ^ u32::from(byte), b, 0x6B69_6E64));
        Slots {
            key: Key(philox(label, 0, setting.key.0)[0]),
            directory: setting.population.directory().clone(),
            ahead: Ahead { first: None, words: [[0; TOGETHER * FIRST]; 2], hits: None },
        }
    }

    /// A pool holds other firms from now on: what its neighbours' slots have looked up there counts no more.
    pub fn look_anew(&mut self) {
        self.ahead.hits = None;
    }

    /// Where the population's firms stand.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Whether firms ask for help.
    pub fn willingness(&self) -> Willingness {
        Willingness(self.key)
    }

    /// Two uniform draws that belong to a slot, for its own conditions.
    pub fn condition(&mut self, slot: Slot) -> [f64; 2] {
        self.ahead.reach(self.key, slot);
        self.ahead.words.map(|words| uniform(words[Ahead::place(slot) + FIRST - 1]))
    }

    /// The first firm of a slot that `judge` lets it serve, of those in a pool. Those that it never will leave all pools:
    /// no later slot meets them. `look` is told of firms that this slot and its neighbours are likely to meet: firms are
    /// anywhere in memory, and looking at several at once takes little more time than at one.
    pub fn fill<'a>(
        &mut self,
        setting: &Setting<'a>,
        slot: Slot,
        pools: &mut [Arc<Pool>],
        wanted: usize,
        look: impl Fn(u32),
        mut judge: impl FnMut(&Candidate) -> Verdict,
    ) -> Option<Candidate<'a>> {
        let mut past = Vec::new();
        let found = self.search(setting, slot, &pools[wanted], wanted, look, |candidate| {
            let verdict = judge(candidate);
            if verdict == Verdict::Never {
                past.push(candidate.cell.ids(candidate.firm as usize));
            }
            verdict == Verdict::Serve
        });
        for ids in past {
            // (A firm's ids are in a pool together.)
            for pool in pools.iter_mut().filter(|pool| pool.has(ids.start) == 1) {
                Arc::make_mut(pool).discard(ids.clone());
            }
        }
        found
    }

    /// The first eligible firm of a slot in a pool, which is the one `wanted`.
    fn search<'a>(
        &mut self,
        setting: &Setting<'a>,
        slot: Slot,
        pool: &Pool,
        wanted: usize,
        look: impl Fn(u32),
        mut eligible: impl FnMut(&Candidate) -> bool,
    ) -> Option<Candidate<'a>> {
        let Slots { key, directory, ahead } = self;
        let cells = &setting.population.cells;
        let mut met = |id: u32| {
            let (cell, firm) = directory.firm(id)?;
            let candidate = Candidate { cell: &cells[cell], firm };
            eligible(&candidate).then_some(candidate)
        };
        if pool.is_empty() {
            return None;
        }
        let shift = 32 - directory.id_bits();
        ahead.reach(*key, slot);
        if ahead.hits.is_none() {
            let hits = ahead.hits(shift, pool);
            ahead.hits = Some((wanted, hits));
            let met_first: [_; TOGETHER] = std::array::from_fn(|neighbour| {
                let tries = hits >> (neighbour * FIRST) & TRIED;
                let first = (tries != 0).then_some(neighbour * FIRST + tries.trailing_zeros() as usize)?;
                directory.firm(ahead.words[0][first] >> shift)
            });
            for (cell, firm) in met_first.into_iter().flatten() {
                prefetch(cells, cell);
                look(firm);
            }
        }
        let place = Ahead::place(slot);
        let hits = match ahead.hits {
            Some((looked_up, hits)) if looked_up == wanted => hits,
            _ => ahead.hits(shift, pool),
        };
        let mut hits = hits >> place & TRIED;
        while hits != 0 {
            if let Some(candidate) = met(ahead.words[0][place + hits.trailing_zeros() as usize] >> shift) {
                return Some(candidate);
            }
            hits &= hits - 1;
        }
        let few = pool.few();
        let mut left = few.map_or(FURTHER, |few| {
            let (subject, period) = slot.address(MEETINGS);
            let [word, _] = key.words(subject, period, Purpose::Selection);
            binomial_quantile(FURTHER, few.len() as f64 / f64::from(1 << directory.id_bits()), uniform(word))
        });
        let (mut ids, mut from) = ([0; MANY], FIRST as u32);
        let mut batch = if few.is_none() && pool.is_sparse() { MANY / 2 } else { MORE };
        while left > 0 {
            let hits = draw(*key, slot.address(from), shift, pool, few, &mut ids[..batch]);
            let mut hits = hits & u64::MAX >> 64_u32.saturating_sub(left);
            while hits != 0 {
                if let Some(candidate) = met(ids[hits.trailing_zeros() as usize]) {
                    return Some(candidate);
                }
                hits &= hits - 1;
            }
            left = left.saturating_sub(batch as u32);
            (from, batch) = (from + batch as u32 / 2, MANY.min(2 * batch));
        }
        None
    }
}

/// The words of some slots, from `slot` on.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2", "x86_64+avx2", "aarch64+neon"))]
fn first_words(key: Key, slot: Slot, words: &mut [[u32; TOGETHER * FIRST]; 2]) {
    let (subject, period) = slot.address(0);
    let [first, second] = words;
    for (place, (first, second)) in (0..).zip(first.iter_mut().zip(second)) {
        let (of, draw) = (place / FIRST as u32, place % FIRST as u32);
        [*first, *second] = key.words(subject + (of << 12 | draw), period, Purpose::Selection);
    }
}

/// Draws the ids of a batch of further tries, those of `few` firms or else words less `shift` bits; which of them are in the pool, a
/// bit each.
#[multiversion::multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx2+bmi1+bmi2",
    "x86_64+avx2+bmi1+bmi2",
    "aarch64+neon"
))]
fn draw(key: Key, (from, period): (u32, u32), shift: u32, pool: &Pool, few: Option<&[u32]>, ids: &mut [u32]) -> u64 {
    // (Counted and shifted without a check for overflow, which would keep the loop from becoming SIMD.)
    for (eight, tries) in ids.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        let from = from.wrapping_add(8 * eight as u32);
        for lane in 0..8 {
            let [first, second] = key.words(from.wrapping_add(lane), period, Purpose::Selection);
            (tries[lane as usize], tries[lane as usize + 8]) = (first, second);
        }
    }
    match few {
        None => ids.iter_mut().for_each(|word| *word = word.wrapping_shr(shift)),
        Some(few) => {
            for word in ids.iter_mut() {
                *word = few[((u64::from(*word) * few.len() as u64) >> 32) as usize];
            }
        }
    }
    pool.among(ids.as_chunks().0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Data,
        environment::{Environment, LaterInfections},
        parameters::Parameters,
        population::{Criteria, Eligibility, Population, Scale, synthesise},
    };

    /// Bits of a population's ids, and the firm of each by bisection of all cells.
    fn by_bisection(population: &Population) -> (u32, impl Fn(u32) -> Option<u32>) {
        let cells = &population.cells;
        let firms: u32 = cells.iter().map(|cell| cell.firms).sum();
        let id_bits = 32 - (firms - 1).leading_zeros();
        let firm = move |id: u32| {
            let cell = cells.get(cells.partition_point(|c| c.first_id + c.firms <= id))?;
            let position = u64::from(id - cell.first_id) * cell.range.len() as u64 / u64::from(cell.firms);
            Some((cell.range.start as u64 + position) as u32)
        };
        (id_bits, firm)
    }

    /// The search as it reads: one try after the other.
    fn plain(
        key: Key,
        population: &Population,
        (week, slot): (Week, u32),
        having: &[u32],
        eligible: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let (id_bits, firm) = by_bisection(population);
        let words = |draw| key.words(slot << 12 | draw, week.0, Purpose::Selection);
        let of_all = |word: u32| word >> (32 - id_bits);
        let first = (0..3).map(|draw| of_all(words(draw)[0]));
        // Sixteen words of eight draws: their first ones, then their second ones.
        let further = (0..4092_usize).map(|place| words((4 + place / 16 * 8 + place % 8) as u32)[place / 8 % 2]);
        let further: Vec<u32> = if having.len() * 32 < 1 << id_bits {
            let chance = having.len() as f64 / f64::from(1 << id_bits);
            let meetings = binomial_quantile(4092, chance, uniform(words(4095)[0]));
            let of_few = |word| having[(f64::from(word) / 2_f64.powi(32) * having.len() as f64) as usize];
            further.map(of_few).take(meetings as usize).collect()
        } else {
            further.map(of_all).collect()
        };
        first.chain(further).find_map(|id| firm(id).filter(|firm| eligible(*firm)))
    }

    #[test]
    fn addresses_of_slots_differ() {
        let all =
            [(0, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 1), (0, 0, 1 << 20), (0, 0, (1 << 28) - 1), (845, 3, 1 << 20)];
        let addresses: std::collections::BTreeSet<_> = all
            .iter()
            .flat_map(|&(week, class, number)| {
                [0, 1, 4095].map(|draw| Slot { week: Week(week), class, number }.address(draw))
            })
            .collect();
        assert_eq!(addresses.len(), 3 * all.len());
        // The purpose of `Key::words` stands at the bits between.
        assert!(addresses.iter().all(|(_, period)| period >> 16 & 0xFF == 0));
    }

    /// Common and rare firms in turn, among them slots that find none: of firms above 300 employees (one id in 250), one
    /// in nine is eligible; of those above 20,000 there are some dozens.
    #[test]
    fn a_slot_finds_the_firm_of_the_plain_search() {
        let data = Data::embedded().unwrap();
        let parameters = Parameters::default();
        let key = Key::new(3, 0);
        let environment = Environment::new(&data, &parameters, LaterInfections::None, key, 10);
        let mut empty = 0;
        for scale in [Scale::Sample(60_000), Scale::Whole] {
            let population = &synthesise(&data, 2021, scale).unwrap();
            let setting = Setting {
                population,
                parameters: &parameters,
                data: &data,
                environment: &environment,
                key,
                weeks: (Week(0), Week(9)),
            };
            let mut slots = Slots::new(&setting, "support_network");
            let least = [0, 21, 301, 20_000];
            let criteria =
                least.map(|least_employees| Criteria { least_employees, ..Criteria::of(&Eligibility::default()) });
            let mut pools = criteria.map(|criteria| population.pool(&criteria));
            let (id_bits, firm) = by_bisection(population);
            let having = least.map(|least| {
                let has = |id: &u32| firm(*id).is_some_and(|firm| population.employees[firm as usize] >= least);
                (0..1 << id_bits).filter(has).collect::<Vec<u32>>()
            });
            for week in [Week(1), Week(2)] {
                for slot in 0..400 {
                    let wanted = [0, 1, 2, 0, 3, 2, 1][slot as usize % 7];
                    let numbered = Slot { week, class: 0, number: slot.into() };
                    // Of the rare ones four in nine can never be served, whatever the slot.
                    let never = |firm: u32| population.employees[firm as usize] > 300 && firm % 9 % 2 == 1;
                    let open = |firm: u32| !never(firm) && (wanted != 2 || firm.is_multiple_of(9));
                    let judge = |met: &Candidate| match met.firm {
                        firm if never(firm) => Verdict::Never,
                        firm if open(firm) => Verdict::Serve,
                        _ => Verdict::NotNow,
                    };
                    let found = slots.fill(&setting, numbered, &mut pools, wanted, |_| {}, judge);
                    let expected = plain(slots.key, population, (week, slot), &having[wanted], |firm| {
                        population.employees[firm as usize] >= least[wanted] && open(firm)
                    });
                    assert_eq!(found.map(|candidate| candidate.firm), expected);
                    assert!(found.is_none_or(|met| met.cell.range.contains(&(met.firm as usize))));
                    empty += usize::from(found.is_none());
                    let condition = slots.key.uniforms(slot << 12 | 3, week.0, Purpose::Selection);
                    assert_eq!(slots.condition(numbered), condition);
                }
            }
        }
        assert!((1..800).contains(&empty), "{empty}");
    }

    /// Of the firms above 300 employees one in 16 can be served, of the others some are in the pool and some no longer. A slot that
    /// tries 4,095 of all ids stays empty with the chance (1 - m / 2^22)^4095, m being those that can be served, and each of these
    /// is as likely. Of 6,000 slots the share is off by more than 4 standard errors in 6 of 100,000 seeds; 0.04 more or less would be
    /// seen. Of eight classes of firms the counts are off by more than chi-square's 37 at 7 degrees in 5 of a million seeds.
    #[test]
    fn few_firms_are_met_as_often_as_among_all_ids() {
        let (data, parameters, key) = (Data::embedded().unwrap(), Parameters::default(), Key::new(5, 0));
        let environment = Environment::new(&data, &parameters, LaterInfections::None, key, 1);
        let population = &synthesise(&data, 2021, Scale::Whole).unwrap();
        let weeks = (Week(0), Week(0));
        let setting =
            Setting { population, parameters: &parameters, data: &data, environment: &environment, key, weeks };
        let mut slots = Slots::new(&setting, "support_network");
        let mut pools = [population.pool(&Criteria { least_employees: 301, ..Criteria::of(&Eligibility::default()) })];
        let ids = pools[0].few().expect("one id in 250").to_vec();
        ids.iter().filter(|id| *id % 4 != 0).for_each(|id| Arc::make_mut(&mut pools[0]).discard(*id..*id + 1));
        let open: Vec<u32> = ids.into_iter().filter(|id| id.is_multiple_of(16)).collect();
        let (slots_in_all, mut empty, mut met) = (6000, 0.0, [0.0; 8]);
        for number in 0..slots_in_all {
            let slot = Slot { week: Week(0), class: 0, number };
            let judge = |met: &Candidate| Verdict::this_week(population.id[met.firm as usize].is_multiple_of(16));
            match slots.fill(&setting, slot, &mut pools, 0, |_| {}, judge) {
                None => empty += 1.0,
                Some(firm) => {
                    let place = open.binary_search(&population.id[firm.firm as usize]).expect("one that can be served");
                    met[place * 8 / open.len()] += 1.0;
                }
            }
        }
        let (n, chance) = (slots_in_all as f64, (1.0 - open.len() as f64 / 2_f64.powi(22)).powi(4095));
        assert!((0.2..0.8).contains(&chance));
        assert!((empty / n - chance).abs() < 4.0 * (chance * (1.0 - chance) / n).sqrt(), "{} for {chance}", empty / n);
        let each = (n - empty) / 8.0;
        let chi_square: f64 = met.iter().map(|met: &f64| (met - each).powi(2) / each).sum();
        assert!(chi_square < 37.0, "{met:?}");
    }

    /// Draws at the very chance and beside it, between steps, at the ends and beyond.
    #[test]
    fn a_draw_is_compared_with_the_logistic_function_itself() {
        for step in -3000..=3000 {
            let log_odds = f64::from(step) * 0.00793;
            let chance = logistic(log_odds);
            let beside = [1e-3, 1e-9, 1e-13, 0.0].into_iter().flat_map(|off| [chance - off, chance + off]);
            for draw in beside.chain([chance.next_up(), chance.next_down(), uniform(0), uniform(u32::MAX)]) {
                assert_eq!(below_logistic(draw, log_odds), draw < chance, "{draw} at {log_odds}");
            }
        }
        assert!(!below_logistic(0.5, f64::NAN) && below_logistic(0.5, 1e9) && !below_logistic(0.5, -1e9));
    }

    /// Slots side by side, of which the second looks into a pool that has been emptied meanwhile.
    #[test]
    fn a_slot_sees_the_pool_as_it_is() {
        let (data, parameters, key) = (Data::embedded().unwrap(), Parameters::default(), Key::new(3, 0));
        let environment = Environment::new(&data, &parameters, LaterInfections::None, key, 1);
        let population = &synthesise(&data, 2021, Scale::Sample(8000)).unwrap();
        let weeks = (Week(0), Week(0));
        let setting =
            Setting { population, parameters: &parameters, data: &data, environment: &environment, key, weeks };
        let mut slots = Slots::new(&setting, "satellite_offices");
        let mut pools = [population.pool(&Criteria::of(&Eligibility::default()))];
        let find = |slots: &mut Slots, pools: &mut [Arc<Pool>], number| {
            let slot = Slot { week: Week(0), class: 0, number };
            slots.fill(&setting, slot, pools, 0, |_| {}, |_| Verdict::Serve).is_some()
        };
        assert!((0..8).all(|number| find(&mut slots, &mut pools, number)));
        pools[0] = Arc::new(pools[0].emptied());
        slots.look_anew();
        assert!(!(8..16).any(|number| find(&mut slots, &mut pools, number)));
    }
}
