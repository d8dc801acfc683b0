//! A whole control plane, asked over sockets as anybody asks.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use control::fronts::Names;
use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{RData, RecordType};
use testkit::World;
use testkit::api::domains::*;
use testkit::api::instances::*;
use testkit::api::load_balancers::*;
use testkit::api::reserved_ips::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::watch;
use tokio::time::timeout;

use super::lines;
use crate::Server;

const SOON: Duration = Duration::from_secs(20);

/// A world with a name server.
struct Served {
    world: World,
    address: SocketAddr,
    _stop: watch::Sender<bool>,
}

async fn served(world: World) -> Served {
    let zones = Arc::new(Names::new(world.control.clone()));
    let server = Server::bind(zones, (Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let (address, (stop, stopped)) = (server.address(), watch::channel(false));
    tokio::spawn(server.run(stopped));
    Served { world, address, _stop: stop }
}

fn message(name: &str, kind: RecordType) -> Vec<u8> {
    let mut message = Message::new(7, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(crate::data::name(name).unwrap(), kind));
    message.to_vec().unwrap()
}

impl Served {
    async fn ask(&self, name: &str, kind: RecordType) -> Message {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        socket.send_to(&message(name, kind), self.address).await.unwrap();
        let mut answer = vec![0; 2000];
        let length = timeout(SOON, socket.recv(&mut answer)).await.expect("an answer").unwrap();
        Message::from_vec(&answer[..length]).unwrap()
    }

    async fn says(&self, name: &str, kind: RecordType) -> Vec<String> {
        lines(&self.ask(name, kind).await.answers)
    }

    async fn code(&self, name: &str, kind: RecordType) -> ResponseCode {
        self.ask(name, kind).await.metadata.response_code
    }

    async fn serial(&self, name: &str) -> u32 {
        match &self.ask(name, RecordType::SOA).await.answers[0].data {
            RData::SOA(soa) => soa.serial,
            other => panic!("{other:?}"),
        }
    }

    /// What an address resolves to.
    async fn pointer(&self, address: impl Into<IpAddr>) -> Option<String> {
        let name = match address.into() {
            IpAddr::V4(address) => {
                let [a, b, c, d] = address.octets();
                format!("{d}.{c}.{b}.{a}.in-addr.arpa")
            }
            IpAddr::V6(address) => {
                let nibbles = format!("{:032x}", address.to_bits());
                let nibbles: Vec<String> = nibbles.chars().rev().map(String::from).collect();
                format!("{}.ip6.arpa", nibbles.join("."))
            }
        };
        let said = self.ask(&name, RecordType::PTR).await;
        let code =
            if said.answers.is_empty() { ResponseCode::NXDomain } else { ResponseCode::NoError };
        assert_eq!(said.metadata.response_code, code);
        said.answers.first().map(|record| record.data.to_string())
    }
}

fn domain(name: &str) -> CreateDomain {
    CreateDomain { domain: name.into(), ..CreateDomain::default() }
}

fn record(domain: &str, name: &str, data: &str) -> CreateRecord {
    CreateRecord {
        dns_domain: domain.into(),
        name: name.into(),
        kind: api::domains::RecordType::A.into(),
        data: data.into(),
        ..CreateRecord::default()
    }
}

const SHOP: &str = "shop.example";

#[tokio::test]
async fn a_change_is_seen_by_the_next_query_and_counted() {
    let served = served(World::new().await).await;
    let client = &served.world.client;
    assert_eq!(served.code(SHOP, RecordType::A).await, ResponseCode::Refused);
    let ip = Some("192.0.2.1".parse::<IpAddr>().unwrap().into());
    client.send(CreateDomain { ip, ..domain("Shop.Example") }).await.unwrap();
    assert_eq!(served.says(SHOP, RecordType::A).await, ["@ A 192.0.2.1"]);
    let www = ["www CNAME shop.example.", "@ A 192.0.2.1"];
    assert_eq!(served.says("www.shop.example", RecordType::A).await, www);
    let mut serials = vec![served.serial(SHOP).await];
    let made = client.send(record(SHOP, "www", "192.0.2.2")).await.unwrap();
    assert_eq!(served.says("www.shop.example", RecordType::A).await, ["www A 192.0.2.2"]);
    serials.push(served.serial(SHOP).await);
    let data = Some("192.0.2.3".into());
    let update = UpdateRecord {
        dns_domain: SHOP.into(),
        record_id: made.id,
        data,
        ..UpdateRecord::default()
    };
    client.send(update).await.unwrap();
    assert_eq!(served.says("www.shop.example", RecordType::A).await, ["www A 192.0.2.3"]);
    serials.push(served.serial(SHOP).await);
    client.send(DeleteRecord::from((SHOP, made.id))).await.unwrap();
    assert_eq!(served.says("www.shop.example", RecordType::A).await, www);
    serials.push(served.serial(SHOP).await);
    let soa = UpdateDomainSoa {
        dns_domain: SHOP.into(),
        nsprimary: Some("ns.example.org".into()),
        email: Some("me@example.org".into()),
    };
    client.send(soa).await.unwrap();
    let said = served.ask(SHOP, RecordType::SOA).await.answers[0].data.to_string();
    assert!(said.starts_with("ns.example.org. me.example.org. "), "{said}");
    serials.push(served.serial(SHOP).await);
    assert!(serials.is_sorted_by(|one, next| one < next), "{serials:?}");
    client.send(DeleteDomain::from(SHOP)).await.unwrap();
    assert_eq!(served.code(SHOP, RecordType::A).await, ResponseCode::Refused);
}

#[tokio::test]
async fn of_several_accounts_the_first_has_a_name() {
    let served = served(World::builder().open().build().await).await;
    let [first, second] = ["one's key", "another's key"].map(|key| served.world.client_with(key));
    for (client, address) in [(&first, "192.0.2.1"), (&second, "192.0.2.2")] {
        let ip = Some(address.parse::<IpAddr>().unwrap().into());
        client.send(CreateDomain { ip, ..domain(SHOP) }).await.unwrap();
    }
    assert_eq!(served.says(SHOP, RecordType::A).await, ["@ A 192.0.2.1"]);
    first.send(DeleteDomain::from(SHOP)).await.unwrap();
    assert_eq!(served.says(SHOP, RecordType::A).await, ["@ A 192.0.2.2"], "the next one's");
    first.send(domain(SHOP)).await.unwrap();
    assert_eq!(served.says(SHOP, RecordType::A).await, ["@ A 192.0.2.2"], "it has it now");
}

#[tokio::test]
async fn a_zone_of_many_records_is_whole() {
    let served = served(World::new().await).await;
    served.world.client.send(domain(SHOP)).await.unwrap();
    for n in 0..620 {
        served.world.client.send(record(SHOP, &format!("h{n}"), "192.0.2.1")).await.unwrap();
    }
    for name in ["h0", "h499", "h500", "h619"] {
        let said = served.says(&format!("{name}.{SHOP}"), RecordType::A).await;
        assert_eq!(said, [format!("{name} A 192.0.2.1")]);
    }
}

#[tokio::test]
async fn what_is_signed_has_the_key_that_the_api_tells() {
    let served = served(World::new().await).await;
    let client = &served.world.client;
    let signed = CreateDomain { dns_sec: Some(DnsSec::Enabled), ..domain(SHOP) };
    client.send(signed).await.unwrap();
    let told = client.send(GetDomainDnssec::from(SHOP)).await.unwrap();
    let said = served.ask(SHOP, RecordType::DNSKEY).await.answers[0].data.to_string();
    assert_eq!(format!("{SHOP} IN DNSKEY {said}"), told[0]);
    let update = UpdateDomain { dns_domain: SHOP.into(), dns_sec: DnsSec::Disabled };
    client.send(update).await.unwrap();
    assert!(served.says(SHOP, RecordType::DNSKEY).await.is_empty());
}

#[tokio::test]
async fn every_address_has_its_name() {
    let served = served(World::new().await).await;
    let client = &served.world.client;
    let create = CreateInstance {
        region: "ewr".into(),
        plan: "vc2-1c-1gb".into(),
        os_id: Some(2136),
        enable_ipv6: Some(true),
        ..CreateInstance::default()
    };
    let made = client.send(create).await.unwrap();
    served.world.settle().await;
    let instance = client.instances().get(made.id).await.unwrap();
    let ip: Ipv4Addr = instance.main_ip.parse().unwrap();
    let first = Some(format!("{ip}.vultrusercontent.com."));
    assert_eq!(served.pointer(ip).await, first);
    let name = "web.shop.example";
    let set =
        SetInstanceReverseIpv4 { instance_id: made.id, ip: ip.to_string(), reverse: name.into() };
    client.send(set).await.unwrap();
    assert_eq!(served.pointer(ip).await.as_deref(), Some("web.shop.example."));
    let six: std::net::Ipv6Addr = instance.v6_main_ip.parse().unwrap();
    assert_eq!(served.pointer(six).await, None);
    let set =
        SetInstanceReverseIpv6 { instance_id: made.id, ip: six.to_string(), reverse: name.into() };
    client.send(set).await.unwrap();
    assert_eq!(served.pointer(six).await.as_deref(), Some("web.shop.example."));

    let reserved = CreateReservedIp {
        region: "ewr".into(),
        ip_type: testkit::api::firewalls::IpType::V4.into(),
        ..CreateReservedIp::default()
    };
    let reserved = client.send(reserved).await.unwrap();
    let own: Ipv4Addr = reserved.subnet.parse().unwrap();
    let first = Some(format!("{own}.vultrusercontent.com."));
    assert_eq!(served.pointer(own).await, first, "nowhere yet");
    let attach = AttachReservedIp { reserved_ip: reserved.id, instance_id: made.id };
    client.send(attach).await.unwrap();
    let set = SetInstanceReverseIpv4 {
        instance_id: made.id,
        ip: own.to_string(),
        reverse: "vip.shop.example".into(),
    };
    client.send(set).await.unwrap();
    assert_eq!(served.pointer(own).await.as_deref(), Some("vip.shop.example."));

    client.instances().delete(made.id).await.unwrap();
    served.world.settle().await;
    assert_eq!(served.pointer(ip).await, None, "nobody has it");
    assert_eq!(served.pointer(own).await, first);
}

#[tokio::test]
async fn a_load_balancer_has_names_too() {
    let served = served(World::new().await).await;
    let client = &served.world.client;
    let create = CreateLoadBalancer { region: "ewr".into(), ..CreateLoadBalancer::default() };
    let made = client.send(create).await.unwrap();
    served.world.settle().await;
    let balancer = client.load_balancers().get(made.id).await.unwrap();
    let ip: Ipv4Addr = balancer.ipv4.parse().unwrap();
    assert_eq!(served.pointer(ip).await, Some(format!("{ip}.vultrusercontent.com.")));
    let set =
        SetLoadBalancerReverseIpv4 { load_balancer_id: made.id, v4: "lb.shop.example".into() };
    client.send(set).await.unwrap();
    assert_eq!(served.pointer(ip).await.as_deref(), Some("lb.shop.example."));
    let six: std::net::Ipv6Addr = balancer.ipv6.parse().unwrap();
    assert_eq!(served.pointer(six).await, None);
}

async fn over_tcp(stream: &mut TcpStream, request: &[u8]) -> Vec<u8> {
    let length = u16::try_from(request.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length, request].concat()).await.unwrap();
    let mut answer = vec![0; usize::from(timeout(SOON, stream.read_u16()).await.unwrap().unwrap())];
    stream.read_exact(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_connection_may_ask_one_thing_after_the_other() {
    let served = served(World::new().await).await;
    served.world.client.send(domain(SHOP)).await.unwrap();
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    for kind in [RecordType::NS, RecordType::AXFR] {
        let answer = over_tcp(&mut stream, &message(SHOP, kind)).await;
        let answer = Message::from_vec(&answer).unwrap();
        assert_eq!(answer.answers.len(), if kind == RecordType::AXFR { 4 } else { 2 });
    }
    // What is no message is not answered, and the connection ends.
    stream.write_all(&[0, 3, 1, 2, 3]).await.unwrap();
    assert_eq!(timeout(SOON, stream.read(&mut [0; 10])).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn more_connections_than_there_is_room_for_wait_and_others_are_answered() {
    let served = served(World::new().await).await;
    served.world.client.send(domain(SHOP)).await.unwrap();
    let mut idle = Vec::new();
    for _ in 0..150 {
        idle.push(TcpStream::connect(served.address).await.unwrap());
    }
    assert_eq!(served.says(SHOP, RecordType::NS).await.len(), 2, "over UDP");
    drop(idle);
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let answer = over_tcp(&mut stream, &message(SHOP, RecordType::NS)).await;
    assert_eq!(Message::from_vec(&answer).unwrap().answers.len(), 2);
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_and_any_free_one_can_be_had() {
    let served = served(World::new().await).await;
    let zones = || Arc::new(Names::new(served.world.control.clone()));
    let taken = Server::bind(zones(), served.address).await.err().unwrap();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
    // Over UDP alone it is as taken.
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let taken = Server::bind(zones(), socket.local_addr().unwrap()).await.err().unwrap();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn a_server_ends_when_it_is_told_to() {
    let world = World::new().await;
    let zones = Arc::new(Names::new(world.control.clone()));
    let server = Server::bind(zones, (Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(server.run(stopped));
    stop.send_replace(true);
    timeout(SOON, running).await.unwrap().unwrap();
}
