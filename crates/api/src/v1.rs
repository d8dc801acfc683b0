//! API v1, defined once: its 157 calls, each with its parameters and what it answers.
//!
//! [`calls`](CALLS) is the table. The server's handlers take its calls as they are typed here, the SDK
//! sends them; in between lie a list of [`Held`] values, and one walk over the table on each side.
//! v1's own types changed over its years: an id was a string in one and a number in another. So
//! answers are read by what they mean, and [`answer`] has them.

pub mod answer;
mod calls;
mod define;
mod values;

use std::fmt::Write as _;

use serde_json::Value;

use crate::{Access, Secret};
pub use calls::*;
pub use values::{Answer, ById, ByNumber, Key, Unexpected};

/// The method of a call; v1 has no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads; parameters travel in the query.
    Get,
    /// Changes; parameters travel in a form.
    Post,
}

impl Verb {
    /// The method as HTTP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number, not negative.
    Integer,
    /// Any text, the empty one too.
    Text,
    /// `yes` or `no`.
    Flag,
    /// `on` or `off`.
    Switch,
    /// `true` or `false`.
    Boolean,
    /// JSON inside the form.
    Json,
    /// `NAME[]=a&NAME[]=b`; some clients send `NAME=a,b`.
    List,
}

impl Kind {
    /// How true and false are written.
    pub fn words(self) -> [&'static str; 2] {
        match self {
            Self::Switch => ["on", "off"],
            Self::Boolean => ["true", "false"],
            _ => ["yes", "no"],
        }
    }
}

/// A parameter of a call.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether the call is refused without it.
    pub required: bool,
    /// Another name that some client sends it by; empty: none does.
    pub alias: &'static str,
}

impl Param {
    const fn of<T: Field>(name: &'static str, alias: &'static str) -> Self {
        Self { name, kind: T::KIND, required: T::REQUIRED, alias }
    }
}

/// A parameter's value, whichever call it is of.
#[derive(Clone, PartialEq)]
pub enum Held {
    /// A number.
    Integer(u64),
    /// A text.
    Text(String),
    /// A flag, a switch, or a truth.
    Flag(bool),
    /// A list.
    List(Vec<String>),
    /// JSON.
    Json(Value),
}

/// What a field of a call can be.
pub trait Field: Sized {
    /// What its parameter holds.
    const KIND: Kind;
    /// Whether it is always sent.
    const REQUIRED: bool = true;
    /// The value to send, if any.
    fn put(&self) -> Option<Held>;
    /// The value that was sent, which is of its kind.
    fn get(held: Option<Held>) -> Self;
}

/// `on` or `off`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Switch(pub bool);

/// `true` or `false`; most other flags are `yes` or `no`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Truth(pub bool);

/// A list that is sent as one text, with commas; other lists are sent item by item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joined(pub Vec<String>);

macro_rules! fields {
    ($($kind:ident $field:ty: $it:ident => $put:expr, $held:ident($got:ident) => $get:expr;)*) => {$(
        impl Field for $field {
            const KIND: Kind = Kind::$kind;
            fn put(&self) -> Option<Held> {
                let $it = self;
                Some($put)
            }
            fn get(held: Option<Held>) -> Self {
                match held {
                    Some(Held::$held($got)) => $get,
                    _ => Self::default(),
                }
            }
        }
    )*};
}

fields! {
    Integer u64: it => Held::Integer(*it), Integer(number) => number;
    Text String: it => Held::Text(it.clone()), Text(text) => text;
    Text Secret: it => Held::Text(it.as_str().to_owned()), Text(text) => text.into();
    Flag bool: it => Held::Flag(*it), Flag(flag) => flag;
    Switch Switch: it => Held::Flag(it.0), Flag(flag) => Self(flag);
    Boolean Truth: it => Held::Flag(it.0), Flag(flag) => Self(flag);
    Json Value: it => Held::Json(it.clone()), Json(json) => json;
    List Vec<String>: it => Held::List(it.clone()), List(list) => list;
    List Joined: it => Held::Text(it.0.join(",")), List(list) => Self(list);
}

impl<T: Field> Field for Option<T> {
    const KIND: Kind = T::KIND;
    const REQUIRED: bool = false;
    fn put(&self) -> Option<Held> {
        self.as_ref()?.put()
    }
    fn get(held: Option<Held>) -> Self {
        held.map(|held| T::get(Some(held)))
    }
}

/// One call of API v1.
pub trait Call: Sized {
    /// What a success says.
    type Answer: Answer;
    /// The call as the list of all has it.
    const ENTRY: Entry;
    /// The values of its parameters, in the entry's order.
    fn held(&self) -> Vec<Option<Held>>;
    /// The call with these values.
    fn of(held: Vec<Option<Held>>) -> Self;
}

/// What holds for some calls only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It answers without a key.
    Public,
    /// It reads, and some client sends it as POST.
    AlsoPost,
    /// It needs the permission to upgrade, besides those that v2 asks for.
    Upgrade,
    /// It needs the permission to order, besides those that v2 asks for.
    Subscriptions,
}

/// A call as the list of all has it.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The method.
    pub verb: Verb,
    /// Group and name: `server/list`.
    pub path: &'static str,
    /// What it takes, besides the key.
    pub params: &'static [Param],
    /// The operations of v2 that it amounts to; empty: it needs none.
    pub v2: &'static str,
    marks: &'static [Mark],
}

/// Where values of parameters are found; `SUBID` is in the list of the call's own group.
const SOURCES: [(&str, &str); 21] = [
    ("APPID", "app/list"),
    ("BACKUPID", "backup/list"),
    ("DCID", "regions/list"),
    ("FIREWALLGROUPID", "firewall/group_list"),
    ("ISOID", "iso/list"),
    ("METALPLANID", "plans/list_baremetal"),
    ("NETWORKID", "network/list"),
    ("OBJSTORECLUSTERID", "objectstorage/list_cluster"),
    ("OSID", "os/list"),
    ("RECORDID", "dns/records"),
    ("RULEID", "loadbalancer/forward_rule_list"),
    ("SCRIPTID", "startupscript/list"),
    ("SNAPSHOTID", "snapshot/list"),
    ("SSHKEYID", "sshkey/list"),
    ("USERID", "user/list"),
    ("VPSPLANID", "plans/list"),
    ("attach_SUBID", "server/list"),
    ("attach_to_SUBID", "server/list"),
    ("backendNode", "server/list"),
    ("detach_SUBID", "server/list"),
    ("rulenumber", "firewall/rule_list"),
];

impl Entry {
    /// Whether it answers without a key.
    pub fn is_public(&self) -> bool {
        self.marks.contains(&Mark::Public)
    }

    /// The part of the path before the slash: `server`.
    pub fn group(&self) -> &'static str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// What the caller must be allowed besides what v2 asks for.
    pub fn needs(&self) -> Option<Access> {
        self.marks.iter().find_map(|mark| match mark {
            Mark::Upgrade => Some(Access::Upgrade),
            Mark::Subscriptions => Some(Access::Subscriptions),
            Mark::Public | Mark::AlsoPost => None,
        })
    }

    /// Whether it is answered by this method.
    pub fn takes(&self, verb: Verb) -> bool {
        self.verb == verb || verb == Verb::Post && self.marks.contains(&Mark::AlsoPost)
    }

    /// The call that lists what a parameter of this one may be.
    pub fn source(&self, param: &Param) -> Option<&'static str> {
        match (param.name, self.group()) {
            ("SUBID", "backup" | "snapshot") => Some("server/list"),
            ("SUBID", "reservedip") if self.path == "reservedip/convert" => Some("server/list"),
            ("SUBID", group) => find(&format!("{group}/list")).map(|call| call.path),
            (name, _) => SOURCES.iter().find(|(other, _)| *other == name).map(|(_, path)| *path),
        }
    }

    /// Whether a body, such as one that was recorded, is what the call answers.
    ///
    /// # Errors
    /// What stands in it instead of what.
    pub fn check(&self, body: &str) -> Result<(), String> {
        calls::check(self.path, body)
    }
}

/// The call at a path such as `server/list`; case does not matter.
pub fn find(path: &str) -> Option<&'static Entry> {
    let path = path.trim_matches('/').to_ascii_lowercase();
    let path = match path.as_str() {
        // The seed's client posts its start there.
        "server/reverse_start" => "server/start",
        path => path,
    };
    CALLS.iter().find(|call| call.path == path)
}

/// What a success says; why it cannot be read.
///
/// # Errors
/// What stands in the body instead of what.
pub fn read<A: Answer>(body: &str) -> Result<A, String> {
    A::read(json(body)?).map_err(|e| e.to_string())
}

fn json(body: &str) -> Result<Value, String> {
    match body.trim() {
        "" => Ok(Value::Null),
        body => serde_json::from_str(body).map_err(|e| format!("it is no JSON: {e}")),
    }
}

/// The documentation's table, in Markdown: each call, and the operations of v2 that it amounts to.
pub fn markdown() -> String {
    let mut text = "| v1 | Parameters | v2 |\n|---|---|---|\n".to_owned();
    for Entry { verb, path, params, v2, .. } in CALLS {
        let described = |p: &Param| format!("`{}`{}", p.name, if p.required { "" } else { "?" });
        let params: Vec<_> = params.iter().map(described).collect();
        let (verb, v2) = (verb.as_str(), if v2.is_empty() { "-" } else { v2 });
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{verb} /v1/{path}` | {} | {v2} |", params.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_157_calls_each_once() {
        let paths: BTreeSet<_> = CALLS.iter().map(|call| call.path).collect();
        assert_eq!((CALLS.len(), paths.len()), (157, 157));
        assert_eq!(CALLS.iter().filter(|call| call.is_public()).count(), 13);
    }

    #[test]
    fn ids_are_found_in_lists() {
        for call in CALLS {
            for param in call.params {
                let source = call.source(param);
                let is_id = param.name.ends_with("ID");
                assert!(source.is_some() || !is_id, "{} {}", call.path, param.name);
                assert!(source.is_none_or(|path| find(path).is_some()), "{source:?}");
            }
        }
    }

    #[test]
    fn no_call_takes_a_parameter_twice() {
        for call in CALLS {
            let names: Vec<_> = call.params.iter().map(|p| p.name).collect();
            let once: BTreeSet<_> = names.iter().collect();
            assert_eq!(once.len(), names.len(), "{}", call.path);
            assert!(!names.contains(&"api_key"), "{}", call.path);
        }
    }

    #[test]
    fn paths_are_found_in_any_case_and_by_the_seeds_mistake() {
        assert_eq!(find("loadBalancer/ssl_info").unwrap().path, "loadbalancer/ssl_info");
        assert_eq!(find("server/reverse_start").unwrap().path, "server/start");
        assert_eq!(find("server/list/").unwrap().path, "server/list");
        assert!(find("server/nothing").is_none());
    }

    #[test]
    fn the_table_has_a_line_for_each_call() {
        assert_eq!(markdown().lines().count(), 2 + 157);
        assert!(markdown().contains("| `GET /v1/account/info` |  | GET /v2/account |"));
    }

    #[test]
    fn what_a_call_holds_makes_the_same_call() {
        let create = LoadBalancerCreate {
            dcid: 1,
            config_ssl_redirect: Some(Truth(true)),
            sticky_sessions: Some(Switch(false)),
            health_check: Some(serde_json::json!({ "port": 80 })),
            ssl_private_key: Some("KEY".into()),
            ..Default::default()
        };
        assert_eq!(LoadBalancerCreate::of(create.held()), create);
        let names: Vec<_> = DnsCreateDomain::ENTRY.params.iter().map(|p| p.name).collect();
        assert_eq!(names, ["domain", "serverip"]);
        assert_eq!(DnsCreateDomain::ENTRY.params[1].alias, "ip");
        assert_eq!(UserCreate::ENTRY.params[4].kind, Kind::List);
    }
}
