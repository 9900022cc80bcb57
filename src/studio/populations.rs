//! Synthesised firms, kept between requests: a change of the policy changes none of them.

use crate::{
    data::Data,
    error::Problem,
    population::{Population, synthesise},
    scenario::Scale,
};
use std::sync::{Arc, Mutex, PoisonError};

/// How many are kept: that of the last scenarios and that of previews.
const KEPT: usize = 3;

type Kept = (u64, Scale, Arc<Population>);

/// The populations used last, newest first.
#[derive(Default)]
pub struct Populations(Mutex<Vec<Kept>>);

impl Populations {
    /// The firms of a seed and scale.
    ///
    /// # Errors
    /// As [`synthesise`].
    pub fn get(&self, data: &Data, seed: u64, scale: Scale) -> Result<Arc<Population>, Problem> {
        // Held during the synthesis: two requests for one population wait for one synthesis.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.iter().position(|(s, c, _)| (*s, *c) == (seed, scale)) {
            let found = kept.remove(place);
            let population = found.2.clone();
            kept.insert(0, found);
            return Ok(population);
        }
        let population = Arc::new(synthesise(data, seed, scale)?);
        kept.insert(0, (seed, scale, population.clone()));
        kept.truncate(KEPT);
        Ok(population)
    }
}
