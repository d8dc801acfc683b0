//! How the table of calls becomes one type a call. It only connects: names stand in the table.

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
        pub const CALLS: &[$crate::v1::Entry] = &[$($crate::v1::Entry {
            verb: <$name as $crate::v1::Call>::VERB,
            path: <$name as $crate::v1::Call>::PATH,
            params: <$name as $crate::v1::Call>::PARAMS,
        }),*];
    };
}
pub(crate) use calls;
