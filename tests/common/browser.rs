//! A headless Chromium that opens a page, runs its script and gives back what it shows and says.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

/// An opened page.
pub struct Seen {
    /// The document after its script ran.
    pub dom: String,
    /// What the page wrote to the console; errors that nobody caught are among it.
    pub complaints: Vec<String>,
}

fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found =
        std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI needs chromium: .ci/run installs it");
        eprintln!("SKIPPED: no chromium on PATH, so the page was not opened in a browser");
    }
    found
}

/// Opens a page in a language; `None` when there is no browser.
pub fn open(page: &str, language: &str) -> Option<Seen> {
    let browser = chromium()?;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("page.html");
    fs::write(&file, page).unwrap();
    let flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
    let quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
    let output = Command::new(browser)
        .args(flags)
        .args(quiet)
        .arg(format!("--user-data-dir={}", home.path().join("profile").display()))
        .args(["--virtual-time-budget=10000", "--window-size=1300,1000", "--enable-logging=stderr", "--dump-dom"])
        .arg(format!("file://{}#{language}", file.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(dom.contains("</html>"), "the browser showed nothing: {said}");
    let complaints = said.lines().filter(|line| line.contains("CONSOLE")).map(str::to_string).collect();
    Some(Seen { dom, complaints })
}

impl Seen {
    /// The HTML of one section.
    pub fn section(&self, id: &str) -> String {
        let start =
            self.dom.split_once(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("no section {id}")).1;
        format!("<section{}", start.split_once("</section>").unwrap().0)
    }

    /// The words that a reader can see: no scripts, styles, attributes or preformatted scenario.
    pub fn words(&self) -> String {
        let mut dom = self.dom.clone();
        for (start, end) in
            [("<script", "</script>"), ("<style", "</style>"), ("<pre", "</pre>"), ("<noscript", "</noscript>")]
        {
            while let Some(at) = dom.find(start) {
                let length = dom[at..].find(end).map_or(dom.len() - at, |length| length + end.len());
                dom.replace_range(at..at + length, "");
            }
        }
        Seen::text(&dom)
    }

    /// HTML without its tags.
    pub fn text(html: &str) -> String {
        let mut text = String::new();
        for part in html.split('<') {
            let words = part.split_once('>').map_or("", |(_, words)| words);
            text.push_str(words);
        }
        [("&nbsp;", "\u{a0}"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
            .iter()
            .fold(text, |text, (code, c)| text.replace(code, c))
    }
}
