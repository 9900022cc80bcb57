//! A folder of results as a page needs it: its manifest, and its summary tables by columns.

use super::contract::{Cell, SUMMARIES, Summary};
use crate::{
    data::table::{Row, Table, read_text},
    error::{Kind, Problem},
    results::{MANIFEST, is_as_written, tidy},
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, io, path::Path, sync::Arc};

/// A folder that `run`, `compare`, `attribute` or `target` has written, read.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its manifest, as it stands in the file.
    pub(super) manifest: Value,
    /// Table name -> columns; tables that are not there are left out.
    pub(super) tables: Map<String, Value>,
}

impl Folder {
    /// Reads a finished folder.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` with file, line and column: no folder of ours, or a table is damaged.
    pub fn read(folder: &Path) -> Result<Folder, Problem> {
        let wrong = |what: String| {
            Problem::error(Kind::Files, format!("{} is no folder of results: {what}", folder.display()))
                .advise("name a folder that `telework run`, `compare`, `attribute` or `target` has written")
        };
        tidy(folder.parent().filter(|home| !home.as_os_str().is_empty()).unwrap_or(Path::new(".")));
        let text = only_files(&folder.join(MANIFEST))
            .and_then(|()| std::fs::read_to_string(folder.join(MANIFEST)))
            .map_err(|error| wrong(format!("cannot read its {MANIFEST}: {error}")))?;
        let manifest: Value =
            serde_json::from_str(&text).map_err(|error| wrong(format!("its {MANIFEST} is damaged: {error}")))?;
        if !is_as_written(&text) {
            return Err(wrong(format!("its {MANIFEST} was changed after the command wrote it"))
                .advise("`telework verify` tells what differs; run the command again that wrote this folder"));
        }
        if manifest["program"] != env!("CARGO_PKG_NAME") {
            return Err(wrong(format!("its {MANIFEST} was not written by {}", env!("CARGO_PKG_NAME"))));
        }
        let written = manifest["tables"].clone();
        let mut other = None;
        let read = Folder::of(manifest, |file| {
            let path = folder.join(file);
            let of_file = |one: &&Value| one["file"] == file;
            let listed = written.as_array().into_iter().flatten().find(of_file);
            if !path.exists() {
                // Without it the page would say that no command has written it yet.
                let why = format!("{} is missing, though its {MANIFEST} names it", path.display());
                return listed.map_or(Ok(None), |_| Err(Problem::error(Kind::Files, why)));
            }
            only_files(&path)
                .map_err(|error| Problem::error(Kind::Files, format!("cannot read {}: {error}", path.display())))?;
            let text = read_text(&path, "")?;
            let hash = blake3::hash(text.as_bytes()).to_hex();
            if listed.is_none_or(|one| one["blake3"] != *hash) {
                other.get_or_insert_with(|| path.clone());
            }
            Ok(Some((path.display().to_string(), text)))
        })?;
        // What is damaged was told with its place; what reads well may be another run's.
        match other {
            None => Ok(read),
            Some(path) => Err(of_files(Problem::error(
                Kind::Files,
                format!("{} is not the table that the command wrote: its {MANIFEST} names another", path.display()),
            ))),
        }
    }

    /// A folder that is nowhere: its manifest, and its tables by file name.
    ///
    /// # Errors
    /// A [`Problem`] of kind `Files` when a table is damaged.
    pub fn in_memory(manifest: Value, mut tables: BTreeMap<&str, String>) -> Result<Folder, Problem> {
        Folder::of(manifest, |file| Ok(tables.remove(file).map(|text| (file.to_string(), text.into()))))
    }

    /// `text` gives name and text of a table by its file name.
    fn of(
        manifest: Value,
        mut text: impl FnMut(&str) -> Result<Option<(String, Arc<str>)>, Problem>,
    ) -> Result<Folder, Problem> {
        let mut tables = Map::new();
        for summary in SUMMARIES {
            if let Some((name, text)) = text(&format!("{}.csv", summary.name)).map_err(of_files)? {
                tables.insert(summary.name.into(), columns(summary, &name, text).map_err(of_files)?);
            }
        }
        Ok(Folder { manifest, tables })
    }
}

/// An error where something else than a regular file lies, which may never end.
fn only_files(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(meta) if !meta.is_file() => Err(io::Error::other("it is not a regular file")),
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The reader of data tables blames the data; these are results.
fn of_files(problem: Problem) -> Problem {
    let again = "run the command again that wrote this folder, or leave the folder out";
    Problem { kind: Kind::Files, advice: Some(again.into()), ..problem }
}

/// Every column of a table: numbers as they are; words as a list of different words and their positions in it, which
/// keeps a page small.
fn columns(summary: &Summary, name: &str, text: Arc<str>) -> Result<Value, Problem> {
    let wanted: Vec<&str> = summary.columns().map(|(name, _)| name).filter(|name| !summary.optional(name)).collect();
    let table = Table::parse(name, text, &wanted)?;
    let has = |name: &str| table.columns().any(|column| column == name);
    let mut columns = Map::new();
    for (name, cell) in summary.columns().filter(|(name, _)| has(name)) {
        let column = match cell {
            Cell::Number => {
                table.rows().map(|row| Ok(json!(row.optional_number(name)?))).collect::<Result<_, Problem>>()?
            }
            Cell::Text | Cell::Day | Cell::Flag => words(table.rows().map(|row| word(row, name, cell)))?,
        };
        columns.insert(name.into(), column);
    }
    Ok(json!({ "rows": table.rows().len(), "columns": columns }))
}

/// The text of a cell that is no number, when it is what its column holds.
fn word(row: Row, name: &str, cell: Cell) -> Result<String, Problem> {
    let text = row.text(name);
    match cell {
        Cell::Day => row.optional_date(name).map(|_| ())?,
        Cell::Flag if !text.is_empty() => row.flag(name).map(|_| ())?,
        _ => {}
    }
    Ok(text.into_owned())
}

/// `{"words": [...], "at": [...]}`.
fn words(cells: impl Iterator<Item = Result<String, Problem>>) -> Result<Value, Problem> {
    let mut positions: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let mut list = Vec::new();
    let mut at = Vec::new();
    for cell in cells {
        let cell = cell?;
        let position = *positions.entry(cell).or_insert_with_key(|cell| {
            list.push(cell.clone());
            list.len() - 1
        });
        at.push(position);
    }
    Ok(json!({ "words": list, "at": at }))
}
