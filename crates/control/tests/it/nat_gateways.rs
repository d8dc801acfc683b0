//! NAT gateways of VPCs, their firewall rules and port forwarding rules.

use api::id::{NatFirewallRuleId, NatGatewayId, PortForwardingRuleId, VpcId};
use api::vpcs::nat_gateways::*;
use api::vpcs::{CreateVpc, DeleteVpc, GetVpc};
use control::catalog::Catalog;
use drivers::gateway::{Accepted, Forwarding, Transport};
use drivers::{GatewaySpec, Subnet, Thing, Things};
use testkit::{World, refused};
use uuid::Uuid;

use crate::common::{outside, plain, survives_crashes};

async fn vpc(world: &World, subnet: &str) -> VpcId {
    let create = CreateVpc {
        region: "ewr".into(),
        v4_subnet: Some(subnet.into()),
        v4_subnet_mask: Some(24),
        ..Default::default()
    };
    world.client.send(create).await.unwrap().id
}

/// A VPC 10.44.0.0/24 with a gateway.
async fn gateway(world: &World) -> (VpcId, NatGatewayId) {
    let vpc_id = vpc(world, "10.44.0.0").await;
    let create = CreateNatGateway { vpc_id, label: Some("out".into()), tag: Some("edge".into()) };
    let made = world.client.send(create).await.unwrap();
    (vpc_id, made.id)
}

async fn read(world: &World, (vpc_id, nat_gateway_id): (VpcId, NatGatewayId)) -> NatGateway {
    world.client.send(GetNatGateway { vpc_id, nat_gateway_id }).await.unwrap()
}

/// The gateway as it is in the world.
async fn observed(world: &World, id: NatGatewayId) -> Option<Thing<GatewaySpec>> {
    Things::observe(&outside(world), id.0).await.unwrap()
}

/// What it was told to let in, and to lead on.
async fn rules(world: &World, id: NatGatewayId) -> (Vec<Accepted>, Vec<Forwarding>) {
    world.settle().await;
    let spec = observed(world, id).await.expect("it is there").spec.expect("it can be read");
    (spec.firewall, spec.forwarding)
}

fn accepted(transport: Transport, ports: [u16; 2], address: [u8; 4], prefix: u8) -> Accepted {
    let [first_port, last_port] = ports;
    let from = Subnet { address: address.into(), prefix };
    Accepted { transport, first_port, last_port, from }
}

fn firewall(path: (VpcId, NatGatewayId)) -> CreateNatGatewayFirewallRule {
    CreateNatGatewayFirewallRule {
        vpc_id: path.0,
        nat_gateway_id: path.1,
        protocol: NatFirewallProtocol::Tcp,
        port: "80:90".into(),
        subnet: "192.0.2.1".into(),
        subnet_size: Some(24),
        notes: Some("first".into()),
    }
}

fn forwarding(path: (VpcId, NatGatewayId)) -> CreateNatGatewayPortForwardingRule {
    CreateNatGatewayPortForwardingRule {
        vpc_id: path.0,
        nat_gateway_id: path.1,
        name: Some("web".into()),
        protocol: ForwardingProtocol::Tcp,
        external_port: 8080,
        internal_ip: "10.44.0.9".into(),
        internal_port: 80,
        enabled: None,
        description: Some("to a".into()),
    }
}

#[tokio::test]
async fn a_gateway_is_pending_until_it_works_and_has_an_address_on_either_side() {
    let world = World::new().await;
    let path = gateway(&world).await;
    let before = read(&world, path).await;
    assert_eq!(before.status, NatGatewayStatus::Pending);
    world.settle().await;
    let after = read(&world, path).await;
    assert_eq!(after.status, NatGatewayStatus::Active);
    assert_eq!(after.private_ips, ["10.44.0.3"]);
    assert_eq!((after.public_ips.len(), after.public_ips_v6.len()), (1, 1));
    assert_eq!(after.date_created, "2026-11-21 09:30:00");
    assert_eq!((after.label.as_str(), after.tag.as_str()), ("out", "edge"));
    assert_eq!(after.billing.monthly.0.to_string(), "20.16");
    assert_eq!(NatGateway { status: before.status.clone(), ..after.clone() }, before);
    let seen = observed(&world, path.1).await.unwrap();
    let expected = GatewaySpec {
        network: path.0.0,
        private_ipv4: [10, 44, 0, 3].into(),
        public_ipv4: after.public_ips[0].parse().unwrap(),
        public_ipv6: after.public_ips_v6[0].parse().unwrap(),
        firewall: Vec::new(),
        forwarding: Vec::new(),
    };
    assert_eq!(seen, Thing { spec: Some(expected), ready: true });
    world.advance(std::time::Duration::from_secs(10 * 3600)).await;
    assert_eq!(read(&world, path).await.billing.charges.0.to_string(), "0.3");
}

#[tokio::test]
async fn a_vpc_has_one_gateway_which_is_its_way_to_the_internet() {
    let world = World::new().await;
    let (vpc_id, id) = gateway(&world).await;
    let get = || GetVpc { vpc_id };
    let internet = world.client.send(get()).await.unwrap().internet;
    assert_eq!((internet.connectivity, internet.types), (true, vec!["nat_gateway".to_owned()]));
    let again = CreateNatGateway { vpc_id, ..Default::default() };
    let (status, text) = refused(world.client.send(again.clone()).await);
    assert!(status == 400 && text.starts_with("This VPC already has a NAT gateway."), "{text}");
    let list = ListNatGateways { vpc_id, ..Default::default() };
    let page = world.client.send(list.clone()).await.unwrap();
    assert_eq!((page.items[0].id, page.meta.total), (id, 1));
    world.client.send(DeleteNatGateway { vpc_id, nat_gateway_id: id }).await.unwrap();
    assert!(!world.client.send(get()).await.unwrap().internet.connectivity);
    let page = world.client.send(list).await.unwrap();
    assert_eq!((page.items.len(), page.meta.total), (0, 0));
    let bare = world.client.send(again).await.unwrap();
    assert_eq!((bare.label.as_str(), bare.tag.as_str()), ("", ""));
}

#[tokio::test]
async fn a_gateway_keeps_its_vpc_from_being_deleted_and_gives_its_addresses_back() {
    let world = World::new().await;
    let path = gateway(&world).await;
    world.settle().await;
    let found = read(&world, path).await;
    let (vpc_id, nat_gateway_id) = path;
    let (status, text) = refused(world.client.send(DeleteVpc { vpc_id }).await);
    let said = "The following servers are attached to this VPC network:";
    assert_eq!((status, text), (400, format!("{said} {}", found.public_ips[0])));
    let holder = async |scope: &str, value: &str| world.store.taken(scope, value).await.unwrap();
    assert_eq!(holder("ipv4", &found.public_ips[0]).await, Some(nat_gateway_id.0));
    world.client.send(DeleteNatGateway { vpc_id, nat_gateway_id }).await.unwrap();
    world.settle().await;
    assert_eq!(observed(&world, nat_gateway_id).await, None);
    assert_eq!(holder("ipv4", &found.public_ips[0]).await, None);
    let create = CreateNatGateway { vpc_id, ..Default::default() };
    let next = world.client.send(create).await.unwrap();
    assert_eq!(next.private_ips, ["10.44.0.3"]);
    let delete = DeleteNatGateway { vpc_id, nat_gateway_id: next.id };
    world.client.send(delete).await.unwrap();
    world.client.send(DeleteVpc { vpc_id }).await.unwrap();
    world.settle().await;
    assert_eq!(observed(&world, next.id).await, None);
}

#[tokio::test]
async fn a_change_keeps_what_was_not_sent() {
    let world = World::new().await;
    let (vpc_id, nat_gateway_id) = gateway(&world).await;
    let label = Some("door".into());
    let change = UpdateNatGateway { vpc_id, nat_gateway_id, label, tag: None };
    let changed = world.client.send(change).await.unwrap();
    assert_eq!((changed.label.as_str(), changed.tag.as_str()), ("door", "edge"));
    assert_eq!(read(&world, (vpc_id, nat_gateway_id)).await, changed);
}

#[tokio::test]
async fn a_gateway_is_found_in_its_own_vpc_only() {
    let world = World::builder().behave(control::Behave::Vultr).build().await;
    let (vpc_id, nat_gateway_id) = gateway(&world).await;
    let other = vpc(&world, "10.45.0.0").await;
    let nowhere = VpcId(Uuid::now_v7());
    let unknown = NatGatewayId(Uuid::now_v7());
    for (vpc_id, nat_gateway_id, said) in [
        (other, nat_gateway_id, "Invalid NAT Gateway ID."),
        (vpc_id, unknown, "Invalid NAT Gateway ID."),
        (nowhere, nat_gateway_id, "Invalid VPC ID."),
    ] {
        let said = (404, said.to_owned());
        let (path, client) = ((vpc_id, nat_gateway_id), &world.client);
        let (label, tag) = (None, None);
        assert_eq!(refused(client.send(GetNatGateway { vpc_id, nat_gateway_id }).await), said);
        let update = UpdateNatGateway { vpc_id, nat_gateway_id, label, tag };
        assert_eq!(refused(client.send(update).await), said);
        assert_eq!(refused(client.send(DeleteNatGateway { vpc_id, nat_gateway_id }).await), said);
        assert_eq!(refused(client.send(firewall(path)).await), said);
        assert_eq!(refused(client.send(forwarding(path)).await), said);
    }
    for said in [
        refused(world.client.send(ListNatGateways { vpc_id: nowhere, ..Default::default() }).await),
        refused(
            world.client.send(CreateNatGateway { vpc_id: nowhere, ..Default::default() }).await,
        ),
    ] {
        assert_eq!(said, (404, "Invalid VPC ID.".into()));
    }
}

#[tokio::test]
async fn a_region_without_nat_gateways_refuses_them() {
    let region = r#"{"region": {"id": "lab", "city": "Lab", "country": "NL", "continent": "Europe",
        "options": [], "connectivity": ["public_ip"]}}"#;
    let catalog = Catalog::builtin().with_file(&region.replace('\n', "")).unwrap();
    let world = World::builder().catalog(catalog).build().await;
    let create = CreateVpc { region: "lab".into(), ..Default::default() };
    let vpc_id = world.client.send(create).await.unwrap().id;
    let create = CreateNatGateway { vpc_id, ..Default::default() };
    let (status, text) = refused(world.client.send(create).await);
    assert!(status == 400 && text.contains("not available in this region"), "{text}");
}

#[tokio::test]
async fn a_firewall_rule_reads_back_as_sent_and_reaches_the_gateway() {
    let world = World::new().await;
    let path = gateway(&world).await;
    let (vpc_id, nat_gateway_id) = path;
    let made = world.client.send(firewall(path)).await.unwrap();
    let firewall_rule_id = made.id;
    let get = || GetNatGatewayFirewallRule { vpc_id, nat_gateway_id, firewall_rule_id };
    let found = world.client.send(get()).await.unwrap();
    assert_eq!(found, made);
    assert_eq!((found.port.as_str(), found.action.as_str()), ("80:90", "accept"));
    assert_eq!((found.subnet.as_str(), found.subnet_size), ("192.0.2.1", 24));
    let all = CreateNatGatewayFirewallRule {
        protocol: NatFirewallProtocol::Udp,
        port: "53".into(),
        subnet: "0.0.0.0".into(),
        subnet_size: None,
        ..firewall(path)
    };
    assert_eq!(world.client.send(all).await.unwrap().subnet_size, 0);
    let web = accepted(Transport::Tcp, [80, 90], [192, 0, 2, 0], 24);
    let names = accepted(Transport::Udp, [53, 53], [0, 0, 0, 0], 0);
    assert_eq!(rules(&world, nat_gateway_id).await.0, [web, names]);
    let update = |notes: Option<&str>| UpdateNatGatewayFirewallRule {
        vpc_id,
        nat_gateway_id,
        firewall_rule_id,
        notes: notes.map(Into::into),
    };
    assert_eq!(world.client.send(update(Some("second"))).await.unwrap().notes, "second");
    assert_eq!(world.client.send(get()).await.unwrap().notes, "second");
    // Terraform sends `{}` for notes that were taken out.
    assert_eq!(world.client.send(update(None)).await.unwrap().notes, "");
    let delete = DeleteNatGatewayFirewallRule { vpc_id, nat_gateway_id, firewall_rule_id };
    world.client.send(delete.clone()).await.unwrap();
    assert_eq!(rules(&world, nat_gateway_id).await.0, [names]);
    for answer in [
        refused(world.client.send(get()).await),
        refused(world.client.send(update(None)).await),
        refused(world.client.send(delete).await),
    ] {
        assert_eq!(answer, (404, "Invalid Firewall Rule ID.".into()));
    }
}

#[tokio::test]
async fn a_firewall_rule_that_cannot_be_is_refused_with_its_field() {
    let world = World::new().await;
    let path = gateway(&world).await;
    let good = || firewall(path);
    for (bad, field) in [
        (CreateNatGatewayFirewallRule { port: "90:80".into(), ..good() }, "port:"),
        (CreateNatGatewayFirewallRule { port: "0".into(), ..good() }, "port:"),
        (CreateNatGatewayFirewallRule { subnet: "2001:db8::".into(), ..good() }, "subnet:"),
        (CreateNatGatewayFirewallRule { subnet: String::new(), ..good() }, "subnet:"),
        (CreateNatGatewayFirewallRule { subnet_size: Some(33), ..good() }, "subnet_size:"),
    ] {
        let (status, text) = refused(world.client.send(bad).await);
        assert!(status == 400 && text.contains(field), "{field} {text}");
    }
    let base = format!("/v2/vpcs/{}/nat-gateway/{}/global/firewall-rules", path.0, path.1);
    let icmp = r#"{"protocol":"icmp","port":"1","subnet":"10.0.0.0","subnet_size":8}"#;
    let (status, text) = world.raw("POST", &base, icmp).await;
    assert!(status == 400 && text.contains("protocol"), "{text}");
    assert_eq!(rules(&world, path.1).await, (vec![], vec![]));
}

#[tokio::test]
async fn a_forwarding_rule_reads_back_as_sent_and_changes_only_where_asked() {
    let world = World::new().await;
    let path = gateway(&world).await;
    let (vpc_id, nat_gateway_id) = path;
    let both = CreateNatGatewayPortForwardingRule {
        protocol: ForwardingProtocol::Both,
        ..forwarding(path)
    };
    let made = world.client.send(both).await.unwrap();
    assert!(made.enabled, "so it is where nothing else is said");
    assert_eq!((made.external_port, made.internal_port), (8080, 80));
    assert_eq!((made.name.as_str(), made.description.as_str()), ("web", "to a"));
    assert_eq!(made.created_at, "2026-11-21 09:30:00");
    let to = "10.44.0.9:80".parse().unwrap();
    let leads = |transport| Forwarding { transport, port: 8080, to };
    let both = [leads(Transport::Tcp), leads(Transport::Udp)];
    assert_eq!(rules(&world, nat_gateway_id).await.1, both);
    world.advance(std::time::Duration::from_secs(60)).await;
    let port_forwarding_rule_id = made.id;
    let base = format!("/v2/vpcs/{vpc_id}/nat-gateway/{nat_gateway_id}/global");
    let uri = format!("{base}/port-forwarding-rules/{port_forwarding_rule_id}");
    let body = r#"{"external_port":8081,"enabled":false}"#;
    assert_eq!(world.raw("PUT", &uri, body).await.0, 202);
    let get =
        || GetNatGatewayPortForwardingRule { vpc_id, nat_gateway_id, port_forwarding_rule_id };
    let changed = world.client.send(get()).await.unwrap();
    assert_eq!(changed.updated_at, "2026-11-21 09:31:00");
    let updated_at = changed.updated_at.clone();
    assert_eq!(
        changed,
        NatGatewayPortForwardingRule { external_port: 8081, enabled: false, updated_at, ..made }
    );
    let told = rules(&world, nat_gateway_id).await;
    assert_eq!(told, (vec![], vec![]), "a rule out of force forwards nothing");
    let delete =
        DeleteNatGatewayPortForwardingRule { vpc_id, nat_gateway_id, port_forwarding_rule_id };
    world.client.send(delete.clone()).await.unwrap();
    let gone = (404, "Invalid Port Forwarding Rule ID.".to_owned());
    for answer in [refused(world.client.send(get()).await).0, world.raw("PUT", &uri, body).await.0]
    {
        assert_eq!(answer, 404);
    }
    assert_eq!(refused(world.client.send(delete).await), gone);
}

#[tokio::test]
async fn a_forwarding_rule_that_cannot_be_is_refused_with_its_field() {
    let world = World::new().await;
    let path = gateway(&world).await;
    let first = world.client.send(forwarding(path)).await.unwrap();
    let good = || CreateNatGatewayPortForwardingRule { external_port: 1, ..forwarding(path) };
    type Rule = CreateNatGatewayPortForwardingRule;
    let both = ForwardingProtocol::Both;
    for (bad, field) in [
        (Rule { external_port: 0, ..good() }, "external_port:"),
        (Rule { internal_port: 0, ..good() }, "internal_port:"),
        (Rule { internal_ip: "web".into(), ..good() }, "internal_ip:"),
        (forwarding(path), "external_port:"),
        (Rule { protocol: both, ..forwarding(path) }, "external_port:"),
    ] {
        let (status, text) = refused(world.client.send(bad).await);
        assert!(status == 400 && text.contains(field), "{field} {text}");
    }
    let outside = Rule { internal_ip: "10.45.0.9".into(), external_port: 2, ..good() };
    world.client.send(outside).await.expect("the real API takes any address");
    let udp = Rule { protocol: ForwardingProtocol::Udp, ..forwarding(path) };
    let second = world.client.send(udp).await.unwrap();
    let (vpc_id, nat_gateway_id) = path;
    let clash = UpdateNatGatewayPortForwardingRule {
        vpc_id,
        nat_gateway_id,
        port_forwarding_rule_id: second.id,
        protocol: Some(both),
        ..Default::default()
    };
    let (status, text) = refused(world.client.send(clash.clone()).await);
    assert!(status == 400 && text.contains(&first.id.to_string()), "{text}");
    let moved = UpdateNatGatewayPortForwardingRule { external_port: Some(8082), ..clash };
    world.client.send(moved).await.unwrap();
}

#[tokio::test]
async fn rules_come_page_by_page() {
    let world = World::new().await;
    let path = gateway(&world).await;
    let (vpc_id, nat_gateway_id) = path;
    let (mut accepts, mut forwards) = (Vec::new(), Vec::new());
    for port in 1..=3 {
        accepts.push(world.client.send(firewall(path)).await.unwrap().id);
        let rule = CreateNatGatewayPortForwardingRule { external_port: port, ..forwarding(path) };
        forwards.push(world.client.send(rule).await.unwrap().id);
    }
    let (mut cursor, mut seen) = (None, Vec::new());
    for _ in 0..2 {
        let per_page = Some(2);
        let list = ListNatGatewayFirewallRules { vpc_id, nat_gateway_id, per_page, cursor };
        let page = world.client.send(list).await.unwrap();
        assert_eq!(page.meta.total, 3);
        seen.extend(page.items.into_iter().map(|rule| rule.id));
        cursor = Some(page.meta.links.next);
    }
    assert_eq!((seen, cursor.as_deref()), (accepts, Some("")));
    let (mut cursor, mut seen) = (None, Vec::new());
    for _ in 0..2 {
        let per_page = Some(2);
        let list = ListNatGatewayPortForwardingRules { vpc_id, nat_gateway_id, per_page, cursor };
        let page = world.client.send(list).await.unwrap();
        assert_eq!(page.meta.total, 3);
        seen.extend(page.items.into_iter().map(|rule| rule.id));
        cursor = Some(page.meta.links.next);
    }
    assert_eq!((seen, cursor.as_deref()), (forwards, Some("")));
    let unknown = GetNatGatewayFirewallRule {
        vpc_id,
        nat_gateway_id,
        firewall_rule_id: NatFirewallRuleId(Uuid::now_v7()),
    };
    assert_eq!(refused(world.client.send(unknown).await).0, 404);
    let unknown = GetNatGatewayPortForwardingRule {
        vpc_id,
        nat_gateway_id,
        port_forwarding_rule_id: PortForwardingRuleId(Uuid::now_v7()),
    };
    assert_eq!(refused(world.client.send(unknown).await).0, 404);
}

#[tokio::test]
async fn a_gateway_comes_to_the_same_end_whichever_call_fails() {
    survives_crashes(async |world: &World| {
        let path = gateway(world).await;
        world.settle().await;
        world.client.send(forwarding(path)).await.unwrap();
        world.settle().await;
        let active = plain(&read(world, path).await.status);
        let told = rules(world, path.1).await;
        let (vpc_id, nat_gateway_id) = path;
        world.client.send(DeleteNatGateway { vpc_id, nat_gateway_id }).await.unwrap();
        world.settle().await;
        let left = observed(world, path.1).await;
        (active, told, left, world.store.get(nat_gateway_id.0).await.unwrap().is_none())
    })
    .await;
}

#[tokio::test]
async fn what_an_older_release_told_the_world_is_told_anew_with_the_next_change() {
    let world = World::new().await;
    let path = gateway(&world).await;
    let told = rules(&world, path.1).await;
    let older = format!(r#"{{"network":"{}","rules":"accept tcp 80","ready_at":1}}"#, path.0);
    world.store.world_put("gateway", path.1.0, older).await.unwrap();
    assert_eq!(observed(&world, path.1).await, Some(Thing { spec: None, ready: true }));
    let (vpc_id, nat_gateway_id) = path;
    let update = UpdateNatGateway { vpc_id, nat_gateway_id, label: None, tag: None };
    world.client.send(update).await.unwrap();
    assert_eq!(rules(&world, path.1).await, told);
}
