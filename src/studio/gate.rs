//! Lets previews overtake: while one is being made, the running job waits between two weeks.

use std::sync::{Condvar, Mutex, PoisonError};

/// A gate that is open unless a preview is being made.
#[derive(Default)]
pub struct Gate {
    previews: Mutex<usize>,
    opened: Condvar,
}

/// A preview that is being made.
pub struct Passing<'a>(&'a Gate);

impl Gate {
    /// Waits while a preview is being made.
    pub fn pass(&self) {
        let mut previews = self.previews.lock().unwrap_or_else(PoisonError::into_inner);
        while *previews > 0 {
            previews = self.opened.wait(previews).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Closes the gate until the result is dropped.
    pub fn close(&self) -> Passing<'_> {
        *self.previews.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Passing(self)
    }
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        *self.0.previews.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.opened.notify_all();
    }
}
