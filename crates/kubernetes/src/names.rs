//! Kubernetes' rules of names: what labels and taints can be called, and what they can say.

use crate::{Result, ensure};

/// How long a name or a value can be, in characters.
const NAME_MAX: usize = 63;
/// How long the domain before a name can be.
const DOMAIN_MAX: usize = 253;

/// Whether this is a name as labels have it: letters and digits at both ends, and between them
/// hyphens, dots and underscores, too.
fn is_name(text: &str) -> bool {
    let ends = [text.chars().next(), text.chars().next_back()];
    text.len() <= NAME_MAX
        && ends.iter().all(|end| end.is_some_and(|c| c.is_ascii_alphanumeric()))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Refuses what is no name of a label or a taint.
///
/// # Errors
/// 400 naming the field.
pub(crate) fn check_key(field: &str, key: &str) -> Result<()> {
    let is_domain = |domain: &str| {
        domain.len() <= DOMAIN_MAX
            && domain.split('.').all(|part| {
                is_name(part) && !part.contains(|c: char| c == '_' || c.is_ascii_uppercase())
            })
    };
    let is_right = match key.split_once('/') {
        Some((domain, name)) => is_domain(domain) && is_name(name),
        None => is_name(key),
    };
    let help = format_args!(
        "`{key}` is no name such as `role` or `example.com/role`, of letters, digits, `-`, `_` and `.`"
    );
    ensure(is_right, field, help)
}

/// Refuses what is no value of one.
///
/// # Errors
/// 400 naming the field.
pub(crate) fn check_value(field: &str, value: &str) -> Result<()> {
    let help = format_args!(
        "`{value}` is no value: at most {NAME_MAX} letters, digits, `-`, `_` and `.`, or nothing"
    );
    ensure(value.is_empty() || is_name(value), field, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_follow_the_rules_of_kubernetes() {
        let long = "a".repeat(NAME_MAX);
        for good in ["role", "Role_1.x-y", "example.com/role", "a/b", long.as_str()] {
            assert!(check_key("key", good).is_ok(), "{good}");
        }
        let too_long = "a".repeat(NAME_MAX + 1);
        for bad in ["", "-a", "a-", "a b", "/a", "a/", "A.com/x", "a_b/x", "a/b/c", "é", &too_long]
        {
            assert!(check_key("key", bad).is_err(), "{bad}");
        }
        assert!(check_value("value", "").is_ok() && check_value("value", "x.y").is_ok());
        assert!(check_value("value", "x y").is_err() && check_value("value", &too_long).is_err());
    }
}
