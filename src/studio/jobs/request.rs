//! What a job is asked to do: scenarios as the page has them, and the arguments of the command that is called.

use crate::{
    commands::{CommandLine, Prepared, Study, arguments, from_json},
    error::{Kind, Problem, Problems},
    studio::reading::Text,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// A request as the page sends it; what is left out is as on the command line.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct JobRequest {
    /// Which command.
    pub kind: String,
    /// Scenarios, one but for a comparison; its first is the reference.
    pub scenarios: Vec<Text>,
    /// Only a first picture, which is not kept.
    #[serde(default)]
    pub quick: bool,
    /// The command's arguments by their names.
    #[serde(flatten)]
    pub arguments: Map<String, Value>,
}

/// Where the use cases read and write.
#[derive(Clone, Debug)]
pub struct StudioPlaces {
    /// The studio's folder.
    pub folder: PathBuf,
    /// The store of finished runs.
    pub store: PathBuf,
    /// The store as seen from the folder.
    pub store_shown: String,
    /// Folder of data tables; `None` = those inside the program.
    pub data: Option<PathBuf>,
}

impl StudioPlaces {
    /// Where the run folders are.
    pub fn home(&self) -> PathBuf {
        self.folder.join("folders")
    }
}

/// Scenarios of one job.
const MOST_SCENARIOS: usize = 16;
/// Arguments that are not the page's to say: where the studio reads and writes is its own affair, what a scenario holds stands
/// in its text, a KPI is named with its segment, and the firm panel is for other programs than a browser.
pub const NOT_ASKED: [&str; 10] =
    ["scenario", "scenarios", "out", "store", "force", "threads", "data", "set", "panel", "segment"];

/// Whether a command is one about several scenarios, as its description says.
pub fn takes_several(command: &str) -> bool {
    let described = &arguments::<Study>()[command];
    described["arguments"].as_array().is_some_and(|list| list.iter().any(|one| one["name"] == "scenarios"))
}

impl JobRequest {
    /// The command's request for these files.
    ///
    /// # Errors
    /// An argument that the command does not have, and whatever the command line would refuse.
    fn study(&self, files: &[String]) -> Result<Study, Problem> {
        if files.len() > MOST_SCENARIOS {
            return Err(Problem::error(Kind::Usage, format!("{} scenarios are chosen", files.len()))
                .advise(format!("choose at most {MOST_SCENARIOS}")));
        }
        let several = takes_several(&self.kind);
        if several && files.len() < 2 {
            return Err(Problem::error(Kind::Usage, format!("{} scenarios are chosen", files.len()))
                .advise("a comparison takes two scenarios or more"));
        }
        if let Some(name) = self.arguments.keys().find(|name| NOT_ASKED.contains(&name.as_str())) {
            return Err(Problem::error(Kind::Usage, format!("`{name}` cannot be asked of the studio"))
                .advise("leave it out, or use the command line"));
        }
        let mut all = self.arguments.clone();
        all.insert("command".into(), json!(self.kind));
        all.insert(if several { "scenarios" } else { "scenario" }.into(), json!(files));
        from_json(&all)
    }

    /// The request as far as it can be read before the scenarios are files.
    ///
    /// # Errors
    /// As the command's, short of what is in the scenarios.
    pub fn named(&self) -> Result<Study, Problem> {
        let files: Vec<String> = self.scenarios.iter().map(|one| format!("scenarios/{}.toml", one.name)).collect();
        let study = self.study(&files)?;
        study.overrides().map(|_| study)
    }

    /// The command line that does the same in the studio's folder; `files` are the scenarios' files seen from there.
    ///
    /// # Errors
    /// As [`JobRequest::named`].
    pub fn command(&self, files: &[String], places: &StudioPlaces) -> Result<String, Problem> {
        let mut study = self.study(files)?;
        let common = study.common();
        common.store = Some(places.store_shown.clone().into());
        common.execution.data.clone_from(&places.data);
        Ok(study.line(CommandLine::Whole))
    }

    /// The same while the scenarios are only in the page, as it will be once they are saved.
    ///
    /// # Errors
    /// As [`JobRequest::named`].
    pub fn command_once_saved(&self, places: &StudioPlaces) -> Result<String, Problem> {
        let files: Vec<String> = self.scenarios.iter().map(|one| format!("scenarios/{}.toml", one.name)).collect();
        self.command(&files, places)
    }

    /// Reads, checks and synthesises, as the command does. An older folder of the same name is replaced.
    ///
    /// # Errors
    /// As the command.
    pub fn prepare(&self, files: &[PathBuf], places: &StudioPlaces) -> Result<Box<dyn Prepared>, Problems> {
        let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        let mut study = self.study(&files)?;
        let common = study.common();
        common.home = Some(places.home());
        common.store = Some(places.store.clone());
        common.force = true;
        common.execution.data.clone_from(&places.data);
        study.prepare()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_says_what_is_wanted() {
        let data = Some("the tables".into());
        let places = StudioPlaces { folder: "x".into(), store: "s".into(), store_shown: "../my store".into(), data };
        let request = |text: &str| -> JobRequest { serde_json::from_str(text).unwrap() };
        let run = request(
            r#"{"kind":"run","scenarios":[{"name":"a","toml":""}],"sample":500,"replicates":3,"point":true,"split":0}"#,
        );
        let places_shown = "--store '../my store' --data 'the tables'";
        assert_eq!(
            run.command(&["inputs/1/a.toml".into()], &places).unwrap(),
            format!("telework run inputs/1/a.toml --sample 500 --draws 3 --point --split 0 {places_shown}")
        );
        let target = r#"{"kind":"target","scenarios":[{"name":"a","toml":""}],"kpi":["mic_introduction>=0.3"],"vary":"x.y","draws":4,"whole":true}"#;
        assert_eq!(
            request(target).command(&["a".into()], &places).unwrap(),
            format!("telework target a --whole --draws 4 --kpi 'mic_introduction>=0.3' --vary x.y {places_shown}")
        );
        let mut nasty = request(target);
        nasty.arguments.insert("vary".into(), "a'; rm -rf /".into());
        assert!(nasty.command(&["a".into()], &places).unwrap().contains(r"--vary 'a'\''; rm -rf /'"));
    }

    #[test]
    fn what_the_command_does_not_take_is_refused() {
        let refused = |kind: &str, scenarios: usize, more: Value| {
            let scenarios = vec![json!({ "name": "a", "toml": "" }); scenarios];
            let mut body = json!({ "kind": kind, "scenarios": scenarios });
            for (key, value) in more.as_object().unwrap() {
                body[key] = value.clone();
            }
            serde_json::from_value::<JobRequest>(body).unwrap().named().unwrap_err().message
        };
        assert!(refused("run", 1, json!({ "among": ["managers"] })).contains("takes no `among`"));
        assert!(refused("attribute", 1, json!({ "point": true })).contains("takes no `point`"));
        assert!(refused("run", 1, json!({ "quik": true })).contains("takes no `quik`"));
        // (The scenarios are a field of the job itself.)
        for name in NOT_ASKED.into_iter().filter(|name| *name != "scenarios") {
            assert!(refused("run", 1, json!({ name: "/tmp" })).contains("cannot be asked"), "{name}");
        }
        assert!(refused("compare", 1, json!({})).contains("1 scenarios"));
        assert!(refused("run", 0, json!({})).contains("not provided"));
        assert!(refused("run", 17, json!({})).contains("17 scenarios"));
        assert!(refused("compare", 2, json!({ "draws": 1 })).contains("too few"));
        assert!(refused("run", 1, json!({ "draws": 10_001 })).contains("10001"));
        assert!(refused("run", 1, json!({ "whole": true, "sample": 500 })).contains("--sample"));
        assert!(refused("run", 1, json!({ "draws": 3, "replicates": 3 })).contains("multiple"));
        assert!(refused("run", 1, json!({ "sample": true })).contains("cannot be true"));
        assert!(refused("studio", 1, json!({})).contains("no command"));
    }
}
