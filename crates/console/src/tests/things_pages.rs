//! Things: the page of each, its facts and tabs, what is done to it, and that all operations are
//! reached by links.

use std::collections::BTreeSet;

use presentation::operations;
use serde_json::{Value, json};
use testkit::World;

use super::support::{Browser, HOST};
use super::things::{self, NASTY, call, instance};
use crate::link::family::{self, Node};
use crate::{list, nav};

#[tokio::test]
async fn each_thing_has_a_page_with_all_of_its_tabs() {
    let world = World::new().await;
    let things = things::make(&world).await;
    let mut browser = Browser::signed_in(&world).await;
    for (kind, path) in [
        ("instance", "instances"),
        ("block", "blocks"),
        ("vpc", "vpcs"),
        ("firewall", "firewalls"),
        ("load-balancer", "load-balancers"),
        ("domain", "domains"),
        ("database", "databases"),
        ("cluster", "kubernetes/clusters"),
        ("registry", "registry"),
        ("user", "users"),
        ("snapshot", "snapshots"),
        ("object-storage", "object-storage"),
        ("reserved-ip", "reserved-ips"),
        ("ssh-key", "ssh-keys"),
        ("startup-script", "startup-scripts"),
        ("api-key", "apikeys"),
    ] {
        let address = format!("/console/v2/{path}/{}", things.id(kind));
        let page = browser.page(&address).await;
        assert_eq!(page.matches("<h1").count(), 1, "{address}");
        assert!(!page.contains("<script>alert"), "{address}");
        let tabs: Vec<&str> = page.split("href=\"?tab=").skip(1).collect();
        assert!(!tabs.is_empty(), "{address}");
        for tab in tabs {
            let tab = tab.split(['"', '#']).next().unwrap();
            let page = browser.page(&format!("{address}?tab={tab}")).await;
            let current = page.split("aria-current=\"page\"").nth(2).is_some()
                || page.contains(&format!("href=\"?tab={tab}#x-tabs\" aria-current=\"page\""));
            assert!(current, "{address} {tab}");
            assert!(!page.contains("<script>alert"), "{address} {tab}");
        }
    }
}

/// What the engine tells of a thing in the account's log.
async fn tell(world: &World, id: &str, level: &str, message: &str) {
    let mut tx = world.store.begin();
    tx.tell(store::Event {
        account: 1,
        at: world.clock.now(),
        level: level.into(),
        topic: "instances".into(),
        subject: id.into(),
        told: json!({ "message": message }).to_string(),
    });
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_page_of_what_cannot_be_made_says_why_until_it_can() {
    let world = World::new().await;
    let id = instance(&world, "web", "ewr").await;
    let mut browser = Browser::signed_in(&world).await;
    let address = format!("/console/v2/instances/{id}");
    let why = "Kettle cannot make it: there is no <b>system</b>";
    assert!(!browser.page(&address).await.contains("Kettle cannot make it"));
    tell(&world, &id, "error", why).await;
    let page = browser.page(&address).await;
    let shown = "<div>Kettle cannot make it: there is no &lt;b&gt;system&lt;/b&gt;.</div>";
    assert!(page.contains("role=\"alert\"") && page.contains(shown), "{page}");
    tell(&world, &id, "info", "Kettle can make it again").await;
    assert!(!browser.page(&address).await.contains("Kettle cannot make it:"));
    // Of what runs nobody asks what the log had of it.
    tell(&world, &id, "error", why).await;
    assert!(browser.page(&address).await.contains(shown));
    world.settle().await;
    assert!(!browser.page(&address).await.contains("Kettle cannot make it:"));
}

#[tokio::test]
async fn the_pages_of_what_lies_deeper_are_there_too() {
    let world = World::new().await;
    let things = things::make(&world).await;
    let mut browser = Browser::signed_in(&world).await;
    let records = call(&world, "GET", "/v2/domains/example.com/records", Value::Null).await;
    let record = records["records"][0]["id"].as_str().unwrap().to_owned();
    let group = things.id("firewall");
    for address in [
        "/console/v2/domains/example.com/records".to_owned(),
        format!("/console/v2/domains/example.com/records/{record}"),
        "/console/v2/domains/example.com/soa".to_owned(),
        format!("/console/v2/firewalls/{group}/rules/1"),
        format!("/console/v2/object-storage/{}/bucket", things.id("object-storage")),
        format!("/console/v2/instances/{}/bandwidth", things.id("instance")),
        format!("/console/v2/kubernetes/clusters/{}/node-pools", things.id("cluster")),
    ] {
        let page = browser.page(&address).await;
        assert!(page.contains("class=\"crumbs\""), "{address}");
    }
    let page = browser.page(&format!("/console/v2/firewalls/{group}/rules/1")).await;
    assert!(page.contains(&format!("<a href=\"/console/v2/firewalls/{group}\">web</a>")), "{page}");
}

#[tokio::test]
async fn facts_name_what_ids_point_at_and_hide_what_is_secret() {
    let world = World::new().await;
    let things = things::make(&world).await;
    let group = things.id("firewall");
    let own = format!("/v2/instances/{}", things.id("instance"));
    call(&world, "PATCH", &own, json!({"firewall_group_id": group})).await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page(&format!("/console{own}")).await;
    let link = format!("<a href=\"/console/v2/firewalls/{group}\" title=\"{group}\">web</a>");
    assert!(page.contains(&link), "{page}");
    let id = things.id("database");
    let thing = call(&world, "GET", &format!("/v2/databases/{id}"), Value::Null).await;
    let password = thing["database"]["password"].as_str().unwrap();
    let page = browser.page(&format!("/console/v2/databases/{id}?tab=json")).await;
    assert_eq!(page.matches(password).count(), 1, "it stands behind its show alone");
    let (before, _) = page.split_once(password).unwrap();
    assert!(
        before
            .rsplit_once("<details class=\"shy\">")
            .is_some_and(|(_, b)| !b.contains("</details>"))
    );
    let page = browser.page("/console/v2/databases").await;
    assert!(!page.contains(password));
}

#[tokio::test]
async fn a_thing_is_stopped_by_a_button_and_destroyed_by_its_name() {
    let world = World::new().await;
    let id = instance(&world, NASTY, "ewr").await;
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let address = format!("/console/v2/instances/{id}");
    let page = browser.page(&address).await;
    assert!(page.contains("action=\"/console/act/reboot-instance\""), "{page}");
    let fields = [("instance_id", id.as_str()), ("back", address.as_str())];
    let got = browser.submit("/console/act/halt-instance", &fields).await;
    assert_eq!((got.status, got.location.as_str()), (303, address.as_str()), "{}", got.body);
    world.settle().await;
    let page = browser.page(&address).await;
    assert!(
        page.contains("Stopped &lt;script&gt;") && page.contains("act/start-instance"),
        "{page}"
    );
    assert!(page.contains("What was done to it") && page.contains(">Stop</a>"), "{page}");

    let list = "/console/v2/instances";
    let gone = [("instance_id", id.as_str()), ("back", list), ("page", address.as_str())];
    let got = browser.submit("/console/act/delete-instance", &gone).await;
    assert_eq!(got.status, 200, "it asks first");
    assert!(got.body.contains("Type <b>&lt;script&gt;"), "{}", got.body);
    let with = |name| [gone[0], gone[1], gone[2], ("confirm", name)];
    let got = browser.submit("/console/act/delete-instance", &with("another")).await;
    assert_eq!(got.status, 422);
    let got = browser.submit("/console/act/delete-instance", &with(NASTY)).await;
    assert_eq!((got.status, got.location.as_str()), (303, list), "{}", got.body);
    assert_eq!(browser.get(&address).await.status, 404);
}

/// What a page leads to, by the family alone.
fn reached_from(node: &'static Node, all: &mut BTreeSet<&'static str>) {
    if !all.insert(node.operation.op.id) {
        return;
    }
    // A list's own page: what is made there, its rows' actions, its things.
    // A thing's page: its actions, and tabs with theirs.
    for child in node.children() {
        match child.is_page() {
            true => reached_from(child, all),
            false => _ = all.insert(child.operation.op.id),
        }
    }
}

#[test]
fn every_operation_belongs_to_a_page_that_links_from_the_navigation_lead_to() {
    let mut reached = BTreeSet::new();
    let operations = operations::all();
    for item in nav::groups().into_iter().flat_map(|group| group.items) {
        let operation = operations.iter().find(|o| o.op.id == item.shows).unwrap();
        reached_from(family::node(operation).unwrap(), &mut reached);
    }
    let lost: Vec<&str> =
        operations.iter().map(|o| o.op.id).filter(|id| !reached.contains(id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

/// Every operation that a page's model puts on it is drawn there: by its form, its button, its page.
#[tokio::test]
async fn a_page_has_a_link_for_each_operation_that_belongs_to_it() {
    let world = World::new().await;
    let things = things::make(&world).await;
    let mut browser = Browser::signed_in(&world).await;
    for (list, thing) in [
        ("list-instances", format!("instances/{}", things.id("instance"))),
        ("list-domains", "domains/example.com".to_owned()),
        ("list-load-balancers", format!("load-balancers/{}", things.id("load-balancer"))),
        ("list-firewall-groups", format!("firewalls/{}", things.id("firewall"))),
        ("list-object-storages", format!("object-storage/{}", things.id("object-storage"))),
        ("list-users", format!("users/{}", things.id("user"))),
        ("list-vpcs", format!("vpcs/{}", things.id("vpc"))),
    ] {
        let operation = operations::all().into_iter().find(|o| o.op.id == list).unwrap();
        let node = family::node(&operation).unwrap();
        let page = browser.page(&format!("/console{}", operation.op.path)).await;
        let (first, others) = list::made_here(node);
        for made in others.into_iter().chain(first) {
            has(&page, made);
        }
        let node = node.thing().unwrap();
        let address = format!("/console/v2/{thing}");
        let page = browser.page(&address).await;
        for act in node.children().filter(|child| !child.is_page()) {
            has(&page, act);
        }
        for tab in node.tabs().into_iter().filter(|tab| tab.is_page()) {
            let word = tab.operation.op.path.rsplit('/').next().unwrap();
            let named = [word, tab.operation.op.id].map(|name| format!("{address}?tab={name}"));
            let mut pages = String::new();
            for address in named {
                pages += &browser.page(&address).await;
            }
            for act in tab.children().filter(|child| !child.is_page() && !child.is_of_a_row()) {
                has(&pages, act);
            }
        }
    }
}

#[track_caller]
fn has(page: &str, node: &Node) {
    let id = node.operation.op.id;
    let ways = [
        format!("\"/console/op/{id}\""),
        format!("\"/console/op/{id}?"),
        format!("\"/console/act/{id}\""),
        format!("\"/console{}\"", node.operation.op.path),
        // What makes no sense now, with the reason.
        format!("data-act=\"{id}\""),
    ];
    assert!(ways.iter().any(|way| page.contains(way)), "{id} is not on the page");
}

#[tokio::test]
async fn another_user_sees_what_their_key_may() {
    let world = World::new().await;
    let body = json!({"email": "bob@example.com", "name": "Bob", "password": "A-long-pass-1!",
        "api_enabled": true, "acls": ["dns"]});
    let made = call(&world, "POST", "/v2/users", body).await;
    let key = made["user"]["api_key"].as_str().unwrap().to_owned();
    call(&world, "POST", "/v2/domains", json!({"domain": "example.com"})).await;
    let mut browser = Browser::with_key(&world, &key).await;
    assert_eq!(browser.get("/console/v2/domains/example.com").await.status, 200);
    let got = browser.get("/console/v2/instances").await;
    assert!(got.status == 401 || got.status == 403, "{}", got.status);
    assert!(!got.body.contains(&key) && !HOST.is_empty());
}
