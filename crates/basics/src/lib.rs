//! Small families: what can be ordered, and what servers are made with.

pub mod applications;
pub mod marketplace;
pub mod os;
pub mod plans;
pub mod regions;
pub mod ssh_keys;
pub mod startup_scripts;

pub(crate) use plane::*;

/// A name as its owner gave it; what is longer than `most` characters is cut.
///
/// # Errors
/// 400 where it is empty.
pub(crate) fn name(text: &str, most: usize) -> Result<String> {
    match text {
        "" => Err(Refusal::field("name", "must not be empty").into()),
        text => Ok(text.chars().take(most).collect()),
    }
}
