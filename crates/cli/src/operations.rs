//! The operations as the command line sees them: without their types.

use api::wire::{self, Encoded, Problem};
use api::{Endpoint, Group, Method, Op, Shape, Visitor};
use clap::Command;
use schemars::Schema;
use serde_json::{Map, Value};

/// One operation, its type turned into functions.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) group: Group,
    pub(crate) command: &'static str,
    pub(crate) op: Op,
    /// The schema of its request.
    pub(crate) schema: fn() -> Schema,
    /// The schema of what its envelope holds.
    pub(crate) response: fn() -> Schema,
    /// Its arguments, added to its command.
    pub(crate) details: fn(Command) -> Command,
    /// The request as it is sent, from its fields.
    pub(crate) encode: fn(Map<String, Value>) -> Result<Encoded, Problem>,
}

/// All operations, in the order of their families. It costs some microseconds: no schema is made.
pub(crate) fn all() -> Vec<Operation> {
    let mut collect = Collect(Vec::with_capacity(256));
    api::visit(&mut collect);
    collect.0
}

struct Collect(Vec<Operation>);

impl Visitor for Collect {
    fn operation<E: Endpoint>(&mut self, group: &Group, command: &'static str) {
        self.0.push(Operation {
            group: *group,
            command,
            op: E::OP,
            schema: || schemars::schema_for!(E),
            response: || schemars::schema_for!(E::Response),
            details: crate::command::details::<E>,
            encode: encode::<E>,
        });
    }
}

fn encode<E: Endpoint>(fields: Map<String, Value>) -> Result<Encoded, Problem> {
    let request = wire::decode::<E>([], fields)?;
    wire::encode(&request).map_err(|e| Problem { field: String::new(), text: e.0 })
}

impl Operation {
    /// The fields that stand in the path, in its order.
    pub(crate) fn path_fields(&self) -> Vec<String> {
        self.op.path_params().map(|p| p.replace('-', "_")).collect()
    }

    /// Whether it lists things.
    pub(crate) fn is_list(&self) -> bool {
        self.op.method == Method::GET && matches!(self.op.shape, Shape::List(_))
    }

    /// The path with its parameters made nameless, to compare paths of different operations.
    pub(crate) fn pattern(&self) -> String {
        pattern(self.op.path)
    }
}

/// `/v2/blocks/{block-id}/attach` becomes `/v2/blocks/{}/attach`.
pub(crate) fn pattern(path: &str) -> String {
    let segments = path.split('/').map(|s| if s.starts_with('{') { "{}" } else { s });
    segments.collect::<Vec<_>>().join("/")
}
