//! Attribution and target folders: their manifest and tables. Splits and searches in, files out.

use super::{
    folder::wrote_with_manifest,
    manifest::{MANIFEST, Manifest, any_in, sealed_json},
    replace::{Form, Product},
    tables::{field, finite, number},
};
use crate::{
    analysis::{
        Kpi, SplitBy,
        shapley::{Method, Share, Split},
        target::{Answer, Evaluated, Reached},
    },
    parameters::Evidence,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{
    io::{self, Write},
    path::Path,
};

/// Tables of these folders.
pub const ATTRIBUTION: &str = "attribution.csv";
/// What channels cost.
pub const CHANNELS: &str = "channels.csv";
/// Pairs of measures.
pub const INTERACTIONS: &str = "interactions.csv";
/// Values tried.
pub const TARGET: &str = "target.csv";

/// What effects in these tables rest on: emergency declarations, the only ones that were estimated, are nobody's to decide and
/// are neither split nor varied.
const EVIDENCE: Evidence = Evidence::Assumed;

/// The folder of an attribution.
pub static ATTRIBUTION_FOLDER: Product = Product {
    name: "attribution folder",
    mark: MANIFEST,
    form: Form::Folder,
    flag: "--out DIR",
    holds_mark: |folder| kind_in(folder) == "attribution",
    wrote: wrote_with_manifest,
};
/// The folder of a search.
pub static TARGET_FOLDER: Product = Product {
    name: "target folder",
    mark: MANIFEST,
    form: Form::Folder,
    flag: "--out DIR",
    holds_mark: |folder| kind_in(folder) == "target",
    wrote: wrote_with_manifest,
};

/// What was asked of many runs of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Question {
    /// Who brought what.
    Attribution {
        /// Names of the measures, in scenario order.
        among: Vec<String>,
        /// Whether these share, or their channels.
        #[serde(default, skip_serializing_if = "SplitBy::usual")]
        by: SplitBy,
        /// First day that was decided.
        decided_from: String,
        /// `exact` or `sampled`.
        method: String,
        /// KPIs of the tables, as typed; empty = all.
        kpis: Vec<String>,
    },
    /// Which value reaches a KPI.
    Target {
        /// KPI and value, such as `mic_introduction>=0.345`.
        goal: String,
        /// Day on which the KPI is read.
        by: String,
        /// Path of the number that was varied.
        vary: String,
        /// Smallest value.
        from: f64,
        /// Largest value.
        to: f64,
        /// Probability wanted.
        probability: f64,
    },
}

/// Manifest of an attribution or target folder: that of a run of the scenario, with what was asked of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyManifest {
    /// `attribution` or `target`.
    pub kind: String,
    /// Paired draws.
    pub draws: u32,
    /// Runs that the tables rest on.
    pub runs: u64,
    /// What was asked.
    pub question: Question,
    /// The scenario as in the manifest of a run of it, with the data and the tables of this folder.
    #[serde(flatten)]
    pub run: Manifest,
}

impl StudyManifest {
    /// Of a scenario, still without tables.
    pub fn new(question: Question, draws: u32, runs: u64, run: Manifest) -> StudyManifest {
        let mut manifest = StudyManifest { kind: String::new(), draws, runs, question, run };
        manifest.kind = manifest.kind_of_question().into();
        manifest
    }

    /// The kind that goes with the question.
    pub fn kind_of_question(&self) -> &'static str {
        match self.question {
            Question::Attribution { .. } => "attribution",
            Question::Target { .. } => "target",
        }
    }

    /// As the text of `manifest.json`.
    pub fn to_json(&self) -> String {
        sealed_json(self)
    }
}

/// What a folder's manifest says it holds; empty when it is none of ours, or of a run.
fn kind_in(folder: &Path) -> String {
    let manifest = any_in(folder);
    let ours = manifest["program"] == env!("CARGO_PKG_NAME");
    manifest["kind"].as_str().filter(|_| ours).unwrap_or_default().to_string()
}

/// One KPI at the end of one fiscal year, split among the measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributed {
    /// Which.
    pub kpi: Kpi,
    /// Fiscal year.
    pub fiscal_year: i16,
    /// Shares, by measure.
    pub split: Split,
    /// Mean yen that each measure spent in the whole package, from the first day decided to the end of that year.
    pub spend_yen: Vec<f64>,
    /// Of all of them; what is common to channels once.
    pub package_yen: f64,
}

/// Firms and teleworkers of channels at the end of one fiscal year, and the money of their measures.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelYear {
    /// Fiscal year.
    pub fiscal_year: i16,
    /// Practising firms, by channel.
    pub firms: Split,
    /// Employees that telework, by channel.
    pub teleworkers: Split,
    /// Mean yen of each channel's measure, from the first day decided to the end of that year: common to its channels.
    pub spend_yen: Vec<f64>,
}

impl ChannelYear {
    /// Yen of a channel's measure for one more of a share, where that is told above zero.
    pub fn price(&self, player: usize, share: &Option<Share>) -> Option<f64> {
        let share = share.filter(|share| share.told_from_zero() && share.mean > 0.0)?;
        let spent = *self.spend_yen.get(player)?;
        (spent > 0.0).then(|| spent / share.mean)
    }
}

/// Writes what channels bring and what their measure's money comes to for each. `players` are measures and channels.
pub fn write_channels(
    out: &mut dyn Write,
    scenario: &str,
    players: &[(&str, &str)],
    all: &[ChannelYear],
) -> io::Result<()> {
    writeln!(
        out,
        "scenario,fiscal_year,intervention,channel,common_spend_yen,extra_firms,extra_firms_low,extra_firms_high,\
         yen_per_firm,extra_teleworkers,extra_teleworkers_low,extra_teleworkers_high,yen_per_teleworker,evidence"
    )?;
    for one in all {
        for (player, (measure, channel)) in players.iter().enumerate() {
            let of = format!("{},{},{},{channel}", field(scenario), one.fiscal_year, field(measure));
            let count = |split: &Split| {
                let share = &split.shapley[player];
                format!("{},{}", estimate(share), number(one.price(player, share)))
            };
            let spend = finite(one.spend_yen[player]);
            writeln!(out, "{of},{spend},{},{},{EVIDENCE}", count(&one.firms), count(&one.teleworkers))?;
        }
    }
    Ok(())
}

/// Writes the shares. `measures` are names and kinds.
pub fn write_attribution(
    out: &mut dyn Write,
    scenario: &str,
    measures: &[(String, &str)],
    method: Method,
    all: &[Attributed],
) -> io::Result<()> {
    writeln!(
        out,
        "scenario,kpi,segment,fiscal_year,intervention,kind,shapley,low_90,high_90,leave_one_out,loo_low_90,loo_high_90,\
         alone,alone_low_90,alone_high_90,spend_yen,method,draws,evidence"
    )?;
    for one in all {
        let Split { whole, shapley, leave_one_out, alone, .. } = &one.split;
        let of = format!("{},{},{},{}", field(scenario), one.kpi.indicator.id, field(one.kpi.segment), one.fiscal_year);
        let end = |share: &Option<Share>| format!("{},{}", method.key(), share.map_or(0, |share| share.draws));
        for (player, (name, kind)) in measures.iter().enumerate() {
            let shares = [&shapley[player], &leave_one_out[player], &alone[player]].map(estimate).join(",");
            let spend = finite(one.spend_yen[player]);
            writeln!(out, "{of},{},{kind},{shares},{spend},{},{EVIDENCE}", field(name), end(&shapley[player]))?;
        }
        let spend = finite(one.package_yen);
        writeln!(out, "{of},package,,{},,,,,,,{spend},{},{EVIDENCE}", estimate(whole), end(whole))?;
    }
    Ok(())
}

/// Writes every pair of measures.
pub fn write_interactions(
    out: &mut dyn Write,
    scenario: &str,
    measures: &[(String, &str)],
    all: &[Attributed],
) -> io::Result<()> {
    writeln!(
        out,
        "scenario,kpi,segment,fiscal_year,intervention_a,intervention_b,interaction,low_90,high_90,draws,evidence"
    )?;
    for one in all {
        let of = format!("{},{},{},{}", field(scenario), one.kpi.indicator.id, field(one.kpi.segment), one.fiscal_year);
        for interaction in &one.split.interactions {
            let (a, b) = (&measures[interaction.pair.0].0, &measures[interaction.pair.1].0);
            let draws = interaction.index.map_or(0, |index| index.draws);
            writeln!(out, "{of},{},{},{},{draws},{EVIDENCE}", field(a), field(b), estimate(&interaction.index))?;
        }
    }
    Ok(())
}

/// Mean and interval.
fn estimate(share: &Option<Share>) -> String {
    let (low, high) = (share.and_then(|s| s.interval).map(|i| i.0), share.and_then(|s| s.interval).map(|i| i.1));
    [share.map(|s| s.mean), low, high].map(number).join(",")
}

/// What a value cost and did, means over draws, from the first day decided to the day on which the KPI is read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Done {
    /// Yen spent: by the measure that the number belongs to, or by all measures when it belongs to none.
    pub spend_yen: f64,
    /// Its deliveries.
    pub deliveries: f64,
    /// Firms it has reached by then.
    pub firms_reached: f64,
}

/// A search and what each of its values cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Searched {
    /// Which KPI.
    pub kpi: Kpi,
    /// Value that it is to reach.
    pub goal: f64,
    /// Day on which it is read.
    pub by: Date,
    /// Path of the number varied.
    pub vary: String,
    /// Probability wanted.
    pub wanted: f64,
    /// What was found.
    pub answer: Answer,
    /// One entry a value tried.
    pub done: Vec<Done>,
}

/// Writes every value tried, rising.
pub fn write_target(out: &mut dyn Write, scenario: &str, searched: &Searched) -> io::Result<()> {
    writeln!(
        out,
        "scenario,kpi,segment,target,by,vary,wanted_probability,value,probability,low_90,high_90,spend_yen,status,\
         deliveries,firms_reached,value_low_90,value_high_90,evidence"
    )?;
    let Searched { kpi, goal, by, vary, wanted, answer, done } = searched;
    let of =
        format!("{},{},{},{goal},{by},{},{wanted}", field(scenario), kpi.indicator.id, field(kpi.segment), field(vary));
    let last = answer.tried.last().map(|evaluated| evaluated.value);
    for (evaluated, done) in answer.tried.iter().zip(done) {
        let Evaluated { value, .. } = evaluated;
        let (status, ends) = match answer.reached {
            Reached::Never if last == Some(*value) => ("none", (None, None)),
            Reached::At(found) if found == *value => ("answer", answer.interval),
            Reached::Already if answer.tried[0].value == *value => ("answer", answer.interval),
            _ => ("evaluated", (None, None)),
        };
        let (low, high) = evaluated.interval();
        let chances = [evaluated.probability(), low, high].map(finite).join(",");
        let did = [done.deliveries, done.firms_reached].map(finite).join(",");
        let spend = finite(done.spend_yen);
        writeln!(
            out,
            "{of},{value},{chances},{spend},{status},{did},{},{},{EVIDENCE}",
            number(ends.0),
            number(ends.1)
        )?;
    }
    Ok(())
}
