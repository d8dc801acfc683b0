//! Requests made from operations' own definitions: which ids they take, and where.

use api::{Method, Op, Shape};
use serde_json::{Map, Value, json};

use super::things::Things;

/// A class of connectors.
pub(crate) const CONNECTOR: &str = "com.couchbase.connect.kafka.CouchbaseSinkConnector";

/// A UUID that nothing has.
const NOBODY: &str = "5b2c3a1e-7d64-4a0b-9c8f-0123456789ab";

/// Path parameters that name what is everybody's.
const PUBLIC: &[&str] = &["region_id", "cluster_id", "image_id", "connector_class", "task_id"];

/// Parts of paths that only databases of Kafka have.
const KAFKAS: &[&str] =
    &["/topics", "/quotas", "connectors", "/kafka-", "/schema-registry", "/access-control"];

/// Texts of requests that name a thing: operation, field, and the kind of what stands there.
const TEXTS: &[(&str, &str, &str)] = &[
    ("convert-reserved-ip", "ip_address", "ipv4 of an instance"),
    ("create-database", "vpc_id", "VpcId"),
    ("create-firewall-group-rule", "source", "LoadBalancerId"),
    ("fork-database", "vpc_id", "VpcId"),
    ("set-instance-reverse-ipv4", "ip", "ipv4 of an instance"),
    ("reset-instance-reverse-ipv4", "ip", "ipv4 of an instance"),
    ("set-instance-reverse-ipv6", "ip", "ipv6 of an instance"),
    ("set-bare-metal-reverse-ipv4", "ip", "ipv4 of a machine"),
    ("reset-bare-metal-reverse-ipv4", "ip", "ipv4 of a machine"),
    ("set-bare-metal-reverse-ipv6", "ip", "ipv6 of a machine"),
    ("update-database", "vpc_id", "VpcId"),
];

/// A request, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) body: String,
}

/// Where a field travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    Query,
    Body,
}

/// A place in a request where an id stands.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The field at the top, and the way from there: `block_devices[0].block_id`.
    pub(crate) name: String,
    /// The kind of thing that it names.
    pub(crate) kind: String,
    pub(crate) is_required: bool,
    part: Part,
}

impl Place {
    pub(crate) fn is_path(&self) -> bool {
        self.part == Part::Path
    }
    pub(crate) fn is_query(&self) -> bool {
        self.part == Part::Query
    }
    /// What stands there where there is no such thing.
    pub(crate) fn nowhere(&self) -> String {
        let text = match self.kind.as_str() {
            "dns_domain" => "nobody.example",
            "bucket_name" => "nobodys-bucket",
            "forwarding_rule_id" | "firewall_rule_id" => "0123456789abcdef",
            "firewall_rule_id of a group" | "export_id" | "invoice_id" | "retention_rule_id" => {
                "4711"
            }
            kind if kind.starts_with("ipv4") => "203.0.113.99",
            kind if kind.starts_with("ipv6") => "2001:db8:ffff:ffff::99",
            _ => NOBODY,
        };
        text.to_owned()
    }
    fn field(&self) -> &str {
        &self.name[..self.name.find(['.', '[']).unwrap_or(self.name.len())]
    }
    /// The field's value with this text at the place.
    fn value(&self, text: &str) -> Value {
        nested(&self.name[self.field().len()..], text)
    }
}

fn nested(way: &str, text: &str) -> Value {
    if let Some(rest) = way.strip_prefix("[0]") {
        return json!([nested(rest, text)]);
    }
    match way.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            json!({ &rest[..end]: nested(&rest[end..], text) })
        }
        None => text.into(),
    }
}

/// An operation and what its requests are made of.
pub(crate) struct Operation {
    pub(crate) op: Op,
    schema: Value,
}

impl Operation {
    fn part(&self, field: &str) -> Part {
        match self.op.path_params().any(|param| param.replace('-', "_") == field) {
            true => Part::Path,
            false if self.op.has_body => Part::Body,
            false => Part::Query,
        }
    }

    fn is_required(&self, field: &str) -> bool {
        let names = self.schema["required"].as_array().into_iter().flatten();
        self.part(field) == Part::Path || names.into_iter().any(|name| name == field)
    }

    fn fields(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.schema["properties"].as_object().into_iter().flatten()
    }

    /// Whether it only looks.
    pub(crate) fn reads(&self) -> bool {
        self.op.reads()
    }

    /// Whether it is a list that has pages.
    pub(crate) fn is_paged(&self) -> bool {
        matches!(self.op.shape, Shape::List(_)) && self.fields().any(|(field, _)| field == "cursor")
    }

    /// Where in its requests ids stand.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut found = Vec::new();
        for (field, schema) in self.fields() {
            self.places_in(field, schema, &mut found);
        }
        found
    }

    fn places_in(&self, name: &str, schema: &Value, found: &mut Vec<Place>) {
        let schema = target(&self.schema, schema);
        if let Some(kind) = self.kind(name, schema) {
            let place = Place { name: name.into(), kind, part: Part::Path, is_required: false };
            let (part, is_required) = (self.part(place.field()), self.is_required(place.field()));
            found.push(Place { part, is_required, ..place });
        }
        for (inner, schema) in schema["properties"].as_object().into_iter().flatten() {
            self.places_in(&format!("{name}.{inner}"), schema, found);
        }
        if schema["items"].is_object() {
            self.places_in(&format!("{name}[0]"), &schema["items"], found);
        }
    }

    /// The kind of thing that stands at a place; none where that is no thing.
    fn kind(&self, name: &str, schema: &Value) -> Option<String> {
        if let Some(kind) = schema["x-id"].as_str() {
            // Who is not attached is told so, whether there is such an instance or not.
            if name == "vps_id" && self.op.method != Method::PUT {
                return Some("InstanceId of a file system".into());
            }
            if kind == "DatabaseId" && KAFKAS.iter().any(|way| self.op.path.contains(way)) {
                return Some("DatabaseId of Kafka".into());
            }
            let is_users = kind == "ApiKeyId" && self.op.path.starts_with("/v2/users/");
            return Some(if is_users { "ApiKeyId of a user".into() } else { kind.into() });
        }
        if let Some((.., kind)) =
            TEXTS.iter().find(|(op, field, _)| *op == self.op.id && *field == name)
        {
            return Some((*kind).into());
        }
        if self.part(name) != Part::Path || PUBLIC.contains(&name) {
            return None;
        }
        // A path names things; those without a UUID have their own kinds.
        Some(match name {
            "firewall_rule_id" if schema["type"] == "integer" => format!("{name} of a group"),
            "client_id" | "username" if self.op.path.contains("/quotas/") => {
                format!("{name} of a quota")
            }
            "ipv4" | "ipv6" if self.op.path.starts_with("/v2/instances") => {
                format!("{name} of an instance")
            }
            "ipv4" | "ipv6" => format!("{name} of a machine"),
            _ => name.to_owned(),
        })
    }

    /// A request with an account's own things in it, except for `ids` at the chosen places.
    pub(crate) fn request(&self, things: &Things, chosen: &[&Place], ids: &[String]) -> Asked {
        let mut fields = Map::new();
        for (place, id) in chosen.iter().zip(ids) {
            fields.entry(place.field()).or_insert_with(|| place.value(id));
        }
        for place in self.places() {
            if place.is_required && !fields.contains_key(place.field()) {
                fields.insert(place.field().to_owned(), place.value(&things.of(&place)));
            }
        }
        for (field, _) in self.fields() {
            if self.is_required(field) && !fields.contains_key(field) {
                let value = match field.as_str() {
                    "internal_ip" => things.inside().into(),
                    field => sample(self.op.id, field),
                };
                fields.insert(field.clone(), value);
            }
        }
        for (field, value) in further(self.op.id, &fields) {
            fields.entry(field).or_insert(value);
        }
        let mut uri = self.op.path.to_owned();
        for param in self.op.path_params() {
            let value = fields.shift_remove(&param.replace('-', "_")).expect("it is required");
            uri = uri.replace(&format!("{{{param}}}"), &text(&value));
        }
        if self.op.has_body {
            return Asked {
                method: self.op.method.clone(),
                uri,
                body: Value::Object(fields).to_string(),
            };
        }
        let pairs: Vec<_> =
            fields.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
        if !pairs.is_empty() {
            uri = format!("{uri}?{}", pairs.join("&"));
        }
        Asked { method: self.op.method.clone(), uri, body: String::new() }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a field holds that must be there and names no thing.
fn sample(op: &str, field: &str) -> Value {
    if let Some(value) = of_services(op, field) {
        return value;
    }
    match (op, field) {
        ("create-bare-metal", "plan") => "vbm-4c-32gb".into(),
        (_, "plan") => "vc2-1c-1gb".into(),
        (_, "region" | "region_id") => "ewr".into(),
        (_, "cluster_id") => 2.into(),
        (_, "image_id") => "cyberpanel".into(),
        (_, "size_gb") => 40.into(),
        (_, "storage_size") => json!({ "gb": 10 }),
        ("create-storage-gateway", "type") => "nfs4".into(),
        (_, "ip_type") => "v4".into(),
        (_, "protocol" | "frontend_protocol" | "backend_protocol") => match op {
            "create-load-balancer-forwarding-rule" => "http".into(),
            _ => "tcp".into(),
        },
        ("create-nat-gateway-firewall-rule", "port") => "443".into(),
        (_, "frontend_port" | "backend_port" | "external_port" | "internal_port") => 8443.into(),
        (_, "subnet") => "198.51.100.0".into(),
        (_, "subnet_size") => 24.into(),
        (_, "reverse" | "v4") => "host.example.com".into(),
        (_, "v6") => json!([{ "ip": "2001:db8::1", "domain": "host.example.com" }]),
        (_, "archive_rules") => json!([{
            "ID": "all", "Status": "Enabled", "Filter": { "Prefix": "" },
            "Transitions": [{ "Days": 1, "StorageClass": "VULTR_ARCHIVE" }],
        }]),
        (_, "archival") => true.into(),
        ("create-object-storage-bucket", "bucket_name") => "one-more".into(),
        ("create-record", "name") => "www".into(),
        ("create-record", "data") => "192.0.2.9".into(),
        ("create-record", "type") => "A".into(),
        ("set-instance-backup-schedule", "type") => "daily".into(),
        ("update-domain", "dns_sec") => "enabled".into(),
        ("create-load-balancer-firewall-rules", "firewall_rules") => {
            json!([{ "port": 81, "source": "192.0.2.0/24", "ip_type": "v4" }])
        }
        (_, "email") => "new@example.com".into(),
        ("create-user", "password") => "Correct-Horse-7".into(),
        (_, "ssh_key") => "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB new".into(),
        (_, "script") => "eA==".into(),
        (_, "url") => "https://example.com/new.iso".into(),
        (_, "domain") => "new.example".into(),
        (_, "prefixes") => json!(["192.0.2.0/24"]),
        (_, "requested_routes") => "none".into(),
        (_, "label" | "description" | "name" | "notes" | "usecase" | "client_id" | "topics") => {
            "new".into()
        }
        _ => panic!("say what `{field}` of {op} may hold"),
    }
}

/// The same of what is more than a machine, a disk or a network.
fn of_services(op: &str, field: &str) -> Option<Value> {
    Some(match (op, field) {
        ("create-registry", "plan") => "start_up".into(),
        ("create-registry", "public") | (_, "dry_run" | "untagged" | "disabled") => true.into(),
        ("create-push-zone-upload", "size") => 7.into(),
        (_, "origin_scheme") => "https".into(),
        (_, "origin_domain") => "www.example.com".into(),
        (_, "rule_type") => "artifacts pushed".into(),
        (_, "repository_action" | "tag_action") => "matches".into(),
        (_, "repository_match" | "tag_match") => "**".into(),
        (_, "cron") => "daily".into(),
        (_, "old_password" | "new_password") => "Correct-Horse-8".into(),
        ("create-node-pool", "plan") => "vc2-1c-2gb".into(),
        ("create-cluster", "version") => "v1.36.5+1".into(),
        (_, "upgrade_version") => "v1.37.1+1".into(),
        (_, "key") => "new".into(),
        (_, "effect") => "NoExecute".into(),
        ("create-database" | "fork-database", "plan") => "vultr-dbaas-startup-cc-1-55-2".into(),
        (_, "database_engine") => "mysql".into(),
        (_, "database_engine_version") => "8.4".into(),
        (_, "version") => "17".into(),
        (_, "period") => "day".into(),
        ("create-connection-pool", "database") => "defaultdb".into(),
        ("create-connection-pool", "username") => "vultradmin".into(),
        (_, "mode") => "session".into(),
        (_, "size") => 1.into(),
        ("create-database-user", "username") => "new".into(),
        ("create-database-quota", "user") => "vultradmin".into(),
        (_, "task_id") => 0.into(),
        (_, "class" | "connector_class") => CONNECTOR.into(),
        (_, "partitions" | "replication" | "retention_hours" | "retention_bytes") => 1.into(),
        (_, "consumer_byte_rate" | "producer_byte_rate" | "request_percentage") => 1.into(),
        ("start-database-migration" | "update-database-user", "password") => "Horse-7".into(),
        (_, "host") => "db.example.com".into(),
        ("start-database-migration", "port") => 5432.into(),
        _ => return None,
    })
}

/// What else a request needs so that its ids are looked at.
fn further(op: &str, fields: &Map<String, Value>) -> Vec<(&'static str, Value)> {
    let has = |field: &str| fields.contains_key(field);
    match op {
        "create-instance" | "create-bare-metal" | "create-instance-template"
            if !has("iso_id") && !has("snapshot_id") =>
        {
            vec![("os_id", 2136.into())]
        }
        "create-firewall-group-rule" if !has("source") => {
            vec![("subnet", "192.0.2.0".into()), ("subnet_size", 24.into()), ("port", "443".into())]
        }
        "create-node-pool" => vec![("node_quantity", 1.into())],
        "create-cluster" => {
            let pool = json!({ "node_quantity": 1, "label": "new", "plan": "vc2-1c-2gb" });
            vec![("node_pools", json!([pool]))]
        }
        "create-firewall-group-rule" => vec![("port", "443".into())],
        "add-storage-gateway-export" => vec![("pseudo_root_path", "/new".into())],
        "create-database-connector" => {
            vec![("config", json!({ "couchbase.seed.nodes": "db.example.com" }))]
        }
        "create-object-storage" => vec![("tier_id", 1.into())],
        "set-database-user-acl" => vec![("permission", "read".into())],
        "list-logs" => vec![("end_time", "2026-12-05T00:00:00Z".into())],
        "create-retention-rule" => vec![("count", 9.into())],
        "update-instance-template" | "update-block" => vec![("label", "new".into())],
        "update-block-snapshot" => vec![("description", "new".into())],
        _ => Vec::new(),
    }
}

fn target<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(way) = schema["$ref"].as_str() {
        return target(
            root,
            root.pointer(way.trim_start_matches('#')).expect("references lead somewhere"),
        );
    }
    let choices = schema["anyOf"].as_array();
    match choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")) {
        Some(choice) => target(root, choice),
        None => schema,
    }
}

/// The operations that are served.
pub(crate) fn operations() -> Vec<Operation> {
    let routes = control::routes();
    let found = api::operations().map(|known| {
        let schema = known.request();
        Operation { op: known.op.clone(), schema }
    });
    let served = |known: &Operation| routes.0.iter().any(|route| route.op.id == known.op.id);
    let found: Vec<_> = found.filter(served).collect();
    assert_eq!(found.len(), routes.0.len());
    found
}
