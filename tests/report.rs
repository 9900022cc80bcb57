//! The page of `telework report`: its numbers are the tables', it opens in a browser without an error in both languages,
//! and damaged folders are named.
//!
//! Tests that open the page drive a headless Chromium. Without one they say so and do nothing, except in CI, where
//! `.ci/run` installs it.

use crate::common::{
    browser::{Seen, open},
    folders::{KPIS, TITLE, comparison_folder, run_folder, study_folders},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use telework::{
    data::Data,
    report::{Folder, SUMMARIES, page},
};

fn report(arguments: &[&Path], flags: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_telework")).arg("report").args(arguments).args(flags).output().unwrap()
}

/// Four folders that hold every table, and their page.
fn everything(home: &Path) -> (Vec<PathBuf>, String) {
    let folders: Vec<PathBuf> = ["run", "comparison", "attribution", "target"].map(|name| home.join(name)).into();
    run_folder(&folders[0]);
    comparison_folder(&folders[1]);
    study_folders(&folders[2], &folders[3]);
    let read: Vec<Folder> = folders.iter().map(|folder| Folder::read(folder).unwrap()).collect();
    let text = page(&read, &Data::embedded().unwrap()).unwrap();
    (folders, text)
}

/// The JSON inside a page.
fn content(page: &str) -> Value {
    let start = page.split_once("<script type=\"application/json\" id=\"content\">").unwrap().1;
    serde_json::from_str(start.split_once("</script>").unwrap().0).unwrap()
}

fn rows(folder: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join(format!("{table}.csv"))).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn every_cell_of_every_table_is_in_the_page() {
    let home = tempfile::tempdir().unwrap();
    let (folders, page) = everything(home.path());
    let content = content(&page);
    let mut compared = 0;
    for (at, folder) in folders.iter().enumerate() {
        for summary in SUMMARIES.iter().filter(|summary| folder.join(format!("{}.csv", summary.name)).exists()) {
            let table = &content["folders"][at]["tables"][summary.name];
            let expected = rows(folder, summary.name);
            assert_eq!(table["rows"], expected.len(), "{}", summary.name);
            for (name, column) in table["columns"].as_object().unwrap() {
                for (i, row) in expected.iter().enumerate() {
                    let cell = match column.as_array() {
                        Some(numbers) => numbers[i].as_f64().map_or(String::new(), |value| value.to_string()),
                        None => {
                            column["words"][column["at"][i].as_u64().unwrap() as usize].as_str().unwrap().to_string()
                        }
                    };
                    let same = match (cell.parse::<f64>(), row[name].parse::<f64>()) {
                        (Ok(a), Ok(b)) => a == b,
                        _ => cell == row[name],
                    };
                    assert!(same, "{} row {i} {name}: {cell} for {}", summary.name, row[name]);
                    compared += 1;
                }
            }
        }
    }
    // Every table is in one of the folders: 8 tables twice, 7 once, with some 10 columns each.
    assert!(compared > 3000, "{compared} cells were compared");
}

#[test]
fn one_file_small_enough_the_same_each_time_and_nothing_from_outside() {
    let home = tempfile::tempdir().unwrap();
    let (folders, page) = everything(home.path());
    assert!(page.len() < 10_000_000, "{} bytes", page.len());
    let read: Vec<Folder> = folders.iter().map(|folder| Folder::read(folder).unwrap()).collect();
    assert_eq!(page, telework::report::page(&read, &Data::embedded().unwrap()).unwrap());
    // Three script elements: content, charts, own script. None asks for another file, nor does anything else.
    let starts: Vec<&str> =
        page.match_indices("<script").map(|(at, _)| page[at..].split('>').next().unwrap()).collect();
    let own = ["<script type=\"application/json\" id=\"content\"", "<script", "<script"];
    assert!(starts.starts_with(&own[..2]) && starts.last() == Some(&own[2]), "{starts:?}");
    assert!(!page.contains("<link") && !page.contains("<img") && !page.contains("@import"));
    assert!(!page.contains("MathJax-script") && !page.contains("tex-svg"), "MathJax is in the page");
    // The scenario's title tries to end the script; in the page it is the same text as in the manifest.
    assert!(!page.contains("throw 1</script>"), "the title ends the script element");
    assert!(!page.contains('\u{2028}'));
    assert_eq!(content(&page)["background"]["scenarios"][0]["title"], TITLE);
}

#[test]
fn a_wrong_folder_or_a_damaged_table_is_named_with_its_place() {
    let home = tempfile::tempdir().unwrap();
    let (folders, _) = everything(home.path());
    let fails = |folder: &Path, expected: &str| {
        let output = report(&[folder], &["--out", home.path().join("none.html").to_str().unwrap()]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(5), "{said}");
        assert!(said.contains(expected), "{expected} is not in: {said}");
        assert!(!home.path().join("none.html").exists());
    };
    fails(&home.path().join("nowhere"), "is no folder of results");
    let other = home.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("manifest.json"), "{\"program\": \"another\"}").unwrap();
    fails(&other, "was not written by telework-sim");
    let table = folders[1].join("differences.csv");
    let sound = fs::read_to_string(&table).unwrap();
    fs::write(&table, sound.replacen("0.0003", "0.00o3", 1)).unwrap();
    fails(&folders[1], "differences.csv:2:");
    fs::write(&table, sound.replacen(",verdict", ",judgement", 1)).unwrap();
    fails(&folders[1], "column `verdict` is missing");
    fs::write(&table, &sound[..sound.len() - 40]).unwrap();
    fails(&folders[1], "differences.csv:5:");
    // A table that reads well and is not the command's own: another run's, or one that was edited.
    fs::write(&table, sound.replacen("0.0003", "0.0004", 1)).unwrap();
    fails(&folders[1], "differences.csv is not the table that the command wrote");
    fs::remove_file(&table).unwrap();
    fails(&folders[1], "differences.csv is missing, though its manifest.json names it");
}

#[test]
fn the_page_goes_into_the_first_folder_and_replaces_another_only_by_force() {
    let home = tempfile::tempdir().unwrap();
    let (folders, text) = everything(home.path());
    let all: Vec<&Path> = folders.iter().map(PathBuf::as_path).collect();
    let target = folders[0].join("report.html");
    assert!(report(&all, &[]).status.success());
    assert_eq!(fs::read_to_string(&target).unwrap(), text);
    let again = report(&all, &[]);
    assert_eq!(again.status.code(), Some(5));
    assert!(String::from_utf8(again.stderr).unwrap().contains("--force"));
    // A page of ours, however old, is replaced; what is none stays.
    fs::write(&target, text.replacen("</body>", "<p>old</p></body>", 1)).unwrap();
    assert!(report(&all, &["--force"]).status.success());
    assert_eq!(fs::read_to_string(&target).unwrap(), text);
    fs::write(&target, "another's").unwrap();
    assert_eq!(report(&all, &["--force"]).status.code(), Some(5));
    assert_eq!(fs::read_to_string(&target).unwrap(), "another's");
}

/// What the KPI table must say, from the tables alone.
fn expected_cell(row: &BTreeMap<String, String>, column: &str, japanese: bool) -> String {
    let value: f64 = row[column].parse().unwrap();
    match (row["unit"].as_str(), japanese) {
        ("share", false) => format!("{:.1}\u{a0}%", 100.0 * value),
        ("share", true) => format!("{:.1}%", 100.0 * value),
        ("days a week", false) => format!("{value:.2} days"),
        ("days a week", true) => format!("週{value:.2}日"),
        ("difference of shares", false) => format!("{:.1} pt", 100.0 * value),
        ("difference of shares", true) => format!("{:.1}ポイント", 100.0 * value),
        (unit, _) => panic!("{unit}"),
    }
}

#[test]
fn the_rendered_kpi_table_says_what_the_table_holds() {
    let home = tempfile::tempdir().unwrap();
    let (folders, text) = everything(home.path());
    for (language, japanese) in [("en", false), ("ja", true)] {
        let Some(seen) = open(&text, language) else { return };
        let table = seen.section("kpi").split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap().to_string();
        // The lead scenario is the comparison's reference; its rows stand in the order of the registry, as here.
        let source = rows(&folders[1], "kpi");
        let lines: Vec<&str> = table.split("<tr>").skip(1).collect();
        assert_eq!(lines.len(), KPIS.len());
        for (line, (kpi, _, _)) in lines.iter().zip(KPIS) {
            // Name, last published, then fiscal 2021 to 2025.
            let cells: Vec<&str> = line.split("<td").skip(2).collect();
            assert_eq!(cells.len(), 5, "{line}");
            for (cell, year) in cells.iter().zip(2021..) {
                let row = source
                    .iter()
                    .find(|row| {
                        row["scenario"] == "plain" && row["kpi"] == *kpi && row["fiscal_year"] == year.to_string()
                    })
                    .unwrap();
                let shown = Seen::text(&format!("<td{cell}"));
                let median = expected_cell(row, "median", japanese);
                assert!(shown.starts_with(&median), "{kpi} {year}: {shown:?} for {median}");
                // The range's upper end, and the digits of its lower end, whose unit stands once.
                let low: String =
                    expected_cell(row, "low_5", japanese).chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
                let high: String = expected_cell(row, "high_95", japanese)
                    .chars()
                    .filter(|c| c.is_ascii_digit() || *c == '.')
                    .collect();
                let join = if japanese { '～' } else { '\u{2013}' };
                assert!(
                    shown[median.len()..].contains(&format!("{low}{join}{high}")),
                    "{kpi} {year}: {shown:?} for {low} to {high}"
                );
            }
        }
    }
}

#[test]
fn both_languages_open_without_an_error_and_say_what_matters() {
    let home = tempfile::tempdir().unwrap();
    let (_, text) = everything(home.path());
    let gates = Data::embedded().unwrap().posterior.gates;
    let hold = gates.iter().filter(|gate| gate.passed).count();
    for (language, sentences) in [
        (
            "en",
            [
                // An effect that nobody can see is called so, with the scale that would be seen.
                "It is too small to be seen",
                "about 103 times as large to be visible (assumed in proportion)",
                "is not told from zero",
                "without upper bound",
                "smaller than what luck and later emergencies move by themselves",
            ],
        ),
        (
            "ja",
            [
                "小さすぎて調査では検出できない",
                "約103倍にする必要がある",
                "への効果はゼロと区別できない",
                "上限なし",
                "偶然変動や今後の緊急事態だけで生じる変動",
            ],
        ),
    ] {
        let Some(seen) = open(&text, language) else { return };
        assert_eq!(seen.complaints, [""; 0], "{language}: the console is not empty");
        let words = seen.words();
        for broken in ["undefined", "NaN", "[object", "null", "\u{27e6}", "Infinity"] {
            assert!(!words.contains(broken), "{language}: {broken} near {:?}", near(&words, broken));
        }
        // A place of a text that nothing has filled in.
        assert!(!words.contains('{'), "{language}: {:?}", near(&words, "{"));
        let of_gates = match language {
            "en" => format!("{hold} of {} gates", gates.len()),
            _ => format!("{}項目中{hold}項目に合格", gates.len()),
        };
        let missing: Vec<&str> =
            sentences.into_iter().chain([of_gates.as_str()]).filter(|sentence| !words.contains(sentence)).collect();
        assert_eq!(missing, [""; 0], "{language}");
        assert!(seen.dom.contains(&format!("<html lang=\"{language}\"")), "the page's language");
        assert!(seen.dom.matches("main-svg").count() >= 20, "charts are missing");
        assert_eq!(seen.dom.matches("class=\"tile\"").count(), 47);
        let tokyo = if language == "ja" { "東京</span>" } else { "TKY</span>" };
        assert!(seen.dom.contains(tokyo), "names of prefectures");
    }
}

fn near(words: &str, what: &str) -> String {
    let at = words.find(what).unwrap_or(0);
    words[..at]
        .chars()
        .rev()
        .take(60)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .chain(words[at..].chars().take(60))
        .collect()
}

#[test]
fn a_missing_table_names_the_command_that_writes_it() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("run");
    run_folder(&folder);
    let text = page(&[Folder::read(&folder).unwrap()], &Data::embedded().unwrap()).unwrap();
    let Some(seen) = open(&text, "en") else { return };
    assert_eq!(seen.complaints, [""; 0]);
    for (section, command) in
        [("choice", "telework compare"), ("comparison", "telework compare"), ("attribution", "telework attribute")]
    {
        let said = Seen::text(&seen.section(section));
        assert!(said.contains(&format!("{command} writes it")), "{section}: {said}");
    }
    // The title that tries to end the script is shown as a text.
    assert!(seen.words().contains("Trial </script><script>throw 1</script> <!--"));
}

/// The browser's complaints are heard: without this the tests above could not fail.
#[test]
fn an_error_in_a_page_is_noticed() {
    let Some(seen) = open("<html lang=\"en\"><body><script>undefinedFunction()</script></body></html>", "en") else {
        return;
    };
    assert_eq!(seen.complaints.len(), 1, "{:?}", seen.complaints);
}
