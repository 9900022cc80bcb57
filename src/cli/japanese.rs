//! What the commands say, in Japanese: English lines in, Japanese lines out. What no text knows stays English.

use crate::{
    error::{Catalogue, Language, in_japanese},
    interventions::DESCRIPTIONS,
    report::japanese_words,
};
use jiff::civil::Date;
use std::{
    ops::Range,
    sync::{LazyLock, OnceLock},
};

/// The language of this run of the program; set once, before anything is said.
static LANGUAGE: OnceLock<Language> = OnceLock::new();

static LINES: LazyLock<Catalogue> = LazyLock::new(|| {
    // Tests read both; texts that are part of the program cannot be damaged later.
    let lines = Catalogue::parse(include_str!("japanese.toml")).unwrap_or_default();
    let kinds = DESCRIPTIONS.iter().map(|kind| (kind.name.en.to_string(), kind.name.ja.to_string()));
    lines.with_words(japanese_words().unwrap_or_default()).with_words(kinds)
});

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
        Language::Japanese => text.split('\n').map(japanese_line).collect::<Vec<_>>().join("\n"),
    }
}

fn japanese_line(line: &str) -> String {
    let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return line.to_string();
    }
    if let Some(said) = LINES.say(&words).or_else(|| Some(LINES.word(&words).to_string()).filter(|said| *said != words))
    {
        let indent: String = line.chars().take_while(|c| *c == ' ').take(2).collect();
        return indent + &said;
    }
    // A further note of a plan: the column of names is empty.
    if let Some(note) = line.strip_prefix(NO_NAME).and_then(in_japanese) {
        return format!("　　　　　　{note}");
    }
    // A row of a table: columns, each where it was.
    columns(line).unwrap_or_else(|| line.to_string())
}

/// A line's columns in Japanese, each at its place or, where there is no room, one space after the one before; `None` where no
/// column is known.
fn columns(line: &str) -> Option<String> {
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(start) = line[at..].find(|c| c != ' ').map(|start| at + start) {
        at = line[start..].find("  ").map_or(line.len(), |end| start + end);
        places.push(start..at);
    }
    let period = |place: Option<&Range<usize>>| place.is_some_and(|place| period(&line[place.clone()]).is_some());
    let (mut text, mut known) = (String::new(), false);
    for (number, place) in places.iter().enumerate() {
        let english = &line[place.clone()];
        // Before its period stands a measure's name, which is the user's.
        let said = Some(english).filter(|_| !period(places.get(number + 1))).and_then(column);
        known |= said.is_some();
        let said = said.as_deref().unwrap_or(english);
        // Figures and years keep their right ends.
        let figures = said.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        let start = if figures { place.end.saturating_sub(width(said)) } else { place.start };
        let room = start.saturating_sub(width(&text)).max(usize::from(number > 0));
        text += &(" ".repeat(room) + said);
    }
    known.then_some(text)
}

/// From one day to another.
fn period(text: &str) -> Option<String> {
    let (from, until) = text.split_once(" to ")?;
    [from, until].iter().all(|day| day.parse::<Date>().is_ok()).then(|| format!("{from} ～ {until}"))
}

/// One column in Japanese.
fn column(text: &str) -> Option<String> {
    let word = |text: &str| Some(LINES.word(text).to_string()).filter(|said| said != text);
    if let Some(said) = word(text).or_else(|| named(text)).or_else(|| period(text)) {
        return Some(said);
    }
    // What a measure is: its kind, how much of it, on what its effect rests.
    if let Some((kind, rest)) = text.split_once(", ").or(Some((text, ""))).filter(|(kind, _)| word(kind).is_some()) {
        let rest = rest.split(", ").filter(|part| !part.is_empty()).map(|part| match part.strip_prefix("x ") {
            Some(times) => format!("、{times}倍"),
            None => format!("、{}", if part == "effect *assumed*" { "効果は*仮定*" } else { part }),
        });
        return Some(LINES.word(kind).to_string() + &rest.collect::<String>());
    }
    if let Some(year) = text.strip_prefix("FY").filter(|year| year.parse::<u16>().is_ok()) {
        return Some(format!("{year}年度"));
    }
    if let Some(said) = LINES.say(text) {
        return Some(said);
    }
    // A gate of a certificate, of a fit of its own or of the posterior.
    let (check, found) = text.split_once(" = ")?;
    let check = match check.split_once(": ").filter(|(fit, _)| word(fit).is_some()) {
        Some((fit, check)) => format!("{}：{}", LINES.word(fit), LINES.word(check)),
        None => word(check)?,
    };
    Some(format!("{check} = {found}"))
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
    let (indicator, member) = kpi.split_once(": ").map_or((kpi, None), |(indicator, member)| (indicator, Some(member)));
    let known = LINES.word(indicator);
    let member = member.map_or_else(String::new, |member| format!("：{}", LINES.word(member)));
    (known != indicator).then(|| format!("{known}{member}{unit}"))
}

/// Columns that a text takes on a terminal: two for a Chinese character or kana.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c as u32 >= 0x1100 { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_kpis;

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
            "支出は増える。実施企業は増える（+12）：1社増えるごとに1.5百万円（0以下～2.0百万円）。"
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
}
