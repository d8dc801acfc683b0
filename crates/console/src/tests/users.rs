//! What uses a thing, and what is no longer there.

use serde_json::{Value, json};
use testkit::World;
use testkit::api::Access;

use super::support::Browser;
use super::things::{NASTY, call, instance};

/// The part of a page that begins with an id, up to the next part.
fn part<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("id=\"{id}\"")).unwrap();
    rest.split("</section>").next().unwrap()
}

#[tokio::test]
async fn a_firewall_group_and_a_vpc_name_the_instances_that_use_them() {
    let world = World::new().await;
    let own = |path: &str, body: Value| {
        let (world, path) = (&world, path.to_owned());
        async move { call(world, "POST", &path, body).await }
    };
    let group = own("/v2/firewalls", json!({"description": "web"})).await;
    let group = group["firewall_group"]["id"].as_str().unwrap().to_owned();
    let other = own("/v2/firewalls", json!({"description": "other"})).await;
    let other = other["firewall_group"]["id"].as_str().unwrap().to_owned();
    let vpc = own("/v2/vpcs", json!({"region": "ewr"})).await;
    let vpc = vpc["vpc"]["id"].as_str().unwrap().to_owned();
    for label in ["alone", NASTY] {
        let mut body =
            json!({"region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": label});
        if label == NASTY {
            body["firewall_group_id"] = group.as_str().into();
            body["attach_vpc"] = json!([vpc]);
        }
        own("/v2/instances", body).await;
    }
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    for address in [format!("/console/v2/firewalls/{group}"), format!("/console/v2/vpcs/{vpc}")] {
        let page = browser.page(&address).await;
        let users = part(&page, "x-users");
        assert!(users.contains("Used by"), "{users}");
        assert!(users.contains(">&lt;script&gt;alert(1)&lt;/script&gt;</a>"), "{users}");
        assert!(users.contains("Running") && !users.contains("alone"), "{users}");
    }
    let page = browser.page(&format!("/console/v2/firewalls/{other}")).await;
    assert!(part(&page, "x-users").contains("No instance or cluster uses it."), "{page}");

    // Who may not see instances is not told that there are none.
    let mut user = Browser::of_user(&world, &[Access::Firewall]).await;
    let page = user.page(&format!("/console/v2/firewalls/{group}")).await;
    assert!(part(&page, "x-users").contains("that this key may see"), "{page}");
}

#[tokio::test]
async fn an_instance_names_the_volume_that_is_attached_to_it() {
    let world = World::new().await;
    let id = instance(&world, "web", "ewr").await;
    let block = json!({"region": "ewr", "size_gb": 20, "label": "data"});
    let block = call(&world, "POST", "/v2/blocks", block).await;
    let block = block["block"]["id"].as_str().unwrap().to_owned();
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let (page, volume) =
        (format!("/console/v2/instances/{id}"), format!("/console/v2/blocks/{block}"));
    assert!(part(&browser.page(&page).await, "x-users").contains("hidden"), "nothing is");
    let own = browser.page(&volume).await;
    assert!(
        own.contains("It is attached to nothing") && !own.contains("/console/act/detach-block")
    );
    let attach = format!("/v2/blocks/{block}/attach");
    call(&world, "POST", &attach, json!({"instance_id": id, "live": true})).await;
    world.settle().await;
    let users = browser.page(&page).await;
    let users = part(&users, "x-users");
    assert!(users.contains(&format!("<a href=\"{volume}\">data</a>")), "{users}");
    assert!(browser.page(&volume).await.contains("It is attached: detach it first"));
}

#[tokio::test]
async fn what_makes_no_sense_now_is_not_offered() {
    let world = World::new().await;
    let id = instance(&world, "web", "ewr").await;
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let address = format!("/console/v2/instances/{id}");
    let offered = |page: &str| {
        ["start", "halt", "reboot"]
            .map(|verb| page.contains(&format!("\"/console/act/{verb}-instance\"")))
    };
    let page = browser.page(&address).await;
    assert_eq!(offered(&page), [false, true, true]);
    assert!(page.contains("It is running"), "{page}");
    call(&world, "POST", &format!("/v2/instances/{id}/halt"), Value::Null).await;
    world.settle().await;
    let page = browser.page(&address).await;
    assert_eq!(offered(&page), [true, false, false]);
    // The form of what is not offered is there among all operations.
    let form = format!("/console/op/halt-instance?instance_id={id}");
    assert_eq!(browser.get(&form).await.status, 200);
}

#[tokio::test]
async fn what_was_taken_away_says_so_with_the_way_to_what_is_there() {
    let world = World::new().await;
    let id = instance(&world, "web", "ewr").await;
    call(&world, "POST", "/v2/domains", json!({"domain": "example.com"})).await;
    call(&world, "DELETE", &format!("/v2/instances/{id}"), Value::Null).await;
    call(&world, "DELETE", "/v2/domains/example.com", Value::Null).await;
    let mut browser = Browser::signed_in(&world).await;
    let never = "00000000-0000-4000-8000-000000000000";
    for (address, title, list) in [
        (format!("instances/{id}"), "This instance is gone", "instances"),
        (format!("instances/{never}"), "There is no such instance", "instances"),
        ("instances/slip".to_owned(), "There is no such instance", "instances"),
        ("domains/example.com/records".to_owned(), "This domain is gone", "domains"),
        ("domains/example.com/records/x".to_owned(), "This domain is gone", "domains"),
    ] {
        let got = browser.get(&format!("/console/v2/{address}")).await;
        assert_eq!(got.status, 404, "{address}: {}", got.body);
        assert!(got.body.contains(&format!("<h1>{title}</h1>")), "{address}: {}", got.body);
        assert!(got.body.contains(&format!("href=\"/console/v2/{list}\">To")), "{address}");
        let is_known = got.body.contains("taken away at");
        assert_eq!(is_known, title.ends_with("gone"), "{address}");
    }
}

#[tokio::test]
async fn an_address_where_nothing_is_leads_to_what_may_be_meant() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let got = browser.get("/console/v2/instances/").await;
    assert_eq!((got.status, got.location.as_str()), (303, "/console/v2/instances"));
    for (path, meant) in [
        ("/console/instances", Some("/console/v2/instances")),
        ("/instances", Some("/console/v2/instances")),
        ("/console/domains/example.com", Some("/console/v2/domains/example.com")),
        ("/consolex", None),
        ("/console/<b>", None),
    ] {
        assert_eq!(crate::browse::meant(path).as_deref(), meant, "{path}");
    }
}
