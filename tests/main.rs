//! All tests from outside the library are one program, which is linked once. A file beside this one is a module of it:
//! `cargo test --test all docs::` runs those of `docs.rs`.

mod common;

mod accepted;
mod attribution;
mod bad_input;
mod calibration;
mod chunks;
mod compare;
mod docs;
mod faults;
mod golden;
mod inheritance;
mod invariants;
mod kills;
mod measures;
mod posterior;
mod reference;
mod report;
mod rooms;
mod run_folder;
mod sample;
mod shipped;
mod studio;
mod studio_browser;
mod surveys;

/// A file that is not listed above would never run.
#[test]
fn every_file_is_listed() {
    let own = include_str!("main.rs");
    let mut missing = Vec::new();
    for entry in std::fs::read_dir("tests").unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        let holds_code = name.ends_with(".rs") || entry.path().join("mod.rs").is_file();
        if holds_code && module != "main" && !own.contains(&format!("\nmod {module};\n")) {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "not in tests/main.rs: {missing:?}");
}
