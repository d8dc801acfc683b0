//! The table of calls: method, path, parameters, and the operations of v2 that each amounts to.
//!
//! Every area has its part of the table beside its handlers; here they come together. The table is
//! the only place that says what a call takes: handlers must not look at a request themselves.

use std::fmt::Write as _;
use std::pin::Pin;

use api::Access;
pub use sdk::v1::Verb;

use crate::cx::Cx;
use crate::error::Result;
use crate::reply::Reply;
use crate::*;

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

/// A parameter that the call is refused without.
pub(crate) const fn req(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: true, alias: "" }
}

/// A parameter that may be left out.
pub(crate) const fn opt(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: false, alias: "" }
}

impl Param {
    pub(crate) const fn or(self, alias: &'static str) -> Self {
        Self { alias, ..self }
    }
}

/// Permissions that v1 asks for besides those of v2's operations.
const NEEDS: [(&str, Access); 5] = [
    ("server/backup_enable", Access::Upgrade),
    ("server/create", Access::Subscriptions),
    ("server/create_ipv4", Access::Upgrade),
    ("server/ddos_protection_enable", Access::Upgrade),
    ("server/upgrade_plan_list", Access::Upgrade),
];

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

/// The parameter that most calls about a subscription have.
pub(crate) const SUBID: Param = req("SUBID", Kind::Integer);

pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Reply>> + Send>>;

/// One call of the API.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// The method.
    pub verb: Verb,
    /// Group and name: `server/list`.
    pub path: &'static str,
    /// What it takes, besides the key.
    pub params: &'static [Param],
    /// The operations of v2 that it amounts to; empty: it needs none.
    pub v2: &'static str,
    pub(crate) run: fn(Cx) -> Answer,
}

/// Writes an area's part of the table.
macro_rules! calls {
    ($($verb:ident $path:literal ($($param:expr),* $(,)?) $v2:literal => $handler:path;)*) => {
        pub(crate) const CALLS: &[$crate::calls::Call] = &[$($crate::calls::Call {
            verb: $crate::calls::Verb::$verb,
            path: $path,
            params: &[$($param),*],
            v2: $v2,
            run: |cx| Box::pin($handler(cx)),
        }),*];
    };
}
pub(crate) use calls;

const AREAS: [&[Call]; 20] = [
    account::CALLS,
    app::CALLS,
    backup::CALLS,
    baremetal::CALLS,
    block::CALLS,
    dns::CALLS,
    firewall::CALLS,
    iso::CALLS,
    loadbalancer::CALLS,
    network::CALLS,
    objectstorage::CALLS,
    os::CALLS,
    plans::CALLS,
    regions::CALLS,
    reservedip::CALLS,
    server::CALLS,
    snapshot::CALLS,
    sshkey::CALLS,
    startupscript::CALLS,
    user::CALLS,
];

/// Calls that answer without a key.
const PUBLIC: [&str; 13] = [
    "app/list",
    "objectstorage/list_cluster",
    "os/list",
    "plans/list",
    "plans/list_baremetal",
    "plans/list_vc2",
    "plans/list_vc2z",
    "plans/list_vdc2",
    "regions/availability",
    "regions/availability_baremetal",
    "regions/availability_vc2",
    "regions/availability_vdc2",
    "regions/list",
];

/// Reads that some client sends as POST.
const READ_BY_POST: [&str; 4] =
    ["backup/list", "server/list_ipv6", "server/reverse_list_ipv6", "server/upgrade_plan_list"];

/// What some client sends besides, to no effect: Ansible's older modules send a key's date back.
const IGNORED: [(&str, &str); 1] = [("sshkey/update", "date_created")];

impl Call {
    /// Whether it answers without a key.
    pub fn is_public(&self) -> bool {
        PUBLIC.contains(&self.path)
    }

    /// The call that lists what a parameter of this one may be.
    pub fn source(&self, param: &Param) -> Option<&'static str> {
        let own = match (param.name, self.group()) {
            ("SUBID", "backup" | "snapshot") => "server/list",
            ("SUBID", "reservedip") if self.path == "reservedip/convert" => "server/list",
            ("SUBID", group) => return find(&format!("{group}/list")).map(|call| call.path),
            _ => SOURCES.iter().find(|(name, _)| *name == param.name)?.1,
        };
        Some(own)
    }

    /// The part of the path before the slash: `server`.
    pub fn group(&self) -> &'static str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// What the caller must be allowed besides what v2 asks for.
    pub(crate) fn needs(&self) -> Option<Access> {
        NEEDS.iter().find(|(path, _)| *path == self.path).map(|(_, access)| *access)
    }

    /// Whether a parameter that is not taken is none to tell of.
    pub(crate) fn ignores(&self, name: &str) -> bool {
        IGNORED.contains(&(self.path, name))
    }

    pub(crate) fn takes(&self, verb: Verb) -> bool {
        self.verb == verb || verb == Verb::Post && READ_BY_POST.contains(&self.path)
    }
}

/// Every call.
pub fn all() -> impl Iterator<Item = &'static Call> {
    AREAS.into_iter().flatten()
}

/// The call at a path such as `server/list`; case does not matter.
pub fn find(path: &str) -> Option<&'static Call> {
    let path = path.trim_matches('/').to_ascii_lowercase();
    let path = match path.as_str() {
        // The seed's client posts its start there.
        "server/reverse_start" => "server/start",
        path => path,
    };
    all().find(|call| call.path == path)
}

/// The documentation's table, in Markdown: each call, and the operations of v2 that it amounts to.
pub fn markdown() -> String {
    let mut text = "| v1 | Parameters | v2 |\n|---|---|---|\n".to_owned();
    for call in all() {
        let params: Vec<_> = call.params.iter().map(described).collect();
        let v2 = if call.v2.is_empty() { "-" } else { call.v2 };
        let (verb, path) = (call.verb.as_str(), call.path);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{verb} /v1/{path}` | {} | {v2} |", params.join(", "));
    }
    text
}

fn described(param: &Param) -> String {
    match param.required {
        true => format!("`{}`", param.name),
        false => format!("`{}`?", param.name),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_157_calls_each_once() {
        let paths: BTreeSet<_> = all().map(|call| call.path).collect();
        assert_eq!(all().count(), 157);
        assert_eq!(paths.len(), 157);
        for path in PUBLIC.iter().chain(&READ_BY_POST).chain(NEEDS.iter().map(|(path, _)| path)) {
            assert!(paths.contains(path), "{path}");
        }
    }

    #[test]
    fn ids_are_found_in_lists() {
        for call in all() {
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
        for call in all() {
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
}
