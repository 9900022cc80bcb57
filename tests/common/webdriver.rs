//! A headless Chromium that is driven through WebDriver, as a person would use it: clicks, keys, what can be seen.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Keys of the WebDriver standard.
pub const TAB: &str = "\u{e004}";
pub const ENTER: &str = "\u{e007}";

/// A browser with its driver; both end with it.
pub struct Browser {
    driver: Child,
    address: String,
    agent: ureq::Agent,
    /// Held so that the driver can go on writing.
    _said: BufReader<ChildStdout>,
    _profile: tempfile::TempDir,
}

/// A driver, its port and what it goes on to say; `None` when it ended without a port.
fn start_driver() -> std::io::Result<Option<(Child, String, BufReader<ChildStdout>)>> {
    let mut driver =
        Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut said = BufReader::new(driver.stdout.take().unwrap());
    let port = said.by_ref().lines().map_while(Result::ok).find_map(|line| {
        line.split_once("started successfully on port ").map(|(_, port)| port.trim_end_matches('.').to_string())
    });
    let Some(port) = port else {
        driver.wait()?;
        return Ok(None);
    };
    Ok(Some((driver, port, said)))
}

impl Browser {
    /// `None` when there is no browser here; in CI that is a failure.
    pub fn start(width: u32, height: u32) -> Option<Browser> {
        let mut started = start_driver();
        // Of drivers that start in one moment, one can find its port taken between its choice and its use, and ends.
        for _ in 0..10 {
            if !matches!(started, Ok(None)) {
                break;
            }
            started = start_driver();
        }
        let Ok(started) = started else {
            assert!(std::env::var_os("CI").is_none(), "CI needs chromium and chromedriver: .ci/run installs them");
            eprintln!("SKIPPED: no chromedriver on PATH, so the studio's page was not opened in a browser");
            return None;
        };
        let (driver, port, said) = started.expect("chromedriver says its port");
        let profile = tempfile::tempdir().unwrap();
        let quiet =
            ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
        let mut flags: Vec<String> = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--lang=en"]
            .iter()
            .chain(&quiet)
            .map(|flag| flag.to_string())
            .collect();
        flags.push(format!("--window-size={width},{height}"));
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build();
        let root = format!("http://127.0.0.1:{port}");
        let mut browser = Browser { driver, address: root, agent: agent.into(), _said: said, _profile: profile };
        let wanted = json!({ "capabilities": { "alwaysMatch": { "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" }, "goog:chromeOptions": { "args": flags } } } });
        let session = browser.post("/session", wanted);
        browser.address += &format!("/session/{}", session["sessionId"].as_str().unwrap());
        Some(browser)
    }

    fn answer(&self, response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, String> {
        let mut value: Value =
            response.map_err(|e| e.to_string())?.body_mut().read_json().map_err(|e| e.to_string())?;
        let value = value["value"].take();
        if value["error"].is_string() { Err(value["message"].to_string()) } else { Ok(value) }
    }
    pub fn get(&self, path: &str) -> Value {
        self.answer(self.agent.get(format!("{}{path}", self.address)).call()).unwrap()
    }
    fn try_post(&self, path: &str, body: Value) -> Result<Value, String> {
        self.answer(self.agent.post(format!("{}{path}", self.address)).send_json(body))
    }
    fn post(&self, path: &str, body: Value) -> Value {
        self.try_post(path, body).unwrap()
    }

    pub fn go(&self, url: &str) {
        self.post("/url", json!({ "url": url }));
    }
    /// Runs a script in every page that is opened from now on, before its own.
    pub fn run_first(&self, code: &str) {
        let command = "Page.addScriptToEvaluateOnNewDocument";
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": { "source": code } }));
    }
    /// Runs a function's body in the page. Where it asks something of an element that is not there, it is tried again: a page
    /// that is being drawn has it in a moment, as a part of the form has its fields only after the event that opens it.
    pub fn script(&self, code: &str) -> Value {
        let begun = Instant::now();
        loop {
            match self.try_post("/execute/sync", json!({ "script": code, "args": [] })) {
                Ok(value) => return value,
                Err(error) => assert!(
                    error.contains("properties of null") && begun.elapsed() < Duration::from_secs(20),
                    "{code}: {error}"
                ),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    /// The value of a promise.
    pub fn wait_for(&self, promise: &str) -> Value {
        self.post("/timeouts", json!({ "script": PATIENCE.as_millis() as u64 }));
        let code = format!("const done = arguments[0]; {promise}.then(done, (error) => done(String(error)))");
        self.post("/execute/async", json!({ "script": code, "args": [] }))
    }
    /// Waits until an expression is true, and gives its value.
    pub fn until(&self, expression: &str) -> Value {
        let begun = Instant::now();
        loop {
            let value = self.script(&format!("return {expression}"));
            if !matches!(value, Value::Null | Value::Bool(false)) && value != json!(0) && value != json!("") {
                return value;
            }
            assert!(begun.elapsed() < PATIENCE, "never true: {expression}\n{}", self.text("body"));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    fn element(&self, css: &str) -> Result<String, String> {
        let found = self.try_post("/element", json!({ "using": "css selector", "value": css }))?;
        Ok(found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_string())
    }
    /// Clicks as a mouse does: an element that is covered or out of sight cannot be clicked. A page that is being drawn
    /// anew is tried again.
    pub fn click(&self, css: &str) {
        let begun = Instant::now();
        loop {
            let done = self.element(css).and_then(|id| self.try_post(&format!("/element/{id}/click"), json!({})));
            let Err(error) = done else { return };
            assert!(begun.elapsed() < Duration::from_secs(20), "{css} cannot be clicked: {error}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    /// Clears an input and types into it.
    pub fn fill(&self, css: &str, text: &str) {
        self.click(css);
        self.chord("\u{e009}", "a");
        self.keys(text);
    }
    /// Presses a mouse's button at a point of the window, for as long as a hand does.
    pub fn press(&self, x: i64, y: i64) {
        let actions = json!([{ "type": "pointerMove", "x": x, "y": y }, { "type": "pointerDown", "button": 0 },
            { "type": "pause", "duration": 120 }, { "type": "pointerUp", "button": 0 }]);
        let mouse =
            json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": actions });
        self.post("/actions", json!({ "actions": [mouse] }));
    }
    /// Types into whatever has the focus.
    pub fn keys(&self, text: &str) {
        let press = |key: char| [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })];
        let actions: Vec<Value> = text.chars().flat_map(press).collect();
        self.post("/actions", json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }));
    }
    /// A key with another one held.
    pub fn chord(&self, held: &str, key: &str) {
        let act = |what: &str, key: &str| json!({ "type": what, "value": key });
        let actions = [act("keyDown", held), act("keyDown", key), act("keyUp", key), act("keyUp", held)];
        self.post("/actions", json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }));
    }
    /// Presses Tab until the element that a selector names has the focus.
    pub fn tab_to(&self, css: &str) {
        for _ in 0..400 {
            let there = self.script(&format!("return document.activeElement.matches({})", json!(css)));
            if there == json!(true) {
                return;
            }
            self.keys(TAB);
        }
        panic!("the keyboard does not reach {css}");
    }
    /// What can be read in an element.
    pub fn text(&self, css: &str) -> String {
        let text =
            self.script(&format!("const e = document.querySelector({}); return e ? e.innerText : ''", json!(css)));
        text.as_str().unwrap().to_string()
    }
    /// Visible controls to which the browser's accessibility tree gives no name.
    pub fn nameless(&self) -> Vec<String> {
        let visible = "button, input, select, textarea, summary, a[href], progress, [role=region], [role=img]";
        let all = self.post("/elements", json!({ "using": "css selector", "value": visible }));
        let id = |one: &Value| one.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_string();
        let all: Vec<String> = all.as_array().unwrap().iter().map(id).collect();
        assert!(all.len() > 20, "{} controls", all.len());
        let read = |id: &str, what: &str| {
            self.answer(self.agent.get(format!("{}/element/{id}/{what}", self.address)).call()).unwrap_or_default()
        };
        let nameless = |id: &&String| read(id, "displayed") == json!(true) && read(id, "computedlabel") == json!("");
        let first: Vec<&String> = all.iter().filter(nameless).collect();
        if first.is_empty() {
            return Vec::new();
        }
        // What is being drawn anew has no name for a moment; a second look passes over what has gone since.
        std::thread::sleep(Duration::from_millis(500));
        let still = first.into_iter().filter(nameless).map(|id| read(id, "property/outerHTML"));
        still.filter(|html| !html.is_null()).map(|html| html.to_string()).collect()
    }
    /// Gives the page so many pixels; the window has its own bars beside.
    pub fn size(&self, width: u32, height: u32) {
        let rect = |width: u64, height: u64| self.post("/window/rect", json!({ "width": width, "height": height }));
        let (width, height) = (u64::from(width), u64::from(height));
        rect(width, height);
        let inner = self.script("return [innerWidth, innerHeight]");
        let bars = |wanted: u64, inner: &Value| wanted.saturating_sub(inner.as_u64().unwrap_or(wanted));
        rect(width + bars(width, &inner[0]), height + bars(height, &inner[1]));
    }
    /// Opens another tab and turns to it; gives the one before.
    pub fn new_tab(&self) -> String {
        let before = self.get("/window").as_str().unwrap().to_string();
        let new = self.post("/window/new", json!({ "type": "tab" }));
        self.turn_to(new["handle"].as_str().unwrap());
        before
    }
    pub fn turn_to(&self, tab: &str) {
        self.post("/window", json!({ "handle": tab }));
    }
    /// Errors on the console since the last call.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", json!({ "type": "browser" }));
        let severe = |one: &&Value| one["level"] == json!("SEVERE");
        log.as_array().unwrap().iter().filter(severe).map(|one| one["message"].to_string()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.address).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
