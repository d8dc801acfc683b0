//! Firewall groups and rules, through a server in this process.

use std::time::Duration;

use api::firewalls::*;
use api::id::FirewallGroupId;
use testkit::{World, refused};

use crate::common::instance::{instance, stored};
use crate::common::owner;

async fn group(world: &World) -> FirewallGroupId {
    world.client.send(CreateFirewallGroup::default()).await.unwrap().id
}

async fn read(world: &World, firewall_group_id: FirewallGroupId) -> FirewallGroup {
    world.client.send(GetFirewallGroup { firewall_group_id }).await.unwrap()
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
    let made = world.client.send(CreateFirewallGroup { description }).await.unwrap();
    assert_eq!((made.rule_count, made.max_rule_count, made.instance_count), (0, 50, 0));
    assert_eq!((&*made.description, made.date_modified), ("web", made.date_created));
    world.advance(Duration::from_secs(3)).await;
    world.client.send(ssh(made.id)).await.unwrap();
    let now = read(&world, made.id).await;
    assert_eq!(now.rule_count, 1);
    assert_eq!(now.date_modified.as_millis() - now.date_created.as_millis(), 3000);
    let list = world.client.send(ListFirewallGroups::default()).await.unwrap();
    assert_eq!(list.items, [now]);
}

#[tokio::test]
async fn a_port_may_be_a_number() {
    let world = World::new().await;
    let id = group(&world).await;
    let uri = format!("/v2/firewalls/{id}/rules");
    let rule = |port: &str| {
        format!(
            r#"{{"ip_type":"v4","protocol":"tcp","subnet":"10.0.0.0","subnet_size":8,"port":{port}}}"#
        )
    };
    let (status, answer) = world.raw("POST", &uri, &rule("443")).await;
    assert!(status == 201 && answer.contains(r#""port":"443""#), "{answer}");
    for wrong in ["0", "-1", "[80]", "true"] {
        let (status, answer) = world.raw("POST", &uri, &rule(wrong)).await;
        assert!(status == 400 && answer.contains("port"), "{wrong}: {answer}");
    }
}

#[tokio::test]
async fn long_descriptions_are_cut_without_a_word() {
    let world = World::new().await;
    let firewall_group_id = group(&world).await;
    let description = "ä".repeat(300);
    world.client.send(UpdateFirewallGroup { firewall_group_id, description }).await.unwrap();
    assert_eq!(read(&world, firewall_group_id).await.description, "ä".repeat(255));
    let cleared = UpdateFirewallGroup { firewall_group_id, description: String::new() };
    world.client.send(cleared).await.unwrap();
    assert_eq!(read(&world, firewall_group_id).await.description, "");
}

#[tokio::test]
async fn there_are_fifty_groups_at_most() {
    let world = World::new().await;
    let mut last = FirewallGroupId::default();
    for _ in 0..50 {
        last = group(&world).await;
    }
    let (status, text) = refused(world.client.send(CreateFirewallGroup::default()).await);
    assert!(status == 400 && text.starts_with("Maximum firewall groups exceeded"), "{text}");
    world.client.send(DeleteFirewallGroup { firewall_group_id: last }).await.unwrap();
    group(&world).await;
}

#[tokio::test]
async fn a_rule_reads_as_it_was_sent() {
    let world = World::new().await;
    let id = group(&world).await;
    let notes = Some("me".to_owned());
    let rule = CreateFirewallGroupRule { notes, ..ssh(id) };
    let made = world.client.send(rule).await.unwrap();
    let expected = FirewallRule {
        id: 1,
        kind: IpType::V4.into(),
        ip_type: IpType::V4.into(),
        action: "accept".into(),
        protocol: FirewallProtocol::Tcp.into(),
        port: "22".into(),
        subnet: "203.0.113.7".into(),
        subnet_size: 32,
        source: "203.0.113.7/32".into(),
        notes: "me".into(),
        direction: "in".into(),
        loadbalancer_id: String::new(),
    };
    assert_eq!(made, expected);
    let get = GetFirewallGroupRule { firewall_group_id: id, firewall_rule_id: 1 };
    assert_eq!(world.client.send(get).await.unwrap(), expected);
}

#[tokio::test]
async fn numbers_of_rules_are_not_used_again() {
    let world = World::new().await;
    let (id, other) = (group(&world).await, group(&world).await);
    let port = |port: &str| CreateFirewallGroupRule { port: Some(port.into()), ..ssh(id) };
    world.client.send(port("1")).await.unwrap();
    world.client.send(port("2")).await.unwrap();
    let delete = DeleteFirewallGroupRule { firewall_group_id: id, firewall_rule_id: 2 };
    world.client.send(delete.clone()).await.unwrap();
    assert_eq!(world.client.send(port("2")).await.unwrap().id, 3);
    assert_eq!(world.client.send(ssh(other)).await.unwrap().id, 1, "each group counts for itself");
    let gone = (404, "Firewall rule ID not found".to_owned());
    assert_eq!(refused(world.client.send(delete).await), gone);
    let get = GetFirewallGroupRule { firewall_group_id: id, firewall_rule_id: 2 };
    assert_eq!(refused(world.client.send(get).await), gone);
}

#[tokio::test]
async fn the_same_rule_twice_is_refused_whatever_its_notation() {
    let world = World::new().await;
    let id = group(&world).await;
    world.client.send(ssh(id)).await.unwrap();
    let twice = (400, "This rule is already defined ".to_owned());
    assert_eq!(refused(world.client.send(ssh(id)).await), twice);
    let v6 = |subnet: &str| CreateFirewallGroupRule {
        ip_type: IpType::V6,
        subnet: Some(subnet.into()),
        subnet_size: Some(64),
        ..ssh(id)
    };
    let made = world.client.send(v6("2001:DB8:0::1")).await.unwrap();
    assert_eq!(made.subnet, "2001:DB8:0::1", "kept as it was sent");
    assert_eq!(refused(world.client.send(v6("2001:db8::")).await), twice);
    assert_eq!(read(&world, id).await.rule_count, 2);
}

#[tokio::test]
async fn protocols_without_ports_drop_what_is_sent_for_one() {
    let world = World::new().await;
    let id = group(&world).await;
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
    let world = World::new().await;
    let id = group(&world).await;
    let rule = |port: &str| CreateFirewallGroupRule { port: Some(port.into()), ..ssh(id) };
    for port in ["1", "65535", "8000:8010"] {
        assert_eq!(world.client.send(rule(port)).await.unwrap().port, port);
    }
    for port in ["", "0", "65536", "80:80", "90:80", "80-90", "http", "+80", "1:2:3"] {
        let (status, text) = refused(world.client.send(rule(port)).await);
        assert_eq!(status, 400);
        assert!(text.starts_with("Invalid port number - must be between 1 and 65535"), "{text}");
    }
    assert_eq!(read(&world, id).await.rule_count, 3);
}

#[tokio::test]
async fn networks_fit_their_version_of_ip() {
    let world = World::new().await;
    let id = group(&world).await;
    let rule = |ip_type, subnet: &str, subnet_size| CreateFirewallGroupRule {
        ip_type,
        subnet: Some(subnet.into()),
        subnet_size: Some(subnet_size),
        ..ssh(id)
    };
    let any = world.client.send(rule(IpType::V6, "::", 0)).await.unwrap();
    assert_eq!((&*any.subnet, &*any.source), ("::", "::/0"));
    for (wrong, field) in [
        (rule(IpType::V4, "::", 0), "subnet:"),
        (rule(IpType::V6, "10.0.0.0", 8), "subnet:"),
        (rule(IpType::V4, "10.0.0.0/8", 8), "subnet:"),
        (rule(IpType::V4, "10.0.0.0", 33), "subnet_size:"),
        (rule(IpType::V6, "::", 300), "subnet_size:"),
    ] {
        let (status, text) = refused(world.client.send(wrong).await);
        assert!(status == 400 && text.contains(field), "{text}");
    }
}

/// A rule as Ansible sends it: nulls for what it was not told.
const NULLS: &str = r#"{"notes": null, "port": "80", "subnet": null, "subnet_size": null,
    "source": "cloudflare", "protocol": "tcp", "ip_type": "v4"}"#;

#[tokio::test]
async fn sources_go_before_networks() {
    let world = World::new().await;
    let id = group(&world).await;
    let rule = |source: &str| CreateFirewallGroupRule { source: Some(source.into()), ..ssh(id) };
    assert_eq!(world.client.send(rule("cloudflare")).await.unwrap().source, "cloudflare");
    assert_eq!(world.client.send(rule("")).await.unwrap().source, "203.0.113.7/32");
    let alone = |source: &str| CreateFirewallGroupRule {
        port: Some("443".into()),
        subnet: None,
        subnet_size: None,
        ..rule(source)
    };
    let made = world.client.send(alone("cloudflare")).await.unwrap();
    assert_eq!((&*made.source, &*made.subnet), ("cloudflare", ""), "Ansible sends no network then");
    let (status, text) = refused(world.client.send(alone("")).await);
    assert!(status == 400 && text.contains("subnet: is required"), "{text}");
    let (status, text) = world.raw("POST", &format!("/v2/firewalls/{id}/rules"), NULLS).await;
    assert_eq!(status, 201, "{text}");
    let (status, text) = refused(world.client.send(rule("akamai")).await);
    assert!(status == 400 && text.contains("source:"), "{text}");
    let again =
        CreateFirewallGroupRule { subnet: Some("198.51.100.1".into()), ..rule("cloudflare") };
    assert_eq!(refused(world.client.send(again).await).1, "This rule is already defined ");
}

#[tokio::test]
async fn there_are_fifty_rules_at_most_in_pages() {
    let world = World::new().await;
    let id = group(&world).await;
    let rule = |port: u32| CreateFirewallGroupRule { port: Some(port.to_string()), ..ssh(id) };
    for port in 1..=50 {
        world.client.send(rule(port)).await.unwrap();
    }
    let (status, text) = refused(world.client.send(rule(51)).await);
    assert!(status == 400 && text.contains("50"), "{text}");
    let list =
        |cursor| ListFirewallGroupRules { firewall_group_id: id, per_page: Some(30), cursor };
    let first = world.client.send(list(None)).await.unwrap();
    assert_eq!((first.items.len(), first.meta.total), (30, 50));
    let next = world.client.send(list(Some(first.meta.links.next))).await.unwrap();
    assert_eq!(
        next.items.iter().map(|rule| rule.id).collect::<Vec<_>>(),
        (31..=50).collect::<Vec<_>>()
    );
    assert_eq!(next.meta.links.next, "");
}

#[tokio::test]
async fn a_group_in_use_may_go_and_its_instances_have_none_then() {
    let world = World::new().await;
    let firewall_group_id = group(&world).await;
    let id = instance(&world, "ewr", false).await;
    let mut tx = owner(&world).await.begin();
    let mut doc = tx.get::<control::instances::Instance>(id).await.unwrap();
    doc.firewall_group = Some(firewall_group_id.into());
    tx.put(&doc);
    tx.commit().await.unwrap();
    assert_eq!(read(&world, firewall_group_id).await.instance_count, 1);
    world.client.send(DeleteFirewallGroup { firewall_group_id }).await.unwrap();
    assert_eq!(stored(&world, id).await.firewall_group, None);
    let (status, body) = world.raw("GET", &format!("/v2/firewalls/{firewall_group_id}"), "").await;
    assert_eq!(status, 404);
    assert!(body.contains("\"status\":404"), "clients look for these bytes: {body}");
    assert_eq!(refused(world.client.send(ssh(firewall_group_id)).await).0, 404);
}
