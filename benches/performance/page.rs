//! The parts of a page of the docs between `<!-- measured: NAME -->` and `<!-- end: NAME -->`.

/// A part: name and text.
type Part = (&'static str, String);

/// Measures the parts of a page and prints them; what was not only tried out goes into the page.
///
/// # Errors
/// As [`replaced`], before anything is measured; what the measuring says; a page that cannot be read or written.
pub fn renew<const N: usize>(
    path: &str,
    names: [&'static str; N],
    tried_out: Option<&str>,
    measure: impl FnOnce() -> Result<[String; N], String>,
) -> Result<(), String> {
    let page = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    // Before the time is spent: does the page have a place for everything?
    replaced(&page, &names.map(|name| (name, String::new())))?;
    let parts: Vec<Part> = names.into_iter().zip(measure()?).collect();
    for (name, text) in &parts {
        println!("{name}{}\n\n{text}", tried_out.map(|how| format!(" ({how})")).unwrap_or_default());
    }
    match tried_out {
        Some(_) => Ok(()),
        None => std::fs::write(path, replaced(&page, &parts)?).map_err(|e| format!("{path}: {e}")),
    }
}

/// The page with its parts replaced.
///
/// # Errors
/// A part's marks are not there exactly once, or the page has marks of a part that was not measured.
fn replaced(page: &str, parts: &[Part]) -> Result<String, String> {
    let marks = page.matches("<!-- measured: ").count();
    if marks != parts.len() {
        return Err(format!("the page has {marks} measured parts, the command {}", parts.len()));
    }
    let mut page = page.to_string();
    for (name, text) in parts {
        let (begin, end) = (format!("<!-- measured: {name} -->\n"), format!("<!-- end: {name} -->"));
        let (Some(from), Some(to)) = (page.find(&begin), page.find(&end)) else {
            return Err(format!("the page has no {begin} or no {end}"));
        };
        page.replace_range(from + begin.len()..to, &format!("\n{}\n\n", text.trim_end()));
    }
    Ok(page)
}
