//! What is answered to messages: the protocol's edges, and how much fits.

use std::sync::Arc;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, RecordType};
use proptest::prelude::*;

use super::{Told, lines, new_key, zone_of};
use crate::message::{Way, answers};
use crate::names::Names;

const LOCAL: Way = Way::Tcp { own: true };

fn names() -> Names {
    let shop =
        ["www A 192.0.2.1", "far CNAME host.other.example", "lost CNAME host.nobody.example"];
    let mut big: Vec<String> = (0..60).map(|n| format!("many A 192.0.2.{n}")).collect();
    big.extend((0..30).map(|n| format!("few A 192.0.2.{n}")));
    big.extend((0..400).map(|n| format!("host{n} TXT \"{}\"", "x".repeat(200))));
    big.extend(["a", "b"].map(|c| format!("huge TXT \"{}\"", c.repeat(40_000))));
    let big: Vec<&str> = big.iter().map(String::as_str).collect();
    let zones = vec![
        Arc::new(zone_of("shop.example", None, &shop)),
        Arc::new(zone_of("other.example", None, &["host A 192.0.2.2"])),
        Arc::new(zone_of("big.example", None, &big)),
        Arc::new(zone_of("signed.example", Some(new_key()), &["www A 192.0.2.1"])),
        Arc::new(zone_of("broken.example", Some("AAAA".into()), &["www A 192.0.2.1"])),
    ];
    let names = vec![
        ("198.18.92.7".parse().unwrap(), "web.shop.example".into()),
        ("2001:db8:1:2::1".parse().unwrap(), "six.shop.example".into()),
    ];
    Names::new(Arc::new(Told { zones, names }), vec!["127.0.0.1".parse().unwrap()])
}

fn question(name: &str, kind: RecordType) -> Message {
    let mut message = Message::new(4711, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(crate::data::name(name).unwrap(), kind));
    message
}

fn with_edns(mut message: Message, payload: u16) -> Message {
    let mut edns = Edns::new();
    edns.set_max_payload(payload).set_dnssec_ok(true);
    message.edns = Some(edns);
    message
}

async fn all(message: &Message, way: Way) -> Vec<Vec<u8>> {
    answers(&names(), &message.to_vec().unwrap(), way).await
}

async fn one(message: &Message, way: Way) -> Message {
    let all = all(message, way).await;
    let [answer] = &all[..] else { panic!("{} answers", all.len()) };
    let answer = Message::from_vec(answer).unwrap();
    assert_eq!((answer.metadata.id, answer.metadata.message_type), (4711, MessageType::Response));
    answer
}

#[tokio::test]
async fn an_answer_tells_back_what_was_asked() {
    let said = one(&question("www.shop.example", RecordType::A), Way::Udp).await;
    let flags = (said.metadata.authoritative, said.metadata.recursion_desired);
    assert_eq!((flags, said.metadata.recursion_available), ((true, true), false));
    assert_eq!(said.queries.len(), 1);
    assert_eq!(lines(&said.answers), ["www A 192.0.2.1"]);
    assert!(said.edns.is_none(), "only who speaks EDNS hears it");
    let said = one(&with_edns(question("www.shop.example", RecordType::A), 4096), Way::Udp).await;
    let edns = said.edns.unwrap();
    assert_eq!((edns.max_payload(), edns.flags().dnssec_ok), (1232, true));
}

#[tokio::test]
async fn an_alias_into_another_zone_that_is_here_is_followed() {
    let said = one(&question("far.shop.example", RecordType::A), Way::Udp).await;
    let expected = ["far CNAME host.other.example.", "host.other.example. A 192.0.2.2"];
    assert_eq!(lines(&said.answers), expected);
    let said = one(&question("lost.shop.example", RecordType::A), Way::Udp).await;
    assert_eq!(said.metadata.response_code, ResponseCode::NoError);
    assert_eq!(lines(&said.answers), ["lost CNAME host.nobody.example."]);
}

#[tokio::test]
async fn what_is_elsewhere_is_refused() {
    for name in ["example.com", "example", "com", ".", "shop.example.com", "api.vultr.com"] {
        let said = one(&question(name, RecordType::A), Way::Udp).await;
        assert_eq!(said.metadata.response_code, ResponseCode::Refused, "{name}");
        assert!(!said.metadata.authoritative);
    }
    let mut chaos = question("www.shop.example", RecordType::TXT);
    chaos.queries[0].query_class = DNSClass::CH;
    assert_eq!(one(&chaos, Way::Udp).await.metadata.response_code, ResponseCode::Refused);
}

#[tokio::test]
async fn the_name_servers_are_here() {
    let said = one(&question("ns2.vultr.com", RecordType::A), Way::Udp).await;
    assert_eq!(lines(&said.answers), ["ns2.vultr.com. A 127.0.0.1"]);
    let said = one(&question("ns1.vultr.com", RecordType::AAAA), Way::Udp).await;
    assert_eq!((said.metadata.response_code, said.answers.len()), (ResponseCode::NoError, 0));
    let said = one(&question("x.ns1.vultr.com", RecordType::A), Way::Udp).await;
    assert_eq!(said.metadata.response_code, ResponseCode::NXDomain);
}

#[tokio::test]
async fn addresses_have_names() {
    let of = async |name: &str, kind| {
        let said = one(&question(name, kind), Way::Udp).await;
        (
            said.metadata.response_code,
            said.answers.iter().map(|r| r.data.to_string()).collect::<Vec<_>>(),
        )
    };
    let (fine, none) = (ResponseCode::NoError, ResponseCode::NXDomain);
    let ptr = RecordType::PTR;
    let web = (fine, vec!["web.shop.example.".to_owned()]);
    assert_eq!(of("7.92.18.198.in-addr.arpa", ptr).await, web);
    assert_eq!(of("7.92.18.198.in-addr.arpa", RecordType::A).await, (fine, vec![]));
    assert_eq!(of("8.92.18.198.in-addr.arpa", ptr).await, (none, vec![]));
    assert_eq!(of("92.18.198.in-addr.arpa", ptr).await, (fine, vec![]), "names are below it");
    assert_eq!(of("x.92.18.198.in-addr.arpa", ptr).await, (none, vec![]));
    assert_eq!(of("18.198.in-addr.arpa", RecordType::NS).await.1.len(), 2);
    let six = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
    assert_eq!(of(six, ptr).await.1, ["six.shop.example."]);
    assert_eq!(of("1.0.0.10.in-addr.arpa", ptr).await.0, ResponseCode::Refused);
}

#[tokio::test]
async fn what_does_not_fit_is_asked_again_over_tcp() {
    let ask = question("few.big.example", RecordType::A);
    let short = one(&ask, Way::Udp).await;
    assert!(short.metadata.truncation && short.answers.is_empty());
    assert_eq!(short.queries.len(), 1);
    let whole = one(&with_edns(ask.clone(), 1232), Way::Udp).await;
    assert_eq!((whole.metadata.truncation, whole.answers.len()), (false, 30));
    let small = with_edns(ask, 10);
    assert!(one(&small, Way::Udp).await.metadata.truncation, "512 bytes are the least");
    let many = with_edns(question("many.big.example", RecordType::A), 4096);
    assert!(all(&many, Way::Udp).await[0].len() <= 1232);
    let over_tcp = one(&question("many.big.example", RecordType::A), Way::Tcp { own: false }).await;
    assert_eq!((over_tcp.metadata.truncation, over_tcp.answers.len()), (false, 60));
    let huge = one(&question("huge.big.example", RecordType::TXT), LOCAL).await;
    assert_eq!(huge.metadata.response_code, ResponseCode::ServFail, "no message is that long");
}

#[tokio::test]
async fn a_transfer_is_for_this_machine_over_tcp_alone_and_comes_in_parts() {
    let ask = question("shop.example", RecordType::AXFR);
    for way in [Way::Udp, Way::Tcp { own: false }] {
        assert_eq!(one(&ask, way).await.metadata.response_code, ResponseCode::Refused);
    }
    let shop = one(&ask, LOCAL).await;
    assert_eq!(shop.answers.len(), 2 + 2 + 3, "SOA twice, servers, records");
    for none in ["www.shop.example", "nobody.example"] {
        let said = one(&question(none, RecordType::AXFR), LOCAL).await;
        assert_eq!(said.metadata.response_code, ResponseCode::Refused, "{none}");
    }
    let parts = all(&question("big.example", RecordType::AXFR), LOCAL).await;
    assert!(parts.len() > 5, "{} parts", parts.len());
    let parts: Vec<_> = parts.iter().map(|part| Message::from_vec(part).unwrap()).collect();
    let records: Vec<_> = parts.iter().flat_map(|part| &part.answers).collect();
    assert_eq!(records.len(), 2 + 2 + 60 + 30 + 400 + 2);
    let ends = [records[0], records[records.len() - 1]];
    assert!(ends.iter().all(|record| record.record_type() == RecordType::SOA));
}

#[tokio::test]
async fn what_is_not_served_is_told_by_its_code() {
    let code = async |message: &Message| one(message, Way::Udp).await.metadata.response_code;
    let mut notify = question("shop.example", RecordType::SOA);
    notify.metadata.op_code = OpCode::Notify;
    assert_eq!(code(&notify).await, ResponseCode::NotImp);
    let mut newer = with_edns(question("shop.example", RecordType::SOA), 1232);
    if let Some(edns) = &mut newer.edns {
        edns.set_version(1);
    }
    assert_eq!(u16::from(code(&newer).await), 16, "BADVERS");
    let mut two = question("shop.example", RecordType::SOA);
    two.add_query(two.queries[0].clone());
    assert_eq!(code(&two).await, ResponseCode::FormErr);
    assert_eq!(code(&question("shop.example", RecordType::IXFR)).await, ResponseCode::NotImp);
    let broken = question("www.broken.example", RecordType::A);
    assert_eq!(code(&broken).await, ResponseCode::ServFail, "unsigned it would not be believed");
}

#[tokio::test]
async fn answers_are_not_answered() {
    let mut answer = question("www.shop.example", RecordType::A);
    answer.metadata.message_type = MessageType::Response;
    assert!(all(&answer, Way::Udp).await.is_empty());
    assert!(answers(&names(), &[0; 11], Way::Udp).await.is_empty());
}

proptest! {
    #[test]
    fn no_message_does_harm(
        head in any::<[u8; 2]>(),
        rest in prop::collection::vec(any::<u8>(), 0..200),
        place in 0_usize..60,
        byte in any::<u8>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let asked = with_edns(question("www.signed.example", RecordType::A), 1232);
        let mut mended = asked.to_vec().unwrap();
        let at = place % mended.len();
        mended[at] = byte;
        let counts = [0, 1, 0, 0, 0, 0, 0, 0];
        let made = [&head[..], &[0, 0], &counts, &rest].concat();
        runtime.block_on(async {
            let names = names();
            for request in [mended, made, rest] {
                for answer in answers(&names, &request, Way::Udp).await {
                    assert!(answer.len() <= 1232 && answer[2] & 0x80 != 0);
                    assert_eq!(answer[..2], request[..2]);
                }
            }
        });
    }
}
