//! The account: whose it is, what it owes, its traffic and BGP.

use std::time::Duration;

use api::account::*;
use api::blocks::{Block, CreateBlock};
use api::id::InstanceId;
use api::reserved_ips::CreateReservedIp;
use api::snapshots::CreateSnapshot;
use api::vpcs::CreateNatGateway;
use api::vpcs::CreateVpc;
use api::{Access, Money};
use rust_decimal::Decimal;
use testkit::World;

use crate::common::{self, Asks};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// A PDF's first bytes, as base64.
const PDF: &str = "JVBERi0xLjcK";

/// What the account owes.
async fn owed(world: &World) -> Decimal {
    world.client.account().get().await.unwrap().pending_charges.0
}

fn set_up() -> SetUpAccountBgp {
    SetUpAccountBgp { usecase: "anycast DNS".into(), ..Default::default() }
}

#[tokio::test]
async fn the_account_shows_the_caller_and_numbers() {
    let world = World::new().await;
    let (status, body) = world.raw("GET", "/v2/account", "").await;
    assert_eq!(status, 200);
    let paid = control::billing::month_start(api::Time::from_millis(world.clock.now()));
    let tail = format!(
        r#""balance":0,"pending_charges":0,"last_payment_date":"{paid}","last_payment_amount":0}}}}"#
    );
    assert!(
        body.starts_with(r#"{"account":{"name":"Kettle","email":"root@kettle.invalid","acls":["#)
    );
    assert!(body.ends_with(&tail), "{body}");
    let account = world.client.account().get().await.unwrap();
    assert_eq!(account.acls.len(), Access::ACLS.len(), "the owner may do everything");

    let user = common::user(&world, "ada", &[Access::Dns]).await;
    let account = world.client_with(&user.api_key).account().get().await.unwrap();
    assert_eq!((&*account.name, &*account.email), ("ada", "ada@example.com"));
    assert_eq!(account.acls, [Access::Dns]);
}

#[tokio::test]
async fn charges_grow_with_time_and_stay_when_a_thing_goes() {
    let world = World::new().await;
    let create = || CreateBlock { region: "ewr".into(), size_gb: 100, ..Default::default() };
    let block = world.done(create()).await;
    world.done(create()).await;
    world.settle().await;
    world.advance(DAY).await;
    let Money(one) = world.client.blocks().get(block.id).await.unwrap().pending_charges;
    assert!(one > Decimal::ZERO);
    assert_eq!(owed(&world).await, one * Decimal::from(2));
    world.client.blocks().delete(block.id).await.unwrap();
    assert_eq!(owed(&world).await, one * Decimal::from(2));
}

#[tokio::test]
async fn addresses_gateways_and_snapshots_are_owed_for_as_well() {
    let world = World::new().await;
    world.done(CreateReservedIp { region: "ewr".into(), ..Default::default() }).await;
    world.settle().await;
    world.advance(DAY).await;
    // 3 a month, of which a day is 24 of 730 hours.
    assert_eq!(owed(&world).await.to_string(), "0.1");

    let vpc_id = world.done(CreateVpc { region: "ewr".into(), ..Default::default() }).await.id;
    let nat_gateway_id = world.done(CreateNatGateway { vpc_id, ..Default::default() }).await.id;
    world.settle().await;
    world.advance(DAY).await;
    let gateway = world.client.nat_gateways().get((vpc_id, nat_gateway_id)).await.unwrap();
    // 0.03 an hour.
    assert_eq!(gateway.billing.charges.0.to_string(), "0.72");
    assert_eq!(owed(&world).await.to_string(), "0.92");
}

#[tokio::test]
async fn a_snapshot_is_owed_for_by_its_size() {
    let world = World::new().await;
    let instance_id = InstanceId(common::instance(&world).await);
    let snapshot_id = world.done(CreateSnapshot { instance_id, ..Default::default() }).await.id;
    world.settle().await;
    world.advance(DAY).await;
    let size = world.client.snapshots().get(snapshot_id).await.unwrap().size;
    let monthly = Decimal::from(size) / Decimal::from(1 << 30) * Decimal::new(5, 2);
    let a_day = (monthly / Decimal::from(730) * Decimal::from(24)).round_dp(2);
    assert!(a_day > Decimal::ZERO);
    let instance = world.client.instances().get(instance_id).await.unwrap();
    assert_eq!(owed(&world).await, instance.pending_charges.unwrap().0 + a_day);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_spoils_neither_its_list_nor_the_account() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for label in ["one", "two", "three"] {
        let (region, label) = ("ewr".into(), Some(label.into()));
        let create = CreateBlock { region, size_gb: 100, label, ..Default::default() };
        ids.push(world.done(create).await.id);
    }
    world.settle().await;
    world.advance(DAY).await;
    let told = world.raw("GET", "/v2/account", "").await;
    common::spoil(&world, ids[1].0).await;
    // What is owed is known without reading what it is owed for.
    assert_eq!(world.raw("GET", "/v2/account", "").await, told);
    let list = || world.client.blocks().list();
    let labels = |page: &api::Page<Block>| -> Vec<_> {
        page.items.iter().map(|block| block.label.clone()).collect()
    };
    let page = list().with(|list| list.per_page = Some(2)).await.unwrap();
    assert_eq!(labels(&page), ["one"]);
    let page = list().with(|list| list.cursor = Some(page.meta.links.next)).await.unwrap();
    assert_eq!(labels(&page), ["three"], "pages go on behind it");
    let (status, body) = world.raw("GET", &format!("/v2/blocks/{}", ids[1]), "").await;
    assert_eq!((status, &*body), (500, r#"{"error":"Internal server error.","status":500}"#));
}

#[tokio::test]
async fn traffic_is_told_for_three_spans_in_whole_numbers() {
    let world = World::new().await;
    let (status, body) = world.raw("GET", "/v2/account/bandwidth", "").await;
    assert_eq!(status, 200);
    // October, November until half past nine on the 21st, and all of November, of 2026.
    let spans = [
        ("previous_month", "1790812800", "1793491200"),
        ("current_month_to_date", "1793491200", "1795253400"),
        ("current_month_projected", "1793491200", "1796083200"),
    ];
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    for (span, start, end) in spans {
        let expected = serde_json::json!({
            "timestamp_start": start, "timestamp_end": end, "gb_in": 0, "gb_out": 0,
            "total_instance_hours": 0, "total_instance_count": 0, "instance_bandwidth_credits": 0,
            "free_bandwidth_credits": 2048, "purchased_bandwidth_credits": 0, "overage": 0.0,
            "overage_unit_cost": 0.01, "overage_cost": 0,
        });
        assert_eq!(answer["bandwidth"][span], expected);
    }
}

#[tokio::test]
async fn bgp_is_off_until_it_is_asked_for() {
    let world = World::new().await;
    let (status, body) = world.raw("GET", "/v2/account/bgp", "").await;
    assert_eq!((status, &*body), (200, r#"{"enabled":false,"asn":0,"password":""}"#));
    let first = world.done(set_up()).await.ticket_reference;
    let bgp = world.client.account().bgp().await.unwrap();
    assert!(bgp.enabled && bgp.asn >= 4_200_000_000, "a private one: {bgp:?}");
    assert_eq!(bgp.password, "");

    let again = SetUpAccountBgp { asn: Some(3333), password: Some("s3cret".into()), ..set_up() };
    let second = world.done(again).await.ticket_reference;
    assert_ne!(first, second);
    let bgp = world.client.account().bgp().await.unwrap();
    assert_eq!(bgp, AccountBgp { enabled: true, asn: 3333, password: "s3cret".into() });
}

#[tokio::test]
async fn a_wish_for_bgp_that_makes_no_sense_is_refused_by_field() {
    let world = World::new().await;
    let with = |prefix: &str| SetUpAccountBgp {
        prefixes: vec![prefix.into()],
        letter_of_authorization: Some(PDF.into()),
        ..set_up()
    };
    let letter = |letter: &str| SetUpAccountBgp {
        letter_of_authorization: Some(letter.into()),
        ..with("192.0.2.0/24")
    };
    let bad = [
        ("usecase", SetUpAccountBgp { usecase: " ".into(), ..set_up() }),
        ("asn", SetUpAccountBgp { asn: Some(0), ..set_up() }),
        ("asn", SetUpAccountBgp { asn: Some(64_512), ..set_up() }),
        ("asn", SetUpAccountBgp { asn: Some(4_200_000_000), ..set_up() }),
        ("password", SetUpAccountBgp { password: Some("two words".into()), ..set_up() }),
        ("password", SetUpAccountBgp { password: Some("x".repeat(81).into()), ..set_up() }),
        ("prefixes[0]", with("192.0.2.0/25")),
        ("prefixes[0]", with("192.0.2.1/24")),
        ("prefixes[0]", with("2001:db8::/49")),
        ("prefixes[0]", with("nonsense")),
        ("letter_of_authorization", letter("")),
        ("letter_of_authorization", letter("aGVsbG8=")),
        ("letter_of_authorization", letter("%%%")),
    ];
    for (field, request) in bad {
        common::refused_for(field, world.client.send(request).await);
    }
    let body = r#"{"prefixes":[],"usecase":"x","requested_routes":"some"}"#;
    world.refuses_raw("POST", "/v2/account/bgp/setup", body, "requested_routes").await;
    assert!(!world.client.account().bgp().await.unwrap().enabled);
    world.done(with("192.0.2.0/24")).await;
}

#[tokio::test]
async fn further_networks_need_bgp_and_come_once() {
    let world = World::new().await;
    let add = |prefix: &str| AddAccountBgpPrefixes { prefixes: vec![prefix.into()] };
    world.refuses_with(add("192.0.2.0/24"), "BGP is not set up").await;
    world.done(set_up()).await;
    let reference = world.done(add("192.0.2.0/24")).await.ticket_reference;
    let (letters, number) = reference.split_once('-').unwrap();
    assert!(letters.len() == 3 && number.chars().all(|c| c.is_ascii_digit()), "{reference}");
    assert_eq!(world.refused(add("192.0.2.0/24")).await.0, 400);
    assert_eq!(world.refused(AddAccountBgpPrefixes { prefixes: vec![] }).await.0, 400);
}

#[tokio::test]
async fn there_are_no_custom_subscriptions() {
    let world = World::new().await;
    let none = r#"{"custom_subscriptions":[],"meta":{"total":0,"links":{"next":"","prev":""}}}"#;
    let (status, body) = world.raw("GET", "/v2/account/custom-subscriptions", "").await;
    assert_eq!((status, &*body), (200, none));
}
