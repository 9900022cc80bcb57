//! Days as people write them: 令和5年4月1日, 1 April 2023, FY2025 for either of its ends. A text in, a day out; only what can mean one thing
//! is taken.

use super::numbers::{number, number_alone, plain};
use jiff::civil::{Date, date};

/// The last day of a period on the command line.
///
/// # Errors
/// What to write instead.
pub fn last_day_argument(text: &str) -> Result<Date, String> {
    day(text, Edge::Last)
        .ok_or_else(|| "write a day such as 2026-03-31 or 令和8年3月31日, or FY2025 for the end of that year".into())
}

/// Which end of a period a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// First day: a year begins there.
    First,
    /// Last day: a year ends there.
    Last,
    /// A day of its own.
    Alone,
}

impl Edge {
    /// By a key of a scenario file.
    pub(super) fn of(key: &str) -> Option<Edge> {
        match key {
            "from" | "start" => Some(Edge::First),
            "until" | "end" => Some(Edge::Last),
            _ => Some(Edge::Alone),
        }
    }
}

/// A day: `2023-04-01`, `2023/4/1`, `令和5年4月1日`, `R5.4.1`, `1 April 2023`; for the first or the last day of a period
/// also a month (`April 2023`, `2023年4月`) or a fiscal year (`FY2025`, `2025年度`, `令和7年度`).
pub fn day(text: &str, edge: Edge) -> Option<Date> {
    let text = plain(text).to_lowercase();
    if let Some(year) = fiscal(&text) {
        return match edge {
            Edge::First => Some(date(year, 4, 1)),
            Edge::Last => Some(date(year + 1, 3, 31)),
            Edge::Alone => None,
        };
    }
    let (year, month, day) = numbered(&text).or_else(|| named_month(&text))?;
    match (day, edge) {
        (Some(day), _) => Date::new(year, month, day).ok(),
        (None, Edge::First) => Date::new(year, month, 1).ok(),
        (None, Edge::Last) => Date::new(year, month, 1).ok().map(Date::last_of_month),
        (None, Edge::Alone) => None,
    }
}

/// The fiscal year that a text names.
fn fiscal(text: &str) -> Option<i16> {
    if let Some(words) = text.strip_suffix("年度") {
        let (year, rest) = era_year(words)?;
        return rest.is_empty().then_some(year);
    }
    let words = ["fiscal year", "fiscal", "fy"].into_iter().find_map(|start| text.strip_prefix(start))?;
    let words = words.trim();
    (words.len() == 4).then(|| words.parse().ok()).flatten()
}

/// Years of our era and of the Japanese ones at the beginning of a text, and what follows.
fn era_year(text: &str) -> Option<(i16, &str)> {
    // Reiwa began on 1 May 2019; a Heisei year that never was could be a slip of the pen.
    let eras = [("令和", 2018, 100), ("平成", 1988, 31), ("reiwa", 2018, 100), ("heisei", 1988, 31), ("r", 2018, 100)];
    if let Some((name, before, last)) = eras.into_iter().find(|(name, ..)| text.starts_with(name)) {
        let rest = text[name.len()..].trim_start();
        if let Some(rest) = rest.strip_prefix('元') {
            return Some((before + 1, rest));
        }
        // `5.4.1` is a day of year 5, not year 5.4.
        let end = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (year, rest) = if end > 0 { (rest[..end].parse().ok()?, &rest[end..]) } else { number(rest)? };
        if year.fract() != 0.0 || !(1.0..=f64::from(last)).contains(&year) {
            return None;
        }
        return Some((before + year as i16, rest));
    }
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    (end == 4).then(|| Some((text[..4].parse().ok()?, &text[4..]))).flatten()
}

/// Year, month and, where it is said, day in this order, apart by 年 月 日 or by one of `-/.`.
fn numbered(text: &str) -> Option<(i16, i8, Option<i8>)> {
    let (year, rest) = era_year(text)?;
    let small = |text: &str| text.trim().parse::<i8>().ok();
    if let Some(rest) = rest.trim_start().strip_prefix('年') {
        let (month, rest) = rest.split_once('月')?;
        let rest = rest.trim();
        let day = if rest.is_empty() { None } else { Some(small(rest.strip_suffix('日')?)?) };
        return Some((year, small(month)?, day));
    }
    let apart = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = rest[1..].split(apart);
    let (month, day) = (small(parts.next()?)?, parts.next());
    let day = match day {
        Some(day) => Some(small(day)?),
        None => None,
    };
    parts.next().is_none().then_some((year, month, day))
}

/// `1 April 2023`, `April 1, 2023`, `April 2023`. Numbers alone (4/1/2023) leave open which one is the month.
fn named_month(text: &str) -> Option<(i16, i8, Option<i8>)> {
    let text = text.replace(',', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let year = |word: &str| (word.len() == 4).then(|| word.parse::<i16>().ok()).flatten();
    let day = |word: &str| {
        let digits = ["st", "nd", "rd", "th"].into_iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        digits.parse::<i8>().ok()
    };
    match words[..] {
        [first, second, last] => {
            let (month_word, day_word) = if day(first).is_some() { (second, first) } else { (first, second) };
            Some((year(last)?, month(month_word)?, Some(day(day_word)?)))
        }
        [first, last] => Some((year(last)?, month(first)?, None)),
        _ => None,
    }
}

/// A calendar month: `November`, `Nov`, `11月`, `11`.
pub(super) fn month(text: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = plain(text).to_lowercase();
    let digits = text.strip_suffix('月').unwrap_or(&text);
    if let Some(number) = number_alone(digits).filter(|n| n.fract() == 0.0 && (1.0..=12.0).contains(n)) {
        return Some(number as i8);
    }
    let word = text.trim_end_matches('.');
    let place = MONTHS.iter().position(|name| word.len() >= 3 && name.starts_with(word))?;
    i8::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_both_calendars_and_ambiguous_ones_are_not() {
        let first = date(2023, 4, 1);
        for text in [
            "2023-04-01",
            "2023/4/1",
            "2023.4.1",
            "2023年4月1日",
            "令和5年4月1日",
            "令和５年４月１日",
            "R5.4.1",
            "r5/4/1",
            "1 April 2023",
            "April 1, 2023",
            "1st Apr. 2023",
            "Reiwa 5.4.1",
        ] {
            assert_eq!(day(text, Edge::Alone), Some(first), "{text}");
        }
        assert_eq!(day("令和元年5月1日", Edge::Alone), Some(date(2019, 5, 1)));
        assert_eq!(day("平成31年4月30日", Edge::Alone), Some(date(2019, 4, 30)));
        for text in ["FY2025", "fiscal 2025", "Fiscal Year 2025", "2025年度", "令和7年度", "ＦＹ２０２５"] {
            let ends = [Edge::First, Edge::Last, Edge::Alone].map(|edge| day(text, edge));
            assert_eq!(ends, [Some(date(2025, 4, 1)), Some(date(2026, 3, 31)), None], "{text}");
        }
        assert_eq!(day("February 2024", Edge::Last), Some(date(2024, 2, 29)));
        assert_eq!(day("2023年4月", Edge::First), Some(first));
        for text in
            ["4/1/2023", "1/4/2023", "平成35年4月1日", "2023-02-30", "2025", "5年4月1日", "FY25", "soon", "April"]
        {
            assert_eq!(day(text, Edge::First), None, "{text}");
        }
    }
}
