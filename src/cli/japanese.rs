//! What the commands say, in Japanese: English lines in, Japanese lines out. What no text knows stays English.

use crate::{
    error::{Catalogue, Language, in_japanese},
    report::japanese_words,
};
use std::sync::{LazyLock, OnceLock};

/// The language of this run of the program; set once, before anything is said.
static LANGUAGE: OnceLock<Language> = OnceLock::new();

static LINES: LazyLock<Catalogue> = LazyLock::new(|| {
    // Tests read both; texts that are part of the program cannot be damaged later.
    let lines = Catalogue::parse(include_str!("japanese.toml")).unwrap_or_default();
    lines.with_words(japanese_words().unwrap_or_default())
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
    // A row of a table: its name, then columns.
    let Some((name, columns)) = line.split_once("  ") else { return named(line).unwrap_or_else(|| line.to_string()) };
    named(name).map_or_else(
        || line.to_string(),
        |said| {
            let room = (name.len() + 2 + columns.len() - columns.trim_start().len()).saturating_sub(width(&said));
            format!("{said}{}{}", " ".repeat(room.max(1)), columns.trim_start())
        },
    )
}

/// A KPI's name with its unit, such as `Formal scheme: large, %`.
fn named(name: &str) -> Option<String> {
    let (kpi, unit) = name.rsplit_once(", ")?;
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
        assert_eq!(japanese_line("simulating 12 %, 30 s left"), "計算中 12 %、残り 30 秒");
        assert_eq!(japanese_line("nothing knows this"), "nothing knows this");
        assert_eq!(japanese_line(""), "");
    }
}
