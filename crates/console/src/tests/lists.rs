//! Lists: each of them, empty and full; filters, search, pages, columns, and what is done to several.

use presentation::operations;
use serde_json::{Map, Value};
use testkit::World;

use super::support::Browser;
use super::things::{self, NASTY, call, instance};
use crate::link::family;
use crate::{href, nav};

/// The pages of all lists that stand in the navigation.
fn tops() -> Vec<String> {
    let all = operations::all();
    let shown = nav::groups().into_iter().flat_map(|group| group.items).map(|item| item.shows);
    let find = |id: &str| *all.iter().find(|o| o.op.id == id).unwrap();
    shown.map(|id| href::page(&find(id), &Map::new()).unwrap()).collect()
}

#[tokio::test]
async fn each_page_of_the_navigation_is_there_in_an_empty_world_and_in_a_full_one() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    for page in tops() {
        let body = browser.page(&page).await;
        assert_eq!(body.matches("<h1").count(), 1, "{page}");
    }
    things::make(&world).await;
    for page in tops() {
        let body = browser.page(&page).await;
        assert!(!body.contains(NASTY), "{page}");
    }
}

#[tokio::test]
async fn a_row_leads_to_its_thing_by_its_name_and_a_script_in_a_label_stays_text() {
    let world = World::new().await;
    let id = instance(&world, NASTY, "ewr").await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/v2/instances").await;
    let link =
        format!("<a href=\"/console/v2/instances/{id}\">&lt;script&gt;alert(1)&lt;/script&gt;</a>");
    assert!(page.contains(&link), "{page}");
    assert!(!page.contains("<script>alert"), "{page}");
}

#[tokio::test]
async fn filters_and_the_search_leave_out_what_does_not_fit() {
    let world = World::new().await;
    for (label, region) in [("web-1", "ewr"), ("web-2", "ams"), ("queue", "ewr")] {
        instance(&world, label, region).await;
    }
    let mut browser = Browser::signed_in(&world).await;
    for (query, shown) in [
        ("", "web-1 web-2 queue"),
        ("?region=ewr", "web-1 queue"),
        ("?label=queue", "queue"),
        ("?q=WEB", "web-1 web-2"),
        ("?q=web&region=ams", "web-2"),
        ("?q=nothing", ""),
        ("?region=nrt", ""),
    ] {
        let page = browser.page(&format!("/console/v2/instances{query}")).await;
        for label in ["web-1", "web-2", "queue"] {
            let is_shown = page.contains(&format!(">{label}</a>"));
            assert_eq!(is_shown, shown.split(' ').any(|s| s == label), "{query} {label}");
        }
        assert_eq!(page.contains("Nothing fits"), shown.is_empty(), "{query}");
    }
    let page = browser.page("/console/v2/instances?region=ewr").await;
    assert!(page.contains("aria-label=\"Without Region\""), "{page}");
}

#[tokio::test]
async fn pages_page_by_cursor_and_say_where_one_is() {
    let world = World::new().await;
    for number in 0..60 {
        let body = serde_json::json!({"name": format!("key-{number:02}"), "ssh_key":
            format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7Jz1n3n2wCzJHnHn0c3m7A0Fq9kqD5r0T1i2y3z4{number:02} a")});
        call(&world, "POST", "/v2/ssh-keys", body).await;
    }
    let mut browser = Browser::signed_in(&world).await;
    let mut address = "/console/v2/ssh-keys".to_owned();
    let mut seen = std::collections::BTreeSet::new();
    for wanted in ["1 to 25 of 60", "26 to 50 of 60", "51 to 60 of 60"] {
        let page = browser.page(&address).await;
        assert!(page.contains(wanted), "{address} {wanted}");
        seen.extend((0..60).filter(|n| page.contains(&format!(">key-{n:02}</a>"))));
        address = link(&page, "Next").unwrap_or_default();
    }
    assert_eq!((seen.len(), address.as_str()), (60, ""), "each stands on one page");
    let found = browser.page("/console/v2/ssh-keys?q=key&from=26").await;
    assert!(found.contains("26 to 50 of 60"));
    let all = browser.page("/console/v2/ssh-keys?per_page=100").await;
    assert_eq!((0..60).filter(|n| all.contains(&format!(">key-{n:02}</a>"))).count(), 60);
}

/// Where a link with that word leads.
fn link(page: &str, word: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!("\">{word}</a>"))?;
    let (_, address) = before.rsplit_once("href=\"")?;
    Some(address.replace("&amp;", "&"))
}

#[tokio::test]
async fn columns_are_those_that_the_address_names() {
    let world = World::new().await;
    instance(&world, "web", "ewr").await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/v2/instances?columns=hostname&columns=id").await;
    let heads: Vec<&str> = page.split("<th scope=\"col\"").skip(1).collect();
    let head =
        |text: &str| heads.iter().any(|head| head.split('<').next().unwrap().ends_with(text));
    assert!(head(">Name") && head(">Host name") && head(">Id"), "{heads:?}");
    assert!(!head(">Plan") && !head(">A month"), "{heads:?}");
}

#[tokio::test]
async fn what_is_done_to_several_is_done_to_each_and_told() {
    let world = World::new().await;
    let (one, other) =
        (instance(&world, "one", "ewr").await, instance(&world, "other", "ewr").await);
    let kept = instance(&world, "kept", "ewr").await;
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let back = ("back", "/console/v2/instances?region=ewr");
    let chosen = [("id", one.as_str()), ("id", "00000000-0000-0000-0000-000000000000"), back];
    let got = browser.submit("/console/act/halt-instance", &chosen).await;
    assert_eq!((got.status, got.location.as_str()), (303, back.1), "{}", got.body);
    world.settle().await;
    let page = browser.page(back.1).await;
    assert!(
        page.contains("Stopped one") && page.contains("00000000-0000-0000-0000-000000000000: ")
    );
    assert!(!browser.page(back.1).await.contains("Stopped one"), "it is told once");
    let power = async |id: &str| {
        let thing = call(&world, "GET", &format!("/v2/instances/{id}"), Value::Null).await;
        thing["instance"]["power_status"].as_str().unwrap().to_owned()
    };
    assert_eq!((power(&one).await.as_str(), power(&kept).await.as_str()), ("stopped", "running"));

    // What destroys wants the count typed.
    let several = [("id", one.as_str()), ("id", other.as_str()), back];
    for wrong in ["", "2", "3 instances"] {
        let mut fields = several.to_vec();
        fields.push(("confirm", wrong));
        let got = browser.submit("/console/act/delete-instance", &fields).await;
        assert!(got.body.contains("2 instances") && got.status != 303, "{wrong}: {}", got.status);
        assert_eq!(power(&one).await, "stopped", "{wrong}");
    }
    let mut fields = several.to_vec();
    fields.push(("confirm", "2 instances"));
    let got = browser.submit("/console/act/delete-instance", &fields).await;
    assert_eq!(got.status, 303, "{}", got.body);
    let page = browser.page("/console/v2/instances").await;
    assert!(page.contains("Destroyed one and other"), "{page}");
    assert!(page.contains(">kept</a>") && !page.contains(">other</a>"), "{page}");
}

#[tokio::test]
async fn nothing_is_done_without_the_sessions_token() {
    let world = World::new().await;
    let id = instance(&world, "one", "ewr").await;
    let mut browser = Browser::signed_in(&world).await;
    let got = browser.post("/console/act/halt-instance", &[("id", &id)]).await;
    assert_eq!(got.status, 403);
    let got = browser.submit("/console/act/halt-instance", &[]).await;
    assert_eq!(got.status, 400, "{}", got.body);
    let got = browser.submit("/console/act/attach-block", &[("block_id", "x")]).await;
    assert_eq!((got.status, got.location.as_str()), (303, "/console/op/attach-block?block_id=x"));
}

#[test]
fn what_is_done_to_several_is_known_of_each_list() {
    let acts = |id: &str| -> Vec<&str> {
        let list = operations::all().into_iter().find(|o| o.op.id == id).unwrap();
        let node = family::node(&list).unwrap();
        crate::list::bulk(node).iter().map(|node| node.operation.op.id).collect()
    };
    let instances = acts("list-instances");
    assert_eq!(instances.last(), Some(&"delete-instance"));
    for id in ["start-instance", "halt-instance", "reboot-instance"] {
        assert!(instances.contains(&id), "{id}: {instances:?}");
    }
    assert!(!instances.contains(&"reinstall-instance") && !instances.contains(&"update-instance"));
    assert_eq!(acts("list-records"), ["delete-record"]);
    assert!(acts("list-regions").is_empty());
}
