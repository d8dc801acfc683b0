//! What machines ask that is nobody's here.

use std::net::Ipv4Addr;
use std::sync::Arc;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::RecordType;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;

use super::{Told, lines, zone_of};
use crate::message::{Way, answers};
use crate::names::Names;
use crate::{Elsewhere, Server};

fn told(name: &str, records: &[&str]) -> Arc<Told> {
    let zones = vec![Arc::new(zone_of(name, None, records))];
    Arc::new(Told { zones, ..Told::default() })
}

/// A name server of the world's, which runs until what is given with it is dropped.
async fn world() -> (Elsewhere, watch::Sender<bool>) {
    let many: Vec<String> = (0..90).map(|n| format!("many A 192.0.2.{n}")).collect();
    let mut records = vec!["www A 192.0.2.1"];
    records.extend(many.iter().map(String::as_str));
    let zones = told("world.example", &records);
    let server = Server::bind(zones, (Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let (address, (stop, stopped)) = (server.address(), watch::channel(false));
    tokio::spawn(server.run(stopped));
    (Elsewhere::at(vec![address]), stop)
}

fn names(elsewhere: Option<Elsewhere>) -> Names {
    let zones = told("shop.example", &["web A 198.18.0.7", "www CNAME www.world.example"]);
    Names::new(zones, Vec::new()).asking(elsewhere)
}

async fn ask(names: &Names, name: &str, way: Way) -> Message {
    let mut message = Message::new(4711, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(crate::data::name(name).unwrap(), RecordType::A));
    let all = answers(names, &message.to_vec().unwrap(), way).await;
    let answer = Message::from_vec(&all[0]).unwrap();
    assert_eq!((all.len(), answer.metadata.id), (1, 4711));
    answer
}

#[tokio::test]
async fn names_of_the_world_are_asked_of_who_knows_them() {
    let (elsewhere, _stop) = world().await;
    let names = names(Some(elsewhere));
    for way in [Way::Udp, Way::Tcp { own: false }] {
        let answer = ask(&names, "www.world.example", way).await;
        assert_eq!(lines(&answer.answers), ["www.world.example. A 192.0.2.1"]);
        let ours = ask(&names, "web.shop.example", way).await;
        assert_eq!(lines(&ours.answers), ["web A 198.18.0.7"]);
        assert!(ours.metadata.recursion_available);
    }
    let none = ask(&names, "no.world.example", Way::Udp).await;
    assert_eq!(none.metadata.response_code, ResponseCode::NXDomain);
    // What is too long for a datagram is said to be, and had over a connection.
    assert!(ask(&names, "many.world.example", Way::Udp).await.metadata.truncation);
    let many = ask(&names, "many.world.example", Way::Tcp { own: false }).await;
    assert_eq!(many.answers.len(), 90);
}

#[tokio::test]
async fn an_alias_is_followed_into_the_world() {
    let (elsewhere, _stop) = world().await;
    let answer = ask(&names(Some(elsewhere)), "www.shop.example", Way::Udp).await;
    let followed = ["www CNAME www.world.example.", "www.world.example. A 192.0.2.1"];
    assert_eq!(lines(&answer.answers), followed);
    let alone = ask(&names(None), "www.shop.example", Way::Udp).await;
    assert_eq!(lines(&alone.answers), followed[..1]);
}

#[tokio::test]
async fn where_nobody_is_asked_names_of_the_world_are_refused() {
    let answer = ask(&names(None), "www.world.example", Way::Udp).await;
    assert_eq!(answer.metadata.response_code, ResponseCode::Refused);
    assert!(!answer.metadata.recursion_available);
}

#[tokio::test]
async fn where_nobody_answers_that_is_said_and_what_is_ours_is_told() {
    // Taken, so that nobody else is there.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = silent.local_addr().unwrap();
    drop(silent);
    let names = names(Some(Elsewhere::at(vec![address])));
    let answer = ask(&names, "www.world.example", Way::Udp).await;
    assert_eq!(answer.metadata.response_code, ResponseCode::ServFail);
    let ours = ask(&names, "web.shop.example", Way::Udp).await;
    assert_eq!(lines(&ours.answers), ["web A 198.18.0.7"]);
}

#[tokio::test]
async fn machines_are_answered_at_the_sockets_that_they_reach() {
    let udp = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let tcp = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let at = udp.local_addr().unwrap();
    let server =
        Server::for_machines(told("shop.example", &["web A 198.18.0.7"]), (udp, tcp), None);
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(server.unwrap().run(stopped));
    let mut message = Message::new(7, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(crate::data::name("web.shop.example").unwrap(), RecordType::A));
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    socket.send_to(&message.to_vec().unwrap(), at).await.unwrap();
    let mut answer = vec![0; 2000];
    let length = socket.recv(&mut answer).await.unwrap();
    let answer = Message::from_vec(&answer[..length]).unwrap();
    assert_eq!(lines(&answer.answers), ["web A 198.18.0.7"]);
    drop(stop);
    running.await.unwrap();
}
