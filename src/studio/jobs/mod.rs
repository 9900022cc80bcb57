//! Jobs: the commands that the page has asked for, one at a time, by turns, kept on disk until they are done.

mod order;
mod record;
mod request;
mod work;

pub use record::JobState;
pub use request::{JobRequest, NOT_ASKED, StudioPlaces, takes_several};

use super::{
    gate::Gate,
    problems, reading,
    speed::{Pace, Speed, Workload},
};
use crate::{
    commands::{self, Prepared, Study},
    error::{self, Problem, Problems},
    results::{Form, Product, write_file},
    scenario::{Loaded, Override},
};
use order::Turns;
use record::JobRecord;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// A scenario as a job takes it; never replaced.
static SNAPSHOT: Product = Product {
    name: "snapshot",
    mark: "scenario",
    form: Form::File,
    flag: "--folder DIR",
    holds_mark: |_| false,
    wrote: |_, _| true,
};
/// Jobs that may wait at a time.
const LONGEST_QUEUE: usize = 1_000;
/// Least time between two pictures of a running job.
const LEAST: Duration = Duration::from_millis(500);

/// All jobs of a studio.
pub struct Jobs {
    /// Where they read and write.
    pub places: StudioPlaces,
    /// Lets previews pass.
    pub gate: Gate,
    /// How fast runs are made on this machine.
    pub speed: Speed,
    threads: usize,
    folder: PathBuf,
    /// Number of the last job.
    last: AtomicU64,
    inner: Mutex<JobQueue>,
    /// A job was added, or the studio closes.
    news: Condvar,
}

#[derive(Default)]
struct JobQueue {
    all: BTreeMap<u64, TrackedJob>,
    turns: Turns,
    closing: bool,
}

struct TrackedJob {
    record: JobRecord,
    stop: Arc<AtomicBool>,
    progress: Arc<JobProgress>,
    prepared: Option<Arc<dyn Prepared>>,
    /// The newest picture of a running job.
    partial: Option<JobPicture>,
}

/// A job that is worked on.
struct Begun {
    id: u64,
    request: JobRequest,
    files: Vec<String>,
    stop: Arc<AtomicBool>,
    progress: Arc<JobProgress>,
}

/// A picture of a running job.
#[derive(Clone)]
struct JobPicture {
    content: Arc<Value>,
    made: Instant,
    /// How long it stays the newest: looking must not hold up the work.
    lasts: Duration,
}

/// How far a running job is.
#[derive(Default)]
struct JobProgress {
    done: AtomicU64,
    total: AtomicU64,
    begun: Mutex<Option<Instant>>,
}

impl JobProgress {
    /// How fast the runs were made, of so many firms each; `None` where none was made.
    fn pace(&self, firms: Option<u64>) -> Option<Pace> {
        let begun = (*self.begun.lock().unwrap_or_else(PoisonError::into_inner))?;
        let weeks = self.done.load(Ordering::Relaxed);
        Pace::new(firms?, weeks, begun.elapsed())
    }
}

impl TrackedJob {
    fn new(record: JobRecord) -> TrackedJob {
        TrackedJob { record, stop: Arc::default(), progress: Arc::default(), prepared: None, partial: None }
    }
}

impl Jobs {
    /// In the studio's folder. Jobs that were queued or running wait again.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(places: StudioPlaces, threads: usize) -> Result<Jobs, Problem> {
        let folder = places.folder.join("jobs");
        for folder in [&folder, &places.home()] {
            fs::create_dir_all(folder).map_err(|e| {
                Problem::error(error::Kind::Files, format!("cannot make the folder {}: {e}", folder.display()))
            })?;
        }
        let mut inner = JobQueue::default();
        let speed = Speed::default();
        for mut record in JobRecord::all(&folder) {
            if record.state == JobState::Running {
                record.state = JobState::Queued;
            }
            record.pace.into_iter().for_each(|pace| speed.learn(pace));
            inner.all.insert(record.id, TrackedJob::new(record));
        }
        let last = inner.all.keys().next_back().copied().unwrap_or(0).into();
        let (inner, news, gate) = (Mutex::new(inner), Condvar::new(), Gate::default());
        Ok(Jobs { places, gate, speed, threads, folder, last, inner, news })
    }

    /// A number that no job has.
    fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Queues a job; `loaded` are its scenarios, read; `workload` is what it will take. Gives its number.
    ///
    /// # Errors
    /// A full queue, a file that cannot be written.
    pub fn add(&self, request: JobRequest, loaded: &[Loaded], workload: Workload, tab: &str) -> Result<u64, Problems> {
        let waiting = self.lock().all.values().filter(|entry| !entry.record.state.ended()).count();
        if waiting >= LONGEST_QUEUE {
            let problem = Problem::error(error::Kind::Usage, format!("{waiting} jobs are waiting already"));
            return Err(problem.advise("wait for some of them, or cancel some").into());
        }
        let files = loaded.iter().map(|one| self.snapshot(one)).collect::<Result<Vec<_>, _>>()?;
        let titles: Vec<&str> = loaded.iter().map(|one| one.scenario.title.as_str()).collect();
        let id = self.number();
        let record = JobRecord {
            id,
            tab: tab.to_string(),
            command: request.command(&files, &self.places)?,
            title: titles.join(" / "),
            request,
            files,
            created: jiff::Timestamp::now().to_string(),
            state: JobState::Queued,
            folder: None,
            problems: Vec::new(),
            firms: Some(workload.firms),
            pace: None,
        };
        record.keep(&self.folder)?;
        self.lock().all.insert(id, TrackedJob::new(record));
        self.news.notify_all();
        Ok(id)
    }

    /// Keeps a scenario as it is now, with those that it extends, in a folder named by content: the command line that is
    /// shown stays true when the scenario is edited. Gives the file, seen from the studio's folder.
    fn snapshot(&self, loaded: &Loaded) -> Result<String, Problem> {
        let file = format!("{}.toml", loaded.scenario.name);
        let shown = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or_default().to_string();
        let from_disk = loaded.sources.iter().filter(|(name, _)| !name.starts_with("built-in "));
        let texts: BTreeMap<String, &str> = from_disk.map(|(name, text)| (shown(name), &**text)).collect();
        let mut hasher = blake3::Hasher::new();
        for (name, text) in &texts {
            hasher.update(name.as_bytes()).update(b"\0").update(text.as_bytes()).update(b"\0");
        }
        let name = format!("inputs/{}", &hasher.finalize().to_hex()[..8]);
        let folder = self.places.folder.join(&name);
        fs::create_dir_all(&folder).map_err(|e| {
            Problem::error(error::Kind::Files, format!("cannot make the folder {}: {e}", folder.display()))
        })?;
        for (file, text) in texts {
            let path = folder.join(file);
            // The folder's name says what its files hold.
            if fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
                write_file(&SNAPSHOT, &path, false, |out| out.write_all(text.as_bytes()))?;
            }
        }
        Ok(format!("{name}/{file}"))
    }

    /// All jobs, oldest first.
    pub fn list(&self) -> Vec<Value> {
        let inner = self.lock();
        let positions = inner.positions();
        inner.all.values().map(|entry| shown(entry, positions.get(&entry.record.id))).collect()
    }

    /// One job; the flag says whether it has ended.
    pub fn one(&self, id: u64) -> Option<(Value, bool)> {
        let inner = self.lock();
        let entry = inner.all.get(&id)?;
        let positions = if entry.record.state == JobState::Queued { inner.positions() } else { BTreeMap::new() };
        let mut shown = shown(entry, positions.get(&id));
        shown["scenarios"] = json!(entry.record.request.scenarios);
        Some((shown, entry.record.state.ended()))
    }

    /// Cancels a job that has not ended; forgets one that has, and leaves its folder.
    ///
    /// # Errors
    /// When its file cannot be written or deleted.
    pub fn cancel(&self, id: u64) -> Result<bool, Problem> {
        let mut inner = self.lock();
        let Some(entry) = inner.all.get_mut(&id) else { return Ok(false) };
        match entry.record.state {
            // The worker sees it between two weeks.
            JobState::Running => entry.stop.store(true, Ordering::Relaxed),
            JobState::Queued => {
                entry.record.state = JobState::Cancelled;
                entry.record.keep(&self.folder)?;
            }
            JobState::Done | JobState::Failed | JobState::Cancelled => {
                let path = self.folder.join(format!("{id}.json"));
                fs::remove_file(&path).map_err(|e| {
                    Problem::error(error::Kind::Files, format!("cannot delete {}: {e}", path.display()))
                })?;
                inner.all.remove(&id);
            }
        }
        Ok(true)
    }

    /// The folder of a job that is done.
    pub fn folder(&self, id: u64) -> Option<PathBuf> {
        let inner = self.lock();
        let record = &inner.all.get(&id)?.record;
        (record.state == JobState::Done).then(|| record.folder.as_ref().map(|name| self.places.home().join(name)))?
    }

    /// The newest picture of a running job; `content` makes it from the folder so far.
    ///
    /// # Errors
    /// A run that cannot be read.
    pub fn partial(
        &self,
        id: u64,
        content: impl FnOnce(commands::SoFar) -> Result<Value, Problem>,
    ) -> Result<Option<Arc<Value>>, Problem> {
        let known = |entry: &TrackedJob| Some((entry.prepared.clone()?, entry.partial.clone()));
        let Some((prepared, partial)) = self.lock().all.get(&id).and_then(known) else { return Ok(None) };
        if let Some(partial) = partial.filter(|partial| partial.made.elapsed() < partial.lasts) {
            return Ok(Some(partial.content));
        }
        let begun = Instant::now();
        let Some(so_far) = prepared.so_far()? else { return Ok(None) };
        let content = Arc::new(content(so_far)?);
        let partial =
            JobPicture { content: content.clone(), made: Instant::now(), lasts: LEAST.max(begun.elapsed() * 4) };
        if let Some(entry) = self.lock().all.get_mut(&id).filter(|entry| entry.prepared.is_some()) {
            entry.partial = Some(partial);
        }
        Ok(Some(content))
    }

    /// Works off the queue until the studio closes.
    pub fn work(&self) {
        while let Some(next) = self.next() {
            let ended = work::done(self, &next);
            self.end(next.id, ended);
        }
    }

    /// Stops the running job between two weeks; it waits again at the next start.
    pub fn close(&self) {
        let mut inner = self.lock();
        inner.closing = true;
        for entry in inner.all.values().filter(|entry| entry.record.state == JobState::Running) {
            entry.stop.store(true, Ordering::Relaxed);
        }
        self.news.notify_all();
    }

    /// Waits for a job and begins it.
    fn next(&self) -> Option<Begun> {
        let mut inner = self.lock();
        loop {
            if inner.closing {
                return None;
            }
            let waiting = inner.waiting();
            let tabs: Vec<String> = waiting.iter().map(|id| inner.all[id].record.tab.clone()).collect();
            if let Some(place) = inner.turns.next(tabs.iter().map(String::as_str)) {
                let id = waiting[place];
                let entry = inner.all.get_mut(&id)?;
                entry.record.state = JobState::Running;
                // When this cannot be kept the job is still queued on disk, which is as good.
                let _ = entry.record.keep(&self.folder);
                let JobRecord { request, files, .. } = entry.record.clone();
                return Some(Begun { id, request, files, stop: entry.stop.clone(), progress: entry.progress.clone() });
            }
            inner = self.news.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The use case of a running job could start.
    fn prepared(&self, id: u64, prepared: &Arc<dyn Prepared>) {
        if let Some(entry) = self.lock().all.get_mut(&id) {
            entry.record.folder = prepared.folder().file_name().map(|name| name.to_string_lossy().into_owned());
            entry.prepared = Some(prepared.clone());
        }
    }

    fn end(&self, id: u64, ended: Result<(), Problems>) {
        let mut inner = self.lock();
        let closing = inner.closing;
        let Some(entry) = inner.all.get_mut(&id) else { return };
        let stopped = |problems: &Problems| problems.0.iter().any(|p| p.kind == error::Kind::Interrupted);
        entry.record.state = match &ended {
            Ok(()) => JobState::Done,
            Err(problems) if stopped(problems) && closing => JobState::Queued,
            Err(problems) if stopped(problems) => JobState::Cancelled,
            Err(_) => JobState::Failed,
        };
        if entry.record.state == JobState::Done {
            entry.record.pace = entry.progress.pace(entry.record.firms);
            entry.record.pace.into_iter().for_each(|pace| self.speed.learn(pace));
        }
        entry.record.problems = match ended {
            Err(problems) if entry.record.state == JobState::Failed => problems::listed(&problems.0),
            _ => Vec::new(),
        };
        // The firms take much memory, and the folder has all that is shown.
        entry.prepared = None;
        entry.partial = None;
        if let Err(problem) = entry.record.keep(&self.folder) {
            entry.record.problems.extend(problems::listed(&[problem]));
        }
    }

    fn lock(&self) -> MutexGuard<'_, JobQueue> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl JobQueue {
    /// Numbers of the queued jobs, oldest first.
    fn waiting(&self) -> Vec<u64> {
        self.all.values().filter(|entry| entry.record.state == JobState::Queued).map(|entry| entry.record.id).collect()
    }

    /// Queued job -> place in the order in which they will be begun, from 1.
    fn positions(&self) -> BTreeMap<u64, usize> {
        let waiting = self.waiting();
        let tabs: Vec<&str> = waiting.iter().map(|id| self.all[id].record.tab.as_str()).collect();
        self.turns.order(&tabs).into_iter().enumerate().map(|(at, place)| (waiting[place], at + 1)).collect()
    }
}

/// A job as the page reads it.
fn shown(entry: &TrackedJob, position: Option<&usize>) -> Value {
    let TrackedJob { record, progress, .. } = entry;
    let (done, total) = (progress.done.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed));
    let running = record.state == JobState::Running;
    let begun = *progress.begun.lock().unwrap_or_else(PoisonError::into_inner);
    let left = begun.filter(|_| running && done > 0 && total > 0).map(|begun| {
        let share = done as f64 / total as f64;
        (begun.elapsed().as_secs_f64() * (1.0 / share - 1.0)).max(0.0).ceil()
    });
    let names: Vec<&str> = record.request.scenarios.iter().map(|one| one.name.as_str()).collect();
    json!({
        "id": record.id, "kind": record.request.kind, "title": record.title, "names": names,
        "state": record.state, "position": position, "done": done, "total": total,
        "seconds_left": left, "command": record.command, "folder": record.folder, "created": record.created,
        "problems": record.problems, "partial": running && done > 0,
    })
}

/// Reads the scenarios of a request, all problems at once.
///
/// # Errors
/// What is wrong with the request or the scenarios.
pub fn load(studio: &super::Studio, request: &JobRequest, overrides: &[Override]) -> Result<Vec<Loaded>, Problems> {
    let study = request.named()?;
    let mut loaded: Vec<Loaded> = Vec::new();
    let mut found = Problems::default();
    for text in &request.scenarios {
        match reading::loaded(studio, text, overrides) {
            Ok(one) => loaded.push(one),
            Err(problems) => found.0.extend(problems.0),
        }
    }
    if matches!(study, Study::Compare(_)) {
        found.0.extend(commands::unpaired(&loaded));
    }
    if found.0.is_empty() { Ok(loaded) } else { Err(found) }
}

/// A folder's own name.
pub fn name_of(folder: &Path) -> String {
    folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
