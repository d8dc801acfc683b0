//! What each kind is in a file: by which field its things are told apart, which operations make and
//! change them, and which fields there are besides those that a thing is made with.

use presentation::operations::{self, Operation};
use serde_json::{Map, Value, json};

use crate::sources::{SOURCES, Source, list, word};
use crate::{Reading, Thing};

/// A field of a thing that no request has which makes one: another request brings it about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extra {
    /// Its name in a file.
    pub(super) field: &'static str,
    /// The operation that brings it about.
    pub(super) operation: &'static str,
    /// The field of that operation which it is; empty: all of them.
    pub(super) as_field: &'static str,
    /// Whether it is a list of these.
    pub(super) is_list: bool,
}

const fn extra(
    field: &'static str,
    operation: &'static str,
    as_field: &'static str,
    is_list: bool,
) -> Extra {
    Extra { field, operation, as_field, is_list }
}

/// The word for a machine that is off.
pub(super) const STOPPED: &str = "stopped";

/// What is attached, switched or set after a thing is made.
const EXTRAS: &[(&str, &[Extra])] = &[
    ("block", &[extra("attached_to_instance", "attach-block", "instance_id", false)]),
    ("reserved-ip", &[extra("instance_id", "attach-reserved-ip", "instance_id", false)]),
    ("vfs", &[extra("attachments", "attach-vfs", "vps_id", true)]),
    (
        "instance",
        &[
            extra("ipv4", "set-instance-reverse-ipv4", "reverse", true),
            extra("backup_schedule", "set-instance-backup-schedule", "", false),
            extra("power_status", "halt-instance", "", false),
        ],
    ),
    ("domain", &[extra("soa", "update-domain-soa", "", false)]),
];

/// The fields of a request that a thing does not show by the same name, and that are empty where its
/// view says nothing of them.
const IMPLIED: &[(&str, &[&str])] = &[
    (
        "instance",
        &[
            "attach_vpc",
            "attach_vpc2",
            "backups",
            "ddos_protection",
            "disable_public_ipv4",
            "enable_ipv6",
            "reserved_ipv4",
            "user_data",
        ],
    ),
    ("bare-metal", &["attach_vpc", "attach_vpc2", "enable_ipv6", "reserved_ipv4", "user_data"]),
    ("kubernetes", &["vpc_id"]),
    ("load-balancer", &["sticky_session", "vpc"]),
    ("startup-script", &["script"]),
];

/// What is added to and never taken from: these attach.
const ADDED_TO: &[&str] = &["attach_vpc", "attach_vpc2"];

/// What files do not have: a user is made with a password, which nobody is told afterwards.
const NO_FILES: &str = "user";

/// A kind of things as files have it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) source: &'static Source,
}

/// The kinds, owners before what lies within them.
pub(super) fn all() -> impl Iterator<Item = Kind> {
    SOURCES.iter().filter(|source| source.kind != NO_FILES).map(|source| Kind { source })
}

/// The kind of that name.
pub(super) fn kind(name: &str) -> Option<Kind> {
    all().find(|kind| kind.noun() == name)
}

impl Kind {
    /// Its name: a group of the command line.
    pub(super) fn noun(self) -> &'static str {
        self.source.kind
    }

    /// What a file calls its things: the last word of its place, in the plural.
    pub(super) fn key(self) -> String {
        let path = presentation::places::of(self.noun()).map_or(self.noun(), |place| place.path);
        let word = path.rsplit(' ').next().unwrap_or(path);
        match word {
            "registry" => "registries".into(),
            word => presentation::places::plural(word).unwrap_or_else(|| word.to_owned()),
        }
    }

    /// The field by which its owner tells a thing from others; empty: there is none.
    pub(super) fn name_field(self) -> &'static str {
        match self.noun() {
            "ssh-key" | "startup-script" | "registry" => "name",
            "iso" | "snapshot" | "vpc" | "vpc2" | "firewall" => "description",
            "domain" => "domain",
            "bucket" => "bucket_name",
            "firewall-rule" | "record" => "",
            _ => "label",
        }
    }

    /// What a thing is called whose name field has nothing.
    fn other_name(self, fields: &Map<String, Value>) -> &str {
        let text = |field: &str| fields.get(field).and_then(Value::as_str).unwrap_or_default();
        match self.noun() {
            // As the API names it.
            "iso" if !text("filename").is_empty() => text("filename"),
            "iso" => text("url").rsplit('/').next().unwrap_or_default(),
            _ => "",
        }
    }

    /// What the thing with these fields is called, those of a request or those that are shown.
    pub(super) fn name(self, fields: &Map<String, Value>) -> &str {
        let named = fields.get(self.name_field()).and_then(Value::as_str).unwrap_or_default();
        if named.is_empty() { self.other_name(fields) } else { named }
    }

    /// What a thing that is there is called.
    pub(super) fn name_of(self, thing: &Thing) -> &str {
        match self.noun() {
            "bucket" | "domain" => &thing.id,
            _ => thing.item.as_object().map_or("", |fields| self.name(fields)),
        }
    }

    /// The fields by which things without a name are taken for the same.
    pub(super) fn identity(self) -> &'static [&'static str] {
        match self.noun() {
            "record" => &["name", "type"],
            _ => &[],
        }
    }

    /// What makes a thing of it with these fields.
    pub(super) fn create(self, has: impl Fn(&str) -> bool) -> Operation {
        let id = match self.noun() {
            "snapshot" if has("url") => "create-from-url",
            _ => "create",
        };
        self.operation(id).expect("a test looks for what makes each kind")
    }

    /// What changes a thing of it.
    pub(super) fn update(self) -> Option<Operation> {
        self.operation("update")
    }

    /// What shows one.
    pub(super) fn get(self) -> Option<Operation> {
        self.operation("get")
    }

    fn operation(self, command: &str) -> Option<Operation> {
        let group = self.noun();
        operations::all().into_iter().find(|o| o.group.name == group && o.command == command)
    }

    /// The kind of what its things lie within.
    pub(super) fn owner(self) -> Option<Self> {
        self.source.within.and_then(kind)
    }

    /// The kinds of what lies within its things.
    pub(super) fn within(self) -> impl Iterator<Item = Self> {
        all().filter(move |kind| kind.source.within == Some(self.noun()))
    }

    /// The fields that another request brings about.
    pub(super) fn extras(self) -> &'static [Extra] {
        let found = EXTRAS.iter().find(|(kind, _)| *kind == self.noun());
        found.map_or(&[], |(_, extras)| extras)
    }

    /// Whether a field that a thing does not show is empty then, rather than unknown.
    pub(super) fn implies(self, field: &str) -> bool {
        IMPLIED.iter().any(|(kind, fields)| *kind == self.noun() && fields.contains(&field))
    }

    /// Whether a field only adds to what there is.
    pub(super) fn adds(field: &str) -> bool {
        ADDED_TO.contains(&field)
    }
}

impl Extra {
    /// What a file may say here.
    pub(super) fn schema(self) -> Value {
        let request = operations::find(self.operation).map(|o| o.request()).unwrap_or_default();
        let field = |name: &str| presentation::schema::at(&request, &[name.to_owned()]).cloned();
        match (self.field, self.as_field) {
            ("power_status", _) => json!({"type": "string", "enum": ["running", STOPPED]}),
            ("ipv4", reverse) => json!({"type": "array", "items": {
                "type": "object", "properties": { reverse: field(reverse) },
            }}),
            (_, "") => {
                let params = operations::find(self.operation).map(|o| o.path_fields());
                let mut request = request.clone();
                for param in params.unwrap_or_default() {
                    request["properties"].as_object_mut().map(|fields| fields.remove(&param));
                    if let Some(names) = request["required"].as_array_mut() {
                        names.retain(|name| *name != param.as_str());
                    }
                }
                request
            }
            (_, name) if self.is_list => json!({"type": "array", "items": field(name)}),
            (_, name) => field(name).unwrap_or_default(),
        }
    }

    /// The kind of what it names, where it names other things.
    pub(super) fn points_to(self) -> Option<&'static str> {
        matches!(self.as_field, "instance_id" | "vps_id").then_some("instance")
    }

    /// What a thing that is there shows of it.
    pub(super) fn shown(self, thing: &Thing, reading: &Reading) -> Value {
        match self.field {
            "attachments" => attachments(thing),
            "ipv4" => {
                let all = list(thing.told("list-instance-ipv4")).iter();
                let is_reserved =
                    |ip: &str| reading.of("reserved-ip").any(|own| own.text("subnet") == ip);
                all.filter(|one| is_own_address(one, is_reserved))
                    .map(|one| json!({ "reverse": word(one, "reverse") }))
                    .collect()
            }
            "backup_schedule" => thing.told("get-instance-backup-schedule").clone(),
            "soa" => thing.told("get-domain-soa").clone(),
            // A bare metal server is made with its own.
            "instance_id" if !is_one(thing.text("instance_id"), reading) => Value::Null,
            field => thing.item.get(field).cloned().unwrap_or_default(),
        }
    }
}

fn is_one(instance: &str, reading: &Reading) -> bool {
    reading.of("instance").any(|own| own.id == instance)
}

/// Whether an address is a machine's own: its first one, or a further one that is nobody's reserved one.
pub(super) fn is_own_address(address: &Value, is_reserved: impl Fn(&str) -> bool) -> bool {
    match word(address, "type") {
        "main_ip" => true,
        "secondary_ip" => !is_reserved(word(address, "ip")),
        _ => false,
    }
}

/// The instances that a file system is attached to.
pub(super) fn attachments(thing: &Thing) -> Value {
    let attached = list(thing.told("list-vfs-attachments"));
    attached.iter().map(|one| one["target_id"].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_made_and_told_from_others() {
        for kind in all() {
            let create = kind.create(|_| false);
            let schema = create.request();
            let known =
                |field: &str| presentation::schema::fields(&schema).any(|(n, _)| n == field);
            let names = kind.identity().iter().copied().chain([kind.name_field()]);
            for name in names.filter(|name| !name.is_empty()) {
                assert!(known(name), "{} {name}", kind.noun());
            }
            for extra in kind.extras() {
                assert!(operations::find(extra.operation).is_some(), "{}", extra.operation);
                assert!(extra.schema().is_object(), "{}", extra.field);
            }
            let words = match kind.source.within {
                None => kind.key(),
                Some(owner) => format!("{owner} {}", kind.key()),
            };
            assert_eq!(presentation::places::meant(&words), Some(kind.noun()));
        }
    }
}
