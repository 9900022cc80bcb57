//! Whose job is next: tabs take turns, and each has its own in the order in which it asked.

use std::collections::HashMap;

/// Which tab was served when.
#[derive(Clone, Debug, Default)]
pub struct Turns {
    served: HashMap<String, u64>,
    count: u64,
}

impl Turns {
    /// The place of the next job among those that wait, given with their tabs, oldest first: that of the tab that has waited
    /// longest for a turn.
    pub fn next<'a>(&mut self, waiting: impl Iterator<Item = &'a str>) -> Option<usize> {
        let last = |tab: &str| self.served.get(tab).copied().unwrap_or(0);
        let (place, tab) = waiting.enumerate().min_by_key(|(place, tab)| (last(tab), *place))?;
        self.count += 1;
        self.served.insert(tab.to_string(), self.count);
        Some(place)
    }

    /// The order in which all that wait will have their turn, as places.
    pub fn order(&self, waiting: &[&str]) -> Vec<usize> {
        let mut turns = self.clone();
        let mut rest: Vec<(usize, &str)> = waiting.iter().copied().enumerate().collect();
        let mut order = Vec::with_capacity(rest.len());
        while let Some(place) = turns.next(rest.iter().map(|(_, tab)| *tab)) {
            order.push(rest.remove(place).0);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_take_turns() {
        let turns = Turns::default();
        assert_eq!(turns.order(&["a", "a", "a", "b", "b"]), [0, 3, 1, 4, 2]);
        assert_eq!(turns.order(&["a", "b", "c", "a"]), [0, 1, 2, 3]);
        let mut turns = Turns::default();
        assert_eq!(turns.next(["a", "a"].into_iter()), Some(0));
        assert_eq!(turns.next(["a", "b"].into_iter()), Some(1), "a newcomer is not behind all of an earlier tab's");
        assert_eq!(turns.next([].into_iter()), None);
    }
}
