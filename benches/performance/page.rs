//! The parts of `docs/performance.md` between `<!-- measured: NAME -->` and `<!-- end: NAME -->`.

/// A part: name and text.
pub type Part = (&'static str, String);

/// The page with its parts replaced.
///
/// # Errors
/// A part's marks are not there exactly once, or the page has marks of a part that was not measured.
pub fn replaced(page: &str, parts: &[Part]) -> Result<String, String> {
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
