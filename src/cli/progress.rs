//! Progress with time left: a bar as wide as the terminal has room, otherwise a line every few seconds.

use super::japanese::said;
use crate::engine;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal, Write},
    sync::Mutex,
    time::{Duration, Instant},
};

/// Between two lines where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// Whether the terminal can only print: no colours, no line that is written over.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|kind| kind == "dumb")
}

/// Whether standard error takes colours: a terminal that can, and nobody who does not want them (no-color.org).
pub fn takes_colour() -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !unwanted && !is_dumb()
}

/// Shows how far a run is, on standard error.
pub struct ProgressLine {
    what: &'static str,
    begun: Instant,
    /// On a terminal.
    bar: Option<ProgressBar>,
    /// When the last line was written, otherwise.
    last: Mutex<Instant>,
}

impl ProgressLine {
    /// Begins.
    pub fn new(what: &'static str) -> ProgressLine {
        let bar = (std::io::stderr().is_terminal() && !is_dumb()).then(|| {
            let style = ProgressStyle::with_template(&said("{msg} {wide_bar} {percent}%, {eta} left"));
            let bar = ProgressBar::new(1).with_message(said(what));
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        ProgressLine { what, begun: Instant::now(), bar, last: Mutex::new(Instant::now()) }
    }

    /// Shows; may be called from any thread, as often as one likes.
    pub fn show(&self, progress: engine::Progress) {
        if let Some(bar) = &self.bar {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
            return;
        }
        let Ok(mut last) = self.last.try_lock() else { return };
        if last.elapsed() < EVERY || progress.done == 0 {
            return;
        }
        *last = Instant::now();
        let share = progress.done as f64 / progress.total.max(1) as f64;
        let left = self.begun.elapsed().as_secs_f64() * (1.0 / share - 1.0);
        let line = said(&format!("{} {:.0} %, {left:.0} s left", self.what, share * 100.0));
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
