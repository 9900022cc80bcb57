//! What is fuzzed: the seeds of each reader, and what must hold of any input.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::atomic::AtomicBool,
    time::Duration,
};
use telework::{
    calendar::Week,
    calibration::config::{Config, SHIPPED},
    data::{Data, RESIDUAL},
    engine::{IndicatorSeries, InterventionSeries, InterventionWeek, Series, SurveyAnswer},
    error::{Problems, Style},
    observation::{IndicatorId, Survey},
    report::Folder,
    results::{AnyManifest, KeptKey, SERIES_TABLES, TableFormat, read_series, seal, seal_run, sealed, unseal_run},
    scenario::{self, BUILT_IN},
    studio::{Server, Settings},
};

/// Tries one input; the text says what broke.
pub type Try = Box<dyn FnMut(&[u8]) -> Result<(), String>>;

/// A target: what it is called, its seeds, and what opens it.
pub type Target = (&'static str, fn() -> Vec<Vec<u8>>, fn() -> Try);

/// All targets.
pub const TARGETS: &[Target] = &[
    ("scenario", scenarios, || Box::new(scenario)),
    ("calibration", || vec![SHIPPED.into()], || Box::new(calibration)),
    ("data", || tables(&whole_tables()), || Box::new(|input| table(input, &[]))),
    (
        "posterior",
        || tables(&small_posterior()),
        || {
            let posterior = small_posterior();
            Box::new(move |input| table(input, &posterior))
        },
    ),
    ("manifest", manifests, || Box::new(manifest)),
    ("kept", || vec![sealed_run()], || Box::new(kept)),
    ("series", series_tables, series),
    ("results", summaries, || Box::new(results)),
    ("request", requests, request),
];

fn below(folder: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .collect();
    files.sort();
    files
        .iter()
        .filter(|file| file.extension().is_some_and(|ending| ending == "toml"))
        .filter_map(|f| fs::read(f).ok())
        .collect()
}

fn scenarios() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = BUILT_IN.iter().map(|(_, text)| text.as_bytes().to_vec()).collect();
    all.push(scenario::template("fuzz").into_bytes());
    all.extend(below("tests/bad"));
    all
}

/// Messages can be shown, and show nothing that a terminal obeys.
fn shown(problems: &Problems) -> Result<(), String> {
    let text = problems.render(Style::Plain);
    match text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t') {
        Some(c) => Err(format!("a message holds {c:?}")),
        None => Ok(()),
    }
}

fn scenario(input: &[u8]) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(input) else { return Ok(()) };
    match scenario::load_text("fuzz", text, &[]) {
        Err(problems) if problems.0.is_empty() => Err("refused without a reason".to_string()),
        Err(problems) => shown(&problems),
        Ok(loaded) => {
            let again = scenario::load_text("fuzz", &loaded.resolved_toml, &[])
                .map_err(|problems| format!("accepted, but not as it is resolved: {problems}"))?;
            if format!("{:?}", again.scenario) != format!("{:?}", loaded.scenario) {
                return Err("the resolved text means something else".to_string());
            }
            shown(&Problems(loaded.notes))
        }
    }
}

fn calibration(input: &[u8]) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(input) else { return Ok(()) };
    match Config::parse("fuzz.toml", text) {
        Err(problems) => shown(&problems),
        Ok(config) => match Config::parse("again.toml", &config.to_toml()) {
            Ok(again) if again == config => Ok(()),
            Ok(_) => Err("the written configuration is another one".to_string()),
            Err(problems) => Err(format!("accepted, but not as it is written: {problems}")),
        },
    }
}

/// The shipped posterior cut to three draws and three figures: reading it whole takes a hundred times as long and finds no more.
fn small_posterior() -> Vec<(&'static str, String)> {
    let cut = |(file, text): &(&'static str, &'static str)| {
        let header: Vec<&str> = text.lines().next().unwrap_or_default().split(',').collect();
        let kept = |name: &str| name.strip_prefix(RESIDUAL).is_none_or(|number| matches!(number, "1" | "2" | "3"));
        let line = |line: &'static str| match *file {
            "posterior/about.csv" if line.starts_with("draws,") => "draws,3\n".to_string(),
            "posterior/about.csv" if line.starts_with("gates,") => "gates,3\n".to_string(),
            "posterior/draws.csv" => {
                let cells = line.split(',').zip(&header).filter(|(_, name)| kept(name));
                cells.map(|(cell, _)| cell).collect::<Vec<_>>().join(",") + "\n"
            }
            _ => format!("{line}\n"),
        };
        let lines = if *file == "posterior/about.csv" { usize::MAX } else { 4 };
        (*file, text.lines().take(lines).map(line).collect())
    };
    Data::embedded_texts().iter().filter(|(file, _)| file.starts_with("posterior/")).map(cut).collect()
}

/// All other tables.
fn whole_tables() -> Vec<(&'static str, String)> {
    let others = Data::embedded_texts().iter().filter(|(file, _)| !file.starts_with("posterior/"));
    others.map(|(file, text)| (*file, text.to_string())).collect()
}

/// Tables; the name is the first line of the input.
fn tables(texts: &[(&str, String)]) -> Vec<Vec<u8>> {
    texts.iter().map(|(file, text)| [file, "\n", text].concat().into_bytes()).collect()
}

/// The table that the input names, among `others`.
fn table(input: &[u8], others: &[(&str, String)]) -> Result<(), String> {
    let Some((file, text)) = std::str::from_utf8(input).ok().and_then(|text| text.split_once('\n')) else {
        return Ok(());
    };
    let others = others.iter().map(|(file, text)| (*file, &**text));
    match Data::with_tables(&[(file, text)].into_iter().chain(others).collect::<Vec<_>>()) {
        Err(problem) => shown(&problem.into()),
        Ok(data) => {
            let n = data.posterior.draws.len();
            if n == 0 || data.prefectures.iter().any(|row| row.population <= 0.0) {
                return Err("tables were accepted that cannot be used".to_string());
            }
            Ok(())
        }
    }
}

fn manifests() -> Vec<Vec<u8>> {
    let run = r#"{"program":"telework-sim","version":"0.1.0","code":"x","run":"baseline-1","command":"telework run baseline","scenario":"baseline","title":"t","period":{"start":"2020-01-06","end":"2020-04-30"},"seed":1,"population_seed":2,"replicates":3,"scale":"whole","firms_simulated":4,"firms":5,"split":0,"parameters":"posterior","parameter_values":{"start_base":-7.5},"posterior":{"as_of":"2021-04-30","draws":400,"certificate":"1 of 34 gates fail","failing_gates":["x"]},"scenario_toml":"title = 'x'","data":[{"file":"a.csv","blake3":"00"}],"tables":[{"file":"kpi.csv","blake3":"00"}]}"#;
    let comparison = format!(
        r#"{{"program":"telework-sim","version":"0.1.0","code":"x","kind":"comparison","run":"c","command":"c","replicates":3,"split":0,"targets":["mic_introduction>=0.5"],"scenarios":[{run}],"data":[],"tables":[]}}"#
    );
    let study = run.replacen('{', r#"{"kind":"target","draws":3,"runs":9,"question":{"target":{"goal":"g","by":"2026-03-31","vary":"intervention.managers.scale","from":0.1,"to":10.0,"probability":0.8}},"#, 1);
    [run.to_string(), comparison, study].map(String::into_bytes).into()
}

fn manifest(input: &[u8]) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(input) else { return Ok(()) };
    match AnyManifest::parse(Path::new("fuzz"), text) {
        Err(problem) => shown(&problem.into()),
        Ok(manifest) => {
            // Everything that is done with one before its runs are made.
            let _ = manifest.changes_since(&[("a.csv".to_string(), "00".to_string())]);
            let value = serde_json::from_str(text).unwrap_or_default();
            Folder::in_memory(value, BTreeMap::new()).map(drop).map_err(|problem| problem.to_string())
        }
    }
}

fn key() -> KeptKey {
    KeptKey::from([7; 32])
}

fn small_run() -> Series {
    let values = (0..9).map(|week| (Week(week), 0.5)).collect();
    let week = InterventionWeek {
        week: Week(3),
        spend_yen: 1.5,
        capacity: 2.0,
        planned: 1.0,
        deliveries: 1.0,
        firms_reached: 1.0,
    };
    Series {
        replicate: 1,
        indicators: vec![IndicatorSeries { indicator: IndicatorId::MicIntroduction, segment: "total".into(), values }],
        surveys: vec![SurveyAnswer {
            survey: Survey::Tsr,
            wave: "wave 2".into(),
            date: jiff::civil::date(2020, 3, 5),
            metric: "practised",
            segment_type: "size",
            segment: "total".into(),
            respondents: 9,
            expected: 0.1,
            answer: 0.2,
            observed: Some(0.3),
        }],
        interventions: vec![InterventionSeries {
            name: "managers".into(),
            kind: "telework_managers",
            weeks: vec![week],
        }],
        panel: Vec::new(),
    }
}

/// A small run as the store keeps it.
fn sealed_run() -> Vec<u8> {
    seal_run(&key(), &small_run())
}

/// The tables of a small run, first as Parquet, then as CSV.
fn series_tables() -> Vec<Vec<u8>> {
    let formats = [TableFormat::Parquet, TableFormat::Csv].into_iter();
    let tables = formats.flat_map(|format| SERIES_TABLES.map(|table| (table, format)));
    let text = |(table, format)| {
        let (table, mut text): (&telework::results::LargeTable, _) = (table, Vec::new());
        table.write(format, &mut text, "x", &mut [Ok(small_run())].into_iter()).expect("memory takes all");
        text
    };
    tables.map(text).collect()
}

/// A run folder with one table replaced, whichever it is most like.
fn series() -> Try {
    let tables = series_tables();
    let home = tempfile::tempdir().expect("a folder");
    Box::new(move |input| {
        let parquet = input.starts_with(b"PAR1");
        let format = if parquet { TableFormat::Parquet } else { TableFormat::Csv };
        let same = |seed: &[u8]| seed.iter().zip(input).filter(|(a, b)| a == b).count();
        let of_format = if parquet { &tables[..3] } else { &tables[3..] };
        let likest = (0..of_format.len()).max_by_key(|at| same(&of_format[*at]));
        for (at, table) in SERIES_TABLES.iter().enumerate() {
            let bytes = if likest == Some(at) { input } else { &of_format[at] };
            let _ = fs::remove_file(home.path().join(table.file(TableFormat::Parquet)));
            fs::write(home.path().join(table.file(format)), bytes).map_err(|e| e.to_string())?;
        }
        match read_series(home.path()) {
            Err(problem) => shown(&problem.into()),
            Ok(_) => Ok(()),
        }
    })
}

fn kept(input: &[u8]) -> Result<(), String> {
    if unseal_run(&key(), input).is_some() && input != sealed_run() {
        return Err("a damaged run was taken for whole".to_string());
    }
    // The same content under a seal that holds: what is inside may be anything.
    let content = input.get(32..input.len().saturating_sub(32)).unwrap_or_default();
    let again = seal(&key(), content);
    if sealed(&again, &KeptKey::from([8; 32])).is_some() {
        return Err("a run was taken under another one's key".to_string());
    }
    let _ = unseal_run(&key(), &again);
    Ok(())
}

/// Summary tables; the name is the first line of the input.
fn summaries() -> Vec<Vec<u8>> {
    [
        "kpi.csv\nkpi,segment,frame,fiscal_year,as_of,unit,median,low_5,high_95,replicates,published,published_by,published_for,parameters,certificate\nmic_introduction,total,\"a frame, quoted\",2020,2021-03-29,share,0.4,0.3,0.5,80,0.384,mic,2020-10-15,posterior,1 of 34 gates fail\n",
        "fans.csv\nscenario,kpi,segment,week,low_5,low_25,median,high_75,high_95,replicates\nx,mic_introduction,total,2020-01-06,0.1,0.2,0.3,0.4,0.5,80\n",
        "exceedance.csv\nscenario,kpi,segment,fiscal_year,target,probability,low_90,high_90\nx,mic_introduction,total,2025,0.5,0.1,0.05,0.2\n",
        "reached.csv\nscenario,kpi,segment,target,target_source,probability,low_90,high_90,date_5,date_50,date_95\nx,mic_introduction,total,0.345,official,0.6,0.5,0.7,2021-04-05,2022-04-04,\n",
        "choice.csv\nscenario,reference,kpi,segment,fiscal_year,median,low_5,high_95,target,target_source,attainability,effect,effect_low,effect_high,noise_sd,signal_to_noise,survey,respondents,survey_se,smallest_visible_change,visible,scale_to_be_visible,verdict\nx,,mic_introduction,total,2025,0.5,0.4,0.6,,,,,,,0.01,,,,,,,,not_compared\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}

fn results(input: &[u8]) -> Result<(), String> {
    let Some((file, text)) = std::str::from_utf8(input).ok().and_then(|text| text.split_once('\n')) else {
        return Ok(());
    };
    match Folder::in_memory(serde_json::Value::Null, BTreeMap::from([(file, text.to_string())])) {
        Err(problem) => shown(&problem.into()),
        Ok(_) => Ok(()),
    }
}

fn requests() -> Vec<Vec<u8>> {
    let post = |path: &str, body: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    [
        "GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n".to_string(),
        "GET /api/start HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer TOKEN\r\nConnection: close\r\n\r\n".to_string(),
        "DELETE /api/scenarios/mine HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer TOKEN\r\nConnection: close\r\n\r\n".to_string(),
        "GET /api/jobs/1/page?download HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer TOKEN\r\nConnection: close\r\n\r\n".to_string(),
        post("/api/scenario", r#"{"name":"mine","toml":"title = 'x'\nquestion = '?'\nsources = ['x']\n"}"#),
        post("/api/drafts", r#"{"name":"mine","toml":"title = 'x'\n"}"#),
        post("/api/drafts/mine", r#"{"changes":[{"path":"title","value":"y"}]}"#),
        // No such kind, so that the bytes around it are tried and no job is begun.
        post("/api/jobs", r#"{"kind":"none","scenarios":[{"name":"mine","toml":""}]}"#),
    ]
    .map(String::into_bytes)
    .into()
}

/// The token that a studio gives for the key of its address.
fn exchanged(host: &str, key: &str) -> String {
    let body = format!("{{\"key\":\"{key}\"}}");
    let mut stream = TcpStream::connect(host).expect("the studio listens");
    let head = format!(
        "POST /api/session HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let token = answer.split_once("\"token\":\"").and_then(|(_, rest)| rest.split('"').next());
    token.expect("a token").to_string()
}

/// A studio of this process, asked over TCP.
fn request() -> Try {
    static STOP: AtomicBool = AtomicBool::new(false);
    let home = std::env::temp_dir().join(format!("telework-fuzz-{}", std::process::id()));
    let server = Server::open(&Settings { folder: Some(home), threads: 1, ..Settings::default() }).expect("a studio");
    let address = server.address();
    std::thread::spawn(move || server.run(&STOP, |_| {}));
    let (host, key) = address.trim_start_matches("http://").split_once("/#key=").expect("an address");
    let (host, token) = (host.to_string(), exchanged(host, key));
    Box::new(move |input| {
        let replaced = |bytes: &[u8], from: &[u8], to: &[u8]| {
            let at = bytes.windows(from.len()).position(|window| window == from);
            at.map_or_else(|| bytes.to_vec(), |at| [&bytes[..at], to, &bytes[at + from.len()..]].concat())
        };
        let input = replaced(&replaced(input, b"HOST", host.as_bytes()), b"TOKEN", token.as_bytes());
        let mut stream = TcpStream::connect(&host).map_err(|e| format!("the studio is gone: {e}"))?;
        let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
        // It may hang up before all is said.
        let _ = stream.write_all(&input);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.take(1 << 16).read_to_end(&mut answer);
        if answer.starts_with(b"HTTP/1.1 5") {
            Err("the studio answers that it is at fault".to_string())
        } else {
            Ok(())
        }
    })
}
