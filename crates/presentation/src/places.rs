//! Where each group of operations stands on the command line: under which heading of the first page,
//! below which other group, and by which other words.
//!
//! The definition in `api` says what there is; this table says how people find it. A test holds
//! it against the definition.

use crate::operations::Operation;

/// The headings of the first page, in order, each with the commands below it that are no operations.
/// What the binary adds is named here, too; what there is not is not shown.
pub const HEADINGS: &[(&str, &[&str])] = &[
    (
        SERVER,
        &[
            "serve", "exec", "record", "replay", "image", "console", "doctor", "status", "log",
            "stop", "reset", "gateway", "v1", "mcp",
        ],
    ),
    (COMPUTE, &[]),
    (STORAGE, &[]),
    (DATABASES, &[]),
    (NETWORK, &[]),
    (DNS, &[]),
    (CATALOGUE, &[]),
    (ACCOUNT, &[]),
    (TOOLS, &["profile", "api", "completions", "man", "openapi", "version", "help"]),
];

const SERVER: &str = "Server";
const COMPUTE: &str = "Compute";
const STORAGE: &str = "Storage";
const DATABASES: &str = "Databases";
const NETWORK: &str = "Network";
const DNS: &str = "DNS";
const CATALOGUE: &str = "Catalogue";
const ACCOUNT: &str = "Account";
const TOOLS: &str = "Tools";

/// Where a group stands.
#[derive(Debug)]
pub struct Place {
    /// The group's name in the definition. Where it is not the command itself, it is a hidden one.
    pub group: &'static str,
    /// The words that lead there: `load-balancer rule`.
    pub path: &'static str,
    /// What the first page has it under; nothing for what stands below another group.
    pub heading: &'static str,
    /// Other words for the last one of the path.
    pub aliases: &'static [&'static str],
    /// Other ways there, from the top.
    pub ways: &'static [&'static str],
}

const fn top(
    heading: &'static str,
    group: &'static str,
    aliases: &'static [&'static str],
) -> Place {
    Place { group, path: group, heading, aliases, ways: &[] }
}

const fn below(
    path: &'static str,
    group: &'static str,
    aliases: &'static [&'static str],
    ways: &'static [&'static str],
) -> Place {
    Place { group, path, heading: "", aliases, ways }
}

/// The groups, in the order of the first page.
#[rustfmt::skip]
pub const PLACES: &[Place] = &[
    top(COMPUTE, "instance", &["vm", "server"]),
    below("instance template", "instance-template", &[], &[]),
    top(COMPUTE, "bare-metal", &["baremetal", "bm"]),
    top(COMPUTE, "kubernetes", &["vke", "k8s"]),
    below("kubernetes node-pool", "node-pool", &["pool"], &[]),
    below("kubernetes node-pool label", "node-pool-label", &[], &[]),
    below("kubernetes node-pool taint", "node-pool-taint", &[], &[]),
    top(COMPUTE, "snapshot", &[]),
    top(COMPUTE, "backup", &[]),
    top(COMPUTE, "iso", &[]),
    top(COMPUTE, "ssh-key", &["sshkey"]),
    top(COMPUTE, "startup-script", &["script"]),
    top(COMPUTE, "inference", &[]),
    top(STORAGE, "block", &["volume", "block-storage"]),
    below("block snapshot", "block-snapshot", &[], &[]),
    top(STORAGE, "object-storage", &["s3"]),
    below("object-storage cluster", "object-storage-cluster", &[], &[]),
    below("object-storage tier", "object-storage-tier", &[], &[]),
    Place { ways: &["object-storage bucket"], ..top(STORAGE, "bucket", &[]) },
    top(STORAGE, "vfs", &["file-system"]),
    top(STORAGE, "storage-gateway", &["nfs"]),
    top(DATABASES, "database", &["db"]),
    below("database plan", "database-plan", &[], &[]),
    below("database user", "database-user", &[], &[]),
    below("database db", "database-db", &["logical"], &[]),
    below("database pool", "connection-pool", &["connection-pool"], &[]),
    below("database option", "database-option", &["advanced-option"], &[]),
    below("database topic", "database-topic", &[], &[]),
    below("database quota", "database-quota", &[], &[]),
    below("database connector", "database-connector", &[], &[]),
    below("database replica", "database-replica", &["read-replica"], &[]),
    below("database migration", "database-migration", &[], &[]),
    top(STORAGE, "registry", &["registries", "container-registry", "cr"]),
    below("registry repository", "repository", &["repo", "repositories"], &[]),
    below("registry artifact", "artifact", &[], &[]),
    below("registry robot", "robot", &[], &[]),
    below("registry replication", "replication", &[], &[]),
    below("registry retention", "retention", &["retention-rule"], &[]),
    below("registry plan", "registry-plan", &[], &[]),
    below("registry region", "registry-region", &[], &[]),
    top(NETWORK, "vpc", &[]),
    Place { ways: &["vpc nat-gateway"], ..top(NETWORK, "nat-gateway", &["nat"]) },
    below("nat-gateway firewall-rule", "nat-gateway-firewall-rule", &[], &[]),
    below("nat-gateway port-forwarding", "nat-gateway-port-forwarding-rule", &["port-forwarding-rule", "forwarding-rule"], &[]),
    Place { ways: &["firewall group"], ..top(NETWORK, "firewall", &["firewall-group"]) },
    below("firewall rule", "firewall-rule", &[], &[]),
    top(NETWORK, "load-balancer", &["lb"]),
    below("load-balancer rule", "load-balancer-forwarding-rule", &["forwarding-rule"], &[]),
    below("load-balancer firewall-rule", "load-balancer-firewall-rule", &[], &[]),
    top(NETWORK, "reserved-ip", &[]),
    top(NETWORK, "pull-zone", &["cdn-pull"]),
    top(NETWORK, "push-zone", &["cdn-push"]),
    below("push-zone file", "push-zone-file", &[], &[]),
    top(NETWORK, "network", &["private-network"]),
    top(NETWORK, "vpc2", &[]),
    Place { ways: &["domain domain"], ..top(DNS, "domain", &["dns"]) },
    below("domain record", "record", &[], &[]),
    top(CATALOGUE, "region", &[]),
    top(CATALOGUE, "plan", &[]),
    top(CATALOGUE, "os", &[]),
    top(CATALOGUE, "application", &["app"]),
    top(CATALOGUE, "marketplace", &[]),
    top(ACCOUNT, "account", &[]),
    top(ACCOUNT, "billing", &[]),
    top(ACCOUNT, "invoice", &[]),
    top(ACCOUNT, "activity-log", &["activity"]),
    top(ACCOUNT, "subaccount", &["sub-account"]),
    top(ACCOUNT, "user", &[]),
    top(ACCOUNT, "api-key", &["apikey"]),
    top(SERVER, "world", &[]),
    below("world snapshot", "world-snapshot", &[], &[]),
    below("world clock", "world-clock", &[], &[]),
    below("world hold", "world-hold", &[], &[]),
    below("world fault", "world-fault", &[], &[]),
    below("world history", "world-history", &[], &[]),
];

/// Other words for an operation's command. Each does what the command does, wherever there is one.
pub const VERBS: &[(&str, &[&str])] =
    &[("list", &["ls"]), ("get", &["show", "describe"]), ("delete", &["rm", "destroy"])];

/// Other words for a command.
pub fn verbs(command: &str) -> &'static [&'static str] {
    VERBS.iter().find(|(of, _)| *of == command).map_or(&[], |(_, verbs)| verbs)
}

/// Where the group stands.
pub fn of(group: &str) -> Option<&'static Place> {
    PLACES.iter().find(|place| place.group == group)
}

/// The words that lead to an operation: `load-balancer rule create`.
pub fn path(operation: &Operation) -> String {
    let group = operation.group.name;
    format!("{} {}", of(group).map_or(group, |place| place.path), operation.command)
}

/// The group that these words lead to, one below the other, as the tree of commands has them.
pub fn group(words: &[&str]) -> Option<&'static Place> {
    let (first, inner) = words.split_first()?;
    let top = PLACES.iter().find(|place| place.group == *first);
    inner.iter().try_fold(top?, |place, word| {
        inside(place).find(|(name, ..)| name == word).map(|(_, place, _)| place)
    })
}

/// The name in the definition of the group that a word of the command line means: `vm` is `instance`,
/// and `load-balancer rule` is what stands below it. None for what is no such word.
pub fn meant(words: &str) -> Option<&'static str> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let [first, inner @ ..] = words.as_slice() else { return None };
    let is_it = |place: &&Place, word: &str| {
        let last = place.path.rsplit(' ').next().unwrap_or_default();
        let names = [place.group, last].into_iter().chain(place.aliases.iter().copied());
        names.into_iter().any(|name| name == word || plural(name).as_deref() == Some(word))
    };
    let named = |word: &str| PLACES.iter().find(|place| place.group == word);
    let top = PLACES.iter().filter(|place| !place.heading.is_empty());
    let top = named(first).or_else(|| top.clone().find(|place| is_it(place, first)))?;
    let found = inner.iter().try_fold(top, |place, word| {
        let by_name = inside(place).find(|(name, ..)| name == word);
        let found = by_name.or_else(|| inside(place).find(|(_, place, _)| is_it(place, word)));
        found.map(|(_, place, _)| place)
    });
    found.map(|place| place.group)
}

/// What stands right below a group: its name there, the place, and whether it is shown.
pub fn inside(
    parent: &'static Place,
) -> impl Iterator<Item = (&'static str, &'static Place, bool)> {
    let all = PLACES.iter().flat_map(|place| {
        let ways = place.ways.iter().map(move |way| (*way, place, false));
        std::iter::once((place.path, place, true)).chain(ways)
    });
    all.filter_map(|(path, place, shown)| {
        let (above, last) = path.rsplit_once(' ')?;
        (above == parent.path).then_some((last, place, shown))
    })
}

/// The plural that people type for a noun; none where it would be no word.
pub fn plural(noun: &str) -> Option<String> {
    let ends = noun.ends_with(|c: char| c == 's' || c.is_ascii_digit());
    (!ends && noun != "nat").then(|| format!("{noun}s"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_group_has_its_place_and_there_is_none_for_what_there_is_not() {
        let defined: BTreeSet<&str> =
            crate::operations::with_own().iter().map(|o| o.group.name).collect();
        let placed: BTreeSet<&str> = PLACES.iter().map(|place| place.group).collect();
        assert_eq!(placed, defined);
        assert_eq!(PLACES.len(), placed.len(), "one place each");
        for place in PLACES {
            match place.path.rsplit_once(' ') {
                None => {
                    assert_eq!(place.path, place.group);
                    assert!(HEADINGS.iter().any(|(h, _)| *h == place.heading), "{place:?}");
                }
                Some((above, _)) => {
                    let words: Vec<&str> = above.split(' ').collect();
                    assert!(group(&words).is_some_and(|p| p.path == above), "{place:?}");
                    assert_eq!(place.heading, "", "{place:?}");
                }
            }
        }
        let commands: BTreeSet<&str> = crate::operations::all().iter().map(|o| o.command).collect();
        assert!(VERBS.iter().all(|(command, _)| commands.contains(command)));
    }

    #[test]
    fn each_way_leads_to_its_group() {
        for (words, expected) in [
            (&["load-balancer", "rule"][..], "load-balancer-forwarding-rule"),
            (&["load-balancer-forwarding-rule"], "load-balancer-forwarding-rule"),
            (&["firewall", "rule"], "firewall-rule"),
            (&["record"], "record"),
            (&["domain", "record"], "record"),
            (&["vpc", "nat-gateway"], "nat-gateway"),
            (&["vpc", "nat-gateway", "firewall-rule"], "nat-gateway-firewall-rule"),
            (&["domain", "domain"], "domain"),
            (&["block"], "block"),
            (&["kubernetes", "node-pool", "taint"], "node-pool-taint"),
        ] {
            assert_eq!(group(words).unwrap().group, expected, "{words:?}");
        }
        for (words, expected) in [
            ("vm", Some("instance")),
            ("vms", Some("instance")),
            ("lb", Some("load-balancer")),
            ("vke", Some("kubernetes")),
            ("k8s pools", Some("node-pool")),
            ("dns", Some("domain")),
            ("s3", Some("object-storage")),
            ("firewall-group", Some("firewall")),
            ("firewall-rule", Some("firewall-rule")),
            ("lb rule", Some("load-balancer-forwarding-rule")),
            ("lb forwarding-rule", Some("load-balancer-forwarding-rule")),
            ("dns records", Some("record")),
            ("rule", None),
            ("/v2/blocks", None),
            ("", None),
        ] {
            assert_eq!(meant(words), expected, "{words}");
        }
        assert!(group(&["rule"]).is_none() && group(&[]).is_none());
    }
}
