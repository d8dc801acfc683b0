//! Several things from one: `count: 3`, with `{n}` in its texts.

use presentation::yaml::{Field, Held, Node};
use serde_json::Value;

/// What stands for the number of each.
const NUMBER: &str = "{n}";

/// The same with a number in its place.
pub(super) fn numbered(node: &Node, n: u64) -> Node {
    let held = match &node.held {
        Held::One(Value::String(text)) => Held::One(text.replace(NUMBER, &n.to_string()).into()),
        Held::One(value) => Held::One(value.clone()),
        Held::List(items) => Held::List(items.iter().map(|item| numbered(item, n)).collect()),
        Held::Fields(fields) => {
            let field = |field: &Field| Field {
                name: field.name.clone(),
                at: field.at,
                node: numbered(&field.node, n),
            };
            Held::Fields(fields.iter().map(field).collect())
        }
    };
    Node { held, at: node.at }
}
