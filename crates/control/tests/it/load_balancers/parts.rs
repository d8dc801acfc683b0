//! What load balancers are made of: rules, certificates, names.

use api::firewalls::IpType;
use api::load_balancers::*;
use drivers::balancer::{Allowed, Forwarding};
use serde_json::{Value, json};
use testkit::World;

use super::{CERTIFICATE, KEY, allow, change, make, observed, read, told, wished, world_with_one};
use crate::common::{Asks as _, made_of};

#[tokio::test]
async fn forwarding_rules_come_and_go_one_by_one() {
    let (world, load_balancer_id) = world_with_one().await;
    let create = |frontend_port| CreateLoadBalancerForwardingRule {
        load_balancer_id,
        frontend_protocol: BalancedProtocol::Tcp,
        frontend_port,
        backend_protocol: BalancedProtocol::Tcp,
        backend_port: 22,
    };
    let made = world.done(create(2222)).await;
    assert!(made.id.len() == 16 && made.id.bytes().all(|b| b.is_ascii_hexdigit()), "{}", made.id);
    let (at, id) = (load_balancer_id, made.id.as_str());
    assert_eq!(world.done(GetLoadBalancerForwardingRule::from((at, id))).await, made);
    assert_eq!(read(&world, load_balancer_id).await.forwarding_rules, std::slice::from_ref(&made));
    let leads: Forwarding = made_of(json!({"frontend": "tcp", "frontend_port": 2222,
        "backend": "tcp", "backend_port": 22}));
    assert_eq!(told(&world, load_balancer_id).await.forwarding, [leads]);
    world.refuses(create(2222), "frontend_port: another rule").await;
    let udp = CreateLoadBalancerForwardingRule {
        frontend_protocol: BalancedProtocol::Udp,
        backend_protocol: BalancedProtocol::Udp,
        ..create(2222)
    };
    world.done(udp).await;
    for port in 1..=13 {
        world.done(create(port)).await;
    }
    world.refuses_with(create(14), "Maximum forwarding rules exceeded.").await;
    assert_eq!(world.done(ListLoadBalancerForwardingRules::from(at)).await.items.len(), 15);
    world.done(DeleteLoadBalancerForwardingRule::from((at, id))).await;
    assert!(!told(&world, load_balancer_id).await.forwarding.contains(&leads));
}

#[tokio::test]
async fn firewall_rules_are_added_several_at_once_and_go_one_by_one() {
    let (world, load_balancer_id) = world_with_one().await;
    let create = |rules: &[NewFirewallRule]| CreateLoadBalancerFirewallRules {
        load_balancer_id,
        firewall_rules: rules.into(),
    };
    let v6 = NewFirewallRule { ip_type: IpType::V6, ..allow(80, "2001:db8::/32") };
    world.done(create(&[allow(80, "192.168.1.1/16"), allow(443, "cloudflare"), v6])).await;
    let page = world.done(ListLoadBalancerFirewallRules::from(load_balancer_id)).await;
    assert_eq!((page.items.len(), page.meta.total), (3, 3));
    let first = &page.items[0];
    assert_eq!((first.port, first.source.as_str()), (80, "192.168.1.1/16"));
    let path = (load_balancer_id, first.id.as_str());
    assert_eq!(world.done(GetLoadBalancerFirewallRule::from(path)).await, *first);
    for (rules, said) in [
        (vec![allow(81, "0.0.0.0/0"), allow(443, "cloudflare")], "already defined"),
        (vec![allow(80, "192.168.0.0/16")], "This rule is already defined"),
        (vec![allow(65310, "0.0.0.0/0")], "firewall_rules[0].port: 65310 is reserved"),
        (vec![], "firewall_rules: give at least one"),
    ] {
        world.refuses(create(&rules), said).await;
        assert_eq!(read(&world, load_balancer_id).await.firewall_rules, page.items);
    }
    world.done(DeleteLoadBalancerFirewallRule::from(path)).await;
    let expected: Vec<Allowed> = made_of(json!([{"port": 443, "from": "cloudflare_v4"},
        {"port": 80, "from": {"of": {"address": "2001:db8::", "prefix": 32}}}]));
    assert_eq!(told(&world, load_balancer_id).await.firewall, expected);
}

#[tokio::test]
async fn a_certificate_is_shown_and_its_key_never_is() {
    let (world, id) = world_with_one().await;
    let give = |ssl: Value| wished(id, json!({"ssl": ssl}));
    let whole = json!({"certificate": CERTIFICATE, "private_key": KEY});
    let bare = json!({"certificate": CERTIFICATE, "private_key": "SECRET"});
    let encoded = json!({"certificate": CERTIFICATE, "private_key_b64": "%SECRET"});
    for (ssl, said) in [
        (json!({"certificate": CERTIFICATE}), "ssl.private_key: a certificate needs"),
        (json!({"private_key": KEY}), "ssl.certificate: a certificate needs"),
        (bare, "ssl.private_key: it is no PEM"),
        (json!({"certificate": KEY, "private_key": KEY}), "ssl.certificate: it is no PEM"),
        (encoded, "ssl.private_key_b64: it is no PEM"),
    ] {
        let (status, text) = world.refused(give(ssl)).await;
        assert!(status == 400 && text.contains(said) && !text.contains("SECRET"), "{text}");
        assert!(!read(&world, id).await.has_ssl);
    }
    world.done(give(whole)).await;
    // CERTIFICATE, in base64.
    let shown = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUIKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=";
    let found = read(&world, id).await;
    assert_eq!((found.has_ssl, found.ssl_cert_b64.as_str()), (true, shown));
    for path in [format!("/v2/load-balancers/{id}"), "/v2/load-balancers".into()] {
        let (_, text) = world.raw("GET", &path, "").await;
        assert!(!text.contains("SECRET") && !text.contains("private_key"), "{text}");
    }
    world.done(give(json!({}))).await;
    assert!(read(&world, id).await.has_ssl, "nothing was given");
    let key = "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk4KLS0tLS1FTkQgUFJJVkFURSBLRVktLS0tLQo=";
    world.done(give(json!({"private_key_b64": key, "certificate_b64": shown}))).await;
    let certificate = told(&world, id).await.certificate.unwrap();
    assert!(certificate.private_key.contains("\nN\n") && certificate.chain == CERTIFICATE);
    world.done(DeleteLoadBalancerSsl { load_balancer_id: id }).await;
    let found = read(&world, id).await;
    assert_eq!((found.has_ssl, found.ssl_cert_b64.as_str()), (false, ""));
    assert_eq!(told(&world, id).await.certificate, None);
}

#[tokio::test]
async fn a_certificate_that_came_by_itself_outlives_the_wish_for_it() {
    let world = World::new().await;
    let auto = json!({"domain_zone": "example.com", "domain_sub": "www"});
    let id = make(&world, made_of(json!({"region": "ewr", "auto_ssl": auto}))).await;
    let found = read(&world, id).await;
    let name: AutoSsl = made_of(json!({"domain_zone": "example.com", "domain_sub": "www",
        "domain": "www.example.com"}));
    assert_eq!((found.has_ssl, found.auto_ssl), (true, name));
    assert_eq!(told(&world, id).await.certified_name.as_deref(), Some("www.example.com"));
    let bad = json!({"auto_ssl": {"domain_zone": "example", "domain_sub": ""}});
    world.refuses(wished(id, bad), "auto_ssl.domain_zone: `example`").await;
    world.done(DeleteLoadBalancerAutoSsl { load_balancer_id: id }).await;
    let found = read(&world, id).await;
    assert_eq!((found.has_ssl, found.auto_ssl), (true, AutoSsl::default()));
    world.done(DeleteLoadBalancerSsl { load_balancer_id: id }).await;
    assert!(!read(&world, id).await.has_ssl);
}

#[tokio::test]
async fn its_addresses_have_names() {
    let (world, load_balancer_id) = world_with_one().await;
    let found = read(&world, load_balancer_id).await;
    let names = async || world.done(GetLoadBalancerReverseDns { load_balancer_id }).await;
    let first = format!("{}.vultrusercontent.com", found.ipv4);
    assert_eq!(names().await, LoadBalancerReverseDns { ipv4: first, ipv6: vec![] });
    let set = |v4: &str| SetLoadBalancerReverseIpv4 { load_balancer_id, v4: v4.into() };
    world.done(set("lb.example.com")).await;
    let name = |ip: &str, domain: &str| ReverseName { ip: ip.into(), domain: domain.into() };
    let set_ipv6 = |v6: Vec<ReverseName>| SetLoadBalancerReverseIpv6 { load_balancer_id, v6 };
    let good = name(&found.ipv6, "six.example.com");
    world.done(set_ipv6(vec![good.clone()])).await;
    let expected =
        LoadBalancerReverseDns { ipv4: "lb.example.com".into(), ipv6: vec![good.clone()] };
    assert_eq!(names().await, expected);
    world.refuses(set("no name"), "v4: `no name`").await;
    for (names, said) in [
        (vec![name("2001:db8::1", "a.example.com")], "Invalid IP address: v6[0].ip"),
        (vec![name(&found.ipv6, "no name")], "v6[0].domain: `no name`"),
        (vec![], "v6: give one"),
        (vec![good.clone(), good], "v6: give one"),
    ] {
        world.refuses(set_ipv6(names), said).await;
    }
    assert_eq!(names().await, expected);
    let delete = || DeleteLoadBalancerReverseDns { load_balancer_id };
    world.done(delete()).await;
    assert!(names().await.ipv6.is_empty());
    let (status, text) = world.refused(delete()).await;
    assert!(status == 404 && text.starts_with("Invalid IP address"), "{text}");
}

#[tokio::test]
async fn what_an_older_release_told_the_world_is_told_anew_with_the_next_change() {
    let (world, id) = world_with_one().await;
    let before = told(&world, id).await;
    let older = format!(
        r#"{{"spec":{{"addresses":["{}","{}"],"network":null,"nodes":1,"regions":[],"machines":[],"settings":"balance roundrobin\ntimeout 600\n","certificate":null}},"ready_at":1}}"#,
        before.ipv4, before.ipv6,
    );
    let write = async || {
        world.store.world_put("load balancer", id.0, older.clone()).await.unwrap();
        let thing = observed(&world, id).await.unwrap();
        assert_eq!((thing.spec, thing.ready), (None, true), "it works on as it was told");
    };
    write().await;
    assert_eq!(read(&world, id).await.status, LoadBalancerStatus::Active);
    world.done(change(id)).await;
    assert_eq!(told(&world, id).await, before);
    write().await;
    world.done(DeleteLoadBalancer { load_balancer_id: id }).await;
    assert_eq!(observed(&world, id).await, None);
}
