//! Satellite offices: part of the cost up to a cap, in municipalities; firms near a site can use it.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Now, Price, Programme, Setting, Text, Typed,
    accounts::Effect,
    selection::{Slot, Verdict},
};
use crate::{
    classification::{Barrier, Prefecture},
    notation::{At, Checks, Yen},
    parameters::Parameters,
    population::{Criteria, Eligibility, Pool},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Satellite offices in municipalities.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSatelliteOffices {
    /// Sites wanted in a fiscal year (3 in FY2019 and FY2020).
    #[schemars(range(min = 0.0, max = 100_000.0), extend("x-unit" = "sites a year"))]
    pub sites_per_year: At<f64>,
    /// Cost of one site.
    pub project_cost: At<Yen>,
    /// Share of that cost that is paid.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub subsidy_rate: At<f64>,
    /// At most so much is paid for one site.
    pub subsidy_cap: At<Yen>,
    /// Firms near one site whose staff can use it.
    #[schemars(range(min = 0.0, max = 1_000_000.0), extend("x-unit" = "firms a site"))]
    pub firms_per_site: At<f64>,
}

/// Satellite offices in municipalities.
#[derive(Clone, Debug, PartialEq)]
pub struct SatelliteOffices {
    /// Sites wanted a fiscal year.
    pub sites_per_year: f64,
    /// Cost of a site.
    pub project_cost_yen: f64,
    /// Share of the cost that is paid (0.5).
    pub subsidy_rate: f64,
    /// At most so much is paid (20 million yen).
    pub subsidy_cap_yen: f64,
    /// Firms near a site whose staff can use it.
    pub firms_per_site: f64,
}

impl Typed for SatelliteOffices {
    type Raw = RawSatelliteOffices;
    const NAME: Text = Text { en: "Satellite offices", ja: "サテライトオフィス" };
    const MODEL: Model = Model {
        capacity: "`sites_per_year`; each paid min(`subsidy_rate` x `project_cost`, `subsidy_cap`)",
        whom: "sites in prefectures in proportion to the places of fiscal 2015 to 2020; `firms_per_site` firms of the prefecture",
        does: "removes `satellite_effect` of the home-environment barrier",
    };

    fn check(raw: &At<RawSatelliteOffices>, _: &mut Checks) -> SatelliteOffices {
        SatelliteOffices {
            sites_per_year: *raw.sites_per_year,
            project_cost_yen: raw.project_cost.0.get_ref().0,
            subsidy_rate: *raw.subsidy_rate,
            subsidy_cap_yen: raw.subsidy_cap.0.get_ref().0,
            firms_per_site: *raw.firms_per_site,
        }
    }
}

impl SatelliteOffices {
    /// What is paid for a site.
    fn grant_yen(&self) -> f64 {
        (self.subsidy_rate * self.project_cost_yen).min(self.subsidy_cap_yen)
    }
}

impl SatelliteOffices {
    fn firms_per_site(&self) -> u32 {
        self.firms_per_site.round() as u32
    }
}

impl MeasureKind for SatelliteOffices {
    /// A site that no firm can use is not built.
    fn yearly_capacity(&self) -> Option<f64> {
        Some(if self.firms_per_site() > 0 { self.sites_per_year } else { 0.0 })
    }

    fn price(&self) -> Price {
        Price::Rule { least_yen: self.grant_yen(), each_yen: Some(self.grant_yen()) }
    }

    fn effect(&self, parameters: &Parameters) -> Option<Effect> {
        Some(Effect::removes(&[Barrier::HomeEnvironment], parameters.satellite_effect))
    }

    fn pools(&self, target: &Eligibility) -> Vec<Criteria> {
        vec![Criteria::of(target)]
    }

    fn begin(&self, spec: &Intervention, setting: &Setting) -> Box<dyn Acts> {
        let places = Places::new(setting, spec.target.prefectures.as_deref());
        Box::new(Building { offices: self.clone(), places, near: None, kept: Vec::new() })
    }
}

/// Sites of one measure.
struct Building {
    offices: SatelliteOffices,
    places: Places,
    /// The prefecture whose firms are in the pool of those near a site.
    near: Option<Prefecture>,
    /// Such pools of other prefectures, in a week of many sites.
    kept: Vec<(Prefecture, Arc<Pool>)>,
}

/// Place of the pool of firms near a site.
const NEAR: usize = 1;
/// Sites of a week for which it does not pay to keep a pool for each prefecture.
const FEW_SITES: u64 = 64;

impl Building {
    /// Lets the pool of firms near a site be that of a prefecture. Where sites are few, the one pool changes its firms, which
    /// takes some memory and time a site; where they are many, each prefecture keeps its own, so that a site takes no more than
    /// finding its firms.
    fn move_to(&mut self, prefecture: Prefecture, few: bool, programme: &mut Programme) {
        let before = self.near.replace(prefecture);
        if before == Some(prefecture) {
            return;
        }
        programme.slots.look_anew();
        let directory = programme.slots.directory();
        let [all, near] = &mut programme.pools[..] else { return };
        if few {
            self.kept.clear();
            for ids in before.iter().flat_map(|before| directory.ids_in(*before)) {
                Arc::make_mut(near).remove(all, ids);
            }
        } else if let Some(before) = before {
            let known =
                self.kept.iter().position(|(of, _)| *of == prefecture).map(|place| self.kept.swap_remove(place).1);
            let found = known.is_some();
            let own = std::mem::replace(near, known.unwrap_or_else(|| Arc::new(all.emptied())));
            self.kept.push((before, own));
            if found {
                return;
            }
        }
        directory.ids_in(prefecture).iter().for_each(|ids| Arc::make_mut(near).copy(all, ids));
    }
}

impl Acts for Building {
    /// Deliveries are sites.
    fn deliver(&mut self, programme: &mut Programme, now: &mut Now) {
        let grant = self.offices.grant_yen();
        if let [all] = &programme.pools[..] {
            let near = all.emptied();
            programme.pools.push(Arc::new(near));
        }
        let sites = programme.chain.open(now.week, programme.yearly(now.week, self.offices.sites_per_year));
        let near = u64::from(self.offices.firms_per_site());
        // A site that nobody can use is never built, however many are wanted.
        if near == 0 {
            return;
        }
        for site in 0..sites {
            let enough = programme.chain.affordable(grant) >= 1.0;
            if !enough || now.stopped() || !programme.misses[0].worth_trying(now.week) {
                break;
            }
            let week = now.week;
            let slot = |number| Slot { week, class: 0, number };
            let first = site.saturating_mul(near + 1);
            let [draw, _] = programme.slots.condition(slot(first));
            let Some(prefecture) = self.places.pick(draw) else { break };
            self.move_to(prefecture, sites <= FEW_SITES, programme);
            // A site is built when a firm can use it.
            let mut built = false;
            for visitor in 1..=near {
                if now.stopped() || !programme.misses[0].worth_trying(now.week) {
                    break;
                }
                let found = programme.find(slot(first.saturating_add(visitor)), NEAR, now, |_| Verdict::Serve);
                let Some(candidate) = programme.misses[0].note(now.week, found) else { continue };
                if built {
                    programme.chain.reach(1.0);
                } else if programme.chain.deliver(grant, 1.0) {
                    built = true;
                } else {
                    break;
                }
                programme.serve(&candidate, now);
            }
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
