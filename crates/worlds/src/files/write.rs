//! The way back: what an account has, as a file that makes it again.
//!
//! A thing is written as what makes it, which its source knows (`sources`), with names in place of ids. What
//! is nobody's to copy is never written: passwords, keys, and what the API does not tell.

use std::collections::{BTreeMap, BTreeSet};

use presentation::{schema, yaml};
use serde_json::{Map, Value, json};

use super::kinds::{self, Extra, Kind, STOPPED};
use super::{FORMAT, shape};
use crate::copy::is_id;
use crate::{Reading, Thing, sources};

/// Who answers for a zone first, by itself.
const OWN_SERVER: &str = "ns1.vultr.com";
/// What fields are where nothing is said: kind, field, value.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("bare-metal", "hostname", "vultr.guest"),
    ("bare-metal", "user_scheme", "root"),
    ("domain", "dns_sec", "disabled"),
    ("instance", "hostname", "vultr.guest"),
    ("instance", "user_scheme", "root"),
    ("load-balancer", "balancing_algorithm", "roundrobin"),
    ("load-balancer", "nodes", "1"),
    ("load-balancer", "timeout", "600"),
    ("record", "ttl", "300"),
];
/// What makes what files do not have.
const LEFT_OUT: &[&str] = &[
    "create-connection-pool",
    "create-database-connector",
    "create-database-db",
    "create-database-quota",
    "create-database-topic",
    "create-database-user",
    "create-nat-gateway-firewall-rule",
    "create-nat-gateway-port-forwarding-rule",
    "create-user",
];
/// The field in which a cluster tells the firewall group that came with it.
const CLUSTERS_GROUP: &str = "firewall_group_id";
/// What stands for an address that the API does not tell.
const NOWHERE: &str = "https://copied.invalid";

/// What to do about things that have no name, or another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unnamed {
    /// They are told, and nothing is written.
    Refused,
    /// They get names of their own in the file, which says so.
    Named,
}

/// Writes what was read as a file.
///
/// # Errors
/// What cannot be told from others by its name, each with how to help that.
pub fn write(reading: &Reading, unnamed: Unnamed) -> Result<String, Vec<String>> {
    let (names, named) = (BTreeMap::new(), BTreeMap::new());
    let mut writer = Writer { reading, names, named, notes: Vec::new() };
    let unclear = writer.learn_names();
    if unnamed == Unnamed::Refused && !unclear.is_empty() {
        return Err(unclear.iter().map(Unclear::refused).collect());
    }
    unclear.iter().for_each(|unclear| writer.name(unclear));
    let mut body = String::new();
    for kind in kinds::all().filter(|kind| kind.owner().is_none()) {
        let things = writer.list(kind, "");
        if !things.is_empty() {
            let fields = Map::from_iter([(kind.key(), Value::from(things))]);
            body += &format!("\n{}", yaml::write(&fields, 0));
        }
    }
    let mut text = String::from(
        "# What an account has, for `kettle world apply -f FILE` and `kettle serve --seed FILE`.\n\
         # Passwords and keys are not in it, nor what is on disks and in buckets; user data and scripts are as\n\
         # they were given.\n",
    );
    let unread = reading.unread.iter().map(|unread| format!("Not read: {unread}"));
    for note in writer.notes.into_iter().chain(left_out(reading)).chain(unread) {
        text += &format!("# {}\n", presentation::text::clean(&note));
    }
    Ok(format!("{text}kettle: {FORMAT}\n{body}"))
}

/// What there is and files do not have, each kind with how many there are.
fn left_out(reading: &Reading) -> Vec<String> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for thing in &reading.things {
        let steps = sources::source(&thing.kind).map(|source| (source.steps)(thing, reading));
        for step in steps.into_iter().flatten().filter(|step| LEFT_OUT.contains(&step.operation)) {
            *left.entry(crate::read::operation(step.operation).group.name).or_default() += 1;
        }
    }
    left.into_iter()
        .map(|(group, count)| format!("Not in it, and there: {group}, {count}"))
        .collect()
}

/// Things of one kind and owner that have one name, or none.
struct Unclear<'a> {
    kind: Kind,
    name: &'a str,
    ids: Vec<&'a str>,
}

impl Unclear<'_> {
    fn what(&self) -> String {
        match (self.name, self.kind.name_field()) {
            ("", field) => format!("has no {field}, by which a file tells it from others"),
            (name, field) => format!("has the {field} of another, `{name}`"),
        }
    }

    fn refused(&self) -> String {
        let (noun, flag) = (self.kind.noun(), self.kind.name_field().replace('_', "-"));
        let how = self.ids.iter().map(|id| {
            let what = self.what();
            format!("{noun} {id} {what}: `kettle {noun} update {id} --{flag} NAME` gives it one")
        });
        how.collect::<Vec<_>>().join("\n")
    }
}

struct Writer<'a> {
    reading: &'a Reading,
    /// The names of things by their ids.
    names: BTreeMap<&'a str, String>,
    /// Those of them that are names in the file alone.
    named: BTreeMap<&'a str, String>,
    /// What is to be known of it.
    notes: Vec<String>,
}

impl<'a> Writer<'a> {
    /// The things of a kind that somebody has made, within an owner.
    fn things(&self, kind: Kind, owner: &str) -> Vec<&'a Thing> {
        let things = self.reading.of(kind.noun()).filter(|thing| thing.owner == owner);
        let is_made = |thing: &&Thing| !(kind.source.steps)(thing, self.reading).is_empty();
        things.filter(is_made).filter(|thing| !self.is_of_a_cluster(thing)).collect()
    }

    /// Whether a firewall group came with a cluster, which brings it along again.
    fn is_of_a_cluster(&self, thing: &Thing) -> bool {
        let mut clusters = self.reading.of("kubernetes");
        thing.kind == "firewall" && clusters.any(|one| one.text(CLUSTERS_GROUP) == thing.id)
    }

    /// Learns all names; tells of things that have none, or the same as others before them.
    fn learn_names(&mut self) -> Vec<Unclear<'a>> {
        let reading = self.reading;
        let mut all: BTreeMap<(&str, &str, &str), Unclear<'a>> = BTreeMap::new();
        for kind in kinds::all().filter(|kind| !kind.name_field().is_empty()) {
            let owners = reading.of(kind.source.within.unwrap_or_default());
            let owners: Vec<&str> = match kind.owner() {
                Some(_) => owners.map(|owner| owner.id.as_str()).collect(),
                None => vec![""],
            };
            let things = owners.into_iter().flat_map(|owner| self.things(kind, owner));
            for thing in things.collect::<Vec<_>>() {
                let name = kind.name_of(thing);
                let key = (kind.noun(), thing.owner.as_str(), name);
                let unclear = all.entry(key).or_insert(Unclear { kind, name, ids: Vec::new() });
                unclear.ids.push(&thing.id);
                self.names.insert(&thing.id, name.to_owned());
            }
        }
        let mut all: Vec<Unclear<'a>> = all.into_values().collect();
        for unclear in all.iter_mut().filter(|unclear| !unclear.name.is_empty()) {
            // The first of a name has it.
            unclear.ids.remove(0);
        }
        all.retain(|unclear| !unclear.ids.is_empty());
        all
    }

    /// Gives things names that nothing of their kind has.
    fn name(&mut self, unclear: &Unclear<'a>) {
        let noun = unclear.kind.noun();
        let base = if unclear.name.is_empty() { noun } else { unclear.name };
        let taken: BTreeSet<String> = self.names.values().cloned().collect();
        let names = (2..).map(|n| format!("{base}-{n}")).filter(|name| !taken.contains(name));
        for (id, name) in unclear.ids.iter().zip(names) {
            self.notes.push(format!("{noun} {id} is called `{name}` here: it {}", unclear.what()));
            self.names.insert(id, name.clone());
            self.named.insert(id, name);
        }
    }

    fn list(&mut self, kind: Kind, owner: &str) -> Vec<Value> {
        self.things(kind, owner).into_iter().map(|thing| self.one(kind, thing)).collect()
    }

    fn one(&mut self, kind: Kind, thing: &'a Thing) -> Value {
        let steps = (kind.source.steps)(thing, self.reading);
        let made_with = steps.into_iter().find(|step| step.makes).map(|step| step.fields);
        let mut made_with = made_with.unwrap_or_default();
        if matches!(kind.noun(), "iso" | "snapshot") {
            made_with.insert("url".into(), address(kind.name_of(thing)).into());
        }
        if kind.noun() == "kubernetes" && !thing.text(CLUSTERS_GROUP).is_empty() {
            made_with.insert("enable_firewall".into(), true.into());
        }
        let create = kind.create(|field| made_with.contains_key(field));
        let (request, params) = (create.request(), create.path_fields());
        let needed = schema::required(&request);
        let (mut fields, name) = (Map::new(), kind.name_field());
        let own = self.named.get(thing.id.as_str()).map(|name| Value::from(name.as_str()));
        let given = made_with.shift_remove(name);
        if let Some(value) = own.or(given) {
            fields.insert(name.to_owned(), value);
        }
        // As the API lists them, what has to be there first.
        let rank = |field: &String| schema::fields(&request).position(|(name, _)| name == field);
        let mut made_with: Vec<(String, Value)> = made_with.into_iter().collect();
        made_with.sort_by_key(|(field, _)| (!needed.contains(&field.as_str()), rank(field)));
        for (field, value) in made_with {
            let is_extra = kind.extras().iter().any(|extra| extra.field == field);
            if is_extra || params.contains(&field) || api::mask::is_secret(&field) {
                continue;
            }
            let mut value = self.named(kind, thing, &field, value);
            if kind.noun() == "record" && field == "data" {
                value = self.of_another(unquoted(value));
            }
            let shape = request.get("properties").and_then(|fields| fields.get(&field));
            if let Some(shape) = shape {
                schema::decode(&request, shape, &mut value, shape::plain);
            }
            let is_default = is_default(kind, &field, &value) || says_nothing(kind, &value);
            if needed.contains(&field.as_str()) || !is_default {
                fields.insert(field, value);
            }
        }
        for extra in kind.extras() {
            if let Some(value) = self.extra(kind, *extra, thing) {
                fields.insert(extra.field.to_owned(), value);
            }
        }
        for inner in kind.within() {
            let things = self.list(inner, &thing.id);
            if !things.is_empty() {
                fields.insert(inner.key(), things.into());
            }
        }
        fields.into()
    }

    /// The address of another thing by that thing's name, as it has another one wherever it is made anew.
    fn of_another(&self, value: Value) -> Value {
        const SHOWN: [(&str, &str); 5] = [
            ("instance", "main_ip"),
            ("instance", "v6_main_ip"),
            ("load-balancer", "ipv4"),
            ("load-balancer", "ipv6"),
            ("bare-metal", "main_ip"),
        ];
        for (noun, field) in SHOWN {
            let is_it = |thing: &&Thing| value == thing.text(field) && value != "";
            let found = self.reading.of(noun).find(is_it);
            let name = found.and_then(|thing| self.names.get(thing.id.as_str()));
            if let (Some(name), Some(kind)) = (name, kinds::kind(noun)) {
                return format!("{{{}.{name}.{field}}}", kind.key()).into();
            }
        }
        value
    }

    /// A value with names in place of ids.
    fn named(&mut self, kind: Kind, thing: &Thing, field: &str, value: Value) -> Value {
        match value {
            Value::String(id) if is_id(&id) => {
                match self.names.get(id.as_str()) {
                    Some(name) => name.as_str().into(),
                    None => {
                        let of = format!("{} {}", kind.noun(), kind.name_of(thing));
                        self.notes.push(format!("Not in it: {field} of {of}, which is {id}: that is none of these things"));
                        Value::Null
                    }
                }
            }
            Value::Array(items) => {
                let items = items.into_iter().map(|item| self.named(kind, thing, field, item));
                items.filter(|item| !item.is_null()).collect()
            }
            other => other,
        }
    }

    /// What is brought about by other requests, where it is not so by itself.
    fn extra(&mut self, kind: Kind, extra: Extra, thing: &Thing) -> Option<Value> {
        let shown = extra.shown(thing, self.reading);
        let value = match extra.field {
            "power_status" => (shown == STOPPED).then_some(shown)?,
            "instance_id" => {
                let is_main = |one: &Thing| one.text("main_ip") == thing.text("subnet");
                (!self.reading.of("instance").any(is_main)).then_some(shown)?
            }
            "backup_schedule" => {
                let features = thing.item["features"].as_array();
                let is_on = features.is_some_and(|own| own.iter().any(|one| one == "auto_backups"));
                known_fields(extra, &shown).filter(|_| is_on)?
            }
            "soa" => {
                let fields = known_fields(extra, &shown)?;
                let own =
                    json!({ "nsprimary": OWN_SERVER, "email": format!("admin@{}", thing.id) });
                (fields != own).then_some(fields)?
            }
            "ipv4" => addresses(&shown)?,
            _ => shown,
        };
        let value = self.named(kind, thing, extra.field, value);
        (!says_nothing(kind, &value)).then_some(value)
    }
}

/// The fields of a value that an operation takes.
fn known_fields(extra: Extra, value: &Value) -> Option<Value> {
    let shape = extra.schema();
    let known = |name: &String| schema::fields(&shape).any(|(own, _)| own == name);
    let mut fields = value.as_object()?.clone();
    fields.retain(|name, value| known(name) && !value.is_null());
    (!fields.is_empty()).then(|| fields.into())
}

/// The addresses of a machine that has more than one, or a name of its owner's.
fn addresses(shown: &Value) -> Option<Value> {
    let mut all = shown.as_array()?.clone();
    for one in &mut all {
        if !sources::has_own_name(one) {
            *one = json!({});
        }
    }
    let says = all.len() > 1 || all.iter().any(|one| *one != json!({}));
    says.then(|| all.into())
}

/// A record's text without the quotes that the API puts around it.
fn unquoted(value: Value) -> Value {
    let inner = value.as_str().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
    match inner.filter(|inner| !inner.contains('"') && inner.trim() == *inner && !inner.is_empty())
    {
        Some(inner) => inner.into(),
        None => value,
    }
}

/// Where something is said to come from.
fn address(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' };
    format!("{NOWHERE}/{}", name.chars().map(safe).collect::<String>())
}

/// Whether a field is what it would be without a word.
fn is_default(kind: Kind, field: &str, value: &Value) -> bool {
    let text = super::refs::text(value).unwrap_or_default();
    DEFAULTS.contains(&(kind.noun(), field, text.as_str()))
}

/// Whether a value is what there is where none is given.
fn says_nothing(kind: Kind, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        // Of databases, some are on by themselves.
        Value::Bool(false) => kind.noun() != "database",
        _ => false,
    }
}
