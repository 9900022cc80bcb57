//! How long a job will take: what it is made of, and how fast this machine has made such runs. Finished runs in, seconds out.

use super::{
    Studio,
    jobs::{JobRequest, load},
    quick::FIRMS,
};
use crate::{calendar::mondays, error::Problems, scenario::Scale};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Paces that are kept, the newest.
const KEPT: usize = 32;
/// Shorter measurements say more of the clock and of other programs than of the runs.
const SHORTEST: Duration = Duration::from_millis(50);

/// How fast some runs were made.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Pace {
    /// Firms of each run.
    firms: u64,
    /// Weeks, over all runs.
    weeks: f64,
    /// What they took together.
    seconds: f64,
}

impl Pace {
    /// Of so many weeks, over all runs; `None` where there was too little to measure.
    pub fn new(firms: u64, weeks: u64, took: Duration) -> Option<Pace> {
        let measured = firms > 0 && weeks > 0 && took >= SHORTEST;
        measured.then_some(Pace { firms, weeks: weeks as f64, seconds: took.as_secs_f64() })
    }
}

/// What a job is made of when none of its runs is kept.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// Firms of each run, about.
    pub firms: u64,
    /// Runs; of a search, at most about so many.
    pub runs: u64,
    /// Weeks of each run.
    weeks: u32,
}

impl Workload {
    /// Of a request whose scenarios have their texts.
    ///
    /// # Errors
    /// What would not start.
    pub fn of(studio: &Studio, request: &JobRequest) -> Result<Workload, Problems> {
        let study = request.named()?;
        let loaded = load(studio, request, &study.overrides()?)?;
        let runs = study.planned_runs(&loaded, studio.data.posterior.as_of)?;
        let Some(plan) = loaded.first().map(|one| &one.scenario.run) else {
            return Ok(Workload { firms: 0, runs, weeks: 0 });
        };
        let firms = match plan.scale {
            Scale::Sample(firms) => firms.into(),
            // Any sample stands for all of them.
            Scale::Whole => studio.populations.get(&studio.data, plan.population_seed, Scale::Sample(FIRMS))?.firms(),
        };
        Ok(Workload { firms, runs, weeks: mondays(plan.start, plan.end) })
    }
}

/// The paces of runs that this machine has made, newest first.
#[derive(Default)]
pub struct Speed(Mutex<Vec<Pace>>);

impl Speed {
    /// Takes a measurement. Older ones of as many firms count half, so that a few slow runs do not say all and a machine that
    /// has become slower is noticed.
    pub fn learn(&self, mut pace: Pace) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = known.iter().position(|one| one.firms == pace.firms) {
            let old = known.remove(place);
            pace.weeks += old.weeks / 2.0;
            pace.seconds += old.seconds / 2.0;
        }
        known.insert(0, pace);
        known.truncate(KEPT);
    }

    /// Seconds for the work, from the runs whose number of firms was nearest; `None` before the first. A run takes about as
    /// long as it has firms.
    pub fn seconds(&self, work: &Workload) -> Option<f64> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let far = |pace: &&Pace| libm::log(work.firms.max(1) as f64 / pace.firms as f64).abs();
        let pace = known.iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
        let weeks = work.runs as f64 * f64::from(work.weeks);
        Some(weeks * pace.seconds / pace.weeks * work.firms as f64 / pace.firms as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_number_of_firms_tells_the_time() {
        let speed = Speed::default();
        let work = |firms| Workload { firms, runs: 80, weeks: 100 };
        assert_eq!(speed.seconds(&work(6_000)), None);
        let measured = |firms, weeks, seconds| Pace::new(firms, weeks, Duration::from_secs(seconds)).unwrap();
        speed.learn(measured(6_000, 4_000, 2));
        // 8,000 weeks at half a millisecond each; ten times the firms take ten times as long.
        assert_eq!(speed.seconds(&work(6_000)), Some(4.0));
        assert_eq!(speed.seconds(&work(60_000)), Some(40.0));
        speed.learn(measured(60_000, 1_000, 4));
        assert_eq!(speed.seconds(&work(60_000)), Some(32.0));
        assert_eq!(speed.seconds(&work(6_000)), Some(4.0));
        // Half of the older one and the new one: 1,500 weeks in 3 seconds.
        speed.learn(measured(60_000, 1_000, 1));
        assert_eq!(speed.seconds(&work(60_000)), Some(16.0));
        assert_eq!(Pace::new(6_000, 0, Duration::from_secs(1)), None);
    }
}
