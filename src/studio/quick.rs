//! First pictures: a few thousand firms and a few draws, then more draws, as long as the tab wants no newer picture.

use super::{
    Studio, edit,
    jobs::{JobRequest, load},
    problems,
    reading::Text,
    speed::Pace,
};
use crate::{
    commands::{Preview, RunContext, Runs, SoFar},
    engine::Progress,
    error::{Kind, Problem, Problems},
    report::content,
    scenario::{Loaded, Override, Scale, load_inside, load_parent},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, ScopedJoinHandle},
    time::{Duration, Instant},
};

/// Firms that are simulated: a few more than there are kinds of firm, of which each must be there.
pub const FIRMS: u32 = 6_000;
/// Name of what a scenario is based on: no scenario of the user can have it.
const UNCHANGED: &str = "Unchanged";
/// Draws of the pictures, one after the other: the first one within a second on two cores.
const DRAWS: [u32; 4] = [2, 6, 20, 40];
/// Population seed of a scenario that says none.
const USUAL_SEED: u64 = 2021;
/// Scenarios whose runs are kept.
const REMEMBERED: usize = 6;
/// Pictures that are kept.
const KEPT: usize = 32;
/// Longest time in which a request waits for a picture.
const PATIENCE: Duration = Duration::from_secs(25);

/// Number before that of the first preview: far from those of jobs, which people see.
const FIRST: u64 = 1 << 40;

/// The previews of a studio.
#[derive(Default)]
pub struct Quick {
    /// How many there have been.
    count: AtomicU64,
    /// Runs of the scenarios seen last, newest first, each with all that they depend on: what a scenario is based on stays
    /// the same while it is changed, and so does what a change is taken back to.
    runs: Mutex<Vec<(String, Runs)>>,
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

/// A preview that is being made: number, request, when to stop.
type Begun = (u64, JobRequest, Arc<AtomicBool>);

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
    /// Asks for a picture in place of older ones of the same tab; gives its number.
    pub fn add(&self, request: JobRequest, tab: &str) -> u64 {
        let id = FIRST + self.count.fetch_add(1, Ordering::Relaxed);
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
        id
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
        while let Some(next) = self.next(true) {
            self.make(studio, next);
        }
    }

    /// Makes the pictures of one preview.
    fn make(&self, studio: &Studio, (id, request, stop): Begun) {
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
        let mut loaded = load(studio, request, &few)?;
        if let ([own], [text]) = (loaded.as_slice(), request.scenarios.as_slice()) {
            let reference = unchanged(studio, text, own, &few)?;
            loaded.splice(0..0, reference);
        }
        let Some(reference) = loaded.first() else { return Ok(()) };
        let seed = reference.scenario.run.population_seed;
        let population = studio.populations.get(&studio.data, seed, Scale::Sample(FIRMS))?;
        let source = request.named()?.parameters();
        let mut preview = Preview::new(&loaded, source, &studio.data, &population);
        let keys: Vec<String> = loaded.iter().map(|one| format!("{source:?} {}", rules(one))).collect();
        for (at, key) in keys.iter().enumerate() {
            if let Some((_, runs)) = self.remembered().iter().find(|(known, _)| known == key) {
                preview.recall(at, runs);
            }
        }
        let show = |preview: &Preview, draws: u32| -> Result<(), Problem> {
            let mut picture = preview.picture(draws)?;
            picture.total = DRAWS[DRAWS.len() - 1];
            let picture = Arc::new(with_progress(studio, picture)?);
            if let Some(look) = self.lock().all.get_mut(&id) {
                look.picture = Some((draws, picture));
            }
            self.news.notify_all();
            Ok(())
        };
        // A picture is summed up while the runs of the next one are made. The first one has all cores: it is waited for.
        thread::scope(|scope| {
            let mut summing: Option<ScopedJoinHandle<Result<(), Problem>>> = None;
            for draws in DRAWS {
                // Only the runs are timed: what follows them does not grow with the firms.
                let (begun, weeks, micros) = (Instant::now(), AtomicU64::new(0), AtomicU64::new(0));
                let observe = |p: Progress| {
                    weeks.store(p.done, Ordering::Relaxed);
                    micros.store(begun.elapsed().as_micros() as u64, Ordering::Relaxed);
                };
                preview.draw(draws, RunContext { threads: studio.threads, observe: &observe, stop })?;
                let pace =
                    Pace::new(population.len() as u64, weeks.into_inner(), Duration::from_micros(micros.into_inner()));
                pace.into_iter().for_each(|pace| studio.jobs.speed.learn(pace));
                for (at, key) in keys.iter().enumerate() {
                    let mut remembered = self.remembered();
                    remembered.retain(|(known, _)| known != key);
                    remembered.insert(0, (key.clone(), preview.runs(at)));
                    remembered.truncate(REMEMBERED);
                }
                done(summing.take())?;
                match first.take() {
                    Some(gate) => {
                        drop(gate);
                        show(&preview, draws)?;
                    }
                    None => {
                        let (so_far, show) = (preview.clone(), &show);
                        summing = Some(scope.spawn(move || show(&so_far, draws)));
                    }
                }
                // What another tab has asked for meanwhile comes before this one's next picture.
                while let Some(next) = self.next(false) {
                    self.make(studio, next);
                }
            }
            done(summing)
        })?;
        Ok(())
    }

    /// Begins a preview; waits for one where there is none.
    fn next(&self, wait: bool) -> Option<Begun> {
        let mut inner = self.lock();
        loop {
            if inner.closing {
                return None;
            }
            if let Some((id, look)) = inner.all.iter_mut().find(|(_, look)| !look.begun) {
                look.begun = true;
                return Some((*id, look.request.clone(), look.stop.clone()));
            }
            if !wait {
                return None;
            }
            inner = self.news.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn remembered(&self) -> MutexGuard<'_, Vec<(String, Runs)>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for a picture that is being summed up.
fn done(summing: Option<ScopedJoinHandle<Result<(), Problem>>>) -> Result<(), Problem> {
    summing.map_or(Ok(()), |summing| summing.join().unwrap_or_else(|panic| resume_unwind(panic)))
}

/// What a scenario is based on, to see its own changes against it with the same draws; `None` where it changes nothing or
/// is based on nothing.
fn unchanged(studio: &Studio, text: &Text, own: &Loaded, overrides: &[Override]) -> Result<Option<Loaded>, Problems> {
    let folder = &studio.saved.folder;
    let Some(parent) = load_parent(folder, own)? else { return Ok(None) };
    let Some(toml) = edit::unchanged(&text.toml, &parent.scenario.title) else { return Ok(None) };
    let parent = load_inside(folder, UNCHANGED, &toml, overrides)?;
    Ok((rules(&parent) != rules(own)).then_some(parent))
}

/// What a scenario's runs depend on: all but what is told of it.
fn rules(loaded: &Loaded) -> toml::Table {
    let mut all: toml::Table = loaded.resolved_toml.parse().unwrap_or_default();
    for told in ["title", "question", "sources"] {
        all.remove(told);
    }
    all
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
