//! How soon the studio answers, in a real browser, as who sits before it meets it; rewrites the tables of `docs/studio.md`.
//! `cargo bench --bench studio`
//!
//! `-- --quick` tries the command out and prints the tables instead. The page takes the times itself, after it has drawn, so
//! that the driver's own time is not in them. Needs Chromium and its driver.

#[path = "../performance/clock.rs"]
#[allow(dead_code, reason = "each bench uses a part of it")]
mod clock;
#[path = "../performance/machine.rs"]
#[allow(dead_code, reason = "each bench uses a part of it")]
mod machine;
#[path = "../performance/page.rs"]
mod page;
#[path = "../../tests/common/webdriver.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod webdriver;

use clock::{Time, timed};
use serde_json::{Value, json};
use std::{
    fmt::Write,
    io::{BufRead, BufReader},
    process::{Child, Command, ExitCode, Stdio},
    thread,
    time::Duration,
};
use webdriver::Browser;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/studio.md");
/// Parts of the page, in their order.
const PARTS: [&str; 2] = ["studio", "machine"];

/// What the page needs to take a time: a promise of the moment, on the page's clock, at which something is first drawn.
const WATCH: &str = r"
window.when = (holds) => new Promise((done) => {
  const look = () => {
    if (!holds()) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
  look();
});
window.usable = when(() => document.querySelectorAll('#built-in button.name').length > 5);
/** Draws of the picture that is shown. */
window.draws = () => {
  const status = document.getElementById('status-words');
  const found = /(\d+) of 40/.exec(status ? status.textContent : '');
  return found && document.querySelector('#view .main-svg') ? Number(found[1]) : 0;
};
";

/// Firms and draws of the attribution. As the form has them it takes far longer, which the form tells before it starts.
const ATTRIBUTION: [u32; 2] = [6_000, 2];

/// A studio in a folder of its own, and a browser that has not seen it.
struct Studio {
    process: Child,
    address: String,
    browser: Browser,
    _home: tempfile::TempDir,
}

impl Studio {
    fn open() -> Result<Studio, String> {
        let home = tempfile::tempdir().map_err(|e| e.to_string())?;
        let browser = Browser::start(1400, 1000).ok_or("chromedriver is not on the PATH")?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_telework"));
        command.args(["studio", "--no-open", "--folder"]).arg(home.path().join("studio"));
        let mut process = command.stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
        let mut line = String::new();
        let said = process.stdout.take().ok_or("the studio says nothing")?;
        BufReader::new(said).read_line(&mut line).map_err(|e| e.to_string())?;
        let address = line.trim().strip_prefix("Studio: ").ok_or("the studio prints no address")?.to_string();
        browser.run_first(WATCH);
        Ok(Studio { process, address, browser, _home: home })
    }

    /// Seconds from the address to scenarios that can be chosen.
    fn enter(&self) -> f64 {
        self.browser.go(&self.address);
        seconds(&self.browser.wait_for("usable"))
    }

    /// Seconds from the choice of a built-in scenario to its form, and to its first picture.
    fn choose(&self, scenario: &str) -> [f64; 2] {
        let click = format!("document.querySelector('#built-in [data-name={scenario}] button.name').click()");
        self.times(&click, ["document.querySelector('#form .part')", "draws() > 0"])
    }

    /// Seconds from a change of a number to the first picture of it, and to that of all draws.
    fn change(&self, value: usize) -> [f64; 2] {
        let edit = format!(
            "const input = document.getElementById('c-intervention.managers.scale'); input.value = '{value}'; \
             input.dispatchEvent(new Event('input', {{ bubbles: true }}))"
        );
        self.times(&edit, ["draws() > 0 && draws() < 40", "draws() === 40"])
    }

    /// Seconds from an act to what follows from it, one after the other.
    fn times(&self, act: &str, follows: [&str; 2]) -> [f64; 2] {
        let [first, second] = follows;
        let code = format!(
            "(async () => {{ const begun = performance.now(); {act}; \
             const first = await when(() => {first}); const second = await when(() => {second}); \
             return [first - begun, second - begun]; }})()"
        );
        let found = self.browser.wait_for(&code);
        assert!(found.is_array(), "{act}: {found}");
        [seconds(&found[0]), seconds(&found[1])]
    }

    /// Waits until the quick look has come to its end, however long that takes.
    fn rest(&self) {
        while self.browser.script("return draws()") != json!(40) {
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Runs and seconds of an attribution of the open scenario, from the click to the result that is kept.
    fn attribute(&self) -> Result<(String, f64), String> {
        let browser = &self.browser;
        browser.click("#to-runs");
        browser.click("#kind-attribute");
        let [firms, draws] = ATTRIBUTION;
        browser.fill("#ask-sample", &firms.to_string());
        browser.fill("#ask-draws", &draws.to_string());
        browser.until("document.querySelector('#line').innerText.includes('--draws')");
        let runs = browser.until(
            "document.querySelector('#start').textContent.startsWith('Attribute') && \
             (document.querySelector('#expected').innerText.match(/^([\\d,]+) runs/) || [])[1]",
        );
        let runs = runs.as_str().unwrap_or_default().to_string();
        let ended = || {
            browser.click("#start");
            loop {
                let state = browser.script("const job = document.querySelector('.job'); return job && job.className");
                match state.as_str().unwrap_or_default() {
                    "job done" => return Ok(()),
                    "job failed" | "job cancelled" => return Err(browser.text(".job")),
                    _ => thread::sleep(Duration::from_millis(100)),
                }
            }
        };
        let (result, seconds) = timed(ended);
        result.map(|()| (runs, seconds))
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn seconds(milliseconds: &Value) -> f64 {
    assert!(milliseconds.is_number(), "no time: {milliseconds}");
    milliseconds.as_f64().unwrap_or(f64::NAN) / 1e3
}

/// A line of the table: what, the goal in seconds where there is one, what was taken.
type Line = (String, Option<f64>, Vec<f64>);

fn measure(rounds: usize) -> Result<[String; PARTS.len()], String> {
    let load = machine::load();
    let says = |what: &str| eprintln!("measuring {what}");
    says("opening and changing");
    let (mut opened, mut formed, mut shown, mut first, mut all) = (vec![], vec![], vec![], vec![], vec![]);
    for round in 0..rounds {
        let studio = Studio::open()?;
        opened.push(studio.enter());
        let [form, picture] = studio.choose("baseline");
        formed.push(form);
        shown.push(picture);
        studio.rest();
        studio.browser.click("[data-part=managers] > summary");
        studio.browser.until("document.getElementById('c-intervention.managers.scale')");
        // A value that has not been looked at: nothing of it is there yet.
        let [soon, whole] = studio.change(2 + round);
        first.push(soon);
        all.push(whole);
    }
    says("an attribution");
    let studio = Studio::open()?;
    studio.enter();
    studio.choose("all_measures");
    studio.rest();
    let (runs, attributed) = studio.attribute()?;
    let lines: [Line; 6] = [
        ("address to scenarios that can be chosen".into(), None, opened),
        ("choice of `baseline` to its form".into(), None, formed),
        ("choice of `baseline` to its first picture".into(), None, shown),
        ("change of a number to the first picture of it".into(), Some(1.0), first),
        ("change of a number to 40 draws of it".into(), Some(5.0), all),
        (format!("attribution of `all_measures`: {runs} runs of {} firms", ATTRIBUTION[0]), None, vec![attributed]),
    ];
    Ok([table(lines), machine::describe(&load)])
}

fn table(lines: impl IntoIterator<Item = Line>) -> String {
    let mut text = String::from("| from … to | goal, s | median, s | slowest, s | met |\n|---|---:|---:|---:|---|\n");
    for (what, goal, taken) in lines {
        let slowest = taken.iter().copied().fold(0.0, f64::max);
        let median = Time::of(taken).median;
        let met = goal.map_or("-", |goal| if median <= goal { "yes" } else { "**no**" });
        let goal = goal.map_or("-".into(), |goal| json!(goal).to_string());
        let _ = writeln!(text, "| {what} | {goal} | {median:.2} | {slowest:.2} | {met} |");
    }
    text
}

/// Measures and prints; the full measure goes into the page.
fn perform(quick: bool) -> Result<(), String> {
    page::renew(PAGE, PARTS, quick.then_some("tried out"), || measure(if quick { 1 } else { 5 }))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--quick"] => perform(true),
        [] => perform(false),
        other => Err(format!("unknown: {other:?}; write nothing, or `-- --quick`")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
