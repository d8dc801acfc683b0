//! The first page: counts, places, costs.

use std::time::Duration;

use serde_json::Value;
use testkit::World;
use testkit::api::Access;
use testkit::api::blocks::CreateBlock;
use testkit::api::domains::CreateDomain;
use testkit::api::instances::CreateInstance;
use testkit::api::vpcs::CreateVpc;

use super::support::Browser;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn instance(world: &World, region: &str, label: &str) {
    let create = CreateInstance {
        region: region.into(),
        plan: "vc2-1c-1gb".into(),
        os_id: Some(2136),
        label: Some(label.into()),
        ..Default::default()
    };
    world.client.send(create).await.unwrap();
}

async fn block(world: &World, label: &str) {
    let create = CreateBlock {
        region: "ewr".into(),
        size_gb: 40,
        label: Some(label.into()),
        ..Default::default()
    };
    world.client.send(create).await.unwrap();
}

/// The page without what is markup.
fn text(page: &str) -> String {
    let parts = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_there_is_is_counted_by_family_and_region() {
    let world = World::new().await;
    for (region, label) in [("ewr", "a"), ("ewr", "<script>b</script>"), ("ams", "c")] {
        instance(&world, region, label).await;
    }
    block(&world, "<script>").await;
    let vpc = CreateVpc { region: "ewr".into(), ..Default::default() };
    world.client.send(vpc).await.unwrap();
    let domain = CreateDomain { domain: "example.com".into(), ..Default::default() };
    world.client.send(domain).await.unwrap();
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/").await;
    assert!(!page.contains("<script>"), "a label is markup");
    let shown = text(&page);
    for count in ["3 Instances", "1 Block volume", "1 VPC", "1 Domain"] {
        assert!(shown.contains(count), "{count} is not in {shown}");
    }
    assert!(!shown.contains("Load balancers 0"), "what is not there is not counted");
    assert!(shown.contains("6 things in 2 of 33 regions"), "{shown}");
    for place in ["ewr 4: New Jersey, 2 instances, 2 other things", "ams 1: Amsterdam, 1 instance"]
    {
        assert!(page.contains(place), "{place}");
    }
    assert!(page.contains("/console/v2/instances?region=ewr"));
    // What is coming about is named, and once it is there, no more.
    assert!(shown.contains("Pending") && shown.contains("Create instance"), "{shown}");
    world.settle().await;
    let shown = text(&browser.page("/console/").await);
    assert!(shown.contains("Nothing is coming about right now."), "{shown}");
}

#[tokio::test]
async fn costs_are_what_the_account_says_to_the_cent() {
    let world = World::new().await;
    for label in ["a", "b", "c"] {
        instance(&world, "ewr", label).await;
        block(&world, label).await;
        world.advance(DAY + DAY / 3).await;
    }
    let mut browser = Browser::signed_in(&world).await;
    let mut check = async || {
        let json = |body: String| serde_json::from_str::<Value>(&body).unwrap();
        let account = json(world.raw("GET", "/v2/account", "").await.1);
        let lines = json(world.raw("GET", "/v2/billing/pending-charges", "").await.1);
        let owed = account["account"]["pending_charges"].as_f64().unwrap();
        let shown = text(&browser.page("/console/").await);
        assert!(owed > 0.5 && shown.contains(&format!("${owed:.2} so far")), "{owed}: {shown}");
        let of = |product: &str| {
            let lines = lines["pending_charges"].as_array().unwrap().iter();
            let own = lines.filter(|line| line["product"] == product);
            own.map(|line| line["total"].as_f64().unwrap()).sum::<f64>()
        };
        for (family, sum) in [("Compute", of("Cloud Compute")), ("Storage", of("Block Storage"))] {
            assert!(shown.contains(&format!("{family} ${sum:.2}")), "{family} {sum}: {shown}");
        }
        shown
    };
    check().await;
    // In the next month there is an invoice, and the sums begin anew.
    world.advance(DAY * 12).await;
    let shown = check().await;
    assert!(shown.contains("Cost in December") && shown.contains("November 2026 $"), "{shown}");
}

#[tokio::test]
async fn an_empty_world_says_what_to_do() {
    let world = World::new().await;
    let shown = Browser::signed_in(&world).await.page("/console/").await;
    for word in ["An empty world of your own", "/console/op/create-instance", "kettle exec"] {
        assert!(shown.contains(word), "{word}");
    }
}

#[tokio::test]
async fn who_may_little_sees_what_they_may() {
    let world = World::new().await;
    block(&world, "secret-of-others").await;
    let shown = Browser::of_user(&world, &[Access::Dns]).await.page("/console/").await;
    assert!(!shown.contains("secret-of-others") && !shown.contains("Last requests"), "{shown}");
    assert!(!shown.contains("so far, since"), "who may not see bills sees none");
}
