//! Values that an operation's fields may have, for a request to look at: the smallest one that says
//! something, or one with every field.

use presentation::Operation;
use presentation::schema::{self, Kind};
use serde_json::{Map, Value, json};

/// How deep objects lie in each other at most.
const DEPTH: usize = 6;

/// An id.
const ID: &str = "cb676a46-66fd-4dfb-b839-443f2e6c0b60";

/// What fields of these names hold, whatever else is known of them.
#[rustfmt::skip]
const KNOWN: &[(&str, &str)] = &[
    ("region", "ewr"), ("plan", "vc2-1c-1gb"), ("label", "web-1"), ("hostname", "web-1"),
    ("domain", "example.com"), ("dns_domain", "example.com"), ("email", "kim@example.com"),
    ("description", "for the shop"), ("ip", "203.0.113.7"), ("ipv4", "203.0.113.7"),
    ("ipv6", "2001:db8::7"), ("reverse", "web-1.example.com"), ("url", "https://example.com/image.raw"),
    ("subnet", "10.0.0.0"), ("v4_subnet", "10.0.0.0"), ("ip_block", "10.0.0.0"), ("data", "203.0.113.7"),
    ("name", "web"), ("tag", "web"), ("tags", "web"), ("port", "443"), ("date_expire", "2027-01-01T00:00:00+00:00"),
    ("os", "Debian 12 x64 (bookworm)"), ("main_ip", "203.0.113.7"), ("internal_ip", "10.0.0.3"),
    ("gateway_v4", "203.0.113.1"), ("netmask_v4", "255.255.254.0"), ("v6_main_ip", "2001:db8::7"),
    ("v6_network", "2001:db8::"), ("image", "debian-12"), ("city", "New Jersey"), ("country", "US"),
    ("continent", "North America"), ("server_status", "ok"), ("mac_address", "5a:00:05:3b:1c:2d"),
    ("ssh_key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ kim@example.com"),
];

/// Words for how things mostly are.
const USUAL: &[&str] = &["active", "running", "ok"];

/// Optional fields that say most, where an operation makes something.
const WORTH_SAYING: &[&str] = &["os_id", "label"];

/// The fields of a request: those that it needs, and the few that say most.
pub(crate) fn fields(operation: &Operation) -> Map<String, Value> {
    let says = |name: &str| operation.command == "create" && WORTH_SAYING.contains(&name);
    let sample = of(operation, says, false);
    let path = operation.path_fields();
    let changes = matches!(operation.op.method, api::Method::PATCH | api::Method::PUT);
    if !changes || sample.len() > path.len() {
        return sample;
    }
    // What changes nothing says nothing: the first field that it may have.
    let schema = operation.request();
    let first = schema::fields(&schema).map(|(name, _)| name).find(|name| !path.contains(name));
    of(operation, |name| first.is_some_and(|first| first == name), false)
}

/// The fields of a request with everything that there is.
#[cfg(test)]
pub(crate) fn every_field(operation: &Operation) -> Map<String, Value> {
    of(operation, |_| true, true)
}

fn of(operation: &Operation, wanted: impl Fn(&str) -> bool, whole: bool) -> Map<String, Value> {
    let schema = operation.request();
    let (required, path) = (schema::required(&schema), operation.path_fields());
    let chosen = schema::fields(&schema).filter(|(name, _)| {
        required.contains(&name.as_str()) || path.contains(name) || wanted(name)
    });
    chosen.map(|(name, shape)| (name.clone(), value(&schema, shape, name, whole, DEPTH))).collect()
}

/// A value that a field of this shape may have. `whole`: objects in it have every field.
pub(crate) fn value(schema: &Value, shape: &Value, name: &str, whole: bool, depth: usize) -> Value {
    let own = schema::target(schema, shape);
    let inner = |name: &str, shape: &Value| value(schema, shape, name, whole, depth - 1);
    if depth == 0 {
        return Value::Null;
    }
    match schema::kind(schema, shape) {
        Kind::Word(words) => {
            let usual = words.iter().find(|word| USUAL.contains(&word.as_str()));
            let first = usual.or_else(|| words.iter().find(|word| !word.is_empty()));
            first.cloned().unwrap_or_default().into()
        }
        Kind::Flag => true.into(),
        Kind::Integer => number(own, name).into(),
        Kind::Number => 5.into(),
        Kind::Uuid => ID.into(),
        Kind::Text => text(schema, shape, name).into(),
        Kind::List(_) => {
            json!([inner(name, own.get("items").unwrap_or(&Value::Null))])
        }
        Kind::Json => match own.get("items") {
            Some(item) => json!([inner(name, item)]),
            None => {
                let needed = schema::required(own);
                let chosen = |name: &str| whole || needed.contains(&name) || needed.is_empty();
                let known = schema::fields(own).filter(|(name, _)| chosen(name));
                let mut fields: Map<String, Value> =
                    known.map(|(name, shape)| (name.clone(), inner(name, shape))).collect();
                if let Some(more) = own.get("additionalProperties").filter(|m| **m != false) {
                    let value = if more.is_object() { inner("", more) } else { "example".into() };
                    fields.insert("example".to_owned(), value);
                }
                fields.into()
            }
        },
    }
}

fn number(shape: &Value, name: &str) -> i64 {
    let least = shape.get("minimum").and_then(Value::as_i64).unwrap_or(1);
    let known = match name {
        "os_id" => 2136,
        "size_gb" | "storage_size" => 50,
        name if name.contains("port") => 443,
        name if name.contains("mask") || name.contains("prefix") || name == "subnet_size" => 24,
        "ttl" => 300,
        "ram" => 2048,
        "disk" | "allowed_bandwidth" => 50,
        _ => 2,
    };
    known.max(least)
}

fn text(schema: &Value, shape: &Value, name: &str) -> String {
    let known = KNOWN.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    if schema::is_encoded(schema, shape) {
        return "I2Nsb3VkLWNvbmZpZwo=".to_owned();
    }
    if schema::is_secret(schema::target(schema, shape)) || schema::is_secret(shape) {
        return "correct horse battery staple".to_owned();
    }
    let format = shape.get("format").or_else(|| shape.get("x-format-or-empty"));
    known.unwrap_or_else(|| match format.and_then(Value::as_str) {
        Some("date-time") => "2027-01-01T00:00:00+00:00".to_owned(),
        Some("uuid") => ID.to_owned(),
        _ if name.ends_with("_id") => ID.to_owned(),
        _ => "example".to_owned(),
    })
}
