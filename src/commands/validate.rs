//! `telework validate`: the certificate of a posterior as text and pictures, and on request the forecast it makes.

use super::{Execution, RunContext, read_data, request::place};
use crate::{
    calibration::{
        certificate::{Certificate, report},
        forecast::{ForecastRow, forecast, write_table},
    },
    data::{Data, Posterior, TABLES},
    error::{Kind, Problem, Problems},
    plot::certificate_pictures,
    population,
    results::{Draft, Form, Product, write_file},
    scenario,
};
use clap::Args;
use serde::Serialize;
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// The certificate's text in its folder; its beginning tells our folders from others.
const TEXT: &str = "certificate.txt";
static CERTIFICATE_FOLDER: Product =
    Product { name: "certificate folder", mark: TEXT, form: Form::Folder, flag: "--out DIR", holds_mark, wrote };
static FORECAST: Product = Product {
    name: "forecast",
    mark: "header",
    form: Form::File,
    flag: "--forecast FILE.csv",
    holds_mark: |file| first_line(file).is_some_and(|line| line.trim_end() == FORECAST_HEADER),
    wrote: |_, _| true,
};
/// Columns of the forecast file.
const FORECAST_HEADER: &str = "survey,metric,segment_type,segment,date,quantile,value";

/// Which certificate, and what is made of it.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct ValidateRequest {
    /// Folder of a posterior's tables to use in place of those inside the program
    #[arg(long, value_name = "DIR")]
    pub posterior: Option<PathBuf>,
    /// Where the pictures go, in place of results/certificate-HASH
    #[arg(long, value_name = "DIR", value_parser = place())]
    pub out: Option<PathBuf>,
    /// Also forecasts every survey series by month and writes the quantiles to this file
    #[arg(long, value_name = "FILE.csv", value_parser = place())]
    pub forecast: Option<PathBuf>,
    /// Scenario to forecast: path of a file, or name of a built-in scenario
    #[arg(long, value_name = "NAME", default_value = "forecast", requires = "forecast")]
    pub scenario: String,
    /// Replaces an existing certificate folder and an existing forecast file
    #[arg(long)]
    pub force: bool,
    /// Threads and data tables.
    #[command(flatten)]
    #[serde(flatten)]
    pub execution: Execution,
}

/// A certificate that is read, with all that could stand in the way of writing it looked at.
pub struct Validation {
    /// The certificate in words.
    pub text: String,
    certificate: Certificate,
    data: Data,
    folder: PathBuf,
}

/// Reads a certificate and puts it into words.
///
/// # Errors
/// A missing or damaged table; a folder or forecast file that is in the way.
pub fn validate(request: &ValidateRequest) -> Result<Validation, Problems> {
    let mut data = read_data(request.execution.data.as_deref())?;
    let mut certificate = match &request.posterior {
        Some(folder) => {
            data.posterior = Posterior::from_dir(folder)?.judged_by(&data.files);
            Certificate::from_dir(folder)?
        }
        None => Certificate::embedded()?,
    };
    certificate.gates.extend(data.posterior.gates.iter().filter(|gate| gate.part == TABLES).cloned());
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes()).update(certificate.hash.as_bytes());
    if request.forecast.is_some() {
        hasher.update(request.scenario.as_bytes());
    }
    let name = format!("certificate-{}", &hasher.finalize().to_hex()[..8]);
    let folder = request.out.clone().unwrap_or_else(|| Path::new("results").join(name));
    CERTIFICATE_FOLDER.check(&folder, request.force)?;
    if let Some(file) = &request.forecast {
        check_forecast_file(file, request.force)?;
    }
    Ok(Validation { text: report(&certificate), certificate, data, folder })
}

impl Validation {
    /// Makes the forecast when one is wanted, and writes it and the folder of text and pictures; returns the folder.
    ///
    /// # Errors
    /// A scenario that does not run, an interrupted forecast, a file that cannot be written.
    pub fn write(&self, request: &ValidateRequest, context: RunContext) -> Result<PathBuf, Problems> {
        let forecast = match &request.forecast {
            Some(_) => self.forecast(&request.scenario, context)?,
            None => Vec::new(),
        };
        let draft = Draft::open_as(&CERTIFICATE_FOLDER, &self.folder, request.force)?;
        draft.file(TEXT, |out| out.write_all(self.text.as_bytes()))?;
        for picture in certificate_pictures(&self.certificate, &forecast, &self.data.observations)? {
            draft.file(&format!("{}.svg", picture.name), |out| out.write_all(picture.svg.as_bytes()))?;
            draft.file(&format!("{}.png", picture.name), |out| out.write_all(&picture.png))?;
        }
        if let Some(file) = &request.forecast {
            write_file(&FORECAST, file, request.force, |out| write_table(out, &forecast))?;
        }
        draft.publish()?;
        Ok(self.folder.clone())
    }

    /// Makes the forecast that is wanted and writes it alone.
    ///
    /// # Errors
    /// As [`Validation::write`].
    pub fn write_forecast(&self, request: &ValidateRequest, context: RunContext) -> Result<(), Problems> {
        let Some(file) = &request.forecast else { return Ok(()) };
        let forecast = self.forecast(&request.scenario, context)?;
        Ok(write_file(&FORECAST, file, request.force, |out| write_table(out, &forecast))?)
    }

    /// Monthly predictive distributions of every simulated survey series under a scenario: the one place from which the
    /// forecast is made.
    fn forecast(&self, name: &str, context: RunContext) -> Result<Vec<ForecastRow>, Problems> {
        let scenario = scenario::load_settled(name, &[])?.scenario;
        let population = population::synthesise(&self.data, scenario.run.population_seed, scenario.run.scale)?;
        forecast(&scenario, &self.data, &population, &self.data.posterior, context)
            .map_err(|_| Problem::error(Kind::Interrupted, "interrupted: nothing was written").into())
    }
}

fn holds_mark(folder: &Path) -> bool {
    first_line(&folder.join(TEXT)).is_some_and(|line| line.starts_with("CERTIFICATE: "))
}

/// The text, and the pictures, which are numbered.
fn wrote(_: &Path, name: &str) -> bool {
    let numbered = name.starts_with(|c: char| c.is_ascii_digit()) && !name.contains('/');
    name == TEXT || numbered && [".svg", ".png"].iter().any(|ending| name.ends_with(ending))
}

fn first_line(file: &Path) -> Option<String> {
    let mut line = String::new();
    // Where a link or a pipe leads is not looked at; nor is a line without end.
    let file = fs::symlink_metadata(file).ok()?.is_file().then(|| fs::File::open(file))?.ok()?;
    BufReader::new(file.take(1_000)).read_line(&mut line).ok()?;
    Some(line)
}

/// Whether the forecast could be written there, so that it is known before the simulation.
fn check_forecast_file(file: &Path, force: bool) -> Result<(), Problem> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            let message = format!("cannot write {}: there is no folder {}", file.display(), folder.display());
            Err(Problem::error(Kind::Files, message).advise("make the folder first, or name another file"))
        }
        _ => FORECAST.check(file, force),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    fn written(request: &ValidateRequest) -> Result<PathBuf, Problems> {
        let stop = AtomicBool::new(false);
        validate(request)?.write(request, RunContext { threads: 1, observe: &|_| {}, stop: &stop })
    }

    #[test]
    fn a_certificate_is_replaced_only_by_force_and_other_folders_never() {
        let home = tempfile::tempdir().unwrap();
        let mut request = ValidateRequest { out: Some(home.path().join("certificate")), ..Default::default() };
        let folder = written(&request).unwrap();
        let text = fs::read_to_string(folder.join(TEXT)).unwrap();
        assert!(text.starts_with("CERTIFICATE: "), "{text}");
        assert!(written(&request).unwrap_err().0[0].message.ends_with("is already there"));
        request.force = true;
        assert_eq!(written(&request).unwrap(), folder);
        fs::write(folder.join(TEXT), "my own notes").unwrap();
        let problem = &written(&request).unwrap_err().0[0];
        assert!(problem.message.starts_with("--force replaces only certificate folders"), "{problem}");
        assert_eq!(fs::read_to_string(folder.join(TEXT)).unwrap(), "my own notes");
    }

    #[test]
    fn a_forecast_is_replaced_only_by_force_and_other_files_never() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("april.csv");
        check_forecast_file(&file, false).unwrap();
        write_file(&FORECAST, &file, false, |out| write_table(out, &[])).unwrap();
        assert!(check_forecast_file(&file, false).unwrap_err().advice.unwrap().starts_with("add --force"));
        check_forecast_file(&file, true).unwrap();
        fs::write(&file, "years of work\n").unwrap();
        assert!(check_forecast_file(&file, true).unwrap_err().message.starts_with("--force replaces only forecasts"));
        assert!(check_forecast_file(&home.path().join("missing/april.csv"), false).is_err());
    }

    /// Two months from two draws: the file has every quantile of them, and one seed gives the same bytes again.
    #[test]
    fn a_forecast_is_written_beside_the_certificate() {
        let home = tempfile::tempdir().unwrap();
        let scenario = home.path().join("short.toml");
        let text = "title = \"Two months\"\nquestion = \"?\"\nextends = \"forecast.toml\"\n\n[run]\nend = 2021-06-30\nsample = 6000\n";
        fs::write(&scenario, text).unwrap();
        let request = |name: &str| ValidateRequest {
            out: Some(home.path().join(name)),
            forecast: Some(home.path().join(format!("{name}.csv"))),
            scenario: scenario.display().to_string(),
            ..Default::default()
        };
        let bytes = |name: &str| {
            let request = request(name);
            let stop = AtomicBool::new(false);
            let mut validation = validate(&request).unwrap();
            validation.data.posterior.draws.truncate(2);
            let folder = validation.write(&request, RunContext { threads: 2, observe: &|_| {}, stop: &stop }).unwrap();
            assert!(folder.join("6_forecast.png").is_file());
            fs::read_to_string(request.forecast.unwrap()).unwrap()
        };
        let first = bytes("first");
        assert_eq!(first, bytes("second"));
        let large = "tsr_practice,current_practice,size,large,2021-0";
        assert_eq!(first.lines().filter(|line| line.starts_with(large)).count(), 2 * 19);
        let stop = AtomicBool::new(true);
        let stopped = request("stopped");
        let context = RunContext { threads: 1, observe: &|_| {}, stop: &stop };
        let problem = validate(&stopped).unwrap().write(&stopped, context).unwrap_err();
        assert_eq!(problem.0[0].kind, Kind::Interrupted);
        assert!(!home.path().join("stopped").exists() && !home.path().join("stopped.csv").exists());
    }
}
