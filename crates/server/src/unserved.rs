//! Operations of the API that are not served here: whoever calls one is told so, and so is the log.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use api::known::{self, Known};
use api::{ApiError, Op};
use http::Method;

pub(crate) struct Unserved {
    all: Vec<(Known, AtomicBool)>,
    /// Ids of operations that are served on a path that would take one of these for a parameter.
    covering: BTreeSet<&'static str>,
}

impl Unserved {
    /// What is known and not among `served`.
    pub(crate) fn new<'a>(served: impl Iterator<Item = &'a Op> + Clone) -> Self {
        let shapes: BTreeSet<_> =
            served.clone().map(|op| (op.method.as_str(), known::shape(op.path))).collect();
        let is_served =
            |one: &Known| shapes.contains(&(one.method.as_str(), known::shape(one.path)));
        let unserved = known::all().into_iter().filter(|known| !is_served(known));
        let all: Vec<_> = unserved.map(|known| (known, AtomicBool::new(false))).collect();
        let covers = |op: &&Op| {
            all.iter()
                .any(|(known, _)| op.method == known.method && known::fits(op.path, known.path))
        };
        let covering = served.clone().filter(covers).map(|op| op.id).collect();
        Self { covering, all }
    }

    /// Whether a request for this operation may be one for an operation that is not served.
    pub(crate) fn may_be_meant(&self, op: &Op) -> bool {
        self.covering.contains(op.id)
    }

    /// The refusal of a request that one of these operations would answer. Each is told to the log
    /// once.
    pub(crate) fn refusal(&self, method: &Method, path: &str) -> Option<ApiError> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        // `/x/plans` is the one of this name before it is any `/x/{id}`.
        let all = self.all.iter().filter(|(known, _)| known.method == method);
        let fitting = all.filter(|(known, _)| known::fits(known.path, path));
        let (known, is_told) = fitting.min_by_key(|(known, _)| known.path.matches('{').count())?;
        let Known { method, path, family } = known;
        if !is_told.swap(true, Relaxed) {
            tracing::warn!("{method} {path} ({family}) was called and is not served");
        }
        let error = format!(
            "Not implemented. Kettle does not serve {method} {path}, an operation of the API \
             ({family}); docs/coverage.md lists what it serves"
        );
        Some(ApiError { error, status: 501 })
    }

    /// The methods that the API has on this path.
    pub(crate) fn methods(&self, path: &str) -> Vec<&str> {
        let on_path = self.all.iter().filter(|(known, _)| known::fits(known.path, path));
        let mut methods: Vec<_> = on_path.map(|(known, _)| known.method.as_str()).collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }
}

#[cfg(test)]
mod tests {
    use api::{Access, Shape};

    use super::*;

    #[test]
    fn what_is_served_with_a_parameter_hides_nothing_that_stands_in_its_place() {
        let op = Op {
            id: "get-database",
            method: Method::GET,
            path: "/v2/databases/{id}",
            has_body: false,
            status: 200,
            shape: Shape::Bare,
            also: None,
            access: Access::Public,
            once: false,
            loss: api::Loss::Never,
        };
        let unserved = Unserved::new([&op].into_iter());
        assert!(unserved.may_be_meant(&op));
        assert!(unserved.refusal(&Method::GET, "/v2/databases/7").is_none());
        let plans = unserved.refusal(&Method::GET, "/v2/databases/plans").unwrap();
        assert!(plans.error.contains("GET /v2/databases/plans,"), "{}", plans.error);
        let one = unserved.refusal(&Method::PUT, "/v2/databases/7").unwrap();
        assert!(one.error.contains("PUT /v2/databases/{database-id},"), "{}", one.error);
        let routes = control::routes().0;
        let unserved = Unserved::new(routes.iter().map(|route| &route.op));
        assert!(routes.iter().all(|route| !unserved.may_be_meant(&route.op)));
    }
}
