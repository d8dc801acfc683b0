//! The operations without their types: what the command line, the OpenAPI document and the log know
//! of them.

use schemars::{Schema, SchemaGenerator};

use crate::wire::{self, Encoded, Fields, Limits, Map, Problem};
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
    pub(crate) request: Describe,
    pub(crate) response: Describe,
    limits: fn() -> &'static Limits,
    recode: fn(&Fields) -> Result<Map, Problem>,
}

/// A type's schema; what it refers to goes to the generator's definitions.
pub(crate) type Describe = fn(&mut SchemaGenerator) -> Schema;

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
            request: E::json_schema,
            response: SchemaGenerator::subschema_for::<E::Response>,
            limits: E::limits,
            recode: recode::<E>,
        }
    }

    /// The schema of its request, with all that this refers to.
    pub fn request(&self) -> Schema {
        whole(self.request)
    }

    /// The schema of what its envelope holds, with all that this refers to.
    pub fn response(&self) -> Schema {
        whole(self.response)
    }

    /// The request as it is sent, from its fields.
    ///
    /// # Errors
    /// Names the first field that is missing, is too long or cannot be what it should be.
    pub fn encode(&self, fields: Map) -> Result<Encoded, Problem> {
        let fields = Fields::new([], fields, (self.limits)())?;
        wire::encode_fields(&self.op, (self.recode)(&fields)?).map_err(unsent)
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Operation").field(&self.op.id).finish()
    }
}

fn recode<E: Endpoint>(fields: &Fields) -> Result<Map, Problem> {
    E::from_fields(fields)?.to_fields().map_err(unsent)
}

fn unsent(why: wire::Unreadable) -> Problem {
    Problem { field: String::new(), text: why.0 }
}

/// The document of one schema: itself, and under `$defs` what it refers to.
pub(crate) fn whole(describe: Describe) -> Schema {
    let mut generator = SchemaGenerator::default();
    let mut schema = describe(&mut generator);
    let definitions = generator.take_definitions(true);
    let own = schema.get("$ref").and_then(|way| way.as_str()?.strip_prefix("#/$defs/"));
    if let Some(own) = own.and_then(|name| definitions.get(name)).cloned() {
        schema = Schema::try_from(own).expect("a definition is a schema");
    }
    if !definitions.is_empty() {
        schema.insert("$defs".into(), definitions.into());
    }
    schema
}
