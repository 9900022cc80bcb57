//! First pictures: a few thousand firms and a few draws, then more draws, as long as the tab wants no newer picture.

use super::{
    Studio,
    jobs::{JobRequest, load},
    problems,
};
use crate::{
    commands::{Preview, RunContext, SoFar},
    error::{Kind, Problem, Problems},
    report::content,
    scenario::{Override, Scale},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Firms that are simulated: a few more than there are kinds of firm, of which each must be there.
const FIRMS: u32 = 6_000;
/// Draws of the pictures, one after the other: the first one within a second on two cores.
const DRAWS: [u32; 4] = [2, 6, 20, 40];
/// Population seed of a scenario that says none.
const USUAL_SEED: u64 = 2021;
/// Pictures that are kept.
const KEPT: usize = 32;
/// Longest time in which a request waits for a picture.
const PATIENCE: Duration = Duration::from_secs(25);

/// The previews of a studio.
#[derive(Default)]
pub struct Quick {
    inner: Mutex<Inner>,
    news: Condvar,
}

#[derive(Default)]
struct Inner {
    all: BTreeMap<u64, Look>,
    closing: bool,
}

struct Look {
    tab: String,
    request: JobRequest,
    stop: Arc<AtomicBool>,
    begun: bool,
    ended: bool,
    /// Draws and picture.
    picture: Option<(u32, Arc<Value>)>,
    failed: Option<Problems>,
}

/// What a request for a picture finds.
pub enum Found {
    /// A picture.
    Picture(Arc<Value>),
    /// Why there is none.
    Failed(Problems),
    /// Not yet.
    Nothing,
    /// A newer one of the same tab has taken its place, or there never was one.
    Gone,
}

impl Quick {
    /// Asks for a picture in place of older ones of the same tab.
    pub fn add(&self, id: u64, request: JobRequest, tab: &str) {
        let mut inner = self.lock();
        inner.all.retain(|_, look| {
            let older = look.tab == tab;
            if older {
                look.stop.store(true, Ordering::Relaxed);
            }
            !older
        });
        while inner.all.len() >= KEPT {
            inner.all.pop_first();
        }
        let look = Look {
            tab: tab.to_string(),
            request,
            stop: Arc::default(),
            begun: false,
            ended: false,
            picture: None,
            failed: None,
        };
        inner.all.insert(id, look);
        self.news.notify_all();
    }

    /// Waits for a picture of more draws than `after`, or for the end.
    pub fn picture(&self, id: u64, after: u32) -> Found {
        let until = Instant::now() + PATIENCE;
        let mut inner = self.lock();
        loop {
            let Some(look) = inner.all.get(&id) else { return Found::Gone };
            if let Some(problems) = &look.failed {
                return Found::Failed(problems.clone());
            }
            match &look.picture {
                Some((draws, picture)) if *draws > after || look.ended => return Found::Picture(picture.clone()),
                _ => {}
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || inner.closing {
                return Found::Nothing;
            }
            inner = self.news.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How a preview stands, in the form of a job; the flag says whether it has ended.
    pub fn one(&self, id: u64) -> Option<(Value, bool)> {
        let inner = self.lock();
        let look = inner.all.get(&id)?;
        let state = match (look.ended, &look.failed) {
            (true, Some(_)) => "failed",
            (true, None) => "done",
            (false, _) => "running",
        };
        let done = look.picture.as_ref().map_or(0, |(draws, _)| *draws);
        let problems = look.failed.as_ref().map_or_else(Vec::new, |found| problems::listed(&found.0));
        let shown = json!({ "id": id, "kind": look.request.kind, "quick": true, "state": state, "done": done,
            "total": DRAWS[DRAWS.len() - 1], "partial": done > 0, "problems": problems });
        Some((shown, look.ended))
    }

    /// Drops a preview.
    pub fn cancel(&self, id: u64) -> bool {
        let look = self.lock().all.remove(&id);
        look.is_some_and(|look| {
            look.stop.store(true, Ordering::Relaxed);
            true
        })
    }

    /// Makes pictures until the studio closes.
    pub fn work(&self, studio: &Studio) {
        // The firms of most scenarios, before the first one asks for them; when they cannot be had, it will be told.
        let _ = studio.populations.get(&studio.data, USUAL_SEED, Scale::Sample(FIRMS));
        while let Some((id, request, stop)) = self.next() {
            let made = catch_unwind(AssertUnwindSafe(|| self.draw(studio, id, &request, &stop)));
            let made = made.unwrap_or_else(|_| {
                Err(Problem::error(Kind::Files, "the program failed at this preview: this is an error of it").into())
            });
            if let Some(look) = self.lock().all.get_mut(&id) {
                look.ended = true;
                look.failed = made.err().filter(|problems| problems.0.iter().all(|p| p.kind != Kind::Interrupted));
            }
            self.news.notify_all();
        }
    }

    /// Ends the work.
    pub fn close(&self) {
        let mut inner = self.lock();
        inner.closing = true;
        inner.all.values().for_each(|look| look.stop.store(true, Ordering::Relaxed));
        self.news.notify_all();
    }

    fn draw(&self, studio: &Studio, id: u64, request: &JobRequest, stop: &AtomicBool) -> Result<(), Problems> {
        // A running job waits for the first picture only.
        let mut first = Some(studio.jobs.gate.close());
        let few = [Override::flag("preview", "run.sample", &FIRMS.to_string())];
        let loaded = load(studio, request, &few)?;
        let Some(reference) = loaded.first() else { return Ok(()) };
        let seed = reference.scenario.run.population_seed;
        let population = studio.populations.get(&studio.data, seed, Scale::Sample(FIRMS))?;
        let source = request.named()?.parameters();
        let mut preview = Preview::new(&loaded, source, &studio.data, &population);
        for draws in DRAWS {
            let context = RunContext { threads: studio.threads, observe: &|_| {}, stop };
            let mut picture = preview.draw(draws, context)?;
            drop(first.take());
            picture.total = DRAWS[DRAWS.len() - 1];
            let picture = Arc::new(with_progress(studio, picture)?);
            let mut inner = self.lock();
            let others = inner.all.values().any(|look| !look.begun);
            let Some(look) = inner.all.get_mut(&id) else { return Ok(()) };
            look.picture = Some((draws, picture));
            self.news.notify_all();
            // Another tab's first picture comes before this one's second.
            if others {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Waits for a preview and begins it.
    fn next(&self) -> Option<(u64, JobRequest, Arc<AtomicBool>)> {
        let mut inner = self.lock();
        loop {
            if inner.closing {
                return None;
            }
            if let Some((id, look)) = inner.all.iter_mut().find(|(_, look)| !look.begun) {
                look.begun = true;
                return Some((*id, look.request.clone(), look.stop.clone()));
            }
            inner = self.news.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The content of a page, with how much of it there is.
///
/// # Errors
/// When a part of the page inside the program is damaged.
pub fn with_progress(studio: &Studio, so_far: SoFar) -> Result<Value, Problem> {
    let SoFar { folder, done, total } = so_far;
    let mut content = content(&[folder], &studio.data)?;
    content["partial"] = json!({ "done": done, "total": total });
    Ok(content)
}
