//! Copies of another account's things: what `kettle world import` sends.

use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value;

use crate::Time;

operations! {
    "world": "All that this server has: state, clock, faults, history" {
        /// Make a copy of a thing that lies in another account, as an operation makes one, with the
        /// original's own id, addresses and age.
        "adopt" => AdoptThing(POST "/_kettle/world/adopt" -> 204, needs Owner) {
            /// The operation that makes it, or changes it: `create-block`.
            pub operation: String,
            /// What that is asked for, path and body together.
            pub fields: Map<String, Value>,
            /// The original's ids by kind, in the order in which such things are made.
            pub ids: Option<BTreeMap<String, Vec<String>>>,
            /// The original's addresses by what they are unique in: `ipv4`, `ipv6`, `network:ID`.
            pub addresses: Option<BTreeMap<String, Vec<String>>>,
            /// When the original was created.
            pub created: Option<Time>,
            /// The number that the original has among others of its owner's.
            pub number: Option<u32>,
        },
        /// Have a copy be shown as the original is, where it would be shown otherwise and as long as
        /// nothing changes it.
        "told" => TellThing(PUT "/_kettle/world/told" -> 204, needs Owner) {
            /// The operation that told it: a list, or what is asked of one.
            pub operation: String,
            /// What stands in that operation's path.
            pub path: Map<String, Value>,
            /// Which item of a list it is.
            pub id: Option<String>,
            /// What was told; several things are under `items`.
            pub told: Map<String, Value>,
        },
    }
}
