//! The page of the network.

use testkit::World;
use testkit::api::Access;
use testkit::api::firewalls::{
    CreateFirewallGroup, CreateFirewallGroupRule, FirewallGroupId, FirewallProtocol, IpType,
};
use testkit::api::instances::CreateInstance;
use testkit::api::vpcs::{CreateVpc, VpcId};

use super::support::Browser;

async fn instance(world: &World, label: &str, vpc: VpcId, group: Option<FirewallGroupId>) {
    let create = CreateInstance {
        region: "ewr".into(),
        plan: "vc2-1c-1gb".into(),
        os_id: Some(2136),
        label: Some(label.into()),
        attach_vpc: Some(vec![vpc]),
        firewall_group_id: group.map(Into::into),
        ..Default::default()
    };
    world.client.send(create).await.unwrap();
}

#[tokio::test]
async fn a_network_is_drawn_and_told() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/network").await;
    assert!(page.contains("There is no network yet") && page.contains("create-vpc"), "{page}");

    let create = CreateVpc {
        region: "ewr".into(),
        description: Some("<script>shop</script>".into()),
        ..Default::default()
    };
    let vpc = world.client.send(create).await.unwrap();
    let group = CreateFirewallGroup { description: Some("<script>group".into()) };
    let group = world.client.send(group).await.unwrap();
    let rule = CreateFirewallGroupRule {
        firewall_group_id: group.id,
        ip_type: IpType::V4,
        protocol: FirewallProtocol::Tcp,
        subnet: Some("203.0.113.0".into()),
        subnet_size: Some(24),
        port: Some("22".into()),
        source: None,
        notes: None,
    };
    world.client.send(rule).await.unwrap();
    instance(&world, "<script>alert(1)</script>", vpc.id, Some(group.id)).await;
    for n in 0..14 {
        instance(&world, &format!("open-{n}"), vpc.id, None).await;
    }
    world.settle().await;
    let page = browser.page("/console/network").await;
    assert!(!page.contains("<script>"), "a name is markup");
    for shown in ["1 VPC, 15 things in them", "203.0.113.0/24", "14 instances", "no firewall group"]
    {
        assert!(page.contains(shown), "{shown} is not in {page}");
    }
    assert!(page.contains("<svg class=\"is-wide\"") && page.contains("<svg class=\"is-tall\""));
    // The many are shown by a link.
    let (_, link) = page.split_once("/console/network?open=").unwrap();
    let link = format!("/console/network?open={}", link.split('"').next().unwrap());
    let opened = browser.page(&link).await;
    assert!(opened.contains("open-13") && !opened.contains("14 instances"), "{opened}");
    let one = browser.page(&format!("/console/network?vpc={}", vpc.id)).await;
    assert!(one.contains("14 instances"), "{one}");
    let none = browser.get("/console/network?vpc=01a21828-0f7e-74e3-a3e6-94c383a8f2b2").await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn who_may_not_look_at_networks_is_told_so() {
    let world = World::new().await;
    let got = Browser::of_user(&world, &[Access::Dns]).await.get("/console/network").await;
    assert!(got.status == 403 && got.body.contains("may not look"), "{}", got.body);
}
