//! How a browser gets in: the printed address has a key that opens once, for the token that every request shows after that.
//!
//! The address stays in the browser's history; its key is worthless as soon as the page has opened.

use super::guard::same;
use crate::error::{Kind, Problem};
use std::{
    fmt::Write,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The key of the next browser, and the token of all.
pub struct Entry {
    /// What every request for data must show; new at each start.
    pub token: String,
    key: Mutex<String>,
    /// The key was used: there is another one, which nobody knows yet.
    renewed: AtomicBool,
}

impl Entry {
    /// With a new key and token.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new() -> Result<Entry, Problem> {
        Ok(Entry { token: random()?, key: Mutex::new(random()?), renewed: AtomicBool::default() })
    }

    /// The token for the key, which opens nothing from then on.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn exchange(&self, shown: &str) -> Result<Option<&str>, Problem> {
        let mut key = self.locked();
        if !same(shown, &key) {
            return Ok(None);
        }
        *key = random()?;
        self.renewed.store(true, Ordering::Relaxed);
        Ok(Some(&self.token))
    }

    /// The key of the next browser.
    pub fn key(&self) -> String {
        self.locked().clone()
    }

    /// Whether there is a key that nobody has been told; says so once.
    pub fn is_renewed(&self) -> bool {
        self.renewed.swap(false, Ordering::Relaxed)
    }

    fn locked(&self) -> MutexGuard<'_, String> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 256 bits from the system, in hexadecimal.
fn random() -> Result<String, Problem> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|e| Problem::error(Kind::Files, format!("the system gives no random numbers: {e}")))?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
