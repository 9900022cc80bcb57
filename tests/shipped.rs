//! The shipped scenarios: they load, say what they change, and can be written out and read back.

use telework::{error::Severity, scenario};

#[test]
fn every_shipped_scenario_loads_without_a_warning_and_reads_back_equal() {
    for (file, _) in scenario::BUILT_IN {
        let loaded = scenario::load(file, &[]).unwrap_or_else(|problems| panic!("{file}:\n{problems}"));
        let warnings: Vec<_> = loaded.notes.iter().filter(|note| note.severity > Severity::Note).collect();
        assert!(warnings.is_empty(), "{file}: {warnings:?}");
        let again = scenario::load_text(&loaded.scenario.name, &loaded.resolved_toml, &[])
            .unwrap_or_else(|problems| panic!("{file}:\n{problems}\n{}", loaded.resolved_toml));
        assert_eq!(again.scenario, loaded.scenario, "{file}");
        assert_eq!(again.resolved_toml, loaded.resolved_toml, "{file}");
    }
}
