//! Numbers as people write them: full-width digits, commas between thousands, 億, per cent. A text out of a file or a command line
//! in, a number out; only what can mean one thing is taken.

/// Full-width letters, digits and signs as ASCII, spaces of any kind as one, without quotes around the whole.
pub fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{ffe5}' => '¥',
        '\u{2212}' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    let text: String = text.chars().map(narrow).collect();
    let mut text = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    for (open, close) in [
        ('"', '"'),
        ('\'', '\''),
        ('“', '”'),
        ('”', '”'),
        ('‘', '’'),
        ('’', '’'),
        ('„', '“'),
        ('「', '」'),
        ('『', '』'),
    ] {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            text = inner.trim().to_string();
        }
    }
    text
}

/// A number at the beginning of a plain text, and what follows it: `60,000,000`, `6e7`, `3億5000万`, `六千万`.
pub fn number(text: &str) -> Option<(f64, &str)> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mut total, mut section, mut current) = (0.0, 0.0, None);
    let (mut large, mut small) = (f64::INFINITY, f64::INFINITY);
    let mut rest = unsigned;
    loop {
        if let Some((value, after)) = current.is_none().then(|| western(rest)).flatten() {
            // Of 3億5.000万 the second part is 5000万, if anything.
            if total > 0.0 && pointed_thousands(rest).is_some() {
                return None;
            }
            (current, rest) = (Some(value), after);
            continue;
        }
        let shown = rest.trim_start();
        let Some(c) = shown.chars().next() else { break };
        let after = &shown[c.len_utf8()..];
        if let Some(digit) = "〇一二三四五六七八九".chars().position(|digit| digit == c) {
            // Digits of one number stand side by side.
            if shown.len() != rest.len() && current.is_some() {
                break;
            }
            current = Some(current.unwrap_or(0.0) * 10.0 + digit as f64);
        } else if let Some(size) = [('十', 1e1), ('百', 1e2), ('千', 1e3)].into_iter().find(|u| u.0 == c).map(|u| u.1)
        {
            if size >= small {
                return None;
            }
            section += current.take().unwrap_or(1.0) * size;
            small = size;
        } else if let Some(size) = [('万', 1e4), ('億', 1e8), ('兆', 1e12)].into_iter().find(|u| u.0 == c).map(|u| u.1)
        {
            if size >= large || (section == 0.0 && current.is_none()) {
                return None;
            }
            total += (section + current.take().unwrap_or(0.0)) * size;
            (section, large, small) = (0.0, size, f64::INFINITY);
        } else {
            break;
        }
        rest = after;
    }
    (rest.len() < unsigned.len()).then(|| (sign * (total + section + current.unwrap_or(0.0)), rest))
}

/// An unsigned number in Arabic digits. Groups of thousands are whole, and all apart by the same sign.
fn western(text: &str) -> Option<(f64, &str)> {
    let bytes = text.as_bytes();
    let run = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = run(0);
    let mut digits = text[..end].to_string();
    while bytes.get(end) == Some(&b'_') && run(end + 1) > 0 {
        digits.push_str(&text[end + 1..end + 1 + run(end + 1)]);
        end += 1 + run(end + 1);
    }
    if let Some(apart) = bytes.get(end).copied().filter(|b| matches!(b, b',' | b' ' | b'\'')) {
        let grouped = (1..=3).contains(&end) && !digits.starts_with('0');
        while grouped && bytes.get(end) == Some(&apart) && run(end + 1) == 3 {
            digits.push_str(&text[end + 1..end + 4]);
            end += 4;
        }
        // `60,00` and `1,5` may mean several things.
        if bytes.get(end) == Some(&b',') {
            return None;
        }
    }
    let decimals = if bytes.get(end) == Some(&b'.') { run(end + 1) } else { 0 };
    if decimals > 0 {
        digits.push_str(&text[end..end + 1 + decimals]);
        end += 1 + decimals;
    }
    if digits.is_empty() {
        return None;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let power = run(end + 1 + signed);
        if power > 0 {
            digits.push_str(&text[end..end + 1 + signed + power]);
            end += 1 + signed + power;
        }
    }
    Some((digits.parse().ok()?, &text[end..]))
}

/// What a number at the beginning of a plain text would be if the points in it stood between thousands, as much of Europe
/// writes them: 60000 of `60.000`, 1234567 of `1.234.567`. `None` where they can only be decimal points: `1234.500`, `0.125`,
/// `1,234.500`, `1.25`.
pub fn pointed_thousands(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (first, groups) = unsigned[..end].split_once('.')?;
    let thousands =
        (1..=3).contains(&first.len()) && !first.starts_with('0') && groups.split('.').all(|g| g.len() == 3);
    // Another sign between thousands, or a power of ten, says what the point is.
    let goes_on = unsigned[end..].starts_with([',', '_', '\'', 'e', 'E']);
    (thousands && !goes_on).then(|| format!("{first}{}", groups.replace('.', "")).parse().ok()).flatten()
}

/// A number with nothing after it.
pub fn number_alone(text: &str) -> Option<f64> {
    let text = plain(text);
    number(&text).filter(|(_, rest)| rest.trim().is_empty()).map(|(value, _)| value)
}

/// A share: `0.03`, `3%`, `3 per cent`, `3割`.
pub fn share(text: &str) -> Option<f64> {
    let text = plain(text).to_lowercase();
    let (value, rest) = number(&text)?;
    match rest.trim() {
        "" => Some(value),
        "%" | "per cent" | "percent" | "パーセント" => Some(value / 100.0),
        "割" => Some(value / 10.0),
        _ => None,
    }
}

/// A share on the command line.
///
/// # Errors
/// What to write instead.
pub fn share_argument(text: &str) -> Result<f64, String> {
    share(text).ok_or_else(|| "write a fraction such as 0.8, or 80%".to_string())
}

/// The two readings of a plain text that is a number of something, at most so much, if it has two.
pub fn two_readings_of(text: &str, counts: bool, most: f64) -> Option<(f64, f64)> {
    let thousands = pointed_thousands(text).filter(|thousands| *thousands <= most)?;
    let certain = !counts && !text.ends_with('0');
    // With more than one point it is no number at all.
    text.parse().ok().filter(|_| !certain).map(|decimal| (decimal, thousands))
}

/// Whether a unit is one of what is counted.
pub fn counts(unit: &str) -> bool {
    let first = unit.split(' ').next().unwrap_or_default();
    ["firms", "employees", "events", "experts", "grants", "sites", "visits", "windows"].contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_group_them_and_nothing_is_guessed() {
        for (text, value) in [
            ("60,000,000", 6e7),
            ("６０００", 6000.0),
            ("1 234 567", 1_234_567.0),
            ("6e7", 6e7),
            ("1.5", 1.5),
            ("3億5000万", 3.5e8),
            ("六千万", 6e7),
            ("二〇二五", 2025.0),
            ("1兆2,000億", 1.2e12),
            ("\u{2212}5", -5.0),
            ("“7”", 7.0),
        ] {
            assert_eq!(number_alone(text), Some(value), "{text}");
        }
        for text in ["60,00", "1,5", "1,234,5", "0,123", "12,3456", "億", "5万3億", "3千5千", "", "-", "seven", "1 23"]
        {
            assert_eq!(number_alone(text), None, "{text}");
        }
    }

    /// Sixty or sixty thousand; and what can only be one of the two.
    #[test]
    fn a_point_between_thousands_is_told_from_a_decimal_one() {
        for (text, thousands) in
            [("60.000", 60_000.0), ("1.234", 1_234.0), ("-1.234.567 yen", 1_234_567.0), ("6.000万", 6_000.0)]
        {
            assert_eq!(pointed_thousands(text), Some(thousands), "{text}");
        }
        for text in
            ["0.125", "1.25", "1234.500", "1.2345", "1,234.500", "1.000,5", "1.000e3", "60000", "1.23.456", "1."]
        {
            assert_eq!(pointed_thousands(text), None, "{text}");
        }
        assert_eq!(two_readings_of("60.000", true, 1e6), Some((60.0, 60_000.0)));
        assert_eq!(two_readings_of("1.785", false, 1e6), None, "as TOML writes decimals");
        assert_eq!(two_readings_of("1.785", true, 1e6), Some((1.785, 1_785.0)));
        assert_eq!(two_readings_of("2.000", false, 5.0), None, "2000 is out of range");
    }

    #[test]
    fn shares_are_fractions_or_per_cent() {
        for text in ["3%", "３％", "3 per cent", "0.03", "3percent", "0.3割"] {
            assert!(share(text).is_some_and(|share| (share - 0.03).abs() < 1e-15), "{text}");
        }
        assert_eq!(share("3 points"), None);
    }
}
