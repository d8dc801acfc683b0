//! Firewall groups and rules, through a server in this process.

use std::time::Duration;

use api::firewalls::*;
use api::id::FirewallGroupId;
use serde_json::json;
use testkit::World;

use crate::common::instance::{instance, stored};
use crate::common::{Asks as _, change_instance, made_of};

async fn group(world: &World) -> FirewallGroupId {
    world.done(CreateFirewallGroup::default()).await.id
}

async fn world_with_one() -> (World, FirewallGroupId) {
    let world = World::new().await;
    let id = group(&world).await;
    (world, id)
}

async fn read(world: &World, firewall_group_id: FirewallGroupId) -> FirewallGroup {
    world.done(GetFirewallGroup { firewall_group_id }).await
}

fn ssh(group: FirewallGroupId) -> CreateFirewallGroupRule {
    CreateFirewallGroupRule {
        firewall_group_id: group,
        subnet: Some("203.0.113.7".into()),
        subnet_size: Some(32),
        port: Some("22".into()),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_group_counts_its_rules_and_is_dated_by_them() {
    let world = World::new().await;
    let description = Some("web".to_owned());
    let made = world.done(CreateFirewallGroup { description }).await;
    assert_eq!((made.rule_count, made.max_rule_count, made.instance_count), (0, 50, 0));
    assert_eq!((&*made.description, made.date_modified), ("web", made.date_created));
    world.advance(Duration::from_secs(3)).await;
    world.done(ssh(made.id)).await;
    let now = read(&world, made.id).await;
    assert_eq!(now.rule_count, 1);
    assert_eq!(now.date_modified.as_millis() - now.date_created.as_millis(), 3000);
    let list = world.done(ListFirewallGroups::default()).await;
    assert_eq!(list.items, [now]);
}

#[tokio::test]
async fn a_port_may_be_a_number() {
    let (world, id) = world_with_one().await;
    let uri = format!("/v2/firewalls/{id}/rules");
    let rule = |port: &str| {
        format!(
            r#"{{"ip_type":"v4","protocol":"tcp","subnet":"10.0.0.0","subnet_size":8,"port":{port}}}"#
        )
    };
    let (status, answer) = world.raw("POST", &uri, &rule("443")).await;
    assert!(status == 201 && answer.contains(r#""port":"443""#), "{answer}");
    for wrong in ["0", "-1", "[80]", "true"] {
        world.refuses_raw("POST", &uri, &rule(wrong), "port").await;
    }
}

#[tokio::test]
async fn long_descriptions_are_cut_without_a_word() {
    let (world, firewall_group_id) = world_with_one().await;
    let description = "ä".repeat(300);
    world.done(UpdateFirewallGroup { firewall_group_id, description }).await;
    assert_eq!(read(&world, firewall_group_id).await.description, "ä".repeat(255));
    world.done(UpdateFirewallGroup { firewall_group_id, description: String::new() }).await;
    assert_eq!(read(&world, firewall_group_id).await.description, "");
}

#[tokio::test]
async fn there_are_fifty_groups_at_most() {
    let world = World::new().await;
    let mut last = FirewallGroupId::default();
    for _ in 0..50 {
        last = group(&world).await;
    }
    world.refuses_with(CreateFirewallGroup::default(), "Maximum firewall groups exceeded").await;
    world.done(DeleteFirewallGroup { firewall_group_id: last }).await;
    group(&world).await;
}

#[tokio::test]
async fn a_rule_reads_as_it_was_sent() {
    let (world, id) = world_with_one().await;
    let notes = Some("me".to_owned());
    let made = world.done(CreateFirewallGroupRule { notes, ..ssh(id) }).await;
    let expected: FirewallRule = made_of(json!({
        "id": 1, "type": "v4", "ip_type": "v4", "action": "accept", "protocol": "tcp",
        "port": "22", "subnet": "203.0.113.7", "subnet_size": 32, "source": "203.0.113.7/32",
        "notes": "me", "direction": "in", "loadbalancer_id": "",
    }));
    assert_eq!(made, expected);
    assert_eq!(world.done(GetFirewallGroupRule::from((id, 1_u32))).await, expected);
}

#[tokio::test]
async fn numbers_of_rules_are_not_used_again() {
    let world = World::new().await;
    let (id, other) = (group(&world).await, group(&world).await);
    let port = |port: &str| CreateFirewallGroupRule { port: Some(port.into()), ..ssh(id) };
    world.done(port("1")).await;
    world.done(port("2")).await;
    world.done(DeleteFirewallGroupRule::from((id, 2_u32))).await;
    assert_eq!(world.done(port("2")).await.id, 3);
    assert_eq!(world.done(ssh(other)).await.id, 1, "each group counts for itself");
}

#[tokio::test]
async fn the_same_rule_twice_is_refused_whatever_its_notation() {
    let (world, id) = world_with_one().await;
    world.done(ssh(id)).await;
    let twice = (400, "This rule is already defined ".to_owned());
    assert_eq!(world.refused(ssh(id)).await, twice);
    let v6 = |subnet: &str| CreateFirewallGroupRule {
        ip_type: IpType::V6,
        subnet: Some(subnet.into()),
        subnet_size: Some(64),
        ..ssh(id)
    };
    let made = world.done(v6("2001:DB8:0::1")).await;
    assert_eq!(made.subnet, "2001:DB8:0::1", "kept as it was sent");
    assert_eq!(world.refused(v6("2001:db8::")).await, twice);
    assert_eq!(read(&world, id).await.rule_count, 2);
}

#[tokio::test]
async fn protocols_without_ports_drop_what_is_sent_for_one() {
    let (world, id) = world_with_one().await;
    for protocol in
        [FirewallProtocol::Icmp, FirewallProtocol::Gre, FirewallProtocol::Esp, FirewallProtocol::Ah]
    {
        for (port, accepted) in [(Some("-1".to_owned()), true), (None, false)] {
            let any = CreateFirewallGroupRule { protocol, port, ..ssh(id) };
            let any = CreateFirewallGroupRule {
                subnet: Some("0.0.0.0".into()),
                subnet_size: Some(0),
                ..any
            };
            let outcome = world.client.send(any).await;
            assert_eq!(outcome.is_ok(), accepted, "the second is like the first");
            if let Ok(rule) = outcome {
                assert_eq!((&*rule.port, &*rule.source), ("", "0.0.0.0/0"));
            }
        }
    }
}

#[tokio::test]
async fn ports_are_one_or_a_range() {
    let (world, id) = world_with_one().await;
    let rule = |port: &str| CreateFirewallGroupRule { port: Some(port.into()), ..ssh(id) };
    for port in ["1", "65535", "8000:8010"] {
        assert_eq!(world.done(rule(port)).await.port, port);
    }
    for port in ["", "0", "65536", "80:80", "90:80", "80-90", "http", "+80", "1:2:3"] {
        let said = "Invalid port number - must be between 1 and 65535";
        world.refuses_with(rule(port), said).await;
    }
    assert_eq!(read(&world, id).await.rule_count, 3);
}

#[tokio::test]
async fn networks_fit_their_version_of_ip() {
    let (world, id) = world_with_one().await;
    let rule = |ip_type, subnet: &str, subnet_size| CreateFirewallGroupRule {
        ip_type,
        subnet: Some(subnet.into()),
        subnet_size: Some(subnet_size),
        ..ssh(id)
    };
    let any = world.done(rule(IpType::V6, "::", 0)).await;
    assert_eq!((&*any.subnet, &*any.source), ("::", "::/0"));
    for (wrong, field) in [
        (rule(IpType::V4, "::", 0), "subnet:"),
        (rule(IpType::V6, "10.0.0.0", 8), "subnet:"),
        (rule(IpType::V4, "10.0.0.0/8", 8), "subnet:"),
        (rule(IpType::V4, "10.0.0.0", 33), "subnet_size:"),
        (rule(IpType::V6, "::", 300), "subnet_size:"),
    ] {
        world.refuses(wrong, field).await;
    }
}

/// A rule as Ansible sends it: nulls for what it was not told.
const NULLS: &str = r#"{"notes": null, "port": "80", "subnet": null, "subnet_size": null,
    "source": "cloudflare", "protocol": "tcp", "ip_type": "v4"}"#;

#[tokio::test]
async fn sources_go_before_networks() {
    let (world, id) = world_with_one().await;
    let rule = |source: &str| CreateFirewallGroupRule { source: Some(source.into()), ..ssh(id) };
    assert_eq!(world.done(rule("cloudflare")).await.source, "cloudflare");
    assert_eq!(world.done(rule("")).await.source, "203.0.113.7/32");
    let alone = |source: &str| CreateFirewallGroupRule {
        port: Some("443".into()),
        subnet: None,
        subnet_size: None,
        ..rule(source)
    };
    let made = world.done(alone("cloudflare")).await;
    assert_eq!((&*made.source, &*made.subnet), ("cloudflare", ""), "Ansible sends no network then");
    world.refuses(alone(""), "subnet: is required").await;
    let (status, text) = world.raw("POST", &format!("/v2/firewalls/{id}/rules"), NULLS).await;
    assert_eq!(status, 201, "{text}");
    world.refuses(rule("akamai"), "source:").await;
    let again =
        CreateFirewallGroupRule { subnet: Some("198.51.100.1".into()), ..rule("cloudflare") };
    assert_eq!(world.refused(again).await.1, "This rule is already defined ");
}

#[tokio::test]
async fn there_are_fifty_rules_at_most() {
    let (world, id) = world_with_one().await;
    let rule = |port: u32| CreateFirewallGroupRule { port: Some(port.to_string()), ..ssh(id) };
    for port in 1..=50 {
        world.done(rule(port)).await;
    }
    world.refuses(rule(51), "50").await;
    let rules = world.done(ListFirewallGroupRules::from(id)).await.items;
    assert!(rules.iter().map(|rule| rule.id).eq(1..=50));
}

#[tokio::test]
async fn a_group_in_use_may_go_and_its_instances_have_none_then() {
    let (world, firewall_group_id) = world_with_one().await;
    let id = instance(&world, "ewr", false).await;
    let group = Some(firewall_group_id.into());
    change_instance(&world, id.0, |instance| instance.firewall_group = group).await;
    assert_eq!(read(&world, firewall_group_id).await.instance_count, 1);
    world.done(DeleteFirewallGroup { firewall_group_id }).await;
    assert_eq!(stored(&world, id).await.firewall_group, None);
    let (status, body) = world.raw("GET", &format!("/v2/firewalls/{firewall_group_id}"), "").await;
    assert_eq!(status, 404);
    assert!(body.contains("\"status\":404"), "clients look for these bytes: {body}");
    assert_eq!(world.refused(ssh(firewall_group_id)).await.0, 404);
}
