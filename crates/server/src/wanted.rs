//! Which requests are meant by a few words: an operation, a method and a path, a group, whatever is
//! below a path. Requests are looked for by it, asserted, and made to fail.

use std::collections::BTreeSet;

use api::Operation;
use control::catalog;
use http::Method;

/// One call: an operation, or a method with a path.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Operation(&'static str),
    At { method: Option<Method>, path: String },
}

impl Call {
    /// `create-instance`, `POST /v2/instances`, `GET /v2/instances/*`, `/v2/blocks/{block-id}`.
    pub(crate) fn named(field: &str, text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (method, path) = match text.split_once(char::is_whitespace) {
            Some((method, path)) => (Some(method), path.trim()),
            None => (None, text),
        };
        if path.starts_with(['/', '*']) {
            let method = method.map(|method| method.to_ascii_uppercase());
            let wrong =
                |_| format!("{field}: `{text}` does not begin with a method as GET or POST");
            let method = method.map(|m| Method::from_bytes(m.as_bytes())).transpose();
            let path = path.trim_end_matches('/').to_owned();
            return Ok(Self::At { method: method.map_err(wrong)?, path });
        }
        let mut all = api::operations().map(|operation| operation.op.id);
        if let Some(id) = all.clone().find(|id| *id == text) {
            return Ok(Self::Operation(id));
        }
        let meant = catalog::nearest(text, all.by_ref().map(|id| (id, id)));
        let meant = meant.map(|id| format!(" (did you mean `{id}`?)")).unwrap_or_default();
        Err(format!(
            "{field}: `{text}` is no operation{meant}; it is an id as `create-instance`, or method and \
             path as `POST /v2/instances`"
        ))
    }

    /// Whether a request is such a call: `path` is without a query.
    pub(crate) fn has(&self, method: &Method, path: &str, operation: Option<&str>) -> bool {
        match self {
            Self::Operation(id) => operation == Some(id),
            Self::At { method: own, path: pattern } => {
                let path = path.strip_suffix('/').unwrap_or(path);
                own.as_ref().is_none_or(|own| own == method) && fits(pattern, path)
            }
        }
    }
}

/// Whether a path is as a pattern says: `*` is any text, `{...}` anything up to the next slash.
fn fits(pattern: &str, path: &str) -> bool {
    let Some(at) = pattern.find(['*', '{']) else { return pattern == path };
    let (begin, rest) = pattern.split_at(at);
    let Some(path) = path.strip_prefix(begin) else { return false };
    if let Some(rest) = rest.strip_prefix('*') {
        let ends = path.char_indices().map(|(at, _)| at).chain([path.len()]);
        return ends.into_iter().any(|end| fits(rest, &path[end..]));
    }
    let rest = rest.split_once('}').map_or("", |(_, rest)| rest);
    let end = path.find('/').unwrap_or(path.len());
    end > 0 && fits(rest, &path[end..])
}

/// The requests of a group, or those below a path.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    Below(String),
    Group { operations: BTreeSet<&'static str>, paths: BTreeSet<&'static str> },
}

impl Wanted {
    pub(crate) fn named(field: &str, text: &str) -> Result<Self, String> {
        if text.starts_with('/') {
            return Ok(Self::Below(text.trim_end_matches('/').to_owned()));
        }
        let mut members =
            Members { name: text, operations: BTreeSet::new(), paths: BTreeSet::new() };
        api::operations().for_each(|operation| members.add(operation));
        let Members { operations, paths, .. } = members;
        match operations.is_empty() {
            true => Err(format!(
                "{field}: there is no group `{text}`; it is one of the command line's (instance, \
                 block), or a path (/v2/instances)"
            )),
            false => Ok(Self::Group { operations, paths }),
        }
    }

    /// Whether a request belongs to it: `path` is without a query.
    pub(crate) fn has(&self, path: &str, operation: Option<&str>) -> bool {
        let is_below = |top: &str| {
            path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match (self, operation) {
            (Self::Below(top), _) => is_below(top),
            (Self::Group { operations, .. }, Some(id)) => operations.contains(id),
            // It was no operation, but may have been meant for one.
            (Self::Group { paths, .. }, None) => paths.iter().any(|top| is_below(top)),
        }
    }
}

/// Collects a group's operations, and the beginnings of their paths.
struct Members<'a> {
    name: &'a str,
    operations: BTreeSet<&'static str>,
    paths: BTreeSet<&'static str>,
}

impl Members<'_> {
    fn add(&mut self, operation: &'static Operation) {
        let (group, path) = (&operation.group, operation.op.path);
        // `/v2/load-balancers`.
        let end = path.match_indices('/').nth(2).map_or(path.len(), |(at, _)| at);
        let top = &path[..end];
        let family = top.rsplit('/').next().unwrap_or_default();
        let plural = self.name.strip_suffix('s') == Some(group.name);
        if group.name == self.name || plural || family == self.name {
            self.operations.insert(operation.op.id);
            self.paths.insert(top);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_an_operation_or_a_method_with_a_path() {
        let named = |text| Call::named("call", text).unwrap();
        let has = |text, path| named(text).has(&Method::GET, path, Some("get-block"));
        assert!(has("get-block", "/v2/blocks/7") && !has("list-blocks", "/v2/blocks/7"));
        assert!(has("get /v2/blocks/*", "/v2/blocks/7") && has("/v2/blocks/7/", "/v2/blocks/7"));
        assert!(has("GET /v2/blocks/{block-id}", "/v2/blocks/7"));
        assert!(has("GET /v2/*/7", "/v2/blocks/7") && has("GET *", "/v2/blocks/7"));
        assert!(
            !has("POST /v2/blocks/*", "/v2/blocks/7") && !has("GET /v2/blocks", "/v2/blocks/7")
        );
        assert!(!has("GET /v2/blocks/{block-id}", "/v2/blocks/7/attach"));
        assert!(!has("GET /v2/blocks/{block-id}", "/v2/blocks/"));
        let wrong = Call::named("call", "creat-block").unwrap_err();
        assert!(
            wrong.starts_with("call: `creat-block` is no operation (did you mean `create-block`?)"),
            "{wrong}"
        );
    }
}
