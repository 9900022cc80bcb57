//! The configuration of a calibration: a TOML file, or one of the two built in. Text in, [`Config`] out.

use super::sampler::Settings;
use crate::error::{Kind, Problem};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{ops::Range, path::Path, sync::Arc};

/// The configuration that the shipped posterior was made with.
pub const SHIPPED: &str = include_str!("../../data/posterior/calibration.toml");

/// What is fitted, to what, and how hard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Scenario whose history is fitted: name of a built-in one or path of a file.
    pub scenario: String,
    /// Only figures published by this day are used.
    pub as_of: Date,
    /// Firms of the weighted sample on which the history is run.
    pub sample: u32,
    /// Firms of the larger sample on which it is run in refined rounds and at the end.
    pub refined_sample: u32,
    /// Draws that are written.
    pub draws: usize,
    /// The sampler.
    pub sampler: Settings,
    /// Further parts of the certificate, which take fits of their own.
    pub certificate: Certificate,
}

/// Parts of the certificate that take fits of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Fit again without TSR waves 10-14, and without the Tokyo area, and forecast them.
    pub held_out: bool,
    /// Synthetic truths, each fitted again; 0 = none.
    pub truths: usize,
    /// Synthetic figures are those that were published by this day: a shorter history, for more truths in the same time.
    pub truth_as_of: Date,
    /// Firms of the sample in the fits of synthetic truths.
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
    /// The TOML does not parse, a key is missing or unknown, a number cannot be meant.
    pub fn parse(file: &str, text: &str) -> Result<Config, Problem> {
        let source: Arc<str> = text.into();
        let at = |span: Option<Range<usize>>, message: String| {
            let problem = Problem::error(Kind::Scenario, message);
            match span {
                Some(span) => problem.at(file, &source, span),
                None => problem,
            }
        };
        let config: Config = toml::from_str(text).map_err(|e| {
            at(e.span(), e.message().to_string()).advise("see docs/calibration.md for every key of a calibration")
        })?;
        let wrong = [
            (config.draws == 0, "draws", "write at least 1"),
            (config.sample < 6000, "sample", "write at least 6000, one firm of each kind"),
            (config.refined_sample < 6000, "refined_sample", "write at least 6000"),
            (
                config.certificate.truths > 0 && config.certificate.truth_sample < 6000,
                "truth_sample",
                "write at least 6000",
            ),
        ];
        if let Some((_, key, advice)) = wrong.into_iter().find(|(wrong, ..)| *wrong) {
            return Err(at(place(text, key), format!("`{key}` is too small")).advise(advice));
        }
        let certificate = &config.certificate;
        for settings in [&config.sampler, &certificate.held_out_sampler, &certificate.truth_sampler] {
            settings
                .check()
                .map_err(|(key, advice)| at(place(text, key), format!("`{key}` cannot be so")).advise(advice))?;
        }
        Ok(config)
    }

    /// From a file; `None` = the shipped one.
    ///
    /// # Errors
    /// The file cannot be read, or as [`Config::parse`].
    pub fn load(path: Option<&Path>) -> Result<Config, Problem> {
        let Some(path) = path else { return Config::parse("calibration.toml", SHIPPED) };
        let text = std::fs::read_to_string(path).map_err(|e| {
            Problem::error(Kind::Files, format!("cannot read {}: {e}", path.display()))
                .advise("name a TOML file such as the project's data/posterior/calibration.toml")
        })?;
        Config::parse(&path.display().to_string(), &text)
    }

    /// As TOML, to be kept beside the results.
    pub fn to_toml(&self) -> String {
        // Strings, numbers and tables of them always have a TOML form.
        toml::to_string(self).unwrap_or_default()
    }
}

/// Where a key stands for the first time.
fn place(text: &str, key: &str) -> Option<Range<usize>> {
    let start = text.find(key)?;
    Some(start..start + key.len())
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
    fn a_wrong_number_or_key_is_shown_at_its_place() {
        for (from, to, word) in [
            ("chains = 2", "chains = 0", "chains"),
            ("draws = ", "drws = ", "drws"),
            ("sample = 24000", "sample = 40", "sample"),
            ("as_of = \"2021-04-30\"", "as_of = \"2021-02-30\"", "2021-02"),
        ] {
            let text = SHIPPED.replacen(from, to, 1);
            assert_ne!(text, SHIPPED, "{from}");
            let problem = Config::parse("x.toml", &text).unwrap_err().to_string();
            assert!(problem.contains(word), "{problem}");
        }
    }
}
