//! How the tables of calls and answers become types, one for each. It only connects: names stand in
//! the tables.

/// Defines a struct for each call of API v1, and the list of all.
macro_rules! calls {
    ($($name:ident $verb:ident $path:literal {
        $($field:ident $param:literal: $kind:ty),* $(,)?
    } -> $answer:ty;)*) => {
        $(
            #[doc = concat!("The call `", $path, "`.")]
            #[derive(Debug, Clone, Default, PartialEq, Eq)]
            pub struct $name {
                $(
                    #[doc = concat!("The parameter `", $param, "`.")]
                    pub $field: $kind,
                )*
            }

            impl $crate::v1::Call for $name {
                type Answer = $answer;
                const VERB: $crate::v1::Verb = $crate::v1::Verb::$verb;
                const PATH: &'static str = $path;
                const PARAMS: &'static [(&'static str, bool)] =
                    &[$(($param, <$kind as $crate::v1::Param>::REQUIRED)),*];
                #[allow(unused_variables, reason = "some calls have no parameters")]
                fn write(&self, params: &mut Vec<(String, String)>) {
                    $($crate::v1::Param::write(&self.$field, $param, params);)*
                }
            }
        )*

        /// Every call, with its method and its parameters.
        pub const CALLS: &[$crate::v1::Entry] = &[$($crate::v1::Entry::of::<$name>()),*];
    };
}
pub(crate) use calls;

/// Defines a struct for each kind of object in answers. Its first field tells which one it is.
macro_rules! answers {
    ($($(#[$about:meta])* $name:ident {
        $($(#[$field_about:meta])* $field:ident $key:literal: $kind:ty),* $(,)?
    })*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_about])* pub $field: $kind,)*
        }

        impl $crate::v1::Answer for $name {
            const ID: &'static str = [$($key),*][0];
            fn read(value: serde_json::Value) -> Result<Self, $crate::v1::Unexpected> {
                let mut fields = $crate::v1::values::Fields::of(value)?;
                Ok(Self { $($field: fields.take($key)?),* })
            }
        }
    )*};
}
pub(crate) use answers;
