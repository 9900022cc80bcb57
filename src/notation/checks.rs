//! Checks of single values: days, periods, lists. What is wrong goes to whoever knows the files.

use super::{At, Day};
use crate::{
    calendar::EPOCH,
    error::{Kind, Problem, Severity},
};
use jiff::civil::{Date, date};
use std::ops::Range;

/// Last day that a run may have.
const LAST_DAY: Date = date(2036, 3, 31);

/// Takes up what is wrong with typed values, each with its place in the sources.
pub struct Checks<'a> {
    say: &'a mut dyn FnMut(Problem, Range<usize>),
    errors: usize,
}

impl<'a> Checks<'a> {
    /// `say` is told of every problem, and where it is.
    pub fn new(say: &'a mut dyn FnMut(Problem, Range<usize>)) -> Checks<'a> {
        Checks { say, errors: 0 }
    }

    /// Errors said so far.
    pub fn errors(&self) -> usize {
        self.errors
    }

    fn problem(&mut self, problem: Problem, span: Range<usize>, advice: impl Into<String>) {
        self.errors += usize::from(problem.severity == Severity::Error);
        (self.say)(problem.advise(advice), span);
    }

    /// Says an error.
    pub fn error(&mut self, span: Range<usize>, message: impl Into<String>, advice: impl Into<String>) {
        self.problem(Problem::error(Kind::Scenario, message), span, advice);
    }

    /// Says a warning.
    pub fn warn(&mut self, span: Range<usize>, message: impl Into<String>, advice: impl Into<String>) {
        self.problem(Problem::warning(Kind::Scenario, message), span, advice);
    }

    /// Warns of a value for which a measure does nothing.
    pub fn nothing(&mut self, span: Range<usize>, message: &str) {
        self.warn(span, message, "write another value, or active = false");
    }

    /// A day that the simulation can know, or `default`.
    pub fn day(&mut self, day: &Option<At<Day>>, default: Date) -> Date {
        if let Some(day) = day
            && !(EPOCH..=LAST_DAY).contains(&day.0.get_ref().0)
        {
            let advice = format!("write a date from {EPOCH}, the first simulated Monday, to {LAST_DAY}");
            self.error(day.span(), format!("{} lies outside the time that can be simulated", **day), advice);
        }
        day.as_ref().map_or(default, |day| day.0.get_ref().0)
    }

    /// Whether a period ends before it begins.
    pub fn period(&mut self, from: Date, until: Date, place: Range<usize>, what: &str) {
        if until < from {
            let message = format!("{what} ends on {until}, before it begins on {from}");
            self.error(place, message, "let the last day be the first day or later");
        }
    }

    /// The members of a list, each once. An empty list is an error, a repeated member a warning.
    pub fn members<R, T: PartialEq>(
        &mut self,
        list: &At<Vec<At<R>>>,
        key: &str,
        meant: impl Fn(&R) -> Option<T>,
    ) -> Vec<T> {
        if list.is_empty() {
            self.error(
                list.span(),
                format!("`{key}` is empty"),
                "name at least one, or leave the key out where it is optional",
            );
        }
        let mut members = Vec::new();
        for raw in list.iter() {
            match meant(raw) {
                Some(member) if members.contains(&member) => {
                    self.warn(raw.span(), format!("named twice in `{key}`"), "drop one of the two");
                }
                Some(member) => members.push(member),
                None => self.error(raw.span(), format!("unknown member of `{key}`"), "see the docs page `scenarios`"),
            }
        }
        members
    }
}
