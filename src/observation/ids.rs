//! Lists whose members have an id in files. Variants with their ids in, an enum that reads and writes as them out.

/// Declares the enum, from which all that its ids are good for follows: each is spelt once.
macro_rules! ids {
    ($(#[$of_enum:meta])* $name:ident { $($(#[$of_variant:meta])* $variant:ident = $id:literal,)* }) => {
        $(#[$of_enum])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$of_variant])* $variant,)* }

        impl $name {
            /// All, as they are declared.
            pub const ALL: [$name; [$($id),*].len()] = [$($name::$variant),*];

            /// Id in files.
            pub const fn id(self) -> &'static str {
                match self {
                    $($name::$variant => $id,)*
                }
            }

            /// What an id means.
            pub fn parse(id: &str) -> Option<$name> {
                $name::ALL.into_iter().find(|one| one.id() == id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.pad(self.id())
            }
        }

        /// By id, since tables are sorted by what stands in them.
        impl Ord for $name {
            fn cmp(&self, other: &$name) -> std::cmp::Ordering {
                self.id().cmp(other.id())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &$name) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.id())
            }
        }
    };
}

pub(super) use ids;

#[cfg(test)]
mod tests {
    use crate::observation::{IndicatorId, REGISTRY, Survey};

    #[test]
    fn an_id_reads_back_and_members_sort_as_their_ids_do() {
        for survey in Survey::ALL {
            assert_eq!((Survey::parse(survey.id()), &*survey.to_string()), (Some(survey), survey.id()));
        }
        assert_eq!(Survey::parse("tsr"), None);
        let mut surveys = Survey::ALL;
        surveys.sort();
        assert!(surveys.map(Survey::id).is_sorted());
        for (id, indicator) in IndicatorId::ALL.into_iter().zip(REGISTRY) {
            assert_eq!((IndicatorId::parse(id.id()), indicator.id), (Some(id), id.describe().id));
        }
    }
}
