//! Runs made elsewhere: chunks are pure, named by content, and give the bytes that runs made here give.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs,
    path::Path,
    sync::atomic::AtomicBool,
};
use telework::{
    commands::{
        Chunk, ChunkWorker, Common, Prepared, RunContext, RunRequest, UncertaintyFlags, WorkUnit, execute, prepare,
    },
    error::Kind,
    results::CODE,
};

static GO_ON: AtomicBool = AtomicBool::new(false);
const CONTEXT: RunContext = RunContext { threads: 1, observe: &|_| {}, stop: &GO_ON };

fn request(home: &Path, name: &str, replicates: u32) -> RunRequest {
    let set = [("run.sample", "6000"), ("run.end", "2020-03-31"), ("run.replicates", &replicates.to_string())];
    RunRequest {
        scenario: "baseline".into(),
        common: Common {
            set: set.iter().map(|(path, value)| format!("{path}={value}")).collect(),
            out: Some(home.join(name)),
            store: Some(home.join(format!("{name}.store"))),
            ..Common::default()
        },
        uncertainty: UncertaintyFlags { split: 3, ..UncertaintyFlags::default() },
        ..RunRequest::default()
    }
}

/// Tables, manifest and page with their bytes.
fn files(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.path().is_file());
    files.map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap())).collect()
}

fn work_units(request: RunRequest, runs: usize) -> Vec<WorkUnit> {
    prepare(request).unwrap().work_units(Some(runs)).unwrap()
}

fn keys(work_units: &[WorkUnit]) -> Vec<String> {
    work_units.iter().map(|unit| unit.chunk.key()).collect()
}

#[test]
fn a_run_made_elsewhere_in_any_order_is_the_same_folder() {
    let home = tempfile::tempdir().unwrap();
    execute(prepare(request(home.path(), "here", 4)).unwrap(), CONTEXT).unwrap();
    let expected = files(&home.path().join("here"));
    for runs in [1, 4] {
        let name = format!("elsewhere-{runs}");
        let mut work_units = work_units(request(home.path(), &name, 4), runs);
        assert_eq!(work_units.iter().map(|unit| unit.chunk.runs()).sum::<usize>(), 4 + 2 * 3);
        work_units.reverse();
        let world = ChunkWorker::new(None).unwrap();
        for unit in &work_units {
            // What travels is the text alone.
            let chunk = Chunk::from_json(&unit.chunk.to_json()).unwrap();
            assert_eq!(chunk, unit.chunk);
            unit.keep(&world.make(&chunk, CONTEXT).unwrap()).unwrap();
        }
        let job = prepare(request(home.path(), &name, 4)).unwrap();
        assert_eq!((job.kept, job.work_units(None).unwrap().len()), (4, 0), "nothing is left to be made");
        execute(job, CONTEXT).unwrap();
        assert!(files(&home.path().join(&name)) == expected);
    }
}

#[test]
fn a_chunk_is_named_by_its_content() {
    let home = tempfile::tempdir().unwrap();
    let four = keys(&work_units(request(home.path(), "a", 8), 4));
    assert_eq!(four.len(), 2 + 2, "8 replicates and 6 runs beside them");
    assert_eq!(keys(&work_units(request(home.path(), "b", 8), 4)), four, "places are no content");
    assert_eq!(keys(&work_units(request(home.path(), "a", 12), 4))[..2], four[..2], "more replicates are more chunks");
    let mut point = request(home.path(), "a", 8);
    point.uncertainty.point = true;
    let mut seed = request(home.path(), "a", 8);
    seed.common.seed = Some(1);
    let known: BTreeSet<String> = four.into_iter().collect();
    for other in [point, seed] {
        assert!(keys(&work_units(other, 4)).iter().all(|key| !known.contains(key)));
    }
}

#[test]
fn what_is_damaged_or_of_another_version_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let work_units = work_units(request(home.path(), "a", 2), 2);
    let world = ChunkWorker::new(None).unwrap();
    let bytes = world.make(&work_units[0].chunk, CONTEXT).unwrap();
    let mut flipped = bytes.clone();
    flipped[1000] ^= 1;
    for damaged in [&bytes[..bytes.len() - 1], &flipped, &[], &[bytes.as_slice(), &bytes].concat()] {
        assert_eq!(work_units[0].keep(damaged).unwrap_err().kind, Kind::Different);
    }
    let text = work_units[0].chunk.to_json();
    let other = Chunk::from_json(&text.replace(CODE, "0.0.9+x")).unwrap_err();
    assert!(other.message.contains("0.0.9+x") && other.advice.is_some());
    assert!(Chunk::from_json("{}").is_err());
    // Other tables than those that the chunk was made from.
    let data = text.split("\"data\":\"").nth(1).unwrap().split('"').next().unwrap();
    let chunk = Chunk::from_json(&text.replace(data, "00")).unwrap();
    let problem = world.make(&chunk, CONTEXT).unwrap_err().0.remove(0);
    assert!(problem.message.contains("other data tables"));
}
