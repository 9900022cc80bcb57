//! Finished runs, kept by content: scenario, parameters, luck, emergencies, data, and the code that makes numbers.
//!
//! A run is asked for before it is simulated, so an interrupted command goes on where it stopped, and commands share their
//! runs. Nothing here is a result: the folder may be deleted at any time, and `verify` never looks into it. A run that
//! cannot be read, or whose bytes are not those that were written, counts as missing.

use super::{
    folder::cannot,
    packed::{pack, unpack},
};
use crate::{
    data::Data,
    engine::{ParameterSource, RunKey, Series},
    error::Problem,
    parameters::Parameters,
    scenario::Scenario,
};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// Where runs are kept when nothing else is said.
pub const STORE: &str = "results/store";

/// Version of the program and fingerprint of the rooms that make numbers.
pub const CODE: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("TELEWORK_FINGERPRINT"));

const HASH: usize = blake3::OUT_LEN;

/// A folder of finished runs.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// The runs of one scenario in a store.
#[derive(Clone, Debug)]
pub struct RunCache {
    folder: PathBuf,
    content: blake3::Hasher,
}

impl Store {
    /// In this folder, or in [`STORE`].
    pub fn new(folder: Option<&Path>) -> Store {
        Store { root: folder.unwrap_or(Path::new(STORE)).to_path_buf() }
    }

    /// The place of a scenario's runs. Title, question, sources, name and number of replicates change no run, so scenarios
    /// that differ in nothing else share a place.
    pub fn cache(&self, basis: ParameterSource, data: &Data) -> RunCache {
        let mut scenario = Scenario {
            name: String::new(),
            title: String::new(),
            question: String::new(),
            sources: Vec::new(),
            // What a run has comes with its case.
            parameters: Parameters::default(),
            fixed: Vec::new(),
            ..basis.scenario.clone()
        };
        scenario.run.replicates = 0;
        let mut content = blake3::Hasher::new();
        content.update(CODE.as_bytes()).update(b"\0");
        for (file, hash) in &data.files {
            content.update(file.as_bytes()).update(b"\0").update(hash.as_bytes()).update(b"\0");
        }
        // The form for debugging names every field of every part, so none can be forgotten here.
        content.update(format!("{scenario:?}").as_bytes());
        let name = &content.finalize().to_hex()[..16];
        RunCache { folder: self.root.join(name), content }
    }
}

impl RunCache {
    /// The file of a run, whether it is there or not.
    pub fn file(&self, basis: ParameterSource, case: RunKey) -> PathBuf {
        let RunKey { parameters, noise, emergencies } = case;
        let parameters = basis.parameters(parameters);
        let content = format!("{parameters:?} {noise} {emergencies}");
        let name = self.content.clone().update(content.as_bytes()).finalize().to_hex();
        self.folder.join(&name[..32])
    }

    /// Whether a run is there. Reading it may still find it damaged.
    pub fn has(&self, basis: ParameterSource, case: RunKey) -> bool {
        self.file(basis, case).is_file()
    }

    /// A run, if it is there and whole.
    pub fn read(&self, basis: ParameterSource, case: RunKey) -> Option<Series> {
        let bytes = fs::read(self.file(basis, case)).ok()?;
        sealed(&bytes).and_then(unpack)
    }

    /// Keeps a run, whole or not at all.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when it cannot be written.
    pub fn keep(&self, basis: ParameterSource, case: RunKey, series: &Series) -> Result<(), Problem> {
        keep_sealed(&self.file(basis, case), &seal(series))
    }
}

/// A run as its file holds it: its bytes, and their hash.
pub fn seal(series: &Series) -> Vec<u8> {
    let mut bytes = pack(series);
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    bytes
}

/// What was sealed; `None` when the bytes are not those that were written.
pub fn sealed(bytes: &[u8]) -> Option<&[u8]> {
    let (content, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
    (blake3::hash(content).as_bytes() == hash).then_some(content)
}

/// Keeps a sealed run in its file, whole or not at all.
///
/// # Errors
/// A [`Problem`] of kind `Files` when it cannot be written.
pub fn keep_sealed(file: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let written = || {
        fs::create_dir_all(folder)?;
        let mut draft = tempfile::Builder::new().prefix(".telework-").tempfile_in(folder)?;
        draft.write_all(bytes)?;
        draft.persist(file).map_err(|e| e.error)
    };
    written().map(drop).map_err(|e| cannot("keep a finished run in", folder, &e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::ParameterChoice, results::folder::tests::synthetic, scenario};

    /// Same numbers, same place; anything that changes a number, another place.
    #[test]
    fn a_run_is_found_by_content_alone() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(Some(home.path()));
        let data = Data::embedded().unwrap();
        let baseline = scenario::load("baseline", &[]).unwrap().scenario;
        let basis =
            |scenario| ParameterSource { choice: ParameterChoice::Posterior, scenario, posterior: &data.posterior };
        let cache = store.cache(basis(&baseline), &data);
        let case = RunKey::from(3);
        assert_eq!(cache.read(basis(&baseline), case), None);
        cache.keep(basis(&baseline), case, &synthetic(3)).unwrap();
        assert_eq!(cache.read(basis(&baseline), case), Some(synthetic(3)));

        let mut renamed = Scenario { name: "other".into(), title: "other".into(), ..baseline.clone() };
        renamed.run.replicates += 1;
        assert!(store.cache(basis(&renamed), &data).has(basis(&renamed), case));
        let mut changed = baseline.clone();
        changed.interventions[3].scale = 2.0;
        assert!(!store.cache(basis(&changed), &data).has(basis(&changed), case));
        let mut fixed = baseline.clone();
        fixed.fixed.push("peer_industry");
        assert!(!store.cache(basis(&fixed), &data).has(basis(&fixed), case), "a fixed parameter changes the draw");
        assert!(!cache.has(ParameterSource { choice: ParameterChoice::Point, ..basis(&baseline) }, case));
        for other in [RunKey { parameters: 4, ..case }, RunKey { noise: 4, ..case }, RunKey { emergencies: 4, ..case }]
        {
            assert!(!cache.has(basis(&baseline), other), "{other:?}");
        }
        let mut table = data.clone();
        table.files[0].1 = "00".into();
        assert!(!store.cache(basis(&baseline), &table).has(basis(&baseline), case));
    }

    #[test]
    fn a_damaged_run_counts_as_missing() {
        let home = tempfile::tempdir().unwrap();
        let data = Data::embedded().unwrap();
        let scenario = scenario::load("baseline", &[]).unwrap().scenario;
        let basis = ParameterSource { choice: ParameterChoice::Point, scenario: &scenario, posterior: &data.posterior };
        let cache = Store::new(Some(home.path())).cache(basis, &data);
        let case = RunKey::from(0);
        cache.keep(basis, case, &synthetic(0)).unwrap();
        let file = cache.file(basis, case);
        let mut bytes = fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&file, bytes).unwrap();
        assert_eq!(cache.read(basis, case), None);
    }
}
