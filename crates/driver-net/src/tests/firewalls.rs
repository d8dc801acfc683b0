//! What firewall groups let in.

use drivers::firewall::{From, Protocol, Rule};
use drivers::{FirewallSpec, Subnet, Things};

use super::*;

fn tcp(port: u16, from: &str, prefix: u8) -> Rule {
    let from: std::net::IpAddr = from.parse().unwrap();
    Rule {
        protocol: Protocol::Tcp,
        ports: Some((port, port)),
        is_v6: from.is_ipv6(),
        from: From::Network(Subnet { address: from, prefix }),
    }
}

fn spec(rules: &[Rule]) -> FirewallSpec {
    FirewallSpec { rules: rules.to_vec() }
}

fn grouped(n: u8, group: Uuid) -> PublicNic {
    PublicNic { firewall: Some(group), ..public(n) }
}

#[test]
fn a_group_lets_in_what_its_rules_say_and_connections_outlive_a_change() {
    alone(
        "firewalls::a_group_lets_in_what_its_rules_say_and_connections_outlive_a_change",
        || async {
            let folder = tempfile::tempdir().unwrap();
            let net = Net::open(folder.path().to_owned()).await.unwrap();
            let group = id(900);
            net.create(group, &spec(&[tcp(80, "0.0.0.0", 0), tcp(81, "198.18.92.8", 32)]))
                .await
                .unwrap();
            let a = Machine::started(&net, id(1), &grouped(7, group), &[]).await;
            let b = Machine::started(&net, id(2), &public(8), &[]).await;
            let server = listen(&a.space, "[::]:80").await;
            let _server_81 = listen(&a.space, "[::]:81").await;
            let _server_22 = listen(&a.space, "[::]:22").await;
            let v6 = public(7).ipv6[0].address;
            for from in [&b.space, &Space::Host] {
                assert!(connect(from, "198.18.92.7:80").await.is_ok());
                server.accept().unwrap();
                assert!(connect(from, "198.18.92.7:22").await.is_err());
                assert!(connect(from, &format!("[{v6}]:80")).await.is_err());
            }
            assert!(connect(&b.space, "198.18.92.7:81").await.is_ok());
            assert!(connect(&Space::Host, "198.18.92.7:81").await.is_err());
            assert!(!b.pings("198.18.92.7").await);
            // What it asks for itself is answered, and those without a group are open.
            assert!(a.reaches("198.18.92.8").await);

            let mut one = connect(&b.space, "198.18.92.7:80").await.unwrap();
            let mut other = server.accept().unwrap().0;
            net.configure(group, &spec(&[tcp(22, "0.0.0.0", 0), tcp(80, "::", 0)])).await.unwrap();
            answers(&mut one, &mut other);
            assert!(connect(&b.space, "198.18.92.7:80").await.is_err());
            assert!(connect(&b.space, "198.18.92.7:22").await.is_ok());
            assert!(connect(&b.space, &format!("[{v6}]:80")).await.is_ok());

            // A group without rules lets everything in; one that nobody knows, nothing.
            net.configure(group, &spec(&[])).await.unwrap();
            assert!(b.reaches("198.18.92.7").await);
            Things::<FirewallSpec>::remove(&net, group).await.unwrap();
            assert!(!b.pings("198.18.92.7").await);
            answers(&mut one, &mut other);
            net.replug(a.id, &public(7), &[], a.leader()).await.unwrap();
            assert!(b.reaches("198.18.92.7").await);
        },
    );
}

#[test]
fn every_kind_of_rule_is_one_for_the_kernel_and_is_there_after_a_restart() {
    alone(
        "firewalls::every_kind_of_rule_is_one_for_the_kernel_and_is_there_after_a_restart",
        || async {
            let folder = tempfile::tempdir().unwrap();
            let net = Net::open(folder.path().to_owned()).await.unwrap();
            let mut rules = Vec::new();
            use Protocol::{Ah, Esp, Gre, Icmp, Tcp, Udp};
            for protocol in [Icmp, Tcp, Udp, Gre, Esp, Ah] {
                let ports = matches!(protocol, Tcp | Udp).then_some((1000, 2000));
                for (is_v6, net) in [(false, "192.0.2.0"), (true, "2001:db8::")] {
                    let subnet = Subnet {
                        address: net.parse().unwrap(),
                        prefix: if is_v6 { 32 } else { 24 },
                    };
                    for from in [From::Network(subnet), From::Cloudflare, From::Balancer(id(77))] {
                        rules.push(Rule { protocol, ports, is_v6, from });
                    }
                }
            }
            let group = id(900);
            net.create(group, &spec(&rules)).await.unwrap();
            let a = Machine::started(&net, id(1), &grouped(7, group), &[]).await;
            // A balancer's addresses are those that it is plugged in with.
            let b = Machine::started(&net, id(77), &public(8), &[]).await;
            let c = Machine::started(&net, id(3), &public(9), &[]).await;
            let _server = listen(&a.space, "0.0.0.0:1500").await;
            let check = async || {
                assert!(connect(&b.space, "198.18.92.7:1500").await.is_ok());
                assert!(connect(&c.space, "198.18.92.7:1500").await.is_err());
                assert!(b.reaches("198.18.92.7").await);
            };
            check().await;
            drop(net);
            let net = Net::open(folder.path().to_owned()).await.unwrap();
            let seen = Things::<FirewallSpec>::observe(&net, group).await.unwrap().unwrap();
            assert_eq!(seen.spec, Some(spec(&rules)));
            check().await;
        },
    );
}
