//! How the tables of calls and answers become types, one for each. It only connects: names stand in
//! the tables.

/// The name of a parameter: that of its field, unless another is given.
macro_rules! name {
    ($field:ident $param:literal) => {
        $param
    };
    (subid) => {
        "SUBID"
    };
    (dcid) => {
        "DCID"
    };
    ($field:ident) => {
        stringify!($field)
    };
}
pub(crate) use name;

/// Defines a struct for each call of API v1, and the list of all: name, method, path, marks,
/// parameters, answer, and the operations of v2. A parameter has the name of its field, or one of its
/// own; another, that some client sends it by, stands behind `|`.
macro_rules! calls {
    ($($name:ident $verb:ident $path:literal $($mark:ident)* {
        $($field:ident $($param:literal)? $(| $alias:literal)?: $kind:ty),* $(,)?
    } -> $answer:ty = $v2:literal;)*) => {
        $(
            #[doc = concat!("The call `", $path, "`.")]
            #[derive(Debug, Clone, Default, PartialEq, Eq)]
            pub struct $name {
                $(
                    #[doc = concat!(
                        "The parameter `", $crate::v1::define::name!($field $($param)?), "`.",
                    )]
                    pub $field: $kind,
                )*
            }

            impl $crate::v1::Call for $name {
                type Answer = $answer;
                const ENTRY: $crate::v1::Entry = $crate::v1::Entry {
                    verb: $crate::v1::Verb::$verb,
                    path: $path,
                    params: &[$($crate::v1::Param::of::<$kind>(
                        $crate::v1::define::name!($field $($param)?),
                        concat!($($alias)?),
                    )),*],
                    v2: $v2,
                    marks: &[$($crate::v1::Mark::$mark),*],
                };
                fn held(&self) -> Vec<Option<$crate::v1::Held>> {
                    vec![$($crate::v1::Field::put(&self.$field)),*]
                }
                #[allow(unused_variables, unused_mut, reason = "some calls have no parameters")]
                fn of(held: Vec<Option<$crate::v1::Held>>) -> Self {
                    let mut held = held.into_iter();
                    Self { $($field: $crate::v1::Field::get(held.next().flatten())),* }
                }
            }
        )*

        /// Every call.
        pub static CALLS: &[$crate::v1::Entry] = &[$(<$name as $crate::v1::Call>::ENTRY),*];

        pub(super) fn check(path: &str, body: &str) -> Result<(), String> {
            match path {
                $($path => $crate::v1::read::<$answer>(body).map(drop),)*
                _ => Err(format!("there is no call {path}")),
            }
        }
    };
}
pub(crate) use calls;

/// Defines a struct for each kind of object in answers: its fields, each with its key where that is
/// another word, its type, and what it tells. The first field tells which one it is.
macro_rules! answers {
    ($($(#[$about:meta])* $name:ident {
        $($field:ident $($key:literal)?: $kind:ty, $tells:literal;)*
    })*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $(#[doc = $tells] pub $field: $kind,)*
        }

        /// The keys of the fields in JSON, by the fields' names.
        #[allow(non_upper_case_globals, missing_docs, reason = "they are called as the fields are")]
        impl $name {
            $(pub const $field: &'static str = $crate::v1::define::name!($field $($key)?);)*
        }

        impl $crate::v1::Answer for $name {
            const ID: &'static str = [$(Self::$field),*][0];
            fn read(value: serde_json::Value) -> Result<Self, $crate::v1::Unexpected> {
                let mut fields = $crate::v1::values::Fields::of(value)?;
                Ok(Self { $($field: fields.take(Self::$field)?),* })
            }
        }
    )*};
}
pub(crate) use answers;
