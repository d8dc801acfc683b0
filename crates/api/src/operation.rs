//! The operations without their types: what the command line, the OpenAPI document and the log know
//! of them.

use serde_json::Value;

use crate::form::{Form, whole};
use crate::wire::{self, Encoded, Fields, Map, Problem, Wire};
use crate::{Endpoint, Group, Op};

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
