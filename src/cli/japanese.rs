//! What the commands say, in Japanese: English lines in, Japanese lines out. What no text knows stays English.

use super::text::grouped;
use crate::{
    analysis::candidate_kpis,
    classification::{Industry, Prefecture},
    error::{self, Catalogue, Language},
    interventions::{DESCRIPTIONS, Description},
    report::japanese_words,
};
use jiff::civil::Date;
use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{LazyLock, OnceLock},
};

/// The language of this run of the program; set once, before anything is said.
static LANGUAGE: OnceLock<Language> = OnceLock::new();

static LINES: LazyLock<Catalogue> = LazyLock::new(|| {
    // Tests read both; texts that are part of the program cannot be damaged later.
    let lines = Catalogue::parse(include_str!("japanese.toml")).unwrap_or_default();
    let lines = lines.with_words(japanese_words().unwrap_or_default());
    let kpis: Vec<_> = candidate_kpis().iter().map(|kpi| (kpi.name(), kpi_name(&lines, &kpi.name()))).collect();
    let prefectures = Prefecture::all().map(|one| (one.name().to_string(), one.name_ja().to_string()));
    let industries = Industry::all().map(|one| (one.key().to_string(), one.name_ja().to_string()));
    lines.with_words(kpis).with_words(prefectures).with_words(industries)
});

/// Kinds of measures. A measure may bear the name of its kind, and its name stays as it is: so these are no words.
static KINDS: LazyLock<BTreeMap<String, &str>> = LazyLock::new(|| {
    let names = |kind: &'static Description| {
        [kind.name.en.to_string(), kind.key.replace('_', " ")].map(|en| (en, kind.name.ja))
    };
    DESCRIPTIONS.iter().flat_map(names).collect()
});

/// Units of amounts as commands print them, with their size in yen; the longest first.
const AMOUNTS: [(&str, f64); 4] =
    [(" thousand million yen", 1e9), (" million yen", 1e6), (" thousand yen", 1e3), (" million", 1e6)];

/// Stands before what belongs to the name of an earlier line of a plan.
const NO_NAME: &str = "              ";

/// Decides on the language: what was asked for, else what the environment says (`LC_ALL`, `LC_MESSAGES`, `LANG`).
pub fn choose(asked: Option<&str>) {
    let from = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let environment = || ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(from);
    let name = asked.map(str::to_string).or_else(environment).unwrap_or_default();
    let _ = LANGUAGE.set(if name.starts_with("ja") { Language::Japanese } else { Language::English });
}

/// The language that was chosen.
pub fn language() -> Language {
    LANGUAGE.get().copied().unwrap_or_default()
}

/// A text of a command in the language that was chosen.
pub fn said(text: &str) -> String {
    match language() {
        Language::English => text.to_string(),
        Language::Japanese => in_japanese(text),
    }
}

/// A text of a command, or of clap, in Japanese, line by line.
pub fn in_japanese(text: &str) -> String {
    text.split('\n').map(japanese_line).collect::<Vec<_>>().join("\n")
}

fn japanese_line(line: &str) -> String {
    let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return line.to_string();
    }
    if let Some(row) = line.strip_prefix('|') {
        return format!("|{}", row.split('|').map(cell).collect::<Vec<_>>().join("|"));
    }
    let places = places(line);
    // A row of a table: columns, each where it was.
    if places.len() > 2 {
        return columns(line, &places).unwrap_or_else(|| line.to_string());
    }
    if let Some(said) = LINES.say(&words).or_else(|| Some(LINES.word(&words).to_string()).filter(|said| *said != words))
    {
        let indent: String = line.chars().take_while(|c| *c == ' ').take(4).collect();
        return indent + &amounts(said);
    }
    // A further note of a plan: the column of names is empty.
    if let Some(note) = line.strip_prefix(NO_NAME).and_then(error::in_japanese) {
        return format!("　　　　　　{note}");
    }
    columns(line, &places).unwrap_or_else(|| line.to_string())
}

/// Where a line's columns stand: two spaces or more are between them.
fn places(line: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(start) = line[at..].find(|c| c != ' ').map(|start| at + start) {
        at = line[start..].find("  ").map_or(line.len(), |end| start + end);
        places.push(start..at);
    }
    places
}

/// A cell of a table in Markdown.
fn cell(text: &str) -> String {
    let bare = text.trim();
    column(bare).map_or_else(|| text.to_string(), |said| text.replacen(bare, &said, 1))
}

/// A line's columns in Japanese, each at its place or, where there is no room, one space after the one before; `None` where no
/// column is known. A name that takes the room of its figures has a line of its own.
fn columns(line: &str, places: &[Range<usize>]) -> Option<String> {
    let period = |place: Option<&Range<usize>>| place.is_some_and(|place| period(&line[place.clone()]).is_some());
    let (mut text, mut known) = (String::new(), false);
    for (number, place) in places.iter().enumerate() {
        let english = &line[place.clone()];
        // Before its period or its kind stands a measure's name, which is the user's.
        let next = places.get(number + 1).map(|place| &line[place.clone()]);
        // (What stands before a period is a name as well, if it is that of a kind or not.)
        let before_name = period(places.get(number + 2));
        let before_kind = next.is_some_and(|next| kind(next).is_some()) && !period(Some(place)) && !before_name;
        let name = before_kind || period(places.get(number + 1));
        let last = number > 0 && next.is_none();
        let said = Some(english).filter(|_| !name);
        let said = said.and_then(|english| kind(english).filter(|_| last).or_else(|| column(english)));
        known |= said.is_some();
        let said = said.as_deref().unwrap_or(english);
        // Figures and years keep their right ends.
        let is_figure = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c));
        let right = is_figure(said);
        let start = if right { place.end.saturating_sub(width(said)) } else { place.start };
        if number == 1 && is_figure(english) && width(&text) > start && !text.starts_with("  ") {
            text.push('\n');
        }
        let here = text.rfind('\n').map_or(0, |end| end + 1);
        let room = start.saturating_sub(width(&text[here..])).max(usize::from(number > 0 && here < text.len()));
        text += &(" ".repeat(room) + said);
    }
    known.then_some(text)
}

/// From one day to another.
fn period(text: &str) -> Option<String> {
    let (from, until) = text.split_once(" to ")?;
    [from, until].iter().all(|day| day.parse::<Date>().is_ok()).then(|| format!("{from} ～ {until}"))
}

/// What a measure is: its kind, how much of it, on what its effect rests.
fn kind(text: &str) -> Option<String> {
    let (kind, rest) = text.split_once(", ").unwrap_or((text, ""));
    let rest = rest.split(", ").filter(|part| !part.is_empty()).map(|part| match part.strip_prefix("x ") {
        Some(times) => format!("、{times}倍"),
        None => format!("、{}", if part == "effect *assumed*" { "効果は*仮定*" } else { part }),
    });
    Some(KINDS.get(kind)?.to_string() + &rest.collect::<String>())
}

/// One column in Japanese.
fn column(text: &str) -> Option<String> {
    let word = |text: &str| Some(LINES.word(text).to_string()).filter(|said| said != text);
    if let Some(said) = word(text).or_else(|| named(text)).or_else(|| period(text)) {
        return Some(said);
    }
    if let Some(year) = text.strip_prefix("FY").filter(|year| year.parse::<u16>().is_ok()) {
        return Some(format!("{year}年度"));
    }
    if let Some(said) = LINES.say(text) {
        return Some(amounts(said));
    }
    let number = |text: &str| text.replace(',', "").parse::<f64>().is_ok();
    let counted = [(" points", "ポイント"), (" figures", "件")];
    let counted = counted.into_iter().find_map(|(unit, said)| Some((text.strip_suffix(unit)?, said)));
    if let Some((count, unit)) = counted.filter(|(count, _)| number(count)) {
        return Some(format!("{count}{unit}"));
    }
    if let Some((low, high)) = text.split_once(" to ").filter(|(low, high)| number(low) && number(high)) {
        return Some(format!("{low}～{high}"));
    }
    if let Some((some, all)) = text.split_once(" of ").filter(|(some, all)| number(some) && number(all)) {
        return Some(format!("{all}件中{some}件"));
    }
    let amount = amounts(text.to_string());
    if amount != text {
        return Some(amount);
    }
    // A gate of a certificate, of a fit of its own or of the posterior, alone or with what was found.
    let (check, found) = text.split_once(" = ").map_or((text, None), |(check, found)| (check, Some(found)));
    let check = match check.split_once(": ").filter(|(fit, _)| word(fit).is_some()) {
        Some((fit, check)) => format!("{}：{}", LINES.word(fit), LINES.word(check)),
        None => word(check)?,
    };
    Some(found.map_or_else(|| check.clone(), |found| format!("{check} = {found}")))
}

/// A KPI's name with its unit, such as `Formal scheme: large, %`.
fn named(name: &str) -> Option<String> {
    let (kpi, unit) = name.trim_end().rsplit_once(", ")?;
    let unit = match unit {
        "%" => "（%）",
        "points" => "（ポイント）",
        "days" => "（日）",
        _ => return None,
    };
    let known = LINES.word(kpi);
    (known != kpi).then(|| format!("{known}{unit}"))
}

/// A KPI's name, such as `Formal scheme: large`, in words that are known.
fn kpi_name(lines: &Catalogue, name: &str) -> String {
    let (indicator, member) =
        name.split_once(": ").map_or((name, None), |(indicator, member)| (indicator, Some(member)));
    let member = member.map_or_else(String::new, |member| format!("：{}", lines.word(member)));
    lines.word(indicator).to_string() + &member
}

/// A text with its amounts of money by 万 and 億, as Japanese counts.
fn amounts(mut text: String) -> String {
    for (unit, size) in AMOUNTS {
        while let Some(at) = text.find(unit) {
            let digits = |c: char| c.is_ascii_digit() || ".,-+".contains(c);
            let start =
                text[..at].char_indices().rev().take_while(|(_, c)| digits(*c)).last().map_or(at, |(start, _)| start);
            let Ok(number) = text[start..at].replace(',', "").parse::<f64>() else { break };
            text.replace_range(start..at + unit.len(), &yen(number * size));
        }
    }
    text
}

/// An amount of yen with at most three digits that are not zeros, more where it is large: `9.4万円`, `1,234億円`.
fn yen(value: f64) -> String {
    let (size, unit) = match value.abs() {
        large if large >= 1e8 => (1e8, "億円"),
        middle if middle >= 1e4 => (1e4, "万円"),
        _ => (1.0, "円"),
    };
    let number = value.abs() / size;
    let decimals = if number >= 100.0 || size == 1.0 {
        0
    } else if number >= 10.0 {
        1
    } else {
        2
    };
    let written = format!("{number:.decimals$}");
    let (whole, rest) = written.split_once('.').unwrap_or((&written, ""));
    let rest = rest.trim_end_matches('0');
    let sign = if value < 0.0 { "-" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{rest}{unit}", grouped(whole.parse().unwrap_or_default()))
}

/// Columns that a text takes on a terminal: two for a Chinese character or kana.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if c as u32 >= 0x1100 { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calibration::certificate::{Certificate, report, scored},
        data::Data,
        scenario::Scale,
    };

    #[test]
    fn every_kpi_of_the_table_has_its_japanese_name() {
        for kpi in candidate_kpis() {
            let said = named(&format!("{}, %", kpi.name()));
            assert!(said.as_ref().is_some_and(|said| !said.is_ascii()), "{}: {said:?}", kpi.name());
        }
    }

    #[test]
    fn lines_of_a_plan_and_rows_of_a_table_are_said_in_japanese() {
        assert_eq!(
            japanese_line("  Period      2020-01-06 to 2026-03-31 (326 weeks)"),
            "  期間　　　2020-01-06 ～ 2026-03-31（326週）"
        );
        assert_eq!(japanese_line("Run folder: results/x"), "結果のフォルダー：results/x");
        assert_eq!(japanese_line("  Notes       sets `run.seed` to 3"), "  注　　　　`run.seed` を 3 に設定");
        assert_eq!(japanese_line("              sets `run.seed` to 3"), "　　　　　　`run.seed` を 3 に設定");
        let cost = "It costs more and gains practising firms (+12): 1.5 million yen for each additional practising firm (none or less to 2.0 million yen).";
        assert_eq!(
            japanese_line(cost),
            "支出は増える。実施企業は増える（+12）：1社増えるごとに150万円（0以下～200万円）。"
        );
        assert_eq!(
            japanese_line(
                "  Measures    awards    2020-04-06 to 2026-03-31  Telework managers, x 10, effect *assumed*"
            ),
            "  施策        awards    2020-04-06 ～ 2026-03-31  テレワークマネージャー、10倍、効果は*仮定*"
        );
        assert_eq!(
            japanese_line("FAIL  held_out        region_tokyo: temperature reached = 0.5000 (>= 1)"),
            "不合格 除外データによる検証 東京圏を除外：到達した温度 = 0.5000 (>= 1)"
        );
        assert_eq!(
            japanese_line("                    date        publ.  simulated           survey"),
            "                    日付        公表値 計算値              調査"
        );
        assert_eq!(
            japanese_line("    median                                     9.1       23.0"),
            "    中央値                                     9.1       23.0"
        );
        assert_eq!(
            japanese_line("                                            FY2019     FY2020"),
            "                                          2019年度   2020年度"
        );
        assert_eq!(
            japanese_line("    PASS  temperature reached            found 1.00, required >= 1"),
            "    合格  到達した温度                   結果 1.00、基準 >= 1"
        );
        assert_eq!(japanese_line("simulating 12 %, 30 s left"), "計算中 12 %、残り 30 秒");
        assert_eq!(japanese_line("nothing knows this"), "nothing knows this");
        assert_eq!(japanese_line(""), "");
    }

    /// Money of one decimal or none in English: the same money by 万 and 億.
    #[test]
    fn amounts_are_counted_by_ten_thousands() {
        for (english, japanese) in [
            ("11.0 thousand million yen", "110億円"),
            ("-30.5 thousand million yen", "-305億円"),
            ("1.5 million yen", "150万円"),
            ("0.0 million yen", "0円"),
            ("94 thousand yen", "9.4万円"),
            ("3 thousand yen", "3,000円"),
            ("1,538,000 million", "15,380億円"),
            ("1,226 million", "12.3億円"),
            ("a million", "a million"),
        ] {
            assert_eq!(amounts(english.into()), japanese);
        }
    }

    /// A measure may be called as its kind is, or as a word is in a table: the user's name stays.
    #[test]
    fn names_of_measures_stay_beside_their_kinds() {
        assert_eq!(
            japanese_line("              awards             awards, effect *assumed*"),
            "              awards             表彰（テレワーク先駆者百選等）、効果は*仮定*"
        );
        let row = "guidelines            +0.024        -0.030 to +0.078     +0.011     -0.029       12,040 million";
        let said = "guidelines            +0.024        -0.030～+0.078     +0.011     -0.029            120億円";
        assert_eq!(japanese_line(row).replace(' ', ""), said.replace(' ', ""));
        assert_eq!(width(&japanese_line(row)), row.len());
    }

    /// Words of English that are left, one after the other; code, flags and paths are none.
    fn english_left(said: &str) -> bool {
        let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic());
        let words: Vec<&str> =
            said.split_whitespace().map(|word| word.trim_matches(['(', ')', ',', ';', ':', '.'])).collect();
        words.windows(2).any(|pair| pair.iter().all(|word| is_word(word)))
    }

    fn assert_japanese(text: &str) {
        let said = text.lines().map(|line| japanese_line(line).replace("telework validate", ""));
        let left: Vec<String> = said.filter(|line| english_left(line)).collect();
        assert!(left.is_empty(), "{left:#?}");
    }

    #[test]
    fn the_certificate_is_said_in_japanese() {
        let certificate = Certificate::embedded().unwrap();
        assert_japanese(&report(&certificate));
        assert_japanese(&scored(&certificate));
    }

    #[test]
    fn the_population_is_said_in_japanese() {
        let data = Data::embedded().unwrap();
        let population = crate::population::synthesise(&data, 2021, Scale::Sample(6_000)).unwrap();
        let text = crate::population::report(&data, &population).unwrap().to_string();
        assert_japanese(&text);
        let line = text.lines().find(|line| line.contains("persons engaged, mining")).unwrap();
        assert!(
            japanese_line(line).starts_with("| 従業者数：鉱業、採石業、砂利採取業 | 合成に使用 |"),
            "{}",
            japanese_line(line)
        );
    }
}
