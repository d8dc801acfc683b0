//! Whether a thing is meant by a search, by which of its fields, and how well it fits.

use maud::{Markup, html};
use presentation::pointers::NAMES;
use serde_json::Value;

/// Fields besides names that things are looked for by: their names end with one of these.
const ADDRESSES: &[&str] =
    &["ip", "ipv4", "ipv6", "subnet", "network", "ip_block", "url", "urn", "tag"];
/// And those that are called just this.
const TEXTS: &[&str] = &["data", "notes", "source"];
/// What a network's size is called, beside its address.
const BITS: &[(&str, &str)] = &[
    ("ip_block", "prefix_length"),
    ("subnet", "subnet_size"),
    ("v4_subnet", "v4_subnet_mask"),
    ("v6_subnet", "v6_subnet_size"),
];
/// How deep what a thing holds is looked through.
const DEPTH: usize = 2;

/// Why a thing fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    /// The smaller the better.
    pub(super) rank: u8,
    pub(super) field: String,
    pub(super) value: String,
}

impl Hit {
    /// Whether it is the thing with this very id.
    pub(super) fn is_id(&self) -> bool {
        self.rank == 0
    }
}

/// What a field is to who looks for something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Id,
    Name,
    Address,
    Port,
}

/// How a thing fits: its id, what it is called, how its id begins, its addresses, ports and tags; at
/// last, what it holds.
pub(super) fn hit(thing: &Value, wanted: &str) -> Option<Hit> {
    within(thing, &wanted.to_lowercase(), DEPTH)
}

fn within(thing: &Value, wanted: &str, depth: usize) -> Option<Hit> {
    let fields = thing.as_object()?;
    let hits = fields.iter().filter_map(|(name, value)| match what(name) {
        Some(what) => {
            let each = texts(thing, name, value).into_iter().filter_map(|text| {
                let rank = rank(what, &text.to_lowercase(), wanted)?;
                Some(Hit { rank, field: name.clone(), value: text })
            });
            each.min_by_key(|hit| hit.rank)
        }
        None if depth > 0 => held(name, value, wanted, depth - 1),
        None => None,
    });
    hits.min_by_key(|hit| hit.rank)
}

/// What fits among the things that one holds: the pools of a cluster, the rules of a load balancer.
fn held(name: &str, value: &Value, wanted: &str, depth: usize) -> Option<Hit> {
    let hits = value.as_array()?.iter().filter_map(|item| within(item, wanted, depth));
    let hit = hits.min_by_key(|hit| hit.rank)?;
    // It is not the thing itself that is called so.
    Some(Hit { rank: hit.rank.max(4), field: format!("{name} {}", hit.field), ..hit })
}

fn what(field: &str) -> Option<What> {
    let one = field.trim_end_matches('s');
    let ends =
        |end: &&str| one.strip_suffix(*end).is_some_and(|b| b.is_empty() || b.ends_with('_'));
    match field {
        "id" => Some(What::Id),
        "username" => Some(What::Name),
        _ if NAMES.contains(&field) => Some(What::Name),
        _ if field == "port" || field.ends_with("_port") => Some(What::Port),
        _ if TEXTS.contains(&field) || ADDRESSES.iter().any(ends) => Some(What::Address),
        _ => None,
    }
}

/// The texts in a field: itself, or those of a list; a network with its size.
fn texts(thing: &Value, name: &str, value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if !text.is_empty() => {
            let bits = BITS.iter().find(|(field, _)| *field == name);
            let bits = bits.and_then(|(_, bits)| thing.get(*bits)?.as_u64());
            vec![bits.map_or_else(|| text.clone(), |bits| format!("{text}/{bits}"))]
        }
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => {
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

fn rank(what: What, value: &str, wanted: &str) -> Option<u8> {
    match what {
        What::Id if value == wanted => Some(0),
        What::Id => value.starts_with(wanted).then_some(3),
        What::Port => has_port(value, wanted).then_some(3),
        // By its name before by a tag that many have.
        What::Name if value == wanted => Some(1),
        What::Name if value.starts_with(wanted) => Some(2),
        What::Address if value == wanted => Some(3),
        _ if value.contains(wanted) => Some(4),
        // Several words may stand apart.
        What::Name if wanted.contains(' ') => {
            wanted.split_whitespace().all(|word| value.contains(word)).then_some(5)
        }
        _ => None,
    }
}

/// Whether a port, or a range of them as `8000:8010`, has the one that is wanted, or is it.
fn has_port(ports: &str, wanted: &str) -> bool {
    let number = |text: &str| text.trim().parse::<u16>().ok();
    let range = ports.split_once([':', '-']);
    let range = range.and_then(|(first, last)| Some(number(first)?..=number(last)?));
    ports == wanted || range.is_some_and(|r| number(wanted).is_some_and(|port| r.contains(&port)))
}

/// A text with what was looked for marked.
pub(super) fn marked(text: &str, wanted: &str) -> Markup {
    let lower = text.to_lowercase();
    let at = lower.find(&wanted.to_lowercase()).filter(|_| lower.len() == text.len());
    let parts = at.and_then(|at| {
        let end = at + wanted.len();
        Some((text.get(..at)?, text.get(at..end)?, text.get(end..)?))
    });
    html! {
        @match parts {
            Some((before, found, after)) => { (before) mark { (found) } (after) },
            None => { (text) },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_thing_is_found_by_what_people_know_of_it() {
        let thing = json!({
            "id": "cb676a46-66fd", "label": "Shop web", "region": "ewr", "main_ip": "203.0.113.7",
            "tags": ["green"], "status": "active", "default_password": "greenhouse", "vcpu_count": 2,
        });
        let by = |wanted: &str| hit(&thing, wanted).map(|hit| (hit.rank, hit.field));
        let found = |rank, field: &str| Some((rank, field.to_owned()));
        assert_eq!(by("CB676A46-66FD"), found(0, "id"));
        assert_eq!(by("cb67"), found(3, "id"));
        assert_eq!(by("shop web"), found(1, "label"));
        assert_eq!(by("web shop"), found(5, "label"));
        assert_eq!(by("shop"), found(2, "label"));
        assert_eq!(by("113.7"), found(4, "main_ip"));
        assert_eq!(by("green"), found(3, "tags"));
        // Neither where it is, nor how it is, nor a secret.
        for other in ["ewr", "active", "greenhouse", "nothing"] {
            assert_eq!(by(other), None, "{other}");
        }
    }

    #[test]
    fn what_a_thing_holds_is_found_by_name_port_source_and_data() {
        let rule = json!({"id": 3, "protocol": "tcp", "port": "8000:8010", "subnet": "203.0.113.0",
            "subnet_size": 24, "source": "203.0.113.0/24", "notes": "from the office"});
        let record = json!({"id": "9b7", "name": "www", "data": "203.0.113.7", "ttl": 300});
        let balancer = json!({"id": "c4", "label": "front", "forwarding_rules":
            [{"id": "4fa1", "frontend_port": 443, "backend_port": 8443}]});
        let cluster = json!({"id": "d5", "label": "prod", "node_pools":
            [{"label": "workers", "nodes": [{"label": "workers-9", "ip": "203.0.113.9"}]}]});
        for (thing, wanted, field) in [
            (&rule, "8005", "port"),
            (&rule, "8000:8010", "port"),
            (&rule, "office", "notes"),
            (&rule, "203.0.113.0/24", "subnet"),
            (&record, "113.7", "data"),
            (&balancer, "443", "forwarding_rules frontend_port"),
            (&cluster, "workers", "node_pools label"),
            (&cluster, "203.0.113.9", "node_pools nodes ip"),
        ] {
            let hit = hit(thing, wanted).unwrap();
            assert_eq!((hit.field.as_str(), hit.is_id()), (field, false), "{wanted}");
        }
        // Neither a part of a number nor how long it lasts, nor is a balancer its rule.
        for (thing, wanted) in [(&rule, "800"), (&record, "300"), (&balancer, "44")] {
            assert_eq!(hit(thing, wanted), None, "{wanted}");
        }
        assert_eq!(hit(&balancer, "4fa1").map(|hit| hit.rank), Some(4));
    }

    #[test]
    fn what_was_looked_for_is_marked_and_stays_text() {
        let marked = |text: &str, wanted: &str| marked(text, wanted).into_string();
        assert_eq!(marked("Shop web", "WEB"), "Shop <mark>web</mark>");
        assert_eq!(marked("<b>İ", "b"), "&lt;b&gt;İ");
        assert_eq!(marked("<b>", "b"), "&lt;<mark>b</mark>&gt;");
        assert_eq!(marked("äöü", "ö"), "ä<mark>ö</mark>ü");
    }
}
