//! Every operation that the API is known to have, served here or not: method, path and family.
//!
//! The list is `data/operations.txt`. Nothing in it is changed when an operation is defined here:
//! which ones are, follows from the definitions.

use http::Method;

const LIST: &str = include_str!("../data/operations.txt");

/// An operation of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The HTTP method.
    pub method: Method,
    /// The path template.
    pub path: &'static str,
    /// What it is about.
    pub family: &'static str,
}

/// All of them, by family.
pub fn all() -> Vec<Known> {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(known).collect()
}

fn known(line: &'static str) -> Option<Known> {
    let mut words = line.splitn(3, ' ');
    let method = words.next()?.parse().ok()?;
    Some(Known { method, path: words.next()?, family: words.next()? })
}

/// A template without what its parameters are called: two with one shape are the same.
pub fn shape(template: &str) -> String {
    let parts = template.split('/').map(|part| if is_open(part) { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether two templates are the same, whatever their parameters are called.
pub fn is_same(one: &str, other: &str) -> bool {
    shape(one) == shape(other)
}

/// Whether a request's path is one of a template's.
pub fn fits(template: &str, path: &str) -> bool {
    let mut given = path.split('/');
    let mut fits = |part| {
        given.next().is_some_and(|given| part == given || is_open(part) && !given.is_empty())
    };
    template.split('/').all(&mut fits) && given.next().is_none()
}

fn is_open(part: &str) -> bool {
    part.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_an_operation_of_its_own() {
        let lines = LIST.lines().filter(|line| !line.starts_with('#')).count();
        let all = all();
        assert!(all.len() == lines && lines > 500, "{} of {lines}", all.len());
        assert!(all.is_sorted_by_key(|known| known.family), "a family stands together");
        for (n, one) in all.iter().enumerate() {
            let twice =
                |other: &&Known| one.method == other.method && is_same(one.path, other.path);
            assert_eq!(all[n + 1..].iter().find(twice), None, "{one:?}");
            assert!(one.path.starts_with('/') && !one.path.ends_with('/'), "{one:?}");
        }
    }

    #[test]
    fn what_a_parameter_is_called_does_not_matter() {
        let one = "/v2/load-balancers/{loadbalancer-id}/nodes";
        assert!(is_same(one, "/v2/load-balancers/{load-balancer-id}/nodes"));
        assert!(!is_same(one, "/v2/load-balancers/{load-balancer-id}"));
        assert!(!is_same("/v2/databases/plans", "/v2/databases/{database-id}"));
        assert!(fits("/v2/databases/{id}", "/v2/databases/x"));
        for other in ["/v2/databases/", "/v2/databases", "/v2/databases/x/y", "/v2/Databases/x"] {
            assert!(!fits("/v2/databases/{id}", other), "{other}");
        }
    }
}
