//! The studio's page in a real browser: by clicks, by keyboard alone, in both languages, with wrong input, cancelled,
//! killed and started again, in two tabs. Its numbers are those of the command line that it shows.
//!
//! Tests drive a headless Chromium through WebDriver. Without one they say so and do nothing, except in CI, where
//! `.ci/run` installs it.

use crate::common::webdriver::{Browser, ENTER, TAB};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A studio in a folder of its own.
struct Studio {
    process: Child,
    address: String,
    home: PathBuf,
}

impl Studio {
    fn start(home: &Path, port: Option<u16>) -> Studio {
        let folder = home.join("studio");
        let mut command = Command::new(env!("CARGO_BIN_EXE_telework"));
        command.args(["studio", "--no-open", "--folder", folder.to_str().unwrap()]);
        command.args(port.map(|port| format!("--port={port}")));
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Studio: ").expect("the address is printed").to_string();
        Studio { process, address, home: home.to_path_buf() }
    }
    fn port(&self) -> u16 {
        self.address.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap()
    }
    fn folder(&self) -> PathBuf {
        self.home.join("studio")
    }
    /// As a user does who closes the terminal: no time to tidy up.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Opens the page and the copy of a built-in scenario.
fn opened(studio: &Studio, browser: &Browser, scenario: &str) {
    browser.go(&studio.address);
    browser.until("document.querySelectorAll('#chooser .choices li').length > 5");
    // Beside scenarios that are open it is folded.
    if browser.script("return document.getElementById('add').open") != json!(true) {
        browser.click("#add > summary");
    }
    browser.click(&format!("#built-in [data-name={scenario}] button.name"));
    browser.until("document.getElementById('form') && document.querySelector('#form .part')");
}

/// Makes the open scenario small enough for a test by its text.
fn small(browser: &Browser, more: &str) {
    let code = "const area = document.getElementById('toml'); area.value = area.value.trimEnd() + TEXT; area.dispatchEvent(new Event('input'))";
    let text = format!("\n\n[run]\nend = 2022-03-31\nreplicates = 4\nsample = 6000\n{more}");
    browser.script(&code.replace("TEXT", &json!(text).to_string()));
    browser.until("document.querySelector('#consequences').innerText.includes('31 March 2022')");
}

const JOB_DONE: &str = "document.querySelector('.job.done')";

fn rows(table: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(table).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// The command line of the newest job, run in the studio's folder as a user would; gives the folder that it wrote.
fn by_command_line(studio: &Studio, browser: &Browser) -> (PathBuf, PathBuf) {
    let command = browser.text(".job.done .command code");
    let own = browser.text(".job.done .note code").replace("folders/", "");
    let program = Path::new(env!("CARGO_BIN_EXE_telework")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let done =
        Command::new("sh").arg("-c").arg(&command).current_dir(studio.folder()).env("PATH", path).output().unwrap();
    assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
    (studio.folder().join("folders").join(&own), studio.folder().join("results").join(&own))
}

#[test]
fn the_main_path_by_clicks_gives_the_numbers_of_the_command_line() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    // The token does not stay in the address.
    assert!(!browser.script("return location.href").to_string().contains("key"));
    browser.click("[data-part=managers] > summary");
    browser.fill("[id='c-intervention.managers.scale']", "10");
    browser.until("document.querySelector('.changes') && document.querySelector('.changes').innerText.includes('10')");
    assert!(browser.text(".changes").contains("was 1"), "{}", browser.text(".changes"));
    let toml = browser.script("return document.getElementById('toml').value");
    assert!(toml.as_str().unwrap().contains("managers = { scale = 10"), "{toml}");
    // A tenfold budget is said at once, beside the text.
    assert!(browser.text("#consequences").contains("¥2,500 million"), "{}", browser.text("#consequences"));
    // A picture of few firms comes by itself.
    browser.until("document.querySelector('#view .main-svg')");
    assert!(browser.text("#status").contains("Quick look"), "{}", browser.text("#status"));
    // One's own change beside what it changes, with the same draws; ranges as soon as there are draws enough for them.
    browser.until("document.querySelector('.effect strong').textContent.includes('Changed by')");
    browser.until("document.querySelector('#view').innerText.includes('90 % range')");
    small(&browser, "");
    browser.click("#save");
    browser.until("document.getElementById('name-help').innerText.includes('Saved as')");
    assert!(studio.folder().join("scenarios/my_baseline.toml").is_file());
    browser.click("#run-now");
    browser.until(JOB_DONE);
    browser.click("[data-view=kpi]");
    browser
        .until("document.querySelector('#status').innerText.includes('done') && document.querySelector('#view tbody')");
    let (own, other) = by_command_line(&studio, &browser);
    // The folder is the command line's, byte for byte.
    let names = |folder: &Path| {
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&own), names(&other));
    for name in names(&own).iter().filter(|name| own.join(name).is_file()) {
        assert!(fs::read(own.join(name)).unwrap() == fs::read(other.join(name)).unwrap(), "{name:?} differs");
    }
    // Every number of the table on the page is one of the folder that the command line wrote.
    let cells = browser
        .script("return [...document.querySelectorAll('#view td[data-value]')].map((td) => Number(td.dataset.value))");
    let medians: Vec<f64> = rows(&other.join("kpi.csv"))
        .iter()
        .filter(|row| row["fiscal_year"] == "2021")
        .map(|row| row["as_published_median"].parse().or_else(|_| row["median"].parse()).unwrap())
        .collect();
    assert!(medians.len() > 10, "{} KPIs", medians.len());
    for median in medians {
        // JSON is read back to the last digit but one.
        let same = |cell: &Value| cell.as_f64().is_some_and(|cell| (cell - median).abs() < 1e-12);
        assert!(cells.as_array().unwrap().iter().any(same), "{median} is not in {cells}");
    }
    browser.click("[data-view=spending]");
    browser.until("document.querySelector('#view tbody')");
    let shown = browser.script("return [...document.querySelectorAll('#view tbody tr')].map((tr) => [...tr.children].map((td) => td.innerText))");
    let spending = rows(&other.join("spending.csv"));
    let year = spending.iter().map(|row| row["fiscal_year"].clone()).max().unwrap();
    let last: Vec<_> = spending.iter().filter(|row| row["fiscal_year"] == year).collect();
    assert_eq!(shown.as_array().unwrap().len(), last.len());
    for (line, row) in shown.as_array().unwrap().iter().zip(last) {
        assert!(line[0].as_str().unwrap().len() > 3, "a measure by its title: {line}");
        let reached: f64 = row["firms_reached"].parse().unwrap_or(f64::NAN);
        let cell = line[4].as_str().unwrap().replace(',', "");
        let same = cell.parse::<f64>().map_or(reached.is_nan(), |cell| (cell - reached).abs() <= 0.5);
        assert!(same, "{cell} for {reached}");
    }
    browser.click("[data-view=overview]");
    browser.until("document.querySelector('#view .main-svg')");
    let curve = browser.script(
        "return document.querySelector('#view .plot').data.filter((one) => one.name === 'Median').map((one) => [one.x, one.y])[0]",
    );
    let fans = rows(&other.join("fans.csv"));
    let lead: Vec<_> =
        fans.iter().filter(|row| row["kpi"] == "mic_introduction" && row["segment"] == "total").collect();
    let (weeks, values) = (curve[0].as_array().unwrap(), curve[1].as_array().unwrap());
    assert_eq!(weeks.len(), lead.len());
    assert!(lead.len() > 20, "{} weeks", lead.len());
    for ((week, value), row) in weeks.iter().zip(values).zip(lead) {
        assert_eq!(week.as_str().unwrap(), row["week"]);
        let median: f64 = row["median"].parse().unwrap();
        assert!((value.as_f64().unwrap() - 100.0 * median).abs() < 1e-9, "{week}");
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn everything_is_reached_by_the_keyboard_alone() {
    let Some(browser) = Browser::start(1200, 900) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    browser.go(&studio.address);
    browser.until("document.querySelectorAll('#chooser .choices li').length > 5");
    browser.tab_to("#chooser .choices li button");
    browser.keys(ENTER);
    browser.until("document.querySelector('#form .part')");
    browser.tab_to("[data-part=run] > summary");
    browser.keys(ENTER);
    // The last day, month and year of a date are typed in the order of the browser's language.
    browser.tab_to("[id='c-run.replicates']");
    let write = |text: &str| {
        browser.chord("\u{e009}", "a");
        browser.keys(text);
    };
    write("2");
    browser.tab_to("[id='c-run.sample']");
    write("6000");
    browser.until("document.querySelectorAll('.changes li').length >= 2");
    // What is being typed in keeps the focus while the answers come.
    assert_eq!(browser.script("return document.activeElement.id"), "c-run.sample");
    browser.script("document.querySelector('.skip').focus()");
    browser.tab_to("#run-now");
    browser.keys(ENTER);
    browser.until("document.querySelector('.job')");
    browser.until(JOB_DONE);
    browser.script("document.querySelector('.skip').focus()");
    browser.tab_to("[data-view=map]");
    browser.keys(ENTER);
    browser.until("document.querySelectorAll('#view .tile').length === 47");
    browser.tab_to("#map-week");
    let week = browser.text("#view .week");
    browser.keys("\u{e012}");
    assert_ne!(browser.text("#view .week"), week, "the slider follows the arrow keys");
    // The focus can be seen.
    let ring = browser.script("return getComputedStyle(document.activeElement).outlineStyle");
    assert_ne!(ring, "none");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// Contrast of every text that can be seen with what is behind it, by the formula of WCAG 2.
const CONTRAST: &str = r#"
const rgb = (text) => { const found = text.match(/[\d.]+/g).map(Number); return found.length < 4 ? [...found, 1] : found; };
const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] > 0) return c; } return [255, 255, 255, 1]; };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const bad = []; let seen = 0;
while (walker.nextNode()) {
  const e = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || !e.checkVisibility({ visibilityProperty: true }) || e.closest('svg, .unseen, noscript, caption.quiet')) continue;
  seen++;
  const style = getComputedStyle(e);
  const [a, b] = [light(rgb(style.color)), light(behind(e))].sort((x, y) => y - x);
  const big = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
  if ((a + 0.05) / (b + 0.05) < (big ? 3 : 4.5)) bad.push(walker.currentNode.textContent.trim().slice(0, 40) + ' ' + style.color);
}
return { seen, bad: [...new Set(bad)] };
"#;

fn readable(browser: &Browser) {
    let found = browser.script(CONTRAST);
    assert!(found["seen"].as_u64().unwrap() > 100, "{found}");
    assert_eq!(found["bad"], json!([]), "too little contrast");
}

/// No rule of axe-core is broken. `.ci/run` installs it beside the other tools of the page.
fn accessible(browser: &Browser) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/page/node_modules/axe-core/axe.min.js");
    let Ok(axe) = fs::read_to_string(file) else {
        assert!(std::env::var_os("CI").is_none(), "CI needs axe-core: npm ci --prefix .ci/page");
        eprintln!("SKIPPED: axe-core is not installed");
        return;
    };
    browser.script(&axe);
    let found = browser.wait_for(
        "axe.run(document, { resultTypes: ['violations'] }).then((found) => ({ passes: found.passes.length, \
         broken: found.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 200)).slice(0, 3)) }))",
    );
    assert!(found["passes"].as_u64().unwrap() > 10, "{found}");
    assert_eq!(found["broken"], json!([]));
}

/// Opens every view for which the shown result has tables; gives how many.
fn every_view(browser: &Browser) -> usize {
    let views = "return [...document.querySelectorAll('[data-view]:not(:disabled)')].map((one) => one.dataset.view)";
    let views: Vec<String> = serde_json::from_value(browser.script(views)).unwrap();
    for view in &views {
        browser.click(&format!("[data-view={view}]"));
        browser.until(&format!("document.querySelector('.view-title.{view}')"));
        accessible(browser);
        // Above or below each stands that some of the model's checks fail.
        let said = browser.text("#view");
        let fails = ["of the model fail", "gates", "不合格"].iter().any(|words| said.contains(words));
        assert!(fails, "{view} does not say that a gate fails: {said}");
    }
    views.len()
}

/// What only some jobs have: parts of an effect, the values of a search.
#[test]
fn the_views_of_an_attribution_and_a_search_are_accessible_in_both_languages() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    small(&browser, "");
    browser.click("#to-runs");
    browser.click("#kind-attribute");
    for measure in ["managers", "awards"] {
        browser.click(&format!("#among-{measure}"));
    }
    browser.fill("#ask-draws", "2");
    browser.click("#start");
    browser.until(JOB_DONE);
    browser.until("document.querySelector('.view-title.attribution')");
    for language in ["ja", "en"] {
        browser.click(&format!(".language[lang={language}]"));
        browser.until(&format!("document.documentElement.lang === '{language}'"));
        assert!(every_view(&browser) >= 1);
    }
    browser.click("#kind-target");
    browser.fill("#ask-goal", "30");
    browser.fill("#ask-draws", "2");
    browser.click("#start");
    browser.until("document.querySelectorAll('.job.done').length === 2");
    // The view that was looked at last stays open.
    browser.until("document.querySelector('#status-words').innerText.includes('Target finder 2: done')");
    for language in ["ja", "en"] {
        browser.click(&format!(".language[lang={language}]"));
        browser.until(&format!("document.documentElement.lang === '{language}'"));
        assert!(every_view(&browser) >= 1);
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn names_contrast_and_width_hold_in_both_languages_and_on_a_telephone() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "all_measures");
    small(&browser, "");
    browser.click("[data-part=managers] > summary");
    browser.click("[data-part=run] > summary");
    browser.until("document.querySelector('#view .main-svg')");
    assert_eq!(browser.nameless(), [""; 0]);
    readable(&browser);
    accessible(&browser);
    let english = browser.text("main");
    browser.click(".language[lang=ja]");
    browser.until("document.documentElement.lang === 'ja' && document.querySelector('#view .main-svg')");
    for (id, japanese) in
        [("#scenarios-title", "シナリオ"), ("#to-runs", "本計算"), ("[data-view=map]", "地図"), ("#save", "保存")]
    {
        assert!(browser.text(id).contains(japanese), "{id}: {}", browser.text(id));
    }
    assert_eq!(browser.nameless(), [""; 0]);
    readable(&browser);
    assert!(every_view(&browser) >= 9);
    for side in ["text", "runs", "form"] {
        browser.click(&format!("#to-{side}"));
        accessible(&browser);
    }
    for part in ["run", "managers"] {
        let label = browser.text(&format!("[data-part={part}] .field label"));
        assert!(!label.is_ascii(), "{label} is not Japanese");
    }
    // 250 million yen a fiscal year.
    let budget = "document.getElementById('c-intervention.managers.budget_per_fiscal_year";
    let shown = format!("{budget}').value + ' ' + {budget}-unit').value === '2.5 億円'");
    browser.until(&shown);
    for text in [&english, &browser.text("main")] {
        for broken in ["undefined", "NaN", "[object", "\u{27e6}", "null"] {
            assert!(!text.contains(broken), "{broken} in {text}");
        }
    }
    browser.click(".language[lang=en]");
    browser.until("document.documentElement.lang === 'en' && document.querySelector('#view .view-title')");
    assert!(every_view(&browser) >= 9);
    for side in ["text", "runs", "form"] {
        browser.click(&format!("#to-{side}"));
        accessible(&browser);
    }
    browser.click("#glossary > summary");
    accessible(&browser);
    browser.click("#glossary > summary");
    browser.size(360, 800);
    browser.until("document.documentElement.clientWidth <= 500");
    for view in ["overview", "kpi", "map", "spending"] {
        browser.click(&format!("[data-view={view}]"));
        browser.until("document.querySelector('#view').innerText.length > 50");
        let wide = browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert_eq!(wide, 0, "{view} is wider than the window");
    }
    assert_eq!(browser.complaints(), [""; 0]);
    // What the program refuses is told in Japanese.
    browser.click(".language[lang=ja]");
    browser.script(
        "const area = document.getElementById('toml'); area.value += '\\n[run]\\nseed = \"x\"'; area.dispatchEvent(new Event('input'))",
    );
    browser.until("/です|ください|ません/.test(document.getElementById('wrong').textContent)");
}

#[test]
fn wrong_input_is_told_as_check_tells_it_and_never_run() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    browser.click("#to-text");
    let wrong = "title = \"<img src=x onerror=alert(1)>\"\nextends = \"baseline.toml\"\n\n[run]\nsampel = 500\n\n[change]\nmanagers = { scale = -1 }\n";
    let write = |text: &str| {
        let code =
            "const area = document.getElementById('toml'); area.value = TEXT; area.dispatchEvent(new Event('input'))";
        browser.script(&code.replace("TEXT", &json!(text).to_string()));
    };
    write(wrong);
    browser.until("document.querySelectorAll('.problems .error').length >= 2");
    // What cannot run is kept as a draft, and replaces no file.
    browser.click("#save");
    browser.until("document.querySelector('#banner').innerText.length > 10");
    let file = studio.folder().join("scenarios/my_baseline.toml");
    assert!(!file.exists());
    fs::write(&file, wrong).unwrap();
    let check = Command::new(env!("CARGO_BIN_EXE_telework"))
        .args(["check", "scenarios/my_baseline.toml"])
        .current_dir(studio.folder())
        .output()
        .unwrap();
    let told = String::from_utf8(check.stderr).unwrap();
    let shown = browser
        .script("return [...document.querySelectorAll('.problems .error pre')].map((one) => one.textContent.trim())");
    assert!(shown.as_array().unwrap().len() >= 2, "{shown}");
    for message in shown.as_array().unwrap() {
        assert!(told.contains(message.as_str().unwrap()), "{message} is not in: {told}");
    }
    assert!(browser.text("#wrong").contains("line 5"), "{}", browser.text("#wrong"));
    browser.click(".problems .error button");
    let marked = browser.script(
        "const area = document.getElementById('toml'); return area.value.slice(area.selectionStart, area.selectionEnd)",
    );
    assert!(marked == "sampel" || marked == "-1", "{marked}");
    // What cannot run is refused, and says why.
    browser.click("#run-now");
    browser.until("document.querySelector('#banner').innerText.length > 10");
    assert_eq!(browser.script("return document.querySelectorAll('.job').length"), 0);
    // Text from a scenario is never part of the page's structure.
    write(&wrong.replace("sampel = 500", "sample = 6000").replace("-1", "1"));
    browser.until("document.querySelector('#scenario-title').textContent.includes('<img')");
    assert_eq!(browser.script("return document.querySelectorAll('img').length"), 0);
    // A number that the form is given outside its range is told at the control.
    browser.click("#to-form");
    browser.click("[data-part=managers] > summary");
    browser.fill("[id='c-intervention.managers.scale']", "-3");
    // What was typed on the way may have been told before.
    browser.until("document.getElementById('c-intervention.managers.scale-wrong').textContent.includes('range')");
    // Until it is whole nothing is done: what would be run is not what is seen.
    browser.click("#run-now");
    browser.until("document.querySelector('#banner').innerText.includes('Scale')");
    assert_eq!(browser.script("return document.querySelectorAll('.job').length"), 0);
    // Refused requests are logged by the browser itself.
    let own: Vec<String> = browser.complaints().into_iter().filter(|said| !said.contains("422")).collect();
    assert_eq!(own, [""; 0]);
}

#[test]
fn a_job_is_cancelled_and_two_tabs_take_turns() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    // As it is it takes minutes.
    browser.click("#run-now");
    browser.until("document.querySelector('.job.running')");
    let first = browser.new_tab();
    opened(&studio, &browser, "no_policy");
    small(&browser, "");
    // The other tab's job is seen here as well, and stops when this tab says so.
    browser.until("document.querySelector('.job.running')");
    browser.click("#run-now");
    browser.until("document.querySelector('.job.queued')");
    browser.click(".job.running [data-act$=cancel]");
    browser.until("document.querySelector('.job.cancelled')");
    browser.until(JOB_DONE);
    // The address had been used: the other tab has let this one in. The browser itself logs the refusal of the key.
    let own: Vec<String> = browser.complaints().into_iter().filter(|said| !said.contains("403")).collect();
    assert_eq!(own, [""; 0]);
    browser.turn_to(&first);
    browser.until("document.querySelector('.job.cancelled') && document.querySelector('.job.done')");
    assert!(browser.text(".job.cancelled").contains("cancelled"));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_killed_studio_is_noticed_and_goes_on_after_a_restart() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let mut studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    small(&browser, "# kept in the tab");
    browser.click("#to-runs");
    browser.fill("#ask-draws", "40");
    browser.click("#start");
    browser.until("document.querySelector('.job')");
    let port = studio.port();
    studio.kill();
    browser.until("document.querySelector('#banner').innerText.includes('does not answer')");
    drop(studio);
    let studio = Studio::start(home.path(), Some(port));
    browser.until("document.querySelector('#banner').innerText.includes('not let in')");
    // The new address in the same tab: what was written and what was started go on.
    browser.go(&studio.address);
    browser.until("document.querySelector('#banner').innerText === ''");
    browser.until(
        "document.getElementById('toml') && document.getElementById('toml').value.includes('# kept in the tab')",
    );
    browser.until(JOB_DONE);
    by_command_line(&studio, &browser);
    // How a connection to a killed program fails is the system's affair: refused, reset, closed, empty. The browser itself
    // logs it, and the refusal of the old token.
    let own = |said: &String| !said.contains("net::ERR_") && !said.contains("401");
    assert_eq!(browser.complaints().into_iter().filter(own).collect::<Vec<_>>(), [""; 0]);
}

/// The text of the open scenario as the program has it.
fn draft(studio: &Studio, name: &str) -> String {
    let text = fs::read_to_string(studio.folder().join(format!("drafts/{name}.json"))).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["toml"].as_str().unwrap().to_string()
}

/// Whatever kind of field is edited and whatever is clicked right after: what is done has the edit.
#[test]
fn what_is_clicked_at_once_is_what_is_seen() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    small(&browser, "");
    browser.click("[data-part=managers] > summary");
    browser.click("[data-part=run] > summary");
    // Each edit is made as the events of the input make it, and the button is pressed before the page can draw again.
    let edit_and_click = |path: &str, act: &str, button: &str| {
        let code = format!(
            "const input = document.getElementById('c-{path}'); {act}; document.getElementById('{button}').click()"
        );
        browser.script(&code);
    };
    let typed =
        |value: &str| format!("input.value = '{value}'; input.dispatchEvent(new Event('input', {{ bubbles: true }}))");
    let file = studio.folder().join("scenarios/my_baseline.toml");
    let kinds = [
        ("intervention.managers.scale", typed("7"), "scale = 7"),
        ("intervention.managers.until", typed("2022-02-28"), "until = 2022-02-28"),
        ("intervention.managers.budget_per_fiscal_year", typed("321"), "321 million yen"),
        ("intervention.managers.active", "input.click()".to_string(), "active = false"),
        ("run.end", typed("2022-04-30"), "end = 2022-04-30"),
    ];
    for (path, act, written) in kinds {
        edit_and_click(path, &act, "save");
        browser.until("document.getElementById('name-help').innerText.includes('Saved as')");
        browser.until("document.getElementById('said').textContent.includes('is saved')");
        let saved = fs::read_to_string(&file).unwrap();
        assert!(saved.contains(written), "{path}: {written} is not in {saved}");
        browser.script("document.getElementById('said').textContent = ''");
    }
    // A text, a run.
    browser.script(
        "const area = document.getElementById('toml'); area.value += '\\n# last words'; area.dispatchEvent(new Event('input')); document.getElementById('run-now').click()",
    );
    browser.until("document.querySelector('.job')");
    let job: Value = serde_json::from_slice(&fs::read(studio.folder().join("jobs/1.json")).unwrap()).unwrap();
    assert!(job.to_string().contains("# last words"), "{job}");
    // What ran is told from what ran, whatever is edited meanwhile.
    browser.until("document.querySelector('#status-more summary')");
    browser.click("#status-more summary");
    browser.until("document.querySelector('.ran').innerText.includes('30 April 2022')");
    // An invalid name is told, and nothing is saved under the old one.
    browser.click("#to-form");
    edit_and_click("intervention.managers.scale", &typed("8"), "undo");
    browser.until("document.getElementById('toml').value.includes('scale = 7')");
    // Whoever writes a name goes on where the caret is, whatever is drawn anew meanwhile.
    browser.fill("#name", "ac");
    browser.keys("\u{e012}");
    browser.script(&format!("const input = document.getElementById('c-intervention.managers.scale'); {}", typed("9")));
    browser.until("document.getElementById('toml').value.includes('scale = 9')");
    browser.keys("b");
    assert_eq!(browser.script("return document.getElementById('name').value"), "abc");
    assert!(!studio.folder().join("drafts/ac.json").exists(), "half a name is none");
    browser.fill("#name", "Not A Name");
    browser.click("#save");
    browser.until("document.querySelector('#banner')?.innerText.includes('Not A Name')");
    assert!(!fs::read_to_string(&file).unwrap().contains("# last words"));
    assert_eq!(browser.complaints(), [""; 0]);
}

/// Edits while the program is down are made as soon as it is there; another tab shows them; a duplicated one goes on too.
#[test]
fn no_edit_is_lost_by_a_kill_a_reload_or_another_tab() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let mut studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    small(&browser, "");
    browser.click("[data-part=managers] > summary");
    let port = studio.port();
    studio.kill();
    browser.fill("[id='c-intervention.managers.scale']", "3");
    browser.until("document.querySelector('#banner').innerText.includes('does not answer')");
    // Who leaves the page now is asked first.
    let asks = "const leaving = new Event('beforeunload', { cancelable: true }); dispatchEvent(leaving); return leaving.defaultPrevented";
    assert_eq!(browser.script(asks), true);
    drop(studio);
    let studio = Studio::start(home.path(), Some(port));
    browser.go(&studio.address);
    browser
        .until("document.querySelector('#form .part') && document.getElementById('toml').value.includes('scale = 3')");
    assert!(draft(&studio, "my_baseline").contains("scale = 3"));
    assert_eq!(browser.text("#banner"), "");
    assert_eq!(browser.script(asks), false);
    // Loaded again.
    browser.script("location.reload()");
    browser.until("document.getElementById('toml') && document.getElementById('toml').value.includes('scale = 3')");
    // A duplicate has a copy of all that the tab has stored.
    let first = browser.new_tab();
    let second = browser.get("/window").as_str().unwrap().to_string();
    browser.turn_to(&first);
    let stored = browser.script("return JSON.stringify(Object.entries(sessionStorage))");
    browser.turn_to(&second);
    browser.go(&format!("http://127.0.0.1:{port}/"));
    browser.script(&format!(
        "for (const [key, value] of {}) sessionStorage.setItem(key, value); location.reload()",
        stored.as_str().unwrap()
    ));
    browser.until("document.querySelector('#form .part')");
    let whole = "document.querySelector('#status-words').innerText.includes('40 of 40')";
    browser.until(whole);
    browser.turn_to(&first);
    browser.until(whole);
    browser.turn_to(&second);
    // What one changes the other shows.
    browser.click("[data-part=managers] > summary");
    browser.fill("[id='c-intervention.managers.scale']", "5");
    browser.until("document.getElementById('toml').value.includes('scale = 5')");
    browser.turn_to(&first);
    browser.until("document.getElementById('toml').value.includes('scale = 5')");
    let own = |said: &String| !said.contains("net::ERR_") && !said.contains("401");
    assert_eq!(browser.complaints().into_iter().filter(own).collect::<Vec<_>>(), [""; 0]);
}

/// What scenario files take the form takes as well: money in 億 and 万, wide digits, per cent, days of an era. It is read by
/// the program, stands in the text as it was written, and is shown back in the units of the page's language.
#[test]
fn values_are_taken_as_people_write_them() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    small(&browser, "");
    browser.click(".language[lang=ja]");
    browser.until("document.documentElement.lang === 'ja' && document.querySelector('#form .part')");
    for part in ["managers", "run"] {
        browser.click(&format!("[data-part={part}] > summary"));
    }
    let budget = "intervention.managers.budget_per_fiscal_year";
    let field = |path: &str| format!("[id='c-{path}']");
    let shown = |path: &str| {
        let code = format!(
            "const one = document.getElementById('c-{path}'); const unit = document.getElementById('c-{path}-unit'); return one.value + (unit ? unit.value : '')"
        );
        browser.script(&code).as_str().unwrap().to_string()
    };
    // 250 million yen.
    assert_eq!(shown(budget), "2.5億円");
    let remark = || browser.text("[data-part=managers] .remark");
    assert!(remark().ends_with("以後の各年度も専門家数、訪問数、予算は同じ。"), "{}", remark());
    let kinds = [
        (budget, "５億円", "budget_per_fiscal_year = \"５億円\"", "5", "億円"),
        (budget, "500万円", "budget_per_fiscal_year = \"500万円\"", "500", "万円"),
        (budget, "３２１", "budget_per_fiscal_year = \"321 万円\"", "321", "万円"),
        (budget, "3億5,000万円", "budget_per_fiscal_year = \"3億5,000万円\"", "3.5", "億円"),
        ("intervention.managers.telework_managers.share_below_100", "３０％", "share_below_100 = \"３０％\"", "30", ""),
        ("intervention.managers.telework_managers.share_below_100", "４５", "share_below_100 = 0.45", "45", ""),
        ("intervention.managers.from", "令和3年5月1日", "from = \"令和3年5月1日\"", "2021-05-01", ""),
        ("run.sample", "12,000", "sample = 12000", "12000", ""),
        ("intervention.managers.delay", "6か月", "delay = \"6か月\"", "6", "months"),
    ];
    for (path, typed, written, number, unit) in kinds {
        browser.fill(&field(path), typed);
        browser.until(&format!("document.getElementById('toml').value.includes({})", json!(written)));
        browser.until("document.getElementById('wrong').innerText === ''");
        // Once it is left.
        browser.script("document.activeElement.blur()");
        browser.until(&format!("document.getElementById('c-{path}').value === {}", json!(number)));
        assert_eq!(shown(path), format!("{number}{unit}"), "{path}: {typed}");
    }
    // What is no amount is told where it stands, whatever is edited next, and never run.
    browser.fill(&field(budget), "5億匹");
    browser.until(&format!("document.getElementById('c-{budget}-wrong').innerText.length > 5"));
    browser.fill(&field("intervention.managers.scale"), "2");
    browser.until("document.getElementById('toml').value.includes('scale = 2')");
    assert_ne!(browser.text(&format!("[id='c-{budget}-wrong']")), "");
    assert_eq!(browser.text("[id='c-intervention.managers.scale-wrong']"), "");
    browser.click("#run-now");
    browser.until("document.querySelector('#banner').innerText.length > 5");
    assert_eq!(browser.script("return document.querySelectorAll('.job').length"), 0);
    // In English the same amount is in millions.
    browser.click("#to-form");
    browser.fill(&field(budget), "5億円");
    browser.until("document.getElementById('wrong').innerText === ''");
    browser.click(".language[lang=en]");
    browser.until("document.documentElement.lang === 'en'");
    browser.until(&format!("document.getElementById('c-{budget}')"));
    assert_eq!(shown(budget), "500million yen");
    assert!(remark().ends_with("As many experts, visits and yen in each later fiscal year."), "{}", remark());
    let own: Vec<String> = browser.complaints().into_iter().filter(|said| !said.contains("422")).collect();
    assert_eq!(own, [""; 0]);
}

/// A command that the page has never heard of, as its description would come from the program: it has a form, and what is
/// entered is asked for under the arguments' names.
#[test]
fn a_new_command_has_a_form_from_its_description() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    browser.run_first(
        r#"const own = window.fetch; window.asked = [];
        window.fetch = async (path, options) => {
          if (path === '/api/command') window.asked.push(JSON.parse(options.body));
          const answer = await own(path, options);
          if (path !== '/api/start') return answer;
          const start = await answer.json();
          const argument = (name, type, help) => ({ name, type, help, common: false });
          start.requests.brief = { help: 'Sums a scenario up', several: true, arguments: [
            argument('pages', 'whole', 'Pages at most'), argument('level', 'number', 'Level of the ranges'),
            argument('on', 'date', 'Day of the brief'), argument('title_page', 'switch', 'With a title page'),
            argument('reader', 'text', 'Whom it is for')] };
          return new Response(JSON.stringify(start), { status: 200 });
        };"#,
    );
    opened(&studio, &browser, "baseline");
    browser.click("#to-runs");
    browser.click("#kind-brief");
    browser.until("document.querySelector('#ask-reader')");
    let words = browser.text("#ask");
    for text in ["Sums a scenario up", "Pages at most", "Day of the brief", "With a title page", "Whom it is for"] {
        assert!(words.contains(text), "{text} is not in {words}");
    }
    // It is about several scenarios, and says which.
    assert_eq!(browser.script("return document.querySelectorAll('#with-my_baseline').length"), 1);
    browser.fill("#ask-pages", "2");
    browser.fill("#ask-level", "0.9");
    browser.fill("#ask-reader", "Minister");
    browser.click("#ask-title_page");
    browser.until("window.asked.length > 0 && window.asked.at(-1).title_page");
    let asked = browser.script("return window.asked.at(-1)");
    let wanted = json!({ "kind": "brief", "pages": 2, "level": 0.9, "reader": "Minister", "title_page": true,
        "scenarios": [{ "name": "my_baseline", "toml": "" }] });
    assert_eq!(asked, wanted);
    assert_eq!(browser.nameless(), [""; 0]);
    accessible(&browser);
}

/// How much work a study is, and how long it takes here, stands beside its button; terms say what they mean.
#[test]
fn times_are_told_before_the_start_and_terms_where_they_stand() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    small(&browser, "");
    browser.until("document.querySelector('#status-words').innerText.includes('40 of 40')");
    browser.until("document.querySelector('#expected-now').innerText.startsWith('about ')");
    browser.click("#to-runs");
    // Four replicates, two runs more beside each.
    browser.until("document.querySelector('#expected').innerText.startsWith('12 runs. About ')");
    browser.click("#ask-more > summary");
    browser.fill("#ask-split", "0");
    browser.until("document.querySelector('#expected').innerText.startsWith('4 runs. About ')");
    browser.click("#kind-target");
    browser.until("document.querySelector('#expected').innerText.startsWith('At most about 80 runs.')");
    browser.script("document.querySelector('#skip, .skip').focus()");
    browser.tab_to("#view .term, #status-more .term");
    let described = "const term = document.activeElement; const means = document.getElementById(term.getAttribute('aria-describedby')).textContent; return [means, document.getElementById('meaning').textContent]";
    let found = browser.script(described);
    assert!(found[0] == found[1] && found[0].as_str().unwrap().len() > 20, "{found}");
    accessible(&browser);
    browser.keys("\u{e00c}");
    browser.until("!document.getElementById('meaning')");
    browser.click(".language[lang=ja]");
    browser.until("document.documentElement.lang === 'ja' && document.querySelector('#view .term')");
    browser.script("document.querySelector('#view .term').dispatchEvent(new MouseEvent('mouseenter'))");
    assert!(!browser.text("#meaning").is_ascii());
    browser.until("document.querySelector('#expected').innerText.includes('80')");
    accessible(&browser);
    assert_eq!(browser.complaints(), [""; 0]);
}

/// Side by side every open scenario has its line, under its title.
#[test]
fn open_scenarios_stand_side_by_side() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    let first = ["no_policy", "all_measures", "baseline"];
    for scenario in first {
        opened(&studio, &browser, scenario);
        let title = json!(format!("my_{scenario}"));
        browser.until(&format!("document.getElementById('name').value === {title}"));
        small(&browser, "");
    }
    browser.until("document.querySelector('#view .main-svg')");
    browser.script(
        "const one = document.getElementById('against'); one.value = '*'; one.dispatchEvent(new Event('change'))",
    );
    let lines = "document.querySelector('#view .plot').data.filter((one) => one.mode === 'lines' && one.showlegend !== false && one.line.width > 2)";
    browser.until(&format!("{lines}.length === 3"));
    let names = browser.script(&format!("return {lines}.map((one) => one.name)"));
    let names: Vec<&str> = names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(names[0].starts_with("No policy") && names[0].ends_with("(reference)"), "{names:?}");
    assert!(names[2].starts_with("Baseline"), "{names:?}");
    // Against one other scenario its name is said as well: it is not what this one is based on.
    browser.script("const one = document.getElementById('against'); one.value = 'my_no_policy'; one.dispatchEvent(new Event('change'))");
    browser.until(&format!("{lines}.length === 2"));
    let name = browser.script(&format!("return {lines}[0].name"));
    assert!(name.as_str().unwrap().starts_with("No policy"), "{name}");
    assert!(browser.text(".effect").contains("from the reference"), "{}", browser.text(".effect"));
    // The address had been used, which the browser itself logs.
    let own: Vec<String> = browser.complaints().into_iter().filter(|said| !said.contains("403")).collect();
    assert_eq!(own, [""; 0]);
}

/// While one edits, the chart is in the window: on a small laptop, on a telephone, on a wide screen. What is edited does not
/// lie under it, wherever in the form it is, nor does its label.
#[test]
fn the_chart_is_in_sight_while_one_edits() {
    let Some(browser) = Browser::start(1280, 657) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "no_policy");
    opened(&studio, &browser, "baseline");
    for (width, height, least) in [(1280, 657, 150.0), (360, 800, 120.0), (1920, 1000, 190.0)] {
        browser.size(width, height);
        browser.until("document.querySelector('#view .main-svg')");
        if browser.script("return document.querySelector('[data-part=managers]').open") != json!(true) {
            browser.click("[data-part=managers] > summary");
        }
        for path in ["scale", "until", "telework_managers.managers", "from"] {
            let field = format!("c-intervention.managers.{path}");
            browser.script(&format!("document.getElementById('{field}').scrollIntoView({{ block: 'nearest' }})"));
            browser.click(&format!("[id='{field}']"));
            std::thread::sleep(std::time::Duration::from_millis(500));
            let seen = browser.script(
                "const plot = document.querySelector('#view .plot').getBoundingClientRect(); \
                 const used = document.activeElement; const field = used.getBoundingClientRect(); \
                 const label = document.querySelector('label[for=\"' + used.id + '\"]').getBoundingClientRect(); \
                 const above = [field, label].map((one) => document.elementFromPoint(one.left + 4, one.top + 2)); \
                 return [Math.min(plot.bottom, innerHeight) - Math.max(plot.top, 0), \
                 above[0] === used && above[1] && above[1].getAttribute('for') === used.id && field.bottom <= innerHeight + 2, \
                 document.documentElement.scrollWidth - document.documentElement.clientWidth]",
            );
            assert!(seen[0].as_f64().unwrap() > least, "{width}, {path}: {} px of the chart are seen", seen[0]);
            assert_eq!((&seen[1], &seen[2]), (&json!(true), &json!(0)), "{width}: {path} is covered, or all too wide");
        }
    }
    // Going back through the form with the keyboard brings fields down from under the chart.
    browser.size(360, 800);
    browser.script("document.getElementById('c-intervention.managers.delay').focus()");
    for _ in 0..12 {
        browser.chord("\u{e008}", TAB);
        let covered = browser.script(
            "const used = document.activeElement; const under = document.getElementById('result').getBoundingClientRect().bottom; \
             return document.getElementById('scenario').contains(used) && used.getBoundingClientRect().top < under ? used.outerHTML : ''",
        );
        assert_eq!(covered, "");
    }
    // What is half under it is clicked by the half that is seen: nothing moves before the mouse is up.
    let summary = "document.querySelector('[data-part=awards] > summary')";
    browser.script(&format!(
        "{summary}.scrollIntoView(); const under = document.getElementById('result').getBoundingClientRect().bottom; \
         scrollBy(0, {summary}.getBoundingClientRect().top - under + 14)"
    ));
    let at = browser.script(&format!(
        "const own = {summary}.getBoundingClientRect(); return [Math.round(own.left) + 60, Math.round(own.bottom) - 8]"
    ));
    browser.press(at[0].as_i64().unwrap(), at[1].as_i64().unwrap());
    browser.until("document.querySelector('[data-part=awards]').open");
}

/// A picture of few draws is called a first look and has no range; the chart and its tables can be saved; what is not saved is
/// not closed without a question.
#[test]
fn few_draws_have_no_range_charts_are_saved_and_nothing_is_closed_unasked() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    small(&browser, "");
    browser.until("document.querySelector('#status-words').innerText.includes('40 of 40')");
    browser.script(
        "window.looks = []; const look = () => { const draws = /(\\d+) of 40/.exec(document.getElementById('status-words').textContent); \
         if (draws && Number(draws[1]) < 40) looks.push([Number(draws[1]), document.getElementById('view').textContent]); }; \
         new MutationObserver(look).observe(document.getElementById('result'), { characterData: true, childList: true, subtree: true }); \
         window.saved = []; const own = URL.createObjectURL; \
         URL.createObjectURL = (blob) => { saved.push(blob.type.split(';')[0]); return own(blob); }",
    );
    browser.click("[data-part=managers] > summary");
    browser.fill("[id='c-intervention.managers.scale']", "5");
    browser.until("looks.length > 0 && document.querySelector('#status-words').innerText.includes('40 of 40')");
    let looks = browser.script("return looks");
    for look in looks.as_array().unwrap() {
        let (draws, said) = (look[0].as_u64().unwrap(), look[1].as_str().unwrap());
        let ranges = said.matches("90 % range").count() - said.matches("too few for a 90 % range").count();
        if draws < 19 {
            assert!(said.contains("A first look at "), "{draws}: {said}");
            // The table of values has the column, empty.
            assert!(!said.contains("(90 % range") && ranges <= 1, "{draws}: {said}");
        }
    }
    for (place, kind) in [(1, "image/png"), (2, "image/svg+xml"), (3, "text/csv")] {
        browser.click(&format!("#view .exports button:nth-of-type({place})"));
        browser.until(&format!("saved.includes('{kind}')"));
    }
    browser.script("window.confirm = (text) => { window.question = text; return false; }");
    browser.script("[...document.querySelectorAll('#open .current button')].at(-1).click()");
    browser.until("window.question && window.question.includes('my_baseline')");
    assert_eq!(browser.script("return document.querySelectorAll('#open .card').length"), 1);
    assert_eq!(browser.complaints(), [""; 0]);
}

/// While a slider is dragged, without a pause, what is written and shown follows.
#[test]
fn a_slider_is_live_while_it_is_dragged() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    small(&browser, "");
    browser.click("[data-part=managers] > summary");
    browser.until("document.querySelector('#status-words').innerText.includes('40 of 40')");
    // A hand that moves every 50 ms for as long as it takes.
    browser.script(
        "window.hand = setInterval(() => { const slider = document.getElementById('c-intervention.managers.scale-slider'); \
         slider.value = 1 + (Number(slider.value) + 0.1) % 3; slider.dispatchEvent(new Event('input', { bubbles: true })); }, 50)",
    );
    browser.until("/scale = (1|2|3)\\.\\d/.test(document.getElementById('toml').value)");
    let first = browser.script("return document.getElementById('toml').value");
    browser.until(&format!("document.getElementById('toml').value !== {first}"));
    browser.script("clearInterval(window.hand)");
    browser.until("document.querySelector('#status-words').innerText.includes('✓')");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// A result that is done stands beside another one; the address says so too.
#[test]
fn finished_jobs_are_reopened_and_stand_side_by_side() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    small(&browser, "");
    browser.click("#run-now");
    browser.until("document.querySelectorAll('.job.done').length === 1");
    browser.click("#to-form");
    browser.click("[data-part=managers] > summary");
    browser.fill("[id='c-intervention.managers.scale']", "9");
    browser.until("document.getElementById('toml').value.includes('scale = 9')");
    browser.click("#run-now");
    browser.until("document.querySelectorAll('.job.done').length === 2");
    browser.until("document.querySelector('#beside')");
    browser.script(
        "const one = document.getElementById('beside'); one.value = '1'; one.dispatchEvent(new Event('change'))",
    );
    // Two scenarios in the table of KPIs, each with the values of its own folder.
    browser.click("[data-view=kpi]");
    let scenarios = "[...document.querySelectorAll('#view select option')].filter((one) => one.textContent.includes('Baseline')).length >= 2";
    browser.until(scenarios);
    assert!(browser.script("return location.hash").as_str().unwrap().ends_with("&job=2&beside=1"));
    accessible(&browser);
    browser.script("location.reload()");
    browser.until("document.querySelector('#beside') && document.querySelector('#beside').value === '1'");
    browser.until(scenarios);
    browser.script(
        "const one = document.getElementById('beside'); one.value = ''; one.dispatchEvent(new Event('change'))",
    );
    browser.until(&format!("document.querySelector('#view tbody') && !({scenarios})"));
    assert_eq!(browser.complaints(), [""; 0]);
}

/// Measures are called by what they are and when they are on; their names stand in sentences only where that tells them not apart.
#[test]
fn measures_are_told_by_title_in_both_languages() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    opened(&studio, &browser, "baseline");
    small(&browser, "");
    browser.click("[data-part=managers] > summary");
    browser.fill("[id='c-intervention.managers.scale']", "2");
    browser.until("document.querySelector('.changes').innerText.includes('2 times')");
    let said = browser.text(".changes");
    assert!(said.contains("was 1 time)") && said.contains("Telework managers (from "), "{said}");
    browser.click("#to-runs");
    browser.click("#kind-target");
    browser.until("document.querySelector('#ask-vary')");
    // What is tried first is the number that was changed, and nothing that no policy can decide.
    assert_eq!(browser.script("return document.querySelector('#ask-vary').value"), "intervention.managers.scale");
    for language in ["en", "ja"] {
        browser.click(&format!(".language[lang={language}]"));
        browser.until(&format!("document.documentElement.lang === '{language}'"));
        browser.until("document.querySelector('#ask-vary')");
        let words = browser.script(
            "return [...document.querySelectorAll('#ask-vary option, .changes li')].map((one) => one.textContent)",
        );
        assert!(words.as_array().unwrap().len() > 10, "{words}");
        for text in words.as_array().unwrap() {
            assert!(!text.as_str().unwrap().contains("(managers"), "{text}");
        }
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_page_is_light_and_soon_ready() {
    let Some(browser) = Browser::start(1400, 1000) else { return };
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path(), None);
    browser.go(&studio.address);
    browser.until("document.querySelectorAll('#chooser .choices li').length > 5");
    let weight = browser.script(
        "return [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')] \
         .map((one) => [one.name.split('/').pop().split('#')[0], one.transferSize, one.responseEnd])",
    );
    let all: Vec<&Value> = weight.as_array().unwrap().iter().collect();
    let total: f64 = all.iter().map(|one| one[1].as_f64().unwrap()).sum();
    let ready = all.iter().filter(|one| one[0] == "start").map(|one| one[2].as_f64().unwrap()).fold(0.0, f64::max);
    println!("page: {total} bytes, ready after {ready:.0} ms");
    assert!(all.iter().any(|one| one[0] == "plotly.js"), "{weight}");
    assert!(total > 3e6 && total < 6e6, "{total} bytes");
}

/// Every text is there in both languages, and every text that the scripts ask for is there.
#[test]
fn texts_are_complete_in_both_languages() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/studio/page");
    let read = |path: PathBuf| fs::read_to_string(path).unwrap();
    let script: String = fs::read_dir(&page)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "js"))
        .map(read)
        .collect();
    // Calls that the formatter has broken stand together again.
    let script = script.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
    let table = |path: &str| -> toml::Table { read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).parse().unwrap() };
    let (own, report) = (table("src/studio/texts.toml"), table("src/report/texts.toml"));
    let has = |key: &str| own["page"].get(key).is_some() || report["page"].get(key).is_some();
    let calls = script
        .match_indices("t(\"")
        .filter(|(at, _)| !script[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '.'));
    let keys: Vec<&str> = calls.map(|(at, call)| script[at + call.len()..].split('"').next().unwrap()).collect();
    assert!(keys.len() > 150, "{} texts", keys.len());
    for key in keys.iter().filter(|key| !key.ends_with('.')) {
        assert!(has(key), "texts.toml lacks {key}");
    }
    for (key, text) in own["page"].as_table().unwrap() {
        let [english, japanese] = [0, 1].map(|at| text[at].as_str().unwrap());
        assert!(
            !english.is_empty() && (!japanese.is_ascii() || japanese.contains('{')),
            "{key}: {english} / {japanese}"
        );
        let start = key.rsplit_once('.').map_or(key.as_str(), |(start, _)| start);
        assert!(
            script.contains(&format!("\"{key}\""))
                || script.contains(&format!("\"{start}.\""))
                || report["page"].get(key).is_some(),
            "nothing uses {key}"
        );
    }
    // Every control that the schema can bring has a name and a Japanese help.
    let form = telework::scenario::form();
    let intervention = form["properties"]["intervention"]["items"]["properties"].as_object().unwrap();
    let inner = intervention.values().chain([&form["properties"]["run"], &form["properties"]["environment"]]);
    let inner = inner.filter_map(|one| one["properties"].as_object()).flatten();
    let plain = intervention.iter().filter(|(key, one)| *key != "name" && !one["properties"].is_object());
    for (key, schema) in plain.chain(inner) {
        assert!(has(&format!("field.{key}")), "no name for {key}");
        let help = schema["description"].as_str().unwrap();
        assert!(own["words"].get(help).is_some() || report["words"].get(help).is_some(), "no Japanese for {help}");
        for option in schema["enum"].as_array().into_iter().flatten() {
            assert!(has(&format!("option.{}", option.as_str().unwrap())), "no name for {option}");
        }
    }
}
