//! `telework report`: folders of results in, one page out.

use super::{read_data, request::place};
use crate::{
    data::Data,
    error::{Problem, Problems},
    report::{Folder, REPORT, page},
    results::{Draft, Form, Product, is_page, write_file},
};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// A page.
static PAGE: Product = Product {
    name: "page",
    mark: "sign in its head",
    form: Form::File,
    flag: "--out FILE.html",
    holds_mark: is_page,
    wrote: |_, _| true,
};

/// Which folders, and where the page goes.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct ReportRequest {
    /// Folders that `run`, `compare`, `attribute` or `target` has written
    #[arg(required = true, value_name = "RUN_DIR")]
    pub folders: Vec<PathBuf>,
    /// Where the page goes, in place of report.html in the first folder
    #[arg(long, value_name = "FILE.html", value_parser = place())]
    pub out: Option<PathBuf>,
    /// Replaces an existing page
    #[arg(long)]
    pub force: bool,
    /// Folder of data tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Writes the page and returns where it is.
///
/// # Errors
/// A folder or table that is missing or damaged, with file and line; a page that is in the way.
pub fn report(request: &ReportRequest) -> Result<PathBuf, Problems> {
    let first = request.folders.first().map_or_else(PathBuf::new, |folder| folder.join(REPORT));
    let target = request.out.clone().unwrap_or(first);
    PAGE.check(&target, request.force)?;
    let folders = request.folders.iter().map(|folder| Folder::read(folder)).collect::<Result<Vec<_>, Problem>>()?;
    let data = read_data(request.data.as_deref())?;
    let text = page(&folders, &data)?;
    write_file(&PAGE, &target, request.force, |out| out.write_all(text.as_bytes()))?;
    Ok(target)
}

/// Writes the page of a folder that is still being written, its manifest and tables already in place.
pub(super) fn write_report(draft: &Draft, data: &Data) -> Result<(), Problem> {
    let text = page(&[Folder::read(&draft.path())?], data)?;
    draft.file(REPORT, |out| out.write_all(text.as_bytes())).map(drop)
}
