//! Generated files and parts of pages: compared on every test run, rewritten only when asked to.

/// Compares a file with what it should hold. `TELEWORK_REWRITE=1` writes it instead.
#[track_caller]
pub fn current(path: &str, text: &str) {
    if std::env::var_os("TELEWORK_REWRITE").is_some() {
        std::fs::write(path, text).expect("rewrite");
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    let caller = std::path::Path::new(std::panic::Location::caller().file());
    let module = caller.file_stem().unwrap_or_default().display();
    assert!(found == text, "{path} is not current: TELEWORK_REWRITE=1 cargo test --test all {module}::");
}

/// The same for parts of a page, each between `<!-- generated: NAME -->` and `<!-- end: NAME -->`. All parts of a
/// page belong in one call, so that tests running side by side do not overwrite each other's.
#[track_caller]
pub fn current_parts(path: &str, parts: &[(&str, String)]) {
    let mut page = std::fs::read_to_string(path).expect(path);
    for (name, text) in parts {
        let marks = [format!("<!-- generated: {name} -->\n"), format!("<!-- end: {name} -->")];
        let [begin, end] = marks.each_ref().map(|mark| {
            assert_eq!(page.matches(mark.as_str()).count(), 1, "{path}: {mark}");
            page.find(mark.as_str()).expect("counted above")
        });
        page.replace_range(begin + marks[0].len()..end, &format!("\n{text}\n"));
    }
    current(path, &page);
}
