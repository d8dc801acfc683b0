//! Anything is found by what people know of it.

use testkit::World;
use testkit::api::OrEmpty;
use testkit::api::domains::{CreateDomain, CreateRecord, RecordType};
use testkit::api::firewalls::{
    CreateFirewallGroup, CreateFirewallGroupRule, FirewallProtocol, IpType,
};
use testkit::api::ssh_keys::CreateSshKey;
use testkit::api::vpcs::CreateVpc;

use super::support::Browser;

const NASTY: &str = "<script>alert(1)</script> web";

/// A world with a network, a key, a zone, and a group with a nasty name.
async fn world() -> (World, String) {
    let world = World::new().await;
    let vpc = CreateVpc {
        region: "ewr".into(),
        description: Some("shop net".into()),
        v4_subnet: Some("10.42.7.0".into()),
        v4_subnet_mask: Some(24),
    };
    let vpc = world.client.vpcs().create(vpc).await.unwrap();
    let key = CreateSshKey {
        name: "shop laptop".into(),
        ssh_key:
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl k"
                .into(),
    };
    world.client.ssh_keys().create(key).await.unwrap();
    let domain = CreateDomain { domain: "shop.example".into(), ..Default::default() };
    world.client.domains().create(domain).await.unwrap();
    let group = CreateFirewallGroup { description: Some(NASTY.into()) };
    world.client.firewalls().create(group).await.unwrap();
    (world, vpc.id.to_string())
}

#[tokio::test]
async fn things_are_found_by_name_id_and_address() {
    let (world, id) = world().await;
    let mut browser = Browser::signed_in(&world).await;
    let vpc = format!("href=\"/console/v2/vpcs/{id}\"");
    for wanted in ["shop+net", "SHOP", &id[..8], "10.42.7"] {
        let page = browser.page(&format!("/console/search?q={wanted}")).await;
        assert!(page.contains(&vpc), "{wanted}: {page}");
    }
    let page = browser.page("/console/search?q=shop").await;
    assert!(!page.contains("/console/v2/private-networks/"), "a VPC is found once: {page}");
    assert!(page.contains("href=\"/console/v2/domains/shop.example\""), "{page}");
    assert!(page.contains("<mark>shop</mark>"), "{page}");
    let page = browser.page("/console/search?q=net").await;
    let (thing, others) = (page.find(&vpc).unwrap(), page.find(">Operations<").unwrap());
    assert!(thing < others, "things come first: {page}");
}

#[tokio::test]
async fn a_whole_id_leads_to_its_thing() {
    let (world, id) = world().await;
    let mut browser = Browser::signed_in(&world).await;
    let got = browser.get(&format!("/console/search?q={id}")).await;
    assert_eq!((got.status, got.location), (303, format!("/console/v2/vpcs/{id}")));
    let nobody = "00000000-0000-4000-8000-000000000000";
    let page = browser.page(&format!("/console/search?q={nobody}")).await;
    assert!(page.contains("Nothing found") && page.contains(nobody), "{page}");
}

#[tokio::test]
async fn an_id_is_found_however_long_its_list_is_and_what_was_not_looked_through_is_said() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for number in 0..501 {
        let name = format!("key {number}");
        let ssh_key =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
        let key = CreateSshKey { name, ssh_key: ssh_key.into() };
        ids.push(world.client.ssh_keys().create(key).await.unwrap().id);
    }
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/search?q=key").await;
    assert!(
        page.contains("the first 500 were looked through") && page.contains("SSH keys"),
        "{page}"
    );
    for id in [ids[0], ids[500]] {
        let got = browser.get(&format!("/console/search?q={id}")).await;
        assert_eq!((got.status, got.location), (303, format!("/console/v2/ssh-keys/{id}")));
    }
}

#[tokio::test]
async fn operations_pages_and_what_can_be_ordered_are_found() {
    let (world, _) = world().await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/search?q=create+instance").await;
    assert!(page.contains("/console/reference/create-instance\""), "{page}");
    assert!(page.contains("/console/op/create-instance\""), "{page}");
    let page = browser.page("/console/search?q=firewall").await;
    assert!(page.contains("href=\"/console/v2/firewalls\""), "{page}");
    let page = browser.page("/console/search?q=clock").await;
    assert!(page.contains("href=\"/console/world/clock\""), "{page}");
    assert!(page.contains("/console/reference/freeze-clock\""), "{page}");
    let page = browser.page("/console/search?q=debian").await;
    assert!(page.contains("Systems") && page.contains("<mark>Debian</mark>"), "{page}");
}

#[tokio::test]
async fn what_is_not_found_is_said_and_nothing_that_was_typed_is_obeyed() {
    let (world, _) = world().await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/search?q=no-such-thing-anywhere").await;
    assert!(page.contains("Nothing found") && page.contains("no-such-thing-anywhere"), "{page}");
    let page = browser.page("/console/search?q=%3Cscript%3E").await;
    assert!(page.contains("<mark>&lt;script&gt;</mark>alert(1)"), "{page}");
    assert!(!page.contains("<script>alert"), "{page}");
    let page = browser.page("/console/search").await;
    assert!(page.contains("What can be looked for"), "{page}");
}

#[tokio::test]
async fn a_key_finds_what_it_may_see_and_is_told_what_was_left_out() {
    let (world, _) = world().await;
    let key = world.client.ssh_keys().list().await.unwrap();
    assert_eq!(key.items.len(), 1);
    let user = testkit::api::users::CreateUser {
        name: "Kim".into(),
        email: "kim@example.com".into(),
        password: "Correct-horse-1".into(),
        acls: Some(vec![testkit::api::Access::Dns]),
        api_enabled: Some(true),
        ..Default::default()
    };
    let user = world.client.users().create(user).await.unwrap();
    let mut browser = Browser::with_key(&world, user.api_key.as_str()).await;
    let page = browser.page("/console/search?q=shop").await;
    assert!(page.contains("/console/v2/domains/shop.example"), "{page}");
    assert!(!page.contains("shop net"), "{page}");
    assert!(page.contains("this key may not see them") && page.contains("Instances"), "{page}");
}

#[tokio::test]
async fn what_lies_within_things_is_found_by_what_people_know_of_it() {
    let world = World::new().await;
    let records = world.client.records();
    let domain = CreateDomain { domain: "shop.example".into(), ..Default::default() };
    world.client.domains().create(domain).await.unwrap();
    let wish = CreateRecord {
        dns_domain: "shop.example".into(),
        name: "checkout".into(),
        kind: RecordType::A,
        data: "203.0.113.77".into(),
        ttl: None,
        priority: None,
    };
    let record = records.create(wish).await.unwrap();
    let group = CreateFirewallGroup { description: Some("office".into()) };
    let group = world.client.firewalls().create(group).await.unwrap();
    let rule = CreateFirewallGroupRule {
        firewall_group_id: group.id,
        ip_type: IpType::V4,
        protocol: FirewallProtocol::Tcp,
        subnet: Some("198.51.100.0".into()),
        subnet_size: Some(24),
        port: Some("8000:8010".into()),
        notes: Some("build <b>farm</b>".into()),
        ..Default::default()
    };
    world.client.firewall_rules().create(rule).await.unwrap();
    let mut browser = Browser::signed_in(&world).await;
    let own = format!("href=\"/console/v2/domains/shop.example/records/{}\"", record.id);
    for wanted in ["checkout", "113.77", "checkout.shop.example"] {
        let page = browser.page(&format!("/console/search?q={wanted}")).await;
        assert!(page.contains(&own) && page.contains("DNS records"), "{wanted}: {page}");
    }
    let page = browser.page("/console/search?q=shop").await;
    assert!(!page.contains(&own), "a record is not called after its domain: {page}");
    let got = browser.get(&format!("/console/search?q={}", record.id)).await;
    assert_eq!(got.location, format!("/console/v2/domains/shop.example/records/{}", record.id));
    let own = format!("href=\"/console/v2/firewalls/{}/rules/1\"", group.id);
    for wanted in ["8005", "198.51.100", "farm"] {
        let page = browser.page(&format!("/console/search?q={wanted}")).await;
        assert!(page.contains(&own) && page.contains("TCP 8000:8010 from"), "{wanted}: {page}");
        assert!(!page.contains("<b>farm"), "{page}");
    }
    let page = browser.page("/console/search?q=1").await;
    let rules = page.split(">Firewall rules<").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(!rules.contains(" id <code>"), "a rule's number is no name: {rules}");
}

#[tokio::test]
async fn where_nobody_looked_for_what_lies_within_is_said_and_what_is_named_is_looked_into() {
    let world = World::new().await;
    for number in 0..22 {
        let domain = format!("shop-{number:02}.example");
        let domain = CreateDomain {
            domain,
            ip: Some(OrEmpty(Some("203.0.113.5".parse().unwrap()))),
            ..Default::default()
        };
        world.client.domains().create(domain).await.unwrap();
    }
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/search?q=203.0.113.5").await;
    assert!(page.contains("Looked for DNS records in 20 of 22 domains"), "{page}");
    // Whichever are left, each is looked into when it is named.
    for number in 0..22 {
        let name = format!("*.shop-{number:02}.example");
        let page = browser.page(&format!("/console/search?q={name}")).await;
        assert!(page.contains(&format!("<mark>{name}</mark>")), "{name}: {page}");
    }
}
