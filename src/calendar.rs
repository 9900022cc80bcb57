//! Weeks, months and fiscal years.
//!
//! Week 0 starts on Monday 6 January 2020; a week belongs to the month and fiscal year of its Monday.
//! Japan's fiscal year runs from 1 April and is named after the year in which it starts.

use jiff::{ToSpan, civil::Date};

/// The Monday of week 0.
pub const EPOCH: Date = jiff::civil::date(2020, 1, 6);

/// A week, counted from [`EPOCH`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week(pub u32);

impl Week {
    /// The week that holds `date`; `None` before week 0.
    pub fn containing(date: Date) -> Option<Week> {
        let days = (date - EPOCH).get_days();
        u32::try_from(days).ok().map(|d| Week(d / 7))
    }
    /// Its Monday.
    pub fn monday(self) -> Date {
        EPOCH.saturating_add((self.0 as i32 * 7).days())
    }
    /// Its Sunday.
    pub fn sunday(self) -> Date {
        self.monday().saturating_add(6.days())
    }
    /// Fiscal year of its Monday.
    pub fn fiscal_year(self) -> i16 {
        fiscal_year(self.monday())
    }
    /// How many of its seven days lie in `from..=until`, as a share.
    pub fn share_within(self, from: Date, until: Date) -> f64 {
        let begin = self.monday().max(from);
        let end = self.sunday().min(until);
        if end < begin { 0.0 } else { f64::from((end - begin).get_days() + 1) / 7.0 }
    }
    /// The first week that begins on `date` or later.
    pub fn from_day(date: Date) -> Week {
        Week(u32::try_from((date - EPOCH).get_days().saturating_add(6).div_euclid(7)).unwrap_or(0))
    }
    /// The weeks that begin in `from..=until`: those that a measure with this period acts in; `None` when there is none.
    pub fn of_period(from: Date, until: Date) -> Option<(Week, Week)> {
        let last = Week::containing(until)?;
        Some((Week::from_day(from), last)).filter(|(first, last)| first <= last)
    }
    /// Whether this is the last week that starts in its month.
    pub fn closes_month(self) -> bool {
        self.monday().month() != Week(self.0 + 1).monday().month()
    }
    /// Whether this is the last week that starts in its fiscal year.
    pub fn closes_fiscal_year(self) -> bool {
        self.fiscal_year() != Week(self.0 + 1).fiscal_year()
    }
}

/// Mondays in `from..=until`: the weeks that belong to a period.
pub fn mondays(from: Date, until: Date) -> u32 {
    let to = |date: Date| (date - EPOCH).get_days().div_euclid(7);
    (to(until) - to(from.saturating_sub(1.days()))).max(0) as u32
}

/// First and last day of a fiscal year.
pub fn fiscal_year_days(year: i16) -> (Date, Date) {
    (jiff::civil::date(year, 4, 1), jiff::civil::date(year + 1, 3, 31))
}

/// Fiscal year of a date.
pub fn fiscal_year(date: Date) -> i16 {
    if date.month() >= 4 { date.year() } else { date.year() - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn weeks_and_fiscal_years_follow_the_calendar() {
        assert_eq!(Week::containing(date(2020, 1, 6)), Some(Week(0)));
        assert_eq!(Week::containing(date(2020, 1, 12)), Some(Week(0)));
        assert_eq!(Week::containing(date(2020, 1, 5)), None);
        // 31 March 2026 is a Tuesday, 2,276 days (325 weeks and a day) after week 0 began.
        assert_eq!(Week::containing(date(2026, 3, 31)), Some(Week(325)));
        assert_eq!(Week(325).monday(), date(2026, 3, 30));
        assert_eq!(fiscal_year(date(2021, 3, 31)), 2020);
        assert_eq!(fiscal_year(date(2021, 4, 1)), 2021);
    }

    /// 1 April 2022 is a Friday, 31 March 2026 a Tuesday: a fiscal year is the weeks whose Mondays lie in it.
    #[test]
    fn a_period_has_the_weeks_that_begin_in_it() {
        let weeks = Week::of_period(date(2022, 4, 1), date(2026, 3, 31)).unwrap();
        assert_eq!((weeks.0.monday(), weeks.1.monday()), (date(2022, 4, 4), date(2026, 3, 30)));
        assert_eq!(Week::of_period(date(2021, 6, 8), date(2021, 6, 13)), None);
        assert_eq!(Week::of_period(date(2021, 6, 7), date(2021, 6, 7)), Some((Week(74), Week(74))));
        assert_eq!(Week::from_day(date(2019, 12, 1)), Week(0));
    }

    #[test]
    fn mondays_are_counted() {
        // Fiscal 2019 had 53 Mondays (1 April 2019 and 30 March 2020 are both Mondays), fiscal 2020 had 52.
        let count = |year| {
            let (first, last) = fiscal_year_days(year);
            mondays(first, last)
        };
        assert_eq!((count(2019), count(2020)), (53, 52));
        assert_eq!(mondays(date(2020, 11, 1), date(2020, 11, 30)), 5);
    }

    #[test]
    fn a_period_covers_its_days() {
        // The first declaration began on Tuesday 7 April 2020: six days of that week.
        let week = Week::containing(date(2020, 4, 7)).unwrap();
        assert!((week.share_within(date(2020, 4, 7), date(2020, 5, 25)) - 6.0 / 7.0).abs() < 1e-12);
    }
}
