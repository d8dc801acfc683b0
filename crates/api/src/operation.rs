//! The operations without their types: what the command line, the OpenAPI document and the log know
//! of them.

use serde_json::Value;

use crate::form::{Form, whole};
use crate::wire::{self, Encoded, Fields, Map, Problem, Wire};
use crate::{Endpoint, Group, Method, Op};

/// One operation, its type turned into functions.
#[derive(Clone)]
pub struct Operation {
    /// The commands that it belongs to.
    pub group: Group,
    /// The verb on the command line: `attach`.
    pub command: &'static str,
    /// What HTTP needs to know.
    pub op: Op,
    pub(crate) request: &'static Form,
    pub(crate) response: &'static Form,
    recode: fn(&Fields) -> Result<Map, Problem>,
}

/// Every operation, in the order of the families.
pub fn operations() -> impl Iterator<Item = &'static Operation> + Clone {
    crate::OPERATIONS.iter().copied().flatten()
}

/// The operations that a path may be meant for, the one with the fewest parameters first: it is a
/// template of one, or fits one, with or without a query.
pub fn at(method: &Method, path: &str) -> Vec<&'static Operation> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let meant = |operation: &&Operation| {
        let own: Vec<&str> = operation.op.path.split('/').skip(1).collect();
        let fits = |(own, segment): (&&str, &&str)| own.starts_with('{') || own == segment;
        operation.op.method == *method
            && own.len() == segments.len()
            && own.iter().zip(&segments).all(fits)
    };
    let all = operations().chain(crate::world::operations());
    let mut found: Vec<_> = all.filter(meant).collect();
    found.sort_by_key(|operation| operation.op.path_params().count());
    found
}

impl Operation {
    pub(crate) const fn of<E: Endpoint>(group: Group, command: &'static str) -> Self {
        Self {
            group,
            command,
            op: E::OP,
            request: E::FORM,
            response: E::Response::FORM,
            recode: recode::<E>,
        }
    }

    /// The schema of its request, with all that this refers to.
    pub fn request(&self) -> Value {
        whole(self.request)
    }

    /// The schema of what its envelope holds, with all that this refers to.
    pub fn response(&self) -> Value {
        whole(self.response)
    }

    /// The request as it is sent, from its fields.
    ///
    /// # Errors
    /// Names the first field that is missing, is too long or cannot be what it should be.
    pub fn encode(&self, fields: Map) -> Result<Encoded, Problem> {
        let fields = Fields::new([], fields, self.request)?;
        wire::encode_fields(&self.op, (self.recode)(&fields)?).map_err(unsent)
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Operation").field(&self.op.id).finish()
    }
}

fn recode<E: Endpoint>(fields: &Fields) -> Result<Map, Problem> {
    Ok(fields.read::<E>()?.to_fields())
}

fn unsent(why: wire::Unreadable) -> Problem {
    Problem { field: String::new(), text: why.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_to_be_done_twice_is_known_of_each_operation() {
        let known: Vec<_> = operations().filter(|o| o.op.once).map(|o| o.op.id).collect();
        // The second would be refused, by the password that the first has set.
        assert_eq!(known, ["purge-pull-zone", "update-registry-password"]);
        for op in operations().map(|operation| &operation.op) {
            // Who only looks is told at once.
            assert!(op.method != Method::GET || op.once || op.status == 200, "{}", op.id);
            assert!(!op.once || crate::is_idempotent(&op.method), "{}: that is known", op.id);
        }
    }
}
