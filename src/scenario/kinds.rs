//! The one table of an intervention that says what it does: as typed in, as [`Measure`] out, with what is wrong with it.

use super::{
    check::{Check, KNOWN_UNTIL},
    meaning::*,
    quantity::Dimension,
    raw::*,
};
use crate::{calendar::EPOCH, classification::Prefecture};
use std::ops::Range;

impl Check<'_> {
    /// The one table named by a kind.
    pub(super) fn measure(&mut self, raw: &At<RawIntervention>) -> Option<Measure> {
        let mut kinds: Vec<(&str, Range<usize>)> = Vec::new();
        let mut measure = None;
        macro_rules! kind {
            ($field:ident, $build:expr) => {
                if let Some(table) = &raw.$field {
                    kinds.push((stringify!($field), table.span()));
                    measure = Some($build(self, table));
                }
            };
        }
        kind!(emergency_declaration, Check::emergency_declaration);
        kind!(support_network, |_: &mut Self, raw: &At<RawSupportNetwork>| {
            Measure::SupportNetwork(SupportNetwork {
                events_per_year: *raw.events_per_year,
                participants_per_event: *raw.participants_per_event,
                windows: *raw.windows,
                share_sme: *raw.share_sme,
            })
        });
        kind!(telework_managers, |_: &mut Self, raw: &At<RawTeleworkManagers>| {
            Measure::TeleworkManagers(TeleworkManagers {
                managers: *raw.managers,
                visits_per_manager_per_week: *raw.visits_per_manager_per_week,
                visits_per_firm: *raw.visits_per_firm,
                share_below_100: *raw.share_below_100,
                share_not_practising: *raw.share_not_practising,
            })
        });
        kind!(awards, Check::awards);
        kind!(procurement_bonus, |_: &mut Self, raw: &At<RawProcurementBonus>| {
            let weeks = raw.announced_before.as_ref().map_or(0.0, |before| before.0.get_ref().0);
            Measure::ProcurementBonus(ProcurementBonus {
                bonus_share_of_score: *raw.bonus_share_of_score,
                announced_weeks_before: weeks.round() as u32,
            })
        });
        kind!(satellite_offices, |_: &mut Self, raw: &At<RawSatelliteOffices>| {
            Measure::SatelliteOffices(SatelliteOffices {
                sites_per_year: *raw.sites_per_year,
                project_cost_yen: raw.project_cost.0.get_ref().0,
                subsidy_rate: *raw.subsidy_rate,
                subsidy_cap_yen: raw.subsidy_cap.0.get_ref().0,
                firms_per_site: *raw.firms_per_site,
            })
        });
        kind!(subsidy, Check::subsidy);
        kind!(campaign, Check::campaign);
        kind!(guidelines, |_: &mut Self, raw: &At<RawGuidelines>| {
            Measure::Guidelines(Guidelines { uptake_per_year: *raw.uptake_per_year })
        });
        kind!(disclosure, |_: &mut Self, raw: &At<RawDisclosure>| {
            let form = match *raw.form {
                RawDisclosureForm::Listing => DisclosureForm::Listing,
                RawDisclosureForm::Rating => DisclosureForm::Rating,
                RawDisclosureForm::SelfDeclaration => DisclosureForm::SelfDeclaration,
                RawDisclosureForm::ConditionOfSubsidy => DisclosureForm::ConditionOfSubsidy,
            };
            let of_subsidy = raw.of_subsidy.as_ref().map(|name| name.0.get_ref().clone());
            Measure::Disclosure(Disclosure { form, of_subsidy, firms_per_year: *raw.firms_per_year })
        });
        kind!(regional_trial, |check: &mut Self, raw: &At<RawRegionalTrial>| {
            Measure::RegionalTrial(RegionalTrial {
                host_prefectures: check.members(&raw.host_prefectures, "host_prefectures", |p| Prefecture::parse(&p.0)),
                firms_per_year: *raw.firms_per_year,
            })
        });
        let name = raw.name.as_str();
        match kinds.as_slice() {
            [_] => {}
            [] => {
                let advice = format!("add one of: {}", KINDS.join(", "));
                self.error(raw.name.span(), format!("`{name}` has no kind: nothing says what it does"), advice);
            }
            [(first, _), (second, place), ..] => {
                let message = format!("`{name}` has two kinds: `{first}` and `{second}`");
                self.error(place.clone(), message, "split it into two interventions, each with its own name");
            }
        }
        measure
    }

    fn emergency_declaration(&mut self, raw: &At<RawEmergencyDeclaration>) -> Measure {
        if let Some(known_on) = raw.known_on.as_ref().filter(|day| day.0.get_ref().0 > KNOWN_UNTIL) {
            let message =
                format!("declarations announced after {KNOWN_UNTIL} are hindsight: nobody knew them in April 2021");
            self.warn(known_on.span(), message, "write known_on = 2021-04-30 for a forecast as of April 2021");
        }
        let list = raw.list.iter().map(|declared| {
            let from = self.day(&Some(declared.from.clone()), EPOCH);
            let until = self.day(&Some(declared.until.clone()), EPOCH);
            self.period(from, until, declared.until.span(), "the declaration");
            let prefectures = match &declared.prefectures {
                Some(list) => self.members(list, "prefectures", |p| Prefecture::parse(&p.0)),
                None => Prefecture::all().collect(),
            };
            Declared { prefectures, from, until, full: declared.full.as_ref().is_none_or(|full| **full) }
        });
        let list = list.collect();
        let known_on = raw.known_on.as_ref();
        let known_on = known_on.map(|_| self.day(&raw.known_on, EPOCH));
        let later = match raw.later.as_ref().map(|later| **later) {
            Some(RawLater::Random) => LaterDeclarations::Random,
            Some(RawLater::None) | None => LaterDeclarations::None,
        };
        Measure::EmergencyDeclaration(EmergencyDeclaration { known_on, list, later })
    }

    fn awards(&mut self, raw: &At<RawAwards>) -> Measure {
        let prizes = raw.minister_prizes_per_year.as_ref().map_or(0.0, |prizes| **prizes);
        if let Some(place) = raw.minister_prizes_per_year.as_ref().filter(|_| prizes > *raw.awards_per_year) {
            let message = format!("more minister's prizes ({prizes}) than awards ({})", *raw.awards_per_year);
            self.error(place.span(), message, "the prizes go to some of the firms selected");
        }
        Measure::Awards(Awards {
            awards_per_year: *raw.awards_per_year,
            minister_prizes_per_year: prizes,
            selection_month: *raw.selection_month,
        })
    }

    fn subsidy(&mut self, raw: &At<RawSubsidy>) -> Measure {
        let (minimum, maximum) = (raw.minimum.0.get_ref().0, raw.maximum.0.get_ref().0);
        if maximum < minimum {
            let message = "the largest grant is below the smallest";
            self.error(raw.maximum.span(), message, format!("write at least {}", Dimension::Yen.write(minimum)));
        }
        Measure::Subsidy(Subsidy {
            rate: *raw.rate,
            minimum_yen: minimum,
            maximum_yen: maximum,
            cost_per_teleworker_yen: raw.cost_per_teleworker.0.get_ref().0,
            grants_per_year: *raw.grants_per_year,
        })
    }

    fn campaign(&mut self, raw: &At<RawCampaign>) -> Measure {
        Measure::Campaign(Campaign {
            months: self.members(&raw.months, "months", |month| Some(*month)),
            participants_per_year: *raw.participants_per_year,
        })
    }
}

/// What one delivery costs where the kind's own rule says it.
pub(super) fn rule_cost(measure: &Measure) -> Option<f64> {
    match measure {
        Measure::SatelliteOffices(offices) => {
            Some((offices.project_cost_yen * offices.subsidy_rate).min(offices.subsidy_cap_yen))
        }
        _ => None,
    }
}

/// Deliveries possible in a year, before scale.
pub(super) fn yearly_capacity(measure: &Measure) -> f64 {
    match measure {
        Measure::EmergencyDeclaration(_) | Measure::ProcurementBonus(_) => f64::INFINITY,
        Measure::SupportNetwork(network) => network.events_per_year * network.participants_per_event,
        Measure::TeleworkManagers(managers) => managers.managers * managers.visits_per_manager_per_week,
        Measure::Awards(awards) => awards.awards_per_year,
        Measure::SatelliteOffices(offices) => offices.sites_per_year,
        Measure::Subsidy(subsidy) => subsidy.grants_per_year,
        Measure::Campaign(campaign) => campaign.participants_per_year,
        Measure::Guidelines(guidelines) => guidelines.uptake_per_year,
        Measure::Disclosure(disclosure) => disclosure.firms_per_year,
        Measure::RegionalTrial(trial) => trial.firms_per_year,
    }
}
