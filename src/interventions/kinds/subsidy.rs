//! Subsidies for telework equipment: cost and ICT barriers. The grant depends on the firm.

use super::super::{
    Acts, Intervention, Kind, Model, Now, Price, Programme, Setting, Text, Typed, accounts::Effect,
    selection::Candidate,
};
use crate::{
    classification::Barrier,
    notation::{At, Checks, Dimension, Yen},
    parameters::Parameters,
    population::{Criteria, Jobs, Target, teleworkable_jobs},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A subsidy for telework equipment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSubsidy {
    /// Share of the cost that is paid.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub rate: At<f64>,
    /// Smallest grant; a smaller project gets nothing.
    pub minimum: At<Yen>,
    /// Largest grant.
    pub maximum: At<Yen>,
    /// Cost of equipment for one employee who can telework.
    pub cost_per_teleworker: At<Yen>,
    /// Grants wanted in a fiscal year.
    #[schemars(range(min = 0.0, max = 10_000_000.0), extend("x-unit" = "grants a year"))]
    pub grants_per_year: At<f64>,
}

/// A subsidy for telework equipment.
#[derive(Clone, Debug, PartialEq)]
pub struct Subsidy {
    /// Share of the cost that is paid.
    pub rate: f64,
    /// Smallest grant.
    pub minimum_yen: f64,
    /// Largest grant.
    pub maximum_yen: f64,
    /// Cost of equipment for one employee who can telework.
    pub cost_per_teleworker_yen: f64,
    /// Grants wanted a fiscal year.
    pub grants_per_year: f64,
}

impl Typed for Subsidy {
    type Raw = RawSubsidy;
    const NAME: Text = Text { en: "Subsidies", ja: "補助金・助成金" };
    const MODEL: Model = Model {
        capacity: "`grants_per_year`",
        whom: "projects (teleworkable jobs x `cost_per_teleworker`) whose grant reaches `minimum`",
        does: "pays `rate`, at most `maximum`; removes `subsidy_effect` of cost and ICT barriers",
    };

    fn check(raw: &At<RawSubsidy>, checks: &mut Checks) -> Subsidy {
        let (minimum, maximum) = (raw.minimum.0.get_ref().0, raw.maximum.0.get_ref().0);
        if maximum < minimum {
            let message = "the largest grant is below the smallest";
            checks.error(raw.maximum.span(), message, format!("write at least {}", Dimension::Yen.write(minimum)));
        }
        Subsidy {
            rate: *raw.rate,
            minimum_yen: minimum,
            maximum_yen: maximum,
            cost_per_teleworker_yen: raw.cost_per_teleworker.0.get_ref().0,
            grants_per_year: *raw.grants_per_year,
        }
    }
}

impl Kind for Subsidy {
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.grants_per_year)
    }

    fn price(&self) -> Price {
        Price::Rule { least_yen: self.minimum_yen, each_yen: None }
    }

    fn effect(&self, parameters: &Parameters) -> Option<Effect> {
        Some(Effect::removes(&[Barrier::Cost, Barrier::IctTools], parameters.subsidy_effect))
    }

    /// Firms with a project. One below the smallest grant is not accepted; a firm without teleworkable jobs has none.
    fn pools(&self, target: &Target) -> Vec<Criteria> {
        let Subsidy { rate, minimum_yen: least_yen, cost_per_teleworker_yen: one_yen, .. } = *self;
        vec![Criteria { jobs: Jobs::Cost { one_yen, rate, least_yen }, ..Criteria::of(target) }]
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(self.clone())
    }
}

impl Acts for Subsidy {
    /// Deliveries are grants.
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        let slots = programme.chain.open(now.week, programme.yearly(now.week, self.grants_per_year));
        let population = now.setting.population;
        let grant = |candidate: &Candidate| {
            let firm = candidate.firm as usize;
            let jobs = teleworkable_jobs(population.employees[firm], population.teleworkable[firm]);
            (self.rate * (jobs * self.cost_per_teleworker_yen)).clamp(self.minimum_yen, self.maximum_yen)
        };
        programme.fill(
            0,
            slots,
            0,
            self.minimum_yen,
            now,
            |_| true,
            grant,
            |programme, candidate, _, now| {
                now.delivered.subsidise(&programme.spec.name, candidate.firm);
            },
        );
    }
}
