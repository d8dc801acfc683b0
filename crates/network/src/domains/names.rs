//! Which names there can be: of hosts, of domains, and of records below a domain.

use super::data::{Wrong, wrong};
use crate::{Result, ensure, refuse};
use psl2::Domain;

/// How long a name can be, and each part between dots.
const NAME_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// Whether a text is a host's name, with or without its final dot. Letters of any script, and
/// underscores, are let through, as name servers do.
pub fn is_hostname(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    !name.is_empty() && name.len() <= NAME_MAX && name.split('.').all(is_label)
}

/// Refuses what is no host's name, in a field where one such as `example` belongs.
///
/// # Errors
/// 400 naming the field.
pub fn check_hostname(field: &str, name: &str, example: &str) -> Result<()> {
    ensure(is_hostname(name), field, format_args!("`{name}` is no host name such as `{example}`"))
}

fn is_label(label: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let fits = !label.is_empty() && label.len() <= LABEL_MAX;
    fits && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
}

/// Refuses what cannot be a domain of its own.
///
/// # Errors
/// 400 telling what would be right.
pub(super) fn check_domain(name: &str) -> Result<()> {
    let help = if !is_hostname(name) || !name.contains('.') || name.ends_with('.') {
        format!("`{name}` is no domain such as `example.com`")
    } else if !name.is_ascii() {
        format!("`{name}` has letters beyond ASCII; write it in Punycode, as `xn--...`")
    } else {
        let lower = name.to_lowercase();
        match psl2::lookup(&lower).as_ref().and_then(Domain::registrable_domain) {
            Some(whole) if whole == lower => return Ok(()),
            Some(whole) => format!("`{name}` lies in `{whole}`; add that, and records below it"),
            None => format!("`{name}` is where domains are registered, and is none itself"),
        }
    };
    refuse("domain", help)
}

/// A record's name below its domain, as it is kept and answered: in the letters that it was written in, and
/// without the domain where that was written out. `@` is the domain itself.
///
/// # Errors
/// Why there can be no record with this name.
pub(super) fn label_of(name: &str, zone: &str) -> Result<String, Wrong> {
    let whole = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() || name == "@" || whole.eq_ignore_ascii_case(zone) {
        return Ok(String::new());
    }
    let label = below(whole, zone).unwrap_or(whole);
    let below_star = label.strip_prefix("*.").unwrap_or(label);
    let fits = label.len() + 1 + zone.len() <= NAME_MAX;
    if label == "*" || fits && is_hostname(below_star) {
        return Ok(label.to_owned());
    }
    let help = format!("cannot be below {zone}; write `www`, `*`, or nothing for {zone}");
    wrong("Invalid name", format!("name: `{name}` {help}"))
}

/// What stands before a domain in a name that ends with it, in small letters or large ones.
fn below<'a>(name: &'a str, zone: &str) -> Option<&'a str> {
    let (before, end) = name.split_at_checked(name.len().checked_sub(zone.len())?)?;
    before.strip_suffix('.').filter(|_| end.eq_ignore_ascii_case(zone))
}
