//! Inheritance: parents, `[change]`, new interventions and command-line settings, merged into one tree of values that
//! keep their places. Texts in; one tree, and notes on what was inherited, overridden or in vain, out.

use super::{
    Override,
    chain::{SpannedTable, SpannedValue, described, move_value, parse},
    nearest,
    sources::Sources,
};
use crate::error::{Kind, Problem, Problems};
use serde_spanned::Spanned;
use std::{collections::BTreeMap, ops::Range};
use toml::de::{DeArray, DeTable, DeValue};

/// The merged tree.
pub struct Merged<'s> {
    /// Everything except the interventions.
    pub top: SpannedTable<'s>,
    /// The interventions in order, inherited first.
    pub interventions: Vec<Entry<'s>>,
}

/// One intervention on its way through the files.
pub struct Entry<'s> {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its table, or whatever stands there.
    pub value: SpannedValue<'s>,
    /// Where an edit last changed something other than `active`.
    edited: Option<Range<usize>>,
}

impl<'s> Merged<'s> {
    /// As one document.
    pub fn into_value(mut self) -> SpannedValue<'s> {
        let list: DeArray<'s> = self.interventions.into_iter().map(|entry| entry.value).collect();
        self.top.insert(Spanned::new(0..0, "intervention".into()), Spanned::new(0..0, DeValue::Array(list)));
        Spanned::new(0..0, DeValue::Table(self.top))
    }
}

/// Merges the first `files` texts of `sources` (child first) and the settings, whose texts follow them.
pub fn merge<'s>(files: usize, overrides: &'s [Override], sources: &'s Sources, found: &mut Problems) -> Merged<'s> {
    let mut editor = Editor {
        sources,
        found,
        root: files - 1,
        settings: files,
        merged: Merged { top: SpannedTable::new(), interventions: Vec::new() },
    };
    for number in (0..files).rev() {
        let (text, base) = sources.source(number);
        editor.layer(parse(text, base).0, number);
    }
    let mut seen = BTreeMap::new();
    for (place, setting) in overrides.iter().enumerate() {
        editor.setting(setting, files + place, &mut seen);
    }
    editor.vain_edits();
    editor.merged
}

struct Editor<'s, 'f> {
    sources: &'s Sources,
    found: &'f mut Problems,
    /// Number of the text that stands on its own.
    root: usize,
    /// Number of the first text that is a command-line setting.
    settings: usize,
    merged: Merged<'s>,
}

impl<'s> Editor<'s, '_> {
    fn say(&mut self, problem: Problem, span: Range<usize>) {
        self.found.0.push(self.sources.place(problem, span));
    }

    fn error(&mut self, span: Range<usize>, message: impl Into<String>, advice: impl Into<String>) {
        self.say(Problem::error(Kind::Scenario, message).advise(advice), span);
    }

    /// One file: its own values over the inherited ones, then `[change]`, then its new interventions.
    fn layer(&mut self, mut table: SpannedTable<'s>, number: usize) {
        let child = number != self.root;
        if let Some(extends) = table.remove("extends") {
            let names: Vec<&str> = self.merged.interventions.iter().filter_map(|e| e.name.as_deref()).collect();
            let parent = self.sources.name(number + 1);
            let message = format!("inherits {} interventions from `{parent}`: {}", names.len(), names.join(", "));
            self.say(Problem::note(message), extends.span());
        }
        let changes = table.remove_entry("change");
        let additions = table.remove("intervention");
        self.inherit_sources(&mut table);
        let overlay = Spanned::new(0..0, DeValue::Table(table));
        let mut top = Spanned::new(0..0, DeValue::Table(std::mem::take(&mut self.merged.top)));
        self.overlay("", &mut top, overlay, child);
        self.merged.top = into_table(top);
        if let Some((key, value)) = changes {
            let span = value.span();
            match value.into_inner() {
                DeValue::Table(_) if !child => {
                    self.error(
                        key.span(),
                        "`[change]` in a scenario that inherits nothing",
                        "write extends = \"baseline.toml\" above, or change the intervention itself",
                    );
                }
                DeValue::Table(edits) => {
                    let mut edits: Vec<_> = edits.into_iter().collect();
                    edits.sort_by_key(|(key, _)| key.span().start);
                    for (name, edit) in edits {
                        self.edit(name.get_ref(), name.span(), edit);
                    }
                }
                other => {
                    let message = format!("`change` must be a table, not {}", described(&other));
                    self.error(span, message, "write [change] and below it one line an intervention");
                }
            }
        }
        self.add(additions);
    }

    /// A child's sources stand after the inherited ones.
    fn inherit_sources(&mut self, table: &mut SpannedTable<'s>) {
        let inherited = self.merged.top.get("sources").and_then(|value| value.get_ref().as_array());
        let Some(inherited) = inherited.cloned() else { return };
        if let Some(DeValue::Array(own)) = table.get_mut("sources").map(Spanned::get_mut) {
            let own = std::mem::replace(own, DeArray::new());
            let all = inherited.into_iter().chain(own).collect();
            if let Some(value) = self.merged.top.get_mut("sources") {
                *value.get_mut() = DeValue::Array(all);
            }
            table.remove("sources");
        }
    }

    fn add(&mut self, additions: Option<SpannedValue<'s>>) {
        let Some(additions) = additions else { return };
        let span = additions.span();
        let DeValue::Array(items) = additions.into_inner() else {
            self.error(
                span,
                "`intervention` must be a list of tables",
                "write [[intervention]], with two brackets, above each",
            );
            return;
        };
        for value in items {
            let named = value.get_ref().get("name");
            let name = named.and_then(|name| name.get_ref().as_str()).map(str::to_string);
            let place = named.map_or(value.span(), Spanned::span);
            let earlier = name.as_ref().and_then(|name| self.find(name));
            if let (Some(earlier), Some(name)) = (earlier, &name) {
                let earlier = self.merged.interventions[earlier].value.span();
                let message = format!("two interventions are called `{name}`");
                let advice = if self.sources.number(earlier.start) == self.sources.number(place.start) {
                    "give each its own name".to_string()
                } else {
                    format!(
                        "to alter the inherited one write `{name} = {{ ... }}` under [change]; else choose another name"
                    )
                };
                self.error(place, message, advice);
            } else {
                self.merged.interventions.push(Entry { name, value, edited: None });
            }
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.merged.interventions.iter().position(|entry| entry.name.as_deref() == Some(name))
    }

    /// One line of `[change]`, or one `--set intervention.NAME...`.
    fn edit(&mut self, name: &str, place: Range<usize>, edit: SpannedValue<'s>) {
        let Some(found) = self.find(name) else {
            let names: Vec<&str> = self.merged.interventions.iter().filter_map(|e| e.name.as_deref()).collect();
            let advice = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the interventions are: {}", names.join(", ")),
            };
            self.error(place, format!("there is no intervention `{}`", name.escape_debug()), advice);
            return;
        };
        let span = edit.span();
        let switch = |on: bool| {
            let key = Spanned::new(span.clone(), "active".into());
            DeValue::Table(DeTable::from_iter([(key, Spanned::new(span.clone(), DeValue::Boolean(on)))]))
        };
        let edit = match edit.get_ref() {
            DeValue::String(word) if word == "off" => Spanned::new(span.clone(), switch(false)),
            DeValue::String(word) if word == "on" => Spanned::new(span.clone(), switch(true)),
            DeValue::Table(_) => edit,
            _ => {
                let message = format!("a change of `{name}` must be a table, \"off\" or \"on\"");
                self.error(span, message, format!("write {name} = \"off\" or {name} = {{ scale = 2 }}"));
                return;
            }
        };
        if let Some(renamed) = edit.get_ref().get("name") {
            self.error(renamed.span(), "an inherited intervention keeps its name", "switch it off and write a new one");
            return;
        }
        let more = edit.get_ref().as_table().is_some_and(|edit| edit.keys().any(|key| key.get_ref() != "active"));
        let entry = &mut self.merged.interventions[found];
        if more {
            entry.edited = Some(span);
        }
        let mut value = std::mem::replace(&mut entry.value, Spanned::new(0..0, DeValue::Boolean(false)));
        self.overlay(&format!("intervention.{name}"), &mut value, edit, true);
        self.merged.interventions[found].value = value;
    }

    /// Puts `over` in the place of `under`; tables are merged key by key.
    fn overlay(&mut self, path: &str, under: &mut SpannedValue<'s>, over: SpannedValue<'s>, notes: bool) {
        let (under_span, over_span) = (under.span(), over.span());
        match (under.get_mut(), over.into_inner()) {
            (DeValue::Table(under), DeValue::Table(over)) => {
                if path == "run" && !(over.contains_key("whole") && over.contains_key("sample")) {
                    // Each of the two says how many firms are simulated, so one replaces the other; `whole = false` says nothing.
                    for (one, other) in [("whole", "sample"), ("sample", "whole")] {
                        if over.get(one).is_some_and(|value| value.get_ref().as_bool() != Some(false)) {
                            under.remove(other);
                        }
                    }
                }
                let mut over: Vec<_> = over.into_iter().collect();
                over.sort_by_key(|(key, _)| key.span().start);
                for (key, value) in over {
                    let path = if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{key}") };
                    match under.get_mut(key.get_ref().as_ref()) {
                        Some(inner) => self.overlay(&path, inner, value, notes),
                        None => {
                            if notes && !value.get_ref().is_table() {
                                let new = excerpt(self.sources.text(value.span()));
                                self.say(Problem::note(format!("sets `{path}` to {new}")), value.span());
                            }
                            under.insert(key, value);
                        }
                    }
                }
            }
            (old, new) => {
                if notes && !matches!(path, "title" | "question") {
                    self.replaced(path, under_span, old, over_span.clone(), &new);
                }
                *under = Spanned::new(over_span, new);
            }
        }
    }

    /// Says that a value was replaced, and warns where two edits collide.
    fn replaced(
        &mut self,
        path: &str,
        old_span: Range<usize>,
        old: &DeValue<'s>,
        span: Range<usize>,
        new: &DeValue<'s>,
    ) {
        let (from, to) = (excerpt(self.sources.text(old_span.clone())), excerpt(self.sources.text(span.clone())));
        let old_source = self.sources.number(old_span.start);
        if self.sources.number(span.start) >= self.settings && old_source < self.root {
            let message =
                format!("overrides `{path}`, which `{}` had changed: {from} -> {to}", self.sources.name(old_source));
            self.say(Problem::warning(Kind::Scenario, message), span);
        } else if same(old, new) {
            self.say(Problem::note(format!("`{path}` has no effect: it was {from} already")), span);
        } else {
            self.say(Problem::note(format!("overrides `{path}`: {from} -> {to}")), span);
        }
    }

    /// One command-line setting.
    fn setting(&mut self, setting: &'s Override, number: usize, seen: &mut BTreeMap<&'s str, usize>) {
        let (text, base) = self.sources.source(number);
        let path_place = base..base + setting.path.len();
        if let Some(earlier) = seen.insert(&setting.path, number) {
            let earlier = self.sources.name(earlier);
            let message = format!("`{}` is set twice on the command line; `{earlier}` is lost", setting.path);
            self.say(Problem::warning(Kind::Scenario, message), path_place.clone());
        }
        let rival = match setting.path.as_str() {
            "run.sample" => "run.whole",
            "run.whole" if setting.value.trim() != "false" => "run.sample",
            _ => "",
        };
        if let Some(earlier) = seen.get(rival).filter(|number| !self.sources.source(**number).0.ends_with("false")) {
            let earlier = self.sources.name(*earlier);
            let message = format!("`{}` takes the place of `{rival}`; `{earlier}` is lost", setting.path);
            self.say(Problem::warning(Kind::Scenario, message), path_place.clone());
        }
        let keys: Vec<&str> = setting.path.split('.').collect();
        if keys.iter().any(|key| key.is_empty()) || matches!(keys[0], "extends" | "change") || keys.len() > 16 {
            let advice = "write a path such as run.seed, parameters.NAME or intervention.NAME.scale";
            self.error(path_place, format!("`{}` cannot be set", setting.path.escape_debug()), advice);
            return;
        }
        let value_at = text.len() - setting.value.len();
        let value = match DeValue::parse(&text[value_at..]) {
            Ok(value) => move_value(value, base + value_at),
            // Shells take the quotes away, so what is no TOML value is text.
            Err(_) => Spanned::new(base + value_at..base + text.len(), DeValue::String(setting.value.as_str().into())),
        };
        let span = value.span();
        let nest = |keys: &[&'s str], value: SpannedValue<'s>| {
            keys.iter().rev().fold(value, |value, key| {
                let table = DeTable::from_iter([(Spanned::new(path_place.clone(), (*key).into()), value)]);
                Spanned::new(span.clone(), DeValue::Table(table))
            })
        };
        if keys[0] == "intervention" {
            let Some(name) = keys.get(1) else {
                self.error(path_place, "`intervention` cannot be set as a whole", "write intervention.NAME.scale");
                return;
            };
            self.edit(name, path_place.clone(), nest(&keys[2..], value));
        } else {
            let mut top = Spanned::new(0..0, DeValue::Table(std::mem::take(&mut self.merged.top)));
            self.overlay("", &mut top, nest(&keys, value), true);
            self.merged.top = into_table(top);
        }
    }

    /// Warns of changes to interventions that are off.
    fn vain_edits(&mut self) {
        let mut vain = Vec::new();
        for entry in &self.merged.interventions {
            let off =
                entry.value.get_ref().get("active").is_some_and(|active| active.get_ref().as_bool() == Some(false));
            if let (true, Some(name), Some(edited)) = (off, &entry.name, &entry.edited) {
                vain.push((name.clone(), edited.clone()));
            }
        }
        for (name, edited) in vain {
            let message = format!("`{name}` is changed and switched off: the change has no effect");
            self.say(
                Problem::warning(Kind::Scenario, message).advise("drop the change, or write active = true"),
                edited,
            );
        }
    }
}

fn into_table<'s>(value: SpannedValue<'s>) -> SpannedTable<'s> {
    match value.into_inner() {
        DeValue::Table(table) => table,
        _ => SpannedTable::new(),
    }
}

/// A value as typed, on one line and not too long.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

/// Whether two values mean the same.
fn same(old: &DeValue<'_>, new: &DeValue<'_>) -> bool {
    let number = |value: &DeValue<'_>| match value {
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix()).ok().map(|n| n as f64),
        DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
        _ => None,
    };
    match (old, new) {
        (DeValue::String(old), DeValue::String(new)) => old == new,
        (DeValue::Boolean(old), DeValue::Boolean(new)) => old == new,
        (DeValue::Datetime(old), DeValue::Datetime(new)) => old == new,
        (DeValue::Array(old), DeValue::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new.iter()).all(|(old, new)| same(old.get_ref(), new.get_ref()))
        }
        (old, new) => number(old).is_some_and(|old| number(new) == Some(old)),
    }
}
