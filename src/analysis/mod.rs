//! From runs to answers: what each candidate KPI comes to, how sure that is, what a scenario changes, and at what price.
//! Runs in, figures out; nothing here reads or writes files.
//!
//! Runs are read one after the other, as often as needed, through a [`Source`]; what is kept of all of them is about a
//! thousand numbers a run ([`Outcome`]), so memory hardly grows with their number.

mod annual;
mod answers;
mod as_published;
mod choice;
mod coalition;
mod cost;
mod effect_card;
mod fan;
mod grid;
mod outcome;
mod paired;
mod players;
mod probability;
mod process_noise;
mod registry;
pub mod shapley;
mod spending;
pub mod target;
mod uncertainty;

pub use annual::{AnnualFigure, annual_figures};
pub use answers::{Answers, Inquiry, answer, cases};
pub use as_published::{AsPublished, DatedFigure};
pub use choice::{Choice, Evidence, Verdict, choices};
pub use coalition::Coalition;
pub use cost::{Cost, Price, costs, prices, unlike};
pub use effect_card::{EffectCard, card_scenario, effect_card};
pub use fan::{Fan, FanPoint, KpiYear, SegmentPoint, SurveyFit, by_fiscal_year, published};
pub use grid::{Digest, digest};
pub use outcome::{Account, Extent, Outcome, first_reached};
pub use paired::{Difference, Direction, KpiDifference, difference, differences, median};
pub use players::{Player, Players, SplitBy, first_decided};
pub use probability::{Exceedance, Probability, Reached, exceedance, reached};
pub use process_noise::noise_of_japan;
pub use registry::{Counts, Kpi, Measured, Published, candidate_kpis};
pub use spending::{Spending, spending};
pub use uncertainty::{Part, Uncertainty, replaced, uncertainty};

use crate::{
    engine::{RunKey, Series},
    error::Problem,
};
use std::sync::Arc;

/// Gives a finished run of a scenario; where runs stay in memory, the same one each time.
pub type Source<'a> = &'a (dyn Fn(RunKey) -> Result<Arc<Series>, Problem> + Sync);

/// First fiscal year that a KPI is for: the plan of April 2021 covers fiscal 2021 to 2025.
pub const FIRST_YEAR: i16 = 2021;
