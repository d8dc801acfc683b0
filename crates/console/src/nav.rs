//! The main navigation: groups of families, by the names that people look for, each with its icon.
//!
//! Made by hand, as what one looks for first is no matter of schemas. What an operation lists at the
//! top of the API and is not named here stands under "More", so nothing is ever missing.

use std::sync::LazyLock;

use presentation::{Operation, operations};

/// A line of the navigation: a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// What its things are called, several of them: `Block volumes`.
    pub(crate) title: String,
    /// What one of them is called, within a sentence: `block volume`.
    pub(crate) one: String,
    /// The operation that its page shows: mostly a list.
    pub(crate) shows: &'static str,
    /// The path of that operation, and its group.
    pub(crate) path: &'static str,
    pub(crate) group: &'static str,
    pub(crate) icon: &'static str,
}

/// A group of families.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) items: Vec<Item>,
}

/// Title, one of them, operation, icon.
type Line = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const GROUPS: &[(&str, &[Line])] = &[
    ("Compute", &[
        ("Instances", "instance", "list-instances", "server"),
        ("Bare metal", "bare metal server", "list-bare-metals", "metal"),
        ("Templates", "instance template", "list-instance-templates", "template"),
        ("Snapshots", "snapshot", "list-snapshots", "camera"),
        ("Backups", "backup", "list-backups", "clock"),
        ("ISO images", "ISO image", "list-isos", "disc"),
        ("Startup scripts", "startup script", "list-startup-scripts", "script"),
    ]),
    ("Storage", &[
        ("Block volumes", "block volume", "list-blocks", "disk"),
        ("Volume snapshots", "volume snapshot", "list-block-snapshots", "camera"),
        ("Object storage", "object storage", "list-object-storages", "bucket"),
        ("File systems", "file system", "list-vfs", "folder"),
        ("Storage gateways", "storage gateway", "list-storage-gateways", "door"),
    ]),
    ("Network", &[
        ("VPCs", "VPC", "list-vpcs", "net"),
        ("Firewall groups", "firewall group", "list-firewall-groups", "shield"),
        ("Load balancers", "load balancer", "list-load-balancers", "lb"),
        ("Reserved IPs", "reserved IP", "list-reserved-ips", "pin"),
        ("VPC 2.0 (older)", "VPC 2.0", "list-vpc2", "net"),
        ("Private networks (older)", "private network", "list-networks", "net"),
    ]),
    ("DNS", &[("Domains", "domain", "list-domains", "globe")]),
    ("Kubernetes", &[("Clusters", "cluster", "list-clusters", "hex")]),
    ("Databases", &[("Managed databases", "database", "list-databases", "db")]),
    ("Registry", &[
        ("Container registries", "container registry", "list-registries", "box"),
        ("Inference", "inference subscription", "list-inferences", "cloud"),
    ]),
    ("CDN", &[
        ("Pull zones", "pull zone", "list-pull-zones", "cloud"),
        ("Push zones", "push zone", "list-push-zones", "cloud"),
    ]),
    ("Access", &[
        ("SSH keys", "SSH key", "list-ssh-keys", "key"),
        ("API keys", "API key", "list-api-keys", "key"),
        ("Users", "user", "list-users", "users"),
        ("Sub-accounts", "sub-account", "list-subaccounts", "users"),
    ]),
    ("Billing", &[
        ("Account", "account", "get-account", "bill"),
        ("Pending charges", "charge", "list-pending-charges", "bill"),
        ("Invoices", "invoice", "list-invoices", "bill"),
        ("History", "entry", "list-billing-history", "list"),
        ("Activity", "event", "list-logs", "list"),
    ]),
    ("Catalogue", &[
        ("Regions", "region", "list-regions", "globe"),
        ("Plans", "plan", "list-plans", "sliders"),
        ("Bare metal plans", "plan", "list-metal-plans", "sliders"),
        ("Systems", "system", "list-os", "disc"),
        ("Applications", "application", "list-applications", "box"),
    ]),
];

/// The navigation, made once.
static ALL: LazyLock<Vec<Group>> = LazyLock::new(read);

/// The navigation, with what is named nowhere under "More".
pub(crate) fn groups() -> Vec<Group> {
    ALL.clone()
}

fn read() -> Vec<Group> {
    let all = operations::all();
    let own = |shows: &str| all.iter().find(|o| o.op.id == shows);
    let item = |(title, one, shows, icon): &Line| Item {
        title: (*title).to_owned(),
        one: (*one).to_owned(),
        shows,
        path: own(shows).map_or("", |o| o.op.path),
        group: own(shows).map_or("", |o| o.group.name),
        icon,
    };
    let lines = |lines: &[Line]| lines.iter().map(item).collect();
    let mut groups: Vec<Group> =
        GROUPS.iter().map(|(title, own)| Group { title, items: lines(own) }).collect();
    let named =
        |o: &&Operation| GROUPS.iter().any(|(_, l)| l.iter().any(|(.., id, _)| *id == o.op.id));
    let more = all.iter().filter(|o| stands_at_the_top(o) && !named(o));
    let items = more.map(|o| Item {
        title: title_of(o),
        one: o.group.name.replace('-', " "),
        shows: o.op.id,
        path: o.op.path,
        group: o.group.name,
        icon: "list",
    });
    groups.push(Group { title: "More", items: items.collect() });
    groups
}

/// The line of the navigation that an operation's page belongs to: its own, or that of the list that
/// its address begins with.
pub(crate) fn item_of(operation: &Operation) -> Option<Item> {
    let items = ALL.iter().flat_map(|group| &group.items);
    let fits = |item: &&Item| {
        let rest = operation.op.path.strip_prefix(item.path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    items.filter(fits).max_by_key(|item| item.path.len()).cloned().or_else(|| of_group(operation))
}

/// The line of what lists the things of an operation's group elsewhere: a registry is made at
/// `/v2/registry`, and listed at `/v2/registries`.
fn of_group(operation: &Operation) -> Option<Item> {
    let group = operation.group.name;
    let is_of =
        |own: &str| group.strip_prefix(own).is_some_and(|r| r.is_empty() || r.starts_with('-'));
    let mut items = ALL.iter().flat_map(|group| &group.items);
    items.find(|item| is_of(item.group)).cloned()
}

/// Whether an operation looks at something that no other thing has to be named for.
fn stands_at_the_top(operation: &Operation) -> bool {
    operation.reads()
        && operation.op.method == api::Method::GET
        && operation.path_fields().is_empty()
        && !matches!(operation.op.shape, api::Shape::Text(_))
}

/// `list-database-plans` is "Database plans".
fn title_of(operation: &Operation) -> String {
    let words = operation.op.id.split('-').skip(1).collect::<Vec<_>>().join(" ");
    let mut title = words.clone();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    title
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_the_api_shows_at_its_top_stands_in_the_navigation_once() {
        let all = operations::all();
        let top: BTreeSet<&str> =
            all.iter().filter(|o| stands_at_the_top(o)).map(|o| o.op.id).collect();
        let groups = groups();
        let lines: Vec<&str> = groups.iter().flat_map(|g| &g.items).map(|i| i.shows).collect();
        let set: BTreeSet<&str> = lines.iter().copied().collect();
        assert_eq!(set.len(), lines.len(), "one stands there twice");
        assert_eq!(set, top);
    }

    #[test]
    fn a_page_belongs_to_the_family_that_its_address_begins_with() {
        let all = operations::all();
        let item = |id: &str| item_of(all.iter().find(|o| o.op.id == id).unwrap()).unwrap().shows;
        assert_eq!(item("get-record"), "list-domains");
        assert_eq!(item("list-instance-templates"), "list-instance-templates");
        assert_eq!(item("get-instance"), "list-instances");
        assert_eq!(item("create-registry"), "list-registries");
    }
}
