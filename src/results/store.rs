//! Finished runs, kept by content: scenario, parameters, process noise, emergencies, data, and the code that makes numbers.
//!
//! A run is asked for before it is simulated, so an interrupted command goes on where it stopped, and commands share their
//! runs. Nothing here is a result: the folder may be deleted at any time, and `verify` never looks into it. What is kept
//! carries its key inside the sealed bytes: a run that cannot be read, whose bytes are not those that were written, or that
//! lies under another run's name, counts as missing.

use super::{
    failure::cannot,
    hidden::{beside, tidy},
    kept::{keep, kept, may_keep},
    packed::{pack, unpack},
};
use crate::{
    data::Data,
    engine::{ParameterSource, RunKey, Series},
    error::Problem,
    parameters::Parameters,
    scenario::Scenario,
};
use std::path::{Path, PathBuf};

/// Where runs are kept when nothing else is said.
pub const STORE: &str = "results/store";

/// Version of the program and fingerprint of the rooms that make numbers.
pub const CODE: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("TELEWORK_FINGERPRINT"));

/// Number of the format of what is kept. It is a part of each key, so that what has another one counts as missing.
const STORE_FORMAT: u32 = 1;

const HASH: usize = blake3::OUT_LEN;

/// Names something kept, and all that its bytes depend on.
pub type KeptKey = blake3::Hash;

/// Where one run is kept.
#[derive(Clone, Debug)]
pub struct Slot {
    key: KeptKey,
    file: PathBuf,
}

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
        content.update(&STORE_FORMAT.to_le_bytes()).update(CODE.as_bytes()).update(b"\0");
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
    /// Names a run, and all that its numbers depend on.
    pub fn key(&self, basis: ParameterSource, case: RunKey) -> KeptKey {
        let RunKey { parameters, noise, emergencies } = case;
        let parameters = basis.parameters(parameters);
        let content = format!("{parameters:?} {noise} {emergencies}");
        self.content.clone().update(content.as_bytes()).finalize()
    }

    /// The place of a run, whether it is there or not.
    pub fn slot(&self, basis: ParameterSource, case: RunKey) -> Slot {
        let key = self.key(basis, case);
        Slot { file: self.folder.join(&key.to_hex()[..32]), key }
    }

    /// Whether a run is there, and whole.
    pub fn has(&self, basis: ParameterSource, case: RunKey) -> bool {
        let Slot { key, file } = self.slot(basis, case);
        kept(&file).is_some_and(|bytes| sealed(&bytes, &key).is_some())
    }

    /// A run, if it is there and whole.
    pub fn read(&self, basis: ParameterSource, case: RunKey) -> Option<Series> {
        let Slot { key, file } = self.slot(basis, case);
        unseal_run(&key, &kept(&file)?)
    }

    /// Whether a run could be kept, so that it is known before it is made.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when something of somebody else's lies in its place.
    pub fn may_keep(&self, basis: ParameterSource, case: RunKey) -> Result<(), Problem> {
        let file = self.slot(basis, case).file;
        may_keep(&file).map_err(|e| cannot_keep(&file, &e))
    }

    /// Keeps a run, whole or not at all.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when it cannot be written.
    pub fn keep(&self, basis: ParameterSource, case: RunKey, series: &Series) -> Result<(), Problem> {
        let slot = self.slot(basis, case);
        slot.keep(&seal_run(&slot.key, series))
    }

    /// Removes what commands that died while keeping a run left there.
    pub fn tidy(&self) {
        tidy(&self.folder);
    }
}

impl Slot {
    /// Whether bytes are those of the run that belongs here.
    pub fn takes(&self, bytes: &[u8]) -> bool {
        sealed(bytes, &self.key).is_some()
    }

    /// Keeps a sealed run, whole or not at all.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when it cannot be written.
    pub fn keep(&self, bytes: &[u8]) -> Result<(), Problem> {
        keep(&self.file, bytes).map_err(|e| cannot_keep(&self.file, &e))
    }
}

fn cannot_keep(file: &Path, error: &std::io::Error) -> Problem {
    cannot("keep a finished run in", beside(file), error, "--store DIR")
}

/// A run as its file holds it.
pub fn seal_run(key: &KeptKey, series: &Series) -> Vec<u8> {
    seal(key, &pack(series))
}

/// The run of such a file; `None` when it is not whole, or another one.
pub fn unseal_run(key: &KeptKey, bytes: &[u8]) -> Option<Series> {
    unpack(sealed(bytes, key)?)
}

/// Something kept: its key, its content, and the hash of both.
pub fn seal(key: &KeptKey, content: &[u8]) -> Vec<u8> {
    let mut bytes = [key.as_bytes(), content].concat();
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    bytes
}

/// What was sealed under a key; `None` when the bytes are not those that were written, or were kept under another one.
pub fn sealed<'b>(bytes: &'b [u8], key: &KeptKey) -> Option<&'b [u8]> {
    let (content, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
    let whole = blake3::hash(content).as_bytes() == hash;
    content.strip_prefix(key.as_bytes()).filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::ParameterChoice, results::folder::tests::synthetic, scenario};
    use std::fs;

    /// The place of the baseline's runs at the point, in a store of its own.
    fn in_a_store(test: impl FnOnce(&RunCache, ParameterSource)) {
        let home = tempfile::tempdir().unwrap();
        let data = Data::embedded().unwrap();
        let scenario = scenario::load("baseline", &[]).unwrap().scenario;
        let basis = ParameterSource { choice: ParameterChoice::Point, scenario: &scenario, posterior: &data.posterior };
        let cache = Store::new(Some(home.path())).cache(basis, &data);
        test(&cache, basis);
    }

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
        in_a_store(|cache, basis| {
            let case = RunKey::from(0);
            cache.keep(basis, case, &synthetic(0)).unwrap();
            let file = cache.slot(basis, case).file;
            let mut bytes = fs::read(&file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&file, bytes).unwrap();
            assert_eq!(cache.read(basis, case), None);
            assert!(!cache.has(basis, case));
        });
    }

    /// A pipe is never waited for, a device never read to its end; and none of them is ours to replace.
    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_counts_as_missing_and_stays() {
        in_a_store(|cache, basis| {
            let case = RunKey::from(0);
            let file = cache.slot(basis, case).file;
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            let pipe = |at: &Path| assert!(std::process::Command::new("mkfifo").arg(at).status().unwrap().success());
            let endless = |at: &Path| std::os::unix::fs::symlink("/dev/zero", at).unwrap();
            let elsewhere = file.with_extension("mine");
            fs::write(&elsewhere, "mine").unwrap();
            let to_a_file = |at: &Path| std::os::unix::fs::symlink(at.with_extension("mine"), at).unwrap();
            let kind = |at: &Path| fs::symlink_metadata(at).unwrap().file_type();
            for place in [pipe as fn(&Path), endless, to_a_file] {
                place(&file);
                let before = kind(&file);
                assert_eq!((cache.read(basis, case), cache.has(basis, case)), (None, false));
                for refused in [cache.may_keep(basis, case), cache.keep(basis, case, &synthetic(0))] {
                    let problem = refused.unwrap_err();
                    assert_eq!(problem.kind, crate::error::Kind::Files);
                    assert!(problem.advice.unwrap().contains("--store DIR"), "{}", problem.message);
                }
                assert_eq!(kind(&file), before);
                fs::remove_file(&file).unwrap();
            }
            assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "mine");
            // A damaged run of ours is replaced by a good one.
            fs::write(&file, "half a run").unwrap();
            cache.may_keep(basis, case).unwrap();
            cache.keep(basis, case, &synthetic(0)).unwrap();
            assert_eq!(cache.read(basis, case), Some(synthetic(0)));
        });
    }

    /// As after a copy by hand, or by a disk that is put back wrongly.
    #[test]
    fn a_run_under_another_ones_name_counts_as_missing() {
        in_a_store(|cache, basis| {
            let [first, second] = [0, 1].map(RunKey::from);
            cache.keep(basis, first, &synthetic(0)).unwrap();
            fs::copy(cache.slot(basis, first).file, cache.slot(basis, second).file).unwrap();
            assert_eq!((cache.read(basis, second), cache.has(basis, second)), (None, false));
            assert_eq!(cache.read(basis, first), Some(synthetic(0)));
        });
    }
}
