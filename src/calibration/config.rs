//! The configuration of a calibration: a TOML file, or one of the two built in. Text in, [`Config`] out.

use super::sampler::Settings;
use crate::{
    error::{Kind, Problem, Problems},
    notation::Day,
    scenario::{self, Loaded, SIZE_LIMIT},
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::{fs::File, io::Read, ops::Range, path::Path, sync::Arc};

/// The configuration that the shipped posterior was made with.
pub const SHIPPED: &str = include_str!("../../data/posterior/calibration.toml");

/// A day as scenarios take one: a TOML date, or text that means one.
fn written_day<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    Day::deserialize(from).map(|day| day.0)
}

/// What is fitted, to what, and how hard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Scenario whose history is fitted: name of a built-in one or path of a file.
    pub scenario: String,
    /// Only figures published by this day are used.
    #[schemars(with = "Day")]
    #[serde(deserialize_with = "written_day")]
    pub as_of: Date,
    /// Firms of the weighted sample on which the history is run.
    #[schemars(range(min = 5_989, max = 3_375_255), extend("x-unit" = "firms"))]
    pub sample: u32,
    /// Firms of the larger sample on which it is run in refined rounds and at the end.
    #[schemars(range(min = 5_989, max = 3_375_255), extend("x-unit" = "firms"))]
    pub refined_sample: u32,
    /// Draws that are written.
    #[schemars(range(min = 1, max = 100_000))]
    pub draws: usize,
    /// The sampler.
    pub sampler: Settings,
    /// Further parts of the certificate, which take fits of their own.
    pub certificate: Certificate,
}

/// Parts of the certificate that take fits of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Fit again without TSR waves 10-14, and without the Tokyo area, and forecast them.
    pub held_out: bool,
    /// Fit again with priors twice as wide, and with priors centred elsewhere, by the sampler of held-out fits, and show every
    /// candidate KPI under each; without the key: no.
    #[serde(default)]
    pub priors: bool,
    /// Synthetic truths, each fitted again; 0 = none.
    #[schemars(range(min = 0, max = 10_000))]
    pub truths: usize,
    /// Synthetic figures are those that were published by this day: a shorter history, for more truths in the same time.
    #[schemars(with = "Day")]
    #[serde(deserialize_with = "written_day")]
    pub truth_as_of: Date,
    /// Firms of the sample in the fits of synthetic truths.
    #[schemars(range(min = 5_989, max = 3_375_255), extend("x-unit" = "firms"))]
    pub truth_sample: u32,
    /// The sampler of held-out fits.
    pub held_out_sampler: Settings,
    /// The sampler of fits of synthetic truths.
    pub truth_sampler: Settings,
}

impl Config {
    /// From the text of a file.
    ///
    /// # Errors
    /// The TOML does not parse, a key is missing or unknown, a number is out of its range or does not go with the others.
    pub fn parse(file: &str, text: &str) -> Result<Config, Problems> {
        let config: Config = scenario::read(file, text)?;
        let certificate = &config.certificate;
        for (section, settings) in [
            ("sampler", &config.sampler),
            ("certificate.held_out_sampler", &certificate.held_out_sampler),
            ("certificate.truth_sampler", &certificate.truth_sampler),
        ] {
            settings.check().map_err(|(key, advice)| misfit(file, text, section, key, advice))?;
        }
        if config.sample > config.refined_sample {
            return Err(misfit(file, text, "", "refined_sample", "write at least as many as sample").into());
        }
        Ok(config)
    }

    /// The scenario whose history is fitted.
    ///
    /// # Errors
    /// It cannot be read, or its run does not reach the as-of day.
    pub fn fitted_scenario(&self) -> Result<Loaded, Problems> {
        let loaded = scenario::load_settled(&self.scenario, &[])?;
        let (start, end) = (loaded.scenario.run.start, loaded.scenario.run.end);
        if (start..=end).contains(&self.as_of) {
            return Ok(loaded);
        }
        let message = format!("as of {}: that day lies outside the run of `{}`", self.as_of, self.scenario);
        Err(Problem::error(Kind::Scenario, message).advise(format!("write a day from {start} to {end}")).into())
    }

    /// From a file; `None` = the shipped one.
    ///
    /// # Errors
    /// The file cannot be read, or as [`Config::parse`].
    pub fn load(path: Option<&Path>) -> Result<Config, Problems> {
        let Some(path) = path else { return Config::parse("calibration.toml", SHIPPED) };
        let mut text = String::new();
        // A device or pipe may never end.
        let mut read_all = |source: &mut dyn Read| source.take(SIZE_LIMIT + 1).read_to_string(&mut text);
        let read = match path.to_str() {
            Some(scenario::STANDARD_INPUT) => read_all(&mut std::io::stdin().lock()),
            _ => File::open(path).and_then(|mut file| read_all(&mut file)),
        };
        read.map_err(|e| {
            Problem::error(Kind::Files, format!("cannot read {}: {e}", path.display()))
                .advise("name a TOML file such as the project's data/posterior/calibration.toml")
        })?;
        if text.len() as u64 > SIZE_LIMIT {
            let message = format!("{} is too large for a configuration", path.display());
            return Err(Problem::error(Kind::Scenario, message).advise("the shipped one has a kilobyte").into());
        }
        Config::parse(&path.display().to_string(), &text)
    }

    /// As TOML, to be kept beside the results.
    pub fn to_toml(&self) -> String {
        // Strings, numbers and tables of them always have a TOML form.
        toml::to_string(self).unwrap_or_default()
    }
}

/// A key that does not go with the others.
fn misfit(file: &str, text: &str, section: &str, key: &str, advice: &str) -> Problem {
    let path = if section.is_empty() { key.to_string() } else { format!("{section}.{key}") };
    let problem = Problem::error(Kind::Scenario, format!("`{path}` does not go with the rest"));
    match place(text, section, key) {
        Some(span) => problem.at(file, &Arc::from(text), span).advise(advice),
        None => problem.advise(advice),
    }
}

/// Where a key of a section stands; without one, at the top.
fn place(text: &str, section: &str, key: &str) -> Option<Range<usize>> {
    let mut inside = section.is_empty();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if bare.starts_with('[') {
            inside = bare.trim_matches(['[', ']', ' ']) == section;
        } else if inside && bare.split('=').next().is_some_and(|name| name.trim() == key) {
            let at = start + (line.len() - line.trim_start().len());
            return Some(at..at + key.len());
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_configuration_is_sound_and_reads_back() {
        let config = Config::load(None).unwrap();
        assert_eq!(Config::parse("again", &config.to_toml()).unwrap(), config);
    }

    #[test]
    fn a_day_outside_the_run_is_refused() {
        for (day, sound) in [("2021-04-30", true), ("2026-03-31", true), ("2026-04-01", false), ("2019-12-31", false)] {
            let text = SHIPPED.replacen("as_of = \"2021-04-30\"", &format!("as_of = \"{day}\""), 1);
            let found = Config::parse("x.toml", &text).unwrap().fitted_scenario();
            assert_eq!(found.is_ok(), sound, "{day}");
            let said = found.err().map_or(String::new(), |problems| problems.to_string());
            assert!(sound || said.contains("write a day from 2020-01-06 to 2026-03-31"), "{said}");
        }
    }

    #[test]
    fn a_missing_key_is_explained_in_japanese_too() {
        assert_eq!(scenario::meanings_without_japanese::<Config>(), Vec::<String>::new());
    }

    #[test]
    fn a_day_is_taken_as_in_a_scenario() {
        let shipped = Config::parse("x.toml", SHIPPED).unwrap();
        for day in ["2021-04-30", "\"令和3年4月30日\"", "\"2021/4/30\""] {
            let text = SHIPPED.replacen("as_of = \"2021-04-30\"", &format!("as_of = {day}"), 1);
            let read = Config::parse("x.toml", &text).unwrap();
            // What is kept is read by everyone: ISO, in quotes.
            assert!(read == shipped && read.to_toml().contains("as_of = \"2021-04-30\""), "{day}");
        }
    }

    #[test]
    fn a_wrong_number_or_key_is_shown_at_its_place() {
        for (from, to, word) in [
            ("chains = 2", "chains = 0", "write a number from 1 to 100"),
            ("draws = ", "drws = ", "drws"),
            ("sample = 24000", "sample = 40", "x.toml:4:10: `sample` is out of range: 40"),
            ("sample = 24000", "sample = 99999999999", "write a number from 5989 to 3375255"),
            ("sample = 24000", "smaple = 24000", "did you mean `sample`?"),
            ("new_points = 150", "new_points = 201", "x.toml:15:1: `sampler.new_points`"),
            ("refined_sample = 60000", "refined_sample = 23999", "x.toml:5:1: `refined_sample`"),
            ("sample = 24000", "sample = \"many\"", "a whole number"),
            ("draws = ", "draws = 9000000000000000000 # ", "draws"),
            ("rounds = ", "rounds = 9000000000000000000 # ", "rounds"),
            ("final_sweeps = ", "final_sweeps = 9000000000000000000 # ", "final_sweeps"),
            ("truths = ", "truths = 9000000000000000000 # ", "truths"),
            ("as_of = \"2021-04-30\"", "as_of = \"2021-02-30\"", "`2021-02-30` in `as_of` is no day of the calendar"),
            ("as_of = \"2021-04-30\"", "as_of = 2030", "x.toml:3:9: `as_of` must be a date, not a whole number"),
        ] {
            let text = SHIPPED.replacen(from, to, 1);
            assert_ne!(text, SHIPPED, "{from}");
            let problems = Config::parse("x.toml", &text).unwrap_err();
            assert!(problems.to_string().contains(word), "{problems}");
            // A misspelt key is missing as well; of one that is there, nobody hears that it is not.
            assert_eq!(
                problems.0.len(),
                if word == "drws" || word.starts_with("did you mean") { 2 } else { 1 },
                "{problems}"
            );
        }
    }
}
