//! Listing, rating, self-declaration. Deliveries are firms.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Now, Opening, Programme, Setting, Shows, Text, Typed,
    accounts::Effect,
    selection::{Candidate, Verdict},
};
use crate::{
    notation::{At, Checks},
    parameters::Parameters,
    population::{Criteria, Eligibility},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Disclosure and self-declaration.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDisclosure {
    /// What firms show: `listing` (leading listed firms, seen by investors), `rating` (seen by customers and job
    /// seekers), `self_declaration` (on the firm's own word) or `condition_of_subsidy` (the same, asked of every firm
    /// that takes a subsidy of the scenario).
    pub form: At<RawDisclosureForm>,
    /// With `condition_of_subsidy`: the intervention whose grants carry the condition; all subsidies when left out.
    pub of_subsidy: Option<At<String>>,
    /// Firms that may be listed or rated, or that declare, in a fiscal year.
    #[schemars(range(min = 0.0, max = 10_000_000.0), extend("x-unit" = "firms a year"))]
    pub firms_per_year: At<f64>,
}

/// Disclosure and self-declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Disclosure {
    /// What firms show.
    pub form: DisclosureForm,
    /// With a condition of subsidies: the one intervention whose grants carry it; `None` = all.
    pub of_subsidy: Option<String>,
    /// Firms that may be listed a fiscal year (listing, rating) or declare (self-declaration).
    pub firms_per_year: f64,
}

impl Typed for Disclosure {
    type Raw = RawDisclosure;
    const NAME: Text = Text { en: "Disclosure and self-declaration", ja: "情報開示・自己宣言" };
    const MODEL: Model = Model {
        capacity: "`firms_per_year`",
        whom: "`listing`: high capital and a formal scheme; `rating`: practising; `self_declaration`: any; `condition_of_subsidy`: firms subsidised by `of_subsidy` (or by any), in the order of their grants",
        does: "`disclosure_effect`; listing and rating are noticed, or what is shown presses through `channels`",
    };

    fn check(raw: &At<RawDisclosure>, _: &mut Checks) -> Disclosure {
        let form = match *raw.form {
            RawDisclosureForm::Listing => DisclosureForm::Listing,
            RawDisclosureForm::Rating => DisclosureForm::Rating,
            RawDisclosureForm::SelfDeclaration => DisclosureForm::SelfDeclaration,
            RawDisclosureForm::ConditionOfSubsidy => DisclosureForm::ConditionOfSubsidy,
        };
        let of_subsidy = raw.of_subsidy.as_ref().map(|name| name.0.get_ref().clone());
        Disclosure { form, of_subsidy, firms_per_year: *raw.firms_per_year }
    }
}

impl MeasureKind for Disclosure {
    fn yearly_capacity(&self) -> Option<f64> {
        Some(self.firms_per_year)
    }

    fn effect(&self, parameters: &Parameters) -> Option<Effect> {
        Some(Effect::encourages(parameters.disclosure_effect))
    }

    fn shows(&self) -> Shows {
        Shows::FromThenOn
    }

    /// Firms that can disclose: any, or those whose shares can be listed. Those of a subsidy are not drawn.
    fn pools(&self, target: &Eligibility) -> Vec<Criteria> {
        let high_capital = self.form == DisclosureForm::Listing;
        let drawn = self.form != DisclosureForm::ConditionOfSubsidy;
        drawn.then(|| Criteria { high_capital, ..Criteria::of(target) }).into_iter().collect()
    }

    fn begin(&self, _: &Intervention, _: &Setting) -> Box<dyn Acts> {
        Box::new(Disclosing { disclosure: self.clone(), asked: 0 })
    }
}

/// What firms show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RawDisclosureForm {
    /// A list of leading listed firms.
    Listing,
    /// A published rating.
    Rating,
    /// A declaration on the firm's own word.
    SelfDeclaration,
    /// The same, as a condition of a subsidy.
    ConditionOfSubsidy,
}

/// What firms show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisclosureForm {
    /// A list of leading listed firms (DX brand style): investors.
    Listing,
    /// A published rating: customers and job seekers.
    Rating,
    /// A declaration on the firm's own word (SECURITY ACTION style).
    SelfDeclaration,
    /// The same, as a condition of the scenario's subsidies.
    ConditionOfSubsidy,
}

/// Disclosure in one run.
struct Disclosing {
    disclosure: Disclosure,
    /// How many subsidised firms have been asked.
    asked: usize,
}

impl Acts for Disclosing {
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        let Disclosing { disclosure, asked } = self;
        let cost = programme.unit_cost_yen();
        let slots = programme.chain.open(now.week, programme.yearly(now.week, disclosure.firms_per_year));
        if disclosure.form == DisclosureForm::ConditionOfSubsidy {
            // Subsidised firms declare in the order of their grants.
            for _ in 0..slots {
                if programme.chain.affordable(cost) < 1.0 || now.stopped() {
                    break;
                }
                let subsidised = std::iter::from_fn(|| {
                    let (next, after) = now.delivered.subsidised(disclosure.of_subsidy.as_deref(), *asked);
                    *asked = after;
                    next.map(|firm| Candidate::of(now.setting, firm))
                });
                let Some(candidate) = { subsidised }.find(|firm| programme.may_serve(firm, now)) else { break };
                if programme.chain.deliver(cost, 1.0) {
                    programme.serve(&candidate, now);
                    programme.show_to_channels(&candidate, 1.0, now);
                }
            }
            return;
        }
        let state = now.state;
        let suits = |candidate: &Candidate| {
            let status = state.status(candidate.firm as usize);
            match disclosure.form {
                DisclosureForm::Listing if !candidate.cell.high_capital => Verdict::Never,
                DisclosureForm::Listing => Verdict::this_week(status.formal()),
                DisclosureForm::Rating => Verdict::this_week(status.practises()),
                DisclosureForm::SelfDeclaration | DisclosureForm::ConditionOfSubsidy => Verdict::Serve,
            }
        };
        let seen = matches!(disclosure.form, DisclosureForm::Listing | DisclosureForm::Rating);
        programme.fill(
            Opening { slots, least_yen: cost, ..Opening::default() },
            now,
            suits,
            |_| cost,
            |programme, candidate, _, now| match seen {
                true => programme.show(candidate, 1.0, now),
                false => programme.show_to_channels(candidate, 1.0, now),
            },
        );
    }
}
