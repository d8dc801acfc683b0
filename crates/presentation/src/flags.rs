//! Which flag of the command line a field is: its own name, unless the command line has a flag of
//! that name itself.

/// The flags of the command line's own, without their dashes.
pub const OWN: &[&str] = &[
    "profile",
    "endpoint",
    "output",
    "json",
    "field",
    "all",
    "limit",
    "wait",
    "timeout",
    "help",
    "yes",
    "verbose",
    "connect-timeout",
];

/// The flags of whatever answers something, in the order of the help.
pub const OUTPUT: &[&str] =
    &["columns", "sort", "filter", "all-fields", "quiet", "query", "no-header"];

/// The flag of a field, without its dashes. One that the command line has itself is `set-NAME`.
pub fn flag(field: &str) -> String {
    let name = field.replace('_', "-");
    let is_own = |own: &[&str]| own.contains(&name.as_str());
    if is_own(OWN) || is_own(OUTPUT) { format!("set-{name}") } else { name }
}
