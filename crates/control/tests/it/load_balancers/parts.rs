//! What load balancers are made of: rules, certificates, names.

use api::firewalls::IpType;
use api::load_balancers::rules::*;
use api::load_balancers::*;
use drivers::Subnet;
use drivers::balancer::{Allowed, Clients, Forwarding, Protocol};
use testkit::{World, refused};

use super::{CERTIFICATE, KEY, allow, change, in_newark, make, observed, read, told};

#[tokio::test]
async fn forwarding_rules_come_and_go_one_by_one() {
    let world = World::new().await;
    let load_balancer_id = make(&world, in_newark()).await;
    let create = |frontend_port| CreateLoadBalancerForwardingRule {
        load_balancer_id,
        frontend_protocol: BalancedProtocol::Tcp,
        frontend_port,
        backend_protocol: BalancedProtocol::Tcp,
        backend_port: 22,
    };
    let made = world.client.send(create(2222)).await.unwrap();
    assert!(made.id.len() == 16 && made.id.bytes().all(|b| b.is_ascii_hexdigit()), "{}", made.id);
    let get = |id: &str| GetLoadBalancerForwardingRule {
        load_balancer_id,
        forwarding_rule_id: id.into(),
    };
    let delete = |id: &str| DeleteLoadBalancerForwardingRule {
        load_balancer_id,
        forwarding_rule_id: id.into(),
    };
    assert_eq!(world.client.send(get(&made.id)).await.unwrap(), made);
    assert_eq!(read(&world, load_balancer_id).await.forwarding_rules, std::slice::from_ref(&made));
    let leads = Forwarding {
        frontend: Protocol::Tcp,
        frontend_port: 2222,
        backend: Protocol::Tcp,
        backend_port: 22,
    };
    assert_eq!(told(&world, load_balancer_id).await.forwarding, [leads]);
    let (status, text) = refused(world.client.send(create(2222)).await);
    assert!(status == 400 && text.contains("frontend_port: another rule"), "{text}");
    let udp = CreateLoadBalancerForwardingRule {
        frontend_protocol: BalancedProtocol::Udp,
        backend_protocol: BalancedProtocol::Udp,
        ..create(2222)
    };
    world.client.send(udp).await.unwrap();
    for port in 1..=13 {
        world.client.send(create(port)).await.unwrap();
    }
    let (status, text) = refused(world.client.send(create(14)).await);
    assert!(status == 400 && text.starts_with("Maximum forwarding rules exceeded."), "{text}");
    let list = ListLoadBalancerForwardingRules {
        load_balancer_id,
        per_page: Some(10),
        ..Default::default()
    };
    let page = world.client.send(list.clone()).await.unwrap();
    assert_eq!((page.items.len(), page.meta.total), (10, 15));
    let cursor = Some(page.meta.links.next);
    let page = world.client.send(ListLoadBalancerForwardingRules { cursor, ..list }).await.unwrap();
    assert_eq!((page.items.len(), page.meta.links.next.as_str()), (5, ""));
    world.client.send(delete(&made.id)).await.unwrap();
    let unknown = (404, "Invalid forwarding rule ID".to_owned());
    assert_eq!(refused(world.client.send(get(&made.id)).await), unknown);
    assert_eq!(refused(world.client.send(delete(&made.id)).await), unknown);
    assert!(!told(&world, load_balancer_id).await.forwarding.contains(&leads));
}

#[tokio::test]
async fn firewall_rules_are_added_several_at_once_and_go_one_by_one() {
    let world = World::new().await;
    let load_balancer_id = make(&world, in_newark()).await;
    let create = |rules: &[NewFirewallRule]| CreateLoadBalancerFirewallRules {
        load_balancer_id,
        firewall_rules: rules.into(),
    };
    let v6 = NewFirewallRule { ip_type: IpType::V6, ..allow(80, "2001:db8::/32") };
    let request = create(&[allow(80, "192.168.1.1/16"), allow(443, "cloudflare"), v6]);
    world.client.send(request).await.unwrap();
    let list = ListLoadBalancerFirewallRules { load_balancer_id, ..Default::default() };
    let page = world.client.send(list).await.unwrap();
    assert_eq!((page.items.len(), page.meta.total), (3, 3));
    let first = &page.items[0];
    assert_eq!((first.port, first.source.as_str()), (80, "192.168.1.1/16"));
    let get = GetLoadBalancerFirewallRule { load_balancer_id, firewall_rule_id: first.id.clone() };
    assert_eq!(world.client.send(get.clone()).await.unwrap(), *first);
    for (rules, said) in [
        (vec![allow(81, "0.0.0.0/0"), allow(443, "cloudflare")], "already defined"),
        (vec![allow(80, "192.168.0.0/16")], "This rule is already defined"),
        (vec![allow(65310, "0.0.0.0/0")], "firewall_rules[0].port: 65310 is reserved"),
        (vec![], "firewall_rules: give at least one"),
    ] {
        let (status, text) = refused(world.client.send(create(&rules)).await);
        assert!(status == 400 && text.contains(said), "{text}");
        assert_eq!(read(&world, load_balancer_id).await.firewall_rules, page.items);
    }
    let delete =
        DeleteLoadBalancerFirewallRule { load_balancer_id, firewall_rule_id: first.id.clone() };
    world.client.send(delete.clone()).await.unwrap();
    let unknown = (404, "Invalid firewall rule ID".to_owned());
    assert_eq!(refused(world.client.send(get).await), unknown);
    assert_eq!(refused(world.client.send(delete).await), unknown);
    let v6 = Subnet { address: "2001:db8::".parse().unwrap(), prefix: 32 };
    let expected = [
        Allowed { port: 443, from: Clients::CloudflareV4 },
        Allowed { port: 80, from: Clients::Of(v6) },
    ];
    assert_eq!(told(&world, load_balancer_id).await.firewall, expected);
}

#[tokio::test]
async fn a_certificate_is_shown_and_its_key_never_is() {
    let world = World::new().await;
    let id = make(&world, in_newark()).await;
    let give = |ssl: NewSsl| UpdateLoadBalancer { ssl: Some(ssl), ..change(id) };
    let whole = NewSsl {
        private_key: Some(KEY.into()),
        certificate: Some(CERTIFICATE.into()),
        ..NewSsl::default()
    };
    for (ssl, said) in [
        (NewSsl { private_key: None, ..whole.clone() }, "ssl.private_key: a certificate needs"),
        (NewSsl { certificate: None, ..whole.clone() }, "ssl.certificate: a certificate needs"),
        (
            NewSsl { private_key: Some("SECRET".into()), ..whole.clone() },
            "ssl.private_key: it is no PEM",
        ),
        (
            NewSsl { certificate: Some(KEY.into()), ..whole.clone() },
            "ssl.certificate: it is no PEM",
        ),
        (
            NewSsl { private_key: None, private_key_b64: Some("%SECRET".into()), ..whole.clone() },
            "ssl.private_key_b64: it is no PEM",
        ),
    ] {
        let (status, text) = refused(world.client.send(give(ssl)).await);
        assert!(status == 400 && text.contains(said) && !text.contains("SECRET"), "{text}");
        assert!(!read(&world, id).await.has_ssl);
    }
    world.client.send(give(whole)).await.unwrap();
    // CERTIFICATE, in base64.
    let shown = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUIKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=";
    let found = read(&world, id).await;
    assert_eq!((found.has_ssl, found.ssl_cert_b64.as_str()), (true, shown));
    for path in [format!("/v2/load-balancers/{id}"), "/v2/load-balancers".into()] {
        let (_, text) = world.raw("GET", &path, "").await;
        assert!(!text.contains("SECRET") && !text.contains("private_key"), "{text}");
    }
    world.client.send(give(NewSsl::default())).await.unwrap();
    assert!(read(&world, id).await.has_ssl, "nothing was given");
    let encoded = NewSsl {
        private_key_b64: Some(
            "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk4KLS0tLS1FTkQgUFJJVkFURSBLRVktLS0tLQo=".into(),
        ),
        certificate_b64: Some(shown.into()),
        ..NewSsl::default()
    };
    world.client.send(give(encoded)).await.unwrap();
    let certificate = told(&world, id).await.certificate.unwrap();
    assert!(certificate.private_key.contains("\nN\n") && certificate.chain == CERTIFICATE);
    world.client.send(DeleteLoadBalancerSsl { load_balancer_id: id }).await.unwrap();
    let found = read(&world, id).await;
    assert_eq!((found.has_ssl, found.ssl_cert_b64.as_str()), (false, ""));
    assert_eq!(told(&world, id).await.certificate, None);
}

#[tokio::test]
async fn a_certificate_that_came_by_itself_outlives_the_wish_for_it() {
    let world = World::new().await;
    let auto = |zone: &str, sub: &str| NewAutoSsl {
        domain_zone: Some(zone.into()),
        domain_sub: Some(sub.into()),
    };
    let wish = CreateLoadBalancer { auto_ssl: Some(auto("example.com", "www")), ..in_newark() };
    let id = make(&world, wish).await;
    let found = read(&world, id).await;
    let name = AutoSsl {
        domain_zone: "example.com".into(),
        domain_sub: "www".into(),
        domain: "www.example.com".into(),
    };
    assert_eq!((found.has_ssl, found.auto_ssl), (true, name));
    assert_eq!(told(&world, id).await.certified_name.as_deref(), Some("www.example.com"));
    let bad = UpdateLoadBalancer { auto_ssl: Some(auto("example", "")), ..change(id) };
    let (status, text) = refused(world.client.send(bad).await);
    assert!(status == 400 && text.contains("auto_ssl.domain_zone: `example`"), "{text}");
    world.client.send(DeleteLoadBalancerAutoSsl { load_balancer_id: id }).await.unwrap();
    let found = read(&world, id).await;
    assert_eq!((found.has_ssl, found.auto_ssl), (true, AutoSsl::default()));
    world.client.send(DeleteLoadBalancerSsl { load_balancer_id: id }).await.unwrap();
    assert!(!read(&world, id).await.has_ssl);
}

#[tokio::test]
async fn its_addresses_have_names() {
    let world = World::new().await;
    let load_balancer_id = make(&world, in_newark()).await;
    let found = read(&world, load_balancer_id).await;
    let names =
        async || world.client.send(GetLoadBalancerReverseDns { load_balancer_id }).await.unwrap();
    let first = format!("{}.vultrusercontent.com", found.ipv4);
    assert_eq!(names().await, LoadBalancerReverseDns { ipv4: first, ipv6: vec![] });
    let set = |v4: &str| SetLoadBalancerReverseIpv4 { load_balancer_id, v4: v4.into() };
    world.client.send(set("lb.example.com")).await.unwrap();
    let name = |ip: &str, domain: &str| ReverseName { ip: ip.into(), domain: domain.into() };
    let set_ipv6 = |v6: Vec<ReverseName>| SetLoadBalancerReverseIpv6 { load_balancer_id, v6 };
    let good = name(&found.ipv6, "six.example.com");
    world.client.send(set_ipv6(vec![good.clone()])).await.unwrap();
    let expected =
        LoadBalancerReverseDns { ipv4: "lb.example.com".into(), ipv6: vec![good.clone()] };
    assert_eq!(names().await, expected);
    assert!(refused(world.client.send(set("no name")).await).1.contains("v4: `no name`"));
    for (names, said) in [
        (vec![name("2001:db8::1", "a.example.com")], "Invalid IP address: v6[0].ip"),
        (vec![name(&found.ipv6, "no name")], "v6[0].domain: `no name`"),
        (vec![], "v6: give one"),
        (vec![good.clone(), good], "v6: give one"),
    ] {
        let (status, text) = refused(world.client.send(set_ipv6(names)).await);
        assert!(status == 400 && text.contains(said), "{text}");
    }
    assert_eq!(names().await, expected);
    let delete = || DeleteLoadBalancerReverseDns { load_balancer_id };
    world.client.send(delete()).await.unwrap();
    assert!(names().await.ipv6.is_empty());
    let (status, text) = refused(world.client.send(delete()).await);
    assert!(status == 404 && text.starts_with("Invalid IP address"), "{text}");
}

#[tokio::test]
async fn what_an_older_release_told_the_world_is_told_anew_with_the_next_change() {
    let world = World::new().await;
    let id = make(&world, in_newark()).await;
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
    world.client.send(change(id)).await.unwrap();
    assert_eq!(told(&world, id).await, before);
    write().await;
    world.client.send(DeleteLoadBalancer { load_balancer_id: id }).await.unwrap();
    assert_eq!(observed(&world, id).await, None);
}
