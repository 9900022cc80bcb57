//! SupportNW: seminars and consultations at local windows.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Selection, Setting, Text, Typed,
    accounts::Effect,
    combination::{Capacity, Combination, Mix, Noticed, SmallFirms, Whom},
    season::Spread,
};
use crate::{
    classification::Barrier,
    data::Data,
    notation::{At, Checks},
    parameters::Parameters,
    population::{Criteria, Eligibility},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Telework Support Network (SupportNW).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSupportNetwork {
    /// Seminars and consultations held in a fiscal year (434 in FY2020).
    #[schemars(range(min = 0.0, max = 1_000_000.0), extend("x-unit" = "events a year"))]
    pub events_per_year: At<f64>,
    /// Firms that come to one event (4,687 participants / 434 events in FY2020).
    #[schemars(range(min = 0.0, max = 100_000.0), extend("x-unit" = "firms an event"))]
    pub participants_per_event: At<f64>,
    /// Local windows (258 in FY2020); reported only.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("x-unit" = "windows"))]
    pub windows: At<f64>,
    /// Share of participants with at most 300 employees.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub share_sme: At<f64>,
}

/// SupportNW.
#[derive(Clone, Debug, PartialEq)]
pub struct SupportNetwork {
    /// Events a fiscal year (434 in FY2020).
    pub events_per_year: f64,
    /// Firms a event (4,687 participants / 434 events in FY2020).
    pub participants_per_event: f64,
    /// Local windows (258 in FY2020), informational.
    pub windows: f64,
    /// Share of participants with at most 300 employees (SMEs first).
    pub share_sme: f64,
}

impl Typed for SupportNetwork {
    type Raw = RawSupportNetwork;
    const NAME: Text = Text { en: "Telework Support Network", ja: "テレワーク・サポートネットワーク" };
    const MODEL: Model = Model {
        capacity: "`events_per_year` x `participants_per_event`, over the months as in fiscal 2020",
        whom: "`share_sme` of them with up to 300 employees, the others above",
        does: "removes `support_network_effect` of management, ICT and security barriers; is noticed",
    };

    fn check(raw: &At<RawSupportNetwork>, _: &mut Checks) -> SupportNetwork {
        SupportNetwork {
            events_per_year: *raw.events_per_year,
            participants_per_event: *raw.participants_per_event,
            windows: *raw.windows,
            share_sme: *raw.share_sme,
        }
    }
}

impl SupportNetwork {
    /// SMEs and other firms have capacities of their own.
    fn mix(&self) -> Mix {
        Mix {
            small: Some(SmallFirms { most_employees: SME_EMPLOYEES, share: self.share_sme }),
            share_not_practising: None,
        }
    }
}

impl MeasureKind for SupportNetwork {
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.events_per_year * self.participants_per_event)
    }

    fn effect(&self, parameters: &Parameters) -> Option<Effect> {
        use Barrier::*;
        Some(Effect::removes(&[Management, IctTools, Security], parameters.support_network_effect))
    }

    /// As the participants of fiscal 2020 were, by month.
    fn spread(&self, data: &Data) -> Spread {
        let mut monthly = [0.0; 12];
        for figure in &data.programmes {
            let counts = figure.programme == "telework_support_network"
                && figure.item == "participants"
                && figure.category == "all";
            let month = figure.month.as_deref().and_then(|m| m.get(5..7)?.parse::<usize>().ok());
            if let (true, Some(month @ 1..=12)) = (counts, month) {
                monthly[month - 1] += figure.value;
            }
        }
        Spread::by_month(monthly)
    }

    fn pools(&self, target: &Eligibility) -> Vec<Criteria> {
        self.mix().pools(target)
    }

    fn shares(&self) -> Vec<f64> {
        self.mix().shares()
    }

    /// Firms ask for it.
    fn selection(&self) -> Selection {
        Selection::Inclined
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(Combination {
            capacity: Capacity::PerYear(self.events_per_year * self.participants_per_event),
            whom: Whom::Firms(self.mix()),
            noticed: Noticed::InClass,
        })
    }
}

/// SMEs of the SupportNW rule: at most so many employees.
const SME_EMPLOYEES: u32 = 300;
