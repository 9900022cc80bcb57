//! A measure of one's own: a combination of primitives with effects that the scenario assumes itself.

use super::super::{
    Acts, Intervention, MeasureKind, Model, Price, Reach, Setting, Shows, Text, Typed,
    accounts::Effect,
    combination::{Capacity, Combination, Mix, Noticed, Pressure, SmallFirms, Whom},
    season::Spread,
};
use crate::{
    classification::{Barrier, Prefecture},
    data::{Data, near},
    notation::{At, Checks, RawBarrier, RawPrefecture},
    parameters::{Parameter, Parameters, Prior, TABLE},
    population::{Criteria, Eligibility},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A measure of one's own.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCustom {
    /// Word for what it is. Measures of one word have the same effect and serve each firm once between them; the word of a
    /// built-in kind counts its firms as well.
    #[schemars(regex(pattern = "^[a-z][a-z0-9_]*$"))]
    pub kind: At<String>,
    /// What its effects rest on: source, country, design; or "assumed".
    #[schemars(length(min = 1))]
    pub evidence: At<String>,
    /// Whom it reaches: `firms` (single firms, each served once; default), `everybody` (so many firms, nobody in particular, that
    /// are noticed) or `classes` (all firms of the target alike, while it lasts).
    pub reaches: Option<At<RawReach>>,
    /// Firms served in a fiscal year.
    #[schemars(range(min = 0.0, max = 10_000_000.0), extend("x-unit" = "firms a year"))]
    pub firms_per_year: Option<At<f64>>,
    /// Firms served in each week, in place of `firms_per_year`.
    #[schemars(range(min = 0.0, max = 200_000.0), extend("x-unit" = "firms a week"))]
    pub firms_per_week: Option<At<f64>>,
    /// How a year's firms divide over the calendar months: twelve figures from January on, in any unit. Default: evenly over the weeks.
    #[schemars(length(min = 12, max = 12), inner(range(min = 0.0, max = 1e9)))]
    pub by_month: Option<At<Vec<At<f64>>>>,
    /// `true`: a year's firms are spread over those of its days on which the measure runs, as in a trial of one month.
    pub within_period: Option<At<bool>>,
    /// Firms with at most so many employees have a share of the capacity of their own.
    #[schemars(range(min = 1, max = 10_000_000), extend("x-unit" = "employees"))]
    pub small_up_to: Option<At<u32>>,
    /// That share.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub share_small: Option<At<f64>>,
    /// Share of the served firms, in each size, that do not practise yet. Default: as they come.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub share_not_practising: Option<At<f64>>,
    /// Barriers of a served firm of which a share goes.
    #[schemars(length(min = 1))]
    pub barriers: Option<At<Vec<At<RawBarrier>>>>,
    /// That share.
    #[schemars(range(min = -0.5, max = 1.0), extend("x-unit" = "share"))]
    pub barriers_removed: Option<At<f64>>,
    /// Standard deviation of its prior: each posterior draw has another value. Default 0.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub barriers_removed_sd: Option<At<f64>>,
    /// In place of the two: a model parameter with the unit share, such as `managers_effect`.
    pub barriers_removed_parameter: Option<At<String>>,
    /// Added to a served firm's log hazard beside the barriers, as the effects of all measures are (model description, 7.6).
    #[schemars(range(min = -3.0, max = 3.0), extend("x-unit" = "log hazard"))]
    pub added_log_hazard: Option<At<f64>>,
    /// Standard deviation of its prior. Default 0.
    #[schemars(range(min = 0.0, max = 3.0), extend("x-unit" = "log hazard"))]
    pub added_log_hazard_sd: Option<At<f64>>,
    /// In place of the two: a model parameter with the unit log hazard, such as `managers_encouragement`.
    pub added_log_hazard_parameter: Option<At<String>>,
    /// `true`: the effect on a served firm counts until it has started, and for nothing else.
    pub until_started: Option<At<bool>>,
    /// Who notices a firm that takes part: `nobody` (default), `in_class` (half by its industry, half in its prefecture; with
    /// `firms` only), `nationwide` or `in_hosts` (in `host_prefectures`).
    pub noticed: Option<At<RawNoticed>>,
    /// With `noticed = "in_hosts"`: where.
    #[schemars(length(min = 1))]
    pub host_prefectures: Option<At<Vec<At<RawPrefecture>>>>,
    /// With `classes`: share of the firms that feel it. Default 1.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"))]
    pub share_reached: Option<At<f64>>,
    /// With `classes`: added to their log hazard of starting and resuming.
    #[schemars(range(min = -3.0, max = 3.0), extend("x-unit" = "log hazard"))]
    pub on_starting: Option<At<f64>>,
    /// Standard deviation of its prior. Default 0.
    #[schemars(range(min = 0.0, max = 3.0), extend("x-unit" = "log hazard"))]
    pub on_starting_sd: Option<At<f64>>,
    /// With `classes`: added to their log hazard of stopping and of giving up the scheme; below 0 it keeps them.
    #[schemars(range(min = -3.0, max = 3.0), extend("x-unit" = "log hazard"))]
    pub on_leaving: Option<At<f64>>,
    /// Standard deviation of its prior. Default 0.
    #[schemars(range(min = 0.0, max = 3.0), extend("x-unit" = "log hazard"))]
    pub on_leaving_sd: Option<At<f64>>,
    /// With `classes`: added to their log hazard of formalising.
    #[schemars(range(min = -3.0, max = 3.0), extend("x-unit" = "log hazard"))]
    pub on_formalising: Option<At<f64>>,
    /// Standard deviation of its prior. Default 0.
    #[schemars(range(min = 0.0, max = 3.0), extend("x-unit" = "log hazard"))]
    pub on_formalising_sd: Option<At<f64>>,
}

/// Whom a measure of one's own reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RawReach {
    /// Single firms.
    Firms,
    /// Nobody in particular.
    Everybody,
    /// All firms of the target.
    Classes,
}

/// Who notices a firm that takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RawNoticed {
    /// Nobody.
    Nobody,
    /// Its industry and its prefecture.
    InClass,
    /// The nation.
    Nationwide,
    /// Some prefectures.
    InHosts,
}

/// A measure of one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Custom {
    kind: String,
    capacity: Capacity,
    spread: Spread,
    whom: Box<Reached>,
    noticed: Noticed,
}

/// Whom it reaches, with what it does to them.
#[derive(Clone, Debug, PartialEq)]
enum Reached {
    Firms { mix: Mix, barriers: Vec<Barrier>, removed: Assumed, added: Assumed, until_started: bool },
    Everybody,
    Classes { share: f64, start: Assumed, leave: Assumed, formalise: Assumed },
}

/// The size of an effect.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Assumed {
    /// A model parameter.
    Parameter(&'static Parameter),
    /// By a prior that the scenario gives; its mean at the point. `key` tells it from the others of its measure.
    Prior { key: &'static str, prior: Prior },
}

impl Assumed {
    /// Its size in a run of the measures of a word.
    fn value(&self, word: &str, parameters: &Parameters) -> f64 {
        match (self, parameters.draw) {
            (Assumed::Parameter(parameter), _) => parameters.get(parameter.name).unwrap_or(parameter.default),
            (Assumed::Prior { key, prior }, Some(draw)) if prior.sd > 0.0 => prior.draw(&format!("{word}.{key}"), draw),
            (Assumed::Prior { prior, .. }, _) => prior.mean,
        }
    }

    /// Whether it is 0 in every draw.
    fn nothing(&self) -> bool {
        matches!(self, Assumed::Prior { prior, .. } if prior.mean == 0.0 && prior.sd == 0.0)
    }
}

/// An effect as it is typed: a mean with a standard deviation, or a parameter.
struct Written<'a> {
    key: &'static str,
    mean: &'a Option<At<f64>>,
    sd: &'a Option<At<f64>>,
    parameter: &'a Option<At<String>>,
    limits: (f64, f64),
    unit: &'static str,
}

impl Written<'_> {
    fn check(&self, checks: &mut Checks) -> Assumed {
        let Written { key, mean, sd, parameter, limits: (minimum, maximum), unit } = *self;
        if let Some(named) = parameter {
            for (other, place) in [(key.to_string(), mean), (format!("{key}_sd"), sd)] {
                if let Some(place) = place {
                    let message = format!("`{key}_parameter` says how large the effect is, and `{other}` as well");
                    checks.error(place.span(), message, "leave one of the two out");
                }
            }
            let fits = |row: &&Parameter| row.unit == unit && row.of_measures();
            if let Some(row) = TABLE.iter().filter(fits).find(|row| row.name == named.as_str()) {
                return Assumed::Parameter(row);
            }
            let known: Vec<&str> = TABLE.iter().filter(fits).map(|row| row.name).collect();
            let message = format!("no effect of a measure with the unit {unit} is called `{}`", named.escape_debug());
            let advice = match near(named, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write one of: {}", known.join(", ")),
            };
            checks.error(named.span(), message, advice);
        } else if let (Some(place), None) = (sd, mean) {
            checks.error(
                place.span(),
                format!("`{key}_sd` spreads `{key}`, which is not there"),
                format!("add {key} = 0"),
            );
        }
        let number = |value: &Option<At<f64>>| value.as_ref().map_or(0.0, |value| **value);
        Assumed::Prior { key, prior: Prior { mean: number(mean), sd: number(sd), minimum, maximum } }
    }
}

impl Typed for Custom {
    type Raw = RawCustom;
    const NAME: Text = Text { en: "Measure of one's own", ja: "独自の施策" };
    const MODEL: Model = Model {
        capacity: "`firms_per_year`, over the months as `by_month` says, or `firms_per_week`",
        whom: "`firms`: `share_small` of them up to `small_up_to` employees, in each size `share_not_practising` not practising; `everybody`: nobody in particular; `classes`: all firms of cells in the target",
        does: "what the scenario assumes. `firms`: removes `barriers_removed` of `barriers`, adds `added_log_hazard`. `classes`: for `share_reached` of them `adopt` + `on_starting`, `leave` + `on_leaving`, `formalise` + `on_formalising`, whole while it lasts, fading from its end on. Is noticed as `noticed` says; `firms` press through `channels`",
    };

    fn check(raw: &At<RawCustom>, checks: &mut Checks) -> Custom {
        let reaches = raw.reaches.as_ref().map_or(RawReach::Firms, |reaches| **reaches);
        unused(raw, reaches, checks);
        let capacity = capacity(raw, reaches, checks);
        let number = |value: &Option<At<f64>>, usual: f64| value.as_ref().map_or(usual, |value| **value);
        let log_hazard =
            |key, mean, sd, parameter| Written { key, mean, sd, parameter, limits: (-3.0, 3.0), unit: "log hazard" };
        let whom = match reaches {
            RawReach::Everybody => Reached::Everybody,
            RawReach::Classes => {
                let mut of = |key, mean, sd| log_hazard(key, mean, sd, &None).check(checks);
                Reached::Classes {
                    share: number(&raw.share_reached, 1.0),
                    start: of("on_starting", &raw.on_starting, &raw.on_starting_sd),
                    leave: of("on_leaving", &raw.on_leaving, &raw.on_leaving_sd),
                    formalise: of("on_formalising", &raw.on_formalising, &raw.on_formalising_sd),
                }
            }
            RawReach::Firms => firms(
                raw,
                checks,
                &log_hazard(
                    "added_log_hazard",
                    &raw.added_log_hazard,
                    &raw.added_log_hazard_sd,
                    &raw.added_log_hazard_parameter,
                ),
            ),
        };
        let custom = Custom {
            kind: raw.kind.0.get_ref().clone(),
            capacity,
            spread: match &raw.by_month {
                Some(months) => {
                    Spread::by_month(std::array::from_fn(|month| months.get(month).map_or(0.0, |figure| **figure)))
                }
                None if raw.within_period.as_ref().is_some_and(|within| **within) => Spread::Period,
                None => Spread::Even,
            },
            whom: Box::new(whom),
            noticed: noticed(raw, reaches, checks),
        };
        let does_nothing = custom.noticed == Noticed::Nobody
            && match &*custom.whom {
                Reached::Firms { barriers, removed, added, .. } => {
                    (barriers.is_empty() || removed.nothing()) && added.nothing()
                }
                Reached::Everybody => true,
                Reached::Classes { share, start, leave, formalise } => {
                    *share == 0.0 || [start, leave, formalise].iter().all(|effect| effect.nothing())
                }
            };
        if does_nothing {
            let message = "nobody is changed by this measure and nobody notices it: it has no effect";
            checks.warn(
                raw.kind.span(),
                message,
                match reaches {
                    RawReach::Firms => "add `barriers` with `barriers_removed`, `added_log_hazard` or `noticed`",
                    RawReach::Everybody => "add noticed = \"nationwide\" or \"in_hosts\"",
                    RawReach::Classes => "add `on_starting`, `on_leaving` or `on_formalising`",
                },
            );
        }
        custom
    }
}

/// A key, where it stands, and for whom it means something.
type Key = (&'static str, Option<Range<usize>>, &'static [RawReach]);

/// Keys that mean nothing to whom the measure reaches.
fn unused(raw: &At<RawCustom>, reaches: RawReach, checks: &mut Checks) {
    use RawReach::{Classes, Everybody, Firms};
    fn at<T>(key: &Option<At<T>>) -> Option<Range<usize>> {
        key.as_ref().map(At::span)
    }
    let keys: [Key; 22] = [
        ("firms_per_year", at(&raw.firms_per_year), &[Firms, Everybody]),
        ("firms_per_week", at(&raw.firms_per_week), &[Firms, Everybody]),
        ("by_month", at(&raw.by_month), &[Firms, Everybody]),
        ("within_period", at(&raw.within_period), &[Firms, Everybody]),
        ("small_up_to", at(&raw.small_up_to), &[Firms]),
        ("share_small", at(&raw.share_small), &[Firms]),
        ("share_not_practising", at(&raw.share_not_practising), &[Firms]),
        ("barriers", at(&raw.barriers), &[Firms]),
        ("barriers_removed", at(&raw.barriers_removed), &[Firms]),
        ("barriers_removed_sd", at(&raw.barriers_removed_sd), &[Firms]),
        ("barriers_removed_parameter", at(&raw.barriers_removed_parameter), &[Firms]),
        ("added_log_hazard", at(&raw.added_log_hazard), &[Firms]),
        ("added_log_hazard_sd", at(&raw.added_log_hazard_sd), &[Firms]),
        ("added_log_hazard_parameter", at(&raw.added_log_hazard_parameter), &[Firms]),
        ("until_started", at(&raw.until_started), &[Firms]),
        ("share_reached", at(&raw.share_reached), &[Classes]),
        ("on_starting", at(&raw.on_starting), &[Classes]),
        ("on_starting_sd", at(&raw.on_starting_sd), &[Classes]),
        ("on_leaving", at(&raw.on_leaving), &[Classes]),
        ("on_leaving_sd", at(&raw.on_leaving_sd), &[Classes]),
        ("on_formalising", at(&raw.on_formalising), &[Classes]),
        ("on_formalising_sd", at(&raw.on_formalising_sd), &[Classes]),
    ];
    let word = |reach: RawReach| match reach {
        Firms => "firms",
        Everybody => "everybody",
        Classes => "classes",
    };
    for (key, place, known) in keys {
        if let Some(place) = place.filter(|_| !known.contains(&reaches)) {
            let message = format!("`{key}` has no effect on a measure that reaches {}", word(reaches));
            let advice = format!("drop the key, or write reaches = \"{}\"", word(known[0]));
            checks.warn(place, message, advice);
        }
    }
}

/// Firms wanted.
fn capacity(raw: &At<RawCustom>, reaches: RawReach, checks: &mut Checks) -> Capacity {
    let (year, week) = (&raw.firms_per_year, &raw.firms_per_week);
    if let (Some(_), Some(week)) = (year, week) {
        let message = "`firms_per_year` says how many firms are served, and `firms_per_week` as well";
        checks.error(week.span(), message, "leave one of the two out");
    }
    if year.is_none() && week.is_none() && reaches != RawReach::Classes {
        let message = "nothing says how many firms this measure serves";
        checks.error(raw.kind.span(), message, "add firms_per_year = 1000, or firms_per_week");
    }
    if let (Some(_), Some(within)) = (&raw.by_month, raw.within_period.as_ref().filter(|within| ***within)) {
        let message = "`by_month` says when firms are served, and `within_period` as well";
        checks.error(within.span(), message, "leave one of the two out");
    }
    if let (Some(_), Some(place)) =
        (week, raw.by_month.as_ref().map(At::span).or(raw.within_period.as_ref().map(At::span)))
    {
        let message = "this spreads the firms of a year, and `firms_per_week` is the same in all weeks: no effect";
        checks.warn(place, message, "write `firms_per_year`, or leave this key out");
    }
    if let Some(months) = &raw.by_month {
        if months.len() != 12 {
            let message = format!("`by_month` has {} figures, not one for each month", months.len());
            checks.error(months.span(), message, "write twelve figures, from January on");
        } else if months.iter().all(|figure| **figure == 0.0) {
            checks.error(months.span(), "no month has any firm", "write a figure above 0 for at least one month");
        }
    }
    match week {
        Some(firms) => Capacity::PerWeek(**firms),
        None => Capacity::PerYear(year.as_ref().map_or(0.0, |firms| **firms)),
    }
}

/// Which firms are served, and what that does to them.
fn firms(raw: &At<RawCustom>, checks: &mut Checks, added: &Written) -> Reached {
    let small = match (&raw.small_up_to, &raw.share_small) {
        (Some(most), Some(share)) => Some(SmallFirms { most_employees: **most, share: **share }),
        (None, None) => None,
        (Some(most), None) => {
            let message = "`small_up_to` without the share that small firms have";
            checks.error(most.span(), message, "add share_small = 0.5, or limit the `target` to small firms");
            None
        }
        (None, Some(share)) => {
            let message = "`share_small` without a size below which firms are small";
            checks.error(share.span(), message, "add small_up_to = 300");
            None
        }
    };
    let removed = Written {
        key: "barriers_removed",
        mean: &raw.barriers_removed,
        sd: &raw.barriers_removed_sd,
        parameter: &raw.barriers_removed_parameter,
        limits: (-0.5, 1.0),
        unit: "share",
    };
    let share = [raw.barriers_removed.as_ref().map(At::span), raw.barriers_removed_parameter.as_ref().map(At::span)];
    match (&raw.barriers, share.into_iter().flatten().next()) {
        (Some(barriers), None) => {
            let message = "nothing says which share of these barriers goes";
            checks.error(barriers.span(), message, "add barriers_removed = 0.25, or barriers_removed_parameter");
        }
        (None, Some(place)) => {
            let message = "nothing says of which barriers a share goes";
            let all = Barrier::ALL.map(|barrier| format!("\"{}\"", barrier.key())).join(", ");
            checks.error(place, message, format!("add barriers = [...] with some of {all}"));
        }
        _ => {}
    }
    let barriers = raw.barriers.as_ref().map_or(Vec::new(), |list| {
        checks.members(list, "barriers", |word| Barrier::ALL.into_iter().find(|one| one.key() == word.0))
    });
    Reached::Firms {
        mix: Mix { small, share_not_practising: raw.share_not_practising.as_ref().map(|share| **share) },
        barriers,
        removed: removed.check(checks),
        added: added.check(checks),
        until_started: raw.until_started.as_ref().is_some_and(|until| **until),
    }
}

/// Who notices.
fn noticed(raw: &At<RawCustom>, reaches: RawReach, checks: &mut Checks) -> Noticed {
    let hosts = raw
        .host_prefectures
        .as_ref()
        .map(|list| checks.members(list, "host_prefectures", |word| Prefecture::parse(&word.0)));
    let Some(place) = &raw.noticed else {
        if let Some(list) = &raw.host_prefectures {
            checks.warn(list.span(), "nobody notices this measure there: no effect", "add noticed = \"in_hosts\"");
        }
        return Noticed::Nobody;
    };
    let meant = match (**place, hosts) {
        (RawNoticed::InHosts, Some(hosts)) => Noticed::In(hosts),
        (RawNoticed::InHosts, None) => {
            checks.error(place.span(), "nothing says where it is noticed", "add host_prefectures = [\"Wakayama\"]");
            Noticed::Nobody
        }
        (other, hosts) => {
            if let (Some(_), Some(list)) = (hosts, &raw.host_prefectures) {
                let message = "`host_prefectures` has no effect: it is not there that the measure is noticed";
                checks.warn(list.span(), message, "write noticed = \"in_hosts\", or leave the key out");
            }
            match other {
                RawNoticed::InClass => Noticed::InClass,
                RawNoticed::Nationwide => Noticed::Nationwide,
                RawNoticed::Nobody | RawNoticed::InHosts => Noticed::Nobody,
            }
        }
    };
    let possible = match reaches {
        RawReach::Firms => true,
        RawReach::Everybody => meant != Noticed::InClass,
        RawReach::Classes => meant == Noticed::Nobody,
    };
    if possible {
        return meant;
    }
    let message = "nobody in particular takes part in this measure: it cannot be noticed so";
    checks.error(
        place.span(),
        message,
        match reaches {
            RawReach::Classes => "leave the key out",
            _ => "write noticed = \"nationwide\" or \"in_hosts\"",
        },
    );
    Noticed::Nobody
}

impl MeasureKind for Custom {
    fn yearly_capacity(&self) -> Option<f64> {
        (!matches!(*self.whom, Reached::Classes { .. })).then(|| self.capacity.yearly())
    }

    fn price(&self) -> Price {
        match *self.whom {
            Reached::Classes { .. } => Price::Nothing,
            _ => Price::UnitCost,
        }
    }

    fn reaches(&self) -> Reach {
        match *self.whom {
            Reached::Firms { .. } => Reach::SingleFirms,
            Reached::Everybody => Reach::Everybody,
            Reached::Classes { .. } => Reach::Classes,
        }
    }

    fn effect(&self, parameters: &Parameters) -> Option<Effect> {
        match &*self.whom {
            Reached::Firms { barriers, removed, added, .. } => {
                let removes = Effect::removes(barriers, removed.value(&self.kind, parameters));
                Some(removes.and_encourages(added.value(&self.kind, parameters)))
            }
            Reached::Everybody | Reached::Classes { .. } => None,
        }
    }

    fn word(&self) -> Option<&str> {
        Some(&self.kind)
    }

    /// Pressure on classes has a time of its own as well.
    fn has_delay(&self) -> bool {
        !matches!(*self.whom, Reached::Everybody)
    }

    fn shows(&self) -> Shows {
        match *self.whom {
            Reached::Firms { .. } => Shows::FromThenOn,
            Reached::Everybody | Reached::Classes { .. } => Shows::Nothing,
        }
    }

    fn only_helps_to_start(&self) -> bool {
        matches!(*self.whom, Reached::Firms { until_started: true, .. })
    }

    fn spread(&self, _: &Data) -> Spread {
        self.spread.clone()
    }

    fn pools(&self, target: &Eligibility) -> Vec<Criteria> {
        match &*self.whom {
            Reached::Firms { mix, .. } => mix.pools(target),
            Reached::Everybody | Reached::Classes { .. } => Vec::new(),
        }
    }

    fn shares(&self) -> Vec<f64> {
        match &*self.whom {
            Reached::Firms { mix, .. } => mix.shares(),
            Reached::Everybody | Reached::Classes { .. } => Vec::new(),
        }
    }

    fn begin(&self, _: &Intervention, setting: &Setting) -> Box<dyn Acts> {
        let value = |effect: &Assumed| effect.value(&self.kind, setting.parameters);
        let whom = match &*self.whom {
            Reached::Firms { mix, .. } => Whom::Firms(mix.clone()),
            Reached::Everybody => Whom::Everybody,
            Reached::Classes { share, start, leave, formalise } => Whom::Classes(Pressure {
                share: *share,
                start: value(start),
                leave: value(leave),
                formalise: value(formalise),
            }),
        };
        Box::new(Combination { capacity: self.capacity, whom, noticed: self.noticed.clone() })
    }
}
