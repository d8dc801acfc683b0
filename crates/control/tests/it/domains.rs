//! DNS domains, through a server in this process.

use std::net::IpAddr;

use api::domains::*;
use api::id::RecordId;
use testkit::World;

use crate::common::Asks as _;

const ZONE: &str = "example.com";
const CAA_FORM: &str = r#"Data must be in the format: [flag] [iodef|issuewild|issue] "domain""#;

fn named(domain: &str) -> CreateDomain {
    CreateDomain { domain: domain.into(), ip: None, dns_sec: None }
}

/// A world with a domain that has name servers only.
async fn world_with(domain: &str) -> World {
    let world = World::new().await;
    world.done(named(domain)).await;
    world
}

fn wish(kind: RecordType, name: &str, data: &str) -> CreateRecord {
    let (dns_domain, ttl, priority) = (ZONE.into(), None, None);
    CreateRecord { dns_domain, name: name.into(), kind, data: data.into(), ttl, priority }
}

fn change(record_id: RecordId) -> UpdateRecord {
    UpdateRecord { dns_domain: ZONE.into(), record_id, ..Default::default() }
}

async fn read(world: &World, id: RecordId) -> Record {
    world.done(GetRecord::from((ZONE, id))).await
}

/// A record as it comes back after a change.
async fn changed(world: &World, change: UpdateRecord) -> Record {
    let id = change.record_id;
    world.done(change).await;
    read(world, id).await
}

/// A domain's records: type, name, data, priority, TTL.
type Row = (String, String, String, i32, u32);

async fn records(world: &World, domain: &str) -> Vec<Row> {
    let items = world.done(ListRecords::from(domain)).await.items;
    let view = |record: Record| {
        let kind = serde_json::to_value(&record.kind).unwrap();
        let kind = kind.as_str().unwrap().to_owned();
        (kind, record.name, record.data, record.priority, record.ttl)
    };
    items.into_iter().map(view).collect()
}

fn row(kind: &str, name: &str, data: &str, priority: i32) -> Row {
    (kind.into(), name.into(), data.into(), priority, 300)
}

async fn dnssec(world: &World, domain: &str) -> Vec<String> {
    world.done(GetDomainDnssec::from(domain)).await
}

#[tokio::test]
async fn a_domain_with_an_address_starts_with_records_for_it() {
    let world = World::new().await;
    let at = |domain, ip: &str| {
        let ip: IpAddr = ip.parse().unwrap();
        world.done(CreateDomain { ip: Some(ip.into()), ..named(domain) })
    };
    let made = at(ZONE, "192.0.2.10").await;
    assert_eq!((&*made.domain, made.dns_sec == DnsSec::Disabled), (ZONE, true));
    let expected = [
        row("NS", "", "ns1.vultr.com", -1),
        row("NS", "", "ns2.vultr.com", -1),
        row("A", "", "192.0.2.10", -1),
        row("CNAME", "*", ZONE, -1),
        row("MX", "", ZONE, 10),
    ];
    assert_eq!(records(&world, ZONE).await, expected);
    at("example.org", "2001:db8::1").await;
    assert_eq!(records(&world, "example.org").await[2], row("AAAA", "", "2001:db8::1", -1));
}

#[tokio::test]
async fn a_domain_without_an_address_has_name_servers_only() {
    let world = World::new().await;
    let body = r#"{"domain":"example.com","ip":"","dns_sec":"disabled"}"#;
    assert_eq!(world.raw("POST", "/v2/domains", body).await.0, 200);
    let expected = [row("NS", "", "ns1.vultr.com", -1), row("NS", "", "ns2.vultr.com", -1)];
    assert_eq!(records(&world, ZONE).await, expected);
}

#[tokio::test]
async fn a_name_is_kept_as_it_was_sent_and_found_in_any_case() {
    let world = world_with("Example.COM").await;
    assert_eq!(world.done(GetDomain::from(ZONE)).await.domain, "Example.COM");
    world.refuses_with(named(ZONE), "Domain already exists").await;
    assert_eq!(world.done(ListDomains::default()).await.items.len(), 1);
}

#[tokio::test]
async fn a_name_is_taken_in_its_account_alone() {
    let world = World::builder().open().build().await;
    world.done(named(ZONE)).await;
    let stranger = world.client_with("somebody else's key");
    stranger.send(named(ZONE)).await.expect("theirs is another");
}

#[tokio::test]
async fn what_is_no_domain_of_its_own_is_refused() {
    let world = World::new().await;
    let below = ["www.example.com", "a.example.com", "com", "co.uk"];
    for name in below.into_iter().chain(["", "ex ample.com", "bücher.de", "example.com.", "-a.com"])
    {
        world.refuses(named(name), "domain:").await;
    }
    for name in ["Example.COM", "example.co.uk", "kettle.test", "xn--bcher-kva.de"] {
        world.done(named(name)).await;
    }
    world.refuses_raw("POST", "/v2/domains", r#"{"domain":"a.com","ip":"x"}"#, "").await;
}

#[tokio::test]
async fn a_deleted_domain_is_gone_with_its_records() {
    let world = world_with(ZONE).await;
    let record = world.done(wish(RecordType::A, "www", "192.0.2.1")).await;
    world.done(DeleteDomain::from(ZONE)).await;
    world.client.send(named(ZONE)).await.expect("the name is free");
    assert_eq!(world.refused(GetRecord::from((ZONE, record.id))).await.0, 404);
    assert_eq!(records(&world, ZONE).await.len(), 2);
}

#[tokio::test]
async fn dnssec_has_a_key_as_long_as_it_is_on() {
    let world = world_with(ZONE).await;
    assert_eq!(dnssec(&world, ZONE).await, [""; 0]);
    let switch = async |dns_sec| {
        world.done(UpdateDomain { dns_domain: ZONE.into(), dns_sec }).await;
        world.done(GetDomain::from(ZONE)).await.dns_sec
    };
    assert_eq!(switch(DnsSec::Enabled).await, DnsSec::Enabled);
    let lines = dnssec(&world, ZONE).await;
    assert!(lines[0].starts_with("example.com IN DNSKEY 257 3 13 "), "{}", lines[0]);
    let tag = lines[1].split(' ').nth(3).unwrap();
    assert!(lines[1].starts_with(&format!("example.com IN DS {tag} 13 1 ")));
    assert!(lines[2].starts_with(&format!("example.com IN DS {tag} 13 2 ")));
    let hex = |line: &str| line.rsplit(' ').next().unwrap().len();
    assert_eq!((hex(&lines[1]), hex(&lines[2])), (40, 64));
    switch(DnsSec::Enabled).await;
    assert_eq!(dnssec(&world, ZONE).await, lines, "the registrar knows this key");
    assert_eq!(switch(DnsSec::Disabled).await, DnsSec::Disabled);
    assert_eq!(dnssec(&world, ZONE).await, [""; 0]);
    let signed = CreateDomain { dns_sec: Some(DnsSec::Enabled), ..named("example.org") };
    world.done(signed).await;
    assert_eq!(dnssec(&world, "example.org").await.len(), 3);
}

#[tokio::test]
async fn no_answer_shows_the_secret_key() {
    let world = World::new().await;
    let body = r#"{"domain":"example.com","dns_sec":"enabled"}"#;
    let (_, created) = world.raw("POST", "/v2/domains", body).await;
    let (_, read) = world.raw("GET", "/v2/domains/example.com", "").await;
    for answer in [created, read] {
        let value: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let fields: Vec<_> = value["domain"].as_object().unwrap().keys().collect();
        assert_eq!(fields, ["domain", "date_created", "dns_sec"]);
    }
}

#[tokio::test]
async fn the_soa_keeps_what_is_not_sent() {
    let world = world_with(ZONE).await;
    let get = async || {
        let soa = world.done(GetDomainSoa::from(ZONE)).await;
        (soa.nsprimary, soa.email)
    };
    let soa = |nsprimary: &str, email: &str| {
        let (nsprimary, email) = (Some(nsprimary.into()), Some(email.into()));
        UpdateDomainSoa { dns_domain: ZONE.into(), nsprimary, email }
    };
    assert_eq!(get().await, ("ns1.vultr.com".into(), "admin@example.com".into()));
    world.done(soa("", "me@example.org")).await;
    assert_eq!(get().await, ("ns1.vultr.com".into(), "me@example.org".into()));
    for wrong in [soa("a b", "x@example.org"), soa("ns.example.org", "nobody"), soa("", "@a.b")] {
        world.refuses(wrong, "").await;
    }
    assert_eq!(get().await, ("ns1.vultr.com".into(), "me@example.org".into()));
}

#[tokio::test]
async fn records_come_back_as_they_were_sent_but_for_a_final_dot() {
    let world = world_with(ZONE).await;
    let (sha1, sha256) = (format!("4 1 {}", "ab".repeat(20)), format!("4 2 {}", "0F".repeat(32)));
    let txt = format!("\"{}\"", "x".repeat(3000));
    let same = [
        (RecordType::A, "www", "192.0.2.1"),
        (RecordType::Aaaa, "www", "2001:DB8::1"),
        (RecordType::Cname, "ftp", "www.example.com"),
        (RecordType::Cname, "acm", "_abc.acm.example"),
        (RecordType::Ns, "sub", "ns.example.org"),
        (RecordType::Mx, "", "mail.example.com"),
        (RecordType::Mx, "quiet", "."),
        (RecordType::Srv, "_sip._tcp", "5 5060 sip.example.com"),
        (RecordType::Srv, "_sip._udp", "0 0 ."),
        (RecordType::Txt, "", txt.as_str()),
        (RecordType::Caa, "", r#"0 issue "letsencrypt.org""#),
        (RecordType::Caa, "", r#"128 issuewild ";""#),
        (RecordType::Caa, "", r#"0 iodef "mailto:a@example.com""#),
        (RecordType::Sshfp, "host", &sha1),
        (RecordType::Sshfp, "host", &sha256),
    ];
    let without_dot = [
        (RecordType::Cname, "cname", "a.example.org.", "a.example.org"),
        (RecordType::Ns, "ns", "ns.example.org.", "ns.example.org"),
        (RecordType::Mx, "mx", "Mail.example.org.", "Mail.example.org"),
        (RecordType::Srv, "srv", "5 5060 sip.example.org.", "5 5060 sip.example.org"),
    ];
    let same = same.map(|(kind, name, data)| (kind, name, data, data));
    for (kind, name, sent, kept) in same.into_iter().chain(without_dot) {
        let sent = CreateRecord { ttl: Some(3600), priority: Some(0), ..wish(kind, name, sent) };
        let made = world.done(sent).await;
        assert_eq!((&*made.name, &*made.data, made.ttl, made.priority), (name, kept, 3600, 0));
        assert_eq!(made.kind, kind);
        assert_eq!(read(&world, made.id).await, made);
    }
}

#[tokio::test]
async fn a_name_reads_below_its_domain_however_it_was_written() {
    let world = world_with(ZONE).await;
    for (sent, read_back) in [
        ("www", "www"),
        ("WWW", "WWW"),
        ("www.example.com", "www"),
        ("www.example.com.", "www"),
        ("WWW.Example.com", "WWW"),
        ("myexample.com", "myexample.com"),
        ("a.B.example.com", "a.B"),
        ("*.example.com", "*"),
        ("*.a", "*.a"),
        ("example.com", ""),
        ("Example.com.", ""),
        ("@", ""),
        ("", ""),
    ] {
        let made = world.done(wish(RecordType::Txt, sent, "\"x\"")).await;
        assert_eq!((&*made.name, &*read(&world, made.id).await.name), (read_back, read_back));
        let again = UpdateRecord { name: Some(sent.to_owned()), ..change(made.id) };
        assert_eq!(changed(&world, again).await, made, "the same, sent again as {sent}");
    }
    for name in ["a b", ".", ".example.com", "a..b", "a.*", "-a", &"a".repeat(64)] {
        let said = "Unable to add record: Invalid name";
        world.refuses_with(wish(RecordType::Txt, name, "\"x\""), said).await;
    }
}

#[tokio::test]
async fn a_priority_is_kept_and_minus_one_where_none_was_sent() {
    let world = world_with(ZONE).await;
    let cases = [("a", None, -1), ("b", Some(-1), -1), ("c", Some(0), 0), ("d", Some(7), 7)];
    for (name, priority, kept) in cases {
        let a = CreateRecord { priority, ..wish(RecordType::A, name, "192.0.2.1") };
        let made = world.done(a).await;
        assert_eq!((made.priority, read(&world, made.id).await.priority), (kept, kept));
        let other = changed(&world, UpdateRecord { ttl: Some(60), ..change(made.id) }).await;
        assert_eq!(other.priority, kept, "nothing was said of it");
        let other = changed(&world, UpdateRecord { priority: Some(3), ..change(made.id) }).await;
        assert_eq!(other.priority, 3);
    }
}

/// What vultr-cli's `dns record create ZONE -t A -n www -d 192.0.2.1` sends.
#[tokio::test]
async fn the_plainest_record_of_vultr_cli_is_taken() {
    let world = world_with(ZONE).await;
    let body = r#"{"name":"www","type":"A","data":"192.0.2.1","priority":-1}"#;
    let (status, answer) = world.raw("POST", "/v2/domains/example.com/records", body).await;
    assert_eq!(status, 201, "{answer}");
    assert!(answer.contains(r#""priority":-1,"ttl":300"#), "{answer}");
}

#[tokio::test]
async fn mail_servers_and_services_need_a_priority() {
    let world = world_with(ZONE).await;
    let needed = "Priority should be set when type is MX or SRV.";
    for bare in [
        wish(RecordType::Mx, "", "mail.example.com"),
        wish(RecordType::Srv, "_sip._tcp", "5 5060 sip.example.com"),
    ] {
        for priority in [None, Some(-1), Some(65_536)] {
            world.refuses_with(CreateRecord { priority, ..bare.clone() }, needed).await;
        }
        let made = world.done(CreateRecord { priority: Some(20), ..bare }).await;
        assert_eq!(made.priority, 20);
        let update = UpdateRecord { priority: Some(-1), ..change(made.id) };
        world.refuses_with(update, needed).await;
        let other = changed(&world, UpdateRecord { ttl: Some(60), ..change(made.id) }).await;
        assert_eq!(other.priority, 20);
    }
}

#[tokio::test]
async fn text_is_kept_between_quotes() {
    let world = world_with(ZONE).await;
    let txt = |data| wish(RecordType::Txt, "t", data);
    for (sent, kept) in [
        ("\"a b\"", "\"a b\""),
        (" \"a b\" ", "\"a b\""),
        ("plain", "\"plain\""),
        (" \"x\" ", "\"x\""),
        ("a\\b", "\"a\\b\""),
        ("\"\"", "\"\""),
    ] {
        assert_eq!(world.done(txt(sent)).await.data, kept);
    }
    let inner = "Quotes may only appear at the beginning and end of the data";
    for (why, wrong) in [
        ("Record data must be enclosed in quotes", &["\"a", "a\"", "\""][..]),
        (inner, &["\"a\"b\"", "\"a\" \"b\"", "a\"b"]),
        ("Invalid data", &[""]),
    ] {
        for sent in wrong {
            world.refuses_with(txt(sent), &format!("Unable to add record: {why}")).await;
        }
    }
}

#[tokio::test]
async fn sender_policies_are_read() {
    let world = world_with(ZONE).await;
    let txt = |data| wish(RecordType::Txt, "spf", data);
    for data in [
        "v=spf1 a mx/24 ip4:198.51.100.0/24 ip6:2001:db8::/32 include:x.org -all",
        "v=spf1 redirect=_spf.example.com exp=e.%{d}",
        "v=spf10 whatever", // another version
    ] {
        world.done(txt(data)).await;
    }
    for data in ["v=spf1 ip4:300.1.1.1", "v=spf1 bogus", "v=spf1 include:", "v=spf1 --all"] {
        world.refuses(txt(data), "").await;
    }
}

#[tokio::test]
async fn refusals_of_changes_say_so_and_change_nothing() {
    let world = world_with(ZONE).await;
    let made = world.done(wish(RecordType::Caa, "", r#"0 issue "a.org""#)).await;
    let data = Some(r#"0 issue "a.org; policy=x""#.to_owned());
    let said = format!("Unable to update record: {CAA_FORM}");
    world.refuses_with(UpdateRecord { data, ..change(made.id) }, &said).await;
    let name = Some("a b".to_owned());
    world.refuses(UpdateRecord { name, ttl: Some(60), ..change(made.id) }, "").await;
    assert_eq!(read(&world, made.id).await, made);
}

#[tokio::test]
async fn data_has_the_form_of_its_type() {
    let world = world_with(ZONE).await;
    let none = "Invalid data";
    let sha1_as_sha256 = format!("4 2 {}", "ab".repeat(20));
    let caa = ["0 issue letsencrypt.org", r#"0 issue "a.org; x=1""#, r#"0 tbs "a.org""#];
    for (kind, why, wrong) in [
        (RecordType::A, none, &["::1", "2001:db8::1", "192.0.2.256", ""][..]),
        (RecordType::Aaaa, none, &["192.0.2.1"]),
        (RecordType::Cname, none, &["a b"]),
        (RecordType::Ns, none, &[""]),
        (RecordType::Mx, none, &[""]),
        (RecordType::Srv, none, &["5060 sip.example.com", "5 70000 sip", "10 5 5060 sip"]),
        (RecordType::Sshfp, none, &["1 1 ff", "4 1 xyz", &sha1_as_sha256]),
        (RecordType::Caa, CAA_FORM, &caa),
    ] {
        for data in wrong {
            let wish = CreateRecord { priority: Some(0), ..wish(kind, "x", data) };
            world.refuses_with(wish, &format!("Unable to add record: {why}")).await;
        }
    }
    let body = r#"{"name":"x","type":"ALIAS","data":"a.org"}"#;
    // A type that there is not.
    world.refuses_raw("POST", "/v2/domains/example.com/records", body, "").await;
    assert_eq!(records(&world, ZONE).await.len(), 2, "its name servers");
}

#[tokio::test]
async fn records_of_one_name_and_type_have_one_ttl() {
    let world = world_with(ZONE).await;
    let with = |ttl, name, data| CreateRecord { ttl: Some(ttl), ..wish(RecordType::A, name, data) };
    let one = world.done(with(600, "www", "192.0.2.1")).await;
    let alone = UpdateRecord { ttl: Some(900), ..change(one.id) };
    assert_eq!(changed(&world, alone).await.ttl, 900);
    // The same name, both times.
    for same in ["www", "WWW.example.com"] {
        world.refuses(with(600, same, "192.0.2.2"), "").await;
    }
    world.done(with(900, "www", "192.0.2.2")).await;
    let other = UpdateRecord { ttl: Some(60), ..change(one.id) };
    world.refuses(other, "ttl: the others have 900").await;
    assert_eq!(read(&world, one.id).await.ttl, 900);
    let zero = world.done(with(0, "zero", "192.0.2.3")).await;
    assert_eq!(zero.ttl, 300, "nothing was said of it");
}

#[tokio::test]
async fn a_cname_stands_alone() {
    let world = world_with(ZONE).await;
    let cname = |name| wish(RecordType::Cname, name, "example.org");
    world.done(wish(RecordType::A, "a", "192.0.2.1")).await;
    let c = world.done(cname("c")).await;
    for wrong in [cname("a"), cname("c"), cname(""), wish(RecordType::A, "C", "192.0.2.1")] {
        world.refuses(wrong, "CNAME").await;
    }
    changed(&world, UpdateRecord { data: Some("example.net".into()), ..change(c.id) }).await;
    world.refuses(UpdateRecord { name: Some("a".into()), ..change(c.id) }, "").await;
    world.done(DeleteRecord::from((ZONE, c.id))).await;
    world.done(wish(RecordType::A, "c", "192.0.2.1")).await;
}

#[tokio::test]
async fn a_change_keeps_what_is_not_sent() {
    let world = world_with(ZONE).await;
    let made = world.done(wish(RecordType::A, "www", "192.0.2.1")).await;
    let now = changed(&world, UpdateRecord { name: Some(String::new()), ..change(made.id) }).await;
    assert_eq!(now, Record { name: String::new(), ..made });
}

#[tokio::test]
async fn a_record_belongs_to_its_domain() {
    let world = world_with(ZONE).await;
    world.done(named("example.org")).await;
    let made = world.done(wish(RecordType::A, "www", "192.0.2.1")).await;
    let elsewhere = ("example.org", made.id);
    assert_eq!(world.refused(GetRecord::from(elsewhere)).await.0, 404);
    let update = UpdateRecord { dns_domain: "example.org".into(), ..change(made.id) };
    assert_eq!(world.refused(update).await.0, 404);
    assert_eq!(world.refused(DeleteRecord::from(elsewhere)).await.0, 404);
    world.done(DeleteRecord::from((ZONE, made.id))).await;
}

#[tokio::test]
async fn a_domain_goes_with_more_records_than_one_commit_takes() {
    let world = world_with(ZONE).await;
    for n in 0..450 {
        world.done(wish(RecordType::A, &format!("host-{n}"), "192.0.2.1")).await;
    }
    world.done(DeleteDomain::from(ZONE)).await;
    let left = "SELECT count(*) FROM resource WHERE kind IN ('record', 'domain')";
    assert_eq!(store::testing::count(&world.store, left).await.unwrap(), 0);
}
