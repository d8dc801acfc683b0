//! What an operation needs in truth, where its definition cannot say so: one of several fields, and
//! fields that are needed as long as another one says this or that. A small table by operation.

use presentation::operations::Operation;
use serde_json::{Map, Value};

use crate::form::layout::ONE_OF;
use crate::form::read::{self, is_blank};

/// When something is needed.
enum When {
    Always,
    /// As long as that field says nothing.
    Without(&'static str),
    /// Where that field says something.
    With(&'static str),
    /// Where that field says one of these words.
    For(&'static str, &'static [&'static str]),
}

struct Need {
    operation: &'static str,
    /// The fields of which one is needed. The first of them is where it is said.
    fields: &'static [&'static str],
    when: When,
    /// What stands beside the label.
    mark: &'static str,
    /// What is said where it is missing.
    text: &'static str,
}

/// What a server can begin with.
const SERVER: &[&str] = &["os_id", "app_id", "image_id", "snapshot_id", "iso_id", "ipxe_chain_url"];
const METAL: &[&str] = &["os_id", "app_id", "image_id", "snapshot_id", "ipxe_chain_url"];
const ONE: &str = "one of these is needed";
const WHICH: &str =
    "Choose what is installed: one system, application, image, snapshot or ISO image.";

#[rustfmt::skip]
const NEEDS: &[Need] = &[
    Need { operation: "create-instance", fields: SERVER, when: When::Always, mark: ONE, text: WHICH },
    Need { operation: "create-bare-metal", fields: METAL, when: When::Always, mark: ONE,
        text: "Choose what is installed: one system, application, image or snapshot." },
    Need { operation: "create-object-storage", fields: &["tier_id"], when: When::Always, mark: "",
        text: "Choose one of the tiers that the cluster offers." },
    Need { operation: "create-firewall-group-rule", fields: &["port"],
        when: When::For("protocol", &["tcp", "udp"]), mark: "needed for TCP and UDP",
        text: "TCP and UDP need a port, such as `22`, or several, as `8000:8010`." },
    Need { operation: "create-firewall-group-rule", fields: &["subnet"],
        when: When::Without("source"), mark: "needed without a source",
        text: "Say where traffic may come from: `203.0.113.0/24`, or `0.0.0.0/0` for anywhere (`::/0` with IPv6)." },
    Need { operation: "create-firewall-group-rule", fields: &["subnet_size"],
        when: When::Without("source"), mark: "needed without a source",
        text: "Say how large that network is: `32` for one IPv4 address, `0` for anywhere." },
    Need { operation: "create-record", fields: &["priority"],
        when: When::For("type", &["MX", "SRV"]), mark: "needed for MX and SRV",
        text: "MX and SRV need a priority: the lowest goes first, `10` is usual." },
    Need { operation: "create-api-key", fields: &["date_expire"],
        when: When::For("expire", &["true"]), mark: "needed where it expires",
        text: "Say when the key ends." },
    Need { operation: "create-vpc", fields: &["v4_subnet_mask"],
        when: When::With("v4_subnet"), mark: "needed with a network",
        text: "Say how large the network is: `24` has 256 addresses." },
];

/// What a field takes, where its definition leaves that open: the operation, the field, the hint in place
/// of the definition's.
#[rustfmt::skip]
const HINTS: &[(&str, &str, &str)] = &[
    ("create-firewall-group-rule", "ip_type", "The same as the network below."),
    ("create-firewall-group-rule", "port", "One, such as `22`, or several, as `8000:8010`."),
    ("create-firewall-group-rule", "subnet", "Where traffic may come from: `203.0.113.7/32` is one address, `0.0.0.0/0` or `::/0` is anywhere. With its size it fills both fields."),
    ("create-firewall-group-rule", "subnet_size", "Bits of the netmask: `32` is one IPv4 address, `24` are 256 of them, `0` is anywhere."),
    ("create-firewall-group-rule", "source", "In place of a network: `cloudflare`, or a load balancer's id."),
    ("create-object-storage", "tier_id", "One of the tiers that the cluster offers."),
    ("create-record", "data", "For A an IPv4 address, for AAAA an IPv6 one, for CNAME, MX and NS a name, for TXT the text."),
    ("create-record", "priority", "The lowest goes first; `10` is usual."),
];

/// What is said below a field by hand.
pub(crate) fn hint(operation: &Operation, field: &str) -> Option<&'static str> {
    let own = HINTS.iter().find(|(id, name, _)| *id == operation.op.id && *name == field);
    own.map(|(.., text)| *text)
}

/// What stands beside a field's label, where it is needed now and then.
pub(crate) fn mark(operation: &Operation, field: &str) -> Option<&'static str> {
    let own = |need: &&Need| need.operation == operation.op.id && need.fields.contains(&field);
    NEEDS.iter().find(own).map(|need| need.mark)
}

/// Whether a field is needed, whatever the others say.
pub(crate) fn is_always(operation: &Operation, field: &str) -> bool {
    let own = |need: &Need| need.operation == operation.op.id && need.fields == [field];
    NEEDS.iter().any(|need| own(need) && matches!(need.when, When::Always))
}

/// What is missing, each with the field that it is said at. `from` is which one of several is being
/// filled in.
pub(crate) fn missing(
    operation: &Operation,
    fields: &Map<String, Value>,
    from: Option<&str>,
) -> Vec<(String, String)> {
    let has = |name: &str| fields.get(name).is_some_and(|value| !is_blank(value));
    let says = |name: &str, words: &[&str]| {
        fields.get(name).is_some_and(|value| words.contains(&read::text(value).as_str()))
    };
    let is_so = |need: &&Need| {
        let applies = match need.when {
            When::Always => true,
            When::Without(other) => !has(other),
            When::With(other) => has(other),
            When::For(other, words) => says(other, words),
        };
        applies && need.operation == operation.op.id && !need.fields.iter().any(|name| has(name))
    };
    let at = |need: &Need| {
        let from = from.filter(|from| ONE_OF.contains(from) && need.fields.contains(from));
        from.or(need.fields.first().copied()).unwrap_or_default().to_owned()
    };
    NEEDS.iter().filter(is_so).map(|need| (at(need), need.text.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_of_operations_and_fields_that_there_are() {
        for need in NEEDS {
            let operation = crate::form::operation(need.operation).unwrap();
            let schema = operation.request();
            let other = match need.when {
                When::Always => None,
                When::Without(name) | When::With(name) | When::For(name, _) => Some(name),
            };
            for name in need.fields.iter().copied().chain(other) {
                let is_known = schema.pointer(&format!("/properties/{name}")).is_some();
                assert!(is_known, "{}: {name}", need.operation);
                let required = presentation::schema::required(&schema);
                assert!(!need.fields.contains(&name) || !required.contains(&name), "{name}");
            }
        }
        for (id, name, _) in HINTS {
            let schema = crate::form::operation(id).unwrap().request();
            assert!(schema.pointer(&format!("/properties/{name}")).is_some(), "{id}: {name}");
        }
    }
}
