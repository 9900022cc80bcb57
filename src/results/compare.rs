//! Where two files first differ. Bytes in, a line and both texts out.

use std::{
    fmt,
    io::{self, BufRead},
};

/// Stands for what one of two files has no more of.
pub(super) const THE_END: &str = "(the file ends here)";

/// The first line in which two tables differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Line, from 1.
    pub line: u64,
    /// The line in the first file; `None` when it ended before.
    pub left: Option<String>,
    /// The line in the second file; `None` when it ended before.
    pub right: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |line: &Option<String>| line.clone().unwrap_or_else(|| THE_END.to_string());
        write!(f, "line {}: {} instead of {}", self.line, text(&self.left), text(&self.right))
    }
}

/// Compares byte by byte and tells the first line that differs.
pub fn first_difference(mut left: impl BufRead, mut right: impl BufRead) -> io::Result<Option<Difference>> {
    let (mut a, mut b, mut line) = (Vec::new(), Vec::new(), 0);
    loop {
        a.clear();
        b.clear();
        line += 1;
        left.read_until(b'\n', &mut a)?;
        right.read_until(b'\n', &mut b)?;
        if a != b {
            let text = |bytes: &[u8]| {
                (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).trim_end_matches('\n').to_string())
            };
            return Ok(Some(Difference { line, left: text(&a), right: text(&b) }));
        }
        if a.is_empty() {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(left: &str, right: &str) -> Option<Difference> {
        first_difference(left.as_bytes(), right.as_bytes()).unwrap()
    }

    #[test]
    fn finds_a_flipped_digit_a_missing_line_and_a_missing_end_of_line() {
        assert_eq!(compare("a\nb\n", "a\nb\n"), None);
        let digit = compare("a,1\nb,2\n", "a,1\nb,3\n").unwrap();
        assert_eq!((digit.line, digit.left.as_deref(), digit.right.as_deref()), (2, Some("b,2"), Some("b,3")));
        assert_eq!(compare("a\n", "a\nb\n").unwrap().left, None);
        assert!(compare("a\nb", "a\nb\n").is_some());
    }
}
