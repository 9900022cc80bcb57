//! Tests of the tables: they load, published totals close, and damage is explained.

use super::*;
use crate::parameters::TABLE;
use jiff::civil::date;
use std::path::Path;

fn data() -> Data {
    Data::embedded().expect("the embedded tables load")
}

/// Totals as SME Agency (2014) and the 2016 and 2021 censuses print them.
#[test]
fn tables_close_to_published_totals() {
    let data = data();
    for (size, total) in SizeClass::ALL.into_iter().zip([3_252_254, 556_974, 11_110]) {
        let sum: u32 = data.firms_2014.iter().filter(|row| row.size == size).map(|row| row.firms).sum();
        assert_eq!(sum, total);
    }
    assert_eq!(data.fact("firms_total").unwrap(), 3_375_255.0);
    // 57,949,915 persons in all industries in 2021, less 412,411 and 41,013 in A and B; sums over municipalities
    // miss 0.01 % (Tokyo's undetermined area).
    let persons: f64 = data.establishments.iter().map(|row| f64::from(row.persons[1])).sum();
    assert!((persons / 57_496_491.0 - 1.0).abs() < 2e-4, "{persons}");
    // Japan's inhabitants on 1 October 2021: 125.5 million.
    let inhabitants: f64 = data.prefectures.iter().map(|row| row.population).sum();
    assert!((inhabitants / 125.5e6 - 1.0).abs() < 1e-3, "{inhabitants}");
    assert_eq!(data.infections.len(), 68);
}

#[test]
fn prefectures_stand_on_different_tiles_in_order() {
    let data = data();
    let mut tiles: Vec<_> = data.prefectures.iter().map(|row| (row.tile_row, row.tile_column)).collect();
    assert!(data.prefectures.iter().enumerate().all(|(i, row)| row.prefecture.index() == i));
    tiles.sort_unstable();
    tiles.dedup();
    assert_eq!(tiles.len(), PREFECTURES);
}

/// On 23 April 2021 the third state of emergency and the quasi-emergencies then in force were to end on 11 May.
#[test]
fn on_30_april_2021_the_later_extensions_are_unknown() {
    let data = data();
    let known = data.declarations_known_on(date(2021, 4, 30));
    assert!(known.iter().all(|row| row.announced <= date(2021, 4, 30)));
    let names = |full| {
        let mut names: Vec<_> = known
            .iter()
            .filter(|row| row.full == full && row.end >= date(2021, 4, 30))
            .map(|row| (row.prefecture.name(), row.end))
            .collect();
        names.sort_unstable();
        names
    };
    let may = |names: &[&'static str]| names.iter().map(|name| (*name, date(2021, 5, 11))).collect::<Vec<_>>();
    assert_eq!(names(true), may(&["Hyogo", "Kyoto", "Osaka", "Tokyo"]));
    assert_eq!(names(false), may(&["Aichi", "Chiba", "Ehime", "Kanagawa", "Miyagi", "Okinawa", "Saitama"]));
    // In hindsight Tokyo's third state of emergency lasted until 20 June.
    let later = data.declarations_known_on(date(2021, 12, 31));
    let tokyo = later.iter().find(|row| row.prefecture.name() == "Tokyo" && row.declaration == "3").unwrap();
    assert_eq!(tokyo.end, date(2021, 6, 20));
}

#[test]
fn no_survey_figure_was_published_after_april_2021() {
    for row in data().observations {
        assert!(row.field_end <= date(2021, 4, 30), "{} {}", row.survey, row.wave);
        assert!(row.published.is_none_or(|day| day <= date(2021, 4, 30)), "{} {}", row.survey, row.wave);
    }
}

/// The waves that MODEL section 1 names.
#[test]
fn survey_rows_keep_the_published_values() {
    let data = data();
    let find = |wave: &str, metric: &str, segment: &str| {
        let row = data.observations.iter().find(|row| {
            row.survey == "tsr_practice" && row.wave == wave && row.metric == metric && row.segment == segment
        });
        row.map(|row| row.value)
    };
    assert_eq!(find("wave 2", "practised", "total"), Some(0.176));
    assert_eq!(find("wave 5", "practised", "large"), Some(0.83));
    assert_eq!(find("wave 14", "current_practice", "SME"), Some(0.33));
}

/// Japan's mean teleworkable share lies between those who had teleworked by June 2020 (34.6 %, Cabinet Office) and
/// the desk occupations (40.4 %, census 2015).
#[test]
fn teleworkable_shares_lie_between_the_two_anchors() {
    let data = data();
    let (mut jobs, mut persons) = (0.0, 0.0);
    for row in &data.establishments {
        let engaged = f64::from(row.persons[1]);
        jobs += engaged * data.industries[row.industry.index()].teleworkable;
        persons += engaged;
    }
    assert!((0.346..=0.404).contains(&(jobs / persons)), "{}", jobs / persons);
}

/// The support network's months add up to the totals that the task force paper prints (434 events, 4,687
/// participants), and events by form to all events (106 + 193 + 47 + 88).
#[test]
fn monthly_outputs_add_up() {
    let data = data();
    let network = || data.programmes.iter().filter(|row| row.programme == "telework_support_network");
    let months = |item: &str, category: &str| {
        let rows = network().filter(|row| row.month.is_some() && row.item == item && row.category == category);
        rows.map(|row| row.value).sum::<f64>()
    };
    assert_eq!((months("events", "all"), months("participants", "all")), (434.0, 4687.0));
    let forms = ["seminar on-site", "seminar online", "consultation on-site", "consultation online"];
    assert_eq!(forms.map(|form| months("events", form)), [106.0, 193.0, 47.0, 88.0]);
}

/// A copy of the tables with one file changed; the problem that reading it gives.
fn damaged(file: &str, change: impl Fn(Vec<u8>) -> Option<Vec<u8>>) -> Problem {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    for (name, _) in data().files {
        let target = folder.path().join(&name);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        let bytes = std::fs::read(from.join(&name)).unwrap();
        if let Some(bytes) = if name == file { change(bytes) } else { Some(bytes) } {
            std::fs::write(target, bytes).unwrap();
        }
    }
    let problem = Data::from_dir(folder.path()).expect_err("damage must be seen");
    assert_eq!(problem.kind, Kind::Data);
    problem
}

fn replaced(from: &'static str, to: &'static str) -> impl Fn(Vec<u8>) -> Option<Vec<u8>> {
    move |bytes| Some(String::from_utf8(bytes).unwrap().replacen(from, to, 1).into_bytes())
}

#[test]
fn a_missing_file_is_named() {
    let problem = damaged("policy/infections.csv", |_| None);
    assert!(problem.message.contains("infections.csv"), "{problem}");
    assert!(problem.advice.is_some());
}

#[test]
fn a_missing_column_is_named() {
    let problem = damaged("population/facts.csv", replaced("fact,value", "fact,amount"));
    assert_eq!(problem.message, "column `value` is missing");
}

#[test]
fn a_bad_number_is_shown_at_its_character() {
    let problem = damaged("population/firms_2014.csv", replaced("435110", "435,1x0"));
    // The comma makes one cell too many.
    assert_eq!(problem.message, "this row has 6 cells, the header has 5");
    let problem = damaged("population/firms_2014.csv", replaced("435110", "4351l0"));
    assert_eq!(problem.message, "`4351l0` is not a whole number");
    assert_eq!(problem.place.unwrap().line_column(), (3, 3));
}

#[test]
fn a_share_in_per_cent_is_refused() {
    let problem = damaged("population/barriers.csv", replaced("0.205", "20.5"));
    assert_eq!(problem.message, "`20.5` is not a share");
}

#[test]
fn an_unknown_prefecture_gets_a_suggestion() {
    let problem = damaged("policy/declarations.csv", replaced("Hokkaido", "Hokaido"));
    assert_eq!(problem.message, "`Hokaido` is no prefecture");
    assert_eq!(problem.advice.as_deref(), Some("did you mean `Hokkaido`?"));
}

#[test]
fn a_declaration_that_ends_before_it_starts_is_refused() {
    let problem = damaged("policy/declarations.csv", replaced("2020-05-25", "2019-05-25"));
    assert!(problem.message.contains("ends before it starts"), "{problem}");
}

#[test]
fn a_file_that_is_not_utf8_is_refused() {
    let problem = damaged("population/industries.csv", |mut bytes| {
        bytes[40] = 0xFF;
        Some(bytes)
    });
    assert!(problem.message.contains("not UTF-8"), "{problem}");
    assert_eq!(problem.place.unwrap().line_column(), (1, 41));
}

#[test]
fn a_table_cut_off_at_a_line_or_within_one_is_seen() {
    let problem = damaged("population/establishments.csv", |bytes| {
        let half = bytes.len() / 2;
        let end = half + bytes[half..].iter().position(|b| *b == b'\n').unwrap() + 1;
        Some(bytes[..end].to_vec())
    });
    assert!(problem.message.contains("but 752 are expected"), "{problem}");
    let problem = damaged("population/establishments.csv", |bytes| Some(bytes[..bytes.len() - 20].to_vec()));
    assert!(problem.message.contains("cells, the header has 6"), "{problem}");
}

#[test]
fn a_row_given_twice_is_refused() {
    let problem = damaged("population/head_offices.csv", replaced("Aomori", "Hokkaido"));
    assert!(problem.message.contains("a second time"), "{problem}");
}

#[test]
fn an_empty_file_and_noise_are_refused() {
    assert!(damaged("policy/programmes.csv", |_| Some(Vec::new())).message.ends_with("is empty"));
    damaged("policy/programmes.csv", |_| Some(vec![b'"'; 1_000_001]));
    damaged("policy/programmes.csv", |_| Some(b"x,".repeat(500_000)));
    let huge = damaged("policy/programmes.csv", |_| Some(vec![b'x'; 16_000_001]));
    assert!(huge.message.contains("far more than any table needs"), "{huge}");
}

#[test]
fn a_folder_in_the_place_of_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("tables.csv")).unwrap();
    let problem = Data::from_dir(folder.path()).expect_err("a folder is no table");
    assert!(problem.message.contains("not a file"), "{problem}");
}

#[test]
fn a_missing_or_absurd_fact_is_named() {
    let mut data = data();
    assert!(data.fact("no_such").unwrap_err().message.contains("no_such"));
    data.facts.iter_mut().filter(|fact| fact.name == "firms_large").for_each(|fact| fact.value = 1e12);
    assert!(data.fact_in("firms_large", 1.0..=1e6).unwrap_err().message.contains("`firms_large` is 1000000000000"));
}

#[test]
fn a_draw_that_cannot_be_meant_is_shown_at_its_cell() {
    let header = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().next().unwrap().to_string();
    // A cell of line 3, whatever the draws are.
    let second_draw = |column: &'static str, value: &'static str| {
        move |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
            let place = lines[0].split(',').position(|name| name == column).unwrap();
            let mut cells: Vec<&str> = lines[2].split(',').collect();
            cells[place] = value;
            lines[2] = cells.join(",");
            Some((lines.join("\n") + "\n").into_bytes())
        }
    };
    let place = |problem: Problem| {
        let place = problem.place.unwrap();
        (place.file.ends_with("posterior/draws.csv"), place.line_column())
    };
    let first = TABLE[0];
    let far = damaged("posterior/draws.csv", second_draw(first.name, "99"));
    assert_eq!(far.message, format!("`{}` cannot be 99", first.name));
    assert_eq!(far.advice, Some(format!("write a value from {} to {}", first.minimum, first.maximum)));
    // After the number of the chain.
    assert_eq!(place(far), (true, (3, 3)));
    let word = damaged("posterior/draws.csv", second_draw(first.name, "many"));
    assert_eq!(word.message, "`many` is not a number");
    assert_eq!(place(word), (true, (3, 3)));
    assert_eq!(damaged("posterior/draws.csv", second_draw(first.name, "NaN")).message, "this number is not finite");
    for (chain, message) in [("many", "`many` is not a whole number"), ("100", "there is no chain 100")] {
        let chain = damaged("posterior/draws.csv", second_draw("chain", chain));
        assert_eq!(chain.message, message);
        assert_eq!(place(chain), (true, (3, 1)));
    }
    let unknown = damaged("posterior/draws.csv", replaced("discrepancy_", "surprise_"));
    assert!(unknown.message.contains("is no model parameter"), "{unknown}");
    assert_eq!(place(unknown).1.0, 1);
    let lacking = damaged("posterior/draws.csv", replaced(first.name, "discrepancy_new"));
    assert_eq!(lacking.message, format!("column `{}` is missing", first.name));
    let none = damaged("posterior/draws.csv", |bytes| Some(header(&bytes).into_bytes()));
    assert!(none.message.contains("0 rows"), "{none}");
    let fewer = damaged("posterior/about.csv", replaced("draws,", "draws,1"));
    assert!(fewer.message.contains("rows, but"), "{fewer}");
    let undated = damaged("posterior/about.csv", replaced("as_of", "asof"));
    assert!(undated.message.starts_with("no row says by which day"), "{undated}");
    let gate = damaged("posterior/gates.csv", replaced(",true\n", ",yes\n"));
    assert_eq!(gate.message, "`yes` is not known here");
}

#[test]
fn a_folder_without_posterior_says_which_file_is_missing() {
    for file in ["about", "draws", "gates", "figures"].map(|name| format!("posterior/{name}.csv")) {
        let problem = damaged(&file, |_| None);
        assert!(problem.message.contains(&file), "{problem}");
        assert!(problem.advice.unwrap().contains("every table"));
    }
}

/// What no reader of a table looks at, or what would change a number without a word.
#[test]
fn every_documented_column_is_checked_by_its_kind() {
    for (file, from, to, said) in [
        ("population/head_offices.csv", ",314,55,", ",314,-1,", "`-1` is below 0"),
        ("population/head_offices.csv", ",314,55,", ",314,,", "`` is not a whole number"),
        ("population/head_offices.csv", "Hokkaido,314", "Hokkaido,314.5", "`314.5` is not a whole number"),
        ("population/head_offices.csv", ",314,page read", ",314,rumour", "`rumour` is not known here"),
        ("population/industries.csv", ",0.254,", ",25.4,", "`25.4` is not a share"),
        ("population/prefectures.csv", "1,Hokkaido", "7,Hokkaido", "`7` is not the code of Hokkaido"),
        ("population/prefectures.csv", "北海道", "青森県", "`青森県` is not the prefecture ja of Hokkaido"),
        ("population/prefectures.csv", "regional cities", "Tokyo area", "`Tokyo area` is not the region of Hokkaido"),
        ("population/facts.csv", ",firms,", ",persons,", "is told in firms, not in persons"),
        ("population/facts.csv", ",2021,fitted", ",next year,fitted", "`next year` is no year"),
        ("policy/programmes.csv", "telework_support_network,", "nope,", "nothing looks for `nope`"),
        ("policy/programmes.csv", ",events,", ",event,", "nothing looks for `event`"),
        ("policy/programmes.csv", "2020-07", "2020-13", "`2020-13` is no month"),
        ("policy/programmes.csv", ",2020,2020-07", ",20,2020-07", "`20` is no year"),
        ("policy/programmes.csv", "by prefecture,Aichi", "by prefecture,Aich", "`Aich` is no prefecture"),
        ("policy/declarations.csv", "Hokkaido,full,1,", "Hokkaido,full,,", "this cell is empty"),
        ("policy/declarations.csv", "2020-05-25,2020-04-16", "2020-05-25,2020-06-16", "announced after its end"),
        ("policy/declarations.csv", "2020-05-25", "2099-05-25", "no table tells of 2099-05-25"),
        ("posterior/about.csv", "2021-04-30", "2121-04-30", "no table tells of 2121-04-30"),
        ("posterior/figures.csv", "mic_introduction", "mic_introductoin", "nothing looks for `mic_introductoin`"),
        ("posterior/figures.csv", ",1395,", ",0,", "must be above 0"),
        ("posterior/gates.csv", "1.01378", "9", "9 was found and <= 1.05 required, which is `false`"),
    ] {
        let problem = damaged(file, replaced(from, to));
        assert!(problem.message.contains(said), "{file}: {problem}");
        assert!(problem.place.is_some() && problem.advice.is_some(), "{file}: {problem}");
    }
}

#[test]
fn every_file_has_its_hash() {
    let files = data().files;
    assert_eq!(files.len(), 16);
    let (name, hash) = &files[1];
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)).unwrap();
    assert_eq!(*hash, blake3::hash(&bytes).to_hex().to_string());
}

/// A row more, which `tables.csv` counts; the problem that reading it gives.
fn added(file: &'static str, row: &str) -> Problem {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    for (name, _) in data().files {
        let target = folder.path().join(&name);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        let mut text = std::fs::read_to_string(from.join(&name)).unwrap();
        if name == file {
            text += row;
            text.push('\n');
        } else if name == "tables.csv" {
            let line = text.lines().find(|line| line.starts_with(file)).unwrap().to_string();
            let (_, rows) = line.split_once(',').unwrap();
            text = text.replace(&line, &format!("{file},{}", rows.parse::<u32>().unwrap() + 1));
        }
        std::fs::write(target, text).unwrap();
    }
    let problem = Data::from_dir(folder.path()).expect_err("the row must be refused");
    assert!(problem.place.is_some(), "{problem}");
    problem
}

#[test]
fn rows_that_stand_twice_are_refused_in_every_table() {
    for file in ["observations/surveys.csv", "policy/programmes.csv", "policy/declarations.csv", "population/facts.csv"]
    {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(file)).unwrap();
        let problem = added(file, text.lines().nth(1).unwrap());
        assert_eq!(problem.message, "this row stands here a second time, after line 2", "{file}");
    }
    let twice = damaged("tables.csv", |mut bytes| {
        bytes.extend(b"observations/surveys.csv,1\n");
        Some(bytes)
    });
    assert!(twice.message.contains("a second time"), "{twice}");
    let gate = damaged("posterior/gates.csv", |_| {
        Some(b"part,check,found,required,passed\na,b,1,<= 2,true\na,b,2,<= 2,true\n".to_vec())
    });
    assert!(gate.message.contains("a second time"), "{gate}");
    let column = damaged("population/facts.csv", replaced("fact,value", "value,value"));
    assert_eq!(column.message, "column `value` is there twice");
}

#[test]
fn figures_that_their_unit_does_not_allow_are_refused() {
    let survey = |n: &str, value: &str, unit: &str, confidence: &str| {
        let row = format!(
            "tsr_practice,wave 99,2021-03-01,2021-03-08,,{n},practised,size,total,{value},{unit},how many?,,{confidence},"
        );
        added("observations/surveys.csv", &row).message
    };
    assert_eq!(survey("100", "-0.1", "firms", "seed"), "`-0.1` firms is below 0");
    assert_eq!(survey("100", "20.2", "firms", "seed"), "`20.2` firms is not a whole number");
    assert_eq!(survey("0", "0.2", "share", "seed"), "this number must be above 0");
    assert_eq!(survey("-5", "0.2", "share", "seed"), "`-5` is below 0");
    assert_eq!(survey("100", "0.2", "shares", "seed"), "`shares` is no unit that is known here");
    assert_eq!(survey("100", "0.2", "share", "Memory"), "`Memory` is not known here");
    let fact = added("population/facts.csv", "sites_2030,2.5,sites,2030,context,assumed,,");
    assert!(fact.message.ends_with("is not a whole number") || fact.message.contains("cells"), "{fact}");
    let nobody = damaged("population/prefectures.csv", |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
        let column = lines[0].split(',').position(|name| name == "inhabitants_2021").unwrap();
        let mut cells: Vec<String> = lines[1].split(',').map(str::to_string).collect();
        cells[column] = "0".to_string();
        lines[1] = cells.join(",");
        Some((lines.join("\n") + "\n").into_bytes())
    });
    assert_eq!(nobody.message, "this number must be above 0");
    let behind = damaged("policy/programmes.csv", |_| Some(b"a,b\n\"0.5\"9,1\n".to_vec()));
    assert!(behind.message.contains("behind the closing quotation mark"), "{behind}");
}

#[test]
fn a_posterior_beside_other_tables_is_marked() {
    let data = data();
    assert!(data.posterior.tables.len() >= 11 && data.posterior.gates.iter().all(|gate| gate.part != TABLES));
    let mut files = data.files.clone();
    files.iter_mut().filter(|(file, _)| file == "population/facts.csv").for_each(|(_, hash)| *hash = "00".into());
    let gates = data.posterior.clone().judged_by(&files).gates;
    assert_eq!(gates.len(), data.posterior.gates.len() + 1);
    let gate = gates.last().unwrap();
    assert!(!gate.passed && gate.found == 1.0 && gate.check.ends_with("population/facts.csv"), "{gate:?}");
    // A posterior that does not say what it was fitted to, as one whose `about.csv` is cut off.
    let silent = Posterior { tables: Vec::new(), ..data.posterior.clone() }.judged_by(&data.files);
    assert!(silent.gates.last().is_some_and(|gate| !gate.passed && gate.found == 11.0), "{:?}", silent.gates.last());
}

/// Published tables that are cut off change figures; the list of their rows cannot be cut off itself.
#[test]
fn the_rows_of_every_table_are_counted() {
    let changed = |file: &str, change: &dyn Fn(&str) -> String| {
        let own = Data::embedded_texts().iter().find(|(name, _)| *name == file).unwrap().1;
        Data::with_tables(&[(file, &change(own))]).err().map(|problem| problem.message).unwrap_or_default()
    };
    let without = |line: &'static str| move |own: &str| own.replace(line, "");
    assert_eq!(
        changed("tables.csv", &without("policy/infections.csv,68\n")),
        "no row says how many rows policy/infections.csv has"
    );
    let more = |own: &str| own.to_string() + "policy/nothing.csv,5\n";
    assert_eq!(changed("tables.csv", &more), "`policy/nothing.csv` is no table that is read");
    let first = |own: &str| own.lines().take(3).map(|line| format!("{line}\n")).collect::<String>();
    assert_eq!(changed("posterior/gates.csv", &first), "data/posterior/gates.csv has 2 rows, but 56 are expected");
}

#[test]
fn a_cell_that_a_spreadsheet_would_calculate_is_refused_with_its_place() {
    let parse = |cell: &str| table::Table::parse("t.csv", format!("name,value\nx,1\n{cell},-0.5\n").into(), &["name"]);
    for cell in ["=1+1", "@x", "-x", "a\u{202e}b", "\u{1b}[2J"] {
        let problem = parse(cell).err().unwrap();
        assert_eq!(problem.place.map(|place| place.line_column()), Some((3, 1)), "{cell:?}");
    }
    assert!(parse(">=50% of staff").is_ok() && parse("-3").is_ok());
}

/// Tables read anew one by one give what a folder of the same tables gives, and are refused alike.
#[test]
fn tables_that_are_replaced_read_as_a_folder_does() {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in Data::embedded_texts() {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    for (file, own) in Data::embedded_texts() {
        let digit = own.rfind(|c: char| c.is_ascii_digit()).unwrap();
        let other = if &own[digit..=digit] == "1" { "2" } else { "1" };
        // Another last digit, and a last line that is cut off.
        for text in
            [[&own[..digit], other, &own[digit + 1..]].concat(), own.trim_end().rsplit_once(',').unwrap().0.into()]
        {
            std::fs::write(folder.path().join(file), &text).unwrap();
            let told = |read: Result<Data, Problem>, name: &str| match read {
                Ok(data) => format!("{data:?}"),
                Err(problem) => format!("{problem:?}").replace(name, "data"),
            };
            let whole = told(Data::from_dir(folder.path()), &folder.path().display().to_string());
            assert!(told(Data::with_tables(&[(file, &text)]), "data") == whole, "{file}");
        }
        std::fs::write(folder.path().join(file), own).unwrap();
    }
}
