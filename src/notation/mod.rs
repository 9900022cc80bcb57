//! How values are written in scenario files, and how what is wrong with them is said: places, quantities with units, lists of
//! members. Text in, values and problems with their place out.

mod checks;
pub mod days;
pub mod numbers;
mod quantity;
pub mod written;

pub use checks::Checks;
pub use quantity::{Day, Dimension, QuantityError, Weeks, Yen};

use crate::classification;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_spanned::Spanned;
use std::{borrow::Cow, ops::Deref, ops::Range};

/// A value with its place in the sources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct At<T>(pub Spanned<T>);

impl<T> At<T> {
    /// Where it stands.
    pub fn span(&self) -> Range<usize> {
        self.0.span()
    }
}

impl<T> Deref for At<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.get_ref()
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A value without a place, for what the program itself fills in.
pub fn placed<T>(value: T) -> At<T> {
    At(Spanned::new(0..0, value))
}

/// After what is known: nothing more, or an uncertain process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RawLater {
    /// Nothing more.
    None,
    /// An uncertain process.
    Random,
}

macro_rules! listed {
    ($name:ident, $title:literal, $doc:literal, $members:expr) => {
        #[doc = $doc]
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $title.into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let members: Vec<String> = $members;
                json_schema!({ "type": "string", "enum": members, "x-list": $title })
            }
        }
    };
}

listed!(
    RawPrefecture,
    "prefecture",
    "A prefecture by its English or Japanese name.",
    classification::Prefecture::all()
        .map(|p| p.name().to_string())
        .chain(classification::Prefecture::all().map(|p| p.name_ja().to_string()))
        .collect()
);
listed!(
    RawIndustry,
    "industry",
    "An industry by its word or JSIC division letter.",
    classification::Industry::all()
        .map(|i| i.key().to_string())
        .chain(classification::Industry::all().map(|i| i.letter().to_string()))
        .collect()
);
listed!(
    RawSize,
    "size class",
    "A size class of the SME Basic Act.",
    classification::SizeClass::ALL.iter().map(|s| s.key().to_string()).collect()
);
listed!(
    RawBarrier,
    "barrier",
    "What keeps a firm from telework.",
    classification::Barrier::ALL.iter().map(|barrier| barrier.key().to_string()).collect()
);
listed!(
    RawChannel,
    "channel",
    "A stakeholder group that sees what firms show.",
    // As `Channel::key` has them; a test of the scenarios' check holds them equal.
    [
        "customers",
        "investors",
        "rating_agencies",
        "consumers",
        "job_seekers",
        "employees",
        "subcontractors",
        "competitors"
    ]
    .map(String::from)
    .to_vec()
);
listed!(
    RawRegion,
    "region",
    "A region group of the land ministry's telework survey.",
    classification::Region::ALL.iter().map(|region| region.key().to_string()).collect()
);
