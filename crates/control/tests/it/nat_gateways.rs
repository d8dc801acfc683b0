//! NAT gateways of VPCs, their firewall rules and port forwarding rules.

use api::Endpoint;
use api::id::{NatGatewayId, VpcId};
use api::vpcs::*;
use control::catalog::Catalog;
use drivers::gateway::{Accepted, Forwarding};
use drivers::{GatewaySpec, Thing, Things};
use serde_json::{Value, json};
use testkit::World;

use crate::common::{Asks as _, made_of, outside, plain, survives_crashes};

/// A VPC and its gateway.
type Path = (VpcId, NatGatewayId);

async fn vpc(world: &World, subnet: &str) -> VpcId {
    let create = json!({"region": "ewr", "v4_subnet": subnet, "v4_subnet_mask": 24});
    world.done(made_of::<CreateVpc>(create)).await.id
}

/// A VPC 10.44.0.0/24 with a gateway.
async fn gateway(world: &World) -> Path {
    let vpc_id = vpc(world, "10.44.0.0").await;
    let create = CreateNatGateway { vpc_id, label: Some("out".into()), tag: Some("edge".into()) };
    let made = world.done(create).await;
    (vpc_id, made.id)
}

async fn world_with_gateway() -> (World, Path) {
    let world = World::new().await;
    let path = gateway(&world).await;
    (world, path)
}

async fn read(world: &World, path: Path) -> NatGateway {
    world.done(GetNatGateway::from(path)).await
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

/// A request about a gateway, with these fields.
fn about<E: Endpoint>((vpc, gateway): Path, mut fields: Value) -> E {
    (fields["vpc_id"], fields["nat_gateway_id"]) = (json!(vpc), json!(gateway));
    made_of(fields)
}

fn firewall(path: Path) -> CreateNatGatewayFirewallRule {
    about(
        path,
        json!({"protocol": "tcp", "port": "80:90", "subnet": "192.0.2.1",
        "subnet_size": 24, "notes": "first"}),
    )
}

fn forwarding(path: Path) -> CreateNatGatewayPortForwardingRule {
    about(
        path,
        json!({"name": "web", "protocol": "tcp", "external_port": 8080,
        "internal_ip": "10.44.0.9", "internal_port": 80, "description": "to a"}),
    )
}

#[tokio::test]
async fn a_gateway_is_pending_until_it_works_and_has_an_address_on_either_side() {
    let (world, path) = world_with_gateway().await;
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
    let expected = made_of(json!({
        "network": path.0, "private_ipv4": "10.44.0.3", "public_ipv4": after.public_ips[0],
        "public_ipv6": after.public_ips_v6[0], "firewall": [], "forwarding": [],
    }));
    assert_eq!(seen, Thing { spec: Some(expected), ready: true });
    world.advance(std::time::Duration::from_secs(10 * 3600)).await;
    assert_eq!(read(&world, path).await.billing.charges.0.to_string(), "0.3");
}

#[tokio::test]
async fn a_vpc_has_one_gateway_which_is_its_way_to_the_internet() {
    let world = World::new().await;
    let (vpc_id, id) = gateway(&world).await;
    let get = || GetVpc { vpc_id };
    let internet = world.done(get()).await.internet;
    assert_eq!((internet.connectivity, internet.types), (true, vec!["nat_gateway".to_owned()]));
    let again = CreateNatGateway::from(vpc_id);
    world.refuses_with(again.clone(), "This VPC already has a NAT gateway.").await;
    let list = ListNatGateways::from(vpc_id);
    let page = world.done(list.clone()).await;
    assert_eq!((page.items[0].id, page.meta.total), (id, 1));
    world.done(DeleteNatGateway { vpc_id, nat_gateway_id: id }).await;
    assert!(!world.done(get()).await.internet.connectivity);
    let page = world.done(list).await;
    assert_eq!((page.items.len(), page.meta.total), (0, 0));
    let bare = world.done(again).await;
    assert_eq!((bare.label.as_str(), bare.tag.as_str()), ("", ""));
}

#[tokio::test]
async fn a_gateway_keeps_its_vpc_from_being_deleted_and_gives_its_addresses_back() {
    let (world, path) = world_with_gateway().await;
    world.settle().await;
    let found = read(&world, path).await;
    let (vpc_id, nat_gateway_id) = path;
    let (status, text) = world.refused(DeleteVpc { vpc_id }).await;
    let said = "The following servers are attached to this VPC network:";
    assert_eq!((status, text), (400, format!("{said} {}", found.public_ips[0])));
    let holder = async |scope: &str, value: &str| world.store.taken(scope, value).await.unwrap();
    assert_eq!(holder("ipv4", &found.public_ips[0]).await, Some(nat_gateway_id.0));
    world.done(DeleteNatGateway { vpc_id, nat_gateway_id }).await;
    world.settle().await;
    assert_eq!(observed(&world, nat_gateway_id).await, None);
    assert_eq!(holder("ipv4", &found.public_ips[0]).await, None);
    let next = world.done(CreateNatGateway::from(vpc_id)).await;
    assert_eq!(next.private_ips, ["10.44.0.3"]);
    world.done(DeleteNatGateway { vpc_id, nat_gateway_id: next.id }).await;
    world.done(DeleteVpc { vpc_id }).await;
    world.settle().await;
    assert_eq!(observed(&world, next.id).await, None);
}

#[tokio::test]
async fn a_change_keeps_what_was_not_sent() {
    let (world, path) = world_with_gateway().await;
    let label: UpdateNatGateway = about(path, json!({"label": "door"}));
    let changed = world.done(label).await;
    assert_eq!((changed.label.as_str(), changed.tag.as_str()), ("door", "edge"));
    assert_eq!(read(&world, path).await, changed);
}

#[tokio::test]
async fn a_gateway_is_found_in_its_own_vpc_only() {
    let world = World::builder().behave(control::Behave::Vultr).build().await;
    let (_, id) = gateway(&world).await;
    let path = (vpc(&world, "10.45.0.0").await, id);
    let said = (404, "Invalid NAT Gateway ID.".to_owned());
    assert_eq!(world.refused(GetNatGateway::from(path)).await, said);
    assert_eq!(world.refused(about::<UpdateNatGateway>(path, json!({}))).await, said);
    assert_eq!(world.refused(DeleteNatGateway::from(path)).await, said);
    assert_eq!(world.refused(firewall(path)).await, said);
    assert_eq!(world.refused(forwarding(path)).await, said);
}

#[tokio::test]
async fn a_region_without_nat_gateways_refuses_them() {
    let region = r#"{"region": {"id": "lab", "city": "Lab", "country": "NL", "continent": "Europe",
        "options": [], "connectivity": ["public_ip"]}}"#;
    let catalog = Catalog::builtin().with_file(&region.replace('\n', "")).unwrap();
    let world = World::builder().catalog(catalog).build().await;
    let vpc_id = world.done(CreateVpc { region: "lab".into(), ..Default::default() }).await.id;
    world.refuses(CreateNatGateway::from(vpc_id), "not available in this region").await;
}

#[tokio::test]
async fn a_firewall_rule_reads_back_as_sent_and_reaches_the_gateway() {
    let (world, path) = world_with_gateway().await;
    let made = world.done(firewall(path)).await;
    let get = || GetNatGatewayFirewallRule::from((path.0, path.1, made.id));
    let found = world.done(get()).await;
    assert_eq!(found, made);
    assert_eq!((found.port.as_str(), found.action.as_str()), ("80:90", "accept"));
    assert_eq!((found.subnet.as_str(), found.subnet_size), ("192.0.2.1", 24));
    let all = json!({"protocol": "udp", "port": "53", "subnet": "0.0.0.0"});
    let all: CreateNatGatewayFirewallRule = about(path, all);
    assert_eq!(world.done(all).await.subnet_size, 0);
    let [web, names]: [Accepted; 2] = made_of(json!([
        {"transport": "tcp", "first_port": 80, "last_port": 90,
            "from": {"address": "192.0.2.0", "prefix": 24}},
        {"transport": "udp", "first_port": 53, "last_port": 53,
            "from": {"address": "0.0.0.0", "prefix": 0}},
    ]));
    assert_eq!(rules(&world, path.1).await.0, [web, names]);
    let update = |notes: Option<&str>| -> UpdateNatGatewayFirewallRule {
        about(path, json!({"firewall_rule_id": made.id, "notes": notes}))
    };
    assert_eq!(world.done(update(Some("second"))).await.notes, "second");
    assert_eq!(world.done(get()).await.notes, "second");
    // Terraform sends `{}` for notes that were taken out.
    assert_eq!(world.done(update(None)).await.notes, "");
    world.done(DeleteNatGatewayFirewallRule::from((path.0, path.1, made.id))).await;
    assert_eq!(rules(&world, path.1).await.0, [names]);
}

#[tokio::test]
async fn a_firewall_rule_that_cannot_be_is_refused_with_its_field() {
    let (world, path) = world_with_gateway().await;
    type Rule = CreateNatGatewayFirewallRule;
    for (bad, field) in [
        (Rule { port: "90:80".into(), ..firewall(path) }, "port:"),
        (Rule { port: "0".into(), ..firewall(path) }, "port:"),
        (Rule { subnet: "2001:db8::".into(), ..firewall(path) }, "subnet:"),
        (Rule { subnet: String::new(), ..firewall(path) }, "subnet:"),
        (Rule { subnet_size: Some(33), ..firewall(path) }, "subnet_size:"),
    ] {
        world.refuses(bad, field).await;
    }
    let base = format!("/v2/vpcs/{}/nat-gateway/{}/global/firewall-rules", path.0, path.1);
    let icmp = r#"{"protocol":"icmp","port":"1","subnet":"10.0.0.0","subnet_size":8}"#;
    world.refuses_raw("POST", &base, icmp, "protocol").await;
    assert_eq!(rules(&world, path.1).await, (vec![], vec![]));
}

#[tokio::test]
async fn a_forwarding_rule_reads_back_as_sent_and_changes_only_where_asked() {
    let (world, path) = world_with_gateway().await;
    let (vpc_id, nat_gateway_id) = path;
    let protocol = ForwardingProtocol::Both;
    let both = CreateNatGatewayPortForwardingRule { protocol, ..forwarding(path) };
    let made = world.done(both).await;
    assert!(made.enabled, "so it is where nothing else is said");
    assert_eq!((made.external_port, made.internal_port), (8080, 80));
    assert_eq!((made.name.as_str(), made.description.as_str()), ("web", "to a"));
    assert_eq!(made.created_at, "2026-11-21 09:30:00");
    let both: Vec<Forwarding> = made_of(json!([
        {"transport": "tcp", "port": 8080, "to": "10.44.0.9:80"},
        {"transport": "udp", "port": 8080, "to": "10.44.0.9:80"},
    ]));
    assert_eq!(rules(&world, nat_gateway_id).await.1, both);
    world.advance(std::time::Duration::from_secs(60)).await;
    let (id, base) = (made.id, format!("/v2/vpcs/{vpc_id}/nat-gateway/{nat_gateway_id}/global"));
    let uri = format!("{base}/port-forwarding-rules/{id}");
    let body = r#"{"external_port":8081,"enabled":false}"#;
    assert_eq!(world.raw("PUT", &uri, body).await.0, 202);
    let get = GetNatGatewayPortForwardingRule::from((vpc_id, nat_gateway_id, id));
    let changed = world.done(get).await;
    assert_eq!(changed.updated_at, "2026-11-21 09:31:00");
    let NatGatewayPortForwardingRule { updated_at, .. } = changed.clone();
    let made =
        NatGatewayPortForwardingRule { external_port: 8081, enabled: false, updated_at, ..made };
    assert_eq!(changed, made);
    let told = rules(&world, nat_gateway_id).await;
    assert_eq!(told, (vec![], vec![]), "a rule out of force forwards nothing");
    world.done(DeleteNatGatewayPortForwardingRule::from((vpc_id, nat_gateway_id, id))).await;
}

#[tokio::test]
async fn a_forwarding_rule_that_cannot_be_is_refused_with_its_field() {
    let (world, path) = world_with_gateway().await;
    let first = world.done(forwarding(path)).await;
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
        world.refuses(bad, field).await;
    }
    let outside = Rule { internal_ip: "10.45.0.9".into(), external_port: 2, ..good() };
    world.client.send(outside).await.expect("the real API takes any address");
    let second = world.done(Rule { protocol: ForwardingProtocol::Udp, ..forwarding(path) }).await;
    let clash = json!({"port_forwarding_rule_id": second.id, "protocol": "both"});
    let clash: UpdateNatGatewayPortForwardingRule = about(path, clash);
    world.refuses(clash.clone(), &first.id.to_string()).await;
    world.done(UpdateNatGatewayPortForwardingRule { external_port: Some(8082), ..clash }).await;
}

#[tokio::test]
async fn a_gateway_comes_to_the_same_end_whichever_call_fails() {
    survives_crashes(async |world: &World| {
        let path = gateway(world).await;
        world.settle().await;
        world.done(forwarding(path)).await;
        world.settle().await;
        let active = plain(&read(world, path).await.status);
        let told = rules(world, path.1).await;
        let (vpc_id, nat_gateway_id) = path;
        world.done(DeleteNatGateway { vpc_id, nat_gateway_id }).await;
        world.settle().await;
        let left = observed(world, path.1).await;
        (active, told, left, world.store.get(nat_gateway_id.0).await.unwrap().is_none())
    })
    .await;
}

#[tokio::test]
async fn what_an_older_release_told_the_world_is_told_anew_with_the_next_change() {
    let (world, path) = world_with_gateway().await;
    let told = rules(&world, path.1).await;
    let older = format!(r#"{{"network":"{}","rules":"accept tcp 80","ready_at":1}}"#, path.0);
    world.store.world_put("gateway", path.1.0, older).await.unwrap();
    assert_eq!(observed(&world, path.1).await, Some(Thing { spec: None, ready: true }));
    let (vpc_id, nat_gateway_id) = path;
    world.done(UpdateNatGateway { vpc_id, nat_gateway_id, label: None, tag: None }).await;
    assert_eq!(rules(&world, path.1).await, told);
}
