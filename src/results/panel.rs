//! The firm panel.

use super::large::{Cell, ColumnType, LargeTable};
use crate::calendar::Week;

/// Every simulated firm at each month's end.
pub static PANEL: LargeTable = LargeTable {
    name: "panel",
    columns: &[
        ("replicate", ColumnType::Whole),
        ("week", ColumnType::Day),
        ("firm", ColumnType::Whole),
        ("practice", ColumnType::Whole),
        ("formal", ColumnType::Flag),
        ("intensity", ColumnType::Single),
        ("weight", ColumnType::Single),
    ],
    rows: |_, one, take| {
        one.panel.iter().try_for_each(|row| {
            take(&[
                Cell::Whole(one.replicate),
                Cell::Day(Week(row.week).monday()),
                Cell::Whole(row.firm),
                Cell::Whole(row.practice.into()),
                Cell::Flag(row.formal),
                Cell::Single(row.intensity),
                Cell::Single(row.weight),
            ])
        })
    },
};
