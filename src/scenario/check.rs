//! Checks of meaning: dates, periods, targets, money, declarations. What was typed in, [`Scenario`] and problems out.

use super::{meaning::*, raw::*, sources::Sources};
use crate::{
    calendar::{EPOCH, Week},
    classification::{Industry, Prefecture, Region, SizeClass},
    data::near,
    error::{Problem, Problems, Severity},
    interventions::{Channel, DisclosureForm, KINDS, LaterDeclarations, Price, Reach, Selection, Shows},
    notation::{At, Checks, Dimension, RawLater},
    parameters::{Parameters, TABLE},
};
use jiff::civil::{Date, date};
use std::ops::Range;

/// Gives the scenario that is meant. Every problem is pushed; the result is only valid when none is an error.
pub fn check(raw: &RawScenario, name: &str, sources: &Sources, found: &mut Problems) -> Scenario {
    let sound = found.0.iter().all(|problem| problem.severity < Severity::Error);
    let mut say = |problem: Problem, span: Range<usize>| found.0.push(sources.place(problem, span));
    let mut check = Check { checks: Checks::new(&mut say), sound_run: true };
    let run = check.run(raw.run.as_ref());
    check.sound_run = sound && check.checks.errors() == 0;
    let mut parameters = Parameters::default();
    let mut fixed = Vec::new();
    for row in TABLE {
        if let Some(value) = raw.parameters.as_ref().and_then(|given| given.0.get(row.name)) {
            parameters.set(row.name, **value);
            fixed.push(row.name);
        }
    }
    let later_infections = match raw.environment.as_ref().and_then(|e| e.later_infections.as_ref()).map(|l| **l) {
        Some(RawLater::Random) => LaterInfections::Random,
        Some(RawLater::None) | None => LaterInfections::None,
    };
    let all: Vec<(&At<RawIntervention>, Intervention)> =
        raw.intervention.iter().filter_map(|raw| Some((raw, check.intervention(raw, &run)?))).collect();
    let known = check.partners(&all);
    let active: Vec<_> = all.into_iter().filter(|(raw, _)| raw.active.as_ref().is_none_or(|active| **active)).collect();
    check.declarations(&active, later_infections);
    if known {
        check.conditions(&active);
        check.alike(&active);
    }
    let text = |text: &Option<At<String>>| text.as_ref().map_or(String::new(), |text| text.trim().to_string());
    Scenario {
        name: name.to_string(),
        title: text(&raw.title),
        question: text(&raw.question),
        sources: raw.sources.iter().flatten().map(|source| source.to_string()).collect(),
        run,
        parameters,
        fixed,
        later_infections,
        interventions: active.into_iter().map(|(_, meant)| meant).collect(),
    }
}

/// The state of one check.
struct Check<'a> {
    checks: Checks<'a>,
    /// Whether the run's own days can be compared with.
    sound_run: bool,
}

impl Check<'_> {
    fn run(&mut self, raw: Option<&RawRun>) -> RunPlan {
        let default = RawRun::default();
        let raw = raw.unwrap_or(&default);
        let start = self.checks.day(&raw.start, EPOCH);
        let end = self.checks.day(&raw.end, date(2026, 3, 31));
        if let Some(place) = raw.end.as_ref().or(raw.start.as_ref()) {
            self.checks.period(start, end, place.span(), "the run");
        }
        let whole = raw.whole.as_ref().is_some_and(|whole| **whole);
        if let (true, Some(sample)) = (whole, &raw.sample) {
            self.checks.error(sample.span(), "both `whole = true` and `sample`", "keep one of the two");
        }
        RunPlan {
            start,
            end,
            seed: raw.seed.as_ref().map_or(20_210_430, |seed| **seed),
            population_seed: raw.population_seed.as_ref().map_or(2021, |seed| **seed),
            replicates: raw.replicates.as_ref().map_or(60, |replicates| **replicates),
            scale: if whole {
                Scale::Whole
            } else {
                Scale::Sample(raw.sample.as_ref().map_or(60_000, |sample| **sample))
            },
        }
    }

    fn intervention(&mut self, raw: &At<RawIntervention>, run: &RunPlan) -> Option<Intervention> {
        let name = raw.name.to_string();
        let measure = self.measure(raw)?;
        let active = raw.active.as_ref().is_none_or(|active| **active);
        let from = self.checks.day(&raw.from, EPOCH);
        let until = self.checks.day(&raw.until, run.end);
        let place = raw.until.as_ref().or(raw.from.as_ref()).map_or(raw.name.span(), At::span);
        let late = place.clone();
        if raw.from.is_some() && raw.until.is_some() {
            self.checks.period(from, until, place.clone(), &format!("`{name}`"));
        }
        let sound = self.sound_run && !(raw.from.is_some() && raw.until.is_some() && until < from);
        if active && sound && (run.end < from || until < EPOCH) {
            let message = format!("`{name}` ({from} to {until}) lies outside the run: it has no effect");
            self.checks.warn(place, message, format!("the run goes from {EPOCH} to {}", run.end));
        }
        let capacity = measure.kind().yearly_capacity();
        let delivers = capacity.is_some();
        if active && sound && delivers && from <= until && Week::of_period(from, until).is_none() {
            let message = format!("no week begins between {from} and {until}: `{name}` has no effect");
            self.checks.warn(late.clone(), message, "a measure acts in the weeks whose Mondays lie in its period");
        }
        let scale = raw.scale.as_ref().map_or(1.0, |scale| **scale);
        if let Some(place) = raw.scale.as_ref().filter(|_| active && scale == 0.0) {
            self.checks.warn(place.span(), format!("`{name}` has scale 0: it has no effect"), "write active = false");
        }
        if active && capacity == Some(0.0) && raw.budget_per_fiscal_year.is_none() {
            let message = format!("the capacity of `{name}` is 0: it has no effect");
            self.checks.warn(raw.name.span(), message, "raise it in the table of its kind, or write active = false");
        }
        let meant = Intervention {
            target: raw.target.as_ref().map_or(Eligibility::default(), |target| self.target(target)),
            selection: match raw.selection.as_ref().map(|selection| **selection) {
                Some(RawSelection::Random) => Selection::Random,
                Some(RawSelection::Inclined) => Selection::Inclined,
                None => measure.kind().selection(),
            },
            budget_yen_per_fiscal_year: raw.budget_per_fiscal_year.as_ref().map(|budget| budget.0.get_ref().0),
            unit_cost_yen: raw.unit_cost.as_ref().map(|cost| cost.0.get_ref().0).or(match measure.kind().price() {
                Price::Rule { each_yen, .. } => each_yen,
                Price::Nothing | Price::UnitCost => None,
            }),
            delay_weeks: raw.delay.as_ref().map_or(0, |delay| delay.0.get_ref().0.round() as u32),
            half_life_weeks: raw.half_life.as_ref().map(|half_life| half_life.0.get_ref().0),
            channels: self
                .list(&raw.channels, "channels", |word| Channel::parse(&word.0))
                .filter(|_| measure.kind().shows() != Shows::Nothing),
            name,
            from,
            until,
            scale,
            measure,
        };
        if let Some(half_life) = raw.half_life.as_ref().filter(|half_life| half_life.0.get_ref().0 == 0.0) {
            self.checks.error(
                half_life.span(),
                "a half-life of 0 weeks",
                "write a longer one, or leave it out: the effect lasts",
            );
        }
        self.money(raw, &meant);
        if active {
            self.limits(raw, &meant);
        }
        self.unused_keys(raw, &meant);
        Some(meant)
    }

    /// The one table named by a kind.
    fn measure(&mut self, raw: &At<RawIntervention>) -> Option<Measure> {
        let name = raw.name.as_str();
        let kinds = raw.kinds(&mut self.checks);
        match kinds.as_slice() {
            [_] => {}
            [] => {
                let advice = format!("add one of: {}", KINDS.join(", "));
                self.checks.error(raw.name.span(), format!("`{name}` has no kind: nothing says what it does"), advice);
            }
            [(first, ..), (second, place, _), ..] => {
                let message = format!("`{name}` has two kinds: `{first}` and `{second}`");
                self.checks.error(place.clone(), message, "split it into two interventions, each with its own name");
            }
        }
        kinds.into_iter().last().map(|(.., measure)| measure)
    }

    /// Keys that are common to all kinds but mean nothing to this one.
    fn unused_keys(&mut self, raw: &At<RawIntervention>, meant: &Intervention) {
        let reach = meant.measure.kind().reaches();
        let (by_class, nationwide) = (reach == Reach::Classes, reach == Reach::Everybody);
        let mut unused: Vec<(&str, Range<usize>, &str)> = Vec::new();
        if !meant.measure.kind().has_delay() {
            let why = "it has no deliveries to single firms; drop the key";
            unused.extend(raw.delay.as_ref().map(|key| ("delay", key.span(), why)));
            unused.extend(raw.half_life.as_ref().map(|key| ("half_life", key.span(), why)));
        }
        if let (true, Some(target)) = (nationwide, &raw.target) {
            unused.push(("target", target.span(), "it acts on all firms that it reaches; drop the key"));
        }
        if let (true, Some(target)) = (by_class, &raw.target) {
            let why = "it acts on whole classes of firms (industry, prefecture, size, capital, bidders); drop the key";
            let single = [
                ("min_employees", target.min_employees.as_ref().map(At::span)),
                ("max_employees", target.max_employees.as_ref().map(At::span)),
                ("practising", target.practising.as_ref().map(At::span)),
                ("formal", target.formal.as_ref().map(At::span)),
            ];
            unused.extend(single.into_iter().filter_map(|(key, span)| Some((key, span?, why))));
        }
        if let (Shows::Nothing, Some(channels)) = (meant.measure.kind().shows(), &raw.channels) {
            unused.push(("channels", channels.span(), "firms that it serves have nothing to show; drop the key"));
        }
        for (key, place, why) in unused {
            let message = format!("`{key}` of `{}` has no effect on {}", meant.name, meant.measure.key());
            self.checks.warn(place, message, why);
        }
        if let (Some(table), Measure::EmergencyDeclaration(emergency)) = (&raw.emergency_declaration, &meant.measure) {
            for (raw, declared) in table.list.iter().zip(&emergency.list) {
                let sound = self.sound_run && declared.from <= declared.until;
                if sound && (declared.until < meant.from || meant.until < declared.from) {
                    let advice = format!("`{}` runs from {} to {}", meant.name, meant.from, meant.until);
                    self.checks.warn(
                        raw.from.span(),
                        "this declaration lies outside its period: it has no effect",
                        advice,
                    );
                }
            }
        }
    }

    /// The members of a list that may be left out.
    fn list<R, T: PartialEq>(
        &mut self,
        raw: &Option<At<Vec<At<R>>>>,
        key: &str,
        meant: impl Fn(&R) -> Option<T>,
    ) -> Option<Vec<T>> {
        raw.as_ref().map(|list| self.checks.members(list, key, meant))
    }

    fn target(&mut self, raw: &At<RawTarget>) -> Eligibility {
        let target = Eligibility {
            regions: self.list(&raw.regions, "regions", |word| Region::ALL.into_iter().find(|one| one.key() == word.0)),
            not_prefectures: self.list(&raw.not_prefectures, "not_prefectures", |word| Prefecture::parse(&word.0)),
            not_industries: self.list(&raw.not_industries, "not_industries", |word| Industry::parse(&word.0)),
            prefectures: self.list(&raw.prefectures, "prefectures", |word| Prefecture::parse(&word.0)),
            industries: self.list(&raw.industries, "industries", |word| Industry::parse(&word.0)),
            sizes: self.list(&raw.sizes, "sizes", |word| SizeClass::ALL.into_iter().find(|one| one.key() == word.0)),
            min_employees: raw.min_employees.as_ref().map(|employees| **employees),
            max_employees: raw.max_employees.as_ref().map(|employees| **employees),
            high_capital: raw.high_capital.as_ref().map(|flag| **flag),
            bidder: raw.bidder.as_ref().map(|flag| **flag),
            practising: raw.practising.as_ref().map(|flag| **flag),
            formal: raw.formal.as_ref().map(|flag| **flag),
        };
        let (least, most) = (target.min_employees.unwrap_or(0), target.max_employees.unwrap_or(u32::MAX));
        let nobody = if most < least {
            Some(format!("at least {least} and at most {most} employees"))
        } else if !Prefecture::all().any(|place| {
            target.prefectures.as_ref().is_none_or(|list| list.contains(&place))
                && target.regions.as_ref().is_none_or(|list| list.contains(&place.region()))
                && target.not_prefectures.as_ref().is_none_or(|list| !list.contains(&place))
        }) {
            Some("no prefecture is left".to_string())
        } else if !Industry::all().any(|industry| {
            target.industries.as_ref().is_none_or(|list| list.contains(&industry))
                && target.not_industries.as_ref().is_none_or(|list| !list.contains(&industry))
        }) {
            Some("no industry is left".to_string())
        } else {
            // SME Basic Act: a micro firm has at most 20 employees, a large one always more than 50.
            match target.sizes.as_deref() {
                Some([SizeClass::Micro]) if least > 20 => {
                    Some(format!("micro firms (at most 20 employees) with at least {least}"))
                }
                Some([SizeClass::Large]) if most <= 50 => {
                    Some(format!("large firms (more than 50 employees) with at most {most}"))
                }
                _ => None,
            }
        };
        if let Some(nobody) = nobody {
            self.checks.error(
                raw.span(),
                format!("this target matches no firm: {nobody}"),
                "conditions are joined by `and`: drop or widen one",
            );
        }
        target
    }

    /// Budgets that cannot be spent.
    fn money(&mut self, raw: &At<RawIntervention>, meant: &Intervention) {
        let name = &meant.name;
        let price = meant.measure.kind().price();
        if let (Price::Rule { .. }, Some(cost)) = (price, &raw.unit_cost) {
            let advice = "leave `unit_cost` out, and change the rule instead";
            self.checks.error(cost.span(), format!("what `{name}` pays follows from the rule of its kind"), advice);
            return;
        }
        let Some(place) = &raw.budget_per_fiscal_year else { return };
        let (place, budget) = (place.span(), place.0.get_ref().0 * meant.scale);
        let cheapest = match price {
            Price::Nothing => {
                let message = format!("`{name}` has a budget that cannot be spent: no budget limits this kind");
                self.checks.error(place, message, "leave `budget_per_fiscal_year` out");
                return;
            }
            Price::Rule { least_yen, .. } => Some(least_yen),
            Price::UnitCost => meant.unit_cost_yen,
        };
        if let (Price::UnitCost, Some(0.0)) = (price, cheapest) {
            let message = format!("a delivery of `{name}` costs nothing: its budget has no effect");
            self.checks.warn(place, message, "write what a delivery costs in `unit_cost`, or leave the budget out");
            return;
        }
        let Some(cheapest) = cheapest else {
            let message = format!("`{name}` has a budget that cannot be spent: nothing says what a delivery costs");
            self.checks.error(place, message, "add unit_cost = \"... yen\", or leave the budget out");
            return;
        };
        if meant.measure.kind().yearly_capacity() == Some(0.0) {
            let message = format!("`{name}` has a budget that cannot be spent: its capacity is zero");
            self.checks.error(place, message, "raise the capacity in the table of its kind, or leave the budget out");
        } else if meant.scale > 0.0 && cheapest > budget {
            let message = format!(
                "`{name}` has a budget that cannot be spent: one delivery costs {}",
                Dimension::Yen.write(cheapest)
            );
            self.checks.error(
                place,
                message,
                format!("a fiscal year's budget (times `scale`) is {}: raise it", Dimension::Yen.write(budget)),
            );
        }
    }

    /// Money for fewer deliveries than there is capacity for, and capacity for firms that the target leaves out.
    fn limits(&mut self, raw: &At<RawIntervention>, meant: &Intervention) {
        let name = &meant.name;
        let kind = meant.measure.kind();
        if let (Some(budget), Some(raw_budget), Some(cost), Some(capacity)) = (
            meant.budget_yen_per_fiscal_year,
            &raw.budget_per_fiscal_year,
            meant.unit_cost_yen.filter(|cost| *cost > 0.0),
            kind.yearly_capacity().filter(|capacity| capacity.is_finite()),
        ) {
            let affordable = budget / cost;
            if affordable < capacity * 0.995 {
                let message = format!(
                    "`{name}` has money for {} of {} deliveries a year: its budget is the limit",
                    (affordable * meant.scale).floor(),
                    (capacity * meant.scale).round(),
                );
                let all = Dimension::Yen.write((capacity * cost).ceil());
                let advice = format!("for all of them write budget_per_fiscal_year = \"{all}\" (before `scale`)");
                self.checks.warn(raw_budget.span(), message, advice);
            }
        }
        let place = raw.target.as_ref().map_or(raw.name.span(), At::span);
        for (criteria, share) in kind.pools(&meant.target).iter().zip(kind.shares()) {
            if share > 0.0 && !criteria.possible() {
                let message = format!(
                    "{} % of the capacity of `{name}` are for firms of a size that its target leaves out: they are lost",
                    (share * 100.0).round()
                );
                self.checks.warn(place.clone(), message, "change the shares in the table of its kind, or the target");
            }
        }
    }

    /// Two declarations of the scenario in one prefecture at one time.
    fn declarations(&mut self, active: &[(&At<RawIntervention>, Intervention)], infections: LaterInfections) {
        let mut all: Vec<(Prefecture, Date, Date, Range<usize>)> = Vec::new();
        for (raw, meant) in active {
            let (Some(raw), Measure::EmergencyDeclaration(meant)) = (&raw.emergency_declaration, &meant.measure) else {
                continue;
            };
            if let Some(later) = raw
                .later
                .as_ref()
                .filter(|_| meant.later == LaterDeclarations::Random && infections == LaterInfections::None)
            {
                let message = "later declarations follow the simulated infections, of which there are none: no effect";
                self.checks.warn(later.span(), message, "write later_infections = \"random\" under [environment]");
            }
            for (raw, meant) in raw.list.iter().zip(&meant.list) {
                let place = raw.from.span();
                all.extend(meant.prefectures.iter().map(|p| (*p, meant.from, meant.until, place.clone())));
            }
        }
        all.sort_by_key(|(prefecture, from, _, place)| (*prefecture, *from, place.start));
        let mut told: Vec<Range<usize>> = Vec::new();
        for pair in all.windows(2) {
            let [(first, _, until, _), (second, from, _, place)] = pair else { continue };
            if first == second && from <= until && !told.contains(place) {
                told.push(place.clone());
                let message = format!("overlapping declarations in {}: one runs until {until}", first.name());
                self.checks.error(
                    place.clone(),
                    message,
                    format!("let this one begin after {until}, or leave the prefecture out"),
                );
            }
        }
    }

    /// Whether names of other interventions are those of one, and of the right kind.
    fn partners(&mut self, all: &[(&At<RawIntervention>, Intervention)]) -> bool {
        let before = self.checks.errors();
        for (raw, _) in all {
            let bonus = raw.procurement_bonus.as_ref().and_then(|table| table.of_certification.as_ref());
            let disclosure = raw.disclosure.as_ref().and_then(|table| table.of_subsidy.as_ref());
            for (wanted, kind) in [(bonus, "certification"), (disclosure, "subsidy")] {
                let Some(wanted) = wanted else { continue };
                let of_kind = || all.iter().filter(|(_, other)| other.measure.key() == kind);
                let named = wanted.as_str();
                if of_kind().any(|(_, other)| other.name == named) {
                    continue;
                }
                let there: Vec<&str> = of_kind().map(|(_, other)| other.name.as_str()).collect();
                let advice = match (near(named, there.iter().copied()), there.as_slice()) {
                    (_, []) => format!("add an intervention with a `{kind}` table"),
                    (Some(meant), _) => format!("did you mean `{meant}`?"),
                    (None, there) => format!("write one of: {}", there.join(", ")),
                };
                let message = match all.iter().find(|(_, other)| other.name == named) {
                    Some((_, other)) => format!("`{named}` is no {kind} but a {}", other.measure.key()),
                    None => format!("this scenario has no {kind} named `{named}`"),
                };
                self.checks.error(wanted.span(), message, advice);
            }
        }
        self.checks.errors() == before
    }

    /// Measures that go by one word for their kind, and do something else to firms.
    fn alike(&mut self, active: &[(&At<RawIntervention>, Intervention)]) {
        let point = Parameters::default();
        let draws = [point.drawn_for_measures(1), point];
        let effects = |meant: &Intervention| {
            let kind = meant.measure.kind();
            (draws.each_ref().map(|draw| kind.effect(draw)), kind.only_helps_to_start())
        };
        for (place, (raw, meant)) in active.iter().enumerate() {
            let Some(custom) = &raw.custom else { continue };
            let word = meant.measure.word();
            let of_word = |(_, other): &&(&At<RawIntervention>, Intervention)| other.measure.word() == word;
            let Some((_, first)) = active[..place].iter().find(of_word).or(active[place + 1..].iter().find(of_word))
            else {
                continue;
            };
            if effects(first) != effects(meant) {
                let message = format!(
                    "`{}` and `{}` are both of the kind `{word}`, but they do not do the same to firms",
                    meant.name, first.name
                );
                let advice = "give one of them another `kind`, or both the same barriers and log hazards";
                self.checks.error(custom.kind.span(), message, advice);
            }
        }
    }

    /// Conditions on subsidies where there is none.
    fn conditions(&mut self, active: &[(&At<RawIntervention>, Intervention)]) {
        for (raw, meant) in active {
            if let Measure::ProcurementBonus(bonus) = &meant.measure {
                let gives = |other: &Intervention| {
                    matches!(other.measure, Measure::Certification(_))
                        && bonus.of_certification.as_ref().is_none_or(|name| *name == other.name)
                };
                if !active.iter().any(|(_, other)| gives(other)) {
                    let which = bonus.of_certification.as_deref().map_or("none".into(), |name| format!("no `{name}`"));
                    let message =
                        format!("`{}` goes to holders of a certificate, but {which} is active: no effect", meant.name);
                    self.checks.warn(raw.name.span(), message, "add an intervention with a `certification` table");
                }
            }
            let Measure::Disclosure(disclosure) = &meant.measure else { continue };
            let carries = |other: &Intervention| {
                matches!(other.measure, Measure::Subsidy(_))
                    && disclosure.of_subsidy.as_ref().is_none_or(|name| *name == other.name)
            };
            let conditional = disclosure.form == DisclosureForm::ConditionOfSubsidy;
            if let Some(named) = raw.disclosure.as_ref().and_then(|t| t.of_subsidy.as_ref()).filter(|_| !conditional) {
                let message =
                    format!("`of_subsidy` has no effect on `{}`: it is no condition of a subsidy", meant.name);
                self.checks.warn(named.span(), message, "write form = \"condition_of_subsidy\", or leave the key out");
            }
            if conditional && !active.iter().any(|(_, other)| carries(other)) {
                let which = disclosure.of_subsidy.as_deref().map_or("none".to_string(), |name| format!("no `{name}`"));
                let message =
                    format!("`{}` is a condition of subsidies, but {which} is active: it has no effect", meant.name);
                self.checks.warn(raw.name.span(), message, "switch a subsidy on, or choose another form");
            }
        }
    }
}
