//! Reading the tables: which files there are, and what each row must hold. Texts in, [`Data`] out.

use super::{
    Data, DeclarationRow, EstablishmentRow, Fact, IndustryRow, IndustrySize, Observation, Posterior, PrefectureRow,
    ProgrammeFigure,
    columns::{self, CONFIDENCE},
    posterior::{FIGURE_COLUMNS, GATE_COLUMNS, is_fitted},
    table::{Distinct, Row, Table, read_text},
};
use crate::{
    calendar::Week,
    classification::{BARRIERS, Barrier, INDUSTRIES, Industry, PREFECTURES, Prefecture, SIZES, SizeClass},
    error::{Kind, Problem},
    parameters::TABLE,
};
use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

macro_rules! embedded {
    ($($file:literal),* $(,)?) => {
        /// Every file of `data/` that the program reads.
        const EMBEDDED: &[(&str, &str)] = &[$(($file, include_str!(concat!("../../data/", $file)))),*];
    };
}

embedded!(
    "tables.csv",
    "population/prefectures.csv",
    "population/firms_2014.csv",
    "population/establishments.csv",
    "population/head_offices.csv",
    "population/industries.csv",
    "population/barriers.csv",
    "population/facts.csv",
    "policy/declarations.csv",
    "policy/infections.csv",
    "policy/programmes.csv",
    "observations/surveys.csv",
    "posterior/about.csv",
    "posterior/draws.csv",
    "posterior/gates.csv",
    "posterior/figures.csv",
);

/// Texts of the files, how many rows each must have, and what was read before some of them were replaced.
struct Files<'d> {
    folder: String,
    texts: Vec<(&'static str, Arc<str>)>,
    rows: Vec<(String, usize)>,
    before: Option<(&'d Data, &'d [(&'d str, &'d str)])>,
}

impl Files<'_> {
    /// What rests on some tables, by `read`; when none of them was replaced, as it was before.
    fn part<T: Clone>(
        &self,
        tables: &[&str],
        of: fn(&Data) -> &T,
        read: fn(&Files) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        // The list of tables says how many rows each of them has.
        let replaced =
            |texts: &[(&str, &str)]| texts.iter().any(|(file, _)| tables.contains(file) || *file == "tables.csv");
        match self.before {
            Some((before, texts)) if !replaced(texts) => Ok(of(before).clone()),
            _ => read(self),
        }
    }

    fn table(&self, file: &str, columns: &[&str]) -> Result<Table, Problem> {
        // `file` is one of the literals of `EMBEDDED`, so that it is always found.
        let text = self.texts.iter().find(|(name, _)| *name == file).map(|(_, text)| text.clone()).unwrap_or_default();
        let table = Table::parse(&format!("{}/{file}", self.folder), text, columns)?;
        if let Some((_, rows)) = self.rows.iter().find(|(name, _)| name == file) {
            table.expect_rows(*rows, "tables.csv")?;
        }
        columns::check(file, &table, EMBEDDED)?;
        Ok(table)
    }
}

impl Data {
    /// The tables that the program was built with.
    ///
    /// # Errors
    /// Never with an unchanged build; the same checks run as for a folder.
    pub fn embedded() -> Result<Data, Problem> {
        static READ: OnceLock<Result<Data, Problem>> = OnceLock::new();
        let texts = || EMBEDDED.iter().map(|(file, text)| (*file, Arc::from(*text))).collect();
        READ.get_or_init(|| Data::from_texts("data", texts(), None)).clone()
    }

    /// The texts of those tables, by their places in the folder.
    pub fn embedded_texts() -> &'static [(&'static str, &'static str)] {
        EMBEDDED
    }

    /// The tables of another folder, which must hold all of them.
    ///
    /// # Errors
    /// A file is missing, is not UTF-8, is cut off, lacks a column, or holds a value that cannot be meant.
    pub fn from_dir(folder: &Path) -> Result<Data, Problem> {
        let mut texts = Vec::new();
        for (file, _) in EMBEDDED {
            let advice = "the folder must hold every table of the project's data/, in the same places";
            texts.push((*file, read_text(&folder.join(file), advice)?));
        }
        Data::from_texts(&folder.display().to_string(), texts, None)
    }

    /// The tables that the program was built with, and other texts in the place of some, by their names such as
    /// `observations/surveys.csv`. Only what rests on those is read anew.
    ///
    /// # Errors
    /// As [`Data::from_dir`].
    pub fn with_tables(replaced: &[(&str, &str)]) -> Result<Data, Problem> {
        let text = |(file, own): &(&'static str, &'static str)| {
            (*file, Arc::from(replaced.iter().find(|(name, _)| name == file).map_or(*own, |(_, text)| *text)))
        };
        Data::from_texts("data", EMBEDDED.iter().map(text).collect(), Some((&Data::embedded()?, replaced)))
    }

    fn from_texts(
        folder: &str,
        texts: Vec<(&'static str, Arc<str>)>,
        before: Option<(&Data, &[(&str, &str)])>,
    ) -> Result<Data, Problem> {
        let hash = |(file, text): &(&'static str, Arc<str>)| {
            let known = before.filter(|(_, replaced)| !replaced.iter().any(|(name, _)| name == file));
            let known = known.and_then(|(data, _)| data.files.iter().find(|(name, _)| name == file).cloned());
            known.unwrap_or_else(|| ((*file).to_string(), blake3::hash(text.as_bytes()).to_hex().to_string()))
        };
        let hashes: Vec<(String, String)> = texts.iter().map(hash).collect();
        let mut files = Files { folder: folder.to_string(), texts, rows: Vec::new(), before };
        let index = files.table("tables.csv", &["file", "rows"])?;
        let mut distinct = Distinct::default();
        for row in index.rows() {
            distinct.add(row, &["file"])?;
            if !EMBEDDED.iter().any(|(file, _)| *file == row.text("file")) {
                let message = format!("`{}` is no table that is read", row.text("file"));
                return Err(row.problem("file", message).advise("delete the row, or write the name of a table"));
            }
        }
        let listed = |file: &str| index.rows().any(|row| row.text("file") == file);
        if let Some((file, _)) = EMBEDDED.iter().find(|(file, _)| is_fitted(file) && !listed(file)) {
            return Err(index
                .problem("file", format!("no row says how many rows {file} has"))
                .advise(format!("add {file},N, so that a file that is cut off is noticed")));
        }
        files.rows =
            index.rows().map(|r| Ok((r.text("file").into(), r.count("rows")? as usize))).collect::<Result<_, _>>()?;
        Ok(Data {
            prefectures: files.part(&["population/prefectures.csv"], |data| &data.prefectures, prefectures)?,
            declarations: files.part(&["policy/declarations.csv"], |data| &data.declarations, declarations)?,
            infections: files.part(&["policy/infections.csv"], |data| &data.infections, infections)?,
            observations: files.part(&["observations/surveys.csv"], |data| &data.observations, observations)?,
            programmes: files.part(&["policy/programmes.csv"], |data| &data.programmes, programmes)?,
            firms_2014: files.part(&["population/firms_2014.csv"], |data| &data.firms_2014, firms_2014)?,
            establishments: files.part(
                &["population/establishments.csv"],
                |data| &data.establishments,
                establishments,
            )?,
            head_offices: files.part(&["population/head_offices.csv"], |data| &data.head_offices, head_offices)?,
            industries: files.part(&["population/industries.csv"], |data| &data.industries, industries)?,
            barrier_rates: files.part(&["population/barriers.csv"], |data| &data.barrier_rates, barrier_rates)?,
            facts: files.part(&["population/facts.csv"], |data| &data.facts, facts)?,
            posterior: files.part(&POSTERIOR, |data| &data.posterior, posterior)?.judged_by(&hashes),
            files: hashes,
        })
    }
}

/// Tables that make up a posterior.
const POSTERIOR: [&str; 4] =
    ["posterior/about.csv", "posterior/draws.csv", "posterior/gates.csv", "posterior/figures.csv"];

fn posterior(files: &Files) -> Result<Posterior, Problem> {
    let parameters: Vec<&str> = TABLE.iter().filter(|p| !p.of_measures()).map(|p| p.name).collect();
    super::posterior::posterior(
        &files.table("posterior/about.csv", &["name", "value"])?,
        &files.table("posterior/draws.csv", &parameters)?,
        &files.table("posterior/gates.csv", GATE_COLUMNS)?,
        &files.table("posterior/figures.csv", FIGURE_COLUMNS)?,
    )
}

/// Puts rows into their places, each place exactly once.
struct Places<T>(Vec<Option<T>>);

impl<T> Places<T> {
    fn new(length: usize) -> Places<T> {
        Places((0..length).map(|_| None).collect())
    }
    fn put(&mut self, row: Row<'_>, column: &str, index: usize, value: T) -> Result<(), Problem> {
        if self.0[index].replace(value).is_some() {
            return Err(row.problem(column, "this row stands here a second time").advise("delete one of the two"));
        }
        Ok(())
    }
    fn all(self, file: &str, what: &str) -> Result<Vec<T>, Problem> {
        let length = self.0.len();
        let found: Vec<T> = self.0.into_iter().flatten().collect();
        if found.len() < length {
            let message = format!("{file} covers {} of {length} {what}", found.len());
            return Err(Problem::error(Kind::Data, message).advise("add the missing rows, or restore the table"));
        }
        Ok(found)
    }
}

fn prefectures(files: &Files) -> Result<Vec<PrefectureRow>, Problem> {
    let file = "population/prefectures.csv";
    let columns =
        ["prefecture", "abbreviation", "tile_row", "tile_column", "inhabitants_2021", "latitude", "longitude"];
    let mut places = Places::new(PREFECTURES);
    let mut tiles = Distinct::default();
    for r in files.table(file, &columns)?.rows() {
        let prefecture = r.prefecture("prefecture")?;
        let tile =
            |column| u8::try_from(r.count(column)?).map_err(|_| r.problem(column, "this place is off the tile map"));
        tiles.add(r, &["tile_row", "tile_column"])?;
        let degrees = |column, most: f64| {
            let value = r.number(column)?;
            if value.abs() <= most {
                Ok(value)
            } else {
                Err(r.problem(column, format!("`{value}` is no place on Earth")))
            }
        };
        let row = PrefectureRow {
            prefecture,
            population: f64::from(r.positive("inhabitants_2021")?),
            tile_row: tile("tile_row")?,
            tile_column: tile("tile_column")?,
            abbreviation: r.text("abbreviation").into(),
            office: (degrees("latitude", 90.0)?, degrees("longitude", 180.0)?),
        };
        places.put(r, "prefecture", prefecture.index(), row)?;
    }
    places.all(file, "prefectures")
}

fn declarations(files: &Files) -> Result<Vec<DeclarationRow>, Problem> {
    let columns = ["prefecture", "kind", "declaration", "start", "planned_end", "announced"];
    let table = files.table("policy/declarations.csv", &columns)?;
    let mut distinct = Distinct::default();
    table
        .rows()
        .map(|r| {
            distinct.add(r, &["prefecture", "kind", "declaration", "start", "announced"])?;
            let row = DeclarationRow {
                prefecture: r.prefecture("prefecture")?,
                full: r.one_of("kind", &[("full", true), ("quasi", false)])?,
                declaration: r.text("declaration").into(),
                start: r.date("start")?,
                end: r.date("planned_end")?,
                announced: r.date("announced")?,
            };
            if row.end < row.start {
                return Err(r
                    .problem("planned_end", format!("the declaration ends before it starts on {}", row.start))
                    .advise("give a last day on or after the first"));
            }
            if row.announced > row.end {
                return Err(r
                    .problem("announced", format!("the declaration was announced after its end on {}", row.end))
                    .advise("give the day on which this version was announced"));
            }
            Ok(row)
        })
        .collect()
}

fn infections(files: &Files) -> Result<Vec<[f32; PREFECTURES]>, Problem> {
    let mut columns = vec!["week"];
    columns.extend(Prefecture::all().map(Prefecture::name));
    let table = files.table("policy/infections.csv", &columns)?;
    let mut weeks = Vec::new();
    for (index, r) in table.rows().enumerate() {
        let monday = Week(index as u32).monday();
        if r.date("week")? != monday {
            return Err(r
                .problem("week", format!("week {index} must start on Monday {monday}"))
                .advise("give one row for each week from 2020-01-06 on, without gaps"));
        }
        let mut week = [0.0; PREFECTURES];
        for prefecture in Prefecture::all() {
            week[prefecture.index()] = r.count(prefecture.name())? as f32;
        }
        weeks.push(week);
    }
    Ok(weeks)
}

fn observations(files: &Files) -> Result<Vec<Observation>, Problem> {
    let columns = [
        "survey",
        "wave",
        "field_start",
        "field_end",
        "published",
        "n",
        "metric",
        "segment_type",
        "segment",
        "value",
        "unit",
        "question",
        "source",
        "confidence",
    ];
    let table = files.table("observations/surveys.csv", &columns)?;
    let mut distinct = Distinct::default();
    table
        .rows()
        .map(|r| {
            let text = |column| r.text(column).to_string();
            // One wave may have asked about several earlier times.
            let question = text("question");
            let about = question.split_once("reference ").map_or("", |(_, time)| time);
            let about = if question.contains("recalled") { "recalled" } else { about };
            let figure = ["survey", "wave", "field_start", "field_end", "metric", "segment_type", "segment"];
            distinct.add_with(r, &figure, about)?;
            let row = Observation {
                survey: text("survey"),
                wave: text("wave"),
                field_start: r.date("field_start")?,
                field_end: r.date("field_end")?,
                published: r.optional_date("published")?,
                n: if r.text("n").is_empty() { None } else { Some(r.positive("n")?) },
                metric: text("metric"),
                segment_type: text("segment_type"),
                segment: text("segment"),
                value: r.figure("value", "unit")?,
                unit: text("unit"),
                question: text("question"),
                // A figure that rests on memory alone is left out: another word for it would let it in.
                confidence: r.one_of("confidence", &["seed", "page read", "derived", "memory"].map(|w| (w, w)))?.into(),
                source: text("source"),
                line: r.line() as u32,
            };
            if row.field_end < row.field_start {
                return Err(
                    r.problem("field_end", format!("the field period ends before it starts on {}", row.field_start))
                );
            }
            if row.published.is_some_and(|day| day < row.field_start) {
                return Err(r
                    .problem("published", format!("published before the field period begins on {}", row.field_start))
                    .advise("give the day of publication, or leave the cell empty"));
            }
            Ok(row)
        })
        .collect()
}

fn programmes(files: &Files) -> Result<Vec<ProgrammeFigure>, Problem> {
    let columns = ["programme", "fiscal_year", "month", "item", "category", "value", "unit"];
    let table = files.table("policy/programmes.csv", &columns)?;
    let mut distinct = Distinct::default();
    table
        .rows()
        .map(|r| {
            distinct.add(r, &columns[..5])?;
            let text = |column| r.text(column).to_string();
            Ok(ProgrammeFigure {
                programme: text("programme"),
                fiscal_year: text("fiscal_year"),
                month: Some(text("month")).filter(|month| !month.is_empty()),
                item: text("item"),
                category: text("category"),
                value: r.figure("value", "unit")?,
                unit: text("unit"),
            })
        })
        .collect()
}

fn firms_2014(files: &Files) -> Result<Vec<IndustrySize>, Problem> {
    let file = "population/firms_2014.csv";
    let mut places = Places::new(INDUSTRIES * SIZES);
    for r in files.table(file, &["industry", "micro", "medium", "large"])?.rows() {
        let industry = r.industry("industry")?;
        for size in SizeClass::ALL {
            let row = IndustrySize { industry, size, firms: r.count(size.key())? };
            places.put(r, "industry", industry.index() * SIZES + size.index(), row)?;
        }
    }
    places.all(file, "combinations of industry and size")
}

fn establishments(files: &Files) -> Result<Vec<EstablishmentRow>, Problem> {
    let file = "population/establishments.csv";
    let columns =
        ["prefecture", "industry", "establishments_2016", "persons_2016", "establishments_2021", "persons_2021"];
    let mut places = Places::new(PREFECTURES * INDUSTRIES);
    for r in files.table(file, &columns)?.rows() {
        let (prefecture, industry) = (r.prefecture("prefecture")?, r.industry("industry")?);
        let row = EstablishmentRow {
            prefecture,
            industry,
            establishments: [r.count("establishments_2016")?, r.count("establishments_2021")?],
            persons: [r.count("persons_2016")?, r.count("persons_2021")?],
        };
        for (year, column) in ["persons_2016", "persons_2021"].into_iter().enumerate() {
            if (row.establishments[year] == 0) != (row.persons[year] == 0) {
                return Err(r
                    .problem(column, "there are establishments without persons, or the other way round")
                    .advise("give both, or 0 for both"));
            }
        }
        places.put(r, "industry", prefecture.index() * INDUSTRIES + industry.index(), row)?;
    }
    places.all(file, "combinations of prefecture and industry")
}

fn head_offices(files: &Files) -> Result<[f64; PREFECTURES], Problem> {
    let file = "population/head_offices.csv";
    let mut places = Places::new(PREFECTURES);
    for r in files.table(file, &["prefecture", "weight"])?.rows() {
        let weight = r.number("weight")?;
        if weight <= 0.0 {
            return Err(r.problem("weight", "a weight must be above 0"));
        }
        places.put(r, "prefecture", r.prefecture("prefecture")?.index(), weight)?;
    }
    let mut weights = [0.0; PREFECTURES];
    weights.copy_from_slice(&places.all(file, "prefectures")?);
    Ok(weights)
}

fn industries(files: &Files) -> Result<Vec<IndustryRow>, Problem> {
    let file = "population/industries.csv";
    let columns = [
        "industry",
        "micro_max_employees",
        "medium_max_employees",
        "large_min_employees",
        "large_high_capital_share",
        "company_share_of_persons",
        "teleworkable_share",
    ];
    let mut places = Places::new(INDUSTRIES);
    for r in files.table(file, &columns)?.rows() {
        let industry: Industry = r.industry("industry")?;
        let row = IndustryRow {
            industry,
            micro_max: r.count("micro_max_employees")?,
            medium_max: r.count("medium_max_employees")?,
            large_min: r.count("large_min_employees")?,
            large_high_capital: r.share("large_high_capital_share")?,
            company_share: r.share("company_share_of_persons")?,
            teleworkable: r.share("teleworkable_share")?,
        };
        if row.micro_max == 0 || row.medium_max <= row.micro_max || row.large_min <= row.micro_max {
            return Err(r
                .problem("micro_max_employees", "the employee limits do not rise from micro to large")
                .advise("micro_max must be at least 1 and below medium_max and large_min"));
        }
        if !(0.001..=0.999).contains(&row.teleworkable) {
            return Err(r.problem("teleworkable_share", "this share must lie between 0.001 and 0.999"));
        }
        places.put(r, "industry", industry.index(), row)?;
    }
    places.all(file, "industries")
}

fn barrier_rates(files: &Files) -> Result<[[f64; BARRIERS]; SIZES], Problem> {
    let file = "population/barriers.csv";
    let barriers = Barrier::ALL.map(|barrier| (barrier.key(), barrier));
    let sizes = SizeClass::ALL.map(|size| (size.key(), size));
    let mut places = Places::new(SIZES * BARRIERS);
    for r in files.table(file, &["barrier", "size", "rate"])?.rows() {
        let (barrier, size) = (r.one_of("barrier", &barriers)?, r.one_of("size", &sizes)?);
        places.put(r, "barrier", size.index() * BARRIERS + barrier as usize, r.share("rate")?)?;
    }
    let found = places.all(file, "combinations of barrier and size")?;
    let mut rates = [[0.0; BARRIERS]; SIZES];
    for (index, rate) in found.into_iter().enumerate() {
        rates[index / BARRIERS][index % BARRIERS] = rate;
    }
    Ok(rates)
}

fn facts(files: &Files) -> Result<Vec<Fact>, Problem> {
    let columns = ["fact", "value", "unit", "year", "use", "confidence", "source"];
    let table = files.table("population/facts.csv", &columns)?;
    let mut distinct = Distinct::default();
    table
        .rows()
        .map(|r| {
            distinct.add(r, &["fact"])?;
            let text = |column| r.text(column).to_string();
            Ok(Fact {
                name: text("fact"),
                value: r.figure("value", "unit")?,
                unit: text("unit"),
                year: text("year"),
                role: r.one_of("use", &["fitted", "tail", "check", "context"].map(|word| (word, word)))?.into(),
                confidence: r.one_of("confidence", &CONFIDENCE.map(|word| (word, word)))?.into(),
                source: text("source"),
            })
        })
        .collect()
}
