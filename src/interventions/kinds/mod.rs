//! The kinds of measure, a file each. A further kind is a file, its `mod` line, and its line in [`with_kinds`].

mod awards;
mod campaign;
mod certification;
mod custom;
mod disclosure;
mod emergency_declaration;
mod guidelines;
mod procurement_bonus;
mod regional_trial;
mod satellite_offices;
mod subsidy;
mod support_network;
mod telework_managers;

pub use awards::{Awards, meets_criteria};
pub use campaign::Campaign;
pub use certification::Certification;
pub use custom::Custom;
pub use disclosure::{Disclosure, DisclosureForm};
pub use emergency_declaration::{Declarations, Declared, EmergencyDeclaration, LaterDeclarations};
pub use guidelines::Guidelines;
pub use procurement_bonus::ProcurementBonus;
pub use regional_trial::RegionalTrial;
pub use satellite_offices::SatelliteOffices;
pub use subsidy::Subsidy;
pub use support_network::SupportNetwork;
pub use telework_managers::TeleworkManagers;

use super::kind::{Description, MeasureKind, Text, Typed};

/// Hands all kinds to a macro, in the order in which they are told of: what they are, for the docs; word in files; type.
macro_rules! with_kinds {
    ($given:ident) => {
        $given! {
            /// States of emergency and quasi-emergencies: pressure on the firms of a prefecture.
            emergency_declaration: EmergencyDeclaration;
            /// Telework Support Network: seminars and consultations at local windows.
            support_network: SupportNetwork;
            /// Telework managers: expert visits that remove barriers.
            telework_managers: TeleworkManagers;
            /// Awards that make practice visible.
            awards: Awards;
            /// Certification as a process: prepare, be examined, hold, lapse.
            certification: Certification;
            /// Bonus points in public tenders for certified bidders.
            procurement_bonus: ProcurementBonus;
            /// Subsidised satellite offices in municipalities.
            satellite_offices: SatelliteOffices;
            /// A subsidy for telework equipment.
            subsidy: Subsidy;
            /// A campaign such as Telework Days or Telework Month.
            campaign: Campaign;
            /// Guidelines, handbooks and checklists.
            guidelines: Guidelines;
            /// Listing, rating or self-declaration.
            disclosure: Disclosure;
            /// Visiting workers and workation in host prefectures.
            regional_trial: RegionalTrial;
            /// A measure of one's own, put together from primitives; `telework measure` prints examples to start from.
            custom: Custom;
        }
    };
}
pub(crate) use with_kinds;

macro_rules! measure {
    ($($(#[$doc:meta])* $key:ident: $kind:ident;)*) => {
        /// What an intervention does: one of the kinds (`docs/model.md`, section 7.6).
        #[derive(Clone, Debug, PartialEq)]
        pub enum Measure { $($(#[$doc])* $kind($kind),)* }

        /// The kinds, as spelt in files.
        pub const KINDS: [&str; DESCRIPTIONS.len()] = [$(stringify!($key),)*];

        /// What the docs and the page say of each kind.
        pub const DESCRIPTIONS: [Description; [$(stringify!($key),)*].len()] = [$(Description {
            key: stringify!($key),
            name: <$kind as Typed>::NAME,
            model: <$kind as Typed>::MODEL,
        },)*];

        impl Measure {
            /// The word used in files.
            pub fn key(&self) -> &'static str {
                match self { $(Measure::$kind(_) => stringify!($key),)* }
            }

            /// Its kind's name for people.
            pub fn name(&self) -> Text {
                match self { $(Measure::$kind(_) => <$kind as Typed>::NAME,)* }
            }

            /// The word of what it is: measures of one word serve each firm once between them.
            pub fn word(&self) -> &str {
                self.kind().word().unwrap_or(self.key())
            }

            /// What its kind says of itself.
            pub fn kind(&self) -> &dyn MeasureKind {
                match self { $(Measure::$kind(kind) => kind,)* }
            }
        }
    };
}

with_kinds!(measure);
