//! What firms meet beside policy: reported infections and the concern they cause. Data, parameters, key in,
//! [`Environment`] out; computed once per replicate, before the first week.
//!
//! Observed infections end with April 2021. Later ones are either none or an uncertain process: the national log
//! growth is a first-order autoregression whose figures are those of the reported weekly series from March 2020 to
//! April 2021 (persistence 0.67, residual standard deviation 0.27), pulled weakly towards the mean level; each
//! prefecture keeps its share of the last thirteen observed weeks, moved by its own slower noise. This is a
//! documented assumption, not a forecast of the epidemic.

use crate::{
    calendar::Week,
    classification::PREFECTURES,
    data::Data,
    parameters::Parameters,
    random::{Key, Purpose},
};

/// Infections after the last observed week (April 2021).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaterInfections {
    /// None at all: concern fades.
    None,
    /// An uncertain process, another path in each replicate.
    Random,
}

/// Persistence of weekly log growth, reported national series, March 2020 to April 2021.
const GROWTH_PERSISTENCE: f64 = 0.67;
/// Standard deviation of what the persistence leaves, same series.
const GROWTH_NOISE: f64 = 0.27;
/// Pull of log infections towards their mean, a week (assumed; keeps the process from drifting off).
const LEVEL_PULL: f64 = 0.03;
/// Mean of log weekly national infections that the process returns to: 10,000 a week, about the mean of the waves
/// from July 2020 to April 2021.
const LEVEL_MEAN: f64 = 9.2;
/// Weekly noise of a prefecture's log share, and its persistence (assumed).
const SHARE_NOISE: f64 = 0.15;
const SHARE_PERSISTENCE: f64 = 0.9;

/// Infections and concern by week and prefecture.
#[derive(Clone, Debug, PartialEq)]
pub struct Environment {
    /// Reported infections per 100,000 inhabitants a week.
    pub infections: Vec<[f32; PREFECTURES]>,
    /// Concern, after habituation: 0 = none, ln 2 = infections at `concern_scale`.
    pub concern: Vec<[f32; PREFECTURES]>,
    /// Draws of everything that is still uncertain about emergencies: infections, and the declarations that follow.
    pub key: Key,
}

impl Environment {
    /// Weeks `0..weeks` of one replicate.
    pub fn new(data: &Data, parameters: &Parameters, later: LaterInfections, key: Key, weeks: u32) -> Environment {
        let infections = infections(data, later, key, weeks);
        let concern = concern(data, parameters, &infections);
        Environment { infections, concern, key }
    }
}

fn inhabitants(data: &Data) -> [f64; PREFECTURES] {
    let mut inhabitants = [1.0; PREFECTURES];
    for row in &data.prefectures {
        inhabitants[row.prefecture.index()] = row.population;
    }
    inhabitants
}

fn infections(data: &Data, later: LaterInfections, key: Key, weeks: u32) -> Vec<[f32; PREFECTURES]> {
    let inhabitants = inhabitants(data);
    let observed = &data.infections[..data.infections.len().min(weeks as usize)];
    let mut result: Vec<[f32; PREFECTURES]> = observed
        .iter()
        .map(|week| std::array::from_fn(|p| (f64::from(week[p]) * 1e5 / inhabitants[p]) as f32))
        .collect();
    let national = |week: &[f32; PREFECTURES]| libm::log(week.iter().map(|&x| f64::from(x)).sum::<f64>().max(1.0));
    let recent = &data.infections[data.infections.len().saturating_sub(13)..];
    let mut share: [f64; PREFECTURES] =
        std::array::from_fn(|p| recent.iter().map(|w| f64::from(w[p])).sum::<f64>() + 1.0);
    let total: f64 = share.iter().sum();
    share.iter_mut().for_each(|s| *s /= total);
    let mut level = observed.last().map_or(0.0, national);
    let mut growth = match observed {
        [.., before, last] => national(last) - national(before),
        _ => 0.0,
    };
    let mut tilt = [0.0; PREFECTURES];
    for week in result.len() as u32..weeks {
        if later == LaterInfections::None {
            result.push([0.0; PREFECTURES]);
            continue;
        }
        growth = GROWTH_PERSISTENCE * growth
            + LEVEL_PULL * (LEVEL_MEAN - level)
            + GROWTH_NOISE * key.normal(u32::MAX, week, Purpose::Environment);
        level += growth;
        result.push(std::array::from_fn(|p| {
            tilt[p] = SHARE_PERSISTENCE * tilt[p] + SHARE_NOISE * key.normal(p as u32, week, Purpose::Environment);
            (libm::exp(level) * share[p] * libm::exp(tilt[p]) * 1e5 / inhabitants[p]) as f32
        }));
    }
    result
}

fn concern(data: &Data, parameters: &Parameters, infections: &[[f32; PREFECTURES]]) -> Vec<[f32; PREFECTURES]> {
    let inhabitants = inhabitants(data);
    let people: f64 = inhabitants.iter().sum();
    let keep = libm::pow(0.5, 1.0 / parameters.concern_half_life);
    let school_closure = 7.0; // week of 24 February 2020
    let may_2020 = 17.0; // week of 4 May 2020
    let mut felt = [0.0; PREFECTURES];
    infections
        .iter()
        .enumerate()
        .map(|(week, infections)| {
            let national: f64 = (0..PREFECTURES).map(|p| f64::from(infections[p]) * inhabitants[p] / people).sum();
            let t = week as f64;
            // News is felt at once and fades slowly.
            let habituated = libm::exp(-parameters.concern_habituation * ((t - 9.0) / 52.18).max(0.0));
            let alarm = parameters.alarm
                * ((t - school_closure + 1.0) / 4.0).clamp(0.0, 1.0)
                * libm::pow(0.5, ((t - may_2020) / 6.0).max(0.0));
            std::array::from_fn(|p| {
                let mix = parameters.concern_national * national
                    + (1.0 - parameters.concern_national) * f64::from(infections[p]);
                felt[p] = f64::max(mix, felt[p] * keep);
                (habituated * libm::log1p(felt[p] / parameters.concern_scale) + alarm) as f32
            })
        })
        .collect()
}

/// Weeks of a run from week 0 to its last.
pub fn horizon(last: Week) -> u32 {
    last.0 + 1
}
