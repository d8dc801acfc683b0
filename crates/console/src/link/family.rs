//! How operations hang together: which page each belongs to. A list shows things, a thing has what
//! lists and looks below it, and whatever does something stands at what it is about.
//!
//! One rule finds it all: an operation belongs to the one that looks at the longest part of its path.

use std::sync::LazyLock;

use presentation::operations::{self, Operation};
use presentation::schema;

/// An operation in its family.
pub(crate) struct Node {
    pub(crate) operation: Operation,
    /// Whether it lists things.
    pub(crate) is_list: bool,
    /// Whether it does so page by page.
    pub(crate) is_paged: bool,
    /// The fields that it cannot do without, besides those of its path.
    pub(crate) required: Vec<String>,
    /// How many fields its path has.
    params: usize,
    /// Its path, with parameters made nameless.
    segments: Vec<String>,
    /// The place of what it belongs to.
    parent: Option<usize>,
}

/// All operations, read once.
static FAMILY: LazyLock<Vec<Node>> = LazyLock::new(read);

/// An operation with all that is known of its family.
pub(crate) fn node(operation: &Operation) -> Option<&'static Node> {
    FAMILY.iter().find(|node| node.operation.op.id == operation.op.id)
}

/// All operations, in the order of their definition.
pub(crate) fn all() -> &'static [Node] {
    &FAMILY
}

impl Node {
    /// What its page hangs on: a list, a thing, or what a tab shows.
    pub(crate) fn parent(&self) -> Option<&'static Self> {
        self.parent.and_then(|place| FAMILY.get(place))
    }

    /// What belongs to it, in the order of the definition.
    pub(crate) fn children(&self) -> impl Iterator<Item = &'static Self> + use<> {
        let id = self.operation.op.id;
        FAMILY.iter().filter(move |node| node.parent().is_some_and(|p| p.operation.op.id == id))
    }

    /// How many things more than its parent it wants named.
    pub(crate) fn extra(&self) -> usize {
        self.params.saturating_sub(self.parent().map_or(0, |parent| parent.params))
    }

    /// Of a list, what shows one of its things.
    pub(crate) fn thing(&self) -> Option<&'static Self> {
        self.children().find(|node| {
            node.operation.reads()
                && !node.is_list
                && node.extra() > 0
                && node.segments.get(self.segments.len()..).is_some_and(are_params)
                && node.required.is_empty()
        })
    }

    /// Whether it is right behind the id of one of its parent's things: `/X/{id}` or `/X/{id}/Y`.
    pub(crate) fn is_of_a_row(&self) -> bool {
        let above = self.parent().map_or(0, |parent| parent.segments.len());
        self.extra() > 0 && self.segments.get(above).is_some_and(|segment| segment == "{}")
    }

    /// Whether it stands at its parent's own path: `DELETE /X/{id}`, `POST /X`.
    pub(crate) fn is_at_its_parent(&self) -> bool {
        self.parent().is_some_and(|parent| parent.segments.len() == self.segments.len())
    }

    /// Whether it stands at the very path of a thing: `DELETE /X/{id}`, `PATCH /X/{id}`.
    pub(crate) fn is_at_thing(&self) -> bool {
        self.segments.last().is_some_and(|segment| segment == "{}")
    }

    /// Whether it is carried out by pressing its button: nothing has to be said, nothing is made, and
    /// nothing is taken away.
    pub(crate) fn is_done_at_once(&self) -> bool {
        let method = &self.operation.op.method;
        let is_made_in_list = self.is_at_its_parent() && self.parent().is_some_and(|p| p.is_list);
        !self.operation.reads()
            && matches!(*method, api::Method::POST | api::Method::GET)
            && self.required.is_empty()
            && self.operation.op.loss == api::Loss::Never
            && !is_made_in_list
    }

    /// What is looked at beside a thing, each in a tab of its page: what belongs to it or to another
    /// such tab, and wants nothing more named.
    pub(crate) fn tabs(&self) -> Vec<&'static Self> {
        let mut tabs = Vec::new();
        for child in self.children().filter(|c| c.operation.reads() && c.extra() == 0) {
            tabs.push(child);
            tabs.extend(child.tabs());
        }
        tabs
    }

    /// Whether it looks at its things without being asked for more than their place.
    pub(crate) fn is_page(&self) -> bool {
        let text = matches!(self.operation.op.shape, api::Shape::Text(_));
        let is_looked_at = self.operation.reads() && self.operation.op.method == api::Method::GET;
        is_looked_at && !text && self.required.is_empty()
    }
}

fn are_params(segments: &[String]) -> bool {
    !segments.is_empty() && segments.iter().all(|segment| segment == "{}")
}

fn read() -> Vec<Node> {
    let mut nodes: Vec<Node> = operations::all().into_iter().map(alone).collect();
    let parents: Vec<_> = nodes.iter().map(|node| parent_of(node, &nodes)).collect();
    for (node, parent) in nodes.iter_mut().zip(parents) {
        node.parent = parent;
    }
    nodes
}

fn alone(operation: Operation) -> Node {
    let request = operation.request();
    let path = operation.path_fields();
    let required = schema::required(&request).into_iter().map(str::to_owned);
    Node {
        is_list: operation.is_list(),
        is_paged: operation.is_paged(&request),
        required: required.filter(|name| !path.contains(name)).collect(),
        params: path.len(),
        segments: operation.pattern().split('/').skip(1).map(str::to_owned).collect(),
        parent: None,
        operation,
    }
}

/// The place of what looks at the longest part of its path.
fn parent_of(node: &Node, all: &[Node]) -> Option<usize> {
    let reads = node.operation.reads();
    let fits = |(_, other): &(usize, &Node)| {
        let is_other = other.operation.op.id != node.operation.op.id;
        let is_short = other.segments.len() < node.segments.len();
        // What does something may stand at the very path of what looks.
        let is_same = !reads && other.segments.len() == node.segments.len();
        let text = matches!(other.operation.op.shape, api::Shape::Text(_));
        let is_page = other.operation.reads() && !text;
        is_other && is_page && (is_short || is_same) && other.begins(node)
    };
    let found = all.iter().enumerate().filter(fits);
    // Of several at one path, the first of the definition.
    found.rev().max_by_key(|(_, other)| other.segments.len()).map(|(place, _)| place)
}

impl Node {
    /// Whether another path begins with this one. Some lists stand at the plural of what their things
    /// stand at: `/registries`, `/registry/{id}`.
    fn begins(&self, other: &Self) -> bool {
        let last = self.segments.len().saturating_sub(1);
        self.segments.iter().zip(&other.segments).enumerate().all(|(place, (own, given))| {
            own == given || (self.is_list && place == last && singular(own).as_ref() == Some(given))
        })
    }
}

/// The singular of a path's word.
fn singular(word: &str) -> Option<String> {
    match word.strip_suffix("ies") {
        Some(stem) => Some(format!("{stem}y")),
        None => word.strip_suffix('s').map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn of(id: &str) -> &'static Node {
        FAMILY.iter().find(|node| node.operation.op.id == id).unwrap()
    }

    fn parent(id: &str) -> &'static str {
        of(id).parent().map_or("", |node| node.operation.op.id)
    }

    #[test]
    fn each_operation_belongs_to_what_it_is_about() {
        for (id, expected) in [
            ("get-instance", "list-instances"),
            ("create-instance", "list-instances"),
            ("halt-instance", "get-instance"),
            ("delete-instance", "get-instance"),
            ("halt-instances", "list-instances"),
            ("list-instance-ipv4", "get-instance"),
            ("add-instance-ipv4", "list-instance-ipv4"),
            ("remove-instance-ipv4", "list-instance-ipv4"),
            ("create-registry", "list-registries"),
            ("get-registry", "list-registries"),
            ("get-repository", "list-repositories"),
            ("delete-artifact", "get-artifact"),
            ("get-artifact", "list-artifacts"),
            ("update-domain-soa", "get-domain-soa"),
            ("get-instance-job", "list-instances"),
            ("create-snapshot-from-url", "list-snapshots"),
            ("delete-object-storage-bucket", "list-object-storage-buckets"),
            ("create-block-snapshot", "list-block-snapshots"),
        ] {
            assert_eq!(parent(id), expected, "{id}");
        }
    }

    #[test]
    fn lists_know_what_shows_their_things() {
        let thing = |id: &str| of(id).thing().map_or("", |node| node.operation.op.id);
        assert_eq!(thing("list-instances"), "get-instance");
        assert_eq!(thing("list-registries"), "get-registry");
        assert_eq!(thing("list-repositories"), "get-repository");
        assert_eq!(thing("list-artifacts"), "get-artifact");
        assert_eq!(thing("list-database-quotas"), "get-database-quota");
        assert_eq!(thing("list-object-storage-buckets"), "");
        assert_eq!(thing("list-regions"), "");
    }

    #[test]
    fn what_is_looked_at_below_a_thing_is_a_tab_of_it() {
        let tabs = |id: &str| -> BTreeSet<&str> {
            of(id).tabs().iter().map(|node| node.operation.op.id).collect()
        };
        let domain = tabs("get-domain");
        let expected = ["get-domain-dnssec", "get-domain-soa", "list-records"];
        assert_eq!(domain.into_iter().collect::<Vec<_>>(), expected);
        assert!(tabs("get-instance").contains("get-instance-user-data"));
        assert!(tabs("get-database").contains("list-kafka-connect-options"));
    }
}
