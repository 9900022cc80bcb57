//! Runs made elsewhere: chunks are pure, named by content, and give the bytes that runs made here give.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs,
    path::Path,
    sync::atomic::AtomicBool,
};
use telework::{
    commands::{Chunk, Conduct, Parcel, RunRequest, World, execute, prepare},
    engine::ParameterSource,
    error::Kind,
    results::CODE,
    scenario::Override,
};

static GO_ON: AtomicBool = AtomicBool::new(false);
const CONDUCT: Conduct = Conduct { threads: 1, observe: &|_| {}, stop: &GO_ON };

fn request(home: &Path, name: &str, replicates: u32) -> RunRequest {
    let set = [("run.sample", "6000"), ("run.end", "2020-03-31"), ("run.replicates", &replicates.to_string())];
    RunRequest {
        scenario: "baseline".into(),
        overrides: set.iter().map(|(path, value)| Override::flag("--set", path, value)).collect(),
        out: Some(home.join(name)),
        store: Some(home.join(format!("{name}.store"))),
        split: 3,
        ..RunRequest::default()
    }
}

/// Tables, manifest and page with their bytes.
fn files(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.path().is_file());
    files.map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap())).collect()
}

fn parcels(request: RunRequest, runs: usize) -> Vec<Parcel> {
    prepare(request).unwrap().parcels(Some(runs)).unwrap()
}

fn keys(parcels: &[Parcel]) -> Vec<String> {
    parcels.iter().map(|parcel| parcel.chunk.key()).collect()
}

#[test]
fn a_run_made_elsewhere_in_any_order_is_the_same_folder() {
    let home = tempfile::tempdir().unwrap();
    execute(prepare(request(home.path(), "here", 4)).unwrap(), CONDUCT).unwrap();
    let expected = files(&home.path().join("here"));
    for runs in [1, 4] {
        let name = format!("elsewhere-{runs}");
        let mut parcels = parcels(request(home.path(), &name, 4), runs);
        assert_eq!(parcels.iter().map(|parcel| parcel.chunk.runs()).sum::<usize>(), 4 + 3 * 3);
        parcels.reverse();
        let world = World::new(None).unwrap();
        for parcel in &parcels {
            // What travels is the text alone.
            let chunk = Chunk::from_json(&parcel.chunk.to_json()).unwrap();
            assert_eq!(chunk, parcel.chunk);
            parcel.keep(&world.make(&chunk, CONDUCT).unwrap()).unwrap();
        }
        let job = prepare(request(home.path(), &name, 4)).unwrap();
        assert_eq!((job.kept, job.parcels(None).unwrap().len()), (4, 0), "nothing is left to be made");
        execute(job, CONDUCT).unwrap();
        assert!(files(&home.path().join(&name)) == expected);
    }
}

#[test]
fn a_chunk_is_named_by_its_content() {
    let home = tempfile::tempdir().unwrap();
    let four = keys(&parcels(request(home.path(), "a", 8), 4));
    assert_eq!(four.len(), 2 + 3, "8 replicates and 9 runs beside them");
    assert_eq!(keys(&parcels(request(home.path(), "b", 8), 4)), four, "places are no content");
    assert_eq!(keys(&parcels(request(home.path(), "a", 12), 4))[..2], four[..2], "more replicates are more chunks");
    let point = RunRequest { parameters: ParameterSource::Point, ..request(home.path(), "a", 8) };
    let mut seed = request(home.path(), "a", 8);
    seed.overrides.push(Override::flag("--seed", "run.seed", "1"));
    let known: BTreeSet<String> = four.into_iter().collect();
    for other in [point, seed] {
        assert!(keys(&parcels(other, 4)).iter().all(|key| !known.contains(key)));
    }
}

#[test]
fn what_is_damaged_or_of_another_version_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let parcels = parcels(request(home.path(), "a", 2), 2);
    let world = World::new(None).unwrap();
    let bytes = world.make(&parcels[0].chunk, CONDUCT).unwrap();
    let mut flipped = bytes.clone();
    flipped[1000] ^= 1;
    for damaged in [&bytes[..bytes.len() - 1], &flipped, &[], &[bytes.as_slice(), &bytes].concat()] {
        assert_eq!(parcels[0].keep(damaged).unwrap_err().kind, Kind::Different);
    }
    let text = parcels[0].chunk.to_json();
    let other = Chunk::from_json(&text.replace(CODE, "0.0.9+x")).unwrap_err();
    assert!(other.message.contains("0.0.9+x") && other.advice.is_some());
    assert!(Chunk::from_json("{}").is_err());
    // Other tables than those that the chunk was made from.
    let data = text.split("\"data\":\"").nth(1).unwrap().split('"').next().unwrap();
    let chunk = Chunk::from_json(&text.replace(data, "00")).unwrap();
    let problem = world.make(&chunk, CONDUCT).unwrap_err().0.remove(0);
    assert!(problem.message.contains("other data tables"));
}
