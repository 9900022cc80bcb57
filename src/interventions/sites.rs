//! Money for places and equipment: satellite offices and subsidies.

use super::{Delivered, Programme, Setting};
use crate::{
    calendar::Week,
    classification::Prefecture,
    population::{Criteria, Jobs, Pool, State, teleworkable_jobs},
    scenario::{SatelliteOffices, Subsidy, Target},
};
use std::{ops::Range, sync::Arc};

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
        programme.near(prefecture, Pool::copy);
        for visitor in 0..near {
            if !programme.misses[0].worth_trying(week) {
                break;
            }
            let slot = site * (near + 1) + 1 + visitor;
            let found = programme.find(week, slot, NEAR, state, setting, delivered, |_| true);
            let Some(candidate) = programme.misses[0].note(week, found) else { continue };
            let lift = delivered.serve(setting, kind, candidate.firm, candidate.cell.weight);
            programme.records.add(week, candidate.firm, lift);
        }
        programme.near(prefecture, Pool::remove);
    }
}

/// Place of the pool of firms near a site.
const NEAR: usize = 1;

impl Programme<'_> {
    /// Puts the firms of a prefecture into the pool of those near the site, or takes them out again.
    fn near(&mut self, prefecture: Prefecture, change: impl Fn(&mut Pool, &Pool, &Range<u32>)) {
        let ids = self.slots.directory().ids_in(prefecture);
        if let [all, near] = &mut self.pools[..] {
            ids.iter().for_each(|ids| change(Arc::make_mut(near), all, ids));
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

/// Firms with a project. One below the smallest grant is not accepted; a firm without teleworkable jobs has none.
pub(super) fn criteria(target: &Target, subsidy: &Subsidy) -> Criteria {
    let Subsidy { rate, minimum_yen: least_yen, cost_per_teleworker_yen: one_yen, .. } = *subsidy;
    Criteria { jobs: Jobs::Cost { one_yen, rate, least_yen }, ..Criteria::of(target) }
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
        let found = programme.find(week, slot, 0, state, setting, delivered, |_| true);
        let Some(candidate) = programme.misses[0].note(week, found) else { continue };
        let firm = candidate.firm as usize;
        let jobs = teleworkable_jobs(setting.population.employees[firm], setting.population.teleworkable[firm]);
        let grant =
            (subsidy.rate * (jobs * subsidy.cost_per_teleworker_yen)).clamp(subsidy.minimum_yen, subsidy.maximum_yen);
        if programme.chain.deliver(grant, 1.0) {
            delivered.subsidise(&programme.spec.name, candidate.firm);
            let lift = delivered.serve(setting, kind, candidate.firm, candidate.cell.weight);
            programme.records.add(week, candidate.firm, lift);
        }
    }
}
