//! What every kind of measure says of itself: the contract between a kind's own file and what all kinds share.

use super::{Declarations, Intervention, Now, Programme, Selection, Setting, Shows, accounts::Effect, season::Spread};
use crate::{
    calendar::Week,
    data::Data,
    dynamics::HazardTerms,
    notation::{At, Checks},
    parameters::{Evidence, Parameters},
    population::{Criteria, Eligibility},
};

/// A kind as it is written in files.
pub trait Typed: Sized {
    /// Its table in a scenario file. The schema and the docs' key tables come from it.
    type Raw;
    /// Its name for people.
    const NAME: Text;
    /// What it does, for the model description.
    const MODEL: Model;

    /// What is meant. Everything wrong is said; the value is only used when nothing was.
    fn check(raw: &At<Self::Raw>, checks: &mut Checks) -> Self;
}

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Japanese.
    pub ja: &'static str,
}

/// A kind in the model description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// How much it delivers.
    pub capacity: &'static str,
    /// To whom.
    pub whom: &'static str,
    /// What that does.
    pub does: &'static str,
}

/// A kind as the docs and the page tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// Word in files.
    pub key: &'static str,
    /// Name for people.
    pub name: Text,
    /// Its place in the model.
    pub model: Model,
}

/// A kind with its figures, checked.
pub trait MeasureKind {
    /// Deliveries wanted in a fiscal year, before `scale`; `None` = it delivers nothing.
    fn yearly_capacity(&self) -> Option<f64>;

    /// What a delivery costs.
    fn price(&self) -> Price {
        Price::UnitCost
    }

    /// What the size of its effect rests on.
    fn evidence(&self) -> Evidence {
        Evidence::Assumed
    }

    /// Whom its effects reach.
    fn reaches(&self) -> Reach {
        Reach::SingleFirms
    }

    /// What one delivery does to the firm that is served; `None` when it serves no single firms.
    fn effect(&self, _: &Parameters) -> Option<Effect> {
        None
    }

    /// A word of its own for what it is, where the scenario gives it one.
    fn word(&self) -> Option<&str> {
        None
    }

    /// Whether its effects wait for `delay` and fade by `half_life`.
    fn has_delay(&self) -> bool {
        self.reaches() == Reach::SingleFirms
    }

    /// What a served firm has to show to others.
    fn shows(&self) -> Shows {
        Shows::Nothing
    }

    /// Whether what a delivery does to a firm helps it to start, and to do nothing else.
    fn only_helps_to_start(&self) -> bool {
        false
    }

    /// How a year's deliveries are spread over its weeks.
    fn spread(&self, _: &Data) -> Spread {
        Spread::Even
    }

    /// Firms that its slots draw from, by class of firms.
    fn pools(&self, _: &Eligibility) -> Vec<Criteria> {
        Vec::new()
    }

    /// How its firms are found when the scenario does not say.
    fn selection(&self) -> Selection {
        Selection::Random
    }

    /// Share of the capacity that each of [`MeasureKind::pools`] has by the scenario's words; nothing when they share it otherwise.
    fn shares(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Declares emergencies.
    fn declare(&self, _: &Intervention, _: &mut Declarations, _: &Setting) {}

    /// Before its first week in one run.
    fn begin(&self, spec: &Intervention, setting: &Setting) -> Box<dyn Acts>;
}

/// What a delivery costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Price {
    /// No budget limits it.
    Nothing,
    /// `unit_cost`, when there is one.
    UnitCost,
    /// What the kind's own rule says: at least so many yen, and always so many where all cost the same.
    Rule {
        /// Cheapest delivery.
        least_yen: f64,
        /// Each delivery; `None` = it depends on the firm.
        each_yen: Option<f64>,
    },
}

/// Whom effects reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Firms that were served.
    SingleFirms,
    /// All firms of a cell alike.
    Classes,
    /// All firms of prefectures or of the nation; there is no choice of firms.
    Everybody,
}

/// A kind in one run, with the state that only it has.
pub trait Acts {
    /// Opens the week's account and makes its deliveries.
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now);

    /// A week before its first one.
    fn before(&mut self, _: &mut Programme, _: &mut Now) {}

    /// The week after its last one.
    fn end(&mut self, _: &mut Programme, _: &mut Now) {}

    /// How many times as readily bidders set out for a certificate because of it.
    fn application_factor(&self, _: &Intervention, _: Week, _: &Setting) -> f64 {
        1.0
    }

    /// Adds to what all firms of cells face; every week, also when the measure rests.
    fn affect(&mut self, _: &Intervention, _: Week, _: &Setting, _: &mut HazardTerms) {}
}
