//! The studio over real TCP: who may ask, what it gives, what becomes of jobs, and that nothing is lost.

#![cfg(unix)]

use crate::common::studio::{Studio, small};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use telework::random::philox;

fn wanted(kind: &str, scenarios: &[(&str, &str)], more: Value) -> String {
    let list: Vec<Value> = scenarios.iter().map(|(name, toml)| json!({ "name": name, "toml": toml })).collect();
    let mut all = json!({ "kind": kind, "scenarios": list });
    more.as_object().unwrap().iter().for_each(|(key, value)| all[key] = value.clone());
    all.to_string()
}

/// Queues a job and gives its number.
fn queue(studio: &Studio, tab: &str, body: &str) -> u64 {
    let answer = studio.ask_as(tab, "POST", "/api/jobs", body);
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["id"].as_u64().unwrap()
}

/// Every file of a folder by name.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, before: &str, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = format!("{before}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), all);
            } else {
                all.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(folder, "", &mut all);
    all
}

#[test]
fn only_its_own_page_with_the_token_of_this_start_is_answered() {
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path());
    let (port, token) = (studio.port, studio.token.clone());
    let status = |path: &str, headers: &str| studio.ask_with("GET", path, headers, "").status;
    let (host, bearer) = (format!("Host: 127.0.0.1:{port}\r\n"), format!("Authorization: Bearer {token}\r\n"));
    assert_eq!(status("/api/start", &format!("{host}{bearer}")), 200);
    assert_eq!(status("/api/start", &format!("Host: localhost:{port}\r\n{bearer}")), 200);
    assert_eq!(status("/api/start", &host), 401);
    for wrong in ["", "x", &token[1..], &token.to_uppercase(), "Bearer"] {
        assert_eq!(status("/api/start", &format!("{host}Authorization: Bearer {wrong}\r\n")), 401, "{wrong}");
    }
    // A name that was pointed at the loopback; another port; none; two.
    for wrong in ["evil.example", "127.0.0.1", "127.0.0.1:1", "[::1]:80", "127.0.0.1.evil.example"] {
        assert_eq!(status("/api/start", &format!("Host: {wrong}\r\n{bearer}")), 403, "{wrong}");
        assert_eq!(status("/", &format!("Host: {wrong}\r\n")), 403, "{wrong}");
    }
    assert_eq!(status("/", &format!("{host}Host: evil.example\r\n")), 403);
    for origin in ["http://evil.example", "null", "https://127.0.0.1", &format!("https://127.0.0.1:{port}")] {
        assert_eq!(status("/api/start", &format!("{host}{bearer}Origin: {origin}\r\n")), 403, "{origin}");
    }
    // The page itself needs no token, and runs no script but its own.
    let page = studio.ask_with("GET", "/", &host, "");
    assert_eq!(page.status, 200);
    for header in [
        "content-security-policy: default-src 'none'; script-src 'self';",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "cache-control: no-store",
    ] {
        assert!(page.head.contains(header), "{header} is not in {}", page.head);
    }
    assert!(!page.head.contains("access-control"), "{}", page.head);
    // The key in the printed address opens once; what the browser's history keeps is worthless.
    assert_eq!(studio.enter(&studio.key).status, 403);
    assert_eq!(studio.enter("").status, 403);
    let other = Studio::start(tempfile::tempdir().unwrap().path());
    assert_ne!(other.token, token);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    let all = Command::new("sh").args(["-c", "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null"]).output().unwrap();
    let open = format!("00000000:{port:04X} ");
    assert!(!String::from_utf8_lossy(&all.stdout).contains(&open), "listens on every address");
}

#[test]
fn nothing_outside_the_folder_can_be_named() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("secret.toml"), "title = \"the secret\"\n").unwrap();
    let studio = Studio::start(home.path());
    let folder = home.path().join("studio");
    for name in ["..%2f..%2fsecret", "../secret", "..", ".", "%2e%2e", "a/b", "A", "", "secret.toml", "a%00"] {
        let path = format!("/api/drafts/{name}");
        let read = studio.ask("GET", &path, "");
        assert!(matches!(read.status, 404 | 400), "{name}: {}", read.status);
        let opened = studio.ask("POST", "/api/drafts", &json!({ "name": name }).to_string());
        assert!((400..500).contains(&opened.status), "{name}: {}", opened.status);
        let written = studio.ask("POST", "/api/drafts", &json!({ "name": name, "toml": "x" }).to_string());
        assert!((400..500).contains(&written.status), "{name}: {}", written.status);
        for answer in [&read, &opened, &written] {
            assert!(!String::from_utf8_lossy(&answer.body).contains("the secret"));
        }
        for path in [path, format!("/api/scenarios/{name}")] {
            assert!(studio.ask("DELETE", &path, "").status >= 400);
        }
    }
    std::os::unix::fs::symlink(home.path().join("secret.toml"), folder.join("scenarios/link.toml")).unwrap();
    assert_eq!(studio.ask("POST", "/api/drafts", "{\"name\":\"link\"}").status, 422);
    for parent in ["../../secret.toml", "link.toml", "/etc/passwd", "..", "./link.toml"] {
        let toml = format!("title = \"a\"\nquestion = \"b\"\nextends = \"{parent}\"\n");
        let answer = studio.ask("POST", "/api/scenario", &json!({ "name": "x", "toml": toml }).to_string());
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(text.contains("does not exist") && !text.contains("the secret") && !text.contains("root:"), "{text}");
    }
    let id = queue(&studio, "tab", &wanted("run", &[("a", &small("A", 1))], json!({ "split": 0 })));
    assert_eq!(studio.ended(id)["state"], "done");
    for name in ["../manifest.json", "..%2fmanifest.json", "plots/../manifest.json", "/etc/passwd", ".", "", "plots"] {
        assert_eq!(studio.ask("GET", &format!("/api/jobs/{id}/files/{name}"), "").status, 404, "{name}");
    }
    // Everything that is listed can be had, alone and in the archive, as it is on disk.
    let on_disk = bytes(&folder.join("folders").join(studio.ended(id)["folder"].as_str().unwrap()));
    let listed = studio.ask("GET", &format!("/api/jobs/{id}/files"), "").json();
    assert_eq!(listed.as_array().unwrap().len(), on_disk.len());
    for (name, bytes) in &on_disk {
        assert_eq!(studio.ask("GET", &format!("/api/jobs/{id}/files/{name}"), "").body, *bytes, "{name}");
    }
    let archive = studio.ask("GET", &format!("/api/jobs/{id}/archive"), "").body;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    assert_eq!(archive.len(), on_disk.len());
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().split_once('/').unwrap().1.to_string();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        assert_eq!(content, on_disk[&name], "{name}");
    }
}

#[test]
fn what_is_too_large_or_too_slow_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path());
    let mut slow = TcpStream::connect(("127.0.0.1", studio.port)).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    // A body that never ends, of someone who has the token.
    let mut endless = TcpStream::connect(("127.0.0.1", studio.port)).unwrap();
    let (port, token) = (studio.port, &studio.token);
    let head = format!(
        "POST /api/scenario HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    endless.write_all(head.as_bytes()).unwrap();
    let begun = Instant::now();
    let large = json!({ "name": "x", "toml": "#".repeat(3 << 20) }).to_string();
    let answer = studio.send(
        format!(
            "POST /api/scenario HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{large}",
            studio.port,
            studio.token,
            large.len()
        )
        .as_bytes(),
    );
    // The connection may be reset before the answer is read.
    assert!(answer.is_none_or(|answer| answer.status == 413));
    let toml = json!({ "name": "x", "toml": "#".repeat((1 << 20) + 1) }).to_string();
    let said = studio.ask("POST", "/api/scenario", &toml).json();
    assert!(said["problems"][0]["message"].as_str().unwrap().ends_with("too large for a scenario"), "{said}");
    let head = format!("Host: 127.0.0.1:{}\r\nX-Large: {}\r\n", studio.port, "x".repeat(64 << 10));
    let request = format!("GET / HTTP/1.1\r\n{head}\r\n");
    assert!(studio.send(request.as_bytes()).is_none_or(|answer| (400..500).contains(&answer.status)));
    // Connections beyond the limit are closed; the studio answers again when there is room.
    let many: Vec<_> = (0..80).filter_map(|_| TcpStream::connect(("127.0.0.1", studio.port)).ok()).collect();
    drop(many);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(studio.ask("GET", "/api/start", "").status, 200);
    slow.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut rest = Vec::new();
    let _ = slow.read_to_end(&mut rest);
    assert!(begun.elapsed() < Duration::from_secs(20), "a head that never ends is waited for");
    endless.set_nonblocking(true).unwrap();
    let mut said = [0; 64];
    let told = loop {
        let _ = endless.write_all(b"1\r\n#\r\n");
        match endless.read(&mut said) {
            Ok(length) => break String::from_utf8_lossy(&said[..length]).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => break error.to_string(),
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "a body that never ends is waited for");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(told.starts_with("HTTP/1.1 408"), "{told}");
}

/// Every bad file of `tests/bad`: the page is told what `check` prints.
#[test]
fn a_wrong_scenario_gets_the_messages_of_check() {
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path());
    let folder = home.path().join("studio");
    let mut compared = 0;
    let files: Vec<_> = fs::read_dir("tests/bad").unwrap().map(|entry| entry.unwrap().path()).collect();
    let scenarios: Vec<_> = files.iter().filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    for path in &scenarios {
        fs::copy(path, folder.join("scenarios").join(path.file_name().unwrap())).unwrap();
    }
    for path in scenarios {
        let (Ok(toml), name) = (fs::read_to_string(path), path.file_stem().unwrap().to_string_lossy()) else {
            continue;
        };
        let answer = studio.ask("POST", "/api/scenario", &json!({ "name": name, "toml": toml }).to_string()).json();
        let rendered = |problem: &Value| problem["rendered"].as_str().unwrap().to_string();
        let told: Vec<String> = answer["problems"].as_array().unwrap().iter().map(rendered).collect();
        assert_eq!(answer["controls"], Value::Null, "{name}");
        let check = Command::new(env!("CARGO_BIN_EXE_telework"))
            .args(["check", &format!("scenarios/{name}.toml")])
            .current_dir(&folder)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&check.stderr).into_owned();
        assert!(
            printed.starts_with(&told.join("\n")),
            "{name}: check printed\n{printed}\nthe page\n{}",
            told.join("\n")
        );
        let job = studio.ask("POST", "/api/jobs", &wanted("run", &[(&name, &toml)], json!({})));
        assert_eq!(job.status, 422, "{name}");
        compared += 1;
    }
    assert!(compared > 30);
    let at = json!({ "name": "x", "toml": "title = \"\u{3042}\"\nquestion = \"b\"\nextends = \"baseline.toml\"\n[run]\nsamples = 1\n" });
    let problem = studio.ask("POST", "/api/scenario", &at.to_string()).json()["problems"][0].clone();
    assert_eq!((&problem["line"], &problem["column"], &problem["end_column"]), (&json!(5), &json!(1), &json!(8)));
}

#[test]
fn a_scenario_is_edited_and_saved_with_its_comments() {
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path());
    let toml = small("Mine", 3);
    let changes =
        json!([{ "path": "run.replicates", "value": 5 }, { "path": "intervention.managers.scale", "value": 10 }]);
    studio.ask("POST", "/api/drafts", &json!({ "name": "mine", "toml": toml }).to_string());
    let edited = studio.ask("POST", "/api/drafts/mine", &json!({ "changes": changes }).to_string()).json();
    let text = edited["toml"].as_str().unwrap();
    assert!(text.contains("replicates = 5 # few"), "{text}");
    let controls = edited["controls"].as_array().unwrap();
    let overridden: Vec<&str> = controls
        .iter()
        .filter(|control| control["overridden"] == true)
        .map(|control| control["path"].as_str().unwrap())
        .collect();
    assert_eq!(overridden, ["run.end", "run.replicates", "run.sample", "intervention.managers.scale"]);
    let scale = controls.iter().find(|control| control["path"] == "intervention.managers.scale").unwrap();
    assert_eq!(
        (scale["value"].as_f64(), scale["default"].as_f64(), &scale["unit"]),
        (Some(10.0), Some(1.0), &json!("times"))
    );
    // 250 million yen a fiscal year in the baseline, ten times as much here.
    let budget = edited["cost"].as_array().unwrap().iter().find(|one| one["intervention"] == "managers").unwrap();
    assert_eq!(budget["budget_yen"], 2.5e9);
    let saved = studio.ask("POST", "/api/drafts/mine/save", &json!({ "version": edited["version"] }).to_string());
    assert_eq!((saved.status, &saved.json()["is_saved"]), (200, &json!(true)));
    assert_eq!(fs::read_to_string(home.path().join("studio/scenarios/mine.toml")).unwrap(), text);
    let saved = studio.ask("GET", "/api/start", "").json()["saved"].clone();
    assert_eq!(saved[0]["name"], "mine");
    let child = "title = \"C\"\nquestion = \"?\"\nextends = \"mine.toml\"\n[run]\nreplicates = 5\n";
    let read = studio.ask("POST", "/api/scenario", &json!({ "name": "child", "toml": child }).to_string()).json();
    assert_eq!(read["parent"]["name"], "mine");
    let vain = |problem: &Value| problem["message"].as_str().unwrap().contains("`run.replicates` has no effect");
    assert!(read["no_effect"].as_array().unwrap().iter().any(vain), "{}", read["no_effect"]);
    assert_eq!(studio.ask("DELETE", "/api/scenarios/mine", "").status, 200);
    assert_eq!(studio.ask("DELETE", "/api/scenarios/mine", "").status, 404);
}

/// Runs by the rules of the docs; seconds once something was measured here, also after a restart.
#[test]
fn the_work_of_a_study_is_told_before_it_starts() {
    let home = tempfile::tempdir().unwrap();
    let mut studio = Studio::start(home.path());
    for name in ["a", "b"] {
        studio.ask("POST", "/api/drafts", &json!({ "name": name, "toml": small(name, 4) }).to_string());
    }
    let expected = |studio: &Studio, kind: &str, scenarios: &[&str], more: Value| {
        let scenarios: Vec<(&str, &str)> = scenarios.iter().map(|name| (*name, "")).collect();
        studio.ask("POST", "/api/command", &wanted(kind, &scenarios, more)).json()["expected"].clone()
    };
    // Four replicates with two runs beside each; twice as many of two scenarios.
    assert_eq!(expected(&studio, "run", &["a"], json!({}))["runs"], 12);
    assert_eq!(expected(&studio, "run", &["a"], json!({ "draws": 10, "split": 0 }))["runs"], 10);
    assert_eq!(expected(&studio, "compare", &["a", "b"], json!({}))["runs"], 24);
    // All four coalitions of two measures in three draws; about twenty values of a search.
    let among = json!({ "among": ["managers", "awards"], "draws": 3, "exact": true });
    assert_eq!(expected(&studio, "attribute", &["a"], among)["runs"], 12);
    let search = json!({ "kpi": "mic_introduction>=0.3", "vary": "intervention.managers.scale" });
    assert_eq!(expected(&studio, "target", &["a"], search)["runs"], 80);
    // What could not start has no time.
    assert_eq!(expected(&studio, "run", &["c"], json!({})), Value::Null);
    assert_eq!(expected(&studio, "run", &["a"], json!({}))["seconds"], Value::Null);
    let id = queue(&studio, "tab", &wanted("run", &[("a", &small("a", 4))], json!({})));
    assert_eq!(studio.ended(id)["state"], "done");
    let seconds = |studio: &Studio, draws: u32| {
        expected(studio, "run", &["a"], json!({ "draws": draws, "split": 0 }))["seconds"].as_f64().unwrap()
    };
    let (ten, hundred) = (seconds(&studio, 10), seconds(&studio, 100));
    assert!(ten > 0.0 && (hundred / ten - 10.0).abs() < 1e-9, "{ten} s, {hundred} s");
    assert!(studio.end("-INT"));
    let studio = Studio::start(home.path());
    assert!((seconds(&studio, 10) / ten - 1.0).abs() < 1e-9);
}

/// The line beside each job, pasted into a shell in the studio's folder with a store of its own, writes the same bytes.
#[test]
fn the_command_line_writes_the_same_folder() {
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path());
    let folder = home.path().join("studio");
    let reference = small("Reference", 2);
    let parent = small("It's $HOME", 2);
    assert_eq!(studio.save("parent", &parent).status, 200);
    let more = "title = \"More\"\nquestion = \"?\"\nextends = \"parent.toml\"\n[change]\nmanagers = { scale = 10 }\n";
    let search = json!({ "kpi": ["mic_introduction>=0.3"], "vary": "intervention.managers.scale", "from": "1", "to": "8",
        "by": "2022-03-28", "replicates": 2 });
    let attribution = json!({ "among": ["managers", "supportnw"], "kpi": ["mic_introduction"], "replicates": 2 });
    let jobs = [
        wanted("run", &[("more", more)], json!({ "replicates": 4, "split": 3 })),
        wanted("run", &[("more", more)], json!({ "point": true, "split": 0, "sample": 6000 })),
        wanted(
            "compare",
            &[("reference", &reference), ("more", more)],
            json!({ "targets": ["mic_introduction>=0.3"] }),
        ),
        wanted("attribute", &[("more", more)], attribution),
        wanted("target", &[("more", more)], search),
    ];
    let ids: Vec<u64> = jobs.iter().map(|job| queue(&studio, "tab", job)).collect();
    // Later edits and deletions change no job.
    studio.ask("DELETE", "/api/scenarios/parent", "");
    let path = Path::new(env!("CARGO_BIN_EXE_telework")).parent().unwrap().display().to_string();
    for id in ids {
        let job = studio.ended(id);
        assert_eq!(job["state"], "done", "{job}");
        let line = job["command"].as_str().unwrap().replace("../store", "../store of its own");
        let line = line.replace("--store ../store of its own", "--store '../store of its own'");
        let output = Command::new("sh")
            .args(["-c", &line])
            .current_dir(&folder)
            .env("PATH", format!("{path}:/usr/bin:/bin"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        let name = job["folder"].as_str().unwrap();
        let (ours, theirs) = (bytes(&folder.join("folders").join(name)), bytes(&folder.join("results").join(name)));
        assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
        for (file, bytes) in &ours {
            assert!(theirs[file] == *bytes, "{file} of {name} differs");
        }
        // What the page is given is what the report page of that folder holds.
        let shown = studio.ask("GET", &format!("/api/jobs/{id}/result"), "").json();
        let page = String::from_utf8(ours["report.html"].clone()).unwrap();
        let content = page.split("id=\"content\">").nth(1).unwrap().split("</script>").next().unwrap();
        assert_eq!(shown, serde_json::from_str::<Value>(content).unwrap());
    }
    assert_eq!(studio.save("parent", &parent).status, 200);
    let again = queue(&studio, "other", &jobs[0]);
    let (first, again) = (studio.ended(1), studio.ended(again));
    assert_eq!((&again["state"], &again["folder"]), (&json!("done"), &first["folder"]));
    assert_eq!(again["total"], 0, "the same job is made again");
}

#[test]
fn a_preview_comes_first_and_the_newest_one_wins() {
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path());
    let long = queue(&studio, "a", &wanted("run", &[("long", &small("Long", 3_000))], json!({ "split": 0 })));
    studio.until(long, |_| studio.ask("GET", &format!("/api/jobs/{long}/result"), "").status == 200);
    let quick = |tab: &str, scale: u32| {
        let toml = format!("{}\n[change]\nmanagers = {{ scale = {scale} }}\n", small("Quick", 9));
        queue(&studio, tab, &wanted("run", &[("quick", &toml)], json!({ "quick": true })))
    };
    let (old, new) = (quick("a", 2), quick("a", 3));
    assert_eq!(studio.ask("GET", &format!("/api/jobs/{old}/result"), "").json(), json!({ "ended": "replaced" }));
    let other = quick("b", 4);
    for id in [new, other] {
        let picture = studio.ask("GET", &format!("/api/jobs/{id}/result"), "");
        assert_eq!(picture.status, 200);
        let content = picture.json();
        assert!(content["partial"]["done"].as_u64().unwrap() >= 2, "{}", content["partial"]);
        let tables = &content["folders"][0]["tables"];
        for table in ["kpi", "fans", "segments", "spending", "published"] {
            assert!(tables[table]["rows"].as_u64().unwrap() > 0, "{table}");
        }
    }
    // The running job can be looked at too, and goes on.
    let partial = studio.ask("GET", &format!("/api/jobs/{long}/result"), "").json();
    let done = partial["partial"]["done"].as_u64().unwrap();
    assert!((1..3_000).contains(&done), "{done}");
    assert_eq!(partial["folders"][0]["manifest"]["scenario"], "long");
    studio.until(long, |job| job["state"] == "running" && job["seconds_left"].as_f64().is_some_and(|left| left > 0.0));
    assert_eq!(studio.ask("DELETE", &format!("/api/jobs/{long}"), "").status, 200);
    assert_eq!(studio.ended(long)["state"], "cancelled");
    assert!(
        !home.path().join("studio/folders").read_dir().unwrap().any(|entry| entry.is_ok()),
        "a folder half written"
    );
    assert_eq!(studio.ask("GET", &format!("/api/jobs/{long}/result"), "").json(), json!({ "ended": "cancelled" }));
}

/// Edits are on the disk before they are answered, whoever makes them; nothing is overwritten unseen.
#[test]
fn a_draft_outlives_kills_and_tabs_and_overwrites_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut studio = Studio::start(home.path());
    let open = |studio: &Studio, body: Value| studio.ask("POST", "/api/drafts", &body.to_string());
    let opened = open(&studio, json!({ "name": "mine", "toml": small("Mine", 3) })).json();
    let change = |studio: &Studio, tab: &str, path: &str, value: u32| {
        let body = json!({ "changes": [{ "path": path, "value": value }] }).to_string();
        studio.ask_as(tab, "POST", "/api/drafts/mine", &body).json()
    };
    // Two tabs change two values: both hold.
    change(&studio, "a", "run.replicates", 5);
    let both = change(&studio, "b", "intervention.managers.scale", 10);
    let toml = both["toml"].as_str().unwrap().to_string();
    assert!(toml.contains("replicates = 5") && toml.contains("scale = 10"), "{toml}");
    // A whole text does not take the place of a version that its writer has not seen.
    let stale = json!({ "version": opened["version"], "toml": "title = \"lost\"" }).to_string();
    let refused = studio.ask("POST", "/api/drafts/mine", &stale);
    assert_eq!((refused.status, &refused.json()["now"]["toml"]), (409, &json!(toml)));
    // Nor is a text run or saved that another tab has changed.
    let job = wanted("run", &[("mine", &small("Mine", 3))], json!({}));
    assert_eq!(studio.ask("POST", "/api/jobs", &job).status, 409);
    let save = |studio: &Studio, version: &Value, replace: Value| {
        let body = json!({ "version": version, "replace": replace }).to_string();
        studio.ask("POST", "/api/drafts/mine/save", &body)
    };
    assert_eq!(save(&studio, &opened["version"], Value::Null).status, 409);
    studio.end("-KILL");
    let studio = Studio::start(home.path());
    let kept = studio.ask("GET", "/api/drafts/mine", "").json();
    assert_eq!((kept["toml"].as_str(), &kept["version"]), (Some(toml.as_str()), &both["version"]));
    assert_eq!(studio.ask("GET", "/api/start", "").json()["drafts"][0]["name"], "mine");
    // A file of that name that came from elsewhere is replaced only when the user agrees to that very file.
    let file = home.path().join("studio/scenarios/mine.toml");
    let other = small("Another's", 1);
    fs::write(&file, &other).unwrap();
    let refused = save(&studio, &kept["version"], Value::Null);
    assert_eq!((refused.status, fs::read_to_string(&file).unwrap()), (409, other));
    assert_eq!(save(&studio, &kept["version"], refused.json()["there"].clone()).status, 200);
    assert_eq!(fs::read_to_string(&file).unwrap(), toml);
    // What cannot run stays a draft: the file that can is left as it is.
    let wrong = json!({ "version": kept["version"], "toml": "title = 1" }).to_string();
    let wrong = studio.ask("POST", "/api/drafts/mine", &wrong).json();
    assert_eq!((save(&studio, &wrong["version"], Value::Null).status, fs::read_to_string(&file).unwrap()), (422, toml));
    // Another scenario of that name gets another one; a built-in one's name cannot be taken, nor can one that is open.
    let second = open(&studio, json!({ "name": "mine", "toml": small("Second", 1) })).json();
    assert_eq!(second["name"], "mine_2");
    let rename = |to: &str| studio.ask("POST", "/api/drafts/mine_2/rename", &json!({ "to": to }).to_string()).status;
    assert_eq!((rename("mine"), rename("A"), rename("baseline")), (422, 422, 200));
    let body = json!({ "version": second["version"] }).to_string();
    assert_eq!(studio.ask("POST", "/api/drafts/baseline/save", &body).status, 422);
    assert!(!home.path().join("studio/scenarios/baseline.toml").exists());
    let large = json!({ "name": "large", "toml": "#".repeat((1 << 20) + 1) });
    assert_eq!(open(&studio, large).status, 422);
}

/// A huge scenario is answered as soon as a small one, in few words.
#[test]
fn many_keys_and_many_interventions_are_answered_soon() {
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path());
    let start = "title = \"a\"\nquestion = \"b\"\nextends = \"baseline.toml\"\n";
    let keys: String = (0..90_000).map(|key| format!("k{key}=1\n")).collect();
    let one =
        |at: usize| format!("[[intervention]]\nname=\"n{at}\"\ncampaign={{months=[7],participants_per_year=1}}\n");
    let interventions: String = (0..8_000).map(one).collect();
    for toml in [format!("{start}[run]\n{keys}"), format!("{start}{interventions}")] {
        assert!(toml.len() < 1 << 20);
        let answer = studio.ask("POST", "/api/scenario", &json!({ "name": "x", "toml": toml }).to_string());
        assert_eq!(answer.status, 200);
        let problems = answer.json()["problems"].as_array().unwrap().len();
        assert!((1..=101).contains(&problems), "{problems} problems");
        assert!(answer.body.len() < 4 << 20, "{} bytes", answer.body.len());
    }
}

/// Clients that hold connections, take no answers or send huge scenarios keep nobody else waiting, and the program small.
#[test]
fn strangers_and_slow_readers_hold_up_nobody() {
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path());
    let status = |what: &str| {
        let text = fs::read_to_string(format!("/proc/{}/status", studio.child.id())).unwrap();
        let line = text.lines().find(|line| line.starts_with(what)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let descriptors = || fs::read_dir(format!("/proc/{}/fd", studio.child.id())).unwrap().count();
    let before = (status("VmRSS:"), descriptors());
    let request = format!("GET /plotly.js HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", studio.port);
    let strangers: Vec<TcpStream> = (0..300)
        .filter_map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", studio.port)).ok()?;
            stream.write_all(request.repeat(20).as_bytes()).ok()?;
            Some(stream)
        })
        .collect();
    assert!(strangers.len() > 200, "{} connections", strangers.len());
    let begun = Instant::now();
    assert_eq!(studio.ask("GET", "/api/jobs", "").status, 200);
    assert!(begun.elapsed() < Duration::from_secs(30), "strangers keep the user out");
    assert!(descriptors() < before.1 + 100, "{} descriptors", descriptors());
    // 300 answers of 3.5 MB that nobody takes would be a gigabyte.
    assert!(status("VmRSS:") < before.0 + 200_000, "{} kB were {}", status("VmRSS:"), before.0);
    drop(strangers);
}

/// Names and times of everything in a store.
fn kept(store: &Path) -> BTreeMap<std::path::PathBuf, std::time::SystemTime> {
    let caches = fs::read_dir(store).into_iter().flatten().flatten();
    let runs = caches.flat_map(|cache| fs::read_dir(cache.path()).into_iter().flatten().flatten());
    let finished = runs.filter(|run| !run.file_name().to_string_lossy().starts_with('.'));
    finished.map(|run| (run.path(), run.metadata().unwrap().modified().unwrap())).collect()
}

#[test]
fn a_killed_studio_goes_on_with_its_jobs_and_loses_no_finished_run() {
    let home = tempfile::tempdir().unwrap();
    let mut studio = Studio::start(home.path());
    let long = small("Long", 40);
    let first = queue(&studio, "a", &wanted("run", &[("long", &long)], json!({ "split": 0 })));
    let second = queue(&studio, "a", &wanted("run", &[("short", &small("Short", 2))], json!({ "split": 0 })));
    studio.until(first, |job| job["done"].as_u64() > Some(117 * 5));
    studio.end("-KILL");
    let before = kept(&home.path().join("store"));
    assert!((2..40).contains(&before.len()), "{}", before.len());
    let mut studio = Studio::start(home.path());
    for id in [first, second] {
        assert_eq!(studio.ended(id)["state"], "done");
    }
    let after = kept(&home.path().join("store"));
    assert!(before.iter().all(|(run, time)| after.get(run) == Some(time)), "a finished run was made again");
    // A title changes no number: the two jobs share their first runs.
    assert_eq!(after.len(), 40);
    // Ctrl-C ends it well, in the middle of a job too, which waits for the next start.
    let third = queue(&studio, "a", &wanted("run", &[("third", &small("Third", 300))], json!({ "split": 0 })));
    studio.until(third, |job| job["done"].as_u64() > Some(117));
    let begun = Instant::now();
    assert!(studio.end("-INT"), "Ctrl-C does not end it well");
    assert!(begun.elapsed() < Duration::from_secs(10));
    let studio = Studio::start(home.path());
    let state = studio.ask("GET", &format!("/api/jobs/{third}"), "").json()["state"].clone();
    assert!(state == "queued" || state == "running", "{state}");
    // A second studio in the same folder would run the same jobs.
    let folder = home.path().join("studio");
    let refused = Command::new(env!("CARGO_BIN_EXE_telework"))
        .args(["studio", "--no-open", "--folder"])
        .arg(folder)
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("already running"));
}

#[test]
fn fifty_queued_runs_of_two_tabs_take_turns_and_are_all_done() {
    let home = tempfile::tempdir().unwrap();
    let studio = Studio::start(home.path());
    let run = |tab: &str, number: usize| {
        let toml = small(&format!("Run {number}"), 1).replace("2022-03-31", "2020-06-30");
        queue(&studio, tab, &wanted("run", &[(&format!("run_{number}"), &toml)], json!({ "split": 0 })))
    };
    let a: Vec<u64> = (0..40).map(|number| run("a", number)).collect();
    let b: Vec<u64> = (40..50).map(|number| run("b", number)).collect();
    let position = |id: u64| {
        let job = studio.ask("GET", &format!("/api/jobs/{id}"), "").json();
        job["position"].as_u64().unwrap_or(0)
    };
    // The tab that came later is not behind all of the first one's.
    assert!(position(b[3]) < position(a[20]), "{} {}", position(b[3]), position(a[20]));
    let mut folders: Vec<String> = Vec::new();
    for id in a.iter().chain(&b) {
        let job = studio.ended(*id);
        assert_eq!(job["state"], "done", "{job}");
        folders.push(job["folder"].as_str().unwrap().to_string());
    }
    folders.sort();
    folders.dedup();
    assert_eq!(folders.len(), 50);
    assert!(folders.iter().all(|name| home.path().join("studio/folders").join(name).join("report.html").is_file()));
    assert_eq!(studio.ask("GET", "/api/jobs", "").json().as_array().unwrap().len(), 50);
}

/// Bytes that are no request, requests that make no sense, valid ones cut or changed in the middle: the studio answers on,
/// never with an error of its own, and the running job is not lost.
#[test]
fn a_thousand_malformed_requests_change_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut studio = Studio::start(home.path());
    let job = queue(&studio, "a", &wanted("run", &[("a", &small("A", 12))], json!({ "split": 0 })));
    let mut counter = 0;
    let mut below = |limit: u64| {
        counter += 1;
        u64::from(philox(counter, 0, 2021)[0]) % limit
    };
    let body = json!({ "name": "x", "toml": small("X", 1), "changes": [{ "path": "run.end", "value": "2021-03-31" }] })
        .to_string();
    let paths = [
        "/api/scenario",
        "/api/drafts",
        "/api/jobs",
        "/api/jobs/1",
        "/api/drafts/x/save",
        "/api/start",
        "/%ff%00",
        "*",
        "//",
    ];
    let methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "\u{3042}"];
    for round in 0..1_000 {
        let mut request = format!(
            "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            methods[below(methods.len() as u64) as usize],
            paths[below(paths.len() as u64) as usize],
            studio.port,
            studio.token,
            body.len()
        )
        .into_bytes();
        // Never a valid deletion of the job that must live.
        if request.starts_with(b"DELETE /api/jobs/1 ") {
            continue;
        }
        for _ in 0..=below(8) {
            let at = below(request.len() as u64) as usize;
            match below(4) {
                0 => request[at] = below(256) as u8,
                1 => request.truncate(at.max(1)),
                2 => request.insert(at, below(256) as u8),
                _ => {
                    let end = (at + below(64) as usize).min(request.len());
                    request.drain(at..end);
                    request.push(b'\n');
                }
            }
        }
        let mut stream = TcpStream::connect(("127.0.0.1", studio.port)).unwrap();
        let _ = stream.write_all(&request);
        // The client says no more: a request that was cut is not waited for.
        let _ = stream.shutdown(std::net::Shutdown::Write);
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(!answer.starts_with(b"HTTP/1.1 5"), "round {round}: {}", String::from_utf8_lossy(&answer));
    }
    assert!(studio.child.try_wait().unwrap().is_none(), "the studio has ended");
    let answer = studio.ask("POST", "/api/scenario", &json!({ "name": "x", "toml": small("X", 1) }).to_string());
    assert_eq!((answer.status, answer.json()["problems"].as_array().unwrap().len()), (200, 0));
    assert_eq!(studio.ended(job)["state"], "done");
}
