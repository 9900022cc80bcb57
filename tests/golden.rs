//! Each shipped scenario has a golden result: the KPI table of a small run, `scenarios/NAME.golden.csv`.
//!
//! `TELEWORK_REWRITE=1 cargo test --test all golden::` writes them anew; nothing else does. A change of these files says that
//! results changed, and belongs in a commit that says why.

use std::{fs, path::Path};
use telework::{commands::golden, results::first_difference, scenario::BUILT_IN};

#[test]
fn shipped_scenarios_give_their_golden_results() {
    let rewrite = std::env::var_os("TELEWORK_REWRITE").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut different = Vec::new();
    for (file, _) in BUILT_IN {
        let name = file.trim_end_matches(".toml");
        let path = folder.join(format!("{name}.golden.csv"));
        let found = golden(name).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        if rewrite {
            fs::write(&path, &found).unwrap();
        }
        let kept = fs::read(&path).unwrap_or_default();
        if let Some(difference) = first_difference(found.as_bytes(), &kept[..]).unwrap() {
            different.push(format!("{}, {difference}", path.display()));
        }
    }
    assert!(
        different.is_empty(),
        "{}\nIf that is meant: TELEWORK_REWRITE=1 cargo test --test all golden::",
        different.join("\n")
    );
}
