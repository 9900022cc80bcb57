//! Money for places and equipment: satellite offices and subsidies.

use super::{Delivered, Programme, Setting};
use crate::{
    calendar::Week,
    classification::{Barrier, Prefecture},
    population::State,
    scenario::{SatelliteOffices, Subsidy},
};

/// Satellite offices: half of the cost up to a cap, in municipalities; firms near a site can use it.
/// Deliveries are sites.
pub(super) fn build(
    programme: &mut Programme,
    offices: &SatelliteOffices,
    week: Week,
    state: &State,
    setting: &Setting,
    delivered: &mut Delivered,
) {
    let kind = programme.kind;
    let grant = (offices.subsidy_rate * offices.project_cost_yen).min(offices.subsidy_cap_yen);
    let sites = programme.chain.open(week, programme.yearly(week, offices.sites_per_year));
    if sites == 0 {
        return;
    }
    let places = Places::new(setting, programme.spec.target.prefectures.as_deref());
    let near = offices.firms_per_site.round() as u32;
    for site in 0..sites {
        let [draw, _] = programme.slots.condition(week, site * (near + 1));
        let Some(prefecture) = places.pick(draw) else { break };
        if !programme.chain.deliver(grant, f64::from(near)) {
            break;
        }
        for visitor in 0..near {
            if !programme.misses[0].worth_trying(week) {
                break;
            }
            let slot = site * (near + 1) + 1 + visitor;
            let found = programme.slots.fill(
                setting,
                week,
                slot,
                |_| true,
                |candidate| {
                    candidate.cell.prefecture == prefecture && programme.may_serve(candidate, state, setting, delivered)
                },
            );
            let Some(candidate) = programme.misses[0].note(week, found) else { continue };
            let home = [Barrier::HomeEnvironment];
            let effect = setting.parameters.satellite_effect;
            let lift = delivered.serve(setting, kind, candidate.firm, candidate.cell.weight, &home, effect, 0.0);
            programme.records.add(week, candidate.firm, lift);
        }
    }
}

/// Where sites are built: in proportion to the places of fiscal 2015-2020, among the target's prefectures.
struct Places(Vec<(Prefecture, f64)>);

impl Places {
    fn new(setting: &Setting, among: Option<&[Prefecture]>) -> Places {
        let wanted = |p: Prefecture| among.is_none_or(|list| list.contains(&p));
        let observed = setting.data.programmes.iter().filter(|f| f.item == "places on the map by prefecture");
        let mut places: Vec<(Prefecture, f64)> = observed
            .filter_map(|f| Some((Prefecture::parse(&f.category)?, f.value)))
            .filter(|(p, _)| wanted(*p))
            .collect();
        if places.is_empty() {
            places = Prefecture::all().filter(|p| wanted(*p)).map(|p| (p, 1.0)).collect();
        }
        Places(places)
    }

    fn pick(&self, draw: f64) -> Option<Prefecture> {
        let total: f64 = self.0.iter().map(|(_, places)| places).sum();
        let mut left = draw * total;
        self.0
            .iter()
            .find(|(_, places)| {
                left -= places;
                left < 0.0
            })
            .or(self.0.last())
            .map(|(prefecture, _)| *prefecture)
    }
}

/// Grants for equipment: cost and ICT barriers. Deliveries are grants; the grant depends on the firm.
pub(super) fn subsidise(
    programme: &mut Programme,
    subsidy: &Subsidy,
    week: Week,
    state: &State,
    setting: &Setting,
    delivered: &mut Delivered,
) {
    let kind = programme.kind;
    let slots = programme.chain.open(week, programme.yearly(week, subsidy.grants_per_year));
    for slot in 0..slots {
        if programme.chain.affordable(subsidy.minimum_yen) < 1.0 || !programme.misses[0].worth_trying(week) {
            break;
        }
        let cost = |firm: usize| {
            let jobs =
                setting.population.employees[firm] as f64 * f64::from(setting.population.teleworkable[firm]) / 255.0;
            jobs * subsidy.cost_per_teleworker_yen
        };
        let found = programme.slots.fill(
            setting,
            week,
            slot,
            |_| true,
            |candidate| {
                // A project below the smallest grant is not accepted; a firm without teleworkable jobs has none.
                subsidy.rate * cost(candidate.firm as usize) >= subsidy.minimum_yen
                    && programme.may_serve(candidate, state, setting, delivered)
            },
        );
        let Some(candidate) = programme.misses[0].note(week, found) else { continue };
        let grant = (subsidy.rate * cost(candidate.firm as usize)).clamp(subsidy.minimum_yen, subsidy.maximum_yen);
        if programme.chain.deliver(grant, 1.0) {
            delivered.subsidised.push((programme.spec.name.clone(), candidate.firm));
            let barriers = [Barrier::Cost, Barrier::IctTools];
            let effect = setting.parameters.subsidy_effect;
            let lift = delivered.serve(setting, kind, candidate.firm, candidate.cell.weight, &barriers, effect, 0.0);
            programme.records.add(week, candidate.firm, lift);
        }
    }
}
