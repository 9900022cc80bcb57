//! The files of a run folder: which there are, one of them, all of them in one archive.

use super::{jobs::name_of, reply::Reply};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Names in the folder, as in `plots/fans.svg`, with their bytes, in order. Links are left out: they lead elsewhere.
pub fn files(folder: &Path) -> Vec<(String, u64)> {
    let mut all = Vec::new();
    list(folder, "", &mut all);
    all.sort();
    all
}

fn list(folder: &Path, before: &str, all: &mut Vec<(String, u64)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else { continue };
        let name = format!("{before}{name}");
        if kind.is_dir() && before.is_empty() {
            list(&entry.path(), &format!("{name}/"), all);
        } else if kind.is_file() {
            all.push((name, entry.metadata().map_or(0, |meta| meta.len())));
        }
    }
}

/// The list as the page reads it.
pub fn listed(folder: &Path) -> Value {
    files(folder).into_iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes })).collect()
}

/// One file, if the list has it.
pub fn file(folder: &Path, name: &str) -> Reply {
    if !files(folder).iter().any(|(known, _)| known == name) {
        return Reply::missing("such file in this folder");
    }
    let (path, short) = (folder.join(name), name.rsplit('/').next().unwrap_or(name).to_string());
    let kind = match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "csv" => "text/csv; charset=utf-8",
        "parquet" => "application/vnd.apache.parquet",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    };
    Reply::Download(kind, short, Box::new(move |out| io::copy(&mut File::open(path)?, out).map(drop)))
}

/// The folder as a ZIP archive without compression, made while it is sent.
pub fn archive(folder: PathBuf) -> Reply {
    let name = name_of(&folder);
    let file = format!("{name}.zip");
    let write = move |out: &mut dyn Write| {
        let mut archive = ZipWriter::new_stream(out);
        for (file, bytes) in files(&folder) {
            let options = SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Stored)
                .large_file(bytes >= u64::from(u32::MAX));
            archive.start_file(format!("{name}/{file}"), options)?;
            io::copy(&mut File::open(folder.join(&file))?, &mut archive)?;
        }
        archive.finish().map(drop).map_err(io::Error::from)
    };
    Reply::Download("application/zip", file, Box::new(write))
}
