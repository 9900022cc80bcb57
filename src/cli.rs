//! The command line: arguments, progress, text, exit code. The only room that prints.
//!
//! Results and what will be run go to standard output; progress, warnings and errors go to standard error.

mod comparison_text;
mod help;
mod japanese;
mod progress;
mod shell;
mod stopping;
mod studio;
mod study;
mod study_text;
mod text;

use crate::{
    commands::{
        self, CalibrateRequest, CheckRequest, EvaluateRequest, Inspection, PopulationRequest, Request, RunContext,
        ValidateRequest, VerifyRequest,
    },
    error::{Kind, Language, Problem, Problems, Severity, Style, clap_in_japanese},
    scenario::{MEASURES, schema_text},
    text::for_terminal,
};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, error::ErrorKind};
use progress::ProgressLine;
use std::{
    env,
    ffi::OsString,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};
use stopping::STOP;
pub use stopping::out_of_memory;

/// Simulates how Japan's firms take up, drop and formalise telework under policy.
#[derive(Debug, Parser)]
#[command(name = "telework", version, help_expected = true, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 done, 2 command line, 3 scenario, 4 data, 5 files, 6 different, 130 interrupted."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Language of what is printed: `en` or `ja`; without it, that of the environment (LANG)
    #[arg(long, global = true, value_name = "LANG", value_parser = ["en", "ja"])]
    lang: Option<String>,
    /// Opens the report in the browser when it is written (run, compare, attribute, target, report)
    #[arg(long, global = true)]
    open: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What programs may ask for too.
    #[command(flatten)]
    Request(Request),
    /// Tells all problems of scenarios at once, without running them
    Check(CheckRequest),
    /// Prints the JSON Schema of scenario files, for completion in editors
    Schema,
    /// Writes a commented scenario to start from into this folder
    New {
        /// Name of the scenario; the file is NAME.toml
        name: String,
    },
    /// Prints a measure to copy into a scenario and change; without a name, lists them
    Measure {
        /// Name of the measure
        #[arg(value_parser = MEASURES.iter().map(|(name, _)| *name).collect::<Vec<_>>())]
        name: Option<String>,
    },
    /// What looks into folders and the posterior.
    #[command(flatten)]
    Inspection(Inspection),
    /// Opens the simulator in the browser: scenarios by form, live results, from this machine only
    Studio(studio::StudioArguments),
    /// Runs a small built-in case and compares it with the result inside the program
    Selftest,
    /// Prints how the synthesised firms compare with published figures
    Population(PopulationRequest),
    /// Prints the completions of a shell; docs/commands.md says where they go
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Prints the manual page of the program, or writes a page for each command into a folder
    Man {
        /// Folder for `telework.1`, `telework-run.1` and so on; made where it is missing, older pages are replaced
        #[arg(long, value_name = "DIR", value_parser = commands::place())]
        out: Option<PathBuf>,
    },
}

/// Whether a report is opened when it is written.
static OPEN: AtomicBool = AtomicBool::new(false);

/// Opens a report in the browser when that was asked for.
fn open_if_asked(report: &Path) {
    if OPEN.load(Ordering::Relaxed) {
        // Where there is no browser the printed path is enough.
        let _ = open::that_detached(report);
    }
}

/// The command line as clap has it, for completions, manual pages and documentation.
pub fn command() -> clap::Command {
    numbers(Arguments::command())
}

/// Lets a negative number be a value of its flag, refused with the flag's limits, rather than a flag that nobody knows.
fn numbers(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|argument| {
        let takes = argument.get_action().takes_values();
        if takes { argument.allow_negative_numbers(true) } else { argument }
    });
    command.mut_subcommands(numbers)
}

/// The language that a command line asks for, so that help and complaints about the line itself are in it.
fn language_asked(line: &[OsString]) -> Option<String> {
    let mut words = line.iter().take_while(|word| *word != "--").map(|word| word.to_string_lossy());
    let word = words.find(|word| word.starts_with("--lang"))?;
    match word.strip_prefix("--lang=") {
        Some(language) => Some(language.to_string()),
        None => (word == "--lang").then(|| words.next()).flatten().map(|language| language.to_string()),
    }
}

/// Whether clap says what is wrong with a command line, rather than the help or version that was asked for.
fn is_complaint(answer: &clap::Error) -> bool {
    answer.use_stderr() && answer.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

fn complaint_in_japanese(complaint: &clap::Error) -> String {
    let text = complaint.render().to_string();
    let line = |line: &str| {
        let bare = line.trim_start();
        let indent = &line[..line.len() - bare.len()];
        let heads = [("error: ", "エラー: "), ("tip: ", "対処: "), ("Usage: ", "使い方: ")];
        let found = heads.into_iter().find_map(|(head, said)| Some((said, bare.strip_prefix(head)?)));
        let (head, rest) = found.unwrap_or(("", bare));
        format!("{indent}{head}{}\n", clap_in_japanese(rest).unwrap_or_else(|| rest.to_string()))
    };
    for_terminal(&text.lines().map(line).collect::<String>())
}

/// Stack of the thread that does the work: the first thread's is as small as `ulimit -s` says, and ends the program when it is
/// too small.
const STACK_BYTES: usize = 8 << 20;

/// Runs the program.
pub fn main() -> ExitCode {
    match thread::Builder::new().stack_size(STACK_BYTES).spawn(run).map(thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // What went wrong has been said.
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => {
            complain(&[Problem::error(Kind::Files, format!("the system gives no thread to work on: {error}"))
                .advise("allow more memory (ulimit -v) or more processes (ulimit -u)")]);
            ExitCode::from(Kind::Files as u8)
        }
    }
}

fn run() -> ExitCode {
    let line: Vec<OsString> = env::args_os().collect();
    japanese::choose(language_asked(&line).as_deref());
    if let Err(problem) = stopping::begin() {
        complain(&[problem]);
        return ExitCode::from(Kind::Usage as u8);
    }
    let command = match japanese::language() {
        Language::English => command(),
        Language::Japanese => help::in_japanese(command()),
    };
    let parsed = command.try_get_matches_from(line).and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(answer) => {
            // A closed pipe is no reason to fail; there is nobody left to tell.
            let _ = match japanese::language() {
                Language::Japanese if is_complaint(&answer) => {
                    write!(io::stderr(), "{}", complaint_in_japanese(&answer))
                }
                // What was typed is repeated: it must not reach the terminal as a command, or unseen.
                Language::English if is_complaint(&answer) => {
                    write!(io::stderr(), "{}", for_terminal(&answer.render().to_string()))
                }
                _ => answer.print(),
            };
            return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2));
        }
    };
    OPEN.store(arguments.open, Ordering::Relaxed);
    let writes =
        matches!(arguments.command, Command::Request(Request::Study(_)) | Command::Inspection(Inspection::Report(_)));
    if arguments.open && !writes {
        let message = "`--open` opens a report, and this command writes none";
        complain(&[Problem::error(Kind::Usage, message).advise("leave it out")]);
        return ExitCode::from(Kind::Usage as u8);
    }
    match stopping::catch_interrupts(interrupted(&arguments.command))
        .map_err(Problems::from)
        .and_then(|()| dispatch(arguments.command))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            complain(&problems.0);
            let worst = problems.0.iter().find(|p| p.severity == Severity::Error);
            ExitCode::from(worst.map_or(1, |p| p.kind as u8))
        }
    }
}

/// What is said of a command that had to be stopped; a studio is closed by it.
fn interrupted(command: &Command) -> Option<Problem> {
    let advice = match command {
        Command::Studio(_) => return None,
        Command::Request(Request::Calibrate(_)) | Command::Inspection(Inspection::Evaluate(_)) => {
            "the same command with --resume goes on with what was kept"
        }
        Command::Request(Request::Study(_)) => "the same command goes on with what was kept",
        _ => "run the same command again",
    };
    Some(Problem::error(Kind::Interrupted, "interrupted: nothing half written is left").advise(advice))
}

fn dispatch(command: Command) -> Result<(), Problems> {
    match command {
        Command::Request(Request::Study(study)) => self::study::study(study),
        Command::Request(Request::Calibrate(request)) => calibrate(&request),
        Command::Check(request) => check(&request),
        Command::Schema => print(&schema_text()),
        Command::New { name } => {
            let path = commands::new_scenario(&name, Path::new(""))?;
            print(&format!("Wrote {}. Run it with: telework run {0}\n", text::shown(&path)))
        }
        Command::Measure { name } => print(&measures(name.as_deref())),
        Command::Inspection(Inspection::Verify(request)) => verify(&request),
        Command::Inspection(Inspection::Report(request)) => {
            let written = commands::report(&request)?;
            open_if_asked(&written);
            print(&format!("Report: {}\n", text::shown(&written)))
        }
        Command::Inspection(Inspection::Validate(request)) => validate(&request),
        Command::Inspection(Inspection::Evaluate(request)) => evaluate(&request),
        Command::Studio(arguments) => studio::studio(arguments),
        Command::Selftest => match commands::selftest()? {
            None => print("PASSED: the small built-in run gives the figures stored in the program.\n"),
            Some(difference) => {
                let message = format!("FAILED: the small built-in run differs in {difference}");
                Err(Problem::error(Kind::Different, message)
                    .advise("this program or this machine computes other figures than the one it was made on")
                    .into())
            }
        },
        Command::Population(request) => print(&commands::population_report(&request)?),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { out } => shell::manual(out.as_deref()),
    }
}

/// Does long work with its progress shown, stopped by Ctrl-C.
fn carried_out<T>(
    what: &'static str,
    threads: usize,
    work: impl FnOnce(RunContext) -> Result<T, Problems>,
) -> Result<T, Problems> {
    let progress = ProgressLine::new(what);
    let outcome = work(RunContext { threads, observe: &|p| progress.show(p), stop: &STOP });
    progress.clear();
    outcome
}

/// A measure as it is written in a scenario, or a line of each.
fn measures(name: Option<&str>) -> String {
    match name {
        Some(name) => MEASURES.iter().filter(|(known, _)| *known == name).map(|(_, text)| *text).collect(),
        None => {
            let line = |text: &str| text.lines().next().unwrap_or_default().trim_start_matches("# ").to_string();
            MEASURES.iter().map(|(name, text)| format!("{name:<20}  {}\n", line(text))).collect()
        }
    }
}

fn calibrate(request: &CalibrateRequest) -> Result<(), Problems> {
    complain(&commands::survey_rows(request)?);
    let threads = request.execution.threads;
    let outcome = carried_out("calibrating", threads, |context| commands::calibrate(request, context))?;
    print(&text::gates(&outcome.gates))?;
    print(&format!("\nPosterior: {}\n", text::shown(&outcome.folder)))
}

fn evaluate(request: &EvaluateRequest) -> Result<(), Problems> {
    let threads = request.execution.threads;
    let outcome = carried_out("evaluating", threads, |context| commands::evaluate(request, context))?;
    print(&outcome.text)?;
    print(&format!("\nEvaluation: {}\n", outcome.folder.display()))
}

fn validate(request: &ValidateRequest) -> Result<(), Problems> {
    let validation = commands::validate(request)?;
    print(&validation.text)?;
    let threads = request.execution.threads;
    let folder = carried_out("forecasting", threads, |context| validation.write(request, context))?;
    if let Some(file) = &request.forecast {
        print(&format!("Forecast: {}\n", text::shown(file)))?;
    }
    print(&format!("Certificate folder with its pictures: {}\n", text::shown(&folder)))
}

fn check(request: &CheckRequest) -> Result<(), Problems> {
    let mut errors = Problems::default();
    for name in &request.scenarios {
        match commands::check(name, request.data.as_deref()) {
            Ok(loaded) => {
                complain(&loaded.notes);
                print(&format!("{name}: would run ({})\n", loaded.scenario.title))?;
            }
            Err(problems) => errors.0.extend(problems.0),
        }
    }
    if errors.0.is_empty() { Ok(()) } else { Err(errors) }
}

fn verify(request: &VerifyRequest) -> Result<(), Problems> {
    let folder = &request.run_dir;
    let data = request.execution.data.as_deref();
    let found =
        carried_out("running again", request.execution.threads, |context| commands::verify(folder, data, context))?;
    let uncovered = format!("Not covered: {}.\n", found.uncovered.join(", "));
    if found.differences.is_empty() && found.changes.is_empty() {
        let files = [found.tables, found.others].concat().join(", ");
        return print(&format!(
            "SAME: {files} of {} are byte for byte as run again.\n{uncovered}",
            text::shown(folder)
        ));
    }
    print(&uncovered)?;
    let other = |change: String| {
        Problem::error(Kind::Different, format!("DIFFERENT: {change}"))
            .advise("verify with the program and with --data DIR as the folder was made")
    };
    let different = |d: String| Problem::error(Kind::Different, format!("DIFFERENT: {d} (in the folder, run again)"));
    let changes = found.changes.into_iter().map(other);
    Err(Problems(changes.chain(found.differences.into_iter().map(different)).collect()))
}

/// Writes to standard output: the one door to it, through which nothing from a file or a name reaches the terminal as a
/// command. Who has closed the pipe does not want more, and that is fine.
fn print(text: &str) -> Result<(), Problems> {
    let mut out = io::stdout().lock();
    match out.write_all(for_terminal(&japanese::said(text)).as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::error(Kind::Files, format!("cannot write to standard output: {e}")).into())
        }
        _ => Ok(()),
    }
}

/// Writes problems to standard error.
fn complain(problems: &[Problem]) {
    if problems.is_empty() {
        return;
    }
    let style = if progress::takes_colour() { Style::Coloured } else { Style::Plain };
    // Nobody can be told that standard error is closed.
    let _ =
        io::stderr().lock().write_all(Problems(problems.to_vec()).render_in(style, japanese::language()).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::CommandLine;

    /// The advice of a refused negative number is its limits, never to pass it off as a file's name.
    #[test]
    fn a_negative_number_is_refused_as_a_value_of_its_flag() {
        for flag in ["--seed", "--sample", "--draws", "--split", "--threads"] {
            let found = command().try_get_matches_from(["telework", "run", "baseline", flag, "-1"]);
            let said = found.unwrap_err().to_string();
            assert!(said.contains("'-1'") && said.contains(flag) && !said.contains("-- -1"), "{said}");
        }
    }

    /// Seeds have one limit, on the command line as in scenario files, and what is refused is told it.
    #[test]
    fn a_seed_is_refused_with_its_limits() {
        for words in [&["run", "baseline"][..], &["compare", "baseline", "no_policy"], &["population"]] {
            for seed in ["-1", "1.5", "9223372036854775808", "18446744073709551616"] {
                let typed = ["telework"].iter().chain(words).chain(&["--seed", seed]).copied().collect::<Vec<_>>();
                let said = command().try_get_matches_from(typed).unwrap_err().to_string();
                assert!(said.contains("a whole number from 0 to 9223372036854775807"), "{said}");
            }
        }
    }

    /// Mistakes in a command line, each of a kind of its own: said in Japanese to the last line.
    #[test]
    fn mistakes_in_a_command_line_are_told_in_japanese() {
        let mistakes = [
            "run baseline --foo",
            "run baseline --tread 2",
            "run baseline --sample x",
            "run baseline --sample 99999999999",
            "run baseline --sample",
            "run baseline --draws 0",
            "run baseline --seed -1",
            "run baseline --threads 1e9",
            "run baseline --whole --whole",
            "run baseline --whole --sample 5",
            "run baseline --point=1",
            "run",
            "runn baseline",
            "compare a --target foo",
            "attribute baseline --exact --sampled",
            "target baseline --kpi x",
            "target baseline --kpi x --vary y --by never",
            "studio --port 99999999",
            "population --sample 0",
            "validate --scenario x",
            "--lang fr run x",
            "completions foo",
        ];
        for mistake in mistakes {
            let typed = ["telework"].into_iter().chain(mistake.split_whitespace());
            let complaint = help::in_japanese(command()).try_get_matches_from(typed).unwrap_err();
            assert!(is_complaint(&complaint), "{mistake}");
            let said = complaint_in_japanese(&complaint);
            assert!(said.starts_with("エラー: ") && said.contains("詳しくは '--help'"), "{said}");
            let english = |line: &&str| !line.starts_with("  -") && !line.starts_with("  <") && !line.is_empty();
            assert!(said.lines().filter(english).all(|line| !line.is_ascii()), "{said}");
        }
    }

    /// The language is known before the line is understood, so that what is wrong with it is said in it.
    #[test]
    fn the_language_that_is_asked_for_is_found_wherever_it_stands() {
        let asked = |line: &str| {
            let line: Vec<OsString> = line.split(' ').map(Into::into).collect();
            language_asked(&line)
        };
        assert_eq!(asked("telework --lang ja run x").as_deref(), Some("ja"));
        assert_eq!(asked("telework run x --foo --lang=en").as_deref(), Some("en"));
        for none in ["telework run x", "telework run x --lang", "telework new -- --lang ja", "telework --langue ja"] {
            assert_eq!(asked(none), None, "{none}");
        }
    }

    /// Undocumented flags, clashing names and the like fail here.
    #[test]
    fn every_argument_is_documented() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn studies_take_the_same_common_flags() {
        let words =
            "--sample 500 --draws 3 --seed 7 --set run.end=2021-03-31 --out o --store s --force --threads 2 --data d";
        for own in ["run x", "compare x y", "attribute x", "target x --kpi k --vary v"] {
            let line = |more: &str| Arguments::try_parse_from(format!("telework {own} {more}").split_whitespace());
            let Ok(Arguments { command: Command::Request(Request::Study(study)), .. }) = line(words) else {
                panic!("{own} is no study")
            };
            assert_eq!(
                study.line(CommandLine::Recorded).matches(" --").count(),
                4 + own.matches(" --").count(),
                "{own}"
            );
            for name in ["draws", "replicates"] {
                assert!(line(&format!("--{name} 3")).is_ok() && line(&format!("--{name} 0")).is_err(), "{own} {name}");
            }
            assert!(line("--whole").is_ok() && line("--whole --sample 5").is_err(), "{own}");
        }
    }
}
