//! Load balancers: what their owner wishes, what becomes of it outside, and what is refused.

mod parts;

use std::collections::BTreeSet;
use std::time::Duration;

use api::OrEmpty;
use api::account::GetAccount;
use api::bare_metals::{CreateBareMetal, DeleteBareMetal, GetBareMetal};
use api::firewalls::*;
use api::id::{InstanceId, LoadBalancerId, VpcId};
use api::instances::{DeleteInstance, GetInstance, UpdateInstance};
use api::load_balancers::*;
use api::vpcs::{CreateVpc, DeleteVpc, ListVpcAttachments};
use control::Behave;
use drivers::{BalancerSpec, Pace, Thing, Things};
use serde_json::{Value, json};
use testkit::World;
use uuid::Uuid;

use crate::common::{
    Asks as _, instance, made_of, outside, plain, survives_crashes, unbuilt_instance,
};

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const CHAIN: &str = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n";

fn in_newark() -> CreateLoadBalancer {
    CreateLoadBalancer { region: "ewr".into(), ..Default::default() }
}

async fn make(world: &World, create: CreateLoadBalancer) -> LoadBalancerId {
    let id = world.done(create).await.id;
    world.settle().await;
    id
}

/// A world with a bare load balancer in Newark.
async fn world_with_one() -> (World, LoadBalancerId) {
    let world = World::new().await;
    let id = make(&world, in_newark()).await;
    (world, id)
}

async fn read(world: &World, load_balancer_id: LoadBalancerId) -> LoadBalancer {
    world.done(GetLoadBalancer { load_balancer_id }).await
}

/// A change of these fields.
fn wished(id: LoadBalancerId, mut wish: Value) -> UpdateLoadBalancer {
    wish["load_balancer_id"] = json!(id);
    made_of(wish)
}

fn change(load_balancer_id: LoadBalancerId) -> UpdateLoadBalancer {
    UpdateLoadBalancer { load_balancer_id, ..Default::default() }
}

/// The load balancer as it is in the world.
async fn observed(world: &World, id: LoadBalancerId) -> Option<Thing<BalancerSpec>> {
    world.settle().await;
    Things::observe(&outside(world), id.0).await.unwrap()
}

/// What it was told to be.
async fn told(world: &World, id: LoadBalancerId) -> BalancerSpec {
    observed(world, id).await.expect("it is there").spec.expect("it can be read")
}

fn forward(frontend_port: u16) -> NewForwardingRule {
    NewForwardingRule { frontend_port, backend_port: 8080, ..Default::default() }
}

fn allow(port: u16, source: &str) -> NewFirewallRule {
    NewFirewallRule { port, source: source.into(), ip_type: IpType::V4 }
}

async fn vpc(world: &World, region: &str) -> VpcId {
    world.done(CreateVpc { region: region.into(), ..Default::default() }).await.id
}

#[tokio::test]
async fn a_bare_one_is_pending_until_it_works_and_has_the_defaults() {
    let world = World::new().await;
    let made = world.done(in_newark()).await;
    assert_eq!(made.status, LoadBalancerStatus::Pending);
    assert_eq!((made.ipv4.as_str(), made.ipv6.as_str()), ("", ""));
    world.settle().await;
    let found = read(&world, made.id).await;
    assert_eq!(found.status, LoadBalancerStatus::Active);
    assert!(found.ipv4.starts_with("198.1") && found.ipv6.ends_with(":ffff:ffff:ffff:ffff"));
    let check = made_of(json!({"protocol": "http", "port": 80, "path": "/", "check_interval": 15,
        "response_timeout": 5, "unhealthy_threshold": 5, "healthy_threshold": 5}));
    assert_eq!((found.health_check.clone(), found.nodes), (check, 1));
    assert_eq!(found.generic_info, GenericInfo { timeout: 600, ..GenericInfo::default() });
    assert_eq!(found.generic_info.balancing_algorithm, BalancingAlgorithm::RoundRobin);
    let flags = [found.has_ssl, found.http2, found.http3];
    assert_eq!((flags, &found.auto_ssl), ([false; 3], &AutoSsl::default()));
    assert!(found.forwarding_rules.is_empty() && found.firewall_rules.is_empty());
    let (status, ipv4, ipv6) = (made.status.clone(), made.ipv4.clone(), made.ipv6.clone());
    assert_eq!(LoadBalancer { status, ipv4, ipv6, ..found }, made);
    assert!(observed(&world, made.id).await.unwrap().ready);
}

#[tokio::test]
async fn one_that_is_made_again_keeps_telling_its_addresses() {
    let world = World::builder().pace(Pace::VULTR).build().await;
    let made = world.done(in_newark()).await;
    world.settle().await;
    world.advance(Duration::from_hours(1)).await;
    let found = read(&world, made.id).await;
    assert_eq!(found.status, LoadBalancerStatus::Active);
    Things::<BalancerSpec>::remove(&outside(&world), made.id.0).await.unwrap();
    world.done(wished(made.id, json!({"label": "again"}))).await;
    world.advance(Duration::from_secs(1)).await;
    let again = read(&world, made.id).await;
    assert_eq!(again.status, LoadBalancerStatus::Pending);
    assert_eq!((again.ipv4, again.ipv6), (found.ipv4, found.ipv6));
}

/// One with everything that can be asked for, but for a certificate that comes by itself.
fn everything(instances: [InstanceId; 2], vpc: VpcId) -> CreateLoadBalancer {
    made_of(json!({
        "region": "ewr", "label": "front", "balancing_algorithm": "leastconn", "nodes": 3,
        "ssl_redirect": true, "http2": true, "http3": true, "proxy_protocol": true, "timeout": 60,
        "health_check": {"protocol": "tcp", "port": 8080, "check_interval": 3,
            "response_timeout": 1, "unhealthy_threshold": 2, "healthy_threshold": 4},
        "forwarding_rules": [forward(80), {"frontend_protocol": "https", "frontend_port": 443,
            "backend_protocol": "http", "backend_port": 81}],
        "firewall_rules": [allow(80, "192.0.2.9/24"), allow(443, "cloudflare")],
        "sticky_session": {"cookie_name": "stay"},
        "ssl": {"private_key": KEY, "certificate": CERTIFICATE, "chain": CHAIN},
        "instances": instances, "vpc": vpc, "global_regions": ["ams", "sgp"],
    }))
}

#[tokio::test]
async fn what_was_sent_comes_back_and_reaches_the_world() {
    let world = World::new().await;
    let [one, two] = [instance(&world).await, instance(&world).await].map(InstanceId);
    let vpc = vpc(&world, "ewr").await;
    // Not in the order in which they were made.
    let id = make(&world, everything([two, one], vpc)).await;
    let found = read(&world, id).await;
    assert_eq!((found.label.as_str(), found.region.as_str(), found.nodes), ("front", "ewr", 3));
    assert_eq!(found.instances, [two, one]);
    let info = &found.generic_info;
    assert_eq!(info.balancing_algorithm, BalancingAlgorithm::LeastConn);
    assert_eq!((info.timeout, info.sticky_sessions.cookie_name.as_str()), (60, "stay"));
    assert_eq!((info.vpc, info.private_network), (vpc.into(), vpc.into()));
    assert!(info.ssl_redirect && info.proxy_protocol && found.http2 && found.http3);
    assert_eq!((found.health_check.port, found.health_check.path.as_str()), (8080, "/"));
    assert_eq!(found.firewall_rules[0].source, "192.0.2.9/24");
    assert_eq!(found.forwarding_rules[1].frontend_protocol, BalancedProtocol::Https);
    assert_eq!(found.global_regions, ["ams", "sgp"]);
    let expected: BalancerSpec = made_of(json!({
        "ipv4": found.ipv4, "ipv6": found.ipv6, "network": vpc, "nodes": 3,
        "nic": {"network": vpc, "address": "10.1.96.3", "prefix": 20, "mac": "5a:00:0a:01:60:03"},
        "regions": ["ams", "sgp"], "machines": [{"id": two, "address": null}, {"id": one, "address": null}], "algorithm": "least_connections",
        "cookie": "stay", "timeout_s": 60, "redirects_to_https": true, "http2": true, "http3": true,
        "proxy_protocol": true,
        "health_check": {"protocol": "tcp", "port": 8080, "path": "/", "interval_s": 3,
            "timeout_s": 1, "unhealthy_after": 2, "healthy_after": 4},
        "forwarding": [
            {"frontend": "http", "frontend_port": 80, "backend": "http", "backend_port": 8080},
            {"frontend": "https", "frontend_port": 443, "backend": "http", "backend_port": 81}],
        "firewall": [{"port": 80, "from": {"of": {"address": "192.0.2.0", "prefix": 24}}},
            {"port": 443, "from": "cloudflare_v4"}],
        "certificate": {"chain": format!("{CERTIFICATE}{CHAIN}"), "private_key": KEY},
    }));
    assert_eq!(told(&world, id).await, expected);
}

#[tokio::test]
async fn machines_are_reached_in_the_network_or_on_the_internet() {
    let world = World::new().await;
    let vpc_id = vpc(&world, "ewr").await;
    let [inside, outside] = [instance(&world).await, instance(&world).await].map(InstanceId);
    let attach: UpdateInstance = made_of(json!({"instance_id": inside, "attach_vpc": [vpc_id]}));
    world.done(attach).await;
    let wish = json!({"region": "ewr", "instances": [inside, outside]});
    let id = make(&world, made_of(wish)).await;
    let addresses = async || {
        let machines = told(&world, id).await.machines;
        machines
            .into_iter()
            .map(|machine| machine.address.map(|a| a.to_string()))
            .collect::<Vec<_>>()
    };
    let main = async |instance_id| world.done(GetInstance { instance_id }).await.main_ip;
    let public = [main(inside).await, main(outside).await].map(Some);
    assert_eq!(addresses().await, public);
    world.done(wished(id, json!({"vpc": vpc_id}))).await;
    let private = addresses().await;
    assert!(private[0].as_ref().is_some_and(|address| address.starts_with("10.")), "{private:?}");
    assert_eq!(private[1], None, "it is not in the network");
}

#[tokio::test]
async fn in_a_vpc_it_has_an_address_that_nobody_else_has() {
    let (world, id) = world_with_one().await;
    let vpc_id = vpc(&world, "ewr").await;
    let attached = async || {
        let all = world.done(ListVpcAttachments::from(vpc_id)).await.items;
        all.into_iter().map(|it| (it.kind, it.ip.v4)).collect::<Vec<_>>()
    };
    let nic = async || told(&world, id).await.nic.map(|nic| nic.address);
    assert_eq!(nic().await, None);
    world.done(wished(id, json!({"vpc": vpc_id}))).await;
    let own = ("load_balancer".to_owned(), "10.1.96.3".to_owned());
    assert_eq!((nic().await, attached().await), (Some(own.1.clone()), vec![own.clone()]));
    let machine = InstanceId(instance(&world).await);
    let attach: UpdateInstance = made_of(json!({"instance_id": machine, "attach_vpc": [vpc_id]}));
    world.done(attach).await;
    // Asked for again it stays, and it is free when it is left.
    world.done(wished(id, json!({"vpc": vpc_id, "label": "front"}))).await;
    assert_eq!(nic().await.as_deref(), Some("10.1.96.3"));
    assert_eq!(attached().await.len(), 2);
    world.done(wished(id, json!({"vpc": ""}))).await;
    assert_eq!((nic().await, attached().await.len()), (None, 1));
    world.done(wished(id, json!({"vpc": vpc_id}))).await;
    assert_eq!(nic().await.as_deref(), Some("10.1.96.3"));
    world.done(DeleteLoadBalancer { load_balancer_id: id }).await;
    assert!(!attached().await.contains(&own));
}

#[tokio::test]
async fn what_is_absent_stays_and_what_is_given_replaces() {
    let world = World::new().await;
    let id = instance(&world).await;
    let create = made_of(json!({
        "region": "ewr", "label": "front", "forwarding_rules": [forward(80), forward(81)],
        "firewall_rules": [allow(80, "192.0.2.0/24")], "sticky_session": {"cookie_name": "stay"},
        "instances": [id],
    }));
    let id = make(&world, create).await;
    let before = read(&world, id).await;
    // Terraform sends this before it deletes one.
    world.done(change(id)).await;
    assert_eq!(read(&world, id).await, before);
    let rules = json!([forward(82), forward(81)]);
    let wish = json!({"health_check": {"port": 8080}, "forwarding_rules": rules});
    world.done(wished(id, wish)).await;
    let after = read(&world, id).await;
    assert_eq!(after.health_check, HealthCheck { port: 8080, ..before.health_check.clone() });
    let ports = after.forwarding_rules.iter().map(|rule| rule.frontend_port);
    assert_eq!(ports.collect::<Vec<_>>(), [82, 81]);
    assert_eq!(after.forwarding_rules[1].id, before.forwarding_rules[1].id, "the same rule");
    assert_ne!(after.forwarding_rules[0].id, before.forwarding_rules[0].id);
    let kept = LoadBalancer {
        health_check: before.health_check.clone(),
        forwarding_rules: before.forwarding_rules.clone(),
        ..after
    };
    assert_eq!(kept, before);
    let empty = json!({"label": "", "firewall_rules": [], "instances": [],
        "sticky_session": {"cookie_name": ""}});
    world.done(wished(id, empty)).await;
    let bare = read(&world, id).await;
    assert!(bare.label.is_empty() && bare.firewall_rules.is_empty() && bare.instances.is_empty());
    assert_eq!(bare.generic_info.sticky_sessions.cookie_name, "");
    assert_eq!(told(&world, id).await.cookie, None);
}

#[tokio::test]
async fn clients_ways_to_leave_something_out_are_understood() {
    let world = World::new().await;
    let body = r#"{"region": "ewr", "vpc": "", "ssl": {}, "sticky_session": null, "timeout": "600",
        "auto_ssl": {"domain_zone": ""}, "health_check": {"path": "", "port": 81}, "instances": []}"#;
    let (status, text) = world.raw("POST", "/v2/load-balancers", body).await;
    assert_eq!(status, 202, "{text}");
    world.settle().await;
    let list = world.done(ListLoadBalancers::default()).await;
    let found = &list.items[0];
    assert_eq!((found.has_ssl, found.generic_info.vpc), (false, OrEmpty(None)));
    assert_eq!((found.health_check.port, found.health_check.path.as_str()), (81, "/"));
    // The Python client sends figures as texts, and Terraform the region.
    let path = format!("/v2/load-balancers/{}", found.id);
    let body =
        r#"{"region": "ewr", "health_check": {"check_interval": "20"}, "firewall_rules": null}"#;
    assert_eq!(world.raw("PATCH", &path, body).await, (204, String::new()));
    assert_eq!(read(&world, found.id).await.health_check.check_interval, 20);
    world.refuses_raw("POST", &format!("{path}/forwarding-rules"), "{}", "Bad request.").await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_name_and_changes_nothing() {
    let (world, id) = world_with_one().await;
    let before = read(&world, id).await;
    let v6 = NewFirewallRule { ip_type: IpType::V6, ..allow(80, "192.0.2.0/24") };
    let back = NewForwardingRule { backend_port: 0, ..forward(80) };
    let many: Vec<_> = (1..=16).map(forward).collect();
    let twice = [allow(80, "192.0.2.0/24"), allow(80, "192.0.2.7/24")];
    let (zero, bare) = ([forward(80), forward(0)], [allow(80, "192.0.2.1")]);
    for (wish, field) in [
        (json!({"nodes": 2}), "nodes: 2"),
        (json!({"nodes": 101}), "nodes: 101"),
        (json!({"timeout": 0}), "timeout: 0"),
        (json!({"http3": true}), "http3: it needs `http2`"),
        (json!({"sticky_session": {"cookie_name": "a b"}}), "cookie_name: `a b`"),
        (json!({"health_check": {"port": 0}}), "health_check.port: 0"),
        (json!({"health_check": {"check_interval": 301}}), "health_check.check_interval: 301"),
        (json!({"health_check": {"healthy_threshold": 0}}), "health_check.healthy_threshold: 0"),
        (json!({"forwarding_rules": zero}), "forwarding_rules[1].frontend_port: 0"),
        (json!({"forwarding_rules": [forward(65300)]}), "frontend_port: 65300 is reserved"),
        (json!({"forwarding_rules": [back]}), "forwarding_rules[0].backend_port: 0"),
        (json!({"forwarding_rules": [forward(80), forward(80)]}), "another rule forwards 80"),
        (json!({"forwarding_rules": many}), "15 at most"),
        (json!({"firewall_rules": [allow(0, "192.0.2.0/24")]}), "firewall_rules[0].port: 0"),
        (json!({"firewall_rules": bare}), "firewall_rules[0].source: `192.0.2.1`"),
        (json!({"firewall_rules": [v6]}), "no IPv6 network"),
        (json!({"firewall_rules": twice}), "This rule is already defined"),
        (json!({"global_regions": ["mxp"]}), "global_regions: `mxp` has no load balancers"),
        (json!({"global_regions": ["nowhere"]}), "global_regions: `nowhere`"),
    ] {
        world.refuses(wished(id, wish), field).await;
        assert_eq!(read(&world, id).await, before, "{field}");
    }
}

/// Nobody has seen the real API refuse these.
#[tokio::test]
async fn what_is_only_odd_is_taken() {
    let (world, id) = world_with_one().await;
    let odd = json!({"health_check": {"path": "health"}, "global_regions": ["AMS", "ams", "Fra"]});
    world.done(wished(id, odd)).await;
    let found = read(&world, id).await;
    assert_eq!(found.health_check.path, "health");
    assert_eq!(found.global_regions, ["ams", "fra"]);
}

#[tokio::test]
async fn one_that_cannot_be_is_not_made_and_takes_no_address() {
    let world = World::new().await;
    let none = "Load balancers are not available in this region.";
    for (create, said) in [
        (json!({"region": "xyz"}), "Invalid region."),
        (json!({"region": "mxp"}), none),
        (json!({"region": "ewr", "nodes": 4}), "Bad request. nodes: 4"),
    ] {
        world.refuses_with(made_of::<CreateLoadBalancer>(create), said).await;
    }
    let list = world.done(ListLoadBalancers::default()).await;
    assert_eq!((list.items.len(), list.meta.total), (0, 0));
    world.settle().await;
    assert_eq!(world.sim.calls(), 0);
}

#[tokio::test]
async fn addresses_are_never_given_twice_and_are_free_again_when_it_is_gone() {
    let world = World::new().await;
    let mut seen = BTreeSet::new();
    let mut last = LoadBalancerId::default();
    for _ in 0..20 {
        last = make(&world, in_newark()).await;
        let found = read(&world, last).await;
        assert!(seen.insert(found.ipv4) && seen.insert(found.ipv6));
    }
    let found = read(&world, last).await;
    let holder = async |value: &str| world.store.taken("ipv4", value).await.unwrap();
    assert_eq!(holder(&found.ipv4).await, Some(last.0));
    world.done(DeleteLoadBalancer { load_balancer_id: last }).await;
    assert_eq!(observed(&world, last).await, None);
    assert_eq!(holder(&found.ipv4).await, None);
}

#[tokio::test]
async fn instances_are_there_are_in_its_region_and_stand_in_it_once() {
    let world = World::new().await;
    let here = InstanceId(instance(&world).await);
    let there = InstanceId(unbuilt_instance(&world, |i| i.region = "ams".into()).await);
    let nobody = InstanceId(Uuid::now_v7());
    let id = make(&world, in_newark()).await;
    let wish = |ids: &[InstanceId]| wished(id, json!({"instances": ids}));
    for (ids, said) in [
        (&[here, nobody][..], format!("instances: there is no {nobody}")),
        (&[there], format!("instances: {there} is in ams")),
    ] {
        world.refuses(wish(ids), &said).await;
        assert!(read(&world, id).await.instances.is_empty());
    }
    world.done(wish(&[here, here])).await;
    assert_eq!(read(&world, id).await.instances, [here], "named twice, it is there once");
}

#[tokio::test]
async fn an_instance_that_is_deleted_leaves_its_load_balancers() {
    let world = World::new().await;
    let [gone, left] = [instance(&world).await, instance(&world).await].map(InstanceId);
    let both = CreateLoadBalancer { instances: Some(vec![gone, left]), ..in_newark() };
    let ids = [make(&world, both.clone()).await, make(&world, both).await];
    world.done(DeleteInstance { instance_id: gone }).await;
    for id in ids {
        assert_eq!(read(&world, id).await.instances, [left]);
        let machines = told(&world, id).await.machines;
        assert_eq!(machines.iter().map(|machine| machine.id).collect::<Vec<_>>(), [left.0]);
    }
}

#[tokio::test]
async fn bare_metal_is_behind_it_by_its_address_until_it_is_deleted() {
    let world = World::new().await;
    let metal = json!({ "region": "ewr", "plan": "vbm-4c-32gb", "os_id": 2136 });
    let metal = world.done(made_of::<CreateBareMetal>(metal)).await;
    world.settle().await;
    let [node, machine] = [InstanceId(metal.id.0), InstanceId(instance(&world).await)];
    let both = Some(vec![node, machine]);
    let id = make(&world, CreateLoadBalancer { instances: both, ..in_newark() }).await;
    assert_eq!(read(&world, id).await.instances, [node, machine]);
    let address = world.done(GetBareMetal { baremetal_id: metal.id }).await.main_ip;
    let machines = told(&world, id).await.machines;
    assert_eq!(machines[0].address.map(|a| a.to_string()), Some(address.to_string()));
    world.done(DeleteBareMetal { baremetal_id: metal.id }).await;
    assert_eq!(read(&world, id).await.instances, [machine]);
    let machines = told(&world, id).await.machines;
    assert_eq!(machines.iter().map(|machine| machine.id).collect::<Vec<_>>(), [machine.0]);
}

#[tokio::test]
async fn its_vpc_is_in_its_region_and_cannot_be_deleted_under_it() {
    let world = World::new().await;
    let (here, there) = (vpc(&world, "ewr").await, vpc(&world, "ams").await);
    let id = make(&world, in_newark()).await;
    let nowhere = VpcId(Uuid::now_v7());
    let another = format!("private_network: {there} is another than `vpc`");
    for (wish, said) in [
        (json!({"vpc": nowhere}), "Invalid VPC ID: vpc: there is no VPC network"),
        (json!({"vpc": there}), "vpc: the VPC network is in ams"),
        (json!({"vpc": here, "private_network": there}), &another),
    ] {
        world.refuses(wished(id, wish), said).await;
        assert_eq!(read(&world, id).await.generic_info.vpc, OrEmpty(None));
    }
    // By its older name, too.
    world.done(wished(id, json!({"private_network": here, "vpc": ""}))).await;
    let found = read(&world, id).await;
    assert_eq!(found.generic_info.vpc, here.into());
    assert_eq!(told(&world, id).await.network, Some(here.0));
    let delete = || DeleteVpc { vpc_id: here };
    let said = "The following servers are attached to this VPC network:";
    let text = format!("{said} {}", found.ipv4);
    assert_eq!(world.refused(delete()).await, (400, text));
    world.done(wished(id, json!({"vpc": ""}))).await;
    assert_eq!(read(&world, id).await.generic_info.vpc, OrEmpty(None));
    assert_eq!(told(&world, id).await.network, None);
    world.done(wished(id, json!({"vpc": here}))).await;
    // One that is deleted is in no network any more, at once.
    world.done(DeleteLoadBalancer { load_balancer_id: id }).await;
    world.done(delete()).await;
}

#[tokio::test]
async fn its_nodes_and_regions_are_among_the_pending_charges() {
    let world = World::new().await;
    let regions = Some(vec!["ams".to_owned()]);
    let create = CreateLoadBalancer { nodes: Some(3), global_regions: regions, ..in_newark() };
    let id = make(&world, create).await;
    world.advance(Duration::from_secs(67 * 3600 + 720)).await;
    // A tenth of the 672 hours, of 40 US dollars.
    assert_eq!(read(&world, id).await.pending_charges.0.to_string(), "4");
    let account = world.done(GetAccount {}).await;
    assert_eq!(account.pending_charges.0.to_string(), "4");
}

#[tokio::test]
async fn at_the_real_pace_one_that_is_not_ready_is_neither_changed_nor_deleted() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let load_balancer_id = world.done(in_newark()).await.id;
    let delete = || DeleteLoadBalancer { load_balancer_id };
    assert_eq!(world.refused(delete()).await, (400, "Load balancer is not ready.".into()));
    world.refuses(change(load_balancer_id), "still activating").await;
    world.settle().await;
    world.done(change(load_balancer_id)).await;
    world.done(delete()).await;
}

#[tokio::test]
async fn a_firewall_group_lets_in_what_comes_from_it_as_long_as_it_is_there() {
    let (world, load_balancer_id) = world_with_one().await;
    let group = world.done(CreateFirewallGroup::default()).await;
    let rule = |source: String| CreateFirewallGroupRule {
        firewall_group_id: group.id,
        port: Some("80".into()),
        source: Some(source),
        ..Default::default()
    };
    let nobody = Uuid::now_v7();
    world.refuses(rule(nobody.to_string()), &format!("source: there is no {nobody}")).await;
    let id = load_balancer_id.to_string();
    let made = world.done(rule(id.clone())).await;
    assert_eq!((&made.source, &made.loadbalancer_id), (&id, &id));
    world.refuses_with(rule(id), "This rule is already defined ").await;
    world.done(rule("cloudflare".into())).await;
    world.done(DeleteLoadBalancer { load_balancer_id }).await;
    let rules = world.done(ListFirewallGroupRules::from(group.id)).await.items;
    assert_eq!(rules.iter().map(|rule| rule.source.as_str()).collect::<Vec<_>>(), ["cloudflare"]);
}

#[tokio::test]
async fn a_crash_at_any_driver_call_makes_no_difference() {
    survives_crashes(async |world| {
        let made = make(world, in_newark()).await;
        let rules = Some(vec![forward(80), forward(443)]);
        let wish = UpdateLoadBalancer { forwarding_rules: rules, nodes: Some(3), ..change(made) };
        world.done(wish).await;
        world.settle().await;
        let found = read(world, made).await;
        let spec = told(world, made).await;
        let addresses = [spec.ipv4.to_string(), spec.ipv6.to_string()];
        assert_eq!(addresses, [found.ipv4.clone(), found.ipv6.clone()]);
        let seen =
            LoadBalancer { forwarding_rules: vec![], pending_charges: Default::default(), ..found };
        let load_balancer_id = made;
        world.done(DeleteLoadBalancer { load_balancer_id }).await;
        world.settle().await;
        let left = observed(world, made).await;
        (plain(&seen), spec.forwarding, spec.health_check, spec.nodes, left)
    })
    .await;
}
