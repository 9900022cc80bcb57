//! `telework evaluate`: at each origin the model is fitted to what was known then, forecasts, and is scored against all that
//! was published since. Origins in; a folder of tables, pictures and a page out.

use super::{
    Execution, RemoteExecutor, RunContext,
    calibrate::{Calibration, Unfinished},
    read_data,
    request::place,
};
use crate::{
    calibration::{
        certificate::{Certificate, scored},
        config::Config,
        forecast::{ForecastRow, STEPS, write_hubverse},
        held_out::from_the_past,
        history::History,
        likelihood::Likelihood,
        predicted::predict,
        scores::{self, Forecast, MODEL},
        space::Space,
        tables::CsvTable,
        targets,
    },
    data::Data,
    engine::on_threads,
    error::{Kind, Problem, Problems},
    notation::days::{Edge, day},
    observation::SurveyAnswer,
    parameters::Parameters,
    plot::certificate_pictures,
    random::Key,
    results::{Draft, Form, Product},
    scenario,
    statistics::quantile_sorted,
};
use clap::Args;
use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Points from which figures are forecast.
const FORECAST_FROM: usize = 300;
/// Seed of the draws of a forecast beside its sampler's.
const STREAM: u32 = 3;

/// The folder of an evaluation; never replaced.
static EVALUATION: Product = Product {
    name: "evaluation",
    mark: "evaluation.md",
    form: Form::Folder,
    flag: "--out DIR",
    holds_mark: |_| false,
    wrote: |_, _| false,
};

/// A day as of which is forecast.
fn origin(text: &str) -> Result<Date, String> {
    day(text, Edge::Alone).ok_or_else(|| "write days such as 2020-07-31,2020-10-31".to_string())
}

fn nothing_after(origin: Date) -> Problem {
    Problem::error(Kind::Data, format!("nothing was published about the time after {origin}"))
        .advise("choose an earlier origin")
}

/// From which days is forecast.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct EvaluateRequest {
    /// Days as of which the model is fitted and forecasts, such as 2020-07-31,2020-10-31
    #[arg(long, value_name = "DATES", value_delimiter = ',', required = true, value_parser = origin)]
    pub origins: Vec<Date>,
    /// A calibration's configuration, of which the held-out sampler is used; without one, that of the shipped posterior
    pub config: Option<PathBuf>,
    /// Scenario that goes on after each origin: path of a file, or name of a built-in scenario
    #[arg(long, value_name = "NAME", default_value = "forecast")]
    pub scenario: String,
    /// Goes on with what an interrupted evaluation left; without it, that is thrown away
    #[arg(long)]
    pub resume: bool,
    /// Where the folder goes
    #[arg(long, value_name = "DIR", default_value = "results/evaluation", value_parser = place())]
    pub out: PathBuf,
    /// Threads and data tables.
    #[command(flatten)]
    #[serde(flatten)]
    pub execution: Execution,
}

/// What an evaluation gave.
#[derive(Clone, Debug)]
pub struct EvaluateOutcome {
    /// The folder.
    pub folder: PathBuf,
    /// The page.
    pub text: String,
}

/// One origin's forecasts.
struct Evaluated {
    origin: Date,
    forecasts: Vec<Forecast>,
}

/// Fits, forecasts, scores, writes.
///
/// # Errors
/// A configuration, scenario or data that cannot be read; a folder that is in the way; an origin before the first figures, or
/// after which nothing was published; `Kind::Interrupted` when stopped, with what was fitted kept for `--resume`.
pub fn evaluate(request: &EvaluateRequest, context: RunContext) -> Result<EvaluateOutcome, Problems> {
    evaluate_on(request, context, None)
}

/// [`evaluate`] with the runs of its fits made elsewhere.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_on(
    request: &EvaluateRequest,
    context: RunContext,
    elsewhere: Option<RemoteExecutor>,
) -> Result<EvaluateOutcome, Problems> {
    let config = Config::load(request.config.as_deref())?;
    let data = read_data(request.execution.data.as_deref())?;
    let folder = &request.out;
    EVALUATION.check(folder, false)?;
    let mut origins = request.origins.clone();
    origins.sort_unstable();
    origins.dedup();
    let last_figure = data.observations.iter().map(|row| row.field_end).max().unwrap_or(Date::MIN);
    if let Some(origin) = origins.last().filter(|origin| **origin >= last_figure) {
        return Err(nothing_after(*origin).into());
    }
    let work = Unfinished::beside(folder, request.resume)?;
    let number = origins.len();
    let one = |(place, origin): (usize, &Date)| {
        let config = Config { as_of: *origin, ..config.clone() };
        let run = || at_origin(&config, &data, &request.scenario, &work.folder, (place, number), context, elsewhere);
        on_threads(context.threads, run).map_err(|problems| work.told(problems))
    };
    let evaluated = origins.iter().enumerate().map(one).collect::<Result<Vec<Evaluated>, Problems>>()?;
    let tables = tables(&evaluated);
    let last = origins.last().copied().unwrap_or(config.as_of);
    let certificate = Certificate::of_tables("evaluation", last, &tables)?;
    let pictures = certificate_pictures(&certificate, &[], &[])?;
    let names: Vec<&str> = pictures.iter().map(|picture| picture.name.as_str()).collect();
    let text = page(&certificate, &names);
    let draft = Draft::open_as(&EVALUATION, folder, false)?;
    for table in &tables {
        table.write(&draft)?;
    }
    for picture in &pictures {
        draft.file(&format!("{}.svg", picture.name), |out| out.write_all(picture.svg.as_bytes()))?;
        draft.file(&format!("{}.png", picture.name), |out| out.write_all(&picture.png))?;
    }
    for one in &evaluated {
        let file = format!("{}-telework-sim.csv", one.origin);
        draft.file(&file, |out| write_hubverse(out, one.origin, &quantiles(one)))?;
    }
    draft.file("evaluation.md", |out| out.write_all(text.as_bytes()))?;
    draft.publish()?;
    work.remove();
    Ok(EvaluateOutcome { folder: folder.clone(), text })
}

/// Fits to what was known on the configuration's day, and forecasts all that was published since.
fn at_origin(
    config: &Config,
    data: &Data,
    scenario: &str,
    work: &Path,
    progress: (usize, usize),
    context: RunContext,
    elsewhere: Option<RemoteExecutor>,
) -> Result<Evaluated, Problems> {
    let origin = config.as_of;
    let known = data.known_on(origin);
    let loaded = config.fitted_scenario()?;
    let calibration = Calibration::new(config, &known, &loaded, work.to_path_buf(), context, elsewhere);
    let place = |done: f64| (progress.0 as f64 + 0.9 * done) / progress.1 as f64;
    let settings = &config.certificate.held_out_sampler;
    let (chains, fitted) = calibration.fitted(settings, &place)?;
    let space = Space::new();
    let points: Vec<Vec<f64>> = chains
        .places(chains.state.z.len().min(FORECAST_FROM), settings.seed)
        .into_iter()
        .map(|place| chains.state.z[place].clone())
        .collect();
    // What comes later is uncertain as it was on that day; only the dates of surveys are those of the published waves.
    let later = Data { observations: data.observations.clone(), ..known.clone() };
    let end = data.observations.iter().map(|row| row.field_end).max().unwrap_or(origin);
    let population = calibration.population(config.refined_sample)?;
    let history = History::new(scenario::load_settled(scenario, &[])?.scenario, &later, &population, end);
    let run = |(number, z): (usize, &Vec<f64>)| {
        history.answers_of(space.of_run(z, &Parameters::default()), number as u32, &|_| calibration.goes_on())
    };
    let answers: Option<Vec<Vec<SurveyAnswer>>> = points.par_iter().enumerate().map(run).collect();
    let answers = answers.ok_or_else(super::calibrate::interrupted)?;
    let everything = Likelihood::new(&space, targets::all(&later, &answers[0]));
    let wanted: Vec<targets::CalibrationFigure> = targets::targets(&later, Date::MAX, &answers[0])
        .into_iter()
        .filter(|t| t.date > origin && t.less.is_none())
        .collect();
    if wanted.is_empty() {
        return Err(nothing_after(origin).into());
    }
    let predicted = predict(&space, &everything, &fitted, &points, &answers, Key::new(settings.seed, STREAM));
    let of_model = |target: &targets::CalibrationFigure| {
        let predicted = predicted.iter().find(|p| p.target.same(target))?;
        Some(Forecast { forecaster: MODEL, target: target.clone(), sample: predicted.sample.clone() })
    };
    let mut forecasts: Vec<Forecast> = wanted.iter().filter_map(of_model).collect();
    let known = targets::all(&known, &answers[0]);
    forecasts.extend(from_the_past(&wanted, &known, &everything.targets));
    Ok(Evaluated { origin, forecasts })
}

fn tables(evaluated: &[Evaluated]) -> Vec<CsvTable> {
    let (mut rows, mut tests) = (scores::rows_table(), scores::tests_table());
    let (mut scored, mut pools) = (scores::scores_table(), scores::pools_table());
    for Evaluated { origin, forecasts } in evaluated {
        let name = origin.to_string();
        rows.rows.extend(scores::rows(&name, forecasts));
        scored.rows.extend(scores::scores(&name, *origin, forecasts));
        let contests = scores::contests(forecasts, Key::new(0, STREAM));
        let (of_tests, of_pools) = scores::contest_rows(&name, &contests);
        tests.rows.extend(of_tests);
        pools.rows.extend(of_pools);
    }
    vec![rows, tests, scored, pools]
}

/// Quantiles of the model's forecasts.
fn quantiles(evaluated: &Evaluated) -> Vec<ForecastRow> {
    let of = |forecast: &Forecast| -> Vec<ForecastRow> {
        let t = &forecast.target;
        let row = |step: u32| {
            let quantile = f64::from(step) / f64::from(STEPS);
            let (survey, metric, segment_type, segment) = (t.survey, t.metric, t.segment_type, t.segment.clone());
            let value = quantile_sorted(&forecast.sample, quantile)?;
            Some(ForecastRow { survey, metric, segment_type, segment, date: t.date, quantile, value })
        };
        (1..STEPS).filter_map(row).collect()
    };
    evaluated.forecasts.iter().filter(|f| f.forecaster == MODEL).flat_map(of).collect()
}

fn page(certificate: &Certificate, pictures: &[&str]) -> String {
    let mut text = String::from(
        "# Forecasts and what was published since\n\nAt each origin the model was fitted to what was known on that day and forecast every \
         figure that was published about a later time. Opponents take their spread from changes known at the origin; *informed* also \
         sees what other surveys found before each figure. Shares of waves, not of figures, are flipped in the tests.\n\n```\n",
    );
    text += &scored(certificate);
    text += "```\n\n";
    for name in pictures {
        text += &format!("![{name}]({name}.png)\n");
    }
    text
}
